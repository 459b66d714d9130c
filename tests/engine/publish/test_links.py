# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Legacy links of a container that stands: exactly those that are listed."""

from __future__ import annotations

import json
import re

from ansible_collections.bridgeport.docker.tests.engine.publish.normalised import normalise
from ansible_collections.bridgeport.docker.tests.engine.site import Site
from ansible_collections.bridgeport.docker.tests.support.real_engine import docker


def test_links(site: Site) -> None:
    store = site.run("store", "--expose", "80", "-e", "PASSWORD=s3cret-of-the-store")
    box = site.run("linked", "--link", f"{store}:db", "-p", "127.0.0.1::80")
    before, before_normal = site.seen(box), normalise(site.seen(box))
    assert site.publish(box, links=[f"{store}:db"])["changed"] is False
    predicted = site.publish(box, links=[], check=True, diff=True)
    result = site.publish(box, links=[], diff=True)
    again = site.publish(box, links=[])
    inside = docker("exec", box, "sh", "-c", "cat /etc/hosts; env")
    assert predicted["changed"] is True
    assert predicted["diff"] == result["diff"]
    assert result["changed"] is True
    assert result["diff"]["before"][f"container {box}"]["links"] == [f"{store}:db"]
    assert again["changed"] is False
    seen = site.seen(box)
    assert seen["HostConfig"]["Links"] is None
    assert seen["Id"] != before["Id"]
    assert seen["NetworkSettings"]["Ports"] == before["NetworkSettings"]["Ports"]
    assert store not in inside
    assert "DB_" not in inside
    assert "s3cret" not in json.dumps(result)
    now = normalise(seen)
    now["HostConfig"]["Links"] = before_normal["HostConfig"]["Links"] = None
    assert now == before_normal

    site.publish(box, links=[f"{store}:db", store])
    inside = docker("exec", box, "cat", "/etc/hosts")
    assert len(site.seen(box)["HostConfig"]["Links"]) == 2
    assert re.search(r"\sdb\s", inside)
    assert store in inside

    site.refused("container_not_found", box, links=[site.name("nobody")])
    site.refused("option_conflict", box, links=["a:b:c"])
    site.refused("network_mode_conflict", box, links=[store], network_mode="host")


def test_a_link_whose_target_was_remade(site: Site) -> None:
    """The engine goes on to mean the former target, with which the container cannot start."""
    store = site.run("store")
    box = site.run("linked", "--link", f"{store}:db")
    docker("stop", "-t", "0", box)
    docker("rm", "-f", store)
    site.run("store")
    task = {"state": "started", "force_kill": True}
    items = {"containers": [{"name": box, "links": [f"{store}:db"], **task}]}
    assert site.does("docker_topology", check=True, **items)["changed"] is True
    assert site.does("docker_topology", **items)["changed"] is True
    assert site.does("docker_topology", **items)["changed"] is False
    address = site.seen(store)["NetworkSettings"]["IPAddress"]
    assert re.search(rf"{address}\s.*\bdb\b", docker("exec", box, "cat", "/etc/hosts"))

    # Both are stopped, and the one that links comes first in the list.
    docker("stop", "-t", "0", box, store)
    both = [{"name": name, **task} for name in (box, store)]
    assert site.does("docker_topology", containers=both)["changed"] is True

    # The target is stopped, and not in the task.
    docker("stop", "-t", "0", box, store)
    for check in (True, False):
        refused = site.fails("docker_topology", "start_failed", containers=[{"name": box, **task}], check=check)
        assert store in refused["msg"]
    # A container that stays stopped needs no target that runs.
    assert site.publish(box, published_ports=[f"127.0.0.1:{site.base}:80"])["changed"] is True
    docker("rm", "-f", store)
    for check in (True, False):
        site.fails("docker_topology", "container_not_found", containers=[{"name": box, **task}], check=check)
    assert site.does("docker_topology", containers=[{"name": box, "links": [], **task}])["changed"] is True
    assert site.seen(box)["State"]["Running"] is True
