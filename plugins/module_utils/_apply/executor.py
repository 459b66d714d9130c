# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""Carrying out a plan: the steps of each change in order, independent changes in parallel."""

from __future__ import annotations

import concurrent.futures
import threading
import time
import typing as t
from dataclasses import replace

from .._engine.client import ApiError, Client
from .._errors import Failure
from .._plan.changes import Change
from .._steps.base import Step
from .._types import Key
from .outcome import ChangeOutcome
from .rollback import roll_back
from .worker import Worker, is_past_point_of_no_return


def apply_changes(changes: t.Sequence[Change], connect: t.Callable[[], Client], parallel: int) -> list[ChangeOutcome]:
    """Make the changes that have steps, ``parallel`` of them at a time.

    A change that only watches what its container does takes no place meanwhile. ``connect`` gives each thread a
    connection of its own.
    """
    waiting = {change.key: change for change in changes}
    done: dict[Key, ChangeOutcome] = {}
    running: dict[concurrent.futures.Future[ChangeOutcome], Key] = {}
    places = threading.Semaphore(parallel)
    with concurrent.futures.ThreadPoolExecutor(max_workers=max(1, len(changes))) as pool:
        while waiting or running:
            for key, change in list(waiting.items()):
                needs = [need for need in change.needs if need in waiting or need in done or need in running.values()]
                if all(need in done for need in needs):
                    del waiting[key]
                    failed = [name for kind, name in needs if done[(kind, name)].failure is not None]
                    leader = done[change.leader] if change.leader is not None and failed else None
                    if leader is not None and leader.rolled_back is not None:
                        # The change has failed with its leader, and was undone with it.
                        done[key] = replace(leader, change=change, actions=[])
                    elif failed:
                        done[key] = ChangeOutcome(change, failure=_not_begun(change, failed))
                    elif not change.steps:
                        done[key] = ChangeOutcome(change)
                    else:
                        # The thread that is at work there gives the place back: when it waits, and at its end.
                        places.acquire()
                        running[pool.submit(_run_in_place, places, change, connect)] = key
            if running:
                finished, _open = concurrent.futures.wait(running, return_when=concurrent.futures.FIRST_COMPLETED)
                for future in finished:
                    done[running.pop(future)] = future.result()
    return [done[change.key] for change in changes]


def _not_begun(change: Change, failed: t.Sequence[str]) -> Failure:
    return Failure(
        "daemon_error",
        f"{change.kind.capitalize()} {change.name!r} was not touched: it needs {', '.join(map(repr, failed))}, which"
        " failed.",
    )


def _run_in_place(places: threading.Semaphore, change: Change, connect: t.Callable[[], Client]) -> ChangeOutcome:
    def rest(seconds: float) -> None:
        places.release()
        try:
            time.sleep(seconds)
        finally:
            places.acquire()

    try:
        return _run_change(change, connect, rest)
    finally:
        places.release()


def _run_change(change: Change, connect: t.Callable[[], Client], rest: t.Callable[[float], None]) -> ChangeOutcome:
    outcome = ChangeOutcome(change)
    try:
        client = connect()
    except Failure as failure:
        outcome.failure, outcome.rolled_back = failure, True
        return outcome
    try:
        worker = Worker(client, rest)
        outcome.losses, outcome.endings = worker.losses, worker.endings
        done: list[Step] = []
        for number, step in enumerate(change.steps, 1):
            try:
                words = worker.settle(step, change.steps[number:]) if change.settles else worker.perform(step)
            except (ApiError, Failure) as error:
                stands = worker.still_stands(step)
                if stands is not False:
                    outcome.failure = worker.explain(step, error)
                    if change.settles or stands is None or is_past_point_of_no_return(done):
                        # A removal is done, or may be done in part: what was made may be all that is left.
                        outcome.rolled_back = False
                        return outcome
                    if not isinstance(error, ApiError) or step.may_be_done_after_error:
                        # No whole answer came, or one that does not tell: the step may have been done all the same.
                        done.append(step)
                    roll_back(worker, done, outcome)
                    return outcome
                words = str(step)  # done, only its answer was lost
            except BaseException:
                # A defect of this code, or an interrupt: whatever it is, the host is to be as it was.
                if not change.settles and not is_past_point_of_no_return([*done, step]):
                    roll_back(worker, [*done, step], outcome)
                raise
            done.append(step)
            outcome.actions.append(words)
        return outcome
    finally:
        client.close()
