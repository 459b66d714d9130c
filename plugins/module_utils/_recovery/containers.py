# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""The steps that settle an interrupted change of containers.

Until an original is removed it holds everything, so undoing is always safe; once the first is gone, the successors have
been accepted and are what the names stand for. The journal says which container is which, whatever their names are by
now. Where the journal was removed, as by pruning volumes, names and times tell as much of the replacement of one
container.

A name alone makes no container a part of a change: it has to be in a journal, or to be what its name says. It cannot be
labelled, since a successor keeps its labels when it has become what its name stands for.
"""

from __future__ import annotations

import typing as t

from .._errors import Failure
from .._objects.containers import Container
from .._objects.interrupted import find_journal, find_leftovers, is_interrupted, read_part
from .._objects.journal import Entry, Journal
from .._objects.names import NO_ORIGINAL, remade_name, successor_name
from .._objects.snapshot import Snapshot, Summary
from .._plan.changes import Change
from .._steps.base import Step
from .._steps.containers import RemoveContainer, Rename
from .._steps.journal import CloseJournal
from .._steps.networks import Connect
from .._steps.run_state import Pause, SetRestartPolicy, Start, Stop, Unpark
from .networks import undo_rebuild


def _deduce_journal(name: str, snapshot: Snapshot) -> Journal | None:
    """What the journal of a replacement must have said. None where names and times do not tell.

    The successor knows what a stopped original does not: its restart policy, and when the change began.
    """
    by_name = {summary.name: summary for summary in snapshot.summaries}
    standing = by_name.get(name)
    backups = [each for each in snapshot.summaries if (read_part(each, snapshot) or ())[:2] == (name, "old")]
    found = backups[0] if backups else standing
    made = by_name.get(successor_name(name, found.id)) if found else None
    if made is None and backups:
        made = standing
    if found is None or made is None:
        return None
    original, successor = snapshot.inspected(found), snapshot.inspected(made)
    has_ended_since = original.ended_at > successor.created_at
    # An original with --rm was taken off its networks, and nothing else knew them. And no other container can have had
    # the name of an original before that had ended.
    if original.host_config.get("AutoRemove") or (made is standing and not has_ended_since):
        return None
    policies = [each.host_config.get("RestartPolicy") or {} for each in (original, successor)]
    policy = next((each for each in policies if each.get("Name") not in (None, "", "no")), {})
    entry = Entry(
        name=name,
        original=original.id,
        successor=successor.id,
        was_running=original.is_running or has_ended_since,
        was_paused=original.is_paused,
        policy=policy.get("Name") or "no",
        retries=policy.get("MaximumRetryCount") or 0,
    )
    return Journal((entry,))


def plan_recovery(name: str, snapshot: Snapshot) -> Change | None:
    """The steps that settle an interrupted change of this container; None where there was none.

    Raises Failure(interrupted_change) where the containers do not fit to what was written down.
    """
    if not is_interrupted(name, snapshot):
        return None
    leftovers = find_leftovers(name, snapshot)
    noted = find_journal(name, snapshot)
    journal = noted or _deduce_journal(name, snapshot)
    written = {each for entry in (journal.entries if journal else ()) for each in (entry.original, entry.successor)}
    steps: list[Step] = []
    cause = f"a change of container {name} was interrupted"
    for summary in leftovers:
        if summary.id in written:
            continue
        part = read_part(summary, snapshot)
        if part is None or part.role == "old":
            # What was made before the journal was opened has done nothing; a renamed original holds everything.
            raise _unknown(name, leftovers, None)
        if part.role == "again" and not any(each.id.startswith(part.id) for each in snapshot.summaries):
            # The remade container is all that is left of its original.
            if journal is None:
                raise _unknown(name, leftovers, None)
            continue
        # Before anything else: the name may be needed again.
        steps.append(_remove(snapshot.inspected(summary)))
    if journal is not None:
        by_id = {each.id: snapshot.inspected(each) for each in snapshot.summaries if each.id in written}
        if any(_is_accepted(entry, by_id) for entry in journal.entries):
            steps += _finish(journal, by_id, snapshot, leftovers)
            cause += " when its successors had been accepted"
        else:
            steps += _undo(journal, by_id, snapshot)
    if noted is not None:
        steps.append(CloseJournal(noted))
    return Change("container", name, steps=tuple(steps), settles=True).because(cause)


def _is_accepted(entry: Entry, by_id: t.Mapping[str, Container]) -> bool:
    """Whether the original was removed by the change. With --rm it also goes when the engine is killed."""
    successor = by_id.get(entry.successor)
    if not entry.original or entry.original in by_id or successor is None:
        return False
    return successor.is_running or not entry.removes_itself


def _finish(
    journal: Journal, by_id: t.Mapping[str, Container], snapshot: Snapshot, leftovers: t.Sequence[Summary]
) -> t.Iterator[Step]:
    """All successors stand in their places; what is left of the originals goes."""
    for entry in journal.entries:
        successor = by_id.get(entry.successor)
        if successor is None and (entry.removes_itself or entry.original not in by_id):
            continue  # gone with the engine, as its original would be, or both were removed meanwhile
        if successor is None or successor.name != entry.name:
            raise _unknown(entry.name, leftovers, journal.volume)
    for entry in reversed(journal.entries):
        if entry.original in by_id:
            yield RemoveContainer(entry.original, by_id[entry.original].name, force=True)


def _undo(journal: Journal, by_id: t.Mapping[str, Container], snapshot: Snapshot) -> t.Iterator[Step]:
    """First everything that holds ports, addresses or names steps back; then the originals stand again."""
    successors = {entry.name: by_id[entry.successor] for entry in journal.entries if entry.successor in by_id}
    for entry in reversed(journal.entries):
        if entry.name in successors:
            yield from _stand_back(successors[entry.name], entry)
    last: list[Step] = []
    if journal.rebuild is not None:
        back = {each.id for each in successors.values()}
        first, last = undo_rebuild(journal.rebuild, snapshot.without_endpoints(journal.rebuild.name, back))
        yield from first
    remade_ids: dict[str, str] = {}
    for entry in journal.entries:
        standing = by_id.get(entry.original)
        if standing is None and entry.original and not entry.removes_itself:
            standing = _find_remade(entry, snapshot)
            if standing is not None:
                remade_ids[entry.original] = standing.id
        if standing is not None:
            startable = all(each in remade_ids or snapshot.find_container(each) for each in standing.shares.values())
            yield from _restore(standing, entry, successors.get(entry.name), remade_ids, startable)
            if journal.rebuild is not None and not entry.was_running:
                successor = successors.get(entry.name)
                yield Unpark(standing.id, entry.name, "" if successor is None else successor.id, dict(remade_ids))
    yield from last
    for entry in reversed(journal.entries):
        successor = successors.get(entry.name)
        if successor is not None and not _vanishes(successor):
            name = successor_name(entry.name, entry.original or NO_ORIGINAL)
            yield RemoveContainer(successor.id, name, volumes=True, force=True)


def _vanishes(container: Container) -> bool:
    return bool(container.host_config.get("AutoRemove")) and container.is_running


def _stand_back(successor: Container, entry: Entry) -> t.Iterator[Step]:
    if _vanishes(successor):
        yield _remove(successor)
        return
    if successor.is_running:
        yield Stop(successor.id, successor.name, kill=True)
    name = successor_name(entry.name, entry.original or NO_ORIGINAL)
    if successor.name != name:
        yield Rename(successor.id, successor.name, name)


def _restore(
    original: Container, entry: Entry, successor: Container | None, remade_ids: t.Mapping[str, str], startable: bool
) -> t.Iterator[Step]:
    """``startable``: whether all containers whose namespaces it shares are still there."""
    name = entry.name
    if original.name != name:
        yield Rename(original.id, original.name, name)
    for network, endpoint in entry.endpoints.items():
        if network not in {each.get("NetworkID") for each in original.endpoints.values()}:
            yield Connect(network, original.id, endpoint, network[:12], name)
    starts = startable and entry.was_running and not original.is_running
    if starts:
        successor_id = "" if successor is None or _vanishes(successor) else successor.id
        yield Start(original.id, name, remake=True, successor=successor_id, remade_ids=dict(remade_ids))
    if entry.was_paused and not original.is_paused and (starts or original.is_running):
        yield Pause(original.id, name)
    standing = original.host_config.get("RestartPolicy") or {}
    if (standing.get("Name") or "no") != entry.policy:
        yield SetRestartPolicy(original.id, name, policy=entry.restart_policy, former=standing)


def _find_remade(entry: Entry, snapshot: Snapshot) -> Container | None:
    """The original was remade and removed: the remade container may not have its name yet.

    None: the original was removed otherwise, and there is nothing to put back.
    """
    for name in (entry.name, remade_name(entry.name, entry.original)):
        found = next((each for each in snapshot.summaries if each.name == name), None)
        if found is not None and found.id != entry.successor:
            return snapshot.inspected(found)
    return None


def _remove(container: Container) -> RemoveContainer:
    """Remove a part that never took the place of its object; volumes that it shares with another container stay."""
    return RemoveContainer(container.id, container.name, volumes=True, force=True)


def _unknown(name: str, leftovers: t.Sequence[Summary], volume: str | None) -> Failure:
    names = [summary.name for summary in leftovers]
    also = f" Then remove the volume {volume}." if volume else ""
    return Failure(
        "interrupted_change",
        f"An interrupted change of container {name!r} left {', '.join(names) or 'its journal'}, and what stands now"
        " does not fit to it: it was changed since. Decide which container holds your data, call it"
        f" {name!r} and remove the rest (-old- is the original, -new- its successor).{also}",
        leftovers=names,
    )
