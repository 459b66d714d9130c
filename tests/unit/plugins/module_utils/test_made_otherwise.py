# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The engine makes a container otherwise than asked: nothing is stopped for it, and it does not stay."""

from __future__ import annotations

import copy
import typing as t

import pytest

from ansible_collections.bridgeport.docker.plugins.module_utils._desired.parse import parse_container
from ansible_collections.bridgeport.docker.plugins.module_utils._desired.state import DesiredState
from ansible_collections.bridgeport.docker.plugins.module_utils._errors import Failure
from ansible_collections.bridgeport.docker.plugins.module_utils._reconcile import Converged, converge
from ansible_collections.bridgeport.docker.plugins.module_utils._steps import verification
from ansible_collections.bridgeport.docker.tests.unit.support.model_daemon import ModelClient, ModelDaemon
from ansible_collections.bridgeport.docker.tests.unit.support.worlds import REBUILDS, SCENARIOS, World, bind

Json = t.Dict[str, t.Any]

# No container is replaced in the first, and none can be in the second.
WITHOUT = {"rebuild", "nobody of the group can start"}
KINDS = sorted({*SCENARIOS, *REBUILDS} - WITHOUT)
# The successor is started, and what was stopped for it can be started again.
STARTED = [kind for kind in KINDS if not any(part in kind for part in ("stopped, ", "not run", "cannot start"))]
STARTED.remove("stopped")
FRONT_MAC, BACK_MAC = "02:42:0a:f2:19:0a", "02:42:0a:f2:19:0b"


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verification, "_SETTLE", 0)
    monkeypatch.setattr(verification, "_POLL", 0)


def open_up(raw: Json) -> None:
    """Only of what a plan makes: a container that tries ports is no concern."""
    if ".bridgeport-new-" in raw["Name"]:
        raw["HostConfig"]["CapAdd"] = ["SYS_ADMIN"]


def read_runs(daemon: ModelDaemon) -> dict[str, tuple[t.Any, ...]]:
    """What every stop, start and join changes."""
    runs = {key: (raw["State"]["StartedAt"], raw["NetworkSettings"]) for key, raw in daemon.containers.items()}
    return copy.deepcopy(runs)


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_made_otherwise_is_refused_before_anything_is_touched(kind: str) -> None:
    world = World(kind)
    runs = read_runs(world.daemon)
    world.daemon.makes_otherwise = open_up
    with pytest.raises(Failure, match="CapAdd is \\['SYS_ADMIN'\\]") as caught:
        world.run()
    assert caught.value.code == "engine_altered"
    assert caught.value.outcome["rolled_back"] is True
    assert world.describe() == world.before
    assert read_runs(world.daemon) == runs
    asked = [request.split("/") for request in world.daemon.requests if request.startswith("POST /containers/")]
    assert [parts for parts in asked if parts[2] in runs] == []


@pytest.mark.parametrize("kind", STARTED)
def test_what_is_started_otherwise_does_not_stay(kind: str) -> None:
    world = World(kind)
    ids = set(world.daemon.containers)

    def alter(raw: Json) -> None:
        if raw["Id"] not in ids:
            raw["HostConfig"]["CapAdd"] = ["SYS_ADMIN"]

    world.daemon.starts_otherwise = alter
    with pytest.raises(Failure) as caught:
        world.run()
    assert caught.value.code == "engine_altered"
    # Of a network that was rebuilt another one of its name stands.
    assert caught.value.outcome["rolled_back"] == ("recreated" if kind in REBUILDS else True)
    assert world.describe() == world.before


# -- what is lost ------------------------------------------------------------------------------------------------------


def host(api: tuple[int, int] = (1, 45)) -> ModelDaemon:
    """web runs with much of its own, and is started with MAC addresses on both of its networks."""
    daemon = ModelDaemon(api=api)
    for name in ("front", "back"):
        daemon.add_network(name)
    endpoints = {"front": {"Aliases": ["www"], "MacAddress": FRONT_MAC}, "back": {"MacAddress": BACK_MAC}}
    daemon.add_container(
        "web",
        HostConfig={
            "NetworkMode": "front",
            "PortBindings": bind(p80="8080"),
            "Sysctls": {"net.core.somaxconn": "128"},
            "CapAdd": ["CAP_NET_ADMIN"],
        },
        ExposedPorts={"80/tcp": {}},
        Env=["PASSWORD=swordfish"],
        NetworkingConfig={"EndpointsConfig": endpoints},
    )
    daemon.next_run()
    return daemon


def run(daemon: ModelDaemon, *, check: bool = False, **params: t.Any) -> Converged:
    asked = {"name": "web", "published_ports": ["127.0.0.1:8081:80"], "writable_layer": "discard", **params}
    return converge(ModelClient(daemon), DesiredState(containers=(parse_container(asked),)), check_mode=check)


def lose(*path: str, becomes: t.Any = None) -> t.Callable[[Json], None]:
    def alter(raw: Json) -> None:
        if ".bridgeport-new-" in raw["Name"]:
            part = raw
            for key in path[:-1]:
                part = part[key]
            part[path[-1]] = becomes

    return alter


LOSSES: list[t.Any] = [
    pytest.param(("NetworkSettings", "Networks", "front", "MacAddress"), "", id="first-mac"),
    pytest.param(("NetworkSettings", "Networks", "back", "MacAddress"), "", id="second-mac"),
    pytest.param(("NetworkSettings", "Networks", "back", "MacAddress"), FRONT_MAC, id="another-mac"),
    pytest.param(("NetworkSettings", "Networks", "front", "Aliases"), None, id="aliases"),
    pytest.param(("HostConfig", "Sysctls"), None, id="sysctl"),
    pytest.param(("HostConfig", "CapAdd"), [], id="capability"),
    pytest.param(("Config", "Env"), [], id="environment"),
]


@pytest.mark.parametrize(("path", "becomes"), LOSSES)
def test_a_loss_is_refused_while_the_original_runs(path: tuple[str, ...], becomes: t.Any) -> None:
    daemon = host()
    before, runs = daemon.state(), read_runs(daemon)
    daemon.makes_otherwise = lose(*path, becomes=becomes)
    with pytest.raises(Failure) as caught:
        run(daemon)
    failure = caught.value
    assert (failure.code, failure.outcome["rolled_back"]) == ("engine_altered", True)
    assert failure.details["container"] == "web"
    (difference,) = failure.details["altered"]
    assert difference["key"].startswith(".".join(path)), difference
    assert "'web'" in failure.message
    assert difference["key"] in failure.message
    assert "swordfish" not in f"{failure.message} {failure.details} {failure.outcome}"
    assert (daemon.state(), read_runs(daemon)) == (before, runs)


def test_it_costs_one_request() -> None:
    daemon = host()
    run(daemon)
    made = daemon.named("web")["Id"]
    inspected = f"GET /containers/{made}/json"
    journal = daemon.requests.index("POST /volumes/create", daemon.requests.index("POST /containers/create"))
    assert daemon.requests[:journal].count(inspected) == 1


def test_it_costs_nothing_where_nothing_changes() -> None:
    daemon = host()
    run(daemon)
    daemon.requests.clear()
    assert run(daemon).base_result()["changed"] is False
    assert len([each for each in daemon.requests if each.endswith("/json") and "/containers/" in each]) == 2


def test_many_differences_are_told_in_short_and_listed_in_full() -> None:
    daemon = host()

    def forget(raw: Json) -> None:
        if ".bridgeport-new-" in raw["Name"]:
            raw["HostConfig"] = {"NetworkMode": "front", "PortBindings": {}, "AutoRemove": False}
            raw["Config"] = {"Image": "busybox:1", "Env": []}

    daemon.makes_otherwise = forget
    with pytest.raises(Failure) as caught:
        run(daemon, env={f"NAME{number}": "1" for number in range(9)})
    assert len(caught.value.details["altered"]) > 10
    assert "and 9 more" in caught.value.message


# -- MAC addresses of further networks ---------------------------------------------------------------------------------


@pytest.mark.parametrize("api", [(1, 45), (1, 51)])
def test_configured_mac_addresses_of_all_networks_are_kept(api: tuple[int, int]) -> None:
    daemon = host(api)
    assert [loss for loss in run(daemon, check=True).base_result()["will_lose"] if "MAC" in loss] == []
    run(daemon)
    endpoints = daemon.named("web")["NetworkSettings"]["Networks"]
    assert {name: endpoint["MacAddress"] for name, endpoint in endpoints.items()} == {
        "front": FRONT_MAC,
        "back": BACK_MAC,
    }


# The API; the address that a running container shows on its second network, None: as the engine generates it; whether
# it runs; whether it is kept, None: it may be lost, and that is said.
SECOND: list[t.Any] = [
    pytest.param((1, 45), None, True, False, id="generated-26"),
    pytest.param((1, 45), "2a:00:00:00:00:01", True, True, id="any-on-26"),
    pytest.param((1, 45), "00:16:3e:00:00:01", True, True, id="of-a-maker-on-26"),
    pytest.param((1, 45), "2a:00:00:00:00:01", False, None, id="stopped-on-26"),
    pytest.param((1, 51), None, True, None, id="generated-28"),
    pytest.param((1, 51), "2a:00:00:00:00:01", True, None, id="any-on-28"),
    pytest.param((1, 51), "00:16:3e:00:00:01", True, True, id="of-a-maker-on-28"),
    pytest.param((1, 51), BACK_MAC, True, True, id="docker-s-own-on-28"),
    pytest.param((1, 51), BACK_MAC, False, None, id="stopped-on-28"),
]


@pytest.mark.parametrize(("api", "address", "runs", "kept"), SECOND)
def test_what_becomes_of_a_second_mac_address(
    api: tuple[int, int], address: str | None, runs: bool, kept: bool | None
) -> None:
    daemon = ModelDaemon(api=api)
    for name in ("front", "back"):
        daemon.add_network(name)
    second = {"MacAddress": address} if address else {}
    container = daemon.add_container(
        "web", HostConfig={"NetworkMode": "front"}, NetworkingConfig={"EndpointsConfig": {"front": {}, "back": second}}
    )
    before = daemon.containers[container]["NetworkSettings"]["Networks"]["back"]["MacAddress"]
    if not runs:
        daemon.stop(container)
    result = run(daemon)
    said = [loss for loss in result.base_result()["will_lose"] if "MAC" in loss]
    shown = f" {before}" if runs else ""
    assert said == ([f"MAC address{shown} of web on back where it was configured"] if kept is None else [])
    made = daemon.named("web")["Id"]
    assert daemon.macs.get((made, "back")) == (before if kept else None)


def test_a_container_that_never_ran_shows_what_was_configured() -> None:
    daemon = ModelDaemon(api=(1, 51))
    for name in ("front", "back"):
        daemon.add_network(name)
    endpoints = {"EndpointsConfig": {"front": {}, "back": {"MacAddress": BACK_MAC}}}
    daemon.add_container("web", start=False, HostConfig={"NetworkMode": "front"}, NetworkingConfig=endpoints)
    run(daemon)
    assert daemon.macs[daemon.named("web")["Id"], "back"] == BACK_MAC


# -- in place ----------------------------------------------------------------------------------------------------------


class Forgetful(ModelDaemon):
    """Takes an update and does not keep all of it, as an engine whose kernel lacks something."""

    def _update(self, host_config: Json, body: t.Mapping[str, t.Any]) -> None:
        super()._update(host_config, {key: value for key, value in body.items() if key != "CpuShares"})


@pytest.mark.parametrize(("option", "is_kept"), [("memory", True), ("cpu_shares", False)])
def test_a_limit_that_the_engine_does_not_keep(option: str, is_kept: bool) -> None:
    daemon = Forgetful()
    daemon.add_container("web", HostConfig={"CpuShares": 2, "Memory": 2**26, "MemorySwap": 2**27})
    value: t.Any = "128M" if option == "memory" else 512
    desired = DesiredState(containers=(parse_container({"name": "web", option: value}),))
    if is_kept:
        assert converge(ModelClient(daemon), desired, check_mode=False).plan.changed
        return
    with pytest.raises(Failure, match="did not keep CpuShares") as caught:
        converge(ModelClient(daemon), desired, check_mode=False)
    assert (caught.value.code, caught.value.outcome["rolled_back"]) == ("engine_altered", True)
