# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""Remaking a container that the engine can never start again, from its definition and its files.

A daemon that is killed in the middle of a start may leave such a container: every later start says that its task or its
ID exists already, also after the daemon was restarted (seen on engine 20.10). A container whose network is gone cannot
start either, even if there is another network of that name.
"""

from __future__ import annotations

import typing as t

from .._objects.containers import Container, read_blueprint, split_endpoints
from .._objects.names import remade_name
from .._plan.steps import CarryLayer, Connect, CreateContainer, RemoveContainer, Rename, Start, Step, Unpark


def plan_remake(
    container: Container,
    step: Start | Unpark,
    named: t.Mapping[str, t.Any] | None,
    own: t.Mapping[str, t.Any] | None,
    api: tuple[int, int],
    live: t.Collection[str],
    remade_ids: t.Mapping[str, str],
) -> list[Step]:
    """The steps in place of ``step``; the images and ``live`` as for read_blueprint, ``remade_ids`` as in Start.

    The original is removed only after the remade container has started, and after their successor, so that what stands
    always tells which container the name means.
    """
    remade = remade_name(step.name, container.id)
    blueprint = read_blueprint(container, named, own, api, live)
    # Where NetworkMode holds the ID of a network that is gone, the container can join the network of that name.
    mode = container.network_mode
    blueprint.body["HostConfig"]["NetworkMode"] = blueprint.mode_names.get(mode, mode)
    body, later = split_endpoints(blueprint, api)
    for key, reference in container.shares.items():
        body["HostConfig"][key] = f"container:{remade_ids.get(reference, reference)}"
    steps: list[Step] = [CreateContainer(remade, body)]
    steps += [Connect(name, remade, endpoint, name, remade) for name, endpoint in later.items()]
    steps.append(CarryLayer(container.id, remade, step.name))
    if isinstance(step, Start):
        steps.append(Start(remade, remade))
    if step.successor:
        steps.append(RemoveContainer(step.successor, step.successor, volumes=True, force=True))
    return [*steps, RemoveContainer(container.id, container.name), Rename(remade, remade, step.name)]
