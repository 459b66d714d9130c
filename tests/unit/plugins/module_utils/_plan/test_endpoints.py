# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.bridgeport.docker.plugins.module_utils._desired.networks import DesiredEndpoint
from ansible_collections.bridgeport.docker.plugins.module_utils._desired.state import DesiredState
from ansible_collections.bridgeport.docker.plugins.module_utils._errors import Failure
from ansible_collections.bridgeport.docker.plugins.module_utils._objects.engine import Api
from ansible_collections.bridgeport.docker.plugins.module_utils._plan.context import Context
from ansible_collections.bridgeport.docker.plugins.module_utils._plan.endpoints import find_joining, merge_endpoint
from ansible_collections.bridgeport.docker.tests.unit.support import recorded

ADDRESS = {"IPAMConfig": {"IPv4Address": "10.231.7.20"}}
ALIASES = {"Aliases": ["api", "app"]}

MERGED: list[t.Any] = [
    pytest.param({}, {**ADDRESS, **ALIASES}, id="unset"),
    pytest.param({"aliases": ("api", "app", "fullhost")}, {**ADDRESS, **ALIASES}, id="host-name-is-there-anyway"),
    pytest.param({"aliases": ()}, ADDRESS, id="no-alias"),
    pytest.param({"ipv4_address": ""}, ALIASES, id="no-address"),
    pytest.param({"mac_address": "02:42:ac:11:00:99"}, {**ADDRESS, **ALIASES}, id="no-join-gives-a-mac"),
]


@pytest.mark.parametrize(("settings", "expected"), MERGED)
def test_what_a_container_asks_for_when_it_joins_again(settings: dict[str, t.Any], expected: dict[str, t.Any]) -> None:
    container = recorded.container("full")
    standing = container.endpoints["fx-sub"]
    assert merge_endpoint(DesiredEndpoint("fx-sub", **settings), container, standing, Api(1, 41)) == expected


def test_a_container_that_a_network_lists() -> None:
    context = Context(DesiredState(), recorded.snapshot())
    plain = find_joining("fx-plain", "net", context)
    assert (plain.name, find_joining(plain.id[:12], "net", context)) == ("fx-plain", plain)
    with pytest.raises(Failure, match="Network 'net' cannot connect 'nobody'") as caught:
        find_joining("nobody", "net", context)
    assert caught.value.code == "container_not_found"
