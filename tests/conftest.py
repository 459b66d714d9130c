# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
import signal
import typing as t

import pytest

# The property of a test in the JUnit file whose values tests/run.py prints below the stage.
TOLD = "told"


def pytest_configure() -> None:
    # Ended from outside, a run tears down what it has set up.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    # Once a plugin of the controller was imported, Ansible would refuse texts that modules on their hosts do get.
    os.environ["ANSIBLE_MODULE_STRICT_UTF8_RESPONSE"] = "false"


@pytest.fixture
def tell(record_property: t.Callable[[str, object], None]) -> t.Callable[[str], None]:
    """Says a line that is worth reading even when all is well: a count, or what a sample was taken from."""

    def say(line: str) -> None:
        record_property(TOLD, line)
        print(line)

    return say
