# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""Options that the kernel or the engine of a host has not, where the engine would drop them without a word."""

from __future__ import annotations

from dataclasses import replace

from .._desired.containers import DesiredContainer
from .._desired.option_table import CGROUP_OPTIONS
from .._errors import Failure
from .context import Context


def drop_void_options(desired: DesiredContainer, context: Context) -> DesiredContainer:
    """The container without the options that are void on the host. Raises Failure where one asks for what cannot be.

    Control groups of version 2 know no memory_swappiness, no oom_killer and no kernel_memory, engines from 23.0 on (API
    1.42) no kernel_memory on any kernel.
    """
    names = [name for name in CGROUP_OPTIONS if name in desired.options]
    has_version_2 = context.snapshot.cgroup_version == "2"
    void = [name for name in names if has_version_2 or (name == "kernel_memory" and context.engine.api >= (1, 42))]
    for name in void:
        if desired.options[name] not in (0, -1, False) or (name == "memory_swappiness" and desired.options[name] == 0):
            why = "the host has control groups of version 2" if has_version_2 else "engines from 23.0 on have none"
            raise Failure(
                "unsupported",
                f"Container {desired.name!r} cannot have {name}: {why}, and the engine would drop it. Leave it out.",
                option=name,
            )
    return replace(desired, options={name: each for name, each in desired.options.items() if name not in void})
