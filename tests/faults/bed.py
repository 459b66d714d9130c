# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A container that has to survive, in one of the scenarios, and the module that changes its port."""

from __future__ import annotations

import http.client
import itertools
import os
import random
import re
import socket
import subprocess
import threading
import time
import typing as t
import uuid

import docker

from ansible_collections.bridgeport.docker.plugins.module_utils._journal import Entry, Journal
from ansible_collections.bridgeport.docker.plugins.module_utils._lock import lock_name
from ansible_collections.bridgeport.docker.tests.faults.cutproxy import CutProxy
from ansible_collections.bridgeport.docker.tests.faults.scenarios import COMMAND, IMAGE, Scenario
from ansible_collections.bridgeport.docker.tests.support.module_runner import Runner

SOCKET = os.environ.get("DOCKER_HOST", "unix:///var/run/docker.sock").replace("unix://", "", 1)
# Seconds for one command of any kind, and for a container that has just been started to answer.
BOUND = 120
ANSWER_BOUND = 10

_ports_lock = threading.Lock()
# Below those that kernel and engine choose on their own.
_ports = itertools.cycle(range(20000, 32000))
for _skipped in range(random.randrange(12000)):
    next(_ports)


def free_port() -> int:
    """A port that nobody has, and that nobody here is given twice."""
    with _ports_lock:
        for port in itertools.islice(_ports, 1000):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    continue
            with socket.socket() as probe:
                try:
                    probe.bind(("127.0.0.1", port))
                except OSError:
                    continue
                return port
    raise AssertionError("no free port")


def run_cli(*words: str) -> str:
    done = subprocess.run(["docker", *words], check=False, capture_output=True, text=True, timeout=BOUND)
    assert done.returncode == 0, f"docker {' '.join(words)}: {done.stderr.strip()}"
    return done.stdout.strip()


class Bed:
    """One container of a random name, made by the docker CLI or, where it is missing, by the module."""

    def __init__(self, scenario: Scenario, runner: Runner) -> None:
        self.scenario = scenario
        self.runner = runner
        self.client = docker.APIClient(f"unix://{SOCKET}", version="auto", timeout=BOUND)
        self.name = f"faults-{uuid.uuid4().hex[:8]}"
        self.path = f"/tmp/{self.name}.sock"
        self.dependent = f"{self.name}-side"
        self.networks = (f"{self.name}-one", f"{self.name}-two") if scenario.has_networks else ()
        self.token = uuid.uuid4().hex
        self.ephemeral = ""
        self.volumes: set[str] = set()
        self.requests: list[str] = []
        self._owned: dict[str, bool] = {}
        for network in self.networks:
            self.client.create_network(network)
        self.make()

    # -- making it and changing it -------------------------------------------------------------------------------------

    def make(self) -> None:
        self.ephemeral = ""
        if self.scenario.exists:
            self._run()
        # Once published here, its ephemeral port is pinned; before, an undone swap starts the original with a new one.
        self.requests = self._change()
        self.ephemeral = self._ports().get("81/tcp", "") if self.scenario.exists else ""

    def _run(self) -> None:
        scenario = self.scenario
        words = ["run", "-d", "--name", self.name, *scenario.run, "--restart", scenario.policy]
        words += ["-e", "SECRET=hush", "-v", "/volume", "-p", f"127.0.0.1:{free_port()}:80"]
        words += ["-p", "127.0.0.1::81"] if scenario.has_ephemeral else []
        words += ["--network", self.networks[0], "--network-alias", "alias"] if self.networks else []
        run_cli(*words, IMAGE, "sh", "-c", COMMAND)
        for network in self.networks[1:]:
            self.client.connect_container_to_network(self.name, network, aliases=["alias"])
        self._write(self.name)
        if scenario.has_dependent:
            shared = ["--network", f"container:{self.name}", "-v", "/volume", IMAGE, "sh", "-c"]
            # The other one has port 80.
            run_cli("run", "-d", "--name", self.dependent, *shared, COMMAND.replace("httpd", "httpd -p 8080"))
            self._write(self.dependent)
        if scenario.is_paused:
            self.client.pause(self.name)

    def _write(self, name: str) -> None:
        files = "/volume/file /layer" if self.scenario.keeps_layer else "/volume/file"
        run_cli("exec", name, "sh", "-c", f"echo {self.token} | tee {files}")
        self.volumes |= self._mounted(name)

    def prepare(self) -> None:
        """What a change is made of: where it is the container's creation, the container has to be missing."""
        if not self.scenario.exists:
            self.remove()

    def _change(self) -> list[str]:
        """The requests of a change that nothing happens to."""
        self.prepare()
        port = free_port()
        with self.breaking() as proxy:
            result = self.publish(port, self.path)
        assert result is not None
        assert result.get("changed") is True, result
        self.check(port)
        return list(proxy.seen)

    def publish(self, port: int, path: str = SOCKET) -> dict[str, t.Any] | None:
        ports = [f"127.0.0.1:{port}:80", *(["127.0.0.1::81"] if self.scenario.has_ephemeral else [])]
        options = {"name": self.name, "published_ports": ports, **self.scenario.options}
        if self.scenario.exists:
            options["stop_timeout"] = 2
        return self.runner.run({**options, "docker_host": f"unix://{path}", "timeout": 3})

    def breaking(self, mode: str = "none", number: int = 0, delay: float = 0.0, only: str = "") -> CutProxy:
        """``only``: what every request that counts has in its path."""

        def counts(request: str) -> bool:
            return only in request and self._concerns_it(request)

        return CutProxy(self.path, SOCKET, mode, number, delay, counts)

    def _concerns_it(self, request: str) -> bool:
        """The module also looks at every other container: at as many as other tests happen to have."""
        match = re.match(r"GET \S*/containers/([0-9a-f]{64})/json", request)
        if match is None:
            return True
        if match[1] not in self._owned:
            try:
                name = str(self.inspect(match[1])["Name"])
            except docker.errors.NotFound:
                # Of another test, which has just removed it: what the module removes itself it has looked at before.
                return False
            self._owned[match[1]] = name.startswith(f"/{self.name}")
        return self._owned[match[1]]

    # -- looking at it -------------------------------------------------------------------------------------------------

    def inspect(self, name: str) -> dict[str, t.Any]:
        return t.cast(t.Dict[str, t.Any], self.client.inspect_container(name))

    def _mounted(self, name: str) -> set[str]:
        return {mount["Name"] for mount in self.inspect(name)["Mounts"] if mount["Type"] == "volume"}

    def _ports(self) -> dict[str, str]:
        ports = self.inspect(self.name)["NetworkSettings"]["Ports"]
        return {key: bindings[0]["HostPort"] for key, bindings in ports.items() if bindings}

    def family(self) -> list[str]:
        """All containers that have to do with it."""
        found = self.client.containers(all=True, filters={"name": self.name})
        return sorted(name[1:] for each in found for name in each["Names"] if name.count("/") == 1)

    def records(self) -> list[str]:
        """Its locks and journals."""
        wanted = set()
        for name in (self.name, self.dependent):
            lock = lock_name(("container", name))
            wanted |= {lock, f"{lock}-break", Journal((Entry(name, "", ""),)).volume}
        listed = self.client.volumes(filters={"name": ["bridgeport-lock-", "bridgeport-journal-"]})["Volumes"] or ()
        return sorted(wanted & {volume["Name"] for volume in listed})

    def check(self, port: int) -> None:
        """Raises AssertionError where anything is not as it shall be."""
        scenario = self.scenario
        assert self.family() == [self.name, *([self.dependent] if scenario.has_dependent else [])]
        found = self.inspect(self.name)
        assert found["State"]["Running"]
        assert found["State"]["Paused"] == scenario.is_paused
        wanted = {"80/tcp": str(port)}
        if self.ephemeral:
            wanted["81/tcp"] = self.ephemeral
        elif scenario.has_ephemeral:
            wanted["81/tcp"] = self._ports()["81/tcp"]
        assert self._ports() == wanted
        assert found["HostConfig"]["RestartPolicy"]["Name"] == scenario.policy
        assert found["HostConfig"]["AutoRemove"] == ("--rm" in scenario.run)
        assert "SECRET=hush" in found["Config"]["Env"]
        if self.networks:
            on = found["NetworkSettings"]["Networks"]
            assert set(on) == set(self.networks)
            assert all("alias" in endpoint["Aliases"] and endpoint["EndpointID"] for endpoint in on.values())
        if scenario.has_dependent:
            side = self.inspect(self.dependent)
            assert side["State"]["Running"]
            assert side["HostConfig"]["NetworkMode"] == f"container:{found['Id']}"
            for path in ("/volume/file", "/layer"):
                assert run_cli("exec", self.dependent, "cat", path) == self.token
        self._check_answers(port)
        volumes = self._mounted(self.name) | (self._mounted(self.dependent) if scenario.has_dependent else set())
        if scenario.exists:
            assert volumes == self.volumes
        self.volumes |= volumes
        assert self.records() == []

    def has_stray_port(self, port: int) -> bool:
        """Whether the engine holds one of its ports though no container has it."""
        taken = {mapped.get("PublicPort") for each in self.client.containers() for mapped in each["Ports"]}
        return any(self._is_stray(each) for each in (port, self.ephemeral) if each and int(each) not in taken)

    def _is_stray(self, port: int | str) -> bool:
        words = ["docker", "run", "--rm", "-p", f"127.0.0.1:{port}:80", IMAGE, "true"]
        done = subprocess.run(words, check=False, capture_output=True, text=True, timeout=BOUND)
        return done.returncode != 0 and "port is already allocated" in done.stderr

    def _check_answers(self, port: int) -> None:
        """Its data comes through the published port."""
        if self.scenario.is_paused:
            self.client.unpause(self.name)
        if not self.scenario.exists:
            assert "root" in fetch(port, "/etc/passwd")
        else:
            assert fetch(port, "/volume/file").strip() == self.token
            if self.scenario.keeps_layer:
                assert fetch(port, "/layer").strip() == self.token
        if self.scenario.is_paused:
            self.client.pause(self.name)

    # -- removing it ---------------------------------------------------------------------------------------------------

    def remove(self) -> None:
        # The dependent one first.
        for name in reversed(self.family()):
            self.client.remove_container(name, v=True, force=True)
        self._remove_volumes({*self.records(), *self.volumes})
        self.volumes = set()

    def _remove_volumes(self, names: t.Iterable[str]) -> None:
        for name in names:
            try:
                self.client.remove_volume(name, force=True)
            except docker.errors.NotFound:
                continue

    def close(self) -> None:
        self.remove()
        for network in self.networks:
            self.client.remove_network(network)
        self.client.close()


def fetch(port: int, path: str) -> str:
    deadline = time.monotonic() + ANSWER_BOUND
    while True:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", path)
            answer = connection.getresponse()
            assert answer.status == 200, f"{path} through port {port}: status {answer.status}"
            return answer.read().decode()
        except (OSError, http.client.HTTPException) as error:
            if time.monotonic() > deadline:
                raise AssertionError(f"nothing answers on port {port}: {error}") from error
            time.sleep(0.1)
        finally:
            connection.close()
