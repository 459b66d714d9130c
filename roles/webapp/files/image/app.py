# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A small web application: it greets whoever asks, on port 5000.

PROVIDER is whom it greets (world), PORT where it listens (5000).
"""

from __future__ import annotations

import os
import signal
import sys
import typing as t

from flask import Flask

app = Flask(__name__)


@app.route("/")
def greet() -> str:
    return "Hello " + os.environ.get("PROVIDER", "world") + "!"


def stop(signum: int, frame: t.Any) -> None:
    # The first process of a container has no default action for signals: without a handler of its own SIGTERM is
    # ignored, and "docker stop" takes ten seconds.
    sys.exit(0)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, stop)
    app.run(host="0.0.0.0", port=int(os.environ.get("PORT", "5000")))
