# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""One run at a time for each object: a lock that lives in the daemon, as a labelled volume.

A volume needs no image, outlives restarts, and is reachable wherever the daemon is. Creating a name that is taken
answers with the labels of the volume that stands, so the answer says which run won.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import time
import typing as t

from .._errors import Failure
from .._objects.leftovers import LOCK_PREFIX, Lock, Owner, guard_name, lock_name, locked_object, read_lock
from .._types import Key
from .client import ApiError, Client

# How long to wait for another run, and how often to look, in seconds.
WAIT = 30.0
_POLL = 0.25
# How often a lock that is given back just as it is looked at is asked for again at once.
_READINGS = 5
# A lock whose owner cannot be judged from here counts as abandoned after this time on the daemon's clock, in seconds.
LIFETIME = 900

Locks = t.Mapping[str, Lock]


def is_gone(owner: Owner, here: Owner, now: float) -> bool:
    """Judged in /proc where the owner runs on this boot and in our PID namespace, by its deadline otherwise."""
    if (owner.boot_id, owner.pid_namespace) == (here.boot_id, here.pid_namespace) and owner.boot_id:
        return _start_time(owner.pid) != owner.start_time
    return now > owner.deadline


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


def find_held(client: Client, locks: Locks) -> frozenset[str]:
    """The names of the locks whose owners live; the others were left behind."""
    now = client.daemon_time()
    me = identify(now)
    return frozenset(name for name, lock in locks.items() if not is_gone(lock.owner, me, now))


def break_abandoned(client: Client, locks: Locks, keys: t.Collection[Key] | None = None) -> list[str]:
    """Remove those of the locks whose owners are gone: what runs that died have left. Returns what was removed.

    ``locks`` as they were read a moment ago. ``keys``: only those of these objects.
    """
    me = identify(client.daemon_time())
    actions: list[str] = []
    # Guards first: a guard that was left behind would keep its lock from being broken.
    for lock in sorted(locks.values(), key=lambda each: (not each.is_guard, each.name)):
        about = locked_object(lock, locks)
        if (keys is not None and about not in keys) or not is_gone(lock.owner, me, client.daemon_time()):
            continue
        removed = _remove(client, lock.name) if lock.is_guard else _break(client, lock, me)
        if removed:
            actions.append(_say_broken(about, lock.name))
    return list(dict.fromkeys(actions))


def _say_broken(about: Key | None, name: str) -> str:
    return f"remove the abandoned lock {name if about is None else 'of {} {}'.format(*about)}"


@contextlib.contextmanager
def hold_locks(
    client: Client, keys: t.Iterable[Key], task: str = "", actions: list[str] | None = None
) -> t.Iterator[None]:
    """Hold the locks of these objects, taken in sorted order so that two runs cannot wait for each other.

    Raises Failure(busy) where one of the locks cannot be taken within WAIT. ``task``: what they are taken for, as
    name_task says it. ``actions`` grows by what was removed for it: locks that runs which died have left.
    """
    me = identify(client.daemon_time())
    deadline = time.monotonic() + WAIT
    names: list[str] = []
    try:
        for key in sorted(set(keys)):
            lock = Lock(lock_name(key), me, key, task)
            # Even a lock whose answer was lost is given back.
            names.append(lock.name)
            _acquire(client, lock, deadline, [] if actions is None else actions)
        yield
    finally:
        _release(client, names, me)


def _acquire(client: Client, lock: Lock, deadline: float, actions: list[str]) -> None:
    me = lock.owner
    kind, object_name = lock.key or ("", "")
    while True:
        owner = _try(client, lock)
        if owner.token == me.token:
            return
        if is_gone(owner, me, client.daemon_time()):
            if _break(client, lock._replace(owner=owner), me):
                actions.append(_say_broken(lock.key, lock.name))
            continue
        if time.monotonic() > deadline:
            raise Failure(
                "busy",
                f"Another run is changing {kind} {object_name!r} (process {owner.pid} "
                f"{'of this host' if owner.boot_id == me.boot_id else 'elsewhere'}) and did not finish within "
                f"{WAIT:.0f} s. Try again later; if no such run exists, remove the volume {lock.name}.",
                lock=lock.name,
            )
        time.sleep(_POLL)


def _try(client: Client, lock: Lock) -> Owner:
    """Who has the lock by now. Raises Failure(busy) where the volume belongs to others."""
    for _attempt in range(_READINGS):
        volume = client.post("/volumes/create", {"Name": lock.name, "Labels": lock.as_labels()})
        if not volume.get("Labels"):
            # An engine that was restarted leaves them out here (seen on 20.10).
            volume = client.find(f"/volumes/{lock.name}")
        if volume is None:
            continue  # given back in between
        standing = read_lock(volume)
        if standing is not None:
            return standing.owner
        break
    raise refuse_foreign(lock.name, lock.key)


def refuse_foreign(name: str, key: Key | None) -> Failure:
    """The lock of this object cannot be taken, and nothing says that the volume in its place may be removed."""
    about = "an object" if key is None else "{} {!r}".format(*key)
    return Failure(
        "busy",
        f"The volume {name} stands where this collection keeps the lock of {about}, and is none of its locks: its"
        f" labels say something else. Find out who needs that volume, and remove it (docker volume rm {name}).",
        lock=name,
    )


def _break(client: Client, gone: Lock, me: Owner) -> bool:
    """Remove the lock of an owner that is gone. A second lock keeps two runs from doing so one after the other.

    Returns whether it was removed.
    """
    guard = Lock(guard_name(gone.name), me, gone.key, gone.task)
    breaker = _try(client, guard)
    if breaker.token != me.token:
        if is_gone(breaker, me, client.daemon_time()):
            _remove(client, guard.name)
        time.sleep(_POLL)
        return False
    try:
        return _owner_of(client, gone.name) == gone.owner.token and _remove(client, gone.name)
    finally:
        _remove(client, guard.name)


def _owner_of(client: Client, name: str) -> str:
    """The token of the lock's owner; empty where there is no such lock."""
    volume = client.find(f"/volumes/{name}")
    standing = None if volume is None else read_lock(volume)
    return "" if standing is None else standing.owner.token


def _release(client: Client, names: t.Sequence[str], me: Owner) -> None:
    """Give the locks back, the last one first.

    A lock that is not ours any more, or out of reach, is left alone: it goes with its owner.
    """
    if not names:
        return
    try:
        owners = _read_owners(client)
    except (ApiError, Failure):
        return
    for name in reversed(names):
        if name not in owners or owners[name].token != me.token:
            continue
        guard = guard_name(name)
        breaker = owners.get(guard)
        with contextlib.suppress(ApiError, Failure):
            # Left by a run that died while it broke the lock of another.
            if breaker is not None and (breaker.token == me.token or is_gone(breaker, me, client.daemon_time())):
                _remove(client, guard)
            _remove(client, name)


def _read_owners(client: Client) -> dict[str, Owner]:
    """The owners of the locks and guards that stand, by the names of these."""
    volumes = client.get("/volumes", filters=json.dumps({"name": [LOCK_PREFIX]}))["Volumes"] or ()
    locks = [lock for lock in map(read_lock, volumes) if lock is not None]
    return {lock.name: lock.owner for lock in locks}


def _remove(client: Client, name: str) -> bool:
    """Returns whether there was something to remove."""
    try:
        client.delete(f"/volumes/{name}")
    except ApiError as error:
        if error.status != 404:
            raise
        return False
    return True
