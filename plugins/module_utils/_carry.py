# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""Carrying a stopped container's writable layer into its successor, as one stream from the daemon and back to it.

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
