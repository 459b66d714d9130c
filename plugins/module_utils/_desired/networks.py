# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""One network, and one endpoint on it, as a task describes them."""

from __future__ import annotations

import ipaddress
import typing as t
from dataclasses import dataclass

from .._errors import Failure
from .._objects.driver_options import same_option
from .._objects.networks import Pool, normal_address, normal_links, parse_subnet
from .._types import Json


@dataclass(frozen=True)
class DesiredEndpoint:
    """One container on one network; None leaves a setting as it is. ``name`` is that of the other side.

    A driver option of None is removed, and so is the fixed address where it is "".
    """

    name: str
    aliases: tuple[str, ...] | None = None
    ipv4_address: str | None = None
    ipv6_address: str | None = None
    links: tuple[str, ...] | None = None
    mac_address: str | None = None
    driver_opts: t.Mapping[str, str | None] | None = None
    gw_priority: int | None = None

    def addresses(self) -> list[str]:
        return [address for address in (self.ipv4_address, self.ipv6_address) if address]

    def merge_into(self, endpoint: Json) -> dict[str, t.Any]:
        """The endpoint as it becomes with these settings; equal to what it was where all of them are met."""
        merged = dict(endpoint)
        ipam = dict(merged.get("IPAMConfig") or {})
        for key, address in (("IPv4Address", self.ipv4_address), ("IPv6Address", self.ipv6_address)):
            if address == "":
                ipam.pop(key, None)
            elif address is not None and normal_address(ipam.get(key, "")) != address:
                ipam[key] = address
        driver_opts = dict(merged.get("DriverOpts") or {})
        for key, value in (self.driver_opts or {}).items():
            if value is None:
                driver_opts.pop(key, None)
            elif key not in driver_opts or not same_option(driver_opts[key], value):
                driver_opts[key] = value
        parts: dict[str, t.Any] = {"IPAMConfig": ipam, "DriverOpts": driver_opts}
        if self.aliases is not None:
            parts["Aliases"] = sorted(set(self.aliases))
        if self.links is not None and normal_links(self.links) != normal_links(merged.get("Links") or ()):
            parts["Links"] = list(self.links)
        if self.mac_address is not None:
            parts["MacAddress"] = self.mac_address
        if self.gw_priority is not None:
            parts["GwPriority"] = self.gw_priority
        for key, value in parts.items():
            if value:
                merged[key] = value
            else:
                merged.pop(key, None)
        return merged

    def union(self, other: DesiredEndpoint) -> DesiredEndpoint:
        """The settings of both. Raises Failure where they contradict each other."""
        merged: dict[str, t.Any] = {}
        for field in ("aliases", "ipv4_address", "ipv6_address", "links", "mac_address", "driver_opts", "gw_priority"):
            mine, theirs = getattr(self, field), getattr(other, field)
            same = mine == theirs or (field in ("aliases", "links") and set(mine or ()) == set(theirs or ()))
            if mine is not None and theirs is not None and not same:
                how = f"{field}={mine!r} and once with {theirs!r}"
                if field == "driver_opts":
                    how = "other driver_opts than the second time"
                raise Failure(
                    "option_conflict",
                    f"Container and network are joined twice in this task, once with {how}. Say it once.",
                )
            merged[field] = theirs if mine is None else mine
        return DesiredEndpoint(self.name, **merged)


class SubnetPool(t.NamedTuple):
    """Any subnet of this prefix length in ``whole`` will do."""

    whole: str
    prefix: int

    def holds(self, pool: Pool) -> bool:
        whole, network = ipaddress.ip_network(self.whole), pool.network
        same_family = network.version == whole.version and network.prefixlen == self.prefix
        return same_family and network.subnet_of(whole)  # type: ignore[arg-type]


@dataclass(frozen=True)
class DesiredNetwork:
    """One network as a task describes it: ``None`` leaves a setting as it is.

    A driver option or label of None is removed. ``config_from``: the network whose definition this one copies, "" for
    none. ``only_bridge``: whether networks of other drivers are refused. ``always_rebuilds``: whether a network that
    stands is rebuilt although nothing differs. ``ignores_unused_pools``: whether an IPv6 subnet of a network without
    IPv6 is passed over with a warning, and not refused. ``id`` is set where the task named the network by its ID, and
    other networks have the same name.
    """

    name: str
    state: str = "present"
    driver: str | None = None
    scope: str | None = None
    config_only: bool | None = None
    config_from: str | None = None
    ingress: bool | None = None
    driver_options: t.Mapping[str, str | None] | None = None
    ipam_driver: str | None = None
    ipam_driver_options: t.Mapping[str, str] | None = None
    pools: tuple[Pool, ...] | None = None
    subnet_pool: SubnetPool | None = None
    internal: bool | None = None
    attachable: bool | None = None
    enable_ipv4: bool | None = None
    enable_ipv6: bool | None = None
    labels: t.Mapping[str, str | None] | None = None
    connected: tuple[DesiredEndpoint, ...] | None = None
    appends: bool = False
    force: bool = False
    on_difference: str = "rebuild"
    # Whether members may be recreated that could not rejoin the network as they are.
    recreates_members: bool = False
    only_bridge: bool = False
    always_rebuilds: bool = False
    ignores_unused_pools: bool = False
    # The subnets that were passed over for that.
    unused: tuple[str, ...] = ()
    id: str = ""

    @property
    def is_for_swarm(self) -> bool:
        """Whether only the manager of a swarm can make it."""
        is_overlay = self.driver == "overlay" and not self.config_only
        return self.state != "absent" and (is_overlay or self.scope == "swarm" or bool(self.ingress))

    @property
    def defines(self) -> list[str]:
        """The options that say for themselves what a network with config_from copies."""
        given = {
            "driver_options": self.driver_options,
            "ipam_driver": self.ipam_driver not in (None, "default"),
            "ipam_driver_options": self.ipam_driver_options,
            "ipam_config": self.pools,
            "subnet_pool": self.subnet_pool,
            "labels": self.labels,
            "enable_ipv4=false": self.enable_ipv4 is False,
            "enable_ipv6=true": self.enable_ipv6,
        }
        return [option for option, value in given.items() if value]


def parse_subnet_pool(entry: Json) -> SubnetPool:
    whole = ipaddress.ip_network(parse_subnet(str(entry["from"]), "subnet_pool.from"))
    prefix = int(entry["prefix"])
    # A bridge, and two addresses at least for it and a container.
    longest = whole.max_prefixlen - 2
    if not whole.prefixlen <= prefix <= longest:
        raise Failure(
            "option_conflict",
            f"subnet_pool: the prefix of subnets of {whole} is {whole.prefixlen} to {longest}, not {prefix}.",
        )
    return SubnetPool(str(whole), prefix)
