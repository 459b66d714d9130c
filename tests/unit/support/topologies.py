# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Made-up hosts of any size, as the module docker_topology_info returns them."""

from __future__ import annotations

import hashlib
import typing as t

# Names and aliases in which every language of the report would see something of its own.
HOSTILE = "<script>alert(1)</script>'\"--></pre>]]>`{{ 7 * 7 }}#quot;\\end"

_IMAGES = (
    "nginx:1.29",
    "postgres:18",
    "redis:8",
    "registry.example.com/shop/api:2026.11",
    "busybox:1.37",
    "grafana:13",
)
_ROLES = ("web", "db", "cache", "api", "worker", "metrics")
_ENTRY = {0: "0.0.0.0", 1: "127.0.0.1", 2: "192.0.2.10"}


def identifier(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def exposure(host_ip: str) -> str:
    if host_ip.startswith("127.") or host_ip == "::1":
        return "loopback"
    return "all" if host_ip in ("", "0.0.0.0", "::") else "address"


def port(
    host_ip: str, host_port: t.Any, container_port: int, protocol: str = "tcp", active: bool = True
) -> dict[str, t.Any]:
    return {
        "container_port": container_port,
        "protocol": protocol,
        "host_ip": host_ip,
        "host_port": host_port,
        "active": active,
        "exposure": exposure(host_ip),
    }


def endpoint(network: str, address: str, aliases: t.Sequence[str] = (), ipv6: str = "") -> dict[str, t.Any]:
    return {
        "network_id": identifier(network),
        "ip_address": address,
        "ipv6_address": ipv6,
        "mac_address": "02:42:ac:12:00:02" if address else "",
        "gateway": address.rsplit(".", 1)[0] + ".1" if address else "",
        "aliases": list(aliases),
    }


def container(
    name: str, networks: t.Mapping[str, t.Any], published: t.Sequence[t.Any] = (), **more: t.Any
) -> dict[str, t.Any]:
    return {
        "name": name,
        "id": identifier(name),
        "image": "busybox:1.37",
        "state": "running",
        "published": list(published),
        "networks": dict(networks),
        "network_mode": next(iter(networks), "none"),
        "labels": {"token": "must-not-be-shown"},
        "shares": {},
        "links": [],
        "restart_policy": "no",
        **more,
    }


def network(name: str, subnet: str, **more: t.Any) -> dict[str, t.Any]:
    return {
        "name": name,
        "id": identifier(name),
        "driver": "bridge",
        "scope": "local",
        "predefined": False,
        "internal": False,
        "attachable": False,
        "enable_ipv4": True,
        "enable_ipv6": False,
        "driver_options": {},
        "labels": {},
        "ipam_config": [{"subnet": subnet, "iprange": None, "gateway": subnet.replace(".0/", ".1/").split("/")[0]}]
        if subnet
        else [],
        "free_addresses": [{"subnet": subnet, "free": 253}] if subnet else [],
        "connected": [],
        **more,
    }


def predefined() -> list[dict[str, t.Any]]:
    return [
        network("bridge", "172.17.0.0/16", predefined=True),
        network("host", "", predefined=True, driver="host"),
        network("none", "", predefined=True, driver="null"),
    ]


def topology(
    networks: t.Sequence[dict[str, t.Any]], containers: t.Sequence[dict[str, t.Any]], **more: t.Any
) -> dict[str, t.Any]:
    """Members of networks are read from the containers."""
    for each in networks:
        each["connected"] = [
            {
                "name": one["name"],
                "id": one["id"],
                "state": one["state"],
                **{
                    key: one["networks"][each["name"]][key]
                    for key in ("ip_address", "ipv6_address", "aliases", "mac_address")
                },
            }
            for one in containers
            if each["name"] in one["networks"]
        ]
    return {
        "host": {"name": "docker1", "engine_version": "20.10.24", "api_version": "1.41", "is_local": True},
        "networks": list(networks),
        "containers": list(containers),
        "links": [
            {"source": one["name"], "target": link["container"], "alias": link["alias"]}
            for one in containers
            for link in one["links"]
        ],
        "stale_references": [],
        "leftovers": [],
        "findings": [],
        **more,
    }


def finding(
    code: str, severity: str, kind: str, name: str, message: str, remedy: str = "Look at it."
) -> dict[str, t.Any]:
    return {
        "code": code,
        "severity": severity,
        "object": {"kind": kind, "name": name},
        "message": message,
        "remedy": remedy,
    }


def worked_example() -> dict[str, t.Any]:
    """What the playbook webapp_busybox leaves."""
    web = container(
        "web",
        {"bridge": endpoint("bridge", "172.17.0.2")},
        [
            port("0.0.0.0", 5000, 5000),
            port("127.0.0.1", 32908, 5000),
            port("127.0.0.1", 5001, 5000),
            port("::", 5000, 5000),
            port("127.0.0.1", 5000, 5000, "udp"),
        ],
        network_mode="default",
        image="bridgeport-webapp:1",
    )
    boxes = [
        container(f"busybox{number}", {"my-net": endpoint("my-net", f"192.168.0.{number + 1}")}, image="busybox")
        for number in (1, 2)
    ]
    return topology(
        [*predefined(), network("my-net", "192.168.0.0/20")],
        [web, *boxes],
        findings=[
            finding(
                "published_on_all",
                "warning",
                "container",
                "web",
                "web publishes 5000/tcp on every address of the host.",
                "Publish it as 127.0.0.1:5000:5000 if only this host needs it.",
            )
        ],
    )


def made_up(size: int) -> dict[str, t.Any]:
    """A host of ``size`` containers, the same in each call."""
    stacks = max(1, size // 8)
    networks = [*predefined(), network("proxy", "172.30.0.0/24")]
    networks += [network(f"stack{number}_default", f"172.31.{number}.0/24") for number in range(1, stacks + 1)]
    networks.append(network("backup", "172.29.0.0/24", internal=True))
    containers = []
    for number in range(size):
        stack = number % stacks + 1
        role = _ROLES[number // stacks % len(_ROLES)]
        name = f"stack{stack}-{role}-{number + 1}"
        home = f"stack{stack}_default"
        on = {home: endpoint(home, f"172.31.{stack}.{number // stacks + 2}", [role] if number % 2 else [])}
        published = []
        if role == "web":
            on["proxy"] = endpoint("proxy", f"172.30.0.{number + 2}", [f"{role}{stack}", f"shop{stack}.example.com"])
            address = _ENTRY[number % 3]
            published.append(port(address, 8000 + number, 80))
            if address == "0.0.0.0":
                published.append(port("::", 8000 + number, 80))
        elif role == "metrics":
            published += [port("127.0.0.1", 9000 + 10 * number + step, 9100 + step, "udp") for step in range(3)]
        state = "exited" if number % 11 == 10 else "running"
        if state == "exited":
            on[home]["ip_address"] = ""
            published = [{**each, "active": False} for each in published]
        containers.append(
            container(
                name,
                on,
                published,
                network_mode=home,
                image=_IMAGES[number % len(_IMAGES)],
                state=state,
                restart_policy="unless-stopped",
                labels={"com.docker.compose.project": f"stack{stack}"},
            )
        )
    findings = [
        finding(
            "published_on_all",
            "warning",
            "container",
            each["name"],
            f"{each['name']} publishes a port on every address.",
        )
        for each in containers
        if any(one["exposure"] == "all" for one in each["published"])
    ]
    return topology(networks, containers, findings=findings[:4])


def odd_one() -> dict[str, t.Any]:
    """One of everything that is rare."""
    containers = [
        container(
            "v6",
            {"lab": endpoint("lab", "", ipv6="2001:db8:0:1:ffff:ffff:ffff:fff2")},
            [port("2001:db8:1111:2222:3333:4444:5555:6666", 8080, 80, "sctp")],
        ),
        container(
            "range", {"lab": endpoint("lab", "172.20.0.9")}, [port("0.0.0.0", 7000 + n, 7100 + n) for n in range(40)]
        ),
        container("on-host", {"host": endpoint("host", "")}),
        container("alone", {"none": endpoint("none", "")}),
        container("sidecar", {}, network_mode="container:range", shares={"network": "range"}),
        container(
            "any",
            {"lab": endpoint("lab", "")},
            [port("", None, 80, active=False), port("", "8000-8010", 81, active=False)],
            state="created",
        ),
        container("stale", {"gone": endpoint("gone", "")}, state="exited"),
        container(
            "a-name-that-is-much-longer-than-any-card-is-wide",
            {"lab": endpoint("lab", "172.20.0.10", [HOSTILE, "another-alias"])},
        ),
        container(
            "legacy",
            {"bridge": endpoint("bridge", "172.17.0.9")},
            network_mode="default",
            links=[{"container": "alone", "alias": HOSTILE}],
        ),
    ]
    return topology(
        [*predefined(), network("lab", "172.20.0.0/24", enable_ipv6=True), network("empty", "172.21.0.0/24")],
        containers,
        stale_references=[{"container": "stale", "network": "gone", "network_id": identifier("older")}],
        leftovers=[{"kind": "lock", "name": "bridgeport_lock_x", "object": {"kind": "container", "name": "range"}}],
        findings=[
            finding(
                "stale_reference", "error", "container", "stale", "stale refers to a network that is gone.", HOSTILE
            ),
            finding("network_without_members", "info", "network", "empty", f"Nobody is on empty. {HOSTILE}"),
        ],
    )
