# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How many look-ups of a container's name fail while the container is replaced."""

from __future__ import annotations

import json
import time
import typing as t
from pathlib import Path

from ansible_collections.bridgeport.docker.tests.bench import peers
from ansible_collections.bridgeport.docker.tests.bench.gap import SERVE
from ansible_collections.bridgeport.docker.tests.bench.table import THEIRS, Row, outages
from ansible_collections.bridgeport.docker.tests.support.real_engine import (
    docker,
    free_ports,
    make_images,
    random_name,
    run_module,
)

TITLE = "names: a client asks its network's DNS for the name every 5 ms while a port is added"
ROUNDS = 5
_LOOK_UP = Path(__file__).with_name("look_up.py")


def measure() -> list[Row]:
    images = make_images()
    name, network = random_name("bench-name"), random_name("bench-net")
    (port,) = free_ports(1)
    ports = [f"127.0.0.1:{port}:80"]
    ours = {"name": name, "published_ports": ports, "writable_layer": "discard"}
    ways: dict[str, tuple[str, str, dict[str, t.Any]]] = {
        "start-first": ("docker_port_publish", "bridgeport.docker", {**ours, "update_order": "start-first"}),
        "stop-first": ("docker_port_publish", "bridgeport.docker", ours),
        THEIRS: (
            "docker_container",
            THEIRS,
            {
                "name": name,
                "image": images.busybox,
                "command": ["sh", "-c", SERVE],
                "published_ports": ports,
                "network_mode": network,
                "networks": [{"name": network}],
            },
        ),
    }
    failed: dict[str, list[float]] = {way: [] for way in ways}
    gaps: dict[str, list[float]] = {way: [] for way in ways}
    refused: dict[str, str] = {}
    docker("network", "create", network)
    try:
        for number in range(ROUNDS):
            for way in sorted(ways, reverse=bool(number % 2)):
                docker("run", "-d", "--name", name, "--network", network, images.busybox, "sh", "-c", SERVE)
                try:
                    result, seen = _measure_once(name, network, images.python, *ways[way])
                finally:
                    docker("rm", "-f", "-v", name)
                if result.get("changed") is not True:
                    failure = result.get("failure") or {}
                    refused[way] = f"refused: {failure.get('code', '')}: {result.get('msg')}"
                    continue
                longest, missed = outages(seen)
                failed[way].append(missed)
                gaps[way].append(longest)
    finally:
        docker("network", "rm", network)
    rows = []
    for way in ("start-first", "stop-first"):
        note = refused.get(way, "")
        rows.append(Row(f"failed look-ups, {way}", "count", failed[way], failed[THEIRS], note))
        rows.append(Row(f"longest time without an answer, {way}", "ms", gaps[way], gaps[THEIRS]))
    return rows


def _measure_once(
    name: str, network: str, image: str, module: str, collection: str, options: dict[str, t.Any]
) -> tuple[dict[str, t.Any], list[tuple[float, bool]]]:
    client = random_name("bench-client")
    script = _LOOK_UP.read_text(encoding="utf-8")
    docker("run", "-d", "--name", client, "--network", network, image, "python3", "-c", script, name)
    try:
        time.sleep(1.5)
        ran = run_module(module, options, collection=collection, python=peers.PYTHON)
        time.sleep(1)
        docker("stop", client)
        return ran.result, list(map(tuple, json.loads(docker("logs", client))))
    finally:
        docker("rm", "-f", "-v", client)
