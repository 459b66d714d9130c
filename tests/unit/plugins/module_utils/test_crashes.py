# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Changes as state machines: runs are killed between any two requests, and the next one puts everything in order.

Swaps of containers and rebuilds of networks alike: what happens in the end is the old state or the new one.
"""

from __future__ import annotations

import random
import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ansible_collections.bridgeport.docker.plugins.module_utils._engine.client import ApiError
from ansible_collections.bridgeport.docker.plugins.module_utils._errors import Failure
from ansible_collections.bridgeport.docker.plugins.module_utils._reconcile import Converged
from ansible_collections.bridgeport.docker.tests.support.budget import Sample, examples
from ansible_collections.bridgeport.docker.tests.unit.support.model_daemon import (
    AFTER,
    DEATHS,
    FAULTS,
    REFUSED,
    ModelDaemon,
)
from ansible_collections.bridgeport.docker.tests.unit.support.worlds import REBUILDS, SCENARIOS, Wanted, World, tell

KINDS = [*SCENARIOS, *REBUILDS]
LASTING = [kind for kind in KINDS if World(kind).is_durable]
# How many second deaths are tried after one of the first ones, always the same: here, and elsewhere.
SAMPLES = {"runs, with policy and layer": 6}
SAMPLED = 1


@pytest.mark.parametrize("kind", KINDS)
def test_a_change_without_a_death(kind: str) -> None:
    world = World(kind)
    done = world.run()
    assert done is not None
    assert done.recovered is False
    world.check()
    again = world.run()
    assert again is not None
    assert (again.actions, world.daemon.changes) == ((), 0)


@pytest.mark.parametrize("kind", KINDS)
def test_a_death_at_any_request(kind: str, sample: Sample) -> None:
    """After it: who dies before the next one leaves the same."""
    total = World(kind).count()
    for number in sample(range(total)):
        world = World(kind)
        assert world.run(None, (number, AFTER)) is None
        story = f"{kind}: dead after request {number} of {total}: {world.daemon.requests[-1]}"
        done = tell(story, world.run)
        assert done.base_result()["changed"] is bool(done.actions)
        tell(f"{story}, then {done.actions}", world.check)


@pytest.mark.parametrize("kind", KINDS)
def test_a_death_at_any_request_and_another_task_after_it(kind: str, sample: Sample) -> None:
    """Of the same objects, or of some of them only, in turn; after every second request."""
    for number in sample(range(0, World(kind).count(), 2)):
        world = World(kind)
        wanted = world.scenario.absent if number % 4 else world.scenario.other
        world.run(None, (number, AFTER))
        story = f"{kind}: dead after request {number}: {world.daemon.requests[-1]}, then {wanted}"
        tell(story, world.run, wanted)
        tell(story, world.check, wanted)


@pytest.mark.parametrize("kind", KINDS)
def test_two_deaths_in_a_row(kind: str, sample: Sample) -> None:
    """The second run dies while it recovers, or in its own change."""
    chance = random.Random(kind)
    total = World(kind).count()
    for first in sample(sorted(chance.sample(range(total), total // 3))):
        world = World(kind)
        world.run(None, (first, AFTER))
        seconds = range(world.count())
        for second in chance.sample(seconds, min(SAMPLES.get(kind, SAMPLED), len(seconds))):
            when = chance.choice(DEATHS)
            world = World(kind)
            story = f"{kind}: dead after request {first}, then {when} {second}"
            world.run(None, (first, AFTER))
            assert tell(story, world.run, None, (second, when)) is None, story
            tell(story, world.run)
            tell(story, world.check)


@pytest.mark.parametrize("kind", LASTING)
def test_the_daemon_is_killed_with_the_run(kind: str, sample: Sample) -> None:
    """Whoever's policy says so is up again before the next run, also in the middle of a replacement."""
    for number in sample(range(World(kind).count())):
        world = World(kind)
        world.run(None, (number, AFTER))
        story = f"{kind}: dead after request {number}: {world.daemon.requests[-1]}"
        world.kill_daemon()
        world.check_data()
        tell(story, world.run)
        tell(story, world.check)


# A run may meet one of these at a request or a start, or nothing; and it may have another task.
EVENTS = st.tuples(
    st.sampled_from([*FAULTS, *DEATHS, "deaf", "killed in start"]), st.integers(0, 60), st.booleans(), st.booleans()
)


@settings(max_examples=examples(120))
@given(st.sampled_from(KINDS), st.lists(EVENTS, max_size=4))
@example("runs", [("deaf", 6, True, False)])
def test_any_sequence_of_faults_ends_in_old_or_new(kind: str, events: list[tuple[str, int, bool, bool]]) -> None:
    world = World(kind)
    reported: set[str] = set()
    for what, number, is_new, crashes in events:
        if what == "killed in start" and kind not in LASTING:
            continue
        wanted = world.scenario.new if is_new else world.scenario.other
        outcome = _run_with(world, what, number, wanted, crashes)
        world.daemon.crashing = set()
        if isinstance(outcome, Converged):
            world.check(wanted, release_failed=True, reported=reported)
        elif isinstance(outcome, ApiError):
            assert what == REFUSED, "the lock was refused"
        elif isinstance(outcome, Failure):
            assert outcome.code not in ("interrupted_change", "dependents_exist"), outcome.message
            problems = " ".join(outcome.details.get("problems", ()))
            reported |= set(re.findall(r"remove container (\S+\.bridgeport-new-\w+)", problems))
    world.run()
    world.check()


def _run_with(world: World, what: str, number: int, wanted: Wanted, crashes: bool) -> Converged | Exception | None:
    def trouble(daemon: ModelDaemon) -> None:
        # What stands does not begin to crash.
        stands = any("90/tcp" in each["HostConfig"]["PortBindings"] for each in daemon.containers.values())
        daemon.crashing = {"90/tcp"} if crashes and not stands else set()
        if what == "deaf":
            daemon.deaf_after = number
        elif what == "killed in start":
            daemon.killed_in_start = number % 8
        elif what not in DEATHS:
            daemon.fault = (number, what)

    return world.attempt(wanted, (number, what) if what in DEATHS else None, prepare=trouble)
