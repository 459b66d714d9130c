# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""The plan for a container that is removed."""

from __future__ import annotations

from .._desired.containers import DesiredContainer
from .._objects.snapshot import Summary
from .._steps.base import Step
from .._steps.containers import RemoveContainer
from .._steps.run_state import Stop
from .changes import Change
from .container_design import current_blueprint
from .container_view import view_container
from .context import Context


def plan_removal(desired: DesiredContainer, summary: Summary | None, context: Context) -> Change:
    if summary is None:
        return Change("container", desired.name)
    container = context.snapshot.inspected(summary)
    steps: list[Step] = []
    if summary.is_running:
        steps.append(
            Stop(summary.id, summary.name, desired.stop_timeout, desired.force_kill, signal=desired.kill_signal)
        )
    steps.append(RemoveContainer(summary.id, summary.name, desired.remove_volumes))
    return Change(
        "container",
        summary.name,
        steps=tuple(steps),
        before=view_container(container, current_blueprint(container, context)),
        after={},
        will_lose=(f"container {summary.name} ({summary.id[:12]}) with its logs and its writable layer",),
        holds=(),
    )
