# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""Wishes and a snapshot of the host become a plan. Pure: check mode and the real run take the same path."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, replace
from functools import partial

from ansible_collections.bridgeport.docker.plugins.module_utils._errors import Failure
from ansible_collections.bridgeport.docker.plugins.module_utils._host import Snapshot
from ansible_collections.bridgeport.docker.plugins.module_utils._item import Item, Key, Request
from ansible_collections.bridgeport.docker.plugins.module_utils._networks import EndpointWish, NetworkWish
from ansible_collections.bridgeport.docker.plugins.module_utils._plan_container import plan_container
from ansible_collections.bridgeport.docker.plugins.module_utils._plan_network import plan_network
from ansible_collections.bridgeport.docker.plugins.module_utils._ports import Publication, overlaps
from ansible_collections.bridgeport.docker.plugins.module_utils._wishes import ContainerWish


@dataclass(frozen=True)
class Plan:
    items: tuple[Item, ...] = ()
    refusals: tuple[Failure, ...] = ()

    @property
    def changed(self) -> bool:
        return any(item.steps for item in self.items)

    @property
    def touched(self) -> set[Key]:
        """The objects that something is to be done with; an image to pull counts for the container that needs it."""
        return {item.key for item in self.items if item.steps or item.pull}

    @property
    def warnings(self) -> list[str]:
        return [warning for item in self.items for warning in item.warnings]

    @property
    def will_lose(self) -> list[str]:
        return [loss for item in self.items for loss in item.will_lose]

    @property
    def pulls(self) -> tuple[str, ...]:
        """The images to pull first, each once."""
        return tuple(sorted({item.pull for item in self.items if item.pull}))

    @property
    def actions(self) -> tuple[str, ...]:
        """What would be done, in the words in which it is reported afterwards."""
        return tuple(
            [pull_action(image) for image in self.pulls] + [str(step) for item in self.items for step in item.steps]
        )

    @property
    def replaced(self) -> tuple[str, ...]:
        """The IDs of the containers that would be made anew."""
        return tuple(item.replaces for item in self.items if item.replaces)

    @property
    def diff(self) -> dict[str, t.Any]:
        changing = [item for item in self.items if item.steps]
        return {
            side: {f"{item.kind} {item.name}": getattr(item, side) for item in changing} for side in ("before", "after")
        }


def pull_action(image: str) -> str:
    return f"pull image {image}"


def resolve_names(
    networks: t.Sequence[NetworkWish], containers: t.Sequence[ContainerWish], snapshot: Snapshot
) -> tuple[tuple[NetworkWish, ...], tuple[ContainerWish, ...]]:
    """Say names where IDs were given, so that one object has one name from here on."""

    def network_name(reference: str) -> str:
        raw = snapshot.find_network(reference)
        return reference if raw is None else str(raw["Name"])

    def container_name(reference: str) -> str:
        summary = snapshot.find_container(reference)
        if summary is None:
            return reference
        if summary.name != reference:
            # In the middle of a swap the two have other names than they had and will have.
            for journal in snapshot.journals:
                if summary.id in (journal.original, journal.successor):
                    return journal.name
        return summary.name

    def endpoints(
        wishes: tuple[EndpointWish, ...] | None, name_of: t.Callable[[str], str]
    ) -> tuple[EndpointWish, ...] | None:
        return None if wishes is None else tuple(replace(wish, name=name_of(wish.name)) for wish in wishes)

    return (
        tuple(
            replace(wish, name=network_name(wish.name), connected=endpoints(wish.connected, container_name))
            for wish in networks
        ),
        tuple(
            replace(wish, name=container_name(wish.name), networks=endpoints(wish.networks, network_name))
            for wish in containers
        ),
    )


def make_plan(networks: t.Sequence[NetworkWish], containers: t.Sequence[ContainerWish], snapshot: Snapshot) -> Plan:
    try:
        networks, containers = _unite_memberships(networks, containers, snapshot)
    except Failure as failure:
        return Plan(refusals=(failure,))
    request = Request(
        networks={wish.name: wish for wish in networks}, containers={wish.name: wish for wish in containers}
    )
    items: list[Item] = []
    refusals: list[Failure] = _find_twins(
        [("network", n.name) for n in networks] + [("container", c.name) for c in containers]
    )
    planners: list[t.Callable[[], Item]] = [partial(plan_network, wish, snapshot, request) for wish in networks]
    planners += [partial(plan_container, wish, snapshot, request) for wish in containers]
    for planner in planners:
        try:
            items.append(planner())
        except Failure as failure:
            refusals.append(failure)
    refusals.extend(refusal for item in items for refusal in item.refusals)
    if not refusals:
        refusals.extend(_check_ports(items, snapshot))
    if not refusals:
        items = _order_by_ports(items, snapshot)
        refusals.extend(_find_cycles(items))
    return Plan(tuple(items), tuple(refusals))


def _find_twins(keys: t.Sequence[Key]) -> list[Failure]:
    return [
        Failure("option_conflict", f"{kind.capitalize()} {name!r} is listed twice in this task.")
        for kind, name in sorted(set(keys))
        if keys.count((kind, name)) > 1
    ]


def _unite_memberships(
    networks: t.Sequence[NetworkWish], containers: t.Sequence[ContainerWish], snapshot: Snapshot
) -> tuple[tuple[NetworkWish, ...], tuple[ContainerWish, ...]]:
    """Say every membership once: with the container where it is in the request, with the network otherwise.

    A network with a ``connected`` list keeps its listed containers in it, so that exactness still counts them.
    """
    by_name = {wish.name: wish for wish in containers}
    united = list(networks)
    for index, network in enumerate(networks):
        if network.connected is None:
            continue
        listed = list(network.connected)
        for member in network.connected:
            container = by_name.get(member.name)
            if container is None:
                continue
            endpoint = replace(member, name=network.name)
            others = tuple(each for each in container.networks or () if each.name != network.name)
            same = [each for each in container.networks or () if each.name == network.name]
            merged = same[0].union(endpoint) if same else endpoint
            by_name[container.name] = replace(container, networks=(*others, merged))
        names = {member.name for member in listed}
        listed += [
            EndpointWish(container.name)
            for container in by_name.values()
            if container.name not in names
            and network.name in {container.network_mode, *(each.name for each in container.networks or ())}
        ]
        united[index] = replace(network, connected=tuple(listed))
        standing = snapshot.find_network(network.name)
        if standing is not None and not network.appends:
            names = {member.name for member in listed}
            for summary in snapshot.members_of(standing):
                leaving = by_name.get(summary.name)
                if leaving is not None and summary.name not in names:
                    by_name[summary.name] = replace(leaving, leaves=(*leaving.leaves, network.name))
    return tuple(united), tuple(by_name[wish.name] for wish in containers)


def _holders(items: t.Sequence[Item], snapshot: Snapshot) -> dict[str, tuple[Publication, ...]]:
    """Who will hold which host ports once the plan is done, by container name; stopped containers hold none."""
    holders = {summary.name: summary.publications for summary in snapshot.summaries if summary.is_running}
    for item in items:
        if item.holds is not None:
            holders[item.name] = item.holds
    return holders


def _check_ports(items: t.Sequence[Item], snapshot: Snapshot) -> list[Failure]:
    """One host port binds one container: the plan's end state must be free of conflicts."""
    holders = _holders(items, snapshot)
    refusals = []
    reported: set[tuple[str, str]] = set()
    for item in items:
        for publication in item.holds or ():
            for name, held in holders.items():
                other = next((each for each in held if overlaps(each, publication)), None)
                if name == item.name or other is None or (name, item.name) in reported:
                    continue
                reported.add((item.name, name))
                refusals.append(
                    Failure(
                        "port_conflict",
                        f"Container {item.name!r} cannot publish {publication}: container {name!r} publishes {other}."
                        " One host port binds one container; choose another port or address, or stop that container"
                        " first.",
                        container=item.name,
                        publication=str(publication),
                        holder=name,
                        holder_publication=str(other),
                    )
                )
    return refusals


def _order_by_ports(items: t.Sequence[Item], snapshot: Snapshot) -> list[Item]:
    """Whoever takes a port that another item of the plan gives up comes after it."""
    planned = {item.name: item for item in items if item.holds is not None and item.steps}
    ordered = []
    for item in items:
        givers = set()
        for summary in snapshot.summaries:
            if not summary.is_running or summary.name == item.name or summary.name not in planned:
                continue
            if any(overlaps(held, wanted) for held in summary.publications for wanted in item.holds or ()):
                givers.add(("container", summary.name))
        ordered.append(replace(item, needs=item.needs | givers) if givers else item)
    return ordered


def _find_cycles(items: t.Sequence[Item]) -> list[Failure]:
    waiting = {item.key: set(item.needs) & {other.key for other in items} for item in items}
    while True:
        ready = [key for key, needs in waiting.items() if not needs]
        if not ready:
            break
        for key in ready:
            del waiting[key]
        for needs in waiting.values():
            needs.difference_update(ready)
    if not waiting:
        return []
    names = ", ".join(repr(name) for _kind, name in sorted(waiting))
    return [
        Failure(
            "unsupported",
            f"{names} would exchange host ports in one task, which is not supported yet. Move one of them to a free"
            " port first.",
        )
    ]
