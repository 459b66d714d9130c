# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.bridgeport.docker.plugins.module_utils._desired.networks import DesiredEndpoint
from ansible_collections.bridgeport.docker.plugins.module_utils._desired.parse import (
    parse_all,
    parse_container,
    parse_endpoint,
    parse_endpoints,
    parse_network,
    parse_ports,
)
from ansible_collections.bridgeport.docker.plugins.module_utils._errors import Failure, Refusals
from ansible_collections.bridgeport.docker.plugins.module_utils._objects.networks import Pool

# -- endpoints ---------------------------------------------------------------------------------------------------------

ENDPOINTS: list[t.Any] = [
    pytest.param("web", DesiredEndpoint("web"), id="name"),
    pytest.param({"name": "web"}, DesiredEndpoint("web"), id="dict"),
    pytest.param({"name": "web", "aliases": ["a", 1]}, DesiredEndpoint("web", aliases=("a", "1")), id="aliases"),
    pytest.param({"name": "web", "aliases": []}, DesiredEndpoint("web", aliases=()), id="aliases-none"),
    pytest.param({"name": "web", "aliases": None}, DesiredEndpoint("web"), id="aliases-unset"),
    pytest.param(
        {"name": "web", "ipv4_address": "10.0.0.5"}, DesiredEndpoint("web", ipv4_address="10.0.0.5"), id="ipv4"
    ),
    pytest.param(
        {"name": "web", "ipv6_address": "FD00::0:5"}, DesiredEndpoint("web", ipv6_address="fd00::5"), id="ipv6"
    ),
    pytest.param({"name": "web", "ipv4_address": ""}, DesiredEndpoint("web", ipv4_address=""), id="address-to-be-gone"),
    pytest.param(
        {"name": "web", "driver_opts": {"a": None, "b": True}},
        DesiredEndpoint("web", driver_opts={"a": None, "b": "true"}),
        id="option-to-be-gone",
    ),
    pytest.param(
        {"name": "w", "mac_address": "02-AB-00-00-00-01"},
        DesiredEndpoint("w", mac_address="02:ab:00:00:00:01"),
        id="mac",
    ),
    pytest.param(
        {"name": "w", "mac_address": "02ab.0000.0001"},
        DesiredEndpoint("w", mac_address="02:ab:00:00:00:01"),
        id="mac-dots",
    ),
    pytest.param(
        {"name": "w", "driver_opts": {"a": True, 1: 2}},
        DesiredEndpoint("w", driver_opts={"a": "true", "1": "2"}),
        id="opts",
    ),
    pytest.param({"name": "w", "gw_priority": "5"}, DesiredEndpoint("w", gw_priority=5), id="priority-as-text"),
    pytest.param({"name": "w", "gw_priority": -1}, DesiredEndpoint("w", gw_priority=-1), id="priority-negative"),
    pytest.param({"name": "w", "gw_priority": 0}, DesiredEndpoint("w", gw_priority=0), id="priority-0"),
]


@pytest.mark.parametrize(("entry", "expected"), ENDPOINTS)
def test_parse_endpoint(entry: t.Any, expected: DesiredEndpoint) -> None:
    assert parse_endpoint(entry, "connected") == expected


BAD_ENDPOINTS: list[t.Any] = [
    pytest.param(5, "entry 1", id="number"),
    pytest.param("", "entry 1", id="empty-name"),
    pytest.param({}, "name", id="no-name"),
    pytest.param({"name": None}, "name", id="name-none"),
    pytest.param({"name": 5}, "name", id="name-number"),
    pytest.param({"name": "w", "ip": "10.0.0.1"}, "'ip'", id="unknown-key"),
    pytest.param({"name": "w", "aliases": "a"}, "aliases", id="aliases-text"),
    pytest.param({"name": "w", "links": {"a": 1}}, "links", id="links-dict"),
    pytest.param({"name": "w", "links": ["a:b:c"]}, "'a:b:c'", id="link-of-three"),
    pytest.param({"name": "w", "links": ["a", ":b"]}, "':b'", id="link-without-container"),
    pytest.param({"name": "w", "links": ["a:"]}, "'a:'", id="link-without-alias"),
    pytest.param({"name": "w", "mac_address": "zz"}, "'zz'", id="mac-of-other-letters"),
    pytest.param({"name": "w", "mac_address": "02:ab:0:0:0:1"}, "'02:ab:0:0:0:1'", id="mac-of-short-parts"),
    pytest.param({"name": "w", "mac_address": "02:ab:00:00:00:01:02"}, "mac_address", id="mac-of-seven-parts"),
    pytest.param({"name": "w", "mac_address": "01:00:5e:00:00:01"}, "even", id="mac-of-a-group"),
    pytest.param({"name": "w", "ipv4_address": "fd00::1"}, "ipv4_address", id="ipv6-for-ipv4"),
    pytest.param({"name": "w", "ipv6_address": "10.0.0.1"}, "ipv6_address", id="ipv4-for-ipv6"),
    pytest.param({"name": "w", "driver_opts": "a=b"}, "driver_opts", id="opts-text"),
    pytest.param({"name": "w", "gw_priority": "high"}, "gw_priority", id="priority-text"),
    pytest.param({"name": "w", "gw_priority": 1.5}, "gw_priority", id="priority-fraction"),
    pytest.param({"name": "w", "mac_address": "02:ab:0:0:0:1"}, "02:ab:0:0:0:1", id="mac-single-digits"),
    pytest.param({"name": "w", "mac_address": "02:ab-00:00:00:01"}, "02:ab-00", id="mac-mixed"),
    pytest.param({"name": "w", "mac_address": "nonsense"}, "nonsense", id="mac-nonsense"),
]


@pytest.mark.parametrize(("entry", "named"), BAD_ENDPOINTS)
def test_refused_endpoints(entry: t.Any, named: str) -> None:
    with pytest.raises(Failure) as caught:
        parse_endpoint(entry, "connected")
    assert caught.value.code == "option_conflict"
    assert "connected" in caught.value.message
    assert named in caught.value.message


def test_links_of_an_endpoint() -> None:
    assert parse_endpoint({"name": "w", "links": ["a", "b:c"]}, "networks").links == ("a", "b:c")


def test_parse_endpoints() -> None:
    assert parse_endpoints(None, "connected") is None
    assert parse_endpoints([], "connected") == ()
    with pytest.raises(Failure, match="'a' is listed twice"):
        parse_endpoints(["a", {"name": "a"}], "connected")


# -- ports -------------------------------------------------------------------------------------------------------------


def ports(params: dict[str, t.Any], *, close: bool = False) -> list[str] | None:
    publications = parse_ports(params, close=close).publications
    return None if publications is None else [str(publication) for publication in publications]


PORTS: list[t.Any] = [
    pytest.param({}, None, id="unset"),
    pytest.param({"published_ports": []}, [], id="none"),
    pytest.param({"published_ports": ["8080:80", 81]}, ["8080:80/tcp", "81/tcp"], id="list"),
    pytest.param(
        {"published_ports": ["8080:80", "[::1]::81"], "default_host_ip": "127.0.0.1"},
        ["127.0.0.1:8080:80/tcp", "[::1]::81/tcp"],
        id="default-address",
    ),
    pytest.param({"published_ports": ["80"], "default_host_ip": "0::1"}, ["[::1]::80/tcp"], id="default-address-ipv6"),
    pytest.param({"published_ports": ["80"], "default_host_ip": ""}, ["80/tcp"], id="default-address-empty"),
    pytest.param(
        {"published_ports": ["8080:80", "127.0.0.2:8080:81"], "default_host_ip": "127.0.0.1"},
        ["127.0.0.1:8080:80/tcp", "127.0.0.2:8080:81/tcp"],
        id="no-conflict-with-the-default-address",
    ),
]


@pytest.mark.parametrize(("params", "expected"), PORTS)
def test_parse_ports(params: dict[str, t.Any], expected: list[str] | None) -> None:
    assert ports(params) == expected


def test_closing_takes_no_default_address() -> None:
    assert ports({"published_ports": ["80"], "default_host_ip": "127.0.0.1"}, close=True) == ["80/tcp"]


def test_closing_may_name_one_port_in_several_ways() -> None:
    assert ports({"published_ports": ["8080:80", "8080:80"]}, close=True) == ["8080:80/tcp", "8080:80/tcp"]


BAD_PORTS: list[t.Any] = [
    pytest.param({}, True, "option_conflict", id="close-what"),
    pytest.param({"all": True, "published_ports": ["80"]}, True, "option_conflict", id="close-all-and-some"),
    pytest.param({"all": True}, False, "option_conflict", id="all-without-absent"),
    pytest.param({"published_ports": ["8080:80", "8080:81"]}, False, "port_conflict", id="twice"),
    pytest.param({"published_ports": ["999.1.1.1:80:80"]}, False, "port_spec_invalid", id="address"),
    pytest.param({"published_ports": ["localhost:80:80"]}, False, "port_spec_invalid", id="host-name"),
    pytest.param({"published_ports": ["70000:80"]}, False, "port_spec_invalid", id="port"),
    pytest.param({"published_ports": ["80/foo"]}, True, "port_spec_invalid", id="protocol"),
    pytest.param({"published_ports": ["8080:0"]}, False, "port_spec_invalid", id="container-port-0"),
    pytest.param(
        {"published_ports": ["80"], "default_host_ip": "host"}, False, "option_conflict", id="default-address"
    ),
    pytest.param({"exposed_ports": ["80:80"]}, False, "port_spec_invalid", id="exposed"),
]


@pytest.mark.parametrize(("params", "close", "code"), BAD_PORTS)
def test_refused_ports(params: dict[str, t.Any], close: bool, code: str) -> None:
    with pytest.raises(Failure) as caught:
        parse_ports(params, close=close)
    assert caught.value.code == code


def test_flags_of_ports() -> None:
    desired = parse_ports({"exposed_ports": ["80", "81/udp"], "publish_all_ports": False, "purge": False})
    assert (desired.exposed, desired.publish_all, desired.purge, desired.close) == (
        ("80/tcp", "81/udp"),
        False,
        False,
        False,
    )
    assert parse_ports({"all": True}, close=True).close_all


# -- containers --------------------------------------------------------------------------------------------------------

NAMES: list[t.Any] = [
    pytest.param("ab", True, id="two"),
    pytest.param("a", False, id="one"),
    pytest.param("a.b_c-d", True, id="signs"),
    pytest.param("-ab", False, id="begins-with-dash"),
    pytest.param("_ab", False, id="begins-with-underscore"),
    pytest.param("0a", True, id="begins-with-digit"),
    pytest.param("a b", False, id="blank"),
    pytest.param("ab\n", False, id="newline"),
    pytest.param("/ab", False, id="slash"),
    pytest.param("äb", False, id="letter-of-another-script"),
]


@pytest.mark.parametrize(("name", "good"), NAMES)
def test_names(name: str, good: bool) -> None:
    if good:
        assert parse_container({"name": name}).name == name
        return
    with pytest.raises(Failure, match="not a container's name"):
        parse_container({"name": name})


def test_container_defaults() -> None:
    desired = parse_container({"name": "web"})
    assert (desired.state, desired.starts_new, desired.image, desired.pull, desired.options) == (
        "present",
        True,
        None,
        "missing",
        {},
    )
    assert (desired.networks, desired.network_mode, desired.wait, desired.wait_timeout) == (None, None, "running", 60)
    assert desired.ports.publications is None


def test_container_settings_of_the_module() -> None:
    desired_ports = parse_ports({"all": True}, close=True)
    desired = parse_container({"name": "web", "published_ports": ["80"]}, state="stopped", ports=desired_ports)
    assert (desired.state, desired.ports) == ("stopped", desired_ports)


@pytest.mark.parametrize(("mode", "expected"), [("bridge", "default"), ("default", "default"), ("my-net", "my-net")])
def test_network_mode_spelling(mode: str, expected: str) -> None:
    assert parse_container({"name": "web", "network_mode": mode}).network_mode == expected


@pytest.mark.parametrize(
    "params",
    [
        {"network_mode": "host", "networks": [{"name": "n"}]},
        {"network_mode": "none", "networks": [{"name": "n"}]},
        {"network_mode": "container:x", "networks": [{"name": "n"}]},
        {"purge_networks": True},
        {"networks": [{"name": "n"}, {"name": "n"}]},
    ],
)
def test_refused_containers(params: dict[str, t.Any]) -> None:
    with pytest.raises(Failure) as caught:
        parse_container({"name": "web", **params})
    assert caught.value.code == "option_conflict"


REPLACING: list[t.Any] = [
    pytest.param("update_order", "stop-first", "starts_first", False, id="stop-first"),
    pytest.param("update_order", "start-first", "starts_first", True, id="start-first"),
    pytest.param("dependents", "refuse", "recreates_dependents", False, id="refuse-dependents"),
    pytest.param("dependents", "recreate", "recreates_dependents", True, id="recreate-dependents"),
    pytest.param("auto_remove_swap", False, "auto_remove_swap", False, id="no-auto-remove-replacement"),
    pytest.param("auto_remove_swap", True, "auto_remove_swap", True, id="auto-remove-replacement"),
    pytest.param("writable_layer_deletions", "refuse", "ignore_deletions", False, id="refuse-deletions"),
    pytest.param("writable_layer_deletions", "ignore", "ignore_deletions", True, id="ignore-deletions"),
    pytest.param("wait", "listening", "wait", "listening", id="listening"),
]


@pytest.mark.parametrize(("option", "value", "field", "expected"), REPLACING)
def test_how_a_container_is_replaced(option: str, value: t.Any, field: str, expected: t.Any) -> None:
    assert getattr(parse_container({"name": "web", option: value}), field) == expected
    unset = parse_container({"name": "web", option: None})
    assert getattr(unset, field) == ("running" if option == "wait" else False)


def test_members_that_can_only_be_recreated() -> None:
    for value, expected in (("recreate", True), ("refuse", False), (None, False)):
        assert parse_network({"name": "n", "on_member_recreate": value}).recreates_members is expected


# -- networks ----------------------------------------------------------------------------------------------------------


def test_network_options_of_their_own() -> None:
    desired = parse_network(
        {
            "name": "n",
            "icc": False,
            "mtu": 1400,
            "bridge_name": "br7",
            "host_binding_ipv4": "127.0.0.1",
            "ip_masquerade": True,
            "driver_options": {"x": True, "y": None},
        }
    )
    assert desired.driver_options == {
        "x": "true",
        "y": None,
        "com.docker.network.bridge.enable_icc": "false",
        "com.docker.network.driver.mtu": "1400",
        "com.docker.network.bridge.name": "br7",
        "com.docker.network.bridge.host_binding_ipv4": "127.0.0.1",
        "com.docker.network.bridge.enable_ip_masquerade": "true",
    }


def test_network_defaults() -> None:
    desired = parse_network({"name": "n"})
    assert (desired.state, desired.driver_options, desired.pools, desired.labels, desired.connected) == (
        "present",
        None,
        None,
        None,
        None,
    )
    assert (desired.appends, desired.force, desired.on_difference) == (False, False, "rebuild")


def test_network_lists() -> None:
    desired = parse_network(
        {"name": "n", "ipam_config": [{"subnet": "10.0.0.1/8"}], "labels": {"a": 1, "b": None}, "connected": []}
    )
    assert (desired.pools, desired.labels, desired.connected) == ((Pool("10.0.0.0/8"),), {"a": "1", "b": None}, ())
    assert parse_network({"name": "n", "ipam_config": [], "labels": {}}).pools == ()


ICC = "com.docker.network.bridge.enable_icc"


@pytest.mark.parametrize("text", ["false", "0", False])
def test_one_option_said_twice_the_same_way(text: t.Any) -> None:
    desired = parse_network({"name": "n", "icc": False, "driver_options": {ICC: text}})
    assert desired.driver_options == {ICC: "false"}


BAD_NETWORKS: list[t.Any] = [
    pytest.param({"icc": False, "driver_options": {ICC: "true"}}, "option_conflict", id="said-twice"),
    pytest.param({"force": True}, "option_conflict", id="force-with-present"),
    pytest.param({"ipam_config": [{"gateway": "10.0.0.1"}]}, "option_conflict", id="pool"),
    pytest.param({"connected": ["a", "a"]}, "option_conflict", id="member-twice"),
]


@pytest.mark.parametrize(("params", "code"), BAD_NETWORKS)
def test_refused_networks(params: dict[str, t.Any], code: str) -> None:
    with pytest.raises(Failure) as caught:
        parse_network({"name": "n", **params})
    assert caught.value.code == code


def test_force_goes_with_absent() -> None:
    assert parse_network({"name": "n", "state": "absent", "force": True}).force


def test_closing_ports_and_publishing_all_exclude_each_other() -> None:
    with pytest.raises(Failure) as caught:
        parse_ports({"published_ports": ["80"], "publish_all_ports": True}, close=True)
    assert caught.value.code == "option_conflict"


# -- all at once -------------------------------------------------------------------------------------------------------


def test_all_options_of_a_container_are_judged() -> None:
    with pytest.raises(Failure) as caught:
        parse_container(
            {
                "name": "web",
                "networks": [{"name": "n", "mac_address": "zz"}],
                "purge_networks": True,
                "memory": "much",
                "working_dir": "/",
                "volumes": ["x"],
                "published_ports": ["x"],
            }
        )
    expected = [*3 * ["option_conflict"], "port_spec_invalid"]
    assert [part.code for part in caught.value.parts] == expected
    assert [each["code"] for each in caught.value.outcome["refusals"]] == expected


def test_all_objects_of_a_task_are_judged() -> None:
    refusals = Refusals()
    entries: list[t.Any] = [
        {"name": "a1"},
        {"name": "b1", "memory": "much", "volumes": ["x"]},
        {"name": "b 2"},
        {"name": "c1"},
    ]
    assert [each.name for each in parse_all("Container", parse_container, entries, refusals)] == ["a1", "c1"]
    assert len(refusals) == 3
    # A volume's path is that of a container, and says which.
    assert [failure.message.startswith("Container 'b1': ") for failure in refusals] == [True, True, False]
    with pytest.raises(Failure) as caught:
        refusals.raise_all()
    assert caught.value.parts == tuple(refusals)


def test_what_is_refused_twice_is_told_once() -> None:
    one, same, other = Failure("busy", "a"), Failure("busy", "a", x=1), Failure("busy", "b")
    both = Failure.of_all([one, same, other])
    assert [part.message for part in both.parts] == ["a", "b"]
    assert both.message == "a b"
    assert Failure.of_all([both, Failure("busy", "c")]).message == "a b c"
