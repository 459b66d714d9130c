# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A playbook that makes a situation, runs its tasks, and shows what check mode said of the last one and what came."""

from __future__ import annotations

import typing as t

import yaml

from ansible_collections.bridgeport.docker.tests.engine.parity.situations import Situation, Step
from ansible_collections.bridgeport.docker.tests.engine.parity.tasks import Task

LISTEN = "import socket, time; s = socket.create_server(({address!r}, {port})); time.sleep(600)"


class _Template(str):
    """A text of this file, where templates are meant."""


class _Dumper(yaml.SafeDumper):
    def ignore_aliases(self, data: t.Any) -> bool:
        return True


def _represent_text(dumper: yaml.SafeDumper, text: str) -> yaml.Node:
    # Ansible does not look for templates in what has this tag.
    tag = "!unsafe" if "{" in text else "tag:yaml.org,2002:str"
    return dumper.represent_scalar(tag, text, style='"' if tag == "!unsafe" else None)


_Dumper.add_representer(str, _represent_text)
_Dumper.add_representer(_Template, lambda dumper, text: dumper.represent_str(str(text)))


def write_playbook(situation: Situation, tasks: t.Sequence[Task], findings: t.Sequence[str], origin: str) -> str:
    """``tasks``: those that the situation has seen; what was found out is about the last one."""
    *former, last = tasks
    made = [_make_step(step) for step in situation.steps]
    done = [_make_task(task, f"former task {number}", ignore_errors=True) for number, task in enumerate(former)]
    tried = [
        _make_task(last, "what check mode says", check_mode=True, diff=True, ignore_errors=True),
        _make_task(last, "what happens", diff=True, ignore_errors=True),
        _make_task(last, "what happens the second time", ignore_errors=True),
    ]
    play = {
        "hosts": "localhost",
        "connection": "local",
        "gather_facts": False,
        "vars": {"ansible_python_interpreter": _Template("{{ ansible_playbook_python }}")},
        "tasks": [{"block": [*made, *done, *tried], "always": _clean_up(situation)}],
    }
    comments = [f"# {line}" for text in (origin, *findings) for line in text.splitlines()]
    body = yaml.dump([play], Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=1000)
    return "\n".join([*comments, body])


def _make_step(step: Step) -> dict[str, t.Any]:
    if step[0] == "listen":
        words = ["python3", "-c", LISTEN.format(address=step[1], port=step[2])]
        return {"ansible.builtin.command": {"argv": words}, "async": 600, "poll": 0}
    return {"ansible.builtin.command": {"argv": list(step)}}


def _make_task(task: Task, name: str, **keywords: t.Any) -> dict[str, t.Any]:
    return {"name": name, f"bridgeport.docker.{task.module}": task.arguments, **keywords}


def _clean_up(situation: Situation) -> list[dict[str, t.Any]]:
    prefix = situation.ground.prefix
    lines = [
        f"docker ps -aq --filter name={prefix} | xargs -r docker rm -fv",
        f"docker network ls -q --filter name={prefix} | xargs -r docker network rm",
        f"docker volume ls -q --filter name={prefix} | xargs -r docker volume rm",
        *([f"docker rmi -f {situation.image}"] if situation.image else []),
    ]
    return [{"ansible.builtin.shell": line, "failed_when": False} for line in lines]
