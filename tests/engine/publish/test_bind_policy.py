# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Bind addresses are judged: what breaks a policy is refused."""

from __future__ import annotations

import typing as t

from ansible_collections.bridgeport.docker.tests.engine.site import Site
from ansible_collections.bridgeport.docker.tests.support.real_engine import docker

Options = t.Dict[str, t.Any]


def test_bind_policy(site: Site) -> None:
    bound, second = site.name("bound"), site.base + 1
    docker("network", "create", "-o", "com.docker.network.bridge.host_binding_ipv4=127.0.0.1", bound)
    box = site.run("policed", "-p", f"{site.base}:80", "--expose", "82")
    before = site.seen(box)
    breaking: list[tuple[str, list[str], Options]] = [
        ("explicit", [f"{second}:80"], {}),
        # What stands and is to stay is judged as well.
        ("explicit", [f"127.0.0.1:{second}:80"], {"purge": False}),
        ("loopback", [f"{second}:80"], {}),
        ("loopback", [f"0.0.0.0:{second}:80"], {}),
        ("loopback", [f"127.0.0.1:{second}:80"], {"purge": False, "check": True}),
        ("loopback", [], {"publish_all_ports": True}),
    ]
    for policy, specs, options in breaking:
        site.refused("bind_policy", box, bind_policy=policy, published_ports=specs, **options)
        assert site.seen(box)["Id"] == before["Id"]
    keeping: list[tuple[str, str, list[str], Options]] = [
        (box, "explicit", [f"{second}:80"], {"default_host_ip": "0.0.0.0"}),
        (box, "loopback", [f"127.0.0.1:{second}:80", "127.8.9.1::80"], {}),
        (box, "loopback", [f"{second}:80"], {"default_host_ip": "127.0.0.1"}),
        # The network gives the address.
        (site.name("new"), "loopback", [f"{second}:80"], {"image": site.images.busybox, "network_mode": bound}),
    ]
    for name, policy, specs, options in keeping:
        assert site.publish(name, check=True, bind_policy=policy, published_ports=specs, **options)["changed"] is True


def test_a_bind_policy_judges_every_network(site: Site) -> None:
    """Any network may become the gateway through which the engine publishes."""
    opened = site.network("a-open", "--subnet", f"{site.subnet}.0/25")
    bound = site.network(
        "z-bound",
        *("--subnet", f"{site.subnet}.128/25", "-o", "com.docker.network.bridge.host_binding_ipv4=127.0.0.1"),
    )
    ports = [f"{site.base}:80"]
    box = site.run("policed", "--network", bound, "-p", ports[0])
    before = site.seen(box)
    assert site.publish(box, bind_policy="loopback", published_ports=ports)["changed"] is False
    for check in (True, False):
        joining = {"networks": [{"name": opened}], "check": check}
        site.refused("bind_policy", box, bind_policy="loopback", published_ports=ports, **joining)
    assert site.seen(box) == before

    # By hand, and then in a task that changes nothing.
    docker("network", "connect", opened, box)
    for policy in ("loopback", "explicit"):
        for options in ({"published_ports": ports}, {}, {"check": True}):
            refused = site.refused("bind_policy", box, bind_policy=policy, **options)
            assert opened in refused["msg"]
            assert "127.0.0.1" in refused["msg"]
    # The remedy.
    closed = {"bind_policy": "loopback", "published_ports": [f"127.0.0.1:{site.base}:80"]}
    assert site.publish(box, **closed)["changed"] is True
    assert site.publish(box, **closed)["changed"] is False
    assert site.docker_port(box) == [f"80/tcp -> 127.0.0.1:{site.base}"]


def test_all_ports_of_a_new_image(site: Site) -> None:
    """What -P published of the old image is not published of the new one."""
    first, second = site.name("first"), site.name("second")
    seed = site.create("seed")
    for image, port in ((first, 81), (second, 82)):
        docker("commit", "--change", f"EXPOSE {port}", seed, image)
    try:
        box = site.run("all", "-P", "--expose", "83", image=first)
        predicted = site.publish(box, image=second, publish_all_ports=True, check=True)
        result = site.publish(box, image=second, publish_all_ports=True)
        assert {row["container_port"] for row in predicted["published"]} <= {82, 83}
        assert {row["container_port"] for row in result["published"]} == {82, 83}
        assert {line.split("/")[0] for line in site.docker_port(box)} == {"82", "83"}
        assert site.publish(box, image=second, publish_all_ports=True)["changed"] is False
    finally:
        site.close()
        docker("rmi", "-f", first, second)
