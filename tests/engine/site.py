# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A site for the test of a module: containers, networks and volumes that share a random prefix, and go with it."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import random
import re
import typing as t
import urllib.request

from ansible_collections.bridgeport.docker.tests.support.module_runner import Runner
from ansible_collections.bridgeport.docker.tests.support.real_engine import (
    SOCKET,
    Images,
    docker,
    free_ports,
    inspect,
    random_name,
)

# Busybox's own files make a page: http://.../passwd
HTTPD = ("httpd", "-f", "-p", "80", "-h", "/etc")
PORTS = 24
_VOLUME_ID = re.compile(r"[0-9a-f]{64}")
# Never through a proxy that the environment names.
_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))

Result = t.Dict[str, t.Any]
S = t.TypeVar("S", bound="Site")


def third_parts() -> t.Iterator[int]:
    """Of the addresses of subnets: other ones for each process of one run of pytest, beginning anywhere."""
    size = 254 // int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    first = size * int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:])
    start = random.randrange(size)
    return (first + (start + number) % size for number in itertools.count())


_thirds = third_parts()


def has_ipv6() -> bool:
    try:
        with open("/proc/net/if_inet6", encoding="ascii") as stream:
            return bool(stream.read())
    except OSError:
        return False


class Site:
    def __init__(self, runner: Runner, images: Images) -> None:
        self._runner = runner
        self.images = images
        self.prefix = random_name("test")
        # A row of host ports begins here.
        self.base = free_ports(PORTS)[0]
        # The first half of the range for benchmarks (RFC 2544): no default pool of an engine, no network of a host.
        self.subnet = f"198.18.{next(_thirds)}"
        # Unique local addresses (RFC 4193).
        self.subnet6 = f"fd{random.randrange(256):02x}:{random.randrange(1, 65535):x}:{random.randrange(1, 65535):x}"
        self._volumes: set[str] = set()

    @classmethod
    @contextlib.contextmanager
    def open(cls: type[S], runner: Runner, images: Images) -> t.Iterator[S]:
        made = cls(runner, images)
        try:
            made.build()
            yield made
        finally:
            made.close()

    def build(self) -> None:
        """What stands before a test begins."""

    # -- by the docker CLI, which is also the witness ------------------------------------------------------------------

    def name(self, what: str) -> str:
        return f"{self.prefix}-{what}"

    def run(self, what: str, *options: str, image: str = "", command: t.Sequence[str] = HTTPD) -> str:
        docker("run", "-d", "--name", self.name(what), *options, image or self.images.busybox, *command)
        return self.name(what)

    def create(self, what: str, *options: str, command: t.Sequence[str] = HTTPD) -> str:
        docker("create", "--name", self.name(what), *options, self.images.busybox, *command)
        return self.name(what)

    def create_backup(self, of: str, *options: str, command: t.Sequence[str] = HTTPD) -> str:
        """What an interrupted replacement of a container leaves: it is called after that and by its own ID."""
        made = self.create("backup", *options, command=command)
        name = self.name(f"{of}.bridgeport-old-{self.seen(made)['Id'][:12]}")
        docker("rename", made, name)
        return name

    def seen(self, name: str) -> dict[str, t.Any]:
        found = inspect(name)
        self._volumes |= {mount["Name"] for mount in found["Mounts"] if _VOLUME_ID.fullmatch(mount.get("Name", ""))}
        return found

    def network(self, what: str, *options: str) -> str:
        docker("network", "create", *options, self.name(what))
        return self.name(what)

    @property
    def standing(self) -> list[str]:
        """Every container of this site, without the prefix."""
        names = docker("ps", "-a", "--filter", f"name={self.prefix}", "--format", "{{.Names}}").split()
        return sorted(name[len(self.prefix) + 1 :] for name in names)

    def endpoint(self, name: str, network: str) -> dict[str, t.Any]:
        """Empty where it is not on that network."""
        return t.cast(t.Dict[str, t.Any], self.seen(name)["NetworkSettings"]["Networks"].get(network, {}))

    @property
    def networks(self) -> list[str]:
        names = docker("network", "ls", "--filter", f"name={self.prefix}", "--format", "{{.Name}}").split()
        return sorted(name[len(self.prefix) + 1 :] for name in names)

    @staticmethod
    def network_seen(name: str) -> dict[str, t.Any]:
        return t.cast(t.Dict[str, t.Any], json.loads(docker("network", "inspect", name))[0])

    @staticmethod
    def docker_port(name: str) -> list[str]:
        """As in 80/tcp -> 127.0.0.1:8080; some releases put brackets around IPv6 addresses, some do not."""
        return sorted(re.sub(r"[][]", "", docker("port", name)).splitlines())

    @staticmethod
    def fetch(port: int, path: str = "passwd", address: str = "127.0.0.1") -> str:
        with _OPENER.open(f"http://{address}:{port}/{path}", timeout=30) as answer:
            return t.cast(bytes, answer.read()).decode()

    # -- by a module ---------------------------------------------------------------------------------------------------

    def module(self, module: str, *, check: bool = False, diff: bool = False, **options: t.Any) -> Result:
        asked = {"docker_host": f"unix://{SOCKET}", **options, "_ansible_check_mode": check, "_ansible_diff": diff}
        result = self._runner.run(asked, module)
        assert result is not None, "the module was killed"
        return result

    def does(self, module: str, **options: t.Any) -> Result:
        """A run that goes well."""
        result = self.module(module, **options)
        assert not result.get("failed"), result
        return result

    def fails(self, module: str, code: str, **options: t.Any) -> Result:
        """A run that fails with this code, and says that nothing has changed."""
        result = self.module(module, **options)
        assert result.get("failed"), result
        assert result["failure"]["code"] == code, result
        assert not result.get("changed"), result
        return result

    def publish(self, name: str, **options: t.Any) -> Result:
        """Most programs here do not listen to SIGTERM."""
        return self.does("docker_port_publish", name=name, **{"force_kill": True, **options})

    def refused(self, code: str, name: str, **options: t.Any) -> Result:
        return self.fails("docker_port_publish", code, name=name, **{"force_kill": True, **options})

    def close(self) -> None:
        for name in docker("ps", "-aq", "--filter", f"name={self.prefix}").split():
            self.seen(name)
            docker("rm", "-fv", name, check=False)
        for network in docker("network", "ls", "-q", "--filter", f"name={self.prefix}").split():
            docker("network", "rm", network, check=False)
        named = docker("volume", "ls", "-q", "--filter", f"name={self.prefix}").split()
        # After a replacement an anonymous volume counts as a named one, which does not go with its container.
        for volume in {*named, *self._volumes}:
            docker("volume", "rm", "-f", volume, check=False)


def returned_port(result: Result) -> list[str]:
    """What a module returned, in the words of docker port."""
    rows = result["published"]
    return sorted(f"{row['container_port']}/{row['protocol']} -> {row['host_ip']}:{row['host_port']}" for row in rows)
