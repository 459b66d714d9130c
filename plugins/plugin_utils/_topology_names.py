# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""What the objects of a host are called on a page, and in which order they come.

Identifiers are made here, out of nothing that the host said.
"""

from __future__ import annotations

import re
import typing as t

Raw = t.Mapping[str, t.Any]

# What is worst comes first.
SEVERITIES = ("error", "warning", "info")


class Names:
    """What is called how, and by which identifier of the page. Several networks may have the same name."""

    def __init__(self, topology: Raw, prefix: str) -> None:
        self.prefix = prefix
        self.containers: list[Raw] = sorted(topology["containers"], key=lambda each: natural(each["name"]))
        self.networks = sort_networks(topology["networks"])
        self.by_name = {str(each["name"]): each for each in self.containers}
        self.container_ids = {name: f"{prefix}c{number}" for number, name in enumerate(self.by_name, 1)}
        self.network_ids = {str(each["id"]): f"{prefix}n{number}" for number, each in enumerate(self.networks, 1)}
        self._network_names = {str(each["name"]): self.network_ids[each["id"]] for each in reversed(self.networks)}
        self._stale = {(each["container"], each["network"]) for each in topology["stale_references"]}

    def network_of(self, container: Raw, name: str) -> str:
        """The identifier of a network that the container is on; empty where that network is gone."""
        if (container["name"], name) in self._stale:
            return ""
        # A container that was never started knows the name only.
        found = self.network_ids.get(container["networks"][name].get("network_id") or "")
        return found or self._network_names.get(name, "")

    def target_of(self, kind: str, name: str) -> str:
        known = {"container": self.container_ids, "network": self._network_names}.get(kind, {})
        return known.get(name, "")


def object_of(thing: Raw) -> tuple[str, str]:
    named = thing.get("object") or {}
    return str(named.get("kind", "")), str(named.get("name", ""))


def natural(name: t.Any) -> list[tuple[int, str]]:
    """web-2 before web-10."""
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in re.split(r"(\d+)", str(name))]


def sort_networks(networks: t.Iterable[Raw]) -> list[Raw]:
    """The user's own first, then the engine's; those with members before those without."""
    return sorted(networks, key=lambda each: (bool(each["predefined"]), not each["connected"], natural(each["name"])))


def sort_findings(findings: t.Iterable[Raw]) -> list[Raw]:
    def rank(finding: Raw) -> int:
        severity = finding["severity"]
        return SEVERITIES.index(severity) if severity in SEVERITIES else len(SEVERITIES)

    return sorted(findings, key=lambda each: (rank(each), str(each["code"]), object_of(each)))


def network_flags(network: Raw) -> list[str]:
    flags = {
        str(network["driver"]): network["driver"] != "bridge" and not network["predefined"],
        "no names resolved": network["name"] == "bridge" and network["predefined"],
        "internal": network["internal"],
        "IPv6": network["enable_ipv6"],
        "no IPv4": network.get("enable_ipv4") is False,
    }
    return [word for word, holds in flags.items() if holds]
