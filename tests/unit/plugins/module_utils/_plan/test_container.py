# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Plans for the containers of a recorded host: nothing here asks a daemon."""

from __future__ import annotations

import copy
import typing as t
from dataclasses import replace

import pytest

from ansible_collections.bridgeport.docker.plugins.module_utils._desired.containers import DesiredContainer
from ansible_collections.bridgeport.docker.plugins.module_utils._desired.parse import parse_container, parse_ports
from ansible_collections.bridgeport.docker.plugins.module_utils._desired.state import DesiredState
from ansible_collections.bridgeport.docker.plugins.module_utils._errors import Failure
from ansible_collections.bridgeport.docker.plugins.module_utils._objects.containers import Container
from ansible_collections.bridgeport.docker.plugins.module_utils._objects.engine import Api, Engine
from ansible_collections.bridgeport.docker.plugins.module_utils._objects.journal import Entry, Journal
from ansible_collections.bridgeport.docker.plugins.module_utils._objects.layer import Content, Layer
from ansible_collections.bridgeport.docker.plugins.module_utils._objects.names import successor_name
from ansible_collections.bridgeport.docker.plugins.module_utils._objects.networks import Network
from ansible_collections.bridgeport.docker.plugins.module_utils._objects.snapshot import Snapshot
from ansible_collections.bridgeport.docker.plugins.module_utils._plan.changes import Change
from ansible_collections.bridgeport.docker.plugins.module_utils._plan.planner import make_plan
from ansible_collections.bridgeport.docker.plugins.module_utils._steps.containers import CreateContainer, Rename
from ansible_collections.bridgeport.docker.plugins.module_utils._steps.journal import CloseJournal, OpenJournal
from ansible_collections.bridgeport.docker.plugins.module_utils._steps.networks import Connect, Disconnect
from ansible_collections.bridgeport.docker.plugins.module_utils._steps.run_state import Start
from ansible_collections.bridgeport.docker.plugins.module_utils._steps.verification import CheckMade, Verify
from ansible_collections.bridgeport.docker.tests.unit.support import recorded


def plan(name: str, snapshot: Snapshot | None = None, **params: t.Any) -> Change:
    """``name`` is that of the recording: the container is called fx-..."""
    if snapshot is None:
        snapshot = recorded.snapshot(name)
    settings = {key: params.pop(key) for key in ("state", "starts_new", "remove_volumes", "ports") if key in params}
    called = next((each.name for each in snapshot.containers.values()), name)
    desired = parse_container({"name": called, **params}, **settings)
    return planned(desired, snapshot)


def planned(desired: DesiredContainer, snapshot: Snapshot) -> Change:
    """The item with its steps, and with all refusals of the plan; raises where there is no item for one."""
    made = make_plan(DesiredState(containers=(desired,)), snapshot)
    for change in made.changes:
        if change.name == desired.name:
            return replace(change, refusals=made.refusals)
    raise made.refusals[0]


def changed(snapshot: Snapshot, **fields: t.Any) -> Snapshot:
    """The snapshot with parts of its only inspected container replaced: config__X, host_config__X, state__X, raw__X."""
    ((container_id, container),) = snapshot.containers.items()
    raw = copy.deepcopy(dict(container.raw))
    for key, value in fields.items():
        part, _sep, field = key.partition("__")
        target = {"config": raw["Config"], "host_config": raw["HostConfig"], "state": raw["State"], "raw": raw}[part]
        target[field] = value
    return snapshot.replace(containers={container_id: Container(raw)})


def created(change: Change) -> dict[str, t.Any]:
    return next(dict(step.body) for step in change.steps if isinstance(step, CreateContainer))


def codes(change: Change) -> list[str]:
    return [refusal.code for refusal in change.refusals]


def kinds(change: Change) -> list[str]:
    return [type(step).__name__ for step in change.steps]


# -- no change ---------------------------------------------------------------------------------------------------------

PORTS = ["18431:80", "127.0.0.1:18432:81", "127.0.0.1::82", "83", "127.0.0.1:18440-18445:84", "127.0.0.1:18433:53/udp"]

MET: list[t.Any] = [
    pytest.param("ports", {}, id="nothing"),
    pytest.param("ports", {"published_ports": PORTS}, id="ports"),
    pytest.param("ports", {"published_ports": PORTS[::-1]}, id="ports-order"),
    pytest.param("ports", {"published_ports": ["18431:80/TCP", *PORTS[1:]]}, id="ports-spelling"),
    pytest.param("ports", {"published_ports": PORTS[:1], "purge": False}, id="ports-some"),
    pytest.param("ports", {"published_ports": ["80"], "purge": False, "default_host_ip": ""}, id="fixed-one-meets"),
    pytest.param("ports", {"image": "fx-busybox:1", "command": "sleep 1000"}, id="image"),
    pytest.param("ports", {"image": "docker.io/library/fx-busybox:1"}, id="image-spelling"),
    pytest.param("ports", {"state": "started"}, id="started"),
    pytest.param("ports", {"network_mode": "bridge"}, id="mode"),
    pytest.param("ports", {"networks": [{"name": "bridge"}]}, id="default-network"),
    pytest.param("ports", {"exposed_ports": ["80", "53/udp"]}, id="exposed"),
    pytest.param("publish_all", {"publish_all_ports": True}, id="publish-all"),
    pytest.param("publish_all", {"publish_all_ports": True, "published_ports": []}, id="publish-all-counts-as-listed"),
    pytest.param("publish_all", {"published_ports": ["80"], "purge": False}, id="publish-all-meets"),
    pytest.param("created", {"state": "stopped"}, id="never-started-is-stopped"),
    pytest.param("created", {"networks": [{"name": "fx-net", "aliases": ["web"]}]}, id="aliases-never-started"),
    pytest.param("full", {"networks": [{"name": "fx-six"}, {"name": "fx-sub"}], "purge_networks": True}, id="networks"),
    pytest.param("full_stopped", {}, id="stopped"),
    pytest.param("host_mode", {"network_mode": "host"}, id="host"),
    pytest.param("container_mode", {"network_mode": "container:fx-plain"}, id="container-mode-by-name"),
    pytest.param("empty_entrypoint", {"entrypoint": []}, id="empty-entrypoint"),
    pytest.param("paused", {"state": "started"}, id="paused-is-started"),
    pytest.param("legacy_link", {"links": ["fx-plain:db"]}, id="link"),
    pytest.param("plain", {"links": []}, id="no-link"),
]


@pytest.mark.parametrize(("name", "params"), MET)
def test_desired_state_that_is_met_needs_no_step(name: str, params: dict[str, t.Any]) -> None:
    change = plan(name, **params)
    assert codes(change) == []
    assert [str(step) for step in change.steps] == []
    assert change.holds is None


FULL_ENDPOINTS: list[t.Any] = [
    pytest.param({"name": "fx-sub", "aliases": ["api", "app"]}, id="aliases"),
    pytest.param({"name": "fx-sub", "aliases": ["api", "app", "fullhost"]}, id="host-name-is-an-alias-anyway"),
    pytest.param({"name": "fx-sub", "ipv4_address": "10.231.7.20"}, id="address"),
    pytest.param({"name": "fx-six", "ipv6_address": "FD00:231::0:20"}, id="ipv6-spelling"),
    pytest.param({"name": "fx-sub", "mac_address": "02:11:22:33:44:55"}, id="mac"),
    pytest.param({"name": "fx-sub", "mac_address": "02:11:22:33:44:55".upper()}, id="mac-upper-case"),
    pytest.param({"name": "fx-sub", "links": []}, id="links"),
    pytest.param({"name": "fx-sub", "gw_priority": 0}, id="priority"),
]


@pytest.mark.parametrize("name", ["full", "full_stopped"])
@pytest.mark.parametrize("endpoint", FULL_ENDPOINTS)
def test_an_endpoint_that_is_so_already(name: str, endpoint: dict[str, t.Any]) -> None:
    assert [str(step) for step in plan(name, networks=[endpoint]).steps] == []


# -- in place ----------------------------------------------------------------------------------------------------------


def test_endpoints_change_without_a_replacement() -> None:
    change = plan("full", networks=[{"name": "fx-sub", "aliases": ["app"]}, {"name": "fx-net"}])
    assert [str(step) for step in change.steps] == [
        "disconnect fx-full from fx-sub",
        "connect fx-full to fx-sub",
        "connect fx-full to fx-net",
    ]
    leave, join = change.steps[:2]
    assert isinstance(leave, Disconnect)
    assert isinstance(join, Connect)
    assert leave.endpoint == {"IPAMConfig": {"IPv4Address": "10.231.7.20"}, "Aliases": ["api", "app"]}
    assert join.endpoint == {"IPAMConfig": {"IPv4Address": "10.231.7.20"}, "Aliases": ["app"]}
    assert (
        join.network == leave.network == next(raw["Id"] for raw in recorded.load("networks") if raw["Name"] == "fx-sub")
    )


def test_purge_leaves_what_is_not_listed() -> None:
    assert [str(s) for s in plan("full", networks=[], purge_networks=True).steps] == [
        "disconnect fx-full from fx-six",
        "disconnect fx-full from fx-sub",
    ]
    assert plan("full", networks=[]).steps == ()


STATES: list[t.Any] = [
    pytest.param("created", "started", ["Start", "Verify"], id="start"),
    pytest.param("created", "present", [], id="present-any-state"),
    pytest.param("plain", "stopped", ["Stop"], id="stop"),
    pytest.param("plain", "present", [], id="present-running"),
    pytest.param("plain", "absent", ["Stop", "RemoveContainer"], id="remove-running"),
    pytest.param("created", "absent", ["RemoveContainer"], id="remove-stopped"),
    pytest.param("paused", "absent", ["Stop", "RemoveContainer"], id="remove-paused"),
]


@pytest.mark.parametrize(("name", "state", "expected"), STATES)
def test_run_states(name: str, state: str, expected: list[str]) -> None:
    assert kinds(plan(name, state=state)) == expected


def test_an_endpoint_on_a_network_that_was_made_again_is_repaired() -> None:
    snapshot = recorded.snapshot("full")
    networks = [Network({**each.raw, "Id": "f" * 64}) if each.name == "fx-sub" else each for each in snapshot.networks]
    change = plan("full", snapshot.replace(networks=tuple(networks)), networks=[{"name": "fx-sub"}])
    assert kinds(change) == ["Disconnect", "Connect"]


# -- replacement -------------------------------------------------------------------------------------------------------


def test_steps_of_a_replacement() -> None:
    replacement = [
        "CreateContainer",
        "Connect",
        "CheckMade",
        "OpenJournal",
        "SetRestartPolicy",
        "Stop",
        "CarryLayer",
        "Rename",
        "Rename",
        "Start",
        "Verify",
        "RemoveContainer",
        "CloseJournal",
    ]
    discarding = plan("full", published_ports=["127.0.0.1:18499:80"], writable_layer="discard")
    assert kinds(discarding) == [kind for kind in replacement if kind != "CarryLayer"]
    change = plan("full", published_ports=["127.0.0.1:18499:80"])
    assert codes(change) == []
    assert kinds(change) == replacement
    container = recorded.container("full")
    assert change.replacement is not None
    assert change.replacement.container.id == container.id
    assert [str(step) for step in change.steps if isinstance(step, Rename)] == [
        f"rename fx-full to fx-full.bridgeport-old-{container.id[:12]}",
        f"rename fx-full.bridgeport-new-{container.id[:12]} to fx-full",
    ]
    opened, closed = change.steps[3], change.steps[-1]
    assert isinstance(opened, OpenJournal)
    assert isinstance(closed, CloseJournal)
    assert opened.journal == closed.journal
    (entry,) = opened.journal.entries
    assert (entry.name, entry.original, entry.was_running, entry.was_paused) == ("fx-full", container.id, True, False)
    assert entry.restart_policy == container.host_config["RestartPolicy"]
    assert entry.successor == successor_name("fx-full", container.id)
    verify = next(step for step in change.steps if isinstance(step, Verify))
    assert (verify.wait, sorted(verify.networks)) == ("healthy", ["fx-six", "fx-sub"]), "it was healthy before"
    assert any("ID" in loss for loss in change.will_lose)
    assert any("Compose project 'shop'" in warning for warning in change.warnings)


def test_nothing_else_changes() -> None:
    """The request of the successor says what the container is, but for the one port."""
    container = recorded.container("full")
    body = created(plan("full", published_ports=["127.0.0.1:18499:80"]))
    host_config = body.pop("HostConfig")
    networking = body.pop("NetworkingConfig")
    assert body == dict(container.config)
    differing = {key for key in host_config if host_config[key] != container.host_config[key]}
    assert differing == {"PortBindings"}
    assert host_config["PortBindings"] == {"80/tcp": [{"HostIp": "127.0.0.1", "HostPort": "18499"}]}
    assert list(networking["EndpointsConfig"]) == ["fx-sub"]


def test_a_new_port_is_exposed_and_a_closed_one_no_longer() -> None:
    change = plan("ports", published_ports=["9999:99/udp"])
    body = created(change)
    assert body["ExposedPorts"] == {"99/udp": {}}
    body = created(plan("ports", published_ports=["9999:99/udp"], exposed_ports=["81"]))
    assert body["ExposedPorts"] == {"99/udp": {}, "81/tcp": {}}


def test_the_image_s_exposed_ports_stay() -> None:
    body = created(plan("publish_all", published_ports=["8080:80"]))
    assert sorted(body["ExposedPorts"]) == ["443/udp", "80/tcp", "8081/tcp"]
    assert body["HostConfig"]["PublishAllPorts"] is False


def test_a_replacement_pins_what_the_engine_had_chosen() -> None:
    container = recorded.container("ports")
    change = plan("ports", env={"NEW": "1"})
    bindings = created(change)["HostConfig"]["PortBindings"]
    for binding in container.bindings:
        texts = {(each["HostIp"], each["HostPort"]) for each in bindings[binding.configured.key]}
        assert texts == {(pinned.host_ip, str(pinned.host_port)) for pinned in binding.pinned}
        assert all(port.isdigit() for _ip, port in texts)
    assert len(bindings["83/tcp"]) == 2, "20.10 had chosen a number per family"


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        pytest.param({}, {"8081/tcp", "99/tcp"}, id="what-the-container-exposes-stays"),
        pytest.param({"exposed_ports": ["80"]}, {"80/tcp", "8081/tcp", "99/tcp"}, id="the-task-exposes-it"),
        pytest.param({"published_ports": [], "publish_all_ports": True}, {"8081/tcp", "99/tcp"}, id="exact"),
    ],
)
def test_publish_all_of_a_new_image_publishes_its_ports_only(params: dict[str, t.Any], expected: set[str]) -> None:
    base = recorded.snapshot("publish_all")
    other = {"Id": "sha256:" + "e" * 64, "Config": {"ExposedPorts": {"99/tcp": {}}}}
    snapshot = base.replace(images={**base.images, "fx-other:1": other})
    body = created(plan("publish_all", snapshot, image="fx-other:1", writable_layer="discard", **params))
    published = {*body["HostConfig"]["PortBindings"], *(body.get("ExposedPorts") or {}), "99/tcp"}
    assert body["HostConfig"]["PublishAllPorts"] is True
    assert published == expected


def test_a_replacement_pins_what_publish_all_had_chosen() -> None:
    body = created(plan("publish_all", env={"NEW": "1"}))
    assert body["HostConfig"]["PublishAllPorts"] is True
    assert sorted(body["HostConfig"]["PortBindings"]) == ["443/udp", "80/tcp", "8081/tcp"]


def test_a_stopped_container_stays_stopped() -> None:
    change = plan("created", published_ports=["127.0.0.1:18499:80"])
    assert kinds(change) == [
        "CreateContainer",
        "CheckMade",
        "OpenJournal",
        "CarryLayer",
        "Rename",
        "Rename",
        "RemoveContainer",
        "CloseJournal",
    ]
    (opened,) = [step for step in change.steps if isinstance(step, OpenJournal)]
    assert opened.journal.entries[0].was_running is False
    assert change.predicted is not None
    assert change.predicted["state"] == "created"
    assert [row["active"] for row in change.predicted["published"]] == [False]
    assert change.holds == ()


def test_unbound_ports_of_a_running_container_are_made_true() -> None:
    """Engines up to 28 publish nothing that is not exposed: configured is not published."""
    snapshot = changed(
        recorded.snapshot("plain"), host_config__PortBindings={"80/tcp": [{"HostIp": "", "HostPort": "8"}]}
    )
    snapshot = snapshot.replace(summaries=tuple(each for each in snapshot.summaries if each.id in snapshot.containers))
    assert "CreateContainer" in kinds(plan("plain", snapshot, published_ports=["8:80"]))
    assert kinds(plan("plain", snapshot)) == []
    assert kinds(plan("plain", snapshot, ports=parse_ports({"published_ports": ["9:80"]}, close=True))) == []
    restarting = changed(snapshot, state__Status="restarting")
    assert kinds(plan("plain", restarting, published_ports=["8:80"])) == []


def test_a_health_check_that_is_taken_away_is_not_waited_for() -> None:
    change = plan("full", healthcheck={"test": "NONE"})
    verify = next(step for step in change.steps if isinstance(step, Verify))
    assert verify.wait == "running"


def test_a_network_the_container_has_left_is_not_joined_again() -> None:
    change = plan("moved_off_its_mode", env={"NEW": "1"})
    assert created(change)["NetworkingConfig"] == {"EndpointsConfig": {"fx-sub": {"Aliases": ["late"]}}}
    assert "Connect" not in kinds(change)


def test_ports_of_a_container_on_no_network() -> None:
    snapshot = recorded.snapshot("ports")
    (container,) = snapshot.containers.values()
    t.cast(t.Any, container.raw)["NetworkSettings"] = {"Networks": {}, "Ports": {}}
    assert refusal("ports", snapshot, published_ports=["9:80"]) == ["network_mode_conflict"]
    assert refusal("ports", snapshot, published_ports=["9:80"], networks=[{"name": "bridge"}]) == []


HOST_NAMES: list[t.Any] = [
    pytest.param("host_mode", {"env": {"A": "1"}}, "machine", id="stays"),
    pytest.param("host_mode", {"hostname": "own"}, "own", id="asked-for"),
    pytest.param("host_mode", {"network_mode": "bridge"}, None, id="leaves-the-host-s"),
    pytest.param("host_mode", {"network_mode": "none", "hostname": "own"}, "own", id="leaves-and-asks"),
    pytest.param("full", {"network_mode": "container:fx-plain"}, None, id="shares-another-s"),
]


@pytest.mark.parametrize(("name", "params", "expected"), HOST_NAMES)
def test_host_names_and_network_modes(name: str, params: dict[str, t.Any], expected: str | None) -> None:
    snapshot = recorded.snapshot(name)
    if name == "host_mode":
        snapshot = changed(snapshot, config__Hostname="machine")
    if name == "full":
        snapshot = changed(snapshot, host_config__Dns=[], host_config__ExtraHosts=[], config__MacAddress="")
    change = plan(name, snapshot, published_ports=[], **params)
    assert created(change).get("Hostname") == expected
    if "container:" in params.get("network_mode", ""):
        assert "ExposedPorts" not in created(change)


def test_network_mode_by_id_keeps_its_aliases() -> None:
    change = plan("mode_network_id", env={"NEW": "1"})
    assert created(change)["NetworkingConfig"] == {"EndpointsConfig": {"fx-net": {"Aliases": ["byid"]}}}
    assert "Connect" not in kinds(change)


def test_another_image_brings_its_own_defaults_but_not_over_an_option() -> None:
    snapshot = recorded.snapshot("publish_all")
    newer = copy.deepcopy(recorded.load("image_app"))
    newer["Id"], newer["Config"]["Env"] = "sha256:" + "7" * 64, ["MODE=newer"]
    snapshot = snapshot.replace(images={**snapshot.images, "fx-app:2": newer})
    change = plan("publish_all", snapshot, image="fx-app:2", env={"LEVEL": "1"}, writable_layer="discard")
    body = created(change)
    assert body["Image"] == "fx-app:2"
    assert "LEVEL=1" in body["Env"], "asked for, though it equals the old image's default"
    assert not [line for line in body["Env"] if line.startswith("MODE")]
    assert body["Entrypoint"] is None


IMAGES: list[t.Any] = [
    pytest.param("fx-app:1", "missing", False, id="same"),
    pytest.param("fx-app:1", "always", True, id="moved-and-asked-for"),
    pytest.param("fx-app:2", "missing", True, id="tag"),
    pytest.param("other/fx-app:1", "missing", True, id="repository"),
    pytest.param("fx-app@sha256:" + "1" * 64, "missing", True, id="digest"),
]


@pytest.mark.parametrize(("reference", "pull", "differs"), IMAGES)
def test_when_an_image_differs(reference: str, pull: str, differs: bool) -> None:
    """The tag has moved on: what the reference names now is another image."""
    snapshot = recorded.snapshot("publish_all")
    moved = {**recorded.load("image_app"), "Id": "sha256:" + "7" * 64}
    snapshot = snapshot.replace(images={**snapshot.images, "fx-app:1": moved, reference: moved})
    change = plan("publish_all", snapshot, image=reference, pull=pull)
    assert change.has_effect is differs


# -- refusals ----------------------------------------------------------------------------------------------------------


def refusal(name: str, snapshot: Snapshot | None = None, **params: t.Any) -> list[str]:
    try:
        return codes(plan(name, snapshot, **params))
    except Failure as failure:
        return [failure.code]


REFUSED: list[t.Any] = [
    pytest.param("auto_remove", {"env": {"A": "1"}}, ["unsupported"], id="rm"),
    pytest.param("plain", {"env": {"A": "1"}}, ["dependents_exist"], id="shared-network"),
    pytest.param("host_mode", {"published_ports": ["80"]}, ["network_mode_conflict"], id="ports-in-host-mode"),
    pytest.param(
        "container_mode", {"published_ports": ["80"]}, ["network_mode_conflict"], id="ports-in-container-mode"
    ),
    pytest.param("ports", {"network_mode": "none"}, ["network_mode_conflict"], id="ports-that-would-be-lost"),
    pytest.param("internal_network", {"published_ports": ["9:80"]}, ["network_mode_conflict"], id="ports-on-internal"),
    pytest.param("host_mode", {"networks": [{"name": "fx-net"}]}, ["network_mode_conflict"], id="network-in-host-mode"),
    pytest.param(
        "host_mode",
        {"networks": [{"name": "fx-net"}], "env": {"A": "1"}},
        ["network_mode_conflict"],
        id="network-in-host-mode-replacement",
    ),
    pytest.param("created", {"networks": [{"name": "nope"}]}, ["network_not_found"], id="unknown-network"),
    pytest.param(
        "created",
        {"networks": [{"name": "nope"}], "env": {"A": "1"}},
        ["network_not_found"],
        id="unknown-network-replacement",
    ),
    pytest.param(
        "created",
        {"network_mode": "container:nope"},
        ["container_not_found", "network_mode_conflict"],
        id="unknown-container-and-ports",
    ),
    pytest.param(
        "created",
        {"networks": [{"name": "fx-sub", "ipv4_address": "10.231.8.1"}]},
        ["address_outside_subnet"],
        id="address-outside",
    ),
    pytest.param(
        "created",
        {"networks": [{"name": "fx-sub", "ipv4_address": "10.231.8.1"}], "env": {"A": "1"}},
        ["address_outside_subnet"],
        id="address-outside-replacement",
    ),
    pytest.param(
        "created",
        {"networks": [{"name": "fx-sub", "ipv4_address": "10.231.7.20"}]},
        ["address_in_use"],
        id="address-of-a-container",
    ),
    pytest.param(
        "created",
        {"networks": [{"name": "fx-six", "ipv4_address": "10.231.8.254"}]},
        ["address_in_use"],
        id="address-of-the-gateway",
    ),
    pytest.param(
        "created", {"networks": [{"name": "bridge", "ipv4_address": "172.17.0.9"}]}, ["option_conflict"], id="on-bridge"
    ),
    pytest.param("created", {"networks": [{"name": "fx-net", "gw_priority": 1}]}, ["unsupported"], id="priority"),
    pytest.param(
        "full", {"networks": [{"name": "fx-net", "mac_address": "02:00:00:00:00:01"}]}, ["unsupported"], id="second-mac"
    ),
    pytest.param("created", {"healthcheck": {"start_interval": "1s"}}, ["unsupported"], id="start-interval"),
    pytest.param("created", {"bind_policy": "loopback", "published_ports": ["80"]}, ["bind_policy"], id="bind-policy"),
    pytest.param("created", {"image": "nope:1", "pull": "never"}, ["image_not_found"], id="image-never-pulled"),
]


@pytest.mark.parametrize(("name", "params", "expected"), REFUSED)
def test_refused(name: str, params: dict[str, t.Any], expected: list[str]) -> None:
    assert refusal(name, **params) == expected


def test_dependents_are_named() -> None:
    snapshot = recorded.snapshot("plain", "container_mode", "legacy_link")
    desired = parse_container({"name": "fx-plain", "env": {"A": "1"}})
    change = planned(desired, snapshot)
    (found,) = change.refusals
    assert sorted(found.details["dependents"]) == ["fx-linked", "fx-shared"]
    assert "'fx-shared' (shares its network)" in found.message
    assert "'fx-linked' (links to it)" in found.message


@pytest.mark.parametrize(("key", "what"), [("IpcMode", "IPC"), ("PidMode", "PID")])
def test_namespaces_make_dependents(key: str, what: str) -> None:
    snapshot = recorded.snapshot("created", "ports")
    target = recorded.container("ports")
    raw = copy.deepcopy(dict(recorded.container("created").raw))
    raw["HostConfig"][key] = f"container:{target.id}"
    snapshot = snapshot.replace(containers={**snapshot.containers, raw["Id"]: Container(raw)})
    change = planned(parse_container({"name": "fx-ports", "env": {"A": "1"}}), snapshot)
    assert codes(change) == ["dependents_exist"]
    assert what in change.refusals[0].message


OPTIONS: list[t.Any] = [
    pytest.param({}, [], True, [], id="carry"),
    pytest.param({"writable_layer": "refuse"}, ["writable_layer_changed"], None, [], id="refuse"),
    pytest.param({"writable_layer": "discard"}, [], False, ["writable layer of fx-ports: added /f"], id="discard"),
    pytest.param({"image": "fx-app:2"}, ["writable_layer_changed"], None, [], id="carry-over-another-image"),
    pytest.param(
        {"image": "fx-app:2", "writable_layer": "discard"},
        [],
        False,
        ["writable layer of fx-ports: added /f"],
        id="discard-for-another-image",
    ),
]


@pytest.mark.parametrize(("params", "expected", "carries", "losses"), OPTIONS)
def test_the_writable_layer(
    params: dict[str, t.Any], expected: list[str], carries: bool | None, losses: list[str]
) -> None:
    snapshot = recorded.snapshot("ports")
    paths = [f"/f{number:02}" for number in range(12)]
    layer = Layer(frozenset(paths), (), tuple(f"added {path}" for path in paths))
    snapshot = snapshot.replace(
        layers=dict.fromkeys(snapshot.containers, layer),
        images={**snapshot.images, "fx-app:2": {**recorded.load("image_app"), "Id": "sha256:" + "e" * 64}},
    )
    change = plan("ports", snapshot, env={"A": "1"}, **params)
    assert codes(change) == expected
    if expected:
        assert "added /f09 and 2 more" in change.refusals[0].message
        assert len(change.refusals[0].details["paths"]) == 12
    else:
        assert ("CarryLayer" in kinds(change)) is carries
        lost = [loss for loss in change.will_lose if "layer" in loss]
        assert lost == [f"{losses[0]}{number:02}" for number in range(12) if losses]


@pytest.mark.parametrize(
    ("params", "expected", "losses"),
    [
        ({}, ["writable_layer_changed"], []),
        ({"writable_layer_deletions": "ignore"}, [], ["deletion of /bin/wget in fx-ports"]),
        (
            {"writable_layer": "discard"},
            [],
            ["writable layer of fx-ports: deleted /bin/wget", "writable layer of fx-ports: added /x"],
        ),
        ({"writable_layer": "refuse", "writable_layer_deletions": "ignore"}, ["writable_layer_changed"], []),
    ],
)
def test_deletions_of_the_writable_layer(params: dict[str, t.Any], expected: list[str], losses: list[str]) -> None:
    snapshot = recorded.snapshot("ports")
    layer = Layer(frozenset({"/x"}), ("/bin/wget",), ("deleted /bin/wget", "added /x"))
    change = plan("ports", snapshot.replace(layers=dict.fromkeys(snapshot.containers, layer)), env={"A": "1"}, **params)
    assert codes(change) == expected
    if expected:
        assert "deleted /bin/wget" in change.refusals[0].message
    else:
        assert [loss for loss in change.will_lose if "layer" in loss or "deletion" in loss] == losses


GIB = 1 << 30
# What is known of the layer, the options of the task, what is refused, and what is lost.
CONTENTS: list[t.Any] = [
    pytest.param(None, {}, [], [], id="unknown"),
    pytest.param(Content(GIB, 5, free=GIB, free_files=5), {}, [], [], id="just-fits"),
    pytest.param(Content(GIB, 5), {}, [], [], id="unknown-space"),
    pytest.param(Content(GIB + 1, 5, free=GIB), {}, ["no_space"], [], id="no-space"),
    pytest.param(Content(1, 6, free=GIB, free_files=5), {}, ["no_space"], [], id="no-inodes"),
    pytest.param(Content(GIB + 1, 5, free=GIB), {"writable_layer": "discard"}, [], [], id="discarded"),
    pytest.param(
        Content(1, 1, sparse=("/s (9 bytes, 0 of them on disk)",)), {}, ["writable_layer_changed"], [], id="holes"
    ),
    pytest.param(Content(1, 1, sparse=("/s",)), {"writable_layer": "discard"}, [], [], id="discarded-holes"),
    pytest.param(Content(1, 1, lost=("socket /s",)), {}, [], ["socket /s in fx-ports"], id="lost"),
    pytest.param(Content(1, 1, lost=("socket /s",)), {"writable_layer": "discard"}, [], [], id="all-is-lost"),
]


@pytest.mark.parametrize(("content", "params", "expected", "losses"), CONTENTS)
def test_what_a_copy_of_the_layer_takes_and_leaves_behind(
    content: Content | None, params: dict[str, t.Any], expected: list[str], losses: list[str]
) -> None:
    snapshot = recorded.snapshot("ports")
    layer = Layer(frozenset({"/s"}), (), ("added /s",), content=content)
    snapshot = snapshot.replace(layers=dict.fromkeys(snapshot.containers, layer))
    made = make_plan(
        DesiredState(containers=(parse_container({"name": "fx-ports", "env": {"A": "1"}, **params}),)), snapshot
    )
    assert [refusal.code for refusal in made.refusals] == expected
    if not expected:
        assert [loss for loss in made.will_lose if loss.startswith("socket")] == losses
    elif expected == ["no_space"]:
        assert made.refusals[0].details["needed"] > made.refusals[0].details["free"]
        assert "'fx-ports'" in made.refusals[0].message
    else:
        assert made.refusals[0].details["paths"] == ["/s (9 bytes, 0 of them on disk)"]


def test_the_copies_of_all_layers_have_to_fit_together() -> None:
    names = ("ports", "plain")
    snapshot = recorded.snapshot(*names)
    layer = Layer(frozenset({"/s"}), (), ("added /s",), content=Content(6, 1, free=10))
    snapshot = snapshot.replace(layers=dict.fromkeys(snapshot.containers, layer))
    tasks = tuple(parse_container({"name": f"fx-{name}", "env": {"A": "1"}}) for name in names)
    assert make_plan(DesiredState(containers=tasks[:1]), snapshot).refusals == ()
    refused = make_plan(DesiredState(containers=tasks), snapshot).refusals
    (refusal,) = [each for each in refused if each.code == "no_space"]
    assert refusal.details == {"needed": 12, "free": 10, "unit": "bytes", "containers": ["fx-ports", "fx-plain"]}


@pytest.mark.parametrize("mode", ["host", "none"])
@pytest.mark.parametrize("ports", [{"published_ports": ["9:80"]}, {"publish_all_ports": True}])
def test_ports_that_the_engine_discards_are_warned_of(mode: str, ports: dict[str, t.Any]) -> None:
    change = make(network_mode=mode, wait_timeout=5, **ports)
    assert codes(change) == []
    assert not created(change)["HostConfig"].get("PortBindings")
    assert not created(change)["HostConfig"].get("PublishAllPorts")
    assert [f"network_mode={mode} the engine discards" in warning for warning in change.warnings] == [True]
    assert change.predicted is not None
    assert change.predicted["published"] == []


def test_discarded_ports_of_a_container_that_has_the_mode_make_no_difference() -> None:
    """Who made it may have asked for ports, which the engine keeps and never publishes."""
    bindings = {"80/tcp": [{"HostIp": "", "HostPort": "9"}]}
    for snapshot in (
        recorded.snapshot("host_mode"),
        changed(recorded.snapshot("host_mode"), host_config__PortBindings=bindings),
    ):
        change = plan("host_mode", snapshot, network_mode="host", published_ports=["9:80"])
        assert (codes(change), change.steps, len(change.warnings)) == ([], (), 1)


def test_ports_are_closed_where_the_mode_discards_them_from_now_on() -> None:
    change = plan("ports", network_mode="host", published_ports=["9:80"])
    assert codes(change) == []
    assert not created(change)["HostConfig"].get("PortBindings")
    assert (bool(change.before["published_ports"]), change.after["published_ports"]) == (True, [])
    assert any("discards" in warning for warning in change.warnings)


def test_ports_of_a_shared_network_are_refused() -> None:
    snapshot = recorded.snapshot("ports", "plain")
    made = planned(
        parse_container(
            {"name": "new", "image": "i", "network_mode": "container:fx-ports", "published_ports": ["9:80"]}
        ),
        snapshot,
    )
    assert "network_mode_conflict" in codes(made)


def test_swarm_tasks_are_refused() -> None:
    snapshot = changed(recorded.snapshot("ports"), config__Labels={"com.docker.swarm.task.id": "x"})
    assert refusal("ports", snapshot, env={"A": "1"}) == ["swarm_managed"]


def test_an_image_that_is_gone() -> None:
    snapshot = recorded.snapshot("ports")
    gone = snapshot.replace(images=dict.fromkeys(snapshot.images))
    assert refusal("ports", gone, env={"A": "1"}) == ["image_not_found"]


# -- making one --------------------------------------------------------------------------------------------------------


def make(api: Api = recorded.API_20_10, **params: t.Any) -> Change:
    images = {"i:1": recorded.load("image_app"), "bare:1": {"Id": "sha256:bare", "Config": {}}}
    snapshot = recorded.snapshot().replace(engine=Engine("x", api), images=images)
    settings = {key: params.pop(key) for key in ("state", "starts_new") if key in params}
    desired = parse_container({"name": "new", "image": "i:1", **params}, **settings)
    return planned(desired, snapshot)


MADE_AND_STARTED = ["CreateContainer", "CheckMade", "OpenJournal", "Rename", "Start", "Verify", "CloseJournal"]

RUNS: list[t.Any] = [
    pytest.param({}, MADE_AND_STARTED, "running", id="publish"),
    pytest.param({"state": "started"}, MADE_AND_STARTED, "running", id="started"),
    pytest.param({"starts_new": False}, ["CreateContainer", "CheckMade"], "created", id="present"),
    pytest.param({"state": "stopped"}, ["CreateContainer", "CheckMade"], "created", id="stopped"),
]


@pytest.mark.parametrize(("params", "expected", "state"), RUNS)
def test_creation(params: dict[str, t.Any], expected: list[str], state: str) -> None:
    change = make(published_ports=["8080:80"], **params)
    assert kinds(change) == expected
    assert change.predicted is not None
    assert change.predicted["state"] == state
    assert bool(change.holds) is (state == "running")


def test_what_is_to_run_gets_its_name_when_it_is_written_down() -> None:
    change = make(networks=[{"name": "fx-net"}, {"name": "fx-sub"}])
    temporary = successor_name("new")
    create, connect, check, opened, rename, start, verify, closed = change.steps
    assert isinstance(create, CreateContainer)
    assert (create.name, str(create)) == (temporary, "create container new")
    assert isinstance(connect, Connect)
    assert (connect.container, str(connect)) == (temporary, "connect container new to fx-sub")
    assert isinstance(check, CheckMade)
    assert (check.container, str(check)) == (temporary, "inspect container new")
    assert opened == OpenJournal(Journal((Entry("new", original="", successor=temporary),)))
    assert rename == Rename(temporary, temporary, "new")
    assert start == Start(temporary, "new"), "nothing stands from which it could be remade"
    assert isinstance(verify, Verify)
    assert (verify.container, verify.name, verify.networks) == (temporary, "new", ("fx-net", "fx-sub"))
    assert verify.asked == check.asked, "what is looked at before the start is looked at once more at the end"
    assert isinstance(closed, CloseJournal)
    never, looked_at = make(starts_new=False).steps
    assert isinstance(looked_at, CheckMade)
    assert isinstance(never, CreateContainer)
    assert never.name == "new", "one request makes it, so that it is there as a whole or not at all"


LISTENING: list[t.Any] = [
    pytest.param({"published_ports": ["8080:80"]}, [], id="tcp"),
    pytest.param({"published_ports": ["8080:80/udp", "80"]}, [], id="udp-and-tcp"),
    pytest.param({"publish_all_ports": True}, [], id="publish-all"),
    pytest.param({"published_ports": ["8080:80/udp"]}, ["option_conflict"], id="udp"),
    pytest.param({}, ["option_conflict"], id="nothing"),
    pytest.param({"published_ports": ["8080:80/udp"], "state": "stopped"}, [], id="does-not-run"),
]


@pytest.mark.parametrize(("params", "expected"), LISTENING)
def test_listening_needs_a_tcp_port_to_wait_for(params: dict[str, t.Any], expected: list[str]) -> None:
    assert codes(make(wait="listening", **params)) == expected


HEALTHY: list[t.Any] = [
    pytest.param({"healthcheck": {"test": "true"}}, [], id="check"),
    pytest.param({"healthcheck": {"test": ["CMD", "true"]}, "state": "stopped"}, [], id="check-of-a-stopped-one"),
    pytest.param({"state": "stopped"}, [], id="does-not-run"),
    pytest.param({"healthcheck": {"interval": "1s"}}, [], id="check-of-the-image"),
    pytest.param({"image": "bare:1"}, ["option_conflict"], id="none"),
    pytest.param({"healthcheck": {"test": "NONE"}}, ["option_conflict"], id="turned-off"),
    pytest.param({"image": "bare:1", "healthcheck": {"interval": "1s"}}, ["option_conflict"], id="no-test"),
    pytest.param({"image": "unknown:1"}, [], id="image-to-be-pulled"),
    pytest.param({"image": "unknown:1", "healthcheck": {"test": "NONE"}}, ["option_conflict"], id="off-in-any-image"),
]


@pytest.mark.parametrize(("params", "expected"), HEALTHY)
def test_healthy_needs_a_health_check_to_wait_for(params: dict[str, t.Any], expected: list[str]) -> None:
    assert codes(make(wait="healthy", **params)) == expected


LISTENING_LATER: list[t.Any] = [
    pytest.param("ports", {"env": {"A": "1"}}, [], id="replaced"),
    pytest.param("ports", {"published_ports": ["8080:80/udp"]}, ["option_conflict"], id="replaced-for-udp"),
    pytest.param("ports", {}, [], id="nothing-to-do"),
    pytest.param("full_stopped", {"state": "started"}, [], id="started"),
    pytest.param("full_stopped", {"state": "started", "published_ports": []}, ["option_conflict"], id="no-ports"),
    pytest.param("created", {"env": {"A": "1"}}, [], id="replaced-and-not-started"),
    pytest.param(
        "ports",
        {"ports": parse_ports({"published_ports": ["80", "81", "82", "83", "84"]}, close=True)},
        [],
        id="closing-all-tcp-ports",
    ),
]


@pytest.mark.parametrize(("name", "params", "expected"), LISTENING_LATER)
def test_listening_where_one_stands(name: str, params: dict[str, t.Any], expected: list[str]) -> None:
    change = plan(name, wait="listening", **params)
    assert codes(change) == expected
    verified = [step.wait for step in change.steps if isinstance(step, Verify)]
    assert set(verified) <= {"listening"}


def test_first_network_takes_the_place_of_the_default_bridge() -> None:
    body = created(make(networks=[{"name": "fx-net", "aliases": ["a"]}, {"name": "fx-sub"}]))
    assert body["HostConfig"]["NetworkMode"] == "fx-net"
    assert body["NetworkingConfig"] == {"EndpointsConfig": {"fx-net": {"Aliases": ["a"]}}}
    later = [
        step for step in make(networks=[{"name": "fx-net"}, {"name": "fx-sub"}]).steps if isinstance(step, Connect)
    ]
    assert [step.network_name for step in later] == ["fx-sub"]
    body = created(make(Api(1, 44), networks=[{"name": "fx-net"}, {"name": "fx-sub"}]))
    assert sorted(body["NetworkingConfig"]["EndpointsConfig"]) == ["fx-net", "fx-sub"]


def test_mac_address_of_a_new_container() -> None:
    desired = [{"name": "fx-net", "mac_address": "02:00:00:00:00:01"}]
    body = created(make(networks=desired))
    assert (body["MacAddress"], body.get("NetworkingConfig")) == ("02:00:00:00:00:01", None)
    body = created(make(Api(1, 44), networks=desired))
    assert "MacAddress" not in body
    assert body["NetworkingConfig"]["EndpointsConfig"]["fx-net"] == {"MacAddress": "02:00:00:00:00:01"}
    assert codes(make(networks=[{"name": "fx-sub"}, *desired])) == ["unsupported"]
    assert kinds(make(Api(1, 44), networks=[{"name": "fx-sub"}, *desired]))[0] == "CreateContainer"


PULLS: list[t.Any] = [
    pytest.param("i:1", "missing", None, id="there"),
    pytest.param("i:1", "never", None, id="there-never"),
    pytest.param("i:1", "always", "i:1", id="there-always"),
    pytest.param("j:1", "missing", "j:1", id="missing"),
    pytest.param("j:1", "always", "j:1", id="missing-always"),
]


@pytest.mark.parametrize(("image", "pull", "expected"), PULLS)
def test_pull(image: str, pull: str, expected: str | None) -> None:
    assert make(image=image, pull=pull).pull == expected


def test_published_ports_are_exposed() -> None:
    body = created(make(published_ports=["8080:80", "127.0.0.1::53/udp"], exposed_ports=["99"], publish_all_ports=True))
    assert body["ExposedPorts"] == {"80/tcp": {}, "53/udp": {}, "99/tcp": {}}
    assert body["HostConfig"]["PortBindings"] == {
        "80/tcp": [{"HostIp": "", "HostPort": "8080"}],
        "53/udp": [{"HostIp": "127.0.0.1", "HostPort": ""}],
    }
    assert body["HostConfig"]["PublishAllPorts"] is True


def test_secrets_are_in_no_view() -> None:
    for change in (make(env={"SECRET": "swordfish"}), plan("full", env={"SECRET": "other-fish", "MORE": "herring"})):
        shown = str(
            (
                change.before,
                change.after,
                change.predicted,
                change.will_lose,
                change.warnings,
                [str(s) for s in change.steps],
            )
        )
        assert "fish" not in shown
        assert "herring" not in shown
        assert "SECRET" in shown


# -- images ------------------------------------------------------------------------------------------------------------

MADE_BY_ID: list[t.Any] = [
    pytest.param([], {"image": "fx-other:1", "pull": "missing"}, False, id="untagged-may-have-been-that-tag"),
    pytest.param(["fx-other:1"], {"image": "fx-other:1"}, False, id="its-own-tag"),
    pytest.param(["fx-other:2"], {"image": "fx-other:1"}, True, id="another-tag"),
    pytest.param([], {"image": "fx-other:1", "pull": "always"}, True, id="untagged-and-pulled"),
]


@pytest.mark.parametrize(("tags", "params", "differs"), MADE_BY_ID)
def test_an_image_that_was_named_by_its_id(tags: list[str], params: dict[str, t.Any], differs: bool) -> None:
    base = recorded.snapshot("plain")
    ((_container_id, container),) = base.containers.items()
    image_id = str(container.raw["Image"])
    image = {**t.cast(t.Dict[str, t.Any], base.images[image_id]), "RepoTags": tags}
    snapshot = changed(base, config__Image=image_id).replace(
        images={image_id: image, "fx-other:1": {"Id": "sha256:" + "e" * 64, "Config": {}}}
    )
    assert plan("plain", snapshot, **params).has_effect is differs


def test_another_tag_of_the_same_image_is_another_image() -> None:
    base = recorded.snapshot("ports")
    ((_container_id, container),) = base.containers.items()
    same = base.images[str(container.raw["Image"])]
    snapshot = base.replace(images={**base.images, "fx-busybox:2": same})
    assert created(plan("ports", snapshot, image="fx-busybox:2"))["Image"] == "fx-busybox:2"


def test_a_bind_policy_judges_ports_that_stand() -> None:
    assert set(codes(plan("ports", bind_policy="loopback"))) == {"bind_policy"}
    closing = parse_ports({"published_ports": ["80"]}, close=True)
    assert codes(plan("ports", bind_policy="loopback", ports=closing)) == []


# -- legacy links ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("links", "made"),
    [
        pytest.param([], None, id="none"),
        pytest.param(["fx-plain"], ["fx-plain:fx-plain"], id="another-alias"),
        pytest.param(["fx-plain:db", "fx-plain:store"], ["fx-plain:db", "fx-plain:store"], id="one-more"),
    ],
)
def test_links_are_exact(links: list[str], made: list[str] | None) -> None:
    change = plan("legacy_link", recorded.snapshot("legacy_link"), links=links)
    assert codes(change) == []
    assert created(change)["HostConfig"]["Links"] == made
    assert (change.before["links"], change.after["links"]) == (["fx-plain:db"], made)


def test_a_new_container_with_a_link() -> None:
    change = planned(linking("new", image="fx-busybox:1", links=["fx-plain:db"]), recorded.snapshot("plain"))
    assert created(change)["HostConfig"]["Links"] == ["fx-plain:db"]


def linking(name: str, **params: t.Any) -> DesiredContainer:
    return parse_container({"name": name, **params}, starts_new=True)


def test_a_link_waits_for_its_target() -> None:
    desired = (linking("web", image="fx-busybox:1", links=["store"]), linking("store", image="fx-busybox:1"))
    made = make_plan(DesiredState(containers=desired), recorded.snapshot("plain"))
    assert made.refusals == ()
    assert {change.name: change.needs for change in made.changes} == {
        "web": frozenset([("container", "store")]),
        "store": frozenset(),
    }


@pytest.mark.parametrize(
    ("name", "params", "code", "text"),
    [
        pytest.param("plain", {"links": ["nobody"]}, "container_not_found", "no such container", id="nobody"),
        pytest.param("full", {"links": ["fx-plain"]}, "network_mode_conflict", "fx-sub", id="network-of-its-own"),
        pytest.param("host_mode", {"links": ["fx-plain"]}, "network_mode_conflict", "host", id="host"),
        pytest.param("plain", {"links": ["fx-plain:me"]}, "option_conflict", "itself", id="itself"),
    ],
)
def test_links_that_cannot_be(name: str, params: dict[str, t.Any], code: str, text: str) -> None:
    refusals = plan(name, recorded.snapshot(name), **params).refusals
    assert {refusal.code for refusal in refusals} >= {code}
    assert text in refusals[0].message


def test_a_link_to_one_that_goes() -> None:
    snapshot = recorded.snapshot("plain")
    gone = parse_container({"name": "fx-plain"}, state="absent")
    made = make_plan(
        DesiredState(containers=(linking("new", image="fx-busybox:1", links=["fx-plain"]), gone)), snapshot
    )
    assert [refusal.code for refusal in made.refusals] == ["container_not_found"]


STALE: list[t.Any] = [
    pytest.param("exited", False, {"state": "started"}, True, id="stale-and-starts"),
    pytest.param("exited", True, {"state": "started"}, False, id="fresh-and-starts"),
    pytest.param("exited", False, {}, False, id="stale-and-stays-stopped"),
    pytest.param("running", False, {}, False, id="runs-on"),
    pytest.param("running", False, {"links": ["fx-plain:db"]}, True, id="runs-and-is-listed"),
    pytest.param("running", True, {"links": ["fx-plain:db"]}, False, id="fresh-and-listed"),
]


@pytest.mark.parametrize(("status", "fresh", "params", "replaced"), STALE)
def test_a_link_to_one_that_was_remade(status: str, fresh: bool, params: dict[str, t.Any], replaced: bool) -> None:
    snapshot = linked_snapshot(status, "running", fresh=fresh)
    change = plan("legacy_link", snapshot, **params)
    assert codes(change) == []
    assert (change.replacement is not None) is replaced


TARGETS: list[t.Any] = [
    pytest.param("running", {"state": "started"}, [], id="runs"),
    pytest.param("exited", {"state": "started"}, ["start_failed"], id="stopped"),
    pytest.param("exited", {}, [], id="stopped-and-no-start"),
    pytest.param("exited", {"env": {"A": "1"}}, [], id="stopped-and-replaced-without-a-start"),
    pytest.param("exited", {"state": "started", "links": []}, [], id="stopped-and-the-link-goes"),
    pytest.param("gone", {"state": "started"}, ["container_not_found"], id="gone"),
    pytest.param("gone", {"env": {"A": "1"}}, ["container_not_found"], id="gone-and-replaced"),
    pytest.param("gone", {"state": "started", "links": []}, [], id="gone-and-the-link-goes"),
]


@pytest.mark.parametrize(("target", "params", "expected"), TARGETS)
def test_a_start_needs_the_targets_of_links(target: str, params: dict[str, t.Any], expected: list[str]) -> None:
    snapshot = linked_snapshot("exited", "running" if target == "gone" else target)
    if target == "gone":
        snapshot = snapshot.replace(summaries=tuple(each for each in snapshot.summaries if each.name != "fx-plain"))
    assert codes(plan("legacy_link", snapshot, **params)) == expected


def linked_snapshot(status: str, target: str, *, fresh: bool = True) -> Snapshot:
    """``status``: of the container with the link; ``target``: of the container that it links to."""
    base = recorded.snapshot("legacy_link")
    ((_id, container),) = base.containers.items()
    states = {container.name: status, "fx-plain": target}
    base = base.replace(
        summaries=tuple(
            replace(
                each,
                state=states.get(each.name, each.state),
                link_names=each.link_names if fresh else frozenset(),
            )
            for each in base.summaries
        )
    )
    return changed(base, state__Running=status == "running", state__Status=status)


def test_a_container_mode_takes_host_name_and_exposed_ports() -> None:
    snapshot = changed(recorded.snapshot("plain"), config__Hostname="appbox", config__ExposedPorts={"9999/tcp": {}})
    change = plan("plain", snapshot, network_mode="container:fx-ports")
    assert {"host name appbox of fx-plain", "exposed port 9999/tcp of fx-plain"} <= set(change.will_lose)
    stays = plan("plain", snapshot, network_mode="fx-net")
    assert not [loss for loss in stays.will_lose if "host name" in loss or "exposed port" in loss]


def test_a_new_container_is_on_the_bridge_and_on_other_networks() -> None:
    desired = parse_container(
        {
            "name": "new",
            "image": "fx-busybox:1",
            "network_mode": "bridge",
            "networks": [{"name": "fx-net"}],
            "purge_networks": True,
        },
        starts_new=True,
    )
    change = planned(desired, recorded.snapshot("plain"))
    assert change.after["networks"].keys() == {"bridge", "fx-net"}
    assert [step.network for step in change.steps if isinstance(step, Connect)] == ["fx-net"]


@pytest.mark.parametrize(
    ("policy", "bound", "expected"),
    [
        pytest.param("loopback", "127.0.0.1", [], id="as-configured"),
        pytest.param("loopback", "0.0.0.0", ["bind_policy"], id="bound-elsewhere"),
        pytest.param("loopback", "::", ["bind_policy"], id="bound-elsewhere-ipv6"),
        pytest.param("any", "0.0.0.0", [], id="any"),
    ],
)
def test_a_bind_policy_judges_what_is_bound(policy: str, bound: str, expected: list[str]) -> None:
    """The network gives the loopback, which it did not when the container was started."""
    snapshot = changed(
        recorded.snapshot("plain"), host_config__PortBindings={"80/tcp": [{"HostIp": "", "HostPort": "8080"}]}
    )
    options = {"com.docker.network.bridge.host_binding_ipv4": "127.0.0.1"}
    snapshot = snapshot.replace(
        networks=tuple(
            Network({**each.raw, "Options": options}) if each.name == "bridge" else each for each in snapshot.networks
        )
    )
    ((_id, container),) = snapshot.containers.items()
    settings = {
        **container.raw["NetworkSettings"],
        "Ports": {"80/tcp": [{"HostIp": bound, "HostPort": "8080"}]},
    }
    snapshot = changed(snapshot, raw__NetworkSettings=settings)
    assert codes(plan("plain", snapshot, bind_policy=policy)) == expected
