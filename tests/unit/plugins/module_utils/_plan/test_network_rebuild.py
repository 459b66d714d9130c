# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which members of a network can only be recreated, what that is refused for, and in which order networks change."""

from __future__ import annotations

import contextlib
import typing as t
from unittest import mock

import pytest

from ansible_collections.bridgeport.docker.plugins.module_utils._desired.parse import parse_container, parse_network
from ansible_collections.bridgeport.docker.plugins.module_utils._desired.state import DesiredState
from ansible_collections.bridgeport.docker.plugins.module_utils._engine.client import ApiError
from ansible_collections.bridgeport.docker.plugins.module_utils._errors import Failure
from ansible_collections.bridgeport.docker.plugins.module_utils._reconcile import Converged, converge
from ansible_collections.bridgeport.docker.plugins.module_utils._steps import verification
from ansible_collections.bridgeport.docker.tests.unit.support.model_daemon import ModelClient, ModelDaemon

NEW = (1, 51)
OLD = (1, 41)
MAC = "02:00:00:00:00:01"
OTHER_MAC = "02:00:00:00:00:02"
# In place of the network's ID, which is not known before.
ID = "ID"
MOVES = ("disconnect", "connect", "stop", "start")


def make_host(api: tuple[int, int], mode: str, mac: str, *, start: bool = True, **host_config: t.Any) -> ModelDaemon:
    """web on the network front, by its name or ID."""
    daemon = ModelDaemon(api=api)
    ids = {}
    for name, subnet in (("front", "10.9.1.0/24"), ("back", "10.9.2.0/24")):
        ids[name] = daemon.add_network(name, IPAM={"Driver": "default", "Config": [{"Subnet": subnet}]})
    daemon.add_container(
        "web",
        start=start,
        HostConfig={"NetworkMode": ids["front"] if mode == ID else mode, **host_config},
        NetworkingConfig={"EndpointsConfig": {"front": {"MacAddress": mac} if mac else {}}},
        **({"MacAddress": mac} if mac else {}),
    )
    return daemon


def change(
    daemon: ModelDaemon, *networks: dict[str, t.Any], containers: t.Sequence[dict[str, t.Any]] = ()
) -> Converged:
    """What check mode says to these networks."""
    desired = DesiredState(
        tuple(parse_network(params) for params in networks), tuple(parse_container(params) for params in containers)
    )
    return converge(ModelClient(daemon), desired, check_mode=True, parallel=1)


def recreates(converged: Converged) -> list[str]:
    return [action for action in converged.actions if action.startswith("create successor of")]


TRAPPED: list[t.Any] = [
    pytest.param(NEW, "front", "", [], id="by-name"),
    pytest.param(NEW, ID, "", ["create successor of web"], id="by-id"),
    pytest.param(NEW, "front", MAC, ["create successor of web"], id="mac"),
    # Engines up to 24 give a container its MAC address at every connect.
    pytest.param(OLD, "front", MAC, [], id="mac-of-an-old-engine"),
    pytest.param(OLD, ID, "", ["create successor of web"], id="by-id-of-an-old-engine"),
]


@pytest.mark.parametrize("start", [True, False])
@pytest.mark.parametrize(("api", "mode", "mac", "expected"), TRAPPED)
def test_who_can_only_be_recreated(api: tuple[int, int], mode: str, mac: str, expected: list[str], start: bool) -> None:
    desired = {"name": "front", "mtu": 1400}
    daemon = make_host(api, mode, mac, start=start)
    assert recreates(change(daemon, {**desired, "on_member_recreate": "recreate"})) == expected
    if expected:
        with pytest.raises(Failure, match="on_member_recreate=recreate") as caught:
            change(daemon, desired)
        assert (caught.value.code, caught.value.details["members"]) == ("unsupported", ["web"])
    else:
        assert change(daemon, desired).plan.changed


def test_nobody_is_recreated_for_a_network_that_stays_as_it_is() -> None:
    daemon = make_host(NEW, ID, MAC)
    converged = change(daemon, {"name": "front", "internal": False, "on_member_recreate": "recreate"})
    assert converged.actions == ()


REFUSED: list[t.Any] = [
    pytest.param({"host_config": {"AutoRemove": True}}, {}, "unsupported", "--rm", id="rm"),
    pytest.param({}, {"connected": []}, "unsupported", "disconnect the others first", id="leaves"),
    pytest.param(
        {},
        {"connected": [{"name": "web", "ipv4_address": "10.9.3.7"}], "ipam_config": [{"subnet": "10.9.3.0/24"}]},
        "unsupported",
        "10.9.3.7 as long as the network has 10.9.1.0/24",
        id="address-that-is-not-there-yet",
    ),
]


@pytest.mark.parametrize(("host", "params", "code", "words"), REFUSED)
def test_who_cannot_even_be_recreated(host: dict[str, t.Any], params: dict[str, t.Any], code: str, words: str) -> None:
    daemon = make_host(NEW, ID, "", **host.get("host_config", {}))
    desired = {"name": "front", "mtu": 1400, "on_member_recreate": "recreate", **params}
    with pytest.raises(Failure, match=words) as caught:
        change(daemon, desired)
    assert (caught.value.code, daemon.changes) == (code, 0)


def test_dependents_of_a_member_are_refused() -> None:
    daemon = make_host(NEW, ID, "")
    daemon.add_container("side", HostConfig={"NetworkMode": f"container:{daemon.named('web')['Id']}"})
    with pytest.raises(Failure, match="side") as caught:
        change(daemon, {"name": "front", "mtu": 1400, "on_member_recreate": "recreate"})
    assert caught.value.code == "dependents_exist"


@pytest.mark.parametrize("start", [True, False])
def test_a_member_that_is_listed_with_another_mac_address(start: bool) -> None:
    daemon = make_host(NEW, "front", MAC, start=start)
    for wanted, expected in ((MAC, []), (OTHER_MAC, ["create successor of web"])):
        desired = {"name": "front", "connected": [{"name": "web", "mac_address": wanted}]}
        assert recreates(change(daemon, {**desired, "on_member_recreate": "recreate"})) == expected
    with pytest.raises(Failure, match=OTHER_MAC) as caught:
        change(daemon, desired)
    assert (caught.value.code, caught.value.details["members"]) == ("unsupported", ["web"])


def test_a_second_mac_address_needs_a_newer_engine() -> None:
    daemon = make_host(OLD, "front", "")
    desired = {"name": "back", "connected": [{"name": "web", "mac_address": MAC}], "on_member_recreate": "recreate"}
    with pytest.raises(Failure, match=r"25\.0 or newer") as caught:
        change(daemon, desired)
    assert caught.value.code == "unsupported"


@pytest.mark.parametrize("names", [("front", "back"), ("back", "front")])
def test_the_network_that_recreates_a_member_comes_last(names: tuple[str, str]) -> None:
    daemon = make_host(NEW, ID, "")
    back = next(key for key, raw in daemon.networks.items() if raw["Name"] == "back")
    ModelClient(daemon).post(f"/networks/{back}/connect", {"Container": "web", "EndpointConfig": {}})
    entries = [{"name": name, "mtu": 1400, "on_member_recreate": "recreate"} for name in names]
    converged = change(daemon, *entries)
    needs = {planned.key: planned.needs for planned in converged.plan.changes}
    assert needs["network", "front"] == {("network", "back")}
    assert needs["network", "back"] == frozenset()
    assert recreates(converged) == ["create successor of web"]


def test_two_networks_that_recreate_each_others_members_are_refused() -> None:
    daemon = make_host(NEW, ID, "")
    ids = {raw["Name"]: key for key, raw in daemon.networks.items()}
    daemon.add_container(
        "api", HostConfig={"NetworkMode": ids["back"]}, NetworkingConfig={"EndpointsConfig": {"back": {}}}
    )
    client = ModelClient(daemon)
    client.post(f"/networks/{ids['back']}/connect", {"Container": "web", "EndpointConfig": {}})
    client.post(f"/networks/{ids['front']}/connect", {"Container": "api", "EndpointConfig": {}})
    with pytest.raises(Failure, match="Take two tasks") as caught:
        change(daemon, *({"name": name, "mtu": 1400, "on_member_recreate": "recreate"} for name in ("front", "back")))
    assert caught.value.code == "unsupported"


def test_a_member_that_the_task_lists_as_well_is_replaced_once() -> None:
    daemon = make_host(NEW, ID, "")
    web = {"name": "web", "published_ports": ["127.0.0.1:8080:80"]}
    desired = {"name": "front", "mtu": 1400, "on_member_recreate": "recreate"}
    converged = change(daemon, desired, containers=[web])
    assert recreates(converged) == ["create successor of web"]
    assert [action for action in converged.actions if action.startswith("open")] == [
        "open the journal of network front"
    ]


def test_what_is_said_with_the_container_counts_as_well() -> None:
    """It stays on the network, and it gets its MAC address, whichever of the two says so."""
    for connected, endpoint in (([], {}), (None, {"mac_address": OTHER_MAC})):
        daemon = make_host(NEW, "front" if endpoint else ID, "")
        desired = {"name": "front", "mtu": 1400, "on_member_recreate": "recreate", "connected": connected}
        web = {"name": "web", "networks": [{"name": "front", **endpoint}]}
        assert recreates(change(daemon, desired, containers=[web])) == ["create successor of web"]


def test_a_member_that_the_task_removes_goes_first() -> None:
    daemon = make_host(OLD, "front", "")
    absent = parse_container({"name": "web"}, state="absent")
    desired = parse_network({"name": "front", "mtu": 1400})
    converged = converge(ModelClient(daemon), DesiredState((desired,), (absent,)), check_mode=False, parallel=2)
    needs = {planned.key: planned.needs for planned in converged.plan.changes}
    assert ("container", "web") in needs["network", "front"]
    assert {"remove container web", "create network front"} <= set(converged.actions)


def test_a_member_with_rm_that_changes_in_the_same_task_is_refused() -> None:
    daemon = make_host(OLD, "front", "", AutoRemove=True)
    web = {"name": "web", "env": {"NEW": "1"}, "auto_remove_swap": True}
    with pytest.raises(Failure, match="--rm") as caught:
        change(daemon, {"name": "front", "mtu": 1400}, containers=[web])
    assert caught.value.code == "unsupported"


def test_fixed_addresses_are_left_last_and_joined_first() -> None:
    """So it is when it is undone, too: a dynamic address may be any that is free by then."""
    daemon = make_host(NEW, ID, "")
    for name, ipam in (("early", {}), ("fixed", {"IPv4Address": "10.9.1.9"}), ("late", {})):
        endpoint = {"IPAMConfig": ipam} if ipam else {}
        daemon.add_container(
            name, HostConfig={"NetworkMode": "front"}, NetworkingConfig={"EndpointsConfig": {"front": endpoint}}
        )
    actions = change(daemon, {"name": "front", "mtu": 1400, "on_member_recreate": "recreate"}).actions
    order = [each for each in actions if each.split()[-1] in ("front", "web") and each.split()[0] in MOVES]
    assert order == [
        *("disconnect early from front", "disconnect late from front", "stop web", "disconnect fixed from front"),
        *("connect fixed to front", "start web", "connect early to front", "connect late to front"),
    ]


@pytest.mark.parametrize("number", range(24))
def test_a_sidecar_that_does_not_run_can_start_after_the_rollback(number: int) -> None:
    daemon = make_host(NEW, ID, "")
    web = daemon.named("web")["Id"]
    daemon.stop(daemon.add_container("side", HostConfig={"NetworkMode": f"container:{web}"}))
    daemon.next_run()
    daemon.fault = (number, "refused")
    desired = parse_network({"name": "front", "mtu": 1400, "on_member_recreate": "recreate"})
    dependents = parse_container({"name": "web", "dependents": "recreate"})
    with mock.patch.multiple(verification, _SETTLE=0, _POLL=0), contextlib.suppress(Failure, ApiError):
        converge(ModelClient(daemon), DesiredState((desired,), (dependents,)), check_mode=False, parallel=1)
    daemon.next_run()
    ModelClient(daemon).post(f"/containers/{daemon.named('side')['Id']}/start")
    assert daemon.named("side")["State"]["Running"]
