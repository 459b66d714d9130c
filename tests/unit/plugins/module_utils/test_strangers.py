# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Containers, networks and volumes of others that look like ours in something: every run leaves them as they are.

And what really was left by runs that were killed: who removes that, and what is said of it.
"""

from __future__ import annotations

import json
import typing as t

import pytest

from ansible_collections.bridgeport.docker.plugins.module_utils._desired.parse import parse_container, parse_network
from ansible_collections.bridgeport.docker.plugins.module_utils._desired.selector import Selector
from ansible_collections.bridgeport.docker.plugins.module_utils._desired.state import DesiredState
from ansible_collections.bridgeport.docker.plugins.module_utils._engine import lock
from ansible_collections.bridgeport.docker.plugins.module_utils._errors import Failure
from ansible_collections.bridgeport.docker.plugins.module_utils._info.findings import find_problems
from ansible_collections.bridgeport.docker.plugins.module_utils._info.topology import topology_rows
from ansible_collections.bridgeport.docker.plugins.module_utils._objects.journal import (
    LABEL,
    Entry,
    Journal,
    RebuildRecord,
)
from ansible_collections.bridgeport.docker.plugins.module_utils._objects.leftovers import (
    DEADLINE_LABEL,
    PROBE_LABEL,
    Lock,
    Owner,
    guard_name,
    helper_body,
    helper_commands,
    helper_name,
    lock_name,
    name_task,
)
from ansible_collections.bridgeport.docker.plugins.module_utils._objects.names import (
    TRIAL_PROGRAM,
    backup_name,
    successor_name,
    trial_name,
    trial_network_name,
)
from ansible_collections.bridgeport.docker.plugins.module_utils._observe.snapshot import read_snapshot
from ansible_collections.bridgeport.docker.plugins.module_utils._reconcile import Converged, converge
from ansible_collections.bridgeport.docker.plugins.module_utils._steps import verification
from ansible_collections.bridgeport.docker.plugins.modules.docker_topology_info import read_topology
from ansible_collections.bridgeport.docker.tests.unit.support.model_daemon import AFTER, Died, ModelClient, ModelDaemon

Params = t.Dict[str, t.Any]
WEB, NET = ("container", "web"), ("network", "net")


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verification, "_SETTLE", 0)
    monkeypatch.setattr(verification, "_POLL", 0)
    monkeypatch.setattr(lock, "_POLL", 0)


def make_host() -> ModelDaemon:
    """web and db on the network net, with web's port on 8080."""
    daemon = ModelDaemon()
    daemon.add_network("net")
    for name, ports in {"web": {"80/tcp": [{"HostIp": "127.0.0.1", "HostPort": "8080"}]}, "db": {}}.items():
        daemon.add_container(
            name, HostConfig={"NetworkMode": "net", "PortBindings": ports}, ExposedPorts={key: {} for key in ports}
        )
    return daemon


def network_id(daemon: ModelDaemon) -> str:
    return next(key for key, raw in daemon.networks.items() if raw["Name"] == "net")


def add_volume(daemon: ModelDaemon, name: str, labels: t.Mapping[str, t.Any] | None) -> None:
    ModelClient(daemon).post("/volumes/create", {"Name": name, "Labels": labels})


def add_helper(daemon: ModelDaemon, **changes: t.Any) -> str:
    """Of a probe from the network net, never started; its time is over."""
    net = network_id(daemon)
    body = helper_body("busybox:1", net, net, 1000, helper_commands("70")[0])
    return daemon.add_container(helper_name("0123456789ab"), start=False, **{**body, **changes})


# -- who looks like ours -----------------------------------------------------------------------------------------------

PAST = {PROBE_LABEL: "a" * 64, DEADLINE_LABEL: "1000"}
OWNER = Owner("0" * 32, "01234567-89ab-cdef-0123-456789abcdef", "pid:[1]", 1, "1", 1.0)


def add_strangers(daemon: ModelDaemon) -> None:
    # Members of net or dependents of web would be in the way of a change, whatever they look like.
    elsewhere = daemon.add_network("elsewhere")
    host = {"NetworkMode": "elsewhere"}
    bystander = daemon.add_container("bystander", HostConfig=host)
    # Labels without the rest of a helper, and the rest without the labels.
    for number, value in enumerate(["0", "1000", "soon", "nan", "-1", "9" * 400, ""]):
        daemon.add_container(
            f"labelled{number}", start=number % 2 == 0, Labels={DEADLINE_LABEL: value}, HostConfig=host
        )
    daemon.add_image("labelled:1", Labels=PAST)
    daemon.add_container("of-an-image", Image="labelled:1", HostConfig={"NetworkMode": f"container:{bystander}"})
    daemon.add_container(helper_name("0" * 12), start=False, HostConfig=host)
    daemon.add_container(helper_name("1" * 12), start=False, HostConfig=host, Labels=PAST)
    body = helper_body("busybox:1", elsewhere, elsewhere, 1000, ["sleep", "900"])
    daemon.add_container(helper_name("2" * 12), start=False, **body)
    daemon.add_container(
        "no-helper",
        start=False,
        **{**body, "Entrypoint": helper_commands("70")[0], "HostConfig": {"AutoRemove": False}},
    )
    # Names of parts of a change of web, without being one.
    daemon.add_container(backup_name("web", "0123456789ab"), start=False)
    daemon.add_container(successor_name("web", "0123456789ab"))
    daemon.stop(daemon.add_container(successor_name("web")))
    daemon.add_container(trial_name("web", "0123456789ab"), start=False)
    daemon.add_container("tries", start=False, Entrypoint=[TRIAL_PROGRAM])
    daemon.add_network(trial_network_name("net", "0123456789ab"))
    trial = daemon.add_network(trial_network_name("elsewhere", elsewhere))
    client = ModelClient(daemon)
    client.post(f"/networks/{trial}/connect", {"Container": daemon.named("no-helper")["Id"], "EndpointConfig": {}})
    # Names of locks without their labels, their labels without the name, and both with something else in them.
    add_volume(daemon, lock_name(("container", "other")), None)
    add_volume(daemon, guard_name(lock_name(WEB)), {"app": "shop"})
    labels = Lock("", OWNER, WEB).as_labels()
    add_volume(daemon, "bridgeport-lock-mine", labels)
    add_volume(daemon, f"my-{lock_name(WEB)}", labels)
    for number, (key, value) in enumerate(
        {"pid": "abc", "deadline": "never", "token": "", "boot_id": "x", "object": "container/web"}.items()
    ):
        name = lock_name(("container", f"foreign{number}"))
        own = Lock(name, OWNER, ("container", f"foreign{number}")).as_labels()
        add_volume(daemon, name, {**own, f"bridgeport.docker.lock.{key}": value})
    # The same of journals.
    journal = Journal((Entry("web", "a" * 64, "b" * 64),))
    add_volume(daemon, Journal((Entry("other", "", ""),)).volume, None)
    add_volume(daemon, Journal((Entry("db", "", ""),)).volume, journal.as_labels())
    add_volume(daemon, "bridgeport-journal-mine", journal.as_labels())
    for number, text in enumerate(["{", "[]", '{"entries": [], "rebuild": null}', "[" * 100_000, '{"rebuild": null}']):
        add_volume(daemon, f"bridgeport-journal-{number:020x}", {LABEL: text})


CHANGES: list[t.Any] = [
    pytest.param([], [{"name": "web", "published_ports": ["127.0.0.1:8081:80"]}], id="replacement"),
    pytest.param([{"name": "net", "labels": {"a": "b"}}], [], id="rebuild"),
    pytest.param([], [{"name": "new", "image": "busybox:1"}], id="creation"),
    pytest.param([{"name": "new"}], [], id="network"),
    pytest.param([], [{"name": "db", "state": "absent"}], id="removal"),
]
NOTHING_TO_DO: list[t.Any] = [
    pytest.param([], [{"name": "web", "published_ports": ["127.0.0.1:8080:80"]}], id="same-container"),
    pytest.param([{"name": "net"}], [], id="same-network"),
]
REFUSED: list[t.Any] = [
    pytest.param([], [{"name": "missing", "published_ports": ["8081:80"]}], "container_not_found", id="missing"),
    pytest.param([], [{"name": "db", "published_ports": ["127.0.0.1:8080:80"]}], "port_conflict", id="port"),
]
ALL = [
    *(pytest.param(*each.values, None, id=each.id) for each in [*CHANGES, *NOTHING_TO_DO]),
    *REFUSED,
]


def run(
    daemon: ModelDaemon, networks: t.Sequence[Params], containers: t.Sequence[Params], check_mode: bool = False
) -> Converged:
    desired = DesiredState(
        tuple(parse_network(each) for each in networks),
        tuple(parse_container(each, **({"state": each["state"]} if "state" in each else {})) for each in containers),
    )
    return converge(ModelClient(daemon), desired, check_mode=check_mode, parallel=1)


def describe(daemon: ModelDaemon, but: t.Collection[str]) -> dict[str, t.Any]:
    """Everything but the containers and networks of these names, and whom the networks are by now."""
    state = daemon.state()
    names = {"containers": "name", "networks": "Name"}
    for kind, key in names.items():
        state[kind] = {each: raw for each, raw in state[kind].items() if raw[key].lstrip("/") not in but}
    return state


@pytest.mark.parametrize("check_mode", [False, True])
@pytest.mark.parametrize(("networks", "containers", "code"), ALL)
def test_no_run_touches_what_only_looks_like_ours(
    networks: list[Params], containers: list[Params], code: str | None, check_mode: bool
) -> None:
    daemon = make_host()
    add_strangers(daemon)
    own = {"web", "db", "new", "net"}
    before = describe(daemon, own)
    daemon.requests.clear()
    found: str | None = None
    actions: list[str] = []
    try:
        actions += run(daemon, networks, containers, check_mode).actions
    except Failure as failure:
        found = failure.code
        actions += failure.outcome["actions"]
    assert found == code
    assert describe(daemon, own) == before
    assert not any("abandoned" in action or "recover" in action for action in actions)


def test_looking_at_a_host_with_strangers_tells_nothing_of_them() -> None:
    daemon = make_host()
    before = read_rows(daemon)
    add_strangers(daemon)
    after = read_rows(daemon)
    assert (before["leftovers"], after["leftovers"]) == ([], [])
    assert "interrupted_change" not in {finding["code"] for finding in after["findings"]}


def read_rows(daemon: ModelDaemon) -> dict[str, t.Any]:
    topology = read_topology(ModelClient(daemon), Selector())
    rows = topology_rows(topology)
    return {**rows, "findings": find_problems(topology, rows["containers"])}


# -- volumes of others where ours are to be ----------------------------------------------------------------------------

REPLACEMENT: tuple[list[Params], list[Params]] = ([], [{"name": "web", "published_ports": ["127.0.0.1:8081:80"]}])
REBUILD: tuple[list[Params], list[Params]] = ([{"name": "net", "labels": {"a": "b"}}], [])
IN_THE_WAY: list[t.Any] = [
    pytest.param(REPLACEMENT, lock_name(WEB), id="lock-of-a-container"),
    pytest.param(REPLACEMENT, Journal((Entry("web", "", ""),)).volume, id="journal-of-a-container"),
    pytest.param(REBUILD, lock_name(NET), id="lock-of-a-network"),
    pytest.param(REBUILD, lock_name(("container", "db")), id="lock-of-a-member"),
    pytest.param(REBUILD, Journal(rebuild=RebuildRecord("net", "", {}, {})).volume, id="journal-of-a-network"),
]


@pytest.mark.parametrize("labels", [None, {"bridgeport.docker.lock.pid": "abc", LABEL: "{"}])
@pytest.mark.parametrize("check_mode", [False, True])
@pytest.mark.parametrize(("desired", "name"), IN_THE_WAY)
def test_a_volume_of_others_in_the_place_of_ours_is_named(
    desired: tuple[list[Params], list[Params]], name: str, check_mode: bool, labels: dict[str, str] | None
) -> None:
    daemon = make_host()
    add_volume(daemon, name, labels)
    before = daemon.state()
    with pytest.raises(Failure) as caught:
        run(daemon, *desired, check_mode)
    assert caught.value.code == "busy"
    assert f"docker volume rm {name}" in caught.value.message
    assert daemon.state() == before


@pytest.mark.parametrize(("desired", "name"), IN_THE_WAY)
def test_a_volume_of_others_that_comes_at_the_last_moment_is_left_alone(
    desired: tuple[list[Params], list[Params]], name: str
) -> None:
    daemon = make_host()
    before = daemon.state()
    answer = daemon.answer

    def come(method: str, path: str, params: t.Mapping[str, t.Any], body: t.Any) -> t.Any:
        if path == "/volumes/create" and body["Name"] == name and name not in daemon.volumes:
            daemon.volumes[name] = {"Name": name, "Driver": "local", "Labels": {"app": "shop"}, "Scope": "local"}
        return answer(method, path, params, body)

    daemon.answer = come  # type: ignore[method-assign]
    with pytest.raises(Failure, match=f"docker volume rm {name}") as caught:
        run(daemon, *desired)
    assert caught.value.code == "busy"
    assert {**daemon.state(), "volumes": {}} == before
    assert [volume["Labels"] for volume in daemon.volumes.values()] == [{"app": "shop"}]


def test_a_guard_of_others_keeps_an_abandoned_lock() -> None:
    daemon = make_host()
    add_volume(daemon, lock_name(WEB), Lock("", OWNER, WEB).as_labels())
    add_volume(daemon, guard_name(lock_name(WEB)), {"app": "shop"})
    before = daemon.state()
    with pytest.raises(Failure, match=f"docker volume rm {guard_name(lock_name(WEB))}") as caught:
        run(daemon, *REPLACEMENT)
    assert (caught.value.code, daemon.state()) == ("busy", before)


def test_a_journal_that_cannot_be_read_stops_changes_and_no_look() -> None:
    daemon = make_host()
    name = f"bridgeport-journal-{20 * '0'}"
    add_volume(daemon, name, {LABEL: json.dumps({"entries": [{"of_a_later_version": 1}], "rebuild": None})})
    before = daemon.state()
    for check_mode in (True, False):
        with pytest.raises(Failure, match="another version") as caught:
            run(daemon, *REPLACEMENT, check_mode)
        assert (caught.value.code, daemon.state()) == ("unsupported", before)
    rows = read_rows(daemon)
    assert rows["leftovers"] == [{"kind": "journal", "name": name, "object": {"kind": "volume", "name": name}}]
    assert [each["object"]["name"] for each in rows["findings"] if each["code"] == "interrupted_change"] == [name]


# -- what killed runs have left ----------------------------------------------------------------------------------------

HELPER = f"remove the abandoned probe helper {helper_name('0123456789ab')}"
FAR = ("container", "far")


def leave(daemon: ModelDaemon) -> None:
    """A helper on net, and the lock and guard of an object that no task here is about."""
    add_helper(daemon)
    add_volume(daemon, lock_name(FAR), Lock("", OWNER, FAR).as_labels())
    add_volume(daemon, guard_name(lock_name(FAR)), Lock("", OWNER, FAR).as_labels())


@pytest.mark.parametrize(("networks", "containers"), CHANGES)
def test_a_run_that_changes_something_removes_what_was_left_and_says_so(
    networks: list[Params], containers: list[Params]
) -> None:
    daemon = make_host()
    leave(daemon)
    done = run(daemon, networks, containers)
    assert done.actions[:2] == (HELPER, "remove the abandoned lock of container far")
    assert done.actions[2:], "and what it was asked for"
    assert daemon.volumes == {}
    assert helper_name("0123456789ab") not in {raw["Name"][1:] for raw in daemon.containers.values()}


@pytest.mark.parametrize(
    ("networks", "containers", "code", "check_mode"),
    [
        *(pytest.param(*each.values, None, True, id=f"check-{each.id}") for each in CHANGES),
        *(pytest.param(*each.values, None, False, id=each.id) for each in NOTHING_TO_DO),
        *(pytest.param(*each.values, False, id=each.id) for each in REFUSED),
    ],
)
def test_a_run_that_changes_nothing_removes_nothing(
    networks: list[Params], containers: list[Params], code: str | None, check_mode: bool
) -> None:
    daemon = make_host()
    leave(daemon)
    before = daemon.state()
    if code is None:
        done = run(daemon, networks, containers, check_mode)
        assert not any("abandoned" in action for action in done.actions)
    else:
        with pytest.raises(Failure) as caught:
            run(daemon, networks, containers, check_mode)
        assert (caught.value.code, caught.value.outcome["actions"]) == (code, [])
    assert daemon.state() == before


def test_an_image_that_cannot_be_pulled_is_a_refusal() -> None:
    daemon = make_host()
    leave(daemon)
    before = daemon.state()
    with pytest.raises(Failure) as caught:
        run(daemon, [], [{"name": "new", "image": "nowhere:1"}])
    assert (caught.value.code, daemon.state()) == ("image_not_found", before)


@pytest.mark.parametrize("check_mode", [True, False])
def test_an_abandoned_helper_is_in_the_way_of_nothing(check_mode: bool) -> None:
    """It would be a member that keeps the network from going, and shares web's network."""
    daemon = make_host()
    web = daemon.named("web")["Id"]
    body = helper_body("busybox:1", f"container:{web}", web, 1000, helper_commands("70")[1])
    daemon.add_container(helper_name("f" * 12), start=False, **body)
    add_helper(daemon)
    assert run(daemon, *REPLACEMENT, check_mode).base_result()["changed"] is True
    assert run(daemon, [{"name": "net", "connected": ["web", "db"]}], [], True).actions == ()


def test_a_helper_whose_time_has_not_come_stays() -> None:
    daemon = make_host()
    net = network_id(daemon)
    body = helper_body("busybox:1", net, net, int(daemon.clock) + 10, helper_commands("70")[0])
    helper = daemon.add_container(helper_name("f" * 12), start=False, **body)
    run(daemon, [], [{"name": "new", "image": "busybox:1"}])
    assert helper in daemon.containers
    snapshot = read_snapshot(ModelClient(daemon), DesiredState())
    assert (helper in {each.id for each in snapshot.summaries}, snapshot.abandoned) == (True, ())


def test_the_lock_of_the_object_itself_is_cleared_also_where_nothing_is_to_be_done() -> None:
    daemon = make_host()
    beside = ("container", "beside")
    add_volume(daemon, lock_name(WEB), Lock("", OWNER, WEB).as_labels())
    # Of a task about web as well, which had given web's back already.
    add_volume(daemon, lock_name(beside), Lock("", OWNER, beside, name_task([WEB])).as_labels())
    add_volume(daemon, lock_name(FAR), Lock("", Owner("1" * 32, *OWNER[1:]), FAR).as_labels())
    done = run(daemon, *NOTHING_TO_DO[0].values)
    assert set(done.actions) == {
        "remove the abandoned lock of container web",
        "remove the abandoned lock of container beside",
    }
    assert done.base_result()["changed"] is True
    assert set(daemon.volumes) == {lock_name(FAR)}


@pytest.mark.parametrize("number", range(8))
def test_a_creation_that_is_killed_while_it_is_undone(number: int) -> None:
    """Until the end the journal says that the container is ours, although nothing stands that it was to replace."""
    daemon = make_host()
    desired: Params = {"name": "new", "image": "busybox:1", "published_ports": ["127.0.0.1:8082:90"]}
    daemon.crashing = {"90/tcp"}
    with pytest.raises(Failure):
        run(daemon, [], [desired])
    total = daemon.changes
    daemon = make_host()
    daemon.crashing = {"90/tcp"}
    daemon.next_run((total - 1 - number, AFTER))
    with pytest.raises(Died):
        run(daemon, [], [desired])
    daemon.crashing = set()
    daemon.next_run()
    add_volume(daemon, lock_name(FAR), None)
    for name in [name for name in daemon.volumes if name.startswith("bridgeport-lock-") and name != lock_name(FAR)]:
        # Its process lives: it is this one.
        del daemon.volumes[name]
    run(daemon, [], [desired])
    assert {raw["Name"] for raw in daemon.containers.values()} == {"/web", "/db", "/new"}
    assert set(daemon.volumes) == {lock_name(FAR)}
