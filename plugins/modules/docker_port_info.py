#!/usr/bin/python
# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
TODO
"""

import typing as t

from ansible_collections.bridgeport.docker.plugins.module_utils._client import Client
from ansible_collections.bridgeport.docker.plugins.module_utils._errors import Failure
from ansible_collections.bridgeport.docker.plugins.module_utils._module import create_module, run_module
from ansible_collections.bridgeport.docker.plugins.module_utils._ports import parse_exposed
from ansible_collections.bridgeport.docker.plugins.module_utils._results import holder_results, port_results
from ansible_collections.bridgeport.docker.plugins.module_utils._snapshot import inspect_containers, read_listing


def read_ports(client: Client, name: str | None, port: str | None) -> dict[str, t.Any]:
    keys = None if port is None else parse_exposed([port])
    host = read_listing(client)
    host = inspect_containers(client, host, host.summaries)
    asked = list(host.summaries)
    if name is not None:
        summary = host.find_container(name)
        if summary is None:
            raise Failure(
                "container_not_found", f"There is no container {name!r} whose ports could be read; check the name."
            )
        asked = [summary]
    ports = [row for summary in asked for row in port_results(host.inspected(summary))]
    if keys is not None:
        ports = [row for row in ports if f"{row['container_port']}/{row['protocol']}" in keys]
    return {
        "changed": False,
        "ports": ports,
        "holders": holder_results(host.inspected(summary) for summary in host.summaries),
    }


def main() -> None:
    module = create_module({"name": {"type": "str", "aliases": ["container"]}, "port": {"type": "str"}})
    run_module(module, lambda client: read_ports(client, module.params["name"], module.params["port"]))


if __name__ == "__main__":
    main()
