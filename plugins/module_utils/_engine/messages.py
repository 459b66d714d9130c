# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""The wording of the engine's refusals, as far as anything depends on it."""

from __future__ import annotations

import re

# How engines of all versions say that a host port could not be had.
_PORT_TAKEN = re.compile(
    r"port is already allocated|address already in use|cannot assign requested address|all ports are allocated",
    re.IGNORECASE,
)
# How they say it of a fixed address of a container; of a host port the kernel says it in lower case.
ADDRESS_TAKEN = "Address already in use"
# How the engine refuses to update a container that is ending.
CONTAINER_ENDING = "container not running"


def is_port_taken(message: str) -> bool:
    """Whether the daemon says that a host port could not be had, in the words of any version."""
    return _PORT_TAKEN.search(message) is not None


_UNSTARTABLE = re.compile(r"already exists|id already in use|network [0-9a-f]{64} not found", re.IGNORECASE)


def is_unstartable(message: str) -> bool:
    """Whether every later start will be refused in the same way."""
    return _UNSTARTABLE.search(message) is not None
