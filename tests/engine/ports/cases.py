# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Containers that publish in every way."""

from __future__ import annotations

from dataclasses import dataclass

# Host ports that a case may have to itself.
PORTS = 4


@dataclass(frozen=True)
class Case:
    """``words`` of docker run, where 0 to 3 in braces are host ports and others the names of networks and containers.

    ``then``: what happens to the container afterwards, as words of the docker CLI; {me} is its name.
    """

    name: str
    words: str = ""
    then: tuple[str, ...] = ()
    created_only: bool = False
    # Whether its start may fail for want of something in the kernel, or is meant to.
    may_fail: bool = False
    fails: bool = False


CASES = (
    Case("every address", "-p {0}:80"),
    Case("every IPv4 address", "-p 0.0.0.0:{0}:80"),
    Case("every IPv6 address", "-p [::]:{0}:80"),
    Case("loopback", "-p 127.0.0.1:{0}:80"),
    Case("another loopback", "-p 127.0.0.2:{0}:80"),
    Case("loopback of IPv6", "-p [::1]:{0}:80"),
    Case("any port", "-p 80"),
    Case("any port of every IPv4 address", "-p 0.0.0.0::80"),
    Case("any port of loopback", "-p 127.0.0.1::80"),
    Case("any port of IPv6 loopback", "-p [::1]::80"),
    Case("udp", "-p {0}:53/udp"),
    Case("udp on loopback", "-p 127.0.0.1:{0}:53/udp"),
    Case("udp on IPv6 loopback", "-p [::1]:{0}:53/udp"),
    Case("any udp port", "-p 53/udp"),
    Case("udp and tcp", "-p {0}:53 -p {0}:53/udp"),
    Case("sctp", "-p {0}:80/sctp", may_fail=True),
    Case("sctp and tcp on loopback", "-p 127.0.0.1:{0}:80/sctp -p 127.0.0.1:{0}:80/tcp", may_fail=True),
    Case("any sctp port", "-p 80/sctp", may_fail=True),
    Case("range", "-p {0}-{2}:8000-8002"),
    Case("udp range on loopback", "-p 127.0.0.1:{0}-{2}:8000-8002/udp"),
    Case("one of a range", "-p {0}-{3}:80"),
    Case("one of a range on loopback", "-p 127.0.0.1:{0}-{3}:80"),
    Case("two of a range", "-p 127.0.0.1:{0}-{3}:80 -p 127.0.0.1:{0}-{3}:81"),
    Case("any ports for a range", "-p 8000-8002"),
    Case("any udp ports of loopback for a range", "-p 127.0.0.1::8000-8001/udp"),
    Case("long form", "-p published={0},target=80"),
    Case("one port twice", "-p {0}:80 -p {1}:80"),
    Case("one port on two addresses", "-p 127.0.0.1:{0}:80 -p 127.0.0.2:{0}:80"),
    Case("one port on both loopbacks", "-p 127.0.0.1:{0}:80 -p [::1]:{0}:80"),
    Case("one port everywhere and anywhere", "-p {0}:80 -p 127.0.0.1::80"),
    Case("many", "-p {0}:80 -p 127.0.0.1:{1}:81 -p 82 -p 127.0.0.1::83 -p {2}:53/udp -p [::1]:{3}:84 -p 90-93"),
    Case("-P", "-P --expose 80"),
    Case("-P with udp", "-P --expose 80 --expose 53/udp"),
    Case("-P with a range", "-P --expose 8000-8003"),
    Case("-P and the same port", "-P --expose 80 -p {0}:80"),
    Case("-P and another port", "-P --expose 80 --expose 81 -p 127.0.0.1:{0}:81"),
    Case("-P with nothing", "-P"),
    Case("-P stopped", "-P --expose 80", ("stop -t 2 {me}",)),
    Case("exposed only", "--expose 80"),
    Case("nothing"),
    Case("network of the host", "--network host -p {0}:80"),
    Case("no network", "--network none -p {0}:80"),
    Case("network of another container", "--network container:{other}"),
    Case("network of its own", "--network {net} -p {0}:80 -p 53/udp"),
    Case("network with IPv6", "--network {six} -p {0}:80"),
    Case("network for loopback", "--network {local} -p {0}:80 -p 0.0.0.0:{1}:81"),
    Case("internal network", "--network {inner} -p 127.0.0.1:{0}:80"),
    Case(
        "internal network and another", "--network {inner} -p 127.0.0.1:{0}:80 -p 81", ("network connect {net} {me}",)
    ),
    Case("two networks", "--network {net} -p 127.0.0.1:{0}:80", ("network connect {six} {me}",)),
    Case("off its network", "--network {net} -p 127.0.0.1:{0}:80", ("network disconnect {net} {me}",)),
    Case("stopped", "-p {0}:80 -p 81", ("stop -t 2 {me}",)),
    Case("never started", "-p 127.0.0.1:{0}-{2}:80-82 -p 53/udp", created_only=True),
    Case("paused", "-p {0}:80 -p 127.0.0.1::81", ("pause {me}",)),
    Case("restarted", "-p 80 -p {0}-{3}:81", ("restart -t 2 {me}",)),
    Case("started again", "-P --expose 80 -p 127.0.0.1:{0}:81", ("stop -t 2 {me}", "start {me}")),
    Case("killed", "-p 127.0.0.1:{0}:80", ("kill {me}",)),
    Case("renamed", "-p 127.0.0.1:{0}:80", ("rename {me} {me}x", "rename {me}x {me}")),
    Case("port of another container", "-p {taken}:80 -p 127.0.0.1:{0}:81", fails=True),
    Case("address of another host", "-p 203.0.113.7:{0}:80", fails=True),
)
