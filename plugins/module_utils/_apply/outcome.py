# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""What came of one change of a plan."""

from __future__ import annotations

from dataclasses import dataclass, field

from .._errors import Failure
from .._plan.changes import Change

RECREATED = "recreated"


@dataclass
class ChangeOutcome:
    """``rolled_back`` is None where nothing failed, else whether everything stands as before.

    RECREATED: everything stands as before, but a container had to be remade for that.
    """

    change: Change
    actions: list[str] = field(default_factory=list)
    failure: Failure | None = None
    rolled_back: bool | str | None = None
