# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""An inspected container, and the blueprint that remakes it.

The daemon's own answer is replayed as it stands: whatever this collection does not know about survives because nothing
looks at it. Only what an answer says differently from what a request has to say is put right here.
"""

from __future__ import annotations

import copy
import posixpath
import re
import typing as t
from dataclasses import dataclass, field
from functools import cached_property

from .._types import Json
from .bindings import Binding, pair_bindings
from .engine import Api
from .ports import Publication, parse_actual_ports, parse_port_bindings

# Of the daemon's clock, to be compared with each other.
Moment = t.Tuple[str, str]

# The modes in which a container has no endpoint of its own to publish through.
MODES_WITHOUT_PORTS = ("none", "host")

# The engine counts in nanoseconds.
_SECOND = 1_000_000_000

# The daemon takes any unique beginning of an ID for a name. A container called "db" is not the one whose ID begins with
# "db", so only what the docker CLI itself prints as an ID is accepted as one.
LONG_ID = re.compile(r"[0-9a-f]{12,64}")

# The namespaces that a container can share with another, by the setting that says so.
SHARED_NAMESPACES = {"NetworkMode": "network", "IpcMode": "IPC namespace", "PidMode": "PID namespace"}


@dataclass(frozen=True)
class Blueprint:
    """A create request: its body, and the endpoint of each network by the network's name.

    ``mode_names``: the name of the network whose ID NetworkMode holds, by that ID.
    """

    body: dict[str, t.Any]
    endpoints: dict[str, dict[str, t.Any]]
    mode_names: t.Mapping[str, str] = field(default_factory=dict)

    def copy(self) -> Blueprint:
        return Blueprint(copy.deepcopy(self.body), copy.deepcopy(self.endpoints), self.mode_names)

    @property
    def main_network(self) -> str:
        """What NetworkMode names: the network that the engine joins where the request lists none."""
        mode = str(self.body["HostConfig"].get("NetworkMode") or "default")
        return "bridge" if mode == "default" else self.mode_names.get(mode, mode)


def _read_moment(text: str) -> Moment:
    """A time as the daemon writes it, in UTC and to the nanosecond, without the zeros at the end."""
    seconds, _dot, fraction = text.rstrip("Z").partition(".")
    return seconds, fraction.ljust(9, "0")


@dataclass(frozen=True)
class Container:
    """One container as ``GET /containers/{id}/json`` gives it."""

    raw: Json

    @property
    def id(self) -> str:
        return str(self.raw["Id"])

    @property
    def name(self) -> str:
        return str(self.raw["Name"]).lstrip("/")

    @property
    def config(self) -> Json:
        return t.cast(Json, self.raw["Config"])

    @property
    def host_config(self) -> Json:
        return t.cast(Json, self.raw["HostConfig"])

    @property
    def status(self) -> str:
        return str(self.raw["State"]["Status"])

    @property
    def is_running(self) -> bool:
        return bool(self.raw["State"]["Running"])

    @property
    def is_paused(self) -> bool:
        return bool(self.raw["State"].get("Paused"))

    @property
    def created_at(self) -> Moment:
        return _read_moment(self.raw["Created"])

    @property
    def ended_at(self) -> Moment:
        """When the container last ended; the zero time, which is before all others, where it never did."""
        return _read_moment(self.raw["State"]["FinishedAt"])

    @property
    def has_restarted(self) -> bool:
        """Whether the container has ended since it was started, and its restart policy has started it again."""
        return bool(self.raw.get("RestartCount"))

    @property
    def first_check_due(self) -> float:
        """The seconds in which its first health check that counts has had its turn: start period, interval, timeout.

        Docker takes 30 s for an interval or a timeout that is not given.
        """
        check = self.config.get("Healthcheck") or {}
        default = 30 * _SECOND
        period, interval, timeout = (check.get(key) or 0 for key in ("StartPeriod", "Interval", "Timeout"))
        return (period + (interval or default) + (timeout or default)) / _SECOND

    @property
    def labels(self) -> t.Mapping[str, str]:
        return self.config.get("Labels") or {}

    @property
    def network_mode(self) -> str:
        return str(self.host_config.get("NetworkMode") or "default")

    @property
    def main_network(self) -> str | None:
        """The name of the network that NetworkMode stands for; None where the mode is not a network."""
        mode = self.network_mode
        if mode in MODES_WITHOUT_PORTS or mode.startswith("container:"):
            return None
        if mode == "default":
            return "bridge"
        for name, endpoint in self.endpoints.items():
            if endpoint.get("NetworkID") == mode:
                return name
        return mode

    @property
    def shares(self) -> dict[str, str]:
        """The containers whose namespaces this one shares, by the setting that says so; the engine stores their IDs."""
        modes = {key: str(self.host_config.get(key) or "").partition(":") for key in SHARED_NAMESPACES}
        return {key: reference for key, (kind, _colon, reference) in modes.items() if kind == "container"}

    @property
    def endpoints(self) -> t.Mapping[str, Json]:
        return (self.raw.get("NetworkSettings") or {}).get("Networks") or {}

    @property
    def publish_all(self) -> bool:
        return bool(self.host_config.get("PublishAllPorts"))

    @property
    def exposed(self) -> tuple[str, ...]:
        return tuple(sorted(self.config.get("ExposedPorts") or {}))

    @cached_property
    def actual(self) -> tuple[Publication, ...]:
        """What is bound on the host at this moment; nothing while the container does not run."""
        return parse_actual_ports((self.raw.get("NetworkSettings") or {}).get("Ports")) if self.is_running else ()

    @cached_property
    def bindings(self) -> tuple[Binding, ...]:
        return pair_bindings(parse_port_bindings(self.host_config.get("PortBindings")), self.actual)

    @property
    def bindings_of_all(self) -> tuple[Binding, ...]:
        """What -P publishes: the exposed ports that no publication names (PortBindings does not list them)."""
        if not self.publish_all:
            return ()
        named = {binding.configured.key for binding in self.bindings}
        keys = [key for key in self.exposed if key not in named]
        configured = [Publication(int(key.split("/")[0]), key.split("/")[1]) for key in keys]
        return pair_bindings(configured, self.actual)


def automatic_aliases(container: Container, api: Api) -> set[str]:
    """The aliases that the engine lists whether they were asked for or not."""
    short_id = container.id[:12]
    return {short_id} if api.exact_aliases else {short_id, container.config.get("Hostname") or short_id}


def clean_endpoint(container: Container, endpoint: Json, api: Api) -> dict[str, t.Any]:
    """The part of an endpoint that was asked for, without what the daemon filled in."""
    asked: dict[str, t.Any] = {}
    ipam = {key: value for key, value in (endpoint.get("IPAMConfig") or {}).items() if value}
    automatic = automatic_aliases(container, api)
    aliases = [alias for alias in endpoint.get("Aliases") or () if alias not in automatic]
    for key, value in (
        ("IPAMConfig", ipam),
        ("Links", list(endpoint.get("Links") or ())),
        ("Aliases", sorted(set(aliases))),
        ("DriverOpts", dict(endpoint.get("DriverOpts") or {})),
        ("GwPriority", endpoint.get("GwPriority") or 0),
    ):
        if value:
            asked[key] = value
    return asked


def read_blueprint(
    container: Container,
    named: Json | None,
    own: Json | None,
    api: Api,
    live_containers: t.Collection[str],
) -> Blueprint:
    """The create request that remakes this container.

    ``named`` is the inspected image that the container's own reference names now, ``own`` the image of which it was
    made; None: the image is gone or was not read. ``live_containers`` are all names and IDs on the host: a container
    that is gone cannot be named as a source of volumes.
    """
    body: dict[str, t.Any] = copy.deepcopy(dict(container.config))
    host_config: dict[str, t.Any] = copy.deepcopy(dict(container.host_config))
    body["HostConfig"] = host_config
    endpoints = {name: clean_endpoint(container, endpoint, api) for name, endpoint in container.endpoints.items()}
    if container.main_network is None:
        endpoints = {}

    if named is None or named.get("Id") != container.raw.get("Image"):
        # The tag has moved on; the container keeps its image.
        body["Image"] = container.raw["Image"]
    if not body.get("Entrypoint") and ((own or {}).get("Config") or {}).get("Entrypoint"):
        # The container was made with an empty entrypoint; null would bring back that of the image.
        body["Entrypoint"] = []

    mode = container.network_mode
    shares_name = mode.startswith("container:") or bool(host_config.get("UTSMode"))
    if body.get("Hostname") == container.id[:12] or shares_name:
        body.pop("Hostname", None)
    if mode.startswith("container:"):
        # The image's ports come back by themselves; the engine refuses a request that names any.
        body.pop("ExposedPorts", None)

    mac_address = body.pop("MacAddress", "")
    if mac_address and not api.mac_per_endpoint:
        body["MacAddress"] = mac_address
    elif mac_address and container.main_network in endpoints:
        endpoints[container.main_network]["MacAddress"] = mac_address

    _keep_volumes(container, body, live_containers)
    # /source:/this/alias is how an answer spells source:alias.
    host_config["Links"] = [
        f"{link.split(':')[0].lstrip('/')}:{link.split(':')[1].split('/')[-1]}"
        for link in host_config.get("Links") or ()
    ] or None
    main = container.main_network
    return Blueprint(body, endpoints, {} if main is None else {mode: main})


def _keep_volumes(container: Container, body: dict[str, t.Any], live_containers: t.Collection[str]) -> None:
    """Name the anonymous volumes, so that the successor gets them instead of new, empty volumes.

    A volume that has been emptied since must not be filled from the image a second time.
    """
    host_config = body["HostConfig"]
    mounted = {mount["Destination"]: mount for mount in container.raw.get("Mounts") or ()}
    anonymous = {clean_path(path) for path in body.get("Volumes") or ()}
    explained = {bind_destination(bind) for bind in host_config.get("Binds") or ()}
    for mount in host_config.get("Mounts") or ():
        target = clean_path(mount["Target"])
        explained.add(target)
        if mount["Type"] == "volume" and not mount.get("Source") and target in mounted:
            mount["Source"] = mounted[target]["Name"]
            mount["VolumeOptions"] = {**(mount.get("VolumeOptions") or {}), "NoCopy": True}
    sources = host_config.get("VolumesFrom") or []
    alive = [source for source in sources if _is_alive(source.split(":")[0], live_containers)]
    if sources:
        host_config["VolumesFrom"] = alive or None
    named = [
        _as_bind(mount)
        for destination, mount in sorted(mounted.items())
        if destination not in explained
        and mount["Type"] in ("volume", "bind")
        and (destination in anonymous or len(alive) < len(sources))
    ]
    if named:
        host_config["Binds"] = [*(host_config.get("Binds") or ()), *named]


def _is_alive(source: str, live_containers: t.Collection[str]) -> bool:
    """The engine keeps the reference that it was given: a name, or an ID that may be short."""
    if source in live_containers:
        return True
    return bool(LONG_ID.fullmatch(source)) and any(each.startswith(source) for each in live_containers)


def _as_bind(mount: Json) -> str:
    """A volume, or a folder of the host, that is mounted, as an item of HostConfig.Binds."""
    source = mount["Name"] if mount["Type"] == "volume" else mount["Source"]
    modes = [] if mount.get("RW", True) else ["ro"]
    # For a bind that names no propagation the engine lists its default.
    modes += [mount["Propagation"]] if mount.get("Propagation") not in (None, "", "rprivate") else []
    modes += ["nocopy"] if mount["Type"] == "volume" else []
    return ":".join([source, mount["Destination"], *([",".join(modes)] if modes else [])])


def clean_path(path: str) -> str:
    """A path in a container as the engine writes it, without needless slashes and dots."""
    return posixpath.normpath("/" + path.lstrip("/"))


def bind_destination(bind: str) -> str:
    parts = bind.split(":")
    return clean_path(parts[1] if len(parts) > 1 else parts[0])


def subtract_image_defaults(blueprint: Blueprint, image: Json) -> None:
    """Forget what came from the container's image, so that the next image's own defaults take its place."""
    body, defaults = blueprint.body, image.get("Config") or {}
    if body.get("Cmd") == defaults.get("Cmd") and body.get("Entrypoint") == defaults.get("Entrypoint"):
        body["Cmd"] = None
    if body.get("Entrypoint") == defaults.get("Entrypoint"):
        body["Entrypoint"] = None
    for key in ("WorkingDir", "User", "Healthcheck", "StopSignal", "Shell"):
        if body.get(key) == defaults.get(key):
            body.pop(key, None)
    body["Env"] = [item for item in body.get("Env") or () if item not in (defaults.get("Env") or ())]
    for key in ("Labels", "ExposedPorts", "Volumes"):
        inherited = defaults.get(key) or {}
        body[key] = {k: v for k, v in (body.get(key) or {}).items() if k not in inherited or inherited[k] != v}


def place_mac(blueprint: Blueprint, api: Api) -> Blueprint:
    """The request as this engine takes it: up to 24 a container has one MAC address, that of its first network."""
    first = _find_first(blueprint)
    address = blueprint.endpoints.get(first, {}).get("MacAddress")
    if api.mac_per_endpoint or not address:
        return blueprint
    placed = blueprint.copy()
    placed.body["MacAddress"] = placed.endpoints[first].pop("MacAddress")
    return placed


def _find_first(blueprint: Blueprint) -> str:
    """A container that has left the network of its NetworkMode would join it again if the request had no endpoint."""
    main = blueprint.main_network
    return main if main in blueprint.endpoints else next(iter(blueprint.endpoints), main)


def split_endpoints(blueprint: Blueprint, api: Api) -> tuple[dict[str, t.Any], dict[str, dict[str, t.Any]]]:
    """The body of the create, and the endpoints that have to be connected after it and before the start."""
    blueprint = place_mac(blueprint, api)
    body = copy.deepcopy(blueprint.body)
    main, first = blueprint.main_network, _find_first(blueprint)
    at_create, later = {}, {}
    for name, endpoint in blueprint.endpoints.items():
        if name == first or api.endpoints_at_create:
            at_create[name] = endpoint
        else:
            later[name] = endpoint
    if at_create.get(main) == {} and len(at_create) == 1:
        at_create = {}
    if at_create:
        body["NetworkingConfig"] = {"EndpointsConfig": at_create}
    return body, later
