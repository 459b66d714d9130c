# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The swap as a state machine: runs are killed between any two requests, and the next one puts everything in order."""

from __future__ import annotations

import typing as t
from types import MappingProxyType
from unittest import mock

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ansible_collections.bridgeport.docker.plugins.module_utils import _lock, _verify
from ansible_collections.bridgeport.docker.plugins.module_utils._client import ApiError
from ansible_collections.bridgeport.docker.plugins.module_utils._converge import Converged, converge
from ansible_collections.bridgeport.docker.plugins.module_utils._errors import Failure
from ansible_collections.bridgeport.docker.plugins.module_utils._lock import LIFETIME, Owner
from ansible_collections.bridgeport.docker.plugins.module_utils._wishes import parse_container
from ansible_collections.bridgeport.docker.tests.unit.support.model_daemon import (
    AFTER,
    BEFORE,
    DEATHS,
    FAULTS,
    REFUSED,
    Died,
    ModelClient,
    ModelDaemon,
)

settings.register_profile("bridgeport", deadline=None, derandomize=True)
settings.load_profile("bridgeport")

Params = t.Mapping[str, t.Any]

OLD_PORTS = {"80/tcp": [{"HostIp": "127.0.0.1", "HostPort": "8080"}]}
# Read only, as they are defaults of parameters.
NEW_PORTS = MappingProxyType(
    {
        "80/tcp": [{"HostIp": "127.0.0.1", "HostPort": "8081"}],
        "90/tcp": [{"HostIp": "127.0.0.1", "HostPort": "9000"}],
    }
)
OTHER_PORTS = {"80/tcp": [{"HostIp": "127.0.0.1", "HostPort": "8082"}]}
NEW: Params = MappingProxyType(
    {"name": "web", "published_ports": ["127.0.0.1:8081:80", "127.0.0.1:9000:90"], "purge_ports": True}
)
OTHER: Params = {"name": "web", "published_ports": ["127.0.0.1:8082:80"], "purge_ports": True}
ABSENT: Params = {"name": "web", "state": "absent"}

# What becomes of a container must not depend on what it was: (running, restart policy, file in its layer).
KINDS: dict[str, tuple[bool, str, bool]] = {
    "runs, with policy and layer": (True, "always", True),
    "runs": (True, "no", False),
    "stopped, with policy and layer": (False, "unless-stopped", True),
    "stopped": (False, "no", False),
}


class World:
    """A daemon with the container web, and runs that come and go: each is a process of its own."""

    def __init__(self, kind: str) -> None:
        self.runs, self.policy, self.has_file = KINDS[kind]
        self.daemon = ModelDaemon()
        self._process = 100
        self._alive = 0
        for name in ("front", "back"):
            self.daemon.add_network(name)
        web = self.daemon.add_container(
            "web",
            HostConfig={
                "NetworkMode": "front",
                "PortBindings": OLD_PORTS,
                "RestartPolicy": {"Name": self.policy, "MaximumRetryCount": 0},
            },
            ExposedPorts={"80/tcp": {}},
            Env=["SECRET=swordfish"],
            NetworkingConfig={"EndpointsConfig": {"front": {"Aliases": ["www"]}}},
        )
        client = ModelClient(self.daemon)
        back = next(key for key, raw in self.daemon.networks.items() if raw["Name"] == "back")
        client.post(f"/networks/{back}/connect", {"Container": web, "EndpointConfig": {"Aliases": ["app"]}})
        if not self.runs:
            client.post(f"/containers/{web}/stop")
        if self.has_file:
            self.daemon.write_file(web, "/layer", b"of web")
        self.daemon.add_container("db", HostConfig={"NetworkMode": "back"})
        self.daemon.next_run()

    def run(
        self, wish: Params = NEW, death: tuple[int, str] | None = None, beside: t.Sequence[Params] = ()
    ) -> Converged | None:
        """None where the run died."""
        self._process += 1
        self._alive = self._process
        self.daemon.next_run(death)
        wishes = [
            parse_container(each, **({"state": each["state"]} if "state" in each else {})) for each in [wish, *beside]
        ]
        with mock.patch.multiple(_lock, identify=self._identify, _start_time=self._start_time), mock.patch.multiple(
            _verify, _SETTLE=0, _POLL=0
        ), mock.patch.object(_lock, "_POLL", 0):
            try:
                return converge(ModelClient(self.daemon), [], wishes, check_mode=False, parallel=len(wishes))
            except Died:
                return None
            finally:
                self._alive = 0

    def attempt(self, wish: Params = NEW, death: tuple[int, str] | None = None) -> Converged | Exception | None:
        try:
            return self.run(wish, death)
        except (ApiError, Failure) as failure:
            return failure

    def _identify(self, now: float) -> Owner:
        number = self._process
        return Owner(f"token {number}", "boot", "namespace", number, f"tick {number}", now + LIFETIME)

    def _start_time(self, pid: int) -> str:
        return f"tick {pid}" if pid == self._alive else ""

    def count(self, wish: Params = NEW) -> int:
        self.run(wish)
        return self.daemon.changes

    def names(self) -> list[str]:
        return sorted(raw["Name"] for raw in self.daemon.containers.values())

    def check(self, ports: t.Any = NEW_PORTS, *, release_failed: bool = False) -> None:
        """One web with these ports, as it was else; nothing is left over (but for a lock that nobody holds)."""
        assert self.names() == ["/db", "/web"]
        assert [name for name in self.daemon.volumes if not (release_failed and name.startswith(_lock.PREFIX))] == []
        web = self.daemon.named("web")
        assert web["HostConfig"]["PortBindings"] == ports
        assert web["State"]["Running"] is self.runs
        assert web["NetworkSettings"]["Ports"] == (ports if self.runs else {})
        assert web["HostConfig"]["RestartPolicy"]["Name"] == self.policy
        assert web["Config"]["Env"] == ["SECRET=swordfish"]
        endpoints = web["NetworkSettings"]["Networks"]
        assert list(endpoints) == ["front", "back"]
        assert "www" in endpoints["front"]["Aliases"]
        assert "app" in endpoints["back"]["Aliases"]
        assert self.daemon.files.get(web["Id"], {}) == ({"/layer": b"of web"} if self.has_file else {})

    def check_data(self) -> None:
        """At every moment somebody called like web has the data: the old one or the new one."""
        assert [name for name in self.names() if name.startswith("/web")]
        if self.has_file:
            keepers = [raw for raw in self.daemon.containers.values() if self.daemon.files.get(raw["Id"])]
            assert keepers


def test_a_swap_without_a_death() -> None:
    for kind in KINDS:
        world = World(kind)
        done = world.run()
        assert done is not None
        assert done.recovered is False
        world.check()
        again = world.run()
        assert again is not None
        assert (again.actions, world.daemon.changes) == ((), 0)


@pytest.mark.parametrize("when", DEATHS)
@pytest.mark.parametrize("kind", KINDS)
def test_a_death_at_any_request(kind: str, when: str) -> None:
    total = World(kind).count()
    for number in range(total):
        world = World(kind)
        assert world.run(NEW, (number, when)) is None
        died_at = f"{kind}: dead {when} request {number} of {total}: {world.daemon.requests[-1]}"
        world.check_data()
        done = world.run()
        assert done is not None
        assert done.base_result()["changed"] is bool(done.actions)
        try:
            world.check()
        except AssertionError as error:
            raise AssertionError(f"{died_at}, then {done.actions}") from error


@pytest.mark.parametrize("kind", KINDS)
def test_a_death_at_any_request_and_another_wish_after_it(kind: str) -> None:
    for number in range(World(kind).count()):
        for wish, ports in ((OTHER, OTHER_PORTS), (ABSENT, None)):
            world = World(kind)
            world.run(NEW, (number, AFTER))
            world.run(wish)
            if ports is not None:
                world.check(ports)
            else:
                assert (world.names(), world.daemon.volumes) == (["/db"], {})


@pytest.mark.parametrize("kind", ["runs, with policy and layer", "stopped"])
def test_two_deaths_in_a_row(kind: str) -> None:
    """The second run dies while it recovers, or in its own swap."""
    for first in range(World(kind).count()):
        second = 0
        while True:
            world = World(kind)
            world.run(NEW, (first, AFTER))
            finished = world.run(NEW, (second, AFTER)) is not None
            if finished:
                break
            world.check_data()
            world.run()
            try:
                world.check()
            except AssertionError as error:
                raise AssertionError(f"{kind}: dead after request {first}, then after {second}") from error
            second += 1
        world.check()


@pytest.mark.parametrize("kind", [kind for kind, (runs, *_rest) in KINDS.items() if runs])
def test_a_death_during_the_rollback(kind: str) -> None:
    """The successor ends at once, which is undone; the run dies somewhere in between."""
    number, failed = 0, False
    while not failed:
        for when in DEATHS:
            world = World(kind)
            world.daemon.crashing = {"90/tcp"}
            outcome = world.attempt(NEW, (number, when))
            world.check_data()
            if outcome is not None:
                assert isinstance(outcome, Failure)
                assert (outcome.code, outcome.outcome["rolled_back"]) == ("start_failed", True)
                world.check(OLD_PORTS)
                failed = True
            world.daemon.crashing = set()
            world.run()
            try:
                world.check()
            except AssertionError as error:
                raise AssertionError(f"{kind}: dead {when} request {number}") from error
        number += 1
    assert number > World(kind).count()


@pytest.mark.parametrize("when", DEATHS)
@pytest.mark.parametrize("kind", ["runs, with policy and layer", "stopped, with policy and layer", "stopped"])
def test_the_daemon_is_killed_with_the_run(kind: str, when: str) -> None:
    """Whoever's policy says so is up again before the next run, also in the middle of a swap."""
    for number in range(World(kind).count()):
        world = World(kind)
        world.run(NEW, (number, when))
        world.daemon.restart()
        world.check_data()
        world.run()
        try:
            world.check()
        except AssertionError as error:
            raise AssertionError(f"{kind}: dead {when} request {number}") from error


def test_a_death_in_two_swaps_at_once() -> None:
    other: Params = {"name": "db", "published_ports": ["127.0.0.1:9100:81"]}
    kind = "runs, with policy and layer"
    number = 0
    while True:
        world = World(kind)
        finished = world.run(NEW, (number, AFTER), [other]) is not None
        if not finished:
            world.check_data()
            world.run(NEW, None, [other])
        world.check()
        db = world.daemon.named("db")
        assert db["NetworkSettings"]["Ports"] == {"81/tcp": [{"HostIp": "127.0.0.1", "HostPort": "9100"}]}
        if finished:
            break
        number += 1
    assert number > 2 * 8


def test_recovery_is_reported() -> None:
    world = World("runs, with policy and layer")
    stop = 1 + next(number for number in range(20) if _request_at(number).endswith("/stop"))
    world.run(NEW, (stop, BEFORE))
    done = world.run()
    assert done is not None
    assert done.recovered is True
    assert done.base_result()["changed"] is True
    recovered = [action for action in done.actions if action.startswith("recover: ")]
    assert recovered[0] == "recover: start web"
    assert recovered[-1] == "recover: close the journal of web"
    assert "create successor of web" in done.actions[len(recovered) :]


def _request_at(number: int) -> str:
    world = World("runs, with policy and layer")
    world.run(NEW, (number, BEFORE))
    return world.daemon.requests[-1]


# A run may meet one of these at a request, or nothing.
EVENTS = st.tuples(st.sampled_from([*FAULTS, *DEATHS, "deaf"]), st.integers(0, 24), st.sampled_from([NEW, OTHER]))


@settings(max_examples=100)
@given(st.sampled_from(list(KINDS)), st.lists(EVENTS, max_size=4))
@example("runs", [("deaf", 6, NEW)])
def test_any_sequence_of_faults_ends_in_old_or_new(kind: str, events: list[tuple[str, int, Params]]) -> None:
    world = World(kind)
    for what, number, wish in events:
        outcome = _run_with(world, what, number, wish)
        if isinstance(outcome, Converged):
            world.check(NEW_PORTS if wish is NEW else OTHER_PORTS, release_failed=True)
        elif isinstance(outcome, ApiError):
            assert what == REFUSED, "the lock was refused"
        elif isinstance(outcome, Failure):
            assert outcome.code not in ("interrupted_change", "dependents_exist"), outcome.message
        world.check_data()
    world.run(NEW)
    world.check(NEW_PORTS)


def _run_with(world: World, what: str, number: int, wish: Params) -> Converged | Exception | None:
    if what in DEATHS:
        return world.attempt(wish, (number, what))
    daemon = world.daemon

    def trouble(death: tuple[int, str] | None = None) -> None:
        ModelDaemon.next_run(daemon, death)
        if what == "deaf":
            daemon.deaf_after = number
        else:
            daemon.fault = (number, what)

    with mock.patch.object(daemon, "next_run", trouble):
        return world.attempt(wish)


@pytest.mark.parametrize("kind", KINDS)
def test_a_container_that_is_named_by_its_id_is_recovered_under_its_name(kind: str) -> None:
    """Between the renames the ID belongs to a container that is called otherwise."""
    for number in range(World(kind).count()):
        world = World(kind)
        wish = {**NEW, "name": world.daemon.named("web")["Id"]}
        world.run(wish, (number, AFTER))
        if wish["name"] not in world.daemon.containers:
            continue  # the ID is gone with the container
        assert isinstance(world.attempt(wish), Converged)
        world.check()
