# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""Publications that are too open, and the list of publications that puts it right."""

from __future__ import annotations

import typing as t

from ansible_collections.bridgeport.docker.plugins.module_utils._ports import Publication, parse_publication

Row = t.Mapping[str, t.Any]


def as_publication(row: Row) -> Publication:
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


def closed_to_loopback(rows: t.Sequence[Row], is_broken: t.Callable[[Row], bool]) -> list[str]:
    """All that a container publishes, as ``published_ports`` would list it, with the broken ones on the loopback."""
    specs: dict[str, None] = {}
    for row in _join_families(rows):
        address = row["host_ip"]
        if is_broken(row):
            address = "::1" if ":" in address else "127.0.0.1"
        specs[str(as_publication({**row, "host_ip": address}))] = None
    return list(specs)


def _join_families(rows: t.Sequence[Row]) -> list[Row]:
    """One row without an address for each pair of wildcards of IPv4 and IPv6 with the same numbers."""
    joined: list[Row] = []
    for row in rows:
        twin = {**row, "host_ip": "0.0.0.0" if row["host_ip"] == "::" else "::"}
        if row["host_ip"] not in ("0.0.0.0", "::") or not any(_same(twin, other) for other in rows):
            joined.append(row)
        elif row["host_ip"] == "0.0.0.0":
            joined.append({**row, "host_ip": ""})
    return joined


def _same(one: Row, other: Row) -> bool:
    return all(one[key] == other[key] for key in ("host_ip", "host_port", "container_port", "protocol"))
