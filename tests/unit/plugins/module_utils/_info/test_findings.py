# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
import yaml

from ansible_collections.bridgeport.docker.plugins.module_utils._desired.selector import Selector
from ansible_collections.bridgeport.docker.plugins.module_utils._info.conflicts import Conflict
from ansible_collections.bridgeport.docker.plugins.module_utils._info.findings import find_problems
from ansible_collections.bridgeport.docker.plugins.module_utils._info.topology import Topology, select, topology_rows
from ansible_collections.bridgeport.docker.plugins.module_utils._objects.journal import LABEL, Entry, Journal
from ansible_collections.bridgeport.docker.plugins.module_utils._objects.leftovers import Lock, Owner, lock_name
from ansible_collections.bridgeport.docker.plugins.module_utils._objects.names import backup_name
from ansible_collections.bridgeport.docker.plugins.module_utils._objects.ports import Publication
from ansible_collections.bridgeport.docker.plugins.module_utils._objects.snapshot import Snapshot
from ansible_collections.bridgeport.docker.plugins.module_utils._observe.snapshot import (
    inspect_containers,
    read_changes,
    read_listing,
)
from ansible_collections.bridgeport.docker.tests.support.odd_names import ODD_NAMES
from ansible_collections.bridgeport.docker.tests.unit.support.model_daemon import ModelClient, ModelDaemon

ANY = "0.0.0.0"
Build = t.Callable[[ModelDaemon], object]


def read(daemon: ModelDaemon, **changes: t.Any) -> Topology:
    client = ModelClient(daemon)
    host: Snapshot = read_changes(client, read_listing(client))
    host = inspect_containers(client, host, host.summaries)
    selector = changes.pop("selector", Selector())
    containers, networks = select(host, selector)
    return Topology("model", host, containers, networks, selector, **changes)


def problems(daemon: ModelDaemon, **changes: t.Any) -> list[dict[str, t.Any]]:
    topology = read(daemon, **changes)
    return find_problems(topology, topology_rows(topology)["containers"])


def add(daemon: ModelDaemon, name: str, address: str | None = None, *, start: bool = True, **host_config: t.Any) -> str:
    """On the network net, and with 80/tcp on host port 8080 of the address where there is one."""
    ports = {} if address is None else {"80/tcp": [{"HostIp": address, "HostPort": "8080"}]}
    host = {"NetworkMode": "net", "PortBindings": ports, **host_config}
    return daemon.add_container(name, start=start, HostConfig=host, ExposedPorts={key: {} for key in ports})


def _dead_namespace(daemon: ModelDaemon) -> None:
    gone = add(daemon, "gone")
    add(daemon, "web", NetworkMode=f"container:{gone}", PidMode=f"container:{gone}")
    del daemon.containers[gone]


def _living_namespace(daemon: ModelDaemon) -> None:
    add(daemon, "web", NetworkMode=f"container:{add(daemon, 'other')}")


def _stale_network(daemon: ModelDaemon) -> None:
    add(daemon, "web", start=False)
    daemon.networks = {key: raw for key, raw in daemon.networks.items() if raw["Name"] != "net"}


def _duplicate(daemon: ModelDaemon) -> None:
    daemon.add_network("net")


def _link(daemon: ModelDaemon) -> None:
    add(daemon, "db")
    add(daemon, "web", Links=["db:store"])


CASES: list[t.Any] = [
    pytest.param(lambda daemon: add(daemon, "web"), [], id="nothing"),
    pytest.param(
        lambda daemon: add(daemon, "web", ANY), [("exposed_to_all", "warning", "container", "web")], id="ipv4"
    ),
    pytest.param(
        lambda daemon: add(daemon, "web", "::"), [("exposed_to_all", "warning", "container", "web")], id="ipv6"
    ),
    pytest.param(
        lambda daemon: add(daemon, "web", "", start=False), [("exposed_to_all", "info", "container", "web")], id="idle"
    ),
    pytest.param(lambda daemon: add(daemon, "web", "192.0.2.7"), [], id="one-address"),
    pytest.param(
        lambda daemon: add(daemon, "web", "127.0.0.1"),
        [("loopback_reachable_from_link", "warning", "host", "model")],
        id="loopback",
    ),
    pytest.param(lambda daemon: add(daemon, "web", "127.0.0.1", start=False), [], id="loopback-idle"),
    pytest.param(lambda daemon: add(daemon, "web", "::1"), [], id="loopback-of-ipv6"),
    pytest.param(
        lambda daemon: add(daemon, "web", NetworkMode="default"),
        [("default_bridge", "info", "container", "web")],
        id="default-bridge",
    ),
    pytest.param(_link, [("legacy_link", "warning", "container", "web")], id="link"),
    pytest.param(_stale_network, [("stale_network", "error", "container", "web")], id="stale"),
    pytest.param(_duplicate, [("duplicate_network_name", "warning", "network", "net")], id="duplicate"),
    pytest.param(
        lambda daemon: add(daemon, "web", ANY, NetworkMode="none"),
        [("publishes_nothing", "warning", "container", "web")],
        id="mode-none",
    ),
    pytest.param(
        lambda daemon: add(daemon, "web", "127.0.0.1", start=False, NetworkMode="inner"),
        [("publishes_nothing", "warning", "container", "web")],
        id="internal",
    ),
    pytest.param(lambda daemon: add(daemon, "web", NetworkMode="inner"), [], id="internal-without-ports"),
    pytest.param(_dead_namespace, [("dead_namespace", "error", "container", "web")], id="dead-namespace"),
    pytest.param(_living_namespace, [], id="living-namespace"),
]


def summed_up(found: t.Iterable[dict[str, t.Any]]) -> list[tuple[str, str, str, str]]:
    return [(each["code"], each["severity"], each["object"]["kind"], each["object"]["name"]) for each in found]


def host() -> ModelDaemon:
    daemon = ModelDaemon()
    daemon.add_network("net")
    daemon.add_network("inner", Internal=True)
    return daemon


@pytest.mark.parametrize(("build", "expected"), CASES)
def test_findings(build: Build, expected: list[tuple[str, str, str, str]]) -> None:
    daemon = host()
    build(daemon)
    found = problems(daemon)
    assert summed_up(found) == expected
    for each in found:
        assert set(each) == {"code", "severity", "object", "message", "remedy"}
        assert each["message"].endswith(".")
        assert each["remedy"].endswith(".")
        assert each["object"]["name"] in each["message"] or each["object"]["kind"] == "host"


@pytest.mark.parametrize(("version", "expected"), [("27.5.1", 1), ("28.0.0", 0), ("dev", 0)])
def test_loopback_is_safe_from_engine_28_on(version: str, expected: int) -> None:
    daemon = ModelDaemon(version=version)
    daemon.add_network("net")
    add(daemon, "web", "127.0.0.1")
    assert len(problems(daemon)) == expected


def test_the_remedy_of_an_exposed_port_keeps_the_others() -> None:
    daemon = host()
    ports = {"80/tcp": [{"HostIp": ANY, "HostPort": "8080"}], "53/udp": [{"HostIp": "192.0.2.7", "HostPort": "53"}]}
    exposed: dict[str, t.Any] = {"80/tcp": {}, "53/udp": {}}
    daemon.add_container("web", HostConfig={"NetworkMode": "net", "PortBindings": ports}, ExposedPorts=exposed)
    (found,) = problems(daemon)
    assert "80/tcp as port 8080" in found["message"]
    assert "53" not in found["message"]
    assert "{name: 'web', published_ports: ['192.0.2.7:53:53/udp', '127.0.0.1:8080:80/tcp']}." in found["remedy"]


HOLDERS = [
    (Conflict("web", Publication(80, "tcp", "", 8080), "running", "api"), "container 'api' has that port"),
    (Conflict("web", Publication(80, "tcp", "", 8080), "stopped", "old"), "'old', which does not run either"),
    (
        Conflict("web", Publication(80, "tcp", "", 8080), "process", "nginx (PID 8)"),
        "process nginx (PID 8) has that port",
    ),
    (Conflict("web", Publication(80, "tcp", "", 8080), "process"), "a process has that port"),
    (Conflict("web", Publication(80, "tcp", "192.0.2.7", 8080), "no_address"), "no such address"),
]


@pytest.mark.parametrize(("conflict", "text"), HOLDERS)
def test_ports_at_the_next_start(conflict: Conflict, text: str) -> None:
    daemon = host()
    add(daemon, "web", "127.0.0.1", start=False)
    found = problems(daemon, conflicts=(conflict,))
    assert summed_up(found) == [("port_conflict_at_next_start", "warning", "container", "web")]
    assert text in found[0]["message"]
    assert problems(daemon, conflicts=(conflict,), selector=Selector(("net-of-nobody",))) == []


def test_one_finding_for_each_publication() -> None:
    daemon = host()
    add(daemon, "web", "127.0.0.1", start=False)
    (found,) = problems(daemon, conflicts=(HOLDERS[0][0], HOLDERS[1][0]))
    assert "'api'" in found["message"]
    assert "'old'" in found["message"]


LOCK = lock_name(("container", "web"))
LOCKED = Lock(LOCK, Owner("a" * 32, "", "", 1, "", 1.0), ("container", "web")).as_labels()


UNREADABLE = f"bridgeport-journal-{20 * '0'}"


def leave(daemon: ModelDaemon, *what: str) -> None:
    web = add(daemon, "web")
    if "backup" in what:
        backup = daemon.add_container("backup", start=False, HostConfig={"NetworkMode": "net"})
        ModelClient(daemon).post(f"/containers/{backup}/rename", name=backup_name("web", backup))
    if "journal" in what:
        journal = Journal((Entry("web", web, "b" * 64),))
        ModelClient(daemon).post("/volumes/create", {"Name": journal.volume, "Labels": journal.as_labels()})
    if "lock" in what:
        ModelClient(daemon).post("/volumes/create", {"Name": LOCK, "Labels": LOCKED})
    if "foreign" in what:
        ModelClient(daemon).post("/volumes/create", {"Name": f"{LOCK}-break", "Labels": {}})
    if "unreadable" in what:
        labels = {LABEL: '{"entries": [], "rebuild": {"of_a_later_version": 1}}'}
        ModelClient(daemon).post("/volumes/create", {"Name": UNREADABLE, "Labels": labels})


@pytest.mark.parametrize(
    ("what", "held", "expected"),
    [
        (["backup"], False, ("error", "container", "web")),
        (["journal"], False, ("error", "container", "web")),
        (["journal", "backup", "lock"], False, ("error", "container", "web")),
        (["journal", "backup", "lock"], True, None),
        (["lock"], False, ("info", "container", "web")),
        (["lock"], True, None),
        (["foreign"], False, None),
        (["unreadable"], False, ("error", "volume", UNREADABLE)),
    ],
)
def test_interrupted_changes(what: list[str], held: bool, expected: tuple[str, str, str] | None) -> None:
    daemon = host()
    leave(daemon, *what)
    found = problems(daemon, held=frozenset([LOCK] if held else ()))
    assert summed_up(found) == ([] if expected is None else [("interrupted_change", *expected)])


def test_the_worst_comes_first() -> None:
    daemon = host()
    _dead_namespace(daemon)
    add(daemon, "api", ANY, NetworkMode="default")
    assert [each["severity"] for each in problems(daemon)] == ["error", "warning", "info"]


@pytest.mark.parametrize("name", ODD_NAMES)
def test_remedies_are_read_back(name: str) -> None:
    daemon = ModelDaemon()
    daemon.add_network("bridge")
    ports = {"80/tcp": [{"HostIp": ANY, "HostPort": "8080"}]}
    daemon.add_container(name, HostConfig={"NetworkMode": "bridge", "PortBindings": ports}, ExposedPorts={"80/tcp": {}})
    remedies = {found["code"]: found["remedy"] for found in problems(daemon)}
    read_back = {
        code: yaml.safe_load(text[text.index("{") : text.rindex("}") + 1])
        for code, text in remedies.items()
        if "{" in text
    }
    assert read_back["exposed_to_all"] == {"name": name, "published_ports": ["127.0.0.1:8080:80/tcp"]}
    assert read_back["default_bridge"] == {"connected": [name], "appends": True}
