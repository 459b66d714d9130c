# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""MAC addresses: which of them were configured, which engines can give them, and who is recreated for that."""

from __future__ import annotations

import re
import typing as t
from dataclasses import replace

from .._desired.containers import DesiredContainer
from .._desired.networks import DesiredEndpoint
from .._errors import Failure, too_old
from .._objects.containers import Blueprint, Container
from .._objects.networks import NOT_JOINED
from .._objects.snapshot import Snapshot
from .._types import Json
from .context import Context

# Of their MAC addresses it is known how the engine generates them.
_DRIVERS = ("bridge", "macvlan", "overlay")
_PREFIX = "02:42:"
# Given by the maker of a device: the second bit of the first byte is not set.
_MAKERS = re.compile("[0-9a-f][014589cd]:", re.IGNORECASE)


def is_mac_configured(container: Container, network: str, snapshot: Snapshot) -> bool | None:
    """Whether the MAC address on this network was asked for; None where the engine does not tell.

    From engine 25 on each endpoint may have one. Only that of the main network is shown as configured; of the others
    the address in use is, while the container runs, and what was asked for where it never did (seen on 26.1 and 28.5).
    """
    api = snapshot.engine.api
    if network == container.main_network or not api.mac_per_endpoint:
        return network == container.main_network and bool(container.config.get("MacAddress"))
    endpoint = container.endpoints.get(network) or {}
    address = str(endpoint.get("MacAddress") or "")
    if container.status == "created":
        return bool(address)
    if not address:
        # An ipvlan network has none of its own.
        return False if container.is_running else None
    standing = snapshot.find_network(endpoint.get("NetworkID") or network)
    if standing is None or standing.driver not in _DRIVERS:
        return None
    if not address.startswith(_PREFIX):
        return True if not api.generates_any_mac or _MAKERS.match(address) else None
    # What engines up to 27 generate has the IPv4 address behind the prefix.
    parts = str(endpoint.get("IPAddress") or "").split(".")
    return address != _PREFIX + ":".join(f"{int(part):02x}" for part in parts if part.isdigit())


def keep_macs(blueprint: Blueprint, container: Container, snapshot: Snapshot) -> None:
    """Ask for the configured MAC addresses again; that of the main network is asked for already."""
    for network, endpoint in blueprint.endpoints.items():
        if network != container.main_network and is_mac_configured(container, network, snapshot):
            endpoint["MacAddress"] = container.endpoints[network]["MacAddress"]


def list_lost_macs(container: Container, endpoints: t.Mapping[str, Json], snapshot: Snapshot) -> list[str]:
    """What may have been configured, and is not asked for again with these endpoints."""
    lost = []
    for network, endpoint in endpoints.items():
        stays = network in container.endpoints and not endpoint.get("MacAddress")
        if stays and is_mac_configured(container, network, snapshot) is None:
            address = container.endpoints[network].get("MacAddress")
            told = f" {address}" if address else ""
            lost.append(f"MAC address{told} of {container.name} on {network} where it was configured")
    return lost


def needs_other_mac(container: Container, desired: DesiredEndpoint, network: str) -> bool:
    """Whether a container has to be recreated for its MAC address: up to API 1.53 connecting a network ignores it."""
    if desired.mac_address is None:
        return False
    known = {str((container.endpoints.get(network) or {}).get("MacAddress") or "")}
    if network == container.main_network:
        known.add(container.config.get("MacAddress") or "")
    # A container that does not run tells the address of its main network alone (API up to 1.51).
    is_unknown = known == {""} and not container.is_running and network in container.endpoints
    return desired.mac_address not in known and not is_unknown


def ask_for_mac(desired: DesiredContainer, container: Container | None) -> DesiredContainer:
    """The MAC address of a container is that of its endpoint on its main network."""
    mode = desired.network_mode
    if mode is None and container is not None:
        main = container.main_network
    elif mode is None:
        main = desired.networks[0].name if desired.networks else "bridge"
    else:
        main = "bridge" if mode == "default" else mode
    if main is None or main in NOT_JOINED or main.startswith("container:"):
        raise Failure(
            "network_mode_conflict",
            f"Container {desired.name!r} cannot have a MAC address: its network mode has no endpoint of its own. Leave"
            " mac_address out.",
        )
    listed = {endpoint.name: endpoint for endpoint in desired.networks or ()}
    listed[main] = replace(listed.get(main) or DesiredEndpoint(main), mac_address=desired.mac_address)
    return replace(desired, networks=tuple(listed.values()))


def refuse_mac(name: str, desired: DesiredEndpoint, network: str) -> Failure:
    return Failure(
        "unsupported",
        f"Container {name!r} cannot get the MAC address {desired.mac_address} on {network!r}: Docker sets one only"
        " when it makes a container. on_member_recreate=recreate recreates the container for that.",
        members=[name],
    )


def check_early_mac(name: str, desired: DesiredEndpoint, main_network: str, context: Context) -> None:
    """Refuse what engines up to 24 cannot do: they take one MAC address for a container, on its first network."""
    if desired.mac_address and not context.engine.api.mac_per_endpoint and desired.name != main_network:
        what = f"Container {name!r}: a MAC address on {desired.name!r}, which is not its first network,"
        raise too_old(what, "25.0", context.engine.version)
