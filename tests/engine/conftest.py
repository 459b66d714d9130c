# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What all tests on a real engine stand on: the engine, its images, and a runner of modules."""

from __future__ import annotations

import contextlib
import typing as t

import pytest

from ansible_collections.bridgeport.docker.tests.engine.site import Site
from ansible_collections.bridgeport.docker.tests.support.module_runner import Runner
from ansible_collections.bridgeport.docker.tests.support.real_engine import Images, has_engine, make_images


@pytest.fixture(scope="session", autouse=True)
def images() -> Images:
    if not has_engine():
        pytest.skip("needs a Docker engine")
    return make_images()


@pytest.fixture(scope="session")
def runner() -> t.Iterator[Runner]:
    with contextlib.closing(Runner()) as made:
        yield made


@pytest.fixture
def site(runner: Runner, images: Images) -> t.Iterator[Site]:
    with Site.open(runner, images) as made:
        yield made
