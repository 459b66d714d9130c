# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""A container in a plan, as diffs and check mode show it."""

from __future__ import annotations

import typing as t

from .._desired.containers import DesiredContainer
from .._desired.options import show_option
from .._objects.containers import MODES_WITHOUT_PORTS, Blueprint, Container
from .._objects.engine import Api
from .._objects.ports import Publication, parse_port_bindings
from .._results import describe_container, publication_result, sort_published
from .._types import Json


def status_after_start(desired: DesiredContainer, blueprint: Blueprint) -> str:
    """The state of a container that the task has started; "removed" where nothing is left of it."""
    if not desired.runs_to_end:
        return "running"
    return "removed" if desired.cleanup or blueprint.body["HostConfig"].get("AutoRemove") else "exited"


def view_blueprint(
    blueprint: Blueprint,
    state: str,
    publications: t.Iterable[Publication],
    publish_all: bool,
    options: t.Iterable[str] = (),
) -> dict[str, t.Any]:
    """One side of a diff: run state, image, ports, networks, and the options that change."""
    return {
        "state": state,
        "image": blueprint.body["Image"],
        "published_ports": sorted(str(publication) for publication in publications),
        "publish_all_ports": publish_all,
        "networks": blueprint.endpoints,
        **{option: show_option(option, blueprint.body) for option in options},
    }


def view_container(container: Container, blueprint: Blueprint, options: t.Iterable[str] = ()) -> dict[str, t.Any]:
    bindings = (*container.bindings, *container.bindings_of_all)
    publications = [publication for binding in bindings for publication in binding.pinned]
    return view_blueprint(blueprint, container.status, publications, container.publish_all, options)


def list_published_by_all(
    blueprint: Blueprint, publications: t.Iterable[Publication], image: Json | None
) -> list[Publication]:
    """What -P publishes beside these: every other port that the container or its image exposes."""
    exposed = {
        *(blueprint.body.get("ExposedPorts") or ()),
        *(((image or {}).get("Config") or {}).get("ExposedPorts") or ()),
    }
    named = {publication.key for publication in publications}
    return list(parse_port_bindings(dict.fromkeys(sorted(exposed - named))))


def predict_container(
    name: str,
    container_id: str,
    state: str,
    blueprint: Blueprint,
    publications: t.Sequence[Publication],
    runs: bool,
    api: Api,
) -> dict[str, t.Any]:
    published = sort_published(publication_result(publication, runs) for publication in publications)
    mode = blueprint.body["HostConfig"].get("NetworkMode")
    # The engine shows an endpoint for these as well, which no request can ask for.
    endpoints = {mode: {}} if mode in MODES_WITHOUT_PORTS else blueprint.endpoints
    if not api.exact_aliases:
        # As in automatic_aliases: nothing tells whether the host name was asked for.
        own = blueprint.body.get("Hostname")
        endpoints = {
            network: {**endpoint, "Aliases": [alias for alias in endpoint.get("Aliases") or () if alias != own]}
            for network, endpoint in endpoints.items()
        }
    return describe_container(name, container_id, blueprint.body["Image"], state, published, endpoints)
