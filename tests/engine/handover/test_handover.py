# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Containers pass from community.docker to this collection and back by nothing but the name of the module.

For each option: the peer makes a container with it. Ours says that it is so, in check mode and in the run, and it stays
the same container. Ours changes the option; a second run changes nothing; and the peer says that it is so.
"""

from __future__ import annotations

import contextlib
import os
import typing as t
from pathlib import Path

import pytest

from ansible_collections.bridgeport.docker.tests.bench import peers
from ansible_collections.bridgeport.docker.tests.bench.table import THEIRS
from ansible_collections.bridgeport.docker.tests.engine.handover.cases import CASES, Case, list_untried
from ansible_collections.bridgeport.docker.tests.engine.site import Result, Site
from ansible_collections.bridgeport.docker.tests.support.budget import some
from ansible_collections.bridgeport.docker.tests.support.module_runner import Runner
from ansible_collections.bridgeport.docker.tests.support.real_engine import SOCKET, docker

MODULE = "docker_container"
# What stands in no comparison of its own.
NOT_COMPARED = ("env_file",)
# So many cases are tried in a sample.
PART = 16


@pytest.fixture(scope="session")
def peer() -> t.Iterator[Runner]:
    """Runs the peer's module. Its environment is made once, from the package index."""
    try:
        peers.prepare()
    except (AssertionError, OSError) as error:
        pytest.skip(f"the package ansible, which has the peer, cannot be had: {error}")
    with contextlib.closing(Runner(python=peers.PYTHON, collection=THEIRS, modules=[MODULE])) as made:
        yield made


@pytest.fixture(scope="session")
def api() -> tuple[int, ...]:
    return tuple(map(int, docker("version", "--format", "{{.Server.APIVersion}}").split(".")))


class Tally:
    """What became of the cases."""

    def __init__(self) -> None:
        self.tried: list[str] = []
        self.passed: list[str] = []
        self.lacking: dict[str, str] = {}

    def lack(self, case: Case, reason: str) -> t.NoReturn:
        self.lacking[case.name] = reason
        pytest.skip(reason)

    def __str__(self) -> str:
        faults = sorted({*self.tried} - {*self.passed} - {*self.lacking})
        return (
            f"{len(self.tried)} of {len(CASES)} cases of options tried: {len(self.passed)} pass from community.docker"
            f" and back, {len(self.lacking)} are not to be had here ({', '.join(sorted(self.lacking)) or 'none'}),"
            f" {len(faults)} faults {' '.join(faults)}"
        ).rstrip()


TALLY = Tally()


class Scene:
    """A container, and the other objects that an option may name."""

    def __init__(self, site: Site, peer: Runner, folder: Path) -> None:
        self._site, self._peer, self._folder = site, peer, folder
        self.name = site.name("web")
        self._places: dict[str, t.Callable[[], str]] = {
            "{volume}": lambda: site.name("volume"),
            "{other-volume}": lambda: site.name("other-volume"),
            "{full-volume}": self._fill_volume,
            "{source}": lambda: self._make_source("source"),
            "{other-source}": lambda: self._make_source("other-source"),
            "{folder}": lambda: str(folder),
            "{busybox}": lambda: site.images.busybox,
            "{cgroup}": lambda: f"/{site.prefix}",
            "{disk}": find_disk,
            "{env-file}": lambda: self._write("one.env", "A=1\n# nothing\nB=x y\n"),
            "{other-env-file}": lambda: self._write("two.env", "A=2\n"),
            "{port}": lambda: str(site.base),
            "{other-port}": lambda: str(site.base + 1),
            "{network}": self._make_network,
            "{address}": lambda: f"{site.subnet}.77",
        }
        self._filled: dict[str, str] = {}

    def _make_source(self, what: str) -> str:
        return self._site.run(what, "--ipc=shareable", "--volume=/shared", command=("sleep", "1000"))

    def _fill_volume(self) -> str:
        volume = self._site.name("full-volume")
        docker("run", "--rm", f"--volume={volume}:/full", self._site.images.busybox, "mkdir", "-p", "/full/below")
        return volume

    def _make_network(self) -> str:
        return self._site.network("net", f"--subnet={self._site.subnet}.0/24")

    def _write(self, name: str, text: str) -> str:
        path = self._folder / name
        path.write_text(text, encoding="utf-8")
        return str(path)

    def fill(self, value: t.Any) -> t.Any:
        if isinstance(value, dict):
            return {key: self.fill(each) for key, each in value.items()}
        if isinstance(value, list):
            return [self.fill(each) for each in value]
        if isinstance(value, str):
            for place, make in self._places.items():
                if place in value:
                    if place not in self._filled:
                        self._filled[place] = make()
                    value = value.replace(place, self._filled[place])
        return value

    def task(self, case: Case, value: t.Any) -> dict[str, t.Any]:
        base = {"name": self.name, "image": self._site.images.busybox, "command": ["sleep", "1000"], "stop_timeout": 1}
        return {**base, **self.fill(case.beside), case.option: self.fill(value)}

    def theirs(self, task: t.Mapping[str, t.Any]) -> Result:
        asked = {"docker_host": f"unix://{SOCKET}", **task, "debug": True, "_ansible_diff": True}
        result = self._peer.run(asked, MODULE)
        assert result is not None, "the peer was killed"
        return result

    def ours(self, task: t.Mapping[str, t.Any], *, check: bool = False) -> Result:
        return self._site.module(MODULE, check=check, diff=True, **task)

    @property
    def seen(self) -> dict[str, t.Any]:
        return self._site.seen(self.name)


def find_disk() -> str:
    """A block device, for the limits of such."""
    for name in sorted(os.listdir("/sys/block")):
        if Path("/dev", name).is_block_device():
            return f"/dev/{name}"
    pytest.skip("the host has no block device")


@pytest.mark.parametrize("case", some(CASES, PART), ids=lambda case: case.name)
def test_from_the_peer_and_back(
    case: Case, site: Site, peer: Runner, api: tuple[int, ...], tmp_path: Path, tell: t.Callable[[str], None]
) -> None:
    TALLY.tried.append(case.name)
    if api < case.since:
        TALLY.lack(case, f"needs API {'.'.join(map(str, case.since))}")
    scene = Scene(site, peer, tmp_path)
    first, *others = case.values
    task = scene.task(case, first)
    made = scene.theirs(task)
    if made.get("failed"):
        TALLY.lack(case, f"the peer cannot make it here: {made.get('msg')}")
    if scene.theirs(task)["changed"]:
        TALLY.lack(case, "the peer is not at rest with it: the kernel or the engine here drops it")
    container = scene.seen["Id"]
    for spelling in (first, *case.spelled):
        adopted = scene.task(case, spelling)
        for check in (True, False):
            said = scene.ours(adopted, check=check)
            assert not said.get("failed"), (spelling, check, said["msg"])
            assert not said["changed"], (spelling, check, said["diff"], said["actions"])
    if case.option not in NOT_COMPARED:
        # Nothing else is there either.
        said = scene.ours({**task, "comparisons": {case.option: "strict"}}, check=True)
        assert not said.get("failed"), ("strict", said["msg"])
        assert not said["changed"], ("strict", said["diff"], said["actions"])
    assert scene.seen["Id"] == container
    for value in others:
        task = scene.task(case, value)
        said = scene.ours(task)
        assert not said.get("failed"), (value, said["msg"])
        if value != first:
            assert said["changed"] == case.counts, value
        said = scene.ours(task)
        assert not said.get("failed"), (value, said["msg"])
        assert not said["changed"], (value, said["diff"], said["actions"])
        back = scene.theirs(task)
        assert not back.get("failed"), back.get("msg")
        if back["changed"] and scene.theirs(task)["changed"]:
            tell(f"{case.name}: with {value} the peer is never at rest, whoever made the container")
        else:
            assert not back["changed"], (value, back.get("diff"))
    TALLY.passed.append(case.name)


def test_every_option_has_a_case(tell: t.Callable[[str], None]) -> None:
    # After the others, in the same process: what a file holds stays together.
    tell(str(TALLY))
    assert list_untried() == set()
