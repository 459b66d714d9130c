# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The unit tests under ansible-test, which loads the collection its own way and gives each test a process."""

from __future__ import annotations

import sys
import typing as t
from xml.etree import ElementTree

from ansible_collections.bridgeport.docker.tests.support.commands import OUTPUT, run

BOUND = 1200


def test_units(tell: t.Callable[[str], None]) -> None:
    version = f"{sys.version_info[0]}.{sys.version_info[1]}"
    done = run("ansible-test", "units", "--python", version, "--color", "no", log="ansible-test-units", seconds=BOUND)
    done.check()
    cases = [case for path in OUTPUT.glob("junit/*-units.xml") for case in ElementTree.parse(path).iter("testcase")]
    assert cases
    tell(f"{len(cases)} unit tests under ansible-test")
