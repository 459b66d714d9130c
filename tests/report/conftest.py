# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Pages of made-up hosts, written by the role topology_report, and the browser in which they are looked at."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import typing as t
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from ansible_collections.bridgeport.docker.tests.support.commands import install_packages
from ansible_collections.bridgeport.docker.tests.support.real_engine import COLLECTION
from ansible_collections.bridgeport.docker.tests.unit.support import topologies

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
# Pages and screenshots stay here to be looked at.
OUTPUT = COLLECTION.parents[2] / "report"
PLAY_TIMEOUT = 240
CHROMIUM_OPTIONS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

Host = t.Dict[str, t.Any]
HOSTS: dict[str, list[Host]] = {
    "worked_example": [{"name": "docker1", "topology": topologies.worked_example()}],
    "containers_3": [{"name": "docker1", "topology": topologies.made_up(3)}],
    "containers_30": [{"name": "docker1", "topology": topologies.made_up(30)}],
    "containers_100": [{"name": "docker1", "topology": topologies.made_up(100)}],
    "rare_things": [{"name": topologies.HOSTILE, "topology": topologies.odd_one()}],
    "nothing": [{"name": "docker1", "topology": topologies.topology(topologies.predefined(), [])}],
    "three_hosts": [
        {"name": "docker1", "topology": topologies.worked_example()},
        {"name": "docker2", "topology": topologies.made_up(3)},
        {"name": "docker3", "failure": "The daemon did not answer."},
    ],
}


@dataclass
class Opened:
    """A page in the browser, with all that it said and asked for."""

    page: Page
    hosts: list[Host]
    errors: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    @property
    def topologies(self) -> list[dict[str, t.Any]]:
        return [host["topology"] for host in self.hosts if "topology" in host]


def play(folder: Path, names: t.Iterable[str], **variables: t.Any) -> str:
    """Write these pages into a folder; the end of the play's output."""
    tasks = [
        {
            "name": f"Write {name}",
            "ansible.builtin.include_role": {"name": "bridgeport.docker.topology_report", "tasks_from": "page"},
            "vars": {
                # Read from a file, as text of others is never a template.
                "topology_report_topologies": f"{{{{ lookup('file', '{folder}/{name}.json') | from_json }}}}",
                "topology_report_dest": str(folder / name),
                "topology_report_picture": "required",
                **variables,
            },
        }
        for name in names
    ]
    folder.mkdir(parents=True, exist_ok=True)
    for name, hosts in HOSTS.items():
        (folder / f"{name}.json").write_text(json.dumps(hosts), encoding="utf-8")
    playbook = folder / "play.yml"
    # JSON is YAML.
    playbook.write_text(json.dumps([{"hosts": "localhost", "gather_facts": False, "tasks": tasks}]), encoding="utf-8")
    interpreter = json.dumps({"ansible_python_interpreter": sys.executable})
    command = ["ansible-playbook", "-i", "localhost,", "-c", "local", "-e", interpreter, str(playbook)]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=PLAY_TIMEOUT)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.splitlines()[-2]


def find_browser() -> str:
    return next(filter(None, map(shutil.which, BROWSERS)), "")


@pytest.fixture(scope="session", autouse=True)
def _programs() -> None:
    """Chromium and Graphviz, installed where they are missing."""
    for is_there, packages in (
        (find_browser, ("chromium", "fonts-dejavu-core")),
        (lambda: shutil.which("dot"), ("graphviz",)),
    ):
        reason = "" if is_there() else install_packages(*packages)
        if reason:
            pytest.skip(f"there is no {packages[0]}: {reason}")


@pytest.fixture(scope="session")
def written() -> Path:
    """All pages, made for this run."""
    shutil.rmtree(OUTPUT, ignore_errors=True)
    play(OUTPUT, HOSTS)
    return OUTPUT


@pytest.fixture(scope="session")
def browser() -> t.Iterator[Browser]:
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=find_browser(), args=CHROMIUM_OPTIONS)
        yield running
        running.close()


Open = t.Callable[..., Opened]


@pytest.fixture
def open_page(written: Path, browser: Browser) -> t.Iterator[Open]:
    opened: list[Opened] = []

    def opener(name: str, scheme: t.Literal["light", "dark"] = "light", width: int = 1280) -> Opened:
        page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
        page.set_default_timeout(20000)
        result = Opened(page, HOSTS[name])
        opened.append(result)
        page.on("console", lambda message: result.errors.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: result.errors.append(str(error)))
        page.on("request", lambda request: result.requests.append(request.url))
        page.goto((written / name / "index.html").as_uri())
        return result

    yield opener
    for each in opened:
        each.page.close()
