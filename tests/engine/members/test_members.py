# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A network changes under its members, running and stopped, and each of them is on it as before.

Seven members have all that an endpoint can have. The network changes in one way after another; afterwards everybody is
started, and reaches everybody else by every name.
"""

from __future__ import annotations

import itertools
import typing as t
from dataclasses import dataclass

import docker as sdk
import pytest

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
SERVE = ("sh", "-c", 'httpd -h /; trap "exit 0" TERM; while :; do sleep 60 & wait $!; done')
# Their third parts are counted: two tests never share a subnet.
_subnets = (f"10.232.{number}" for number in itertools.count())

Raw = t.Mapping[str, t.Any]


@dataclass(frozen=True)
class Member:
    """``last``: the last part of a fixed address. ``runs``, ``ran``: whether it does, and whether it ever did."""

    part: str
    aliases: tuple[str, ...]
    last: int = 0
    mac: str = ""
    policy: str = "no"
    ports: bool = False
    runs: bool = True
    ran: bool = True
    by_id: bool = False


MEMBERS = (
    Member("fixed", ("web", "www"), last=20, ports=True),
    Member("roaming", ("roaming",), policy="always"),
    Member("hardware", ("mac", "hw"), last=40, mac="02:0b:00:00:00:01"),
    Member("by-id", ("ident",), by_id=True),
    Member("asleep", ("never",), last=30, runs=False, ran=False),
    Member("resting", ("once", "more"), policy="unless-stopped", runs=False),
    Member("resting-hardware", ("oncemac",), mac="02:0b:00:00:00:02", runs=False),
)
# What the network is told, one after another.
CHANGES: dict[str, dict[str, t.Any]] = {
    "subnet": {"ipam_config": [{"subnet": "{subnet}.0/24", "gateway": "{subnet}.254"}]},
    "labels": {"labels": {"purpose": "test", "team": "shop"}},
    "mtu": {"mtu": 1400},
    "icc": {"icc": False},
    "internal": {"internal": True},
    "back": {"icc": True, "internal": False, "labels": {"purpose": None, "team": None}},
}


class Crowd:
    """A network with its members, and another network that one of them is on as well."""

    def __init__(self, runner: Runner) -> None:
        self.runner = runner
        self.prefix = random_name("members")
        self.network, self.second = f"{self.prefix}-net", f"{self.prefix}-second"
        self.subnet, self.port = next(_subnets), next_port()
        network_id = docker("network", "create", "--subnet", f"{self.subnet}.0/25", "--label", "old=one", self.network)
        docker("network", "create", self.second)
        self.api = sdk.APIClient(f"unix://{SOCKET}", version="auto", timeout=BOUND)
        for member in MEMBERS:
            self._make(member, network_id)
        docker("network", "connect", "--alias", "second", self.second, self.name(MEMBERS[1]))

    def _make(self, member: Member, network_id: str) -> None:
        """Straight through the API: a newer CLI gives an old engine no MAC address."""
        endpoint: dict[str, t.Any] = {"Aliases": list(member.aliases)}
        body: dict[str, t.Any] = {"Image": IMAGE, "Cmd": list(SERVE)}
        host_config: dict[str, t.Any] = {"RestartPolicy": {"Name": member.policy}}
        if member.last:
            endpoint["IPAMConfig"] = {"IPv4Address": f"{self.subnet}.{member.last}"}
        if member.mac:
            # Of the container up to API 1.43, of the endpoint from 1.44 on.
            newer = tuple(int(part) for part in self.api.api_version.split(".")) >= (1, 44)
            (endpoint if newer else body)["MacAddress"] = member.mac
        if member.ports:
            body["ExposedPorts"] = {"80/tcp": {}, "81/tcp": {}}
            host_config["PortBindings"] = {
                "80/tcp": [{"HostIp": "127.0.0.1", "HostPort": str(self.port)}],
                "81/tcp": [{"HostIp": "127.0.0.1", "HostPort": ""}],
            }
        network = network_id if member.by_id else self.network
        body["HostConfig"] = {**host_config, "NetworkMode": network}
        body["NetworkingConfig"] = {"EndpointsConfig": {network: endpoint}}
        self.api.create_container_from_config(body, self.name(member))
        if member.ran:
            docker("start", self.name(member))
        if member.ran and not member.runs:
            docker("stop", "-t", "0", self.name(member))

    def name(self, member: Member) -> str:
        return f"{self.prefix}-{member.part}"

    def change(self, **options: t.Any) -> dict[str, t.Any]:
        asked = {"docker_host": f"unix://{SOCKET}", "name": self.network, "on_member_recreate": "recreate", **options}
        result = self.runner.run(asked, "docker_bridge_network")
        assert result is not None
        return result

    def describe(self, member: Member) -> dict[str, t.Any]:
        """All that has to stay, in words that do not depend on IDs."""
        raw = inspect(self.name(member))
        own = {raw["Id"][:12], raw["Config"]["Hostname"], self.name(member)}
        return {
            "running": raw["State"]["Running"],
            "policy": raw["HostConfig"]["RestartPolicy"],
            "ports": raw["NetworkSettings"]["Ports"].get("80/tcp") or None,
            "mac": raw["Config"].get("MacAddress") or "",
            "endpoints": {
                name: {
                    "aliases": sorted(set(endpoint["Aliases"] or ()) - own),
                    "address": {key: value for key, value in (endpoint["IPAMConfig"] or {}).items() if value},
                    "joined": bool(endpoint["EndpointID"]),
                }
                for name, endpoint in raw["NetworkSettings"]["Networks"].items()
            },
        }

    def start_all(self) -> None:
        for member in MEMBERS:
            if not member.runs:
                docker("start", self.name(member))

    def unreached(self) -> tuple[int, list[str]]:
        """How many names were asked for by how many members, and those that did not answer a ping."""
        names = [each for member in MEMBERS for each in (*member.aliases, self.name(member))]
        # A first packet may be lost.
        script = "for n in $*; do ping -c 1 -W 2 $n || ping -c 3 -W 2 $n || echo UNREACHED $n; done"
        lost = []
        for member in MEMBERS:
            printed = docker("exec", self.name(member), "sh", "-c", script, "sh", *names)
            missing = [line.split()[1] for line in printed.splitlines() if line.startswith("UNREACHED")]
            lost += [f"{member.part} does not reach {name}" for name in missing]
        return len(MEMBERS) * len(names), lost

    def close(self) -> None:
        self.api.close()
        names = docker("ps", "-aq", "--filter", f"name={self.prefix}").split()
        docker("rm", "-fv", *names)
        for name in docker("network", "ls", "-q", "--filter", f"name={self.prefix}").split():
            docker("network", "rm", name)


@pytest.fixture
def crowd(runner: Runner) -> t.Iterator[Crowd]:
    made = Crowd(runner)
    yield made
    made.close()


def fill(value: t.Any, subnet: str) -> t.Any:
    if isinstance(value, dict):
        return {key: fill(item, subnet) for key, item in value.items()}
    if isinstance(value, list):
        return [fill(item, subnet) for item in value]
    return value.format(subnet=subnet) if isinstance(value, str) else value


def test_everybody_stays(crowd: Crowd, tell: t.Callable[[str], None]) -> None:
    before = {member: crowd.describe(member) for member in MEMBERS}
    checked = 0
    for title, change in CHANGES.items():
        options = fill(change, crowd.subnet)
        result = crowd.change(**options)
        assert result.get("changed") is True, f"{title}: {result.get('msg')}"
        network_id = result["network"]["id"]
        again = crowd.change(**options)
        assert again.get("changed") is False, f"{title}: {again.get('actions')}"
        for member in MEMBERS:
            expected = dict(before[member])
            if options.get("internal"):
                # Nothing is published through an internal network.
                expected["ports"] = None
            assert crowd.describe(member) == expected, f"{member.part} after {title}"
            joined = inspect(crowd.name(member))["NetworkSettings"]["Networks"][crowd.network]["NetworkID"]
            assert joined == network_id or (not member.runs and not joined), f"{member.part} after {title}"
            checked += 1
    crowd.start_all()
    for member in MEMBERS:
        now = crowd.describe(member)
        assert now["running"], member.part
        assert now["endpoints"][crowd.network]["joined"], member.part
    asked, lost = crowd.unreached()
    tell(f"members: {checked} checked over {len(CHANGES)} changes, {asked - len(lost)} of {asked} names answer")
    assert not lost, "; ".join(lost)


# A definition that the engine alone can refuse, as this interface is no bridge. Where its subnet can stand beside the
# old one, it is tried before anybody is touched.
REFUSED = (("10.233.7.0/24", True), (None, "recreated"))


@pytest.mark.parametrize(("subnet", "rolled_back"), REFUSED)
def test_a_create_that_the_engine_refuses(
    crowd: Crowd, subnet: str | None, rolled_back: t.Any, tell: t.Callable[[str], None]
) -> None:
    before = {member: crowd.describe(member) for member in MEMBERS}
    ids = {member: inspect(crowd.name(member))["Id"] for member in MEMBERS}
    definition = _define(crowd.network)
    options: dict[str, t.Any] = {"bridge_name": "lo"}
    if subnet:
        # None of the fixed addresses is left behind.
        options["ipam_config"] = [{"subnet": subnet}]
        options["connected"] = [
            {"name": crowd.name(each), "ipv4_address": f"10.233.7.{each.last}"} for each in MEMBERS if each.last
        ]
        options["appends"] = True
    result = crowd.change(**options)
    if subnet and result.get("failure", {}).get("code") == "unsupported":
        # An engine that looks at a successor's address before the network is there.
        assert "Disconnect it first" in result["msg"]
    else:
        assert result["failure"]["code"] == "daemon_error", result
        assert result["rolled_back"] == rolled_back
    if rolled_back is True:
        assert {member: inspect(crowd.name(member))["Id"] for member in MEMBERS} == ids
    assert {member: crowd.describe(member) for member in MEMBERS} == before
    assert _define(crowd.network) == definition
    crowd.start_all()
    asked, lost = crowd.unreached()
    tell(f"refused, {result.get('rolled_back')}: {asked - len(lost)} of {asked} names answer")
    assert not lost, "; ".join(lost)


def _define(network: str) -> str:
    return docker("network", "inspect", "--format", "{{json .IPAM}} {{json .Options}} {{json .Labels}}", network)
