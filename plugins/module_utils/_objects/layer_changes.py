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

import typing as t

from .._types import Json
from .layer import Layer, Look, MountPoint, PathStat

CHANGED, ADDED, DELETED = 0, 1, 2
_KINDS = {CHANGED: "changed", ADDED: "added", DELETED: "deleted"}


class LayerChanges:
    """The daemon's list of what differs from the image (``GET /containers/{id}/changes``)."""

    def __init__(self, changes: t.Iterable[Json]) -> None:
        self._kinds: dict[str, int] = {change["Path"]: change["Kind"] for change in changes}
        kept = [path for path, kind in self._kinds.items() if kind != DELETED]
        # What holds something that is listed is a directory.
        self._directories = set(_list_parents(kept))

    def matter(self, mounts: t.Sequence[str]) -> bool:
        """Whether anything was written beside mount points, or may stand in the way to one of these."""
        if any(self.may_be_no_directory(path) for path in _list_parents(mounts)):
            return True
        layer = self.read_layer_as_written(mounts)
        return bool(layer.summary or layer.hidden)

    def names(self, base_name: str) -> bool:
        """Whether anything of this name is listed, wherever it lies."""
        return any(path.rpartition("/")[2] == base_name for path in self._kinds)

    def may_be_no_directory(self, path: str) -> bool:
        """Whether this path was written and nothing says that it is a directory."""
        return self._kinds.get(path, DELETED) != DELETED and path not in self._directories

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
            if self._kinds.get(step, DELETED) != DELETED or step in self._directories:
                stands = look(step) if self.may_be_no_directory(step) else PathStat(True, "")
                if number < len(parts) and not (stands and stands.is_directory):
                    return block(step, f"{step} is not a directory any more, and {path} is a mount point below it")
                # What the container has mounted itself is what is seen there, and that may be a file.
                covered = stands is not None and bool(stands.link or not (stands.is_directory or is_own))
                is_new = self._kinds.get(step) == ADDED
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
        own = {path: kind for path, kind in self._kinds.items() if not _is_within(path, points)}
        kept = {path for path, kind in own.items() if kind != DELETED}
        parents = set(_list_parents([*self._kinds, *points]))
        blockers = {mount.blocker for mount in mounts}
        return Layer(
            # A directory that was created again goes along: in the image a link may stand there.
            paths=frozenset(kept | {path for path in _list_parents(kept) if path in own}),
            deleted=tuple(sorted(path for path, kind in own.items() if kind == DELETED)),
            # A directory above a change or a mount point is listed as changed for that alone.
            summary=tuple(
                _describe(path, kind)
                for path, kind in own.items()
                if kind == DELETED or path in blockers or not (path in parents and (kind == CHANGED or path in above))
            ),
            hidden=tuple(
                f"{_describe(path, kind)} (something is mounted there)"
                for path, kind in self._kinds.items()
                if kind != DELETED and path not in own and path not in above and path not in points
            )
            + tuple(f"what stood at {mount.real} (something is mounted there)" for mount in mounts if mount.is_covered),
            obstacles=tuple(dict.fromkeys(mount.obstacle for mount in mounts if mount.obstacle)),
            above=above,
        )


def _describe(path: str, kind: int) -> str:
    return f"{_KINDS.get(kind, '?')} {path}"


def _list_parents(paths: t.Iterable[str]) -> t.Iterator[str]:
    """Every directory above one of these paths, but the root."""
    for path in paths:
        index = path.find("/", 1)
        while index > 0:
            yield path[:index]
            index = path.find("/", index + 1)


def _is_within(path: str, points: t.Container[str]) -> bool:
    return "/" in points or path in points or any(parent in points for parent in _list_parents([path]))
