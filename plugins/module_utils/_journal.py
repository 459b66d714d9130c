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
from dataclasses import asdict, dataclass, field, fields

PREFIX = "bridgeport-journal-"
LABEL = "bridgeport.docker.journal"


@dataclass(frozen=True)
class Entry:
    """One container of a change: ``original`` and ``successor`` are IDs, the rest is how the original stood.

    ``original`` is empty for a container that is made anew. ``endpoints`` holds, by network ID, what an original loses
    that is not stopped but disconnected.
    """

    name: str
    original: str
    successor: str
    was_running: bool = False
    was_paused: bool = False
    policy: str = "no"
    retries: int = 0
    endpoints: t.Mapping[str, t.Any] = field(default_factory=dict)

    @property
    def restart_policy(self) -> dict[str, t.Any]:
        return {"Name": self.policy, "MaximumRetryCount": self.retries}


@dataclass(frozen=True)
class Journal:
    """One change of containers that belong together, in the order in which they start."""

    entries: tuple[Entry, ...]

    @property
    def name(self) -> str:
        return self.entries[0].name

    @property
    def names(self) -> frozenset[str]:
        return frozenset(entry.name for entry in self.entries)

    @property
    def volume(self) -> str:
        return PREFIX + hashlib.sha256(self.name.encode()).hexdigest()[:20]

    def as_labels(self) -> dict[str, str]:
        return {LABEL: json.dumps([asdict(entry) for entry in self.entries])}


def read_journal(volume: t.Mapping[str, t.Any]) -> Journal:
    known = {each.name for each in fields(Entry)}
    raw = json.loads((volume.get("Labels") or {})[LABEL])
    return Journal(tuple(Entry(**{key: entry[key] for key in entry if key in known}) for entry in raw))
