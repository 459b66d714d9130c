# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""What a plan is made of. Each step is one change of the host that can be undone; removals come last.

Objects that stand are referred to by ID; those that the plan makes by the name under which it makes them.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from .._objects.journal import Journal
from .._objects.ports import Publication
from .._types import Json


@dataclass(frozen=True)
class CreateNetwork:
    """``former``: the ID of the network whose place this one takes; references to that ID mean the new network then."""

    name: str
    body: Json
    former: str = ""

    def __str__(self) -> str:
        return f"create network {self.name}"


@dataclass(frozen=True)
class RemoveNetwork:
    """``body``: the request that remakes the network; None where no undo needs it."""

    network: str
    name: str
    body: Json | None = None

    def __str__(self) -> str:
        return f"remove network {self.name}"


@dataclass(frozen=True)
class Connect:
    """``network`` and ``container`` are references, the two names are for people.

    ``restarts``: a running container that cannot take its host ports back is restarted rather than left half joined.
    """

    network: str
    container: str
    endpoint: Json
    network_name: str
    container_name: str
    restarts: bool = False

    def __str__(self) -> str:
        return f"connect {self.container_name} to {self.network_name}"


@dataclass(frozen=True)
class Disconnect:
    """``endpoint`` is the endpoint as it stood, for an undo. ``force``: the network may be gone."""

    network: str
    container: str
    endpoint: Json
    network_name: str
    container_name: str

    force: bool = False

    def __str__(self) -> str:
        return f"disconnect {self.container_name} from {self.network_name}"


@dataclass(frozen=True)
class CreateContainer:
    """``title``: what messages call the container where ``name`` is a temporary name."""

    name: str
    body: Json
    title: str = ""

    def __str__(self) -> str:
        return f"create {self.title or f'container {self.name}'}"


@dataclass(frozen=True)
class SetRestartPolicy:
    """``runs``: after an undo the container has to run, even if the engine was restarted meanwhile."""

    container: str
    name: str
    policy: Json
    former: Json
    runs: bool = False

    def __str__(self) -> str:
        return f"set restart policy of {self.name} to {self.policy.get('Name') or 'no'}"


@dataclass(frozen=True)
class Stop:
    """``timeout`` in seconds; None takes the container's own. ``kill`` does not ask first.

    ``successor``: the reference of the container that is to take its place, if there is one. ``steady``: the container
    has not ended by itself before, and has to stay up after an undo.
    """

    container: str
    name: str
    timeout: int | None = None
    kill: bool = False
    successor: str = ""
    steady: bool = True

    def __str__(self) -> str:
        return f"{'kill' if self.kill else 'stop'} {self.name}"


@dataclass(frozen=True)
class Start:
    """``remake``: a container that the engine cannot start any more is remade from its definition and files.

    ``successor``: the container that was to take its place; it is removed before the original of a remade container.
    ``remade_ids``: the IDs of other containers that were remade, by the IDs that they had. ``steady``: as in Stop.
    """

    container: str
    name: str
    remake: bool = False
    successor: str = ""
    remade_ids: t.Mapping[str, str] = field(default_factory=dict)
    steady: bool = True

    def __str__(self) -> str:
        return f"start {self.name}"


@dataclass(frozen=True)
class Park:
    """Does nothing: it marks the point from which the network of a stopped container may be gone, and its place taken.

    A stopped container needs no request for that, but its undo may have to remake it. ``successor``: the reference of
    the container that takes its place.
    """

    container: str
    name: str
    successor: str = ""

    def __str__(self) -> str:
        return f"set {self.name} aside"


@dataclass(frozen=True)
class Unpark:
    """Undoes a park: remakes a stopped container whose network is gone. ``successor``, ``remade_ids``: as in Start."""

    container: str
    name: str
    successor: str = ""
    remade_ids: t.Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"keep {self.name} able to start"


@dataclass(frozen=True)
class Pause:
    container: str
    name: str

    def __str__(self) -> str:
        return f"pause {self.name}"


@dataclass(frozen=True)
class Unpause:
    container: str
    name: str

    def __str__(self) -> str:
        return f"unpause {self.name}"


@dataclass(frozen=True)
class Verify:
    """Read back whether the container runs, publishes and sits on its networks; wait as long as the task says."""

    container: str
    name: str
    publications: tuple[Publication, ...]
    networks: tuple[str, ...]
    wait: str = "running"
    timeout: int = 60

    def __str__(self) -> str:
        return f"verify {self.name}"


@dataclass(frozen=True)
class VerifyMembers:
    """Read back whether these containers are on the network: by ID, with the publications that have to be bound."""

    network: str
    name: str
    members: tuple[tuple[str, tuple[Publication, ...]], ...]

    def __str__(self) -> str:
        return f"verify the members of {self.name}"


@dataclass(frozen=True)
class CarryLayer:
    """Copy what the stopped ``source`` has written outside of volumes into ``target``, which was never started."""

    source: str
    target: str
    name: str

    def __str__(self) -> str:
        return f"carry the writable layer of {self.name}"


@dataclass(frozen=True)
class CheckCarry:
    """Refuse to go on where what ``source`` has written cannot be carried into ``target``, while ``source`` runs."""

    source: str
    target: str
    name: str

    def __str__(self) -> str:
        return f"check that the writable layer of {self.name} can be carried"


@dataclass(frozen=True)
class CheckLayer:
    """Refuse to go on where the stopped container has written outside of volumes since the plan was made."""

    container: str
    name: str

    def __str__(self) -> str:
        return f"check the writable layer of {self.name}"


@dataclass(frozen=True)
class OpenJournal:
    """Successors are references of containers that the plan makes; their IDs are written down."""

    journal: Journal

    def __str__(self) -> str:
        return f"open the journal of {self.journal.name}"


@dataclass(frozen=True)
class CloseJournal:
    journal: Journal

    def __str__(self) -> str:
        return f"close the journal of {self.journal.name}"


@dataclass(frozen=True)
class Rename:
    container: str
    former: str
    name: str

    def __str__(self) -> str:
        return f"rename {self.former} to {self.name}"


@dataclass(frozen=True)
class RemoveContainer:
    """``volumes``: with its anonymous volumes. ``force``: even while it runs.

    ``stops``: the container still runs, and the engine removes it when it has ended (--rm); ``timeout`` as for Stop.
    """

    container: str
    name: str
    volumes: bool = False
    force: bool = False
    stops: bool = False
    timeout: int | None = None

    def __str__(self) -> str:
        return f"remove container {self.name}"


Step = t.Union[
    CreateNetwork,
    RemoveNetwork,
    Connect,
    Disconnect,
    CreateContainer,
    SetRestartPolicy,
    Stop,
    Start,
    Park,
    Unpark,
    Pause,
    Unpause,
    Verify,
    VerifyMembers,
    CarryLayer,
    CheckCarry,
    CheckLayer,
    OpenJournal,
    CloseJournal,
    Rename,
    RemoveContainer,
]


class Subject(t.NamedTuple):
    """The container that a step is done to: a reference, and a name for people."""

    container: str
    name: str


def find_subject(step: Step) -> Subject | None:
    """None where the step is about no container that stands by then."""
    if isinstance(step, (Connect, Disconnect)):
        return Subject(step.container, step.container_name)
    if isinstance(step, (CarryLayer, CheckCarry)):
        return Subject(step.source, step.name)
    if isinstance(step, (SetRestartPolicy, Stop, Start, Unpark, Pause, Unpause, CheckLayer, Rename)):
        return Subject(step.container, step.name)
    return None


def invert(step: Step) -> Step | None:
    """The step that undoes this one, harmless where this was never done; None where there is nothing to undo."""
    if isinstance(step, CreateNetwork):
        return RemoveNetwork(step.name, step.name)
    if isinstance(step, Connect):
        return Disconnect(step.network, step.container, step.endpoint, step.network_name, step.container_name)
    if isinstance(step, Disconnect):
        return Connect(
            step.network, step.container, step.endpoint, step.network_name, step.container_name, restarts=True
        )
    if isinstance(step, RemoveNetwork) and step.body is not None:
        return CreateNetwork(step.name, step.body, former=step.network)
    if isinstance(step, CreateContainer):
        return RemoveContainer(step.name, step.name, volumes=True, force=True)
    if isinstance(step, OpenJournal):
        return CloseJournal(step.journal)
    if isinstance(step, SetRestartPolicy):
        return SetRestartPolicy(step.container, step.name, policy=step.former, former=step.policy, runs=step.runs)
    if isinstance(step, Stop):
        return Start(step.container, step.name, remake=True, successor=step.successor, steady=step.steady)
    if isinstance(step, Park):
        return Unpark(step.container, step.name, successor=step.successor)
    if isinstance(step, Start):
        # The container has just started and was not accepted; the original should not wait long for its ports.
        return Stop(step.container, step.name, kill=True)
    if isinstance(step, Pause):
        return Unpause(step.container, step.name)
    if isinstance(step, Unpause):
        return Pause(step.container, step.name)
    if isinstance(step, Rename):
        return Rename(step.container, former=step.name, name=step.former)
    return None
