# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A change that is cut off at any request, and the run after it.

Every case publishes another port of a container through a proxy that breaks one request, and then once more without
it. Afterwards one container has the name, runs, publishes what the task says and holds its data, and nothing else is
left. What is tried is said by the variable FAULTS:

* ``sample``: every request of a replacement with the module killed after it, and a seeded sample of the rest
* ``few``: a small sample of everything
* ``all``: every request of every scenario in every mode
* ``MODE:NUMBER,...``: these cases; pytest's -k chooses scenarios
"""

from __future__ import annotations

import os
import random
import typing as t
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field

import pytest

from ansible_collections.bridgeport.docker.tests.engine.faults.bed import Bed
from ansible_collections.bridgeport.docker.tests.engine.faults.beds import make_bed
from ansible_collections.bridgeport.docker.tests.engine.faults.cutproxy import MODES
from ansible_collections.bridgeport.docker.tests.engine.faults.scenarios import REPLACEMENT, SCENARIOS, AnyScenario
from ansible_collections.bridgeport.docker.tests.support.budget import SAMPLED
from ansible_collections.bridgeport.docker.tests.support.module_runner import Runner
from ansible_collections.bridgeport.docker.tests.support.private_engine import Daemon, list_objects

FAULTS = os.environ.get("FAULTS", "few" if SAMPLED else "sample")
SEED = os.environ.get("FAULTS_SEED", "1")
# How many cases of a replacement are tried beside kill-after; how many of every other scenario, and of each if few.
SAMPLE, SMALL_SAMPLE = 8, 3
# Containers that are worked on at the same time, as most of a case is waiting; each takes at least so many cases.
WORKERS = int(os.environ.get("FAULTS_WORKERS", "6"))
SHARD = 3

Case = t.Tuple[str, int]


@dataclass
class Sweep:
    """What became of one scenario."""

    requests: int = 0
    tried: int = 0
    unreached: set[Case] = field(default_factory=set)
    problems: list[str] = field(default_factory=list)


def choose_cases(scenario: AnyScenario, requests: int) -> list[Case]:
    every = [(mode, number) for mode in MODES for number in range(1, requests + 1)]
    # One further there is nothing any more, or something was left out. Three times, as a run that also takes away the
    # lock of another one that was killed has more to ask.
    beyond = [("kill-after", requests + 1)] * 3
    if FAULTS == "all":
        return [*every, *beyond]
    chooser = random.Random(f"{SEED} {scenario.name}")
    if FAULTS == "few" or (FAULTS == "sample" and scenario is not REPLACEMENT):
        return chooser.sample(every, SMALL_SAMPLE)
    if ":" in FAULTS:
        return [(mode, int(number)) for mode, _colon, number in (case.partition(":") for case in FAULTS.split(","))]
    killed = [case for case in every if case[0] == "kill-after"]
    rest = [case for case in every if case[0] != "kill-after"]
    return [*killed, *beyond, *chooser.sample(rest, SAMPLE)]


def try_case(bed: Bed, mode: str, number: int, sweep: Sweep) -> str:
    """Why the container did not survive; empty where it did."""
    goal = bed.next_goal()
    bed.prepare()
    with bed.breaking(mode, number) as proxy:
        cut = bed.apply(goal, bed.path)
    is_reached = len(proxy.seen) >= number
    if is_reached:
        sweep.tried += 1
    else:
        sweep.unreached.add((mode, number))
    try:
        again = bed.apply(goal)
        assert again is not None
        assert not again.get("failed"), again.get("msg")
        bed.check(goal)
        third = bed.apply(goal)
        assert third is not None
        assert third.get("changed") is False, f"the third run did {third.get('actions')}"
    except AssertionError as error:
        request = proxy.seen[number - 1] if is_reached else "(not reached)"
        return f"{mode} at {number} {request}: {error} | cut run: {(cut or {}).get('msg')}"
    return ""


def try_cases(bed: Bed, cases: t.Iterable[Case], sweep: Sweep) -> None:
    try:
        for mode, number in cases:
            before = list_objects() if WORKERS == 1 else set()
            problem = try_case(bed, mode, number, sweep)
            if WORKERS == 1:
                bed.prepare()
                problem = problem or ", ".join(f"{mode} at {number} left {each}" for each in list_objects() - before)
            if problem:
                sweep.problems.append(problem)
                bed.remove()
                bed.make()
    finally:
        bed.close()


def try_shard(scenario: AnyScenario, runner: Runner, cases: t.Iterable[Case], sweep: Sweep) -> None:
    try_cases(make_bed(scenario, runner), cases, sweep)


def try_scenario(scenario: AnyScenario, runner: Runner, sweep: Sweep, pool: ThreadPoolExecutor) -> list[Future[None]]:
    """How many requests there are is known with the first container; it takes its share, others the rest."""
    bed = make_bed(scenario, runner)
    sweep.requests = len(bed.requests)
    cases = choose_cases(scenario, sweep.requests)
    shards = max(1, min(WORKERS, len(cases) // SHARD))
    others = [pool.submit(try_shard, scenario, runner, cases[first::shards], sweep) for first in range(1, shards)]
    try_cases(bed, cases[::shards], sweep)
    return others


@pytest.fixture(scope="module")
def left() -> list[str]:
    """What a private engine holds after all sweeps that it did not hold before; nobody else uses it."""
    return []


@pytest.fixture(scope="module")
def sweeps(request: pytest.FixtureRequest, runner: Runner, left: list[str]) -> dict[str, Sweep]:
    """All chosen scenarios side by side, so that none waits for the last case of another."""
    scenarios = [
        item.callspec.params["scenario"]
        for item in request.session.items
        if item.path == request.path and hasattr(item, "callspec")
    ]
    found = {scenario.name: Sweep() for scenario in scenarios}
    before = list_objects()
    with ThreadPoolExecutor(WORKERS) as pool:
        first = [pool.submit(try_scenario, scenario, runner, found[scenario.name], pool) for scenario in scenarios]
        for others in [each.result() for each in first]:
            for each in others:
                each.result()
    left[:] = sorted(list_objects() - before)
    return found


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_every_request(scenario: AnyScenario, sweeps: dict[str, Sweep], tell: t.Callable[[str], None]) -> None:
    sweep = sweeps[scenario.name]
    survived = sweep.tried - len(sweep.problems)
    tell(f"faults in {scenario.name} of {sweep.requests} requests: {sweep.tried} tried, {survived} survived")
    assert sweep.tried > 0
    if FAULTS == "all" or (FAULTS == "sample" and scenario is REPLACEMENT):
        assert sweep.unreached == {("kill-after", sweep.requests + 1)}
    assert not sweep.problems, "\n".join(sweep.problems)


def test_nothing_is_left(sweeps: dict[str, Sweep], left: list[str]) -> None:
    if Daemon.of_this_host() is None:
        pytest.skip("others use this engine too: what belongs to whom can be told on a private one only")
    assert sweeps
    assert left == [], "FAULTS_WORKERS=1 tells which case it was"
