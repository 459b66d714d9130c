# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What only replacements of containers may meet when a run or the daemon dies, and what is said of it."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.bridgeport.docker.plugins.module_utils._apply.outcome import RECREATED
from ansible_collections.bridgeport.docker.plugins.module_utils._errors import Failure
from ansible_collections.bridgeport.docker.plugins.module_utils._objects import leftovers
from ansible_collections.bridgeport.docker.plugins.module_utils._reconcile import Converged
from ansible_collections.bridgeport.docker.tests.support.budget import Sample
from ansible_collections.bridgeport.docker.tests.unit.support.model_daemon import AFTER, BEFORE, ModelDaemon
from ansible_collections.bridgeport.docker.tests.unit.support.worlds import SCENARIOS, Params, Wanted, World, tell

KINDS = list(SCENARIOS)
# Of these the successor cannot be made to fail: it is not started.
STARTED = [kind for kind in KINDS if not kind.startswith("stopped")]
UNSTARTABLE = ("original cannot start", "nobody of the group can start")
VOLATILE = ["--rm", "--rm with a sidecar"]


# -- the run dies ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", STARTED)
def test_a_death_during_the_rollback(kind: str, sample: Sample) -> None:
    """The successor ends at once, which is undone; the run dies after every second request in between."""

    def crash(daemon: ModelDaemon) -> None:
        daemon.crashing = {"90/tcp"}

    world = World(kind)
    world.attempt(prepare=crash)
    total = world.daemon.changes
    assert total > World(kind).count() - 3
    for number in [*sample(range(0, total, 2)), total]:
        world = World(kind)
        outcome = world.attempt(None, (number, AFTER), prepare=crash)
        assert (outcome is None) is (number < total)
        if outcome is not None:
            assert isinstance(outcome, Failure)
            assert outcome.code == "start_failed", outcome.message
            assert outcome.outcome["rolled_back"] == (RECREATED if kind in UNSTARTABLE else True)
            world.check_old()
        world.daemon.crashing = set()
        story = f"{kind}: dead after request {number}: {world.daemon.requests[-1]}"
        tell(story, world.run)
        tell(story, world.check)


@pytest.mark.parametrize("kind", ["runs, with policy and layer", "group"])
def test_a_death_in_two_changes_at_once(kind: str, sample: Sample) -> None:
    other: Params = {"name": "db", "published_ports": ["127.0.0.1:9100:81"]}
    ports = {"81/tcp": [{"HostIp": "127.0.0.1", "HostPort": "9100"}]}
    wanted = Wanted(SCENARIOS[kind].new.entries, {**SCENARIOS[kind].new.ports, "db": ports})
    world = World(kind)
    assert world.run(None, None, [other]) is not None
    world.check(wanted)
    total = world.daemon.changes
    assert total > 2 * 8
    for number in sample(range(total)):
        world = World(kind)
        if world.run(None, (number, AFTER), [other]) is None:
            world.run(None, None, [other])
        tell(f"{kind}: dead after request {number}", world.check, wanted)


@pytest.mark.parametrize("kind", ["runs, with policy and layer", "runs", "stopped", "start-first"])
def test_a_death_and_all_volumes_pruned_after_it(kind: str, sample: Sample) -> None:
    """What names and times cannot tell is refused, with nothing lost; a container that has run comes up again."""
    refused = 0
    total = World(kind).count()
    for number in sample(range(total)):
        world = World(kind)
        world.run(None, (number, AFTER))
        world.daemon.volumes.clear()
        story = f"{kind}: dead after request {number} of {total}: {world.daemon.requests[-1]}"
        outcome = world.attempt()
        if isinstance(outcome, Failure):
            assert outcome.code == "interrupted_change", f"{story}: {outcome.message}"
            refused += 1
            world.check_data()
        else:
            tell(story, world.check)
    # Once both are renamed nobody can tell whose container has the name, unless the original ended in between.
    assert refused <= (0 if kind.startswith("runs") else 3)


# -- the daemon dies ---------------------------------------------------------------------------------------------------


def killed_in(number: int) -> t.Callable[[ModelDaemon], None]:
    """The daemon is killed in the middle of a start, and is back at once."""

    def prepare(daemon: ModelDaemon) -> None:
        daemon.killed_in_start = number

    return prepare


@pytest.mark.parametrize("kind", [kind for kind in STARTED if kind not in (*VOLATILE, "group with a link")])
def test_the_daemon_is_killed_in_the_middle_of_a_start(kind: str, sample: Sample) -> None:
    """Which leaves a container that can never start again."""
    first = 0
    while True:
        world = World(kind)
        outcome = world.attempt(prepare=killed_in(first))
        if isinstance(outcome, Converged):
            break
        story = f"{kind}: killed in start {first} ({outcome})"
        assert isinstance(outcome, Failure), story
        assert outcome.code in ("daemon_unreachable", "rollback_failed"), story
        for second in (None, *sample(range(4))):
            world = World(kind)
            world.attempt(prepare=killed_in(first))
            again = f"{story}, then in start {second}"
            if second is not None:
                world.attempt(prepare=killed_in(second))
            tell(again, world.run)
            tell(again, world.check)
        first += 1
    assert first > 0


def test_a_link_outlives_the_daemon() -> None:
    """On its way up it looks links up by the names that they were made with."""
    world = World("group with a link")
    world.run()
    world.kill_daemon()
    world.check()


@pytest.mark.parametrize("kind", VOLATILE)
def test_what_vanishes_with_the_daemon_is_not_missed(kind: str, sample: Sample) -> None:
    """Nobody can bring back a container with --rm when the daemon is killed; nothing is left of the change either."""
    for number in sample(range(World(kind).count())):
        world = World(kind)
        world.run(None, (number, AFTER))
        story = f"{kind}: dead after request {number}: {world.daemon.requests[-1]}"
        world.kill_daemon()
        outcome = world.attempt()
        assert isinstance(outcome, Failure), story
        assert outcome.code == "container_not_found", f"{story}: {outcome.code} {outcome.message}"
        # What was prepared for its sidecar, before anything was written down, goes when that is next looked at.
        left = {name for name in world.describe() if not name.startswith("side.bridgeport-new-")}
        assert left == set(world.before) - {"web"}, story
        # What is refused takes no lock, and so breaks none.
        assert [name for name in world.daemon.volumes if not name.startswith(leftovers.LOCK_PREFIX)] == [], story


# -- what is said ------------------------------------------------------------------------------------------------------


def test_recovery_is_reported() -> None:
    world = World("runs, with policy and layer")
    stop = 1 + next(number for number in range(20) if _request_at(number).endswith("/stop"))
    world.run(None, (stop, BEFORE))
    done = world.run()
    assert done is not None
    assert done.recovered is True
    assert done.base_result()["changed"] is True
    recovered = [action for action in done.actions if action.startswith("recover: ")]
    assert recovered[0] == "recover: start web"
    assert recovered[-1] == "recover: close the journal of web"
    assert "create successor of web" in done.actions[len(recovered) :]


def _request_at(number: int) -> str:
    world = World("runs, with policy and layer")
    world.run(None, (number, BEFORE))
    return world.daemon.requests[-1]


def test_what_was_made_again_is_reported() -> None:
    world = World("original cannot start")
    world.daemon.crashing = {"90/tcp"}
    outcome = world.attempt()
    assert isinstance(outcome, Failure)
    assert outcome.outcome["rolled_back"] == RECREATED
    assert outcome.outcome["changed"] is True
    assert "undo: recreate web" in outcome.outcome["actions"]
    assert outcome.message.endswith("what could not be put back was remade.")


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in ("creation", "exchange")])
def test_a_container_that_is_named_by_its_id_is_recovered_under_its_name(kind: str, sample: Sample) -> None:
    """Between the renames the ID belongs to a container that is called otherwise."""
    for number in sample(range(0, World(kind).count(), 2)):
        world = World(kind)
        (entry,) = SCENARIOS[kind].new.entries
        by_id = {**entry, "name": world.daemon.named("web")["Id"]}
        wanted = Wanted((by_id,), SCENARIOS[kind].new.ports)
        world.run(wanted, (number, AFTER))
        if by_id["name"] not in world.daemon.containers:
            continue  # the ID is gone with the container
        outcome = world.attempt(wanted)
        if kind in UNSTARTABLE and by_id["name"] not in world.daemon.containers:
            continue  # as after it was remade
        assert isinstance(outcome, Converged), outcome
        world.check()
