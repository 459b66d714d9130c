# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""YAML for texts that are meant to be pasted: as much of it as is needed, as the host may have no PyYAML."""

from __future__ import annotations

import json
import typing as t


def write_options(**options: t.Any) -> str:
    """Options of a task as a map in one line, to stand behind the module's name: ``{name: 'web', state: 'absent'}``."""
    return _write(options)


def _write(value: t.Any) -> str:
    """Flow style. Every text has quotes: ``on``, ``007`` and ``1_000`` would be read as something else."""
    if isinstance(value, t.Mapping):
        return "{" + ", ".join(f"{option}: {_write(item)}" for option, item in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(_write, value)) + "]"
    return _quote(value) if isinstance(value, str) else json.dumps(value)


def _quote(text: str) -> str:
    # Results are shown as JSON, which puts a backslash before each double quote.
    if text.isprintable():
        return "'" + text.replace("'", "''") + "'"
    escaped = (char if char.isprintable() and char not in '"\\' else f"\\U{ord(char):08x}" for char in text)
    return '"' + "".join(escaped) + '"'
