# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""Names of containers and volumes, and of what stands only while something is changed."""

from __future__ import annotations

import re

# The daemon's own rule for containers and volumes (moby, daemon/names and volume/local).
NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.-]+")

# new: a successor. old: an original that waits for its removal. again: the remade container of an original that the
# engine could not start any more. try: a container that only tries host ports.
PART_NAME = re.compile(r"(?P<name>.+)\.bridgeport-(?P<role>new|old|again|try)-(?P<id>[0-9a-f]{12})")
# In the place of an ID, for a container without an original.
NO_ORIGINAL = "0" * 12
# What a trial would run: no image has it.
TRIAL_PROGRAM = "/bridgeport-tries-ports"


def _part_name(name: str, role: str, container_id: str) -> str:
    return f"{name}.bridgeport-{role}-{container_id[:12]}"


def successor_name(name: str, original_id: str = NO_ORIGINAL) -> str:
    return _part_name(name, "new", original_id)


def backup_name(name: str, original_id: str) -> str:
    return _part_name(name, "old", original_id)


def remade_name(name: str, original_id: str) -> str:
    return _part_name(name, "again", original_id)


def trial_name(name: str, token: str) -> str:
    return _part_name(name, "try", token)


def read_part_name(name: str) -> tuple[str, str] | None:
    """The object and the role (new, old, again or try) in the name of a part; None for other names."""
    match = PART_NAME.fullmatch(name)
    return (match.group("name"), match.group("role")) if match else None


# Made to find out whether the engine would accept a definition, and removed at once.
TRIAL = re.compile(r"(?P<name>.+)\.bridgeport-try-(?P<id>[0-9a-f]{12})")


def trial_network_name(name: str, original_id: str) -> str:
    return f"{name}.bridgeport-try-{original_id[:12]}"
