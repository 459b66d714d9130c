# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""Whether something in a container accepts on a tcp port, asked at the container's own address.

On the host port docker's own proxy accepts, whether the container listens or not.
"""

from __future__ import annotations

import socket

from .._engine.client import Client
from .._errors import Failure
from .._objects.containers import Container
from .._probe.session import NoTool, ToolRunner, execute_in
from .._probe.tools import tcp_tools

# For one connection, in seconds.
_LIMIT = 2


def is_listening(client: Client, container: Container, port: int, from_here: bool) -> bool:
    """``from_here``: this host reaches the container's networks. Otherwise programs in the container have to look."""
    addresses = [
        endpoint[key]
        for endpoint in container.endpoints.values()
        for key in ("IPAddress", "GlobalIPv6Address")
        if endpoint.get(key)
    ]
    if from_here:
        return any(_accepts(address, port) for address in addresses)
    runner = ToolRunner(execute_in(client, container.id))
    try:
        found = [outcome for address in addresses for outcome in runner.try_tools(tcp_tools(address, port, _LIMIT))[1]]
    except NoTool as error:
        raise Failure(
            "unsupported",
            f"wait=listening cannot look into container {container.name!r}: the engine is not on this host, and the"
            f" image has no program for it ({error}). Use wait=running or wait=healthy.",
        ) from error
    return any(outcome.ok for outcome in found)


def _accepts(address: str, port: int) -> bool:
    try:
        with socket.create_connection((address, port), timeout=_LIMIT):
            return True
    except OSError:
        return False
