# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.bridgeport.docker.plugins.plugin_utils._topology_ports import (
    group_published,
    port_text,
    words_of,
)
from ansible_collections.bridgeport.docker.tests.unit.support.topologies import port

V4, V6, LOCAL = "0.0.0.0", "::", "127.0.0.1"

GROUPS: list[t.Any] = [
    pytest.param([], [], id="nothing"),
    pytest.param([port(LOCAL, 5000, 80)], [("127.0.0.1:5000", "80/tcp", "loopback", True)], id="one"),
    pytest.param([port("::1", 5000, 80)], [("[::1]:5000", "80/tcp", "loopback", True)], id="ipv6-in-brackets"),
    pytest.param([port(V4, 1, 80), port(V6, 1, 80)], [("*:1", "80/tcp", "all", True)], id="both-families"),
    pytest.param([port(V6, 1, 80), port(V4, 1, 80)], [("*:1", "80/tcp", "all", True)], id="both-families-turned"),
    pytest.param([port(V4, 1, 80)], [("0.0.0.0:1", "80/tcp", "all", True)], id="ipv4-only"),
    pytest.param(
        [port(V4, 1, 80), port(V6, 2, 80)],
        [("0.0.0.0:1", "80/tcp", "all", True), ("[::]:2", "80/tcp", "all", True)],
        id="families-with-other-numbers",
    ),
    pytest.param(
        [port(LOCAL, 9001, 81), port(LOCAL, 9000, 80), port(LOCAL, 9002, 82)],
        [("127.0.0.1:9000-9002", "80-82/tcp", "loopback", True)],
        id="run",
    ),
    pytest.param(
        [port(LOCAL, 9000, 80), port(LOCAL, 9001, 80)],
        [("127.0.0.1:9000", "80/tcp", "loopback", True), ("127.0.0.1:9001", "80/tcp", "loopback", True)],
        id="same-container-port-is-no-run",
    ),
    pytest.param(
        [port(LOCAL, 9000, 80), port(LOCAL, 9002, 82)],
        [("127.0.0.1:9000", "80/tcp", "loopback", True), ("127.0.0.1:9002", "82/tcp", "loopback", True)],
        id="gap",
    ),
    pytest.param(
        [port(LOCAL, 9000, 80), port(LOCAL, 9001, 81, "udp")],
        [("127.0.0.1:9000", "80/tcp", "loopback", True), ("127.0.0.1:9001", "81/udp", "loopback", True)],
        id="other-protocol",
    ),
    pytest.param(
        [port(LOCAL, 9000, 80), port(LOCAL, 9001, 81, active=False)],
        [("127.0.0.1:9000", "80/tcp", "loopback", True), ("127.0.0.1:9001", "81/tcp", "loopback", False)],
        id="not-active",
    ),
    pytest.param(
        [port("", None, 80, active=False), port("", "8000-8010", 81, active=False)],
        [("*:any", "80/tcp", "all", False), ("*:8000-8010", "81/tcp", "all", False)],
        id="not-known-yet",
    ),
]


@pytest.mark.parametrize(("published", "expected"), GROUPS)
def test_group_published(published: list[dict[str, t.Any]], expected: list[tuple[t.Any, ...]]) -> None:
    found = group_published(published)
    assert [(group.host, group.target, group.exposure, group.active) for group in found] == expected


def test_grouping_leaves_what_it_reads() -> None:
    published = [port(V4, 1, 80), port(V6, 1, 80)]
    group_published(published)
    assert published == [port(V4, 1, 80), port(V6, 1, 80)]


@pytest.mark.parametrize(
    ("host_ip", "number", "expected"),
    [("", None, "*:any"), ("::1", 80, "[::1]:80"), ("127.0.0.1", "1-2", "127.0.0.1:1-2")],
)
def test_port_text(host_ip: str, number: t.Any, expected: str) -> None:
    assert port_text(port(host_ip, number, 80)) == expected


def test_words() -> None:
    assert [words_of(each) for each in ("all", "address", "loopback")] == [
        "from everywhere",
        "at this address",
        "from this host only",
    ]
