# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""Which interrupted changes concern a task."""

from __future__ import annotations

import typing as t

from .._desired.state import DesiredState
from .._objects.interrupted import is_interrupted, is_rebuild_interrupted
from .._objects.snapshot import Snapshot
from .._types import Key


def find_interrupted(desired: DesiredState, host: Snapshot, touched: t.Collection[Key] = ()) -> set[Key]:
    """The objects of interrupted changes that concern this task, or what its plan has ``touched``."""
    joining = (member.name for network in desired.networks for member in network.connected or ())
    others = (name for kind, name in touched if kind == "container")
    names = {*(container.name for container in desired.containers), *joining, *others}
    networks = {network.name for network in desired.networks}
    involved = {*(("container", name) for name in names), *(("network", name) for name in networks)}
    found = {key for journal in host.journals for key in journal.keys if involved & journal.keys}
    found |= {("container", name) for name in names if is_interrupted(name, host)}
    return found | {("network", name) for name in networks if is_rebuild_interrupted(name, host)}
