# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""Ranges of host ports: the engine chooses a free port of each, as long as there is one."""

from __future__ import annotations

import typing as t
from dataclasses import replace

from .._errors import Failure
from .._objects.ports import Publication, find_free_ports
from .changes import Change

# So many holders stand in a message; the failure's details have all.
_LISTED = 8


def check_ranges(changes: t.Sequence[Change], holders: t.Mapping[str, t.Sequence[Publication]]) -> list[Failure]:
    """Refuse each range of which no port is left. ``holders``: what containers hold once the plan is done."""
    ranges = [(change.name, each) for change in changes for each in change.holds or () if each.is_range]
    taken = [(name, held) for name, publications in holders.items() for held in publications if held.is_fixed]
    refusals = []
    # The range that ends first has the least choice.
    for name, wanted in sorted(ranges, key=lambda each: (each[1].host_port_end, each[1].host_port)):
        held = [(holder, port) for holder, port in taken if _is_in(port, wanted)]
        free = find_free_ports(wanted, [port for _holder, port in held])
        if free:
            taken.append((name, replace(wanted, host_port=free[0], host_port_end=free[0])))
        else:
            refusals.append(_refuse_used_up(name, wanted, sorted(held)))
    return refusals


def _refuse_used_up(container: str, wanted: Publication, held: t.Sequence[tuple[str, Publication]]) -> Failure:
    names = list(dict.fromkeys(repr(holder) for holder, _port in held))
    listing = ", ".join(names[:_LISTED])
    if len(names) > _LISTED:
        listing += f" and {len(names) - _LISTED} more"
    return Failure(
        "port_conflict",
        f"Container {container!r} cannot publish {wanted}: no port of the range {wanted.host_port} to"
        f" {wanted.host_port_end} is free. They are taken by {listing}. Choose a wider range, or another address.",
        container=container,
        publication=str(wanted),
        holders=[{"holder": holder, "publication": str(port)} for holder, port in held],
    )


def _is_in(port: Publication, wanted: Publication) -> bool:
    return port.protocol == wanted.protocol and wanted.host_port <= port.host_port <= wanted.host_port_end
