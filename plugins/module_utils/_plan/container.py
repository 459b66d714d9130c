# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""The plan for one container: make it, change it or remove it."""

from __future__ import annotations

from dataclasses import replace

from .._desired.containers import DesiredContainer
from .._desired.option_table import CGROUP_OPTIONS
from .changes import Change
from .container_change import plan_change
from .container_checks import check_options
from .context import Context
from .ports import discards_ports, warn_of_discarded, without_ports


def plan_container(desired: DesiredContainer, context: Context) -> Change:
    check_options(desired, context)
    summary = context.snapshot.find_container(desired.name)
    if not desired.options.keys().isdisjoint(CGROUP_OPTIONS):
        from .kernel import drop_void_options

        desired = drop_void_options(desired, context)
    if desired.mac_address is not None:
        from .mac import ask_for_mac

        desired = ask_for_mac(desired, None if summary is None else context.snapshot.inspected(summary))
    if desired.state == "absent":
        from .container_removal import plan_removal

        return plan_removal(desired, summary, context)
    container = None if summary is None else context.snapshot.inspected(summary)
    if discards_ports(desired):
        change = plan_container(without_ports(desired, container), context)
        return replace(change, warnings=(*change.warnings, warn_of_discarded(desired)))
    if container is not None:
        return plan_change(desired.without_ignored(), container, context)
    if desired.ports.close:
        return Change("container", desired.name)
    from .container_creation import plan_creation

    return plan_creation(desired, context)
