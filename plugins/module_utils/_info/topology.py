# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""A host as a whole: which containers and networks are asked for, and what is returned of them."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from .._desired.selector import Selector
from .._objects.containers import Container
from .._objects.interrupted import read_part, read_trial
from .._objects.leftovers import locked_object
from .._objects.networks import PREDEFINED, Network, normal_address
from .._objects.snapshot import Snapshot, Summary
from .._results import container_result, endpoint_result, exposed_result, network_result
from .._types import Row
from .conflicts import Conflict
from .free_addresses import count_free
from .links import find_uses, link_names, link_variables

_SHARE_NAMES = {"NetworkMode": "network", "IpcMode": "ipc", "PidMode": "pid"}
# What a leftover container is, by the role in its name.
_PARTS = {"new": "successor", "old": "backup", "again": "remade", "try": "trial"}


@dataclass(frozen=True)
class Topology:
    """A reading of a host, and what of it is asked for.

    ``held``: the locks whose owners live. Inspected are all ``containers``, all members of ``networks`` and every
    container that does not run.
    """

    host_name: str
    snapshot: Snapshot
    containers: tuple[Summary, ...]
    networks: tuple[Network, ...]
    selector: Selector = field(default_factory=Selector)
    held: frozenset[str] = frozenset()
    conflicts: tuple[Conflict, ...] = ()


def select(snapshot: Snapshot, selector: Selector) -> tuple[tuple[Summary, ...], tuple[Network, ...]]:
    """The containers that fit, and the networks that fit or have such a container as a member."""
    containers = tuple(each for each in snapshot.summaries if selector.fits(each.name, each.id, each.labels))
    shown = {each.id for each in containers}

    def is_asked(network: Network) -> bool:
        if selector.fits(network.name, network.id, network.labels):
            return True
        return any(member.id in shown for member in snapshot.members_of(network))

    return containers, tuple(network for network in snapshot.networks if is_asked(network))


def to_inspect(
    snapshot: Snapshot, containers: t.Iterable[Summary], networks: t.Iterable[Network]
) -> tuple[Summary, ...]:
    """What a listing does not say enough about: aliases of members, and ports that are wanted at the next start."""
    asked = {each.id for each in containers}
    asked |= {member.id for network in networks for member in snapshot.members_of(network)}
    return tuple(each for each in snapshot.summaries if each.id in asked or not each.is_running)


# -- rows --------------------------------------------------------------------------------------------------------------


def container_row(container: Container, snapshot: Snapshot) -> Row:
    return {
        **container_result(container, snapshot.engine.api),
        "published": exposed_result(container, snapshot.default_address(container)),
        "network_mode": container.network_mode,
        "labels": dict(container.labels),
        "shares": shared_names(container, snapshot),
        "links": legacy_links(container),
        "restart_policy": (container.host_config.get("RestartPolicy") or {}).get("Name") or "no",
    }


def shared_names(container: Container, snapshot: Snapshot) -> dict[str, str]:
    """The containers whose namespaces this one shares, by name; by ID where such a container is gone."""
    names = {}
    for key, reference in container.shares.items():
        found = snapshot.find_container(reference)
        names[_SHARE_NAMES[key]] = reference if found is None else found.name
    return names


def legacy_links(container: Container) -> list[dict[str, str]]:
    """An answer spells db:alias as /db:/web/alias."""
    pairs = (link.partition(":") for link in container.host_config.get("Links") or ())
    links = [
        {"container": target.lstrip("/"), "alias": (alias or target).rpartition("/")[2]}
        for target, _colon, alias in pairs
    ]
    return sorted(links, key=lambda link: (link["container"], link["alias"]))


def network_row(network: Network, snapshot: Snapshot) -> Row:
    members = {member.id: member for member in snapshot.members_of(network)}
    row = network_result(network, members.values())
    by_id = {each["id"]: each for each in (_member_row(member, network, snapshot) for member in members.values())}
    return {
        **row,
        "scope": network.scope,
        # Engines before 28 have no networks without IPv4.
        "enable_ipv4": network.has_ipv4,
        "predefined": network.name in PREDEFINED,
        "connected": [{**each, **by_id[each["id"]]} for each in row["connected"]],
        "free_addresses": free_addresses(network, members.values()),
    }


def _member_row(member: Summary, network: Network, snapshot: Snapshot) -> Row:
    name = network.name
    shown = container_result(snapshot.inspected(member), snapshot.engine.api)["networks"].get(name)
    # The container may have left the network since it was listed.
    endpoint = shown or endpoint_result({})
    return {"id": member.id, "aliases": endpoint["aliases"], "mac_address": endpoint["mac_address"]}


def free_addresses(network: Network, members: t.Iterable[Summary]) -> list[Row]:
    """By pool. Only running members have addresses; the engine keeps no fixed address for a stopped container."""
    endpoints = [member.endpoints.get(network.name) or {} for member in members if member.is_running]
    used = {
        normal_address(endpoint[key])
        for endpoint in endpoints
        for key in ("IPAddress", "GlobalIPv6Address")
        if endpoint.get(key)
    }
    return [{"subnet": pool.subnet, "free": count_free(pool, used)} for pool in network.pools]


def link_rows(topology: Topology) -> list[Row]:
    """All legacy links that begin or end at one of the containers that are asked for."""
    shown = {each.name for each in topology.containers}
    by_name = {container.name: container for container in topology.snapshot.containers.values()}
    rows = [
        _link_row(container, by_name.get(link["container"]), link)
        for container in topology.snapshot.containers.values()
        for link in legacy_links(container)
    ]
    rows = [row for row in rows if row["source"] in shown or row["target"] in shown]
    return sorted(rows, key=lambda row: (row["source"], row["target"], row["alias"]))


def _link_row(source: Container, target: Container | None, link: t.Mapping[str, str]) -> Row:
    alias = link["alias"]
    variables = [] if target is None else link_variables(source, target, alias)
    return {
        "source": source.name,
        "target": link["container"],
        "alias": alias,
        "names": [] if target is None else link_names(target, alias),
        "variables": variables,
        "uses": find_uses(source, variables),
    }


def stale_rows(topology: Topology) -> list[Row]:
    """Endpoints on networks that are gone: containers that cannot start as they are."""
    networks = topology.snapshot.networks
    ids, names = {each.id for each in networks}, {each.name for each in networks}
    rows = []
    for summary in topology.containers:
        for name, endpoint in summary.endpoints.items():
            network_id = endpoint.get("NetworkID") or ""
            # A container that was never started knows its network as the request named it (engine 20.10).
            known = network_id in ids if network_id else name in names or any(each.startswith(name) for each in ids)
            if not known:
                rows.append({"container": summary.name, "network": name, "network_id": network_id})
    return sorted(rows, key=lambda row: (row["container"], row["network"]))


def leftover_rows(topology: Topology) -> list[Row]:
    """What changes of this collection have made and not yet taken away, of the objects that are asked for."""
    snapshot = topology.snapshot
    rows: list[Row] = []

    def add(kind: str, name: str, object_kind: str, object_name: str) -> None:
        rows.append({"kind": kind, "name": name, "object": {"kind": object_kind, "name": object_name}})

    for journal in snapshot.journals:
        if journal.rebuild is not None:
            add("journal", journal.volume, "network", journal.rebuild.name)
        else:
            add("journal", journal.volume, "container", journal.name)
    for failure in snapshot.unreadable:
        add("journal", failure.details["volume"], "volume", failure.details["volume"])
    for name, lock in snapshot.locks.items():
        object_kind, object_name = locked_object(lock, snapshot.locks) or ("volume", name)
        add("lock_held" if name in topology.held else "lock_abandoned", name, object_kind, object_name)
    for summary in snapshot.summaries:
        part = read_part(summary, snapshot)
        if part is not None:
            add(_PARTS[part.role], summary.name, "container", part.name)
    for network in snapshot.networks:
        tried = read_trial(network, snapshot)
        if tried is not None:
            add("trial", network.name, "network", tried)
    shown = {("container", each.name) for each in topology.containers}
    shown |= {("network", each.name) for each in topology.networks}
    named = set(topology.selector.names or ())

    def is_asked(row: Row) -> bool:
        about = (row["object"]["kind"], row["object"]["name"])
        if topology.selector.is_everything or about in shown or about[1] in named:
            return True
        return any((kind, row["name"]) in shown for kind in ("container", "network"))

    rows = [row for row in rows if is_asked(row)]
    return sorted(rows, key=lambda row: (row["object"]["kind"], row["object"]["name"], row["kind"], row["name"]))


def host_row(topology: Topology) -> Row:
    engine = topology.snapshot.engine
    return {
        "name": topology.host_name,
        "engine_version": engine.version,
        "api_version": f"{engine.api[0]}.{engine.api[1]}",
        "is_local": engine.is_local,
    }


def topology_rows(topology: Topology) -> dict[str, t.Any]:
    """Everything but the findings."""
    snapshot = topology.snapshot
    return {
        "host": host_row(topology),
        "networks": sorted(
            (network_row(network, snapshot) for network in topology.networks), key=lambda row: (row["name"], row["id"])
        ),
        "containers": sorted(
            (container_row(snapshot.inspected(summary), snapshot) for summary in topology.containers),
            key=lambda row: str(row["name"]),
        ),
        "links": link_rows(topology),
        "stale_references": stale_rows(topology),
        "leftovers": leftover_rows(topology),
    }
