# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Containers that are to end, on a model of the engine."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.bridgeport.docker.plugins.module_utils._desired.parse import parse_container
from ansible_collections.bridgeport.docker.plugins.module_utils._desired.state import DesiredState
from ansible_collections.bridgeport.docker.plugins.module_utils._errors import Failure
from ansible_collections.bridgeport.docker.plugins.module_utils._reconcile import Converged, converge
from ansible_collections.bridgeport.docker.plugins.module_utils._steps import verification
from ansible_collections.bridgeport.docker.tests.unit.support.model_daemon import ModelClient, ModelDaemon


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verification, "_SETTLE", 0)
    monkeypatch.setattr(verification, "_POLL", 0)


def run(daemon: ModelDaemon, *, check_mode: bool = False, state: str = "started", **params: t.Any) -> Converged:
    desired = parse_container({"name": "job", "image": "busybox:1", **params}, state=state)
    return converge(ModelClient(daemon), DesiredState(containers=(desired,)), check_mode=check_mode)


def host(status: int = 0) -> ModelDaemon:
    daemon = ModelDaemon()
    daemon.one_shots["job"] = status
    daemon.logs = b"\x01\x00\x00\x00\x00\x00\x00\x05done\n"
    return daemon


# What the task says, and the state that is left.
ENDS: list[t.Any] = [
    pytest.param({"wait": "exited"}, "exited", id="exited"),
    pytest.param({"wait": "exited", "auto_remove": True}, "removed", id="exited-and-removed"),
    pytest.param({"detach": False}, "exited", id="not-detached"),
    pytest.param({"detach": False, "cleanup": True}, "removed", id="cleaned-up"),
]


@pytest.mark.parametrize(("params", "state"), ENDS)
def test_the_end_is_waited_for_and_returned(params: dict[str, t.Any], state: str) -> None:
    daemon = host()
    predicted, done = run(daemon, check_mode=True, **params).container(0), run(daemon, **params).container(0)
    assert predicted is not None
    assert done is not None
    assert (predicted["state"], predicted["status"], predicted["output"]) == (state, None, None)
    assert (done["state"], done["status"], done["output"]) == (state, 0, "done")
    assert len(daemon.containers) == (state == "exited")


@pytest.mark.parametrize(("params", "state"), [*ENDS, pytest.param({"auto_remove": True}, "removed", id="removed")])
def test_another_exit_code_is_a_failure_with_the_output(params: dict[str, t.Any], state: str) -> None:
    daemon = host(3)
    with pytest.raises(Failure) as caught:
        run(daemon, **params)
    assert (caught.value.code, caught.value.details["exit_code"], caught.value.details["logs"]) == (
        "start_failed",
        3,
        ["done"],
    )
    assert daemon.containers == {}


def test_one_with_auto_remove_may_end_at_once() -> None:
    done = run(host(), auto_remove=True).container(0)
    assert done is not None
    assert (done["state"], done["status"], done["output"]) == ("removed", 0, "done")


def test_a_successor_with_auto_remove_has_to_go_on() -> None:
    """It takes the place of a container that runs."""
    daemon = host()
    daemon.one_shots.clear()
    run(daemon, auto_remove=True)
    original = daemon.named("job")["Id"]
    daemon.one_shots["job"] = 0
    with pytest.raises(Failure) as caught:
        run(daemon, auto_remove=True, auto_remove_swap=True, env={"A": "1"})
    assert caught.value.code == "start_failed"
    assert daemon.named("job")["Id"] == original


def test_one_that_has_ended_is_as_it_should_be() -> None:
    daemon = host()
    run(daemon, wait="exited")
    assert run(daemon, wait="exited").base_result()["changed"] is False
    assert run(daemon, wait="exited", env={"A": "1"}).base_result()["changed"] is True
    # Without wait=exited it is to run, and with detach=false it is to run again.
    assert run(daemon, detach=False).base_result()["changed"] is True
    assert run(daemon, check_mode=True).base_result()["changed"] is True
    daemon.named("job")["State"]["ExitCode"] = 1
    assert run(daemon, wait="exited").base_result()["changed"] is True


@pytest.mark.parametrize("policy", ["always", "unless-stopped", "on-failure"])
def test_one_that_is_started_again_never_ends(policy: str) -> None:
    with pytest.raises(Failure, match="never ends for good") as caught:
        run(host(), wait="exited", restart_policy=policy)
    assert caught.value.code == "option_conflict"


def test_one_that_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verification, "_POLL", 0.05)
    daemon = host()
    daemon.one_shots.clear()
    with pytest.raises(Failure, match="still runs") as caught:
        run(daemon, wait="exited", wait_timeout=1)
    assert (caught.value.code, caught.value.details["logs"]) == ("wait_timeout", ["done"])
    assert daemon.containers == {}
