# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Kill every process that has NAME=VALUE in its environment, and print how many: kill_marked.py NAME VALUE."""

from __future__ import annotations

import os
import signal
import sys

mark = f"{sys.argv[1]}={sys.argv[2]}".encode()
killed = 0
for name in os.listdir("/proc"):
    if not name.isdigit() or int(name) == os.getpid():
        continue
    try:
        with open(f"/proc/{name}/environ", "rb") as environ:
            if mark not in environ.read().split(b"\0"):
                continue
        os.kill(int(name), signal.SIGKILL)
    except (FileNotFoundError, PermissionError, ProcessLookupError):
        continue  # gone meanwhile, or somebody else's
    killed += 1
print(killed)
