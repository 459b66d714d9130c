# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How much memory the module takes while it carries a large writable layer."""

from __future__ import annotations

import time

from ansible_collections.bridgeport.docker.tests.bench import peers
from ansible_collections.bridgeport.docker.tests.bench.gap import SERVE
from ansible_collections.bridgeport.docker.tests.bench.table import Row
from ansible_collections.bridgeport.docker.tests.support.real_engine import (
    docker,
    free_ports,
    make_images,
    random_name,
    run_module,
)

TITLE = "memory: the largest memory of the module's process while a port is added to a container"
ROUNDS = 3
# In MB. What streams takes the same for any of them but the first, which has nothing to carry.
SIZES = (0, 50, 200)


def measure() -> list[Row]:
    """Ours alone: community.docker does not carry the writable layer at all."""
    image = make_images().busybox
    (port,) = free_ports(1)
    memory = {size: Row(f"peak, {size} MB in the writable layer", "MiB") for size in SIZES}
    seconds = {size: Row(f"time of the replacement, {size} MB in the writable layer", "s") for size in SIZES}
    for _round in range(ROUNDS):
        for size in SIZES:
            name = random_name("bench-memory")
            docker("run", "-d", "--name", name, image, "sh", "-c", SERVE)
            try:
                if size:
                    docker("exec", name, "dd", "if=/dev/urandom", "of=/large", "bs=1M", f"count={size}")
                before = _checksum(name) if size else ""
                start = time.monotonic()
                ports = [f"127.0.0.1:{port}:80"]
                ran = run_module("docker_port_publish", {"name": name, "published_ports": ports}, python=peers.PYTHON)
                seconds[size].ours.append(time.monotonic() - start)
                if ran.result.get("changed") is not True or (size and _checksum(name) != before):
                    raise AssertionError(f"the layer did not go along: {ran.result}")
                memory[size].ours.append(ran.peak / 1024)
            finally:
                docker("rm", "-f", "-v", name, check=False)
    large = max(memory[SIZES[-1]].ours)
    memory[SIZES[-1]].note = (
        f"at worst {large / min(memory[0].ours):.2f} times that of the empty layer and"
        f" {large / min(memory[SIZES[1]].ours):.2f} times that of {SIZES[1]} MB; community.docker loses the layer"
    )
    return [*memory.values(), *seconds.values()]


def _checksum(name: str) -> str:
    return docker("exec", name, "md5sum", "/large")
