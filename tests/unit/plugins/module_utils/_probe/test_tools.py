# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import typing as t
from functools import partial

import pytest

from ansible_collections.bridgeport.docker.plugins.module_utils._probe.parse import (
    CLOSED_AT_ONCE,
    MAX_BODY,
    Outcome,
    ToolMissing,
    ToolUnusable,
    parse_connect,
    parse_http,
    parse_nslookup,
    parse_ping,
    parse_python,
    parse_python_dns,
)
from ansible_collections.bridgeport.docker.plugins.module_utils._probe.tools import (
    Parse,
    Tool,
    http_tools,
    ping_tools,
    resolve_tools,
    tcp_tools,
    udp_tools,
)

# The outputs are real: engine 20.10.24 and Debian 12's busybox 1.35, iputils 20221126, netcat-openbsd 1.219,
# netcat-traditional, curl 7.88, wget 1.21 and bash 5.2, unless a comment says otherwise.

MISSING = (
    'OCI runtime exec failed: exec failed: unable to start container process: exec: "x": executable file not found'
)
BUSYBOX_PING = """\
PING pr-b2 (172.18.0.3): 56 data bytes
64 bytes from 172.18.0.3: seq=0 ttl=64 time=0.456 ms
64 bytes from 172.18.0.3: seq=1 ttl=64 time=0.119 ms

--- pr-b2 ping statistics ---
2 packets transmitted, 2 packets received, 0% packet loss
round-trip min/avg/max = 0.119/0.287/0.456 ms
"""
IPUTILS_PING = """\
PING 172.18.0.3 (172.18.0.3) 56(84) bytes of data.
64 bytes from 172.18.0.3: icmp_seq=1 ttl=64 time=0.413 ms
64 bytes from 172.18.0.3: icmp_seq=2 ttl=64 time=0.073 ms

--- 172.18.0.3 ping statistics ---
2 packets transmitted, 2 received, 0% packet loss, time 1018ms
rtt min/avg/max/mdev = 0.073/0.243/0.413/0.170 ms
"""
SILENCE = """\
PING 172.18.0.250 (172.18.0.250) 56(84) bytes of data.

--- 172.18.0.250 ping statistics ---
2 packets transmitted, 0 received, 100% packet loss, time 1020ms

"""
LOST = (False, None, "no reply within 3 s")
PINGS: list[t.Any] = [
    pytest.param(0, BUSYBOX_PING, [(True, 0.456, None), (True, 0.119, None)], id="busybox"),
    pytest.param(0, IPUTILS_PING, [(True, 0.413, None), (True, 0.073, None)], id="iputils"),
    pytest.param(0, IPUTILS_PING.replace("icmp_seq=1", "icmp_seq=9"), [LOST, (True, 0.073, None)], id="first-lost"),
    pytest.param(0, BUSYBOX_PING.replace("seq=1", "seq=7"), [(True, 0.456, None), LOST], id="second-lost"),
    # GNU inetutils (from its documentation) counts from 0 as well.
    pytest.param(
        0,
        IPUTILS_PING.replace("icmp_seq=1", "icmp_seq=0").replace("icmp_seq=2", "icmp_seq=1"),
        [(True, 0.413, None), (True, 0.073, None)],
        id="inetutils",
    ),
    # A duplicate (made up) is not a second answer.
    pytest.param(
        0,
        IPUTILS_PING.replace("icmp_seq=2 ttl=64 time=0.073 ms", "icmp_seq=1 ttl=64 time=9.9 ms (DUP!)"),
        [(True, 0.413, None), LOST],
        id="duplicate",
    ),
    pytest.param(1, SILENCE, [LOST, LOST], id="silence"),
    # Made up after iputils' source.
    pytest.param(
        1,
        "From 172.18.0.2 icmp_seq=1 Destination Host Unreachable\n" + SILENCE,
        [(False, None, "Destination Host Unreachable")] * 2,
        id="host-unreachable",
    ),
    pytest.param(
        1,
        "PING 2001:db8::1 (2001:db8::1): 56 data bytes\nping: sendto: Cannot assign requested address\n",
        [(False, None, "Cannot assign requested address")] * 2,
        id="no-ipv6",
    ),
]


@pytest.mark.parametrize(("code", "output", "expected"), PINGS)
def test_parse_ping(code: int, output: str, expected: list[tuple[bool, float | None, str | None]]) -> None:
    outcomes = parse_ping(code, output, 0.0, count=2, limit=3)
    assert [(outcome.ok, outcome.latency_ms, outcome.error) for outcome in outcomes] == expected


CONNECTS: list[t.Any] = [
    pytest.param(0, "", True, None, id="busybox"),
    pytest.param(0, "Connection to 172.18.0.3 80 port [tcp/*] succeeded!\n", True, None, id="openbsd"),
    pytest.param(0, "(UNKNOWN) [172.18.0.3] 80 (http) open\n", True, None, id="traditional"),
    pytest.param(
        1,
        "nc: can't connect to remote host (172.18.0.3): Connection refused\n",
        False,
        "Connection refused",
        id="busybox-refused",
    ),
    pytest.param(
        1,
        "nc: connect to 172.18.0.3 port 81 (tcp) failed: Connection refused\n",
        False,
        "Connection refused",
        id="openbsd-refused",
    ),
    pytest.param(
        1,
        "nc: connect to 172.18.0.250 port 80 (tcp) timed out: Operation now in progress\n",
        False,
        "timed out",
        id="openbsd-late",
    ),
    pytest.param(
        1,
        "(UNKNOWN) [172.18.0.250] 80 (http) : Connection timed out\n",
        False,
        "Connection timed out",
        id="traditional-late",
    ),
    pytest.param(
        1,
        "probe: connect: Connection refused\nprobe: line 1: /dev/tcp/127.0.0.1/1: Connection refused\n",
        False,
        "Connection refused",
        id="bash-refused",
    ),
    pytest.param(124, "", False, "no answer within 3 s", id="late-coreutils"),
    pytest.param(143, "", False, "no answer within 3 s", id="late-busybox"),
]


@pytest.mark.parametrize(("code", "output", "ok", "error"), CONNECTS)
def test_parse_connect(code: int, output: str, ok: bool, error: str | None) -> None:
    assert parse_connect(code, output, 55.5, limit=3) == [Outcome(ok, 55.5 if ok else None, error)]


BUSYBOX_NSLOOKUP = """\
Server:\t\t127.0.0.11
Address:\t127.0.0.11:53

Non-authoritative answer:

Non-authoritative answer:
Name:\ttwo
Address: 172.18.0.3

"""
# After bind's documentation.
BIND_NSLOOKUP = """\
Server:\t\t127.0.0.11
Address:\t127.0.0.11#53

Non-authoritative answer:
Name:\ttwo
Address: fd00::3
Name:\ttwo
Address: 172.18.0.3
Name:\ttwo
Address: 172.18.0.4
"""
SERVER = "Server:\t\t127.0.0.11\nAddress:\t127.0.0.11:53\n\n"
LOOKUPS: list[t.Any] = [
    pytest.param(0, BUSYBOX_NSLOOKUP, ("172.18.0.3",), None, id="busybox"),
    pytest.param(0, BIND_NSLOOKUP, ("172.18.0.3", "172.18.0.4", "fd00::3"), None, id="bind-several"),
    pytest.param(
        1,
        SERVER + "** server can't find nosuch: NXDOMAIN\n\n** server can't find nosuch: NXDOMAIN\n",
        (),
        "cannot resolve the name: NXDOMAIN",
        id="nxdomain",
    ),
    pytest.param(
        0,
        SERVER + "Non-authoritative answer:\n\n",
        (),
        "cannot resolve the name: it has no address",
        id="no-address",
    ),
    pytest.param(
        1,
        "nslookup: write to '127.0.0.12': Connection refused\n;; connection timed out; no servers could be reached\n",
        (),
        "cannot resolve the name: connection timed out",
        id="no-server",
    ),
    pytest.param(143, "", (), "cannot resolve the name: no answer within 3 s", id="late"),
]


@pytest.mark.parametrize(("code", "output", "addresses", "error"), LOOKUPS)
def test_parse_nslookup(code: int, output: str, addresses: tuple[str, ...], error: str | None) -> None:
    (outcome,) = parse_nslookup(code, output, 5.0, limit=3)
    assert (outcome.ok, outcome.addresses, outcome.error) == (error is None, addresses, error)


# busybox ends the head with two blanks.
WGET_BUSYBOX = """\
  HTTP/1.1 200 OK
  Date: Tue, 24 Nov 2026 02:57:39 GMT
  Connection: close
  Content-type: text/html
  Content-Length: 6
{blanks}
hello

bridgeport-exit:0
""".format(blanks="  ")
WGET_GNU = """\
  HTTP/1.1 200 OK
  Date: Tue, 24 Nov 2026 03:03:42 GMT
  Content-Length: 6
hello

bridgeport-exit:0
"""
WGET_404 = """\
  HTTP/1.1 404 Not Found
wget: server returned error: HTTP/1.1 404 Not Found

bridgeport-exit:1
"""
# Made up after busybox' source.
WGET_REDIRECT = """\
  HTTP/1.1 302 Found
  Location: http://172.18.0.3/elsewhere
  HTTP/1.1 200 OK
  Content-Length: 6

hello

bridgeport-exit:0
"""
CURL = """\
HTTP/1.1 200 OK
Content-type: text/html
Content-Length: 6

hello

bridgeport-time:0.003359
bridgeport-exit:0
"""
FETCHES: list[t.Any] = [
    pytest.param(WGET_BUSYBOX, Outcome(True, 9.0, status=200, body="hello\n"), id="wget-busybox"),
    pytest.param(WGET_GNU, Outcome(True, 9.0, status=200, body="hello\n"), id="wget-gnu"),
    pytest.param(WGET_404, Outcome(True, 9.0, status=404, body=""), id="wget-404"),
    pytest.param(WGET_REDIRECT, Outcome(True, 9.0, status=302, body=""), id="wget-redirect"),
    pytest.param(CURL, Outcome(True, 3.359, status=200, body="hello\n"), id="curl"),
    pytest.param(
        CURL.replace("0.003359", "0,003359"), Outcome(True, 3.359, status=200, body="hello\n"), id="curl-comma"
    ),
    pytest.param(
        "HTTP/1.1 200 OK\n\n" + "x" * (MAX_BODY + 8000), Outcome(True, 9.0, status=200, body="x" * MAX_BODY), id="cut"
    ),
    pytest.param(
        "wget: can't connect to remote host (172.18.0.3): Connection refused\n\nbridgeport-exit:1\n",
        Outcome(False, error="Connection refused"),
        id="wget-busybox-refused",
    ),
    pytest.param(
        "\nbridgeport-exit:4\n", Outcome(False, error="no HTTP answer: network failure"), id="wget-gnu-refused"
    ),
    pytest.param(
        "curl: (7) Failed to connect to 172.18.0.3 port 81 after 0 ms: Couldn't connect to server\n"
        "bridgeport-time:0.0001\nbridgeport-exit:7\n",
        Outcome(
            False,
            error="no HTTP answer: curl: (7) Failed to connect to 172.18.0.3 port 81 after 0 ms: "
            "Couldn't connect to server",
        ),
        id="curl-refused",
    ),
    pytest.param("\nbridgeport-exit:124\n", Outcome(False, error="no answer within 3 s"), id="late"),
]


@pytest.mark.parametrize(("output", "expected"), FETCHES)
def test_parse_http(output: str, expected: Outcome) -> None:
    assert parse_http(0, output, 9.0, limit=3) == [expected]


def report(**values: t.Any) -> str:
    return f"\nbridgeport:{json.dumps(values)}\n"


REPORTS: list[t.Any] = [
    pytest.param(0, report(ms=1.5), Outcome(True, 1.5), id="tcp"),
    pytest.param(0, report(ms=1.5, status=200, body="é"), Outcome(True, 1.5, status=200, body="é"), id="http"),
    pytest.param(0, report(ms=1.5, addresses=["::1"]), Outcome(True, 1.5, addresses=("::1",)), id="lookup"),
    pytest.param(0, report(error="Connection refused"), Outcome(False, error="Connection refused"), id="refused"),
    pytest.param(142, "", Outcome(False, error="no answer within 3 s"), id="alarm"),
    # What a page says is not what the program says.
    pytest.param(
        0,
        report(ms=1.0, status=200, body="applet not found"),
        Outcome(True, 1.0, status=200, body="applet not found"),
        id="body-like-an-error",
    ),
]


@pytest.mark.parametrize(("code", "output", "expected"), REPORTS)
def test_parse_python(code: int, output: str, expected: Outcome) -> None:
    assert parse_python(code, output, 99.0, limit=3) == [expected]


# -- what proves nothing, for every program -------------------------------------------------------------------


def all_tools() -> list[Tool]:
    return [
        *resolve_tools("two", 3, 1),
        *ping_tools("10.0.0.2", 1, 3),
        *tcp_tools("10.0.0.2", 80, 3),
        *tcp_tools("10.0.0.2", 80, 3, watched=True),
        *udp_tools("10.0.0.2", 53, 3, b"x"),
        *http_tools("10.0.0.2", 80, "two", "/", 3),
    ]


USELESS: list[t.Any] = [
    pytest.param(126, MISSING, ToolMissing, id="missing-126"),
    pytest.param(127, MISSING, ToolMissing, id="missing-127"),
    pytest.param(127, "timeout: can't execute 'x': No such file or directory\n", ToolMissing, id="missing-timeout"),
    pytest.param(127, "x: applet not found\n", ToolMissing, id="missing-applet"),
    pytest.param(1, "x: invalid option -- 'z'\nBusyBox v1.35.0\n\nUsage: x [-iN]\n", ToolUnusable, id="option"),
    pytest.param(1, "ping: permission denied (are you root?)\n", ToolUnusable, id="right"),
    pytest.param(139, "", ToolUnusable, id="crash"),
    pytest.param(1, "", ToolUnusable, id="silent-failure"),
    pytest.param(1, "Traceback (most recent call last):\n", ToolUnusable, id="traceback"),
]


@pytest.mark.parametrize(("code", "output", "error"), USELESS)
@pytest.mark.parametrize("tool", [pytest.param(tool, id=" ".join(tool.argv[:4])[:40]) for tool in all_tools()])
def test_what_proves_nothing(tool: Tool, code: int, output: str, error: type[ToolUnusable]) -> None:
    with pytest.raises(error) as caught:
        tool.parse(code, output, 0.0)
    assert isinstance(caught.value, ToolMissing) == (error is ToolMissing)


def _report(text: str) -> str:
    return f"\nbridgeport:{text}\n"


_python = partial(parse_python, limit=3)
_python_dns = partial(parse_python_dns, types=(1,), ident=1, limit=3)
UNREADABLE: list[t.Any] = [
    *(
        pytest.param(parse, _report(text), id=f"{parse.func.__name__}-{text[:40]}")
        for text in (
            "{}",
            "{x}",
            '{"error": 5}',
            '{"ms": "1"}',
            '{"ms": -1}',
            '{"ms": 1e999}',
            '{"ms": NaN}',
            '{"ms": true}',
        )
        for parse in (_python, _python_dns)
    ),
    *(
        pytest.param(_python, _report(f'{{"ms": 1, {text}}}'), id=text)
        for text in ('"addresses": 5', '"addresses": [5]', '"addresses": ["-c"]', '"status": "200"', '"body": {}')
    ),
    *(
        pytest.param(_python_dns, _report(f'{{"ms": 1, {text}}}'), id=text)
        for text in ('"answers": 5', '"answers": [5]', '"answers": null', '"answers": ["zz"]', '"answers": ["00"]')
    ),
    pytest.param(_python, _report('{"a":' * 20000 + "1" + "}" * 20000), id="nested"),
    pytest.param(_python, _report('{"ms": ' + "9" * 5000 + "}"), id="huge"),
    pytest.param(partial(parse_ping, count=1, limit=3), "64 bytes from x: seq=0 time=1.2.3 ms", id="ping-two-points"),
    pytest.param(partial(parse_ping, count=1, limit=3), f"64 bytes from x: seq={'9' * 5000} time=1 ms", id="ping-seq"),
    pytest.param(
        partial(parse_nslookup, limit=3), "Server: 127.0.0.11\nName: x\nAddress: -c", id="nslookup-no-address"
    ),
]


@pytest.mark.parametrize(("parse", "output"), UNREADABLE)
def test_what_cannot_be_read_proves_nothing(parse: Parse, output: str) -> None:
    with pytest.raises(ToolUnusable):
        parse(0, output, 99.0)


def test_an_nslookup_that_reads_files_proves_nothing() -> None:
    output = "Server:    127.0.0.11\nAddress 1: 127.0.0.11\n\nName:      two\nAddress 1: 172.18.0.3 two.net\n"
    with pytest.raises(ToolUnusable, match="/etc/hosts"):
        parse_nslookup(0, output, 1.0, limit=3)


# -- the commands ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("tool", [pytest.param(tool, id=" ".join(tool.argv[:4])[:40]) for tool in all_tools()])
def test_every_program_ends_by_itself(tool: Tool) -> None:
    """By a limit of its own, under timeout, or because the script sets an alarm."""
    assert "3" in tool.argv
    assert 3 <= tool.seconds <= 10


def test_what_a_user_wrote_is_an_argument_of_its_own() -> None:
    path = "/$(reboot)';`id`"
    for tool in http_tools("10.0.0.2", 8080, "two", path, 3):
        holders = [argument for argument in tool.argv if "reboot" in argument]
        assert holders in ([path], [f"http://10.0.0.2:8080{path}"])


def test_http_tools_name_the_host() -> None:
    assert all("two:8080" in " ".join(tool.argv) for tool in http_tools("10.0.0.2", 8080, "two", "/", 3))
    assert all("Host: two" in tool.argv or "two" in tool.argv for tool in http_tools("10.0.0.2", 80, "two", "/", 3))
    assert all("[fd00::2]" in " ".join(tool.argv) for tool in http_tools("fd00::2", 80, "fd00::2", "/", 3))


def test_resolve_tools_read_both_families() -> None:
    bash = resolve_tools("two", 3, 0x1234)[-1]
    assert bash.name == "bash"
    # Both as engine 20.10.24 answered, in od's lines.
    output = (
        " 12 34 81 80 00 01 00 01 00 00 00 00 03 74 77 6f\n 00 00 01 00 01 03 74 77 6f 00 00 01 00 01 00 00\n"
        " 02 58 00 04 ac 12 00 03\n---\n 12 34 81 80 00 01 00 00 00 00 00 00 03 74 77 6f\n 00 00 1c 00 01\n---\n"
    )
    assert bash.parse(0, output, 7.0) == [Outcome(True, 7.0, addresses=("172.18.0.3",))]
    nobody = " 12 34 81 83 00 01 00 00 00 00 00 00\n---\n 12 34 81 83 00 01 00 00 00 00 00 00\n---\n"
    assert bash.parse(0, nobody, 7.0) == [Outcome(False, error="cannot resolve the name: NXDOMAIN")]
    with pytest.raises(ToolUnusable):
        bash.parse(0, " zz\n---\n", 7.0)


# What Debian's busybox 1.35 does with "nc -w 3 ADDRESS PORT -e timeout 1 wc -c".
WATCHED: list[t.Any] = [
    pytest.param(143, "", Outcome(True), id="held-open"),
    pytest.param(124, "", Outcome(True), id="held-open-coreutils"),
    pytest.param(0, "", Outcome(False, error=CLOSED_AT_ONCE), id="closed-at-once"),
    pytest.param(
        1,
        "nc: can't connect to remote host (10.0.0.2): Connection refused\n",
        Outcome(False, error="Connection refused"),
        id="refused",
    ),
    pytest.param(1, "nc: timed out\n", Outcome(False, error="timed out"), id="late"),
]


@pytest.mark.parametrize(("code", "output", "expected"), WATCHED)
def test_parse_watched(code: int, output: str, expected: Outcome) -> None:
    tool = next(tool for tool in tcp_tools("10.0.0.2", 80, 3, watched=True) if tool.name == "nc -e")
    assert tool.parse(code, output, 1000.0) == [expected]
