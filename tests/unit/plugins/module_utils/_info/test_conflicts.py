# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.bridgeport.docker.plugins.module_utils._info.conflicts import (
    Conflict,
    find_conflicts,
    holder_results,
    publishes_nothing,
)
from ansible_collections.bridgeport.docker.plugins.module_utils._objects.names import backup_name
from ansible_collections.bridgeport.docker.plugins.module_utils._objects.ports import Publication
from ansible_collections.bridgeport.docker.plugins.module_utils._objects.snapshot import Snapshot
from ansible_collections.bridgeport.docker.plugins.module_utils._observe.host_ports import Blocker
from ansible_collections.bridgeport.docker.plugins.module_utils._observe.snapshot import (
    inspect_containers,
    read_listing,
)
from ansible_collections.bridgeport.docker.tests.unit.support import recorded
from ansible_collections.bridgeport.docker.tests.unit.support.model_daemon import ModelClient, ModelDaemon


def add(daemon: ModelDaemon, name: str, *bindings: str, start: bool = False, **host_config: t.Any) -> str:
    """``bindings``: ADDRESS|HOST PORT, of 80/tcp, 81/tcp and so on."""
    ports = {}
    for number, binding in enumerate(bindings):
        address, _bar, port = binding.rpartition("|")
        ports[f"{80 + number}/tcp"] = [{"HostIp": address, "HostPort": port}]
    host = {"PortBindings": ports, **host_config}
    return daemon.add_container(name, start=start, HostConfig=host, ExposedPorts={key: {} for key in ports})


def read(daemon: ModelDaemon) -> Snapshot:
    client = ModelClient(daemon)
    listing = read_listing(client)
    return inspect_containers(client, listing, listing.summaries)


def kinds(daemon: ModelDaemon, blocker: Blocker | None = None) -> list[tuple[str, str, str]]:
    found = find_conflicts(read(daemon), lambda publication: blocker)
    return [(each.container, each.kind, each.holder) for each in found]


RUNNING: list[t.Any] = [
    pytest.param("|8080", "127.0.0.1|8080", True, id="wildcard-and-address"),
    pytest.param("127.0.0.1|8080", "|8080", True, id="address-and-wildcard"),
    pytest.param("127.0.0.1|8080", "127.0.0.1|8080", True, id="same"),
    pytest.param("127.0.0.1|8080", "127.0.0.2|8080", False, id="other-address"),
    pytest.param("127.0.0.1|8080", "127.0.0.1|8081", False, id="other-port"),
    pytest.param("|8080", "|", False, id="ephemeral"),
    pytest.param("|8080", "|8080-8090", False, id="range"),
]


@pytest.mark.parametrize(("held", "wanted", "collides"), RUNNING)
def test_a_running_container_is_in_the_way(held: str, wanted: str, collides: bool) -> None:
    daemon = ModelDaemon()
    add(daemon, "web", held, start=True)
    add(daemon, "idle", wanted)
    assert kinds(daemon) == ([("idle", "running", "web")] if collides else [])


def test_two_that_do_not_run_are_in_each_others_way() -> None:
    daemon = ModelDaemon()
    add(daemon, "one", "|8080", "|8081")
    add(daemon, "two", "127.0.0.1|8080")
    assert kinds(daemon) == [("one", "stopped", "two"), ("two", "stopped", "one")]


@pytest.mark.parametrize(
    ("blocker", "expected"),
    [
        (Blocker("127.0.0.1", process="nginx (PID 8)"), ("process", "nginx (PID 8)")),
        (Blocker("127.0.0.1"), ("process", "")),
        (Blocker("127.0.0.1", is_missing=True), ("no_address", "")),
    ],
)
def test_something_else_is_in_the_way(blocker: Blocker, expected: tuple[str, str]) -> None:
    daemon = ModelDaemon()
    add(daemon, "idle", "127.0.0.1|8080")
    assert kinds(daemon, blocker) == [("idle", *expected)]


def test_what_a_container_holds_is_not_tried() -> None:
    daemon = ModelDaemon()
    add(daemon, "web", "|8080", start=True)
    add(daemon, "idle", "|8080", "|8081")
    tried: list[str] = []
    find_conflicts(read(daemon), lambda publication: tried.append(str(publication)))
    assert tried == ["8081:81/tcp"]


def test_nothing_is_tried_where_the_host_cannot_be_seen() -> None:
    daemon = ModelDaemon()
    add(daemon, "idle", "|8080")
    assert find_conflicts(read(daemon), None) == ()


def test_who_publishes_nothing_wants_nothing() -> None:
    daemon = ModelDaemon()
    daemon.add_network("inner", Internal=True)
    add(daemon, "web", "|8080", start=True)
    for mode in ("host", "none", "inner"):
        add(daemon, f"on-{mode}", "|8080", NetworkMode=mode)
    add(daemon, "idle", "|8080")
    assert kinds(daemon) == [("idle", "running", "web")]
    holders = holder_results(read(daemon), ())
    assert {row["container"] for row in holders} == {"web", "idle"}


def test_parts_of_a_change_are_left_out() -> None:
    daemon = ModelDaemon()
    web = add(daemon, "web", "|8080", start=True)
    backup = add(daemon, "backup", "|8080")
    ModelClient(daemon).post(f"/containers/{backup}/rename", name=backup_name("web", backup))
    assert kinds(daemon) == []
    stranger = backup_name("web", web)
    add(daemon, stranger, "|8080")
    assert kinds(daemon) == [(stranger, "running", "web")]


def test_the_address_that_the_network_gives_counts() -> None:
    daemon = ModelDaemon()
    daemon.add_network("local", Options={"com.docker.network.bridge.host_binding_ipv4": "127.0.0.1"})
    add(daemon, "web", "127.0.0.2|8080", start=True)
    add(daemon, "idle", "|8080", NetworkMode="local")
    assert kinds(daemon) == []
    add(daemon, "open", "|8080")
    assert ("open", "running", "web") in kinds(daemon)
    assert ("open", "stopped", "idle") in kinds(daemon)


@pytest.mark.parametrize(
    ("name", "expected"),
    [("host_mode", True), ("container_mode", True), ("internal_network", True), ("created", False), ("ports", False)],
)
def test_who_publishes_nothing(name: str, expected: bool) -> None:
    assert publishes_nothing(recorded.container(name), recorded.snapshot(name)) is expected


def test_holders_are_sorted_by_host_port() -> None:
    host = recorded.snapshot("ports", "created")
    host = host.replace(summaries=tuple(each for each in host.summaries if each.id in host.containers))
    wanted = Publication(80, "tcp", "127.0.0.1", 99)
    conflicts = [Conflict(name, wanted, "process", "nginx (PID 8)") for name in ("one", "two")]
    conflicts += [Conflict("one", wanted, "no_address"), Conflict("one", wanted, "running", "fx-ports")]
    holders = holder_results(host, conflicts)
    numbers = [row["host_port"] for row in holders]
    assert numbers == sorted(numbers)
    assert {row["container"] for row in holders} == {"fx-ports", "fx-created", ""}
    assert [(row["host_port"], row["process"]) for row in holders if row["process"]] == [(99, "nginx (PID 8)")]


def test_ranges_are_wanted_and_ephemeral_ports_are_not() -> None:
    daemon = ModelDaemon()
    add(daemon, "idle", "|8000-8010", "|")
    assert [row["host_port"] for row in holder_results(read(daemon), ())] == ["8000-8010"]
