#!/usr/bin/python
# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
TODO
"""

import typing as t

from ansible_collections.bridgeport.docker.plugins.module_utils._argspec import NETWORK_SPEC
from ansible_collections.bridgeport.docker.plugins.module_utils._client import Client
from ansible_collections.bridgeport.docker.plugins.module_utils._converge import converge
from ansible_collections.bridgeport.docker.plugins.module_utils._module import create_module, run_module
from ansible_collections.bridgeport.docker.plugins.module_utils._wishes import parse_network


def main() -> None:
    module = create_module(
        {
            **NETWORK_SPEC,
            "name": {"type": "str", "required": True, "aliases": ["network_name"]},
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        }
    )

    def manage(client: Client) -> dict[str, t.Any]:
        wish = parse_network(module.params)
        converged = converge(client, (wish,), (), check_mode=module.check_mode)
        return {**converged.base_result(), "network": converged.network(0) or {}}

    run_module(module, manage)


if __name__ == "__main__":
    main()
