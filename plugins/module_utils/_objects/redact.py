# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""Hiding values of an environment in what is shown."""

from __future__ import annotations

import typing as t

# Shorter values are too common in any log to count as secrets.
_SHORTEST_SECRET = 4


def hide_values(text: str, env: t.Iterable[str]) -> str:
    """Hide values, and each line of values of several lines: the text may hold only some of these lines."""
    values = {item.split("=", 1)[1] for item in env if "=" in item}
    values |= {line.strip() for value in values for line in value.splitlines()}
    for value in sorted(values, key=len, reverse=True):
        if len(value) >= _SHORTEST_SECRET:
            text = text.replace(value, "********")
    return text
