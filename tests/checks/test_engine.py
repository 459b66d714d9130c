# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An engine, made by the collection's own role where there is none. What follows it stands on it."""

from __future__ import annotations

import json
import sys
import typing as t

from ansible_collections.bridgeport.docker.tests.support.commands import run


def test_role_makes_an_engine_that_answers(tell: t.Callable[[str], None]) -> None:
    interpreter = json.dumps({"ansible_python_interpreter": sys.executable})
    play = ("ansible-playbook", "-i", "localhost,", "-c", "local", "-e", interpreter, "bridgeport.docker.docker_engine")
    run(*play, log="engine-play", seconds=420).check()
    code = "import docker; v = docker.from_env(timeout=20).version(); print(v['Version'], 'API', v['ApiVersion'])"
    version = run(sys.executable, "-c", code, log="engine-version", seconds=60).check()
    tell(f"engine {version.strip()}")
