# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.bridgeport.docker.plugins.plugin_utils._topology_cards import (
    COLUMNS,
    LINE_LENGTH,
    TITLE_LENGTH,
)
from ansible_collections.bridgeport.docker.plugins.plugin_utils._topology_view import build_view
from ansible_collections.bridgeport.docker.tests.unit.support.topologies import (
    container,
    endpoint,
    finding,
    identifier,
    made_up,
    network,
    odd_one,
    port,
    predefined,
    topology,
    worked_example,
)


def home_lanes(view: dict[str, t.Any]) -> dict[str, str]:
    lanes = {lane["id"]: lane["name"] for lane in view["lanes"]}
    return {card["name"]: lanes[card["lane"]] for card in view["cards"] if card["home"]}


def test_worked_example() -> None:
    view = build_view(worked_example())
    assert view["counts"] == {
        "containers": 3, "running": 3, "networks": 1, "ports": 5, "loopback": 3, "address": 0, "all": 2
    }  # fmt: skip
    assert [(lane["name"], lane["details"]) for lane in view["lanes"]] == [
        ("my-net", "192.168.0.0/20"),
        ("bridge", "172.17.0.0/16, no names resolved"),
    ]
    assert home_lanes(view) == {"busybox1": "my-net", "busybox2": "my-net", "web": "bridge"}
    assert [chip["title"] for chip in view["chips"]] == [
        "*:5000",
        "127.0.0.1:5000",
        "127.0.0.1:5001",
        "127.0.0.1:32908",
    ]
    web = next(card for card in view["cards"] if card["name"] == "web")
    assert web["severity"] == "warning"
    assert "warning found, publishes *:5000 to 5000/tcp, from everywhere" in web["label"]


@pytest.mark.parametrize("host", [worked_example(), made_up(3), made_up(30), made_up(100), odd_one()])
def test_nothing_is_lost_and_identifiers_are_unique(host: dict[str, t.Any]) -> None:
    view = build_view(host, "h7")
    every = [each["id"] for kind in ("lanes", "cards", "chips", "containers", "networks") for each in view[kind]]
    assert len(every) == len(set(every))
    assert all(each.startswith("h7") and each.isalnum() for each in every)
    assert {each["name"] for each in view["containers"]} == {each["name"] for each in host["containers"]}
    assert len(view["networks"]) == len(host["networks"])
    assert len(view["ports"]) == sum(len(each["published"]) for each in host["containers"])
    cards = sum(max(1, len(each["networks"])) for each in host["containers"])
    assert len(view["cards"]) == cards
    assert len(view["joins"]) == cards - len(host["containers"])
    columns = {card["id"]: card["column"] for card in view["cards"]}
    assert set(columns.values()) <= set(range(COLUMNS))
    # A port's container stands beside the host, a guest neither above nor below its home.
    assert {columns[chip["card"]] for chip in view["chips"]} <= {0}
    assert all(columns[join["home"]] != columns[join["guest"]] for join in view["joins"])


HOMES: list[t.Any] = [
    pytest.param({"network_mode": "b-net", "on": ["a-net", "b-net"]}, "b-net", id="mode"),
    pytest.param({"network_mode": "default", "on": ["a-net", "bridge"]}, "bridge", id="default-is-the-bridge"),
    pytest.param({"network_mode": "gone", "on": ["b-net", "bridge", "a-net"]}, "a-net", id="own-networks-first"),
    pytest.param({"network_mode": "none", "on": ["none"]}, "none", id="none"),
    pytest.param({"network_mode": "a-net", "on": []}, "no network", id="nowhere"),
]


@pytest.mark.parametrize(("options", "expected"), HOMES)
def test_home(options: dict[str, t.Any], expected: str) -> None:
    networks = [*predefined(), network("a-net", "10.1.0.0/24"), network("b-net", "10.2.0.0/24")]
    on = {name: endpoint(name, "10.0.0.2") for name in options["on"]}
    view = build_view(topology(networks, [container("c", on, network_mode=options["network_mode"])]))
    assert home_lanes(view) == {"c": expected}


def test_containers_that_share_a_network_are_in_its_lane() -> None:
    containers = [
        container("a", {}, network_mode="container:1", shares={"network": "b"}),
        container("b", {}, network_mode="container:2", shares={"network": "c"}),
        container("c", {"lab": endpoint("lab", "10.0.0.2")}),
        container("orphan", {}, network_mode="container:3", shares={"network": "abcdef"}),
        container("ring", {}, shares={"network": "ring"}),
    ]
    view = build_view(topology([network("lab", "10.0.0.0/24")], containers))
    assert home_lanes(view) == {"a": "lab", "b": "lab", "c": "lab", "orphan": "no network", "ring": "no network"}
    assert [card["lines"] for card in view["cards"] if card["name"] == "a"] == [(("note", "network of b"),)]


def test_networks_of_the_same_name_are_two() -> None:
    twins = [network("twin", "10.1.0.0/24"), network("twin", "10.2.0.0/24", id=identifier("other"))]
    on = {"twin": {**endpoint("twin", "10.2.0.2"), "network_id": identifier("other")}}
    view = build_view(topology(twins, [container("c", on)]))
    lanes = {lane["id"]: lane["details"] for lane in view["lanes"]}
    assert len(lanes) == 2
    assert lanes[view["cards"][0]["lane"]].startswith("10.2.0.0/24")


def test_stale_endpoint_is_not_on_the_network_that_has_the_name_now() -> None:
    stale = [{"container": "c", "network": "lab", "network_id": identifier("older")}]
    on = {"lab": {**endpoint("lab", ""), "network_id": identifier("older")}}
    view = build_view(topology([network("lab", "10.0.0.0/24")], [container("c", on)], stale_references=stale))
    assert [(lane["name"], lane["details"]) for lane in view["lanes"]][1] == ("lab", "this network is gone")
    assert view["cards"][0]["lane"] == view["lanes"][1]["id"]
    assert view["containers"][0]["endpoints"][0]["target"] == ""


def test_container_that_was_never_started_knows_names_only() -> None:
    on = {"lab": {**endpoint("lab", ""), "network_id": ""}}
    view = build_view(topology([network("lab", "10.0.0.0/24")], [container("c", on, state="created")]))
    assert home_lanes(view) == {"c": "lab"}
    assert len(view["lanes"]) == 1


def test_members_that_were_not_asked_for_are_counted() -> None:
    host = topology([network("lab", "10.0.0.0/24")], [container("c", {"lab": endpoint("lab", "10.0.0.2")})])
    host["containers"] = []
    assert build_view(host)["lanes"][0]["details"] == "10.0.0.0/24, 1 not shown"


def test_worst_finding_comes_first_and_marks_the_card() -> None:
    findings = [
        finding("a", "info", "container", "c", "."),
        finding("b", "error", "container", "c", "."),
        finding("c", "warning", "container", "c", "."),
        finding("d", "warning", "host", "docker1", "."),
    ]
    view = build_view(topology([], [container("c", {})], findings=findings))
    assert [each["code"] for each in view["findings"]] == ["b", "c", "d", "a"]
    assert [each["target"] for each in view["findings"]] == ["h1c1", "h1c1", "", "h1c1"]
    assert view["cards"][0]["severity"] == "error"


def test_labels_and_options_of_drivers_stay_out() -> None:
    labels = {"com.docker.compose.project": "shop", "token": "must-not-be-shown"}
    networks = [network("lab", "10.0.0.0/24", labels=labels, driver_options={"token": "must-not-be-shown"})]
    view = build_view(topology(networks, [container("c", {"lab": endpoint("lab", "10.0.0.2")}, labels=labels)]))
    assert "must-not-be-shown" not in repr(view)
    assert view["containers"][0]["notes"] == ["project shop"]


def test_port_rows_are_sorted_by_number() -> None:
    published = [port("0.0.0.0", 9000, 1), port("", None, 2, active=False), port("", "800-900", 3, active=False)]
    view = build_view(topology([], [container("c", {}, published)]))
    assert [row["host_port"] for row in view["ports"]] == ["any", "800-900", 9000]


def test_texts_of_cards_are_short_enough() -> None:
    view = build_view(odd_one())
    assert max(len(card["title"]) for card in view["cards"]) == TITLE_LENGTH
    assert max(len(text) for card in view["cards"] for _kind, text in card["lines"]) == LINE_LENGTH
    stopped = next(card for card in view["cards"] if card["state"] == "exited")
    assert len(stopped["title"]) <= TITLE_LENGTH - len("exited")
