# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.bridgeport.docker.plugins.module_utils._desired.selector import Selector
from ansible_collections.bridgeport.docker.plugins.module_utils._errors import Failure
from ansible_collections.bridgeport.docker.plugins.module_utils._info.findings import find_problems
from ansible_collections.bridgeport.docker.plugins.module_utils._info.topology import topology_rows
from ansible_collections.bridgeport.docker.plugins.modules.docker_topology_info import parse_log_lines, read_topology
from ansible_collections.bridgeport.docker.tests.unit.support.model_daemon import ModelClient, ModelDaemon

LISTINGS = ["GET /version", "GET /containers/json", "GET /networks", "GET /volumes", "GET /info"]


def host(count: int) -> ModelDaemon:
    daemon = ModelDaemon()
    for name in ("front", "back"):
        daemon.add_network(name)
    for number in range(count):
        daemon.add_container(
            f"web{number}",
            start=number > 0,
            HostConfig={"NetworkMode": "front" if number % 2 else "back"},
            Labels={"parity": "odd" if number % 2 else "even"},
        )
    daemon.requests.clear()
    return daemon


def test_five_requests_and_one_for_each_container() -> None:
    daemon = host(6)
    read_topology(ModelClient(daemon), Selector())
    inspected = [request for request in daemon.requests if request not in LISTINGS]
    assert sorted(set(daemon.requests) - set(inspected)) == sorted(LISTINGS)
    assert len(daemon.requests) == len(LISTINGS) + 6
    assert len(set(inspected)) == 6


def test_who_is_not_asked_for_is_not_inspected() -> None:
    daemon = host(6)
    topology = read_topology(ModelClient(daemon), Selector(("web1",)))
    # The three on front, and the one that does not run.
    assert len(daemon.requests) == len(LISTINGS) + 4
    rows = topology_rows(topology)
    assert [row["name"] for row in rows["containers"]] == ["web1"]
    assert [row["name"] for row in rows["networks"]] == ["front"]
    assert [each["name"] for each in rows["networks"][0]["connected"]] == ["web1", "web3", "web5"]


def test_what_vanishes_while_it_is_read_is_not_there() -> None:
    daemon = host(2)
    client = ModelClient(daemon)
    find = client.find

    def vanish(path: str, **params: object) -> object:
        daemon.containers = {key: raw for key, raw in daemon.containers.items() if raw["Name"] != "/web1"}
        return find(path, **params)

    client.find = vanish  # type: ignore[method-assign]
    topology = read_topology(client, Selector())
    rows = topology_rows(topology)
    assert [row["name"] for row in rows["containers"]] == ["web0"]
    assert all("web1" not in str(each["connected"]) for each in rows["networks"])
    assert find_problems(topology, rows["containers"]) == []


def test_log_lines() -> None:
    assert [parse_log_lines(value) for value in (None, 1, 10000)] == [0, 1, 10000]
    for value in (0, -1, 10001):
        with pytest.raises(Failure, match="must be 1 to 10000"):
            parse_log_lines(value)
