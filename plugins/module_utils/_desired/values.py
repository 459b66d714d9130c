# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""Values of a container's options in the daemon's terms. What every engine refuses is refused here, with the reason."""

from __future__ import annotations

import os
import re
import typing as t

from ansible.module_utils.common.text.formatters import human_to_bytes

from .._errors import Failure
from .._objects.containers import clean_path
from .._objects.names import NAME
from .._objects.networks import parse_address

_DURATION_UNITS = {"us": 10**3, "ms": 10**6, "s": 10**9, "m": 60 * 10**9, "h": 3600 * 10**9}
# The engine refuses a shorter one in a health check.
_SHORTEST_DURATION = 10**6


def parse_memory(value: str) -> int:
    try:
        return int(human_to_bytes(value))
    except ValueError as error:
        raise Failure("option_conflict", f"memory: {value!r} is not a size such as 512M or 2G.") from error


def parse_duration(value: str, option: str) -> int:
    """``1m30s`` in nanoseconds."""
    parts = re.findall(r"(\d+)(us|ms|s|m|h)", value)
    if not parts or "".join(number + unit for number, unit in parts) != value:
        raise Failure("option_conflict", f"{option}: {value!r} is not a duration such as 30s or 1m30s.")
    return sum(int(number) * _DURATION_UNITS[unit] for number, unit in parts)


def parse_healthcheck(value: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    check: dict[str, t.Any] = {}
    test = value.get("test")
    if test is not None:
        if not isinstance(test, (str, list)):
            raise Failure(
                "option_conflict", f"healthcheck.test is a string or a list of strings, not a {type(test).__name__}."
            )
        check["Test"] = ["CMD-SHELL", test] if isinstance(test, str) else [str(item) for item in test]
        if test == "NONE":
            check["Test"] = ["NONE"]
        if check["Test"] and check["Test"][0] not in ("NONE", "CMD", "CMD-SHELL"):
            raise Failure("option_conflict", "healthcheck.test: the list begins with neither CMD, CMD-SHELL nor NONE.")
    for option, key in (
        ("interval", "Interval"),
        ("timeout", "Timeout"),
        ("start_period", "StartPeriod"),
        ("start_interval", "StartInterval"),
    ):
        if value.get(option) is not None:
            check[key] = parse_duration(value[option], f"healthcheck.{option}")
            if 0 < check[key] < _SHORTEST_DURATION:
                raise Failure("option_conflict", f"healthcheck.{option}: {value[option]!r} is less than 1ms.")
    if value.get("retries") is not None:
        if value["retries"] < 0:
            raise Failure("option_conflict", f"healthcheck.retries: {value['retries']} is less than 0.")
        check["Retries"] = value["retries"]
    return check


def parse_etc_hosts(value: t.Mapping[str, t.Any]) -> dict[str, str | None]:
    parsed: dict[str, str | None] = {}
    for name, content in value.items():
        if not str(name) or ":" in str(name):
            raise Failure("option_conflict", f"etc_hosts: {name!r} cannot be a host's name: it is empty or contains :.")
        # The engine puts its own address in the place of this word.
        if content is not None and content != "host-gateway":
            parse_address(str(content), f"etc_hosts.{name}")
        parsed[str(name)] = None if content is None else str(content)
    return parsed


def parse_working_dir(value: str) -> str:
    if value and not value.startswith("/"):
        raise Failure("option_conflict", f"working_dir: {value!r} does not begin with /.")
    return value and clean_path(value)


def parse_mount(value: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    kind, target, source = value["type"], value["target"], value.get("source")
    if not target.startswith("/") or clean_path(target) == "/":
        raise Failure("option_conflict", f"mounts: {target!r} is not a path below / in the container.")
    mount: dict[str, t.Any] = {"Type": kind, "Target": target, "ReadOnly": bool(value.get("read_only"))}
    if source and kind == "bind" and source[0] in "~.":
        source = os.path.abspath(os.path.expanduser(source))
    if source:
        fits = {"bind": source.startswith("/"), "volume": bool(NAME.fullmatch(source)), "tmpfs": False}[kind]
        if not fits:
            needed = {"bind": "is not a path from / on", "volume": "is not a volume's name:", "tmpfs": "is nothing for"}
            raise Failure("option_conflict", f"mounts: the source {source!r} {needed[kind]} the {kind} on {target!r}.")
        mount["Source"] = source
    elif kind == "bind":
        raise Failure("option_conflict", f"mounts: the bind mount on {target!r} needs a source.")
    for option, of_kind, block, key in (
        ("propagation", "bind", "BindOptions", "Propagation"),
        ("no_copy", "volume", "VolumeOptions", "NoCopy"),
        ("tmpfs_size", "tmpfs", "TmpfsOptions", "SizeBytes"),
        ("tmpfs_mode", "tmpfs", "TmpfsOptions", "Mode"),
    ):
        content = value.get(option)
        if content is None:
            continue
        if kind != of_kind:
            raise Failure(
                "option_conflict", f"mounts: {option} is for mounts of type {of_kind}, {value['target']!r} is a {kind}."
            )
        if option == "tmpfs_size":
            content = parse_memory(content)
        elif option == "tmpfs_mode":
            try:
                content = int(content, 8)
            except ValueError as error:
                raise Failure(
                    "option_conflict", f"mounts: tmpfs_mode {content!r} is not octal, such as 1777."
                ) from error
        mount.setdefault(block, {})[key] = content
    return mount
