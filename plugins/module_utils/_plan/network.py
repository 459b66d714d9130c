# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""The plan for one network and those of its members that are not planned as containers."""

from __future__ import annotations

import typing as t
from dataclasses import replace

from .._desired.containers import DesiredContainer
from .._desired.networks import DesiredEndpoint, DesiredNetwork
from .._errors import Failure, Refusals
from .._objects.containers import MODES_WITHOUT_PORTS, Container, clean_endpoint
from .._objects.engine import Api
from .._objects.networks import PREDEFINED, Network
from .._objects.redact import hide_map
from .._objects.snapshot import Summary, predict_summary
from .._results import describe_network, network_result
from .._steps.base import Step
from .._steps.networks import Connect, CreateNetwork, Disconnect, RemoveNetwork
from .changes import Change, NetworkRebuild
from .context import Context
from .endpoints import check_endpoint, find_joining, plan_endpoint
from .network_body import create_body, find_differences, may_hold_secret, rebuild_body, with_copied
from .network_checks import (
    check_body,
    check_driver,
    check_engine,
    check_rebuild,
    check_removal,
    find_copying_networks,
    find_definition,
    warn_of_unused,
)
from .network_rebuild import design_rebuild
from .ports import goes_on_publishing, list_closed
from .subnets import check_overlap, find_releasing_networks


def plan_network(desired: DesiredNetwork, context: Context) -> Change:
    refusals = Refusals()
    change = refusals.gather(_plan, desired, context, refusals)
    if change is None:
        raise Failure.of_all(refusals)
    return replace(change, refusals=tuple(refusals))


def _plan(desired: DesiredNetwork, context: Context, refusals: Refusals) -> Change:
    """What is refused beside other things is added to the refusals; a Failure is raised where there is no plan."""
    # The engine takes "default" for the network bridge.
    if desired.name in (*PREDEFINED, "default"):
        raise Failure(
            "network_protected", f"{desired.name!r} is one of Docker's own networks; it is never changed or removed."
        )
    standing = context.snapshot.find_network(desired.name)
    if standing is not None:
        check_driver(desired, standing)
    if desired.state == "absent":
        return _plan_removal(desired, standing, context)
    check_engine(desired, standing, context)
    definition = find_definition(desired, standing, context)
    rebuilds = desired.name in context.rebuilt
    if standing is not None:
        _check_same(desired, standing, context)
    if desired.id and rebuilds:
        raise Failure(
            "ambiguous_name",
            f"Network {desired.name!r} with the ID {desired.id[:12]} cannot be rebuilt: another network has the same"
            " name. Remove that one first.",
        )
    if standing is not None and rebuilds:
        check_rebuild(desired, standing, context)
    if standing is None or rebuilds:
        refusals.gather(check_overlap, desired, standing, context)
    names = [] if standing is None else [summary.name for summary in context.snapshot.members_of(standing)]
    steps: list[Step] = []
    network_rebuild: NetworkRebuild | None = None
    if standing is not None and rebuilds:
        body = with_copied(rebuild_body(desired, standing, context.engine.api), definition)
        refusals.gather(check_body, desired, body, context)
        for member in desired.connected or ():
            refusals.gather(check_endpoint, member.name, member, desired.name, context)
        network_rebuild = design_rebuild(desired, standing, context)
        losses, after = list(network_rebuild.losses), Network(body)
    elif standing is not None:
        steps, losses = _plan_members(desired, standing, standing.id, context, refusals)
        after = standing
    else:
        body = create_body(desired, context.engine.api)
        refusals.gather(check_body, desired, with_copied(body, definition), context)
        steps, losses = _plan_members(desired, None, desired.name, context, refusals)
        steps, after = [CreateNetwork(desired.name, body), *steps], Network(with_copied(body, definition))
    after_names = _names_after(desired, names, context)
    needs = find_releasing_networks(desired, context) if standing is None or rebuilds else frozenset()
    if rebuilds:
        # A member that this task removes has to be gone, or the network cannot be removed.
        needs |= {("container", name) for name in names if context.removes_container(name)}
    if after.config_from and context.network(after.config_from) is not None:
        needs |= {("network", after.config_from)}
    return Change(
        "network",
        desired.name,
        steps=tuple(steps),
        before={} if standing is None else {**describe_network(standing), "connected": sorted(names)},
        after={**describe_network(after), "connected": after_names},
        will_lose=tuple(losses),
        warnings=warn_of_unused(desired),
        needs=needs,
        network_rebuild=network_rebuild,
        made=after.raw if standing is None or rebuilds else None,
        predicted=network_result(after, _predict_members(desired.name, after_names, steps, network_rebuild, context)),
    )


def _predict_members(
    network: str,
    names: t.Iterable[str],
    steps: t.Iterable[Step],
    network_rebuild: NetworkRebuild | None,
    context: Context,
) -> list[Summary]:
    """The members as they are, each with the endpoint that it is to have. Their own plans may change them further."""
    endpoints = {step.container_name: step.endpoint for step in steps if isinstance(step, Connect)}
    if network_rebuild is not None:
        # Each gets another dynamic address.
        endpoints.update({member.name: member.after or {} for member in network_rebuild.record.members})
    members = []
    for name in names:
        summary = context.snapshot.find_container(name) or predict_summary(name)
        known = {} if network_rebuild is not None else summary.endpoints.get(network) or {}
        members.append(replace(summary, endpoints={network: endpoints.get(name, known)}))
    return members


def is_to_be_rebuilt(desired: DesiredNetwork, context: Context) -> bool:
    """Whether the network stands and differs in something that Docker does not change in place."""
    standing = context.snapshot.find_network(desired.name)
    if standing is None or desired.state == "absent" or desired.name in PREDEFINED:
        return False
    if desired.only_bridge and standing.driver != "bridge":
        return False
    if desired.always_rebuilds:
        return True
    return desired.on_difference == "rebuild" and bool(find_differences(desired, standing, context.engine.api))


def _names_after(desired: DesiredNetwork, names: t.Sequence[str], context: Context) -> list[str]:
    """The members of the network afterwards, with those that join or leave it by plans of their own."""
    after = set(names) if desired.connected is None or desired.appends else set()
    after |= {member.name for member in desired.connected or ()}
    for container in context.desired.containers:
        joins = container.network_mode == desired.name or any(
            each.name == desired.name for each in container.networks or ()
        )
        if joins and container.state != "absent":
            after.add(container.name)
        elif (
            container.state == "absent"
            or container.purge_networks
            or desired.name in container.leaves
            or _leaves_by_mode(container, desired.name, context)
        ):
            after.discard(container.name)
    return sorted(after)


def _leaves_by_mode(desired: DesiredContainer, network: str, context: Context) -> bool:
    """Whether a container leaves a network that it does not list, because it gets another network mode."""
    mode, summary = desired.network_mode, context.snapshot.find_container(desired.name)
    if mode is None or summary is None:
        return False
    if mode in MODES_WITHOUT_PORTS or mode.startswith("container:"):
        return True
    return not desired.networks and context.snapshot.inspected(summary).main_network == network


def _check_same(desired: DesiredNetwork, standing: Network, context: Context) -> None:
    differences = find_differences(desired, standing, context.engine.api)
    if not differences or desired.on_difference == "rebuild":
        return
    listing = "; ".join(
        f"{option} differs" if may_hold_secret(option) else f"{option} is {old!r}, wanted {new!r}"
        for option, (old, new) in sorted(differences.items())
    )
    raise Failure(
        "option_conflict",
        f"Network {desired.name!r} differs: {listing}. Docker changes nothing of a network in place, and"
        " on_difference=fail forbids to rebuild it.",
        differences={
            option: dict(zip(("before", "after"), map(hide_map, sides) if may_hold_secret(option) else sides))
            for option, sides in differences.items()
        },
    )


def _plan_removal(desired: DesiredNetwork, standing: Network | None, context: Context) -> Change:
    if standing is None:
        return Change("network", desired.name, predicted=None)
    check_removal(desired, context)
    members = context.snapshot.members_of(standing)
    leaving = [member for member in members if context.removes_container(member.name)]
    staying = [member for member in members if member not in leaving]
    if staying and not desired.force:
        names = ", ".join(repr(member.name) for member in staying)
        raise Failure(
            "network_in_use",
            f"Network {desired.name!r} has containers on it: {names}. Disconnect or remove them, or set force=true to"
            " disconnect them.",
            members=sorted(member.name for member in staying),
        )
    api = context.engine.api
    # The successor of a member is never on the network.
    replaced = [member for member in staying if member.id in context.replacements]
    steps: list[Step] = [
        _leave(standing, member, context.snapshot.inspected(member), api)
        for member in staying
        if member not in replaced
    ]
    steps.append(RemoveNetwork(standing.id, desired.name, waits=standing.is_of_swarm))
    copying = find_copying_networks(desired.name, context)
    return Change(
        "network",
        desired.name,
        steps=tuple(steps),
        before={**describe_network(standing), "connected": sorted(member.name for member in members)},
        after={},
        will_lose=tuple(
            loss
            for member in staying
            for loss in _list_closed(desired.name, context.snapshot.inspected(member), context)
        ),
        needs=frozenset(
            [
                *(("container", member.name) for member in [*leaving, *replaced]),
                *(("network", network.name) for network in copying),
            ]
        ),
        predicted=None,
    )


def _leave(standing: Network, member: Summary, container: Container, api: Api) -> Disconnect:
    endpoint = clean_endpoint(container, container.endpoints.get(standing.name) or {}, api)
    return Disconnect(standing.id, member.id, endpoint, standing.name, member.name)


def _plan_members(
    desired: DesiredNetwork, standing: Network | None, reference: str, context: Context, refusals: Refusals
) -> tuple[list[Step], list[str]]:
    if desired.connected is None:
        return [], []
    joins: list[Step] = []
    leaves: list[Step] = []
    losses: list[str] = []
    listed = set()
    for member in desired.connected:
        summary = context.snapshot.find_container(member.name)
        listed.add(member.name if summary is None else summary.name)
        joined = refusals.gather(_plan_member, desired, member, reference, context)
        joins.extend(joined or ())
        if joined and summary is not None and summary.is_running:
            losses.extend(_losses(context.snapshot.inspected(summary)))
    if standing is not None and not desired.appends and not refusals:
        for summary in context.snapshot.members_of(standing):
            # A container with a plan of its own leaves by that plan, which may replace it.
            if summary.name not in listed and context.container(summary.name) is None:
                left = _leave(standing, summary, context.snapshot.inspected(summary), context.engine.api)
                leaves.append(left.because(f"{summary.name} is not to be on {desired.name}"))
                losses += _list_closed(desired.name, context.snapshot.inspected(summary), context)
    # Those that leave may have the addresses that others need.
    return [*leaves, *joins], losses


def _list_closed(network: str, container: Container, context: Context) -> list[str]:
    """What a container that leaves the network does not publish any more."""
    others = [name for name in container.endpoints if name != network]
    return [] if goes_on_publishing(others, context) else list_closed(container)


def _plan_member(desired: DesiredNetwork, member: DesiredEndpoint, reference: str, context: Context) -> list[Step]:
    planned = context.container(member.name)
    if planned is not None and planned.state == "absent":
        raise Failure("option_conflict", f"Network {desired.name!r} lists {member.name!r}, which this task removes.")
    if planned is not None:
        # The container joins by its own plan.
        return []
    summary = find_joining(member.name, desired.name, context)
    return plan_endpoint(summary.name, context.snapshot.inspected(summary), member, desired.name, reference, context)


def _losses(container: Container) -> list[str]:
    """Joining another network makes the engine publish a second time, with new ephemeral numbers (moby#44137)."""
    moving = [
        binding for binding in (*container.bindings, *container.bindings_of_all) if not binding.configured.is_fixed
    ]
    return [f"ephemeral host port of {container.name} for {binding.configured.key} may change" for binding in moving]
