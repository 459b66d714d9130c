# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import io
import tarfile
import typing as t

import pytest

from ansible_collections.bridgeport.docker.plugins.module_utils._errors import Failure
from ansible_collections.bridgeport.docker.plugins.module_utils._objects.containers import Container
from ansible_collections.bridgeport.docker.plugins.module_utils._objects.layer import (
    Layer,
    MountPoint,
    PathStat,
    list_mount_points,
    list_requested_mount_points,
)
from ansible_collections.bridgeport.docker.plugins.module_utils._objects.layer_archive import (
    filter_archive,
    restore_links,
)
from ansible_collections.bridgeport.docker.plugins.module_utils._objects.layer_changes import (
    ADDED,
    CHANGED,
    DELETED,
    LayerChanges,
)

Changes = t.List[t.Tuple[str, int]]


def make_container(*mounts: str, tmpfs: t.Sequence[str] = ()) -> Container:
    return Container(
        {
            "Mounts": [{"Type": "volume", "Destination": mount} for mount in mounts],
            "HostConfig": {"Tmpfs": dict.fromkeys(tmpfs, "")},
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
        "a directory changed for a mount point",
        [("/opt", CHANGED), ("/opt/data", ADDED)],
        make_container("/opt/data"),
        {"/opt"},
        (),
        (),
    ),
    ("a tmpfs written with a slash", [("/tt", ADDED)], make_container(tmpfs=["/tt/"]), set(), (), ()),
    ("a tmpfs", [("/tt", ADDED)], make_container(tmpfs=["/tt"]), set(), (), ()),
    ("the engine's init", [("/sbin/docker-init", ADDED)], make_container(), set(), (), ()),
    (
        "a deletion above a mount point, where the engine has made directories for it",
        [("/srv", DELETED), ("/srv/data", ADDED)],
        make_container("/srv/data"),
        set(),
        ("/srv",),
        ("deleted /srv",),
    ),
    ("a deletion", [("/gone", DELETED)], make_container(), set(), ("/gone",), ("deleted /gone",)),
    (
        "a directory made a second time",
        [("/d", DELETED), ("/d/x", ADDED)],
        make_container(),
        {"/d", "/d/x"},
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
    layer = list_changes(changes).read_layer_as_written(list_mount_points(container))
    assert layer[:3] == (frozenset(paths), deleted, summary)
    assert layer.obstacles == ()


def read(changes: Changes, *mounts: MountPoint) -> Layer:
    return list_changes(changes).read_layer(mounts)


def list_changes(changes: Changes) -> LayerChanges:
    return LayerChanges({"Path": path, "Kind": kind} for path, kind in changes)


def test_a_mount_point_is_where_symbolic_links_lead() -> None:
    changes = [("/run", CHANGED), ("/run/docker.sock", ADDED)]
    path = "/var/run/docker.sock"
    assert read(changes, MountPoint(path, path)).summary == ("added /run/docker.sock",)
    assert read(changes, MountPoint(path, "/run/docker.sock"))[:4] == (frozenset({"/run"}), (), (), ())


RUN, DATA = MountPoint("/run", "/run"), MountPoint("/data", "/data")
HIDDEN: list[tuple[str, Changes, tuple[MountPoint, ...], tuple[str, ...]]] = [
    ("a mount point", [("/data", ADDED)], (DATA,), ()),
    ("a directory above", [("/srv", ADDED), ("/srv/data", ADDED)], (MountPoint("/srv/data", "/srv/data"),), ()),
    (
        "a file below",
        [("/data", ADDED), ("/data/db", ADDED)],
        (DATA,),
        ("added /data/db (something is mounted there)",),
    ),
    (
        "a file below what a link leads to",
        [("/run", CHANGED), ("/run/x", CHANGED)],
        (MountPoint("/var/run", "/run"),),
        ("changed /run/x (something is mounted there)",),
    ),
    ("a mount point below another", [("/run/x", ADDED)], (RUN, MountPoint("/run/x", "/run/x")), ()),
    (
        "what leads to a mount point below another",
        [("/run/x", ADDED), ("/run/x/y", ADDED)],
        (RUN, MountPoint("/run/x/y", "/run/x/y")),
        (),
    ),
    ("a deletion below", [("/data/x", DELETED)], (DATA,), ()),
    (
        "a link at the mount point itself",
        [("/data", ADDED)],
        (MountPoint("/data", "/data", is_covered=True),),
        ("what stood at /data (something is mounted there)",),
    ),
]


@pytest.mark.parametrize(
    ("changes", "mounts", "hidden"), [case[1:] for case in HIDDEN], ids=[case[0] for case in HIDDEN]
)
def test_what_a_mount_hides_is_said(changes: Changes, mounts: tuple[MountPoint, ...], hidden: tuple[str, ...]) -> None:
    layer = read(changes, *mounts)
    assert layer.hidden == hidden
    assert not any(path.startswith("/data") for path in layer.paths)


DIRECTORY, FILE = PathStat(True, ""), PathStat(False, "")
Stats = t.Dict[str, PathStat]


def blocked(path: str, blocker: str, obstacle: str) -> MountPoint:
    return MountPoint(path, path, blocker=blocker, obstacle=obstacle.format(blocker=blocker, path=path))


NO_DIRECTORY = "{blocker} is not a directory any more, and {path} is a mount point below it"
LINK_OF_IMAGE = "{blocker} is a link in the image, on the way to the mount point {path}"
LEADS_ELSEWHERE = "the link {blocker}, on the way to the mount point {path}, leads elsewhere now"

# What stands in the container and in a successor (None: there is none yet), and where the mount point is found.
WAYS: list[tuple[str, Changes, str, Stats, Stats | None, MountPoint]] = [
    ("nothing written", [], "/a/b", {}, None, MountPoint("/a/b", "/a/b")),
    ("a link of the image", [], "/a/b", {"/a": PathStat(False, "/c")}, None, MountPoint("/a/b", "/c/b")),
    (
        "a link of the image that the successor has too",
        [],
        "/a/b",
        {"/a": PathStat(False, "/c")},
        {"/a": PathStat(False, "/c")},
        MountPoint("/a/b", "/c/b"),
    ),
    (
        "a link of the image that the layer leads elsewhere behind it",
        [],
        "/a/b",
        {"/a": PathStat(False, "/d")},
        {"/a": PathStat(False, "/c")},
        blocked("/a/b", "/a", LEADS_ELSEWHERE),
    ),
    (
        "a link of the layer above",
        [("/a", CHANGED)],
        "/a/b",
        {"/a": PathStat(False, "/c")},
        None,
        blocked("/a/b", "/a", NO_DIRECTORY),
    ),
    (
        "a file of the layer above",
        [("/a", ADDED)],
        "/a/b/c",
        {"/a": FILE},
        None,
        blocked("/a/b/c", "/a", NO_DIRECTORY),
    ),
    (
        "something above that cannot be told",
        [("/a", ADDED)],
        "/a/b",
        {},
        None,
        blocked("/a/b", "/a", NO_DIRECTORY),
    ),
    ("a directory above", [("/a", CHANGED)], "/a/b", {"/a": DIRECTORY}, {"/a": DIRECTORY}, MountPoint("/a/b", "/a/b")),
    (
        "a directory above where the image has a link",
        [("/a", CHANGED), ("/a/x", ADDED)],
        "/a/b",
        {},
        {"/a": PathStat(False, "/c")},
        blocked("/a/b", "/a", LINK_OF_IMAGE),
    ),
    (
        "a directory made again where the image has a link",
        [("/a", DELETED), ("/a/x", ADDED)],
        "/a/b",
        {},
        {"/a": PathStat(False, "/c")},
        blocked("/a/b", "/a", LINK_OF_IMAGE),
    ),
    (
        "a new directory, of which the image has none",
        [("/a", ADDED), ("/a/x", ADDED)],
        "/a",
        {},
        {},
        MountPoint("/a", "/a"),
    ),
    ("a deletion above", [("/a", DELETED)], "/a/b", {}, {"/a": DIRECTORY}, MountPoint("/a/b", "/a/b")),
    (
        "a link of the layer at the mount point",
        [("/a", ADDED)],
        "/a",
        {"/a": PathStat(False, "/c")},
        None,
        MountPoint("/a", "/a", is_covered=True),
    ),
    ("a file of the layer at the mount point", [("/a", ADDED)], "/a", {"/a": FILE}, None, MountPoint("/a", "/a", True)),
    (
        "a directory of the layer at the mount point where the image has a link",
        [("/a", CHANGED), ("/a/x", ADDED)],
        "/a",
        {},
        {"/a": PathStat(False, "/c")},
        blocked("/a", "/a", LINK_OF_IMAGE),
    ),
]


@pytest.mark.parametrize(
    ("changes", "path", "stands", "successor", "expected"), [case[1:] for case in WAYS], ids=[case[0] for case in WAYS]
)
def test_the_way_to_a_mount_point(
    changes: Changes, path: str, stands: Stats, successor: Stats | None, expected: MountPoint
) -> None:
    look_in_successor = None if successor is None else successor.get
    assert list_changes(changes).find_mount_point(path, stands.get, look_in_successor, is_own=False) == expected


def test_a_file_that_the_container_has_mounted_itself_is_no_loss() -> None:
    changes = list_changes([("/etc", CHANGED), ("/etc/app.conf", ADDED)])
    assert not changes.find_mount_point("/etc/app.conf", {"/etc/app.conf": FILE}.get).is_covered


def test_what_keeps_a_layer_from_being_carried() -> None:
    mount = MountPoint("/a/b", "/a/b", blocker="/a", obstacle="because")
    layer = read([("/a", CHANGED)], mount, MountPoint("/a/c", "/a/c", blocker="/a", obstacle="because"))
    assert (layer.obstacles, layer.summary) == (("because",), ("changed /a",))


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param([], False, id="nothing"),
        pytest.param([("/srv", ADDED), ("/srv/data", ADDED)], False, id="made for the mount"),
        pytest.param([("/x", ADDED)], True, id="beside"),
        pytest.param([("/srv/data/x", ADDED)], True, id="below"),
        pytest.param([("/srv", CHANGED)], True, id="a link above, perhaps"),
        pytest.param([("/srv", DELETED)], True, id="a deletion"),
    ],
)
def test_whether_changes_matter(changes: Changes, expected: bool) -> None:
    assert list_changes(changes).matter(["/srv/data"]) is expected


def test_where_a_request_mounts_something() -> None:
    body = {
        "Volumes": {"/anonymous/": {}},
        "HostConfig": {
            "Binds": ["/host:/bind:ro", "named:/named"],
            "Mounts": [{"Type": "tmpfs", "Target": "/mount"}],
            "Tmpfs": {"/tmpfs": ""},
        },
    }
    assert list_requested_mount_points(body) == ["/bind", "/named", "/mount", "/anonymous", "/tmpfs"]
    assert list_requested_mount_points({"HostConfig": {"Binds": None}}) == []


def carrying(*paths: str) -> Layer:
    return Layer(frozenset(paths), (), ())


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
    filtered = b"".join(filter_archive(open_stream(source), carrying(*paths)))
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
        kept = b"".join(filter_archive(archive, carrying("/d/caf\ufffd \ufffd\ufffd \u00e9")))
    with tarfile.open(fileobj=io.BytesIO(kept), errors="surrogateescape") as archive:
        assert archive.getnames() == [name]


def test_filter_archive_of_nothing_is_an_empty_archive() -> None:
    assert b"".join(filter_archive(open_stream(make_archive()), carrying())) == b"\0" * 1024


def test_filter_archive_never_holds_a_file_whole() -> None:
    size = (1 << 20) + 1
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        member = tarfile.TarInfo("big")
        member.size = size
        archive.addfile(member, io.BytesIO(b"x" * size))
    chunks = list(filter_archive(open_stream(buffer.getvalue()), carrying("/big")))
    assert max(map(len, chunks)) <= 1 << 20
    assert sum(map(len, chunks)) % 512 == 0


def test_filter_archive_refuses_a_cut_stream() -> None:
    source = make_archive()
    position = source.index(b"d" * 513) + 100
    with pytest.raises(tarfile.ReadError):
        list(filter_archive(open_stream(source[:position]), carrying("/d/odd")))


def test_filter_archive_lets_nothing_but_directories_above_a_mount_point() -> None:
    """A container that runs on may have put a link there after the changes were listed."""
    layer = Layer(frozenset({"/d", "/d/soft"}), (), (), above=frozenset({"/d", "/d/soft"}))
    with pytest.raises(Failure) as caught:
        list(filter_archive(open_stream(make_archive()), layer))
    assert (caught.value.code, caught.value.details["paths"]) == ("writable_layer_changed", ["/d/soft"])


def test_hard_links_to_what_is_not_carried() -> None:
    unlinked: list[tarfile.TarInfo] = []
    kept = b"".join(filter_archive(open_stream(make_archive()), carrying("/d", "/d/hard"), unlinked))
    assert open_stream(kept).getnames() == ["d"]
    assert [member.name for member in unlinked] == ["d/hard"]
    another = tarfile.TarInfo("d/another")
    another.type, another.linkname = tarfile.LNKTYPE, "d/odd"
    restored = b"".join(restore_links(open_stream(make_archive()), [*unlinked, another]))
    with tarfile.open(fileobj=io.BytesIO(restored)) as archive:
        assert archive.getnames() == ["d/hard", "d/another"]
        assert archive.getmember("d/another").linkname == "d/hard"
        assert archive.extractfile("d/hard").read() == b"d" * 513  # type: ignore[union-attr]
        assert archive.getmember("d/hard").mode == 0o4755
