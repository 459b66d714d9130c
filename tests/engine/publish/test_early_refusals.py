# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the engine refuses when a container is made or started is refused before, in check mode as by the run.

Each row was seen to stop a container and to fail then, or to fail where check mode had passed. Nothing may be touched.
"""

from __future__ import annotations

import contextlib
import json
import socket
import typing as t

import pytest

from ansible_collections.bridgeport.docker.tests.engine.site import Result, Site
from ansible_collections.bridgeport.docker.tests.support.module_runner import Runner
from ansible_collections.bridgeport.docker.tests.support.real_engine import Images, docker

SLEEP = ("sleep", "3600")
Options = t.Dict[str, t.Any]


class Village(Site):
    """``web`` runs on the default bridge, ``lan`` is a network with a gateway and an auxiliary address."""

    def build(self) -> None:
        lan = ("--subnet", f"{self.subnet}.0/28", "--gateway", f"{self.subnet}.1", "--aux-address")
        self.network("lan", *lan, f"router={self.subnet}.5")
        self.run("web", "--init", command=SLEEP)
        self.run("peer", "--init", "--network", self.name("lan"), "--ip", f"{self.subnet}.9", command=SLEEP)

    @property
    def state(self) -> t.Any:
        """What a run could touch: all containers, networks and volumes, and since when the containers run."""
        ids = docker("ps", "-aq", "--no-trunc", "--filter", f"name={self.prefix}").split()
        seen = [self.seen(each) for each in sorted(ids)]
        volumes = docker("volume", "ls", "-q", "--filter", f"name={self.prefix}").split()
        networks = docker("network", "ls", "-q", "--no-trunc", "--filter", f"name={self.prefix}").split()
        return [(each["Id"], each["Name"], each["State"], each["NetworkSettings"]) for each in seen], volumes, networks

    @property
    def engine_chooses_ipv6(self) -> bool:
        version = docker("version", "--format", "{{.Server.APIVersion}}")
        return tuple(map(int, version.split("."))) >= (1, 46)

    def refuses(self, *codes: str, module: str = "docker_port_publish", **options: t.Any) -> Result:
        """Check mode and the run refuse the same, for the same reasons, and touch nothing."""
        before = self.state
        predicted = self.fails(module, codes[0], check=True, **options)
        result = self.fails(module, codes[0], **options)
        for each in (predicted, result):
            assert [refusal["code"] for refusal in each["refusals"]] == list(codes), each
        assert predicted["msg"] == result["msg"]
        assert result.get("actions", []) == []
        assert self.state == before
        return result


@pytest.fixture
def village(runner: Runner, images: Images) -> t.Iterator[Village]:
    with Village.open(runner, images) as made:
        yield made


# Of the options {0} is the prefix of names, {1} the first three numbers of addresses. For a container that stands, and
# for one that would be made.
ANY_CONTAINER: list[t.Any] = [
    pytest.param({"network_mode": "{0}-nope"}, "network_not_found", "'{0}-", id="mode-of-no-network"),
    pytest.param({"network_mode": "service:web"}, "network_not_found", "Compose", id="service"),
    pytest.param({"network_mode": "container:"}, "option_conflict", "names no container", id="container-without-name"),
    pytest.param({"network_mode": "container:{0}-nope"}, "container_not_found", "{0}-nope", id="container-that-is-not"),
    pytest.param({"networks": [{"name": "host"}]}, "network_mode_conflict", "network_mode=host", id="network-host"),
    pytest.param({"networks": [{"name": "none"}]}, "network_mode_conflict", "network_mode=none", id="network-none"),
    pytest.param({"networks": [{"name": "bridge", "aliases": ["x"]}]}, "option_conflict", "aliases", id="bridge-alias"),
    pytest.param(
        {"networks": [{"name": "bridge", "ipv4_address": "172.17.0.99"}]},
        "option_conflict",
        "fixed",
        id="bridge-address",
    ),
    pytest.param({"networks": [{"name": "{0}-nope"}]}, "network_not_found", "{0}-nope", id="network-that-is-not"),
    pytest.param({"networks": [{"name": "{0}-lan", "ipv4_address": "{1}.0"}]}, "address_in_use", "first", id="first"),
    pytest.param(
        {"networks": [{"name": "{0}-lan", "ipv4_address": "{1}.1"}]}, "address_in_use", "gateway", id="gateway"
    ),
    pytest.param({"networks": [{"name": "{0}-lan", "ipv4_address": "{1}.5"}]}, "address_in_use", "'router'", id="aux"),
    pytest.param(
        {"networks": [{"name": "{0}-lan", "ipv4_address": "{1}.9"}]}, "address_in_use", "{0}-peer", id="taken"
    ),
    pytest.param(
        {"networks": [{"name": "{0}-lan", "ipv4_address": "{1}.15"}]}, "address_in_use", "broadcast", id="broadcast"
    ),
    pytest.param(
        {"networks": [{"name": "{0}-lan", "ipv4_address": "{1}.16"}]},
        "address_outside_subnet",
        "{1}.0/28",
        id="outside",
    ),
    pytest.param({"volumes": ["/anon:rw"]}, "option_conflict", "mode 'rw'", id="volume-mode-for-path"),
    pytest.param({"volumes": ["relative:also"]}, "option_conflict", "'also'", id="volume-relative"),
    pytest.param({"volumes": ["/a:/b:bogus"]}, "option_conflict", "'bogus'", id="volume-mode"),
    pytest.param({"volumes": ["bad name!:/x"]}, "option_conflict", "'bad name!'", id="volume-name"),
    pytest.param({"memory": "5M"}, "option_conflict", "6M", id="memory"),
    pytest.param({"hostname": "h" * 65}, "option_conflict", "64", id="hostname"),
]


def fill(options: t.Any, *values: str) -> t.Any:
    text = json.dumps(options)
    for number, value in enumerate(values):
        text = text.replace(f"{{{number}}}", value)
    return json.loads(text)


@pytest.mark.parametrize(("options", "code", "said"), ANY_CONTAINER)
def test_what_no_container_can_have(village: Village, options: Options, code: str, said: str) -> None:
    values = (village.prefix, village.subnet)
    new = {"image": village.images.busybox, "command": "sleep 3600"}
    for name, others in (("web", {}), ("new", new)):
        result = village.refuses(code, name=village.name(name), **fill(options, *values), **others)
        assert fill(said, *values) in result["msg"]


def test_the_last_address_that_is_free(village: Village) -> None:
    """The other side of the boundaries: the engine takes what is not refused."""
    networks = [{"name": village.name("lan"), "ipv4_address": f"{village.subnet}.14"}]
    village.publish(village.name("web"), networks=networks, memory="6M", hostname="h" * 64, volumes=["/anon"])
    village.publish(village.name("web"), networks=[{**networks[0], "ipv4_address": f"{village.subnet}.2"}])


MODES: list[t.Any] = [
    pytest.param("--dns=10.0.0.53", "container", "DNS servers", id="dns"),
    pytest.param("--add-host=x:10.0.0.9", "container", "etc_hosts", id="hosts"),
    pytest.param("--link={0}-web:w", "container", "links", id="links"),
    pytest.param("--link={0}-web:w", "host", "links", id="links-host"),
    pytest.param("--sysctl=net.ipv4.ip_forward=1", "host", "sysctls of the network", id="sysctls-host"),
    pytest.param("--sysctl=net.ipv4.ip_forward=1", "hosted", "sysctls of the network", id="sysctls-host-by-another"),
    pytest.param("--sysctl=net.ipv4.ip_forward=1", "container", "", id="sysctls"),
    pytest.param("--sysctl=net.ipv4.ip_forward=1", "none", "", id="sysctls-none"),
    pytest.param("--sysctl=kernel.shm_rmid_forced=1", "host", "", id="sysctls-of-no-network"),
    pytest.param("--dns=10.0.0.53", "host", "", id="dns-host"),
    pytest.param("--dns-option=timeout:2", "container", "", id="dns-options"),
    pytest.param("--add-host=x:10.0.0.9", "host", "", id="hosts-host"),
    pytest.param("--link={0}-web:w", "none", "", id="links-none"),
    pytest.param("--hostname=own", "host", "", id="hostname-host"),
    pytest.param("--uts=host", "container", "", id="uts"),
]


@pytest.mark.parametrize(("option", "mode", "said"), MODES)
def test_a_mode_that_does_not_go_with_what_a_container_has(village: Village, option: str, mode: str, said: str) -> None:
    name = village.run("it", "--init", fill(option, village.prefix), command=SLEEP)
    if mode == "hosted":
        mode = "container:" + village.run("hosted", "--init", "--network", "host", command=SLEEP)
    elif mode == "container":
        mode = f"container:{village.name('peer')}"
    if said:
        result = village.refuses("network_mode_conflict", name=name, network_mode=mode, force_kill=True)
        assert f"{said}, which the engine does not take with network_mode={mode}" in result["msg"]
        return
    assert village.publish(name, network_mode=mode, check=True)["changed"]
    village.publish(name, network_mode=mode)
    assert not village.publish(name, network_mode=mode)["changed"]


def test_a_host_name_that_the_mode_forbids(village: Village) -> None:
    mode = f"container:{village.name('peer')}"
    web = village.name("web")
    village.refuses("network_mode_conflict", name=web, network_mode=mode, hostname="own")
    mode = f"container:{web}"
    assert "itself" in village.refuses("network_mode_conflict", name=web, network_mode=mode)["msg"]
    mode = f"container:{village.seen(web)['Id'][:12]}"
    assert "itself" in village.refuses("network_mode_conflict", name=web, network_mode=mode)["msg"]


def test_a_mac_address_that_the_mode_forbids(village: Village) -> None:
    new = {"image": village.images.busybox, "command": "sleep 3600"}
    networks = [{"name": "bridge", "mac_address": "02:42:0a:00:00:09"}]
    name = village.publish(village.name("mac"), networks=networks, **new)["container"]["name"]
    if not village.seen(name)["Config"].get("MacAddress"):
        pytest.skip("an endpoint has the address on this engine, and loses it with the network")
    for mode in ("host", f"container:{village.name('peer')}"):
        assert "MAC address" in village.refuses("network_mode_conflict", name=name, network_mode=mode)["msg"]


def test_a_network_that_was_remade(village: Village) -> None:
    """The container joins the network of that name when it is started, whether the task lists that or not."""
    remade = village.name("remade")
    village.network("remade")
    name = village.run("it", "--init", "--network", remade, "--network-alias", "other", command=SLEEP)
    docker("stop", "-t", "0", name)
    docker("network", "rm", remade)
    village.network("remade")
    task: Options = {"containers": [{"name": name}]}
    assert village.does("docker_topology", check=True, **task)["changed"]
    village.does("docker_topology", **task)
    assert "other" in village.endpoint(name, remade)["Aliases"]
    assert village.endpoint(name, remade)["NetworkID"] == village.network_seen(remade)["Id"]
    assert not village.does("docker_topology", **task)["changed"]


# -- stopped containers, and what they were on -------------------------------------------------------------------------


def test_a_network_that_is_gone(village: Village) -> None:
    gone, kept = village.name("gone"), village.name("lan")
    village.network("gone")
    names = [
        village.run(what, "--init", "--network", gone, "--network-alias", f"a-{what}", command=SLEEP)
        for what in ("one", "two", "three", "four")
    ]
    second = village.run("second", "--init", "--network", kept, command=SLEEP)
    docker("network", "connect", gone, second)
    docker("network", "connect", kept, names[1])
    docker("stop", "-t", "0", *names, second)
    docker("network", "rm", gone)
    for name in (names[0], second):
        starts = {"containers": [{"name": name}]}
        result = village.refuses("network_not_found", module="docker_topology", **starts)
        assert f"'{gone}', which is gone" in result["msg"]
        village.refuses("network_not_found", name=name, published_ports=[f"127.0.0.1:{village.base}:80"])
    # Another network, no network that is gone, another mode, and the network made in the same task.
    leave = {"networks": [{"name": kept}], "purge_networks": True}
    made = {
        "networks": [{"name": gone}],
        "containers": [{"name": names[0]}, {"name": names[3], "networks": [{"name": gone}]}],
    }
    tasks: list[Options] = [
        {"containers": [{"name": names[1], **leave}]},
        {"containers": [{"name": second, **leave}]},
        {"containers": [{"name": names[2], "network_mode": "bridge"}]},
        made,
    ]
    for task in tasks:
        assert village.does("docker_topology", check=True, **task)["changed"]
        village.does("docker_topology", **task)
        assert not village.does("docker_topology", **task)["changed"]
        for container in task["containers"]:
            seen = village.seen(container["name"])
            assert seen["State"]["Running"]
            assert (gone in seen["NetworkSettings"]["Networks"]) is (task is made)
    assert f"a-{'one'}" in village.endpoint(names[0], gone)["Aliases"]


def test_an_address_that_was_taken_meanwhile(village: Village) -> None:
    lan, address = village.name("lan"), f"{village.subnet}.10"
    late = village.run("late", "--init", "--network", lan, "--ip", address, command=SLEEP)
    docker("stop", "-t", "0", late)
    taker = village.run("taker", "--init", "--network", lan, "--ip", address, command=SLEEP)
    result = village.refuses("address_in_use", module="docker_topology", containers=[{"name": late}])
    assert result["failure"]["holder"] == taker
    # A container that stays stopped takes nothing, and what the task stops or removes holds nothing.
    village.publish(late, env={"A": "1"})
    gone = [{"name": late}, {"name": taker, "state": "absent"}]
    village.does("docker_topology", check=True, containers=gone)
    village.does("docker_topology", containers=gone)
    assert village.endpoint(late, lan)["IPAddress"] == address


def test_two_that_are_to_start_with_one_address(village: Village) -> None:
    lan, address = village.name("lan"), f"{village.subnet}.10"
    names = [village.create(what, "--network", lan, "--ip", address, command=SLEEP) for what in ("one", "two")]
    containers = [{"name": name} for name in names]
    result = village.refuses("address_in_use", module="docker_topology", containers=containers)
    assert result["failure"]["holder"] == names[0]


# -- host ports --------------------------------------------------------------------------------------------------------


def test_a_range_that_is_used_up(village: Village) -> None:
    first = village.base
    wanted = f"127.0.0.1:{first}-{first + 1}:80"
    holders = [village.run(f"h{n}", "--init", "-p", f"127.0.0.1:{first + n}:80", command=SLEEP) for n in (0, 1)]
    result = village.refuses("port_conflict", name=village.name("web"), published_ports=[wanted])
    assert [each["holder"] for each in result["failure"]["holders"]] == sorted(holders)
    assert f"{first} to {first + 1}" in result["msg"]
    # One wider, one on another address; and two that want the last one.
    wider = f"127.0.0.1:{first}-{first + 2}:80"
    both = [wider, f"127.0.0.1:{first}-{first + 2}:81"]
    village.refuses("port_conflict", name=village.name("web"), published_ports=both)
    village.publish(village.name("web"), published_ports=[wider])
    village.publish(village.name("web"), published_ports=[f"127.0.0.2:{first}-{first + 1}:80"])


def test_refusals_of_all_kinds_come_in_one_round(village: Village) -> None:
    """Whoever holds a port, a container or a process; and an unknown network hides none of them."""
    base, web, peer = village.base, village.name("web"), village.name("peer")
    village.run("holder", "--init", "-p", f"127.0.0.1:{base}:80", command=SLEEP)
    with contextlib.closing(socket.socket()) as held:
        held.bind(("127.0.0.1", base + 1))
        held.listen()
        ports = [f"127.0.0.1:{base}:80", f"127.0.0.1:{base + 1}:80"]
        codes = ["network_not_found", "port_conflict", "port_conflict"]
        networks: list[Options] = [{"name": village.name("nope")}]
        result = village.refuses(*codes, name=web, published_ports=ports, networks=networks)
        assert [each.get("holder", "") for each in result["refusals"][1:]] == [
            village.name("holder"),
            result["refusals"][2]["holder"],
        ]
        assert "process" in result["refusals"][2]["message"]
        village.refuses("port_conflict", name=web, published_ports=ports[1:])
        containers: list[Options] = [
            {"name": peer, "network_mode": village.name("nope")},
            {"name": web, "published_ports": ports},
        ]
        made = {"name": village.name("six"), "enable_ipv6": True, "ipam_config": [{"subnet": "198.19.7.0/24"}]}
        linked = {"name": village.name("lan"), "connected": [village.name("nobody")], "appends": True}
        six = [] if village.engine_chooses_ipv6 else ["option_conflict"]
        codes = [*six, "container_not_found", "network_not_found", "port_conflict", "port_conflict"]
        village.refuses(*codes, module="docker_topology", networks=[made, linked], containers=containers)
    # What cannot be read is told of all objects at once as well.
    containers = [{"name": web, "volumes": ["a:b"], "memory": "much"}, {"name": peer, "published_ports": ["x"]}]
    networks = [{"name": village.name("lan"), "ipam_config": [{"subnet": "198.19.7.0"}]}]
    codes = ["option_conflict"] * 3 + ["port_spec_invalid"]
    result = village.refuses(*sorted(codes), module="docker_topology", networks=networks, containers=containers)
    assert all(name in result["msg"] for name in (web, peer, village.name("lan")))


# -- networks ----------------------------------------------------------------------------------------------------------


def test_networks_that_cannot_be_made(village: Village) -> None:
    lan, new = village.name("lan"), village.name("new")
    six = {"subnet": f"{village.subnet6}::/64"}
    four = {"subnet": "198.19.7.0/24"}
    for name in (lan, new):
        for options in (
            {"ipam_config": [{"subnet": "198.19.7.0"}]},
            {"ipam_config": [four, six], "enable_ipv6": False},
        ):
            before = village.state
            village.fails("docker_bridge_network", "option_conflict", check=True, name=name, **options)
            village.fails("docker_bridge_network", "option_conflict", name=name, **options)
            assert village.state == before
        if not village.engine_chooses_ipv6:
            village.refuses("option_conflict", module="docker_bridge_network", name=name, enable_ipv6=True)
    village.refuses("option_conflict", module="docker_bridge_network", name=new, ipam_config=[four, six])


def test_paths_of_volumes_are_expanded(village: Village) -> None:
    """As docker_container does: ~ and . are those of the user and the folder where the module runs."""
    name = village.name("paths")
    new: Options = {
        "image": village.images.busybox,
        "command": "sleep 3600",
        "volumes": ["~/:/home-of-it:ro", ".:/here:ro"],
    }
    village.publish(name, **new)
    assert not village.publish(name, **new)["changed"]
    binds = village.seen(name)["HostConfig"]["Binds"]
    assert all(bind.startswith("/") and ":/" in bind for bind in binds)
