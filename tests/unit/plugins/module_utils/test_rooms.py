# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The shape of module_utils, as far as import-linter does not look at it (its contracts stand in pyproject.toml)."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from ansible_collections.bridgeport.docker.plugins.module_utils import _errors

HOUSE = Path(_errors.__file__).parent
FILES = sorted(HOUSE.rglob("*.py"))
TESTS = Path(__file__).parent


def name_of(path: Path) -> str:
    return str(path.relative_to(HOUSE))


def test_few_files_stand_beside_the_rooms() -> None:
    assert len([path for path in FILES if path.parent == HOUSE]) <= 6


def test_rooms_have_no_floors() -> None:
    assert [name_of(path) for path in FILES if len(path.relative_to(HOUSE).parts) > 2] == []


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_a_file_is_short_and_says_what_it_needs(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 400
    tree = ast.parse(text)
    assert ast.get_docstring(tree)
    # An import for type checkers only would hide an arrow between rooms.
    assert "TYPE_CHECKING" not in text
    own = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and "bridgeport" in (node.module or "")]
    assert own == [], "files of module_utils import each other relatively"


def test_unit_tests_mirror_the_rooms() -> None:
    rooms = [path for path in TESTS.rglob("test_*.py") if path.parent != TESTS]
    homeless = [path for path in rooms if not (HOUSE / path.parent.name / path.name[len("test_") :]).exists()]
    assert homeless == []
