# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.bridgeport.docker.plugins.plugin_utils._topology_cards import shorten

SHORTENED: list[t.Any] = [
    pytest.param("", "", id="empty"),
    pytest.param("x" * 10, "x" * 10, id="fits"),
    pytest.param("abcdefghijk", "abcd\u2026ghijk", id="one-more"),
]


@pytest.mark.parametrize(("text", "expected"), SHORTENED)
def test_shorten(text: str, expected: str) -> None:
    assert shorten(text, 10) == expected
    assert len(shorten(text, 10)) <= 10
