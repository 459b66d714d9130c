# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Networks of drivers beside bridge, definitions and their copies, and networks of a swarm."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.bridgeport.docker.plugins.module_utils._desired.parse import parse_network
from ansible_collections.bridgeport.docker.plugins.module_utils._desired.state import DesiredState
from ansible_collections.bridgeport.docker.plugins.module_utils._errors import Failure
from ansible_collections.bridgeport.docker.plugins.module_utils._objects.engine import Api, Engine
from ansible_collections.bridgeport.docker.plugins.module_utils._objects.networks import Network
from ansible_collections.bridgeport.docker.plugins.module_utils._objects.snapshot import HostRange, Snapshot
from ansible_collections.bridgeport.docker.plugins.module_utils._plan.network_body import (
    create_body,
    find_differences,
    rebuild_body,
    replay_body,
)
from ansible_collections.bridgeport.docker.plugins.module_utils._plan.plan import Plan
from ansible_collections.bridgeport.docker.plugins.module_utils._plan.planner import make_plan
from ansible_collections.bridgeport.docker.plugins.module_utils._recovery.networks import is_as_described

Params = t.Dict[str, t.Any]
OLD, NEW = Api(1, 41), Api(1, 51)
VXLAN = "com.docker.network.driver.overlay.vxlanid_list"
IPV6 = "com.docker.network.enable_ipv6"


def stand(name: str, driver: str = "bridge", *subnets: str, **more: t.Any) -> Network:
    """As engines 20.10 and 28.5 answer for such networks."""
    return Network(
        {
            "Name": name,
            "Id": f"{name}{'0' * 64}"[:64],
            "Scope": "local",
            "Driver": driver,
            "EnableIPv6": False,
            "IPAM": {"Driver": "default", "Options": {}, "Config": [{"Subnet": each} for each in subnets]},
            "Internal": False,
            "Attachable": False,
            "Ingress": False,
            "ConfigFrom": {"Network": ""},
            "ConfigOnly": False,
            "Containers": {},
            "Options": {},
            "Labels": {},
            **more,
        }
    )


DEFINED = {"Options": {"a": "b"}, "Labels": {"x": "y"}}
LAN = stand("lan", "macvlan", "192.168.7.0/24", Options={"parent": "eth0"})
WIRE = stand("wire", "ipvlan", "192.168.8.0/24", Options={"parent": "eth1"})
DEFINITION = stand("definition", "null", "10.7.0.0/24", ConfigOnly=True, **DEFINED)
COPY = stand("copy", "bridge", "10.7.0.0/24", ConfigFrom={"Network": "definition"}, **DEFINED)
OVERLAY = stand("wide", "overlay", "10.0.1.0/24", Scope="swarm", Attachable=True, Options={VXLAN: "4097"}, Labels=None)
INGRESS = stand("ingress", "overlay", "10.0.0.0/24", Scope="swarm", Ingress=True, Options={VXLAN: "4096"})
FRONT = stand("front", "bridge", "10.9.0.0/24")
# An IPv6 subnet of a network without IPv6 is shown by both engines.
UNUSED = stand("unused", "bridge", "10.10.0.0/24", "fd00:77::/64")
ALL = (LAN, WIRE, DEFINITION, COPY, OVERLAY, INGRESS, FRONT, UNUSED)
ROUTES = (HostRange("192.168.7.0/24", "eth0"), HostRange("10.20.0.0/24", "eth1"))


def host(api: Api = OLD, *networks: Network, **more: t.Any) -> Snapshot:
    return Snapshot(Engine("x", api, True), networks=networks or ALL, host_ranges=ROUTES, **more)


def plan(snapshot: Snapshot, *networks: Params, **settings: t.Any) -> Plan:
    return make_plan(DesiredState(tuple(parse_network(each, **settings) for each in networks)), snapshot)


def codes(made: Plan) -> list[str]:
    return [refusal.code for refusal in made.refusals]


# -- differences -------------------------------------------------------------------------------------------------------

DIFFERENCES: list[t.Any] = [
    pytest.param(LAN, {}, [], id="driver-left-out"),
    pytest.param(LAN, {"driver": "macvlan"}, [], id="driver"),
    pytest.param(LAN, {"driver": "bridge"}, ["driver"], id="driver-other"),
    pytest.param(WIRE, {"driver_options": {"parent": "eth1"}}, [], id="parent"),
    pytest.param(WIRE, {"driver_options": {"parent": "eth2"}}, ["driver_options.parent"], id="parent-other"),
    pytest.param(
        LAN,
        {"driver_options": {"com.docker.network.bridge.enable_icc": True}},
        ["driver_options.com.docker.network.bridge.enable_icc"],
        id="what-only-bridges-do-anyway",
    ),
    pytest.param(
        LAN, {"ipam_config": [{"subnet": "192.168.7.0/24", "gateway": "192.168.7.1"}]}, ["ipam_config"], id="gateway"
    ),
    pytest.param(FRONT, {"scope": "local"}, [], id="scope"),
    pytest.param(FRONT, {"scope": "swarm"}, ["scope"], id="scope-other"),
    pytest.param(OVERLAY, {"scope": "global"}, [], id="overlay-global-is-swarm"),
    pytest.param(OVERLAY, {"scope": "swarm", "driver": "overlay", "attachable": True}, [], id="overlay"),
    pytest.param(OVERLAY, {"labels": {"a": "b"}}, ["labels"], id="overlay-labels"),
    pytest.param(INGRESS, {"ingress": True}, [], id="ingress"),
    pytest.param(INGRESS, {"ingress": False}, ["ingress"], id="ingress-no-more"),
    pytest.param(FRONT, {"ingress": False}, [], id="no-ingress"),
    pytest.param(DEFINITION, {"config_only": True, "driver": "bridge"}, [], id="definition-whatever-the-driver"),
    pytest.param(DEFINITION, {"driver": "bridge"}, ["driver"], id="definition-with-a-driver"),
    pytest.param(FRONT, {"config_only": True}, ["config_only"], id="definition-new"),
    pytest.param(FRONT, {"config_only": False, "config_from": ""}, [], id="neither"),
    pytest.param(COPY, {"config_from": "definition"}, [], id="copy"),
    pytest.param(COPY, {"config_from": "definition", "enable_ipv6": False}, [], id="copy-compares-nothing-copied"),
    pytest.param(COPY, {"config_from": "other"}, ["config_from"], id="copy-of-another"),
    pytest.param(COPY, {"config_from": ""}, ["config_from"], id="copy-no-more"),
    pytest.param(COPY, {"labels": {"x": "y"}}, [], id="copy-with-what-it-copied"),
    pytest.param(COPY, {"labels": {"x": "z"}}, ["labels"], id="copy-with-something-else"),
    pytest.param(UNUSED, {"ipam_config": [{"subnet": "10.10.0.0/24"}]}, [], id="unused-subnet"),
    pytest.param(
        UNUSED, {"ipam_config": [{"subnet": "10.10.0.0/24"}, {"subnet": "fd00:77::/64"}]}, [], id="unused-subnet-listed"
    ),
    pytest.param(FRONT, {"enable_ipv4": True}, [], id="ipv4-that-is-not-told"),
]


@pytest.mark.parametrize(("network", "params", "expected"), DIFFERENCES)
def test_differences(network: Network, params: Params, expected: list[str]) -> None:
    assert sorted(find_differences(parse_network({"name": network.name, **params}), network, OLD)) == expected


@pytest.mark.parametrize(
    ("api", "shown", "expected"),
    [
        # Engines that know the option as a field drop it from the options; others keep it as any text.
        (NEW, {}, []),
        (NEW, {IPV6: "true"}, []),
        (OLD, {IPV6: "true"}, []),
        (OLD, {}, [f"driver_options.{IPV6}"]),
    ],
)
def test_options_that_stand_for_fields(api: Api, shown: dict[str, str], expected: list[str]) -> None:
    network = stand("n", EnableIPv6=True, Options=shown)
    desired = parse_network({"name": "n", "driver_options": {IPV6: True}})
    assert sorted(find_differences(desired, network, api)) == expected
    assert "EnableIPv6" not in create_body(desired, api)


# -- requests ----------------------------------------------------------------------------------------------------------

CREATED: list[t.Any] = [
    pytest.param({}, {"Driver": "bridge"}, ("Scope", "Ingress", "ConfigOnly", "ConfigFrom"), id="plain"),
    pytest.param(
        {"driver": "overlay", "scope": "swarm", "ingress": True}, {"Scope": "swarm", "Ingress": True}, (), id="swarm"
    ),
    pytest.param(
        {"config_only": True, "driver": "bridge"}, {"Driver": "null", "ConfigOnly": True}, ("Scope",), id="definition"
    ),
    pytest.param(
        {"config_from": "definition", "driver": "macvlan"},
        {"Driver": "macvlan", "ConfigFrom": {"Network": "definition"}},
        ("IPAM", "Options", "Labels", "EnableIPv6"),
        id="copy",
    ),
]


@pytest.mark.parametrize(("params", "has", "lacks"), CREATED)
def test_create_request(params: Params, has: Params, lacks: tuple[str, ...]) -> None:
    body = create_body(parse_network({"name": "n", **params}), OLD)
    assert {key: body[key] for key in has} == has
    assert not body.keys() & set(lacks)


def test_what_is_remade_is_what_it_was() -> None:
    for network in ALL:
        body = replay_body(network, OLD)
        assert is_as_described(network, body), network.name
        assert VXLAN not in body.get("Options", {}), "the next network gets one of its own"
    assert replay_body(COPY, OLD).keys() & {"IPAM", "Options", "Labels", "EnableIPv6"} == set()
    assert not is_as_described(LAN, replay_body(stand("lan", "bridge", "192.168.7.0/24"), OLD))
    assert not is_as_described(FRONT, replay_body(COPY, OLD))


REBUILT: list[t.Any] = [
    pytest.param(LAN, {"driver": "bridge"}, {"Driver": "bridge", "Options": {}}, id="the-old-drivers-options-go"),
    pytest.param(LAN, {"internal": True}, {"Driver": "macvlan", "Options": {"parent": "eth0"}}, id="the-driver-stays"),
    pytest.param(DEFINITION, {"config_only": False}, {"Driver": "bridge"}, id="a-definition-becomes-a-bridge"),
    pytest.param(
        FRONT, {"config_only": True}, {"Driver": "null", "ConfigOnly": True}, id="a-bridge-becomes-a-definition"
    ),
    pytest.param(COPY, {"internal": True}, {"ConfigFrom": {"Network": "definition"}}, id="a-copy-stays-one"),
    pytest.param(
        COPY, {"labels": {"x": "z"}}, {"Labels": {"x": "z"}, "Options": {"a": "b"}}, id="a-copy-with-its-own-label"
    ),
    pytest.param(OVERLAY, {"attachable": False}, {"Scope": "swarm", "Attachable": False}, id="overlay"),
    pytest.param(OVERLAY, {"driver": "bridge"}, {"Driver": "bridge"}, id="overlay-becomes-a-bridge"),
]


@pytest.mark.parametrize(("network", "params", "has"), REBUILT)
def test_rebuild_request(network: Network, params: Params, has: Params) -> None:
    desired = parse_network({"name": network.name, **params})
    body = rebuild_body(desired, network, OLD)
    assert {key: body[key] for key in has} == has
    assert ("Scope" in body) == (body["Driver"] == "overlay")
    assert "ConfigFrom" not in body or "Labels" not in body
    # Nothing is left to do once the network stands so.
    if "ConfigFrom" not in body:
        assert find_differences(desired, Network({"Scope": "local", **body}), OLD) == {}


# -- plans -------------------------------------------------------------------------------------------------------------

ALLOWED: list[t.Any] = [
    pytest.param({"name": "lan", "driver": "macvlan"}, [], id="met"),
    pytest.param(
        {"name": "new", "driver": "macvlan", "ipam_config": [{"subnet": "10.20.0.0/24"}]},
        ["create network new"],
        id="on-the-hosts-own-subnet",
    ),
    pytest.param(
        {"name": "new", "ipam_config": [{"subnet": "10.0.1.0/24"}]},
        ["create network new"],
        id="where-a-swarm-has-its-own",
    ),
    pytest.param(
        {"name": "new", "config_only": True, "ipam_config": [{"subnet": "10.9.0.0/24"}]},
        ["create network new"],
        id="a-definition-takes-nothing",
    ),
    pytest.param({"name": "definition", "config_only": True}, [], id="definition"),
    pytest.param({"name": "wide", "attachable": True}, [], id="overlay-without-its-driver"),
    pytest.param({"name": "wide", "state": "absent"}, ["remove network wide"], id="overlay-goes"),
    pytest.param(
        {"name": "new", "driver": "ipvlan", "ipam_config": [{"subnet": "10.8.0.0/24"}, {"subnet": "10.8.1.0/24"}]},
        ["create network new"],
        id="several-subnets",
    ),
]


@pytest.mark.parametrize(("params", "actions"), ALLOWED)
def test_what_is_planned(params: Params, actions: list[str]) -> None:
    made = plan(host(), params)
    assert codes(made) == []
    assert list(made.actions) == actions


NOT_TAKEN: list[t.Any] = [
    pytest.param(
        {"name": "new", "ipam_config": [{"subnet": "10.20.0.0/24"}]},
        "subnet_overlap",
        id="a-bridge-on-the-hosts-own-subnet",
    ),
    pytest.param(
        {"name": "new", "driver": "macvlan", "ipam_config": [{"subnet": "10.9.0.0/25"}]},
        "subnet_overlap",
        id="where-a-bridge-is",
    ),
    pytest.param(
        {"name": "new", "driver": "macvlan", "driver_options": {"parent": "eth0"}},
        "option_conflict",
        id="the-parent-of-another",
    ),
    pytest.param({"name": "new", "driver": "overlay"}, "unsupported", id="no-swarm"),
    pytest.param({"name": "wide", "attachable": False}, "swarm_managed", id="a-swarm-elsewhere"),
    pytest.param({"name": "new", "config_from": "missing"}, "network_not_found", id="nothing-to-copy"),
    pytest.param({"name": "new", "config_from": "definition"}, "subnet_overlap", id="a-second-copy-of-a-subnet"),
    pytest.param({"name": "new", "config_from": "front"}, "option_conflict", id="no-definition"),
    pytest.param({"name": "definition", "state": "absent"}, "network_in_use", id="a-definition-that-was-copied"),
    pytest.param({"name": "definition", "labels": {"x": "z"}}, "network_in_use", id="a-definition-to-be-rebuilt"),
    pytest.param({"name": "host", "driver": "macvlan"}, "network_protected", id="protected"),
    pytest.param(
        {"name": "new", "ipam_config": [{"subnet": "10.8.0.0/24"}, {"subnet": "10.8.1.0/24"}]},
        "option_conflict",
        id="a-bridge-with-several-subnets",
    ),
    pytest.param(
        {"name": "new", "ipam_config": [{"subnet": "fd00:8::/64"}]}, "option_conflict", id="ipv6-subnet-without-ipv6"
    ),
]


@pytest.mark.parametrize(("params", "code"), NOT_TAKEN)
def test_what_is_refused(params: Params, code: str) -> None:
    assert codes(plan(host(), params)) == [code]


def test_parents_are_shared_on_newer_engines() -> None:
    assert codes(plan(host(NEW), {"name": "new", "driver": "macvlan", "driver_options": {"parent": "eth0"}})) == []


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ({"manages_swarm": True, "swarm_nodes": 1}, None),
        ({"manages_swarm": True, "swarm_nodes": 2}, "swarm_managed"),
        ({"manages_swarm": False, "swarm_nodes": 1}, "swarm_managed"),
    ],
)
def test_networks_of_a_swarm_are_rebuilt_where_nobody_else_has_them(settings: Params, code: str | None) -> None:
    snapshot = host(OLD, OVERLAY, **settings)
    made = plan(snapshot, {"name": "wide", "attachable": False})
    assert codes(made) == ([code] if code else [])
    if code is None:
        assert "remove network wide" in made.actions
        assert "bridgeport" not in " ".join(action for action in made.actions if action.startswith("create network")), (
            "no trial"
        )
    assert codes(plan(snapshot, {"name": "new", "driver": "overlay"})) == (
        [] if settings["manages_swarm"] else ["unsupported"]
    )


def test_definitions_come_before_their_copies_and_go_after_them() -> None:
    made = plan(
        host(OLD, FRONT),
        {"name": "b", "config_from": "a"},
        {"name": "a", "config_only": True, "ipam_config": [{"subnet": "10.7.0.0/24"}]},
    )
    assert list(made.actions) == ["create network a", "create network b"]
    change = made.find_change("network", "b")
    assert change is not None
    assert change.predicted is not None
    assert change.predicted["ipam_config"][0]["subnet"] == "10.7.0.0/24"
    gone = plan(host(), {"name": "definition", "state": "absent"}, {"name": "copy", "state": "absent"})
    assert list(gone.actions) == ["remove network copy", "remove network definition"]


def test_unused_subnets_are_passed_over_where_the_module_says_so() -> None:
    task = {"name": "new", "ipam_config": [{"subnet": "10.8.0.0/24"}, {"subnet": "fd00:8::/64"}]}
    made = plan(host(), task, ignores_unused_pools=True)
    assert codes(made) == []
    assert "fd00:8::/64" in made.warnings[0]
    change = made.find_change("network", "new")
    assert change is not None
    assert [pool["subnet"] for pool in change.after["ipam_config"]] == ["10.8.0.0/24"]
    # It counts where the network has IPv6.
    used = plan(host(), {**task, "enable_ipv6": True}, ignores_unused_pools=True)
    assert (codes(used), used.warnings) == ([], [])
    both = {"name": "unused", "ipam_config": [{"subnet": "10.10.0.0/24"}, {"subnet": "fd00:78::/64"}]}
    assert plan(host(), both, ignores_unused_pools=True).actions == ()


# -- what a task says of itself ----------------------------------------------------------------------------------------

CONTRADICTIONS: list[t.Any] = [
    pytest.param({"driver": ""}, "driver is empty", id="driver-empty"),
    pytest.param({"driver": "null"}, "config_only", id="driver-null"),
    pytest.param({"driver": "host"}, "driver=host", id="driver-host"),
    pytest.param(
        {"config_only": True, "internal": True, "scope": "local"}, "internal and scope", id="definition-operated"
    ),
    pytest.param({"config_only": True, "config_from": "a"}, "exclude each other", id="definition-of-a-copy"),
    pytest.param({"config_only": True, "connected": ["web"]}, "no container can join", id="definition-with-members"),
    pytest.param(
        {"config_from": "a", "labels": {"x": "y"}, "enable_ipv6": True},
        "labels and enable_ipv6=true",
        id="copy-with-labels",
    ),
    pytest.param({"config_from": "a", "driver_options": {"x": "y"}}, "driver_options", id="copy-with-options"),
    pytest.param({"driver": "overlay", "scope": "local"}, "scope=local", id="overlay-local"),
]


@pytest.mark.parametrize(("params", "words"), CONTRADICTIONS)
def test_contradictions(params: Params, words: str) -> None:
    with pytest.raises(Failure) as caught:
        parse_network({"name": "n", **params})
    assert caught.value.code == "option_conflict"
    assert words in caught.value.message
    # A network that is not to be there needs no sense.
    parse_network({"name": "n", "state": "absent", **params})


@pytest.mark.parametrize(
    ("driver", "refused"), [(None, False), ("bridge", False), ("macvlan", True), ("overlay", True), ("other", True)]
)
def test_a_module_for_bridges_says_who_takes_others(driver: str | None, refused: bool) -> None:
    params = {"name": "n", "driver": driver}
    if not refused:
        assert parse_network(params, only_bridge=True).only_bridge
        return
    with pytest.raises(Failure) as caught:
        parse_network(params, only_bridge=True)
    assert "bridgeport.docker.docker_network takes it" in caught.value.message
