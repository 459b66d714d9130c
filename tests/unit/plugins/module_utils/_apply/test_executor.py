# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import contextlib
import threading
import time
import typing as t
from dataclasses import replace

import pytest

from ansible_collections.bridgeport.docker.plugins.module_utils._apply import port_holder, rollback
from ansible_collections.bridgeport.docker.plugins.module_utils._apply.executor import apply_changes
from ansible_collections.bridgeport.docker.plugins.module_utils._apply.outcome import ChangeOutcome
from ansible_collections.bridgeport.docker.plugins.module_utils._apply.worker import PAUSES, Worker
from ansible_collections.bridgeport.docker.plugins.module_utils._desired.parse import parse_container, parse_network
from ansible_collections.bridgeport.docker.plugins.module_utils._desired.state import DesiredState
from ansible_collections.bridgeport.docker.plugins.module_utils._engine.client import ApiError
from ansible_collections.bridgeport.docker.plugins.module_utils._errors import Failure
from ansible_collections.bridgeport.docker.plugins.module_utils._objects.journal import read_journal
from ansible_collections.bridgeport.docker.plugins.module_utils._observe import host_ports
from ansible_collections.bridgeport.docker.plugins.module_utils._observe.host_ports import Blocker
from ansible_collections.bridgeport.docker.plugins.module_utils._observe.snapshot import read_snapshot
from ansible_collections.bridgeport.docker.plugins.module_utils._plan.changes import Change
from ansible_collections.bridgeport.docker.plugins.module_utils._plan.plan import Plan
from ansible_collections.bridgeport.docker.plugins.module_utils._reconcile import Run
from ansible_collections.bridgeport.docker.plugins.module_utils._recovery.containers import plan_recovery
from ansible_collections.bridgeport.docker.plugins.module_utils._steps import networks as network_steps
from ansible_collections.bridgeport.docker.plugins.module_utils._steps import run_state, verification
from ansible_collections.bridgeport.docker.plugins.module_utils._steps.base import Step
from ansible_collections.bridgeport.docker.plugins.module_utils._steps.containers import (
    CreateContainer,
    RemoveContainer,
    Rename,
)
from ansible_collections.bridgeport.docker.plugins.module_utils._steps.journal import CloseJournal
from ansible_collections.bridgeport.docker.plugins.module_utils._steps.layer import CarryLayer, CheckCarry
from ansible_collections.bridgeport.docker.plugins.module_utils._steps.networks import (
    Connect,
    CreateNetwork,
    RemoveNetwork,
)
from ansible_collections.bridgeport.docker.plugins.module_utils._steps.run_state import SetRestartPolicy, Start, Stop
from ansible_collections.bridgeport.docker.plugins.module_utils._steps.verification import CheckMade, Verify
from ansible_collections.bridgeport.docker.tests.unit.support.model_daemon import (
    FAULTS,
    LOST_AFTER,
    LOST_BEFORE,
    REFUSED,
    REFUSED_AFTER,
    ModelClient,
    ModelDaemon,
)

Params = t.Dict[str, t.Any]


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verification, "_SETTLE", 0)
    monkeypatch.setattr(verification, "_POLL", 0)


def plan(daemon: ModelDaemon, networks: t.Sequence[Params] = (), containers: t.Sequence[Params] = ()) -> Plan:
    desired = DesiredState(
        tuple(parse_network(params) for params in networks),
        tuple(
            parse_container(params, **({"state": params["state"]} if "state" in params else {}))
            for params in containers
        ),
    )
    client = ModelClient(daemon)
    made, _host = Run(client, desired, check_mode=False)._plan(read_snapshot(client, desired))
    assert [refusal.message for refusal in made.refusals] == []
    return made


def apply(daemon: ModelDaemon, changes: t.Sequence[Change], parallel: int = 1) -> list[ChangeOutcome]:
    return apply_changes(changes, lambda: ModelClient(daemon), parallel)


# -- every request of every kind of item fails, one at a time ----------------------------------------------------------


def host_for_replacement() -> ModelDaemon:
    """web runs on two networks, publishes, has written a file and restarts by itself; db stands beside it."""
    daemon = ModelDaemon()
    for name in ("front", "back"):
        daemon.add_network(name)
    daemon.add_container(
        "web",
        HostConfig={
            "NetworkMode": "front",
            "PortBindings": {"80/tcp": [{"HostIp": "127.0.0.1", "HostPort": "8080"}]},
            "RestartPolicy": {"Name": "always", "MaximumRetryCount": 0},
        },
        ExposedPorts={"80/tcp": {}},
        NetworkingConfig={"EndpointsConfig": {"front": {"Aliases": ["www"]}}},
    )
    ModelClient(daemon).post(
        f"/networks/{network_id(daemon, 'back')}/connect",
        {"Container": daemon.named("web")["Id"], "EndpointConfig": {"Aliases": ["app"]}},
    )
    daemon.write_file(daemon.named("web")["Id"], "/layer", b"of web")
    daemon.add_container("db", HostConfig={"NetworkMode": "back"})
    daemon.changes = 0
    return daemon


def network_id(daemon: ModelDaemon, name: str) -> str:
    return next(key for key, raw in daemon.networks.items() if raw["Name"] == name)


def host_for_members() -> ModelDaemon:
    daemon = host_for_replacement()
    daemon.add_container("idle", start=False)
    daemon.add_container("other")
    return daemon


Case = t.Tuple[t.Callable[[], ModelDaemon], t.Sequence[Params], t.Sequence[Params]]

CASES: dict[str, Case] = {
    "replacement": (host_for_replacement, [], [{"name": "web", "published_ports": ["127.0.0.1:8081:80", "9000:90"]}]),
    "replacement-and-stop": (
        host_for_replacement,
        [],
        [{"name": "web", "published_ports": ["127.0.0.1:8081:80"], "state": "stopped", "force_kill": True}],
    ),
    "create": (
        host_for_replacement,
        [],
        [
            {
                "name": "new",
                "image": "busybox:1",
                "published_ports": ["8082:80"],
                "networks": [{"name": "front"}, {"name": "back", "aliases": ["n"]}],
            }
        ],
    ),
    "start": (host_for_members, [], [{"name": "idle", "state": "started", "networks": [{"name": "back"}]}]),
    "stop": (host_for_replacement, [], [{"name": "web", "state": "stopped"}]),
    "endpoints": (
        host_for_replacement,
        [],
        [{"name": "web", "networks": [{"name": "back", "aliases": ["x", "y"]}], "purge_networks": True}],
    ),
    "network": (
        host_for_members,
        [{"name": "fresh", "connected": [{"name": "web", "aliases": ["w"]}, "idle", "other"], "labels": {"a": "b"}}],
        [],
    ),
    "network-members": (
        host_for_members,
        [{"name": "back", "connected": ["idle", {"name": "web", "aliases": []}]}],
        [],
    ),
}


def run_without_faults(case: str) -> ModelDaemon:
    """A daemon that has counted the changes."""
    make, networks, containers = CASES[case]
    daemon = make()
    daemon.changes = 0
    outcomes = apply(daemon, plan(daemon, networks, containers).changes)
    assert [outcome.failure for outcome in outcomes] == [None] * len(outcomes)
    return daemon


def count_changes(case: str) -> int:
    return run_without_faults(case).changes


@pytest.mark.parametrize("kind", FAULTS)
@pytest.mark.parametrize("case", CASES)
def test_a_fault_at_any_request_is_undone(case: str, kind: str) -> None:
    make, networks, containers = CASES[case]
    flawless = run_without_faults(case)
    for number in range(flawless.changes):
        daemon = make()
        before = daemon.state()
        changes = plan(daemon, networks, containers).changes
        daemon.changes, daemon.requests = 0, []
        daemon.fault = (number, kind)
        (outcome,) = apply(daemon, changes)
        failed_at = f"{case}, request {number} {kind}: {daemon.requests}"
        # Nothing comes after a removal but the closing of the journal.
        ends = [CloseJournal, RemoveContainer]
        last = dict(zip(range(flawless.changes - 1, -1, -1), [type(s) for s in reversed(changes[0].steps)][:2]))
        if outcome.failure is None:
            # Only the last removals may be found to be done after all.
            assert (kind, last.get(number) in ends) == (LOST_AFTER, True), failed_at
            assert daemon.state() == flawless.state(), failed_at
        elif last.get(number) is CloseJournal and RemoveContainer in last.values():
            # Past all return: everything is done, and a later run only has to remove what was written down.
            assert outcome.rolled_back is False, failed_at
            assert len(daemon.volumes) == 1
            volume = next(iter(daemon.volumes.values()))
            assert daemon.state() == {**flawless.state(), "volumes": {volume["Name"]: volume}}, failed_at
        else:
            assert outcome.rolled_back is True, f"{failed_at}: {outcome.failure.message}"
            assert outcome.failure.code == ("daemon_unreachable" if kind != REFUSED else outcome.failure.code), (
                failed_at
            )
            assert daemon.state() == before, failed_at


@pytest.mark.parametrize("kind", FAULTS)
def test_the_name_of_what_was_not_made_never_reaches_something_else(kind: str) -> None:
    """The daemon takes "db" for the container whose ID begins with db; undoing must not."""
    daemon = ModelDaemon()
    victim = daemon.add_container("victim", start=False, id_prefix="db")
    net_victim = daemon.add_network("innocent", id_prefix="ab")
    daemon.changes, daemon.fault = 0, (0, kind)
    (outcome,) = apply(daemon, plan(daemon, [], [{"name": "db", "image": "busybox:1"}]).changes)
    assert outcome.failure is not None
    assert list(daemon.containers) == [victim]
    daemon.changes = 0
    (outcome,) = apply(daemon, plan(daemon, [{"name": "ab"}]).changes)
    assert outcome.failure is not None
    assert net_victim in daemon.networks
    assert len(daemon.networks) == 4


@pytest.mark.parametrize("number", range(4))
def test_removal_that_fails(number: int) -> None:
    """Stop, then remove: what is gone is gone; what is not runs again."""
    for kind in FAULTS:
        daemon = host_for_replacement()
        before = daemon.state()
        changes = plan(daemon, [], [{"name": "web", "state": "absent"}]).changes
        daemon.changes, daemon.fault = 0, (number, kind)
        (outcome,) = apply(daemon, changes)
        gone = all(raw["Name"] != "/web" for raw in daemon.containers.values())
        if outcome.failure is None:
            assert gone
            assert number > 1 or (number, kind) == (1, LOST_AFTER)
        else:
            assert (gone, outcome.rolled_back) == (False, True)
            assert daemon.state() == before


def changing(change: Change) -> list[Step]:
    """The steps that make requests which change something."""
    return [step for step in change.steps if not isinstance(step, (CheckCarry, CheckMade))]


def test_a_stop_that_was_refused_and_happened_all_the_same() -> None:
    daemon = host_for_replacement()
    before = daemon.state()
    changes = plan(daemon, *CASES["replacement"][1:]).changes
    number = next(index for index, step in enumerate(changing(changes[0])) if isinstance(step, Stop))
    daemon.changes, daemon.fault = 0, (number, REFUSED_AFTER)
    (outcome,) = apply(daemon, changes)
    assert outcome.rolled_back is True
    assert daemon.state() == before


def test_a_successor_is_never_removed_once_the_old_one_may_be_gone() -> None:
    """The answer to the last removal is lost, and the daemon with it: nothing more is touched."""
    removal = count_changes("replacement") - 2
    daemon = host_for_replacement()
    changes = plan(daemon, *CASES["replacement"][1:]).changes
    assert [type(step) for step in changes[0].steps[-2:]] == [RemoveContainer, CloseJournal]
    daemon.changes, daemon.fault, daemon.deaf_after = 0, (removal, LOST_AFTER), removal
    (outcome,) = apply(daemon, changes)
    assert outcome.failure is not None
    assert outcome.rolled_back is False
    assert daemon.named("web")["State"]["Running"]
    assert daemon.named("web")["HostConfig"]["PortBindings"]["90/tcp"]


def test_rollback_undoes_in_reverse_order() -> None:
    daemon = host_for_replacement()
    before = daemon.state()
    daemon.crashing = {"90/tcp"}
    changes = plan(daemon, *CASES["replacement"][1:]).changes
    (outcome,) = apply(daemon, changes)
    assert outcome.failure is not None
    assert outcome.failure.code == "start_failed"
    done = [action for action in outcome.actions if not action.startswith("undo: ")]
    undone = [action[len("undo: ") :] for action in outcome.actions if action.startswith("undo: ")]
    assert done == [str(step) for step in changes[0].steps[: len(done)]]
    expected = [step.invert() for step in reversed(changes[0].steps[: len(done)])]
    # What is not undone yet is known by the journal, so that this is closed last.
    (journal,) = [step for step in expected if isinstance(step, CloseJournal)]
    expected.remove(journal)
    assert undone == [str(step) for step in [*expected, journal] if step is not None]
    assert daemon.state() == before


@pytest.mark.parametrize(
    ("restarts", "code", "rolled_back"), [(0, "rollback_failed", False), (3, "start_failed", True)]
)
def test_an_original_that_falls_over_again(restarts: int, code: str, rolled_back: bool) -> None:
    """Where it did so before it is as it was; the engine goes on restarting it."""
    daemon = host_for_replacement()
    daemon.named("web")["RestartCount"] = restarts
    daemon.crashing = {"web"}
    (outcome,) = apply(daemon, plan(daemon, *CASES["replacement"][1:]).changes)
    assert outcome.failure is not None
    assert (outcome.failure.code, outcome.rolled_back) == (code, rolled_back)
    assert daemon.named("web")["HostConfig"]["RestartPolicy"]["Name"] == "always"
    assert not daemon.volumes


class Raced(ModelClient):
    """Somebody else does something just before the first request that ends like this."""

    def __init__(self, daemon: ModelDaemon, verb: str, meanwhile: t.Callable[[], None]) -> None:
        super().__init__(daemon)
        self._verb: str | None = verb
        self._meanwhile = meanwhile

    def request(self, method: str, path: str, **options: t.Any) -> t.Any:
        self._interfere(path)
        return super().request(method, path, **options)

    def download(self, path: str, **options: t.Any) -> t.Any:
        self._interfere(path)
        return super().download(path, **options)

    def _interfere(self, path: str) -> None:
        if self._verb is not None and path.endswith(self._verb):
            self._verb = None
            self._meanwhile()


@pytest.mark.parametrize("verb", ["/changes", "/update", "/stop", "/export", "/rename"])
def test_an_original_that_somebody_removes(verb: str) -> None:
    """Nothing can be put back then, and nothing is left that would keep a later run from making the container."""
    daemon = host_for_replacement()
    web = daemon.named("web")
    changes = plan(daemon, *CASES["replacement"][1:]).changes
    (outcome,) = apply_changes(changes, lambda: Raced(daemon, verb, lambda: daemon._remove(web)), 1)
    assert outcome.failure is not None
    assert (outcome.failure.code, outcome.rolled_back) == ("container_not_found", False)
    assert "was removed in the meantime" in outcome.failure.message
    assert "of 'web' there is nothing" in outcome.failure.message
    assert ([raw["Name"] for raw in daemon.containers.values()], daemon.volumes) == (["/db"], {})


def test_a_successor_that_somebody_removes() -> None:
    daemon = host_for_replacement()
    before = daemon.state()
    changes = plan(daemon, *CASES["replacement"][1:]).changes
    (outcome,) = apply_changes(changes, lambda: Raced(daemon, "/start", lambda: daemon._remove(daemon.named("web"))), 1)
    assert outcome.failure is not None
    assert (outcome.failure.code, outcome.rolled_back) == ("container_not_found", True)
    assert daemon.state() == before


def test_a_refused_start_is_reported_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The restart policy is set all the same; that the container should run again has been said."""
    monkeypatch.setattr(rollback, "PAUSES", (0, 0))
    daemon = host_for_replacement()
    changes = plan(daemon, *CASES["replacement"][1:]).changes

    def take_port() -> None:
        ports = {"80/tcp": [{"HostIp": "127.0.0.1", "HostPort": port} for port in ("8080", "8081")]}
        daemon.add_container("thief", HostConfig={"PortBindings": ports}, ExposedPorts={"80/tcp": {}})

    (outcome,) = apply_changes(changes, lambda: Raced(daemon, "/start", take_port), 1)
    assert outcome.failure is not None
    assert outcome.failure.code == "rollback_failed"
    assert [problem.partition(":")[0] for problem in outcome.failure.details["problems"]] == ["start web"]
    assert "first. Undoing it" in outcome.failure.message
    assert daemon.named("web")["HostConfig"]["RestartPolicy"]["Name"] == "always"


@pytest.mark.parametrize(("refusals", "message", "done"), [(1, "container not running", True), (9, "no", False)])
def test_a_restart_policy_is_set_although_the_container_just_ends(
    refusals: int, message: str, done: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    daemon = host_for_replacement()
    web = daemon.named("web")
    left = [ApiError(500, f"Cannot update container: runc did not terminate successfully: {message}")] * refusals

    class Ending(ModelClient):
        def request(self, method: str, path: str, **options: t.Any) -> t.Any:
            if path.endswith("/update") and left:
                raise left.pop()
            return super().request(method, path, **options)

    monkeypatch.setattr(run_state, "_UPDATE_PAUSE", 0)
    step = SetRestartPolicy(web["Id"], "web", {"Name": "no"}, {"Name": "always"})
    with contextlib.nullcontext() if done else pytest.raises(ApiError):
        Worker(Ending(daemon)).perform(step)
    assert (web["HostConfig"]["RestartPolicy"]["Name"] == "no") is done
    assert len(left) == (0 if done else refusals - 1)


NO_SPACE = "write /data/containers/x: no space left on device"


class Full(ModelClient):
    """A disk that is full from the copy of the layer on: nothing starts any more until ``is_free``."""

    def __init__(self, daemon: ModelDaemon, is_free: t.Callable[[], bool]) -> None:
        super().__init__(daemon)
        self.is_free, self.is_full = is_free, False

    def request(self, method: str, path: str, **options: t.Any) -> t.Any:
        if method == "PUT":
            self.is_full = True
        if method == "PUT" or (path.endswith("/start") and self.is_full and not self.is_free()):
            raise ApiError(500, NO_SPACE)
        return super().request(method, path, **options)


@pytest.fixture
def rests(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long a run has waited, in seconds; it takes no time."""
    waited: list[float] = []
    monkeypatch.setattr(time, "sleep", waited.append)
    return waited


def test_an_undo_waits_for_the_space_that_its_own_later_steps_give_back(rests: list[float]) -> None:
    daemon = host_for_replacement()
    before = daemon.state()
    changes = plan(daemon, *CASES["replacement"][1:]).changes
    (outcome,) = apply_changes(changes, lambda: Full(daemon, lambda: len(daemon.containers) == 2), 1)
    assert outcome.failure is not None
    assert (outcome.failure.code, outcome.rolled_back) == ("no_space", True)
    assert daemon.state() == before
    # The second is that in which a container that was started again has to stay up.
    assert [pause for pause in rests if pause] == [PAUSES[0]]
    undone = [action for action in outcome.actions if action.startswith("undo: ")]
    assert undone[-2:] == ["undo: start web", "undo: close the journal of web"]


@pytest.mark.parametrize("after", [3, None])
def test_an_undo_is_tried_again_for_a_bounded_time(after: int | None, rests: list[float]) -> None:
    daemon = host_for_replacement()
    changes = plan(daemon, *CASES["replacement"][1:]).changes
    (outcome,) = apply_changes(changes, lambda: Full(daemon, lambda: after is not None and len(rests) > after), 1)
    assert outcome.failure is not None
    assert outcome.rolled_back is (after is not None)
    if after is None:
        assert outcome.failure.code == "rollback_failed"
        assert [problem.partition(":")[0] for problem in outcome.failure.details["problems"]] == ["start web"]
        assert tuple(pause for pause in rests if pause) == PAUSES
        assert len(daemon.volumes) == 1, "a later run goes on with it"
    else:
        assert daemon.named("web")["State"]["Running"]
        assert not daemon.volumes


def test_a_recovery_makes_room_and_goes_on(rests: list[float]) -> None:
    """The undo was given up; the next run finds what it has left, on a disk that is still full."""
    daemon = host_for_replacement()
    before = daemon.state()
    changes = plan(daemon, *CASES["replacement"][1:]).changes
    # The run dies before it can undo anything.
    client = Full(daemon, lambda: False)
    number = next(index for index, step in enumerate(changes[0].steps) if isinstance(step, CarryLayer))
    apply_changes([replace(changes[0], steps=changes[0].steps[:number])], lambda: client, 1)
    assert not daemon.named("web")["State"]["Running"]
    daemon.changes = 0
    snapshot = read_snapshot(client, DesiredState((), (parse_container({"name": "web"}),)))
    recovery = plan_recovery("web", snapshot)
    assert recovery is not None
    client = Full(daemon, lambda: len(daemon.containers) == 2)
    client.is_full = True
    (outcome,) = apply_changes([recovery], lambda: client, 1)
    assert outcome.failure is None
    assert daemon.state() == before
    assert PAUSES[0] in rests


def test_what_cannot_be_undone_is_said() -> None:
    daemon = host_for_replacement()
    changes = plan(daemon, *CASES["replacement"][1:]).changes
    # The start of the successor is lost, and from then on every change of the host.
    number = next(index for index, step in enumerate(changing(changes[0])) if isinstance(step, Start))
    daemon.changes, daemon.fault, daemon.deaf_after = 0, (number, LOST_BEFORE), number
    (outcome,) = apply(daemon, changes)
    assert outcome.rolled_back is False
    assert outcome.failure is not None
    assert outcome.failure.code == "rollback_failed"
    assert outcome.failure.details["cause"]["code"] == "daemon_unreachable"
    assert len(outcome.failure.details["problems"]) >= 3, "every step is tried"


@pytest.mark.parametrize("back", [Start, Rename, Stop, SetRestartPolicy])
def test_the_journal_stays_open_where_something_could_not_be_undone(back: type[Step]) -> None:
    """Without it a later run could not tell what to put back."""
    daemon = host_for_replacement()
    daemon.crashing = {"90/tcp"}
    changes = plan(daemon, *CASES["replacement"][1:]).changes

    verbs = {Start: "start", Rename: "rename", Stop: "stop", SetRestartPolicy: "update"}

    class Failing(ModelClient):
        def request(self, method: str, path: str, **options: t.Any) -> t.Any:
            if path.endswith("/logs"):
                undoing.append(path)  # The successor has failed; the next thing is to undo it.
            if undoing and path.endswith(f"/{verbs[back]}"):
                raise ApiError(500, "not now")
            return super().request(method, path, **options)

    undoing: list[str] = []
    (outcome,) = apply_changes(changes, lambda: Failing(daemon), 1)
    assert outcome.failure is not None
    assert (outcome.failure.code, outcome.rolled_back) == ("rollback_failed", False)
    assert "The next run that would change it tries again" in outcome.failure.message
    assert len(daemon.volumes) == 1
    volume = next(iter(daemon.volumes.values()))
    journal = read_journal(volume)
    assert journal is not None
    assert journal.name == "web"


# -- order and parallel work -------------------------------------------------------------------------------------------


def change(kind: str, name: str, *, needs: t.Iterable[tuple[str, str]] = (), work: bool = True) -> Change:
    made: list[Step] = [CreateNetwork(name, {"Name": name})] if work else []
    return Change(kind, name, steps=tuple(made), needs=frozenset(needs))


def test_what_depends_on_a_failure_is_not_begun() -> None:
    daemon = ModelDaemon()
    daemon.fault = (0, REFUSED)
    changes = [
        change("container", "c", needs=[("network", "b")]),
        change("network", "b", needs=[("network", "a")]),
        change("network", "a"),
        change("network", "apart"),
    ]
    # In this order "a" is the first that may begin, and the first request fails.
    outcomes = {outcome.change.name: outcome for outcome in apply(daemon, changes)}
    assert {name: outcome.rolled_back for name, outcome in outcomes.items()} == {
        "a": True,
        "b": None,
        "c": None,
        "apart": None,
    }
    assert [name for name, outcome in outcomes.items() if outcome.failure is None] == ["apart"]
    assert [raw["Name"] for raw in daemon.networks.values()][3:] == ["apart"]


def test_needs_that_are_no_items_hold_nobody_up() -> None:
    daemon = ModelDaemon()
    (outcome,) = apply(daemon, [change("network", "a", needs=[("network", "not here")])])
    assert outcome.failure is None
    assert outcome.actions == ["create network a"]


def test_items_with_nothing_to_do_ask_the_daemon_nothing() -> None:
    daemon = ModelDaemon()
    assert [outcome.actions for outcome in apply(daemon, [change("network", "a", work=False)])] == [[]]
    assert daemon.requests == []


def test_results_come_in_the_order_of_the_items() -> None:
    daemon = ModelDaemon()
    changes = [change("network", name, needs=[("network", "z")] if name != "z" else []) for name in "abz"]
    assert [outcome.change.name for outcome in apply(daemon, changes, parallel=8)] == ["a", "b", "z"]


@pytest.mark.parametrize("parallel", [1, 2])
def test_parallel_is_the_number_of_items_at_work(parallel: int) -> None:
    daemon = ModelDaemon()
    at_work, most = [0], [0]
    lock = threading.Lock()
    both = threading.Barrier(2)

    class Slow(ModelClient):
        def post(self, path: str, body: t.Any = None, *, timeout: float | None = None, **params: t.Any) -> t.Any:
            with lock:
                at_work[0] += 1
                most[0] = max(most[0], at_work[0])
            if parallel > 1:
                both.wait(timeout=10)
            answer = super().post(path, body, timeout=timeout, **params)
            with lock:
                at_work[0] -= 1
            return answer

    outcomes = apply_changes([change("network", name) for name in "abcd"], lambda: Slow(daemon), parallel)
    assert [outcome.failure for outcome in outcomes] == [None] * 4
    assert most == [parallel]


@pytest.mark.parametrize("parallel", [1, 2])
def test_a_container_that_is_only_watched_takes_no_place(parallel: int, monkeypatch: pytest.MonkeyPatch) -> None:
    daemon = ModelDaemon()
    containers = [daemon.add_container(f"web{number}", start=False) for number in range(6)]
    all_watched = threading.Barrier(len(containers))
    at_work, most = [0], [0]
    lock = threading.Lock()

    class Counting(ModelClient):
        def request(self, *words: t.Any, **options: t.Any) -> t.Any:
            with lock:
                at_work[0] += 1
                most[0] = max(most[0], at_work[0])
            try:
                return super().request(*words, **options)
            finally:
                with lock:
                    at_work[0] -= 1

    # None of them is looked at again before the last one has been started.
    monkeypatch.setattr(time, "sleep", lambda _seconds: all_watched.wait(timeout=10))
    changes = [Change("container", each, steps=(Start(each, each), Verify(each, each, (), ()))) for each in containers]
    outcomes = apply_changes(changes, lambda: Counting(daemon), parallel)
    assert [outcome.failure for outcome in outcomes] == [None] * len(containers)
    assert 1 <= most[0] <= parallel
    assert all(daemon.containers[each]["State"]["Running"] for each in containers)


def test_no_connection_for_a_thread() -> None:
    def refuse() -> ModelClient:
        raise Failure("daemon_unreachable", "no answer")

    (outcome,) = apply_changes([change("network", "a")], refuse, 1)
    assert outcome.failure is not None
    assert (outcome.failure.code, outcome.rolled_back) == ("daemon_unreachable", True)


# -- single steps ------------------------------------------------------------------------------------------------------


def test_stop_waits_as_long_as_the_container_may_take() -> None:
    seen: list[tuple[str, t.Any, t.Any]] = []

    class Watching(ModelClient):
        def post(self, path: str, body: t.Any = None, *, timeout: float | None = None, **params: t.Any) -> t.Any:
            seen.append((path.rsplit("/", 1)[-1], timeout, params))
            return super().post(path, body, timeout=timeout, **params)

    daemon = ModelDaemon()
    for own, asked, expected in (
        (None, None, ("stop", 10 + run_state._STOP_MARGIN, {})),
        (300, None, ("stop", 300 + run_state._STOP_MARGIN, {})),
        (300, 0, ("stop", run_state._STOP_MARGIN, {"t": 0})),
        (None, 90, ("stop", 90 + run_state._STOP_MARGIN, {"t": 90})),
    ):
        container = daemon.add_container(f"c{own}{asked}", StopTimeout=own)
        seen.clear()
        Worker(Watching(daemon)).perform(Stop(container, "c", asked))
        assert seen == [expected]
        assert not daemon.containers[container]["State"]["Running"]


@pytest.mark.parametrize("running", [True, False])
def test_kill_gives_no_time(running: bool) -> None:
    waits: list[t.Any] = []

    class Watching(ModelClient):
        def post(self, path: str, body: t.Any = None, *, timeout: float | None = None, **params: t.Any) -> t.Any:
            if path.endswith("/stop"):
                waits.append(params.get("t"))
            return super().post(path, body, timeout=timeout, **params)

    daemon = ModelDaemon()
    container = daemon.add_container("c", start=running, StopTimeout=300)
    Worker(Watching(daemon)).perform(Stop(container, "c", 60, kill=True))
    assert not daemon.containers[container]["State"]["Running"]
    assert waits in ([], [0])


def test_remove_of_what_removed_itself() -> None:
    daemon = ModelDaemon()
    container = daemon.add_container("c", HostConfig={"AutoRemove": True})
    worker = Worker(ModelClient(daemon))
    worker.perform(Stop(container, "c"))
    worker.perform(RemoveContainer(container, "c"))
    assert daemon.containers == {}


@pytest.mark.parametrize("miscounts", [1, len(network_steps._PAUSES)])
def test_a_network_whose_last_containers_are_still_counted_is_removed_in_a_moment(
    miscounts: int, rests: list[float]
) -> None:
    daemon = host_for_replacement()
    daemon.miscounts = miscounts
    absent = [{"name": name, "state": "absent"} for name in ("web", "db")]
    outcomes = apply(daemon, plan(daemon, [{"name": "back", "state": "absent"}], absent).changes)
    assert [outcome.failure for outcome in outcomes] == [None] * 3
    assert "back" not in [raw["Name"] for raw in daemon.networks.values()]
    assert tuple(rests) == network_steps._PAUSES[:miscounts]


def test_a_network_that_the_engine_miscounts_for_good_is_given_up(rests: list[float]) -> None:
    daemon = host_for_members()
    network = daemon.add_network("empty")
    daemon.miscounts = 1 + len(network_steps._PAUSES)
    (outcome,) = apply(daemon, plan(daemon, [{"name": "empty", "state": "absent"}]).changes)
    assert outcome.failure is not None
    assert (outcome.failure.code, outcome.rolled_back) == ("daemon_error", True)
    assert "No container is on it" in outcome.failure.message
    assert network in daemon.networks
    assert (tuple(rests), daemon.miscounts) == (network_steps._PAUSES, 0)


def test_a_network_that_a_container_has_joined_meanwhile_is_refused_at_once(rests: list[float]) -> None:
    daemon = host_for_members()
    network = daemon.add_network("empty")
    changes = plan(daemon, [{"name": "empty", "state": "absent"}]).changes
    ModelClient(daemon).post(f"/networks/{network}/connect", {"Container": daemon.named("other")["Id"]})
    before = daemon.state()
    (outcome,) = apply(daemon, changes)
    assert outcome.failure is not None
    assert (outcome.failure.code, outcome.rolled_back) == ("network_in_use", True)
    assert outcome.failure.details["members"] == ["other"]
    assert "'other'" in outcome.failure.message
    assert daemon.state() == before
    assert rests == []


def test_a_network_of_which_nothing_can_be_read_is_refused_as_the_engine_says(rests: list[float]) -> None:
    class Silent(ModelClient):
        def get(self, path: str, **params: t.Any) -> t.Any:
            raise Failure("daemon_unreachable", "No answer.")

    daemon = ModelDaemon()
    network = daemon.add_network("empty")
    daemon.miscounts = 1
    worker = Worker(Silent(daemon))
    step = RemoveNetwork(network, "empty")
    with pytest.raises(ApiError) as caught:
        worker.perform(step)
    failure = worker.explain(step, caught.value)
    assert failure.code == "daemon_error"
    assert failure.message == f"Could not remove network empty: {caught.value.message}"
    assert rests == []


EXPLANATIONS: list[t.Any] = [
    pytest.param(
        Connect("n", "c", {}, "n", "c"),
        400,
        "user specified IP address is supported only when connecting to networks with user configured subnets",
        "option_conflict",
        id="subnet-chosen-by-the-engine",
    ),
    pytest.param(
        Start("c", "c"),
        500,
        "driver failed: Bind for 0.0.0.0:80 failed: port is already allocated",
        "port_conflict",
        id="allocated",
    ),
    pytest.param(
        Start("c", "c"),
        500,
        "Error starting userland proxy: listen tcp4 0.0.0.0:80: bind: address already in use",
        "port_conflict",
        id="process",
    ),
    pytest.param(
        Start("c", "c"),
        500,
        "failed to bind host port for 0.0.0.0:8080:172.19.0.2:80/tcp: address already in use",
        "port_conflict",
        id="engine-28",
    ),
    pytest.param(
        Start("c", "c"),
        500,
        "failed to set up container networking: failed to bind host port 0.0.0.0:8080/tcp: address already in use",
        "port_conflict",
        id="engine-29",
    ),
    pytest.param(
        Start("c", "c"),
        500,
        "listen tcp4 203.0.113.7:80: bind: cannot assign requested address",
        "port_conflict",
        id="no-address",
    ),
    pytest.param(Start("c", "c"), 500, "all ports are allocated", "port_conflict", id="range-exhausted"),
    pytest.param(Start("c", "c"), 403, "Address already in use", "address_in_use", id="static-address"),
    pytest.param(
        Connect("n", "c", {}, "n", "c"),
        403,
        "Address already in use",
        "address_in_use",
        id="static-address-connect",
    ),
    pytest.param(
        Start("c", "c"), 400, 'exec: "nope": executable file not found in $PATH', "start_failed", id="no-command"
    ),
    pytest.param(CreateContainer("c", {}), 404, "No such image: x:1", "image_not_found", id="no-image"),
    pytest.param(CreateContainer("c", {}), 404, "No such container: src", "daemon_error", id="no-volume-source"),
    pytest.param(
        CreateContainer("c", {}), 409, "Conflict. The container name is already in use", "busy", id="name-taken"
    ),
    pytest.param(
        Rename("c", "a", "b"), 409, "Conflict. The container name is already in use", "busy", id="rename-taken"
    ),
    pytest.param(
        CreateNetwork("n", {}),
        403,
        "Pool overlaps with other one on this address space",
        "subnet_overlap",
        id="overlap",
    ),
    pytest.param(
        CreateNetwork("n", {}),
        403,
        "invalid pool request: Pool overlaps with other one on this address space",
        "subnet_overlap",
        id="overlap-27",
    ),
    pytest.param(CreateNetwork("n", {}), 500, "something else", "daemon_error", id="else"),
]


@pytest.mark.parametrize(("step", "status", "message", "code"), EXPLANATIONS)
def test_explain(step: Step, status: int, message: str, code: str) -> None:
    failure = Worker(ModelClient(ModelDaemon())).explain(step, ApiError(status, message))
    assert failure.code == code
    assert str(step) in failure.message
    assert message in failure.message
    assert failure.details["status"] == status


@pytest.mark.parametrize("is_process", [False, True])
def test_who_has_the_port_is_named(is_process: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """It was taken after the plan was made; the engine says which port that is, and no more."""
    blocker = Blocker("127.0.0.1", process="httpd (PID 7)") if is_process else None
    monkeypatch.setattr(port_holder, "is_local", lambda connection: True)
    monkeypatch.setattr(host_ports, "find_blocker", lambda publication: blocker)
    daemon = ModelDaemon()
    ports = {"PortBindings": {"80/tcp": [{"HostIp": "127.0.0.1", "HostPort": "8080"}]}}
    container = daemon.add_container("new", start=False, ExposedPorts={"80/tcp": {}}, HostConfig=ports)
    if not is_process:
        daemon.add_container("thief", ExposedPorts={"80/tcp": {}}, HostConfig=ports)
    refusal = ApiError(500, "Bind for 127.0.0.1:8080 failed: port is already allocated")
    failure = Worker(ModelClient(daemon)).explain(Start(container, "web"), refusal)
    who = "process httpd (PID 7)" if is_process else "container 'thief'"
    assert failure.message.startswith(
        f"Could not start web. Container 'web' cannot publish 127.0.0.1:8080:80/tcp: {who} "
    )
    assert failure.details["holder"] == ("httpd (PID 7)" if is_process else "thief")
    assert failure.details["status"] == 500


def test_start_failure_brings_the_logs_without_secrets() -> None:
    daemon = ModelDaemon()
    daemon.add_container("c", start=False, Env=["TOKEN=swordfish"], Tty=True)
    daemon.logs = b"token is swordfish\r\n"
    failure = Worker(ModelClient(daemon)).explain(Start("c", "c"), ApiError(400, "no"))
    assert failure.details["logs"] == ["token is ********"]
