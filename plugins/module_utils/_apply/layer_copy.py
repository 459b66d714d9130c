# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""Carrying a container's writable layer into its successor, as one stream from the daemon and back.

The export of a container holds no volumes and keeps hard links, which its archive endpoint does not. Nothing of it is
kept in memory or on disk.
"""

from __future__ import annotations

import contextlib
import tarfile
import typing as t

from .._engine.client import ApiError, Client
from .._engine.messages import is_overwrite_refused
from .._errors import Failure
from .._objects.containers import Container
from .._objects.layer import Layer, list_mount_points
from .._objects.layer_archive import filter_archive, restore_links
from .._observe.layer import fetch_layer


def _fetch_layer_for(client: Client, source: str, target: str) -> tuple[Layer, str]:
    """What of the source the target, which was made and never started, can be given, and the source's name."""
    container, successor = (Container(client.get(f"/containers/{each}/json")) for each in (source, target))
    layer = fetch_layer(client, container, list_mount_points(successor), successor.id)
    return layer, container.name.partition(".bridgeport-")[0]


def _refuse_obstacles(layer: Layer, name: str) -> None:
    if layer.obstacles:
        raise Failure(
            "writable_layer_changed",
            f"What container {name!r} has written outside of volumes cannot be carried over: "
            f"{'; '.join(layer.obstacles)}. Put directories there, or set writable_layer=discard to lose the changes.",
            paths=list(layer.summary),
        )


def check_carry(client: Client, source: str, target: str) -> None:
    """Raises Failure(writable_layer_changed) where the layer cannot be carried past the mounts of the target."""
    _refuse_obstacles(*_fetch_layer_for(client, source, target))


def carry_layer(client: Client, source: str, target: str, must: bool = True) -> str:
    """Returns why nothing was carried, where something is in the way; where it ``must`` be carried, that is a Failure.

    The changes are read again, as the container may have written until it stopped.
    """
    layer, name = _fetch_layer_for(client, source, target)
    if layer.obstacles and not must:
        return "; ".join(layer.obstacles)
    _refuse_obstacles(layer, name)
    if not layer.paths:
        return ""
    unlinked: list[tarfile.TarInfo] = []
    try:
        try:
            # The engine shall refuse rather than delete. What is refused without a mount in the way is meant.
            with _open_export(client, source) as archive:
                _unpack(client, target, filter_archive(archive, layer, unlinked), noOverwriteDirNonDir=1)
        except (ApiError, Failure) as error:
            if not is_overwrite_refused(error.message):
                raise
            unlinked.clear()
            with _open_export(client, source) as archive:
                _unpack(client, target, filter_archive(archive, layer, unlinked))
        if unlinked:
            with _open_export(client, source) as archive:
                _unpack(client, target, restore_links(archive, unlinked), noOverwriteDirNonDir=1)
    except tarfile.TarError as error:
        raise Failure(
            "daemon_error", f"The writable layer of container {name!r} could not be read: {error}."
        ) from error
    return ""


@contextlib.contextmanager
def _open_export(client: Client, container: str) -> t.Iterator[tarfile.TarFile]:
    with client.download(f"/containers/{container}/export") as stream, tarfile.open(
        fileobj=stream, mode="r|", errors="surrogateescape"
    ) as archive:
        yield archive


def _unpack(client: Client, container: str, chunks: t.Iterable[bytes], **params: int) -> None:
    client.upload(f"/containers/{container}/archive", chunks, {"path": "/", **params})


def check_layer(client: Client, container_id: str) -> None:
    """Raises Failure(writable_layer_changed) where there is something that should have been carried."""
    container = Container(client.get(f"/containers/{container_id}/json"))
    layer = fetch_layer(client, container)
    if layer.summary:
        raise Failure(
            "writable_layer_changed",
            f"Container {container.name.partition('.bridgeport-')[0]!r} has written outside of volumes"
            f" ({', '.join(layer.summary[:10])}) while it was being replaced. Take update_order=stop-first, or set"
            " writable_layer=discard to lose such files.",
            paths=list(layer.summary),
        )
