# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""The subnets that the networks of a task take, and who owns them already."""

from __future__ import annotations

import ipaddress
import typing as t
from dataclasses import dataclass, replace

from .._desired.networks import DesiredNetwork, SubnetPool
from .._errors import Failure
from .._objects.driver_options import BRIDGE_OPTIONS
from .._objects.networks import PREDEFINED, Network, Pool, overlapping
from .._objects.snapshot import Snapshot
from .._types import Key
from .context import Context

# So many owners stand in a message; the failure's details have all.
_LISTED = 8


@dataclass(frozen=True)
class SubnetOwner:
    """``name`` is that of the network or of the host's interface, ``who`` is how messages call it."""

    name: str
    who: str
    subnet: str


def check_overlap(desired: DesiredNetwork, standing: Network | None, context: Context) -> None:
    """Refuse a subnet that overlaps with that of another owner. ``standing``: the network as it stands."""
    owners = [each for each in _network_owners(desired, context.snapshot) if not context.removes_network(each.name)]
    owners += _planned_owners(desired.name, context.desired.networks, context)
    kept = [] if standing is None else standing.subnets
    # Networks of other drivers have what the host has on purpose, or stay out of its way.
    driver = desired.driver or ("bridge" if standing is None else standing.driver)
    on_host = _host_owners(desired, context.snapshot) if driver == "bridge" else []
    pools = () if desired.config_only else context.asked_pools(desired)
    for index, pool in enumerate(pools):
        own = [_network_owner(desired.name, earlier.subnet) for earlier in pools[:index]]
        # The host has lived with the subnet that the network has had until now.
        for owner in [*owners, *own, *([] if pool.subnet in kept else on_host)]:
            if overlapping(pool.subnet, [owner.subnet]):
                raise Failure(
                    "subnet_overlap",
                    f"Network {desired.name!r} cannot take {pool.subnet}: {owner.who} has {owner.subnet}. Choose"
                    " another subnet.",
                    subnet=pool.subnet,
                    holder=owner.name,
                    holder_subnet=owner.subnet,
                )


def find_releasing_networks(desired: DesiredNetwork, context: Context) -> frozenset[Key]:
    """The networks that this task removes and whose addresses the new one takes."""
    releasing = set()
    for network in context.snapshot.networks:
        if not context.removes_network(network.name):
            continue
        if any(overlapping(pool.subnet, network.subnets) for pool in context.asked_pools(desired)):
            releasing.add(("network", network.name))
    return frozenset(releasing)


# -- a free subnet -----------------------------------------------------------------------------------------------------


def choose_subnets(context: Context) -> tuple[Context, list[Failure]]:
    """Choose a subnet for each network that takes any free one of a pool. A subnet that fits already is kept."""
    chosen = [_drop_unused(desired, context) for desired in context.desired.networks]
    refusals = []
    for index, desired in enumerate(chosen):
        if desired.subnet_pool is None or desired.state == "absent" or desired.name in PREDEFINED:
            continue
        try:
            standing = context.snapshot.find_network(desired.name)
            if standing is not None and any(map(desired.subnet_pool.holds, standing.pools)):
                continue
            owners = [
                *_network_owners(desired, context.snapshot),
                *_planned_owners(desired.name, chosen, context),
                *_host_owners(desired, context.snapshot),
            ]
            chosen[index] = replace(desired, pools=(Pool(_find_free(desired.name, desired.subnet_pool, owners)),))
        except Failure as failure:
            refusals.append(failure)
    return context.replace(desired=replace(context.desired, networks=tuple(chosen))), refusals


def _drop_unused(desired: DesiredNetwork, context: Context) -> DesiredNetwork:
    """Without the IPv6 subnets that the engine would show and not use, where the task's module passes these over."""
    if not desired.ignores_unused_pools or desired.state == "absent" or desired.config_only:
        return desired
    standing = next((each for each in context.snapshot.networks if each.name == desired.name), None)
    has_ipv6 = desired.enable_ipv6
    if has_ipv6 is None:
        has_ipv6 = standing is not None and standing.has_ipv6
    unused = () if has_ipv6 else tuple(pool for pool in desired.pools or () if pool.network.version == 6)
    if not unused:
        return desired
    used = tuple(pool for pool in desired.pools or () if pool not in unused)
    return replace(desired, pools=used, unused=tuple(pool.subnet for pool in unused))


def _find_free(name: str, pool: SubnetPool, owners: t.Sequence[SubnetOwner]) -> str:
    """The first free subnet. Each step passes all that one owner has, so that there are no more steps than owners."""
    whole = ipaddress.ip_network(pool.whole)
    others = [(ipaddress.ip_network(owner.subnet), owner) for owner in owners]
    taken = [(network, owner) for network, owner in others if network.version == whole.version]
    size = 1 << (whole.max_prefixlen - pool.prefix)
    in_the_way: list[SubnetOwner] = []
    start = int(whole.network_address)
    while start <= int(whole.broadcast_address):
        # The class makes an address of the right family also of a small number.
        candidate = type(whole)((start, pool.prefix))
        blocking = [(network, owner) for network, owner in taken if network.overlaps(candidate)]
        if not blocking:
            return str(candidate)
        in_the_way += [owner for _network, owner in blocking if owner not in in_the_way]
        last = max(int(network.broadcast_address) for network, _holder in blocking)
        start = max(start + size, (last // size + 1) * size)
    listing = "; ".join(f"{owner.who} has {owner.subnet}" for owner in in_the_way[:_LISTED])
    if len(in_the_way) > _LISTED:
        listing += f"; and {len(in_the_way) - _LISTED} more"
    raise Failure(
        "subnet_overlap",
        f"Network {name!r} finds no free /{pool.prefix} in {pool.whole}: {listing}. Choose a wider range, or remove"
        " what is not needed.",
        subnet=pool.whole,
        holders=[{"holder": owner.name, "subnet": owner.subnet} for owner in in_the_way],
    )


# -- owners ------------------------------------------------------------------------------------------------------------


def _network_owner(name: str, subnet: str) -> SubnetOwner:
    return SubnetOwner(name, f"network {name!r}", subnet)


def _network_owners(desired: DesiredNetwork, snapshot: Snapshot) -> list[SubnetOwner]:
    """The other networks of the engine. Those of a swarm have addresses apart, and definitions have none."""
    standing = next((network for network in snapshot.networks if network.name == desired.name), None)
    of_swarm = desired.is_for_swarm or (desired.driver is None and standing is not None and standing.is_of_swarm)
    # The engine lists networks in any order; the first one in the way is named.
    return [
        _network_owner(network.name, subnet)
        for network in sorted(snapshot.networks, key=lambda network: (network.name, network.id))
        if network.name != desired.name and network.is_of_swarm == of_swarm and not network.is_config_only
        for subnet in network.subnets
    ]


def _planned_owners(name: str, networks: t.Iterable[DesiredNetwork], context: Context) -> list[SubnetOwner]:
    """The other networks of the task."""
    others = [other for other in networks if other.state != "absent" and other.name != name and not other.config_only]
    return [_network_owner(other.name, pool.subnet) for other in others for pool in context.asked_pools(other)]


def _host_owners(desired: DesiredNetwork, snapshot: Snapshot) -> list[SubnetOwner]:
    """The host's own addresses and routes, as far as they are known, without those of networks.

    What stands on a bridge of Docker, or on one that was made for this network beforehand, belongs to a network.
    """
    key = BRIDGE_OPTIONS["bridge_name"]
    bridges: set[str | None] = {network.options.get(key) or f"br-{network.id[:12]}" for network in snapshot.networks}
    bridges.add((desired.driver_options or {}).get(key))
    return [
        SubnetOwner(
            each.device,
            f"this host's interface {each.device!r}" if each.is_address else f"a route of this host by {each.device!r}",
            each.subnet,
        )
        for each in snapshot.host_ranges or ()
        if each.device not in bridges
    ]
