# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""Everything that one task asks for."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass
from functools import cached_property

from .._types import Key
from .containers import DesiredContainer
from .networks import DesiredNetwork


@dataclass(frozen=True)
class DesiredState:
    """The networks and containers of a task, in its order. After that they are found by their names."""

    networks: tuple[DesiredNetwork, ...] = ()
    containers: tuple[DesiredContainer, ...] = ()

    @cached_property
    def _networks(self) -> dict[str, DesiredNetwork]:
        return {desired.name: desired for desired in self.networks}

    @cached_property
    def _containers(self) -> dict[str, DesiredContainer]:
        return {desired.name: desired for desired in self.containers}

    def network(self, name: str) -> DesiredNetwork | None:
        return self._networks.get(name)

    def container(self, name: str) -> DesiredContainer | None:
        return self._containers.get(name)

    @property
    def keys(self) -> tuple[Key, ...]:
        """The objects of the task; those that it lists twice stand here twice."""
        networks = (("network", desired.name) for desired in self.networks)
        return (*networks, *(("container", desired.name) for desired in self.containers))

    @property
    def chosen(self) -> dict[str, str]:
        """The IDs of networks that the task names by them, by names that other networks have too."""
        return {desired.name: desired.id for desired in self.networks if desired.id}

    def with_containers(self, added: t.Iterable[DesiredContainer]) -> DesiredState:
        return DesiredState(self.networks, (*self.containers, *added))
