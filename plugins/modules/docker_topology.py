#!/usr/bin/python
# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
TODO
"""

import typing as t

from ansible_collections.bridgeport.docker.plugins.module_utils._argspec import CONTAINER_SPEC, NETWORK_SPEC
from ansible_collections.bridgeport.docker.plugins.module_utils._client import Client
from ansible_collections.bridgeport.docker.plugins.module_utils._converge import converge
from ansible_collections.bridgeport.docker.plugins.module_utils._module import create_module, run_module
from ansible_collections.bridgeport.docker.plugins.module_utils._wishes import parse_container, parse_network


def main() -> None:
    containers_spec = {
        **CONTAINER_SPEC,
        "name": {"type": "str", "required": True},
        "state": {"type": "str", "choices": ["started", "present", "stopped", "absent"]},
        "remove_volumes": {"type": "bool", "default": False},
    }
    networks_spec = {
        **NETWORK_SPEC,
        "name": {"type": "str", "required": True},
        "state": {"type": "str", "choices": ["present", "absent"]},
    }
    module = create_module(
        {
            "networks": {"type": "list", "elements": "dict", "options": networks_spec, "default": []},
            "containers": {"type": "list", "elements": "dict", "options": containers_spec, "default": []},
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
            "parallel": {"type": "int", "default": 8},
        }
    )
    absent = module.params["state"] == "absent"

    def manage(client: Client) -> dict[str, t.Any]:
        networks = [
            parse_network({**params, "state": "absent" if absent else params["state"] or "present"})
            for params in module.params["networks"]
        ]
        containers = [
            parse_container(
                params,
                state="absent" if absent else params["state"] or "started",
                starts_new=False,
                remove_volumes=params["remove_volumes"],
            )
            for params in module.params["containers"]
        ]
        converged = converge(
            client, networks, containers, check_mode=module.check_mode, parallel=max(1, module.params["parallel"])
        )
        return {
            **converged.base_result(),
            "networks": [each for each in map(converged.network, range(len(networks))) if each],
            "containers": [each for each in map(converged.container, range(len(containers))) if each],
        }

    run_module(module, manage)


if __name__ == "__main__":
    main()
