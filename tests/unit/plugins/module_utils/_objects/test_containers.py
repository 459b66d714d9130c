# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import copy
import typing as t

import pytest

from ansible_collections.bridgeport.docker.plugins.module_utils._objects.containers import (
    Blueprint,
    Container,
    bind_destination,
    clean_endpoint,
    read_blueprint,
    split_endpoints,
    subtract_image_defaults,
)
from ansible_collections.bridgeport.docker.plugins.module_utils._objects.engine import Api
from ansible_collections.bridgeport.docker.tests.unit.support import recorded

OLD, NEW = recorded.API_20_10, recorded.API_28


def blueprint(name: str, api: Api = OLD, **changes: t.Any) -> Blueprint:
    container = recorded.container(name)
    if changes:
        raw = copy.deepcopy(dict(container.raw))
        raw["Config"].update(changes)
        container = Container(raw)
    image = recorded.image_of(container)
    live = {each.name for each in recorded.snapshot().summaries}
    return read_blueprint(container, image, image, api, live)


def variant(name: str, **changes: t.Any) -> Container:
    """A recorded container with other values: host_config__X and config__X name the part."""
    raw = copy.deepcopy(dict(recorded.container(name).raw))
    for key, value in changes.items():
        part, _sep, field = key.partition("__")
        raw[{"config": "Config", "host_config": "HostConfig"}[part]][field] = value
    return Container(raw)


# -- reading -----------------------------------------------------------------------------------------------------------

MODES: list[t.Any] = [
    pytest.param("plain", "bridge", id="default"),
    pytest.param("created", "fx-net", id="name"),
    pytest.param("mode_network_id", "fx-net", id="id"),
    pytest.param("moved_off_its_mode", "fx-net", id="left"),
    pytest.param("host_mode", None, id="host"),
    pytest.param("container_mode", None, id="container"),
]


@pytest.mark.parametrize(("name", "network"), MODES)
def test_main_network(name: str, network: str | None) -> None:
    assert recorded.container(name).main_network == network


STATES: list[t.Any] = [
    pytest.param("plain", "running", True, False, id="running"),
    pytest.param("created", "created", False, False, id="created"),
    pytest.param("full_stopped", "exited", False, False, id="exited"),
    pytest.param("paused", "paused", True, True, id="paused"),
    pytest.param("failed_start", "created", False, False, id="failed-start"),
]


@pytest.mark.parametrize(("name", "status", "running", "paused"), STATES)
def test_state(name: str, status: str, running: bool, paused: bool) -> None:
    container = recorded.container(name)
    assert (container.status, container.is_running, container.is_paused) == (status, running, paused)


def test_bindings_of_a_running_container() -> None:
    container = recorded.container("ports")
    fixed = {str(binding.configured): [str(each) for each in binding.actual] for binding in container.bindings}
    chosen = {key: [each.rpartition(":")[0].rpartition(":")[0] for each in value] for key, value in fixed.items()}
    assert chosen == {
        "127.0.0.1:18433:53/udp": ["127.0.0.1"],
        "18431:80/tcp": ["0.0.0.0", "[::]"],
        "127.0.0.1:18432:81/tcp": ["127.0.0.1"],
        "127.0.0.1::82/tcp": ["127.0.0.1"],
        "83/tcp": ["0.0.0.0", "[::]"],
        "127.0.0.1:18440-18445:84/tcp": ["127.0.0.1"],
    }
    assert container.bindings_of_all == ()


def test_bindings_of_all() -> None:
    container = recorded.container("publish_all")
    assert container.bindings == ()
    assert [(str(b.configured), len(b.actual)) for b in container.bindings_of_all] == [
        ("443/udp", 2),
        ("80/tcp", 2),
        ("8081/tcp", 2),
    ]


def test_a_stopped_container_binds_nothing() -> None:
    container = recorded.container("created")
    assert container.actual == ()
    assert [str(binding.configured) for binding in container.bindings] == ["127.0.0.1:18434:80/tcp"]


# -- making it again ---------------------------------------------------------------------------------------------------

# What a request has to say differently from the answer, for each recorded container; all else is the same.
SAID_DIFFERENTLY: dict[str, tuple[set[str], set[str]]] = {
    "plain": ({"Hostname"}, set()),
    "ports": ({"Hostname"}, set()),
    "publish_all": ({"Hostname"}, {"Binds"}),
    "created": ({"Hostname"}, set()),
    "auto_remove": ({"Hostname"}, set()),
    "host_mode": (set(), set()),
    "container_mode": ({"Hostname"}, set()),
    "mode_network_id": ({"Hostname"}, set()),
    "legacy_link": ({"Hostname"}, {"Links"}),
    "internal_network": ({"Hostname"}, set()),
    "empty_entrypoint": ({"Hostname", "Entrypoint"}, {"Binds"}),
    "volumes": ({"Hostname"}, {"Binds", "Mounts"}),
    "volumes_from": ({"Hostname"}, set()),
    "full": (set(), set()),
    "full_stopped": (set(), set()),
    "moved_off_its_mode": ({"Hostname"}, set()),
    "paused": ({"Hostname"}, set()),
    "failed_start": ({"Hostname"}, set()),
}


def test_every_recorded_container_has_a_case() -> None:
    assert set(SAID_DIFFERENTLY) == set(recorded.CONTAINERS)


def differing(left: t.Mapping[str, t.Any], right: t.Mapping[str, t.Any]) -> set[str]:
    return {key for key in {*left, *right} if left.get(key) != right.get(key)}


@pytest.mark.parametrize("name", recorded.CONTAINERS)
def test_the_answer_is_replayed_as_it_stands(name: str) -> None:
    container, body = recorded.container(name), blueprint(name).body
    in_config, in_host_config = SAID_DIFFERENTLY[name]
    assert differing(container.config, {k: v for k, v in body.items() if k != "HostConfig"}) == in_config
    assert differing(container.host_config, body["HostConfig"]) == in_host_config


@pytest.mark.parametrize("name", recorded.CONTAINERS)
def test_reading_leaves_the_answer_alone(name: str) -> None:
    container = recorded.container(name)
    before = copy.deepcopy(dict(container.raw))
    image = recorded.image_of(container)
    made = read_blueprint(container, image, image, OLD, ())
    made.body["HostConfig"]["PortBindings"] = {"1/tcp": []}
    for endpoint in made.endpoints.values():
        endpoint["Aliases"] = ["x"]
    assert container.raw == before


def test_forty_options_survive() -> None:
    body = blueprint("full").body
    assert body["Env"][:3] == ["A=1", "SECRET=swordfish", "EMPTY="]
    assert (body["Hostname"], body["Domainname"], body["User"]) == ("fullhost", "example.org", "1000:1000")
    assert body["Healthcheck"]["Retries"] == 2
    assert body["StopTimeout"] == 3
    host_config = body["HostConfig"]
    assert host_config["ExtraHosts"] == ["db:192.0.2.1", "db:2001:db8::1"]
    assert host_config["RestartPolicy"] == {"Name": "on-failure", "MaximumRetryCount": 3}
    assert host_config["Sysctls"] == {"net.ipv4.ip_forward": "1"}
    assert host_config["Devices"][0]["PathInContainer"] == "/dev/xnull"


HOST_NAMES: list[t.Any] = [
    pytest.param(variant("plain"), None, id="from-the-id"),
    pytest.param(variant("plain", config__Hostname="own"), "own", id="own"),
    pytest.param(variant("plain", config__Hostname="own", host_config__UTSMode="host"), None, id="uts"),
    pytest.param(variant("host_mode", config__Hostname="machine"), "machine", id="host-mode"),
    pytest.param(variant("container_mode", config__Hostname="other"), None, id="container-mode"),
]


@pytest.mark.parametrize(("container", "name"), HOST_NAMES)
def test_host_name(container: Container, name: str | None) -> None:
    assert read_blueprint(container, None, None, OLD, ()).body.get("Hostname") == name


@pytest.mark.parametrize(("name", "kept"), [("container_mode", False), ("host_mode", True), ("plain", True)])
def test_exposed_ports_where_the_network_is_shared(name: str, kept: bool) -> None:
    """The image's ports are filled in after the engine has checked what it was asked for (engine 20.10)."""
    container = variant(name, config__ExposedPorts={"5000/tcp": {}})
    assert ("ExposedPorts" in read_blueprint(container, None, None, OLD, ()).body) is kept


def test_image_whose_tag_still_names_it() -> None:
    assert blueprint("publish_all").body["Image"] == "fx-app:1"


@pytest.mark.parametrize("named", [None, {"Id": "sha256:another"}])
def test_image_whose_tag_moved_is_named_by_its_id(named: t.Any) -> None:
    container = recorded.container("publish_all")
    assert read_blueprint(container, named, None, OLD, ()).body["Image"] == container.raw["Image"]


@pytest.mark.parametrize("moved", [True, False])
def test_an_empty_entrypoint_stays_empty(moved: bool) -> None:
    """null would bring back the entrypoint of the image, whether its tag has moved or not."""
    container = recorded.container("empty_entrypoint")
    own = recorded.image_of(container)
    body = read_blueprint(container, {"Id": "sha256:another"} if moved else own, own, OLD, ()).body
    assert body["Entrypoint"] == []


def test_an_entrypoint_that_nobody_set_stays_null() -> None:
    assert blueprint("plain").body["Entrypoint"] is None


# -- volumes -----------------------------------------------------------------------------------------------------------


def test_anonymous_volumes_are_named() -> None:
    container = recorded.container("volumes")
    mounted = {mount["Destination"]: mount["Name"] for mount in container.raw["Mounts"] if mount["Type"] == "volume"}
    host_config = blueprint("volumes").body["HostConfig"]
    assert host_config["Binds"] == [
        "fx-named:/named:ro",
        "/tmp:/host:ro",
        f"{mounted['/anon']}:/anon:nocopy",
        f"{mounted['/data']}:/data:nocopy",
    ]
    assert host_config["Mounts"] == [
        {"Type": "volume", "Target": "/m1", "Source": mounted["/m1"], "VolumeOptions": {"NoCopy": True}},
        {"Type": "tmpfs", "Target": "/t1", "TmpfsOptions": {"SizeBytes": 1048576}},
    ]
    targets = [bind_destination(bind) for bind in host_config["Binds"]] + [m["Target"] for m in host_config["Mounts"]]
    assert len(targets) == len(set(targets)), "two entries of one path are refused by the daemon"


def test_read_only_anonymous_volume() -> None:
    container = variant("volumes")
    for mount in t.cast("list[dict[str, t.Any]]", container.raw["Mounts"]):
        mount["RW"] = mount["Destination"] != "/anon"
    binds = read_blueprint(container, None, None, OLD, ()).body["HostConfig"]["Binds"]
    assert [bind.split(":", 1)[1] for bind in binds[2:]] == ["/anon:ro,nocopy", "/data:nocopy"]


def test_volumes_from_a_container_that_is_there() -> None:
    host_config = blueprint("volumes_from").body["HostConfig"]
    assert (host_config["VolumesFrom"], host_config["Binds"]) == (["fx-src"], None)


def test_volumes_from_a_container_that_is_gone() -> None:
    container = recorded.container("volumes_from")
    names = {mount["Destination"]: mount["Name"] for mount in container.raw["Mounts"]}
    host_config = read_blueprint(container, None, None, OLD, ()).body["HostConfig"]
    assert host_config["VolumesFrom"] is None
    assert host_config["Binds"] == [f"{names['/anon']}:/anon:nocopy", "fx-named:/named:ro,nocopy"]


def test_volumes_from_with_a_mode() -> None:
    container = variant("volumes_from", host_config__VolumesFrom=["fx-src:ro"])
    host_config = read_blueprint(container, None, None, OLD, {"fx-src"}).body["HostConfig"]
    assert (host_config["VolumesFrom"], host_config["Binds"]) == (["fx-src:ro"], None)


VOLUMES_FROM: list[t.Any] = [
    pytest.param("f4807c2bac0b", True, id="short_id"),
    pytest.param("f4807c2bac0b:ro", True, id="short_id_with_mode"),
    pytest.param("f4807c2bac0c", False, id="another_id"),
    pytest.param("f4807c", False, id="could_be_a_name"),
]


@pytest.mark.parametrize(("source", "stays"), VOLUMES_FROM)
def test_volumes_from_an_id(source: str, stays: bool) -> None:
    container = variant("volumes_from", host_config__VolumesFrom=[source])
    live = {"fx-src", "f4807c2bac0b" + "0" * 52}
    host_config = read_blueprint(container, None, None, OLD, live).body["HostConfig"]
    assert host_config["VolumesFrom"] == ([source] if stays else None)
    assert bool(host_config["Binds"]) is not stays


def test_folders_of_the_host_from_a_container_that_is_gone() -> None:
    container = variant("volumes_from")
    folder = {"Type": "bind", "Source": "/srv", "RW": True, "Propagation": "rprivate"}
    t.cast(t.Any, container.raw)["Mounts"] = [
        {**folder, "Destination": "/plain"},
        {**folder, "Destination": "/quiet", "RW": False},
        {**folder, "Destination": "/seen", "RW": False, "Propagation": "rslave"},
        {"Type": "tmpfs", "Source": "", "Destination": "/scratch", "RW": True, "Propagation": ""},
    ]
    host_config = read_blueprint(container, None, None, OLD, ()).body["HostConfig"]
    assert host_config["Binds"] == ["/srv:/plain", "/srv:/quiet:ro", "/srv:/seen:ro,rslave"]


@pytest.mark.parametrize("spelling", ["/anon/", "/./anon", "//anon", "/x/../anon"])
def test_anonymous_volumes_of_paths_that_the_engine_spells_otherwise(spelling: str) -> None:
    """Config.Volumes and HostConfig.Mounts stay as they were asked for, what is mounted says the clean path."""
    container = variant("volumes", config__Volumes={spelling: {}, "/data": {}})
    t.cast(t.Any, container.host_config)["Mounts"] = [{"Type": "volume", "Target": "/m1/"}]
    mounted = {mount["Destination"]: mount.get("Name") for mount in container.raw["Mounts"]}
    host_config = read_blueprint(container, None, None, OLD, ()).body["HostConfig"]
    assert f"{mounted['/anon']}:/anon:nocopy" in host_config["Binds"]
    assert [(mount["Target"], mount["Source"]) for mount in host_config["Mounts"]] == [("/m1/", mounted["/m1"])]


# -- endpoints, addresses, MACs ----------------------------------------------------------------------------------------

FULL_ENDPOINTS = {
    "fx-six": {
        "IPAMConfig": {"IPv4Address": "10.231.8.20", "IPv6Address": "fd00:231::20"},
        "Aliases": ["two"],
    },
    "fx-sub": {"IPAMConfig": {"IPv4Address": "10.231.7.20"}, "Aliases": ["api", "app"]},
}


@pytest.mark.parametrize("name", ["full", "full_stopped"])
def test_endpoints_keep_what_was_asked_for(name: str) -> None:
    """No address that was given by the pool, no short ID, no host name, no generated MAC."""
    made = blueprint(name)
    assert made.endpoints == FULL_ENDPOINTS
    assert made.body["MacAddress"] == "02:11:22:33:44:55"


def test_endpoints_of_engine_28() -> None:
    container = recorded.as_engine_28(recorded.container("full"))
    made = read_blueprint(container, None, None, NEW, ())
    assert made.endpoints == {
        **FULL_ENDPOINTS,
        "fx-sub": {**FULL_ENDPOINTS["fx-sub"], "MacAddress": "02:11:22:33:44:55"},
    }
    assert "MacAddress" not in made.body, "a MAC belongs to the endpoint from API 1.44 on"


def test_generated_macs_of_engine_28_are_not_kept() -> None:
    container = recorded.as_engine_28(recorded.container("auto_remove"))
    assert container.endpoints["fx-net"]["MacAddress"] == "b6:4f:1e:00:00:00"
    made = read_blueprint(container, None, None, NEW, ())
    assert made.endpoints == {"fx-net": {}}
    assert "MacAddress" not in made.body


def test_configured_mac_of_an_endpoint_in_engine_25_and_later() -> None:
    container = recorded.with_endpoint_mac(
        recorded.as_engine_28(recorded.container("created")), "fx-net", "02:0a:00:00:00:01"
    )
    made = read_blueprint(container, None, None, NEW, ())
    assert made.endpoints == {"fx-net": {"Aliases": ["web"], "MacAddress": "02:0a:00:00:00:01"}}


def test_exact_aliases_from_1_45_keep_the_host_name() -> None:
    container = recorded.container("full")
    endpoint = {"Aliases": ["fullhost", "app"]}
    assert clean_endpoint(container, endpoint, Api(1, 45)) == {"Aliases": ["app", "fullhost"]}
    assert clean_endpoint(container, endpoint, Api(1, 44)) == {"Aliases": ["app"]}


def test_clean_endpoint_drops_what_is_empty_or_output() -> None:
    container = recorded.container("plain")
    endpoint = {
        "IPAMConfig": {"IPv4Address": "", "LinkLocalIPs": ["169.254.1.1"]},
        "Links": [],
        "Aliases": [container.id[:12]],
        "DriverOpts": {},
        "GwPriority": 0,
        "DNSNames": ["x"],
        "IPAddress": "172.17.0.2",
        "MacAddress": "02:42:ac:11:00:02",
    }
    assert clean_endpoint(container, endpoint, NEW) == {"IPAMConfig": {"LinkLocalIPs": ["169.254.1.1"]}}
    assert clean_endpoint(container, {"GwPriority": 7, "Links": ["a:b"]}, NEW) == {"GwPriority": 7, "Links": ["a:b"]}


@pytest.mark.parametrize("name", ["host_mode", "container_mode"])
def test_no_endpoints_without_a_network(name: str) -> None:
    made = blueprint(name)
    assert made.endpoints == {}
    assert "NetworkingConfig" not in split_endpoints(made, OLD)[0]


# name, API, endpoints of the create, connected later
SPLITS: list[t.Any] = [
    pytest.param("plain", OLD, None, {}, id="bridge"),
    pytest.param("created", OLD, {"fx-net": {"Aliases": ["web"]}}, {}, id="one"),
    pytest.param(
        "full", OLD, {"fx-sub": FULL_ENDPOINTS["fx-sub"]}, {"fx-six": FULL_ENDPOINTS["fx-six"]}, id="two-1.41"
    ),
    pytest.param("mode_network_id", OLD, {"fx-net": {"Aliases": ["byid"]}}, {}, id="mode-is-an-id"),
    pytest.param("moved_off_its_mode", OLD, {"fx-sub": {"Aliases": ["late"]}}, {}, id="left-the-network-of-its-mode"),
    pytest.param("auto_remove", OLD, None, {}, id="nothing-to-say-about-the-only-one"),
]


@pytest.mark.parametrize(("name", "api", "at_create", "later"), SPLITS)
def test_split_endpoints(name: str, api: Api, at_create: t.Any, later: t.Any) -> None:
    body, connects = split_endpoints(blueprint(name, api), api)
    assert (body.get("NetworkingConfig") or {}).get("EndpointsConfig") == at_create
    assert connects == later


def test_split_endpoints_from_1_44() -> None:
    made = blueprint("full", Api(1, 43))
    assert list(split_endpoints(made, Api(1, 43))[1]) == ["fx-six"]
    body, later = split_endpoints(made, Api(1, 44))
    assert sorted(body["NetworkingConfig"]["EndpointsConfig"]) == ["fx-six", "fx-sub"]
    assert later == {}


def test_legacy_links_in_their_portable_form() -> None:
    assert blueprint("legacy_link").body["HostConfig"]["Links"] == ["fx-plain:db"]


# -- another image -----------------------------------------------------------------------------------------------------


def test_image_defaults_are_forgotten() -> None:
    made, image = blueprint("publish_all"), recorded.load("image_app")
    subtract_image_defaults(made, image)
    body = made.body
    assert body["Entrypoint"] is None
    assert body["Cmd"] is None
    for key in ("WorkingDir", "Healthcheck"):
        assert key not in body
    assert [item for item in body["Env"] if item.startswith(("MODE", "LEVEL"))] == []
    assert (body["Labels"], body["Volumes"], body["ExposedPorts"]) == ({}, {}, {"8081/tcp": {}})


def test_own_values_stay() -> None:
    made, image = blueprint("publish_all"), recorded.load("image_app")
    made.body.update(
        Cmd=["other"], WorkingDir="/x", Env=["MODE=mine", "LEVEL=1"], Labels={"origin": "me"}, Volumes={"/more": {}}
    )
    subtract_image_defaults(made, image)
    body = made.body
    assert (body["Cmd"], body["WorkingDir"], body["Env"]) == (["other"], "/x", ["MODE=mine"])
    assert (body["Labels"], body["Volumes"]) == ({"origin": "me"}, {"/more": {}})


def test_data_of_the_old_images_volume_is_kept() -> None:
    made = blueprint("publish_all")
    subtract_image_defaults(made, recorded.load("image_app"))
    assert [bind_destination(bind) for bind in made.body["HostConfig"]["Binds"]] == ["/data"]


BINDS: list[t.Any] = [
    pytest.param("/data", "/data", id="anonymous"),
    pytest.param("name:/data", "/data", id="named"),
    pytest.param("/host:/data:ro,z", "/data", id="mode"),
    pytest.param("name:/data/", "/data", id="slash"),
    pytest.param("name:/data/./sub//", "/data/sub", id="dots"),
    pytest.param("/", "/", id="root"),
]


@pytest.mark.parametrize(("bind", "destination"), BINDS)
def test_bind_destination(bind: str, destination: str) -> None:
    assert bind_destination(bind) == destination
