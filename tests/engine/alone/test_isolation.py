# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Networks keep apart what they are to keep apart.

Every proof that something is out of reach stands beside one that it is there, and that the same probe reaches it from
elsewhere.
"""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.bridgeport.docker.tests.engine.site import Result, Site
from ansible_collections.bridgeport.docker.tests.support.module_runner import Runner
from ansible_collections.bridgeport.docker.tests.support.real_engine import Images

# Each container with its network.
MEMBERS = {
    "shop": "left",
    "left-too": "left",
    "guest": "right",
    "inside": "inner",
    "inside-too": "inner",
    "silent": "quiet",
    "silent-too": "quiet",
}


class Town(Site):
    def build(self) -> None:
        containers: list[dict[str, t.Any]] = [
            {
                "name": self.name(what),
                "image": self.images.busybox,
                "command": "httpd -f -p 80",
                "networks": [{"name": self.name(network)}],
            }
            for what, network in MEMBERS.items()
        ]
        containers[0]["networks"][0]["aliases"] = ["shop"]
        containers[0]["published_ports"] = ["80"]
        networks = [
            {"name": self.name("left")},
            {"name": self.name("right")},
            {"name": self.name("inner"), "internal": True},
            {"name": self.name("quiet"), "icc": False},
        ]
        made = self.does("docker_topology", networks=networks, containers=containers)["containers"]
        endpoint = made[0]["networks"][self.name("left")]
        self.shop = endpoint["ip_address"]
        # The host's own address on that network, where the port is published as on all others.
        self.host, self.port = endpoint["gateway"], made[0]["published"][0]["host_port"]
        self.silent = made[5]["networks"][self.name("quiet")]["ip_address"]

    def probe(self, source: str, target: str, method: str = "ping", port: int = 80, **options: t.Any) -> None:
        asked = {"source": self.name(source), "target": target, "method": method, "timeout": 2, **options}
        self.does("docker_network_probe", **asked, **({"port": port} if method == "tcp" else {}))

    def is_apart(self, source: str, target: str, method: str = "ping", port: int = 80) -> None:
        self.probe(source, target, method, port, expect="unreachable")

    def join(self, *members: str, **options: t.Any) -> Result:
        names = [self.name(what) for what in members]
        return self.does("docker_bridge_network", name=self.name("left"), connected=names, **options)


@pytest.fixture(scope="module")
def town(runner: Runner, images: Images) -> t.Iterator[Town]:
    with Town.open(runner, images) as made:
        yield made


def test_an_internal_network(town: Town) -> None:
    # Somebody on an open network reaches the published port, somebody on the internal network does not.
    town.probe("guest", town.host, "tcp", town.port)
    town.is_apart("inside", town.host, "tcp", town.port)
    town.is_apart("inside", town.shop, "tcp")
    town.is_apart("inside", "shop", "tcp")
    # Nor does it ping anybody outside.
    town.is_apart("inside", town.shop)
    town.probe("inside", town.name("inside-too"), "tcp")


def test_a_network_without_talk(town: Town) -> None:
    # Members of another network talk to each other, members of this one do not.
    town.probe("left-too", town.name("shop"), "tcp")
    silent = town.name("silent")
    town.is_apart("silent-too", silent, "tcp")
    town.is_apart("silent-too", silent)
    town.is_apart("silent-too", town.silent, "tcp")
    # They know of each other, and the one that is not reached does answer itself.
    town.probe("silent-too", silent, "resolve")
    town.probe("silent", town.silent, "tcp")
    assert town.does("docker_bridge_network", name=town.name("quiet"), icc=True)["changed"] is True
    town.probe("silent-too", silent, "tcp")


def test_two_networks(town: Town) -> None:
    ways = ((town.shop, "tcp"), (town.shop, "ping"), ("shop", "resolve"))
    # A guest of the one does not reach the other, unless it joins both.
    for target, method in ways:
        town.is_apart("guest", target, method)
    joined = town.join("guest", appends=True)
    for target, method in ways:
        town.probe("guest", target, method)
    # Who has not joined still does not.
    town.is_apart("silent", town.shop, "tcp")
    left = town.join("shop", "left-too")
    for target, method in ways:
        town.is_apart("guest", target, method)
    # Each was one change.
    assert len(joined["actions"]) == 1
    assert len(left["actions"]) == 1
