# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Many containers in one task: ports change hands, one item fails, and what cannot be is refused as a whole."""

from __future__ import annotations

import re
import typing as t

import pytest

from ansible_collections.bridgeport.docker.tests.engine.site import HTTPD, Result, Site
from ansible_collections.bridgeport.docker.tests.support.module_runner import Runner
from ansible_collections.bridgeport.docker.tests.support.real_engine import Images, docker

Options = t.Dict[str, t.Any]
SERVE = " ".join(HTTPD)


class Town(Site):
    """Containers of one topology: web on two networks, db, and idle, which does not run."""

    def change(self, *containers: Options, networks: t.Sequence[Options] = (), **options: t.Any) -> Result:
        return self.module("docker_topology", containers=list(containers), networks=list(networks), **options)

    def changes(self, *containers: Options, **options: t.Any) -> Result:
        result = self.change(*containers, **options)
        assert not result.get("failed"), result
        return result

    def item(self, what: str, *ports: str, **options: t.Any) -> Options:
        published = {"published_ports": list(ports)} if ports else {}
        return {"name": self.name(what), "force_kill": True, **published, **options}

    def new(self, what: str, *ports: str, **options: t.Any) -> Options:
        return {"image": self.images.busybox, "command": SERVE, **self.item(what, *ports, **options)}

    def at(self, offset: int, port: int = 80) -> str:
        return f"127.0.0.1:{self.base + offset}:{port}"

    def all_seen(self) -> dict[str, dict[str, t.Any]]:
        return {what: self.seen(self.name(what)) for what in self.standing}

    @staticmethod
    def host_port(seen: t.Mapping[str, t.Any], port: int = 80) -> str:
        return str(seen["NetworkSettings"]["Ports"][f"{port}/tcp"][0]["HostPort"])

    def build(self) -> None:
        front, back = self.name("front"), self.name("back")
        self.network("front", "--subnet", f"{self.subnet}.0/24", "--gateway", f"{self.subnet}.1")
        self.network("back")
        on_both = [{"name": front, "ipv4_address": f"{self.subnet}.10"}, {"name": back}]
        stops = ["sh", "-c", 'trap "exit 0" TERM; while :; do sleep 0.2; done']
        self.changes(
            self.new("web", self.at(0), networks=on_both),
            self.new("db", networks=[{"name": front}, {"name": back}], command=stops, state="started"),
            self.new("idle", self.at(1), network_mode=front, state="started"),
        )


@pytest.fixture
def town(runner: Runner, images: Images) -> t.Iterator[Town]:
    with Town.open(runner, images) as made:
        yield made


def test_a_port_is_handed_over(town: Town) -> None:
    base, back = town.base, town.name("back")
    before = town.all_seen()
    handover = [
        # The taker comes first in the list, and last in time.
        town.new("taker", town.at(0), networks=[{"name": back}]),
        town.item("web", town.at(2), town.at(1, 81)),
        town.item("idle", state="absent", remove_volumes=True),
    ]
    predicted = town.changes(*handover, check=True)
    assert predicted["changed"] is True
    assert town.all_seen() == before
    result, again = town.changes(*handover), town.changes(*handover)
    assert result["changed"] is True
    assert again["changed"] is False
    assert again["containers"] == result["containers"]
    assert [each["name"] for each in result["containers"]] == [town.name("taker"), town.name("web")]
    for one, other in zip(predicted["containers"], result["containers"]):
        assert one["published"] == other["published"]
    seen = town.all_seen()
    assert town.host_port(seen["taker"]) == str(base)
    assert town.host_port(seen["web"]) == str(base + 2)
    assert town.host_port(seen["web"], 81) == str(base + 1)
    assert seen["web"]["Id"] != before["web"]["Id"]
    assert seen["web"]["NetworkSettings"]["Networks"][town.name("front")]["IPAddress"] == f"{town.subnet}.10"
    assert seen["db"]["Id"] == before["db"]["Id"]
    assert town.standing == ["db", "taker", "web"]
    assert all(town.fetch(port) for port in (base, base + 2))


def test_ports_are_exchanged(town: Town) -> None:
    base = town.base
    town.changes(town.item("idle", state="absent"), town.new("taker", town.at(2)))
    exchange = [town.item("web", town.at(2), town.at(1, 81)), town.item("taker", town.at(0))]
    predicted = town.changes(*exchange, check=True)
    result, again = town.changes(*exchange), town.changes(*exchange)
    assert result["changed"] is True
    assert again["changed"] is False
    assert result["actions"] == predicted["actions"]
    for one, other in zip(predicted["containers"], result["containers"]):
        assert one["published"] == other["published"]
    seen = town.all_seen()
    assert town.host_port(seen["web"]) == str(base + 2)
    assert town.host_port(seen["taker"]) == str(base)

    # A failure in the middle of an exchange: both stand as before.
    back_again = [town.item("web", town.at(0), town.at(1, 81)), town.item("taker", town.at(2))]
    failed = town.change(back_again[0], {**back_again[1], "command": "sh -c 'exit 3'"})
    assert failed["failure"]["code"] == "start_failed", failed
    assert failed["rolled_back"]
    seen = town.all_seen()
    assert [seen[what]["Id"] for what in ("web", "taker")] == [each["id"] for each in result["containers"]]
    assert all(town.fetch(port) for port in (base, base + 2))

    # Once more, with a container that shares the network of one.
    guest = town.new("guest", command="httpd -f -p 81 -h /etc", network_mode=f"container:{town.name('web')}")
    town.changes(guest, *back_again)
    seen = town.all_seen()
    assert seen["guest"]["HostConfig"]["NetworkMode"] == f"container:{seen['web']['Id']}"
    assert all(town.fetch(port) for port in (base, base + 1, base + 2))
    # The guest goes, and its host gets another port, in one task.
    web = town.item("web", town.at(0), town.at(1, 81), town.at(3, 82))
    town.changes(web, town.item("guest", state="absent"))
    assert town.standing == ["db", "taker", "web"]


def test_an_update_of_the_image(town: Town) -> None:
    """What the container has written outside of volumes goes with the old image, and that is said."""
    tags = [f"{town.name('app')}:{number}" for number in (1, 2)]
    try:
        for tag in tags:
            docker("build", "-q", "-t", tag, "-", stdin=f"FROM {town.images.busybox}\nENV RELEASE={tag}\n")
        town.changes(town.new("app", image=tags[0]))
        name = town.name("app")
        docker("exec", name, "sh", "-c", "echo 1 > /run.pid; rm /bin/wget")
        before = town.seen(name)
        update = town.new("app", image=tags[1])
        refused = town.change({**update, "writable_layer": "carry"})
        assert refused["failure"]["code"] == "writable_layer_changed"
        assert town.seen(name)["Id"] == before["Id"]
        predicted, result, again = (town.changes(update, check=True), town.changes(update), town.changes(update))
        for one in (predicted, result):
            assert one["changed"] is True
            assert {f"writable layer of {name}: {what}" for what in ("added /run.pid", "deleted /bin/wget")} <= {
                *one["will_lose"]
            }
            (warning,) = (str(each) for each in one["warnings"] if "gets another image" in str(each))
            assert "added /run.pid" in warning
        assert again["changed"] is False
        assert not again.get("warnings")
        assert town.seen(name)["Config"]["Image"] == tags[1]
        assert docker("exec", name, "sh", "-c", "ls /bin/wget; ls /run.pid || true").split() == ["/bin/wget"]

        # With the same image it goes along, but what was deleted comes back.
        docker("exec", name, "sh", "-c", "echo 1 > /run.pid; rm /bin/wget")
        result = town.changes({**update, "env": {"A": "1"}})
        assert [each for each in result["will_lose"] if "/" in each] == [f"deletion of /bin/wget in {name}"]
        assert [each for each in result["warnings"] if "cannot be kept: deletion of /bin/wget" in str(each)] != []
        assert docker("exec", name, "cat", "/run.pid").strip() == "1"
    finally:
        town.change(town.item("app", state="absent"))
        docker("rmi", "-f", *tags)


def test_one_of_four_fails(town: Town) -> None:
    base, extra = town.base, {"name": town.name("extra")}
    town.changes(town.item("idle", state="absent"), town.new("taker", town.at(4)))
    before = town.all_seen()
    result = town.change(
        # Fails, and gets its old self back.
        town.item("web", town.at(3), town.at(1, 81), command="sh -c 'echo no; exit 5'"),
        # Needs the port that the one above was to give up.
        town.new("heir", town.at(0)),
        # Have nothing to do with it.
        town.item("db", state="started", networks=[extra]),
        town.new("new", networks=[extra]),
        networks=[extra],
    )
    assert result["failure"]["code"] == "start_failed", result
    assert result["changed"] is True
    assert result["rolled_back"]
    assert result["failure"]["exit_code"] == 5
    assert town.name("web") in result["msg"]
    assert town.name("heir") in result["msg"]
    seen = town.all_seen()
    assert seen["web"]["Id"] == before["web"]["Id"]
    assert seen["web"]["State"]["Running"]
    assert town.host_port(seen["web"]) == str(base)
    assert seen["db"]["State"]["Running"]
    assert town.name("extra") in seen["db"]["NetworkSettings"]["Networks"]
    assert seen["new"]["State"]["Running"]
    assert seen["taker"]["State"]["StartedAt"] == before["taker"]["State"]["StartedAt"]
    assert town.standing == ["db", "new", "taker", "web"]
    assert "extra" in town.networks
    # The old self serves.
    assert town.fetch(base)


def test_what_cannot_be(town: Town) -> None:
    base, extra, new = town.base, town.name("extra"), town.name("new")
    town.changes(town.new("new", networks=[{"name": extra}]), networks=[{"name": extra}])
    before, networks = town.all_seen(), town.networks
    nobody, other = town.name("nobody"), town.name("x")
    twice = [f"127.0.0.1:{base + 5}:80", f"{base + 5}:80"]
    # Code, networks, containers.
    cases: list[tuple[str, list[Options], list[Options]]] = [
        ("option_conflict", [], [{"name": new}, {"name": new}]),
        ("option_conflict", [{"name": other}, {"name": other}], []),
        # The two sides contradict each other.
        (
            "option_conflict",
            [{"name": extra, "connected": [{"name": new, "aliases": ["one"]}]}],
            [{"name": new, "networks": [{"name": extra, "aliases": ["two"]}]}],
        ),
        ("option_conflict", [], [{"name": "x"}]),
        ("option_conflict", [{"name": extra, "connected": [new]}], [{"name": new, "state": "absent"}]),
        ("container_not_found", [], [{"name": nobody}]),
        ("container_not_found", [], [{"name": nobody, "state": "stopped"}]),
        ("network_not_found", [], [{"name": new, "networks": [{"name": other}]}]),
        ("network_in_use", [{"name": extra, "state": "absent"}], []),
        ("network_protected", [{"name": "bridge"}], []),
        ("port_spec_invalid", [], [{"name": new, "published_ports": ["999.1.1.1:80:80"]}]),
        ("port_conflict", [], [{"name": new, "published_ports": [town.at(0)]}]),
        # Two items of one task.
        (
            "port_conflict",
            [],
            [
                {"name": new, "published_ports": twice[:1]},
                {"name": town.name("other"), "image": town.images.busybox, "published_ports": twice[1:]},
            ],
        ),
        (
            "address_in_use",
            [],
            [{"name": new, "networks": [{"name": town.name("front"), "ipv4_address": f"{town.subnet}.10"}]}],
        ),
        ("container_not_found", [], [{"name": new, "network_mode": f"container:{nobody}"}]),
    ]
    # What could be done is not done either.
    fine = {"name": town.name("fine"), "image": town.images.busybox, "command": "sleep 3600"}
    in_check_mode = (1, 6)
    for number, (code, of_networks, of_containers) in enumerate(cases):
        result = town.change(fine, *of_containers, networks=of_networks, check=number in in_check_mode)
        assert result.get("failed"), result
        assert result["failure"]["code"] == code, result
        assert not result.get("changed")
        assert re.search(r"\.( |$)", result["msg"]), result["msg"]
    # Two things at once.
    judged = {"name": new, "bind_policy": "loopback", "published_ports": ["80"]}
    result = town.change({"name": nobody}, judged, networks=[{"name": "host"}])
    codes = sorted(each["code"] for each in result["refusals"])
    assert codes == ["bind_policy", "container_not_found", "network_protected"]
    assert nobody in result["msg"]
    assert new in result["msg"]
    assert town.all_seen() == before
    assert town.networks == networks


def test_the_default_bridge_beside_other_networks(town: Town) -> None:
    """A new container is on both, and stays so."""
    front = town.name("front")
    item = town.new("both", network_mode="bridge", networks=[{"name": front}], purge_networks=True)
    predicted, result, again = town.changes(item, check=True), town.changes(item), town.changes(item)
    assert again["changed"] is False
    for each in (predicted, result, again):
        assert sorted(each["containers"][0]["networks"]) == sorted(["bridge", front])
    assert sorted(town.seen(town.name("both"))["NetworkSettings"]["Networks"]) == sorted(["bridge", front])


def test_actions_are_in_the_order_of_the_work(town: Town) -> None:
    """A network is removed after the containers that are on it."""
    networks = [{"name": town.name(what), "state": "absent"} for what in ("front", "back")]
    items = [town.item(what, state="absent") for what in ("web", "db", "idle")]
    predicted = town.changes(*items, networks=networks, check=True)
    result = town.changes(*items, networks=networks)
    assert predicted["actions"] == result["actions"]
    kinds = [action.split()[:2] for action in result["actions"] if action.startswith("remove ")]
    assert [town.name(what) for what in ("front", "back")] == [action.split()[-1] for action in result["actions"][-2:]]
    assert len(kinds) == 5
