# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""Values of a container's resources, devices and security in the daemon's terms."""

from __future__ import annotations

import re
import typing as t

from ansible.module_utils.common.text.formatters import human_to_bytes

from .._errors import Failure
from .._objects.containers import clean_path
from .._objects.networks import parse_address
from .option import Parse

_PERMISSIONS = re.compile(r"[rwm]{1,3}")
_CAPABILITY = re.compile(r"(CAP_)?[A-Z_]+")
_CGROUP_RULE = re.compile(r"[acb] ([0-9]+|\*):([0-9]+|\*) [rwm]{1,3}")
_CPUS = re.compile(r"[0-9]{1,4}(-[0-9]{1,4})?(,[0-9]{1,4}(-[0-9]{1,4})?)*")
# So many nanoseconds of CPU time in a second are one CPU.
_NANO = 10**9
# As much as no host has.
_MOST_CPUS = 10000
_UNLIMITED = ("-1", "unlimited")


def refuse(option: str, problem: str) -> Failure:
    return Failure("option_conflict", f"{option}: {problem}")


# -- numbers -----------------------------------------------------------------------------------------------------------


def parse_size(value: t.Any, option: str) -> int:
    """``512M`` in bytes, in powers of 1024."""
    try:
        size = int(human_to_bytes(str(value)))
    except (ValueError, OverflowError) as error:
        raise refuse(option, f"{value!r} is not a size such as 512M or 2G.") from error
    if size < 0:
        raise refuse(option, f"{value!r} is less than 0.")
    return size


def parse_swap(value: t.Any, option: str) -> int:
    return -1 if str(value).lower() in _UNLIMITED else parse_size(value, option)


def number(least: int, most: int | None = None, *, zero: bool = True) -> Parse:
    """A whole number of this range. ``zero``: 0 is taken as well, for none."""

    def parse(value: t.Any, option: str) -> int:
        fits = (zero and value == 0) or (value >= least and (most is None or value <= most))
        if not fits:
            limits = f"{least} or more" if most is None else f"from {least} to {most}"
            raise refuse(option, f"{value} is not {limits}{', or 0 for none' if zero and least > 0 else ''}.")
        return int(value)

    return parse


def parse_cpus(value: float, option: str) -> int:
    if not 0 <= value < _MOST_CPUS:
        raise refuse(option, f"{value} is not a number from 0 to {_MOST_CPUS}.")
    return round(value * _NANO)


def parse_cpuset(value: str, option: str) -> str:
    text = value.replace(" ", "")
    if text and not _CPUS.fullmatch(text):
        raise refuse(option, f"{value!r} is not a list of numbers such as 0-3,7.")
    return text


def normal_cpuset(value: str | None) -> frozenset[int]:
    """The numbers in ``0-3,7``."""
    found: set[int] = set()
    for part in (value or "").split(","):
        first, _dash, last = part.partition("-")
        if first.isdecimal():
            found.update(range(int(first), int(last if last.isdecimal() else first) + 1))
    return frozenset(found)


# -- devices -----------------------------------------------------------------------------------------------------------


def parse_devices(value: t.Sequence[str], option: str) -> list[dict[str, str]]:
    """``/dev/on-host:/dev/in-container:rwm``, as docker run --device takes it."""
    devices = []
    for text in value:
        host, _colon, rest = text.partition(":")
        inside, _colon, permissions = rest.partition(":")
        if not permissions and _PERMISSIONS.fullmatch(inside):
            inside, permissions = "", inside
        permissions = permissions or "rwm"
        inside = inside or host
        if not (host.startswith("/") and inside.startswith("/") and _PERMISSIONS.fullmatch(permissions)):
            raise refuse(option, f"{text!r} is not a device such as /dev/sda:/dev/xvda:rw.")
        devices.append({"PathOnHost": host, "PathInContainer": inside, "CgroupPermissions": permissions})
    return devices


def normal_device(device: t.Mapping[str, t.Any]) -> t.Any:
    permissions = frozenset(device.get("CgroupPermissions") or "rwm")
    return device.get("PathOnHost"), device.get("PathInContainer") or device.get("PathOnHost"), permissions


def rates(parse_rate: Parse) -> Parse:
    """Limits of devices: a path, and so many bytes or operations in a second."""

    def parse(value: t.Sequence[t.Mapping[str, t.Any]], option: str) -> list[dict[str, t.Any]]:
        return [{"Path": each["path"], "Rate": parse_rate(each["rate"], option)} for each in value]

    return parse


def parse_cgroup_rules(value: t.Sequence[str], option: str) -> list[str]:
    for rule in value:
        if not _CGROUP_RULE.fullmatch(rule):
            raise refuse(option, f"{rule!r} is not a rule such as 'c 42:* rmw'.")
    return list(value)


def parse_device_requests(value: t.Sequence[t.Mapping[str, t.Any]], option: str) -> list[dict[str, t.Any]]:
    requests = []
    for each in value:
        if each.get("count") and each.get("device_ids"):
            raise refuse(option, "count and device_ids of one request exclude each other.")
        requests.append(
            {
                "Driver": each.get("driver") or "",
                "Count": each.get("count") or 0,
                # The engine keeps null as it is, which is what others take for nothing.
                "DeviceIDs": each.get("device_ids") or None,
                "Capabilities": [list(map(str, group)) for group in each.get("capabilities") or ()] or None,
                "Options": {str(key): str(content) for key, content in (each.get("options") or {}).items()} or None,
            }
        )
    return requests


def normal_device_request(request: t.Mapping[str, t.Any]) -> t.Any:
    """An answer has null for what was left out."""
    return (
        request.get("Driver") or "",
        request.get("Count") or 0,
        sorted(request.get("DeviceIDs") or ()),
        sorted(sorted(group) for group in request.get("Capabilities") or ()),
        dict(request.get("Options") or {}),
    )


def parse_ulimits(value: t.Sequence[str], option: str) -> list[dict[str, t.Any]]:
    """``nofile:1024:2048``, or as docker run --ulimit takes it, ``nofile=1024:2048``. One number is both limits."""
    limits = []
    for text in value:
        match = re.fullmatch(r"([a-z]+)[:=](-1|[0-9]{1,18})(?::(-1|[0-9]{1,18}))?", text)
        if match is None:
            raise refuse(option, f"{text!r} is not a limit such as nofile:1024:2048.")
        soft, hard = int(match[2]), int(match[3] or match[2])
        if hard != -1 and (soft > hard or soft == -1):
            raise refuse(option, f"{text!r} has a soft limit above its hard limit.")
        limits.append({"Name": match[1], "Soft": soft, "Hard": hard})
    return limits


# -- security and names ------------------------------------------------------------------------------------------------


def parse_capabilities(value: t.Sequence[str], option: str) -> list[str]:
    for name in value:
        if not _CAPABILITY.fullmatch(name.upper()):
            raise refuse(option, f"{name!r} is not the name of a capability such as NET_ADMIN.")
    return list(value)


def parse_security(value: t.Sequence[str], option: str) -> list[str]:
    if not all(value):
        raise refuse(option, "an empty text is no option.")
    return list(value)


def security_kind(text: str) -> str:
    """What an option is about: a container has several labels, and one of everything else."""
    # The engine takes a colon as well as an equals sign.
    kind, _sign, rest = text.partition("=" if "=" in text else ":")
    return f"{kind}={rest}" if kind == "label" else kind


def parse_addresses(value: t.Sequence[str], option: str) -> list[str]:
    return [parse_address(each, option) for each in value]


def parse_texts(value: t.Mapping[str, t.Any], option: str) -> dict[str, str | None]:
    """Texts by name. A boolean is written as the engine's drivers write it."""
    for name, content in value.items():
        if isinstance(content, (dict, list)):
            raise refuse(option, f"the value of {name} is neither a text nor a number.")
    return {str(name): _text(content) for name, content in value.items()}


def _text(content: t.Any) -> str | None:
    if isinstance(content, bool):
        return "true" if content else "false"
    return None if content is None else str(content)


def parse_volumes_from(value: t.Sequence[str], option: str) -> list[str]:
    for text in value:
        name, _colon, mode = text.partition(":")
        if not name or mode not in ("", "ro", "rw", "z", "Z"):
            raise refuse(option, f"{text!r} is not the name of a container, or name:ro.")
    return list(value)


def normal_source(text: str) -> tuple[str, str]:
    name, _colon, mode = text.partition(":")
    return name, mode or "rw"


def parse_tmpfs(value: t.Sequence[str], option: str) -> dict[str, str]:
    """``/run:rw,size=64m``, by path."""
    found = {}
    for text in value:
        path, _colon, options = text.partition(":")
        if not path.startswith("/") or clean_path(path) == "/":
            raise refuse(option, f"{text!r} is not a path below / in the container, or path:options.")
        found[clean_path(path)] = options
    return found


def normal_tmpfs(options: str | None) -> frozenset[str]:
    """``rw`` is what a mount is anyway."""
    return frozenset((options or "").split(",")) - {"", "rw"}


def parse_namespace(*modes: str) -> Parse:
    """One of these, or ``container:`` and the name of a container where that is one of them."""

    def parse(value: str, option: str) -> str:
        kind, _colon, reference = value.partition(":")
        known = bool(reference) and kind in modes if kind == "container" else value in modes
        if value and not known:
            listing = ", ".join("container:NAME" if mode == "container" else mode for mode in modes)
            raise refuse(option, f"{value!r} is none of {listing}.")
        return value

    return parse
