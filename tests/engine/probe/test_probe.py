# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Probes from containers with and without programs, from networks and from the host."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
import typing as t
from pathlib import Path

import pytest

from ansible_collections.bridgeport.docker.tests.engine.site import Result, Site
from ansible_collections.bridgeport.docker.tests.support.module_runner import Runner
from ansible_collections.bridgeport.docker.tests.support.real_engine import (
    COLLECTION,
    SOCKET,
    Images,
    docker,
    run_module,
)

MODULE = "docker_network_probe"
# Where nobody listens in any container.
CLOSED = 81
PORTS = {"tcp": 80, "http": 80, "udp": 7000}
# Answers to every datagram at 7000, and is silent at 7001.
ECHO = """
import socket
silent = socket.socket(type=socket.SOCK_DGRAM)
silent.bind(("", 7001))
echo = socket.socket(type=socket.SOCK_DGRAM)
echo.bind(("", 7000))
while True:
    echo.sendto(*echo.recvfrom(2000))
"""
SHOP = "echo 'Hello shop' > /var/www/index.html; exec httpd -f -p 80 -h /var/www"
SLEEP = ("sleep", "3600")
PROBE = "bridgeport.docker.probe"


class Lab(Site):
    """Containers on two networks, with what an image may have and lack."""

    def build(self) -> None:
        self.net, self.net_apart = self.network("net"), self.network("apart")
        on = ("--network", self.net)
        only_file = ("--add-host", "onlyfile:127.0.0.1")
        self.busybox = self.run("busybox", *on, command=SLEEP)
        self.web = self.run(
            "web",
            *(*on, "--network-alias", "shop", "--network-alias", "store", *only_file),
            *("-p", "127.0.0.1::80", "-p", f"127.0.0.1::{CLOSED}"),
            command=("sh", "-c", SHOP),
        )
        self.python = self.run("python", *on, *only_file, image=self.images.python, command=())
        self.scratch = self.run("scratch", *on, image=self.images.scratch, command=())
        self.sharer = self.run("sharer", "--network", f"container:{self.scratch}", command=SLEEP)
        self.apart = self.run("apart", "--network", self.net_apart, command=("httpd", "-f", "-p", "80"))
        self.lonely = self.run("lonely", command=SLEEP)
        echo = ("python3", "-c", ECHO)
        self.echo = self.run("echo", *on, "--network-alias", "echo", image=self.images.python, command=echo)
        self.stopped = self.create("stopped", *on, command=SLEEP)
        self.gateway = self.network_seen(self.net)["IPAM"]["Config"][0]["Gateway"]
        ports = ("-p", f"{self.gateway}::80", "-p", f"{self.gateway}::{CLOSED}")
        self.published = self.run("published", *on, *ports, command=("httpd", "-f", "-p", "80"))
        self.web_id, self.scratch_id = self.seen(self.web)["Id"], self.seen(self.scratch)["Id"]
        endpoint, apart = self.endpoint(self.web, self.net), self.endpoint(self.apart, self.net_apart)
        self.web_address, self.net_id = endpoint["IPAddress"], endpoint["NetworkID"]
        self.apart_address, self.net_apart_id = apart["IPAddress"], apart["NetworkID"]
        self.echo_address = self.endpoint(self.echo, self.net)["IPAddress"]

    def host_port(self, name: str, port: int) -> int:
        return int(self.seen(name)["NetworkSettings"]["Ports"][f"{port}/tcp"][0]["HostPort"])

    def probe(self, source: str, target: str, **options: t.Any) -> Result:
        result = self.does(MODULE, source=source, target=target, **{"timeout": 2, **options})
        assert not result["changed"]
        return result

    def probe_fails(self, source: str, target: str, code: str = "unreachable", **options: t.Any) -> Result:
        return self.fails(MODULE, code, source=source, target=target, **{"timeout": 2, **options})

    @staticmethod
    def helpers(of: str) -> list[str]:
        return docker("ps", "-aq", "--filter", f"label={PROBE}={of}").split()


@pytest.fixture(scope="module")
def lab(runner: Runner, images: Images) -> t.Iterator[Lab]:
    with Lab.open(runner, images) as made:
        yield made


def with_port(method: str) -> dict[str, t.Any]:
    return {"method": method, **({"port": PORTS[method]} if method in PORTS else {})}


# -- from busybox ------------------------------------------------------------------------------------------------------


def test_every_value(lab: Lab) -> None:
    result = lab.probe(lab.busybox, lab.web, count=3)
    assert (result["source"], result["target"], result["method"]) == (lab.busybox, lab.web, "ping")
    assert result["reachable"]
    assert result["address"] == lab.web_address
    assert result["addresses"] == [lab.web_address]
    samples, latency = result["samples"], result["latency"]
    times = [sample["latency_ms"] for sample in samples]
    assert [sample["seq"] for sample in samples] == [1, 2, 3]
    assert [sample["ok"] for sample in samples] == [True, True, True]
    assert {sample["address"] for sample in samples} == {lab.web_address}
    assert (min(times), max(times)) == (latency["min_ms"], latency["max_ms"])
    assert 0 < latency["min_ms"] <= latency["avg_ms"] <= latency["max_ms"]
    assert latency["median_ms"] == statistics.median(times)
    assert 0 <= latency["stddev_ms"] <= latency["max_ms"] - latency["min_ms"]
    assert result["loss_percent"] == 0
    assert result["tool"] == "ping"
    assert not result["helper"]
    assert "status" not in result
    assert "failure" not in result
    # Check mode probes as well.
    again = lab.probe(lab.busybox, lab.web, count=3, check=True)
    assert again["reachable"]
    assert sorted(again) == sorted(result)


def test_every_name_is_the_same_container(lab: Lab) -> None:
    assert lab.probe(lab.busybox, "shop")["address"] == lab.web_address
    by_address = lab.probe(lab.busybox, lab.web_address)
    assert by_address["address"] == lab.web_address
    assert by_address["addresses"] == [lab.web_address]
    # A short ID is a name on the network.
    assert lab.probe(lab.busybox, lab.web_id[:12])["address"] == lab.web_address
    resolved = lab.probe(lab.busybox, "store", method="resolve", count=2)
    assert resolved["address"] == lab.web_address
    assert resolved["addresses"] == [lab.web_address]
    assert len(resolved["samples"]) == 2
    assert resolved["tool"] == "nslookup"


def test_connecting(lab: Lab) -> None:
    result = lab.probe(lab.busybox, "shop", method="tcp", port=80, count=2)
    assert result["reachable"]
    assert result["address"] == lab.web_address
    assert [sample["ok"] for sample in result["samples"]] == [True, True]
    # Published ports at an address of the host.
    open_port, closed_port = lab.host_port(lab.published, 80), lab.host_port(lab.published, CLOSED)
    for source, port, expect in (
        (lab.busybox, open_port, "reachable"),
        (lab.python, open_port, "reachable"),
        # Docker's proxy accepts, and nothing listens behind it.
        (lab.busybox, closed_port, "unreachable"),
        (lab.python, closed_port, "unreachable"),
        (lab.busybox, 9, "unreachable"),
    ):
        lab.probe(source, lab.gateway, method="tcp", port=port, expect=expect)


def test_fetching(lab: Lab) -> None:
    result = lab.probe(lab.busybox, lab.web, method="http", port=80)
    assert result["status"] == 200
    assert result["body"] == "Hello shop\n"
    assert result["samples"][0]["status"] == 200
    # A bad status is no success unless it is expected.
    missing = lab.probe_fails(lab.busybox, "shop", method="http", port=80, path="/nothing?here=1")
    assert missing["status"] == 404
    assert missing["reachable"]
    assert "404" in missing["msg"]
    expected = lab.probe(lab.busybox, "shop", method="http", port=80, path="/nothing", expected_status=[404])
    assert expected["status"] == 404


@pytest.mark.parametrize("method", ["tcp", "http"])
def test_a_port_where_nobody_listens(method: str, lab: Lab) -> None:
    closed = lab.probe_fails(lab.busybox, "shop", method=method, port=CLOSED)
    assert closed["failure"]["expect"] == "reachable"
    assert closed["samples"][0]["error"] == "Connection refused"
    assert closed["latency"] is None
    assert lab.busybox in closed["msg"]
    assert "shop" in closed["msg"]
    expected = lab.probe(lab.busybox, "shop", method=method, port=CLOSED, expect="unreachable")
    assert not expected["reachable"]
    assert expected["address"] == lab.web_address


def test_isolation(lab: Lab) -> None:
    by_name = lab.probe(lab.busybox, lab.apart, expect="unreachable")
    assert not by_name["reachable"]
    assert by_name["address"] is None
    assert len(by_name["samples"]) == 1
    ping = lab.probe(lab.busybox, lab.apart_address, expect="unreachable", timeout=1, count=2)
    assert not ping["reachable"]
    assert [sample["error"] for sample in ping["samples"]] == ["no reply within 1 s"] * 2
    assert ping["loss_percent"] == 100
    tcp = lab.probe(lab.busybox, lab.apart_address, method="tcp", port=80, expect="unreachable", timeout=1)
    assert not tcp["reachable"]
    nobody = lab.probe_fails(lab.busybox, "nobody-here", method="resolve")
    assert nobody["addresses"] == []
    assert "user-defined network" in nobody["msg"]
    # From a container that is on no network with a DNS.
    lab.probe_fails(lab.lonely, lab.web)


@pytest.mark.parametrize("method", ["resolve", "ping", "tcp", "http"])
def test_isolation_that_is_not_there_is_not_proved(method: str, lab: Lab) -> None:
    result = lab.probe_fails(lab.busybox, "shop", expect="unreachable", **with_port(method))
    assert result["failure"]["expect"] == "unreachable"
    assert result["reachable"]
    assert lab.net in result["msg"]


# -- from nothing but Python, and from no program at all ---------------------------------------------------------------


@pytest.mark.parametrize("method", ["resolve", "ping", "tcp", "http"])
def test_from_python(method: str, lab: Lab) -> None:
    result = lab.probe(lab.python, "shop", count=2, **with_port(method))
    assert result["tool"] == "python3"
    assert result["reachable"]
    assert result["address"] == lab.web_address
    assert len(result["samples"]) == 2
    assert result["latency"]["min_ms"] > 0
    assert method != "http" or result["body"] == "Hello shop\n"


def test_from_python_what_is_not_there(lab: Lab) -> None:
    # A name that only /etc/hosts knows.
    lab.probe(lab.python, "onlyfile", method="resolve", expect="unreachable")
    lab.probe(lab.python, "shop", method="tcp", port=CLOSED, expect="unreachable")
    for method in ("ping", "tcp"):
        lab.probe(lab.python, lab.apart_address, expect="unreachable", timeout=1, **with_port(method))


@pytest.mark.parametrize("expect", ["reachable", "unreachable"])
def test_an_image_without_any_program_proves_nothing(expect: str, lab: Lab) -> None:
    result = lab.fails(MODULE, "unsupported", source=lab.scratch, target="shop", expect=expect)
    assert "helper_image" in result["msg"]
    assert "reachable" not in result


def test_helpers(lab: Lab) -> None:
    busybox, python = lab.images.busybox, lab.images.python
    for method, image in (
        ("resolve", busybox),
        ("ping", busybox),
        ("tcp", python),
        ("http", python),
        ("resolve", python),
        ("ping", python),
        ("tcp", busybox),
        ("udp", python),
    ):
        target = "echo" if method == "udp" else "shop"
        result = lab.probe(lab.scratch, target, helper_image=image, **with_port(method))
        assert result["helper"]
        assert result["reachable"]
        assert result["address"] == (lab.echo_address if method == "udp" else lab.web_address)
    lab.probe(lab.scratch, lab.apart_address, timeout=1, expect="unreachable", helper_image=busybox)
    assert lab.probe_fails(lab.scratch, "nobody-here", helper_image=busybox)["helper"]
    lab.probe_fails(lab.scratch, "shop", "unsupported", helper_image=lab.images.scratch)
    # Where none is needed.
    assert not lab.probe(lab.busybox, "shop", helper_image=busybox)["helper"]
    predicted = lab.probe(lab.scratch, "shop", helper_image=busybox, check=True)
    assert predicted["reachable"] is None
    assert len([text for text in predicted["warnings"] if "check mode" in str(text)]) == 1
    # From a container that shares another one's network.
    assert lab.probe(lab.sharer, "shop")["reachable"]
    assert lab.helpers(lab.scratch_id) == []


# -- from a network ----------------------------------------------------------------------------------------------------


def from_network(lab: Lab, network: str, target: str, **options: t.Any) -> Result:
    options = {"source_network": network, "helper_image": lab.images.python, "timeout": 2, **options}
    return lab.does(MODULE, target=target, **options)


def test_from_a_network(lab: Lab) -> None:
    for method in ("resolve", "ping", "tcp", "udp", "http"):
        target = "echo" if method == "udp" else "shop"
        result = from_network(lab, lab.net, target, **with_port(method))
        assert not result["changed"]
        assert result["source"] is None
        assert result["source_network"] == lab.net
        assert result["helper"]
        assert result["reachable"]
        assert result["address"] == (lab.echo_address if method == "udp" else lab.web_address)
        assert result["loss_percent"] == 0
    # A member of another network, by name and by address.
    for target in (lab.apart, lab.apart_address):
        from_network(lab, lab.net, target, method="ping", timeout=1, expect="unreachable")
    # From that other network, by its ID.
    from_network(lab, lab.net_apart_id, lab.apart, method="tcp", port=80)
    # Check mode starts nothing, and nothing is left.
    predicted = from_network(lab, lab.net, "shop", expect="unreachable", check=True)
    assert predicted["reachable"] is None
    assert predicted["samples"] == []
    assert len([text for text in predicted["warnings"] if "check mode" in str(text)]) == 1
    assert lab.helpers(lab.net_id) == lab.helpers(lab.net_apart_id) == []


# -- by udp ------------------------------------------------------------------------------------------------------------


def test_udp(lab: Lab) -> None:
    """An answer and a refusal tell, silence does not."""
    udp: dict[str, t.Any] = {"method": "udp", "timeout": 1, "count": 2}
    # A service that answers to its own question only.
    for source in (lab.python, "host"):
        result = lab.probe(source, lab.echo, port=7000, payload="\x1b\0\xff", **udp)
        assert result["reachable"] is True
        assert result["address"] == lab.echo_address
        assert result["tool"] == "python3"
    for expect in ("reachable", "unreachable"):
        silent = lab.probe_fails(lab.python, "echo", port=7001, expect=expect, **udp)
        assert silent["reachable"] is None
        assert silent["loss_percent"] == 100.0
        assert "cannot be told" in silent["msg"]
    closed = lab.probe_fails(lab.python, "echo", port=CLOSED, **udp)
    assert not closed["reachable"]
    assert closed["samples"][0]["error"] == "Connection refused"
    for source in (lab.python, "host"):
        lab.probe(source, lab.echo, port=CLOSED, expect="unreachable", **udp)
    lab.probe(lab.python, "nobody-here", port=7000, expect="unreachable", **udp)
    # An image that has no program for it.
    scratch = {"helper_image": lab.images.scratch, "expect": "unreachable"}
    lab.probe_fails(lab.scratch, "echo", "unsupported", port=7000, **scratch, **udp)


# -- from the host -----------------------------------------------------------------------------------------------------


def test_from_the_host(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    # A container's own address.
    for method in ("tcp", "http"):
        result = lab.probe("host", lab.web, method=method, port=80)
        assert result["reachable"]
        assert result["address"] == lab.web_address
        assert method != "http" or result["body"] == "Hello shop\n"
    # The published port. A proxy in the environment is not for us.
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    asked = {"source": "host", "target": "127.0.0.1", "port": lab.host_port(lab.web, 80), "count": 2, "timeout": 2}
    for method in ("tcp", "http"):
        result = run_module(MODULE, {**asked, "method": method}).result
        assert not result.get("failed"), result
        assert result["address"] == "127.0.0.1"
        assert method != "http" or result["status"] == 200
    # A port that is published, but nobody listens behind it.
    for method in ("tcp", "http"):
        lab.probe("host", "127.0.0.1", method=method, port=lab.host_port(lab.web, CLOSED), expect="unreachable")
    closed = lab.probe_fails("host", lab.web, method="tcp", port=CLOSED)
    assert closed["samples"][0]["error"] == "Connection refused"
    stopped = lab.probe_fails("host", lab.stopped, method="tcp", port=80)
    assert "is created" in stopped["msg"]
    assert lab.probe("host", "localhost", method="resolve")["address"] in ("127.0.0.1", "::1")
    # An alias means nothing to the host.
    lab.probe("host", "store.invalid", method="resolve", timeout=10, expect="unreachable")


def test_ping_from_the_host(lab: Lab) -> None:
    """The host may lack ping, or this user the right to use it: then that is said. As root there is always a way."""
    ping = lab.module(MODULE, source="host", target=lab.web, count=2, timeout=2)
    if ping.get("failed"):
        assert ping["failure"]["code"] == "unsupported"
        assert os.getuid() != 0
    else:
        assert ping["reachable"]
        assert ping["address"] == lab.web_address
        assert ping["latency"]["max_ms"] > 0


def test_no_engine_no_probe(lab: Lab) -> None:
    lab.probe_fails("host", "127.0.0.1", "daemon_unreachable", docker_host="tcp://127.0.0.1:9")


# -- probes that are killed --------------------------------------------------------------------------------------------


def await_true(condition: t.Callable[[], bool], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.2)
    return True


def start(folder: Path, **options: t.Any) -> subprocess.Popen[bytes]:
    arguments = folder / f"{len(list(folder.iterdir()))}.json"
    asked = {"docker_host": f"unix://{SOCKET}", **options}
    arguments.write_text(json.dumps({"ANSIBLE_MODULE_ARGS": asked}), encoding="utf-8")
    build = COLLECTION.parents[2]
    module = f"ansible_collections.bridgeport.docker.plugins.modules.{MODULE}"
    return subprocess.Popen(
        [sys.executable, "-m", module, str(arguments)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=build,
        env={**os.environ, "PYTHONPATH": str(build)},
    )


def test_helpers_of_killed_probes_go_by_themselves(lab: Lab, tmp_path: Path) -> None:
    minutes = {"target": lab.apart_address, "count": 100, "timeout": 2, "expect": "unreachable"}
    probes = [
        start(tmp_path, source=lab.scratch, helper_image=lab.images.busybox, **minutes),
        start(tmp_path, source_network=lab.net, helper_image=lab.images.python, **minutes),
    ]

    def works(of: str) -> bool:
        return any(lab.apart_address in docker("top", helper, check=False) for helper in lab.helpers(of))

    try:
        for of in (lab.scratch_id, lab.net_id):
            assert await_true(lambda of=of: works(of), 60)  # type: ignore[misc]
        assert [probe.poll() for probe in probes] == [None, None]
    finally:
        for probe in probes:
            probe.kill()
            probe.wait(10)
    for of in (lab.scratch_id, lab.net_id):
        assert await_true(lambda of=of: not lab.helpers(of), 20)  # type: ignore[misc]


# -- what cannot be ----------------------------------------------------------------------------------------------------


def test_refusals(lab: Lab) -> None:
    """Every refusal has its unit test; here it is shown that they leave the module as failures with a code."""
    busybox, missing = lab.images.busybox, f"{lab.prefix}-no-image:1"
    cases: list[tuple[str, dict[str, t.Any]]] = [
        ("container_not_found", {"source": lab.name("nobody")}),
        # Docker itself would take the beginning of an ID.
        ("container_not_found", {"source": lab.web_id[:11]}),
        ("unreachable", {"source": lab.stopped}),
        ("unreachable", {"source": lab.stopped, "expect": "unreachable"}),
        ("option_conflict", {"target": "999.1.1.1"}),
        ("option_conflict", {"target": "shop;reboot"}),
        ("option_conflict", {"target": "127.0.0.1", "method": "resolve"}),
        ("network_not_found", {"source_network": lab.name("none"), "helper_image": busybox}),
        ("network_not_found", {"source_network": lab.net_id[:11], "helper_image": busybox}),
        ("option_conflict", {"source_network": "host", "helper_image": busybox}),
        ("option_conflict", {"source_network": lab.net}),
        ("image_not_found", {"source_network": lab.net, "helper_image": missing}),
        ("unreachable", {"source_network": "bridge", "helper_image": busybox}),
        ("option_conflict", {"method": "tcp"}),
        ("option_conflict", {"method": "udp", "port": 7, "payload": "\u0100"}),
        ("port_spec_invalid", {"method": "tcp", "port": 70000}),
        ("image_not_found", {"helper_image": missing}),
    ]
    for code, options in cases:
        source = {} if "source_network" in options else {"source": lab.busybox}
        lab.fails(MODULE, code, **{"target": "shop", **source, **options})


def test_the_full_and_the_short_id_are_names_of_the_source(lab: Lab) -> None:
    for source in (lab.web_id[:12], lab.web_id):
        lab.probe(source, lab.busybox)
