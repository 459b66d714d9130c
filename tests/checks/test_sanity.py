# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""``ansible-test sanity``, run once: each of its tests is one here."""

from __future__ import annotations

import functools
import os
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
from ansible.release import __version__

from ansible_collections.bridgeport.docker.tests.support.commands import BUILD, COLLECTION, OUTPUT, Done, run

COMMAND = ("ansible-test", "sanity", "--python", f"{sys.version_info[0]}.{sys.version_info[1]}", "--color", "no")
# Their virtual environments and the stand-in for get-pip stay here.
HOME = BUILD / "home"
# The pip that ansible-test of each ansible-core release puts into the virtual environments of its sanity tests.
PIP = {"2.19": "24.2", "2.21": "25.2"}
# What it is told with, and what it says where there is nothing to look at.
HARMLESS = ("Using locale", "Reviewing previous")
NOTHING = "No tests applicable."


def own_home() -> dict[str, str]:
    return {
        "HOME": str(HOME),
        "XDG_CONFIG_HOME": os.environ.get("XDG_CONFIG_HOME", os.path.expanduser("~/.config")),
        "XDG_CACHE_HOME": os.environ.get("XDG_CACHE_HOME", os.path.expanduser("~/.cache")),
    }


def make_pip_standin(cache: Path) -> None:
    """Put a script where ansible-test looks before it downloads get-pip from its own server.

    It does what get-pip does, with a pip that came from the package index that everything else comes from. That is
    installed once and copied from then on: each of ten virtual environments would unpack and compile it again.
    """
    version = PIP[".".join(__version__.split(".")[:2])]
    script = cache / f"get_pip_{version.replace('.', '_')}.py"
    if script.exists():
        return
    kept = cache / f"pip-{version}"
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "--quiet", "--no-deps")
    run(*pip, "--target", str(kept), f"pip=={version}", log="sanity-pip", seconds=120).check()
    script.write_text(
        "import os, shutil, sysconfig\n"
        f"kept = os.path.join(os.path.dirname(os.path.abspath(__file__)), {kept.name!r})\n"
        'shutil.copytree(kept, sysconfig.get_path("purelib"), dirs_exist_ok=True)\n',
        encoding="utf-8",
    )


@functools.lru_cache(maxsize=None)
def list_tests() -> list[str]:
    listed = subprocess.run(
        [*COMMAND, "--list-tests"], check=True, capture_output=True, text=True, cwd=COLLECTION, timeout=120
    )
    return listed.stdout.split()


@pytest.fixture(scope="module")
def sanity() -> Done:
    make_pip_standin(HOME / ".ansible" / "test" / "cache")
    return run(*COMMAND, "--requirements", "--junit", log="sanity-tests", seconds=900, env=own_home())


@pytest.mark.parametrize("name", list_tests())
def test_sanity(name: str, sanity: Done) -> None:
    # A test that runs with each Python has a file for each.
    cases = [
        case
        for path in OUTPUT.glob(f"junit/ansible-test-sanity-{name}*.xml")
        if re.fullmatch(rf"ansible-test-sanity-{name}(-python-[\d.]+)?", path.stem)
        for case in ElementTree.parse(path).iter("testcase")
    ]
    if not cases:
        sanity.fail(f"{name} has not run")
    problems = [*(case.find(kind) for case in cases for kind in ("failure", "error"))]
    assert [problem.text for problem in problems if problem is not None] == []
    skips = [case.find("skipped") for case in cases]
    said = [skip.get("message") or (skip.text or "").strip() for skip in skips if skip is not None]
    if len(said) == len(cases):
        pytest.skip("there are no files for it" if set(said) == {NOTHING} else ", ".join(said))


def test_sanity_warns_of_nothing(sanity: Done) -> None:
    """A test whose program is missing (shellcheck, pwsh) only warns, and counts as passed."""
    # At the end ansible-test says all its warnings again, below a heading of their own.
    warnings = set(re.findall(r"^WARNING: (.*)$", sanity.output, re.MULTILINE))
    assert sorted(warning for warning in warnings if not warning.startswith(HARMLESS)) == []
    sanity.check()
