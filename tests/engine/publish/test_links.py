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
