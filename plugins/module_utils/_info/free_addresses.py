# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""How many addresses of a network's pools are still free."""

from __future__ import annotations

import ipaddress
import typing as t

from .._objects.networks import Pool

# Not counted above this: all of IPv4, and next to nothing of an IPv6 subnet.
CAP = 2**32


def count_free(pool: Pool, used: t.Iterable[str]) -> int:
    """The addresses that the engine can still give to containers: those of the iprange where there is an iprange.

    ``used`` are the addresses of endpoints. The engine gives neither the first address of a subnet nor the last of IPv4
    (libnetwork, ipam/allocator.go), and keeps an address for the gateway, also where it does not list a gateway.
    """
    span = ipaddress.ip_network(pool.iprange or pool.subnet)
    taken = {pool.network.network_address, *(ipaddress.ip_address(address) for address in used)}
    if span.version == 4:
        taken.add(pool.network.broadcast_address)
    taken |= {ipaddress.ip_address(address) for _name, address in pool.aux_addresses}
    if pool.gateway:
        taken.add(ipaddress.ip_address(pool.gateway))
        count = span.num_addresses
    else:
        count = span.num_addresses - 1
    return min(max(count - sum(1 for address in taken if address in span), 0), CAP)
