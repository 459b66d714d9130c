# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Containers that cannot be treated like others: paused ones, and those that vanish when they stop."""

from __future__ import annotations

from ansible_collections.bridgeport.docker.tests.engine.site import Site, returned_port
from ansible_collections.bridgeport.docker.tests.support.real_engine import docker


def test_a_paused_container_stays_paused(site: Site) -> None:
    base = site.base
    box = site.run("odd", "-p", f"127.0.0.1:{base}:80")
    docker("pause", box)
    result = site.publish(box, published_ports=[f"127.0.0.1:{base}:80", f"127.0.0.1:{base + 1}:80"])
    assert result["changed"] is True
    assert result["container"]["state"] == "paused"
    assert returned_port(result) == site.docker_port(box)
    assert len(site.docker_port(box)) == 2
    assert site.seen(box)["State"]["Paused"]
    assert site.refused("start_failed", box, command="sh -c 'exit 3'")["rolled_back"]
    assert site.seen(box)["State"]["Paused"]
    assert len(site.docker_port(box)) == 2
    assert site.standing == ["odd"]


def test_a_container_that_vanishes(site: Site) -> None:
    base, net = site.base, site.name("net")
    docker("network", "create", "--subnet", f"{site.subnet}.0/24", net)
    box = site.run(
        "odd",
        *("--rm", "--network", net, "--ip", f"{site.subnet}.60", "--network-alias", "brief", "-v", "/data"),
        *("-p", f"127.0.0.1:{base}:80"),
        command=("sh", "-c", "echo kept > /data/file; echo kept > /file; exec httpd -f -p 80 -h /etc"),
    )
    before = site.seen(box)
    # It is not replaced unasked.
    site.refused("unsupported", box, published_ports=[f"127.0.0.1:{base + 1}:80"])
    result = site.refused("start_failed", box, command="sh -c 'exit 3'", auto_remove_swap=True)
    assert result["rolled_back"]
    # It has not even stopped, and is back on its network.
    seen = site.seen(box)
    assert (seen["Id"], seen["State"]["StartedAt"]) == (before["Id"], before["State"]["StartedAt"])
    assert seen["NetworkSettings"]["Ports"] == before["NetworkSettings"]["Ports"]
    assert seen["NetworkSettings"]["Networks"][net]["IPAddress"] == f"{site.subnet}.60"
    assert "brief" in seen["NetworkSettings"]["Networks"][net]["Aliases"]
    assert site.standing == ["odd"]

    wanted = [f"127.0.0.1:{base}:80", f"127.0.0.1:{base + 1}:80"]
    result = site.publish(box, published_ports=wanted, auto_remove_swap=True, wait="listening")
    assert result["changed"] is True
    seen = site.seen(box)
    assert seen["Id"] != before["Id"]
    assert seen["HostConfig"]["AutoRemove"]
    assert [mount["Name"] for mount in seen["Mounts"]] == [mount["Name"] for mount in before["Mounts"]]
    assert seen["NetworkSettings"]["Networks"][net]["IPAddress"] == f"{site.subnet}.60"
    assert docker("exec", box, "cat", "/data/file", "/file").split() == ["kept", "kept"]
    assert returned_port(result) == site.docker_port(box)
    assert len(site.docker_port(box)) == 2
    assert site.standing == ["odd"]
