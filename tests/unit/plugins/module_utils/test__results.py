# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import copy

import pytest

from ansible_collections.bridgeport.docker.plugins.module_utils._desired.networks import DesiredNetwork
from ansible_collections.bridgeport.docker.plugins.module_utils._objects.containers import Container
from ansible_collections.bridgeport.docker.plugins.module_utils._objects.engine import Api
from ansible_collections.bridgeport.docker.plugins.module_utils._objects.networks import Network, Pool
from ansible_collections.bridgeport.docker.plugins.module_utils._objects.snapshot import predict_summary
from ansible_collections.bridgeport.docker.plugins.module_utils._plan.network_body import create_body
from ansible_collections.bridgeport.docker.plugins.module_utils._results import (
    container_result,
    describe_network,
    endpoint_result,
    network_result,
    port_results,
    published_result,
)
from ansible_collections.bridgeport.docker.tests.unit.support import recorded


def rows(name: str) -> list[tuple[object, ...]]:
    return [
        (row["host_ip"], row["host_port"], row["container_port"], row["protocol"], row["active"])
        for row in published_result(recorded.container(name))
    ]


def test_what_a_running_container_publishes() -> None:
    found = rows("ports")
    assert found[:4] == [
        ("127.0.0.1", 18433, 53, "udp", True),
        ("0.0.0.0", 18431, 80, "tcp", True),
        ("::", 18431, 80, "tcp", True),
        ("127.0.0.1", 18432, 81, "tcp", True),
    ]
    assert len(found) == 8
    assert all(isinstance(row[1], int) for row in found)


def test_what_a_stopped_container_would_publish() -> None:
    assert rows("created") == [("127.0.0.1", 18434, 80, "tcp", False)]
    assert rows("failed_start") == [("127.0.0.1", 18432, 80, "tcp", False)]


def test_what_publish_all_publishes_counts() -> None:
    assert [(row[2], row[3]) for row in rows("publish_all")] == [
        (80, "tcp"),
        (80, "tcp"),
        (443, "udp"),
        (443, "udp"),
        (8081, "tcp"),
        (8081, "tcp"),
    ]


def test_configured_but_not_published_is_not_active() -> None:
    assert rows("internal_network") == [("127.0.0.1", 18435, 80, "tcp", False)]


def test_ranges_and_ephemeral_ports_of_a_stopped_container() -> None:
    raw = copy.deepcopy(dict(recorded.container("created").raw))
    raw["HostConfig"]["PortBindings"] = {
        "80/tcp": [{"HostIp": "", "HostPort": ""}],
        "81/tcp": [{"HostIp": "", "HostPort": "8000-8010"}],
    }
    assert [row["host_port"] for row in published_result(Container(raw))] == [None, "8000-8010"]


def test_container_result() -> None:
    container = recorded.container("full")
    result = container_result(container, recorded.API_20_10)
    assert (result["name"], result["id"], result["state"]) == ("fx-full", container.id, "running")
    assert result["networks"]["fx-six"] == {
        "network_id": container.endpoints["fx-six"]["NetworkID"],
        "ip_address": "10.231.8.20",
        "ipv6_address": "fd00:231::20",
        "mac_address": "02:42:0a:e7:08:14",
        "gateway": "10.231.8.254",
        "aliases": ["two"],
    }
    assert "swordfish" not in str(result)


def test_a_stopped_container_shows_its_fixed_addresses_only() -> None:
    networks = container_result(recorded.container("full_stopped"), recorded.API_20_10)["networks"]
    assert networks["fx-sub"]["ip_address"] == "10.231.7.20"
    assert container_result(recorded.container("created"), recorded.API_20_10)["networks"]["fx-net"]["ip_address"] == ""


def test_endpoint_result_of_nothing() -> None:
    assert endpoint_result({}) == {
        "network_id": "",
        "ip_address": "",
        "ipv6_address": "",
        "mac_address": "",
        "gateway": "",
        "aliases": [],
    }


def test_exposure() -> None:
    by_port = {row["container_port"]: row["exposure"] for row in port_results(recorded.container("ports"), "")}
    assert by_port == {53: "loopback", 80: "all", 81: "loopback", 82: "loopback", 83: "all", 84: "loopback"}


@pytest.mark.parametrize(
    ("default_address", "expected"), [("", "all"), ("127.0.0.1", "loopback"), ("192.0.2.7", "address")]
)
def test_exposure_of_what_has_no_address_yet(default_address: str, expected: str) -> None:
    raw = copy.deepcopy(dict(recorded.container("created").raw))
    raw["HostConfig"]["PortBindings"] = {"80/tcp": [{"HostIp": "", "HostPort": "8080"}]}
    (row,) = port_results(Container(raw), default_address)
    assert (row["host_ip"], row["exposure"], row["active"]) == ("", expected, False)


def test_what_is_bound_is_there_though_no_configuration_explains_it() -> None:
    raw = copy.deepcopy(dict(recorded.container("ports").raw))
    raw["HostConfig"]["PortBindings"] = {"80/tcp": [{"HostIp": "192.0.2.7", "HostPort": "8080"}]}
    found = [(row["host_ip"], row["active"]) for row in published_result(Container(raw))]
    assert found.count(("192.0.2.7", False)) == 1
    assert len([active for _address, active in found if active]) == 8


def test_network_result() -> None:
    host = recorded.snapshot()
    raw = host.find_network("fx-net")
    assert raw is not None
    result = network_result(raw, host.members_of(raw))
    assert [(each["name"], each["state"]) for each in result["connected"]] == [
        ("fx-created", "created"),
        ("fx-id", "running"),
        ("fx-rm", "running"),
    ]
    assert result["connected"][1]["ip_address"].startswith("172.28.")
    assert result["ipam_config"] == [
        {"subnet": "172.28.0.0/16", "iprange": "", "gateway": "172.28.0.1", "aux_addresses": {}}
    ]


def test_a_predicted_network_has_the_same_keys() -> None:
    host = recorded.snapshot()
    raw = host.find_network("fx-six")
    assert raw is not None
    pools = (Pool("10.231.8.0/24", "10.231.8.128/25", "10.231.8.254", (("nas", "10.231.8.5"),)), Pool("fd00:231::/64"))
    body = Network(create_body(DesiredNetwork("fx-six", pools=pools, enable_ipv6=True), Api(1, 41)))
    assert describe_network(body) == describe_network(raw)
    predicted, real = network_result(body, [predict_summary("a")]), network_result(raw, host.summaries[:1])
    assert set(predicted) == set(real)
    assert set(predicted["connected"][0]) == set(real["connected"][0])
