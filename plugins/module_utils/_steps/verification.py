# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""Reading back what stands: a container is what was asked for; started, it runs, stays up, publishes, and is joined."""

from __future__ import annotations

import time
from dataclasses import dataclass

from .._errors import Failure
from .._objects.bindings import pair_bindings
from .._objects.comparison import find_differences
from .._objects.containers import Blueprint, Container
from .._objects.ending import Ending
from .._objects.ports import Publication, list_exposed
from .base import Site, Step, Subject

# A second look after this time, in seconds, catches a container that ends at once.
_SETTLE = 1.0
_POLL = 0.2
# How many differences a message tells.
_TOLD = 5
# How many lines of its output a failure has.
_LINES = 20


class _Ended(Exception):
    """The container has ended, and that may be just what it was to do."""

    def __init__(self, ending: Ending) -> None:
        super().__init__(ending)
        self.ending = ending


@dataclass(frozen=True)
class CheckMade(Step):
    """Refuse to go on where the engine made another container than that of the request, before it is started.

    ``name`` is what the container will be called, ``title`` what results call it now.
    """

    container: str
    name: str
    title: str
    asked: Blueprint

    def __str__(self) -> str:
        return f"inspect {self.title}"

    @property
    def subject(self) -> Subject:
        return Subject(self.container, self.name)

    def perform(self, site: Site) -> None:
        """Raises Failure(engine_altered)."""
        raw = site.daemon.get(f"/containers/{site.id_of(self.container)}/json")
        _refuse_differences(self.name, self.asked, Container(raw))


def _refuse_differences(name: str, asked: Blueprint, made: Container) -> None:
    differences = find_differences(asked, made)
    if not differences:
        return
    told = "; ".join(map(str, differences[:_TOLD]))
    more = f"; and {len(differences) - _TOLD} more" if len(differences) > _TOLD else ""
    raise Failure(
        "engine_altered",
        f"The engine made container {name!r} otherwise than asked: {told}{more}. Ask for what this engine and its host"
        " can give, or take the setting away from the container first.",
        container=name,
        altered=[difference.as_dict() for difference in differences],
    )


@dataclass(frozen=True)
class Verify(Step):
    """Read back whether the container runs, publishes and sits on its networks; wait as long as the task says.

    A container that is to end (``wait``: exited), and one with auto_remove, has to end with exit code 0.
    ``asked``: the request of which the container was made; None where it stood before.
    """

    container: str
    name: str
    publications: tuple[Publication, ...]
    networks: tuple[str, ...]
    wait: str = "running"
    timeout: float = 60
    bind_policy: str = "any"
    asked: Blueprint | None = None

    def __str__(self) -> str:
        return f"verify {self.name}"

    def perform(self, site: Site) -> None:
        """Raises Failure(start_failed), Failure(wait_timeout), Failure(bind_policy) or Failure(engine_altered)."""
        try:
            if self.wait == "exited":
                self._wait_ended(site)
            else:
                self._check_running(site)
        except _Ended as ended:
            if ended.ending.status:
                raise self._fail_ended(ended.ending) from None
            site.endings[self.name] = ended.ending

    def _check_running(self, site: Site) -> None:
        first = self._inspect(site)
        site.rest(_SETTLE)
        container = self._inspect(site)
        if first.raw["State"]["StartedAt"] != container.raw["State"]["StartedAt"] or _is_between_runs(container):
            raise self._failed(site, container, "restarted within a second")
        if self.wait in ("healthy", "checked"):
            container = self._wait_healthy(site)
        elif self.wait == "listening":
            container = self._wait_listening(site, container)
        for binding in pair_bindings(self.publications, container.actual):
            if not binding.actual:
                raise Failure(
                    "start_failed",
                    f"Container {self.name!r} runs, but the engine does not publish {binding.configured}.",
                )
        for bound in list_exposed(container.actual) if self.bind_policy == "loopback" else ():
            raise Failure(
                "bind_policy",
                f"Container {self.name!r} was started, and the engine publishes {bound}, which bind_policy=loopback"
                " does not allow. Give the publication an address, such as 127.0.0.1.",
                publication=str(bound),
            )
        for network in self.networks:
            if not (container.endpoints.get(network) or {}).get("EndpointID"):
                raise Failure(
                    "start_failed", f"Container {self.name!r} runs, but it is not joined to network {network!r}."
                )
        if self.asked is not None:
            _refuse_differences(self.name, self.asked, container)

    def _inspect(self, site: Site) -> Container:
        """Raises _Ended where nothing is left of the container but how it has ended."""
        container_id = site.id_of(self.container)
        raw = site.daemon.find(f"/containers/{container_id}/json")
        if raw is None or not raw["State"]["Running"]:
            ending = site.await_ending(container_id)
            if ending is not None:
                raise _Ended(ending)
        if raw is None:
            raise Failure(
                "start_failed", f"Container {self.name!r} was started and is gone (it was made with auto_remove)."
            )
        container = Container(raw)
        if not container.is_running and self.wait != "exited":
            raise self._failed(site, container, f"ended with exit code {raw['State']['ExitCode']}")
        return container

    def _wait_ended(self, site: Site) -> None:
        """Raises _Ended, or Failure(wait_timeout)."""
        deadline = time.monotonic() + self.timeout
        while True:
            container = self._inspect(site)
            if not container.is_running:
                raise _Ended(Ending(container.raw["State"]["ExitCode"], tuple(site.read_output(container.id))))
            if time.monotonic() > deadline:
                raise Failure(
                    "wait_timeout",
                    f"Container {self.name!r} was to end, and still runs (wait_timeout={self.timeout:g}s).",
                    logs=site.read_logs(container.id),
                )
            site.rest(_POLL)

    def _fail_ended(self, ending: Ending) -> Failure:
        return Failure(
            "start_failed",
            f"Container {self.name!r} was started, but ended with exit code {ending.status}. Its last output is in"
            " failure.logs.",
            exit_code=ending.status,
            logs=list(ending.output[-_LINES:]),
        )

    def _failed(self, site: Site, container: Container, how: str) -> Failure:
        state = container.raw["State"]
        error = state.get("Error") or ""
        return Failure(
            "start_failed",
            f"Container {self.name!r} was started, but {how}{f': {error}' if error else ''}. Its last output is in"
            " failure.logs.",
            # For a container that runs the engine says 0, whatever its last exit code was.
            exit_code=None if state["Running"] else state["ExitCode"],
            logs=site.read_logs(container.id),
        )

    def _wait_healthy(self, site: Site) -> Container:
        """The container as it was seen when it was healthy."""
        start = time.monotonic()
        while True:
            container = self._inspect(site)
            due = container.first_check_due
            health = (container.raw["State"].get("Health") or {}).get("Status") or "none"
            if health == "none" and self.wait == "checked":
                return container
            if health == "none":
                raise Failure("option_conflict", f"Container {self.name!r} has no health check to wait for.")
            if health == "healthy" and not _is_between_runs(container):
                return container
            if health == "unhealthy" or time.monotonic() > start + self.timeout + due:
                raise Failure(
                    "wait_timeout",
                    f"Container {self.name!r} runs, but its health check says {health} (wait_timeout={self.timeout:g}s,"
                    f" and {due:g} s for its first check).",
                    logs=site.read_logs(container.id),
                )
            site.rest(_POLL)

    def _wait_listening(self, site: Site, container: Container) -> Container:
        """Wait until something accepts on every published tcp port; a port that was found open is not tried again.

        The ports are those of the container as it is given: between two runs it has none.
        """
        deadline = time.monotonic() + self.timeout
        ports = {publication.container_port for publication in container.actual if publication.protocol == "tcp"}
        waiting = ports
        while True:
            container = self._inspect(site)
            if _is_between_runs(container):
                waiting, how = ports, "keeps restarting"
            else:
                waiting, how = {port for port in waiting if not site.is_listening(container, port)}, "runs"
                if not waiting:
                    return container
            if time.monotonic() > deadline:
                raise Failure(
                    "wait_timeout",
                    f"Container {self.name!r} {how}, but nothing in it accepts on tcp port"
                    f" {', '.join(map(str, sorted(waiting)))} (wait_timeout={self.timeout:g}s).",
                    logs=site.read_logs(container.id),
                )
            site.rest(_POLL)


def _is_between_runs(container: Container) -> bool:
    """Whether the container has ended and its restart policy will start it: the engine says that it runs meanwhile."""
    return container.status == "restarting"


@dataclass(frozen=True)
class VerifyMembers(Step):
    """Read back whether these containers are on the network: by ID, with the publications that have to be bound."""

    network: str
    name: str
    members: tuple[tuple[str, tuple[Publication, ...]], ...]

    def __str__(self) -> str:
        return f"verify the members of {self.name}"

    def perform(self, site: Site) -> None:
        """Raises Failure where a member is not joined to the network, or does not publish what it did."""
        network_id = site.id_of(self.network)
        for container_id, publications in self.members:
            raw = site.daemon.find(f"/containers/{container_id}/json")
            if raw is None:
                # The container was removed meanwhile: it is not missing because of this change.
                continue
            container = Container(raw)
            # A container that does not run has no network ID there yet (engine 20.10).
            endpoint = container.endpoints.get(self.name, {"NetworkID": "none"})
            is_joined = endpoint.get("NetworkID") == network_id and bool(endpoint.get("EndpointID"))
            if not (is_joined if container.is_running else endpoint.get("NetworkID") in (network_id, "", None)):
                raise Failure(
                    "daemon_error", f"The engine did not join container {container.name!r} to network {self.name!r}."
                )
            for binding in pair_bindings(publications, container.actual) if container.is_running else ():
                if not binding.actual:
                    raise Failure(
                        "port_conflict",
                        f"Container {container.name!r} is on network {self.name!r} again, but the engine does not"
                        f" publish {binding.configured} any more.",
                        publication=str(binding.configured),
                        container=container.name,
                    )
