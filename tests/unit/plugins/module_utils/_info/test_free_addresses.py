# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.bridgeport.docker.plugins.module_utils._info.free_addresses import CAP, count_free
from ansible_collections.bridgeport.docker.plugins.module_utils._objects.networks import Pool

NAS = (("nas", "10.0.0.9"),)

CASES: list[t.Any] = [
    pytest.param(Pool("10.0.0.0/24", gateway="10.0.0.1"), [], 253, id="subnet"),
    pytest.param(Pool("10.0.0.0/24"), [], 253, id="gateway-not-shown"),
    pytest.param(Pool("10.0.0.0/24", gateway="10.0.0.1"), ["10.0.0.2", "10.0.0.3"], 251, id="used"),
    pytest.param(Pool("10.0.0.0/24", gateway="10.0.0.1"), ["10.0.1.2", "fd00::2"], 253, id="used-elsewhere"),
    pytest.param(Pool("10.0.0.0/24", gateway="10.0.0.1", aux_addresses=NAS), ["10.0.0.9"], 252, id="aux-is-used"),
    pytest.param(Pool("10.0.0.0/24", "10.0.0.128/25", "10.0.0.1", NAS), ["10.0.0.2"], 127, id="iprange"),
    pytest.param(Pool("10.0.0.0/24", "10.0.0.8/29", "10.0.0.1", NAS), ["10.0.0.10"], 6, id="aux-and-used-in-iprange"),
    pytest.param(Pool("10.0.0.0/24", "10.0.0.0/29", "10.0.0.1"), [], 6, id="iprange-at-the-beginning"),
    pytest.param(Pool("10.0.0.0/24", "10.0.0.248/29", "10.0.0.1"), [], 7, id="iprange-at-the-end"),
    pytest.param(Pool("10.0.0.0/24", "10.0.0.8/29"), [], 7, id="gateway-out-of-the-iprange"),
    pytest.param(Pool("10.0.0.0/30", gateway="10.0.0.1"), [], 1, id="one-left"),
    pytest.param(Pool("10.0.0.0/30", gateway="10.0.0.1"), ["10.0.0.2"], 0, id="none-left"),
    pytest.param(Pool("10.0.0.0/32"), [], 0, id="never-negative"),
    pytest.param(Pool("fd00::/125", gateway="fd00::1"), ["fd00::2"], 5, id="ipv6-has-no-broadcast"),
    pytest.param(Pool("fd00::/96", gateway="fd00::1"), [], CAP - 2, id="below-the-cap"),
    pytest.param(Pool("fd00::/95", gateway="fd00::1"), [], CAP, id="capped"),
    pytest.param(Pool("fd00::/64", gateway="fd00::1"), ["fd00::2"], CAP, id="capped-by-far"),
    pytest.param(Pool("0.0.0.0/0", gateway="10.0.0.1"), [], CAP - 3, id="all-of-ipv4"),
]


@pytest.mark.parametrize(("pool", "used", "expected"), CASES)
def test_free_addresses(pool: Pool, used: list[str], expected: int) -> None:
    assert count_free(pool, used) == expected
