# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.bridgeport.docker.plugins.module_utils._objects.yaml_text import write_options
from ansible_collections.bridgeport.docker.tests.support.odd_names import ODD_NAMES, engine_names

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | engine_names,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.just("name"), inner),
    max_leaves=5,
)


def test_what_it_looks_like() -> None:
    written = write_options(name="web", connected=[{"name": "it's", "aliases": []}], appends=True, count=None)
    assert written == "{name: 'web', connected: [{name: 'it''s', aliases: []}], appends: true, count: null}"


@pytest.mark.parametrize("name", ODD_NAMES)
def test_odd_names_are_read_back(name: str) -> None:
    assert yaml.safe_load(write_options(name=name, connected=[name])) == {"name": name, "connected": [name]}


@given(values)
def test_everything_is_read_back(value: t.Any) -> None:
    written = write_options(name=value)
    assert yaml.safe_load(written) == {"name": value}
    assert "\n" not in written
