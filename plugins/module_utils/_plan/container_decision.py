# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""Whether a change of a container takes a replacement: the engine changes little of a container that stands."""

from __future__ import annotations

import typing as t

from .._desired.containers import DesiredContainer
from .._desired.networks import DesiredEndpoint
from .._objects.containers import Blueprint, Container
from .._objects.networks import PREDEFINED
from .container_design import Design, list_configured
from .context import Context
from .mac import needs_other_mac


def has_to_be_replaced(
    desired: DesiredContainer, container: Container, design: Design, context: Context, is_refused: bool
) -> bool:
    return (
        list_updates(design, context) is None
        or desired.recreates
        or design.changes_ports
        or _exposes_more(desired, container, design.blueprint)
        or container.name in context.recreated
        or bool(list_other_macs(desired, container))
        or (_lacks_bindings(desired, container) and not is_refused)
        or _has_stale_link(desired, container, design, context)
        or _leaves_gone_network(container, design, context)
    )


def list_updates(design: Design, context: Context) -> dict[str, t.Any] | None:
    """What the engine changes in place to meet the design; None where it cannot."""
    current, blueprint = design.current.body, design.blueprint.body
    if blueprint == current:
        return {}
    from .in_place import find_update

    return find_update(current, blueprint, context.engine.api)


def _exposes_more(desired: DesiredContainer, container: Container, blueprint: Blueprint) -> bool:
    """Whether the container does not expose all ports that the task lists, and all that it publishes."""
    if not desired.ports.exposed:
        return False
    keys = {publication.key for publication in list_configured(container)}
    return not keys.union(desired.ports.exposed) <= set(blueprint.body.get("ExposedPorts") or ())


def list_other_macs(desired: DesiredContainer, container: Container) -> list[DesiredEndpoint]:
    return [each for each in desired.networks or () if needs_other_mac(container, each, each.name)]


def _lacks_bindings(desired: DesiredContainer, container: Container) -> bool:
    """Whether the engine does not bind what the task wants to be published, although the container runs.

    A container that is just restarting has nothing bound, and a replacement would not help.
    """
    opens_ports = desired.ports.publications is not None and not desired.ports.close
    bindings = (*container.bindings, *container.bindings_of_all)
    return opens_ports and container.status == "running" and not all(binding.actual for binding in bindings)


def _has_stale_link(desired: DesiredContainer, container: Container, design: Design, context: Context) -> bool:
    """Whether a linked container was remade: the engine still means the former one, with which nothing starts.

    A container that runs goes on with such a link, and is replaced only for a task that lists its links.
    """
    needs_links = "links" in desired.options if container.is_running else design.runs
    for link in (container.host_config.get("Links") or ()) if needs_links else ():
        target, _colon, own_name = link.partition(":")
        summary = context.snapshot.find_container(target.lstrip("/"))
        if summary is not None and own_name.lstrip("/") not in summary.link_names:
            return True
    return False


def _leaves_gone_network(container: Container, design: Design, context: Context) -> bool:
    """Whether the container leaves a network that is gone, of which the engine cannot disconnect it."""
    left = [name for name in container.endpoints if name not in design.blueprint.endpoints]
    return not container.is_running and any(
        context.snapshot.find_network(name) is None and name not in PREDEFINED for name in left
    )
