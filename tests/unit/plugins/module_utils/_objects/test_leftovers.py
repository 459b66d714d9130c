# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Locks and helpers are recognised by all that they are, and nothing else is taken for one."""

from __future__ import annotations

import typing as t

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.bridgeport.docker.plugins.module_utils._objects.leftovers import (
    DEADLINE_LABEL,
    PROBE_LABEL,
    Lock,
    Owner,
    guard_name,
    helper_body,
    helper_commands,
    helper_name,
    is_helper,
    lock_name,
    name_task,
    read_helper_deadline,
    read_lock,
)

settings.register_profile("bridgeport", deadline=None, derandomize=True)
settings.load_profile("bridgeport")

Raw = t.Dict[str, t.Any]

HEX = "0123456789abcdef"
ID = "a" * 64
TEXTS = st.one_of(st.text(max_size=30), st.sampled_from(["nan", "inf", "-1", "1e400", "9" * 400, "1_0", " 7", "٣", ""]))
# What the labels of somebody else's volume or container may hold; the engine lets nothing through that is no text.
VALUES = st.one_of(TEXTS, st.none(), st.integers(), st.booleans(), st.lists(st.text(max_size=3), max_size=2))

BOOT_IDS = st.one_of(st.just(""), st.uuids().map(str))
OWNERS = st.builds(
    Owner,
    st.text(HEX, min_size=32, max_size=32),
    BOOT_IDS,
    st.one_of(st.just(""), st.integers(0, 2**32).map("pid:[{}]".format)),
    st.integers(1, 2**22),
    st.one_of(st.just(""), st.integers(0, 2**40).map(str)),
    st.floats(0, 1e11, allow_nan=False),
)
KEYS = st.tuples(st.sampled_from(["container", "network"]), st.text(min_size=1, max_size=20))
TASKS = st.one_of(st.just(""), st.lists(KEYS, max_size=3).map(name_task))


def make_lock(owner: Owner, key: tuple[str, str], task: str, guard: bool) -> Lock:
    name = lock_name(key)
    return Lock(guard_name(name) if guard else name, owner, key, task)


LOCKS = st.builds(make_lock, OWNERS, KEYS, TASKS, st.booleans())


def volume_of(lock: Lock, **changes: t.Any) -> Raw:
    return {"Name": lock.name, "Driver": "local", "Labels": lock.as_labels(), "Options": None, **changes}


WEB = make_lock(Owner("0" * 32, "", "", 1, "", 1.0), ("container", "web"), "", False)


# -- locks -------------------------------------------------------------------------------------------------------------


@given(LOCKS)
def test_a_lock_comes_back_from_its_volume(lock: Lock) -> None:
    assert all(isinstance(value, str) for value in lock.as_labels().values())
    assert read_lock(volume_of(lock)) == lock
    assert read_lock(volume_of(lock, Labels={**lock.as_labels(), "com.example": "x"})) == lock


@given(OWNERS, KEYS)
def test_a_guard_that_does_not_say_what_it_is_about(owner: Owner, key: tuple[str, str]) -> None:
    guard = Lock(guard_name(lock_name(key)), owner, None)
    assert read_lock(volume_of(guard)) == guard


@given(LOCKS, st.data())
def test_a_lock_with_one_label_that_is_another_is_none(lock: Lock, data: st.DataObject) -> None:
    """What is still a lock by its form is the one that it says: of another process, say."""
    labels: Raw = dict(lock.as_labels())
    changed = data.draw(st.sampled_from(sorted(labels)))
    if data.draw(st.booleans()):
        del labels[changed]
    else:
        labels[changed] = data.draw(VALUES)
    read = read_lock(volume_of(lock, Labels=labels))
    assert read is None or read.as_labels() == labels
    assert read is None or read.key in (lock.key, None)


@given(st.dictionaries(st.sampled_from([*WEB.as_labels(), "app"]), VALUES), st.one_of(st.just(WEB.name), st.text()))
def test_any_labels_are_no_lock(labels: Raw, name: str) -> None:
    read = read_lock(volume_of(WEB, Name=name, Labels=labels))
    assert read is None or {**labels, **read.as_labels()} == labels


LABELS = WEB.as_labels()
WRONG_VALUES: dict[str, list[str]] = {
    "pid": ["abc", "0", "-1", "01", "1.0", "9" * 40, ""],
    "deadline": ["never", "nan", "inf", "-inf", "-1.0", "1", "1e400", "9" * 400, ""],
    "token": ["", "theirs", "A" * 32, "0" * 31],
    "boot_id": ["boot", "0" * 32],
    "pid_namespace": ["pid:[]", "host"],
    "start_time": ["tick", "-1"],
    "object": ["", "container", "container/", "/web", "volume/web", "container/db"],
    "task": ["", "web"],
}
NO_LOCKS: list[t.Any] = [
    pytest.param({}, id="nothing"),
    pytest.param(volume_of(WEB, Labels=None), id="no-labels"),
    pytest.param(volume_of(WEB, Labels=[]), id="labels-no-map"),
    pytest.param(volume_of(WEB, Name=None), id="no-name"),
    pytest.param(volume_of(WEB, Name="bridgeport-lock-1"), id="name-no-hash"),
    pytest.param(volume_of(WEB, Name=f"my-{WEB.name}"), id="name-longer"),
    pytest.param(volume_of(WEB, Name=lock_name(("network", "web"))), id="name-of-another"),
    pytest.param(volume_of(WEB, Name=guard_name(guard_name(WEB.name))), id="name-of-a-guard-of-a-guard"),
    pytest.param(volume_of(WEB, Driver="nfs"), id="driver"),
    pytest.param(volume_of(WEB, Options={"type": "nfs"}), id="options"),
    pytest.param(volume_of(WEB, Labels={**LABELS, "bridgeport.docker.lock.more": "1"}), id="unknown-label"),
    *(
        pytest.param(volume_of(WEB, Labels={**LABELS, f"bridgeport.docker.lock.{key}": value}), id=f"{key}-{value[:9]}")
        for key, values in WRONG_VALUES.items()
        for value in values
    ),
]


@pytest.mark.parametrize("volume", NO_LOCKS)
def test_no_lock(volume: Raw) -> None:
    assert read_lock(volume) is None


def test_a_task_has_one_name() -> None:
    web, net = ("container", "web"), ("network", "net")
    assert name_task([web, net]) == name_task([net, web])
    assert len({name_task([web]), name_task([net]), name_task([web, net]), name_task([])}) == 4


# -- helpers -----------------------------------------------------------------------------------------------------------


def inspect_helper(mode: str = f"container:{ID}", number: int = 0) -> Raw:
    body = helper_body("busybox:1", mode, ID, 1000, helper_commands("70")[number])
    host_config = {"PortBindings": {}, "PublishAllPorts": False, "Binds": None, "Links": None, "Privileged": False}
    return {
        "Id": "b" * 64,
        "Name": "/" + helper_name("0123456789ab"),
        "Config": {key: value for key, value in body.items() if key != "HostConfig"},
        "HostConfig": {**host_config, **body["HostConfig"]},
    }


@pytest.mark.parametrize("number", range(3))
@pytest.mark.parametrize("mode", [f"container:{ID}", ID])
def test_a_helper_is_recognised(mode: str, number: int) -> None:
    raw = inspect_helper(mode, number)
    assert is_helper(raw)
    assert read_helper_deadline(raw["Name"][1:], raw["Config"]["Labels"], mode) == 1000


def test_some_engines_spell_capabilities_out() -> None:
    raw = inspect_helper()
    raw["HostConfig"]["CapAdd"] = ["CAP_NET_RAW"]
    assert is_helper(raw)


def change(raw: Raw, path: str, value: object) -> Raw:
    first, _dot, second = path.partition(".")
    return {**raw, first: {**raw[first], second: value}} if second else {**raw, first: value}


OTHER_SHAPES: dict[str, list[t.Any]] = {
    "Name": [
        "/web",
        "/bridgeport-probe-1",
        "/bridgeport-probe-0123456789abc",
        "/my-bridgeport-probe-0123456789ab",
        None,
    ],
    "Config": [{}, None],
    "Config.Labels": [
        None,
        {},
        {PROBE_LABEL: ID},
        {DEADLINE_LABEL: "0"},
        {PROBE_LABEL: ID, DEADLINE_LABEL: "soon"},
        {PROBE_LABEL: ID, DEADLINE_LABEL: "-1"},
        {PROBE_LABEL: ID, DEADLINE_LABEL: "nan"},
        {PROBE_LABEL: ID, DEADLINE_LABEL: "1.5"},
        {PROBE_LABEL: ID, DEADLINE_LABEL: "9" * 400},
        {PROBE_LABEL: "web", DEADLINE_LABEL: "0"},
        {PROBE_LABEL: "c" * 64, DEADLINE_LABEL: "0"},
    ],
    "Config.Entrypoint": [None, [], ["sleep", "900"], helper_commands("0x1")[0], helper_commands("")[1]],
    "Config.Cmd": [["more"]],
    "Config.User": ["", "1000"],
    "Config.OpenStdin": [False, None],
    "Config.StdinOnce": [False],
    "HostConfig": [{}, None],
    "HostConfig.NetworkMode": ["default", "container:" + "c" * 64, f"container:{ID[:12]}"],
    "HostConfig.AutoRemove": [False, None],
    "HostConfig.CapAdd": [None, ["ALL"], ["NET_RAW", "SYS_ADMIN"]],
    "HostConfig.CapDrop": [None, []],
    "HostConfig.LogConfig": [None, {"Type": "json-file"}],
    "HostConfig.PortBindings": [{"80/tcp": [{"HostPort": "80"}]}],
    "HostConfig.PublishAllPorts": [True],
    "HostConfig.Binds": [["/srv:/srv"]],
    "HostConfig.Privileged": [True],
}
NO_HELPERS: list[t.Any] = [
    pytest.param(path, value, id=f"{path}-{number}")
    for path, values in OTHER_SHAPES.items()
    for number, value in enumerate(values)
]


@pytest.mark.parametrize(("path", "value"), NO_HELPERS)
def test_no_helper(path: str, value: object) -> None:
    assert is_helper(change(inspect_helper(), path, value)) is False


LABEL_MAPS = st.dictionaries(st.sampled_from([PROBE_LABEL, DEADLINE_LABEL, "app"]), VALUES)


@given(LABEL_MAPS, TEXTS, TEXTS)
def test_any_labels_are_no_helper(labels: Raw, name: str, mode: str) -> None:
    assert read_helper_deadline(name, labels, mode) is None
    raw = inspect_helper()
    assert is_helper(change(raw, "Config.Labels", labels)) is False
    # Neither the name nor the labels alone tell.
    assert read_helper_deadline(name, raw["Config"]["Labels"], f"container:{ID}") is None
    assert read_helper_deadline(raw["Name"][1:], labels, f"container:{ID}") is None
    assert read_helper_deadline(raw["Name"][1:], raw["Config"]["Labels"], mode) is None
