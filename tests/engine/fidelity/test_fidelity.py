# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A port is added, moved and removed, and nothing else of the container is different afterwards.

Everything is tried side by side, as most of it is waiting.
"""

from __future__ import annotations

import typing as t
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from ansible_collections.bridgeport.docker.tests.engine.fidelity.containers import CASES, Case, find_compose
from ansible_collections.bridgeport.docker.tests.engine.fidelity.inspected import find_differences, normalise
from ansible_collections.bridgeport.docker.tests.engine.fidelity.place import Place
from ansible_collections.bridgeport.docker.tests.support.budget import SAMPLED, some
from ansible_collections.bridgeport.docker.tests.support.module_runner import Runner
from ansible_collections.bridgeport.docker.tests.support.real_engine import docker, inspect, next_port

SAMPLE = 6
# Compose is not there before it has been downloaded.
CHOSEN = some([case for case in CASES if not (SAMPLED and case.needs_compose)], SAMPLE)
WORKERS = 8
ENOUGH = 25

Ports = t.Dict[str, t.List[t.Tuple[str, str]]]


def bound(raw: t.Mapping[str, t.Any]) -> Ports:
    """What is published: by the engine's word where it runs, as asked for where it does not."""
    found = raw["NetworkSettings"]["Ports"] if raw["State"]["Running"] else raw["HostConfig"]["PortBindings"]
    ports: Ports = {}
    for key, bindings in found.items():
        # Spelled by hand.
        number, _slash, protocol = key.partition("/")
        pairs = sorted((each.get("HostIp") or "", each["HostPort"]) for each in bindings or ())
        if pairs:
            ports[f"{number}/{(protocol or 'tcp').lower()}"] = pairs
    return ports


def as_specs(ports: Ports) -> list[str]:
    """What publishes the same again."""
    specs = []
    for key, pairs in ports.items():
        for address, number in pairs:
            host = f"[{address}]" if ":" in address else address
            specs.append(f"{host}:{number}:{key}" if host else f"{number}:{key}")
    return specs


class Try:
    """One case from beginning to end. Raises AssertionError with what is different."""

    def __init__(self, case: Case, runner: Runner) -> None:
        self.case = case
        self.place = Place(runner)
        self.warnings: list[str] = []

    def run(self) -> None:
        try:
            self.case.make(self.place)
            self._check()
        finally:
            self.place.close()

    def _check(self) -> None:
        place, case = self.place, self.case
        raw = place.inspect()
        writable = [m["Destination"] for m in raw["Mounts"] if m["Type"] == "volume" and m["RW"]]
        folders = [*case.folders, *writable]
        for folder in folders:
            place.write(folder)
        files = {folder: place.read(folder) for folder in folders}
        others = {name: inspect(name) for name in place.parts}
        before, ports, exposed = self._read(), bound(raw), set(raw["Config"].get("ExposedPorts") or ())

        first, second = next_port(), next_port()
        added = {**ports, "90/tcp": [("127.0.0.1", str(first))]}
        self._change({"published_ports": [f"127.0.0.1:{first}:90"], "purge": False}, added)
        moved = {**ports, "90/tcp": [("127.0.0.1", str(second))]}
        self._change({"published_ports": as_specs(moved)}, moved)
        self._change({"published_ports": ["90"], "state": "absent"}, ports)

        assert self._read().pop("bindings") <= {*before.pop("bindings"), *ports}
        differences = find_differences(before, self._without_bindings())
        assert set(differences) == set(case.differs), differences
        keys = {key.lower() if "/" in key else f"{key}/tcp" for key in exposed}
        assert {*(place.inspect()["Config"].get("ExposedPorts") or ())} == keys | set(ports)
        assert {folder: place.read(folder) for folder in folders} == files
        for name, other in others.items():
            keeps = find_differences(normalise(other, False), normalise(inspect(name), False))
            # They refer to it by its ID, and whoever shares its network has its host name.
            for path in ("HostConfig.NetworkMode", "HostConfig.IpcMode", "HostConfig.PidMode", "Config.Hostname"):
                if str(keeps.get(path, [""])[0]).endswith((raw["Id"], raw["Id"][:12])):
                    keeps.pop(path)
            keeps.pop("HostConfig.Binds", None)
            assert keeps == {}, f"{name}: {keeps}"
        if case.warning:
            assert any(case.warning in str(warning) for warning in self.warnings), self.warnings

    def _change(self, options: dict[str, t.Any], expected: Ports) -> None:
        allowed = dict(self.case.options)
        if options.get("state") == "absent":
            allowed.pop("publish_all_ports", None)
        result = self.place.publish(**allowed, **options)
        assert result["changed"] is True, result
        self.warnings += result.get("warnings") or []
        assert bound(self.place.inspect()) == expected, options
        again = self.place.publish(**allowed, **options)
        assert again["changed"] is False, again

    def _read(self) -> dict[str, t.Any]:
        raw = self.place.inspect()
        seen = normalise(raw, self.case.keeps_mac)
        seen["bindings"] = set(raw["HostConfig"]["PortBindings"])
        self._check_binds(raw, seen)
        return seen

    def _without_bindings(self) -> dict[str, t.Any]:
        seen = self._read()
        del seen["bindings"]
        return seen

    def _check_binds(self, raw: t.Mapping[str, t.Any], seen: dict[str, t.Any]) -> None:
        """Anonymous volumes, and those of a container that is gone, are named in the binds from the first change on."""
        volumes = {mount["Name"] for mount in raw["Mounts"] if mount["Type"] == "volume"}
        binds = raw["HostConfig"].get("Binds") or []
        known = getattr(self, "_binds", None)
        if known is None:
            self._binds = known = list(binds)
        added = [bind for bind in binds if bind not in known]
        assert all(bind.split(":")[0] in volumes for bind in added), added
        seen["HostConfig"]["Binds"] = [bind for bind in binds if bind in known]


@pytest.fixture(scope="module")
def tries(runner: Runner) -> t.Iterator[dict[str, Future[None]]]:
    with ThreadPoolExecutor(WORKERS) as pool:
        yield {case.name: pool.submit(Try(case, runner).run) for case in CHOSEN if not reason_to_skip(case)}


def reason_to_skip(case: Case) -> str:
    version = docker("version", "--format", "{{.Server.APIVersion}}")
    major, minor = map(int, version.split("."))
    if not case.since <= (major, minor) < case.until:
        return f"API {version} of this engine does not have it"
    if case.needs_compose and not find_compose():
        return "Docker Compose could not be had"
    return ""


@pytest.mark.parametrize("case", CHOSEN, ids=lambda case: case.name)
def test_nothing_else_changes(case: Case, tries: dict[str, Future[None]]) -> None:
    reason = reason_to_skip(case)
    if reason:
        pytest.skip(f"{case.name}: {reason}")
    tries[case.name].result()


def test_count(tries: dict[str, Future[None]], tell: t.Callable[[str], None]) -> None:
    whole = sum(not attempt.exception() for attempt in tries.values())
    tell(f"{len(CHOSEN)} of {len(CASES)} ways to build a container")
    tell(f"fidelity: {whole} of {len(tries)} containers differ in nothing but their ports")
    assert len(tries) >= (SAMPLE // 2 if SAMPLED else ENOUGH)
