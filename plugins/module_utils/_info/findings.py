# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""What is wrong, or may surprise, on a host: read off its topology."""

from __future__ import annotations

import ipaddress
import typing as t
from collections import defaultdict
from dataclasses import dataclass

from .._objects.leftovers import lock_name
from .._objects.yaml_text import write_options
from .._types import Row
from .conflicts import Conflict, publishes_nothing
from .exposure import as_publication, closed_to_loopback
from .topology import Topology, leftover_rows, link_rows, stale_rows

_SEVERITIES = ("error", "warning", "info")


@dataclass(frozen=True)
class Finding:
    """``severity``: error (something cannot start or is half done), warning or info."""

    code: str
    severity: str
    kind: str
    name: str
    message: str
    remedy: str

    def as_dict(self) -> Row:
        return {
            "code": self.code,
            "severity": self.severity,
            "object": {"kind": self.kind, "name": self.name},
            "message": self.message,
            "remedy": self.remedy,
        }


def find_problems(topology: Topology, containers: t.Sequence[Row]) -> list[Row]:
    """``containers``: the rows of those that are asked for. What is worst comes first."""
    found: list[Finding] = []
    for row in containers:
        found += _container_problems(row, topology)
    found += _loopback_problems(topology, containers)
    found += _link_problems(topology)
    found += _stale_problems(topology)
    found += _interrupted_problems(topology)
    found += _port_problems(topology)
    found += _name_problems(topology)
    found.sort(key=lambda each: (_SEVERITIES.index(each.severity), each.code, each.kind, each.name, each.message))
    return [each.as_dict() for each in found]


# -- of one container --------------------------------------------------------------------------------------------------


def _container_problems(row: Row, topology: Topology) -> t.Iterator[Finding]:
    snapshot = topology.snapshot
    container = snapshot.containers[row["id"]]
    name = row["name"]
    silent = bool(row["published"]) and publishes_nothing(container, snapshot)
    if silent:
        yield _silent(row)
    else:
        yield from _exposed(row)
    if "bridge" in row["networks"]:
        yield Finding(
            "default_bridge",
            "info",
            "container",
            name,
            f"Container {name!r} is on the default bridge, where containers do not find each other by name.",
            "Put it on a network of its own: docker_bridge_network with"
            f" {write_options(connected=[name], appends=True)}.",
        )
    known = {each.id for each in snapshot.summaries} | {each.name for each in snapshot.summaries}
    gone = sorted(kind for kind, other in row["shares"].items() if other not in known)
    if gone:
        yield Finding(
            "dead_namespace",
            "error",
            "container",
            name,
            f"Container {name!r} shares the {', '.join(gone)} namespace of {row['shares'][gone[0]][:12]}, a container"
            " that is gone: it cannot be started any more.",
            f"Remake {name!r}, with the container whose namespace it is to share.",
        )


def _silent(row: Row) -> Finding:
    name, mode = row["name"], row["network_mode"]
    on_networks = mode not in ("none", "host") and not mode.startswith("container:")
    why = f"is only on internal networks ({', '.join(row['networks'])})" if on_networks else f"has network mode {mode}"
    ports = ", ".join(sorted({str(as_publication(each)) for each in row["published"]}))
    return Finding(
        "publishes_nothing",
        "warning",
        "container",
        name,
        f"Container {name!r} is to publish {ports} and {why}, where the engine publishes nothing.",
        f"Connect {name!r} to a bridge network that is not internal, or close the ports:"
        f" docker_port_publish with {write_options(name=name, state='absent', all=True)}.",
    )


def _exposed(row: Row) -> t.Iterator[Finding]:
    open_rows = [each for each in row["published"] if each["exposure"] == "all"]
    if not open_rows:
        return
    name = row["name"]
    runs = any(each["active"] for each in open_rows)
    ports = ", ".join(_unique(_describe(each) for each in open_rows))
    specs = closed_to_loopback(row["published"], lambda each: each["exposure"] == "all")
    yield Finding(
        "exposed_to_all",
        "warning" if runs else "info",
        "container",
        name,
        f"Container {name!r} {'publishes' if runs else 'will publish'} {ports} on every address of this host.",
        "If this host alone is to reach it: docker_port_publish with"
        f" {write_options(name=name, published_ports=specs)}.",
    )


def _describe(row: Row) -> str:
    port = "a port that the engine chooses" if row["host_port"] is None else f"port {row['host_port']}"
    return f"{row['container_port']}/{row['protocol']} as {port}"


def _unique(texts: t.Iterable[str]) -> list[str]:
    return list(dict.fromkeys(texts))


# -- of the host -------------------------------------------------------------------------------------------------------


def _loopback_problems(topology: Topology, containers: t.Sequence[Row]) -> t.Iterator[Finding]:
    if not topology.snapshot.engine.leaks_loopback:
        return
    names = [row["name"] for row in containers if any(_is_leaking(each) for each in row["published"])]
    if names:
        version = topology.snapshot.engine.version
        yield Finding(
            "loopback_reachable_from_link",
            "warning",
            "host",
            topology.host_name,
            f"Engine {version} lets neighbours on the same link reach what containers publish on 127.0.0.1:"
            f" {', '.join(names)}.",
            "Raise the engine to 28.0 or later, or drop packets for 127.0.0.0/8 that do not come from lo in the table"
            " raw, chain PREROUTING.",
        )


def _is_leaking(row: Row) -> bool:
    # There is nothing to redirect for ::1, which is never routed.
    return bool(row["active"]) and row["exposure"] == "loopback" and ipaddress.ip_address(row["host_ip"]).version == 4


# -- of what belongs together ------------------------------------------------------------------------------------------


def _link_problems(topology: Topology) -> t.Iterator[Finding]:
    for row in link_rows(topology):
        source, target, alias = row["source"], row["target"], row["alias"]
        yield Finding(
            "legacy_link",
            "warning",
            "container",
            source,
            f"Container {source!r} links to {target!r} as {alias!r}. Legacy links are discouraged: such a container"
            " cannot start without the other one, and does not follow when that is replaced.",
            "Put both on a network of their own: docker_bridge_network with"
            f" {write_options(connected=[{'name': source}, {'name': target, 'aliases': [alias]}], appends=True)}.",
        )


def _stale_problems(topology: Topology) -> t.Iterator[Finding]:
    for row in stale_rows(topology):
        name, network = row["container"], row["network"]
        yield Finding(
            "stale_network",
            "error",
            "container",
            name,
            f"Container {name!r} has an endpoint on network {network!r} (ID {row['network_id'][:12] or 'unknown'}),"
            " which is gone: it cannot be started.",
            "Connect it again: docker_bridge_network with"
            f" {write_options(name=network, connected=[name], appends=True)}.",
        )


def _interrupted_problems(topology: Topology) -> t.Iterator[Finding]:
    grouped: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in leftover_rows(topology):
        grouped[(row["object"]["kind"], row["object"]["name"])].append(row)
    for (kind, name), rows in sorted(grouped.items()):
        left = [row for row in rows if row["kind"] != "lock_held"]
        if not left or lock_name((kind, name)) in topology.held:
            continue  # nothing, or a run that is going on
        names = ", ".join(row["name"] for row in left)
        is_done = all(row["kind"] == "lock_abandoned" for row in left)
        module = "docker_network" if kind == "network" else "docker_port_publish"
        again = f"Run the task again, or any other of {module} with {write_options(name=name)}: it finishes or undoes"
        again += " the change."
        if kind == "volume":
            yield _unknown_leftover(name, is_done)
            continue
        yield Finding(
            "interrupted_change",
            "info" if is_done else "error",
            kind,
            name,
            f"A change of {kind} {name!r} was cut off{' when it was done' if is_done else ''} and has left {names}.",
            again,
        )


def _unknown_leftover(volume: str, is_lock: bool) -> Finding:
    """A volume that does not tell its object: a lock of a lock, or a journal that cannot be read."""
    if is_lock:
        message = f"A change was cut off when it was done and has left {volume}."
        return Finding("interrupted_change", "info", "volume", volume, message, f"Remove the volume {volume}.")
    return Finding(
        "interrupted_change",
        "error",
        "volume",
        volume,
        f"Volume {volume!r} is the journal of a change that another version of this collection has begun, and this one"
        " cannot read it.",
        "Wait until that change is done; where it was cut off, let that version finish or undo it.",
    )


def _port_problems(topology: Topology) -> t.Iterator[Finding]:
    shown = {each.name for each in topology.containers}
    grouped: dict[tuple[str, str], list[Conflict]] = defaultdict(list)
    for conflict in topology.conflicts:
        if conflict.container in shown:
            grouped[(conflict.container, str(conflict.publication))].append(conflict)
    for (name, spec), conflicts in sorted(grouped.items()):
        who = "; ".join(_holder(each) for each in conflicts)
        yield Finding(
            "port_conflict_at_next_start",
            "warning",
            "container",
            name,
            f"Container {name!r} does not run and will publish {spec} at its next start, but {who}.",
            f"Give it another port or address: docker_port_publish with {write_options(name=name)}.",
        )


def _holder(conflict: Conflict) -> str:
    if conflict.kind == "running":
        return f"container {conflict.holder!r} has that port"
    if conflict.kind == "stopped":
        return f"container {conflict.holder!r}, which does not run either, is to have that port as well"
    if conflict.kind == "no_address":
        return "this host has no such address"
    return f"{f'process {conflict.holder}' if conflict.holder else 'a process'} has that port"


def _name_problems(topology: Topology) -> t.Iterator[Finding]:
    grouped: dict[str, list[str]] = defaultdict(list)
    for network in topology.snapshot.networks:
        grouped[network.name].append(network.id)
    shown = {network.name for network in topology.networks}
    for name, ids in sorted(grouped.items()):
        if len(ids) > 1 and name in shown:
            yield Finding(
                "duplicate_network_name",
                "warning",
                "network",
                name,
                f"{len(ids)} networks are called {name!r} (IDs {', '.join(sorted(each[:12] for each in ids))}), so that"
                " the name alone means none of them. Engines before 25 allow that.",
                "Remove those without members, by ID.",
            )
