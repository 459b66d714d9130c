# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What of a network that stands counts as a difference, and where its subnet comes from."""

from __future__ import annotations

import re
import typing as t

import pytest

from ansible_collections.bridgeport.docker.tests.engine.site import Result, Site
from ansible_collections.bridgeport.docker.tests.support.real_engine import docker

MODULE = "docker_bridge_network"
SLEEP = ("sleep", "3600")
MTU = "com.docker.network.driver.mtu"
ICC = "com.docker.network.bridge.enable_icc"
GATEWAY_MODE = "com.docker.network.bridge.gateway_mode_ipv4"


def engine_version() -> tuple[int, ...]:
    version = docker("version", "--format", "{{.Server.Version}}")
    return tuple(int(number) for number in re.findall(r"\d+", version)[:2])


# -- settings ----------------------------------------------------------------------------------------------------------


def test_settings_that_every_engine_knows(site: Site) -> None:
    net = site.name("net")
    settings = {
        "host_ipv4": "127.0.0.1",
        "inhibit_ipv4": False,
        "container_iface_prefix": "shop",
        "host_binding_ipv4": "127.0.0.1",
        "mtu": 1400,
        "driver_options": {ICC: 1},
    }
    predicted = site.does(MODULE, name=net, check=True, **settings)
    assert site.networks == []
    result, again = (site.does(MODULE, name=net, **settings) for _time in range(2))
    # Spelled differently.
    options = {"com.docker.network.host_ipv4": "127.0.0.1", MTU: "01400"}
    spelled = site.does(MODULE, name=net, icc=True, ip_masquerade=True, driver_options=options)
    links = docker("run", "--rm", "--network", net, site.images.busybox, "ip", "-o", "link")
    assert predicted["changed"] is True
    assert predicted["diff"] == result["diff"]
    assert again["changed"] is False
    assert spelled["changed"] is False
    seen = site.network_seen(net)["Options"]
    assert seen["com.docker.network.host_ipv4"] == "127.0.0.1"
    assert seen["com.docker.network.bridge.inhibit_ipv4"] == "false"
    assert seen["com.docker.network.container_iface_prefix"] == "shop"
    assert "shop0" in links
    assert "mtu 1400" in links
    # What means nothing, or two things.
    nonsense: list[dict[str, t.Any]] = [
        {"host_ipv4": "fd00::1"},
        {"host_binding_ipv4": "localhost"},
        {"driver_options": {GATEWAY_MODE: "bridged"}},
        {"driver_options": {ICC: "yes"}},
        {"mtu": 1400, "driver_options": {MTU: 1300}},
        {"mtu": 1400, "driver_options": {MTU: None}},
    ]
    for asked in nonsense:
        site.fails(MODULE, "option_conflict", name=net, **asked)


def test_settings_that_need_a_newer_engine(site: Site) -> None:
    newer, version = site.name("newer"), engine_version()
    cases: list[tuple[str, dict[str, t.Any]]] = [
        ("27.0", {"gateway_mode_ipv4": "routed", "check": True}),
        ("27.0", {"driver_options": {GATEWAY_MODE: "routed"}, "check": True}),
        ("28.0", {"gateway_mode_ipv4": "isolated", "check": True}),
        ("28.2", {"trusted_host_interfaces": ["lo"], "check": True}),
        ("25.0", {"host_ipv6": "::1", "check": True}),
        ("28.0", {"gateway_mode_ipv4": "isolated"}),
    ]
    for since, options in cases:
        asked = {"name": newer, "internal": True, **options}
        if version < tuple(map(int, since.split("."))):
            result = site.fails(MODULE, "unsupported", **asked)
            assert result["failure"].get("needed_version", since) == since
        else:
            assert site.does(MODULE, **asked)["changed"] is True
    # A closed mode of an open network.
    code = "unsupported" if version < (28, 0) else "option_conflict"
    site.fails(MODULE, code, name=site.name("open"), gateway_mode_ipv4="isolated")


# -- what is left out of a definition ----------------------------------------------------------------------------------


def test_what_is_left_out_is_taken_away(site: Site) -> None:
    """One after another: each is seen, is put right, and is not seen again."""
    subnet = site.subnet
    net = site.network(
        "exact",
        *("--subnet", f"{subnet}.0/24", "--gateway", f"{subnet}.9", "--ip-range", f"{subnet}.128/25"),
        *("--aux-address", f"nas={subnet}.5", "--label", "purpose=test"),
        *("--label", "com.docker.compose.network=shop", "-o", f"{ICC}=false", "-o", f"{MTU}=1400"),
    )
    nas = {"nas": f"{subnet}.5"}
    whole = {"subnet": f"{subnet}.0/24", "gateway": f"{subnet}.9", "iprange": f"{subnet}.128/25", "aux_addresses": nas}
    # In other words.
    spelled = {**whole, "subnet": f"{subnet}.77/24", "iprange": f"{subnet}.200/25"}
    met = site.does(
        MODULE, name=net, labels={"purpose": "test"}, icc=False, driver_options={MTU: 1400}, ipam_config=[spelled]
    )
    assert met["changed"] is False
    # A label that is not listed stays.
    assert site.does(MODULE, name=net, labels={})["changed"] is False
    less: list[dict[str, t.Any]] = [
        {"labels": {"purpose": None}},
        {"driver_options": {ICC: None}},
        {"ipam_config": [{key: whole[key] for key in ("subnet", "gateway", "iprange")}]},
        {"ipam_config": [{key: whole[key] for key in ("subnet", "gateway")}]},
        {"ipam_config": [{"subnet": whole["subnet"]}]},
    ]
    for options in less:
        assert site.does(MODULE, name=net, check=True, **options)["changed"] is True, options
    for options in less:
        assert site.does(MODULE, name=net, **options)["changed"] is True, options
    again = site.does(
        MODULE,
        name=net,
        labels={"purpose": None},
        driver_options={ICC: None},
        ipam_config=[{"subnet": f"{subnet}.0/24"}],
    )
    assert again["changed"] is False
    # Nothing of it is left but what was not spoken of.
    seen = site.network_seen(net)
    assert seen["Labels"] == {"com.docker.compose.network": "shop"}
    assert seen["Options"][MTU] == "1400"
    assert ICC not in seen["Options"]
    (config,) = seen["IPAM"]["Config"]
    assert config.get("Gateway", f"{subnet}.1") == f"{subnet}.1"
    assert not config.get("IPRange")
    assert not config.get("AuxiliaryAddresses")
    refused = site.fails(MODULE, "option_conflict", name=net, ipam_config=[{"gateway": f"{subnet}.1"}])
    assert "subnet" in refused["msg"]


# -- members -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def exact(site: Site) -> str:
    return site.network("exact", "--subnet", f"{site.subnet}.0/24")


@pytest.fixture
def one(site: Site, exact: str) -> str:
    return site.run("one", "--init", "-p", "127.0.0.1::80", command=("httpd", "-f", "-p", "80"))


def connect(site: Site, net: str, *members: t.Any, **options: t.Any) -> Result:
    return site.does(MODULE, name=net, connected=list(members), **options)


def test_members_by_name_and_by_id(site: Site, exact: str, one: str) -> None:
    one_id = site.seen(one)["Id"]
    assert [connect(site, exact, name)["changed"] for name in (one_id, one_id[:12], one)] == [True, False, False]
    refused = site.fails(MODULE, "option_conflict", name=exact, connected=[one, one_id[:12]])
    assert "twice" in refused["msg"]
    # An address, an alias, a link and an option are given, and taken away.
    given = {"name": one, "ipv4_address": f"{site.subnet}.20", "aliases": ["shop"], "links": [f"{one}:me"]}
    nothing = {"name": one, "ipv4_address": "", "aliases": [], "links": []}
    steps = [
        {**given, "driver_opts": {"color": "red", "size": 5}},
        {**given, "driver_opts": {"size": "5"}},
        {"name": one, "driver_opts": {"color": None}},
        {"name": one, "driver_opts": {"color": None}},
        nothing,
        nothing,
    ]
    # Everything is seen once.
    assert [connect(site, exact, step)["changed"] for step in steps] == [True, False, True, False, True, False]
    seen = site.endpoint(one, exact)
    assert not seen.get("IPAMConfig")
    assert "shop" not in (seen.get("Aliases") or [])
    assert not seen.get("Links")
    assert seen["DriverOpts"] == {"size": "5"}


def test_a_member_with_everything_outlives_a_rebuild(site: Site, exact: str, one: str) -> None:
    holder = site.network("net")
    member = {
        "name": one,
        "ipv4_address": f"{site.subnet}.20",
        "aliases": ["shop", "store"],
        "links": [f"{one}:me"],
        "driver_opts": {"color": "red"},
    }
    connect(site, exact, member)
    before = site.endpoint(one, exact)
    taken = [{"subnet": site.network_seen(holder)["IPAM"]["Config"][0]["Subnet"]}]
    for check in (True, False):
        refused = site.fails(MODULE, "subnet_overlap", name=exact, ipam_config=taken, connected=[one], check=check)
        assert refused["failure"]["holder"] == holder
    assert site.endpoint(one, exact) == before
    assert site.does(MODULE, name=exact, mtu=1350)["changed"] is True
    now = site.endpoint(one, exact)
    assert now["NetworkID"] != before["NetworkID"]
    assert now["IPAddress"] == f"{site.subnet}.20"
    assert sorted(now["Aliases"]) == sorted(before["Aliases"])
    for key in ("IPAMConfig", "Links", "DriverOpts"):
        assert now[key] == before[key]
    # The beginning of an ID is not meant.
    for length in (2, 11):
        stranger = site.network_seen(exact)["Id"][:length]
        assert site.does(MODULE, name=stranger, state="absent", force=True)["changed"] is False
    assert site.endpoint(one, exact)["IPAddress"] == f"{site.subnet}.20"


def test_a_network_that_somebody_still_waits_for(site: Site, one: str) -> None:
    gone = site.network("gone")
    stale = site.run("stale", "--init", "--network", gone, "--network-alias", "old", command=SLEEP)
    docker("stop", "-t", "0", stale)
    docker("network", "rm", gone)
    awaited = site.does(MODULE, name=gone)
    repaired = connect(site, gone, stale)
    assert repaired["changed"] or awaited["changed"]
    docker("start", stale)
    assert connect(site, gone, {"name": stale, "aliases": ["old"]})["changed"] is False
    # A fixed address where the engine has chosen the subnet.
    chosen = site.network_seen(gone)["IPAM"]["Config"][0]["Subnet"]
    fixed = {"name": one, "ipv4_address": re.sub(r"\.\d+/\d+$", ".77", chosen)}
    refused = site.fails(MODULE, "option_conflict", name=gone, connected=[fixed], appends=True)
    assert "ipam_config" in refused["msg"]
    emptied = connect(site, gone)
    assert emptied["changed"] is True
    assert emptied["network"]["connected"] == []
    assert docker("ps", "-aq", "--filter", f"network={gone}") == ""


# -- subnets out of a range --------------------------------------------------------------------------------------------


def test_subnet_pool(site: Site, exact: str, one: str) -> None:
    # The other half of the range for benchmarks.
    near = site.subnet.replace("198.18.", "198.19.")
    pool = {"from": f"{near}.0/24", "prefix": 26}
    connect(site, exact, {"name": one, "ipv4_address": f"{site.subnet}.20"})
    a, b, c, d = (site.name(f"pool-{letter}") for letter in "abcd")
    predicted = site.does(MODULE, name=a, subnet_pool=pool, check=True)
    result = site.does(MODULE, name=a, subnet_pool=pool)
    again = site.does(MODULE, name=a, subnet_pool=pool)
    more, more_again = (
        site.does("docker_topology", networks=[{"name": name, "subnet_pool": pool} for name in (a, b, c)])
        for _time in range(2)
    )
    # One that is elsewhere, and whose member has a fixed address.
    refused = site.fails(MODULE, "address_outside_subnet", name=exact, subnet_pool=pool)
    assert one in refused["msg"]
    moved = connect(site, exact, {"name": one, "ipv4_address": ""}, subnet_pool=pool)
    assert predicted["changed"] is True
    assert predicted["network"]["ipam_config"][0]["subnet"] == f"{near}.0/26"
    assert result["network"]["ipam_config"][0]["subnet"] == f"{near}.0/26"
    assert predicted["diff"] == result["diff"]
    assert again["changed"] is False
    assert again["network"] == result["network"]
    subnets = [network["ipam_config"][0]["subnet"] for network in more["networks"]]
    assert subnets == [f"{near}.0/26", f"{near}.64/26", f"{near}.128/26"]
    assert more_again["changed"] is False
    assert moved["changed"] is True
    assert moved["network"]["ipam_config"][0]["subnet"] == f"{near}.192/26"
    assert near in moved["network"]["connected"][0]["ip_address"]
    # One more.
    for check in (True, False):
        refused = site.fails(MODULE, "subnet_overlap", name=d, subnet_pool=pool, check=check)
        assert sorted(each["holder"] for each in refused["failure"]["holders"]) == sorted([exact, a, b, c])
    # A range and a list.
    both = {"subnet_pool": pool, "ipam_config": [{"subnet": f"{near}.0/24"}]}
    site.fails(MODULE, "option_conflict", name=d, **both)


def test_a_subnet_that_the_host_itself_has(site: Site) -> None:
    """An engine in another place does not have this host's addresses."""
    asked: dict[str, t.Any] = {"name": site.name("host"), "ipam_config": [{"subnet": "127.0.0.0/24"}]}
    result = site.module(MODULE, check=True, **asked)
    if result.get("preflight", "full") == "full":
        assert result["failure"]["code"] == "subnet_overlap", result
        assert result["failure"]["holder"] == "lo"


def test_labels_of_docker_that_are_listed(site: Site) -> None:
    """They are set, and the others of their kind stay."""
    key = "com.docker.compose.network"
    net = site.network("labelled", "--label", f"{key}=old", "--label", "com.docker.compose.version=1")
    listed = {key: "new", "com.docker.compose.project": "shop"}
    task: dict[str, t.Any] = {"name": net, "labels": listed}
    predicted, result = site.does(MODULE, check=True, **task), site.does(MODULE, **task)
    assert predicted["changed"] is True
    assert result["changed"] is True
    assert site.does(MODULE, **task)["changed"] is False
    assert site.network_seen(net)["Labels"] == {**listed, "com.docker.compose.version": "1"}
    assert site.does(MODULE, name=net, labels={})["changed"] is False
