# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""Replacing containers, and the networks that some of them are on: whether that may be done, and the steps.

The successors are made first, which surfaces every error of the create before anything is touched; host ports and fixed
addresses are taken at their start. The old containers are kept under other names until the successors have been
accepted, and a failure before the first removal is undone by starting the old containers.
"""

from __future__ import annotations

import typing as t

from .._objects.containers import MODES_WITHOUT_PORTS, Blueprint, clean_endpoint, place_mac, split_endpoints
from .._objects.journal import Entry, Journal
from .._objects.snapshot import Snapshot
from .._steps.base import Step
from .._steps.containers import CreateContainer, RemoveContainer, Rename
from .._steps.journal import CloseJournal, OpenJournal
from .._steps.layer import CarryLayer, CheckCarry, CheckLayer
from .._steps.networks import Connect, Disconnect
from .._steps.run_state import Park, Pause, SetRestartPolicy, Start, Stop, Unpause
from .._steps.verification import CheckMade, Verify
from . import rebuild_steps
from .causes import with_cause
from .changes import NO_RESTART, NetworkRebuild, Replacement
from .container_creation import clean_up
from .writable_layer import carries


def plan_transaction(
    replacements: t.Sequence[Replacement], network_rebuild: NetworkRebuild | None, snapshot: Snapshot
) -> list[Step]:
    """Replace these containers, and a network that some of them are on, all of them or none.

    Each container comes after those whose namespaces it shares or to which it links.
    """
    record = None if network_rebuild is None else network_rebuild.record
    journal = Journal(tuple(_describe(replacement, snapshot) for replacement in replacements), record)
    steps: list[Step] = [] if network_rebuild is None else [*rebuild_steps.rehearse(network_rebuild)]
    steps += [step for replacement in replacements for step in _prepare(replacement, snapshot)]
    steps.append(OpenJournal(journal))
    if any(replacement.starts_first for replacement in replacements):
        (replacement,) = replacements
        steps += [
            *_start(replacement, snapshot),
            *_rename(replacement),
            *_stay_down(replacement),
            *_stop(replacement),
            *_pause(replacement),
        ]
        if carries(replacement, snapshot):
            checked = CheckLayer(replacement.container.id, replacement.container.name)
            steps.append(checked.because(replacement.cause))
    else:
        steps += [] if network_rebuild is None else [*rebuild_steps.leave(network_rebuild, fixed=False)]
        for replacement in replacements:
            steps += _stay_down(replacement)
        for replacement in reversed(replacements):
            steps += _release(replacement, snapshot)
            if network_rebuild is not None and not replacement.container.is_running:
                parked = Park(replacement.container.id, replacement.container.name, replacement.successor)
                steps.append(parked.because(replacement.cause))
        steps += [] if network_rebuild is None else [*rebuild_steps.replace_network(network_rebuild)]
        # Before the start: some log drivers note the name that a container has when it starts.
        for replacement in replacements:
            steps += _rename(replacement)
        for replacement in replacements:
            steps += [*_start(replacement, snapshot), *_pause(replacement)]
        steps += [] if network_rebuild is None else [*rebuild_steps.join_others(network_rebuild)]
    for replacement in reversed(replacements):
        old, desired = replacement.container, replacement.desired
        stops = replacement.vanishes
        timeout = desired.stop_timeout if stops else None
        removed = RemoveContainer(old.id, replacement.backup, stops=stops, timeout=timeout)
        steps.append(removed.because(replacement.cause))
    steps.append(CloseJournal(journal))
    for replacement in replacements:
        steps += clean_up(replacement.desired, replacement.successor) if replacement.runs else []
    return steps


def _describe(replacement: Replacement, snapshot: Snapshot) -> Entry:
    container = replacement.container
    return Entry(
        name=container.name,
        original=container.id,
        successor=replacement.successor,
        was_running=container.is_running,
        was_paused=container.is_paused,
        policy=replacement.policy.get("Name") or "no",
        retries=replacement.policy.get("MaximumRetryCount") or 0,
        endpoints={step.network: step.endpoint for step in _leave(replacement, snapshot)}
        if replacement.vanishes
        else {},
        removes_itself=replacement.vanishes,
    )


def _request(replacement: Replacement, snapshot: Snapshot) -> Blueprint:
    """What the engine is asked for."""
    return place_mac(replacement.request, snapshot.engine.api)


@with_cause
def _prepare(replacement: Replacement, snapshot: Snapshot) -> t.Iterator[Step]:
    name, successor = replacement.container.name, replacement.successor
    asked = _request(replacement, snapshot)
    body, later = split_endpoints(asked, snapshot.engine.api)
    yield CreateContainer(successor, body, f"successor of {name}", str(replacement.desired.platform or ""))
    main = asked.main_network
    if not asked.endpoints and main not in MODES_WITHOUT_PORTS and not main.startswith("container:"):
        # The original has left every network; the engine has just put the successor on that of its NetworkMode.
        yield Disconnect(main, successor, {}, main, successor)
    for network, endpoint in later.items():
        yield Connect(network, successor, endpoint, network, successor)
    yield CheckMade(successor, name, f"successor of {name}", asked)
    if (
        carries(replacement, snapshot)
        and replacement.desired.writable_layer != "auto"
        and snapshot.layers[replacement.container.id].paths
        and not replacement.starts_first
    ):
        yield CheckCarry(replacement.container.id, successor, name)


@with_cause
def _stay_down(replacement: Replacement) -> t.Iterator[Step]:
    """A stopped container with restart=always comes back with the daemon and would take the ports."""
    container = replacement.container
    if (replacement.policy.get("Name") or "no") != "no":
        yield SetRestartPolicy(container.id, container.name, NO_RESTART, replacement.policy, runs=container.is_running)


@with_cause
def _release(replacement: Replacement, snapshot: Snapshot) -> t.Iterator[Step]:
    """Make the original release its ports and addresses, and carry its layer."""
    container = replacement.container
    carry = []
    if carries(replacement, snapshot):
        spares = replacement.desired.writable_layer == "auto"
        carry = [CarryLayer(container.id, replacement.successor, container.name, spares)]
    if replacement.vanishes:
        yield from carry
        yield from _leave(replacement, snapshot)
    else:
        yield from _stop(replacement)
        yield from carry


@with_cause
def _stop(replacement: Replacement) -> t.Iterator[Step]:
    container, desired = replacement.container, replacement.desired
    if replacement.vanishes or not container.is_running:
        return
    if container.is_paused:
        # The engine would wait for a paused container until the time is up, and then kill it.
        yield Unpause(container.id, container.name)
    yield Stop(
        container.id,
        container.name,
        desired.stop_timeout,
        desired.force_kill,
        replacement.successor,
        steady=not container.has_restarted,
        signal=desired.kill_signal,
    )


def _leave(replacement: Replacement, snapshot: Snapshot) -> t.Iterator[Disconnect]:
    """A running container that leaves a network gives its host ports back at once."""
    container = replacement.container
    if container.main_network is None:
        return
    for network, standing in container.endpoints.items():
        former = clean_endpoint(container, standing, snapshot.engine.api)
        yield Disconnect(standing.get("NetworkID") or network, container.id, former, network, container.name)


@with_cause
def _rename(replacement: Replacement) -> t.Iterator[Step]:
    name = replacement.container.name
    yield Rename(replacement.container.id, name, replacement.backup)
    yield Rename(replacement.successor, replacement.successor, name)


@with_cause
def _start(replacement: Replacement, snapshot: Snapshot) -> t.Iterator[Step]:
    if not replacement.runs:
        return
    container, desired = replacement.container, replacement.desired
    was_healthy = (container.raw["State"].get("Health") or {}).get("Status") == "healthy"
    has_check = (replacement.design.body.get("Healthcheck") or {}).get("Test", ["NONE"]) != ["NONE"]
    wait = "healthy" if was_healthy and has_check and desired.awaited == "running" else desired.awaited
    publications = replacement.publications if replacement.publishes else ()
    # What takes the place of a container that runs has to go on as well, unless the task says that it is to end.
    vanishes = desired.runs_to_end and bool(replacement.design.body["HostConfig"].get("AutoRemove"))
    yield Start(replacement.successor, container.name, vanishes=vanishes)
    yield Verify(
        replacement.successor,
        container.name,
        publications,
        tuple(replacement.design.endpoints),
        wait,
        desired.wait_timeout,
        desired.bind_policy,
        _request(replacement, snapshot),
    )


@with_cause
def _pause(replacement: Replacement) -> t.Iterator[Step]:
    paused = replacement.container.is_paused if replacement.desired.paused is None else replacement.desired.paused
    if replacement.runs and paused and not replacement.desired.runs_to_end:
        yield Pause(replacement.successor, replacement.container.name)
