# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Benchmarks beside community.docker or Docker Compose, in one run on one engine: all, or those named as arguments.

Prints a table for each and keeps all samples in .build/bench. Nothing here is a test: times depend on the machine, so
only the ratio of two that were taken side by side says something.
"""

from __future__ import annotations

import signal
import sys
import typing as t

from ansible_collections.bridgeport.docker.tests.bench import cost, gap, many, memory, names, peers, start, table

BENCHES: dict[str, t.Any] = {
    module.__name__.rpartition(".")[2]: module for module in (gap, names, start, cost, many, memory)
}


def main(chosen: list[str]) -> int:
    unknown = [name for name in chosen if name not in BENCHES]
    if unknown:
        print(f"No such benchmark: {', '.join(unknown)}. There are: {', '.join(BENCHES)}.")
        return 2
    # Ended from outside, it removes its containers all the same.
    signal.signal(signal.SIGTERM, lambda number, _frame: sys.exit(128 + number))
    peers.prepare()
    versions = peers.versions()
    print(", ".join(f"{name} {version}" for name, version in versions.items()))
    print("median (smallest..largest); a ratio below 1 is less than theirs", flush=True)
    for name in chosen or BENCHES:
        bench = BENCHES[name]
        rows = bench.measure()
        table.print_rows(bench.TITLE, rows, getattr(bench, "THEIRS", table.THEIRS))
        table.save(peers.BUILD / "bench" / f"{name}.json", versions, bench.TITLE, rows)
        sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
