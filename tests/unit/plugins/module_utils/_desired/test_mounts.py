# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import copy
import typing as t

import pytest

from ansible_collections.bridgeport.docker.plugins.module_utils._desired.mounts import (
    merge_mounts,
    merge_volumes,
    parse_volumes,
)
from ansible_collections.bridgeport.docker.plugins.module_utils._desired.options import parse_options
from ansible_collections.bridgeport.docker.plugins.module_utils._errors import Failure

Params = t.Dict[str, t.Any]

VOLUME = {"Type": "volume", "Source": "vv", "Target": "/d"}


def lay(host_config: Params, params: Params, volumes: t.Mapping[str, t.Any] | None = None) -> Params:
    body: Params = {"Volumes": dict(volumes or {}), "HostConfig": copy.deepcopy(host_config)}
    options = parse_options(params)
    merge_volumes(body, options.get("volumes", ()))
    merge_mounts(body, options.get("mounts", ()))
    return body


def mount(**params: t.Any) -> Params:
    return {"mounts": [{"type": "volume", "target": "/d", **params}]}


MET: list[t.Any] = [
    pytest.param({"Binds": ["vv:/d"]}, mount(source="vv"), id="bind-as-mount"),
    pytest.param({"Binds": ["vv:/d/:ro"]}, mount(source="vv", read_only=True), id="read-only-bind-as-mount"),
    pytest.param({"Binds": ["vv:/d:nocopy"]}, mount(no_copy=True), id="no-copy-bind-as-mount"),
    pytest.param({"Binds": ["0a1b:/d"]}, mount(), id="named-anonymous-volume"),
    pytest.param(
        {"Binds": ["/s:/d:rslave"]}, mount(type="bind", source="/s", propagation="rslave"), id="propagation-of-a-bind"
    ),
    pytest.param({"Mounts": [VOLUME]}, {"volumes": ["vv:/d"]}, id="mount-as-bind"),
    pytest.param({"Mounts": [VOLUME]}, {"volumes": ["/d"]}, id="mount-as-anonymous"),
    pytest.param({"Tmpfs": {"/d/": ""}}, {"volumes": ["/d"]}, id="tmpfs-as-anonymous"),
    pytest.param({"Mounts": [{**VOLUME, "VolumeOptions": {}}]}, mount(no_copy=False), id="no-copy-false"),
    pytest.param(
        {"Mounts": [{"Type": "tmpfs", "Target": "/d"}]}, mount(type="tmpfs", tmpfs_size="0"), id="no-limit-of-a-tmpfs"
    ),
]


@pytest.mark.parametrize(("host_config", "params"), MET)
def test_what_is_mounted_already(host_config: Params, params: Params) -> None:
    assert lay(host_config, params) == {"Volumes": {}, "HostConfig": host_config}


MERGED = {**VOLUME, "ReadOnly": False, "VolumeOptions": {"Labels": {"a": "b"}, "NoCopy": True}}

CHANGES: list[t.Any] = [
    pytest.param(
        {"Binds": ["vv:/d", "ww:/e"]},
        mount(source="xx"),
        {"Binds": ["ww:/e"], "Mounts": [{**VOLUME, "Source": "xx", "ReadOnly": False}]},
        id="mount-in-place-of-a-bind",
    ),
    pytest.param(
        {"Tmpfs": {"/d": "size=1m", "/e": ""}},
        mount(source="vv"),
        {"Tmpfs": {"/e": ""}, "Mounts": [{**VOLUME, "ReadOnly": False}]},
        id="mount-in-place-of-a-tmpfs",
    ),
    pytest.param(
        {"Mounts": [VOLUME]}, {"volumes": ["xx:/d"]}, {"Mounts": [], "Binds": ["xx:/d"]}, id="bind-for-a-mount"
    ),
    pytest.param(
        {"Mounts": [VOLUME]}, {"volumes": ["vv:/d:ro"]}, {"Mounts": [], "Binds": ["vv:/d:ro"]}, id="read-only"
    ),
    pytest.param(
        {"Tmpfs": {"/d": ""}}, {"volumes": ["vv:/d"]}, {"Tmpfs": {}, "Binds": ["vv:/d"]}, id="bind-for-a-tmpfs"
    ),
    pytest.param(
        {"Mounts": [{**VOLUME, "VolumeOptions": {"Labels": {"a": "b"}}}]},
        mount(no_copy=True),
        {"Mounts": [MERGED]},
        id="what-was-not-asked-about-stays",
    ),
    pytest.param(
        {"Mounts": [{"Type": "tmpfs", "Target": "/d", "TmpfsOptions": {"Mode": 448}}]},
        mount(type="tmpfs", tmpfs_size="1M"),
        {
            "Mounts": [
                {
                    "Type": "tmpfs",
                    "Target": "/d",
                    "ReadOnly": False,
                    "TmpfsOptions": {"Mode": 448, "SizeBytes": 2**20},
                }
            ]
        },
        id="mode-of-a-tmpfs-stays",
    ),
]


@pytest.mark.parametrize(("host_config", "params", "expected"), CHANGES)
def test_one_path_is_one_mount(host_config: Params, params: Params, expected: Params) -> None:
    laid = lay(host_config, params)
    assert laid["HostConfig"] == expected
    assert lay(laid["HostConfig"], params) == laid, "laid a second time it changes nothing"


def test_an_anonymous_volume_is_asked_for_once() -> None:
    assert lay({}, {"volumes": ["/d"]})["Volumes"] == {"/d": {}}
    assert lay({}, {"volumes": ["/d"]}, {"/d/": {}})["Volumes"] == {"/d/": {}}


TWICE: list[t.Any] = [
    pytest.param({"volumes": ["vv:/d", "ww:/d/"]}, id="volumes"),
    pytest.param({"volumes": ["vv:/d"], **mount(source="vv")}, id="both"),
    pytest.param({"mounts": [*mount()["mounts"], *mount()["mounts"]]}, id="mounts"),
]


@pytest.mark.parametrize("params", TWICE)
def test_a_path_that_is_named_twice(params: Params) -> None:
    with pytest.raises(Failure) as caught:
        parse_options(params)
    assert caught.value.code == "option_conflict"
    assert "/d" in caught.value.message


# As engine 20.10 takes them, or does not.
TAKEN: list[t.Any] = [
    "/anon",
    "ab:/x",
    "vol:/b",
    "vol:/b:",
    "/a:/b:",
    "vol:/b:nocopy",
    "vol:/b:ro,nocopy",
    "vol:/b:cached",
    "vol:/b:Z",
    "/a:/b:rshared",
    "/a:/b:ro,rslave,z",
    "/a:/b:consistent",
    "/a/../b:/b/../c",
]


@pytest.mark.parametrize("volume", TAKEN)
def test_volumes_that_mean_something(volume: str) -> None:
    assert parse_volumes([volume]) == [volume]


NOT_TAKEN: list[t.Any] = [
    pytest.param("/anon:rw", "mode 'rw' where the path", id="mode-for-path"),
    pytest.param("/anon:ro,z", "mode 'ro,z' where the path", id="modes-for-path"),
    pytest.param("relative:also", "'also'", id="relative"),
    pytest.param("/a:relative", "'relative'", id="relative-bind"),
    pytest.param("rel", "'rel'", id="relative-anonymous"),
    pytest.param("/a:/b:bogus", "unknown mode 'bogus'", id="mode"),
    pytest.param("/a:/b:RO", "unknown mode 'RO'", id="mode-in-capitals"),
    pytest.param("/a:/b:ro ", "unknown mode 'ro '", id="mode-with-blank"),
    pytest.param("vol:/b:ro,", "unknown mode 'ro,'", id="empty-mode"),
    pytest.param("vol:/b:ro,ro", "more than one access", id="mode-twice"),
    pytest.param("/a:/b:ro,rw", "more than one access", id="read-only-and-not"),
    pytest.param("/a:/b:z,Z", "more than one label", id="labels"),
    pytest.param("/a:/b:cached,consistent", "more than one consistency", id="consistencies"),
    pytest.param("/a:/b:nocopy", "goes with volumes", id="copying-of-a-bind"),
    pytest.param("vol:/b:rshared", "goes with paths", id="propagation-of-a-volume"),
    pytest.param("bad name!:/x", "'bad name!'", id="name"),
    pytest.param("a:/x", "two characters", id="short-name"),
    pytest.param("_v:/x", "'_v'", id="name-that-begins-otherwise"),
    pytest.param("vol/x:/x", "'vol/x'", id="path-without-slash-in-front"),
    pytest.param("vol:/", "'/'", id="root"),
    pytest.param("/a:/b/..", "'/b/..'", id="root-in-other-words"),
    pytest.param("/", "'/'", id="root-anonymous"),
    pytest.param("/a: /b", "' /b'", id="blank"),
    pytest.param("", "cannot be read", id="nothing"),
    pytest.param(":/x", "cannot be read", id="no-source"),
    pytest.param("vol::ro", "cannot be read", id="no-path"),
    pytest.param("/a:/b:c:d", "cannot be read", id="four-parts"),
    pytest.param("vol:/b:ro:", "cannot be read", id="four-parts-one-empty"),
]


@pytest.mark.parametrize(("volume", "said"), NOT_TAKEN)
def test_volumes_that_mean_nothing(volume: str, said: str) -> None:
    with pytest.raises(Failure) as caught:
        parse_options({"volumes": ["/fine", volume]})
    assert caught.value.code == "option_conflict"
    assert said in caught.value.message
    assert repr(volume) in caught.value.message


def test_all_volumes_are_judged() -> None:
    with pytest.raises(Failure) as caught:
        parse_options({"volumes": ["/a:/b:c", "x"], "memory": "much"})
    assert len(caught.value.parts) == 3
    assert len(caught.value.outcome["refusals"]) == 3


EXPANDED: list[t.Any] = [
    pytest.param("~:/c", "/home/me:/c", id="home"),
    pytest.param("~/x:/c:ro", "/home/me/x:/c:ro", id="in-home"),
    pytest.param("./x:/c", "/here/x:/c", id="here"),
    pytest.param(".:/c", "/here:/c", id="here-itself"),
    pytest.param("../x:/c", "/x:/c", id="above"),
    pytest.param(".x/y:/c", "/here/.x/y:/c", id="hidden"),
    pytest.param("~nobody-is-called-so:/c", "/here/~nobody-is-called-so:/c", id="no-home"),
]


@pytest.mark.parametrize(("volume", "expected"), EXPANDED)
def test_paths_of_this_host_are_expanded(volume: str, expected: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """As docker_container does."""
    monkeypatch.setenv("HOME", "/home/me")
    monkeypatch.setattr("os.getcwd", lambda: "/here")
    assert parse_volumes([volume]) == [expected]
