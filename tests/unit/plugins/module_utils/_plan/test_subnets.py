# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t
from dataclasses import replace

import pytest

from ansible_collections.bridgeport.docker.plugins.module_utils._desired.parse import parse_network
from ansible_collections.bridgeport.docker.plugins.module_utils._desired.state import DesiredState
from ansible_collections.bridgeport.docker.plugins.module_utils._errors import Failure
from ansible_collections.bridgeport.docker.plugins.module_utils._objects.networks import Network, Pool
from ansible_collections.bridgeport.docker.plugins.module_utils._objects.snapshot import HostRange, Snapshot
from ansible_collections.bridgeport.docker.plugins.module_utils._plan.context import Context
from ansible_collections.bridgeport.docker.plugins.module_utils._plan.plan import Plan
from ansible_collections.bridgeport.docker.plugins.module_utils._plan.planner import make_plan
from ansible_collections.bridgeport.docker.plugins.module_utils._plan.subnets import choose_subnets
from ansible_collections.bridgeport.docker.plugins.module_utils._steps.networks import CreateNetwork
from ansible_collections.bridgeport.docker.tests.unit.support import recorded

# Of these fx-sub has 10.231.7.0/24 and fx-six has 10.231.8.0/24 and fd00:231::/64, and both have members.
RECORDED = recorded.snapshot("created", "mode_network_id", "auto_remove", "full_stopped", "ports")
EMPTY = Snapshot(RECORDED.engine)
ROUTED = RECORDED.replace(
    host_ranges=(
        HostRange("10.50.0.0/24", "eth0"),
        HostRange("10.60.0.0/16", "wg0"),
        HostRange("10.70.0.9/32", "eth0", is_address=True),
        HostRange("fd50::/64", "eth0"),
    )
)


def pool(whole: str, prefix: int) -> dict[str, t.Any]:
    return {"subnet_pool": {"from": whole, "prefix": prefix}}


def plan(*networks: dict[str, t.Any], snapshot: Snapshot = RECORDED) -> Plan:
    return make_plan(DesiredState(tuple(parse_network(each) for each in networks)), snapshot)


def chosen(*networks: dict[str, t.Any], snapshot: Snapshot = RECORDED) -> list[str]:
    desired = DesiredState(tuple(parse_network(each) for each in networks))
    context, refusals = choose_subnets(Context(desired, snapshot))
    assert not refusals
    return [each.pools[0].subnet if each.pools else "" for each in context.desired.networks]


# -- the host ----------------------------------------------------------------------------------------------------------

IN_THE_WAY: list[t.Any] = [
    pytest.param("10.50.0.0/24", "a route of this host by 'eth0' has 10.50.0.0/24", id="route"),
    pytest.param("10.60.7.0/24", "a route of this host by 'wg0' has 10.60.0.0/16", id="route-that-is-wider"),
    pytest.param("10.0.0.0/9", "eth0", id="route-that-is-narrower"),
    pytest.param("10.70.0.0/24", "this host's interface 'eth0' has 10.70.0.9/32", id="address"),
    pytest.param("fd50::/80", "eth0", id="ipv6"),
    pytest.param("10.50.1.0/24", None, id="beside"),
    pytest.param("fd50:0:0:1::/64", None, id="beside-ipv6"),
]


@pytest.mark.parametrize(("subnet", "said"), IN_THE_WAY)
def test_what_the_host_has_is_not_taken(subnet: str, said: str | None) -> None:
    desired = {"name": "new", "ipam_config": [{"subnet": subnet}], "enable_ipv6": ":" in subnet}
    assert not plan(desired, snapshot=ROUTED.replace(host_ranges=None, networks=())).refusals, "unknown of another host"
    refusals = plan(desired, snapshot=ROUTED.replace(networks=())).refusals
    assert [refusal.code for refusal in refusals] == ([] if said is None else ["subnet_overlap"])
    assert said is None or said in refusals[0].message


def test_bridges_of_networks_are_no_routes_of_the_host() -> None:
    network = RECORDED.find_network("fx-sub")
    assert network is not None
    options = {"com.docker.network.bridge.name": "shop0"}
    other = Network({**network.raw, "Name": "named", "Id": "b" * 64, "Options": options})
    ranges = tuple(HostRange("10.80.0.0/24", device) for device in (f"br-{network.id[:12]}", "shop0", "mine0"))
    snapshot = RECORDED.replace(networks=(network, other), host_ranges=ranges)
    desired = {"name": "new", "ipam_config": [{"subnet": "10.80.0.0/24"}]}
    (refusal,) = plan(desired, snapshot=snapshot).refusals
    assert refusal.details["holder"] == "mine0"
    assert not plan({**desired, "bridge_name": "mine0"}, snapshot=snapshot).refusals, "a bridge made for it beforehand"


def test_a_rebuilt_network_keeps_what_it_has_whatever_the_host_says() -> None:
    bare = RECORDED.replace(summaries=(), containers={}, host_ranges=(HostRange("10.231.0.0/16", "eth0"),))
    desired = {"name": "fx-sub", "ipam_config": [{"subnet": "10.231.7.0/24"}], "internal": True}
    assert not plan(desired, snapshot=bare).refusals
    desired["ipam_config"] = [{"subnet": "10.231.9.0/24"}]
    assert [refusal.code for refusal in plan(desired, snapshot=bare).refusals] == ["subnet_overlap"]


# -- pools -------------------------------------------------------------------------------------------------------------

FREE: list[t.Any] = [
    pytest.param("10.231.0.0/16", 24, "10.231.0.0/24", id="first"),
    pytest.param("10.231.7.0/24", 25, None, id="all-taken"),
    pytest.param("10.231.7.0/22", 24, "10.231.4.0/24", id="host-bits"),
    pytest.param("10.231.6.0/23", 24, "10.231.6.0/24", id="before"),
    pytest.param("10.231.7.128/25", 25, None, id="part-of-what-is-taken"),
    pytest.param("10.231.8.0/23", 24, "10.231.9.0/24", id="behind"),
    pytest.param("10.231.8.0/22", 30, "10.231.9.0/30", id="behind-many-small-ones"),
    pytest.param("10.231.0.0/16", 16, None, id="whole-is-taken-in-part"),
    pytest.param("10.50.0.0/16", 24, "10.50.1.0/24", id="behind-a-route"),
    pytest.param("10.60.0.0/16", 24, None, id="in-a-route"),
    pytest.param("10.70.0.0/16", 29, "10.70.0.0/29", id="before-an-address"),
    pytest.param("10.70.0.8/29", 30, "10.70.0.12/30", id="behind-an-address"),
    pytest.param("255.255.255.0/24", 24, "255.255.255.0/24", id="last-of-all"),
    pytest.param("fd00:231::/32", 64, "fd00:231:0:1::/64", id="ipv6"),
    pytest.param("fd50::/63", 64, "fd50:0:0:1::/64", id="ipv6-behind-a-route"),
    pytest.param("::/8", 64, "::/64", id="ipv6-small-numbers"),
]


@pytest.mark.parametrize(("whole", "prefix", "expected"), FREE)
def test_the_first_free_subnet(whole: str, prefix: int, expected: str | None) -> None:
    plan_made = plan({"name": "new", **pool(whole, prefix), "enable_ipv6": ":" in whole}, snapshot=ROUTED)
    if expected is None:
        (refusal,) = plan_made.refusals
        assert refusal.code == "subnet_overlap"
        return
    assert not plan_made.refusals
    (step,) = plan_made.changes[0].steps
    assert isinstance(step, CreateNetwork)
    assert step.body["IPAM"]["Config"] == [{"Subnet": expected}]
    assert [each["subnet"] for each in (plan_made.changes[0].predicted or {})["ipam_config"]] == [expected]


def test_several_networks_get_different_subnets() -> None:
    entries = [{"name": name, **pool("10.231.6.0/22", 24)} for name in ("a", "b")]
    # The range begins at 10.231.4.0.
    assert chosen(*entries) == ["10.231.4.0/24", "10.231.5.0/24"]
    fixed = {"name": "c", "ipam_config": [{"subnet": "10.231.4.0/24"}]}
    assert chosen(*entries, fixed)[:2] == ["10.231.5.0/24", "10.231.6.0/24"]
    assert chosen({**entries[0], "state": "absent"}, entries[1]) == ["", "10.231.4.0/24"]
    assert not plan(*entries).refusals


def test_what_a_task_removes_is_not_free_yet() -> None:
    assert (
        chosen({"name": "fx-sub", "state": "absent"}, {"name": "a", **pool("10.231.7.0/23", 24)})[1] != "10.231.7.0/24"
    )


KEPT: list[t.Any] = [
    pytest.param("10.231.0.0/16", 24, "", id="fits"),
    pytest.param("10.231.7.0/24", 24, "", id="is-the-whole-of-it"),
    pytest.param("10.231.0.0/16", 25, "10.231.0.0/25", id="other-prefix"),
    pytest.param("10.231.7.0/24", 25, "10.231.7.0/25", id="its-own-is-not-in-the-way"),
    pytest.param("10.50.0.0/16", 24, "10.50.1.0/24", id="elsewhere"),
    pytest.param("fd00:231::/32", 64, "fd00:231:0:1::/64", id="other-family"),
]


@pytest.mark.parametrize(("whole", "prefix", "expected"), KEPT)
def test_a_subnet_that_fits_is_kept(whole: str, prefix: int, expected: str) -> None:
    bare = ROUTED.replace(summaries=(), containers={})
    desired = {"name": "fx-sub", **pool(whole, prefix)}
    assert chosen(desired, snapshot=bare) == [expected]
    assert plan(desired, snapshot=bare).changed is bool(expected)
    refusals = plan({**desired, "on_difference": "fail"}, snapshot=bare).refusals
    assert [refusal.code for refusal in refusals] == (["option_conflict"] if expected else [])


def test_a_fixed_address_does_not_leave_its_subnet() -> None:
    full = RECORDED.replace(summaries=tuple(each for each in RECORDED.summaries if each.name == "fx-full"))
    (refusal,) = plan({"name": "fx-sub", **pool("10.50.0.0/16", 24)}, snapshot=full).refusals
    assert refusal.code == "address_outside_subnet"


def test_nothing_free_says_who_has_what() -> None:
    networks = tuple(
        Network({"Name": f"n{number}", "Id": f"{number:064x}", "IPAM": {"Config": [{"Subnet": f"10.9.{number}.0/24"}]}})
        for number in range(16)
    )
    (refusal,) = plan({"name": "new", **pool("10.9.0.0/20", 24)}, snapshot=EMPTY.replace(networks=networks)).refusals
    assert refusal.code == "subnet_overlap"
    assert refusal.details["holders"] == [
        {"holder": f"n{number}", "subnet": f"10.9.{number}.0/24"} for number in range(16)
    ]
    for text in ("no free /24 in 10.9.0.0/20", "network 'n0' has 10.9.0.0/24", "8 more"):
        assert text in refusal.message
    left = EMPTY.replace(networks=networks[:15])
    assert chosen({"name": "new", **pool("10.9.0.0/20", 24)}, snapshot=left) == ["10.9.15.0/24"]


def test_what_cannot_be_looked_up_is_refused_by_its_own_plan() -> None:
    standing = RECORDED.find_network("fx-sub")
    assert standing is not None
    twin = Network({**standing.raw, "Id": "d" * 64})
    codes = {
        each.code
        for each in plan(
            {"name": "fx-sub", **pool("10.9.0.0/20", 24)},
            snapshot=RECORDED.replace(networks=(*RECORDED.networks, twin)),
        ).refusals
    }
    assert codes == {"ambiguous_name"}


WRONG: list[t.Any] = [
    pytest.param(pool("10.50.0.0/16", 15), "16 to 30", id="wider-than-the-whole"),
    pytest.param(pool("10.50.0.0/16", 31), "16 to 30", id="too-narrow"),
    pytest.param(pool("fd00::/48", 127), "48 to 126", id="too-narrow-ipv6"),
    pytest.param(pool("10.50.0.0/31", 31), "not 31", id="whole-too-narrow"),
    pytest.param(pool("office", 24), "'office'", id="no-subnet"),
    pytest.param({**pool("10.50.0.0/16", 24), "ipam_config": []}, "exclude each other", id="with-a-list"),
]


@pytest.mark.parametrize(("params", "said"), WRONG)
def test_pools_that_mean_nothing(params: dict[str, t.Any], said: str) -> None:
    with pytest.raises(Failure) as caught:
        parse_network({"name": "n", **params})
    assert caught.value.code == "option_conflict"
    assert said in caught.value.message


@pytest.mark.parametrize("prefix", [16, 30])
def test_pools_at_their_bounds(prefix: int) -> None:
    desired = parse_network({"name": "n", **pool("10.50.0.0/16", prefix)})
    assert desired.subnet_pool is not None
    assert desired.subnet_pool.holds(Pool(f"10.50.0.0/{prefix}"))
    assert not desired.subnet_pool.holds(replace(Pool("10.51.0.0/24"), gateway=""))
