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
from .._objects.engine import Api
from .._objects.names import remade_name
from .._steps.base import Step
from .._steps.containers import CreateContainer, RemoveContainer, Rename
from .._steps.layer import CarryLayer
from .._steps.networks import Connect
from .._steps.run_state import Start
from .._types import Json


def plan_remake(
    container: Container,
    name: str,
    successor: str,
    starts: bool,
    images: tuple[Json | None, Json | None],
    api: Api,
    live: t.Collection[str],
    remade_ids: t.Mapping[str, str],
) -> list[Step]:
    """The steps that put a remade container in the place of this one, and start it where that is asked for.

    ``images`` and ``live`` are as for read_blueprint, ``successor`` and ``remade_ids`` as in Start.

    The original is removed only after the remade container has started, and after their successor, so that what stands
    always tells which container the name means.
    """
    remade = remade_name(name, container.id)
    blueprint = read_blueprint(container, *images, api, live)
    # Where NetworkMode holds the ID of a network that is gone, the container can join the network of that name.
    mode = container.network_mode
    blueprint.body["HostConfig"]["NetworkMode"] = blueprint.mode_names.get(mode, mode)
    body, later = split_endpoints(blueprint, api)
    for key, reference in container.shares.items():
        body["HostConfig"][key] = f"container:{remade_ids.get(reference, reference)}"
    steps: list[Step] = [CreateContainer(remade, body)]
    steps += [Connect(network, remade, endpoint, network, remade) for network, endpoint in later.items()]
    steps.append(CarryLayer(container.id, remade, name))
    if starts:
        steps.append(Start(remade, remade))
    if successor:
        steps.append(RemoveContainer(successor, successor, volumes=True, force=True))
    return [*steps, RemoveContainer(container.id, container.name), Rename(remade, remade, name)]
