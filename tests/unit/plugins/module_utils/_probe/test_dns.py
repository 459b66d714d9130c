# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import struct
import typing as t

import pytest

from ansible_collections.bridgeport.docker.plugins.module_utils._probe.dns import (
    TYPE_A,
    TYPE_AAAA,
    DnsError,
    build_query,
    parse_answer,
)

IDENT = 0x1234
# As engine 20.10.24 answered for an alias of one container.
ANSWER = bytes.fromhex("1234818000010001000000000374776f00000100010374776f0000010001000002580004ac120003")
HEAD = struct.pack(">HHHHHH", IDENT, 0x8180, 0, 2, 0, 0)
RECORD_A = b"\x00" + struct.pack(">HHIH", TYPE_A, 1, 600, 4) + bytes([10, 0, 0, 1])
RECORD_AAAA = b"\x00" + struct.pack(">HHIH", TYPE_AAAA, 1, 600, 16) + bytes(15) + b"\x01"


def test_build_query() -> None:
    assert (
        build_query("a.bc", TYPE_AAAA, IDENT).hex()
        == "123401000001000000000000" + "0161" + "026263" + "00" + "001c0001"
    )


def test_build_query_ignores_the_trailing_dot() -> None:
    assert build_query("two.", TYPE_A, IDENT) == build_query("two", TYPE_A, IDENT)


def test_parse_answer() -> None:
    assert parse_answer(ANSWER, TYPE_A, IDENT) == ["172.18.0.3"]


def test_parse_answer_with_a_pointer() -> None:
    question = build_query("two", TYPE_A, IDENT)
    message = struct.pack(">6H", IDENT, 0x8180, 1, 1, 0, 0) + question[12:] + b"\xc0\x0c" + RECORD_A[1:]
    assert parse_answer(message, TYPE_A, IDENT) == ["10.0.0.1"]


@pytest.mark.parametrize(
    ("record_type", "expected"),
    [pytest.param(TYPE_A, ["10.0.0.1"], id="a"), pytest.param(TYPE_AAAA, ["::1"], id="aaaa")],
)
def test_parse_answer_takes_only_the_asked_type(record_type: int, expected: list[str]) -> None:
    assert parse_answer(HEAD + RECORD_A + RECORD_AAAA, record_type, IDENT) == expected


def test_parse_answer_without_records() -> None:
    # The same engine, asked for the IPv6 address of that alias.
    message = bytes.fromhex("1234818000010000000000000374776f00001c0001")
    assert parse_answer(message, TYPE_AAAA, IDENT) == []


@pytest.mark.parametrize(
    ("code", "name"),
    [(2, "SERVFAIL"), (3, "NXDOMAIN"), (5, "REFUSED"), (9, "code 9")],
)
def test_parse_answer_refusal(code: int, name: str) -> None:
    with pytest.raises(DnsError, match=name):
        parse_answer(struct.pack(">6H", IDENT, 0x8180 | code, 0, 0, 0, 0), TYPE_A, IDENT)


NO_ANSWERS: list[t.Any] = [
    pytest.param(b"", id="empty"),
    pytest.param(ANSWER[:11], id="half-a-head"),
    pytest.param(ANSWER[:-1], id="half-an-address"),
    pytest.param(ANSWER[:20], id="half-a-question"),
    pytest.param(build_query("two", TYPE_A, IDENT), id="the-question-itself"),
    pytest.param(b"\x00\x00" + ANSWER[2:], id="to-another-question"),
]


@pytest.mark.parametrize("message", NO_ANSWERS)
def test_parse_answer_refuses(message: bytes) -> None:
    with pytest.raises(ValueError, match=r"cut off|not the answer"):
        parse_answer(message, TYPE_A, IDENT)
