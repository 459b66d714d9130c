# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""What the output of a program means for a probe."""

from __future__ import annotations

import math
import re
import typing as t
from dataclasses import dataclass, replace

from .._engine.messages import is_program_missing
from .._objects.shapes import Checked, Maybe, Shape, find_fault, parse_json
from . import dns
from .options import is_address

MAX_BODY = 64 * 1024


@dataclass(frozen=True)
class Outcome:
    """What one attempt of one program showed. ``conclusive`` is False where no answer came and that says nothing."""

    ok: bool
    latency_ms: float | None = None
    error: str | None = None
    addresses: tuple[str, ...] = ()
    status: int | None = None
    body: str | None = None
    conclusive: bool = True


class ToolUnusable(Exception):
    """The program is there but gives no conclusive answer: it lacks an option or a right, or it crashed."""


class ToolMissing(ToolUnusable):
    """The program is not there."""


CLOSED_AT_ONCE = "accepted and closed at once: nothing listens behind the published port"
# timeout: 124 of coreutils, 143 of busybox; 142 is our own script's alarm.
_LATE_CODES = (124, 137, 142, 143)
_MISSING_CODES = (126, 127)
# How a busybox says that it lacks the program; the engine says it in its own words.
_NO_APPLET = "applet not found"
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
    if code in _MISSING_CODES or is_program_missing(output) or _NO_APPLET in output:
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
    for seq, latency in re.findall(
        r"bytes from .*?seq=([0-9]{1,9})\b.*?time[=<]([0-9]{1,9}(?:\.[0-9]{1,9})?) ?ms", output
    ):
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
    return [replace(outcome, conclusive=code not in _LATE_CODES)]


def parse_python_udp(code: int, output: str, wall: float, limit: int) -> list[Outcome]:
    late = _read_report(code, output, limit, _FOUND).get("late", False)
    return [replace(outcome, conclusive=not late) for outcome in parse_python(code, output, wall, limit)]


def parse_nslookup(code: int, output: str, wall: float, limit: int) -> list[Outcome]:
    _check_usable(code, output)
    if re.search(r"^Address 1:", output, re.MULTILINE):
        raise ToolUnusable("an old busybox's nslookup, which reads /etc/hosts")
    # The first Address is the server's own.
    answer = re.split(r"^Name:", output, maxsplit=1, flags=re.MULTILINE)
    addresses = re.findall(r"^Address:\s*(\S+)", answer[1], re.MULTILINE) if len(answer) > 1 else []
    if not all(map(is_address, addresses)):
        raise ToolUnusable("an answer that cannot be read")
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


def parse_dns_hex(code: int, output: str, wall: float, types: t.Sequence[int], ident: int, limit: int) -> list[Outcome]:
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
            addresses += dns.parse_answer(bytes.fromhex(answer), record_type, ident)
        except dns.DnsError as error:
            reason = str(error)
        except ValueError as error:
            raise ToolUnusable(f"an answer that cannot be read: {error}") from error
    if addresses:
        return Outcome(True, latency_ms=latency, addresses=tuple(addresses))
    return Outcome(False, error=f"cannot resolve the name: {reason}")


def parse_python(code: int, output: str, _wall: float, limit: int) -> list[Outcome]:
    found = _read_report(code, output, limit, _FOUND)
    if "error" in found:
        return [Outcome(False, error=found["error"])]
    return [
        Outcome(
            True,
            latency_ms=found["ms"],
            addresses=tuple(found.get("addresses") or ()),
            status=found.get("status"),
            body=found.get("body"),
        )
    ]


def parse_python_dns(
    code: int, output: str, _wall: float, types: t.Sequence[int], ident: int, limit: int
) -> list[Outcome]:
    found = _read_report(code, output, limit, _ANSWERS)
    if "error" in found:
        return [Outcome(False, error=f"cannot resolve the name: {found['error']}")]
    return [_read_dns(found["answers"], found["ms"], types, ident)]


_MILLISECONDS = Checked(object, lambda value: type(value) in (int, float) and 0 <= value < math.inf)
# What our script prints, by what it was asked.
_FOUND: Shape = {
    "ms": _MILLISECONDS,
    "addresses": Maybe([Checked(str, is_address)]),
    "status": Maybe(int),
    "body": Maybe(str),
}
_ANSWERS: Shape = {"ms": _MILLISECONDS, "answers": [str]}
_ERROR: Shape = {"error": str, "late": Maybe(bool)}


def _read_report(code: int, output: str, limit: int, shape: Shape) -> dict[str, t.Any]:
    if code in _LATE_CODES:
        return {"error": _late(limit), "late": True}
    _check_usable(code, "" if "bridgeport:" in output else output)
    report = re.search(r"^bridgeport:(\{.*\})$", output, re.MULTILINE)
    if code or not report:
        raise ToolUnusable(f"exit code {code}, {_tail(output)!r}")
    try:
        found: dict[str, t.Any] = parse_json(report.group(1))
    except ValueError as error:
        raise ToolUnusable("an answer that cannot be read") from error
    fault = find_fault(found, _ERROR if "error" in found else shape)
    if fault is not None:
        raise ToolUnusable(f"an answer that cannot be read: {fault.lstrip('. ')}")
    return found


def parse_http(code: int, output: str, wall: float, limit: int) -> list[Outcome]:
    """curl -i and wget -S: the answer's head (indented by wget), its body, and our trailer unless that was cut."""
    status = re.search(r"^ *HTTP/[0-9.]+ ([0-9]{3})\b", output, re.MULTILINE)
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
    trailer = re.search(r"\nbridgeport-exit:([0-9]{1,3})\s*$", output)
    if trailer:
        code, output = int(trailer.group(1)), output[: trailer.start()]
    timing = re.search(r"\nbridgeport-time:([0-9]{1,9}(?:[.,][0-9]{1,9})?)$", output)
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
