# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.bridgeport.docker.plugins.module_utils._objects.engine import Api, Engine

OLD = frozenset({"waits_for_next_exit"})
ENGINE_23 = OLD | {"internal_closes_ports", "makes_mount_points", "shares_parents"}
ENGINE_25 = ENGINE_23 | {
    "endpoints_at_create",
    "mac_per_endpoint",
    "checks_addresses_at_create",
    "health_start_interval",
    "recursive_read_only",
}
ENGINE_26 = ENGINE_25 | {"exact_aliases", "volume_subpaths"}
ENGINE_27 = ENGINE_26 | {"chooses_ipv6_subnets", "tries_whole_range", "tmpfs_options"}
ENGINE_28 = ENGINE_27 | {
    "ipv4_can_be_off",
    "gateway_priority",
    "finds_program_before_ports",
    "generates_any_mac",
    "image_mounts",
}


@pytest.mark.parametrize(
    ("api", "expected"),
    [
        pytest.param(Api(1, 29), frozenset(), id="17.05"),
        pytest.param(Api(1, 30), OLD, id="17.06"),
        pytest.param(Api(1, 41), OLD, id="20.10"),
        pytest.param(Api(1, 43), ENGINE_23, id="24.0"),
        pytest.param(Api(1, 44), ENGINE_25, id="25.0"),
        pytest.param(Api(1, 45), ENGINE_26, id="26.1"),
        pytest.param(Api(1, 46), ENGINE_27, id="27.0"),
        pytest.param(Api(1, 47), ENGINE_27, id="27.3"),
        pytest.param(Api(1, 48), ENGINE_28, id="28.0"),
        pytest.param(Api(1, 51), ENGINE_28, id="28.5"),
        pytest.param(Api(2, 0), ENGINE_28, id="to-come"),
    ],
)
def test_what_an_engine_does(api: Api, expected: frozenset[str]) -> None:
    named = [name for name, value in vars(Api).items() if isinstance(value, property)]
    assert {name for name in named if getattr(api, name)} == expected


@pytest.mark.parametrize(
    ("version", "expected"),
    [("20.10.24+dfsg1", True), ("27.5.1", True), ("28.0.0", False), ("29.1", False), ("dev", None)],
)
def test_which_engines_leak_loopback(version: str, expected: bool | None) -> None:
    assert Engine(version, Api(1, 41)).leaks_loopback is expected
