# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""The options of one mount, a row each: where a request holds it, for which types, and what the engine needs for it."""

from __future__ import annotations

import os
import posixpath
import typing as t

from .._errors import Failure, too_old
from .._objects.containers import clean_path
from .._objects.engine import Engine
from .._objects.names import NAME
from .._types import Json
from .option import Parse, keep
from .resources import parse_size, parse_texts, refuse

_TYPES = ("bind", "npipe", "tmpfs", "volume", "cluster", "image")
# What containers of no engine on Linux have.
_ELSEWHERE = {
    "npipe": "a mount of type npipe is a named pipe of Windows. Give the path of a socket with type=bind instead.",
    "cluster": "Swarm gives cluster volumes to services only. Give the name of a volume with type=volume instead.",
}
_NEEDS_SOURCE = ("bind", "image")
# What a tmpfs takes beside its size and mode (moby, volume/mounts/linux_parser.go).
_TMPFS_WORDS = ("exec", "noexec")


class Row(t.NamedTuple):
    """``path``: below the mount, by the type of the mount. ``needs``: a name of Api, and the engine that has it."""

    spec: Json
    path: tuple[str, ...]
    types: tuple[str, ...] = _TYPES
    parse: Parse = keep
    needs: tuple[str, str] | None = None


def _parse_mode(value: str, option: str) -> int:
    try:
        return int(value, 8)
    except ValueError as error:
        raise refuse(option, f"{value!r} is not octal, such as 1777.") from error


def _parse_words(value: t.Sequence[t.Mapping[str, t.Any]], option: str) -> list[list[str]]:
    words = []
    for each in value:
        if len(each) != 1:
            raise refuse(option, "each item is a dictionary with one key.")
        ((name, content),) = each.items()
        if name not in _TMPFS_WORDS or not (content is None or isinstance(content, str)):
            raise refuse(option, f"{name!r} is none of {', '.join(_TMPFS_WORDS)}, or its value is no text.")
        words.append([name] if content is None else [name, content])
    return words


def _parse_subpath(value: str, option: str) -> str:
    if value.startswith("/") or posixpath.normpath(f"{value}/").partition("/")[0] == "..":
        raise refuse(option, f"{value!r} leads out of what is mounted.")
    return value


_BOOL: t.Any = {"type": "bool"}
_STR: t.Any = {"type": "str"}


def _choice(*choices: str) -> t.Any:
    return {"type": "str", "choices": list(choices)}


ROWS: dict[str, Row] = {
    "read_only": Row(_BOOL, ("ReadOnly",)),
    # An empty text is what the engine takes for the default.
    "consistency": Row(
        _choice("cached", "consistent", "default", "delegated"),
        ("Consistency",),
        parse=lambda value, _option: "" if value == "default" else value,
    ),
    "propagation": Row(
        _choice("private", "rprivate", "shared", "rshared", "slave", "rslave"),
        ("BindOptions", "Propagation"),
        ("bind",),
    ),
    "non_recursive": Row(_BOOL, ("BindOptions", "NonRecursive"), ("bind",)),
    "create_mountpoint": Row(
        _BOOL, ("BindOptions", "CreateMountpoint"), ("bind",), needs=("makes_mount_points", "23.0")
    ),
    "read_only_non_recursive": Row(
        _BOOL, ("BindOptions", "ReadOnlyNonRecursive"), ("bind",), needs=("recursive_read_only", "25.0")
    ),
    "read_only_force_recursive": Row(
        _BOOL, ("BindOptions", "ReadOnlyForceRecursive"), ("bind",), needs=("recursive_read_only", "25.0")
    ),
    "no_copy": Row(_BOOL, ("VolumeOptions", "NoCopy"), ("volume",)),
    "labels": Row({"type": "dict"}, ("VolumeOptions", "Labels"), ("volume",), parse_texts),
    "volume_driver": Row(_STR, ("VolumeOptions", "DriverConfig", "Name"), ("volume",)),
    "volume_options": Row({"type": "dict"}, ("VolumeOptions", "DriverConfig", "Options"), ("volume",), parse_texts),
    "subpath": Row(
        _STR, ("VolumeOptions", "Subpath"), ("volume", "image"), _parse_subpath, needs=("volume_subpaths", "26.0")
    ),
    "tmpfs_size": Row(_STR, ("TmpfsOptions", "SizeBytes"), ("tmpfs",), parse_size),
    "tmpfs_mode": Row(_STR, ("TmpfsOptions", "Mode"), ("tmpfs",), _parse_mode),
    "tmpfs_options": Row(
        {"type": "list", "elements": "dict"},
        ("TmpfsOptions", "Options"),
        ("tmpfs",),
        _parse_words,
        needs=("tmpfs_options", "27.0"),
    ),
}

MOUNT_SPEC: dict[str, t.Any] = {
    "target": {"type": "str", "required": True},
    "source": _STR,
    "type": {"type": "str", "choices": list(_TYPES), "default": "volume"},
    **{name: row.spec for name, row in ROWS.items()},
}


def parse_mount(value: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """A mount in the daemon's terms. What every engine refuses is refused here, with the reason."""
    kind, target = value["type"], value["target"]
    if not target.startswith("/") or clean_path(target) == "/":
        raise refuse("mounts", f"{target!r} is not a path below / in the container.")
    if kind in _ELSEWHERE:
        raise Failure("unsupported", f"mounts: {target!r} is not mounted: {_ELSEWHERE[kind]}")
    mount: dict[str, t.Any] = {"Type": kind, "Target": target, "ReadOnly": False, **_parse_source(value)}
    for option, row in ROWS.items():
        content = value.get(option)
        if content is None:
            continue
        if kind not in row.types:
            types = " and ".join(row.types)
            raise refuse("mounts", f"{option} is for mounts of type {types}, {target!r} is a {kind}.")
        *blocks, key = _place(row, kind)
        block = mount
        for name in blocks:
            block = block.setdefault(name, {})
        block[key] = row.parse(content, f"mounts: {option}")
    _check_pairs(value)
    return mount


def _place(row: Row, kind: str) -> tuple[str, ...]:
    return ("ImageOptions", "Subpath") if kind == "image" and row.path[-1] == "Subpath" else row.path


def _parse_source(value: t.Mapping[str, t.Any]) -> dict[str, str]:
    kind, target, source = value["type"], value["target"], value.get("source")
    if not source:
        if kind in _NEEDS_SOURCE:
            raise refuse("mounts", f"the {kind} mount on {target!r} needs a source.")
        return {}
    if kind == "bind" and source[0] in "~.":
        source = os.path.abspath(os.path.expanduser(source))
    needed = {
        "bind": (source.startswith("/"), "is not a path from / on"),
        "volume": (bool(NAME.fullmatch(source)), "is not a volume's name:"),
        "tmpfs": (False, "is nothing for"),
        "image": (True, ""),
    }
    fits, problem = needed[kind]
    if not fits:
        raise refuse("mounts", f"the source {source!r} {problem} the {kind} on {target!r}.")
    return {"Source": source}


def _check_pairs(value: t.Mapping[str, t.Any]) -> None:
    """Refuse what the engine does not take together."""
    target = value["target"]
    if value["type"] == "volume" and not value.get("source"):
        for option in ("read_only", "subpath"):
            if value.get(option):
                raise refuse("mounts", f"{option} does not go with an anonymous volume: name the source of {target!r}.")
    if value.get("volume_options") and not value.get("volume_driver"):
        raise refuse(
            "mounts",
            f"the volume_options of {target!r} are those of a driver: name it in volume_driver, which is local for the"
            " engine's own.",
        )
    if value.get("read_only_non_recursive") and value.get("read_only_force_recursive"):
        raise refuse("mounts", f"{target!r}: read_only_non_recursive and read_only_force_recursive exclude each other.")


def check_mount(mount: Json, subject: str, engine: Engine) -> None:
    """Refuse what the engine is too old for: it would mount something else without a word."""
    if mount["Type"] == "image" and not engine.api.image_mounts:
        raise too_old(f"{subject}: a mount of type image", "28.0", engine.version)
    for option, row in ROWS.items():
        content: t.Any = mount
        for key in _place(row, mount["Type"]):
            content = (content or {}).get(key)
        if content and row.needs is not None:
            capability, version = row.needs
            if not getattr(engine.api, capability):
                raise too_old(f"{subject}: mounts.{option}", version, engine.version)
