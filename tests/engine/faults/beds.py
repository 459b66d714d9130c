# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The bed of a scenario."""

from __future__ import annotations

from ansible_collections.bridgeport.docker.tests.engine.faults.bed import Bed
from ansible_collections.bridgeport.docker.tests.engine.faults.container_bed import ContainerBed
from ansible_collections.bridgeport.docker.tests.engine.faults.in_place_bed import InPlaceBed
from ansible_collections.bridgeport.docker.tests.engine.faults.network_bed import NetworkBed
from ansible_collections.bridgeport.docker.tests.engine.faults.scenarios import (
    AnyScenario,
    InPlaceScenario,
    NetworkScenario,
)
from ansible_collections.bridgeport.docker.tests.support.module_runner import Runner


def make_bed(scenario: AnyScenario, runner: Runner) -> Bed:
    if isinstance(scenario, NetworkScenario):
        return NetworkBed(scenario, runner)
    if isinstance(scenario, InPlaceScenario):
        return InPlaceBed(scenario, runner)
    return ContainerBed(scenario, runner)
