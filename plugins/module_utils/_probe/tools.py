# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""The programs that can prove something about a network from inside a container.

An image has what its maker put there, so there are several programs for each question, best first. Three kinds of
outcome are kept apart: it worked, the network said no, and the program gives no conclusive answer (it is missing, lacks
an option or a right). The last is never taken for an answer: a probe that could not be made proves no isolation. So
what is not recognised as the network's answer is not conclusive.

Everything that a user wrote reaches these programs as an argument of its own, never as part of a script.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass
from functools import partial

from . import dns
from .parse import (
    MAX_BODY,
    Outcome,
    parse_connect,
    parse_dns_hex,
    parse_http,
    parse_nslookup,
    parse_ping,
    parse_python,
    parse_python_dns,
    parse_python_udp,
    parse_udp,
    parse_watched,
)
from .script import PYTHON_SCRIPT

# Where the engine answers for names on user-defined networks.
EMBEDDED_DNS = "127.0.0.11"

# Seconds that a program may take to start and to end, beside its own limit.
_GRACE = 5


Parse = t.Callable[[int, str, float], t.List[Outcome]]


@dataclass(frozen=True)
class Tool:
    """A command and how to read its output. ``parse`` takes the exit code, the output and the milliseconds it took.

    ``seconds`` bounds how long it can take by its own options.
    """

    name: str
    argv: tuple[str, ...]
    parse: Parse
    seconds: float


# -- which programs, in which order ------------------------------------------------------------------------------------


def resolve_tools(name: str, limit: int, ident: int) -> list[Tool]:
    """Programs that ask the network's DNS and nothing else: getent and ping would look into /etc/hosts first."""
    absolute = name.rstrip(".") + "."  # no search domains
    types = (dns.TYPE_A, dns.TYPE_AAAA)
    messages = [dns.build_query(name, record_type, ident) for record_type in types]
    nslookup = ("nslookup", absolute, EMBEDDED_DNS)
    parse_hex = partial(parse_dns_hex, types=types, ident=ident, limit=limit)
    return [
        Tool("nslookup", ("timeout", str(limit), *nslookup), partial(parse_nslookup, limit=limit), limit + _GRACE),
        _python_tool("python3", limit, partial(parse_python_dns, types=types, ident=ident, limit=limit), limit)(
            "dns", EMBEDDED_DNS, *(message.hex() for message in messages)
        ),
        Tool(
            "busybox nslookup",
            ("busybox", "timeout", str(limit), "busybox", *nslookup),
            partial(parse_nslookup, limit=limit),
            limit + _GRACE,
        ),
        Tool(
            "bash",
            (
                *("timeout", str(limit), "bash", "-c", _BASH_DNS, "probe", EMBEDDED_DNS),
                *("".join(f"\\x{byte:02x}" for byte in message) for message in messages),
            ),
            parse_hex,
            limit + _GRACE,
        ),
    ]


def ping_tools(address: str, count: int, limit: int, python: str = "python3") -> list[Tool]:
    """iputils, busybox and the like; where they are missing, Python sends the packets itself."""
    seconds = count * (1 + limit) + _GRACE
    argv = ("ping", "-c", str(count), "-W", str(limit), address)
    parse = partial(parse_ping, count=count, limit=limit)
    return [
        Tool("ping", argv, parse, seconds),
        Tool("busybox ping", ("busybox", *argv), parse, seconds),
        _python_tool(python, limit, parse, seconds)("ping", address, str(count)),
    ]


def tcp_tools(address: str, port: int, limit: int, watched: bool = False) -> list[Tool]:
    """``watched``: the address may be the host's own, where docker's proxy accepts though nothing listens."""
    parse = partial(parse_connect, limit=limit)
    seconds = limit + _GRACE
    if watched:
        watch = partial(parse_watched, limit=limit)
        opening, reader = ("nc", "-w", str(limit), address, str(port), "-e"), ("wc", "-c")
        return [
            _python_tool("python3", limit, parse_python, seconds)("tcp", address, str(port), str(LINGER)),
            Tool("nc -e", (*opening, "timeout", "1", *reader), watch, seconds),
            Tool("busybox nc -e", ("busybox", *opening, "busybox", "timeout", "1", "busybox", *reader), watch, seconds),
            Tool(
                "bash", ("timeout", str(limit), "bash", "-c", _BASH_WATCH, "probe", address, str(port)), parse, seconds
            ),
        ]
    scan = ("nc", "-n", "-v", "-z", "-w", str(limit), address, str(port))
    # A busybox without "nc -z" (Debian's) runs a program once it is connected.
    connect = ("nc", "-w", str(limit), address, str(port), "-e", "true")
    return [
        _python_tool("python3", limit, parse_python, seconds)("tcp", address, str(port), "0"),
        Tool("nc", scan, parse, seconds),
        Tool("nc -e", ("timeout", str(limit), *connect), parse, seconds),
        Tool("busybox nc", ("busybox", *scan), parse, seconds),
        Tool("busybox nc -e", ("busybox", "timeout", str(limit), "busybox", *connect), parse, seconds),
        Tool("bash", ("timeout", str(limit), "bash", "-c", _BASH_TCP, "probe", address, str(port)), parse, seconds),
    ]


def udp_tools(address: str, port: int, limit: int, payload: bytes, python: str = "python3") -> list[Tool]:
    """Not nc: none of its kinds tells a reply from a refusal reliably."""
    seconds = limit + _GRACE
    escaped = "".join(f"\\x{byte:02x}" for byte in payload)
    return [
        _python_tool(python, limit, partial(parse_python_udp, limit=limit), seconds)(
            "udp", address, str(port), payload.hex()
        ),
        Tool(
            "bash",
            ("timeout", str(limit), "bash", "-c", _BASH_UDP, "probe", address, str(port), escaped),
            partial(parse_udp, limit=limit),
            seconds,
        ),
    ]


def http_tools(address: str, port: int, host: str, path: str, limit: int) -> list[Tool]:
    """By address, with the name in the Host header: busybox's wget, linked statically, may crash on names."""
    seconds = limit + _GRACE
    url = f"http://{bracket(address)}:{port}{path}"
    header = f"Host: {host_header(host, port)}"
    arguments = ("probe", str(limit), header, url, str(MAX_BODY + 8192))
    parse = partial(parse_http, limit=limit)
    return [
        _python_tool("python3", limit, parse_python, seconds)(
            "http", address, str(port), host_header(host, port), path, str(MAX_BODY)
        ),
        Tool("curl", ("sh", "-c", _http_script("", "curl"), *arguments), parse, seconds),
        Tool("wget", ("sh", "-c", _http_script("", "wget"), *arguments), parse, seconds),
        Tool("busybox wget", ("busybox", "sh", "-c", _http_script("busybox ", "wget"), *arguments), parse, seconds),
    ]


# A published port may be held by docker's userland proxy, which accepts whether or not something listens behind it, and
# then hangs up: so a connection is watched for a moment.
LINGER = 0.3

# The host runs this module, so there is a Python.


def host_resolve_tools(name: str, limit: int, python: str) -> list[Tool]:
    return [_python_tool(python, limit, parse_python, limit + _GRACE)("lookup", name)]


def host_tcp_tools(address: str, port: int, limit: int, python: str) -> list[Tool]:
    return [_python_tool(python, limit, parse_python, limit + _GRACE)("tcp", address, str(port), str(LINGER))]


def host_http_tools(address: str, port: int, host: str, path: str, limit: int, python: str) -> list[Tool]:
    tool = _python_tool(python, limit, parse_python, limit + _GRACE)
    return [tool("http", address, str(port), host_header(host, port), path, str(MAX_BODY))]


def bracket(address: str) -> str:
    return f"[{address}]" if ":" in address else address


def host_header(host: str, port: int) -> str:
    return bracket(host) if port == 80 else f"{bracket(host)}:{port}"


def _python_tool(
    python: str, limit: int, parse: t.Callable[..., list[Outcome]], seconds: float
) -> t.Callable[..., Tool]:
    def build(action: str, *arguments: str) -> Tool:
        # -I: neither the working folder nor the user's settings can replace a module of the standard library.
        argv = (python, "-I", "-c", PYTHON_SCRIPT, action, str(limit), *arguments)
        return Tool("python3", argv, partial(parse, limit=limit) if parse is parse_python else parse, seconds)

    return build


_BASH_TCP = 'exec 3<>"/dev/tcp/$1/$2"'

# read gives 1 at the end of what is sent, and more than 128 where nothing came in time.
_BASH_WATCH = r"""
exec 3<>"/dev/tcp/$1/$2" || exit 1
read -r -n 1 -t 0.3 -u 3
[ $? -ne 1 ] || { echo "closed at once"; exit 1; }
"""

# printf writes at every newline, and a newline byte in a question would make two packets of it: dd joins them.
_BASH_DNS = r"""
command -v dd >/dev/null && command -v od >/dev/null || exit 127
server=$1; shift
for message; do
    exec 3<>"/dev/udp/$server/53" || exit 1
    printf "$message" | dd obs=2048 2>/dev/null >&3
    dd bs=2048 count=1 2>/dev/null <&3 | od -An -v -tx1
    echo ---
done
"""

# Into /dev/null: whether something replied is of interest, what it replied is not.
_BASH_UDP = r"""
command -v dd >/dev/null || exit 127
exec 3<>"/dev/udp/$1/$2" || exit 1
printf "$3" | dd obs=2048 2>/dev/null >&3
dd bs=65536 count=1 <&3 >/dev/null
"""

_FETCH = {
    "curl": 'curl -g -s -S -i --max-time "$1" -w \'\\nbridgeport-time:%{time_total}\' -H "$2" "$3"',
    # No -T: Debian's busybox crashes on it.
    "wget": 'timeout "$1" PREFIXwget -q -S -O - --header "$2" "$3"',
}


def _http_script(prefix: str, program: str) -> str:
    """A script whose arguments are: seconds, header, URL, how many bytes of output to keep."""
    fetch = _FETCH[program].replace("PREFIX", prefix)
    present = f"command -v {program} >/dev/null || exit 127" if not prefix else ""
    return (
        f"unset http_proxy https_proxy all_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY\n{present}\n"
        f"{{ {prefix if program == 'wget' else ''}{fetch} 2>&1; printf '\\nbridgeport-exit:%s\\n' $?; }}"
        f' | {prefix}head -c "$4"\n'
    )
