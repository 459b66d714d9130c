# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A container that has to survive, in one of the scenarios, and the module that changes its port."""

from __future__ import annotations

import typing as t

from ansible_collections.bridgeport.docker.tests.engine.faults.bed import Bed, fetch
from ansible_collections.bridgeport.docker.tests.engine.faults.scenarios import COMMAND, IMAGE, Scenario
from ansible_collections.bridgeport.docker.tests.support.module_runner import Runner
from ansible_collections.bridgeport.docker.tests.support.real_engine import SOCKET, docker, next_port


class ContainerBed(Bed):
    """One container of a random name, made by the docker CLI or, where it is missing, by the module."""

    def __init__(self, scenario: Scenario, runner: Runner) -> None:
        super().__init__(runner)
        self.scenario = scenario
        self.dependent = f"{self.name}-side"
        self.networks = (f"{self.name}-one", f"{self.name}-two") if scenario.has_networks else ()
        self.ephemeral = ""
        self.volumes: set[str] = set()
        for network in self.networks:
            self.client.create_network(network)
        self.make()

    @property
    def touched(self) -> set[tuple[str, str]]:
        return {("container", self.name), ("container", self.dependent)}

    # -- making it and changing it -------------------------------------------------------------------------------------

    def make(self) -> None:
        self.ephemeral = ""
        if self.scenario.exists:
            self._run()
        # Once published here, its ephemeral port is pinned; before, an undone replacement starts the original with a
        # new one.
        self.requests = self.change()
        self.ephemeral = self._ports().get("81/tcp", "") if self.scenario.exists else ""

    def _run(self) -> None:
        scenario = self.scenario
        words = ["run", "-d", "--name", self.name, *scenario.run, "--restart", scenario.policy]
        words += ["-e", "SECRET=hush", "-v", "/volume", "-p", f"127.0.0.1:{next_port()}:80"]
        words += ["-p", "127.0.0.1::81"] if scenario.has_ephemeral else []
        words += ["--network", self.networks[0], "--network-alias", "alias"] if self.networks else []
        docker(*words, IMAGE, "sh", "-c", COMMAND)
        for network in self.networks[1:]:
            self.client.connect_container_to_network(self.name, network, aliases=["alias"])
        self._write(self.name)
        if scenario.has_dependent:
            shared = ["--restart", "always", "--network", f"container:{self.name}", "-v", "/volume", IMAGE, "sh", "-c"]
            # The other one has port 80.
            docker("run", "-d", "--name", self.dependent, *shared, COMMAND.replace("httpd", "httpd -p 8080"))
            self._write(self.dependent)
        if scenario.is_paused:
            self.client.pause(self.name)

    def _write(self, name: str) -> None:
        files = "/volume/file /layer" if self.scenario.keeps_layer else "/volume/file"
        docker("exec", name, "sh", "-c", f"echo {self.token} | tee {files}")
        self.volumes |= self._mounted(name)

    def prepare(self) -> None:
        """What a change is made of: where it is the container's creation, the container has to be missing."""
        if not self.scenario.exists:
            self.remove()

    def next_goal(self) -> int:
        """The port that it shall have next."""
        return next_port()

    def apply(self, goal: int, path: str = SOCKET) -> dict[str, t.Any] | None:
        ports = [f"127.0.0.1:{goal}:80", *(["127.0.0.1::81"] if self.scenario.has_ephemeral else [])]
        options = {"name": self.name, "published_ports": ports, **self.scenario.options}
        if self.scenario.exists:
            options["stop_timeout"] = 2
        return self.runner.run({**options, "docker_host": f"unix://{path}", "timeout": 3})

    # -- looking at it -------------------------------------------------------------------------------------------------

    def _mounted(self, name: str) -> set[str]:
        return {mount["Name"] for mount in self.inspect(name)["Mounts"] if mount["Type"] == "volume"}

    def _ports(self) -> dict[str, str]:
        ports = self.inspect(self.name)["NetworkSettings"]["Ports"]
        return {key: bindings[0]["HostPort"] for key, bindings in ports.items() if bindings}

    def check(self, goal: int) -> None:
        """Raises AssertionError where anything is not as it shall be."""
        scenario = self.scenario
        assert self.family() == [self.name, *([self.dependent] if scenario.has_dependent else [])]
        found = self.inspect(self.name)
        assert found["State"]["Running"]
        assert found["State"]["Paused"] == scenario.is_paused
        wanted = {"80/tcp": str(goal)}
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
            assert side["State"]["Running"], f"{self.dependent} does not run"
            assert side["HostConfig"]["RestartPolicy"]["Name"] == "always"
            assert side["HostConfig"]["NetworkMode"] == f"container:{found['Id']}"
            for path in ("/volume/file", "/layer"):
                assert docker("exec", self.dependent, "cat", path) == self.token
        self._check_answers(goal)
        volumes = self._mounted(self.name) | (self._mounted(self.dependent) if scenario.has_dependent else set())
        if scenario.exists:
            assert volumes == self.volumes
        self.volumes |= volumes
        self.check_records()

    def start_late(self) -> int:
        """An engine that comes up starts everybody at once: who shares a namespace may be too early (engine 20.10)."""
        late = 0
        for name in self.family() if self.scenario.has_dependent else ():
            found = self.inspect(name)
            is_due = found["HostConfig"]["RestartPolicy"]["Name"] == "always" and found["State"]["Pid"] == 0
            was_started = not found["State"]["StartedAt"].startswith("0001-")
            if is_due and was_started and found["HostConfig"]["NetworkMode"].startswith("container:"):
                # One that cannot be started is the module's business.
                docker("start", name, check=False)
                late += 1
        return late

    def bound_ports(self, goal: int) -> list[str]:
        return [str(goal), *([self.ephemeral] if self.ephemeral else [])]

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

    def close(self) -> None:
        self.remove()
        for network in self.networks:
            self.client.remove_network(network)
        self.client.close()
