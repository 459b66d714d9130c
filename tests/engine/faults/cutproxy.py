# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A proxy before the daemon's socket that breaks the connection at one request.

Requests are counted over all connections, but for those that are not of interest. The chosen one is broken, and every
later one is refused, as if the daemon or the module had died there. How it breaks:

* ``before``: cut off, the daemon never sees the request
* ``after``: cut off once the daemon has answered, so it has done what was asked
* ``half``: the answer is cut off within its first line
* ``hang``: the daemon does it, and its answer never comes
* ``kill-before``, ``kill-after``: the client is killed instead, which is what tells apart where a run may die
* ``daemon``: the daemon is killed, ``delay`` seconds after it got the request; not one of MODES, as it has to be
  started again
"""

from __future__ import annotations

import contextlib
import os
import re
import signal
import socket
import struct
import threading
import typing as t

MODES = ("before", "after", "half", "hang", "kill-before", "kill-after")

# The SDK sends a request's head in one piece and awaits the answer before the next one.
_REQUEST = re.compile(rb"(GET|POST|PUT|DELETE|HEAD) (\S+) HTTP/1\.1\r\n")
_BUFFER = 1 << 16


class CutProxy:
    """Serves until it is closed. ``seen`` lists the requests; ``number`` (from 1) says which one breaks, 0 none."""

    def __init__(
        self,
        listen: str,
        target: str,
        mode: str = "none",
        number: int = 0,
        delay: float = 0.0,
        counts: t.Callable[[str], bool] = lambda request: True,
    ) -> None:
        self.seen: list[str] = []
        self._target, self._mode, self._number = target, mode, number
        self._delay, self._counts = delay, counts
        self._dead = False
        self._lock = threading.Lock()
        self._server = socket.socket(socket.AF_UNIX)
        with contextlib.suppress(FileNotFoundError):
            os.unlink(listen)
        self._server.bind(listen)
        self._server.listen(64)
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self) -> CutProxy:
        return self

    def __exit__(self, *exception: object) -> None:
        self._dead = True
        _close(self._server)

    def _accept(self) -> None:
        while True:
            try:
                client, _address = self._server.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        if self._dead:
            _close(client)
            return
        daemon = socket.socket(socket.AF_UNIX)
        daemon.connect(self._target)
        fate: list[str] = [""]
        threading.Thread(target=self._answer, args=(client, daemon, fate), daemon=True).start()
        try:
            while True:
                data = client.recv(_BUFFER)
                if not data:
                    break
                found = _REQUEST.match(data)
                request = f"{found[1].decode()} {found[2].decode()}" if found else ""
                if request and self._counts(request):
                    with self._lock:
                        if self._dead:
                            break
                        self.seen.append(request)
                        if len(self.seen) == self._number:
                            self._dead, fate[0] = True, self._mode
                    if fate[0] == "kill-before":
                        _kill_peer(client)
                    if fate[0] in ("before", "kill-before"):
                        break
                daemon.sendall(data)
                if request and fate[0] == "daemon":
                    # What follows of the request is still passed on.
                    threading.Timer(self._delay, _kill_peer, (daemon,)).start()
        except OSError:
            pass
        if fate[0] in ("", "before", "kill-before"):
            _close(client, daemon)

    def _answer(self, client: socket.socket, daemon: socket.socket, fate: t.Sequence[str]) -> None:
        with contextlib.suppress(OSError):
            while True:
                data = daemon.recv(_BUFFER)
                if not data:
                    break
                if fate[0] == "kill-after":
                    _kill_peer(client)
                if fate[0] in ("after", "kill-after"):
                    break
                if fate[0] == "half":
                    client.sendall(data[:20])
                    break
                if fate[0] != "hang":
                    client.sendall(data)
        if fate[0] != "hang":
            _close(client, daemon)


def _kill_peer(peer: socket.socket) -> None:
    credentials = peer.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
    os.kill(struct.unpack("3i", credentials)[0], signal.SIGKILL)


def _close(*sockets: socket.socket) -> None:
    for each in sockets:
        with contextlib.suppress(OSError):
            each.shutdown(socket.SHUT_RDWR)
        each.close()
