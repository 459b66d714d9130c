# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""Making network probes: their programs run in a container, in a helper container beside it, or on this host."""

from __future__ import annotations

import random
import sys
import time
import typing as t
from contextlib import ExitStack
from dataclasses import replace
from urllib.parse import quote

from ansible_collections.bridgeport.docker.plugins.module_utils._client import ApiError, Client
from ansible_collections.bridgeport.docker.plugins.module_utils._errors import Failure
from ansible_collections.bridgeport.docker.plugins.module_utils._host import Engine, Snapshot, Summary, read_summary
from ansible_collections.bridgeport.docker.plugins.module_utils._probe import (
    Probe,
    Report,
    Sample,
    build_result,
    is_address,
    judge,
)
from ansible_collections.bridgeport.docker.plugins.module_utils._probe_helper import NoKeeper, run_helper
from ansible_collections.bridgeport.docker.plugins.module_utils._probe_tools import (
    Outcome,
    Tool,
    ToolMissing,
    ToolUnusable,
    host_http_tools,
    host_resolve_tools,
    host_tcp_tools,
    http_tools,
    ping_tools,
    resolve_tools,
    tcp_tools,
    udp_tools,
)

Execute = t.Callable[[Tool], t.Tuple[int, str, float]]

# What a busy daemon may add to the time that a program takes, in seconds.
EXECUTE_MARGIN = 60
NETWORKS_WITHOUT_DNS = ("bridge", "host", "none")


class NoTool(Exception):
    """None of the programs gives a conclusive answer; the text says what each of them lacks."""


class Station:
    """Runs programs in one place, and remembers which programs are missing there."""

    def __init__(self, execute: Execute, helper: bool = False) -> None:
        self.helper = helper
        self._execute = execute
        self._missing: set[str] = set()

    def try_tools(self, tools: t.Iterable[Tool]) -> tuple[Tool, list[Outcome]]:
        """The outcomes of the first program that gives a conclusive answer."""
        reasons = []
        for tool in tools:
            if tool.name in self._missing:
                reasons.append(f"{tool.name}: not there")
                continue
            try:
                return tool, tool.parse(*self._execute(tool))
            except ToolMissing as error:
                self._missing.add(tool.name)
                reasons.append(f"{tool.name}: {error}")
            except ToolUnusable as error:
                reasons.append(f"{tool.name}: {error}")
        raise NoTool("; ".join(reasons))


class Prober:
    """One probe at work: in its source, and in a helper container once the source lacks the programs.

    ``addresses`` are those of containers: docker's proxy may be behind any other address.
    """

    def __init__(
        self,
        probe: Probe,
        station: Station,
        open_helper: t.Callable[[], Station] | None = None,
        addresses: t.Collection[str] = (),
    ) -> None:
        self.probe = probe
        self._addresses = addresses
        self.station = station
        self._open_helper = open_helper
        self.tool: str | None = None

    def run(self, tools: t.Sequence[Tool], count: int) -> list[Outcome]:
        """``count`` outcomes, all by the same program."""
        outcomes: list[Outcome] = []
        while len(outcomes) < count:
            try:
                tool, found = self.station.try_tools(tools)
            except NoTool:
                if self._open_helper is None:
                    raise
                self.station, self._open_helper = self._open_helper(), None
                continue
            tools = [tool]
            self.tool = tool.name
            outcomes.extend(found)
        return outcomes

    def report(self, resolve: t.Callable[[], t.Sequence[str] | Outcome]) -> Report:
        """``resolve`` gives the addresses to try, or the outcome that says why there is none."""
        addresses = resolve()
        samples: list[Sample] = []
        if isinstance(addresses, Outcome):
            samples.append(_sample(1, None, addresses))
            addresses = ()
        # Only when none of the addresses answers is the target unreachable.
        for address in addresses:
            outcomes = self.run(self._tools_for(address), self.probe.count)
            samples += [_sample(len(samples) + seq, address, outcome) for seq, outcome in enumerate(outcomes, 1)]
            if any(outcome.ok for outcome in outcomes):
                break
        return self._report(addresses, samples)

    def report_resolve(self) -> Report:
        outcomes = self.run(self.resolve_tools(), self.probe.count)
        addresses = dict.fromkeys(address for outcome in outcomes for address in outcome.addresses)
        return self._report(
            tuple(addresses), [_sample(seq, (o.addresses or (None,))[0], o) for seq, o in enumerate(outcomes, 1)]
        )

    def _report(self, addresses: t.Sequence[str], samples: t.Sequence[Sample]) -> Report:
        return Report(
            addresses=tuple(addresses),
            samples=tuple(samples),
            tool=self.tool,
            helper=self.station.helper,
        )

    def resolve_tools(self) -> list[Tool]:
        probe = self.probe
        if probe.from_host:
            return host_resolve_tools(probe.target, probe.timeout, sys.executable)
        return resolve_tools(probe.target, probe.timeout, random.getrandbits(16))

    def _tools_for(self, address: str) -> list[Tool]:
        probe = self.probe
        if probe.method == "ping":
            python = sys.executable if probe.from_host else "python3"
            return ping_tools(address, probe.count, probe.timeout, python)
        port = probe.port or 0
        if probe.method == "udp":
            python = sys.executable if probe.from_host else "python3"
            return udp_tools(address, port, probe.timeout, probe.payload, python)
        if probe.method == "tcp":
            if probe.from_host:
                return host_tcp_tools(address, port, probe.timeout, sys.executable)
            return tcp_tools(address, port, probe.timeout, watched=address not in self._addresses)
        if probe.from_host:
            return host_http_tools(address, port, probe.target, probe.path, probe.timeout, sys.executable)
        return http_tools(address, port, probe.target, probe.path, probe.timeout)


def _sample(seq: int, address: str | None, outcome: Outcome) -> Sample:
    return Sample(
        seq=seq,
        ok=outcome.ok,
        told=outcome.told,
        address=address,
        latency_ms=None if outcome.latency_ms is None else round(outcome.latency_ms, 3),
        error=outcome.error,
        status=outcome.status,
        body=outcome.body,
    )


# -- the module's work -------------------------------------------------------------------------------------------------


def run_probe(client: Client, probe: Probe, run_command: t.Callable[..., t.Any], check_mode: bool) -> dict[str, t.Any]:
    """The module's result. Raises Failure where the probe could not be made or showed something unexpected."""
    summaries = tuple(map(read_summary, client.get("/containers/json", all=1)))
    host = Snapshot(Engine("", client.api_version), summaries)
    if probe.helper_image and client.find(f"/images/{quote(probe.helper_image)}/json") is None:
        raise Failure(
            "image_not_found",
            f"helper_image {probe.helper_image} is not on the engine. A probe pulls nothing: do it first.",
            image=probe.helper_image,
        )
    networks: t.Sequence[str] = ()
    if probe.from_host:
        report = _probe_from_host(client, host, probe, run_command)
    elif probe.source_network:
        network = _find_network(host.replace(networks=tuple(client.get("/networks"))), probe.source_network)
        networks = [network["Name"]]
        report = _probe_from_network(client, host, probe, network, check_mode)
    else:
        source = _find_source(host, probe)
        networks = _networks_of(host, source)
        report = _probe_from_container(client, host, probe, source, check_mode)
    failure = judge(probe, report, networks)
    if failure:
        raise failure
    result = build_result(probe, report)
    if not report.samples:
        why = "" if probe.source_network else f"{probe.source} has no program for it, and "
        result["warnings"] = [f"The probe was not made: {why}check mode starts no helper container."]
    return result


def _find_source(host: Snapshot, probe: Probe) -> Summary:
    source = host.find_container(probe.source)
    if source is None:
        raise Failure(
            "container_not_found",
            f"There is no container {probe.source!r} to probe from. Give its exact name, 12 or more digits of its ID, "
            "or host.",
            container=probe.source,
        )
    if source.state != "running":
        raise Failure(
            "unreachable",
            f"{probe.describe()} cannot be tried: {probe.source} is {source.state}. Start it first.",
            source=probe.source,
            target=probe.target,
            method=probe.method,
            expect=probe.expect,
        )
    return source


def _find_network(host: Snapshot, name: str) -> t.Mapping[str, t.Any]:
    network = host.find_network(name)
    if network is None:
        raise Failure(
            "network_not_found",
            f"There is no network {name!r} to probe from. Give its exact name, or 12 or more digits of its ID.",
            network=name,
        )
    if network["Driver"] in ("host", "null"):
        raise Failure(
            "option_conflict",
            f"source_network {name} is no network that containers share. Take source=host, or another network.",
            network=name,
        )
    return network


def _namespace_owner(host: Snapshot, container: Summary) -> Summary:
    """The container whose network this one uses: itself, or the container that ``network_mode: container:ID`` names."""
    kind, _colon, reference = container.network_mode.partition(":")
    owner = host.find_container(reference) if kind == "container" else None
    return owner or container


def _networks_of(host: Snapshot, container: Summary) -> list[str]:
    return sorted(_namespace_owner(host, container).endpoints)


# -- from a container, or from a network -------------------------------------------------------------------------------


def _container_addresses(host: Snapshot) -> set[str]:
    return {
        address for summary in host.summaries for name in summary.endpoints for address in summary.addresses_on(name)
    }


def _probe_from_container(client: Client, host: Snapshot, probe: Probe, source: Summary, check_mode: bool) -> Report:
    with ExitStack() as stack:

        def open_helper() -> Station:
            return _open_helper(client, probe, f"container:{source.id}", source.id, stack)

        station = Station(execute_in(client, source.id))
        opener = open_helper if probe.helper_image and not check_mode else None
        prober = Prober(probe, station, opener, _container_addresses(host))
        try:
            return _probe_with(prober, _networks_of(host, source))
        except NoTool as error:
            if check_mode and probe.helper_image:
                return Report()
            holder = f"the image of {probe.source} ({source.image}) has no"
            if prober.station.helper:
                holder = f"neither {probe.source} nor helper_image {probe.helper_image} has a"
            raise _lacking_tools(probe, holder, str(error)) from error


def _probe_from_network(
    client: Client, host: Snapshot, probe: Probe, network: t.Mapping[str, t.Any], check_mode: bool
) -> Report:
    if check_mode:
        return Report()
    with ExitStack() as stack:
        station = _open_helper(client, probe, network["Id"], network["Id"], stack)
        prober = Prober(probe, station, addresses=_container_addresses(host))
        try:
            return _probe_with(prober, [network["Name"]])
        except NoTool as error:
            raise _lacking_tools(probe, f"helper_image {probe.helper_image} has no", str(error)) from error


def _open_helper(client: Client, probe: Probe, network_mode: str, origin: str, stack: ExitStack) -> Station:
    # Enough for a name with eight silent addresses.
    lifetime = 60 + 8 * probe.count * (probe.timeout + 5)
    try:
        helper = run_helper(client, probe.helper_image or "", network_mode, origin, lifetime)
        return Station(execute_in(client, stack.enter_context(helper)), helper=True)
    except NoKeeper as error:
        raise _lacking_tools(probe, f"helper_image {probe.helper_image} has no", str(error)) from error


def _probe_with(prober: Prober, networks: t.Sequence[str]) -> Report:
    probe = prober.probe
    has_dns = not all(network in NETWORKS_WITHOUT_DNS for network in networks)

    def resolve() -> t.Sequence[str] | Outcome:
        if is_address(probe.target):
            return (probe.target,)
        if not has_dns:
            return _no_dns(probe)
        outcome = prober.run(prober.resolve_tools(), 1)[0]
        return outcome.addresses if outcome.ok else outcome

    return prober.report_resolve() if probe.method == "resolve" and has_dns else prober.report(resolve)


def _no_dns(probe: Probe) -> Outcome:
    why = "has no DNS of its own" if probe.source_network else "is on no network that has a DNS of its own"
    return Outcome(False, error=f"cannot resolve the name: {probe.origin} {why}")


def _lacking_tools(probe: Probe, holder: str, reasons: str) -> Failure:
    """``holder``: the subject of the sentence, with "has no" or "has a"."""
    wanted = "python3, or bash and dd" if probe.method == "udp" else "busybox or python3"
    advice = f"Set helper_image to an image on the engine that has {wanted}."
    return Failure(
        "unsupported",
        f"{probe.describe()} cannot be tried: {holder} program for it ({reasons}). {advice}",
        source=probe.origin,
        target=probe.target,
        method=probe.method,
    )


def execute_in(client: Client, container: str) -> Execute:
    def execute(tool: Tool) -> tuple[int, str, float]:
        start = time.monotonic()
        try:
            # The programs end by themselves.
            code, output = client.execute(container, tool.argv, timeout=tool.seconds + EXECUTE_MARGIN)
        except ApiError as error:
            # Some engines answer the start of a missing program with an error, others with exit code 126 or 127.
            if "executable file not found" in error.message or "OCI runtime exec failed" in error.message:
                return 127, error.message, 0.0
            raise
        return code, output, (time.monotonic() - start) * 1000

    return execute


# -- from this host ----------------------------------------------------------------------------------------------------


def _probe_from_host(client: Client, host: Snapshot, probe: Probe, run_command: t.Callable[..., t.Any]) -> Report:
    prober = Prober(probe, Station(_execute_here(run_command)))

    def resolve() -> t.Sequence[str] | Outcome:
        if is_address(probe.target):
            return (probe.target,)
        target = host.find_container(probe.target)
        if target is not None:
            return _addresses_of(client, host, probe, target)
        outcome = prober.run(prober.resolve_tools(), 1)[0]
        return outcome.addresses if outcome.ok else replace(outcome, error=f"no container's name, and {outcome.error}")

    try:
        return prober.report_resolve() if probe.method == "resolve" else prober.report(resolve)
    except NoTool as error:
        raise Failure(
            "unsupported",
            f"{probe.describe()} cannot be tried: this host has no program for it ({error}). "
            "Install ping (iputils-ping), or run as root: then Python sends the packets.",
            source=probe.source,
            target=probe.target,
            method=probe.method,
        ) from error


def _addresses_of(client: Client, host: Snapshot, probe: Probe, target: Summary) -> t.Sequence[str] | Outcome:
    """The container's own addresses: the container answers there, not docker's proxy for a published port."""
    if not client.connection.is_unix_socket:
        raise Failure(
            "option_conflict",
            f"source=host cannot reach container {probe.target}: its own address exists only on the engine's host, "
            f"and the engine is at {client.connection.docker_host}. Probe from a container, or a published address.",
            source=probe.source,
            target=probe.target,
        )
    if target.state != "running":
        return Outcome(False, error=f"container {target.name} is {target.state}")
    owner = _namespace_owner(host, target)
    if owner.network_mode == "host":
        return ("127.0.0.1",)
    found = [
        address
        for key in ("IPAddress", "GlobalIPv6Address")
        for _network, endpoint in sorted(owner.endpoints.items())
        for address in [endpoint.get(key)]
        if address
    ]
    return found or Outcome(False, error=f"container {target.name} has no address of its own")


def _execute_here(run_command: t.Callable[..., t.Any]) -> Execute:
    def execute(tool: Tool) -> tuple[int, str, float]:
        start = time.monotonic()
        try:
            code, output, errors = run_command(
                list(tool.argv), handle_exceptions=False, environ_update={"LC_ALL": "C", "LANGUAGE": "C"}
            )
        except OSError as error:
            return 127, str(error), 0.0
        # A program that a signal ended: as a shell would put it.
        return code if code >= 0 else 128 - code, output + errors, (time.monotonic() - start) * 1000

    return execute
