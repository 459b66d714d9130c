# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How much the crash tests try: a seeded sample, or everything where the variable CRASHES is ``all``.

CRASHES_SEED chooses another sample.
"""

from __future__ import annotations

import os
import random
import typing as t

SAMPLED = os.environ.get("CRASHES", "sample") != "all"
SEED = os.environ.get("CRASHES_SEED", "1")
# One in so many is tried in a sample.
PART = 4

T = t.TypeVar("T")


def examples(count: int) -> int:
    """How many examples Hypothesis tries."""
    return count // PART if SAMPLED else count


class Sample:
    """Chooses among the points at which a crash could strike; the same ones each time."""

    def __init__(self, name: str) -> None:
        self._chooser = random.Random(f"{SEED} {name}")
        self.tried = self.total = 0

    def __call__(self, points: t.Sequence[T]) -> t.Sequence[T]:
        chosen = points
        if SAMPLED:
            picked = self._chooser.sample(range(len(points)), -(-len(points) // PART))
            chosen = [points[number] for number in sorted(picked)]
        self.tried += len(chosen)
        self.total += len(points)
        return chosen

    def __str__(self) -> str:
        seed = f", seed {SEED}" if SAMPLED else ""
        return f"{self.tried} of {self.total} crash points{seed}"
