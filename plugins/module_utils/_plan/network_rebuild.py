# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""Rebuilding a network with all of its members: whether that may be done, and the steps.

Docker changes nothing of a network in place. All members, running and stopped, leave the network, it is removed and
remade, and all members join it again with the settings that they had. A failure is undone: the old network is remade
where it was removed already, and gets its members back.
"""

from __future__ import annotations

import typing as t
from dataclasses import replace

from .._desired.networks import DesiredEndpoint, DesiredNetwork
from .._errors import Failure
from .._objects.containers import clean_endpoint
from .._objects.driver_options import BRIDGE_OPTIONS
from .._objects.engine import Api
from .._objects.journal import Member, RebuildRecord
from .._objects.names import trial_network_name
from .._objects.networks import DRIVERS_WITHOUT_PORTS, Network, Pool, contains, judge_address, overlapping
from .._objects.ports import Publication
from .._types import Json
from .changes import NetworkRebuild
from .context import Context
from .endpoints import check_mode, find_joining, merge_endpoint
from .mac import is_mac_configured, list_lost_macs, needs_other_mac, refuse_mac
from .network_body import rebuild_body, replay_body, with_copied
from .network_checks import find_definition


def design_rebuild(desired: DesiredNetwork, standing: Network, context: Context) -> NetworkRebuild:
    """Raises Failure where it must not be done."""
    name, api = desired.name, context.engine.api
    before, after = replay_body(standing, api), rebuild_body(desired, standing, api)
    members = _list_members(desired, standing, context)
    recreated = frozenset(each.name for each in members if context.recreates(each.name, name))
    _check_members(desired, standing, members, recreated, context)
    pools = Network(with_copied(after, find_definition(desired, standing, context))).pools
    for member in members:
        _check_addresses(desired, member, pools)
        if member.name in recreated:
            _check_early(desired, member, before, api)
    moved = tuple(member for member in members if member.name not in recreated)
    return NetworkRebuild(
        RebuildRecord(name, standing.id, before, after, moved),
        _trial_body(after, standing, trial_network_name(name, standing.id)),
        recreated,
        tuple(
            (member.container, _bound_publications(member, after, context))
            for member in moved
            if member.after is not None
        ),
        tuple(_list_losses(desired, standing, before, after, moved, context)),
    )


def _publishes_nothing(body: Json) -> bool:
    """Whether the engine publishes no port through the network that this request makes."""
    return bool(body["Internal"]) or body["Driver"] in DRIVERS_WITHOUT_PORTS


def _bound_publications(member: Member, after: Json, context: Context) -> tuple[Publication, ...]:
    """The publications that have to be bound again: those that are bound now, and none on an internal network."""
    container = context.snapshot.containers[member.container]
    if _publishes_nothing(after):
        return ()
    return tuple(each.configured for each in container.bindings if each.actual)


# -- members -----------------------------------------------------------------------------------------------------------


def _list_members(desired: DesiredNetwork, standing: Network, context: Context) -> list[Member]:
    """The members before and after, with both endpoints. What the task says of a container counts first."""
    listed = {member.name: member for member in desired.connected or ()}
    found = []
    members = [*context.snapshot.members_of(standing), *context.snapshot.stale_members_of(standing)]
    for summary in members:
        container = context.snapshot.inspected(summary)
        planned = context.container(summary.name)
        if planned is not None and planned.state == "absent":
            continue
        current = container.endpoints.get(desired.name) or {}
        former = clean_endpoint(container, current, context.engine.api)
        endpoint: DesiredEndpoint | None = None
        stays = desired.connected is None or desired.appends or summary.name in listed
        if planned is not None:
            endpoint = next((each for each in planned.networks or () if each.name == desired.name), None)
            leaves = planned.networks is not None and planned.purge_networks and endpoint is None
            stays = not leaves and desired.name not in planned.leaves
        endpoint = endpoint or listed.get(summary.name)
        stays_itself = stays and not context.recreates(summary.name, desired.name)
        if endpoint is not None and stays_itself and needs_other_mac(container, endpoint, desired.name):
            raise refuse_mac(summary.name, endpoint, desired.name)
        after = dict(former) if stays else None
        if stays and endpoint is not None:
            after = merge_endpoint(endpoint, container, current, context.engine.api)
        found.append(Member(summary.id, summary.name, former, after, summary.is_running))
    names = {summary.name for summary in members}
    for name, member in listed.items():
        if name not in names and context.container(name) is None:
            joining = find_joining(name, desired.name, context)
            check_mode(context.snapshot.inspected(joining), desired.name)
            after = replace(member, mac_address=None).merge_into({})
            found.append(Member(joining.id, joining.name, None, after, joining.is_running))
    return found


# -- may it be done? ---------------------------------------------------------------------------------------------------


def find_members_to_recreate(desired: DesiredNetwork, standing: Network, context: Context) -> dict[str, str]:
    """The members that could not rejoin the network as they were, each with the reason.

    From engine 25 on a container whose NetworkMode holds the network's ID cannot join the network that takes its place
    (seen on 26.1 and 28.5), and connecting ignores a MAC address (API 1.44 to 1.53).
    """
    found = {}
    for summary in [*context.snapshot.members_of(standing), *context.snapshot.stale_members_of(standing)]:
        container = context.snapshot.inspected(summary)
        if container.network_mode == standing.id:
            found[container.name] = "its network mode is the network's ID"
        elif context.engine.api.mac_per_endpoint and is_mac_configured(container, standing.name, context.snapshot):
            found[container.name] = "the engine would not give it its MAC address again"
    return found


def _check_members(
    desired: DesiredNetwork,
    standing: Network,
    members: t.Sequence[Member],
    recreated: t.Collection[str],
    context: Context,
) -> None:
    """Refuse where a member could not rejoin the network, or not as it was."""
    must_be_recreated = find_members_to_recreate(desired, standing, context)
    held: dict[str, str] = {}
    for member in members:
        container = context.snapshot.containers[member.container]
        if member.before is None or (member.after is None and not container.is_running):
            continue
        removes_itself = container.host_config.get("AutoRemove")
        if removes_itself and (member.name in recreated or member.container in context.replacements):
            why = must_be_recreated.get(member.name, "this task changes it as well")
            raise Failure(
                "unsupported",
                f"Network {desired.name!r} cannot be rebuilt: its member {member.name!r} has to be recreated ({why}),"
                " and was started with --rm. Stop it first, or take two tasks.",
                members=[member.name],
            )
        if removes_itself and any(b.configured.is_fixed for b in container.bindings):
            raise Failure(
                "unsupported",
                f"Network {desired.name!r} cannot be rebuilt: its member {member.name!r} was started with --rm and"
                " publishes fixed host ports. If it could not have them back, it could not be restarted either. Stop"
                " it first.",
                members=[member.name],
            )
        if member.name in must_be_recreated and member.name not in recreated:
            held[member.name] = must_be_recreated[member.name]
    if held:
        listing = ", ".join(f"{name!r} ({why})" for name, why in held.items())
        raise Failure(
            "unsupported",
            f"Network {desired.name!r} cannot be rebuilt: these members can only be recreated: {listing}."
            " on_member_recreate=recreate does that in the same change, for those that stay on the network; disconnect"
            " the others first.",
            members=list(held),
        )


def _check_early(desired: DesiredNetwork, member: Member, before: Json, api: Api) -> None:
    """Engines from 25 on look at an address when the successor is made, which is while the old network stands."""
    subnets = Network(before).subnets
    for address in _fixed_addresses(member):
        if api.checks_addresses_at_create and not contains(subnets, address):
            raise Failure(
                "unsupported",
                f"Network {desired.name!r} cannot be rebuilt: its member {member.name!r} has to be recreated, and the"
                f" engine does not take its new address {address} as long as the network has {', '.join(subnets)}."
                " Disconnect it first.",
                members=[member.name],
            )


def _fixed_addresses(member: Member) -> list[str]:
    """The fixed addresses that the member is to have on the new network."""
    ipam = (member.after or {}).get("IPAMConfig") or {}
    return [ipam[key] for key in ("IPv4Address", "IPv6Address") if ipam.get(key)]


def _check_addresses(desired: DesiredNetwork, member: Member, pools: t.Sequence[Pool]) -> None:
    for address in _fixed_addresses(member):
        judgment = judge_address(address, pools)
        if judgment is None:
            continue
        code, role = judgment
        if not role:
            subnets = ", ".join(pool.subnet for pool in pools) or "no subnet of its own"
            raise Failure(
                code,
                f"Network {desired.name!r} cannot be rebuilt with {subnets}: its member {member.name!r} has the fixed"
                f" address {address}. Give it another one in connected, or choose a subnet that holds it.",
                address=address,
                container=member.name,
            )
        raise Failure(
            code,
            f"Network {desired.name!r} cannot be rebuilt: its member {member.name!r} has the fixed address {address},"
            f" which would be {role}. Give the member another address in connected, or choose another"
            " subnet.",
            address=address,
            container=member.name,
        )


def _trial_body(after: Json, standing: Network, name: str) -> dict[str, t.Any] | None:
    """The new network under another name, to stand beside the old one; None where the two share what only one can have.

    That is an address, the parent of a network that is on one of the host, or what a network copies.
    """
    made = Network(after)
    if made.driver != "bridge" or made.config_from or made.is_of_swarm:
        return None
    if any(overlapping(pool.subnet, standing.subnets) for pool in made.pools):
        return None
    key = BRIDGE_OPTIONS["bridge_name"]
    former = standing.options.get(key)
    options = {k: v for k, v in after["Options"].items() if k != key or v != former}
    return {**after, "Name": name, "Options": options}


# -- what it costs -----------------------------------------------------------------------------------------------------


def _list_losses(
    desired: DesiredNetwork,
    standing: Network,
    before: Json,
    after: Json,
    members: t.Sequence[Member],
    context: Context,
) -> list[str]:
    losses = [f"network ID {standing.id[:12]} of {desired.name}"]
    for member in members:
        container = context.snapshot.containers[member.container]
        if member.before is None or not container.is_running:
            continue
        losses.append(f"open connections of {member.name} on {desired.name}")
        if member.after is None:
            continue
        if not (member.after.get("IPAMConfig") or {}).get("IPv4Address"):
            losses.append(f"dynamic address of {member.name} on {desired.name} may change")
        losses += list_lost_macs(container, {desired.name: member.after}, context.snapshot)
        bindings = (*container.bindings, *container.bindings_of_all)
        if _publishes_nothing(after) and not _publishes_nothing(before):
            losses += [f"publication {each.configured} of {member.name} through {desired.name}" for each in bindings]
            continue
        losses += [
            f"ephemeral host port of {member.name} for {binding.configured.key} may change"
            for binding in bindings
            if not binding.configured.is_fixed
        ]
    return losses
