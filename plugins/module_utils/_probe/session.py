# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""Running the programs of one probe in one place, and collecting what they show."""

from __future__ import annotations

import random
import sys
import time
import typing as t

from .._engine.client import ApiError, Client
from .._errors import Reason
from .options import Probe
from .parse import Outcome, ToolMissing, ToolUnusable
from .report import Report, Sample
from .tools import (
    Tool,
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


class NoTool(Exception):
    """None of the programs gives a conclusive answer; the text says what each of them lacks."""


class ToolRunner:
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


class ProbeSession:
    """One probe at work: in its source, and in a helper container once the source lacks the programs.

    ``addresses`` are those of containers: docker's proxy may be behind any other address.
    """

    def __init__(
        self,
        probe: Probe,
        runner: ToolRunner,
        open_helper: t.Callable[[], ToolRunner] | None = None,
        addresses: t.Collection[str] = (),
    ) -> None:
        self.probe = probe
        self._addresses = addresses
        self.runner = runner
        self._open_helper = open_helper
        self.tool: str | None = None

    def run(self, tools: t.Sequence[Tool], count: int) -> list[Outcome]:
        """``count`` outcomes, all by the same program."""
        outcomes: list[Outcome] = []
        while len(outcomes) < count:
            try:
                tool, found = self.runner.try_tools(tools)
            except NoTool:
                if self._open_helper is None:
                    raise
                self.runner, self._open_helper = self._open_helper(), None
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
            helper=self.runner.helper,
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
        conclusive=outcome.conclusive,
        address=address,
        latency_ms=None if outcome.latency_ms is None else round(outcome.latency_ms, 3),
        error=outcome.error,
        status=outcome.status,
        body=outcome.body,
    )


def execute_in(client: Client, container: str) -> Execute:
    def execute(tool: Tool) -> tuple[int, str, float]:
        start = time.monotonic()
        try:
            # The programs end by themselves.
            code, output = client.execute(container, tool.argv, timeout=tool.seconds + EXECUTE_MARGIN)
        except ApiError as error:
            # Some engines answer the start of a missing program with an error, others with exit code 126 or 127.
            if Reason.PROGRAM_MISSING in error.reasons:
                return 127, error.message, 0.0
            raise
        return code, output, (time.monotonic() - start) * 1000

    return execute


def execute_here(run_command: t.Callable[..., t.Any]) -> Execute:
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
