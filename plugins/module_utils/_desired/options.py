# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""A container's options: read from a task once, and merged into a create request. What each is stands in the table."""

from __future__ import annotations

import copy
import typing as t

from .._errors import Failure, Refusals
from .._objects.containers import Blueprint
from .._types import Json
from .mounts import check_mount_points
from .option import Basis
from .option_table import OPTIONS

# -- reading -----------------------------------------------------------------------------------------------------------


def parse_options(params: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """The container options that the task gives, in the daemon's terms. Raises Failure for what means nothing."""
    refusals = Refusals()
    given = {option: params[option] for option in OPTIONS if params.get(option) is not None}
    parsed = {option: refusals.gather(OPTIONS[option].parse, value, option) for option, value in given.items()}
    refusals.raise_all()
    retries = params.get("restart_retries")
    if "restart_policy" in parsed:
        parsed["restart_policy"] = _parse_policy(parsed["restart_policy"], retries)
    elif retries is not None:
        raise Failure("option_conflict", "restart_retries needs restart_policy=on-failure.")
    check_mount_points(parsed)
    _check_pairs(parsed)
    return parsed


def _parse_policy(name: t.Any, retries: int | None) -> dict[str, t.Any]:
    if retries is not None and name != "on-failure":
        raise Failure("option_conflict", f"restart_retries goes with restart_policy=on-failure, not with {name}.")
    if retries is not None and retries < 0:
        raise Failure("option_conflict", f"restart_retries: {retries} is less than 0.")
    return {"Name": name, "MaximumRetryCount": retries or 0}


def _check_pairs(parsed: t.Mapping[str, t.Any]) -> None:
    """Refuse options that the engine does not take together."""
    if parsed.get("auto_remove") and parsed.get("restart_policy", {}).get("Name", "no") != "no":
        raise Failure("option_conflict", "auto_remove and a restart_policy exclude each other.")
    for other in ("cpu_period", "cpu_quota"):
        if parsed.get("cpus") and parsed.get(other):
            raise Failure("option_conflict", f"cpus and {other} exclude each other.")
    if parsed.get("log_options") and not parsed.get("log_driver"):
        raise Failure("option_conflict", "log_options are those of one driver: name it in log_driver.")
    swap = parsed.get("memory_swap")
    if swap is not None and swap > 0 and swap < (parsed.get("memory") or 0):
        raise Failure("option_conflict", "memory_swap counts memory and swap together: it is not less than memory.")


# -- merging -----------------------------------------------------------------------------------------------------------


def merge_options(
    blueprint: Blueprint,
    options: t.Mapping[str, t.Any],
    image: Json | None = None,
    comparisons: t.Mapping[str, str] | None = None,
) -> list[str]:
    """Merge the options into the request, in place. Returns the names of those that made a difference.

    ``image`` is the image of which the container will be made, where it is known: it fills in what a request leaves
    open. ``comparisons``: strict, allow_more_present or ignore, for options of a container that stands which are
    compared otherwise than by default; None: for a new container.
    """
    defaults = (image or {}).get("Config") or {}
    changed = []
    for name, desired in options.items():
        option = OPTIONS[name]
        if comparisons is not None and comparisons.get(name, option.comparison) == "ignore":
            continue
        before = copy.deepcopy(blueprint.body)
        inherited = defaults.get(option.path[0]) if len(option.path) == 1 else None
        basis = Basis(inherited, (comparisons or {}).get(name) == "strict")
        option.merge_into(blueprint.body, desired, basis)
        if blueprint.body != before:
            changed.append(name)
    return changed


def show_option(name: str, body: t.Mapping[str, t.Any]) -> t.Any:
    """An option's value as a diff may show it."""
    option = OPTIONS[name]
    return option.show(option.read(body))


# -- images ------------------------------------------------------------------------------------------------------------


def normal_reference(reference: str) -> str:
    """``busybox`` as ``docker.io/library/busybox:latest``, the way the docker CLI reads it."""
    name, _at, digest = reference.partition("@")
    head, slash, rest = name.partition("/")
    if not slash or not ("." in head or ":" in head or head == "localhost"):
        name = f"docker.io/{name}" if slash else f"docker.io/library/{name}"
    elif head in ("index.docker.io", "docker.io"):
        name = f"docker.io/{rest}" if "/" in rest else f"docker.io/library/{rest}"
    if digest:
        return f"{name}@{digest}"
    return name if ":" in name.rsplit("/", 1)[-1] else f"{name}:latest"
