# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
import subprocess
import threading
import time
import typing as t

import pytest

from ansible_collections.bridgeport.docker.plugins.module_utils._engine import lock as lock_module
from ansible_collections.bridgeport.docker.plugins.module_utils._engine.client import ApiError
from ansible_collections.bridgeport.docker.plugins.module_utils._engine.lock import (
    LIFETIME,
    WAIT,
    break_abandoned,
    find_held,
    hold_locks,
    identify,
    is_gone,
)
from ansible_collections.bridgeport.docker.plugins.module_utils._errors import Failure
from ansible_collections.bridgeport.docker.plugins.module_utils._objects.leftovers import (
    LOCK_PREFIX,
    Lock,
    Owner,
    find_locked,
    lock_name,
    locked_object,
    name_task,
    read_lock,
)
from ansible_collections.bridgeport.docker.plugins.module_utils._types import Key
from ansible_collections.bridgeport.docker.tests.unit.support.model_daemon import (
    LOST_AFTER,
    REFUSED,
    Died,
    ModelClient,
    ModelDaemon,
)

WEB: Key = ("container", "web")
DB: Key = ("container", "db")
NET: Key = ("network", "web")
FAR: Key = ("container", "far/away")
NOW = 1_800_000_000.0


class FakeTime:
    """A clock that only sleeping moves on. ``meanwhile`` is called at each sleep."""

    def __init__(self) -> None:
        self.passed = 0.0
        self.meanwhile: t.Callable[[], None] = lambda: None

    def monotonic(self) -> float:
        return self.passed

    def sleep(self, seconds: float) -> None:
        self.passed += seconds
        self.meanwhile()

    def time(self) -> float:
        raise AssertionError("the daemon's clock counts, not ours")


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> FakeTime:
    fake = FakeTime()
    monkeypatch.setattr(lock_module, "time", fake)
    return fake


def stand(daemon: ModelDaemon, name: str, owner: Owner, task: str = "") -> None:
    """The lock or guard of one of the objects above."""
    lock = make_lock(name, owner, task)
    ModelClient(daemon).post("/volumes/create", {"Name": name, "Labels": lock.as_labels()})


def make_lock(name: str, owner: Owner, task: str = "") -> Lock:
    return Lock(name, owner, next(key for key in (WEB, DB, NET, FAR) if name.startswith(lock_name(key))), task)


def standing(daemon: ModelDaemon) -> dict[str, Lock]:
    found = map(read_lock, daemon.volumes.values())
    return {lock.name: lock for lock in found if lock is not None}


def tokens(daemon: ModelDaemon) -> dict[str, str]:
    return {name: lock.owner.token for name, lock in standing(daemon).items()}


def connect(daemon: ModelDaemon, kind: type[ModelClient] = ModelClient) -> ModelClient:
    """A client that has read something, as all have before they lock."""
    client = kind(daemon)
    client.get("/version")
    return client


THEIRS, HEIR = "a" * 32, "b" * 32
ANOTHER_BOOT = "01234567-89ab-cdef-0123-456789abcdef"


def elsewhere(deadline: float, token: str = THEIRS) -> Owner:
    return Owner(token, ANOTHER_BOOT, "pid:[1]", 7, "123", deadline)


def dead() -> Owner:
    """An owner on this very host whose process has ended."""
    with subprocess.Popen(["true"]) as process:
        pass
    return identify(NOW)._replace(token="d" * 32, pid=process.pid)


def test_held_and_abandoned_locks() -> None:
    daemon = ModelDaemon()
    client = connect(daemon)
    stand(daemon, lock_name(WEB), identify(NOW))
    stand(daemon, lock_name(DB), dead())
    stand(daemon, lock_name(NET), elsewhere(NOW * 2))
    stand(daemon, lock_name(FAR), elsewhere(1.0))
    assert find_held(client, standing(daemon)) == {lock_name(WEB), lock_name(NET)}


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        pytest.param(WEB, WEB, id="it-says-so"),
        pytest.param(None, WEB, id="the-lock-says-so"),
    ],
)
def test_what_a_guard_is_about(key: Key | None, expected: Key | None) -> None:
    """Guards have not always said it themselves."""
    lock = Lock(lock_name(WEB), dead(), WEB)
    guard = Lock(f"{lock_name(WEB)}-break", dead(), key)
    assert locked_object(lock, {lock.name: lock, guard.name: guard}) == WEB
    assert locked_object(guard, {lock.name: lock, guard.name: guard}) == expected
    assert locked_object(guard, {guard.name: guard}) == key


# -- owners ------------------------------------------------------------------------------------------------------------


def test_this_process_lives() -> None:
    me = identify(NOW)
    assert (me.pid, me.deadline) == (os.getpid(), NOW + LIFETIME)
    assert all([me.boot_id, me.pid_namespace, me.start_time, me.token])
    assert is_gone(me, identify(NOW), NOW) is False
    assert is_gone(me, identify(NOW), NOW + 10 * LIFETIME) is False, "who can be seen to live may take any time"
    assert identify(NOW).token != me.token


def test_a_process_that_ended_is_gone_at_once() -> None:
    assert is_gone(dead(), identify(NOW), NOW) is True


def test_a_process_that_only_waits_to_be_collected_is_gone() -> None:
    with subprocess.Popen(["true"]) as process:
        owner = identify(NOW)._replace(pid=process.pid, start_time=lock_module._start_time(process.pid) or "1")
        for _attempt in range(200):
            if is_gone(owner, identify(NOW), NOW):
                break
            time.sleep(0.01)
        assert process.returncode is None, "nobody has collected it"
        assert is_gone(owner, identify(NOW), NOW) is True


def test_another_process_with_the_same_number_is_not_the_owner() -> None:
    assert is_gone(identify(NOW)._replace(start_time="1"), identify(NOW), NOW) is True


@pytest.mark.parametrize("field", ["boot_id", "pid_namespace"])
@pytest.mark.parametrize(("seconds", "gone"), [(-1, False), (0, False), (1, True)])
def test_an_owner_elsewhere_is_judged_by_its_deadline(field: str, seconds: int, gone: bool) -> None:
    """Its number means another process here, or none."""
    owner = identify(NOW)._replace(**{field: "other"}, pid=2**22 + 1, start_time="1")  # type: ignore[arg-type]
    assert is_gone(owner, identify(NOW), owner.deadline + seconds) is gone


def test_without_proc_nobody_can_be_seen() -> None:
    here = identify(NOW)._replace(boot_id="", pid_namespace="")
    owner = here._replace(pid=2**22 + 1)
    assert is_gone(owner, here, owner.deadline - 1) is False
    assert is_gone(owner, here, owner.deadline + 1) is True


# -- names -------------------------------------------------------------------------------------------------------------


def test_names_tell_objects_apart_and_hold_nothing_of_them() -> None:
    names = [lock_name(key) for key in (WEB, DB, NET)]
    assert len(set(names)) == 3
    assert all(name.startswith(LOCK_PREFIX) and "web" not in name for name in names)
    assert lock_name(WEB) == names[0]


def test_find_locked() -> None:
    guard = f"{lock_name(NET)}-break"
    locks = {lock_name(WEB): make_lock(lock_name(WEB), dead()), guard: make_lock(guard, dead())}
    assert find_locked([WEB, DB, NET], locks) == {WEB, NET}
    assert find_locked([DB], locks) == set()
    assert find_locked([WEB], {}) == set()


def test_find_locked_names_what_the_same_run_has_locked_beside() -> None:
    daemon = ModelDaemon()
    client = connect(daemon)
    with hold_locks(client, [WEB, DB]), hold_locks(client, [NET]):
        locks = standing(daemon)
    assert find_locked([WEB], locks) == {WEB, DB}
    assert find_locked([NET], locks) == {NET}


def test_find_locked_names_what_is_locked_for_a_task_about_the_same() -> None:
    """Of what a run that was killed had locked, the lock of the object that the task names may be gone already."""
    daemon = ModelDaemon()
    client = connect(daemon)
    with hold_locks(client, [DB], name_task([WEB])), hold_locks(client, [NET], name_task([WEB, NET])):
        locks = standing(daemon)
    assert find_locked([WEB], locks, name_task([WEB])) == {DB}
    assert find_locked([WEB], locks, name_task([NET, WEB])) == {NET}
    assert find_locked([WEB], locks, name_task([FAR])) == set()
    assert find_locked([WEB], locks) == set()


def test_only_abandoned_locks_and_guards_are_broken() -> None:
    daemon = ModelDaemon()
    client = connect(daemon)
    stand(daemon, lock_name(WEB), dead())
    stand(daemon, f"{lock_name(WEB)}-break", dead())
    stand(daemon, f"{lock_name(DB)}-break", dead())
    stand(daemon, lock_name(NET), elsewhere(daemon.clock + 1))
    with hold_locks(client, [DB]):
        assert break_abandoned(client, standing(daemon)) == [
            "remove the abandoned lock of container db",
            "remove the abandoned lock of container web",
        ]
        assert set(daemon.volumes) == {lock_name(NET), lock_name(DB)}


def test_only_the_locks_of_certain_objects_are_broken() -> None:
    daemon = ModelDaemon()
    client = connect(daemon)
    for name in (lock_name(WEB), lock_name(DB), f"{lock_name(DB)}-break"):
        stand(daemon, name, dead())
    assert break_abandoned(client, standing(daemon), {WEB, NET}) == ["remove the abandoned lock of container web"]
    assert set(daemon.volumes) == {lock_name(DB), f"{lock_name(DB)}-break"}


def test_a_lock_that_somebody_has_taken_since_is_not_broken() -> None:
    daemon = ModelDaemon()
    client = connect(daemon)
    with hold_locks(client, [WEB]):
        assert break_abandoned(client, {lock_name(WEB): make_lock(lock_name(WEB), dead())}) == []
        assert set(daemon.volumes) == {lock_name(WEB)}


# -- taking and giving back --------------------------------------------------------------------------------------------


def test_locks_are_taken_in_sorted_order_once_each_and_given_back() -> None:
    daemon = ModelDaemon()
    taken: list[str] = []

    class Watching(ModelClient):
        def post(self, path: str, body: t.Any = None, *, timeout: float | None = None, **params: t.Any) -> t.Any:
            taken.append(body["Name"])
            return super().post(path, body, timeout=timeout, **params)

    with hold_locks(connect(daemon, Watching), [NET, WEB, DB, WEB]):
        assert taken == [lock_name(DB), lock_name(WEB), lock_name(NET)]
        assert set(daemon.volumes) == set(taken)
    assert daemon.volumes == {}


def test_locks_are_given_back_with_one_look_at_all_of_them() -> None:
    daemon = ModelDaemon()
    with hold_locks(connect(daemon), [NET, WEB, DB]):
        daemon.requests.clear()
    # The last one first, as somebody who waits for several takes them in order.
    removed = [f"DELETE /volumes/{lock_name(key)}" for key in (NET, WEB, DB)]
    assert daemon.requests == ["GET /volumes", *removed]


def test_locks_are_given_back_after_a_failure() -> None:
    daemon = ModelDaemon()
    with pytest.raises(Failure, match="within"), hold_locks(connect(daemon), [WEB, DB]):
        raise Failure("daemon_error", "within")
    assert daemon.volumes == {}


def test_nothing_to_lock_asks_nothing() -> None:
    daemon = ModelDaemon()
    with hold_locks(connect(daemon), []):
        pass
    assert daemon.requests == ["GET /version"]


def test_a_stranger_that_has_our_lock_by_now_keeps_it() -> None:
    """Somebody took us for gone, broke our lock and took it."""
    daemon = ModelDaemon()
    with hold_locks(connect(daemon), [WEB]):
        del daemon.volumes[lock_name(WEB)]
        stand(daemon, lock_name(WEB), elsewhere(NOW + 900))
    assert standing(daemon) == {lock_name(WEB): make_lock(lock_name(WEB), elsewhere(NOW + 900))}


@pytest.mark.parametrize("trouble", ["refused", "deaf"])
def test_a_lock_that_cannot_be_given_back_does_not_hide_the_result(trouble: str) -> None:
    daemon = ModelDaemon()
    with hold_locks(connect(daemon), [WEB]):
        daemon.changes = 0
        if trouble == "refused":
            daemon.fault = (0, REFUSED)
        else:
            daemon.deaf_after = -1
    assert list(daemon.volumes) == [lock_name(WEB)]


def test_a_lock_whose_answer_was_lost_is_given_back() -> None:
    daemon = ModelDaemon()
    daemon.fault = (1, LOST_AFTER)
    with pytest.raises(Failure) as caught, hold_locks(connect(daemon), [WEB, DB]):
        pytest.fail("it was not seen to be ours")
    assert caught.value.code == "daemon_unreachable"
    assert daemon.volumes == {}


# -- waiting -----------------------------------------------------------------------------------------------------------


def test_waits_until_the_lock_is_free(clock: FakeTime) -> None:
    daemon = ModelDaemon()
    stand(daemon, lock_name(WEB), elsewhere(NOW + 900))

    def give_back_late() -> None:
        if clock.passed > WAIT - 1:
            daemon.volumes.clear()

    clock.meanwhile = give_back_late
    with hold_locks(connect(daemon), [WEB]):
        assert WAIT - 1 < clock.passed < WAIT


@pytest.mark.parametrize("keys", [[WEB], [DB, WEB]])
def test_busy_after_the_wait(clock: FakeTime, keys: list[Key]) -> None:
    daemon = ModelDaemon()
    stand(daemon, lock_name(WEB), elsewhere(NOW + 900))
    with pytest.raises(Failure) as caught, hold_locks(connect(daemon), keys):
        pytest.fail("it is not ours")
    assert caught.value.code == "busy"
    assert "container 'web'" in caught.value.message
    assert lock_name(WEB) in caught.value.message
    assert "elsewhere" in caught.value.message
    assert WAIT < clock.passed < WAIT + 1
    assert list(daemon.volumes) == [lock_name(WEB)], "the one it has taken meanwhile is given back"


def test_a_living_process_of_this_host_is_waited_for_however_long_it_takes(clock: FakeTime) -> None:
    daemon = ModelDaemon()
    daemon.clock = NOW + 10 * LIFETIME
    stand(daemon, lock_name(WEB), identify(NOW)._replace(token="c" * 32))
    with pytest.raises(Failure) as caught, hold_locks(connect(daemon), [WEB]):
        pytest.fail("it is not ours")
    assert (caught.value.code, f"process {os.getpid()} of this host" in caught.value.message) == ("busy", True)


def test_a_lock_that_is_held_is_seen_also_when_the_daemon_was_restarted(clock: FakeTime) -> None:
    daemon = ModelDaemon()
    stand(daemon, lock_name(WEB), elsewhere(NOW + 900))
    daemon.restart()
    with pytest.raises(Failure, match="did not finish within") as caught, hold_locks(connect(daemon), [WEB]):
        pytest.fail("it is not ours")
    assert (caught.value.code, tokens(daemon)) == ("busy", {lock_name(WEB): THEIRS})


def test_a_lock_that_is_given_back_as_it_is_looked_at() -> None:
    daemon = ModelDaemon()
    stand(daemon, lock_name(WEB), elsewhere(NOW + 900))
    daemon.restart()

    class Late(ModelClient):
        def find(self, path: str, **params: t.Any) -> t.Any:
            self.daemon.volumes.clear()
            return super().find(path, **params)

    client = connect(daemon, Late)
    with hold_locks(client, [WEB]):
        assert standing(daemon)[lock_name(WEB)].owner.pid == os.getpid()


# -- breaking ----------------------------------------------------------------------------------------------------------


def test_the_lock_of_a_dead_process_is_broken_at_once(clock: FakeTime) -> None:
    daemon = ModelDaemon()
    stand(daemon, lock_name(WEB), dead())
    actions: list[str] = []
    with hold_locks(connect(daemon), [WEB], actions=actions):
        assert standing(daemon)[lock_name(WEB)].owner.pid == os.getpid()
        assert list(daemon.volumes) == [lock_name(WEB)]
    assert (daemon.volumes, clock.passed) == ({}, 0)
    assert actions == ["remove the abandoned lock of container web"]


def test_a_lock_from_elsewhere_is_broken_at_its_deadline_on_the_clock_of_the_daemon(clock: FakeTime) -> None:
    daemon = ModelDaemon()
    stand(daemon, lock_name(WEB), elsewhere(daemon.clock + 10))

    def go_on() -> None:
        daemon.clock += lock_module._POLL

    clock.meanwhile = go_on
    with hold_locks(connect(daemon), [WEB]):
        assert 10 < clock.passed < 12
    assert daemon.volumes == {}


def test_what_was_left_while_breaking_is_no_obstacle() -> None:
    daemon = ModelDaemon()
    stand(daemon, lock_name(WEB), dead())
    stand(daemon, f"{lock_name(WEB)}-break", dead()._replace(token="e" * 32))
    with hold_locks(connect(daemon), [WEB]):
        pass
    assert daemon.volumes == {}


def test_what_was_left_after_breaking_is_cleared() -> None:
    daemon = ModelDaemon()
    stand(daemon, f"{lock_name(WEB)}-break", dead())
    with hold_locks(connect(daemon), [WEB]):
        pass
    assert daemon.volumes == {}


def test_who_is_just_breaking_is_left_alone() -> None:
    daemon = ModelDaemon()
    with hold_locks(connect(daemon), [WEB]):
        stand(daemon, f"{lock_name(WEB)}-break", elsewhere(NOW + 900))
    assert list(daemon.volumes) == [f"{lock_name(WEB)}-break"]


def test_a_lock_that_was_taken_over_meanwhile_is_not_broken(clock: FakeTime) -> None:
    """Between the look at a dead owner and the breaking somebody else has done both."""
    daemon = ModelDaemon()
    stand(daemon, lock_name(WEB), dead())
    heir = elsewhere(NOW + 900, HEIR)

    class Slow(ModelClient):
        def post(self, path: str, body: t.Any = None, *, timeout: float | None = None, **params: t.Any) -> t.Any:
            if body["Name"].endswith("-break"):
                daemon.volumes.pop(lock_name(WEB))
                stand(daemon, lock_name(WEB), heir)
            return super().post(path, body, timeout=timeout, **params)

    with pytest.raises(Failure) as caught, hold_locks(connect(daemon, Slow), [WEB]):
        pytest.fail("it is the heir's")
    assert caught.value.code == "busy"
    assert tokens(daemon) == {lock_name(WEB): HEIR}


# -- several at once ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("left", [False, True])
def test_eight_at_once_never_two(monkeypatch: pytest.MonkeyPatch, left: bool) -> None:
    monkeypatch.setattr(lock_module, "time", time)
    monkeypatch.setattr(lock_module, "_POLL", 0.001)
    daemon = ModelDaemon()
    if left:
        stand(daemon, lock_name(WEB), dead())
    within, seen, errors = [0], [], []

    def work() -> None:
        try:
            with hold_locks(connect(daemon), [WEB]):
                within[0] += 1
                time.sleep(0.002)
                seen.append(within[0])
                within[0] -= 1
        except (Failure, ApiError, Died) as error:
            errors.append(error)

    threads = [threading.Thread(target=work) for _number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert (seen, errors, daemon.volumes) == ([1] * 8, [], {})
