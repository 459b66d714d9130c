# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""What the answers of an engine look like, as far as anything reads them: engine 20.10 to 29.

What comes in another shape is refused where it comes in, so that what reads an answer need not expect it.
"""

from __future__ import annotations

import ipaddress
import re
import typing as t

from .shapes import NAME, Checked, MapOf, Maybe, Nullable, Shape


def _is_address(text: str) -> bool:
    """Empty where there is none; with a prefix length, as engines before 28 write some."""
    return not text or _is_read_by(ipaddress.ip_address, text.split("/")[0])


def _is_subnet(text: str) -> bool:
    return not text or _is_read_by(lambda subnet: ipaddress.ip_network(subnet, strict=False), text)


def _is_read_by(read: t.Callable[[str], object], text: str) -> bool:
    try:
        read(text)
    except ValueError:
        return False
    return True


_ADDRESS = Maybe(Checked(str, _is_address))
_SUBNET = Maybe(Checked(str, _is_subnet))
_TEXT = Maybe(str)
_TEXTS = Maybe([str])
_SWITCH = Maybe(bool)
_NUMBER = Maybe(int)
_TEXT_MAP = Maybe(MapOf(str))
_KEYS = Maybe(MapOf(object))
_BINDINGS = Maybe(MapOf(Maybe([Maybe({"HostIp": _TEXT, "HostPort": _TEXT})])))

ENDPOINT: Shape = {
    "NetworkID": _TEXT,
    "EndpointID": _TEXT,
    "IPAMConfig": Maybe({"IPv4Address": _ADDRESS, "IPv6Address": _ADDRESS}),
    "IPAddress": _ADDRESS,
    "GlobalIPv6Address": _ADDRESS,
    "Gateway": _TEXT,
    "MacAddress": _TEXT,
    "Links": _TEXTS,
    "Aliases": _TEXTS,
    "DriverOpts": _TEXT_MAP,
    "GwPriority": _NUMBER,
}
_ENDPOINTS = Maybe(MapOf(ENDPOINT))

SUMMARY: Shape = {
    "Id": NAME,
    "Names": [str],
    "Image": str,
    "State": str,
    "Command": _TEXT,
    "Labels": _TEXT_MAP,
    "Ports": Maybe([{"PrivatePort": int, "PublicPort": _NUMBER, "Type": str, "IP": _TEXT}]),
    "HostConfig": Maybe({"NetworkMode": _TEXT}),
    "NetworkSettings": Maybe({"Networks": _ENDPOINTS}),
}

# Of a container, and of an image.
_CONFIG: dict[str, Shape] = {
    "Hostname": _TEXT,
    "User": _TEXT,
    "WorkingDir": _TEXT,
    "StopSignal": _TEXT,
    "MacAddress": _TEXT,
    "StopTimeout": _NUMBER,
    "Env": _TEXTS,
    "Cmd": _TEXTS,
    "Entrypoint": _TEXTS,
    "Labels": _TEXT_MAP,
    "ExposedPorts": _KEYS,
    "Volumes": _KEYS,
    "Healthcheck": Maybe({"Test": _TEXTS}),
}

_HOST_CONFIG: Shape = {
    "NetworkMode": _TEXT,
    "IpcMode": _TEXT,
    "PidMode": _TEXT,
    "UTSMode": _TEXT,
    "PortBindings": _BINDINGS,
    "Links": Maybe([Checked(str, lambda link: ":" in link)]),
    "Binds": _TEXTS,
    "Mounts": Maybe(
        [
            {
                "Type": str,
                "Target": str,
                "Source": _TEXT,
                "BindOptions": _KEYS,
                "VolumeOptions": _KEYS,
                "TmpfsOptions": _KEYS,
            }
        ]
    ),
    "Tmpfs": _KEYS,
    "VolumesFrom": _TEXTS,
    "ExtraHosts": _TEXTS,
    "CapAdd": _TEXTS,
    "CapDrop": _TEXTS,
    "RestartPolicy": Maybe({"Name": _TEXT, "MaximumRetryCount": _NUMBER}),
    "LogConfig": Maybe({"Type": _TEXT}),
    "Memory": _NUMBER,
    "MemorySwap": _NUMBER,
}

_MOUNT: Shape = Checked(
    {"Type": str, "Source": str, "Destination": str, "Name": _TEXT, "RW": _SWITCH, "Propagation": _TEXT},
    lambda mount: mount["Type"] != "volume" or bool(mount.get("Name")),
)

CONTAINER: Shape = {
    "Id": NAME,
    "Name": NAME,
    "Created": str,
    "Image": str,
    "RestartCount": _NUMBER,
    "Config": {**_CONFIG, "Image": str, "Tty": _SWITCH},
    "HostConfig": _HOST_CONFIG,
    "Mounts": Maybe([_MOUNT]),
    "State": {
        "Status": str,
        "Running": bool,
        "Paused": _SWITCH,
        "ExitCode": int,
        "Error": _TEXT,
        "StartedAt": str,
        "FinishedAt": str,
        "Health": Maybe({"Status": _TEXT}),
    },
    "NetworkSettings": Maybe({"Networks": _ENDPOINTS, "Ports": _BINDINGS}),
}

# What is said of a network in an answer, and in the request that makes one.
NETWORK_BODY: dict[str, Shape] = {
    "Name": NAME,
    "Driver": _TEXT,
    "Scope": _TEXT,
    "Ingress": _SWITCH,
    "Internal": _SWITCH,
    "Attachable": _SWITCH,
    "EnableIPv4": _SWITCH,
    "EnableIPv6": _SWITCH,
    "Options": _TEXT_MAP,
    "Labels": _TEXT_MAP,
    "IPAM": Maybe(
        {
            "Driver": _TEXT,
            "Options": _TEXT_MAP,
            "Config": Maybe(
                [
                    {
                        "Subnet": _SUBNET,
                        "IPRange": _SUBNET,
                        "Gateway": _ADDRESS,
                        "AuxiliaryAddresses": Maybe(MapOf(Checked(str, _is_address))),
                        "AuxAddress": Maybe(MapOf(Checked(str, _is_address))),
                    }
                ]
            ),
        }
    ),
}
_NETWORK: Shape = {**NETWORK_BODY, "Id": NAME}
_IMAGE: Shape = {"Id": NAME, "Config": Maybe(_CONFIG)}
# Labels of volumes are read in leftovers.py and journal.py, which take those of others as they come.
_VOLUME: Shape = {"Name": NAME}
_MADE: Shape = {"Id": NAME}

# What is at a path of a container: the value of a header.
PATH_STAT: Shape = {"mode": int, "linkTarget": str}

_VERSION = re.compile(r"[0-9]{1,5}\.[0-9]{1,5}")
# By method and path, with a star for what names an object. Nothing reads the answers of other requests.
_ANSWERS: dict[str, Shape] = {
    "GET /version": {"Version": str, "ApiVersion": Checked(str, lambda text: bool(_VERSION.fullmatch(text)))},
    "GET /info": {
        "Name": str,
        "DefaultAddressPools": Maybe([{"Base": str}]),
        "Runtimes": _KEYS,
        "Swarm": Maybe({"ControlAvailable": Maybe(bool), "Nodes": _NUMBER}),
    },
    "GET /containers/json": [SUMMARY],
    "GET /containers/*/json": CONTAINER,
    "GET /containers/*/changes": Nullable([{"Path": str, "Kind": int}]),
    "POST /containers/create": _MADE,
    "POST /containers/*/exec": _MADE,
    "GET /exec/*/json": {"Running": bool, "ExitCode": _NUMBER},
    "GET /images/*/json": _IMAGE,
    "GET /networks": [_NETWORK],
    "GET /networks/*": _NETWORK,
    "POST /networks/create": _MADE,
    "GET /volumes": {"Volumes": Nullable([_VOLUME])},
    "GET /volumes/*": _VOLUME,
    "POST /volumes/create": _VOLUME,
}


def find_shape(method: str, path: str) -> Shape:
    """The shape of the answer to a request."""
    kind, *rest = path.strip("/").split("/")
    if rest and rest != ["json"] and rest != ["create"]:
        # A reference of an image may have slashes.
        rest = ["*", *rest[1:][-1:]]
    return _ANSWERS.get(f"{method} /{'/'.join([kind, *rest])}", object)
