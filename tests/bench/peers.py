# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An environment with the package ansible, which brings community.docker, and plays and modules that run in it.

Both sides run in it, so that they have the same Python, the same ansible-core and the same libraries.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import tempfile
import threading
import time
import typing as t
from dataclasses import dataclass
from pathlib import Path

from ansible_collections.bridgeport.docker.tests.bench.table import OURS, THEIRS
from ansible_collections.bridgeport.docker.tests.support.real_engine import COLLECTION, docker

BUILD = COLLECTION.parents[2]
VENV = BUILD / "bench-venv"
PYTHON = str(VENV / "bin" / "python")
_REQUIREMENTS = COLLECTION / "requirements"
# Seconds for an installation, and for one play.
_INSTALL_BOUND = 900
_PLAY_BOUND = 600


def prepare() -> None:
    """Make the environment; does nothing where it is up to date."""
    names = ("constraints.txt", "run.txt", "bench.txt")
    wanted = sys.version + "".join((_REQUIREMENTS / name).read_text(encoding="utf-8") for name in names)
    stamp = VENV / "stamp"
    if stamp.exists() and stamp.read_text(encoding="utf-8") == wanted:
        return
    print("making .build/bench-venv with the package ansible (half a minute)", flush=True)
    subprocess.run([sys.executable, "-m", "venv", "--clear", str(VENV)], check=True, timeout=_INSTALL_BOUND)
    command = [PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    command += ["-r", str(_REQUIREMENTS / "bench.txt")]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=_INSTALL_BOUND)
    if done.returncode:
        raise AssertionError(f"pip could not install requirements/bench.txt: {done.stderr}")
    stamp.write_text(wanted, encoding="utf-8")


def versions() -> dict[str, str]:
    script = (
        "import importlib.metadata as m, json, sys, pathlib, ansible_collections.community.docker as c;"
        "manifest = json.loads((pathlib.Path(c.__path__[0]) / 'MANIFEST.json').read_text());"
        "print(json.dumps({'Python': sys.version.split()[0], **{p: m.version(p) for p in ('ansible-core', 'ansible',"
        " 'docker', 'requests')}, 'community.docker': manifest['collection_info']['version']}))"
    )
    found = subprocess.run([PYTHON, "-c", script], check=True, capture_output=True, text=True, timeout=60).stdout
    galaxy = (COLLECTION / "galaxy.yml").read_text(encoding="utf-8").splitlines()
    return {
        **json.loads(found),
        OURS: next(line.split()[1] for line in galaxy if line.startswith("version:")),
        "engine": docker("version", "--format", "{{.Server.Version}} (API {{.Server.APIVersion}})"),
        "kernel": platform.release(),
        "CPUs": str(os.cpu_count()),
    }


def run_play(tasks: t.Sequence[t.Mapping[str, t.Any]], more: t.Mapping[str, str] | None = None) -> float:
    """The seconds that ansible-playbook takes for these tasks on the local host; ``more``: for its environment."""
    with tempfile.TemporaryDirectory() as folder:
        playbook = Path(folder, "play.yml")
        # JSON is YAML.
        play = {"hosts": "localhost", "gather_facts": False, "tasks": list(tasks)}
        playbook.write_text(json.dumps([play]), encoding="utf-8")
        kept = {
            key: value for key, value in os.environ.items() if not key.startswith(("ANSIBLE_", "PYTHON", "DOCKER_"))
        }
        variables = json.dumps({"ansible_python_interpreter": PYTHON})
        start = time.monotonic()
        done = subprocess.run(
            [str(VENV / "bin" / "ansible-playbook"), "-i", "localhost,", "-c", "local", "-e", variables, str(playbook)],
            check=False,
            capture_output=True,
            text=True,
            timeout=_PLAY_BOUND,
            env={**kept, "ANSIBLE_COLLECTIONS_PATH": str(BUILD), "ANSIBLE_LOCALHOST_WARNING": "false", **(more or {})},
        )
        seconds = time.monotonic() - start
    if done.returncode:
        raise AssertionError(f"{done.stdout}\n{done.stderr}")
    return seconds


def ship(folder: Path, task: t.Mapping[str, t.Any]) -> Path:
    """Run a task, and keep the file that Ansible has sent to the host for it: module, code and arguments in one."""
    folder.mkdir()
    run_play([task], {"ANSIBLE_KEEP_REMOTE_FILES": "true", "ANSIBLE_REMOTE_TEMP": str(folder)})
    (shipped,) = folder.glob("*/AnsiballZ_*.py")
    return shipped


@dataclass(frozen=True)
class Spent:
    """What a process took, together with those that it started, in seconds."""

    cpu: float
    wall: float


def read_output(command: t.Sequence[str]) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout.strip()


def run_process(command: t.Sequence[str | Path]) -> Spent:
    with tempfile.TemporaryFile("w+") as output:
        start = time.monotonic()
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output)
        guard = threading.Timer(_PLAY_BOUND, process.kill)
        guard.start()
        _pid, status, usage = os.wait4(process.pid, 0)
        wall = time.monotonic() - start
        guard.cancel()
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            output.seek(0)
            raise AssertionError(f"{command[0]} {command[-1]}: {output.read()}")
    return Spent(usage.ru_utime + usage.ru_stime, wall)


def alternate(rounds: int) -> t.Iterator[str]:
    """Whose turn it is: each side once in a round, and each round begins with the other one."""
    for number in range(rounds):
        yield from ((OURS, THEIRS) if number % 2 == 0 else (THEIRS, OURS))
