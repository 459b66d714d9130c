# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Everything that docker run -p understands, in one container."""

from __future__ import annotations

import re
import socket

from ansible_collections.bridgeport.docker.tests.engine.site import Site, has_ipv6, returned_port

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
