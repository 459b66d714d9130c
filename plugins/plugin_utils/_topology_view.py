# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""What a report shows of a host: lanes, cards and ports for the picture, rows for the tables.

Pure: what the module docker_topology_info returned in, plain dictionaries out. Identifiers are made here, out of
nothing that the host said.
"""

from __future__ import annotations

import re
import typing as t
from dataclasses import asdict, dataclass, replace

from ansible_collections.bridgeport.docker.plugins.plugin_utils._topology_ports import (
    Group,
    group_published,
    port_text,
    words_of,
)

Raw = t.Mapping[str, t.Any]

# The only labels that are shown: they say which containers belong together. Others may hold anything.
_SHOWN_LABELS = {"com.docker.compose.project": "project", "com.docker.compose.service": "service"}
# Home cards beside each other in a lane.
COLUMNS = 3
# Characters that fit in a line of a card: the name, and what is smaller below it.
TITLE_LENGTH = 23
LINE_LENGTH = 27
_BRIEFLY = {"all": "everywhere", "address": "one address", "loopback": "this host only"}
_SEVERITIES = ("error", "warning", "info")
_NOWHERE = "no network"


@dataclass(frozen=True)
class Card:
    """A container on one network. Its home is one of its networks; on the others it is a guest."""

    id: str
    container: str
    lane: str
    home: bool
    column: int
    name: str
    state: str
    # As much of the name as there is room for, and what is written below it: (kind, text).
    title: str
    lines: tuple[tuple[str, str], ...]
    severity: str
    label: str


@dataclass(frozen=True)
class Lane:
    id: str
    network: str
    name: str
    details: str


@dataclass(frozen=True)
class Chip:
    """One published port, or some that follow each other, beside the host."""

    id: str
    container: str
    card: str
    title: str
    text: str
    target: str
    exposure: str
    active: bool
    label: str


def build_view(topology: Raw, prefix: str = "h1") -> dict[str, t.Any]:
    """``prefix`` begins all identifiers, so that several hosts can be on one page."""
    names = _Names(topology, prefix)
    findings = [finding_row(each, names) for each in sort_findings(topology["findings"])]
    picture = _Picture(names, findings)
    ports = [port_row(each, port, names) for each in names.containers for port in each["published"]]
    return {
        "prefix": prefix,
        "host": dict(topology["host"]),
        "counts": count(names.containers, names.networks, ports),
        "findings": findings,
        "lanes": [asdict(lane) for lane in picture.lanes.values()],
        "cards": [asdict(card) for card in picture.cards],
        "chips": [asdict(chip) for chip in picture.chips],
        "joins": picture.joins,
        "columns": 1 + max((card.column for card in picture.cards), default=0),
        "containers": [container_row(each, names) for each in names.containers],
        "ports": sorted(ports, key=lambda row: (row["sort"], natural(row["container"]), row["target"], row["host_ip"])),
        "networks": [network_row(each, names) for each in names.networks],
        "leftovers": [dict(each) for each in topology["leftovers"]],
        "data": shown_data(topology),
    }


class _Names:
    """What is called how, and by which identifier of the page. Several networks may have the same name."""

    def __init__(self, topology: Raw, prefix: str) -> None:
        self.prefix = prefix
        self.containers: list[Raw] = sorted(topology["containers"], key=lambda each: natural(each["name"]))
        self.networks = sort_networks(topology["networks"])
        self.by_name = {str(each["name"]): each for each in self.containers}
        self.container_ids = {name: f"{prefix}c{number}" for number, name in enumerate(self.by_name, 1)}
        self.network_ids = {str(each["id"]): f"{prefix}n{number}" for number, each in enumerate(self.networks, 1)}
        self._network_names = {str(each["name"]): self.network_ids[each["id"]] for each in reversed(self.networks)}
        self._stale = {(each["container"], each["network"]) for each in topology["stale_references"]}

    def network_of(self, container: Raw, name: str) -> str:
        """The identifier of a network that the container is on; empty where that network is gone."""
        if (container["name"], name) in self._stale:
            return ""
        # A container that was never started knows the name only.
        found = self.network_ids.get(container["networks"][name].get("network_id") or "")
        return found or self._network_names.get(name, "")

    def target_of(self, kind: str, name: str) -> str:
        known = {"container": self.container_ids, "network": self._network_names}.get(kind, {})
        return known.get(name, "")


def object_of(thing: Raw) -> tuple[str, str]:
    named = thing.get("object") or {}
    return str(named.get("kind", "")), str(named.get("name", ""))


def natural(name: t.Any) -> list[tuple[int, str]]:
    """web-2 before web-10."""
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in re.split(r"(\d+)", str(name))]


def sort_networks(networks: t.Iterable[Raw]) -> list[Raw]:
    """The user's own first, then the engine's; those with members before those without."""
    return sorted(networks, key=lambda each: (bool(each["predefined"]), not each["connected"], natural(each["name"])))


def sort_findings(findings: t.Iterable[Raw]) -> list[Raw]:
    def rank(finding: Raw) -> int:
        severity = finding["severity"]
        return _SEVERITIES.index(severity) if severity in _SEVERITIES else len(_SEVERITIES)

    return sorted(findings, key=lambda each: (rank(each), str(each["code"]), object_of(each)))


class _Picture:
    """Lanes, cards and chips of one host."""

    def __init__(self, names: _Names, findings: t.Sequence[Raw]) -> None:
        self.names = names
        # The findings begin with what is worst.
        self.worst = {finding["target"]: finding["severity"] for finding in reversed(findings)}
        self.cards: list[Card] = []
        self.chips: list[Chip] = []
        self.joins: list[dict[str, str]] = []
        self.lanes: dict[str, Lane] = {}
        used = {names.network_of(each, name) for each in names.containers for name in each["networks"]}
        for network in names.networks:
            key = names.network_ids[network["id"]]
            # Nobody looks for the engine's own networks when nothing is on them.
            if key in used or not network["predefined"]:
                self.lanes[key] = Lane(f"{key}l", key, str(network["name"]), lane_details(network, names))
        for container in names.containers:
            self.add_container(container)
        self.cards = arrange(self.cards, {chip.card for chip in self.chips})

    def lane_of(self, owner: Raw, network: str) -> Lane:
        """``owner`` is who has the endpoint. Where there is none, or its network is gone, there is a lane for that."""
        key = self.names.network_of(owner, network) if network else ""
        if key:
            return self.lanes[key]
        title, details = (network, "this network is gone") if network else (_NOWHERE, "")
        missing = f"missing {network}"
        if missing not in self.lanes:
            self.lanes[missing] = Lane(f"{self.names.prefix}x{len(self.lanes) + 1}", "", title, details)
        return self.lanes[missing]

    def home_of(self, container: Raw) -> tuple[Raw, str]:
        """Whose endpoint the container uses first of all, and the name of its network."""
        owner = container
        # Bounded: two containers cannot share each other's network, but what was read might say so.
        for _step in self.names.containers:
            shared = self.names.by_name.get(shared_network(owner))
            if owner["networks"] or shared is None:
                break
            owner = shared
        mode = str(owner.get("network_mode") or "")
        mode = "bridge" if mode == "default" else mode
        networks = sorted(owner["networks"])
        own = [name for name in networks if name not in ("bridge", "host", "none")]
        return owner, mode if mode in networks else (own or networks or [""])[0]

    def add_container(self, container: Raw) -> None:
        owner, home = self.home_of(container)
        card = self.card_of(container, home, self.lane_of(owner, home), home=True)
        self.cards.append(card)
        for network in sorted(set(container["networks"]) - {home}):
            guest = self.card_of(container, network, self.lane_of(container, network), home=False)
            self.cards.append(guest)
            self.joins.append({"home": card.id, "guest": guest.id, "container": card.container})
        for group in group_published(container["published"]):
            number = len(self.chips) + 1
            self.chips.append(chip_of(f"{self.names.prefix}p{number}", group, card))

    def card_of(self, container: Raw, network: str, lane: Lane, home: bool) -> Card:
        name, state = str(container["name"]), str(container["state"])
        key = self.names.container_ids[name]
        worst = self.worst.get(key, "")
        endpoint = container["networks"].get(network) or {}
        addresses = [str(endpoint[field]) for field in ("ip_address", "ipv6_address") if endpoint.get(field)]
        aliases = [str(alias) for alias in endpoint.get("aliases") or ()]
        lines = [("address", address) for address in addresses]
        shared = shared_network(container)
        if shared:
            lines.append(("note", f"network of {shared}"))
        elif network == "host":
            lines.append(("note", "the host's addresses"))
        elif not addresses:
            lines.append(("note", "no address"))
        if aliases:
            lines.append(("aliases", ", ".join(aliases)))
        said = [name, state, f"on {lane.name}", *addresses]
        said += [f"aliases {', '.join(aliases)}"] * bool(aliases)
        said += [f"{worst} found"] * (worst in ("error", "warning"))
        groups = group_published(container["published"]) if home else []
        said += [f"publishes {group.host} to {group.target}, {words_of(group.exposure)}" for group in groups]
        return Card(
            id=f"{self.names.prefix}k{len(self.cards) + 1}",
            container=key,
            lane=lane.id,
            home=home,
            column=0,
            name=name,
            state=state,
            title=shorten(name, TITLE_LENGTH if state == "running" else TITLE_LENGTH - len(state)),
            lines=tuple((kind, shorten(text, LINE_LENGTH)) for kind, text in lines),
            severity=worst,
            label=", ".join(said),
        )


def shorten(text: str, length: int) -> str:
    """Long names often differ at their ends, and the port of an address stands there."""
    if len(text) <= length:
        return text
    tail = length // 2
    return f"{text[: length - tail - 1]}\u2026{text[-tail:]}"


def shared_network(container: Raw) -> str:
    return str((container.get("shares") or {}).get("network") or "")


def chip_of(chip_id: str, group: Group, card: Card) -> Chip:
    closed = "" if group.active else ", not active"
    reach = _BRIEFLY.get(group.exposure, group.exposure) if group.active else "not active"
    return Chip(
        id=chip_id,
        container=card.container,
        card=card.id,
        title=shorten(group.host, TITLE_LENGTH),
        text=f"to {group.target}, {reach}",
        target=group.target,
        exposure=group.exposure,
        active=group.active,
        label=f"{group.host} to {card.name} {group.target}, {words_of(group.exposure)}{closed}",
    )


def lane_details(network: Raw, names: _Names) -> str:
    details = [str(pool["subnet"]) for pool in network["ipam_config"] if pool.get("subnet")]
    details += network_flags(network)
    # Where only some containers were asked for.
    others = sum(each["name"] not in names.by_name for each in network["connected"])
    if others:
        details.append(f"{others} not shown")
    elif not network["connected"]:
        details.append("nobody on it")
    return ", ".join(details)


def arrange(cards: t.Sequence[Card], published: t.AbstractSet[str]) -> list[Card]:
    """Give each card a column: who publishes stands next to the host, the others fill up what is shortest."""
    heights: dict[tuple[str, int], int] = {}
    columns: dict[str, int] = {}
    home_columns: dict[str, int] = {}

    def put(card: Card, allowed: t.Iterable[int]) -> None:
        column = min(allowed, key=lambda each: (heights.get((card.lane, each), 0), each))
        heights[card.lane, column] = heights.get((card.lane, column), 0) + 2 + len(card.lines)
        columns[card.id] = column
        if card.home:
            home_columns[card.container] = column

    # A guest is never above or below its home, so that the line between them runs from one side to the other.
    for card in (each for each in cards if each.home and each.id in published):
        put(card, (0,))
    for card in (each for each in cards if each.home and each.id not in published):
        put(card, range(COLUMNS))
    for card in (each for each in cards if not each.home):
        put(card, (each for each in range(COLUMNS) if each != home_columns[card.container]))
    return [replace(card, column=columns[card.id]) for card in cards]


def finding_row(finding: Raw, names: _Names) -> dict[str, t.Any]:
    kind, name = object_of(finding)
    severity = finding["severity"] if finding["severity"] in _SEVERITIES else "info"
    return {
        "severity": severity,
        "code": finding["code"],
        "kind": kind,
        "name": name,
        "message": finding["message"],
        "remedy": finding.get("remedy") or "",
        "target": names.target_of(kind, name),
    }


def container_row(container: Raw, names: _Names) -> dict[str, t.Any]:
    groups = group_published(container["published"])
    shares = container.get("shares") or {}
    notes = [f"shares the {kind} namespace of {name}" for kind, name in sorted(shares.items()) if name]
    notes += [f"linked to {link['container']} as {link['alias']}" for link in container.get("links") or ()]
    labels = container.get("labels") or {}
    notes += [f"{word} {labels[key]}" for key, word in _SHOWN_LABELS.items() if labels.get(key)]
    return {
        "id": names.container_ids[container["name"]],
        "name": container["name"],
        "short_id": str(container["id"])[:12],
        "image": container["image"],
        "state": container["state"],
        "restart_policy": container.get("restart_policy") or "no",
        "endpoints": [
            {
                "network": name,
                "target": names.network_of(container, name),
                "addresses": [endpoint[key] for key in ("ip_address", "ipv6_address") if endpoint.get(key)],
                "aliases": list(endpoint.get("aliases") or ()),
            }
            for name, endpoint in sorted(container["networks"].items())
        ],
        "published": [{**asdict(group), "words": words_of(group.exposure)} for group in groups],
        "exposures": sorted({group.exposure for group in groups}),
        "notes": notes,
    }


def port_row(container: Raw, port: Raw, names: _Names) -> dict[str, t.Any]:
    number = port["host_port"]
    return {
        "host_ip": port["host_ip"] or "every address",
        "host_port": "any" if number is None else number,
        "sort": number if isinstance(number, int) else int(str(number or 0).partition("-")[0]),
        "text": port_text(port),
        "target": f"{port['container_port']}/{port['protocol']}",
        "container": container["name"],
        "container_id": names.container_ids[container["name"]],
        "state": container["state"],
        "exposure": port["exposure"],
        "words": words_of(port["exposure"]),
        "active": port["active"],
    }


def network_row(network: Raw, names: _Names) -> dict[str, t.Any]:
    free = {each["subnet"]: each["free"] for each in network.get("free_addresses") or ()}
    return {
        "id": names.network_ids[network["id"]],
        "name": network["name"],
        "driver": network["driver"],
        "pools": [
            {"subnet": pool["subnet"], "gateway": pool.get("gateway") or "", "free": free.get(pool["subnet"])}
            for pool in network["ipam_config"]
            if pool.get("subnet")
        ],
        "flags": network_flags(network),
        "members": [
            {"name": each["name"], "target": names.target_of("container", each["name"])}
            for each in network["connected"]
        ],
    }


def network_flags(network: Raw) -> list[str]:
    flags = {
        str(network["driver"]): network["driver"] != "bridge" and not network["predefined"],
        "no names resolved": network["name"] == "bridge" and network["predefined"],
        "internal": network["internal"],
        "IPv6": network["enable_ipv6"],
        "no IPv4": network.get("enable_ipv4") is False,
    }
    return [word for word, holds in flags.items() if holds]


def count(containers: t.Sequence[Raw], networks: t.Sequence[Raw], ports: t.Sequence[Raw]) -> dict[str, t.Any]:
    return {
        "containers": len(containers),
        "running": sum(each["state"] == "running" for each in containers),
        "networks": sum(not each["predefined"] for each in networks),
        "ports": len(ports),
        **{
            exposure: sum(each["exposure"] == exposure for each in ports) for exposure in ("loopback", "address", "all")
        },
    }


def shown_data(topology: Raw) -> dict[str, t.Any]:
    """What the module returned, for the JSON, without labels and options of drivers: they may hold anything."""
    return {
        "host": dict(topology["host"]),
        "networks": [without(each, "labels", "driver_options") for each in topology["networks"]],
        "containers": [without(each, "labels") for each in topology["containers"]],
        **{key: list(topology[key]) for key in ("links", "stale_references", "leftovers", "findings")},
    }


def without(mapping: Raw, *keys: str) -> dict[str, t.Any]:
    return {key: value for key, value in mapping.items() if key not in keys}
