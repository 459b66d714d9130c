# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""Leftovers of a swap that was cut off, and the steps that finish or undo it.

The names of a successor and of a replaced container hold the ID of the one that is replaced, and every step of a swap
leaves a state that these names, the run states and the daemon's own times tell apart:

* successor and original: undone. The successor was made with the original's restart policy; the original was running if
  it ended after the successor was made.
* successor and renamed original: the successor had been accepted, so this is finished.
* renamed original and the name's new holder: only the removal is missing.
"""

from __future__ import annotations

import re
import typing as t

from ansible_collections.bridgeport.docker.plugins.module_utils._containers import Container
from ansible_collections.bridgeport.docker.plugins.module_utils._errors import Failure
from ansible_collections.bridgeport.docker.plugins.module_utils._host import Snapshot, Summary
from ansible_collections.bridgeport.docker.plugins.module_utils._item import Item
from ansible_collections.bridgeport.docker.plugins.module_utils._steps import (
    RemoveContainer,
    Rename,
    SetRestartPolicy,
    Start,
    Step,
    Stop,
)

# Prefix of the time of something that never happened.
_NEVER = "0001-"
# A container that is made, and not made anew, has nobody's ID in the name under which it is prepared.
NOBODY = "0" * 12

_LEFTOVER = re.compile(r"(?P<name>.+)\.bridgeport-(?P<role>new|old)-(?P<id>[0-9a-f]{12})")


def successor_name(name: str, replaced_id: str = NOBODY) -> str:
    return f"{name}.bridgeport-new-{replaced_id[:12]}"


def backup_name(name: str, replaced_id: str) -> str:
    return f"{name}.bridgeport-old-{replaced_id[:12]}"


def find_leftovers(name: str, snapshot: Snapshot) -> list[Summary]:
    """The containers that an interrupted change of this one has left, successors first."""
    found = []
    for summary in snapshot.summaries:
        match = _LEFTOVER.fullmatch(summary.name)
        if match and match.group("name") == name:
            found.append(summary)
    return sorted(found, key=lambda summary: summary.name)


def plan_recovery(name: str, snapshot: Snapshot) -> Item | None:
    """What brings the container back to one of its own, or forward to its successor. None where nothing is left over.

    Raises Failure(interrupted_change) where nothing of ours can have left this state.
    """
    leftovers = find_leftovers(name, snapshot)
    if not leftovers:
        return None
    steps: list[Step] = []
    holder = snapshot.find_container(name)
    for summary in leftovers:
        role, replaced_id = _LEFTOVER.fullmatch(summary.name).group("role", "id")  # type: ignore[union-attr]
        leftover = snapshot.inspected(summary)
        if role == "new":
            backups = [each for each in leftovers if each.name == backup_name(name, replaced_id)]
            if replaced_id == NOBODY:
                steps += _remove(leftover)
            elif holder is not None and holder.id.startswith(replaced_id):
                steps += _undo(leftover, snapshot.inspected(holder))
            elif holder is None and backups:
                steps += [Rename(leftover.id, leftover.name, name), *_remove(snapshot.inspected(backups[0]))]
            else:
                raise _unknown(name, leftovers)
        elif holder is not None and _succeeds(snapshot.inspected(holder), leftover):
            steps += _remove(leftover)
        elif successor_name(name, replaced_id) not in {each.name for each in leftovers}:
            raise _unknown(name, leftovers)
    return Item("container", name, steps=tuple(steps))


def _remove(container: Container) -> list[Step]:
    return [RemoveContainer(container.id, container.name, force=True)]


def _undo(successor: Container, original: Container) -> list[Step]:
    steps: list[Step] = []
    if successor.is_running:
        steps.append(Stop(successor.id, successor.name, kill=True))
    policy, standing = (each.host_config.get("RestartPolicy") or {} for each in (successor, original))
    if not original.is_running and _ended_after(original, successor.raw["Created"]):
        steps.append(Start(original.id, original.name))
    if policy != standing:
        steps.append(SetRestartPolicy(original.id, original.name, policy=policy, former=standing))
    # Last, since it is what the rest is known from.
    return [*steps, *_remove(successor)]


def _succeeds(holder: Container, backup: Container) -> bool:
    """A successor is made before the original ends; a container that somebody made in its place comes later."""
    return _ended_after(backup, holder.raw["Created"])


def _ended_after(container: Container, created: str) -> bool:
    finished = str(container.raw["State"].get("FinishedAt") or _NEVER)
    return not finished.startswith(_NEVER) and normal_time(finished) >= normal_time(created)


def normal_time(text: str) -> str:
    """A time of the daemon (UTC, up to nine decimals, trailing zeros left out) in a form that sorts as text."""
    seconds, _point, fraction = text.rstrip("Z").partition(".")
    return f"{seconds}.{fraction:0<9}"


def _unknown(name: str, leftovers: t.Sequence[Summary]) -> Failure:
    names = [summary.name for summary in leftovers]
    return Failure(
        "interrupted_change",
        f"An interrupted change of container {name!r} left {', '.join(names)}, and what stands now does not fit to it: "
        f"somebody has changed it since. Decide which one holds your data, call it {name!r} and remove the rest (-old- "
        "is the original, -new- its successor).",
        leftovers=names,
    )
