# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A short pass of the roles that the worked example does not use. Molecule has a scenario for each."""

from __future__ import annotations

import json
import sys
import typing as t
from pathlib import Path

from ansible_collections.bridgeport.docker.tests.engine.site import Site
from ansible_collections.bridgeport.docker.tests.support.commands import run

BOUND = 300


def play(folder: Path, role: str, variables: t.Mapping[str, t.Any], expected: t.Sequence[str]) -> None:
    included = {"ansible.builtin.include_role": {"name": f"bridgeport.docker.{role}"}, "vars": dict(variables)}
    run_tasks(folder, role, [included, {"ansible.builtin.assert": {"that": list(expected)}}])


def run_tasks(folder: Path, role: str, tasks: t.Sequence[t.Mapping[str, t.Any]]) -> str:
    playbook = folder / "play.yml"
    # JSON is YAML.
    playbook.write_text(json.dumps([{"hosts": "localhost", "gather_facts": False, "tasks": tasks}]), encoding="utf-8")
    interpreter = json.dumps({"ansible_python_interpreter": sys.executable})
    command = ("ansible-playbook", "-i", "localhost,", "-c", "local", "-e", interpreter, str(playbook))
    return run(*command, log=f"engine-tests-role-{role}", seconds=BOUND).check()


def test_exposure_audit(site: Site, tmp_path: Path) -> None:
    open_to_all = site.run("open", "--label", f"audit={site.prefix}", "-p", f"{site.base}:80")
    site.run("closed", "--label", f"audit={site.prefix}", "-p", f"127.0.0.1:{site.base + 1}:80")
    variables = {"exposure_audit_labels": [f"audit={site.prefix}"], "exposure_audit_fail": False}
    expected = [
        f"exposure_audit_result.violations | map(attribute='container') | unique == ['{open_to_all}']",
        "exposure_audit_result.judged | length == 2",
        f"exposure_audit_result.remedy is search('127.0.0.1:{site.base}:80')",
    ]
    play(tmp_path, "exposure_audit", variables, expected)


def test_webapp_shows_logs_as_the_modules_do(site: Site, tmp_path: Path) -> None:
    secret = site.name("secret")
    printed = f"\\033[31mthe password is $PASSWORD\\033[0m\\r\\n\\033]0;{site.prefix}-title\\007$PART\\n"
    variables = {
        "webapp_name": site.name("web"),
        "webapp_image": site.images.busybox,
        "webapp_command": f"sh -c 'printf \"{printed}\"; exec sleep 900'",
        "webapp_published_ports": [f"127.0.0.1:{site.base}:5000"],
        "webapp_wait_timeout": 1,
        "webapp_env": {"PASSWORD": secret, "PART": f"{secret}-too"},
    }
    role = {"ansible.builtin.include_role": {"name": "bridgeport.docker.webapp"}, "vars": variables}
    shown = [f"The end of the log of {site.name('web')}:", "the password is ********", "********"]
    expected = [
        "ansible_failed_task.name == 'Fail with what happened and the log'",
        f"ansible_failed_result.msg.splitlines()[-3:] == {shown}",
    ]
    check: dict[str, t.Any] = {"ansible.builtin.assert": {"that": expected}}
    output = run_tasks(tmp_path, "webapp", [{"block": [role, {"ansible.builtin.fail": {}}], "rescue": [check]}])
    assert secret not in output
    assert "\033" not in output


def test_link_migration(site: Site, tmp_path: Path) -> None:
    store = site.run("store", "--expose", "80")
    web = site.run("web", "--link", f"{store}:db")
    variables = {
        "link_migration_containers": [web],
        "link_migration_network": site.name("linked"),
        "link_migration_container_options": {"force_kill": True},
    }
    expected = [
        "link_migration_result.links | length == 1",
        # By the alias, the name and the short ID.
        "link_migration_result.probes | length == 3",
        "link_migration_result.probes | rejectattr('reachable') | length == 0",
    ]
    play(tmp_path, "link_migration", variables, expected)
    assert not site.seen(web)["HostConfig"]["Links"]
    assert "db" in site.endpoint(store, site.name("linked"))["Aliases"]
