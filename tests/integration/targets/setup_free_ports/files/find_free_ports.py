# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Print a row of host ports that are free on every address, TCP and UDP, as a JSON list: find_free_ports.py COUNT."""

from __future__ import annotations

import contextlib
import errno
import json
import random
import socket
import sys

# Below the ports from which kernels and engines take ephemeral ones.
FIRST, LAST = 20000, 32000
TRIES = 100


def is_free(port: int) -> bool:
    families = [(socket.AF_INET, "0.0.0.0")]
    if socket.has_ipv6:
        families.append((socket.AF_INET6, "::"))
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
        for family, address in families:
            with contextlib.ExitStack() as stack:
                try:
                    probe = stack.enter_context(socket.socket(family, kind))
                except OSError:
                    continue  # a kernel without IPv6
                if family == socket.AF_INET6:
                    probe.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
                try:
                    probe.bind((address, port))
                except OSError as error:
                    if error.errno == errno.EADDRINUSE:
                        return False
    return True


def find_row(count: int) -> list[int]:
    for _try in range(TRIES):
        first = random.randrange(FIRST, LAST - count)
        if all(is_free(port) for port in range(first, first + count)):
            return list(range(first, first + count))
    raise SystemExit(f"no {count} free ports in a row in {TRIES} tries")


if __name__ == "__main__":
    print(json.dumps(find_row(int(sys.argv[1]))))
