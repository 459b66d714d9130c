# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""Platforms of images: an operating system, an architecture and sometimes a variant, such as linux/arm/v7."""

from __future__ import annotations

import typing as t

from .._errors import Failure
from .._types import Json

_ARCHITECTURES = {"x86_64": "amd64", "x86-64": "amd64", "aarch64": "arm64", "i386": "386", "armhf": "arm"}
_SYSTEMS = ("linux", "windows", "darwin", "freebsd")


class Platform(t.NamedTuple):
    """``architecture`` and ``variant`` are empty where any does."""

    system: str
    architecture: str = ""
    variant: str = ""

    def __str__(self) -> str:
        return "/".join(part for part in self if part)

    def is_of(self, image: Json) -> bool:
        """Whether an inspected image is for this platform. What either side leaves open does not count."""
        shown = (image.get("Os"), image.get("Architecture"), image.get("Variant"))
        return all(not wanted or not found or wanted == found for wanted, found in zip(self, shown))


def parse_platform(text: str) -> Platform:
    """``linux/arm64/v8``, ``linux`` or ``arm64``."""
    parts = [part for part in text.lower().split("/") if part]
    if not 1 <= len(parts) <= 3 or (len(parts) > 1 and parts[0] not in _SYSTEMS):
        raise Failure("option_conflict", f"platform: {text!r} is not a platform such as linux/amd64 or linux/arm/v7.")
    if parts[0] not in _SYSTEMS:
        parts.insert(0, "linux")
    system, architecture, variant = [*parts, "", ""][:3]
    return Platform(system, _ARCHITECTURES.get(architecture, architecture), variant)
