# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""Putting successors in containers' and networks' places: whether that may be done, and the steps that do it.

The successors are made first, which surfaces every error of the create before anything is touched; host ports and fixed
addresses are taken at their start. The old containers are kept under other names until the successors have been
accepted, and whatever fails before the first removal is undone by starting the old ones again.
"""

from __future__ import annotations

import typing as t

from .._errors import Failure
from .._objects.containers import MODES_WITHOUT_PORTS, Container, clean_endpoint, split_endpoints
from .._objects.journal import Entry, Journal
from .._objects.networks import PREDEFINED
from .._objects.ports import overlaps
from .._objects.snapshot import SWARM_TASK_LABEL, Snapshot
from .changes import NO_RESTART, Reconstruction, Replacement
from .steps import (
    CarryLayer,
    CheckCarry,
    CheckLayer,
    CloseJournal,
    Connect,
    CreateContainer,
    Disconnect,
    OpenJournal,
    Pause,
    RemoveContainer,
    Rename,
    SetAside,
    SetRestartPolicy,
    Start,
    Step,
    Stop,
    Unpause,
    Verify,
)

# -- may it be done? ---------------------------------------------------------------------------------------------------


def check_swap(swap: Replacement, snapshot: Snapshot) -> list[Failure]:
    """Why this container cannot be replaced, as far as it can be known before the first write."""
    container, name = swap.container, swap.container.name
    refusals = []
    if SWARM_TASK_LABEL in container.labels:
        refusals.append(
            Failure("swarm_managed", f"Container {name!r} is a task of a swarm service; change the service.")
        )
    if swap.vanishes and not swap.wish.auto_remove_swap:
        refusals.append(
            Failure(
                "unsupported",
                f"Container {name!r} was started with --rm: it vanishes when it stops and could not be brought back."
                " auto_remove_swap=true replaces it all the same, and stops it only when its successor has been"
                " accepted; what it writes meanwhile outside of volumes is lost.",
            )
        )
    if not swap.new_image and snapshot.images.get(container.raw["Image"], {}) is None:
        refusals.append(
            Failure(
                "image_not_found",
                f"The image {container.raw['Image']} of container {name!r} is gone; it cannot be made again.",
            )
        )
    if swap.starts_first:
        refusals += _check_side_by_side(swap)
    refusals += _check_layer(swap, snapshot)
    return refusals


def _check_side_by_side(swap: Replacement) -> list[Failure]:
    """With start-first both run for a moment, which needs ports and addresses for both."""
    name, container = swap.container.name, swap.container
    refusals = []
    for wanted in swap.publications:
        held = next((each for each in container.actual if overlaps(each, wanted)), None)
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
    for network, endpoint in swap.design.endpoints.items():
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


def _check_layer(swap: Replacement, snapshot: Snapshot) -> list[Failure]:
    """Files that the container has written outside of volumes: can they go along, and may they be lost?"""
    container, wish = swap.container, swap.wish
    layer = snapshot.layers.get(container.id)
    if layer is None or wish.writable_layer == "discard":
        return []
    changes = (*layer.summary, *layer.hidden)
    if changes and wish.writable_layer == "refuse":
        return [_layer_failure(container, changes, "and writable_layer=refuse forbids to replace it.")]
    if changes and swap.new_image:
        return [_layer_failure(container, changes, "which cannot be carried over to another image.")]
    if changes and swap.starts_first:
        why = "which cannot be carried over with update_order=start-first: the successor starts before they are final."
        return [_layer_failure(container, changes, why)]
    if layer.obstacles:
        why = f"which cannot be carried over: {'; '.join(layer.obstacles)}."
        return [_layer_failure(container, changes, why)]
    if layer.deleted and not wish.ignore_deletions:
        listed = tuple(f"deleted {path}" for path in layer.deleted)
        why = "which cannot be repeated in its successor; writable_layer_deletions=ignore lets them come back."
        return [_layer_failure(container, listed, why)]
    return []


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
    swaps: t.Sequence[Replacement], reconstruction: Reconstruction | None, snapshot: Snapshot
) -> list[Step]:
    """Replace these containers, and a network that some of them are on, all of them or none.

    Each container comes after those whose namespaces it shares or to which it links.
    """
    rebuild = None if reconstruction is None else reconstruction.rebuild
    journal = Journal(tuple(_describe(swap, snapshot) for swap in swaps), rebuild)
    steps: list[Step] = [] if reconstruction is None else [*reconstruction.rehearse()]
    steps += [step for swap in swaps for step in _prepare(swap, snapshot)]
    steps.append(OpenJournal(journal))
    if any(swap.starts_first for swap in swaps):
        (swap,) = swaps
        steps += [*_start(swap), *_rename(swap), *_stay_down(swap), *_stop(swap), *_pause(swap)]
        if _carries(swap, snapshot):
            steps.append(CheckLayer(swap.container.id, swap.container.name))
    else:
        steps += [] if reconstruction is None else [*reconstruction.leave(fixed=False)]
        for swap in swaps:
            steps += _stay_down(swap)
        for swap in reversed(swaps):
            steps += _release(swap, snapshot)
            if reconstruction is not None and not swap.container.is_running:
                steps.append(SetAside(swap.container.id, swap.container.name, swap.successor))
        steps += [] if reconstruction is None else [*reconstruction.replace_network()]
        # Before the start: some log drivers note the name that a container has when it starts.
        for swap in swaps:
            steps += _rename(swap)
        for swap in swaps:
            steps += [*_start(swap), *_pause(swap)]
        steps += [] if reconstruction is None else [*reconstruction.join_others()]
    for swap in reversed(swaps):
        old, wish = swap.container, swap.wish
        stops = swap.vanishes
        steps.append(RemoveContainer(old.id, swap.backup, stops=stops, timeout=wish.stop_timeout if stops else None))
    steps.append(CloseJournal(journal))
    return steps


def _describe(swap: Replacement, snapshot: Snapshot) -> Entry:
    container = swap.container
    return Entry(
        name=container.name,
        original=container.id,
        successor=swap.successor,
        was_running=container.is_running,
        was_paused=container.is_paused,
        policy=swap.policy.get("Name") or "no",
        retries=swap.policy.get("MaximumRetryCount") or 0,
        endpoints={step.network: step.endpoint for step in _leave(swap, snapshot)} if swap.vanishes else {},
        removes_itself=swap.vanishes,
    )


def _prepare(swap: Replacement, snapshot: Snapshot) -> t.Iterator[Step]:
    design, name, successor = swap.design, swap.container.name, swap.successor
    if swap.starts_first:
        design = design.copy()
        for network, endpoint in design.endpoints.items():
            if network not in PREDEFINED and name not in endpoint.get("Aliases", ()):
                # While the two change names, this keeps the name known in the network's DNS.
                endpoint["Aliases"] = sorted([*endpoint.get("Aliases", ()), name])
    body, later = split_endpoints(design, snapshot.engine.api)
    yield CreateContainer(successor, body, f"successor of {name}")
    main = design.main_network
    if not design.endpoints and main not in MODES_WITHOUT_PORTS and not main.startswith("container:"):
        # The old one has left every network; the successor has just been given the one of its NetworkMode.
        yield Disconnect(main, successor, {}, main, successor)
    for network, endpoint in later.items():
        yield Connect(network, successor, endpoint, network, successor)
    if _carries(swap, snapshot) and snapshot.layers[swap.container.id].paths and not swap.starts_first:
        yield CheckCarry(swap.container.id, successor, name)


def _stay_down(swap: Replacement) -> t.Iterator[Step]:
    """A stopped container with restart=always comes back with the daemon and would take the ports."""
    container = swap.container
    if (swap.policy.get("Name") or "no") != "no":
        yield SetRestartPolicy(container.id, container.name, NO_RESTART, swap.policy, runs=container.is_running)


def _release(swap: Replacement, snapshot: Snapshot) -> t.Iterator[Step]:
    """Make the old one give up its ports and addresses, and take its layer along."""
    container = swap.container
    carry = [CarryLayer(container.id, swap.successor, container.name)] if _carries(swap, snapshot) else []
    if swap.vanishes:
        yield from carry
        yield from _leave(swap, snapshot)
    else:
        yield from _stop(swap)
        yield from carry


def _stop(swap: Replacement) -> t.Iterator[Step]:
    container, wish = swap.container, swap.wish
    if swap.vanishes or not container.is_running:
        return
    if container.is_paused:
        # Stopping a paused one waits for nothing until the time is up, and then kills it.
        yield Unpause(container.id, container.name)
    yield Stop(
        container.id,
        container.name,
        wish.stop_timeout,
        wish.force_kill,
        swap.successor,
        steady=not container.has_restarted,
    )


def _leave(swap: Replacement, snapshot: Snapshot) -> t.Iterator[Disconnect]:
    """A running container that leaves a network gives its host ports back at once."""
    container = swap.container
    if container.main_network is None:
        return
    for network, standing in container.endpoints.items():
        former = clean_endpoint(container, standing, snapshot.engine.api)
        yield Disconnect(standing.get("NetworkID") or network, container.id, former, network, container.name)


def _rename(swap: Replacement) -> t.Iterator[Step]:
    name = swap.container.name
    yield Rename(swap.container.id, name, swap.backup)
    yield Rename(swap.successor, swap.successor, name)


def _start(swap: Replacement) -> t.Iterator[Step]:
    if not swap.runs:
        return
    container, wish = swap.container, swap.wish
    was_healthy = (container.raw["State"].get("Health") or {}).get("Status") == "healthy"
    has_check = (swap.design.body.get("Healthcheck") or {}).get("Test", ["NONE"]) != ["NONE"]
    wait = "healthy" if was_healthy and has_check and wish.wait == "running" else wish.wait
    # On no network at all nothing is published.
    publications = swap.publications if swap.design.endpoints else ()
    yield Start(swap.successor, container.name)
    yield Verify(swap.successor, container.name, publications, tuple(swap.design.endpoints), wait, wish.wait_timeout)


def _pause(swap: Replacement) -> t.Iterator[Step]:
    if swap.runs and swap.container.is_paused:
        yield Pause(swap.successor, swap.container.name)


def _carries(swap: Replacement, snapshot: Snapshot) -> bool:
    return swap.container.id in snapshot.layers and swap.wish.writable_layer == "carry" and not swap.new_image


# -- what it costs -----------------------------------------------------------------------------------------------------


def list_losses(swap: Replacement, snapshot: Snapshot) -> list[str]:
    container, name = swap.container, swap.container.name
    losses = [f"container ID {container.id[:12]} of {name}", f"logs of {name}"]
    layer = snapshot.layers.get(container.id)
    if layer is not None and not _carries(swap, snapshot):
        losses += [f"writable layer of {name}: {change}" for change in (*layer.summary, *layer.hidden)]
    elif layer is not None:
        losses += [f"writable layer of {name}: {change}" for change in layer.hidden]
        losses += [f"deletion of {path} in {name}" for path in layer.deleted]
    if swap.vanishes:
        losses.append(f"what {name} writes outside of volumes from then on, as it runs on until it is replaced")
    return losses
