# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What every bed of the fault tests has: a name for all that it makes, and a proxy that breaks its change."""

from __future__ import annotations

import abc
import http.client
import re
import time
import typing as t
import uuid

import docker as sdk

from ansible_collections.bridgeport.docker.plugins.module_utils._objects.journal import Entry, Journal, RebuildRecord
from ansible_collections.bridgeport.docker.plugins.module_utils._objects.leftovers import lock_name
from ansible_collections.bridgeport.docker.tests.engine.faults.cutproxy import CutProxy
from ansible_collections.bridgeport.docker.tests.engine.faults.scenarios import IMAGE
from ansible_collections.bridgeport.docker.tests.support.module_runner import Runner
from ansible_collections.bridgeport.docker.tests.support.real_engine import BOUND, SOCKET, docker

# Seconds for which another run may hold the guard of a lock that was left behind, to find that somebody was faster.
RECORDS_BOUND = 5
# Seconds in which a container that has just been started has to answer.
ANSWER_BOUND = 10


class Bed(abc.ABC):
    """What has to survive; everything that belongs to it has a name that begins with ``name``.

    A goal is a number: each bed says what it changes to that number.
    """

    def __init__(self, runner: Runner) -> None:
        self.runner = runner
        self.client = sdk.APIClient(f"unix://{SOCKET}", version="auto", timeout=BOUND)
        self.name = f"faults-{uuid.uuid4().hex[:8]}"
        self.path = f"/tmp/{self.name}.sock"
        self.token = uuid.uuid4().hex
        self.requests: list[str] = []
        self._owned: dict[str, bool] = {}

    # -- what a bed says itself ----------------------------------------------------------------------------------------

    @property
    @abc.abstractmethod
    def touched(self) -> set[tuple[str, str]]:
        """The objects that a change locks and writes down: (kind, name)."""

    @abc.abstractmethod
    def make(self) -> None:
        """Set the bed up, and find out how many requests a change takes."""

    @abc.abstractmethod
    def prepare(self) -> None:
        """What a change needs before, if anything."""

    @abc.abstractmethod
    def next_goal(self) -> int:
        """What it is not by now."""

    @abc.abstractmethod
    def apply(self, goal: int, path: str = SOCKET) -> dict[str, t.Any] | None:
        """Run the module; None where it was killed."""

    @abc.abstractmethod
    def check(self, goal: int) -> None:
        """Raises AssertionError where anything is not as it shall be."""

    @abc.abstractmethod
    def bound_ports(self, goal: int) -> list[str]:
        """The host ports that its containers have."""

    @abc.abstractmethod
    def remove(self) -> None:
        """Remove all of it that a later make makes."""

    def start_late(self) -> int:
        """Start what the engine should have started when it came up, and did not; how many that were."""
        return 0

    def close(self) -> None:
        self.remove()
        self.client.close()

    # -- what all have in common ---------------------------------------------------------------------------------------

    def change(self) -> list[str]:
        """The requests of a change that nothing happens to."""
        self.prepare()
        goal = self.next_goal()
        with self.breaking() as proxy:
            result = self.apply(goal, self.path)
        assert result is not None
        assert result.get("changed") is True, result
        self.check(goal)
        return list(proxy.seen)

    def breaking(self, mode: str = "none", number: int = 0, delay: float = 0.0, only: str = "") -> CutProxy:
        """``only``: what every request that counts has in its path."""

        def counts(request: str) -> bool:
            return only in request and self._concerns_it(request)

        return CutProxy(self.path, SOCKET, mode, number, delay, counts)

    def _concerns_it(self, request: str) -> bool:
        """The module also looks at every other container: at as many as other tests happen to have."""
        match = re.match(r"GET \S*/containers/([0-9a-f]{64})/json", request)
        if match is None:
            return True
        if match[1] not in self._owned:
            try:
                name = str(self.inspect(match[1])["Name"])
            except sdk.errors.NotFound:
                # Of another test, which has just removed it: what the module removes itself it has looked at before.
                return False
            self._owned[match[1]] = name.startswith(f"/{self.name}")
        return self._owned[match[1]]

    def inspect(self, name: str) -> dict[str, t.Any]:
        return t.cast(t.Dict[str, t.Any], self.client.inspect_container(name))

    def family(self) -> list[str]:
        """All containers that have to do with it."""
        found = self.client.containers(all=True, filters={"name": self.name})
        return sorted(name[1:] for each in found for name in each["Names"] if name.count("/") == 1)

    def check_records(self) -> None:
        """Nothing is left of its locks and journals, once those who take away what killed runs have left are done."""
        deadline = time.monotonic() + RECORDS_BOUND
        while self.records():
            assert time.monotonic() < deadline, self.records()
            time.sleep(0.1)

    def records(self) -> list[str]:
        """Its locks and journals."""
        wanted = set()
        for kind, name in self.touched:
            lock = lock_name((kind, name))
            journal = (
                Journal((Entry(name, "", ""),))
                if kind == "container"
                else Journal(rebuild=RebuildRecord(name, "", {}, {}))
            )
            wanted |= {lock, f"{lock}-break", journal.volume}
        listed = self.client.volumes(filters={"name": ["bridgeport-lock-", "bridgeport-journal-"]})["Volumes"] or ()
        return sorted(wanted & {volume["Name"] for volume in listed})

    def has_stray_port(self, goal: int) -> bool:
        """Whether the engine holds one of its ports though no container has it."""
        taken = {mapped.get("PublicPort") for each in self.client.containers() for mapped in each["Ports"]}
        return any(self._is_stray(each) for each in self.bound_ports(goal) if int(each) not in taken)

    def _is_stray(self, port: str) -> bool:
        try:
            docker("run", "--rm", "-p", f"127.0.0.1:{port}:80", IMAGE, "true")
        except AssertionError as refusal:
            return "port is already allocated" in str(refusal)
        return False

    def _remove_volumes(self, names: t.Iterable[str]) -> None:
        for name in names:
            try:
                self.client.remove_volume(name, force=True)
            except sdk.errors.NotFound:
                continue


def fetch(port: int, path: str) -> str:
    deadline = time.monotonic() + ANSWER_BOUND
    while True:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", path)
            answer = connection.getresponse()
            assert answer.status == 200, f"{path} through port {port}: status {answer.status}"
            return answer.read().decode()
        except (OSError, http.client.HTTPException) as error:
            if time.monotonic() > deadline:
                raise AssertionError(f"nothing answers on port {port}: {error}") from error
            time.sleep(0.1)
        finally:
            connection.close()
