# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""The bridge driver's own options: what they are called, what their values mean, and which engine knows them.

An engine ignores options that it does not know, and says nothing: a network that was to be closed would be open. So an
option that the engine is too old for is refused, whether the task gives its short name or its full name.
"""

from __future__ import annotations

import ipaddress
import re
import typing as t

from .._errors import Failure

Options = t.Mapping[str, t.Optional[str]]

# Options of our modules that stand for options of the bridge driver. Names: moby, libnetwork/drivers/bridge/labels.go.
BRIDGE_OPTIONS = {
    "bridge_name": "com.docker.network.bridge.name",
    "icc": "com.docker.network.bridge.enable_icc",
    "ip_masquerade": "com.docker.network.bridge.enable_ip_masquerade",
    "host_binding_ipv4": "com.docker.network.bridge.host_binding_ipv4",
    "mtu": "com.docker.network.driver.mtu",
    "gateway_mode_ipv4": "com.docker.network.bridge.gateway_mode_ipv4",
    "gateway_mode_ipv6": "com.docker.network.bridge.gateway_mode_ipv6",
    "host_ipv4": "com.docker.network.host_ipv4",
    "host_ipv6": "com.docker.network.host_ipv6",
    "inhibit_ipv4": "com.docker.network.bridge.inhibit_ipv4",
    "trusted_host_interfaces": "com.docker.network.bridge.trusted_host_interfaces",
    "container_iface_prefix": "com.docker.network.container_iface_prefix",
}
GATEWAY_MODES = ("nat", "nat-unprotected", "routed", "isolated")
_GATEWAY_MODE_KEYS = (BRIDGE_OPTIONS["gateway_mode_ipv4"], BRIDGE_OPTIONS["gateway_mode_ipv6"])

# What the driver does by default: a task that asks for the same makes no difference.
DRIVER_DEFAULTS = {
    BRIDGE_OPTIONS["icc"]: "true",
    BRIDGE_OPTIONS["ip_masquerade"]: "true",
    BRIDGE_OPTIONS["inhibit_ipv4"]: "false",
    **dict.fromkeys(_GATEWAY_MODE_KEYS, "nat"),
}

# The first engine that knows an option, where that is later than 20.10; and a value, where that came later still.
_KNOWN_SINCE = {
    BRIDGE_OPTIONS["host_ipv6"]: (25, 0),
    BRIDGE_OPTIONS["trusted_host_interfaces"]: (28, 2),
    **dict.fromkeys(_GATEWAY_MODE_KEYS, (27, 0)),
}
_MODE_KNOWN_SINCE = {"nat-unprotected": (28, 0), "isolated": (28, 0)}

# Of a bridge (linux/if_bridge.h).
_LARGEST_MTU = 65535
_TRUTH = {"1": True, "t": True, "true": True, "0": False, "f": False, "false": False}


def option_texts(values: t.Mapping[t.Any, t.Any]) -> dict[str, str | None]:
    """A map of options, or of labels; None stays None, which means that there shall be none."""
    return {str(key): option_text(value) for key, value in values.items()}


def option_text(value: t.Any) -> str | None:
    """An option as the engine stores it: everything is text there, booleans in lower case."""
    if value is None:
        return None
    return str(value).lower() if isinstance(value, bool) else str(value)


def same_option(left: str, right: str) -> bool:
    """Whether two spellings mean the same: the bridge driver reads booleans with Go's strconv.ParseBool."""
    if left.lower() in _TRUTH and right.lower() in _TRUTH:
        return _TRUTH[left.lower()] == _TRUTH[right.lower()]
    return left == right


def same_driver_option(key: str, left: str, right: str) -> bool:
    """As same_option, with the kind of value that this option has."""
    reader = _READERS.get(key)
    if reader is None:
        return same_option(left, right)
    read = [reader.read(text) for text in (left, right)]
    return left == right if None in read else read[0] == read[1]


def host_binding(options: t.Mapping[str, t.Any] | None) -> str:
    """The address that a network's driver options give to publications without one; "" for every address."""
    address = (options or {}).get(BRIDGE_OPTIONS["host_binding_ipv4"])
    return "" if address in (None, "", "0.0.0.0") else str(address)


# -- values ------------------------------------------------------------------------------------------------------------


class Reader(t.NamedTuple):
    """``read`` gives what a text means, None where it means nothing; ``form`` says what it should look like."""

    read: t.Callable[[str], t.Any]
    form: str


def _read_address(*versions: int) -> t.Callable[[str], t.Any]:
    def read(text: str) -> t.Any:
        try:
            address = ipaddress.ip_address(text)
        except ValueError:
            return None
        return address if address.version in versions else None

    return read


def _read_interfaces(text: str) -> frozenset[str] | None:
    # The driver cuts them at colons (moby, libnetwork/drivers/bridge).
    return frozenset(filter(None, text.split(":"))) or None


def _read_interface(most: int) -> t.Callable[[str], t.Any]:
    """A name that the kernel takes for an interface (net/core/dev.c, dev_valid_name)."""

    def read(text: str) -> t.Any:
        fits = len(text.encode(errors="replace")) <= most and text not in (".", "..")
        return text if fits and not re.search(r"[/:\s\0]", text) else None

    return read


def _read_mtu(text: str) -> int | None:
    mtu = int(text) if re.fullmatch("[0-9]{1,9}", text) else None
    return None if mtu is None or mtu > _LARGEST_MTU else mtu


_BOOLEAN = Reader(lambda text: _TRUTH.get(text.lower()), "a boolean")
_MODE = Reader(lambda text: text if text in GATEWAY_MODES else None, "one of " + ", ".join(GATEWAY_MODES))
_READERS = {
    BRIDGE_OPTIONS["icc"]: _BOOLEAN,
    BRIDGE_OPTIONS["ip_masquerade"]: _BOOLEAN,
    BRIDGE_OPTIONS["inhibit_ipv4"]: _BOOLEAN,
    BRIDGE_OPTIONS["mtu"]: Reader(_read_mtu, f"a number up to {_LARGEST_MTU}"),
    # An IPv6 address does there as well (moby, libnetwork/drivers/bridge).
    BRIDGE_OPTIONS["host_binding_ipv4"]: Reader(_read_address(4, 6), "an address"),
    # The engine takes an empty name for none.
    BRIDGE_OPTIONS["bridge_name"]: Reader(
        _read_interface(15), "a name of an interface: up to 15 bytes, no / : or blank"
    ),
    # A number follows it.
    BRIDGE_OPTIONS["container_iface_prefix"]: Reader(
        _read_interface(12), "the beginning of a name of an interface: up to 12 bytes, no / : or blank"
    ),
    BRIDGE_OPTIONS["host_ipv4"]: Reader(_read_address(4), "an IPv4 address"),
    BRIDGE_OPTIONS["host_ipv6"]: Reader(_read_address(6), "an IPv6 address"),
    BRIDGE_OPTIONS["trusted_host_interfaces"]: Reader(_read_interfaces, "names of interfaces"),
    **dict.fromkeys(_GATEWAY_MODE_KEYS, _MODE),
}


def parse_driver_options(params: t.Mapping[str, t.Any]) -> dict[str, str | None]:
    """``driver_options`` and the short options, all by full names; None: the option must not be set."""
    parsed = option_texts(params.get("driver_options") or {})
    spelled = {key: f"driver_options[{key}]" for key in parsed}
    for option, key in BRIDGE_OPTIONS.items():
        value = params.get(option)
        text = option_text(":".join(value) if isinstance(value, (list, tuple)) else value)
        if text is None:
            continue
        if key in parsed:
            other = parsed[key]
            if other is None or not same_driver_option(key, other, text):
                raise Failure("option_conflict", f"{option} and driver_options[{key}] say different things.")
        parsed[key] = text
        spelled[key] = option
    for key, content in parsed.items():
        reader = _READERS.get(key)
        if reader is not None and content is not None and reader.read(content) is None:
            # The driver takes some of it for something else, and refuses the rest when it is too late.
            raise Failure("option_conflict", f"{spelled[key]}: {content!r} is not {reader.form}.", option=spelled[key])
    return parsed


# -- which engine, and what goes together ------------------------------------------------------------------------------


def check_engine_knows(network: str, options: Options, version: str) -> None:
    """Refuse options that this engine would ignore."""
    has = _read_version(version)
    for key, value in options.items():
        needed = max(_KNOWN_SINCE.get(key, (0, 0)), _MODE_KNOWN_SINCE.get(value or "", (0, 0)))
        if value is None or key not in _KNOWN_SINCE or has is None or has >= needed:
            continue
        short = next(option for option, full in BRIDGE_OPTIONS.items() if full == key)
        text = f"{needed[0]}.{needed[1]}"
        raise Failure(
            "unsupported",
            f"Network {network!r}: {short}={value} ({key}) needs Docker Engine {text} or newer; this one is {version}"
            " and would ignore it.",
            option=short,
            engine_version=version,
            needed_version=text,
        )


def _read_version(text: str) -> tuple[int, int] | None:
    """None for what is no release: local builds say ``dev`` and the like, and are taken to know everything."""
    found = re.match(r"v?([0-9]+)\.([0-9]+)", text)
    return (int(found.group(1)), int(found.group(2))) if found else None


def check_isolated(network: str, options: Options, internal: bool) -> None:
    """Refuse what the driver refuses: with gateway mode isolated the host has no address on the bridge."""
    for option in ("gateway_mode_ipv4", "gateway_mode_ipv6"):
        if options.get(BRIDGE_OPTIONS[option]) == "isolated" and not internal:
            raise Failure(
                "option_conflict",
                f"Network {network!r}: {option}=isolated is for internal networks only. Set internal=true, or choose"
                " another mode.",
            )
