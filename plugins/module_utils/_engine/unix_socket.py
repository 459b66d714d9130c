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
import json as json_format
import select
import socket
import typing as t
from urllib.parse import quote, urlencode

# What stands in addresses as it is; a percent sign too, as parts may have been quoted already.
_SAFE = "!#$%&'()*+,/:;=?@[]~"


class _Connection(http.client.HTTPConnection):
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

    def json(self) -> t.Any:
        return json_format.loads(self.content)


class Stream(Response):
    """The content is read as it comes, from a connection that nothing else uses."""

    def __init__(self, answer: http.client.HTTPResponse, connection: _Connection) -> None:
        super().__init__(answer)
        self._connection = connection
        if self.status_code >= 400:
            self.content = answer.read()

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
            response = Response(answer, answer.read())
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
