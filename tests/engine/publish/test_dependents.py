# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Containers that share namespaces with one that is replaced, or link to it."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.bridgeport.docker.tests.engine.site import Site
from ansible_collections.bridgeport.docker.tests.support.real_engine import docker

FAMILY = ("inside", "linked", "main", "reader")


@pytest.fixture
def box(site: Site) -> str:
    main = site.run("main", "-v", "/data", "-p", f"127.0.0.1:{site.base}:80")
    shared = ("--network", f"container:{main}", "--pid", f"container:{main}")
    site.run("inside", *shared, command=("sh", "-c", "echo kept > /file; exec httpd -f -p 81 -h /etc"))
    site.run("linked", "--link", f"{main}:db", command=("sleep", "3600"))
    site.create("reader", "--volumes-from", main, command=("sleep", "3600"))
    return main


def family(site: Site) -> dict[str, dict[str, t.Any]]:
    return {what: site.seen(site.name(what)) for what in FAMILY}


def test_dependents(site: Site, box: str) -> None:
    base, before = site.base, family(site)
    wanted = [f"127.0.0.1:{base}:80", f"127.0.0.1:{base + 1}:81"]
    result = site.refused("dependents_exist", box, published_ports=wanted)
    assert sorted(result["failure"]["dependents"]) == [site.name("inside"), site.name("linked")]

    predicted = site.publish(box, check=True, published_ports=wanted, dependents="recreate")
    assert family(site) == before
    assert predicted["changed"] is True
    assert len([text for text in predicted["warnings"] if site.name("reader") in str(text)]) == 1
    assert len([text for text in predicted["will_lose"] if "container ID" in text]) == 3

    result = site.publish(box, published_ports=wanted, dependents="recreate")
    again = site.publish(box, published_ports=wanted, dependents="recreate")
    docker("exec", site.name("linked"), "wget", "-q", "-O", "/dev/null", "http://db/passwd")
    assert result["changed"] is True
    assert result["actions"] == predicted["actions"]
    assert again["changed"] is False
    assert docker("exec", site.name("inside"), "cat", "/file") == "kept"
    now = family(site)
    assert now["main"]["Id"] != before["main"]["Id"]
    assert now["inside"]["HostConfig"]["NetworkMode"] == f"container:{now['main']['Id']}"
    assert now["inside"]["HostConfig"]["PidMode"] == f"container:{now['main']['Id']}"
    assert now["linked"]["HostConfig"]["Links"] == before["linked"]["HostConfig"]["Links"]
    assert now["reader"] == before["reader"]
    assert all(now[what]["State"]["Running"] for what in ("main", "inside", "linked"))
    assert site.standing == [*FAMILY]
    assert all(site.fetch(port) for port in (base, base + 1))

    # One of them fails, and all stand as before.
    before = now
    containers = [
        {
            "name": box,
            "published_ports": [f"127.0.0.1:{base + 2}:80"],
            "dependents": "recreate",
            "force_kill": True,
        },
        {"name": site.name("inside"), "command": "sh -c 'exit 3'", "force_kill": True},
    ]
    result = site.module("docker_topology", containers=containers)
    assert result["failure"]["code"] == "start_failed", result
    assert result["rolled_back"]
    now = family(site)
    for what in FAMILY:
        assert now[what]["Id"] == before[what]["Id"]
        assert now[what]["State"]["Running"] == before[what]["State"]["Running"]
    assert site.standing == [*FAMILY]
    assert all(site.fetch(port) for port in (base, base + 1))
