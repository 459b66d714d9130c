# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whatever comes from outside, a module ends with a result or with a failure that has a code: never with a traceback.

Whole runs of every module, with odd values for its options on the one side, and with answers of a daemon and of a
container's programs that are none on the other. The seeds are fixed; BUDGET=all tries ten times as many.
"""

from __future__ import annotations

import collections
import random
import typing as t
from functools import partial

import pytest

from ansible_collections.bridgeport.docker.plugins.module_utils import _reconcile
from ansible_collections.bridgeport.docker.plugins.module_utils._engine import client
from ansible_collections.bridgeport.docker.plugins.module_utils._errors import Failure
from ansible_collections.bridgeport.docker.plugins.module_utils._objects.journal import Journal, RebuildRecord
from ansible_collections.bridgeport.docker.plugins.module_utils._objects.leftovers import Lock, Owner, lock_name
from ansible_collections.bridgeport.docker.plugins.module_utils._objects.names import backup_name
from ansible_collections.bridgeport.docker.tests.support.budget import SAMPLED, SEED
from ansible_collections.bridgeport.docker.tests.unit.support.hostile import (
    TEXTS,
    Spoiler,
    Verdict,
    judge,
    odd_options,
    odd_value,
)
from ansible_collections.bridgeport.docker.tests.unit.support.model_daemon import ModelClient, ModelDaemon
from ansible_collections.bridgeport.docker.tests.unit.support.modules import MODULES, Json, read_spec

Tell = t.Callable[[str], None]
GROWTH = 1 if SAMPLED else 10


# -- the host ----------------------------------------------------------------------------------------------------------


def make_daemon(interrupted: bool = False) -> ModelDaemon:
    """web on two networks, with ports, mounts, a health check and a written layer; others that depend on it."""
    daemon = ModelDaemon()
    pool = {"Subnet": "172.30.0.0/24", "Gateway": "172.30.0.1", "AuxiliaryAddresses": {"router": "172.30.0.9"}}
    daemon.add_network("net", IPAM={"Driver": "default", "Options": {}, "Config": [pool]}, Labels={"a": "b"})
    back = daemon.add_network("back", Options={"com.docker.network.driver.mtu": "1400"})
    daemon.add_image("app:2", Env=["A=b"], Cmd=["run"], ExposedPorts={"90/tcp": {}}, Labels={"c": "d"})
    daemon.pullable["new:1"] = {"Id": f"sha256:{'1' * 64}", "RepoTags": ["new:1"], "Config": {}}
    endpoint = {"Aliases": ["www"], "IPAMConfig": {"IPv4Address": "172.30.0.77"}}
    web = daemon.add_container(
        "web",
        Env=["SECRET=swordfish"],
        Cmd=["httpd", "-f"],
        ExposedPorts={"80/tcp": {}, "81/tcp": {}},
        Labels={"tier": "front"},
        HostConfig={
            "NetworkMode": "net",
            "PortBindings": {"80/tcp": [{"HostIp": "127.0.0.1", "HostPort": "8080"}], "81/tcp": [{"HostPort": ""}]},
            "RestartPolicy": {"Name": "on-failure", "MaximumRetryCount": 3},
            "Binds": ["/srv:/srv:ro", "vol:/data"],
            "Mounts": [{"Type": "tmpfs", "Target": "/tmp/x", "TmpfsOptions": {"SizeBytes": 5}}],
            "ExtraHosts": ["db:10.0.0.1"],
            "Memory": 1 << 26,
        },
        NetworkingConfig={"EndpointsConfig": {"net": endpoint}},
    )
    ModelClient(daemon).post(f"/networks/{back}/connect", {"Container": web, "EndpointConfig": {"Aliases": ["app"]}})
    daemon.write_file(web, "/var/page", b"written")
    daemon.add_container("side", HostConfig={"NetworkMode": f"container:{web}"})
    daemon.add_container("linked", HostConfig={"Links": ["web:db"], "NetworkMode": "bridge"})
    daemon.stop(daemon.add_container("idle", HostConfig={"NetworkMode": "net", "PublishAllPorts": True}))
    if interrupted:
        _interrupt(daemon, web)
    return daemon


def _interrupt(daemon: ModelDaemon, web: str) -> None:
    """What runs that were killed have left."""
    model = ModelClient(daemon)
    net = next(key for key, raw in daemon.networks.items() if raw["Name"] == "net")
    gone = Owner("0" * 32, "01234567-89ab-cdef-0123-456789abcdef", "pid:[1]", 1, "1", 1.0)
    held = Lock(lock_name(("network", "net")), gone, ("network", "net"))
    body = {"Name": "net", "IPAM": daemon.networks[net]["IPAM"]}
    journal = Journal(rebuild=RebuildRecord("net", net, body, {**body, "Labels": {"x": "y"}}))
    for name, labels in ((held.name, held.as_labels()), (journal.volume, journal.as_labels())):
        model.post("/volumes/create", {"Name": name, "Labels": labels})
    model.post(f"/containers/{web}/rename", name=backup_name("web", web[:12]))


WEB: Json = {"name": "web", "dependents": "recreate"}
PING = b"64 bytes from 172.30.0.77: seq=0 ttl=64 time=0.1 ms\n1 packets transmitted, 1 packets received\n"
NAMES = b"Server: 127.0.0.11\n\nName: web\nAddress: 172.30.0.77\n"
PYTHON = b'\nbridgeport:{"ms": 0.5, "addresses": ["172.30.0.77"], "status": 200, "body": "x", "answers": ["00"]}\n'
WGET = b"  HTTP/1.1 200 OK\r\n  Server: x\r\n  \r\nhello\nbridgeport-time:0.1\nbridgeport-exit:0\n"
OUTPUTS = ((0, PING), (0, NAMES), (0, PYTHON), (0, WGET), (127, b""), (1, b"connection refused"))
_PROBE: Json = {"source": "web", "target": "idle"}

# Tasks by module, each of which reads or changes something in a way of its own.
TASKS: dict[str, list[Json]] = {
    "docker_port_publish": [
        {**WEB, "published_ports": ["127.0.0.1:8080:80", "81"]},
        {**WEB, "published_ports": ["8081:80"], "image": "app:2", "command": "run", "env": {"A": "x"}},
        {**WEB, "published_ports": ["80"], "state": "absent"},
        {"name": "new", "image": "new:1", "publish_all_ports": True, "networks": [{"name": "net"}, {"name": "back"}]},
        {"name": "idle", "published_ports": ["127.0.0.1::90"], "volumes": ["/srv:/srv"], "healthcheck": {"test": "x"}},
        {"name": "linked", "published_ports": ["8082:80"], "wait": "healthy", "wait_timeout": 5},
    ],
    "docker_container": [
        {**WEB, "published_ports": ["127.0.0.1:8080:80"], "memory": "64M", "paused": True},
        {**WEB, "image": "app:2", "state": "healthy", "healthy_wait_timeout": 5, "env": {"A": "x"}},
        {"name": "new", "image": "new:1", "networks": [{"name": "net"}], "detach": False, "wait_timeout": 5},
        {"name": "idle", "restart": True, "comparisons": {"*": "strict"}},
        {"name": "web", "state": "absent", "keep_volumes": False},
    ],
    "docker_network": [
        {"name": "net", "labels": {"a": "b"}, "driver": "bridge"},
        {"name": "net", "internal": True, "force": True},
        {"name": "fresh", "driver": "macvlan", "ipam_config": [{"subnet": "10.9.0.0/24"}], "connected": ["web"]},
        {"name": "definition", "config_only": True, "ipam_config": [{"subnet": "10.7.0.0/24"}]},
        {"name": "net", "state": "absent"},
    ],
    "docker_bridge_network": [
        {"name": "net", "labels": {"a": "b"}},
        {"name": "net", "mtu": 1300, "on_member_recreate": "recreate"},
        {
            "name": "fresh",
            "connected": ["web", {"name": "idle", "aliases": ["x"]}],
            "ipam_config": [{"subnet": "10.9.0.0/24"}],
        },
        {"name": "back", "connected": []},
        {"name": "net", "state": "absent", "force": True},
        {"name": "pooled", "subnet_pool": {"from": "10.8.0.0/16", "prefix": 24}, "enable_ipv6": True},
    ],
    "docker_topology": [
        {"containers": [{**WEB, "state": "stopped"}, {"name": "idle", "state": "started"}]},
        {
            "networks": [{"name": "n1", "connected": ["idle"]}, {"name": "back", "state": "absent", "force": True}],
            "containers": [
                {**WEB, "image": "busybox:1", "published_ports": ["8083:80"], "network_mode": "net"},
                {"name": "made", "image": "busybox:1", "networks": [{"name": "n1"}], "restart_policy": "always"},
                {"name": "linked", "state": "absent", "remove_volumes": True},
            ],
        },
        {"state": "absent", "networks": [{"name": "back", "force": True}], "containers": [{"name": "idle"}]},
        {"containers": [{"name": "side", "state": "present", "hostname": "x", "writable_layer": "discard"}]},
    ],
    "docker_port_info": [{}, {"name": "web"}, {"name": "web", "port": "80"}],
    "docker_topology_info": [{}, {"names": ["web"], "log_lines": 5}, {"labels": ["tier=front"]}],
    "docker_network_probe": [
        {**_PROBE, "method": "resolve"},
        {**_PROBE, "method": "ping", "count": 2},
        {**_PROBE, "method": "ping", "target": "172.30.0.77"},
        {**_PROBE, "method": "http", "port": 80, "target": "172.30.0.77"},
        {**_PROBE, "method": "tcp", "port": 80, "target": "172.30.0.77"},
        {**_PROBE, "method": "udp", "port": 53},
        {**_PROBE, "method": "http", "port": 80, "helper_image": "busybox:1"},
        {"source_network": "net", "target": "web", "method": "ping", "helper_image": "busybox:1"},
        {"source": "host", "target": "172.30.0.77", "method": "tcp", "port": 1, "timeout": 1, "expect": "unreachable"},
    ],
}
FIRM: list[tuple[str, Json, bool]] = [
    (module, {**task, "_ansible_check_mode": check, "_ansible_diff": True}, interrupted)
    for module, tasks in TASKS.items()
    for task in tasks
    for check in (False, True)
    for interrupted in (False, True)
    if task.get("source") != "host"
]


@pytest.fixture(autouse=True)
def _no_foreign_connections(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DOCKER_HOST", "DOCKER_TIMEOUT", "DOCKER_TLS", "DOCKER_TLS_VERIFY", "DOCKER_CERT_PATH"):
        monkeypatch.delenv(name, raising=False)


class Tally:
    """What came of the runs."""

    def __init__(self) -> None:
        self.codes: collections.Counter[str] = collections.Counter()
        self.defects: dict[str, str] = {}

    def add(self, verdict: Verdict, story: t.Callable[[], str]) -> None:
        self.codes[verdict.code or ("defect" if verdict.defect else "done")] += 1
        if verdict.defect:
            self.defects.setdefault(verdict.defect, story())

    def conclude(self, what: str, tell: Tell) -> None:
        counts = ", ".join(f"{code} {count}" for code, count in self.codes.most_common())
        tell(f"{sum(self.codes.values())} {what}, seed {SEED}, without a code: {self.codes['defect']} ({counts})")
        assert not self.defects, "\n\n".join(f"{defect}\n  {story}" for defect, story in self.defects.items())


# -- options -----------------------------------------------------------------------------------------------------------


def odd_tasks(module: str, chance: random.Random) -> t.Iterator[Json]:
    """A task that makes sense, with one to three options that need not; each option comes first in its turn."""
    spec = {name: option for name, option in read_spec(module).items() if name not in ("docker_host", "api_version")}
    items = [key for key, option in spec.items() if "state" in (option.get("options") or {})]
    while True:
        for option in [*spec, *(f"{key}.{inner}" for key in items for inner in spec[key]["options"])]:
            kind, _dot, inner = option.partition(".")
            inside = spec[kind]["options"] if inner else spec
            firm = chance.choice([task for task in TASKS[module] if not inner or task.get(kind)])
            odd = {
                inner or kind: odd_value(inside[inner or kind], chance),
                **odd_options(inside, chance, chance.randint(0, 2)),
            }
            kept = {
                name: value for name, value in odd.items() if not inside[name].get("required") or chance.random() < 0.2
            }
            if inner:
                entry = chance.choice(firm[kind])
                firm = {**firm, kind: [{**entry, **kept}, *(each for each in firm[kind] if each is not entry)]}
            yield {
                **firm,
                **({} if inner else kept),
                "_ansible_check_mode": chance.random() < 0.3,
                "_ansible_diff": True,
            }


@pytest.mark.parametrize("module", MODULES)
def test_odd_options(module: str, tell: Tell) -> None:
    tally = Tally()
    chance = random.Random(f"{SEED} {module}")
    tasks = odd_tasks(module, chance)
    for _number in range(GROWTH * (400 if module == "docker_topology" else 250)):
        task = next(tasks)
        # Programs of the host are not for a test of options.
        if task.get("source") == "host":
            task["_ansible_check_mode"], task["source"] = True, "web"
        tally.add(judge(module, task, make_daemon(), outputs=OUTPUTS), partial(repr, task))
    tally.conclude(f"odd option sets of {module}", tell)


HOSTS = (
    *(f"{scheme}{text}" for scheme in ("unix://", "/", "") for text in TEXTS if scheme or (text and "." not in text)),
    *("tcp://", "tcp://[::1", "tcp://127.0.0.1:99999", "tcp://127.0.0.1:x", "tcp://127.0.0.1:1", "tcp://\udcff:1"),
    *("http://127.0.0.1:1", "https://127.0.0.1:1/x?y", "npipe:////./pipe/x", "fd://", "ftp://x", "://", "ssh://"),
)
CONNECTIONS: list[Json] = [
    *({"docker_host": host} for host in HOSTS),
    *({"docker_host": "tcp://127.0.0.1:1", "api_version": version} for version in TEXTS),
    *({"timeout": number, "docker_host": "unix:///nowhere.sock"} for number in (0, -1, 1, 1099511627776, 10**40)),
    *({"timeout": number, "docker_host": "tcp://127.0.0.1:1"} for number in (0, -1, 86400, 86401, 1099511627776)),
    *({"docker_host": "tcp://127.0.0.1:1", "tls": True, "ca_path": path} for path in ("/", "x", "\udcff", "/dev/null")),
    {"docker_host": "tcp://127.0.0.1:1", "tls": True, "client_cert": "/nowhere", "client_key": "/nowhere"},
]


def test_odd_connections(tell: Tell) -> None:
    tally = Tally()
    for options in CONNECTIONS:
        tally.add(judge("docker_port_info", options, ModelDaemon(), connects=True), partial(repr, options))
    assert tally.codes["done"] == 0
    tally.conclude("odd connections", tell)


# -- answers -----------------------------------------------------------------------------------------------------------


def test_the_firm_tasks_go_as_they_should() -> None:
    """They would tell nothing if they ended before anything was read."""
    codes = [
        judge(module, task, make_daemon(), outputs=OUTPUTS).code
        for module, task, interrupted in FIRM
        if not interrupted
    ]
    assert codes.count("") > len(codes) / 2


def spoiled_runs(chance: random.Random, answers: dict[int, int]) -> t.Iterator[tuple[int, Spoiler]]:
    number = 0
    while True:
        for index in range(len(FIRM)):
            yield index, Spoiler(chance.randrange(answers[index]), f"{SEED} {number}", chance.random() < 0.5)
            number += 1


@pytest.mark.parametrize("part", range(4))
def test_spoiled_answers(part: int, tell: Tell) -> None:
    tally = Tally()
    chance = random.Random(f"{SEED} {part}")
    answers = {
        index: judge(module, task, make_daemon(interrupted), outputs=OUTPUTS).answers
        for index, (module, task, interrupted) in enumerate(FIRM)
    }
    runs = spoiled_runs(chance, answers)
    for _number in range(GROWTH * 500):
        index, spoiler = next(runs)
        module, task, interrupted = FIRM[index]
        verdict = judge(module, task, make_daemon(interrupted), spoiler, OUTPUTS)
        tally.add(verdict, lambda: f"{module} {task} {interrupted} {spoiler}\n  {verdict.spoiled}")  # noqa: B023
    tally.conclude(f"runs with a spoiled answer ({part + 1} of 4)", tell)


NONSENSE: tuple[bytes, ...] = (
    *(b"bridgeport:{}", b"bridgeport:{x}", b'bridgeport:{"ms": 1, "addresses": 5}', b'bridgeport:{"ms": "x"}'),
    *(b'bridgeport:{"error": 5}', b'bridgeport:{"ms": 1, "answers": 5}', b'bridgeport:{"ms": 1, "answers": [5]}'),
    *(b'bridgeport:{"ms": 1, "answers": ["zz"]}', b'bridgeport:{"ms": 1, "answers": ["00"], "status": []}'),
    *(b'bridgeport:{"ms": 1e999}', b'bridgeport:{"ms": NaN, "answers": []}', b"bridgeport:" + b'{"a":' * 20000 + b"}"),
    *(b'bridgeport:{"ms": ' + b"9" * 5000 + b"}", b'bridgeport:{"ms": 1, "addresses": [5, null], "body": {}}'),
    *(b"64 bytes from x: seq=0 time=1.2.3 ms", b"64 bytes from x: seq=" + b"9" * 5000 + b" time=1 ms"),
    *(
        b"64 bytes from x: seq=\xd9\xa1 time=. ms\n1 packets transmitted",
        b"Name:\nAddress: nonsense",
        b"Name:\nAddress: \xff",
    ),
    *(
        b"  HTTP/1.1 999 x\nbridgeport-time:1,2,3\nbridgeport-exit:" + b"9" * 5000,
        b"HTTP/9 200\n\nbridgeport-time:.\nbridgeport-exit:0",
    ),
    *(b"0a 0b\n---\n---\n", b"zz\n---\n", b"\xff\xfe\x00", b"", b"---", b"HTTP/1.1 \xd9\xa1\xd9\xa2\xd9\xa3 OK\n"),
)


def test_nonsense_of_programs(tell: Tell) -> None:
    tally = Tally()
    for task in TASKS["docker_network_probe"][:-1]:
        for output in NONSENSE:
            for code in (0, 1, 127, 10**30, -1):
                run = {**task, "_ansible_diff": True}
                verdict = judge("docker_network_probe", run, make_daemon(), outputs=((code, output),))
                tally.add(verdict, lambda: f"{run} {code} {output!r}")  # noqa: B023
    tally.conclude("outputs of programs", tell)


# -- the net itself ----------------------------------------------------------------------------------------------------


def raise_defect(*_arguments: object, **_options: object) -> t.NoReturn:
    raise KeyError("a defect of this collection")


def wait_in_vain(*_arguments: object, **_options: object) -> None:
    while True:
        pass


def test_a_defect_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """And is not taken for one of the daemon, whose answers are as they should be."""
    monkeypatch.setattr(_reconcile, "make_plan", raise_defect)
    verdict = judge("docker_port_publish", TASKS["docker_port_publish"][0], make_daemon())
    assert verdict.defect.startswith("KeyError: 'a defect")


def test_a_failure_without_a_known_code_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_reconcile, "make_plan", partial(_fail, "no_such_code"))
    verdict = judge("docker_port_publish", TASKS["docker_port_publish"][0], make_daemon())
    assert verdict.defect.startswith("failed without a code")


def _fail(code: str, *_arguments: object) -> t.NoReturn:
    raise Failure(code, "Something is wrong.")


def test_a_run_that_hangs_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ansible_collections.bridgeport.docker.tests.unit.support.hostile.LIMIT", 1)
    monkeypatch.setattr(_reconcile, "make_plan", wait_in_vain)
    assert judge("docker_port_publish", TASKS["docker_port_publish"][0], make_daemon()).defect.startswith("Hang")


def test_an_unread_answer_would_be_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """Were the shape of answers not looked at, a part of these runs would end with a traceback."""
    monkeypatch.setattr(client, "check_answer", lambda _what, answer, _shape: answer)
    verdicts = [
        judge("docker_port_publish", TASKS["docker_port_publish"][0], make_daemon(), Spoiler(1, f"{number}"))
        for number in range(40)
    ]
    assert any(verdict.defect for verdict in verdicts)
