# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""Leftovers of a swap that was cut off, and the steps that undo it.

Until the original is removed it holds everything, so undoing is always safe; once it is gone, the successor has been
accepted and is what the name stands for. The journal says which container is which, whoever has the name by now.
"""

from __future__ import annotations

import re
import typing as t

from ansible_collections.bridgeport.docker.plugins.module_utils._containers import Container
from ansible_collections.bridgeport.docker.plugins.module_utils._errors import Failure
from ansible_collections.bridgeport.docker.plugins.module_utils._host import Snapshot, Summary
from ansible_collections.bridgeport.docker.plugins.module_utils._item import Item
from ansible_collections.bridgeport.docker.plugins.module_utils._steps import (
    CloseJournal,
    RemoveContainer,
    Rename,
    SetRestartPolicy,
    Start,
    Step,
    Stop,
)

_LEFTOVER = re.compile(r"(?P<name>.+)\.bridgeport-(?P<role>new|old)-(?P<id>[0-9a-f]{12})")


def successor_name(name: str, original_id: str) -> str:
    return f"{name}.bridgeport-new-{original_id[:12]}"


def backup_name(name: str, original_id: str) -> str:
    return f"{name}.bridgeport-old-{original_id[:12]}"


def find_leftovers(name: str, snapshot: Snapshot) -> list[Summary]:
    """The containers of an interrupted swap of this one: those its journal names, and those called like its parts."""
    ids = {id for journal in snapshot.journals if journal.name == name for id in (journal.original, journal.successor)}
    found = []
    for summary in snapshot.summaries:
        match = _LEFTOVER.fullmatch(summary.name)
        if summary.id in ids or (match and match.group("name") == name):
            found.append(summary)
    return found


def is_interrupted(name: str, snapshot: Snapshot) -> bool:
    return any(journal.name == name for journal in snapshot.journals) or bool(find_leftovers(name, snapshot))


def plan_recovery(name: str, snapshot: Snapshot) -> Item | None:
    """What settles an interrupted swap of this container; None where there was none.

    Raises Failure(interrupted_change) where what stands does not fit to what was written down.
    """
    if not is_interrupted(name, snapshot):
        return None
    leftovers = find_leftovers(name, snapshot)
    journal = next((each for each in snapshot.journals if each.name == name), None)
    steps: list[Step] = []
    settled: set[str] = set()
    if journal is not None:
        original, successor = (
            next((snapshot.inspected(each) for each in leftovers if each.id == container_id), None)
            for container_id in (journal.original, journal.successor)
        )
        settled = {journal.original, journal.successor}
        if original is not None:
            if successor is not None:
                steps += _stand_back(successor, successor_name(name, original.id))
            if original.name != name:
                steps.append(Rename(original.id, original.name, name))
            if journal.was_running and not original.is_running:
                steps.append(Start(original.id, name))
            standing = original.host_config.get("RestartPolicy") or {}
            if (standing.get("Name") or "no") != journal.policy:
                policy = journal.restart_policy
                steps.append(SetRestartPolicy(original.id, name, policy=policy, former=standing))
            if successor is not None:
                steps.append(_remove(successor, successor_name(name, original.id)))
        elif successor is None or successor.name != name:
            raise _unknown(name, leftovers, journal.volume)
        steps.append(CloseJournal(journal))
    for summary in leftovers:
        if summary.id in settled:
            continue
        # Made before anything was written down, so nothing else was done; a renamed original never is.
        if _LEFTOVER.fullmatch(summary.name).group("role") == "old":  # type: ignore[union-attr]
            raise _unknown(name, leftovers, None)
        steps.append(_remove(snapshot.inspected(summary), summary.name))
    return Item("container", name, steps=tuple(steps))


def _stand_back(successor: Container, name: str) -> list[Step]:
    steps: list[Step] = []
    if successor.is_running:
        steps.append(Stop(successor.id, successor.name, kill=True))
    if successor.name != name:
        steps.append(Rename(successor.id, successor.name, name))
    return steps


def _remove(container: Container, name: str) -> RemoveContainer:
    return RemoveContainer(container.id, name, force=True)


def _unknown(name: str, leftovers: t.Sequence[Summary], volume: str | None) -> Failure:
    names = [summary.name for summary in leftovers]
    also = f" Then remove the volume {volume}." if volume else ""
    return Failure(
        "interrupted_change",
        f"An interrupted change of container {name!r} left {', '.join(names) or 'its journal'}, and what stands now"
        " does not fit to it: somebody has changed it since. Decide which container holds your data, call it"
        f" {name!r} and remove the rest (-old- is the original, -new- its successor).{also}",
        leftovers=names,
    )
