# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""A plan: what is to be done, what is refused, and what will be lost."""

from __future__ import annotations

import itertools
import typing as t

from .._errors import Failure
from .._objects.layer import list_requested_mount_points
from .._objects.names import read_part_name
from .._objects.ports import Publication
from .._objects.snapshot import Snapshot, find_port_holders
from .._types import Key
from .changes import Change


class Plan(t.NamedTuple):
    changes: tuple[Change, ...] = ()
    refusals: tuple[Failure, ...] = ()

    @property
    def changed(self) -> bool:
        return any(change.has_effect for change in self.changes)

    @property
    def touched(self) -> set[Key]:
        """The objects that the plan changes; an image to pull counts for the container that needs it.

        A part of a change that is going on, or was interrupted, counts as the container that is changed.
        """
        moved = {name for change in self.changes if change.kind == "network" for name in change.moved}
        members = {("container", (read_part_name(name) or (name,))[0]) for name in moved}
        return members | {change.key for change in self.changes if change.has_effect or change.pull}

    @property
    def warnings(self) -> list[str]:
        return list(dict.fromkeys(warning for change in self.changes for warning in change.warnings))

    @property
    def will_lose(self) -> list[str]:
        return [loss for change in self.changes for loss in change.will_lose]

    @property
    def pulls(self) -> tuple[str, ...]:
        """The images to pull first, without duplicates."""
        return tuple(sorted({change.pull for change in self.changes if change.pull}))

    @property
    def actions(self) -> tuple[str, ...]:
        """What the plan does, in the words in which the result reports it."""
        return tuple(
            [pull_action(image) for image in self.pulls]
            + [str(step) for change in self.changes for step in change.steps]
        )

    def describe(self) -> str:
        """The plan as a text for people: what is done to each object and why, and what it waits for.

        A step has the cause of its object where none is said.
        """
        lines = [pull_action(image) for image in self.pulls]
        effective = {change.key for change in self.changes if change.has_effect}
        numbers = itertools.count(1)
        for change in self.changes:
            heading = f"{change.kind} {change.name}"
            if change.leader is not None and change.leader != change.key:
                heading += f", together with {' '.join(change.leader)}"
            elif change.needs & effective:
                heading += f", after {' and '.join(' '.join(need) for need in sorted(change.needs & effective))}"
            lines.append(f"{heading}: {change.cause or 'nothing to do'}")
            for step in change.steps:
                cause = "" if step.cause == change.cause else f" [{step.cause}]"
                lines.append(f"{next(numbers):>4}. {step}{cause}")
        lines += [f"refused: {refusal.message}" for refusal in self.refusals]
        return "".join(f"{line}\n" for line in lines)

    @property
    def replaced(self) -> dict[str, list[str]]:
        """The containers that are replaced, by ID, and where their successors have something mounted."""
        replacements = [change.replacement for change in self.changes if change.replacement is not None]
        return {
            replacement.container.id: list_requested_mount_points(replacement.design.body)
            for replacement in replacements
        }

    def find_change(self, kind: str, name: str) -> Change | None:
        return next((change for change in self.changes if change.key == (kind, name)), None)

    def list_new_ports(self, snapshot: Snapshot) -> list[tuple[str, list[Publication]]]:
        """The host ports that containers take and that no running container holds, by the container's name.

        What containers hold is left out: whether that will be free is known from the plan.
        """
        return [
            (change.name, [each for each in change.holds if not find_port_holders(each, snapshot.summaries)])
            for change in self.changes
            if change.holds and (change.has_effect or change.refusals)
        ]

    def refusing(self, refusals: t.Iterable[Failure]) -> Plan:
        return self._replace(refusals=(*self.refusals, *refusals))

    def refuse(self) -> None:
        """One error that lists everything that was refused; its code is that of the first."""
        if self.refusals:
            raise Failure.of_all(self.refusals)

    @property
    def takes_ports(self) -> bool:
        return any(change.has_effect and change.holds for change in self.changes)

    @property
    def takes_subnets(self) -> bool:
        """Whether a network gets a subnet that it did not have, and that the engine does not choose itself."""
        return any(
            pool["subnet"] not in {known["subnet"] for known in change.before.get("ipam_config") or ()}
            for change in self.changes
            for pool in (change.after.get("ipam_config") or () if change.kind == "network" else ())
        )

    def knows_subnets(self, snapshot: Snapshot) -> bool:
        """Whether the subnets that the plan takes were compared with what the host has."""
        return snapshot.host_ranges is not None or not self.takes_subnets

    @property
    def diff(self) -> dict[str, t.Any]:
        changing = [change for change in self.changes if change.has_effect]
        return {
            side: {f"{change.kind} {change.name}": getattr(change, side) for change in changing}
            for side in ("before", "after")
        }


def pull_action(image: str) -> str:
    return f"pull image {image}"
