# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""Create requests for networks, and how a standing network differs from what a task describes."""

from __future__ import annotations

import typing as t
from dataclasses import replace

from .._desired.networks import DesiredNetwork
from .._objects.driver_options import BRIDGE_OPTIONS, DRIVER_DEFAULTS, option_text, same_driver_option
from .._objects.engine import Api
from .._objects.networks import RESERVED_LABELS, Network, Pool, read_pools, same_pools
from .._types import Json

# What the engine itself adds to the options of an overlay network, which another one cannot have.
_ASSIGNED_OPTIONS = ("com.docker.network.driver.overlay.vxlanid_list",)
# Options that stand for fields of the request: where the engine gets both, the field counts and the option is dropped.
_FIELD_OPTIONS = ("com.docker.network.enable_ipv4", "com.docker.network.enable_ipv6")
# Of a network with config_from these are copied, and the engine refuses them in the request.
_COPIED = ("IPAM", "EnableIPv4", "EnableIPv6", "Options", "Labels")


def create_body(desired: DesiredNetwork, api: Api) -> dict[str, t.Any]:
    ipam: dict[str, t.Any] = {"Driver": desired.ipam_driver or "default"}
    if desired.ipam_driver_options:
        ipam["Options"] = dict(desired.ipam_driver_options)
    if desired.pools:
        ipam["Config"] = [pool.as_body() for pool in desired.pools]
    body: dict[str, t.Any] = {
        "Name": desired.name,
        "Driver": desired.driver or "bridge",
        "IPAM": ipam,
        "Internal": bool(desired.internal),
        "Attachable": bool(desired.attachable),
        "EnableIPv6": bool(desired.enable_ipv6),
        "Options": {key: value for key, value in (desired.driver_options or {}).items() if value is not None},
        "Labels": {key: value for key, value in (desired.labels or {}).items() if value is not None},
        # Engines before 25 accept two networks of one name otherwise.
        "CheckDuplicate": True,
    }
    if desired.enable_ipv4 is not None and api.ipv4_can_be_off:
        body["EnableIPv4"] = desired.enable_ipv4
    return _set_kind(body, desired)


def _set_kind(body: dict[str, t.Any], desired: DesiredNetwork) -> dict[str, t.Any]:
    """The request with what the task says of the network's kind."""
    if desired.enable_ipv6 is None and "com.docker.network.enable_ipv6" in body.get("Options", {}):
        body.pop("EnableIPv6", None)
    if desired.scope is not None:
        body["Scope"] = desired.scope
    if desired.ingress is not None:
        body["Ingress"] = desired.ingress
    if desired.config_only:
        body = {key: value for key, value in body.items() if key not in ("Scope", "Ingress")}
        return {**body, "Driver": "null", "ConfigOnly": True, "Internal": False, "Attachable": False}
    if desired.config_from:
        body = {key: value for key, value in body.items() if key not in _COPIED}
        return {**body, "ConfigFrom": {"Network": desired.config_from}}
    return body


def with_copied(body: Json, config: Network | None) -> Json:
    """The network that this request makes, as far as that is known: with the definition that it copies, if any."""
    if config is None or not Network(body).config_from:
        return body
    return {**body, **{key: config.raw[key] for key in _COPIED if key in config.raw}}


def replay_body(network: Network, api: Api) -> dict[str, t.Any]:
    """The create request that remakes this network, on the subnets that it has."""
    body = _define(network, api)
    if network.config_from:
        body = {key: value for key, value in body.items() if key not in _COPIED}
        body["ConfigFrom"] = {"Network": network.config_from}
    return body


def _define(network: Network, api: Api) -> dict[str, t.Any]:
    """The create request that says for itself all that the network is."""
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
        "Options": {key: value for key, value in network.options.items() if key not in _ASSIGNED_OPTIONS},
        "Labels": dict(network.labels),
        "CheckDuplicate": True,
    }
    if network.says_ipv4 and api.ipv4_can_be_off:
        body["EnableIPv4"] = network.has_ipv4
    if network.is_config_only:
        body["ConfigOnly"] = True
    if network.scope != "local":
        body["Scope"] = network.scope
    if network.is_ingress:
        body["Ingress"] = True
    return body


def rebuild_body(desired: DesiredNetwork, network: Network, api: Api) -> dict[str, t.Any]:
    """The create request for this network as the task describes it; what the task leaves open stays as it is."""
    body = _define(network, api)
    if network.config_from and desired.config_from is None and not desired.defines:
        desired = replace(desired, config_from=network.config_from)
    driver = desired.driver or ("bridge" if network.is_config_only and desired.config_only is False else None)
    if driver is not None and driver != network.driver:
        # What the old driver was told, and where it reached, means nothing to the new one.
        body = {key: value for key, value in body.items() if key not in ("ConfigOnly", "Scope", "Ingress")}
        body.update(Driver=driver, Options={})
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
    body["Labels"] = _merge_labels(desired, network)
    if desired.ipam_driver is not None:
        body["IPAM"]["Driver"] = desired.ipam_driver
    if desired.ipam_driver_options is not None:
        body["IPAM"]["Options"] = dict(desired.ipam_driver_options)
    pools = [*(desired.pools or ()), *_left_to_engine(desired, network, api)]
    if not body["EnableIPv6"] and not desired.pools:
        pools = [pool for pool in pools if ":" not in pool.subnet]
    body["IPAM"]["Config"] = [pool.as_body() for pool in pools]
    return _set_kind(body, desired)


def _merge_labels(desired: DesiredNetwork, network: Network) -> dict[str, str]:
    """The labels with those of the task: a label that the task does not list stays, and those of Docker always do."""
    listed = {k: v for k, v in (desired.labels or {}).items() if v is not None or not k.startswith(RESERVED_LABELS)}
    return {key: value for key, value in {**network.labels, **listed}.items() if value is not None}


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
    found = _compare_kind(desired, network)
    for option, wanted, has in (
        ("internal", desired.internal, network.is_internal),
        ("attachable", desired.attachable, network.is_attachable),
    ):
        if wanted is not None and wanted != has:
            found[option] = (has, wanted)
    # What is copied from another network says nothing of what the task asks for.
    return found if desired.config_from else {**found, **_compare_definition(desired, network, api)}


def _compare_kind(desired: DesiredNetwork, network: Network) -> dict[str, tuple[t.Any, t.Any]]:
    # The engine shows an overlay network that was asked for with the scope global with the scope swarm.
    scope = "swarm" if desired.scope == "global" and network.driver == "overlay" else desired.scope
    return {
        option: (has, wanted)
        for option, wanted, has in (
            ("driver", desired.driver, network.driver),
            ("scope", scope, network.scope),
            ("config_only", desired.config_only, network.is_config_only),
            ("config_from", desired.config_from, network.config_from),
            ("ingress", desired.ingress, network.is_ingress),
        )
        if wanted is not None and wanted != has
    }


def _compare_definition(desired: DesiredNetwork, network: Network, api: Api) -> dict[str, tuple[t.Any, t.Any]]:
    found: dict[str, tuple[t.Any, t.Any]] = {}
    for option, wanted, has in (
        ("enable_ipv4", desired.enable_ipv4, network.has_ipv4),
        ("enable_ipv6", desired.enable_ipv6, network.has_ipv6),
    ):
        if wanted is not None and wanted != has:
            found[option] = (has, wanted)
    labels = _merge_labels(desired, network)
    if labels != network.labels:
        found["labels"] = (dict(network.labels), labels)
    for key, value in (desired.driver_options or {}).items():
        actual = network.options.get(key)
        if value is None:
            differs = actual is not None
        else:
            standing = _default_option(key, network, api) if actual is None else actual
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
    shown_pools = [pool for pool in read_pools(network.raw) if pool not in left]
    if desired.pools and not any(same_pools(desired.pools, pools) for pools in (actual_pools, shown_pools)):
        found["ipam_config"] = ([pool.as_body() for pool in actual_pools], [pool.as_body() for pool in desired.pools])
    return found


def _default_option(key: str, network: Network, api: Api) -> str | None:
    """What holds where a network does not have this driver option."""
    if key in _FIELD_OPTIONS and (api.ipv4_can_be_off if key.endswith("4") else api.chooses_ipv6_subnets):
        return option_text(network.has_ipv4 if key.endswith("4") else network.has_ipv6)
    return DRIVER_DEFAULTS.get(key) if network.driver == "bridge" else None
