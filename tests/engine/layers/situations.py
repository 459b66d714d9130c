# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Random writable layers and random mounts, on a handful of paths so that they meet in every way."""

from __future__ import annotations

import random
import typing as t
from dataclasses import dataclass

TOPS = ("a", "b", "c")
PATHS = tuple(
    f"/{path}"
    for top in TOPS
    for path in (top, f"{top}/x", f"{top}/y", f"{top}/x/p", f"{top}/x/q", f"{top}/y/p", f"{top}/x/p/deep")
)
KINDS = ("volume", "volume", "volume", "folder", "tmpfs")
# How a replacement comes about: all of them carry the layer.
IMAGES = 8
WAYS = ("stopped", "stopped", "stopped", "running", "auto-remove", "pair", "network")


@dataclass(frozen=True)
class Mount:
    """``target``: where it is mounted. ``script`` fills it before anything else happens, from within its root."""

    kind: str
    target: str
    script: str
    read_only: bool = False


@dataclass(frozen=True)
class Situation:
    """A container with mounts, what is done in it, and the mounts that the task adds."""

    number: int
    image: str
    mounts: tuple[Mount, ...]
    layer: str
    added: tuple[Mount, ...]
    way: str


def make_situation(number: int, seed: str) -> Situation:
    chooser = random.Random(f"{seed} {number}")
    targets = chooser.sample(PATHS, 5)
    count = chooser.randint(1, 3)
    mounts = [_make_mount(chooser, target) for target in targets]
    return Situation(
        number=number,
        image=_make_script(random.Random(f"{seed} image {number % IMAGES}"), 12),
        mounts=tuple(mounts[:count]),
        layer=_make_script(chooser, chooser.randint(1, 12)),
        added=tuple(mounts[count : count + chooser.randint(0, 2)]),
        way=chooser.choice(WAYS),
    )


def _make_mount(chooser: random.Random, target: str) -> Mount:
    names = ("x", "y", "p", "x/p", "deep", "db")
    lines = [_make_line(chooser, tuple(f"./{name}" for name in names)) for _line in range(chooser.randint(1, 5))]
    return Mount(chooser.choice(KINDS), target, "\n".join(["echo precious > ./db", *lines]), chooser.random() < 0.1)


def _make_script(chooser: random.Random, lines: int) -> str:
    return "\n".join(_make_line(chooser, PATHS) for _line in range(lines))


def _make_line(chooser: random.Random, paths: t.Sequence[str]) -> str:
    """One command of busybox; those that fail change nothing, or something, as it happens."""
    path, other = chooser.sample(paths, 2)
    word = f"w{chooser.randrange(1000)}"
    return chooser.choice(
        (
            f"mkdir -p {path}",
            f"mkdir -p {path}; echo {word} > {path}/f",
            f"mkdir -p {path}; echo {word} > {path}/f; chown 12:34 {path}/f; chmod 4750 {path}/f",
            f"mkdir -p $(dirname {path}); echo {word} > {path}",
            f"rm -rf {path}; mkdir -p $(dirname {path}); ln -s {other} {path}",
            f"rm -rf {path}; mkdir -p $(dirname {path}); ln -s $(basename {other}) {path}",
            f"mkdir -p $(dirname {other}); mv {path} {other}",
            f"mkdir -p $(dirname {other}); mv {path} {other}; ln -s {other} {path}",
            f"mkdir -p $(dirname {path}) $(dirname {other}); echo {word} > {path}; ln {path} {other}",
            f"rm -rf {path}",
            f"rm -rf {path}; mkdir -p {path}; echo {word} > {path}/g",
            f"chmod 711 {path}; chown 5:6 {path}",
        )
    )
