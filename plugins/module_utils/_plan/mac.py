# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""MAC addresses that a task asks for: which engines can give them, and which containers are recreated for that."""

from __future__ import annotations

from .._desired.networks import DesiredEndpoint
from .._errors import Failure, too_old
from .._objects.containers import Container
from .context import Context


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
