# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""The publications of one container as a task describes them."""

from __future__ import annotations

import typing as t

from .._objects.ports import Publication


class DesiredPorts(t.NamedTuple):
    """``publications`` None leaves them as they are. ``close``: these publications are to be closed, not opened."""

    publications: tuple[Publication, ...] | None = None
    purge: bool = True
    publish_all: bool | None = None
    exposed: tuple[str, ...] | None = None
    close: bool = False
    close_all: bool = False
