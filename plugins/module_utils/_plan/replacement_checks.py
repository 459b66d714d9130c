# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""Whether a container may be replaced, as far as that is known before the first write, and what that costs."""

from __future__ import annotations

import typing as t

from .._errors import Failure
from .._objects.containers import Container
from .._objects.ports import find_overlap
from .._objects.snapshot import SWARM_TASK_LABEL, Snapshot
from .changes import Replacement
from .mac import list_lost_macs


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
    carried = [replacement for replacement in replacements if carries(replacement, snapshot)]
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


def list_losses(replacement: Replacement, snapshot: Snapshot) -> list[str]:
    container, name = replacement.container, replacement.container.name
    losses = list_lost_macs(container, replacement.design.endpoints, snapshot)
    losses += [f"container ID {container.id[:12]} of {name}", f"logs of {name}"]
    layer = snapshot.layers.get(container.id)
    if layer is not None and not carries(replacement, snapshot):
        losses += [f"writable layer of {name}: {change}" for change in (*layer.summary, *layer.hidden)]
    elif layer is not None:
        losses += [f"writable layer of {name}: {change}" for change in layer.hidden]
        losses += [f"deletion of {path} in {name}" for path in layer.deleted]
        losses += [f"{lost} in {name}" for lost in (layer.content.lost if layer.content is not None else ())]
    if replacement.vanishes:
        losses.append(f"what {name} writes outside of volumes from then on, as it runs on until it is replaced")
    return losses


def carries(replacement: Replacement, snapshot: Snapshot) -> bool:
    return (
        replacement.container.id in snapshot.layers
        and replacement.desired.writable_layer == "carry"
        and not replacement.new_image
    )
