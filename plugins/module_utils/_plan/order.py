# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""Which changes come before others, and which can only be made together.

A container that takes a host port which another releases comes after that. Containers that exchange ports, and those
that share a namespace with a container that is replaced, are replaced in one transaction: all of them or none. So is a
network with those of its members that have to be recreated for it.
"""

from __future__ import annotations

import typing as t
from dataclasses import replace

from .._errors import Failure
from .._objects.containers import SHARED_NAMESPACES, Container
from .._objects.ports import overlaps
from .._objects.snapshot import Snapshot, Summary
from .._types import Key
from .changes import Item, Reconstruction, Replacement
from .replacement import plan_transaction
from .steps import Connect, Disconnect


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


def arrange(items: t.Sequence[Item], snapshot: Snapshot) -> tuple[list[Item], list[Failure]]:
    """The items with what each has to wait for, and with the steps of every transaction at its first member."""
    items = _order_by_members(_order_by_ports(items, snapshot))
    groups = {item.key: frozenset([item.key]) for item in items}
    by_key = {item.key: item for item in items}
    replaced = {item.swap.container.id: item.key for item in items if item.swap is not None}
    for key, item in by_key.items():
        recreated = item.reconstruction.recreated if item.reconstruction is not None else ()
        together = [*_shared_with(item, snapshot, replaced), *(("container", name) for name in recreated)]
        for other in together:
            groups = _unite(groups, groups[key] | groups[other])
    refusals: list[Failure] = []
    while True:
        cycle = _find_cycle(by_key, groups)
        if cycle is None:
            break
        if not all(by_key[key].swap is not None for key in cycle):
            names = ", ".join(repr(name) for _kind, name in sorted(cycle))
            return list(items), [Failure("unsupported", f"{names} wait for each other in this task. Take two tasks.")]
        groups = _unite(groups, cycle)
    for group in sorted({tuple(sorted(group)) for group in groups.values()}):
        members = _in_start_order([by_key[key] for key in group if key[0] == "container"], snapshot, replaced)
        networks = [by_key[key] for key in group if key[0] == "network"]
        members = [*networks, *members]
        swaps = [member.swap for member in members if member.swap is not None]
        reconstructions = [each.reconstruction for each in networks if each.reconstruction is not None]
        if not swaps and not reconstructions:
            continue
        refusals += _check_together(swaps, reconstructions)
        if refusals:
            continue
        leader = members[0].key
        needs = frozenset(need for member in members for need in member.needs) - set(group)
        for member in members:
            by_key[member.key] = replace(member, needs=frozenset([leader]), leader=leader)
        steps = plan_transaction(swaps, reconstructions[0] if reconstructions else None, snapshot)
        by_key[leader] = replace(members[0], needs=needs, steps=tuple(steps))
    return [by_key[item.key] for item in items], refusals


def _check_together(swaps: t.Sequence[Replacement], networks: t.Sequence[Reconstruction]) -> list[Failure]:
    if len(networks) > 1:
        listing = " and ".join(repr(each.rebuild.name) for each in networks)
        return [
            Failure(
                "unsupported", f"Networks {listing} have members that have to be recreated together. Take two tasks."
            )
        ]
    if len(swaps) + len(networks) == 1:
        return []
    stopped = {swap.container.id: swap for swap in swaps if swap.container.is_running and not swap.vanishes}
    bereft = [
        (swap, key, stopped[reference])
        for swap in swaps
        for key, reference in swap.container.shares.items()
        if swap.vanishes and reference in stopped
    ]
    if bereft:
        # Such a container would run on in namespaces that are gone, and could not be restarted into the new ones.
        return [
            Failure(
                "unsupported",
                f"Container {swap.container.name!r} was started with --rm and shares the {SHARED_NAMESPACES[key]} of"
                f" {other.container.name!r}, which has to be stopped to be replaced: it could not be put back if that"
                " failed. Stop it first.",
            )
            for swap, key, other in bereft
        ]
    names = ", ".join(repr(swap.container.name) for swap in swaps)
    return [
        Failure(
            "option_conflict",
            f"Container {swap.container.name!r} cannot be replaced with update_order=start-first: {names} have to be"
            " replaced together. Take stop-first.",
        )
        for swap in swaps
        if swap.starts_first
    ]


def _order_by_ports(items: t.Sequence[Item], snapshot: Snapshot) -> list[Item]:
    """A container that takes a port which another container of the plan releases comes after that."""
    planned = {item.name: item for item in items if item.holds is not None and item.changes}
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


def _order_by_members(items: t.Sequence[Item]) -> list[Item]:
    """Two networks do not move the same container at the same time; the network that recreates it comes last."""
    networks = [item for item in items if item.kind == "network"]
    moved = {item.key: _moved(item) for item in networks}
    recreated = {each.key: each.reconstruction.recreated if each.reconstruction else frozenset() for each in networks}
    needs: dict[Key, set[Key]] = {item.key: set() for item in networks}
    for index, item in enumerate(networks):
        for other in networks[:index]:
            comes_last = moved[other.key] & recreated[item.key]
            comes_first = moved[item.key] & recreated[other.key]
            if comes_last or (moved[other.key] & moved[item.key] and not comes_first):
                needs[item.key].add(other.key)
            if comes_first:
                needs[other.key].add(item.key)
    return [replace(item, needs=item.needs | needs[item.key]) if item.key in needs else item for item in items]


def _moved(item: Item) -> set[str]:
    """The names of the containers that join or leave a network and are not recreated."""
    if item.reconstruction is not None:
        return {member.name for member in item.reconstruction.rebuild.members}
    return {step.container_name for step in item.steps if isinstance(step, (Connect, Disconnect))}


def _shared_with(item: Item, snapshot: Snapshot, replaced: t.Mapping[str, Key]) -> list[Key]:
    """The replaced containers on which this one depends."""
    if item.swap is None:
        return []
    mine = item.swap.container.id
    return [
        key
        for container_id, key in replaced.items()
        if any(each.id == mine for each, _why in find_dependents(snapshot.containers[container_id], snapshot))
    ]


def _unite(groups: t.Mapping[Key, frozenset[Key]], union: t.Iterable[Key]) -> dict[Key, frozenset[Key]]:
    together = frozenset(each for key in union for each in groups[key])
    return {key: together if key in together else group for key, group in groups.items()}


def _find_cycle(items: t.Mapping[Key, Item], groups: t.Mapping[Key, frozenset[Key]]) -> frozenset[Key] | None:
    """The members of groups that wait for each other; None where there is an order."""
    needs = {
        group: {groups[need] for key in group for need in items[key].needs if need in items} - {group}
        for group in set(groups.values())
    }

    def reach(start: frozenset[Key]) -> set[frozenset[Key]]:
        found: set[frozenset[Key]] = set()
        waiting = [start]
        while waiting:
            fresh = needs[waiting.pop()] - found
            found |= fresh
            waiting.extend(fresh)
        return found

    reached = {group: reach(group) for group in needs}
    for group, others in reached.items():
        if group in others:
            return frozenset(key for other in others if group in reached[other] for key in other)
    return None


def _in_start_order(items: t.Sequence[Item], snapshot: Snapshot, replaced: t.Mapping[str, Key]) -> list[Item]:
    """Containers come before those that share their namespaces."""
    keys = {item.key for item in items}
    after = {item.key: set(_shared_with(item, snapshot, replaced)) & keys for item in items}
    ordered: list[Item] = []
    while len(ordered) < len(items):
        done = {item.key for item in ordered}
        # Links may run in a circle, which has no order; the engine would start such containers in none.
        ready = [item for item in items if item.key not in done and after[item.key] <= done]
        # A dynamic address may be any that is free at that time.
        ready.sort(key=lambda item: item.swap is None or not item.swap.has_fixed_address)
        ordered += ready or [item for item in items if item.key not in done]
    return ordered
