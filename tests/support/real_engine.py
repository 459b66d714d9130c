# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What tests and benchmarks on a real engine share: the docker CLI, images, free ports, and modules as processes."""

from __future__ import annotations

import json
import os
import random
import socket
import subprocess
import sys
import tempfile
import threading
import typing as t
import uuid
from dataclasses import dataclass
from pathlib import Path

from ansible_collections.bridgeport.docker.tests.integration.targets.setup_free_ports.files.find_free_ports import (
    FIRST,
    LAST,
    TRIES,
    is_free,
)

COLLECTION = Path(__file__).resolve().parents[2]
# As the docker CLI finds it.
SOCKET = os.environ.get("DOCKER_HOST", "unix:///var/run/docker.sock").replace("unix://", "", 1)
# Seconds for one command of any kind.
BOUND = 120

_MAKE_IMAGES = COLLECTION / "tests/integration/targets/setup_images/files/make_images.sh"
_MODULES = "ansible_collections.{}.plugins.modules.{}"


def docker(*words: str, check: bool = True, stdin: str | None = None) -> str:
    done = subprocess.run(["docker", *words], check=False, capture_output=True, text=True, timeout=BOUND, input=stdin)
    if check and done.returncode:
        raise AssertionError(f"docker {' '.join(words)}: {done.stderr.strip()}")
    return done.stdout.strip()


def has_engine() -> bool:
    try:
        return subprocess.run(["docker", "version"], check=False, capture_output=True, timeout=BOUND).returncode == 0
    except OSError:
        return False


def inspect(name: str) -> dict[str, t.Any]:
    return t.cast(t.Dict[str, t.Any], json.loads(docker("inspect", "--type", "container", name))[0])


def random_name(purpose: str) -> str:
    return f"{purpose}-{uuid.uuid4().hex[:8]}"


@dataclass(frozen=True)
class Images:
    """``busybox`` has every applet, ``python`` the system's Python and nothing else."""

    busybox: str = "bridgeport-test-busybox:1"
    scratch: str = "bridgeport-test-scratch:1"
    python: str = "bridgeport-test-python:1"


def make_images() -> Images:
    """The images of the integration tests; made once, they stay on the engine."""
    images = Images()
    command = ["bash", str(_MAKE_IMAGES), images.busybox, images.scratch, images.python]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, timeout=BOUND)
    return images


_lock = threading.RLock()
_ports: t.Iterator[int] = iter(())
_next_row = 0


def free_ports(count: int) -> list[int]:
    """A row of host ports that are free, outside the range from which kernel and engine choose.

    No two rows of one process meet, and processes of one run of pytest take theirs from different parts of the range.
    """
    global _next_row
    workers, worker = (
        int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1")),
        os.environ.get("PYTEST_XDIST_WORKER", "gw0"),
    )
    size = (LAST - FIRST) // workers
    start = FIRST + size * int(worker[2:])
    with _lock:
        for _try in range(TRIES):
            if not start <= _next_row <= start + size - count:
                _next_row = random.randrange(start, start + size - count)
            row = list(range(_next_row, _next_row + count))
            _next_row += count
            if all(map(is_free, row)):
                return row
    raise AssertionError(f"no {count} free ports in a row in {TRIES} tries")


def next_port() -> int:
    """Each is given once: what is tried side by side does not meet."""
    global _ports
    with _lock:
        port = next(_ports, None)
        if port is None:
            _ports = iter(free_ports(200))
            port = next(_ports)
        return port


def answers(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


@dataclass(frozen=True)
class Ran:
    """``result`` is empty where the process was killed before it had one; ``peak`` is its largest memory, in KiB."""

    result: dict[str, t.Any]
    status: int
    peak: int


def run_module(
    name: str,
    arguments: t.Mapping[str, t.Any],
    *,
    collection: str = "bridgeport.docker",
    python: str = sys.executable,
    path: str = SOCKET,
    check_mode: bool = False,
    limit: float = BOUND,
) -> Ran:
    """A module as a process of its own, without what ansible-playbook does around it."""
    asked = {"docker_host": f"unix://{path}", **arguments, "_ansible_check_mode": check_mode}
    with tempfile.TemporaryDirectory() as folder:
        file, output = Path(folder, "arguments.json"), Path(folder, "output")
        file.write_text(json.dumps({"ANSIBLE_MODULE_ARGS": asked}), encoding="utf-8")
        with output.open("w") as stream:
            process = subprocess.Popen(
                [python, "-m", _MODULES.format(collection, name), str(file)],
                stdout=stream,
                stderr=subprocess.STDOUT,
                cwd=COLLECTION.parents[2],
                env={**os.environ, "PYTHONPATH": str(COLLECTION.parents[2])},
            )
            guard = threading.Timer(limit, process.kill)
            guard.start()
            # The only way of waiting that also tells how much memory it took.
            _pid, status, usage = os.wait4(process.pid, 0)
            guard.cancel()
        process.returncode = os.WEXITSTATUS(status) if os.WIFEXITED(status) else -os.WTERMSIG(status)
        text = output.read_text(encoding="utf-8", errors="replace").strip()
    if process.returncode < 0:
        return Ran({}, process.returncode, usage.ru_maxrss)
    # Engines' warnings and the like may stand before the result.
    line = text.splitlines()[-1] if text else ""
    if not line.startswith("{"):
        raise AssertionError(f"{name} gave no result: {text}")
    return Ran(json.loads(line), process.returncode, usage.ru_maxrss)
