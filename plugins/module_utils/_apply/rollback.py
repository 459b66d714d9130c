# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""Undoing the steps of a change in reverse."""

from __future__ import annotations

import typing as t

from .._engine.client import ApiError
from .._errors import Failure
from .._plan import steps
from .outcome import RECREATED, ChangeOutcome
from .worker import Worker


def roll_back(worker: Worker, done: t.Sequence[steps.Step], outcome: ChangeOutcome) -> None:
    """Undo in reverse. One step that cannot be undone does not keep the others from being tried."""
    problems: list[str] = []
    started: list[steps.Start] = []
    # A journal is closed last, and stays open as long as there is something left to undo: a later run does it.
    order = list(reversed(done))
    order.sort(key=lambda each: isinstance(each, steps.OpenJournal))
    for step in order:
        inverse = steps.invert(step)
        if inverse is None or (problems and isinstance(inverse, steps.CloseJournal)):
            continue
        try:
            outcome.actions.append(f"undo: {worker.perform(inverse, undoing=True)}")
            # A container that has ended by itself before may do so again.
            started += [inverse] if isinstance(inverse, steps.Start) and inverse.steady else []
        except (ApiError, Failure) as error:
            problems.append(f"{inverse}: {error}")
    for each in started:
        if each.container in worker.gone:
            continue
        try:
            worker.perform(steps.Verify(each.container, each.name, publications=(), networks=()))
        except (ApiError, Failure) as error:
            problems.append(f"restart {each.name}: {error}")
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
        written = any(isinstance(step, steps.OpenJournal) for step in done)
        outcome.failure = Failure(
            "rollback_failed",
            f"{cause.message.rstrip('.')}. Undoing it failed as well ({'; '.join(problems)}); {outcome.change.kind}"
            f" {outcome.change.name!r} needs a look."
            + (" The next run that would change it tries again to put it back." if written else ""),
            cause=cause.as_dict(),
            problems=problems,
        )
