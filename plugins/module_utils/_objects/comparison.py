# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""Where a container differs from the create request of which the engine made it.

Engines accept what they do not keep: a limit that the kernel does not know, links on a network of its own, a MAC
address on a second network. Only what was asked for counts: what a request leaves open, or gives as nothing, zero or an
empty text, the engine fills in from the image, its own settings and the network. Spellings do not matter.
"""

from __future__ import annotations

import ipaddress
import typing as t

from .._types import Json
from .containers import MODES_WITHOUT_PORTS, Blueprint, Container, clean_path
from .networks import normal_links

# Engines drop these where the kernel has cgroups of version 2, or have given them up, and a container loses nothing by
# that: they were not in force before either. The others are of a client, of Windows, and of builds.
_WITHOUT_EFFECT = (
    *("KernelMemory", "KernelMemoryTCP", "MemorySwappiness", "OomKillDisable"),
    *("ConsoleSize", "ArgsEscaped", "OnBuild"),
)
# What opens something: here more than was asked for is a difference as well.
_CLOSED = ("Binds", "CapAdd", "Devices", "PortBindings")
_NOT_ASKED = {**dict.fromkeys(_CLOSED), "Privileged": False, "PublishAllPorts": False}
# What may hold a secret: the difference is told without the values.
_SECRET = ("Annotations", "Cmd", "DriverOpts", "Entrypoint", "Env", "Healthcheck", "Labels", "LogConfig", "Mounts")
_DESKTOP = ("/host_mnt", "/run/desktop/mnt/host")
# Where engines from 27 on keep the sysctls of a network interface.
_ENDPOINT_SYSCTLS = "com.docker.network.endpoint.sysctls"


class Difference(t.NamedTuple):
    """``key``: where docker inspect shows it. ``secret``: the values must not be shown."""

    key: str
    asked: t.Any
    made: t.Any
    secret: bool = False

    def __str__(self) -> str:
        if self.asked is None:
            return f"{self.key}, which was not asked for" + ("" if self.secret else f", is {self.made!r}")
        if self.secret:
            return f"{self.key} is {'not what was asked for' if self.made else 'missing'}"
        made = "missing" if self.made in (None, "", [], (), {}) else repr(self.made)
        return f"{self.key} is {made}, asked for was {self.asked!r}"

    def as_dict(self) -> dict[str, t.Any]:
        """What a playbook may want to look at."""
        return {"key": self.key} if self.secret else {"key": self.key, "asked": self.asked, "made": self.made}


def find_differences(asked: Blueprint, made: Container) -> list[Difference]:
    """What was asked for and not made, or made otherwise, whether the container has been started or not."""
    answer = _mapping(made.raw)
    config, host_config = _mapping(answer.get("Config")), _mapping(answer.get("HostConfig"))
    mode = asked.main_network
    skipped = {"HostConfig", "Entrypoint", *_WITHOUT_EFFECT}
    if mode.startswith("container:"):
        # A container has the names of the container whose network it shares.
        skipped |= {"Hostname", "Domainname", "ExposedPorts"}
    elif mode == "host":
        skipped.add("Hostname")
    found = [*_compare_parts("Config", asked.body, config, skipped), *_compare_entrypoints(asked.body, config)]
    skipped = {"NetworkMode", "Sysctls", *_WITHOUT_EFFECT}
    if host_config.get("Privileged"):
        skipped |= {"MaskedPaths", "ReadonlyPaths"}
    if mode in MODES_WITHOUT_PORTS or mode.startswith("container:"):
        skipped.add("PortBindings")
    found += _compare_parts("HostConfig", {**_NOT_ASKED, **asked.body["HostConfig"]}, host_config, skipped)
    standing = str(host_config.get("NetworkMode") or "default")
    standing = "bridge" if standing == "default" else asked.mode_names.get(standing, standing)
    if not _same_mode(mode, standing):
        found.append(Difference("HostConfig.NetworkMode", mode, standing))
    return [*found, *_compare_sysctls(asked, answer), *_compare_endpoints(asked, answer)]


# -- Config and HostConfig ---------------------------------------------------------------------------------------------


def _compare_parts(path: str, asked: Json, made: Json, skipped: t.Collection[str]) -> list[Difference]:
    found: list[Difference] = []
    for key, value in asked.items():
        if key not in skipped:
            normal = _NORMAL.get(key, _same)
            found += _compare(f"{path}.{key}", key, normal(value), normal(made.get(key)))
    return found


def _compare_entrypoints(asked: Json, made: Json) -> t.Iterator[Difference]:
    """An empty word asks for no entrypoint, nothing for that of the image."""
    words, standing = (tuple(word for word in _items(each.get("Entrypoint")) if word) for each in (asked, made))
    if asked.get("Entrypoint") and words != standing:
        yield Difference("Config.Entrypoint", words, standing, secret=True)


def _compare(path: str, key: str, asked: t.Any, made: t.Any) -> t.Iterator[Difference]:
    """Maps are told key by key: see _Map."""
    secret = key in _SECRET
    if isinstance(asked, _Map):
        made = made if isinstance(made, _Map) else _Map()
        for each, value in asked.items():
            if made.get(each) != value:
                yield Difference(f"{path}.{each}", value, made.get(each), secret)
        if key in _CLOSED:
            yield from (Difference(f"{path}.{each}", None, made[each], secret) for each in made if each not in asked)
    elif not _holds(made, asked):
        yield Difference(path, asked, made, secret)
    elif key in _CLOSED and not _holds(asked or [], made):
        yield Difference(path, asked or [], made, secret)


def _holds(made: t.Any, asked: t.Any) -> bool:
    """Whether what was made has all that was asked for. The order of a list does not count, that of a tuple does."""
    if isinstance(asked, bool):
        return bool(made) == asked
    if not asked:
        return True
    if isinstance(asked, t.Mapping):
        return all(_holds(_mapping(made).get(key), value) for key, value in asked.items())
    if isinstance(asked, list):
        return all(any(_equal(each, item) for each in _items(made)) for item in asked)
    return _equal(made, asked)


def _equal(made: t.Any, asked: t.Any) -> bool:
    if isinstance(asked, (t.Mapping, list)):
        return _holds(made, asked)
    return bool(_normal_path(made) == _normal_path(asked))


# -- normal forms ------------------------------------------------------------------------------------------------------


class _Map(t.Dict[str, t.Any]):
    """A map whose keys are data, so that each key counts, whatever its value. None: the key is not to be there."""


def _mapping(value: t.Any) -> Json:
    return value if isinstance(value, t.Mapping) else {}


def _items(value: t.Any) -> list[t.Any]:
    return list(value) if isinstance(value, (list, tuple)) else []


def _same(value: t.Any) -> t.Any:
    return value


def _as_map(value: t.Any) -> _Map:
    return _Map(_mapping(value))


def _normal_path(value: t.Any) -> t.Any:
    """Docker Desktop has the folders of its host elsewhere."""
    if not isinstance(value, str) or not value.startswith("/"):
        return value
    return clean_path(next((value[len(prefix) :] for prefix in _DESKTOP if value.startswith(f"{prefix}/")), value))


def _in_order(value: t.Any) -> tuple[t.Any, ...]:
    return tuple(_items(value))


def _env(value: t.Any) -> _Map:
    """Of several lines of one name the last counts; a bare name takes the image's variable away."""
    pairs = [str(line).partition("=") for line in _items(value)]
    return _Map({name: content if sign else None for name, sign, content in pairs})


def _healthcheck(value: t.Any) -> t.Any:
    check = _mapping(value)
    return {**check, "Test": _in_order(check.get("Test"))} if check else value


def _port_key(key: str) -> str:
    number, _slash, protocol = key.partition("/")
    return f"{number}/{(protocol or 'tcp').lower()}"


def _ports(value: t.Any) -> _Map:
    return _Map((_port_key(key), {}) for key in _mapping(value))


def _bindings(value: t.Any) -> _Map:
    """An empty list of bindings asks for one that the engine chooses."""
    return _Map((_port_key(key), _list_bindings(bindings)) for key, bindings in _mapping(value).items())


def _list_bindings(value: t.Any) -> list[str]:
    bindings = [_mapping(each) for each in _items(value)] or [{}]
    return sorted(f"{_address(each.get('HostIp'))}:{each.get('HostPort') or '0'}" for each in bindings)


def _address(value: t.Any) -> str:
    text = str(value or "")
    try:
        return str(ipaddress.ip_address(text.strip("[]").partition("/")[0]))
    except ValueError:
        return text


def _capabilities(value: t.Any) -> list[str]:
    names = [str(name).upper() for name in _items(value)]
    return [name[4:] if name.startswith("CAP_") else name for name in names]


def _security(value: t.Any) -> list[str]:
    options = [str(option).replace(":", "=", 1) if "=" not in str(option) else str(option) for option in _items(value)]
    return [option[: -len("=true")] if option.endswith("=true") else option for option in options]


def _hosts(value: t.Any) -> list[tuple[str, str]]:
    lines = [str(line) for line in _items(value)]
    pairs = [line.partition(":" if "=" not in line else "=") for line in lines]
    return [(name, _address(address)) for name, _sign, address in pairs]


def _links(value: t.Any) -> list[str]:
    """The aliases: an answer names the target as it is called now, a request by its ID."""
    return [str(link).rpartition(":")[2].rpartition("/")[2] for link in _items(value)]


def _namespace(value: t.Any) -> str:
    """Another container's may be asked for by name, and is kept by ID."""
    return "container" if str(value or "").startswith("container:") else str(value or "")


def _policy(value: t.Any) -> t.Any:
    policy = _mapping(value)
    return {**policy, "Name": "" if policy.get("Name") == "no" else policy.get("Name")} if policy else value


def _signal(value: t.Any) -> str:
    name = str(value or "").upper()
    return name[3:] if name.startswith("SIG") else name


def _at_least_one(value: t.Any) -> t.Any:
    """Zero and less mean no limit."""
    return value if isinstance(value, int) and value > 0 else None


_NORMAL: dict[str, t.Callable[[t.Any], t.Any]] = {
    # Config
    "Cmd": _in_order,
    "Env": _env,
    "ExposedPorts": _ports,
    "Healthcheck": _healthcheck,
    "Labels": _as_map,
    "MacAddress": lambda value: str(value or "").lower(),
    "StopSignal": _signal,
    "Volumes": lambda value: _Map((clean_path(path), {}) for path in _mapping(value)),
    # HostConfig
    "Annotations": _as_map,
    "CapAdd": _capabilities,
    "CapDrop": _capabilities,
    "Dns": lambda value: [_address(each) for each in _items(value)],
    "ExtraHosts": _hosts,
    "IpcMode": _namespace,
    "Links": _links,
    "PidMode": _namespace,
    "PidsLimit": _at_least_one,
    "PortBindings": _bindings,
    "RestartPolicy": _policy,
    "SecurityOpt": _security,
    "StorageOpt": _as_map,
    "Tmpfs": _as_map,
}


# -- networks ----------------------------------------------------------------------------------------------------------


def _same_mode(asked: str, made: str) -> bool:
    return _namespace(asked) == _namespace(made)


def _compare_sysctls(asked: Blueprint, answer: Json) -> t.Iterator[Difference]:
    made = _as_map(_mapping(answer.get("HostConfig")).get("Sysctls"))
    moved = {text for endpoint in _list_endpoints(answer).values() for text in _list_sysctls(endpoint)}
    for key, value in _mapping(asked.body["HostConfig"].get("Sysctls")).items():
        if made.get(key) != value and f"{key}={value}".replace(".eth0.", ".IFNAME.", 1) not in moved:
            yield Difference(f"HostConfig.Sysctls.{key}", value, made.get(key))


def _list_sysctls(endpoint: Json) -> list[str]:
    return str(_mapping(endpoint.get("DriverOpts")).get(_ENDPOINT_SYSCTLS) or "").split(",")


def _list_endpoints(answer: Json) -> dict[str, Json]:
    networks = _mapping(_mapping(answer.get("NetworkSettings")).get("Networks"))
    return {name: _mapping(endpoint) for name, endpoint in networks.items()}


def _compare_endpoints(asked: Blueprint, answer: Json) -> t.Iterator[Difference]:
    path, made = "NetworkSettings.Networks", _list_endpoints(answer)
    expected = asked.endpoints
    if not expected and asked.main_network in MODES_WITHOUT_PORTS:
        expected = {asked.main_network: {}}
    for name, endpoint in expected.items():
        if name not in made:
            yield Difference(f"{path}.{name}", name, None)
        else:
            yield from _compare_endpoint(f"{path}.{name}", endpoint, made[name])
    for name in made:
        if name not in expected:
            yield Difference(f"{path}.{name}", None, name)


def _compare_endpoint(path: str, asked: Json, made: Json) -> t.Iterator[Difference]:
    for key, value in asked.items():
        if key == "IPAMConfig":
            for each, address in value.items():
                standing = _mapping(made.get(key)).get(each)
                if not _holds(_normal_addresses(standing), _normal_addresses(address)):
                    yield Difference(f"{path}.{key}.{each}", address, standing)
            for each, live in (("IPv4Address", "IPAddress"), ("IPv6Address", "GlobalIPv6Address")):
                # There is none before the start, and none on a network without that family.
                if value.get(each) and made.get(live) and _address(made[live]) != _address(value[each]):
                    yield Difference(f"{path}.{live}", value[each], made[live])
        elif key == "Links":
            if not normal_links(value) <= normal_links(map(str, _items(made.get(key)))):
                yield Difference(f"{path}.{key}", value, made.get(key))
        elif key == "DriverOpts":
            standing = _mapping(made.get(key))
            for each, content in value.items():
                taken = standing.get(each) == content
                if each == _ENDPOINT_SYSCTLS:
                    # The engine adds what it moves there.
                    taken = set(str(content).split(",")) <= set(_list_sysctls(made))
                if not taken:
                    yield Difference(f"{path}.{key}.{each}", content, standing.get(each), secret=True)
        else:
            normal = _NORMAL.get(key, _same)
            yield from _compare(f"{path}.{key}", key, normal(value), normal(made.get(key)))


def _normal_addresses(value: t.Any) -> t.Any:
    """One address, or a list of link-local ones."""
    return [_address(each) for each in value] if isinstance(value, list) else _address(value)
