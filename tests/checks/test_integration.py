# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The integration targets as plays, with the Python and the SDK that managed hosts have.

With INTERPRETER=venv they run under ``ansible-test integration`` instead, with the interpreter of .venv.
"""

from __future__ import annotations

import json
import os
import sys
import typing as t
from pathlib import Path

import pytest

from ansible_collections.bridgeport.docker.tests.support.commands import COLLECTION, install_packages, run

TARGETS = COLLECTION / "tests" / "integration" / "targets"
SYSTEM_PYTHON = "/usr/bin/python3"
OF_VENV = os.environ.get("INTERPRETER") == "venv"
# Seconds for one target.
BOUND = 1500
# Their host ports are as documented, so they run with one interpreter: the one that most hosts have.
FIXED_PORTS = {"documented_examples"}
Tell = t.Callable[[str], None]


def find_targets() -> dict[str, list[str]]:
    """Every integration target that is a test of its own, with its aliases."""
    found = {}
    for path in sorted(TARGETS.glob("*/aliases")):
        aliases = [line.split("#")[0].strip() for line in path.read_text(encoding="utf-8").splitlines()]
        if "hidden" not in aliases and "disabled" not in aliases and not (OF_VENV and path.parent.name in FIXED_PORTS):
            found[path.parent.name] = aliases
    return found


@pytest.fixture(scope="module")
def interpreter() -> str:
    """The Python of this system, with its SDK; that is installed where it is missing."""
    if OF_VENV:
        return sys.executable
    if not os.access(SYSTEM_PYTHON, os.X_OK):
        pytest.skip(f"there is no {SYSTEM_PYTHON}")
    probe = (SYSTEM_PYTHON, "-c", "import docker.api")
    if run(*probe, log="integration-sdk", seconds=60).status:
        reason = install_packages("python3-docker")
        if reason:
            pytest.skip(f"{SYSTEM_PYTHON} has no docker SDK: {reason}")
        run(*probe, log="integration-sdk", seconds=60).check()
    return SYSTEM_PYTHON


def test_versions(interpreter: str, tell: Tell) -> None:
    code = "import sys, docker; print('Python', sys.version.split()[0] + ', docker SDK', docker.__version__)"
    tell(run(interpreter, "-c", code, log="integration-versions", seconds=60).check().strip())


@pytest.mark.parametrize("name", find_targets())
def test_target(name: str, interpreter: str, tmp_path: Path, record_property: t.Callable[[str, object], None]) -> None:
    aliases = find_targets()[name]
    if "needs/root" in aliases and os.geteuid() != 0:
        pytest.skip("it needs root")
    if OF_VENV:
        version = f"{sys.version_info[0]}.{sys.version_info[1]}"
        command = ["ansible-test", "integration", "--python", version, "--color", "no", name]
        done = run(*command, log=f"integration-venv-{name}", seconds=BOUND)
    else:
        inventory = f"testhost ansible_connection=local ansible_python_interpreter={interpreter}\n"
        (tmp_path / "inventory.ini").write_text(inventory, encoding="utf-8")
        setup = [alias.split("/")[2] for alias in aliases if alias.startswith(("setup/once/", "setup/always/"))]
        play = {"name": name, "hosts": "testhost", "gather_facts": False, "roles": [*setup, name]}
        # JSON is YAML.
        (tmp_path / "play.yml").write_text(json.dumps([play]), encoding="utf-8")
        done = run(
            *("ansible-playbook", "-i", str(tmp_path / "inventory.ini"), str(tmp_path / "play.yml")),
            log=f"integration-{name}",
            seconds=BOUND,
            env={"ANSIBLE_ROLES_PATH": str(TARGETS)},
        )
    done.check_play(record_property)
