# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A client that keeps asking: ask.py URL FOLDER. Ends when FOLDER/stop is there, or after ten minutes.

Writes a line of JSON for each question to FOLDER/answers: when it was asked, and the answer or why there was none.
"""

from __future__ import annotations

import http.client
import json
import pathlib
import sys
import time
import urllib.error
import urllib.request

url, folder = sys.argv[1], pathlib.Path(sys.argv[2])
opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
end = time.monotonic() + 600
with (folder / "answers").open("w") as answers:
    while time.monotonic() < end and not (folder / "stop").exists():
        line: dict[str, object] = {"time": time.monotonic()}
        try:
            with opener.open(url, timeout=5) as answer:
                line["answer"] = json.load(answer)
        except urllib.error.HTTPError as error:
            line["broken"] = f"status {error.code}"
        except (OSError, http.client.HTTPException) as error:
            line["absent"] = str(error)
        print(json.dumps(line), file=answers, flush=True)
        time.sleep(0.05)
