# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""The one flow behind every module that changes something: read, plan, refuse or apply, read again.

What only a run that changes something needs is imported there: most runs change nothing, and each run of a module
compiles what it imports.
"""

from __future__ import annotations

import time
import typing as t
from dataclasses import dataclass, field

from ._desired.state import DesiredState
from ._engine.client import Client
from ._errors import Failure, Refusals
from ._objects.ending import Ending
from ._objects.journal import find_companions
from ._objects.leftovers import find_locked, lock_name, name_task
from ._objects.snapshot import Snapshot
from ._observe.host_ports import check_free, check_range
from ._observe.snapshot import read_depth, read_images, read_snapshot
from ._plan.memberships import resolve_names
from ._plan.plan import Plan
from ._plan.planner import make_plan
from ._recovery.interrupted import find_interrupted
from ._results import container_result, network_result
from ._types import Key

# How often a plan that grew while it waited for its locks is made again with more of them.
_ATTEMPTS = 5
# How often check mode looks whether a change of another run is done, in seconds.
_POLL = 0.5


@dataclass(frozen=True)
class Converged:
    """``host`` is what stands now; in check mode what stood before, and results come from the plan.

    ``desired`` has the names of objects: after a replacement an ID that the task gave in place of a name is gone.
    """

    desired: DesiredState
    plan: Plan
    host: Snapshot
    check_mode: bool
    actions: tuple[str, ...]
    recovered: bool = False
    # Whether a pull has brought something new.
    pulled: bool = False
    # Whether every host port and subnet that is taken was tried on the host itself, or compared with what it has.
    tried_all: bool = False
    # What turned out to be lost beyond what the plan says.
    losses: tuple[str, ...] = ()
    # How containers of the task have ended, by name.
    endings: t.Mapping[str, Ending] = field(default_factory=dict)

    def base_result(self) -> dict[str, t.Any]:
        """The return values that every changing module has."""
        return {
            "changed": self.plan.changed or self.recovered or self.pulled,
            "actions": list(self.actions),
            "will_lose": [*self.plan.will_lose, *self.losses],
            "preflight": "full" if self.tried_all else "partial",
            "diff": self.plan.diff,
            "warnings": [*self.plan.warnings, *(f"What turned out to be lost: {loss}." for loss in self.losses)],
        }

    def inspected(self, name: str) -> t.Mapping[str, t.Any] | None:
        """The container as the engine shows it now; None where there is none."""
        summary = self.host.find_container(name)
        return None if summary is None else self.host.inspected(summary).raw

    def container(self, index: int) -> dict[str, t.Any] | None:
        """The container at this index of the task, as it is or as it would be; None where there is none.

        With how it has ended, where it was to end or was started here and is gone.
        """
        desired = self.desired.containers[index]
        result, ending = self._find_container(desired.name), self.endings.get(desired.name)
        if result is None and ending is not None:
            predicted = self.plan.find_change("container", desired.name)
            result = {**(predicted.predicted or {}), "state": "removed"} if predicted is not None else None
        if result is None or (ending is None and not desired.runs_to_end):
            return result
        status, output = (None, None) if ending is None else (ending.status, "\n".join(ending.output))
        return {**result, "status": status, "output": output}

    def _find_container(self, name: str) -> dict[str, t.Any] | None:
        change = self.plan.find_change("container", name)
        if self.check_mode and change is not None and change.has_effect:
            return None if change.predicted is None else dict(change.predicted)
        summary = self.host.find_container(name)
        if summary is None:
            return None
        result = container_result(self.host.inspected(summary), self.host.engine.api)
        return self._move_endpoints(result) if self.check_mode else result

    def _move_endpoints(self, predicted: dict[str, t.Any]) -> dict[str, t.Any]:
        """A container without a change of its own gets new endpoints on networks that are rebuilt."""
        for change in self.plan.changes:
            members = (change.predicted or {}).get("connected") if change.network_rebuild is not None else ()
            for row in members or ():
                if row["name"] == predicted["name"]:
                    addresses = {key: row[key] for key in ("ip_address", "ipv6_address")}
                    predicted["networks"][change.name].update(
                        {**addresses, "network_id": "", "mac_address": "", "gateway": ""}
                    )
        return predicted

    def network(self, index: int) -> dict[str, t.Any] | None:
        name = self.desired.networks[index].name
        change = self.plan.find_change("network", name)
        if self.check_mode and change is not None:
            return None if change.predicted is None else self._predict_network(name, change.predicted)
        standing = self.host.find_network(name)
        return None if standing is None else network_result(standing, self.host.members_of(standing))

    def inspected_network(self, client: Client, index: int) -> dict[str, t.Any]:
        """The network as the engine shows it, in check mode as it would; empty where there is none."""
        name = self.desired.networks[index].name
        change = self.plan.find_change("network", name)
        standing = self.host.find_network(name)
        shown = {} if standing is None else dict(client.find(f"/networks/{standing.id}") or {})
        if not self.check_mode or change is None:
            return shown
        if change.predicted is None:
            return {}
        made = {key: value for key, value in (change.made or {}).items() if key != "CheckDuplicate"}
        return {**shown, **made, "Id": "" if made else standing and standing.id}

    def _predict_network(self, name: str, predicted: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
        """The members as the plans of their own make them."""
        members = []
        for member in predicted["connected"]:
            change = self.plan.find_change("container", member["name"])
            if change is not None and change.has_effect and change.predicted is not None:
                endpoint = change.predicted["networks"].get(name) or {}
                kept = {key: endpoint.get(key) or "" for key in ("ip_address", "ipv6_address")}
                member = {**{key: change.predicted[key] for key in ("name", "id", "state")}, **kept}
            members.append(member)
        return {**predicted, "connected": members}


def converge(client: Client, desired: DesiredState, *, check_mode: bool, parallel: int = 1) -> Converged:
    """Bring the host to the desired state. Raises Failure when anything is refused or fails."""
    run = Run(client, desired, check_mode, parallel)
    try:
        return run.converge()
    except Failure as failure:
        # What had been done by then, such as settling an interrupted change, was done also where the rest is refused.
        failure.outcome = {"changed": bool(run.actions), "actions": list(run.actions), **failure.outcome}
        raise


@dataclass
class Run:
    """One run of a module. ``actions`` grows by what is done; ``pulled``: a pull has brought something new.

    ``losses``: what turned out to be lost while it was done; ``endings``: how containers have ended, by name.
    """

    client: Client
    desired: DesiredState
    check_mode: bool
    parallel: int = 1
    actions: list[str] = field(default_factory=list)
    pulled: bool = False
    losses: list[str] = field(default_factory=list)
    endings: dict[str, Ending] = field(default_factory=dict)

    def converge(self) -> Converged:
        host = read_snapshot(self.client, self.desired)
        self.desired = resolve_names(self.desired, host)
        host = host.replace(chosen=self.desired.chosen)
        if self.check_mode:
            return self._conclude(*self._plan_beside_others(host))
        try:
            keys, plan, host = self._find_work(host)
        except Failure:
            # What was read may be the middle of another run's change: the daemon does not tell everything at once.
            keys, plan, host = self._find_work(self._read())
        return self._change(keys) if keys else self._conclude(plan, host)

    def _find_work(self, host: Snapshot) -> tuple[set[Key], Plan, Snapshot]:
        """The objects to lock, and the plan that says which; none where there is nothing to do."""
        # A run is changing one of these objects, or was killed at that: only the holder of the lock can know more.
        named = set(self.desired.keys)
        keys = find_interrupted(self.desired, host) | find_locked(named, host.locks, name_task(named))
        if keys:
            return keys, Plan(), host
        plan, host = self._plan(host)
        return plan.touched, plan, host

    # -- read ----------------------------------------------------------------------------------------------------------

    def _read(self, keys: t.Iterable[Key] = ()) -> Snapshot:
        """``keys``: what else is changed, beside the objects of the task."""
        return read_snapshot(self.client, self.desired, [name for kind, name in sorted(keys) if kind == "container"])

    # -- plan, and refuse ----------------------------------------------------------------------------------------------

    def _plan(self, host: Snapshot) -> tuple[Plan, Snapshot]:
        """Plan, and raise whatever is refused."""
        plan = make_plan(self.desired, host)
        # What depends on a replaced container is replaced as well, which is known only once all have been read.
        deep = False
        while not plan.replaced.keys() <= host.layers.keys() or (plan.takes_ports and not deep):
            unread = {key: mounted for key, mounted in plan.replaced.items() if key not in host.layers}
            host, deep = read_depth(self.client, host, unread), True
            plan = make_plan(self.desired, host)
        if host.engine.is_local:
            # Ports that no container holds may still belong to a process of the host.
            plan = plan.refusing(_find_taken_ports(plan, host))
        plan.refuse()
        _check_volumes(plan, host)
        return plan, host

    def _plan_beside_others(self, host: Snapshot) -> tuple[Plan, Snapshot]:
        """The plan for check mode. Raises Failure where an interrupted change would have to be settled first."""
        touched: set[Key] = set()
        while True:
            host = self._await_others(host, touched)
            plan, planned = self._plan(host)
            # The members of a network are known to be concerned only when that is to be changed.
            if not find_interrupted(self.desired, host, plan.touched):
                return plan, planned
            touched |= plan.touched

    def _await_others(self, host: Snapshot, touched: t.Collection[Key]) -> Snapshot:
        """What looks like an interrupted change may be going on. Check mode takes no locks, and looks again."""
        from ._engine.lock import WAIT, find_held

        deadline = time.monotonic() + WAIT
        while True:
            interrupted = sorted(find_interrupted(self.desired, host, touched))
            if not interrupted:
                return host
            held = find_held(self.client, host.locks)
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
                    f"Another run is changing {kind} {name!r} and did not finish within {WAIT:.0f} s; until then it"
                    " cannot be said what would change. Try again later.",
                    lock=lock_name(going_on[0]),
                )
            time.sleep(_POLL)
            host = self._read()

    def _conclude(self, plan: Plan, host: Snapshot) -> Converged:
        """The result where nothing is applied: in check mode, or because there is nothing to do."""
        tried = (bool(host.engine.is_local) or not plan.takes_ports) and plan.knows_subnets(host)
        return Converged(self.desired, plan, host, self.check_mode, plan.actions, tried_all=tried)

    # -- lock, recover, apply ------------------------------------------------------------------------------------------

    def _change(self, keys: set[Key]) -> Converged:
        """Lock these objects, and whatever else turns out to be concerned; settle, plan and apply under the locks."""
        from ._engine.lock import break_abandoned, hold_locks

        for _attempt in range(_ATTEMPTS):
            with hold_locks(self.client, keys, name_task(set(self.desired.keys)), self.actions):
                # Another run may have changed anything until the locks were ours.
                host = self._read(keys)
                self.actions += break_abandoned(self.client, host.locks, keys)
                needed = find_companions(keys, host.journals)
                if needed <= keys:
                    host = self._recover(host, keys)
                    recovered = bool(self.actions)
                    plan, host = self._plan(host)
                    needed = plan.touched
                if needed <= keys:
                    plan, tried = self._apply(plan, host)
                    # Anything may have been renamed, remade or given new numbers: only a fresh reading is the truth.
                    host = self._read()
                    done, losses = tuple(self.actions), tuple(self.losses)
                    return Converged(
                        self.desired, plan, host, False, done, recovered, self.pulled, tried, losses, self.endings
                    )
            keys |= needed
        raise Failure(
            "busy", "Other runs kept changing the same objects while this one waited for them. Try again later."
        )

    def _recover(self, host: Snapshot, keys: t.Collection[Key]) -> Snapshot:
        """Settle what interrupted runs have left of these containers, before the host is planned for."""
        from ._apply.executor import apply_changes
        from ._apply.outcome import raise_failed
        from ._recovery.containers import plan_recovery
        from ._recovery.networks import plan_network_recovery

        settled: set[Key] = set()
        cleared = False
        for key in sorted(keys):
            plan = plan_recovery if key[0] == "container" else plan_network_recovery
            change = None if key in settled else plan(key[1], host)
            if change is not None:
                if change.steps and not cleared:
                    self._clear(host)
                    cleared = True
                settled |= find_companions([key], host.journals)
                outcomes = apply_changes([change], self.client.clone, 1)
                self.actions += [f"recover: {action}" for outcome in outcomes for action in outcome.actions]
                raise_failed(outcomes, self.actions)
        return self._read(keys) if settled else host

    def _clear(self, host: Snapshot) -> None:
        """Remove what killed runs have left of themselves anywhere on the host.

        It is in the way of no other run, so that only a run that changes something does this.
        """
        from ._engine.lock import break_abandoned
        from ._probe.helper import remove_abandoned

        self.actions += [*remove_abandoned(self.client, host), *break_abandoned(self.client, host.locks)]

    def _apply(self, plan: Plan, host: Snapshot) -> tuple[Plan, bool]:
        """Returns the plan that was carried out: an image that had to be pulled first may have changed it.

        And whether all host ports and subnets that it takes were tried on the host before.
        """
        from ._apply.executor import apply_changes
        from ._apply.outcome import raise_failed
        from ._apply.port_preflight import preflight_ports

        if plan.pulls:
            from ._apply.image_pull import pull_images

            platforms = {each.image: str(each.platform or "") for each in self.desired.containers}
            pull_images(self.client, {each: platforms.get(each, "") for each in plan.pulls}, self.actions)
            known = {each: _image_id(host, each) for each in plan.pulls}
            plan, host = self._plan(read_images(self.client, host, plan.pulls))
            # The image may have been there under another name, so that no container changes.
            self.pulled = any(_image_id(host, each) != before for each, before in known.items())
        tried = bool(host.engine.is_local) or preflight_ports(self.client, plan.changes, host)
        if plan.changed:
            self._clear(host)
        outcomes = apply_changes(plan.changes, self.client.clone, self.parallel)
        self.actions += [action for outcome in outcomes for action in outcome.actions]
        for outcome in outcomes:
            self.endings.update(outcome.endings)
        self.losses += [loss for outcome in outcomes for loss in outcome.losses]
        raise_failed(outcomes, self.actions)
        return plan, tried and plan.knows_subnets(host)


def _image_id(host: Snapshot, reference: str) -> str | None:
    image = host.images.get(reference)
    return None if image is None else str(image["Id"])


def _find_taken_ports(plan: Plan, host: Snapshot) -> list[Failure]:
    """What is refused because of processes of the host."""
    refusals = Refusals()
    held = [each for summary in host.summaries if summary.is_running for each in summary.publications]
    for name, publications in plan.list_new_ports(host):
        for publication in publications:
            if publication.is_range:
                tries_all = host.engine.api.tries_whole_range
                refusals.gather(check_range, name, publication, held, tries_all=tries_all)
            else:
                refusals.gather(check_free, name, publication)
    return refusals


def _check_volumes(plan: Plan, host: Snapshot) -> None:
    """Locks and journals need volumes of certain names, which may be those of others."""
    if not host.foreign:
        return
    from ._engine.lock import refuse_foreign
    from ._objects.journal import refuse_foreign_journal
    from ._steps.journal import OpenJournal

    for key in sorted(plan.touched):
        if lock_name(key) in host.foreign:
            raise refuse_foreign(lock_name(key), key)
    for change in plan.changes:
        for step in change.steps:
            if isinstance(step, OpenJournal) and step.journal.volume in host.foreign:
                raise refuse_foreign_journal(step.journal)
