# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""The units of planning and of rollback: what a task asks for, and what is planned for each object."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from .._desired.containers import ContainerWish
from .._desired.networks import NetworkWish
from .._errors import Failure
from .._objects.containers import Blueprint, Container
from .._objects.journal import Rebuild
from .._objects.names import backup_name, successor_name
from .._objects.ports import Publication
from .._types import Json, Key
from .steps import Connect, CreateNetwork, Disconnect, RemoveNetwork, Step, VerifyMembers


@dataclass(frozen=True)
class Request:
    """Everything that one task asks for, by name: the plan for one object depends on what the others will be."""

    networks: t.Mapping[str, NetworkWish] = field(default_factory=dict)
    containers: t.Mapping[str, ContainerWish] = field(default_factory=dict)
    # Networks that are rebuilt.
    rebuilt: frozenset[str] = frozenset()
    # Containers that an earlier round of planning replaces, by ID.
    swaps: t.Mapping[str, Replacement] = field(default_factory=dict)
    # Containers that are recreated for the sake of networks: the names of these networks, by the container's name.
    recreated: t.Mapping[str, frozenset[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Item:
    """What is planned for one object.

    ``holds``: the host ports that the object holds afterwards, None where the plan does not touch them. ``needs``: the
    objects that come first. ``pull``: an image to pull first. ``swap``, ``reconstruction``: the replacement of a
    container, the rebuild of a network; where several are in one transaction, the first has the steps of all, and is
    the ``leader`` of the others. ``predicted``: what check mode returns for the object. ``settles``: these steps settle
    an interrupted change; where one fails, what was done stays done and the next run goes on from there.
    """

    kind: str
    name: str
    steps: tuple[Step, ...] = ()
    before: t.Mapping[str, t.Any] = field(default_factory=dict)
    after: t.Mapping[str, t.Any] = field(default_factory=dict)
    will_lose: tuple[str, ...] = ()
    refusals: tuple[Failure, ...] = ()
    warnings: tuple[str, ...] = ()
    holds: tuple[Publication, ...] | None = None
    needs: frozenset[Key] = frozenset()
    pull: str | None = None
    swap: Replacement | None = None
    reconstruction: Reconstruction | None = None
    predicted: t.Mapping[str, t.Any] | None = None
    settles: bool = False
    leader: Key | None = None

    @property
    def key(self) -> Key:
        return (self.kind, self.name)

    @property
    def changes(self) -> bool:
        return bool(self.steps) or self.swap is not None or self.reconstruction is not None


@dataclass(frozen=True)
class Reconstruction:
    """The rebuild of one network: its record in the journal, and what goes along.

    ``recreated``: the names of the members that are replaced in the same transaction. ``verified``: by container ID,
    the publications that have to be bound again.
    """

    rebuild: Rebuild
    trial: Json | None
    recreated: frozenset[str]
    verified: tuple[tuple[str, tuple[Publication, ...]], ...]
    losses: tuple[str, ...]

    @property
    def after(self) -> Json:
        return self.rebuild.after

    def rehearse(self) -> t.Iterator[Step]:
        """Find out what only the engine knows to be in the way, before any member is disconnected."""
        if self.trial is not None:
            yield CreateNetwork(self.trial["Name"], self.trial)
            yield RemoveNetwork(self.trial["Name"], self.trial["Name"])

    def leave(self, fixed: bool) -> t.Iterator[Step]:
        """Members without fixed addresses leave first, so that an undo lets them join last: see replace_network."""
        rebuild = self.rebuild
        for member in rebuild.members:
            if member.before is not None and bool(member.before.get("IPAMConfig")) == fixed:
                yield Disconnect(
                    rebuild.original, member.container, member.before, rebuild.name, member.name, force=True
                )

    def replace_network(self) -> t.Iterator[Step]:
        """Members with fixed addresses leave last and join first: a dynamic address may be any that is free then."""
        rebuild = self.rebuild
        yield from self.leave(fixed=True)
        yield RemoveNetwork(rebuild.original, rebuild.name, rebuild.before)
        yield CreateNetwork(rebuild.name, rebuild.after)
        yield from self._join(fixed=True)

    def join_others(self) -> t.Iterator[Step]:
        yield from self._join(fixed=False)
        yield VerifyMembers(self.rebuild.name, self.rebuild.name, self.verified)

    def _join(self, fixed: bool) -> t.Iterator[Step]:
        name = self.rebuild.name
        for member in self.rebuild.members:
            if member.after is not None and bool(member.after.get("IPAMConfig")) == fixed:
                yield Connect(name, member.container, member.after, name, member.name)


NO_RESTART = {"Name": "no", "MaximumRetryCount": 0}


@dataclass(frozen=True)
class Replacement:
    """One container that is made anew: what stands, what shall stand, and whether that shall run."""

    wish: ContainerWish
    container: Container
    design: Blueprint
    publications: tuple[Publication, ...]
    runs: bool
    new_image: bool = False

    @property
    def successor(self) -> str:
        return successor_name(self.container.name, self.container.id)

    @property
    def backup(self) -> str:
        return backup_name(self.container.name, self.container.id)

    @property
    def starts_first(self) -> bool:
        return self.wish.starts_first and self.container.is_running and self.runs

    @property
    def vanishes(self) -> bool:
        """It would be gone as soon as it is stopped, and so has to give up its ports without that."""
        return bool(self.container.host_config.get("AutoRemove")) and self.container.is_running

    @property
    def has_fixed_address(self) -> bool:
        return any(endpoint.get("IPAMConfig") for endpoint in self.design.endpoints.values())

    @property
    def policy(self) -> t.Mapping[str, t.Any]:
        return self.container.host_config.get("RestartPolicy") or NO_RESTART
