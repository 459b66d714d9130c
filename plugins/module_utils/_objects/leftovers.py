# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""What on a host belongs to this collection: the locks of its runs, and the helper containers of its probes.

Each is recognised by its whole identity: its name, its labels, each of which reads exactly as it is written here, and
its shape. What differs in any of these belongs to others, whichever of our labels or names it has.

Journals are recognised in the same way in _objects/journal.py.
The containers of a change are recognised in _recovery/containers.py.
Its networks are recognised in _recovery/networks.py.
"""

from __future__ import annotations

import hashlib
import math
import re
import typing as t

from .._types import Json, Key

# -- locks -------------------------------------------------------------------------------------------------------------

LOCK_PREFIX = "bridgeport-lock-"
_LOCK_LABEL = "bridgeport.docker.lock."
# What is locked: kind and name.
_OBJECT = _LOCK_LABEL + "object"
# What the task is about that the lock was taken for; see name_task.
_TASK = _LOCK_LABEL + "task"
# A lock of a lock, for the run that removes a lock that was left behind.
_GUARD = "-break"
_LOCK_NAME = re.compile(rf"{LOCK_PREFIX}[0-9a-f]{{20}}({_GUARD})?")

_TOKEN = re.compile(r"[0-9a-f]{32}")
# These three are empty where there is no /proc.
_BOOT_ID = re.compile(r"([0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})?")
_PID_NAMESPACE = re.compile(r"(pid:\[[0-9]{1,20}\])?")
_START_TIME = re.compile(r"([0-9]{1,20})?")
_PID = re.compile(r"[1-9][0-9]{0,9}")
_TASK_NAME = re.compile(r"([0-9a-f]{20})?")


def is_volume_of_ours(volume: Json) -> bool:
    """Whether a volume has the shape of those that this collection makes. Neither its name nor its labels are read."""
    return volume.get("Driver", "local") == "local" and not volume.get("Options")


def read_label(labels: object, name: str) -> str | None:
    """None where there is no such label, or no text in it."""
    value = labels.get(name) if isinstance(labels, dict) else None
    return value if isinstance(value, str) else None


def hash_name(name: str) -> str:
    """What stands for this name in the name of a volume."""
    # A surrogate is no text that an engine accepts in a name, but JSON can hold one.
    return hashlib.sha256(name.encode(errors="surrogatepass")).hexdigest()[:20]


def lock_name(key: Key) -> str:
    return LOCK_PREFIX + hash_name("/".join(key))


def guard_name(name: str) -> str:
    return f"{name}{_GUARD}"


def name_task(keys: t.Iterable[Key]) -> str:
    """The same for every task about these objects, so that a task finds what a killed task has left."""
    return hash_name("\n".join("/".join(key) for key in sorted(keys)))


class Owner(t.NamedTuple):
    """A process, told apart from all others, also from those with the same number later or elsewhere."""

    token: str
    boot_id: str
    pid_namespace: str
    pid: int
    start_time: str
    deadline: float

    def as_labels(self) -> dict[str, str]:
        return {f"{_LOCK_LABEL}{name}": str(value) for name, value in self._asdict().items()}

    @classmethod
    def from_labels(cls, labels: object) -> Owner | None:
        """None where anything is missing or reads differently from what is written above."""
        texts = {name: read_label(labels, f"{_LOCK_LABEL}{name}") or "" for name in cls._fields}
        patterns = {
            "token": _TOKEN,
            "boot_id": _BOOT_ID,
            "pid_namespace": _PID_NAMESPACE,
            "pid": _PID,
            "start_time": _START_TIME,
        }
        deadline = _read_deadline(texts["deadline"])
        if deadline is None or not all(pattern.fullmatch(texts[name]) for name, pattern in patterns.items()):
            return None
        owner = cls(
            token=texts["token"],
            boot_id=texts["boot_id"],
            pid_namespace=texts["pid_namespace"],
            pid=int(texts["pid"]),
            start_time=texts["start_time"],
            deadline=deadline,
        )
        # What is empty has to be there as well.
        return owner if all(read_label(labels, name) == text for name, text in owner.as_labels().items()) else None


def _read_deadline(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) and value >= 0 and str(value) == text else None


class Lock(t.NamedTuple):
    """A lock that stands. ``key``: the object that is locked; None for a guard that does not say.

    ``task``: the name of the task that it was taken for; empty where it does not say.
    """

    name: str
    owner: Owner
    key: Key | None
    task: str = ""

    @property
    def is_guard(self) -> bool:
        return self.name.endswith(_GUARD)

    def as_labels(self) -> dict[str, str]:
        labels = self.owner.as_labels()
        if self.key is not None:
            labels[_OBJECT] = "/".join(self.key)
        if self.task:
            labels[_TASK] = self.task
        return labels


def read_lock(volume: Json) -> Lock | None:
    """The lock or guard that this volume is; None where it belongs to others."""
    name, labels = volume.get("Name"), volume.get("Labels")
    owner = Owner.from_labels(labels)
    task = read_label(labels, _TASK) or ""
    if owner is None or not isinstance(name, str) or not _LOCK_NAME.fullmatch(name):
        return None
    if not is_volume_of_ours(volume) or not _TASK_NAME.fullmatch(task):
        return None
    kind, _slash, object_name = (read_label(labels, _OBJECT) or "").partition("/")
    key = (kind, object_name) if kind in ("container", "network") and object_name else None
    lock = Lock(name, owner, key, task)
    written = {label: text for label, text in dict(labels or {}).items() if str(label).startswith(_LOCK_LABEL)}
    if written != lock.as_labels():
        return None
    # Guards have not always said what they are about.
    is_named = lock.is_guard if key is None else name in (lock_name(key), guard_name(lock_name(key)))
    return lock if is_named else None


def find_locked(keys: t.Iterable[Key], locks: t.Mapping[str, Lock], task: str = "") -> set[Key]:
    """Those of the objects whose lock is held, or was left behind, and what the same runs have locked beside them.

    Also what other runs have locked for a task about the same objects. ``locks``: those that stand, by their names.
    """
    found = {key for key in keys if lock_name(key) in locks or guard_name(lock_name(key)) in locks}
    runs = {locks[lock_name(key)].owner.token for key in found if lock_name(key) in locks}
    for lock in locks.values():
        if lock.key is not None and (lock.owner.token in runs or (task and lock.task == task)):
            found.add(lock.key)
    return found


def locked_object(lock: Lock, locks: t.Mapping[str, Lock]) -> Key | None:
    """What a lock, or the guard of one, is about; None where that is not said."""
    if lock.key is not None:
        return lock.key
    return next((each.key for each in locks.values() if guard_name(each.name) == lock.name), None)


# -- helpers of probes -------------------------------------------------------------------------------------------------

# Its value is the ID of the container or network from which the probe is made.
PROBE_LABEL = "bridgeport.docker.probe"
# Seconds since the epoch on the daemon's clock, by when the helper has ended.
DEADLINE_LABEL = f"{PROBE_LABEL}.deadline"
_HELPER_NAME = re.compile(r"bridgeport-probe-[0-9a-f]{12}")
_ID = re.compile(r"[0-9a-f]{64}")
_SECONDS = re.compile(r"(0|[1-9][0-9]{0,11})")
_CAPABILITIES = ("CapAdd", "CapDrop")
# What a helper never has: host ports, files of others, rights.
_NEVER_SET = ("PortBindings", "PublishAllPorts", "Binds", "Mounts", "VolumesFrom", "Links", "Privileged")


def helper_name(token: str) -> str:
    """``token``: 12 hex digits."""
    return f"bridgeport-probe-{token}"


def helper_commands(lifetime: str) -> tuple[list[str], ...]:
    """What a helper runs, by what its image has: each ends with its standard input, or after these seconds."""
    return (
        ["busybox", "sh", "-c", 'read -t "$1" line', "keeper", lifetime],
        ["bash", "-c", 'read -t "$1" line', "keeper", lifetime],
        ["python3", "-I", "-c", "import select, sys; select.select([0], [], [], float(sys.argv[1]))", lifetime],
    )


def helper_body(
    image: str, network_mode: str, origin: str, deadline: int, command: t.Sequence[str]
) -> dict[str, t.Any]:
    """What creates a helper. ``origin``: the ID of the container or network from which it probes."""
    return {
        "Image": image,
        "Entrypoint": list(command),
        "Cmd": [],
        # ping needs raw packets, and nothing here needs more.
        "User": "0:0",
        "Labels": {PROBE_LABEL: origin, DEADLINE_LABEL: str(deadline)},
        "OpenStdin": True,
        "StdinOnce": True,
        "HostConfig": {
            "NetworkMode": network_mode,
            "AutoRemove": True,
            "CapDrop": ["ALL"],
            "CapAdd": ["NET_RAW"],
            "LogConfig": {"Type": "none"},
        },
    }


def read_helper_deadline(name: str, labels: object, network_mode: str) -> int | None:
    """When a helper ends, as far as a listing of containers says; None for a container that is no helper."""
    origin, deadline = read_label(labels, PROBE_LABEL) or "", read_label(labels, DEADLINE_LABEL) or ""
    if not (_HELPER_NAME.fullmatch(name) and _ID.fullmatch(origin) and _SECONDS.fullmatch(deadline)):
        return None
    return int(deadline) if network_mode in (origin, f"container:{origin}") else None


def is_helper(raw: Json) -> bool:
    """Whether an inspected container is the helper of a probe, and nothing else."""
    config, host_config = raw.get("Config") or {}, raw.get("HostConfig") or {}
    mode = host_config.get("NetworkMode") or ""
    if read_helper_deadline(str(raw.get("Name")).lstrip("/"), config.get("Labels"), mode) is None:
        return False
    command = config.get("Entrypoint") or [""]
    wanted = helper_body("", mode, "", 0, command)
    capabilities = {
        key: [str(each).replace("CAP_", "") for each in host_config.get(key) or ()] for key in _CAPABILITIES
    }
    return (
        command in helper_commands(command[-1])
        and bool(_SECONDS.fullmatch(str(command[-1])))
        and not config.get("Cmd")
        and all(config.get(key) == wanted[key] for key in ("User", "OpenStdin", "StdinOnce"))
        and host_config.get("AutoRemove") is True
        and capabilities == {key: wanted["HostConfig"][key] for key in _CAPABILITIES}
        and (host_config.get("LogConfig") or {}).get("Type") == "none"
        and not any(host_config.get(key) for key in _NEVER_SET)
    )
