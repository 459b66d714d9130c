# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""The units of planning and of rollback: what is planned for each object."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field, replace

from .._desired.containers import DesiredContainer
from .._errors import Failure
from .._objects.containers import Blueprint, Container
from .._objects.journal import RebuildRecord
from .._objects.names import backup_name, successor_name
from .._objects.networks import PREDEFINED
from .._objects.ports import Publication
from .._steps.base import Step
from .._types import Json, Key


@dataclass(frozen=True)
class Change:
    """What is planned for one object.

    ``holds``: the host ports that the object holds afterwards, None where the plan does not touch them. ``addresses``:
    the fixed addresses that a container takes when it starts, each with the name of its network. ``needs``: the
    objects that come first. ``pull``: an image to pull first. ``replacement``, ``network_rebuild``: the replacement of
    a container, the rebuild of a network; where several are in one transaction, the first has the steps of all, and is
    the ``leader`` of the others. ``predicted``: what check mode returns for the object. ``made``: a network that is
    made or remade, as the engine would show it. ``settles``: these steps settle
    an interrupted change; where one fails, what was done stays done and the next run goes on from there. ``cause``: why
    the object is changed, in a few words for people.
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
    addresses: tuple[tuple[str, str], ...] = ()
    needs: frozenset[Key] = frozenset()
    pull: str | None = None
    replacement: Replacement | None = None
    network_rebuild: NetworkRebuild | None = None
    predicted: t.Mapping[str, t.Any] | None = None
    made: Json | None = None
    settles: bool = False
    leader: Key | None = None
    cause: str = ""

    @property
    def key(self) -> Key:
        return (self.kind, self.name)

    @property
    def moved(self) -> set[str]:
        """The names of the containers that join or leave a network by steps of this change."""
        return {step.moves for step in self.steps if step.moves is not None}

    @property
    def has_effect(self) -> bool:
        return bool(self.steps) or self.replacement is not None or self.network_rebuild is not None

    def because(self, cause: str) -> Change:
        """The change with its cause, which is also that of all steps that have none of their own."""
        return replace(
            self,
            cause=cause,
            steps=tuple(step.because(cause) for step in self.steps),
            replacement=self.replacement and replace(self.replacement, cause=cause),
            network_rebuild=self.network_rebuild and replace(self.network_rebuild, cause=cause),
        )


@dataclass(frozen=True)
class NetworkRebuild:
    """The rebuild of one network: its record in the journal, and what goes along.

    ``recreated``: the names of the members that are replaced in the same transaction. ``verified``: by container ID,
    the publications that have to be bound again.
    """

    record: RebuildRecord
    trial: Json | None
    recreated: frozenset[str]
    verified: tuple[tuple[str, tuple[Publication, ...]], ...]
    losses: tuple[str, ...]
    cause: str = ""

    @property
    def after(self) -> Json:
        return self.record.after


NO_RESTART = {"Name": "no", "MaximumRetryCount": 0}


@dataclass(frozen=True)
class Replacement:
    """One container that is replaced: the container, the design of its successor, and whether that is to run.

    ``publishes``: whether the engine publishes anything of the successor; it does not on internal networks only.
    ``lacks_space``: the disk of the engine has no room for a copy of its writable layer.
    """

    desired: DesiredContainer
    container: Container
    design: Blueprint
    publications: tuple[Publication, ...]
    runs: bool
    new_image: bool = False
    publishes: bool = True
    lacks_space: bool = False
    cause: str = ""

    @property
    def successor(self) -> str:
        return successor_name(self.container.name, self.container.id)

    @property
    def request(self) -> Blueprint:
        """The design of the successor, as the engine is asked for it."""
        if not self.starts_first:
            return self.design
        request, name = self.design.copy(), self.container.name
        for network, endpoint in request.endpoints.items():
            if network not in PREDEFINED and name not in endpoint.get("Aliases", ()):
                # While the two change names, this keeps the name known in the network's DNS.
                endpoint["Aliases"] = sorted([*endpoint.get("Aliases", ()), name])
        return request

    @property
    def backup(self) -> str:
        return backup_name(self.container.name, self.container.id)

    @property
    def starts_first(self) -> bool:
        return self.desired.starts_first and self.container.is_running and self.runs

    @property
    def vanishes(self) -> bool:
        """Whether the container vanishes when it stops, so that it has to release its ports while it runs."""
        return bool(self.container.host_config.get("AutoRemove")) and self.container.is_running

    @property
    def has_fixed_address(self) -> bool:
        return any(endpoint.get("IPAMConfig") for endpoint in self.design.endpoints.values())

    @property
    def policy(self) -> t.Mapping[str, t.Any]:
        return self.container.host_config.get("RestartPolicy") or NO_RESTART
