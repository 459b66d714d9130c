# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import copy
import typing as t

import pytest

from ansible_collections.bridgeport.docker.plugins.module_utils._desired.mounts import merge_mounts, merge_volumes
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
