# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How the values of options are read, and what is refused of them: both sides of each limit."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.bridgeport.docker.plugins.module_utils._desired.options import parse_options
from ansible_collections.bridgeport.docker.plugins.module_utils._errors import Failure

MIB = 2**20


def read(option: str, *pairs: tuple[t.Any, t.Any]) -> list[t.Any]:
    return [pytest.param(option, given, parsed, id=f"{option}-{str(given)[:30]}") for given, parsed in pairs]


DEVICE = {"PathOnHost": "/dev/fuse", "PathInContainer": "/dev/fuse", "CgroupPermissions": "rwm"}
REQUEST = {"Driver": "", "Count": 0, "DeviceIDs": None, "Capabilities": None, "Options": None}
LIMIT = {"Name": "nofile", "Soft": 1024, "Hard": 2048}

READ = [
    *read("memory_reservation", ("6M", 6 * MIB), ("0", 0)),
    *read("memory_swap", ("-1", -1), ("unlimited", -1), ("UNLIMITED", -1), ("0", 0), ("1G", 2**30)),
    *read("memory_swappiness", (-1, -1), (0, 0), (100, 100)),
    *read("kernel_memory", ("8M", 8 * MIB)),
    *read("cpus", (0.75, 750000000), (0.0, 0), (1.0, 10**9), (0.000000001, 1)),
    *read("cpu_period", (1000, 1000), (1000000, 1000000), (0, 0)),
    *read("cpu_quota", (-1, -1), (0, 0), (1000, 1000)),
    *read("cpu_shares", (0, 0), (2, 2)),
    *read("cpuset_cpus", ("0-1", "0-1"), ("0, 1", "0,1"), ("", "")),
    *read("cpuset_mems", ("0", "0")),
    *read("blkio_weight", (10, 10), (1000, 1000), (0, 0)),
    *(
        line
        for option in ("device_read_bps", "device_write_bps")
        for line in read(option, ([{"path": "/dev/sda", "rate": "1M"}], [{"Path": "/dev/sda", "Rate": MIB}]))
    ),
    *(
        line
        for option in ("device_read_iops", "device_write_iops")
        for line in read(option, ([{"path": "/dev/sda", "rate": 0}], [{"Path": "/dev/sda", "Rate": 0}]))
    ),
    *read("pids_limit", (-1, -1), (0, 0), (7, 7)),
    *read("oom_score_adj", (-1000, -1000), (1000, 1000)),
    *read("shm_size", ("64M", 64 * MIB), ("0", 0)),
    *read(
        "ulimits",
        (["nofile:1024:2048"], [LIMIT]),
        (["nofile=1024:2048"], [LIMIT]),
        (["nofile:7"], [{"Name": "nofile", "Soft": 7, "Hard": 7}]),
        (["memlock:-1"], [{"Name": "memlock", "Soft": -1, "Hard": -1}]),
        (["memlock:7:-1"], [{"Name": "memlock", "Soft": 7, "Hard": -1}]),
    ),
    *read("sysctls", ({"net.core.somaxconn": 7}, {"net.core.somaxconn": "7"}), ({"a": None}, {"a": None})),
    *read(
        "devices",
        (["/dev/fuse"], [DEVICE]),
        (["/dev/fuse:rwm"], [DEVICE]),
        (["/dev/fuse:/dev/fuse"], [DEVICE]),
        (["/dev/fuse:/dev/x:r"], [{**DEVICE, "PathInContainer": "/dev/x", "CgroupPermissions": "r"}]),
    ),
    *read("device_cgroup_rules", (["c 42:* rmw"], ["c 42:* rmw"]), (["a *:* r"], ["a *:* r"])),
    *read(
        "device_requests",
        ([{"capabilities": [["gpu"]], "count": -1}], [{**REQUEST, "Count": -1, "Capabilities": [["gpu"]]}]),
        ([{"device_ids": ["0"], "driver": "nvidia"}], [{**REQUEST, "Driver": "nvidia", "DeviceIDs": ["0"]}]),
        ([{"options": {"a": 1}}], [{**REQUEST, "Options": {"a": "1"}}]),
    ),
    *read("capabilities", (["net_admin", "CAP_SYS_TIME", "ALL"], ["net_admin", "CAP_SYS_TIME", "ALL"])),
    *read("dns_servers", (["192.0.2.1", "2001:db8::1"], ["192.0.2.1", "2001:db8::1"]), ([], [])),
    *read("volumes_from", (["a", "b:ro"], ["a", "b:ro"])),
    *read("tmpfs", (["/run/", "/tmp:rw,size=1m"], {"/run": "", "/tmp": "rw,size=1m"})),
    *read("ipc_mode", *((mode, mode) for mode in ("", "none", "private", "shareable", "host", "container:x"))),
    *read("pid_mode", *((mode, mode) for mode in ("", "host", "container:x"))),
    *read("userns_mode", ("", ""), ("host", "host")),
    *read("stop_timeout", (0, 0), (1, 1)),
    *read("uts", ("", ""), ("host", "host")),
    *read("healthcheck", ({"test_cli_compatible": False}, {"Test": ["NONE"]}), ({"test_cli_compatible": True}, {})),
]


@pytest.mark.parametrize(("option", "given", "parsed"), READ)
def test_read(option: str, given: t.Any, parsed: t.Any) -> None:
    assert parse_options({option: given}) == {option: parsed}


def test_options_of_a_log_driver_are_texts() -> None:
    given = {"max-size": "1m", "compress": True, "max-file": 3, "tag": None}
    parsed = parse_options({"log_driver": "json-file", "log_options": given})
    assert parsed["log_options"] == {"max-size": "1m", "compress": "true", "max-file": "3", "tag": None}


def refused(option: str, *values: t.Any, **beside: t.Any) -> list[t.Any]:
    return [pytest.param({option: value, **beside}, option, id=f"{option}-{str(value)[:30]}") for value in values]


REFUSED = [
    *refused("memory_reservation", "-1", "much"),
    *refused("memory_swap", "-2", "much"),
    *refused("memory_swap", "7M", memory="8M"),
    *refused("memory_swappiness", -2, 101),
    *refused("kernel_memory", "-1"),
    *refused("cpus", -0.1),
    *refused("cpus", 1.0, cpu_quota=1000),
    *refused("cpus", 1.0, cpu_period=1000),
    *refused("cpu_period", 999, 1000001, -1),
    *refused("cpu_shares", -1),
    *refused("cpuset_cpus", "0-", "a", "0;1"),
    *refused("cpuset_mems", "-1"),
    *refused("blkio_weight", 9, 1001, -1),
    *refused("device_read_bps", [{"path": "/dev/sda", "rate": "-1"}], [{"path": "/dev/sda", "rate": "fast"}]),
    *refused("device_write_bps", [{"path": "/dev/sda", "rate": "-1"}]),
    *refused("device_read_iops", [{"path": "/dev/sda", "rate": -1}]),
    *refused("device_write_iops", [{"path": "/dev/sda", "rate": -1}]),
    *refused("oom_score_adj", -1001, 1001),
    *refused("shm_size", "-1", "big"),
    *refused("ulimits", ["nofile"], ["nofile:2:1"], ["nofile:-1:1"], ["nofile:x"], [":1"], ["nofile:-2"]),
    *refused("sysctls", {"a": ["b"]}, {"a": {"b": 1}}),
    *refused("devices", ["fuse"], ["/dev/fuse:x"], ["/dev/fuse:/dev/x:q"], [""]),
    *refused("device_cgroup_rules", ["c 42 rwm"], ["d 42:* r"], ["c 42:*"], ["c 42:* rwmx"]),
    *refused("device_requests", [{"count": 1, "device_ids": ["0"]}]),
    *refused("log_options", {"max-size": "1m"}),
    *refused("log_options", {"a": ["b"]}, log_driver="local"),
    *refused("capabilities", ["NET ADMIN"], [""]),
    *refused("cap_drop", ["NET-ADMIN"]),
    *refused("security_opts", [""]),
    *refused("dns_servers", ["nowhere"], [""]),
    *refused("volumes_from", [""], [":ro"], ["a:rwx"]),
    *refused("tmpfs", ["run"], ["/"], ["/./:rw"]),
    *refused("ipc_mode", "shared", "container:", "container"),
    *refused("pid_mode", "private", "container:"),
    *refused("userns_mode", "private"),
    *refused("uts", "private"),
    *refused("stop_timeout", -1),
    *refused("storage_opts", {"size": ["1G"]}),
    *refused("auto_remove", True, restart_policy="always"),
]


@pytest.mark.parametrize(("params", "named"), REFUSED)
def test_refused(params: dict[str, t.Any], named: str) -> None:
    with pytest.raises(Failure) as caught:
        parse_options(params)
    assert caught.value.code == "option_conflict"
    assert named in caught.value.message


def test_a_value_of_the_options_of_a_log_driver_is_not_said() -> None:
    with pytest.raises(Failure) as caught:
        parse_options({"log_driver": "splunk", "log_options": {"splunk-token": ["s3cret"]}})
    assert "s3cret" not in caught.value.message
