# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Molecule's scenarios: one for each role, and the worked example."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.bridgeport.docker.tests.support.commands import COLLECTION, run

SCENARIOS = sorted(path.parent.name for path in COLLECTION.glob("extensions/molecule/*/molecule.yml"))
BOUND = 1500


# The first one makes and removes what the others stand on.
@pytest.mark.parametrize("scenario", [name for name in SCENARIOS if name != "default"])
def test_scenario(scenario: str, record_property: t.Callable[[str, object], None]) -> None:
    done = run("molecule", "test", "--report", "-s", scenario, log=f"molecule-{scenario}", seconds=BOUND)
    done.check_play(record_property)
