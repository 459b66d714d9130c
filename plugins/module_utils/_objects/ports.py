# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""The port grammar: that of the docker CLI (go-connections v0.8.1, without the leading plus sign it lets through).

This is the only place where a specification is judged: engines up to 28 do not look at the address of a binding and
publish what they cannot read on every address of the host.
"""

from __future__ import annotations

import ipaddress
import itertools
import re
import typing as t
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace

from .._errors import Failure

PROTOCOLS = ("tcp", "udp", "sctp")
MAX_PORT = 65535
_LONG_FORM_KEYS = ("target", "published", "host_ip", "protocol")

_PORT_ADVICE = "A port is a number from 0 to 65535; a range is two of them, the smaller first, as in 8000-8010."
_ADDRESS_ADVICE = "Write an address before the host port, as in 127.0.0.1:8080:80 or, for IPv6, [::1]:8080:80."


@dataclass(frozen=True, order=True)
class Publication:
    """One container port and where it is published on the host, or is to be."""

    container_port: int
    protocol: str
    host_ip: str = ""  # canonical text; "" is every address, IPv4 and IPv6
    host_port: int = 0  # 0: the engine chooses
    host_port_end: int = 0  # above host_port: the engine picks one from the range

    def __post_init__(self) -> None:
        # So that a fixed port need not be given twice, and that equal publications are equal values.
        if self.host_port_end < self.host_port:
            object.__setattr__(self, "host_port_end", self.host_port)

    @property
    def key(self) -> str:
        """The key of the engine's maps: 80/tcp."""
        return f"{self.container_port}/{self.protocol}"

    @property
    def is_range(self) -> bool:
        return self.host_port_end != self.host_port

    @property
    def is_ephemeral(self) -> bool:
        return self.host_port == 0 and not self.is_range

    @property
    def is_fixed(self) -> bool:
        return not self.is_range and not self.is_ephemeral

    def _host_text(self) -> str:
        if self.is_ephemeral:
            return ""
        return f"{self.host_port}-{self.host_port_end}" if self.is_range else str(self.host_port)

    def as_dict(self) -> dict[str, t.Any]:
        host_port: t.Any = self.host_port if self.is_fixed else self._host_text() or None
        return {
            "host_ip": self.host_ip,
            "host_port": host_port,
            "container_port": self.container_port,
            "protocol": self.protocol,
        }

    def as_binding(self) -> dict[str, str]:
        """The engine's form, an item of HostConfig.PortBindings[key]; the port must be a string there."""
        return {"HostIp": self.host_ip, "HostPort": self._host_text()}

    def __str__(self) -> str:
        """A specification that every release of the docker CLI reads back as this publication."""
        address = f"[{self.host_ip}]" if ":" in self.host_ip else self.host_ip
        if address:
            return f"{address}:{self._host_text()}:{self.key}"
        return self.key if self.is_ephemeral else f"{self._host_text()}:{self.key}"


def parse_publications(specs: t.Sequence[t.Any]) -> tuple[Publication, ...]:
    """All that a list of specifications publishes, in its order, ranges written out."""
    return tuple(publication for spec in specs for publication in parse_publication(spec))


def parse_publication(spec: t.Any) -> tuple[Publication, ...]:
    """What one specification publishes: a string or a number as for C(docker run -p), or Compose's long form."""
    if isinstance(spec, Mapping):
        return _expand(spec, *_split_long_form(spec))
    text = _spec_text(spec)
    host_part, _colon, container_part = text.rpartition(":")
    address, _colon, host_ports = host_part.rpartition(":")
    container_ports, _slash, protocol = container_part.partition("/")
    return _expand(spec, address, host_ports, container_ports, protocol)


def parse_exposed(specs: t.Sequence[t.Any]) -> tuple[str, ...]:
    """The keys of Config.ExposedPorts for a list as C(docker run --expose) takes it, each once."""
    exposed: dict[str, None] = {}
    for spec in specs:
        text = _spec_text(spec)
        if ":" in text:
            raise _refusal(spec, f"invalid port format for exposing: {text}", "Exposing takes a container port only.")
        container_ports, _slash, protocol = text.partition("/")
        protocol = _read_protocol(spec, container_ports, protocol)
        first, last = _read_container_ports(spec, container_ports)
        exposed.update((f"{port}/{protocol}", None) for port in range(first, last + 1))
    return tuple(exposed)


def parse_port_bindings(bindings: t.Mapping[str, t.Any] | None) -> tuple[Publication, ...]:
    """HostConfig.PortBindings as an engine returns it: a key without bindings is one ephemeral binding."""
    return tuple(_read_binding(key, item) for key, items in (bindings or {}).items() for item in items or [None])


def parse_actual_ports(ports: t.Mapping[str, t.Any] | None) -> tuple[Publication, ...]:
    """NetworkSettings.Ports of a container: a key without bindings is exposed, not published."""
    return tuple(_read_binding(key, item) for key, items in (ports or {}).items() for item in items or ())


def check_publications(publications: t.Sequence[Publication]) -> None:
    """Refuse what the grammar accepts and no engine can start."""
    by_port: dict[tuple[str, int], list[Publication]] = defaultdict(list)
    for publication in publications:
        spec = str(publication)
        if publication.container_port == 0:
            raise _refusal(spec, "the container port is 0", "Name the port on which the container listens.")
        if publication.is_range and publication.host_port == 0:
            raise _refusal(spec, "the range of host ports begins at 0", "Begin the range at 1 or above.")
        if publication.is_fixed:
            by_port[(publication.protocol, publication.host_port)].append(publication)
    for group in by_port.values():
        for one, other in itertools.combinations(group, 2):
            if overlaps(one, other):
                raise Failure(
                    "port_conflict",
                    f"{one} and {other} of one request want the same host port {one.host_port}/{one.protocol}. "
                    "Give one of them another host port or another address.",
                    publications=[str(one), str(other)],
                )
    for one in (publication for publication in publications if publication.is_range):
        for port in range(one.host_port, one.host_port_end + 1):
            for other in by_port.get((one.protocol, port), ()):
                if may_take(one, other):
                    raise Failure(
                        "port_conflict",
                        f"{one} and {other} of one request may want the same host port {port}/{one.protocol}. Leave it"
                        " out of the range.",
                        publications=[str(one), str(other)],
                    )


def may_take(a: Publication, b: Publication) -> bool:
    """Whether the engine may choose the host port of ``b`` for the range ``a``: it serves them in any order (20.10)."""
    if not a.is_range or not b.is_fixed or not a.host_port <= b.host_port <= a.host_port_end:
        return False
    return overlaps(replace(a, host_port=b.host_port, host_port_end=b.host_port), b)


def overlaps(a: Publication, b: Publication) -> bool:
    """Whether the engine could not have both: same protocol and fixed host port, on addresses that collide."""
    if not (a.is_fixed and b.is_fixed) or (a.protocol, a.host_port) != (b.protocol, b.host_port):
        return False
    if not a.host_ip or not b.host_ip or a.host_ip == b.host_ip:
        return True
    one, other = ipaddress.ip_address(a.host_ip), ipaddress.ip_address(b.host_ip)
    # The engine binds with IPV6_V6ONLY, so that :: and 0.0.0.0 stand side by side.
    return one.version == other.version and (one.is_unspecified or other.is_unspecified)


def find_overlap(publication: Publication, others: t.Iterable[Publication]) -> Publication | None:
    """The first of these which the engine could not have beside this one."""
    return next((other for other in others if overlaps(publication, other)), None)


def find_free_ports(wanted: Publication, others: t.Sequence[Publication]) -> list[int]:
    """The host ports of a range which the engine could have beside these."""
    numbers = {other.host_port for other in others}
    return [
        port
        for port in range(wanted.host_port, wanted.host_port_end + 1)
        if port not in numbers or find_overlap(replace(wanted, host_port=port, host_port_end=port), others) is None
    ]


def list_exposed(publications: t.Iterable[Publication]) -> list[Publication]:
    """Those that others than the host itself can reach."""
    return [publication for publication in publications if exposure(publication.host_ip) != "loopback"]


def exposure(host_ip: str) -> str:
    """Who can reach a binding on this address: V(loopback), V(address) (this address only) or V(all)."""
    canonical = _canonical_address(host_ip)
    if not canonical or ipaddress.ip_address(canonical).is_unspecified:
        return "all"
    return "loopback" if ipaddress.ip_address(canonical).is_loopback else "address"


def _refusal(spec: t.Any, problem: str, advice: str) -> Failure:
    plain = dict(spec) if isinstance(spec, Mapping) else spec
    detail = plain if isinstance(plain, (str, int, dict)) else repr(plain)
    return Failure("port_spec_invalid", f"Port specification {plain!r} refused: {problem}. {advice}", spec=detail)


def _spec_text(spec: t.Any) -> str:
    if isinstance(spec, bool) or not isinstance(spec, (str, int)):
        raise _refusal(spec, "it is neither a string nor a whole number", "Write a string such as 8080:80.")
    if isinstance(spec, str) and "=" in spec:
        # The docker CLI drops keys it does not know: with it, host_ip=127.0.0.1 publishes on every address.
        advice = "Write the long form as a dictionary, as in {target: 80, published: 8080, host_ip: 127.0.0.1}."
        raise _refusal(spec, "the long form as a string is not supported", advice)
    return str(spec)


def _split_long_form(spec: t.Mapping[t.Any, t.Any]) -> tuple[str, str, str, str]:
    unknown = [str(key) for key in spec if key not in _LONG_FORM_KEYS]
    if unknown:
        raise _refusal(spec, f"unknown key {', '.join(unknown)}", f"The keys are {', '.join(_LONG_FORM_KEYS)}.")
    texts = {}
    for key in _LONG_FORM_KEYS:
        value = spec.get(key)
        if isinstance(value, bool) or not (value is None or isinstance(value, (str, int))):
            raise _refusal(spec, f"{key} is neither a string nor a whole number", "Correct it or leave it out.")
        texts[key] = "" if value is None else str(value)
    return texts["host_ip"], texts["published"], texts["target"], texts["protocol"]


def _expand(spec: t.Any, address: str, host_ports: str, container_ports: str, protocol: str) -> tuple[Publication, ...]:
    """The checks of go-connections, in its order, on the four parts of a specification."""
    protocol = _read_protocol(spec, container_ports, protocol)
    host_ip = _read_address(spec, address)
    first, last = _read_container_ports(spec, container_ports)
    if not host_ports:
        return tuple(Publication(port, protocol, host_ip) for port in range(first, last + 1))
    host_range = _read_range(host_ports)
    if host_range is None:
        raise _refusal(spec, f"invalid hostPort: {host_ports}", _host_port_advice(spec, host_ports, container_ports))
    host_first, host_last = host_range
    if first == last:
        return (Publication(first, protocol, host_ip, host_first, host_last),)
    if host_last - host_first != last - first:
        raise _refusal(
            spec,
            f"invalid ranges specified for container and host Ports: {container_ports} and {host_ports}",
            "Give both ranges the same length, or name one container port.",
        )
    offset = host_first - first
    return tuple(Publication(port, protocol, host_ip, port + offset) for port in range(first, last + 1))


def _read_protocol(spec: t.Any, container_ports: str, protocol: str) -> str:
    if not container_ports:
        raise _refusal(spec, "no port specified", "The container port is missing, as 80 in 8080:80.")
    lowered = protocol.lower() or "tcp"
    if lowered not in PROTOCOLS:
        raise _refusal(spec, f"invalid proto: {lowered}", f"The protocols are {', '.join(PROTOCOLS)}, as in 53:53/udp.")
    return lowered


def _read_address(spec: t.Any, text: str) -> str:
    bracketed = re.fullmatch(r"\[([^][]*)\]", text)  # [127.0.0.1] and [] are fine
    address = bracketed.group(1) if bracketed else text
    canonical = _canonical_address(address) if address else ""
    if canonical is None:
        raise _refusal(spec, f"invalid IP address: {address}", _address_advice(spec, address))
    return canonical


def _read_container_ports(spec: t.Any, text: str) -> tuple[int, int]:
    ports = _read_range(text)
    if ports is None:
        advice = _PORT_ADVICE
        if isinstance(spec, int) and spec > MAX_PORT:
            # What was written was most likely two numbers, not three.
            advice = f"YAML reads {spec // 60}:{spec % 60} as a number to the base 60: put quotes around it."
        raise _refusal(spec, f"invalid containerPort: {text}", advice)
    return ports


def _read_range(text: str) -> tuple[int, int] | None:
    first, dash, last = text.partition("-")
    start, end = _read_port(first), _read_port(last if dash else first)
    return None if start is None or end is None or end < start else (start, end)


def _read_port(text: str) -> int | None:
    # ASCII digits only: int() alone would take blanks, signs, underscores and the digits of other scripts.
    digits = re.fullmatch(r"0*([0-9]{1,5})", text)
    return int(digits.group(1)) if digits and int(digits.group(1)) <= MAX_PORT else None


def _canonical_address(text: str) -> str | None:
    """The one text of an address; None for what Go does not read as one: names, zones, zeros in front (010.0.0.1)."""
    # ipaddress takes zones from Python 3.9 on, and took zeros in front up to 3.8.11 and 3.9.4.
    quad = text.rpartition(":")[2]
    if "%" in text or ("." in quad and re.search(r"(?:^|\.)0[0-9]", quad)):
        return None
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(address)


def _host_port_advice(spec: t.Any, host_ports: str, container_ports: str) -> str:
    is_name = re.fullmatch(r"[A-Za-z][A-Za-z0-9.-]*", host_ports) is not None
    if not is_name and _canonical_address(host_ports) is None:
        return _PORT_ADVICE
    if isinstance(spec, Mapping):
        return "An address belongs in host_ip; published is a port."
    address = "127.0.0.1" if is_name else host_ports
    return (
        f"An address{' (no name)' if is_name else ''} has the host port, or nothing, after it: write "
        f"{address}:{container_ports}:{container_ports}, or {address}::{container_ports} for any free port."
    )


def _address_advice(spec: t.Any, address: str) -> str:
    if re.fullmatch(r"[A-Za-z0-9_.-]*[A-Za-z][A-Za-z0-9_.-]*", address):
        return "A name cannot be bound: write the address, 127.0.0.1 for localhost."
    head, _colon, port = str(spec).rpartition(":")
    bare = head[1:-1] if head.startswith("[") and head.endswith("]") else head
    if isinstance(spec, str) and ":" in bare and _canonical_address(bare):
        return f"An IPv6 address has brackets, and the host port or nothing after it: write [{bare}]::{port}."
    return _ADDRESS_ADVICE


def _read_binding(key: str, binding: t.Mapping[str, t.Any] | None) -> Publication:
    """One binding as an engine gives it back; engines keep odd spellings that came in through their API."""
    binding = binding or {}
    port, protocol = [*key.split("/"), ""][:2]
    host_ports = _read_range("-".join(str(binding.get("HostPort") or "0").split("/", maxsplit=1)[0].split("-")[:2]))
    container_port = _read_port(port or "0")
    if container_port is None or host_ports is None:
        raise Failure("daemon_error", f"The engine's port binding {key!r}: {dict(binding)!r} cannot be read.")
    # Engines up to 28 publish an address that they cannot read on every address.
    host_ip = _canonical_address(str(binding.get("HostIp") or "")) or ""
    return Publication(container_port, protocol.lower() or "tcp", host_ip, *host_ports)
