# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import io
import json
import typing as t

import pytest

from ansible_collections.bridgeport.docker.plugins.module_utils._engine import json_stream
from ansible_collections.bridgeport.docker.plugins.module_utils._engine.json_stream import read_objects

LISTS: list[t.Any] = [
    pytest.param(b"[]", [], id="empty"),
    pytest.param(b"null\n", [], id="null"),
    pytest.param(b' [ {"a": 1} , {"b": [{}]} ] \n', [{"a": 1}, {"b": [{}]}], id="spaces"),
    pytest.param(b'[{"Path":"/a},{","Kind":1},{"Path":"]","Kind":0}]', None, id="brackets in names"),
    pytest.param('[{"Path":"/é\\u00e9\\"\\\\"},{"Path":"/日本"}]'.encode(), None, id="not ASCII"),
]


@pytest.mark.parametrize(("text", "expected"), LISTS)
@pytest.mark.parametrize("size", [1, 2, 7, 1 << 16])
def test_a_list_of_objects(text: bytes, expected: t.Any, size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """However it is cut into pieces."""
    monkeypatch.setattr(json_stream, "_CHUNK", size)
    assert list(read_objects(io.BytesIO(text))) == (json.loads(text) if expected is None else expected)


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"{}",
        b'{"a": 1}',
        b'["a"]',
        b"[1]",
        b'[{"a": 1}',
        b'[{"a": ',
        b'[{"a": 1}, nonsense',
        b"\xff\xfe",
        b"<html>",
    ],
)
def test_what_is_no_list_of_objects(text: bytes) -> None:
    with pytest.raises(ValueError, match=r"list|utf-8"):
        list(read_objects(io.BytesIO(text)))


def test_what_never_becomes_an_object_is_not_read_to_its_end() -> None:
    stream = io.BytesIO(b'[{"a": "' + b"x" * (1 << 23))
    with pytest.raises(ValueError, match="no such list"):
        list(read_objects(stream))
    assert stream.tell() < 1 << 21
