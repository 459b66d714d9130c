# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.bridgeport.docker.plugins.module_utils._desired.parse import parse_container, parse_network
from ansible_collections.bridgeport.docker.plugins.module_utils._desired.state import DesiredState
from ansible_collections.bridgeport.docker.plugins.module_utils._errors import Failure
from ansible_collections.bridgeport.docker.plugins.module_utils._objects.containers import Container
from ansible_collections.bridgeport.docker.plugins.module_utils._objects.layer import Layer, list_mount_points
from ansible_collections.bridgeport.docker.plugins.module_utils._objects.layer_changes import LayerChanges
from ansible_collections.bridgeport.docker.plugins.module_utils._observe.layer import fetch_layer
from ansible_collections.bridgeport.docker.plugins.module_utils._observe.snapshot import (
    inspect_containers,
    read_depth,
    read_listing,
    read_snapshot,
)
from ansible_collections.bridgeport.docker.tests.unit.support import recorded
from ansible_collections.bridgeport.docker.tests.unit.support.model_daemon import ModelClient, ModelDaemon


def host() -> ModelDaemon:
    daemon = ModelDaemon()
    daemon.add_network("net")
    for name in ("web", "db", "idle"):
        daemon.add_container(
            name, start=name != "idle", HostConfig={"NetworkMode": "net" if name != "db" else "default"}
        )
    daemon.requests.clear()
    return daemon


def test_a_listing_is_three_requests() -> None:
    daemon = host()
    listing = read_listing(ModelClient(daemon))
    assert daemon.requests == ["GET /version", "GET /containers/json", "GET /networks"]
    assert [each.name for each in listing.summaries] == ["web", "db", "idle"]
    assert (listing.containers, listing.engine.api, listing.engine.is_local) == ({}, (1, 41), False)


def inspected(daemon: ModelDaemon, networks: t.Sequence[t.Any] = (), containers: t.Sequence[t.Any] = ()) -> list[str]:
    desired = DesiredState(
        tuple(parse_network(each) for each in networks), tuple(parse_container(each) for each in containers)
    )
    host_read = read_snapshot(ModelClient(daemon), desired)
    return sorted(container.name for container in host_read.containers.values())


READ: list[t.Any] = [
    pytest.param([], [], [], id="nothing"),
    pytest.param([], [{"name": "web"}], ["web"], id="container"),
    pytest.param([], [{"name": "nobody"}], [], id="nobody"),
    pytest.param([{"name": "net"}], [], ["idle", "web"], id="members-running-and-stopped"),
    pytest.param([{"name": "new", "connected": ["db", "nobody"]}], [], ["db"], id="connected"),
]


@pytest.mark.parametrize(("networks", "containers", "expected"), READ)
def test_only_what_is_asked_about_is_inspected(networks: t.Any, containers: t.Any, expected: list[str]) -> None:
    assert inspected(host(), networks, containers) == expected


def test_members_of_a_network_named_by_its_id() -> None:
    daemon = host()
    network = next(raw["Id"] for raw in daemon.networks.values() if raw["Name"] == "net")
    assert inspected(daemon, [{"name": network[:12]}]) == ["idle", "web"]


def test_images_of_the_task_and_of_containers() -> None:
    daemon = host()
    read = read_snapshot(
        ModelClient(daemon), DesiredState(containers=(parse_container({"name": "web", "image": "nope:1"}),))
    )
    image = daemon.images["busybox:1"]
    assert {key: value and value["Id"] for key, value in read.images.items()} == {
        "busybox:1": image["Id"],
        image["Id"]: image["Id"],
        "nope:1": None,
    }


def test_what_has_vanished_meanwhile_is_not_there() -> None:
    daemon = host()
    client = ModelClient(daemon)
    listing = read_listing(client)
    del daemon.containers[daemon.named("db")["Id"]]
    read = inspect_containers(client, listing, listing.summaries)
    assert [each.name for each in read.summaries] == ["web", "idle"]
    assert len(read.containers) == 2


def test_depth_reads_layers_of_the_replaced_and_everybody_who_may_depend() -> None:
    daemon = host()
    client = ModelClient(daemon)
    web = daemon.named("web")["Id"]
    daemon.layers[web] = [{"Path": "/new", "Kind": 1}]
    read = read_depth(
        client, read_snapshot(client, DesiredState(containers=(parse_container({"name": "web"}),))), {web: ["/data"]}
    )
    assert read.layers == {
        web: Layer(frozenset({"/new"}), (), ("added /new",), above=read.layers[web].above),
    }
    assert len(read.containers) == 3
    assert len([request for request in daemon.requests if request.endswith("/changes")]) == 1


LINKS: list[t.Any] = [
    pytest.param({"/var/run": "/run"}, "/run/docker.sock", id="folder"),
    pytest.param({"/var/run/docker.sock": "/srv/socket"}, "/srv/socket", id="itself"),
    pytest.param({"/var": "/a", "/a/run": "/b"}, "/b/docker.sock", id="twice"),
    pytest.param({"/var": "/"}, "/run/docker.sock", id="root"),
]


@pytest.mark.parametrize(("links", "listed"), LINKS)
def test_mount_points_behind_symbolic_links(links: dict[str, str], listed: str) -> None:
    daemon = host()
    web = daemon.named("web")
    web["Mounts"] = [{"Type": "bind", "Destination": path} for path in ("/var/run/docker.sock", "/var/run/other")]
    daemon.layers[web["Id"]] = [{"Path": listed, "Kind": 1}]
    daemon.symlinks = links
    client = ModelClient(daemon)
    assert fetch_layer(client, Container(web)).summary == ()
    asked = [request for request in daemon.requests if request.startswith("HEAD")]
    assert len(asked) == len(set(asked)), "nothing is asked twice"


def test_where_nothing_was_written_no_links_are_asked_for() -> None:
    daemon = host()
    web = daemon.named("web")
    web["Mounts"] = [{"Type": "bind", "Destination": "/data"}]
    daemon.layers[web["Id"]] = [{"Path": "/data", "Kind": 1}]
    fetch_layer(ModelClient(daemon), Container(web))
    assert not [request for request in daemon.requests if request.startswith("HEAD")]


@pytest.mark.parametrize(
    "listed",
    [
        pytest.param([("/run", 1), ("/run/s", 1)], id="made"),
        pytest.param([("/run", 0), ("/run/s", 1)], id="changed"),
        pytest.param([("/run", 1), ("/run/s", 1), ("/x", 1)], id="and something beside it"),
    ],
)
def test_a_root_that_is_read_only_has_no_layer(listed: list[tuple[str, int]]) -> None:
    """What is listed are directories for mounts; a successor would not take them from anybody either."""
    daemon = host()
    web = daemon.named("web")
    web["Mounts"] = [{"Type": "bind", "Destination": "/run/s"}]
    web["HostConfig"]["ReadonlyRootfs"] = True
    daemon.layers[web["Id"]] = [{"Path": path, "Kind": kind} for path, kind in listed]
    assert fetch_layer(ModelClient(daemon), Container(web)) == Layer(frozenset(), (), ())


@pytest.mark.parametrize("change", [{}, {"Path": "/x"}, {"Path": 5, "Kind": 1}, {"Path": "/x", "Kind": None}])
def test_changes_that_are_none(change: dict[str, t.Any]) -> None:
    daemon = host()
    web = daemon.named("web")
    daemon.layers[web["Id"]] = [change]
    with pytest.raises(Failure) as caught:
        fetch_layer(ModelClient(daemon), Container(web))
    assert caught.value.code == "daemon_error"


# -- the writable layer ------------------------------------------------------------------------------------------------


def test_recorded_changes() -> None:
    """Mount points, what --init mounts, and directories that hold a change are none."""
    layer = LayerChanges(recorded.load("changes")).read_layer_as_written(
        list_mount_points(recorded.container("volumes"))
    )
    assert sorted(layer.summary) == ["added /etc/new", "added /opt", "added /opt/deep", "deleted /bin/wget"]


CHANGES: list[t.Any] = [
    pytest.param([(1, "/anon")], [], id="mount-point"),
    pytest.param([(1, "/anon/file")], [], id="below-a-mount-point"),
    pytest.param([(1, "/anonymous")], ["added /anonymous"], id="beside-a-mount-point"),
    pytest.param([(0, "/etc"), (0, "/etc/passwd")], ["changed /etc/passwd"], id="holder"),
    pytest.param([(0, "/etc")], ["changed /etc"], id="directory-itself"),
    pytest.param([(2, "/etc/passwd"), (0, "/etc")], ["deleted /etc/passwd"], id="deletion"),
    pytest.param([(1, "/t2/x")], [], id="tmpfs"),
    pytest.param([(1, "/sbin"), (1, "/sbin/docker-init")], [], id="init"),
    pytest.param([(1, "/sbin"), (1, "/sbin/docker-init"), (1, "/sbin/x")], ["added /sbin/x"], id="beside-init"),
    pytest.param([(7, "/x")], ["? /x"], id="unknown-kind"),
]


@pytest.mark.parametrize(("changes", "expected"), CHANGES)
def test_summary_of_changes(changes: list[tuple[int, str]], expected: list[str]) -> None:
    raw = [{"Kind": kind, "Path": path} for kind, path in changes]
    mounts = list_mount_points(recorded.container("volumes"))
    assert list(LayerChanges(raw).read_layer_as_written(mounts).summary) == expected
