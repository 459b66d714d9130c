# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""Reading back what stands: a started container runs, stays up, publishes, and sits on its networks."""

from __future__ import annotations

import time
import typing as t

from .._engine.client import Client
from .._engine.logs import read_logs
from .._errors import Failure
from .._objects.bindings import pair_bindings
from .._objects.containers import Container
from .._observe.host_ports import is_local
from .._plan.steps import Verify, VerifyMembers
from .listening import is_listening

# A second look after this time, in seconds, catches a container that ends at once.
_SETTLE = 1.0
_POLL = 0.2


def verify(client: Client, container_id: str, step: Verify, rest: t.Callable[[float], None]) -> None:
    """Raises Failure(start_failed) or Failure(wait_timeout); returns when the container is as the step says.

    ``rest``: how seconds are waited for.
    """
    first = _inspect(client, container_id, step)
    rest(_SETTLE)
    container = _inspect(client, container_id, step)
    if first.raw["State"]["StartedAt"] != container.raw["State"]["StartedAt"] or _is_between_runs(container):
        raise _failed(client, container, step, "restarted within a second")
    if step.wait == "healthy":
        container = _wait_healthy(client, container_id, step, rest)
    elif step.wait == "listening":
        container = _wait_listening(client, container, step, rest)
    for binding in pair_bindings(step.publications, container.actual):
        if not binding.actual:
            raise Failure(
                "start_failed", f"Container {step.name!r} runs, but the engine does not publish {binding.configured}."
            )
    for network in step.networks:
        if not (container.endpoints.get(network) or {}).get("EndpointID"):
            raise Failure("start_failed", f"Container {step.name!r} runs, but it is not joined to network {network!r}.")


def verify_members(client: Client, network_id: str, step: VerifyMembers) -> None:
    """Raises Failure(start_failed) where a member is not joined to the network, or does not publish what it did."""
    for container_id, publications in step.members:
        raw = client.find(f"/containers/{container_id}/json")
        if raw is None:
            # The container was removed meanwhile: it is not missing because of this change.
            continue
        container = Container(raw)
        # A container that does not run has no network ID there yet (engine 20.10).
        endpoint = container.endpoints.get(step.name, {"NetworkID": "none"})
        is_joined = endpoint.get("NetworkID") == network_id and bool(endpoint.get("EndpointID"))
        if not (is_joined if container.is_running else endpoint.get("NetworkID") in (network_id, "", None)):
            raise Failure(
                "daemon_error", f"The engine did not join container {container.name!r} to network {step.name!r}."
            )
        for binding in pair_bindings(publications, container.actual) if container.is_running else ():
            if not binding.actual:
                raise Failure(
                    "port_conflict",
                    f"Container {container.name!r} is on network {step.name!r} again, but the engine does not publish"
                    f" {binding.configured} any more.",
                    publication=str(binding.configured),
                    container=container.name,
                )


def _inspect(client: Client, container_id: str, step: Verify) -> Container:
    raw = client.find(f"/containers/{container_id}/json")
    if raw is None:
        raise Failure(
            "start_failed", f"Container {step.name!r} was started and is gone (it was made with auto_remove)."
        )
    container = Container(raw)
    if not container.is_running:
        raise _failed(client, container, step, f"ended with exit code {raw['State']['ExitCode']}")
    return container


def _is_between_runs(container: Container) -> bool:
    """Whether the container has ended and its restart policy will start it: the engine says that it runs meanwhile."""
    return container.status == "restarting"


def _failed(client: Client, container: Container, step: Verify, how: str) -> Failure:
    state = container.raw["State"]
    error = state.get("Error") or ""
    return Failure(
        "start_failed",
        f"Container {step.name!r} was started, but {how}{f': {error}' if error else ''}. Its last output is in"
        " failure.logs.",
        # For a container that runs the engine says 0, whatever its last exit code was.
        exit_code=None if state["Running"] else state["ExitCode"],
        logs=read_logs(client, container.id),
    )


def _wait_healthy(client: Client, container_id: str, step: Verify, rest: t.Callable[[float], None]) -> Container:
    """The container as it was seen when it was healthy."""
    deadline = time.monotonic() + step.timeout
    while True:
        container = _inspect(client, container_id, step)
        health = (container.raw["State"].get("Health") or {}).get("Status") or "none"
        if health == "none":
            raise Failure("option_conflict", f"Container {step.name!r} has no health check to wait for.")
        if health == "healthy" and not _is_between_runs(container):
            return container
        if health == "unhealthy" or time.monotonic() > deadline:
            raise Failure(
                "wait_timeout",
                f"Container {step.name!r} runs, but its health check says {health} (wait_timeout={step.timeout}s).",
                logs=read_logs(client, container_id),
            )
        rest(_POLL)


def _wait_listening(client: Client, container: Container, step: Verify, rest: t.Callable[[float], None]) -> Container:
    """Wait until something accepts on every published tcp port; a port that was found open is not tried again.

    The ports are those of the container as it is given: between two runs it has none.
    """
    deadline = time.monotonic() + step.timeout
    from_here = bool(is_local(client.connection))
    ports = {publication.container_port for publication in container.actual if publication.protocol == "tcp"}
    waiting = ports
    while True:
        container = _inspect(client, container.id, step)
        if _is_between_runs(container):
            waiting, how = ports, "keeps restarting"
        else:
            waiting, how = {port for port in waiting if not is_listening(client, container, port, from_here)}, "runs"
            if not waiting:
                return container
        if time.monotonic() > deadline:
            raise Failure(
                "wait_timeout",
                f"Container {step.name!r} {how}, but nothing in it accepts on tcp port"
                f" {', '.join(map(str, sorted(waiting)))} (wait_timeout={step.timeout}s).",
                logs=read_logs(client, container.id),
            )
        rest(_POLL)
