# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""One container as a task describes it."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field, replace

from .._objects.platforms import Platform
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
    platform: Platform | None = None
    pull: str = "missing"
    options: t.Mapping[str, t.Any] = field(default_factory=dict)
    # Replaced in any case; restarted where it goes on running; paused or not, None: as it is.
    recreates: bool = False
    restarts: bool = False
    paused: bool | None = None
    # How options are compared with a container that stands, where the task says so: see merge_options.
    comparisons: t.Mapping[str, str] = field(default_factory=dict)
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
    kill_signal: str = ""
    mac_address: str | None = None
    # Whether what the image has by itself is that of the image that stands, and not of the one that the task names.
    compares_with_current_image: bool = False
    # Whether another name of the same image is the same image.
    ignores_image_name: bool = False
    refuses_other_labels: bool = False
    remove_volumes: bool = False
    starts_first: bool = False
    recreates_dependents: bool = False
    auto_remove_swap: bool = False
    # What a start is waited for: running, healthy, listening; checked is healthy where there is a health check.
    wait: str = "running"
    wait_timeout: float = 60
    # Without it the container is started whenever it does not run, and waited for until it has ended.
    detach: bool = True
    # Whether a container that has ended is removed.
    cleanup: bool = False

    def without_ignored(self) -> DesiredContainer:
        """What is compared with a container that stands: without what the task wants to be ignored there.

        The options of the table are left out where they are merged.
        """
        ignored = {name for name, comparison in self.comparisons.items() if comparison == "ignore"}
        changes: dict[str, t.Any] = {
            name: None for name in ("image", "network_mode", "networks", "mac_address") if name in ignored
        }
        ports = {
            "publications": "published_ports",
            "publish_all": "publish_all_ports",
            "exposed": "exposed_ports",
        }
        left: dict[str, t.Any] = {field: None for field, name in ports.items() if name in ignored}
        return replace(self, ports=self.ports._replace(**left), **changes) if left or changes else self

    @property
    def runs_to_end(self) -> bool:
        """Whether a container that is started here has to end, with exit code 0, rather than to go on."""
        return self.wait == "exited" or not self.detach

    @property
    def awaited(self) -> str:
        """What a container that is started has to reach."""
        return "exited" if self.runs_to_end else self.wait
