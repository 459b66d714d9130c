# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""The options of containers, one row each.

From a row come its argument spec, its place in a create request, and how it is compared, merged and shown.
"""

from __future__ import annotations

import shlex
import typing as t

from .._errors import Failure
from .._objects.containers import clean_path
from .._objects.driver_options import option_texts
from .._objects.networks import RESERVED_LABELS
from .._objects.normal_forms import NORMAL, normal_address
from .._objects.redact import hide_driver_options
from .links import parse_links
from .mount_options import MOUNT_SPEC, parse_mount
from .mounts import covers, merge_mounts, merge_tmpfs, merge_volumes, parse_volumes
from .option import (
    Basis,
    Body,
    Option,
    included,
    keep,
    merge_env,
    merge_etc_hosts,
    merged_map,
    ordered,
    replaced,
    show_names,
    value,
)
from .resources import (
    normal_cpuset,
    normal_device,
    normal_device_request,
    normal_source,
    number,
    parse_addresses,
    parse_capabilities,
    parse_cgroup_rules,
    parse_cpus,
    parse_cpuset,
    parse_device_requests,
    parse_devices,
    parse_namespace,
    parse_security,
    parse_size,
    parse_swap,
    parse_texts,
    parse_tmpfs,
    parse_ulimits,
    parse_volumes_from,
    rates,
    security_kind,
)
from .values import parse_env, parse_etc_hosts, parse_healthcheck, parse_working_dir

_MORE = "allow_more_present"
_HOST = "HostConfig"
_NO_LABEL = "label=disable"

BOOL: t.Any = {"type": "bool"}
INT: t.Any = {"type": "int"}
STR: t.Any = {"type": "str"}
DICT: t.Any = {"type": "dict"}
STRS: t.Any = {"type": "list", "elements": "str"}


def _choice(*choices: str) -> t.Any:
    return {"type": "str", "choices": list(choices)}


def _dicts(**options: t.Any) -> t.Any:
    return {"type": "list", "elements": "dict", "options": options}


# -- options that take more than one place -----------------------------------------------------------------------------


def _parse_command(text: t.Any, option: str) -> list[str]:
    if isinstance(text, str):
        try:
            words = shlex.split(text)
        except ValueError as error:
            # The text may hold a password.
            raise Failure("option_conflict", f"{option} cannot be split into words: {error}.") from error
    elif isinstance(text, (list, tuple)):
        words = [str(item) for item in text]
    else:
        raise Failure("option_conflict", f"{option} is a string or a list of strings, not a {type(text).__name__}.")
    return words


def _merge_command(current: t.Any, desired: t.Sequence[str], basis: Basis) -> t.Any:
    # The daemon replaces an empty command with that of the image where there is no entrypoint of its own.
    wanted = list(desired) or list(basis.inherited or ())
    if list(current or ()) == wanted or (not desired and not current):
        return current
    return wanted or None


def _merge_entrypoint(current: t.Any, desired: t.Sequence[str], basis: Basis) -> t.Any:
    # The daemon reads an empty list as no entrypoint, and null as that of the image. For an empty text it would not run
    # the command of the image either.
    if [word for word in current or () if word] == list(desired) and (current is not None or not basis.inherited):
        return current
    return list(desired)


def _merge_healthcheck(current: t.Any, desired: t.Mapping[str, t.Any], basis: Basis) -> t.Any:
    inherited = basis.inherited or {}
    desired = {key: content or inherited.get(key) or content for key, content in desired.items()}
    # The engine fills in what is left open from the image.
    extra = basis.is_exact and not covers({**inherited, **desired}, current or {})
    if covers(current, desired) and not extra:
        return current
    return desired if basis.is_exact else {**(current or {}), **desired}


def _merge_restart_policy(current: t.Any, desired: t.Mapping[str, t.Any], _basis: Basis) -> t.Any:
    standing = current or {}
    met = (standing.get("Name") or "no", standing.get("MaximumRetryCount") or 0) == tuple(desired.values())
    return current if met else dict(desired)


def _merge_links(current: t.Any, desired: t.Sequence[str], _basis: Basis) -> t.Any:
    return current if sorted(current or ()) == list(desired) else list(desired) or None


def _merge_memory(body: Body, desired: int, _basis: Basis) -> None:
    host_config = body[_HOST]
    standing = host_config.get("Memory") or 0
    # The engine sets swap to twice the memory where it was not given; such a value follows the new limit.
    if standing != desired and host_config.get("MemorySwap") == 2 * standing:
        host_config["MemorySwap"] = 0


def _merge_swap(body: Body, desired: int, _basis: Basis) -> None:
    host_config = body[_HOST]
    standing = host_config.get("MemorySwap") or 0
    # What 0 stands for: the engine writes down twice the memory.
    met = standing in (0, 2 * (host_config.get("Memory") or 0)) if desired == 0 else standing == desired
    if not met:
        host_config["MemorySwap"] = desired


def _merge_log_driver(body: Body, desired: str, _basis: Basis) -> None:
    standing = body[_HOST].get("LogConfig") or {}
    if desired and standing.get("Type") != desired:
        # Options are those of one driver.
        body[_HOST]["LogConfig"] = {"Type": desired, "Config": {}}


def _replaces(*others: str) -> t.Callable[[Body, t.Any, Basis], None]:
    """Two ways to say one thing, of which the engine takes one: what the task says takes the place of the other."""

    def merge(body: Body, desired: t.Any, _basis: Basis) -> None:
        for key in others if desired else ():
            if body[_HOST].get(key):
                body[_HOST][key] = 0

    return merge


_included_security = included(security_kind, lambda text: NORMAL["SecurityOpt"]([text]))


def _merge_security(body: Body, desired: t.Sequence[str], basis: Basis) -> None:
    host_config = body[_HOST]
    current = host_config.get("SecurityOpt")
    # The engine adds this where processes or memory of others are within reach.
    adds = host_config.get("Privileged") or "host" in (host_config.get("PidMode"), host_config.get("IpcMode"))
    added = [_NO_LABEL] if adds and _NO_LABEL in (current or ()) and _NO_LABEL not in desired else []
    merged = _included_security(current, [*desired, *added], basis)
    if merged is not current:
        host_config["SecurityOpt"] = merged


def _signal(text: t.Any) -> t.Any:
    return NORMAL["StopSignal"](text)


# -- the table ---------------------------------------------------------------------------------------------------------

_RATES = _dicts(path={"type": "str", "required": True}, rate={"type": "str", "required": True})
_OPERATIONS = _dicts(path={"type": "str", "required": True}, rate={"type": "int", "required": True})


def _by_path(limit: t.Mapping[str, t.Any]) -> t.Any:
    return limit.get("Path")


def _host(key: str) -> tuple[str, str]:
    return (_HOST, key)


OPTIONS: dict[str, Option] = {
    # What runs.
    "command": Option({"type": "raw"}, ("Cmd",), _merge_command, _parse_command),
    "entrypoint": Option(STRS, ("Entrypoint",), _merge_entrypoint),
    "env": Option(DICT, ("Env",), merge_env, parse_env, comparison=_MORE, show=show_names),
    "labels": Option(
        DICT,
        ("Labels",),
        merged_map(kept=RESERVED_LABELS),
        lambda labels, _option: option_texts(labels),
        comparison=_MORE,
    ),
    "hostname": Option(STR, ("Hostname",), value()),
    "domainname": Option(STR, ("Domainname",), value()),
    "user": Option(STR, ("User",), value(inherits=True)),
    "groups": Option(STRS, _host("GroupAdd"), included(), comparison=_MORE),
    "working_dir": Option(
        STR,
        ("WorkingDir",),
        # The engine cleans the path when the container starts for the first time.
        value(lambda path: (path or None) and clean_path(path), inherits=True),
        parse_working_dir,
    ),
    "interactive": Option(BOOL, ("OpenStdin",), value()),
    "tty": Option(BOOL, ("Tty",), value()),
    "init": Option(BOOL, _host("Init"), value()),
    "stop_signal": Option(STR, ("StopSignal",), value(_signal, inherits=True)),
    # Where a task stops the container the option says how long it has; only a new container notes it.
    "stop_timeout": Option(INT, ("StopTimeout",), value(), number(0), comparison="ignore"),
    "auto_remove": Option(BOOL, _host("AutoRemove"), value()),
    "restart_policy": Option(
        _choice("no", "on-failure", "always", "unless-stopped"), _host("RestartPolicy"), _merge_restart_policy
    ),
    "healthcheck": Option(
        {
            "type": "dict",
            "options": {
                "test": {"type": "raw"},
                "interval": STR,
                "timeout": STR,
                "retries": INT,
                "start_period": STR,
                "start_interval": STR,
                "test_cli_compatible": BOOL,
            },
        },
        ("Healthcheck",),
        _merge_healthcheck,
        lambda check, _option: parse_healthcheck(check),
        comparison=_MORE,
    ),
    "log_driver": Option(STR, (_HOST, "LogConfig", "Type"), None, merge_body=_merge_log_driver),
    "log_options": Option(
        {"type": "dict", "aliases": ["log_opt"]},
        (_HOST, "LogConfig", "Config"),
        merged_map(),
        parse_texts,
        comparison=_MORE,
        show=show_names,
    ),
    # Resources.
    "memory": Option(STR, _host("Memory"), value(), parse_size, _merge_memory),
    "memory_reservation": Option(STR, _host("MemoryReservation"), value(), parse_size),
    "memory_swap": Option(STR, _host("MemorySwap"), None, parse_swap, _merge_swap),
    "memory_swappiness": Option(
        INT, _host("MemorySwappiness"), value(lambda each: None if each == -1 else each), number(-1, 100)
    ),
    "kernel_memory": Option(STR, _host("KernelMemory"), value(), parse_size),
    "cpus": Option({"type": "float"}, _host("NanoCpus"), value(), parse_cpus, _replaces("CpuPeriod", "CpuQuota")),
    "cpu_period": Option(INT, _host("CpuPeriod"), value(), number(1000, 1000000), _replaces("NanoCpus")),
    # Zero and less mean no limit, as below.
    "cpu_quota": Option(INT, _host("CpuQuota"), value(NORMAL["PidsLimit"]), merge_body=_replaces("NanoCpus")),
    "cpu_shares": Option(INT, _host("CpuShares"), value(), number(0)),
    "cpuset_cpus": Option(STR, _host("CpusetCpus"), value(normal_cpuset), parse_cpuset),
    "cpuset_mems": Option(STR, _host("CpusetMems"), value(normal_cpuset), parse_cpuset),
    "blkio_weight": Option(INT, _host("BlkioWeight"), value(), number(10, 1000)),
    "device_read_bps": Option(
        _RATES, _host("BlkioDeviceReadBps"), included(_by_path, keep), rates(parse_size), comparison=_MORE
    ),
    "device_write_bps": Option(
        _RATES, _host("BlkioDeviceWriteBps"), included(_by_path, keep), rates(parse_size), comparison=_MORE
    ),
    "device_read_iops": Option(
        _OPERATIONS, _host("BlkioDeviceReadIOps"), included(_by_path, keep), rates(number(0)), comparison=_MORE
    ),
    "device_write_iops": Option(
        _OPERATIONS, _host("BlkioDeviceWriteIOps"), included(_by_path, keep), rates(number(0)), comparison=_MORE
    ),
    # Zero and less mean no limit.
    "pids_limit": Option(INT, _host("PidsLimit"), value(NORMAL["PidsLimit"])),
    "oom_killer": Option(BOOL, _host("OomKillDisable"), value()),
    "oom_score_adj": Option(INT, _host("OomScoreAdj"), value(), number(-1000, 1000)),
    "shm_size": Option(STR, _host("ShmSize"), value(filled=(64 * 2**20,)), parse_size),
    "ulimits": Option(
        STRS, _host("Ulimits"), included(lambda limit: limit.get("Name"), keep), parse_ulimits, comparison=_MORE
    ),
    "sysctls": Option(DICT, _host("Sysctls"), merged_map(), parse_texts, comparison=_MORE),
    "cgroup_parent": Option(STR, _host("CgroupParent"), value()),
    # Devices.
    "devices": Option(
        STRS,
        _host("Devices"),
        included(lambda device: normal_device(device)[1], normal_device),
        parse_devices,
        comparison=_MORE,
    ),
    "device_cgroup_rules": Option(
        STRS, _host("DeviceCgroupRules"), ordered(lambda rule: " ".join(rule.split())), parse_cgroup_rules
    ),
    "device_requests": Option(
        _dicts(
            capabilities={"type": "list", "elements": "list"},
            count=INT,
            device_ids=STRS,
            driver=STR,
            options=DICT,
        ),
        _host("DeviceRequests"),
        replaced(normal_device_request),
        parse_device_requests,
        comparison=_MORE,
    ),
    "runtime": Option(STR, _host("Runtime"), value(lambda name: name or "runc")),
    # What is mounted.
    "volumes": Option(
        STRS,
        _host("Binds"),
        None,
        lambda volumes, _option: parse_volumes(volumes),
        merge_volumes,
        comparison=_MORE,
    ),
    "mounts": Option(
        {"type": "list", "elements": "dict", "options": MOUNT_SPEC},
        _host("Mounts"),
        None,
        lambda mounts, _option: [parse_mount(mount) for mount in mounts],
        merge_mounts,
        comparison=_MORE,
        show=hide_driver_options,
    ),
    "tmpfs": Option(STRS, _host("Tmpfs"), None, parse_tmpfs, merge_tmpfs, comparison=_MORE),
    "volumes_from": Option(STRS, _host("VolumesFrom"), included(normal_source), parse_volumes_from, comparison=_MORE),
    "volume_driver": Option(STR, _host("VolumeDriver"), value()),
    "storage_opts": Option(DICT, _host("StorageOpt"), merged_map(), parse_texts, comparison=_MORE),
    "read_only": Option(BOOL, _host("ReadonlyRootfs"), value()),
    # Security and namespaces.
    "privileged": Option(BOOL, _host("Privileged"), value()),
    "capabilities": Option(
        STRS, _host("CapAdd"), included(lambda name: NORMAL["CapAdd"]([name])), parse_capabilities, comparison=_MORE
    ),
    "cap_drop": Option(
        STRS, _host("CapDrop"), included(lambda name: NORMAL["CapDrop"]([name])), parse_capabilities, comparison=_MORE
    ),
    "security_opts": Option(
        STRS,
        _host("SecurityOpt"),
        None,
        parse_security,
        _merge_security,
        comparison=_MORE,
    ),
    "cgroupns_mode": Option(_choice("host", "private"), _host("CgroupnsMode"), value()),
    "ipc_mode": Option(
        STR,
        _host("IpcMode"),
        value(filled=("private", "shareable")),
        parse_namespace("none", "private", "shareable", "host", "container"),
    ),
    "pid_mode": Option(STR, _host("PidMode"), value(), parse_namespace("host", "container")),
    "userns_mode": Option(STR, _host("UsernsMode"), value(), parse_namespace("host")),
    "uts": Option(STR, _host("UTSMode"), value(), parse_namespace("host")),
    # Names and addresses.
    "dns_servers": Option(STRS, _host("Dns"), ordered(normal_address), parse_addresses),
    "dns_opts": Option(STRS, _host("DnsOptions"), included(), comparison=_MORE),
    "dns_search_domains": Option(STRS, _host("DnsSearch"), ordered()),
    "etc_hosts": Option(
        DICT,
        _host("ExtraHosts"),
        merge_etc_hosts,
        lambda hosts, _option: parse_etc_hosts(hosts),
        comparison=_MORE,
    ),
    "links": Option(STRS, _host("Links"), _merge_links, lambda links, _option: parse_links(links)),
}

# Those that kernels with control groups of version 2 have not.
CGROUP_OPTIONS = ("kernel_memory", "memory_swappiness", "oom_killer")
