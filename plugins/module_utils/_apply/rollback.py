# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""Undoing the steps of a change in reverse."""

from __future__ import annotations

import typing as t

from .._engine.client import ApiError
from .._errors import Failure, Reason
from .._steps.base import Step
from .._steps.journal import CloseJournal
from .outcome import RECREATED, ChangeOutcome
from .worker import PAUSES, Worker


def roll_back(worker: Worker, done: t.Sequence[Step], outcome: ChangeOutcome) -> None:
    """Undo in reverse. One step that cannot be undone does not keep the others from being tried.

    What fails for a passing reason is tried again when the others are undone: these may give back what it lacks.
    """
    restored: list[Step] = []
    # A journal is closed last, and stays open as long as there is something left to undo: a later run does it.
    order = list(reversed(done))
    order.sort(key=lambda each: each.opens_journal)
    left = [inverse for inverse in (step.invert() for step in order) if inverse is not None]
    problems, left, may_pass = _undo_steps(worker, left, outcome, restored)
    for pause in PAUSES:
        if not may_pass:
            break
        worker.rest(pause)
        problems, left, may_pass = _undo_steps(worker, left, outcome, restored)
    for each in restored:
        check, subject = each.check_after_undo(), each.subject
        if check is None or subject is None or subject.container in worker.gone:
            continue
        try:
            worker.perform(check)
        except (ApiError, Failure) as error:
            problems.append(f"restart {subject.name}: {error}")
    outcome.rolled_back = (RECREATED if worker.remade else True) if not (problems or worker.gone) else False
    if worker.gone and outcome.failure is not None:
        cause = outcome.failure
        names = " and ".join(map(repr, sorted(worker.gone.values())))
        outcome.failure = Failure(
            cause.code,
            f"{cause.message.rstrip('.')}. What is left was put back; of {names} there is nothing.",
            **cause.details,
        )
    if problems and outcome.failure is not None:
        cause = outcome.failure
        written = any(step.opens_journal for step in done)
        outcome.failure = Failure(
            "rollback_failed",
            f"{cause.message.rstrip('.')}. Undoing it failed as well ({'; '.join(problems)}); {outcome.change.kind}"
            f" {outcome.change.name!r} needs a look."
            + (" The next run that would change it tries again to put it back." if written else ""),
            cause=cause.as_dict(),
            problems=problems,
        )


def _undo_steps(
    worker: Worker, steps: t.Sequence[Step], outcome: ChangeOutcome, restored: list[Step]
) -> tuple[list[str], list[Step], bool]:
    """One round. Returns the problems, the steps that are left, and whether these may succeed in a moment."""
    errors: list[ApiError | Failure] = []
    problems: list[str] = []
    left: list[Step] = []
    for step in steps:
        if left and isinstance(step, CloseJournal):
            left.append(step)
            continue
        try:
            outcome.actions.append(f"undo: {worker.perform(step, undoing=True)}")
            restored.append(step)
        except (ApiError, Failure) as error:
            errors.append(error)
            problems.append(f"{step}: {error}")
            left.append(step)
    # A daemon that does not answer has had its time. Other steps may have failed because of the one that may pass.
    refusals = [error for error in errors if isinstance(error, ApiError)]
    may_pass = len(refusals) == len(errors) and any(Reason.PASSING in error.reasons for error in refusals)
    return problems, left, may_pass
