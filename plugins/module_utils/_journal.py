# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""What a change writes down before it touches anything, so that a later run can undo or finish it.

A journal is a labelled volume: it needs no image, outlives restarts and is reachable wherever the daemon is. It holds
IDs, names, run state, restart policy and endpoints; a standing container always holds the rest.
"""

from __future__ import annotations

import hashlib
import json
import typing as t
from dataclasses import asdict, dataclass, field

from ansible_collections.bridgeport.docker.plugins.module_utils._errors import Failure

Key = t.Tuple[str, str]

PREFIX = "bridgeport-journal-"
LABEL = "bridgeport.docker.journal"


@dataclass(frozen=True)
class Entry:
    """One container of a change: ``original`` and ``successor`` are IDs, the rest is how the original stood.

    ``original`` is empty for a container that is made anew. ``endpoints`` holds, by network ID, what an original loses
    that is not stopped but disconnected. ``removes_itself``: nothing is left of the original once it has ended (--rm).
    """

    name: str
    original: str
    successor: str
    was_running: bool = False
    was_paused: bool = False
    policy: str = "no"
    retries: int = 0
    endpoints: t.Mapping[str, t.Any] = field(default_factory=dict)
    removes_itself: bool = False

    @property
    def restart_policy(self) -> dict[str, t.Any]:
        return {"Name": self.policy, "MaximumRetryCount": self.retries}


@dataclass(frozen=True)
class Member:
    """A container on a network that is rebuilt: its endpoint as it stood, and as it shall be. None: not on it.

    ``was_running``: it may have to be stopped for a moment, so that it can be joined.
    """

    container: str
    name: str
    before: t.Mapping[str, t.Any] | None
    after: t.Mapping[str, t.Any] | None
    was_running: bool = False


@dataclass(frozen=True)
class Rebuild:
    """A network that is removed and made again: its ID, and its definition as it stood and as it shall be."""

    name: str
    original: str
    before: t.Mapping[str, t.Any]
    after: t.Mapping[str, t.Any]
    members: tuple[Member, ...] = ()


@dataclass(frozen=True)
class Journal:
    """One change: of containers that belong together, in the order in which they start, or of a network."""

    entries: tuple[Entry, ...] = ()
    rebuild: Rebuild | None = None

    @property
    def name(self) -> str:
        return self.entries[0].name if self.rebuild is None else f"network {self.rebuild.name}"

    @property
    def keys(self) -> frozenset[Key]:
        """Everything that the change touches."""
        found = {("container", entry.name) for entry in self.entries}
        if self.rebuild is not None:
            found |= {("network", self.rebuild.name), *(("container", each.name) for each in self.rebuild.members)}
        return frozenset(found)

    @property
    def volume(self) -> str:
        return PREFIX + hashlib.sha256(self.name.encode()).hexdigest()[:20]

    def as_labels(self) -> dict[str, str]:
        return {LABEL: json.dumps(asdict(self))}


def read_journal(volume: t.Mapping[str, t.Any]) -> Journal:
    """Raises Failure(unsupported) for what another version of this collection has written."""
    try:
        raw = json.loads((volume.get("Labels") or {})[LABEL])
        rebuild = raw["rebuild"]
        if rebuild is not None:
            rebuild = Rebuild(**{**rebuild, "members": tuple(Member(**member) for member in rebuild["members"])})
        return Journal(tuple(Entry(**entry) for entry in raw["entries"]), rebuild)
    except (ValueError, TypeError, KeyError) as error:
        raise Failure(
            "unsupported",
            f"Volume {volume.get('Name')!r} is the journal of a change that another version of this collection has"
            " begun, and this one cannot read it. Wait until that change is done; where it was cut off, let that"
            " version finish or undo it.",
            volume=volume.get("Name"),
        ) from error


def find_companions(keys: t.Iterable[Key], journals: t.Iterable[Journal]) -> set[Key]:
    """These objects, and everything that was changed together with one of them when that was cut off."""
    found = set(keys)
    for journal in journals:
        if found & journal.keys:
            found |= journal.keys
    return found
