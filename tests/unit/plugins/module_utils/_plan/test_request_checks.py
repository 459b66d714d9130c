# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the engine would refuse is refused by the plan. tests/engine/publish/test_early_refusals.py has the engine."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.bridgeport.docker.tests.unit.support.model_daemon import ModelDaemon
from ansible_collections.bridgeport.docker.tests.unit.support.planning import codes, plan

Params = t.Dict[str, t.Any]


def host() -> ModelDaemon:
    daemon = ModelDaemon()
    daemon.add_image("busybox:1")
    lan = {"Subnet": "10.1.0.0/28", "Gateway": "10.1.0.1", "AuxiliaryAddresses": {"router": "10.1.0.5"}}
    daemon.add_network("lan", IPAM={"Driver": "default", "Config": [lan]})
    daemon.add_network(
        "six",
        EnableIPv6=True,
        IPAM={"Driver": "default", "Config": [{"Subnet": "10.2.0.0/24"}, {"Subnet": "fd00::/64"}]},
    )
    fixed = {"lan": {"IPAMConfig": {"IPv4Address": "10.1.0.9"}}}
    daemon.add_container("peer", HostConfig={"NetworkMode": "lan"}, NetworkingConfig={"EndpointsConfig": fixed})
    daemon.add_container("hosted", HostConfig={"NetworkMode": "host"})
    return daemon


def on(network: str, **endpoint: t.Any) -> Params:
    return {"networks": [{"name": network, **endpoint}]}


# -- network modes and networks ----------------------------------------------------------------------------------------

NAMED: list[t.Any] = [
    pytest.param({"network_mode": "lan"}, None, id="mode"),
    pytest.param({"network_mode": "nope"}, "network_not_found", id="mode-unknown"),
    pytest.param({"network_mode": "service:peer"}, "network_not_found", id="service"),
    pytest.param({"network_mode": "container:peer"}, None, id="shared"),
    pytest.param({"network_mode": "container:nope"}, "container_not_found", id="shared-unknown"),
    pytest.param({"network_mode": "container:it"}, "network_mode_conflict", id="shared-with-itself"),
    pytest.param({"network_mode": "container:"}, "option_conflict", id="shared-without-name"),
    pytest.param({"network_mode": "container"}, "option_conflict", id="shared-without-colon"),
    pytest.param({"network_mode": "host"}, None, id="host"),
    pytest.param({"network_mode": "none"}, None, id="none"),
    pytest.param({"network_mode": "bridge"}, None, id="bridge"),
    pytest.param(on("host"), "network_mode_conflict", id="network-host"),
    pytest.param(on("none"), "network_mode_conflict", id="network-none"),
    pytest.param(on("bridge"), None, id="network-bridge"),
    pytest.param(on("bridge", aliases=[]), None, id="network-bridge-without-aliases"),
    pytest.param(on("bridge", aliases=["x"]), "option_conflict", id="network-bridge-with-alias"),
    pytest.param(on("lan", aliases=["x"]), None, id="alias"),
    pytest.param(on("nope"), "network_not_found", id="network-unknown"),
]
ADDRESSES: list[t.Any] = [
    pytest.param(on("lan", ipv4_address="10.1.0.0"), "address_in_use", id="first"),
    pytest.param(on("lan", ipv4_address="10.1.0.1"), "address_in_use", id="gateway"),
    pytest.param(on("lan", ipv4_address="10.1.0.2"), None, id="after-the-gateway"),
    pytest.param(on("lan", ipv4_address="10.1.0.5"), "address_in_use", id="auxiliary"),
    pytest.param(on("lan", ipv4_address="10.1.0.9"), "address_in_use", id="taken"),
    pytest.param(on("lan", ipv4_address="10.1.0.14"), None, id="before-the-broadcast"),
    pytest.param(on("lan", ipv4_address="10.1.0.15"), "address_in_use", id="broadcast"),
    pytest.param(on("lan", ipv4_address="10.1.0.16"), "address_outside_subnet", id="outside"),
    pytest.param(on("lan", ipv6_address="fd00::9"), "address_outside_subnet", id="ipv6-outside"),
    pytest.param(on("six", ipv6_address="fd00::9"), None, id="ipv6"),
    pytest.param(on("six", ipv6_address="fd00::1"), "address_in_use", id="ipv6-gateway"),
]
VALUES: list[t.Any] = [
    pytest.param({"memory": "6M"}, None, id="memory"),
    pytest.param({"memory": "6291455"}, "option_conflict", id="memory-too-small"),
    pytest.param({"memory": "0"}, None, id="memory-without-limit"),
    pytest.param({"hostname": "h" * 64}, None, id="hostname"),
    pytest.param({"hostname": "h" * 65}, "option_conflict", id="hostname-too-long"),
    pytest.param({"hostname": "ü" * 33}, "option_conflict", id="hostname-too-many-bytes"),
    pytest.param({"hostname": "h", "network_mode": "container:peer"}, "network_mode_conflict", id="hostname-shared"),
    pytest.param({"hostname": "h", "network_mode": "host"}, None, id="hostname-host"),
]


@pytest.mark.parametrize(("params", "code"), [*NAMED, *ADDRESSES, *VALUES])
def test_a_container_that_is_made_or_replaced(params: Params, code: str | None) -> None:
    expected = [] if code is None else [code]
    assert codes(plan(host(), [], [{"name": "it", "image": "busybox:1", **params}])) == expected
    daemon = host()
    daemon.add_container("it")
    made = plan(daemon, [], [{"name": "it", "env": {"A": "1"}, **params}])
    assert codes(made) == expected
    assert "it" in " ".join([refusal.message for refusal in made.refusals] or ["it"])


HAS: list[t.Any] = [
    pytest.param({"Dns": ["10.0.0.53"]}, {}, ["container:peer"], id="dns"),
    pytest.param({"DnsOptions": ["timeout:2"], "DnsSearch": ["x.org"]}, {}, [], id="dns-options"),
    pytest.param({"ExtraHosts": ["x:10.0.0.9"]}, {}, ["container:peer"], id="hosts"),
    pytest.param({"Links": ["peer:p"]}, {}, ["container:peer", "host"], id="links"),
    pytest.param({}, {"MacAddress": "02:42:0a:00:00:09"}, ["container:peer", "host"], id="mac"),
    pytest.param({"Sysctls": {"net.ipv4.ip_forward": "1"}}, {}, ["host", "container:hosted"], id="sysctls"),
    pytest.param({"Sysctls": {"net/ipv4/ip_forward": "1"}}, {}, ["host", "container:hosted"], id="sysctls-slashes"),
    pytest.param({"Sysctls": {"kernel.shm_rmid_forced": "1"}}, {}, [], id="sysctls-of-no-network"),
    pytest.param({}, {"Hostname": "own"}, [], id="hostname"),
    pytest.param({"UTSMode": "host"}, {}, [], id="uts"),
    pytest.param({"Dns": [], "ExtraHosts": None, "Sysctls": None}, {}, [], id="nothing"),
]


@pytest.mark.parametrize("mode", ["container:peer", "container:hosted", "host", "none", "lan"])
@pytest.mark.parametrize(("host_config", "config", "refused"), HAS)
def test_what_a_container_has_and_its_new_mode(
    host_config: Params, config: Params, refused: list[str], mode: str
) -> None:
    daemon = host()
    daemon.add_container("it", HostConfig=dict(host_config), **config)
    made = plan(daemon, [], [{"name": "it", "network_mode": mode}])
    refused = [*refused, "container:hosted"] if "container:peer" in refused else refused
    assert codes(made) == (["network_mode_conflict"] if mode in refused else [])
    assert all(f"network_mode={mode}" in refusal.message for refusal in made.refusals), "the name, and not the ID"


def test_the_mode_of_a_container_that_the_task_changes() -> None:
    """Whether the sysctls would be those of the host is known of what the other container will be."""
    daemon = host()
    daemon.add_container("it", HostConfig={"Sysctls": {"net.ipv4.ip_forward": "1"}})
    it = {"name": "it", "network_mode": "container:peer"}
    assert codes(plan(daemon, [], [it])) == []
    assert codes(plan(daemon, [], [it, {"name": "peer", "network_mode": "host"}])) == ["network_mode_conflict"]


def test_a_host_name_and_the_hosts_own_uts_namespace() -> None:
    daemon = host()
    daemon.add_container("it", HostConfig={"UTSMode": "host"})
    assert codes(plan(daemon, [], [{"name": "it", "hostname": "own"}])) == ["option_conflict"]
    assert codes(plan(daemon, [], [{"name": "it", "env": {"A": "1"}}])) == []


LIMITS: list[t.Any] = [
    pytest.param({"Memory": 64 * 2**20, "MemorySwap": 96 * 2**20}, "96M", [], id="as-much-as-swap"),
    pytest.param({"Memory": 64 * 2**20, "MemorySwap": 96 * 2**20}, "97M", ["option_conflict"], id="more-than-swap"),
    pytest.param({"Memory": 64 * 2**20, "MemorySwap": 96 * 2**20}, "0", ["option_conflict"], id="swap-alone"),
    pytest.param({"Memory": 64 * 2**20, "MemorySwap": -1}, "1G", [], id="swap-without-limit"),
    pytest.param({"Memory": 64 * 2**20, "MemorySwap": 128 * 2**20}, "1G", [], id="swap-that-follows"),
    pytest.param({"MemoryReservation": 32 * 2**20}, "32M", [], id="as-much-as-reserved"),
    pytest.param({"MemoryReservation": 32 * 2**20}, "31M", ["option_conflict"], id="less-than-reserved"),
]


@pytest.mark.parametrize(("host_config", "memory", "expected"), LIMITS)
def test_limits_of_memory(host_config: Params, memory: str, expected: list[str]) -> None:
    daemon = host()
    daemon.add_container("it", HostConfig=dict(host_config))
    assert codes(plan(daemon, [], [{"name": "it", "memory": memory}])) == expected


# -- networks and addresses that are gone ------------------------------------------------------------------------------


def stale(*networks: str, **body: t.Any) -> ModelDaemon:
    """``it`` does not run, and these networks of it are gone."""
    daemon = host()
    for name in networks:
        daemon.add_network(name)
    joined = {"EndpointsConfig": {"gone": {"Aliases": ["i"]}}} if "gone" in networks else {}
    mode = "gone" if "gone" in networks else "lan"
    made = daemon.add_container("it", HostConfig={"NetworkMode": mode}, NetworkingConfig=joined, **body)
    if "second" in networks:
        network = next(key for key, raw in daemon.networks.items() if raw["Name"] == "second")
        daemon.answer("POST", f"/networks/{network}/connect", {}, {"Container": made})
    daemon.stop(made)
    for key in [key for key, raw in daemon.networks.items() if raw["Name"] in networks]:
        del daemon.networks[key]
    return daemon


START = {"name": "it", "state": "started"}
LEAVES = {"networks": [{"name": "lan"}], "purge_networks": True}
STALE: list[t.Any] = [
    pytest.param(["gone"], START, ["network_not_found"], id="start"),
    pytest.param(["second"], START, ["network_not_found"], id="start-with-a-second-one"),
    pytest.param(["gone"], {"name": "it", "env": {"A": "1"}}, ["network_not_found"], id="replace"),
    pytest.param(["second"], {"name": "it", "env": {"A": "1"}}, ["network_not_found"], id="replace-with-a-second-one"),
    pytest.param(["gone"], {"name": "it", "state": "stopped"}, [], id="nothing"),
    pytest.param(["gone"], {**START, **LEAVES}, [], id="leaves"),
    pytest.param(["second"], {**START, **LEAVES}, [], id="leaves-a-second-one"),
    pytest.param(["gone"], {**START, "network_mode": "bridge"}, [], id="another-mode"),
    pytest.param(["gone"], {"name": "it", "state": "absent"}, [], id="removed"),
]


@pytest.mark.parametrize(("networks", "params", "expected"), STALE)
def test_a_network_that_is_gone(networks: list[str], params: Params, expected: list[str]) -> None:
    made = plan(stale(*networks), [], [params])
    assert codes(made) == expected
    assert all(f"'{networks[0]}', which is gone" in refusal.message for refusal in made.refusals)


def test_a_mode_that_is_gone_is_left_with_its_network() -> None:
    (change,) = plan(stale("gone"), [], [{**START, **LEAVES}]).changes
    assert change.replacement is not None
    assert change.replacement.design.body["HostConfig"]["NetworkMode"] == "lan"
    assert list(change.replacement.design.endpoints) == ["lan"]
    (change,) = plan(stale("second"), [], [{**START, **LEAVES}]).changes
    assert change.replacement is not None, "the engine cannot disconnect a container from what is gone"


@pytest.mark.parametrize("is_listed", [True, False])
@pytest.mark.parametrize("is_made", [True, False])
def test_a_network_that_was_remade_is_joined_when_the_container_starts(is_made: bool, is_listed: bool) -> None:
    daemon = stale("gone")
    networks = [{"name": "gone"}] if is_made else []
    if not is_made:
        daemon.add_network("gone")
    listed = {"networks": [{"name": "gone"}]} if is_listed else {}
    made = plan(daemon, networks, [{**START, **listed}])
    assert codes(made) == []
    change = made.find_change("container", "it")
    assert change is not None
    words = [str(step) for step in change.steps]
    assert words[:3] == ["disconnect it from gone", "connect it to gone", "start it"]
    assert change.needs == (frozenset([("network", "gone")]) if is_made else frozenset())


def late(address: str = "10.1.0.10") -> ModelDaemon:
    """``it`` does not run, and ``taker`` has its address."""
    daemon = host()
    for name in ("it", "taker"):
        endpoints = {"lan": {"IPAMConfig": {"IPv4Address": address}}}
        made = daemon.add_container(
            name, HostConfig={"NetworkMode": "lan"}, NetworkingConfig={"EndpointsConfig": endpoints}
        )
        if name == "it":
            daemon.stop(made)
    return daemon


TAKEN: list[t.Any] = [
    pytest.param([START], ["address_in_use"], id="start"),
    pytest.param([{**START, "env": {"A": "1"}}], ["address_in_use"], id="replace-and-start"),
    pytest.param([{**START, **on("lan", aliases=["x"])}], ["address_in_use"], id="joins-again"),
    pytest.param([{"name": "it", "env": {"A": "1"}}], [], id="replace"),
    pytest.param([{**START, **on("lan", ipv4_address="10.1.0.11")}], [], id="another-address"),
    pytest.param([{**START, **on("lan", ipv4_address="")}], [], id="no-address"),
    pytest.param([START, {"name": "taker", "state": "absent"}], [], id="taker-is-removed"),
    pytest.param([START, {"name": "taker", "state": "stopped"}], [], id="taker-is-stopped"),
    pytest.param([START, {"name": "taker", "env": {"A": "1"}}], ["address_in_use", "address_in_use"], id="taker-stays"),
]


@pytest.mark.parametrize(("containers", "expected"), TAKEN)
def test_an_address_that_was_taken(containers: list[Params], expected: list[str]) -> None:
    made = plan(late(), [], containers)
    assert codes(made) == expected
    if not expected and len(containers) > 1:
        change = made.find_change("container", "it")
        assert change is not None
        assert ("container", "taker") in change.needs, "first the address becomes free"


def test_two_that_start_with_one_address() -> None:
    daemon = late()
    daemon.stop(daemon.named("taker")["Id"])
    (refusal,) = plan(daemon, [], [START, {"name": "taker", "state": "started"}]).refusals
    assert (refusal.code, refusal.details["holder"]) == ("address_in_use", "it")
    assert codes(plan(daemon, [], [START])) == []


@pytest.mark.parametrize("has_address", [True, False])
def test_one_of_two_networks_of_one_name(has_address: bool) -> None:
    """The container knows which network it is on, so that it can start (engines before 25)."""
    daemon = late() if has_address else stale()
    daemon.add_network("lan")
    daemon.networks = dict(reversed(daemon.networks.items()))
    assert codes(plan(daemon, [], [START])) == []


# -- ranges of host ports ----------------------------------------------------------------------------------------------


def publishing(*specs: str) -> ModelDaemon:
    """A container for each of these addresses and ports, which run."""
    daemon = host()
    for number, spec in enumerate(specs):
        address, _colon, port = spec.rpartition(":")
        bindings = {"80/tcp": [{"HostIp": address, "HostPort": port}]}
        daemon.add_container(f"h{number}", HostConfig={"PortBindings": bindings}, ExposedPorts={"80/tcp": {}})
    daemon.add_container("it")
    return daemon


RANGES: list[t.Any] = [
    pytest.param([], ["8000-8001:80"], [], id="free"),
    pytest.param([":8000"], ["8000-8001:80"], [], id="one-left"),
    pytest.param([":8000", ":8001"], ["8000-8001:80"], [["h0", "h1"]], id="used-up"),
    pytest.param(["127.0.0.1:8000", "127.0.0.1:8001"], ["127.0.0.2:8000-8001:80"], [], id="another-address"),
    pytest.param(["127.0.0.1:8000", "127.0.0.1:8001"], ["8000-8001:80"], [["h0", "h1"]], id="every-address"),
    pytest.param([":8000", ":8001"], ["8000-8001:80/udp"], [], id="another-protocol"),
    pytest.param([":8000", ":8002"], ["8000-8002:80"], [], id="hole"),
    pytest.param([":8000"], ["8000-8001:80", "8000-8001:81"], [["h0", "it"]], id="two-for-one"),
    pytest.param([], ["8000-8001:80", "8000-8001:81", "8000-8001:82"], [["it"]], id="three-for-two"),
    # The one with the least choice is served first.
    pytest.param([], ["8000-8002:80", "8000-8001:81", "8000-8001:82"], [], id="wide-and-narrow"),
]


@pytest.mark.parametrize(("held", "specs", "holders"), RANGES)
def test_ranges_of_host_ports(held: list[str], specs: list[str], holders: list[list[str]]) -> None:
    made = plan(publishing(*held), [], [{"name": "it", "published_ports": specs}])
    assert codes(made) == ["port_conflict"] * len(holders)
    found = [[each["holder"] for each in refusal.details["holders"]] for refusal in made.refusals]
    assert [sorted(set(names)) for names in found] == holders
    assert all("8000 to 8001" in refusal.message for refusal in made.refusals)


def test_a_range_of_which_the_task_frees_a_port() -> None:
    daemon = publishing(":8000", ":8001")
    it = {"name": "it", "published_ports": ["8000-8001:80"]}
    assert codes(plan(daemon, [], [it, {"name": "h1", "state": "absent"}])) == []
    assert codes(plan(daemon, [], [it, {"name": "h1", "published_ports": ["8002:80"]}])) == []
    other = {"name": "other", "image": "busybox:1", "published_ports": ["8000-8002:80"]}
    assert codes(plan(daemon, [], [it, other])) == ["port_conflict"]


def test_many_holders_are_counted() -> None:
    daemon = publishing(*(f":{port}" for port in range(8000, 8012)))
    (refusal,) = plan(daemon, [], [{"name": "it", "published_ports": ["8000-8011:80"]}]).refusals
    assert "and 4 more" in refusal.message
    assert len({each["holder"] for each in refusal.details["holders"]}) == 12


# -- all at once -------------------------------------------------------------------------------------------------------


def test_refusals_of_all_kinds_come_at_once() -> None:
    daemon = publishing(":8000", ":8001")
    made = plan(
        daemon,
        [
            {"name": "new", "enable_ipv6": True, "connected": ["nobody"], "ipam_config": [{"subnet": "10.2.0.0/25"}]},
            {"name": "lan", "connected": ["nobody", {"name": "h1", "ipv4_address": "10.1.0.1"}], "appends": True},
        ],
        [
            {"name": "it", "network_mode": "nope", "published_ports": ["8000:80", "8001:81"], "memory": "1M"},
            {"name": "fresh", "image": "none:1", "pull": "never", "links": ["nobody"], "published_ports": ["8001:81"]},
            {"name": "h0", "hostname": "own", "network_mode": "container:nobody"},
        ],
    )
    assert codes(made) == [
        "subnet_overlap",
        "option_conflict",  # no IPv6 subnet
        "container_not_found",
        "container_not_found",
        "address_in_use",
        "network_not_found",
        "option_conflict",  # memory
        "container_not_found",
        "image_not_found",
        "container_not_found",
        "network_mode_conflict",  # ports of h0
        "network_mode_conflict",  # its host name
        *3 * ["port_conflict"],  # 8001 of h1 twice, and of each other: in its new mode h0 holds nothing
    ]


def test_ports_of_a_container_that_could_not_be_planned_are_not_held_against_others() -> None:
    daemon = publishing(":8000")
    swarm = {"name": "h0", "healthcheck": {"start_interval": "1s"}, "published_ports": []}
    made = plan(daemon, [], [swarm, {"name": "it", "published_ports": ["8000:80"]}])
    assert codes(made) == ["unsupported"]


# -- IPv6 --------------------------------------------------------------------------------------------------------------

FOUR, SIX = {"subnet": "10.9.0.0/24"}, {"subnet": "fd09::/64"}
IPV6: list[t.Any] = [
    pytest.param({"enable_ipv6": True, "ipam_config": [FOUR, SIX]}, False, id="subnet"),
    pytest.param({"enable_ipv6": True, "ipam_config": [FOUR]}, True, id="no-subnet"),
    pytest.param({"enable_ipv6": True}, True, id="no-subnets-at-all"),
    pytest.param({"enable_ipv6": False, "ipam_config": [FOUR]}, False, id="off"),
    pytest.param({}, False, id="nothing"),
]
WITHOUT: list[t.Any] = [
    pytest.param({"enable_ipv6": False, "ipam_config": [FOUR, SIX]}, id="subnet-and-off"),
    pytest.param({"ipam_config": [SIX]}, id="subnet-alone"),
]


@pytest.mark.parametrize(("params", "needs_newer"), IPV6)
@pytest.mark.parametrize("api", [(1, 41), (1, 45), (1, 46), (1, 51)])
@pytest.mark.parametrize("pool", ["", "10.64.0.0/10", "fd64::/48"])
def test_ipv6_needs_a_subnet(params: Params, needs_newer: bool, api: tuple[int, int], pool: str) -> None:
    """Engines from 27.0 on choose one, and others where the daemon was given a pool of them."""
    daemon = ModelDaemon(api=api)
    if pool:
        daemon.info["DefaultAddressPools"] = [{"Base": pool, "Size": 64}]
    refused = needs_newer and api < (1, 46) and ":" not in pool
    assert codes(plan(daemon, [{"name": "new", **params}])) == (["option_conflict"] if refused else [])


@pytest.mark.parametrize("params", WITHOUT)
def test_an_ipv6_subnet_needs_ipv6(params: Params) -> None:
    assert codes(plan(ModelDaemon(), [{"name": "new", **params}])) == ["option_conflict"]


def test_a_fixed_ipv6_address_needs_ipv6() -> None:
    daemon = host()
    six = next(raw for raw in daemon.networks.values() if raw["Name"] == "six")
    it = {"name": "it", "image": "busybox:1", **on("six", ipv6_address="fd00::9")}
    assert codes(plan(daemon, [], [it])) == []
    six["EnableIPv6"] = False
    assert codes(plan(daemon, [], [it])) == ["option_conflict"]


# -- what the engine knows ---------------------------------------------------------------------------------------------

RUNTIMES: list[t.Any] = [
    pytest.param("runc", [], id="known"),
    pytest.param("missing", ["option_conflict"], id="unknown"),
    pytest.param("io.containerd.runc.v2", [], id="shim"),
]


@pytest.mark.parametrize(("runtime", "expected"), RUNTIMES)
def test_a_runtime_that_the_engine_does_not_know(runtime: str, expected: list[str]) -> None:
    assert codes(plan(host(), [], [{"name": "new", "image": "busybox:1", "runtime": runtime}])) == expected
