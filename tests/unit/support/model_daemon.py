# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A Docker daemon of a few hundred lines, in memory, and a client that talks to it.

It answers as engine 20.10 was seen to answer, also in what is odd about that: any unique beginning of an ID is taken
for a name, the endpoints of a container that never ran know no network ID, and leaving a network twice is an error 500.
With API 1.44 and later a MAC address belongs to an endpoint, is shown while that is joined or was never joined, and is
lost with it; with API 1.48 a generated one tells the IPv4 address no more. A container whose NetworkMode is the
ID of a network that is gone joins nothing then and does not start (seen on 26.1 and 28.5).
Every request can be made to fail: refused, lost on its way there, or done with its answer lost on the way back. And the
run that asks can be made to die before or after any request that changes something.
"""

from __future__ import annotations

import contextlib
import copy
import email.utils
import hashlib
import io
import json
import re
import tarfile
import threading
import typing as t
from urllib.parse import unquote

from ansible_collections.bridgeport.docker.plugins.module_utils._engine.client import ApiError, Client
from ansible_collections.bridgeport.docker.plugins.module_utils._engine.connection import Connection
from ansible_collections.bridgeport.docker.plugins.module_utils._errors import Failure
from ansible_collections.bridgeport.docker.plugins.module_utils._objects.answers import find_shape
from ansible_collections.bridgeport.docker.plugins.module_utils._objects.shapes import check_answer

# How a request may fail.
# What an update of a container changes in place.
UPDATED = (
    "CpuShares",
    "CpusetCpus",
    "Memory",
    "MemoryReservation",
    "MemorySwap",
    "NanoCpus",
    "PidsLimit",
    "RestartPolicy",
)
REFUSED = "refused"
LOST_BEFORE = "lost-before"
LOST_AFTER = "lost-after"
# Done, and refused all the same: so says an engine that waits in vain for the end of a container it has killed.
REFUSED_AFTER = "refused-after"
FAULTS = (REFUSED, LOST_BEFORE, LOST_AFTER)

# When a run may die: before a request reaches the daemon, or after it was done.
BEFORE = "before"
AFTER = "after"
DEATHS = (BEFORE, AFTER)

CONNECTION = Connection("tcp://model:2375")

# What may be another container's, by the key of HostConfig.
_NAMESPACES = {"NetworkMode": "network", "IpcMode": "IPC", "PidMode": "PID"}


def _copy(value: t.Any) -> t.Any:
    """What comes out on the other side of a connection."""
    return value if isinstance(value, bytes) else json.loads(json.dumps(value))


class Link(t.NamedTuple):
    """``asked``: what the create called the target, which is a container's ID."""

    asked: str
    target: str
    alias: str


# What the engine says of a time that has not come.
NEVER = "0001-01-01T00:00:00Z"


class Died(BaseException):
    """The run was killed. No answer comes any more, so that nothing it tries on its way out reaches the daemon."""


class ModelDaemon:
    """The daemon's state, and its answers. ``fault``: (number of the changing request, counted from 0, kind).

    ``death`` likewise; a run that died stays ``dead`` until ``next_run``.
    """

    def __init__(self, *, api: tuple[int, int] = (1, 41), version: str = "20.10.24") -> None:
        self.api = api
        self.version = version
        self.info: dict[str, t.Any] = {"Name": "model", "CgroupVersion": "1", "Runtimes": {"runc": {}}}
        self.containers: dict[str, dict[str, t.Any]] = {}
        self.networks: dict[str, dict[str, t.Any]] = {}
        self.images: dict[str, dict[str, t.Any]] = {}
        self.volumes: dict[str, dict[str, t.Any]] = {}
        # Those that were there when the daemon came back: it answers a create of one of these without its labels.
        self.restored: set[str] = set()
        self.requests: list[str] = []
        self.changes = 0
        self.fault: tuple[int, str] | None = None
        self.deaf_after: int | None = None
        self.death: tuple[int, str] | None = None
        self.dead = False
        # What the daemon's clock says, in seconds since the epoch.
        self.clock = 1_800_000_000.0
        # What the engine makes otherwise than asked, when it makes a container and when it starts one.
        self.makes_otherwise: t.Callable[[dict[str, t.Any]], None] = lambda raw: None
        self.starts_otherwise: t.Callable[[dict[str, t.Any]], None] = lambda raw: None
        # Containers of these names end at once when they are started, with this exit code.
        self.one_shots: dict[str, int] = {}
        # Containers of these names, or with bindings for these ports, end at once when they are started.
        self.crashing: set[str] = set()
        # Programs that no image has: a container that is to run one fails to start, once everything else stands.
        self.missing_programs = {"/bridgeport-tries-ports"}
        # IDs of containers that can never start again: so the death of a daemon in the middle of a start leaves one.
        self.unstartable: set[str] = set()
        # Which start, counted from 0 without those that must fail anyway, the daemon is killed in. It is back at once,
        # and only the answer is lost.
        self.killed_in_start: int | None = None
        self.starts = 0
        # Endpoints whose host ports were taken when they were joined: (container ID, network name). See _connect.
        self.half_joined: set[tuple[str, str]] = set()
        # How often the daemon still refuses to remove a network because it counts an endpoint that is gone.
        self.miscounts = 0
        self.links: dict[str, list[Link]] = {}
        # The configured MAC addresses, by container ID and network name.
        self.macs: dict[tuple[str, str], str] = {}
        # Called after every request that changed something.
        self.on_change: t.Callable[[], None] = lambda: None
        # What the disk says of whom, by container ID.
        self.layers: dict[str, list[dict[str, t.Any]]] = {}
        self.files: dict[str, dict[str, bytes]] = {}
        # Symbolic links in every container, and where they lead.
        self.symlinks: dict[str, str] = {}
        self.pullable: dict[str, dict[str, t.Any]] = {}
        self.logs = b""
        self._exits: dict[str, threading.Event] = {}
        self._exit_codes: dict[str, int] = {}
        self._count = 0
        self._next_port = 32768
        # The last name of every container that ever was.
        self._names: dict[str, str] = {}
        self._lock = threading.RLock()
        for name in ("bridge", "host", "none"):
            self.add_network(name, driver={"bridge": "bridge", "host": "host", "none": "null"}[name])
        self.add_image("busybox:1")

    # -- making things up ------------------------------------------------------------------------------------------

    def new_id(self, prefix: str = "") -> str:
        self._count += 1
        return (prefix + hashlib.sha256(str(self._count).encode()).hexdigest())[:64]

    def _now(self) -> str:
        """Every time is another one. The engine leaves zeros at the end out."""
        self._count += 1
        return f"2026-11-25T18:00:00.{self._count:09}".rstrip("0") + "Z"

    def add_image(self, reference: str, **config: t.Any) -> str:
        image_id = f"sha256:{self.new_id()}"
        self.images[reference] = {"Id": image_id, "RepoTags": [reference], "Config": config}
        return image_id

    def add_network(self, name: str, *, driver: str = "bridge", id_prefix: str = "", **body: t.Any) -> str:
        network_id = self.new_id(id_prefix)
        self.networks[network_id] = {
            "Name": name,
            "Id": network_id,
            "Scope": "local",
            "Driver": driver,
            "EnableIPv6": False,
            "Internal": False,
            "Attachable": False,
            "Ingress": False,
            "IPAM": {"Driver": "default", "Options": None, "Config": []},
            "Options": {},
            "Labels": {},
            **{key: value for key, value in body.items() if key not in ("Name", "Driver", "CheckDuplicate")},
        }
        return network_id

    def add_container(self, name: str, *, start: bool = True, id_prefix: str = "", **body: t.Any) -> str:
        body.setdefault("Image", "busybox:1")
        body.setdefault("HostConfig", {})
        container_id = self._create(body, name, id_prefix)
        if start:
            self._start(self.containers[container_id])
        return container_id

    def stop(self, container_id: str) -> None:
        self._stop(self.containers[container_id])

    def pause(self, container_id: str) -> None:
        self._pause(self.containers[container_id], True)

    def write_file(self, container_id: str, path: str, content: bytes) -> None:
        """A file in a container's writable layer."""
        self.files.setdefault(container_id, {})[path] = content
        changes = self.layers.setdefault(container_id, [])
        if not any(change["Path"] == path for change in changes):
            changes.append({"Path": path, "Kind": 1})

    def next_run(self, death: tuple[int, str] | None = None) -> None:
        """Requests are counted from zero, and nothing fails any more but this run may die."""
        self.changes, self.fault, self.deaf_after, self.death, self.dead = 0, None, None, death, False
        self.starts, self.killed_in_start = 0, None

    def restart(self) -> None:
        """The daemon is killed and comes back: everything has ended, and restart policies bring up what they may.

        Containers with --rm are gone, also those that were never started. A link is to whoever is called now as its
        create said, and it is lost where nobody is. (Seen on 20.10.)
        """
        self.restored = set(self.volumes)
        ran = [raw["Id"] for raw in self.containers.values() if raw["State"]["Running"]]
        for container_id in ran:
            self._stop(self.containers[container_id], 137)
        for raw in [raw for raw in self.containers.values() if raw["HostConfig"]["AutoRemove"]]:
            self._remove(raw)
        for container_id in self.containers:
            found = [(link, self._called(link.asked)) for link in self.links[container_id]]
            self.links[container_id] = [link._replace(target=target) for link, target in found if target]
        self._show_links()
        for raw in list(self.containers.values()):
            policy = raw["HostConfig"]["RestartPolicy"]["Name"]
            has_run = raw["State"]["Status"] != "created"
            if (policy == "always" and has_run) or (policy in ("unless-stopped", "on-failure") and raw["Id"] in ran):
                with contextlib.suppress(ApiError):
                    self._start(raw)

    # -- what a test looks at ----------------------------------------------------------------------------------------

    def named(self, name: str) -> dict[str, t.Any]:
        return next(each for each in self.containers.values() if each["Name"] == f"/{name}")

    def state(self) -> dict[str, t.Any]:
        """All that a rollback has to bring back: no addresses, times or numbers of starts."""
        return {
            "containers": {
                container_id: {
                    "name": raw["Name"],
                    "running": raw["State"]["Running"],
                    "paused": raw["State"]["Paused"],
                    "config": raw["Config"],
                    "host_config": raw["HostConfig"],
                    "endpoints": {
                        name: {
                            "asked": {key: endpoint.get(key) for key in ("IPAMConfig", "Links", "DriverOpts")},
                            "aliases": sorted(endpoint.get("Aliases") or ()),
                            "joined": bool(endpoint.get("EndpointID")),
                        }
                        for name, endpoint in raw["NetworkSettings"]["Networks"].items()
                    },
                }
                for container_id, raw in copy.deepcopy(self.containers).items()
            },
            "networks": copy.deepcopy(self.networks),
            "volumes": copy.deepcopy(self.volumes),
            "files": {key: dict(files) for key, files in self.files.items() if key in self.containers},
        }

    # -- answering ---------------------------------------------------------------------------------------------------

    def answer(self, method: str, path: str, params: t.Mapping[str, t.Any], body: t.Any) -> t.Any:
        with self._lock:
            if self.dead:
                raise Died
            self.requests.append(f"{method} {path}")
            if method == "GET" or path.endswith("/wait"):
                self._lose(self.deaf_after is not None and self.changes > self.deaf_after, path)
                return _copy(self._route(method, path, params, body))
            number = self.changes
            self.changes += 1
            kind = self.fault[1] if self.fault and self.fault[0] == number else None
            deaf = self.deaf_after is not None and number > self.deaf_after
            dies = self.death[1] if self.death and self.death[0] == number else None
            if dies is not None:
                self.dead = True
                if dies == AFTER:
                    with contextlib.suppress(ApiError, Failure):
                        self._route(method, path, params, _copy(body))
                    self.on_change()
                raise Died
            self._lose(kind == LOST_BEFORE or deaf, path)
            if kind == REFUSED:
                raise ApiError(500, "the model refuses")
            try:
                answer = _copy(self._route(method, path, params, _copy(body)))
            finally:
                self.on_change()
            self._lose(kind == LOST_AFTER, path)
            if kind == REFUSED_AFTER:
                raise ApiError(500, "tried to kill container, but did not receive an exit event")
            return answer

    @staticmethod
    def _lose(lost: bool, path: str) -> None:
        if lost:
            raise Failure("daemon_unreachable", f"No answer ({path}).")

    def _route(self, method: str, path: str, params: t.Mapping[str, t.Any], body: t.Any) -> t.Any:
        parts = path.strip("/").split("/")
        if parts == ["version"]:
            return {"Version": self.version, "ApiVersion": f"{self.api[0]}.{self.api[1]}"}
        if parts == ["info"]:
            return dict(self.info)
        if parts == ["networks"]:
            return list(self.networks.values())
        if parts == ["containers", "json"]:
            return [self._summary(raw) for raw in self.containers.values()]
        if parts == ["networks", "create"]:
            if body.get("CheckDuplicate") and any(n["Name"] == body["Name"] for n in self.networks.values()):
                raise ApiError(409, f"network with name {body['Name']} already exists")
            return {"Id": self.add_network(body["Name"], **body), "Warning": ""}
        if parts == ["containers", "create"]:
            return {"Id": self._create(body, params["name"], ""), "Warnings": []}
        if parts[0] == "volumes":
            return self._on_volumes(method, parts[1:], params, body)
        if parts[0] == "images":
            return self._image(unquote("/".join(parts[1:-1])))
        if parts[0] == "networks":
            return self._on_network(method, self._find(self.networks, parts[1], "network"), parts[2:], body)
        return self._on_container(method, self._find(self.containers, parts[1], "container"), parts[2:], params, body)

    def _on_volumes(self, method: str, rest: list[str], params: t.Mapping[str, t.Any], body: t.Any) -> t.Any:
        if rest == ["create"]:
            # A name that is taken is no error: the answer shows the volume that stands.
            volume = {"Name": body["Name"], "Driver": "local", "Labels": body.get("Labels"), "Scope": "local"}
            if body["Name"] in self.volumes and body["Name"] in self.restored:
                return {**self.volumes[body["Name"]], "Labels": None, "Scope": ""}
            self.restored.discard(body["Name"])
            return self.volumes.setdefault(body["Name"], volume)
        if not rest:
            parts = json.loads(params["filters"])["name"]
            found = [volume for name, volume in self.volumes.items() if any(part in name for part in parts)]
            return {"Volumes": found or None, "Warnings": None}
        if rest[0] not in self.volumes:
            raise ApiError(404, f"get {rest[0]}: no such volume")
        return self.volumes[rest[0]] if method == "GET" else self.volumes.pop(rest[0]) and None

    def _find(self, among: dict[str, dict[str, t.Any]], reference: str, kind: str) -> dict[str, t.Any]:
        if reference in among:
            return among[reference]
        found = [each for each in among.values() if each["Name"].lstrip("/") == reference]
        found = found or [each for key, each in among.items() if key.startswith(reference)]
        if len(found) != 1:
            raise ApiError(
                404, f"No such container: {reference}" if kind == "container" else f"network {reference} not found"
            )
        return found[0]

    def _image(self, reference: str) -> dict[str, t.Any]:
        for name, image in self.images.items():
            if reference in (name, image["Id"]):
                return image
        raise ApiError(404, f"No such image: {reference}")

    def _called(self, reference: str) -> str | None:
        try:
            return str(self._find(self.containers, reference, "container")["Id"])
        except ApiError:
            return None

    def _summary(self, raw: dict[str, t.Any]) -> dict[str, t.Any]:
        names = [raw["Name"]]
        for other in self.containers.values():
            names += [f"{other['Name']}/{link.alias}" for link in self.links[other["Id"]] if link.target == raw["Id"]]
        ports = []
        for key, bindings in raw["NetworkSettings"]["Ports"].items():
            number, protocol = key.split("/")
            for binding in bindings or ():
                ports.append(
                    {
                        "IP": binding["HostIp"],
                        "PrivatePort": int(number),
                        "PublicPort": int(binding["HostPort"]),
                        "Type": protocol,
                    }
                )
        return {
            "Id": raw["Id"],
            "Names": names,
            "Image": raw["Config"]["Image"],
            "State": raw["State"]["Status"],
            "Labels": raw["Config"].get("Labels") or {},
            "Command": " ".join([*(raw["Config"].get("Entrypoint") or ()), *(raw["Config"].get("Cmd") or ())]),
            "Ports": ports,
            "HostConfig": {"NetworkMode": raw["HostConfig"]["NetworkMode"]},
            "NetworkSettings": {"Networks": raw["NetworkSettings"]["Networks"]},
        }

    # -- containers --------------------------------------------------------------------------------------------------

    def _create(self, body: dict[str, t.Any], name: str, id_prefix: str) -> str:
        if any(each["Name"] == f"/{name}" for each in self.containers.values()):
            raise ApiError(409, f'Conflict. The container name "/{name}" is already in use')
        image = self._image(body["Image"])
        host_config = {
            "AutoRemove": False,
            "RestartPolicy": {"Name": "no", "MaximumRetryCount": 0},
            **body["HostConfig"],
        }
        host_config["NetworkMode"] = host_config.get("NetworkMode") or "default"
        if host_config["NetworkMode"].startswith("container:") and body.get("ExposedPorts"):
            # Of the request only: the image may well expose some.
            raise ApiError(400, "conflicting options: port exposing and the container type network mode")
        for key in _NAMESPACES:
            kind, _colon, reference = (host_config.get(key) or "").partition(":")
            if kind == "container":
                # Names are taken, IDs are stored; who is not there yet may come until the start.
                with contextlib.suppress(ApiError):
                    host_config[key] = f"container:{self._find(self.containers, reference, 'container')['Id']}"
        links = []
        for link in host_config.get("Links") or ():
            target, alias = link.split(":")
            try:
                links.append(Link(target, self._find(self.containers, target, "container")["Id"], alias))
            except ApiError as error:
                raise ApiError(400, f"could not get container for {target}: {error.message}") from error
        host_config["PortBindings"] = host_config.get("PortBindings") or {}
        host_config["PublishAllPorts"] = bool(host_config.get("PublishAllPorts"))
        config = {key: value for key, value in body.items() if key not in ("HostConfig", "NetworkingConfig")}
        defaults = image["Config"]
        container_id = self.new_id(id_prefix)
        config.setdefault("Hostname", container_id[:12])
        config["Tty"] = bool(config.get("Tty"))
        for key in ("ExposedPorts", "Labels", "Volumes"):
            config[key] = {**(defaults.get(key) or {}), **(config.get(key) or {})}
        names = {item.split("=")[0] for item in config.get("Env") or ()}
        inherited = [item for item in defaults.get("Env") or () if item.split("=")[0] not in names]
        config["Env"] = [*(config.get("Env") or ()), *inherited]
        if not config.get("Entrypoint"):
            config["Cmd"] = config.get("Cmd") or defaults.get("Cmd")
            if config.get("Entrypoint") is None:
                config["Entrypoint"] = defaults.get("Entrypoint")
        if config["Entrypoint"] == [""]:
            config["Entrypoint"] = None
        asked = (body.get("NetworkingConfig") or {}).get("EndpointsConfig") or {}
        if len(asked) > 1 and self.api < (1, 44):
            raise ApiError(400, "Container cannot be connected to network endpoints: " + ", ".join(asked))
        mode = host_config["NetworkMode"]
        endpoints = {name: self._endpoint(each) for name, each in asked.items()}
        macs = {name: each["MacAddress"] for name, each in asked.items() if each.get("MacAddress")}
        for network, address in macs.items() if self.api >= (1, 44) else ():
            self.macs[container_id, network] = endpoints[network]["MacAddress"] = address
        main = self.networks.get(mode, {"Name": "bridge" if mode == "default" else mode})["Name"]
        if main in macs:
            config["MacAddress"] = macs[main]
        if not endpoints and not mode.startswith("container:"):
            known = self.networks.get(mode)
            endpoints = {known["Name"] if known else "bridge" if mode == "default" else mode: self._endpoint({})}
        self.containers[container_id] = {
            "Id": container_id,
            "Name": f"/{name}",
            "Created": self._now(),
            "Image": image["Id"],
            "Config": config,
            "HostConfig": host_config,
            "Mounts": [],
            "State": {
                "Status": "created",
                "Running": False,
                "Paused": False,
                "ExitCode": 0,
                "Error": "",
                "StartedAt": NEVER,
                "FinishedAt": NEVER,
            },
            "NetworkSettings": {"Ports": {}, "Networks": endpoints},
        }
        self.links[container_id] = links
        self._show_links()
        self.makes_otherwise(self.containers[container_id])
        return container_id

    def _show_links(self) -> None:
        """A link follows its target's name, and once that is gone it keeps the last one."""
        self._names.update({container_id: raw["Name"] for container_id, raw in self.containers.items()})
        for container_id, raw in self.containers.items():
            links = [f"{self._names[each.target]}:{raw['Name']}/{each.alias}" for each in self.links[container_id]]
            raw["HostConfig"]["Links"] = links or None

    @staticmethod
    def _endpoint(asked: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
        return {
            "IPAMConfig": asked.get("IPAMConfig"),
            "Links": asked.get("Links"),
            "Aliases": asked.get("Aliases"),
            "DriverOpts": asked.get("DriverOpts"),
            "NetworkID": "",
            "EndpointID": "",
            "Gateway": "",
            "IPAddress": "",
            "GlobalIPv6Address": "",
            "MacAddress": "",
        }

    def _on_container(
        self, method: str, raw: dict[str, t.Any], rest: list[str], params: t.Mapping[str, t.Any], body: t.Any
    ) -> t.Any:
        verb = rest[0] if rest else ""
        if method == "DELETE":
            if raw["State"]["Running"] and not params.get("force"):
                raise ApiError(409, "You cannot remove a running container")
            self._remove(raw)
            return None
        if method == "GET":
            if verb == "export":
                return self._export(raw["Id"])
            return {"json": raw, "changes": self.layers.get(raw["Id"]), "logs": self.logs}[verb]
        if method == "PUT":
            return self._unpack(raw["Id"], params["path"], body)
        if verb == "start":
            if raw["State"]["Paused"]:
                raise ApiError(409, "cannot start a paused container, try unpause instead")
            return None if raw["State"]["Running"] else self._order_start(raw)
        if verb in ("pause", "unpause"):
            return self._pause(raw, verb == "pause")
        if verb == "kill" and not raw["State"]["Running"]:
            raise ApiError(409, "Cannot kill container: it is not running")
        if verb in ("stop", "kill"):
            if raw["State"]["Running"]:
                self._stop(raw)
            return None
        if verb == "rename":
            return self._rename(raw, params["name"])
        if verb == "update":
            self._update(raw["HostConfig"], body)
            return {"Warnings": None}
        if verb == "wait":
            return {"StatusCode": raw["State"]["ExitCode"]}
        raise AssertionError(f"the model does not know {method} {verb}")

    def _update(self, host_config: dict[str, t.Any], body: t.Mapping[str, t.Any]) -> None:
        """Zero and nothing leave a setting alone; other keys are accepted and ignored."""
        settings = {key: value for key, value in body.items() if key in UPDATED and value}
        swap = settings.get("MemorySwap") or host_config.get("MemorySwap") or 0
        if 0 <= swap < settings.get("Memory", 0):
            raise ApiError(409, "Memory limit should be smaller than already set memoryswap limit")
        host_config.update(settings)

    def _export(self, container_id: str) -> bytes:
        """The image's files and the container's own."""
        files = {"/bin/sh": b"of the image", **self.files.get(container_id, {})}
        buffer = io.BytesIO()
        with tarfile.open(fileobj=buffer, mode="w") as archive:
            for path, content in sorted(files.items()):
                member = tarfile.TarInfo(path.lstrip("/"))
                member.size = len(content)
                archive.addfile(member, io.BytesIO(content))
        return buffer.getvalue()

    def _unpack(self, container_id: str, path: str, content: bytes) -> None:
        with tarfile.open(fileobj=io.BytesIO(content)) as archive:
            for member in archive:
                file = archive.extractfile(member)
                self.write_file(container_id, path + member.name, file.read() if file else b"")

    def _rename(self, raw: dict[str, t.Any], name: str) -> None:
        if raw["Name"] == f"/{name}":
            raise ApiError(400, "Renaming a container with the same name as its current name")
        if any(each["Name"] == f"/{name}" for each in self.containers.values()):
            raise ApiError(
                409, f'Error when allocating new name: Conflict. The container name "/{name}" is already in use'
            )
        raw["Name"] = f"/{name}"
        self._show_links()

    @staticmethod
    def _pause(raw: dict[str, t.Any], paused: bool) -> None:
        state, who = raw["State"], f"Container {raw['Id']}"
        if paused and not state["Running"]:
            raise ApiError(409, f"{who} is not running")
        if paused and state["Paused"]:
            raise ApiError(409, f"{who} is already paused")
        if not paused and not state["Paused"]:
            raise ApiError(500, f"{who} is not paused")
        state.update(Paused=paused, Status="paused" if paused else "running")

    def _order_start(self, raw: dict[str, t.Any]) -> None:
        if self._entrypoint(raw) not in self.missing_programs:
            number, self.starts = self.starts, self.starts + 1
            if number == self.killed_in_start:
                self.unstartable.add(raw["Id"])
                self.restart()
                raise Failure("daemon_unreachable", "No answer (the daemon was killed).")
        self._start(raw)

    @staticmethod
    def _entrypoint(raw: dict[str, t.Any]) -> str:
        return str((raw["Config"].get("Entrypoint") or [""])[0])

    def _start(self, raw: dict[str, t.Any]) -> None:
        """A start that fails leaves nothing of a container with --rm."""
        try:
            self._try_start(raw)
        except ApiError:
            if raw["HostConfig"]["AutoRemove"]:
                self._remove(raw)
            raise

    def _try_start(self, raw: dict[str, t.Any]) -> None:
        state, settings = raw["State"], raw["NetworkSettings"]
        if raw["Id"] in self.unstartable:
            raise ApiError(500, f"task {raw['Id']}: already exists: unknown")
        for key, namespace in _NAMESPACES.items():
            kind, _colon, target = (raw["HostConfig"].get(key) or "").partition(":")
            if kind == "container" and not self._find(self.containers, target, "container")["State"]["Running"]:
                raise ApiError(409, f"cannot join {namespace} of a non running container: {target}")
        for link in self.links[raw["Id"]]:
            linked = self.containers.get(link.target)
            if linked is None or not linked["State"]["Running"]:
                raise ApiError(
                    500, f"Cannot link to a non running container: {self._names[link.target]} AS /{link.alias}"
                )
        self._check_mode(raw)
        for name, endpoint in settings["Networks"].items():
            self._find_joined(name, endpoint)
        try:
            ports = self._take_ports(raw)
        except ApiError:
            state["ExitCode"], state["Error"] = 128, "port is already allocated"
            raise
        entrypoint = self._entrypoint(raw)
        if entrypoint in self.missing_programs:
            raise ApiError(400, f'exec: "{entrypoint}": stat {entrypoint}: no such file or directory: unknown')
        for name, endpoint in settings["Networks"].items():
            self._join(raw, name, endpoint)
        state.update(Status="running", Running=True, ExitCode=0, Error="", StartedAt=self._now())
        settings["Ports"] = ports
        self.starts_otherwise(raw)
        if self.crashing & {raw["Name"].lstrip("/"), *raw["HostConfig"]["PortBindings"]}:
            self._stop(raw, 1)
        elif raw["Name"].lstrip("/") in self.one_shots:
            self._stop(raw, self.one_shots[raw["Name"].lstrip("/")])

    def _take_ports(self, raw: dict[str, t.Any]) -> dict[str, t.Any]:
        """The host ports that it is to have, each free; ephemeral numbers are new ones."""
        wanted = {key: list(each or [{}]) for key, each in raw["HostConfig"]["PortBindings"].items()}
        if raw["HostConfig"]["PublishAllPorts"]:
            wanted.update({key: [{}] for key in raw["Config"]["ExposedPorts"] if key not in wanted})
        mode = raw["HostConfig"]["NetworkMode"]
        if mode in ("host", "none") or mode.startswith("container:") or not raw["NetworkSettings"]["Networks"]:
            wanted = {}
        taken = {
            (key.split("/")[1], binding["HostPort"]): binding["HostIp"]
            for other in self.containers.values()
            for key, bindings in other["NetworkSettings"]["Ports"].items()
            for binding in bindings or ()
        }
        ports: dict[str, t.Any] = dict.fromkeys(raw["Config"]["ExposedPorts"])
        for key, bindings in wanted.items():
            if key not in raw["Config"]["ExposedPorts"]:
                continue  # engines up to 28 publish no port that is not exposed as well
            ports[key] = []
            for binding in bindings:
                port = (binding.get("HostPort") or "0").split("-")[0]
                if port == "0":
                    port, self._next_port = str(self._next_port), self._next_port + 1
                holder = taken.get((key.split("/")[1], port))
                ip = binding.get("HostIp") or ""
                if holder is not None and (ip in ("", "0.0.0.0", holder) or holder == "0.0.0.0"):
                    raise ApiError(500, f"Bind for 0.0.0.0:{port} failed: port is already allocated")
                ports[key] += [{"HostIp": each, "HostPort": port} for each in ([ip] if ip else ["0.0.0.0", "::"])]
        return ports

    def _check_mode(self, raw: dict[str, t.Any]) -> None:
        mode = raw["HostConfig"]["NetworkMode"]
        if self.api >= (1, 44) and len(mode) == 64 and mode not in self.networks:
            raise ApiError(404, f"could not find a network matching network mode {mode}: network {mode} not found")

    def _find_joined(self, name: str, endpoint: dict[str, t.Any]) -> dict[str, t.Any]:
        named = [each for each in self.networks.values() if each["Name"] == name]
        network = next((each for each in named if endpoint["NetworkID"] in ("", each["Id"])), None)
        if network is None:
            raise ApiError(404, f"network {endpoint['NetworkID'] or name} not found")
        return network

    def _join(self, raw: dict[str, t.Any], name: str, endpoint: dict[str, t.Any]) -> None:
        network = self._find_joined(name, endpoint)
        self._count += 1
        address = (endpoint["IPAMConfig"] or {}).get("IPv4Address") or f"172.30.0.{self._count % 250 + 2}"
        endpoint.update(NetworkID=network["Id"], EndpointID=self.new_id(), IPAddress=address)
        configured = self.macs.get((raw["Id"], name), raw["Config"].get("MacAddress") if self.api < (1, 44) else "")
        endpoint["MacAddress"] = configured or self._generate_mac(endpoint["IPAddress"])
        if name not in ("bridge", "host", "none"):
            endpoint["Aliases"] = sorted({*(endpoint["Aliases"] or ()), raw["Id"][:12]})

    def _generate_mac(self, address: str) -> str:
        if self.api < (1, 48):
            return "02:42:" + ":".join(f"{int(part):02x}" for part in address.split("."))
        return "2a:" + ":".join(re.findall("..", self.new_id()[:10]))

    def await_exit(self, container_id: str) -> int | None:
        """The exit code of a container that ends within a second; who waits longer gets no answer."""
        self._exits.setdefault(container_id, threading.Event()).wait(1)
        return self._exit_codes.get(container_id)

    def _stop(self, raw: dict[str, t.Any], code: int = 0) -> None:
        self._exit_codes[raw["Id"]] = code
        self._exits.setdefault(raw["Id"], threading.Event()).set()
        raw["State"].update(Status="exited", Running=False, Paused=False, ExitCode=code, FinishedAt=self._now())
        self._leave_all(raw)
        if raw["HostConfig"]["AutoRemove"]:
            del self.containers[raw["Id"]]

    def _remove(self, raw: dict[str, t.Any]) -> None:
        self._leave_all(raw)
        del self.containers[raw["Id"]]

    def _leave_all(self, raw: dict[str, t.Any]) -> None:
        raw["NetworkSettings"]["Ports"] = {}
        for endpoint in raw["NetworkSettings"]["Networks"].values():
            endpoint.update(EndpointID="", IPAddress="", MacAddress="")
        self.half_joined = {each for each in self.half_joined if each[0] != raw["Id"]}

    # -- networks ----------------------------------------------------------------------------------------------------

    def _on_network(self, method: str, network: dict[str, t.Any], rest: list[str], body: t.Any) -> t.Any:
        name = network["Name"]
        members = {
            raw["Id"]: {"Name": raw["Name"].lstrip("/"), "EndpointID": endpoint["EndpointID"]}
            for raw in self.containers.values()
            for endpoint in (raw["NetworkSettings"]["Networks"].get(name) or {},)
            if endpoint.get("EndpointID") and endpoint["NetworkID"] == network["Id"]
        }
        if method == "GET":
            return {**network, "Containers": members}
        if method == "DELETE":
            miscounts, self.miscounts = self.miscounts, max(0, self.miscounts - 1)
            if members or miscounts:
                raise ApiError(403, f"error while removing network: network {name} has active endpoints")
            del self.networks[network["Id"]]
            return None
        raw = self._find(self.containers, body["Container"], "container")
        if rest == ["connect"]:
            self._connect(raw, network, body.get("EndpointConfig") or {})
        else:
            self._disconnect(raw, name)
        return None

    def _connect(self, raw: dict[str, t.Any], network: t.Mapping[str, t.Any], asked: t.Mapping[str, t.Any]) -> None:
        name = network["Name"]
        endpoints = raw["NetworkSettings"]["Networks"]
        if (raw["Id"], name) in self.half_joined:
            raise ApiError(500, "failed to add interface to sandbox: it conflicts with existing route")
        if endpoints.get(name, {}).get("EndpointID"):
            raise ApiError(403, f"endpoint with name {raw['Name']} already exists in network {name}")
        if name in endpoints:
            return
        self._check_mode(raw)
        endpoints[name] = self._endpoint(asked)
        if not raw["State"]["Running"]:
            if name not in ("bridge", "host", "none"):
                endpoints[name]["Aliases"] = sorted({*(endpoints[name]["Aliases"] or ()), raw["Id"][:12]})
            return
        endpoints[name]["NetworkID"] = network["Id"]
        self._join(raw, name, endpoints[name])
        if len(endpoints) == 1:
            try:
                raw["NetworkSettings"]["Ports"] = self._take_ports(raw)
            except ApiError:
                # From now on it can neither be left nor joined, until the container has been stopped.
                self.half_joined.add((raw["Id"], name))
                raise

    def _disconnect(self, raw: dict[str, t.Any], name: str) -> None:
        endpoints = raw["NetworkSettings"]["Networks"]
        if name not in endpoints or (raw["Id"], name) in self.half_joined:
            status = 403 if raw["State"]["Running"] and name not in endpoints else 500
            raise ApiError(status, f"container {raw['Id']} is not connected to network {name}")
        del endpoints[name]
        self.macs.pop((raw["Id"], name), None)
        if self.api >= (1, 44) and name == raw["HostConfig"]["NetworkMode"]:
            raw["Config"].pop("MacAddress", None)
        if not endpoints:
            raw["NetworkSettings"]["Ports"] = {}


class _ExitCode:
    """The answer to a wait, which comes when the container has ended."""

    def __init__(self, daemon: ModelDaemon, container_id: str) -> None:
        self._daemon, self._id = daemon, container_id

    def read(self) -> bytes:
        return json.dumps({"StatusCode": self._daemon.await_exit(self._id)}).encode()


class ModelClient(Client):
    """The real client's methods; only the transport ends in the model."""

    def __init__(self, daemon: ModelDaemon) -> None:
        super().__init__(CONNECTION, None, daemon.api)
        self.daemon = daemon

    def clone(self) -> ModelClient:
        return ModelClient(self.daemon)

    def close(self) -> None:
        pass

    def request(
        self,
        method: str,
        path: str,
        *,
        params: t.Mapping[str, t.Any] | None = None,
        body: t.Any = None,
        data: t.Any = None,
        headers: t.Mapping[str, str] | None = None,
        timeout: float | None = None,
        versioned: bool = True,
        raw: bool = False,
    ) -> t.Any:
        if data is not None:
            body = b"".join(data)
        try:
            answer = self.daemon.answer(method, path, params or {}, body)
            return answer if raw else check_answer(f"{method} {path}", answer, find_shape(method, path))
        finally:
            self.last_date = email.utils.formatdate(self.daemon.clock, usegmt=True)

    def stat_path(self, container: str, path: str) -> tuple[bool, str] | None:
        self.daemon.requests.append(f"HEAD {container} {path}")
        link = self.daemon.symlinks.get(path, "")
        return not link and path not in self.daemon.files.get(container, {}), link

    @contextlib.contextmanager
    def download(
        self, path: str, *, method: str = "GET", timeout: float | None = None, **params: t.Any
    ) -> t.Iterator[t.IO[bytes]]:
        container_id = path.split("/")[2]
        if path.endswith("/wait"):
            yield t.cast(t.IO[bytes], _ExitCode(self.daemon, container_id))
            return
        answer = self.daemon.logs if method == "POST" else self.daemon.answer(method, path, params, None)
        yield io.BytesIO(answer if isinstance(answer, bytes) else json.dumps(answer).encode())

    def pull(self, reference: str, platform: str = "") -> None:
        self.daemon.requests.append(f"PULL {reference}")
        if reference not in self.daemon.pullable:
            raise ApiError(404, f"pull access denied for {reference}")
        self.daemon.images[reference] = self.daemon.pullable[reference]
