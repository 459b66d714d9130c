# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""Desired state and a snapshot of the host become a plan. Pure: check mode and the real run take the same path."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, replace
from functools import partial

from ansible_collections.bridgeport.docker.plugins.module_utils._conflicts import refuse_taken
from ansible_collections.bridgeport.docker.plugins.module_utils._errors import Failure
from ansible_collections.bridgeport.docker.plugins.module_utils._host import Snapshot
from ansible_collections.bridgeport.docker.plugins.module_utils._item import Item, Key, Request
from ansible_collections.bridgeport.docker.plugins.module_utils._layer import list_requested_mount_points
from ansible_collections.bridgeport.docker.plugins.module_utils._mac import needs_other_mac
from ansible_collections.bridgeport.docker.plugins.module_utils._networks import EndpointWish, NetworkWish
from ansible_collections.bridgeport.docker.plugins.module_utils._plan_container import plan_container
from ansible_collections.bridgeport.docker.plugins.module_utils._plan_groups import arrange, find_dependents
from ansible_collections.bridgeport.docker.plugins.module_utils._plan_network import is_to_be_rebuilt, plan_network
from ansible_collections.bridgeport.docker.plugins.module_utils._plan_rebuild import find_trapped
from ansible_collections.bridgeport.docker.plugins.module_utils._plan_subnets import choose_subnets
from ansible_collections.bridgeport.docker.plugins.module_utils._plan_swap import Replacement
from ansible_collections.bridgeport.docker.plugins.module_utils._ports import Publication, overlaps
from ansible_collections.bridgeport.docker.plugins.module_utils._recover import read_part_name
from ansible_collections.bridgeport.docker.plugins.module_utils._steps import Connect, Disconnect
from ansible_collections.bridgeport.docker.plugins.module_utils._wishes import ContainerWish


@dataclass(frozen=True)
class Plan:
    items: tuple[Item, ...] = ()
    refusals: tuple[Failure, ...] = ()

    @property
    def changed(self) -> bool:
        return any(item.changes for item in self.items)

    @property
    def touched(self) -> set[Key]:
        """The objects that the plan changes; an image to pull counts for the container that needs it.

        A part of a change that is going on, or was interrupted, counts as the container that is changed.
        """
        members = {
            ("container", (read_part_name(step.container_name) or (step.container_name,))[0])
            for item in self.items
            for step in item.steps
            if item.kind == "network" and isinstance(step, (Connect, Disconnect))
        }
        return members | {item.key for item in self.items if item.changes or item.pull}

    @property
    def warnings(self) -> list[str]:
        return list(dict.fromkeys(warning for item in self.items for warning in item.warnings))

    @property
    def will_lose(self) -> list[str]:
        return [loss for item in self.items for loss in item.will_lose]

    @property
    def pulls(self) -> tuple[str, ...]:
        """The images to pull first, without duplicates."""
        return tuple(sorted({item.pull for item in self.items if item.pull}))

    @property
    def actions(self) -> tuple[str, ...]:
        """What the plan does, in the words in which the result reports it."""
        return tuple(
            [pull_action(image) for image in self.pulls] + [str(step) for item in self.items for step in item.steps]
        )

    @property
    def replaced(self) -> dict[str, list[str]]:
        """The containers that are replaced, by ID, and where their successors have something mounted."""
        swaps = [item.swap for item in self.items if item.swap is not None]
        return {swap.container.id: list_requested_mount_points(swap.design.body) for swap in swaps}

    @property
    def takes_ports(self) -> bool:
        return any(item.changes and item.holds for item in self.items)

    @property
    def takes_subnets(self) -> bool:
        """Whether a network gets a subnet that it did not have, and that the engine does not choose itself."""
        return any(
            pool["subnet"] not in {known["subnet"] for known in item.before.get("ipam_config") or ()}
            for item in self.items
            for pool in (item.after.get("ipam_config") or () if item.kind == "network" else ())
        )

    @property
    def diff(self) -> dict[str, t.Any]:
        changing = [item for item in self.items if item.changes]
        return {
            side: {f"{item.kind} {item.name}": getattr(item, side) for item in changing} for side in ("before", "after")
        }


def pull_action(image: str) -> str:
    return f"pull image {image}"


def resolve_names(
    networks: t.Sequence[NetworkWish], containers: t.Sequence[ContainerWish], snapshot: Snapshot
) -> tuple[tuple[NetworkWish, ...], tuple[ContainerWish, ...]]:
    """Put names in the place of IDs, so that each object has one name from here on."""

    def network_name(reference: str) -> str:
        raw = snapshot.find_network(reference)
        return reference if raw is None else str(raw["Name"])

    def chosen_id(reference: str) -> str:
        raw = snapshot.find_network(reference)
        namesakes = [each for each in snapshot.networks if raw is not None and each["Name"] == raw["Name"]]
        return "" if raw is None or len(namesakes) < 2 else str(raw["Id"])

    def container_name(reference: str) -> str:
        summary = snapshot.find_container(reference)
        if summary is None:
            return reference
        if summary.name != reference:
            # In the middle of a replacement the two containers have other names than before and afterwards.
            for entry in (entry for journal in snapshot.journals for entry in journal.entries):
                if summary.id in (entry.original, entry.successor):
                    return entry.name
        return summary.name

    def endpoints(
        given: tuple[EndpointWish, ...] | None, name_of: t.Callable[[str], str]
    ) -> tuple[EndpointWish, ...] | None:
        if given is None:
            return None
        named = tuple(replace(each, name=name_of(each.name)) for each in given)
        for entry, before in zip(named, given):
            if sum(other.name == entry.name for other in named) > 1:
                raise Failure(
                    "option_conflict", f"{entry.name!r} is listed twice, also as {before.name!r}. Say it once."
                )
        return named

    return (
        tuple(
            replace(
                wish,
                name=network_name(wish.name),
                id=chosen_id(wish.name),
                connected=endpoints(wish.connected, container_name),
            )
            for wish in networks
        ),
        tuple(
            replace(wish, name=container_name(wish.name), networks=endpoints(wish.networks, network_name))
            for wish in containers
        ),
    )


def make_plan(networks: t.Sequence[NetworkWish], containers: t.Sequence[ContainerWish], snapshot: Snapshot) -> Plan:
    twins = _find_twins([("network", n.name) for n in networks] + [("container", c.name) for c in containers])
    networks, full = choose_subnets(networks, snapshot)
    rebuilt = frozenset(wish.name for wish in networks if _is_to_be_rebuilt(wish, snapshot))
    try:
        recreated = _find_recreated(networks, containers, rebuilt, snapshot)
        known = {wish.name for wish in containers}
        containers = [*containers, *(ContainerWish(name) for name in sorted(recreated.keys() - known))]
        networks, containers = _unite_memberships(networks, containers, snapshot)
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


def _unite_memberships(
    networks: t.Sequence[NetworkWish], containers: t.Sequence[ContainerWish], snapshot: Snapshot
) -> tuple[tuple[NetworkWish, ...], tuple[ContainerWish, ...]]:
    """Say every membership once: with the container where the task lists it, with the network otherwise.

    A network with a ``connected`` list keeps its listed containers there, so that exactness still counts them.
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
