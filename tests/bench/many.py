# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Many containers on a network in one go, made from nothing and removed again, beside Docker Compose."""

from __future__ import annotations

import json
import tempfile
import typing as t
from pathlib import Path

from ansible_collections.bridgeport.docker.tests.bench import peers
from ansible_collections.bridgeport.docker.tests.bench.gap import SERVE
from ansible_collections.bridgeport.docker.tests.bench.table import OURS, Row
from ansible_collections.bridgeport.docker.tests.support.engine_packages import find_compose
from ansible_collections.bridgeport.docker.tests.support.real_engine import docker, free_ports, make_images, random_name

TITLE = "many: containers with a port each on a network of their own, whole processes in pairs"
THEIRS = "docker compose"
# How many containers, and how often.
ROUNDS = {40: 5, 200: 2}
_Options = t.Dict[str, t.Any]


def measure() -> list[Row]:
    compose = find_compose(peers.BUILD / "engines")
    rows = [row for count, rounds in ROUNDS.items() for row in _measure(compose, count, rounds)]
    version = peers.read_output([compose, "version", "--short"])
    rows[0].note = f"Compose {version}; both wait until everything has started"
    return rows


def _measure(compose: str, count: int, rounds: int) -> list[Row]:
    project, image = random_name("bench-many"), make_images().busybox
    made, removed = (Row(f"{count} containers, {done}", "s", paired=True) for done in ("made", "removed"))
    cpu = Row(f"{count} containers, CPU time of both", "s", paired=True, note="the client's alone, not the engine's")
    names = [f"{project}-{number:03}" for number in range(count)]
    ports = [f"127.0.0.1:{port}:80" for port in free_ports(count)]
    with tempfile.TemporaryDirectory() as folder:
        try:
            up, down = (
                peers.ship(Path(folder, state), {"bridgeport.docker.docker_topology": options})
                for state, options in (
                    ("up", _list(project, names, ports, image)),
                    ("down", _list_absent(project, names)),
                )
            )
            file = Path(folder, "compose.yaml")
            file.write_text(json.dumps(_compose(project, names, ports, image)), encoding="utf-8")
            ours: list[list[str | Path]] = [[peers.PYTHON, up], [peers.PYTHON, down]]
            theirs: list[list[str | Path]] = [
                [compose, "--file", file, "up", "--detach"],
                [compose, "--file", file, "down"],
            ]
            for side in peers.alternate(rounds):
                begin, end = ours if side == OURS else theirs
                spent = peers.run_process(begin)
                _check(project, count)
                gone = peers.run_process(end)
                _check(project, 0)
                made.of(side).append(spent.wall)
                removed.of(side).append(gone.wall)
                cpu.of(side).append(spent.cpu + gone.cpu)
        finally:
            docker("rm", "-f", "-v", *names, check=False)
            docker("network", "rm", project, check=False)
    return [made, removed, cpu]


def _check(project: str, count: int) -> None:
    """That they run and publish, or that there are none."""
    listed = docker("ps", "--all", "--filter", f"name={project}", "--format", "{{.State}} {{.Ports}}").splitlines()
    running = [line for line in listed if line.startswith("running 127.0.0.1:")]
    if not len(running) == len(listed) == count:
        raise AssertionError(f"there should be {count} containers that run and publish: {listed}")


def _list(project: str, names: t.Sequence[str], ports: t.Sequence[str], image: str) -> _Options:
    common = {"image": image, "command": ["sh", "-c", SERVE], "networks": [{"name": project}]}
    containers = [{"name": name, "published_ports": [port], **common} for name, port in zip(names, ports)]
    return {"networks": [{"name": project}], "containers": containers}


def _list_absent(project: str, names: t.Sequence[str]) -> _Options:
    absent = {"state": "absent"}
    return {"networks": [{"name": project, **absent}], "containers": [{"name": name, **absent} for name in names]}


def _compose(project: str, names: t.Sequence[str], ports: t.Sequence[str], image: str) -> _Options:
    # A dollar sign begins a variable there.
    common = {"image": image, "command": ["sh", "-c", SERVE.replace("$", "$$")], "networks": ["net"]}
    services = {name: {"container_name": name, "ports": [port], **common} for name, port in zip(names, ports)}
    return {"name": project, "services": services, "networks": {"net": {"name": project}}}
