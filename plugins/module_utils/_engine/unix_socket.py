# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""HTTP over a unix socket with the standard library alone.

Importing the SDK and requests takes about 60 ms of CPU, more than all else that a task does on its host when nothing
is to be changed. What a session and a response have here is as much of requests' as the client uses.
"""

from __future__ import annotations

import contextlib
import http.client
import io
import json as json_format
import select
import socket
import time
import typing as t
from urllib.parse import quote, urlencode

# What stands in addresses as it is; a percent sign too, as parts may have been quoted already.
_SAFE = "!#$%&'()*+,/:;=?@[]~"


# How much of an answer is read at once: what its head says of its length may be anything.
_CHUNK = 1 << 16


class _Bounded(io.RawIOBase):
    """What comes from a socket until all the time is over that it gives to one reading."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._stream = t.cast(io.RawIOBase, sock.makefile("rb", buffering=0))
        self._allowed = sock.gettimeout()
        self.deadline = None if self._allowed is None else time.monotonic() + self._allowed

    def makefile(self, _mode: str) -> io.BufferedReader:
        """All that an HTTPResponse wants of a socket."""
        return io.BufferedReader(self)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: t.Any) -> int | None:
        if self.deadline is None:
            return self._stream.readinto(buffer)
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise socket.timeout("timed out")
        self._sock.settimeout(left)
        try:
            return self._stream.readinto(buffer)
        finally:
            self._sock.settimeout(self._allowed)

    def close(self) -> None:
        self._stream.close()
        super().close()


class BoundedAnswer(http.client.HTTPResponse):
    """An answer that has to be there as a whole within the timeout: a socket's own is for each part that comes."""

    def __init__(self, sock: socket.socket, *arguments: t.Any, **options: t.Any) -> None:
        self._bounded = _Bounded(sock)
        super().__init__(t.cast(socket.socket, self._bounded), *arguments, **options)

    def unbind(self) -> None:
        """What follows may take any time, as long as each part of it comes within the timeout."""
        self._bounded.deadline = None


def bound_answers(session: t.Any) -> None:
    """Bound the answers that a session of requests gets. Over ssh it is only each of their parts that is bounded."""
    manager = getattr(session.get_adapter(session.base_url), "poolmanager", None)
    if manager is not None:
        manager.pool_classes_by_scheme = {
            scheme: _bound_pool(pool) for scheme, pool in manager.pool_classes_by_scheme.items()
        }


def _bound_pool(pool: t.Any) -> t.Any:
    connection = type("BoundedConnection", (pool.ConnectionCls,), {"response_class": BoundedAnswer})
    return type("BoundedPool", (pool,), {"ConnectionCls": connection})


def unbind_answer(response: t.Any) -> None:
    """Of either kind of session; see BoundedAnswer.unbind."""
    answer = getattr(response.raw, "_original_response", response.raw)
    if isinstance(answer, BoundedAnswer):
        answer.unbind()


class _Connection(http.client.HTTPConnection):
    response_class = BoundedAnswer

    def __init__(self, path: str) -> None:
        super().__init__("localhost")
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)

    def prepare(self, timeout: float | None) -> None:
        """For the next request: a connection that the daemon has closed meanwhile is opened again."""
        self.timeout = timeout
        if self.sock is not None:
            waiting = select.poll()
            waiting.register(self.sock, select.POLLIN)
            if waiting.poll(0):
                self.close()
            else:
                self.sock.settimeout(timeout)


class Response:
    def __init__(self, answer: http.client.HTTPResponse, content: bytes = b"") -> None:
        self.raw = answer
        self.status_code = answer.status
        self.headers = {name.title(): value for name, value in answer.getheaders()}
        self.content = content

    @property
    def text(self) -> str:
        return self.content.decode("utf-8", "replace")


class Stream(Response):
    """The content is read as it comes, from a connection that nothing else uses."""

    def __init__(self, answer: http.client.HTTPResponse, connection: _Connection) -> None:
        super().__init__(answer)
        self._connection = connection
        if self.status_code >= 400:
            self.content = _read(answer)

    def close(self) -> None:
        self.raw.close()
        self._connection.close()


class Session:
    """One connection that is kept, and others for what streams. Errors are OSError and http.client.HTTPException."""

    base_url = ""

    def __init__(self, path: str) -> None:
        self._path = path
        self._kept = _Connection(path)

    def request(
        self,
        method: str,
        url: str,
        *,
        params: t.Mapping[str, t.Any] | None = None,
        json: t.Any = None,
        data: t.Iterable[bytes] | None = None,
        headers: t.Mapping[str, str] | None = None,
        timeout: float | None = None,
        stream: bool = False,
    ) -> Response:
        """``data``: sent as it comes. Where the answer is streamed, it has to be closed."""
        query = urlencode({key: value for key, value in (params or {}).items() if value is not None})
        address = quote(url, safe=_SAFE) + (f"?{query}" if query else "")
        body = data if json is None else json_format.dumps(json).encode()
        sent = {**({} if json is None else {"Content-Type": "application/json"}), **(headers or {})}
        connection = self._kept if data is None and not stream else _Connection(self._path)
        connection.prepare(timeout)
        try:
            answer = _exchange(connection, method, address, body, sent)
            if stream:
                return Stream(answer, connection)
            response = Response(answer, _read(answer))
        except BaseException:
            connection.close()
            raise
        if connection is not self._kept:
            connection.close()
        return response

    def close(self) -> None:
        self._kept.close()


def _exchange(
    connection: _Connection, method: str, address: str, body: t.Any, headers: t.Mapping[str, str]
) -> http.client.HTTPResponse:
    # The daemon may refuse before it has everything; its answer says why. Where it is gone, there is none.
    with contextlib.suppress(BrokenPipeError):
        connection.request(method, address, body, headers)
    return connection.getresponse()


def _read(answer: http.client.HTTPResponse) -> bytes:
    parts = []
    while True:
        part = answer.read(_CHUNK)
        if not part:
            break
        parts.append(part)
    content = b"".join(parts)
    if answer.length:
        raise http.client.IncompleteRead(content, answer.length)
    return content
