# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""Why a plan changes an object, in a few words for people. Of options that may hold secrets only the names are said."""

from __future__ import annotations

import functools
import re
import typing as t

from .._objects.containers import SHARED_NAMESPACES, Container
from .._objects.driver_options import BRIDGE_OPTIONS
from .._steps.base import Step
from .changes import Change, NetworkRebuild, Replacement
from .context import Context

_BRIDGE_OPTION_NAMES = {key: option for option, key in BRIDGE_OPTIONS.items()}


Planner = t.TypeVar("Planner", bound=t.Callable[..., t.Iterator[Step]])


def with_cause(planner: Planner) -> Planner:
    """Give the steps that a function plans for its first argument, a replacement or a rebuild, the cause of that."""

    @functools.wraps(planner)
    def plan(planned: Replacement | NetworkRebuild, *arguments: t.Any, **options: t.Any) -> t.Iterator[Step]:
        return (step.because(planned.cause) for step in planner(planned, *arguments, **options))

    return t.cast(Planner, plan)


def add_causes(changes: t.Sequence[Change], context: Context) -> list[Change]:
    """The changes with their causes."""
    replacements = [change.replacement for change in changes if change.replacement is not None]
    explained = []
    for change in changes:
        if change.has_effect:
            if change.kind == "network":
                causes = _explain_network(change)
            else:
                causes = _explain_container(change, replacements, context)
            change = change.because(", ".join(causes))
        explained.append(change)
    return explained


# -- containers --------------------------------------------------------------------------------------------------------


def _explain_container(change: Change, replacements: t.Iterable[Replacement], context: Context) -> list[str]:
    if not change.before:
        return [f"there is no container {change.name}"]
    if not change.after:
        return [f"container {change.name} is to be absent"]
    causes = _compare_containers(change.before, change.after)
    causes += [
        f"network {network} is rebuilt" if network in context.rebuilt else f"another MAC address on {network}"
        for network in sorted(context.recreated.get(change.name, ()))
    ]
    replacement = change.replacement
    if replacement is not None:
        for other in replacements:
            causes += _explain_dependence(replacement.container, other.container)
        # Nothing that a diff shows.
        return causes or [_explain_rest(replacement)]
    if change.before["state"] != change.after["state"]:
        causes.append(_tell("state", change.before["state"], change.after["state"]))
    # The steps of an endpoint that is not joined as it should be have causes of their own.
    return causes or ["its endpoints are joined again"]


def _compare_containers(before: t.Mapping[str, t.Any], after: t.Mapping[str, t.Any]) -> list[str]:
    # The image of a tag that has moved is known by its ID.
    images = [re.sub(r"sha256:([0-9a-f]{12})[0-9a-f]+", r"\1", side["image"]) for side in (before, after)]
    causes = [_tell("image", *images)] if images[0] != images[1] else []
    ports = [set(side["published_ports"]) for side in (before, after)]
    causes += [f"port {port} is added" for port in sorted(ports[1] - ports[0])]
    causes += [f"port {port} is removed" for port in sorted(ports[0] - ports[1])]
    if before["publish_all_ports"] != after["publish_all_ports"]:
        causes.append(_tell("publish_all_ports", before["publish_all_ports"], after["publish_all_ports"]))
    networks = [side["networks"] for side in (before, after)]
    causes += [f"joins {network}" for network in sorted(networks[1].keys() - networks[0].keys())]
    causes += [f"leaves {network}" for network in sorted(networks[0].keys() - networks[1].keys())]
    causes += [
        f"endpoint on {network} changes"
        for network in sorted(networks[0].keys() & networks[1].keys())
        if networks[0][network] != networks[1][network]
    ]
    shown = {"state", "image", "published_ports", "publish_all_ports", "networks"}
    # Of an environment a diff shows the names only, which may be the same.
    causes += [f"{option} changes" for option in sorted(after.keys() - shown)]
    return causes


def _explain_dependence(container: Container, other: Container) -> list[str]:
    shared = [SHARED_NAMESPACES[key] for key, reference in container.shares.items() if reference == other.id]
    causes = [f"shares the {' and '.join(shared)} of {other.name}"] if shared else []
    links = container.host_config.get("Links") or ()
    if any(link.split(":")[0].lstrip("/") == other.name for link in links):
        causes.append(f"links to {other.name}")
    return causes


def _explain_rest(replacement: Replacement) -> str:
    container = replacement.container
    mode = replacement.design.body["HostConfig"].get("NetworkMode") or "default"
    if mode != container.network_mode:
        return _tell("network_mode", container.network_mode, mode)
    if not all(binding.actual for binding in (*container.bindings, *container.bindings_of_all)):
        return "the engine does not publish its ports"
    return "its definition changes"


# -- networks ----------------------------------------------------------------------------------------------------------


def _explain_network(change: Change) -> list[str]:
    if not change.before:
        return [f"there is no network {change.name}"]
    if not change.after:
        return [f"network {change.name} is to be absent"]
    if change.network_rebuild is None:
        return [f"members of {change.name} change"]
    return [f"network {change.name} is rebuilt: {', '.join(_compare_networks(change.before, change.after))}"]


def _compare_networks(before: t.Mapping[str, t.Any], after: t.Mapping[str, t.Any]) -> list[str]:
    causes = []
    for option in ("internal", "attachable", "enable_ipv6"):
        if before[option] != after[option]:
            causes.append(_tell(option, before[option], after[option]))
    options = [side["driver_options"] for side in (before, after)]
    for key in sorted(options[0].keys() | options[1].keys()):
        former, new = (side.get(key, "unset") for side in options)
        if former != new:
            name = _BRIDGE_OPTION_NAMES.get(key)
            causes.append(f"{key} changes" if name is None else _tell(name, former, new))
    pools = [side["ipam_config"] for side in (before, after)]
    subnets = [" and ".join(pool["subnet"] for pool in side) or "unset" for side in pools]
    if subnets[0] != subnets[1]:
        causes.append(_tell("subnet", *subnets))
    elif pools[0] != pools[1]:
        causes.append("ipam_config changes")
    if before["labels"] != after["labels"]:
        causes.append("labels change")
    return causes or ["its definition changes"]


def _tell(option: str, former: object, new: object) -> str:
    words = [str(value).lower() if isinstance(value, bool) else str(value) for value in (former, new)]
    return f"{option} {words[0]} -> {words[1]}"
