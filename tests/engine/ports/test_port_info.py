# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""docker_port_info says of every container what docker port says, and foresees which starts fail for want of a port."""

from __future__ import annotations

import contextlib
import re
import typing as t
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest

from ansible_collections.bridgeport.docker.tests.engine.ports.cases import CASES, PORTS, Case
from ansible_collections.bridgeport.docker.tests.support.module_runner import Runner
from ansible_collections.bridgeport.docker.tests.support.real_engine import (
    SOCKET,
    docker,
    free_ports,
    inspect,
    random_name,
)

IMAGE = "bridgeport-test-busybox:1"
COMMAND = ("sh", "-c", 'trap "exit 0" TERM; while :; do sleep 60 & wait $!; done')
WORKERS = 4
# How often a container is started at most.
STARTS = 10
NETWORKS = {
    "net": (),
    "six": ("--ipv6", "--subnet", "fd00:b91d:6e0f::/64"),
    "local": ("--opt", "com.docker.network.bridge.host_binding_ipv4=127.0.0.1"),
    "inner": ("--internal",),
}
IDS = [case.name for case in CASES]
Rows = t.List[t.Dict[str, t.Any]]


@dataclass
class Host:
    """The containers' names by the cases', and what the module says of all of them."""

    runner: Runner
    names: dict[str, str]
    result: dict[str, t.Any]

    def ask(self, **arguments: t.Any) -> dict[str, t.Any]:
        return ask(self.runner, **arguments)


def ask(runner: Runner, **arguments: t.Any) -> dict[str, t.Any]:
    result = runner.run({"docker_host": f"unix://{SOCKET}", **arguments}, "docker_port_info")
    assert result is not None, "the module was killed"
    assert not result.get("failed"), result.get("msg")
    assert result["changed"] is False
    return result


def start(name: str) -> str:
    """Why the engine did not start it; empty where it runs.

    Engine 26.1 was seen to choose numbers for one address that it has given away for all addresses, and to give up: the
    next start goes on with the following ones.
    """
    refusal = ""
    for _attempt in range(STARTS):
        try:
            docker("start", name)
            return ""
        except AssertionError as error:
            refusal = str(error)
        if "address already in use" not in refusal:
            break
    return refusal


def build(case: Case, name: str, filled: t.Mapping[str, t.Any], ports: t.Sequence[int]) -> None:
    words = case.words.format(*ports, **filled).split()
    docker("create", "--name", name, *words, IMAGE, *COMMAND)
    if not case.created_only:
        refusal = start(name)
        if case.fails:
            assert refusal, f"{case.name} was to fail"
        elif not case.may_fail:
            assert not refusal, refusal
    for words_then in case.then:
        docker(*words_then.format(me=name, **filled).split())


@pytest.fixture(scope="module")
def host(runner: Runner) -> t.Iterator[Host]:
    prefix = random_name("ports")
    names = {case.name: f"{prefix}-{number}" for number, case in enumerate(CASES)}
    networks = {key: f"{prefix}-{key}" for key in NETWORKS}
    row = free_ports(len(CASES) * PORTS + 1)
    filled = {**networks, "other": f"{prefix}-other", "taken": str(row[-1])}
    with contextlib.ExitStack() as stack:
        for key, words in NETWORKS.items():
            docker("network", "create", *words, networks[key])
            stack.callback(docker, "network", "rm", networks[key])
        stack.callback(lambda: docker("rm", "-f", *docker("ps", "-aq", "--filter", f"name={prefix}").split()))
        docker("run", "-d", "--name", filled["other"], "-p", f"{row[-1]}:80", IMAGE, *COMMAND)
        with ThreadPoolExecutor(WORKERS) as pool:
            # result() raises what a worker raised.
            for made in [
                pool.submit(build, case, names[case.name], filled, row[number * PORTS : (number + 1) * PORTS])
                for number, case in enumerate(CASES)
            ]:
                made.result()
        yield Host(runner, names, ask(runner))


def asked_of_docker(*words: str) -> list[str]:
    # Some releases put brackets around IPv6 addresses, some do not. A port that is not published is an error.
    return sorted(re.sub(r"[][]", "", docker("port", *words, check=False)).splitlines())


def said(rows: Rows, with_port: bool = True) -> list[str]:
    """Rows that are bound, in the words of docker port."""
    bound = [row for row in rows if row["active"]]
    keys = [f"{row['container_port']}/{row['protocol']} -> " if with_port else "" for row in bound]
    return sorted(f"{key}{row['host_ip']}:{row['host_port']}" for key, row in zip(keys, bound))


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_a_container_is_as_docker_port_has_it(case: Case, host: Host) -> None:
    name = host.names[case.name]
    expected = asked_of_docker(name)
    of_all = [row for row in host.result["ports"] if row["container"] == name]
    of_one = host.ask(name=name)["ports"]
    assert said(of_all) == said(of_one) == expected
    assert of_one == of_all
    raw = inspect(name)
    # What was found has to be there at all.
    bound = [each for bindings in (raw["NetworkSettings"]["Ports"] or {}).values() for each in bindings or ()]
    assert len(expected) == len(bound)
    for port in ["7/tcp", *sorted({f"{row['container_port']}/{row['protocol']}" for row in of_one})[:2]]:
        rows = host.ask(name=name, port=port)["ports"]
        assert said(rows, with_port=False) == asked_of_docker(name, port)
    # Whoever is bound is a holder, of the same container port.
    keys = ("container", "host_ip", "host_port", "protocol", "container_port")
    held = [tuple(row[key] for key in keys) for row in host.result["holders"] if row["active"] and row["container"]]
    assert all(tuple(row[key] for key in keys) in held for row in of_one if row["active"])


def test_count(host: Host, tell: t.Callable[[str], None]) -> None:
    mine = [row for row in host.result["ports"] if row["container"] in host.names.values()]
    bound = sum(row["active"] for row in mine)
    by_protocol = {key: sum(row["active"] and row["protocol"] == key for row in mine) for key in ("tcp", "udp", "sctp")}
    text = ", ".join(f"{count} {key}" for key, count in by_protocol.items())
    tell(f"ports: {len(host.names)} containers as docker port has them, {bound} publications ({text})")
    assert len(set(host.names.values())) >= 50
    assert by_protocol["tcp"] > 50
    assert by_protocol["udp"] > 10
    assert {row["exposure"] for row in mine} == {"all", "address", "loopback"}


def test_which_starts_fail_is_foreseen(host: Host) -> None:
    """Last, as it starts what does not run."""
    waiting = [name for name in host.names.values() if inspect(name)["State"]["Status"] in ("created", "exited")]
    foreseen = {row["container"]: row["kind"] for row in host.result["conflicts"]}
    failed = {}
    for name in waiting:
        try:
            docker("start", name)
        except AssertionError as error:
            failed[name] = str(error)
    # Whether the kernel has sctp cannot be seen beforehand.
    by_kernel = {host.names[case.name] for case in CASES if case.may_fail}
    assert set(failed) - by_kernel == set(foreseen) & set(waiting)
    assert {foreseen[name] for name in failed if name not in by_kernel} == {"running", "no_address"}
    assert len(waiting) > len(failed) - len(by_kernel)
    port = host.ask(name=host.names["-P stopped"])["ports"]
    assert said(port) == asked_of_docker(host.names["-P stopped"]) != []
