# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""One name for each object of a task, and one place for each membership of a container in a network."""

from __future__ import annotations

import typing as t
from dataclasses import replace

from .._desired.networks import DesiredEndpoint
from .._desired.state import DesiredState
from .._errors import Failure
from .._objects.snapshot import Snapshot


def resolve_names(state: DesiredState, snapshot: Snapshot) -> DesiredState:
    """Put names in the place of IDs, so that each object has one name from here on."""

    def network_name(reference: str) -> str:
        network = snapshot.find_network(reference)
        return reference if network is None else network.name

    def chosen_id(reference: str) -> str:
        network = snapshot.find_network(reference)
        namesakes = [each for each in snapshot.networks if network is not None and each.name == network.name]
        return "" if network is None or len(namesakes) < 2 else network.id

    def container_name(reference: str) -> str:
        summary = snapshot.find_container(reference)
        if summary is None:
            return reference
        if summary.name != reference:
            # In the middle of a replacement the two containers have other names than before and afterwards.
            for entry in (entry for journal in snapshot.journals for entry in journal.entries):
                if summary.id in (entry.original, entry.successor):
                    return entry.name
        return summary.name

    def endpoints(
        given: tuple[DesiredEndpoint, ...] | None, name_of: t.Callable[[str], str]
    ) -> tuple[DesiredEndpoint, ...] | None:
        if given is None:
            return None
        named = tuple(replace(each, name=name_of(each.name)) for each in given)
        for entry, before in zip(named, given):
            if sum(other.name == entry.name for other in named) > 1:
                raise Failure(
                    "option_conflict", f"{entry.name!r} is listed twice, also as {before.name!r}. Say it once."
                )
        return named

    return DesiredState(
        tuple(
            replace(
                desired,
                name=network_name(desired.name),
                id=chosen_id(desired.name),
                connected=endpoints(desired.connected, container_name),
            )
            for desired in state.networks
        ),
        tuple(
            replace(desired, name=container_name(desired.name), networks=endpoints(desired.networks, network_name))
            for desired in state.containers
        ),
    )


def unite_memberships(state: DesiredState, snapshot: Snapshot) -> DesiredState:
    """Say every membership once: with the container where the task lists it, with the network otherwise.

    A network with a ``connected`` list keeps its listed containers there, so that exactness still counts them.
    """
    by_name = {desired.name: desired for desired in state.containers}
    united = list(state.networks)
    for index, network in enumerate(state.networks):
        if network.connected is None:
            continue
        listed = list(network.connected)
        for member in network.connected:
            container = by_name.get(member.name)
            if container is None:
                continue
            endpoint = replace(member, name=network.name)
            others = tuple(each for each in container.networks or () if each.name != network.name)
            same = [each for each in container.networks or () if each.name == network.name]
            merged = same[0].union(endpoint) if same else endpoint
            by_name[container.name] = replace(container, networks=(*others, merged))
        names = {member.name for member in listed}
        listed += [
            DesiredEndpoint(container.name)
            for container in by_name.values()
            if container.name not in names
            and container.state != "absent"
            and network.name in {container.network_mode, *(each.name for each in container.networks or ())}
        ]
        united[index] = replace(network, connected=tuple(listed))
        standing = snapshot.find_network(network.name)
        if standing is not None and not network.appends:
            names = {member.name for member in listed}
            for summary in snapshot.members_of(standing):
                leaving = by_name.get(summary.name)
                if leaving is not None and summary.name not in names:
                    by_name[summary.name] = replace(leaving, leaves=(*leaving.leaves, network.name))
    return DesiredState(tuple(united), tuple(by_name[desired.name] for desired in state.containers))
