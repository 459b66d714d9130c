# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""A container's writable layer: what it has written, as the daemon lists it, and which of that a successor needs.

The engine unpacks an archive with the successor's volumes and binds mounted, and replaces whatever is in the way: a
link or a file at or above a mount point would empty the volume behind it. So nothing that lies at, below or above a
mount point is unpacked but directories above.
"""

from __future__ import annotations

import bisect
import itertools
import typing as t

from .._types import Json
from .layer import Layer, Look, MountPoint, PathStat

CHANGED, ADDED, DELETED = 0, 1, 2
# So many changes of a layer, and so many of its losses, are listed one by one.
LISTED = 1000
_KINDS = {CHANGED: "changed", ADDED: "added", DELETED: "deleted"}

# The names in a directory by what happened to them, and those of directories by their paths.
_Names = t.Dict[int, t.List[str]]
_Folders = t.Mapping[str, _Names]


class LayerChanges:
    """The daemon's list of what differs from the image (``GET /containers/{id}/changes``).

    There may be hundreds of thousands, so that each name is kept once, in a sorted list of its directory and its kind.
    """

    def __init__(self, changes: t.Iterable[Json]) -> None:
        self._folders: dict[str, _Names] = {}
        # What holds something that is listed is a directory.
        self._directories: set[str] = set()
        for change in changes:
            folder, _slash, name = change["Path"].rpartition("/")
            if change["Kind"] != DELETED and folder not in self._directories:
                self._directories |= _list_ancestors(folder)
            self._folders.setdefault(folder, {}).setdefault(change["Kind"], []).append(name)
        for names in self._folders.values():
            for each in names.values():
                each.sort()

    def _is_written(self, path: str) -> bool:
        return _find_kind(self._folders, path) not in (None, DELETED)

    def matter(self, mounts: t.Sequence[str]) -> bool:
        """Whether anything was written beside mount points, or may stand in the way to one of these."""
        if any(self.may_be_no_directory(path) for path in _list_parents(mounts)):
            return True
        layer = self.read_layer_as_written(mounts)
        return bool(layer.summary or layer.hidden)

    def names(self, base_name: str) -> bool:
        """Whether anything of this name is listed, wherever it lies."""
        return any(_find_kind(self._folders, f"{folder}/{base_name}") is not None for folder in self._folders)

    def may_be_no_directory(self, path: str) -> bool:
        """Whether this path was written and nothing says that it is a directory."""
        return self._is_written(path) and path not in self._directories

    def find_mount_point(
        self, path: str, look: Look, look_in_successor: Look | None = None, is_own: bool = True
    ) -> MountPoint:
        """Follow the symbolic links on the way to a mount point, as the image has them.

        Links of the layer are not followed: a successor starts with those of the image. ``look`` asks the container
        that stands, and ``is_own`` says whether that has this mount too. ``look_in_successor`` asks a successor that
        has none of the layer yet, where there is one: the way to the mount point has to be the same there.
        """

        def block(blocker: str, obstacle: str) -> MountPoint:
            return MountPoint(path, path, blocker=blocker, obstacle=obstacle)

        real, covered = "", False
        parts = [part for part in path.split("/") if part]
        for number, part in enumerate(parts, 1):
            step = f"{real}/{part}"
            if self._is_written(step) or step in self._directories:
                stands = look(step) if self.may_be_no_directory(step) else PathStat(True, "")
                if number < len(parts) and not (stands and stands.is_directory):
                    return block(step, f"{step} is not a directory any more, and {path} is a mount point below it")
                # What the container has mounted itself is what is seen there, and that may be a file.
                covered = stands is not None and bool(stands.link or not (stands.is_directory or is_own))
                is_new = _find_kind(self._folders, step) == ADDED
                other = None if is_new or look_in_successor is None else look_in_successor(step)
                if other is not None and other.link:
                    return block(step, f"{step} is a link in the image, on the way to the mount point {path}")
                real = step
                continue
            stands = look(step)
            link = stands.link if stands is not None else ""
            if link and look_in_successor is not None:
                other = look_in_successor(step)
                if other is None or other.link != link:
                    return block(step, f"the link {step}, on the way to the mount point {path}, leads elsewhere now")
            real, covered = link.rstrip("/") if link else step, False
        return MountPoint(path, real or "/", covered)

    def read_layer_as_written(self, mounts: t.Iterable[str]) -> Layer:
        """As ``read_layer``, for mount points that no symbolic link leads to."""
        return self.read_layer([MountPoint(path, path) for path in mounts])

    def read_layer(self, mounts: t.Sequence[MountPoint]) -> Layer:
        """Sort the changes: what can be carried, what a mount hides, and what keeps the layer from being carried."""
        points = {mount.real for mount in mounts} | {mount.path for mount in mounts}
        above = frozenset(_list_parents(points))
        blockers = {mount.blocker for mount in mounts}
        own = _OwnPaths(self._folders, points)
        # A directory above a change or a mount point is listed as changed for that alone.
        parents = {path for folder in self._folders for path in _list_ancestors(folder)} | above
        deleted = (path for path, kind in own.list_changes() if kind == DELETED)
        summary = (
            _describe(path, kind)
            for path, kind in own.list_changes()
            if kind == DELETED or path in blockers or not (path in parents and (kind == CHANGED or path in above))
        )
        hidden = (
            f"{_describe(path, kind)} (something is mounted there)"
            for path, kind in own.list_others()
            if kind != DELETED and path not in above and path not in points
        )
        return Layer(
            paths=own,
            deleted=tuple(sorted(deleted)),
            summary=_list_first(summary),
            hidden=_list_first(hidden)
            + tuple(f"what stood at {mount.real} (something is mounted there)" for mount in mounts if mount.is_covered),
            obstacles=tuple(dict.fromkeys(mount.obstacle for mount in mounts if mount.obstacle)),
            above=above,
        )


class _OwnPaths(t.AbstractSet[str]):
    """The paths that were written and lie at or below no mount point (``points``), without a copy of the names.

    A directory that was created again is one of them: in the image a link may stand there.
    """

    def __init__(self, folders: _Folders, points: t.AbstractSet[str]) -> None:
        self._folders, self._points = folders, points
        self._mounted = {folder for folder in folders if _is_within(folder or "/", points)}
        self._parents: set[str] = set()
        for folder, _path, kind in self._list_all(is_own=True):
            if kind != DELETED and folder not in self._parents:
                self._parents |= _list_ancestors(folder)

    def _list_all(self, is_own: bool) -> t.Iterator[tuple[str, str, int]]:
        for folder, kinds in self._folders.items():
            is_mounted = folder in self._mounted
            if is_own and is_mounted:
                continue
            for kind, names in kinds.items():
                for name in names:
                    path = f"{folder}/{name}"
                    if (is_mounted or path in self._points) is not is_own:
                        yield folder, path, kind

    def list_changes(self) -> t.Iterator[tuple[str, int]]:
        return ((path, kind) for _folder, path, kind in self._list_all(is_own=True))

    def list_others(self) -> t.Iterator[tuple[str, int]]:
        """What lies at or below a mount point."""
        return ((path, kind) for _folder, path, kind in self._list_all(is_own=False))

    def __contains__(self, path: object) -> bool:
        if not isinstance(path, str) or path in self._points or path.rpartition("/")[0] in self._mounted:
            return False
        kind = _find_kind(self._folders, path)
        return kind is not None and (kind != DELETED or path in self._parents)

    def __iter__(self) -> t.Iterator[str]:
        return (path for path, kind in self.list_changes() if kind != DELETED or path in self._parents)

    def __len__(self) -> int:
        return sum(1 for _path in self)

    def __bool__(self) -> bool:
        return next(iter(self), None) is not None


def _find_kind(folders: _Folders, path: str) -> int | None:
    folder, _slash, name = path.rpartition("/")
    for kind, names in folders.get(folder, {}).items():
        index = bisect.bisect_left(names, name)
        if index < len(names) and names[index] == name:
            return kind
    return None


def _list_first(texts: t.Iterable[str]) -> tuple[str, ...]:
    """The first of these, and how many more there are."""
    left = iter(texts)
    shown = tuple(itertools.islice(left, LISTED))
    more = sum(1 for _text in left)
    return (*shown, f"{more} more") if more else shown


def _describe(path: str, kind: int) -> str:
    return f"{_KINDS.get(kind, '?')} {path}"


def _list_parents(paths: t.Iterable[str]) -> t.Iterator[str]:
    """Every directory above one of these paths, but the root."""
    for path in paths:
        index = path.find("/", 1)
        while index > 0:
            yield path[:index]
            index = path.find("/", index + 1)


def _list_ancestors(folder: str) -> set[str]:
    """A directory and every directory above it, but the root, which is the empty string."""
    return {folder, *_list_parents([folder])} - {""}


def _is_within(path: str, points: t.Container[str]) -> bool:
    return "/" in points or path in points or any(parent in points for parent in _list_parents([path]))
