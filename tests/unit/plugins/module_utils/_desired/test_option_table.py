# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every row of the table of options: met in every spelling, changed, and exact where that is asked for."""

from __future__ import annotations

import copy
import typing as t
from types import MappingProxyType

import pytest

from ansible_collections.bridgeport.docker.plugins.module_utils._desired.option_table import OPTIONS
from ansible_collections.bridgeport.docker.plugins.module_utils._desired.options import (
    merge_options,
    parse_options,
    show_option,
)
from ansible_collections.bridgeport.docker.plugins.module_utils._objects.containers import Blueprint
from ansible_collections.bridgeport.docker.plugins.module_utils._types import Json

MIB = 2**20
# How values are read stands in test_resources.py. These options have tables of their own, in test_mounts.py and
# test_options.py, or are not compared.
ELSEWHERE = {
    *("command", "etc_hosts", "hostname", "interactive", "links", "mounts", "stop_timeout", "tty", "volumes"),
    "working_dir",
}
Body = t.Dict[str, t.Any]
_NOTHING: Json = MappingProxyType({})


class Case(t.NamedTuple):
    """What a task says of an option, beside what stands at its place, and what shall stand there then.

    ``beside``: further options of the task; ``config`` and ``host_config``: more of the request; ``image``: the
    Config of its image.
    """

    option: str
    given: t.Any
    stands: t.Any
    then: t.Any = None
    beside: Json = _NOTHING
    config: Json = _NOTHING
    host_config: Json = _NOTHING
    image: Json = _NOTHING

    def make_blueprint(self) -> Blueprint:
        body = copy.deepcopy({**self.config, "HostConfig": dict(self.host_config)})
        *parents, last = OPTIONS[self.option].path
        place = body
        for key in parents:
            place = place.setdefault(key, {})
        place[last] = copy.deepcopy(self.stands)
        return Blueprint(body, {})

    def merge(self, blueprint: Blueprint, comparison: str | None = None) -> list[str]:
        parsed = parse_options({**self.beside, self.option: self.given})
        comparisons = {} if comparison is None else {self.option: comparison}
        return merge_options(blueprint, {self.option: parsed[self.option]}, {"Config": self.image}, comparisons)

    @property
    def name(self) -> str:
        return f"{self.option}-{str(self.given)[:30]}-on-{str(self.stands)[:30]}"


def show(case: t.Any) -> str | None:
    return case.name if isinstance(case, Case) else None


DEVICE = {"PathOnHost": "/dev/fuse", "PathInContainer": "/dev/fuse", "CgroupPermissions": "rwm"}
REQUEST = {"Driver": "", "Count": 0, "DeviceIDs": None, "Capabilities": None, "Options": None}
LIMIT = {"Name": "nofile", "Soft": 1024, "Hard": 2048}


def met(option: str, given: t.Any, *standing: t.Any, **more: t.Any) -> list[Case]:
    return [Case(option, given, stands, **more) for stands in standing]


LOG: t.Any = {"log_driver": "local"}
MET: list[Case] = [
    *met("entrypoint", [], [], [""], image={"Entrypoint": ["/i"]}),
    *met("entrypoint", [], None),
    *met("env", {"A": "1"}, ["B=2", "A=1"], ["A=0", "A=1"]),
    *met("labels", {"a": 1}, {"a": "1", "b": "2"}),
    *met("domainname", "", None, ""),
    *met("user", "", None, ""),
    *met("user", "", "app", image={"User": "app"}),
    *met("groups", ["b", "a"], ["a", "b", "c"]),
    *met("groups", [], None, ["a"]),
    *met("init", False, None, False),
    *met("stop_signal", "SIGTERM", "TERM", "15", "SIGTERM", "sigterm"),
    *met("stop_signal", "15", "TERM", "SIGTERM"),
    *met("stop_signal", "", None, ""),
    *met("stop_signal", "", "SIGQUIT", "QUIT", "3", image={"StopSignal": "SIGQUIT"}),
    *met("auto_remove", False, None, False),
    *met("restart_policy", "no", None, {"Name": "", "MaximumRetryCount": 0}, {"Name": "no", "MaximumRetryCount": 0}),
    *met("healthcheck", {"retries": 0}, None, {"Test": ["CMD", "x"]}),
    *met("healthcheck", {"test_cli_compatible": False}, {"Test": ["NONE"]}),
    *met("log_driver", "", "json-file", None),
    *met("log_driver", "local", "local"),
    *met("log_options", {"max-file": 3}, {"max-file": "3", "cache-disabled": "true"}, beside=LOG),
    *met("log_options", {"tag": None}, {"max-file": "3"}, None, beside=LOG),
    *met("memory", "0", None, 0),
    *met("memory_reservation", "0", None, 0),
    *met("memory_swap", "0", None, 0, 64 * MIB, host_config={"Memory": 32 * MIB}),
    *met("memory_swap", "unlimited", -1),
    *met("memory_swappiness", -1, None, -1),
    *met("kernel_memory", "0", None, 0),
    *met("cpus", 0.75, 750000000),
    *met("cpus", 0.0, None, 0, host_config={"CpuQuota": 5000}),
    *met("cpu_period", 0, None, 0, host_config={"NanoCpus": 10**9}),
    *met("cpu_quota", 0, None, 0, -1),
    *met("cpu_quota", -1, None, 0, -1),
    *met("cpu_shares", 0, None, 0),
    *met("cpuset_cpus", "0-1", "0,1", "1,0", "0-1"),
    *met("cpuset_cpus", "", None, ""),
    *met("cpuset_mems", "0", "0", "0-0"),
    *met("blkio_weight", 0, None, 0),
    *met("device_read_bps", [{"path": "/dev/sda", "rate": "1M"}], [{"Path": "/dev/sda", "Rate": MIB}]),
    *met("device_write_bps", [], None, []),
    *met("device_read_iops", [{"path": "/b", "rate": 2}], [{"Path": "/a", "Rate": 1}, {"Path": "/b", "Rate": 2}]),
    *met("device_write_iops", [], None, [], [{"Path": "/a", "Rate": 1}]),
    *met("pids_limit", 0, None, 0, -1),
    *met("pids_limit", -1, None, 0, -1),
    *met("oom_killer", False, None, False),
    *met("oom_score_adj", 0, None, 0),
    *met("shm_size", "0", None, 64 * MIB),
    *met("ulimits", ["nofile:1024:2048"], [{"Name": "core", "Soft": 0, "Hard": 0}, LIMIT]),
    *met("sysctls", {"net.core.somaxconn": 7}, {"net.core.somaxconn": "7", "other": "1"}),
    *met("cgroup_parent", "", None, ""),
    *met("devices", ["/dev/fuse:/dev/fuse:mwr"], [DEVICE], [{**DEVICE, "CgroupPermissions": ""}]),
    *met("devices", [], None, [], [DEVICE]),
    *met("device_cgroup_rules", [], None, []),
    *met("device_cgroup_rules", ["c 42:* rmw"], ["c 42:* rmw"], ["c  42:*  rmw"]),
    *met(
        "device_requests",
        [{"capabilities": [["gpu"]]}],
        [{**REQUEST, "Capabilities": [["gpu"]]}],
        [{"Driver": "", "Count": 0, "DeviceIDs": [], "Capabilities": [["gpu"]], "Options": {}}],
    ),
    *met("device_requests", [], None, []),
    *met("runtime", "runc", None, "", "runc"),
    *met("runtime", "", None, "runc"),
    *met("tmpfs", ["/run:size=1m,rw"], {"/run": "rw,size=1m"}, {"/run/": "size=1m"}, {"/run": "size=1m", "/x": ""}),
    *met("volumes_from", ["a"], ["a"], ["a:rw"], ["b", "a"]),
    *met("volume_driver", "", None, ""),
    *met("storage_opts", {}, None, {}),
    *met("storage_opts", {"size": 7}, {"size": "7"}),
    *met("read_only", False, None, False),
    *met("privileged", False, None, False),
    *met("capabilities", ["NET_ADMIN"], ["CAP_NET_ADMIN"], ["net_admin"], ["SYS_TIME", "NET_ADMIN"]),
    *met("capabilities", ["cap_net_admin"], ["NET_ADMIN"]),
    *met("cap_drop", ["all"], ["ALL"]),
    *met("security_opts", ["no-new-privileges"], ["no-new-privileges:true"], ["no-new-privileges=true"]),
    *met("security_opts", ["no-new-privileges:true"], ["no-new-privileges"], ["label=disable", "no-new-privileges"]),
    *met("security_opts", ["label:disable"], ["label=disable"]),
    *met("cgroupns_mode", "host", "host"),
    *met("ipc_mode", "", None, "private", "shareable"),
    *met("pid_mode", "", None, ""),
    *met("userns_mode", "", None, ""),
    *met("uts", "", None, ""),
    *met("dns_servers", [], None, []),
    *met("dns_servers", ["2001:db8::1"], ["2001:db8::1"], ["2001:0db8:0::1"]),
    *met("dns_opts", [], None, [], ["ndots:2"]),
    *met("dns_opts", ["ndots:2"], ["rotate", "ndots:2"]),
    *met("dns_search_domains", [], None, []),
]


@pytest.mark.parametrize("case", MET, ids=show)
def test_met(case: Case) -> None:
    blueprint = case.make_blueprint()
    before = copy.deepcopy(blueprint.body)
    assert case.merge(blueprint) == []
    assert blueprint.body == before


CHANGED: list[Case] = [
    Case("entrypoint", ["/a"], ["/b"], ["/a"]),
    Case("entrypoint", [], None, [], image={"Entrypoint": ["/i"]}),
    Case("env", {"A": "2"}, ["A=1", "B=1"], ["A=2", "B=1"]),
    Case("labels", {"a": "2", "b": None}, {"a": "1", "b": "1", "c": "1"}, {"a": "2", "c": "1"}),
    Case("domainname", "example.com", None, "example.com"),
    Case("domainname", "", "example.com", ""),
    Case("user", "1", "2", "1"),
    Case("user", "", "2", "app", image={"User": "app"}),
    Case("groups", ["b"], ["a"], ["a", "b"]),
    Case("init", True, None, True),
    Case("stop_signal", "SIGINT", "SIGTERM", "SIGINT"),
    Case("stop_signal", "", "INT", "SIGQUIT", image={"StopSignal": "SIGQUIT"}),
    Case("stop_signal", "2", None, "2"),
    Case("auto_remove", True, False, True),
    Case("restart_policy", "always", {"Name": "no"}, {"Name": "always", "MaximumRetryCount": 0}),
    Case("healthcheck", {"retries": 2}, {"Retries": 3, "Test": ["CMD", "x"]}, {"Retries": 2, "Test": ["CMD", "x"]}),
    Case("log_driver", "local", "json-file", "local"),
    Case("log_options", {"a": "2", "b": None}, {"a": "1", "b": "1", "c": "1"}, {"a": "2", "c": "1"}, beside=LOG),
    Case("memory", "64M", 0, 64 * MIB),
    Case("memory_reservation", "6M", None, 6 * MIB),
    Case("memory_swap", "-1", 64 * MIB, -1),
    Case("memory_swap", "0", -1, 0, host_config={"Memory": 32 * MIB}),
    Case("memory_swap", "0", 63 * MIB, 0, host_config={"Memory": 32 * MIB}),
    Case("memory_swappiness", 0, None, 0),
    Case("memory_swappiness", -1, 60, -1),
    Case("kernel_memory", "8M", 0, 8 * MIB),
    Case("cpus", 0.75, 700000000, 750000000),
    Case("cpu_period", 1000, 0, 1000),
    Case("cpu_quota", 1000, -1, 1000),
    Case("cpu_quota", -1, 1000, -1),
    Case("cpu_shares", 1024, 0, 1024),
    Case("cpuset_cpus", "0", "0-1", "0"),
    Case("cpuset_cpus", "", "0", ""),
    Case("cpuset_mems", "1", "0", "1"),
    Case("blkio_weight", 10, 0, 10),
    *(
        Case(
            option,
            [{"path": "/b", "rate": rate}],
            [{"Path": "/b", "Rate": 9}, {"Path": "/a", "Rate": 1}],
            [{"Path": "/b", "Rate": 2}, {"Path": "/a", "Rate": 1}],
        )
        for option, rate in (
            ("device_read_bps", "2"),
            ("device_write_bps", "2"),
            ("device_read_iops", 2),
            ("device_write_iops", 2),
        )
    ),
    Case("pids_limit", 1, None, 1),
    Case("pids_limit", -1, 1, -1),
    Case("oom_killer", True, None, True),
    Case("oom_score_adj", 1, 0, 1),
    Case("shm_size", "1M", 64 * MIB, MIB),
    Case("shm_size", "0", MIB, 0),
    Case("ulimits", ["nofile:1024:2048"], [{**LIMIT, "Hard": 4096}], [LIMIT]),
    Case("sysctls", {"a": 2}, {"a": "1", "b": "1"}, {"a": "2", "b": "1"}),
    Case("sysctls", {"a": None}, {"a": "1", "b": "1"}, {"b": "1"}),
    Case("cgroup_parent", "/x", "", "/x"),
    Case("devices", ["/dev/fuse:r"], [DEVICE], [{**DEVICE, "CgroupPermissions": "r"}]),
    Case("devices", ["/dev/fuse:/dev/x"], [DEVICE], [DEVICE, {**DEVICE, "PathInContainer": "/dev/x"}]),
    Case("device_cgroup_rules", [], ["c 42:* rmw"], []),
    Case("device_cgroup_rules", ["a *:* r", "c 1:1 r"], ["c 1:1 r", "a *:* r"], ["a *:* r", "c 1:1 r"]),
    Case("device_requests", [{"count": 1}], [{**REQUEST, "Count": -1}], [{**REQUEST, "Count": 1}]),
    Case("runtime", "crun", "runc", "crun"),
    Case("tmpfs", ["/run:size=2m"], {"/run": "size=1m", "/x": ""}, {"/run": "size=2m", "/x": ""}),
    Case("volumes_from", ["a:ro"], ["b"], ["b", "a:ro"]),
    Case("volume_driver", "other", "", "other"),
    Case("storage_opts", {"size": "1G"}, None, {"size": "1G"}),
    Case("read_only", True, None, True),
    Case("privileged", True, False, True),
    Case("privileged", False, True, False),
    Case("capabilities", ["SYS_TIME"], ["NET_ADMIN"], ["NET_ADMIN", "SYS_TIME"]),
    Case("cap_drop", ["ALL"], None, ["ALL"]),
    Case("security_opts", ["apparmor=x"], ["apparmor=y", "label=disable"], ["apparmor=x", "label=disable"]),
    Case("security_opts", ["no-new-privileges:false"], ["no-new-privileges"], ["no-new-privileges:false"]),
    Case("security_opts", ["label=user:x"], ["label=disable"], ["label=disable", "label=user:x"]),
    Case("cgroupns_mode", "host", "private", "host"),
    Case("ipc_mode", "host", "private", "host"),
    Case("ipc_mode", "", "host", ""),
    Case("pid_mode", "", "host", ""),
    Case("userns_mode", "host", "", "host"),
    Case("uts", "host", "", "host"),
    Case("dns_servers", ["192.0.2.1"], None, ["192.0.2.1"]),
    Case("dns_servers", ["192.0.2.2", "192.0.2.1"], ["192.0.2.1", "192.0.2.2"], ["192.0.2.2", "192.0.2.1"]),
    Case("dns_servers", [], ["192.0.2.1"], []),
    Case("dns_opts", ["rotate"], ["ndots:2"], ["ndots:2", "rotate"]),
    Case("dns_search_domains", ["."], None, ["."]),
]


@pytest.mark.parametrize("case", CHANGED, ids=show)
def test_changed(case: Case) -> None:
    blueprint = case.make_blueprint()
    assert case.merge(blueprint) == [case.option]
    assert OPTIONS[case.option].read(blueprint.body) == case.then
    assert case.merge(blueprint) == [], "a second time it changes nothing"


# As with the comparison strict: nothing else is there.
EXACT: list[Case] = [
    Case("env", {"A": "1"}, ["A=1", "B=1", "I=1"], ["A=1", "I=1"], image={"Env": ["I=1"]}),
    Case("labels", {"a": "1"}, {"a": "1", "b": "1", "i": "1"}, {"a": "1", "i": "1"}, image={"Labels": {"i": "1"}}),
    Case("groups", [], ["a"], []),
    Case(
        "healthcheck",
        {"test": "x"},
        {"Test": ["CMD-SHELL", "x"], "Retries": 2},
        {"Test": ["CMD-SHELL", "x"]},
    ),
    Case("log_options", {"a": "1"}, {"a": "1", "b": "1"}, {"a": "1"}, beside=LOG),
    *(
        Case(option, [], [{"Path": "/a", "Rate": 1}], [])
        for option in ("device_read_bps", "device_write_bps", "device_read_iops", "device_write_iops")
    ),
    Case("ulimits", ["nofile:1024:2048"], [{"Name": "core", "Soft": 0, "Hard": 0}, LIMIT], [LIMIT]),
    Case("sysctls", {}, {"a": "1"}, {}),
    Case("devices", [], [DEVICE], []),
    Case("device_requests", [], [REQUEST], []),
    Case("tmpfs", [], {"/run": ""}, {}),
    Case("volumes_from", ["a"], ["b", "a:rw"], ["a:rw"]),
    Case("storage_opts", {}, {"size": "1G"}, {}),
    Case("capabilities", ["NET_ADMIN"], ["CAP_NET_ADMIN", "SYS_TIME"], ["CAP_NET_ADMIN"]),
    Case("cap_drop", [], ["ALL"], []),
    Case("security_opts", [], ["label=disable"], []),
    Case(
        "security_opts",
        ["apparmor=x"],
        ["apparmor=x", "seccomp=unconfined", "label=disable"],
        ["apparmor=x", "label=disable"],
        host_config={"Privileged": True},
    ),
    Case("dns_opts", [], ["ndots:2"], []),
]


@pytest.mark.parametrize("case", EXACT, ids=show)
def test_exact(case: Case) -> None:
    blueprint = case.make_blueprint()
    assert case.merge(blueprint) == [], "it stays unless it is asked for"
    assert case.merge(blueprint, "strict") == [case.option]
    assert OPTIONS[case.option].read(blueprint.body) == case.then
    assert case.merge(blueprint, "strict") == [], "a second time it changes nothing"


EXACT_AND_MET: list[Case] = [
    Case(
        "healthcheck", {"test": "x"}, {"Test": ["CMD-SHELL", "x"], "Retries": 2}, image={"Healthcheck": {"Retries": 2}}
    ),
    Case("security_opts", [], ["label=disable"], host_config={"Privileged": True}),
    Case("security_opts", [], ["label=disable"], host_config={"PidMode": "host"}),
    Case("capabilities", ["net_admin"], ["CAP_NET_ADMIN"]),
    Case("device_requests", [{"count": 1}], [{**REQUEST, "Count": 1}]),
    Case("env", {}, ["I=1"], image={"Env": ["I=1"]}),
    Case("labels", {}, {"com.docker.compose.project": "shop"}),
    Case("dns_opts", [], None),
    Case("sysctls", {}, None),
    Case("tmpfs", [], None),
]


@pytest.mark.parametrize("case", EXACT_AND_MET, ids=show)
def test_exact_and_met(case: Case) -> None:
    blueprint = case.make_blueprint()
    assert case.merge(blueprint, "strict") == []


@pytest.mark.parametrize("case", CHANGED, ids=show)
def test_ignored(case: Case) -> None:
    assert case.merge(case.make_blueprint(), "ignore") == []


# -- options that concern each other -----------------------------------------------------------------------------------


def test_one_way_of_limiting_cpus_takes_the_place_of_the_other() -> None:
    body: Body = {"HostConfig": {"CpuPeriod": 1000, "CpuQuota": 5000}}
    merge_options(Blueprint(body, {}), parse_options({"cpus": 0.5}))
    assert body["HostConfig"] == {"CpuPeriod": 0, "CpuQuota": 0, "NanoCpus": 5 * 10**8}
    merge_options(Blueprint(body, {}), parse_options({"cpu_quota": 1000}))
    assert body["HostConfig"] == {"CpuPeriod": 0, "CpuQuota": 1000, "NanoCpus": 0}


def test_another_log_driver_has_no_options_of_the_former() -> None:
    body: Body = {"HostConfig": {"LogConfig": {"Type": "json-file", "Config": {"max-size": "1m"}}}}
    assert merge_options(Blueprint(body, {}), parse_options({"log_driver": "local"})) == ["log_driver"]
    assert body["HostConfig"]["LogConfig"] == {"Type": "local", "Config": {}}


def test_a_diff_shows_no_value_that_may_be_secret() -> None:
    config = {"Type": "splunk", "Config": {"splunk-token": "s3cret", "tag": "x"}}
    driver = {"Name": "local", "Options": {"o": "password=s3cret", "type": "cifs"}}
    mount = {"Type": "volume", "Target": "/m", "VolumeOptions": {"DriverConfig": driver}}
    body: Body = {"Env": ["A=s3cret"], "HostConfig": {"LogConfig": config, "Mounts": [mount]}}
    shown = {option: show_option(option, body) for option in ("env", "log_driver", "log_options", "mounts")}
    assert "s3cret" not in str(shown)
    assert shown["env"] == ["A"]
    assert shown["log_driver"] == "splunk"
    assert shown["log_options"] == ["splunk-token", "tag"]
    assert shown["mounts"][0]["VolumeOptions"]["DriverConfig"]["Options"] == {"o": "********", "type": "********"}


# -- nothing is left out -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("table", [MET, CHANGED], ids=["met", "changed"])
def test_every_option_is_tried(table: list[Case]) -> None:
    assert {case.option for case in table} == set(OPTIONS) - ELSEWHERE


def test_every_list_and_map_is_tried_exactly() -> None:
    merged = {name for name, option in OPTIONS.items() if option.comparison == "allow_more_present"}
    assert {case.option for case in EXACT} == merged - ELSEWHERE
