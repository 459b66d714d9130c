# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Commands that a test runs: bounded, each with a log of its own, ended with all that they started."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import subprocess
import typing as t
from dataclasses import dataclass
from pathlib import Path

import pytest

COLLECTION = Path(__file__).resolve().parents[2]
BUILD = COLLECTION.parents[2]
LOGS = BUILD / "logs"
OUTPUT = COLLECTION / "tests" / "output"
# The lines of a failed command's output that are shown.
SHOWN_LINES = 100


@dataclass(frozen=True)
class Done:
    command: str
    status: int
    output: str
    log: Path

    def fail(self, why: str = "") -> t.NoReturn:
        lines = self.output.splitlines()
        if len(lines) > SHOWN_LINES:
            lines[:-SHOWN_LINES] = [f"... (the whole output is in {self.log})"]
        why = why or f"ended with status {self.status}"
        pytest.fail("\n".join([f"$ {self.command}", *lines, why]), pytrace=False)

    def check(self) -> str:
        """The output of a command that went well."""
        if self.status:
            self.fail()
        return self.output

    def check_play(self, record_property: t.Callable[[str, object], None]) -> None:
        """A play passes when it ends well and has run a task. What it skips on its own says so in a message."""
        if not re.search(r"\bok=[1-9]", self.check()):
            self.fail("ran no task")
        for reason in re.findall(r'"msg": "SKIPPED: (.*)"', self.output):
            record_property("skipped", reason)


def run(*command: str, log: str, seconds: int, cwd: Path = COLLECTION, env: t.Mapping[str, str] | None = None) -> Done:
    """Run a command with its output in the log of this name. Status 124: it took too long."""
    path = LOGS / f"{re.sub(r'[^a-z0-9_-]+', '-', log.lower())}.log"
    path.parent.mkdir(parents=True, exist_ok=True)
    words = " ".join(command)
    # A file, not a pipe: a daemon that the command starts may keep its output open.
    with path.open("wb") as stream:
        process = subprocess.Popen(
            command,
            cwd=cwd,
            env={**os.environ, **(env or {})},
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            status = process.wait(seconds)
        except subprocess.TimeoutExpired:
            status = 124
        finally:
            end(process)
    output = path.read_text(encoding="utf-8", errors="replace")
    return Done(words, status, f"{output}\nended after {seconds} seconds" if status == 124 else output, path)


def end(process: subprocess.Popen[bytes]) -> None:
    """End a command that still runs, with everything that it started."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        if process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, number)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(20)


def install_packages(*packages: str) -> str:
    """Install Debian's packages; why that was not possible."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return f"only root can install {' and '.join(packages)} (with apt)"
    apt = {"DEBIAN_FRONTEND": "noninteractive"}
    name = f"apt-{packages[0]}"
    run("apt-get", "update", "-qq", log=f"{name}-update", seconds=180, env=apt)
    done = run(
        *("apt-get", "install", "-qq", "-y", "--no-install-recommends", *packages), log=name, seconds=300, env=apt
    )
    return f"{packages[0]} could not be installed (see {done.log})" if done.status else ""
