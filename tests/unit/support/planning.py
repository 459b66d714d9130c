# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A plan as a run makes it, on a model of the engine."""

from __future__ import annotations

import typing as t

from ansible_collections.bridgeport.docker.plugins.module_utils._desired.parse import parse_container, parse_network
from ansible_collections.bridgeport.docker.plugins.module_utils._desired.state import DesiredState
from ansible_collections.bridgeport.docker.plugins.module_utils._observe.snapshot import read_depth, read_snapshot
from ansible_collections.bridgeport.docker.plugins.module_utils._plan.memberships import resolve_names
from ansible_collections.bridgeport.docker.plugins.module_utils._plan.plan import Plan
from ansible_collections.bridgeport.docker.plugins.module_utils._plan.planner import make_plan
from ansible_collections.bridgeport.docker.tests.unit.support.model_daemon import ModelClient, ModelDaemon

Params = t.Dict[str, t.Any]


def plan(daemon: ModelDaemon, networks: t.Sequence[Params] = (), containers: t.Sequence[Params] = ()) -> Plan:
    client = ModelClient(daemon)
    desired = DesiredState(
        tuple(parse_network(params) for params in networks),
        tuple(
            parse_container(params, **{key: params[key] for key in ("state", "starts_new") if key in params})
            for params in containers
        ),
    )
    host = read_snapshot(client, desired)
    resolved = resolve_names(desired, host)
    made = make_plan(resolved, host)
    while not made.replaced.keys() <= host.layers.keys():
        host = read_depth(client, host, made.replaced)
        made = make_plan(resolved, host)
    return made


def words(made: Plan, kind: str | None = None, name: str | None = None) -> list[str]:
    assert [refusal.message for refusal in made.refusals] == []
    steps = [
        step
        for change in made.changes
        for step in change.steps
        if kind in (None, change.kind) and name in (None, change.name)
    ]
    return [str(step) for step in steps]


def codes(made: Plan) -> list[str]:
    return [refusal.code for refusal in made.refusals]
