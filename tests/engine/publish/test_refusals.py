# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What cannot be is refused, and nothing is touched."""

from __future__ import annotations

import re
import typing as t

import pytest

from ansible_collections.bridgeport.docker.tests.engine.site import Site
from ansible_collections.bridgeport.docker.tests.support.real_engine import docker


@pytest.fixture
def box(site: Site) -> str:
    calm, walled = site.name("calm"), site.name("walled")
    docker("network", "create", calm)
    docker("network", "create", "--internal", walled)
    site.run("shared")
    site.run("sharer", "--network", f"container:{site.name('shared')}")
    site.run("brief", "--rm")
    site.run("walled", "--network", walled)
    site.run("open", "--network", "host", command=("sleep", "3600"))
    site.create("cut")
    site.create_backup("cut")
    writer(site)
    return site.run("calm", "--network", calm, "-p", f"127.0.0.1:{site.base}:80")


def writer(site: Site) -> str:
    """It has written a file outside of volumes."""
    name = site.run("writer")
    docker("exec", name, "sh", "-c", "echo hello > /root/file")
    return name


def test_specifications(site: Site) -> None:
    base = site.base
    box = site.run("calm", "-p", f"127.0.0.1:{base}:80")
    before, standing = site.seen(box), site.standing
    specs: list[t.Any] = [
        f"999.1.1.1:{base}:80",
        f"localhost:{base}:80",
        "127.0.0.1:80",
        "70000:80",
        "80:70000",
        "80/http",
        "host_ip=127.0.0.1,target=80,published=8080",
        "8000-8001:80-82",
        "",
        {"target": 80, "publish": 8080},
    ]
    for spec in specs:
        result = site.refused("port_spec_invalid", box, published_ports=[spec])
        assert str(result["failure"]["spec"]) == str(spec)
        assert "refused: " in result["msg"]
    # The offending text is quoted.
    result = site.refused("port_spec_invalid", box, check=True, published_ports=["127.0.0.1::80", "999.1.1.1:8080:80"])
    assert "'999.1.1.1:8080:80'" in result["msg"]
    assert (site.seen(box)["Id"], site.standing) == (before["Id"], standing)
    assert site.seen(box)["State"]["StartedAt"] == before["State"]["StartedAt"]


def test_what_cannot_be(site: Site, box: str) -> None:
    base, before, standing = site.base, site.seen(box), site.standing
    nobody, new, calm = site.name("nobody"), site.name("new"), site.name("calm")
    port = {"published_ports": [f"{base}:80"]}
    next_port = {"published_ports": [f"{base + 1}:80"]}
    cases: list[tuple[str, str, dict[str, t.Any]]] = [
        ("container_not_found", nobody, port),
        # The engine itself would take the beginning of an ID for a name.
        ("container_not_found", before["Id"][:4], port),
        ("container_not_found", before["Id"][:11], port),
        ("image_not_found", new, {"image": f"{site.prefix}-no-image:1", "pull": "never"}),
        # Nobody listens on port 1 of the loopback address.
        ("image_not_found", new, {"image": "127.0.0.1:1/no-image:1"}),
        ("port_conflict", box, {"published_ports": [f"127.0.0.1:{base}:80", f"{base}:81"]}),
        ("option_conflict", box, {"state": "absent"}),
        ("option_conflict", box, {"state": "absent", "all": True, "published_ports": ["80"]}),
        ("option_conflict", box, {"default_host_ip": "localhost", "published_ports": ["80"]}),
        ("network_not_found", box, {"networks": [{"name": site.name("nowhere")}]}),
        ("address_outside_subnet", box, {"networks": [{"name": calm, "ipv4_address": "192.0.2.1"}]}),
        ("network_mode_conflict", site.name("open"), next_port),
        ("network_mode_conflict", site.name("sharer"), next_port),
        ("network_mode_conflict", site.name("walled"), next_port),
        ("dependents_exist", site.name("shared"), next_port),
        ("writable_layer_changed", site.name("writer"), {**next_port, "writable_layer": "refuse"}),
        ("interrupted_change", site.name("cut"), next_port),
        ("unsupported", site.name("brief"), next_port),
    ]
    for code, name, options in cases:
        result = site.refused(code, name, **options)
        assert re.search(r"\.( |$)", result["msg"]), result["msg"]
    assert site.seen(box)["Id"] == before["Id"]
    assert site.seen(box)["State"]["StartedAt"] == before["State"]["StartedAt"]
    assert site.standing == standing

    # A container by its short ID.
    result = site.publish(before["Id"][:12], published_ports=[f"127.0.0.1:{base}:80"])
    assert result["changed"] is False
    assert result["container"]["name"] == box
    assert result["container"]["id"] == before["Id"]


def test_the_writable_layer(site: Site) -> None:
    name = writer(site)
    result = site.publish(name, published_ports=["127.0.0.1::80"])
    kept = docker("exec", name, "sh", "-c", "cat /root/file && stat -c %a /root/file && rm /bin/wget")
    assert result["changed"] is True
    assert kept.split() == ["hello", "644"]
    assert [text for text in result["will_lose"] if "file" in text] == []
    # What was deleted would be there again.
    result = site.refused("writable_layer_changed", name, published_ports=["127.0.0.1::81"])
    assert "/bin/wget" in result["msg"]
    result = site.publish(name, published_ports=["127.0.0.1::81"], writable_layer_deletions="ignore")
    assert result["changed"] is True
    assert len([text for text in result["will_lose"] if "deletion of /bin/wget" in text]) == 1
    result = site.publish(name, published_ports=[f"127.0.0.1:{site.base + 1}:80"], writable_layer="discard")
    assert result["changed"] is True
    assert len([text for text in result["will_lose"] if "added /root/file" in text]) == 1
