# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

for _name in ("bed", "container_bed", "network_bed"):
    pytest.register_assert_rewrite(f"ansible_collections.bridgeport.docker.tests.engine.faults.{_name}")
