# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.bridgeport.docker.plugins.module_utils._desired.selector import parse_selector
from ansible_collections.bridgeport.docker.plugins.module_utils._errors import Failure

NAMES_AND_LABELS: list[t.Any] = [
    pytest.param(None, None, True, id="everything"),
    pytest.param([], None, False, id="no-name"),
    pytest.param(["web"], None, True, id="name"),
    pytest.param(["we"], None, False, id="part-of-a-name"),
    pytest.param(["db", "web"], None, True, id="one-of-several"),
    pytest.param(["abcdef012345"], None, True, id="id"),
    pytest.param(["abcdef01234"], None, False, id="id-too-short"),
    pytest.param(None, ["role"], True, id="label"),
    pytest.param(None, ["role=front"], True, id="label-and-value"),
    pytest.param(None, ["role="], False, id="label-and-no-value"),
    pytest.param(None, ["empty="], True, id="empty-label"),
    pytest.param(None, ["equation=a=b"], True, id="value-with-an-equals-sign"),
    pytest.param(None, ["role=back"], False, id="other-value"),
    pytest.param(None, ["rol"], False, id="part-of-a-label"),
    pytest.param(None, ["role", "tier"], False, id="all-labels-are-needed"),
    pytest.param(["web"], ["tier"], False, id="name-and-label"),
]


@pytest.mark.parametrize(("names", "labels", "expected"), NAMES_AND_LABELS)
def test_selection(names: list[str] | None, labels: list[str] | None, expected: bool) -> None:
    selector = parse_selector(names, labels)
    own = {"role": "front", "empty": "", "equation": "a=b"}
    assert selector.fits("web", "abcdef0123456789", own) is expected
    assert selector.is_everything is (names is None and not labels)


@pytest.mark.parametrize("label", ["", "=", "=front"])
def test_a_label_without_a_key_is_refused(label: str) -> None:
    with pytest.raises(Failure) as caught:
        parse_selector(None, ["role", label])
    assert caught.value.code == "option_conflict"
    assert "labels: entry 2 " in caught.value.message
    assert "front" not in caught.value.message
