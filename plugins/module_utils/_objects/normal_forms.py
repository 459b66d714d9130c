# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""Normal forms of what a create request or an inspected container says, by its key: equal where it means the same."""

from __future__ import annotations

import contextlib
import ipaddress
import signal
import typing as t

from .._types import Json
from .containers import clean_path

_DESKTOP = ("/host_mnt", "/run/desktop/mnt/host")


class Map(t.Dict[str, t.Any]):
    """A map whose keys are data, so that each key counts, whatever its value. None: the key is not to be there."""


def mapping(value: t.Any) -> Json:
    return value if isinstance(value, t.Mapping) else {}


def items(value: t.Any) -> list[t.Any]:
    return list(value) if isinstance(value, (list, tuple)) else []


def same(value: t.Any) -> t.Any:
    return value


def as_map(value: t.Any) -> Map:
    return Map(mapping(value))


def normal_path(value: t.Any) -> t.Any:
    """Docker Desktop has the folders of its host elsewhere."""
    if not isinstance(value, str) or not value.startswith("/"):
        return value
    return clean_path(next((value[len(prefix) :] for prefix in _DESKTOP if value.startswith(f"{prefix}/")), value))


def _in_order(value: t.Any) -> tuple[t.Any, ...]:
    return tuple(items(value))


def _env(value: t.Any) -> Map:
    """Of several lines of one name the last counts; a bare name takes the image's variable away."""
    pairs = [str(line).partition("=") for line in items(value)]
    return Map({name: content if sign else None for name, sign, content in pairs})


def _healthcheck(value: t.Any) -> t.Any:
    check = mapping(value)
    return {**check, "Test": _in_order(check.get("Test"))} if check else value


def _port_key(key: str) -> str:
    number, _slash, protocol = key.partition("/")
    return f"{number}/{(protocol or 'tcp').lower()}"


def _ports(value: t.Any) -> Map:
    return Map((_port_key(key), {}) for key in mapping(value))


def _bindings(value: t.Any) -> Map:
    """An empty list of bindings asks for one that the engine chooses."""
    return Map((_port_key(key), _list_bindings(bindings)) for key, bindings in mapping(value).items())


def _list_bindings(value: t.Any) -> list[str]:
    bindings = [mapping(each) for each in items(value)] or [{}]
    return sorted(f"{normal_address(each.get('HostIp'))}:{each.get('HostPort') or '0'}" for each in bindings)


def normal_address(value: t.Any) -> str:
    text = str(value or "")
    try:
        return str(ipaddress.ip_address(text.strip("[]").partition("/")[0]))
    except ValueError:
        return text


def _capabilities(value: t.Any) -> list[str]:
    names = [str(name).upper() for name in items(value)]
    return [name[4:] if name.startswith("CAP_") else name for name in names]


def _security(value: t.Any) -> list[str]:
    options = [str(option).replace(":", "=", 1) if "=" not in str(option) else str(option) for option in items(value)]
    return [option[: -len("=true")] if option.endswith("=true") else option for option in options]


def _hosts(value: t.Any) -> list[tuple[str, str]]:
    lines = [str(line) for line in items(value)]
    pairs = [line.partition(":" if "=" not in line else "=") for line in lines]
    return [(name, normal_address(address)) for name, _sign, address in pairs]


def _links(value: t.Any) -> list[str]:
    """The aliases: an answer names the target as it is called now, a request by its ID."""
    return [str(link).rpartition(":")[2].rpartition("/")[2] for link in items(value)]


def normal_namespace(value: t.Any) -> str:
    """Another container's may be asked for by name, and is kept by ID."""
    return "container" if str(value or "").startswith("container:") else str(value or "")


def _policy(value: t.Any) -> t.Any:
    policy = mapping(value)
    return {**policy, "Name": "" if policy.get("Name") == "no" else policy.get("Name")} if policy else value


def _signal(value: t.Any) -> str:
    """``TERM``, for which an engine also takes ``SIGTERM`` and ``15``."""
    name = str(value or "").upper()
    with contextlib.suppress(ValueError):
        name = signal.Signals(int(name)).name
    return name[3:] if name.startswith("SIG") else name


def _at_least_one(value: t.Any) -> t.Any:
    """Zero and less mean no limit."""
    return value if isinstance(value, int) and value > 0 else None


NORMAL: dict[str, t.Callable[[t.Any], t.Any]] = {
    # Config
    "Cmd": _in_order,
    "Env": _env,
    "ExposedPorts": _ports,
    "Healthcheck": _healthcheck,
    "Labels": as_map,
    "MacAddress": lambda value: str(value or "").lower(),
    "StopSignal": _signal,
    "Volumes": lambda value: Map((clean_path(path), {}) for path in mapping(value)),
    # HostConfig
    "Annotations": as_map,
    "CapAdd": _capabilities,
    "CapDrop": _capabilities,
    "Dns": lambda value: [normal_address(each) for each in items(value)],
    "ExtraHosts": _hosts,
    "IpcMode": normal_namespace,
    "Links": _links,
    "PidMode": normal_namespace,
    "PidsLimit": _at_least_one,
    "PortBindings": _bindings,
    "RestartPolicy": _policy,
    "SecurityOpt": _security,
    "StorageOpt": as_map,
    "Tmpfs": as_map,
}
