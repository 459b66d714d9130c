# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A swap that is cut off at any request, and the run after it.

Every case publishes another port of a running container through a proxy that breaks one request, and then once more
without it. Afterwards one container has the name, runs, publishes what was wished for and holds its data, and nothing
else is left. FAULTS=all tries every request in every mode; otherwise every request is tried with the module killed
after it, and a seeded sample of the rest.
"""

from __future__ import annotations

import json
import os
import random
import socket
import subprocess
import sys
import tempfile
import typing as t
import uuid
from pathlib import Path

import pytest

from ansible_collections.bridgeport.docker.tests.faults.cutproxy import MODES, CutProxy

SOCKET = "/var/run/docker.sock"
MODULE = "ansible_collections.bridgeport.docker.plugins.modules.docker_port_publish"
IMAGE = "bridgeport-faults:1"
SAMPLE = int(os.environ.get("FAULTS_SAMPLE", "12"))
SEED = int(os.environ.get("FAULTS_SEED", "1"))
BOUND = 120

# Writes into its layer and into a volume before anything is asked of it, and ends at once when it is told to.
COMMAND = 'echo layer > /layer; echo volume > /volume/file; trap "exit 0" TERM; while :; do sleep 0.1; done'


def docker(*words: str, check: bool = True) -> str:
    done = subprocess.run(["docker", *words], check=check, capture_output=True, text=True, timeout=BOUND)
    return done.stdout.strip()


def run_module(arguments: dict[str, t.Any], path: str) -> dict[str, t.Any] | None:
    """The module's result; None where it was killed."""
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump({"ANSIBLE_MODULE_ARGS": {**arguments, "docker_host": f"unix://{path}", "timeout": 3}}, file)
        file.flush()
        done = subprocess.run(
            [sys.executable, "-m", MODULE, file.name], check=False, capture_output=True, text=True, timeout=BOUND
        )
    if done.returncode < 0:
        return None
    assert done.stdout.strip(), done.stderr
    return t.cast(t.Dict[str, t.Any], json.loads(done.stdout))


def publish(name: str, port: int, path: str = SOCKET) -> dict[str, t.Any] | None:
    ports = [f"127.0.0.1:{port}:80", "127.0.0.1::81"]
    return run_module({"name": name, "published_ports": ports, "stop_timeout": 2}, path)


@pytest.fixture(scope="module")
def image() -> t.Iterator[str]:
    busybox = Path("/bin/busybox")
    if not busybox.exists() or subprocess.run(["docker", "version"], check=False, capture_output=True).returncode:
        pytest.skip("needs a Docker engine, and busybox-static to make an image of")
    with tempfile.TemporaryDirectory() as root:
        binaries = Path(root, "bin")
        binaries.mkdir()
        (binaries / "busybox").write_bytes(busybox.read_bytes())
        (binaries / "busybox").chmod(0o755)
        for applet in ("sh", "sleep", "cat"):
            (binaries / applet).symlink_to("busybox")
        archive = subprocess.run(["tar", "-C", root, "-c", "."], check=True, capture_output=True).stdout
    subprocess.run(["docker", "import", "-", IMAGE], input=archive, check=True, capture_output=True, timeout=BOUND)
    yield IMAGE
    docker("rmi", IMAGE, check=False)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def left_volumes() -> list[str]:
    """Locks and journals: the daemon takes several names for one or the other."""
    filters = ("--filter", "name=bridgeport-lock-", "--filter", "name=bridgeport-journal-")
    return docker("volume", "ls", "-q", *filters).split()


class Bed:
    """One container of a random name, made by the docker CLI."""

    def __init__(self, image: str) -> None:
        self.image = image
        self.make()

    def make(self) -> None:
        self.name = f"faults-{uuid.uuid4().hex[:8]}"
        self.port = free_port()
        docker(
            *("run", "-d", "--name", self.name, "--restart", "always", "-e", "SECRET=hush", "-v", "/volume"),
            *("-p", f"127.0.0.1:{self.port}:80", "-p", "127.0.0.1::81", self.image, "sh", "-c", COMMAND),
        )
        # Once published here, its ephemeral port is pinned; before, an undone swap starts the original with a new one.
        assert (publish(self.name, self.port) or {}).get("changed") is False
        self.port = free_port()
        assert (publish(self.name, self.port) or {}).get("changed") is True
        self.ephemeral = self.ports()["81/tcp"]

    def inspect(self) -> dict[str, t.Any]:
        return t.cast(t.Dict[str, t.Any], json.loads(docker("inspect", "--type", "container", self.name))[0])

    def ports(self) -> dict[str, str]:
        ports = self.inspect()["NetworkSettings"]["Ports"]
        return {key: bindings[0]["HostPort"] for key, bindings in ports.items() if bindings}

    def family(self) -> list[str]:
        names = docker("ps", "-a", "--format", "{{.Names}}", "--filter", f"name={self.name}")
        return names.split()

    def check(self, port: int) -> None:
        assert self.family() == [self.name]
        found = self.inspect()
        assert found["State"]["Running"]
        assert self.ports() == {"80/tcp": str(port), "81/tcp": self.ephemeral}
        assert found["HostConfig"]["RestartPolicy"]["Name"] == "always"
        assert "SECRET=hush" in found["Config"]["Env"]
        assert docker("exec", self.name, "cat", "/layer", "/volume/file") == "layer\nvolume"
        assert left_volumes() == []

    def remove(self) -> None:
        for name in self.family():
            docker("rm", "-f", "-v", name, check=False)
        for volume in left_volumes():
            docker("volume", "rm", volume, check=False)


@pytest.fixture
def bed(image: str) -> t.Iterator[Bed]:
    made = Bed(image)
    yield made
    volumes = [mount["Name"] for mount in made.inspect()["Mounts"] if mount["Type"] == "volume"]
    made.remove()
    for volume in volumes:
        docker("volume", "rm", volume, check=False)


def wanted_cases(requests: int) -> list[tuple[str, int]]:
    every = [(mode, number) for mode in MODES for number in range(1, requests + 1)]
    if os.environ.get("FAULTS") == "all":
        return every
    killed = [case for case in every if case[0] == "kill-after"]
    rest = [case for case in every if case[0] != "kill-after"]
    return killed + random.Random(SEED).sample(rest, min(SAMPLE, len(rest)))


def test_every_request_of_a_swap(bed: Bed, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = f"/tmp/{bed.name}.sock"
    with CutProxy(path, SOCKET) as proxy:
        port = free_port()
        result = publish(bed.name, port, path)
        assert result is not None
        assert result.get("changed"), result
        requests = len(proxy.seen)
    bed.check(port)
    survived, failed = 0, []
    cases = wanted_cases(requests)
    for mode, number in cases:
        port = free_port()
        with CutProxy(path, SOCKET, mode, number) as proxy:
            cut = publish(bed.name, port, path)
        request = proxy.seen[number - 1] if len(proxy.seen) >= number else "(not reached)"
        again = publish(bed.name, port)
        try:
            assert again is not None
            assert not again.get("failed"), again.get("msg")
            bed.check(port)
            assert publish(bed.name, port).get("changed") is False  # type: ignore[union-attr]
            survived += 1
        except AssertionError as error:
            failed.append(f"{mode} at {number} {request}: {error} | cut run: {(cut or {}).get('msg')}")
            bed.remove()
            bed.make()
    with capsys.disabled():
        print(f"\nfaults in a swap of {requests} requests: {len(cases)} tried, {survived} survived")
    assert not failed, "\n".join(failed)
