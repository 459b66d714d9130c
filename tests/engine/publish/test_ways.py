# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Everything that docker run -p understands, in one container."""

from __future__ import annotations

import re
import socket

from ansible_collections.bridgeport.docker.tests.engine.site import Site, has_ipv6, returned_port
from ansible_collections.bridgeport.docker.tests.support.real_engine import docker

ECHO = """
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("", 53))
while True:
    s.sendto(b"pong", s.recvfrom(99)[1])
"""


def matching(lines: list[str], pattern: str) -> list[str]:
    return [line for line in lines if re.match(pattern, line)]


def test_ways(site: Site) -> None:
    base, box, six = site.base, site.name("ways"), has_ipv6()
    specs = [
        f"{base}:80",
        f"127.0.0.1:{base + 1}:81",
        "127.0.0.1::82",
        f"127.0.0.1:{base + 1}:53/udp",
        f"127.0.0.1:{base + 2}-{base + 4}:83-85",
        f"127.0.0.2:{base + 5}-{base + 8}:86",
        f"127.0.0.2:{base + 1}:81",
        {"target": 88, "published": str(base + 9), "host_ip": "127.0.0.3", "protocol": "tcp"},
    ]
    ways = {
        "image": site.images.python,
        # No byte code: those would be files of the container that its successor does not have.
        "command": ["python3", "-Bc", ECHO],
        "exposed_ports": ["9000"],
        "publish_all_ports": True,
        "published_ports": [*specs, *([f"[::1]:{base + 12}:87"] if six else [])],
    }
    result = site.publish(box, **ways)
    port = site.docker_port(box)
    assert returned_port(result) == port
    assert f"80/tcp -> 0.0.0.0:{base}" in port
    assert f"80/tcp -> :::{base}" in port or not six
    assert f"81/tcp -> 127.0.0.1:{base + 1}" in port
    assert f"81/tcp -> 127.0.0.2:{base + 1}" in port
    assert len(matching(port, r"82/tcp -> 127\.0\.0\.1:[0-9]+$")) == 1
    assert f"53/udp -> 127.0.0.1:{base + 1}" in port
    assert {f"{83 + number}/tcp -> 127.0.0.1:{base + 2 + number}" for number in range(3)} <= set(port)
    (of_range,) = matching(port, r"86/tcp -> 127\.0\.0\.2:")
    assert int(matching(port, "86/tcp")[0].rpartition(":")[2]) in range(base + 5, base + 9), of_range
    assert f"88/tcp -> 127.0.0.3:{base + 9}" in port
    assert f"87/tcp -> ::1:{base + 12}" in port or not six
    assert len(matching(port, r"9000/tcp -> 0\.0\.0\.0:")) == 1
    assert {row["active"] for row in result["published"]} == {True}
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.settimeout(5)
        client.sendto(b"ping", ("127.0.0.1", base + 1))
        assert client.recv(100) == b"pong"

    before = site.seen(box)
    again = site.publish(box, **ways)
    assert again["changed"] is False
    now = site.seen(box)
    assert (now["Id"], now["State"]["StartedAt"]) == (before["Id"], before["State"]["StartedAt"])
    assert returned_port(again) == site.docker_port(box)

    # Every number that the engine had chosen stays, that of -P too.
    result = site.publish(box, published_ports=[f"127.0.0.1:{base + 10}:80"], purge=False)
    assert result["changed"] is True
    assert site.seen(box)["Id"] != before["Id"]
    assert set(site.docker_port(box)) - set(port) == {f"80/tcp -> 127.0.0.1:{base + 10}"}
    assert set(port) <= set(site.docker_port(box))
    assert returned_port(result) == site.docker_port(box)

    # What can come of -P stays with its numbers, the rest is closed.
    result = site.publish(box, published_ports=[], publish_all_ports=True)
    again = site.publish(box, published_ports=[], publish_all_ports=True)
    assert result["changed"] is True
    assert again["changed"] is False
    assert again["published"] == result["published"]
    assert returned_port(result) == site.docker_port(box)
    assert site.docker_port(box) == [line for line in port if re.search(r"(0\.0\.0\.0|::):[0-9]+$", line)]
    assert matching(site.docker_port(box), "9000/tcp")

    result = site.publish(box, published_ports=[])
    again = site.publish(box, published_ports=[])
    assert result["changed"] is True
    assert again["changed"] is False
    assert result["published"] == []
    assert site.docker_port(box) == []
    assert not site.seen(box)["HostConfig"]["PublishAllPorts"]


def test_an_empty_entrypoint_runs_the_command_of_the_image(site: Site) -> None:
    image, seed = site.name("image"), site.create("seed")
    docker("commit", "--change", 'ENTRYPOINT ["sleep"]', "--change", 'CMD ["sh", "-c", "sleep 600"]', seed, image)
    try:
        box = site.name("plain")
        made = {"image": image, "wait_timeout": 10}
        site.publish(box, entrypoint=["sleep", "500"], **made)
        assert site.seen(box)["Path"] == "sleep"
        assert site.publish(box, entrypoint=[], **made)["changed"] is True
        assert [site.seen(box)["Path"], *site.seen(box)["Args"]] == ["sh", "-c", "sleep 600"]
        assert site.publish(box, entrypoint=[], **made)["changed"] is False
        # A replacement for another reason keeps that.
        assert site.publish(box, env={"MODE": "other"})["changed"] is True
        assert site.seen(box)["Path"] == "sh"
    finally:
        site.close()
        docker("rmi", "-f", image)


def test_what_a_network_mode_takes_away_is_lost(site: Site) -> None:
    """Host name and exposed ports, on the way to the network of another container."""
    keeper = site.run("keeper", command=("sleep", "900"))
    box = site.run("app", "--hostname", "appbox", "--expose", "9999", "-p", f"{site.base}:80")
    way = {"network_mode": f"container:{keeper}"}
    site.refused("network_mode_conflict", box, **way)
    predicted = site.publish(box, published_ports=[], check=True, **way)
    result = site.publish(box, published_ports=[], **way)
    for each in (predicted, result):
        assert f"host name appbox of {box}" in each["will_lose"]
        assert f"exposed port 9999/tcp of {box}" in each["will_lose"]
    assert predicted["will_lose"] == result["will_lose"]
    assert site.publish(box, published_ports=[], **way)["changed"] is False
    back = {"network_mode": "bridge", "published_ports": [f"{site.base}:80"]}
    assert "host name" not in str(site.publish(box, **back)["will_lose"])
    assert site.publish(box, **back)["changed"] is False


def test_ports_are_lost_with_the_last_network_that_publishes(site: Site) -> None:
    """Engine 20.10 publishes through an internal network what it published before, later ones do not."""
    inner = site.network("inner", "--internal")
    outer = site.network("outer")
    box = site.run("app", "--network", outer, "-p", f"127.0.0.1:{site.base}:80")
    lost = f"published port 127.0.0.1:{site.base}:80/tcp of {box}"
    leaving = {"name": outer, "connected": []}
    assert lost in site.does("docker_bridge_network", check=True, **leaving)["will_lose"]
    docker("network", "connect", inner, box)
    task = {"networks": [{"name": inner}], "purge_networks": True}
    by_network = site.does("docker_bridge_network", check=True, **leaving)
    predicted = site.publish(box, check=True, **task)
    result = site.publish(box, **task)
    closed = site.docker_port(box) == []
    for each in (by_network, predicted, result):
        assert (lost in each["will_lose"]) is closed
    for each in (predicted, result):
        assert {row["active"] for row in each["published"]} == {not closed}

    docker("network", "connect", outer, box)
    docker("network", "disconnect", inner, box)
    removed = {"name": outer, "state": "absent", "force": True}
    predicted = site.does("docker_bridge_network", check=True, **removed)
    assert site.does("docker_bridge_network", **removed)["will_lose"] == predicted["will_lose"] == [lost]
    assert site.docker_port(box) == []
