# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the engine changes of a container that stands, and what takes a successor."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.bridgeport.docker.plugins.module_utils._objects.engine import Api
from ansible_collections.bridgeport.docker.plugins.module_utils._plan.in_place import find_update
from ansible_collections.bridgeport.docker.tests.unit.support.model_daemon import ModelDaemon
from ansible_collections.bridgeport.docker.tests.unit.support.planning import codes, plan, words

MEBIBYTE = 2**20
OLD, NEW = Api(1, 41), Api(1, 55)
RATE = [{"Path": "/dev/sda", "Rate": 1}]
ALWAYS = {"Name": "always", "MaximumRetryCount": 0}

UPDATES: list[t.Any] = [
    pytest.param({}, {}, {}, OLD, id="nothing"),
    pytest.param({"CpuShares": 1}, {"CpuShares": 2}, {"CpuShares": 2}, OLD, id="shares"),
    pytest.param({"CpuShares": 1}, {"CpuShares": 0}, None, OLD, id="shares-taken-away"),
    pytest.param({"NanoCpus": 0}, {"NanoCpus": 75 * 10**7}, {"NanoCpus": 75 * 10**7}, OLD, id="cpus"),
    pytest.param({"CpuQuota": 5000, "NanoCpus": 0}, {"CpuQuota": 0, "NanoCpus": 1}, None, OLD, id="cpus-for-a-quota"),
    pytest.param({"CpusetCpus": "0"}, {"CpusetCpus": "0-1"}, {"CpusetCpus": "0-1"}, OLD, id="cpuset"),
    pytest.param({"CpusetCpus": "0"}, {"CpusetCpus": ""}, None, OLD, id="cpuset-taken-away"),
    pytest.param(
        {"Memory": 0, "MemorySwap": 0},
        {"Memory": 8, "MemorySwap": 0},
        {"Memory": 8, "MemorySwap": 16},
        OLD,
        id="memory",
    ),
    pytest.param(
        {"Memory": 8, "MemorySwap": 16}, {"Memory": 4, "MemorySwap": 0}, {"Memory": 4, "MemorySwap": 8}, OLD, id="less"
    ),
    pytest.param(
        {"Memory": 8, "MemorySwap": -1},
        {"Memory": 9, "MemorySwap": -1},
        {"Memory": 9, "MemorySwap": -1},
        OLD,
        id="swap",
    ),
    pytest.param(
        {"Memory": 8, "MemorySwap": 16},
        {"Memory": 8, "MemorySwap": -1},
        {"Memory": 8, "MemorySwap": -1},
        OLD,
        id="no-swap",
    ),
    pytest.param({"Memory": 8, "MemorySwap": 16}, {"Memory": 0, "MemorySwap": 0}, None, OLD, id="memory-taken-away"),
    pytest.param({"PidsLimit": 5}, {"PidsLimit": -1}, {"PidsLimit": -1}, OLD, id="processes-without-limit"),
    pytest.param({"PidsLimit": 5}, {"PidsLimit": None}, None, OLD, id="processes-left-alone"),
    pytest.param({"PidsLimit": 5}, {"PidsLimit": 6}, None, Api(1, 39), id="processes-before-1.40"),
    pytest.param(
        {"RestartPolicy": {"Name": "no"}}, {"RestartPolicy": ALWAYS}, {"RestartPolicy": ALWAYS}, OLD, id="policy"
    ),
    pytest.param({"BlkioDeviceReadBps": None}, {"BlkioDeviceReadBps": RATE}, None, Api(1, 54), id="rate-before-1.55"),
    pytest.param(
        {"BlkioDeviceReadBps": None}, {"BlkioDeviceReadBps": RATE}, {"BlkioDeviceReadBps": RATE}, NEW, id="rate"
    ),
    pytest.param({"Privileged": False}, {"Privileged": True}, None, NEW, id="privileged"),
    pytest.param({"CpuShares": 1, "Init": None}, {"CpuShares": 2, "Init": True}, None, NEW, id="one-of-two"),
]


@pytest.mark.parametrize(("current", "design", "expected", "api"), UPDATES)
def test_find_update(current: t.Any, design: t.Any, expected: t.Any, api: Api) -> None:
    assert find_update({"HostConfig": current}, {"HostConfig": design}, api) == expected


def test_what_is_not_in_the_host_config_is_not_updated() -> None:
    host_config = {"CpuShares": 1}
    assert find_update({"User": "a", "HostConfig": host_config}, {"User": "b", "HostConfig": host_config}, NEW) is None


# -- in a plan ---------------------------------------------------------------------------------------------------------


def host(**host_config: t.Any) -> ModelDaemon:
    daemon = ModelDaemon()
    daemon.add_network("front")
    daemon.add_container("web", HostConfig={"NetworkMode": "front", **host_config})
    return daemon


PLANS: list[t.Any] = [
    pytest.param({"memory": "64M"}, ["update memory of web"], id="memory"),
    pytest.param({"restart_policy": "always"}, ["update restart_policy of web"], id="policy"),
    pytest.param(
        {"cpus": 0.5, "cpuset_cpus": "0", "pids_limit": 9},
        ["update cpus, cpuset_cpus, pids_limit of web"],
        id="several",
    ),
    pytest.param({"memory": "64M", "state": "stopped"}, ["stop web", "update memory of web"], id="stopped"),
    pytest.param(
        {"memory": "64M", "networks": [{"name": "back"}]}, ["connect web to back", "update memory of web"], id="joins"
    ),
]


@pytest.mark.parametrize(("params", "expected"), PLANS)
def test_the_update_comes_last(params: dict[str, t.Any], expected: list[str]) -> None:
    daemon = host()
    daemon.add_network("back")
    assert words(plan(daemon, [], [{"name": "web", **params}])) == expected


def test_a_limit_that_stands_is_no_change() -> None:
    limits = {"Memory": 64 * MEBIBYTE, "MemorySwap": 128 * MEBIBYTE, "NanoCpus": 5 * 10**8}
    assert words(plan(host(**limits), [], [{"name": "web", "memory": "64M", "cpus": 0.5}])) == []


def test_limits_are_refused_before_the_update() -> None:
    asked = {"name": "web", "memory": "64M"}
    assert codes(plan(host(MemoryReservation=65 * MEBIBYTE), [], [asked])) == ["option_conflict"]
