# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""Carrying a container's writable layer into its successor, as one stream from the daemon and back to it.

The export of a container holds no volumes and keeps hard links, which its archive endpoint does not. Nothing of it is
kept in memory or on disk.
"""

from __future__ import annotations

import tarfile

from ansible_collections.bridgeport.docker.plugins.module_utils._client import Client
from ansible_collections.bridgeport.docker.plugins.module_utils._containers import Container
from ansible_collections.bridgeport.docker.plugins.module_utils._errors import Failure
from ansible_collections.bridgeport.docker.plugins.module_utils._layer import filter_archive, read_layer


def carry_layer(client: Client, source: str, target: str) -> None:
    """Read anew what has changed, as the container may have written until it stopped."""
    container = Container(client.get(f"/containers/{source}/json"))
    layer = read_layer(client.get(f"/containers/{source}/changes") or (), container)
    if not layer.paths:
        return
    try:
        with client.download(f"/containers/{source}/export") as stream, tarfile.open(
            fileobj=stream, mode="r|", errors="surrogateescape"
        ) as archive:
            client.upload(f"/containers/{target}/archive", filter_archive(archive, layer.paths), {"path": "/"})
    except tarfile.TarError as error:
        raise Failure(
            "daemon_error", f"The writable layer of container {container.name!r} could not be read: {error}."
        ) from error


def check_layer(client: Client, container_id: str) -> None:
    """Raises Failure(writable_layer_changed) where there is something that should have been carried."""
    container = Container(client.get(f"/containers/{container_id}/json"))
    layer = read_layer(client.get(f"/containers/{container_id}/changes") or (), container)
    if layer.summary:
        raise Failure(
            "writable_layer_changed",
            f"Container {container.name.partition('.bridgeport-')[0]!r} has written outside of volumes"
            f" ({', '.join(layer.summary[:10])}) while it was being replaced. Take update_order=stop-first, or set"
            " writable_layer=discard to lose such files.",
            paths=list(layer.summary),
        )
