# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""The last lines that a container printed, fit to be shown."""

from __future__ import annotations

from .._errors import Failure
from .._objects.redact import show_output
from .client import ApiError, Client


def demultiplex(stream: bytes) -> bytes:
    """Without a terminal, output comes in frames: one byte for the stream, three empty, four for the length."""
    output, position = b"", 0
    while position + 8 <= len(stream):
        length = int.from_bytes(stream[position + 4 : position + 8], "big")
        output += stream[position + 8 : position + 8 + length]
        position += 8 + length
    return output


_LINES = 20


def read_logs(client: Client, container_id: str, lines: int = _LINES) -> list[str]:
    """The last lines that a container printed, with every value of its environment hidden."""
    try:
        raw = client.get(f"/containers/{container_id}/json")
        stream: bytes = client.request(
            "GET", f"/containers/{container_id}/logs", params={"stdout": 1, "stderr": 1, "tail": lines}, raw=True
        )
    except (ApiError, Failure):
        return []
    text = (stream if raw["Config"].get("Tty") else demultiplex(stream)).decode("utf-8", "replace")
    return show_output(text, raw["Config"].get("Env") or ())
