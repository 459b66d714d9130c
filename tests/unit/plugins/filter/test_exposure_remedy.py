# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The remedy of the role exposure_audit, rendered as Ansible renders it, and read back."""

from __future__ import annotations

import typing as t
from pathlib import Path

import jinja2
import pytest
import yaml
from ansible.plugins.filter.core import FilterModule as Core
from ansible.plugins.test.core import TestModule as Tests
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.bridgeport.docker.plugins.module_utils._info.exposure import Policy, find_violations
from ansible_collections.bridgeport.docker.plugins.module_utils._objects.ports import exposure
from ansible_collections.bridgeport.docker.tests.support.odd_names import ODD_NAMES, engine_names

TEMPLATE = Path(__file__).resolve().parents[4] / "roles/exposure_audit/templates/remedy.j2"
MODULE = "bridgeport.docker.docker_port_publish"

_environment = jinja2.Environment(trim_blocks=True, keep_trailing_newline=True)
_environment.filters.update(Core().filters())
_environment.tests.update(Tests().tests())
_template = _environment.from_string(TEMPLATE.read_text(encoding="utf-8"))

ports = st.integers(1, 65535)
rows = st.builds(
    lambda host_ip, host_port, container_port, protocol: {
        "host_ip": host_ip,
        "host_port": host_port,
        "container_port": container_port,
        "protocol": protocol,
        "active": True,
        "exposure": exposure(host_ip),
    },
    st.sampled_from(["", "0.0.0.0", "::", "127.0.0.1", "192.0.2.7", "fd00::7"]),
    st.none() | ports,
    ports,
    st.sampled_from(["tcp", "udp", "sctp"]),
)


def find(names: t.Iterable[str], published: t.Sequence[t.Any]) -> list[dict[str, t.Any]]:
    containers = [{"name": name, "state": "running", "labels": {}, "published": published} for name in names]
    return find_violations(containers, Policy())


def render(violations: t.Sequence[t.Any], docker_host: str = "") -> list[dict[str, t.Any]]:
    text = _template.render(__exposure_audit_violations=violations, exposure_audit_docker_host=docker_host)
    return t.cast(t.List[t.Dict[str, t.Any]], yaml.safe_load(text) or [])


@given(st.lists(engine_names, unique=True, max_size=12), st.lists(rows, min_size=1, max_size=4))
def test_each_container_has_one_task(names: list[str], published: list[t.Any]) -> None:
    violations = find(names, published)
    tasks = render(violations)
    expected = {each["container"]: each["published_ports"] for each in violations}
    assert [(task[MODULE]["name"], task[MODULE]["published_ports"]) for task in tasks] == list(expected.items())
    assert all(set(task) == {"name", MODULE} and task[MODULE]["name"] in task["name"] for task in tasks)


def test_odd_names() -> None:
    open_to_all = {"host_ip": "", "host_port": 8080, "container_port": 80, "protocol": "tcp", "exposure": "all"}
    tasks = render(find(ODD_NAMES, [{**open_to_all, "active": True}]))
    assert [task[MODULE] for task in tasks] == [
        {"name": name, "published_ports": ["127.0.0.1:8080:80/tcp"]} for name in ODD_NAMES
    ]


@pytest.mark.parametrize(
    ("docker_host", "expected"),
    [
        ("", None),
        ("tcp://[fd00::1]:2375", "tcp://[fd00::1]:2375"),
        ("ssh://root@host", "ssh://root@host"),
        ("ssh://root@host:22", "ssh://root@host:22"),
        ("tcp://user:swordfish@host:2375", "{{ exposure_audit_docker_host }}"),
        ("tcp://user:sword/fish@host:2375", "{{ exposure_audit_docker_host }}"),
    ],
)
def test_the_address_of_the_engine(docker_host: str, expected: str | None) -> None:
    violation = {"container": "web", "published_ports": ["127.0.0.1:8080:80/tcp"]}
    (task,) = render([violation], docker_host)
    assert task[MODULE].get("docker_host") == expected
