# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""What the engine says of itself."""

from __future__ import annotations

import re
import typing as t


class Api(t.NamedTuple):
    """The version of the API that we and the daemon speak, and what engines do that speak it.

    The changes are those of "Engine API version history" (docs.docker.com), unless a line says otherwise.
    """

    major: int
    minor: int

    @property
    def waits_for_next_exit(self) -> bool:
        """A container can be waited for from before its start (1.30, Engine 17.06)."""
        return self >= (1, 30)

    @property
    def endpoints_at_create(self) -> bool:
        """A create may name several networks (1.44, Engine 25.0)."""
        return self >= (1, 44)

    @property
    def mac_per_endpoint(self) -> bool:
        """A MAC address belongs to an endpoint; before, to a container and its first network (1.44, Engine 25.0)."""
        return self >= (1, 44)

    @property
    def checks_addresses_at_create(self) -> bool:
        """A create looks at the fixed addresses of its endpoints (1.44, Engine 25.0; seen on 26.1 and 28.5)."""
        return self >= (1, 44)

    @property
    def health_start_interval(self) -> bool:
        """A health check has an interval of its own while the container starts (1.44, Engine 25.0)."""
        return self >= (1, 44)

    @property
    def makes_mount_points(self) -> bool:
        """A bind mount may ask for its source to be made (1.42, Engine 23.0)."""
        return self >= (1, 42)

    @property
    def recursive_read_only(self) -> bool:
        """A bind mount says whether what is mounted below it is read only as well (1.44, Engine 25.0)."""
        return self >= (1, 44)

    @property
    def volume_subpaths(self) -> bool:
        """A mount may be of a folder in a volume (1.45, Engine 26.0)."""
        return self >= (1, 45)

    @property
    def tmpfs_options(self) -> bool:
        """A mount in memory has further options (1.46, Engine 27.0)."""
        return self >= (1, 46)

    @property
    def image_mounts(self) -> bool:
        """A mount may be of an image (1.48, Engine 28.0)."""
        return self >= (1, 48)

    @property
    def exact_aliases(self) -> bool:
        """An answer lists the aliases that were asked for, without host name and short ID (1.45, Engine 26.0)."""
        return self >= (1, 45)

    @property
    def chooses_ipv6_subnets(self) -> bool:
        """The engine chooses an IPv6 subnet where none is given (release notes of Engine 27.0, which has API 1.46)."""
        return self >= (1, 46)

    @property
    def tries_whole_range(self) -> bool:
        """Where a process has the port that was chosen of a range, the engine tries the next (Engine 27.0, API 1.46).

        Engine 20.10 was seen to fail, and chooses another port at the next start.
        """
        return self >= (1, 46)

    @property
    def shares_parents(self) -> bool:
        """Several networks of macvlan or ipvlan have the same interface of the host.

        Engine 20.10 refuses that (API 1.41), 28.5 does not. Those in between count as the latter.
        """
        return self >= (1, 42)

    @property
    def ipv4_can_be_off(self) -> bool:
        """Networks have EnableIPv4 (1.48, Engine 28.0)."""
        return self >= (1, 48)

    @property
    def generates_any_mac(self) -> bool:
        """A generated MAC address does not tell the endpoint's IPv4 address (1.48; seen on 26.1 and 28.5)."""
        return self >= (1, 48)

    @property
    def internal_closes_ports(self) -> bool:
        """A running container that is left on internal networks only publishes nothing any more.

        Engine 20.10 goes on until the next start; 26.1 does not. Those in between count as the latter.
        """
        return self >= (1, 42)

    @property
    def gateway_priority(self) -> bool:
        """Endpoints have GwPriority (1.48, Engine 28.0)."""
        return self >= (1, 48)

    @property
    def finds_program_before_ports(self) -> bool:
        """A start binds ports only when it has found the container's first program (1.48; seen on Engine 28)."""
        return self >= (1, 48)


class Engine(t.NamedTuple):
    """``is_local``: a unix socket, and the daemon in our own network namespace; None where we may not look."""

    version: str
    api: Api
    is_local: bool | None = None

    @property
    def leaks_loopback(self) -> bool | None:
        """Whether neighbours on the same link reach what is published on 127.0.0.1; None: no telling from the version.

        Engines before 28.0 redirect such packets wherever they come from (moby#45610); later ones drop them in the raw
        table (moby#49325), unless the daemon runs with DOCKER_INSECURE_NO_IPTABLES_RAW=1, which cannot be seen here.
        """
        major = re.match(r"[0-9]+(?=\.)", self.version)
        return int(major.group()) < 28 if major else None
