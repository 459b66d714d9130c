# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""What is refused of a container's options and networks, whether the container is made or changed."""

from __future__ import annotations

import re
import typing as t

from .._desired.containers import DesiredContainer
from .._desired.mount_options import check_mount
from .._errors import Failure, Refusals, too_old
from .._objects.containers import MODES_WITHOUT_PORTS, Blueprint
from .._objects.ports import Publication
from .._types import Json
from .container_design import find_other
from .context import Context


def check_labels(desired: DesiredContainer, image: Json | None) -> list[Failure]:
    """Where the task says so, the image has no label that the task does not list."""
    listed = desired.options.get("labels") or {}
    others = sorted(set(((image or {}).get("Config") or {}).get("Labels") or ()) - set(listed))
    if not others or not desired.refuses_other_labels or desired.comparisons.get("labels") != "strict":
        return []
    return [
        Failure(
            "option_conflict",
            f"Container {desired.name!r}: its image has labels that the task does not list, which"
            f" image_label_mismatch=fail forbids: {', '.join(others)}.",
        )
    ]


def check_options(desired: DesiredContainer, context: Context) -> None:
    if "StartInterval" in desired.options.get("healthcheck", {}) and not context.engine.api.health_start_interval:
        raise too_old(f"Container {desired.name!r}: healthcheck.start_interval", "25.0", context.engine.version)
    runtime, known = desired.options.get("runtime"), context.snapshot.runtimes
    # The engine finds a shim by its name, as io.containerd.runc.v2, or by its path.
    if runtime and known and runtime not in known and not re.search("[./]", runtime):
        raise Failure(
            "option_conflict",
            f"Container {desired.name!r}: the engine knows no runtime {runtime!r}, only {', '.join(sorted(known))}.",
        )
    for mount in desired.options.get("mounts") or ():
        check_mount(mount, f"Container {desired.name!r}", context.engine)


def check_links(desired: DesiredContainer, design: Blueprint, context: Context) -> list[Failure]:
    links = desired.options.get("links")
    if not links:
        return []
    refusals = Refusals()
    mode = design.body["HostConfig"].get("NetworkMode") or "default"
    if mode not in ("default", "bridge"):
        # The engine accepts such links without a word, and does not keep them.
        refusals.append(
            Failure(
                "network_mode_conflict",
                f"Container {desired.name!r} cannot have links: its network mode is {mode}, and the engine links"
                " containers on the default bridge only. On a network of their own they find each other by name; give"
                " aliases there.",
            )
        )
    for name in [link.partition(":")[0] for link in links]:
        refusals.gather(_check_link, desired, name, context)
    return refusals


def _check_link(desired: DesiredContainer, name: str, context: Context) -> None:
    if name == desired.name:
        raise Failure("option_conflict", f"Container {name!r} cannot link to itself.")
    target, planned = context.snapshot.find_container(name), context.container(name)
    moves = planned is not None and (planned.network_mode is not None or planned.networks is not None)
    if target is not None and not moves and "bridge" not in target.endpoints:
        raise Failure(
            "network_mode_conflict",
            f"Container {desired.name!r} cannot link to {name!r}, which is not on the default bridge. Connect that to"
            " the network bridge, or put both on a network of their own, where they find each other by name.",
        )
    find_other(desired, f"link to {name!r}", name, context)


def list_link_targets(design: Blueprint) -> list[str]:
    return [link.partition(":")[0] for link in design.body["HostConfig"].get("Links") or ()]


def check_link_targets(
    desired: DesiredContainer, targets: t.Iterable[str], starts: bool, context: Context
) -> list[Failure]:
    """The engine makes no container with a link to one that is gone, and starts none with a link to a stopped one.

    What is wrong with the links that the task lists is said by check_links.
    """
    refusals = []
    name = desired.name
    listed = [link.partition(":")[0] for link in desired.options.get("links") or ()]
    for target in targets:
        found, planned = context.snapshot.find_container(target), context.container(target)
        is_gone = planned.state == "absent" if planned is not None else found is None
        if is_gone and target in listed:
            continue
        if is_gone:
            refusals.append(
                Failure(
                    "container_not_found",
                    f"Container {name!r} links to {target!r}, which is gone. Make that again, or list the links that"
                    " shall be left in links.",
                )
            )
        elif starts and not context.will_run(target):
            refusals.append(
                Failure(
                    "start_failed",
                    f"Container {name!r} cannot be started: it links to {target!r}, which does not run. Start that"
                    " first, or in the same task, or list the links that shall be left in links.",
                )
            )
    return refusals


def check_networks(desired: DesiredContainer, design: Blueprint, context: Context) -> list[Failure]:
    """A replacement refuses what the plan for endpoints refuses."""
    refusals = Refusals()
    refusals.gather(_check_shared, desired, context)
    for endpoint in desired.networks or ():
        from .endpoints import check_endpoint

        refusals.gather(check_endpoint, desired.name, endpoint, endpoint.name, context)
    mode = design.body["HostConfig"].get("NetworkMode") or "default"
    if desired.networks and not refusals and (mode in MODES_WITHOUT_PORTS or mode.startswith("container:")):
        refusals.append(
            Failure(
                "network_mode_conflict",
                f"Container {desired.name!r} cannot join {desired.networks[0].name!r}: its network mode is {mode},"
                " which has no endpoints of its own.",
            )
        )
    return refusals


def _check_shared(desired: DesiredContainer, context: Context) -> None:
    """Refuse a network mode that names no other container."""
    kind, _colon, reference = (desired.network_mode or "").partition(":")
    if kind != "container":
        return
    if not reference:
        raise Failure(
            "option_conflict",
            f"Container {desired.name!r}: network_mode={desired.network_mode} names no container. Write container: and"
            " its name.",
        )
    other = find_other(desired, f"use network_mode=container:{reference}", reference, context)
    if reference == desired.name or (other is not None and other.name == desired.name):
        raise Failure(
            "network_mode_conflict",
            f"Container {desired.name!r} cannot share its own network: network_mode={desired.network_mode} names the"
            " container itself.",
        )


def check_wait(
    desired: DesiredContainer,
    design: Blueprint,
    image: Json | None,
    publications: t.Sequence[Publication],
    publish_all: bool,
) -> list[Failure]:
    """What a container that this task starts cannot be waited for. ``image``: that of the design, where it is known."""
    policy = (design.body["HostConfig"].get("RestartPolicy") or {}).get("Name") or "no"
    if desired.runs_to_end and policy != "no":
        return [
            Failure(
                "option_conflict",
                f"Container {desired.name!r} has the restart policy {policy}, so that it never ends for good, and"
                " wait=exited or detach=false has nothing to wait for. Take restart_policy=no.",
            )
        ]
    if desired.awaited == "healthy":
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
    if desired.awaited != "listening" or desired.ports.close:
        return []
    if publish_all or any(publication.protocol == "tcp" for publication in publications):
        return []
    return [
        Failure(
            "option_conflict",
            f"Container {desired.name!r} publishes no tcp port, so that wait=listening has nothing to wait for.",
        )
    ]
