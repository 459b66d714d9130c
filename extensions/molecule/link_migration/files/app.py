# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A web application with a database, both of them small: app.py db, and app.py web NAME...

The database answers with what it was given to keep. The web application asks it for that by each of the names, looked
up for each request, and answers with what it found.
"""

from __future__ import annotations

import http.server
import json
import pathlib
import socket
import sys
import urllib.request

KEPT = pathlib.Path("/kept")


def ask(name: str) -> dict[str, str]:
    with urllib.request.urlopen(f"http://{name}:8000/", timeout=5) as answer:
        return {"address": socket.gethostbyname(name), "kept": answer.read().decode()}


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        kept = KEPT.read_text() if KEPT.exists() else ""
        names = sys.argv[2:]
        body = json.dumps({"kept": kept, "names": {name: ask(name) for name in names}}) if names else kept
        self.send_response(200)
        self.end_headers()
        self.wfile.write(body.encode())


http.server.ThreadingHTTPServer(("", 8000), Handler).serve_forever()
