# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Requests through a published port, one every 5 ms, until it is terminated: knock.py PORT.

A new request starts whether or not the former ones were answered. Prints the start of each in seconds and whether it
was answered within LIMIT, as JSON.
"""

from __future__ import annotations

import asyncio
import json
import signal
import sys
import time

EVERY = 0.005
# Shorter than the second after which the kernel repeats a lost SYN: what is answered later met a gap.
LIMIT = 0.25


async def ask(port: int) -> bool:
    try:
        reader, writer = await asyncio.wait_for(asyncio.open_connection("127.0.0.1", port), LIMIT)
    except (OSError, asyncio.TimeoutError):
        return False
    try:
        writer.write(b"GET / HTTP/1.0\r\n\r\n")
        # The proxy of the engine accepts for nobody: only an answer of the application counts.
        return (await asyncio.wait_for(reader.readline(), LIMIT)).startswith(b"HTTP/1.")
    except (OSError, asyncio.TimeoutError):
        return False
    finally:
        writer.close()


async def main(port: int) -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    seen = []

    async def note() -> None:
        start = time.monotonic()
        seen.append((start, await ask(port)))

    waiting = set()
    while not stop.is_set():
        task = asyncio.create_task(note())
        waiting.add(task)
        task.add_done_callback(waiting.discard)
        await asyncio.sleep(EVERY)
    await asyncio.gather(*waiting)
    print(json.dumps(sorted(seen)))


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
