# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""The short-lived container from which a probe is made where the source itself cannot make it.

It reads its standard input and ends with that: when the probe is done, and also when the process that made it is
killed, since then the connection that holds the input closes. Should even that fail it ends after its lifetime. The
engine removes it when it ends; one that was never started is removed by the next run that changes something. What tells
a helper from the containers of others stands in _objects/leftovers.py.
"""

from __future__ import annotations

import secrets
import time
import typing as t
from contextlib import contextmanager

from .._engine.client import ApiError, Client
from .._errors import Failure, Reason
from .._objects.leftovers import helper_body, helper_commands, helper_name
from .._objects.snapshot import Snapshot


class NoIdleCommand(Exception):
    """The image has no program that can wait."""


@contextmanager
def run_helper(client: Client, image: str, network_mode: str, origin: str, lifetime: int) -> t.Iterator[str]:
    """The ID of a container of this image that runs for as long as this lasts, and is gone afterwards."""
    for command in helper_commands(str(lifetime)):
        # The margin is for an image that takes its time to start.
        deadline = round(client.daemon_time() + lifetime + 60)
        body = helper_body(image, network_mode, origin, deadline, command)
        helper = client.post("/containers/create", body, name=helper_name(secrets.token_hex(6)))["Id"]
        try:
            with client.hold_input(helper):
                try:
                    client.post(f"/containers/{helper}/start")
                except ApiError as error:
                    # The image lacks that program: the engine has removed the container, for it has auto_remove.
                    if Reason.PROGRAM_MISSING not in error.reasons:
                        raise
                    continue
                yield helper
                return
        finally:
            _remove(client, helper)
    raise NoIdleCommand("neither busybox, bash nor python3 can be started")


def _remove(client: Client, container: str) -> None:
    """Remove a container and wait, within bounds, until it is gone."""
    for _attempt in range(50):
        if not _try_remove(client, container):
            return
        time.sleep(0.1)
    raise Failure("daemon_error", f"The probe's helper container {container[:12]} is not gone 5 s after its removal.")


def _try_remove(client: Client, container: str) -> bool:
    """Returns whether there was something to remove."""
    try:
        client.delete(f"/containers/{container}", force=1, v=1)
    except ApiError as error:
        if error.status == 404:
            return False
        if error.status != 409:  # the engine is removing it already
            raise
    return True


def remove_abandoned(client: Client, host: Snapshot) -> list[str]:
    """Remove the helpers whose time is over. Returns what was removed."""
    return [
        f"remove the abandoned probe helper {summary.name}"
        for summary in host.abandoned
        if _try_remove(client, summary.id)
    ]
