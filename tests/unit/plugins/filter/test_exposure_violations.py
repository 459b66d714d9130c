# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.bridgeport.docker.plugins.filter.exposure_violations import FilterModule

violations = FilterModule().filters()["exposure_violations"]

OPEN = {
    "container_port": 80,
    "protocol": "tcp",
    "host_ip": "0.0.0.0",
    "host_port": 8080,
    "active": True,
    "exposure": "all",
}
WEB = {"name": "web", "state": "running", "labels": {"public": ""}, "published": [OPEN]}


def test_what_is_found() -> None:
    assert violations([WEB]) == [
        {
            "container": "web",
            **OPEN,
            "reason": "is on every address, and no label of the container permits that",
            "published_ports": ["127.0.0.1:8080:80/tcp"],
        }
    ]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, 1),
        ({"permitting_labels": ["public"]}, 0),
        ({"permitting_labels": ["public"], "allowed_ports": [8080]}, 0),
        ({"permitting_labels": ["public"], "allowed_ports": []}, 1),
        ({"allowed_addresses": ["0.0.0.0/0"]}, 1),
    ],
)
def test_options(options: dict[str, t.Any], expected: int) -> None:
    assert len(violations([WEB], **options)) == expected


@pytest.mark.parametrize(
    ("value", "options", "text"),
    [
        ("web", {}, "_input"),
        ([], {"allowed_addresses": "10.0.0.1"}, "allowed_addresses"),
        ([], {"allowed_ports": 80}, "allowed_ports"),
        ([], {"permitting_labels": "public"}, "permitting_labels"),
        ([], {"allowed_addresses": ["10.0.0.0/64"]}, "10.0.0.0/64"),
        ([], {"allowed_ports": ["http"]}, "http"),
        ([], {"permitting_labels": [""]}, "names no label"),
    ],
)
def test_refused(value: t.Any, options: dict[str, t.Any], text: str) -> None:
    with pytest.raises(AnsibleFilterError, match=text):
        violations(value, **options)
