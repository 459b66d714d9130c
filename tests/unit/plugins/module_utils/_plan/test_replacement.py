# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.bridgeport.docker.plugins.module_utils._engine.logs import demultiplex
from ansible_collections.bridgeport.docker.plugins.module_utils._objects.names import backup_name, successor_name
from ansible_collections.bridgeport.docker.plugins.module_utils._objects.redact import hide_values
from ansible_collections.bridgeport.docker.tests.unit.support import recorded


def test_names_hold_the_id_of_the_old_container_once() -> None:
    container = recorded.container("plain")
    assert successor_name(container.name, container.id) == f"fx-plain.bridgeport-new-{container.id[:12]}"
    assert backup_name(container.name, container.id) == f"fx-plain.bridgeport-old-{container.id[:12]}"


def frame(stream: int, text: bytes) -> bytes:
    return bytes([stream, 0, 0, 0]) + len(text).to_bytes(4, "big") + text


@pytest.mark.parametrize(
    ("stream", "output"),
    [
        (b"", b""),
        (frame(1, b"out\n"), b"out\n"),
        (frame(1, b"out\n") + frame(2, b"err\n"), b"out\nerr\n"),
        (frame(1, b""), b""),
        (frame(1, b"x" * 70000), b"x" * 70000),
        (frame(1, b"whole") + b"\x01\x00\x00\x00\x00\x00\x00\x09cut", b"wholecut"),
        (frame(1, b"whole") + b"\x01\x00", b"whole"),
    ],
)
def test_demultiplex(stream: bytes, output: bytes) -> None:
    assert demultiplex(stream) == output


@pytest.mark.parametrize(
    ("text", "env", "expected"),
    [
        ("a swordfish b", ["S=swordfish"], "a ******** b"),
        ("a=b", ["S=a=b", "T="], "a=b"),
        ("abcd abc", ["S=abcd", "T=abc"], "******** abc"),
        ("longer long", ["A=long", "B=longer"], "******** ********"),
        ("x", ["BARE"], "x"),
        ("tail: second line\r\nend", ["K=first line\nsecond line\nend"], "tail: ********\r\nend"),
    ],
)
def test_hide_values(text: str, env: list[str], expected: str) -> None:
    assert hide_values(text, env) == expected
