# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a task finds: networks and containers of every kind, as commands that make them, and what is known of them."""

from __future__ import annotations

import random
import typing as t
from dataclasses import dataclass, field

IMAGE = "bridgeport-test-busybox:1"
# Ends at once when it is told to.
SCRIPT = 'trap "exit 0" TERM; while :; do sleep 60 & wait $!; done'
IDLE = ("sh", "-c", SCRIPT)
# One in so many values is one that the engine, or this collection, may not take.
ODD = 7
HOSTILE = (
    "ü ж 漢",
    'it\'s "quoted"',
    "two\nlines",
    "{{ braces }}",
    "{% raw %}",
    "back\\slash",
    "$HOME `id`",
    "x" * 300,
    " blank ",
    "0x1F",
    "yes",
    "null",
    "~",
    "#no",
    "a: b",
    "",
)
STATES = ("running", "running", "running", "running", "exited", "exited", "paused", "created")
# Docker's own subnets of this size, of which the first are given to networks that stand.
BLOCKS = 16

# The words of a command of the docker CLI, or "listen", an address and a port: a process of the host that holds it.
Step = t.Tuple[str, ...]


class Chooser(random.Random):
    def is_odd(self) -> bool:
        return self.randrange(ODD) == 0

    def some(self, items: t.Sequence[t.Any], most: int, least: int = 0) -> list[t.Any]:
        return self.sample(items, min(len(items), self.randint(least, most)))


@dataclass(frozen=True)
class Ground:
    """What a situation has for itself: a prefix of names, a row of host ports, and addresses."""

    prefix: str
    port: int
    # The first three bytes of a /24, and the beginning of a /48.
    subnet: str
    subnet6: str
    ipv6: bool

    def name(self, what: str) -> str:
        return f"{self.prefix}-{what}"

    def bridge(self, what: str) -> str:
        """The name of an interface, which has 15 letters at most."""
        return f"b{what}{self.prefix[-8:]}"

    def block(self, number: int) -> str:
        return f"{self.subnet}.{16 * number}/28"

    def address(self, block: int, number: int) -> str:
        return f"{self.subnet}.{16 * block + number}"

    def block6(self, number: int) -> str:
        return f"{self.subnet6}:{number:x}::/64"

    def address6(self, block: int, number: int) -> str:
        return f"{self.subnet6}:{block:x}::{number:x}"


@dataclass
class Situation:
    """``networks``: the blocks of addresses that they have, by name; None where the engine chose."""

    ground: Ground
    steps: list[Step] = field(default_factory=list)
    networks: dict[str, int | None] = field(default_factory=dict)
    # By name, the network mode as the docker CLI takes it.
    containers: dict[str, str] = field(default_factory=dict)
    volumes: list[str] = field(default_factory=list)
    # Host ports that a container or a process holds.
    held: list[int] = field(default_factory=list)
    # Addresses that containers have, or that no container can have, by the network's name.
    taken: dict[str, list[str]] = field(default_factory=dict)
    image: str = ""
    # How many ports of the row have been given.
    ports: int = 0

    def docker(self, *words: str) -> None:
        self.steps.append(("docker", *words))

    def next_port(self) -> int:
        """The last third of the row is never published by what stands; tasks use it again and again."""
        self.ports += 1
        return self.ground.port + self.ports - 1


PORTS = 36
FREE_PORTS = 12


def make_situation(chooser: Chooser, ground: Ground) -> Situation:
    made = Situation(ground)
    gone = _add_networks(made, chooser)
    for number in range(chooser.randint(3, 5)):
        _add_container(made, chooser, f"c{number}", gone)
    if gone:
        made.docker("network", "rm", gone)
    if chooser.random() < 0.3:
        held = made.next_port()
        made.steps.append(("listen", chooser.choice(("127.0.0.1", "0.0.0.0")), str(held)))
        made.held.append(held)
    if chooser.random() < 0.3:
        made.image = f"{ground.name('image')}:1"
        changes = ("EXPOSE 95 96/udp", "ENV FROM_IMAGE=1", "LABEL from.image=yes")
        first = next(iter(made.containers))
        made.docker("commit", *(f"--change={change}" for change in changes), first, made.image)
    return made


# -- networks ----------------------------------------------------------------------------------------------------------


def _add_networks(made: Situation, chooser: Chooser) -> str:
    """Returns the name of the network that is removed once its members have stopped, if any."""
    ground = made.ground
    kinds = {
        "plain": (),
        "aux": ("--gateway", ground.address(1, 1), f"--aux-address=printer={ground.address(1, 3)}"),
        "local": (
            *("-o", "com.docker.network.bridge.host_binding_ipv4=127.0.0.1"),
            *("-o", f"com.docker.network.bridge.name={ground.bridge('q')}"),
        ),
        "inner": ("--internal",),
        "six": ("--ipv6", "--subnet", ground.block6(4)),
        "marked": ("--label", f"text={chooser.choice(HOSTILE)}", "--label", "com.docker.mark=1", "--attachable"),
        "range": (f"--ip-range={ground.address(6, 8)}/29", "-o", "com.docker.network.driver.mtu=1400"),
        "gone": (),
    }
    if not ground.ipv6:
        del kinds["six"]
    blocks = {kind: number for number, kind in enumerate(kinds)}
    chosen = ["plain", *chooser.some(list(kinds)[1:], 4, 2)]
    for kind in chosen:
        # The numbers in the options count on these.
        block = {"aux": 1, "six": 4, "range": 6}.get(kind, blocks[kind])
        name = ground.name(kind)
        made.docker("network", "create", "--subnet", ground.block(block), *kinds[kind], name)
        if kind != "gone":
            made.networks[name] = block
            made.taken[name] = [ground.address(block, 0), ground.address(block, 1), ground.address(block, 15)]
            if kind == "aux":
                made.taken[name].append(ground.address(block, 3))
    if chooser.random() < 0.3:
        # A /30 has one address for a container.
        name = ground.name("tiny")
        made.docker("network", "create", "--subnet", f"{ground.address(8, 0)}/30", name)
        made.docker("run", "-d", "--name", ground.name("full"), "--network", name, IMAGE, *IDLE)
        made.networks[name], made.containers[ground.name("full")] = 8, name
        made.taken[name] = [ground.address(8, 2)]
    if chooser.random() < 0.3:
        name = ground.name("dynamic")
        made.docker("network", "create", name)
        made.networks[name] = None
    return ground.name("gone") if "gone" in chosen else ""


# -- containers --------------------------------------------------------------------------------------------------------


def _add_container(made: Situation, chooser: Chooser, what: str, gone: str) -> None:
    name, state = made.ground.name(what), chooser.choice(STATES)
    on_gone = bool(gone) and what in ("c0", "c1")
    if on_gone and state in ("running", "paused"):
        state = "exited"
    mode = gone if on_gone else _choose_mode(made, chooser)
    words = ["--name", name, "--network", mode, *_choose_options(made, chooser, mode, state)]
    others = [each for each in made.networks if each != mode and not each.endswith("-tiny")]
    more = chooser.some(others, 2) if mode in {*made.networks, gone} and chooser.random() < 0.4 else []
    if state == "created":
        made.docker("create", *words, IMAGE, *IDLE)
    else:
        made.docker("run", "-d", *words, IMAGE, *IDLE)
    made.containers[name] = mode
    for network in more:
        made.docker("network", "connect", *_choose_endpoint(made, chooser, network), network, name)
    if state != "created" and "--read-only" not in words and chooser.random() < 0.15:
        made.docker(
            "exec",
            name,
            "sh",
            "-c",
            chooser.choice(("echo 1 > /tmp/file", "rm -f /etc/group || true", "mkdir -p /tmp/folder")),
        )
    if state == "exited":
        made.docker("stop", name)
    elif state == "paused":
        made.docker("pause", name)
    if "--link" in words and state in ("exited", "created") and chooser.random() < 0.5:
        # The link of a container that does not run names one that is gone.
        linked = words[words.index("--link") + 1].partition(":")[0]
        made.docker("rm", "-f", linked)
        made.docker("run", "-d", "--name", linked, IMAGE, *IDLE)


def _choose_mode(made: Situation, chooser: Chooser) -> str:
    networks = [name for name in made.networks if not name.endswith("-tiny")]
    shared = [name for name, mode in made.containers.items() if mode not in ("host",) and not mode.startswith("cont")]
    kind = chooser.choice(("bridge", "network", "network", "network", "host", "none", "container", "bridge"))
    if kind == "network":
        return chooser.choice(networks)
    if kind == "container" and shared and _is_running(made, shared[0]):
        return f"container:{shared[0]}"
    return "bridge" if kind == "container" else kind


def _is_running(made: Situation, name: str) -> bool:
    started = any(step[1] == "run" and name in step for step in made.steps)
    return started and ("docker", "stop", name) not in made.steps and ("docker", "pause", name) not in made.steps


def _choose_endpoint(made: Situation, chooser: Chooser, network: str) -> list[str]:
    words: list[str] = []
    if chooser.random() < 0.4:
        words += ["--alias", chooser.choice(("web", "db", "ünlaut", "with space"))]
    block = made.networks.get(network)
    if block is not None and chooser.random() < 0.4:
        address = free_address(made, chooser, network)
        if address:
            made.taken[network].append(address)
            words += ["--ip", address]
    return words


def free_address(made: Situation, chooser: Chooser, network: str) -> str:
    """From the half of the block from which the engine gives none."""
    block = made.networks[network]
    if block is None or network.endswith("-tiny"):
        return ""
    numbers = range(2, 8) if network.endswith("-range") else range(8, 15)
    addresses = [made.ground.address(block, number) for number in numbers]
    free = [address for address in addresses if address not in made.taken[network]]
    return chooser.choice(free) if free else ""


def _choose_options(made: Situation, chooser: Chooser, mode: str, state: str) -> list[str]:
    ground, own = made.ground, mode not in ("host", "none") and not mode.startswith("container:")
    words: list[str] = []
    if own:
        words += _choose_ports(made, chooser, state)
        words += chooser.choice(((), ("--hostname", "web"), ("--add-host", "other:192.0.2.1"), ("--dns", "192.0.2.53")))
    if mode in made.networks:
        endpoint = _choose_endpoint(made, chooser, mode)
        words += [word if word != "--alias" else "--network-alias" for word in endpoint]
    elif mode == "bridge" and chooser.random() < 0.5:
        words += _choose_link(made, chooser)
    volume = ground.name("volume")
    removes_itself = state in ("running", "paused") and chooser.random() < 0.1
    for option in chooser.some(
        (
            ("-e", f"TEXT={chooser.choice(HOSTILE)}"),
            ("-l", f"text={chooser.choice(HOSTILE)}"),
            ("-l", "com.docker.compose.project=site"),
            ("--user", "1:1"),
            ("--workdir", "/tmp"),
            ("--memory", "64m"),
            ("-v", f"{volume}:/data"),
            ("-v", "/anonymous"),
            ("--mount", "type=volume,dst=/other"),
            ("--mount", "type=bind,src=/usr/share,dst=/shared,readonly"),
            ("--tmpfs", "/scratch"),
            ("--cap-add", "NET_ADMIN"),
            ("--health-cmd", "true", "--health-interval", "1s"),
            ("-t",),
            ("-i",),
            ("--init",),
            ("--read-only",),
            ("--stop-signal", "TERM"),
            ("--ulimit", "nofile=100:200"),
            ("--log-opt", "max-size=1m"),
            ("--restart", "unless-stopped") if not removes_itself else ("--rm",),
        ),
        3,
    ):
        words += option
        if f"{volume}:/data" in option and volume not in made.volumes:
            made.volumes.append(volume)
    if removes_itself and "--rm" not in words:
        words.append("--rm")
    return words


def _choose_ports(made: Situation, chooser: Chooser, state: str) -> list[str]:
    words: list[str] = []
    for inner in chooser.some((80, 81), 2):
        port, address = made.next_port(), chooser.choice(("", "127.0.0.1:"))
        words += [
            "-p",
            chooser.choice((f"{address}{port}:{inner}", f"{address}{port}:{inner}/udp", f"{address or ':'}:{inner}")),
        ]
        if str(port) in words[-1] and state in ("running", "paused"):
            made.held.append(port)
    if chooser.random() < 0.15:
        first = made.next_port()
        made.next_port()
        words += ["-p", f"127.0.0.1:{first}-{first + 1}:82"]
    if chooser.random() < 0.15:
        words += ["--expose", "90", "-P"]
    return words


def _choose_link(made: Situation, chooser: Chooser) -> list[str]:
    linked = [name for name, mode in made.containers.items() if mode == "bridge" and _is_running(made, name)]
    return ["--link", f"{chooser.choice(linked)}:{chooser.choice(('db', 'other'))}"] if linked else []
