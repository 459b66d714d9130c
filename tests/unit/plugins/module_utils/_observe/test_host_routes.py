# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import builtins
import errno
import pathlib
import typing as t

import pytest

from ansible_collections.bridgeport.docker.plugins.module_utils._objects.snapshot import HostRange
from ansible_collections.bridgeport.docker.plugins.module_utils._observe import host_routes

IPV4_ROUTES = """\
Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT
eth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\t0\t0\t0
tun0\t00000000\t00000000\t0001\t0\t0\t0\t00000080\t0\t0\t0
docker0\t000011AC\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0
br-28c1d20bb1ca\t00A0A8C0\t00000000\t0001\t0\t0\t0\t00F0FFFF\t0\t0\t0
wg0\t07640A0A\t00000000\t0005\t0\t0\t0\tFFFFFFFF\t0\t0\t0
*\t0000010A\t00000000\t0201\t0\t0\t0\t0000FFFF\t0\t0\t0
eth1\t0000020A\t00000000\t0000\t0\t0\t0\t0000FFFF\t0\t0\t0
"""

IPV6_ROUTES = """\
fd000000000000000000000000000000 40 00000000000000000000000000000000 00 00000000000000000000000000000000 00000100 00000002 00000000 00000001     eth0
fe800000000000000000000000000000 40 00000000000000000000000000000000 00 00000000000000000000000000000000 00000100 00000001 00000000 00000001  docker0
20000000000000000000000000000000 03 00000000000000000000000000000000 00 fd000000000000000000000000000001 00000100 00000002 00000000 00000003     tun0
00000000000000000000000000000000 00 00000000000000000000000000000000 00 00000000000000000000000000000000 ffffffff 00000001 00000000 00200200       lo
fd000000000000000000000000000002 80 00000000000000000000000000000000 00 00000000000000000000000000000000 00000000 00000003 00000000 80200001     eth0
fd000000000000000000000000000000 80 00000000000000000000000000000000 00 00000000000000000000000000000000 00000000 00000003 00000000 00300001     eth0
ff000000000000000000000000000000 08 00000000000000000000000000000000 00 00000000000000000000000000000000 00000100 00000003 00000000 00000001     eth0
"""  # noqa: E501

IPV6_ADDRESSES = """\
fe8000000000000098f40afffede4b57 2b3 40 20 80 veth8d54eb9
fd000000000000000000000000000002 02 40 00 80     eth0
00000000000000000000000000000001 01 80 10 80       lo
"""


def test_ipv4_routes() -> None:
    """Without the default route, half of one, one that rejects, and one that is down."""
    assert host_routes._parse_ipv4_routes(IPV4_ROUTES.splitlines()) == [
        HostRange("172.17.0.0/16", "docker0"),
        HostRange("192.168.160.0/20", "br-28c1d20bb1ca"),
        HostRange("10.10.100.7/32", "wg0"),
    ]


def test_names_of_interfaces_are_any_bytes(tmp_path: pathlib.Path) -> None:
    """A wide blank (U+2003) is a blank to Python only, and 0xFF is no text at all."""
    odd = "br\u2003ü".encode()
    route = IPV4_ROUTES.splitlines()[3].encode()
    file = tmp_path / "route"
    file.write_bytes(b"\n".join([b"Iface", route.replace(b"docker0", odd), route.replace(b"docker0", b"\xff")]))
    assert host_routes._read(host_routes._parse_ipv4_routes, str(file)) == [
        HostRange("172.17.0.0/16", "br\u2003ü"),
        HostRange("172.17.0.0/16", "\ufffd"),
    ]


def test_ipv6_routes() -> None:
    """Without default routes, link-local and multicast ones, and what stands for the host's own addresses."""
    assert host_routes._parse_ipv6_routes(IPV6_ROUTES.splitlines()) == [HostRange("fd00::/64", "eth0")]


def test_ipv6_addresses() -> None:
    assert host_routes._parse_ipv6_addresses(IPV6_ADDRESSES.splitlines()) == [
        HostRange("fd00::2/128", "eth0", is_address=True),
        HostRange("::1/128", "lo", is_address=True),
    ]


def test_ipv4_addresses() -> None:
    size = host_routes._IFREQ_SIZE

    def ifreq(name: bytes, *address: int) -> bytes:
        return (name.ljust(16, b"\0") + b"\x02\0\0\0" + bytes(address)).ljust(size, b"\0")

    answer = ifreq(b"eth0", 192, 0, 2, 2) + ifreq(b"eth0:1", 192, 0, 2, 3)
    assert host_routes._parse_ifreqs(answer) == [
        HostRange("192.0.2.2/32", "eth0", is_address=True),
        HostRange("192.0.2.3/32", "eth0", is_address=True),
    ]


def test_this_host_is_read() -> None:
    found = host_routes.read_host_ranges()
    assert found is not None
    assert HostRange("127.0.0.1/32", "lo", is_address=True) in found


UNREADABLE: list[t.Any] = [
    pytest.param(errno.EACCES, True, id="not-allowed"),
    pytest.param(errno.ENOENT, False, id="no-ipv6"),
]


@pytest.mark.parametrize(("number", "unknown"), UNREADABLE)
def test_what_may_not_be_read_is_unknown(monkeypatch: pytest.MonkeyPatch, number: int, unknown: bool) -> None:
    original = builtins.open

    def refuse(path: t.Any, *args: t.Any, **kwargs: t.Any) -> t.Any:
        if "6" in str(path):
            raise OSError(number, "refused", path)
        return original(path, *args, **kwargs)

    monkeypatch.setattr(builtins, "open", refuse)
    found = host_routes.read_host_ranges()
    assert (found is None) is unknown
    assert unknown or all(":" not in each.subnet for each in found or ())
