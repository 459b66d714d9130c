# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of docker_network are those of the module of that name in community.docker."""

from __future__ import annotations

import contextlib
import json
import typing as t
from pathlib import Path

import pytest

from ansible_collections.bridgeport.docker.plugins.module_utils._module import CONNECTION_SPEC
from ansible_collections.bridgeport.docker.plugins.modules import docker_network
from ansible_collections.bridgeport.docker.tests.unit.support.model_daemon import ModelClient, ModelDaemon

FIXTURE = Path(__file__).parents[2] / "fixtures" / "community_docker" / "docker_network.json"
PEER: dict[str, dict[str, t.Any]] = json.loads(FIXTURE.read_text(encoding="utf-8"))["options"]
# Options that only this module has.
OWN = {"on_difference", "on_member_recreate"}
# Where an option is not the peer's, and why.
DIFFERENT: dict[str, dict[str, t.Any]] = {
    # A task that leaves the driver out must not remove a network of another driver.
    "driver": {"type": "str"},
    # An entry may also be a dictionary with an endpoint's options.
    "connected": {"type": "list", "elements": "raw", "default": [], "aliases": ["containers"]},
}


class _Asked(Exception):
    """The module has said what its options are."""


@pytest.fixture(scope="module")
def spec() -> dict[str, dict[str, t.Any]]:
    asked: dict[str, dict[str, t.Any]] = {}

    def keep(options: dict[str, t.Any], **_constraints: t.Any) -> t.NoReturn:
        asked.update(CONNECTION_SPEC, **options)
        raise _Asked

    with pytest.MonkeyPatch.context() as patch, contextlib.suppress(_Asked):
        patch.setattr(docker_network, "create_module", keep)
        docker_network.main()
    return asked


def describe(option: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """An option of an argument spec in the words of ansible-doc."""
    described = {key: option[key] for key in ("type", "elements", "default", "required", "choices") if key in option}
    if option.get("aliases"):
        described["aliases"] = sorted(option["aliases"])
    if "options" in option:
        described["suboptions"] = {name: describe(each) for name, each in sorted(option["options"].items())}
    return described


def test_no_option_is_missing_and_none_is_new(spec: dict[str, dict[str, t.Any]]) -> None:
    assert len(PEER) == 30
    assert spec.keys() - OWN == PEER.keys()


@pytest.mark.parametrize("option", sorted(PEER))
def test_an_option_is_the_peers(option: str, spec: dict[str, dict[str, t.Any]]) -> None:
    assert describe(spec[option]) == DIFFERENT.get(option, PEER[option])


def test_what_differs_is_told_only_where_it_does() -> None:
    assert all(PEER[option] != described for option, described in DIFFERENT.items())


# -- options that mean something else in other modules of ours ---------------------------------------------------------


def make_daemon() -> ModelDaemon:
    daemon = ModelDaemon()
    daemon.add_network("net", Labels={"a": "b"})
    daemon.add_container("web", HostConfig={"NetworkMode": "net"})
    return daemon


def run(daemon: ModelDaemon, capsys: pytest.CaptureFixture[str], **params: t.Any) -> dict[str, t.Any]:
    from ansible.module_utils import basic

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(basic, "_ANSIBLE_ARGS", json.dumps({"ANSIBLE_MODULE_ARGS": params}).encode())
        patch.setattr(basic, "_ANSIBLE_PROFILE", "legacy", raising=False)
        patch.setattr(
            "ansible_collections.bridgeport.docker.plugins.module_utils._engine.client.Client.connect",
            lambda _connection: ModelClient(daemon),
        )
        with pytest.raises(SystemExit):
            docker_network.main()
    return t.cast(t.Dict[str, t.Any], json.loads(capsys.readouterr().out))


LEFT_ALONE: list[t.Any] = [
    pytest.param({}, id="nothing"),
    pytest.param({"connected": []}, id="no-members"),
    pytest.param({"labels": {}, "driver_options": {}}, id="empty-maps"),
    pytest.param({"driver": "bridge", "scope": "local"}, id="driver-and-scope"),
    pytest.param({"force": False, "debug": True}, id="debug"),
    pytest.param({"name": "gone", "state": "absent", "force": True}, id="absent-with-force"),
]


@pytest.mark.parametrize("params", LEFT_ALONE)
def test_what_leaves_a_network_alone(params: dict[str, t.Any], capsys: pytest.CaptureFixture[str]) -> None:
    result = run(make_daemon(), capsys, **{"name": "net", **params})
    assert (result["changed"], result["actions"]) == (False, [])


def test_absent_disconnects_whoever_is_on_it(capsys: pytest.CaptureFixture[str]) -> None:
    result = run(make_daemon(), capsys, name="net", state="absent")
    assert result["actions"] == ["disconnect web from net", "remove network net"]
    assert result["network"] == {}


def test_force_rebuilds_what_does_not_differ(capsys: pytest.CaptureFixture[str]) -> None:
    daemon = make_daemon()
    result = run(daemon, capsys, name="net", force=True)
    assert result["changed"] is True
    assert "remove network net" in result["actions"]
    assert result["network"]["Name"] == "net"
    assert result["network"]["Labels"] == {"a": "b"}


def test_the_network_is_the_inspected_object(capsys: pytest.CaptureFixture[str]) -> None:
    daemon = make_daemon()
    (raw,) = [each for each in daemon.networks.values() if each["Name"] == "net"]
    shown = run(daemon, capsys, name="net")["network"]
    assert shown["Id"] == raw["Id"]
    predicted = run(daemon, capsys, name="new", internal=True, _ansible_check_mode=True)["network"]
    assert (predicted["Name"], predicted["Id"], predicted["Internal"]) == ("new", "", True)
    rebuilt = run(daemon, capsys, name="net", internal=True, _ansible_check_mode=True)["network"]
    assert (rebuilt["Id"], rebuilt["Internal"], rebuilt["Labels"]) == ("", True, {"a": "b"})
