# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""Finding out whether host ports are free where the host itself cannot be seen: a trial container publishes them.

The container has the same image and network, and is to run a program that does not exist: its start fails because a
port is taken, or because the program is missing once the ports are bound. Either way it runs nothing, and vanishes.
"""

from __future__ import annotations

import secrets
import typing as t

from .._engine.client import ApiError, Client
from .._errors import Failure, Reason, Refusals
from .._objects.names import TRIAL_PROGRAM, trial_name
from .._objects.ports import Publication
from .._objects.snapshot import Snapshot, find_port_holders
from .._plan.changes import Change
from .._steps.containers import CreateContainer


def preflight_ports(client: Client, changes: t.Sequence[Change], host: Snapshot) -> bool:
    """Raises Failure(port_conflict); returns whether all ports that the plan takes could be tried.

    Ports that containers of this engine hold are left out: whether they will be free is known from the plan.
    """
    tried = True
    refusals = Refusals()
    for change in changes:
        wanted = [
            publication
            for publication in change.holds or ()
            if change.has_effect and publication.is_fixed and not find_port_holders(publication, host.summaries)
        ]
        if wanted:
            tried = bool(refusals.gather(_preflight, client, change, wanted, host)) and tried
    refusals.raise_all()
    return tried


def _preflight(client: Client, change: Change, wanted: t.Sequence[Publication], host: Snapshot) -> bool:
    body = _trial_body(change, wanted, host)
    if body is None:
        return False
    try:
        trial = client.post("/containers/create", body, name=trial_name(change.name, secrets.token_hex(6)))["Id"]
    except ApiError:
        # Nothing is known then, and the change itself will show what is wrong.
        return False
    try:
        client.post(f"/containers/{trial}/start")
    except ApiError as error:
        if Reason.PORT_TAKEN in error.reasons:
            raise Failure(
                "port_conflict",
                f"Container {change.name!r} cannot publish {', '.join(map(str, wanted))}: tried on the engine's host,"
                f" one of them is taken by something that is no container of this engine ({error.message}). Stop that,"
                " or choose another port or address.",
                container=change.name,
                publication=", ".join(map(str, wanted)),
            ) from error
        return TRIAL_PROGRAM in error.message
    finally:
        _remove(client, trial)
    # With an init the start succeeds: the init misses the program when everything else stands.
    return True


def _trial_body(change: Change, wanted: t.Sequence[Publication], host: Snapshot) -> dict[str, t.Any] | None:
    created = next((step for step in change.steps if isinstance(step, CreateContainer)), None)
    if created is None:
        container = next((each for each in host.containers.values() if each.name == change.name), None)
        image, mode = (container.raw["Image"], container.network_mode) if container else (None, "default")
    else:
        image, mode = created.body["Image"], created.body["HostConfig"].get("NetworkMode") or "default"
    if image is None:
        return None
    if host.find_network(mode) is None:
        # This task will make the network; the ports of the host are the same on every network.
        mode = "default"
    bindings: dict[str, list[dict[str, str]]] = {}
    for publication in wanted:
        bindings.setdefault(publication.key, []).append(publication.as_binding())
    return {
        "Image": image,
        "Entrypoint": [TRIAL_PROGRAM],
        "Cmd": [],
        "ExposedPorts": {key: {} for key in bindings},
        "HostConfig": {
            "PortBindings": bindings,
            "NetworkMode": mode,
            "AutoRemove": True,
            # An init is a program that is found.
            "Init": host.engine.api.finds_program_before_ports,
        },
    }


def _remove(client: Client, container_id: str) -> None:
    """The engine removes the trial container when it ends; one that was never started has to be removed."""
    try:
        client.delete(f"/containers/{container_id}", force=1, v=1)
    except ApiError as error:
        if error.status not in (404, 409):
            raise
