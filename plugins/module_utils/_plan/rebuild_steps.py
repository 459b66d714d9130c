# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""The steps of a network's rebuild: its members leave, the network is replaced, and the members join again."""

from __future__ import annotations

import typing as t

from .._objects.networks import Network
from .._steps.base import Step
from .._steps.networks import Connect, CreateNetwork, Disconnect, RemoveNetwork
from .._steps.verification import VerifyMembers
from .causes import with_cause
from .changes import NetworkRebuild


@with_cause
def rehearse(rebuild: NetworkRebuild) -> t.Iterator[Step]:
    """Find out what only the engine knows to be in the way, before any member is disconnected."""
    if rebuild.trial is not None:
        yield CreateNetwork(rebuild.trial["Name"], rebuild.trial)
        yield RemoveNetwork(rebuild.trial["Name"], rebuild.trial["Name"])


@with_cause
def leave(rebuild: NetworkRebuild, fixed: bool) -> t.Iterator[Step]:
    """Members without fixed addresses leave first, so that an undo lets them join last: see replace_network."""
    record = rebuild.record
    for member in record.members:
        if member.before is not None and bool(member.before.get("IPAMConfig")) == fixed:
            yield Disconnect(record.original, member.container, member.before, record.name, member.name, force=True)


@with_cause
def replace_network(rebuild: NetworkRebuild) -> t.Iterator[Step]:
    """Members with fixed addresses leave last and join first: a dynamic address may be any that is free then."""
    record = rebuild.record
    yield from leave(rebuild, fixed=True)
    yield RemoveNetwork(record.original, record.name, record.before, waits=Network(record.before).is_of_swarm)
    yield CreateNetwork(record.name, record.after)
    yield from _join(rebuild, fixed=True)


@with_cause
def join_others(rebuild: NetworkRebuild) -> t.Iterator[Step]:
    yield from _join(rebuild, fixed=False)
    yield VerifyMembers(rebuild.record.name, rebuild.record.name, rebuild.verified)


def _join(rebuild: NetworkRebuild, fixed: bool) -> t.Iterator[Step]:
    name = rebuild.record.name
    for member in rebuild.record.members:
        if member.after is not None and bool(member.after.get("IPAMConfig")) == fixed:
            yield Connect(name, member.container, member.after, name, member.name)
