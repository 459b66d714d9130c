# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""A plan: what is to be done, what is refused, and what will be lost."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .._errors import Failure
from .._objects.layer import list_requested_mount_points
from .._objects.names import read_part_name
from .._types import Key
from .changes import Item
from .steps import Connect, Disconnect


@dataclass(frozen=True)
class Plan:
    items: tuple[Item, ...] = ()
    refusals: tuple[Failure, ...] = ()

    @property
    def changed(self) -> bool:
        return any(item.changes for item in self.items)

    @property
    def touched(self) -> set[Key]:
        """The objects that the plan changes; an image to pull counts for the container that needs it.

        A part of a change that is going on, or was interrupted, counts as the container that is changed.
        """
        members = {
            ("container", (read_part_name(step.container_name) or (step.container_name,))[0])
            for item in self.items
            for step in item.steps
            if item.kind == "network" and isinstance(step, (Connect, Disconnect))
        }
        return members | {item.key for item in self.items if item.changes or item.pull}

    @property
    def warnings(self) -> list[str]:
        return list(dict.fromkeys(warning for item in self.items for warning in item.warnings))

    @property
    def will_lose(self) -> list[str]:
        return [loss for item in self.items for loss in item.will_lose]

    @property
    def pulls(self) -> tuple[str, ...]:
        """The images to pull first, without duplicates."""
        return tuple(sorted({item.pull for item in self.items if item.pull}))

    @property
    def actions(self) -> tuple[str, ...]:
        """What the plan does, in the words in which the result reports it."""
        return tuple(
            [pull_action(image) for image in self.pulls] + [str(step) for item in self.items for step in item.steps]
        )

    @property
    def replaced(self) -> dict[str, list[str]]:
        """The containers that are replaced, by ID, and where their successors have something mounted."""
        swaps = [item.swap for item in self.items if item.swap is not None]
        return {swap.container.id: list_requested_mount_points(swap.design.body) for swap in swaps}

    @property
    def takes_ports(self) -> bool:
        return any(item.changes and item.holds for item in self.items)

    @property
    def takes_subnets(self) -> bool:
        """Whether a network gets a subnet that it did not have, and that the engine does not choose itself."""
        return any(
            pool["subnet"] not in {known["subnet"] for known in item.before.get("ipam_config") or ()}
            for item in self.items
            for pool in (item.after.get("ipam_config") or () if item.kind == "network" else ())
        )

    @property
    def diff(self) -> dict[str, t.Any]:
        changing = [item for item in self.items if item.changes]
        return {
            side: {f"{item.kind} {item.name}": getattr(item, side) for item in changing} for side in ("before", "after")
        }


def pull_action(image: str) -> str:
    return f"pull image {image}"
