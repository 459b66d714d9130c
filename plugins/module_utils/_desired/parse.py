# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""A task's parameters, read once into the desired state. Parameters without a meaning are refused here."""

from __future__ import annotations

import re
import typing as t
from dataclasses import replace

from .._errors import Failure, Refusals
from .._objects.driver_options import option_text, option_texts, parse_driver_options
from .._objects.names import NAME
from .._objects.networks import NOT_JOINED, parse_address, parse_pool
from .._objects.platforms import parse_platform
from .._objects.ports import check_publications, parse_exposed, parse_publications
from .containers import DesiredContainer
from .env_file import with_env_file
from .networks import DesiredEndpoint, DesiredNetwork, parse_subnet_pool
from .options import parse_options
from .ports import DesiredPorts

Params = t.Mapping[str, t.Any]
P = t.TypeVar("P")

# The engine also takes hyphens, and groups of four digits with dots. No interface can have the address of a group, the
# lowest bit of whose first byte is set.
_MAC = re.compile(r"[0-9a-f][02468ace]((:[0-9a-f]{2}){5}|(-[0-9a-f]{2}){5}|[0-9a-f]{2}(\.[0-9a-f]{4}){2})")
_LINK = re.compile(r"[^:]+(:[^:]+)?")


def parse_endpoint(entry: t.Any, option: str, number: int = 1) -> DesiredEndpoint:
    """One entry of ``networks`` or ``connected``, the first, second and so on: a name, or a dict of options."""
    known = ("name", "aliases", "ipv4_address", "ipv6_address", "links", "mac_address", "driver_opts", "gw_priority")
    if isinstance(entry, str):
        entry = {"name": entry}
    if not isinstance(entry, t.Mapping) or not isinstance(entry.get("name"), str) or not entry["name"]:
        raise Failure("option_conflict", f"{option}: entry {number} is neither a name nor a dict with a name.")
    unknown = sorted(set(entry) - set(known))
    if unknown:
        raise Failure(
            "option_conflict",
            f"{option}: {entry['name']!r} has the unknown key {unknown[0]!r}; known are {', '.join(known)}.",
        )

    def texts(key: str) -> tuple[str, ...] | None:
        value = entry.get(key)
        if value is None:
            return None
        if not isinstance(value, (list, tuple)):
            raise Failure("option_conflict", f"{option}: {key} of {entry['name']!r} is a list, not a {_kind(value)}.")
        return tuple(str(item) for item in value)

    def address(key: str, version: int) -> str | None:
        value = entry.get(key)
        return parse_address(str(value), f"{option}.{key}", version) if value else value

    driver_opts = entry.get("driver_opts")
    if driver_opts is not None and not isinstance(driver_opts, t.Mapping):
        raise Failure(
            "option_conflict", f"{option}: driver_opts of {entry['name']!r} is a dict, not a {_kind(driver_opts)}."
        )
    gw_priority = entry.get("gw_priority")
    if gw_priority is not None and not re.fullmatch(r"-?[0-9]+", str(gw_priority)):
        raise Failure("option_conflict", f"{option}: gw_priority of {entry['name']!r} is not a number.")
    mac_address = entry.get("mac_address") or None
    if mac_address is not None:
        mac_address = _parse_mac(str(mac_address), f"{option}: mac_address of {entry['name']!r}")
    links = texts("links")
    for link in links or ():
        if not _LINK.fullmatch(link):
            raise Failure(
                "option_conflict",
                f"{option}: links of {entry['name']!r}: {link!r} is neither container:alias nor a container's name.",
            )
    return DesiredEndpoint(
        name=entry["name"],
        aliases=texts("aliases"),
        ipv4_address=address("ipv4_address", 4),
        ipv6_address=address("ipv6_address", 6),
        links=links,
        mac_address=mac_address,
        driver_opts=option_texts(driver_opts) if driver_opts else None,
        gw_priority=None if gw_priority is None else int(gw_priority),
    )


def _parse_mac(text: str, what: str) -> str:
    """In the form in which the engine answers."""
    if not _MAC.fullmatch(text.lower()):
        raise Failure(
            "option_conflict",
            f"{what} is six pairs of hexadecimal digits, the second digit of which is even, as in 02:42:ac:11:00:02,"
            f" not {text!r}.",
        )
    digits = re.sub("[:.-]", "", text.lower())
    return ":".join(digits[start : start + 2] for start in range(0, 12, 2))


def _kind(value: t.Any) -> str:
    """What a value is, for messages: the value itself may hold what must not be said."""
    return type(value).__name__


def parse_endpoints(entries: t.Sequence[t.Any] | None, option: str) -> tuple[DesiredEndpoint, ...] | None:
    if entries is None:
        return None
    endpoints = tuple(parse_endpoint(entry, option, number) for number, entry in enumerate(entries, start=1))
    names = [endpoint.name for endpoint in endpoints]
    for name in names:
        if names.count(name) > 1:
            raise Failure("option_conflict", f"{option}: {name!r} is listed twice.")
    return endpoints


def parse_ports(params: Params, *, close: bool = False) -> DesiredPorts:
    specs = params.get("published_ports")
    publications = None if specs is None else parse_publications(specs)
    close_all = close and bool(params.get("all"))
    if close and publications is None and not close_all:
        raise Failure(
            "option_conflict",
            "state=absent closes ports, and needs published_ports, or all=true to close every port. To remove a"
            " container take docker_container or docker_topology.",
        )
    if close and publications is not None and close_all:
        raise Failure("option_conflict", "published_ports and all=true exclude each other.")
    if close and params.get("publish_all_ports"):
        raise Failure("option_conflict", "state=absent closes ports; publish_all_ports=true goes with state=present.")
    if params.get("all") and not close:
        raise Failure("option_conflict", "all=true goes with state=absent.")
    default_host_ip = params.get("default_host_ip")
    if default_host_ip:
        default_host_ip = parse_address(default_host_ip, "default_host_ip")
    if publications is not None and not close:
        if default_host_ip:
            publications = tuple(
                each if each.host_ip else replace(each, host_ip=default_host_ip) for each in publications
            )
        check_publications(publications)
    exposed = params.get("exposed_ports")
    return DesiredPorts(
        publications=publications,
        purge=params.get("purge", True),
        publish_all=params.get("publish_all_ports"),
        exposed=None if exposed is None else parse_exposed(exposed),
        close=close,
        close_all=close_all,
    )


def parse_container(params: Params, *, layer_policy: str = "carry", **settings: t.Any) -> DesiredContainer:
    """A container of a task. ``settings`` are fields that the module decides, or that only some modules offer.

    ``layer_policy``: the module's default of writable_layer.
    """
    name = params["name"]
    if not NAME.fullmatch(name):
        raise Failure(
            "option_conflict", f"{name!r} is not a container's name: two characters or more of a-z A-Z 0-9 _ . -"
        )
    refusals = Refusals()
    networks = refusals.gather(parse_endpoints, params.get("networks"), "networks")
    mode = params.get("network_mode")
    if mode is not None and networks and (mode in NOT_JOINED or mode.startswith("container:")):
        refusals.append(
            Failure("option_conflict", f"Container {name!r}: network_mode={mode} and networks exclude each other.")
        )
    if params.get("purge_networks") and params.get("networks") is None:
        refusals.append(Failure("option_conflict", f"Container {name!r}: purge_networks needs networks."))
    options = refusals.gather(parse_options, with_env_file(params))
    ports = settings["ports"] if "ports" in settings else refusals.gather(parse_ports, params)
    refusals.raise_all()
    fields: dict[str, t.Any] = {
        "name": name,
        "image": params.get("image"),
        "platform": parse_platform(params["platform"]) if params.get("platform") else None,
        "pull": params.get("pull") or "missing",
        "options": options,
        # The engine refuses both in the same words.
        "network_mode": {"bridge": "default", "container": "container:"}.get(mode or "", mode),
        "networks": networks,
        "purge_networks": bool(params.get("purge_networks")),
        "stop_timeout": params.get("stop_timeout"),
        "force_kill": bool(params.get("force_kill")),
        "kill_signal": params.get("kill_signal") or "",
        "mac_address": _parse_mac(params["mac_address"], "mac_address") if params.get("mac_address") else None,
        # Who closes a port does not ask how the others are published.
        "bind_policy": "any" if ports is not None and ports.close else params.get("bind_policy") or "any",
        "writable_layer": params.get("writable_layer") or layer_policy,
        "ignore_deletions": params.get("writable_layer_deletions") == "ignore",
        "starts_first": params.get("update_order") == "start-first",
        "recreates_dependents": params.get("dependents") == "recreate",
        "auto_remove_swap": bool(params.get("auto_remove_swap")),
        "wait": params.get("wait") or "running",
        "wait_timeout": params.get("wait_timeout") or 60,
        "detach": params.get("detach") is not False,
        "cleanup": bool(params.get("cleanup")) and params.get("detach") is False,
        **settings,
        "ports": ports,
    }
    return DesiredContainer(**fields)


def parse_all(
    kind: str, parse: t.Callable[[Params], P], entries: t.Iterable[Params], refusals: Refusals
) -> tuple[P, ...]:
    """Those that can be read; what is refused of the others is added to the refusals, with the object's name."""
    parsed = []
    for params in entries:
        refused = Refusals()
        each = refused.gather(parse, params)
        if each is not None:
            parsed.append(each)
        for failure in refused:
            called = f"{kind} {params['name']!r}"
            message = failure.message if called in failure.message else f"{called}: {failure.message}"
            refusals.append(Failure(failure.code, message, **failure.details))
    return tuple(parsed)


def parse_network(params: Params, **settings: t.Any) -> DesiredNetwork:
    """A network of a task. ``settings`` are fields that the module decides."""
    name = params["name"]
    state = params.get("state") or "present"
    if not name.strip():
        raise Failure("option_conflict", "A network's name is not empty.")
    if params.get("force") and state == "present" and "always_rebuilds" not in settings:
        raise Failure("option_conflict", f"Network {name!r}: force goes with state=absent.")
    try:
        driver_options = parse_driver_options(params)
    except Failure as failure:
        raise Failure(failure.code, f"Network {name!r}: {failure.message}", **failure.details) from failure
    pools, subnet_pool = params.get("ipam_config"), params.get("subnet_pool")
    if pools is not None and subnet_pool is not None:
        raise Failure("option_conflict", f"Network {name!r}: ipam_config and subnet_pool exclude each other.")
    labels = params.get("labels")
    ipam_driver_options = params.get("ipam_driver_options")
    fields: dict[str, t.Any] = {
        "name": name,
        "state": state,
        # A network of which only the definition stands has no driver.
        "driver": None if params.get("config_only") else params.get("driver"),
        "scope": params.get("scope"),
        "config_only": params.get("config_only"),
        "config_from": params.get("config_from"),
        "ingress": params.get("ingress"),
        "driver_options": driver_options or None,
        "ipam_driver": params.get("ipam_driver"),
        "ipam_driver_options": (
            None
            if ipam_driver_options is None
            else {str(k): str(option_text(v)) for k, v in ipam_driver_options.items()}
        ),
        "pools": None if pools is None else tuple(parse_pool(pool) for pool in pools),
        "subnet_pool": None if subnet_pool is None else parse_subnet_pool(subnet_pool),
        "internal": params.get("internal"),
        "attachable": params.get("attachable"),
        "enable_ipv4": params.get("enable_ipv4"),
        "enable_ipv6": params.get("enable_ipv6"),
        "labels": None if labels is None else option_texts(labels),
        "connected": parse_endpoints(params.get("connected"), "connected"),
        "appends": bool(params.get("appends")),
        "force": bool(params.get("force")),
        "on_difference": params.get("on_difference") or "rebuild",
        "recreates_members": params.get("on_member_recreate") == "recreate",
    }
    desired = DesiredNetwork(**{**fields, **settings})
    _check_kind(desired)
    return desired


def _check_kind(desired: DesiredNetwork) -> None:
    """Refuse what does not go with the driver, or with a network that is only a definition or copies one."""
    name = desired.name
    if desired.state == "absent":
        return
    if desired.driver is not None and not desired.driver.strip():
        raise Failure("option_conflict", f"Network {name!r}: driver is empty. Leave it out for a bridge network.")
    if desired.only_bridge and desired.driver not in (None, "bridge"):
        raise Failure(
            "option_conflict",
            f"Network {name!r}: driver={desired.driver} is none of this module, which manages bridge networks."
            " bridgeport.docker.docker_network takes it, with the same options.",
        )
    if desired.driver in ("null", "host"):
        raise Failure(
            "option_conflict",
            f"Network {name!r}: driver={desired.driver} is for Docker's own network of that kind, of which there is"
            " one. Choose another driver; for a definition that others copy, config_only=true.",
        )
    operated = ("internal", "attachable", "ingress", "scope")
    given = [option for option in operated if getattr(desired, option)]
    if desired.config_only and given:
        raise Failure(
            "option_conflict",
            f"Network {name!r}: config_only=true makes a definition for others, with which {' and '.join(given)} does"
            " not go. Give it for the networks that copy the definition.",
        )
    if desired.config_only and desired.config_from:
        raise Failure("option_conflict", f"Network {name!r}: config_only and config_from exclude each other.")
    if desired.config_only and desired.connected:
        raise Failure(
            "option_conflict",
            f"Network {name!r}: no container can join a network with config_only=true. Leave connected out.",
        )
    if desired.config_from and desired.defines:
        raise Failure(
            "option_conflict",
            f"Network {name!r}: config_from={desired.config_from} copies the whole definition of that network, so that"
            f" {' and '.join(desired.defines)} cannot be given beside it.",
        )
    if desired.driver == "overlay" and desired.scope == "local":
        raise Failure(
            "option_conflict", f"Network {name!r}: an overlay network has the scope swarm, and cannot have scope=local."
        )
