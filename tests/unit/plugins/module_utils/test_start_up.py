# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a run that changes nothing does not import: all that is imported is compiled anew in each task."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[7]
# In a process of its own: in this one nearly everything is imported.
RUN = """
import importlib, json, sys
from ansible_collections.bridgeport.docker.tests.unit.support.model_daemon import ModelClient, ModelDaemon

daemon = ModelDaemon()
daemon.add_network("net")
host_config = {"NetworkMode": "net", "PortBindings": {"80/tcp": [{"HostIp": "", "HostPort": "8080"}]}}
daemon.add_container("web", HostConfig=host_config, ExposedPorts={"80/tcp": {}})
module = importlib.import_module("ansible_collections.bridgeport.docker.plugins.modules.docker_port_publish")
task = {"name": "web", "image": "busybox:1", "published_ports": sys.argv[1:]}
desired = module.DesiredState(
    containers=(module.parse_container(task, state="present", starts_new=True, ports=module.parse_ports(task)),)
)
changed = module.converge(ModelClient(daemon), desired, check_mode=True).base_result()["changed"]
house = "ansible_collections.bridgeport.docker.plugins.module_utils."
print(json.dumps([changed, sorted(name.replace(house, "") for name in sys.modules)]))
"""
APPLIES = (
    "_apply",
    "_engine.messages",
    "_observe.host_routes",
    "_observe.layer",
    "_plan.container_creation",
    "_plan.endpoints",
    "_plan.network",
    "_plan.network_rebuild",
    "_plan.order",
    "_plan.replacement",
    "_plan.subnets",
    "_probe",
    "_recovery.containers",
    "_steps.containers",
    "_steps.networks",
)


def run(*ports: str) -> tuple[bool, set[str]]:
    done = subprocess.run(
        [sys.executable, "-c", RUN, *ports], check=True, capture_output=True, text=True, cwd=ROOT, timeout=60
    )
    changed, loaded = json.loads(done.stdout.splitlines()[-1])
    return changed, set(loaded)


def test_a_run_that_changes_nothing_imports_little() -> None:
    changed, loaded = run("8080:80")
    assert not changed
    assert [name for name in APPLIES if name in loaded] == []
    assert not {"docker", "requests", "paramiko", "concurrent.futures"} & loaded


@pytest.mark.parametrize("name", ["_plan.order", "_plan.replacement", "_observe.layer", "_steps.containers"])
def test_a_change_imports_what_it_needs(name: str) -> None:
    changed, loaded = run("8081:80")
    assert changed
    assert name in loaded
