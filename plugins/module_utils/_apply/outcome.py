# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""What came of one change of a plan."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from .._errors import Failure
from .._objects.ending import Ending
from .._plan.changes import Change

RECREATED = "recreated"


@dataclass
class ChangeOutcome:
    """``rolled_back`` is None where nothing failed, else whether everything stands as before.

    RECREATED: everything stands as before, but a container had to be remade for that.
    ``losses``: what turned out to be lost beyond what the plan says. ``endings``: how containers have ended, by name.
    """

    change: Change
    actions: list[str] = field(default_factory=list)
    failure: Failure | None = None
    rolled_back: bool | str | None = None
    losses: list[str] = field(default_factory=list)
    endings: t.Mapping[str, Ending] = field(default_factory=dict)


def raise_failed(outcomes: t.Sequence[ChangeOutcome], actions: t.Sequence[str]) -> None:
    """One error that lists everything that failed; its code is that of the first."""
    failed = [outcome for outcome in outcomes if outcome.failure is not None]
    if not failed:
        return
    begun = [each for each in failed if each.rolled_back is not None] or failed
    waiting = [each for each in failed if each not in begun]
    # Those that were in one transaction have one failure.
    causes = list({id(each.failure): t.cast(Failure, each.failure) for each in begun}.values())
    kept = [outcome for outcome in outcomes if outcome.failure is None and outcome.actions]
    rolled_back: bool | str = all(each.rolled_back is not False for each in failed)
    if rolled_back and any(each.rolled_back == RECREATED for each in failed):
        rolled_back = RECREATED
    sentences = [cause.message.rstrip(".") for cause in causes]
    if rolled_back:
        # Nothing may have been done that had to be put back.
        sentences.append(f"As before: {_name_changes(begun)}" if kept else "Everything stands as before")
    if rolled_back == RECREATED:
        sentences[-1] += "; what could not be put back was remade"
    if waiting:
        sentences.append(f"Not begun: {_name_changes(waiting)}")
    failure = Failure(causes[0].code, ". ".join(sentences) + ".", **causes[0].details)
    failure.outcome = {"changed": bool(kept) or rolled_back is not True, "actions": list(actions)}
    failure.outcome["rolled_back"] = rolled_back
    if len(causes) > 1:
        failure.outcome["failures"] = [cause.as_dict() for cause in causes]
    raise failure


def _name_changes(outcomes: t.Iterable[ChangeOutcome]) -> str:
    return ", ".join(f"{each.change.kind} {each.change.name}" for each in outcomes)
