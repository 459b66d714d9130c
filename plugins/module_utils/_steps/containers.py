# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""The steps that make, rename and remove containers."""

from __future__ import annotations

import time
import typing as t
from dataclasses import dataclass

from .._errors import DaemonRefusal, Failure, Reason
from .._objects.redact import hide_values
from .._types import Json
from .base import Site, Step, Subject
from .run_state import Stop


@dataclass(frozen=True)
class CreateContainer(Step):
    """``title``: what messages call the container where ``name`` is a temporary name. ``platform``: of its image."""

    name: str
    body: Json
    title: str = ""
    platform: str = ""

    failure_codes: t.ClassVar[t.Mapping[Reason, str]] = {
        **Step.failure_codes,
        Reason.IMAGE_MISSING: "image_not_found",
        Reason.CONFLICT: "busy",
    }

    def __str__(self) -> str:
        return f"create {self.title or f'container {self.name}'}"

    def perform(self, site: Site) -> None:
        body = dict(self.body)
        links = [link.split(":", 1) for link in (body.get("HostConfig") or {}).get("Links") or ()]
        if links:
            # A link by name would make a restarted engine look for the name that the target had at this time.
            relinked = [f"{site.id_of(source)}:{alias}" for source, alias in links]
            body["HostConfig"] = {**body["HostConfig"], "Links": relinked}
        params: dict[str, t.Any] = {"platform": self.platform} if self.platform else {}
        site.made[self.name] = site.daemon.post("/containers/create", body, name=self.name, **params)["Id"]

    def invert(self) -> RemoveContainer:
        return RemoveContainer(self.name, self.name, volumes=True, force=True)

    def explain(self, refusal: DaemonRefusal, site: Site) -> Failure:
        # The engine may quote what it was given.
        message = hide_values(refusal.message, self.body.get("Env") or ())
        return super().explain(DaemonRefusal(refusal.status, message, refusal.reasons), site)


@dataclass(frozen=True)
class Rename(Step):
    container: str
    former: str
    name: str

    already_so = frozenset({Reason.SAME_NAME, Reason.NOT_FOUND})
    failure_codes: t.ClassVar[t.Mapping[Reason, str]] = {**Step.failure_codes, Reason.CONFLICT: "busy"}
    restores = True

    def __str__(self) -> str:
        return f"rename {self.former} to {self.name}"

    @property
    def subject(self) -> Subject:
        return Subject(self.container, self.name)

    def perform(self, site: Site) -> None:
        site.daemon.post(f"/containers/{site.id_of(self.container)}/rename", name=self.name)

    def invert(self) -> Rename:
        return Rename(self.container, former=self.name, name=self.former)


@dataclass(frozen=True)
class RemoveContainer(Step):
    """``volumes``: with its anonymous volumes. ``force``: even while it runs.

    ``stops``: the container still runs, and the engine removes it when it has ended (--rm); ``timeout`` as for Stop.
    """

    container: str
    name: str
    volumes: bool = False
    force: bool = False
    stops: bool = False
    timeout: int | None = None

    # A successor with --rm vanishes when its start fails, and with it all that would be undone for it.
    already_so = frozenset({Reason.NOT_FOUND})
    is_point_of_no_return = True

    def __str__(self) -> str:
        return f"remove container {self.name}"

    def perform(self, site: Site) -> None:
        """The engine removes a container with --rm once it has stopped; then there is nothing left to remove."""
        path = f"/containers/{site.id_of(self.container)}"
        if self.stops:
            Stop(self.container, self.name, self.timeout).perform(site)
        try:
            site.daemon.delete(path, v=int(self.volumes), force=int(self.force))
        except DaemonRefusal as refusal:
            if Reason.NOT_FOUND in refusal.reasons and not self.force:
                return
            if Reason.CONFLICT not in refusal.reasons:
                raise
            deadline = time.monotonic() + site.daemon.timeout
            while site.daemon.find(f"{path}/json") is not None:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)

    def perform_as_undo(self, site: Site) -> None:
        """The answer to its creation may be lost, and the container was never made.

        Where nothing has that name, the daemon would take it for the beginning of an ID, and remove something else.
        """
        if self.container not in site.made:
            listed = site.daemon.get("/containers/json", all=1)
            found = [raw["Id"] for raw in listed if f"/{self.container}" in raw["Names"]]
            if not found:
                return
            site.made[self.container] = found[0]
        self.perform(site)

    def still_stands(self, site: Site) -> bool | None:
        raw = site.daemon.find(f"/containers/{site.id_of(self.container)}/json")
        if raw is not None and raw["State"]["Status"] in ("removing", "dead"):
            return None
        return raw is not None
