#!/usr/bin/python
# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
TODO
"""

import typing as t

from ansible_collections.bridgeport.docker.plugins.module_utils._argspec import CONTAINER_SPEC
from ansible_collections.bridgeport.docker.plugins.module_utils._client import Client
from ansible_collections.bridgeport.docker.plugins.module_utils._converge import converge
from ansible_collections.bridgeport.docker.plugins.module_utils._module import create_module, run_module
from ansible_collections.bridgeport.docker.plugins.module_utils._wishes import parse_container, parse_port_wish


def main() -> None:
    module = create_module(
        {
            **CONTAINER_SPEC,
            "name": {"type": "str", "required": True, "aliases": ["container"]},
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
            "all": {"type": "bool", "default": False},
        }
    )
    close = module.params["state"] == "absent"

    def publish(client: Client) -> dict[str, t.Any]:
        ports = parse_port_wish(module.params, close=close)
        wish = parse_container(module.params, state="present", starts_new=True, ports=ports)
        converged = converge(client, (), (wish,), check_mode=module.check_mode)
        container = converged.container(0) or {}
        published, networks = container.pop("published", []), container.pop("networks", {})
        return {**converged.base_result(), "container": container, "published": published, "networks": networks}

    run_module(module, publish)


if __name__ == "__main__":
    main()
