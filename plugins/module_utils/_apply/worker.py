# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""Performing single steps, and saying what went wrong in the terms of what was attempted."""

from __future__ import annotations

import time
import typing as t
from dataclasses import replace
from urllib.parse import quote

from .._engine.client import ApiError, Client
from .._engine.logs import read_logs
from .._engine.messages import ADDRESS_TAKEN, CONTAINER_ENDING, is_port_taken, is_unstartable
from .._engine.redact import hide_values
from .._errors import Failure
from .._objects.containers import Container
from .._objects.journal import Journal, refuse_foreign_journal
from .._objects.names import remade_name
from .._plan import steps
from .._recovery.remake import plan_remake
from .layer_copy import carry_layer, check_carry, check_layer
from .port_holder import find_port_holder
from .verify import verify, verify_members

# The steps that undo something for a container that was there before.
_BRINGS_BACK = (steps.Start, steps.Unpark, steps.SetRestartPolicy, steps.Connect, steps.Pause, steps.Rename)
# A stop waits this much longer than the container may take, in seconds.
_STOP_MARGIN = 60
_DEFAULT_STOP_TIMEOUT = 10
# How often the update of a container that is ending is tried, and with which pause in seconds.
_UPDATES = 5
_UPDATE_PAUSE = 0.1


def is_past_point_of_no_return(done: t.Iterable[steps.Step]) -> bool:
    return any(isinstance(step, steps.RemoveContainer) for step in done)


def _is_already_done(step: steps.Step, error: ApiError) -> bool:
    """Whether the daemon refuses to undo something because there is nothing to undo (engine 20.10 to 28)."""
    message = error.message.lower()
    if isinstance(step, steps.Disconnect):
        return error.status == 404 or "is not connected to" in message
    if isinstance(step, steps.Connect):
        return "already exists in network" in message
    if isinstance(step, steps.Rename) and "same name as its current name" in message:
        return True
    if isinstance(step, steps.Pause):
        return "already paused" in message
    # A successor with --rm vanishes when its start fails, and with it all that would be undone for it.
    return error.status == 404 and isinstance(
        step,
        (steps.RemoveContainer, steps.RemoveNetwork, steps.Stop, steps.Unpause, steps.Rename, steps.CloseJournal),
    )


class Worker:
    """Performs single steps. Knows the IDs of what it has made, so that the daemon never has to guess at a name."""

    def __init__(self, client: Client, rest: t.Callable[[float], None] = time.sleep) -> None:
        """``rest``: how seconds are waited for in which a container is only watched."""
        self.client = client
        self._rest = rest
        # Containers that the engine could not start any more, and networks that were remade, by name.
        self.remade: list[str] = []
        # The names of those that should have been put back and were removed by others, by ID.
        self.gone: dict[str, str] = {}
        # Containers that the engine refused to start, by ID.
        self._refused: set[str] = set()
        self._made: dict[str, str] = {}
        # Journals of which the daemon has not yet said that they stand: their labels by the names of their volumes.
        self._unconfirmed: dict[str, t.Mapping[str, str]] = {}

    def _id(self, reference: str) -> str:
        return self._made.get(reference, reference)

    def perform(self, step: steps.Step, undoing: bool = False) -> str:
        """Returns what was done. Raises ApiError where the daemon refuses, unless there is nothing to undo."""
        if undoing and isinstance(step, (steps.RemoveContainer, steps.RemoveNetwork)) and not self._recall(step):
            return str(step)
        remade = len(self.remade)
        try:
            self._perform(step)
            if undoing and isinstance(step, steps.SetRestartPolicy) and step.runs:
                self._keep_running(step)
        except ApiError as error:
            if undoing and isinstance(step, _BRINGS_BACK) and self._is_gone(step, error):
                self._note_gone(step)
            elif not (undoing and _is_already_done(step, error)):
                raise
        return str(step) if len(self.remade) == remade else f"recreate {self.remade[-1]}"

    def _recall(self, step: steps.RemoveContainer | steps.RemoveNetwork) -> bool:
        """Whether the object to remove was made at all, where the answer to its creation was lost.

        Where nothing has that name, the daemon would take it for the beginning of an ID, and remove something else.
        """
        reference = step.container if isinstance(step, steps.RemoveContainer) else step.network
        if reference not in self._made:
            if isinstance(step, steps.RemoveContainer):
                listed = self.client.get("/containers/json", all=1)
                found = [raw["Id"] for raw in listed if f"/{reference}" in raw["Names"]]
            else:
                found = [raw["Id"] for raw in self.client.get("/networks") if raw["Name"] == reference]
            if not found:
                return False
            self._made[reference] = found[0]
        return True

    def _is_gone(self, step: steps.Step, error: ApiError) -> bool:
        """Whether the step failed because its container was removed meanwhile."""
        subject = steps.find_subject(step)
        if subject is None or error.status != 404 or "no such container" not in error.message.lower():
            return False
        return self.client.find(f"/containers/{self._id(subject.container)}/json") is None

    def _note_gone(self, step: steps.Step) -> None:
        """Containers that this plan has made are not missed: they would be removed anyway."""
        subject = steps.find_subject(step)
        if subject is not None and subject.container not in self._made:
            self.gone[subject.container] = subject.name

    def still_stands(self, step: steps.Step) -> bool | None:
        """Whether the object of a failed removal is there as it was; None where the daemon does not tell."""
        try:
            if isinstance(step, steps.RemoveContainer):
                raw = self.client.find(f"/containers/{self._id(step.container)}/json")
                if raw is not None and raw["State"]["Status"] in ("removing", "dead"):
                    return None
                return raw is not None
            if isinstance(step, steps.RemoveNetwork):
                return self.client.find(f"/networks/{self._id(step.network)}") is not None
            if isinstance(step, steps.CloseJournal):
                return self.client.find(f"/volumes/{step.journal.volume}") is not None
        except (ApiError, Failure):
            return None
        return True

    def _perform(self, step: steps.Step) -> None:
        client = self.client
        if isinstance(step, steps.CreateNetwork):
            self._create_network(step)
        elif isinstance(step, steps.RemoveNetwork):
            client.delete(f"/networks/{self._id(step.network)}")
        elif isinstance(step, steps.Connect):
            self._connect(step)
        elif isinstance(step, steps.Disconnect):
            self._disconnect(step)
        elif isinstance(step, steps.CreateContainer):
            self._create(step)
        elif isinstance(step, steps.SetRestartPolicy):
            self._set_restart_policy(step)
        elif isinstance(step, steps.Stop):
            self._stop(step)
        elif isinstance(step, steps.Start):
            self._start(step)
        elif isinstance(step, steps.Unpark):
            self._unpark(step)
        elif isinstance(step, steps.Pause):
            client.post(f"/containers/{self._id(step.container)}/pause")
        elif isinstance(step, steps.Unpause):
            client.post(f"/containers/{self._id(step.container)}/unpause")
        elif isinstance(step, steps.Verify):
            verify(client, self._id(step.container), step, self._rest)
        elif isinstance(step, steps.VerifyMembers):
            verify_members(client, self._id(step.network), step)
        elif isinstance(step, steps.OpenJournal):
            entries = step.journal.entries
            journal = replace(
                step.journal, entries=tuple(replace(each, successor=self._id(each.successor)) for each in entries)
            )
            self._open_journal(journal)
        elif isinstance(step, steps.CloseJournal):
            self._close_journal(step.journal.volume)
        elif isinstance(step, steps.CarryLayer):
            carry_layer(client, step.source, self._id(step.target))
        elif isinstance(step, steps.CheckCarry):
            check_carry(client, step.source, self._id(step.target))
        elif isinstance(step, steps.CheckLayer):
            check_layer(client, step.container)
        elif isinstance(step, steps.Rename):
            client.post(f"/containers/{self._id(step.container)}/rename", name=step.name)
        elif isinstance(step, steps.RemoveContainer):
            self._remove(step)

    def _open_journal(self, journal: Journal) -> None:
        volume, labels = journal.volume, journal.as_labels()
        self._unconfirmed[volume] = labels
        # A name that is taken is no error for the daemon: its answer shows the volume that stands.
        if self.client.post("/volumes/create", {"Name": volume, "Labels": labels}).get("Labels") != labels:
            raise refuse_foreign_journal(journal)
        del self._unconfirmed[volume]

    def _close_journal(self, volume: str) -> None:
        labels = self._unconfirmed.get(volume)
        if labels is not None and (self.client.find(f"/volumes/{volume}") or {}).get("Labels") != labels:
            return  # never opened, and what stands there belongs to others
        self.client.delete(f"/volumes/{volume}")

    def _create_network(self, step: steps.CreateNetwork) -> None:
        made = self.client.post("/networks/create", step.body)["Id"]
        self._made[step.name] = made
        if step.former:
            self._made[step.former] = made
            self.remade.append(f"network {step.name}")

    def _create(self, step: steps.CreateContainer) -> None:
        body = dict(step.body)
        links = [link.split(":", 1) for link in (body.get("HostConfig") or {}).get("Links") or ()]
        if links:
            # A link by name would make a restarted engine look for the name that the target had at this time.
            relinked = [f"{self._id(source)}:{alias}" for source, alias in links]
            body["HostConfig"] = {**body["HostConfig"], "Links": relinked}
        self._made[step.name] = self.client.post("/containers/create", body, name=step.name)["Id"]

    def _set_restart_policy(self, step: steps.SetRestartPolicy) -> None:
        """The engine refuses an update in the moment in which a container ends (seen on 20.10); that does not last."""
        path = f"/containers/{self._id(step.container)}/update"
        for left in reversed(range(_UPDATES)):
            try:
                self.client.post(path, {"RestartPolicy": dict(step.policy)})
                return
            except ApiError as error:
                if not left or CONTAINER_ENDING not in error.message:
                    raise
                time.sleep(_UPDATE_PAUSE)

    def _keep_running(self, step: steps.SetRestartPolicy) -> None:
        container_id = self._id(step.container)
        if container_id in self._refused:
            return
        if not self.client.get(f"/containers/{container_id}/json")["State"]["Running"]:
            self._start(steps.Start(step.container, step.name, remake=True))

    def _connect(self, step: steps.Connect) -> None:
        container = self._id(step.container)
        body = {"Container": container, "EndpointConfig": dict(step.endpoint)}
        path = f"/networks/{self._id(step.network)}/connect"
        try:
            self.client.post(path, body)
        except ApiError as error:
            if not (step.restarts and is_port_taken(error.message)) or ADDRESS_TAKEN in error.message:
                raise
            # The endpoint is half joined now, and only a container that does not run can leave it cleanly.
            self._stop(steps.Stop(step.container, step.container_name))
            try:
                self._disconnect(steps.Disconnect(step.network, container, {}, "", "", force=True))
                self.client.post(path, body)
            finally:
                self.client.post(f"/containers/{container}/start")

    def _disconnect(self, step: steps.Disconnect) -> None:
        body = {"Container": self._id(step.container), "Force": step.force}
        self.client.post(f"/networks/{self._id(step.network)}/disconnect", body)

    def _start(self, step: steps.Start) -> None:
        container_id = self._id(step.container)
        self._made.update(step.remade_ids)
        try:
            self.client.post(f"/containers/{container_id}/start")
        except ApiError as error:
            self._refused.add(container_id)
            if not step.remake:
                raise
            container = Container(self.client.get(f"/containers/{container_id}/json"))
            # A container that shares the namespaces of a remade container refers to an ID that is gone.
            if not (is_unstartable(error.message) or any(each in self._made for each in container.shares.values())):
                raise
            self._remake(container, step)

    def _unpark(self, step: steps.Unpark) -> None:
        """Its networks, and the containers whose namespaces it shares, tell whether a stopped container can start."""
        container = Container(self.client.get(f"/containers/{self._id(step.container)}/json"))
        known = {raw["Id"] for raw in self.client.get("/networks")}
        joined = {each.get("NetworkID") for each in container.endpoints.values()} - {"", None}
        self._made.update(step.remade_ids)
        if not joined <= known or any(each in self._made for each in container.shares.values()):
            self._remake(container, step)

    def _remake(self, container: Container, step: steps.Start | steps.Unpark) -> None:
        client = self.client
        references = (container.config["Image"], container.raw["Image"])
        named, own = (client.find(f"/images/{quote(reference)}/json") for reference in references)
        listed = client.get("/containers/json", all=1)
        live = {name.lstrip("/") for raw in listed for name in raw["Names"]} | {raw["Id"] for raw in listed}
        planned = plan_remake(container, step, named, own, client.api_version, live, self._made)
        remade = remade_name(step.name, container.id)
        done: list[steps.Step] = []
        for each in planned:
            try:
                self._perform(each)
            except (ApiError, Failure) as error:
                if not is_past_point_of_no_return(done):
                    self.perform(steps.RemoveContainer(remade, remade, volumes=True, force=True), undoing=True)
                if isinstance(error, ApiError):
                    # The engine may quote what it was given.
                    quoted = hide_values(error.message, container.config.get("Env") or ())
                    raise ApiError(error.status, quoted) from error
                raise
            done.append(each)
        self._made[container.id] = self._made[remade]
        self.remade.append(step.name)

    def _stop(self, step: steps.Stop) -> None:
        path = f"/containers/{self._id(step.container)}"
        # A stop that waits no time kills at once, and unlike a kill it answers when the container has ended.
        allowed = 0 if step.kill else step.timeout
        params = {} if allowed is None else {"t": allowed}
        if allowed is None:
            allowed = self.client.get(f"{path}/json")["Config"].get("StopTimeout") or _DEFAULT_STOP_TIMEOUT
        self.client.post(f"{path}/stop", timeout=allowed + _STOP_MARGIN, **params)

    def _remove(self, step: steps.RemoveContainer) -> None:
        """The engine removes a container with --rm once it has stopped; then there is nothing left to remove."""
        path = f"/containers/{self._id(step.container)}"
        if step.stops:
            self._stop(steps.Stop(step.container, step.name, step.timeout))
        try:
            self.client.delete(path, v=int(step.volumes), force=int(step.force))
        except ApiError as error:
            if error.status == 404 and not step.force:
                return
            if error.status != 409:
                raise
            deadline = time.monotonic() + self.client.connection.timeout
            while self.client.find(f"{path}/json") is not None:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)

    def explain(self, step: steps.Step, error: ApiError | Failure) -> Failure:
        """The daemon's refusal in the terms of what was attempted."""
        if isinstance(error, Failure):
            return error
        code = "daemon_error"
        details: dict[str, t.Any] = {"status": error.status}
        if self._is_gone(step, error):
            self._note_gone(step)
            message = f"Could not {step}: the container was removed in the meantime, and not by this run."
            return Failure("container_not_found", message, **details)
        if ADDRESS_TAKEN in error.message:
            code = "address_in_use"
        elif is_port_taken(error.message):
            code = "port_conflict"
            subject = steps.find_subject(step)
            taken = find_port_holder(self.client, self._id(subject.container), subject.name) if subject else None
            if taken is not None:
                return Failure(code, f"Could not {step}. {taken.message}", **{**details, **taken.details})
        elif isinstance(step, steps.Start):
            code = "start_failed"
            details["logs"] = read_logs(self.client, self._id(step.container))
        elif isinstance(step, steps.CreateContainer) and error.status == 404 and "image" in error.message.lower():
            code = "image_not_found"
        elif isinstance(step, (steps.CreateContainer, steps.Rename)) and error.status == 409:
            code = "busy"
        elif "overlaps with other one" in error.message:
            code = "subnet_overlap"
        message = error.message
        if isinstance(step, steps.Connect) and "user configured subnets" in message:
            # Nothing tells a configured subnet from one that the engine has chosen.
            code = "option_conflict"
            message += ". Its subnet was chosen by the engine; fixed addresses need one in ipam_config."
        if isinstance(step, steps.CreateContainer):
            # The engine may quote what it was given.
            message = hide_values(message, step.body.get("Env") or ())
        return Failure(code, f"Could not {step}: {message}", **details)
