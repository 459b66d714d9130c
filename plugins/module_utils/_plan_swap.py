# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""Putting a successor in a container's place: whether that may be done, and the steps that do it.

The successor is made first, which surfaces every error of the create before anything is touched; host ports and fixed
addresses are taken at its start. The old container is kept under another name until the successor has been accepted,
and whatever fails before its removal is undone by starting it again.
"""

from __future__ import annotations

import typing as t

from ansible_collections.bridgeport.docker.plugins.module_utils._containers import (
    MODES_WITHOUT_PORTS,
    Blueprint,
    Container,
    split_endpoints,
)
from ansible_collections.bridgeport.docker.plugins.module_utils._errors import Failure
from ansible_collections.bridgeport.docker.plugins.module_utils._host import SWARM_TASK_LABEL, Snapshot
from ansible_collections.bridgeport.docker.plugins.module_utils._journal import Journal
from ansible_collections.bridgeport.docker.plugins.module_utils._ports import Publication
from ansible_collections.bridgeport.docker.plugins.module_utils._recover import backup_name, successor_name
from ansible_collections.bridgeport.docker.plugins.module_utils._steps import (
    CarryLayer,
    CloseJournal,
    Connect,
    CreateContainer,
    Disconnect,
    OpenJournal,
    RemoveContainer,
    Rename,
    SetRestartPolicy,
    Start,
    Step,
    Stop,
    Verify,
)
from ansible_collections.bridgeport.docker.plugins.module_utils._wishes import ContainerWish

NO_RESTART = {"Name": "no", "MaximumRetryCount": 0}


def check_swap(wish: ContainerWish, container: Container, snapshot: Snapshot, new_image: bool) -> list[Failure]:
    """Why this container cannot be replaced, as far as it can be known before the first write."""
    name = container.name
    refusals = []
    if SWARM_TASK_LABEL in container.labels:
        refusals.append(
            Failure("swarm_managed", f"Container {name!r} is a task of a swarm service; change the service.")
        )
    if container.host_config.get("AutoRemove"):
        refusals.append(
            Failure(
                "unsupported",
                f"Container {name!r} was started with --rm: it would vanish when it stops and could not be brought"
                " back. Replacing such a container is not supported yet.",
            )
        )
    if container.is_paused:
        refusals.append(
            Failure("unsupported", f"Container {name!r} is paused, which is not supported yet. Unpause it first.")
        )
    if not new_image and snapshot.images.get(container.raw["Image"]) is None:
        refusals.append(
            Failure(
                "image_not_found",
                f"The image {container.raw['Image']} of container {name!r} is gone; it cannot be made again.",
            )
        )
    dependents = _find_dependents(container, snapshot)
    if dependents:
        listing = "; ".join(f"{dependent!r} ({why})" for dependent, why in dependents)
        refusals.append(
            Failure(
                "dependents_exist",
                f"Container {name!r} cannot be replaced: other containers depend on it: {listing}. Stop and remove them"
                " first; recreating them in the same change is not supported yet.",
                dependents=[dependent for dependent, _why in dependents],
            )
        )
    refusals += _check_layer(wish, container, snapshot, new_image)
    return refusals


def _check_layer(wish: ContainerWish, container: Container, snapshot: Snapshot, new_image: bool) -> list[Failure]:
    """Files that the container has written outside of volumes: can they go along, and may they be lost?"""
    layer = snapshot.layers.get(container.id)
    if layer is None or not layer.summary or wish.writable_layer == "discard":
        return []
    if wish.writable_layer == "refuse":
        return [_layer_failure(container, layer.summary, "and writable_layer=refuse forbids to replace it.")]
    if new_image:
        return [_layer_failure(container, layer.summary, "which cannot be carried over to another image.")]
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


def _find_dependents(container: Container, snapshot: Snapshot) -> list[tuple[str, str]]:
    """Containers that share a namespace with this one or link to it. IPC, PID and links are known of inspected ones."""
    found = []
    for summary in snapshot.summaries:
        if summary.id == container.id:
            continue
        reasons = []
        if summary.network_mode == f"container:{container.id}":
            reasons.append("shares its network")
        inspected = snapshot.containers.get(summary.id)
        if inspected is not None:
            for key, what in (("IpcMode", "IPC namespace"), ("PidMode", "PID namespace")):
                if inspected.host_config.get(key) == f"container:{container.id}":
                    reasons.append(f"shares its {what}")
            links = inspected.host_config.get("Links") or ()
            if any(link.split(":")[0].lstrip("/") == container.name for link in links):
                reasons.append("links to it")
        if reasons:
            found.append((summary.name, " and ".join(reasons)))
    return found


def plan_swap(
    wish: ContainerWish,
    container: Container,
    design: Blueprint,
    publications: t.Sequence[Publication],
    runs: bool,
    snapshot: Snapshot,
) -> tuple[list[Step], list[str]]:
    """The steps of the swap, and what is lost by it."""
    successor = successor_name(container.name, container.id)
    backup = backup_name(container.name, container.id)
    body, later = split_endpoints(design, snapshot.engine.api)
    policy: t.Mapping[str, t.Any] = container.host_config.get("RestartPolicy") or NO_RESTART
    steps: list[Step] = [CreateContainer(successor, body, f"successor of {container.name}")]
    main = design.main_network
    if not design.endpoints and main not in MODES_WITHOUT_PORTS and not main.startswith("container:"):
        # The old one has left every network; the successor has just been given the one of its NetworkMode.
        steps.append(Disconnect(main, successor, {}, main, successor))
    steps += [Connect(name, successor, endpoint, name, successor) for name, endpoint in later.items()]
    journal = Journal(
        name=container.name,
        original=container.id,
        successor="",
        was_running=container.is_running,
        policy=policy.get("Name") or "no",
        retries=policy.get("MaximumRetryCount") or 0,
    )
    steps.append(OpenJournal(journal, successor))
    if journal.policy != "no":
        # A stopped container with restart=always comes back with the daemon and would take the ports.
        steps.append(SetRestartPolicy(container.id, container.name, NO_RESTART, policy))
    if container.is_running:
        steps.append(Stop(container.id, container.name, wish.stop_timeout, wish.force_kill))
    layer = snapshot.layers.get(container.id)
    carries = layer is not None and wish.writable_layer == "carry"
    if carries:
        steps.append(CarryLayer(container.id, successor, container.name))
    # Before the start: some log drivers note the name that a container has when it starts.
    steps.append(Rename(container.id, container.name, backup))
    steps.append(Rename(successor, successor, container.name))
    if runs:
        was_healthy = (container.raw["State"].get("Health") or {}).get("Status") == "healthy"
        has_check = (design.body.get("Healthcheck") or {}).get("Test", ["NONE"]) != ["NONE"]
        wait = "healthy" if was_healthy and has_check else wish.wait
        steps.append(Start(successor, container.name))
        steps.append(
            Verify(successor, container.name, tuple(publications), tuple(design.endpoints), wait, wish.wait_timeout)
        )
    steps.append(RemoveContainer(container.id, backup))
    steps.append(CloseJournal(journal))
    losses = [f"container ID {container.id[:12]} of {container.name}", f"logs of {container.name}"]
    if layer is not None and not carries:
        losses += [f"writable layer of {container.name}: {change}" for change in layer.summary]
    elif layer is not None:
        losses += [f"deletion of {path} in {container.name}" for path in layer.deleted]
    return steps, losses
