# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""Types that every room uses."""

from __future__ import annotations

import typing as t

# A JSON object, as the engine gives and takes them; not to be changed.
Json = t.Mapping[str, t.Any]
# A JSON object that a module returns.
Row = t.Dict[str, t.Any]
# An object of the engine: its kind (container or network) and its name.
Key = t.Tuple[str, str]
