# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""The programs that can prove something about a network from inside a container, and what their output means.

An image has what its maker put there, so there are several programs for each question, best first. Three kinds of
outcome are kept apart: it worked, the network said no, and the program gives no conclusive answer (it is missing, lacks
an option or a right). The last is never taken for an answer: a probe that could not be made proves no isolation. So
what is not recognised as the network's answer is not conclusive.

Everything that a user wrote reaches these programs as an argument of its own, never as part of a script.
"""

from __future__ import annotations

import json
import re
import typing as t
from dataclasses import dataclass, replace
from functools import partial

from ansible_collections.bridgeport.docker.plugins.module_utils import _dns_message
from ansible_collections.bridgeport.docker.plugins.module_utils._probe_script import PYTHON_SCRIPT

# Where the engine answers for names on user-defined networks.
EMBEDDED_DNS = "127.0.0.11"
MAX_BODY = 64 * 1024

# Seconds that a program may take to start and to end, beside its own limit.
_GRACE = 5


@dataclass(frozen=True)
class Outcome:
    """What one attempt of one program showed. ``told`` is False where no answer came and that says nothing."""

    ok: bool
    latency_ms: float | None = None
    error: str | None = None
    addresses: tuple[str, ...] = ()
    status: int | None = None
    body: str | None = None
    told: bool = True


class ToolUnusable(Exception):
    """The program is there but gives no conclusive answer: it lacks an option or a right, or it crashed."""


class ToolMissing(ToolUnusable):
    """The program is not there."""


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
    types = (_dns_message.TYPE_A, _dns_message.TYPE_AAAA)
    messages = [_dns_message.build_query(name, record_type, ident) for record_type in types]
    nslookup = ("nslookup", absolute, EMBEDDED_DNS)
    parse_hex = partial(_parse_dns_hex, types=types, ident=ident, limit=limit)
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
CLOSED_AT_ONCE = "accepted and closed at once: nothing listens behind the published port"

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


# -- what their output means -------------------------------------------------------------------------------------------

# timeout: 124 of coreutils, 143 of busybox; 142 is our own script's alarm.
_LATE_CODES = (124, 137, 142, 143)
_MISSING_CODES = (126, 127)
_MISSING = re.compile(r"executable file not found|OCI runtime exec failed|applet not found")
_UNUSABLE = re.compile(
    r"invalid option|unrecognized option|unknown option|^usage:|are you root|operation not permitted|permission denied",
    re.IGNORECASE | re.MULTILINE,
)
# What the kernel or a neighbour says about the network.
_REFUSAL = re.compile(
    r"connection refused|connection timed out|timed out|host unreachable|net unreachable|unreachable|no route to host"
    r"|connection reset|cannot assign requested address|empty reply|error getting response",
    re.IGNORECASE,
)


def _check_usable(code: int, output: str) -> None:
    if code in _MISSING_CODES or _MISSING.search(output):
        raise ToolMissing("not there")
    if code and _UNUSABLE.search(output):
        raise ToolUnusable(_last_line(_UNUSABLE, output))


def _last_line(pattern: t.Pattern[str], output: str) -> str:
    lines = [line.strip() for line in output.splitlines() if pattern.search(line)]
    return lines[-1] if lines else ""


def _late(limit: int) -> str:
    return f"no answer within {limit} s"


def _failed(code: int, output: str, limit: int) -> Outcome:
    """The network's refusal in a program's output, or ToolUnusable if there is none."""
    if code in _LATE_CODES:
        return Outcome(False, error=_late(limit))
    if "closed at once" in output:
        return Outcome(False, error=CLOSED_AT_ONCE)
    refusals = _REFUSAL.findall(output)
    if not refusals:
        raise ToolUnusable(f"exit code {code}, {_tail(output)!r}")
    return Outcome(False, error=refusals[-1])


def _tail(output: str) -> str:
    return output.strip()[-200:]


def parse_ping(code: int, output: str, _wall: float, count: int, limit: int) -> list[Outcome]:
    _check_usable(code, output)
    replies: dict[int, float] = {}
    for seq, latency in re.findall(r"bytes from .*?seq=(\d+).*?time[=<]([\d.]+) ?ms", output):
        replies.setdefault(int(seq), float(latency))
    # iputils counts from 1, all others from 0.
    first = 0 if 0 in replies or not re.search(r"icmp_seq=", output) else 1
    if not replies and not re.search(r"packets transmitted", output):
        return [_failed(code, output, limit)] * count
    error = re.search(r"(destination \w+ unreachable|network (?:is )?unreachable)", output, re.IGNORECASE)
    lost = Outcome(False, error=error.group(1) if error else f"no reply within {limit} s")
    return [Outcome(True, latency_ms=replies[seq]) if seq in replies else lost for seq in range(first, first + count)]


def parse_connect(code: int, output: str, wall: float, limit: int) -> list[Outcome]:
    """nc and bash: 0 means that something accepted."""
    _check_usable(code, output)
    if code == 0:
        return [Outcome(True, latency_ms=wall)]
    return [_failed(code, output, limit)]


def parse_watched(code: int, output: str, _wall: float, limit: int) -> list[Outcome]:
    """nc gives the connection to a program that reads to its end, and which is stopped where the end does not come.

    The output does not show how long it took to connect.
    """
    _check_usable(code, output)
    if code in _LATE_CODES:
        return [Outcome(True)]
    if code == 0:
        return [Outcome(False, error=CLOSED_AT_ONCE)]
    return [_failed(code, output, limit)]


def parse_udp(code: int, output: str, wall: float, limit: int) -> list[Outcome]:
    """bash: 0 means that a datagram came back."""
    outcome = parse_connect(code, output, wall, limit)[0]
    return [replace(outcome, told=code not in _LATE_CODES)]


def parse_python_udp(code: int, output: str, wall: float, limit: int) -> list[Outcome]:
    late = _read_report(code, output, limit).get("late", False)
    return [replace(outcome, told=not late) for outcome in parse_python(code, output, wall, limit)]


def parse_nslookup(code: int, output: str, wall: float, limit: int) -> list[Outcome]:
    _check_usable(code, output)
    if re.search(r"^Address 1:", output, re.MULTILINE):
        raise ToolUnusable("an old busybox's nslookup, which reads /etc/hosts")
    # The first Address is the server's own.
    answer = re.split(r"^Name:", output, maxsplit=1, flags=re.MULTILINE)
    addresses = re.findall(r"^Address:\s*(\S+)", answer[1], re.MULTILINE) if len(answer) > 1 else []
    if addresses:
        return [Outcome(True, latency_ms=wall, addresses=_ipv4_first(addresses))]
    reason = re.search(r"can't find \S+: (.+)", output, re.IGNORECASE)
    if reason:
        return [Outcome(False, error=f"cannot resolve the name: {reason.group(1).strip()}")]
    if code == 0 and "Server:" in output:
        return [Outcome(False, error="cannot resolve the name: it has no address")]
    return [_unresolved(_failed(code, output, limit))]


def _unresolved(outcome: Outcome) -> Outcome:
    return Outcome(False, error=f"cannot resolve the name: {outcome.error}")


def _ipv4_first(addresses: t.Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(dict.fromkeys(addresses), key=lambda address: ":" in address))


def _parse_dns_hex(
    code: int, output: str, wall: float, types: t.Sequence[int], ident: int, limit: int
) -> list[Outcome]:
    _check_usable(code, output)
    answers = ["".join(block.split()) for block in output.split("---")[:-1]]
    if not any(answers):
        return [_unresolved(_failed(code, output, limit))]
    return [_read_dns(answers, wall, types, ident)]


def _read_dns(answers: t.Sequence[str], latency: float, types: t.Sequence[int], ident: int) -> Outcome:
    addresses: list[str] = []
    reason = "it has no address"
    for answer, record_type in zip(answers, types):
        try:
            addresses += _dns_message.parse_answer(bytes.fromhex(answer), record_type, ident)
        except _dns_message.DnsError as error:
            reason = str(error)
        except ValueError as error:
            raise ToolUnusable(f"an answer that cannot be read: {error}") from error
    if addresses:
        return Outcome(True, latency_ms=latency, addresses=tuple(addresses))
    return Outcome(False, error=f"cannot resolve the name: {reason}")


def parse_python(code: int, output: str, _wall: float, limit: int) -> list[Outcome]:
    found = _read_report(code, output, limit)
    if "error" in found:
        return [Outcome(False, error=found["error"])]
    return [
        Outcome(
            True,
            latency_ms=found["ms"],
            addresses=tuple(found.get("addresses", ())),
            status=found.get("status"),
            body=found.get("body"),
        )
    ]


def parse_python_dns(
    code: int, output: str, _wall: float, types: t.Sequence[int], ident: int, limit: int
) -> list[Outcome]:
    found = _read_report(code, output, limit)
    if "error" in found:
        return [Outcome(False, error=f"cannot resolve the name: {found['error']}")]
    return [_read_dns(found["answers"], found["ms"], types, ident)]


def _read_report(code: int, output: str, limit: int) -> dict[str, t.Any]:
    if code in _LATE_CODES:
        return {"error": _late(limit), "late": True}
    _check_usable(code, "" if "bridgeport:" in output else output)
    report = re.search(r"^bridgeport:(\{.*\})$", output, re.MULTILINE)
    if code or not report:
        raise ToolUnusable(f"exit code {code}, {_tail(output)!r}")
    return dict(json.loads(report.group(1)))


def parse_http(code: int, output: str, wall: float, limit: int) -> list[Outcome]:
    """curl -i and wget -S: the answer's head (indented by wget), its body, and our trailer unless that was cut."""
    status = re.search(r"^ *HTTP/[\d.]+ (\d{3})", output, re.MULTILINE)
    text, exit_code, seconds = _cut_trailer(code, output)
    if not status:
        _check_usable(exit_code, text)
        # GNU wget is silent under -q; its code 4 is "network failure". curl: 7 connect, 28 late, 52 and 56 no answer.
        if exit_code in (4, 7, 28, 52, 56) and not _REFUSAL.search(text):
            return [Outcome(False, error=f"no HTTP answer: {_tail(text) or 'network failure'}")]
        return [_failed(exit_code, text, limit)]
    return [
        Outcome(
            True,
            latency_ms=wall if seconds is None else round(seconds * 1000, 3),
            status=int(status.group(1)),
            body=_read_body(text[status.start() :])[:MAX_BODY],
        )
    ]


def _cut_trailer(code: int, output: str) -> tuple[str, int, float | None]:
    seconds = None
    trailer = re.search(r"\nbridgeport-exit:(\d+)\s*$", output)
    if trailer:
        code, output = int(trailer.group(1)), output[: trailer.start()]
    timing = re.search(r"\nbridgeport-time:([\d.,]+)$", output)
    if timing:
        seconds, output = float(timing.group(1).replace(",", ".")), output[: timing.start()]
    return output, code, seconds


def _read_body(answer: str) -> str:
    lines = answer.splitlines(keepends=True)
    if not answer.startswith(" "):  # curl: up to the first empty line
        head = next((number for number, line in enumerate(lines) if not line.strip()), len(lines))
        return "".join(lines[head + 1 :])
    # wget: indented lines; busybox ends them with an empty indented line, GNU with nothing. With a redirect wget goes
    # on to the next address, and what it prints then is not this answer's body.
    if any(line.startswith("  HTTP/") for line in lines[1:]):
        return ""
    head = next((number for number, line in enumerate(lines) if not re.match(r"  \S+[: ]", line)), len(lines))
    if head < len(lines) and not lines[head].strip():
        head += 1
    body = "".join(lines[head:])
    return "" if body.startswith("wget: ") else body
