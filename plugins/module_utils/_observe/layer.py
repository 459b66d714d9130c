# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""Reading the writable layer of a container from the engine."""

from __future__ import annotations

import posixpath
import typing as t

from .._engine.client import Client
from .._errors import Failure
from .._objects.containers import Container
from .._objects.layer import INIT, Layer, Look, PathStat, list_mount_points
from .._objects.layer_changes import LayerChanges
from .._types import Json


def fetch_layer(
    client: Client, container: Container, mounted: t.Iterable[str] = (), successor: str | None = None
) -> Layer:
    """What a container has written outside of its mount points, and of those where a successor has something mounted.

    ``successor``: the ID of a successor that was made and has none of the layer yet.
    """
    if container.host_config.get("ReadonlyRootfs"):
        # Its root takes nothing. What is listed are directories that the engine has made for mounts, as it will for a
        # successor, which takes no layer either.
        return Layer(frozenset(), (), ())
    changes = LayerChanges(_read_changes(client, container.id))
    own = list_mount_points(container)
    paths = list(dict.fromkeys([*own, *mounted]))
    if not changes.matter(paths):
        return changes.read_layer_as_written(paths)
    if INIT in paths and not changes.names(posixpath.basename(INIT)):
        # Most containers have none, and this is also asked while the service is down.
        paths.remove(INIT)
    look = _make_look(client, container.id)
    look_in_successor = None if successor is None else _make_look(client, successor)
    return changes.read_layer([changes.find_mount_point(path, look, look_in_successor, path in own) for path in paths])


def _read_changes(client: Client, container_id: str) -> t.Iterator[Json]:
    for change in client.read_list(f"/containers/{container_id}/changes"):
        if not (isinstance(change.get("Path"), str) and isinstance(change.get("Kind"), int)):
            raise Failure("daemon_error", f"The changes of container {container_id[:12]} cannot be read: {change}.")
        yield change


def _make_look(client: Client, container_id: str) -> Look:
    """Each path is asked for once."""
    known: dict[str, PathStat | None] = {}

    def look(path: str) -> PathStat | None:
        if path not in known:
            found = client.stat_path(container_id, path)
            known[path] = None if found is None else PathStat(*found)
        return known[path]

    return look
