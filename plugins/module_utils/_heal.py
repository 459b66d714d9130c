# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""A container that the engine can never start again, made anew from what stands of it.

A daemon that is killed in the middle of a start may leave one: every later start says that its task or its ID exists
already, also after the daemon was restarted (seen on engine 20.10). And one whose network is gone cannot start, even if
there is another of that name. Its definition and its files are all there.
"""

from __future__ import annotations

import re
import typing as t

from ansible_collections.bridgeport.docker.plugins.module_utils._containers import (
    Container,
    read_blueprint,
    split_endpoints,
)
from ansible_collections.bridgeport.docker.plugins.module_utils._recover import again_name
from ansible_collections.bridgeport.docker.plugins.module_utils._steps import (
    CarryLayer,
    Connect,
    CreateContainer,
    RemoveContainer,
    Rename,
    Revive,
    Start,
    Step,
)

_UNSTARTABLE = re.compile(r"already exists|id already in use|network [0-9a-f]{64} not found", re.IGNORECASE)


def is_unstartable(message: str) -> bool:
    """Whether this refusal of a start will be given for ever."""
    return _UNSTARTABLE.search(message) is not None


def plan_healing(
    container: Container,
    step: Start | Revive,
    named: t.Mapping[str, t.Any] | None,
    own: t.Mapping[str, t.Any] | None,
    api: tuple[int, int],
    live: t.Collection[str],
    heirs: t.Mapping[str, str],
) -> list[Step]:
    """The steps in place of ``step``; the images and ``live`` as for read_blueprint, ``heirs`` as in Start.

    The original goes only after the new one has started, and after the rival of both, so that what stands always tells
    which of them is meant.
    """
    again = again_name(step.name, container.id)
    blueprint = read_blueprint(container, named, own, api, live)
    # Where NetworkMode holds the ID of a network that is gone, its name is what it can join again.
    mode = container.network_mode
    blueprint.body["HostConfig"]["NetworkMode"] = blueprint.mode_names.get(mode, mode)
    body, later = split_endpoints(blueprint, api)
    for key, reference in container.shares.items():
        body["HostConfig"][key] = f"container:{heirs.get(reference, reference)}"
    steps: list[Step] = [CreateContainer(again, body)]
    steps += [Connect(name, again, endpoint, name, again) for name, endpoint in later.items()]
    steps.append(CarryLayer(container.id, again, step.name))
    if isinstance(step, Start):
        steps.append(Start(again, again))
    if step.rival:
        steps.append(RemoveContainer(step.rival, step.rival, volumes=True, force=True))
    return [*steps, RemoveContainer(container.id, container.name), Rename(again, again, step.name)]
