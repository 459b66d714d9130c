# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.bridgeport.docker.plugins.plugin_utils._topology_names import natural


def test_natural_order() -> None:
    assert sorted(["web-10", "web-2", "web", "10", "9", "db"], key=natural) == [
        "9",
        "10",
        "db",
        "web",
        "web-2",
        "web-10",
    ]
