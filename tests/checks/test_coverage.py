# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How much of plugins/ the unit tests run."""

from __future__ import annotations

import sys
import typing as t
from pathlib import Path

from ansible_collections.bridgeport.docker.tests.support.commands import run


def test_coverage(tmp_path: Path, tell: t.Callable[[str], None]) -> None:
    data = {"COVERAGE_FILE": str(tmp_path / "coverage")}
    pytest = ("-m", "pytest", "-p", "no:cacheprovider", "-q", "tests/unit")
    tool = (sys.executable, "-m", "coverage")
    run(*tool, "run", "--source=plugins", *pytest, log="coverage-units", seconds=900, env=data).check()
    report = run(*tool, "report", log="coverage-report", seconds=120, env=data).check()
    lines = report.splitlines()
    assert lines[-1].startswith("TOTAL")
    for line in lines:
        tell(line)
    # Documentation fragments are never loaded by a module.
    unloaded = {line.split()[0] for line in lines if line.endswith(" 0%") and "doc_fragments" not in line}
    for name in sorted(unloaded):
        tell(f"{name}  was not loaded by any test")
