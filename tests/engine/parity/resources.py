# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Values of the options of containers that are about resources, devices and security: fine ones, and odd ones.

What only the kernel, the disk, the image or a plugin of the host knows is not among them, such as a group that the
image has not, or a capability that the kernel withholds: the engine says so when a container is made or started.
"""

from __future__ import annotations

import typing as t

Values = t.Tuple[t.Sequence[t.Any], t.Sequence[t.Any]]

RESOURCES: dict[str, Values] = {
    "memory_reservation": (("32M", "0"), ("-1", "10P", "x")),
    "memory_swap": (("-1", "2G", "0", "unlimited"), ("1M", "soon")),
    "memory_swappiness": ((-1,), (0, 60, 101)),
    "kernel_memory": (("0",), ("64M",)),
    "cpus": ((0.5, 1, 0), (-1, 10**5)),
    "cpu_period": ((100000, 0), (1, 10**7)),
    "cpu_quota": ((50000, -1, 0), ()),
    "cpu_shares": ((512, 0), (-1,)),
    "cpuset_cpus": (("0", "0-1", ""), ("x",)),
    "cpuset_mems": (("0", ""), ("x",)),
    "pids_limit": ((100, -1, 0), (-7,)),
    "oom_killer": ((False,), (True,)),
    "oom_score_adj": ((0, 500), (-2000, 1001)),
    "shm_size": (("64M", "128M", "0"), ("-1", "x")),
    "ulimits": ((["nofile:100:200"], ["nofile=100"], []), (["nofile:200:100"], ["nofile"])),
    "sysctls": (({"net.core.somaxconn": 512}, {}), ()),
    "devices": ((["/dev/null:/dev/x:rw"], ["/dev/zero"], []), (["relative"], ["/dev/null:/x:q"])),
    "device_cgroup_rules": ((["c 1:3 rwm"], []), (["c 1:3"], ["z 1:3 rwm"])),
    "tmpfs": ((["/run:size=1m"], ["/scratch"], []), (["relative"], ["/"])),
    "dns_servers": ((["192.0.2.53"], []), (["nonsense"],)),
    "dns_opts": ((["ndots:2"],), ()),
    "dns_search_domains": ((["example.org"], ["."]), ()),
    "groups": ((["5"], []), ()),
    "init": ((True, False), ()),
    "read_only": ((True, False), ()),
    "stop_signal": (("KILL", "SIGTERM", "9"), ()),
    "domainname": (("example.org", ""), ()),
    "capabilities": ((["NET_ADMIN"], ["cap_chown"]), (["a b"],)),
    "cap_drop": ((["CHOWN"],), (["a b"],)),
    "security_opts": ((["no-new-privileges"], ["seccomp=unconfined"]), ([""],)),
    "cgroupns_mode": (("host", "private"), ()),
    "ipc_mode": (("private", "shareable", "host", "none"), ("nonsense", "container:missing", "container:")),
    "pid_mode": (("host", ""), ("nonsense", "container:missing")),
    "uts": (("host", ""), ("nonsense",)),
    "userns_mode": (("host", ""), ("nonsense",)),
    "runtime": (("runc",), ("missing",)),
    "log_driver": (("json-file", "none"), ()),
    "volumes_from": (([],), (["missing"], ["x:q"])),
    "storage_opts": (({},), ()),
}
