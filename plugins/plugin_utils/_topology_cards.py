# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""What the picture of a host shows: lanes for its networks, cards for containers on them, chips for published ports."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, replace

from ansible_collections.bridgeport.docker.plugins.plugin_utils._topology_names import Names, network_flags
from ansible_collections.bridgeport.docker.plugins.plugin_utils._topology_ports import Group, group_published, words_of

Raw = t.Mapping[str, t.Any]

# Home cards beside each other in a lane.
COLUMNS = 3
# Characters that fit in a line of a card: the name, and what is smaller below it.
TITLE_LENGTH = 23
LINE_LENGTH = 27
_BRIEFLY = {"all": "everywhere", "address": "one address", "loopback": "this host only"}
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


class Picture:
    """Lanes, cards and chips of one host."""

    def __init__(self, names: Names, findings: t.Sequence[Raw]) -> None:
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
            # The engine's own networks are of no interest when nothing is on them.
            if key in used or not network["predefined"]:
                self.lanes[key] = Lane(f"{key}l", key, str(network["name"]), lane_details(network, names))
        for container in names.containers:
            self.add_container(container)
        self.cards = arrange(self.cards, {chip.card for chip in self.chips})

    def lane_of(self, owner: Raw, network: str) -> Lane:
        """``owner`` has the endpoint. There is a lane for containers without one, and for each network that is gone."""
        key = self.names.network_of(owner, network) if network else ""
        if key:
            return self.lanes[key]
        title, details = (network, "this network is gone") if network else (_NOWHERE, "")
        missing = f"missing {network}"
        if missing not in self.lanes:
            self.lanes[missing] = Lane(f"{self.names.prefix}x{len(self.lanes) + 1}", "", title, details)
        return self.lanes[missing]

    def home_of(self, container: Raw) -> tuple[Raw, str]:
        """The container whose endpoint this one uses first of all, and the name of its network."""
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


def lane_details(network: Raw, names: Names) -> str:
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
    """Give each card a column: containers that publish stand next to the host, the others fill the shortest columns."""
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
