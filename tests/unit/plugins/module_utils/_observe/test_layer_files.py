# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
import socket
import typing as t
from pathlib import Path

import pytest

from ansible_collections.bridgeport.docker.plugins.module_utils._objects.containers import Container
from ansible_collections.bridgeport.docker.plugins.module_utils._objects.layer import Content
from ansible_collections.bridgeport.docker.plugins.module_utils._observe import layer_files
from ansible_collections.bridgeport.docker.plugins.module_utils._observe.layer_files import read_content

BLOCK = 4096


class Daemon:
    """Answers what is asked where the files cannot be looked at."""

    def __init__(self, **answers: t.Any) -> None:
        self.answers = answers
        self.asked: list[str] = []

    def get(self, path: str, **params: t.Any) -> t.Any:
        self.asked.append(path)
        return self.answers.get(path.strip("/").split("/")[0], {})


@pytest.fixture
def upper(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "layers" / "id" / "diff"
    folder.mkdir(parents=True)
    # A file system of which no more is known; not all have attributes.
    monkeypatch.setattr(os, "listxattr", lambda _path, **_options: [])
    return folder


def read(upper: Path, *paths: str, daemon: Daemon | None = None) -> Content | None:
    container = Container({"Id": "web", "GraphDriver": {"Name": "overlay2", "Data": {"UpperDir": str(upper)}}})
    return read_content(t.cast(t.Any, daemon or Daemon()), container, frozenset(paths))


def test_how_large_a_layer_is(upper: Path) -> None:
    (upper / "d").mkdir()
    (upper / "d" / "file").write_bytes(b"x" * 3 * BLOCK)
    os.link(upper / "d" / "file", upper / "d" / "other")
    (upper / "d" / "link").symlink_to("/etc")
    (upper / "mounted").write_bytes(b"x" * BLOCK * 100)
    content = read(upper, "/d", "/d/file", "/d/other", "/d/link")
    assert content is not None
    assert content.files == 3, "the two names of a file are one"
    assert 3 * BLOCK <= content.size <= 5 * BLOCK
    assert (content.lost, content.sparse) == ((), ())
    assert content.free is not None
    assert content.free > 0


def test_a_file_with_holes(upper: Path) -> None:
    for name, size in (("large", 8 << 20), ("small", 64 << 10)):
        with (upper / name).open("wb") as file:
            file.truncate(size)
    content = read(upper, "/large", "/small")
    assert content is not None
    assert content.size >= 8 << 20, "a copy has no holes"
    assert content.sparse == (f"/large ({8 << 20} bytes, 0 of them on disk)",)


def test_a_file_that_the_file_system_has_compressed(upper: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with (upper / "large").open("wb") as file:
        file.truncate(8 << 20)
    monkeypatch.setattr(os, "lseek", lambda _file, _offset, _whence: 8 << 20)
    content = read(upper, "/large")
    assert content is not None
    assert content.sparse == ()


def test_what_no_archive_of_the_engine_keeps(upper: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    attributes = {
        "plain": ["security.capability", "security.selinux", "trusted.overlay.origin", "user.overlay.opaque"],
        "marked": ["user.note", "trusted.note"],
        "listed": ["system.posix_acl_access", "system.posix_acl_default"],
    }
    for name in (*attributes, "old", "beside"):
        (upper / name).touch()
    monkeypatch.setattr(os, "listxattr", lambda path, **_options: attributes.get(path.rpartition("/")[2], []))
    os.utime(upper / "old", (-5, -5))
    monkeypatch.chdir(upper)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("socket")
        os.utime("socket", (-5, -5))
    content = read(upper, "/plain", "/marked", "/listed", "/old", "/socket")
    assert content is not None
    assert content.lost == (
        "access control list of /listed",
        "attribute trusted.note of /marked",
        "attribute user.note of /marked",
        "socket /socket",
        "time of /old (before 1970)",
    )
    monkeypatch.setattr(layer_files, "LISTED", 2)
    content = read(upper, "/plain", "/marked", "/listed", "/old", "/socket")
    assert content is not None
    assert len(content.lost) == 3
    assert content.lost[-1] == "3 more files or attributes that no archive keeps"


def test_links_are_not_followed(upper: Path, tmp_path: Path) -> None:
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "file").write_bytes(b"x" * BLOCK * 100)
    (upper / "way").symlink_to(tmp_path / "secret")
    content = read(upper, "/way", "/way/file")
    assert content is not None
    assert content.files == 1
    assert content.size <= BLOCK


def test_names_that_are_not_utf_8(upper: Path) -> None:
    with open(os.fsencode(upper) + b"/caf\xe9", "wb") as file:
        file.truncate(8 << 20)
    content = read(upper, "/caf\ufffd")
    assert content is not None
    assert len(content.sparse) == 1


def test_directories_that_lie_too_deep_are_left_out(upper: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layer_files, "_DEPTH", 2)
    (upper / "a" / "b" / "c" / "d").mkdir(parents=True)
    content = read(upper, "/a", "/a/b", "/a/b/c", "/a/b/c/d")
    assert content is not None
    assert content.files == 3


def test_where_the_daemon_sees_another_file_system(tmp_path: Path) -> None:
    daemon = Daemon(containers={"SizeRw": 5})
    assert read(tmp_path / "nowhere", "/x", daemon=daemon) is None
    assert daemon.asked == []


@pytest.mark.parametrize("known", [True, False])
def test_where_this_user_may_not_look(known: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Then the engine says how large it is, and the folder of the engine how much is left."""

    def refuse(path: str, flags: int) -> int:
        raise PermissionError(13, "no", path)

    monkeypatch.setattr(os, "open", refuse)
    daemon = Daemon(containers={"SizeRw": 5} if known else {}, info={"DockerRootDir": str(tmp_path)})
    content = read(tmp_path, "/x", daemon=daemon)
    if known:
        assert content is not None
        assert (content.size, content.lost) == (5, ())
        assert content.free
    else:
        assert content is None


def test_a_layer_that_is_kept_elsewhere() -> None:
    """Not every storage driver has a folder for each layer, and not every folder of an engine is here."""
    daemon = Daemon(containers={"SizeRw": 5}, info={"DockerRootDir": "/nowhere/at/all"})
    container = Container({"Id": "web"})
    assert read_content(t.cast(t.Any, daemon), container, frozenset({"/x"})) == Content(5)
