# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""The steps that change whether a container runs, and whether it can."""

from __future__ import annotations

import time
import typing as t
from dataclasses import dataclass, field

from .._errors import DaemonRefusal, Failure, Reason
from .._objects.containers import Container
from .._objects.normal_forms import NORMAL, same
from .._types import Json
from .base import ContainerStep, Site, Step
from .verification import Verify

# A stop waits this much longer than the container may take, in seconds.
_STOP_MARGIN = 60
_DEFAULT_STOP_TIMEOUT = 10
# How often the update of a container that is ending is tried, and with which pause in seconds.
_UPDATES = 5
# In seconds, how often a container that got a signal is looked at.
_SIGNAL_POLL = 0.2
_UPDATE_PAUSE = 0.1


@dataclass(frozen=True)
class Stop(ContainerStep):
    """``timeout`` in seconds; None takes the container's own. ``kill`` does not ask first.

    ``successor``: the reference of the container that is to take its place, if there is one. ``steady``: the container
    has not ended by itself before, and has to stay up after an undo. ``signal``: that of a kill, which has so many
    seconds as a stop, and counts as none where it does not end the container.
    """

    timeout: int | None = None
    kill: bool = False
    successor: str = ""
    steady: bool = True
    signal: str = ""

    already_so = frozenset({Reason.NOT_FOUND})
    may_be_done_after_error = True

    def __str__(self) -> str:
        return f"{'kill' if self.kill else 'stop'} {self.name}"

    def perform(self, site: Site) -> None:
        path = f"/containers/{site.id_of(self.container)}"
        if self.kill and self.signal:
            self._send_signal(site, path)
        # A stop that waits no time kills at once, and unlike a kill it answers when the container has ended.
        allowed = 0 if self.kill else self.timeout
        params = {} if allowed is None else {"t": allowed}
        if allowed is None:
            allowed = site.daemon.get(f"{path}/json")["Config"].get("StopTimeout") or _DEFAULT_STOP_TIMEOUT
        site.daemon.post(f"{path}/stop", timeout=allowed + _STOP_MARGIN, **params)

    def _send_signal(self, site: Site, path: str) -> None:
        site.daemon.post(f"{path}/kill", signal=self.signal)
        deadline = time.monotonic() + (_DEFAULT_STOP_TIMEOUT if self.timeout is None else self.timeout)
        while time.monotonic() < deadline:
            if not site.daemon.get(f"{path}/json")["State"]["Running"]:
                return
            time.sleep(_SIGNAL_POLL)

    def invert(self) -> Start:
        return Start(self.container, self.name, remake=True, successor=self.successor, steady=self.steady)


@dataclass(frozen=True)
class Start(ContainerStep):
    """``remake``: a container that the engine cannot start any more is remade from its definition and files.

    ``successor``: the container that was to take its place; it is removed before the original of a remade container.
    ``remade_ids``: the IDs of other containers that were remade, by the IDs that they had. ``steady``: as in Stop.
    ``vanishes``: nothing is left of the container when it has ended (--rm), so that it is watched from here on.
    """

    remake: bool = False
    successor: str = ""
    remade_ids: t.Mapping[str, str] = field(default_factory=dict)
    steady: bool = True
    vanishes: bool = False

    failure_code = "start_failed"
    restores = True

    def __str__(self) -> str:
        return f"start {self.name}"

    def perform(self, site: Site) -> None:
        container_id = site.id_of(self.container)
        site.made.update(self.remade_ids)
        if self.vanishes:
            site.watch(container_id)
        try:
            site.daemon.post(f"/containers/{container_id}/start")
        except DaemonRefusal as refusal:
            site.refused.add(container_id)
            if not self.remake:
                raise
            container = Container(site.daemon.get(f"/containers/{container_id}/json"))
            if not (Reason.UNSTARTABLE in refusal.reasons or _shares_with_remade(container, site)):
                raise
            site.remake(container, self.name, self.successor, starts=True)
        # An undo may have tried before.
        site.refused.discard(container_id)

    def invert(self) -> Stop:
        # The container has just started and was not accepted; the original should not wait long for its ports.
        return Stop(self.container, self.name, kill=True)

    def check_after_undo(self) -> Step | None:
        # A container that has ended by itself before may do so again.
        return Verify(self.container, self.name, publications=(), networks=()) if self.steady else None

    def explain(self, refusal: DaemonRefusal, site: Site) -> Failure:
        failure = super().explain(refusal, site)
        if failure.code == self.failure_code:
            failure.details["logs"] = site.read_logs(site.id_of(self.container))
        return failure


def _shares_with_remade(container: Container, site: Site) -> bool:
    """Whether the container shares the namespaces of a remade container, and so refers to an ID that is gone."""
    return any(each in site.made for each in container.shares.values())


@dataclass(frozen=True)
class Restart(ContainerStep):
    """``timeout`` in seconds: how long the container has to stop; None takes the container's own."""

    timeout: int | None = None

    failure_code = "start_failed"
    may_be_done_after_error = True

    def __str__(self) -> str:
        return f"restart {self.name}"

    def perform(self, site: Site) -> None:
        path = f"/containers/{site.id_of(self.container)}"
        allowed = self.timeout
        if allowed is None:
            allowed = site.daemon.get(f"{path}/json")["Config"].get("StopTimeout") or _DEFAULT_STOP_TIMEOUT
        params = {} if self.timeout is None else {"t": self.timeout}
        site.daemon.post(f"{path}/restart", timeout=allowed + _STOP_MARGIN, **params)

    def invert(self) -> Start:
        # What has stopped has to run again.
        return Start(self.container, self.name, remake=True)


@dataclass(frozen=True)
class Park(ContainerStep):
    """Does nothing: it marks the point from which the network of a stopped container may be gone, and its place taken.

    A stopped container needs no request for that, but its undo may have to remake it. ``successor``: the reference of
    the container that takes its place.
    """

    successor: str = ""

    def __str__(self) -> str:
        return f"set {self.name} aside"

    def perform(self, site: Site) -> None:
        pass

    def invert(self) -> Unpark:
        return Unpark(self.container, self.name, successor=self.successor)


@dataclass(frozen=True)
class Unpark(ContainerStep):
    """Undoes a park: remakes a stopped container whose network is gone. ``successor``, ``remade_ids``: as in Start."""

    successor: str = ""
    remade_ids: t.Mapping[str, str] = field(default_factory=dict)

    restores = True

    def __str__(self) -> str:
        return f"keep {self.name} able to start"

    def perform(self, site: Site) -> None:
        """Its networks, and the containers whose namespaces it shares, tell whether a stopped container can start."""
        container = Container(site.daemon.get(f"/containers/{site.id_of(self.container)}/json"))
        known = {raw["Id"] for raw in site.daemon.get("/networks")}
        joined = {each.get("NetworkID") for each in container.endpoints.values()} - {"", None}
        site.made.update(self.remade_ids)
        if not joined <= known or _shares_with_remade(container, site):
            site.remake(container, self.name, self.successor, starts=False)


@dataclass(frozen=True)
class SetRestartPolicy(ContainerStep):
    """``runs``: after an undo the container has to run, even if the engine was restarted meanwhile."""

    policy: Json
    former: Json
    runs: bool = False

    may_be_done_after_error = True
    restores = True

    def __str__(self) -> str:
        return f"set restart policy of {self.name} to {self.policy.get('Name') or 'no'}"

    def perform(self, site: Site) -> None:
        _update(site, self.container, {"RestartPolicy": dict(self.policy)})

    def perform_as_undo(self, site: Site) -> None:
        self.perform(site)
        container_id = site.id_of(self.container)
        if not self.runs or container_id in site.refused:
            return
        if not site.daemon.get(f"/containers/{container_id}/json")["State"]["Running"]:
            Start(self.container, self.name, remake=True).perform(site)

    def invert(self) -> SetRestartPolicy:
        return SetRestartPolicy(self.container, self.name, policy=self.former, former=self.policy, runs=self.runs)


@dataclass(frozen=True)
class Update(ContainerStep):
    """Changes limits and the restart policy of a container that stands. ``options``: what results call them."""

    settings: Json
    former: Json
    options: tuple[str, ...] = ()

    may_be_done_after_error = True
    restores = True

    def __str__(self) -> str:
        return f"update {', '.join(self.options) or 'limits'} of {self.name}"

    def perform(self, site: Site) -> None:
        """Engines accept limits that their kernel does not know, and do not keep them."""
        _update(site, self.container, self.settings)
        lost = self._list_differing(site)
        if lost:
            raise Failure(
                "engine_altered",
                f"The engine was asked to {self}, and did not keep {', '.join(lost)}. Its kernel may not know that:"
                " leave the option out.",
                altered=[{"key": f"HostConfig.{key}"} for key in lost],
            )

    def _list_differing(self, site: Site) -> list[str]:
        host_config = site.daemon.get(f"/containers/{site.id_of(self.container)}/json")["HostConfig"]
        # Where the kernel does not count swap, there is no limit of it; that matters where it was asked for.
        unasked = () if "memory_swap" in self.options else ("MemorySwap",)
        return [
            key
            for key, value in self.settings.items()
            if key not in unasked and NORMAL.get(key, same)(host_config.get(key)) != NORMAL.get(key, same)(value)
        ]

    def invert(self) -> Update:
        # The engine reads nothing and zero as leaving alone.
        kept = {key: value for key, value in self.former.items() if value}
        return Update(self.container, self.name, kept, self.settings, self.options)

    def still_stands(self, site: Site) -> bool | None:
        """One request changes all or nothing, and the engine answers what it has."""
        try:
            return bool(self._list_differing(site))
        except (DaemonRefusal, Failure):
            return True


def _update(site: Site, container: str, settings: Json) -> None:
    """The engine refuses an update in the moment in which a container ends (seen on 20.10); that does not last."""
    for left in reversed(range(_UPDATES)):
        try:
            site.daemon.post(f"/containers/{site.id_of(container)}/update", dict(settings))
            return
        except DaemonRefusal as refusal:
            if not left or Reason.CONTAINER_ENDING not in refusal.reasons:
                raise
            time.sleep(_UPDATE_PAUSE)


@dataclass(frozen=True)
class Pause(ContainerStep):
    already_so = frozenset({Reason.ALREADY_PAUSED})
    restores = True

    def __str__(self) -> str:
        return f"pause {self.name}"

    def perform(self, site: Site) -> None:
        site.daemon.post(f"/containers/{site.id_of(self.container)}/pause")

    def invert(self) -> Unpause:
        return Unpause(self.container, self.name)


@dataclass(frozen=True)
class Unpause(ContainerStep):
    already_so = frozenset({Reason.NOT_FOUND})

    def __str__(self) -> str:
        return f"unpause {self.name}"

    def perform(self, site: Site) -> None:
        site.daemon.post(f"/containers/{site.id_of(self.container)}/unpause")

    def invert(self) -> Pause:
        return Pause(self.container, self.name)
