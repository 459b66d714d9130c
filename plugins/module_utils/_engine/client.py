# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""The only file that imports the Docker SDK.

It speaks to the daemon in raw dicts: the SDK's typed helpers drop every field they do not know, and what is dropped
cannot be kept. The SDK still does what is hard: TLS, SSH, registry credentials and connections that are handed over.
Requests over a unix socket do without, as importing the SDK would be most of what a task without changes costs.
"""

from __future__ import annotations

import base64
import contextlib
import email.utils
import http.client
import time
import typing as t
from dataclasses import replace

from .._errors import DaemonRefusal, Failure
from .._objects.answers import PATH_STAT, find_shape
from .._objects.engine import Api
from .._objects.shapes import check_answer, misread, parse_json
from .._types import Json
from .connection import MAX_TIMEOUT, Connection
from .sdk import check_sdk, import_sdk, open_sdk, parse_version, transport_errors, unreachable
from .unix_socket import Session, bound_answers, unbind_answer

# The newest API this collection speaks. With 1.52 the inspect answer loses Config.MacAddress, the only place where a
# configured MAC can be told from a generated one (engine 25 and later), so newer engines are asked in this one.
NEWEST_API = (1, 51)
OLDEST_API = (1, 24)

# The bit of a mode that says "directory", as Go counts them (io/fs.ModeDir).
_MODE_DIRECTORY = 1 << 31


class ApiError(DaemonRefusal):
    """A refusal as the daemon words it."""

    def __init__(self, status: int, message: str) -> None:
        from .messages import read_reasons

        super().__init__(status, message, read_reasons(status, message))


def _open_session(connection: Connection, version: tuple[int, int]) -> t.Any:
    """A session, of requests or as much of one as is used here, with the right transport. Asks the daemon nothing."""
    if connection.is_unix_socket:
        return Session(connection.socket_path)
    session = open_sdk(connection, version)
    bound_answers(session)
    return session


class Client:
    """One connection to one daemon. Not to be shared by threads: see ``clone``."""

    def __init__(self, connection: Connection, session: t.Any, api_version: tuple[int, int]) -> None:
        self.connection = connection
        self.api_version = Api(*api_version)
        self.last_date = ""
        self._engine_version = ""
        self._session = session

    @classmethod
    def connect(cls, connection: Connection) -> Client:
        """Open a connection; with api_version ``auto`` this asks the daemon which API it speaks (one request)."""
        check_sdk()
        try:
            version = OLDEST_API if connection.api_version == "auto" else parse_version(connection.api_version)
        except ValueError as error:
            raise Failure(
                "option_conflict",
                f"api_version: {connection.api_version!r} is neither auto nor a version such as 1.41.",
            ) from error
        client = cls(connection, _open_session(connection, version), version)
        if connection.api_version == "auto":
            answer = client.request("GET", "/version", versioned=False)
            client.api_version = Api(*min(parse_version(answer["ApiVersion"]), NEWEST_API))
            client._engine_version = answer["Version"]
        return client

    def read_engine_version(self) -> str:
        """Asked for once: it takes the engine longer than a listing."""
        if not self._engine_version:
            self._engine_version = self.get("/version")["Version"]
        return self._engine_version

    def clone(self) -> Client:
        """A second connection to the same daemon, for another thread."""
        version = f"{self.api_version[0]}.{self.api_version[1]}"
        return Client.connect(replace(self.connection, api_version=version))

    def close(self) -> None:
        self._session.close()

    @property
    def timeout(self) -> float:
        """How long one request may take, in seconds."""
        return self.connection.timeout

    def daemon_time(self) -> float:
        """The daemon's clock in seconds since the epoch, as far as its last answer tells; ours may be another one."""
        try:
            date = email.utils.parsedate_to_datetime(self.last_date) if self.last_date else None
            return time.time() if date is None else date.timestamp()
        except (TypeError, ValueError, OverflowError) as error:
            raise misread("the last request", "its date is none") from error

    # -- requests ----------------------------------------------------------------------------------------------------

    def request(
        self,
        method: str,
        path: str,
        *,
        params: t.Mapping[str, t.Any] | None = None,
        body: t.Any = None,
        data: t.Any = None,
        headers: t.Mapping[str, str] | None = None,
        timeout: float | None = None,
        versioned: bool = True,
        raw: bool = False,
    ) -> t.Any:
        """One request, read to its end. Returns the JSON answer, None where the daemon sends none, bytes if ``raw``.

        Raises ApiError when the daemon refuses, Failure(daemon_unreachable) when no whole answer came, and
        Failure(daemon_error) when the answer is none to this request.
        """
        what = f"{method} {path}"
        response = self._exchange(
            what,
            method,
            self._url(path, versioned),
            raw,
            params=params,
            json=body,
            data=data,
            headers=headers,
            timeout=min(timeout if timeout and timeout > 0 else self.connection.timeout, MAX_TIMEOUT),
        )
        if raw:
            return response.content
        try:
            answer = parse_json(response.content) if response.content else None
        except ValueError as error:
            raise unreachable(self.connection, "the answer is not JSON", what) from error
        return check_answer(what, answer, find_shape(method, path))

    def _exchange(self, what: str, method: str, url: str, raw: bool, **options: t.Any) -> t.Any:
        """The SDK's response, its content read."""
        try:
            response = self._session.request(method, url, **options)
            _content = response.content
        except transport_errors() as error:
            raise unreachable(self.connection, error, what) from error
        # A head that was cut off still parses as a status line. Date is the last header the daemon writes of its own
        # (Go's net/http), so an answer without it was not read whole and says nothing about what happened.
        if "Date" not in response.headers and not raw:
            raise unreachable(self.connection, "the answer was cut off", what)
        self.last_date = response.headers.get("Date", self.last_date)
        # Not modified: a container that is to start runs already, or the other way round.
        if not (response.status_code < 300 or response.status_code == 304):
            raise ApiError(response.status_code, _error_message(response))
        return response

    def get(self, path: str, **params: t.Any) -> t.Any:
        return self.request("GET", path, params=params or None)

    def find(self, path: str, **params: t.Any) -> t.Any:
        """As get, but None where the daemon knows no such object."""
        try:
            return self.get(path, **params)
        except ApiError as error:
            if error.status == 404:
                return None
            raise

    def post(self, path: str, body: t.Any = None, *, timeout: float | None = None, **params: t.Any) -> t.Any:
        return self.request("POST", path, params=params or None, body=body, timeout=timeout)

    def delete(self, path: str, **params: t.Any) -> t.Any:
        return self.request("DELETE", path, params=params or None)

    @contextlib.contextmanager
    def download(
        self, path: str, *, method: str = "GET", timeout: float | None = None, **params: t.Any
    ) -> t.Iterator[t.IO[bytes]]:
        """The body of an answer as a stream. Its end is checked by the transfer encoding, not here."""
        what = f"{method} {path}"
        allowed = timeout or self.connection.timeout
        try:
            response = self._session.request(
                method, self._url(path), params=params or None, stream=True, timeout=allowed
            )
        except transport_errors() as error:
            raise unreachable(self.connection, error, what) from error
        with contextlib.closing(response):
            if response.status_code >= 400:
                raise ApiError(response.status_code, _error_message(response))
            unbind_answer(response)
            try:
                yield response.raw
            except (OSError, http.client.HTTPException) as error:
                raise unreachable(self.connection, error, what) from error

    def read_list(self, path: str) -> t.Iterator[Json]:
        """The objects of a list that may be long, one at a time."""
        from .json_stream import read_objects

        with self.download(path) as stream:
            try:
                yield from read_objects(stream)
            except ValueError as error:
                raise unreachable(self.connection, error, f"GET {path}") from error

    def upload(self, path: str, chunks: t.Iterable[bytes], params: t.Mapping[str, t.Any]) -> None:
        """Send a tar archive as it comes."""
        self.request("PUT", path, params=params, data=chunks, headers={"Content-Type": "application/x-tar"})

    def stat_path(self, container: str, path: str) -> tuple[bool, str] | None:
        """Whether a directory stands at a path in a container, and where a symbolic link there leads at last.

        Of a link this says what the link is, not what it leads to; the link's end is empty for everything else.

        None where nothing does, and where the daemon cannot look: in a stopped container with the folder of a bind
        gone, for example.
        """
        address = f"/containers/{container}/archive"
        what = f"HEAD {address} of {path}"
        try:
            response = self._exchange(
                what, "HEAD", self._url(address), False, params={"path": path}, timeout=self.connection.timeout
            )
            stat = parse_json(base64.b64decode(response.headers["X-Docker-Container-Path-Stat"]))
        except ApiError:
            return None
        except (ValueError, KeyError) as error:
            raise unreachable(self.connection, "the answer cannot be read", what) from error
        check_answer(what, stat, PATH_STAT)
        return bool(stat["mode"] & _MODE_DIRECTORY), stat["linkTarget"]

    def _url(self, path: str, versioned: bool = True) -> str:
        prefix = f"/v{self.api_version[0]}.{self.api_version[1]}" if versioned else ""
        return f"{self._session.base_url}{prefix}{path}"

    # -- what needs more of the SDK ----------------------------------------------------------------------------------

    def pull(self, reference: str, platform: str = "") -> None:
        """Pull an image with the credentials of the SDK's configuration files, if there are any.

        ``platform``: the platform to pull the image for; empty is that of the engine.
        """
        docker = import_sdk()
        repository, tag = docker.utils.parse_repository_tag(reference)
        session = open_sdk(self.connection, self.api_version)
        try:
            wanted = {"tag": tag or "latest", "platform": platform or None}
            for line in session.pull(repository, **wanted, stream=True, decode=True):
                if isinstance(line, dict) and "error" in line:
                    raise ApiError(404, str(line["error"]))
        except docker.errors.APIError as error:
            raise ApiError(error.status_code or 500, str(error.explanation or error)) from error
        except transport_errors() as error:
            raise unreachable(self.connection, error, f"pull of {reference}") from error
        finally:
            session.close()

    def execute(self, container: str, command: t.Sequence[str], *, timeout: float | None = None) -> tuple[int, str]:
        """Run a command in a running container. Returns its exit code and what it printed (stdout and stderr)."""
        created = self.post(
            f"/containers/{container}/exec",
            {"Cmd": list(command), "AttachStdout": True, "AttachStderr": True, "Tty": True},
        )
        # With a terminal the stream is not multiplexed, so it can be read like any body. The daemon hands the
        # connection over to the command, so there is no Date; that it has ended is read from its state instead.
        output = self.request(
            "POST", f"/exec/{created['Id']}/start", body={"Detach": False, "Tty": True}, timeout=timeout, raw=True
        )
        for _attempt in range(20):
            state = self.get(f"/exec/{created['Id']}/json")
            if not state["Running"] and state.get("ExitCode") is not None:
                return state["ExitCode"], output.decode("utf-8", "replace").replace("\r\n", "\n")
            time.sleep(0.1)
        raise unreachable(self.connection, "the output ended before the command", f"exec in {container}")

    @contextlib.contextmanager
    def hold_input(self, container: str) -> t.Iterator[None]:
        """Hold the standard input of a container open: until this ends, or this process does in whatever way."""
        # A connection that is handed over is not given back, so it is one of its own.
        session = open_sdk(self.connection, self.api_version)
        with contextlib.closing(session):
            try:
                held = session.attach_socket(container, params={"stdin": 1, "stream": 1})
            except import_sdk().errors.APIError as error:
                raise ApiError(error.status_code or 500, str(error.explanation or error)) from error
            except transport_errors() as error:
                raise unreachable(self.connection, error, f"attach to {container}") from error
            with contextlib.closing(held):
                yield


def _error_message(response: t.Any) -> str:
    try:
        return str(parse_json(response.content)["message"]).strip()
    except (ValueError, KeyError, TypeError):
        return str(response.text).strip() or f"HTTP status {response.status_code}"
