# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""A container's options: read from a task once, and merged into a create request.

There is no second place that compares: an option differs when merging it changes the request that remakes the
container. So each function here leaves alone what already means the same.
"""

from __future__ import annotations

import copy
import re
import shlex
import typing as t

from ansible.module_utils.common.text.formatters import human_to_bytes

from .._errors import Failure, Refusals
from .._objects.containers import Blueprint
from .._objects.driver_options import option_texts
from .._objects.networks import RESERVED_LABELS
from .._types import Json
from .links import parse_links
from .mounts import check_mount_points, covers, merge_mounts, merge_volumes, parse_volumes

_DURATION_UNITS = {"us": 10**3, "ms": 10**6, "s": 10**9, "m": 60 * 10**9, "h": 3600 * 10**9}


# -- reading -----------------------------------------------------------------------------------------------------------


def parse_command(value: t.Any, option: str) -> list[str]:
    if isinstance(value, str):
        try:
            words = shlex.split(value)
        except ValueError as error:
            # The text may hold a password.
            raise Failure("option_conflict", f"{option} cannot be split into words: {error}.") from error
    elif isinstance(value, (list, tuple)):
        words = [str(item) for item in value]
    else:
        raise Failure("option_conflict", f"{option} is a string or a list of strings, not a {type(value).__name__}.")
    if not words:
        # The daemon replaces an empty command with that of the image, so that the task would never be met.
        raise Failure("option_conflict", f"{option} is empty; leave it out to run what the image says.")
    return words


def parse_env(value: t.Mapping[str, t.Any]) -> dict[str, str | None]:
    parsed: dict[str, str | None] = {}
    for number, (name, content) in enumerate(value.items(), start=1):
        if not str(name) or "=" in str(name):
            # What stands behind an equals sign is a value.
            why = "contains =, which goes with its value" if str(name) else "is empty"
            raise Failure("option_conflict", f"env: the name of variable {number} {why}.")
        if isinstance(content, (bool, float)):
            raise Failure(
                "option_conflict",
                f"env: the value of {name} is a {type(content).__name__}; quote it to say how it reads.",
            )
        parsed[str(name)] = None if content is None else str(content)
    return parsed


def parse_texts(value: t.Mapping[str, t.Any]) -> dict[str, str | None]:
    return {str(key): None if content is None else str(content) for key, content in value.items()}


def parse_memory(value: str) -> int:
    try:
        return int(human_to_bytes(value))
    except (ValueError, OverflowError) as error:
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
        if not isinstance(test, (str, list, tuple)):
            message = f"healthcheck.test is a string or a list of strings, not a {type(test).__name__}."
            raise Failure("option_conflict", message)
        check["Test"] = ["CMD-SHELL", test] if isinstance(test, str) else [str(item) for item in test]
        if test == "NONE":
            check["Test"] = ["NONE"]
    for option, key in (
        ("interval", "Interval"),
        ("timeout", "Timeout"),
        ("start_period", "StartPeriod"),
        ("start_interval", "StartInterval"),
    ):
        if value.get(option) is not None:
            check[key] = parse_duration(value[option], f"healthcheck.{option}")
    if value.get("retries") is not None:
        check["Retries"] = value["retries"]
    return check


def parse_mount(value: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    kind = value["type"]
    mount: dict[str, t.Any] = {"Type": kind, "Target": value["target"], "ReadOnly": bool(value.get("read_only"))}
    if value.get("source"):
        mount["Source"] = value["source"]
    elif kind == "bind":
        raise Failure("option_conflict", f"mounts: the bind mount on {value['target']!r} needs a source.")
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


def parse_options(params: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """The container options that the task gives, in the daemon's terms. Raises Failure for what means nothing."""
    readers: dict[str, t.Callable[[t.Any], t.Any]] = {
        "command": lambda value: parse_command(value, "command"),
        "entrypoint": list,
        "env": parse_env,
        "labels": option_texts,
        "etc_hosts": parse_texts,
        "memory": parse_memory,
        "healthcheck": parse_healthcheck,
        "volumes": parse_volumes,
        "links": parse_links,
        "mounts": lambda value: [parse_mount(mount) for mount in value],
    }
    refusals = Refusals()
    parsed: dict[str, t.Any] = {}
    for option in OPTIONS:
        value = params.get(option)
        if value is not None:
            parsed[option] = refusals.gather(readers[option], value) if option in readers else value
    refusals.raise_all()
    if "restart_policy" not in parsed and params.get("restart_retries") is not None:
        raise Failure("option_conflict", "restart_retries needs restart_policy=on-failure.")
    if "restart_policy" in parsed:
        policy = parsed["restart_policy"]
        retries = params.get("restart_retries")
        if retries is not None and policy != "on-failure":
            raise Failure("option_conflict", f"restart_retries goes with restart_policy=on-failure, not with {policy}.")
        if retries is not None and retries < 0:
            raise Failure("option_conflict", f"restart_retries: {retries} is less than 0.")
        parsed["restart_policy"] = {"Name": policy, "MaximumRetryCount": retries or 0}
    check_mount_points(parsed.get("volumes", ()), parsed.get("mounts", ()))
    if parsed.get("auto_remove") and parsed.get("restart_policy", {}).get("Name", "no") != "no":
        raise Failure("option_conflict", "auto_remove and a restart_policy exclude each other.")
    return parsed


# -- merging -----------------------------------------------------------------------------------------------------------


def _merge_labels(body: dict[str, t.Any], desired: t.Mapping[str, str | None]) -> None:
    merged = {**(body.get("Labels") or {}), **desired}
    # Labels of Docker and Compose are never removed.
    reserved = {k: v for k, v in (body.get("Labels") or {}).items() if k.startswith(RESERVED_LABELS)}
    kept = {**reserved, **{k: v for k, v in merged.items() if v is not None}}
    if kept != (body.get("Labels") or {}):
        body["Labels"] = kept


def _put_line(lines: t.Sequence[str], sign: str, name: str, line: str | None) -> list[str]:
    """``NAME=value`` or ``name:address`` in the place of every line of that name; None removes these lines."""
    mine = [index for index, each in enumerate(lines) if each.split(sign, 1)[0] == name]
    others = [each for index, each in enumerate(lines) if index not in mine]
    if line is None:
        return others
    place = mine[0] if mine else len(others)
    return [*others[:place], line, *others[place:]]


def _merge_env(body: dict[str, t.Any], desired: t.Mapping[str, str | None]) -> None:
    lines = list(body.get("Env") or ())
    for name, content in desired.items():
        # Of several lines of one name the last counts; a bare name removes the image's variable.
        last = next((each for each in reversed(lines) if each.split("=", 1)[0] == name), None)
        met = last in (None, name) if content is None else last == f"{name}={content}"
        if not met:
            lines = _put_line(lines, "=", name, None if content is None else f"{name}={content}")
    if lines != list(body.get("Env") or ()):
        body["Env"] = lines


def _merge_etc_hosts(body: dict[str, t.Any], desired: t.Mapping[str, str | None]) -> None:
    lines = list(body["HostConfig"].get("ExtraHosts") or ())
    for name, address in desired.items():
        # A name may have several addresses, one line for each.
        lines = _put_line(lines, ":", name, None if address is None else f"{name}:{address}")
    if lines != list(body["HostConfig"].get("ExtraHosts") or ()):
        body["HostConfig"]["ExtraHosts"] = lines


def _merge_restart_policy(body: dict[str, t.Any], desired: t.Mapping[str, t.Any]) -> None:
    current = body["HostConfig"].get("RestartPolicy") or {}
    if (current.get("Name") or "no", current.get("MaximumRetryCount") or 0) != (
        desired["Name"],
        desired["MaximumRetryCount"],
    ):
        body["HostConfig"]["RestartPolicy"] = dict(desired)


def _merge_memory(body: dict[str, t.Any], desired: int) -> None:
    host_config = body["HostConfig"]
    if (host_config.get("Memory") or 0) == desired:
        return
    # The daemon sets swap to twice the memory where it was not given; such a value follows the new limit.
    if host_config.get("MemorySwap") == 2 * (host_config.get("Memory") or 0):
        host_config["MemorySwap"] = 0
    host_config["Memory"] = desired


def _merge_links(body: dict[str, t.Any], desired: t.Sequence[str]) -> None:
    if sorted(body["HostConfig"].get("Links") or ()) != list(desired):
        body["HostConfig"]["Links"] = list(desired) or None


def _merge_healthcheck(body: dict[str, t.Any], desired: t.Mapping[str, t.Any]) -> None:
    if not covers(body.get("Healthcheck"), desired):
        body["Healthcheck"] = {**(body.get("Healthcheck") or {}), **desired}


def _merge_command(body: dict[str, t.Any], desired: t.Sequence[str]) -> None:
    if list(body.get("Cmd") or ()) != list(desired):
        body["Cmd"] = list(desired)


def _merge_entrypoint(body: dict[str, t.Any], desired: t.Sequence[str]) -> None:
    # The daemon reads an empty list as no entrypoint, and null as that of the image. For an empty text it would not run
    # the command of the image either.
    if [word for word in body.get("Entrypoint") or () if word] != list(desired):
        body["Entrypoint"] = list(desired)


def _merge_value(key: str, in_host_config: bool = False) -> t.Callable[[dict[str, t.Any], t.Any], None]:
    def merge(body: dict[str, t.Any], desired: t.Any) -> None:
        target = body["HostConfig"] if in_host_config else body
        if (target.get(key) or type(desired)()) != desired:
            target[key] = desired

    return merge


class Option(t.NamedTuple):
    """How one option is merged into a create body, and the key of the body, or of its HostConfig, that holds it."""

    key: str
    merge: t.Callable[[dict[str, t.Any], t.Any], None]
    in_host_config: bool = False

    def read(self, body: t.Mapping[str, t.Any]) -> t.Any:
        return (body["HostConfig"] if self.in_host_config else body).get(self.key)


OPTIONS: dict[str, Option] = {
    "command": Option("Cmd", _merge_command),
    "entrypoint": Option("Entrypoint", _merge_entrypoint),
    "env": Option("Env", _merge_env),
    "labels": Option("Labels", _merge_labels),
    "hostname": Option("Hostname", _merge_value("Hostname")),
    "user": Option("User", _merge_value("User")),
    "working_dir": Option("WorkingDir", _merge_value("WorkingDir")),
    "interactive": Option("OpenStdin", _merge_value("OpenStdin")),
    "tty": Option("Tty", _merge_value("Tty")),
    "auto_remove": Option("AutoRemove", _merge_value("AutoRemove", in_host_config=True), in_host_config=True),
    "restart_policy": Option("RestartPolicy", _merge_restart_policy, in_host_config=True),
    "memory": Option("Memory", _merge_memory, in_host_config=True),
    "volumes": Option("Binds", merge_volumes, in_host_config=True),
    "mounts": Option("Mounts", merge_mounts, in_host_config=True),
    "etc_hosts": Option("ExtraHosts", _merge_etc_hosts, in_host_config=True),
    "links": Option("Links", _merge_links, in_host_config=True),
    "healthcheck": Option("Healthcheck", _merge_healthcheck),
}


def merge_options(blueprint: Blueprint, options: t.Mapping[str, t.Any], image: Json | None = None) -> list[str]:
    """Merge the options into the request, in place. Returns the names of those that made a difference.

    ``image`` is the image of which the container will be made, where it is known: it fills in what a request leaves
    open.
    """
    defaults = (image or {}).get("Config") or {}
    changed = []
    for option, desired in options.items():
        before = copy.deepcopy(blueprint.body)
        if option == "labels":
            # The image's labels come back at every create.
            inherited = defaults.get("Labels") or {}
            desired = {key: inherited.get(key) if content is None else content for key, content in desired.items()}
        elif option in ("user", "working_dir"):
            # The engine replaces an empty value with that of the image.
            desired = desired or defaults.get(OPTIONS[option].key) or ""
        elif option == "healthcheck":
            inherited = defaults.get("Healthcheck") or {}
            desired = {key: content or inherited.get(key) or content for key, content in desired.items()}
        OPTIONS[option].merge(blueprint.body, desired)
        if option == "env":
            _keep_away(blueprint.body, desired, defaults.get("Env") or ())
        if option == "entrypoint" and not desired and defaults.get("Entrypoint"):
            blueprint.body["Entrypoint"] = []
        if blueprint.body != before:
            changed.append(option)
    return changed


def _keep_away(body: dict[str, t.Any], desired: t.Mapping[str, str | None], inherited: t.Iterable[str]) -> None:
    """The image's variables come back at every create; a bare name in the request removes one of them."""
    lines = list(body.get("Env") or ())
    image_names = {item.split("=", 1)[0] for item in inherited}
    bare = [name for name, content in desired.items() if content is None and name in image_names and name not in lines]
    if bare:
        body["Env"] = [*lines, *bare]


def show_option(option: str, body: t.Mapping[str, t.Any]) -> t.Any:
    """An option's value as a diff may show it: of the environment only the names."""
    value = OPTIONS[option].read(body)
    if option == "env":
        return sorted(item.split("=", 1)[0] for item in value or ())
    return value


# -- images ------------------------------------------------------------------------------------------------------------


def normal_reference(reference: str) -> str:
    """``busybox`` as ``docker.io/library/busybox:latest``, the way the docker CLI reads it."""
    name, _at, digest = reference.partition("@")
    head, slash, rest = name.partition("/")
    if not slash or not ("." in head or ":" in head or head == "localhost"):
        name = f"docker.io/{name}" if slash else f"docker.io/library/{name}"
    elif head in ("index.docker.io", "docker.io"):
        name = f"docker.io/{rest}" if "/" in rest else f"docker.io/library/{rest}"
    if digest:
        return f"{name}@{digest}"
    return name if ":" in name.rsplit("/", 1)[-1] else f"{name}:latest"
