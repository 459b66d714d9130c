# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Ours beside community.docker, as ratios: fails only where something could not be measured."""

from __future__ import annotations

import sys
import typing as t

import pytest

from ansible_collections.bridgeport.docker.tests.bench.run import BENCHES
from ansible_collections.bridgeport.docker.tests.support.commands import run


@pytest.mark.parametrize("name", BENCHES)
def test_bench(name: str, tell: t.Callable[[str], None]) -> None:
    module = "ansible_collections.bridgeport.docker.tests.bench.run"
    for line in run(sys.executable, "-m", module, name, log=f"bench-{name}", seconds=3600).check().splitlines():
        tell(line)
