# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import ast
import builtins
import importlib
import inspect
import sys
import typing as t
import zipfile
import zipimport
from pathlib import Path

import pytest

from ansible_collections.bridgeport.docker.plugins.module_utils import _ansiballz

MODULES = Path(__file__).resolve().parents[4] / "plugins" / "modules"
COMPILES = "_get_module_code"
IMPORT = "from ansible_collections.bridgeport.docker.plugins.module_utils import _ansiballz"


@pytest.fixture(name="compiled")
def _compiled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The files of an archive on the path that are compiled from now on."""
    archive = tmp_path / "sent.zip"
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("sent/__init__.py", "")
        for name in ("one", "two"):
            file.writestr(f"sent/{name}.py", f"NAME = {name!r}\nFILE = __file__\n")
    found: list[str] = []
    real = builtins.compile

    def compile_and_note(source: t.Any, filename: t.Any, *words: t.Any, **options: t.Any) -> t.Any:
        if str(filename).startswith(str(archive)):
            found.append(Path(str(filename)).name)
        return real(source, filename, *words, **options)

    monkeypatch.setattr(builtins, "compile", compile_and_note)
    monkeypatch.setattr(sys, "path", [str(archive), *sys.path])
    for name in ("sent", "sent.one", "sent.two"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    return found


def test_each_module_of_an_archive_is_compiled_once(compiled: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zipimport, COMPILES, inspect.unwrap(getattr(zipimport, COMPILES)))
    _ansiballz.compile_once()
    _ansiballz.compile_once()
    modules = [importlib.import_module(f"sent.{name}") for name in ("one", "two")]
    assert compiled == ["__init__.py", "one.py", "two.py"]
    assert [module.NAME for module in modules] == ["one", "two"]
    assert [Path(module.FILE).name for module in modules] == ["one.py", "two.py"]
    again = importlib.reload(modules[0])
    assert (again.NAME, again.FILE) == ("one", modules[0].FILE)


def test_a_python_that_does_it_in_another_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(zipimport, COMPILES)
    _ansiballz.compile_once()
    assert not hasattr(zipimport, COMPILES)


@pytest.mark.parametrize("path", sorted(MODULES.glob("*.py")), ids=lambda path: path.stem)
def test_every_module_imports_it_before_anything_else_of_the_collection(path: Path) -> None:
    body = ast.parse(path.read_text(encoding="utf-8")).body
    imports = [ast.unparse(node) for node in body if isinstance(node, ast.ImportFrom)]
    assert next(each for each in imports if "ansible_collections" in each) == IMPORT
