# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.bridgeport.docker.plugins.module_utils._desired.parse import parse_container, parse_network
from ansible_collections.bridgeport.docker.plugins.module_utils._desired.state import DesiredState
from ansible_collections.bridgeport.docker.plugins.module_utils._plan.context import Context
from ansible_collections.bridgeport.docker.tests.unit.support import recorded

CONTEXT = Context(
    DesiredState(
        (parse_network({"name": "net"}), parse_network({"name": "old", "state": "absent"})),
        (parse_container({"name": "web"}), parse_container({"name": "gone"}, state="absent")),
    ),
    recorded.snapshot(),
    recreated={"web": frozenset(["net"])},
)


@pytest.mark.parametrize(("name", "removed"), [("web", False), ("gone", True), ("other", False), ("old", False)])
def test_which_containers_the_task_removes(name: str, removed: bool) -> None:
    assert CONTEXT.removes_container(name) is removed


@pytest.mark.parametrize(("name", "removed"), [("net", False), ("old", True), ("other", False), ("gone", False)])
def test_which_networks_the_task_removes(name: str, removed: bool) -> None:
    assert CONTEXT.removes_network(name) is removed


def test_desired_objects_are_found_by_name_and_kind() -> None:
    assert [getattr(CONTEXT.network(name), "name", None) for name in ("net", "web")] == ["net", None]
    assert [getattr(CONTEXT.container(name), "name", None) for name in ("net", "web")] == [None, "web"]
    assert CONTEXT.desired.keys == (("network", "net"), ("network", "old"), ("container", "web"), ("container", "gone"))


@pytest.mark.parametrize(
    ("container", "network", "expected"), [("web", "net", True), ("web", "old", False), ("gone", "net", False)]
)
def test_recreated_for_a_network(container: str, network: str, expected: bool) -> None:
    assert CONTEXT.recreates(container, network) is expected


def test_a_decision_leaves_the_context_before_it_as_it_was() -> None:
    added = CONTEXT.replace(desired=CONTEXT.desired.with_containers([parse_container({"name": "late"})]))
    assert (CONTEXT.container("late"), added.container("late") is not None) == (None, True)
