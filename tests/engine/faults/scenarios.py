# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is changed while faults happen: how a container is made, and with which options its port is moved."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

IMAGE = "bridgeport-test-busybox:1"
# Serves its files at once, and ends at once when it is told to.
COMMAND = 'httpd -h /; trap "exit 0" TERM; while :; do sleep 60 & wait $!; done'


@dataclass(frozen=True)
class Scenario:
    """``run`` is what docker run is told beside what every container is made with."""

    name: str
    run: tuple[str, ...] = ()
    # Options of the module beside the name and the ports.
    options: t.Mapping[str, t.Any] = field(default_factory=dict)
    # False: the container is missing, and the module makes it.
    exists: bool = True
    # Whether files outside of volumes are to survive.
    keeps_layer: bool = True
    # Whether a second port has a number that the engine has chosen, which is to stay.
    has_ephemeral: bool = True
    is_paused: bool = False
    policy: str = "always"
    # Another container is in its network namespace.
    has_dependent: bool = False
    # On two networks of its own, with an alias on each.
    has_networks: bool = False

    @property
    def outlives_daemon(self) -> bool:
        """Whether an engine that is killed, and started again, by itself has the container as it was."""
        return self.policy == "always" and not self.is_paused


@dataclass(frozen=True)
class NetworkScenario:
    """A network that is rebuilt. ``recreates``: one of its members has to be recreated for it."""

    name: str
    recreates: bool = False
    outlives_daemon: t.ClassVar[bool] = True


@dataclass(frozen=True)
class InPlaceScenario:
    """A container whose limits and endpoint are changed without a replacement."""

    name: str
    outlives_daemon: t.ClassVar[bool] = True


REPLACEMENT = Scenario("replacement")
CREATION = Scenario(
    "creation",
    exists=False,
    options={
        "image": IMAGE,
        "command": ["sh", "-c", COMMAND],
        "volumes": ["/volume"],
        "env": {"SECRET": "hush"},
        "restart_policy": "always",
    },
)
REBUILD = NetworkScenario("rebuild")
AnyScenario = t.Union[Scenario, NetworkScenario, InPlaceScenario]
SCENARIOS: tuple[AnyScenario, ...] = (
    REPLACEMENT,
    CREATION,
    Scenario(
        "start-first",
        options={"update_order": "start-first", "writable_layer": "discard"},
        keeps_layer=False,
        has_ephemeral=False,
    ),
    Scenario("dependents", options={"dependents": "recreate"}, has_dependent=True),
    Scenario("auto-remove", run=("--rm",), options={"auto_remove_swap": True}, policy="no"),
    Scenario("networks", has_networks=True),
    Scenario("paused", is_paused=True),
    REBUILD,
    NetworkScenario("rebuild-recreate", recreates=True),
    InPlaceScenario("in-place"),
)
