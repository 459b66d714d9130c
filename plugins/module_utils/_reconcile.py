# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""The one flow behind every module that changes something: read, plan, refuse or apply, read again."""

from __future__ import annotations

import time
import typing as t
from dataclasses import dataclass

from ._apply.executor import apply_changes
from ._apply.outcome import raise_failed
from ._apply.port_preflight import preflight_ports
from ._desired.containers import DesiredContainer
from ._desired.networks import DesiredNetwork
from ._engine.client import ApiError, Client
from ._engine.lock import WAIT, break_abandoned, find_held, find_locked, hold_locks, refuse_foreign
from ._errors import Failure
from ._objects.interrupted import is_interrupted, is_rebuild_interrupted
from ._objects.journal import find_companions, refuse_foreign_journal
from ._objects.leftovers import lock_name, name_task
from ._objects.ports import overlaps
from ._objects.snapshot import Snapshot
from ._observe.host_ports import check_free
from ._observe.snapshot import find_chosen, read_depth, read_images, read_snapshot
from ._plan.changes import Change
from ._plan.memberships import resolve_names
from ._plan.plan import Plan, pull_action
from ._plan.planner import make_plan
from ._probe.helper import remove_abandoned
from ._recovery.containers import plan_recovery
from ._recovery.networks import plan_network_recovery
from ._results import container_result, network_result
from ._steps.journal import OpenJournal
from ._types import Key

# How often a plan that grew while it waited for its locks is made again with more of them.
_ATTEMPTS = 5
# How often check mode looks whether a change of another run is done, in seconds.
_POLL = 0.5


@dataclass(frozen=True)
class Converged:
    """``host`` is what stands now; in check mode what stood before, and results come from the plan.

    ``networks`` and ``containers`` are the names of the desired objects, in the order of the task: after a replacement
    an ID that the task gave in place of a name is gone.
    """

    plan: Plan
    host: Snapshot
    check_mode: bool
    networks: tuple[str, ...]
    containers: tuple[str, ...]
    actions: tuple[str, ...]
    recovered: bool = False
    # Whether every host port and subnet that is taken was tried on the host itself, or compared with what it has.
    tried_all: bool = False

    def base_result(self) -> dict[str, t.Any]:
        """The return values that every changing module has."""
        return {
            "changed": self.plan.changed or self.recovered,
            "actions": list(self.actions),
            "will_lose": self.plan.will_lose,
            "preflight": "full" if self.tried_all else "partial",
            "diff": self.plan.diff,
            "warnings": self.plan.warnings,
        }

    def container(self, index: int) -> dict[str, t.Any] | None:
        """The container at this index of the task, as it is or as it would be; None where there is none."""
        change = self._item("container", self.containers[index])
        if self.check_mode and change is not None and change.has_effect:
            return None if change.predicted is None else dict(change.predicted)
        summary = self.host.find_container(self.containers[index])
        return None if summary is None else container_result(self.host.inspected(summary), self.host.engine.api)

    def network(self, index: int) -> dict[str, t.Any] | None:
        change = self._item("network", self.networks[index])
        raw = self.host.find_network(self.networks[index])
        if self.check_mode and change is not None and (raw is None or not change.after):
            return None if change.predicted is None else dict(change.predicted)
        if raw is None:
            return None
        members = self.host.members_of(raw)
        if self.check_mode and change is not None:
            # Containers may join or leave by plans of their own, so that this counts without steps of the network too.
            known = {member.name: member for member in members}
            return network_result(raw, [known.get(name, name) for name in change.after["connected"]])
        return network_result(raw, members)

    def _item(self, kind: str, name: str) -> Change | None:
        return next((change for change in self.plan.changes if change.key == (kind, name)), None)


def converge(
    client: Client,
    networks: t.Sequence[DesiredNetwork],
    containers: t.Sequence[DesiredContainer],
    *,
    check_mode: bool,
    parallel: int = 1,
) -> Converged:
    """Bring the host to the desired state. Raises Failure when anything is refused or fails."""
    actions: list[str] = []
    try:
        return _converge(client, networks, containers, check_mode, parallel, actions)
    except Failure as failure:
        # What had been done by then, such as settling an interrupted change, was done also where the rest is refused.
        failure.outcome = {"changed": bool(actions), "actions": list(actions), **failure.outcome}
        raise


def _converge(
    client: Client,
    networks: t.Sequence[DesiredNetwork],
    containers: t.Sequence[DesiredContainer],
    check_mode: bool,
    parallel: int,
    actions: list[str],
) -> Converged:
    """``actions`` grows by what is done."""
    host = read_snapshot(client, networks, containers)
    networks, containers = resolve_names(networks, containers, host)
    host = host.replace(chosen=find_chosen(networks))
    names = (tuple(desired.name for desired in networks), tuple(desired.name for desired in containers))
    if check_mode:
        plan, host = _plan_for_check_mode(client, networks, containers, host)
        return _result_without_apply(plan, host, check_mode, names)
    interrupted = _find_interrupted(networks, containers, host)
    # A run is changing one of these objects, or was killed at that: only the holder of the lock can know more.
    named = {*(("network", name) for name in names[0]), *(("container", name) for name in names[1])}
    task = name_task(named)
    keys = interrupted | find_locked(named, host.locks, task)
    if not keys:
        plan, host = _plan(client, networks, containers, host)
        keys = plan.touched
        if not keys:
            return _result_without_apply(plan, host, check_mode, names)
    for _attempt in range(_ATTEMPTS):
        with hold_locks(client, keys, task, actions):
            # Another run may have changed anything until the locks were ours.
            host = _read(client, networks, containers, keys)
            actions += break_abandoned(client, host.locks, keys)
            needed = find_companions(keys, host.journals)
            if needed <= keys:
                host = _recover(client, networks, containers, host, keys, actions)
                recovered = bool(actions)
                plan, host = _plan(client, networks, containers, host)
                needed = plan.touched
            if needed <= keys:
                plan, tried = _apply(client, networks, containers, host, plan, parallel, actions)
                # Anything may have been renamed, remade or given new numbers: only a fresh reading is the truth.
                host = read_snapshot(client, networks, containers)
                return Converged(plan, host, check_mode, *names, tuple(actions), recovered, tried)
        keys |= needed
    raise Failure("busy", "Other runs kept changing the same objects while this one waited for them. Try again later.")


def _read(
    client: Client,
    networks: t.Sequence[DesiredNetwork],
    containers: t.Sequence[DesiredContainer],
    keys: t.Iterable[Key],
) -> Snapshot:
    return read_snapshot(client, networks, containers, [name for kind, name in sorted(keys) if kind == "container"])


def _result_without_apply(
    plan: Plan, host: Snapshot, check_mode: bool, names: tuple[tuple[str, ...], tuple[str, ...]]
) -> Converged:
    """The result where nothing is applied: in check mode, or because there is nothing to do."""
    tried = (bool(host.engine.is_local) or not plan.takes_ports) and _knows_subnets(plan, host)
    return Converged(plan, host, check_mode, *names, actions=plan.actions, tried_all=tried)


def _plan_for_check_mode(
    client: Client, networks: t.Sequence[DesiredNetwork], containers: t.Sequence[DesiredContainer], host: Snapshot
) -> tuple[Plan, Snapshot]:
    """The plan for check mode. Raises Failure where an interrupted change would have to be settled first."""
    touched: set[Key] = set()
    while True:
        host = _await_others(client, networks, containers, host, touched)
        plan, planned = _plan(client, networks, containers, host)
        # The members of a network are known to be concerned only when that is to be changed.
        if not _find_interrupted(networks, containers, host, plan.touched):
            return plan, planned
        touched |= plan.touched


def _await_others(
    client: Client,
    networks: t.Sequence[DesiredNetwork],
    containers: t.Sequence[DesiredContainer],
    host: Snapshot,
    touched: t.Collection[Key],
) -> Snapshot:
    """What looks like an interrupted change may be going on. Check mode takes no locks, and looks again."""
    deadline = time.monotonic() + WAIT
    while True:
        interrupted = sorted(_find_interrupted(networks, containers, host, touched))
        if not interrupted:
            return host
        held = find_held(client, host.locks)
        going_on = [key for key in interrupted if lock_name(key) in held]
        if not going_on:
            raise Failure(
                "interrupted_change",
                f"A former change of {', '.join(repr(name) for _kind, name in interrupted)} was interrupted. A run"
                " without check mode settles that first; until then it cannot be said what else would change.",
            )
        if time.monotonic() > deadline:
            kind, name = going_on[0]
            raise Failure(
                "busy",
                f"Another run is changing {kind} {name!r} and did not finish within {WAIT:.0f} s; until then it cannot"
                " be said what would change. Try again later.",
                lock=lock_name(going_on[0]),
            )
        time.sleep(_POLL)
        host = read_snapshot(client, networks, containers)


def _find_interrupted(
    networks: t.Sequence[DesiredNetwork],
    containers: t.Sequence[DesiredContainer],
    host: Snapshot,
    touched: t.Collection[Key] = (),
) -> set[Key]:
    """The objects of interrupted changes that concern this task, or what its plan has ``touched``."""
    joining = (member.name for network in networks for member in network.connected or ())
    others = (name for kind, name in touched if kind == "container")
    names = {*(desired.name for desired in containers), *joining, *others}
    involved = {*(("container", name) for name in names), *(("network", desired.name) for desired in networks)}
    found = {key for journal in host.journals for key in journal.keys if involved & journal.keys}
    found |= {("container", name) for name in names if is_interrupted(name, host)}
    return found | {("network", desired.name) for desired in networks if is_rebuild_interrupted(desired.name, host)}


def _recover(
    client: Client,
    networks: t.Sequence[DesiredNetwork],
    containers: t.Sequence[DesiredContainer],
    host: Snapshot,
    keys: t.Collection[Key],
    actions: list[str],
) -> Snapshot:
    """Settle what interrupted runs have left of these containers, before the host is planned for."""
    settled: set[Key] = set()
    cleared = False
    for key in sorted(keys):
        plan = plan_recovery if key[0] == "container" else plan_network_recovery
        change = None if key in settled else plan(key[1], host)
        if change is not None:
            if change.steps and not cleared:
                actions += _clear(client, host)
                cleared = True
            settled |= find_companions([key], host.journals)
            outcomes = apply_changes([change], client.clone, 1)
            actions += [f"recover: {action}" for outcome in outcomes for action in outcome.actions]
            raise_failed(outcomes, actions)
    return _read(client, networks, containers, keys) if settled else host


def _clear(client: Client, host: Snapshot) -> list[str]:
    """Remove what killed runs have left of themselves anywhere on the host. Returns what was removed.

    It is in the way of nobody else, so that only a run that changes something does this.
    """
    return [*remove_abandoned(client, host), *break_abandoned(client, host.locks)]


def _apply(
    client: Client,
    networks: t.Sequence[DesiredNetwork],
    containers: t.Sequence[DesiredContainer],
    host: Snapshot,
    plan: Plan,
    parallel: int,
    actions: list[str],
) -> tuple[Plan, bool]:
    """Returns the plan that was carried out: an image that had to be pulled first may have changed it.

    And whether all host ports and subnets that it takes were tried on the host before.
    """
    pulled = _pull(client, plan)
    if pulled:
        actions += pulled
        plan, host = _plan(client, networks, containers, read_images(client, host, plan.pulls))
    tried = (bool(host.engine.is_local) or preflight_ports(client, plan.changes, host)) and _knows_subnets(plan, host)
    if plan.changed:
        actions += _clear(client, host)
    outcomes = apply_changes(plan.changes, client.clone, parallel)
    actions += [action for outcome in outcomes for action in outcome.actions]
    raise_failed(outcomes, actions)
    return plan, tried


def _plan(
    client: Client, networks: t.Sequence[DesiredNetwork], containers: t.Sequence[DesiredContainer], host: Snapshot
) -> tuple[Plan, Snapshot]:
    """Plan, and raise whatever is refused."""
    plan = make_plan(networks, containers, host)
    # What depends on a replaced container is replaced as well, which is known only once all containers have been read.
    deep = False
    while not plan.replaced.keys() <= host.layers.keys() or (plan.takes_ports and not deep):
        unread = {key: mounted for key, mounted in plan.replaced.items() if key not in host.layers}
        host, deep = read_depth(client, host, unread), True
        plan = make_plan(networks, containers, host)
    _refuse(plan)
    _check_volumes(plan, host)
    if host.engine.is_local:
        _check_host_ports(plan, host)
    return plan, host


def _knows_subnets(plan: Plan, host: Snapshot) -> bool:
    return host.host_ranges is not None or not plan.takes_subnets


def _refuse(plan: Plan) -> None:
    """One error that lists everything that was refused; its code is that of the first."""
    if not plan.refusals:
        return
    first = plan.refusals[0]
    failure = Failure(first.code, " ".join(refusal.message for refusal in plan.refusals), **first.details)
    failure.outcome = {"refusals": [refusal.as_dict() for refusal in plan.refusals]}
    raise failure


def _check_volumes(plan: Plan, host: Snapshot) -> None:
    """Locks and journals need volumes of certain names, which may be those of others."""
    for key in sorted(plan.touched):
        if lock_name(key) in host.foreign:
            raise refuse_foreign(lock_name(key), key)
    for change in plan.changes:
        for step in change.steps:
            if isinstance(step, OpenJournal) and step.journal.volume in host.foreign:
                raise refuse_foreign_journal(step.journal)


def _check_host_ports(plan: Plan, host: Snapshot) -> None:
    """Ports that no container holds may still belong to a process of the host."""
    held = [publication for summary in host.summaries if summary.is_running for publication in summary.publications]
    for change in plan.changes:
        for publication in change.holds or ():
            if change.has_effect and not any(overlaps(publication, other) for other in held):
                check_free(change.name, publication)


def _pull(client: Client, plan: Plan) -> list[str]:
    actions = []
    for reference in plan.pulls:
        try:
            client.pull(reference)
        except ApiError as error:
            raise Failure(
                "image_not_found",
                f"Image {reference!r} is not on the host and could not be pulled: {error.message}. Check its name, log"
                " in to its registry, or put it on the host by other means.",
                image=reference,
            ) from error
        actions.append(pull_action(reference))
    return actions
