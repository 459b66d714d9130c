# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""Legacy links (``docker run --link``): what a container gets from one.

A link gives lines in /etc/hosts and variables in the environment (engine 20.10, daemon/links). No inspect shows the
variables: the engine puts them together at every start. Values are not shown here, only names.
"""

from __future__ import annotations

import re
import typing as t

from .._objects.containers import Container

# Variables of the linked container that are not passed on.
_NOT_PASSED_ON = ("HOME", "PATH")


def link_names(target: Container, alias: str) -> list[str]:
    """The names that a link to this container puts into /etc/hosts."""
    return list(dict.fromkeys([alias, target.name, target.config.get("Hostname") or target.id[:12]]))


def link_variables(source: Container, target: Container, alias: str) -> list[str]:
    """The variables that ``source`` has from this link alone: its own variables hide those of a link."""
    prefix = alias.upper().replace("-", "_")
    names = {f"{prefix}_NAME"}
    ports: dict[str, list[int]] = {}
    for exposed in target.config.get("ExposedPorts") or ():
        number, _slash, protocol = exposed.partition("/")
        ports.setdefault(protocol.upper(), []).append(int(number))
    if ports:
        names.add(f"{prefix}_PORT")
    for protocol, numbers in ports.items():
        for number in numbers:
            port = f"{prefix}_PORT_{number}_{protocol}"
            names |= {port, f"{port}_ADDR", f"{port}_PORT", f"{port}_PROTO"}
            if number - 1 not in numbers and {number + 1, number + 2} <= set(numbers):
                # The first of three or more ports in a row stands for all of these.
                names |= {f"{port}_{end}" for end in ("START", "END", "PORT_START", "PORT_END")}
    for name, equals, _value in (line.partition("=") for line in target.config.get("Env") or ()):
        if equals and name not in _NOT_PASSED_ON:
            names.add(f"{prefix}_ENV_{name}")
    return sorted(names - {line.partition("=")[0] for line in source.config.get("Env") or ()})


def find_uses(source: Container, variables: t.Iterable[str]) -> list[dict[str, str]]:
    """Where the command, the health check or the environment of a container names one of these variables."""
    config = source.config
    places = [
        ("command", config.get("Cmd") or ()),
        ("entrypoint", config.get("Entrypoint") or ()),
        ("healthcheck", (config.get("Healthcheck") or {}).get("Test") or ()),
    ]
    for name, _equals, value in (line.partition("=") for line in config.get("Env") or ()):
        places.append((f"env {name}", [value]))
    return [
        {"variable": variable, "where": place}
        for variable in variables
        for place, words in places
        if any(re.search(rf"(?<![A-Za-z0-9_]){re.escape(variable)}(?![A-Za-z0-9_])", word) for word in words)
    ]
