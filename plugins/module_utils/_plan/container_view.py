# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""A container in a plan, as diffs and check mode show it."""

from __future__ import annotations

import typing as t

from .._desired.options import show_option
from .._objects.containers import Blueprint, Container
from .._objects.ports import Publication
from .._results import describe_container, publication_result, sort_published


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


def predict_container(
    name: str, container_id: str, after: t.Mapping[str, t.Any], publications: t.Sequence[Publication], runs: bool
) -> dict[str, t.Any]:
    published = sort_published(publication_result(publication, runs) for publication in publications)
    return describe_container(name, container_id, after["image"], after["state"], published, after["networks"])
