# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an inspected container says, without what differs for every replaced container."""

from __future__ import annotations

import copy
import typing as t

Raw = t.Mapping[str, t.Any]

# Of the container itself: its ID, times, and where the engine keeps it.
_OWN = (
    "Id",
    "Created",
    "ResolvConfPath",
    "HostnamePath",
    "HostsPath",
    "LogPath",
    "GraphDriver",
    "RestartCount",
    "ExecIDs",
)
# Of its last start; Ports are looked at on their own.
_STARTED = (
    *("SandboxID", "SandboxKey", "EndpointID", "Gateway", "GlobalIPv6Address", "GlobalIPv6PrefixLen"),
    *("IPAddress", "IPPrefixLen", "IPv6Gateway", "MacAddress", "Ports"),
)
_JOINED = ("EndpointID", "Gateway", "IPv6Gateway")


def normalise(raw: Raw, keeps_mac: bool) -> dict[str, t.Any]:
    """``keeps_mac``: its MAC addresses are configured, and have to stay."""
    seen = copy.deepcopy(dict(raw))
    short_id = raw["Id"][:12]
    for key in _OWN:
        seen.pop(key, None)
    state = raw["State"]
    seen["State"] = {
        # Whether it has ever run is lost with a container that does not.
        "Status": state["Status"] if state["Running"] else "stopped",
        "Paused": state["Paused"],
        "Health": (state.get("Health") or {}).get("Status"),
    }
    config, host_config = seen["Config"], seen["HostConfig"]
    if config.get("Hostname") == short_id:
        config["Hostname"] = "its short ID"
    config.pop("ExposedPorts", None)
    host_config.pop("PortBindings", None)
    volumes = {mount["Destination"]: mount["Name"] for mount in raw["Mounts"] if mount["Type"] == "volume"}
    for mount in host_config.get("Mounts") or ():
        if mount["Type"] == "volume" and not mount.get("Source"):
            mount["Source"] = volumes[mount["Target"]]
        if mount["Type"] == "volume" and len(mount["Source"]) == 64:
            # An anonymous one is not filled from the image again.
            options = mount.get("VolumeOptions") or {}
            mount["VolumeOptions"] = {key: value for key, value in options.items() if key != "NoCopy"}
    for mount in seen["Mounts"]:
        if mount["Type"] == "volume":
            # Empty, or z: depends on whether it was named when it was mounted.
            mount.pop("Mode")
    seen["Mounts"] = {mount["Destination"]: mount for mount in seen["Mounts"]}
    settings = seen["NetworkSettings"]
    for key in _STARTED:
        settings.pop(key, None)
    for endpoint in settings["Networks"].values():
        _normalise_endpoint(endpoint, short_id, keeps_mac)
    return seen


def _normalise_endpoint(endpoint: dict[str, t.Any], short_id: str, keeps_mac: bool) -> None:
    fixed = {key: value for key, value in (endpoint["IPAMConfig"] or {}).items() if value}
    endpoint["IPAMConfig"] = fixed
    endpoint["joined"] = bool(endpoint["EndpointID"])
    if not endpoint["joined"]:
        # Engine 20.10 fills it in at the first start.
        endpoint.pop("NetworkID")
    for key in _JOINED:
        endpoint.pop(key)
    if not fixed.get("IPv4Address"):
        endpoint.pop("IPAddress")
    if not fixed.get("IPv6Address"):
        endpoint.pop("GlobalIPv6Address")
    if not keeps_mac:
        endpoint.pop("MacAddress")
    for key in ("Aliases", "DNSNames"):
        endpoint[key] = sorted(set(endpoint.get(key) or ()) - {short_id})
    for key in ("Links", "DriverOpts"):
        endpoint[key] = endpoint[key] or None


def find_differences(before: t.Any, after: t.Any, path: str = "") -> dict[str, tuple[t.Any, t.Any]]:
    """Where two structures differ, by the dotted path of the smallest part."""
    if isinstance(before, dict) and isinstance(after, dict):
        found = {}
        for key in sorted({*before, *after}):
            found.update(find_differences(before.get(key), after.get(key), f"{path}.{key}".lstrip(".")))
        return found
    return {} if before == after else {path: (before, after)}
