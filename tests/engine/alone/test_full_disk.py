# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The disk of the engine is almost full: whatever a change does not find room for, the service runs afterwards.

The data folder of a private engine is a tmpfs, which gets another size for each fill level.
"""

from __future__ import annotations

import os
import subprocess
import typing as t

import pytest

from ansible_collections.bridgeport.docker.tests.engine.conflicts.remote_door import RemoteDoor
from ansible_collections.bridgeport.docker.tests.engine.site import Site
from ansible_collections.bridgeport.docker.tests.support.budget import some
from ansible_collections.bridgeport.docker.tests.support.module_runner import Runner
from ansible_collections.bridgeport.docker.tests.support.private_engine import Daemon
from ansible_collections.bridgeport.docker.tests.support.real_engine import BOUND, SOCKET, Images, docker

LAYER = 12 << 20
# How much the disk has left, of what the layer takes. The engine needs some of it for itself.
LEVELS = (0.0, 0.002, 0.01, 0.05, 0.2, 0.5, 0.8, 0.95, 1.0, 1.2)
SAMPLE = 3

pytestmark = pytest.mark.skipif(
    Daemon.of_this_host() is None, reason="needs a private engine, whose disk can be filled"
)


class FullDisk(Site):
    """A service that has written files outside of volumes, on an engine whose disk can be filled."""

    def build(self) -> None:
        self.root = docker("info", "--format", "{{.DockerRootDir}}")
        self.box = self.run("box", "-p", f"127.0.0.1:{self.base}:80", "--restart", "always")
        docker("exec", self.box, "dd", "if=/dev/urandom", "of=/large", "bs=4096", f"count={LAYER // 4096}")
        self.content = self.read()

    def read(self) -> str:
        return docker("exec", self.box, "md5sum", "/large")

    def leave(self, free: int | None) -> None:
        """Make the disk as large as what it holds and so many bytes; None: with room for everything."""
        found = os.statvfs(self.root)
        used = (found.f_blocks - found.f_bfree) * found.f_frsize
        size = used + (1 << 30 if free is None else free)
        subprocess.run(["mount", "-o", f"remount,size={size}", self.root], check=True, timeout=BOUND)

    def close(self) -> None:
        self.leave(None)
        super().close()


@pytest.fixture
def disk(runner: Runner, images: Images) -> t.Iterator[FullDisk]:
    with FullDisk.open(runner, images) as made:
        yield made


@pytest.mark.parametrize("level", some(LEVELS, SAMPLE))
def test_the_service_runs_whatever_the_disk_has_left(
    disk: FullDisk, level: float, tell: t.Callable[[str], None]
) -> None:
    """Asked from elsewhere, so that nothing is known of the disk before it is full."""
    wanted = [f"127.0.0.1:{disk.base}:80", f"127.0.0.1:{disk.base + 1}:80"]
    task: dict[str, t.Any] = {"name": disk.box, "published_ports": wanted, "force_kill": True}
    before = disk.seen(disk.box)
    disk.leave(int(level * LAYER))
    with RemoteDoor(SOCKET) as door:
        result = disk.module("docker_port_publish", docker_host=door, **task)
    tell(f"a disk with {level:.1%} of the layer left: {result.get('failure', {}).get('code', 'changed')}")
    assert disk.seen(disk.box)["State"]["Running"], result
    assert disk.fetch(disk.base)
    assert disk.read() == disk.content
    if result.get("failed"):
        assert result["failure"]["code"] == "no_space", result
        assert result.get("rolled_back") is not False, result
        assert disk.seen(disk.box)["Id"] == before["Id"]
        assert disk.seen(disk.box)["HostConfig"] == before["HostConfig"]
        assert disk.standing == ["box"]
    disk.leave(None)
    disk.does("docker_port_publish", **task)
    assert disk.fetch(disk.base + 1)
    assert disk.read() == disk.content
    assert disk.standing == ["box"]


def test_what_cannot_fit_is_refused_before_the_stop(disk: FullDisk) -> None:
    before = disk.seen(disk.box)
    disk.leave(LAYER // 2)
    for check in (True, False):
        result = disk.refused("no_space", disk.box, published_ports=[str(disk.base + 1) + ":80"], check=check)
        assert result["failure"]["needed"] >= LAYER
        assert result["failure"]["free"] <= LAYER // 2
    assert disk.seen(disk.box)["State"] == before["State"]
    assert disk.standing == ["box"]
