# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""Ports in the plan for a container: writing them into its create request, and whether they can be published at all."""

from __future__ import annotations

import typing as t

from .._desired.containers import DesiredContainer
from .._errors import Failure
from .._objects.containers import MODES_WITHOUT_PORTS, Blueprint
from .._objects.driver_options import host_binding
from .._objects.ports import Publication
from .context import Context
from .publications import check_bind_policy


def merge_ports(
    design: Blueprint,
    publications: t.Sequence[Publication],
    publish_all: bool,
    configured: t.Sequence[Publication],
    desired: DesiredContainer,
    image: t.Mapping[str, t.Any] | None,
) -> None:
    """Write bindings and exposed ports. Engines up to 28 publish no port that is not exposed as well."""
    bindings: dict[str, list[dict[str, str]]] = {}
    for publication in publications:
        bindings.setdefault(publication.key, []).append(publication.as_binding())
    exposed = dict(design.body.get("ExposedPorts") or {})
    image_ports = ((image or {}).get("Config") or {}).get("ExposedPorts") or {}
    for publication in configured:
        if publication.key not in bindings and publication.key not in image_ports:
            exposed.pop(publication.key, None)
    for key in (*bindings, *(desired.ports.exposed or ())):
        exposed.setdefault(key, {})
    if exposed != (design.body.get("ExposedPorts") or {}):
        design.body["ExposedPorts"] = exposed
    host_config = design.body["HostConfig"]
    if tuple(publications) != tuple(configured) or "PortBindings" not in host_config:
        host_config["PortBindings"] = bindings
    host_config["PublishAllPorts"] = publish_all


def check_ports(
    desired: DesiredContainer,
    design: Blueprint,
    publications: t.Sequence[Publication],
    publish_all: bool,
    context: Context,
) -> list[Failure]:
    """Why the engine would not publish these, and which of them the task's bind_policy forbids."""
    if not publications and not publish_all:
        return []
    mode = design.body["HostConfig"].get("NetworkMode") or "default"
    if mode in MODES_WITHOUT_PORTS or mode.startswith("container:"):
        return [
            Failure(
                "network_mode_conflict",
                f"Container {desired.name!r} cannot publish ports: its network mode is {mode}, with which the engine"
                " publishes none.",
            )
        ]
    names = list(design.endpoints)
    if not names:
        return [
            Failure(
                "network_mode_conflict",
                f"Container {desired.name!r} cannot publish ports: it is on no network, so that the engine publishes"
                " none. Give it one in networks.",
            )
        ]
    if all(_is_internal(name, context) for name in names):
        return [
            Failure(
                "network_mode_conflict",
                f"Container {desired.name!r} cannot publish ports: it is only on internal networks"
                f" ({', '.join(names)}), where the engine publishes none.",
            )
        ]
    main = "bridge" if mode == "default" else mode
    return check_bind_policy(desired.name, desired.bind_policy, publications, publish_all, _host_binding(main, context))


def _is_internal(name: str, context: Context) -> bool:
    standing = context.snapshot.find_network(name)
    if standing is not None:
        return standing.is_internal
    planned = context.network(name)
    return planned is not None and bool(planned.internal)


def _host_binding(name: str, context: Context) -> str:
    """The address that the network gives publications without one; "" for every address."""
    standing = context.snapshot.find_network(name)
    if standing is not None:
        return host_binding(standing.options)
    planned = context.network(name)
    return host_binding(planned.driver_options if planned else None)


def refuse_taken(container: str, publication: Publication, holder: str, held: Publication) -> Failure:
    """One host port binds one container, and another one has it."""
    return Failure(
        "port_conflict",
        f"Container {container!r} cannot publish {publication}: container {holder!r} publishes {held}. One host port"
        " binds one container; choose another port or address, or stop that container first.",
        container=container,
        publication=str(publication),
        holder=holder,
        holder_publication=str(held),
    )
