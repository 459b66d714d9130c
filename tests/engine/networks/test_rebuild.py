# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A network changes under its members, running and stopped."""

from __future__ import annotations

import typing as t

from ansible_collections.bridgeport.docker.tests.engine.site import HTTPD, Site
from ansible_collections.bridgeport.docker.tests.support.real_engine import docker

MODULE = "docker_bridge_network"
SLEEP = ("sleep", "3600")


def test_rebuild(site: Site) -> None:
    near = site.subnet
    net = site.network("rebuilt", "--subnet", f"{near}.0/25", "--label", "purpose=test")
    second = site.network("second")
    on = ("--init", "--network", net)
    fixed = site.run(
        "fixed",
        *(*on, "--ip", f"{near}.20", "--network-alias", "web", "--network-alias", "www", "-p", "127.0.0.1::80"),
        command=HTTPD,
    )
    dynamic = site.run("dynamic", *on, "--network-alias", "roaming", command=SLEEP)
    docker("network", "connect", "--alias", "second", second, dynamic)
    asleep = site.create("asleep", *on, "--ip", f"{near}.30", "--network-alias", "never", command=SLEEP)
    resting = site.run("resting", *on, "--network-alias", "once", command=SLEEP)
    docker("stop", "-t", "0", resting)
    family = [fixed, dynamic, asleep, resting]

    changes: list[dict[str, t.Any]] = [
        {"mtu": 1400, "labels": {"purpose": "test", "team": "shop"}},
        {"icc": False},
        {"ipam_config": [{"subnet": f"{near}.0/24", "gateway": f"{near}.254"}], "icc": True},
        {"internal": True},
        {"internal": False, "labels": {"purpose": None, "team": None}},
    ]
    for change in changes:
        assert site.does(MODULE, name=net, **change)["changed"] is True, change
    assert site.does(MODULE, name=net, **changes[-1])["changed"] is False
    docker("start", asleep, resting)
    # Everybody by every name.
    addresses = {
        (source, target): site.does("docker_network_probe", source=source, target=target)["address"]
        for source in family
        for target in ["web", "www", "roaming", "never", "once", *family]
    }
    standing = site.network_seen(net)
    assert standing["Labels"] == {}
    assert standing["Options"]["com.docker.network.driver.mtu"] == "1400"
    assert standing["IPAM"]["Config"][0]["Subnet"] == f"{near}.0/24"
    assert len(standing["Containers"]) == 4
    assert len(addresses) == 36
    assert addresses[fixed, "web"] == f"{near}.20"
    assert addresses[fixed, "never"] == f"{near}.30"
    assert len(site.network_seen(second)["Containers"]) == 1

    # What only the engine refuses, as this interface is no bridge; the same network stands, or an equal one.
    predicted = site.does(MODULE, name=net, mtu=1300, check=True)
    bridge: dict[str, t.Any] = {"name": net, "bridge_name": "lo"}
    # Where the new one can stand beside the old one, it is found out before anybody is touched.
    elsewhere = [{"subnet": "203.0.113.0/24"}]
    moved: dict[str, t.Any] = {"ipam_config": elsewhere, "connected": [{"name": fixed, "ipv4_address": "203.0.113.20"}]}
    refused = site.module(MODULE, **bridge, **moved)
    assert refused["failure"]["code"] == "daemon_error", refused
    assert refused["rolled_back"] is True
    refused = site.module(MODULE, **bridge)
    assert refused["failure"]["code"] == "daemon_error", refused
    assert refused["rolled_back"] == "recreated"
    result = site.fails(MODULE, "address_outside_subnet", name=net, ipam_config=elsewhere)
    assert fixed in result["msg"] or asleep in result["msg"]
    assert predicted["changed"] is True
    assert len([text for text in predicted["will_lose"] if f"ephemeral host port of {fixed}" in text]) == 1
    now = site.network_seen(net)
    for key in ("Labels", "Options", "IPAM"):
        assert now[key] == standing[key]
    assert sorted(now["Containers"]) == sorted(standing["Containers"])
    for target in ("web", "never", "once"):
        site.does("docker_network_probe", source=dynamic, target=target)
