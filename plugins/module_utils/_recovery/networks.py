# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""The steps that settle an interrupted rebuild of a network.

Where the new network stands already the rebuild is finished, otherwise the old network gets its members back; where it
is gone it is remade first. Either way every member is on the network again.
"""

from __future__ import annotations

import typing as t

from .._objects.interrupted import find_rebuild, find_trials
from .._objects.journal import Member, RebuildRecord
from .._objects.networks import Network, same_pools
from .._objects.snapshot import Snapshot
from .._plan.changes import Change
from .._steps.base import Step
from .._steps.journal import CloseJournal
from .._steps.networks import Connect, CreateNetwork, Disconnect, RemoveNetwork
from .._steps.run_state import Start
from .._types import Json


def plan_network_recovery(name: str, snapshot: Snapshot) -> Change | None:
    """What settles an interrupted rebuild of this network; None where there was none."""
    steps: list[Step] = [RemoveNetwork(trial.id, trial.name) for trial in find_trials(name, snapshot)]
    journal = find_rebuild(name, snapshot)
    if journal is not None and journal.rebuild is not None:
        steps += _settle(journal.rebuild, snapshot)
        steps.append(CloseJournal(journal))
    change = Change("network", name, steps=tuple(steps), settles=True)
    return change.because(f"a rebuild of network {name} was interrupted") if steps else None


def _settle(rebuild: RebuildRecord, snapshot: Snapshot) -> t.Iterator[Step]:
    made = _find_made(rebuild, snapshot)
    if made is not None and is_as_described(made, rebuild.after):
        yield from rejoin(rebuild.members, "after", rebuild.name, made.id, snapshot)
    else:
        for part in undo_rebuild(rebuild, snapshot):
            yield from part


def _find_made(rebuild: RebuildRecord, snapshot: Snapshot) -> Network | None:
    """The network that took the original's place."""
    standing = [network for network in snapshot.networks if network.name == rebuild.name]
    if any(network.id == rebuild.original for network in standing):
        return None
    return standing[0] if standing else None


def undo_rebuild(rebuild: RebuildRecord, snapshot: Snapshot) -> tuple[list[Step], list[Step]]:
    """The network as it was, remade where it is gone, with all of its members.

    The second part is about members with dynamic addresses: all others, which have fixed addresses, join before them.
    """
    name = rebuild.name
    steps: list[Step] = []
    made = _find_made(rebuild, snapshot)
    network = name
    if made is not None and (is_as_described(made, rebuild.before) or not is_as_described(made, rebuild.after)):
        # Remade by an earlier recovery, or by others.
        network = made.id
    elif any(each.id == rebuild.original for each in snapshot.networks):
        network = rebuild.original
    else:
        if made is not None:
            running = [summary for summary in snapshot.members_of(made) if summary.is_running]
            for summary in running:
                steps.append(Disconnect(made.id, summary.id, {}, name, summary.name, force=True))
            steps.append(RemoveNetwork(made.id, name))
            snapshot = snapshot.without_endpoints(name, {summary.id for summary in running})
        steps.append(CreateNetwork(name, rebuild.before))
    fixed = [member for member in rebuild.members if (member.before or {}).get("IPAMConfig")]
    others = [member for member in rebuild.members if member not in fixed]
    steps += rejoin(fixed, "before", name, network, snapshot)
    return steps, list(rejoin(others, "before", name, network, snapshot))


def rejoin(members: t.Sequence[Member], side: str, name: str, network: str, snapshot: Snapshot) -> t.Iterator[Step]:
    """``side``: which of their two endpoints they shall have, ``before`` or ``after``. Fixed addresses first.

    A member that was stopped for its join, and is still down, gets its address when it runs again.
    """
    for member in sorted(members, key=lambda each: not (getattr(each, side) or {}).get("IPAMConfig")):
        yield from _rejoin(member, getattr(member, side), name, network, snapshot)


def _rejoin(member: Member, wanted: Json | None, name: str, network: str, snapshot: Snapshot) -> t.Iterator[Step]:
    summary = next((each for each in snapshot.summaries if each.id == member.container), None)
    if summary is None:
        return
    standing = summary.endpoints.get(name)
    is_live = standing is not None and standing.get("NetworkID") in (network, "", None)
    if is_live and summary.is_running:
        is_live = bool((standing or {}).get("EndpointID"))
    if standing is not None and (wanted is None or not is_live):
        yield Disconnect(network, summary.id, {}, name, summary.name, force=True)
    if wanted is not None and not is_live:
        yield Connect(network, summary.id, wanted, name, summary.name, restarts=True)
    if member.was_running and not summary.is_running:
        yield Start(summary.id, summary.name, remake=True)


def is_as_described(network: Network, body: Json) -> bool:
    """Whether a network is as this create request makes it, as far as the request says."""
    described = Network(body)

    def list_switches(each: Network) -> tuple[bool, ...]:
        return (each.is_internal, each.has_ipv6, each.is_attachable, each.has_ipv4)

    if (network.driver, network.config_from) != (described.driver, described.config_from):
        return False
    if described.config_from:
        # The rest is copied, and not in the request.
        return network.is_internal == described.is_internal
    if list_switches(network) != list_switches(described) or network.labels != described.labels:
        return False
    if any(network.options.get(key) != value for key, value in described.options.items()):
        return False
    return not described.pools or same_pools(described.pools, network.pools)
