# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Look-ups of a name in the DNS of a container's network, one every 5 ms, until it is terminated: look_up.py NAME.

Runs in a container. A new question is sent whether or not the former ones were answered. Prints the time of each in
seconds and whether an address came within LIMIT, as JSON.
"""

from __future__ import annotations

import json
import select
import signal
import socket
import struct
import sys
import time

SERVER = ("127.0.0.11", 53)
EVERY = 0.005
LIMIT = 0.5


def question(number: int, name: str) -> bytes:
    labels = b"".join(bytes([len(label)]) + label.encode() for label in name.split("."))
    return struct.pack(">6H", number, 0x0100, 1, 0, 0, 0) + labels + b"\0" + struct.pack(">2H", 1, 1)


def main(name: str) -> None:
    going = [True]
    signal.signal(signal.SIGTERM, lambda *_: going.clear())
    sent: list[float] = []
    answered: set[int] = set()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.connect(SERVER)
        ends = 0.0
        while going or time.monotonic() < ends:
            if going:
                client.send(question(len(sent), name))
                sent.append(time.monotonic())
                ends = sent[-1] + LIMIT
            until = time.monotonic() + EVERY
            while select.select([client], [], [], max(0.0, until - time.monotonic()))[0]:
                number, flags, _questions, answers = struct.unpack(">4H", client.recv(512)[:8])
                if flags & 15 == 0 and answers and time.monotonic() - sent[number] < LIMIT:
                    answered.add(number)
    print(json.dumps([(start, number in answered) for number, start in enumerate(sent)]), flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
