# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import base64
import importlib
import json
import sys
import time
import typing as t
from dataclasses import replace
from pathlib import Path

import pytest

from ansible_collections.bridgeport.docker.plugins.module_utils._engine import client as client_module
from ansible_collections.bridgeport.docker.plugins.module_utils._engine.client import ApiError, Client
from ansible_collections.bridgeport.docker.plugins.module_utils._engine.connection import Connection
from ansible_collections.bridgeport.docker.plugins.module_utils._engine.sdk import parse_version
from ansible_collections.bridgeport.docker.plugins.module_utils._errors import Failure

CONNECTION = Connection("unix:///run/x.sock", timeout=7)


class Answer:
    """As much of a requests.Response as the client looks at."""

    def __init__(
        self,
        status: int = 200,
        body: t.Any = None,
        *,
        date: bool = True,
        text: str | None = None,
        stat: t.Any = None,
    ) -> None:
        self.status_code = status
        self.headers = {"Date": "now"} if date else {}
        if stat is not None:
            self.headers["X-Docker-Container-Path-Stat"] = base64.b64encode(json.dumps(stat).encode()).decode()
        self.text = text if text is not None else ("" if body is None else repr(body))
        self.content = self.text.encode() if body is None else json.dumps(body).encode()


class Session:
    base_url = "http+unix://x"

    def __init__(self, *answers: Answer | Exception) -> None:
        self.answers = list(answers)
        self.seen: list[tuple[str, str, dict[str, t.Any]]] = []
        self.closed = False

    def request(self, method: str, url: str, **options: t.Any) -> Answer:
        self.seen.append((method, url, options))
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def close(self) -> None:
        self.closed = True


def client(*answers: Answer | Exception) -> tuple[Client, Session]:
    session = Session(*answers)
    return Client(CONNECTION, session, (1, 41)), session


@pytest.mark.parametrize(
    ("text", "version"), [("1.41", (1, 41)), ("1.9", (1, 9)), ("1", (1, 0)), ("1.41.2", (1, 41)), ("20.10", (20, 10))]
)
def test_parse_version(text: str, version: tuple[int, int]) -> None:
    assert parse_version(text) == version


def test_versions_compare_as_numbers() -> None:
    assert parse_version("1.9") < parse_version("1.41")


@pytest.mark.parametrize(
    ("docker_host", "unix"),
    [("unix:///run/x.sock", True), ("/run/x.sock", True), ("tcp://x:2375", False), ("ssh://x", False)],
)
def test_is_unix_socket(docker_host: str, unix: bool) -> None:
    assert Connection(docker_host).is_unix_socket is unix


VERSION = {"Version": "20.10.24", "ApiVersion": "1.41"}


def test_request_names_the_api_version_and_waits_as_long_as_it_may() -> None:
    speaker, session = client(Answer(body={"Name": "a"}), Answer(body={}), Answer(body=VERSION))
    assert speaker.get("/info", all=1) == {"Name": "a"}
    speaker.post("/x", {"b": 2}, timeout=99, t=5)
    speaker.request("GET", "/version", versioned=False)
    (method, url, options), (_m, _u, posted), (_m2, plain, _o) = session.seen
    assert (method, url, options["params"], options["timeout"]) == ("GET", "http+unix://x/v1.41/info", {"all": 1}, 7)
    assert (posted["json"], posted["params"], posted["timeout"]) == ({"b": 2}, {"t": 5}, 99)
    assert plain == "http+unix://x/version"


REFUSALS: list[t.Any] = [
    pytest.param(Answer(404, {"message": " no such thing \n"}), 404, "no such thing", id="message"),
    pytest.param(Answer(500, text="plain"), 500, "plain", id="text"),
    pytest.param(Answer(502), 502, "HTTP status 502", id="empty"),
    pytest.param(Answer(400, ["x"]), 400, "['x']", id="odd-json"),
]


@pytest.mark.parametrize(("answer", "status", "message"), REFUSALS)
def test_the_daemon_refuses(answer: Answer, status: int, message: str) -> None:
    with pytest.raises(ApiError) as caught:
        client(answer)[0].get("/x")
    assert (caught.value.status, caught.value.message) == (status, message)


LOST: list[t.Any] = [
    pytest.param(OSError("reset"), id="connection"),
    pytest.param(ValueError("bad url"), id="value"),
    pytest.param(Answer(200, date=False, text="{}"), id="no-date"),
    pytest.param(Answer(204, date=False), id="no-date-and-no-body"),
    pytest.param(Answer(404, {"message": "x"}, date=False), id="a-refusal-cut-off-is-no-refusal"),
    pytest.param(Answer(200, text="{"), id="cut-off-json"),
]


@pytest.mark.parametrize("answer", LOST)
def test_no_whole_answer_is_no_answer(answer: Answer | Exception) -> None:
    with pytest.raises(Failure) as caught:
        client(answer)[0].get("/x")
    assert caught.value.code == "daemon_unreachable"
    assert "unix:///run/x.sock" in caught.value.message
    assert "GET /x" in caught.value.message


def test_timeouts_of_requests_are_no_answer() -> None:
    exceptions = pytest.importorskip("requests.exceptions")
    with pytest.raises(Failure) as caught:
        client(exceptions.ReadTimeout("slow"))[0].get("/x")
    assert caught.value.code == "daemon_unreachable"


def test_answers_without_a_body() -> None:
    assert client(Answer(204))[0].delete("/x") is None


def test_raw_answers() -> None:
    assert client(Answer(text="bytes", date=False))[0].request("GET", "/x", raw=True) == b"bytes"


def test_stat_path() -> None:
    """Modes as engine 20.10 gives them for /var/run, /etc and /etc/passwd."""
    speaker, session = client(
        Answer(stat={"name": "run", "mode": 134218239, "linkTarget": "/run"}),
        Answer(stat={"name": "etc", "mode": 2147484141, "linkTarget": ""}),
        Answer(stat={"name": "passwd", "mode": 420, "linkTarget": ""}),
        Answer(404),
        Answer(500),
    )
    found = [speaker.stat_path("c1", "/var/run") for _time in range(5)]
    assert found == [(False, "/run"), (True, ""), (False, ""), None, None]
    method, url, options = session.seen[0]
    assert (method, url, options["params"]) == (
        "HEAD",
        "http+unix://x/v1.41/containers/c1/archive",
        {"path": "/var/run"},
    )
    for answer in (
        Answer(),
        Answer(stat={}),
        Answer(stat={"mode": None, "linkTarget": ""}),
        Answer(date=False, stat={"mode": 1, "linkTarget": "/x"}),
    ):
        with pytest.raises(Failure):
            client(answer)[0].stat_path("c1", "/x")


def test_find() -> None:
    assert client(Answer(404, {"message": "no"}))[0].find("/x") is None
    assert client(Answer(body={"a": 1}))[0].find("/x") == {"a": 1}
    with pytest.raises(ApiError):
        client(Answer(500, {"message": "no"}))[0].find("/x")


# -- connecting --------------------------------------------------------------------------------------------------------

SPOKEN: list[t.Any] = [
    pytest.param("1.41", (1, 41), id="old"),
    pytest.param("1.51", (1, 51), id="newest"),
    pytest.param("1.52", (1, 51), id="newer-is-asked-in-an-older-one"),
]


@pytest.mark.parametrize(("spoken", "used"), SPOKEN)
def test_the_version_is_agreed_on(spoken: str, used: tuple[int, int], monkeypatch: pytest.MonkeyPatch) -> None:
    session = Session(Answer(body={"ApiVersion": spoken, "Version": "28.5.2"}))
    monkeypatch.setattr(client_module, "check_sdk", lambda: None)
    monkeypatch.setattr(client_module, "_open_session", lambda connection, version: session)
    speaker = Client.connect(CONNECTION)
    assert (speaker.api_version, speaker.read_engine_version(), len(session.seen)) == (used, "28.5.2", 1)


def test_a_version_that_was_given_is_not_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    session = Session()
    monkeypatch.setattr(client_module, "check_sdk", lambda: None)
    monkeypatch.setattr(client_module, "_open_session", lambda connection, version: session)
    speaker = Client.connect(replace(CONNECTION, api_version="1.40"))
    assert (speaker.api_version, session.seen) == ((1, 40), [])
    assert speaker.clone().api_version == (1, 40)
    speaker.close()
    assert session.closed


def test_the_version_of_the_engine_is_asked_for_once() -> None:
    speaker, session = client(Answer(body=VERSION))
    assert [speaker.read_engine_version() for _time in range(3)] == ["20.10.24"] * 3
    assert [url for _method, url, _options in session.seen] == ["http+unix://x/v1.41/version"]


@pytest.mark.parametrize("version", ["newest", "", "1.x"])
def test_a_version_that_is_none(version: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_module, "check_sdk", lambda: None)
    with pytest.raises(Failure) as caught:
        Client.connect(replace(CONNECTION, api_version=version))
    assert caught.value.code == "option_conflict"


MISSING: list[t.Any] = [
    pytest.param(CONNECTION, None, "No module named 'docker'", id="missing"),
    pytest.param(replace(CONNECTION, docker_host="tcp://127.0.0.1:9"), None, "No module named 'docker'", id="tcp"),
    pytest.param(CONNECTION, "docker/readme.txt", "No module named 'docker'", id="a-folder-of-that-name"),
    pytest.param(replace(CONNECTION, docker_host="tcp://127.0.0.1:9"), "docker.py", "broken on purpose", id="broken"),
]


@pytest.mark.parametrize(("connection", "file", "reason"), MISSING)
def test_without_the_sdk(
    connection: Connection, file: str | None, reason: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    if file is not None:
        (tmp_path / file).parent.mkdir(exist_ok=True)
        (tmp_path / file).write_text('raise ImportError("broken on purpose")', encoding="utf-8")
    for name in [name for name in sys.modules if name.partition(".")[0] == "docker"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    importlib.invalidate_caches()
    with pytest.raises(Failure) as caught:
        Client.connect(connection)
    assert caught.value.code == "sdk_missing"
    assert reason in caught.value.message
    assert "python" in caught.value.details


def test_a_socket_needs_the_sdk_only_for_what_is_more_than_a_request(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """It is not imported, so that one that is broken is found out about only when it is used."""
    (tmp_path / "docker.py").write_text('raise ImportError("broken on purpose")', encoding="utf-8")
    for name in [name for name in sys.modules if name.partition(".")[0] == "docker"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    importlib.invalidate_caches()
    speaker = Client.connect(replace(CONNECTION, api_version="1.41"))
    assert "docker" not in sys.modules
    with pytest.raises(Failure, match="broken on purpose"):
        speaker.pull("busybox")
    with pytest.raises(Failure, match="broken on purpose"), speaker.hold_input("abc"):
        pass


@pytest.mark.parametrize("docker_host", ["unix:///run/x.sock", "/run/x.sock", "unix://run/x.sock"])
def test_socket_path(docker_host: str) -> None:
    assert Connection(docker_host).socket_path == "/run/x.sock"


# -- exec --------------------------------------------------------------------------------------------------------------


def test_execute(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "sleep", lambda _seconds: None)
    speaker, session = client(
        Answer(body={"Id": "e"}),
        Answer(text="one\r\ntwo\r\n", date=False),
        Answer(body={"Running": True, "ExitCode": None}),
        Answer(body={"Running": False, "ExitCode": 3}),
    )
    assert speaker.execute("c", ["ls", "-l"], timeout=4) == (3, "one\ntwo\n")
    assert session.seen[0][2]["json"]["Cmd"] == ["ls", "-l"]
    assert session.seen[1][2]["timeout"] == 4


def test_execute_whose_end_never_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "sleep", lambda _seconds: None)
    still = [Answer(body={"Running": True, "ExitCode": None})] * 20
    speaker, _session = client(Answer(body={"Id": "e"}), Answer(text="", date=False), *still)
    with pytest.raises(Failure) as caught:
        speaker.execute("c", ["ls"])
    assert caught.value.code == "daemon_unreachable"


# -- standard input ----------------------------------------------------------------------------------------------------


class Held:
    """A connection that was handed over."""

    closed = False

    def close(self) -> None:
        self.closed = True


class Attaching(Session):
    def __init__(self, answer: Held | Exception) -> None:
        super().__init__()
        self.answer = answer
        self.asked: list[tuple[str, dict[str, t.Any]]] = []

    def attach_socket(self, container: str, params: dict[str, t.Any]) -> Held:
        self.asked.append((container, params))
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def test_hold_input(monkeypatch: pytest.MonkeyPatch) -> None:
    session = Attaching(held := Held())
    monkeypatch.setattr(client_module, "open_sdk", lambda connection, version: session)
    with client()[0].hold_input("abc"):
        assert session.asked == [("abc", {"stdin": 1, "stream": 1})]
        assert (held.closed, session.closed) == (False, False)
    assert (held.closed, session.closed) == (True, True)


def test_hold_input_where_nobody_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    session = Attaching(OSError("broken pipe"))
    monkeypatch.setattr(client_module, "open_sdk", lambda connection, version: session)
    with pytest.raises(Failure, match="broken pipe") as caught, client()[0].hold_input("abc"):
        pass
    assert (caught.value.code, session.closed) == ("daemon_unreachable", True)
