# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Hosts on which containers are to be replaced, and runs that come and go on them: each is a process of its own."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, replace
from functools import partial
from types import MappingProxyType
from unittest import mock

from ansible_collections.bridgeport.docker.plugins.module_utils._desired.parse import parse_container, parse_network
from ansible_collections.bridgeport.docker.plugins.module_utils._desired.state import DesiredState
from ansible_collections.bridgeport.docker.plugins.module_utils._engine import lock
from ansible_collections.bridgeport.docker.plugins.module_utils._engine.client import ApiError
from ansible_collections.bridgeport.docker.plugins.module_utils._engine.lock import LIFETIME
from ansible_collections.bridgeport.docker.plugins.module_utils._errors import Failure
from ansible_collections.bridgeport.docker.plugins.module_utils._objects.leftovers import LOCK_PREFIX, Owner
from ansible_collections.bridgeport.docker.plugins.module_utils._reconcile import Converged, converge
from ansible_collections.bridgeport.docker.plugins.module_utils._steps import verification
from ansible_collections.bridgeport.docker.tests.unit.support.model_daemon import Died, ModelClient, ModelDaemon

BOOT_ID = "01234567-89ab-cdef-0123-456789abcdef"

Params = t.Mapping[str, t.Any]
Ports = t.Mapping[str, t.Any]


def bind(**numbers: str) -> dict[str, t.Any]:
    """Host ports on loopback: bind(p80="8080")."""
    return {f"{key[1:]}/tcp": [{"HostIp": "127.0.0.1", "HostPort": number}] for key, number in numbers.items()}


@dataclass(frozen=True)
class Wanted:
    """What a task asks for, and what the containers that it is about publish afterwards (None: there is none).

    ``labels``: those of the network front afterwards; None where it may be the old or the new one.
    """

    entries: tuple[Params, ...]
    ports: t.Mapping[str, Ports | None]
    networks: tuple[Params, ...] = ()
    labels: t.Mapping[str, str] | None = None


@dataclass(frozen=True)
class Scenario:
    """``build`` makes the containers. ``makes``: those that are there only once the task has been done."""

    build: t.Callable[[World], object]
    new: Wanted
    other: Wanted
    absent: Wanted
    makes: frozenset[str] = frozenset()
    api: tuple[int, int] = (1, 41)


NEW_WEB = bind(p80="8081", p90="9000")
OTHER_WEB = bind(p80="8082")
NEW_SPECS = ("127.0.0.1:8081:80", "127.0.0.1:9000:90")
OTHER_SPECS = ("127.0.0.1:8082:80",)


def _wanted(ports: Ports, **params: t.Any) -> Wanted:
    return Wanted((MappingProxyType({"name": "web", **params}),), {"web": ports}, labels={})


def _absent(*names: str) -> Wanted:
    return Wanted(tuple(MappingProxyType({"name": name, "state": "absent"}) for name in names), dict.fromkeys(names))


def _scenario(build: t.Callable[[World], object], dependents: t.Sequence[str] = (), **params: t.Any) -> Scenario:
    if dependents:
        params["dependents"] = "recreate"
    return Scenario(
        build,
        _wanted(NEW_WEB, published_ports=NEW_SPECS, **params),
        _wanted(OTHER_WEB, published_ports=OTHER_SPECS, **params),
        _absent("web", *dependents),
    )


# -- who stands there --------------------------------------------------------------------------------------------------


def web(world: World, *, runs: bool = True, policy: str = "always", layer: bool = True, **more: t.Any) -> str:
    """web, on two networks with aliases and with a host port."""
    daemon = world.daemon
    container_id = daemon.add_container(
        "web",
        HostConfig={
            "NetworkMode": "front",
            "PortBindings": bind(p80="8080"),
            "RestartPolicy": {"Name": policy, "MaximumRetryCount": 3 if policy == "on-failure" else 0},
            **more,
        },
        ExposedPorts={"80/tcp": {}},
        Env=["SECRET=swordfish"],
        NetworkingConfig={"EndpointsConfig": {"front": {"Aliases": ["www"]}}},
    )
    back = next(key for key, raw in daemon.networks.items() if raw["Name"] == "back")
    body = {"Container": container_id, "EndpointConfig": {"Aliases": ["app"]}}
    ModelClient(daemon).post(f"/networks/{back}/connect", body)
    if not runs:
        daemon.stop(container_id)
    if layer:
        daemon.write_file(container_id, "/layer", b"of web")
    return container_id


def dependent(world: World, name: str, *, runs: bool = True, policy: str = "no", **host_config: t.Any) -> str:
    restart = {"Name": policy, "MaximumRetryCount": 0}
    container_id = world.daemon.add_container(
        name, start=runs, HostConfig={"RestartPolicy": restart, **host_config}, Env=[f"OF={name}"]
    )
    world.daemon.write_file(container_id, "/layer", f"of {name}".encode())
    return container_id


def _paused(world: World) -> None:
    world.daemon.pause(web(world, policy="unless-stopped"))


def _group(world: World) -> None:
    """A sidecar in web's network, and one in the sidecar's process namespace."""
    side = dependent(world, "side", policy="always", NetworkMode=f"container:{web(world)}")
    dependent(world, "tail", policy="unless-stopped", PidMode=f"container:{side}", NetworkMode="back")


def _linked(world: World) -> None:
    """One that links to web, and a sidecar of that."""
    web(world)
    linked = dependent(world, "linked", policy="always", Links=["web:db"])
    dependent(world, "side", policy="always", NetworkMode=f"container:{linked}", IpcMode=f"container:{linked}")


def _pair(world: World) -> None:
    """The sidecar has run and does not now."""
    side = dependent(world, "side", policy="unless-stopped", NetworkMode=f"container:{web(world, policy='no')}")
    world.daemon.stop(side)


def _paused_pair(world: World) -> None:
    main = web(world, policy="no")
    world.daemon.pause(dependent(world, "side", NetworkMode=f"container:{main}"))
    world.daemon.pause(main)


def _volatile_pair(world: World) -> None:
    """--rm, with a sidecar that is not."""
    dependent(world, "side", NetworkMode=f"container:{web(world, policy='no', AutoRemove=True)}")


def _exchange(world: World) -> None:
    web(world)
    api = world.daemon.add_container(
        "api",
        HostConfig={
            "PortBindings": bind(p80="8081"),
            "RestartPolicy": {"Name": "unless-stopped", "MaximumRetryCount": 0},
        },
        ExposedPorts={"80/tcp": {}},
    )
    world.daemon.write_file(api, "/layer", b"of api")


def _unstartable(world: World) -> None:
    world.daemon.unstartable.add(web(world))


def _unstartable_group(world: World) -> None:
    _group(world)
    world.daemon.unstartable |= set(world.daemon.containers)


def _made() -> Scenario:
    """A container that is not there yet."""
    made = _scenario(
        lambda world: None,
        image="busybox:1",
        env={"SECRET": "swordfish"},
        restart_policy="always",
        networks=({"name": "front"}, {"name": "back"}),
    )
    return replace(made, makes=frozenset(["web"]))


def _exchanged() -> Scenario:
    """The container api has the port that web wants, and the other way round."""

    def both(ports: dict[str, Ports]) -> Wanted:
        specs = {
            name: [f"{each['HostIp']}:{each['HostPort']}:{key}" for key, [each] in bound.items()]
            for name, bound in ports.items()
        }
        entries = [MappingProxyType({"name": name, "published_ports": specs[name]}) for name in ports]
        return Wanted(tuple(entries), ports)

    return Scenario(
        _exchange,
        both({"web": bind(p80="8081", p90="9000"), "api": bind(p80="8080")}),
        both({"web": bind(p80="8082"), "api": bind(p80="8080")}),
        _absent("web", "api"),
    )


SCENARIOS: dict[str, Scenario] = {
    "runs, with policy and layer": _scenario(web),
    "runs": _scenario(partial(web, policy="no", layer=False)),
    "stopped, with policy and layer": _scenario(partial(web, runs=False, policy="unless-stopped")),
    "stopped": _scenario(partial(web, runs=False, policy="no", layer=False)),
    "paused": _scenario(_paused),
    "group": _scenario(_group, ("side", "tail")),
    "group with a link": _scenario(_linked, ("linked", "side")),
    "pair, the sidecar stopped": _scenario(_pair, ("side",)),
    "pair, paused": _scenario(_paused_pair, ("side",)),
    "--rm": _scenario(partial(web, policy="no", AutoRemove=True), auto_remove_swap=True),
    "--rm with a sidecar": _scenario(_volatile_pair, ("side",), auto_remove_swap=True),
    "start-first": _scenario(partial(web, layer=False), update_order="start-first"),
    "creation": _made(),
    "exchange": _exchanged(),
    "original cannot start": _scenario(_unstartable),
    "nobody of the group can start": _scenario(_unstartable_group, ("side", "tail")),
}


# -- networks that are rebuilt -----------------------------------------------------------------------------------------

MAC = "02:00:00:00:00:01"


def _crowd(world: World, mode: str = "front", mac: str = "", *, runs: bool = True, policy: str = "always") -> None:
    """web as above, and others on the same network: two that run, and two that do not."""
    daemon = world.daemon
    front = next(key for key, raw in daemon.networks.items() if raw["Name"] == "front")
    restart = {"Name": policy, "MaximumRetryCount": 0}
    endpoint = {"Aliases": ["www"], **({"MacAddress": mac} if mac else {})}
    host_config = {"NetworkMode": front if mode == "ID" else mode, "RestartPolicy": restart}
    main = daemon.add_container(
        "web",
        HostConfig={**host_config, "PortBindings": bind(p80="8080")},
        ExposedPorts={"80/tcp": {}},
        Env=["SECRET=swordfish"],
        NetworkingConfig={"EndpointsConfig": {"front": endpoint}},
    )
    daemon.write_file(main, "/layer", b"of web")
    if not runs:
        daemon.stop(main)
    dependent(world, "other", policy="always", NetworkMode="front")
    address = {"IPAMConfig": {"IPv4Address": "172.30.0.77"}, "Aliases": ["fixed"]}
    daemon.add_container(
        "fixed",
        HostConfig={"NetworkMode": "front", "RestartPolicy": {"Name": "always", "MaximumRetryCount": 0}},
        NetworkingConfig={"EndpointsConfig": {"front": address}},
    )
    daemon.stop(dependent(world, "stopped", policy="unless-stopped", NetworkMode="front"))
    dependent(world, "new", runs=False, NetworkMode="front")


def _rebuilt(build: t.Callable[[World], object], api: tuple[int, int] = (1, 41)) -> Scenario:
    def labelled(text: str) -> Wanted:
        desired = {"name": "front", "labels": {"for": text}, "on_member_recreate": "recreate"}
        return Wanted((), {}, (MappingProxyType(desired),), {"for": text})

    return Scenario(build, labelled("new"), labelled("other"), replace(_absent("web"), labels=None), api=api)


_idle_crowd = partial(_crowd, runs=False, policy="no")

REBUILDS: dict[str, Scenario] = {
    "rebuild": _rebuilt(_crowd),
    "rebuild, a member by the ID": _rebuilt(partial(_crowd, mode="ID"), (1, 51)),
    "rebuild, a member by the ID that does not run": _rebuilt(partial(_idle_crowd, mode="ID"), (1, 51)),
    "rebuild, a member with a MAC": _rebuilt(partial(_crowd, mac=MAC, policy="unless-stopped"), (1, 51)),
    "rebuild, a member with a MAC that does not run": _rebuilt(partial(_idle_crowd, mac=MAC), (1, 51)),
}


# -- the world ---------------------------------------------------------------------------------------------------------


def tell(story: str, act: t.Callable[..., t.Any], *arguments: t.Any, **options: t.Any) -> t.Any:
    """Whatever goes wrong is told with what was before."""
    try:
        return act(*arguments, **options)
    except (ApiError, AssertionError, Failure) as error:
        raise AssertionError(f"{story}: {error}, {getattr(error, 'outcome', '')}") from error


class World:
    """A daemon with a scenario's containers, beside others, and runs that come and go."""

    def __init__(self, kind: str) -> None:
        self.scenario = {**SCENARIOS, **REBUILDS}[kind]
        self.daemon = ModelDaemon(api=self.scenario.api)
        self._process = 100
        self._alive = 0
        self._loses_data = False
        for name in ("front", "back"):
            pool = {"front": "172.30.0.0/24", "back": "172.30.1.0/24"}[name]
            self.daemon.add_network(name, IPAM={"Driver": "default", "Options": None, "Config": [{"Subnet": pool}]})
        self.scenario.build(self)
        policy = {"Name": "always", "MaximumRetryCount": 0}
        self.daemon.add_container("db", HostConfig={"NetworkMode": "back", "RestartPolicy": policy})
        self.before = self.describe()
        self.files = {name: seen["files"] for name, seen in self.before.items() if seen["files"]}
        self.daemon.next_run()
        self.daemon.on_change = self.check_data

    # -- runs ----------------------------------------------------------------------------------------------------------

    def run(
        self,
        wanted: Wanted | None = None,
        death: tuple[int, str] | None = None,
        beside: t.Sequence[Params] = (),
        prepare: t.Callable[[ModelDaemon], None] = lambda daemon: None,
    ) -> Converged | None:
        """None where the run died. ``prepare``: what shall go wrong for it."""
        self._process += 1
        self._alive = self._process
        self._loses_data |= wanted is self.scenario.absent
        self.daemon.next_run(death)
        prepare(self.daemon)
        wanted = wanted or self.scenario.new
        asked = [*wanted.entries, *beside]
        entries = [parse_container(each, **({"state": each["state"]} if "state" in each else {})) for each in asked]
        with mock.patch.multiple(lock, identify=self._identify, _start_time=self._start_time), mock.patch.multiple(
            verification, _SETTLE=0, _POLL=0
        ), mock.patch.object(lock, "_POLL", 0):
            try:
                desired = DesiredState(tuple(parse_network(each) for each in wanted.networks), tuple(entries))
                client = ModelClient(self.daemon)
                return converge(client, desired, check_mode=False, parallel=len(entries) or 1)
            except Died:
                return None
            finally:
                self._alive = 0

    def attempt(
        self,
        wanted: Wanted | None = None,
        death: tuple[int, str] | None = None,
        prepare: t.Callable[[ModelDaemon], None] = lambda daemon: None,
    ) -> Converged | Exception | None:
        try:
            return self.run(wanted, death, prepare=prepare)
        except (ApiError, Failure) as failure:
            return failure

    def _identify(self, now: float) -> Owner:
        number = self._process
        return Owner(f"{number:032x}", BOOT_ID, "pid:[1]", number, f"{number}", now + LIFETIME)

    def _start_time(self, pid: int) -> str:
        return f"{pid}" if pid == self._alive else ""

    # -- what a test looks at ------------------------------------------------------------------------------------------

    def describe(self) -> dict[str, dict[str, t.Any]]:
        """Everything that has to be as before, by name: who somebody else is, is said by name as well."""
        return {raw["Name"].lstrip("/"): self._describe(raw) for raw in self.daemon.containers.values()}

    def _describe(self, raw: dict[str, t.Any]) -> dict[str, t.Any]:
        name, host_config, daemon = raw["Name"].lstrip("/"), raw["HostConfig"], self.daemon
        shared = {}
        for key in ("NetworkMode", "IpcMode", "PidMode"):
            kind, _colon, target = (host_config.get(key) or "").partition(":")
            called = daemon.containers[target]["Name"] if target in daemon.containers else "nobody"
            mode = daemon.networks.get(kind, {}).get("Name", kind)
            shared[key] = called if kind == "container" else mode
        links = {
            link.alias: daemon.containers[link.target]["Name"] if link.target in daemon.containers else "nobody"
            for link in daemon.links[raw["Id"]]
        }
        own = {raw["Id"][:12], name}
        return {
            "running": raw["State"]["Running"],
            "paused": raw["State"]["Paused"],
            "policy": host_config["RestartPolicy"],
            "removes itself": host_config["AutoRemove"],
            "env": raw["Config"]["Env"],
            "mac": raw["Config"].get("MacAddress", ""),
            "shared": shared,
            "links": links,
            "asked ports": dict(host_config["PortBindings"]),
            "bound ports": {key: bound for key, bound in raw["NetworkSettings"]["Ports"].items() if bound},
            "endpoints": {
                network: (
                    sorted(set(endpoint["Aliases"] or ()) - own),
                    endpoint["IPAMConfig"] or {},
                    bool(endpoint["EndpointID"]),
                    # Whether it is, or would be, on a network that is there.
                    endpoint["NetworkID"] in ("", *daemon.networks),
                )
                for network, endpoint in raw["NetworkSettings"]["Networks"].items()
            },
            "files": dict(daemon.files.get(raw["Id"], {})),
        }

    def expected(self, wanted: Wanted) -> dict[str, dict[str, t.Any]]:
        made: dict[str, t.Any] = {
            "running": True,
            "paused": False,
            "policy": {"Name": "always", "MaximumRetryCount": 0},
            "removes itself": False,
            "env": ["SECRET=swordfish"],
            "mac": "",
            "shared": {"NetworkMode": "front", "IpcMode": "", "PidMode": ""},
            "links": {},
            "endpoints": {"front": ([], {}, True, True), "back": ([], {}, True, True)},
            "files": {},
        }
        found = dict(self.before)
        for name, ports in wanted.ports.items():
            if ports is None:
                found.pop(name, None)
                continue
            seen = found.get(name, made)
            found[name] = {**seen, "asked ports": dict(ports), "bound ports": dict(ports) if seen["running"] else {}}
        return found

    def check(
        self, wanted: Wanted | None = None, *, release_failed: bool = False, reported: t.Collection[str] = ()
    ) -> None:
        """Every container is as desired or as before; nothing is left over.

        But a lock that nobody holds, where giving it back may have failed, and what a former run has ``reported`` that
        it could not remove: who looks after another container does not clean up after that.
        """
        wanted = wanted or self.scenario.new
        self._compare(self.expected(wanted), release_failed, reported)
        self._check_networks(wanted.labels)

    def check_old(self) -> None:
        self._compare(self.before, False)
        self._check_networks({})

    def _check_networks(self, labels: t.Mapping[str, str] | None) -> None:
        """``labels`` are front's; None: whichever."""
        found = {raw["Name"]: raw["Labels"] or {} for raw in self.daemon.networks.values()}
        assert sorted(found) == ["back", "bridge", "front", "host", "none"]
        assert len(found) == len(self.daemon.networks)
        if labels is not None:
            assert found["front"] == labels

    def _compare(self, expected: dict[str, t.Any], release_failed: bool, reported: t.Collection[str] = ()) -> None:
        found = {name: seen for name, seen in self.describe().items() if name not in reported}
        assert sorted(found) == sorted(expected)
        for name, seen in found.items():
            differing = {
                key: (value, expected[name][key]) for key, value in seen.items() if value != expected[name][key]
            }
            assert differing == {}, f"{name} differs (found, expected): {differing}"
        left = [name for name in self.daemon.volumes if not (release_failed and name.startswith(LOCK_PREFIX))]
        assert left == [], f"left over: {left}"
        assert self.daemon.half_joined == set()

    def check_data(self) -> None:
        """At every moment somebody called like it has a container's data: the old one or the new one."""
        if self._loses_data:
            return
        for name, files in self.files.items():
            holders = [
                raw["Id"]
                for raw in self.daemon.containers.values()
                if raw["Name"] == f"/{name}" or raw["Name"].startswith(f"/{name}.bridgeport-")
            ]
            assert any(self.daemon.files.get(each) == files for each in holders), f"the files of {name} are lost"

    def kill_daemon(self) -> None:
        """Of a container with --rm the engine itself leaves nothing then."""
        self._loses_data |= any(seen["removes itself"] for seen in self.before.values())
        self.daemon.restart()

    @property
    def is_durable(self) -> bool:
        """Whether the engine, killed and started again at any time, brings everybody back as before.

        It looks legacy links up by the names that they were made with, whoever is called like that just then.
        """
        survivors = [seen for seen in self.before.values() if seen["running"]]
        lasting = all(seen["policy"]["Name"] != "no" and not seen["paused"] for seen in survivors)
        return lasting and not self.daemon.unstartable and not any(seen["links"] for seen in self.before.values())

    def count(self, wanted: Wanted | None = None) -> int:
        self.run(wanted)
        return self.daemon.changes
