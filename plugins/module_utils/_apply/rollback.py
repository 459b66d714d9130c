# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""Undoing the steps of a change in reverse."""

from __future__ import annotations

import typing as t

from .._engine.client import ApiError
from .._errors import Failure
from .._steps.base import Step
from .outcome import RECREATED, ChangeOutcome
from .worker import Worker


def roll_back(worker: Worker, done: t.Sequence[Step], outcome: ChangeOutcome) -> None:
    """Undo in reverse. One step that cannot be undone does not keep the others from being tried."""
    problems: list[str] = []
    restored: list[Step] = []
    # A journal is closed last, and stays open as long as there is something left to undo: a later run does it.
    order = list(reversed(done))
    order.sort(key=lambda each: each.opens_journal)
    for step in order:
        inverse = step.invert()
        if inverse is None or (problems and step.opens_journal):
            continue
        try:
            outcome.actions.append(f"undo: {worker.perform(inverse, undoing=True)}")
            restored.append(inverse)
        except (ApiError, Failure) as error:
            problems.append(f"{inverse}: {error}")
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
