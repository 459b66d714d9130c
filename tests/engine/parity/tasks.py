# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tasks for a situation: every option, with values that do and values that cannot.

Left out is what only the container itself can tell once it runs: programs, users and health checks that its image does
not have, ports on which nobody listens, a variable PATH that leads nowhere. So is what only the engine can tell: images
that would have to be pulled, plugins, and paths of its host.
"""

from __future__ import annotations

import typing as t

from ansible_collections.bridgeport.docker.tests.engine.parity.resources import RESOURCES
from ansible_collections.bridgeport.docker.tests.engine.parity.situations import (
    BLOCKS,
    FREE_PORTS,
    HOSTILE,
    IDLE,
    IMAGE,
    PORTS,
    SCRIPT,
    Chooser,
    Situation,
    free_address,
)

Options = t.Dict[str, t.Any]
MISSING = "bridgeport-test-missing:1"
# No host has it: TEST-NET-2 (RFC 5737).
FOREIGN = "198.51.100.7"


class Task(t.NamedTuple):
    module: str
    arguments: Options


def make_task(chooser: Chooser, situation: Situation) -> Task:
    return _Maker(chooser, situation).make()


class _Maker:
    def __init__(self, chooser: Chooser, situation: Situation) -> None:
        self.chooser, self.situation, self.ground = chooser, situation, situation.ground
        self.containers, self.networks = list(situation.containers), list(situation.networks)

    def make(self) -> Task:
        kind = self.chooser.randrange(10)
        if kind < 4:
            return Task("docker_port_publish", self._make_publish())
        if kind < 7:
            return Task("docker_bridge_network", self._make_network(with_members=True))
        arguments: Options = {}
        networks = [self._make_network(with_members=self.chooser.random() < 0.3) for _number in range(self._count())]
        containers = [self._make_topology_container() for _number in range(self._count(1))]
        arguments["networks"], arguments["containers"] = _distinct(networks), _distinct(containers)
        if self.chooser.random() < 0.05:
            arguments["state"] = "absent"
        return Task("docker_topology", arguments)

    def _count(self, least: int = 0) -> int:
        return max(least, self.chooser.choice((0, 1, 1, 2)))

    def _odd(self, fine: t.Sequence[t.Any], odd: t.Sequence[t.Any]) -> t.Any:
        return self.chooser.choice(odd if odd and self.chooser.is_odd() else fine)

    def _port(self) -> int:
        return self.ground.port + PORTS - FREE_PORTS + self.chooser.randrange(FREE_PORTS)

    # -- containers ----------------------------------------------------------------------------------------------------

    def _make_publish(self) -> Options:
        arguments = self._make_container()
        if self.chooser.random() < 0.15:
            arguments["state"] = "absent"
            arguments.pop("publish_all_ports", None)
            if "published_ports" not in arguments:
                if self.chooser.random() < 0.5:
                    arguments["all"] = True
                else:
                    arguments["published_ports"] = [self.chooser.choice(("80", "81", "53/udp", 82))]
        return arguments

    def _make_topology_container(self) -> Options:
        arguments = self._make_container()
        if self.chooser.random() < 0.5:
            arguments["state"] = self.chooser.choice(("started", "present", "stopped", "absent"))
        if arguments.get("state") == "absent" and self.chooser.random() < 0.3:
            arguments["remove_volumes"] = True
        return arguments

    def _make_container(self) -> Options:
        name = self._container()
        new = self.chooser.random() < 0.2
        arguments: Options = {
            "name": self.ground.name(self.chooser.choice(("new", "new-" + "n" * 80))) if new else name
        }
        if new:
            arguments.update(image=IMAGE, command=list(IDLE))
        makers = self._container_options()
        for option in self.chooser.some(list(makers), 5, 1):
            arguments[option] = makers[option]()
        if self.chooser.random() < 0.4:
            arguments["published_ports"] = self._published_ports()
        if self.chooser.random() < 0.4:
            arguments["dependents"] = "recreate"
        if self.chooser.random() < 0.3:
            arguments["writable_layer_deletions"] = "ignore"
        return arguments

    def _container(self) -> str:
        return self.chooser.choice(self.containers)

    def _container_options(self) -> dict[str, t.Callable[[], t.Any]]:
        def one_of(fine: t.Sequence[t.Any], odd: t.Sequence[t.Any] = ()) -> t.Callable[[], t.Any]:
            return lambda: self._odd(fine, odd)

        hostile = self.chooser.choice(HOSTILE)
        volume = self.ground.name("volume")
        network = self.chooser.choice(self.networks)
        other = self._container()
        return {
            "image": one_of((IMAGE, self.situation.image or IMAGE)),
            "published_ports": self._published_ports,
            "publish_all_ports": one_of((True, False)),
            "exposed_ports": one_of((["90"], ["91/udp", "100-102"], []), (["70000"], ["90/foo"], ["80:90"])),
            "default_host_ip": one_of(("127.0.0.1",), ("localhost", FOREIGN, "::1", "0.0.0.0")),
            "purge": one_of((True, False)),
            "bind_policy": one_of(("any", "explicit", "loopback")),
            "command": one_of((list(IDLE),), ([], "sh -c 'open")),
            "entrypoint": one_of(([], ["env"], ["sh", "-c", SCRIPT])),
            "env": one_of(
                ({"TEXT": hostile}, {"TEXT": None, "NUMBER": 5}, {"Ü": "ж"}, {}),
                ({"A=B": "1"}, {"": "1"}, {"X": True}, {"A B": "1"}, {"N": "a\0b"}),
            ),
            "volumes": one_of(
                ([f"{volume}:/data"], ["/anonymous"], ["/usr/share:/shared:ro"], []),
                (
                    ["relative:also"],
                    ["/a:/b:bogus"],
                    ["bad name!:/x"],
                    ["~/x:/c"],
                    ["./x:/c"],
                    ["/anonymous:rw"],
                    [f"{volume}:relative"],
                    [f"{volume}:/"],
                    ["/usr/share:/x:ro,rw"],
                    [f"{volume}:/x:rshared"],
                    [":/x"],
                    [""],
                ),
            ),
            "mounts": one_of(
                (
                    [{"type": "tmpfs", "target": "/scratch", "tmpfs_size": "1M", "tmpfs_mode": "1777"}],
                    [{"target": "/other", "source": volume, "read_only": True}],
                    [{"type": "bind", "source": "/usr/share", "target": "/shared", "propagation": "rprivate"}],
                    [{"target": "/other", "no_copy": True}],
                ),
                (
                    [{"type": "bind", "source": "relative", "target": "/x"}],
                    [{"type": "tmpfs", "target": "relative"}],
                    [{"type": "tmpfs", "target": "/x", "source": "y"}],
                    [{"target": "/x", "source": "bad name!"}],
                    [{"type": "bind", "source": "/usr/share", "target": "/"}],
                    [{"type": "tmpfs", "target": "/x", "tmpfs_mode": "99"}],
                ),
            ),
            "restart_policy": one_of(("no", "always", "on-failure", "unless-stopped")),
            "restart_retries": one_of((0, 3), (-1,)),
            "labels": one_of(
                ({"text": hostile}, {hostile or "empty": "1"}, {"text": None}, {"com.docker.mark": "2"}, {}),
                ({"": "1"},),
            ),
            "hostname": one_of(
                ("web", "web.example.org"), ("w" * 70, "with space", "ünlaut", "under_score", "", "-dash")
            ),
            "user": one_of(("1", "1:1", "0", "root", ""), ()),
            "working_dir": one_of(("/tmp", "/new/folder", ""), ("relative", "/tmp/../etc", hostile)),
            "interactive": one_of((True, False)),
            "tty": one_of((True, False)),
            "auto_remove": one_of((True, False)),
            "memory": one_of(("64M", "1G", "0"), ("1M", "1X", "-1", "100T")),
            "etc_hosts": one_of(
                ({"db": "192.0.2.9"}, {"other": None}, {"six": "2001:db8::1"}),
                ({"db": "nonsense"}, {"a b": "192.0.2.9"}, {"": "192.0.2.9"}, {"gateway": "host-gateway"}),
            ),
            "links": one_of(([], [other], [f"{other}:db"]), (["missing"], [f"{other}:a:b"], [f"{other}:a/b"])),
            "healthcheck": one_of(
                ({"test": "true", "interval": "1s"}, {"test": ["CMD", "true"], "interval": "500ms"}, {"test": "NONE"}),
                (
                    {"test": "true", "interval": "1us"},
                    {"test": "true", "interval": "soon"},
                    {"test": ["BOGUS"]},
                    {"test": []},
                    {"test": "true", "retries": -1},
                    {"interval": "1s"},
                    {"test": "true", "interval": "1s", "start_interval": "1s"},
                ),
            ),
            "network_mode": one_of(
                ("bridge", "default", "host", "none", network, f"container:{other}"),
                ("typo", "service:web", "container:", "container:missing", "", "Host", f"{network} ", hostile),
            ),
            "networks": self._networks,
            "purge_networks": one_of((True, False)),
            "stop_timeout": one_of((5,), (-5,)),
            "force_kill": one_of((True, False)),
            "writable_layer": one_of(("auto", "carry", "discard", "refuse")),
            "writable_layer_deletions": one_of(("refuse", "ignore")),
            "update_order": one_of(("stop-first", "start-first")),
            "dependents": one_of(("refuse", "recreate")),
            "auto_remove_swap": one_of((True, False)),
            "pull": one_of(("missing", "never")),
            "wait": one_of(("running", "healthy")),
            "wait_timeout": one_of((20,)),
            **{option: one_of(*values) for option, values in RESOURCES.items()},
        }

    def _published_ports(self) -> list[t.Any]:
        port, second = self._port(), self._port()
        held = self.chooser.choice(self.situation.held or [port])
        fine = [
            f"{port}:80",
            f"127.0.0.1:{port}:80",
            f"127.0.0.1:{second}:81",
            "127.0.0.1::83",
            "80",
            80,
            f"{port}:53/udp",
            f"127.0.0.1:{port}-{port + 3}:84",
            f"{min(port, second)}:85",
            {"target": 86, "published": second, "host_ip": "127.0.0.1"},
        ]
        if self.ground.ipv6:
            fine.append(f"[::1]:{port}:80")
        odd = [
            f"{held}:80",
            f"127.0.0.1:{held}:80",
            f"127.0.0.1:{held}-{held}:80",
            f"{held}:53/udp",
            f"{FOREIGN}:{port}:80",
            "localhost:1:80",
            "70000:80",
            f"{port}:80:80:80",
            f"{port}-{port + 1}:80",
            "{{ port }}:80",
            "0:80",
            f"{port}:0",
            "",
            {"target": 80, "published": "x"},
            f"224.0.0.1:{port}:80",
            f"127.9.9.9:{port}:80",
        ]
        chosen = self.chooser.some(fine, 3)
        return [*chosen, self.chooser.choice(odd)] if self.chooser.is_odd() else chosen

    def _networks(self) -> list[Options]:
        entries = [self._endpoint(name) for name in self.chooser.some(self.networks, 2)]
        if self.chooser.is_odd():
            names = ("host", "none", "bridge", "default", "missing", self.ground.name("gone"), "", "with space")
            entries.append(self._endpoint(self.chooser.choice(names)))
        return entries

    # -- endpoints -----------------------------------------------------------------------------------------------------

    def _endpoint(self, network: str, name: str = "") -> Options:
        """One on this network; ``name``: as a network lists the container, rather than the other way round."""
        made: Options = {"name": name or network}
        makers: dict[str, t.Callable[[], t.Any]] = {
            "aliases": lambda: self._odd((["web"], ["db", "web"], []), (["ünlaut"], ["a b"], [""], ["x" * 300])),
            "ipv4_address": lambda: self._address(network),
            "ipv6_address": lambda: self._address6(network),
            "links": lambda: self._odd(([], [f"{self._container()}:other"]), (["missing:x"], ["a:b:c"], [":"])),
            "mac_address": lambda: self._odd(
                (f"02:42:0a:01:00:{self.chooser.randrange(256):02x}",),
                ("nonsense", "02-42-0A-01-00-09", "01:00:5e:00:00:01"),
            ),
            "driver_opts": lambda: self._odd(({"com.example.option": "1"}, {"com.example.option": None}, {}), ()),
            "gw_priority": lambda: self._odd((5, 0), (-1,)),
        }
        chances = {"aliases": 0.3, "ipv4_address": 0.4, "ipv6_address": 0.1, "links": 0.1, "mac_address": 0.07}
        for option, make in makers.items():
            if self.chooser.random() < chances.get(option, 0.07):
                made[option] = make()
        return made

    def _address(self, network: str) -> str:
        fine = [""] if network not in self.situation.networks else [free_address(self.situation, self.chooser, network)]
        taken = self.situation.taken.get(network, [])
        outside = self.ground.address(BLOCKS - 1, 9)
        return t.cast(str, self._odd(fine, [*taken, *taken, outside, "nonsense", "0.0.0.0", "2001:db8::1"]))

    def _address6(self, network: str) -> str:
        own = self.ground.address6(4, 16 + self.chooser.randrange(16))
        fine = own if network.endswith("-six") else ""
        odd = (own, self.ground.address6(4, 1), self.ground.address6(4, 0), "nonsense", self.ground.address6(5, 9))
        return t.cast(str, self._odd((fine,), odd))

    # -- networks ------------------------------------------------------------------------------------------------------

    def _make_network(self, with_members: bool) -> Options:
        name = self.chooser.choice(self.networks)
        new = self.chooser.random() < 0.3
        if new:
            odd = (
                "bridge",
                "host",
                "default",
                "a/b",
                "ünlaut",
                "with space",
                "",
                " ",
                "x" * 300,
                "{{ x }}",
                "no\nline",
            )
            name = t.cast(str, self._odd((self.ground.name("fresh"),), odd))
            if name in odd and name not in ("bridge", "host", "default", ""):
                # Whatever comes of it is found, and removed, by the prefix.
                name = self.ground.name(name)
        arguments: Options = {"name": name}
        makers = self._network_options(new)
        for option in self.chooser.some(list(makers), 4, 0 if new else 1):
            arguments[option] = makers[option]()
        if new and self.chooser.random() < 0.7:
            arguments.setdefault("ipam_config", self._ipam_config())
            if "subnet_pool" in arguments and self.chooser.random() < 0.9:
                del arguments["ipam_config"]
        if not new and self.chooser.random() < 0.12:
            arguments["state"] = "absent"
            if self.chooser.random() < 0.6:
                arguments["force"] = True
        if with_members and self.chooser.random() < 0.6:
            members = [self._container() for _number in range(self._count())]
            arguments["connected"] = [
                self._endpoint(name, member) if self.chooser.random() < 0.6 else member for member in sorted({*members})
            ]
            arguments["appends"] = self.chooser.random() < 0.5
        return arguments

    def _network_options(self, new: bool) -> dict[str, t.Callable[[], t.Any]]:
        def one_of(fine: t.Sequence[t.Any], odd: t.Sequence[t.Any] = ()) -> t.Callable[[], t.Any]:
            return lambda: self._odd(fine, odd)

        prefix = "com.docker.network.bridge."
        # Names of interfaces have 15 letters.
        bridge, bridge_of_another = self.ground.bridge("p"), self.ground.bridge("q")
        hostile = self.chooser.choice(HOSTILE)
        return {
            "driver_options": one_of(
                ({f"{prefix}enable_icc": False}, {f"{prefix}enable_icc": None}, {"com.example.option": hostile}),
                (
                    {f"{prefix}enable_icc": "maybe"},
                    {f"{prefix}name": "x" * 20},
                    {"": "1"},
                    {f"{prefix}name": bridge_of_another},
                ),
            ),
            "bridge_name": one_of(
                (bridge,), (f"{bridge}-too-long", f"ü{bridge}", bridge_of_another, "a/b", "with space", "")
            ),
            "icc": one_of((True, False)),
            "ip_masquerade": one_of((True, False)),
            "host_binding_ipv4": one_of(("127.0.0.1", "0.0.0.0"), ("nonsense", FOREIGN, "::1", "")),
            "mtu": one_of((1400, 1500), (0, -5, 10, 67, 70000)),
            "gateway_mode_ipv4": one_of(("nat",), ("routed", "isolated", "nat-unprotected")),
            "gateway_mode_ipv6": one_of(("nat",), ("routed",)),
            "host_ipv4": one_of(("192.0.2.1",), ("nonsense",)),
            "host_ipv6": one_of(("2001:db8::1",), ("nonsense",)),
            "inhibit_ipv4": one_of((False,), (True,)),
            "trusted_host_interfaces": one_of((["lo"],), ([],)),
            "container_iface_prefix": one_of(("net", "eth"), ("with space", "x" * 20, "a/b", "")),
            "ipam_driver": one_of(("default",)),
            "ipam_driver_options": one_of(({}, {"com.example.option": "1"})),
            "ipam_config": self._ipam_config,
            "subnet_pool": one_of(
                (
                    {"from": f"{self.ground.address(9, 0)}/26", "prefix": 28},
                    {"from": f"{self.ground.subnet}.0/24", "prefix": 29},
                ),
                (
                    {"from": f"{self.ground.address(0, 0)}/30", "prefix": 30},
                    {"from": "nonsense", "prefix": 24},
                    {"from": f"{self.ground.subnet}.0/24", "prefix": 31},
                ),
            ),
            "internal": one_of((True, False)),
            "attachable": one_of((True, False)),
            "enable_ipv4": one_of((True,), (False,)),
            "enable_ipv6": one_of((False,), (True,)),
            "labels": one_of(
                ({"text": hostile}, {hostile or "empty": "1"}, {"text": None}, {}),
                ({"com.docker.mark": "2"}, {"": "1"}),
            ),
            "on_difference": one_of(("rebuild", "fail")),
            "on_member_recreate": one_of(("refuse", "recreate")),
            "force": one_of((False,), (True,)),
        }

    def _ipam_config(self) -> list[Options]:
        ground, block = self.ground, 9 + self.chooser.randrange(6)
        subnet = ground.block(block)
        fine: list[list[Options]] = [
            [{"subnet": subnet}],
            [{"subnet": subnet, "gateway": ground.address(block, 2)}],
            [{"subnet": subnet, "iprange": f"{ground.address(block, 8)}/29"}],
            [{"subnet": subnet, "aux_addresses": {"printer": ground.address(block, 5)}}],
            [{"subnet": f"{ground.address(block, 3)}/28"}],
        ]
        if ground.ipv6:
            fine.append([{"subnet": subnet}, {"subnet": ground.block6(block)}])
        odd: list[list[Options]] = [
            [],
            [{"subnet": ground.block(0)}],
            [{"subnet": f"{ground.subnet}.0/24"}],
            [{"subnet": ground.address(block, 4)}],
            [{"subnet": f"{ground.address(block, 4)}/31"}],
            [{"subnet": f"{ground.address(block, 4)}/30", "gateway": ground.address(block, 6)}],
            [{"subnet": subnet, "gateway": ground.address(0, 1)}],
            [{"subnet": subnet, "gateway": ground.address(block, 0)}],
            [{"subnet": subnet, "gateway": ground.address(block, 15)}],
            [{"subnet": subnet, "iprange": ground.block(0)}],
            [{"subnet": subnet, "iprange": f"{ground.address(block, 4)}/32"}],
            [{"subnet": subnet, "gateway": ground.address(block, 2), "aux_addresses": {"x": ground.address(block, 2)}}],
            [{"subnet": subnet, "aux_addresses": {"x": ground.address(block, 3), "y": ground.address(block, 3)}}],
            [{"subnet": subnet, "aux_addresses": {"x": ground.address(block, 0)}}],
            [{"subnet": subnet}, {"subnet": ground.block(block + 1)}],
            [{"subnet": subnet}, {"subnet": subnet}],
            [{"subnet": "nonsense"}],
            [{"gateway": ground.address(block, 1)}],
            [{"subnet": "224.0.0.0/24"}],
        ]
        return t.cast(t.List[Options], self._odd(fine, odd))


def _distinct(items: list[Options]) -> list[Options]:
    """Each object once, but for one time in a hundred what is listed twice: that is refused at once."""
    return list({item["name"]: item for item in items}.values())
