# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""Which containers depend on another one."""

from __future__ import annotations

from .._objects.containers import SHARED_NAMESPACES, Container
from .._objects.snapshot import Snapshot, Summary


def find_dependents(container: Container, snapshot: Snapshot) -> list[tuple[Summary, str]]:
    """Containers that share a namespace with this one or link to it. A listing tells the network mode only."""
    found = []
    for summary in snapshot.summaries:
        if summary.id == container.id:
            continue
        reasons = []
        inspected = snapshot.containers.get(summary.id)
        if inspected is None and summary.network_mode == f"container:{container.id}":
            reasons.append(f"shares its {SHARED_NAMESPACES['NetworkMode']}")
        if inspected is not None:
            shared = [key for key, reference in inspected.shares.items() if reference == container.id]
            reasons += [f"shares its {SHARED_NAMESPACES[key]}" for key in shared]
            links = inspected.host_config.get("Links") or ()
            if any(link.split(":")[0].lstrip("/") == container.name for link in links):
                reasons.append("links to it")
        if reasons:
            found.append((summary, " and ".join(reasons)))
    return found
