# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""A probe as a task describes it."""

from __future__ import annotations

import ipaddress
import re
import typing as t
from dataclasses import dataclass

from .._errors import Failure

HOST = "host"
METHODS = ("resolve", "ping", "tcp", "udp", "http")
METHODS_WITH_PORT = ("tcp", "udp", "http")
EXPECTATIONS = ("reachable", "unreachable")
MAX_COUNT = 100
MAX_TIMEOUT = 300
# What an Ethernet frame holds beside the headers of IPv6 and UDP, rounded down: the payload goes in one piece.
MAX_PAYLOAD = 1400
# What the engine takes as a container's name, and DNS as a host's. No leading dash: it would be read as an option.
_NAME = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_])?\.?")
_PATH = re.compile(r"/[!-~]*")


@dataclass(frozen=True)
class Probe:
    """One probe: its source and target, its method, and what is expected to come of it.

    ``source`` is empty where the probe starts on ``source_network`` and in no container that stands.
    """

    source: str
    source_network: str | None
    target: str
    method: str
    port: int | None
    path: str
    payload: bytes
    count: int
    timeout: int
    expect: str
    expected_status: tuple[int, ...]
    helper_image: str | None

    @property
    def from_host(self) -> bool:
        return self.source == HOST

    @property
    def origin(self) -> str:
        return self.source or f"network {self.source_network}"

    def describe(self) -> str:
        port = f" port {self.port}" if self.port else ""
        return f"{self.method} to {self.target}{port} from {self.origin}"


def parse_probe(params: t.Mapping[str, t.Any]) -> Probe:
    """The module's options as a Probe. Raises Failure where they contradict each other or cannot mean anything."""
    method = params["method"]
    source, network = params["source"], params["source_network"]
    if bool(source) == bool(network):
        raise Failure("option_conflict", "Give source or source_network, and not both: a probe starts in one place.")
    probe = Probe(
        source=source or "",
        source_network=network or None,
        target=parse_target(params["target"]),
        method=method,
        port=_parse_port(method, params["port"]),
        path=_parse_path(method, params["path"]),
        payload=_parse_payload(method, params["payload"]),
        count=_in_range("count", params["count"], MAX_COUNT),
        timeout=_in_range("timeout", params["timeout"], MAX_TIMEOUT),
        expect=params["expect"],
        expected_status=tuple(params["expected_status"] or ()),
        helper_image=params["helper_image"],
    )
    if probe.expected_status and (method != "http" or probe.expect != "reachable"):
        raise Failure("option_conflict", "expected_status goes only with method=http and expect=reachable.")
    if method == "resolve" and is_address(probe.target):
        raise Failure("option_conflict", f"method=resolve asks for a name, and {probe.target} is an address.")
    if probe.helper_image and probe.from_host:
        raise Failure("option_conflict", "helper_image does not go with source=host, where no container is needed.")
    if network and not probe.helper_image:
        message = "source_network needs a helper_image: the probe is made by a container of it on that network."
        raise Failure("option_conflict", message)
    return probe


def parse_target(text: str) -> str:
    """An address in its usual spelling, or a name."""
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        pass
    # A name's last label is never all digits (RFC 1123): that is a mistyped address.
    labels = text.rstrip(".").split(".")
    if (
        not _NAME.fullmatch(text)
        or len(text) > 253
        or any(not 1 <= len(label) <= 63 for label in labels)
        or (len(labels) > 1 and labels[-1].isdigit())
    ):
        raise Failure(
            "option_conflict",
            f"target {text!r} is neither an IP address nor a name: give a container's name, a network alias or an "
            "address, without port or scheme.",
            target=text,
        )
    return text


def is_address(target: str) -> bool:
    try:
        ipaddress.ip_address(target)
    except ValueError:
        return False
    return True


def _parse_port(method: str, port: int | None) -> int | None:
    if method not in METHODS_WITH_PORT:
        if port is not None:
            raise Failure(
                "option_conflict", f"port goes only with method={', '.join(METHODS_WITH_PORT)}, not with {method}."
            )
        return None
    if port is None:
        raise Failure("option_conflict", f"method={method} needs a port.")
    if not 1 <= port <= 65535:
        raise Failure("port_spec_invalid", f"port {port} is not a port: it must be 1 to 65535.", port=port)
    return port


def _parse_path(method: str, path: str | None) -> str:
    if path is None:
        return "/"
    if method != "http":
        raise Failure("option_conflict", f"path goes only with method=http, not with method={method}.")
    if not _PATH.fullmatch(path):
        # A path may hold a token.
        message = "path must begin with / and hold printable ASCII only: encode the rest, a blank as %20."
        raise Failure("option_conflict", message)
    return path


def _parse_payload(method: str, payload: str | None) -> bytes:
    """Every character is one byte, so that any datagram can be written down."""
    if payload is None:
        return b"\n"
    if method != "udp":
        raise Failure("option_conflict", f"payload goes only with method=udp, not with method={method}.")
    if not 1 <= len(payload) <= MAX_PAYLOAD or max(payload) > "\xff":
        raise Failure(
            "option_conflict",
            f"payload must have 1 to {MAX_PAYLOAD} characters from U+0000 to U+00FF, each of which is one byte.",
        )
    return payload.encode("latin-1")


def _in_range(option: str, value: int, maximum: int) -> int:
    if not 1 <= value <= maximum:
        raise Failure("option_conflict", f"{option} is {value}, but must be 1 to {maximum}.")
    return value
