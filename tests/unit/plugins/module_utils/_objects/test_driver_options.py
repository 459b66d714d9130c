# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.bridgeport.docker.plugins.module_utils._desired.argspec import BRIDGE_SPEC
from ansible_collections.bridgeport.docker.plugins.module_utils._errors import Failure
from ansible_collections.bridgeport.docker.plugins.module_utils._objects.driver_options import (
    BRIDGE_OPTIONS,
    GATEWAY_MODES,
    check_engine_knows,
    check_isolated,
    option_text,
    parse_driver_options,
    same_driver_option,
    same_option,
)

FULL = BRIDGE_OPTIONS


def test_every_option_can_be_given() -> None:
    assert set(BRIDGE_OPTIONS) <= set(BRIDGE_SPEC)
    for option in ("gateway_mode_ipv4", "gateway_mode_ipv6"):
        assert BRIDGE_SPEC[option]["choices"] == list(GATEWAY_MODES)


# -- texts -------------------------------------------------------------------------------------------------------------

OPTION_TEXTS: list[t.Any] = [
    pytest.param(True, "true", id="true"),
    pytest.param(False, "false", id="false"),
    pytest.param(1500, "1500", id="number"),
    pytest.param("X", "X", id="text"),
    pytest.param(None, None, id="none"),
]


@pytest.mark.parametrize(("value", "text"), OPTION_TEXTS)
def test_option_text(value: t.Any, text: str | None) -> None:
    assert option_text(value) == text


SAME: list[t.Any] = [
    pytest.param("true", "1", True, id="go-1"),
    pytest.param("TRUE", "t", True, id="go-t"),
    pytest.param("false", "0", True, id="go-0"),
    pytest.param("F", "False", True, id="go-f"),
    pytest.param("true", "false", False, id="different"),
    pytest.param("1", "0", False, id="different-digits"),
    pytest.param("yes", "true", False, id="yes-is-no-boolean-there"),
    pytest.param("1500", "1500", True, id="number"),
    pytest.param("br0", "BR0", False, id="names-have-case"),
]


@pytest.mark.parametrize(("left", "right", "same"), SAME)
def test_same_option(left: str, right: str, same: bool) -> None:
    for pair in ((left, right), (right, left)):
        assert same_option(*pair) is same


SAME_OF_A_KIND: list[t.Any] = [
    pytest.param("host_ipv6", "fd00::1", "FD00:0::1", True, id="address"),
    pytest.param("host_ipv6", "fd00::1", "fd00::2", False, id="address-other"),
    pytest.param("host_binding_ipv4", "::1", "0:0::1", True, id="ipv6-to-bind"),
    pytest.param("trusted_host_interfaces", "eth0:wg0", "wg0:eth0", True, id="interfaces-in-any-order"),
    pytest.param("trusted_host_interfaces", "eth0:wg0", "eth0", False, id="interfaces-less"),
    pytest.param("mtu", "1400", "01400", True, id="number"),
    pytest.param("mtu", "1", "true", False, id="number-is-no-boolean"),
    pytest.param("mtu", "odd", "odd", True, id="what-means-nothing"),
    pytest.param("icc", "1", "true", True, id="boolean"),
    pytest.param("gateway_mode_ipv4", "nat", "routed", False, id="mode"),
    pytest.param("bridge_name", "br1", "br1", True, id="name"),
    pytest.param("container_iface_prefix", "1", "true", False, id="beginning-of-a-name"),
    pytest.param("com.example.option", "1", "true", True, id="no-kind-as-ever"),
]


@pytest.mark.parametrize(("option", "left", "right", "same"), SAME_OF_A_KIND)
def test_same_driver_option(option: str, left: str, right: str, same: bool) -> None:
    for pair in ((left, right), (right, left)):
        assert same_driver_option(FULL.get(option, option), *pair) is same


# -- reading -----------------------------------------------------------------------------------------------------------

PARSED: list[t.Any] = [
    pytest.param({}, {}, id="nothing"),
    pytest.param({"driver_options": {"x": 5, "y": None, "z": True}}, {"x": "5", "y": None, "z": "true"}, id="texts"),
    pytest.param({"gateway_mode_ipv4": "isolated"}, {FULL["gateway_mode_ipv4"]: "isolated"}, id="mode"),
    pytest.param({"host_ipv4": "192.0.2.1"}, {FULL["host_ipv4"]: "192.0.2.1"}, id="source"),
    pytest.param({"host_ipv6": "2001:db8::1"}, {FULL["host_ipv6"]: "2001:db8::1"}, id="source-ipv6"),
    pytest.param({"inhibit_ipv4": False}, {FULL["inhibit_ipv4"]: "false"}, id="inhibit"),
    pytest.param(
        {"trusted_host_interfaces": ["wg0", "eth3"]}, {FULL["trusted_host_interfaces"]: "wg0:eth3"}, id="interfaces"
    ),
    pytest.param({"container_iface_prefix": "net"}, {FULL["container_iface_prefix"]: "net"}, id="prefix"),
    pytest.param({"host_binding_ipv4": "::1"}, {FULL["host_binding_ipv4"]: "::1"}, id="binding-ipv6"),
    pytest.param({"icc": True, "driver_options": {FULL["icc"]: 1}}, {FULL["icc"]: "true"}, id="twice-the-same"),
    # what means nothing
    pytest.param({"icc": True, "driver_options": {FULL["icc"]: False}}, "icc and driver_options", id="twice"),
    pytest.param({"mtu": 1400, "driver_options": {FULL["mtu"]: None}}, "mtu and driver_options", id="and-not"),
    pytest.param({"host_ipv4": "2001:db8::1"}, "host_ipv4: '2001:db8::1' is not an IPv4 address", id="family"),
    pytest.param({"host_ipv6": "192.0.2.1"}, "host_ipv6: '192.0.2.1' is not an IPv6 address", id="family-ipv6"),
    pytest.param({"host_binding_ipv4": "localhost"}, "'localhost' is not an address", id="binding-name"),
    pytest.param({"trusted_host_interfaces": []}, "is not names of interfaces", id="no-interfaces"),
    pytest.param({"bridge_name": "br-" + "x" * 13}, "bridge_name", id="bridge-too-long"),
    pytest.param({"bridge_name": "ü" * 8}, "bridge_name", id="bridge-too-many-bytes"),
    pytest.param({"mtu": 65536}, "mtu: '65536' is not a number up to 65535", id="mtu-too-large"),
    pytest.param({"bridge_name": "a/b"}, "'a/b'", id="bridge-slash"),
    pytest.param({"bridge_name": "a b"}, "'a b'", id="bridge-blank"),
    pytest.param({"container_iface_prefix": "x" * 13}, "container_iface_prefix", id="prefix-too-long"),
    pytest.param({"driver_options": {FULL["mtu"]: "big"}}, f"driver_options[{FULL['mtu']}]: 'big'", id="full-name"),
    pytest.param({"driver_options": {FULL["icc"]: "yes"}}, "'yes' is not a boolean", id="yes"),
    pytest.param({"driver_options": {FULL["gateway_mode_ipv6"]: "bridge"}}, "is not one of nat, ", id="no-mode"),
]


@pytest.mark.parametrize(("params", "expected"), PARSED)
def test_parse_driver_options(params: dict[str, t.Any], expected: t.Any) -> None:
    if isinstance(expected, dict):
        assert parse_driver_options(params) == expected
        return
    with pytest.raises(Failure) as caught:
        parse_driver_options(params)
    assert caught.value.code == "option_conflict"
    assert expected in caught.value.message


# -- engines -----------------------------------------------------------------------------------------------------------

# option, value, the last engine that does not know it, the first one that does
KNOWN: list[t.Any] = [
    pytest.param("icc", "true", None, "20.10.24", id="icc"),
    pytest.param("host_ipv4", "192.0.2.1", None, "20.10.24", id="host_ipv4"),
    pytest.param("inhibit_ipv4", "true", None, "20.10.24", id="inhibit_ipv4"),
    pytest.param("container_iface_prefix", "net", None, "20.10.24", id="container_iface_prefix"),
    pytest.param("host_ipv6", "2001:db8::1", "24.0.9", "25.0.0", id="host_ipv6"),
    pytest.param("gateway_mode_ipv4", "nat", "26.1.5+dfsg1", "27.0.1", id="nat"),
    pytest.param("gateway_mode_ipv6", "routed", "26.1.5", "27.0.0-rc.1", id="routed"),
    pytest.param("gateway_mode_ipv4", "nat-unprotected", "27.5.1", "28.0.0", id="nat-unprotected"),
    pytest.param("gateway_mode_ipv6", "isolated", "27.5.1", "v28.0.0", id="isolated"),
    pytest.param("trusted_host_interfaces", "wg0", "28.1.1", "28.2.0", id="trusted_host_interfaces"),
    pytest.param("trusted_host_interfaces", "wg0", None, "dev", id="own-build"),
    pytest.param("gateway_mode_ipv4", None, None, "20.10.24", id="to-be-gone"),
]


@pytest.mark.parametrize(("option", "value", "last", "first"), KNOWN)
def test_check_engine_knows(option: str, value: str | None, last: str | None, first: str) -> None:
    check_engine_knows("n", {FULL[option]: value}, first)
    if last is None:
        return
    with pytest.raises(Failure) as caught:
        check_engine_knows("n", {FULL[option]: value}, last)
    assert caught.value.code == "unsupported"
    assert caught.value.details["option"] == option
    assert caught.value.details["engine_version"] == last
    needed = ".".join(first.lstrip("v").split(".")[:2])
    assert caught.value.details["needed_version"] == needed
    for text in ("'n'", option, FULL[option], f"Engine {needed}", last):
        assert text in caught.value.message


ISOLATED: list[t.Any] = [
    pytest.param({FULL["gateway_mode_ipv4"]: "isolated"}, True, True, id="internal"),
    pytest.param({FULL["gateway_mode_ipv4"]: "isolated"}, False, False, id="ipv4"),
    pytest.param({FULL["gateway_mode_ipv6"]: "isolated"}, False, False, id="ipv6"),
    pytest.param({FULL["gateway_mode_ipv6"]: "routed"}, False, True, id="other-mode"),
    pytest.param({}, False, True, id="none"),
]


@pytest.mark.parametrize(("options", "internal", "fits"), ISOLATED)
def test_check_isolated(options: dict[str, str], internal: bool, fits: bool) -> None:
    if fits:
        check_isolated("n", options, internal)
        return
    with pytest.raises(Failure) as caught:
        check_isolated("n", options, internal)
    assert caught.value.code == "option_conflict"
    assert "internal=true" in caught.value.message
