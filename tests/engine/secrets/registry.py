# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A registry that lets nobody in, and remembers with which credentials they came."""

from __future__ import annotations

import contextlib
import http.server
import threading
import typing as t


class _Refuse(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        t.cast(ClosedRegistry, self.server).came_with.append(self.headers.get("Authorization", ""))
        self.send_response(401)
        self.send_header("WWW-Authenticate", 'Basic realm="closed"')
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_HEAD = do_GET

    def log_message(self, *_arguments: t.Any) -> None:
        pass


class ClosedRegistry(http.server.ThreadingHTTPServer):
    """On a port of loopback, where engines speak plain HTTP to a registry."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Refuse)
        self.came_with: list[str] = []

    def handle_error(self, request: t.Any, client_address: t.Any) -> None:
        """An engine tries TLS first."""


@contextlib.contextmanager
def closed_registry() -> t.Iterator[ClosedRegistry]:
    with ClosedRegistry() as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join(10)
