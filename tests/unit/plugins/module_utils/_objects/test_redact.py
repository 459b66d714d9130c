# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.bridgeport.docker.plugins.module_utils._objects.redact import (
    drop_controls,
    hide_environment,
    hide_map,
    hide_password,
    hide_password_in,
    show_output,
)

SECRET = "swordfish"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("plain\ttext\n", "plain\ttext\n", id="plain"),
        pytest.param("\x1b[31mred\x1b[0m", "red", id="colour"),
        pytest.param("\x9b2Jcleared", "cleared", id="eight-bit"),
        pytest.param("\x1b]0;title\x07text", "text", id="title"),
        pytest.param("\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\", "link", id="hyperlink"),
        pytest.param("\x1bPq#0\x1b\\text", "text", id="picture"),
        pytest.param("\x1b(Btext\x1bc", "text", id="character-set-and-reset"),
        pytest.param("\x1b]0;without an end\ntext", "\ntext", id="no-end"),
        pytest.param("one\rtwo\r\nthree", "one\ntwo\nthree", id="carriage-return"),
        pytest.param("a\x00\x08\x7fb\x1b", "ab", id="controls"),
        pytest.param("user\u202etxt.exe\u2066", "usertxt.exe", id="bidirectional"),
        pytest.param("日本 ä 😀", "日本 ä 😀", id="other-scripts"),
    ],
)
def test_drop_controls(text: str, expected: str) -> None:
    assert drop_controls(text) == expected


@given(st.text(st.sampled_from("\x1b\x9b\x9d\x07\\[]0;mB(P\r\n\tab") | st.characters(), max_size=40))
def test_a_terminal_obeys_nothing_of_it(text: str) -> None:
    shown = drop_controls(text)
    assert not [char for char in shown if unicodedata.category(char) == "Cc" and char not in "\n\t"]
    assert drop_controls(shown) == shown


@pytest.mark.parametrize(
    ("text", "env", "expected"),
    [
        pytest.param(f"is {SECRET}", [f"A={SECRET}"], ["is ********"], id="value"),
        pytest.param(f"is {SECRET[:4]}\x1b[1m{SECRET[4:]}", [f"A={SECRET}"], ["is ********"], id="coloured-value"),
        pytest.param(f"is {SECRET}", [f"A={SECRET[:4]}\x1b[1m{SECRET[4:]}"], ["is ********"], id="value-with-colour"),
        pytest.param(f"-- {SECRET} --\r\n", [f"A=first\r\n{SECRET}"], ["-- ******** --"], id="line-of-a-value"),
        pytest.param("port 80", ["A=80"], ["port 80"], id="too-short"),
        pytest.param("", ["A"], [], id="nothing"),
    ],
)
def test_show_output(text: str, env: list[str], expected: list[str]) -> None:
    assert show_output(text, env) == expected


ADDRESSES = [
    pytest.param(f"tcp://user:{SECRET}@host:2375", "tcp://user:********@host:2375", id="tcp"),
    pytest.param(f"https://:{SECRET}@host", "https://:********@host", id="no-user"),
    pytest.param(f"ssh://user:{SECRET}@[::1]:22", "ssh://user:********@[::1]:22", id="ipv6"),
    pytest.param(f"user:{SECRET}@host", "user:********@host", id="no-scheme"),
    pytest.param(f"tcp://user:{SECRET}/x:@@host", "tcp://user:********@host", id="signs-in-the-password"),
    pytest.param(f"tcp:user:{SECRET}@host", "tcp:********@host", id="bad-scheme"),
]


@pytest.mark.parametrize(("address", "expected"), ADDRESSES)
def test_hide_password(address: str, expected: str) -> None:
    assert hide_password(address) == expected
    assert SECRET not in hide_password_in(f"Bad address {address}: no {SECRET}", address)


@pytest.mark.parametrize(
    "address", ["unix:///var/run/docker.sock", "tcp://[fd00::1]:2375", "ssh://root@host:22", "", "host"]
)
def test_an_address_without_a_password_is_shown(address: str) -> None:
    assert hide_password(address) == address
    assert hide_password_in(f"No answer from {address}.", address) == f"No answer from {address}."


@given(st.text("abc:/@[]", max_size=10), st.text("abc:/@[]", max_size=10))
def test_no_password_gets_through(before: str, after: str) -> None:
    assert SECRET not in hide_password(f"tcp://user:{before}{SECRET}{after}@host")


def test_hide_map() -> None:
    assert hide_map({"a": "x"}) == {"a": "********"}
    assert (hide_map("x"), hide_map(None)) == ("********", None)


def test_hide_environment() -> None:
    driver = {"Name": "local", "Options": {"o": "password=s3cret", "a=s3cret": "x"}}
    mounts = [{"Target": "/a"}, {"Target": "/b", "VolumeOptions": {"DriverConfig": driver}}]
    log_config = {"Type": "splunk", "Config": {"splunk-token": "s3cret", "splunk-url": "https://u:s3cret@host"}}
    raw = {
        "Id": "1",
        "Config": {"Env": ["A=s3cret", "B"], "Cmd": ["x"]},
        "HostConfig": {"LogConfig": log_config, "Mounts": mounts},
    }
    shown = hide_environment(raw)
    assert "s3cret" not in str(shown)
    assert shown["Config"] == {"Env": ["A=********", "B"], "Cmd": ["x"]}
    assert shown["HostConfig"]["LogConfig"]["Type"] == "splunk"
    assert sorted(shown["HostConfig"]["LogConfig"]["Config"]) == ["splunk-token", "splunk-url"]
    assert shown["HostConfig"]["Mounts"][0] == {"Target": "/a"}
    assert "s3cret" in str(raw), "what was read stays as it is"
