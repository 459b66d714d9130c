# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who is on a network, and with what: containers join, change and leave."""

from __future__ import annotations

import re
import typing as t

import pytest

from ansible_collections.bridgeport.docker.tests.engine.site import Result, Site, has_ipv6
from ansible_collections.bridgeport.docker.tests.support.module_runner import Runner
from ansible_collections.bridgeport.docker.tests.support.real_engine import Images, docker

MODULE = "docker_bridge_network"
SLEEP = ("sleep", "3600")


class Club(Site):
    """A network, two containers that run, one that does not, and one in the network of the host."""

    def build(self) -> None:
        self.net = self.name("net")
        self.one, self.two = self.run("one", command=SLEEP), self.run("two", command=SLEEP)
        self.still = self.create("still", command=SLEEP)
        self.create("open", "--network", "host", command=SLEEP)
        ipam: list[dict[str, t.Any]] = [
            {
                "subnet": f"{self.subnet}.0/24",
                "iprange": f"{self.subnet}.128/25",
                "gateway": f"{self.subnet}.1",
                "aux_addresses": {"router": f"{self.subnet}.9"},
            }
        ]
        if has_ipv6():
            ipam.append({"subnet": f"{self.subnet6}::/64", "gateway": f"{self.subnet6}::1"})
        self.join(ipam_config=ipam, enable_ipv6=has_ipv6(), mtu=1400)

    def join(self, **options: t.Any) -> Result:
        return self.does(MODULE, name=self.net, **options)

    def on_it(self, name: str) -> dict[str, t.Any]:
        return self.endpoint(name, self.net)


@pytest.fixture
def club(runner: Runner, images: Images) -> t.Iterator[Club]:
    with Club.open(runner, images) as made:
        yield made


def named(result: Result) -> list[str]:
    return [each["name"] for each in result["network"]["connected"]]


def test_members(club: Club) -> None:
    one, two, still, six = club.one, club.two, club.still, has_ipv6()
    address, address6 = f"{club.subnet}.10", f"{club.subnet6}::10" if six else ""
    # The IPv6 address in other words than the engine's.
    first = {
        "name": one,
        "aliases": ["shop", "store"],
        "ipv4_address": address,
        "ipv6_address": f"{club.subnet6}:0:0:0:0:10" if six else None,
    }
    wanted = [first, two, {"name": still, "aliases": ["asleep"]}]
    predicted = club.join(connected=wanted, check=True)
    assert predicted["changed"] is True
    assert club.on_it(one) == club.on_it(two) == {}
    result = club.join(connected=wanted)
    assert result["changed"] is True
    members = result["network"]["connected"]
    assert named(result) == [one, still, two]
    assert [each["state"] for each in members] == ["running", "created", "running"]
    assert members[0]["ip_address"] == club.on_it(one)["IPAddress"] == address
    assert {"shop", "store"} <= set(club.on_it(one)["Aliases"])
    assert members[0]["ipv6_address"] == club.on_it(one)["GlobalIPv6Address"] == address6
    assert members[2]["ip_address"] == club.on_it(two)["IPAddress"]
    assert club.on_it(two)["IPAddress"].startswith(club.subnet)
    assert "asleep" in club.on_it(still)["Aliases"]
    assert len(club.network_seen(club.net)["Containers"]) == 2
    # What was predicted is what happened.
    assert named(predicted) == named(result)
    for key in ("diff", "actions", "will_lose"):
        assert predicted[key] == result[key]
    for source, target in ((two, one), (two, "shop"), (one, two), (two, address6 or address)):
        docker("exec", source, "ping", "-c", "1", "-W", "3", target)

    before_one, before_two = club.on_it(one), club.on_it(two)
    again, silent = club.join(connected=wanted), club.join()
    assert again["changed"] is False
    assert silent["changed"] is False
    assert silent["network"] == again["network"]
    assert (club.on_it(one), club.on_it(two)) == (before_one, before_two)

    # Another address and another alias for one member: nobody else is touched.
    other = {"connected": [{"name": one, "aliases": ["market"], "ipv4_address": f"{club.subnet}.11"}], "appends": True}
    result, again = club.join(**other), club.join(**other)
    assert result["changed"] is True
    assert again["changed"] is False
    assert club.on_it(one)["IPAddress"] == f"{club.subnet}.11"
    assert "market" in club.on_it(one)["Aliases"]
    assert "shop" not in club.on_it(one)["Aliases"]
    assert club.on_it(one)["GlobalIPv6Address"] == before_one["GlobalIPv6Address"]
    assert club.on_it(two) == before_two
    assert "asleep" in club.on_it(still)["Aliases"]
    assert named(result) == [one, still, two]
    assert [action for action in result["actions"] if two in action] == []
    docker("exec", two, "ping", "-4", "-c", "3", "-W", "3", "market")
    with pytest.raises(AssertionError, match="bad address"):
        docker("exec", two, "ping", "-c", "1", "-W", "3", "shop")

    # One member only, named by its ID: the others leave.
    only = result["network"]["connected"][2]["id"][:12]
    exact, again = club.join(connected=[only]), club.join(connected=[only])
    assert exact["changed"] is True
    assert again["changed"] is False
    assert named(exact) == [two]
    assert club.on_it(one) == club.on_it(still) == {}
    assert club.on_it(two) == before_two

    result = club.join(connected=[])
    assert result["changed"] is True
    assert named(result) == []
    assert club.on_it(two) == {}


def test_what_cannot_be(club: Club) -> None:
    net, one, two, new, subnet = club.net, club.one, club.two, club.name("new"), club.subnet
    for member in (one, {"name": two, "ipv4_address": f"{subnet}.20", "aliases": []}):
        club.join(connected=[member], appends=True)
    club.does(MODULE, name=club.name("plain"))
    before, networks = club.network_seen(net), club.networks
    before_one, before_two = club.on_it(one), club.on_it(two)
    nobody, overlapping = club.name("nobody"), [{"subnet": f"{subnet}.64/26"}]
    mtu = "com.docker.network.driver.mtu"
    elsewhere = [{"subnet": "203.0.113.0/24"}]
    if has_ipv6():
        elsewhere.append({"subnet": f"{club.subnet6}::/64", "gateway": f"{club.subnet6}::1"})
    cases: list[tuple[str, dict[str, t.Any]]] = [
        ("network_protected", {"name": "bridge"}),
        ("network_protected", {"name": "host", "state": "absent"}),
        ("network_protected", {"name": "none", "state": "absent", "force": True}),
        ("network_in_use", {"state": "absent"}),
        ("network_in_use", {"state": "absent", "check": True}),
        ("option_conflict", {"force": True}),
        ("subnet_overlap", {"name": new, "ipam_config": overlapping}),
        ("subnet_overlap", {"name": new, "ipam_config": overlapping, "check": True}),
        ("option_conflict", {"name": new, "ipam_config": [{"subnet": "300.1.1.0/24"}]}),
        (
            "address_outside_subnet",
            {"name": new, "ipam_config": [{"subnet": "192.0.2.0/24", "gateway": "198.51.100.1"}]},
        ),
        ("option_conflict", {"name": new, "ipam_config": [{"gateway": "192.0.2.1"}]}),
        ("container_not_found", {"name": new, "connected": [nobody]}),
        ("container_not_found", {"connected": [nobody], "check": True}),
        # The beginning of an ID is no name.
        ("container_not_found", {"connected": [min(before["Containers"])[:11]]}),
        ("network_mode_conflict", {"connected": [club.name("open")]}),
        ("address_outside_subnet", {"connected": [{"name": one, "ipv4_address": "192.0.2.1"}]}),
        ("address_in_use", {"connected": [{"name": one, "ipv4_address": f"{subnet}.20"}]}),
        ("address_in_use", {"connected": [{"name": one, "ipv4_address": f"{subnet}.1"}]}),
        ("option_conflict", {"connected": [{"name": one, "ipv4_address": "999.1.1.1"}]}),
        ("option_conflict", {"connected": [{"name": one, "alias": "shop"}]}),
        ("option_conflict", {"connected": [one, one]}),
        ("option_conflict", {"mtu": 1400, "driver_options": {mtu: 1300}}),
        ("option_conflict", {"mtu": 1300, "on_difference": "fail"}),
        # The fixed address of a member would not be in it.
        ("address_outside_subnet", {"ipam_config": elsewhere}),
    ]
    for code, options in cases:
        result = club.fails(MODULE, code, **{"name": net, "appends": "connected" in options, **options})
        assert re.search(r"\.( |$)", result["msg"]), result["msg"]
    # A refusal names who is in the way.
    result = club.fails(MODULE, "network_in_use", name=net, state="absent")
    assert result["failure"]["members"] == [one, two]
    assert one in result["msg"]
    assert club.network_seen(net) == before
    assert club.networks == networks
    assert (club.on_it(one), club.on_it(two)) == (before_one, before_two)
