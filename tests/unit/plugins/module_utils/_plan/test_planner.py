# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.bridgeport.docker.plugins.module_utils._errors import Failure
from ansible_collections.bridgeport.docker.plugins.module_utils._plan import planner
from ansible_collections.bridgeport.docker.plugins.module_utils._plan.changes import Change
from ansible_collections.bridgeport.docker.plugins.module_utils._plan.plan import Plan
from ansible_collections.bridgeport.docker.tests.unit.support.model_daemon import ModelClient, ModelDaemon
from ansible_collections.bridgeport.docker.tests.unit.support.planning import codes, plan, words

Params = t.Dict[str, t.Any]


def host() -> ModelDaemon:
    daemon = ModelDaemon()
    daemon.add_network(
        "front", IPAM={"Driver": "default", "Config": [{"Subnet": "10.1.0.0/24", "Gateway": "10.1.0.1"}]}
    )
    daemon.add_network("back")
    for name, port, network in (("web", "8080", "front"), ("api", "9090", "back")):
        daemon.add_container(
            name,
            HostConfig={"NetworkMode": network, "PortBindings": {"80/tcp": [{"HostIp": "", "HostPort": port}]}},
            ExposedPorts={"80/tcp": {}},
            Cmd=["serve"],
        )
    return daemon


# -- the whole ---------------------------------------------------------------------------------------------------------


def test_nothing_desired_nothing_planned() -> None:
    made = plan(host())
    assert (made.changes, made.changed, made.diff, made.actions) == ((), False, {"before": {}, "after": {}}, ())


def test_everything_refused_is_listed() -> None:
    made = plan(
        host(),
        [{"name": "bridge"}, {"name": "front", "state": "absent"}],
        [{"name": "nobody"}, {"name": "web", "published_ports": ["9090:80"]}],
    )
    assert codes(made) == [
        "network_protected",
        "network_in_use",
        "container_not_found",
        "network_not_found",  # web is on the network that is to be removed
        "port_conflict",
    ]
    made = plan(host(), [], [{"name": "web", "published_ports": ["9090:80"]}])
    assert codes(made) == ["port_conflict"]


def test_twins_are_refused() -> None:
    made = plan(host(), [{"name": "n"}, {"name": "n"}], [{"name": "web"}, {"name": "web"}])
    assert codes(made) == ["option_conflict", "option_conflict"]


def test_a_twin_by_its_id_is_refused() -> None:
    daemon = host()
    made = plan(daemon, [], [{"name": "web"}, {"name": daemon.named("web")["Id"][:12]}])
    assert codes(made) == ["option_conflict"]


def test_ids_stand_for_names() -> None:
    daemon = host()
    front = next(raw["Id"] for raw in daemon.networks.values() if raw["Name"] == "front")
    web, api = daemon.named("web")["Id"], daemon.named("api")["Id"]
    assert words(plan(daemon, [{"name": front, "connected": [web]}])) == []
    assert words(plan(daemon, [{"name": front[:12], "connected": [web[:12], api]}])) == ["connect api to front"]
    assert words(plan(daemon, [], [{"name": web, "networks": [{"name": front}]}])) == []
    assert plan(daemon, [], [{"name": web[:12], "state": "stopped"}]).changes[0].name == "web"


def test_a_member_or_a_network_is_listed_once_by_whatever_name() -> None:
    daemon = host()
    front = next(raw["Id"] for raw in daemon.networks.values() if raw["Name"] == "front")
    web = daemon.named("web")["Id"]
    for networks, containers in (
        ([{"name": "front", "connected": ["web", web[:12]]}], []),
        ([], [{"name": "web", "networks": [{"name": "front"}, {"name": front}]}]),
    ):
        with pytest.raises(Failure) as caught:
            plan(daemon, networks, containers)
        assert caught.value.code == "option_conflict"
        assert "listed twice" in caught.value.message


@pytest.mark.parametrize("length", [11, 12, 64])
def test_only_ids_that_docker_itself_prints_count(length: int) -> None:
    daemon = host()
    made = plan(daemon, [], [{"name": daemon.named("web")["Id"][:length]}])
    assert codes(made) == (["container_not_found"] if length < 12 else [])


# -- host ports --------------------------------------------------------------------------------------------------------


CONFLICTS: list[t.Any] = [
    pytest.param("9090:80", True, id="same"),
    pytest.param("127.0.0.1:9090:80", True, id="address-of-all"),
    pytest.param("[::1]:9090:80", True, id="ipv6-of-all"),
    pytest.param("9090:80/udp", False, id="protocol"),
    pytest.param("9091:80", False, id="port"),
    pytest.param("9089-9091:80", False, id="a-range-steps-aside"),
]


@pytest.mark.parametrize(("spec", "refused"), CONFLICTS)
def test_a_held_port_is_refused_and_its_holder_named(spec: str, refused: bool) -> None:
    made = plan(host(), [], [{"name": "web", "published_ports": [spec]}])
    assert codes(made) == (["port_conflict"] if refused else [])
    if refused:
        assert made.refusals[0].details["holder"] == "api"
        assert "'api'" in made.refusals[0].message


def test_a_new_container_meets_the_same_refusal() -> None:
    made = plan(host(), [], [{"name": "new", "image": "busybox:1", "published_ports": ["8080:80"]}])
    assert [refusal.details["holder"] for refusal in made.refusals] == ["web"]


def test_stopped_containers_hold_no_port() -> None:
    daemon = host()
    ModelClient(daemon).post(f"/containers/{daemon.named('api')['Id']}/stop")
    assert codes(plan(daemon, [], [{"name": "web", "published_ports": ["9090:80"]}])) == []
    made = plan(daemon, [], [{"name": "api", "state": "started"}, {"name": "web", "published_ports": ["9090:80"]}])
    assert codes(made) == ["port_conflict"]


def test_two_items_of_one_plan_cannot_have_one_port() -> None:
    new = {"image": "busybox:1", "published_ports": ["7070:80"]}
    made = plan(host(), [], [{"name": "n1", **new}, {"name": "n2", **new}])
    assert codes(made) == ["port_conflict"], "said once, not from either side"


@pytest.mark.parametrize("freed_by", [{"state": "absent"}, {"state": "stopped"}, {"published_ports": ["9191:80"]}])
def test_ports_that_the_plan_frees_count_as_free(freed_by: Params) -> None:
    made = plan(host(), [], [{"name": "web", "published_ports": ["9090:80"]}, {"name": "api", **freed_by}])
    assert codes(made) == []
    (web,) = (change for change in made.changes if change.name == "web")
    assert ("container", "api") in web.needs


def test_an_exchange_is_one_transaction() -> None:
    made = plan(
        host(), [], [{"name": "web", "published_ports": ["9090:80"]}, {"name": "api", "published_ports": ["8080:80"]}]
    )
    assert codes(made) == []
    leader = next(change for change in made.changes if change.steps)
    (led,) = [change for change in made.changes if change is not leader]
    assert (led.steps, set(led.needs), led.has_effect) == ((), {leader.key}, True)
    kinds = [str(step).split()[0] for step in leader.steps]
    assert kinds.index("start") > max(index for index, kind in enumerate(kinds) if kind == "stop")
    assert kinds.index("remove") > max(index for index, kind in enumerate(kinds) if kind == "verify")
    assert made.touched == {("container", "web"), ("container", "api")}


# -- memberships -------------------------------------------------------------------------------------------------------


def test_membership_is_the_union() -> None:
    made = plan(
        host(),
        [{"name": "new", "connected": [{"name": "web", "aliases": ["www"]}, "api"]}],
        [{"name": "web", "networks": [{"name": "back"}]}],
    )
    assert words(made, "network") == ["create network new", "connect api to new"]
    assert words(made, "container") == ["connect web to back", "connect web to new"]
    assert [step.endpoint for step in made.changes[1].steps if hasattr(step, "endpoint")] == [{}, {"Aliases": ["www"]}]
    assert made.changes[1].needs == {("network", "new")}


def test_memberships_that_contradict_each_other() -> None:
    made = plan(
        host(),
        [{"name": "front", "connected": [{"name": "web", "aliases": ["a"]}]}],
        [{"name": "web", "networks": [{"name": "front", "aliases": ["b"]}]}],
    )
    assert codes(made) == ["option_conflict"]


def test_memberships_that_only_differ_in_order() -> None:
    made = plan(
        host(),
        [{"name": "front", "connected": [{"name": "web", "aliases": ["a", "b"]}]}],
        [{"name": "web", "networks": [{"name": "front", "aliases": ["b", "a"]}]}],
    )
    assert codes(made) == []


def test_a_container_that_asks_for_an_exact_network_is_counted() -> None:
    made = plan(host(), [{"name": "front", "connected": []}], [{"name": "web", "networks": [{"name": "front"}]}])
    assert words(made) == []


LEAVING: list[t.Any] = [
    pytest.param({}, ["disconnect web from front"], id="in-place"),
    pytest.param({"command": "other"}, None, id="replaced"),
]


@pytest.mark.parametrize(("more", "expected"), LEAVING)
def test_a_planned_container_leaves_an_exact_network_by_its_own_plan(more: Params, expected: t.Any) -> None:
    """Else its successor would join again what the network's plan had it leave."""
    made = plan(host(), [{"name": "front", "connected": []}], [{"name": "web", **more}])
    assert words(made, "network") == []
    if expected is not None:
        assert words(made, "container") == expected
        return
    assert made.changes[1].after["networks"] == {}
    assert words(made, "container")[:2] == [
        "create successor of web",
        f"disconnect {made.changes[1].replacement.successor if made.changes[1].replacement else ''} from front",
    ]


def test_appends_makes_nobody_leave() -> None:
    made = plan(host(), [{"name": "front", "connected": ["api"], "appends": True}], [{"name": "web"}])
    assert words(made) == ["connect api to front"]


def test_network_before_members_and_members_before_removal() -> None:
    daemon = host()
    made = plan(
        daemon,
        [{"name": "front", "state": "absent"}, {"name": "new"}],
        [{"name": "web", "state": "absent"}, {"name": "n1", "image": "busybox:1", "networks": [{"name": "new"}]}],
    )
    needs = {change.name: set(change.needs) for change in made.changes}
    assert needs == {
        "front": {("container", "web")},
        "new": set(),
        "web": set(),
        "n1": {("network", "new")},
    }


# -- the planned state needs no plan -----------------------------------------------------------------------------------

DESIRED: list[t.Any] = [
    pytest.param([], [{"name": "web", "published_ports": ["8081:80", "127.0.0.1::81", "7000-7009:82"]}], id="ports"),
    pytest.param([], [{"name": "web", "published_ports": []}], id="no-ports"),
    pytest.param([], [{"name": "web", "publish_all_ports": True}], id="publish-all"),
    pytest.param([], [{"name": "web", "publish_all_ports": True, "published_ports": ["80"]}], id="publish-all-listed"),
    pytest.param([], [{"name": "web", "exposed_ports": ["81", "82-83/udp"]}], id="exposed"),
    pytest.param(
        [],
        [{"name": "web", "env": {"A": "1", "PATH": None}, "labels": {"a": "b"}, "memory": "64M", "tty": True}],
        id="options",
    ),
    pytest.param([], [{"name": "web", "entrypoint": [], "command": "x"}], id="entrypoint"),
    pytest.param([], [{"name": "web", "networks": [{"name": "back", "aliases": ["a"]}]}], id="networks"),
    pytest.param(
        [],
        [{"name": "web", "networks": [{"name": "back"}], "purge_networks": True, "published_ports": ["1:1"]}],
        id="moved",
    ),
    pytest.param([], [{"name": "web", "network_mode": "back"}], id="mode"),
    pytest.param([], [{"name": "web", "network_mode": "none", "published_ports": []}], id="mode-none"),
    pytest.param([], [{"name": "web", "state": "stopped", "restart_policy": "always"}], id="stopped"),
    pytest.param([], [{"name": "web", "state": "absent"}], id="absent"),
    pytest.param(
        [{"name": "new", "labels": {"a": "b"}, "driver_options": {"x": "y"}, "connected": ["web"]}], [], id="network"
    ),
    pytest.param([{"name": "front", "connected": ["api"]}], [{"name": "web", "command": "other"}], id="exact"),
    pytest.param([{"name": "back", "state": "absent", "force": True}], [], id="network-absent"),
    pytest.param(
        [{"name": "new", "ipam_config": [{"subnet": "10.9.0.5/24"}]}],
        [
            {
                "name": "n1",
                "image": "busybox:1",
                "state": "started",
                "published_ports": ["6000:60"],
                "networks": [{"name": "new", "ipv4_address": "10.9.0.9", "aliases": ["n"]}, {"name": "back"}],
            },
            {"name": "n2", "image": "busybox:1", "state": "stopped", "starts_new": False},
        ],
        id="topology",
    ),
]


@pytest.mark.parametrize(("networks", "containers"), DESIRED)
def test_the_plan_of_the_planned_state_is_empty(
    networks: list[Params], containers: list[Params], monkeypatch: pytest.MonkeyPatch
) -> None:
    from ansible_collections.bridgeport.docker.plugins.module_utils._apply.executor import apply_changes
    from ansible_collections.bridgeport.docker.plugins.module_utils._steps import verification

    monkeypatch.setattr(verification, "_SETTLE", 0)
    daemon = host()
    made = plan(daemon, networks, containers)
    assert [refusal.message for refusal in made.refusals] == []
    assert made.changed
    outcomes = apply_changes(made.changes, lambda: ModelClient(daemon), 1)
    assert [outcome.failure and outcome.failure.message for outcome in outcomes] == [None] * len(outcomes)
    assert words(plan(daemon, networks, containers)) == []


@pytest.mark.parametrize(
    ("needs", "expected"),
    [
        pytest.param({"a": [], "b": []}, ["a", "b"], id="as-planned"),
        pytest.param({"a": ["c"], "b": [], "c": []}, ["b", "c", "a"], id="after-what-it-needs"),
        pytest.param({"a": ["b"], "b": ["c"], "c": []}, ["c", "b", "a"], id="a-row"),
        pytest.param({"a": ["gone"], "b": ["a"]}, ["a", "b"], id="what-has-no-change-does-not-count"),
        pytest.param({"a": ["b"], "b": ["a"], "c": []}, ["c", "a", "b"], id="a-circle"),
    ],
)
def test_changes_stand_in_the_order_of_the_work(needs: dict[str, list[str]], expected: list[str]) -> None:
    changes = [
        Change("container", name, needs=frozenset(("container", each) for each in each_needs))
        for name, each_needs in needs.items()
    ]
    assert [change.name for change in planner._sort_by_needs(changes)] == expected


# -- what check mode tells ---------------------------------------------------------------------------------------------


def predicted(made: Plan, kind: str, name: str) -> t.Any:
    assert codes(made) == []
    change = made.find_change(kind, name)
    assert change is not None
    return change.predicted


def test_a_rebuilt_network_is_told_as_it_will_be() -> None:
    network = predicted(plan(host(), [{"name": "front", "internal": True, "labels": {"a": "b"}}]), "network", "front")
    assert (network["id"], network["internal"], network["labels"]) == ("", True, {"a": "b"})
    assert [(row["name"], row["state"], row["ip_address"]) for row in network["connected"]] == [("web", "running", "")]


def test_members_are_told_as_they_are_and_with_the_addresses_that_they_get() -> None:
    daemon = host()
    daemon.add_container("db", start=False)
    wanted = {"name": "front", "connected": ["web", {"name": "db", "ipv4_address": "10.1.0.9"}]}
    network = predicted(plan(daemon, [wanted]), "network", "front")
    db, web = network["connected"]
    assert (db["id"], db["state"], db["ip_address"]) == (daemon.named("db")["Id"], "created", "10.1.0.9")
    assert web["ip_address"] == daemon.named("web")["NetworkSettings"]["Networks"]["front"]["IPAddress"]


@pytest.mark.parametrize("mode", ["host", "none"])
def test_a_mode_without_networks_is_told_as_the_engine_lists_it(mode: str) -> None:
    container = predicted(
        plan(host(), [], [{"name": "new", "image": "busybox:1", "network_mode": mode}]), "container", "new"
    )
    assert list(container["networks"]) == [mode]


@pytest.mark.parametrize("mode", ["back", "none", "front"])
def test_a_network_that_a_container_leaves_by_its_mode(mode: str) -> None:
    daemon = host()
    daemon.add_container("other", HostConfig={"NetworkMode": "front"})
    made = plan(daemon, [{"name": "front", "labels": {"a": "b"}}], [{"name": "other", "network_mode": mode}])
    network = predicted(made, "network", "front")
    assert ("other" in [row["name"] for row in network["connected"]]) is (mode == "front")


def test_ports_of_publish_all_are_told() -> None:
    wanted = {"name": "new", "image": "busybox:1", "publish_all_ports": True, "exposed_ports": ["91/udp"]}
    container = predicted(plan(host(), [], [{**wanted, "published_ports": ["9999:80"]}]), "container", "new")
    rows = [(row["container_port"], row["protocol"], row["host_port"]) for row in container["published"]]
    assert rows == [(80, "tcp", 9999), (91, "udp", None)]


# -- what the run alone would find out ---------------------------------------------------------------------------------


def test_the_mode_of_a_container_that_starts_is_not_removed() -> None:
    daemon = host()
    gone = {"name": "front", "state": "absent", "force": True}
    assert codes(plan(daemon, [gone], [{"name": "web", "env": {"A": "1"}}])) == ["network_not_found"]
    assert codes(plan(daemon, [gone], [{"name": "web", "networks": [{"name": "front"}]}])) == ["network_not_found"]
    # One that goes on running only leaves it.
    assert words(plan(daemon, [gone], [{"name": "web"}])) == ["disconnect web from front", "remove network front"]


def test_a_successor_is_not_on_a_network_that_is_removed() -> None:
    daemon = host()
    ModelClient(daemon).post("/networks/back/connect", {"Container": "web"})
    made = plan(daemon, [{"name": "back", "state": "absent", "force": True}], [{"name": "web", "env": {"A": "1"}}])
    change = made.find_change("network", "back")
    assert change is not None
    assert "disconnect web from back" not in words(made, "network", "back")
    assert ("container", "web") in change.needs
    assert list(predicted(made, "container", "web")["networks"]) == ["front"]


def test_a_container_without_endpoints_does_not_join_a_rebuilt_network() -> None:
    daemon = host()
    daemon.add_container("alone", HostConfig={"NetworkMode": "none"})
    made = plan(daemon, [{"name": "front", "internal": True, "connected": ["web", "alone"]}])
    assert codes(made) == ["network_mode_conflict"]


def test_two_networks_have_two_bridges() -> None:
    daemon = host()
    daemon.add_network("named", Options={"com.docker.network.bridge.name": "br0"})
    assert codes(plan(daemon, [{"name": "new", "bridge_name": "br0"}])) == ["option_conflict"]
    assert codes(plan(daemon, [{"name": "front", "bridge_name": "br0"}])) == ["option_conflict"]
    assert codes(plan(daemon, [{"name": "one", "bridge_name": "b"}, {"name": "two", "bridge_name": "b"}])) != []
    assert codes(plan(daemon, [{"name": "new", "bridge_name": "br0"}, {"name": "named", "state": "absent"}])) == []
    assert codes(plan(daemon, [{"name": "named", "bridge_name": "br0"}])) == []


def test_auto_remove_and_the_restart_policy_that_stands() -> None:
    daemon = host()
    daemon.add_container("kept", HostConfig={"RestartPolicy": {"Name": "always", "MaximumRetryCount": 0}})
    assert codes(plan(daemon, [], [{"name": "kept", "auto_remove": True}])) == ["option_conflict"]
    assert codes(plan(daemon, [], [{"name": "kept", "auto_remove": True, "restart_policy": "no"}])) == []


def test_the_network_of_a_container_that_does_not_run() -> None:
    daemon = host()
    daemon.add_container("down", start=False)
    wanted = {"name": "new", "image": "busybox:1", "network_mode": "container:down", "state": "started"}
    assert codes(plan(daemon, [], [wanted])) == ["network_mode_conflict"]
    assert codes(plan(daemon, [], [wanted, {"name": "down", "state": "started"}])) == []
    assert codes(plan(daemon, [], [{**wanted, "state": "stopped"}])) == []


@pytest.mark.parametrize("key", ["NetworkMode", "IpcMode", "PidMode"])
def test_a_container_whose_namespace_is_gone_is_not_stopped(key: str) -> None:
    daemon = host()
    shared = daemon.add_container("shared")
    daemon.add_container("side", HostConfig={key: f"container:{shared}"})
    ModelClient(daemon).delete(f"/containers/{shared}", force=True)
    assert codes(plan(daemon, [], [{"name": "side", "env": {"A": "1"}}])) == ["container_not_found"]
    assert codes(plan(daemon, [], [{"name": "side", "state": "stopped"}])) == []


def test_what_is_removed_is_not_listed_by_its_network() -> None:
    daemon = host()
    wanted = {"name": "web", "state": "absent", "networks": [{"name": "back"}]}
    assert codes(plan(daemon, [{"name": "back", "connected": []}], [wanted])) == []
    assert codes(plan(daemon, [{"name": "back", "connected": ["web"]}], [wanted])) == ["option_conflict"]


def test_a_link_leads_to_the_default_bridge() -> None:
    daemon = host()
    wanted = {"name": "new", "image": "busybox:1", "links": ["web"]}
    assert codes(plan(daemon, [], [wanted])) == ["network_mode_conflict"]
    ModelClient(daemon).post("/networks/bridge/connect", {"Container": "web"})
    assert codes(plan(daemon, [], [wanted])) == []


# -- addresses for all -------------------------------------------------------------------------------------------------

SMALL: t.Any = {
    "Driver": "default",
    "Config": [{"Subnet": "10.1.2.0/29", "Gateway": "10.1.2.1", "IPRange": "10.1.2.4/30"}],
}


def small(count: int, **body: t.Any) -> ModelDaemon:
    """A network that gives 10.1.2.4, .5 and .6 to containers, so many of which are on it."""
    daemon = ModelDaemon()
    daemon.add_network("small", IPAM=SMALL)
    for number in range(count):
        daemon.add_container(f"on{number}", HostConfig={"NetworkMode": "small"}, **body)
    return daemon


def new(**params: t.Any) -> Params:
    return {"name": "new", "image": "busybox:1", "networks": [{"name": "small", **params}], "state": "started"}


@pytest.mark.parametrize(
    ("count", "networks", "containers", "expected"),
    [
        pytest.param(2, [], [new()], [], id="one-left"),
        pytest.param(3, [], [new()], ["address_in_use"], id="none-left"),
        pytest.param(3, [], [{**new(), "state": "stopped"}], [], id="none-needed"),
        pytest.param(3, [], [new(ipv4_address="10.1.2.3")], [], id="outside-of-the-range"),
        pytest.param(3, [], [new(), {"name": "on0", "state": "absent"}], [], id="one-freed"),
        pytest.param(3, [], [new(), {"name": "on0", "state": "stopped"}], [], id="one-stopped"),
        pytest.param(3, [{"name": "small", "connected": ["on1", "on2"]}], [new()], [], id="one-leaves"),
        pytest.param(2, [], [{"name": "on0", "env": {"A": "1"}, "update_order": "start-first"}], [], id="start-first"),
        pytest.param(
            3,
            [],
            [{"name": "on0", "env": {"A": "1"}, "update_order": "start-first"}],
            ["address_in_use"],
            id="start-first-in-a-full-one",
        ),
        pytest.param(3, [], [{"name": "on0", "env": {"A": "1"}}], [], id="one-after-the-other"),
        pytest.param(
            3, [{"name": "small", "ipam_config": [{"subnet": "10.1.2.0/30"}]}], [], ["address_in_use"], id="smaller"
        ),
        pytest.param(3, [{"name": "small", "ipam_config": [{"subnet": "10.1.2.0/29"}]}], [new()], [], id="wider"),
        pytest.param(3, [{"name": "small"}], [], [], id="full-and-unchanged"),
    ],
)
def test_a_network_has_an_address_for_each_container_that_runs(
    count: int, networks: list[Params], containers: list[Params], expected: list[str]
) -> None:
    assert codes(plan(small(count), networks, containers)) == expected
