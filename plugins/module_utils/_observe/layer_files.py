# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""Looking at a writable layer where the engine keeps it: how large it is, and what no archive of the engine keeps.

The engine tells neither. A container may change its files meanwhile, and what it puts there is never followed: a
directory is opened by its name in the one above, without links.
"""

from __future__ import annotations

import contextlib
import os
import posixpath
import stat
import typing as t

from .._engine.client import Client
from .._objects.containers import Container
from .._objects.layer import Content
from .._objects.layer_archive import as_listed
from .._objects.layer_changes import LISTED

_DIRECTORY = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW
# Directories that lie deeper are not looked into.
_DEPTH = 256
# So many bytes in holes make a file a sparse one.
_HOLES = 1 << 20
_BLOCK = 512
# The attributes that overlayfs keeps its own notes in.
_OVERLAY = ("trusted.overlay.", "user.overlay.")
_ACL = "system.posix_acl_"


def read_content(client: Client, container: Container, paths: t.AbstractSet[str]) -> Content | None:
    """What is to be carried of a container of an engine on this host. None where this user cannot tell."""
    driver = container.raw.get("GraphDriver") or {}
    upper = (driver.get("Data") or {}).get("UpperDir")
    if upper is not None:
        try:
            folder = os.open(upper, _DIRECTORY)
        except PermissionError:
            pass
        except OSError:
            # The daemon sees another file system than this process.
            return None
        else:
            try:
                # Not the directory itself, which may have a quota that its successor has as well.
                return _Reading(paths).read(folder)._replace(**_read_space(posixpath.dirname(posixpath.dirname(upper))))
            finally:
                os.close(folder)
    size = client.get(f"/containers/{container.id}/json", size=1).get("SizeRw")
    space = _read_space(client.get("/info").get("DockerRootDir") or "")
    return None if size is None else Content(size)._replace(**space)


def _read_space(path: str) -> dict[str, t.Any]:
    try:
        found = os.statvfs(path)
    except OSError:
        return {}
    # Some file systems make inodes as they are needed, and count none.
    return {"free": found.f_bfree * found.f_frsize, "free_files": found.f_ffree if found.f_files else None}


class _Entry(t.NamedTuple):
    """``folder``: the descriptor of the directory that it is in."""

    path: str
    folder: int
    name: str
    stat: os.stat_result


class _Reading:
    """One walk over a layer."""

    def __init__(self, paths: t.AbstractSet[str]) -> None:
        self._paths = paths
        self._lost: list[str] = []
        self._sparse: list[str] = []
        self._more = 0
        # Files with several names are there once.
        self._linked: set[tuple[int, int]] = set()

    def read(self, folder: int) -> Content:
        size = count = 0
        for entry in _walk(folder, "", _DEPTH):
            if entry.path not in self._paths:
                continue
            self._note_losses(entry)
            found, key = entry.stat, (entry.stat.st_dev, entry.stat.st_ino)
            if key in self._linked:
                continue
            if found.st_nlink > 1 and not stat.S_ISDIR(found.st_mode):
                self._linked.add(key)
            count += 1
            size += max(found.st_size, found.st_blocks * _BLOCK)
            if _has_holes(entry):
                self._sparse.append(f"{entry.path} ({found.st_size} bytes, {found.st_blocks * _BLOCK} of them on disk)")
        more = [f"{self._more} more files or attributes that no archive keeps"] if self._more else []
        return Content(size, count, (*sorted(self._lost), *more), tuple(self._sparse))

    def _note_losses(self, entry: _Entry) -> None:
        found = []
        if stat.S_ISSOCK(entry.stat.st_mode):
            found.append(f"socket {entry.path}")
        elif entry.stat.st_mtime < 0:
            found.append(f"time of {entry.path} (before 1970)")
        for name in _list_attributes(entry):
            if name.startswith(_ACL):
                found.append(f"access control list of {entry.path}")
            elif name.startswith(("user.", "trusted.")) and not name.startswith(_OVERLAY):
                found.append(f"attribute {name} of {entry.path}")
        for each in dict.fromkeys(found):
            if len(self._lost) < LISTED:
                self._lost.append(each)
            else:
                self._more += 1


def _walk(folder: int, path: str, depth: int) -> t.Iterator[_Entry]:
    """What vanishes meanwhile is left out."""
    with contextlib.suppress(OSError), os.scandir(folder) as entries:
        for each in entries:
            try:
                found = each.stat(follow_symlinks=False)
            except OSError:
                continue
            below = f"{path}/{as_listed(each.name)}"
            yield _Entry(below, folder, each.name, found)
            if stat.S_ISDIR(found.st_mode) and depth:
                try:
                    inner = os.open(each.name, _DIRECTORY, dir_fd=folder)
                except OSError:
                    continue
                try:
                    yield from _walk(inner, below, depth - 1)
                finally:
                    os.close(inner)


def _list_attributes(entry: _Entry) -> list[str]:
    try:
        return os.listxattr(f"/proc/self/fd/{entry.folder}/{entry.name}", follow_symlinks=False)
    except OSError:
        return []


def _has_holes(entry: _Entry) -> bool:
    """A file that the file system has compressed takes less than its size as well, and has none."""
    size, mode = entry.stat.st_size, entry.stat.st_mode
    if not stat.S_ISREG(mode) or size - entry.stat.st_blocks * _BLOCK < _HOLES:
        return False
    try:
        file = os.open(entry.name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=entry.folder)
    except OSError:
        return True
    try:
        return os.lseek(file, 0, os.SEEK_HOLE) < size
    except OSError:
        return True
    finally:
        os.close(file)
