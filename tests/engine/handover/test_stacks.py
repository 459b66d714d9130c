# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tasks as people write them for community.docker run here by nothing but the name of the collection, each twice."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

import yaml

from ansible_collections.bridgeport.docker.tests.engine.site import Site
from ansible_collections.bridgeport.docker.tests.support.module_runner import Runner
from ansible_collections.bridgeport.docker.tests.support.real_engine import Images, docker

THEIRS = "community.docker."
SECRETS = ("correct-horse-battery-staple", "hunter2-hunter2", "very-secret-indeed")
FILE = Path(__file__).with_name("stacks.yml")


class Task(t.NamedTuple):
    """``changes_always``: it asks for a change in every run. ``needs``: a file that the host must have."""

    module: str
    options: dict[str, t.Any]
    changes_always: bool
    needs: str


def read_tasks(site: Site) -> list[Task]:
    text = FILE.read_text(encoding="utf-8").replace("PREFIX", site.prefix).replace("IMAGE", site.images.busybox)
    for number in range(8):
        text = text.replace(f"PORT{number}", str(site.base + number))
    tasks = []
    for entry in yaml.safe_load(text.replace("SUBNET", site.subnet)):
        (name,) = (key for key in entry if key.startswith(THEIRS))
        module = name[len(THEIRS) :]
        tasks.append(Task(module, entry[name], entry.get("changes") == "always", entry.get("needs", "")))
    return tasks


def test_stacks(runner: Runner, images: Images, tell: t.Callable[[str], None]) -> None:
    tried, faults = 0, []
    with Site.open(runner, images) as site:
        tasks = read_tasks(site)
        try:
            for number, task in enumerate(tasks, start=1):
                if task.needs and not Path(task.needs).exists():
                    tell(f"task {number} was left out: this host has no {task.needs}")
                    continue
                tried += 1
                faults += [f"task {number} {task.options['name']}: {fault}" for fault in try_task(site, task)]
        finally:
            for name in docker("ps", "-aq", "--filter", f"name={site.prefix}").split():
                docker("rm", "-fv", name)
            volumes = docker("volume", "ls", "-q", "--filter", f"name={site.prefix}").split()
            docker("volume", "rm", *volumes) if volumes else None
    tell(f"stacks: {tried} tasks written for community.docker run here twice, {len(faults)} faults")
    assert not faults, "\n".join(faults)
    assert tried >= 30


def try_task(site: Site, task: Task) -> t.Iterator[str]:
    """What is wrong with the task in check mode, in the run, and in either of them once more."""
    before = site.module(task.module, check=True, diff=True, **task.options)
    done = site.module(task.module, diff=True, **task.options)
    told = [before, done]
    if done.get("failed"):
        yield f"fails: {done['msg']}"
        return
    if before.get("changed") is not done["changed"]:
        yield f"check mode says changed={before.get('changed')}, the run {done['changed']}: {before.get('msg')}"
    for check in (True, False):
        again = site.module(task.module, check=check, diff=True, **task.options)
        told.append(again)
        if again.get("failed") or again["changed"] is not task.changes_always:
            yield f"the second time ({check=}): {again.get('msg') or again['actions']} {again.get('diff')}"
    found = [secret for secret in SECRETS if secret in json.dumps(told)]
    if found:
        yield f"what it says holds {found}"
