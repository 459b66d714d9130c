# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The daemon is killed by -9 in the middle of a change, and started again; then the same task runs once more.

A private daemon, never the machine's own. It dies at a changing request, a moment after it got it: a start takes a few
tenths of a second, and a daemon that dies within may leave a container that no daemon can ever start again. FAULTS=all
tries every changing request, ``starts`` those that start a container; otherwise it is a seeded sample.

Two things an engine may leave then that no client can mend, and that are not held against the module. Both are looked
for, ended and counted. Engines 20.10 and 26.1 come up with the host ports of the container that was just being started
taken by nobody, until they are started once more; the task has to refuse with port_conflict before that, and to succeed
after it. And the half made container's process stays, and its address with it.
"""

from __future__ import annotations

import contextlib
import os
import random
import re
import typing as t
from dataclasses import dataclass, field

import pytest

from ansible_collections.bridgeport.docker.tests.engine.faults.bed import Bed
from ansible_collections.bridgeport.docker.tests.engine.faults.beds import make_bed
from ansible_collections.bridgeport.docker.tests.engine.faults.scenarios import (
    CREATION,
    REBUILD,
    REPLACEMENT,
    SCENARIOS,
    AnyScenario,
)
from ansible_collections.bridgeport.docker.tests.support.budget import SAMPLED
from ansible_collections.bridgeport.docker.tests.support.module_runner import Runner
from ansible_collections.bridgeport.docker.tests.support.private_engine import Daemon, end_ghosts

FAULTS = os.environ.get("FAULTS", "few" if SAMPLED else "sample")
SEED = os.environ.get("FAULTS_SEED", "1")
# Of --rm nothing is left when an engine dies, and nobody is paused when it comes up again: with or without a change.
DURABLE = [scenario for scenario in SCENARIOS if scenario.outlives_daemon]
SCENARIOS_TRIED = DURABLE if FAULTS == "all" else [REPLACEMENT, CREATION, REBUILD]
# Seconds after the request. A start takes the longest, and is the most delicate.
DELAYS = (0.0, 0.05)
START_DELAYS = (0.0, 0.03, 0.06, 0.1, 0.15, 0.2, 0.3)
RECOVERY_DELAYS = (0.15,)
# How many points of a scenario are tried in the middle of a start, and elsewhere.
START_SAMPLE, OTHER_SAMPLE = 1, 1

Point = t.Tuple[int, float]


def choose_points(scenario: AnyScenario, requests: t.Sequence[str]) -> list[Point]:
    changing = [(number, request) for number, request in enumerate(requests, 1) if not request.startswith("GET ")]
    # What takes its time: a container that starts, and one that joins a network while it runs.
    starts = [
        number for number, request in changing if re.search(r"/containers/\w+/start|/networks/\w+/connect", request)
    ]
    assert starts
    at_start = [(number, delay) for number in starts for delay in START_DELAYS]
    elsewhere = [(number, delay) for number, _request in changing if number not in starts for delay in DELAYS]
    if FAULTS == "starts":
        return at_start
    if FAULTS == "all":
        return [*at_start, *elsewhere]
    chooser = random.Random(f"{SEED} {scenario.name}")
    return [*chooser.sample(at_start, START_SAMPLE), *chooser.sample(elsewhere, OTHER_SAMPLE)]


@dataclass
class Tally:
    tried: int = 0
    problems: list[str] = field(default_factory=list)
    # How often the engine had to be started once more, and how many processes it had left.
    restarts: int = 0
    ghosts: int = 0
    # How many containers the engine should have started when it came up.
    late: int = 0
    # How often a container could not be started any more, and was remade.
    recreated: int = 0

    def __str__(self) -> str:
        return (
            f"{self.tried} tried, {self.tried - len(self.problems)} survived, {self.recreated} of them remade;"
            f" the engine held ports for nobody {self.restarts} times, left {self.ghosts} processes and did not start"
            f" {self.late} containers"
        )


def try_point(bed: Bed, daemon: Daemon, number: int, delay: float, tally: Tally) -> bool:
    """Whether the container has survived that the daemon is killed at this request."""
    goal = bed.next_goal()
    bed.prepare()
    with bed.breaking("daemon", number, delay) as proxy:
        bed.apply(goal, bed.path)
    assert len(proxy.seen) >= number, "the change has ended before"
    return survives(bed, daemon, goal, f"{delay} s after {number} {proxy.seen[number - 1]}", tally)


def try_recovery(bed: Bed, daemon: Daemon, delay: float, tally: Tally) -> bool:
    """Whether it has survived that the module is killed once it is stopped, and the daemon when it is started again."""
    goal = bed.next_goal()
    with bed.breaking("kill-after", 1, only="/stop"):
        bed.apply(goal, bed.path)
    with bed.breaking("daemon", 1, delay, only="/start") as proxy:
        bed.apply(goal, bed.path)
    assert proxy.seen, "the original was not started"
    return survives(bed, daemon, goal, f"{delay} s after the start of the original", tally)


def survives(bed: Bed, daemon: Daemon, goal: int, where: str, tally: Tally) -> bool:
    """Start the daemon again, run the task again, and look."""
    tally.tried += 1
    daemon.await_end()
    daemon.start()
    tally.late += bed.start_late()
    again = bed.apply(goal)
    try:
        assert again is not None
        if again.get("failed") and bed.has_stray_port(goal):
            assert again["failure"]["code"] == "port_conflict", again.get("msg")
            daemon.stop()
            daemon.start()
            again = bed.apply(goal)
            assert again is not None
            tally.restarts += 1
        tally.recreated += any(": recreate " in action for action in again.get("actions") or ())
        tally.ghosts += end_ghosts()
        assert not again.get("failed"), f"{again.get('msg')} Its actions: {again.get('actions')}"
        bed.check(goal)
        third = bed.apply(goal)
        assert third is not None
        assert third.get("changed") is False, f"the third run did {third.get('actions')}"
    except AssertionError as error:
        tally.problems.append(f"{where}: {error}")
        return False
    return True


@pytest.fixture
def daemon() -> Daemon:
    found = Daemon.of_this_host()
    if found is None:
        pytest.skip("needs an engine that may be killed, which only root can start")
    return found


@contextlib.contextmanager
def standing(scenario: AnyScenario, runner: Runner) -> t.Iterator[Bed]:
    bed = make_bed(scenario, runner)
    try:
        yield bed
    finally:
        bed.close()


@pytest.mark.parametrize("scenario", SCENARIOS_TRIED, ids=lambda scenario: scenario.name)
def test_killed_in_a_change(
    scenario: AnyScenario, daemon: Daemon, runner: Runner, tell: t.Callable[[str], None]
) -> None:
    tally = Tally()
    with standing(scenario, runner) as bed:
        for number, delay in choose_points(scenario, bed.requests):
            if not try_point(bed, daemon, number, delay, tally):
                bed.remove()
                bed.make()
    tell(f"daemon killed in {scenario.name}: {tally}")
    assert not tally.problems, "\n".join(tally.problems)


def test_killed_in_a_recovery(daemon: Daemon, runner: Runner, tell: t.Callable[[str], None]) -> None:
    tally = Tally()
    delays = START_DELAYS if FAULTS in ("all", "starts") else RECOVERY_DELAYS
    with standing(REPLACEMENT, runner) as bed:
        for delay in delays:
            if not try_recovery(bed, daemon, delay, tally):
                bed.remove()
                bed.make()
    tell(f"daemon killed in a recovery: {tally}")
    assert not tally.problems, "\n".join(tally.problems)
