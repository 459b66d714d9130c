# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""A container's writable layer: which of its changes a successor needs, and the part of an archive that holds them."""

from __future__ import annotations

import re
import tarfile
import typing as t

from ansible_collections.bridgeport.docker.plugins.module_utils._containers import Container, clean_path

CHANGED, ADDED, DELETED = 0, 1, 2
# The engine mounts its init (--init) without listing it among the mounts.
INIT = "/sbin/docker-init"
_KINDS = {CHANGED: "changed", ADDED: "added", DELETED: "deleted"}

_CHUNK = 1 << 20


class Layer(t.NamedTuple):
    """``paths`` are to be carried over; ``deleted`` cannot be: an archive adds and replaces, it takes nothing away.

    A directory that was removed and made again (opaque, in overlayfs) is listed as deleted, its content as added.
    """

    paths: frozenset[str]
    deleted: tuple[str, ...]
    summary: tuple[str, ...]


def list_mount_points(container: Container) -> list[str]:
    """Where something is mounted, as far as an answer says; a part of such a path may be a symbolic link."""
    mounts = [INIT]
    mounts += [mount["Destination"] for mount in container.raw.get("Mounts") or ()]
    mounts += container.host_config.get("Tmpfs") or ()
    return [clean_path(path) for path in mounts]


def read_layer(
    changes: t.Sequence[t.Mapping[str, t.Any]], container: Container, real_paths: t.Iterable[str] = ()
) -> Layer:
    """Sort the daemon's list of changes, without mount points and what lies below them.

    ``real_paths``: what mount points that are written with symbolic links are in fact.

    A root that is read-only has no others: what is listed of it are directories that the engine has made for mounts, as
    it will for a successor. It would not take them from anybody either.
    """
    if container.host_config.get("ReadonlyRootfs"):
        return Layer(frozenset(), (), ())
    mounts = [*list_mount_points(container), *real_paths]
    own = [
        change
        for change in changes
        if not any(change["Path"] == mount or change["Path"].startswith(f"{mount}/") for mount in mounts)
    ]
    paths = [change["Path"] for change in changes]
    parents = {
        path[:index] for path in [*paths, *mounts] for index, letter in enumerate(path) if letter == "/" and index
    }
    return Layer(
        paths=frozenset(change["Path"] for change in own if change["Kind"] != DELETED),
        deleted=tuple(sorted(change["Path"] for change in own if change["Kind"] == DELETED)),
        # A directory above a change or a mount point is listed as changed for that alone.
        summary=tuple(
            f"{_KINDS.get(change['Kind'], '?')} {change['Path']}"
            for change in own
            if not (change["Path"] in parents and (change["Kind"] == CHANGED or _holds_mount(change["Path"], mounts)))
        ),
    )


def _holds_mount(path: str, mounts: t.Iterable[str]) -> bool:
    return any(mount.startswith(f"{path}/") for mount in mounts)


def _as_listed(name: str) -> str:
    """A name as the list of changes has it: JSON has no place for bytes that are not UTF-8."""
    return re.sub("[\udc80-\udcff]", "\ufffd", name)


def filter_archive(archive: tarfile.TarFile, paths: t.Container[str]) -> t.Iterator[bytes]:
    """The members of a tar stream that have these paths, as a tar stream again, a chunk at a time.

    Headers are written anew in pax form with all records they had (capabilities are among them).
    """
    for member in archive:
        if "/" + _as_listed(member.name.strip("/")) not in paths:
            continue
        yield member.tobuf(tarfile.PAX_FORMAT, archive.encoding or "utf-8", "surrogateescape")
        content = archive.extractfile(member) if member.isreg() else None
        if content is None:
            continue
        left = member.size
        while left:
            chunk = content.read(min(left, _CHUNK))
            if not chunk:
                raise tarfile.ReadError(f"the archive ended within {member.name}")
            left -= len(chunk)
            yield chunk
        yield b"\0" * (-member.size % tarfile.BLOCKSIZE)
    yield b"\0" * (2 * tarfile.BLOCKSIZE)
