# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""The steps that open and close a journal."""

from __future__ import annotations

from dataclasses import dataclass

from .._errors import Reason
from .._objects.journal import Journal, refuse_foreign_journal
from .base import Site, Step


@dataclass(frozen=True)
class OpenJournal(Step):
    """Successors are references of containers that the plan makes; their IDs are written down."""

    journal: Journal

    opens_journal = True

    def __str__(self) -> str:
        return f"open the journal of {self.journal.name}"

    def perform(self, site: Site) -> None:
        entries = tuple(each._replace(successor=site.id_of(each.successor)) for each in self.journal.entries)
        journal = self.journal._replace(entries=entries)
        volume, labels = journal.volume, journal.as_labels()
        site.unconfirmed[volume] = labels
        # A name that is taken is no error for the daemon: its answer shows the volume that stands.
        if site.daemon.post("/volumes/create", {"Name": volume, "Labels": labels}).get("Labels") != labels:
            raise refuse_foreign_journal(journal)
        del site.unconfirmed[volume]

    def invert(self) -> CloseJournal:
        return CloseJournal(self.journal)


@dataclass(frozen=True)
class CloseJournal(Step):
    journal: Journal

    already_so = frozenset({Reason.NOT_FOUND})

    def __str__(self) -> str:
        return f"close the journal of {self.journal.name}"

    def perform(self, site: Site) -> None:
        volume = self.journal.volume
        labels = site.unconfirmed.get(volume)
        if labels is not None and (site.daemon.find(f"/volumes/{volume}") or {}).get("Labels") != labels:
            return  # never opened, and what stands there belongs to others
        site.daemon.delete(f"/volumes/{volume}")

    def still_stands(self, site: Site) -> bool | None:
        return site.daemon.find(f"/volumes/{self.journal.volume}") is not None
