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
from .._objects.containers import SHARED_NAMESPACES
from .._objects.snapshot import Snapshot, find_port_holders
from .._types import Key
from .changes import Change, NetworkRebuild, Replacement
from .dependents import find_dependents


def arrange(changes: t.Sequence[Change], snapshot: Snapshot) -> tuple[list[Change], list[Failure]]:
    """The changes with what each has to wait for, and with the steps of every transaction at its first member."""
    changes = _order_by_members(_order_by_addresses(_order_by_ports(changes, snapshot), snapshot))
    groups = {change.key: frozenset([change.key]) for change in changes}
    by_key = {change.key: change for change in changes}
    replaced = {change.replacement.container.id: change.key for change in changes if change.replacement is not None}
    for key, change in by_key.items():
        recreated = change.network_rebuild.recreated if change.network_rebuild is not None else ()
        together = [*_shared_with(change, snapshot, replaced), *(("container", name) for name in recreated)]
        for other in together:
            groups = _unite(groups, groups[key] | groups[other])
    refusals: list[Failure] = []
    while True:
        cycle = _find_cycle(by_key, groups)
        if cycle is None:
            break
        if not all(by_key[key].replacement is not None for key in cycle):
            names = ", ".join(repr(name) for _kind, name in sorted(cycle))
            return list(changes), [Failure("unsupported", f"{names} wait for each other in this task. Take two tasks.")]
        groups = _unite(groups, cycle)
    for group in sorted({tuple(sorted(group)) for group in groups.values()}):
        members = _in_start_order([by_key[key] for key in group if key[0] == "container"], snapshot, replaced)
        networks = [by_key[key] for key in group if key[0] == "network"]
        members = [*networks, *members]
        replacements = [member.replacement for member in members if member.replacement is not None]
        network_rebuilds = [each.network_rebuild for each in networks if each.network_rebuild is not None]
        if not replacements and not network_rebuilds:
            continue
        refusals += _check_together(replacements, network_rebuilds)
        if refusals:
            continue
        leader = members[0].key
        needs = frozenset(need for member in members for need in member.needs) - set(group)
        for member in members:
            by_key[member.key] = replace(member, needs=frozenset([leader]), leader=leader)
        from .replacement import plan_transaction

        steps = plan_transaction(replacements, network_rebuilds[0] if network_rebuilds else None, snapshot)
        by_key[leader] = replace(members[0], needs=needs, steps=tuple(steps)).because(members[0].cause)
    return [by_key[change.key] for change in changes], refusals


def _check_together(replacements: t.Sequence[Replacement], networks: t.Sequence[NetworkRebuild]) -> list[Failure]:
    if len(networks) > 1:
        listing = " and ".join(repr(each.record.name) for each in networks)
        return [
            Failure(
                "unsupported", f"Networks {listing} have members that have to be recreated together. Take two tasks."
            )
        ]
    if len(replacements) + len(networks) == 1:
        return []
    stopped = {
        replacement.container.id: replacement
        for replacement in replacements
        if replacement.container.is_running and not replacement.vanishes
    }
    orphaned = [
        (replacement, key, stopped[reference])
        for replacement in replacements
        for key, reference in replacement.container.shares.items()
        if replacement.vanishes and reference in stopped
    ]
    if orphaned:
        # Such a container would run on in namespaces that are gone, and could not be restarted into the new ones.
        return [
            Failure(
                "unsupported",
                f"Container {replacement.container.name!r} was started with --rm and shares the"
                f" {SHARED_NAMESPACES[key]} of {other.container.name!r}, which has to be stopped to be replaced: it"
                " could not be put back if that failed. Stop it first.",
            )
            for replacement, key, other in orphaned
        ]
    names = ", ".join(repr(replacement.container.name) for replacement in replacements)
    return [
        Failure(
            "option_conflict",
            f"Container {replacement.container.name!r} cannot be replaced with update_order=start-first: {names} have"
            " to be replaced together. Take stop-first.",
        )
        for replacement in replacements
        if replacement.starts_first
    ]


def _order_by_ports(changes: t.Sequence[Change], snapshot: Snapshot) -> list[Change]:
    """A container that takes a port which another container of the plan releases comes after that."""
    planned = {change.name: change for change in changes if change.holds is not None and change.has_effect}
    ordered = []
    for change in changes:
        holders = [each for wanted in change.holds or () for each in find_port_holders(wanted, snapshot.summaries)]
        names = {each.summary.name for each in holders} & planned.keys() - {change.name}
        releasing = {("container", name) for name in names}
        ordered.append(replace(change, needs=change.needs | releasing) if releasing else change)
    return ordered


def _order_by_addresses(changes: t.Sequence[Change], snapshot: Snapshot) -> list[Change]:
    """A container that takes a fixed address comes after the container that has it, and is stopped or removed."""
    planned = {change.name for change in changes if change.kind == "container" and change.has_effect}
    ordered = []
    for change in changes:
        releasing = {
            ("container", summary.name)
            for network, address in change.addresses
            for summary in snapshot.summaries
            if summary.name in planned - {change.name} and address in summary.addresses_on(network)
        }
        ordered.append(replace(change, needs=change.needs | releasing) if releasing else change)
    return ordered


def _order_by_members(changes: t.Sequence[Change]) -> list[Change]:
    """Two networks do not move the same container at the same time; the network that recreates it comes last."""
    networks = [change for change in changes if change.kind == "network"]
    moved = {change.key: _moved(change) for change in networks}
    recreated = {each.key: each.network_rebuild.recreated if each.network_rebuild else frozenset() for each in networks}
    needs: dict[Key, set[Key]] = {change.key: set() for change in networks}
    for index, change in enumerate(networks):
        for other in networks[:index]:
            comes_last = moved[other.key] & recreated[change.key]
            comes_first = moved[change.key] & recreated[other.key]
            if comes_last or (moved[other.key] & moved[change.key] and not comes_first):
                needs[change.key].add(other.key)
            if comes_first:
                needs[other.key].add(change.key)
    return [
        replace(change, needs=change.needs | needs[change.key]) if change.key in needs else change for change in changes
    ]


def _moved(change: Change) -> set[str]:
    """The names of the containers that join or leave a network and are not recreated."""
    if change.network_rebuild is not None:
        return {member.name for member in change.network_rebuild.record.members}
    return change.moved


def _shared_with(change: Change, snapshot: Snapshot, replaced: t.Mapping[str, Key]) -> list[Key]:
    """The replaced containers on which this one depends."""
    if change.replacement is None:
        return []
    mine = change.replacement.container.id
    return [
        key
        for container_id, key in replaced.items()
        if any(each.id == mine for each, _why in find_dependents(snapshot.containers[container_id], snapshot))
    ]


def _unite(groups: t.Mapping[Key, frozenset[Key]], union: t.Iterable[Key]) -> dict[Key, frozenset[Key]]:
    together = frozenset(each for key in union for each in groups[key])
    return {key: together if key in together else group for key, group in groups.items()}


def _find_cycle(changes: t.Mapping[Key, Change], groups: t.Mapping[Key, frozenset[Key]]) -> frozenset[Key] | None:
    """The members of groups that wait for each other; None where there is an order."""
    needs = {
        group: {groups[need] for key in group for need in changes[key].needs if need in changes} - {group}
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


def _in_start_order(changes: t.Sequence[Change], snapshot: Snapshot, replaced: t.Mapping[str, Key]) -> list[Change]:
    """Containers come before those that share their namespaces."""
    keys = {change.key for change in changes}
    after = {change.key: set(_shared_with(change, snapshot, replaced)) & keys for change in changes}
    ordered: list[Change] = []
    while len(ordered) < len(changes):
        done = {change.key for change in ordered}
        # Links may run in a circle, which has no order; the engine would start such containers in none.
        ready = [change for change in changes if change.key not in done and after[change.key] <= done]
        # A dynamic address may be any that is free at that time.
        ready.sort(key=lambda change: change.replacement is None or not change.replacement.has_fixed_address)
        ordered += ready or [change for change in changes if change.key not in done]
    return ordered
