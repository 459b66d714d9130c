# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who holds a host port, as containers or as processes of the host, and who wants it."""

from __future__ import annotations

import contextlib
import socket
import typing as t
from dataclasses import dataclass

from ansible_collections.bridgeport.docker.tests.support.real_engine import docker, random_name

IMAGE = "bridgeport-test-busybox:1"
COMMAND = ("sh", "-c", 'trap "exit 0" TERM; while :; do sleep 60 & wait $!; done')


@dataclass(frozen=True)
class Holder:
    """``spec``: what a container publishes. ``address`` and ``dual``: what a process listens on. P is the port."""

    name: str
    spec: str = ""
    address: str = ""
    dual: bool = False
    kind: socket.SocketKind = socket.SOCK_STREAM
    # A socket that is bound and does not listen is in none of the kernel's lists.
    listens: bool = True


HOLDERS = (
    Holder("container P", "P:80"),
    Holder("container 0.0.0.0:P", "0.0.0.0:P:80"),
    Holder("container 127.0.0.1:P", "127.0.0.1:P:80"),
    Holder("container [::1]:P", "[::1]:P:80"),
    Holder("container [::]:P", "[::]:P:80"),
    Holder("container P/udp", "P:80/udp"),
    Holder("process 0.0.0.0:P", address="0.0.0.0"),
    Holder("process 127.0.0.1:P", address="127.0.0.1"),
    Holder("process [::]:P for both", address="::", dual=True),
    Holder("process [::]:P for IPv6", address="::"),
    Holder("process 0.0.0.0:P/udp", address="0.0.0.0", kind=socket.SOCK_DGRAM),
    Holder("process 127.0.0.1:P that does not listen", address="127.0.0.1", listens=False),
)
WANTED = ("P:80", "0.0.0.0:P:80", "127.0.0.1:P:80", "127.0.0.2:P:80", "[::]:P:80", "[::1]:P:80", "P:80/udp")


@contextlib.contextmanager
def hold(holder: Holder, port: int) -> t.Iterator[str]:
    """Gives what a refusal has to name."""
    if holder.spec:
        name = random_name("holder")
        docker("run", "-d", "--name", name, "-p", holder.spec.replace("P", str(port)), IMAGE, *COMMAND)
        try:
            yield name
        finally:
            docker("rm", "-f", name)
        return
    family = socket.AF_INET6 if ":" in holder.address else socket.AF_INET
    with socket.socket(family, holder.kind) as held:
        if family == socket.AF_INET6:
            held.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, int(not holder.dual))
        held.bind((holder.address, port))
        if holder.kind == socket.SOCK_STREAM and holder.listens:
            held.listen()
        yield "PID" if holder.listens else ""


def engine_accepts(spec: str) -> bool:
    """What the engine itself does with it. Raises AssertionError where it fails for another reason than the port."""
    name = random_name("asks")
    try:
        docker("run", "-d", "--name", name, "-p", spec, IMAGE, *COMMAND)
        return True
    except AssertionError as error:
        texts = ("port is already allocated", "address already in use", "cannot assign requested address")
        if not any(text in str(error) for text in texts):
            raise
        return False
    finally:
        docker("rm", "-f", name, check=False)
