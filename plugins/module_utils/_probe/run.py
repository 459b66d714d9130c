# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""Making network probes: their programs run in a container, in a helper container beside it, or on this host."""

from __future__ import annotations

import typing as t
from contextlib import ExitStack
from dataclasses import replace
from urllib.parse import quote

from .._engine.client import Client
from .._errors import Failure
from .._objects.engine import Engine
from .._objects.networks import Network
from .._objects.snapshot import Snapshot, Summary, read_summary
from .helper import NoIdleCommand, run_helper
from .options import Probe, is_address
from .parse import Outcome
from .report import Report, build_result, judge
from .session import NoTool, ProbeSession, ToolRunner, execute_here, execute_in

NETWORKS_WITHOUT_DNS = ("bridge", "host", "none")


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
        host = host.replace(networks=tuple(map(Network, client.get("/networks"))))
        network = _find_network(host, probe.source_network)
        networks = [network.name]
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


def _find_network(host: Snapshot, name: str) -> Network:
    network = host.find_network(name)
    if network is None:
        raise Failure(
            "network_not_found",
            f"There is no network {name!r} to probe from. Give its exact name, or 12 or more digits of its ID.",
            network=name,
        )
    if network.driver in ("host", "null"):
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

        def open_helper() -> ToolRunner:
            return _open_helper(client, probe, f"container:{source.id}", source.id, stack)

        runner = ToolRunner(execute_in(client, source.id))
        opener = open_helper if probe.helper_image and not check_mode else None
        session = ProbeSession(probe, runner, opener, _container_addresses(host))
        try:
            return _probe_with(session, _networks_of(host, source))
        except NoTool as error:
            if check_mode and probe.helper_image:
                return Report()
            holder = f"the image of {probe.source} ({source.image}) has no"
            if session.runner.helper:
                holder = f"neither {probe.source} nor helper_image {probe.helper_image} has a"
            raise _lacking_tools(probe, holder, str(error)) from error


def _probe_from_network(client: Client, host: Snapshot, probe: Probe, network: Network, check_mode: bool) -> Report:
    if check_mode:
        return Report()
    with ExitStack() as stack:
        runner = _open_helper(client, probe, network.id, network.id, stack)
        session = ProbeSession(probe, runner, addresses=_container_addresses(host))
        try:
            return _probe_with(session, [network.name])
        except NoTool as error:
            raise _lacking_tools(probe, f"helper_image {probe.helper_image} has no", str(error)) from error


def _open_helper(client: Client, probe: Probe, network_mode: str, origin: str, stack: ExitStack) -> ToolRunner:
    # Enough for a name with eight silent addresses.
    lifetime = 60 + 8 * probe.count * (probe.timeout + 5)
    try:
        helper = run_helper(client, probe.helper_image or "", network_mode, origin, lifetime)
        return ToolRunner(execute_in(client, stack.enter_context(helper)), helper=True)
    except NoIdleCommand as error:
        raise _lacking_tools(probe, f"helper_image {probe.helper_image} has no", str(error)) from error


def _probe_with(session: ProbeSession, networks: t.Sequence[str]) -> Report:
    probe = session.probe
    has_dns = not all(network in NETWORKS_WITHOUT_DNS for network in networks)

    def resolve() -> t.Sequence[str] | Outcome:
        if is_address(probe.target):
            return (probe.target,)
        if not has_dns:
            return _no_dns(probe)
        outcome = session.run(session.resolve_tools(), 1)[0]
        return outcome.addresses if outcome.ok else outcome

    return session.report_resolve() if probe.method == "resolve" and has_dns else session.report(resolve)


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


# -- from this host ----------------------------------------------------------------------------------------------------


def _probe_from_host(client: Client, host: Snapshot, probe: Probe, run_command: t.Callable[..., t.Any]) -> Report:
    session = ProbeSession(probe, ToolRunner(execute_here(run_command)))

    def resolve() -> t.Sequence[str] | Outcome:
        if is_address(probe.target):
            return (probe.target,)
        target = host.find_container(probe.target)
        if target is not None:
            return _addresses_of(client, host, probe, target)
        outcome = session.run(session.resolve_tools(), 1)[0]
        return outcome.addresses if outcome.ok else replace(outcome, error=f"no container's name, and {outcome.error}")

    try:
        return session.report_resolve() if probe.method == "resolve" else session.report(resolve)
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
            f"and the engine is at {client.connection.shown_host}. Probe from a container, or a published address.",
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
