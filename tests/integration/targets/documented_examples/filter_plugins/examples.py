# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Makes the examples of a module's documentation into tasks that can be run beside whatever else is on the engine."""

from __future__ import annotations

import typing as t

import yaml

COLLECTION = "bridgeport.docker."


def examples_of(text: str, prefix: str, further_names: t.Sequence[str] = ()) -> list[dict[str, t.Any]]:
    """The tasks of a module's EXAMPLES, with every container and network renamed to one with the prefix.

    Nothing else differs from what is documented. A name is what a task of this collection gives as the name of a
    container or network, and what stands in ``further_names``.
    """
    tasks: list[dict[str, t.Any]] = yaml.safe_load(text)
    names = {*further_names, *(name for task in flat_tasks(tasks) for name in _names(task))}
    for task in flat_tasks(tasks):
        for key in task:
            if key.startswith(COLLECTION) or key == "loop":
                task[key] = _rename(task[key], names, prefix)
    return tasks


def flat_tasks(tasks: t.Iterable[dict[str, t.Any]]) -> list[dict[str, t.Any]]:
    """The tasks, and in the place of blocks the tasks in them."""
    flat = []
    for task in tasks:
        parts = [part for key in ("block", "rescue", "always") for part in task.get(key, ())]
        flat.extend(flat_tasks(parts) if parts else [task])
    return flat


def _names(task: dict[str, t.Any]) -> set[str]:
    names = set()
    for module, options in task.items():
        if module.startswith(COLLECTION):
            for entry in [options or {}, *(options or {}).get("containers", ()), *(options or {}).get("networks", ())]:
                names |= {entry.get(key) for key in ("name", "config_from")}
    return {name for name in (*names, *task.get("loop", ())) if isinstance(name, str) and "{" not in name}


def _rename(value: t.Any, names: t.Collection[str], prefix: str) -> t.Any:
    if isinstance(value, dict):
        return {key: _rename(item, names, prefix) for key, item in value.items()}
    if isinstance(value, list):
        return [_rename(item, names, prefix) for item in value]
    if not isinstance(value, str):
        return value
    kind, colon, name = value.rpartition(":")
    if kind in ("", "container") and name in names:
        return f"{kind}{colon}{prefix}{name}"
    return value


def uses_of(tasks: t.Iterable[dict[str, t.Any]], module: str) -> int:
    return sum(COLLECTION + module in task for task in flat_tasks(tasks))


class FilterModule:
    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"examples_of": examples_of, "uses_of": uses_of}
