# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""A bridge network as a task describes it and as it stands, and how the two differ; endpoints, pools and addresses."""

from __future__ import annotations

import ipaddress
import typing as t
from dataclasses import dataclass

from ansible_collections.bridgeport.docker.plugins.module_utils._bridge_options import (
    DRIVER_DEFAULTS,
    same_driver_option,
    same_option,
)
from ansible_collections.bridgeport.docker.plugins.module_utils._errors import Failure

Raw = t.Mapping[str, t.Any]
IPNetwork = t.Union[ipaddress.IPv4Network, ipaddress.IPv6Network]

PREDEFINED = ("bridge", "host", "none")
# Labels that belong to Docker and Compose: never counted as left over, never removed.
RESERVED_LABELS = "com.docker."
# Engine 27.0 and later choose an IPv6 subnet where none is given.
API_CHOOSES_IPV6 = (1, 46)


@dataclass(frozen=True)
class EndpointWish:
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

    def lay_over(self, endpoint: Raw) -> dict[str, t.Any]:
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

    def union(self, other: EndpointWish) -> EndpointWish:
        """The settings of both. Raises Failure where they contradict each other."""
        merged: dict[str, t.Any] = {}
        for field in ("aliases", "ipv4_address", "ipv6_address", "links", "mac_address", "driver_opts", "gw_priority"):
            mine, theirs = getattr(self, field), getattr(other, field)
            same = mine == theirs or (field in ("aliases", "links") and set(mine or ()) == set(theirs or ()))
            if mine is not None and theirs is not None and not same:
                raise Failure(
                    "option_conflict",
                    f"Container and network are joined twice in this task, once with {field}={mine!r} and once with "
                    f"{theirs!r}. Say it once.",
                )
            merged[field] = theirs if mine is None else mine
        return EndpointWish(self.name, **merged)


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
class SubnetPool:
    """Any subnet of this prefix length in ``whole`` will do."""

    whole: str
    prefix: int

    def holds(self, pool: Pool) -> bool:
        whole, network = ipaddress.ip_network(self.whole), pool.network
        same_family = network.version == whole.version and network.prefixlen == self.prefix
        return same_family and network.subnet_of(whole)  # type: ignore[arg-type]


@dataclass(frozen=True)
class NetworkWish:
    """One network as a task describes it: ``None`` leaves a setting as it is; a driver option of None is removed.

    ``id`` is set where the task named the network by its ID, and other networks have the same name.
    """

    name: str
    state: str = "present"
    driver_options: t.Mapping[str, str | None] | None = None
    ipam_driver: str | None = None
    ipam_driver_options: t.Mapping[str, str] | None = None
    pools: tuple[Pool, ...] | None = None
    subnet_pool: SubnetPool | None = None
    internal: bool | None = None
    attachable: bool | None = None
    enable_ipv4: bool | None = None
    enable_ipv6: bool | None = None
    labels: t.Mapping[str, str] | None = None
    connected: tuple[EndpointWish, ...] | None = None
    appends: bool = False
    force: bool = False
    on_difference: str = "rebuild"
    # Whether members may be recreated that could not rejoin the network as they are.
    recreates_members: bool = False
    id: str = ""


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


def parse_subnet(text: str, option: str) -> str:
    """A subnet in normal form; host bits are cleared, as Docker did up to Engine 24 (later ones refuse them)."""
    try:
        return str(ipaddress.ip_network(text, strict=False))
    except ValueError as error:
        raise Failure(
            "option_conflict", f"{option}: {text!r} is not a subnet such as 10.20.0.0/24.", option=option
        ) from error


def parse_pool(entry: Raw) -> Pool:
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
    if iprange:
        inner = ipaddress.ip_network(iprange)
        if inner.version != network.version or not inner.subnet_of(network):  # type: ignore[arg-type]
            raise Failure(
                "address_outside_subnet", f"ipam_config: the iprange {iprange} is not in the subnet {subnet}."
            )
    return Pool(subnet, iprange, gateway, auxiliary)


def parse_subnet_pool(entry: Raw) -> SubnetPool:
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


def read_pools(raw: Raw) -> tuple[Pool, ...]:
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


def overlapping(subnet: str, others: t.Iterable[str]) -> str | None:
    """The first of the other subnets that shares an address with this one."""
    network = ipaddress.ip_network(subnet)
    for other in others:
        candidate = ipaddress.ip_network(other)
        if candidate.version == network.version and candidate.overlaps(network):
            return other
    return None


def create_body(wish: NetworkWish, api: tuple[int, int]) -> dict[str, t.Any]:
    ipam: dict[str, t.Any] = {"Driver": wish.ipam_driver or "default"}
    if wish.ipam_driver_options:
        ipam["Options"] = dict(wish.ipam_driver_options)
    if wish.pools:
        ipam["Config"] = [pool.as_body() for pool in wish.pools]
    body: dict[str, t.Any] = {
        "Name": wish.name,
        "Driver": "bridge",
        "IPAM": ipam,
        "Internal": bool(wish.internal),
        "Attachable": bool(wish.attachable),
        "EnableIPv6": bool(wish.enable_ipv6),
        "Options": {key: value for key, value in (wish.driver_options or {}).items() if value is not None},
        "Labels": dict(wish.labels or {}),
        # Engines before 25 accept two networks of one name otherwise.
        "CheckDuplicate": True,
    }
    if wish.enable_ipv4 is not None and api >= (1, 48):
        body["EnableIPv4"] = wish.enable_ipv4
    return body


def replay_body(raw: Raw, api: tuple[int, int]) -> dict[str, t.Any]:
    """The create request that remakes this network, on the subnets that it has."""
    ipam = raw.get("IPAM") or {}
    body: dict[str, t.Any] = {
        "Name": raw["Name"],
        "Driver": raw.get("Driver") or "bridge",
        "IPAM": {
            "Driver": ipam.get("Driver") or "default",
            "Options": dict(ipam.get("Options") or {}),
            "Config": [pool.as_body() for pool in read_pools(raw)],
        },
        "Internal": bool(raw.get("Internal")),
        "Attachable": bool(raw.get("Attachable")),
        "EnableIPv6": bool(raw.get("EnableIPv6")),
        "Options": dict(raw.get("Options") or {}),
        "Labels": dict(raw.get("Labels") or {}),
        "CheckDuplicate": True,
    }
    if "EnableIPv4" in raw and api >= (1, 48):
        body["EnableIPv4"] = raw["EnableIPv4"]
    return body


def rebuild_body(wish: NetworkWish, raw: Raw, api: tuple[int, int]) -> dict[str, t.Any]:
    """The create request for this network as the task describes it; what the task leaves open stays as it is."""
    body = replay_body(raw, api)
    for key, wanted in (
        ("Internal", wish.internal),
        ("Attachable", wish.attachable),
        ("EnableIPv6", wish.enable_ipv6),
        ("EnableIPv4", wish.enable_ipv4),
    ):
        if wanted is not None and (key != "EnableIPv4" or api >= (1, 48)):
            body[key] = wanted
    for key, value in (wish.driver_options or {}).items():
        if value is None:
            body["Options"].pop(key, None)
        else:
            body["Options"][key] = value
    if wish.labels is not None:
        reserved = {key: value for key, value in body["Labels"].items() if key.startswith(RESERVED_LABELS)}
        body["Labels"] = {**wish.labels, **reserved}
    if wish.ipam_driver is not None:
        body["IPAM"]["Driver"] = wish.ipam_driver
    if wish.ipam_driver_options is not None:
        body["IPAM"]["Options"] = dict(wish.ipam_driver_options)
    pools = [*(wish.pools or ()), *_left_to_engine(wish, raw, api)]
    if not body["EnableIPv6"] and not wish.pools:
        pools = [pool for pool in pools if ":" not in pool.subnet]
    body["IPAM"]["Config"] = [pool.as_body() for pool in pools]
    return body


def _left_to_engine(wish: NetworkWish, raw: Raw, api: tuple[int, int]) -> list[Pool]:
    """The pools of a network about which the task says nothing.

    The engine chooses an IPv4 subnet where only an IPv6 subnet is given, and the other way round from 27.0 on. An
    inspected network does not tell chosen subnets from given ones, and the same request would get a chosen one again.
    """
    pools = list(read_pools(raw))
    if not wish.pools:
        return pools
    versions = {pool.network.version for pool in wish.pools}
    keeps_ipv6 = api >= API_CHOOSES_IPV6 and wish.enable_ipv6 is not False
    return [
        pool for pool in pools if pool.network.version not in versions and (pool.network.version == 4 or keeps_ipv6)
    ]


def find_differences(wish: NetworkWish, raw: Raw, api: tuple[int, int]) -> dict[str, tuple[t.Any, t.Any]]:
    """Where the network is not as the task describes it: by option, the value that stands and the desired value."""
    found: dict[str, tuple[t.Any, t.Any]] = {}
    for option, key, default in (
        ("internal", "Internal", False),
        ("attachable", "Attachable", False),
        ("enable_ipv4", "EnableIPv4", True),
        ("enable_ipv6", "EnableIPv6", False),
    ):
        wanted, actual = getattr(wish, option), raw.get(key, default)
        if wanted is not None and wanted != actual:
            found[option] = (actual, wanted)
    labels = {k: v for k, v in (raw.get("Labels") or {}).items() if not k.startswith(RESERVED_LABELS)}
    if wish.labels is not None:
        wanted_labels = {k: v for k, v in wish.labels.items() if not k.startswith(RESERVED_LABELS)}
        if wanted_labels != labels:
            found["labels"] = (labels, wanted_labels)
    options = raw.get("Options") or {}
    for key, value in (wish.driver_options or {}).items():
        actual = options.get(key)
        if value is None:
            differs = actual is not None
        else:
            standing = DRIVER_DEFAULTS.get(key) if actual is None else actual
            differs = standing is None or not same_driver_option(key, standing, value)
        if differs:
            found[f"driver_options.{key}"] = (actual, value)
    ipam = raw.get("IPAM") or {}
    if wish.ipam_driver is not None and wish.ipam_driver != (ipam.get("Driver") or "default"):
        found["ipam_driver"] = (ipam.get("Driver"), wish.ipam_driver)
    if wish.ipam_driver_options is not None and dict(wish.ipam_driver_options) != (ipam.get("Options") or {}):
        found["ipam_driver_options"] = (ipam.get("Options") or {}, dict(wish.ipam_driver_options))
    # Any subnet that the engine has chosen meets an empty list: nothing tells it from a subnet that was given.
    left = _left_to_engine(wish, raw, api)
    actual_pools = [pool for pool in read_pools(raw) if pool not in left]
    if wish.pools and not same_pools(wish.pools, actual_pools):
        found["ipam_config"] = ([pool.as_body() for pool in actual_pools], [pool.as_body() for pool in wish.pools])
    return found


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
