# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""The wording of the engine's refusals, as far as anything depends on it: engine 20.10 to 29."""

from __future__ import annotations

import re

from .._errors import Reason

# Of a fixed address of a container; of a host port the kernel says it in lower case.
_ADDRESS_TAKEN = re.compile("Address already in use")
_PORT_TAKEN = re.compile(
    r"port is already allocated|address already in use|cannot assign requested address|all ports are allocated",
    re.IGNORECASE,
)
_NO_SPACE = re.compile("no space left on device|disk quota exceeded", re.IGNORECASE)
_PROGRAM_MISSING = re.compile("executable file not found|OCI runtime exec failed")
_WORDING = {
    Reason.ADDRESS_TAKEN: _ADDRESS_TAKEN,
    Reason.PORT_TAKEN: _PORT_TAKEN,
    Reason.NO_SPACE: _NO_SPACE,
    # Space, ports and addresses that are given back are free a moment later.
    Reason.PASSING: re.compile(f"{_NO_SPACE.pattern}|port is already allocated|address already in use", re.IGNORECASE),
    Reason.SUBNET_TAKEN: re.compile("overlaps with other one"),
    Reason.SUBNET_NOT_CONFIGURED: re.compile("user configured subnets"),
    Reason.NOT_CONNECTED: re.compile("is not connected to", re.IGNORECASE),
    Reason.HAS_ENDPOINTS: re.compile("has (\\d+ )?active endpoint"),
    Reason.ALREADY_CONNECTED: re.compile("already exists in network", re.IGNORECASE),
    # A container that has left a swarm's network is a task of it until the swarm knows.
    Reason.TASK_ENDING: re.compile("is in use by task", re.IGNORECASE),
    Reason.SAME_NAME: re.compile("same name as its current name", re.IGNORECASE),
    Reason.ALREADY_PAUSED: re.compile("already paused", re.IGNORECASE),
    Reason.CONTAINER_ENDING: re.compile("container not running"),
    Reason.UNSTARTABLE: re.compile(r"already exists|id already in use|network [0-9a-f]{64} not found", re.IGNORECASE),
    Reason.PROGRAM_MISSING: _PROGRAM_MISSING,
}
# Those of which the status says a part.
_STATUSES = {Reason.NOT_FOUND: 404, Reason.CONFLICT: 409}
_NOT_FOUND = {
    Reason.NO_SUCH_CONTAINER: re.compile("no such container", re.IGNORECASE),
    Reason.IMAGE_MISSING: re.compile("image", re.IGNORECASE),
}
# How an engine refuses to unpack a directory over something else, or the other way round; and how it looks where the
# engine ends the connection over that, as requests before 2.29 does not read the answer then.
_REPLACES = re.compile(r"cannot overwrite (non-)?directory|Broken pipe|Connection reset", re.IGNORECASE)


def read_reasons(status: int, message: str) -> frozenset[Reason]:
    """The reasons of a refusal, from its status and its words."""
    found = {reason for reason, known in _STATUSES.items() if status == known}
    found |= {reason for reason, wording in _WORDING.items() if wording.search(message)}
    if Reason.NOT_FOUND in found:
        found |= {reason for reason, wording in _NOT_FOUND.items() if wording.search(message)}
    if Reason.ADDRESS_TAKEN in found:
        found.discard(Reason.PORT_TAKEN)
    return frozenset(found)


def is_program_missing(output: str) -> bool:
    """Whether the engine says, in place of a program's output, that there is no such program."""
    return _PROGRAM_MISSING.search(output) is not None


def is_overwrite_refused(message: str) -> bool:
    """Whether an upload failed because a directory would replace something else, or something else a directory."""
    return _REPLACES.search(message) is not None
