# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import contextlib
import json
import shutil
import socket
import subprocess
import sys
import threading
import typing as t

import pytest

from ansible_collections.bridgeport.docker.plugins.module_utils._probe import dns
from ansible_collections.bridgeport.docker.plugins.module_utils._probe.parse import CLOSED_AT_ONCE, Outcome
from ansible_collections.bridgeport.docker.plugins.module_utils._probe.script import PYTHON_SCRIPT
from ansible_collections.bridgeport.docker.plugins.module_utils._probe.tools import tcp_tools, udp_tools

# The script really runs, against sockets on loopback.


def run_script(action: str, *arguments: str, limit: str = "2") -> dict[str, t.Any]:
    done = subprocess.run(
        [sys.executable, "-I", "-c", PYTHON_SCRIPT, action, limit, *arguments],
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    mark = "bridgeport:"
    (line,) = [line for line in done.stdout.splitlines() if line.startswith(mark)]
    return dict(json.loads(line[len(mark) :]))


@contextlib.contextmanager
def listening(answer: t.Callable[[socket.socket], None]) -> t.Iterator[int]:
    """A server on loopback that treats one connection; gives its port."""

    def serve() -> None:
        with contextlib.suppress(OSError):
            connection, _address = server.accept()
            with connection:
                answer(connection)

    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(10)
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield int(server.getsockname()[1])
        thread.join(10)


@pytest.fixture
def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def wait_for_client(connection: socket.socket) -> None:
    connection.settimeout(10)
    with contextlib.suppress(OSError):
        while connection.recv(100):
            pass


def test_tcp() -> None:
    with listening(wait_for_client) as port:
        found = run_script("tcp", "127.0.0.1", str(port), "0")
    assert list(found) == ["ms"]
    assert 0 < found["ms"] < 2000


def test_tcp_refused(closed_port: int) -> None:
    assert run_script("tcp", "127.0.0.1", str(closed_port), "0") == {"error": "Connection refused"}


def test_tcp_lingers() -> None:
    with listening(wait_for_client) as port:
        found = run_script("tcp", "127.0.0.1", str(port), "0.3")
    assert found["ms"] < 300


def test_tcp_of_a_proxy_with_nothing_behind() -> None:
    with listening(lambda connection: None) as port:
        found = run_script("tcp", "127.0.0.1", str(port), "0.3")
    assert "closed at once" in found["error"]


def test_tcp_of_a_server_that_speaks_first() -> None:
    with listening(lambda connection: connection.sendall(b"220 welcome\r\n")) as port:
        assert "error" not in run_script("tcp", "127.0.0.1", str(port), "0.3")


def serve_http(answer: bytes, seen: list[bytes]) -> t.Callable[[socket.socket], None]:
    def serve(connection: socket.socket) -> None:
        seen.append(connection.recv(4096))
        connection.sendall(answer)

    return serve


def test_http() -> None:
    seen: list[bytes] = []
    with listening(serve_http(b"HTTP/1.1 503 Busy\r\nContent-Length: 7\r\n\r\nsorry\xff\n", seen)) as port:
        found = run_script("http", "127.0.0.1", str(port), "shop:8080", "/a?b=1", "1000")
    assert (found["status"], found["body"]) == (503, "sorry\ufffd\n")
    assert seen[0].startswith(b"GET /a?b=1 HTTP/1.1\r\n")
    assert seen[0].count(b"Host:") == 1
    assert b"Host: shop:8080\r\n" in seen[0]


def test_http_keeps_the_beginning_of_a_long_body() -> None:
    with listening(serve_http(b"HTTP/1.0 200 OK\r\n\r\n" + b"x" * 5000, [])) as port:
        assert run_script("http", "127.0.0.1", str(port), "x", "/", "1000")["body"] == "x" * 1000


def test_http_of_something_else() -> None:
    with listening(serve_http(b"SSH-2.0-OpenSSH\r\n", [])) as port:
        assert run_script("http", "127.0.0.1", str(port), "x", "/", "1000")["error"].startswith("no HTTP answer")


def test_http_silence() -> None:
    with listening(wait_for_client) as port:
        found = run_script("http", "127.0.0.1", str(port), "x", "/", "1000", limit="0.5")
    assert found == {"error": "no answer within 0.5 s", "late": True}


@contextlib.contextmanager
def hearing(answers: bool) -> t.Iterator[tuple[int, list[bytes]]]:
    """A UDP socket on loopback that hears one datagram; gives its port and what it hears."""
    heard: list[bytes] = []

    def serve() -> None:
        with contextlib.suppress(OSError):
            datagram, client = server.recvfrom(4096)
            heard.append(datagram)
            if answers:
                server.sendto(b"", client)  # an empty answer is one

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        server.settimeout(10)
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield int(server.getsockname()[1]), heard
        thread.join(10)


@pytest.fixture
def closed_udp_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        return int(server.getsockname()[1])


PAYLOAD = b"\x00\n%\xff'"


def run_udp(which: str, port: int) -> Outcome:
    (tool,) = [each for each in udp_tools("127.0.0.1", port, 1, PAYLOAD, sys.executable) if each.name == which]
    done = subprocess.run(tool.argv, capture_output=True, text=True, timeout=20, check=False)
    (outcome,) = tool.parse(done.returncode, done.stdout + done.stderr, 1.0)
    return outcome


needs_bash = pytest.mark.skipif(
    any(shutil.which(program) is None for program in ("bash", "timeout", "dd")), reason="needs bash, timeout and dd"
)
by_each_program = pytest.mark.parametrize("which", ["python3", pytest.param("bash", marks=needs_bash)])


@by_each_program
def test_udp_answered(which: str) -> None:
    with hearing(answers=True) as (port, heard):
        outcome = run_udp(which, port)
    assert (outcome.ok, outcome.conclusive, outcome.error, heard) == (True, True, None, [PAYLOAD])
    assert outcome.latency_ms is not None


@by_each_program
def test_udp_refused(which: str, closed_udp_port: int) -> None:
    outcome = run_udp(which, closed_udp_port)
    assert (outcome.ok, outcome.conclusive, outcome.error) == (False, True, "Connection refused")


@by_each_program
def test_udp_silence(which: str) -> None:
    with hearing(answers=False) as (port, heard):
        outcome = run_udp(which, port)
    assert (outcome.ok, outcome.conclusive, outcome.error) == (False, False, "no answer within 1 s")
    assert heard == [PAYLOAD]


def test_lookup() -> None:
    assert run_script("lookup", "127.0.0.1")["addresses"] == ["127.0.0.1"]


def test_dns_refused() -> None:
    # Nobody has a resolver on this address.
    query = dns.build_query("two", dns.TYPE_A, 1)
    assert "error" in run_script("dns", "127.1.2.3", query.hex(), limit="0.5")


@pytest.mark.skipif(shutil.which("bash") is None or shutil.which("timeout") is None, reason="needs bash and timeout")
def test_bash_connects(closed_port: int) -> None:
    def run_bash(port: int) -> list[Outcome]:
        tool = tcp_tools("127.0.0.1", port, 2)[-1]
        assert tool.name == "bash"
        done = subprocess.run(tool.argv, capture_output=True, text=True, timeout=20, check=False)
        return tool.parse(done.returncode, done.stdout + done.stderr, 1.0)

    with listening(wait_for_client) as port:
        assert run_bash(port) == [Outcome(True, 1.0)]
    assert run_bash(closed_port) == [Outcome(False, error="Connection refused")]


@needs_bash
def test_bash_watches(closed_port: int) -> None:
    def run_bash(port: int) -> list[Outcome]:
        tool = tcp_tools("127.0.0.1", port, 2, watched=True)[-1]
        assert tool.name == "bash"
        done = subprocess.run(tool.argv, capture_output=True, text=True, timeout=20, check=False)
        return tool.parse(done.returncode, done.stdout + done.stderr, 1.0)

    with listening(wait_for_client) as port:
        assert run_bash(port) == [Outcome(True, 1.0)]
    with listening(lambda connection: connection.sendall(b"220 welcome\r\n")) as port:
        assert run_bash(port) == [Outcome(True, 1.0)]
    with listening(lambda connection: None) as port:
        assert run_bash(port) == [Outcome(False, error=CLOSED_AT_ONCE)]
    assert run_bash(closed_port) == [Outcome(False, error="Connection refused")]
