# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A request of a rebuild fails: the network is the old one or the new one, with all of its members."""

from __future__ import annotations

import pytest

from ansible_collections.bridgeport.docker.plugins.module_utils._apply.outcome import RECREATED
from ansible_collections.bridgeport.docker.plugins.module_utils._desired.parse import parse_network
from ansible_collections.bridgeport.docker.plugins.module_utils._desired.state import DesiredState
from ansible_collections.bridgeport.docker.plugins.module_utils._errors import Failure
from ansible_collections.bridgeport.docker.plugins.module_utils._objects.engine import Api
from ansible_collections.bridgeport.docker.plugins.module_utils._objects.journal import Journal, Member, RebuildRecord
from ansible_collections.bridgeport.docker.plugins.module_utils._objects.networks import Network
from ansible_collections.bridgeport.docker.plugins.module_utils._plan.network_body import replay_body
from ansible_collections.bridgeport.docker.plugins.module_utils._reconcile import Converged, converge
from ansible_collections.bridgeport.docker.tests.support.budget import Sample
from ansible_collections.bridgeport.docker.tests.unit.support.model_daemon import FAULTS, ModelClient, ModelDaemon
from ansible_collections.bridgeport.docker.tests.unit.support.worlds import REBUILDS, World, tell

KINDS = list(REBUILDS)


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("kind", KINDS)
def test_a_fault_at_any_request(kind: str, fault: str, sample: Sample) -> None:
    """What fails is undone: the old network stands, or one like it with the same members; and the next run succeeds.

    At every second request: who is left out for one fault is tried for the next.
    """
    for number in sample(range(FAULTS.index(fault) % 2, World(kind).count(), 2)):
        world = World(kind)

        def trouble(daemon: ModelDaemon, fault: tuple[int, str] = (number, fault)) -> None:
            daemon.fault = fault

        outcome = world.attempt(prepare=trouble)
        story = f"{kind}: {fault} at {number}: {outcome}"
        if isinstance(outcome, Failure) and outcome.outcome.get("rolled_back") in (True, RECREATED):
            tell(story, world.check_old)
        elif isinstance(outcome, Converged):
            tell(story, world.check, release_failed=True)
        tell(story, world.run)
        tell(story, world.check)


@pytest.mark.parametrize("was_running", [True, False])
@pytest.mark.parametrize("is_joined", [True, False])
@pytest.mark.parametrize("is_made", [True, False])
def test_a_member_that_was_stopped_to_be_joined_runs_again(was_running: bool, is_joined: bool, is_made: bool) -> None:
    """Its host port was taken meanwhile; the run died, or gave up, before it could be started."""
    daemon = ModelDaemon()
    client = ModelClient(daemon)
    daemon.add_network("net")
    web = daemon.add_container("web", HostConfig={"NetworkMode": "net"})
    raw = next(each for each in daemon.networks.values() if each["Name"] == "net")
    before = replay_body(Network(raw), Api(*daemon.api))
    after = {**before, "Labels": {"new": ""}}
    members = (Member(web, "web", {}, {}, was_running),)
    journal = Journal(rebuild=RebuildRecord("net", raw["Id"], before, after, members))
    client.post("/volumes/create", {"Name": journal.volume, "Labels": journal.as_labels()})
    daemon.stop(web)
    client.post(f"/networks/{raw['Id']}/disconnect", {"Container": web})
    client.delete(f"/networks/{raw['Id']}")
    if is_made:
        made = client.post("/networks/create", after)["Id"]
        if is_joined:
            client.post(f"/networks/{made}/connect", {"Container": web, "EndpointConfig": {}})
    converge(client, DesiredState((parse_network({"name": "net"}),)), check_mode=False)
    standing = daemon.named("web")
    assert standing["State"]["Running"] is was_running
    assert bool(standing["NetworkSettings"]["Networks"]["net"]["EndpointID"]) is was_running
    assert daemon.volumes == {}
