# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What Galaxy says about the built collection; its warnings are errors here."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from ansible_collections.bridgeport.docker.tests.support.commands import run


def test_galaxy_importer(tmp_path: Path) -> None:
    build = ("ansible-galaxy", "collection", "build", "--output-path", str(tmp_path))
    run(*build, log="importer-build", seconds=60).check()
    (tarball,) = tmp_path.glob("*.tar.gz")
    done = run(
        *(sys.executable, "-m", "galaxy_importer.main", str(tarball)),
        log="importer-tests",
        seconds=300,
        cwd=tmp_path,
        env={"GALAXY_IMPORTER_CHECK_REQUIRED_TAGS": "true"},
    )
    output = done.check()
    if "completed successfully" not in output or re.search(r"^(?:WARNING|ERROR)", output, re.MULTILINE):
        done.fail("galaxy-importer is not content")
