# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.bridgeport.docker.plugins.module_utils._desired.networks import DesiredEndpoint, DesiredNetwork
from ansible_collections.bridgeport.docker.plugins.module_utils._errors import Failure
from ansible_collections.bridgeport.docker.plugins.module_utils._objects.driver_options import BRIDGE_OPTIONS
from ansible_collections.bridgeport.docker.plugins.module_utils._objects.engine import Api
from ansible_collections.bridgeport.docker.plugins.module_utils._objects.networks import (
    Network,
    Pool,
    contains,
    judge_address,
    normal_address,
    overlapping,
    parse_address,
    parse_pool,
    parse_subnet,
)
from ansible_collections.bridgeport.docker.plugins.module_utils._plan.network_body import (
    create_body,
    find_differences,
    rebuild_body,
)
from ansible_collections.bridgeport.docker.tests.unit.support import recorded

NETWORKS = {raw["Name"]: Network(raw) for raw in recorded.load("networks")}


# -- addresses, subnets, pools -----------------------------------------------------------------------------------------

ADDRESSES: list[t.Any] = [
    pytest.param("10.0.0.1", None, "10.0.0.1", id="ipv4"),
    pytest.param("FD00::0:1", None, "fd00::1", id="ipv6-normal-form"),
    pytest.param("10.0.0.1", 4, "10.0.0.1", id="ipv4-wanted"),
    pytest.param("fd00::1", 6, "fd00::1", id="ipv6-wanted"),
    pytest.param("fd00::1", 4, None, id="ipv6-for-ipv4"),
    pytest.param("10.0.0.1", 6, None, id="ipv4-for-ipv6"),
    pytest.param("10.0.0.256", None, None, id="256"),
    pytest.param("10.0.0", None, None, id="three-parts"),
    pytest.param("10.0.0.1/24", None, None, id="prefix"),
    pytest.param("host", None, None, id="name"),
    pytest.param("", None, None, id="empty"),
]


@pytest.mark.parametrize(("text", "version", "expected"), ADDRESSES)
def test_parse_address(text: str, version: int | None, expected: str | None) -> None:
    if expected is not None:
        assert parse_address(text, "option", version) == expected
        return
    with pytest.raises(Failure) as caught:
        parse_address(text, "the_option", version)
    assert caught.value.code == "option_conflict"
    assert "the_option" in caught.value.message


SUBNETS: list[t.Any] = [
    pytest.param("10.1.2.0/24", "10.1.2.0/24", id="normal"),
    pytest.param("10.1.2.5/24", "10.1.2.0/24", id="host-bits"),
    pytest.param("10.1.2.5/32", "10.1.2.5/32", id="one-address"),
    pytest.param("10.1.2.0/255.255.255.0", "10.1.2.0/24", id="mask"),
    pytest.param("FD00:0::1/64", "fd00::/64", id="ipv6"),
    pytest.param("10.1.2.0/33", None, id="prefix-too-long"),
    pytest.param("300.1.1.0/24", None, id="no-address"),
]


@pytest.mark.parametrize(("text", "expected"), SUBNETS)
def test_parse_subnet(text: str, expected: str | None) -> None:
    if expected is not None:
        assert parse_subnet(text, "option") == expected
        return
    with pytest.raises(Failure, match="option"):
        parse_subnet(text, "option")


POOLS: list[t.Any] = [
    pytest.param({"subnet": "10.0.0.7/24"}, Pool("10.0.0.0/24"), id="subnet"),
    pytest.param(
        {"subnet": "10.0.0.0/24", "iprange": "10.0.0.129/25", "gateway": "10.0.0.254"},
        Pool("10.0.0.0/24", "10.0.0.128/25", "10.0.0.254"),
        id="all",
    ),
    pytest.param(
        {"subnet": "10.0.0.0/24", "iprange": "10.0.0.0/24"}, Pool("10.0.0.0/24", "10.0.0.0/24"), id="range-whole"
    ),
    pytest.param(
        {"subnet": "10.0.0.0/24", "aux_addresses": {"b": "10.0.0.2", "a": "10.0.0.254"}},
        Pool("10.0.0.0/24", "", "", (("a", "10.0.0.254"), ("b", "10.0.0.2"))),
        id="aux",
    ),
    pytest.param({"subnet": "fd00::1/64", "gateway": "FD00::0:1"}, Pool("fd00::/64", "", "fd00::1"), id="ipv6"),
    pytest.param({"subnet": "10.0.0.0/24", "gateway": None, "iprange": ""}, Pool("10.0.0.0/24"), id="empty-parts"),
    pytest.param({}, "option_conflict", id="no-subnet"),
    pytest.param({"gateway": "10.0.0.1"}, "option_conflict", id="gateway-alone"),
    pytest.param({"iprange": "10.0.0.0/25"}, "option_conflict", id="range-alone"),
    pytest.param({"subnet": "10.0.0.0/24", "gateway": "10.0.1.0"}, "address_outside_subnet", id="gateway-beyond"),
    pytest.param({"subnet": "10.0.0.0/24", "gateway": "9.255.255.255"}, "address_outside_subnet", id="gateway-before"),
    pytest.param({"subnet": "10.0.0.0/24", "gateway": "fd00::1"}, "address_outside_subnet", id="gateway-other-family"),
    pytest.param(
        {"subnet": "10.0.0.0/24", "aux_addresses": {"a": "10.0.1.1"}}, "address_outside_subnet", id="aux-beyond"
    ),
    pytest.param({"subnet": "10.0.0.0/24", "iprange": "10.0.0.0/23"}, "address_outside_subnet", id="range-wider"),
    pytest.param({"subnet": "10.0.0.0/24", "iprange": "10.0.1.0/25"}, "address_outside_subnet", id="range-beyond"),
    pytest.param({"subnet": "10.0.0.0/24", "iprange": "fd00::/64"}, "address_outside_subnet", id="range-other-family"),
]


@pytest.mark.parametrize(("entry", "expected"), POOLS)
def test_parse_pool(entry: dict[str, t.Any], expected: t.Any) -> None:
    if isinstance(expected, Pool):
        assert parse_pool(entry) == expected
        return
    with pytest.raises(Failure) as caught:
        parse_pool(entry)
    assert caught.value.code == expected


def test_pool_as_body_is_read_back() -> None:
    pool = Pool("10.0.0.0/24", "10.0.0.128/25", "10.0.0.254", (("a", "10.0.0.5"),))
    assert Network({"IPAM": {"Config": [pool.as_body()]}}).pools == (pool,)


UNUSABLE: list[t.Any] = [
    pytest.param({"subnet": "10.0.0.2/31"}, "no room", id="two-addresses"),
    pytest.param({"subnet": "fd00::/127"}, "no room", id="two-addresses-of-ipv6"),
    pytest.param({"subnet": "10.0.0.0/24", "gateway": "10.0.0.0"}, "the subnet itself and the gateway", id="first"),
    pytest.param({"subnet": "10.0.0.0/24", "gateway": "10.0.0.255"}, "broadcast address and the gateway", id="last"),
    pytest.param(
        {"subnet": "10.0.0.0/24", "gateway": "10.0.0.2", "aux_addresses": {"x": "10.0.0.2"}},
        r"the gateway and aux_addresses\[x\]",
        id="gateway-twice",
    ),
    pytest.param(
        {"subnet": "10.0.0.0/24", "aux_addresses": {"a": "10.0.0.2", "b": "10.0.0.2"}}, "both", id="aux-twice"
    ),
]


@pytest.mark.parametrize(("entry", "text"), UNUSABLE)
def test_addresses_that_no_engine_takes(entry: dict[str, t.Any], text: str) -> None:
    with pytest.raises(Failure, match=text) as caught:
        parse_pool(entry)
    assert caught.value.code == "option_conflict"


def test_the_smallest_subnets() -> None:
    assert parse_pool({"subnet": "10.0.0.4/30", "gateway": "10.0.0.6"}) == Pool("10.0.0.4/30", "", "10.0.0.6")
    assert parse_pool({"subnet": "fd00::/126", "gateway": "fd00::3"}) == Pool("fd00::/126", "", "fd00::3")


READ_POOLS: list[t.Any] = [
    pytest.param("fx-net", (Pool("172.28.0.0/16", "", "172.28.0.1"),), id="automatic"),
    pytest.param("fx-sub", (Pool("10.231.7.0/24"),), id="host-bits-stored-by-20.10"),
    pytest.param(
        "fx-six",
        (Pool("10.231.8.0/24", "10.231.8.128/25", "10.231.8.254", (("nas", "10.231.8.5"),)), Pool("fd00:231::/64")),
        id="all-parts",
    ),
    pytest.param("host", (), id="none"),
]


@pytest.mark.parametrize(("name", "pools"), READ_POOLS)
def test_read_pools(name: str, pools: tuple[Pool, ...]) -> None:
    assert NETWORKS[name].pools == pools


def test_read_pools_of_null() -> None:
    assert Network({"IPAM": None}).pools == ()
    assert Network({"IPAM": {"Config": None}}).pools == ()


@pytest.mark.parametrize(
    ("text", "normal"), [("", ""), ("10.0.0.1/24", "10.0.0.1"), ("fd00:0::1/64", "fd00::1"), ("::1", "::1")]
)
def test_normal_address(text: str, normal: str) -> None:
    assert normal_address(text) == normal


def test_contains() -> None:
    assert contains(["10.0.0.0/24"], "10.0.0.255")
    assert not contains(["10.0.0.0/24"], "10.0.1.0")
    assert not contains(["10.0.0.0/24"], "::1")
    assert contains(["10.0.0.0/24", "fd00::/64"], "fd00::9")
    assert not contains([], "10.0.0.1")


POOLS = [
    Pool("10.0.0.0/24", gateway="10.0.0.254", aux_addresses=(("router", "10.0.0.5"),)),
    Pool("fd00::/64"),
    Pool("10.1.0.0/28"),
    Pool("10.2.0.0/24", iprange="10.2.0.128/25"),
    Pool("10.3.0.0/24", iprange="10.3.0.0/25"),
]
OUTSIDE = ("address_outside_subnet", "")
SUBNET = ("address_in_use", "the first address, which belongs to the subnet itself")
BROADCAST = ("address_in_use", "the broadcast address")
GATEWAY = ("address_in_use", "the gateway")

# As engine 20.10 starts a container with it, or does not.
JUDGED: list[t.Any] = [
    pytest.param("10.0.0.9", None, id="fits"),
    pytest.param("fd00::9", None, id="fits-another-pool"),
    pytest.param("10.0.1.9", OUTSIDE, id="outside"),
    pytest.param("fd01::9", OUTSIDE, id="outside-ipv6"),
    pytest.param("10.0.0.254", GATEWAY, id="gateway"),
    pytest.param("10.0.0.253", None, id="before-the-gateway"),
    pytest.param("10.0.0.5", ("address_in_use", "the auxiliary address 'router'"), id="auxiliary"),
    pytest.param("10.0.0.4", None, id="before-the-auxiliary"),
    pytest.param("10.0.0.0", SUBNET, id="first"),
    pytest.param("10.0.0.1", None, id="second-where-the-gateway-is-another"),
    pytest.param("10.0.0.255", BROADCAST, id="broadcast"),
    pytest.param("10.1.0.1", GATEWAY, id="gateway-by-default"),
    pytest.param("10.1.0.2", None, id="after-the-gateway-by-default"),
    pytest.param("10.1.0.14", None, id="before-the-broadcast"),
    pytest.param("10.1.0.15", BROADCAST, id="broadcast-of-a-small-subnet"),
    pytest.param("10.2.0.1", None, id="first-outside-of-the-range"),
    pytest.param("10.2.0.128", GATEWAY, id="gateway-of-the-range"),
    pytest.param("10.2.0.129", None, id="after-the-gateway-of-the-range"),
    pytest.param("10.3.0.1", GATEWAY, id="gateway-of-a-range-that-begins-with-the-subnet"),
    pytest.param("fd00::", SUBNET, id="first-ipv6"),
    pytest.param("fd00::1", GATEWAY, id="gateway-by-default-ipv6"),
    pytest.param("fd00::ffff:ffff:ffff:ffff", None, id="no-broadcast-ipv6"),
]


@pytest.mark.parametrize(("address", "expected"), JUDGED)
def test_which_addresses_a_network_can_give(address: str, expected: tuple[str, str] | None) -> None:
    assert judge_address(address, POOLS) == expected
    assert judge_address(address, []) == OUTSIDE


PREFIXES: list[t.Any] = [
    pytest.param("10.0.0.9/24", "10.0.0.0/24", "10.0.0.0/24", id="host-bits"),
    pytest.param("10.0.0.0/255.255.255.0", "10.0.0.0/24", "10.0.0.0/24", id="mask"),
    pytest.param("10.0.0.0", None, "10.0.0.0/32", id="no-prefix"),
    pytest.param("fd00::", None, "fd00::/128", id="no-prefix-ipv6"),
    pytest.param("10.0.0.0/", None, None, id="empty-prefix"),
    pytest.param("10.0.0.0/33", None, None, id="prefix-that-is-too-long"),
    pytest.param("10.0.0.0/32", "10.0.0.0/32", "10.0.0.0/32", id="one-address"),
]


@pytest.mark.parametrize(("text", "subnet", "with_addresses"), PREFIXES)
def test_subnets_have_a_prefix(text: str, subnet: str | None, with_addresses: str | None) -> None:
    for takes_address, expected in ((False, subnet), (True, with_addresses)):
        if expected is not None:
            assert parse_subnet(text, "x", takes_address=takes_address) == expected
            continue
        with pytest.raises(Failure) as caught:
            parse_subnet(text, "x", takes_address=takes_address)
        assert caught.value.code == "option_conflict"


OVERLAPS: list[t.Any] = [
    pytest.param("10.0.0.0/24", ["10.0.1.0/24"], None, id="beside"),
    pytest.param("10.0.0.0/24", ["10.0.0.0/24"], "10.0.0.0/24", id="same"),
    pytest.param("10.0.0.0/24", ["10.0.0.255/32"], "10.0.0.255/32", id="within"),
    pytest.param("10.0.0.0/24", ["10.0.0.0/8"], "10.0.0.0/8", id="around"),
    pytest.param("10.0.0.0/24", ["::/0"], None, id="other-family"),
    pytest.param("fd00::/64", ["10.0.0.0/8", "fd00::/48"], "fd00::/48", id="ipv6"),
]


@pytest.mark.parametrize(("subnet", "others", "expected"), OVERLAPS)
def test_overlapping(subnet: str, others: list[str], expected: str | None) -> None:
    assert overlapping(subnet, others) == expected


# -- a network as a value ----------------------------------------------------------------------------------------------

SWITCHES = ("is_internal", "is_attachable", "has_ipv4", "says_ipv4", "has_ipv6", "is_of_swarm")

NETWORK_VALUES: list[t.Any] = [
    pytest.param({}, {"has_ipv4"}, id="says-nothing"),
    pytest.param({"Internal": True, "Attachable": True}, {"has_ipv4", "is_internal", "is_attachable"}, id="switches"),
    pytest.param({"EnableIPv4": False, "EnableIPv6": True}, {"says_ipv4", "has_ipv6"}, id="ipv6-alone"),
    pytest.param({"EnableIPv4": True}, {"says_ipv4", "has_ipv4"}, id="says-ipv4"),
    pytest.param({"Scope": "swarm"}, {"has_ipv4", "is_of_swarm"}, id="swarm"),
    pytest.param({"Ingress": True}, {"has_ipv4", "is_of_swarm"}, id="ingress"),
]


@pytest.mark.parametrize(("fields", "expected"), NETWORK_VALUES)
def test_switches_of_a_network(fields: dict[str, t.Any], expected: set[str]) -> None:
    network = Network({"Name": "n", **fields})
    assert {switch for switch in SWITCHES if getattr(network, switch)} == expected


def test_a_network_of_which_the_answer_says_little() -> None:
    network = Network({"Name": "n", "Options": None, "Labels": None, "IPAM": None})
    assert (network.id, network.name, network.driver, network.scope) == ("", "n", "bridge", "local")
    assert (network.options, network.labels, network.ipam_options, network.pools, network.subnets) == (
        {},
        {},
        {},
        (),
        [],
    )
    assert network.ipam_driver == "default"


# -- differences -------------------------------------------------------------------------------------------------------

ICC, MTU = "com.docker.network.bridge.enable_icc", "com.docker.network.driver.mtu"
MASQUERADE = "com.docker.network.bridge.enable_ip_masquerade"
MODE, INHIBIT = BRIDGE_OPTIONS["gateway_mode_ipv4"], BRIDGE_OPTIONS["inhibit_ipv4"]
SIX = (Pool("10.231.8.0/24", "10.231.8.128/25", "10.231.8.254", (("nas", "10.231.8.5"),)), Pool("fd00:231::/64"))

# network, desired, the options that differ
DIFFERENCES: list[t.Any] = [
    pytest.param("fx-sub", {}, [], id="unset"),
    pytest.param("fx-sub", {"internal": False, "attachable": False, "enable_ipv6": False}, [], id="defaults"),
    pytest.param("fx-sub", {"enable_ipv4": True}, [], id="ipv4-of-an-engine-that-does-not-say"),
    pytest.param("fx-sub", {"enable_ipv4": False}, ["enable_ipv4"], id="no-ipv4"),
    pytest.param("fx-sub", {"internal": True}, ["internal"], id="internal"),
    pytest.param("fx-int", {"internal": False}, ["internal"], id="not-internal"),
    pytest.param("fx-six", {"enable_ipv6": True}, [], id="ipv6"),
    pytest.param("fx-sub", {"attachable": True, "enable_ipv6": True}, ["attachable", "enable_ipv6"], id="two"),
    # labels are merged
    pytest.param("fx-sub", {"labels": {"team": "web"}}, [], id="labels"),
    pytest.param("fx-sub", {"labels": {}}, [], id="label-not-listed"),
    pytest.param("fx-sub", {"labels": {"x": None}}, [], id="label-gone-already"),
    pytest.param("fx-sub", {"labels": {"team": None}}, ["labels"], id="label-to-be-gone"),
    pytest.param("fx-sub", {"labels": {"com.docker.compose.project": None}}, [], id="label-of-docker-is-never-removed"),
    pytest.param("fx-sub", {"labels": {"team": "db"}}, ["labels"], id="label-other-value"),
    pytest.param("fx-sub", {"labels": {"team": "web", "x": ""}}, ["labels"], id="label-more"),
    pytest.param("fx-net", {"labels": {}}, [], id="labels-none-where-none"),
    pytest.param("fx-sub", {"labels": {"team": "web", "com.docker.x": "y"}}, ["labels"], id="label-of-docker-more"),
    pytest.param("fx-sub", {"labels": {"team": "web"}}, [], id="labels-of-docker-not-listed"),
    # driver options are merged
    pytest.param("fx-sub", {"driver_options": {MTU: "1400"}}, [], id="option"),
    pytest.param("fx-sub", {"driver_options": {ICC: "1"}}, [], id="option-spelling"),
    pytest.param("fx-sub", {"driver_options": {ICC: "false"}}, [f"driver_options.{ICC}"], id="option-differs"),
    pytest.param("fx-sub", {"driver_options": {"x": "y"}}, ["driver_options.x"], id="option-new"),
    pytest.param("fx-sub", {"driver_options": {"x": None}}, [], id="option-gone-already"),
    pytest.param("fx-sub", {"driver_options": {MTU: None}}, [f"driver_options.{MTU}"], id="option-to-be-gone"),
    pytest.param("fx-net", {"driver_options": {ICC: "true", MASQUERADE: "t"}}, [], id="what-the-driver-does-anyway"),
    pytest.param("fx-net", {"driver_options": {ICC: "false"}}, [f"driver_options.{ICC}"], id="not-what-it-does-anyway"),
    pytest.param("fx-net", {"driver_options": {MODE: "nat", INHIBIT: "0"}}, [], id="nat-is-what-it-does-anyway"),
    pytest.param("fx-net", {"driver_options": {MODE: "routed"}}, [f"driver_options.{MODE}"], id="mode"),
    # pools are exact, in any order
    pytest.param("fx-net", {"pools": (Pool("172.28.0.0/16"),)}, [], id="pool-gateway-of-the-engine"),
    pytest.param("fx-net", {"pools": (Pool("172.28.0.0/16", "", "172.28.0.1"),)}, [], id="pool-gateway-named"),
    pytest.param(
        "fx-net", {"pools": (Pool("172.28.0.0/16", "", "172.28.0.2"),)}, ["ipam_config"], id="pool-gateway-other"
    ),
    pytest.param("fx-net", {"pools": ()}, [], id="pools-chosen-by-the-engine"),
    pytest.param("fx-sub", {"pools": (Pool("10.231.7.0/24"),)}, [], id="pool-host-bits"),
    pytest.param("fx-sub", {"pools": (Pool("10.231.7.0/25"),)}, ["ipam_config"], id="pool-other-prefix"),
    pytest.param("fx-six", {"pools": SIX}, [], id="pools"),
    pytest.param("fx-six", {"pools": SIX[::-1]}, [], id="pools-order"),
    pytest.param("fx-six", {"pools": SIX[:1]}, ["ipam_config"], id="pool-less"),
    pytest.param("fx-six", {"pools": SIX[1:]}, [], id="pool-of-ipv4-is-the-engine-s-choice-then"),
    pytest.param("fx-six", {"pools": (SIX[0], Pool("fd00:232::/64"))}, ["ipam_config"], id="pool-ipv6-other"),
    pytest.param(
        "fx-six", {"pools": (replace(SIX[0], gateway=""), SIX[1])}, ["ipam_config"], id="pool-without-its-gateway"
    ),
    pytest.param(
        "fx-six", {"pools": (replace(SIX[0], iprange=""), SIX[1])}, ["ipam_config"], id="pool-without-its-range"
    ),
    pytest.param(
        "fx-six", {"pools": (replace(SIX[0], aux_addresses=()), SIX[1])}, ["ipam_config"], id="pool-without-its-aux"
    ),
    pytest.param("fx-six", {"pools": (Pool("10.231.8.0/24"), SIX[1])}, ["ipam_config"], id="pool-without-its-parts"),
    pytest.param("fx-net", {"ipam_driver": "default"}, [], id="ipam-driver"),
    pytest.param("fx-net", {"ipam_driver": "other"}, ["ipam_driver"], id="ipam-driver-other"),
    pytest.param("fx-net", {"ipam_driver_options": {}}, [], id="ipam-options"),
    pytest.param("host", {"ipam_driver_options": {}}, [], id="ipam-options-null"),
    pytest.param("fx-net", {"ipam_driver_options": {"a": "b"}}, ["ipam_driver_options"], id="ipam-options-more"),
]


@pytest.mark.parametrize(("name", "desired", "expected"), DIFFERENCES)
def test_find_differences(name: str, desired: dict[str, t.Any], expected: list[str]) -> None:
    assert sorted(find_differences(DesiredNetwork(name, **desired), NETWORKS[name], Api(1, 41))) == expected


def test_a_pool_that_a_newer_engine_chooses() -> None:
    """Engine 27.0 and later add an IPv6 subnet of their own, which no list of IPv4 subnets is against."""
    desired = DesiredNetwork("fx-six", pools=SIX[:1])
    assert find_differences(desired, NETWORKS["fx-six"], Api(1, 45)) != {}
    assert find_differences(desired, NETWORKS["fx-six"], Api(1, 46)) == {}
    off = replace(desired, enable_ipv6=False)
    assert sorted(find_differences(off, NETWORKS["fx-six"], Api(1, 46))) == ["enable_ipv6", "ipam_config"]


REBUILT_POOLS: list[t.Any] = [
    pytest.param({}, Api(1, 41), SIX, id="unset"),
    pytest.param({"pools": ()}, Api(1, 41), SIX, id="empty"),
    pytest.param({"enable_ipv6": False}, Api(1, 41), SIX[:1], id="no-ipv6"),
    pytest.param({"pools": SIX[:1]}, Api(1, 45), SIX[:1], id="without-the-ipv6-one"),
    pytest.param({"pools": SIX[:1]}, Api(1, 46), SIX, id="left-to-a-newer-engine"),
    pytest.param({"pools": SIX[:1], "enable_ipv6": False}, Api(1, 46), SIX[:1], id="no-ipv6-on-a-newer-engine"),
    pytest.param({"pools": SIX[1:]}, Api(1, 41), SIX[::-1], id="keeps-the-ipv4-one"),
]


@pytest.mark.parametrize(("desired", "api", "expected"), REBUILT_POOLS)
def test_the_pools_of_a_rebuilt_network(desired: dict[str, t.Any], api: Api, expected: t.Any) -> None:
    body = rebuild_body(DesiredNetwork("fx-six", **desired), NETWORKS["fx-six"], api)
    assert Network(body).pools == expected


# -- making one --------------------------------------------------------------------------------------------------------

TEXTS = st.text("abc", min_size=1, max_size=3)
DESIRED = st.builds(
    DesiredNetwork,
    name=st.just("n"),
    driver_options=st.none() | st.dictionaries(TEXTS, st.none() | TEXTS | st.sampled_from(["true", "1"]), max_size=3),
    ipam_driver=st.sampled_from([None, "default", "x"]),
    ipam_driver_options=st.none() | st.dictionaries(TEXTS, TEXTS, max_size=2),
    pools=st.sampled_from([None, (), (Pool("10.0.0.0/24"),), SIX]),
    internal=st.sampled_from([None, True, False]),
    attachable=st.sampled_from([None, True, False]),
    enable_ipv4=st.sampled_from([None, True, False]),
    enable_ipv6=st.sampled_from([None, True, False]),
    driver=st.sampled_from([None, "bridge", "macvlan"]),
    labels=st.none() | st.dictionaries(TEXTS, TEXTS, max_size=2),
)


@given(DESIRED)
def test_what_is_made_does_not_differ(desired: DesiredNetwork) -> None:
    """The body of the create, read as the engine gives it back, meets the desired network."""
    assert find_differences(desired, Network(create_body(desired, Api(1, 48))), Api(1, 48)) == {}


def test_create_body() -> None:
    body = create_body(DesiredNetwork("n", labels={"a": "b"}, enable_ipv4=False), Api(1, 41))
    assert body["CheckDuplicate"] is True, "engines before 25 make a second network of the name otherwise"
    assert body["Driver"] == "bridge"
    assert "EnableIPv4" not in body, "unknown before API 1.48"
    assert create_body(DesiredNetwork("n", enable_ipv4=False), Api(1, 48))["EnableIPv4"] is False
    assert "EnableIPv4" not in create_body(DesiredNetwork("n"), Api(1, 48))
    assert "Config" not in body["IPAM"]


# -- endpoints ---------------------------------------------------------------------------------------------------------

STANDING = {"IPAMConfig": {"IPv4Address": "10.0.0.5"}, "Aliases": ["a", "b"], "DriverOpts": {"x": "1"}}

LAID: list[t.Any] = [
    pytest.param(DesiredEndpoint("n"), STANDING, id="unset"),
    pytest.param(DesiredEndpoint("n", aliases=("b", "a")), STANDING, id="aliases-order"),
    pytest.param(DesiredEndpoint("n", aliases=("b", "a", "b")), STANDING, id="aliases-twice"),
    pytest.param(DesiredEndpoint("n", aliases=("a",)), {**STANDING, "Aliases": ["a"]}, id="aliases-exact"),
    pytest.param(
        DesiredEndpoint("n", aliases=()), {k: v for k, v in STANDING.items() if k != "Aliases"}, id="aliases-none"
    ),
    pytest.param(DesiredEndpoint("n", ipv4_address="10.0.0.5"), STANDING, id="address"),
    pytest.param(
        DesiredEndpoint("n", ipv4_address="10.0.0.6"),
        {**STANDING, "IPAMConfig": {"IPv4Address": "10.0.0.6"}},
        id="moved",
    ),
    pytest.param(
        DesiredEndpoint("n", ipv6_address="fd00::5"),
        {**STANDING, "IPAMConfig": {"IPv4Address": "10.0.0.5", "IPv6Address": "fd00::5"}},
        id="second-address",
    ),
    pytest.param(DesiredEndpoint("n", driver_opts={"x": "1"}), STANDING, id="option"),
    pytest.param(
        DesiredEndpoint("n", driver_opts={"y": "2"}),
        {**STANDING, "DriverOpts": {"x": "1", "y": "2"}},
        id="option-merged",
    ),
    pytest.param(DesiredEndpoint("n", driver_opts={"x": "TRUE"}), STANDING, id="option-spelling"),
    pytest.param(
        DesiredEndpoint("n", driver_opts={"x": None}),
        {k: v for k, v in STANDING.items() if k != "DriverOpts"},
        id="option-to-be-gone",
    ),
    pytest.param(DesiredEndpoint("n", driver_opts={"z": None}), STANDING, id="option-gone-already"),
    pytest.param(
        DesiredEndpoint("n", ipv4_address=""), {k: v for k, v in STANDING.items() if k != "IPAMConfig"}, id="no-address"
    ),
    pytest.param(DesiredEndpoint("n", ipv6_address=""), STANDING, id="no-address-already"),
    pytest.param(DesiredEndpoint("n", links=("db:d",)), {**STANDING, "Links": ["db:d"]}, id="links"),
    pytest.param(DesiredEndpoint("n", links=()), STANDING, id="links-none"),
    pytest.param(DesiredEndpoint("n", gw_priority=5), {**STANDING, "GwPriority": 5}, id="priority"),
    pytest.param(DesiredEndpoint("n", gw_priority=0), STANDING, id="priority-default"),
]


@pytest.mark.parametrize(("desired", "expected"), LAID)
def test_lay_over(desired: DesiredEndpoint, expected: dict[str, t.Any]) -> None:
    assert desired.merge_into(STANDING) == expected
    assert desired.merge_into(expected) == expected


def test_lay_over_compares_addresses_not_texts() -> None:
    standing = {"IPAMConfig": {"IPv6Address": "fd00:0:0::5"}}
    assert DesiredEndpoint("n", ipv6_address="fd00::5").merge_into(standing) == standing


@pytest.mark.parametrize("links", [("db", "web:w"), ("web:w", "db:db")], ids=["as-is", "other-spelling-and-order"])
def test_lay_over_compares_links_not_texts(links: tuple[str, ...]) -> None:
    standing = {"Links": ["db", "web:w"]}
    assert DesiredEndpoint("n", links=links).merge_into(standing) == standing
    assert DesiredEndpoint("n", links=links[:1]).merge_into(standing) == {"Links": list(links[:1])}


def test_union() -> None:
    one, other = DesiredEndpoint("n", aliases=("a",)), DesiredEndpoint("n", ipv4_address="10.0.0.5")
    assert one.union(other) == DesiredEndpoint("n", aliases=("a",), ipv4_address="10.0.0.5")
    assert one.union(DesiredEndpoint("other", aliases=("a",))) == one
    with pytest.raises(Failure) as caught:
        one.union(DesiredEndpoint("n", aliases=("b",)))
    assert caught.value.code == "option_conflict"
