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
