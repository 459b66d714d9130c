# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""What a change writes down before it touches anything, so that a later run can undo or finish it.

A journal is a labelled volume: it needs no image, outlives restarts and is reachable wherever the daemon is. It holds
IDs, names, run state, restart policy and endpoints; a standing container always holds the rest.
"""

from __future__ import annotations

import json
import re
import typing as t

from .._errors import Failure
from .._types import Key
from .leftovers import hash_name, is_volume_of_ours, read_label

PREFIX = "bridgeport-journal-"
LABEL = "bridgeport.docker.journal"
_VOLUME_NAME = re.compile(rf"{PREFIX}[0-9a-f]{{20}}")
_ID = re.compile(r"[0-9a-f]{64}")


class Entry(t.NamedTuple):
    """One container of a change: ``original`` and ``successor`` are IDs, the rest is how the original stood.

    ``original`` is empty for a new container. ``endpoints`` holds, by network ID, what an original loses
    that is not stopped but disconnected. ``removes_itself``: nothing is left of the original once it has ended (--rm).
    """

    name: str
    original: str
    successor: str
    was_running: bool = False
    was_paused: bool = False
    policy: str = "no"
    retries: int = 0
    endpoints: t.Mapping[str, t.Any] = {}
    removes_itself: bool = False

    @property
    def restart_policy(self) -> dict[str, t.Any]:
        return {"Name": self.policy, "MaximumRetryCount": self.retries}


class Member(t.NamedTuple):
    """A container on a network that is rebuilt: its endpoint as it stood, and as desired; None where it is not on it.

    ``was_running``: the container may have to be stopped for a moment, so that it can join.
    """

    container: str
    name: str
    before: t.Mapping[str, t.Any] | None
    after: t.Mapping[str, t.Any] | None
    was_running: bool = False


class RebuildRecord(t.NamedTuple):
    """The rebuild of a network: its ID, and its definition as it stood and as desired."""

    name: str
    original: str
    before: t.Mapping[str, t.Any]
    after: t.Mapping[str, t.Any]
    members: tuple[Member, ...] = ()


class Journal(t.NamedTuple):
    """One change: of containers that belong together, in the order in which they start, or of a network."""

    entries: tuple[Entry, ...] = ()
    rebuild: RebuildRecord | None = None

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
        return PREFIX + hash_name(self.name)

    def as_labels(self) -> dict[str, str]:
        rebuild = self.rebuild and {
            **self.rebuild._asdict(),
            "members": [member._asdict() for member in self.rebuild.members],
        }
        return {LABEL: json.dumps({"entries": [entry._asdict() for entry in self.entries], "rebuild": rebuild})}


def read_journal(volume: t.Mapping[str, t.Any]) -> Journal | None:
    """None where the volume belongs to others.

    Raises Failure(unsupported) for what another version of this collection has written: the volume has a journal's name
    and says what a journal says, but not in the terms of this version.
    """
    name = volume.get("Name")
    raw = _read_object(read_label(volume.get("Labels"), LABEL) or "")
    if not isinstance(name, str) or not _VOLUME_NAME.fullmatch(name) or not is_volume_of_ours(volume):
        return None
    if not {"entries", "rebuild"} <= raw.keys():
        return None
    if not raw["entries"] and raw["rebuild"] is None:
        return None  # no change is without either
    try:
        journal = _parse_journal(raw)
    except _UnknownTerms as error:
        raise Failure(
            "unsupported",
            f"Volume {name!r} is the journal of a change that another version of this collection has"
            " begun, and this one cannot read it. Wait until that change is done; where it was cut off, let that"
            " version finish or undo it.",
            volume=name,
        ) from error
    return journal if journal.volume == name else None


class _UnknownTerms(Exception):
    """What is written down has other fields than this version writes, or values of another type."""


def _read_object(text: str) -> dict[str, t.Any]:
    """Empty for any other text."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _parse_journal(raw: object) -> Journal:
    found = _check_fields(Journal, raw, entries=_is_list, rebuild=_is_map_or_none)
    rebuild = found["rebuild"]
    return Journal(tuple(map(_parse_entry, found["entries"])), None if rebuild is None else _parse_rebuild(rebuild))


def _parse_entry(raw: object) -> Entry:
    found = _check_fields(
        Entry,
        raw,
        name=_is_name,
        original=lambda value: value == "" or _is_id(value),
        successor=_is_id,
        was_running=_is_bool,
        was_paused=_is_bool,
        policy=_is_name,
        retries=_is_count,
        endpoints=_is_map_of_maps,
        removes_itself=_is_bool,
    )
    return Entry(**found)


def _parse_rebuild(raw: object) -> RebuildRecord:
    found = _check_fields(
        RebuildRecord, raw, name=_is_name, original=_is_id, before=_is_map, after=_is_map, members=_is_list
    )
    return RebuildRecord(**{**found, "members": tuple(map(_parse_member, found["members"]))})


def _parse_member(raw: object) -> Member:
    found = _check_fields(
        Member,
        raw,
        container=_is_id,
        name=_is_name,
        before=_is_map_or_none,
        after=_is_map_or_none,
        was_running=_is_bool,
    )
    return Member(**found)


def _check_fields(kind: t.Any, raw: object, **checks: t.Callable[[object], bool]) -> dict[str, t.Any]:
    """Exactly the fields of this value, each with a value that passes its check. Raises _UnknownTerms."""
    if not isinstance(raw, dict) or set(raw) != set(kind._fields):
        raise _UnknownTerms(f"no {kind.__name__}")
    for name, is_right in checks.items():
        if not is_right(raw[name]):
            raise _UnknownTerms(f"{kind.__name__}.{name}")
    return raw


def _is_name(value: object) -> bool:
    return isinstance(value, str) and value != ""


def _is_id(value: object) -> bool:
    return isinstance(value, str) and _ID.fullmatch(value) is not None


def _is_bool(value: object) -> bool:
    return isinstance(value, bool)


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _is_list(value: object) -> bool:
    return isinstance(value, list)


def _is_map(value: object) -> bool:
    return isinstance(value, dict)


def _is_map_or_none(value: object) -> bool:
    return value is None or isinstance(value, dict)


def _is_map_of_maps(value: object) -> bool:
    return isinstance(value, dict) and all(isinstance(each, dict) for each in value.values())


def refuse_foreign_journal(journal: Journal) -> Failure:
    """Nothing can be written down for this change, and nothing says that the volume in its place may be removed."""
    return Failure(
        "busy",
        f"The volume {journal.volume} stands where this collection keeps the journal of {journal.name!r}, and is no"
        " journal of this change: its labels say something else. Find out who needs that volume, and remove it (docker"
        f" volume rm {journal.volume}).",
        volume=journal.volume,
    )


def find_companions(keys: t.Iterable[Key], journals: t.Iterable[Journal]) -> set[Key]:
    """These objects, and all that belong to the same interrupted changes."""
    found = set(keys)
    for journal in journals:
        if found & journal.keys:
            found |= journal.keys
    return found
