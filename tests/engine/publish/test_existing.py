# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A container that somebody made with many options gets a port: nothing else of it changes."""

from __future__ import annotations

import json
import time

from ansible_collections.bridgeport.docker.tests.engine.publish.normalised import normalise
from ansible_collections.bridgeport.docker.tests.engine.site import Site, returned_port
from ansible_collections.bridgeport.docker.tests.support.real_engine import docker


def make(site: Site, box: str) -> None:
    docker("network", "create", "--subnet", f"{site.subnet}.0/24", site.name("net"))
    docker("network", "create", site.name("other"))
    site.run(
        "rich",
        *("--publish=127.0.0.1::80", f"--publish=127.0.0.1:{site.base}:81"),
        *("--env=PASSWORD=s3cret-of-the-rich", "--label=com.example.purpose=test"),
        *("--memory=64m", "--cpu-shares=512", "--pids-limit=50", "--ulimit=nofile=1000:2000"),
        *("--cap-add=NET_ADMIN", "--cap-drop=MKNOD", "--shm-size=32m"),
        *("--sysctl=net.ipv4.ip_unprivileged_port_start=80", f"--volume={site.name('named')}:/var/www"),
        *("--volume=/data", "--mount=type=volume,target=/more", "--tmpfs=/scratch"),
        *(f"--network={site.name('net')}", "--network-alias=shop", "--network-alias=store", f"--ip={site.subnet}.50"),
        *("--restart=unless-stopped", "--add-host=elsewhere:192.0.2.1", "--dns-option=ndots:2", "--hostname=the-host"),
        *("--workdir=/var", "--user=0:0", "--stop-timeout=1", "--log-opt=max-size=1m", "--health-cmd=true", "--init"),
        "--entrypoint=httpd",
        command=("-f", "-p", "80", "-h", "/var/www"),
    )
    docker("network", "connect", "--alias", "second", site.name("other"), box)
    content = f"for place in /var/www /data /more; do echo {site.prefix} > $place/index.html; done"
    docker("exec", box, "sh", "-c", content)


def test_nothing_else_changes(site: Site) -> None:
    base, box = site.base, site.name("rich")
    make(site, box)
    before = normalise(site.seen(box))
    (ephemeral,) = (line for line in site.docker_port(box) if line.startswith("80/tcp -> 127.0.0.1:"))
    chosen = int(ephemeral.rpartition(":")[2])
    steps: list[tuple[dict[str, object], list[str], list[int]]] = [
        (
            {"published_ports": [f"127.0.0.1:{base + 1}:80"], "purge": False},
            [f"80/tcp -> 127.0.0.1:{base + 1}", f"81/tcp -> 127.0.0.1:{base}"],
            [base + 1],
        ),
        (
            {"published_ports": [f"127.0.0.1:{chosen}:80", f"127.0.0.1:{base + 2}:80"]},
            [f"80/tcp -> 127.0.0.1:{base + 2}"],
            [base + 2],
        ),
        ({"state": "absent", "published_ports": [f"{base + 2}:80"]}, [], []),
    ]
    net, other = site.name("net"), site.name("other")
    for options, expected, opened in steps:
        old = site.seen(box)
        options = {**options, "force_kill": False}
        predicted = site.publish(box, check=True, **options)
        assert predicted["changed"] is True
        untouched = site.seen(box)
        assert (untouched["Id"], untouched["State"]["StartedAt"]) == (old["Id"], old["State"]["StartedAt"])

        result = site.publish(box, **options)
        assert result["changed"] is True
        seen = site.seen(box)
        assert result["container"]["id"] == seen["Id"] != old["Id"]
        assert returned_port(result) == site.docker_port(box) == sorted([*expected, ephemeral])
        assert normalise(seen) == before
        assert len(result["will_lose"]) == 2
        assert sorted(result["networks"]) == sorted([net, other])
        assert result["networks"][net]["ip_address"] == f"{site.subnet}.50"
        assert result["networks"][net]["aliases"] == ["shop", "store"]
        assert result["networks"][other]["aliases"] == ["second"]
        assert site.standing == ["rich"]
        assert "s3cret" not in json.dumps([result, predicted])
        # What was predicted is what happened.
        for key in ("published", "diff", "will_lose", "actions"):
            assert predicted[key] == result[key]
        assert predicted["container"]["state"] == result["container"]["state"]
        assert sorted(predicted["networks"]) == sorted(result["networks"])
        for key in ("aliases", "ip_address"):
            assert predicted["networks"][net][key] == result["networks"][net][key]
        # The volumes have their data, and the ports serve it.
        for port in [*opened, chosen]:
            assert site.fetch(port, "").strip() == site.prefix
        assert docker("exec", box, "cat", "/data/index.html", "/more/index.html").split() == [site.prefix] * 2

        again = site.publish(box, **options)
        assert again["changed"] is False
        assert again["published"] == result["published"]
        assert again["container"] == result["container"]
        assert site.seen(box)["Id"] == result["container"]["id"]


def test_a_slow_health_check_has_its_first_turn(site: Site) -> None:
    """The check comes after seconds in which the task alone would have given up."""
    check = ("--health-cmd", "true", "--health-interval", "5s")
    box = site.run("slow", "-p", f"127.0.0.1:{site.base}:80", *check)
    deadline = time.monotonic() + 60
    while site.seen(box)["State"]["Health"]["Status"] != "healthy":
        assert time.monotonic() < deadline
        time.sleep(0.5)
    wanted = [f"127.0.0.1:{site.base}:80", f"127.0.0.1:{site.base + 1}:80"]
    assert site.publish(box, published_ports=wanted, wait_timeout=1)["changed"] is True
    assert site.seen(box)["State"]["Health"]["Status"] == "healthy"
    assert site.fetch(site.base + 1)
