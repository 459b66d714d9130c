# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A place for one container of a random name, and for what it stands on."""

from __future__ import annotations

import hashlib
import io
import itertools
import subprocess
import tarfile
import threading
import time
import typing as t

import docker as sdk

from ansible_collections.bridgeport.docker.tests.support.module_runner import Runner
from ansible_collections.bridgeport.docker.tests.support.real_engine import (
    BOUND,
    SOCKET,
    docker,
    inspect,
    next_port,
    random_name,
)

IMAGE = "bridgeport-test-busybox:1"
# Ends at once when it is told to.
SCRIPT = 'trap "exit 0" TERM; while :; do sleep 60 & wait $!; done'
COMMAND = ("sh", "-c", SCRIPT)

# Some moment.
_WRITTEN = 1234567890

_lock = threading.Lock()
_subnets = itertools.count()


class Place:
    def __init__(self, runner: Runner) -> None:
        self._runner = runner
        self.name = random_name("fidelity")
        self.api = sdk.APIClient(f"unix://{SOCKET}", version="auto", timeout=BOUND)
        # What beside containers is to be removed, as words of the CLI.
        self._made: list[tuple[str, ...]] = []
        self.parts: list[str] = []

    # -- making --------------------------------------------------------------------------------------------------------

    def run(self, *words: str, image: str = IMAGE, command: t.Sequence[str] = COMMAND, verb: str = "run") -> None:
        """The container, with one fixed and one ephemeral port."""
        detach = ("-d",) if verb == "run" else ()
        published = ("-p", f"127.0.0.1:{next_port()}:80", "-p", "127.0.0.1::81")
        docker(verb, *detach, "--name", self.name, *published, *words, image, *command)

    def run_part(self, purpose: str, *words: str, command: t.Sequence[str] = COMMAND) -> str:
        """A container beside it."""
        name = self.part(purpose)
        docker("run", "-d", "--name", name, *words, IMAGE, *command)
        self.parts.append(name)
        return name

    def part(self, purpose: str) -> str:
        return f"{self.name}-{purpose}"

    def network(self, purpose: str, *words: str) -> str:
        name = self.part(purpose)
        docker("network", "create", *words, name)
        self._made.append(("network", "rm", name))
        return name

    def subnet(self) -> str:
        """The first three bytes of a range that nothing else has here."""
        with _lock:
            return f"10.231.{next(_subnets)}"

    @property
    def api_version(self) -> tuple[int, int]:
        major, minor = self.api._version.split(".")
        return int(major), int(minor)

    def volume(self, purpose: str) -> str:
        name = self.part(purpose)
        docker("volume", "create", name)
        self._made.append(("volume", "rm", "-f", name))
        return name

    def image(self, purpose: str, *changes: str) -> str:
        """An image of its own, with these instructions of a Dockerfile on top."""
        name, source = f"{self.part(purpose)}:1", self.part("source")
        docker("create", "--name", source, IMAGE)
        docker("commit", *(f"--change={change}" for change in changes), source, name)
        docker("rm", source)
        self._made.append(("rmi", "-f", name))
        return name

    def create(self, config: t.Mapping[str, t.Any], *, start: bool = True) -> None:
        """Straight through the API, as any tool may."""
        made = self.api.create_container_from_config({"Image": IMAGE, "Cmd": list(COMMAND), **config}, self.name)
        if start:
            self.api.start(made["Id"])

    def await_health(self) -> None:
        deadline = time.monotonic() + BOUND
        while self.inspect()["State"]["Health"]["Status"] != "healthy":
            assert time.monotonic() < deadline, "it does not become healthy"
            time.sleep(0.2)

    # -- changing ------------------------------------------------------------------------------------------------------

    def publish(self, **options: t.Any) -> dict[str, t.Any]:
        asked = {"docker_host": f"unix://{SOCKET}", "name": self.name, "stop_timeout": 5, **options}
        result = self._runner.run(asked)
        assert result is not None, "the module was killed"
        assert not result.get("failed"), result
        return result

    # -- looking -------------------------------------------------------------------------------------------------------

    def inspect(self) -> dict[str, t.Any]:
        return inspect(self.name)

    def write(self, folder: str) -> None:
        """Files of all kinds below an existing folder of the container."""
        archive = io.BytesIO()
        with tarfile.open(fileobj=archive, mode="w") as tar:
            for name, mode, owner in (("data", 0o640, 7), ("script", 0o4755, 0)):
                content = hashlib.sha256(f"{self.name}{folder}{name}".encode()).hexdigest().encode()
                member = tarfile.TarInfo(f"fidelity/{name}")
                member.size, member.mode, member.uid, member.gid, member.mtime = (
                    len(content),
                    mode,
                    owner,
                    9,
                    1234567890,
                )
                tar.addfile(member, io.BytesIO(content))
            link = tarfile.TarInfo("fidelity/link")
            link.type, link.linkname, link.mtime = tarfile.SYMTYPE, "data", _WRITTEN
            tar.addfile(link)
        assert self.api.put_archive(self.name, folder, archive.getvalue())

    def read(self, folder: str) -> dict[str, tuple[t.Any, ...]]:
        """What is below a folder of the container: kind, mode, owner, time, target and a digest of the content."""
        words = ["docker", "cp", f"{self.name}:{folder}/fidelity", "-"]
        done = subprocess.run(words, check=False, capture_output=True, timeout=BOUND)
        assert done.returncode == 0, done.stderr.decode()
        found = {}
        with tarfile.open(fileobj=io.BytesIO(done.stdout)) as tar:
            for member in tar:
                file = tar.extractfile(member) if member.isfile() else None
                digest = hashlib.sha256(file.read()).hexdigest() if file else ""
                written = 0 if member.isdir() else int(member.mtime)
                kind = (member.type, oct(member.mode), member.uid, member.gid)
                found[member.name] = (*kind, written, member.linkname, digest)
        return found

    # -- removing ------------------------------------------------------------------------------------------------------

    def close(self) -> None:
        listed = docker("ps", "-aq", "--filter", f"name={self.name}").split()
        volumes = set()
        for container in listed:
            volumes |= {mount["Name"] for mount in inspect(container)["Mounts"] if mount["Type"] == "volume"}
        if listed:
            docker("rm", "-fv", *listed)
        for words in reversed(self._made):
            docker(*words, check=False)
        for volume in volumes:
            # Anonymous ones have been named since.
            docker("volume", "rm", "-f", volume, check=False)
        self.api.close()
