# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The swap as a state machine: runs are killed between any two requests, and the next one puts everything in order."""

from __future__ import annotations

import random
import re
import typing as t

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ansible_collections.bridgeport.docker.plugins.module_utils import _lock
from ansible_collections.bridgeport.docker.plugins.module_utils._apply import RECREATED
from ansible_collections.bridgeport.docker.plugins.module_utils._client import ApiError
from ansible_collections.bridgeport.docker.plugins.module_utils._converge import Converged
from ansible_collections.bridgeport.docker.plugins.module_utils._errors import Failure
from ansible_collections.bridgeport.docker.tests.unit.support.model_daemon import (
    AFTER,
    BEFORE,
    DEATHS,
    FAULTS,
    REFUSED,
    ModelDaemon,
)
from ansible_collections.bridgeport.docker.tests.unit.support.worlds import SCENARIOS, Params, Wanted, World

settings.register_profile("bridgeport", deadline=None, derandomize=True)
settings.load_profile("bridgeport")

KINDS = list(SCENARIOS)
# Where everything is tried. Of the others' many pairs of deaths a sample is, always the same one.
THOROUGH = ("runs, with policy and layer",)
SAMPLED = 2
# Of these the successor cannot be made to fail: it is not started.
STARTED = [kind for kind in KINDS if not kind.startswith("stopped")]
UNSTARTABLE = ("original cannot start", "nobody of the group can start")
LASTING = [kind for kind in KINDS if World(kind).is_durable]
VOLATILE = ["--rm", "--rm with a sidecar"]


def check(world: World, story: str, wanted: Wanted | None = None) -> None:
    try:
        world.check(wanted)
    except AssertionError as error:
        raise AssertionError(f"{story}: {error}") from error


def run(world: World, story: str, wanted: Wanted | None = None, death: tuple[int, str] | None = None) -> t.Any:
    """None where the run died. Whatever else goes wrong is told with what was before."""
    try:
        return world.run(wanted, death)
    except (ApiError, AssertionError, Failure) as error:
        raise AssertionError(f"{story}: {error}, {getattr(error, 'outcome', '')}") from error


# -- the run dies ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_a_swap_without_a_death(kind: str) -> None:
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
        died_at = f"{kind}: dead {when} request {number} of {total}: {world.daemon.requests[-1]}"
        done = run(world, died_at)
        assert done.base_result()["changed"] is bool(done.actions)
        check(world, f"{died_at}, then {done.actions}")


@pytest.mark.parametrize("kind", KINDS)
def test_a_death_at_any_request_and_another_wish_after_it(kind: str) -> None:
    for number in range(World(kind).count()):
        for wanted in (SCENARIOS[kind].other, SCENARIOS[kind].absent):
            world = World(kind)
            world.run(None, (number, AFTER))
            story = f"{kind}: dead after request {number}: {world.daemon.requests[-1]}, then {wanted.wishes}"
            run(world, story, wanted)
            check(world, story, wanted)


@pytest.mark.parametrize("kind", KINDS)
def test_two_deaths_in_a_row(kind: str) -> None:
    """The second run dies while it recovers, or in its own swap."""
    chance = random.Random(kind)
    for first in range(World(kind).count()):
        world = World(kind)
        world.run(None, (first, AFTER))
        seconds = range(world.count())
        for second in seconds if kind in THOROUGH else chance.sample(seconds, min(SAMPLED, len(seconds))):
            when = AFTER if kind in THOROUGH else chance.choice(DEATHS)
            world = World(kind)
            story = f"{kind}: dead after request {first}, then {when} {second}"
            world.run(None, (first, AFTER))
            assert run(world, story, death=(second, when)) is None
            run(world, story)
            check(world, story)


@pytest.mark.parametrize("kind", STARTED)
def test_a_death_during_the_rollback(kind: str) -> None:
    """The successor ends at once, which is undone; the run dies somewhere in between."""

    def crash(daemon: ModelDaemon) -> None:
        daemon.crashing = {"90/tcp"}

    number, failed = 0, False
    while not failed:
        for when in DEATHS:
            world = World(kind)
            outcome = world.attempt(None, (number, when), prepare=crash)
            if outcome is not None:
                assert isinstance(outcome, Failure)
                assert outcome.code == "start_failed", outcome.message
                assert outcome.outcome["rolled_back"] == (RECREATED if kind in UNSTARTABLE else True)
                world.check_old()
                failed = True
            world.daemon.crashing = set()
            story = f"{kind}: dead {when} request {number}: {world.daemon.requests[-1]}"
            run(world, story)
            check(world, story)
        number += 1
    assert number > World(kind).count() - 3


@pytest.mark.parametrize("kind", ["runs, with policy and layer", "group"])
def test_a_death_in_two_changes_at_once(kind: str) -> None:
    other: Params = {"name": "db", "published_ports": ["127.0.0.1:9100:81"]}
    ports = {"81/tcp": [{"HostIp": "127.0.0.1", "HostPort": "9100"}]}
    wanted = Wanted(SCENARIOS[kind].new.wishes, {**SCENARIOS[kind].new.ports, "db": ports})
    number = 0
    while True:
        world = World(kind)
        finished = world.run(None, (number, AFTER), [other]) is not None
        if not finished:
            world.run(None, None, [other])
        check(world, f"{kind}: dead after request {number}", wanted)
        if finished:
            break
        number += 1
    assert number > 2 * 8


# -- the daemon dies ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("when", DEATHS)
@pytest.mark.parametrize("kind", LASTING)
def test_the_daemon_is_killed_with_the_run(kind: str, when: str) -> None:
    """Whoever's policy says so is up again before the next run, also in the middle of a swap."""
    for number in range(World(kind).count()):
        world = World(kind)
        world.run(None, (number, when))
        story = f"{kind}: dead {when} request {number}: {world.daemon.requests[-1]}"
        world.kill_daemon()
        world.check_data()
        run(world, story)
        check(world, story)


def killed_in(number: int) -> t.Callable[[ModelDaemon], None]:
    """The daemon is killed in the middle of a start, and is back at once."""

    def prepare(daemon: ModelDaemon) -> None:
        daemon.killed_in_start = number

    return prepare


@pytest.mark.parametrize("kind", [kind for kind in STARTED if kind not in (*VOLATILE, "group with a link")])
def test_the_daemon_is_killed_in_the_middle_of_a_start(kind: str) -> None:
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
        for second in (None, *range(4)):
            world = World(kind)
            world.attempt(prepare=killed_in(first))
            again = f"{story}, then in start {second}"
            if second is not None:
                world.attempt(prepare=killed_in(second))
            run(world, again)
            check(world, again)
        first += 1
    assert first > 0


def test_a_link_outlives_the_daemon() -> None:
    """On its way up it looks links up by the names that they were made with."""
    world = World("group with a link")
    world.run()
    world.kill_daemon()
    world.check()


@pytest.mark.parametrize("kind", VOLATILE)
def test_what_vanishes_with_the_daemon_is_not_missed(kind: str) -> None:
    """Nobody can bring back a container with --rm when the daemon is killed; nothing is left of the change either."""
    for number in range(World(kind).count()):
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
        assert [name for name in world.daemon.volumes if not name.startswith(_lock.PREFIX)] == [], story


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
    assert outcome.message.endswith("what could not be was made again.")


# -- any sequence ------------------------------------------------------------------------------------------------------

# A run may meet one of these at a request or a start, or nothing; and it may have another wish.
EVENTS = st.tuples(
    st.sampled_from([*FAULTS, *DEATHS, "deaf", "killed in start"]), st.integers(0, 60), st.booleans(), st.booleans()
)


@settings(max_examples=120)
@given(st.sampled_from(KINDS), st.lists(EVENTS, max_size=4))
@example("runs", [("deaf", 6, True, False)])
def test_any_sequence_of_faults_ends_in_old_or_new(kind: str, events: list[tuple[str, int, bool, bool]]) -> None:
    world = World(kind)
    reported: set[str] = set()
    for what, number, is_new, crashes in events:
        if what == "killed in start" and kind not in LASTING:
            continue
        wanted = SCENARIOS[kind].new if is_new else SCENARIOS[kind].other
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


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in ("creation", "exchange")])
def test_a_container_that_is_named_by_its_id_is_recovered_under_its_name(kind: str) -> None:
    """Between the renames the ID belongs to a container that is called otherwise."""
    for number in range(World(kind).count()):
        world = World(kind)
        (wish,) = SCENARIOS[kind].new.wishes
        by_id = {**wish, "name": world.daemon.named("web")["Id"]}
        wanted = Wanted((by_id,), SCENARIOS[kind].new.ports)
        world.run(wanted, (number, AFTER))
        if by_id["name"] not in world.daemon.containers:
            continue  # the ID is gone with the container
        outcome = world.attempt(wanted)
        if kind in UNSTARTABLE and by_id["name"] not in world.daemon.containers:
            continue  # so it is when it has been made again
        assert isinstance(outcome, Converged), outcome
        world.check()
