# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The programs of a Docker engine: the machine's own ones, or those of a newer Debian release, which are only unpacked.

The packages come from the mirror that apt of this machine is configured with.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import tempfile
import typing as t
from pathlib import Path

# What an engine needs to find on PATH. runc stays the machine's own: a newer one may need a newer libc.
_PROGRAMS = ("usr/sbin/dockerd", "usr/sbin/docker-proxy", "usr/bin/containerd", "usr/bin/containerd-shim-runc-v2")
_INIT = "usr/bin/tini-static"
_COMPOSE = "usr/libexec/docker/cli-plugins/docker-compose"
# In sid docker-init's tini-static is a package of its own.
_PACKAGES = (("docker.io",), ("containerd",), ("tini", "tini-static"), ("docker-compose",))
_KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
# Seconds for one command of apt.
_BOUND = 240

OWN = "own"
# The Debian suites, and which engine they had when this was written.
SUITES = {"trixie": "26.1", "sid": "28.5"}


class Unavailable(Exception):
    """This engine cannot be had on this machine; the message is the reason."""


def find_programs(engine: str, store: Path) -> str:
    """The PATH on which the engine's programs are. Downloads and unpacks them into ``store`` where they are not yet."""
    path = os.environ["PATH"] + ":/usr/sbin:/sbin"
    if engine == OWN:
        if not shutil.which("dockerd", path=path):
            raise Unavailable("there is no dockerd on this machine")
        return path
    if engine not in SUITES:
        raise Unavailable(f"no such engine: there are {OWN}, {', '.join(SUITES)}")
    folder = store / engine
    store.mkdir(parents=True, exist_ok=True)
    with (store / f"{engine}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.is_dir():
            with tempfile.TemporaryDirectory(dir=store) as work:
                _fetch(engine, Path(work))
                # Only what is complete gets the name.
                (Path(work) / "engine").rename(folder)
    return f"{folder}/bin:{path}"


def find_compose(store: Path) -> str:
    """Docker Compose of the newest release."""
    suite = list(SUITES)[-1]
    return f"{find_programs(suite, store).partition('/bin:')[0]}/bin/docker-compose"


def _fetch(suite: str, work: Path) -> None:
    if not shutil.which("apt-get") or not Path(_KEYRING).exists():
        raise Unavailable(f"the packages of Debian {suite} need apt and Debian's keyring")
    lists, cache, root = work / "lists", work / "cache", work / "engine" / "root"
    for made in (lists / "partial", cache / "archives" / "partial", root, work / "engine" / "bin"):
        made.mkdir(parents=True)
    sources = work / "sources.list"
    sources.write_text(f"deb [signed-by={_KEYRING}] {_find_mirror()} {suite} main\n", encoding="utf-8")
    options = {
        "Dir::Etc::sourcelist": str(sources),
        "Dir::Etc::sourceparts": "/dev/null",
        "Dir::Etc::preferencesparts": "/dev/null",
        "Dir::State::Lists": str(lists),
        "Dir::Cache": str(cache),
        "APT::Sandbox::User": "root",
    }
    apt = ["apt-get", "-qq", *(f"-o{key}={value}" for key, value in options.items())]
    _run([*apt, "update"], work)
    archives = cache / "archives"
    for required, *optional in _PACKAGES:
        _run([*apt, "download", required], archives)
        for name in optional:
            _run([*apt, "download", name], archives, check=False)
    for archive in sorted(archives.glob("*.deb")):
        _run(["dpkg-deb", "-x", str(archive), str(root)], work)
    for program in _PROGRAMS:
        _link(work / "engine", program, Path(program).name)
    _link(work / "engine", _INIT, "docker-init")
    _link(work / "engine", _COMPOSE, "docker-compose")


def _link(folder: Path, program: str, name: str) -> None:
    if not (folder / "root" / program).exists():
        raise Unavailable(f"Debian's packages have no {program}")
    (folder / "bin" / name).symlink_to(f"../root/{program}")


def _find_mirror() -> str:
    """Where this machine gets its packages from, but for those of security updates, which have no such suites."""
    listed = _run(["apt-get", "indextargets", "--format", "$(REPO_URI)", "Created-By: Packages"], Path("/")).split()
    mirrors = [uri for uri in listed if "security" not in uri]
    if not mirrors:
        raise Unavailable("apt of this machine has no mirror")
    return mirrors[0]


def _run(command: t.Sequence[str], folder: Path, check: bool = True) -> str:
    try:
        done = subprocess.run(command, cwd=folder, check=False, capture_output=True, text=True, timeout=_BOUND)
    except subprocess.TimeoutExpired:
        raise Unavailable(f"{command[0]} {command[-1]} took longer than {_BOUND} s") from None
    if check and done.returncode:
        # Without the mirror's address, which belongs to nobody else.
        raise Unavailable(f"{command[0]} {command[-1]} ended with status {done.returncode}")
    return done.stdout
