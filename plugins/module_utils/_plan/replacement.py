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

from .._errors import Failure
from .._objects.containers import MODES_WITHOUT_PORTS, Blueprint, Container, clean_endpoint, place_mac, split_endpoints
from .._objects.journal import Entry, Journal
from .._objects.networks import PREDEFINED
from .._objects.ports import find_overlap
from .._objects.snapshot import SWARM_TASK_LABEL, Snapshot
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
from .mac import list_lost_macs

# -- may it be done? ---------------------------------------------------------------------------------------------------


def check_replacement(replacement: Replacement, snapshot: Snapshot) -> list[Failure]:
    """Why this container cannot be replaced, as far as that is known before the first write."""
    container, name = replacement.container, replacement.container.name
    refusals = []
    if SWARM_TASK_LABEL in container.labels:
        refusals.append(
            Failure("swarm_managed", f"Container {name!r} is a task of a swarm service; change the service.")
        )
    if replacement.vanishes and not replacement.desired.auto_remove_swap:
        refusals.append(
            Failure(
                "unsupported",
                f"Container {name!r} was started with --rm: it vanishes when it stops and could not be brought back."
                " auto_remove_swap=true replaces it all the same, and stops it only when its successor has been"
                " accepted; what it writes meanwhile outside of volumes is lost.",
            )
        )
    if not replacement.new_image and snapshot.images.get(container.raw["Image"], {}) is None:
        refusals.append(
            Failure(
                "image_not_found",
                f"The image {container.raw['Image']} of container {name!r} is gone; the container cannot be remade.",
            )
        )
    if replacement.starts_first:
        refusals += _check_side_by_side(replacement)
    refusals += _check_layer(replacement, snapshot)
    return refusals


def _check_side_by_side(replacement: Replacement) -> list[Failure]:
    """With start-first both run for a moment, which needs ports and addresses for both."""
    name, container = replacement.container.name, replacement.container
    refusals = []
    for wanted in replacement.publications:
        held = find_overlap(wanted, container.actual)
        if held is not None:
            refusals.append(
                Failure(
                    "port_conflict",
                    f"Container {name!r} cannot be replaced with update_order=start-first: it publishes {held}, and its"
                    f" successor shall publish {wanted}. Take stop-first, or other ports.",
                    container=name,
                    publication=str(wanted),
                    holder=name,
                    holder_publication=str(held),
                )
            )
    for network, endpoint in replacement.design.endpoints.items():
        fixed = {**(endpoint.get("IPAMConfig") or {}), "MacAddress": endpoint.get("MacAddress")}
        address = next((fixed[key] for key in ("IPv4Address", "IPv6Address", "MacAddress") if fixed.get(key)), None)
        if address is not None and network in container.endpoints:
            refusals.append(
                Failure(
                    "address_in_use",
                    f"Container {name!r} cannot be replaced with update_order=start-first: it has the fixed address"
                    f" {address} on {network!r}, as its successor shall. Take stop-first.",
                    address=address,
                    holder=name,
                )
            )
    return refusals


def _check_layer(replacement: Replacement, snapshot: Snapshot) -> list[Failure]:
    """Files that the container has written outside of volumes: can they go along, and may they be lost?"""
    container, desired = replacement.container, replacement.desired
    layer = snapshot.layers.get(container.id)
    if layer is None or desired.writable_layer == "discard":
        return []
    changes = (*layer.summary, *layer.hidden)
    if changes and desired.writable_layer == "refuse":
        return [_layer_failure(container, changes, "and writable_layer=refuse forbids to replace it.")]
    if changes and replacement.new_image:
        return [_layer_failure(container, changes, "which cannot be carried over to another image.")]
    if changes and replacement.starts_first:
        why = "which cannot be carried over with update_order=start-first: the successor starts before they are final."
        return [_layer_failure(container, changes, why)]
    if layer.obstacles:
        why = f"which cannot be carried over: {'; '.join(layer.obstacles)}."
        return [_layer_failure(container, changes, why)]
    if layer.content is not None and layer.content.sparse:
        why = "whose holes the engine would write out as zeros in its successor; keep such files in a volume."
        return [_layer_failure(container, layer.content.sparse, why)]
    if layer.deleted and not desired.ignore_deletions:
        listed = tuple(f"deleted {path}" for path in layer.deleted)
        why = "which cannot be repeated in its successor; writable_layer_deletions=ignore lets them come back."
        return [_layer_failure(container, listed, why)]
    return []


def check_space(replacements: t.Iterable[Replacement], snapshot: Snapshot) -> list[Failure]:
    """Whether the disk of the engine takes a copy of all layers: for a while, it has them twice."""
    carried = [replacement for replacement in replacements if _carries(replacement, snapshot)]
    found = [(each.container.name, snapshot.layers[each.container.id].content) for each in carried]
    contents = [(name, content) for name, content in found if content is not None]
    refusals = []
    for what, needed, limits in (
        ("bytes", sum(each.size for _name, each in contents), [each.free for _name, each in contents]),
        ("files", sum(each.files for _name, each in contents), [each.free_files for _name, each in contents]),
    ):
        free = min((each for each in limits if each is not None), default=needed)
        if needed > free:
            names = ", ".join(repr(name) for name, _content in contents)
            refusals.append(
                Failure(
                    "no_space",
                    f"What {names} wrote outside of volumes takes {needed} {what} a second time until the change is"
                    f" done; the disk of the engine has {free} left. Make room there, or set writable_layer=discard to"
                    " lose the changes.",
                    needed=needed,
                    free=free,
                    unit=what,
                    containers=[name for name, _content in contents],
                )
            )
    return refusals


def _layer_failure(container: Container, paths: t.Sequence[str], why: str) -> Failure:
    listing = ", ".join(paths[:10]) + (f" and {len(paths) - 10} more" if len(paths) > 10 else "")
    return Failure(
        "writable_layer_changed",
        f"Container {container.name!r} has changes outside of volumes ({listing}), {why} "
        "Set writable_layer=discard to lose them.",
        paths=list(paths),
    )


# -- how it is done ----------------------------------------------------------------------------------------------------


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
        if _carries(replacement, snapshot):
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
    design, name = replacement.design, replacement.container.name
    if replacement.starts_first:
        design = design.copy()
        for network, endpoint in design.endpoints.items():
            if network not in PREDEFINED and name not in endpoint.get("Aliases", ()):
                # While the two change names, this keeps the name known in the network's DNS.
                endpoint["Aliases"] = sorted([*endpoint.get("Aliases", ()), name])
    return place_mac(design, snapshot.engine.api)


@with_cause
def _prepare(replacement: Replacement, snapshot: Snapshot) -> t.Iterator[Step]:
    name, successor = replacement.container.name, replacement.successor
    asked = _request(replacement, snapshot)
    body, later = split_endpoints(asked, snapshot.engine.api)
    yield CreateContainer(successor, body, f"successor of {name}")
    main = asked.main_network
    if not asked.endpoints and main not in MODES_WITHOUT_PORTS and not main.startswith("container:"):
        # The original has left every network; the engine has just put the successor on that of its NetworkMode.
        yield Disconnect(main, successor, {}, main, successor)
    for network, endpoint in later.items():
        yield Connect(network, successor, endpoint, network, successor)
    yield CheckMade(successor, name, f"successor of {name}", asked)
    if (
        _carries(replacement, snapshot)
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
    carry = [CarryLayer(container.id, replacement.successor, container.name)] if _carries(replacement, snapshot) else []
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
    wait = "healthy" if was_healthy and has_check and desired.wait == "running" else desired.wait
    publications = replacement.publications if replacement.publishes else ()
    yield Start(replacement.successor, container.name)
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
    if replacement.runs and replacement.container.is_paused:
        yield Pause(replacement.successor, replacement.container.name)


def _carries(replacement: Replacement, snapshot: Snapshot) -> bool:
    return (
        replacement.container.id in snapshot.layers
        and replacement.desired.writable_layer == "carry"
        and not replacement.new_image
    )


# -- what it costs -----------------------------------------------------------------------------------------------------


def list_losses(replacement: Replacement, snapshot: Snapshot) -> list[str]:
    container, name = replacement.container, replacement.container.name
    losses = list_lost_macs(container, replacement.design.endpoints, snapshot)
    losses += [f"container ID {container.id[:12]} of {name}", f"logs of {name}"]
    layer = snapshot.layers.get(container.id)
    if layer is not None and not _carries(replacement, snapshot):
        losses += [f"writable layer of {name}: {change}" for change in (*layer.summary, *layer.hidden)]
    elif layer is not None:
        losses += [f"writable layer of {name}: {change}" for change in layer.hidden]
        losses += [f"deletion of {path} in {name}" for path in layer.deleted]
        losses += [f"{lost} in {name}" for lost in (layer.content.lost if layer.content is not None else ())]
    if replacement.vanishes:
        losses.append(f"what {name} writes outside of volumes from then on, as it runs on until it is replaced")
    return losses
