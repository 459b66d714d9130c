# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of a mount: read, refused, met by what the engine keeps of them, and what the engine is too old for."""

from __future__ import annotations

import copy
import typing as t

import pytest

from ansible_collections.bridgeport.docker.plugins.module_utils._desired.mount_options import (
    ROWS,
    check_mount,
    parse_mount,
)
from ansible_collections.bridgeport.docker.plugins.module_utils._desired.mounts import merge_mounts
from ansible_collections.bridgeport.docker.plugins.module_utils._errors import Failure
from ansible_collections.bridgeport.docker.plugins.module_utils._objects.engine import Api, Engine

Mount = t.Dict[str, t.Any]
BIND: Mount = {"type": "bind", "source": "/srv"}
VOLUME: Mount = {"type": "volume", "source": "data"}
TMPFS: Mount = {"type": "tmpfs"}
IMAGE: Mount = {"type": "image", "source": "tools:1"}


def parse(mount: Mount) -> Mount:
    return parse_mount({"target": "/m", **mount})


def block(name: str, **content: t.Any) -> Mount:
    return {name: content}


# option, of which mount, value, and what the request has of it
READ: list[t.Any] = [
    ("read_only", BIND, True, {"ReadOnly": True}),
    ("read_only", VOLUME, False, {"ReadOnly": False}),
    ("consistency", BIND, "cached", {"Consistency": "cached"}),
    ("consistency", VOLUME, "default", {"Consistency": ""}),
    ("propagation", BIND, "rslave", block("BindOptions", Propagation="rslave")),
    ("non_recursive", BIND, True, block("BindOptions", NonRecursive=True)),
    ("create_mountpoint", BIND, True, block("BindOptions", CreateMountpoint=True)),
    ("create_mountpoint", BIND, False, block("BindOptions", CreateMountpoint=False)),
    ("read_only_non_recursive", BIND, True, block("BindOptions", ReadOnlyNonRecursive=True)),
    ("read_only_force_recursive", BIND, True, block("BindOptions", ReadOnlyForceRecursive=True)),
    ("no_copy", VOLUME, True, block("VolumeOptions", NoCopy=True)),
    ("labels", VOLUME, {"a": 1}, block("VolumeOptions", Labels={"a": "1"})),
    ("labels", {"type": "volume"}, {}, block("VolumeOptions", Labels={})),
    ("volume_driver", VOLUME, "local", block("VolumeOptions", DriverConfig={"Name": "local"})),
    (
        "volume_options",
        {**VOLUME, "volume_driver": "local"},
        {"type": "nfs", "o": "addr=192.0.2.1", "flag": True},
        block(
            "VolumeOptions",
            DriverConfig={"Name": "local", "Options": {"type": "nfs", "o": "addr=192.0.2.1", "flag": "true"}},
        ),
    ),
    ("subpath", VOLUME, "a/../b", block("VolumeOptions", Subpath="a/../b")),
    ("subpath", IMAGE, "..a", block("ImageOptions", Subpath="..a")),
    ("tmpfs_size", TMPFS, "1M", block("TmpfsOptions", SizeBytes=2**20)),
    ("tmpfs_size", TMPFS, "0", block("TmpfsOptions", SizeBytes=0)),
    ("tmpfs_mode", TMPFS, "1777", block("TmpfsOptions", Mode=0o1777)),
    ("tmpfs_options", TMPFS, [{"exec": None}], block("TmpfsOptions", Options=[["exec"]])),
    ("tmpfs_options", TMPFS, [], block("TmpfsOptions", Options=[])),
]


@pytest.mark.parametrize(("option", "mount", "given", "parsed"), READ)
def test_read(option: str, mount: Mount, given: t.Any, parsed: Mount) -> None:
    bare = {key: value for key, value in mount.items() if key != "volume_driver"}
    assert parse({**mount, option: given}) == {**parse(bare), **parsed}


def test_an_image() -> None:
    assert parse(IMAGE) == {"Type": "image", "Target": "/m", "Source": "tools:1", "ReadOnly": False}


REFUSED: list[t.Any] = [
    ({**VOLUME, "propagation": "shared"}, "option_conflict", "propagation"),
    ({**VOLUME, "non_recursive": False}, "option_conflict", "non_recursive"),
    ({**TMPFS, "create_mountpoint": True}, "option_conflict", "create_mountpoint"),
    ({**IMAGE, "read_only_non_recursive": True}, "option_conflict", "read_only_non_recursive"),
    ({**VOLUME, "read_only_force_recursive": True}, "option_conflict", "read_only_force_recursive"),
    ({**BIND, "no_copy": True}, "option_conflict", "no_copy"),
    ({**TMPFS, "labels": {"a": "1"}}, "option_conflict", "labels"),
    ({**BIND, "volume_driver": "local"}, "option_conflict", "volume_driver"),
    ({**BIND, "volume_options": {"a": "1"}}, "option_conflict", "volume_options"),
    ({**BIND, "subpath": "a"}, "option_conflict", "volume and image"),
    ({**VOLUME, "tmpfs_size": "1M"}, "option_conflict", "tmpfs_size"),
    ({**IMAGE, "tmpfs_mode": "700"}, "option_conflict", "tmpfs_mode"),
    ({**BIND, "tmpfs_options": [{"exec": None}]}, "option_conflict", "tmpfs_options"),
    ({**VOLUME, "volume_options": {"o": "s3cret"}}, "option_conflict", "volume_driver"),
    ({**VOLUME, "volume_driver": "local", "volume_options": {"o": ["s3cret"]}}, "option_conflict", "volume_options"),
    ({**VOLUME, "subpath": ".."}, "option_conflict", "'..'"),
    ({**VOLUME, "subpath": "a/../../b"}, "option_conflict", "leads out"),
    ({**VOLUME, "subpath": "/a"}, "option_conflict", "'/a'"),
    ({"type": "volume", "subpath": "a"}, "option_conflict", "anonymous"),
    ({"type": "volume", "read_only": True}, "option_conflict", "anonymous"),
    ({"type": "image"}, "option_conflict", "source"),
    ({"type": "bind"}, "option_conflict", "source"),
    ({**TMPFS, "tmpfs_options": [{"exec": None, "noexec": None}]}, "option_conflict", "one key"),
    ({**TMPFS, "tmpfs_options": [{}]}, "option_conflict", "one key"),
    ({**TMPFS, "tmpfs_options": [{"size": "1"}]}, "option_conflict", "'size'"),
    ({**TMPFS, "tmpfs_options": [{"exec": 1}]}, "option_conflict", "'exec'"),
    ({**TMPFS, "tmpfs_size": "-1"}, "option_conflict", "tmpfs_size"),
    ({**TMPFS, "tmpfs_mode": "8"}, "option_conflict", "tmpfs_mode"),
    (
        {**BIND, "read_only_non_recursive": True, "read_only_force_recursive": True},
        "option_conflict",
        "exclude each other",
    ),
    ({"type": "npipe", "source": "x"}, "unsupported", "Windows"),
    ({"type": "cluster", "source": "x"}, "unsupported", "services"),
]


@pytest.mark.parametrize(("mount", "code", "named"), REFUSED)
def test_refused(mount: Mount, code: str, named: str) -> None:
    with pytest.raises(Failure) as caught:
        parse(mount)
    assert caught.value.code == code
    assert named in caught.value.message
    assert "s3cret" not in caught.value.message


# -- against what stands -----------------------------------------------------------------------------------------------

# As the engine keeps it: without what is false, zero or empty.
MET: list[t.Any] = [
    pytest.param({**BIND, option: False}, {"Type": "bind", "Source": "/srv"}, id=f"{option}-false")
    for option, row in ROWS.items()
    if row.spec["type"] == "bool" and "bind" in row.types
]
MET += [
    pytest.param({**BIND, "consistency": "default"}, {"Type": "bind", "Source": "/srv"}, id="consistency-left-out"),
    pytest.param(
        {**BIND, "consistency": "default"},
        {"Type": "bind", "Source": "/srv", "Consistency": "default"},
        id="consistency-kept",
    ),
    pytest.param({**VOLUME, "no_copy": False}, {"Type": "volume", "Source": "data"}, id="no_copy"),
    pytest.param({**VOLUME, "labels": {}}, {"Type": "volume", "Source": "data"}, id="labels"),
    pytest.param({**VOLUME, "volume_driver": "", "subpath": ""}, {"Type": "volume", "Source": "data"}, id="texts"),
    pytest.param({"type": "volume"}, {"Type": "volume", "Source": "0" * 64}, id="anonymous"),
    pytest.param({**TMPFS, "tmpfs_size": "0", "tmpfs_options": []}, {"Type": "tmpfs"}, id="tmpfs"),
    pytest.param(
        {**TMPFS, "tmpfs_options": [{"exec": None}]},
        {"Type": "tmpfs", "TmpfsOptions": {"Options": [["exec"]]}},
        id="tmpfs-options",
    ),
    pytest.param(
        {**VOLUME, "labels": {"a": 1}},
        {"Type": "volume", "Source": "data", "VolumeOptions": {"Labels": {"a": "1"}}},
        id="labels-as-text",
    ),
]


@pytest.mark.parametrize(("mount", "stands"), MET)
def test_met(mount: Mount, stands: Mount) -> None:
    body = {"HostConfig": {"Mounts": [{"Target": "/m", **stands}]}}
    before = copy.deepcopy(body)
    merge_mounts(body, [parse(mount)])
    assert body == before


CHANGED: list[t.Any] = [
    pytest.param({**BIND, "non_recursive": True}, block("BindOptions", NonRecursive=True), id="true"),
    pytest.param({**BIND, "consistency": "cached"}, {"Consistency": "cached"}, id="consistency"),
    pytest.param({**BIND, "propagation": "rslave"}, block("BindOptions", Propagation="rslave"), id="propagation"),
]


@pytest.mark.parametrize(("mount", "changed"), CHANGED)
def test_changed(mount: Mount, changed: Mount) -> None:
    body: Mount = {"HostConfig": {"Mounts": [{"Type": "bind", "Target": "/m", "Source": "/srv"}]}}
    merge_mounts(body, [parse(mount)])
    expected = {"Type": "bind", "Target": "/m", "Source": "/srv", "ReadOnly": False, **changed}
    assert body["HostConfig"]["Mounts"] == [expected]
    before = copy.deepcopy(body)
    merge_mounts(body, [parse(mount)])
    assert body == before, "a second time it changes nothing"


def test_what_is_taken_back() -> None:
    stands = {"Type": "bind", "Target": "/m", "Source": "/srv", "BindOptions": {"NonRecursive": True}}
    body: Mount = {"HostConfig": {"Mounts": [stands]}}
    merge_mounts(body, [parse({**BIND, "non_recursive": False})])
    assert body["HostConfig"]["Mounts"][0]["BindOptions"] == {"NonRecursive": False}


# -- engines -----------------------------------------------------------------------------------------------------------

# option, mount, the last API without it, and the engine that has it
NEEDS: list[t.Any] = [
    pytest.param({**BIND, "create_mountpoint": True}, (1, 41), "23.0", id="create_mountpoint"),
    pytest.param({**BIND, "read_only_non_recursive": True}, (1, 43), "25.0", id="read_only_non_recursive"),
    pytest.param({**BIND, "read_only_force_recursive": True}, (1, 43), "25.0", id="read_only_force_recursive"),
    pytest.param({**VOLUME, "subpath": "a"}, (1, 44), "26.0", id="subpath"),
    pytest.param({**TMPFS, "tmpfs_options": [{"exec": None}]}, (1, 45), "27.0", id="tmpfs_options"),
    pytest.param(IMAGE, (1, 47), "28.0", id="image"),
    pytest.param({**IMAGE, "subpath": "a"}, (1, 47), "28.0", id="image-subpath"),
]


@pytest.mark.parametrize(("mount", "api", "version"), NEEDS)
def test_an_engine_that_is_too_old(mount: Mount, api: tuple[int, int], version: str) -> None:
    parsed = parse(mount)
    with pytest.raises(Failure) as caught:
        check_mount(parsed, "Container 'web'", Engine("20.10.24", Api(*api)))
    assert caught.value.code == "unsupported"
    assert caught.value.details["needed_version"] == version
    assert "'web'" in caught.value.message
    check_mount(parsed, "Container 'web'", Engine(version, Api(api[0], api[1] + 1)))


@pytest.mark.parametrize(
    "mount",
    [
        {**BIND, "create_mountpoint": False, "read_only_non_recursive": False, "read_only_force_recursive": False},
        {**VOLUME, "subpath": ""},
        {**TMPFS, "tmpfs_options": []},
    ],
)
def test_what_is_left_out_needs_no_engine(mount: Mount) -> None:
    check_mount(parse(mount), "Container 'web'", Engine("20.10.24", Api(1, 41)))


def test_every_option_is_tried() -> None:
    assert {option for option, *_rest in READ} == set(ROWS)
    assert {str(case.id).partition("-")[0] for case in NEEDS} - {"image"} == {
        option for option, row in ROWS.items() if row.needs
    }
