# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible.errors import AnsibleFilterError
from ansible.template import trust_as_template

from ansible_collections.bridgeport.docker.plugins.filter.parse_published_ports import FilterModule

parse = FilterModule().filters()["parse_published_ports"]


def entry(host_ip: str, host_port: t.Any, container_port: int, protocol: str = "tcp") -> dict[str, t.Any]:
    return {"host_ip": host_ip, "host_port": host_port, "container_port": container_port, "protocol": protocol}


ACCEPTED: list[t.Any] = [
    pytest.param([], [], id="nothing"),
    pytest.param(["127.0.0.1:5000:5000/udp"], [entry("127.0.0.1", 5000, 5000, "udp")], id="string"),
    pytest.param([80], [entry("", None, 80)], id="number-is-ephemeral"),
    pytest.param(["8080-8090:80"], [entry("", "8080-8090", 80)], id="range-stays-a-string"),
    pytest.param(["90-91:80-81"], [entry("", 90, 80), entry("", 91, 81)], id="ranges-are-written-out"),
    pytest.param(
        [{"target": 80, "published": "8080", "host_ip": "0:0::1", "protocol": "SCTP"}],
        [entry("::1", 8080, 80, "sctp")],
        id="long-form",
    ),
    pytest.param(("81", "80", "81"), [entry("", None, 81), entry("", None, 80), entry("", None, 81)], id="order-kept"),
]


@pytest.mark.parametrize(("value", "expected"), ACCEPTED)
def test_accepted(value: t.Any, expected: list[dict[str, t.Any]]) -> None:
    assert parse(value) == expected


REFUSED: list[t.Any] = [
    pytest.param(["80", "999.1.1.1:80:80"], "'999.1.1.1:80:80' refused: invalid IP address: 999.1.1.1", id="address"),
    pytest.param(["published=1,target=80"], "Write the long form as a dictionary", id="long-form-string"),
    pytest.param([{"target": 80, "mode": "host"}], "unknown key mode", id="unknown-key"),
    pytest.param("8080:80", "needs a list of port specifications, not '8080:80'.", id="string-instead-of-list"),
    pytest.param({"target": 80}, "needs a list of port specifications, not {'target': 80}.", id="dict-instead-of-list"),
    pytest.param(None, "needs a list of port specifications, not None.", id="null"),
]


@pytest.mark.parametrize(("value", "text"), REFUSED)
def test_refused(value: t.Any, text: str) -> None:
    with pytest.raises(AnsibleFilterError) as caught:
        parse(value)
    assert text in str(caught.value)


def test_tagged_values_give_plain_ones() -> None:
    # From ansible-core 2.19 on, what a template hands to a filter are subclasses of str, dict and list.
    tagged = trust_as_template("127.0.0.1:8080:80/udp")
    address = trust_as_template("127.0.0.1")
    assert tagged.__class__ is not str  # else this test proves nothing
    result = parse(
        [tagged, {"target": trust_as_template("80"), "host_ip": address, "protocol": trust_as_template("udp")}]
    )
    assert result == [entry("127.0.0.1", 8080, 80, "udp"), entry("127.0.0.1", None, 80, "udp")]
    assert {type(value) for item in result for value in item.values()} == {str, int, type(None)}


def test_tagged_value_in_a_refusal() -> None:
    # The names of the classes that carry the tags mean nothing to a user.
    with pytest.raises(AnsibleFilterError, match="'70000' refused: invalid containerPort: 70000"):
        parse([trust_as_template("70000")])
    with pytest.raises(AnsibleFilterError, match=r"{'target': '70000'} refused: invalid containerPort: 70000"):
        parse([{"target": trust_as_template("70000")}])
    with pytest.raises(AnsibleFilterError, match="not '80'"):
        parse(trust_as_template("80"))
