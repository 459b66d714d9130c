# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""What the engine changes of a container that stands, so that no successor is needed.

``POST /containers/{id}/update`` (moby, daemon/container/container_unix.go, UpdateContainer) takes these keys, and
accepts and ignores all others. It reads zero, an empty text and null as leaving alone: a limit can be changed there,
not taken away.
"""

from __future__ import annotations

import typing as t

from .._objects.engine import Api
from .._types import Json

_SINCE: dict[str, tuple[int, int]] = {
    **dict.fromkeys(
        (
            *("BlkioWeight", "CpuShares", "CpuPeriod", "CpuQuota", "CpusetCpus", "CpusetMems", "NanoCpus"),
            *("Memory", "MemorySwap", "MemoryReservation", "RestartPolicy"),
        ),
        (1, 29),
    ),
    "PidsLimit": (1, 40),
    **dict.fromkeys(
        ("BlkioDeviceReadBps", "BlkioDeviceWriteBps", "BlkioDeviceReadIOps", "BlkioDeviceWriteIOps"), (1, 55)
    ),
}


def find_update(current: Json, design: Json, api: Api) -> dict[str, t.Any] | None:
    """The body of the update that makes the one request into the other; None where the engine has none."""
    former, wanted = current["HostConfig"], design["HostConfig"]
    if {**current, "HostConfig": None} != {**design, "HostConfig": None}:
        return None
    update = {key: wanted.get(key) for key in {*former, *wanted} if former.get(key) != wanted.get(key)}
    if "Memory" in update or "MemorySwap" in update:
        # The engine refuses a limit above the swap that it has stored, and does not derive swap from it (moby#39541).
        update["Memory"] = wanted.get("Memory")
        update["MemorySwap"] = wanted.get("MemorySwap") or 2 * (wanted.get("Memory") or 0)
    if not all(api >= _SINCE.get(key, (9, 0)) and _can_be_written(key, update[key]) for key in update):
        return None
    return dict(sorted(update.items()))


def _can_be_written(key: str, value: t.Any) -> bool:
    # Of processes, zero and less is no limit.
    return value is not None if key == "PidsLimit" else bool(value)
