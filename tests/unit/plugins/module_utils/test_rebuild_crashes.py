# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A request of a rebuild fails: with everybody who is on it, the network is the old one or the new one."""

from __future__ import annotations

import pytest
from hypothesis import settings

from ansible_collections.bridgeport.docker.plugins.module_utils._apply import RECREATED
from ansible_collections.bridgeport.docker.plugins.module_utils._converge import Converged
from ansible_collections.bridgeport.docker.plugins.module_utils._errors import Failure
from ansible_collections.bridgeport.docker.tests.unit.support.model_daemon import (
    FAULTS,
    ModelDaemon,
)
from ansible_collections.bridgeport.docker.tests.unit.support.worlds import REBUILDS, World, tell

settings.register_profile("bridgeport", deadline=None, derandomize=True)
settings.load_profile("bridgeport")

KINDS = list(REBUILDS)
SAMPLED = 3


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("kind", KINDS)
def test_a_fault_at_any_request(kind: str, fault: str) -> None:
    """What fails is undone: the old network stands, or one like it with the same members; and the next run succeeds."""
    for number in range(World(kind).count()):
        world = World(kind)

        def trouble(daemon: ModelDaemon, fault: tuple[int, str] = (number, fault)) -> None:
            daemon.fault = fault

        outcome = world.attempt(prepare=trouble)
        story = f"{kind}: {fault} at {number}: {outcome}"
        if isinstance(outcome, Failure) and outcome.outcome.get("rolled_back") in (True, RECREATED):
            tell(story, world.check_old)
        elif isinstance(outcome, Converged):
            tell(story, world.check, release_failed=True)
        tell(story, world.run)
        tell(story, world.check)
