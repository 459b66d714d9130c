# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""Selecting objects by their names and labels."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .._errors import Failure
from .._objects.snapshot import is_called


@dataclass(frozen=True)
class Selector:
    """Selects objects by name and by ``labels``, key and value (None for any), all of which an object has to have."""

    names: tuple[str, ...] | None = None
    labels: tuple[tuple[str, str | None], ...] = ()

    @property
    def is_everything(self) -> bool:
        return self.names is None and not self.labels

    def fits(self, name: str, object_id: str, labels: t.Mapping[str, str]) -> bool:
        if self.names is not None and not any(is_called(each, name, object_id) for each in self.names):
            return False
        return all(key in labels and value in (None, labels[key]) for key, value in self.labels)


def parse_selector(names: t.Sequence[str] | None, labels: t.Sequence[str] | None) -> Selector:
    pairs = []
    for number, text in enumerate(labels or (), start=1):
        key, equals, value = str(text).partition("=")
        if not key:
            raise Failure("option_conflict", f"labels: entry {number} names no label; write key or key=value.")
        pairs.append((key, value if equals else None))
    return Selector(None if names is None else tuple(names), tuple(pairs))
