# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""What is mounted in a container, merged into a create request.

A request has three places for mounts, HostConfig.Binds, Mounts and Tmpfs, and the engine refuses a path that stands in
two of them. So a desired mount is compared with what stands at its path in any of the three, and takes the place of
that.
"""

from __future__ import annotations

import os
import typing as t

from .._errors import Failure, Refusals
from .._objects.containers import bind_destination, clean_path
from .._objects.names import NAME
from .option import Basis, Body
from .resources import normal_tmpfs

_PROPAGATIONS = ("private", "rprivate", "shared", "rshared", "slave", "rslave")
_MODE_WORDS = {
    "access": ("ro", "rw"),
    "label": ("z", "Z"),
    "propagation": _PROPAGATIONS,
    "copying": ("nocopy",),
    "consistency": ("consistent", "cached", "delegated"),
}
_LOOSE = Basis()
_MODES = frozenset(word for words in _MODE_WORDS.values() for word in words)


def parse_volumes(value: t.Sequence[t.Any]) -> list[str]:
    """Items of HostConfig.Binds, or paths of anonymous volumes. Paths that begin with ~ or . are those of this host.

    The grammar is that of the engine (moby, volume/mounts/linux_parser.go).
    """
    refusals = Refusals()
    parsed = [refusals.gather(_parse_volume, str(text)) for text in value]
    refusals.raise_all()
    return [volume for volume in parsed if volume is not None]


def _parse_volume(text: str) -> str:
    def refuse(problem: str) -> Failure:
        return Failure(
            "option_conflict",
            f"volumes: {text!r} {problem}. A volume is source:/path, source:/path:mode, or /path for an anonymous one.",
        )

    source, *rest = text.split(":")
    path, mode = [*rest, "", ""][:2] if rest else [source, ""]
    if len(rest) > 2 or not source or (rest and not path):
        raise refuse("cannot be read")
    if not path.startswith("/") and set(path.split(",")) <= _MODES:
        raise refuse(f"has the mode {path!r} where the path in the container is expected")
    if not path.startswith("/") or clean_path(path) == "/":
        raise refuse(f"is to be mounted on {path!r}, which is not a path below / in the container")
    if not rest:
        return text
    if source[0] in "~.":
        source = os.path.abspath(os.path.expanduser(source))
    is_bind = source.startswith("/")
    if not is_bind and not NAME.fullmatch(source):
        raise refuse(
            f"has the source {source!r}, which is neither a path that begins with /, ~ or . nor a volume's name, that"
            " is two characters or more of a-z A-Z 0-9 _ . -"
        )
    words = mode.split(",") if mode else []
    for kind, allowed in _MODE_WORDS.items():
        found = [word for word in words if word in allowed]
        if len(found) > 1:
            raise refuse(f"has more than one {kind} in its mode {mode!r}")
        if found and kind == ("copying" if is_bind else "propagation"):
            raise refuse(f"has the mode {found[0]!r}, which goes with {'volumes' if is_bind else 'paths'} only")
    if not set(words) <= _MODES:
        raise refuse(f"has the unknown mode {mode!r}")
    return ":".join([source, *rest])


def check_mount_points(options: t.Mapping[str, t.Any]) -> None:
    """One path has one mount, in whichever of volumes, mounts and tmpfs it stands."""
    paths = [bind_destination(volume) for volume in options.get("volumes") or ()]
    paths += [clean_path(mount["Target"]) for mount in options.get("mounts") or ()]
    paths += options.get("tmpfs") or ()
    twice = sorted({path for path in paths if paths.count(path) > 1})
    if twice:
        raise Failure(
            "option_conflict", f"volumes, mounts and tmpfs name the path {twice[0]} more than once. Say it once."
        )


def merge_volumes(body: Body, desired: t.Sequence[str], basis: Basis = _LOOSE) -> None:
    host_config = body["HostConfig"]
    if basis.is_exact:
        # The image's own volumes come back at every create.
        paths = {bind_destination(volume) for volume in desired} | {
            clean_path(path) for path in body.get("Volumes") or ()
        }
        _keep_only(host_config, "Binds", lambda bind: bind_destination(bind) in paths)
    for volume in desired:
        destination = bind_destination(volume)
        places = _Places(host_config, destination)
        if ":" not in volume:
            # An anonymous volume: what is mounted there already may be one.
            known = {clean_path(path) for path in body.get("Volumes") or ()}
            if places.is_free and destination not in known:
                body["Volumes"] = {**(body.get("Volumes") or {}), destination: {}}
        elif places.bind is not None:
            if _bind_parts(places.bind) != _bind_parts(volume):
                host_config["Binds"] = [volume if bind == places.bind else bind for bind in host_config["Binds"]]
        elif places.mount is None or not covers(places.mount, _as_mount(volume)):
            places.clear()
            host_config["Binds"] = [*(host_config.get("Binds") or ()), volume]


def _keep_only(host_config: dict[str, t.Any], key: str, stays: t.Callable[[t.Any], bool]) -> None:
    left = [each for each in host_config.get(key) or () if stays(each)]
    if len(left) < len(host_config.get(key) or ()):
        host_config[key] = left


def merge_mounts(body: Body, desired: t.Sequence[t.Mapping[str, t.Any]], basis: Basis = _LOOSE) -> None:
    host_config = body["HostConfig"]
    if basis.is_exact:
        paths = {clean_path(mount["Target"]) for mount in desired}
        _keep_only(host_config, "Mounts", lambda mount: clean_path(mount["Target"]) in paths)
    for mount in desired:
        places = _Places(host_config, clean_path(mount["Target"]))
        standing = places.mount if places.bind is None else _as_mount(places.bind)
        wanted = {key: value for key, value in mount.items() if key != "Target"}
        if standing is not None and covers(_plain(standing), wanted):
            continue
        # What the task leaves open stays, such as the name of an anonymous volume.
        keeps = standing is not None and standing["Type"] == mount["Type"]
        merged = dict(mount) if standing is None or not keeps else _merge_maps(standing, mount)
        if places.mount is not None:
            host_config["Mounts"] = [merged if each is places.mount else each for each in host_config["Mounts"]]
        else:
            places.clear()
            host_config["Mounts"] = [*(host_config.get("Mounts") or ()), merged]


def _plain(mount: t.Mapping[str, t.Any]) -> t.Mapping[str, t.Any]:
    """The engine keeps a consistency of ``default`` as it was asked for."""
    return {**mount, "Consistency": ""} if mount.get("Consistency") == "default" else mount


def merge_tmpfs(body: Body, desired: t.Mapping[str, str], basis: Basis = _LOOSE) -> None:
    host_config = body["HostConfig"]
    if basis.is_exact:
        stays = {path: each for path, each in (host_config.get("Tmpfs") or {}).items() if clean_path(path) in desired}
        if len(stays) < len(host_config.get("Tmpfs") or ()):
            host_config["Tmpfs"] = stays
    for path, options in desired.items():
        places = _Places(host_config, path)
        standing = (host_config.get("Tmpfs") or {}).get(places.tmpfs)
        if standing is None or normal_tmpfs(standing) != normal_tmpfs(options):
            places.clear()
            host_config["Tmpfs"] = {**(host_config.get("Tmpfs") or {}), path: options}


def covers(standing: t.Any, desired: t.Any) -> bool:
    """Whether what stands has all that is desired; zeros, empty texts and False are not kept by the engine."""
    if isinstance(desired, t.Mapping):
        return all(covers((standing or {}).get(key), content) for key, content in desired.items())
    return bool((standing or None) == (desired or None))


def _merge_maps(standing: t.Mapping[str, t.Any], desired: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    return {
        **standing,
        **{
            key: _merge_maps(standing.get(key) or {}, v) if isinstance(v, t.Mapping) else v
            for key, v in desired.items()
        },
    }


class _Places:
    """What a request mounts at one path."""

    def __init__(self, host_config: dict[str, t.Any], path: str) -> None:
        self._host_config = host_config
        self._path = path
        binds, mounts = host_config.get("Binds") or (), host_config.get("Mounts") or ()
        self.bind: str | None = next((bind for bind in binds if bind_destination(bind) == path), None)
        self.mount: t.Any = next((mount for mount in mounts if clean_path(mount["Target"]) == path), None)
        self.tmpfs: str | None = next(
            (each for each in host_config.get("Tmpfs") or () if clean_path(each) == path), None
        )

    @property
    def is_free(self) -> bool:
        return self.bind is None and self.mount is None and self.tmpfs is None

    def clear(self) -> None:
        host_config = self._host_config
        if self.bind is not None:
            host_config["Binds"] = [bind for bind in host_config["Binds"] if bind_destination(bind) != self._path]
        if self.mount is not None:
            host_config["Mounts"] = [each for each in host_config["Mounts"] if each is not self.mount]
        if self.tmpfs is not None:
            host_config["Tmpfs"] = {key: v for key, v in host_config["Tmpfs"].items() if key != self.tmpfs}


def _bind_parts(bind: str) -> tuple[str, str, frozenset[str]]:
    source, _destination, mode = [*bind.split(":"), ""][:3]
    return source.rstrip("/") or "/", bind_destination(bind), frozenset(mode.split(",")) - {"", "rw"}


def _as_mount(bind: str) -> dict[str, t.Any]:
    """A bind in the terms of a mount, as far as those go."""
    source, _destination, modes = _bind_parts(bind)
    mount: dict[str, t.Any] = {
        "Type": "bind" if source.startswith("/") else "volume",
        "Target": bind_destination(bind),
        "Source": source,
        "ReadOnly": "ro" in modes,
    }
    propagation = next((mode for mode in modes if mode in _PROPAGATIONS), None)
    if propagation is not None:
        mount["BindOptions"] = {"Propagation": propagation}
    if "nocopy" in modes:
        mount["VolumeOptions"] = {"NoCopy": True}
    return mount
