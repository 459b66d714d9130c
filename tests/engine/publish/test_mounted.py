# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is mounted in a container stays, however it was written, and can be asked for in another way."""

from __future__ import annotations

from ansible_collections.bridgeport.docker.tests.engine.site import Site, returned_port
from ansible_collections.bridgeport.docker.tests.support.real_engine import docker


def test_mounts(site: Site) -> None:
    source, more = site.name("source"), site.name("more")
    docker("create", "--name", source, "-v", "/tmp:/folder", "-v", "/from-source", site.images.busybox, "true")
    # A read-only root, and paths as nobody should write them.
    box = site.run(
        "mounted",
        *("--read-only", "--tmpfs", "/run/", "-v", "/data/", "-v", "/opt/sub//deep"),
        *("--mount", "type=volume,dst=/more/", "--volumes-from", source),
        command=("sh", "-c", "echo kept > /data/file; exec httpd -f -p 80 -h /etc"),
    )
    docker("rm", source)

    def mounted() -> dict[str, str]:
        return {mount["Destination"]: mount["Source"] for mount in site.seen(box)["Mounts"]}

    before = mounted()
    result = site.publish(box, published_ports=[f"127.0.0.1:{site.base}:80"])
    assert result["changed"] is True
    assert returned_port(result) == site.docker_port(box)
    assert len(before) == 5
    assert mounted() == before
    assert docker("exec", box, "cat", "/data/file") == "kept"

    # One of them by its volume, and another one in its place: the first has stayed.
    result = site.publish(box, mounts=[{"target": "/data"}, {"target": "/more", "source": more}])
    assert result["changed"] is True
    assert mounted()["/data"] == before["/data"]
    assert more in mounted()["/more"]
    assert site.publish(box, volumes=[f"{more}:/more", "/data"])["changed"] is False
    site.refused("option_conflict", box, volumes=[f"{more}:/more"], mounts=[{"target": "/more/", "type": "tmpfs"}])
