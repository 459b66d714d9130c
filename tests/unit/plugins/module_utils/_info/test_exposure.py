# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.bridgeport.docker.plugins.module_utils._errors import Failure
from ansible_collections.bridgeport.docker.plugins.module_utils._info.exposure import (
    as_publication,
    closed_to_loopback,
    find_violations,
    parse_policy,
)
from ansible_collections.bridgeport.docker.plugins.module_utils._objects.ports import Publication, exposure

Row = t.Dict[str, t.Any]


def row(host_ip: str, host_port: t.Any, container_port: int = 80, protocol: str = "tcp") -> Row:
    return {"host_ip": host_ip, "host_port": host_port, "container_port": container_port, "protocol": protocol}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (row("127.0.0.1", 8080), Publication(80, "tcp", "127.0.0.1", 8080)),
        (row("", None), Publication(80, "tcp")),
        (row("::", "8000-8010", protocol="udp"), Publication(80, "udp", "::", 8000, 8010)),
    ],
)
def test_rows_are_read_back(given: Row, expected: Publication) -> None:
    assert as_publication(given) == expected


CLOSED: list[t.Any] = [
    pytest.param([row("0.0.0.0", 8080), row("::", 8080)], ["127.0.0.1:8080:80/tcp"], id="both-families"),
    pytest.param([row("", 8080)], ["127.0.0.1:8080:80/tcp"], id="no-address"),
    pytest.param([row("0.0.0.0", 8080)], ["127.0.0.1:8080:80/tcp"], id="ipv4"),
    pytest.param([row("::", 8080)], ["[::1]:8080:80/tcp"], id="ipv6"),
    pytest.param(
        [row("0.0.0.0", 32768), row("::", 32769)],
        ["127.0.0.1:32768:80/tcp", "[::1]:32769:80/tcp"],
        id="numbers-that-differ",
    ),
    pytest.param([row("", None)], ["127.0.0.1::80/tcp"], id="ephemeral"),
    pytest.param([row("", "8000-8010")], ["127.0.0.1:8000-8010:80/tcp"], id="range"),
    pytest.param(
        [row("127.0.0.1", 53, 53, "udp"), row("0.0.0.0", 8080), row("::", 8080), row("192.0.2.7", 81, 81)],
        ["127.0.0.1:53:53/udp", "127.0.0.1:8080:80/tcp", "192.0.2.7:81:81/tcp"],
        id="the-others-stay",
    ),
    pytest.param(
        [row("0.0.0.0", 80), row("::", 80, protocol="sctp")], ["127.0.0.1:80:80/tcp", "[::1]:80:80/sctp"], id="no-pair"
    ),
]


@pytest.mark.parametrize(("rows", "expected"), CLOSED)
def test_all_publications_with_the_broken_ones_on_loopback(rows: list[Row], expected: list[str]) -> None:
    assert closed_to_loopback(rows, lambda each: each["host_ip"] in ("", "0.0.0.0", "::")) == expected


def test_what_is_not_broken_keeps_its_spelling() -> None:
    rows = [row("0.0.0.0", 8080), row("::", 8080), row("0.0.0.0", 8081), row("127.0.0.1", 8082)]
    assert closed_to_loopback(rows, lambda each: False) == [
        "8080:80/tcp",
        "0.0.0.0:8081:80/tcp",
        "127.0.0.1:8082:80/tcp",
    ]


def test_two_that_become_the_same_are_one() -> None:
    rows = [row("127.0.0.1", 8080), row("192.0.2.7", 8080)]
    assert closed_to_loopback(rows, lambda each: True) == ["127.0.0.1:8080:80/tcp"]


# -- policies ----------------------------------------------------------------------------------------------------------

PUBLIC = {"exposure": "public"}
EVERYWHERE, ELSEWHERE, PORT = "is on every address", "is not an allowed address", "is not an allowed port"
POLICY: dict[str, t.Any] = {
    "addresses": ["192.0.2.0/24", "2001:db8::1"],
    "ports": [443, "8000-8010", "53/udp"],
    "labels": ["exposure=public", "open"],
}

JUDGED: list[t.Any] = [
    pytest.param(row("127.0.0.1", 22), {}, "", id="loopback"),
    pytest.param(row("127.8.8.8", None), {}, "", id="any-port-of-loopback"),
    pytest.param(row("::1", 22), {}, "", id="ipv6-loopback"),
    pytest.param(row("192.0.2.7", 443), {}, "", id="allowed"),
    pytest.param(row("2001:db8::1", 443), {}, "", id="allowed-ipv6"),
    pytest.param(row("2001:db8::2", 443), {}, ELSEWHERE, id="other-ipv6"),
    pytest.param(row("192.0.3.7", 443), {}, ELSEWHERE, id="other-address"),
    pytest.param(row("192.0.3.7", 443), PUBLIC, ELSEWHERE, id="a-label-is-for-every-address"),
    pytest.param(row("192.0.2.7", 444), {}, PORT, id="other-port"),
    pytest.param(row("192.0.2.7", 443, protocol="udp"), {}, PORT, id="other-protocol"),
    pytest.param(row("192.0.2.7", 53, protocol="udp"), {}, "", id="udp"),
    pytest.param(row("192.0.2.7", None), {}, PORT, id="any-port"),
    pytest.param(row("192.0.2.7", "8000-8010"), {}, "", id="range"),
    pytest.param(row("192.0.2.7", "8000-8011"), {}, PORT, id="range-that-goes-too-far"),
    pytest.param(row("0.0.0.0", 443), {}, EVERYWHERE, id="every-ipv4"),
    pytest.param(row("::", 443), {"exposure": "private"}, EVERYWHERE, id="every-ipv6"),
    pytest.param(row("", 443), {"exposure": ""}, EVERYWHERE, id="every"),
    pytest.param(row("", 443), PUBLIC, "", id="permitted"),
    pytest.param(row("0.0.0.0", 443), {"open": "whatever"}, "", id="permitted-by-another"),
    pytest.param(row("", 444), PUBLIC, PORT, id="permitted-with-another-port"),
]


def container(
    *rows: Row, state: str = "running", active: bool = True, labels: t.Mapping[str, str] | None = None
) -> Row:
    published = [{**each, "active": active, "exposure": exposure(each["host_ip"])} for each in rows]
    return {"name": "web", "state": state, "labels": labels or {}, "published": published}


@pytest.mark.parametrize(("given", "labels", "expected"), JUDGED)
def test_policy(given: Row, labels: dict[str, str], expected: str) -> None:
    policy = parse_policy(POLICY["addresses"], POLICY["ports"], POLICY["labels"])
    found = find_violations([container(given, labels=labels)], policy)
    assert len(found) == (1 if expected else 0)
    for each in found:
        assert expected in each["reason"]
        assert {key: each[key] for key in given} == given


def test_without_a_policy_only_loopback_is_fine() -> None:
    rows = [row("127.0.0.1", 22), row("192.0.2.7", 443), row("0.0.0.0", 80), row("::", 80)]
    found = find_violations([container(*rows, labels=PUBLIC)], parse_policy([], None, []))
    assert [(each["host_ip"], each["host_port"]) for each in found] == [("192.0.2.7", 443), ("", 80)]
    fixed = ["127.0.0.1:22:80/tcp", "127.0.0.1:443:80/tcp", "127.0.0.1:80:80/tcp"]
    assert [each["published_ports"] for each in found] == [fixed, fixed]


def test_what_is_allowed_stays_where_it_is() -> None:
    rows = [row("192.0.2.7", 443), row("0.0.0.0", 80), row("::", 80)]
    (found,) = find_violations([container(*rows)], parse_policy(["192.0.2.7"], None, []))
    assert found["published_ports"] == ["192.0.2.7:443:80/tcp", "127.0.0.1:80:80/tcp"]


@pytest.mark.parametrize(("state", "expected"), [("running", 0), ("paused", 0), ("exited", 1), ("created", 1)])
def test_what_is_not_bound_counts_where_nothing_runs(state: str, expected: int) -> None:
    found = find_violations([container(row("", 80), state=state, active=False)], parse_policy([], None, []))
    assert len(found) == expected


def test_an_address_that_is_the_networks() -> None:
    given = container(row("", 80), state="exited", active=False)
    given["published"][0]["exposure"] = "address"
    (found,) = find_violations([given], parse_policy(["192.0.2.0/24"], None, []))
    assert "that its network gives" in found["reason"]
    given["published"][0]["exposure"] = "loopback"
    assert find_violations([given], parse_policy([], None, [])) == []


REFUSED: list[t.Any] = [
    pytest.param(["10.0.0.0/33"], None, [], "option_conflict", "10.0.0.0/33", id="subnet"),
    pytest.param(["localhost"], None, [], "option_conflict", "localhost", id="name"),
    pytest.param([], ["70000"], [], "port_spec_invalid", "70000", id="port"),
    pytest.param([], ["80:80"], [], "port_spec_invalid", "80:80", id="publication"),
    pytest.param([], None, ["=x"], "option_conflict", "entry 1", id="label"),
]


@pytest.mark.parametrize(("addresses", "ports", "labels", "code", "quoted"), REFUSED)
def test_policies_that_mean_nothing(
    addresses: list[str], ports: list[str] | None, labels: list[str], code: str, quoted: str
) -> None:
    with pytest.raises(Failure) as caught:
        parse_policy(addresses, ports, labels)
    assert caught.value.code == code
    assert quoted in caught.value.message
