# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Values of a container's environment and credentials are said nowhere, whatever happens.

A play with ``-vvv --diff`` does everything that may go well or wrong; then all that Ansible printed, every result and
every volume of the daemon is searched. Each secret holds a random token of its own, so that a part of it is found too.
"""

from __future__ import annotations

import base64
import json
import os
import secrets
import socket
import subprocess
import sys
import threading
import time
import typing as t
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path

import pytest

from ansible_collections.bridgeport.docker.plugins.module_utils._objects.journal import Entry, Journal
from ansible_collections.bridgeport.docker.tests.engine.faults.cutproxy import CutProxy
from ansible_collections.bridgeport.docker.tests.engine.secrets.cores import Core, get_core, pinned
from ansible_collections.bridgeport.docker.tests.engine.secrets.registry import ClosedRegistry, closed_registry
from ansible_collections.bridgeport.docker.tests.support.budget import SAMPLED
from ansible_collections.bridgeport.docker.tests.support.real_engine import (
    COLLECTION,
    SOCKET,
    Images,
    docker,
    free_ports,
    inspect,
    random_name,
    run_module,
)

BUILD = COLLECTION.parents[2]
_BOUND = 300
Task = t.Dict[str, t.Any]
Check = t.Callable[[t.Dict[str, t.Any]], bool]

# Says everything it knows, fails once when it is told to, and ends at once when it is asked to.
TELL = (
    'echo {marker}; echo "$LONG and $SPACED"; echo "$LINES_OF"; echo "port $PORT"; '
    "if [ -e /volume/fail ]; then rm /volume/fail; exit 3; fi; "
    'trap "exit 0" TERM; while :; do sleep 0.1; done'
)


@dataclass
class Secrets:
    """What must not be said, by what it is. ``markers`` may be said by Ansible, but not be written down by us."""

    tokens: dict[str, str] = field(default_factory=dict)
    markers: dict[str, str] = field(default_factory=dict)

    def new(self, what: str) -> str:
        return self.tokens.setdefault(what, secrets.token_hex(12))

    def mark(self, what: str) -> str:
        return self.markers.setdefault(what, f"marker-{secrets.token_hex(8)}")

    def found_in(self, text: str) -> list[str]:
        return [what for what, token in self.tokens.items() if token in text]

    def environment(self, port: int) -> dict[str, str]:
        """One long value, one with blanks, one of many lines like a key, and one that is no secret but a port."""
        line = self.new("line of a long value")
        return {
            "LONG": self.new("long value") * 3,
            "SPACED": f"correct horse {self.new('value with blanks')} battery staple",
            "LINES_OF": "\n".join(
                ["-----BEGIN KEY-----", *(f"{number:02} {line}" for number in range(30)), "-----END"]
            ),
            "PORT": str(port),
        }


class Volumes:
    """Looks at the daemon's volumes all the time: locks and journals stand only while a change goes on."""

    def __init__(self) -> None:
        self.seen: set[str] = set()
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> Volumes:
        self._thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._end.set()
        self._thread.join(30)

    def _look(self) -> None:
        while not self._end.wait(0.05):
            self.seen |= {json.dumps(volume, sort_keys=True) for volume in list_volumes()}

    @property
    def text(self) -> str:
        return "\n".join(self.seen)


def list_volumes() -> list[dict[str, t.Any]]:
    with socket.socket(socket.AF_UNIX) as daemon:
        daemon.settimeout(30)
        daemon.connect(SOCKET)
        daemon.sendall(b"GET /volumes HTTP/1.0\r\nHost: docker\r\n\r\n")
        answer = b"".join(iter(lambda: daemon.recv(1 << 16), b""))
    return t.cast(t.List[t.Dict[str, t.Any]], json.loads(answer.partition(b"\r\n\r\n")[2])["Volumes"] or [])


@dataclass
class Bed:
    """Containers of the docker CLI with secrets in them, and what a play about them needs."""

    image: str
    folder: Path
    registry: ClosedRegistry
    secrets: Secrets = field(default_factory=Secrets)
    prefix: str = field(default_factory=lambda: random_name("secrets"))
    ports: list[int] = field(default_factory=lambda: free_ports(12))

    def name(self, what: str) -> str:
        return f"{self.prefix}-{what}"

    def run(self, what: str, port: int, *options: str) -> str:
        name = self.name(what)
        values = self.secrets.environment(self.ports[1])
        docker(
            *("run", "-d", "--name", name, "-v", "/volume", "-p", f"127.0.0.1:{port}:80"),
            *("--label", f"{self.secrets.mark('label key')}={self.secrets.mark('label')}", *options),
            *(word for key, value in values.items() for word in ("-e", f"{key}={value}")),
            *(self.image, "sh", "-c", TELL.format(marker=self.secrets.mark("command"))),
        )
        return name

    def remove(self) -> None:
        for container in docker("ps", "-aq", "--filter", f"name={self.prefix}").split():
            docker("rm", "-f", "-v", container, check=False)
        for network in docker("network", "ls", "-q", "--filter", f"name={self.prefix}").split():
            docker("network", "rm", network, check=False)


@pytest.fixture
def bed(images: Images, tmp_path: Path) -> t.Iterator[Bed]:
    with closed_registry() as registry:
        made = Bed(images.busybox, tmp_path, registry)
        volumes = {volume["Name"] for volume in list_volumes()}
        try:
            yield made
        finally:
            used = {
                mount["Name"]
                for container in docker("ps", "-aq", "--filter", f"name={made.prefix}").split()
                for mount in inspect(container)["Mounts"]
                if mount["Type"] == "volume"
            }
            made.remove()
            # After a replacement an anonymous volume counts as a named one, which does not go with its container.
            for volume in used - volumes:
                docker("volume", "rm", volume, check=False)


# -- the play ----------------------------------------------------------------------------------------------------------


def failed_with(code: str) -> Check:
    return lambda result: result.get("failure", {}).get("code") == code


def changed(result: dict[str, t.Any]) -> bool:
    return "failure" not in result and result.get("changed") is True


def undone(result: dict[str, t.Any]) -> bool:
    failure = result.get("failure", {})
    return (
        result.get("rolled_back") is True
        and failure.get("code") == "start_failed"
        and "********" in str(failure["logs"])
    )


def shows_port(number: int) -> Check:
    return lambda result: changed(result) and number in [each["host_port"] for each in result["published"]]


def answered(result: dict[str, t.Any]) -> bool:
    return "failure" not in result


def make_tasks(bed: Bed) -> list[tuple[str, str, Task, Check]]:
    """Name, module, options, and what has to come of it: a play that went otherwise would prove nothing."""
    main, fails, terminal, holder = (bed.name(what) for what in ("main", "fails", "terminal", "holder"))
    ports = [f"127.0.0.1:{port}" for port in bed.ports]
    publish, topology = "docker_port_publish", "docker_topology"
    asked = {key: f"{{{{ asked_{key} }}}}" for key in ("LONG", "SPACED", "LINES_OF", "PORT")}
    reference = f"127.0.0.1:{bed.registry.server_address[1]}/private:1"
    tls = {
        "docker_host": "tcp://127.0.0.1:1",
        "tls": True,
        "timeout": 5,
        "client_cert": str(bed.folder / "cert.pem"),
        "client_key": str(bed.folder / "key.pem"),
    }
    network = {"name": bed.name("net"), "connected": [main, holder]}
    add: Task = {"name": main, "purge": False}
    return [
        ("check mode", publish, {**add, "published_ports": [f"{ports[1]}:81"], "check_mode": True}, changed),
        ("success", publish, {**add, "published_ports": [f"{ports[1]}:81"]}, shows_port(bed.ports[1])),
        ("nothing to do", publish, {**add, "published_ports": [f"{ports[1]}:81"]}, answered),
        ("env asked for", publish, {**add, "env": asked, "published_ports": [f"{ports[2]}:82"]}, changed),
        ("env taken away", publish, {**add, "env": {"LONG": None}, "published_ports": [f"{ports[2]}:82"]}, changed),
        ("failing start", publish, {"name": fails, "published_ports": [f"{ports[3]}:80"]}, undone),
        ("failing start with a terminal", publish, {"name": terminal, "published_ports": [f"{ports[4]}:80"]}, undone),
        ("port of a container", publish, {**add, "published_ports": [f"{ports[7]}:83"]}, failed_with("port_conflict")),
        ("port of a process", publish, {**add, "published_ports": [f"{ports[8]}:83"]}, failed_with("port_conflict")),
        (
            "option of a wrong type",
            publish,
            {**add, "env": asked, "wait_timeout": "soon"},
            failed_with("option_conflict"),
        ),
        ("unknown option", publish, {**add, "env": asked, "no_such_option": 1}, failed_with("option_conflict")),
        ("env that is no map", publish, {**add, "env": "{{ asked_LONG }}"}, failed_with("option_conflict")),
        ("env with an odd value", publish, {**add, "env": {**asked, "LONG": 1.5}}, failed_with("option_conflict")),
        ("env without a name", publish, {**add, "env": {"": "{{ asked_LONG }}"}}, failed_with("option_conflict")),
        (
            "unknown option of an item",
            topology,
            {"containers": [{"name": main, "env": asked, "no": 1}]},
            failed_with("option_conflict"),
        ),
        (
            "several",
            topology,
            {"containers": [{"name": main, "env": asked, "purge": False}, {"name": holder, "env": asked}]},
            changed,
        ),
        ("network", "docker_bridge_network", network, changed),
        ("port info", "docker_port_info", {}, answered),
        ("topology info", "docker_topology_info", {}, answered),
        ("probe", "docker_network_probe", {"source": main, "target": holder, "method": "resolve"}, answered),
        (
            "closed registry",
            publish,
            {"name": bed.name("private"), "image": reference, "env": asked},
            failed_with("image_not_found"),
        ),
        ("broken key", publish, {**add, **tls, "published_ports": ["80"]}, failed_with("daemon_unreachable")),
    ]


def write_play(bed: Bed, tasks: t.Sequence[tuple[str, str, Task, Check]]) -> Path:
    """Secrets come from variables, as from a vault."""
    asked = Secrets()
    values = {f"asked_{key}": value for key, value in asked.environment(bed.ports[2]).items()}
    bed.secrets.tokens.update({f"{what} of a task": token for what, token in asked.tokens.items()})
    (bed.folder / "variables.json").write_text(json.dumps(values), encoding="utf-8")
    play = []
    for name, module, options, _check in tasks:
        arguments = {key: value for key, value in options.items() if key != "check_mode"}
        play.append(
            {
                "name": name,
                f"bridgeport.docker.{module}": arguments,
                "ignore_errors": True,
                "check_mode": bool(options.get("check_mode")),
            }
        )
    path = bed.folder / "play.yml"
    # JSON is YAML.
    path.write_text(json.dumps([{"hosts": "localhost", "gather_facts": False, "tasks": play}], indent=1))
    return path


def run_play(core: Core, bed: Bed, play: Path) -> tuple[str, list[dict[str, t.Any]]]:
    results = bed.folder / "results"
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("ANSIBLE_", "PYTHON", "DOCKER_"))}
    done = subprocess.run(
        [
            *(core.playbook, "-vvv", "--diff", "-i", "localhost,", "-c", "local"),
            *("-e", f"@{bed.folder / 'variables.json'}"),
            *("-e", json.dumps({"ansible_python_interpreter": core.python}), str(play)),
        ],
        check=False,
        capture_output=True,
        text=True,
        timeout=_BOUND,
        env={
            **kept,
            "ANSIBLE_COLLECTIONS_PATH": str(BUILD),
            "ANSIBLE_CALLBACK_PLUGINS": str(Path(__file__).with_name("callback_plugins")),
            "ANSIBLE_CALLBACKS_ENABLED": "every_result",
            "ANSIBLE_LOG_PATH": str(bed.folder / "ansible.log"),
            "EVERY_RESULT": str(results),
            "DOCKER_CONFIG": str(bed.folder),
        },
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    log = (bed.folder / "ansible.log").read_text(encoding="utf-8")
    lines = results.read_text(encoding="utf-8").splitlines()
    return done.stdout + done.stderr + log, [json.loads(line) for line in lines]


# A sample takes the core that is there: the other one has to be installed.
VERSIONS = [metadata.version("ansible-core")] if SAMPLED else pinned()


@pytest.mark.parametrize("version", VERSIONS)
def test_nothing_is_said(version: str, bed: Bed, tell: t.Callable[[str], None]) -> None:
    core = get_core(version)
    if isinstance(core, str):
        pytest.skip(core)
    bed.run("main", bed.ports[0])
    bed.run("holder", bed.ports[7])
    for what, port, options in (("fails", 5, []), ("terminal", 6, ["-t"])):
        docker("exec", bed.run(what, bed.ports[port], *options), "touch", "/volume/fail")
    credentials = f"somebody:{bed.secrets.new('password of the registry')}"
    encoded = base64.b64encode(credentials.encode()).decode()
    bed.secrets.tokens["encoded password of the registry"] = encoded
    auths = {f"127.0.0.1:{bed.registry.server_address[1]}": {"auth": encoded}}
    (bed.folder / "config.json").write_text(json.dumps({"auths": auths}), encoding="utf-8")
    for file in ("cert.pem", "key.pem"):
        (bed.folder / file).write_text(f"-----BEGIN PRIVATE KEY-----\n{bed.secrets.new(f'content of {file}')}\n")
    tasks = make_tasks(bed)
    play = write_play(bed, tasks)
    with hold_port(bed.ports[8], bed.secrets.new("argument of a process")), Volumes() as volumes:
        output, results = run_play(core, bed, play)
    assert [result["task"] for result in results] == [name for name, *_rest in tasks]
    went_otherwise = [
        f"{name}: {result['result'].get('msg') or result['result']}"
        for (name, _module, _options, check), result in zip(tasks, results)
        if not check(result["result"])
    ]
    leaks = [
        f"{result['task']}: the {what} is in its result"
        for result in results
        for what in bed.secrets.found_in(json.dumps(result["result"]))
    ]
    leaks += [f"the {what} is in what Ansible prints" for what in bed.secrets.found_in(output)]
    leaks += find_in_volumes(bed, volumes.text)
    tell(
        f"ansible-core {version}: {len(results)} tasks, {len(output)} characters and {len(volumes.seen)} volumes"
        f" searched for {len(bed.secrets.tokens)} secrets"
    )
    assert not leaks, "\n".join(leaks)
    assert not went_otherwise, "\n".join(went_otherwise)
    assert any(encoded in header for header in bed.registry.came_with), "the registry was not asked with the password"
    assert "bridgeport-lock-" in volumes.text
    assert "bridgeport-journal-" in volumes.text


def find_in_volumes(bed: Bed, text: str) -> list[str]:
    """What locks and journals must not hold: no secret, and neither command nor labels."""
    everything = {**bed.secrets.tokens, **bed.secrets.markers}
    return [f"the {what} is in a volume's name or label" for what, token in everything.items() if token in text]


class hold_port:
    """A process that has a port, and a secret among its arguments."""

    def __init__(self, port: int, argument: str) -> None:
        script = (
            f"import socket, time; s = socket.socket(); s.bind(('127.0.0.1', {port})); s.listen(); time.sleep({_BOUND})"
        )
        self._process = subprocess.Popen([sys.executable, "-c", script, argument])
        deadline = time.monotonic() + 30
        while socket.socket().connect_ex(("127.0.0.1", port)):
            assert time.monotonic() < deadline
            time.sleep(0.1)

    def __enter__(self) -> None:
        pass

    def __exit__(self, *exception: object) -> None:
        self._process.kill()
        self._process.wait(30)


# -- a replacement that is cut off -------------------------------------------------------------------------------------


def test_what_a_cut_replacement_leaves_behind(bed: Bed) -> None:
    """The run is killed in the middle of the replacement; then its locks and journal are looked at in peace."""
    name = bed.run("cut", bed.ports[0], "--restart", "always")
    path = f"/tmp/{bed.prefix}.sock"

    def publish(port: int, kills_before: str = "") -> dict[str, t.Any]:
        desired = {
            "name": name,
            "published_ports": [f"127.0.0.1:{port}:80"],
            "env": {"ASKED": bed.secrets.new("asked")},
        }
        method, _blank, part = kills_before.partition(" ")

        def counts(request: str) -> bool:
            return request.startswith(method) and part in request

        with CutProxy(path, SOCKET, "kill-before", 1 if kills_before else 0, counts=counts):
            return run_module("docker_port_publish", desired, path=path).result

    journal = Journal((Entry(name, "", ""),)).volume
    for request in ("POST /stop", "POST /start", "DELETE /containers/"):
        assert publish(bed.ports[3], request) == {}, "the run was not killed"
        left = [volume for volume in list_volumes() if volume["Name"].startswith("bridgeport-")]
        assert any(volume["Name"] == journal for volume in left), request
        assert find_in_volumes(bed, json.dumps(left)) == []
        result = publish(bed.ports[3])
        assert result.get("changed"), result
        assert any(action.startswith("recover: ") for action in result["actions"])
        assert not bed.secrets.found_in(json.dumps(result))
        publish(bed.ports[2])
