# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""What interrupted changes left on a host, as a snapshot shows it."""

from __future__ import annotations

import typing as t

from .journal import Journal
from .names import PART_NAME, TRIAL, TRIAL_PROGRAM, backup_name
from .networks import Network
from .snapshot import Snapshot, Summary


class Part(t.NamedTuple):
    """A container of a change: the name of the container that is changed, its role, and the digits in its name."""

    name: str
    role: str
    id: str


def read_part(summary: Summary, snapshot: Snapshot) -> Part | None:
    """None for a container of others, also where its name is like that of a part.

    A backup has its own ID in its name, a successor has never run or its original stands, and a remade container is
    all that is left of its original, or that stands as well.
    """
    match = PART_NAME.fullmatch(summary.name)
    if match is None:
        return None
    part = Part(match.group("name"), match.group("role"), match.group("id"))
    if any(summary.id in (entry.original, entry.successor) for each in snapshot.journals for entry in each.entries):
        return part
    found = [each for each in snapshot.summaries if each.id.startswith(part.id)]
    is_ours = {
        "old": summary in found,
        "new": summary.state == "created" or _has_original(part, found),
        "again": not found or _has_original(part, found),
        "try": summary.command == TRIAL_PROGRAM and not summary.is_running,
    }
    return part if is_ours[part.role] else None


def _has_original(part: Part, found: t.Iterable[Summary]) -> bool:
    return any(each.name in (part.name, backup_name(part.name, part.id)) for each in found)


def find_journal(name: str, snapshot: Snapshot) -> Journal | None:
    """The journal of a change in which this container was to be replaced or made."""
    found = (each for each in snapshot.journals if any(entry.name == name for entry in each.entries))
    return next(found, None)


def find_leftovers(name: str, snapshot: Snapshot) -> list[Summary]:
    """The containers of an interrupted change of this one: those its journal names, and its other parts."""
    journal = find_journal(name, snapshot)
    names = {name, *(entry.name for entry in (journal.entries if journal else ()))}
    ids = {each for entry in (journal.entries if journal else ()) for each in (entry.original, entry.successor)}
    found = []
    for summary in snapshot.summaries:
        part = None if summary.id in ids else read_part(summary, snapshot)
        if summary.id in ids or (part is not None and part.name in names):
            found.append(summary)
    return found


def is_interrupted(name: str, snapshot: Snapshot) -> bool:
    return find_journal(name, snapshot) is not None or bool(find_leftovers(name, snapshot))


def read_trial(network: Network, snapshot: Snapshot) -> str | None:
    """The network for which this one was a trial; None for a network of others, whatever its name.

    The network that was to be rebuilt stands as long as its trial does, and no container joins a trial.
    """
    match = TRIAL.fullmatch(network.name)
    if match is None or snapshot.members_of(network):
        return None
    name, network_id = match.group("name", "id")
    stands = any(each.name == name and each.id.startswith(network_id) for each in snapshot.networks)
    return name if stands else None


def find_rebuild(name: str, snapshot: Snapshot) -> Journal | None:
    return next((each for each in snapshot.journals if each.rebuild is not None and each.rebuild.name == name), None)


def find_trials(name: str, snapshot: Snapshot) -> list[Network]:
    return [network for network in snapshot.networks if read_trial(network, snapshot) == name]


def is_rebuild_interrupted(name: str, snapshot: Snapshot) -> bool:
    return find_rebuild(name, snapshot) is not None or bool(find_trials(name, snapshot))
