# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""What the samples of a probe say, and whether that is what was expected."""

from __future__ import annotations

import math
import typing as t
from dataclasses import asdict, dataclass

from .._errors import Failure
from .options import METHODS_WITH_PORT, Probe


@dataclass(frozen=True)
class Sample:
    """One attempt. ``address`` is None where the attempt ended before an address was known.

    ``conclusive`` is False where no answer came and that says nothing (udp).
    """

    seq: int
    ok: bool
    conclusive: bool = True
    address: str | None = None
    latency_ms: float | None = None
    error: str | None = None
    status: int | None = None
    body: str | None = None


@dataclass(frozen=True)
class Report:
    """What the samples of one probe say together. Check mode takes none where a helper container would be needed."""

    addresses: tuple[str, ...] = ()
    samples: tuple[Sample, ...] = ()
    tool: str | None = None
    helper: bool = False

    @property
    def reachable(self) -> bool | None:
        """None where the samples do not tell."""
        if any(sample.ok for sample in self.samples):
            return True
        # One refusal counts for all attempts at an address: a host limits how many it sends (RFC 1812, 4.3.2.8).
        conclusive = {sample.address for sample in self.samples if sample.conclusive}
        return False if self.samples and {sample.address for sample in self.samples} <= conclusive else None


# -- what the samples say ----------------------------------------------------------------------------------------------


def summarize_latency(samples: t.Iterable[Sample]) -> dict[str, float] | None:
    values = sorted(sample.latency_ms for sample in samples if sample.ok and sample.latency_ms is not None)
    if not values:
        return None
    count = len(values)
    average = sum(values) / count
    return {
        "min_ms": values[0],
        "avg_ms": round(average, 3),
        "median_ms": round((values[(count - 1) // 2] + values[count // 2]) / 2, 3),
        "max_ms": values[-1],
        "stddev_ms": round(math.sqrt(sum((value - average) ** 2 for value in values) / count), 3),
    }


def measure_loss(samples: t.Iterable[Sample], address: str | None) -> float | None:
    """How many percent of the attempts at this address were not answered; None where there was no attempt."""
    answered = [sample.ok for sample in samples if sample.address == address]
    return round(100 * answered.count(False) / len(answered), 1) if answered else None


def is_expected_status(probe: Probe, status: int) -> bool:
    return status in probe.expected_status if probe.expected_status else 200 <= status < 400


def pick_answer(probe: Probe, samples: t.Iterable[Sample]) -> Sample | None:
    """The HTTP answer to show: the first that was not expected, else the last."""
    answer = None
    for sample in samples:
        if sample.status is not None:
            answer = sample
            if not is_expected_status(probe, sample.status):
                break
    return answer


def build_result(probe: Probe, report: Report) -> dict[str, t.Any]:
    """The module's return values, the same keys in every case (and two more for HTTP)."""
    # The address that answered; where none did, the first address that was tried.
    reached = [sample.address for sample in report.samples if sample.ok and sample.address]
    tried = [*reached, *report.addresses]
    address = tried[0] if tried else None
    result: dict[str, t.Any] = {
        "changed": False,
        "source": probe.source or None,
        "source_network": probe.source_network,
        "target": probe.target,
        "method": probe.method,
        "reachable": report.reachable,
        "address": address,
        "addresses": list(report.addresses),
        "samples": [_show_sample(probe, sample) for sample in report.samples],
        "latency": summarize_latency(report.samples),
        "loss_percent": measure_loss(report.samples, address),
        "tool": report.tool,
        "helper": report.helper,
    }
    if probe.method == "http":
        answer = pick_answer(probe, report.samples)
        result["status"] = answer.status if answer else None
        result["body"] = answer.body if answer else None
    return result


def _show_sample(probe: Probe, sample: Sample) -> dict[str, t.Any]:
    hidden = {"body", "conclusive"} if probe.method == "http" else {"body", "conclusive", "status"}
    return {key: value for key, value in asdict(sample).items() if key not in hidden}


def judge(probe: Probe, report: Report, networks: t.Sequence[str]) -> Failure | None:
    """The failure that this report means; None where it shows what was expected. ``networks``: those of the source."""
    if not report.samples:
        return None
    message = None
    if report.reachable is None:
        message = _describe_silence(probe, report)
    elif probe.expect == "unreachable":
        if report.reachable:
            message = _describe_reached(probe, report, networks)
    elif not report.reachable:
        message = _describe_unreached(probe, report, networks)
    elif probe.method == "http":
        answer = pick_answer(probe, report.samples)
        if answer and answer.status is not None and not is_expected_status(probe, answer.status):
            wanted = ", ".join(map(str, probe.expected_status)) or "200 to 399"
            # The query may hold a token.
            path = probe.path.partition("?")[0]
            message = (
                f"The answer of {probe.target}{_at(answer.address, probe)} port {probe.port} to {probe.origin} for "
                f"{path} has status {answer.status}, not {wanted}. Look at its logs, or set expected_status."
            )
    if message is None:
        return None
    failure = Failure(
        "unreachable",
        message,
        source=probe.origin,
        target=probe.target,
        method=probe.method,
        expect=probe.expect,
    )
    failure.outcome = build_result(probe, report)
    return failure


def _at(address: str | None, probe: Probe) -> str:
    return f" ({address})" if address and address != probe.target else ""


def _join(names: t.Sequence[str]) -> str:
    return ", ".join(names) or "none"


def _place(probe: Probe, networks: t.Sequence[str]) -> str:
    return f"probed on: {_join(networks)}" if probe.source_network else f"{probe.source} is on: {_join(networks)}"


def _describe_reached(probe: Probe, report: Report, networks: t.Sequence[str]) -> str:
    sample = next(sample for sample in report.samples if sample.ok)
    advice = "Close what lets it through, or drop expect=unreachable."
    if networks:
        advice = f"Take one of the two off the networks they share ({_place(probe, networks)})."
    return f"{probe.describe()} succeeds{_at(sample.address, probe)}, but expect is unreachable. {advice}"


def _describe_silence(probe: Probe, report: Report) -> str:
    silent = next(sample for sample in report.samples if not sample.conclusive)
    return (
        f"{probe.describe()} cannot be told: {silent.error}{_at(silent.address, probe)}, and nothing said that the port"
        " is closed. A service that does not answer to what was sent is as silent as a network that drops it. Set"
        " payload to a question that the service answers, or probe with another method."
    )


def _describe_unreached(probe: Probe, report: Report, networks: t.Sequence[str]) -> str:
    reasons = []
    for sample in report.samples:
        reason = f"{sample.error}{_at(sample.address, probe)}"
        if reason not in reasons:
            reasons.append(reason)
    if not probe.from_host and not report.addresses:
        advice = (
            "A name is known only on a user-defined network that both are on "
            f"({_place(probe, networks)}), and while its container runs."
        )
    elif probe.method in METHODS_WITH_PORT:
        advice = f"Check that {probe.target} runs, and that it listens on port {probe.port} on all of its addresses."
    else:
        advice = f"Check that {probe.target} runs and that a network leads there."
    if networks and report.addresses:
        advice += f" ({_place(probe, networks)}.)"
    return f"{probe.describe()} failed: {'; '.join(reasons)}. {advice}"
