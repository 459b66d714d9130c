# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tasks for community.docker.docker_network, one or more for each of its options, and a change of each.

PARENT, DEFINITION, OTHER, ONE and TWO stand for what the test has made: a bridge of the host, two networks with
config_only, and two containers. NET4 and NET6 are the beginnings of addresses.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

Params = t.Dict[str, t.Any]
MTU = "com.docker.network.driver.mtu"
ICC = "com.docker.network.bridge.enable_icc"
SUBNET = [{"subnet": "NET4.0/24"}]


@dataclass(frozen=True)
class Case:
    """``option``: what the case is about. ``made``: the task by which the peer makes the network. ``change``: what is
    then asked of our module, and of the peer afterwards. ``since``: the engine that it needs.

    ``returns``: whether the peer then agrees with what our module has made. ``driver``: that of the changed network.
    """

    option: str
    made: Params
    change: Params
    since: tuple[int, int] = (20, 10)
    needs_ipv6: bool = False
    returns: bool = True
    driver: str = "bridge"


def on(driver: str, **more: t.Any) -> Params:
    return {"driver": driver, "driver_options": {"parent": "PARENT"}, "ipam_config": SUBNET, **more}


BOTH = [{"subnet": "NET4.0/24"}, {"subnet": "NET6::/64"}]
DEFINITION: Params = {"config_only": True, "ipam_config": SUBNET}
WHOLE = {
    "subnet": "NET4.0/24",
    "gateway": "NET4.9",
    "iprange": "NET4.128/25",
    "aux_addresses": {"nas": "NET4.5", "printer": "NET4.6"},
}

CASES = [
    Case("name", {}, {"internal": True}),
    Case("state", {"state": "present"}, {"internal": True}),
    Case("driver", {"driver": "bridge"}, {"attachable": True}),
    Case("driver", on("macvlan"), on("macvlan", ipam_config=[WHOLE]), driver="macvlan"),
    Case("driver", on("ipvlan"), on("ipvlan", internal=True), driver="ipvlan"),
    Case("driver", {"driver": "bridge", "ipam_config": SUBNET}, on("macvlan"), driver="macvlan"),
    # A task that leaves the driver out keeps that of the network, where the peer would remove it.
    Case("driver", on("macvlan"), {"labels": {"left": "out"}}, returns=False, driver="macvlan"),
    Case("driver_options", {"driver_options": {MTU: 1400, ICC: False}}, {"driver_options": {MTU: "1300", ICC: "true"}}),
    Case("driver_options", {"driver_options": {}}, {"driver_options": {"com.docker.network.bridge.name": "BRIDGE"}}),
    Case("enable_ipv4", {"enable_ipv4": True}, {"internal": True}, since=(28, 0)),
    Case(
        "enable_ipv4",
        {"enable_ipv4": False, "enable_ipv6": True, "ipam_config": [{"subnet": "NET6::/64"}]},
        {"enable_ipv4": True, "enable_ipv6": True, "ipam_config": BOTH},
        since=(28, 0),
        needs_ipv6=True,
    ),
    Case("enable_ipv6", {"enable_ipv6": False}, {"enable_ipv6": True, "ipam_config": BOTH}, needs_ipv6=True),
    Case("enable_ipv6", {"enable_ipv6": True, "ipam_config": BOTH}, {"enable_ipv6": False, "ipam_config": SUBNET}),
    Case("internal", {"internal": False}, {"internal": True}),
    Case("internal", {"internal": True}, {"internal": False}),
    Case("attachable", {"attachable": True}, {"attachable": False}),
    Case("ingress", {"ingress": False}, {"ingress": False, "internal": True}),
    Case("scope", {"scope": "local"}, {"scope": "local", "internal": True}),
    Case("config_only", DEFINITION, {**DEFINITION, "labels": {"a": "b"}}, driver="null"),
    Case("config_only", {"config_only": False}, DEFINITION, driver="null"),
    Case("config_only", {"config_only": True}, {"config_only": False, "driver": "bridge", "ipam_config": SUBNET}),
    Case("config_from", {"config_from": "DEFINITION"}, {"config_from": "OTHER"}),
    Case("config_from", {"config_from": "DEFINITION"}, {"config_from": "DEFINITION", "internal": True}),
    Case("ipam_driver", {"ipam_driver": "default"}, {"ipam_driver": "default", "internal": True}),
    Case("ipam_driver_options", {"ipam_driver_options": {}}, {"ipam_driver_options": {"x": "y"}}),
    Case("ipam_driver_options", {"ipam_driver_options": {"x": "y"}}, {"ipam_driver_options": {"x": "z"}}),
    Case("ipam_config", {"ipam_config": SUBNET}, {"ipam_config": [WHOLE]}),
    Case("ipam_config", {"ipam_config": [WHOLE]}, {"ipam_config": [{**WHOLE, "gateway": "NET4.7"}]}),
    Case("ipam_config", {"ipam_config": []}, {"ipam_config": SUBNET}),
    # An IPv6 subnet of a network without IPv6 means nothing.
    Case("ipam_config", {"ipam_config": BOTH}, {"ipam_config": BOTH[:1], "internal": True}),
    Case("labels", {"labels": {"a": "b", "n": 1}}, {"labels": {"a": "c", "m": "d"}}),
    Case("labels", {"labels": {}}, {"labels": {"com.docker.compose.network": "shop"}}),
    Case("connected", {"connected": ["ONE"]}, {"connected": ["ONE", "TWO"]}),
    Case("connected", {"connected": ["ONE", "TWO"]}, {"connected": ["TWO"]}),
    Case("connected", {"connected": ["ONE", "TWO"], "ipam_config": SUBNET}, {"connected": [], "internal": True}),
    Case("appends", {"connected": ["ONE"]}, {"connected": ["TWO"], "appends": True}),
    Case("force", {"force": False}, {"internal": True, "force": False}),
    Case("debug", {"debug": True}, {"internal": True, "debug": True}),
]
