# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A host with everything that can be found on one, made by the docker CLI."""

from __future__ import annotations

import re
import typing as t

import docker as sdk
import pytest
import yaml

from ansible_collections.bridgeport.docker.plugins.module_utils._objects.leftovers import Lock, Owner, lock_name
from ansible_collections.bridgeport.docker.tests.engine.site import Result, Site, has_ipv6
from ansible_collections.bridgeport.docker.tests.support.module_runner import Runner
from ansible_collections.bridgeport.docker.tests.support.real_engine import SOCKET, Images, docker

MODULE = "docker_topology_info"
SLEEP = ("sleep", "3600")


class Town(Site):
    lock = ""

    def build(self) -> None:
        base, subnet = self.base, self.subnet
        self.label = f"bridgeport-test={self.prefix}"
        net = self.network(
            "net", "--label", self.label, "--subnet", f"{subnet}.0/28", "--aux-address", f"nas={subnet}.5"
        )
        self.network("range", "--subnet", f"{subnet}.64/26", "--ip-range", f"{subnet}.72/30")
        six = ("--ipv6", "--subnet", f"{self.subnet6}::/64") if has_ipv6() else ()
        self.network("six", "--subnet", f"{subnet}.128/29", *six)
        inner = self.network("inner", "--internal")
        gone = self.network("gone")
        on = ("--network", net)
        self.run(
            "web",
            *(*on, "--network-alias", "www", "--label", self.label, "--restart", "unless-stopped"),
            *("-e", "SECRET=swordfish", "-p", f"{base}:80", "-p", f"127.0.0.1:{base + 1}:81"),
            command=SLEEP,
        )
        self.run("db", command=SLEEP)
        self.run("app", "--link", f"{self.name('db')}:store", "--pid", f"container:{self.name('web')}", command=SLEEP)
        self.create("idle", *on, "-p", f"{base}:80", command=SLEEP)
        self.run("host", "--network", "host", command=("httpd", "-f", "-p", f"127.0.0.1:{base + 2}"))
        self.create("held", *on, "-p", f"127.0.0.1:{base + 2}:80", command=SLEEP)
        self.create("far", *on, "-p", f"203.0.113.7:{base + 3}:80", command=SLEEP)
        self.run("silent", "--network", inner, "-p", f"127.0.0.1:{base + 4}:80", command=SLEEP)
        brief = self.run("tmp", "--network", "none", command=SLEEP)
        self.create("side", "--network", f"container:{brief}", command=SLEEP)
        docker("rm", "-f", brief)
        self.create("lost", "--network", gone, command=SLEEP)
        docker("network", "rm", gone)
        self.backup = self.short(self.create_backup("web", *on, "-p", f"{base}:80", command=SLEEP))
        # Of a run on a machine that is not this one, and that may still go on: one that is over any run would remove.
        key = ("container", self.name("db"))
        owner = Owner("0123456789abcdef" * 2, "", "", pid=1, start_time="", deadline=9999999999.0)
        labels = [f"{label}={text}" for label, text in Lock(lock_name(key), owner, key).as_labels().items()]
        self.lock = lock_name(key)
        docker("volume", "create", *(word for each in (self.label, *labels) for word in ("--label", each)), self.lock)
        self.has_twins = self._make_twin(inner)
        self.whole = self.ask()

    @staticmethod
    def _make_twin(name: str) -> bool:
        """Whether the engine accepts two networks of one name."""
        client = sdk.APIClient(f"unix://{SOCKET}", version="auto")
        try:
            client.create_network(name, internal=True)
            return True
        except sdk.errors.APIError as error:
            if error.status_code != 409:
                raise
            return False
        finally:
            client.close()

    def ask(self, **options: t.Any) -> Result:
        result = self.does(MODULE, **options)
        assert result["changed"] is False
        return result

    def short(self, name: str) -> str:
        return name.replace(f"{self.prefix}-", "")

    def of_whole(self, kind: str, what: str) -> dict[str, t.Any]:
        (found,) = (each for each in self.whole[kind] if each["name"] == self.name(what))
        return t.cast(t.Dict[str, t.Any], found)

    def findings(self) -> list[dict[str, t.Any]]:
        return [each for each in self.whole["findings"] if each["object"]["name"].startswith(self.prefix)]

    def close(self) -> None:
        if self.lock:
            docker("volume", "rm", self.lock, check=False)
        super().close()


@pytest.fixture(scope="module")
def town(runner: Runner, images: Images) -> t.Iterator[Town]:
    with Town.open(runner, images) as made:
        yield made


def is_old() -> bool:
    version = docker("version", "--format", "{{.Server.Version}}")
    return tuple(int(number) for number in re.findall(r"\d+", version)[:2]) < (28, 0)


def test_some_are_asked_for(town: Town) -> None:
    """What belongs to what is asked for comes along, and nothing else."""
    web_id, name = town.of_whole("containers", "web")["id"], town.name
    labels = [town.label]
    cases: list[tuple[dict[str, list[str]], list[str], list[str]]] = [
        ({"names": [name("web")]}, ["web"], ["net"]),
        ({"names": [name("net")]}, [], ["net"]),
        ({"names": [name("side"), name("range")]}, ["side"], ["range"]),
        ({"names": [name("host")]}, ["host"], ["host"]),
        ({"names": [web_id[:12]]}, ["web"], ["net"]),
        # The engine itself would take the beginning of an ID for a name.
        ({"names": [web_id[:11]]}, [], []),
        ({"names": [town.prefix]}, [], []),
        ({"names": []}, [], []),
        ({"labels": labels}, ["web"], ["net"]),
        ({"labels": [*labels, "other"]}, [], []),
        ({"labels": labels, "names": [name("web")]}, ["web"], ["net"]),
        ({"labels": labels, "names": [name("db")]}, [], []),
    ]
    results = []
    for options, containers, networks in cases:
        result = town.ask(**options)
        assert [town.short(each["name"]) for each in result["containers"]] == containers, options
        assert [town.short(each["name"]) for each in result["networks"]] == networks, options
        results.append(result)
    of_old = ["loopback_reachable_from_link"] if is_old() else []
    assert [each["kind"] for each in results[0]["leftovers"]] == ["backup"]
    codes = sorted({each["code"] for each in results[0]["findings"]})
    assert codes == ["exposed_to_all", "interrupted_change", *of_old]
    assert results[0]["networks"] == [town.of_whole("networks", "net")]
    assert results[0]["containers"] == [town.of_whole("containers", "web")]
    assert [each["code"] for each in results[2]["findings"]] == ["dead_namespace"]
    assert results[5]["findings"] == []


def test_what_means_nothing(town: Town) -> None:
    cases: list[tuple[str, dict[str, t.Any]]] = [
        ("option_conflict", {"labels": ["=x"]}),
        ("option_conflict", {"labels": [""]}),
        ("option_conflict", {"api_version": "newest"}),
        ("daemon_error", {"api_version": "1.99"}),
    ]
    for code, options in cases:
        assert re.search(r"\.( |$)", town.fails(MODULE, code, **options)["msg"])


def test_everything_that_is_wrong_is_found_and_nothing_else(town: Town) -> None:
    found = town.findings()
    expected = [
        "error dead_namespace container side",
        "error interrupted_change container web",
        "error stale_network container lost",
        "warning exposed_to_all container web",
        "warning legacy_link container app",
        "warning port_conflict_at_next_start container far",
        "warning port_conflict_at_next_start container held",
        "warning port_conflict_at_next_start container idle",
        "warning publishes_nothing container silent",
        *(["warning duplicate_network_name network inner"] if town.has_twins else []),
        "info default_bridge container app",
        "info default_bridge container db",
        "info exposed_to_all container idle",
        f"info exposed_to_all container {town.backup}",
    ]
    said = []
    for each in found:
        kind, name = each["object"]["kind"], town.short(each["object"]["name"])
        said.append(f"{each['severity']} {each['code']} {kind} {name}")
    assert sorted(said) == sorted(expected)
    assert list(dict.fromkeys(each["severity"] for each in found)) == ["error", "warning", "info"]
    assert all(each[key].endswith(".") for each in found for key in ("message", "remedy"))
    of_host = [each for each in town.whole["findings"] if each["object"]["kind"] == "host"]
    assert len(of_host) == (1 if is_old() else 0)
    assert all(town.name("web") in each["message"] for each in of_host)
    conflicts = [each["message"] for each in found if each["code"] == "port_conflict_at_next_start"]
    for pattern in (
        f"{town.name('web')}. has that port",
        r"process httpd \(PID [0-9]+\) has that port",
        "this host has no such address",
    ):
        assert len([message for message in conflicts if re.search(pattern, message)]) == 1, pattern
    # The remedy of what can be reached from everywhere: it is for this host only.
    (remedy,) = (
        each["remedy"]
        for each in found
        if (each["object"]["name"], each["code"]) == (town.name("idle"), "exposed_to_all")
    )
    specs = yaml.safe_load(t.cast("re.Match[str]", re.search(r"published_ports: (\[.*\])", remedy))[1])
    closed = town.does("docker_port_publish", name=town.name("idle"), published_ports=specs)
    assert [row["host_ip"] for row in closed["published"]] == ["127.0.0.1"]


def test_free_addresses_are_counted(town: Town) -> None:
    subnet, names = town.subnet, [town.name(what) for what in ("net", "range", "six")]
    net, ranged, six = (each["free_addresses"] for each in town.ask(names=names)["networks"])
    # 16, less the first and the last one, the gateway, the auxiliary address and web.
    assert net == [{"subnet": f"{subnet}.0/28", "free": 11}]
    # A range of four. The engine takes the gateway out of it.
    assert ranged == [{"subnet": f"{subnet}.64/26", "free": 3}]
    assert six[0] == {"subnet": f"{subnet}.128/29", "free": 5}
    assert not has_ipv6() or six[1]["free"] == 4294967296
    # They are used up.
    for what, free in (("range", 3), ("six", 5)):
        for number in range(free):
            on = ("--network", town.name(what))
            town.run(f"{what}-{number}", *on, image=town.images.scratch, command=())
        with pytest.raises(AssertionError):
            town.run(f"{what}-{free}", "--network", town.name(what), image=town.images.scratch, command=())
    left = [each["free_addresses"][0]["free"] for each in town.ask(names=names[1:])["networks"]]
    assert left == [0, 0]
