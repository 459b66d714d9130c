# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The remedy of exposure_audit is about the containers that it names, and about no other, whatever these are called."""

from __future__ import annotations

import json
import sys
import typing as t
from pathlib import Path

import pytest
import yaml

from ansible_collections.bridgeport.docker.tests.engine.site import Site
from ansible_collections.bridgeport.docker.tests.support.commands import run
from ansible_collections.bridgeport.docker.tests.support.odd_names import ODD_NAMES
from ansible_collections.bridgeport.docker.tests.support.real_engine import docker

BOUND = 300
# What YAML makes of some of the names, were they not in quotes. These publish on the loopback.
BYSTANDERS = ("31", "true", "false", "None", "1000", "123.5", "WEB")
Seen = t.Dict[str, t.Tuple[str, t.Any]]


class OddNames(Site):
    """Names without a prefix: only where nothing else is called so."""

    def build(self) -> None:
        self.label = f"audit={self.prefix}"
        taken = {*ODD_NAMES, *BYSTANDERS} & set(docker("ps", "-a", "--format", "{{.Names}}").split())
        if taken:
            pytest.skip(f"containers of this engine are called {', '.join(sorted(taken))}")
        for number, name in enumerate(ODD_NAMES):
            self._start(name, f"{self.base + number}:80")
        for number, name in enumerate(BYSTANDERS, start=len(ODD_NAMES)):
            self._start(name, f"127.0.0.1:{self.base + number}:80")
        self._start(self.name("permitted"), f"{self.base + 20}:80", "--label", "exposure=public")

    def _start(self, name: str, port: str, *options: str) -> None:
        docker(
            *("run", "-d", "--name", name, "--label", self.label, *options, "-p", port, self.images.busybox),
            *("sleep", "900"),
        )

    def standing_containers(self) -> Seen:
        """By name: the ID, and what is published."""
        listed = docker("ps", "-aq", "--no-trunc", "--filter", f"label={self.label}").split()
        found = [self.seen(each) for each in listed]
        return {each["Name"][1:]: (each["Id"], each["HostConfig"]["PortBindings"]["80/tcp"]) for each in found}

    def close(self) -> None:
        for container in docker("ps", "-aq", "--filter", f"label={self.label}").split():
            docker("rm", "-fv", container, check=False)
        super().close()


@pytest.fixture
def odd_names(runner: t.Any, images: t.Any) -> t.Iterator[OddNames]:
    with OddNames.open(runner, images) as made:
        yield made


def play(file: Path, *tasks: t.Mapping[str, t.Any]) -> None:
    plays = [
        {
            "hosts": "localhost",
            "gather_facts": False,
            # Programs here do not listen to SIGTERM.
            "module_defaults": {"bridgeport.docker.docker_port_publish": {"force_kill": True}},
            "tasks": list(tasks),
        }
    ]
    # JSON is YAML.
    file.write_text(json.dumps(plays), encoding="utf-8")
    interpreter = json.dumps({"ansible_python_interpreter": sys.executable})
    command = ("ansible-playbook", "-i", "localhost,", "-c", "local", "-e", interpreter, str(file))
    run(*command, log=f"engine-tests-odd-names-{file.stem}", seconds=BOUND).check()


def audit(file: Path, site: OddNames, remedy: Path, *expected: str) -> None:
    variables = {
        "exposure_audit_labels": [site.label],
        "exposure_audit_permitting_labels": ["exposure=public"],
        "exposure_audit_remedy_file": str(remedy),
        "exposure_audit_fail": False,
    }
    role = {"ansible.builtin.include_role": {"name": "bridgeport.docker.exposure_audit"}, "vars": variables}
    play(file, role, {"ansible.builtin.assert": {"that": list(expected)}})


def test_the_remedy_changes_what_it_names(odd_names: OddNames, tmp_path: Path) -> None:
    remedy = tmp_path / "remedy.yml"
    before = odd_names.standing_containers()
    found = f"exposure_audit_result.violations | length == {len(ODD_NAMES)}"
    audit(tmp_path / "first.yml", odd_names, remedy, found, f"exposure_audit_result.judged | length == {len(before)}")
    tasks = yaml.safe_load(remedy.read_text(encoding="utf-8"))
    assert sorted(task["bridgeport.docker.docker_port_publish"]["name"] for task in tasks) == sorted(ODD_NAMES)

    play(tmp_path / "pasted.yml", {"ansible.builtin.include_tasks": str(remedy)})
    after = odd_names.standing_containers()
    assert set(after) == set(before)
    assert {name for name in before if after[name] != before[name]} == set(ODD_NAMES)
    for name in ODD_NAMES:
        assert after[name][1] == [{**before[name][1][0], "HostIp": "127.0.0.1"}]

    audit(tmp_path / "second.yml", odd_names, tmp_path / "none.yml", "exposure_audit_result.violations == []")
    assert not (tmp_path / "none.yml").exists()
