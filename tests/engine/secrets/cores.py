# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The oldest and the newest supported ansible-core: the one that runs the tests, and the other in .build."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import typing as t
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from ansible_collections.bridgeport.docker.tests.support.real_engine import COLLECTION

_REQUIREMENTS = COLLECTION / "requirements"
_BUILD = COLLECTION.parents[2]
_BOUND = 300


@dataclass(frozen=True)
class Core:
    """An ansible-core with the Docker SDK beside it."""

    version: str
    folder: Path

    @property
    def python(self) -> str:
        return str(self.folder / "bin" / "python")

    @property
    def playbook(self) -> str:
        return str(self.folder / "bin" / "ansible-playbook")


def pinned() -> tuple[str, str]:
    """The oldest and the newest version, as requirements/run.txt has them."""
    text = (_REQUIREMENTS / "run.txt").read_text(encoding="utf-8")
    found = sorted(
        re.findall(r"^ansible-core==([\d.]+)", text, re.MULTILINE), key=lambda version: [*map(int, version.split("."))]
    )
    return found[0], found[-1]


def get_core(version: str) -> Core | str:
    """The reason where it cannot be had."""
    if metadata.version("ansible-core") == version:
        return Core(version, Path(sys.prefix))
    python = _find_python((3, 12) if version == pinned()[1] else (3, 11))
    if python is None:
        return f"ansible-core {version} needs another Python than {sys.version.split()[0]}, and there is none"
    text = (_REQUIREMENTS / "run.txt").read_text(encoding="utf-8")
    sdk = t.cast("re.Match[str]", re.search(r"^docker==\S+", text, re.MULTILINE))[0]
    folder = _BUILD / f"core-{version}"
    stamp, wanted = folder / "stamp", f"{python} {version} {sdk}"
    if not stamp.exists() or stamp.read_text(encoding="utf-8") != wanted:
        core = Core(version, folder)
        subprocess.run([python, "-m", "venv", "--clear", str(folder)], check=True, timeout=_BOUND)
        command = [core.python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        command += ["-c", str(_REQUIREMENTS / "constraints.txt"), f"ansible-core=={version}", sdk]
        done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=_BOUND)
        if done.returncode:
            raise AssertionError(f"{' '.join(command)}: {done.stderr}")
        stamp.write_text(wanted, encoding="utf-8")
    return Core(version, folder)


def _find_python(lowest: tuple[int, int]) -> str | None:
    """On PATH, and where a version manager has put ours beside others. Newer ones than 3.13 are not known to do."""
    names = ["python3.13", "python3.12", "python3.11"]
    beside = [str(path) for path in Path(sys.base_prefix).parent.glob("3.*/bin/python3") if path.exists()]
    check = f"import sys, venv, ensurepip; sys.exit(not {lowest} <= sys.version_info[:2] <= (3, 13))"
    for candidate in [*names, *sorted(beside)]:
        path = shutil.which(candidate)
        # What is on PATH may be a version manager's stub that fails when it is called.
        if path and subprocess.run([path, "-c", check], check=False, capture_output=True, timeout=60).returncode == 0:
            return path
    return None
