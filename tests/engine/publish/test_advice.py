# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a module does not have is answered with what to write instead, all at once, before anything is asked."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.bridgeport.docker.tests.support.module_runner import Runner


def refuse(runner: Runner, module: str, **options: t.Any) -> dict[str, t.Any]:
    result = (
        runner.run(
            {"docker_host": "unix:///nowhere.sock", "_ansible_module_name": f"bridgeport.docker.{module}", **options},
            module,
        )
        or {}
    )
    assert result["failed"], result
    assert result["failure"]["code"] == "option_conflict"
    return result


def test_options_at_every_level_at_once(runner: Runner) -> None:
    result = refuse(
        runner,
        "docker_topology",
        image="nginx",
        containers=[
            {"name": "web", "recreate": True, "imege": "nginx", "env": {"PASSWORD": "swordfish"}},
            {"name": "db", "state": "healthy", "networks": [{"name": "back", "alias": ["db"]}]},
        ],
        networks=[{"name": "back", "ipam_options": {}}, {"names": "front"}],
    )
    message = result["msg"]
    for words in (
        "image is no option of docker_topology: write it in an item of containers.",
        "containers 'web': recreate is no option there: docker_container has it.",
        "containers 'web': imege is no option there: perhaps image is meant.",
        "containers 'db': networks 'back': alias is no option there: perhaps aliases is meant.",
        "networks 'back': ipam_options is no option there: write ipam_config, a list of subnets.",
        "networks 2: names is no option there: perhaps name is meant.",
        "missing required arguments: name found in networks.",
        "got: healthy found in containers. state=healthy: docker_container has it; here wait=healthy",
    ):
        assert words in message
    assert "Unsupported" not in message
    assert "swordfish" not in str(result)
    assert [each["code"] for each in result["refusals"]] == ["option_conflict"] * len(result["refusals"])
    assert result["failure"]["option"] == "image"


@pytest.mark.parametrize("state", ["started", "stopped"])
def test_states_of_another_module(runner: Runner, state: str) -> None:
    result = refuse(runner, "docker_port_publish", name="web", state=state, restart=True)
    assert f"state={state}: docker_container and docker_topology" in result["msg"]
    assert "restart is no option of docker_port_publish: docker_container has it." in result["msg"]


def test_values_alone(runner: Runner) -> None:
    result = refuse(runner, "docker_port_publish", name="web", stop_timeout="soon", wait="forever")
    assert "stop_timeout" in result["msg"]
    assert "wait must be one of" in result["msg"]
