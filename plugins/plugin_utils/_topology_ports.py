# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""Published ports as people write them, and those that belong together as one."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, replace

Raw = t.Mapping[str, t.Any]

_WORDS = {"all": "from everywhere", "address": "at this address", "loopback": "from this host only"}
_EVERY_ADDRESS = {"", "0.0.0.0", "::"}


@dataclass(frozen=True)
class Group:
    """Publications of one container that differ in nothing but the family of "every address", or follow each other."""

    host: str
    target: str
    exposure: str
    active: bool


@dataclass(frozen=True)
class _Run:
    """Ports that follow each other, on the host as in the container."""

    host_ip: str
    host_port: int
    container_port: int
    protocol: str
    exposure: str
    active: bool
    length: int = 1

    def goes_on_with(self, other: _Run) -> bool:
        following = replace(
            self, host_port=self.host_port + self.length, container_port=self.container_port + self.length, length=1
        )
        return following == other


def words_of(exposure: str) -> str:
    return _WORDS.get(exposure, exposure)


def address_text(host_ip: str) -> str:
    return f"[{host_ip}]" if ":" in host_ip else host_ip or "*"


def port_text(port: Raw) -> str:
    """The host's side of a publication."""
    number = port["host_port"]
    return f"{address_text(port['host_ip'])}:{'any' if number is None else number}"


def group_published(published: t.Iterable[Raw]) -> list[Group]:
    rows = merge_families(published)
    # A host port that is not known, or a range out of which the engine chooses, follows nothing.
    fixed = sorted(
        (
            _Run(
                row["host_ip"], row["host_port"], row["container_port"], row["protocol"], row["exposure"], row["active"]
            )
            for row in rows
            if isinstance(row["host_port"], int)
        ),
        key=lambda run: (run.host_ip, run.protocol, run.exposure, run.active, run.host_port, run.container_port),
    )
    runs: list[_Run] = []
    for run in fixed:
        if runs and runs[-1].goes_on_with(run):
            runs[-1] = replace(runs[-1], length=runs[-1].length + 1)
        else:
            runs.append(run)
    groups = [
        Group(
            f"{address_text(run.host_ip)}:{span(run.host_port, run.length)}",
            f"{span(run.container_port, run.length)}/{run.protocol}",
            run.exposure,
            run.active,
        )
        for run in sorted(runs, key=lambda run: (run.host_port, run.host_ip, run.container_port))
    ]
    groups += [
        Group(port_text(row), f"{row['container_port']}/{row['protocol']}", row["exposure"], row["active"])
        for row in rows
        if not isinstance(row["host_port"], int)
    ]
    return groups


def span(first: int, length: int) -> str:
    return str(first) if length == 1 else f"{first}-{first + length - 1}"


def merge_families(published: t.Iterable[Raw]) -> list[dict[str, t.Any]]:
    """A port on 0.0.0.0 and on :: is one on every address."""
    rows = [dict(each) for each in published]

    def rest(row: Raw) -> tuple[t.Any, ...]:
        return row["host_port"], row["container_port"], row["protocol"], row["active"]

    families: dict[tuple[t.Any, ...], set[str]] = {}
    for row in rows:
        families.setdefault(rest(row), set()).add(row["host_ip"])
    merged = []
    for row in rows:
        if families[rest(row)] >= {"0.0.0.0", "::"} and row["host_ip"] in _EVERY_ADDRESS:
            if row["host_ip"] != "0.0.0.0":
                continue
            row["host_ip"] = ""
        merged.append(row)
    return merged
