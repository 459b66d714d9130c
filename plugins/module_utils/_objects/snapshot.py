# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""One reading of a Docker host, as values. How it is read stands in _observe/snapshot.py."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field, replace

from .._errors import Failure
from .._types import Json
from .containers import LONG_ID, Container
from .driver_options import host_binding
from .engine import Engine
from .journal import Journal
from .layer import Layer
from .leftovers import Lock
from .networks import Network, normal_address
from .ports import Publication, find_overlap, parse_port_bindings

SWARM_TASK_LABEL = "com.docker.swarm.task.id"


def is_called(reference: str, name: str, object_id: str) -> bool:
    """Whether an object of this name and ID is meant: by exact name, or by an ID of at least 12 hex digits."""
    return name == reference or bool(LONG_ID.fullmatch(reference) and object_id.startswith(reference))


class HostRange(t.NamedTuple):
    """What the host has a route to by a device, or an address of its own there."""

    subnet: str
    device: str
    is_address: bool = False


@dataclass(frozen=True)
class Summary:
    """One line of ``GET /containers/json?all=1``."""

    id: str
    name: str
    state: str
    image: str
    publications: tuple[Publication, ...]
    endpoints: t.Mapping[str, Json]
    network_mode: str
    labels: t.Mapping[str, str]
    # The program and its arguments, as the listing shows them.
    command: str = ""
    # The names that containers with legacy links to this one have for it, as web/db.
    link_names: frozenset[str] = frozenset()

    @property
    def is_running(self) -> bool:
        return self.state in ("running", "paused", "restarting")

    def addresses_on(self, network: str) -> set[str]:
        endpoint = self.endpoints.get(network) or {}
        ipam = endpoint.get("IPAMConfig") or {}
        texts = (
            endpoint.get("IPAddress"),
            endpoint.get("GlobalIPv6Address"),
            ipam.get("IPv4Address"),
            ipam.get("IPv6Address"),
        )
        return {normal_address(text) for text in texts if text}


def predict_summary(name: str) -> Summary:
    """A container of which nothing but the name is known yet."""
    return Summary(
        id="", name=name, state="", image="", publications=(), endpoints={}, network_mode="default", labels={}
    )


def read_summary(raw: Json) -> Summary:
    # A container that others link to also has names such as /web/db; its own is the one without a second slash.
    all_names = [name.lstrip("/") for name in raw.get("Names") or ()]
    names = [name for name in all_names if "/" not in name]
    ports: dict[str, list[dict[str, str]]] = {}
    for port in raw.get("Ports") or ():
        if port.get("PublicPort"):
            bindings = ports.setdefault(f"{port['PrivatePort']}/{port['Type']}", [])
            bindings.append({"HostIp": port.get("IP", ""), "HostPort": str(port["PublicPort"])})
    return Summary(
        id=raw["Id"],
        name=names[0] if names else raw["Id"][:12],
        state=raw["State"],
        image=raw["Image"],
        publications=parse_port_bindings(ports),
        endpoints=(raw.get("NetworkSettings") or {}).get("Networks") or {},
        network_mode=(raw.get("HostConfig") or {}).get("NetworkMode") or "default",
        labels=raw.get("Labels") or {},
        command=raw.get("Command") or "",
        link_names=frozenset(all_names) - frozenset(names),
    )


class PortHolder(t.NamedTuple):
    """A container that runs, and what it publishes in the way of another publication."""

    summary: Summary
    held: Publication


def find_port_holders(publication: Publication, summaries: t.Iterable[Summary]) -> list[PortHolder]:
    """Which of these containers have the host port of this publication; one that does not run has none."""
    found = ((summary, find_overlap(publication, summary.publications)) for summary in summaries if summary.is_running)
    return [PortHolder(summary, held) for summary, held in found if held is not None]


@dataclass(frozen=True)
class Snapshot:
    """``containers`` holds those that were inspected, by ID; ``images`` by the reference that was asked for."""

    engine: Engine
    summaries: tuple[Summary, ...] = ()
    networks: tuple[Network, ...] = ()
    containers: t.Mapping[str, Container] = field(default_factory=dict)
    images: t.Mapping[str, Json | None] = field(default_factory=dict)
    # Changes that are going on or were interrupted.
    journals: tuple[Journal, ...] = ()
    # Why the journals that another version has written cannot be read.
    unreadable: tuple[Failure, ...] = ()
    # Held or left behind, by the names of their volumes.
    locks: t.Mapping[str, Lock] = field(default_factory=dict)
    # Volumes of others that are called like journals or locks.
    foreign: frozenset[str] = frozenset()
    # Helpers of probes that were killed, which have outlived their time. The summaries are without them.
    abandoned: tuple[Summary, ...] = ()
    # Writable layers by container ID, read only for containers that shall be recreated.
    layers: t.Mapping[str, Layer] = field(default_factory=dict)
    # The host's own addresses and routes; None where the engine is not local or we may not look.
    host_ranges: tuple[HostRange, ...] | None = None
    # Whether the daemon was told of IPv6 subnets to choose from; not read where nothing depends on it.
    has_ipv6_pools: bool = False
    # The names under which the engine knows programs that run containers; empty where nothing depends on it.
    runtimes: frozenset[str] = frozenset()
    # That of the kernel's control groups, 1 or 2; empty where nothing depends on it.
    cgroup_version: str = ""
    # Whether the engine is a manager of a swarm, and how many nodes that has; not read where nothing depends on it.
    manages_swarm: bool = False
    swarm_nodes: int = 0
    # IDs of networks that the task named by them, by names that others have too.
    chosen: t.Mapping[str, str] = field(default_factory=dict)

    def replace(self, **changes: t.Any) -> Snapshot:
        return replace(self, **changes)

    @property
    def chooses_ipv6_subnets(self) -> bool:
        """Whether a network with IPv6 gets a subnet where none is given."""
        return self.has_ipv6_pools or self.engine.api.chooses_ipv6_subnets

    def find_container(self, reference: str) -> Summary | None:
        """By exact name, or by an ID of at least 12 hex digits."""
        for summary in self.summaries:
            if summary.name == reference:
                return summary
        found = [s for s in self.summaries if LONG_ID.fullmatch(reference) and s.id.startswith(reference)]
        if len(found) > 1:
            raise Failure("ambiguous_name", f"The ID {reference!r} fits {len(found)} containers; give more digits.")
        return found[0] if found else None

    def find_network(self, reference: str) -> Network | None:
        """By exact name, or by an ID of at least 12 hex digits."""
        found = [network for network in self.networks if network.name == reference]
        if reference in self.chosen:
            found = [network for network in found if network.id == self.chosen[reference]]
        elif not found and LONG_ID.fullmatch(reference):
            found = [network for network in self.networks if network.id.startswith(reference)]
        if len(found) > 1:
            by_name = found[0].name == reference
            ids = sorted(network.id if by_name else network.id[:24] for network in found)
            raise Failure(
                "ambiguous_name",
                f"{len(found)} networks {'are called' if by_name else 'have an ID that begins with'} {reference!r}:"
                f" {', '.join(ids)}."
                + (
                    " Engines before 25 allow that. Name one by its ID, or remove it."
                    if by_name
                    else " Give more digits."
                ),
                ids=ids,
            )
        return found[0] if found else None

    def members_of(self, network: Network) -> list[Summary]:
        """Every container with an endpoint on this network, running or stopped."""
        # One that was created and never started knows the network's name only (engine 20.10).
        ids = (network.id, "", None)
        return [
            summary
            for summary in self.summaries
            if network.name in summary.endpoints and summary.endpoints[network.name].get("NetworkID") in ids
        ]

    def stale_members_of(self, network: Network) -> list[Summary]:
        """Containers whose endpoint is on a network of this name that is gone: they cannot start as they are."""
        known = {"", None, *(each.id for each in self.networks)}
        name = network.name
        found = [summary for summary in self.summaries if name in summary.endpoints]
        return [summary for summary in found if summary.endpoints[name].get("NetworkID") not in known]

    def without_endpoints(self, network: str, containers: t.Collection[str]) -> Snapshot:
        """As it will be read when these containers (IDs) have left the network of this name."""
        return self.replace(
            summaries=tuple(
                replace(each, endpoints={name: raw for name, raw in each.endpoints.items() if name != network})
                if each.id in containers
                else each
                for each in self.summaries
            )
        )

    def default_address(self, container: Container) -> str:
        """The address on which its publications without one are bound; "" for every address."""
        main = container.main_network
        if main is None:
            return ""
        network_id = (container.endpoints.get(main) or {}).get("NetworkID")
        # By name where it was never started; there may be several of that name (engines before 25).
        found = [each for each in self.networks if each.id == network_id] or [
            each for each in self.networks if each.name == main
        ]
        return host_binding(found[0].options) if found else ""

    def inspected(self, summary: Summary) -> Container:
        return self.containers[summary.id]
