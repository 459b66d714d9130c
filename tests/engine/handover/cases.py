# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Two values of each option of containers, as a task of community.docker has them."""

from __future__ import annotations

import typing as t

from ansible_collections.bridgeport.docker.plugins.module_utils._desired.argspec import CONTAINER_SPEC
from ansible_collections.bridgeport.docker.plugins.module_utils._desired.mount_options import ROWS
from ansible_collections.bridgeport.docker.plugins.module_utils._desired.option_table import OPTIONS

Task = t.Dict[str, t.Any]


class Case(t.NamedTuple):
    """``values``: that with which the peer makes the container, and those to which it is changed after that.

    ``beside``: other options that this one needs. ``since``: the API that the engine must have. ``of_mount``: the
    option of mounts that it is about. ``spelled``: other ways to write the first value, which make no difference.
    ``counts``: whether another value is a difference.
    """

    option: str
    values: tuple[t.Any, ...]
    beside: Task = {}  # noqa: RUF012
    since: tuple[int, int] = (1, 41)
    of_mount: str = ""
    spelled: tuple[t.Any, ...] = ()
    counts: bool = True

    @property
    def name(self) -> str:
        number = "" if not self.of_mount else f"-{self.of_mount}"
        return f"{self.option}{number}"


# Put in the place of these by the test: names of its own.
VOLUME, OTHER_VOLUME = "{volume}", "{other-volume}"
# It has a folder "below".
FULL_VOLUME = "{full-volume}"
SOURCE, OTHER_SOURCE = "{source}", "{other-source}"
FOLDER, BUSYBOX = "{folder}", "{busybox}"
PATH = "/data"


def mount(option: str, kind: str, *values: t.Any, since: tuple[int, int] = (1, 41), **more: t.Any) -> Case:
    source = {"bind": {"source": FOLDER}, "volume": {"source": VOLUME}, "tmpfs": {}, "image": {"source": BUSYBOX}}[kind]
    made = tuple([{"target": PATH, "type": kind, **source, **more, option: value}] for value in values)
    return Case("mounts", made, since=since, of_mount=f"{option}-{kind}")


CASES: list[Case] = [
    Case("image", (BUSYBOX,), spelled=(f"library/{BUSYBOX}", f"docker.io/library/{BUSYBOX}")),
    Case("command", ("sleep 1001", ["sleep", "1002"])),
    Case("entrypoint", (["sleep"], ["/bin/sleep"]), {"command": ["1000"]}),
    Case("env", ({"A": "1", "B": "x y"}, {"A": "2"})),
    Case("labels", ({"a": "1", "b": "2"}, {"a": "3"})),
    Case("hostname", ("one", "two")),
    Case("domainname", ("example.com", "example.org")),
    Case("user", ("0:0", "1000")),
    Case("groups", (["1001", "1002"], ["1003"])),
    Case("working_dir", ("/etc", "/tmp"), spelled=("/etc/",)),
    Case("interactive", (True, False)),
    Case("tty", (True, False)),
    Case("init", (True, False)),
    Case("stop_signal", ("SIGTERM", "SIGINT"), spelled=("TERM", "15")),
    Case("stop_timeout", (3, 5), counts=False),
    Case("auto_remove", (False,)),
    Case("restart_policy", ("no", "always", "unless-stopped")),
    Case("restart_retries", (3, 4), {"restart_policy": "on-failure"}),
    Case(
        "healthcheck", ({"test": "true", "interval": "1m30s", "retries": 3}, {"test": ["CMD", "true"], "timeout": "5s"})
    ),
    Case("log_driver", ("json-file", "local")),
    Case("log_options", ({"max-size": "1m", "max-file": "3"}, {"max-size": "2m"}), {"log_driver": "json-file"}),
    Case("memory", ("64M", "128M"), spelled=("65536K",)),
    Case("memory_reservation", ("16M", "32M")),
    Case("memory_swap", ("128M", "-1", "256M"), {"memory": "64M"}, spelled=("0.125G", "131072K")),
    Case("memory_swappiness", (10, 20)),
    Case("kernel_memory", ("32M", "64M")),
    Case("cpus", (0.5, 0.75)),
    Case("cpu_period", (50000, 100000)),
    Case("cpu_quota", (20000, 30000)),
    Case("cpu_shares", (512, 256)),
    Case("cpuset_cpus", ("0-1", "0"), spelled=("0,1", "1,0")),
    Case("cpuset_mems", ("0",), spelled=("0-0",)),
    Case("blkio_weight", (300, 400)),
    *(
        Case(option, ([{"path": "{disk}", "rate": rate}], [{"path": "{disk}", "rate": other}]))
        for option, rate, other in (
            ("device_read_bps", "1M", "2M"),
            ("device_write_bps", "1M", "2M"),
            ("device_read_iops", 1000, 2000),
            ("device_write_iops", 1000, 2000),
        )
    ),
    Case("pids_limit", (100, 200, -1)),
    Case("oom_killer", (True, False), {"memory": "64M"}),
    Case("oom_score_adj", (500, 600)),
    Case("shm_size", ("32M", "16M")),
    Case("ulimits", (["nofile:1024:2048"], ["nofile:1024:4096", "nproc:500:500"]), spelled=(["nofile=1024:2048"],)),
    Case("sysctls", ({"net.core.somaxconn": "512"}, {"net.core.somaxconn": 1024})),
    Case("cgroup_parent", ("{cgroup}", "{cgroup}/second")),
    Case("devices", (["/dev/null:/dev/one"], ["/dev/null:/dev/one:r"]), spelled=(["/dev/null:/dev/one:rwm"],)),
    Case("device_cgroup_rules", (["c 42:* rmw"], ["c 43:* rmw", "c 42:* r"])),
    # Not started, as few hosts have such devices. The driver is named: the peer takes what is left out for null.
    Case(
        "device_requests",
        (
            [{"driver": "nvidia", "count": -1, "capabilities": [["gpu"]]}],
            [{"driver": "nvidia", "count": 0, "device_ids": ["0"], "capabilities": [["gpu", "utility"]]}],
        ),
        {"state": "present"},
    ),
    Case("runtime", ("runc",)),
    Case(
        "volumes",
        ([f"{VOLUME}:{PATH}:rw"], [f"{VOLUME}:{PATH}:ro"], [f"{OTHER_VOLUME}:{PATH}:ro"]),
        spelled=([f"{VOLUME}:{PATH}"], [f"{VOLUME}:{PATH}/:rw"]),
    ),
    Case("tmpfs", (["/run:size=1m,mode=700"], ["/run:size=2m"]), spelled=(["/run:mode=700,size=1m"],)),
    Case("volumes_from", ([SOURCE], [f"{OTHER_SOURCE}:ro"]), spelled=([f"{SOURCE}:rw"],)),
    Case("volume_driver", ("local",)),
    Case("storage_opts", ({"size": "1G"}, {"size": "2G"})),
    Case("read_only", (True, False)),
    Case("privileged", (True, False)),
    Case("capabilities", (["NET_ADMIN"], ["SYS_TIME"]), spelled=(["CAP_NET_ADMIN"], ["net_admin"])),
    Case("cap_drop", (["MKNOD"], ["ALL"]), spelled=(["CAP_MKNOD"],)),
    Case(
        "security_opts",
        (["no-new-privileges"], ["no-new-privileges", "seccomp=unconfined"]),
        spelled=(["no-new-privileges:true"], ["no-new-privileges=true"]),
    ),
    Case("cgroupns_mode", ("host", "private")),
    Case("ipc_mode", ("private", "shareable", f"container:{SOURCE}", "host")),
    Case("pid_mode", ("host", f"container:{SOURCE}")),
    Case("userns_mode", ("host",)),
    Case("uts", ("host",)),
    Case("dns_servers", (["192.0.2.1", "192.0.2.2"], ["192.0.2.2"], [])),
    Case("dns_opts", (["ndots:2"], ["ndots:3"])),
    Case("dns_search_domains", (["example.com"], ["example.org", "example.com"])),
    Case("etc_hosts", ({"db": "192.0.2.1"}, {"db": "192.0.2.2"})),
    Case("links", ([f"{SOURCE}:one"], [f"{SOURCE}:two"])),
    Case("platform", ("linux/amd64", "linux"), counts=False),
    Case("env_file", ("{env-file}", "{other-env-file}")),
    Case("mac_address", ("02:42:ac:11:00:99", "02:42:ac:11:00:98"), spelled=("02:42:AC:11:00:99",)),
    Case("exposed_ports", (["81", "53/udp"], ["82"])),
    Case("published_ports", (["127.0.0.1:{port}:80"], ["127.0.0.1:{other-port}:80/tcp"])),
    Case("network_mode", ("bridge", "none", "host", f"container:{SOURCE}"), spelled=("default",)),
    Case(
        "networks",
        ([{"name": "{network}", "aliases": ["one"]}], [{"name": "{network}", "ipv4_address": "{address}"}]),
    ),
    mount("type", "bind", "bind"),
    mount("type", "volume", "volume", "volume", read_only=True),
    mount("read_only", "bind", True, False),
    mount("consistency", "bind", "default", "cached"),
    mount("propagation", "bind", "rprivate", "private"),
    mount("non_recursive", "bind", True),
    mount("create_mountpoint", "bind", True, since=(1, 42)),
    mount("read_only_non_recursive", "bind", True, since=(1, 44), read_only=True),
    mount("read_only_force_recursive", "bind", True, since=(1, 44), read_only=True, propagation="rprivate"),
    mount("no_copy", "volume", True, False),
    mount("labels", "volume", {"a": "1"}, {"a": "2"}),
    mount("volume_driver", "volume", "local"),
    mount("volume_options", "volume", {"type": "tmpfs", "device": "tmpfs"}, volume_driver="local"),
    mount("subpath", "volume", "below", since=(1, 45), source=FULL_VOLUME),
    mount("subpath", "image", "etc", since=(1, 48)),
    mount("type", "image", "image", since=(1, 48)),
    mount("tmpfs_size", "tmpfs", "1M", "2M"),
    mount("tmpfs_mode", "tmpfs", "700", "1777"),
    mount("tmpfs_options", "tmpfs", [{"exec": None}], [{"noexec": None}], since=(1, 46)),
]

# What is no description of a container, or concerns the whole of the list.
NOT_TRIED = {
    *("pull", "purge", "purge_networks", "bind_policy", "default_host_ip", "force_kill", "publish_all_ports"),
    *("writable_layer", "writable_layer_deletions", "update_order", "dependents", "auto_remove_swap"),
    *("wait", "wait_timeout"),
}


def list_untried() -> set[str]:
    """What the argument spec has and no case is about."""
    tried = {case.option for case in CASES}
    mounts = {case.of_mount.partition("-")[0] for case in CASES}
    return ({*CONTAINER_SPEC, *OPTIONS} - tried - NOT_TRIED) | {f"mounts.{option}" for option in set(ROWS) - mounts}
