# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How long a published port does not answer while another one is added to the container."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

from ansible_collections.bridgeport.docker.tests.bench import peers
from ansible_collections.bridgeport.docker.tests.bench.table import OURS, THEIRS, Row, outages
from ansible_collections.bridgeport.docker.tests.support.real_engine import (
    answers,
    docker,
    free_ports,
    make_images,
    random_name,
    run_module,
)

TITLE = "gap: a client asks through the published port every 5 ms while a second port is added (stop-first)"
ROUNDS = 7
# As PID 1 a shell ends at once when it is told to; httpd alone would be killed after ten seconds.
SERVE = 'trap "exit 0" TERM; httpd -f -p 80 & wait'
_KNOCK = Path(__file__).with_name("knock.py")
_BOUND = 60


def measure() -> list[Row]:
    image = make_images().busybox
    name = random_name("bench-gap")
    first, second = free_ports(2)
    gap, lost = Row("longest gap", "ms"), Row("requests without an answer", "count")
    for side in peers.alternate(ROUNDS):
        docker("run", "-d", "--name", name, "-p", f"127.0.0.1:{first}:80", image, "sh", "-c", SERVE)
        try:
            ports = [f"127.0.0.1:{first}:80", f"127.0.0.1:{second}:81"]
            longest, missed = _measure_once(side, name, image, ports, first)
        finally:
            docker("rm", "-f", "-v", name)
        for row, value in ((gap, longest), (lost, float(missed))):
            row.of(side).append(value)
    gap.note = (
        f"the same container, {ROUNDS} rounds, in turn; through 127.0.0.1, so through the engine's proxy. Most of it is"
        " nobody's choice: the engine's stop and start, and the second that the kernel waits before it asks again who"
        " has the new address (ARP)"
    )
    return [gap, lost]


def _measure_once(side: str, name: str, image: str, ports: list[str], port: int) -> tuple[float, int]:
    _await(port)
    client = subprocess.Popen([sys.executable, str(_KNOCK), str(port)], stdout=subprocess.PIPE, text=True)
    try:
        time.sleep(1)
        if side == OURS:
            ran = run_module("docker_port_publish", {"name": name, "published_ports": ports}, python=peers.PYTHON)
        else:
            options = {"name": name, "image": image, "command": ["sh", "-c", SERVE], "published_ports": ports}
            ran = run_module("docker_container", options, collection=THEIRS, python=peers.PYTHON)
        if ran.result.get("changed") is not True:
            raise AssertionError(f"{side}: {ran.result}")
        _await(port)
        time.sleep(1)
        client.send_signal(signal.SIGTERM)
        seen = json.loads(client.communicate(timeout=_BOUND)[0])
    finally:
        client.kill()
    return outages(seen)


def _await(port: int) -> None:
    deadline = time.monotonic() + _BOUND
    while not answers(port):
        if time.monotonic() > deadline:
            raise AssertionError(f"port {port} does not answer")
        time.sleep(0.1)
