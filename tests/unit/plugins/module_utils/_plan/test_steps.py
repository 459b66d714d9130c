# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.bridgeport.docker.plugins.module_utils._objects.journal import Entry, Journal
from ansible_collections.bridgeport.docker.plugins.module_utils._objects.ports import Publication
from ansible_collections.bridgeport.docker.plugins.module_utils._plan import steps

JOURNAL = Journal((Entry("c", "old-id", "new", was_running=True, policy="no"),))

NAMES = st.text("abcdef0123", min_size=2, max_size=8)
BODIES = st.dictionaries(st.sampled_from(["Aliases", "IPAMConfig", "Name"]), NAMES, max_size=2)

# Each of these has an opposite that is of the same family.
TWO_WAY = st.one_of(
    st.builds(steps.Connect, NAMES, NAMES, BODIES, NAMES, NAMES, restarts=st.just(True)),
    st.builds(steps.Disconnect, NAMES, NAMES, BODIES, NAMES, NAMES),
    st.builds(steps.SetRestartPolicy, NAMES, NAMES, BODIES, BODIES),
    st.builds(steps.Rename, NAMES, NAMES, NAMES),
    st.builds(steps.Pause, NAMES, NAMES),
    st.builds(steps.Unpause, NAMES, NAMES),
)


@given(TWO_WAY)
def test_undoing_the_undoing_is_the_step(step: steps.Step) -> None:
    inverse = steps.invert(step)
    assert inverse is not None
    assert steps.invert(inverse) == step


ONE_WAY: list[t.Any] = [
    pytest.param(steps.CreateNetwork("n", {"Name": "n"}), steps.RemoveNetwork("n", "n"), id="create-network"),
    pytest.param(
        steps.CreateContainer("c", {"Image": "i"}),
        steps.RemoveContainer("c", "c", volumes=True, force=True),
        id="create-container",
    ),
    pytest.param(steps.Start("id", "c"), steps.Stop("id", "c", kill=True), id="start"),
    pytest.param(steps.Stop("id", "c", 5), steps.Start("id", "c", remake=True), id="stop"),
    pytest.param(steps.Stop("id", "c", steady=False), steps.Start("id", "c", remake=True, steady=False), id="unsteady"),
    pytest.param(
        steps.Stop("id", "c", kill=True, successor="new"),
        steps.Start("id", "c", remake=True, successor="new"),
        id="kill",
    ),
    pytest.param(steps.Park("id", "c", "new"), steps.Unpark("id", "c", successor="new"), id="set-aside"),
    pytest.param(steps.Unpark("id", "c"), None, id="revive"),
    pytest.param(steps.RemoveNetwork("id", "n"), None, id="remove-network"),
    pytest.param(
        steps.RemoveNetwork("id", "n", {"Name": "n"}),
        steps.CreateNetwork("n", {"Name": "n"}, former="id"),
        id="remove-network-that-can-be-made-again",
    ),
    pytest.param(steps.VerifyMembers("id", "n", ()), None, id="verify-members"),
    pytest.param(steps.CheckCarry("id", "new", "c"), None, id="check-carry"),
    pytest.param(steps.CheckLayer("id", "c"), None, id="check-layer"),
    pytest.param(steps.RemoveContainer("id", "c"), None, id="remove-container"),
    pytest.param(steps.Verify("id", "c", (), ()), None, id="verify"),
    # What it has filled is removed as a whole.
    pytest.param(steps.CarryLayer("id", "new", "c"), None, id="carry-layer"),
    pytest.param(steps.OpenJournal(JOURNAL), steps.CloseJournal(JOURNAL), id="open-journal"),
    pytest.param(steps.CloseJournal(JOURNAL), None, id="close-journal"),
]


@pytest.mark.parametrize(("step", "inverse"), ONE_WAY)
def test_invert(step: steps.Step, inverse: steps.Step | None) -> None:
    assert steps.invert(step) == inverse


WORDS: list[t.Any] = [
    pytest.param(steps.CreateNetwork("n", {}), "create network n", id="create-network"),
    pytest.param(steps.RemoveNetwork("id", "n"), "remove network n", id="remove-network"),
    pytest.param(steps.Connect("id", "id", {}, "n", "c"), "connect c to n", id="connect"),
    pytest.param(steps.Disconnect("id", "id", {}, "n", "c"), "disconnect c from n", id="disconnect"),
    pytest.param(steps.CreateContainer("c", {"Env": ["A=secret"]}), "create container c", id="create-container"),
    pytest.param(
        steps.SetRestartPolicy("id", "c", {"Name": ""}, {}), "set restart policy of c to no", id="restart-policy-empty"
    ),
    pytest.param(
        steps.SetRestartPolicy("id", "c", {"Name": "always"}, {}),
        "set restart policy of c to always",
        id="restart-policy",
    ),
    pytest.param(steps.Stop("id", "c"), "stop c", id="stop"),
    pytest.param(steps.Stop("id", "c", kill=True), "kill c", id="kill"),
    pytest.param(steps.Start("id", "c"), "start c", id="start"),
    pytest.param(steps.Verify("id", "c", (Publication(80, "tcp"),), ("n",)), "verify c", id="verify"),
    pytest.param(steps.Park("id", "c"), "set c aside", id="set-aside"),
    pytest.param(steps.Unpark("id", "c"), "keep c able to start", id="revive"),
    pytest.param(steps.Pause("id", "c"), "pause c", id="pause"),
    pytest.param(steps.Unpause("id", "c"), "unpause c", id="unpause"),
    pytest.param(steps.VerifyMembers("id", "n", ()), "verify the members of n", id="verify-members"),
    pytest.param(
        steps.CheckCarry("id", "new", "c"), "check that the writable layer of c can be carried", id="check-carry"
    ),
    pytest.param(steps.CheckLayer("id", "c"), "check the writable layer of c", id="check-layer"),
    pytest.param(steps.CarryLayer("id", "new", "c"), "carry the writable layer of c", id="carry-layer"),
    pytest.param(steps.OpenJournal(JOURNAL), "open the journal of c", id="open-journal"),
    pytest.param(steps.CloseJournal(JOURNAL), "close the journal of c", id="close-journal"),
    pytest.param(steps.Rename("id", "a", "b"), "rename a to b", id="rename"),
    pytest.param(steps.RemoveContainer("id", "c"), "remove container c", id="remove-container"),
]


@pytest.mark.parametrize(("step", "words"), WORDS)
def test_steps_are_reported_in_words_without_values(step: steps.Step, words: str) -> None:
    assert str(step) == words


def test_every_kind_of_step_has_a_case() -> None:
    kinds = set(t.get_args(steps.Step))
    assert {type(case.values[0]) for case in WORDS} == kinds
    assert {type(case.values[0]) for case in ONE_WAY} == kinds - {
        steps.Connect,
        steps.Disconnect,
        steps.SetRestartPolicy,
        steps.Rename,
        steps.Pause,
        steps.Unpause,
    }
