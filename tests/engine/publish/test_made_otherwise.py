# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The engine makes a successor otherwise than asked, or says so: the old container runs on. And MAC addresses stay."""

from __future__ import annotations

import contextlib
import os
import socket
import tempfile
import threading
import typing as t
from pathlib import Path

import docker as sdk
import pytest

from ansible_collections.bridgeport.docker.tests.engine.site import HTTPD, Site
from ansible_collections.bridgeport.docker.tests.support.real_engine import SOCKET, docker

FRONT_MAC, BACK_MAC = "02:42:0a:f2:19:0a", "02:42:0a:f2:19:0b"


def has_two_macs() -> bool:
    """Whether each endpoint may have a MAC address: from engine 25.0 on."""
    return tuple(map(int, docker("version", "--format", "{{.Server.APIVersion}}").split("."))) >= (1, 44)


class LyingProxy:
    """Passes everything on, but for one text in the answers that tell of a successor: blanks take its place.

    An answer of a daemon says how long it is, so that it has to stay as long.
    """

    def __init__(self, text: str, instead: str = "") -> None:
        self._text, self._instead = text.encode(), instead.encode().ljust(len(text))
        self._folder = tempfile.TemporaryDirectory(prefix="bridgeport-", dir="/tmp")
        self.path = str(Path(self._folder.name, "s"))
        self._server = socket.socket(socket.AF_UNIX)
        self._server.bind(self.path)
        self._server.listen(64)
        self.lies = 0

    def __enter__(self) -> LyingProxy:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._server.close()
        os.unlink(self.path)
        self._folder.cleanup()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _address = self._server.accept()
                daemon = socket.socket(socket.AF_UNIX)
                daemon.connect(SOCKET)
                for source, target, lies in ((client, daemon, False), (daemon, client, True)):
                    threading.Thread(target=self._pass_on, args=(source, target, lies), daemon=True).start()

    def _pass_on(self, source: socket.socket, target: socket.socket, lies: bool) -> None:
        is_about_successor = False
        with contextlib.suppress(OSError):
            while True:
                data = source.recv(1 << 20)
                if not data:
                    break
                # A long answer comes in pieces, with the name in the first.
                is_about_successor = b".bridgeport-new-" in data or (
                    is_about_successor and not data.startswith(b"HTTP/")
                )
                if lies and is_about_successor and self._text in data:
                    self.lies += 1
                    data = data.replace(self._text, self._instead)
                target.sendall(data)
        with contextlib.suppress(OSError):
            target.shutdown(socket.SHUT_WR)


def on_two_networks(site: Site) -> str:
    """Where an endpoint may have a MAC address of its own each has one, otherwise the first."""
    nets, box, has_two = [site.network(f"net-{number}") for number in (1, 2)], site.name("box"), has_two_macs()
    macs = zip(nets, (FRONT_MAC, BACK_MAC))
    endpoints = {net: {"Aliases": ["known"], **({"MacAddress": mac} if has_two else {})} for net, mac in macs}
    body: dict[str, t.Any] = {
        "Image": site.images.busybox,
        "Cmd": list(HTTPD),
        "ExposedPorts": {"80/tcp": {}},
        "HostConfig": {
            "NetworkMode": nets[0],
            "PortBindings": {"80/tcp": [{"HostIp": "127.0.0.1", "HostPort": str(site.base)}]},
            "Sysctls": {"net.core.somaxconn": "777"},
            "CapAdd": ["CAP_NET_ADMIN"],
        },
        "NetworkingConfig": {"EndpointsConfig": endpoints if has_two else {nets[0]: endpoints[nets[0]]}},
        **({} if has_two else {"MacAddress": FRONT_MAC}),
    }
    with contextlib.closing(sdk.APIClient(f"unix://{SOCKET}", version="auto")) as api:
        api.create_container_from_config(body, box)
    if not has_two:
        docker("network", "connect", "--alias", "known", nets[1], box)
    docker("start", box)
    return box


def test_a_successor_that_is_said_to_lack_something(site: Site) -> None:
    box = on_two_networks(site)
    before = site.seen(box)
    mac = BACK_MAC if has_two_macs() else FRONT_MAC
    lies = [
        (f'"MacAddress":"{mac}"', '"MacAddress":""', "MacAddress"),
        ('"net.core.somaxconn":"777"', "", "HostConfig.Sysctls.net.core.somaxconn"),
        ('"CAP_NET_ADMIN"', "", "HostConfig.CapAdd"),
        ('"known"', '"knows"', "Aliases"),
    ]
    for text, instead, key in lies:
        with LyingProxy(text, instead) as proxy:
            wanted = [f"127.0.0.1:{site.base + 1}:80"]
            result = site.refused("engine_altered", box, published_ports=wanted, docker_host=f"unix://{proxy.path}")
        assert proxy.lies
        assert result["rolled_back"] is True
        assert result["failure"]["container"] == box
        assert result["failure"]["altered"][0]["key"].endswith(key), result
        assert box in result["msg"]
        assert key in result["msg"]
        # It has not even been stopped: the same start time, and the same addresses.
        assert site.seen(box) == before
        assert site.standing == ["box"]


def test_all_of_two_networks_stays(site: Site) -> None:
    box = on_two_networks(site)
    site.publish(box, published_ports=[f"127.0.0.1:{site.base + 1}:80"])
    seen = site.seen(box)
    macs = {name[-1]: endpoint["MacAddress"] for name, endpoint in seen["NetworkSettings"]["Networks"].items()}
    assert macs["1"] == FRONT_MAC
    if has_two_macs():
        assert macs["2"] == BACK_MAC
    assert seen["HostConfig"]["Sysctls"] == {"net.core.somaxconn": "777"}


def test_a_second_mac_address_that_was_asked_for_is_kept(site: Site) -> None:
    if not has_two_macs():
        pytest.skip("needs an engine with a MAC address for each endpoint: 25.0 or newer")
    nets = [site.network(f"net-{number}") for number in (1, 2)]
    named = [{"name": net, "mac_address": mac} for net, mac in zip(nets, (FRONT_MAC, BACK_MAC), strict=True)]
    by_id = [{**named[0], "name": site.network_seen(nets[0])["Id"]}, named[1]]
    box = site.name("box")
    options: dict[str, t.Any] = {"image": site.images.busybox, "command": "sleep 900"}
    site.publish(box, networks=by_id, **options)
    assert site.publish(box, networks=named)["changed"] is False
    result = site.publish(box, published_ports=[f"127.0.0.1:{site.base}:80"])
    assert [loss for loss in result["will_lose"] if "MAC" in loss] == []
    assert [site.endpoint(box, net)["MacAddress"] for net in nets] == [FRONT_MAC, BACK_MAC]
    # A container that does not run does not tell.
    docker("stop", "-t", "1", box)
    result = site.publish(box, published_ports=[f"127.0.0.1:{site.base + 1}:80"])
    assert [loss for loss in result["will_lose"] if "MAC" in loss] == [
        f"MAC address of {box} on {nets[1]} where it was configured"
    ]


def test_generated_mac_addresses_are_not_configured_by_a_replacement(site: Site) -> None:
    nets = [site.network(f"net-{number}") for number in (1, 2)]
    box = site.run("box", "--network", nets[0])
    docker("network", "connect", nets[1], box)
    before = [site.endpoint(box, net)["MacAddress"] for net in nets]
    other = site.run("other", "--network", nets[0])
    docker("network", "connect", nets[1], other)
    site.publish(box, published_ports=[f"127.0.0.1:{site.base}:80"])
    docker("stop", "-t", "1", box)
    # Its addresses are those of others when it starts again.
    for name in ("third", "fourth"):
        third = site.run(name, "--network", nets[0])
        docker("network", "connect", nets[1], third)
    docker("start", box)
    after = [site.endpoint(box, net)["MacAddress"] for net in nets]
    assert not set(before) & set(after)
    assert not site.seen(box)["Config"].get("MacAddress")
