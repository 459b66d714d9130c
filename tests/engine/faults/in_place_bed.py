# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A container that is changed in place: its limits, and its endpoint on a network. It keeps its ID whatever happens."""

from __future__ import annotations

import itertools
import random
import typing as t

from ansible_collections.bridgeport.docker.tests.engine.faults.bed import Bed, fetch
from ansible_collections.bridgeport.docker.tests.engine.faults.scenarios import COMMAND, IMAGE, InPlaceScenario
from ansible_collections.bridgeport.docker.tests.support.module_runner import Runner
from ansible_collections.bridgeport.docker.tests.support.real_engine import SOCKET, docker, next_port

MODULE = "docker_topology"
MEBIBYTE = 2**20


class InPlaceBed(Bed):
    """A goal is a limit of memory in MiB, and part of an alias; both are old or both are new."""

    def __init__(self, scenario: InPlaceScenario, runner: Runner) -> None:
        super().__init__(runner)
        self.scenario = scenario
        self.network = f"{self.name}-net"
        self.port = next_port()
        self._goals = itertools.cycle(range(64, 256))
        for _skipped in range(random.randrange(100)):
            next(self._goals)
        self.goal = 0
        self.container_id = ""
        self.make()

    @property
    def touched(self) -> set[tuple[str, str]]:
        return {("container", self.name)}

    def make(self) -> None:
        docker("network", "create", self.network)
        self.goal = next(self._goals)
        words = ["--name", self.name, "-p", f"127.0.0.1:{self.port}:80", "--restart", "always"]
        words += ["--memory", f"{self.goal}m"]
        self.container_id = docker("run", "-d", *words, IMAGE, "sh", "-c", COMMAND)
        docker("network", "connect", "--alias", f"at-{self.goal}", self.network, self.name)
        docker("exec", self.name, "sh", "-c", f"echo {self.token} > /layer")
        self.requests = self.change()

    def prepare(self) -> None:
        pass

    def next_goal(self) -> int:
        return next(self._goals)

    def apply(self, goal: int, path: str = SOCKET) -> dict[str, t.Any] | None:
        endpoint = {"name": self.network, "aliases": [f"at-{goal}"]}
        container = {"name": self.name, "memory": f"{goal}M", "networks": [endpoint]}
        result = self.runner.run({"containers": [container], "docker_host": f"unix://{path}", "timeout": 3}, MODULE)
        if result is not None and result.get("rolled_back") is True:
            self._look(self.goal)
        return result

    # -- looking at it -------------------------------------------------------------------------------------------------

    def check(self, goal: int) -> None:
        assert self.family() == [self.name]
        self._look(goal)
        assert fetch(self.port, "/layer").strip() == self.token
        self.check_records()
        self.goal = goal

    def _look(self, goal: int) -> None:
        found = self.inspect(self.name)
        assert found["Id"] == self.container_id
        assert found["State"]["Running"]
        assert found["HostConfig"]["Memory"] == goal * MEBIBYTE
        assert found["HostConfig"]["MemorySwap"] == 2 * goal * MEBIBYTE
        endpoint = found["NetworkSettings"]["Networks"][self.network]
        assert endpoint["EndpointID"]
        assert f"at-{goal}" in endpoint["Aliases"]

    def bound_ports(self, goal: int) -> list[str]:
        return [str(self.port)]

    # -- removing it ---------------------------------------------------------------------------------------------------

    def remove(self) -> None:
        for name in self.family():
            self.client.remove_container(name, v=True, force=True)
        self.client.remove_network(self.network)
        self._remove_volumes(self.records())
