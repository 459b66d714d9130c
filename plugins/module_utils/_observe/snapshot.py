# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""Reading a host: two listings, and an inspect for each object that the task is about."""

from __future__ import annotations

import json
import typing as t
from urllib.parse import quote

from .._desired.option_table import CGROUP_OPTIONS
from .._desired.state import DesiredState
from .._engine.client import Client
from .._errors import Failure
from .._objects import journal as journal_module
from .._objects.containers import Container
from .._objects.engine import Engine
from .._objects.interrupted import find_leftovers
from .._objects.journal import Journal, find_companions, read_journal
from .._objects.leftovers import LOCK_PREFIX, Lock, is_helper, read_helper_deadline, read_lock
from .._objects.networks import Network
from .._objects.shapes import misread
from .._objects.snapshot import Snapshot, Summary, read_summary
from .host_ports import is_local


def read_listing(client: Client) -> Snapshot:
    """Engine, containers and networks as the daemon lists them: at most three requests at any size, no inspection."""
    engine = Engine(client.read_engine_version(), client.api_version, is_local(client.connection))
    summaries = [read_summary(raw) for raw in client.get("/containers/json", all=1)]
    return Snapshot(engine, tuple(summaries), tuple(map(Network, client.get("/networks"))))


def _list_with_host_ranges(client: Client) -> Snapshot:
    from .host_routes import read_host_ranges

    before = read_host_ranges()
    snapshot = read_listing(client)
    if not snapshot.engine.is_local:
        return snapshot
    after = read_host_ranges()
    # The bridge of a network that comes or goes in between is neither listed nor the host's own.
    both = None if before is None or after is None else tuple(each for each in before if each in after)
    return snapshot.replace(host_ranges=both)


def read_changes(client: Client, snapshot: Snapshot) -> Snapshot:
    """What changes of this collection have written down: those that are going on, and those that were interrupted."""
    volumes = (
        client.get("/volumes", filters=json.dumps({"name": [journal_module.PREFIX, LOCK_PREFIX]}))["Volumes"] or ()
    )
    journals: list[Journal] = []
    unreadable: list[Failure] = []
    locks: dict[str, Lock] = {}
    foreign: set[str] = set()
    for volume in volumes:
        lock = read_lock(volume)
        try:
            journal = read_journal(volume)
        except Failure as failure:
            unreadable.append(failure)
            continue
        if lock is not None:
            locks[lock.name] = lock
        elif journal is not None:
            journals.append(journal)
        else:
            foreign.add(volume["Name"])
    return snapshot.replace(
        journals=tuple(journals), unreadable=tuple(unreadable), locks=locks, foreign=frozenset(foreign)
    )


def set_helpers_aside(client: Client, snapshot: Snapshot) -> Snapshot:
    """The host without the helpers of probes whose time is over: their probes were killed before they could run.

    Nothing is removed. They do not count as members, dependents or anything else that a change would have to mind.
    """
    now = client.daemon_time()
    abandoned = []
    for summary in snapshot.summaries:
        deadline = read_helper_deadline(summary.name, summary.labels, summary.network_mode)
        if deadline is not None and deadline < now:
            raw = client.find(f"/containers/{summary.id}/json")
            if raw is not None and is_helper(raw):
                abandoned.append(summary)
    left = tuple(summary for summary in snapshot.summaries if summary not in abandoned)
    return snapshot.replace(summaries=left, abandoned=tuple(abandoned))


def read_snapshot(client: Client, desired: DesiredState, others: t.Collection[str] = ()) -> Snapshot:
    """What planning for these networks and containers needs to know. ``others``: further containers to read.

    Raises Failure(unsupported) where another version of this collection is in the middle of a change.
    """
    snapshot = _list_with_host_ranges(client) if desired.networks else read_listing(client)
    snapshot = set_helpers_aside(client, snapshot)
    if _needs_info(desired, snapshot):
        snapshot = _read_info(client, snapshot)
    snapshot = read_changes(client, snapshot.replace(chosen=desired.chosen))
    if snapshot.unreadable:
        # Nothing tells which objects this journal is about.
        raise snapshot.unreadable[0]
    asked: dict[str, Summary] = {}
    names = [*(each.name for each in desired.containers), *others]
    for network in desired.networks:
        names += [member.name for member in network.connected or ()]
        raw = snapshot.find_network(network.name)
        if raw is not None:
            members = [*snapshot.members_of(raw), *snapshot.stale_members_of(raw)]
            asked.update((summary.id, summary) for summary in members)
    involved = [("container", name) for name in names] + [("network", network.name) for network in desired.networks]
    for name in [name for kind, name in find_companions(involved, snapshot.journals) if kind == "container"]:
        found = snapshot.find_container(name)
        asked.update((each.id, each) for each in [found, *find_leftovers(name, snapshot)] if each is not None)
    snapshot = inspect_containers(client, snapshot, list(asked.values()))
    references = {each.image for each in desired.containers if each.image}
    for named in desired.containers:
        summary = snapshot.find_container(named.name)
        if summary is not None:
            container = snapshot.inspected(summary)
            references |= {str(container.config["Image"]), str(container.raw["Image"])}
    return read_images(client, snapshot, references)


def _needs_info(desired: DesiredState, snapshot: Snapshot) -> bool:
    """Whether anything depends on the daemon's configuration, its kernel, or the swarm that it is in."""
    if any(network.enable_ipv6 for network in desired.networks) and not snapshot.chooses_ipv6_subnets:
        return True
    if any(name in container.options for container in desired.containers for name in (*CGROUP_OPTIONS, "runtime")):
        return True
    of_swarm = {network.name for network in snapshot.networks if network.is_of_swarm}
    return any(network.is_for_swarm or network.name in of_swarm for network in desired.networks)


def _read_info(client: Client, snapshot: Snapshot) -> Snapshot:
    info = client.get("/info")
    swarm = info.get("Swarm") or {}
    return snapshot.replace(
        # Whether default-address-pools of the daemon has IPv6 subnets.
        has_ipv6_pools=any(":" in pool["Base"] for pool in info.get("DefaultAddressPools") or ()),
        manages_swarm=bool(swarm.get("ControlAvailable")),
        swarm_nodes=int(swarm.get("Nodes") or 0),
        runtimes=frozenset(info.get("Runtimes") or ()),
        cgroup_version=str(info.get("CgroupVersion") or ""),
    )


def inspect_containers(client: Client, snapshot: Snapshot, summaries: t.Iterable[Summary]) -> Snapshot:
    """Inspect these as well. A container that has vanished since the listing is not there for the plan either."""
    found, gone = dict(snapshot.containers), set()
    for summary in summaries:
        raw = client.find(f"/containers/{summary.id}/json")
        if raw is None:
            gone.add(summary.id)
        elif raw["Id"] != summary.id:
            raise misread(f"GET /containers/{summary.id}/json", "it is about another container")
        else:
            found[summary.id] = Container(raw)
    left = tuple(summary for summary in snapshot.summaries if summary.id not in gone)
    return snapshot.replace(containers=found, summaries=left)


def read_images(client: Client, snapshot: Snapshot, references: t.Iterable[str]) -> Snapshot:
    images = {reference: client.find(f"/images/{quote(reference)}/json") for reference in sorted(references)}
    return snapshot.replace(images={**snapshot.images, **images})


def read_depth(client: Client, snapshot: Snapshot, replaced: t.Mapping[str, t.Iterable[str]]) -> Snapshot:
    """What taking ports and replacing containers needs to know: all that may depend on them or want the same.

    Of those that are replaced also the writable layer, and the images that remake them. ``replaced``: where their
    successors have something mounted, by their IDs.
    """
    from .layer import fetch_layer
    from .layer_files import read_content

    layers = dict(snapshot.layers)
    references = set()
    for container_id, mounted in replaced.items():
        container = snapshot.containers[container_id]
        layer = fetch_layer(client, container, mounted)
        if layer.paths and snapshot.engine.is_local:
            layer = layer._replace(content=read_content(client, container, layer.paths))
        layers[container_id] = layer.as_planned()
        references |= {str(container.config["Image"]), str(container.raw["Image"])}
    snapshot = read_images(client, snapshot.replace(layers=layers), references - snapshot.images.keys())
    unread = [summary for summary in snapshot.summaries if summary.id not in snapshot.containers]
    return inspect_containers(client, snapshot, unread)
