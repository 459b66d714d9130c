# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
import yaml
from ansible.errors import AnsibleFilterError

from ansible_collections.bridgeport.docker.plugins.filter.plan_link_migration import RETURN, FilterModule

plan = FilterModule().filters()["plan_link_migration"]

NOTHING: dict[str, t.Any] = {"containers": [], "links": [], "leftovers": []}

# What it makes of a host is tested in _info/test_link_migration.py.


def test_everything_that_is_documented_is_returned_and_nothing_else() -> None:
    assert list(plan(NOTHING, "net")) == list(yaml.safe_load(RETURN)["_value"]["contains"])
    assert plan(NOTHING, network="net", containers=[], accepted=[])["problems"] == []


@pytest.mark.parametrize(
    ("value", "options", "text"),
    [
        pytest.param([], {}, "docker_topology_info", id="list"),
        pytest.param({"containers": [], "links": []}, {}, "docker_topology_info", id="part-of-it"),
        pytest.param(NOTHING, {"containers": "web"}, "containers is a list", id="containers-as-text"),
        pytest.param(NOTHING, {"accepted": "web"}, "accepted is a list", id="accepted-as-text"),
    ],
)
def test_refused(value: t.Any, options: dict[str, t.Any], text: str) -> None:
    with pytest.raises(AnsibleFilterError, match=text):
        plan(value, "net", **options)
