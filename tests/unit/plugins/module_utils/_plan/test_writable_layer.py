# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""writable_layer=auto: what can be carried is, everything else is left and said, and nothing is refused for it."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.bridgeport.docker.plugins.module_utils._desired.parse import parse_container
from ansible_collections.bridgeport.docker.plugins.module_utils._desired.state import DesiredState
from ansible_collections.bridgeport.docker.plugins.module_utils._objects.layer import Content, Layer
from ansible_collections.bridgeport.docker.plugins.module_utils._plan.plan import Plan
from ansible_collections.bridgeport.docker.plugins.module_utils._plan.planner import make_plan
from ansible_collections.bridgeport.docker.plugins.module_utils._steps.layer import CarryLayer
from ansible_collections.bridgeport.docker.tests.unit.support import recorded

ADDED = Layer(frozenset({"/f"}), (), ("added /f",))
LEFT = ("writable layer of fx-ports: added /f",)
UPDATE = {"image": "fx-app:2"}
HOLES = Content(9, 1, sparse=("/f (9 bytes, 0 of them on disk)",), free=10)


def plan(layers: t.Mapping[str, Layer], **params: t.Any) -> Plan:
    """One for the containers of these recordings, which get another environment."""
    snapshot = recorded.snapshot(*layers)
    snapshot = snapshot.replace(
        layers={container.id: layers[container.name[3:]] for container in snapshot.containers.values()},
        images={**snapshot.images, "fx-app:2": {**recorded.load("image_app"), "Id": "sha256:" + "e" * 64}},
    )
    tasks = ({"name": f"fx-{name}", "env": {"A": "1"}, "writable_layer": "auto", **params} for name in layers)
    return make_plan(DesiredState(containers=tuple(map(parse_container, tasks))), snapshot)


def list_carried(made: Plan) -> list[str]:
    return [step.name for change in made.changes for step in change.steps if isinstance(step, CarryLayer)]


# The layer, the task, whether it is carried, what is lost of it, and words of the warning.
CASES: list[t.Any] = [
    pytest.param(ADDED, {}, True, (), "", id="same-image"),
    pytest.param(Layer(frozenset(), (), ()), UPDATE, False, (), "", id="nothing-written"),
    pytest.param(ADDED, UPDATE, False, LEFT, "are lost, as it gets another image: added /f", id="another-image"),
    pytest.param(
        ADDED._replace(deleted=("/bin/wget",), summary=("deleted /bin/wget", "added /f")),
        {},
        True,
        ("deletion of /bin/wget in fx-ports",),
        "cannot be kept: deletion of /bin/wget",
        id="deletions",
    ),
    pytest.param(
        ADDED._replace(obstacles=("/a is not a directory any more",)),
        {},
        False,
        LEFT,
        "are lost, as /a is not a directory any more: added /f",
        id="in-the-way-of-a-mount",
    ),
    pytest.param(
        ADDED._replace(hidden=("added /v/x (something is mounted there)",)),
        {},
        True,
        ("writable layer of fx-ports: added /v/x (something is mounted there)",),
        "cannot be kept: writable layer of fx-ports: added /v/x",
        id="behind-a-mount",
    ),
    pytest.param(
        ADDED, {"update_order": "start-first"}, False, LEFT, "before they are final (update_order", id="start-first"
    ),
    pytest.param(
        ADDED._replace(content=HOLES),
        {},
        True,
        ("holes of /f (9 bytes, 0 of them on disk) in fx-ports, which are written out as zeros",),
        "cannot be kept: holes of /f",
        id="holes",
    ),
    pytest.param(
        ADDED._replace(content=Content(1, 1, lost=("socket /s",))),
        {},
        True,
        ("socket /s in fx-ports",),
        "cannot be kept: socket /s",
        id="sockets",
    ),
    pytest.param(ADDED._replace(content=Content(10, 1, free=10)), {}, True, (), "", id="just-fits"),
    pytest.param(
        ADDED._replace(content=Content(11, 1, free=10)), {}, False, LEFT, "has no room for a copy", id="no-space"
    ),
    pytest.param(
        ADDED._replace(content=HOLES._replace(free=8)), {}, False, LEFT, "has no room for a copy", id="holes-too-large"
    ),
    pytest.param(
        ADDED._replace(content=Content(1, 3, free=10, free_files=2)), {}, False, LEFT, "no room", id="no-inodes"
    ),
]


@pytest.mark.parametrize(("layer", "params", "is_carried", "losses", "warning"), CASES)
def test_what_cannot_be_carried_is_left_and_said(
    layer: Layer, params: dict[str, t.Any], is_carried: bool, losses: tuple[str, ...], warning: str
) -> None:
    made = plan({"ports": layer}, **params)
    # With start-first both run for a moment, and their ports are the same.
    assert {refusal.code for refusal in made.refusals} == ({"port_conflict"} if "update_order" in params else set())
    assert list_carried(made) == (["fx-ports"] if is_carried and not made.refusals else [])
    kinds = {type(step).__name__ for change in made.changes for step in change.steps}
    assert not kinds & {"CheckLayer", "CheckCarry"}, "these refuse"
    said = ("writable layer", "deletion", "holes", "socket")
    assert tuple(loss for loss in made.will_lose if loss.startswith(said)) == losses
    warnings = [each for each in made.warnings if "outside of volumes" in each]
    assert len(warnings) == bool(losses)
    assert all(warning in each and "writable_layer=carry refuses" in each for each in warnings)


def test_a_warning_lists_the_first_paths() -> None:
    paths = tuple(f"added /f{number:02}" for number in range(12))
    (warning,) = (each for each in plan({"ports": ADDED._replace(summary=paths)}, **UPDATE).warnings if "/f" in each)
    assert "added /f09 and 2 more." in warning


def test_the_largest_stays_behind_where_not_all_fit() -> None:
    layers = {name: ADDED._replace(content=Content(size, 1, free=10)) for name, size in (("ports", 6), ("created", 5))}
    made = plan(layers)
    assert made.refusals == ()
    assert list_carried(made) == ["fx-created"]
    assert [loss for loss in made.will_lose if "layer" in loss] == list(LEFT)


def test_what_must_be_carried_comes_before_what_may_be_lost() -> None:
    layers = {
        "ports": ADDED._replace(content=Content(6, 1, free=10)),
        "created": ADDED._replace(content=Content(11, 1)),
    }
    tasks = plan(layers, writable_layer="carry")
    assert [refusal.code for refusal in tasks.refusals] == ["no_space"]
