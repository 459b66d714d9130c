# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""The collection's own exception with the codes it may carry, and the daemon's refusal with its reasons."""

from __future__ import annotations

import enum
import typing as t

T = t.TypeVar("T")

# Every value of failure.code; the RETURN block of each module lists those that it may give.
FAILURE_CODES = (
    "port_spec_invalid",
    "option_conflict",
    "port_conflict",
    "bind_policy",
    "container_not_found",
    "network_not_found",
    "image_not_found",
    "ambiguous_name",
    "address_in_use",
    "address_outside_subnet",
    "subnet_overlap",
    "network_in_use",
    "network_protected",
    "network_mode_conflict",
    "swarm_managed",
    "dependents_exist",
    "writable_layer_changed",
    "engine_altered",
    "no_space",
    "start_failed",
    "wait_timeout",
    "unreachable",
    "busy",
    "interrupted_change",
    "rollback_failed",
    "unsupported",
    "sdk_missing",
    "daemon_unreachable",
    "daemon_error",
)


class Failure(Exception):
    """Something that was asked for cannot be done.

    ``code`` is one of FAILURE_CODES. The message is one or two sentences: what was attempted, on which object, what
    is in the way, and what to do. ``details`` are plain JSON values that a playbook may want to look at. ``outcome`` is
    what the module's result says beside the failure: what was done and undone.
    """

    def __init__(self, code: str, message: str, **details: t.Any) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.details = details
        self.outcome: dict[str, t.Any] = {}
        self._parts: tuple[Failure, ...] = ()

    @property
    def parts(self) -> tuple[Failure, ...]:
        """The refusals that this failure stands for; itself where it is about one thing."""
        return self._parts or (self,)

    @classmethod
    def of_all(cls, refusals: t.Iterable[Failure]) -> Failure:
        """One failure that lists everything that was refused; its code and details are those of the first."""
        found: dict[tuple[str, str], Failure] = {}
        for part in (part for refusal in refusals for part in refusal.parts):
            found.setdefault((part.code, part.message), part)
        unique = tuple(found.values())
        failure = cls(unique[0].code, " ".join(part.message for part in unique), **unique[0].details)
        failure.outcome = {"refusals": [part.as_dict() for part in unique]}
        failure._parts = unique
        return failure

    def as_dict(self) -> dict[str, t.Any]:
        return {"code": self.code, "message": self.message, **self.details}


class Refusals(t.List[Failure]):
    """What is refused, of which there may be more: a check that fails does not keep the next one from being made."""

    def gather(self, check: t.Callable[..., T], *arguments: t.Any, **options: t.Any) -> T | None:
        """What the check returns; None where it raises a Failure, which is kept."""
        try:
            return check(*arguments, **options)
        except Failure as failure:
            self.extend(failure.parts)
            return None

    def raise_all(self) -> None:
        if self:
            raise Failure.of_all(self)


class Reason(enum.Enum):
    """Why the daemon refuses a request, as far as anything depends on it; a refusal may have several reasons."""

    NOT_FOUND = "nothing of that name or ID, whatever the request is about"
    CONFLICT = "the state of the object or its name is in the way"
    NO_SUCH_CONTAINER = "the container is gone"
    IMAGE_MISSING = "the image is not on the host"
    PORT_TAKEN = "a host port could not be had"
    ADDRESS_TAKEN = "a fixed address of a container is taken"
    NO_SPACE = "the disk of the engine is full"
    PASSING = "what is in the way may be gone in a moment"
    SUBNET_TAKEN = "the subnet overlaps with that of another network"
    SUBNET_NOT_CONFIGURED = "a fixed address needs a subnet that was not chosen by the engine"
    NOT_CONNECTED = "the container is not on the network"
    HAS_ENDPOINTS = "the engine counts endpoints on the network"
    ALREADY_CONNECTED = "the container is on the network already"
    TASK_ENDING = "a task of the swarm is on the network, which may be ending"
    SAME_NAME = "the container has that name already"
    ALREADY_PAUSED = "the container is paused already"
    CONTAINER_ENDING = "the container is just ending"
    UNSTARTABLE = "every later start of the container will be refused as well"
    PROGRAM_MISSING = "the container has no such program"


class DaemonRefusal(Exception):
    """The daemon's own refusal. Callers that know what was attempted turn it into a Failure."""

    def __init__(self, status: int, message: str, reasons: frozenset[Reason]) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.reasons = reasons


def too_old(what: str, needed: str, version: str) -> Failure:
    """The refusal of a feature that the engine is too old for; ``needed`` is the first version that has it."""
    return Failure(
        "unsupported",
        f"{what} needs Docker Engine {needed} or newer; this one is {version}.",
        engine_version=version,
        needed_version=needed,
    )
