# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What may come from outside at its worst: options of every type with odd values, and answers that are none.

The real client talks to the model daemon over a session that may spoil its answers on the way. The clock of the runs
runs fast, so that what waits for something that never comes ends.
"""

from __future__ import annotations

import base64
import copy
import email.utils
import io
import json
import random
import signal
import time
import typing as t
from contextlib import contextmanager, nullcontext
from urllib.parse import quote

import pytest

from ansible_collections.bridgeport.docker.plugins.module_utils._engine import client as client_module
from ansible_collections.bridgeport.docker.plugins.module_utils._engine.client import ApiError, Client
from ansible_collections.bridgeport.docker.plugins.module_utils._errors import FAILURE_CODES
from ansible_collections.bridgeport.docker.tests.unit.support.model_daemon import ModelClient, ModelDaemon
from ansible_collections.bridgeport.docker.tests.unit.support.modules import Json, run_main

# One run takes a tenth of a second. What is not done after this time, in seconds, hangs.
LIMIT = 20

# -- odd values --------------------------------------------------------------------------------------------------------

TEXTS = (
    *(
        "",
        " ",
        "0",
        "-1",
        "1",
        "x",
        "web",
        "net",
        "no such",
        "\x00",
        "\n",
        "\udcff",
        "\u00b2",
        "\u0661\u0662",
        "é",
        "😀",
    ),
    *(
        "9" * 5000,
        "1e999",
        "nan",
        "0x1F",
        "1_000",
        "/",
        "//",
        "../..",
        "~/x",
        "a:b:c:d",
        "a=b",
        "=",
        ":",
        "{",
        "[",
        "'",
    ),
    *(
        '"',
        "[::1]:1:2",
        "::1",
        "::/0",
        "fe80::1%eth0",
        "10.0.0.0/8",
        "10.0.0.0/99",
        "0.0.0.0",
        "300.1.1.1",
        "1.2.3.4/x",
    ),
    *("container:", "container:web", "service:web", "host", "none", "80/tcp", "80-79", "1-65535", "65536", "80/x/y"),
    *(
        "1m30s",
        "9" * 30 + "s",
        "²s",
        "512M",
        "1e30G",
        "-5M",
        "²M",
        "infG",
        "web:web:web",
        "/a:/b:ro,rw",
        "vol:/",
        "x" * 3000,
    ),
)
NUMBERS = (0, 1, -1, 7, 80, 65535, 65536, 2**31, 2**63, 2**64, 10**40, -(10**40))
PLAIN: tuple[t.Any, ...] = (None, True, False, 0, 80, -1, 1.5, 10**30, "", "x", "\udcff", [], {}, [None], {"x": None})


def odd_value(option: Json, chance: random.Random) -> t.Any:
    """A value of the option's own type: what the argument spec lets through."""
    kind = option.get("type", "str")
    if "choices" in option:
        return chance.choice(option["choices"])
    if kind == "bool":
        return chance.random() < 0.5
    if kind == "int":
        return chance.choice(NUMBERS)
    if kind == "list":
        item = {**option, "type": option.get("elements", "raw")}
        return [odd_value(item, chance) for _number in range(chance.choice((0, 1, 1, 2)))]
    if kind == "dict" and "options" in option:
        return odd_options(option["options"], chance, chance.randint(0, 3))
    if kind == "dict":
        return {chance.choice(TEXTS): odd_json(chance) for _number in range(chance.choice((0, 1, 1, 2)))}
    return odd_json(chance) if kind == "raw" else chance.choice(TEXTS)


def odd_options(spec: Json, chance: random.Random, count: int) -> Json:
    """So many options of their own beside those that have to be given."""
    chosen = [name for name, option in spec.items() if option.get("required")]
    others = [name for name in spec if name not in chosen]
    chosen += chance.sample(others, min(count, len(others)))
    return {name: odd_value(spec[name], chance) for name in chosen}


def odd_json(chance: random.Random, depth: int = 0) -> t.Any:
    kind = chance.randrange(6 if depth < 2 else 3)
    if kind == 3:
        return [odd_json(chance, depth + 1) for _number in range(chance.randrange(3))]
    if kind >= 4:
        keys = ("name", "target", "published", "host_ip", "protocol", "aliases", "driver_opts", "gw_priority", "links")
        return {
            chance.choice((*keys, *TEXTS[:8])): odd_json(chance, depth + 1) for _number in range(chance.randrange(4))
        }
    return chance.choice((PLAIN, TEXTS, NUMBERS)[kind])


# -- spoiled answers ---------------------------------------------------------------------------------------------------

Path = t.Tuple[t.Union[str, int], ...]

CONTENTS = (
    *(b"", b"null", b"{}", b"[]", b"5", b'"x"', b"true", b"no JSON", b"\xff\xfe", b"[" * 100_000, b"NaN", b'{"a":1}'),
    *(b"9" * 5000, b'[{"Id": ' + b"9" * 5000 + b"}]", b"[null]", b"[[]]", b"[5]", b"<html></html>"),
)
REFUSALS = (b"", b"null", b"[]", b'{"message": 5}', b'{"message": null}', b'{"message": "\\udcff"}', b"\xff", b"<html>")
STATUSES = (100, 201, 204, 206, 301, 304, 400, 401, 404, 409, 418, 500, 503, 999)
DATES = ("", "soon", "Thu, 01 Jan 99999 00:00:00 GMT", "Fri, 31 Feb 2026 00:00:00 GMT", "0")


class Spoiler(t.NamedTuple):
    """Which answer is spoiled, counted from 0, and how. ``lasts``: all later answers of its kind as well."""

    number: int
    seed: str
    lasts: bool = False


class Response:
    """As much of a response as the client reads."""

    def __init__(self, status: int, content: bytes, headers: Json) -> None:
        self.status_code, self.content, self.headers = status, content, headers
        self.raw = io.BytesIO(content)

    @property
    def text(self) -> str:
        return self.content.decode("utf-8", "replace")

    def close(self) -> None:
        pass


class Transport:
    """A session of the real client that ends in the model."""

    base_url = ""

    def __init__(self, daemon: ModelDaemon, outputs: t.Sequence[tuple[int, bytes]], spoiler: Spoiler | None) -> None:
        self._daemon = daemon
        self._outputs = outputs
        self._spoiler = spoiler
        self._kind: str | None = None
        self.answers = 0
        self.spoiled = "nothing"

    def close(self) -> None:
        pass

    def request(self, method: str, url: str, **options: t.Any) -> Response:
        # Where a session fails over an address.
        quote(url).encode("ascii")
        body = options.get("json") if options.get("data") is None else b"".join(options["data"])
        path = "/" + url.split("/", 2)[2] if url.startswith("/v1") else url
        headers = {"Date": email.utils.formatdate(self._daemon.clock, usegmt=True)}
        status, content = 200, b""
        try:
            if method == "HEAD":
                found = ModelClient(self._daemon).stat_path(path.split("/")[2], options["params"]["path"])
                stat = {"mode": 0o755 | (1 << 31 if found and found[0] else 0), "linkTarget": found[1] if found else ""}
                content = json.dumps(stat).encode()
            else:
                answer = self._answer(method, path, options.get("params") or {}, body)
                content = (
                    answer if isinstance(answer, bytes) else b"" if answer is None else json.dumps(answer).encode()
                )
        except ApiError as error:
            status, content = error.status, json.dumps({"message": error.message}).encode()
        status, content = self._spoil(method, path, status, content, headers)
        if method == "HEAD":
            headers["X-Docker-Container-Path-Stat"] = base64.b64encode(content).decode()
        return Response(status, content, headers)

    def _answer(self, method: str, path: str, params: t.Mapping[str, t.Any], body: t.Any) -> t.Any:
        parts = path.strip("/").split("/")
        if parts[-1] == "exec":
            return {"Id": "e" * 64}
        if parts[0] == "exec":
            code, output = self._outputs[self.answers // 3 % len(self._outputs)]
            return output if parts[2] == "start" else {"Running": False, "ExitCode": code}
        return self._daemon.answer(method, path, params, body)

    def _spoil(self, method: str, path: str, status: int, content: bytes, headers: Json) -> tuple[int, bytes]:
        kind = f"{method} {path.strip('/').split('/')[0]} {path.rpartition('/')[2]}"
        number, self.answers = self.answers, self.answers + 1
        spoiler = self._spoiler
        if spoiler is None or not (number == spoiler.number or (spoiler.lasts and kind == self._kind)):
            return status, content
        self._kind = kind
        chance = random.Random(spoiler.seed)
        how = chance.randrange(10)
        if how == 0:
            status, content = 200, chance.choice(CONTENTS)
        elif how == 1:
            content = content[: len(content) // 2]
        elif how == 2:
            status, content = chance.choice(STATUSES), chance.choice((content, *REFUSALS))
        elif how == 3:
            date = chance.choice((*DATES, None))
            headers.pop("Date")
            headers.update({} if date is None else {"Date": date})
        else:
            content = spoil_json(content, chance)
        self.spoiled = f"{method} {path}: {status} {headers} {content[:3000]!r}"
        return status, content


def spoil_json(content: bytes, chance: random.Random) -> bytes:
    """One value in it is dropped or another: each place of an object is as likely, however often it is there."""
    try:
        value = json.loads(content)
    except ValueError:
        return chance.choice(CONTENTS)
    by_kind: dict[Path, list[Path]] = {}
    for path in list_paths(value):
        by_kind.setdefault(tuple(0 if isinstance(key, int) else key for key in path), []).append(path)
    path = chance.choice(by_kind[chance.choice(sorted(by_kind, key=repr))])
    if not path:
        return json.dumps(chance.choice(PLAIN)).encode()
    value = copy.deepcopy(value)
    holder = value
    for key in path[:-1]:
        holder = holder[key]
    if chance.random() < 0.3:
        del holder[path[-1]]
    else:
        holder[path[-1]] = chance.choice((*PLAIN, *TEXTS[:40]))
    return json.dumps(value).encode()


def list_paths(value: t.Any, path: Path = ()) -> t.Iterator[Path]:
    yield path
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in inner:
        yield from list_paths(item, (*path, key))


# -- runs --------------------------------------------------------------------------------------------------------------


class Hang(BaseException):
    """The run takes too long."""


@contextmanager
def _bounded() -> t.Iterator[None]:
    def give_up(_signal: int, _frame: object) -> None:
        raise Hang

    before = signal.signal(signal.SIGALRM, give_up)
    signal.alarm(LIMIT)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


@contextmanager
def _fast_clock() -> t.Iterator[None]:
    passed = 0.0
    real = time.monotonic

    def sleep(seconds: float) -> None:
        nonlocal passed
        passed += max(seconds, 300)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(time, "sleep", sleep)
        patch.setattr(time, "monotonic", lambda: real() + passed)
        yield


class Verdict(t.NamedTuple):
    """``code``: that of the failure; empty where all went well. ``defect``: what is wrong with the run."""

    code: str
    defect: str = ""
    answers: int = 0
    spoiled: str = ""


def judge(
    module: str,
    arguments: Json,
    daemon: ModelDaemon,
    spoiler: Spoiler | None = None,
    outputs: t.Sequence[tuple[int, bytes]] = ((127, b""),),
    connects: bool = False,
) -> Verdict:
    """Run a module. It has to end, with a result or a failure with a code. ``connects``: as its options say."""
    transport = Transport(daemon, outputs, spoiler)
    begun: list[object] = []

    def open_session(*_arguments: object) -> Transport:
        begun.append(None)
        return transport

    with pytest.MonkeyPatch.context() as patch, _fast_clock():
        if not connects:
            patch.setattr(client_module, "_open_session", open_session)
        patch.setattr(Client, "pull", lambda _client, *asked: ModelClient(daemon).pull(*asked))
        patch.setattr(Client, "hold_input", lambda _client, _container: nullcontext())
        try:
            with _bounded():
                result = run_main(module, arguments)
        except (Exception, Hang) as error:  # noqa: BLE001
            return Verdict("", f"{type(error).__name__}: {error}", transport.answers, transport.spoiled)
    code = (result.get("failure") or {}).get("code", "")
    # What the argument spec refuses has none: that is before any of our code.
    if result.get("failed") and (begun or connects) and code not in FAILURE_CODES:
        return Verdict(code, f"failed without a code: {result['msg']}", transport.answers, transport.spoiled)
    return Verdict(code, "", transport.answers, transport.spoiled)
