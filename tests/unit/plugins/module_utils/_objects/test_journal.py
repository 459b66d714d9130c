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

from ansible_collections.bridgeport.docker.plugins.module_utils._apply.worker import Worker
from ansible_collections.bridgeport.docker.plugins.module_utils._desired.parse import parse_container
from ansible_collections.bridgeport.docker.plugins.module_utils._desired.state import DesiredState
from ansible_collections.bridgeport.docker.plugins.module_utils._errors import Failure
from ansible_collections.bridgeport.docker.plugins.module_utils._objects.containers import Container
from ansible_collections.bridgeport.docker.plugins.module_utils._objects.journal import (
    LABEL,
    PREFIX,
    Entry,
    Journal,
    Member,
    RebuildRecord,
    find_companions,
    read_journal,
)
from ansible_collections.bridgeport.docker.plugins.module_utils._plan.container import plan_container
from ansible_collections.bridgeport.docker.plugins.module_utils._plan.context import Context
from ansible_collections.bridgeport.docker.plugins.module_utils._plan.replacement import plan_transaction
from ansible_collections.bridgeport.docker.plugins.module_utils._steps.journal import OpenJournal
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
    removes_itself=st.booleans(),
)
MEMBERS = st.builds(Member, IDS, NAMES, st.one_of(st.none(), ENDPOINTS), st.one_of(st.none(), ENDPOINTS), st.booleans())
REBUILDS = st.builds(RebuildRecord, NAMES, IDS, ENDPOINTS, ENDPOINTS, st.lists(MEMBERS, max_size=3).map(tuple))
SWAPS = st.builds(Journal, st.lists(ENTRIES, min_size=1, max_size=3).map(tuple), st.none())
JOURNALS = st.one_of(SWAPS, st.builds(Journal, st.lists(ENTRIES, max_size=2).map(tuple), REBUILDS))


@given(JOURNALS)
def test_a_journal_comes_back_from_its_volume(journal: Journal) -> None:
    labels = journal.as_labels()
    assert all(isinstance(value, str) for value in labels.values())
    assert read_journal(volume_of(journal)) == journal


def volume_of(journal: Journal, **changes: t.Any) -> dict[str, t.Any]:
    return {
        "Name": journal.volume,
        "Driver": "local",
        "Labels": journal.as_labels(),
        "Options": None,
        "Scope": "local",
        **changes,
    }


def written(text: str) -> dict[str, t.Any]:
    return volume_of(WEB, Labels={LABEL: text})


ENTRY = Entry("web", "1" * 64, "2" * 64)
WEB = Journal((ENTRY,))
TERMS: dict[str, t.Any] = {"entries": [ENTRY._asdict()], "rebuild": None}
MEMBER = Member("4" * 64, "web", {}, None)
REBUILD = {**RebuildRecord("net", "3" * 64, {}, {})._asdict(), "members": [MEMBER._asdict()]}


def with_entry(**changes: t.Any) -> dict[str, t.Any]:
    return {**TERMS, "entries": [{**TERMS["entries"][0], **changes}]}


def with_rebuild(**changes: t.Any) -> dict[str, t.Any]:
    return {"entries": [], "rebuild": {**REBUILD, **changes}}


ANOTHER_VERSION: list[t.Any] = [
    pytest.param({**TERMS, "version": 2}, id="unknown-term"),
    pytest.param(with_entry(of_a_later_version=1), id="unknown-term-of-an-entry"),
    pytest.param({**TERMS, "entries": "web"}, id="entries-no-list"),
    pytest.param({**TERMS, "entries": ["web"]}, id="entry-no-map"),
    pytest.param({**TERMS, "entries": [{"name": "web"}]}, id="entry-without-fields"),
    pytest.param(with_entry(name=5), id="name-no-text"),
    pytest.param(with_entry(name=""), id="no-name"),
    pytest.param(with_entry(original=None), id="original-none"),
    pytest.param(with_entry(successor="web"), id="successor-no-id"),
    pytest.param(with_entry(was_running=1), id="a-number-for-a-boolean"),
    pytest.param(with_entry(retries=True), id="a-boolean-for-a-number"),
    pytest.param(with_entry(retries=-1), id="less-than-nothing"),
    pytest.param(with_entry(policy={}), id="policy-no-text"),
    pytest.param(with_entry(endpoints=[]), id="endpoints-no-map"),
    pytest.param(with_entry(endpoints={"net": None}), id="endpoint-no-map"),
    pytest.param({"entries": [], "rebuild": []}, id="rebuild-no-map"),
    pytest.param({"entries": [], "rebuild": {}}, id="rebuild-without-fields"),
    pytest.param(with_rebuild(members={}), id="members-no-list"),
    pytest.param(with_rebuild(members=[None]), id="member-no-map"),
    pytest.param(with_rebuild(before=None), id="before-no-map"),
    pytest.param(with_rebuild(original="net"), id="network-no-id"),
]


@pytest.mark.parametrize("terms", ANOTHER_VERSION)
def test_a_journal_of_another_version(terms: t.Any) -> None:
    volume = written(json.dumps(terms))
    with pytest.raises(Failure) as caught:
        read_journal(volume)
    assert caught.value.code == "unsupported"
    assert volume["Name"] in caught.value.message
    assert caught.value.details == {"volume": volume["Name"]}


OF_OTHERS: list[t.Any] = [
    pytest.param(written("{"), id="no-json"),
    pytest.param(written("[" * 100_000), id="deep-json"),
    pytest.param(written("[]"), id="no-map"),
    pytest.param(written("null"), id="null"),
    pytest.param(written('{"rebuild": null}'), id="no-entries"),
    pytest.param(written('{"entries": [], "rebuild": null}'), id="about-nothing"),
    pytest.param(volume_of(WEB, Labels=None), id="no-labels"),
    pytest.param(volume_of(WEB, Labels={"app": "shop"}), id="other-labels"),
    pytest.param(volume_of(WEB, Labels={LABEL: 5}), id="label-no-text"),
    pytest.param(volume_of(WEB, Name=f"{PREFIX}1"), id="name-no-hash"),
    pytest.param(volume_of(WEB, Name=f"my-{WEB.volume}"), id="name-longer"),
    pytest.param(volume_of(WEB, Name=Journal((Entry("db", "", ""),)).volume), id="name-of-another"),
    pytest.param(volume_of(WEB, Driver="nfs"), id="driver"),
    pytest.param(volume_of(WEB, Options={"device": "/srv"}), id="options"),
    pytest.param(written(json.dumps(with_entry(name="\ud800"))), id="name-no-utf8"),
    pytest.param({}, id="nothing"),
]


@pytest.mark.parametrize("volume", OF_OTHERS)
def test_a_volume_of_others(volume: dict[str, t.Any]) -> None:
    assert read_journal(volume) is None


ANYTHING = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=5), inner, max_size=3)),
    max_leaves=5,
)


@given(st.one_of(st.text(), ANYTHING.map(json.dumps)), st.one_of(st.just(WEB.volume), st.text()))
def test_any_label_is_none_of_ours(text: str, name: str) -> None:
    assert read_journal(volume_of(WEB, Name=name, Labels={LABEL: text})) is None


@given(JOURNALS, st.data())
def test_a_journal_with_one_field_that_is_another_is_not_read(journal: Journal, data: st.DataObject) -> None:
    """What is still a journal by its form is the one that it says: another value of the same kind."""
    terms = json.loads(journal.as_labels()[LABEL])
    places = [terms, *terms["entries"]]
    if terms["rebuild"] is not None:
        places += [terms["rebuild"], *terms["rebuild"]["members"]]
    place = data.draw(st.sampled_from(places))
    field = data.draw(st.sampled_from(sorted(place)))
    if data.draw(st.booleans()):
        del place[field]
    else:
        place[field] = data.draw(ANYTHING)
    volume = volume_of(journal, Labels={LABEL: json.dumps(terms)})
    try:
        read = read_journal(volume)
    except Failure:
        with pytest.raises(Failure, match="another version") as caught:
            read_journal(volume)
        assert caught.value.code == "unsupported"
        return
    if read is not None:
        assert json.loads(read.as_labels()[LABEL]) == terms
        assert read.volume == journal.volume


@given(JOURNALS, JOURNALS)
def test_each_name_has_one_volume(one: Journal, other: Journal) -> None:
    assert (one.volume == other.volume) is (one.name == other.name)
    assert one.volume.startswith(PREFIX)


@given(SWAPS)
def test_a_container_and_a_network_of_one_name_have_two(replacement: Journal) -> None:
    rebuild = Journal(rebuild=RebuildRecord(replacement.name, "a", {}, {}))
    assert rebuild.volume != replacement.volume


def test_the_policy_as_the_engine_takes_it() -> None:
    entry = Entry("web", "a", "b", was_running=True, policy="on-failure", retries=3)
    assert entry.restart_policy == {"Name": "on-failure", "MaximumRetryCount": 3}


def test_a_journal_is_found_by_its_label() -> None:
    assert LABEL in Journal((Entry("web", "a", "b"),)).as_labels()


def test_companions_are_what_one_change_touched() -> None:
    group = Journal((Entry("web", "a", "b"), Entry("side", "c", "d")))
    rebuild = Journal(rebuild=RebuildRecord("net", "n", {}, {}, (Member("x", "db", {}, {}),)))
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
    desired = parse_container({"name": container.name, "env": {"MORE": "swordfish-4"}})
    planned = plan_container(desired, Context(DesiredState(containers=(desired,)), snapshot))
    assert planned.replacement is not None
    (opened,) = [
        step for step in plan_transaction([planned.replacement], None, snapshot) if isinstance(step, OpenJournal)
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
