# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.

from __future__ import annotations


class ModuleDocFragment:
    # What a container may use and do, written as the options in _container.py are, and put below containers there.
    DOCUMENTATION = r"""
options:
  memory:
    description:
      - The limit of memory, such as V(512M) or V(2G), in powers of 1024. The least is V(6M), and V("0") is no limit.
      - When unset, a new container has no limit.
    type: str
  memory_reservation:
    description:
      - The memory that the container keeps when the host runs short, as a size like O(memory), which it must not
        exceed. The least is V(6M), and V("0") is none.
    type: str
  memory_swap:
    description:
      - The limit of memory and swap together, as a size like O(memory), which it must not be below. V(-1) and
        V(unlimited) are no limit of swap.
      - V("0") and, for a new container, leaving it out are twice the O(memory). A limit that came about in this way
        follows O(memory).
      - It needs a limit of O(memory), and a kernel that accounts for swap.
    type: str
  memory_swappiness:
    description:
      - How readily the kernel moves memory of the container to swap, from V(0) to V(100). V(-1) is the host's setting.
      - Hosts with cgroups of version 2 do not have it, so that it is refused there with the failure code
        V(unsupported). V(-1) is what they do anyway.
    type: int
  kernel_memory:
    description:
      - The limit of the kernel's memory, as a size like O(memory). V("0") is no limit.
      - Docker Engine 23 (API 1.42) has given it up, and hosts with cgroups of version 2 never had it, so that a limit
        is refused there with the failure code V(unsupported).
    type: str
  cpus:
    description:
      - How many CPUs the container may use, such as V(1.5), not more than the host has. V(0) is no limit.
      - It takes the place of O(cpu_period) and O(cpu_quota) that the container has, and excludes them in a task.
    type: float
  cpu_period:
    description:
      - The length in microseconds of the periods to which O(cpu_quota) refers, from V(1000) to V(1000000). V(0) is the
        kernel's, 100000.
      - It takes the place of O(cpus) that the container has.
    type: int
  cpu_quota:
    description:
      - The CPU time in microseconds that the container has in each O(cpu_period), V(1000) or more. V(0) and V(-1) are
        no limit.
      - It takes the place of O(cpus) that the container has.
    type: int
  cpu_shares:
    description:
      - The weight of the container where CPUs are short. V(0) is that of the kernel, which is V(1024).
    type: int
  cpuset_cpus:
    description:
      - The CPUs that the container may use, such as V(0-3) or V("0,1"). They must exist. An empty text is all of them.
    type: str
  cpuset_mems:
    description:
      - The memory nodes that the container may use, as O(cpuset_cpus).
    type: str
  blkio_weight:
    description:
      - The weight of the container's input and output on block devices, from V(10) to V(1000). V(0) is none of its own.
      - Not every kernel has it.
    type: int
  device_read_bps:
    description:
      - How much the container may read from devices in a second.
      - The list is merged with what the container has, by the path. What is not listed stays.
    type: list
    elements: dict
    suboptions: &rates
      path:
        description:
          - The path of the device on the host, which must exist.
        type: str
        required: true
      rate:
        description:
          - The limit in bytes, such as V(10M), in powers of 1024. V("0") is none.
        type: str
        required: true
  device_write_bps:
    description:
      - How much the container may write to devices in a second, as O(device_read_bps).
    type: list
    elements: dict
    suboptions: *rates
  device_read_iops:
    description:
      - How many times the container may read from devices in a second.
      - The list is merged with what the container has, by the path. What is not listed stays.
    type: list
    elements: dict
    suboptions: &operations
      path:
        description:
          - The path of the device on the host, which must exist.
        type: str
        required: true
      rate:
        description:
          - The limit. V(0) is none.
        type: int
        required: true
  device_write_iops:
    description:
      - How many times the container may write to devices in a second, as O(device_read_iops).
    type: list
    elements: dict
    suboptions: *operations
  pids_limit:
    description:
      - How many processes and threads the container may have. V(0) and V(-1) are no limit.
    type: int
  oom_killer:
    description:
      - Whether the kernel does B(not) end processes of the container that is out of memory, as C(docker run
        --oom-kill-disable). V(false) lets the kernel do that.
      - Give O(memory) as well, otherwise the host runs out of memory. Hosts with cgroups of version 2 do not have it,
        so that V(true) is refused there with the failure code V(unsupported).
    type: bool
  oom_score_adj:
    description:
      - How early the kernel ends processes of the container when the host is out of memory, from V(-1000), which is
        never, to V(1000).
    type: int
  shm_size:
    description:
      - The size of C(/dev/shm) in the container, as a size like O(memory). V("0") is the engine's default, 64M unless
        it is configured otherwise.
    type: str
  ulimits:
    description:
      - Limits of the container's processes, each with its name, its soft and its hard limit, such as
        V(nofile:1024:2048) or V(nproc=512). One number is both. V(-1) is no limit.
      - They are merged with those that the container has, by name. What is not listed stays, such as the engine's
        default limits.
    type: list
    elements: str
  sysctls:
    description:
      - Settings of the kernel for the container, such as V(net.core.somaxconn=1024) as a key and its value. Only those
        that the kernel keeps for each container.
      - They are merged with those that the container has. V(null) removes one.
    type: dict
  cgroup_parent:
    description:
      - The cgroup below which that of the container is made. An empty text is the engine's.
      - With the engine's cgroup driver V(systemd) it is a slice, such as V(web.slice).
    type: str
  devices:
    description:
      - Devices of the host that the container has, each as C(docker run --device) takes it, such as V(/dev/fuse),
        V(/dev/sda:/dev/xvda) or V(/dev/sda:/dev/xvda:r). The permissions are V(rwm) where none are given.
      - They are merged with those that the container has, by the path in the container. What is not listed stays.
    type: list
    elements: str
  device_cgroup_rules:
    description:
      - Rules for devices that appear later, such as V(c 42:* rmw).
      - The list is exact. V([]) is none.
    type: list
    elements: str
  device_requests:
    description:
      - Devices that a driver chooses, such as GPUs.
      - When one is not there as it is listed, the list takes the place of what the container has.
    type: list
    elements: dict
    suboptions:
      capabilities:
        description:
          - What the device must be capable of, a list of lists. All capabilities of one of the inner lists are needed,
            such as V([[gpu]]).
        type: list
        elements: list
      count:
        description:
          - How many devices, V(-1) for all of them. Excludes O(device_requests[].device_ids).
        type: int
      device_ids:
        description:
          - The IDs of the devices.
        type: list
        elements: str
      driver:
        description:
          - The driver. When unset, the engine finds one by the capabilities.
        type: str
      options:
        description:
          - Options for the driver.
        type: dict
  runtime:
    description:
      - The runtime of the container, one of those that the engine is configured with. An empty text is the engine's
        default, V(runc) unless it is configured otherwise.
    type: str
  privileged:
    description:
      - Whether the container has all capabilities and devices of the host, as C(docker run --privileged).
      - When unset, a new container has not.
    type: bool
  capabilities:
    description:
      - Capabilities that the container has beyond those of every container, such as V(NET_ADMIN), V(CAP_NET_ADMIN) or
        V(ALL). Case and the prefix do not matter.
      - They are merged with those that the container has. What is not listed stays.
    type: list
    elements: str
  cap_drop:
    description:
      - Capabilities that the container does not have although every container has them, as O(capabilities).
    type: list
    elements: str
  security_opts:
    description:
      - Settings of the host's security modules, such as V(no-new-privileges), V(label=disable) or
        V(apparmor=unconfined). A colon is as good as the equals sign.
      - They are merged with those that the container has, by what stands before the equals sign. Labels stand beside
        each other. What is not listed stays.
    type: list
    elements: str
  cgroupns_mode:
    description:
      - Whether the container sees the host's cgroups, V(host), or its own only, V(private).
      - When unset, the engine decides for a new container, V(host) with cgroups of version 1 and V(private) with
        version 2, unless it is configured otherwise.
    type: str
    choices: [host, private]
  ipc_mode:
    description:
      - With whom the container shares memory, that is V(private) for none, V(shareable) for those that ask for it,
        V(host), V(none) for no C(/dev/shm), or V(container:<name or ID>).
      - An empty text is the engine's default, V(private) unless it is configured otherwise.
    type: str
  pid_mode:
    description:
      - Whose processes the container sees, those of the V(host) or of another container with
        V(container:<name or ID>). An empty text is its own only.
    type: str
  userns_mode:
    description:
      - V(host) leaves the container in the host's user namespace where the engine remaps users. An empty text is the
        engine's setting.
    type: str
  uts:
    description:
      - V(host) gives the container the host's name, and excludes O(hostname). An empty text is a name of its own.
    type: str
"""
