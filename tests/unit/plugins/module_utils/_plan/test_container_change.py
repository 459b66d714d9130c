# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The parts of the plan for a container that stands, each alone."""

from __future__ import annotations

import copy
import typing as t
from dataclasses import replace

import pytest

from ansible_collections.bridgeport.docker.plugins.module_utils._desired.containers import DesiredContainer
from ansible_collections.bridgeport.docker.plugins.module_utils._desired.parse import parse_container
from ansible_collections.bridgeport.docker.plugins.module_utils._desired.state import DesiredState
from ansible_collections.bridgeport.docker.plugins.module_utils._objects.containers import Container
from ansible_collections.bridgeport.docker.plugins.module_utils._plan import container_change, container_decision
from ansible_collections.bridgeport.docker.plugins.module_utils._plan.container_design import Design, make_design
from ansible_collections.bridgeport.docker.plugins.module_utils._plan.context import Context
from ansible_collections.bridgeport.docker.tests.unit.support import recorded


class Bed(t.NamedTuple):
    """A recorded container, a task for it, and what planning knows."""

    desired: DesiredContainer
    container: Container
    context: Context

    @property
    def design(self) -> Design:
        return make_design(self.desired, self.container, self.context)

    def is_replaced(self, *, is_refused: bool = False) -> bool:
        return container_decision.has_to_be_replaced(
            self.desired, self.container, self.design, self.context, is_refused=is_refused
        )


def make_bed(name: str, **params: t.Any) -> Bed:
    """``name`` is that of the recording; ``unbound``: nothing is bound on the host; ``recreated``: for a network."""
    unbound, recreated = params.pop("unbound", False), params.pop("recreated", False)
    state = {key: params.pop(key) for key in ("state",) if key in params}
    container = recorded.container(name)
    snapshot = recorded.snapshot(name)
    if unbound:
        raw = copy.deepcopy(dict(container.raw))
        raw["NetworkSettings"]["Ports"] = {}
        container = Container(raw)
        snapshot = snapshot.replace(containers={container.id: container})
    desired = parse_container({"name": container.name, **params}, **state)
    context = Context(DesiredState(containers=(desired,)), snapshot)
    if recreated:
        context = context.replace(recreated={container.name: frozenset(["fx-net"])})
    return Bed(desired, container, context)


DECISIONS: list[t.Any] = [
    pytest.param("ports", {}, False, id="nothing"),
    pytest.param("ports", {"env": {"A": "1"}}, True, id="option"),
    pytest.param("ports", {"published_ports": ["9000:80"]}, True, id="ports"),
    pytest.param("ports", {"publish_all_ports": True}, True, id="publish-all"),
    pytest.param("ports", {"exposed_ports": ["80"]}, False, id="exposed-already"),
    pytest.param("ports", {"exposed_ports": ["9999"]}, True, id="exposes-more"),
    pytest.param("ports", {"image": "nope:1"}, True, id="image"),
    pytest.param("ports", {"network_mode": "none", "published_ports": []}, True, id="mode"),
    pytest.param("ports", {"networks": [{"name": "fx-net"}]}, False, id="joins-a-network"),
    pytest.param("ports", {"state": "stopped"}, False, id="stops"),
    pytest.param("ports", {"recreated": True}, True, id="recreated-for-a-network"),
    pytest.param("ports", {"unbound": True}, False, id="unbound-and-no-matter"),
    pytest.param("ports", {"unbound": True, "published_ports": ["18431:80"], "purge": False}, True, id="unbound"),
    pytest.param("created", {"published_ports": [], "purge": False}, False, id="not-running"),
    pytest.param(
        "created", {"networks": [{"name": "fx-net", "mac_address": "02:42:ac:11:00:99"}]}, False, id="mac-unknown"
    ),
    pytest.param("full", {"networks": [{"name": "fx-sub", "mac_address": "02:42:ac:11:00:99"}]}, True, id="other-mac"),
]


@pytest.mark.parametrize(("name", "params", "expected"), DECISIONS)
def test_whether_a_container_has_to_be_replaced(name: str, params: dict[str, t.Any], expected: bool) -> None:
    assert make_bed(name, **params).is_replaced() is expected


def test_a_replacement_for_lost_bindings_is_not_begun_where_the_ports_are_refused() -> None:
    bed = make_bed("ports", unbound=True, published_ports=["18431:80"], purge=False)
    assert (bed.is_replaced(), bed.is_replaced(is_refused=True)) == (True, False)


def test_the_design_leaves_what_stands_as_it_is() -> None:
    bed = make_bed("ports", env={"A": "1"}, published_ports=["9000:80"], exposed_ports=["9999"])
    before = copy.deepcopy(bed.container.raw)
    design = bed.design
    assert bed.container.raw == before
    assert design.options == ("env",)
    assert (design.changes_ports, design.changes_mode, design.new_image, design.runs) == (True, False, False, True)
    assert [str(each) for each in design.publications] == ["9000:80/tcp"]
    assert {key for key in design.blueprint.body if design.blueprint.body[key] != design.current.body.get(key)} == {
        "Env"
    }


class Ports(t.NamedTuple):
    """What the successor's create request says."""

    publications: list[str]
    publish_all: bool
    exposed: set[str]


REPLACED: list[t.Any] = [
    pytest.param(
        "publish_all",
        {"env": {"A": "1"}},
        Ports(
            [
                "0.0.0.0:32775:443/udp",
                "0.0.0.0:32787:8081/tcp",
                "0.0.0.0:32788:80/tcp",
                "[::]:32774:443/udp",
                "[::]:32786:8081/tcp",
                "[::]:32787:80/tcp",
            ],
            True,
            {"443/udp", "80/tcp", "8081/tcp"},
        ),
        id="publish-all-keeps-numbers",
    ),
    pytest.param(
        "ports", {"published_ports": ["18431:80"]}, Ports(["18431:80/tcp"], False, {"80/tcp"}), id="closed-not-exposed"
    ),
    pytest.param(
        "ports",
        {"published_ports": ["18431:80"], "exposed_ports": ["9999/udp"]},
        Ports(["18431:80/tcp"], False, {"80/tcp", "9999/udp"}),
        id="exposed-beside",
    ),
]


@pytest.mark.parametrize(("name", "params", "expected"), REPLACED)
def test_ports_of_the_successor(name: str, params: dict[str, t.Any], expected: Ports) -> None:
    bed = make_bed(name, **params)
    made = container_change._replace(bed.desired, bed.container, bed.design, bed.context)
    body = made.design.body
    assert sum(map(len, body["HostConfig"]["PortBindings"].values())) == len(expected.publications)
    publications = sorted(str(each) for each in made.publications)
    assert Ports(publications, body["HostConfig"]["PublishAllPorts"], set(body["ExposedPorts"])) == expected


STATUS: list[t.Any] = [
    pytest.param("ports", True, True, "running", id="replaced"),
    pytest.param("ports", True, False, "running", id="runs-on"),
    pytest.param("ports", False, False, "exited", id="stops"),
    pytest.param("ports", False, True, "created", id="replaced-and-not-started"),
    pytest.param("paused", True, False, "paused", id="paused"),
    pytest.param("paused", True, True, "paused", id="paused-again"),
    pytest.param("created", False, False, "created", id="never-started"),
    pytest.param("full_stopped", False, False, "exited", id="stays-down"),
    pytest.param("full_stopped", True, False, "running", id="starts"),
]


@pytest.mark.parametrize(("name", "runs", "is_replaced", "expected"), STATUS)
def test_status_afterwards(name: str, runs: bool, is_replaced: bool, expected: str) -> None:
    container = recorded.container(name)
    assert container_change._status_after(DesiredContainer(name), container, runs, is_replaced) == expected


PAUSED: list[t.Any] = [
    pytest.param("ports", None, "running", id="runs-on"),
    pytest.param("ports", True, "paused", id="is-paused"),
    pytest.param("paused", None, "paused", id="stays-paused"),
    pytest.param("paused", False, "running", id="goes-on"),
]


@pytest.mark.parametrize(("name", "paused", "expected"), PAUSED)
def test_a_container_that_is_to_be_paused_or_not(name: str, paused: bool | None, expected: str) -> None:
    desired = DesiredContainer(name, paused=paused)
    assert container_change._status_after(desired, recorded.container(name), True, False) == expected


IN_PLACE: list[t.Any] = [
    pytest.param("ports", {}, [], id="nothing"),
    pytest.param("ports", {"state": "stopped"}, ["stop fx-ports"], id="stop"),
    pytest.param("full_stopped", {"state": "started"}, ["start fx-full", "verify fx-full"], id="start"),
    pytest.param("ports", {"networks": [{"name": "fx-net"}]}, ["connect fx-ports to fx-net"], id="join"),
    pytest.param(
        "ports",
        {"networks": [{"name": "fx-net"}], "purge_networks": True, "state": "stopped"},
        ["connect fx-ports to fx-net", "disconnect fx-ports from bridge", "stop fx-ports"],
        id="move-then-stop",
    ),
]


@pytest.mark.parametrize(("name", "params", "expected"), IN_PLACE)
def test_changes_in_place(name: str, params: dict[str, t.Any], expected: list[str]) -> None:
    bed = make_bed(name, **params)
    steps = container_change._change_in_place(bed.desired, bed.container, bed.design, bed.context)
    assert [str(step) for step in steps] == [each.replace("fx-full", bed.container.name) for each in expected]


def test_references_follow_what_is_rebuilt_and_replaced() -> None:
    bed = make_bed("mode_network_id")
    mode, name = bed.container.network_mode, bed.container.main_network
    assert name is not None
    decided = bed.context.replace(rebuilt=frozenset([name]), recreated={bed.container.name: frozenset([name])})
    for context, expected in ((bed.context, mode), (decided, name)):
        design = bed.design
        container_change._follow_others(bed.container, design, context)
        assert design.blueprint.body["HostConfig"]["NetworkMode"] == expected
    bed = make_bed("container_mode")
    shared = bed.container.shares["NetworkMode"]
    replaced = container_change._replace(bed.desired, bed.container, bed.design, bed.context)
    successor = replace(replaced, container=recorded.container("plain"))
    assert successor.container.id == shared
    design = bed.design
    container_change._follow_others(bed.container, design, bed.context.replace(replacements={shared: successor}))
    assert design.blueprint.body["HostConfig"]["NetworkMode"] == f"container:{successor.successor}"
