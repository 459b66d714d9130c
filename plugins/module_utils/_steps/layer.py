# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""The steps about what a container has written outside of volumes."""

from __future__ import annotations

from dataclasses import dataclass

from .base import ContainerStep, Site, Step, Subject


@dataclass(frozen=True)
class CarryLayer(Step):
    """Copy what the stopped ``source`` has written outside of volumes into ``target``, which was never started.

    ``spares``: where that cannot be done, it stays behind.
    """

    source: str
    target: str
    name: str
    spares: bool = False

    def __str__(self) -> str:
        return f"carry the writable layer of {self.name}"

    @property
    def subject(self) -> Subject:
        return Subject(self.source, self.name)

    def perform(self, site: Site) -> None:
        why = site.copy_layer(self.source, site.id_of(self.target), not self.spares)
        if why:
            site.losses.append(f"writable layer of {self.name}, which could not be carried over: {why}")


@dataclass(frozen=True)
class CheckCarry(Step):
    """Refuse to go on where what ``source`` has written cannot be carried into ``target``, while ``source`` runs."""

    source: str
    target: str
    name: str

    def __str__(self) -> str:
        return f"check that the writable layer of {self.name} can be carried"

    @property
    def subject(self) -> Subject:
        return Subject(self.source, self.name)

    def perform(self, site: Site) -> None:
        site.check_layer_copy(self.source, site.id_of(self.target))


@dataclass(frozen=True)
class CheckLayer(ContainerStep):
    """Refuse to go on where the stopped container has written outside of volumes since the plan was made."""

    def __str__(self) -> str:
        return f"check the writable layer of {self.name}"

    def perform(self, site: Site) -> None:
        site.check_layer(self.container)
