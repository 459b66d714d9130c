# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""What a container publishes as configured, paired with what the engine has bound."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, replace

from .ports import Publication


@dataclass(frozen=True)
class Binding:
    """A publication as configured, and the addresses and ports on which the engine has bound it."""

    configured: Publication
    actual: tuple[Publication, ...] = ()

    @property
    def pinned(self) -> tuple[Publication, ...]:
        """The publications that keep the numbers over a restart or a replacement."""
        if self.configured.is_fixed or not self.actual:
            return (self.configured,)
        if len({publication.host_port for publication in self.actual}) == 1:
            port = self.actual[0].host_port
            return (replace(self.configured, host_port=port, host_port_end=port),)
        # Engines 20.10 to 26 choose different numbers for IPv4 and IPv6.
        return self.actual


def pair_bindings(configured: t.Sequence[Publication], actual: t.Sequence[Publication]) -> tuple[Binding, ...]:
    """Find for every configured publication what the engine made of it.

    Fixed publications choose first, then ranges; those that name an address before those that fit every address.
    """
    free = list(actual)
    found: dict[int, tuple[Publication, ...]] = {}

    def order(index: int) -> tuple[bool, bool, bool, int]:
        publication = configured[index]
        return (publication.is_ephemeral, publication.is_range, not publication.host_ip, index)

    for index in sorted(range(len(configured)), key=order):
        publication = configured[index]
        mine: list[Publication] = []
        for candidate in _by_likeness(publication, free):
            same_family = any((":" in candidate.host_ip) == (":" in other.host_ip) for other in mine)
            if not same_family and (not mine or publication.host_ip == ""):
                mine.append(candidate)
        for taken in mine:
            free.remove(taken)
        found[index] = tuple(mine)
    return tuple(Binding(publication, found[index]) for index, publication in enumerate(configured))


def _by_likeness(publication: Publication, candidates: t.Iterable[Publication]) -> list[Publication]:
    """The actual bindings that can come from this publication, IPv4 first, same port numbers side by side."""

    def fits(actual: Publication) -> bool:
        if actual.key != publication.key:
            return False
        # A publication without an address gets the default address of the network or of the daemon.
        if publication.host_ip and actual.host_ip != publication.host_ip:
            return False
        if publication.is_ephemeral:
            return True
        return publication.host_port <= actual.host_port <= publication.host_port_end

    fitting = sorted((actual for actual in candidates if fits(actual)), key=lambda a: (":" in a.host_ip, a.host_port))
    if fitting:
        first = fitting[0]
        fitting.sort(key=lambda a: (a != first, a.host_port != first.host_port))
    return fitting


def pin_bindings(bindings: t.Sequence[Binding], publications: t.Sequence[Publication]) -> tuple[Publication, ...]:
    """The publications with the numbers that the engine has chosen for them written down."""
    free = list(bindings)
    pinned: list[Publication] = []
    for publication in publications:
        binding = next((each for each in free if each.configured == publication), None)
        if binding is None:
            pinned.append(publication)
        else:
            free.remove(binding)
            pinned.extend(binding.pinned)
    return tuple(pinned)
