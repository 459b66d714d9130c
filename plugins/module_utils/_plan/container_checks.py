# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""What is refused of a container's options and networks, whether the container is made or changed."""

from __future__ import annotations

import typing as t

from .._desired.containers import DesiredContainer
from .._errors import Failure, too_old
from .._objects.containers import MODES_WITHOUT_PORTS, SHARED_NAMESPACES, Blueprint
from .._objects.ports import Publication
from .._types import Json
from .container_design import find_other
from .context import Context


def check_options(desired: DesiredContainer, context: Context) -> None:
    if "StartInterval" in desired.options.get("healthcheck", {}) and not context.engine.api.health_start_interval:
        raise too_old(f"Container {desired.name!r}: healthcheck.start_interval", "25.0", context.engine.version)


def check_links(desired: DesiredContainer, design: Blueprint, context: Context) -> None:
    links = desired.options.get("links")
    if not links:
        return
    mode = design.body["HostConfig"].get("NetworkMode") or "default"
    if mode not in ("default", "bridge"):
        # The engine accepts such links without a word, and does not keep them.
        raise Failure(
            "network_mode_conflict",
            f"Container {desired.name!r} cannot have links: its network mode is {mode}, and the engine links"
            " containers on the default bridge only. On a network of their own they find each other by name; give"
            " aliases there.",
        )
    for name in [link.partition(":")[0] for link in links]:
        if name == desired.name:
            raise Failure("option_conflict", f"Container {name!r} cannot link to itself.")
        target, planned = context.snapshot.find_container(name), context.container(name)
        moves = planned is not None and (planned.network_mode is not None or planned.networks is not None)
        if target is not None and not moves and "bridge" not in target.endpoints:
            raise Failure(
                "network_mode_conflict",
                f"Container {desired.name!r} cannot link to {name!r}, which is not on the default bridge. Connect that"
                " to the network bridge, or put both on a network of their own, where they find each other by name.",
            )
        find_other(desired, f"link to {name!r}", name, context)


def check_networks(desired: DesiredContainer, design: Blueprint, context: Context) -> None:
    """A replacement refuses what the plan for endpoints refuses."""
    for endpoint in desired.networks or ():
        from .endpoints import check_endpoint

        check_endpoint(desired.name, endpoint, endpoint.name, context)
    mode = design.body["HostConfig"].get("NetworkMode") or "default"
    if desired.networks and (mode in MODES_WITHOUT_PORTS or mode.startswith("container:")):
        raise Failure(
            "network_mode_conflict",
            f"Container {desired.name!r} cannot join {desired.networks[0].name!r}: its network mode is {mode}, which"
            " has no endpoints of its own.",
        )


def check_auto_remove(name: str, design: Blueprint) -> list[Failure]:
    """What the task gives may contradict what the container has."""
    host_config = design.body["HostConfig"]
    policy = (host_config.get("RestartPolicy") or {}).get("Name") or "no"
    if not host_config.get("AutoRemove") or policy == "no":
        return []
    return [
        Failure(
            "option_conflict",
            f"Container {name!r} would have auto_remove and restart_policy={policy}, which exclude each other. Give"
            " restart_policy=no, or auto_remove=false.",
        )
    ]


def check_shared(name: str, design: Blueprint, context: Context) -> list[Failure]:
    """A container cannot start in a namespace of one that does not run, nor of one that is gone."""
    successors = {replacement.successor for replacement in context.replacements.values()}
    refusals = []
    for key, what in SHARED_NAMESPACES.items():
        kind, _colon, reference = str(design.body["HostConfig"].get(key) or "").partition(":")
        # One that the task makes comes first.
        if kind != "container" or reference in successors or context.container(reference) is not None:
            continue
        shared = context.snapshot.find_container(reference)
        if shared is None:
            remedy = "Give it another network_mode" if key == "NetworkMode" else "Remove it"
            refusals.append(
                Failure(
                    "container_not_found",
                    f"Container {name!r} could not be started again: the container whose {what} it shares"
                    f" ({reference[:12]}) is gone. {remedy}, or make both again.",
                )
            )
        elif not context.will_run(shared):
            refusals.append(
                Failure(
                    "network_mode_conflict",
                    f"Container {name!r} cannot start: container {shared.name!r}, whose {what} it shares, does not run."
                    " Start that first, or in the same task.",
                )
            )
    return refusals


def check_main_network(name: str, design: Blueprint, context: Context) -> list[Failure]:
    """A container whose network mode is a network that this task removes could not be started."""
    if not context.evicts(design.main_network):
        return []
    return [
        Failure(
            "network_not_found",
            f"Container {name!r} has the network mode {design.main_network!r}, a network that this task removes. Give"
            " it another network_mode.",
        )
    ]


def check_wait(
    desired: DesiredContainer,
    design: Blueprint,
    image: Json | None,
    publications: t.Sequence[Publication],
    publish_all: bool,
) -> list[Failure]:
    """What a container that this task starts cannot be waited for. ``image``: that of the design, where it is known."""
    if desired.wait == "healthy":
        test = (design.body.get("Healthcheck") or {}).get("Test")
        if not test and image is not None:
            test = ((image.get("Config") or {}).get("Healthcheck") or {}).get("Test")
        if (test or image is not None) and (not test or test == ["NONE"]):
            return [
                Failure(
                    "option_conflict",
                    f"Container {desired.name!r} has no health check, so that wait=healthy has nothing to wait for."
                    " Give healthcheck, or leave wait out.",
                )
            ]
    if desired.wait != "listening" or desired.ports.close:
        return []
    if publish_all or any(publication.protocol == "tcp" for publication in publications):
        return []
    return [
        Failure(
            "option_conflict",
            f"Container {desired.name!r} publishes no tcp port, so that wait=listening has nothing to wait for.",
        )
    ]
