# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""One run at a time for each object: a lock that lives in the daemon, as a labelled volume.

A volume needs no image, outlives restarts, and is reachable wherever the daemon is. Creating a name that is taken
answers with the labels of the one that stands, so the answer says who won.
"""

from __future__ import annotations

import contextlib
import email.utils
import hashlib
import os
import secrets
import time
import typing as t
from dataclasses import dataclass

from ansible_collections.bridgeport.docker.plugins.module_utils._client import ApiError, Client
from ansible_collections.bridgeport.docker.plugins.module_utils._errors import Failure

PREFIX = "bridgeport-lock-"
_LABEL = "bridgeport.docker.lock."
# What is locked: kind and name.
_OBJECT = _LABEL + "object"
# A lock of a lock, for whoever removes one that was left behind.
_GUARD = "-break"

# How long to wait for another run, and how often to look, in seconds.
WAIT = 30.0
_POLL = 0.25
# A lock whose owner cannot be judged from here counts as abandoned after this time on the daemon's clock, in seconds.
LIFETIME = 900

Key = t.Tuple[str, str]


@dataclass(frozen=True)
class Owner:
    """A process, told apart from every other one: also from one that has the same number later or elsewhere."""

    token: str
    boot_id: str
    pid_namespace: str
    pid: int
    start_time: str
    deadline: float

    def as_labels(self) -> dict[str, str]:
        return {f"{_LABEL}{name}": str(value) for name, value in vars(self).items()}

    @classmethod
    def from_labels(cls, labels: t.Mapping[str, str]) -> Owner:
        found = {key[len(_LABEL) :]: value for key, value in labels.items() if key.startswith(_LABEL)}
        return cls(
            token=found.get("token", ""),
            boot_id=found.get("boot_id", ""),
            pid_namespace=found.get("pid_namespace", ""),
            pid=int(found.get("pid", "0")),
            start_time=found.get("start_time", ""),
            deadline=float(found.get("deadline", "0")),
        )

    def is_gone(self, here: Owner, now: float) -> bool:
        """Judged in /proc where the owner runs on this boot and in our PID namespace, by its deadline otherwise."""
        if (self.boot_id, self.pid_namespace) == (here.boot_id, here.pid_namespace) and self.boot_id:
            return _start_time(self.pid) != self.start_time
        return now > self.deadline


def _start_time(pid: int) -> str:
    """When a process started, in clock ticks since the boot; empty where there is none (or only its remains)."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as stat:
            # The second field is the program's name in parentheses and may hold anything.
            fields = stat.read().rpartition(")")[2].split()
    except OSError:
        return ""
    return "" if fields[0] in "ZX" else fields[19]


def _read(path: str, read: t.Callable[[str], str]) -> str:
    try:
        return read(path).strip()
    except OSError:
        return ""


def _read_text(path: str) -> str:
    with open(path, encoding="ascii") as file:
        return file.read()


def identify(now: float) -> Owner:
    """This process as the owner of a lock that it takes now."""
    return Owner(
        token=secrets.token_hex(16),
        boot_id=_read("/proc/sys/kernel/random/boot_id", _read_text),
        pid_namespace=_read("/proc/self/ns/pid", os.readlink),
        pid=os.getpid(),
        start_time=_start_time(os.getpid()),
        deadline=now + LIFETIME,
    )


def lock_name(key: Key) -> str:
    return PREFIX + hashlib.sha256("/".join(key).encode()).hexdigest()[:20]


def _guard_name(name: str) -> str:
    return f"{name}{_GUARD}"


def find_locked(keys: t.Iterable[Key], locks: t.Mapping[str, t.Mapping[str, str]]) -> set[Key]:
    """Those of the objects whose lock is held, or was left behind, and what the same runs have locked beside them.

    ``locks``: the labels of the volumes that stand, by their names.
    """
    found = {key for key in keys if lock_name(key) in locks or _guard_name(lock_name(key)) in locks}
    runs = {Owner.from_labels(locks[lock_name(key)]).token for key in found if lock_name(key) in locks}
    for labels in locks.values():
        kind, slash, name = labels.get(_OBJECT, "").partition("/")
        if slash and Owner.from_labels(labels).token in runs:
            found.add((kind, name))
    return found


def find_held(client: Client, locks: t.Mapping[str, t.Mapping[str, str]]) -> frozenset[str]:
    """The names of those of the locks whose owners live; the others were left behind. ``locks`` as above."""
    now = daemon_time(client)
    me = identify(now)
    return frozenset(name for name, labels in locks.items() if not Owner.from_labels(labels).is_gone(me, now))


def locked_object(name: str, locks: t.Mapping[str, t.Mapping[str, str]]) -> Key | None:
    """What a lock, or the guard of one, is about; None where its labels do not say. ``locks`` as above."""
    locked = name[: -len(_GUARD)] if name.endswith(_GUARD) else name
    kind, slash, object_name = locks.get(locked, {}).get(_OBJECT, "").partition("/")
    return (kind, object_name) if slash else None


def break_abandoned(client: Client, locks: t.Mapping[str, t.Mapping[str, str]]) -> None:
    """Remove those of the locks whose owners are gone: what a run that died while it gave them back has left.

    ``locks``: the labels by volume name, as they were read a moment ago.
    """
    me = identify(daemon_time(client))
    # Guards first: one that was left behind would keep its lock from being broken.
    for name, labels in sorted(locks.items(), key=lambda item: not item[0].endswith(_GUARD)):
        owner = Owner.from_labels(labels)
        if not owner.is_gone(me, daemon_time(client)):
            continue
        if name.endswith(_GUARD):
            _remove(client, name)
        else:
            _break(client, name, owner, me)


@contextlib.contextmanager
def hold_locks(client: Client, keys: t.Iterable[Key]) -> t.Iterator[None]:
    """Hold the locks of these objects, taken in sorted order so that two runs cannot wait for each other.

    Raises Failure(busy) where one of them is not to be had within WAIT.
    """
    me = identify(daemon_time(client))
    deadline = time.monotonic() + WAIT
    with contextlib.ExitStack() as held:
        for key in sorted(set(keys)):
            # Even a lock whose answer was lost is given back.
            held.callback(_release, client, lock_name(key), me)
            _acquire(client, key, me, deadline)
        yield


def _acquire(client: Client, key: Key, me: Owner, deadline: float) -> None:
    name = lock_name(key)
    while True:
        owner = _try(client, name, me, {_OBJECT: "/".join(key)})
        if owner.token == me.token:
            return
        if owner.is_gone(me, daemon_time(client)):
            _break(client, name, owner, me)
            continue
        if time.monotonic() > deadline:
            kind, object_name = key
            raise Failure(
                "busy",
                f"Another run is changing {kind} {object_name!r} (process {owner.pid} "
                f"{'of this host' if owner.boot_id == me.boot_id else 'elsewhere'}) and did not finish within "
                f"{WAIT:.0f} s. Try again later; if no such run exists, remove the volume {name}.",
                lock=name,
            )
        time.sleep(_POLL)


def _try(client: Client, name: str, me: Owner, labels: t.Mapping[str, str] | None = None) -> Owner:
    answer = client.post("/volumes/create", {"Name": name, "Labels": {**me.as_labels(), **(labels or {})}})
    return Owner.from_labels(answer.get("Labels") or {})


def _break(client: Client, name: str, gone: Owner, me: Owner) -> None:
    """Remove the lock of an owner that is gone. A second lock keeps two runs from doing so one after the other."""
    guard = _guard_name(name)
    breaker = _try(client, guard, me)
    if breaker.token != me.token:
        if breaker.is_gone(me, daemon_time(client)):
            _remove(client, guard)
        time.sleep(_POLL)
        return
    try:
        standing = client.find(f"/volumes/{name}")
        if standing is not None and Owner.from_labels(standing.get("Labels") or {}).token == gone.token:
            _remove(client, name)
    finally:
        _remove(client, guard)


def _release(client: Client, name: str, me: Owner) -> None:
    """Give the lock back. One that is not ours any more or cannot be reached is left alone: it goes with its owner."""
    guard = _guard_name(name)
    try:
        standing = client.find(f"/volumes/{name}")
        if standing is None or Owner.from_labels(standing.get("Labels") or {}).token != me.token:
            return
        # Left by a run that died while it broke the lock of another.
        guarding = client.find(f"/volumes/{guard}")
        if guarding is not None:
            breaker = Owner.from_labels(guarding.get("Labels") or {})
            if breaker.token == me.token or breaker.is_gone(me, daemon_time(client)):
                _remove(client, guard)
        _remove(client, name)
    except (ApiError, Failure):
        pass


def _remove(client: Client, name: str) -> None:
    try:
        client.delete(f"/volumes/{name}")
    except ApiError as error:
        if error.status != 404:
            raise


def daemon_time(client: Client) -> float:
    """The daemon's clock in seconds since the epoch, as far as its last answer tells; ours may be another one."""
    date = email.utils.parsedate_to_datetime(client.last_date) if client.last_date else None
    return time.time() if date is None else date.timestamp()
