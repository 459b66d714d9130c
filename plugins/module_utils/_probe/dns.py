# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""DNS messages (RFC 1035), as far as a question for the addresses of a name needs them.

A container's own tools only have to carry the bytes there and back, which even bash can.
"""

from __future__ import annotations

import ipaddress
import struct
import typing as t

TYPE_A = 1
TYPE_AAAA = 28

_ADDRESS_LENGTH = {TYPE_A: 4, TYPE_AAAA: 16}
_RCODE_NAMES = {1: "FORMERR", 2: "SERVFAIL", 3: "NXDOMAIN", 4: "NOTIMP", 5: "REFUSED"}


class DnsError(Exception):
    """The server said that there is no such name, or that it cannot tell."""


def build_query(name: str, record_type: int, ident: int) -> bytes:
    """A recursive question for ``name``, which must be ASCII with labels of 1 to 63 characters."""
    labels = b"".join(bytes([len(label)]) + label.encode("ascii") for label in name.rstrip(".").split("."))
    return struct.pack(">6H", ident, 0x0100, 1, 0, 0, 0) + labels + struct.pack(">BHH", 0, record_type, 1)


def parse_answer(message: bytes, record_type: int, ident: int) -> list[str]:
    """The addresses in an answer. Raises DnsError for NXDOMAIN and the like, ValueError for what is no answer."""
    try:
        return list(_read_addresses(message, record_type, ident))
    except (struct.error, IndexError) as error:
        raise ValueError(f"cut off after {len(message)} bytes") from error


def _read_addresses(message: bytes, record_type: int, ident: int) -> t.Iterator[str]:
    answer_ident, flags, questions, answers = struct.unpack_from(">4H", message)
    if answer_ident != ident or not flags & 0x8000:
        raise ValueError("not the answer to this question")
    if flags & 0x000F:
        code = flags & 0x000F
        raise DnsError(_RCODE_NAMES.get(code, f"code {code}"))
    offset = 12
    for _question in range(questions):
        offset = _skip_name(message, offset) + 4
    for _answer in range(answers):
        offset = _skip_name(message, offset)
        found_type, _class, _ttl, length = struct.unpack_from(">HHIH", message, offset)
        offset += 10
        data = message[offset : offset + length]
        if len(data) < length:
            raise IndexError
        offset += length
        if found_type == record_type and length == _ADDRESS_LENGTH[record_type]:
            yield str(ipaddress.ip_address(data))


def _skip_name(message: bytes, offset: int) -> int:
    while True:
        length = message[offset]
        if length & 0xC0:  # a pointer to a name that stood before: two bytes, and the end of this name
            return offset + 2
        offset += 1 + length
        if not length:
            return offset
