# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""Which addresses the host itself has, and where it has routes to: a network that takes such a range cuts it off.

The engine looks at these ranges only for subnets that it chooses itself.
"""

from __future__ import annotations

import array
import fcntl
import ipaddress
import socket
import struct
import typing as t

from .._objects.snapshot import HostRange

# Where a route leads to (nearly) everything, a subnet in it takes nothing away: default routes, and the halves of all
# addresses that VPN programs set instead of a default route.
_SHORTEST_PREFIX = {4: 2, 6: 4}
# Flags of a route (linux/route.h, linux/ipv6_route.h): it is up; one that rejects; this host's own address; anycast.
_UP, _REJECT, _LOCAL, _ANYCAST = 0x1, 0x200, 0x80000000, 0x100000
_SIOCGIFCONF = 0x8912
# struct ifreq: a name of 16 bytes, and a union whose size is that of its largest member.
_IFREQ_SIZE = 40 if struct.calcsize("P") == 8 else 32


def read_host_ranges() -> tuple[HostRange, ...] | None:
    """The addresses at which this host answers and the ranges to which it has routes; None where we may not look."""
    try:
        return (
            *_read(_parse_ipv4_routes, "/proc/net/route"),
            *_read(_parse_ipv6_routes, "/proc/net/ipv6_route"),
            *_list_ipv4_addresses(),
            *_read(_parse_ipv6_addresses, "/proc/net/if_inet6"),
        )
    except OSError:
        return None


def _read(parse: t.Callable[[t.Iterable[str]], list[HostRange]], path: str) -> list[HostRange]:
    try:
        # The kernel takes any bytes in the name of an interface; only those that it takes for blanks end the name.
        with open(path, encoding="ascii", errors="surrogateescape") as lines:
            return parse(lines)
    except FileNotFoundError:
        return []  # a kernel without IPv6


def _read_name(field: str) -> str:
    return field.encode("ascii", "surrogateescape").decode("utf-8", "replace")


def _parse_ipv4_routes(lines: t.Iterable[str]) -> list[HostRange]:
    """Of /proc/net/route: the numbers are in the byte order of the host."""
    found = []
    for fields in [line.split() for line in lines][1:]:
        device, flags = _read_name(fields[0]), int(fields[3], 16)
        address, mask = (socket.inet_ntoa(struct.pack("=L", int(fields[index], 16))) for index in (1, 7))
        network = ipaddress.ip_network(f"{address}/{mask}")
        if flags & _UP and not flags & _REJECT and network.prefixlen >= _SHORTEST_PREFIX[4]:
            found.append(HostRange(str(network), device))
    return found


def _parse_ipv6_routes(lines: t.Iterable[str]) -> list[HostRange]:
    found = []
    for fields in [line.split() for line in lines]:
        flags, device = int(fields[8], 16), _read_name(fields[9])
        network = ipaddress.ip_network((int(fields[0], 16).to_bytes(16, "big"), int(fields[1], 16)))
        known = network.is_link_local or network.is_multicast or network.prefixlen < _SHORTEST_PREFIX[6]
        if flags & _UP and not flags & (_REJECT | _LOCAL | _ANYCAST) and not known:
            found.append(HostRange(str(network), device))
    return found


def _parse_ipv6_addresses(lines: t.Iterable[str]) -> list[HostRange]:
    found = []
    for fields in [line.split() for line in lines]:
        address = ipaddress.IPv6Address(int(fields[0], 16))
        if not address.is_link_local:
            found.append(HostRange(f"{address}/128", _read_name(fields[5]), is_address=True))
    return found


def _list_ipv4_addresses() -> list[HostRange]:
    """The addresses of all interfaces, second addresses too; /proc has no list of them that names the interfaces."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        size = 64 * _IFREQ_SIZE
        while True:
            answer = array.array("B", bytes(size))
            place, _length = answer.buffer_info()
            filled = struct.unpack("iP", fcntl.ioctl(asking, _SIOCGIFCONF, struct.pack("iP", size, place)))[0]
            if filled < size:
                break
            size *= 2  # it was cut off
    return _parse_ifreqs(answer.tobytes()[:filled])


def _parse_ifreqs(answer: bytes) -> list[HostRange]:
    found = []
    for start in range(0, len(answer), _IFREQ_SIZE):
        label = answer[start : start + 16].split(b"\0", 1)[0].decode("utf-8", "replace")
        address = socket.inet_ntoa(answer[start + 20 : start + 24])
        found.append(HostRange(f"{address}/32", label.split(":")[0], is_address=True))
    return found
