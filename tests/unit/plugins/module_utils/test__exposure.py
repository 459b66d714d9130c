# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.bridgeport.docker.plugins.module_utils._exposure import as_publication, closed_to_loopback
from ansible_collections.bridgeport.docker.plugins.module_utils._ports import Publication

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
