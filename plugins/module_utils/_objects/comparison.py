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

import typing as t

from .._types import Json
from .containers import MODES_WITHOUT_PORTS, Blueprint, Container
from .networks import normal_links
from .normal_forms import NORMAL, Map, as_map, items, mapping, normal_address, normal_namespace, normal_path, same

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
    answer = mapping(made.raw)
    config, host_config = mapping(answer.get("Config")), mapping(answer.get("HostConfig"))
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
            normal = NORMAL.get(key, same)
            found += _compare(f"{path}.{key}", key, normal(value), normal(made.get(key)))
    return found


def _compare_entrypoints(asked: Json, made: Json) -> t.Iterator[Difference]:
    """An empty word asks for no entrypoint, nothing for that of the image."""
    words, standing = (tuple(word for word in items(each.get("Entrypoint")) if word) for each in (asked, made))
    if asked.get("Entrypoint") and words != standing:
        yield Difference("Config.Entrypoint", words, standing, secret=True)


def _compare(path: str, key: str, asked: t.Any, made: t.Any) -> t.Iterator[Difference]:
    """Maps are told key by key: see Map."""
    secret = key in _SECRET
    if isinstance(asked, Map):
        made = made if isinstance(made, Map) else Map()
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
        return all(_holds(mapping(made).get(key), value) for key, value in asked.items())
    if isinstance(asked, list):
        return all(any(_equal(each, item) for each in items(made)) for item in asked)
    return _equal(made, asked)


def _equal(made: t.Any, asked: t.Any) -> bool:
    if isinstance(asked, (t.Mapping, list)):
        return _holds(made, asked)
    return bool(normal_path(made) == normal_path(asked))


# -- networks ----------------------------------------------------------------------------------------------------------


def _same_mode(asked: str, made: str) -> bool:
    return normal_namespace(asked) == normal_namespace(made)


def _compare_sysctls(asked: Blueprint, answer: Json) -> t.Iterator[Difference]:
    made = as_map(mapping(answer.get("HostConfig")).get("Sysctls"))
    moved = {text for endpoint in _list_endpoints(answer).values() for text in _list_sysctls(endpoint)}
    for key, value in mapping(asked.body["HostConfig"].get("Sysctls")).items():
        if made.get(key) != value and f"{key}={value}".replace(".eth0.", ".IFNAME.", 1) not in moved:
            yield Difference(f"HostConfig.Sysctls.{key}", value, made.get(key))


def _list_sysctls(endpoint: Json) -> list[str]:
    return str(mapping(endpoint.get("DriverOpts")).get(_ENDPOINT_SYSCTLS) or "").split(",")


def _list_endpoints(answer: Json) -> dict[str, Json]:
    networks = mapping(mapping(answer.get("NetworkSettings")).get("Networks"))
    return {name: mapping(endpoint) for name, endpoint in networks.items()}


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
                standing = mapping(made.get(key)).get(each)
                if not _holds(_normal_addresses(standing), _normal_addresses(address)):
                    yield Difference(f"{path}.{key}.{each}", address, standing)
            for each, live in (("IPv4Address", "IPAddress"), ("IPv6Address", "GlobalIPv6Address")):
                # There is none before the start, and none on a network without that family.
                if value.get(each) and made.get(live) and normal_address(made[live]) != normal_address(value[each]):
                    yield Difference(f"{path}.{live}", value[each], made[live])
        elif key == "Links":
            if not normal_links(value) <= normal_links(map(str, items(made.get(key)))):
                yield Difference(f"{path}.{key}", value, made.get(key))
        elif key == "DriverOpts":
            standing = mapping(made.get(key))
            for each, content in value.items():
                taken = standing.get(each) == content
                if each == _ENDPOINT_SYSCTLS:
                    # The engine adds what it moves there.
                    taken = set(str(content).split(",")) <= set(_list_sysctls(made))
                if not taken:
                    yield Difference(f"{path}.{key}.{each}", content, standing.get(each), secret=True)
        else:
            normal = NORMAL.get(key, same)
            yield from _compare(f"{path}.{key}", key, normal(value), normal(made.get(key)))


def _normal_addresses(value: t.Any) -> t.Any:
    """One address, or a list of link-local ones."""
    return [normal_address(each) for each in value] if isinstance(value, list) else normal_address(value)
