# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A network is removed while its last containers are being removed by others."""

from __future__ import annotations

import contextlib
import subprocess
import time

from ansible_collections.bridgeport.docker.plugins.module_utils._apply.worker import Worker
from ansible_collections.bridgeport.docker.plugins.module_utils._engine.client import Client
from ansible_collections.bridgeport.docker.plugins.module_utils._engine.connection import Connection
from ansible_collections.bridgeport.docker.plugins.module_utils._steps.networks import RemoveNetwork
from ansible_collections.bridgeport.docker.tests.engine.site import Site
from ansible_collections.bridgeport.docker.tests.support.real_engine import BOUND, SOCKET

MEMBERS = 4


def test_a_network_goes_as_soon_as_the_engine_has_counted_its_containers_out(site: Site) -> None:
    """An engine before 28.1 shows no container on it up to a second before it lets the network go."""
    network = site.network("net")
    network_id = site.network_seen(network)["Id"]
    members = [site.run(str(number), "--network", network) for number in range(MEMBERS)]
    others = [subprocess.Popen(["docker", "rm", "--force", member], stdout=subprocess.DEVNULL) for member in members]
    try:
        with contextlib.closing(Client.connect(Connection(f"unix://{SOCKET}"))) as client:
            deadline = time.monotonic() + BOUND
            while client.get(f"/networks/{network_id}")["Containers"]:
                assert time.monotonic() < deadline
            Worker(client).perform(RemoveNetwork(network_id, network))
    finally:
        assert [other.wait(BOUND) for other in others] == [0] * MEMBERS
    assert site.networks == []
