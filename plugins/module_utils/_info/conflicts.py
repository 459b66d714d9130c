# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""The holders of host ports, and the containers that will not get their ports at their next start."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, replace

from .._objects.containers import MODES_WITHOUT_PORTS, Container
from .._objects.interrupted import read_part
from .._objects.ports import Publication, find_overlap
from .._objects.snapshot import Snapshot, find_port_holders
from .._observe.host_ports import Blocker
from .._results import published_result

# Says what outside of the engine's containers keeps a host port from being bound; None: nothing, or we may not look.
Probe = t.Callable[[Publication], t.Optional[Blocker]]

# States in which a container may be started.
_STARTABLE = ("created", "exited")


@dataclass(frozen=True)
class Conflict:
    """A fixed host port that a stopped container takes at its next start, and what is in the way.

    ``kind``: running or stopped (a container of that name), process, or no_address (the host lacks it).
    """

    container: str
    publication: Publication
    kind: str
    holder: str = ""

    def as_dict(self) -> dict[str, t.Any]:
        return {"container": self.container, **self.publication.as_dict(), "kind": self.kind, "holder": self.holder}


def publishes_nothing(container: Container, snapshot: Snapshot) -> bool:
    """Whether the engine binds none of its publications: for want of a network to publish through."""
    mode = container.network_mode
    if mode in MODES_WITHOUT_PORTS or mode.startswith("container:"):
        return True
    internal = {network.name for network in snapshot.networks if network.is_internal}
    return bool(container.endpoints) and set(container.endpoints) <= internal


def wanted_at_start(container: Container, snapshot: Snapshot) -> tuple[Publication, ...]:
    """The fixed host ports that a container that does not run takes at its next start."""
    if container.status not in _STARTABLE or publishes_nothing(container, snapshot):
        return ()
    address = snapshot.default_address(container)
    fixed = (binding.configured for binding in container.bindings if binding.configured.is_fixed)
    return tuple(each if each.host_ip else replace(each, host_ip=address) for each in fixed)


def find_conflicts(snapshot: Snapshot, probe: Probe | None) -> tuple[Conflict, ...]:
    """Every stopped container has to be inspected. ``probe`` is None where the host cannot be seen."""
    stopped = {
        summary.name: wanted_at_start(snapshot.inspected(summary), snapshot)
        for summary in snapshot.summaries
        # A change sees to the ports of its parts itself.
        if summary.state in _STARTABLE and read_part(summary, snapshot) is None
    }
    found = []
    for name, wanted in sorted(stopped.items()):
        for publication in wanted:
            holders = sorted(each.summary.name for each in find_port_holders(publication, snapshot.summaries))
            rivals = [Conflict(name, publication, "running", holder) for holder in holders]
            if not rivals and probe is not None:
                blocker = probe(publication)
                if blocker is not None:
                    kind = "no_address" if blocker.is_missing else "process"
                    rivals.append(Conflict(name, publication, kind, blocker.process or ""))
            for other, theirs in sorted(stopped.items()):
                if other != name and find_overlap(publication, theirs) is not None:
                    rivals.append(Conflict(name, publication, "stopped", other))
            found += rivals
    return tuple(found)


def holder_results(snapshot: Snapshot, conflicts: t.Iterable[Conflict]) -> list[dict[str, t.Any]]:
    """What holds or wants host ports: containers, running or stopped, and processes that are in the way of those."""
    rows = []
    for summary in snapshot.summaries:
        container = snapshot.inspected(summary)
        silent = publishes_nothing(container, snapshot)
        for row in published_result(container):
            if row["host_port"] is not None and (row["active"] or not silent):
                fields = {key: row[key] for key in ("host_port", "protocol", "host_ip", "active")}
                rows.append(
                    {**fields, "container": container.name, "container_port": row["container_port"], "process": ""}
                )
    for conflict in conflicts:
        row = _process_row(conflict)
        if conflict.kind == "process" and row not in rows:
            rows.append(row)
    return sorted(
        rows,
        key=lambda row: (
            str(row["host_port"]).zfill(11),
            row["protocol"],
            row["host_ip"],
            row["container"],
            row["process"],
        ),
    )


def _process_row(conflict: Conflict) -> dict[str, t.Any]:
    wanted = conflict.publication
    return {
        "host_port": wanted.host_port,
        "protocol": wanted.protocol,
        "host_ip": wanted.host_ip,
        "active": True,
        "container": "",
        "container_port": None,
        "process": conflict.holder or "unknown",
    }
