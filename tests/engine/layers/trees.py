# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a tar stream of the engine holds, as values that can be compared."""

from __future__ import annotations

import hashlib
import tarfile
import typing as t


class Entry(t.NamedTuple):
    """``time`` is left out of directories: the engine makes and removes things in them."""

    kind: str
    mode: int
    owner: tuple[int, int]
    time: int
    link: str
    content: str


class Tree(t.NamedTuple):
    """``names`` are the paths that are one file, for each file with several."""

    entries: dict[str, Entry]
    names: frozenset[frozenset[str]]

    def below(self, folder: str) -> Tree:
        """The tree without the name of the folder in front."""

        def strip(path: str) -> str:
            return path[len(folder) + 1 :] or "/"

        return Tree(
            {strip(path): entry for path, entry in self.entries.items()},
            frozenset(frozenset(map(strip, names)) for names in self.names),
        )

    def resolve(self, path: str) -> str:
        """Follow every symbolic link, as in a root of its own. What is missing leads nowhere else."""
        real: list[str] = []
        left = [part for part in path.split("/") if part]
        for _turn in range(200):
            if not left:
                break
            part = left.pop(0)
            if part in ("", "."):
                continue
            if part == "..":
                real = real[:-1]
                continue
            entry = self.entries.get("/" + "/".join([*real, part]))
            if entry is None or entry.kind != "link":
                real.append(part)
                continue
            if entry.link.startswith("/"):
                real = []
            left = entry.link.split("/") + left
        return "/" + "/".join(real)


def read_tree(stream: t.IO[bytes]) -> Tree:
    entries: dict[str, Entry] = {}
    names: dict[str, set[str]] = {}
    with tarfile.open(fileobj=stream, mode="r|") as archive:
        for member in archive:
            path = "/" + member.name.strip("/").removeprefix("./")
            if member.islnk():
                first = "/" + member.linkname.strip("/").removeprefix("./")
                entries[path] = entries[first]
                names.setdefault(first, {first}).add(path)
                continue
            content = archive.extractfile(member) if member.isreg() else None
            entries[path] = Entry(
                kind="directory" if member.isdir() else "link" if member.issym() else "file",
                mode=member.mode,
                owner=(member.uid, member.gid),
                time=0 if member.isdir() else int(member.mtime),
                link=member.linkname,
                content="" if content is None else hashlib.sha256(content.read()).hexdigest(),
            )
    return Tree(entries, frozenset(map(frozenset, names.values())))
