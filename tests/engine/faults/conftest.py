# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the fault tests stand on: an engine that has the images of the tests."""

from __future__ import annotations

import typing as t

import docker
import pytest

from ansible_collections.bridgeport.docker.tests.support.module_runner import Runner
from ansible_collections.bridgeport.docker.tests.support.private_engine import Daemon, make_images

for _name in ("bed", "container_bed", "network_bed"):
    pytest.register_assert_rewrite(f"ansible_collections.bridgeport.docker.tests.engine.faults.{_name}")


@pytest.fixture(scope="session", autouse=True)
def _engine() -> None:
    try:
        docker.APIClient(**docker.utils.kwargs_from_env(), version="auto").close()
    except docker.errors.DockerException as error:
        pytest.skip(f"needs a Docker engine: {error}")
    if Daemon.of_this_host() is None:
        make_images()


@pytest.fixture(scope="session")
def runner() -> t.Iterator[Runner]:
    made = Runner()
    yield made
    made.close()
