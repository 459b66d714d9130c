# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""What a step is, and what a step is performed on.

A plan is made of steps. Each step is one change of the host that can be undone; removals come last. A kind of step is
one class: it performs, inverts and describes itself, and knows what a refusal of the daemon means for it.

Objects that stand are referred to by ID; those that the plan makes by the name under which it makes them.
"""

from __future__ import annotations

import abc
import copy
import typing as t
from dataclasses import dataclass, field

from .._errors import DaemonRefusal, Failure, Reason
from .._objects.containers import Container
from .._objects.ending import Ending


class Daemon(t.Protocol):
    """The requests that steps make. Raises DaemonRefusal, and Failure(daemon_unreachable) where no answer came."""

    @property
    def timeout(self) -> float: ...

    def get(self, path: str, **params: t.Any) -> t.Any: ...

    def find(self, path: str, **params: t.Any) -> t.Any: ...

    def post(self, path: str, body: t.Any = None, *, timeout: float | None = None, **params: t.Any) -> t.Any: ...

    def delete(self, path: str, **params: t.Any) -> t.Any: ...


class Site(t.Protocol):
    """What a step is performed on: the daemon, what earlier steps of the change have left, and what takes more."""

    @property
    def daemon(self) -> Daemon: ...

    # The IDs of what was made, by the references that the plan has for it.
    made: dict[str, str]
    # Containers that the engine could not start any more, and networks that were remade, by name.
    remade: list[str]
    # Containers that the engine refused to start, by ID.
    refused: set[str]
    # Journals of which the daemon has not yet said that they stand: their labels by the names of their volumes.
    unconfirmed: dict[str, t.Mapping[str, str]]
    # What turned out to be lost while the steps were performed, in the words of will_lose.
    losses: list[str]
    # How containers that were to end have ended, by name.
    endings: dict[str, Ending]

    def id_of(self, reference: str) -> str: ...

    def rest(self, seconds: float) -> None:
        """Wait for seconds in which a container is only watched."""

    def remake(self, container: Container, name: str, successor: str, starts: bool) -> None:
        """Remake a container that the engine cannot start any more; ``successor`` is removed before the original."""

    def copy_layer(self, source: str, target: str, must: bool) -> str:
        """Returns why nothing was copied, where nothing could be; fails instead where it ``must`` be."""

    def check_layer_copy(self, source: str, target: str) -> None: ...

    def check_layer(self, container_id: str) -> None: ...

    def is_listening(self, container: Container, port: int) -> bool: ...

    def read_logs(self, container_id: str) -> list[str]: ...

    def read_output(self, container_id: str) -> list[str]:
        """As read_logs, of all that there is within reason."""

    def watch(self, container_id: str) -> None:
        """Watch a container that is about to be started, and of which nothing will be left."""

    def await_ending(self, container_id: str) -> Ending | None:
        """How a container that is gone has ended; None where it was not watched."""


class Subject(t.NamedTuple):
    """The container that a step is done to: a reference, and a name for people."""

    container: str
    name: str


@dataclass(frozen=True)
class Step(abc.ABC):
    """``cause``: why the plan has the step, in a few words for people; never a value of an environment."""

    cause: str = field(default="", init=False, compare=False)

    # The reasons for which the daemon refuses an undo by this step because there is nothing to undo.
    already_so: t.ClassVar[frozenset[Reason]] = frozenset()
    # The code of a failure by the reason of the refusal, the first that fits; and where none does.
    failure_codes: t.ClassVar[t.Mapping[Reason, str]] = {
        Reason.ADDRESS_TAKEN: "address_in_use",
        Reason.PORT_TAKEN: "port_conflict",
        Reason.SUBNET_TAKEN: "subnet_overlap",
        Reason.NO_SPACE: "no_space",
    }
    failure_code: t.ClassVar[str] = "daemon_error"
    # Whether the step may have been done although the daemon says that it failed.
    may_be_done_after_error: t.ClassVar[bool] = False
    # Whether nothing before the step can be undone once it is done.
    is_point_of_no_return: t.ClassVar[bool] = False
    # Whether, as an undo, the step restores a container that was there before the change.
    restores: t.ClassVar[bool] = False
    # Whether a later run finds in what the step writes how to undo the change.
    opens_journal: t.ClassVar[bool] = False

    @abc.abstractmethod
    def __str__(self) -> str:
        """What the step does, in the words in which results report it; never a value of an environment."""

    @abc.abstractmethod
    def perform(self, site: Site) -> None:
        """Raises DaemonRefusal where the daemon refuses."""

    def perform_as_undo(self, site: Site) -> None:
        """As perform, where what the step undoes may never have been done."""
        self.perform(site)

    def invert(self) -> Step | None:
        """The step that undoes this one, harmless where this was never done; None where there is nothing to undo."""
        return None

    def check_after_undo(self) -> Step | None:
        """The step that tells, when everything was undone, whether what this step restored holds."""
        return None

    @property
    def moves(self) -> str | None:
        """The name of the container that joins or leaves a network with this step."""
        return None

    @property
    def subject(self) -> Subject | None:
        """None where the step is about no container that stands by then."""
        return None

    def still_stands(self, site: Site) -> bool | None:
        """After an error: False where the step was done all the same, None where it may be done in part."""
        return True

    def explain(self, refusal: DaemonRefusal, site: Site) -> Failure:
        """The daemon's refusal in the terms of what was attempted."""
        codes = (code for reason, code in self.failure_codes.items() if reason in refusal.reasons)
        code = next(codes, self.failure_code)
        return Failure(code, f"Could not {self}: {refusal.message}", status=refusal.status)

    def because(self: Kind, cause: str) -> Kind:
        """The same step with a cause, unless it has one."""
        if self.cause:
            return self
        explained = copy.copy(self)
        object.__setattr__(explained, "cause", cause)
        return explained


Kind = t.TypeVar("Kind", bound=Step)


@dataclass(frozen=True)
class ContainerStep(Step):
    """A step that is done to one container; ``name`` is what messages call it."""

    container: str
    name: str

    @property
    def subject(self) -> Subject:
        return Subject(self.container, self.name)
