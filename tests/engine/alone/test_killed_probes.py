# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Helpers of probes that were killed before their helper's start: the next run that changes anything removes them."""

from __future__ import annotations

import contextlib
import secrets
import typing as t

import docker as sdk
import pytest

from ansible_collections.bridgeport.docker.plugins.module_utils._objects.leftovers import (
    PROBE_LABEL,
    helper_body,
    helper_commands,
    helper_name,
)
from ansible_collections.bridgeport.docker.tests.engine.site import Site
from ansible_collections.bridgeport.docker.tests.support.module_runner import Runner
from ansible_collections.bridgeport.docker.tests.support.real_engine import SOCKET, Images, docker

MODULE = "docker_bridge_network"


class Street(Site):
    """A network with two helpers that were never started: the time of one is over."""

    def build(self) -> None:
        self.net = self.network("net")
        self.net_id = self.network_seen(self.net)["Id"]
        self.helpers = {what: helper_name(secrets.token_hex(6)) for what in ("abandoned", "fresh")}
        with contextlib.closing(sdk.APIClient(f"unix://{SOCKET}", version="auto")) as api:
            # 1000 is long past on every daemon's clock, and the other is in the year 2286.
            for what, deadline in (("abandoned", 1000), ("fresh", 9999999999)):
                body = helper_body(self.images.busybox, self.net_id, self.net_id, deadline, helper_commands("70")[0])
                api.create_container_from_config(body, self.helpers[what])

    @property
    def left(self) -> set[str]:
        return set(
            docker("ps", "-a", "--filter", f"label={PROBE_LABEL}={self.net_id}", "--format", "{{.Names}}").split()
        )

    def close(self) -> None:
        if self.left:
            docker("rm", "-f", *self.left)
        super().close()


@pytest.fixture
def street(runner: Runner, images: Images) -> t.Iterator[Street]:
    with Street.open(runner, images) as made:
        yield made


def test_only_a_run_that_changes_something_removes_helpers(street: Street) -> None:
    both, late = set(street.helpers.values()), street.name("late")
    # There is nothing to do, it is check mode, or the task is refused.
    for check in (True, False):
        assert street.does(MODULE, name=street.net, check=check)["changed"] is False
    predicted = street.does(MODULE, name=late, check=True)
    assert not any("abandoned" in action for action in predicted["actions"])
    street.fails(MODULE, "container_not_found", name=late, connected=[street.name("missing")])
    assert street.left == both
    result = street.does(MODULE, name=late)
    assert f"remove the abandoned probe helper {street.helpers['abandoned']}" in result["actions"]
    assert street.left == {street.helpers["fresh"]}
