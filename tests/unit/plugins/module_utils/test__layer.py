# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import io
import tarfile
import typing as t

import pytest

from ansible_collections.bridgeport.docker.plugins.module_utils._containers import Container
from ansible_collections.bridgeport.docker.plugins.module_utils._layer import (
    ADDED,
    CHANGED,
    DELETED,
    Layer,
    filter_archive,
    read_layer,
)

Changes = t.List[t.Tuple[str, int]]


def make_container(*mounts: str, tmpfs: t.Sequence[str] = (), read_only: bool = False) -> Container:
    return Container(
        {
            "Mounts": [{"Type": "volume", "Destination": mount} for mount in mounts],
            "HostConfig": {"Tmpfs": dict.fromkeys(tmpfs, ""), "ReadonlyRootfs": read_only},
        }
    )


CASES: list[tuple[str, Changes, Container, set[str], tuple[str, ...], tuple[str, ...]]] = [
    ("nothing", [], make_container(), set(), (), ()),
    ("a file", [("/a", ADDED)], make_container(), {"/a"}, (), ("added /a",)),
    (
        "a directory that holds a change is carried but is no change itself",
        [("/etc", CHANGED), ("/etc/x", CHANGED)],
        make_container(),
        {"/etc", "/etc/x"},
        (),
        ("changed /etc/x",),
    ),
    ("a changed directory of its own", [("/etc", CHANGED)], make_container(), {"/etc"}, (), ("changed /etc",)),
    ("a mount point", [("/data", ADDED)], make_container("/data"), set(), (), ()),
    ("below a mount point", [("/data/x", ADDED)], make_container("/data/"), set(), (), ()),
    (
        "a name that only begins like a mount point",
        [("/database", ADDED)],
        make_container("/data"),
        {"/database"},
        (),
        ("added /database",),
    ),
    (
        "a directory made for a mount point",
        [("/run", ADDED), ("/run/s", ADDED)],
        make_container("/run/s"),
        {"/run"},
        (),
        (),
    ),
    (
        "a directory made for a mount point in a root that is read-only, and would not take it",
        [("/run", ADDED), ("/run/s", ADDED)],
        make_container("/run/s", read_only=True),
        set(),
        (),
        (),
    ),
    (
        "a directory changed for a mount point",
        [("/opt", CHANGED), ("/opt/data", ADDED)],
        make_container("/opt/data"),
        {"/opt"},
        (),
        (),
    ),
    (
        "a directory changed for a mount point, where nobody writes",
        [("/opt", CHANGED), ("/opt/data", ADDED)],
        make_container("/opt/data", read_only=True),
        set(),
        (),
        (),
    ),
    ("a tmpfs written with a slash", [("/tt", ADDED)], make_container(tmpfs=["/tt/"]), set(), (), ()),
    ("a tmpfs", [("/tt", ADDED)], make_container(tmpfs=["/tt"]), set(), (), ()),
    ("the engine's init", [("/sbin/docker-init", ADDED)], make_container(), set(), (), ()),
    ("a deletion", [("/gone", DELETED)], make_container(), set(), ("/gone",), ("deleted /gone",)),
    (
        "a directory made anew",
        [("/d", DELETED), ("/d/x", ADDED)],
        make_container(),
        {"/d/x"},
        ("/d",),
        ("deleted /d", "added /d/x"),
    ),
]


@pytest.mark.parametrize(
    ("changes", "container", "paths", "deleted", "summary"),
    [case[1:] for case in CASES],
    ids=[case[0] for case in CASES],
)
def test_read_layer(
    changes: Changes, container: Container, paths: set[str], deleted: tuple[str, ...], summary: tuple[str, ...]
) -> None:
    listed = [{"Path": path, "Kind": kind} for path, kind in changes]
    assert read_layer(listed, container) == Layer(frozenset(paths), deleted, summary)


def test_a_mount_point_is_where_symbolic_links_lead() -> None:
    changes = [{"Path": "/run", "Kind": CHANGED}, {"Path": "/run/docker.sock", "Kind": ADDED}]
    container = make_container("/var/run/docker.sock")
    assert read_layer(changes, container).summary == ("added /run/docker.sock",)
    assert read_layer(changes, container, ["/run/docker.sock"]) == Layer(frozenset({"/run"}), (), ())


def make_archive() -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as archive:
        directory = tarfile.TarInfo("d/")
        directory.type = tarfile.DIRTYPE
        directory.mode = 0o2750
        archive.addfile(directory)
        for name, size in (("d/empty", 0), ("d/block", 512), ("d/odd", 513), ("d/left", 10)):
            member = tarfile.TarInfo(name)
            member.size, member.uid, member.gid, member.mode, member.mtime = size, 12, 34, 0o4755, 1577934245
            # As a capability comes: bytes that are not text, in a pax record.
            member.pax_headers = {"SCHILY.xattr.security.capability": "\x01\x00\udcff\x02"}
            archive.addfile(member, io.BytesIO(name[-1].encode() * size))
        link = tarfile.TarInfo("d/hard")
        link.type, link.linkname = tarfile.LNKTYPE, "d/odd"
        archive.addfile(link)
        symlink = tarfile.TarInfo("d/soft")
        symlink.type, symlink.linkname = tarfile.SYMTYPE, "odd"
        archive.addfile(symlink)
    return buffer.getvalue()


def open_stream(content: bytes) -> tarfile.TarFile:
    return tarfile.open(fileobj=io.BytesIO(content), mode="r|", errors="surrogateescape")


def test_filter_archive_keeps_all_of_what_it_keeps() -> None:
    paths = {"/d", "/d/empty", "/d/block", "/d/odd", "/d/hard", "/d/soft"}
    source = make_archive()
    filtered = b"".join(filter_archive(open_stream(source), paths))
    with open_stream(source) as before, open_stream(filtered) as after:
        wanted = [member for member in before if f"/{member.name}" in paths]
        found = list(after)
    assert [member.get_info() for member in found] == [member.get_info() for member in wanted]
    assert [member.pax_headers for member in found] == [member.pax_headers for member in wanted]
    with tarfile.open(fileobj=io.BytesIO(filtered)) as archive:
        assert archive.extractfile("d/odd").read() == b"d" * 513  # type: ignore[union-attr]


def test_filter_archive_of_names_that_are_not_utf_8() -> None:
    """Latin-1, say: the engine lists a replacement character for each of such bytes (engine 20.10)."""
    name = b"d/caf\xe9 \xff\xfe \xc3\xa9".decode("utf-8", "surrogateescape")
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT, errors="surrogateescape") as archive:
        archive.addfile(tarfile.TarInfo(name))
    with open_stream(buffer.getvalue()) as archive:
        kept = b"".join(filter_archive(archive, {"/d/caf\ufffd \ufffd\ufffd \u00e9"}))
    with tarfile.open(fileobj=io.BytesIO(kept), errors="surrogateescape") as archive:
        assert archive.getnames() == [name]


def test_filter_archive_of_nothing_is_an_empty_archive() -> None:
    assert b"".join(filter_archive(open_stream(make_archive()), ())) == b"\0" * 1024


def test_filter_archive_never_holds_a_file_whole() -> None:
    size = (1 << 20) + 1
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        member = tarfile.TarInfo("big")
        member.size = size
        archive.addfile(member, io.BytesIO(b"x" * size))
    chunks = list(filter_archive(open_stream(buffer.getvalue()), {"/big"}))
    assert max(map(len, chunks)) <= 1 << 20
    assert sum(map(len, chunks)) % 512 == 0


def test_filter_archive_refuses_a_cut_stream() -> None:
    source = make_archive()
    position = source.index(b"d" * 513) + 100
    with pytest.raises(tarfile.ReadError):
        list(filter_archive(open_stream(source[:position]), {"/d/odd"}))
