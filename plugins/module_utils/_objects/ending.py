# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""How a container has ended."""

from __future__ import annotations

import typing as t


class Ending(t.NamedTuple):
    """``output``: the lines that the container printed, fit to be shown."""

    status: int
    output: tuple[str, ...]
