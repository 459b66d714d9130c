# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every cell of the matrix of holders and requests: refused or allowed as the engine would, before anything is touched.

The engine is asked first, with a container of its own for each cell. Then the module is to publish the same on a
container that runs: through the daemon's socket, where the port can be tried from here, and through a TCP port, where
the engine seems to be elsewhere and a container has to try it.
"""

from __future__ import annotations

import contextlib
import typing as t
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field

import pytest

from ansible_collections.bridgeport.docker.tests.engine.conflicts.holders import (
    COMMAND,
    HOLDERS,
    IMAGE,
    WANTED,
    Holder,
    engine_accepts,
    hold,
)
from ansible_collections.bridgeport.docker.tests.engine.conflicts.remote_door import RemoteDoor
from ansible_collections.bridgeport.docker.tests.support.budget import some
from ansible_collections.bridgeport.docker.tests.support.module_runner import Runner
from ansible_collections.bridgeport.docker.tests.support.real_engine import (
    SOCKET,
    docker,
    free_ports,
    inspect,
    random_name,
)

WORKERS = 8
CHOSEN = some(HOLDERS, 4)
HERE = f"unix://{SOCKET}"
Result = t.Dict[str, t.Any]


@dataclass
class Row:
    """What became of one holder's cells."""

    refused: int = 0
    allowed: int = 0
    problems: list[str] = field(default_factory=list)


class Subject:
    """A container that is to publish."""

    def __init__(self, runner: Runner) -> None:
        self._runner = runner
        self.name = random_name("subject")
        docker("run", "-d", "--name", self.name, IMAGE, *COMMAND)

    def state(self) -> tuple[str, str]:
        raw = inspect(self.name)
        return raw["Id"], raw["State"]["StartedAt"]

    def publish(self, specs: list[str], door: str, *, check_mode: bool = False) -> Result:
        arguments = {"name": self.name, "published_ports": specs, "stop_timeout": 2, "docker_host": door}
        result = self._runner.run({**arguments, "_ansible_check_mode": check_mode})
        assert result is not None, "the module was killed"
        return result

    def close(self) -> None:
        listed = docker("ps", "-aq", "--filter", f"name={self.name}").split()
        docker("rm", "-f", *listed)


def check_refused(subject: Subject, spec: str, door: str, named: str, knows_in_check_mode: bool) -> None:
    before = subject.state()
    names = sorted(docker("ps", "-a", "--format", "{{.Names}}", "--filter", f"name={subject.name}").split())
    for check_mode in (True, False) if knows_in_check_mode else (False,):
        result = subject.publish([spec], door, check_mode=check_mode)
        assert result.get("failed"), f"{spec} was not refused (check mode: {check_mode}): {result.get('actions')}"
        assert result["failure"]["code"] == "port_conflict", result["failure"]
        if named:
            assert named in result["msg"], result["msg"]
        assert result["changed"] is False
        assert result["actions"] == [], "something was touched"
    assert subject.state() == before
    assert sorted(docker("ps", "-a", "--format", "{{.Names}}", "--filter", f"name={subject.name}").split()) == names


def check_allowed(subject: Subject, spec: str, door: str) -> None:
    result = subject.publish([spec], door)
    assert not result.get("failed"), f"{spec} was refused: {result.get('msg')}"
    assert all(each["active"] for each in result["published"]), result["published"]
    assert result["preflight"] == "full"


def try_row(holder: Holder, port: int, remote: str, runner: Runner) -> Row:
    row, subject = Row(), Subject(runner)
    with contextlib.ExitStack() as stack:
        stack.callback(subject.close)
        named = stack.enter_context(hold(holder, port))
        specs = [wanted.replace("P", str(port), 1) for wanted in WANTED]
        accepted = {spec: engine_accepts(spec) for spec in specs}
        # Where containers hold the port, it is known without trying.
        for door in (HERE,) if holder.spec else (HERE, remote):
            for spec in specs:
                try:
                    if accepted[spec]:
                        check_allowed(subject, spec, door)
                        row.allowed += 1
                    else:
                        # From elsewhere no process can be seen, and check mode starts no container.
                        hidden = door == remote
                        check_refused(subject, spec, door, "" if hidden else named, not hidden)
                        row.refused += 1
                except AssertionError as error:
                    row.problems.append(f"{holder.name} against {spec} through {door}: {error}")
            # So that its own ports are free for the next door.
            assert not subject.publish([], door).get("failed")
    return row


@pytest.fixture(scope="module")
def rows(runner: Runner) -> t.Iterator[dict[str, Future[Row]]]:
    ports = free_ports(len(CHOSEN))
    with RemoteDoor(SOCKET) as remote, ThreadPoolExecutor(WORKERS) as pool:
        # Those first that take longest.
        order = sorted(zip(CHOSEN, ports), key=lambda each: bool(each[0].spec))
        yield {holder.name: pool.submit(try_row, holder, port, remote, runner) for holder, port in order}


@pytest.mark.parametrize("holder", CHOSEN, ids=lambda holder: holder.name)
def test_a_row_is_as_the_engine_has_it(holder: Holder, rows: dict[str, Future[Row]]) -> None:
    row = rows[holder.name].result()
    assert not row.problems, "\n".join(row.problems)
    assert row.refused + row.allowed == len(WANTED) * (1 if holder.spec else 2)


def test_count(rows: dict[str, Future[Row]], tell: t.Callable[[str], None]) -> None:
    done = [row.result() for row in rows.values()]
    refused, allowed = sum(row.refused for row in done), sum(row.allowed for row in done)
    tell(f"{len(CHOSEN)} of {len(HOLDERS)} holders of a port")
    tell(f"conflicts: {refused + allowed} cells as the engine has them, {refused} refused, {allowed} allowed")
    assert refused > len(CHOSEN)
    assert allowed > len(CHOSEN)


# -- beside the matrix -------------------------------------------------------------------------------------------------


@pytest.fixture
def subject(runner: Runner) -> t.Iterator[Subject]:
    found = Subject(runner)
    yield found
    found.close()


def test_an_address_that_the_host_does_not_have(subject: Subject) -> None:
    (port,) = free_ports(1)
    assert not engine_accepts(f"203.0.113.7:{port}:80")
    check_refused(subject, f"203.0.113.7:{port}:80", HERE, "has no address 203.0.113.7", True)


def test_the_same_port_twice_in_one_task(subject: Subject) -> None:
    (port,) = free_ports(1)
    for second in (f"127.0.0.1:{port}:81", f"{port}:81"):
        before = subject.state()
        result = subject.publish([f"127.0.0.1:{port}:80", second], HERE)
        assert result["failure"]["code"] == "port_conflict"
        assert subject.state() == before
    check_allowed(subject, f"127.0.0.1:{port}:80", HERE)


def test_two_addresses_or_protocols_are_no_conflict(subject: Subject) -> None:
    (port,) = free_ports(1)
    result = subject.publish([f"127.0.0.1:{port}:80", f"127.0.0.2:{port}:80", f"127.0.0.1:{port}:80/udp"], HERE)
    assert not result.get("failed"), result
    assert all(each["active"] for each in result["published"])


def test_a_stopped_holder_is_only_warned_about(subject: Subject) -> None:
    (port,) = free_ports(1)
    with hold(HOLDERS[0], port) as name:
        docker("stop", "-t", "2", name)
        result = subject.publish([f"127.0.0.1:{port}:80"], HERE)
        assert not result.get("failed"), result
        assert any(name in str(warning) for warning in result["warnings"]), result["warnings"]
