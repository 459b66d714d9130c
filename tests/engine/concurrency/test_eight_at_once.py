# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Eight runs at once on the same containers of a real engine: one works, the others wait and find nothing left to do.

Each run is a process that has loaded its module and waits for a common start, so that all read the host while nothing
has changed yet.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import typing as t
from pathlib import Path

import pytest

from ansible_collections.bridgeport.docker.plugins.module_utils._objects.journal import PREFIX as JOURNAL_PREFIX
from ansible_collections.bridgeport.docker.plugins.module_utils._objects.journal import Entry, Journal
from ansible_collections.bridgeport.docker.plugins.module_utils._objects.leftovers import lock_name
from ansible_collections.bridgeport.docker.tests.support.real_engine import (
    BOUND,
    COLLECTION,
    SOCKET,
    Images,
    docker,
    free_ports,
    inspect,
    random_name,
)

EIGHT = 8
_START = (
    "import importlib, sys; module = importlib.import_module(sys.argv.pop(1));"
    "print('loaded', file=sys.stderr, flush=True); sys.stdin.read(); module.main()"
)
_MODULE = "ansible_collections.bridgeport.docker.plugins.modules.{}"
Result = t.Dict[str, t.Any]
Run = t.Tuple[str, t.Dict[str, t.Any]]

COMMAND = 'echo layer > /layer; trap "exit 0" TERM; while :; do sleep 0.1; done'


def run_at_once(runs: t.Sequence[Run], folder: Path) -> list[Result]:
    """The results of these modules, started together."""
    reading, writing = os.pipe()
    processes = []
    try:
        for number, (name, arguments) in enumerate(runs):
            file = folder / f"{number}.json"
            file.write_text(json.dumps({"ANSIBLE_MODULE_ARGS": {"docker_host": f"unix://{SOCKET}", **arguments}}))
            processes.append(
                subprocess.Popen(
                    [sys.executable, "-c", _START, _MODULE.format(name), str(file)],
                    stdin=reading,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE,
                    text=True,
                    cwd=COLLECTION.parents[2],
                    env={**os.environ, "PYTHONPATH": str(COLLECTION.parents[2])},
                )
            )
        for process in processes:
            assert process.stderr is not None
            assert process.stderr.readline() == "loaded\n"
        os.close(writing)
        writing = -1
        outputs = [process.communicate(timeout=BOUND) for process in processes]
    finally:
        os.close(reading)
        if writing >= 0:
            os.close(writing)
        for process in processes:
            process.kill()
    for output, error in outputs:
        assert output.strip(), error
    return [json.loads(output.splitlines()[-1]) for output, _error in outputs]


class Bed:
    """Containers with random names, made by the docker CLI."""

    def __init__(self, image: str, folder: Path) -> None:
        self.image = image
        self.folder = folder
        self.names: list[str] = []

    def name(self) -> str:
        self.names.append(random_name("eight"))
        return self.names[-1]

    def start(self, *ports: str) -> str:
        name = self.name()
        options = [word for port in ports for word in ("-p", port)]
        docker("run", "-d", "--name", name, "-e", "SECRET=hush", *options, self.image, "sh", "-c", COMMAND)
        return name

    def at_once(self, runs: t.Sequence[Run]) -> list[Result]:
        return run_at_once(runs, self.folder)

    def check(self, name: str, ports: t.Mapping[str, int], *, layer: bool = True) -> None:
        """It runs with exactly these ports and its data, and of the runs nothing is left."""
        found = inspect(name)
        assert found["State"]["Running"]
        published = {key: bindings for key, bindings in found["NetworkSettings"]["Ports"].items() if bindings}
        assert published == {key: [{"HostIp": "127.0.0.1", "HostPort": str(number)}] for key, number in ports.items()}
        if layer:
            assert "SECRET=hush" in found["Config"]["Env"]
            assert docker("exec", name, "cat", "/layer") == "layer"
        assert self.left_of(name) == []

    @staticmethod
    def left_of(name: str) -> list[str]:
        containers = docker("ps", "-a", "--format", "{{.Names}}", "--filter", f"name={name}").split()
        volumes = docker("volume", "ls", "-q", "--filter", "name=bridgeport-").split()
        lock, journal = lock_name(("container", name)), Journal((Entry(name, "", ""),)).volume
        assert journal.startswith(JOURNAL_PREFIX)
        return [found for found in containers if found != name] + [
            found for found in volumes if found.startswith((lock, journal))
        ]

    def remove(self) -> None:
        for name in self.names:
            for container in docker("ps", "-aq", "--filter", f"name={name}").split():
                docker("rm", "-f", "-v", container, check=False)
            for left in self.left_of(name):
                docker("volume", "rm", left, check=False)


@pytest.fixture
def bed(images: Images, tmp_path: Path) -> t.Iterator[Bed]:
    made = Bed(images.busybox, tmp_path)
    yield made
    made.remove()


def sort_out(results: t.Sequence[Result]) -> tuple[int, int, list[int]]:
    """How many changed something, how many found nothing to do, and which were told that others are busy."""
    busy = []
    for number, result in enumerate(results):
        if result.get("failed"):
            assert result["failure"]["code"] == "busy", result["msg"]
            busy.append(number)
    changed = sum(1 for result in results if result.get("changed"))
    return changed, len(results) - changed - len(busy), busy


def again(bed: Bed, runs: t.Sequence[Run], busy: t.Sequence[int]) -> int:
    """Those that were told to come back come back, one after the other. How many changed something now."""
    changed = 0
    for number in busy:
        (result,) = bed.at_once([runs[number]])
        assert not result.get("failed"), result["msg"]
        changed += bool(result["changed"])
    return changed


def test_eight_ask_for_the_same(bed: Bed, tell: t.Callable[[str], None]) -> None:
    one, two, three = free_ports(3)
    name = bed.start(f"127.0.0.1:{one}:80")
    entry = {"name": name, "published_ports": [f"127.0.0.1:{two}:80", f"127.0.0.1:{three}:81"]}
    results = bed.at_once([("docker_port_publish", entry)] * EIGHT)
    changed, nothing, busy = sort_out(results)
    tell(f"eight at once, the same ports: {changed} changed, {nothing} found nothing to do, {len(busy)} busy")
    assert changed == 1
    for result in results:
        if not result.get("failed"):
            assert sorted(each["host_port"] for each in result["published"]) == [two, three]
            assert result["container"]["id"] == inspect(name)["Id"]
    bed.check(name, {"80/tcp": two, "81/tcp": three})


def test_eight_make_the_same(bed: Bed, tell: t.Callable[[str], None]) -> None:
    (port,) = free_ports(1)
    name = bed.name()
    entry = {
        "name": name,
        "image": bed.image,
        "command": ["sh", "-c", COMMAND],
        "published_ports": [f"127.0.0.1:{port}:80"],
    }
    changed, nothing, busy = sort_out(bed.at_once([("docker_port_publish", entry)] * EIGHT))
    tell(f"eight at once, the same new container: {changed} changed, {nothing} found nothing to do, {len(busy)} busy")
    assert changed == 1
    bed.check(name, {"80/tcp": port}, layer=False)


def test_eight_add_a_port_each(bed: Bed, tell: t.Callable[[str], None]) -> None:
    first, *ports = free_ports(EIGHT + 1)
    name = bed.start(f"127.0.0.1:{first}:80")
    runs: list[Run] = [
        (
            "docker_port_publish",
            {"name": name, "published_ports": [f"127.0.0.1:{port}:{81 + number}"], "purge": False},
        )
        for number, port in enumerate(ports)
    ]
    changed, nothing, busy = sort_out(bed.at_once(runs))
    tell(f"eight at once, a port each: {changed} changed, {nothing} found nothing to do, {len(busy)} busy")
    assert nothing == 0
    assert changed + again(bed, runs, busy) == EIGHT
    bed.check(name, {"80/tcp": first, **{f"{81 + number}/tcp": port for number, port in enumerate(ports)}})


def test_topologies_and_single_containers(bed: Bed, tell: t.Callable[[str], None]) -> None:
    """Four ask for both containers, in either order, and two for each of them alone; no two wait for each other."""
    first, second, *ports = free_ports(2 + 4)
    names = [bed.start(f"127.0.0.1:{port}:80") for port in (first, second)]
    entries = [
        {
            "name": name,
            "state": "started",
            "purge": False,
            "published_ports": [f"127.0.0.1:{ports[index]}:81", f"127.0.0.1:{ports[index + 2]}:82"],
        }
        for index, name in enumerate(names)
    ]
    singles: list[Run] = [
        (
            "docker_port_publish",
            {"name": name, "published_ports": [f"127.0.0.1:{ports[index + 2 * half]}:{81 + half}"], "purge": False},
        )
        for index, name in enumerate(names)
        for half in (0, 1)
    ]
    both: list[Run] = [("docker_topology", {"containers": entries}), ("docker_topology", {"containers": entries[::-1]})]
    runs = [run for pair in zip(both * 2, singles) for run in pair]
    assert len(runs) == EIGHT
    changed, nothing, busy = sort_out(bed.at_once(runs))
    tell(
        f"eight at once, topologies and single ones: {changed} changed, {nothing} found nothing to do, {len(busy)} busy"
    )
    changed += again(bed, runs, busy)
    for index, name in enumerate(names):
        bed.check(name, {"80/tcp": (first, second)[index], "81/tcp": ports[index], "82/tcp": ports[index + 2]})
    # Four ports were missing, so no more than four can have added one: nobody undid what another had done.
    assert 1 <= changed <= len(ports)
