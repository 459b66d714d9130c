# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A change fails on the way: the old container stands again."""

from __future__ import annotations

import json
import typing as t

from ansible_collections.bridgeport.docker.tests.engine.site import HTTPD, Site, returned_port


def test_a_successor_that_fails(site: Site) -> None:
    base = site.base
    box = site.run(
        "frail",
        *("-p", f"127.0.0.1:{base}:80", "-p", "127.0.0.1::81", "--restart", "on-failure:3"),
        *("-e", "PASSWORD=s3cret-of-the-frail"),
    )
    before = site.seen(box)
    wanted = [f"127.0.0.1:{base}:80", f"127.0.0.1:{base + 1}:80"]
    unhealthy = {"test": "exit 1", "interval": "100ms", "retries": 1}
    failing: list[tuple[list[str], dict[str, t.Any], str]] = [
        (["sh", "-c", "echo my password is $PASSWORD; exit 3"], {}, "start_failed"),
        (["no-such-program"], {}, "start_failed"),
        (list(HTTPD), {"wait": "healthy", "healthcheck": unhealthy}, "wait_timeout"),
    ]
    results = []
    for command, options, code in failing:
        result = site.refused(code, box, published_ports=wanted, command=command, wait_timeout=20, **options)
        assert result["rolled_back"], result
        assert "s3cret" not in json.dumps(result)
        results.append(result)
    # Its restart policy may have started it again, more than once.
    assert {*results[0]["failure"]["logs"]} == {"my password is ********"}
    assert box in results[0]["msg"]
    assert "no-such-program" in results[1]["msg"]
    seen = site.seen(box)
    assert seen["Id"] == before["Id"]
    assert seen["State"]["Running"]
    assert seen["HostConfig"] == before["HostConfig"]
    assert len(site.docker_port(box)) == 2
    assert f"80/tcp -> 127.0.0.1:{base}" in site.docker_port(box)
    assert site.standing == ["frail"]
    assert site.fetch(base)

    result = site.publish(
        box, published_ports=wanted, healthcheck={"test": "true", "interval": "100ms"}, wait="healthy"
    )
    assert result["changed"] is True
    assert returned_port(result) == site.docker_port(box)
    assert site.seen(box)["State"]["Health"]["Status"] == "healthy"


def test_a_container_that_fails(site: Site) -> None:
    result = site.refused(
        "start_failed",
        site.name("new"),
        image=site.images.busybox,
        command="sh -c 'exit 4'",
        volumes=["/data"],
        env={"PASSWORD": "s3cret-of-the-new"},
    )
    assert result["rolled_back"]
    assert result["failure"]["exit_code"] == 4
    assert "s3cret" not in json.dumps(result)
    assert site.standing == []
