# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import ipaddress
import itertools
import json
import typing as t

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.bridgeport.docker.plugins.module_utils._errors import Failure
from ansible_collections.bridgeport.docker.plugins.module_utils._objects.ports import (
    Publication,
    check_publications,
    exposure,
    may_take,
    overlaps,
    parse_actual_ports,
    parse_exposed,
    parse_port_bindings,
    parse_publication,
    parse_publications,
)

# No deadline: a range may be 65,536 ports, on a machine that is busy. The same examples in every run.


def texts(publications: t.Iterable[Publication]) -> list[str]:
    return [str(publication) for publication in publications]


# What the grammar accepts, and what it means, in the one spelling of Publication.__str__.
ACCEPTED: list[t.Any] = [
    # one part: the container's port
    pytest.param("80", ["80/tcp"], id="container-port"),
    pytest.param("80/tcp", ["80/tcp"], id="tcp"),
    pytest.param("80/udp", ["80/udp"], id="udp"),
    pytest.param("80/sctp", ["80/sctp"], id="sctp"),
    pytest.param("80/UDP", ["80/udp"], id="protocol-upper-case"),
    pytest.param("80/sCtP", ["80/sctp"], id="protocol-mixed-case"),
    pytest.param("80/", ["80/tcp"], id="protocol-empty"),
    pytest.param("80-82", ["80/tcp", "81/tcp", "82/tcp"], id="container-range"),
    pytest.param("80-82/udp", ["80/udp", "81/udp", "82/udp"], id="container-range-udp"),
    pytest.param("80-80", ["80/tcp"], id="container-range-of-one"),
    pytest.param(80, ["80/tcp"], id="int"),
    # boundaries of a port
    pytest.param("0", ["0/tcp"], id="container-port-0"),
    pytest.param("1", ["1/tcp"], id="container-port-1"),
    pytest.param("65535", ["65535/tcp"], id="container-port-max"),
    pytest.param(65535, ["65535/tcp"], id="int-max"),
    pytest.param(0, ["0/tcp"], id="int-0"),
    pytest.param("65535:65535", ["65535:65535/tcp"], id="both-max"),
    pytest.param("0123:0080", ["123:80/tcp"], id="leading-zeros"),
    pytest.param("0" * 5000 + "80", ["80/tcp"], id="very-many-leading-zeros"),
    pytest.param("0" * 20 + ":80", ["80/tcp"], id="only-zeros"),
    # two parts: host port and container port
    pytest.param("8080:80", ["8080:80/tcp"], id="host-port"),
    pytest.param("8080:80/udp", ["8080:80/udp"], id="host-port-udp"),
    pytest.param(":80", ["80/tcp"], id="host-port-empty"),
    pytest.param(":80/udp", ["80/udp"], id="host-port-empty-udp"),
    pytest.param("0:80", ["80/tcp"], id="host-port-0-is-ephemeral"),
    pytest.param("1:80", ["1:80/tcp"], id="host-port-1"),
    pytest.param("8080:0", ["8080:0/tcp"], id="to-container-port-0"),
    # ranges
    pytest.param("8080-8081:80-81", ["8080:80/tcp", "8081:81/tcp"], id="ranges-equal"),
    pytest.param("8080-8090:80", ["8080-8090:80/tcp"], id="host-range-to-one-port"),
    pytest.param("8080-8090:80-80", ["8080-8090:80/tcp"], id="host-range-to-range-of-one"),
    pytest.param("80-80:80", ["80:80/tcp"], id="host-range-of-one"),
    pytest.param("0-2:80", ["0-2:80/tcp"], id="host-range-from-0"),
    pytest.param("0-0:80", ["80/tcp"], id="host-range-0-0"),
    pytest.param("0-1:80-81", ["80/tcp", "1:81/tcp"], id="ranges-from-0"),
    pytest.param("65534-65535:80-81", ["65534:80/tcp", "65535:81/tcp"], id="ranges-to-max"),
    pytest.param(":80-81", ["80/tcp", "81/tcp"], id="container-range-host-empty"),
    pytest.param("08-09:0010", ["8-9:10/tcp"], id="range-leading-zeros"),
    # three parts: address
    pytest.param("127.0.0.1:8080:80", ["127.0.0.1:8080:80/tcp"], id="ipv4"),
    pytest.param("127.0.0.1::80", ["127.0.0.1::80/tcp"], id="ipv4-ephemeral"),
    pytest.param("127.0.0.1:0:80", ["127.0.0.1::80/tcp"], id="ipv4-port-0"),
    pytest.param("127.0.0.1:8080-8082:80", ["127.0.0.1:8080-8082:80/tcp"], id="ipv4-range"),
    pytest.param("0.0.0.0:80:80", ["0.0.0.0:80:80/tcp"], id="ipv4-all-is-not-empty"),
    pytest.param("255.255.255.255:80:80", ["255.255.255.255:80:80/tcp"], id="ipv4-max"),
    pytest.param(":8080:6000", ["8080:6000/tcp"], id="address-empty"),
    pytest.param("::80", ["80/tcp"], id="address-and-host-port-empty"),
    pytest.param("[127.0.0.1]:80:80", ["127.0.0.1:80:80/tcp"], id="ipv4-in-brackets"),
    pytest.param("[]:80:80", ["80:80/tcp"], id="brackets-empty"),
    # IPv6
    pytest.param("[::1]:8080:80", ["[::1]:8080:80/tcp"], id="ipv6"),
    pytest.param("[::1]::80", ["[::1]::80/tcp"], id="ipv6-ephemeral"),
    pytest.param("[::]::80", ["[::]::80/tcp"], id="ipv6-all"),
    pytest.param("::::80", ["[::]::80/tcp"], id="ipv6-all-no-brackets"),
    pytest.param("::1:80:80", ["[::1]:80:80/tcp"], id="ipv6-no-brackets"),
    pytest.param("2001:db8::1:8080:80", ["[2001:db8::1]:8080:80/tcp"], id="ipv6-no-brackets-long"),
    pytest.param("2001:db8::1:2:3:4:5:6", ["[2001:db8::1:2:3:4]:5:6/tcp"], id="ipv6-no-brackets-ambiguous"),
    pytest.param("[2001:DB8:0:0::0001]:80:80", ["[2001:db8::1]:80:80/tcp"], id="ipv6-one-spelling"),
    pytest.param("[::ffff:127.0.0.1]:80:80", ["127.0.0.1:80:80/tcp"], id="ipv4-mapped"),
    pytest.param("[::ffff:7f00:1]:80:80", ["127.0.0.1:80:80/tcp"], id="ipv4-mapped-hex"),
    pytest.param("[::127.0.0.1]:80:80", ["[::7f00:1]:80:80/tcp"], id="ipv4-compatible-is-ipv6"),
    # the long form
    pytest.param({"target": 80}, ["80/tcp"], id="dict-target"),
    pytest.param({"target": "80", "published": None, "host_ip": None, "protocol": None}, ["80/tcp"], id="dict-nulls"),
    pytest.param({"target": 80, "published": "", "host_ip": "", "protocol": ""}, ["80/tcp"], id="dict-empty"),
    pytest.param({"target": 80, "published": 0}, ["80/tcp"], id="dict-published-0"),
    pytest.param({"target": 80, "published": 8080}, ["8080:80/tcp"], id="dict-published"),
    pytest.param({"target": 80, "published": "8080-8081"}, ["8080-8081:80/tcp"], id="dict-host-range"),
    pytest.param({"target": "80-81", "published": "90-91"}, ["90:80/tcp", "91:81/tcp"], id="dict-ranges"),
    pytest.param(
        {"target": 53, "published": "053", "host_ip": "[::1]", "protocol": "UDP"}, ["[::1]:53:53/udp"], id="dict-all"
    ),
]


@pytest.mark.parametrize(("spec", "expected"), ACCEPTED)
def test_accepted(spec: t.Any, expected: list[str]) -> None:
    assert texts(parse_publication(spec)) == expected


PORTS = "A port is a number from 0 to 65535"
ADDRESSES = "Write an address before the host port"

# What it refuses: the problem in go-connections' words, and what the message says to write instead.
REFUSED: list[t.Any] = [
    pytest.param("", "no port specified", "container port is missing", id="empty"),
    pytest.param(":", "no port specified", "container port is missing", id="colon"),
    pytest.param("8080:", "no port specified", "container port is missing", id="container-port-missing"),
    pytest.param("/tcp", "no port specified", "container port is missing", id="protocol-only"),
    pytest.param("127.0.0.1:80:/udp", "no port specified", "container port is missing", id="protocol-only-address"),
    pytest.param("80/foo", "invalid proto: foo", "tcp, udp, sctp", id="protocol-unknown"),
    pytest.param("80/TCP ", "invalid proto: tcp ", "tcp, udp, sctp", id="protocol-blank"),
    pytest.param("80/tcp/udp", "invalid proto: tcp/udp", "tcp, udp, sctp", id="protocol-twice"),
    pytest.param("80//", "invalid proto: /", "tcp, udp, sctp", id="protocol-slash"),
    pytest.param("80/tcp/", "invalid proto: tcp/", "tcp, udp, sctp", id="protocol-trailing-slash"),
    # numbers
    pytest.param("65536", "invalid containerPort: 65536", PORTS, id="container-port-too-big"),
    pytest.param("80:65536", "invalid containerPort: 65536", PORTS, id="container-port-too-big-2"),
    pytest.param("65536:80", "invalid hostPort: 65536", PORTS, id="host-port-too-big"),
    pytest.param("70000:80", "invalid hostPort: 70000", PORTS, id="host-port-70000"),
    pytest.param("80:" + "9" * 20, "invalid containerPort: 9999", PORTS, id="20-digits"),
    pytest.param("9" * 5000, "invalid containerPort: 9999", PORTS, id="5000-digits"),
    pytest.param("-1", "invalid containerPort: -1", PORTS, id="negative"),
    pytest.param(-1, "invalid containerPort: -1", PORTS, id="int-negative"),
    pytest.param("-1:80", "invalid hostPort: -1", PORTS, id="host-negative"),
    pytest.param("+80", "invalid containerPort: +80", PORTS, id="plus"),
    pytest.param("+80:80", "invalid hostPort: +80", PORTS, id="host-plus"),
    pytest.param("80-+81", "invalid containerPort: 80-+81", PORTS, id="plus-in-range"),
    pytest.param("0--0", "invalid containerPort: 0--0", PORTS, id="minus-zero"),
    pytest.param("8_0", "invalid containerPort: 8_0", PORTS, id="underscore"),
    pytest.param("0x50", "invalid containerPort: 0x50", PORTS, id="hex"),
    pytest.param("80.0", "invalid containerPort: 80.0", PORTS, id="decimal"),
    pytest.param(" 80", "invalid containerPort:  80", PORTS, id="blank-before"),
    pytest.param("80 ", "invalid containerPort: 80 ", PORTS, id="blank-after"),
    pytest.param("80:80\n", "invalid containerPort: 80\n", PORTS, id="newline"),
    pytest.param("٨٠:80", "invalid hostPort: ٨٠", PORTS, id="other-digits"),
    pytest.param("\uff18\uff10", "invalid containerPort: \uff18\uff10", PORTS, id="full-width-digits"),
    pytest.param("80,81", "invalid containerPort: 80,81", PORTS, id="list"),
    pytest.param("http", "invalid containerPort: http", PORTS, id="service-name"),
    # ranges
    pytest.param("81-80", "invalid containerPort: 81-80", "the smaller first", id="range-reversed"),
    pytest.param("9000-8000:80", "invalid hostPort: 9000-8000", "the smaller first", id="host-range-reversed"),
    pytest.param("80-", "invalid containerPort: 80-", PORTS, id="range-open"),
    pytest.param("-", "invalid containerPort: -", PORTS, id="range-empty"),
    pytest.param("1-2-3", "invalid containerPort: 1-2-3", PORTS, id="range-of-three"),
    pytest.param("8000-8001-8002:80", "invalid hostPort: 8000-8001-8002", PORTS, id="host-range-of-three"),
    pytest.param("65535-65536", "invalid containerPort: 65535-65536", PORTS, id="range-beyond-max"),
    pytest.param("8080:80-81", "for container and host Ports: 80-81 and 8080", "same length", id="one-to-range"),
    pytest.param("1-3:80-81", "for container and host Ports: 80-81 and 1-3", "same length", id="ranges-longer"),
    pytest.param("1-2:80-82", "for container and host Ports: 80-82 and 1-2", "same length", id="ranges-shorter"),
    # addresses
    pytest.param("999.1.1.1:80:80", "invalid IP address: 999.1.1.1", ADDRESSES, id="ipv4-octet-too-big"),
    pytest.param("256.1.1.1:80:80", "invalid IP address: 256.1.1.1", ADDRESSES, id="ipv4-octet-256"),
    pytest.param("1.2.3:80:80", "invalid IP address: 1.2.3", ADDRESSES, id="ipv4-three-parts"),
    pytest.param("01.2.3.4:80:80", "invalid IP address: 01.2.3.4", ADDRESSES, id="ipv4-leading-zero"),
    pytest.param("1.2.3.04:80:80", "invalid IP address: 1.2.3.04", ADDRESSES, id="ipv4-leading-zero-last"),
    pytest.param("[::ffff:01.2.3.4]:80:80", "invalid IP address: ::ffff:01.2.3.4", ADDRESSES, id="mapped-leading-zero"),
    pytest.param(" 127.0.0.1:80:80", "invalid IP address:  127.0.0.1", ADDRESSES, id="ipv4-blank"),
    pytest.param("127.0.0.0/8:80:80", "invalid IP address: 127.0.0.0/8", ADDRESSES, id="ipv4-network"),
    pytest.param("80:80:80", "invalid IP address: 80", ADDRESSES, id="three-ports"),
    pytest.param("1:2:3:4:5", "invalid IP address: 1:2:3", ADDRESSES, id="five-numbers"),
    pytest.param(":::80", "invalid IP address: :", "write [::]::80.", id="three-colons"),
    pytest.param("[::1%lo]:80:80", "invalid IP address: ::1%lo", ADDRESSES, id="ipv6-zone"),
    pytest.param("fe80::1%eth0:80:80", "invalid IP address: fe80::1%eth0", ADDRESSES, id="ipv6-zone-no-brackets"),
    pytest.param("[::1:80:80", "invalid IP address: [::1", ADDRESSES, id="bracket-not-closed"),
    pytest.param("::1]:80:80", "invalid IP address: ::1]", ADDRESSES, id="bracket-not-opened"),
    pytest.param("[[::1]]:80:80", "invalid IP address: [[::1]]", ADDRESSES, id="brackets-twice"),
    pytest.param("[::1]x:80:80", "invalid IP address: [::1]x", ADDRESSES, id="text-after-bracket"),
    pytest.param("[12345::]:80:80", "invalid IP address: 12345::", ADDRESSES, id="ipv6-group-too-long"),
    # the classic mistakes
    pytest.param(
        "127.0.0.1:80", "invalid hostPort: 127.0.0.1", "write 127.0.0.1:80:80, or 127.0.0.1::80 for", id="ip-port"
    ),
    pytest.param("127.0.0.1:80/udp", "invalid hostPort: 127.0.0.1", "127.0.0.1::80 for", id="ip-port-udp"),
    pytest.param("[::1]:80", "invalid IP address: [:", "write [::1]::80", id="ipv6-port"),
    pytest.param(
        "2001:db8::1:80/udp", "invalid IP address: 2001:db8:", "write [2001:db8::1]::80/udp", id="ipv6-bare-port"
    ),
    pytest.param("localhost:80", "invalid hostPort: localhost", "(no name)", id="name-port"),
    pytest.param("localhost:8080:80", "invalid IP address: localhost", "127.0.0.1 for localhost", id="name"),
    pytest.param("my-host.example:8080:80", "invalid IP address: my-host.example", "A name cannot", id="name-dots"),
    pytest.param(65536, "invalid containerPort: 65536", "1092:16 as a number to the base 60", id="int-too-big"),
    pytest.param(
        300022, "invalid containerPort: 300022", "5000:22 as a number to the base 60: put quotes", id="base-60"
    ),
    pytest.param("published=8080,target=80", "as a string is not supported", "as a dictionary", id="long-form-string"),
    pytest.param("=", "as a string is not supported", "as a dictionary", id="equals-sign"),
    # types
    pytest.param(True, "neither a string nor a whole number", "Write a string", id="bool-true"),
    pytest.param(False, "neither a string nor a whole number", "Write a string", id="bool-false"),
    pytest.param(None, "neither a string nor a whole number", "Write a string", id="null"),
    pytest.param(80.0, "neither a string nor a whole number", "Write a string", id="float"),
    pytest.param(["80"], "neither a string nor a whole number", "Write a string", id="list-in-list"),
    # the long form
    pytest.param({}, "no port specified", "container port is missing", id="dict-empty"),
    pytest.param({"published": 80}, "no port specified", "container port is missing", id="dict-no-target"),
    pytest.param({"target": 80, "mode": "host"}, "unknown key mode", "target, published, host_ip", id="dict-mode"),
    pytest.param({"target": 80, "Target": 80}, "unknown key Target", "target, published", id="dict-key-case"),
    pytest.param({"target": 80, 1: 2}, "unknown key 1", "target, published", id="dict-key-int"),
    pytest.param({"target": True}, "target is neither a string nor a whole number", "or leave it out", id="dict-bool"),
    pytest.param(
        {"target": 80, "published": False},
        "published is neither a string nor a whole number",
        "or leave it out",
        id="dict-bool-2",
    ),
    pytest.param(
        {"target": 80, "published": 80.5},
        "published is neither a string nor a whole number",
        "or leave it out",
        id="dict-float",
    ),
    pytest.param({"target": [80]}, "target is neither a string nor a whole number", "or leave it out", id="dict-list"),
    pytest.param({"target": 65536}, "invalid containerPort: 65536", PORTS, id="dict-target-too-big"),
    pytest.param({"target": "80/udp"}, "invalid containerPort: 80/udp", PORTS, id="dict-target-protocol"),
    pytest.param({"target": "8080:80"}, "invalid containerPort: 8080:80", PORTS, id="dict-target-spec"),
    pytest.param({"target": 80, "published": 65536}, "invalid hostPort: 65536", PORTS, id="dict-published-too-big"),
    pytest.param({"target": 80, "published": "127.0.0.1"}, "invalid hostPort", "belongs in host_ip", id="dict-ip"),
    pytest.param({"target": 80, "published": "127.0.0.1:80"}, "invalid hostPort", PORTS, id="dict-ip-port"),
    pytest.param({"target": 80, "host_ip": "localhost"}, "invalid IP address: localhost", "A name", id="dict-name"),
    pytest.param({"target": 80, "host_ip": "1.2.3"}, "invalid IP address: 1.2.3", ADDRESSES, id="dict-address"),
    pytest.param({"target": 80, "protocol": "http"}, "invalid proto: http", "tcp, udp, sctp", id="dict-protocol"),
    pytest.param({"target": "80-81", "published": 1}, "container and host Ports", "same length", id="dict-ranges"),
]


@pytest.mark.parametrize(("spec", "problem", "advice"), REFUSED)
def test_refused(spec: t.Any, problem: str, advice: str) -> None:
    with pytest.raises(Failure) as caught:
        parse_publication(spec)
    failure = caught.value
    assert failure.code == "port_spec_invalid"
    assert failure.message.startswith(f"Port specification {spec!r} refused: ")
    assert problem in failure.message
    assert advice in failure.message
    assert failure.details["spec"] == (spec if isinstance(spec, (str, int, dict)) else repr(spec))
    json.dumps(failure.as_dict())  # fail_json must be able to show it


# Two faults in one specification: the check that comes first in go-connections is reported.
CHECK_ORDER: list[t.Any] = [
    pytest.param("x:99999:/foo", "no port specified", id="empty-before-protocol"),
    pytest.param("x:99999:99999/foo", "invalid proto", id="protocol-before-address"),
    pytest.param("x:99999:99999", "invalid IP address", id="address-before-container-port"),
    pytest.param("99999:99999", "invalid containerPort", id="container-port-before-host-port"),
    pytest.param("99999:80-81", "invalid hostPort", id="host-port-before-lengths"),
]


@pytest.mark.parametrize(("spec", "problem"), CHECK_ORDER)
def test_check_order(spec: str, problem: str) -> None:
    with pytest.raises(Failure) as caught:
        parse_publication(spec)
    assert f"refused: {problem}" in caught.value.message


def test_list_keeps_order_and_duplicates() -> None:
    assert texts(parse_publications(["81", 80, {"target": 82}, "81"])) == ["81/tcp", "80/tcp", "82/tcp", "81/tcp"]
    assert parse_publications([]) == ()


def test_full_range() -> None:
    publications = parse_publication("0-65535:0-65535")
    assert len(publications) == 65536
    assert publications[-1] == Publication(65535, "tcp", "", 65535, 65535)


# publication, as_dict()["host_port"], as_binding()["HostPort"], kind
FORMS: list[t.Any] = [
    pytest.param(Publication(80, "tcp"), None, "", "ephemeral", id="ephemeral"),
    pytest.param(Publication(80, "udp", "127.0.0.1", 8080), 8080, "8080", "fixed", id="fixed-end-filled-in"),
    pytest.param(Publication(80, "tcp", "::1", 8080, 8080), 8080, "8080", "fixed", id="fixed"),
    pytest.param(Publication(80, "tcp", "", 8080, 8081), "8080-8081", "8080-8081", "range", id="range"),
    pytest.param(Publication(80, "tcp", "", 0, 2), "0-2", "0-2", "range", id="range-from-0"),
]


@pytest.mark.parametrize(("publication", "in_dict", "in_binding", "kind"), FORMS)
def test_forms(publication: Publication, in_dict: t.Any, in_binding: str, kind: str) -> None:
    assert publication.as_dict() == {
        "host_ip": publication.host_ip,
        "host_port": in_dict,
        "container_port": 80,
        "protocol": publication.protocol,
    }
    assert publication.as_binding() == {"HostIp": publication.host_ip, "HostPort": in_binding}
    assert publication.key == f"80/{publication.protocol}"
    kinds = {"ephemeral": publication.is_ephemeral, "fixed": publication.is_fixed, "range": publication.is_range}
    assert [name for name, holds in kinds.items() if holds] == [kind]


EXPOSED: list[t.Any] = [
    pytest.param([], (), id="none"),
    pytest.param(["80", 81, "82/UDP"], ("80/tcp", "81/tcp", "82/udp"), id="single"),
    pytest.param(["80-82", "7-8/sctp"], ("80/tcp", "81/tcp", "82/tcp", "7/sctp", "8/sctp"), id="ranges"),
    pytest.param(["80", "080/tcp", "79-80"], ("80/tcp", "79/tcp"), id="each-once"),
    pytest.param(["65535/"], ("65535/tcp",), id="max-protocol-empty"),
]


@pytest.mark.parametrize(("specs", "expected"), EXPOSED)
def test_exposed(specs: list[t.Any], expected: tuple[str, ...]) -> None:
    assert parse_exposed(specs) == expected


EXPOSED_REFUSED: list[t.Any] = [
    pytest.param("8080:80", "invalid port format for exposing: 8080:80", id="colon"),
    pytest.param(":80", "invalid port format for exposing: :80", id="colon-first"),
    pytest.param("", "no port specified", id="empty"),
    pytest.param("/udp", "no port specified", id="protocol-only"),
    pytest.param("80/foo", "invalid proto: foo", id="protocol"),
    pytest.param("65536", "invalid containerPort: 65536", id="too-big"),
    pytest.param(65536, "invalid containerPort: 65536", id="int-too-big"),
    pytest.param("82-80", "invalid containerPort: 82-80", id="reversed"),
    pytest.param("target=80", "not supported", id="long-form-string"),
    pytest.param(True, "neither a string", id="bool"),
    pytest.param({"target": 80}, "neither a string", id="dict"),
]


@pytest.mark.parametrize(("spec", "problem"), EXPOSED_REFUSED)
def test_exposed_refused(spec: t.Any, problem: str) -> None:
    with pytest.raises(Failure) as caught:
        parse_exposed(["80", spec])
    assert caught.value.code == "port_spec_invalid"
    assert problem in caught.value.message
    assert repr(spec) in caught.value.message


# What engines were seen to keep in HostConfig.PortBindings (20.10 takes every one of these through its API).
BINDINGS: list[t.Any] = [
    pytest.param(None, [], id="null"),
    pytest.param({}, [], id="empty"),
    pytest.param({"80/tcp": None}, ["80/tcp"], id="key-null"),
    pytest.param({"80/tcp": []}, ["80/tcp"], id="key-empty"),
    pytest.param({"80/tcp": [None]}, ["80/tcp"], id="binding-null"),
    pytest.param({"80/tcp": [{}]}, ["80/tcp"], id="binding-empty"),
    pytest.param({"80": [{"HostPort": "8080"}]}, ["8080:80/tcp"], id="key-without-protocol"),
    pytest.param({"080/": [{"HostPort": "8080"}]}, ["8080:80/tcp"], id="key-odd"),
    pytest.param({"80/UDP": [{"HostPort": "8080"}]}, ["8080:80/udp"], id="key-upper-case"),
    pytest.param({"80/foo": [{"HostPort": "8080"}]}, ["8080:80/foo"], id="key-unknown-protocol"),
    pytest.param({"80/tcp/udp": [{}]}, ["80/tcp"], id="key-two-protocols"),
    pytest.param({"": [{}]}, ["0/tcp"], id="key-empty-text"),
    pytest.param({"80/tcp": [{"HostIp": "", "HostPort": ""}]}, ["80/tcp"], id="port-empty"),
    pytest.param({"80/tcp": [{"HostIp": "", "HostPort": "0"}]}, ["80/tcp"], id="port-0"),
    pytest.param({"80/tcp": [{"HostIp": "", "HostPort": "0080"}]}, ["80:80/tcp"], id="port-leading-zeros"),
    pytest.param({"80/tcp": [{"HostPort": "8-8"}]}, ["8:80/tcp"], id="port-range-of-one"),
    pytest.param({"80/tcp": [{"HostPort": "8080-8090"}]}, ["8080-8090:80/tcp"], id="port-range"),
    pytest.param({"80/tcp": [{"HostPort": "1-2-3"}]}, ["1-2:80/tcp"], id="port-range-of-three"),
    pytest.param({"80/tcp": [{"HostPort": "81/tcp"}]}, ["81:80/tcp"], id="port-with-protocol"),
    pytest.param({"80/tcp": [{"HostIp": "0:0::1", "HostPort": "1"}]}, ["[::1]:1:80/tcp"], id="address-spelling"),
    pytest.param({"80/tcp": [{"HostIp": "::ffff:1.2.3.4"}]}, ["1.2.3.4::80/tcp"], id="address-mapped"),
    pytest.param({"80/tcp": [{"HostIp": "localhost", "HostPort": "1"}]}, ["1:80/tcp"], id="address-is-a-name"),
    pytest.param({"80/tcp": [{"HostIp": "[::1]", "HostPort": "1"}]}, ["1:80/tcp"], id="address-in-brackets"),
    pytest.param({"80/tcp": [{"HostIp": " 127.0.0.1", "HostPort": "1"}]}, ["1:80/tcp"], id="address-blank"),
    pytest.param(
        {"80/tcp": [{"HostIp": "127.0.0.1", "HostPort": "1"}, {"HostPort": "2"}], "53/udp": None},
        ["127.0.0.1:1:80/tcp", "2:80/tcp", "53/udp"],
        id="several",
    ),
]


@pytest.mark.parametrize(("bindings", "expected"), BINDINGS)
def test_port_bindings(bindings: t.Any, expected: list[str]) -> None:
    assert texts(parse_port_bindings(bindings)) == expected


ACTUAL: list[t.Any] = [
    pytest.param(None, [], id="null"),
    pytest.param({}, [], id="stopped"),
    pytest.param({"80/tcp": None, "81/tcp": []}, [], id="exposed-only"),
    pytest.param(
        {"80/tcp": [{"HostIp": "0.0.0.0", "HostPort": "32768"}, {"HostIp": "::", "HostPort": "32769"}], "53/udp": None},
        ["0.0.0.0:32768:80/tcp", "[::]:32769:80/tcp"],
        id="both-families",
    ),
]


@pytest.mark.parametrize(("ports", "expected"), ACTUAL)
def test_actual_ports(ports: t.Any, expected: list[str]) -> None:
    assert texts(parse_actual_ports(ports)) == expected


@pytest.mark.parametrize(
    "bindings",
    [
        pytest.param({"abc/tcp": [{}]}, id="key"),
        pytest.param({"80-82/tcp": [{}]}, id="key-range"),
        pytest.param({"80/tcp": [{"HostPort": "abc"}]}, id="port"),
        pytest.param({"80/tcp": [{"HostPort": "65536"}]}, id="port-too-big"),
        pytest.param({"80/tcp": [{"HostPort": "2-1"}]}, id="port-reversed"),
    ],
)
def test_unreadable_bindings(bindings: t.Any) -> None:
    # Engines refuse these (400); one that is met all the same must not be taken for something else.
    for read in (parse_port_bindings, parse_actual_ports):
        with pytest.raises(Failure) as caught:
            read(bindings)
        assert caught.value.code == "daemon_error"
        assert repr(next(iter(bindings))) in caught.value.message


# The conflict matrix of the engine, as tried out on 20.10: rows hold port 8080, columns want it.
ADDRESSES_WANTED = ("", "0.0.0.0", "127.0.0.1", "127.0.0.2", "::", "::1")
MATRIX: list[tuple[str, str]] = [
    ("", "xxxxxx"),
    ("0.0.0.0", "xxxx.."),
    ("127.0.0.1", "xxx..."),
    ("127.0.0.2", "xx.x.."),
    ("::", "x...xx"),
    ("::1", "x...xx"),
]
OVERLAPS = [
    pytest.param(holder, wanted, mark == "x", id=f"{holder or 'any'}+{wanted or 'any'}")
    for holder, row in MATRIX
    for wanted, mark in zip(ADDRESSES_WANTED, row)
]


@pytest.mark.parametrize(("holder", "wanted", "expected"), OVERLAPS)
def test_overlaps(holder: str, wanted: str, expected: bool) -> None:
    held = Publication(80, "tcp", holder, 8080)
    assert overlaps(held, Publication(81, "tcp", wanted, 8080)) is expected
    assert overlaps(held, Publication(80, "tcp", wanted, 8080)) is expected
    assert overlaps(held, Publication(80, "udp", wanted, 8080)) is False
    assert overlaps(held, Publication(80, "tcp", wanted, 8081)) is False


@pytest.mark.parametrize("spec", ["80", "0:80", "8080-8081:80", "127.0.0.1::80"])
def test_what_the_engine_chooses_never_overlaps(spec: str) -> None:
    (publication,) = parse_publication(spec)
    assert not overlaps(publication, publication)
    assert not overlaps(publication, Publication(80, "tcp", "", 8080))
    assert not overlaps(Publication(80, "tcp", "", 8080), publication)


EXPOSURES: list[tuple[str, str]] = [
    ("", "all"),
    ("0.0.0.0", "all"),
    ("::", "all"),
    ("0:0::0", "all"),
    ("::ffff:0.0.0.0", "all"),
    ("localhost", "all"),  # as engines up to 28 publish it
    ("126.255.255.255", "address"),
    ("127.0.0.0", "loopback"),
    ("127.0.0.1", "loopback"),
    ("127.255.255.255", "loopback"),
    ("128.0.0.0", "address"),
    ("::ffff:127.0.0.1", "loopback"),
    ("::1", "loopback"),
    ("::2", "address"),
    ("192.0.2.1", "address"),
    ("2001:db8::1", "address"),
]


@pytest.mark.parametrize(("host_ip", "expected"), EXPOSURES, ids=[host_ip or "any" for host_ip, _expected in EXPOSURES])
def test_exposure(host_ip: str, expected: str) -> None:
    assert exposure(host_ip) == expected


CHECKED: list[t.Any] = [
    pytest.param([], id="nothing"),
    pytest.param(["1:80", "80:1", "1:80/udp"], id="different"),
    pytest.param(["127.0.0.1:1:80", "127.0.0.2:1:80", "[::1]:1:80", "[::2]:1:80"], id="different-addresses"),
    pytest.param(["0.0.0.0:1:80", "[::]:1:80"], id="different-families"),
    pytest.param(["80", "80", "0:80"], id="ephemeral-twice"),
    pytest.param(["1-3:80", "1-3:80", "4:81", "1:81/udp"], id="ranges"),
    pytest.param(["1-2:80", "3:80", "127.0.0.1:5-6:80", "127.0.0.2:5:80"], id="beside-a-range"),
    pytest.param(["0-1:80-81"], id="ephemeral-and-port-1"),
    pytest.param(["1-2:80"], id="range-from-1"),
]


@pytest.mark.parametrize("specs", CHECKED)
def test_check_passes(specs: list[str]) -> None:
    check_publications(parse_publications(specs))


CHECK_REFUSED: list[t.Any] = [
    pytest.param(["1:0"], "port_spec_invalid", ["1:0/tcp", "container port is 0"], id="container-port-0"),
    pytest.param(["0-1"], "port_spec_invalid", ["0/tcp", "container port is 0"], id="container-range-from-0"),
    pytest.param(["0-2:80"], "port_spec_invalid", ["0-2:80/tcp", "begins at 0"], id="host-range-from-0"),
    pytest.param(["80:80", "080:80"], "port_conflict", ["80:80/tcp and 80:80/tcp", "80/tcp"], id="twice"),
    pytest.param(["1:80", "2:80", "1:81"], "port_conflict", ["1:80/tcp and 1:81/tcp"], id="two-container-ports"),
    pytest.param(["1:80", "127.0.0.1:1:80"], "port_conflict", ["1:80/tcp and 127.0.0.1:1:80/tcp"], id="wildcard"),
    pytest.param(["[::]:1:8/udp", "[::1]:1:9/udp"], "port_conflict", ["[::]:1:8/udp and [::1]:1:9/udp"], id="ipv6"),
    pytest.param(["1-3:80-82", "2:90"], "port_conflict", ["2:81/tcp and 2:90/tcp"], id="range-written-out"),
    pytest.param(["1:80", "1-3:80"], "port_conflict", ["1-3:80/tcp and 1:80/tcp"], id="in-a-range"),
    pytest.param(["1-3:80", "3:81"], "port_conflict", ["1-3:80/tcp and 3:81/tcp"], id="in-a-range-of-another"),
    pytest.param(["127.0.0.1:2:80", "1-3:81"], "port_conflict", ["same host port 2/tcp"], id="in-a-range-wildcard"),
]


@pytest.mark.parametrize(("specs", "code", "parts"), CHECK_REFUSED)
def test_check_refuses(specs: list[str], code: str, parts: list[str]) -> None:
    with pytest.raises(Failure) as caught:
        check_publications(parse_publications(specs))
    assert caught.value.code == code
    for part in parts:
        assert part in caught.value.message


def test_check_of_many_is_quick() -> None:
    # 65,535 ephemeral and 65,535 fixed ones; pair by pair this would be billions of comparisons.
    check_publications(parse_publications(["1-65535", "1-65535:1-65535"]))


# Properties

ports = st.integers(1, 65535)
addresses = st.one_of(
    st.just(""),
    st.sampled_from(["0.0.0.0", "127.0.0.1", "127.0.0.2", "::", "::1", "2001:db8::1"]),
    st.ip_addresses().filter(lambda ip: getattr(ip, "ipv4_mapped", None) is None).map(str),
)


@st.composite
def publications(draw: st.DrawFn) -> Publication:
    first = draw(st.one_of(st.just(0), st.just(8080), ports))
    last = draw(st.one_of(st.just(first), st.integers(first, 65535)))
    protocol = draw(st.sampled_from(["tcp", "udp", "sctp"]))
    return Publication(draw(st.integers(0, 65535)), protocol, draw(addresses), first, last)


@st.composite
def spellings(draw: st.DrawFn, publication: Publication) -> t.Any:
    """One of the many ways to write a publication."""

    def number(value: int) -> str:
        return "0" * draw(st.integers(0, 3)) + str(value)

    address = publication.host_ip
    if address:
        ip = ipaddress.ip_address(address)
        address = draw(st.sampled_from([address, ip.exploded, address.upper() if ip.version == 6 else address]))
    host = number(publication.host_port)
    if publication.is_range or draw(st.booleans()):
        host += "-" + number(publication.host_port_end)
    if publication.is_ephemeral and draw(st.booleans()):
        host = ""
    container = number(publication.container_port)
    protocol = draw(st.sampled_from([publication.protocol, publication.protocol.upper()]))
    if draw(st.booleans()):
        return {"target": container, "published": host, "host_ip": address, "protocol": protocol}
    brackets = address and draw(st.booleans())
    prefix = f"[{address}]:" if brackets else f"{address}:" if address or draw(st.booleans()) else ""
    return f"{prefix}{host}:{container}/{protocol}"


def outcome(spec: t.Any) -> tuple[tuple[Publication, ...], str]:
    """What a specification gives, and the code of its refusal; any other exception is an error."""
    try:
        return parse_publication(spec), ""
    except Failure as failure:
        return (), failure.code


@given(publications())
def test_text_round_trip(publication: Publication) -> None:
    assert parse_publication(str(publication)) == (publication,)


@given(publications())
def test_dict_round_trip(publication: Publication) -> None:
    form = publication.as_dict()
    long_form = {
        "target": form["container_port"],
        "published": form["host_port"],
        "host_ip": form["host_ip"],
        "protocol": form["protocol"],
    }
    assert parse_publication(long_form) == (publication,)


@given(publications())
def test_binding_round_trip(publication: Publication) -> None:
    bindings = {publication.key: [publication.as_binding()]}
    assert parse_port_bindings(bindings) == (publication,)
    assert parse_actual_ports(bindings) == (publication,)


@given(st.data(), publications())
def test_spellings_do_not_matter(data: st.DataObject, publication: Publication) -> None:
    assert parse_publication(data.draw(spellings(publication))) == (publication,)


@given(st.text(alphabet="0123456789:-/[].tcpudsTU+% =\n", max_size=30))
def test_normalising_twice_changes_nothing(spec: str) -> None:
    once, code = outcome(spec)
    assert code in ("", "port_spec_invalid")
    if len(once) < 1000:
        assert parse_publications(texts(once)) == once


@given(st.lists(publications(), max_size=6), st.randoms(use_true_random=False))
def test_order_does_not_matter(wanted: list[Publication], random: t.Any) -> None:
    shuffled = list(wanted)
    random.shuffle(shuffled)
    assert sorted(parse_publications(texts(shuffled))) == sorted(parse_publications(texts(wanted)))


@given(publications(), publications())
def test_overlaps_is_symmetric(a: Publication, b: Publication) -> None:
    assert len({overlaps(*pair) for pair in itertools.permutations((a, b))}) == 1
    assert overlaps(a, a) == a.is_fixed


@given(st.lists(publications(), max_size=8))
def test_check_refuses_exactly_what_overlaps(wanted: list[Publication]) -> None:
    bad = any(p.container_port == 0 or (p.is_range and p.host_port == 0) for p in wanted) or any(
        overlaps(one, other) or may_take(one, other) for one, other in itertools.permutations(wanted, 2)
    )
    try:
        check_publications(wanted)
    except Failure:
        assert bad
    else:
        assert not bad


@given(st.one_of(st.text(), st.integers(), st.floats(), st.none(), st.dictionaries(st.text(), st.text())))
def test_anything_else_is_a_refusal(spec: t.Any) -> None:
    assert outcome(spec)[1] in ("", "port_spec_invalid")
