# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the plan texts of test_plan.py do not show: causes that a diff does not tell, and what must not be said."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.bridgeport.docker.plugins.module_utils._desired.parse import parse_container, parse_network
from ansible_collections.bridgeport.docker.plugins.module_utils._desired.state import DesiredState
from ansible_collections.bridgeport.docker.plugins.module_utils._observe.snapshot import read_snapshot
from ansible_collections.bridgeport.docker.plugins.module_utils._plan.planner import make_plan
from ansible_collections.bridgeport.docker.tests.unit.support.model_daemon import ModelClient, ModelDaemon

Prepare = t.Callable[[ModelDaemon], object]

PORTS = {"PortBindings": {"80/tcp": [{"HostIp": "127.0.0.1", "HostPort": "8080"}]}}


def host() -> ModelDaemon:
    daemon = ModelDaemon(api=(1, 44))
    daemon.add_network("front", Labels={"for": "swordfish"})
    daemon.add_container(
        "web", HostConfig={**PORTS, "NetworkMode": "front"}, ExposedPorts={"80/tcp": {}}, Env=["TOKEN=swordfish"]
    )
    return daemon


def move_tag(daemon: ModelDaemon) -> None:
    daemon.add_image("busybox:1")


def lose_ports(daemon: ModelDaemon) -> None:
    daemon.named("web")["NetworkSettings"]["Ports"] = {}


def lose_endpoint(daemon: ModelDaemon) -> None:
    daemon.named("web")["NetworkSettings"]["Networks"]["front"]["EndpointID"] = ""


CASES: list[t.Any] = [
    pytest.param({"networks": [{"name": "front"}]}, lose_endpoint, "its endpoints are joined again", id="half-joined"),
    pytest.param({"image": "busybox:1", "pull": "always"}, move_tag, "image 4b227777d4dd -> busybox:1", id="moved-tag"),
    pytest.param(
        {"published_ports": ["127.0.0.1:8080:80"]}, lose_ports, "the engine does not publish its ports", id="unbound"
    ),
    pytest.param(
        {"env": {"TOKEN": "sturgeon"}, "labels": {"a": "sturgeon"}}, None, "env changes, labels changes", id="secrets"
    ),
    pytest.param({"publish_all_ports": True}, None, "publish_all_ports false -> true", id="publish-all"),
    pytest.param({"state": "stopped"}, None, "state running -> exited", id="state"),
    pytest.param(
        {"networks": [{"name": "bridge"}], "purge_networks": True}, None, "joins bridge, leaves front", id="networks"
    ),
]


@pytest.mark.parametrize(("params", "prepare", "cause"), CASES)
def test_cause_of_a_changed_container(params: dict[str, t.Any], prepare: Prepare | None, cause: str) -> None:
    daemon = host()
    if prepare is not None:
        prepare(daemon)
    state = {"state": params["state"]} if "state" in params else {}
    desired = DesiredState((), (parse_container({"name": "web", **params}, **state),))
    made = make_plan(desired, read_snapshot(ModelClient(daemon), desired))
    assert [change.cause for change in made.changes] == [cause]


REBUILDS: list[t.Any] = [
    pytest.param({"internal": True}, "internal false -> true", id="internal"),
    pytest.param({"labels": {"for": "sturgeon"}}, "labels change", id="labels"),
    pytest.param({"driver_options": {"com.example.key": "1"}}, "com.example.key changes", id="option"),
    pytest.param({"icc": False, "mtu": 1400}, "icc unset -> false, mtu unset -> 1400", id="options"),
    pytest.param({"ipam_config": [{"subnet": "10.9.0.0/24"}]}, "subnet unset -> 10.9.0.0/24", id="subnet"),
]


@pytest.mark.parametrize(("params", "cause"), REBUILDS)
def test_cause_of_a_rebuild(params: dict[str, t.Any], cause: str) -> None:
    desired = DesiredState((parse_network({"name": "front", **params}),))
    made = make_plan(desired, read_snapshot(ModelClient(host()), desired))
    assert [change.cause for change in made.changes] == [f"network front is rebuilt: {cause}"]
