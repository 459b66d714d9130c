# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""Desired state and a snapshot of the host become a plan. Pure: check mode and the real run take the same path."""

from __future__ import annotations

import typing as t
from dataclasses import replace
from functools import partial

from .._desired.containers import DesiredContainer
from .._desired.networks import DesiredEndpoint, DesiredNetwork
from .._desired.state import DesiredState
from .._errors import Failure, Refusals
from .._objects.ports import Publication, find_overlap
from .._objects.snapshot import Snapshot
from .._types import Key
from .changes import Change, Replacement
from .container import plan_container
from .context import Context
from .dependents import find_dependents
from .memberships import unite_memberships
from .plan import Plan
from .ports import refuse_taken


def make_plan(desired: DesiredState, snapshot: Snapshot) -> Plan:
    refusals = Refusals(_find_duplicates(desired.keys))
    context, full = _choose_subnets(Context(desired, snapshot))
    refusals += full
    context = refusals.gather(_decide_rebuilds, context) or context
    context = refusals.gather(_add_recreated, context) or context
    context = context.replace(desired=refusals.gather(unite_memberships, context.desired, snapshot) or context.desired)
    replacements: dict[str, Replacement] = {}
    # Each round may find more containers to replace, because they depend on those of the last round.
    for _round in range(len(snapshot.summaries) + 2):
        round_context, staying = _add_dependents(context.replace(replacements=replacements))
        changes, refused = _plan_changes(round_context)
        found = {
            change.replacement.container.id: change.replacement for change in changes if change.replacement is not None
        }
        if found.keys() == replacements.keys():
            break
        replacements = found
    if replacements:
        from .writable_layer import check_space, find_crowded

        crowded = find_crowded(replacements.values(), snapshot)
        if crowded:
            changes, refused = _plan_changes(round_context.replace(crowded=crowded))
        carried = [each for each in replacements.values() if each.container.id not in crowded]
    refusals += [*(each for failures in refused.values() for each in failures), *staying]
    if replacements:
        refusals += check_space(carried, snapshot)
    refusals += _check_ports(changes, snapshot, refused)
    refusals += _check_addresses(changes)
    if any(change.has_effect for change in changes):
        from .room import check_room

        refusals += check_room(changes, context)
    if any(change.has_effect for change in changes):
        from .causes import add_causes

        changes = add_causes(changes, context)
    if not refusals and any(change.has_effect or change.pull for change in changes):
        from .order import arrange

        changes, unordered = arrange(changes, snapshot)
        refusals += unordered
    return Plan(tuple(_sort_by_needs(_add_warnings(changes, snapshot))), tuple(refusals))


def _sort_by_needs(changes: t.Sequence[Change]) -> list[Change]:
    """In the order in which the changes are made, so that ``actions`` tells that; those made at a time as planned."""
    waiting = list(changes)
    ordered: list[Change] = []
    while waiting:
        keys = {change.key for change in waiting}
        # Where a refused plan waits in a circle, any order does.
        ready = [each for each in waiting if not each.needs & (keys - {each.key})] or waiting
        ordered += ready
        done = {each.key for each in ready}
        waiting = [each for each in waiting if each.key not in done]
    return ordered


def _choose_subnets(context: Context) -> tuple[Context, list[Failure]]:
    if not context.desired.networks:
        return context, []
    from .subnets import choose_subnets

    return choose_subnets(context)


def _decide_rebuilds(context: Context) -> Context:
    return context.replace(
        rebuilt=frozenset(desired.name for desired in context.desired.networks if _is_to_be_rebuilt(desired, context))
    )


def _is_to_be_rebuilt(desired: DesiredNetwork, context: Context) -> bool:
    from .network import is_to_be_rebuilt

    try:
        return is_to_be_rebuilt(desired, context)
    except Failure:
        # The plan for this network says what is wrong.
        return False


def _add_recreated(context: Context) -> Context:
    """Decide which containers are recreated for the sake of networks, and plan for those as well."""
    recreated = _find_recreated(context)
    added = (DesiredContainer(name) for name in sorted(recreated) if context.container(name) is None)
    return context.replace(desired=context.desired.with_containers(added), recreated=recreated)


def _find_recreated(context: Context) -> dict[str, frozenset[str]]:
    """The members that have to be recreated to be on a network as the task says, and may be: by name, the networks."""
    found: dict[str, frozenset[str]] = {}
    for desired in context.desired.networks:
        standing = (
            None
            if desired.state == "absent" or not desired.recreates_members
            else context.snapshot.find_network(desired.name)
        )
        if standing is None:
            continue
        from .mac import needs_other_mac
        from .network_rebuild import find_members_to_recreate

        listed = [(member.name, member) for member in desired.connected or ()]
        for container in context.desired.containers:
            listed += [(container.name, each) for each in container.networks or () if each.name == desired.name]
            listed += (
                [(container.name, DesiredEndpoint(desired.name))] if container.network_mode == desired.name else []
            )
        all_stay = desired.connected is None or desired.appends
        rebuilds = desired.name in context.rebuilt
        must_be_recreated = find_members_to_recreate(desired, standing, context) if rebuilds else {}
        names = [name for name in must_be_recreated if all_stay or name in dict(listed)]
        for name, member in listed:
            summary = context.snapshot.find_container(name)
            if summary is not None and needs_other_mac(context.snapshot.inspected(summary), member, desired.name):
                names.append(name)
        for name in {name for name in names if not context.removes_container(name)}:
            found[name] = found.get(name, frozenset()) | {desired.name}
    return found


def _plan_network(desired: DesiredNetwork, context: Context) -> Change:
    from .network import plan_network

    return plan_network(desired, context)


def _plan_changes(context: Context) -> tuple[list[Change], dict[Key, Refusals]]:
    """The changes, and what is refused, by object; a refused object may have no change."""
    changes: list[Change] = []
    refused: dict[Key, Refusals] = {}
    planners: list[tuple[Key, t.Callable[[], Change]]] = [
        *((("network", each.name), partial(_plan_network, each, context)) for each in context.desired.networks),
        *((("container", each.name), partial(plan_container, each, context)) for each in context.desired.containers),
    ]
    for key, planner in planners:
        refusals = refused.setdefault(key, Refusals())
        change = refusals.gather(planner)
        if change is not None:
            changes.append(change)
            refusals += change.refusals
    return changes, {key: refusals for key, refusals in refused.items() if refusals}


def _add_dependents(context: Context) -> tuple[Context, list[Failure]]:
    """Plan also for the containers that have to be recreated with those replaced; or say why they must not be."""
    added: dict[str, DesiredContainer] = {}
    refusals = []
    for replacement in context.replacements.values():
        desired = replacement.desired
        staying = [
            (summary, why)
            for summary, why in find_dependents(replacement.container, context.snapshot)
            if not context.removes_container(summary.name)
        ]
        if staying and not desired.recreates_dependents:
            listing = "; ".join(f"{summary.name!r} ({why})" for summary, why in staying)
            refusals.append(
                Failure(
                    "dependents_exist",
                    f"Container {replacement.container.name!r} cannot be replaced: other containers depend on it:"
                    f" {listing}. dependents=recreate replaces them in the same change.",
                    dependents=[summary.name for summary, _why in staying],
                )
            )
            continue
        for summary, _why in staying:
            # A container that was not inspected yet is added by the plan that follows the next reading.
            if context.container(summary.name) is None and summary.id in context.snapshot.containers:
                added[summary.name] = DesiredContainer(
                    summary.name,
                    recreates_dependents=True,
                    writable_layer="auto" if desired.writable_layer == "auto" else "carry",
                    ignore_deletions=desired.ignore_deletions,
                    auto_remove_swap=desired.auto_remove_swap,
                    wait_timeout=desired.wait_timeout,
                )
    return context.replace(desired=context.desired.with_containers(added.values())), refusals


def _add_warnings(changes: t.Sequence[Change], snapshot: Snapshot) -> list[Change]:
    """What is not in the way now, but may be later."""
    planned = {change.name for change in changes if change.kind == "container"}
    idle = [each for each in snapshot.containers.values() if not each.is_running and each.name not in planned]
    warned = []
    for change in changes:
        warnings = list(change.warnings)
        for publication in change.holds or () if change.has_effect else ():
            for other in idle:
                wanted = find_overlap(publication, (binding.configured for binding in other.bindings))
                if wanted is not None:
                    warnings.append(
                        f"Container {other.name!r}, which does not run, is to publish {wanted}: it will not start as"
                        f" long as {change.name!r} publishes {publication}."
                    )
        for other in snapshot.containers.values() if change.replacement is not None else ():
            sources = {source.split(":")[0] for source in other.host_config.get("VolumesFrom") or ()}
            if sources & {change.name, change.replacement.container.id}:  # type: ignore[union-attr]
                warnings.append(f"Container {other.name!r} uses the volumes of {change.name!r}; they stay as they are.")
        warned.append(replace(change, warnings=tuple(warnings)))
    return warned


def _find_duplicates(keys: t.Sequence[Key]) -> list[Failure]:
    return [
        Failure("option_conflict", f"{kind.capitalize()} {name!r} is listed twice in this task.")
        for kind, name in sorted(set(keys))
        if keys.count((kind, name)) > 1
    ]


def _port_holders(changes: t.Sequence[Change], snapshot: Snapshot) -> dict[str, tuple[Publication, ...]]:
    """The host ports that each container will hold once the plan is done; stopped containers hold none."""
    holders = {summary.name: summary.publications for summary in snapshot.summaries if summary.is_running}
    for change in changes:
        if change.holds is not None:
            holders[change.name] = change.holds
    return holders


def _check_ports(changes: t.Sequence[Change], snapshot: Snapshot, refused: t.Collection[Key]) -> list[Failure]:
    """One host port binds one container: the state after the plan must be free of conflicts."""
    planned = {change.key for change in changes}
    holders = {
        name: held
        for name, held in _port_holders(changes, snapshot).items()
        # What a container would hold that could not be planned is not known.
        if ("container", name) in planned or ("container", name) not in refused
    }
    refusals = []
    reported: set[tuple[str, str]] = set()
    for change in changes:
        for publication in change.holds or ():
            for name, held in holders.items():
                other = find_overlap(publication, held)
                if name == change.name or other is None or (name, change.name) in reported:
                    continue
                reported.add((change.name, name))
                refusals.append(refuse_taken(change.name, publication, name, other))
    if any(publication.is_range for change in changes for publication in change.holds or ()):
        from .port_ranges import check_ranges

        refusals += check_ranges(changes, holders)
    return refusals


def _check_addresses(changes: t.Sequence[Change]) -> list[Failure]:
    """One fixed address is that of one container."""
    takers: dict[tuple[str, str], str] = {}
    refusals = []
    for change in changes:
        for network, address in change.addresses:
            holder = takers.setdefault((network, address), change.name)
            if holder != change.name:
                from .endpoints import refuse_held

                refusals.append(refuse_held(change.name, address, network, holder))
    return refusals
