# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tasks move from community.docker.docker_network to ours by a change of the module's name, and back.

Each case of peer_tasks.py: the peer makes a network, which is as it shall be for the same task of ours; ours changes
it, finds nothing to do the second time, and neither does the peer then.
"""

from __future__ import annotations

import re
import typing as t

import pytest

from ansible_collections.bridgeport.docker.tests.bench import peers
from ansible_collections.bridgeport.docker.tests.engine.networks.peer_tasks import CASES, SUBNET, Case, Params
from ansible_collections.bridgeport.docker.tests.engine.site import Result, Site, has_ipv6
from ansible_collections.bridgeport.docker.tests.support.budget import some
from ansible_collections.bridgeport.docker.tests.support.module_runner import Runner
from ansible_collections.bridgeport.docker.tests.support.real_engine import Images, docker, run_module

MODULE = "docker_network"
SLEEP = ("sleep", "3600")


@pytest.fixture(scope="session", autouse=True)
def peer_environment() -> None:
    peers.prepare()


def engine_version() -> tuple[int, ...]:
    version = docker("version", "--format", "{{.Server.Version}}")
    return tuple(int(number) for number in re.findall(r"\d+", version)[:2])


def ask_peer(task: Params, *, check: bool = False) -> Result:
    ran = run_module(MODULE, task, collection="community.docker", python=peers.PYTHON, check_mode=check)
    assert not ran.result.get("failed"), ran.result
    return ran.result


def place(value: t.Any, names: t.Mapping[str, str]) -> t.Any:
    """A task of the table with what stands on the host."""
    if isinstance(value, dict):
        return {key: place(item, names) for key, item in value.items()}
    if isinstance(value, list):
        return [place(item, names) for item in value]
    if isinstance(value, str):
        return re.sub("[A-Z][A-Z0-9]+", lambda found: names.get(found.group(), found.group()), value)
    return value


@pytest.fixture(scope="module")
def site(runner: Runner, images: Images) -> t.Iterator[Site]:
    """One for all cases: each removes the networks that it has made."""
    with Site.open(runner, images) as made:
        yield made


@pytest.fixture(autouse=True)
def swept(site: Site, names: dict[str, str]) -> t.Iterator[None]:
    standing = set(site.networks)
    yield
    for _time in range(2):
        # A definition goes after what has copied it.
        for what in set(site.networks) - standing:
            for member in site.network_seen(site.name(what))["Containers"] or ():
                docker("network", "disconnect", "-f", site.name(what), member, check=False)
            docker("network", "rm", site.name(what), check=False)


@pytest.fixture(scope="module")
def names(site: Site) -> dict[str, str]:
    parent = site.network("parent")
    definitions = {
        what: site.network(what.lower(), "--config-only", "--subnet", f"198.19.{number}.0/24", "--label", f"of={what}")
        for number, what in enumerate(("DEFINITION", "OTHER"), start=int(site.subnet.split(".")[2]) & ~1)
    }
    # A bridge that nothing is connected to has no carrier, and neither has what stands on it.
    on_parent = ("--init", "--network", parent)
    return {
        "PARENT": f"br-{site.network_seen(parent)['Id'][:12]}",
        "BRIDGE": f"bp{site.prefix[-8:]}",
        "NET4": site.subnet,
        "NET6": site.subnet6,
        "ONE": site.run("one", *on_parent, command=SLEEP),
        "TWO": site.run("two", *on_parent, command=SLEEP),
        **definitions,
    }


def identify(case: Case) -> str:
    return f"{case.option}-{sum(each.option == case.option for each in CASES[: CASES.index(case)])}"


@pytest.mark.parametrize("case", [pytest.param(case, id=identify(case)) for case in some(CASES, 8)])
def test_handover(case: Case, site: Site, names: dict[str, str]) -> None:
    if engine_version() < case.since:
        pytest.skip(f"needs engine {case.since}")
    if case.needs_ipv6 and not has_ipv6():
        pytest.skip("needs IPv6")
    net = site.name("net")
    made = {"name": net, **place(case.made, names)}
    changed = {"name": net, **place(case.change, names)}
    ask_peer(made)
    before = site.network_seen(net)
    # Adopted.
    for check in (True, False):
        assert site.does(MODULE, check=check, **made)["changed"] is False
    assert site.network_seen(net) == before
    # Changed.
    predicted = site.does(MODULE, check=True, **changed)
    assert predicted["changed"] is True
    assert site.network_seen(net) == before
    result = site.does(MODULE, **changed)
    assert result["changed"] is True
    assert result["actions"] == predicted["actions"]
    after = site.network_seen(net)
    assert after["Driver"] == case.driver
    assert result["network"]["Id"] == after["Id"]
    assert result["network"]["Labels"] == after["Labels"]
    assert result["network"]["Containers"].keys() == after["Containers"].keys()
    # There is nothing more to do, for either side.
    for check in (True, False):
        assert site.does(MODULE, check=check, **changed)["changed"] is False
    assert site.network_seen(net)["Id"] == after["Id"]
    if case.returns:
        assert ask_peer(changed, check=True)["changed"] is False
    # Gone, whoever is on it.
    assert site.does(MODULE, name=net, state="absent")["changed"] is True
    assert "net" not in site.networks
    assert site.does(MODULE, name=net, state="absent")["changed"] is False


def test_force_rebuilds_every_time(site: Site, names: dict[str, str]) -> None:
    net = site.network("net", "--subnet", f"{site.subnet}.0/24", "--label", "kept=yes")
    docker("network", "connect", "--ip", f"{site.subnet}.20", "--alias", "shop", net, names["ONE"])
    ids = {site.network_seen(net)["Id"]}
    for _time in range(2):
        assert site.does(MODULE, name=net, force=True, check=True)["changed"] is True
        result = site.does(MODULE, name=net, force=True)
        assert result["changed"] is True
        ids.add(result["network"]["Id"])
        endpoint = site.endpoint(names["ONE"], net)
        assert endpoint["IPAddress"] == f"{site.subnet}.20"
        assert "shop" in endpoint["Aliases"]
    assert len(ids) == 3
    assert site.network_seen(net)["Labels"] == {"kept": "yes"}
    # Nothing is there yet.
    assert site.does(MODULE, name=site.name("new"), force=True)["actions"] == [f"create network {site.name('new')}"]


def test_a_label_that_left_the_task(site: Site) -> None:
    net = site.network("net", "--label", "a=b", "--label", "c=d")
    before = site.network_seen(net)
    asked: dict[str, t.Any] = {"name": net, "labels": {"a": "b"}}
    assert site.does("docker_network", **asked)["changed"] is False
    assert site.does("docker_bridge_network", **asked)["changed"] is False
    assert site.does("docker_topology", networks=[asked])["changed"] is False
    assert site.network_seen(net) == before
    for module, label in (("docker_network", "a"), ("docker_bridge_network", "c")):
        assert site.does(module, name=net, labels={label: None})["changed"] is True
        assert site.does(module, name=net, labels={label: None})["changed"] is False
        assert label not in site.network_seen(net)["Labels"]


def test_macvlan_with_members(site: Site, names: dict[str, str]) -> None:
    """Running and stopped members are on the rebuilt network as before."""
    lan: dict[str, t.Any] = {
        "name": site.name("lan"),
        "driver": "macvlan",
        "driver_options": {"parent": names["PARENT"]},
        "ipam_config": [{"subnet": f"{site.subnet}.0/24"}],
    }
    site.does(MODULE, **lan)
    docker("network", "connect", "--ip", f"{site.subnet}.20", lan["name"], names["ONE"])
    docker("network", "connect", "--ip", f"{site.subnet}.21", lan["name"], names["TWO"])
    docker("stop", "-t", "0", names["TWO"])
    assert site.does(MODULE, **lan)["changed"] is False
    former = site.network_seen(lan["name"])["Id"]
    changed = {**lan, "driver_options": {**lan["driver_options"], "macvlan_mode": "bridge"}}
    assert site.does(MODULE, **changed)["changed"] is True
    assert site.does(MODULE, **changed)["changed"] is False
    docker("start", names["TWO"])
    assert site.network_seen(lan["name"])["Id"] != former
    for what, last in (("ONE", 20), ("TWO", 21)):
        endpoint = site.endpoint(names[what], lan["name"])
        assert endpoint["IPAddress"] == f"{site.subnet}.{last}"
        assert endpoint["NetworkID"] == site.network_seen(lan["name"])["Id"]
    docker("exec", names["ONE"], "ping", "-c", "1", "-W", "5", f"{site.subnet}.21")
    # A bridge takes its place, with all of them, and back.
    bridge: dict[str, t.Any] = {"name": lan["name"], "driver": "bridge", "ipam_config": lan["ipam_config"]}
    assert site.does(MODULE, **bridge)["network"]["Options"] == {}
    docker("exec", names["ONE"], "ping", "-c", "1", "-W", "5", f"{site.subnet}.21")
    # The other modules.
    site.does(MODULE, **changed)
    refused = site.fails("docker_bridge_network", "option_conflict", name=lan["name"])
    assert "docker_network takes it" in refused["msg"]
    same = {key: value for key, value in changed.items() if key != "driver"}
    assert site.does("docker_topology", networks=[same])["changed"] is False


def test_definitions(site: Site, names: dict[str, str]) -> None:
    """They come before what copies them, and go after it."""
    definition, copy = site.name("defined"), site.name("copy")
    subnet = f"{site.subnet}.0/24"
    member = {"name": names["ONE"], "ipv4_address": f"{site.subnet}.9"}
    both: list[dict[str, t.Any]] = [
        {"name": copy, "config_from": definition, "connected": [member]},
        {"name": definition, "config_only": True, "ipam_config": [{"subnet": subnet}], "labels": {"a": "b"}},
    ]
    made = site.does("docker_topology", networks=both)
    assert made["networks"][0]["ipam_config"][0]["subnet"] == subnet
    assert site.does("docker_topology", networks=both)["changed"] is False
    assert site.endpoint(names["ONE"], copy)["IPAddress"] == f"{site.subnet}.9"
    for asked in ({"state": "absent"}, {"config_only": True, "labels": {"a": "c"}}, {"force": True}):
        for check in (True, False):
            refused = site.fails(MODULE, "network_in_use", name=definition, check=check, **asked)
            assert refused["failure"]["networks"] == [copy]
    rebuilt = site.does(MODULE, name=copy, config_from=definition, internal=True)
    assert rebuilt["network"]["ConfigFrom"] == {"Network": definition}
    assert rebuilt["network"]["Labels"] == {"a": "b"}
    assert site.endpoint(names["ONE"], copy)["IPAddress"] == f"{site.subnet}.9"
    own = site.does(MODULE, name=copy, config_from="")
    assert own["network"]["IPAM"]["Config"][0]["Subnet"] == subnet
    assert not own["network"]["ConfigFrom"]["Network"]
    site.does(MODULE, name=copy, config_from=definition)
    gone = [{**each, "state": "absent", "force": True, "connected": None} for each in reversed(both)]
    assert site.does("docker_topology", networks=gone)["changed"] is True
    assert not {"defined", "copy"} & set(site.networks)


REFUSED: list[t.Any] = [
    pytest.param({"driver": "overlay"}, "unsupported", id="overlay-without-a-swarm"),
    pytest.param({"scope": "swarm"}, "unsupported", id="scope-without-a-swarm"),
    pytest.param({"ingress": True, "driver": "overlay"}, "unsupported", id="ingress-without-a-swarm"),
    pytest.param({"driver": "overlay", "scope": "local"}, "option_conflict", id="overlay-local"),
    pytest.param({"driver": "host"}, "option_conflict", id="driver-host"),
    pytest.param({"config_only": True, "internal": True}, "option_conflict", id="definition-internal"),
    pytest.param({"config_only": True, "scope": "local"}, "option_conflict", id="definition-scope"),
    pytest.param({"config_only": True, "config_from": "DEFINITION"}, "option_conflict", id="definition-of-definition"),
    pytest.param({"config_only": True, "connected": ["ONE"]}, "option_conflict", id="definition-with-members"),
    pytest.param({"config_from": "DEFINITION", "labels": {"a": "b"}}, "option_conflict", id="copy-with-labels"),
    pytest.param({"config_from": "missing"}, "network_not_found", id="nothing-to-copy"),
    pytest.param({"config_from": "bridge"}, "option_conflict", id="copy-of-a-network"),
    pytest.param({"connected": ["missing"]}, "container_not_found", id="member-missing"),
    pytest.param({"ipam_config": [{"gateway": "NET4.1"}]}, "option_conflict", id="no-subnet"),
    pytest.param({"ipam_config": [{**SUBNET[0], "gateway": "10.0.0.1"}]}, "address_outside_subnet", id="gateway"),
]


@pytest.mark.parametrize(("params", "code"), REFUSED)
def test_refusals(params: Params, code: str, site: Site, names: dict[str, str]) -> None:
    for check in (True, False):
        site.fails(MODULE, code, name=site.name("net"), check=check, **place(params, names))
    assert "net" not in site.networks
