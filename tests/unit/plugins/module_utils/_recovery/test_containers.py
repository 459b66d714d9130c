# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every state that an interrupted replacement can leave, and what is made of it."""

from __future__ import annotations

import types
import typing as t

import pytest

from ansible_collections.bridgeport.docker.plugins.module_utils import _reconcile
from ansible_collections.bridgeport.docker.plugins.module_utils._apply.executor import apply_changes
from ansible_collections.bridgeport.docker.plugins.module_utils._desired.parse import parse_container, parse_network
from ansible_collections.bridgeport.docker.plugins.module_utils._desired.state import DesiredState
from ansible_collections.bridgeport.docker.plugins.module_utils._engine import lock
from ansible_collections.bridgeport.docker.plugins.module_utils._engine.lock import hold_locks
from ansible_collections.bridgeport.docker.plugins.module_utils._errors import Failure
from ansible_collections.bridgeport.docker.plugins.module_utils._objects.interrupted import (
    find_leftovers,
    is_interrupted,
)
from ansible_collections.bridgeport.docker.plugins.module_utils._objects.journal import Entry, Journal
from ansible_collections.bridgeport.docker.plugins.module_utils._objects.names import (
    backup_name,
    read_part_name,
    remade_name,
    successor_name,
    trial_name,
)
from ansible_collections.bridgeport.docker.plugins.module_utils._objects.snapshot import Snapshot
from ansible_collections.bridgeport.docker.plugins.module_utils._observe.snapshot import read_snapshot
from ansible_collections.bridgeport.docker.plugins.module_utils._reconcile import converge
from ansible_collections.bridgeport.docker.plugins.module_utils._recovery.containers import plan_recovery
from ansible_collections.bridgeport.docker.plugins.module_utils._steps.containers import RemoveContainer
from ansible_collections.bridgeport.docker.plugins.module_utils._steps.journal import CloseJournal
from ansible_collections.bridgeport.docker.tests.unit.support.model_daemon import ModelClient, ModelDaemon


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (successor_name("web"), ("web", "new")),
        (backup_name("web", "a" * 64), ("web", "old")),
        (remade_name("web", "a" * 64), ("web", "again")),
        (trial_name("web", "b" * 12), ("web", "try")),
        ("web", None),
        ("web.bridgeport-old-123", None),
        (backup_name("web", "a" * 64) + "-x", None),
    ],
)
def test_names_of_parts_are_read_back(name: str, expected: tuple[str, str] | None) -> None:
    assert read_part_name(name) == expected


# (running, name of its restart policy)
ORIGINALS = [(True, "no"), (True, "always"), (False, "no"), (False, "on-failure")]

# What a replacement does, in order. It may be cut off after each of these.
PHASES = (
    "created",
    "journal",
    "policy",
    "stopped",
    "carried",
    "old-renamed",
    "both-renamed",
    "started",
    "removed",
    "closed",
)


class Bed:
    """The container web, and a replacement of it that was cut off after a phase."""

    def __init__(self, running: bool = True, policy: str = "always", phase: str | None = None) -> None:
        self.daemon = ModelDaemon()
        self.client = ModelClient(self.daemon)
        self.running, self.policy = running, policy
        retries = 3 if policy == "on-failure" else 0
        self.host_config = {"RestartPolicy": {"Name": policy, "MaximumRetryCount": retries}}
        self.original = self.daemon.add_container("web", start=running, HostConfig=self.host_config)
        self.daemon.write_file(self.original, "/layer", b"of web")
        self.before = self.daemon.state()
        self.successor = ""
        for each in PHASES:
            if phase is None:
                break
            self.go(each)
            if each == phase:
                break

    @property
    def journal(self) -> Journal:
        retries = self.host_config["RestartPolicy"]["MaximumRetryCount"]
        entry = Entry(
            "web",
            self.original,
            self.successor,
            was_running=self.running,
            policy=self.policy,
            retries=t.cast(int, retries),
        )
        return Journal((entry,))

    def go(self, phase: str) -> None:
        post = self.client.post
        if phase == "created":
            name = successor_name("web", self.original)
            self.successor = self.daemon.add_container(name, start=False, HostConfig=self.host_config)
        elif phase == "journal":
            post("/volumes/create", {"Name": self.journal.volume, "Labels": self.journal.as_labels()})
        elif phase == "policy" and self.policy != "no":
            post(f"/containers/{self.original}/update", {"RestartPolicy": {"Name": "no", "MaximumRetryCount": 0}})
        elif phase == "stopped" and self.running:
            post(f"/containers/{self.original}/stop")
        elif phase == "carried":
            self.daemon.write_file(self.successor, "/layer", b"of web")
        elif phase == "old-renamed":
            post(f"/containers/{self.original}/rename", name=backup_name("web", self.original))
        elif phase == "both-renamed":
            post(f"/containers/{self.successor}/rename", name="web")
        elif phase == "started" and self.running:
            post(f"/containers/{self.successor}/start")
        elif phase == "removed":
            self.client.delete(f"/containers/{self.original}")
        elif phase == "closed":
            self.client.delete(f"/volumes/{self.journal.volume}")

    def read(self, name: str = "web") -> Snapshot:
        return read_snapshot(self.client, DesiredState(containers=(parse_container({"name": name}),)))

    def recover(self) -> list[str]:
        """What was done."""
        change = plan_recovery("web", self.read())
        assert change is not None
        (outcome,) = apply_changes([change], lambda: self.client, 1)
        assert outcome.failure is None
        return outcome.actions


# -- every state -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("running", "policy"), ORIGINALS)
@pytest.mark.parametrize("phase", PHASES)
def test_every_phase(phase: str, running: bool, policy: str) -> None:
    bed = Bed(running, policy, phase)
    if phase == "closed":
        assert is_interrupted("web", bed.read()) is False
        assert plan_recovery("web", bed.read()) is None
        return
    swapped = bed.daemon.state()
    assert is_interrupted("web", bed.read()) is True
    actions = bed.recover()
    if phase == "removed":
        # The successor was accepted: it is what the name stands for.
        assert actions == ["close the journal of web"]
        assert bed.daemon.state() == {**swapped, "volumes": {}}
    else:
        assert bed.daemon.state() == bed.before
    assert plan_recovery("web", bed.read()) is None


@pytest.mark.parametrize(("running", "policy"), ORIGINALS)
@pytest.mark.parametrize("phase", PHASES)
def test_every_phase_after_all_volumes_were_pruned(phase: str, running: bool, policy: str) -> None:
    """Names and times say as much as the journal did; but who has the name of what did not run may be anybody."""
    bed = Bed(running, policy, phase)
    bed.daemon.volumes.clear()
    if phase in ("removed", "closed"):
        assert is_interrupted("web", bed.read()) is False
    elif phase in ("both-renamed", "started") and not running:
        with pytest.raises(Failure) as caught:
            plan_recovery("web", bed.read())
        assert caught.value.code == "interrupted_change"
    else:
        assert not any("journal" in action for action in bed.recover())
        assert bed.daemon.state() == bed.before
        assert plan_recovery("web", bed.read()) is None


def test_somebody_else_may_have_the_name_once_all_volumes_were_pruned() -> None:
    bed = Bed(phase="old-renamed")
    bed.daemon.volumes.clear()
    bed.client.delete(f"/containers/{bed.successor}")
    bed.daemon.add_container("web")
    with pytest.raises(Failure) as caught:
        plan_recovery("web", bed.read())
    assert caught.value.code == "interrupted_change"


WORDS: list[t.Any] = [
    pytest.param("created", ["remove container {new}"], id="created"),
    pytest.param("journal", ["remove container {new}", "close the journal of web"], id="journal"),
    pytest.param(
        "policy",
        ["set restart policy of web to always", "remove container {new}", "close the journal of web"],
        id="policy",
    ),
    pytest.param(
        "carried",
        ["start web", "set restart policy of web to always", "remove container {new}", "close the journal of web"],
        id="carried",
    ),
    pytest.param(
        "started",
        [
            "kill web",
            "rename web to {new}",
            "rename {old} to web",
            "start web",
            "set restart policy of web to always",
            "remove container {new}",
            "close the journal of web",
        ],
        id="started",
    ),
]


@pytest.mark.parametrize(("phase", "expected"), WORDS)
def test_what_is_done_is_said_in_order(phase: str, expected: list[str]) -> None:
    bed = Bed(phase=phase)
    names = {"new": successor_name("web", bed.original), "old": backup_name("web", bed.original)}
    assert bed.recover() == [each.format(**names) for each in expected]


@pytest.mark.parametrize("phase", PHASES[1:-2])
def test_the_successor_goes_only_when_the_original_stands_again(phase: str) -> None:
    """Recovery may be cut off as well: until the original has its name back nothing goes, and the journal last."""
    bed = Bed(phase=phase)
    change = plan_recovery("web", bed.read())
    assert change is not None
    kinds = [type(step) for step in change.steps]
    assert kinds[-2:] == [RemoveContainer, CloseJournal]
    assert kinds.count(RemoveContainer) == 1
    removal = change.steps[-2]
    assert isinstance(removal, RemoveContainer)
    assert (removal.container, removal.volumes) == (bed.successor, True), "those of the original are named in it"


def test_several_successors_that_nothing_was_written_about() -> None:
    """Two runs died right after the create, the first for an original that is gone."""
    bed = Bed(phase="created")
    bed.daemon.add_container(f"web.bridgeport-new-{'a' * 12}", start=False)
    bed.recover()
    assert bed.daemon.state() == bed.before


def test_a_successor_from_before_the_journal_beside_one_with_a_journal() -> None:
    bed = Bed(phase="stopped")
    bed.daemon.add_container(f"web.bridgeport-new-{'a' * 12}", start=False)
    bed.recover()
    assert bed.daemon.state() == bed.before


@pytest.mark.parametrize("phase", ["journal", "stopped", "old-renamed"])
def test_a_successor_that_is_gone_is_not_missed(phase: str) -> None:
    """Removed by an earlier recovery that died before it closed the journal, or by hand."""
    bed = Bed(phase=phase)
    bed.client.delete(f"/containers/{bed.successor}", force=1)
    bed.recover()
    assert bed.daemon.state() == bed.before


def test_an_original_that_was_started_by_somebody_is_left_running() -> None:
    bed = Bed(phase="stopped")
    bed.client.post(f"/containers/{bed.original}/start")
    started = bed.daemon.named("web")["State"]["StartedAt"]
    bed.recover()
    assert bed.daemon.named("web")["State"]["StartedAt"] == started
    assert bed.daemon.state() == bed.before


def test_an_original_that_was_stopped_is_not_started() -> None:
    bed = Bed(running=False, phase="both-renamed")
    assert not [action for action in bed.recover() if action.startswith("start")]


# -- what does not fit -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("phase", ["journal", "stopped", "both-renamed"])
def test_where_somebody_has_removed_both_nothing_is_left_to_settle(phase: str) -> None:
    bed = Bed(phase=phase)
    for container in (bed.original, bed.successor):
        bed.client.delete(f"/containers/{container}", force=1)
    assert bed.recover() == ["close the journal of web"]
    assert (bed.daemon.containers, bed.daemon.volumes) == ({}, {})


def strangers() -> dict[str, t.Callable[[Bed], None]]:
    def original_gone_too_early(bed: Bed) -> None:
        bed.client.delete(f"/containers/{bed.original}", force=1)

    def another_original(bed: Bed) -> None:
        original_gone_too_early(bed)
        bed.daemon.add_container("web")

    def lone_backup(bed: Bed) -> None:
        bed.client.post(f"/containers/{bed.original}/rename", name=backup_name("web", bed.original))
        bed.client.delete(f"/containers/{bed.successor}")
        bed.daemon.volumes.clear()

    return {
        "original gone too early": original_gone_too_early,
        "another original": another_original,
        "backup without a journal or successor": lone_backup,
    }


@pytest.mark.parametrize("check_mode", [True, False])
@pytest.mark.parametrize("case", strangers())
def test_what_does_not_fit_is_refused_and_left_as_it_is(case: str, check_mode: bool) -> None:
    bed = Bed(phase="stopped")
    strangers()[case](bed)
    before = bed.daemon.state()
    for state in ("present", "absent"):
        desired = parse_container({"name": "web", "image": "busybox:1"}, state=state)
        with pytest.raises(Failure) as caught:
            converge(bed.client, DesiredState(containers=(desired,)), check_mode=check_mode)
        assert caught.value.code == "interrupted_change"
        assert "web" in caught.value.message
        assert bed.daemon.state() == before


def test_what_is_refused_names_who_to_look_at() -> None:
    bed = Bed(phase="stopped")
    strangers()["backup without a journal or successor"](bed)
    with pytest.raises(Failure) as caught:
        plan_recovery("web", bed.read())
    assert caught.value.details["leftovers"] == [each.name for each in find_leftovers("web", bed.read())]
    assert backup_name("web", bed.original) in caught.value.message
    bed = Bed(phase="stopped")
    strangers()["original gone too early"](bed)
    with pytest.raises(Failure, match=f"remove the volume {bed.journal.volume}"):
        plan_recovery("web", bed.read())


# -- whose leftovers ---------------------------------------------------------------------------------------------------

NAMES: list[t.Any] = [
    pytest.param("web.bridgeport-new-0123456789ab", True, id="successor"),
    pytest.param("web.bridgeport-old-0123456789ab", False, id="not-its-own-id"),
    pytest.param("web2.bridgeport-new-0123456789ab", False, id="longer-name"),
    pytest.param("my.web.bridgeport-new-0123456789ab", False, id="longer-in-front"),
    pytest.param("web.bridgeport-new-0123456789a", False, id="short-id"),
    pytest.param("web.bridgeport-new-0123456789abc", False, id="long-id"),
    pytest.param("web.bridgeport-new-0123456789AB", False, id="no-id"),
    pytest.param("web.bridgeport-tmp-0123456789ab", False, id="no-role"),
    pytest.param("web.bridgeport-old-0123456789ab.bridgeport-new-0123456789ab", False, id="of-a-leftover"),
]


@pytest.mark.parametrize(("name", "ours"), NAMES)
def test_leftovers_by_name(name: str, ours: bool) -> None:
    bed = Bed()
    bed.daemon.add_container(name, start=False)
    assert [each.name for each in find_leftovers("web", bed.read())] == ([name] if ours else [])
    assert is_interrupted("web", bed.read()) is ours


def test_a_journal_of_somebody_else_is_none_of_ours() -> None:
    bed = Bed(phase="both-renamed")
    bed.daemon.add_container("db")
    assert plan_recovery("db", bed.read("db")) is None


@pytest.mark.parametrize("finishes", [True, False])
@pytest.mark.parametrize("phase", PHASES[:-1])
def test_check_mode_waits_for_a_change_that_is_going_on(
    phase: str, finishes: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    bed = Bed(phase=phase)
    now = [0.0]

    def next_look(seconds: float) -> None:
        now[0] += seconds
        if finishes and now[0] > 5 and bed.daemon.volumes:
            for each in PHASES[PHASES.index(phase) + 1 :]:
                bed.go(each)
            bed.daemon.volumes.clear()

    monkeypatch.setattr(_reconcile, "time", types.SimpleNamespace(sleep=next_look, monotonic=lambda: now[0]))
    desired = parse_container({"name": "web"})
    with hold_locks(ModelClient(bed.daemon), [("container", "web")]):
        before = bed.daemon.state()
        if finishes:
            assert (
                converge(bed.client, DesiredState(containers=(desired,)), check_mode=True).base_result()["changed"]
                is False
            )
        else:
            with pytest.raises(Failure, match="Another run is changing container 'web'") as caught:
                converge(bed.client, DesiredState(containers=(desired,)), check_mode=True)
            assert (caught.value.code, bed.daemon.state()) == ("busy", before)
    assert (now[0] > 30) is not finishes


@pytest.mark.parametrize("phase", PHASES[:-1])
def test_a_network_changes_only_with_members_that_are_settled(phase: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever a container is called in the middle of its change, it is that which is waited for and settled."""
    bed = Bed(phase=phase)
    network = bed.daemon.add_network("net")
    for container in {bed.original, bed.successor} & bed.daemon.containers.keys():
        bed.client.post(f"/networks/{network}/connect", {"Container": container, "EndpointConfig": {}})
    desired = parse_network({"name": "net", "labels": {"new": "yes"}})
    before = bed.daemon.state()
    with pytest.raises(Failure, match="'web' was interrupted") as caught:
        converge(bed.client, DesiredState((desired,)), check_mode=True)
    assert (caught.value.code, bed.daemon.state()) == ("interrupted_change", before)
    monkeypatch.setattr(lock, "WAIT", 0)
    with hold_locks(ModelClient(bed.daemon), [("container", "web")]), pytest.raises(Failure) as caught:
        converge(bed.client, DesiredState((desired,)), check_mode=False)
    assert (caught.value.code, bed.daemon.state()) == ("busy", before)
    converge(bed.client, DesiredState((desired,)), check_mode=False)
    ((_id, raw),) = bed.daemon.containers.items()
    assert (raw["Name"], raw["State"]["Running"], bed.daemon.volumes) == ("/web", True, {})
    assert bed.daemon.networks[raw["NetworkSettings"]["Networks"]["net"]["NetworkID"]]["Labels"] == {"new": "yes"}


def test_check_mode_only_reports() -> None:
    for phase in PHASES[:-1]:
        bed = Bed(phase=phase)
        before = bed.daemon.state()
        with pytest.raises(Failure, match="'web' was interrupted") as caught:
            converge(bed.client, DesiredState(containers=(parse_container({"name": "web"}),)), check_mode=True)
        assert caught.value.code == "interrupted_change"
        assert bed.daemon.state() == before
