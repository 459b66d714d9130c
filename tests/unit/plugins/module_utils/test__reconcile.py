# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import time
import types
import typing as t

import pytest

from ansible_collections.bridgeport.docker.plugins.module_utils import _reconcile
from ansible_collections.bridgeport.docker.plugins.module_utils._desired.parse import parse_container, parse_network
from ansible_collections.bridgeport.docker.plugins.module_utils._desired.state import DesiredState
from ansible_collections.bridgeport.docker.plugins.module_utils._engine import lock
from ansible_collections.bridgeport.docker.plugins.module_utils._errors import Failure
from ansible_collections.bridgeport.docker.plugins.module_utils._objects.leftovers import (
    LOCK_PREFIX,
    Lock,
    Owner,
    lock_name,
)
from ansible_collections.bridgeport.docker.plugins.module_utils._objects.ports import Publication
from ansible_collections.bridgeport.docker.plugins.module_utils._reconcile import Converged, converge
from ansible_collections.bridgeport.docker.plugins.module_utils._steps import verification
from ansible_collections.bridgeport.docker.tests.unit.support.model_daemon import (
    LOST_BEFORE,
    REFUSED,
    ModelClient,
    ModelDaemon,
)

Params = t.Dict[str, t.Any]
WEB: Params = {"name": "web", "image": "busybox:1", "state": "started", "published_ports": ["127.0.0.1:8080:80"]}


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verification, "_SETTLE", 0)


def run(
    daemon: ModelDaemon,
    networks: t.Sequence[Params] = (),
    containers: t.Sequence[Params] = (),
    *,
    check_mode: bool = False,
    parallel: int = 1,
) -> Converged:
    desired = DesiredState(
        tuple(parse_network(params) for params in networks),
        tuple(
            parse_container(params, **({"state": params["state"]} if "state" in params else {}))
            for params in containers
        ),
    )
    return converge(ModelClient(daemon), desired, check_mode=check_mode, parallel=parallel)


def writes(daemon: ModelDaemon) -> list[str]:
    return [request for request in daemon.requests if not request.startswith("GET")]


def fail_at(make: t.Callable[[], ModelDaemon], desired: tuple[t.Any, t.Any], what: str, kind: str) -> ModelDaemon:
    """A daemon on which the first request of this kind, in a run for this desired state, fails."""
    flawless = make()
    flawless.requests.clear()
    run(flawless, *desired)
    daemon = make()
    number = next(index for index, request in enumerate(writes(flawless)) if what in request)
    daemon.next_run()
    daemon.fault = (number, kind)
    return daemon


TOPOLOGY: list[t.Any] = [
    pytest.param([], [WEB], id="container"),
    pytest.param([{"name": "net", "labels": {"a": "b"}}], [], id="network"),
    pytest.param(
        [{"name": "net", "ipam_config": [{"subnet": "10.1.0.0/24", "gateway": "10.1.0.1"}], "connected": ["web"]}],
        [{**WEB, "networks": [{"name": "net", "aliases": ["w"]}]}],
        id="both",
    ),
    pytest.param([], [{**WEB, "state": "absent"}], id="absent-already"),
]


@pytest.mark.parametrize(("networks", "containers"), TOPOLOGY)
def test_check_mode_predicts_what_happens_and_touches_nothing(networks: list[Params], containers: list[Params]) -> None:
    daemon = ModelDaemon()
    before = daemon.state()
    predicted = run(daemon, networks, containers, check_mode=True)
    assert (writes(daemon), daemon.state()) == ([], before)
    done = run(daemon, networks, containers)
    for side in ("changed", "actions", "will_lose", "diff", "warnings"):
        assert predicted.base_result()[side] == done.base_result()[side]
    # Nothing is tried in check mode, not even ports; routes of a host that is not this one are not known at all.
    takes_ports = any(each.get("published_ports") and each["state"] != "absent" for each in containers)
    takes_subnets = any("ipam_config" in each for each in networks)
    assert predicted.base_result()["preflight"] == ("partial" if takes_ports or takes_subnets else "full")
    assert done.base_result()["preflight"] == ("partial" if takes_subnets else "full")
    for index in range(len(containers)):
        one, other = predicted.container(index), done.container(index)
        assert (one is None) == (other is None)
        if one and other:
            assert {key: one[key] for key in ("name", "image", "state", "published")} == {
                key: other[key] for key in ("name", "image", "state", "published")
            }
            assert list(one["networks"]) == list(other["networks"])
    for index in range(len(networks)):
        one, other = predicted.network(index), done.network(index)
        assert one is not None
        assert other is not None
        assert {**one, "id": "", "connected": [each["name"] for each in one["connected"]]} == {
            **other,
            "id": "",
            "connected": [each["name"] for each in other["connected"]],
        }
    daemon.requests.clear()
    again = run(daemon, networks, containers)
    assert (again.base_result()["changed"], again.actions, writes(daemon)) == (False, (), [])


def test_results_are_read_from_the_host() -> None:
    daemon = ModelDaemon()
    result = run(daemon, [], [WEB]).container(0)
    assert result is not None
    assert result["id"] == daemon.named("web")["Id"]
    assert result["published"] == [
        {"host_ip": "127.0.0.1", "host_port": 8080, "container_port": 80, "protocol": "tcp", "active": True}
    ]


def test_a_container_named_by_its_id_is_found_after_the_replacement() -> None:
    daemon = ModelDaemon()
    run(daemon, [], [WEB])
    old = daemon.named("web")["Id"]
    for check_mode in (True, False):
        result = run(daemon, [], [{"name": old, "published_ports": ["9000:80"]}], check_mode=check_mode).container(0)
        assert result is not None
        assert result["name"] == "web"
        assert [row["host_port"] for row in result["published"]][:1] == [9000]
    assert daemon.named("web")["Id"] != old


def test_refusals_come_before_the_first_write_and_all_at_once() -> None:
    for check_mode in (True, False):
        daemon = ModelDaemon()
        daemon.add_container("db")
        daemon.requests.clear()
        with pytest.raises(Failure) as caught:
            run(daemon, [{"name": "host"}], [{"name": "nobody"}, WEB], check_mode=check_mode)
        assert writes(daemon) == []
        assert caught.value.code == "network_protected"
        assert [each["code"] for each in caught.value.outcome["refusals"]] == [
            "network_protected",
            "container_not_found",
        ]
        assert caught.value.outcome["changed"] is False
        assert all(each["message"] in caught.value.message for each in caught.value.outcome["refusals"])


def test_changed_files_are_looked_for_only_where_a_container_is_replaced() -> None:
    daemon = ModelDaemon()
    run(daemon, [], [WEB])
    daemon.requests.clear()
    run(daemon, [], [WEB])
    assert not [request for request in daemon.requests if request.endswith("/changes")]
    daemon.layers[daemon.named("web")["Id"]] = [{"Path": "/new", "Kind": 1}]
    with pytest.raises(Failure, match="added /new"):
        run(daemon, [], [{**WEB, "published_ports": ["1:1"], "writable_layer": "refuse"}])


# -- images ------------------------------------------------------------------------------------------------------------


def test_a_layer_that_cannot_be_carried_after_all_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """The container has written until it stopped, and its successor may have links where it has none."""
    from ansible_collections.bridgeport.docker.plugins.module_utils._apply import worker

    asked: list[bool] = []

    def refuse(_client: object, _source: str, _target: str, must: bool) -> str:
        asked.append(must)
        return "/a is not a directory any more"

    monkeypatch.setattr(worker, "carry_layer", refuse)
    daemon = with_web()
    result = run(daemon, [], [{**WEB, "env": {"A": "1"}, "writable_layer": "auto"}]).base_result()
    loss = "writable layer of web, which could not be carried over: /a is not a directory any more"
    assert asked == [False]
    assert loss in result["will_lose"]
    assert f"leave the {loss}" in result["actions"]
    assert [warning for warning in result["warnings"] if loss in warning] != []


def test_a_missing_image_is_pulled_once_and_before_all_else() -> None:
    daemon = ModelDaemon()
    daemon.pullable["new:1"] = {"Id": "sha256:" + "8" * 64, "Config": {"ExposedPorts": {"80/tcp": {}}}}
    both = [{"name": name, "image": "new:1", "state": "started"} for name in ("c1", "c2")]
    assert run(daemon, [], both, check_mode=True).actions[0] == "pull image new:1"
    assert "PULL new:1" not in daemon.requests
    done = run(daemon, [], both)
    assert done.actions[0] == "pull image new:1"
    locks = ["POST /volumes/create"] * 2
    assert writes(daemon)[:3] == [*locks, "PULL new:1"]
    assert writes(daemon).count("PULL new:1") == 1


def test_a_pull_that_changes_no_container_is_a_change() -> None:
    """The image was there under another tag, by whose ID the container was made."""
    daemon = ModelDaemon()
    image = daemon.images["busybox:1"]
    daemon.add_container("web", Image=image["Id"])
    before = daemon.named("web")["Id"]
    task = {"name": "web", "image": "other:2", "state": "started"}
    daemon.pullable["other:2"] = image
    assert run(daemon, [], [task], check_mode=True).base_result()["changed"] is True
    done = run(daemon, [], [task])
    assert (done.actions, done.base_result()["changed"]) == (("pull image other:2",), True)
    assert daemon.named("web")["Id"] == before
    again = run(daemon, [], [{**task, "pull": "always"}])
    assert (again.actions, again.base_result()["changed"]) == (("pull image other:2",), False)


def test_an_image_that_cannot_be_pulled() -> None:
    daemon = ModelDaemon()
    with pytest.raises(Failure) as caught:
        run(daemon, [], [{**WEB, "image": "nope:1"}])
    assert caught.value.code == "image_not_found"
    assert daemon.containers == {}


def test_pull_always_recreates_only_when_the_tag_moved() -> None:
    daemon = ModelDaemon()
    run(daemon, [], [WEB])
    daemon.pullable["busybox:1"] = daemon.images["busybox:1"]
    assert run(daemon, [], [{**WEB, "pull": "always"}]).base_result()["changed"] is False
    daemon.pullable["busybox:1"] = {"Id": "sha256:" + "9" * 64, "Config": {}}
    daemon.images["old"] = daemon.images["busybox:1"]
    old = daemon.named("web")["Id"]
    assert run(daemon, [], [{**WEB, "pull": "always"}]).base_result()["changed"] is True
    assert daemon.named("web")["Id"] != old


# -- failures ----------------------------------------------------------------------------------------------------------


def with_web() -> ModelDaemon:
    daemon = ModelDaemon()
    run(daemon, [], [WEB])
    return daemon


def test_a_failure_says_that_everything_stands_as_before() -> None:
    daemon = fail_at(with_web, ([], [{**WEB, "published_ports": ["1:1"]}]), "/rename", REFUSED)
    before = daemon.state()
    with pytest.raises(Failure) as caught:
        run(daemon, [], [{**WEB, "published_ports": ["1:1"]}])
    assert caught.value.message.endswith("Everything stands as before.")
    assert (caught.value.outcome["rolled_back"], caught.value.outcome["changed"]) == (True, False)
    assert daemon.state() == before


def test_what_was_done_beside_a_failure_stands_and_is_said() -> None:
    daemon = ModelDaemon()
    daemon.crashing = {"bad"}
    containers = [{"name": name, "image": "busybox:1", "state": "started"} for name in ("bad", "good")]
    with pytest.raises(Failure) as caught:
        run(daemon, [{"name": "net"}], containers)
    assert caught.value.code == "start_failed"
    assert caught.value.outcome["changed"] is True
    assert [raw["Name"] for raw in daemon.containers.values()] == ["/good"]


def test_what_needs_a_failed_item_is_named_but_not_the_cause() -> None:
    both: tuple[list[Params], list[Params]] = ([{"name": "net"}], [{**WEB, "networks": [{"name": "net"}]}])
    daemon = fail_at(ModelDaemon, both, "/networks/create", REFUSED)
    with pytest.raises(Failure) as caught:
        run(daemon, *both)
    assert "create network net" in caught.value.message
    assert "Not begun: container web." in caught.value.message
    assert daemon.containers == {}


def test_every_failure_says_why() -> None:
    daemon = ModelDaemon()
    daemon.crashing = {"bad", "worse"}
    containers = [{"name": name, "image": "busybox:1", "state": "started"} for name in ("bad", "good", "worse")]
    late = {**containers[0], "name": "late", "network_mode": "container:bad"}
    with pytest.raises(Failure) as caught:
        run(daemon, [], [*containers, late])
    message = caught.value.message
    assert "'bad' was started" in message
    assert "'worse' was started" in message
    assert message.endswith(" As before: container bad, container worse. Not begun: container late.")
    assert [each["code"] for each in caught.value.outcome["failures"]] == ["start_failed", "start_failed"]


@pytest.mark.parametrize("crashing", ["web", "twin"])
def test_what_is_put_back_together_has_failed_together(crashing: str) -> None:
    """Whichever of the two it is that fails, and whichever of them the plan lists first."""
    daemon = ModelDaemon()
    twins = [{**WEB, "published_ports": ["1:80"]}, {**WEB, "name": "twin", "published_ports": ["2:80"]}]
    run(daemon, [], twins)
    daemon.crashing = {crashing}
    daemon.named(crashing)["RestartCount"] = 1
    with pytest.raises(Failure) as caught:
        run(daemon, [], [{**twins[0], "published_ports": ["2:80"]}, {**twins[1], "published_ports": ["1:80"]}])
    assert f"'{crashing}' was started" in caught.value.message
    assert caught.value.message.endswith(". Everything stands as before.")
    assert caught.value.outcome["rolled_back"] is True
    assert "failures" not in caught.value.outcome


@pytest.mark.parametrize("main_vanishes", [True, False])
@pytest.mark.parametrize("key", ["NetworkMode", "IpcMode", "PidMode"])
def test_who_vanishes_cannot_share_with_one_that_is_stopped(key: str, main_vanishes: bool) -> None:
    """It would run on in namespaces that are nobody's. One that is not stopped keeps them."""
    daemon = ModelDaemon()
    main = daemon.add_container("main", HostConfig={"AutoRemove": main_vanishes})
    side = daemon.add_container("side", HostConfig={"AutoRemove": True, key: f"container:{main}"})
    asked = [{"name": "main", "labels": {"a": "b"}, "dependents": "recreate", "auto_remove_swap": True}]
    if main_vanishes:
        run(daemon, [], asked)
        assert side not in daemon.containers
        assert daemon.named("side")["State"]["Running"]
        return
    before = daemon.state()
    for check_mode in (True, False):
        with pytest.raises(Failure, match="'side' was started with --rm and shares") as caught:
            run(daemon, [], asked, check_mode=check_mode)
        assert caught.value.code == "unsupported"
    assert daemon.state()["containers"] == before["containers"]


def test_an_undoing_that_fails_is_said() -> None:
    daemon = fail_at(with_web, ([], [{**WEB, "published_ports": ["1:1"]}]), "/stop", LOST_BEFORE)
    assert daemon.fault is not None
    daemon.deaf_after = daemon.fault[0]
    with pytest.raises(Failure) as caught:
        run(daemon, [], [{**WEB, "published_ports": ["1:1"]}])
    assert caught.value.code == "rollback_failed"
    assert (caught.value.outcome["rolled_back"], caught.value.outcome["changed"]) == (False, True)
    assert "put back" not in caught.value.message


# -- locks -------------------------------------------------------------------------------------------------------------


def locked(daemon: ModelDaemon) -> set[str]:
    return {name for name in daemon.volumes if name.startswith(LOCK_PREFIX)}


@pytest.mark.parametrize(
    ("networks", "containers", "expected"),
    [
        ([], [WEB], {("container", "web")}),
        ([{"name": "net"}], [WEB], {("container", "web"), ("network", "net")}),
        ([{"name": "net"}], [], {("network", "net")}),
        ([{"name": "standing"}], [WEB], {("container", "web")}),
    ],
)
def test_what_is_changed_is_locked_and_nothing_else(
    networks: list[Params], containers: list[Params], expected: set[tuple[str, str]]
) -> None:
    daemon = ModelDaemon()
    daemon.add_network("standing")
    seen: list[set[str]] = []
    answer = daemon.answer

    def watch(method: str, path: str, params: t.Mapping[str, t.Any], body: t.Any) -> t.Any:
        if method == "POST" and path.endswith("/create") and not path.startswith("/volumes"):
            seen.append(locked(daemon))
        return answer(method, path, params, body)

    daemon.answer = watch  # type: ignore[method-assign]
    run(daemon, networks, containers)
    assert seen
    assert all(each == {lock_name(key) for key in expected} for each in seen)
    assert locked(daemon) == set()


def take_lock(daemon: ModelDaemon, key: tuple[str, str]) -> None:
    """For a process on another host."""
    owner = Owner("a" * 32, "01234567-89ab-cdef-0123-456789abcdef", "", 1, "", daemon.clock + 900)
    labels = Lock(lock_name(key), owner, key).as_labels()
    ModelClient(daemon).post("/volumes/create", {"Name": lock_name(key), "Labels": labels})


def test_who_waited_for_the_same_finds_nothing_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    """The plan that was made before the lock was had is not the one that is carried out."""
    daemon = ModelDaemon()
    first = [True]

    def look_on(seconds: float) -> None:
        # The other run has done it meanwhile, and gives back its lock.
        if first:
            first.clear()
            daemon.volumes.clear()
            run(daemon, [], [WEB])
            daemon.requests.clear()

    take_lock(daemon, ("container", "web"))
    monkeypatch.setattr(lock, "time", types.SimpleNamespace(sleep=look_on, monotonic=time.monotonic, time=time.time))
    done = run(daemon, [], [WEB])
    assert (done.base_result()["changed"], done.actions) == (False, ())
    assert [request for request in writes(daemon) if "/volumes/" not in request] == []
    assert daemon.volumes == {}


class Torn(ModelClient):
    """The first listing of containers has one in it that another run has removed by the time of the next request."""

    def __init__(self, daemon: ModelDaemon, name: str) -> None:
        super().__init__(daemon)
        self._name = name

    def request(self, method: str, path: str, **options: t.Any) -> t.Any:
        answer = super().request(method, path, **options)
        if path == "/containers/json" and self._name:
            self.daemon._remove(self.daemon.named(self._name))
            self._name = ""
        return answer


def test_a_refusal_counts_when_it_is_read_twice() -> None:
    """Containers are listed before locks: in between another run may have ended."""
    daemon = ModelDaemon()
    run(daemon, containers=[{**WEB, "name": "other"}])
    desired = DesiredState(containers=(parse_container(WEB, state="started"),))
    converged = converge(Torn(daemon, "other"), desired, check_mode=False)
    assert converged.base_result()["changed"] is True
    with pytest.raises(Failure) as caught:
        run(daemon, containers=[{**WEB, "name": "other"}])
    assert (caught.value.code, caught.value.details["holder"]) == ("port_conflict", "web")


def test_a_lock_that_is_held_makes_no_difference_to_check_mode() -> None:
    daemon = ModelDaemon()
    take_lock(daemon, ("container", "web"))
    daemon.requests.clear()
    assert run(daemon, [], [WEB], check_mode=True).base_result()["changed"] is True
    assert writes(daemon) == []


def test_a_refusal_under_the_lock_gives_it_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody has taken the port between the two readings."""
    daemon = ModelDaemon()
    hold = lock.hold_locks

    def late(*arguments: t.Any) -> t.Any:
        body = {"PortBindings": {"80/tcp": [{"HostIp": "127.0.0.1", "HostPort": "8080"}]}}
        daemon.add_container("thief", HostConfig=body, ExposedPorts={"80/tcp": {}})
        return hold(*arguments)

    monkeypatch.setattr(lock, "hold_locks", late)
    with pytest.raises(Failure) as caught:
        run(daemon, [], [WEB])
    assert caught.value.code == "port_conflict"
    assert [raw["Name"] for raw in daemon.containers.values()] == ["/thief"]
    assert daemon.volumes == {}


def test_what_was_pulled_before_another_pull_failed_is_said() -> None:
    daemon = ModelDaemon()
    daemon.pullable["a:1"] = daemon.images["busybox:1"]
    with pytest.raises(Failure) as caught:
        run(daemon, [], [{"name": "one", "image": "a:1"}, {"name": "two", "image": "b:1"}])
    assert caught.value.code == "image_not_found"
    assert caught.value.outcome == {"changed": True, "actions": ["pull image a:1"]}


# -- ports of the host itself ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("local", "looked"), [(True, ["127.0.0.1:8080:80/tcp"]), (False, []), (None, [])])
@pytest.mark.parametrize("check_mode", [True, False])
def test_host_ports_are_tried_only_where_the_engine_is_local(
    local: bool | None, looked: list[str], check_mode: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ansible_collections.bridgeport.docker.plugins.module_utils._observe import snapshot

    tried: list[str] = []

    def check(container: str, publication: Publication) -> None:
        assert container == "web"
        tried.append(str(publication))

    monkeypatch.setattr(snapshot, "is_local", lambda connection: local)
    monkeypatch.setattr(_reconcile, "check_free", check)
    daemon = ModelDaemon()
    result = run(daemon, [], [WEB], check_mode=check_mode).base_result()
    # Once for everybody, and again under the lock where something is to be done.
    assert tried == looked * (1 if check_mode else 2)
    # Where the host cannot be seen, a container tries them, which check mode does not start.
    assert result["preflight"] == ("full" if local or not check_mode else "partial")
    trials = [each for each in daemon.requests if each == "POST /containers/create"]
    assert len(trials) == (0 if check_mode else 1 if local else 2)


@pytest.mark.parametrize("check_mode", [True, False])
def test_processes_are_refused_as_containers_are(check_mode: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything in one round, whoever holds a port."""
    from ansible_collections.bridgeport.docker.plugins.module_utils._observe import snapshot

    def check(container: str, publication: Publication, *_held: t.Any, **_how: t.Any) -> None:
        raise Failure("port_conflict", f"a process has {publication}", holder="httpd (PID 7)")

    monkeypatch.setattr(snapshot, "is_local", lambda connection: True)
    monkeypatch.setattr(_reconcile, "check_free", check)
    monkeypatch.setattr(_reconcile, "check_range", check)
    daemon = ModelDaemon()
    bindings = {"80/tcp": [{"HostIp": "", "HostPort": "8080"}]}
    daemon.add_container("holder", HostConfig={"PortBindings": bindings}, ExposedPorts={"80/tcp": {}})
    ports = ["127.0.0.1:8080:80", "127.0.0.1:8081:81", "127.0.0.1:8090-8099:82"]
    before = daemon.state()
    with pytest.raises(Failure) as caught:
        run(daemon, [], [{**WEB, "published_ports": ports, "network_mode": "nope"}], check_mode=check_mode)
    refusals = caught.value.outcome["refusals"]
    assert [each["code"] for each in refusals] == ["network_not_found", *3 * ["port_conflict"]]
    assert [each.get("holder") for each in refusals] == [None, "holder", "httpd (PID 7)", "httpd (PID 7)"]
    assert daemon.state() == before


def test_ports_that_the_engine_holds_itself_are_not_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    from ansible_collections.bridgeport.docker.plugins.module_utils._observe import snapshot

    daemon = ModelDaemon()
    run(daemon, [], [WEB])
    tried: list[str] = []
    monkeypatch.setattr(snapshot, "is_local", lambda connection: True)
    monkeypatch.setattr(_reconcile, "check_free", lambda container, publication: tried.append(str(publication)))
    run(daemon, [], [{**WEB, "published_ports": ["127.0.0.1:8080:80", "127.0.0.1:8081:81"]}])
    assert tried == ["127.0.0.1:8081:81/tcp"] * 2


def test_one_of_two_networks_of_one_name() -> None:
    """Engines before 25 make a second network of a name; its ID says which is meant."""
    daemon = ModelDaemon()
    first, second = daemon.add_network("net"), daemon.add_network("net")
    daemon.add_container("web")
    for state in ("present", "absent"):
        with pytest.raises(Failure) as caught:
            run(daemon, [{"name": "net", "state": state}])
        assert (caught.value.code, caught.value.details["ids"]) == ("ambiguous_name", sorted([first, second]))
    joined = run(daemon, [{"name": second, "connected": ["web"]}])
    assert joined.actions == ("connect web to net",)
    assert (joined.network(0) or {})["id"] == second
    assert [each["name"] for each in (joined.network(0) or {})["connected"]] == ["web"]
    assert not run(daemon, [{"name": second[:12], "connected": ["web"]}]).plan.changed
    refused: list[tuple[Params, str]] = [
        ({"name": second, "internal": True}, "cannot be rebuilt"),
        ({"name": first, "connected": ["web"]}, "on another network of that name"),
    ]
    for desired, said in refused:
        with pytest.raises(Failure) as caught:
            run(daemon, [desired])
        assert caught.value.code == "ambiguous_name"
        assert said in caught.value.message
    removed = run(daemon, [{"name": first, "state": "absent"}])
    assert (removed.actions, removed.network(0)) == (("remove network net",), None)
    assert list(daemon.networks)[-1] == second
    assert not run(daemon, [{"name": "net", "connected": ["web"]}]).plan.changed, "now the name will do"
