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
from .._objects.containers import SHARED_NAMESPACES, Blueprint
from .._objects.networks import PREDEFINED, Network
from .._types import Json
from .context import Context
from .endpoints import check_address, refuse_held

_LEAST_MEMORY = 6 * 1024**2
_LONGEST_HOSTNAME = 64
_REMAKE = "Remove the container and make it again without, or choose another mode."


def check_request(
    desired: DesiredContainer, design: Blueprint, standing: t.Collection[str], starts: bool, context: Context
) -> list[Failure]:
    """Why the engine would refuse to make this container, or to start it. ``standing``: the networks that it is on."""
    return [
        *_check_mode(desired.name, design, context),
        *_check_main(desired.name, design, context),
        *_check_joined(desired, design, standing, context),
        *check_limits(desired.name, design.body),
        *(_check_needs(desired, design, context) if starts else ()),
    ]


def check_start(
    desired: DesiredContainer, design: Blueprint, standing: t.Collection[str], context: Context
) -> list[Failure]:
    """Why the engine would refuse to start this container as it stands."""
    return [
        *_check_main(desired.name, design, context),
        *_check_joined(desired, design, standing, context),
        *_check_needs(desired, design, context),
    ]


def _check_needs(desired: DesiredContainer, design: Blueprint, context: Context) -> list[Failure]:
    return [*_check_namespaces(desired, design, context), *_check_addresses(desired, design, context)]


def list_taken(design: Blueprint) -> tuple[tuple[str, str], ...]:
    """The fixed addresses that the container takes when it starts, each with its network."""
    return tuple(
        (network, address)
        for network, endpoint in design.endpoints.items()
        for key in ("IPv4Address", "IPv6Address")
        for address in [(endpoint.get("IPAMConfig") or {}).get(key)]
        if address
    )


# -- network mode ------------------------------------------------------------------------------------------------------


def _check_mode(name: str, design: Blueprint, context: Context) -> list[Failure]:
    body, host_config = design.body, design.body["HostConfig"]
    mode = str(host_config.get("NetworkMode") or "default")
    shares = mode.startswith("container:")
    shared = _name_shared(mode, context)
    called = mode if shared is None else f"container:{shared}"
    # In these modes the container has a network that it does not own.
    borrows = shares or mode == "host"
    net_sysctls = [key for key in host_config.get("Sysctls") or () if key.replace("/", ".").startswith("net.")]
    unmet = (
        ("a host name", shares and body.get("Hostname"), "Leave hostname out."),
        ("DNS servers", shares and host_config.get("Dns"), _REMAKE),
        ("entries of etc_hosts", shares and host_config.get("ExtraHosts"), "Set each of them to null in etc_hosts."),
        ("links", borrows and host_config.get("Links"), "Set links to an empty list."),
        ("a MAC address", borrows and body.get("MacAddress"), _REMAKE),
        ("sysctls of the network", net_sysctls and _is_of_host(mode, context), _REMAKE),
    )
    refusals = [
        Failure(
            "network_mode_conflict",
            f"Container {name!r} has {what}, which the engine does not take with network_mode={called}. {remedy}",
        )
        for what, is_so, remedy in unmet
        if is_so
    ]
    if body.get("Hostname") and host_config.get("UTSMode"):
        refusals.append(
            Failure(
                "option_conflict",
                f"Container {name!r} shares the host's UTS namespace, and with it the host's name. Leave hostname out.",
            )
        )
    return refusals


def _check_main(name: str, design: Blueprint, context: Context) -> list[Failure]:
    """A network mode that is no network, or none that stays. Networks that the container joins are judged as such."""
    main = design.main_network
    if main.startswith("container:") or main in PREDEFINED or main in design.endpoints or context.has_network(main):
        return []
    return [_refuse_gone(name, main, context.removes_network(main), context)]


def _name_shared(mode: str, context: Context) -> str | None:
    """The name of the container whose network this mode shares."""
    kind, _colon, reference = mode.partition(":")
    if kind != "container":
        return None
    successors = {each.successor: each.container.name for each in context.replacements.values()}
    shared = context.snapshot.find_container(reference)
    return successors.get(reference, reference) if shared is None else shared.name


def _is_of_host(mode: str, context: Context) -> bool:
    """Whether a container in this mode is on the host's own network, also by way of another."""
    for _step in range(len(context.snapshot.summaries) + 1):
        name = _name_shared(mode, context)
        if name is None:
            break
        planned, standing = context.container(name), context.snapshot.find_container(name)
        mode = "default" if standing is None else standing.network_mode
        mode = planned.network_mode or mode if planned is not None else mode
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


def _check_joined(
    desired: DesiredContainer, design: Blueprint, standing: t.Collection[str], context: Context
) -> list[Failure]:
    """Networks that are gone. Those that the task lists are judged with their endpoints."""
    listed = {*PREDEFINED, *(endpoint.name for endpoint in desired.networks or ())}
    return [
        _refuse_gone(desired.name, network, network in standing, context)
        for network in design.endpoints
        if network not in listed and not context.has_network(network)
    ]


def _check_namespaces(desired: DesiredContainer, design: Blueprint, context: Context) -> list[Failure]:
    """A container cannot start in a namespace of one that does not run, nor of one that is gone."""
    name = desired.name
    successors = {replacement.successor for replacement in context.replacements.values()}
    refusals = []
    for key, what in SHARED_NAMESPACES.items():
        kind, _colon, reference = str(design.body["HostConfig"].get(key) or "").partition(":")
        # One that the task makes comes first.
        if kind != "container" or reference in successors or context.container(reference) is not None:
            continue
        shared = context.snapshot.find_container(reference)
        if shared is None and key == "NetworkMode" and desired.network_mode is not None:
            # The network mode that the task gives is judged as such.
            continue
        if shared is None:
            remedy = "Give it another network_mode" if key == "NetworkMode" else "Remove it"
            refusals.append(
                Failure(
                    "container_not_found",
                    f"Container {name!r} could not be started again: the container whose {what} it shares"
                    f" ({reference[:12]}) is gone. {remedy}, or make both again.",
                )
            )
        elif not context.will_run(shared.name):
            refusals.append(
                Failure(
                    "network_mode_conflict",
                    f"Container {name!r} cannot start: container {shared.name!r}, whose {what} it shares, does not run."
                    " Start that first, or in the same task.",
                )
            )
    return refusals


# -- addresses ---------------------------------------------------------------------------------------------------------


def _check_addresses(desired: DesiredContainer, design: Blueprint, context: Context) -> list[Failure]:
    """Fixed addresses that the container cannot have. Those that the task lists are judged with their endpoints."""
    name, refusals = desired.name, Refusals()
    listed = {(endpoint.name, address) for endpoint in desired.networks or () for address in endpoint.addresses()}
    for network, address in list_taken(design):
        found = [each for each in context.snapshot.networks if each.name == network]
        # Of several networks of one name (engines before 25) the container knows which one is its own.
        if (network, address) in listed or len(found) != 1:
            continue
        planned = context.network(network)
        pools = planned.pools if planned is not None and network in context.rebuilt else None
        refusals.gather(check_address, name, address, network, pools or found[0].pools)
        holder = _find_holder(name, address, found[0], context)
        if holder is not None:
            refusals.append(refuse_held(name, address, network, holder))
    return refusals


def _find_holder(name: str, address: str, network: Network, context: Context) -> str | None:
    """The container that has this address now, and keeps it."""
    for summary in context.snapshot.members_of(network):
        if summary.name == name or not summary.is_running or context.stops_container(summary.name):
            continue
        if address in summary.addresses_on(network.name):
            return summary.name
    return None


# -- limits ------------------------------------------------------------------------------------------------------------


def check_limits(name: str, body: Json) -> list[Failure]:
    host_config = body["HostConfig"]
    memory, swap = host_config.get("Memory") or 0, host_config.get("MemorySwap") or 0
    reserved = host_config.get("MemoryReservation") or 0
    hostname = str(body.get("Hostname") or "")
    policy = (host_config.get("RestartPolicy") or {}).get("Name") or "no"
    problems = (
        (
            host_config.get("AutoRemove") and policy != "no",
            f"auto_remove and restart_policy={policy} exclude each other",
        ),
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
