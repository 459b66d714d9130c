# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""Subnets, pools and addresses of networks, each in its normal form."""

from __future__ import annotations

import ipaddress
import typing as t
from dataclasses import dataclass
from functools import cached_property

from .._errors import Failure
from .._types import Json

IPNetwork = t.Union[ipaddress.IPv4Network, ipaddress.IPv6Network]

PREDEFINED = ("bridge", "host", "none")
# Containers are on the host's own network there, so that nothing is published through such a network.
DRIVERS_WITHOUT_PORTS = ("macvlan", "ipvlan")
# Of these, what a container has or has not instead of networks.
NOT_JOINED = ("host", "none")
# Labels that belong to Docker and Compose: never counted as left over, never removed.
RESERVED_LABELS = "com.docker."


@dataclass(frozen=True)
class Pool:
    """One entry of ``ipam_config``, every part in its normal form; "" for a part that was not given."""

    subnet: str
    iprange: str = ""
    gateway: str = ""
    aux_addresses: tuple[tuple[str, str], ...] = ()

    @property
    def network(self) -> IPNetwork:
        return ipaddress.ip_network(self.subnet)

    def as_body(self) -> dict[str, t.Any]:
        body: dict[str, t.Any] = {"Subnet": self.subnet}
        if self.iprange:
            body["IPRange"] = self.iprange
        if self.gateway:
            body["Gateway"] = self.gateway
        if self.aux_addresses:
            body["AuxiliaryAddresses"] = dict(self.aux_addresses)
        return body


@dataclass(frozen=True)
class Network:
    """One network as the engine answers, or as a create request describes it: that has no ID."""

    raw: Json

    @property
    def id(self) -> str:
        return str(self.raw.get("Id") or "")

    @property
    def name(self) -> str:
        return str(self.raw["Name"])

    @property
    def driver(self) -> str:
        return str(self.raw.get("Driver") or "bridge")

    @property
    def scope(self) -> str:
        return str(self.raw.get("Scope") or "local")

    @property
    def is_config_only(self) -> bool:
        """Whether the network is a definition that others copy: it has no addresses, and no container joins it."""
        return bool(self.raw.get("ConfigOnly"))

    @property
    def config_from(self) -> str:
        """The network whose definition this one has copied."""
        return str((self.raw.get("ConfigFrom") or {}).get("Network") or "")

    @property
    def is_ingress(self) -> bool:
        return bool(self.raw.get("Ingress"))

    @property
    def is_of_swarm(self) -> bool:
        return self.scope == "swarm" or self.is_ingress

    @property
    def is_internal(self) -> bool:
        return bool(self.raw.get("Internal"))

    @property
    def is_attachable(self) -> bool:
        return bool(self.raw.get("Attachable"))

    @property
    def says_ipv4(self) -> bool:
        """Whether the answer tells of IPv4 at all: see Api.ipv4_can_be_off."""
        return self.raw.get("EnableIPv4") is not None

    @property
    def has_ipv4(self) -> bool:
        return self.raw.get("EnableIPv4") is not False

    @property
    def has_ipv6(self) -> bool:
        return bool(self.raw.get("EnableIPv6"))

    @property
    def options(self) -> t.Mapping[str, str]:
        """Of the driver."""
        return self.raw.get("Options") or {}

    @property
    def labels(self) -> t.Mapping[str, str]:
        return self.raw.get("Labels") or {}

    @property
    def ipam_driver(self) -> str:
        return str((self.raw.get("IPAM") or {}).get("Driver") or "default")

    @property
    def ipam_options(self) -> t.Mapping[str, str]:
        return (self.raw.get("IPAM") or {}).get("Options") or {}

    @cached_property
    def pools(self) -> tuple[Pool, ...]:
        """Those that the network uses: the engine shows IPv6 subnets of a network without IPv6, and gives nothing."""
        return tuple(pool for pool in read_pools(self.raw) if self.has_ipv6 or pool.network.version == 4)

    @property
    def subnets(self) -> list[str]:
        return [pool.subnet for pool in self.pools]


def normal_links(links: t.Iterable[str]) -> set[tuple[str, str]]:
    """Without an alias a container is linked under its own name."""
    parts = [link.partition(":") for link in links]
    return {(name, alias or name) for name, _colon, alias in parts}


def normal_address(text: str) -> str:
    """The canonical text of an address (a prefix length is cut off, engines before 28 answer with one)."""
    if not text:
        return ""
    return str(ipaddress.ip_address(text.split("/")[0]))


def parse_address(text: str, option: str, version: int | None = None) -> str:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        address = None
    if address is None or (version is not None and address.version != version):
        family = f"IPv{version} " if version else ""
        raise Failure("option_conflict", f"{option}: {text!r} is not an {family}address.", option=option)
    return str(address)


def parse_subnet(text: str, option: str, *, takes_address: bool = False) -> str:
    """A subnet in normal form; host bits are cleared, as Docker did up to Engine 24 (later ones refuse them).

    ``takes_address``: a single address is a subnet of its own. The engine refuses one without a prefix.
    """
    try:
        if "/" not in text and not takes_address:
            raise ValueError("the prefix is missing")
        return str(ipaddress.ip_network(text, strict=False))
    except ValueError as error:
        raise Failure(
            "option_conflict", f"{option}: {text!r} is not a subnet such as 10.20.0.0/24.", option=option
        ) from error


def parse_pool(entry: Json) -> Pool:
    if not entry.get("subnet"):
        raise Failure(
            "option_conflict", "ipam_config: every entry needs a subnet; an iprange or gateway cannot stand alone."
        )
    subnet = parse_subnet(entry["subnet"], "ipam_config.subnet")
    network = ipaddress.ip_network(subnet)
    iprange = parse_subnet(entry["iprange"], "ipam_config.iprange") if entry.get("iprange") else ""
    gateway = parse_address(entry["gateway"], "ipam_config.gateway") if entry.get("gateway") else ""
    auxiliary = tuple(
        sorted(
            (name, parse_address(text, "ipam_config.aux_addresses"))
            for name, text in (entry.get("aux_addresses") or {}).items()
        )
    )
    for address in [gateway, *[address for _name, address in auxiliary]]:
        if address and not contains([subnet], address):
            raise Failure(
                "address_outside_subnet", f"ipam_config: the address {address} is not in the subnet {subnet}."
            )
    if network.num_addresses < 4:
        raise Failure("option_conflict", f"ipam_config: the subnet {subnet} has no room for a gateway and a container.")
    _check_reserved(network, gateway, auxiliary)
    if iprange:
        inner = ipaddress.ip_network(iprange)
        if inner.version != network.version or not inner.subnet_of(network):  # type: ignore[arg-type]
            raise Failure(
                "address_outside_subnet", f"ipam_config: the iprange {iprange} is not in the subnet {subnet}."
            )
    return Pool(subnet, iprange, gateway, auxiliary)


def _check_reserved(network: IPNetwork, gateway: str, auxiliary: t.Sequence[tuple[str, str]]) -> None:
    """Refuse addresses that are named twice, or that no host can have."""
    named = {str(network.network_address): "the subnet itself"}
    if network.version == 4:
        named[str(network.broadcast_address)] = "the broadcast address"
    for address, what in [(gateway, "the gateway"), *((text, f"aux_addresses[{name}]") for name, text in auxiliary)]:
        if address in named:
            raise Failure(
                "option_conflict",
                f"ipam_config: {address} is both {named[address]} and {what}. Choose another address.",
            )
        if address:
            named[address] = what


def read_pools(raw: Json) -> tuple[Pool, ...]:
    """The pools of an inspected network, in normal form."""
    pools = []
    for entry in (raw.get("IPAM") or {}).get("Config") or ():
        if entry.get("Subnet"):
            auxiliary = entry.get("AuxiliaryAddresses") or entry.get("AuxAddress") or {}
            pools.append(
                Pool(
                    str(ipaddress.ip_network(entry["Subnet"], strict=False)),
                    str(ipaddress.ip_network(entry["IPRange"], strict=False)) if entry.get("IPRange") else "",
                    normal_address(entry.get("Gateway") or ""),
                    tuple(sorted((name, normal_address(text)) for name, text in auxiliary.items())),
                )
            )
    return tuple(pools)


def contains(subnets: t.Iterable[str], address: str) -> bool:
    parsed = ipaddress.ip_address(address)
    return any(parsed in ipaddress.ip_network(subnet) for subnet in subnets)


def find_role(address: str, pool: Pool) -> str | None:
    """What the address is for in this pool, where no container can have it."""
    network = pool.network
    own = next((f"the auxiliary address {name!r}" for name, text in pool.aux_addresses if text == address), None)
    if own is None and address == (pool.gateway or _first_address(pool)):
        own = "the gateway"
    if own is None and address == str(network.network_address):
        own = "the first address, which belongs to the subnet itself"
    if own is None and network.version == 4 and address == str(network.broadcast_address):
        own = "the broadcast address"
    return own


def _first_address(pool: Pool) -> str:
    """The first address that the engine gives away: to the gateway, where the pool names none."""
    start = ipaddress.ip_network(pool.iprange or pool.subnet).network_address
    return str(start if start != pool.network.network_address else start + 1)


def judge_address(address: str, pools: t.Sequence[Pool]) -> tuple[str, str] | None:
    """Why a network with these pools cannot give a container this address; None where it can.

    A failure code, and what the address is for in its pool.
    """
    pool = next((each for each in pools if contains([each.subnet], address)), None)
    if pool is None:
        return "address_outside_subnet", ""
    role = find_role(address, pool)
    return None if role is None else ("address_in_use", role)


def overlapping(subnet: str, others: t.Iterable[str]) -> str | None:
    """The first of the other subnets that shares an address with this one."""
    network = ipaddress.ip_network(subnet)
    for other in others:
        candidate = ipaddress.ip_network(other)
        if candidate.version == network.version and candidate.overlaps(network):
            return other
    return None


def same_pools(wanted: t.Sequence[Pool], actual: t.Sequence[Pool]) -> bool:
    """In any order; a part that a desired pool leaves open may be what the engine chooses by default."""
    by_subnet = {pool.subnet: pool for pool in actual}
    return len(wanted) == len(actual) and all(
        pool.subnet in by_subnet and _same_pool(pool, by_subnet[pool.subnet]) for pool in wanted
    )


def _same_pool(wanted: Pool, actual: Pool) -> bool:
    # Engines from 25 fill in the first address as the gateway, 20.10 does not: a gateway left out accepts it.
    first = str(next(wanted.network.hosts(), wanted.network.network_address))
    gateway_fits = wanted.gateway == actual.gateway or (not wanted.gateway and actual.gateway == first)
    return gateway_fits and (wanted.iprange, wanted.aux_addresses) == (actual.iprange, actual.aux_addresses)
