# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""Desired state and a snapshot of the host become a plan. Pure: check mode and the real run take the same path."""

from __future__ import annotations

import typing as t
from dataclasses import replace
from functools import partial

from .._desired.containers import ContainerWish
from .._desired.networks import EndpointWish, NetworkWish
from .._errors import Failure
from .._objects.ports import Publication, overlaps
from .._objects.snapshot import Snapshot
from .._types import Key
from .changes import Item, Replacement, Request
from .container import plan_container
from .mac import needs_other_mac
from .memberships import unite_memberships
from .network import is_to_be_rebuilt, plan_network
from .network_rebuild import find_trapped
from .order import arrange, find_dependents
from .plan import Plan
from .ports import refuse_taken
from .subnets import choose_subnets


def make_plan(networks: t.Sequence[NetworkWish], containers: t.Sequence[ContainerWish], snapshot: Snapshot) -> Plan:
    twins = _find_twins([("network", n.name) for n in networks] + [("container", c.name) for c in containers])
    networks, full = choose_subnets(networks, snapshot)
    rebuilt = frozenset(wish.name for wish in networks if _is_to_be_rebuilt(wish, snapshot))
    try:
        recreated = _find_recreated(networks, containers, rebuilt, snapshot)
        known = {wish.name for wish in containers}
        containers = [*containers, *(ContainerWish(name) for name in sorted(recreated.keys() - known))]
        networks, containers = unite_memberships(networks, containers, snapshot)
    except Failure as failure:
        return Plan(refusals=(failure,))
    asked = {wish.name: wish for wish in containers}
    swaps: dict[str, Replacement] = {}
    # Each round may find more containers to replace, because they depend on those of the last round.
    for _round in range(len(snapshot.summaries) + 2):
        dependents, refusals = _add_dependents(asked, swaps.values(), snapshot)
        request = Request({wish.name: wish for wish in networks}, {**asked, **dependents}, rebuilt, swaps, recreated)
        items, refused = _plan_items(networks, [*containers, *dependents.values()], snapshot, request)
        found = {item.swap.container.id: item.swap for item in items if item.swap is not None}
        if found.keys() == swaps.keys():
            break
        swaps = found
    refusals = [*twins, *full, *refused, *refusals]
    if not refusals:
        refusals = _check_ports(items, snapshot)
    if not refusals:
        items, refusals = arrange(items, snapshot)
    return Plan(tuple(_add_warnings(items, snapshot)), tuple(refusals))


def _is_to_be_rebuilt(wish: NetworkWish, snapshot: Snapshot) -> bool:
    try:
        return is_to_be_rebuilt(wish, snapshot)
    except Failure:
        # The plan for this network says what is wrong.
        return False


def _find_recreated(
    networks: t.Sequence[NetworkWish],
    containers: t.Sequence[ContainerWish],
    rebuilt: t.Collection[str],
    snapshot: Snapshot,
) -> dict[str, frozenset[str]]:
    """The members that have to be recreated to be on a network as the task says, and may be: by name, the networks."""
    found: dict[str, frozenset[str]] = {}
    removed = {container.name for container in containers if container.state == "absent"}
    for wish in networks:
        raw = None if wish.state == "absent" or not wish.recreates_members else snapshot.find_network(wish.name)
        if raw is None:
            continue
        listed = [(member.name, member) for member in wish.connected or ()]
        for container in containers:
            listed += [(container.name, each) for each in container.networks or () if each.name == wish.name]
            listed += [(container.name, EndpointWish(wish.name))] if container.network_mode == wish.name else []
        all_stay = wish.connected is None or wish.appends
        trapped = find_trapped(wish, raw, snapshot) if wish.name in rebuilt else {}
        names = [name for name in trapped if all_stay or name in dict(listed)]
        for name, member in listed:
            summary = snapshot.find_container(name)
            if summary is not None and needs_other_mac(snapshot.inspected(summary), member, wish.name):
                names.append(name)
        for name in set(names) - removed:
            found[name] = found.get(name, frozenset()) | {wish.name}
    return found


def _plan_items(
    networks: t.Sequence[NetworkWish], containers: t.Sequence[ContainerWish], snapshot: Snapshot, request: Request
) -> tuple[list[Item], list[Failure]]:
    items: list[Item] = []
    refusals: list[Failure] = []
    planners: list[t.Callable[[], Item]] = [partial(plan_network, wish, snapshot, request) for wish in networks]
    planners += [partial(plan_container, wish, snapshot, request) for wish in containers]
    for planner in planners:
        try:
            items.append(planner())
        except Failure as failure:
            refusals.append(failure)
    return items, [*refusals, *(refusal for item in items for refusal in item.refusals)]


def _add_dependents(
    asked: t.Mapping[str, ContainerWish], swaps: t.Iterable[Replacement], snapshot: Snapshot
) -> tuple[dict[str, ContainerWish], list[Failure]]:
    """The containers that have to be recreated with a container that is replaced, or why they must not be."""
    added: dict[str, ContainerWish] = {}
    refusals = []
    for swap in swaps:
        wish = swap.wish
        staying = [
            (summary, why)
            for summary, why in find_dependents(swap.container, snapshot)
            if summary.name not in asked or asked[summary.name].state != "absent"
        ]
        if staying and not wish.recreates_dependents:
            listing = "; ".join(f"{summary.name!r} ({why})" for summary, why in staying)
            refusals.append(
                Failure(
                    "dependents_exist",
                    f"Container {swap.container.name!r} cannot be replaced: other containers depend on it: {listing}."
                    " dependents=recreate replaces them in the same change.",
                    dependents=[summary.name for summary, _why in staying],
                )
            )
            continue
        for summary, _why in staying:
            # A container that was not inspected yet is added by the plan that follows the next reading.
            if summary.name not in asked and summary.id in snapshot.containers:
                added[summary.name] = ContainerWish(
                    summary.name,
                    recreates_dependents=True,
                    ignore_deletions=wish.ignore_deletions,
                    auto_remove_swap=wish.auto_remove_swap,
                    wait_timeout=wish.wait_timeout,
                )
    return added, refusals


def _add_warnings(items: t.Sequence[Item], snapshot: Snapshot) -> list[Item]:
    """What is not in the way now, but may be later."""
    planned = {item.name for item in items if item.kind == "container"}
    idle = [each for each in snapshot.containers.values() if not each.is_running and each.name not in planned]
    warned = []
    for item in items:
        warnings = list(item.warnings)
        for publication in item.holds or () if item.changes else ():
            for other in idle:
                wanted = next((b.configured for b in other.bindings if overlaps(b.configured, publication)), None)
                if wanted is not None:
                    warnings.append(
                        f"Container {other.name!r}, which does not run, is to publish {wanted}: it will not start as"
                        f" long as {item.name!r} publishes {publication}."
                    )
        for other in snapshot.containers.values() if item.swap is not None else ():
            sources = {source.split(":")[0] for source in other.host_config.get("VolumesFrom") or ()}
            if sources & {item.name, item.swap.container.id}:  # type: ignore[union-attr]
                warnings.append(f"Container {other.name!r} uses the volumes of {item.name!r}; they stay as they are.")
        warned.append(replace(item, warnings=tuple(warnings)))
    return warned


def _find_twins(keys: t.Sequence[Key]) -> list[Failure]:
    return [
        Failure("option_conflict", f"{kind.capitalize()} {name!r} is listed twice in this task.")
        for kind, name in sorted(set(keys))
        if keys.count((kind, name)) > 1
    ]


def _holders(items: t.Sequence[Item], snapshot: Snapshot) -> dict[str, tuple[Publication, ...]]:
    """The host ports that each container will hold once the plan is done; stopped containers hold none."""
    holders = {summary.name: summary.publications for summary in snapshot.summaries if summary.is_running}
    for item in items:
        if item.holds is not None:
            holders[item.name] = item.holds
    return holders


def _check_ports(items: t.Sequence[Item], snapshot: Snapshot) -> list[Failure]:
    """One host port binds one container: the state after the plan must be free of conflicts."""
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
                refusals.append(refuse_taken(item.name, publication, name, other))
    return refusals
