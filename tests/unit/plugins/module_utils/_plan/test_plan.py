# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The plans of the main situations, as texts that a person can review.

They stand in tests/unit/fixtures/plans. After a change on purpose ``REWRITE_PLANS=FOLDER``, with that folder of the
checkout, writes them again; read the difference before you commit it.
"""

from __future__ import annotations

import os
import re
import typing as t
from functools import partial
from pathlib import Path

import pytest

from ansible_collections.bridgeport.docker.plugins.module_utils._desired.parse import parse_container, parse_network
from ansible_collections.bridgeport.docker.plugins.module_utils._desired.state import DesiredState
from ansible_collections.bridgeport.docker.plugins.module_utils._observe.snapshot import read_snapshot
from ansible_collections.bridgeport.docker.plugins.module_utils._plan.plan import Plan
from ansible_collections.bridgeport.docker.plugins.module_utils._recovery.containers import plan_recovery
from ansible_collections.bridgeport.docker.plugins.module_utils._recovery.networks import plan_network_recovery
from ansible_collections.bridgeport.docker.tests.unit.support.model_daemon import ModelClient, ModelDaemon
from ansible_collections.bridgeport.docker.tests.unit.support.planning import plan
from ansible_collections.bridgeport.docker.tests.unit.support.worlds import World

PLANS = Path(__file__).parents[3] / "fixtures" / "plans"
REWRITE = os.environ.get("REWRITE_PLANS")

Params = t.Dict[str, t.Any]


def in_world(
    *containers: Params,
    kind: str = "runs, with policy and layer",
    networks: t.Sequence[Params] = (),
    prepare: t.Callable[[World], object] = lambda world: None,
) -> Plan:
    """web publishes 127.0.0.1:8080:80, and is on front and back; see worlds.py for the others."""
    world = World(kind)
    prepare(world)
    return plan(world.daemon, networks, containers)


def on_empty_host(*containers: Params, networks: t.Sequence[Params] = ()) -> Plan:
    return plan(ModelDaemon(), networks, containers)


def interrupted(kind: str, accepted: bool) -> Plan:
    """The recovery with the most steps after a death of a run of this world, before or after the point of no return."""
    plans = []
    for number in range(World(kind).count()):
        world = World(kind)
        assert world.run(death=(number, "before")) is None
        world.daemon.next_run()
        desired = DesiredState(
            (parse_network({"name": "front"}),), tuple(parse_container({"name": name}) for name in ("web", "api"))
        )
        host = read_snapshot(ModelClient(world.daemon), desired)
        change = plan_network_recovery("front", host) or plan_recovery("web", host)
        if change is not None and ("accepted" in change.cause) is accepted:
            plans.append(Plan((change,)))
    return max(plans, key=lambda each: len(each.actions))


def add_ports(world: World) -> None:
    world.daemon.add_container(
        "many",
        HostConfig={
            "PortBindings": {f"{port}/tcp": [{"HostIp": "", "HostPort": f"90{port}"}] for port in (80, 81)},
        },
        ExposedPorts={"80/tcp": {}, "81/tcp": {}},
    )


def add_images(world: World) -> None:
    world.daemon.add_image("app:1")
    world.daemon.add_image("app:2")
    world.daemon.add_container("app", Image="app:1", Env=["TOKEN=swordfish"])


def on(*networks: str) -> list[Params]:
    return [{"name": network} for network in networks]


MTU = {"name": "front", "mtu": 1400}

SITUATIONS: dict[str, t.Callable[[], Plan]] = {
    "new-container": partial(
        in_world, {"name": "app", "image": "busybox:1", "published_ports": ["8000:80"], "networks": on("front", "back")}
    ),
    "new-container-publish-all": partial(
        on_empty_host, {"name": "app", "image": "webapp:1", "publish_all_ports": True, "starts_new": True}
    ),
    "add-a-port": partial(in_world, {"name": "web", "published_ports": ["127.0.0.1:8080:80", "8443:443"]}),
    "remove-a-port": partial(in_world, {"name": "many", "published_ports": ["9080:80"]}, prepare=add_ports),
    "change-the-image": partial(in_world, {"name": "app", "image": "app:2"}, prepare=add_images),
    "recreate-for-env": partial(in_world, {"name": "app", "env": {"TOKEN": "sturgeon"}}, prepare=add_images),
    "replace-a-stopped-container": partial(
        in_world, {"name": "web", "published_ports": ["8081:80"]}, kind="stopped, with policy and layer"
    ),
    "replace-a-paused-container": partial(in_world, {"name": "web", "published_ports": ["8081:80"]}, kind="paused"),
    "start-first": partial(
        in_world, {"name": "web", "published_ports": ["8081:80"], "update_order": "start-first"}, kind="start-first"
    ),
    "auto-remove-swap": partial(
        in_world, {"name": "web", "published_ports": ["8081:80"], "auto_remove_swap": True}, kind="--rm"
    ),
    "recreate-dependents": partial(
        in_world, {"name": "web", "published_ports": ["8081:80"], "dependents": "recreate"}, kind="group with a link"
    ),
    "exchange-ports": partial(
        in_world,
        {"name": "web", "published_ports": ["127.0.0.1:8081:80"]},
        {"name": "api", "published_ports": ["127.0.0.1:8080:80"]},
        kind="exchange",
    ),
    "move-a-port": partial(
        in_world,
        {"name": "web", "published_ports": []},
        {"name": "app", "published_ports": ["127.0.0.1:8080:80"]},
        prepare=add_images,
    ),
    "start-and-stop": partial(
        in_world,
        {"name": "stopped", "state": "started"},
        {"name": "other", "state": "stopped"},
        kind="rebuild",
    ),
    "join-and-leave-networks": partial(
        in_world, {"name": "web", "networks": [{"name": "back", "aliases": ["www"]}], "purge_networks": True}
    ),
    "connect-and-disconnect": partial(in_world, networks=[{"name": "front", "connected": ["db"]}]),
    "new-network-with-members": partial(
        in_world,
        {"name": "app", "image": "busybox:1", "networks": on("extra")},
        networks=[{"name": "extra", "connected": ["web", "db"]}],
    ),
    "rebuild-a-network": partial(in_world, networks=[MTU], kind="rebuild"),
    "rebuild-with-a-recreated-member": partial(
        in_world, networks=[{**MTU, "on_member_recreate": "recreate"}], kind="rebuild, a member with a MAC"
    ),
    "remove-a-container": partial(in_world, {"name": "web", "state": "absent"}),
    "remove-a-network-by-force": partial(in_world, networks=[{"name": "back", "state": "absent", "force": True}]),
    "recover-a-replacement": partial(interrupted, "runs, with policy and layer", False),
    "recover-an-accepted-exchange": partial(interrupted, "exchange", True),
    "recover-a-creation": partial(interrupted, "creation", False),
    "recover-a-rebuild": partial(interrupted, "rebuild", False),
    "nothing-to-do": partial(in_world, {"name": "web", "published_ports": ["127.0.0.1:8080:80"]}, networks=on("front")),
    "refused": partial(in_world, {"name": "web", "published_ports": ["8081:80"], "update_order": "start-first"}),
}


@pytest.mark.parametrize("name", SITUATIONS)
def test_the_plan_reads_as_before(name: str) -> None:
    made = SITUATIONS[name]()
    text = re.sub(r"(?<=\.bridgeport-...-)[0-9a-f]{12}", "ID", made.describe())
    if REWRITE:
        (Path(REWRITE) / f"{name}.txt").write_text(text, encoding="utf-8")
    else:
        assert text == (PLANS / f"{name}.txt").read_text(encoding="utf-8")
    assert all(step.cause for change in made.changes for step in change.steps)
    assert not re.search("swordfish|sturgeon", text)


def test_every_plan_text_has_a_situation() -> None:
    assert {path.stem for path in PLANS.glob("*.txt")} == set(SITUATIONS)
