# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The port grammar against its oracle: what C(docker create -p SPEC) makes of several hundred specifications.

Needs a docker CLI (DOCKER_CLI names another than the one in PATH) and an engine that it reaches. Containers are created
from an empty image, never started, and removed at the end. DIFFERENTIAL_SEED chooses other generated specifications.
Run pytest with -s to see the counts and the known deviations of the CLI's version.
"""

from __future__ import annotations

import io
import json
import os
import random
import re
import subprocess
import tarfile
import typing as t
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from ansible_collections.bridgeport.docker.plugins.module_utils._errors import Failure
from ansible_collections.bridgeport.docker.plugins.module_utils._objects.ports import (
    Publication,
    parse_exposed,
    parse_port_bindings,
    parse_publication,
)

CLI = os.environ.get("DOCKER_CLI", "docker")
SEED = os.environ.get("DIFFERENTIAL_SEED", "1")
GENERATED = 320
TIMEOUT = 60

NASTY = [
    spec
    for line in Path(__file__).with_name("specs.txt").read_text(encoding="utf-8").splitlines()
    if not line.startswith("#")
    for spec in line.split()
]
NASTY += ["", " ", " 80", "80 ", "80 :80", "80: 80", "80:80\n", "\t80", "80:80/tcp ", "80/ tcp", " 127.0.0.1:80:80"]
NASTY += ["127.0.0.1 :80:80", "٨٠:80", "\uff18\uff10", "80:\uff18\uff10", "127.0.0.\uff11:80:80", "80/\uff54cp", "²:80"]
# The long form as a string: the CLI takes it and drops keys it does not know, the collection refuses it.
NASTY += ["published=8080,target=80", "target=80", "published=8080,target=80,host_ip=127.0.0.1"]
NASTY += ["target=80,protocol=udp", "=", "a=b", "80=80"]


PARSERS = ("0.4", "0.5", "0.6", "0.7")  # the releases of go-connections that differ; 0.8 reads as 0.7


def parsers_of(version: str) -> tuple[str, ...]:
    """The release of go-connections in a CLI of this version; several where the version does not tell."""
    if re.fullmatch(r"[0-9.]+", version) is None:
        # A distribution's own build takes the distribution's go-connections: Debian's 28.5.2+dfsg4 has 0.4.
        return PARSERS
    first_with = [
        ((29, 4), ("0.7",)),
        ((29, 3), ("0.6", "0.7")),
        ((28, 5), ("0.6",)),
        ((28, 3), ("0.5", "0.6")),
        ((25, 0), ("0.5",)),
        ((20, 10), ("0.4",)),
    ]
    for first, parsers in first_with:
        if numbers(version) >= first:
            return parsers
    pytest.skip(f"the port grammar of docker CLI {version} is not known; 20.10 is the oldest that is")


def reads_long_groups(go_version: tuple[int, ...]) -> tuple[bool, ...]:
    """Whether net.ParseIP of this Go takes 00001:: for 1::; both where nobody has tried it out."""
    return (True,) if go_version < (1, 20) else (False,) if go_version >= (1, 24) else (False, True)


def shorten_groups(address: str) -> str:
    return re.sub(r"(?<![0-9A-Fa-f.])0+(?=[0-9A-Fa-f]{4}(?![0-9A-Fa-f.]))", "", address)


Outcome = t.Optional[t.Tuple[Publication, ...]]  # None: refused


def ours(spec: str) -> Outcome:
    try:
        return parse_publication(spec)
    except Failure as failure:
        if failure.code != "port_spec_invalid":
            raise
        return None


def expected(spec: str, parser: str, long_groups: bool) -> tuple[Outcome, str]:
    """What a CLI with this parser makes of a specification, and the name of the deviation that plays a part.

    A deviation is told as a rewriting: the older parser reads SPEC as the collection reads the rewritten one.
    """
    host, colon, container = spec.rpartition(":")
    address, address_colon, host_ports = host.rpartition(":")
    names = []
    if parser == "0.4" and ":" in address and not address.startswith("["):
        return None, "IPv6 needs brackets (go-connections before 0.5)"
    if long_groups and ":" in address and shorten_groups(address) != address:
        address = shorten_groups(address)
        names.append("more than four digits in a group of an IPv6 address are accepted (Go before 1.20 to 1.24)")
    if parser in ("0.4", "0.5") and container.count("/") > 1:
        container = "/".join(container.split("/")[:2])
        names.append("text after a second slash is ignored (go-connections before 0.6)")
    ports, slash, protocol = container.partition("/")
    if parser in ("0.4", "0.5", "0.6"):
        cut, host_cut = ("-".join(text.split("-")[:2]) for text in (ports, host_ports))
        if (cut, host_cut) != (ports, host_ports):
            ports, host_ports = cut, host_cut
            names.append("the third part of a range is ignored (go-connections before 0.7)")
    else:
        sign = re.compile(r"(^|-)(\+(?=[0-9])|-(?=0+$))")
        cut, host_cut = sign.sub(r"\1", ports), sign.sub(r"\1", host_ports)
        if (cut, host_cut) != (ports, host_ports):
            ports, host_ports = cut, host_cut
            names.append("a sign before a number is accepted (go-connections from 0.7 on)")
    return ours(address + address_colon + host_ports + colon + ports + slash + protocol), ", ".join(names)


def generate(seed: str, count: int) -> list[str]:
    """Specifications from the grammar, most of them then damaged a little or not at all."""
    rng = random.Random(seed)
    odd_addresses = ["0.0.0.0", "127.0.0.1", "localhost", "[]", "1.2.3", "[::1]", "[::]", "::", "::1", "fe80::1"]
    odd_addresses += ["2001:db8::5:6", "[2001:DB8::1]", "[::ffff:10.0.0.1]"]

    def port() -> str:
        return rng.choice([str(rng.randint(0, 65535)), str(rng.randint(1, 99)), "0", "65535", "65536", "007"])

    def address() -> str:
        ipv4 = ".".join(str(rng.choice([0, 1, 10, 127, 192, 255, 256])) for _octet in range(4))
        ipv6 = "[" + ":".join(f"{rng.getrandbits(16):x}" for _group in range(8)) + "]"
        return rng.choice(["", ipv4, ipv6, rng.choice(odd_addresses), rng.choice(odd_addresses)])

    def ports(length: int) -> str:
        if length == 1:
            return port()
        first = rng.randint(0, 65530)
        return f"{first}-{first + length - 1}"

    def spec() -> str:
        length = rng.choice([1, 1, 1, 2, 3])
        text = ports(length) + rng.choice(["", "", "", "/tcp", "/udp", "/UDP", "/sctp", "/", "/icmp"])
        if rng.random() < 0.75:
            text = rng.choice([ports(length), ports(length), ports(rng.randint(1, 4)), ""]) + ":" + text
            if rng.random() < 0.6:
                text = f"{address()}:{text}"
        if rng.random() < 0.3:
            at = rng.randint(0, len(text))
            damage = rng.choice(["", *":-/[].+0a% "])
            text = text[:at] + damage + text[at + rng.choice([0, 1]) :]
        return text

    found: dict[str, None] = {}
    while len(found) < count:
        found[spec()] = None
    return list(found)


@dataclass
class Oracle:
    """A docker CLI, and the image it makes containers of."""

    version: str
    go_version: tuple[int, ...]
    image: str
    label: str

    def create(self, option: str, spec: str) -> tuple[str, str]:
        """The ID of the container, or the CLI's refusal."""
        run = docker("create", f"--label={self.label}", f"--{option}={spec}", self.image)
        if run.returncode == 0:
            return run.stdout.decode().strip(), ""
        message = run.stderr.decode().strip()
        # 125 is also the answer to an engine that is not there; only the parser's own words count as a refusal.
        if not re.search(r"invalid|no port specified", message, re.IGNORECASE) or "daemon" in message:
            pytest.fail(f"docker create --{option}={spec!r} did not answer the question: {message}")
        return "", message

    def inspect(self, ids: t.Sequence[str]) -> dict[str, t.Any]:
        found: dict[str, t.Any] = {}
        for start in range(0, len(ids), 100):
            run = docker("container", "inspect", *ids[start : start + 100])
            found.update((item["Id"], item) for item in json.loads(run.stdout))
        assert sorted(found) == sorted(ids)
        return found


def docker(*arguments: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([CLI, *arguments], input=stdin, capture_output=True, timeout=TIMEOUT, check=False)


def remove_all(label: str, image: str) -> None:
    ids = docker("ps", "--all", "--quiet", "--no-trunc", f"--filter=label={label}").stdout.decode().split()
    for start in range(0, len(ids), 100):
        docker("rm", "--force", *ids[start : start + 100])
    docker("rmi", image)


@pytest.fixture(scope="module")
def oracle() -> t.Iterator[Oracle]:
    try:
        run = docker("version", "--format", "{{.Client.Version}} {{.Client.GoVersion}} {{.Server.Version}}")
    except (OSError, subprocess.TimeoutExpired) as error:
        pytest.skip(f"no docker CLI that answers: {error}")
    if run.returncode != 0:
        pytest.skip(f"{CLI} reaches no engine: {run.stderr.decode().strip()}")
    version, go_version = run.stdout.decode().split()[:2]
    name = f"bridgeport-differential-{os.getpid()}-{random.SystemRandom().getrandbits(32):08x}"
    empty = io.BytesIO()
    tarfile.open(fileobj=empty, mode="w").close()
    try:
        made = docker("import", '--change=CMD ["/none"]', "-", name, stdin=empty.getvalue())
        assert made.returncode == 0, made.stderr.decode()
        yield Oracle(version, numbers(go_version), name, name)
    finally:
        remove_all(name, name)


def numbers(version: str) -> tuple[int, ...]:
    """The first two numbers of 28.2.2, 20.10.24+dfsg1 or go1.24.3."""
    return tuple(int(number) for number in re.findall(r"[0-9]+", version)[:2])


def read_bindings(bindings: t.Mapping[str, t.Any]) -> tuple[Publication, ...]:
    """As parse_port_bindings, but an address which that cannot read is not taken for none."""
    return tuple(
        replace(publication, host_ip=item["HostIp"]) if item["HostIp"] and not publication.host_ip else publication
        for key, items in bindings.items()
        for raw in items
        for item in [{**raw, "HostIp": shorten_groups(raw["HostIp"])}]
        for publication in parse_port_bindings({key: [item]})
    )


def show(outcome: Outcome) -> str:
    return "refused" if outcome is None else " ".join(map(str, outcome)) or "nothing"


def test_publish(oracle: Oracle, tell: t.Callable[[str], None]) -> None:
    parsers = parsers_of(oracle.version)
    specs = list(dict.fromkeys([*NASTY, *generate(SEED, GENERATED)]))
    assert len(specs) >= 300
    with ThreadPoolExecutor(2) as pool:
        answers = dict(zip(specs, pool.map(lambda spec: oracle.create("publish", spec), specs)))
    inspected = oracle.inspect([container for container, _error in answers.values() if container])

    wrong: list[str] = []
    theirs: dict[str, Outcome] = {}
    for spec, (container, _error) in answers.items():
        theirs[spec] = None
        if container:
            bindings = inspected[container]["HostConfig"]["PortBindings"]
            exposed = inspected[container]["Config"]["ExposedPorts"] or {}
            theirs[spec] = read_bindings(bindings)
            if sorted(bindings) != sorted(exposed):
                wrong.append(f"{spec!r}: the CLI exposes {sorted(exposed)} and publishes {sorted(bindings)}")

    # One parser must explain every answer, deviations included.
    explained = {
        (parser, long_groups): {spec: expected(spec, parser, long_groups) for spec in specs if "=" not in spec}
        for parser in parsers
        for long_groups in reads_long_groups(oracle.go_version)
    }
    unexplained = {
        which: [spec for spec, (outcome, _name) in told.items() if normal(outcome) != normal(theirs[spec])]
        for which, told in explained.items()
    }
    which = min(unexplained, key=lambda which: len(unexplained[which]))
    for spec in unexplained[which]:
        wrong.append(
            f"{spec!r}: the CLI says {show(theirs[spec])} {answers[spec][1]}, the collection {show(ours(spec))}, "
            f"and go-connections {which[0]} should say {show(explained[which][spec][0])}"
        )
    known: dict[str, list[str]] = {}
    for spec in specs:
        if "=" in spec:
            if ours(spec) is not None:
                wrong.append(f"{spec!r}: a long form as a string was not refused")
            elif theirs[spec] is not None:
                known.setdefault("the long form as a string is refused (on purpose)", []).append(spec)
        elif normal(ours(spec)) != normal(theirs[spec]) and spec not in unexplained[which]:
            known.setdefault(explained[which][spec][1], []).append(spec)

    accepted = len(inspected)
    refused = len(specs) - accepted
    tell(f"docker CLI {oracle.version} (go-connections {which[0]}), seed {SEED}: {len(specs)} specs")
    tell(f"{accepted} accepted and {refused} refused by the CLI, {len(wrong)} unexplained differences")
    for name, examples in known.items():
        tell(f"known deviation: {name}: {len(examples)}, such as {', '.join(map(repr, examples[:6]))}")
    assert not wrong, "\n".join(wrong)
    # Both answers must have been put to the proof, else the comparison is worth little.
    assert accepted >= 100
    assert refused >= 100
    assert "" not in known, known


def normal(outcome: Outcome) -> list[Publication] | None:
    """Sorted, as the engine's map has lost the order between keys."""
    return None if outcome is None else sorted(outcome)


def test_str_is_understood(oracle: Oracle) -> None:
    """What Publication.__str__ writes is a specification that this CLI reads back."""
    publications = [
        Publication(port, protocol, host_ip, first, last)
        for port, protocol in ((80, "tcp"), (0, "udp"), (65535, "sctp"))
        for host_ip in ("", "0.0.0.0", "127.0.0.1", "::", "::1", "2001:db8::1")
        for first, last in ((0, 0), (8080, 8080), (8080, 8090))
    ]
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda publication: oracle.create("publish", str(publication)), publications))
    inspected = oracle.inspect([container for container, _error in answers if container])
    for publication, (container, error) in zip(publications, answers):
        assert not error, str(publication)
        bindings = inspected[container]["HostConfig"]["PortBindings"]
        assert bindings == {publication.key: [publication.as_binding()]}, str(publication)


# Not here: protocols that do not exist (80/foo), which the CLI exposes and the collection refuses.
EXPOSED = ["80", "80/udp", "80/UDP", "80/", "0", "65535", "80-82", "80-82/udp", "80-80", "080", "65536", "82-80", ""]
EXPOSED += ["x", "-80", "80-", "80:80", ":80", "127.0.0.1:80"]


def test_expose(oracle: Oracle) -> None:
    """C(--expose) accepts and refuses the same; only the case of a protocol is left to the engine by the CLI."""
    answers = {spec: oracle.create("expose", spec) for spec in EXPOSED}
    inspected = oracle.inspect([container for container, _error in answers.values() if container])
    for spec, (container, error) in answers.items():
        try:
            mine: list[str] | None = sorted(parse_exposed([spec]))
        except Failure:
            mine = None
        exposed = inspected[container]["Config"]["ExposedPorts"] or {} if container else None
        theirs = None if exposed is None else sorted(key.lower() for key in exposed)
        assert mine == theirs, f"--expose={spec!r}: the CLI says {theirs} {error}, the collection {mine}"
