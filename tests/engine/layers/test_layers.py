# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Carrying the writable layer changes no volume and no directory of the host, and loses nothing that it does not name.

Random layers meet random mounts on the real engine; BUDGET_SEED chooses which ones.
"""

from __future__ import annotations

import contextlib
import shutil
import tempfile
import typing as t
from collections import Counter

import docker as sdk
import docker.errors
import pytest

from ansible_collections.bridgeport.docker.tests.engine.layers.situations import Mount, Situation, make_situation
from ansible_collections.bridgeport.docker.tests.engine.layers.trees import Tree, read_tree
from ansible_collections.bridgeport.docker.tests.support.budget import SAMPLED, SEED
from ansible_collections.bridgeport.docker.tests.support.module_runner import Runner
from ansible_collections.bridgeport.docker.tests.support.real_engine import BOUND, SOCKET, random_name

COUNT = 16 if SAMPLED else 200
IMAGE = "bridgeport-test-busybox:1"
IDLE = ("sh", "-c", 'trap "exit 0" TERM; while :; do sleep 60 & wait $!; done')
DELETED = 2
# What is found out only when there is a successor to look at.
SEEN_IN_SUCCESSOR = ("is a link in the image", "leads elsewhere now")


class Bed:
    """One situation on the engine."""

    class Impossible(Exception):
        """The engine does not start a container with such mounts, or does not look into it."""

    def __init__(self, api: sdk.APIClient, situation: Situation) -> None:
        self.api, self.situation = api, situation
        self.prefix = random_name("layers")
        self.name, self.network = f"{self.prefix}-web", f"{self.prefix}-net"
        self._folders: list[str] = []
        # What is mounted, by where it is.
        self.sources: dict[str, str] = {}
        # The same in a container that fills it, and shows later what is in it.
        self.places: dict[str, str] = {}
        self._network_id = self.id = self.keeper = ""

    def make(self, image: str) -> None:
        """Raises Impossible."""
        for number, mount in enumerate((*self.situation.mounts, *self.situation.added)):
            if mount.kind != "tmpfs":
                self.sources[mount.target] = self._make_source(mount)
                self.places[mount.target] = f"/mounted/{number}"
        self._fill()
        if self.situation.way == "network":
            self._network_id = self.api.create_network(self.network)["Id"]
        self._make(image)
        self._make_mount_points(image)

    def _make_source(self, mount: Mount) -> str:
        if mount.kind == "volume":
            name = f"{self.prefix}{mount.target.replace('/', '-')}"
            self.api.create_volume(name)
            return name
        self._folders.append(tempfile.mkdtemp(prefix="layers-"))
        return self._folders[-1]

    def _fill(self) -> None:
        scripts = {mount.target: mount.script for mount in (*self.situation.mounts, *self.situation.added)}
        lines = [f"cd {place}\n{scripts[target]}" for target, place in self.places.items()]
        binds = [f"{self.sources[target]}:{place}" for target, place in self.places.items()]
        self.keeper = self._create(f"{self.prefix}-keeper", IMAGE, ["sh", "-c", "\n".join(lines)], Binds=binds)
        self.api.start(self.keeper)
        self.api.wait(self.keeper, timeout=BOUND)

    def _create(self, name: str, image: str, command: t.Sequence[str], **host_config: t.Any) -> str:
        body = {"Image": image, "Cmd": list(command), "HostConfig": host_config}
        return str(self.api.create_container_from_config(body, name)["Id"])

    def _make(self, image: str) -> None:
        """The container, with all that is done in it."""
        way, mounts = self.situation.way, self.situation.mounts
        binds = [self.bind(mount) for mount in mounts if mount.kind != "tmpfs"]
        tmpfs = {mount.target: "" for mount in mounts if mount.kind == "tmpfs"}
        mode = self._network_id or "default"
        try:
            self.id = self._create(
                self.name, image, IDLE, Binds=binds, Tmpfs=tmpfs, NetworkMode=mode, AutoRemove=way == "auto-remove"
            )
            self.api.start(self.id)
        except docker.errors.APIError as error:
            raise Bed.Impossible(str(error.explanation)) from error
        done = self.api.exec_create(self.id, ["sh", "-c", self.situation.layer])
        self.api.exec_start(done["Id"])
        if way == "pair":
            self.api.start(self._create(f"{self.prefix}-side", image, IDLE, NetworkMode=f"container:{self.id}"))
        if way == "stopped":
            self.api.kill(self.id)
            self.api.wait(self.id, timeout=BOUND)

    def _make_mount_points(self, image: str) -> None:
        """The engine makes the directories that mounts lack, in what is mounted above them as well: not our doing."""
        mounts = (*self.situation.mounts, *self.situation.added)
        binds = [self.bind(mount) for mount in mounts if mount.kind != "tmpfs"]
        tmpfs = {mount.target: "" for mount in mounts if mount.kind == "tmpfs"}
        with contextlib.suppress(docker.errors.APIError):
            self.api.start(self._create(f"{self.prefix}-alike", image, IDLE, Binds=binds, Tmpfs=tmpfs))
        targets = [mount.target for mount in mounts]
        for name in (self.name, f"{self.prefix}-alike"):
            with contextlib.suppress(docker.errors.NotFound):
                if has_any_order(targets, read(self.api.export(name))):
                    raise Bed.Impossible("links lead mounts into each other, and the engine mounts these in any order")
        for each in self.api.containers(all=True, filters={"name": f"{self.prefix}-alike"}):
            self.api.remove_container(each["Id"], force=True)
        # A look into a container does the same for that, unless links there run in a circle.
        try:
            self.api.get_archive(self.name, "/bin/sh")
        except docker.errors.APIError as error:
            raise Bed.Impossible(str(error.explanation)) from error

    def bind(self, mount: Mount) -> str:
        return f"{self.sources[mount.target]}:{mount.target}{':ro' if mount.read_only else ''}"

    def task(self) -> tuple[str, dict[str, t.Any]]:
        """The module and its arguments."""
        if self.situation.way == "network":
            return "docker_bridge_network", {
                "name": self.network,
                "labels": {"changed": "yes"},
                "on_member_recreate": "recreate",
            }
        added = self.situation.added
        return "docker_port_publish", {
            "name": self.name,
            "env": {"CHANGED": "yes"},
            "writable_layer_deletions": "ignore",
            "dependents": "recreate",
            "auto_remove_swap": True,
            "stop_timeout": 1,
            "volumes": [self.bind(mount) for mount in added if mount.kind != "tmpfs"],
            "mounts": [{"type": "tmpfs", "target": mount.target} for mount in added if mount.kind == "tmpfs"],
        }

    def inspect(self) -> dict[str, t.Any]:
        return t.cast(t.Dict[str, t.Any], self.api.inspect_container(self.name))

    def read_mounted(self) -> dict[str, Tree]:
        return {
            target: read(self.api.get_archive(self.keeper, place)[0]).below(place.rpartition("/")[2])
            for target, place in self.places.items()
        }

    def read_root(self) -> Tree:
        return read(self.api.export(self.name))

    def close(self) -> None:
        for each in self.api.containers(all=True, filters={"name": self.prefix}):
            self.api.remove_container(each["Id"], force=True, v=True)
        if self._network_id:
            for each in self.api.networks(names=[self.network]):
                self.api.remove_network(each["Id"])
        for source in self.sources.values():
            if not source.startswith("/"):
                self.api.remove_volume(source)
        for folder in self._folders:
            shutil.rmtree(folder)


def read(chunks: t.Iterable[bytes]) -> Tree:
    with tempfile.TemporaryFile() as file:
        for chunk in chunks:
            file.write(chunk)
        file.seek(0)
        return read_tree(file)


def is_within(path: str, points: t.Iterable[str]) -> bool:
    return any(path == point or path.startswith(f"{point}/") for point in points)


def has_any_order(targets: t.Sequence[str], root: Tree) -> bool:
    """Whether links lead one mount into another, and both names have as many parts: by these the engine sorts them."""
    return any(
        inner != outer
        and inner.count("/") == outer.count("/")
        and is_within(root.resolve(inner), [root.resolve(outer)])
        for inner in targets
        for outer in targets
    )


class Trial:
    """What a task does to one situation."""

    def __init__(self, bed: Bed, runner: Runner) -> None:
        self.bed = bed
        self.before, self.root, self.mounted = bed.inspect(), bed.read_root(), bed.read_mounted()
        self.changed = {each["Path"] for each in bed.api.diff(bed.id) or () if each["Kind"] != DELETED}
        module, arguments = bed.task()
        arguments["docker_host"] = f"unix://{SOCKET}"
        self.check, self.run = (
            runner.run({**arguments, "_ansible_check_mode": mode}, module) or {} for mode in (True, False)
        )

    def judge(self) -> str:
        """What has become of it; raises AssertionError where a promise is broken."""
        assert self.bed.read_mounted() == self.mounted, "what is mounted has changed"
        after = self.bed.inspect()
        if not self.run.get("failed"):
            assert not self.check.get("failed"), self.check
            assert after["Id"] != self.before["Id"]
            self._judge_root(after)
            return "replaced"
        assert after["Id"] == self.before["Id"], self.run
        code, message = self.run["failure"]["code"], self.run["msg"]
        if self.run.get("rolled_back") is None or any(words in message for words in SEEN_IN_SUCCESSOR):
            assert self.bed.read_root() == self.root
            assert after["State"]["StartedAt"] == self.before["State"]["StartedAt"], message
            assert code == "writable_layer_changed", message
            assert self.check.get("failed") or any(words in message for words in SEEN_IN_SUCCESSOR), message
            return "refused"
        self._judge_put_back()
        # The engine does not make or start a container with such mounts, whoever asks for it.
        assert code in ("start_failed", "daemon_error"), self.run
        assert self.run["rolled_back"] is True, self.run
        assert after["State"]["Running"] == self.before["State"]["Running"]
        return "undone"

    def _judge_put_back(self) -> None:
        """The engine may have made directories for mounts when the container was started again."""
        root = self.bed.read_root()
        assert {path: root.entries.get(path) for path in self.root.entries} == self.root.entries
        more = root.entries.keys() - self.root.entries.keys()
        assert {path for path in more if root.entries[path].kind != "directory"} == set()
        assert root.names == self.root.names

    def _judge_root(self, after: dict[str, t.Any]) -> None:
        """Whatever was written and does not lie where something is mounted is there, or was said to be lost."""
        root = self.bed.read_root()
        targets = {mount["Destination"] for each in (self.before, after) for mount in each["Mounts"]}
        targets |= {path for each in (self.before, after) for path in each["HostConfig"].get("Tmpfs") or ()}
        points = targets | {root.resolve(path) for path in targets} | {self.root.resolve(path) for path in targets}
        lost = " ".join(self.run["will_lose"])
        for path in self.changed & self.root.entries.keys():
            mine = self.root.entries[path]
            if not is_within(path, points):
                assert root.entries.get(path) == mine, f"{path} was not carried"
            elif mine.kind != "directory" and root.entries.get(path) != mine:
                assert path in lost, f"{path} is lost, which nobody said"
        kept = {names for names in self.root.names if not any(is_within(name, points) for name in names)}
        assert {names for names in kept if names <= self.changed} <= root.names, "hard links"


@pytest.fixture(scope="module")
def api() -> t.Iterator[sdk.APIClient]:
    with contextlib.closing(sdk.APIClient(f"unix://{SOCKET}", version="auto", timeout=BOUND)) as made:
        yield made


@pytest.fixture(scope="module")
def images(api: sdk.APIClient) -> t.Iterator[t.Callable[[str], str]]:
    """An image with what a script leaves; each is made once."""
    made: dict[str, str] = {}

    def make(script: str) -> str:
        if script not in made:
            name = random_name("layers-image")
            container = api.create_container(IMAGE, ["sh", "-c", script], name=name)["Id"]
            api.start(container)
            api.wait(container, timeout=BOUND)
            api.commit(container, "bridgeport-test-layers", name, changes=[])
            api.remove_container(container)
            made[script] = f"bridgeport-test-layers:{name}"
        return made[script]

    yield make
    for name in made.values():
        api.remove_image(name, force=True)


def test_no_volume_is_changed_and_nothing_is_lost_in_silence(
    api: sdk.APIClient, images: t.Callable[[str], str], runner: Runner, tell: t.Callable[[str], None]
) -> None:
    found: Counter[str] = Counter()
    broken = []
    compared = number = 0
    while sum(found.values()) < COUNT and number < 3 * COUNT:
        situation = make_situation(number, SEED)
        number += 1
        with contextlib.closing(Bed(api, situation)) as bed:
            try:
                bed.make(images(situation.image))
            except Bed.Impossible:
                continue
            trial = Trial(bed, runner)
            compared += len(trial.mounted)
            try:
                found[trial.judge()] += 1
            except AssertionError as error:
                found["broken"] += 1
                told = {key: trial.run.get(key) for key in ("msg", "actions", "will_lose", "rolled_back")}
                broken.append(f"{error}\n{situation}\n{told}")
    counts = ", ".join(f"{count} {word}" for word, count in sorted(found.items()))
    tell(f"layers over mounts: {sum(found.values())} tried, seed {SEED} ({counts}); {compared} volumes compared")
    assert not broken, "\n\n".join(broken)
    assert sum(found.values()) == COUNT
    assert found["replaced"] > COUNT // 5
