# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""What the engine says of itself."""

from __future__ import annotations

import re
import typing as t


class Engine(t.NamedTuple):
    """``is_local``: a unix socket, and the daemon in our own network namespace; None where we may not look."""

    version: str
    api: tuple[int, int]
    is_local: bool | None = None

    @property
    def leaks_loopback(self) -> bool | None:
        """Whether neighbours on the same link reach what is published on 127.0.0.1; None: no telling from the version.

        Engines before 28.0 redirect such packets wherever they come from (moby#45610); later ones drop them in the raw
        table (moby#49325), unless the daemon runs with DOCKER_INSECURE_NO_IPTABLES_RAW=1, which cannot be seen here.
        """
        major = re.match(r"[0-9]+(?=\.)", self.version)
        return int(major.group()) < 28 if major else None
