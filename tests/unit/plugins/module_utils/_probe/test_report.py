# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.bridgeport.docker.plugins.module_utils._errors import Failure
from ansible_collections.bridgeport.docker.plugins.module_utils._probe.options import Probe, parse_probe
from ansible_collections.bridgeport.docker.plugins.module_utils._probe.report import (
    Report,
    Sample,
    build_result,
    judge,
    measure_loss,
    summarize_latency,
)

DEFAULTS: dict[str, t.Any] = {
    "source": "one",
    "source_network": None,
    "target": "two",
    "method": "ping",
    "port": None,
    "path": None,
    "payload": None,
    "count": 1,
    "timeout": 5,
    "expect": "reachable",
    "expected_status": None,
    "helper_image": None,
}


def make_probe(**params: t.Any) -> Probe:
    return parse_probe({**DEFAULTS, **params})


ACCEPTED: list[t.Any] = [
    pytest.param({}, {"target": "two", "path": "/", "port": None}, id="defaults"),
    pytest.param({"target": "my_db-1.net.example"}, {"target": "my_db-1.net.example"}, id="name-with-everything"),
    pytest.param({"target": "two."}, {"target": "two."}, id="trailing-dot"),
    pytest.param({"target": "12"}, {"target": "12"}, id="digits-only-name"),
    pytest.param({"target": "a" * 63}, {"target": "a" * 63}, id="label-63"),
    pytest.param({"target": "2001:DB8:0::1"}, {"target": "2001:db8::1"}, id="ipv6-short"),
    pytest.param({"method": "tcp", "port": 1}, {"port": 1}, id="port-1"),
    pytest.param({"method": "tcp", "port": 65535}, {"port": 65535}, id="port-65535"),
    pytest.param({"method": "http", "port": 80, "path": "/a?b=%20#c"}, {"path": "/a?b=%20#c"}, id="path"),
    pytest.param({"method": "udp", "port": 53}, {"port": 53, "payload": b"\n"}, id="payload-default"),
    pytest.param({"method": "udp", "port": 1, "payload": "\x00\xff"}, {"payload": b"\x00\xff"}, id="payload-bytes"),
    pytest.param({"method": "udp", "port": 1, "payload": "a" * 1400}, {"payload": b"a" * 1400}, id="payload-1400"),
    pytest.param(
        {"source": None, "source_network": "net", "helper_image": "x"},
        {"source": "", "source_network": "net", "origin": "network net", "from_host": False},
        id="from-a-network",
    ),
    pytest.param({"count": 100, "timeout": 300}, {"count": 100, "timeout": 300}, id="upper-bounds"),
    pytest.param(
        {"method": "http", "port": 80, "expected_status": [200, 404]}, {"expected_status": (200, 404)}, id="status"
    ),
]


@pytest.mark.parametrize(("params", "expected"), ACCEPTED)
def test_parse_probe(params: dict[str, t.Any], expected: dict[str, t.Any]) -> None:
    probe = make_probe(**params)
    assert {key: getattr(probe, key) for key in expected} == expected


REFUSED: list[t.Any] = [
    pytest.param({"target": "999.1.1.1"}, "option_conflict", "999.1.1.1", id="address-too-big"),
    pytest.param({"target": "10.0.0"}, "option_conflict", "10.0.0", id="address-too-short"),
    pytest.param({"target": ""}, "option_conflict", "neither", id="target-empty"),
    pytest.param({"target": "a" * 64}, "option_conflict", "neither", id="label-64"),
    pytest.param({"target": ".".join(["abc"] * 70)}, "option_conflict", "neither", id="name-too-long"),
    pytest.param({"target": "a..b"}, "option_conflict", "neither", id="label-empty"),
    pytest.param({"target": "-c"}, "option_conflict", "neither", id="an-option"),
    pytest.param({"target": "a b"}, "option_conflict", "neither", id="blank"),
    pytest.param({"target": "a\n"}, "option_conflict", "neither", id="newline"),
    pytest.param({"target": "$(id)"}, "option_conflict", "neither", id="shell"),
    pytest.param({"target": "b\u00fcro"}, "option_conflict", "neither", id="not-ascii"),
    pytest.param({"target": "two:80"}, "option_conflict", "without port", id="port-in-target"),
    pytest.param({"target": "::1", "method": "resolve"}, "option_conflict", "is an address", id="resolve-address"),
    pytest.param({"port": 80}, "option_conflict", "not with ping", id="port-for-ping"),
    pytest.param({"method": "resolve", "port": 80}, "option_conflict", "not with resolve", id="port-for-resolve"),
    pytest.param({"method": "tcp"}, "option_conflict", "needs a port", id="tcp-without-port"),
    pytest.param({"method": "http"}, "option_conflict", "needs a port", id="http-without-port"),
    pytest.param({"method": "tcp", "port": 0}, "port_spec_invalid", "0 is not a port", id="port-0"),
    pytest.param({"method": "tcp", "port": 65536}, "port_spec_invalid", "65536", id="port-65536"),
    pytest.param({"method": "tcp", "port": 80, "path": "/"}, "option_conflict", "path goes only", id="path-for-tcp"),
    pytest.param({"method": "http", "port": 80, "path": "a"}, "option_conflict", "begin with /", id="path-relative"),
    pytest.param({"method": "http", "port": 80, "path": "/a b"}, "option_conflict", "%20", id="path-with-blank"),
    pytest.param({"method": "http", "port": 80, "path": "/\r\nX: y"}, "option_conflict", "path", id="path-with-header"),
    pytest.param({"count": 0}, "option_conflict", "count is 0", id="count-0"),
    pytest.param({"count": 101}, "option_conflict", "count is 101", id="count-101"),
    pytest.param({"timeout": 0}, "option_conflict", "timeout is 0", id="timeout-0"),
    pytest.param({"timeout": 301}, "option_conflict", "timeout is 301", id="timeout-301"),
    pytest.param({"expected_status": [200]}, "option_conflict", "expected_status", id="status-for-ping"),
    pytest.param(
        {"method": "http", "port": 80, "expect": "unreachable", "expected_status": [200]},
        "option_conflict",
        "expected_status",
        id="status-of-the-unreachable",
    ),
    pytest.param({"source": "host", "helper_image": "x"}, "option_conflict", "helper_image", id="helper-on-host"),
    pytest.param({"source": None}, "option_conflict", "source_network", id="no-source"),
    pytest.param({"source_network": "net", "helper_image": "x"}, "option_conflict", "not both", id="two-sources"),
    pytest.param({"source": None, "source_network": "net"}, "option_conflict", "helper_image", id="network-alone"),
    pytest.param({"method": "udp"}, "option_conflict", "needs a port", id="udp-without-port"),
    pytest.param({"method": "tcp", "port": 1, "payload": "a"}, "option_conflict", "not with", id="payload-for-tcp"),
    pytest.param({"method": "udp", "port": 1, "payload": ""}, "option_conflict", "1 to 1400", id="payload-empty"),
    pytest.param({"method": "udp", "port": 1, "payload": "a" * 1401}, "option_conflict", "1400", id="payload-1401"),
    pytest.param({"method": "udp", "port": 1, "payload": "\u0100"}, "option_conflict", "U+00FF", id="payload-wide"),
]


@pytest.mark.parametrize(("params", "code", "text"), REFUSED)
def test_parse_probe_refuses(params: dict[str, t.Any], code: str, text: str) -> None:
    with pytest.raises(Failure) as caught:
        make_probe(**params)
    assert caught.value.code == code
    assert text in caught.value.message


def good(seq: int, latency: float = 1.0, status: int | None = None) -> Sample:
    return Sample(seq, True, address="10.0.0.2", latency_ms=latency, status=status, body=f"body {seq}")


def bad(seq: int, error: str = "no reply") -> Sample:
    return Sample(seq, False, address="10.0.0.2", error=error)


def make_report(*samples: Sample, addresses: tuple[str, ...] = ("10.0.0.2",)) -> Report:
    return Report(addresses, samples, "ping")


def silent(seq: int, address: str = "10.0.0.2") -> Sample:
    return Sample(seq, False, conclusive=False, address=address, error="no answer within 5 s")


@pytest.mark.parametrize(
    ("latencies", "expected"),
    [
        pytest.param([0.5, None, 1.0], (0.5, 0.75, 0.75, 1.0, 0.25), id="even"),
        pytest.param([4.0, 1.0, 1.0], (1.0, 2.0, 1.0, 4.0, 1.414), id="odd"),
        pytest.param([0.3], (0.3, 0.3, 0.3, 0.3, 0.0), id="one"),
        pytest.param([None], None, id="lost"),
        pytest.param([], None, id="none"),
    ],
)
def test_summarize_latency(latencies: list[float | None], expected: tuple[float, ...] | None) -> None:
    samples = [bad(seq) if latency is None else good(seq, latency) for seq, latency in enumerate(latencies, 1)]
    names = ("min_ms", "avg_ms", "median_ms", "max_ms", "stddev_ms")
    assert summarize_latency(samples) == (None if expected is None else dict(zip(names, expected)))


@pytest.mark.parametrize(
    ("samples", "address", "expected"),
    [
        pytest.param([good(1), good(2)], "10.0.0.2", 0.0, id="none-lost"),
        pytest.param([good(1), bad(2), good(3)], "10.0.0.2", 33.3, id="a-third"),
        pytest.param([bad(1)], "10.0.0.2", 100.0, id="all-lost"),
        pytest.param(
            [Sample(1, False, address="10.0.0.9"), good(2)], "10.0.0.2", 0.0, id="of-the-address-that-answered"
        ),
        pytest.param([Sample(1, False, error="NXDOMAIN")], None, 100.0, id="no-address"),
        pytest.param([], None, None, id="not-tried"),
    ],
)
def test_measure_loss(samples: list[Sample], address: str | None, expected: float | None) -> None:
    assert measure_loss(samples, address) == expected


@pytest.mark.parametrize(
    ("samples", "expected"),
    [
        pytest.param([silent(1)], None, id="silence"),
        pytest.param([silent(1), bad(2)], False, id="one-refusal-tells"),
        pytest.param([silent(1), good(2)], True, id="one-answer-tells"),
        pytest.param([silent(1, "10.0.0.9"), bad(2)], None, id="a-refusal-elsewhere-does-not"),
        pytest.param([bad(1)], False, id="refused"),
        pytest.param([], None, id="not-tried"),
    ],
)
def test_reachable(samples: list[Sample], expected: bool | None) -> None:
    assert make_report(*samples).reachable is expected


HTTP = {"method": "http", "port": 80}
JUDGED: list[t.Any] = [
    pytest.param({}, make_report(good(1)), None, id="reached"),
    pytest.param({"count": 2}, make_report(bad(1), good(2)), None, id="one-of-two-is-enough"),
    pytest.param({}, make_report(bad(1)), "no reply (10.0.0.2)", id="not-reached"),
    pytest.param({"expect": "unreachable"}, make_report(bad(1)), None, id="isolated"),
    pytest.param(
        {"expect": "unreachable", "count": 2},
        make_report(bad(1), good(2)),
        "expect is unreachable",
        id="one-is-too-much",
    ),
    pytest.param({}, Report((), (Sample(1, False, error="NXDOMAIN"),)), "one is on: my-net", id="name-unknown"),
    pytest.param({}, Report(), None, id="not-tried"),
    pytest.param({"expect": "unreachable"}, Report(), None, id="isolation-not-tried"),
    pytest.param({**HTTP}, make_report(good(1, status=200)), None, id="status-200"),
    pytest.param({**HTTP}, make_report(good(1, status=399)), None, id="status-399"),
    pytest.param({**HTTP}, make_report(good(1, status=400)), "status 400, not 200 to 399", id="status-400"),
    pytest.param({**HTTP}, make_report(good(1, status=199)), "status 199", id="status-199"),
    pytest.param(
        {**HTTP, "count": 2}, make_report(good(1, status=500), good(2, status=200)), "status 500", id="one-bad-status"
    ),
    pytest.param({**HTTP, "expected_status": [404]}, make_report(good(1, status=404)), None, id="status-expected"),
    pytest.param(
        {**HTTP, "expected_status": [404]}, make_report(good(1, status=200)), "200, not 404", id="status-not-expected"
    ),
    pytest.param(
        {**HTTP, "expect": "unreachable"}, make_report(good(1, status=500)), "succeeds", id="any-status-is-an-answer"
    ),
    pytest.param({"method": "udp", "port": 7}, make_report(silent(1)), "cannot be told", id="silence"),
    pytest.param(
        {"method": "udp", "port": 7, "expect": "unreachable"},
        make_report(silent(1)),
        "payload",
        id="silence-is-no-proof",
    ),
    pytest.param({**HTTP}, make_report(bad(1, "Connection refused")), "listens on port 80", id="refused"),
]


@pytest.mark.parametrize(("params", "report", "text"), JUDGED)
def test_judge(params: dict[str, t.Any], report: Report, text: str | None) -> None:
    probe = make_probe(**params)
    failure = judge(probe, report, ["my-net"])
    if text is None:
        assert failure is None
        return
    assert failure is not None
    assert failure.code == "unreachable"
    assert text in failure.message
    assert "two" in failure.message
    assert failure.details["expect"] == probe.expect
    # What was seen leaves with the failure.
    assert failure.outcome == build_result(probe, report)


def test_judge_names_each_reason_once() -> None:
    failure = judge(make_probe(count=3), make_report(bad(1), bad(2), bad(3, "gone")), [])
    assert failure is not None
    assert failure.message.count("no reply") == 1
    assert "gone" in failure.message


def test_build_result_takes_the_address_that_answered() -> None:
    report = Report(("10.0.0.1", "10.0.0.2"), (Sample(1, False, address="10.0.0.1", error="no reply"), good(2)), "ping")
    result = build_result(make_probe(), report)
    assert result["address"] == "10.0.0.2"
    assert result["samples"] == [
        {"seq": 1, "ok": False, "address": "10.0.0.1", "latency_ms": None, "error": "no reply"},
        {"seq": 2, "ok": True, "address": "10.0.0.2", "latency_ms": 1.0, "error": None},
    ]
    assert result["changed"] is False
    assert "status" not in result


def test_build_result_shows_the_bad_answer() -> None:
    result = build_result(
        make_probe(method="http", port=80, count=3),
        make_report(good(1, status=200), good(2, status=503), good(3, status=200)),
    )
    assert (result["status"], result["body"]) == (503, "body 2")
    assert [sample["status"] for sample in result["samples"]] == [200, 503, 200]


def test_build_result_without_answers() -> None:
    result = build_result(make_probe(method="http", port=80), make_report(bad(1)))
    assert result["status"] is None
    assert result["body"] is None
    assert result["latency"] is None
