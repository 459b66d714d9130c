# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""The unit of planning and of rollback: one network or one container, and what is planned for it."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ansible_collections.bridgeport.docker.plugins.module_utils._errors import Failure
from ansible_collections.bridgeport.docker.plugins.module_utils._networks import NetworkWish
from ansible_collections.bridgeport.docker.plugins.module_utils._ports import Publication
from ansible_collections.bridgeport.docker.plugins.module_utils._steps import Step

if t.TYPE_CHECKING:
    from ansible_collections.bridgeport.docker.plugins.module_utils._plan_rebuild import Reconstruction
    from ansible_collections.bridgeport.docker.plugins.module_utils._plan_swap import Replacement
    from ansible_collections.bridgeport.docker.plugins.module_utils._wishes import ContainerWish

Key = t.Tuple[str, str]


@dataclass(frozen=True)
class Request:
    """Everything that one task asks for, by name: the plan for one object depends on what the others will be."""

    networks: t.Mapping[str, NetworkWish] = field(default_factory=dict)
    containers: t.Mapping[str, ContainerWish] = field(default_factory=dict)
    # Networks that are rebuilt.
    rebuilt: frozenset[str] = frozenset()
    # Containers that an earlier round of planning replaces, by ID.
    swaps: t.Mapping[str, Replacement] = field(default_factory=dict)
    # Containers that are recreated for the sake of networks: the names of these networks, by the container's name.
    recreated: t.Mapping[str, frozenset[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Item:
    """What is planned for one object.

    ``holds``: the host ports that the object holds afterwards, None where the plan does not touch them. ``needs``: the
    objects that come first. ``pull``: an image to pull first. ``swap``, ``reconstruction``: the replacement of a
    container, the rebuild of a network; where several are in one transaction, the first has the steps of all, and is
    the ``leader`` of the others. ``predicted``: what check mode returns for the object. ``settles``: these steps settle
    an interrupted change; where one fails, what was done stays done and the next run goes on from there.
    """

    kind: str
    name: str
    steps: tuple[Step, ...] = ()
    before: t.Mapping[str, t.Any] = field(default_factory=dict)
    after: t.Mapping[str, t.Any] = field(default_factory=dict)
    will_lose: tuple[str, ...] = ()
    refusals: tuple[Failure, ...] = ()
    warnings: tuple[str, ...] = ()
    holds: tuple[Publication, ...] | None = None
    needs: frozenset[Key] = frozenset()
    pull: str | None = None
    swap: Replacement | None = None
    reconstruction: Reconstruction | None = None
    predicted: t.Mapping[str, t.Any] | None = None
    settles: bool = False
    leader: Key | None = None

    @property
    def key(self) -> Key:
        return (self.kind, self.name)

    @property
    def changes(self) -> bool:
        return bool(self.steps) or self.swap is not None or self.reconstruction is not None
