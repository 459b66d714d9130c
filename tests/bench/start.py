# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What one task costs on the host that has nothing to do: the process that Ansible starts there, and what it sends."""

from __future__ import annotations

import tempfile
from pathlib import Path

from ansible_collections.bridgeport.docker.tests.bench import peers
from ansible_collections.bridgeport.docker.tests.bench.gap import SERVE
from ansible_collections.bridgeport.docker.tests.bench.table import OURS, THEIRS, Row
from ansible_collections.bridgeport.docker.tests.support.real_engine import docker, free_ports, make_images, random_name

TITLE = "start: the module's process alone, one container as it should be, in pairs"
ROUNDS = 40
_OURS = ("docker_port_publish", "docker_container")


def measure() -> list[Row]:
    return [row for module in _OURS for row in _measure(module)]


def _measure(module: str) -> list[Row]:
    modules = {OURS: module, THEIRS: "docker_container"}
    name = random_name("bench-start")
    (port,) = free_ports(1)
    options = {
        "name": name,
        "image": make_images().busybox,
        "command": ["sh", "-c", SERVE],
        "published_ports": [f"127.0.0.1:{port}:80"],
    }
    cpu, wall = (Row(f"{module}, {what}", "ms", paired=True) for what in ("CPU time", "wall time"))
    size = Row(
        f"{module}, what is sent", "kB", paired=True, note="module, the code that it imports, arguments: one file"
    )
    try:
        with tempfile.TemporaryDirectory() as folder:
            # The first of the two makes the container.
            shipped = {
                side: peers.ship(Path(folder, side), {f"{side}.{each}": options}) for side, each in modules.items()
            }
            for side in peers.alternate(ROUNDS):
                spent = peers.run_process([peers.PYTHON, shipped[side]])
                for row, value in ((cpu, spent.cpu), (wall, spent.wall)):
                    row.of(side).append(1000 * value)
            for side, file in shipped.items():
                size.of(side).append(file.stat().st_size / 1000)
    finally:
        docker("rm", "-f", "-v", name, check=False)
    return [cpu, wall, size]
