# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import contextlib
import os
import socket
import typing as t
from pathlib import Path

import pytest

from ansible_collections.bridgeport.docker.plugins.module_utils._engine.connection import Connection
from ansible_collections.bridgeport.docker.plugins.module_utils._errors import Failure
from ansible_collections.bridgeport.docker.plugins.module_utils._objects.ports import Publication
from ansible_collections.bridgeport.docker.plugins.module_utils._observe.host_ports import (
    Blocker,
    check_free,
    check_range,
    find_blocker,
    find_process,
    is_local,
)

KINDS = {"tcp": socket.SOCK_STREAM, "udp": socket.SOCK_DGRAM}


@pytest.mark.parametrize("docker_host", ["tcp://127.0.0.1:2375", "ssh://host"])
def test_only_a_unix_socket_can_be_local(docker_host: str) -> None:
    assert is_local(Connection(docker_host)) is False


def test_a_socket_that_cannot_be_asked(tmp_path: Path) -> None:
    assert is_local(Connection(f"unix://{tmp_path}/none.sock")) is None


@pytest.mark.parametrize("prefix", ["unix://", ""])
def test_a_socket_of_our_own_network_namespace(tmp_path: Path, prefix: str) -> None:
    path = tmp_path / "d.sock"
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as daemon:
        daemon.bind(str(path))
        daemon.listen(1)
        assert is_local(Connection(f"{prefix}{path}", timeout=5)) is True


def holder(protocol: str, address: str = "127.0.0.1") -> socket.socket:
    held = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, KINDS[protocol])
    held.bind((address, 0))
    return held


@pytest.mark.parametrize("protocol", ["tcp", "udp"])
def test_a_port_that_a_process_has(protocol: str) -> None:
    with holder(protocol) as held:
        if protocol == "tcp":
            held.listen(1)
        port = held.getsockname()[1]
        for host_ip in ("127.0.0.1", "0.0.0.0", ""):
            with pytest.raises(Failure) as caught:
                check_free("web", Publication(80, protocol, host_ip, port))
            assert caught.value.code == "port_conflict"
            assert caught.value.details["holder"].endswith(f"(PID {os.getpid()})")
            assert str(port) in caught.value.message
        other = "udp" if protocol == "tcp" else "tcp"
        check_free("web", Publication(80, other, "127.0.0.1", port))
        check_free("web", Publication(80, protocol, "127.0.0.2", port))
        assert find_blocker(Publication(80, protocol, "127.0.0.2", port)) is None
        process = find_process(Publication(80, protocol, "127.0.0.1", port))
        assert find_blocker(Publication(80, protocol, "", port)) == Blocker("0.0.0.0", process=process)
    check_free("web", Publication(80, protocol, "127.0.0.1", port))


@pytest.mark.parametrize("tries_all", [True, False])
def test_a_range_of_which_processes_have_ports(tries_all: bool) -> None:
    def refused(first: int, last: int, *held: int) -> Failure | None:
        wanted = Publication(80, "tcp", "127.0.0.1", first, last)
        containers = [Publication(80, "tcp", "", port) for port in held]
        try:
            check_range("web", wanted, containers, tries_all=tries_all)
        except Failure as failure:
            return failure
        return None

    with two_in_a_row() as port:
        last = port + 1
        failure = refused(port, last)
        assert failure is not None
        assert failure.code == "port_conflict"
        assert failure.details["holder"].endswith(f"(PID {os.getpid()})")
        assert f"127.0.0.1:{port}-{last}:80/tcp" in failure.message
        # A range of which a process has a part: engines before 27.0 may choose just that.
        assert (refused(port, last + 20) is None) is tries_all
        # What containers hold is for the plan.
        assert refused(port, last, port, last) is None
        assert refused(port, last, port) is not None
    assert refused(port, last) is None
    wanted = Publication(80, "tcp", "192.0.2.1", 18080, 18090)
    with pytest.raises(Failure, match=r"has no address 192\.0\.2\.1"):
        check_range("web", wanted, (), tries_all=tries_all)


@contextlib.contextmanager
def two_in_a_row() -> t.Iterator[int]:
    """A process has this port and the next one."""
    for _attempt in range(50):
        with holder("tcp") as first, contextlib.closing(socket.socket()) as second:
            port = first.getsockname()[1]
            try:
                second.bind(("127.0.0.1", port + 1))
            except OSError:
                continue
            first.listen()
            second.listen()
            yield port
            return
    pytest.fail("no two ports in a row are free")


def test_a_bound_socket_that_does_not_listen_holds_its_port() -> None:
    with holder("tcp") as held, pytest.raises(Failure):
        check_free("web", Publication(80, "tcp", "127.0.0.1", held.getsockname()[1]))


def test_an_address_that_this_host_does_not_have() -> None:
    with pytest.raises(Failure) as caught:
        check_free("web", Publication(80, "tcp", "192.0.2.1", 18080))
    assert caught.value.code == "port_conflict"
    assert "192.0.2.1" in caught.value.message


UNKNOWN: list[t.Any] = [
    pytest.param(Publication(80, "sctp", "192.0.2.1", 18080), id="sctp"),
    pytest.param(Publication(80, "tcp", "192.0.2.1"), id="ephemeral"),
    pytest.param(Publication(80, "tcp", "192.0.2.1", 18080, 18090), id="range"),
]


@pytest.mark.parametrize("publication", UNKNOWN)
def test_what_cannot_be_tried_is_not_refused(publication: Publication) -> None:
    check_free("web", publication)


def test_not_being_allowed_is_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_self: socket.socket, _address: t.Any) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(socket.socket, "bind", refuse)
    check_free("web", Publication(80, "tcp", "127.0.0.1", 80))


def test_a_port_that_nobody_has_has_no_holder() -> None:
    with holder("tcp") as held:
        port = held.getsockname()[1]
    assert find_process(Publication(80, "tcp", "127.0.0.1", port)) is None
