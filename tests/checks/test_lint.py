# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every linter is a test; a new one is a line in COMMANDS."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ansible_collections.bridgeport.docker.tests.support.commands import BUILD, COLLECTION, run

PACKAGE = "ansible_collections/bridgeport/docker"
BOUND = 600

SHEBANG = re.compile(rb"#!.*\b(ba|da)?sh\b")


def find_scripts() -> list[str]:
    paths = (path for path in sorted(COLLECTION.rglob("*")) if path.is_file() and not path.is_symlink())
    found = [str(path.relative_to(COLLECTION)) for path in paths if SHEBANG.match(path.read_bytes()[:80])]
    return [name for name in found if not name.startswith((".git/", "tests/output/"))]


# Each with the folder that it runs in.
COMMANDS: dict[str, tuple[Path, list[str]]] = {
    "ruff check": (COLLECTION, ["ruff", "check", "--no-cache", "."]),
    "ruff format": (COLLECTION, ["ruff", "format", "--no-cache", "--check", "."]),
    "mypy": (
        BUILD,
        ["mypy", "--config-file", f"{PACKAGE}/pyproject.toml", f"{PACKAGE}/plugins", f"{PACKAGE}/tests"],
    ),
    "imports": (BUILD, ["lint-imports", "--no-cache", f"{PACKAGE}/pyproject.toml"]),
    "yamllint": (COLLECTION, ["yamllint", "--strict", "."]),
    "ansible-lint": (COLLECTION, ["ansible-lint", "--offline", "--profile", "production"]),
    "antsibull-docs": (
        COLLECTION,
        ["antsibull-docs", "lint-collection-docs", "--plugin-docs", "--validate-collection-refs=self", "."],
    ),
    "antsibull-changelog": (COLLECTION, ["antsibull-changelog", "lint"]),
    "shellcheck": (COLLECTION, ["shellcheck", *find_scripts()]),
}


@pytest.mark.parametrize("name", COMMANDS)
def test_lint(name: str) -> None:
    folder, command = COMMANDS[name]
    done = run(*command, log=f"lint-{name}", seconds=BOUND, cwd=folder)
    output = done.check()
    # It is content with a folder in which it finds nothing to look at.
    if name == "ansible-lint" and not re.search(r"in [1-9]\d* files processed", output):
        done.fail("found no files")


def test_no_sanity_test_is_ignored() -> None:
    assert [path.name for path in COLLECTION.glob("tests/sanity/ignore-*.txt") if path.read_text().strip()] == []
