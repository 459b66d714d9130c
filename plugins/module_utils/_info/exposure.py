# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""Publications that are too open, and the list of publications that puts it right."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass
from functools import partial

from .._desired.selector import Selector, parse_selector
from .._objects.networks import contains, parse_subnet
from .._objects.ports import Publication, parse_exposed, parse_publication
from .._types import Json

# In these states what is not bound will not be published at the next start either: the network does not allow it.
_RUNNING = ("running", "paused", "restarting")
_SHOWN = ("container_port", "protocol", "host_ip", "host_port", "active", "exposure")


@dataclass(frozen=True)
class Policy:
    """Which publications are fine beside those on the loopback.

    ``subnets``: where they may be. ``ports``: which host ports they may have, as 443/tcp; None for any. ``permits``:
    a container that one of these selects may publish on every address.
    """

    subnets: tuple[str, ...] = ()
    ports: frozenset[str] | None = None
    permits: tuple[Selector, ...] = ()

    def judge(self, row: Json, labels: t.Mapping[str, str]) -> str:
        """What is wrong with a publication; empty where nothing is."""
        if row["exposure"] == "loopback":
            return ""
        if row["exposure"] == "all":
            if not any(each.fits("", "", labels) for each in self.permits):
                return "is on every address, and no label of the container permits that"
        elif not row["host_ip"]:
            return "is on an address that its network gives to what has none of its own"
        elif not contains(self.subnets, row["host_ip"]):
            return f"is on {row['host_ip']}, which is not an allowed address"
        return "" if self._has_allowed_port(row) else f"has host port {_port_text(row)}, which is not an allowed port"

    def _has_allowed_port(self, row: Json) -> bool:
        if self.ports is None:
            return True
        if row["host_port"] is None:
            return False
        return set(parse_exposed([f"{row['host_port']}/{row['protocol']}"])) <= self.ports


def _port_text(row: Json) -> str:
    return "any" if row["host_port"] is None else f"{row['host_port']}/{row['protocol']}"


def parse_policy(addresses: t.Sequence[str], ports: t.Sequence[t.Any] | None, labels: t.Sequence[str]) -> Policy:
    """Addresses and subnets; host ports and ranges as for --expose; labels as key or key=value."""
    return Policy(
        tuple(parse_subnet(address, "allowed_addresses", takes_address=True) for address in addresses),
        None if ports is None else frozenset(parse_exposed(ports)),
        tuple(Selector(labels=(pair,)) for pair in parse_selector(None, labels).labels),
    )


def _is_broken(policy: Policy, labels: t.Mapping[str, str], row: Json) -> bool:
    return bool(policy.judge(row, labels))


def find_violations(containers: t.Sequence[Json], policy: Policy) -> list[dict[str, t.Any]]:
    """Every publication that breaks the policy, and what its container has to publish instead."""
    found = []
    for container in containers:
        rows = [row for row in container["published"] if row["active"] or container["state"] not in _RUNNING]
        judged = [(row, policy.judge(row, container["labels"])) for row in _join_families(rows)]
        published = closed_to_loopback(container["published"], partial(_is_broken, policy, container["labels"]))
        found += [
            {
                "container": container["name"],
                **{key: row[key] for key in _SHOWN},
                "reason": reason,
                "published_ports": published,
            }
            for row, reason in judged
            if reason
        ]
    return found


def as_publication(row: Json) -> Publication:
    """A row of ``published``: the port is a number, a range as text, or None where the engine chooses."""
    (publication,) = parse_publication(
        {
            "target": row["container_port"],
            "published": "" if row["host_port"] is None else row["host_port"],
            "host_ip": row["host_ip"],
            "protocol": row["protocol"],
        }
    )
    return publication


def closed_to_loopback(rows: t.Sequence[Json], is_broken: t.Callable[[Json], bool]) -> list[str]:
    """All that a container publishes, as ``published_ports`` lists it, with what breaks the policy on the loopback."""
    specs: dict[str, None] = {}
    for row in _join_families(rows):
        address = row["host_ip"]
        if is_broken(row):
            address = "::1" if ":" in address else "127.0.0.1"
        specs[str(as_publication({**row, "host_ip": address}))] = None
    return list(specs)


def _join_families(rows: t.Sequence[Json]) -> list[Json]:
    """One row without an address for each pair of wildcards of IPv4 and IPv6 with the same numbers."""
    joined: list[Json] = []
    for row in rows:
        counterpart = {**row, "host_ip": "0.0.0.0" if row["host_ip"] == "::" else "::"}
        if row["host_ip"] not in ("0.0.0.0", "::") or not any(_same(counterpart, other) for other in rows):
            joined.append(row)
        elif row["host_ip"] == "0.0.0.0":
            joined.append({**row, "host_ip": ""})
    return joined


def _same(one: Json, other: Json) -> bool:
    return all(one[key] == other[key] for key in ("host_ip", "host_port", "container_port", "protocol"))
