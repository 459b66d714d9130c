# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import contextlib
import json
import socket
import tempfile
import threading
import time
import typing as t
from pathlib import Path

import pytest

from ansible_collections.bridgeport.docker.plugins.module_utils._engine.client import ApiError, Client
from ansible_collections.bridgeport.docker.plugins.module_utils._engine.connection import Connection
from ansible_collections.bridgeport.docker.plugins.module_utils._engine.unix_socket import Session
from ansible_collections.bridgeport.docker.plugins.module_utils._errors import Failure

OK = b"HTTP/1.1 200 OK\r\nDate: now\r\n"
EMPTY = OK + b"Content-Length: 0\r\n\r\n"
SECONDS = 5.0


def with_length(content: bytes, head: bytes = OK) -> bytes:
    return head + b"Content-Length: %d\r\n\r\n%s" % (len(content), content)


class Daemon:
    """Answers requests with what it was given, one after the other; None closes the connection instead.

    ``ends``: how many answers it gives on a connection before it closes that.
    """

    def __init__(self, path: str, answers: t.Sequence[bytes | None], ends: int) -> None:
        self.answers, self.ends = list(answers), ends
        self.heads: list[str] = []
        self.bodies: list[bytes] = []
        self.connections = 0
        self.server = socket.socket(socket.AF_UNIX)
        self.server.bind(path)
        self.server.listen(8)
        self.thread = threading.Thread(target=self._accept, daemon=True)
        self.thread.start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _address = self.server.accept()
                self.connections += 1
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with contextlib.suppress(OSError), client, client.makefile("rb") as stream:
            for _answer in range(self.ends):
                head = b""
                while not head.endswith(b"\r\n\r\n"):
                    line = stream.readline()
                    if not line:
                        return
                    head += line
                answer = self.answers.pop(0)
                if answer is not None and answer.startswith(b"!"):
                    # Refuses what it has not read.
                    client.sendall(answer[1:])
                    return
                self.heads.append(head.decode())
                self.bodies.append(_read_body(stream, head))
                if answer is None:
                    return
                client.sendall(answer)
                if b"Content-Length" not in answer and b"chunked" not in answer:
                    return

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self.server.shutdown(socket.SHUT_RDWR)
        self.server.close()
        self.thread.join(SECONDS)


def _read_body(stream: t.IO[bytes], head: bytes) -> bytes:
    fields = dict(line.split(": ", 1) for line in head.decode().splitlines()[1:] if line)
    if fields.get("Transfer-Encoding") == "chunked":
        body = b""
        while True:
            size = int(stream.readline(), 16)
            body += stream.read(size)
            stream.readline()
            if not size:
                return body
    return stream.read(int(fields.get("Content-Length", "0")))


@pytest.fixture(name="serve")
def _serve() -> t.Iterator[t.Callable[..., tuple[Daemon, str]]]:
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:

        def serve(*answers: bytes | None, ends: int = 99) -> tuple[Daemon, str]:
            path = str(Path(folder, "s"))
            daemon = Daemon(path, answers, ends)
            stack.callback(daemon.close)
            return daemon, path

        yield serve


Serve = t.Callable[..., t.Tuple[Daemon, str]]


def test_one_connection_serves_many_requests(serve: Serve) -> None:
    daemon, path = serve(with_length(b'{"a": 1}'), EMPTY, with_length(b"{}"))
    session = Session(path)
    first = session.request("GET", "/v1.41/info", params={"all": 1, "none": None}, timeout=SECONDS)
    assert json.loads(first.content) == {"a": 1}
    assert session.request("POST", "/v1.41/x y", json={"b": "ü"}, timeout=SECONDS).content == b""
    assert session.request("DELETE", "/images/a%2Fb:1", timeout=SECONDS).content == b"{}"
    assert daemon.connections == 1
    assert [head.splitlines()[0] for head in daemon.heads] == [
        "GET /v1.41/info?all=1 HTTP/1.1",
        "POST /v1.41/x%20y HTTP/1.1",
        "DELETE /images/a%2Fb:1 HTTP/1.1",
    ]
    assert json.loads(daemon.bodies[1]) == {"b": "ü"}
    assert "Content-Type: application/json" in daemon.heads[1]
    assert "Content-Type" not in daemon.heads[0] + daemon.heads[2]
    session.close()


def test_a_connection_that_the_daemon_has_closed_is_opened_again(serve: Serve) -> None:
    daemon, path = serve(EMPTY, EMPTY, EMPTY, ends=1)
    session = Session(path)
    for _request in range(3):
        assert session.request("GET", "/x", timeout=SECONDS).status_code == 200
        # Closed, and known to be: the thread that served it has ended.
        while any(each.name.endswith("(_serve)") for each in threading.enumerate()):
            pass
    assert daemon.connections == 3


def test_headers_are_found_in_any_spelling(serve: Serve) -> None:
    _daemon, path = serve(with_length(b"", b"HTTP/1.1 404 No\r\ndate: now\r\nx-Docker-container-path-Stat: x\r\n"))
    response = Session(path).request("HEAD", "/x", timeout=SECONDS)
    assert (response.status_code, response.headers["Date"]) == (404, "now")
    assert response.headers["X-Docker-Container-Path-Stat"] == "x"


CUT_OFF: list[t.Any] = [
    pytest.param(None, id="no-answer"),
    pytest.param(b"HTTP/1.1 20", id="status"),
    pytest.param(b"HTTP", id="protocol"),
    pytest.param(OK + b'Content-Length: 9\r\n\r\n{"a":', id="body"),
    pytest.param(OK + b'Transfer-Encoding: chunked\r\n\r\n5\r\n{"a":', id="chunks"),
    pytest.param(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n", id="head"),
]


@pytest.mark.parametrize("answer", CUT_OFF)
def test_an_answer_that_is_cut_off_is_none(answer: bytes | None, serve: Serve) -> None:
    _daemon, path = serve(answer, ends=1)
    client = Client.connect(Connection(f"unix://{path}", api_version="1.41", timeout=5))
    with pytest.raises(Failure) as caught:
        client.get("/x")
    assert (caught.value.code, "GET /x" in caught.value.message) == ("daemon_unreachable", True)


def test_nobody_listens() -> None:
    client = Client.connect(Connection("unix:///nonexistent/x.sock", api_version="1.41"))
    with pytest.raises(Failure) as caught:
        client.get("/x")
    assert caught.value.code == "daemon_unreachable"


def test_a_request_waits_as_long_as_it_may(serve: Serve) -> None:
    _daemon, path = serve(b"HTTP/1.1 100 Continue\r\n\r\nContent-Length: 1")
    client = Client.connect(Connection(f"unix://{path}", api_version="1.41", timeout=60))
    with pytest.raises(Failure, match=r"timed out|cut off"):
        client.post("/x", timeout=0.1)


def test_what_is_uploaded_is_sent_as_it_comes(serve: Serve) -> None:
    daemon, path = serve(EMPTY)
    client = Client.connect(Connection(f"unix://{path}", api_version="1.41", timeout=5))
    client.upload("/x", iter([b"one", b"two"]), {"path": "/"})
    assert daemon.bodies == [b"onetwo"]
    assert "Content-Type: application/x-tar" in daemon.heads[0]


def test_an_upload_is_refused_before_its_end(serve: Serve) -> None:
    _daemon, path = serve(b"!" + with_length(b'{"message": "no room"}', b"HTTP/1.1 507 No\r\nDate: now\r\n"))
    client = Client.connect(Connection(f"unix://{path}", api_version="1.41", timeout=5))
    endless = (b"x" * 65536 for _chunk in range(10_000))
    with pytest.raises(ApiError, match="no room"):
        client.upload("/x", endless, {"path": "/"})


def test_a_download_leaves_the_connection_to_others(serve: Serve) -> None:
    chunks = b"3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n"
    daemon, path = serve(OK + b"Transfer-Encoding: chunked\r\n\r\n" + chunks, with_length(b"{}"))
    client = Client.connect(Connection(f"unix://{path}", api_version="1.41", timeout=5))
    with client.download("/x") as stream:
        assert stream.read(3) == b"one"
        assert client.get("/y") == {}
        assert stream.read() == b"two"
    assert daemon.connections == 2


def test_a_download_that_is_refused(serve: Serve) -> None:
    _daemon, path = serve(with_length(b'{"message": "no such thing"}', b"HTTP/1.1 404 No\r\nDate: now\r\n"))
    client = Client.connect(Connection(f"unix://{path}", api_version="1.41", timeout=5))
    with pytest.raises(ApiError, match="no such thing"), client.download("/x"):
        pass


def test_a_download_that_is_cut_off(serve: Serve) -> None:
    _daemon, path = serve(OK + b"Transfer-Encoding: chunked\r\n\r\n9\r\none", ends=1)
    client = Client.connect(Connection(f"unix://{path}", api_version="1.41", timeout=5))
    with pytest.raises(Failure) as caught, client.download("/x") as stream:
        stream.read()
    assert caught.value.code == "daemon_unreachable"


# -- time --------------------------------------------------------------------------------------------------------------

# What a request may take here, how often a byte comes, and by when the request has ended at the latest; in seconds.
ALLOWED, PAUSE, LATEST = 0.4, 0.05, 3.0
LENGTH = b"Content-Length: 400\r\n\r\n"
DRIPS: list[t.Any] = [
    pytest.param(b"", b"HTTP/1.1 200 OK\r\n" + b"x" * 400, id="head"),
    pytest.param(OK + LENGTH, b"1" * 400, id="length"),
    pytest.param(OK + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n1\r\n" * 100, id="chunked"),
    pytest.param(OK + b"\r\n", b"1" * 400, id="to-the-end"),
    pytest.param(b"HTTP/1.1 500 Oops\r\nDate: now\r\n" + LENGTH, b"1" * 400, id="refusal"),
    pytest.param(OK + b"Content-Length: 99999999999999999999\r\n\r\n", b"1" * 400, id="huge"),
]


@pytest.fixture(name="drip", params=["unix", "tcp"])
def _drip(request: pytest.FixtureRequest) -> t.Iterator[t.Callable[[bytes, bytes], Client]]:
    """A client of a daemon that answers with the first part at once, and with the second one byte after the other."""
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:

        def drip(at_once: bytes, slowly: bytes) -> Client:
            server = stack.enter_context(socket.socket(socket.AF_UNIX if request.param == "unix" else socket.AF_INET))
            server.bind(str(Path(folder, "s")) if request.param == "unix" else ("127.0.0.1", 0))
            server.listen(1)
            address = server.getsockname()
            host = f"unix://{address}" if request.param == "unix" else f"tcp://127.0.0.1:{address[1]}"

            def answer() -> None:
                with contextlib.suppress(OSError), server.accept()[0] as client:
                    client.recv(65536)
                    client.sendall(at_once)
                    for byte in slowly:
                        client.sendall(bytes([byte]))
                        time.sleep(PAUSE)

            threading.Thread(target=answer, daemon=True).start()
            connection = Connection(host, api_version="1.41", timeout=t.cast(int, ALLOWED))
            client = Client.connect(connection)
            stack.callback(client.close)
            return client

        yield drip


Drip = t.Callable[[bytes, bytes], Client]


@pytest.mark.parametrize(("at_once", "slowly"), DRIPS)
def test_an_answer_is_there_in_time_as_a_whole(drip: Drip, at_once: bytes, slowly: bytes) -> None:
    client = drip(at_once, slowly)
    start = time.monotonic()
    with pytest.raises(Failure) as caught:
        client.get("/info")
    assert caught.value.code == "daemon_unreachable"
    assert time.monotonic() - start < LATEST


def test_a_request_may_have_a_time_of_its_own(drip: Drip) -> None:
    assert drip(with_length(b"[]")[:-1], b"]").post("/x", timeout=SECONDS) == []


def test_what_is_streamed_is_bounded_by_its_parts(drip: Drip) -> None:
    """A writable layer may take longer than a request: twice as long here."""
    parts = int(2 * ALLOWED / PAUSE)
    with drip(OK + b"Content-Length: %d\r\n\r\n" % parts, b"1" * parts).download("/x") as stream:
        assert stream.read(parts) == b"1" * parts
