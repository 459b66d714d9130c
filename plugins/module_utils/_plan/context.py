# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""What planning knows: the desired state, the host as it was read, and what has been decided so far."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field, replace

from .._desired.containers import DesiredContainer
from .._desired.networks import DesiredNetwork
from .._desired.state import DesiredState
from .._objects.engine import Engine
from .._objects.networks import Pool
from .._objects.snapshot import Snapshot, is_called
from .changes import Replacement


@dataclass(frozen=True)
class Context:
    """The plan for one object depends on what the others are, and on what they will be.

    ``desired`` has the containers that planning adds to those of the task, because others depend on them.
    """

    desired: DesiredState
    snapshot: Snapshot
    # Networks that are rebuilt.
    rebuilt: frozenset[str] = frozenset()
    # Containers that an earlier round of planning replaces, by ID.
    replacements: t.Mapping[str, Replacement] = field(default_factory=dict)
    # Containers that are recreated for the sake of networks: the names of these networks, by the container's name.
    recreated: t.Mapping[str, frozenset[str]] = field(default_factory=dict)

    # Containers whose writable layers have to stay behind, as the disk has no room for copies of them, by ID.
    crowded: frozenset[str] = frozenset()

    def replace(self, **changes: t.Any) -> Context:
        return replace(self, **changes)

    @property
    def engine(self) -> Engine:
        return self.snapshot.engine

    def network(self, name: str) -> DesiredNetwork | None:
        """The network of this name as it is desired; None where it is not to be changed."""
        return self.desired.network(name)

    def container(self, name: str) -> DesiredContainer | None:
        """The container of this name as it is desired; None where it has no plan of its own."""
        return self.desired.container(name)

    def asked_pools(self, desired: DesiredNetwork) -> tuple[Pool, ...]:
        """The subnets that the task asks for, for the network itself or with the definition that it copies."""
        if desired.pools or not desired.config_from:
            return desired.pools or ()
        planned, found = self.network(desired.config_from), self.snapshot.find_network(desired.config_from)
        if planned is not None and planned.pools:
            return planned.pools
        return () if found is None else found.pools

    def removes_network(self, name: str) -> bool:
        desired = self.network(name)
        return desired is not None and desired.state == "absent"

    def has_network(self, name: str) -> bool:
        """Whether there is such a network once the task is done."""
        planned = self.network(name)
        if planned is not None:
            return planned.state != "absent"
        return any(is_called(name, network.name, network.id) for network in self.snapshot.networks)

    def evicts(self, network: str) -> bool:
        """Whether this network is removed with containers on it."""
        desired = self.network(network)
        return desired is not None and desired.state == "absent" and desired.force

    def will_run(self, name: str) -> bool:
        """Whether there is a container of this name that runs once the task is done."""
        desired, standing = self.container(name), self.snapshot.find_container(name)
        if desired is None or (desired.state == "present" and standing is not None):
            return standing is not None and standing.is_running
        return desired.state == "started" or (desired.state == "present" and desired.starts_new)

    def removes_container(self, name: str) -> bool:
        desired = self.container(name)
        return desired is not None and desired.state == "absent"

    def stops_container(self, name: str) -> bool:
        """Whether this task stops or removes a container of this name."""
        desired = self.container(name)
        return desired is not None and desired.state in ("stopped", "absent")

    def recreates(self, container: str, network: str) -> bool:
        """Whether this container is recreated for the sake of this network."""
        return network in self.recreated.get(container, ())
