# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""What modules return of a host, and what diffs show of it."""

from __future__ import annotations

import typing as t

from ._objects.containers import Container, automatic_aliases
from ._objects.engine import Api
from ._objects.networks import Network, normal_address
from ._objects.ports import Publication, exposure
from ._objects.snapshot import Summary
from ._types import Json


def publication_result(publication: Publication, active: bool) -> dict[str, t.Any]:
    return {**publication.as_dict(), "active": active}


def published_result(container: Container) -> list[dict[str, t.Any]]:
    """What a container publishes: as it is bound where it is, as it is configured where it is not."""
    bindings = (*container.bindings, *container.bindings_of_all)
    rows = [publication_result(actual, True) for actual in container.actual]
    rows += [publication_result(binding.configured, False) for binding in bindings if not binding.actual]
    return sort_published(rows)


def sort_published(rows: t.Iterable[dict[str, t.Any]]) -> list[dict[str, t.Any]]:
    return sorted(
        rows, key=lambda r: (r["container_port"], r["protocol"], ":" in r["host_ip"], r["host_ip"], str(r["host_port"]))
    )


def container_result(container: Container, api: Api) -> dict[str, t.Any]:
    # The aliases that the engine adds by itself are left out.
    automatic = automatic_aliases(container, api)
    endpoints = {
        name: {**endpoint, "Aliases": set(endpoint.get("Aliases") or ()) - automatic}
        for name, endpoint in sorted(container.endpoints.items())
    }
    image = container.config.get("Image")
    published = published_result(container)
    return describe_container(container.name, container.id, image, container.status, published, endpoints)


def describe_container(
    name: str,
    container_id: str,
    image: str | None,
    state: str,
    published: list[dict[str, t.Any]],
    endpoints: t.Mapping[str, Json],
) -> dict[str, t.Any]:
    """A container as modules return it, whether it stands or a plan will make it so."""
    return {
        "name": name,
        "id": container_id,
        "image": image,
        "state": state,
        "published": published,
        "networks": {network: endpoint_result(endpoint) for network, endpoint in endpoints.items()},
    }


def exposed_result(container: Container, default_address: str) -> list[dict[str, t.Any]]:
    """What a container publishes, and who can reach that. ``default_address``: see Snapshot.default_address."""
    return [{**row, "exposure": exposure(row["host_ip"] or default_address)} for row in published_result(container)]


def port_results(container: Container, default_address: str) -> list[dict[str, t.Any]]:
    """One row for each publication."""
    owner = {"container": container.name, "container_id": container.id}
    return [{**owner, **row} for row in exposed_result(container, default_address)]


def endpoint_result(endpoint: Json) -> dict[str, t.Any]:
    """One endpoint; texts are empty where the container does not run or the network gives no such address."""
    ipam = endpoint.get("IPAMConfig") or {}
    return {
        "network_id": endpoint.get("NetworkID") or "",
        "ip_address": endpoint.get("IPAddress") or ipam.get("IPv4Address") or "",
        "ipv6_address": normal_address(endpoint.get("GlobalIPv6Address") or ipam.get("IPv6Address") or ""),
        "mac_address": endpoint.get("MacAddress") or "",
        "gateway": endpoint.get("Gateway") or "",
        "aliases": sorted(endpoint.get("Aliases") or ()),
    }


def describe_network(network: Network) -> dict[str, t.Any]:
    """A network, as it stands or as it is to be made, in the terms of the module's options."""
    return {
        "driver": network.driver,
        "internal": network.is_internal,
        "attachable": network.is_attachable,
        "enable_ipv6": network.has_ipv6,
        "driver_options": dict(network.options),
        "labels": dict(network.labels),
        "ipam_config": [
            {
                "subnet": pool.subnet,
                "iprange": pool.iprange,
                "gateway": pool.gateway,
                "aux_addresses": dict(pool.aux_addresses),
            }
            for pool in network.pools
        ],
    }


def network_result(network: Network, members: t.Iterable[Summary]) -> dict[str, t.Any]:
    return {
        "name": network.name,
        "id": network.id,
        **describe_network(network),
        "connected": sorted((_member_result(member, network) for member in members), key=lambda row: str(row["name"])),
    }


def _member_result(member: Summary, network: Network) -> dict[str, t.Any]:
    endpoint = endpoint_result(member.endpoints.get(network.name) or {})
    return {
        "name": member.name,
        "id": member.id,
        "state": member.state,
        "ip_address": endpoint["ip_address"],
        "ipv6_address": endpoint["ipv6_address"],
    }
