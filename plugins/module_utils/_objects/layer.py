# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""Values about a container's writable layer, and where something is mounted in it."""

from __future__ import annotations

import itertools
import typing as t

from .._types import Json
from .containers import Container, bind_destination, clean_path

# The engine mounts its init (--init) without listing it among the mounts.
INIT = "/sbin/docker-init"


class PathStat(t.NamedTuple):
    """What stands at a path: a directory, a symbolic link (``link``: where it leads at last), or something else."""

    is_directory: bool
    link: str


# Looks a path up in a container; None where nothing stands, or where the daemon cannot tell.
Look = t.Callable[[str], t.Optional[PathStat]]


class MountPoint(t.NamedTuple):
    """Where something is mounted.

    ``path``: as the container is told; ``real``: with symbolic links followed, as the engine mounts it.
    ``obstacle``: why nothing can be carried past this mount point, and ``blocker`` what keeps it from being; empty
    where nothing does. ``is_covered``: a link or a file of the layer stands where the mount point is.
    """

    path: str
    real: str
    is_covered: bool = False
    blocker: str = ""
    obstacle: str = ""


class Content(t.NamedTuple):
    """How much a layer is, and what of it an archive of the engine does not keep.

    ``size``: the bytes that a copy takes, where holes are filled; ``files``: how many files and directories, if known.
    ``lost``: what does not go along. ``sparse``: the files with holes. ``free``, ``free_files``: what the disk of the
    engine has left for a copy, if known.
    """

    size: int
    files: int = 0
    lost: tuple[str, ...] = ()
    sparse: tuple[str, ...] = ()
    free: int | None = None
    free_files: int | None = None


class Layer(t.NamedTuple):
    """``paths`` are to be carried over; ``deleted`` cannot be: an archive adds and replaces, it takes nothing away.

    A directory that was removed and created again (opaque, in overlayfs) is listed as deleted, its content as added.
    ``summary`` has the changes for people, without those that mounts of the successor ``hidden`` from it.
    ``obstacles``: why the layer cannot be carried at all. ``above``: the directories that lead to mount points.
    ``content``: as far as it can be told without reading all of it.
    """

    paths: t.AbstractSet[str]
    deleted: tuple[str, ...]
    summary: tuple[str, ...]
    hidden: tuple[str, ...] = ()
    obstacles: tuple[str, ...] = ()
    above: frozenset[str] = frozenset()
    content: Content | None = None

    def as_planned(self) -> Layer:
        """Without the names of what is carried, but one: plans are about whether there is anything."""
        return self._replace(paths=frozenset(itertools.islice(self.paths, 1)))


def list_mount_points(container: Container) -> list[str]:
    """Where something is mounted, as far as an answer says; a part of such a path may be a symbolic link."""
    mounts = [INIT]
    mounts += [mount["Destination"] for mount in container.raw.get("Mounts") or ()]
    mounts += container.host_config.get("Tmpfs") or ()
    return [clean_path(path) for path in mounts]


def list_requested_mount_points(body: Json) -> list[str]:
    """Where a create request mounts something; volumes of other containers are not looked up."""
    host_config = body["HostConfig"]
    found = [bind_destination(bind) for bind in host_config.get("Binds") or ()]
    found += [clean_path(mount["Target"]) for mount in host_config.get("Mounts") or ()]
    found += [clean_path(path) for path in (*(body.get("Volumes") or ()), *(host_config.get("Tmpfs") or ()))]
    return found
