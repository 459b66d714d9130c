# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Overlay networks on the only manager of a swarm."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.bridgeport.docker.tests.engine.site import Site
from ansible_collections.bridgeport.docker.tests.support.private_engine import Daemon
from ansible_collections.bridgeport.docker.tests.support.real_engine import docker

MODULE = "docker_network"
pytestmark = pytest.mark.skipif(
    Daemon.of_this_host() is None, reason="needs a private engine, which may become the manager of a swarm"
)


@pytest.fixture(scope="module", autouse=True)
def _swarm() -> t.Iterator[None]:
    docker("swarm", "init", "--advertise-addr", "127.0.0.1")
    yield
    docker("swarm", "leave", "--force")


def test_an_overlay_network_from_first_to_last(site: Site) -> None:
    task: dict[str, t.Any] = {"name": site.name("wide"), "driver": "overlay", "attachable": True}
    one = site.run("one", "--init", command=("sleep", "3600"))
    predicted = site.does(MODULE, check=True, **task)
    assert predicted["changed"] is True
    assert site.networks == []
    made = site.does(MODULE, **task)
    assert made["actions"] == predicted["actions"]
    assert (made["network"]["Driver"], made["network"]["Scope"]) == ("overlay", "swarm")
    # Whatever the task calls its scope, and where it says nothing of the driver.
    for again in ({}, {"scope": "swarm"}, {"scope": "global"}):
        assert site.does(MODULE, **task, **again)["changed"] is False
    assert site.does(MODULE, name=task["name"])["changed"] is False
    # Members of this node.
    assert site.does(MODULE, **task, connected=[one])["changed"] is True
    for check in (True, False):
        assert site.does(MODULE, check=check, **task, connected=[one])["changed"] is False
    assert site.endpoint(one, task["name"])["NetworkID"] == made["network"]["Id"]
    changed = {**task, "driver_options": {"com.docker.network.driver.mtu": 1300}}
    refused = site.fails(MODULE, "swarm_managed", **changed)
    assert refused["failure"]["members"] == [one]
    site.fails("docker_bridge_network", "swarm_managed", name=task["name"])
    # It is rebuilt when it is empty.
    docker("network", "disconnect", task["name"], one)
    rebuilt = site.does(MODULE, **changed)
    assert rebuilt["network"]["Options"]["com.docker.network.driver.mtu"] == "1300"
    assert rebuilt["network"]["IPAM"]["Config"] == made["network"]["IPAM"]["Config"]
    assert site.does(MODULE, **changed)["changed"] is False
    # And removed with whoever is on it.
    site.does(MODULE, **changed, connected=[one])
    assert site.does(MODULE, name=task["name"], state="absent")["changed"] is True
    assert site.networks == []
    assert site.does(MODULE, name=task["name"], state="absent")["changed"] is False
    assert not site.endpoint(one, task["name"])


def test_the_network_of_the_routing_mesh(site: Site) -> None:
    assert site.does(MODULE, name="ingress", driver="overlay", ingress=True)["changed"] is False
    assert site.does(MODULE, name="ingress", driver="overlay", ingress=True, check=True, force=True)["changed"] is True


def test_a_definition_for_networks_of_a_swarm(site: Site) -> None:
    definition, copy = site.name("definition"), site.name("copy")
    site.does(MODULE, name=definition, config_only=True, ipam_config=[{"subnet": f"{site.subnet}.0/24"}])
    task: dict[str, t.Any] = {"name": copy, "config_from": definition, "driver": "macvlan", "scope": "swarm"}
    assert site.does(MODULE, **task)["network"]["Scope"] == "swarm"
    assert site.does(MODULE, **task)["changed"] is False
    assert site.does(MODULE, name=copy, state="absent")["changed"] is True
