# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""Legacy links as a task writes them."""

from __future__ import annotations

import typing as t

from .._errors import Failure


def parse_links(value: t.Sequence[t.Any]) -> list[str]:
    """``db:alias``, or ``db`` for ``db:db``, as docker run --link takes them."""
    parsed = []
    for text in map(str, value):
        name, colon, alias = text.partition(":")
        if not name or ":" in alias or "/" in text or (colon and not alias):
            raise Failure("option_conflict", f"links: {text!r} is neither container:alias nor the name of a container.")
        parsed.append(f"{name}:{alias or name}")
    return sorted(set(parsed))
