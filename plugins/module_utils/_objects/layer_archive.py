# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""The part of a container's export that its successor needs, as a tar stream again."""

from __future__ import annotations

import re
import tarfile
import typing as t

from .._errors import Failure
from .layer import Layer

_CHUNK = 1 << 20


def as_listed(name: str) -> str:
    """A name as the list of changes has it: JSON has no place for bytes that are not UTF-8."""
    return re.sub("[\udc80-\udcff]", "\ufffd", name)


def filter_archive(
    archive: tarfile.TarFile, layer: Layer, unlinked: list[tarfile.TarInfo] | None = None
) -> t.Iterator[bytes]:
    """The members of a tar stream that the layer carries, as a tar stream again, a chunk at a time.

    Headers are written again in pax form with all records they had (capabilities are among them). Hard links to
    something that is not carried are left out and added to ``unlinked``. Raises Failure(writable_layer_changed) where
    something that is no directory stands above a mount point.
    """
    for member in _read_members(archive):
        path = "/" + as_listed(member.name.strip("/"))
        if path not in layer.paths:
            continue
        if path in layer.above and not member.isdir():
            raise Failure(
                "writable_layer_changed",
                f"{path} is not a directory any more, and something is mounted below it: nothing was carried.",
                paths=[path],
            )
        if member.islnk() and "/" + as_listed(member.linkname.strip("/")) not in layer.paths:
            if unlinked is not None:
                unlinked.append(member)
            continue
        yield from _copy_member(archive, member)
    yield b"\0" * (2 * tarfile.BLOCKSIZE)


def restore_links(archive: tarfile.TarFile, unlinked: t.Iterable[tarfile.TarInfo]) -> t.Iterator[bytes]:
    """Hard links whose first name is not carried, as a tar stream: the first of them has the content."""
    links: dict[str, list[tarfile.TarInfo]] = {}
    for link in unlinked:
        links.setdefault(link.linkname, []).append(link)
    for member in _read_members(archive):
        if member.name not in links:
            continue
        first, *others = links[member.name]
        member.name = first.name
        member.pax_headers = {key: text for key, text in member.pax_headers.items() if key != "path"}
        yield from _copy_member(archive, member)
        for other in others:
            other.linkname = member.name
            other.pax_headers = {key: text for key, text in other.pax_headers.items() if key != "linkpath"}
            yield from _copy_member(archive, other)
    yield b"\0" * (2 * tarfile.BLOCKSIZE)


def _read_members(archive: tarfile.TarFile) -> t.Iterator[tarfile.TarInfo]:
    """The members of a stream, which the archive does not keep: there may be hundreds of thousands."""
    while True:
        member = archive.next()
        archive.members.clear()  # type: ignore[attr-defined]
        if member is None:
            return
        yield member


def _copy_member(archive: tarfile.TarFile, member: tarfile.TarInfo) -> t.Iterator[bytes]:
    yield member.tobuf(tarfile.PAX_FORMAT, archive.encoding or "utf-8", "surrogateescape")
    content = archive.extractfile(member) if member.isreg() else None
    if content is None:
        return
    left = member.size
    while left:
        chunk = content.read(min(left, _CHUNK))
        if not chunk:
            raise tarfile.ReadError(f"the archive ended within {member.name}")
        left -= len(chunk)
        yield chunk
    yield b"\0" * (-member.size % tarfile.BLOCKSIZE)
