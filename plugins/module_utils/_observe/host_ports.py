# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""What can be seen of the host itself where the engine is local: whether it is, and which host ports are free."""

from __future__ import annotations

import errno
import os
import socket
import struct
import typing as t
from dataclasses import replace

from .._engine.connection import Connection
from .._errors import Failure
from .._objects.ports import Publication, find_free_ports

_KINDS = {"tcp": socket.SOCK_STREAM, "udp": socket.SOCK_DGRAM}


def is_local(connection: Connection) -> bool | None:
    """Whether the daemon is reached by a unix socket and shares our network namespace; None: we may not look."""
    if not connection.is_unix_socket:
        return False
    path = connection.docker_host[len("unix://") :] if "://" in connection.docker_host else connection.docker_host
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as peer:
            peer.settimeout(connection.timeout)
            peer.connect("/" + path.lstrip("/"))
            pid = struct.unpack("3i", peer.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))[0]
        return os.readlink(f"/proc/{pid}/ns/net") == os.readlink("/proc/self/ns/net")
    except OSError:
        return None


class Blocker(t.NamedTuple):
    """Why the engine could not have a host port on this address: the host lacks it, or a process has the port.

    ``process``: ``name (PID n)``, as far as we may look.
    """

    address: str
    is_missing: bool = False
    process: str | None = None


def check_free(container: str, publication: Publication) -> None:
    """Raises Failure where a process of the host has the host port."""
    blocker = find_blocker(publication)
    if blocker is not None:
        raise _taken(container, publication, blocker, publication)


def check_range(container: str, wanted: Publication, held: t.Sequence[Publication], *, tries_all: bool) -> None:
    """Raises Failure where processes of the host have ports of a range, so that the engine may find none.

    ``held``: what containers hold, which is no process. ``tries_all``: see Api.tries_whole_range.
    """
    first: tuple[Publication, Blocker] | None = None
    for number in find_free_ports(wanted, held):
        port = replace(wanted, host_port=number, host_port_end=number)
        blocker = find_blocker(port)
        if blocker is None and tries_all:
            return
        if blocker is not None:
            first = first or (port, blocker)
            if blocker.is_missing or not tries_all:
                break
    if first is not None:
        raise _taken(container, *first, wanted)


def find_blocker(publication: Publication) -> Blocker | None:
    """Bind the host port as the engine would, and let it go again.

    TCP with SO_REUSEADDR and listen, UDP without, IPv6 alone (moby, libnetwork/portallocator). Protocols that this
    host's kernel or Python lacks, and ports that this user may not bind, stay unknown.
    """
    kind = _KINDS.get(publication.protocol)
    if kind is None or not publication.is_fixed:
        return None
    for family, address in _addresses(publication.host_ip):
        try:
            with socket.socket(family, kind) as probe:
                if family == socket.AF_INET6:
                    probe.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
                if publication.protocol == "tcp":
                    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind((address, publication.host_port))
                if publication.protocol == "tcp":
                    probe.listen(1)
        except OSError as error:
            if error.errno in (errno.EADDRINUSE, errno.EADDRNOTAVAIL) and not (
                # A host without IPv6 has no such wildcard either; the engine then publishes on IPv4 alone.
                error.errno == errno.EADDRNOTAVAIL and publication.host_ip == ""
            ):
                if error.errno == errno.EADDRNOTAVAIL:
                    return Blocker(address, is_missing=True)
                return Blocker(address, process=find_process(publication))
    return None


def _addresses(host_ip: str) -> list[tuple[socket.AddressFamily, str]]:
    if host_ip == "":
        return [(socket.AF_INET, "0.0.0.0"), (socket.AF_INET6, "::")]
    return [(socket.AF_INET6 if ":" in host_ip else socket.AF_INET, host_ip)]


def _taken(container: str, publication: Publication, blocker: Blocker, wanted: Publication) -> Failure:
    """``publication``: what cannot be bound, of the range that is wanted, where it is one."""
    address, holder = blocker.address, blocker.process
    if blocker.is_missing:
        return Failure(
            "port_conflict",
            f"Container {container!r} cannot publish {wanted}: this host has no address {address}.",
            container=container,
            publication=str(wanted),
        )
    who = f"process {holder}" if holder else "a process on this host"
    of_range = ", which the engine may choose of the range," if wanted.is_range else ""
    return Failure(
        "port_conflict",
        f"Container {container!r} cannot publish {wanted}: {who} uses {publication.protocol} port"
        f" {publication.host_port}{of_range} on {address} or on an address it covers. Stop it, or choose another"
        f" {'range' if wanted.is_range else 'port'} or address.",
        container=container,
        publication=str(wanted),
        holder=holder,
    )


def find_process(publication: Publication) -> str | None:
    """``name (PID n)`` of a process whose socket has this local port, as far as /proc lets us see it."""
    inodes = set()
    for table in (publication.protocol, f"{publication.protocol}6"):
        try:
            with open(f"/proc/net/{table}", encoding="ascii") as lines:
                rows = [line.split() for line in lines][1:]
        except OSError:
            continue
        inodes |= {f"socket:[{row[9]}]" for row in rows if int(row[1].rsplit(":", 1)[1], 16) == publication.host_port}
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            if inodes.intersection(_read_links(f"/proc/{pid}/fd")):
                with open(f"/proc/{pid}/comm", encoding="utf-8", errors="replace") as comm:
                    return f"{comm.read().strip()} (PID {pid})"
        except OSError:
            continue  # the process ended, or we may not look at it
    return None


def _read_links(folder: str) -> t.Iterator[str]:
    for name in os.listdir(folder):
        try:
            yield os.readlink(f"{folder}/{name}")
        except OSError:
            continue  # closed meanwhile
