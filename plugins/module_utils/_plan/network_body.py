# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""Create requests for networks, and how a standing network differs from what a task describes."""

from __future__ import annotations

import typing as t

from .._desired.networks import DesiredNetwork
from .._objects.driver_options import BRIDGE_OPTIONS, DRIVER_DEFAULTS, same_driver_option
from .._objects.engine import Api
from .._objects.networks import RESERVED_LABELS, Network, Pool, same_pools


def create_body(desired: DesiredNetwork, api: Api) -> dict[str, t.Any]:
    ipam: dict[str, t.Any] = {"Driver": desired.ipam_driver or "default"}
    if desired.ipam_driver_options:
        ipam["Options"] = dict(desired.ipam_driver_options)
    if desired.pools:
        ipam["Config"] = [pool.as_body() for pool in desired.pools]
    body: dict[str, t.Any] = {
        "Name": desired.name,
        "Driver": "bridge",
        "IPAM": ipam,
        "Internal": bool(desired.internal),
        "Attachable": bool(desired.attachable),
        "EnableIPv6": bool(desired.enable_ipv6),
        "Options": {key: value for key, value in (desired.driver_options or {}).items() if value is not None},
        "Labels": dict(desired.labels or {}),
        # Engines before 25 accept two networks of one name otherwise.
        "CheckDuplicate": True,
    }
    if desired.enable_ipv4 is not None and api.ipv4_can_be_off:
        body["EnableIPv4"] = desired.enable_ipv4
    return body


def replay_body(network: Network, api: Api) -> dict[str, t.Any]:
    """The create request that remakes this network, on the subnets that it has."""
    body: dict[str, t.Any] = {
        "Name": network.name,
        "Driver": network.driver,
        "IPAM": {
            "Driver": network.ipam_driver,
            "Options": dict(network.ipam_options),
            "Config": [pool.as_body() for pool in network.pools],
        },
        "Internal": network.is_internal,
        "Attachable": network.is_attachable,
        "EnableIPv6": network.has_ipv6,
        "Options": dict(network.options),
        "Labels": dict(network.labels),
        "CheckDuplicate": True,
    }
    if network.says_ipv4 and api.ipv4_can_be_off:
        body["EnableIPv4"] = network.has_ipv4
    return body


def rebuild_body(desired: DesiredNetwork, network: Network, api: Api) -> dict[str, t.Any]:
    """The create request for this network as the task describes it; what the task leaves open stays as it is."""
    body = replay_body(network, api)
    for key, wanted in (
        ("Internal", desired.internal),
        ("Attachable", desired.attachable),
        ("EnableIPv6", desired.enable_ipv6),
        ("EnableIPv4", desired.enable_ipv4),
    ):
        if wanted is not None and (key != "EnableIPv4" or api.ipv4_can_be_off):
            body[key] = wanted
    for key, value in (desired.driver_options or {}).items():
        if value is None:
            body["Options"].pop(key, None)
        else:
            body["Options"][key] = value
    if desired.labels is not None:
        reserved = {key: value for key, value in body["Labels"].items() if key.startswith(RESERVED_LABELS)}
        body["Labels"] = {**reserved, **desired.labels}
    if desired.ipam_driver is not None:
        body["IPAM"]["Driver"] = desired.ipam_driver
    if desired.ipam_driver_options is not None:
        body["IPAM"]["Options"] = dict(desired.ipam_driver_options)
    pools = [*(desired.pools or ()), *_left_to_engine(desired, network, api)]
    if not body["EnableIPv6"] and not desired.pools:
        pools = [pool for pool in pools if ":" not in pool.subnet]
    body["IPAM"]["Config"] = [pool.as_body() for pool in pools]
    return body


def _left_to_engine(desired: DesiredNetwork, network: Network, api: Api) -> list[Pool]:
    """The pools of a network about which the task says nothing.

    The engine chooses an IPv4 subnet where only an IPv6 subnet is given, and the other way round from 27.0 on. An
    inspected network does not tell chosen subnets from given ones, and the same request would get a chosen one again.
    """
    pools = list(network.pools)
    if not desired.pools:
        return pools
    versions = {pool.network.version for pool in desired.pools}
    keeps_ipv6 = api.chooses_ipv6_subnets and desired.enable_ipv6 is not False
    return [
        pool for pool in pools if pool.network.version not in versions and (pool.network.version == 4 or keeps_ipv6)
    ]


def may_hold_secret(option: str) -> bool:
    """Whether the values of an option that differs are not for messages: those of foreign drivers may be passwords."""
    head, _dot, key = option.partition(".")
    return head in ("labels", "ipam_driver_options") or (
        head == "driver_options" and key not in BRIDGE_OPTIONS.values()
    )


def find_differences(desired: DesiredNetwork, network: Network, api: Api) -> dict[str, tuple[t.Any, t.Any]]:
    """Where the network is not as the task describes it: by option, the value that stands and the desired value."""
    found: dict[str, tuple[t.Any, t.Any]] = {}
    for option, wanted, has in (
        ("internal", desired.internal, network.is_internal),
        ("attachable", desired.attachable, network.is_attachable),
        ("enable_ipv4", desired.enable_ipv4, network.has_ipv4),
        ("enable_ipv6", desired.enable_ipv6, network.has_ipv6),
    ):
        if wanted is not None and wanted != has:
            found[option] = (has, wanted)
    if desired.labels is not None:
        # Labels of Docker and Compose stay where the task does not list them.
        listed = desired.labels
        labels = {k: v for k, v in network.labels.items() if k in listed or not k.startswith(RESERVED_LABELS)}
        if dict(listed) != labels:
            found["labels"] = (labels, dict(listed))
    for key, value in (desired.driver_options or {}).items():
        actual = network.options.get(key)
        if value is None:
            differs = actual is not None
        else:
            standing = DRIVER_DEFAULTS.get(key) if actual is None else actual
            differs = standing is None or not same_driver_option(key, standing, value)
        if differs:
            found[f"driver_options.{key}"] = (actual, value)
    if desired.ipam_driver is not None and desired.ipam_driver != network.ipam_driver:
        found["ipam_driver"] = (network.ipam_driver, desired.ipam_driver)
    if desired.ipam_driver_options is not None and dict(desired.ipam_driver_options) != network.ipam_options:
        found["ipam_driver_options"] = (network.ipam_options, dict(desired.ipam_driver_options))
    # Any subnet that the engine has chosen meets an empty list: nothing tells it from a subnet that was given.
    left = _left_to_engine(desired, network, api)
    actual_pools = [pool for pool in network.pools if pool not in left]
    if desired.pools and not same_pools(desired.pools, actual_pools):
        found["ipam_config"] = ([pool.as_body() for pool in actual_pools], [pool.as_body() for pool in desired.pools])
    return found
