# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import contextlib
import typing as t

import pytest

from ansible_collections.bridgeport.docker.plugins.module_utils._engine.client import ApiError, Client
from ansible_collections.bridgeport.docker.plugins.module_utils._engine.connection import Connection
from ansible_collections.bridgeport.docker.plugins.module_utils._errors import Failure
from ansible_collections.bridgeport.docker.plugins.module_utils._objects.leftovers import DEADLINE_LABEL, PROBE_LABEL
from ansible_collections.bridgeport.docker.plugins.module_utils._probe.options import Probe
from ansible_collections.bridgeport.docker.plugins.module_utils._probe.run import run_probe

ONE, TWO = "a" * 64, "b" * 64
MISSING = (127, 'exec: "x": executable file not found in $PATH')
PONG = (0, "64 bytes from 10.0.0.2: seq=0 ttl=64 time=0.5 ms\n1 packets transmitted, 1 packets received\n")
SILENCE = (1, "1 packets transmitted, 0 packets received, 100% packet loss\n")
RESOLVED = (0, "Server: 127.0.0.11\nAddress: 127.0.0.11:53\n\nName: two\nAddress: 10.0.0.2\nAddress: 10.0.0.3\n")


def make_container(ident: str, name: str, state: str = "running", **changes: t.Any) -> dict[str, t.Any]:
    raw = {
        "Id": ident,
        "Names": [f"/{name}"],
        "State": state,
        "Image": "image:1",
        "HostConfig": {"NetworkMode": "net"},
        "NetworkSettings": {"Networks": {"net": {"IPAddress": "10.0.0.2"}}},
    }
    return {**raw, **changes}


def make_network(name: str, driver: str = "bridge") -> dict[str, t.Any]:
    return {"Name": name, "Id": name * 8, "Driver": driver}


def make_probe(**params: t.Any) -> Probe:
    values: dict[str, t.Any] = {
        "source": "one",
        "source_network": None,
        "target": "10.0.0.2",
        "method": "ping",
        "port": None,
        "path": "/",
        "payload": b"\n",
        "count": 1,
        "timeout": 5,
        "expect": "reachable",
        "expected_status": (),
        "helper_image": None,
    }
    return Probe(**{**values, **params})


class FakeClient:
    """A daemon with two containers. ``programs`` maps (container, beginning of a command) to what it gives."""

    def __init__(self, programs: t.Mapping[tuple[str, str], tuple[int, str] | Exception] | None = None) -> None:
        self.connection = Connection("unix:///run/fake.sock")
        self.api_version = (1, 41)
        self.containers = [make_container(ONE, "one"), make_container(TWO, "two")]
        self.programs = dict(programs or {})
        self.images = {"helper%3A1"}
        self.networks = [make_network("net"), make_network("bridge"), make_network("host", "host")]
        self.held: list[str] = []
        self.start_errors: list[ApiError] = []
        self.calls: list[tuple[str, str]] = []
        self.created: list[dict[str, t.Any]] = []

    def daemon_time(self) -> float:
        return 1000.0

    def get(self, path: str, **params: t.Any) -> t.Any:
        if path == "/networks":
            return self.networks
        assert (path, params) == ("/containers/json", {"all": 1})
        return self.containers

    def find(self, path: str) -> t.Any:
        return {} if path[len("/images/") : -len("/json")] in self.images else None

    def post(self, path: str, body: t.Any = None, **params: t.Any) -> t.Any:
        self.calls.append(("POST", path))
        if path == "/containers/create":
            assert params["name"].startswith("bridgeport-probe-")
            self.created.append(body)
            return {"Id": "helper"}
        assert self.held == ["helper"]
        if self.start_errors:
            raise self.start_errors.pop(0)
        return None

    @contextlib.contextmanager
    def hold_input(self, container: str) -> t.Iterator[None]:
        self.held.append(container)
        yield
        self.held.remove(container)

    def delete(self, path: str, **params: t.Any) -> None:
        assert params == {"force": 1, "v": 1}
        self.calls.append(("DELETE", path))
        # Once removed it is not found any more.
        if self.calls.count(("DELETE", path)) > self.calls.count(("POST", f"{path}/start")):
            raise ApiError(404, "no such container")

    def execute(self, container: str, command: t.Sequence[str], timeout: float) -> tuple[int, str]:
        assert timeout > 60
        self.calls.append(("EXEC", f"{container[:6]} {command[0]}"))
        for (place, beginning), found in self.programs.items():
            if container.startswith(place) and " ".join(command).startswith(beginning):
                if isinstance(found, Exception):
                    raise found
                return found
        return MISSING


def no_command(*_args: t.Any, **_kwargs: t.Any) -> t.NoReturn:
    raise AssertionError("nothing is to be run on this host")


def run(
    client: FakeClient, probe: Probe, run_command: t.Callable[..., t.Any] = no_command, check_mode: bool = False
) -> dict[str, t.Any]:
    return run_probe(t.cast(Client, client), probe, run_command, check_mode)


def fail(client: FakeClient, probe: Probe, **kwargs: t.Any) -> Failure:
    with pytest.raises(Failure) as caught:
        run(client, probe, **kwargs)
    return caught.value


def test_ping() -> None:
    result = run(FakeClient({("a", "ping"): PONG}), make_probe())
    assert (result["reachable"], result["tool"], result["latency"]["min_ms"]) == (True, "ping", 0.5)


@pytest.mark.parametrize("source", ["one", ONE, ONE[:12]])
def test_source(source: str) -> None:
    assert run(FakeClient({("a", "ping"): PONG}), make_probe(source=source))["reachable"]


@pytest.mark.parametrize("source", ["On", "o", ONE[:11], "/one"])
def test_source_is_exact(source: str) -> None:
    assert fail(FakeClient(), make_probe(source=source)).code == "container_not_found"


@pytest.mark.parametrize("state", ["created", "exited", "paused", "restarting", "dead"])
@pytest.mark.parametrize("expect", ["reachable", "unreachable"])
def test_source_must_run(state: str, expect: str) -> None:
    client = FakeClient()
    client.containers[0]["State"] = state
    failure = fail(client, make_probe(expect=expect))
    assert failure.code == "unreachable"
    assert f"is {state}" in failure.message
    assert client.calls == []


def test_next_program_where_one_is_missing() -> None:
    result = run(FakeClient({("a", "busybox ping"): PONG}), make_probe())
    assert result["tool"] == "busybox ping"


def test_missing_program_as_an_error_of_the_engine() -> None:
    error = ApiError(400, "OCI runtime exec failed: no such file")
    result = run(FakeClient({("a", "ping"): error, ("a", "busybox"): PONG}), make_probe())
    assert result["tool"] == "busybox ping"


def test_another_error_of_the_engine_is_not_swallowed() -> None:
    with pytest.raises(ApiError):
        run(FakeClient({("a", "ping"): ApiError(409, "container is paused")}), make_probe(expect="unreachable"))


@pytest.mark.parametrize("expect", ["reachable", "unreachable"])
def test_no_program_proves_nothing(expect: str) -> None:
    failure = fail(FakeClient(), make_probe(expect=expect))
    assert failure.code == "unsupported"
    assert "helper_image" in failure.message
    assert "image:1" in failure.message


def test_every_address_is_tried() -> None:
    client = FakeClient({("a", "timeout 5 nslookup"): RESOLVED, ("a", "ping"): SILENCE})
    result = run(client, make_probe(target="two", expect="unreachable"))
    assert [sample["address"] for sample in result["samples"]] == ["10.0.0.2", "10.0.0.3"]
    assert [sample["seq"] for sample in result["samples"]] == [1, 2]


def test_an_address_that_answers_ends_the_search() -> None:
    client = FakeClient({("a", "timeout 5 nslookup"): RESOLVED, ("a", "ping"): PONG})
    result = run(client, make_probe(target="two"))
    assert result["addresses"] == ["10.0.0.2", "10.0.0.3"]
    assert [sample["address"] for sample in result["samples"]] == ["10.0.0.2"]


def test_all_samples_by_one_program() -> None:
    client = FakeClient({("a", "nc"): (0, "")})
    result = run(client, make_probe(method="tcp", port=80, count=3))
    assert len(result["samples"]) == 3
    assert client.calls == [("EXEC", "aaaaaa python3"), *[("EXEC", "aaaaaa nc")] * 3]


def test_a_name_without_a_dns() -> None:
    client = FakeClient({("a", "ping"): PONG})
    client.containers[0]["NetworkSettings"] = {"Networks": {"bridge": {"IPAddress": "172.17.0.2"}}}
    failure = fail(client, make_probe(target="two"))
    assert failure.code == "unreachable"
    assert "on: bridge" in failure.message
    assert client.calls == []


def test_a_shared_network_has_its_owner_s_dns() -> None:
    client = FakeClient({("b", "timeout 5 nslookup"): RESOLVED})
    client.containers[1] = make_container(
        TWO, "two", HostConfig={"NetworkMode": f"container:{ONE}"}, NetworkSettings={"Networks": {}}
    )
    assert run(client, make_probe(source="two", target="x", method="resolve"))["address"] == "10.0.0.2"


# -- the helper container -------------------------------------------------------------------------------------


def test_helper() -> None:
    client = FakeClient({("helper", "ping"): PONG})
    result = run(client, make_probe(helper_image="helper:1"))
    assert (result["helper"], result["tool"]) == (True, "ping")
    (body,) = client.created
    # The daemon's clock stands at 1000: 60 and 8 times 10 seconds to live, and 60 for the start.
    assert body["Labels"] == {PROBE_LABEL: ONE, DEADLINE_LABEL: "1200"}
    assert body["HostConfig"]["NetworkMode"] == f"container:{ONE}"
    assert body["HostConfig"]["AutoRemove"] is True
    assert body["Entrypoint"][0] == "busybox"
    assert (body["OpenStdin"], body["StdinOnce"]) == (True, True)
    assert client.calls[-2:] == [("DELETE", "/containers/helper")] * 2


def test_helper_only_where_it_is_needed() -> None:
    client = FakeClient({("a", "ping"): PONG})
    assert not run(client, make_probe(helper_image="helper:1"))["helper"]
    assert client.created == []


def test_helper_is_removed_after_a_failure() -> None:
    client = FakeClient({("helper", "ping"): SILENCE})
    assert fail(client, make_probe(helper_image="helper:1")).code == "unreachable"
    assert client.calls[-1] == ("DELETE", "/containers/helper")


def test_helper_without_busybox() -> None:
    client = FakeClient({("helper", "python3"): PONG})
    client.start_errors = [ApiError(400, 'exec: "busybox": executable file not found in $PATH')] * 2
    assert run(client, make_probe(helper_image="helper:1"))["tool"] == "python3"
    assert [body["Entrypoint"][0] for body in client.created] == ["busybox", "bash", "python3"]


def test_helper_without_anything() -> None:
    client = FakeClient()
    client.start_errors = [ApiError(400, "executable file not found")] * 3
    failure = fail(client, make_probe(helper_image="helper:1"))
    assert failure.code == "unsupported"
    assert "helper:1" in failure.message


def test_helper_without_the_program() -> None:
    failure = fail(FakeClient(), make_probe(helper_image="helper:1"))
    assert failure.code == "unsupported"
    assert "neither one nor helper_image" in failure.message


def test_helper_image_is_never_pulled() -> None:
    client = FakeClient({("a", "ping"): PONG})
    assert fail(client, make_probe(helper_image="absent:1")).code == "image_not_found"
    assert client.calls == []


def test_no_helper_in_check_mode() -> None:
    client = FakeClient()
    result = run(client, make_probe(helper_image="helper:1", expect="unreachable"), check_mode=True)
    assert result["reachable"] is None
    assert len(result["warnings"]) == 1
    assert client.created == []


# -- from a network -------------------------------------------------------------------------------------------


def from_network(network: str = "net", **params: t.Any) -> Probe:
    return make_probe(source="", source_network=network, helper_image="helper:1", **params)


def test_network() -> None:
    client = FakeClient({("helper", "timeout 5 nslookup"): RESOLVED, ("helper", "ping"): PONG})
    result = run(client, from_network(target="two"))
    assert (result["source"], result["source_network"], result["address"]) == (None, "net", "10.0.0.2")
    (body,) = client.created
    assert body["HostConfig"]["NetworkMode"] == "net" * 8
    assert body["Labels"][PROBE_LABEL] == "net" * 8
    assert client.calls[-1] == ("DELETE", "/containers/helper")


def test_network_without_dns() -> None:
    failure = fail(FakeClient(), from_network("bridge", target="two"))
    assert (failure.code, failure.details["source"]) == ("unreachable", "network bridge")
    assert "has no DNS of its own" in failure.message


@pytest.mark.parametrize(
    ("network", "code"),
    [
        pytest.param("ne", "network_not_found", id="missing"),
        pytest.param("host", "option_conflict", id="the-host-s"),
        pytest.param("twice", "ambiguous_name", id="two-of-that-name"),
    ],
)
def test_network_that_cannot_be(network: str, code: str) -> None:
    client = FakeClient()
    client.networks += [make_network("twice"), make_network("twice")]
    failure = fail(client, from_network(network))
    assert failure.code == code
    assert network in failure.message
    assert client.created == []


def test_network_in_check_mode() -> None:
    client = FakeClient()
    result = run(client, from_network(expect="unreachable"), check_mode=True)
    assert (result["reachable"], result["samples"], len(result["warnings"])) == (None, [], 1)
    assert client.created == []


def test_network_without_the_program() -> None:
    failure = fail(FakeClient(), from_network(method="udp", port=7))
    assert failure.code == "unsupported"
    assert "bash and dd" in failure.message


def test_where_a_proxy_may_be_the_connection_is_watched() -> None:
    client = FakeClient({("a", "nc -w 5 10.0.0.1 80 -e timeout"): (0, ""), ("a", "nc -n"): (0, "")})
    assert run(client, make_probe(method="tcp", port=80))["tool"] == "nc"
    failure = fail(client, make_probe(target="10.0.0.1", method="tcp", port=80))
    assert "closed at once" in failure.message


# -- udp ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("expect", ["reachable", "unreachable"])
def test_udp_silence_proves_nothing(expect: str) -> None:
    client = FakeClient({("a", "python3"): (0, 'bridgeport:{"error": "no answer within 5 s", "late": true}\n')})
    failure = fail(client, make_probe(method="udp", port=7, expect=expect))
    assert (failure.code, failure.outcome["reachable"]) == ("unreachable", None)


def test_udp_from_the_host() -> None:
    here = FakeHost((0, 'bridgeport:{"ms": 1.0}\n'))
    result = run(FakeClient(), make_probe(source="host", target="two", method="udp", port=7), here)
    assert result["reachable"]
    assert here.commands[0][-5:] == ["udp", "5", "10.0.0.2", "7", "0a"]


# -- from the host --------------------------------------------------------------------------------------------


class FakeHost:
    def __init__(self, *answers: tuple[int, str] | OSError) -> None:
        self.answers = list(answers)
        self.commands: list[list[str]] = []

    def __call__(self, command: list[str], **_kwargs: t.Any) -> tuple[int, str, str]:
        self.commands.append(command)
        answer = self.answers.pop(0)
        if isinstance(answer, OSError):
            raise answer
        return answer[0], answer[1], ""


def test_host_reaches_the_container_itself() -> None:
    here = FakeHost((0, 'bridgeport:{"ms": 1.0}\n'))
    result = run(FakeClient(), make_probe(source="host", target="two", method="tcp", port=80), here)
    assert result["address"] == "10.0.0.2"
    assert here.commands[0][-5:-1] == ["tcp", "5", "10.0.0.2", "80"]


def test_host_takes_other_names_to_its_own_resolver() -> None:
    here = FakeHost((0, 'bridgeport:{"ms": 1.0, "addresses": ["127.0.0.9"]}\n'), PONG)
    result = run(FakeClient(), make_probe(source="host", target="elsewhere.example"), here)
    assert result["address"] == "127.0.0.9"
    assert here.commands[1][-1] == "127.0.0.9"


def test_host_without_ping() -> None:
    here = FakeHost(
        FileNotFoundError("ping"), FileNotFoundError("busybox"), (1, "ping: permission denied (are you root?)")
    )
    failure = fail(FakeClient(), make_probe(source="host"), run_command=here)
    assert failure.code == "unsupported"
    assert "iputils-ping" in failure.message


def test_host_program_that_was_killed() -> None:
    here = FakeHost((-14, ""))
    failure = fail(FakeClient(), make_probe(source="host", method="tcp", port=80), run_command=here)
    assert (failure.code, failure.outcome["samples"][0]["error"]) == ("unreachable", "no answer within 5 s")


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        pytest.param({"State": "exited"}, "is exited", id="stopped"),
        pytest.param({"NetworkSettings": {"Networks": {}}}, "no address", id="no-network"),
    ],
)
def test_host_to_a_container_without_address(changes: dict[str, t.Any], text: str) -> None:
    client = FakeClient()
    client.containers[1].update(changes)
    failure = fail(client, make_probe(source="host", target="two"))
    assert failure.code == "unreachable"
    assert text in failure.message


def test_host_to_a_container_in_the_host_s_network() -> None:
    client = FakeClient()
    client.containers[1]["HostConfig"] = {"NetworkMode": "host"}
    here = FakeHost((0, 'bridgeport:{"ms": 1.0}\n'))
    result = run(client, make_probe(source="host", target="two", method="tcp", port=80), here)
    assert result["address"] == "127.0.0.1"


def test_host_is_not_the_distant_engine_s() -> None:
    client = FakeClient()
    client.connection = Connection("tcp://elsewhere:2376")
    failure = fail(client, make_probe(source="host", target="two"))
    assert failure.code == "option_conflict"
    assert "elsewhere" in failure.message
