# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""What must not be shown: values of an environment, passwords in addresses, and what a terminal would obey."""

from __future__ import annotations

import re
import typing as t

HIDDEN = "********"
# Shorter values are too common in any log to count as secrets.
_SHORTEST_SECRET = 4
# What a terminal obeys (ECMA-48): sequences that set something, strings such as a title, two-character sequences.
_SEQUENCE = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"
    r"|(?:\x1b[PX\]^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x9c\n]*(?:\x07|\x1b\\|\x9c)?"
    r"|\x1b[ -/]*[0-~]"
)
# All other control characters, and those that reorder or split what is read (Unicode's bidirectional controls).
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]")
# scheme://user:password@host, in the longest reading: a password may hold what should have been escaped.
_PASSWORD = re.compile(r"^(?P<before>(?:[^:/@]*://+|(?![^:/@]*://))[^:/@]*:)(?P<password>.+)(?=@[^@]*$)", re.DOTALL)


def show_output(text: str, env: t.Iterable[str]) -> list[str]:
    """The lines of what a program printed, without values of its environment and without control characters."""
    # A sequence in the midst of a value must not keep the value from being found.
    return hide_values(drop_controls(text), map(drop_controls, env)).splitlines()


def drop_controls(text: str) -> str:
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _CONTROL.sub("", _SEQUENCE.sub("", text))


def hide_values(text: str, env: t.Iterable[str]) -> str:
    """Hide values, and each line of values of several lines: the text may hold only some of these lines."""
    values = {item.split("=", 1)[1] for item in env if "=" in item}
    values |= {line.strip() for value in values for line in value.splitlines()}
    for value in sorted(values, key=len, reverse=True):
        if len(value) >= _SHORTEST_SECRET:
            text = text.replace(value, HIDDEN)
    return text


def hide_environment(raw: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """An inspected container without the values of its environment, and of the options of its drivers."""
    config, host_config = dict(raw.get("Config") or {}), dict(raw.get("HostConfig") or {})
    config["Env"] = [f"{line.partition('=')[0]}={HIDDEN}" if "=" in line else line for line in config.get("Env") or ()]
    log_config = dict(host_config.get("LogConfig") or {})
    log_config["Config"] = hide_pairs(log_config.get("Config") or {})
    host_config["LogConfig"] = log_config
    if host_config.get("Mounts"):
        host_config["Mounts"] = hide_driver_options(host_config["Mounts"])
    return {**raw, "Config": config, "HostConfig": host_config}


def hide_driver_options(mounts: t.Iterable[t.Mapping[str, t.Any]] | None) -> list[t.Mapping[str, t.Any]]:
    """Mounts without the values of what their volumes' drivers are told, such as the password of a share."""
    return [_hide_driver_options(mount) for mount in mounts or ()]


def _hide_driver_options(mount: t.Mapping[str, t.Any]) -> t.Mapping[str, t.Any]:
    options = mount.get("VolumeOptions") or {}
    driver = options.get("DriverConfig") or {}
    if not driver.get("Options"):
        return mount
    shown = {**driver, "Options": hide_pairs(driver["Options"])}
    return {**mount, "VolumeOptions": {**options, "DriverConfig": shown}}


def hide_pairs(values: t.Mapping[str, t.Any]) -> dict[str, str]:
    """Only the names. One with an equals sign is a name and its value."""
    return {(HIDDEN if "=" in str(name) else str(name)): HIDDEN for name in values}


def hide_map(values: t.Any) -> t.Any:
    """A map, or a lone value, of which only the keys are said."""
    if isinstance(values, t.Mapping):
        return dict.fromkeys(values, HIDDEN)
    return values if values is None else HIDDEN


def hide_password(address: str) -> str:
    """An address of an engine without the password that it may hold."""
    return _PASSWORD.sub(rf"\g<before>{HIDDEN}", address)


def hide_password_in(text: str, address: str) -> str:
    """A text of others that may quote an address, the password in it, or what they took for its host or port."""
    found = _PASSWORD.search(address)
    if found is None:
        return text
    password = found.group("password")
    return hide_values(text.replace(password, HIDDEN), (f"={part}" for part in re.split(r"[][/:?#@]", password)))
