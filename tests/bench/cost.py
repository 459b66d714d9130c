# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Wall time of plays, and the requests to the daemon that they cost: nothing to do, and containers to make."""

from __future__ import annotations

import functools
import typing as t

from ansible_collections.bridgeport.docker.tests.bench import peers
from ansible_collections.bridgeport.docker.tests.bench.gap import SERVE
from ansible_collections.bridgeport.docker.tests.bench.table import OURS, THEIRS, Row
from ansible_collections.bridgeport.docker.tests.engine.faults.cutproxy import CutProxy
from ansible_collections.bridgeport.docker.tests.support.real_engine import (
    SOCKET,
    docker,
    free_ports,
    make_images,
    random_name,
)

TITLE = "cost: whole runs of ansible-playbook, one task each, with as many containers"
MANY, MADE = 50, 20
Tasks = t.List[t.Dict[str, t.Any]]


def measure() -> list[Row]:
    image = make_images().busybox
    prefix = random_name("bench-cost")
    items = [
        {
            "name": f"{prefix}-{number:02}",
            "image": image,
            "command": ["sh", "-c", SERVE],
            "published_ports": [f"127.0.0.1:{port}:80"],
        }
        for number, port in enumerate(free_ports(MANY))
    ]
    empty = [{"ansible.builtin.debug": {"msg": "nothing"}}]
    base = Row("a play that does nothing", "s", [peers.run_play(empty) for _round in range(3)])
    rows = [base]
    try:
        made = Row(f"make and start {MADE}, one port each", "s", note="list of 8 in parallel against a loop")
        made_requests = Row(f"requests for making {MADE}", "count")
        for side in peers.alternate(3):
            _samples(made, side).append(peers.run_play(_many(side, items[:MADE])))
            _remove(items)
        for side in (OURS, THEIRS):
            _samples(made_requests, side).append(_count(functools.partial(_many, side, items[:MADE])))
            _remove(items)
        peers.run_play(_many(OURS, items))
        rows += _no_ops("1 container, nothing to do", 5, lambda side, more=None: _one(side, items[0], more))
        rows += _no_ops(f"{MANY} containers, nothing to do", 3, lambda side, more=None: _many(side, items, more))
    finally:
        _remove(items)
    return [*rows, made, made_requests]


def _no_ops(label: str, rounds: int, tasks: t.Callable[..., Tasks]) -> list[Row]:
    seconds, requests = Row(label, "s"), Row(f"{label}: requests", "count")
    for side in peers.alternate(rounds):
        _samples(seconds, side).append(peers.run_play([*tasks(side), *_NOTHING_CHANGED]))
    for side in (OURS, THEIRS):
        _samples(requests, side).append(_count(functools.partial(tasks, side)))
    return [seconds, requests]


_NOTHING_CHANGED: Tasks = [{"ansible.builtin.assert": {"that": ["done is not changed"], "quiet": True}}]


def _samples(row: Row, side: str) -> list[float]:
    return row.ours if side == OURS else row.theirs


def _one(side: str, item: dict[str, t.Any], more: dict[str, t.Any] | None = None) -> Tasks:
    if side == OURS:
        return [{"bridgeport.docker.docker_port_publish": {**item, **(more or {})}, "register": "done"}]
    return [{"community.docker.docker_container": {**item, **(more or {})}, "register": "done"}]


def _many(side: str, items: list[dict[str, t.Any]], more: dict[str, t.Any] | None = None) -> Tasks:
    if side == OURS:
        return [{"bridgeport.docker.docker_topology": {"containers": items, **(more or {})}, "register": "done"}]
    options = {key: f"{{{{ item.{key} }}}}" for key in items[0]}
    task = {"community.docker.docker_container": {**options, **(more or {})}, "loop": items, "register": "done"}
    return [{**task, "loop_control": {"label": "{{ item.name }}"}}]


def _count(tasks: t.Callable[[dict[str, t.Any]], Tasks]) -> float:
    path = f"/tmp/{random_name('bench')}.sock"
    with CutProxy(path, SOCKET) as proxy:
        peers.run_play(tasks({"docker_host": f"unix://{path}"}))
        return len(proxy.seen)


def _remove(items: t.Sequence[t.Mapping[str, t.Any]]) -> None:
    docker("rm", "-f", "-v", *(item["name"] for item in items), check=False)
