# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Recorded answers of an engine, and what newer engines would have said instead."""

from __future__ import annotations

import copy
import json
import typing as t
from pathlib import Path

from ansible_collections.bridgeport.docker.plugins.module_utils._objects.containers import Container
from ansible_collections.bridgeport.docker.plugins.module_utils._objects.engine import Api, Engine
from ansible_collections.bridgeport.docker.plugins.module_utils._objects.layer import Layer
from ansible_collections.bridgeport.docker.plugins.module_utils._objects.networks import Network
from ansible_collections.bridgeport.docker.plugins.module_utils._objects.snapshot import Snapshot, read_summary

FOLDER = Path(__file__).parent.parent / "fixtures" / "engine_20_10"
CONTAINERS = tuple(sorted(path.stem[len("container_") :] for path in FOLDER.glob("container_*.json")))

API_20_10 = Api(1, 41)
API_28 = Api(1, 51)


def load(name: str) -> t.Any:
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))


def container(name: str) -> Container:
    return Container(load(f"container_{name}"))


def image_of(recorded: Container) -> dict[str, t.Any]:
    """The image a recorded container was made from."""
    app, busybox = load("image_app"), load("image_busybox")
    return t.cast("dict[str, t.Any]", app if recorded.raw["Image"] == app["Id"] else busybox)


def snapshot(*names: str, api: Api = API_20_10) -> Snapshot:
    """The recorded host, with these containers inspected."""
    inspected = [container(name) for name in names]
    images = {}
    for each in inspected:
        images[each.config["Image"]] = images[each.raw["Image"]] = image_of(each)
    by_id = {each.id: each for each in inspected}
    summaries = []
    for raw in load("containers"):
        summary = read_summary(raw)
        summaries.append(summary)
    # Some were recorded a moment before the listing, and have gone since or stopped.
    listed = {summary.id for summary in summaries}
    assert set(by_id) <= listed, "every recorded container is in the recorded listing"
    return Snapshot(
        Engine("20.10.24+dfsg1", api),
        tuple(summaries),
        tuple(map(Network, load("networks"))),
        by_id,
        images,
        layers=dict.fromkeys(by_id, Layer(frozenset(), (), ())),
    )


# -- newer engines -----------------------------------------------------------------------------------------------------


def as_engine_28(recorded: Container) -> Container:
    """The same container as API 1.44 to 1.51 shows it, by the API's changelog and moby's source (v25.0 to v28.5).

    Aliases are those that were asked for, without the short ID and the host name (1.45); endpoints have DNSNames (1.44)
    and GwPriority (1.48); the generated MAC addresses of the bridge driver are random (28.0).
    """
    raw = copy.deepcopy(dict(recorded.raw))
    automatic = {recorded.id[:12], recorded.config["Hostname"]}
    for number, endpoint in enumerate(raw["NetworkSettings"]["Networks"].values()):
        aliases = [alias for alias in endpoint["Aliases"] or () if alias not in automatic]
        endpoint["Aliases"] = aliases or None
        endpoint["DNSNames"] = [recorded.name, *aliases, recorded.id[:12]]
        endpoint["GwPriority"] = 0
        if recorded.is_running and not recorded.config.get("MacAddress"):
            endpoint["MacAddress"] = f"b6:4f:1e:00:00:{number:02x}"
    return Container(raw)


def with_endpoint_mac(recorded: Container, network: str, mac_address: str) -> Container:
    """A MAC address configured on the endpoint of NetworkMode's network, as API 1.44 to 1.51 answers (moby v25.0.5).

    Config.MacAddress is then the configured address, Networks[].MacAddress what is in use.
    """
    raw = copy.deepcopy(dict(recorded.raw))
    raw["Config"]["MacAddress"] = mac_address
    raw["NetworkSettings"]["Networks"][network]["MacAddress"] = mac_address
    return Container(raw)
