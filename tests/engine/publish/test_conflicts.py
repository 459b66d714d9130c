# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A port that somebody has."""

from __future__ import annotations

import re
import socket

import pytest

from ansible_collections.bridgeport.docker.tests.engine.site import Site, returned_port

STANDING = ["holder", "late", "sleeper"]


@pytest.fixture
def box(site: Site) -> str:
    """A container that wants ports, beside one that holds some, and one that would if it ran."""
    site.run("holder", "-p", f"127.0.0.1:{site.base}:80", "-p", f"{site.base + 1}:81")
    site.create("sleeper", "-p", f"127.0.0.1:{site.base + 2}:80")
    return site.run("late", "-p", f"127.0.0.1:{site.base + 3}:80")


def test_a_port_of_another_container(site: Site, box: str) -> None:
    base, before = site.base, site.seen(box)
    holder, new = site.name("holder"), site.name("new")
    for name, spec, check in (
        (box, f"127.0.0.1:{base}:80", True),
        (box, f"127.0.0.1:{base}:80", False),
        (box, f"{base}:80", False),
        (box, f"127.0.0.9:{base + 1}:80", False),
        (new, f"{base}:80", False),
    ):
        image = {"image": site.images.busybox} if name == new else {}
        result = site.refused("port_conflict", name, check=check, published_ports=[spec], purge=False, **image)
        assert result["failure"]["holder"] == holder
        assert holder in result["msg"]
    seen = site.seen(box)
    assert (seen["Id"], seen["State"]["StartedAt"]) == (before["Id"], before["State"]["StartedAt"])
    assert site.standing == STANDING


def test_a_port_that_only_seems_to_be_taken(site: Site, box: str) -> None:
    """It is another address, another protocol, or nobody's while its owner is stopped."""
    base = site.base
    specs = [f"127.0.0.2:{base}:80", f"127.0.0.1:{base}:80/udp", f"127.0.0.1:{base + 2}:80"]
    result = site.publish(box, published_ports=specs)
    assert result["changed"] is True
    assert len(site.docker_port(box)) == 3
    assert returned_port(result) == site.docker_port(box)


def test_a_port_of_a_process(site: Site, box: str) -> None:
    port, before = site.base + 4, site.seen(box)
    with socket.create_server(("127.0.0.1", port)):
        for spec, check in ((f"127.0.0.1:{port}:80", True), (f"127.0.0.1:{port}:80", False), (f"{port}:80", False)):
            result = site.refused("port_conflict", box, check=check, published_ports=[spec])
            assert result.get("preflight", "full") != "full" or re.search("PID", result["failure"]["holder"])
    result = site.refused("port_conflict", box, published_ports=[f"192.0.2.77:{site.base + 5}:80"])
    assert "192.0.2.77" in result["msg"]
    assert site.seen(box)["Id"] == before["Id"]
    assert site.seen(box)["State"]["Running"]
    assert site.standing == STANDING
