# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What check mode says of a task is what the task does; a refusal changes nothing, a second run neither.

Random tasks meet random situations on the real engine; BUDGET_SEED chooses which ones, PARITY how many tasks. Each
mismatch is printed as a playbook that shows it. Several tasks share a situation: each finds what the former have left.
"""

from __future__ import annotations

import contextlib
import os
import typing as t
from collections import Counter
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial

import pytest

from ansible_collections.bridgeport.docker.tests.engine.parity import credulous
from ansible_collections.bridgeport.docker.tests.engine.parity.bed import Bed
from ansible_collections.bridgeport.docker.tests.engine.parity.judge import Verdict, try_task
from ansible_collections.bridgeport.docker.tests.engine.parity.playbook import write_playbook
from ansible_collections.bridgeport.docker.tests.engine.parity.situations import (
    IDLE,
    IMAGE,
    Chooser,
    Ground,
    Situation,
    make_situation,
)
from ansible_collections.bridgeport.docker.tests.engine.parity.tasks import Task, make_task
from ansible_collections.bridgeport.docker.tests.support.budget import SAMPLED, SEED
from ansible_collections.bridgeport.docker.tests.support.commands import LOGS, run
from ansible_collections.bridgeport.docker.tests.support.module_runner import Runner
from ansible_collections.bridgeport.docker.tests.support.real_engine import Images

TASKS = int(os.environ.get("PARITY", "60" if SAMPLED else "1000"))
# Of each situation.
PART = 5
WORKERS = 6


@dataclass
class Round:
    """One situation with its tasks. ``playbooks``: one for each task with a finding."""

    number: int
    verdicts: list[Verdict] = field(default_factory=list)
    playbooks: list[str] = field(default_factory=list)

    def run(self, runner: Runner, images: Images) -> Round:
        chooser = Chooser(f"{SEED} {self.number}")
        tasks: list[Task] = []
        with Bed.open_with(runner, images, partial(make_situation, chooser)) as bed:
            for _task in range(PART):
                tasks.append(make_task(chooser, bed.situation))
                verdict = try_task(tasks[-1], bed, runner)
                self.verdicts.append(verdict)
                if verdict.findings:
                    origin = f"BUDGET_SEED={SEED}, situation {self.number}, task {len(tasks)}"
                    self.playbooks.append(write_playbook(bed.situation, tasks, verdict.findings, origin))
        return self


@pytest.fixture(scope="module")
def rounds(runner: Runner, images: Images) -> t.Iterator[list[Future[Round]]]:
    with ThreadPoolExecutor(WORKERS) as pool:
        yield [pool.submit(Round(number).run, runner, images) for number in range(TASKS // PART)]


@pytest.mark.parametrize("number", range(TASKS // PART))
def test_check_mode_says_what_happens(number: int, rounds: list[Future[Round]]) -> None:
    found = rounds[number].result()
    for each, playbook in enumerate(found.playbooks):
        LOGS.mkdir(parents=True, exist_ok=True)
        (LOGS / f"parity-{SEED}-{number}-{each}.yml").write_text(playbook, encoding="utf-8")
    if found.playbooks:
        pytest.fail("\n".join(found.playbooks), pytrace=False)


def test_count(rounds: list[Future[Round]], tell: t.Callable[[str], None]) -> None:
    verdicts = [verdict for each in rounds if not each.exception() for verdict in each.result().verdicts]
    outcomes = Counter(verdict.outcome for verdict in verdicts)
    mismatches = sum(bool(verdict.findings) for verdict in verdicts)
    told = ", ".join(f"{outcomes[each]} {each}" for each in ("changed", "unchanged", "refused", "failed"))
    tell(f"parity: {len(verdicts)} tasks tried, {told}, {mismatches} mismatches, seed {SEED}")
    codes = Counter(verdict.code for verdict in verdicts if verdict.code)
    tell(f"parity: refused as {', '.join(f'{code} {count}' for code, count in codes.most_common())}")
    assert len(verdicts) == TASKS // PART * PART
    # What is always refused, or never changes anything, tries nothing.
    assert outcomes["changed"] >= len(verdicts) // 5


# -- the net itself ----------------------------------------------------------------------------------------------------


def make_taken(ground: Ground) -> Situation:
    """Two containers, of which one has an address on a network that the other is not on."""
    made, network = Situation(ground), ground.name("plain")
    made.docker("network", "create", "--subnet", ground.block(0), network)
    made.docker(
        *("run", "-d", "--name", ground.name("holder"), "--network", network, "--ip", ground.address(0, 9)),
        *("-e", "TEXT={{ it's ü }}", IMAGE, *IDLE),
    )
    made.docker("run", "-d", "--name", ground.name("web"), IMAGE, *IDLE)
    return made


def test_a_planner_that_believes_a_taken_address_to_be_free_is_found_out(runner: Runner, images: Images) -> None:
    with contextlib.closing(Runner(credulous.__name__)) as planted, Bed.open_with(runner, images, make_taken) as bed:
        ground = bed.situation.ground
        endpoint = {"name": ground.name("plain"), "ipv4_address": ground.address(0, 9)}
        task = Task("docker_port_publish", {"name": ground.name("web"), "networks": [endpoint]})
        assert try_task(task, bed, runner) == Verdict("refused", "address_in_use", ())
        verdict = try_task(task, bed, planted)
        assert [finding.partition(" (")[0] for finding in verdict.findings] == ["Check mode passes, the run fails"]
        playbook = write_playbook(bed.situation, [task], verdict.findings, "planted")
    file = LOGS / "parity-planted.yml"
    file.write_text(playbook, encoding="utf-8")
    done = run("ansible-playbook", "-v", "-i", "localhost,", str(file), log="parity-planted", seconds=120)
    # The planner that is not planted refuses it in either mode.
    assert done.output.count('"code": "address_in_use"') >= 3, done.output
    assert "TEXT={{ it's ü }}" in done.output
