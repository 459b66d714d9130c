# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A situation on the engine, and all that the engine says of it."""

from __future__ import annotations

import contextlib
import socket
import threading
import typing as t

import docker as sdk
from docker.errors import NotFound

from ansible_collections.bridgeport.docker.plugins.module_utils._objects.leftovers import lock_name
from ansible_collections.bridgeport.docker.tests.engine.parity.situations import PORTS, Ground, Situation
from ansible_collections.bridgeport.docker.tests.engine.site import _VOLUME_ID, Site, has_ipv6
from ansible_collections.bridgeport.docker.tests.support.module_runner import Runner
from ansible_collections.bridgeport.docker.tests.support.real_engine import BOUND, SOCKET, Images, docker, free_ports

# What every object is, by its kind and name.
Seen = t.Dict[t.Tuple[str, str], t.Any]
_sites = threading.Lock()


class Bed(Site):
    def __init__(self, runner: Runner, images: Images, make: t.Callable[[Ground], Situation]) -> None:
        with _sites:
            super().__init__(runner, images)
            self.base = free_ports(PORTS)[0]
        ground = Ground(self.prefix, self.base, self.subnet, self.subnet6, has_ipv6())
        self.situation = make(ground)
        self._listening: list[socket.socket] = []
        self._api = sdk.APIClient(f"unix://{SOCKET}", version="auto", timeout=BOUND)

    @classmethod
    @contextlib.contextmanager
    def open_with(cls, runner: Runner, images: Images, make: t.Callable[[Ground], Situation]) -> t.Iterator[Bed]:
        with contextlib.closing(cls(runner, images, make)) as made:
            made.build()
            yield made

    def build(self) -> None:
        for program, *words in self.situation.steps:
            if program == "docker":
                docker(*words)
            else:
                address, port = words
                self._listening.append(socket.create_server((address, int(port))))

    def look(self) -> Seen:
        """Every container and network of the prefix, and every lock of one of these names."""
        api = self._api
        seen: Seen = {}
        for listed in api.containers(all=True, filters={"name": self.prefix}):
            with contextlib.suppress(NotFound):
                found = api.inspect_container(listed["Id"])
                # Health checks go on by themselves; the engine lists mounts in any order.
                found["State"].pop("Health", None)
                del found["ExecIDs"]
                found["Mounts"].sort(key=lambda mount: str(mount["Destination"]))
                seen["container", found["Name"][1:]] = found
                self._volumes |= {
                    mount["Name"] for mount in found["Mounts"] if _VOLUME_ID.fullmatch(mount.get("Name", ""))
                }
        for listed in api.networks(filters={"name": self.prefix}):
            found = api.inspect_network(listed["Id"])
            seen["network", found["Name"]] = found
        locks = {lock_name(key) for key in seen}
        for found in api.volumes()["Volumes"] or ():
            if self.prefix in found["Name"] or found["Name"] in locks:
                seen["volume", found["Name"]] = found
        return seen

    def close(self) -> None:
        for each in self._listening:
            each.close()
        containers = docker("ps", "-aq", "--filter", f"name={self.prefix}").split()
        if containers:
            docker("rm", "-fv", *containers, check=False)
        networks = docker("network", "ls", "-q", "--filter", f"name={self.prefix}").split()
        if networks:
            docker("network", "rm", *networks, check=False)
        for volume in [*docker("volume", "ls", "-q", "--filter", f"name={self.prefix}").split(), *self._volumes]:
            docker("volume", "rm", "-f", volume, check=False)
        if self.situation.image:
            docker("rmi", "-f", self.situation.image, check=False)
        self._api.close()
