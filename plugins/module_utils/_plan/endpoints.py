# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""The endpoint of one container on one network: what it becomes, whether the network can give that, and the steps."""

from __future__ import annotations

import typing as t
from dataclasses import replace

from .._desired.networks import DesiredEndpoint, DesiredNetwork
from .._errors import Failure, too_old
from .._objects.containers import Container, automatic_aliases, clean_endpoint
from .._objects.engine import Api
from .._objects.networks import NOT_JOINED, PREDEFINED, Network, Pool, judge_address, read_pools
from .._objects.snapshot import Summary
from .._steps.base import Step
from .._steps.networks import Connect, Disconnect
from .._types import Json
from .context import Context
from .mac import needs_other_mac, refuse_mac


def plan_endpoint(
    name: str,
    container: Container | None,
    desired: DesiredEndpoint,
    network: str,
    reference: str,
    context: Context,
) -> list[Step]:
    """The steps that make one endpoint of a container as desired. ``container`` None: the container will be made."""
    check_endpoint(name, desired, network, context)
    target = name if container is None else container.id
    if container is not None:
        check_mode(container, network)
    api = context.engine.api
    standing = None if container is None else container.endpoints.get(network)
    if container is not None and needs_other_mac(container, desired, network):
        raise refuse_mac(name, desired, network)
    if container is None or standing is None:
        joined = Connect(reference, target, desired.merge_into({}), network, name)
        return [joined.because(f"{name} is not on {network}")]
    if any(each.id == standing.get("NetworkID") != reference for each in context.snapshot.networks):
        raise Failure(
            "ambiguous_name",
            f"Container {name!r} cannot join {network!r}: it is on another network of that name, which Docker could not"
            " tell from this one.",
        )
    former = clean_endpoint(container, standing, api)
    merged = merge_endpoint(desired, container, standing, api)
    is_live = endpoint_is_live(container, standing, reference)
    if merged == former and is_live:
        return []
    differing = sorted(key for key in {*merged, *former} if merged.get(key) != former.get(key))
    cause = (
        f"{', '.join(differing)} of {name} on {network} differ" if differing else f"{name} is half joined to {network}"
    )
    return [
        Disconnect(reference, target, former, network, name, force=not is_live).because(cause),
        Connect(reference, target, merged, network, name).because(cause),
    ]


def check_mode(container: Container, network: str) -> None:
    """Refuse to join a container whose mode is not a network."""
    if container.main_network is None:
        raise Failure(
            "network_mode_conflict",
            f"Container {container.name!r} cannot join {network!r}: its network mode is {container.network_mode}, which"
            " has no endpoints of its own.",
        )


def endpoint_is_live(container: Container, endpoint: Json, network_id: str) -> bool:
    """Whether an endpoint is on the network that stands now, and is joined where the container runs."""
    if endpoint.get("NetworkID") and endpoint["NetworkID"] != network_id:
        return False
    return not container.is_running or bool(endpoint.get("EndpointID"))


def merge_endpoint(desired: DesiredEndpoint, container: Container, standing: Json, api: Api) -> dict[str, t.Any]:
    """What a container asks for when it joins again: what stands, with what is desired. No join gives a MAC address."""
    # Engines up to 25 list the host name among the aliases in any case, so that a task that asks for it is met.
    met = automatic_aliases(container, api) & set(standing.get("Aliases") or ())
    aliases = None if desired.aliases is None else tuple(alias for alias in desired.aliases if alias not in met)
    return replace(desired, aliases=aliases, mac_address=None).merge_into(clean_endpoint(container, standing, api))


def find_joining(name: str, network: str, context: Context) -> Summary:
    """The container that a network lists; it has no plan of its own."""
    summary = context.snapshot.find_container(name)
    if summary is None:
        raise Failure(
            "container_not_found",
            f"Network {network!r} cannot connect {name!r}: there is no container of that name or ID.",
        )
    return summary


def check_endpoint(name: str, desired: DesiredEndpoint, network: str, context: Context) -> None:
    """Refuse an endpoint that the network cannot give."""
    if network in NOT_JOINED:
        raise Failure(
            "network_mode_conflict",
            f"Container {name!r} cannot join {network!r}, which is a network mode: nothing else goes with it. Write"
            f" network_mode={network} instead.",
        )
    found = context.snapshot.find_network(network)
    planned = context.network(network)
    if not context.has_network(network):
        why = (
            "there is no network of that name or ID. Make it first, or in the same task"
            if planned is None
            else "this task removes that"
        )
        raise Failure("network_not_found", f"Container {name!r} cannot join {network!r}: {why}.")
    if desired.gw_priority and not context.engine.api.gateway_priority:
        raise too_old("gw_priority", "28.0", context.engine.version)
    if network in PREDEFINED and desired.aliases:
        raise Failure(
            "option_conflict",
            f"Container {name!r}: Docker gives no aliases on its own network {network!r}. Give them on a network that"
            " was made.",
        )
    if not desired.addresses():
        return
    if network in PREDEFINED:
        raise Failure(
            "option_conflict", f"Container {name!r}: Docker gives no fixed addresses on its own network {network!r}."
        )
    pools = _find_pools(planned, found, context)
    if not pools:
        raise Failure(
            "option_conflict",
            f"Container {name!r} asks for {desired.addresses()[0]} on {network!r}, whose subnet Docker would choose; "
            "fixed addresses need a subnet in ipam_config.",
        )
    has_ipv6 = (planned is not None and planned.enable_ipv6) or (found is not None and found.has_ipv6)
    for address in desired.addresses():
        check_address(name, address, network, pools)
        if address == desired.ipv6_address and not has_ipv6:
            raise Failure(
                "option_conflict",
                f"Container {name!r} asks for {address} on {network!r}, which has no IPv6. Set enable_ipv6=true for the"
                " network.",
            )
        _check_free(name, address, network, found, context)


def _find_pools(planned: DesiredNetwork | None, found: Network | None, context: Context) -> t.Sequence[Pool]:
    asked = () if planned is None else context.asked_pools(planned)
    # Also those that the network does not use: an address is looked for in them first.
    return asked or (() if found is None else read_pools(found.raw))


def check_address(name: str, address: str, network: str, pools: t.Sequence[Pool]) -> None:
    """Refuse an address that no container can have on a network with these pools."""
    judgment = judge_address(address, pools)
    if judgment is None:
        return
    code, role = judgment
    if not role:
        subnets = ", ".join(pool.subnet for pool in pools)
        raise Failure(
            code, f"Container {name!r} asks for {address} on {network!r}, which has {subnets}.", address=address
        )
    raise Failure(
        code,
        f"Container {name!r} asks for {address} on {network!r}, where that is {role}. Choose another address.",
        address=address,
    )


def _check_free(name: str, address: str, network: str, found: Network | None, context: Context) -> None:
    members = [] if found is None else context.snapshot.members_of(found)
    holders = [member.name for member in members if address in member.addresses_on(network)]
    planned_holders = [
        other.name
        for other in context.desired.containers
        if any(each.name == network and address in each.addresses() for each in other.networks or ())
    ]
    planned = context.network(network)
    planned_holders += [
        member.name for member in (planned.connected if planned else None) or () if address in member.addresses()
    ]
    for holder in [each for each in holders if not context.removes_container(each)] + planned_holders:
        if holder != name:
            raise refuse_held(name, address, network, holder)


def refuse_held(name: str, address: str, network: str, holder: str) -> Failure:
    return Failure(
        "address_in_use",
        f"Container {name!r} asks for {address} on {network!r}, which container {holder!r} has. Choose another"
        " address.",
        address=address,
        holder=holder,
    )
