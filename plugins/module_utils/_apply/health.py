# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""Waiting for what the engine or a container is about to do by itself, before or after a change."""

from __future__ import annotations

import time
import typing as t

from .._engine.client import Client
from .._engine.logs import read_logs
from .._errors import Failure
from .._types import Json

_POLL = 0.5
# In seconds: how long a removal is waited for where the task does not say.
_REMOVAL = 300.0
# As good as for ever, and still an end.
_DAY = 86400.0


def await_removal(client: Client, name: str, allowed: float | None) -> None:
    """Wait while the engine removes a container of this name, for ``allowed`` seconds (300 where that is None)."""
    limit = _REMOVAL if allowed is None else allowed
    deadline = time.monotonic() + limit
    while True:
        raw = client.find(f"/containers/{name}/json")
        if raw is None or raw["State"].get("Status") != "removing":
            return
        if time.monotonic() > deadline:
            raise Failure(
                "busy",
                f"Container {name!r} is still being removed after {limit:g} s (removal_wait_timeout). Try again later,"
                " or look why the engine does not finish.",
            )
        time.sleep(_POLL)


def await_health(client: Client, raw: Json, allowed: float) -> Json:
    """The container when its health check says that it is healthy, or as it is where it has none."""
    name = raw["Name"].lstrip("/")
    deadline = time.monotonic() + (allowed if allowed > 0 else _DAY)
    while True:
        health = ((raw["State"].get("Health") or {}).get("Status")) or "none"
        if health in ("healthy", "none"):
            return raw
        if time.monotonic() > deadline or not raw["State"]["Running"]:
            what = f"its health check says {health}" if raw["State"]["Running"] else "it does not run any more"
            raise Failure(
                "wait_timeout",
                f"Container {name!r} did not become healthy within {allowed:g} s (healthy_wait_timeout): {what}.",
                logs=read_logs(client, raw["Id"]),
            )
        time.sleep(_POLL)
        raw = t.cast(Json, client.get(f"/containers/{raw['Id']}/json"))
