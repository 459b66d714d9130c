# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""Argument specs of containers and networks; documented in plugins/doc_fragments/_container.py and _network.py."""

from __future__ import annotations

import typing as t

from .option_table import OPTIONS

Spec = t.Dict[str, t.Dict[str, t.Any]]

ENDPOINT_SPEC: Spec = {
    "name": {"type": "str", "required": True},
    "aliases": {"type": "list", "elements": "str"},
    "ipv4_address": {"type": "str"},
    "ipv6_address": {"type": "str"},
    "links": {"type": "list", "elements": "str"},
    "mac_address": {"type": "str"},
    "driver_opts": {"type": "dict"},
    "gw_priority": {"type": "int"},
}

CONTAINER_SPEC: Spec = {
    "image": {"type": "str"},
    "platform": {"type": "str"},
    "pull": {"type": "str", "choices": ["missing", "always", "never"], "default": "missing"},
    "published_ports": {"type": "list", "elements": "raw", "aliases": ["ports"]},
    "publish_all_ports": {"type": "bool"},
    "exposed_ports": {"type": "list", "elements": "str", "aliases": ["exposed", "expose"]},
    "default_host_ip": {"type": "str"},
    "purge": {"type": "bool", "default": True},
    "bind_policy": {"type": "str", "choices": ["any", "explicit", "loopback"], "default": "any"},
    **{name: option.spec for name, option in OPTIONS.items()},
    "restart_retries": {"type": "int"},
    "env_file": {"type": "path"},
    "mac_address": {"type": "str"},
    "network_mode": {"type": "str"},
    "networks": {"type": "list", "elements": "dict", "options": ENDPOINT_SPEC},
    "purge_networks": {"type": "bool", "default": False},
    "force_kill": {"type": "bool", "default": False, "aliases": ["forcekill"]},
    "writable_layer": {"type": "str", "choices": ["auto", "carry", "discard", "refuse"]},
    "writable_layer_deletions": {"type": "str", "choices": ["refuse", "ignore"], "default": "refuse"},
    "update_order": {"type": "str", "choices": ["stop-first", "start-first"], "default": "stop-first"},
    "dependents": {"type": "str", "choices": ["refuse", "recreate"], "default": "refuse"},
    "auto_remove_swap": {"type": "bool", "default": False},
    "wait": {"type": "str", "choices": ["running", "healthy", "listening", "exited"], "default": "running"},
    "wait_timeout": {"type": "int"},
}

# What networks of every driver have.
NETWORK_SPEC: Spec = {
    "driver": {"type": "str"},
    "driver_options": {"type": "dict"},
    "ipam_driver": {"type": "str"},
    "ipam_driver_options": {"type": "dict"},
    "ipam_config": {
        "type": "list",
        "elements": "dict",
        "options": {
            "subnet": {"type": "str"},
            "iprange": {"type": "str"},
            "gateway": {"type": "str"},
            "aux_addresses": {"type": "dict"},
        },
    },
    "internal": {"type": "bool"},
    "attachable": {"type": "bool"},
    "enable_ipv4": {"type": "bool"},
    "enable_ipv6": {"type": "bool"},
    "labels": {"type": "dict"},
    "connected": {"type": "list", "elements": "raw", "aliases": ["containers"]},
    "appends": {"type": "bool", "default": False, "aliases": ["incremental"]},
    "force": {"type": "bool", "default": False},
    "on_difference": {"type": "str", "choices": ["rebuild", "fail"], "default": "rebuild"},
    "on_member_recreate": {"type": "str", "choices": ["refuse", "recreate"], "default": "refuse"},
}

# What goes with drivers beside bridge, or with none.
ANY_DRIVER_SPEC: Spec = {
    "scope": {"type": "str", "choices": ["local", "global", "swarm"]},
    "config_only": {"type": "bool"},
    "config_from": {"type": "str"},
    "ingress": {"type": "bool"},
}

# Short names for options of the bridge driver, and what else only this collection has.
BRIDGE_SPEC: Spec = {
    "bridge_name": {"type": "str"},
    "icc": {"type": "bool"},
    "ip_masquerade": {"type": "bool"},
    "host_binding_ipv4": {"type": "str"},
    "mtu": {"type": "int"},
    "gateway_mode_ipv4": {"type": "str", "choices": ["nat", "nat-unprotected", "routed", "isolated"]},
    "gateway_mode_ipv6": {"type": "str", "choices": ["nat", "nat-unprotected", "routed", "isolated"]},
    "host_ipv4": {"type": "str"},
    "host_ipv6": {"type": "str"},
    "inhibit_ipv4": {"type": "bool"},
    "trusted_host_interfaces": {"type": "list", "elements": "str"},
    "container_iface_prefix": {"type": "str"},
    "subnet_pool": {
        "type": "dict",
        "options": {"from": {"type": "str", "required": True}, "prefix": {"type": "int", "required": True}},
    },
}
