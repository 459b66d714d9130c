# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""From legacy links to names on a network: what docker_topology_info says of a host, as tasks for docker_topology."""

from __future__ import annotations

import typing as t

from .._types import Json


def plan_migration(
    topology: Json, network: str, containers: t.Collection[str] = (), accepted: t.Collection[str] = ()
) -> dict[str, t.Any]:
    """``containers``: the sources of links, all where empty. ``accepted``: those whose use of variables may break."""
    owners = _find_owners(topology)
    # The container that has the name itself comes last, and counts.
    ordered = sorted(topology["containers"], key=lambda row: row["name"] not in owners)
    rows = {owners.get(row["name"], row["name"]): row for row in ordered}
    links = [link for link in _read_links(topology, owners) if not containers or link["source"] in containers]
    sources = sorted({link["source"] for link in links})
    aliases = _collect_aliases(links, rows, network)
    names = {name: {"name": name, "state": "present", "networks": [{"name": network}]} for name in sources}
    for target, wanted in aliases.items():
        names[target] = {"name": target, "state": "present", "networks": [{"name": network, "aliases": wanted}]}
    joins = [names[name] for name in sorted(names)]
    return {
        "links": [{key: link[key] for key in ("source", "target", "alias", "names")} for link in links],
        "joins": joins,
        "rebuilds": [{**join, "links": []} if join["name"] in sources else join for join in joins],
        "probes": _plan_probes(links, rows, sources),
        "lost_variables": {
            source: sorted({name for link in links if link["source"] == source for name in link["variables"]})
            for source in sources
        },
        "problems": [
            *(f"There is no container {name!r}." for name in sorted(set(containers) - rows.keys())),
            *_find_lost_targets(links, rows),
            *_find_clashes(links, rows, network, aliases, sources),
            *_find_uses(links, accepted),
        ],
    }


def _find_owners(topology: Json) -> dict[str, str]:
    """What an interrupted change has left counts as the container that it belongs to."""
    about = ((row["name"], row["object"]) for row in topology["leftovers"])
    return {name: owner["name"] for name, owner in about if owner["kind"] == "container"}


def _read_links(topology: Json, owners: t.Mapping[str, str]) -> list[dict[str, t.Any]]:
    found: dict[tuple[str, str, str], dict[str, t.Any]] = {}
    for row in topology["links"]:
        source, target = (owners.get(row[end], row[end]) for end in ("source", "target"))
        found.setdefault((source, target, row["alias"]), {**row, "source": source, "target": target})
    return [found[key] for key in sorted(found)]


def _collect_aliases(links: t.Iterable[Json], rows: t.Mapping[str, Json], network: str) -> dict[str, list[str]]:
    """By target: its aliases on the network, and those of the links. Its own name is known there anyway."""
    found: dict[str, set[str]] = {}
    for link in links:
        target = link["target"]
        standing = rows[target]["networks"].get(network, {}).get("aliases", ()) if target in rows else ()
        found.setdefault(target, set(standing))
        if link["alias"] != target:
            found[target].add(link["alias"])
    return {target: sorted(aliases) for target, aliases in found.items()}


def _plan_probes(
    links: t.Iterable[Json], rows: t.Mapping[str, Json], sources: t.Collection[str]
) -> list[dict[str, str | None]]:
    """A probe for every name that a link gave, from its source, or from the network where the source does not run."""
    probes = []
    for link in links:
        source, target = link["source"], link["target"]
        runs = source in rows and rows[source]["state"] == "running"
        for name in link["names"]:
            # A target that is replaced gets another ID, and with the ID another host name, unless it was given one.
            if target in sources and name == rows[target]["id"][:12]:
                continue
            probe = {"source": source if runs else None, "target": target, "name": name}
            if probe not in probes:
                probes.append(probe)
    return probes


# -- what stands in the way --------------------------------------------------------------------------------------------


def _find_lost_targets(links: t.Iterable[Json], rows: t.Mapping[str, Json]) -> t.Iterator[str]:
    for source, target in sorted({(link["source"], link["target"]) for link in links}):
        if target not in rows:
            yield f"Container {source!r} links to {target!r}, which is gone: remove the link, or make the container."
        elif rows[target]["state"] != "running":
            state = rows[target]["state"]
            yield f"Container {source!r} links to {target!r}, which is {state}: start it, or nothing can be proved."


def _find_clashes(
    links: t.Iterable[Json],
    rows: t.Mapping[str, Json],
    network: str,
    aliases: t.Mapping[str, t.Collection[str]],
    sources: t.Iterable[str],
) -> t.Iterator[str]:
    """All containers of a network see a name, where only the source of a link saw it."""
    bearers: dict[str, set[str]] = {}
    for name, row in rows.items():
        endpoint = row["networks"].get(network)
        if endpoint is None and name not in aliases and name not in sources:
            continue
        for known in {name, *(endpoint or {}).get("aliases", ()), *aliases.get(name, ())}:
            bearers.setdefault(known, set()).add(name)
    for alias in sorted({link["alias"] for link in links}):
        holders = sorted(bearers.get(alias, ()))
        if len(holders) > 1:
            yield (
                f"The name {alias!r} would be that of {' and '.join(map(repr, holders))} on network {network!r}, which"
                " answers with any of them. Migrate the containers that link to each of them to networks of their own."
            )


def _find_uses(links: t.Iterable[Json], accepted: t.Collection[str]) -> t.Iterator[str]:
    uses: dict[str, dict[str, None]] = {}
    for link in links:
        for use in link["uses"]:
            if link["source"] not in accepted:
                uses.setdefault(link["source"], {})[f"{use['variable']} ({use['where']})"] = None
    for source, found in uses.items():
        yield (
            f"Container {source!r} uses variables that it has from its links and will no longer see: "
            f"{', '.join(found)}. Give it the names instead."
        )
