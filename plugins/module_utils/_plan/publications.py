# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""What a container is to publish, compared with what it publishes."""

from __future__ import annotations

import typing as t
from dataclasses import replace

from .._desired.ports import DesiredPorts
from .._errors import Failure
from .._objects.bindings import Binding
from .._objects.ports import Publication, exposure

IPV4_ANY = "0.0.0.0"
IPV6_ANY = "::"


def _accepts(desired: Publication, existing: Publication) -> bool:
    """Whether a configured publication meets the desired one (its IPv6 counterpart aside)."""
    if desired.key != existing.key:
        return False
    if desired.host_ip != existing.host_ip and not (desired.host_ip == "" and existing.host_ip == IPV4_ANY):
        return False
    if desired.is_ephemeral:
        return True
    if desired.is_range:
        return desired.host_port <= existing.host_port and existing.host_port_end <= desired.host_port_end
    return existing.is_fixed and existing.host_port == desired.host_port


def _claim(desired: Publication, free: list[Publication]) -> list[Publication]:
    """Take what meets the desired publication out of ``free``: one, or a pair of IPv4 and IPv6 wildcards."""
    fitting = [existing for existing in free if _accepts(desired, existing)]
    # The publication that reads the same comes first; a number that stands is better than a new choice.
    fitting.sort(key=lambda existing: (existing.host_ip != desired.host_ip, not existing.is_fixed, existing.host_port))
    if not fitting:
        return []
    claimed = fitting[:1]
    if desired.host_ip == "" and claimed[0].host_ip == IPV4_ANY:
        counterpart = replace(desired, host_ip=IPV6_ANY)
        claimed += [existing for existing in free if _accepts(counterpart, existing)][:1]
    for existing in claimed:
        free.remove(existing)
    return claimed


def reconcile(
    desired: DesiredPorts,
    bindings: t.Sequence[Binding],
    publish_all: bool,
    exposed: t.Collection[str],
    by_all: t.Sequence[Binding] = (),
) -> tuple[tuple[Publication, ...], bool]:
    """The publications that a container is to have, and whether it has ``-P``. Equal to what stands where that is met.

    ``by_all`` is what ``-P`` publishes, which the engine lists nowhere.
    """
    configured = tuple(binding.configured for binding in bindings)
    if desired.close or desired.close_all:
        return _close(desired, bindings, publish_all, exposed, by_all)
    if desired.publications is None:
        return configured, publish_all if desired.publish_all is None else desired.publish_all
    all_ports = bool(desired.publish_all) if desired.purge or desired.publish_all is not None else publish_all
    free = list(configured)
    if all_ports and publish_all:
        free += [binding.configured for binding in by_all]
    missing: list[Publication] = []
    for publication in sorted(desired.publications, key=_claim_order):
        if not _claim(publication, free):
            missing.append(publication)
    if desired.purge:
        # What -P publishes, and what a replacement has pinned of it, counts as listed. -P publishes exposed ports that
        # no publication names, and never on an address; every published port is exposed as well, so that being exposed
        # alone does not tell.
        by_p = set(exposed) - {publication.key for publication in desired.publications} if all_ports else set()
        closed = [each for each in free if each.key not in by_p or exposure(each.host_ip) != "all"]
    else:
        closed = []
    kept = list(configured)
    for publication in closed:
        kept.remove(publication)
    # New publications in the order of the task, so that the result does not depend on how claims were tried.
    return (*kept, *_in_order(desired.publications, missing)), all_ports


def _claim_order(publication: Publication) -> tuple[bool, bool, bool, int, int]:
    """Fixed before ranges (the one that ends first) before ephemeral; with an address before without."""
    return (
        publication.is_ephemeral,
        publication.is_range,
        publication.host_ip == "",
        publication.host_port_end,
        publication.host_port,
    )


def _in_order(wanted: t.Sequence[Publication], missing: t.Sequence[Publication]) -> list[Publication]:
    left = list(missing)
    ordered = []
    for publication in wanted:
        if publication in left:
            left.remove(publication)
            ordered.append(publication)
    return ordered


def _close(
    desired: DesiredPorts,
    bindings: t.Sequence[Binding],
    publish_all: bool,
    exposed: t.Collection[str],
    by_all: t.Sequence[Binding],
) -> tuple[tuple[Publication, ...], bool]:
    if desired.close_all:
        return (), False
    wanted = desired.publications or ()

    def is_closed(binding: Binding) -> bool:
        return any(_narrows_to(publication, binding) for publication in wanted)

    kept = tuple(binding.configured for binding in bindings if not is_closed(binding))
    named = {publication.key for publication in kept}
    last = [each.configured for each in bindings if is_closed(each) and each.configured.key not in named]
    # -P publishes every exposed port that no publication names, also after the last publication of a port is closed
    # here; and a publication on all addresses may be a port of -P that a replacement has pinned.
    opened_again = any(each.key in exposed or exposure(each.host_ip) == "all" for each in last)
    if publish_all and (opened_again or any(is_closed(binding) for binding in by_all)):
        return (*kept, *(binding.configured for binding in by_all if not is_closed(binding))), False
    return kept, publish_all


def _narrows_to(desired: Publication, binding: Binding) -> bool:
    """``80`` names every publication of 80/tcp; a host port or an address narrows it."""
    for publication in (binding.configured, *binding.actual):
        same_ip = not desired.host_ip or desired.host_ip == publication.host_ip
        same_port = desired.is_ephemeral or desired.host_port <= publication.host_port <= desired.host_port_end
        if desired.key == publication.key and same_ip and same_port:
            return True
    return False


def check_bind_policy(
    name: str,
    policy: str,
    publications: t.Iterable[Publication],
    publish_all: bool,
    default_addresses: t.Mapping[str, str],
) -> list[Failure]:
    """``explicit``: every publication names its address; ``loopback``: every address is a loopback address.

    ``default_addresses``: by network, what that gives publications without an address; "" for every address.
    """
    if policy == "any":
        return []
    failures = []
    spellings = [(str(publication), publication.host_ip) for publication in publications]
    if publish_all:
        spellings.append(("publish_all_ports", ""))
    for spelling, host_ip in spellings:
        effective = {host_ip: ""} if host_ip else {address: network for network, address in default_addresses.items()}
        for address, network in effective.items():
            if exposure(address) == "loopback" or (policy == "explicit" and address):
                continue
            failures.append(
                Failure(
                    "bind_policy",
                    f"Container {name!r} would publish {spelling} on {address or 'every address of the host'}"
                    f"{f' by network {network!r}' if network else ''}, which bind_policy={policy} does not allow. Give"
                    " the publication an address, such as 127.0.0.1, or change the policy.",
                    publication=spelling,
                )
            )
    return failures
