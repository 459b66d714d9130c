# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""Watching a container with auto_remove from before its start: when it has ended, the engine knows nothing of it."""

from __future__ import annotations

import contextlib
import json
import threading
import typing as t

from .._engine.client import Client
from .._engine.logs import demultiplex
from .._objects.ending import Ending
from .._objects.redact import show_output

# So many bytes of the output are kept, and so many are read at a time of those that are not.
_KEPT = 1 << 20
_CHUNK = 1 << 16
# How long a connection may be silent, in seconds. The threads that read go with the module.
_SILENCE = 86400


class Watcher:
    """The engine has attached the connections when this is made, so that nothing is missed from the start on."""

    def __init__(self, client: Client, container_id: str) -> None:
        config = client.get(f"/containers/{container_id}/json")["Config"]
        self._tty, self._env = bool(config.get("Tty")), config.get("Env") or ()
        self._over = threading.Event()
        self._printed = b""
        self._status: int | None = None
        path = f"/containers/{container_id}"
        with contextlib.ExitStack() as opened:
            waits = client.download(f"{path}/wait", method="POST", timeout=_SILENCE, condition="next-exit")
            attached = client.download(f"{path}/attach", method="POST", timeout=_SILENCE, stream=1, stdout=1, stderr=1)
            answer, output = opened.enter_context(waits), opened.enter_context(attached)
            self._opened = opened.pop_all()
        threading.Thread(target=self._follow, args=(answer, output), daemon=True).start()

    def _follow(self, answer: t.IO[bytes], output: t.IO[bytes]) -> None:
        """The output is read to its end: the container would wait for its reader."""
        try:
            with self._opened:
                self._printed = output.read(_KEPT)
                while output.read(_CHUNK):
                    pass
                self._status = json.loads(answer.read())["StatusCode"]
        except (OSError, ValueError, KeyError):
            # Nothing is known of the end then, and await_ending says so.
            pass
        finally:
            self._over.set()

    def await_ending(self, seconds: float) -> Ending | None:
        """None where the container has not ended by then, or nothing is known of its end."""
        self._over.wait(seconds)
        if self._status is None:
            return None
        text = (self._printed if self._tty else demultiplex(self._printed)).decode("utf-8", "replace")
        return Ending(self._status, tuple(show_output(text, self._env)))
