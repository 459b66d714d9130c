# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What docker inspect says of a container, without what changes when it is made again.

Taken out: IDs, times and files that are named after the ID, what the engine chooses at each start, and the ports.
"""

from __future__ import annotations

import re
import typing as t

FILES = ("ResolvConfPath", "HostnamePath", "HostsPath", "LogPath", "GraphDriver")
OF_ITS_OWN = ("Id", "Created", "State", "ExecIDs", *FILES)
OF_EACH_START = ("EndpointID", "Gateway", "IPAddress", "MacAddress", "GlobalIPv6Address", "IPv6Gateway", "DNSNames")
VOLUME_ID = re.compile(r"[0-9a-f]{64}")


def normalise(raw: dict[str, t.Any]) -> dict[str, t.Any]:
    short_id = raw["Id"][:12]
    found = {key: value for key, value in raw.items() if key not in OF_ITS_OWN}
    found["Status"] = raw["State"]["Status"]
    config, host_config = found["Config"], found["HostConfig"]
    if config["Hostname"] == short_id:
        config["Hostname"] = ""
    config["ExposedPorts"] = host_config["PortBindings"] = None
    # An anonymous volume is a mount either way; naming it is how a successor gets it.
    host_config["Binds"] = [bind for bind in host_config["Binds"] or () if not VOLUME_ID.fullmatch(bind.split(":")[0])]
    for mount in host_config.get("Mounts") or ():
        if VOLUME_ID.fullmatch(mount.get("Source", "")):
            del mount["Source"]
            mount.get("VolumeOptions", {}).pop("NoCopy", None)
        if not mount.get("VolumeOptions"):
            mount.pop("VolumeOptions", None)
    found["Mounts"] = sorted(
        ({key: mount.get(key) for key in ("Type", "Name", "Source", "Destination", "RW")} for mount in found["Mounts"]),
        key=lambda mount: mount["Destination"],
    )
    found["Networks"] = {
        name: {
            # A connection that asked for nothing shows {} or null, depending on how it was made.
            **{key: value or None for key, value in endpoint.items() if key not in OF_EACH_START},
            "Aliases": sorted(set(endpoint["Aliases"] or ()) - {short_id}),
        }
        for name, endpoint in found.pop("NetworkSettings")["Networks"].items()
    }
    return found
