# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""Whether the networks of a plan have an address for each container that is to run on them."""

from __future__ import annotations

import ipaddress
import typing as t

from .._errors import Failure
from .._objects.networks import Network, Pool
from .changes import Change
from .context import Context

_RUNNING = ("running", "paused")


def check_room(changes: t.Sequence[Change], context: Context) -> list[Failure]:
    """Networks that have fewer addresses than the plan needs. The engine would find out when a container is joined."""
    refusals = []
    changed = {change.name: change for change in changes if change.kind == "container" and change.has_effect}
    planned = {change.name: change for change in changes if change.kind == "network"}
    touched = {name for change in changed.values() for name in (change.predicted or {}).get("networks") or ()}
    touched |= {name for name, change in planned.items() if change.has_effect}
    names = [network.name for network in context.snapshot.networks]
    for name in sorted(touched):
        if names.count(name) > 1:
            # Engines before 25 allow that; which one a container is on stands nowhere in the plan.
            continue
        network = planned.get(name)
        pools = [pool for pool in _find_pools(name, network, context) if pool.network.version == 4]
        if len(pools) != 1:
            # Engines give addresses of the first of several subnets; without any nothing is known.
            continue
        takers = _list_takers(name, pools[0], network, changed, context)
        room = _count_addresses(pools[0])
        if len(takers) > room:
            listing = ", ".join(repr(taker) for taker in takers)
            refusals.append(
                Failure(
                    "address_in_use",
                    f"Network {name!r} has {room} address{'' if room == 1 else 'es'} for containers in"
                    f" {pools[0].iprange or pools[0].subnet}, and {len(takers)} would be needed: {listing}. Disconnect"
                    " or stop one of them, or give the network a wider range.",
                    network=name,
                    room=room,
                    containers=takers,
                )
            )
    return refusals


def _find_pools(name: str, change: Change | None, context: Context) -> t.Sequence[Pool]:
    standing = context.snapshot.find_network(name)
    if change is not None and change.network_rebuild is not None:
        return Network(change.network_rebuild.after).pools
    if standing is not None:
        return standing.pools
    desired = context.network(name)
    return (desired.pools if desired is not None else None) or ()


def _list_takers(
    name: str, pool: Pool, network: Change | None, changed: t.Mapping[str, Change], context: Context
) -> list[str]:
    """The containers that take an address of the pool; one that starts before its original has ended stands twice."""
    fixed: dict[str, str] = {}
    if network is not None and network.predicted is not None:
        fixed = {row["name"]: row["ip_address"] for row in network.predicted["connected"]}
    else:
        standing = context.snapshot.find_network(name)
        for summary in [] if standing is None else context.snapshot.members_of(standing):
            fixed[summary.name] = str((summary.endpoints[name].get("IPAMConfig") or {}).get("IPv4Address") or "")
    takers = []
    for change in changed.values():
        endpoint = ((change.predicted or {}).get("networks") or {}).get(name)
        fixed.pop(change.name, None)
        if endpoint is not None:
            fixed[change.name] = endpoint["ip_address"]
    for container, address in sorted(fixed.items()):
        change_of_it, summary_of_it = changed.get(container), context.snapshot.find_container(container)
        state = "" if summary_of_it is None else summary_of_it.state
        if change_of_it is not None and change_of_it.predicted is not None:
            state = change_of_it.predicted["state"]
        if state not in _RUNNING or (address and not _is_within(address, pool)):
            continue
        takers.append(container)
        replacement = None if change_of_it is None else change_of_it.replacement
        if replacement is not None and replacement.starts_first and name in replacement.container.endpoints:
            takers.append(container)
    return takers


def _is_within(address: str, pool: Pool) -> bool:
    return ipaddress.ip_address(address) in ipaddress.ip_network(pool.iprange or pool.subnet)


def _count_addresses(pool: Pool) -> int:
    """The first and the last of the subnet are for no container; one of the range is the gateway's by default."""
    subnet, given = pool.network, ipaddress.ip_network(pool.iprange or pool.subnet)
    kept = {subnet.network_address, subnet.broadcast_address}
    kept |= {ipaddress.ip_address(address) for _name, address in pool.aux_addresses}
    if pool.gateway:
        kept.add(ipaddress.ip_address(pool.gateway))
    return given.num_addresses - sum(address in given for address in kept) - (not pool.gateway)
