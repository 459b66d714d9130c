# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import time
import typing as t

import pytest

from ansible_collections.bridgeport.docker.plugins.module_utils._apply import worker as worker_module
from ansible_collections.bridgeport.docker.plugins.module_utils._apply.worker import Worker
from ansible_collections.bridgeport.docker.plugins.module_utils._engine.logs import read_logs
from ansible_collections.bridgeport.docker.plugins.module_utils._errors import Failure
from ansible_collections.bridgeport.docker.plugins.module_utils._objects.containers import Container
from ansible_collections.bridgeport.docker.plugins.module_utils._objects.ports import parse_publications
from ansible_collections.bridgeport.docker.plugins.module_utils._steps import verification
from ansible_collections.bridgeport.docker.plugins.module_utils._steps.verification import Verify
from ansible_collections.bridgeport.docker.tests.unit.support.model_daemon import ModelClient, ModelDaemon


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verification, "_POLL", 0)


def host() -> tuple[ModelDaemon, str]:
    daemon = ModelDaemon()
    daemon.logs = b"\x01\x00\x00\x00\x00\x00\x00\x04bye\n"
    container = daemon.add_container(
        "web",
        HostConfig={"PortBindings": {"80/tcp": [{"HostIp": "", "HostPort": "8080"}]}},
        ExposedPorts={"80/tcp": {}},
    )
    return daemon, container


def check(
    daemon: ModelDaemon,
    container: str,
    monkeypatch: pytest.MonkeyPatch,
    *,
    meanwhile: t.Callable[[], None] = lambda: None,
    publications: t.Sequence[str] = ("8080:80",),
    **fields: t.Any,
) -> Failure | None:
    """What verifying says, with something happening in the second between its two looks."""
    monkeypatch.setattr(time, "sleep", lambda _seconds: meanwhile())
    step = Verify(container, "web", parse_publications(publications), fields.pop("networks", ("bridge",)), **fields)
    try:
        step.perform(Worker(ModelClient(daemon), time.sleep))
    except Failure as failure:
        return failure
    return None


def test_a_container_that_is_as_it_should_be(monkeypatch: pytest.MonkeyPatch) -> None:
    assert check(*host(), monkeypatch) is None


def test_one_that_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    daemon, container = host()
    daemon._stop(daemon.containers[container], 3)
    failure = check(daemon, container, monkeypatch)
    assert failure is not None
    assert (failure.code, failure.details["exit_code"], failure.details["logs"]) == ("start_failed", 3, ["bye"])


def test_one_that_ends_within_the_second(monkeypatch: pytest.MonkeyPatch) -> None:
    daemon, container = host()
    failure = check(daemon, container, monkeypatch, meanwhile=lambda: daemon._stop(daemon.containers[container], 1))
    assert failure is not None
    assert failure.code == "start_failed"


def test_one_that_restarts_within_the_second(monkeypatch: pytest.MonkeyPatch) -> None:
    daemon, container = host()

    def restart() -> None:
        daemon._stop(daemon.containers[container])
        daemon._start(daemon.containers[container])

    failure = check(daemon, container, monkeypatch, meanwhile=restart)
    assert failure is not None
    assert "restarted" in failure.message
    assert failure.details["exit_code"] is None, "it runs again, so the engine no longer knows"


def between_runs(daemon: ModelDaemon, container: str) -> None:
    """Its restart policy will start it again: until then it publishes nothing, and the engine says that it runs."""
    daemon._stop(daemon.containers[container], 1)
    daemon.containers[container]["State"].update(Status="restarting", Running=True)


def test_one_that_waits_for_its_next_run(monkeypatch: pytest.MonkeyPatch) -> None:
    daemon, container = host()
    failure = check(daemon, container, monkeypatch, meanwhile=lambda: between_runs(daemon, container))
    assert failure is not None
    assert (failure.code, "restarted" in failure.message) == ("start_failed", True)


def test_one_that_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    daemon, container = host()
    failure = check(daemon, container, monkeypatch, meanwhile=daemon.containers.clear)
    assert failure is not None
    assert "auto_remove" in failure.message


@pytest.mark.parametrize("spec", ["8081:80", "8080:80/udp", "127.0.0.2:8080:80"])
def test_a_port_that_is_not_published(spec: str, monkeypatch: pytest.MonkeyPatch) -> None:
    failure = check(*host(), monkeypatch, publications=[spec])
    assert failure is not None
    assert failure.code == "start_failed"
    assert "does not publish" in failure.message


@pytest.mark.parametrize("network", ["none", "other"])
def test_a_network_that_is_not_joined(network: str, monkeypatch: pytest.MonkeyPatch) -> None:
    failure = check(*host(), monkeypatch, networks=("bridge", network))
    assert failure is not None
    assert network in failure.message


def test_a_start_that_succeeds_without_any_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """So do engines 29.1 and 29.2 start a container whose first start failed for want of a port (moby#51758)."""
    daemon, container = host()
    settings = daemon.containers[container]["NetworkSettings"]
    settings["Ports"] = {}
    settings["Networks"]["bridge"].update(EndpointID="", IPAddress="")
    failure = check(daemon, container, monkeypatch)
    assert failure is not None
    assert failure.code == "start_failed"
    # Without a port it is noticed by its network.
    failure = check(daemon, container, monkeypatch, publications=())
    assert failure is not None
    assert "not joined" in failure.message


# what the health check says at each look; what comes of it
HEALTH: list[t.Any] = [
    pytest.param(["healthy"], None, id="healthy"),
    pytest.param(["starting", "starting", "healthy"], None, id="starting"),
    pytest.param(["starting", "unhealthy"], "wait_timeout", id="unhealthy"),
    pytest.param([None], "option_conflict", id="no-check"),
]


@pytest.mark.parametrize(("said", "code"), HEALTH)
def test_wait_for_health(said: list[str | None], code: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    daemon, container = host()
    left = list(said)

    def next_look() -> None:
        status = left.pop(0) if len(left) > 1 else left[0]
        daemon.containers[container]["State"]["Health"] = {"Status": status} if status else None

    failure = check(daemon, container, monkeypatch, meanwhile=next_look, wait="healthy")
    assert (failure and failure.code) == code


def test_the_wait_for_health_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    daemon, container = host()
    daemon.containers[container]["State"]["Health"] = {"Status": "starting"}
    now = [0.0]

    def tick() -> None:
        now[0] += 1

    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    failure = check(daemon, container, monkeypatch, meanwhile=tick, wait="healthy", timeout=5)
    assert failure is not None
    assert failure.code == "wait_timeout"
    assert 5 + 60 < now[0] < 9 + 60
    assert "wait_timeout=5s, and 60 s for its first check" in failure.message


# seconds in the order of the fields: start period, interval, timeout; and how long the first check takes at most
FIRST_CHECKS: list[t.Any] = [
    pytest.param((None, None, None), 60, id="defaults"),
    pytest.param((0, 0, 0), 60, id="zeros"),
    pytest.param((0, 70, 0), 100, id="slow"),
    pytest.param((120, 5, 3), 128, id="start-period"),
    pytest.param((0, 0.1, 0.25), 0.35, id="fractions"),
]


@pytest.mark.parametrize(("seconds", "expected"), FIRST_CHECKS)
def test_when_the_first_health_check_is_due(seconds: tuple[float | None, ...], expected: float) -> None:
    fields = dict(zip(("StartPeriod", "Interval", "Timeout"), seconds))
    check = {key: int(value * 1_000_000_000) for key, value in fields.items() if value is not None}
    assert Container({"Config": {"Healthcheck": check}}).first_check_due == pytest.approx(expected)


@pytest.mark.parametrize(("healthy_at", "code"), [(71, None), (170, "wait_timeout")])
def test_a_health_check_has_its_turn(healthy_at: int, code: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its first check comes after 70 s, which is more than the task waits for anything else."""
    daemon, container = host()
    raw = daemon.containers[container]
    raw["Config"]["Healthcheck"] = {"Test": ["CMD", "true"], "Interval": 70 * 1_000_000_000}
    now = [0.0]

    def tick() -> None:
        now[0] += 1
        raw["State"]["Health"] = {"Status": "healthy" if now[0] >= healthy_at else "starting"}

    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    failure = check(daemon, container, monkeypatch, meanwhile=tick, wait="healthy")
    assert (failure and failure.code) == code


# whether it is up at each look after the first two, and listens then; whether it is accepted
LISTENS: list[t.Any] = [
    pytest.param([True], True, id="at-once"),
    pytest.param([False, False, True], True, id="in-the-end"),
    pytest.param([None, True], True, id="in-its-second-run"),
    pytest.param([None], False, id="never-up-again"),
    pytest.param([False, None], False, id="ends-again-and-again"),
]


@pytest.mark.parametrize(("looks", "accepted"), LISTENS)
def test_wait_until_it_listens(looks: list[bool | None], accepted: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between two runs nothing is published, so that there is nothing that would have to be listened to either."""
    daemon, container = host()
    now = [0.0]

    def next_look() -> None:
        now[0] += 1
        look = looks[min(int(now[0]) - 2, len(looks) - 1)] if now[0] > 1 else False
        raw = daemon.containers[container]
        if look is None:
            between_runs(daemon, container)
        elif raw["State"]["Status"] == "restarting":
            raw["State"]["Running"] = False
            daemon._start(raw)
        monkeypatch.setattr(worker_module, "is_listening", lambda *_what: look)

    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    failure = check(daemon, container, monkeypatch, meanwhile=next_look, wait="listening", timeout=5)
    assert (failure and failure.code) == (None if accepted else "wait_timeout")


def test_running_asks_for_no_health(monkeypatch: pytest.MonkeyPatch) -> None:
    daemon, container = host()
    daemon.containers[container]["State"]["Health"] = {"Status": "unhealthy"}
    assert check(daemon, container, monkeypatch) is None


def test_logs_are_never_the_reason_of_a_failure() -> None:
    daemon, container = host()
    assert read_logs(ModelClient(daemon), "gone") == []
    daemon.deaf_after = -1
    assert read_logs(ModelClient(daemon), container) == []


@pytest.mark.parametrize(
    ("policy", "code"),
    [
        pytest.param("any", None, id="any"),
        pytest.param("explicit", None, id="explicit"),
        pytest.param("loopback", "bind_policy", id="loopback"),
    ],
)
def test_one_that_is_bound_against_the_policy(policy: str, code: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    failure = check(*host(), monkeypatch, bind_policy=policy)
    assert (failure and failure.code) == code
