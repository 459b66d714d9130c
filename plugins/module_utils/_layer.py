# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""A container's writable layer: which of its changes are files that a successor would not have."""

from __future__ import annotations

import typing as t

from ansible_collections.bridgeport.docker.plugins.module_utils._containers import Container

_KINDS = {0: "changed", 1: "added", 2: "deleted"}


def filter_changes(changes: t.Sequence[t.Mapping[str, t.Any]], container: Container) -> tuple[str, ...]:
    """The changes that are files of the writable layer: not mount points, nor directories that hold a change."""
    mounts = [mount["Destination"].rstrip("/") for mount in container.raw.get("Mounts") or ()]
    mounts += [path.rstrip("/") for path in container.host_config.get("Tmpfs") or ()]
    # With --init (or the daemon's own setting of it) the engine mounts its init there, on a file that it makes.
    mounts.append("/sbin/docker-init")
    paths = {change["Path"] for change in changes}
    parents = {path[:index] for path in paths for index, letter in enumerate(path) if letter == "/" and index}
    kept = []
    for change in changes:
        path = change["Path"]
        below_mount = any(path == mount or path.startswith(f"{mount}/") for mount in mounts)
        above_mount = any(mount.startswith(f"{path}/") for mount in mounts)
        holder = change["Kind"] == 0 and path in parents
        if not (below_mount or above_mount or holder):
            kept.append(f"{_KINDS.get(change['Kind'], '?')} {path}")
    return tuple(kept)
