# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t
from dataclasses import replace

import pytest

from ansible_collections.bridgeport.docker.plugins.module_utils._errors import Failure
from ansible_collections.bridgeport.docker.plugins.module_utils._objects.engine import Api, Engine
from ansible_collections.bridgeport.docker.plugins.module_utils._objects.networks import Network
from ansible_collections.bridgeport.docker.plugins.module_utils._objects.ports import Publication
from ansible_collections.bridgeport.docker.plugins.module_utils._objects.snapshot import (
    Snapshot,
    Summary,
    find_port_holders,
    read_summary,
)
from ansible_collections.bridgeport.docker.tests.unit.support import recorded


def summary(name: str, container_id: str = "", **fields: t.Any) -> Summary:
    return Summary(
        container_id or (name.encode().hex() + "0" * 64)[:64], name, "running", "i", (), {}, "default", {}, **fields
    )


def snapshot(*summaries: Summary, networks: t.Sequence[dict[str, t.Any]] = ()) -> Snapshot:
    return Snapshot(Engine("x", Api(1, 41)), summaries, tuple(map(Network, networks)))


RECORDED = {each.name: each for each in recorded.snapshot().summaries}


def test_own_name_of_a_container_that_others_link_to() -> None:
    raw = next(raw for raw in recorded.load("containers") if len(raw["Names"]) > 1)
    assert raw["Names"] == ["/fx-linked/db", "/fx-plain"]
    assert read_summary(raw).name == "fx-plain"


def test_a_container_without_a_name_of_its_own() -> None:
    raw = {**recorded.load("containers")[0], "Names": None}
    assert read_summary(raw).name == raw["Id"][:12]


@pytest.mark.parametrize(
    ("state", "running"),
    [
        ("running", True),
        ("paused", True),
        ("restarting", True),
        ("created", False),
        ("exited", False),
        ("dead", False),
        ("removing", False),
    ],
)
def test_is_running(state: str, running: bool) -> None:
    assert Summary("i", "n", state, "i", (), {}, "default", {}).is_running is running


def test_recorded_summaries() -> None:
    ports = RECORDED["fx-ports"]
    assert {str(each) for each in ports.publications} >= {
        "0.0.0.0:18431:80/tcp",
        "[::]:18431:80/tcp",
        "127.0.0.1:18433:53/udp",
    }
    assert RECORDED["fx-created"].publications == ()
    assert RECORDED["fx-host"].network_mode == "host"
    assert RECORDED["fx-shared"].network_mode == f"container:{RECORDED['fx-plain'].id}"
    assert RECORDED["fx-full"].labels["team"] == "web"


HOLDERS: list[t.Any] = [
    pytest.param(Publication(1, "tcp", "127.0.0.1", 8080), ["a", "b"], id="every-address-and-the-same"),
    pytest.param(Publication(1, "tcp", "127.0.0.2", 8080), ["a"], id="another-address"),
    pytest.param(Publication(1, "udp", "", 8080), [], id="another-protocol"),
    pytest.param(Publication(1, "tcp", "", 8081), ["b"], id="not-of-a-stopped-container"),
    pytest.param(Publication(1, "tcp", "", 0), [], id="ephemeral"),
]


@pytest.mark.parametrize(("publication", "names"), HOLDERS)
def test_who_has_a_host_port(publication: Publication, names: list[str]) -> None:
    every, one, other = (Publication(80, "tcp", ip, port) for ip, port in (("", 8080), ("127.0.0.1", 8080), ("", 8081)))
    containers = (
        replace(summary("a"), publications=(every,)),
        replace(summary("b"), publications=(one, other), state="paused"),
        replace(summary("c"), publications=(other,), state="exited"),
    )
    assert [holder.summary.name for holder in find_port_holders(publication, containers)] == names


def test_addresses_of_running_and_stopped_containers() -> None:
    full = RECORDED["fx-full"]
    assert full.addresses_on("fx-six") == {"10.231.8.20", "fd00:231::20"}, "it is stopped; they are still its own"
    assert full.addresses_on("nope") == set()
    assert len(RECORDED["fx-rm"].addresses_on("fx-net")) == 1


# -- finding -----------------------------------------------------------------------------------------------------------


def test_a_name_is_not_the_beginning_of_an_id() -> None:
    host = snapshot(summary("victim", "db" + "0" * 62))
    assert host.find_container("db") is None


def test_a_name_comes_before_an_id() -> None:
    called = "abcdef012345"
    by_id, by_name = summary("other", called + "0" * 52), summary(called)
    assert snapshot(by_id, by_name).find_container(called) == by_name


@pytest.mark.parametrize(
    ("reference", "found"),
    [
        ("abcdef012345", True),
        ("abcdef01234", False),
        ("abcdef012345" + "0" * 52, True),
        ("abcdef012345" + "0" * 53, False),
        ("ABCDEF012345", False),
        ("abcdef012346", False),
        ("abcdef01234g", False),
    ],
)
def test_find_container_by_id(reference: str, found: bool) -> None:
    host = snapshot(summary("other", "abcdef012345" + "0" * 52))
    assert (host.find_container(reference) is not None) is found


def test_an_id_that_fits_two() -> None:
    host = snapshot(*(summary(f"c{end}", "abcdef012345" + end * 52) for end in "ab"))
    with pytest.raises(Failure) as caught:
        host.find_container("abcdef012345")
    assert caught.value.code == "ambiguous_name"


def test_find_network() -> None:
    networks = [{"Name": "n", "Id": "a" * 64}, {"Name": "a" * 12, "Id": "b" * 64}]
    host = snapshot(networks=networks)
    assert host.find_network("n") == Network(networks[0])
    assert host.find_network("a" * 12) == Network(networks[1]), "a name comes before an ID"
    assert host.find_network("a" * 13) == Network(networks[0])
    assert host.find_network("b" * 11) is None
    assert host.find_network("N") is None


def test_two_networks_of_one_name() -> None:
    host = snapshot(networks=[{"Name": "n", "Id": "a" * 64}, {"Name": "n", "Id": "b" * 64}])
    with pytest.raises(Failure) as caught:
        host.find_network("n")
    assert caught.value.code == "ambiguous_name"
    assert caught.value.details["ids"] == ["a" * 64, "b" * 64]
    for each in caught.value.details["ids"]:
        assert each in caught.value.message
    assert host.find_network("a" * 64) is not None, "by ID there is one"
    for each in ("a", "b"):
        chosen = host.replace(chosen={"n": each * 64}).find_network("n")
        assert chosen is not None
        assert chosen.id == each * 64
    assert host.replace(chosen={"n": "c" * 64}).find_network("n") is None, "it is gone, and another is not it"


def test_an_id_that_fits_two_networks() -> None:
    host = snapshot(networks=[{"Name": end, "Id": "abcdef012345" + end * 52} for end in "ab"])
    with pytest.raises(Failure) as caught:
        host.find_network("abcdef012345")
    assert caught.value.code == "ambiguous_name"
    assert "more digits" in caught.value.message


def test_members() -> None:
    host = recorded.snapshot()
    network = host.find_network("fx-net")
    assert network is not None
    assert sorted(each.name for each in host.members_of(network)) == ["fx-created", "fx-id", "fx-rm"]
    # fx-created never ran: the engine lists it without a network ID. fx-moved has left.
    assert RECORDED["fx-created"].endpoints["fx-net"]["NetworkID"] == ""
    assert host.members_of(Network({**network.raw, "Id": "f" * 64})) == [RECORDED["fx-created"]], (
        "stale endpoints are no members"
    )
