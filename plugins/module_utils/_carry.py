# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""Reading a container's writable layer, and carrying it into its successor, as one stream from the daemon and back.

The export of a container holds no volumes and keeps hard links, which its archive endpoint does not. Nothing of it is
kept in memory or on disk.
"""

from __future__ import annotations

import posixpath
import tarfile

from ansible_collections.bridgeport.docker.plugins.module_utils._client import Client
from ansible_collections.bridgeport.docker.plugins.module_utils._containers import Container
from ansible_collections.bridgeport.docker.plugins.module_utils._errors import Failure
from ansible_collections.bridgeport.docker.plugins.module_utils._layer import (
    INIT,
    Layer,
    filter_archive,
    list_mount_points,
    read_layer,
)


def fetch_layer(client: Client, container: Container) -> Layer:
    """What a container has written outside of its mount points."""
    changes = client.get(f"/containers/{container.id}/changes") or ()
    layer = read_layer(changes, container)
    if not layer.summary:
        return layer
    # The engine mounts, and lists, where symbolic links lead: /var/run is one in most images.
    listed = {change["Path"] for change in changes}
    links: dict[str, str] = {}
    unlisted = [path for path in list_mount_points(container) if path not in listed]
    if INIT in unlisted and not any(posixpath.basename(path) == posixpath.basename(INIT) for path in listed):
        # Most containers have none, and this is also asked while the service is down.
        unlisted.remove(INIT)
    return read_layer(changes, container, [_follow(client, container.id, path, links) for path in unlisted])


def _follow(client: Client, container_id: str, path: str, links: dict[str, str]) -> str:
    """``links``: what is known of the container, filled in."""
    real = ""
    for part in path.strip("/").split("/"):
        step = f"{real}/{part}"
        if step not in links:
            links[step] = client.read_link(container_id, step)
        real = links[step].rstrip("/") if links[step] else step
    return real or "/"


def carry_layer(client: Client, source: str, target: str) -> None:
    """Read anew what has changed, as the container may have written until it stopped."""
    container = Container(client.get(f"/containers/{source}/json"))
    layer = fetch_layer(client, container)
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
    layer = fetch_layer(client, container)
    if layer.summary:
        raise Failure(
            "writable_layer_changed",
            f"Container {container.name.partition('.bridgeport-')[0]!r} has written outside of volumes"
            f" ({', '.join(layer.summary[:10])}) while it was being replaced. Take update_order=stop-first, or set"
            " writable_layer=discard to lose such files.",
            paths=list(layer.summary),
        )
