# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import typing as t
from pathlib import Path

import pytest
from ansible.module_utils import basic

from ansible_collections.bridgeport.docker.plugins.module_utils._engine.client import ApiError, Client
from ansible_collections.bridgeport.docker.plugins.module_utils._errors import Failure
from ansible_collections.bridgeport.docker.plugins.module_utils._module import (
    CONNECTION_SPEC,
    create_module,
    read_connection,
    redact,
    run_module,
)

PARAMS: dict[str, t.Any] = {
    **dict.fromkeys(CONNECTION_SPEC),
    "docker_host": "unix:///x.sock",
    "api_version": "auto",
    "timeout": 60,
    "tls": False,
    "validate_certs": False,
    "use_ssh_client": False,
}


class Left(Exception):
    """The module has left, with this result."""

    def __init__(self, failed: bool, result: dict[str, t.Any]) -> None:
        super().__init__()
        self.failed, self.result = failed, result


class Module:
    def __init__(self, **params: t.Any) -> None:
        self.params = {**PARAMS, **params}
        self.warnings: list[str] = []

    def warn(self, warning: str) -> None:
        self.warnings.append(warning)

    def exit_json(self, **result: t.Any) -> t.NoReturn:
        raise Left(False, result)

    def fail_json(self, **result: t.Any) -> t.NoReturn:
        raise Left(True, result)


def run(
    work: t.Callable[[Client], dict[str, t.Any]], monkeypatch: pytest.MonkeyPatch, **params: t.Any
) -> tuple[Left, Module]:
    monkeypatch.setattr(Client, "connect", lambda connection: connection)
    module = Module(**params)
    with pytest.raises(Left) as caught:
        run_module(t.cast(t.Any, module), work)
    return caught.value, module


def test_a_result(monkeypatch: pytest.MonkeyPatch) -> None:
    left, module = run(lambda client: {"changed": True, "warnings": ["w"]}, monkeypatch, name="web")
    assert (left.failed, left.result["changed"], module.warnings) == (False, True, ["w"])
    assert left.result["invocation"]["module_args"]["name"] == "web"


def test_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    def work(_client: Client) -> dict[str, t.Any]:
        failure = Failure("busy", "It is busy.", holder="x")
        failure.outcome = {"changed": True, "rolled_back": False, "warnings": ["w"]}
        raise failure

    left, module = run(work, monkeypatch)
    assert left.failed
    assert left.result["msg"] == "It is busy."
    assert left.result["failure"] == {"code": "busy", "message": "It is busy.", "holder": "x"}
    assert (left.result["changed"], left.result["rolled_back"], module.warnings) == (True, False, ["w"])


def test_a_refusal_that_nobody_explained(monkeypatch: pytest.MonkeyPatch) -> None:
    def work(_client: Client) -> dict[str, t.Any]:
        raise ApiError(500, "out of order")

    left, _module_seen = run(work, monkeypatch)
    assert left.failed
    assert left.result["failure"]["code"] == "daemon_error"
    assert (left.result["failure"]["status"], "out of order" in left.result["msg"]) == (500, True)


@pytest.mark.parametrize("fails", [True, False])
def test_values_of_the_environment_are_in_no_result(fails: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    def work(_client: Client) -> dict[str, t.Any]:
        if fails:
            raise Failure("busy", "busy")
        return {"changed": False}

    containers = [{"name": "web", "env": {"SECRET": "swordfish"}}]
    left, _module_seen = run(work, monkeypatch, env={"OTHER": "herring"}, containers=containers)
    assert "swordfish" not in str(left.result)
    assert "herring" not in str(left.result)
    assert left.result["invocation"]["module_args"]["env"] == {"OTHER": "********"}
    assert containers[0]["env"] == {"SECRET": "swordfish"}, "the module itself still needs them"


REDACTED: list[t.Any] = [
    pytest.param({"env": {"A": "x", "B": None}}, {"env": {"A": "********", "B": "********"}}, id="env"),
    pytest.param({"env": None}, {"env": None}, id="unset"),
    pytest.param({"env": {"A=x": None}}, {"env": {"********": "********"}}, id="value-in-the-name"),
    pytest.param({"docker_host": "tcp://u:x@host"}, {"docker_host": "tcp://u:********@host"}, id="password"),
    pytest.param({"env": "A=swordfish"}, {"env": "********"}, id="no-map"),
    pytest.param([{"a": [{"env": {"A": 1}}]}], [{"a": [{"env": {"A": "********"}}]}], id="deep"),
    pytest.param({"environment": {"A": 1}, "port": 80}, {"environment": {"A": 1}, "port": 80}, id="other-keys"),
]


def test_arguments_that_are_refused_are_not_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = {"ANSIBLE_MODULE_ARGS": {"env": {"SECRET": "swordfish"}, "unknown": 1}}
    monkeypatch.setattr(basic, "_ANSIBLE_ARGS", json.dumps(arguments).encode())
    monkeypatch.setattr(basic, "_ANSIBLE_PROFILE", "legacy", raising=False)
    with pytest.raises(SystemExit):
        create_module({"env": {"type": "dict"}})
    said = capsys.readouterr().out
    assert "unknown" in said
    assert "swordfish" not in said


@pytest.mark.parametrize(("value", "expected"), REDACTED)
def test_redact(value: t.Any, expected: t.Any) -> None:
    assert redact(value) == expected


def test_certificates_of_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "ca.pem").touch()
    (tmp_path / "key.pem").touch()
    monkeypatch.setenv("DOCKER_CERT_PATH", str(tmp_path))
    connection = read_connection({**PARAMS, "client_key": "/own/key.pem"})
    assert (connection.ca_path, connection.client_cert, connection.client_key) == (
        str(tmp_path / "ca.pem"),
        None,
        "/own/key.pem",
    )
    monkeypatch.delenv("DOCKER_CERT_PATH")
    assert read_connection(PARAMS).ca_path is None


def test_connection() -> None:
    connection = read_connection({**PARAMS, "tls_hostname": "x", "timeout": 5})
    assert (connection.docker_host, connection.timeout, connection.tls_hostname) == ("unix:///x.sock", 5, "x")
