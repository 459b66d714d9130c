# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from hypothesis import settings

from ansible_collections.bridgeport.docker.tests.unit.support.budget import Sample

# The same examples in every run, however long they take.
settings.register_profile("bridgeport", deadline=None, derandomize=True)
settings.load_profile("bridgeport")


@pytest.fixture
def sample(request: pytest.FixtureRequest, record_property: t.Callable[[str, object], None]) -> t.Iterator[Sample]:
    made = Sample(request.node.name)
    yield made
    # tests/run.py adds up those of all tests.
    record_property("tried", str(made))
