# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""Whether a container may be replaced, as far as that is known before the first write, and what that costs."""

from __future__ import annotations

from .._errors import Failure
from .._objects.ports import find_overlap
from .._objects.snapshot import SWARM_TASK_LABEL, Snapshot
from .changes import Replacement
from .mac import list_lost_macs
from .writable_layer import check_layer, list_layer_losses


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
    refusals += check_layer(replacement, snapshot)
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


def list_losses(replacement: Replacement, snapshot: Snapshot) -> list[str]:
    container, name = replacement.container, replacement.container.name
    losses = list_lost_macs(container, replacement.design.endpoints, snapshot)
    losses += [f"container ID {container.id[:12]} of {name}", f"logs of {name}"]
    losses += list_layer_losses(replacement, snapshot)
    if replacement.vanishes:
        losses.append(f"what {name} writes outside of volumes from then on, as it runs on until it is replaced")
    return losses
