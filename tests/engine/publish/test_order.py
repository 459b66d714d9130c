# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The order in which a container is replaced, and what it waits for."""

from __future__ import annotations

import re

import pytest

from ansible_collections.bridgeport.docker.tests.engine.site import HTTPD, Site, returned_port
from ansible_collections.bridgeport.docker.tests.support.real_engine import docker


@pytest.fixture
def net(site: Site) -> str:
    docker("network", "create", "--subnet", f"{site.subnet}.0/24", site.name("net"))
    return site.name("net")


def test_start_first(site: Site, net: str) -> None:
    base = site.base
    box = site.run("lasting", "--network", net, "-p", f"127.0.0.1:{base}:80")
    fixed = site.run("fixed", "--network", net, "--ip", f"{site.subnet}.61")
    before = site.seen(box)
    both, moved = [f"127.0.0.1:{base}:80", f"127.0.0.1:{base + 1}:80"], [f"127.0.0.1:{base + 1}:80"]
    # What cannot be had side by side.
    for name, specs, code in (
        (box, both, "port_conflict"),
        (box, [f"{base}:81"], "port_conflict"),
        (fixed, moved, "address_in_use"),
    ):
        site.refused(code, name, published_ports=specs, update_order="start-first")
    assert site.seen(box) == before

    # A successor that fails: it has not even stopped.
    result = site.refused(
        "start_failed", box, published_ports=moved, command="sh -c 'exit 3'", update_order="start-first"
    )
    assert result["rolled_back"]
    seen = site.seen(box)
    assert seen["State"]["StartedAt"] == before["State"]["StartedAt"]
    assert seen["NetworkSettings"]["Ports"] == before["NetworkSettings"]["Ports"]
    assert site.standing == ["fixed", "lasting"]

    result = site.publish(box, published_ports=moved, update_order="start-first", wait="listening")
    again = site.publish(box, published_ports=moved, update_order="start-first", wait="listening")
    assert result["changed"] is True
    assert again["changed"] is False
    assert re.search("start", str(result["actions"]))
    assert site.seen(box)["Id"] != before["Id"]
    assert returned_port(result) == site.docker_port(box) == [f"80/tcp -> 127.0.0.1:{base + 1}"]
    assert site.standing == ["fixed", "lasting"]

    # A file cannot go along when the successor starts first.
    docker("exec", box, "touch", "/file")
    specs = [f"127.0.0.1:{base + 2}:80"]
    site.refused("writable_layer_changed", box, published_ports=specs, update_order="start-first")


def test_wait_listening(site: Site) -> None:
    port = site.base + 3
    late = site.run("late", command=("sh", "-c", f"sleep 2; exec {' '.join(HTTPD)}"))
    site.publish(late, published_ports=[f"127.0.0.1:{port}:80"], wait="listening")
    # It serves at once.
    assert site.fetch(port)
    # What will never listen.
    result = site.refused(
        "wait_timeout", late, published_ports=[f"127.0.0.1:{port}:99"], wait="listening", wait_timeout=2
    )
    assert result["rolled_back"]
    assert "tcp port 99" in result["msg"]
    site.refused("option_conflict", late, published_ports=[f"127.0.0.1:{port}:80/udp"], wait="listening")
