# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a benchmark found, as a table for people and as JSON for later."""

from __future__ import annotations

import json
import statistics
import typing as t
from dataclasses import asdict, dataclass, field
from pathlib import Path

OURS, THEIRS = "bridgeport.docker", "community.docker"


@dataclass
class Row:
    """The samples of both sides in one unit. Where a side has none, ``note`` says why.

    ``paired``: the samples of one place were taken one after the other, so that each pair has a ratio of its own.
    """

    label: str
    unit: str
    ours: list[float] = field(default_factory=list)
    theirs: list[float] = field(default_factory=list)
    note: str = ""
    paired: bool = False

    def of(self, side: str) -> list[float]:
        return self.ours if side == OURS else self.theirs

    @property
    def ratios(self) -> list[float]:
        return [ours / theirs for ours, theirs in zip(self.ours, self.theirs)] if self.paired else []

    @property
    def ratio(self) -> float | None:
        if self.ratios:
            return statistics.median(self.ratios)
        if not self.ours or not self.theirs or not statistics.median(self.theirs):
            return None
        return statistics.median(self.ours) / statistics.median(self.theirs)


def show(samples: t.Sequence[float]) -> str:
    """Median and spread."""
    if not samples:
        return "-"
    middle, low, high = (f"{value:.4g}" for value in (statistics.median(samples), min(samples), max(samples)))
    return middle if low == high else f"{middle} ({low}..{high})"


def outages(seen: t.Sequence[tuple[float, bool]]) -> tuple[float, int]:
    """The longest time between two answered requests in milliseconds, and how many were not answered."""
    good = [start for start, answered in seen if answered]
    if len(good) < 2:
        raise AssertionError("nothing was answered")
    longest = max(later - earlier for earlier, later in zip(good, good[1:]))
    return 1000 * longest, len(seen) - len(good)


def print_rows(title: str, rows: t.Sequence[Row], theirs: str = THEIRS) -> None:
    print(f"\n{title}")
    lines = [("", OURS, theirs, "ratio ours/theirs")]
    for row in rows:
        ratio = "-" if row.ratio is None else f"{row.ratio:.2f}"
        if row.ratios:
            ratio += f" ({min(row.ratios):.2f}..{max(row.ratios):.2f})"
        lines.append((f"{row.label} [{row.unit}]", show(row.ours), show(row.theirs), ratio))
    widths = [max(len(line[column]) for line in lines) for column in range(4)]
    notes = ["", *(row.note for row in rows)]
    for line, note in zip(lines, notes):
        print("  " + "  ".join(text.ljust(width) for text, width in zip(line, widths)).rstrip())
        if note:
            print(f"      {note}")


def save(path: Path, versions: t.Mapping[str, str], title: str, rows: t.Sequence[Row]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    found = {"title": title, "versions": dict(versions), "rows": [{**asdict(row), "ratio": row.ratio} for row in rows]}
    path.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
