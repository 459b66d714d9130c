# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""Ports in the plan for a container: writing them into its create request, and whether they can be published at all."""

from __future__ import annotations

import typing as t
from dataclasses import replace

from .._desired.containers import DesiredContainer
from .._desired.networks import DesiredNetwork
from .._errors import Failure
from .._objects.containers import MODES_WITHOUT_PORTS, Blueprint, Container
from .._objects.driver_options import host_binding
from .._objects.networks import DRIVERS_WITHOUT_PORTS, Network
from .._objects.ports import Publication, list_exposed
from .._objects.snapshot import is_called
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


def discards_ports(desired: DesiredContainer) -> bool:
    """Whether the task asks for ports and for a network mode with which the engine drops them, as docker warns."""
    asks = bool(desired.ports.publications) or bool(desired.ports.publish_all)
    return asks and not desired.ports.close and desired.network_mode in MODES_WITHOUT_PORTS


def without_ports(desired: DesiredContainer, container: Container | None) -> DesiredContainer:
    """A container that has the mode already may have kept ports that were never published: they stay as they are."""
    if container is not None and container.network_mode == desired.network_mode:
        return replace(desired, ports=desired.ports._replace(publications=None, publish_all=None))
    return replace(desired, ports=desired.ports._replace(publications=(), purge=True, publish_all=False))


def warn_of_discarded(desired: DesiredContainer) -> str:
    return (
        f"Container {desired.name!r} publishes no port: with network_mode={desired.network_mode} the engine discards"
        " what the task lists."
    )


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
    if not can_publish(names, context):
        return [
            Failure(
                "network_mode_conflict",
                f"Container {desired.name!r} cannot publish ports: it is only on internal networks"
                f" ({', '.join(names)}), where the engine publishes none.",
            )
        ]
    # The engine publishes through the network that is the container's gateway, and any network may become that.
    addresses = {name: _host_binding(name, context) for name in names if _has_gateway(name, context)}
    return check_bind_policy(desired.name, desired.bind_policy, publications, publish_all, addresses)


def check_bound(desired: DesiredContainer, container: Container) -> list[Failure]:
    """What the engine has bound against the policy, although what the container asks for complies with it."""
    if desired.bind_policy != "loopback":
        return []
    return [
        Failure(
            "bind_policy",
            f"Container {container.name!r} publishes {bound}, which bind_policy=loopback does not allow. The daemon or"
            " a network had another default address when that was bound. Give the publication an address, such as"
            " 127.0.0.1, or restart the container.",
            publication=str(bound),
        )
        for bound in list_exposed(container.actual)
    ]


def can_publish(networks: t.Iterable[str], context: Context) -> bool:
    """Whether the engine publishes anything of a container that is on these networks."""
    return any(not _is_internal(name, context) for name in networks)


def goes_on_publishing(networks: t.Collection[str], context: Context) -> bool:
    """Whether the engine publishes what it did of a running container that is on these networks only from now on."""
    return can_publish(networks, context) or (bool(networks) and not context.engine.api.internal_closes_ports)


def list_closed(container: Container) -> list[str]:
    return [f"published port {bound} of {container.name}" for bound in container.actual]


def _find_standing(name: str, context: Context) -> Network | None:
    """Of several networks of one name (engines before 25) any: a task that names them is refused."""
    reference = context.snapshot.chosen.get(name, name)
    found = (each for each in context.snapshot.networks if is_called(reference, each.name, each.id))
    return next(found, None)


def _planned_settings(name: str, context: Context) -> DesiredNetwork | None:
    """What the task makes of a network, where it makes or rebuilds that."""
    makes = _find_standing(name, context) is None or name in context.rebuilt
    return context.network(name) if makes else None


def _is_internal(name: str, context: Context) -> bool:
    standing, planned = _find_standing(name, context), _planned_settings(name, context)
    if planned is not None and planned.internal is not None:
        return planned.internal
    return standing is not None and standing.is_internal


def _has_gateway(name: str, context: Context) -> bool:
    """Whether the engine may publish through this network."""
    standing, planned = _find_standing(name, context), _planned_settings(name, context)
    driver = "bridge" if standing is None else standing.driver
    if planned is not None and planned.driver is not None:
        driver = planned.driver
    return not _is_internal(name, context) and driver not in DRIVERS_WITHOUT_PORTS


def _host_binding(name: str, context: Context) -> str:
    """The address that the network gives publications without one; "" for every address."""
    standing, planned = _find_standing(name, context), _planned_settings(name, context)
    options = {} if standing is None else dict(standing.options)
    return host_binding({**options, **((planned and planned.driver_options) or {})})


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
