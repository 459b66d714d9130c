# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Containers built in every way that people build them, and what of each has to survive."""

from __future__ import annotations

import os
import shutil
import subprocess
import typing as t
from dataclasses import dataclass, field

from ansible_collections.bridgeport.docker.tests.engine.fidelity.place import COMMAND, IMAGE, SCRIPT, Place
from ansible_collections.bridgeport.docker.tests.support.real_engine import BOUND, docker, next_port

# Where Docker Compose is, if it could be had.
COMPOSE = os.environ.get("COMPOSE") or shutil.which("docker-compose") or ""


@dataclass(frozen=True)
class Case:
    """``make`` builds it. ``folders``: where its files are written, beside those of its volumes.

    ``options``: what the change has to allow. ``differs``: paths of the inspect that have to be different afterwards.
    ``since``: the first API version that has it; ``until``: the first that has it no more.
    """

    name: str
    make: t.Callable[[Place], object]
    folders: tuple[str, ...] = ("/root",)
    options: t.Mapping[str, t.Any] = field(default_factory=dict)
    differs: tuple[str, ...] = ()
    keeps_mac: bool = False
    since: tuple[int, int] = (1, 0)
    until: tuple[int, int] = (9, 0)
    needs_compose: bool = False
    # What a warning has to say.
    warning: str = ""


CASES: list[Case] = []


def case(name: str, **more: t.Any) -> t.Callable[[t.Callable[[Place], object]], t.Callable[[Place], object]]:
    def register(make: t.Callable[[Place], object]) -> t.Callable[[Place], object]:
        CASES.append(Case(name, make, **more))
        return make

    return register


# -- the container's own configuration ---------------------------------------------------------------------------------


@case("plain")
def _plain(place: Place) -> None:
    place.run()


@case("host name, domain, user, folder, terminal, stop signal and time, labels, environment")
def _config(place: Place) -> None:
    words = ["--hostname", "named", "--domainname", "example.test", "--user", "0:7", "--workdir", "/tmp", "-t", "-i"]
    words += [
        "--stop-signal",
        "SIGINT",
        "--stop-timeout",
        "3",
        "--label",
        "a=1",
        "--label",
        "b=",
        "-e",
        "A=b c",
        "-e",
        "E=",
    ]
    place.run(*words, command=("sh", "-c", SCRIPT.replace("TERM", "INT")))


@case("entrypoint taken from the image away")
def _no_entrypoint(place: Place) -> None:
    image = place.image("entry", 'ENTRYPOINT ["/bin/false"]')
    place.run("--entrypoint", "", image=image)


@case("entrypoint of its own")
def _entrypoint(place: Place) -> None:
    place.run("--entrypoint", "/bin/sh", command=("-c", SCRIPT))


@case("everything from the image")
def _from_image(place: Place) -> None:
    changes = ['CMD ["sh", "-c", "trap exit TERM; while :; do sleep 1; done"]', "ENV OF=image", "LABEL of=image"]
    changes += ["WORKDIR /tmp", "EXPOSE 7000/tcp 7001/udp", "VOLUME /of-image"]
    place.run(image=place.image("full", *changes), command=())


@case("a tag that has moved since", differs=("Config.Image",))
def _moved_tag(place: Place) -> None:
    image = place.image("moving", "LABEL version=1")
    place.run(image=image)
    docker("tag", image, place.part("kept:1"))
    place._made.append(("rmi", "-f", place.part("kept:1")))
    docker("tag", IMAGE, image)


@case("health check")
def _health(place: Place) -> None:
    place.run("--health-cmd", "true", "--health-interval", "1s", "--health-retries", "5", "--health-timeout", "2s")
    place.await_health()


@case("health check switched off")
def _no_health(place: Place) -> None:
    place.run("--no-healthcheck")


@case("exposed ports")
def _exposed(place: Place) -> None:
    place.run("--expose", "7100-7102", "--expose", "7103/udp")


# -- publications ------------------------------------------------------------------------------------------------------


@case("-P", options={"publish_all_ports": True})
def _publish_all(place: Place) -> None:
    place.run("-P", "--expose", "7200", "--expose", "7201/udp")


@case("udp, several addresses and several host ports for one port")
def _many_ports(place: Place) -> None:
    first, second, third = next_port(), next_port(), next_port()
    words = ["-p", f"127.0.0.1:{first}:53/udp", "-p", f"127.0.0.2:{first}:53/udp", "-p", f"{second}:5000"]
    place.run(*words, "-p", f"127.0.0.1:{third}:5000")


@case("host range and IPv6")
def _range(place: Place) -> None:
    first = next_port()
    words = ["-p", f"127.0.0.1:{first}-{first + 40}:5100", "-p", f"[::1]:{next_port()}:5101"]
    for _number in range(40):
        next_port()
    place.run(*words)


@case("ports in other spellings, by hand")
def _spelled(place: Place) -> None:
    bindings = {
        "80/tcp": [{"HostIp": "127.0.0.1", "HostPort": str(next_port())}],
        "82": [{"HostIp": "127.0.0.1", "HostPort": str(next_port())}],
        "83/TCP": [{"HostIp": "127.0.0.1", "HostPort": str(next_port())}],
    }
    # Of a started one engine 20.10 publishes the first only.
    place.create({"ExposedPorts": {"80/tcp": {}}, "HostConfig": {"PortBindings": bindings}}, start=False)


# -- files -------------------------------------------------------------------------------------------------------------


@case("anonymous volumes")
def _anonymous(place: Place) -> None:
    place.run("-v", "/one", "--mount", "type=volume,dst=/two", image=place.image("volume", "VOLUME /three"))


@case("named volumes, read-only and without copy")
def _named(place: Place) -> None:
    place.run("-v", f"{place.volume('a')}:/a", "-v", f"{place.volume('b')}:/b:ro,nocopy")


@case("binds and mounts")
def _binds(place: Place) -> None:
    words = [
        "-v",
        "/usr/share:/share:ro",
        "-v",
        "/usr/local:/host:rprivate",
        "--mount",
        "type=bind,src=/usr/lib,dst=/lib2,readonly",
    ]
    words += ["--mount", f"type=volume,src={place.volume('m')},dst=/m,volume-label=x=y"]
    place.run(*words, "--mount", "type=tmpfs,dst=/fast,tmpfs-size=1m,tmpfs-mode=1770")


@case("volumes of another container")
def _volumes_from(place: Place) -> None:
    source = place.run_part("source", "-v", "/shared")
    place.run("--volumes-from", source)


@case("volumes of a container that is gone", differs=("HostConfig.VolumesFrom",))
def _volumes_from_gone(place: Place) -> None:
    source = place.run_part("source", "-v", "/shared")
    place.run("--volumes-from", source)
    docker("rm", "-f", source)
    place.parts.remove(source)


@case("read-only root and tmpfs", folders=())
def _read_only(place: Place) -> None:
    place.run("--read-only", "--tmpfs", "/tmp:size=2m,mode=1777", "-v", "/kept")


# -- resources, rights and namespaces ----------------------------------------------------------------------------------


@case("limits")
def _limits(place: Place) -> None:
    words = [
        "--memory",
        "64m",
        "--memory-reservation",
        "32m",
        "--cpus",
        "0.5",
        "--cpu-shares",
        "512",
        "--pids-limit",
        "50",
    ]
    words += ["--ulimit", "nofile=1000:2000", "--shm-size", "16m", "--oom-score-adj", "100", "--blkio-weight", "0"]
    place.run(*words, "--cpuset-cpus", "0")


@case("rights and devices")
def _rights(place: Place) -> None:
    words = [
        "--cap-add",
        "NET_ADMIN",
        "--cap-drop",
        "MKNOD",
        "--security-opt",
        "no-new-privileges",
        "--group-add",
        "27",
    ]
    words += ["--device", "/dev/null:/dev/nothing:rw", "--device-cgroup-rule", "c 1:3 rwm"]
    place.run(*words, "--security-opt", "seccomp=unconfined")


@case("privileged")
def _privileged(place: Place) -> None:
    # Not every machine may start one.
    place.run("--privileged", "--userns", "host", verb="create")


@case("namespaces")
def _namespaces(place: Place) -> None:
    place.run("--ipc", "shareable", "--pid", "host", "--uts", "host", "--cgroupns", "private", "--init")


@case("name resolution, hosts, kernel settings, log options")
def _resolution(place: Place) -> None:
    words = [
        "--dns",
        "192.0.2.53",
        "--dns-search",
        "example.test",
        "--dns-option",
        "ndots:2",
        "--add-host",
        "a:192.0.2.1",
    ]
    words += ["--sysctl", "net.ipv4.ip_unprivileged_port_start=0", "--log-driver", "json-file"]
    place.run(*words, "--log-opt", "max-size=1m", "--log-opt", "max-file=2")


@case("device requests, rules and annotations of a container that never ran")
def _requests(place: Place) -> None:
    requests = [{"Driver": "", "Count": -1, "DeviceIDs": None, "Capabilities": [["gpu"]], "Options": {}}]
    host_config = {"DeviceRequests": requests, "PortBindings": {"80/tcp": [{"HostPort": str(next_port())}]}}
    place.create({"HostConfig": host_config}, start=False)


# -- run state ---------------------------------------------------------------------------------------------------------


@case("restart policy with a count")
def _on_failure(place: Place) -> None:
    place.run("--restart", "on-failure:3")


@case("restart policy unless-stopped")
def _unless_stopped(place: Place) -> None:
    place.run("--restart", "unless-stopped")


@case("--rm", options={"auto_remove_swap": True})
def _rm(place: Place) -> None:
    place.run("--rm", "-v", "/kept")


@case("paused")
def _paused(place: Place) -> None:
    place.run()
    docker("pause", place.name)


@case("exited")
def _exited(place: Place) -> None:
    place.run("--restart", "always", "-v", "/kept")
    docker("stop", "-t", "5", place.name)


@case("created")
def _created(place: Place) -> None:
    place.run("-v", "/kept", verb="create")


# -- networks ----------------------------------------------------------------------------------------------------------


@case("two networks with aliases and fixed addresses")
def _networks(place: Place) -> None:
    subnet = place.subnet()
    one = place.network("one", "--subnet", f"{subnet}.0/24")
    two = place.network("two")
    place.run("--network", one, "--ip", f"{subnet}.77", "--network-alias", "www", "--network-alias", "web")
    docker("network", "connect", "--alias", "api", two, place.name)


@case("IPv4 and IPv6, fixed")
def _dual_stack(place: Place) -> None:
    subnet = place.subnet()
    ipv6 = f"fd00:231:{int(subnet.split('.')[2]):x}"
    network = place.network("dual", "--ipv6", "--subnet", f"{subnet}.0/24", "--subnet", f"{ipv6}::/64")
    place.run("--network", network, "--ip", f"{subnet}.78", "--ip6", f"{ipv6}::78")


@case("a network by its ID")
def _network_id(place: Place) -> None:
    place.run("--network", docker("network", "inspect", "-f", "{{.Id}}", place.network("by-id")))


@case("a network that was joined and another that was left")
def _moved_network(place: Place) -> None:
    one, two = place.network("left"), place.network("joined")
    place.run("--network", one)
    docker("network", "connect", "--alias", "here", two, place.name)
    docker("network", "disconnect", one, place.name)


@case("MAC address", keeps_mac=True)
def _mac(place: Place) -> None:
    network, address = place.network("mac"), "02:00:00:00:be:ef"
    on = {"EndpointsConfig": {network: {"MacAddress": address}}}
    before = {"MacAddress": address} if place.api_version < (1, 44) else {"NetworkingConfig": on}
    ports = {"80/tcp": [{"HostIp": "127.0.0.1", "HostPort": str(next_port())}]}
    place.create(
        {**before, "ExposedPorts": {"80/tcp": {}}, "HostConfig": {"NetworkMode": network, "PortBindings": ports}}
    )


@case("gateway priority and endpoint options", since=(1, 48))
def _priority(place: Place) -> None:
    one, two = place.network("a"), place.network("b")
    sysctl = "net.ipv4.conf.IFNAME.log_martians=1"
    place.run("--network", f"name={one},driver-opt=com.docker.network.endpoint.sysctls={sysctl}")
    docker("network", "connect", "--gw-priority", "7", two, place.name)


@case("a legacy link to another")
def _link(place: Place) -> None:
    place.run("--link", f"{place.run_part('db')}:db")


# -- others that depend on it ------------------------------------------------------------------------------------------


@case("a container in its network", options={"dependents": "recreate"})
def _sidecar(place: Place) -> None:
    place.run()
    place.run_part("side", "--network", f"container:{place.name}", "-v", "/kept")


@case("containers in its IPC and PID namespaces, and one that links to it", options={"dependents": "recreate"})
def _dependents(place: Place) -> None:
    place.run("--ipc", "shareable")
    place.run_part("ipc", "--ipc", f"container:{place.name}")
    place.run_part("pid", "--pid", f"container:{place.name}")
    place.run_part("links", "--link", f"{place.name}:web")


# -- made by others ----------------------------------------------------------------------------------------------------

_COMPOSE_FILE = """
services:
  web:
    image: {image}
    container_name: {name}
    init: true
    command: ["sh", "-c", "trap 'exit 0' TERM; while :; do sleep 1; done"]
    ports: ["127.0.0.1:{port}:80", "127.0.0.1::81"]
    environment: {{A: b}}
    volumes: ["/anonymous", "data:/data"]
    networks: {{back: {{aliases: [www]}}}}
    restart: unless-stopped
networks: {{back: {{}}}}
volumes: {{data: {{}}}}
"""


@case("Docker Compose", needs_compose=True, warning="Compose project")
def _compose(place: Place) -> None:
    text = _COMPOSE_FILE.format(image=IMAGE, name=place.name, port=next_port())
    words = [COMPOSE, "-p", place.name, "-f", "-", "up", "-d"]
    done = subprocess.run(words, check=False, input=text, capture_output=True, text=True, timeout=BOUND)
    assert done.returncode == 0, done.stderr
    place._made.append(("network", "rm", f"{place.name}_back"))


@case("Portainer's labels", warning="")
def _portainer(place: Place) -> None:
    place.run("--label", "io.portainer.accesscontrol.public=1")


@case("community.docker's way: everything by name, all addresses written out")
def _community(place: Place) -> None:
    bindings = {"80/tcp": [{"HostIp": "0.0.0.0", "HostPort": str(next_port())}]}
    host_config = {"PortBindings": bindings, "Binds": [f"{place.volume('v')}:/data:rw"], "NetworkMode": "default"}
    config = {"ExposedPorts": {"80/tcp": {}}, "HostConfig": host_config, "Env": ["A=1"], "Entrypoint": list(COMMAND)}
    place.create({**config, "Cmd": None})
