# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""One container as a task describes it."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from .networks import DesiredEndpoint
from .ports import DesiredPorts


@dataclass(frozen=True)
class DesiredContainer:
    """One container as a task describes it.

    ``state``: started, present (in any run state), stopped, absent. ``starts_new``: a new container is started.
    """

    name: str
    state: str = "present"
    starts_new: bool = True
    image: str | None = None
    pull: str = "missing"
    options: t.Mapping[str, t.Any] = field(default_factory=dict)
    network_mode: str | None = None
    networks: tuple[DesiredEndpoint, ...] | None = None
    purge_networks: bool = False
    # Networks to leave because the same task lists their members, without this container.
    leaves: tuple[str, ...] = ()
    ports: DesiredPorts = field(default_factory=DesiredPorts)
    bind_policy: str = "any"
    writable_layer: str = "carry"
    ignore_deletions: bool = False
    stop_timeout: int | None = None
    force_kill: bool = False
    remove_volumes: bool = False
    starts_first: bool = False
    recreates_dependents: bool = False
    auto_remove_swap: bool = False
    wait: str = "running"
    wait_timeout: int = 60
    # Without it the container is started whenever it does not run, and waited for until it has ended.
    detach: bool = True
    # Whether a container that has ended is removed.
    cleanup: bool = False

    @property
    def runs_to_end(self) -> bool:
        """Whether a container that is started here has to end, with exit code 0, rather than to go on."""
        return self.wait == "exited" or not self.detach

    @property
    def awaited(self) -> str:
        """What a container that is started has to reach."""
        return "exited" if self.runs_to_end else self.wait
