# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rebuild of a network as a state machine: with everybody who is on it, it is the old one or the new one."""

from __future__ import annotations

import random
import typing as t

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.bridgeport.docker.plugins.module_utils._apply import RECREATED
from ansible_collections.bridgeport.docker.plugins.module_utils._client import ApiError
from ansible_collections.bridgeport.docker.plugins.module_utils._converge import Converged
from ansible_collections.bridgeport.docker.plugins.module_utils._errors import Failure
from ansible_collections.bridgeport.docker.tests.unit.support.model_daemon import (
    AFTER,
    DEATHS,
    FAULTS,
    REFUSED,
    ModelDaemon,
)
from ansible_collections.bridgeport.docker.tests.unit.support.worlds import REBUILDS, World

settings.register_profile("bridgeport", deadline=None, derandomize=True)
settings.load_profile("bridgeport")

KINDS = list(REBUILDS)
SAMPLED = 3


def tell(story: str, act: t.Callable[..., t.Any], *arguments: t.Any, **options: t.Any) -> t.Any:
    """Whatever goes wrong is told with what was before."""
    try:
        return act(*arguments, **options)
    except (ApiError, AssertionError, Failure) as error:
        raise AssertionError(f"{story}: {error}, {getattr(error, 'outcome', '')}") from error


@pytest.mark.parametrize("kind", KINDS)
def test_a_rebuild_without_a_death(kind: str) -> None:
    world = World(kind)
    done = world.run()
    assert done is not None
    assert done.recovered is False
    world.check()
    again = world.run()
    assert again is not None
    assert (again.actions, world.daemon.changes) == ((), 0)


@pytest.mark.parametrize("when", DEATHS)
@pytest.mark.parametrize("kind", KINDS)
def test_a_death_at_any_request(kind: str, when: str) -> None:
    total = World(kind).count()
    for number in range(total):
        world = World(kind)
        assert world.run(None, (number, when)) is None
        story = f"{kind}: dead {when} request {number} of {total}: {world.daemon.requests[-1]}"
        done = tell(story, world.run)
        tell(f"{story}, then {done.actions}", world.check)


@pytest.mark.parametrize("kind", KINDS)
def test_a_death_at_any_request_and_another_wish_after_it(kind: str) -> None:
    """Another definition of the network, or something else about one of its members."""
    for number in range(World(kind).count()):
        for wanted in (REBUILDS[kind].other, REBUILDS[kind].absent):
            world = World(kind)
            world.run(None, (number, AFTER))
            story = f"{kind}: dead after request {number}: {world.daemon.requests[-1]}, then {wanted}"
            tell(story, world.run, wanted)
            tell(story, world.check, wanted)


@pytest.mark.parametrize("kind", KINDS)
def test_two_deaths_in_a_row(kind: str) -> None:
    chance = random.Random(kind)
    for first in range(World(kind).count()):
        world = World(kind)
        world.run(None, (first, AFTER))
        total = world.count()
        for second in chance.sample(range(total), min(SAMPLED, total)):
            when = chance.choice(DEATHS)
            world = World(kind)
            story = f"{kind}: dead after request {first}, then {when} {second}"
            world.run(None, (first, AFTER))
            tell(story, world.run, None, (second, when))
            tell(story, world.run)
            tell(story, world.check)


@pytest.mark.parametrize("kind", KINDS)
def test_the_daemon_is_killed_with_the_run(kind: str) -> None:
    for number in range(World(kind).count()):
        world = World(kind)
        world.run(None, (number, AFTER))
        story = f"{kind}: dead after request {number}: {world.daemon.requests[-1]}"
        world.kill_daemon()
        tell(story, world.run)
        tell(story, world.check)


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("kind", KINDS)
def test_a_fault_at_any_request(kind: str, fault: str) -> None:
    """What fails is undone: the old network stands, or one like it with the same members; and the next run succeeds."""
    for number in range(World(kind).count()):
        world = World(kind)

        def trouble(daemon: ModelDaemon, fault: tuple[int, str] = (number, fault)) -> None:
            daemon.fault = fault

        outcome = world.attempt(prepare=trouble)
        story = f"{kind}: {fault} at {number}: {outcome}"
        if isinstance(outcome, Failure) and outcome.outcome.get("rolled_back") in (True, RECREATED):
            tell(story, world.check_old)
        elif isinstance(outcome, Converged):
            tell(story, world.check, release_failed=True)
        tell(story, world.run)
        tell(story, world.check)


EVENTS = st.tuples(st.sampled_from([*FAULTS, *DEATHS, "deaf"]), st.integers(0, 40), st.booleans())


@settings(max_examples=60)
@given(st.sampled_from(KINDS), st.lists(EVENTS, max_size=4))
def test_any_sequence_of_faults_ends_in_old_or_new(kind: str, events: list[tuple[str, int, bool]]) -> None:
    world = World(kind)
    for what, number, is_new in events:

        def trouble(daemon: ModelDaemon, what: str = what, number: int = number) -> None:
            if what == "deaf":
                daemon.deaf_after = number
            elif what not in DEATHS:
                daemon.fault = (number, what)

        wanted = REBUILDS[kind].new if is_new else REBUILDS[kind].other
        outcome = world.attempt(wanted, (number, what) if what in DEATHS else None, trouble)
        if isinstance(outcome, Converged):
            world.check(wanted, release_failed=True)
        elif isinstance(outcome, ApiError):
            assert what == REFUSED, "the lock was refused"
    world.run()
    world.check()
