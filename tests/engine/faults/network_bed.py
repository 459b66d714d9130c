# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A network that has to survive with all of its members, and the module that rebuilds it."""

from __future__ import annotations

import itertools
import random
import typing as t
from dataclasses import dataclass

from ansible_collections.bridgeport.docker.tests.engine.faults.bed import Bed, fetch
from ansible_collections.bridgeport.docker.tests.engine.faults.scenarios import COMMAND, IMAGE, NetworkScenario
from ansible_collections.bridgeport.docker.tests.support.module_runner import Runner
from ansible_collections.bridgeport.docker.tests.support.real_engine import SOCKET, docker, next_port

# Networks of the same time have subnets of their own.
_subnets = (f"10.{second}.{third}" for second in itertools.cycle(range(100, 120)) for third in range(250))
for _skipped in range(random.randrange(5000)):
    next(_subnets)
_mtus = itertools.cycle(range(1300, 1500))


# The alias of the member that names the network by its ID.
BY_ID = "again"


@dataclass(frozen=True)
class Resident:
    """A container on the network: its name there, a fixed last part of its address, whether it runs, its host port."""

    name: str
    alias: str
    last: int = 0
    runs: bool = True
    port: int = 0


class NetworkBed(Bed):
    """Members that run and one that does not, one with a fixed address, one on two networks, two with host ports.

    Where the scenario says so, one names the network by its ID, so that it has to be recreated with it.
    """

    def __init__(self, scenario: NetworkScenario, runner: Runner) -> None:
        super().__init__(runner)
        self.scenario = scenario
        self.network, self.other = f"{self.name}-net", f"{self.name}-other"
        self.subnet = next(_subnets)
        self.residents: tuple[Resident, ...] = ()
        self.volumes: set[str] = set()
        self.make()

    @property
    def touched(self) -> set[tuple[str, str]]:
        return {("network", self.network), *(("container", each.name) for each in self.residents)}

    def make(self) -> None:
        # A range for dynamic addresses that does not hold the fixed one.
        pool = ["--subnet", f"{self.subnet}.0/24", "--ip-range", f"{self.subnet}.128/25"]
        network_id = docker("network", "create", *pool, self.network)
        docker("network", "create", self.other)
        self.residents = (
            Resident(f"{self.name}-two", "both"),
            Resident(f"{self.name}-fixed", "here", last=50, port=next_port()),
            Resident(f"{self.name}-idle", "sleeps", runs=False),
            *([Resident(f"{self.name}-id", BY_ID, port=next_port())] if self.scenario.recreates else []),
        )
        for each in self.residents:
            self._run(each, network_id if each.alias == BY_ID else self.network)
        self.client.connect_container_to_network(self.residents[0].name, self.other, aliases=["elsewhere"])
        self.requests = self.change()

    def _run(self, each: Resident, network: str) -> None:
        words = ["--name", each.name, "--network", network, "--network-alias", each.alias, "-v", "/volume"]
        words += ["--ip", f"{self.subnet}.{each.last}"] if each.last else []
        words += ["-p", f"127.0.0.1:{each.port}:80"] if each.port else []
        words += ["--restart", "always"] if each.runs else []
        docker("run", "-d", *words, IMAGE, "sh", "-c", COMMAND)
        docker("exec", each.name, "sh", "-c", f"echo {self.token} | tee /volume/file /layer")
        self.volumes |= {mount["Name"] for mount in self.inspect(each.name)["Mounts"]}
        if not each.runs:
            docker("stop", "-t", "0", each.name)

    def prepare(self) -> None:
        """Once it was recreated, the one that names the network by its ID names it by its name."""
        for each in self.residents:
            network_id = self.client.inspect_network(self.network)["Id"]
            if each.alias == BY_ID and self.inspect(each.name)["HostConfig"]["NetworkMode"] != network_id:
                self.client.remove_container(each.name, v=True, force=True)
                self._run(each, network_id)

    def next_goal(self) -> int:
        """An MTU."""
        return next(_mtus)

    def apply(self, goal: int, path: str = SOCKET) -> dict[str, t.Any] | None:
        options = {"name": self.network, "mtu": goal, "labels": {"mtu": goal}, "on_member_recreate": "recreate"}
        return self.runner.run({**options, "docker_host": f"unix://{path}", "timeout": 3}, "docker_bridge_network")

    # -- looking at it -------------------------------------------------------------------------------------------------

    def check(self, goal: int) -> None:
        standing = {raw["Name"]: raw for raw in self.client.networks() if raw["Name"].startswith(self.name)}
        assert set(standing) == {self.network, self.other}
        network = self.client.inspect_network(self.network)
        assert network["Options"]["com.docker.network.driver.mtu"] == str(goal)
        assert network["Labels"] == {"mtu": str(goal)}
        assert self.family() == sorted(each.name for each in self.residents)
        for each in self.residents:
            self._check_resident(each, network["Id"])
        self.check_records()

    def _check_resident(self, each: Resident, network_id: str) -> None:
        assert self.inspect(each.name)["State"]["Running"] == each.runs, each.name
        if not each.runs:
            # Whether it can start, and is then as the others are.
            docker("start", each.name)
        found = self.inspect(each.name)
        endpoint = found["NetworkSettings"]["Networks"][self.network]
        assert endpoint["NetworkID"] == network_id, each.name
        assert endpoint["EndpointID"], each.name
        assert each.alias in endpoint["Aliases"], each.name
        if each.last:
            assert endpoint["IPAddress"] == f"{self.subnet}.{each.last}"
        assert found["HostConfig"]["RestartPolicy"]["Name"] == ("always" if each.runs else "no")
        if each.name == self.residents[0].name:
            assert "elsewhere" in found["NetworkSettings"]["Networks"][self.other]["Aliases"]
        else:
            # A first packet may be lost.
            script = f"ping -c 1 -W 2 {each.alias} || ping -c 2 -W 2 {each.alias}"
            docker("exec", self.residents[0].name, "sh", "-c", script)
        for path in ("/volume/file", "/layer"):
            seen = fetch(each.port, path).strip() if each.port else docker("exec", each.name, "cat", path)
            assert seen == self.token, f"{path} of {each.name}"
        if not each.runs:
            docker("stop", "-t", "0", each.name)

    def bound_ports(self, goal: int) -> list[str]:
        return [str(each.port) for each in self.residents if each.port]

    # -- removing it ---------------------------------------------------------------------------------------------------

    def remove(self) -> None:
        for name in self.family():
            self.client.remove_container(name, v=True, force=True)
        for raw in self.client.networks():
            if raw["Name"].startswith(self.name):
                self.client.remove_network(raw["Id"])
        self._remove_volumes({*self.records(), *self.volumes})
        self.volumes = set()
