# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.bridgeport.docker.plugins.module_utils._desired.parse import parse_container, parse_network
from ansible_collections.bridgeport.docker.plugins.module_utils._desired.state import DesiredState
from ansible_collections.bridgeport.docker.plugins.module_utils._errors import Failure
from ansible_collections.bridgeport.docker.plugins.module_utils._objects.engine import Api, Engine
from ansible_collections.bridgeport.docker.plugins.module_utils._objects.networks import Network
from ansible_collections.bridgeport.docker.plugins.module_utils._objects.snapshot import Snapshot
from ansible_collections.bridgeport.docker.plugins.module_utils._plan.changes import Change
from ansible_collections.bridgeport.docker.plugins.module_utils._plan.context import Context
from ansible_collections.bridgeport.docker.plugins.module_utils._plan.network import plan_network
from ansible_collections.bridgeport.docker.plugins.module_utils._steps.networks import (
    Connect,
    CreateNetwork,
    Disconnect,
)
from ansible_collections.bridgeport.docker.tests.unit.support import recorded

RECORDED = recorded.snapshot("created", "mode_network_id", "auto_remove", "full_stopped", "ports")


def plan(
    name: str,
    *,
    snapshot: Snapshot = RECORDED,
    beside: t.Sequence[dict[str, t.Any]] = (),
    others: t.Sequence[dict[str, t.Any]] = (),
    rebuilt: bool = False,
    only_bridge: bool = False,
    **params: t.Any,
) -> Change:
    """``beside``: containers of the same task, ``others``: its other networks."""
    desired = parse_network({"name": name, **params}, only_bridge=only_bridge)
    state = DesiredState(
        (desired, *(parse_network(other) for other in others)),
        tuple(parse_container(each, **({"state": each["state"]} if "state" in each else {})) for each in beside),
    )
    rebuilds = frozenset({name} if rebuilt and snapshot.find_network(name) else ())
    change = plan_network(desired, Context(state, snapshot, rebuilds))
    if change.refusals:
        raise Failure.of_all(change.refusals)
    return change


def words(change: Change) -> list[str]:
    return [str(step) for step in change.steps]


MET: list[t.Any] = [
    pytest.param("fx-net", {}, id="nothing"),
    pytest.param("fx-net", {"connected": ["fx-created", "fx-id", "fx-rm"]}, id="members"),
    pytest.param("fx-net", {"connected": ["fx-rm", "fx-id", {"name": "fx-created", "aliases": ["web"]}]}, id="order"),
    pytest.param("fx-net", {"connected": ["fx-rm"], "appends": True}, id="appends"),
    pytest.param("fx-net", {"connected": [], "appends": True}, id="appends-nothing"),
    pytest.param("fx-sub", {"ipam_config": [{"subnet": "10.231.7.99/24"}], "icc": True, "mtu": 1400}, id="options"),
    pytest.param("gone", {"state": "absent"}, id="absent"),
]


@pytest.mark.parametrize(("name", "params"), MET)
def test_desired_state_that_is_met_needs_no_step(name: str, params: dict[str, t.Any]) -> None:
    assert words(plan(name, **params)) == []


def test_creation_with_members() -> None:
    change = plan("new", connected=["fx-ports", {"name": "fx-created", "aliases": ["c"]}], internal=True)
    assert words(change) == ["create network new", "connect fx-ports to new", "connect fx-created to new"]
    assert isinstance(change.steps[0], CreateNetwork)
    assert change.steps[0].body["Internal"] is True
    assert isinstance(change.steps[2], Connect)
    assert change.steps[2].endpoint == {"Aliases": ["c"]}
    assert change.predicted is not None
    assert [each["name"] for each in change.predicted["connected"]] == ["fx-created", "fx-ports"]
    assert sorted(change.will_lose) == [
        f"ephemeral host port of fx-ports for {key} may change" for key in ("82/tcp", "83/tcp", "84/tcp")
    ]


EXACT: list[t.Any] = [
    pytest.param([], ["fx-rm", "fx-id", "fx-created"], [], id="none"),
    pytest.param(["fx-rm"], ["fx-id", "fx-created"], [], id="some"),
    pytest.param(["fx-created", "fx-ports"], ["fx-rm", "fx-id"], ["fx-ports"], id="others"),
]


@pytest.mark.parametrize(("connected", "leave", "join"), EXACT)
def test_connected_is_exact(connected: list[str], leave: list[str], join: list[str]) -> None:
    change = plan("fx-net", connected=connected)
    assert sorted(words(change)) == sorted(
        [f"disconnect {name} from fx-net" for name in leave] + [f"connect {name} to fx-net" for name in join]
    )
    assert change.after["connected"] == sorted(connected)


def test_who_leaves_can_come_back() -> None:
    (step,) = plan("fx-net", connected=["fx-rm", "fx-created"]).steps
    assert isinstance(step, Disconnect)
    assert step.endpoint == {"Aliases": ["byid"]}
    network = RECORDED.find_network("fx-net")
    assert network is not None
    assert step.network == network.id, "objects that stand are named by ID"


def test_removal() -> None:
    assert words(plan("fx-int", state="absent", snapshot=RECORDED.replace(summaries=()))) == ["remove network fx-int"]
    forced = plan("fx-net", state="absent", force=True)
    assert words(forced)[-1] == "remove network fx-net"
    assert sorted(words(forced)[:-1]) == [f"disconnect {name} from fx-net" for name in ("fx-created", "fx-id", "fx-rm")]
    gone = [{"name": name, "state": "absent"} for name in ("fx-created", "fx-id", "fx-rm")]
    change = plan("fx-net", state="absent", beside=gone)
    assert words(change) == ["remove network fx-net"]
    assert change.needs == {("container", each["name"]) for each in gone}


REFUSED: list[t.Any] = [
    pytest.param("bridge", {}, "network_protected", "bridge", id="bridge"),
    pytest.param("default", {}, "network_protected", "default", id="what-the-engine-takes-for-bridge"),
    pytest.param("new", {"force": True}, "option_conflict", "force", id="force-with-present"),
    pytest.param("host", {"state": "absent"}, "network_protected", "host", id="host"),
    pytest.param("none", {"state": "absent", "force": True}, "network_protected", "none", id="none"),
    pytest.param("fx-net", {"state": "absent"}, "network_in_use", "'fx-created'", id="in-use-by-one-that-never-ran"),
    pytest.param("fx-sub", {"state": "absent"}, "network_in_use", "'fx-full'", id="in-use-by-a-stopped-one"),
    pytest.param("fx-net", {"internal": True, "on_difference": "fail"}, "option_conflict", "internal is", id="fail"),
    pytest.param("new", {"connected": ["nobody"]}, "container_not_found", "'nobody'", id="unknown-member"),
    pytest.param("new", {"ipam_config": [{"subnet": "10.231.7.128/25"}]}, "subnet_overlap", "'fx-sub'", id="overlap"),
    pytest.param(
        "new",
        {"ipam_config": [{"subnet": "fd00:231::/80"}], "enable_ipv6": True},
        "subnet_overlap",
        "'fx-six'",
        id="overlap-ipv6",
    ),
    pytest.param(
        "new",
        {"ipam_config": [{"subnet": "10.9.0.0/24"}, {"subnet": "10.9.0.0/25"}]},
        "subnet_overlap",
        "'new'",
        id="overlaps-itself",
    ),
    pytest.param(
        "new",
        {
            "ipam_config": [{"subnet": "10.9.0.0/24"}],
            "others": [{"name": "m", "ipam_config": [{"subnet": "10.0.0.0/8"}]}],
        },
        "subnet_overlap",
        "'m'",
        id="overlaps-another-of-the-task",
    ),
    pytest.param("new", {"gateway_mode_ipv4": "routed"}, "unsupported", "27.0", id="mode-on-an-old-engine"),
    pytest.param(
        "fx-sub",
        {"driver_options": {"com.docker.network.bridge.trusted_host_interfaces": "wg0"}},
        "unsupported",
        "28.2",
        id="full-name-on-an-old-engine",
    ),
    pytest.param("new", {"enable_ipv4": False}, "unsupported", "28.0", id="no-ipv4-on-an-old-engine"),
    pytest.param(
        "new",
        {"connected": [{"name": "fx-ports", "ipv4_address": "10.9.0.5"}]},
        "option_conflict",
        "ipam_config",
        id="address-without-a-subnet",
    ),
    pytest.param(
        "fx-sub",
        {"connected": [{"name": "fx-ports", "ipv4_address": "10.231.8.5"}]},
        "address_outside_subnet",
        "10.231.8.5",
        id="address-outside",
    ),
    pytest.param(
        "fx-sub",
        {"connected": ["fx-full", {"name": "fx-ports", "ipv4_address": "10.231.7.20"}]},
        "address_in_use",
        "'fx-full'",
        id="address-of-a-stopped-member",
    ),
    pytest.param(
        "fx-sub",
        {
            "connected": [
                {"name": "fx-ports", "ipv4_address": "10.231.7.9"},
                {"name": "fx-created", "ipv4_address": "10.231.7.9"},
            ]
        },
        "address_in_use",
        "10.231.7.9",
        id="address-twice",
    ),
    pytest.param(
        "new",
        {"connected": ["fx-ports"], "beside": [{"name": "fx-ports", "state": "absent"}]},
        "option_conflict",
        "removes",
        id="member-that-is-removed",
    ),
]


@pytest.mark.parametrize(("name", "params", "code", "said"), REFUSED)
def test_refused(name: str, params: dict[str, t.Any], code: str, said: str) -> None:
    with pytest.raises(Failure) as caught:
        plan(name, **params)
    assert caught.value.code == code
    assert said in caught.value.message


def test_beside_a_subnet_is_no_overlap() -> None:
    change = plan("new", ipam_config=[{"subnet": "10.231.6.0/24"}], others=[{"name": "m", "state": "absent"}])
    assert words(change) == ["create network new"]


def test_a_subnet_that_the_task_frees() -> None:
    change = plan("new", ipam_config=[{"subnet": "10.231.7.128/25"}], others=[{"name": "fx-sub", "state": "absent"}])
    assert words(change) == ["create network new"]
    assert change.needs == {("network", "fx-sub")}


def test_networks_that_are_not_ours() -> None:
    standing = RECORDED.find_network("fx-net")
    assert standing is not None
    for changes, code in (
        ({"Driver": "macvlan"}, "option_conflict"),
        ({"Scope": "swarm", "Driver": "overlay"}, "swarm_managed"),
        ({"Ingress": True}, "swarm_managed"),
    ):
        for state in ("present", "absent"):
            snapshot = RECORDED.replace(networks=(Network({**standing.raw, **changes}),))
            with pytest.raises(Failure) as caught:
                plan("fx-net", state=state, snapshot=snapshot, only_bridge=True)
            assert caught.value.code == code
            assert "docker_network takes it" in caught.value.message


@pytest.mark.parametrize(("api", "code"), [(Api(1, 47), "unsupported"), (Api(1, 48), None)])
def test_what_a_newer_engine_can_do(api: Api, code: str | None) -> None:
    snapshot = RECORDED.replace(engine=Engine("x", api))
    for params in (
        {"enable_ipv4": False, "enable_ipv6": True},
        {"connected": [{"name": "fx-ports", "gw_priority": 1}]},
    ):
        try:
            plan("new", snapshot=snapshot, **params)
            found = None
        except Failure as failure:
            found = failure.code
        assert found == code


@pytest.mark.parametrize("subnets", [("10.9.0.0/24", "10.9.1.0/24"), ("fd00::/64", "10.9.0.0/24", "fd00:1::/64")])
def test_a_bridge_has_one_subnet_of_a_kind(subnets: tuple[str, ...]) -> None:
    with pytest.raises(Failure, match="one subnet of IPv4") as caught:
        plan("new", ipam_config=[{"subnet": subnet} for subnet in subnets])
    assert caught.value.code == "option_conflict"


@pytest.mark.parametrize("params", [{"enable_ipv4": False}, {"enable_ipv4": False, "enable_ipv6": False}])
def test_a_network_has_addresses_of_some_kind(params: dict[str, t.Any]) -> None:
    with pytest.raises(Failure, match="neither IPv4 nor IPv6") as caught:
        plan("new", snapshot=RECORDED.replace(engine=Engine("28.5.2", Api(1, 51))), **params)
    assert caught.value.code == "option_conflict"


NEWER = RECORDED.replace(engine=Engine("28.5.2", Api(1, 51)))
ISOLATED = {"com.docker.network.bridge.gateway_mode_ipv4": "isolated"}


def test_isolated_is_for_internal_networks() -> None:
    (step,) = plan("new", snapshot=NEWER, gateway_mode_ipv4="isolated", internal=True).steps
    assert isinstance(step, CreateNetwork)
    assert step.body["Options"] == ISOLATED
    internal = RECORDED.find_network("fx-int")
    assert internal is not None
    standing = Network({**internal.raw, "Name": "closed", "Id": "c" * 64, "Options": ISOLATED})
    closed = NEWER.replace(networks=(standing,))
    assert words(plan("closed", snapshot=closed, gateway_mode_ipv4="isolated")) == []
    for name, params in (("new", {"gateway_mode_ipv4": "isolated"}), ("closed", {"internal": False})):
        with pytest.raises(Failure) as caught:
            plan(name, snapshot=closed, rebuilt=True, **params)
        assert caught.value.code == "option_conflict"
        assert "internal=true" in caught.value.message


def test_ipv6_cannot_stay_without_its_subnet() -> None:
    pools = [{"subnet": "10.231.8.0/24", "iprange": "10.231.8.128/25", "gateway": "10.231.8.254"}]
    with pytest.raises(Failure) as caught:
        plan("fx-six", rebuilt=True, ipam_config=pools)
    assert caught.value.code == "option_conflict"
    assert "enable_ipv6=false" in caught.value.message
    bare = RECORDED.replace(summaries=(), containers={})
    made = plan("fx-six", snapshot=bare, rebuilt=True, ipam_config=pools, enable_ipv6=False)
    assert made.network_rebuild is not None


def test_host_mode_cannot_join() -> None:
    with pytest.raises(Failure) as caught:
        plan("new", connected=["fx-host"], snapshot=recorded.snapshot("host_mode"))
    assert caught.value.code == "network_mode_conflict"
