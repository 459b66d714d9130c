# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""The site of one change: the engine, and what the steps of the change have made; and what went wrong with a step."""

from __future__ import annotations

import contextlib
import functools
import time
import typing as t
from urllib.parse import quote

from .._engine.client import ApiError, Client
from .._engine.logs import read_logs
from .._errors import Failure, Reason
from .._objects.containers import Container
from .._objects.ending import Ending
from .._objects.names import remade_name
from .._objects.redact import hide_values
from .._observe.host_ports import is_local
from .._recovery.remake import plan_remake
from .._steps.base import Step
from .._steps.containers import RemoveContainer
from .layer_copy import carry_layer, check_carry, check_layer
from .listening import is_listening
from .port_holder import find_port_holder
from .watching import Watcher

# What is read of the output of a container that has ended, in lines.
_OUTPUT = 10000
# How long what is left of an ended container's output is waited for, in seconds.
_LAST_WORDS = 10
# Between the attempts at an undo that fails for a passing reason, in seconds: half a minute in all.
PAUSES = (0.2, 0.5, 1, 2, 4, 5, 5, 5, 5)


def is_past_point_of_no_return(done: t.Iterable[Step]) -> bool:
    return any(step.is_point_of_no_return for step in done)


class Worker:
    """Performs single steps. Knows the IDs of what it has made, so that the daemon never has to guess at a name."""

    def __init__(self, client: Client, rest: t.Callable[[float], None] = time.sleep) -> None:
        self.daemon = client
        self.rest = rest
        self.made: dict[str, str] = {}
        self.remade: list[str] = []
        self.refused: set[str] = set()
        self.unconfirmed: dict[str, t.Mapping[str, str]] = {}
        self.losses: list[str] = []
        self.endings: dict[str, Ending] = {}
        self._watchers: dict[str, Watcher] = {}
        # The names of the containers that should have been put back and were removed by others, by ID.
        self.gone: dict[str, str] = {}

    def perform(self, step: Step, undoing: bool = False) -> str:
        """Returns what was done. Raises ApiError where the daemon refuses, unless there is nothing to undo."""
        remade, lost = len(self.remade), len(self.losses)
        try:
            if undoing:
                step.perform_as_undo(self)
            else:
                step.perform(self)
        except ApiError as error:
            if undoing and step.restores and self._is_gone(step, error):
                self._note_gone(step)
            elif not (undoing and step.already_so & error.reasons):
                raise
        if len(self.losses) > lost:
            return f"leave the {self.losses[-1]}"
        return str(step) if len(self.remade) == remade else f"recreate {self.remade[-1]}"

    def settle(self, step: Step, later: t.Iterable[Step]) -> str:
        """As perform, for a step of a recovery: where it fails for a passing reason it is tried again.

        Of the ``later`` steps, those that remove what has taken no place are done at once where space is short.
        """
        for pause in PAUSES:
            try:
                return self.perform(step)
            except ApiError as error:
                if Reason.PASSING not in error.reasons:
                    raise
                spare = [each for each in later if isinstance(each, RemoveContainer) and each.volumes]
                for each in spare if Reason.NO_SPACE in error.reasons else ():
                    with contextlib.suppress(ApiError):
                        self.perform(each)
            self.rest(pause)
        return self.perform(step)

    def _is_gone(self, step: Step, error: ApiError) -> bool:
        """Whether the step failed because its container was removed meanwhile."""
        subject = step.subject
        if subject is None or Reason.NO_SUCH_CONTAINER not in error.reasons:
            return False
        return self.daemon.find(f"/containers/{self.id_of(subject.container)}/json") is None

    def _note_gone(self, step: Step) -> None:
        """Containers that this plan has made are not missed: they would be removed anyway."""
        subject = step.subject
        if subject is not None and subject.container not in self.made:
            self.gone[subject.container] = subject.name

    def still_stands(self, step: Step) -> bool | None:
        """Whether the object of a failed removal is there as it was; None where the daemon does not tell."""
        try:
            return step.still_stands(self)
        except (ApiError, Failure):
            return None

    def explain(self, step: Step, error: ApiError | Failure) -> Failure:
        """The daemon's refusal in the terms of what was attempted."""
        if isinstance(error, Failure):
            return error
        subject = step.subject
        if self._is_gone(step, error):
            self._note_gone(step)
            message = f"Could not {step}: the container was removed in the meantime, and not by this run."
            return Failure("container_not_found", message, status=error.status)
        failure = step.explain(error, self)
        if subject is not None and Reason.PORT_TAKEN in error.reasons:
            taken = find_port_holder(self.daemon, self.id_of(subject.container), subject.name)
            if taken is not None:
                details = {**failure.details, **taken.details}
                return Failure(failure.code, f"Could not {step}. {taken.message}", **details)
        return failure

    # -- what steps ask for: see Site ----------------------------------------------------------------------------------

    def id_of(self, reference: str) -> str:
        return self.made.get(reference, reference)

    def copy_layer(self, source: str, target: str, must: bool) -> str:
        return carry_layer(self.daemon, source, target, must)

    def check_layer_copy(self, source: str, target: str) -> None:
        check_carry(self.daemon, source, target)

    def check_layer(self, container_id: str) -> None:
        check_layer(self.daemon, container_id)

    def is_listening(self, container: Container, port: int) -> bool:
        return is_listening(self.daemon, container, port, self._is_local)

    @functools.cached_property
    def _is_local(self) -> bool:
        """Whether this host reaches the networks of the containers."""
        return bool(is_local(self.daemon.connection))

    def read_logs(self, container_id: str) -> list[str]:
        return read_logs(self.daemon, container_id)

    def read_output(self, container_id: str) -> list[str]:
        return read_logs(self.daemon, container_id, _OUTPUT)

    def watch(self, container_id: str) -> None:
        if self.daemon.api_version.waits_for_next_exit:
            self._watchers[container_id] = Watcher(self.daemon, container_id)

    def await_ending(self, container_id: str) -> Ending | None:
        watcher = self._watchers.get(container_id)
        return None if watcher is None else watcher.await_ending(_LAST_WORDS)

    def remake(self, container: Container, name: str, successor: str, starts: bool) -> None:
        client = self.daemon
        references = (container.config["Image"], container.raw["Image"])
        named, own = (client.find(f"/images/{quote(reference)}/json") for reference in references)
        listed = client.get("/containers/json", all=1)
        live = {name.lstrip("/") for raw in listed for name in raw["Names"]} | {raw["Id"] for raw in listed}
        images = (named, own)
        planned = plan_remake(container, name, successor, starts, images, client.api_version, live, self.made)
        remade = remade_name(name, container.id)
        done: list[Step] = []
        for each in planned:
            try:
                each.perform(self)
            except (ApiError, Failure) as error:
                if (
                    isinstance(error, ApiError)
                    and isinstance(each, RemoveContainer)
                    and error.reasons & each.already_so
                ):
                    continue  # the successor, which was removed to make room
                if not is_past_point_of_no_return(done):
                    self.perform(RemoveContainer(remade, remade, volumes=True, force=True), undoing=True)
                if isinstance(error, ApiError):
                    # The engine may quote what it was given.
                    quoted = hide_values(error.message, container.config.get("Env") or ())
                    raise ApiError(error.status, quoted) from error
                raise
            done.append(each)
        self.made[container.id] = self.made[remade]
        self.remade.append(name)
