# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import importlib
import inspect
import pkgutil
import typing as t

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.bridgeport.docker.plugins.module_utils import _steps
from ansible_collections.bridgeport.docker.plugins.module_utils._objects.containers import Blueprint
from ansible_collections.bridgeport.docker.plugins.module_utils._objects.journal import Entry, Journal
from ansible_collections.bridgeport.docker.plugins.module_utils._objects.ports import Publication
from ansible_collections.bridgeport.docker.plugins.module_utils._steps.base import Step
from ansible_collections.bridgeport.docker.plugins.module_utils._steps.containers import (
    CreateContainer,
    RemoveContainer,
    Rename,
)
from ansible_collections.bridgeport.docker.plugins.module_utils._steps.journal import CloseJournal, OpenJournal
from ansible_collections.bridgeport.docker.plugins.module_utils._steps.layer import CarryLayer, CheckCarry, CheckLayer
from ansible_collections.bridgeport.docker.plugins.module_utils._steps.networks import (
    Connect,
    CreateNetwork,
    Disconnect,
    RemoveNetwork,
)
from ansible_collections.bridgeport.docker.plugins.module_utils._steps.run_state import (
    Park,
    Pause,
    Restart,
    SetRestartPolicy,
    Start,
    Stop,
    Unpark,
    Unpause,
    Update,
)
from ansible_collections.bridgeport.docker.plugins.module_utils._steps.verification import (
    CheckMade,
    Verify,
    VerifyMembers,
)

NOTHING = Blueprint({"HostConfig": {}}, {})
JOURNAL = Journal((Entry("c", "old-id", "new", was_running=True, policy="no"),))

NAMES = st.text("abcdef0123", min_size=2, max_size=8)
BODIES = st.dictionaries(st.sampled_from(["Aliases", "IPAMConfig", "Name"]), NAMES, max_size=2)

# Each of these has an opposite that is of the same family.
TWO_WAY = st.one_of(
    st.builds(Connect, NAMES, NAMES, BODIES, NAMES, NAMES, restarts=st.just(True)),
    st.builds(Disconnect, NAMES, NAMES, BODIES, NAMES, NAMES),
    st.builds(SetRestartPolicy, NAMES, NAMES, BODIES, BODIES),
    st.builds(Rename, NAMES, NAMES, NAMES),
    st.builds(Pause, NAMES, NAMES),
    st.builds(Unpause, NAMES, NAMES),
)


@given(TWO_WAY)
def test_undoing_the_undoing_is_the_step(step: Step) -> None:
    inverse = step.invert()
    assert inverse is not None
    assert inverse.invert() == step


ONE_WAY: list[t.Any] = [
    pytest.param(CreateNetwork("n", {"Name": "n"}), RemoveNetwork("n", "n"), id="create-network"),
    pytest.param(
        CreateContainer("c", {"Image": "i"}),
        RemoveContainer("c", "c", volumes=True, force=True),
        id="create-container",
    ),
    # A limit that was not there cannot be taken away again.
    pytest.param(
        Update("id", "c", {"Memory": 2, "NanoCpus": 1}, {"Memory": 1, "NanoCpus": 0}, ("memory",)),
        Update("id", "c", {"Memory": 1}, {"Memory": 2, "NanoCpus": 1}, ("memory",)),
        id="update",
    ),
    pytest.param(Restart("id", "c", 3), Start("id", "c", remake=True), id="restart"),
    pytest.param(Start("id", "c"), Stop("id", "c", kill=True), id="start"),
    pytest.param(Stop("id", "c", 5), Start("id", "c", remake=True), id="stop"),
    pytest.param(Stop("id", "c", steady=False), Start("id", "c", remake=True, steady=False), id="unsteady"),
    pytest.param(
        Stop("id", "c", kill=True, successor="new"),
        Start("id", "c", remake=True, successor="new"),
        id="kill",
    ),
    pytest.param(Park("id", "c", "new"), Unpark("id", "c", successor="new"), id="set-aside"),
    pytest.param(Unpark("id", "c"), None, id="revive"),
    pytest.param(RemoveNetwork("id", "n"), None, id="remove-network"),
    pytest.param(
        RemoveNetwork("id", "n", {"Name": "n"}),
        CreateNetwork("n", {"Name": "n"}, former="id"),
        id="remove-network-that-can-be-made-again",
    ),
    pytest.param(VerifyMembers("id", "n", ()), None, id="verify-members"),
    # What it has found to be different is removed by the undo of its creation.
    pytest.param(CheckMade("new", "c", "container c", NOTHING), None, id="check-made"),
    pytest.param(CheckCarry("id", "new", "c"), None, id="check-carry"),
    pytest.param(CheckLayer("id", "c"), None, id="check-layer"),
    pytest.param(RemoveContainer("id", "c"), None, id="remove-container"),
    pytest.param(Verify("id", "c", (), ()), None, id="verify"),
    # What it has filled is removed as a whole.
    pytest.param(CarryLayer("id", "new", "c"), None, id="carry-layer"),
    pytest.param(OpenJournal(JOURNAL), CloseJournal(JOURNAL), id="open-journal"),
    pytest.param(CloseJournal(JOURNAL), None, id="close-journal"),
]


@pytest.mark.parametrize(("step", "inverse"), ONE_WAY)
def test_invert(step: Step, inverse: Step | None) -> None:
    assert step.invert() == inverse


WORDS: list[t.Any] = [
    pytest.param(CreateNetwork("n", {}), "create network n", id="create-network"),
    pytest.param(RemoveNetwork("id", "n"), "remove network n", id="remove-network"),
    pytest.param(Connect("id", "id", {}, "n", "c"), "connect c to n", id="connect"),
    pytest.param(Disconnect("id", "id", {}, "n", "c"), "disconnect c from n", id="disconnect"),
    pytest.param(CreateContainer("c", {"Env": ["A=secret"]}), "create container c", id="create-container"),
    pytest.param(
        SetRestartPolicy("id", "c", {"Name": ""}, {}), "set restart policy of c to no", id="restart-policy-empty"
    ),
    pytest.param(
        SetRestartPolicy("id", "c", {"Name": "always"}, {}),
        "set restart policy of c to always",
        id="restart-policy",
    ),
    pytest.param(Update("id", "c", {"Memory": 1}, {}, ("memory", "cpus")), "update memory, cpus of c", id="update"),
    pytest.param(Update("id", "c", {"Memory": 1}, {}), "update limits of c", id="update-without-options"),
    pytest.param(Stop("id", "c"), "stop c", id="stop"),
    pytest.param(Stop("id", "c", kill=True), "kill c", id="kill"),
    pytest.param(Start("id", "c"), "start c", id="start"),
    pytest.param(Restart("id", "c"), "restart c", id="restart"),
    pytest.param(Verify("id", "c", (Publication(80, "tcp"),), ("n",)), "verify c", id="verify"),
    pytest.param(Park("id", "c"), "set c aside", id="set-aside"),
    pytest.param(Unpark("id", "c"), "keep c able to start", id="revive"),
    pytest.param(Pause("id", "c"), "pause c", id="pause"),
    pytest.param(Unpause("id", "c"), "unpause c", id="unpause"),
    pytest.param(VerifyMembers("id", "n", ()), "verify the members of n", id="verify-members"),
    pytest.param(CheckMade("new", "c", "successor of c", NOTHING), "inspect successor of c", id="check-made"),
    pytest.param(CheckCarry("id", "new", "c"), "check that the writable layer of c can be carried", id="check-carry"),
    pytest.param(CheckLayer("id", "c"), "check the writable layer of c", id="check-layer"),
    pytest.param(CarryLayer("id", "new", "c"), "carry the writable layer of c", id="carry-layer"),
    pytest.param(OpenJournal(JOURNAL), "open the journal of c", id="open-journal"),
    pytest.param(CloseJournal(JOURNAL), "close the journal of c", id="close-journal"),
    pytest.param(Rename("id", "a", "b"), "rename a to b", id="rename"),
    pytest.param(RemoveContainer("id", "c"), "remove container c", id="remove-container"),
]


@pytest.mark.parametrize(("step", "words"), WORDS)
def test_steps_are_reported_in_words_without_values(step: Step, words: str) -> None:
    assert str(step) == words


def find_kinds() -> set[type]:
    """The classes of the room that can be made: each is a kind of step."""
    for module in pkgutil.iter_modules(_steps.__path__, f"{_steps.__name__}."):
        importlib.import_module(module.name)
    found: set[type] = set()
    left: list[type] = [Step]
    while left:
        kind = left.pop()
        left += kind.__subclasses__()
        found |= set() if inspect.isabstract(kind) else {kind}
    return found


def test_every_kind_of_step_has_a_case() -> None:
    kinds = find_kinds()
    assert {type(case.values[0]) for case in WORDS} == kinds
    assert {type(case.values[0]) for case in ONE_WAY} == kinds - {
        Connect,
        Disconnect,
        SetRestartPolicy,
        Rename,
        Pause,
        Unpause,
    }


def test_a_step_is_given_a_cause_once() -> None:
    step = Stop("id", "c", 5).because("image a -> b")
    assert (step.cause, step.because("something else").cause) == ("image a -> b", "image a -> b")
    assert (step, str(step)) == (Stop("id", "c", 5), "stop c"), "a cause changes nothing of what is done"
