# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""What a swap writes down before it touches anything, so that a later run can undo it.

A journal is a labelled volume: it needs no image, outlives restarts and is reachable wherever the daemon is. It holds
IDs, a name, the run state and the restart policy; a standing container always holds the rest.
"""

from __future__ import annotations

import hashlib
import typing as t
from dataclasses import dataclass

PREFIX = "bridgeport-journal-"
LABEL = "bridgeport.docker.journal"


@dataclass(frozen=True)
class Journal:
    """One swap: ``original`` and ``successor`` are container IDs, ``policy`` is the original's restart policy."""

    name: str
    original: str
    successor: str
    was_running: bool
    policy: str
    retries: int = 0

    @property
    def volume(self) -> str:
        return PREFIX + hashlib.sha256(self.name.encode()).hexdigest()[:20]

    def as_labels(self) -> dict[str, str]:
        fields = {f"{LABEL}.{key}": str(value) for key, value in vars(self).items()}
        return {LABEL: "swap", **fields}

    @property
    def restart_policy(self) -> dict[str, t.Any]:
        return {"Name": self.policy, "MaximumRetryCount": self.retries}


def read_journal(volume: t.Mapping[str, t.Any]) -> Journal:
    labels = volume.get("Labels") or {}
    fields = {key: labels.get(f"{LABEL}.{key}", "") for key in ("name", "original", "successor", "policy")}
    return Journal(
        **fields,
        was_running=labels.get(f"{LABEL}.was_running") == "True",
        retries=int(labels.get(f"{LABEL}.retries") or 0),
    )
