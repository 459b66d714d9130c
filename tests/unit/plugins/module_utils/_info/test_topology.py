# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import copy
import typing as t
from dataclasses import replace

import pytest

from ansible_collections.bridgeport.docker.plugins.module_utils._desired.selector import Selector
from ansible_collections.bridgeport.docker.plugins.module_utils._info.topology import (
    Topology,
    container_row,
    free_addresses,
    leftover_rows,
    legacy_links,
    network_row,
    select,
    shared_names,
    stale_rows,
    to_inspect,
    topology_rows,
)
from ansible_collections.bridgeport.docker.plugins.module_utils._objects.containers import Container
from ansible_collections.bridgeport.docker.plugins.module_utils._objects.engine import Api, Engine
from ansible_collections.bridgeport.docker.plugins.module_utils._objects.journal import Entry, Journal, RebuildRecord
from ansible_collections.bridgeport.docker.plugins.module_utils._objects.leftovers import Lock, Owner, lock_name
from ansible_collections.bridgeport.docker.plugins.module_utils._objects.names import (
    backup_name,
    remade_name,
    successor_name,
    trial_name,
    trial_network_name,
)
from ansible_collections.bridgeport.docker.plugins.module_utils._objects.networks import Network
from ansible_collections.bridgeport.docker.plugins.module_utils._objects.snapshot import Snapshot
from ansible_collections.bridgeport.docker.tests.unit.support import recorded

# Those of the recordings of which the listing knows; full_stopped is a later state of full.
INSPECTED = tuple(
    name
    for name in recorded.CONTAINERS
    if name != "full_stopped" and recorded.container(name).id in {each.id for each in recorded.snapshot().summaries}
)


def whole(selector: Selector | None = None, **changes: t.Any) -> Topology:
    """The recorded host, less what was never inspected."""
    host = recorded.snapshot(*INSPECTED)
    host = host.replace(summaries=tuple(each for each in host.summaries if each.id in host.containers), **changes)
    selector = selector or Selector()
    containers, networks = select(host, selector)
    return Topology("vm", host, containers, networks, selector)


# -- what is asked for -------------------------------------------------------------------------------------------------


def chosen(*names: str) -> tuple[set[str], set[str], set[str]]:
    host = recorded.snapshot()
    containers, networks = select(host, Selector(names))
    inspected = {each.name for each in to_inspect(host, containers, networks) if each.is_running}
    return {each.name for each in containers}, {each.name for each in networks}, inspected


def test_networks_of_chosen_containers_come_along() -> None:
    assert chosen("fx-moved") == ({"fx-moved"}, {"fx-sub"}, {"fx-moved"})
    assert chosen("fx-rm") == ({"fx-rm"}, {"fx-net"}, {"fx-rm", "fx-id"})
    assert chosen("fx-shared") == ({"fx-shared"}, set(), {"fx-shared"})


def test_a_network_can_be_chosen_by_itself() -> None:
    assert chosen("fx-net") == (set(), {"fx-net"}, {"fx-rm", "fx-id"})
    assert chosen("nothing") == (set(), set(), set())


def test_containers_that_do_not_run_are_always_inspected() -> None:
    host = recorded.snapshot()
    assert {each.name for each in to_inspect(host, (), ())} == {"fx-taken", "fx-full", "fx-src", "fx-created"}


# -- rows --------------------------------------------------------------------------------------------------------------


def test_a_container() -> None:
    host = recorded.snapshot("full")
    row = container_row(recorded.container("full"), host)
    assert set(row) == {
        *("name", "id", "image", "state", "published", "networks"),
        *("network_mode", "labels", "shares", "links", "restart_policy"),
    }
    assert (row["network_mode"], row["restart_policy"], row["shares"], row["links"]) == ("fx-sub", "on-failure", {}, [])
    assert row["labels"] == recorded.container("full").config["Labels"] != {}
    assert [each["exposure"] for each in row["published"]] == ["loopback"]
    assert "swordfish" not in str(row)


def test_every_recorded_container_and_network_has_a_row() -> None:
    rows = topology_rows(whole())
    assert set(rows) == {"host", "networks", "containers", "links", "stale_references", "leftovers"}
    names = [row["name"] for row in rows["containers"]]
    assert names == sorted(names)
    assert len(names) == len(INSPECTED) > 10
    assert [row["name"] for row in rows["networks"]] == sorted(each["Name"] for each in recorded.load("networks"))
    assert rows["host"] == {"name": "vm", "engine_version": "20.10.24+dfsg1", "api_version": "1.41", "is_local": None}
    (link,) = rows["links"]
    assert [link[key] for key in ("source", "target", "alias")] == ["fx-linked", "fx-plain", "db"]
    assert link["names"][:2] == ["db", "fx-plain"]
    assert "DB_NAME" in link["variables"]
    assert link["uses"] == []
    assert (rows["stale_references"], rows["leftovers"]) == ([], [])
    assert "swordfish" not in str(rows)


def test_whose_namespaces_are_shared() -> None:
    shared, host = recorded.container("container_mode"), recorded.snapshot()
    reference = shared.shares["NetworkMode"]
    other = next(each.name for each in host.summaries if each.id == reference)
    assert shared_names(shared, host) == {"network": other}
    gone = host.replace(summaries=tuple(each for each in host.summaries if each.id != reference))
    assert shared_names(shared, gone) == {"network": reference}


@pytest.mark.parametrize(
    ("links", "expected"),
    [
        (None, []),
        (["/db:/web/alias"], [("db", "alias")]),
        (["db:alias"], [("db", "alias")]),
        (["/db:/web/z", "/db:/web/a", "/api:/web/q"], [("api", "q"), ("db", "a"), ("db", "z")]),
    ],
)
def test_legacy_links(links: list[str] | None, expected: list[tuple[str, str]]) -> None:
    raw = copy.deepcopy(dict(recorded.container("plain").raw))
    raw["HostConfig"]["Links"] = links
    assert [(each["container"], each["alias"]) for each in legacy_links(Container(raw))] == expected


def test_a_network() -> None:
    topology = whole()
    raw = next(each for each in topology.networks if each.name == "fx-net")
    row = network_row(raw, topology.snapshot)
    assert (row["scope"], row["enable_ipv4"], row["predefined"]) == ("local", True, False)
    assert row["free_addresses"] == [{"subnet": "172.28.0.0/16", "free": 65531}]
    created, running, removes_itself = row["connected"]
    assert (created["name"], created["mac_address"]) == ("fx-created", "")
    assert (running["name"], running["mac_address"]) == ("fx-id", "02:42:ac:1c:00:03")
    assert removes_itself["name"] == "fx-rm"


def test_aliases_of_members() -> None:
    host = recorded.snapshot("full")
    raw = host.find_network("fx-six")
    assert raw is not None
    (member,) = network_row(raw, host)["connected"]
    assert (member["name"], member["aliases"]) == ("fx-full", ["two"])


@pytest.mark.parametrize(
    ("given", "expected"), [({}, True), ({"EnableIPv4": True}, True), ({"EnableIPv4": False}, False)]
)
def test_networks_without_ipv4(given: dict[str, bool], expected: bool) -> None:
    raw = {**recorded.load("networks")[0], **given}
    assert network_row(Network(raw), Snapshot(Engine("28.5.2", Api(1, 51))))["enable_ipv4"] is expected


def test_free_addresses_by_pool() -> None:
    raw = next(Network(each) for each in recorded.load("networks") if each["Name"] == "fx-six")
    # The gateway is in the range; fx-full, with a fixed address outside of it, does not run.
    assert free_addresses(raw, recorded.snapshot().members_of(raw)) == [
        {"subnet": "10.231.8.0/24", "free": 126},
        {"subnet": "fd00:231::/64", "free": 2**32},
    ]


# -- what is not as it should be ---------------------------------------------------------------------------------------


def test_endpoints_on_networks_that_are_gone() -> None:
    gone = [each for each in recorded.load("networks") if each["Name"] not in ("fx-net", "fx-sub")]
    by_name = {each["Name"]: each["Id"] for each in recorded.load("networks")}
    topology = whole(networks=tuple(map(Network, gone)))
    found = [(row["container"], row["network"], row["network_id"]) for row in stale_rows(topology)]
    assert found == [
        ("fx-created", "fx-net", ""),
        ("fx-full", "fx-sub", by_name["fx-sub"]),
        ("fx-id", "fx-net", by_name["fx-net"]),
        ("fx-moved", "fx-sub", by_name["fx-sub"]),
        ("fx-rm", "fx-net", by_name["fx-net"]),
    ]


def test_a_network_of_the_same_name_is_another_one() -> None:
    networks = [{**each, "Id": "f" * 64} if each["Name"] == "fx-net" else each for each in recorded.load("networks")]
    assert [row["container"] for row in stale_rows(whole(networks=tuple(map(Network, networks))))] == ["fx-id", "fx-rm"]


def test_one_that_was_never_started_may_know_its_network_by_the_id() -> None:
    host = recorded.snapshot()
    by_id = {each.name: each.id for each in host.networks}["fx-net"]
    created = next(each for each in host.summaries if each.name == "fx-created")
    for key, stale in ((by_id, []), (by_id[:12], []), ("f" * 64, ["fx-created"])):
        raw = {"NetworkSettings": {"Networks": {key: {"NetworkID": ""}}}}
        summary = type(created)(**{**vars(created), "endpoints": raw["NetworkSettings"]["Networks"]})
        topology = Topology("vm", host, (summary,), ())
        assert [row["container"] for row in stale_rows(topology)] == stale


ID = "a" * 64
WEB_LOCK, NET_LOCK = lock_name(("container", "web")), lock_name(("network", "net"))
OWNER = Owner("a" * 32, "", "", 1, "", 1.0)
# A guard that does not say what it is about, as they were once written, and of which no lock is left.
LONE_GUARD = f"{lock_name(('container', 'unknown'))}-break"
LOCKS = {
    lock.name: lock
    for lock in (
        Lock(WEB_LOCK, OWNER, ("container", "web")),
        Lock(f"{WEB_LOCK}-break", OWNER, None),
        Lock(NET_LOCK, OWNER, ("network", "net")),
        Lock(LONE_GUARD, OWNER, None),
    )
}
JOURNALS = (
    Journal((Entry("web", ID, "b" * 64), Entry("side", "c" * 64, "d" * 64))),
    Journal(rebuild=RebuildRecord("net", ID, {}, {})),
)
PARTS = {
    successor_name("web", ID): "successor",
    backup_name("web", ID): "backup",
    remade_name("web", ID): "remade",
    trial_name("web", "e" * 12): "trial",
}


def left(selector: Selector | None = None) -> list[tuple[str, str, str, str]]:
    selector = selector or Selector()
    host = recorded.snapshot()
    some = host.summaries[0]
    names = ("web", "db", *PARTS)
    ids = {backup_name("web", ID): ID}
    summaries = [
        replace(some, name=name, id=ids.get(name, f"{n:064}"), state="created", command="/bridgeport-tries-ports")
        for n, name in enumerate(names)
    ]
    networks = [
        {"Name": name, "Id": ID if name == "net" else f"{n:064}"}
        for n, name in enumerate(("net", "other", trial_network_name("net", ID)))
    ]
    host = host.replace(
        summaries=tuple(summaries), networks=tuple(map(Network, networks)), journals=JOURNALS, locks=LOCKS
    )
    containers, shown = select(host, selector)
    topology = Topology("vm", host, containers, shown, selector, held=frozenset([NET_LOCK]))
    return [(row["kind"], row["name"], row["object"]["kind"], row["object"]["name"]) for row in leftover_rows(topology)]


OF_WEB = sorted(
    [
        ("journal", JOURNALS[0].volume, "container", "web"),
        ("lock_abandoned", WEB_LOCK, "container", "web"),
        ("lock_abandoned", f"{WEB_LOCK}-break", "container", "web"),
        *((kind, name, "container", "web") for name, kind in PARTS.items()),
    ]
)
OF_NET = sorted(
    [
        ("journal", JOURNALS[1].volume, "network", "net"),
        ("lock_held", NET_LOCK, "network", "net"),
        ("trial", trial_network_name("net", ID), "network", "net"),
    ]
)
UNKNOWN = [("lock_abandoned", LONE_GUARD, "volume", LONE_GUARD)]


@pytest.mark.parametrize(
    ("selector", "expected"),
    [
        pytest.param(Selector(), [*OF_WEB, *OF_NET, *UNKNOWN], id="everything"),
        pytest.param(Selector(("web",)), OF_WEB, id="container"),
        pytest.param(Selector(("net",)), OF_NET, id="network"),
        pytest.param(Selector(("other", "db")), [], id="others"),
        pytest.param(
            Selector((backup_name("web", ID),)), [("backup", backup_name("web", ID), "container", "web")], id="part"
        ),
    ],
)
def test_leftovers(selector: Selector, expected: list[tuple[str, str, str, str]]) -> None:
    assert left(selector) == expected
