# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""What the engine refuses of a container when it is made or started.

The engine looks at some of it only at the start, when the former container has been stopped. A whole design is judged,
also what the task says nothing of: a network mode may not go with what the container has had all along. The rules are
those of moby (daemon/container.go, runconfig, libnetwork) and runc, and were tried on engine 20.10.
"""

from __future__ import annotations

import typing as t

from .._desired.containers import DesiredContainer
from .._errors import Failure, Refusals
from .._objects.containers import Blueprint
from .._objects.networks import PREDEFINED, Pool
from .._types import Json
from .context import Context
from .endpoints import check_address, refuse_held

_LEAST_MEMORY = 6 * 1024**2
_LONGEST_HOSTNAME = 64


def check_request(
    desired: DesiredContainer, design: Blueprint, standing: t.Collection[str], context: Context
) -> list[Failure]:
    """Why the engine would refuse to make this container, or to start it. ``standing``: the networks that it is on."""
    return [
        *_check_mode(desired.name, design, context),
        *check_start(desired, design, standing, context),
        *_check_limits(desired.name, design.body),
    ]


def check_start(
    desired: DesiredContainer, design: Blueprint, standing: t.Collection[str], context: Context
) -> list[Failure]:
    """Why the engine would refuse to start this container, beside what is refused of the networks that it lists."""
    name, refusals = desired.name, Refusals()
    listed = {endpoint.name: endpoint.addresses() for endpoint in desired.networks or ()}
    for network, endpoint in design.endpoints.items():
        if not (network in PREDEFINED or network in listed or context.has_network(network)):
            refusals.append(_refuse_gone(name, network, network in standing, context))
            continue
        for address in list_addresses(endpoint):
            if address in listed.get(network, ()) or not context.has_network(network):
                continue
            refusals.gather(check_address, name, address, network, _find_pools(network, context))
            holder = _find_holder(name, address, network, context)
            if holder is not None:
                refusals.append(refuse_held(name, address, network, holder))
    return refusals


def list_taken(design: Blueprint) -> tuple[tuple[str, str], ...]:
    """The fixed addresses that the container takes when it starts, each with its network."""
    return tuple(
        (network, address) for network, endpoint in design.endpoints.items() for address in list_addresses(endpoint)
    )


def list_addresses(endpoint: Json) -> list[str]:
    """The fixed addresses that an endpoint asks for."""
    ipam = endpoint.get("IPAMConfig") or {}
    return [ipam[key] for key in ("IPv4Address", "IPv6Address") if ipam.get(key)]


# -- network mode ------------------------------------------------------------------------------------------------------


def _check_mode(name: str, design: Blueprint, context: Context) -> list[Failure]:
    body, host_config = design.body, design.body["HostConfig"]
    mode = str(host_config.get("NetworkMode") or "default")
    shares = mode.startswith("container:")
    unmet = {
        "a host name": (shares and body.get("Hostname"), "Leave hostname out."),
        "DNS servers": (shares and host_config.get("Dns"), "The container that has the network has them too."),
        "entries of etc_hosts": (
            shares and host_config.get("ExtraHosts"),
            "Set each of them to null in etc_hosts, and give them to the container that has the network.",
        ),
        "links": ((shares or mode == "host") and host_config.get("Links"), "Set links to an empty list."),
        "a MAC address": ((shares or mode == "host") and body.get("MacAddress"), "The network has its own."),
        "sysctls of the network": (
            _is_of_host(mode, context)
            and [key for key in host_config.get("Sysctls") or () if key.replace("/", ".").startswith("net.")],
            "They would be those of the host.",
        ),
    }
    refusals = [
        Failure(
            "network_mode_conflict",
            f"Container {name!r} has {what}, which the engine does not take with network_mode={mode}. {remedy}",
        )
        for what, (found, remedy) in unmet.items()
        if found
    ]
    if body.get("Hostname") and host_config.get("UTSMode"):
        refusals.append(
            Failure(
                "option_conflict",
                f"Container {name!r} shares the host's UTS namespace, and with it the host's name. Leave hostname out.",
            )
        )
    main = design.main_network
    is_network = not shares and main not in PREDEFINED
    # Where the container joins the network, that is judged as its endpoint.
    if is_network and main not in design.endpoints and not design.endpoints and not context.has_network(main):
        refusals.append(_refuse_gone(name, main, False, context))
    return refusals


def _is_of_host(mode: str, context: Context) -> bool:
    """Whether a container in this mode is on the host's own network, also by way of another."""
    for _step in range(len(context.snapshot.summaries) + 1):
        kind, _colon, reference = mode.partition(":")
        if kind != "container":
            break
        planned = context.container(reference)
        shared = context.snapshot.find_container(reference)
        standing = "default" if shared is None else shared.network_mode
        mode = standing if planned is None or planned.network_mode is None else planned.network_mode
    return mode == "host"


def _refuse_gone(name: str, network: str, was_joined: bool, context: Context) -> Failure:
    if was_joined or context.removes_network(network):
        why = "which this task removes" if context.removes_network(network) else "which is gone"
        return Failure(
            "network_not_found",
            f"Container {name!r} is on the network {network!r}, {why}. Make the network in the same task, or name"
            " others in network_mode or, with purge_networks=true, in networks.",
        )
    if network.startswith("service:"):
        advice = "Services are those of Compose; write container: and the name of the container."
    else:
        advice = "Make the network first, or in the same task. The network of a container is container: and its name."
    return Failure(
        "network_not_found",
        f"Container {name!r} cannot have network_mode={network}: there is no such network. {advice}",
    )


# -- addresses ---------------------------------------------------------------------------------------------------------


def _find_pools(network: str, context: Context) -> t.Sequence[Pool]:
    planned, standing = context.network(network), context.snapshot.find_network(network)
    if planned is not None and planned.pools and (standing is None or network in context.rebuilt):
        return planned.pools
    return () if standing is None else standing.pools


def _find_holder(name: str, address: str, network: str, context: Context) -> str | None:
    """The container that has this address now, and keeps it."""
    standing = context.snapshot.find_network(network)
    for summary in context.snapshot.members_of(standing) if standing is not None else ():
        if summary.name == name or not summary.is_running or context.stops_container(summary.name):
            continue
        if address in summary.addresses_on(network):
            return summary.name
    return None


# -- limits ------------------------------------------------------------------------------------------------------------


def _check_limits(name: str, body: Json) -> list[Failure]:
    host_config = body["HostConfig"]
    memory, swap = host_config.get("Memory") or 0, host_config.get("MemorySwap") or 0
    reserved = host_config.get("MemoryReservation") or 0
    hostname = str(body.get("Hostname") or "")
    problems = (
        (0 < memory < _LEAST_MEMORY, f"memory is {memory} bytes, and the engine takes 6M or more"),
        (0 < swap < memory, f"memory is {memory} bytes, and the container's limit of memory and swap is {swap}"),
        (0 < memory < reserved, f"memory is {memory} bytes, and {reserved} are reserved for the container"),
        (swap > 0 and not memory, f"memory is unlimited, and the container's limit of memory and swap is {swap} bytes"),
        (
            len(hostname.encode()) > _LONGEST_HOSTNAME,
            f"the hostname has {len(hostname.encode())} bytes, and the kernel takes {_LONGEST_HOSTNAME}",
        ),
    )
    return [
        Failure("option_conflict", f"Container {name!r}: {problem}. Choose another value.")
        for is_so, problem in problems
        if is_so
    ]
