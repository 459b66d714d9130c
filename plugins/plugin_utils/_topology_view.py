# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""What a report shows of a host: lanes, cards and ports for the picture, rows for the tables.

Pure: what the module docker_topology_info returned in, plain dictionaries out.
"""

from __future__ import annotations

import typing as t
from dataclasses import asdict

from ansible_collections.bridgeport.docker.plugins.plugin_utils._topology_cards import Picture
from ansible_collections.bridgeport.docker.plugins.plugin_utils._topology_names import (
    SEVERITIES,
    Names,
    natural,
    network_flags,
    object_of,
    sort_findings,
)
from ansible_collections.bridgeport.docker.plugins.plugin_utils._topology_ports import (
    group_published,
    port_text,
    words_of,
)

Raw = t.Mapping[str, t.Any]

# The only labels that are shown: they say which containers belong together. Others may hold anything.
_SHOWN_LABELS = {"com.docker.compose.project": "project", "com.docker.compose.service": "service"}


def build_view(topology: Raw, prefix: str = "h1") -> dict[str, t.Any]:
    """``prefix`` begins all identifiers, so that several hosts can be on one page."""
    names = Names(topology, prefix)
    findings = [finding_row(each, names) for each in sort_findings(topology["findings"])]
    picture = Picture(names, findings)
    ports = [port_row(each, port, names) for each in names.containers for port in each["published"]]
    return {
        "prefix": prefix,
        "host": dict(topology["host"]),
        "counts": count(names.containers, names.networks, ports),
        "findings": findings,
        "lanes": [asdict(lane) for lane in picture.lanes.values()],
        "cards": [asdict(card) for card in picture.cards],
        "chips": [asdict(chip) for chip in picture.chips],
        "joins": picture.joins,
        "columns": 1 + max((card.column for card in picture.cards), default=0),
        "containers": [container_row(each, names) for each in names.containers],
        "ports": sorted(ports, key=lambda row: (row["sort"], natural(row["container"]), row["target"], row["host_ip"])),
        "networks": [network_row(each, names) for each in names.networks],
        "leftovers": [dict(each) for each in topology["leftovers"]],
        "data": shown_data(topology),
    }


def finding_row(finding: Raw, names: Names) -> dict[str, t.Any]:
    kind, name = object_of(finding)
    severity = finding["severity"] if finding["severity"] in SEVERITIES else "info"
    return {
        "severity": severity,
        "code": finding["code"],
        "kind": kind,
        "name": name,
        "message": finding["message"],
        "remedy": finding.get("remedy") or "",
        "target": names.target_of(kind, name),
    }


def container_row(container: Raw, names: Names) -> dict[str, t.Any]:
    groups = group_published(container["published"])
    shares = container.get("shares") or {}
    notes = [f"shares the {kind} namespace of {name}" for kind, name in sorted(shares.items()) if name]
    notes += [f"linked to {link['container']} as {link['alias']}" for link in container.get("links") or ()]
    labels = container.get("labels") or {}
    notes += [f"{word} {labels[key]}" for key, word in _SHOWN_LABELS.items() if labels.get(key)]
    return {
        "id": names.container_ids[container["name"]],
        "name": container["name"],
        "short_id": str(container["id"])[:12],
        "image": container["image"],
        "state": container["state"],
        "restart_policy": container.get("restart_policy") or "no",
        "endpoints": [
            {
                "network": name,
                "target": names.network_of(container, name),
                "addresses": [endpoint[key] for key in ("ip_address", "ipv6_address") if endpoint.get(key)],
                "aliases": list(endpoint.get("aliases") or ()),
            }
            for name, endpoint in sorted(container["networks"].items())
        ],
        "published": [{**asdict(group), "words": words_of(group.exposure)} for group in groups],
        "exposures": sorted({group.exposure for group in groups}),
        "notes": notes,
    }


def port_row(container: Raw, port: Raw, names: Names) -> dict[str, t.Any]:
    number = port["host_port"]
    return {
        "host_ip": port["host_ip"] or "every address",
        "host_port": "any" if number is None else number,
        "sort": number if isinstance(number, int) else int(str(number or 0).partition("-")[0]),
        "text": port_text(port),
        "target": f"{port['container_port']}/{port['protocol']}",
        "container": container["name"],
        "container_id": names.container_ids[container["name"]],
        "state": container["state"],
        "exposure": port["exposure"],
        "words": words_of(port["exposure"]),
        "active": port["active"],
    }


def network_row(network: Raw, names: Names) -> dict[str, t.Any]:
    free = {each["subnet"]: each["free"] for each in network.get("free_addresses") or ()}
    return {
        "id": names.network_ids[network["id"]],
        "name": network["name"],
        "driver": network["driver"],
        "pools": [
            {"subnet": pool["subnet"], "gateway": pool.get("gateway") or "", "free": free.get(pool["subnet"])}
            for pool in network["ipam_config"]
            if pool.get("subnet")
        ],
        "flags": network_flags(network),
        "members": [
            {"name": each["name"], "target": names.target_of("container", each["name"])}
            for each in network["connected"]
        ],
    }


def count(containers: t.Sequence[Raw], networks: t.Sequence[Raw], ports: t.Sequence[Raw]) -> dict[str, t.Any]:
    return {
        "containers": len(containers),
        "running": sum(each["state"] == "running" for each in containers),
        "networks": sum(not each["predefined"] for each in networks),
        "ports": len(ports),
        **{
            exposure: sum(each["exposure"] == exposure for each in ports) for exposure in ("loopback", "address", "all")
        },
    }


def shown_data(topology: Raw) -> dict[str, t.Any]:
    """What the module returned, for the JSON, without labels and options of drivers: they may hold anything."""
    return {
        "host": dict(topology["host"]),
        "networks": [without(each, "labels", "driver_options") for each in topology["networks"]],
        "containers": [without(each, "labels") for each in topology["containers"]],
        **{key: list(topology[key]) for key in ("links", "stale_references", "leftovers", "findings")},
    }


def without(mapping: Raw, *keys: str) -> dict[str, t.Any]:
    return {key: value for key, value in mapping.items() if key not in keys}
