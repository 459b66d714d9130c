# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import copy
import json
import typing as t

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.bridgeport.docker.plugins.module_utils import _steps as steps
from ansible_collections.bridgeport.docker.plugins.module_utils._apply import Worker
from ansible_collections.bridgeport.docker.plugins.module_utils._containers import Container
from ansible_collections.bridgeport.docker.plugins.module_utils._errors import Failure
from ansible_collections.bridgeport.docker.plugins.module_utils._item import Request
from ansible_collections.bridgeport.docker.plugins.module_utils._journal import (
    LABEL,
    PREFIX,
    Entry,
    Journal,
    Member,
    Rebuild,
    find_companions,
    read_journal,
)
from ansible_collections.bridgeport.docker.plugins.module_utils._plan_container import plan_container
from ansible_collections.bridgeport.docker.plugins.module_utils._plan_swap import plan_transaction
from ansible_collections.bridgeport.docker.plugins.module_utils._wishes import parse_container
from ansible_collections.bridgeport.docker.tests.unit.support import recorded
from ansible_collections.bridgeport.docker.tests.unit.support.model_daemon import ModelClient, ModelDaemon

IDS = st.text("0123456789abcdef", min_size=64, max_size=64)
NAMES = st.from_regex(r"[a-zA-Z0-9][a-zA-Z0-9_.-]{1,20}", fullmatch=True)
ENDPOINTS = st.dictionaries(NAMES, st.fixed_dictionaries({}, optional={"Aliases": st.lists(NAMES)}), max_size=2)
ENTRIES = st.builds(
    Entry,
    name=NAMES,
    original=st.one_of(IDS, st.just("")),
    successor=IDS,
    was_running=st.booleans(),
    was_paused=st.booleans(),
    policy=st.sampled_from(["no", "always", "unless-stopped", "on-failure"]),
    retries=st.integers(0, 100),
    endpoints=ENDPOINTS,
)
MEMBERS = st.builds(Member, IDS, NAMES, st.one_of(st.none(), ENDPOINTS), st.one_of(st.none(), ENDPOINTS))
REBUILDS = st.builds(Rebuild, NAMES, IDS, ENDPOINTS, ENDPOINTS, st.lists(MEMBERS, max_size=3).map(tuple))
SWAPS = st.builds(Journal, st.lists(ENTRIES, min_size=1, max_size=3).map(tuple))
JOURNALS = st.one_of(SWAPS, st.builds(Journal, st.just(()), REBUILDS))


@given(JOURNALS)
def test_a_journal_comes_back_from_its_volume(journal: Journal) -> None:
    labels = journal.as_labels()
    assert all(isinstance(value, str) for value in labels.values())
    assert read_journal({"Name": journal.volume, "Labels": labels}) == journal


ENTRY = {"name": "web", "original": "1", "successor": "2"}
UNREADABLE: list[t.Any] = [
    pytest.param("{", id="no-json"),
    pytest.param("[]", id="no-map"),
    pytest.param('{"rebuild": null}', id="no-entries"),
    pytest.param(json.dumps({"rebuild": None, "entries": [{**ENTRY, "of_a_later_version": 1}]}), id="unknown-term"),
]


@pytest.mark.parametrize("text", UNREADABLE)
def test_a_journal_of_another_version(text: str) -> None:
    with pytest.raises(Failure) as caught:
        read_journal({"Name": f"{PREFIX}1", "Labels": {LABEL: text}})
    assert caught.value.code == "unsupported"
    assert f"{PREFIX}1" in caught.value.message


@given(JOURNALS, JOURNALS)
def test_each_name_has_one_volume(one: Journal, other: Journal) -> None:
    assert (one.volume == other.volume) is (one.name == other.name)
    assert one.volume.startswith(PREFIX)


@given(SWAPS)
def test_a_container_and_a_network_of_one_name_have_two(swap: Journal) -> None:
    rebuild = Journal(rebuild=Rebuild(swap.name, "a", {}, {}))
    assert rebuild.volume != swap.volume


def test_the_policy_as_the_engine_takes_it() -> None:
    entry = Entry("web", "a", "b", was_running=True, policy="on-failure", retries=3)
    assert entry.restart_policy == {"Name": "on-failure", "MaximumRetryCount": 3}


def test_a_journal_is_found_by_its_label() -> None:
    assert LABEL in Journal((Entry("web", "a", "b"),)).as_labels()


def test_companions_are_what_one_change_touched() -> None:
    group = Journal((Entry("web", "a", "b"), Entry("side", "c", "d")))
    rebuild = Journal(rebuild=Rebuild("net", "n", {}, {}, (Member("x", "db", {}, {}),)))
    other = Journal((Entry("far", "e", "f"),))
    journals = [group, rebuild, other]
    web, side, net, db = ("container", "web"), ("container", "side"), ("network", "net"), ("container", "db")
    assert find_companions([web], journals) == {web, side}
    assert find_companions([db], journals) == {db, net}
    assert find_companions([net, side], journals) == {web, side, net, db}
    assert find_companions([("container", "net")], journals) == {("container", "net")}


def test_nothing_secret_is_written_down() -> None:
    """Everything of the container that could be a secret is marked, and no mark is in the request."""
    snapshot = recorded.snapshot("full")
    ((container_id, container),) = snapshot.containers.items()
    raw = copy.deepcopy(dict(container.raw))
    raw["Config"]["Env"] = ["TOKEN=swordfish-1"]
    raw["Config"]["Cmd"] = ["run", "--password=swordfish-2"]
    raw["Config"]["Labels"] = {"secret": "swordfish-3"}
    snapshot = snapshot.replace(containers={container_id: Container(raw)})
    wish = parse_container({"name": container.name, "env": {"MORE": "swordfish-4"}})
    planned = plan_container(wish, snapshot, Request(containers={container.name: wish}))
    assert planned.swap is not None
    (opened,) = [
        step for step in plan_transaction([planned.swap], None, snapshot) if isinstance(step, steps.OpenJournal)
    ]
    sent: list[str] = []

    class Watching(ModelClient):
        def request(self, method: str, path: str, **options: object) -> object:
            sent.append(json.dumps([method, path, options]))
            return super().request(method, path, **options)  # type: ignore[arg-type]

    daemon = ModelDaemon()
    Worker(Watching(daemon)).perform(opened)
    assert len(daemon.volumes) == 1
    volume = next(iter(daemon.volumes.values()))
    assert set(volume["Labels"]) == {LABEL}
    assert "swordfish" not in "".join([*sent, json.dumps(volume), str(opened)])
    assert container_id in sent[0]
