# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""The steps that make and remove networks, and change what is on them."""

from __future__ import annotations

import time
import typing as t
from dataclasses import dataclass

from .._errors import DaemonRefusal, Failure, Reason
from .._types import Json
from .base import Site, Step, Subject
from .run_state import Stop

# An endpoint vanishes from the engine's answers before it is taken from the count of its network: the seconds between
# the attempts at a removal meanwhile.
_PAUSES = (0.2, 0.5, 1, 2, 4)
# Seconds that a swarm may take to end the tasks of a network, and to forget it.
_SWARM_BOUND = 20.0
_SWARM_POLL = 0.2


@dataclass(frozen=True)
class CreateNetwork(Step):
    """``former``: the ID of the network whose place this one takes; references to that ID mean the new network then."""

    name: str
    body: Json
    former: str = ""

    def __str__(self) -> str:
        return f"create network {self.name}"

    def perform(self, site: Site) -> None:
        made = site.daemon.post("/networks/create", self.body)["Id"]
        site.made[self.name] = made
        if self.former:
            site.made[self.former] = made
            site.remade.append(f"network {self.name}")

    def invert(self) -> RemoveNetwork:
        return RemoveNetwork(self.name, self.name)


@dataclass(frozen=True)
class RemoveNetwork(Step):
    """``body``: the request that remakes the network; None where no undo needs it.

    ``waits``: a network of a swarm is gone from its nodes only a moment after the engine has said so, and the tasks of
    containers that have just left it are ended no sooner.
    """

    network: str
    name: str
    body: Json | None = None
    waits: bool = False

    already_so = frozenset({Reason.NOT_FOUND})

    def __str__(self) -> str:
        return f"remove network {self.name}"

    def perform(self, site: Site) -> None:
        """The engine may still count a container that has just gone; one that is there is refused at once."""
        path = f"/networks/{site.id_of(self.network)}"
        for pause in _PAUSES:
            try:
                self._delete(path, site)
                return
            except DaemonRefusal as refusal:
                if Reason.HAS_ENDPOINTS not in refusal.reasons or self._members(site) != []:
                    raise
            site.rest(pause)
        self._delete(path, site)

    def _delete(self, path: str, site: Site) -> None:
        if not self.waits:
            site.daemon.delete(path)
            return
        deadline = time.monotonic() + _SWARM_BOUND
        while True:
            try:
                site.daemon.delete(path)
                break
            except DaemonRefusal as refusal:
                if Reason.TASK_ENDING not in refusal.reasons or time.monotonic() > deadline:
                    raise
            time.sleep(_SWARM_POLL)
        while site.daemon.find(path) is not None and time.monotonic() < deadline:
            time.sleep(_SWARM_POLL)

    def perform_as_undo(self, site: Site) -> None:
        """As in RemoveContainer: the network may never have been made."""
        if self.network not in site.made:
            found = [raw["Id"] for raw in site.daemon.get("/networks") if raw["Name"] == self.network]
            if not found:
                return
            site.made[self.network] = found[0]
        self.perform(site)

    def invert(self) -> CreateNetwork | None:
        return None if self.body is None else CreateNetwork(self.name, self.body, former=self.network)

    def still_stands(self, site: Site) -> bool | None:
        return site.daemon.find(f"/networks/{site.id_of(self.network)}") is not None

    def explain(self, refusal: DaemonRefusal, site: Site) -> Failure:
        failure = super().explain(refusal, site)
        if Reason.HAS_ENDPOINTS not in refusal.reasons:
            return failure
        members = self._members(site)
        if members is None:
            return failure
        if members:
            why = f"Containers on it: {', '.join(map(repr, members))}."
            return Failure("network_in_use", f"{failure.message}. {why}", members=members, **failure.details)
        # Engines before 28.1 keep a count of their own, and miss some that leave at the same time (seen on 20.10).
        why = "No container is on it: the engine's count is wrong, and a restart of the engine corrects it."
        return Failure(failure.code, f"{failure.message}. {why}", **failure.details)

    def _members(self, site: Site) -> list[str] | None:
        """The names of the containers that the engine lists on the network; None where it does not tell."""
        try:
            found = site.daemon.find(f"/networks/{site.id_of(self.network)}")
        except (DaemonRefusal, Failure):
            return None
        return None if found is None else sorted(each["Name"] for each in (found.get("Containers") or {}).values())


@dataclass(frozen=True)
class EndpointStep(Step):
    """A step on one endpoint. ``network`` and ``container`` are references, the two names are for people."""

    network: str
    container: str
    endpoint: Json
    network_name: str
    container_name: str

    # Where a host port is taken, an endpoint is left half joined.
    may_be_done_after_error = True

    @property
    def moves(self) -> str:
        return self.container_name

    @property
    def subject(self) -> Subject:
        return Subject(self.container, self.container_name)


@dataclass(frozen=True)
class Connect(EndpointStep):
    """``restarts``: a running container that cannot take its host ports back is restarted, not left half joined."""

    restarts: bool = False

    already_so = frozenset({Reason.ALREADY_CONNECTED})
    failure_codes: t.ClassVar[t.Mapping[Reason, str]] = {
        Reason.SUBNET_NOT_CONFIGURED: "option_conflict",
        **Step.failure_codes,
    }
    restores = True

    def __str__(self) -> str:
        return f"connect {self.container_name} to {self.network_name}"

    def perform(self, site: Site) -> None:
        container = site.id_of(self.container)
        body = {"Container": container, "EndpointConfig": dict(self.endpoint)}
        path = f"/networks/{site.id_of(self.network)}/connect"
        try:
            site.daemon.post(path, body)
        except DaemonRefusal as refusal:
            if not self.restarts or Reason.PORT_TAKEN not in refusal.reasons:
                raise
            # The endpoint is half joined now, and only a container that does not run can leave it cleanly.
            Stop(self.container, self.container_name).perform(site)
            try:
                Disconnect(self.network, self.container, {}, "", "", force=True).perform(site)
                site.daemon.post(path, body)
            finally:
                site.daemon.post(f"/containers/{container}/start")

    def invert(self) -> Disconnect:
        return Disconnect(self.network, self.container, self.endpoint, self.network_name, self.container_name)

    def explain(self, refusal: DaemonRefusal, site: Site) -> Failure:
        failure = super().explain(refusal, site)
        if Reason.SUBNET_NOT_CONFIGURED not in refusal.reasons:
            return failure
        # Nothing tells a configured subnet from one that the engine has chosen.
        why = "Its subnet was chosen by the engine; fixed addresses need one in ipam_config."
        return Failure(failure.code, f"{failure.message}. {why}", **failure.details)


@dataclass(frozen=True)
class Disconnect(EndpointStep):
    """``endpoint`` is the endpoint as it stood, for an undo. ``force``: the network may be gone."""

    force: bool = False

    already_so = frozenset({Reason.NOT_FOUND, Reason.NOT_CONNECTED})

    def __str__(self) -> str:
        return f"disconnect {self.container_name} from {self.network_name}"

    def perform(self, site: Site) -> None:
        body = {"Container": site.id_of(self.container), "Force": self.force}
        site.daemon.post(f"/networks/{site.id_of(self.network)}/disconnect", body)

    def invert(self) -> Connect:
        return Connect(
            self.network, self.container, self.endpoint, self.network_name, self.container_name, restarts=True
        )
