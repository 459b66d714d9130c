# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Large layers take little memory, and what no archive of the engine keeps is known before anything stops."""

from __future__ import annotations

import os
import socket
import typing as t
from pathlib import Path

import pytest

from ansible_collections.bridgeport.docker.tests.engine.site import Site
from ansible_collections.bridgeport.docker.tests.support.budget import SAMPLED
from ansible_collections.bridgeport.docker.tests.support.real_engine import docker, run_module

# Of the module's process, in MiB.
PEAK = 64
MIB = 256 if SAMPLED else 5 << 10
FILES = 20_000 if SAMPLED else 200_000
# Seconds for one replacement.
LIMIT = 120 if SAMPLED else 900

MAKE = {
    "one-file": (f"dd if=/dev/zero of=/large bs=1M count={MIB}", "stat -c %s /large", str(MIB << 20)),
    "files": (
        f"mkdir /many; cd /many; seq {FILES} | sed s/$/.data/ | xargs -n 1000 touch",
        "ls /many | wc -l",
        str(FILES),
    ),
}


@pytest.mark.parametrize("what", MAKE)
def test_the_memory_of_a_carry(site: Site, what: str, tell: t.Callable[[str], None]) -> None:
    make, count, expected = MAKE[what]
    box = site.run("box", "-p", f"127.0.0.1:{site.base}:80")
    docker("exec", box, "sh", "-c", make)
    task = {"name": box, "published_ports": [f"127.0.0.1:{site.base + 1}:80"], "force_kill": True}
    ran = run_module("docker_port_publish", {**task, "timeout": LIMIT}, limit=LIMIT)
    assert ran.result.get("changed") is True, ran.result
    assert docker("exec", box, "sh", "-c", count) == expected
    size = f"{MIB} MiB in one file" if what == "one-file" else f"{FILES} files"
    tell(f"a carry with {size}: {ran.peak / 1024:.0f} MiB")
    assert ran.peak / 1024 < PEAK


def find_root(site: Site, name: str) -> Path:
    """The root of a container that runs, as this host sees it."""
    root = Path(f"/proc/{site.seen(name)['State']['Pid']}/root")
    if not os.access(root / "etc", os.W_OK):
        pytest.skip("needs an engine on this host, and root")
    return root


def test_what_no_archive_keeps_is_said_before(site: Site) -> None:
    box = site.run("box", "-p", f"127.0.0.1:{site.base}:80", "--cap-add", "MKNOD")
    root = find_root(site, box)
    docker("exec", box, "sh", "-c", "mkdir /d; cd /d; mkfifo fifo; mknod null c 1 3; touch old marked")
    os.utime(root / "d" / "old", (-5, -5))
    marked = ["attribute trusted.note of /d/marked"]
    os.setxattr(root / "d" / "marked", "trusted.note", b"x")
    os.setxattr(root / "d" / "marked", "security.capability", bytes.fromhex("0100000200040000000000000000000000000000"))
    try:
        os.setxattr(root / "d" / "marked", "user.note", b"x")
        marked.append("attribute user.note of /d/marked")
    except OSError:
        pass  # not every file system has them
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(root / "d" / "socket"))
    lost = [f"{each} in {box}" for each in (*marked, "socket /d/socket", "time of /d/old (before 1970)")]
    for check in (True, False):
        result = site.publish(box, published_ports=[f"127.0.0.1:{site.base + 1}:80"], check=check)
        assert [each for each in result["will_lose"] if "/d/" in each] == lost
    root = find_root(site, box)
    assert sorted(path.name for path in (root / "d").iterdir()) == ["fifo", "marked", "null", "old"]
    assert (root / "d" / "fifo").is_fifo()
    assert (root / "d" / "null").is_char_device()
    assert [name for name in os.listxattr(root / "d" / "marked") if name != "security.selinux"] == [
        "security.capability"
    ]


def test_a_file_with_holes_is_refused_before_the_stop(site: Site) -> None:
    box = site.run("box", "-p", f"127.0.0.1:{site.base}:80")
    find_root(site, box)
    docker("exec", box, "truncate", "-s", "3G", "/sparse")
    before = site.seen(box)
    for check in (True, False):
        result = site.refused(
            "writable_layer_changed", box, published_ports=[f"127.0.0.1:{site.base + 1}:80"], check=check
        )
        assert result["failure"]["paths"] == [f"/sparse ({3 << 30} bytes, 0 of them on disk)"]
    assert site.seen(box)["State"] == before["State"]
    assert site.standing == ["box"]
