# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Ports are closed, and others stay open."""

from __future__ import annotations

import pytest

from ansible_collections.bridgeport.docker.tests.engine.site import Site, returned_port
from ansible_collections.bridgeport.docker.tests.support.real_engine import docker


def of(lines: list[str], *keys: str) -> list[str]:
    return [line for line in lines if line.startswith(keys)]


def test_closing(site: Site) -> None:
    base = site.base
    box = site.run(
        "closing",
        *("-P", "--expose", "82", "--expose", "83/udp", "-p", f"127.0.0.1:{base}:80", "-p", f"127.0.0.1:{base + 1}:80"),
        *("-p", f"127.0.0.2:{base}:80", "-p", f"127.0.0.1:{base + 2}:81", "-p", f"127.0.0.1:{base}:80/udp"),
    )
    before = site.docker_port(box)
    # Nothing matches.
    for spec in (f"127.0.0.3:{base}:80", f"{base + 3}:80", "80/sctp", "127.0.0.3::82"):
        assert site.publish(box, state="absent", published_ports=[spec])["changed"] is False, spec
    assert site.docker_port(box) == before

    # One by its host port and its address.
    result = site.publish(box, state="absent", published_ports=[f"127.0.0.2:{base}:80"])
    again = site.publish(box, state="absent", published_ports=[f"127.0.0.2:{base}:80"])
    assert result["changed"] is True
    assert again["changed"] is False
    now = site.docker_port(box)
    assert set(before) - set(now) == {f"80/tcp -> 127.0.0.2:{base}"}
    assert set(now) <= set(before)
    assert returned_port(result) == now
    assert again["published"] == result["published"]

    # Every publication of a container port: those of that protocol.
    result = site.publish(box, state="absent", published_ports=["80"])
    now = site.docker_port(box)
    assert result["changed"] is True
    assert of(now, "80/tcp") == []
    assert set(now) <= set(before)
    assert len(of(now, "80/udp", "81/tcp")) == 2
    assert returned_port(result) == now
    assert "80/tcp" not in site.seen(box)["Config"]["ExposedPorts"]

    # The others of -P are written out with their numbers.
    result = site.publish(box, state="absent", published_ports=["82"])
    now = site.docker_port(box)
    assert result["changed"] is True
    assert not site.seen(box)["HostConfig"]["PublishAllPorts"]
    assert of(now, "82/tcp") == []
    assert set(now) <= set(before)
    assert of(now, "83/udp") == of(before, "83/udp") != []
    assert returned_port(result) == now

    predicted = site.publish(box, check=True, state="absent", all=True)
    result = site.publish(box, state="absent", all=True)
    again = site.publish(box, state="absent", all=True)
    assert predicted["changed"] is True
    assert predicted["published"] == []
    assert result["changed"] is True
    assert again["changed"] is False
    assert result["published"] == []
    assert site.docker_port(box) == []
    seen = site.seen(box)
    assert seen["State"]["Running"]
    assert seen["Id"] == result["container"]["id"]
    assert seen["HostConfig"]["PortBindings"] == {}


def test_closing_what_is_not_there(site: Site) -> None:
    result = site.publish(site.name("closing"), state="absent", all=True)
    assert result["changed"] is False
    assert result["container"] == {}
    assert result["published"] == []


def test_stopped_containers_stay_stopped(site: Site) -> None:
    base = site.base
    box = site.create("stopped", "-p", f"127.0.0.1:{base}:80")
    before = site.seen(box)
    move = [f"127.0.0.1:{base + 1}:80", "127.0.0.1::81"]
    predicted = site.publish(box, check=True, published_ports=move)
    result = site.publish(box, published_ports=move)
    again = site.publish(box, published_ports=move)
    assert predicted["changed"] is True
    assert predicted["container"]["state"] == result["container"]["state"]
    assert predicted["published"] == result["published"]
    assert result["changed"] is True
    assert result["container"]["state"] == "created"
    seen = site.seen(box)
    assert result["container"]["id"] == seen["Id"] != before["Id"]
    assert seen["State"]["Status"] == "created"
    assert {row["active"] for row in result["published"]} == {False}
    assert [row["host_port"] for row in result["published"]] == [base + 1, None]
    assert again["changed"] is False
    assert again["published"] == result["published"]
    assert site.standing == ["stopped"]
    docker("start", box)
    assert site.fetch(base + 1)
    result = site.publish(box, published_ports=move)
    assert result["changed"] is False
    assert {row["active"] for row in result["published"]} == {True}
    assert returned_port(result) == site.docker_port(box)


@pytest.fixture
def spelt(site: Site) -> str:
    return site.run("spelt", "-p", f"127.0.0.1:{site.base}:80")


def test_other_spellings_of_what_stands(site: Site, spelt: str) -> None:
    base, before = site.base, site.seen(spelt)
    spellings: list[tuple[object, dict[str, str]]] = [
        (f"127.0.0.1:0{base}:080/TCP", {}),
        (f"[::ffff:127.0.0.1]:{base}:80", {}),
        (f"127.0.0.1:{base - 1}-{base + 1}:80", {}),
        ("127.0.0.1::80", {}),
        ({"target": "80", "published": str(base), "host_ip": "127.0.0.1"}, {}),
        (f"{base}:80", {"default_host_ip": "127.0.0.1"}),
    ]
    for spec, options in spellings:
        result = site.publish(spelt, published_ports=[spec], **options)
        assert result["changed"] is False, spec
        assert result["container"]["id"] == before["Id"], spec


def test_two_publications_of_one_container_port(site: Site, spelt: str) -> None:
    """The one that stood has kept its number, and one is new."""
    twice = {"published_ports": [80, "80/tcp"], "default_host_ip": "127.0.0.1"}
    result = site.publish(spelt, **twice)
    again = site.publish(spelt, **twice)
    assert result["changed"] is True
    assert again["changed"] is False
    assert len(site.docker_port(spelt)) == 2
    assert f"80/tcp -> 127.0.0.1:{site.base}" in site.docker_port(spelt)
    assert returned_port(result) == site.docker_port(spelt)
