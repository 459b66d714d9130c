# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.bridgeport.docker.plugins.module_utils._desired.ports import DesiredPorts
from ansible_collections.bridgeport.docker.plugins.module_utils._errors import Failure
from ansible_collections.bridgeport.docker.plugins.module_utils._objects.bindings import (
    Binding,
    pair_bindings,
    pin_bindings,
)
from ansible_collections.bridgeport.docker.plugins.module_utils._objects.ports import (
    Publication,
    check_publications,
    parse_publications,
)
from ansible_collections.bridgeport.docker.plugins.module_utils._plan.publications import check_bind_policy, reconcile


def pubs(*specs: str) -> tuple[Publication, ...]:
    return parse_publications(specs)


def texts(publications: t.Iterable[Publication]) -> list[str]:
    return [str(publication) for publication in publications]


def stopped(*specs: str) -> tuple[Binding, ...]:
    return pair_bindings(pubs(*specs), ())


# -- pairing -----------------------------------------------------------------------------------------------------------

PAIRS: list[t.Any] = [
    pytest.param(["8080:80"], [], [[]], id="not-running"),
    pytest.param(
        ["8080:80"],
        ["0.0.0.0:8080:80", "[::]:8080:80"],
        [["0.0.0.0:8080:80/tcp", "[::]:8080:80/tcp"]],
        id="both-families",
    ),
    pytest.param(["8080:80"], ["0.0.0.0:8080:80"], [["0.0.0.0:8080:80/tcp"]], id="host-without-ipv6"),
    pytest.param(["0.0.0.0:8080:80"], ["0.0.0.0:8080:80"], [["0.0.0.0:8080:80/tcp"]], id="ipv4-only"),
    pytest.param(["[::]:8080:80"], ["[::]:8080:80"], [["[::]:8080:80/tcp"]], id="ipv6-only"),
    pytest.param(["8080:80"], ["127.0.0.1:8080:80"], [["127.0.0.1:8080:80/tcp"]], id="address-of-the-network"),
    pytest.param(["8080:80"], ["0.0.0.0:8081:80"], [[]], id="another-port-is-not-it"),
    pytest.param(["8080:80"], ["0.0.0.0:8080:80/udp"], [[]], id="another-protocol-is-not-it"),
    pytest.param(["127.0.0.1:8080:80"], ["127.0.0.2:8080:80"], [[]], id="another-address-is-not-it"),
    pytest.param(
        ["80"],
        ["0.0.0.0:32782:80", "[::]:32771:80"],
        [["0.0.0.0:32782:80/tcp", "[::]:32771:80/tcp"]],
        id="ephemeral-20.10-two-numbers",
    ),
    pytest.param(
        ["80", "8080:80"],
        ["0.0.0.0:8080:80", "[::]:8080:80", "0.0.0.0:32768:80", "[::]:32768:80"],
        [["0.0.0.0:32768:80/tcp", "[::]:32768:80/tcp"], ["0.0.0.0:8080:80/tcp", "[::]:8080:80/tcp"]],
        id="fixed-chooses-before-ephemeral",
    ),
    pytest.param(
        ["127.0.0.1:8000-8009:80", "127.0.0.1:8000:80"],
        ["127.0.0.1:8000:80", "127.0.0.1:8001:80"],
        [["127.0.0.1:8001:80/tcp"], ["127.0.0.1:8000:80/tcp"]],
        id="fixed-chooses-before-range",
    ),
    pytest.param(
        ["80", "127.0.0.1::80"],
        ["127.0.0.1:32768:80", "0.0.0.0:32769:80", "[::]:32769:80"],
        [["0.0.0.0:32769:80/tcp", "[::]:32769:80/tcp"], ["127.0.0.1:32768:80/tcp"]],
        id="an-address-chooses-before-every-address",
    ),
    pytest.param(
        ["80", "80"],
        ["0.0.0.0:32768:80", "0.0.0.0:32769:80", "[::]:32768:80", "[::]:32769:80"],
        [["0.0.0.0:32768:80/tcp", "[::]:32768:80/tcp"], ["0.0.0.0:32769:80/tcp", "[::]:32769:80/tcp"]],
        id="same-numbers-belong-together",
    ),
    pytest.param(["127.0.0.1:8000-8001:80"], ["127.0.0.1:8002:80"], [[]], id="beyond-the-range"),
    pytest.param(["127.0.0.1:8000-8001:80"], ["127.0.0.1:8001:80"], [["127.0.0.1:8001:80/tcp"]], id="end-of-range"),
    pytest.param(["127.0.0.1:8000-8001:80"], ["127.0.0.1:7999:80"], [[]], id="before-the-range"),
    pytest.param(["127.0.0.1:8000-8001:80"], ["127.0.0.1:8000:80"], [["127.0.0.1:8000:80/tcp"]], id="begin-of-range"),
]


@pytest.mark.parametrize(("configured", "actual", "expected"), PAIRS)
def test_pair_bindings(configured: list[str], actual: list[str], expected: list[list[str]]) -> None:
    bindings = pair_bindings(pubs(*configured), pubs(*actual))
    assert [binding.configured for binding in bindings] == list(pubs(*configured))
    assert [texts(binding.actual) for binding in bindings] == expected


PINS: list[t.Any] = [
    pytest.param("8080:80", ["0.0.0.0:8080:80", "[::]:8080:80"], ["8080:80/tcp"], id="fixed"),
    pytest.param("80", [], ["80/tcp"], id="not-running"),
    pytest.param("80", ["0.0.0.0:32768:80", "[::]:32768:80"], ["32768:80/tcp"], id="one-number"),
    pytest.param(
        "80",
        ["0.0.0.0:32782:80", "[::]:32771:80"],
        ["0.0.0.0:32782:80/tcp", "[::]:32771:80/tcp"],
        id="a-number-per-family",
    ),
    pytest.param("127.0.0.1::80", ["127.0.0.1:32768:80"], ["127.0.0.1:32768:80/tcp"], id="address-kept"),
    pytest.param("80", ["127.0.0.1:32768:80"], ["32768:80/tcp"], id="address-of-the-network-is-not-written-down"),
    pytest.param("127.0.0.1:8000-8009:80", ["127.0.0.1:8003:80"], ["127.0.0.1:8003:80/tcp"], id="range"),
]


@pytest.mark.parametrize(("configured", "actual", "pinned"), PINS)
def test_pinned(configured: str, actual: list[str], pinned: list[str]) -> None:
    (binding,) = pair_bindings(pubs(configured), pubs(*actual))
    assert texts(binding.pinned) == pinned
    assert texts(pin_bindings([binding], pubs(configured, "9:9"))) == [*pinned, "9:9/tcp"]


def test_pin_takes_each_binding_once() -> None:
    bindings = pair_bindings(pubs("80", "80"), pubs("0.0.0.0:1:80", "0.0.0.0:2:80"))
    assert texts(pin_bindings(bindings, pubs("80", "80", "80"))) == ["1:80/tcp", "2:80/tcp", "80/tcp"]


# -- what shall be -----------------------------------------------------------------------------------------------------

# configured, desired, expected
EXACT: list[t.Any] = [
    pytest.param([], ["8080:80"], ["8080:80/tcp"], id="add"),
    pytest.param(["8080:80"], [], [], id="empty-list-means-none"),
    pytest.param(["8080:80"], ["8080:80"], ["8080:80/tcp"], id="same"),
    pytest.param(["8080:80"], ["08080:080/TCP"], ["8080:80/tcp"], id="spelling"),
    pytest.param(["8080:80"], ["8081:80"], ["8081:80/tcp"], id="move"),
    pytest.param(["8080:80"], ["8080:80/udp"], ["8080:80/udp"], id="protocol"),
    pytest.param(["8080:80", "9090:90"], ["9090:90", "8080:80"], ["8080:80/tcp", "9090:90/tcp"], id="order"),
    pytest.param(["8080:80"], ["8080:80", "9090:90"], ["8080:80/tcp", "9090:90/tcp"], id="one-more"),
    pytest.param(["[::1]:8080:80"], ["[0:0::1]:8080:80"], ["[::1]:8080:80/tcp"], id="ipv6-spelling"),
    # every address and every IPv4 address differ when asked for, but without an address either is accepted
    pytest.param(["0.0.0.0:8080:80"], ["8080:80"], ["0.0.0.0:8080:80/tcp"], id="no-address-accepts-ipv4"),
    pytest.param(["8080:80"], ["0.0.0.0:8080:80"], ["0.0.0.0:8080:80/tcp"], id="ipv4-does-not-accept-all"),
    pytest.param(["8080:80"], ["[::]:8080:80"], ["[::]:8080:80/tcp"], id="ipv6-does-not-accept-all"),
    pytest.param(["127.0.0.1:8080:80"], ["8080:80"], ["8080:80/tcp"], id="no-address-widens-loopback"),
    pytest.param(["[::]:8080:80"], ["8080:80"], ["8080:80/tcp"], id="no-address-does-not-accept-ipv6-alone"),
    pytest.param(
        ["0.0.0.0:8080:80", "[::]:8080:80"],
        ["8080:80"],
        ["0.0.0.0:8080:80/tcp", "[::]:8080:80/tcp"],
        id="no-address-accepts-the-pair",
    ),
    # ephemeral
    pytest.param(["80"], ["80"], ["80/tcp"], id="ephemeral-same"),
    pytest.param(["32768:80"], ["80"], ["32768:80/tcp"], id="ephemeral-met-by-a-pinned-one"),
    pytest.param(["32768:80"], ["0:80"], ["32768:80/tcp"], id="ephemeral-as-0"),
    pytest.param(
        ["0.0.0.0:32782:80", "[::]:32771:80"],
        ["80"],
        ["0.0.0.0:32782:80/tcp", "[::]:32771:80/tcp"],
        id="ephemeral-met-by-the-pinned-pair",
    ),
    pytest.param(["32768:80"], ["80", "80"], ["32768:80/tcp", "80/tcp"], id="ephemeral-each-binding-once"),
    pytest.param(["8080:80"], ["80", "8080:80"], ["8080:80/tcp", "80/tcp"], id="ephemeral-after-fixed"),
    pytest.param(["127.0.0.1:32768:80"], ["80"], ["80/tcp"], id="ephemeral-of-another-address"),
    pytest.param(["127.0.0.1::80", "80"], ["80"], ["80/tcp"], id="ephemeral-loopback-closed"),
    pytest.param(["80"], ["8080:80"], ["8080:80/tcp"], id="ephemeral-becomes-fixed"),
    # ranges
    pytest.param(["8005:80"], ["8000-8010:80"], ["8005:80/tcp"], id="range-met-by-a-port-within"),
    pytest.param(["8000:80"], ["8000-8010:80"], ["8000:80/tcp"], id="range-begin"),
    pytest.param(["8010:80"], ["8000-8010:80"], ["8010:80/tcp"], id="range-end"),
    pytest.param(["8011:80"], ["8000-8010:80"], ["8000-8010:80/tcp"], id="beyond-range"),
    pytest.param(["7999:80"], ["8000-8010:80"], ["8000-8010:80/tcp"], id="before-range"),
    pytest.param(["8000-8010:80"], ["8000-8010:80"], ["8000-8010:80/tcp"], id="range-same"),
    pytest.param(["8002-8003:80"], ["8000-8010:80"], ["8002-8003:80/tcp"], id="range-within-range"),
    pytest.param(["8000-8010:80"], ["8002-8003:80"], ["8002-8003:80/tcp"], id="range-around-range"),
    pytest.param(["80"], ["8000-8010:80"], ["8000-8010:80/tcp"], id="ephemeral-is-not-in-a-range"),
    pytest.param(
        ["8003:80", "8008:80"],
        ["8000-8010:80", "8000-8005:80"],
        ["8003:80/tcp", "8008:80/tcp"],
        id="narrow-range-first",
    ),
    pytest.param(
        ["8003:80"], ["8000-8010:80", "8003:80"], ["8003:80/tcp", "8000-8010:80/tcp"], id="fixed-before-range"
    ),
]


@pytest.mark.parametrize(("configured", "desired", "expected"), EXACT)
def test_reconcile_exactly(configured: list[str], desired: list[str], expected: list[str]) -> None:
    found, publish_all = reconcile(DesiredPorts(pubs(*desired)), stopped(*configured), False, ())
    assert texts(found) == expected
    assert publish_all is False


WITHOUT_PURGE: list[t.Any] = [
    pytest.param(["8080:80"], [], ["8080:80/tcp"], id="nothing"),
    pytest.param(["8080:80"], ["9090:90"], ["8080:80/tcp", "9090:90/tcp"], id="adds"),
    pytest.param(["8080:80"], ["8081:80"], ["8080:80/tcp", "8081:80/tcp"], id="keeps-the-other-host-port"),
]


@pytest.mark.parametrize(("configured", "desired", "expected"), WITHOUT_PURGE)
def test_reconcile_without_purge(configured: list[str], desired: list[str], expected: list[str]) -> None:
    found, _all = reconcile(DesiredPorts(pubs(*desired), purge=False), stopped(*configured), False, ())
    assert texts(found) == expected


# desired, -P before, expected publications, -P after; configured is 8080:80 and 9090:90, exposed are 80 and 81
WITH_ALL: list[t.Any] = [
    pytest.param(DesiredPorts(), True, ["8080:80/tcp", "9090:90/tcp"], True, id="unset"),
    pytest.param(DesiredPorts(publish_all=False), True, ["8080:80/tcp", "9090:90/tcp"], False, id="cleared"),
    pytest.param(DesiredPorts(publish_all=True), False, ["8080:80/tcp", "9090:90/tcp"], True, id="set"),
    pytest.param(DesiredPorts(pubs("9090:90")), True, ["9090:90/tcp"], False, id="purge-clears-it"),
    pytest.param(DesiredPorts(()), True, [], False, id="empty-list-clears-it"),
    pytest.param(DesiredPorts(pubs("9090:90"), purge=False), True, ["8080:80/tcp", "9090:90/tcp"], True, id="kept"),
    pytest.param(
        DesiredPorts(pubs("9090:90"), publish_all=True), True, ["8080:80/tcp", "9090:90/tcp"], True, id="listed"
    ),
    pytest.param(
        DesiredPorts((), publish_all=True), False, ["8080:80/tcp"], True, id="only-what-is-exposed-counts-as-listed"
    ),
]


@pytest.mark.parametrize(("desired", "before", "expected", "after"), WITH_ALL)
def test_reconcile_with_publish_all(desired: DesiredPorts, before: bool, expected: list[str], after: bool) -> None:
    found, publish_all = reconcile(desired, stopped("8080:80", "9090:90"), before, ("80/tcp", "81/tcp"))
    assert (texts(found), publish_all) == (expected, after)


def test_an_ephemeral_port_is_met_by_what_publish_all_publishes() -> None:
    by_all = pair_bindings(pubs("80"), pubs("0.0.0.0:32768:80", "[::]:32768:80"))
    for desired in (DesiredPorts(pubs("80"), publish_all=True), DesiredPorts(pubs("80"), purge=False)):
        assert reconcile(desired, (), True, ("80/tcp",), by_all) == ((), True)


# configured with what is bound, what to close, left
CLOSE: list[t.Any] = [
    pytest.param(["80"], ["127.0.0.1:32768:80/tcp"], id="every-publication-of-the-port"),
    pytest.param(["80/udp"], None, id="another-protocol"),
    pytest.param(["8080:80"], ["8081:80/tcp", "127.0.0.1::80/tcp", "[::1]:8082:80/tcp"], id="host-port"),
    pytest.param(["127.0.0.1::80"], ["8080:80/tcp", "8081:80/tcp", "[::1]:8082:80/tcp"], id="address"),
    pytest.param(["127.0.0.1:8080:80"], None, id="address-and-host-port-of-different-ones"),
    pytest.param(["8080-8081:80"], ["127.0.0.1::80/tcp", "[::1]:8082:80/tcp"], id="range"),
    pytest.param(["32768:80"], ["8080:80/tcp", "8081:80/tcp", "[::1]:8082:80/tcp"], id="number-chosen-by-the-engine"),
    pytest.param(["[0::1]::80"], ["8080:80/tcp", "8081:80/tcp", "127.0.0.1::80/tcp"], id="ipv6-spelling"),
    pytest.param(["9999:80"], None, id="nothing-there"),
    pytest.param([], None, id="empty-list-closes-nothing"),
]
STANDING = ("8080:80", "8081:80", "127.0.0.1::80", "[::1]:8082:80")


@pytest.mark.parametrize(("desired", "left"), CLOSE)
def test_close(desired: list[str], left: list[str] | None) -> None:
    bindings = pair_bindings(
        pubs(*STANDING), pubs("0.0.0.0:8080:80", "0.0.0.0:8081:80", "127.0.0.1:32768:80", "[::1]:8082:80")
    )
    found, _all = reconcile(DesiredPorts(pubs(*desired), close=True), bindings, False, ("80/tcp",))
    expected = texts(pubs(*STANDING)) if left is None else [] if desired == ["80"] else left
    assert texts(found) == expected
    again, _all = reconcile(DesiredPorts(pubs(*desired), close=True), pair_bindings(found, ()), False, ("80/tcp",))
    assert again == found


CLOSE_OF_ALL: list[t.Any] = [
    pytest.param(["80"], ["81/tcp", "82/udp"], False, id="writes-the-others-out"),
    pytest.param(["82/udp"], ["80/tcp", "81/tcp"], False, id="udp"),
    pytest.param(["83"], [], True, id="not-exposed"),
    pytest.param(["80/udp"], [], True, id="another-protocol"),
    pytest.param(["32768:80"], ["81/tcp", "82/udp"], False, id="its-host-port"),
    pytest.param(["9999:80"], [], True, id="another-host-port"),
    pytest.param(["0.0.0.0::80"], ["81/tcp", "82/udp"], False, id="its-address"),
    pytest.param(["127.0.0.1::80"], [], True, id="another-address"),
]


@pytest.mark.parametrize(("desired", "left", "publish_all"), CLOSE_OF_ALL)
def test_close_what_publish_all_publishes(desired: list[str], left: list[str], publish_all: bool) -> None:
    exposed = ("80/tcp", "81/tcp", "82/udp")
    by_all = pair_bindings(pubs(*exposed), pubs("0.0.0.0:32768:80", "0.0.0.0:32769:81", "0.0.0.0:32770:82/udp"))
    found, stands = reconcile(DesiredPorts(pubs(*desired), close=True), (), True, exposed, by_all)
    assert (texts(found), stands) == (left, publish_all)


def test_close_a_written_port_that_publish_all_would_publish_again() -> None:
    found, publish_all = reconcile(
        DesiredPorts(pubs("80"), close=True), stopped("8080:80", "9090:90"), True, ("80/tcp", "81/tcp"), stopped("81")
    )
    assert (texts(found), publish_all) == (["9090:90/tcp", "81/tcp"], False)


@pytest.mark.parametrize(
    ("spec", "stands"),
    [
        pytest.param("8080:80", False, id="may-be-pinned"),
        pytest.param("0.0.0.0:8080:80", False, id="may-be-pinned-on-one-family"),
        pytest.param("127.0.0.1:8080:80", True, id="publish-all-never-names-an-address"),
    ],
)
def test_close_a_written_port_that_is_not_exposed_otherwise(spec: str, stands: bool) -> None:
    found, publish_all = reconcile(DesiredPorts(pubs("80"), close=True), stopped(spec, "9090:90"), True, ())
    assert (texts(found), publish_all) == (["9090:90/tcp"], stands)


def test_close_one_of_two_leaves_publish_all_alone() -> None:
    """80/tcp stays written out, so -P does not publish it a second time."""
    found, publish_all = reconcile(
        DesiredPorts(pubs("8080:80"), close=True),
        stopped("8080:80", "8081:80"),
        True,
        ("80/tcp", "81/tcp"),
        stopped("81"),
    )
    assert (texts(found), publish_all) == (["8081:80/tcp"], True)


def test_close_everything() -> None:
    desired = DesiredPorts(close=True, close_all=True)
    assert reconcile(desired, stopped("8080:80"), True, ("80/tcp", "81/tcp")) == ((), False)


# -- properties --------------------------------------------------------------------------------------------------------

ADDRESSES = st.sampled_from(["", "0.0.0.0", "::", "127.0.0.1", "127.0.0.2", "::1"])
PORTS = st.sampled_from([(0, 0), (1, 1), (2, 2), (3, 3), (1, 2), (2, 4), (1, 4)])
PUBLICATIONS = st.builds(
    lambda key, ip, ports: Publication(key[0], key[1], ip, *ports),
    st.sampled_from([(80, "tcp"), (80, "udp"), (81, "tcp")]),
    ADDRESSES,
    PORTS,
)


def _valid(publications: list[Publication]) -> bool:
    try:
        check_publications(publications)
    except Failure:
        return False
    return True


LISTS = st.lists(PUBLICATIONS, max_size=6).filter(_valid)


@settings(max_examples=200)
@given(LISTS, LISTS, st.booleans(), st.booleans(), st.sampled_from([None, True, False]))
def test_reconciled_twice_changes_nothing_the_second_time(
    standing: list[Publication], listed: list[Publication], purge: bool, by_all: bool, publish_all: bool | None
) -> None:
    desired = DesiredPorts(tuple(listed), purge=purge, publish_all=publish_all)
    exposed = {publication.key for publication in standing} | {"82/tcp"}
    once, all_once = reconcile(desired, pair_bindings(standing, ()), by_all, exposed)
    twice, all_twice = reconcile(desired, pair_bindings(once, ()), all_once, exposed | {p.key for p in once})
    assert (twice, all_twice) == (once, all_once)


@settings(max_examples=200)
@given(LISTS, LISTS, st.randoms(use_true_random=False), st.booleans())
def test_the_order_of_the_list_does_not_matter(
    standing: list[Publication], listed: list[Publication], random: t.Any, purge: bool
) -> None:
    shuffled = list(listed)
    random.shuffle(shuffled)
    bindings = pair_bindings(standing, ())
    one, _all = reconcile(DesiredPorts(tuple(listed), purge=purge), bindings, False, ())
    other, _all = reconcile(DesiredPorts(tuple(shuffled), purge=purge), bindings, False, ())
    assert sorted(one) == sorted(other)


@settings(max_examples=100)
@given(LISTS, LISTS)
def test_exact_lists_leave_no_more_than_is_desired(standing: list[Publication], listed: list[Publication]) -> None:
    found, _all = reconcile(DesiredPorts(tuple(listed)), pair_bindings(standing, ()), False, ())
    # A desired publication is met by one publication, or by a pair of IPv4 and IPv6.
    assert len(listed) <= len(found) <= len(listed) + sum(1 for each in listed if each.host_ip == "")
    assert {each.key for each in found} == {each.key for each in listed}


@settings(max_examples=100)
@given(LISTS, LISTS, st.sets(st.sampled_from(["80", "80/udp", "81"])))
def test_closed_is_closed(standing: list[Publication], narrow: list[Publication], ports: set[str]) -> None:
    closed = pubs(*ports)
    desired = DesiredPorts((*closed, *narrow), close=True)
    found, _all = reconcile(desired, pair_bindings(standing, ()), False, ())
    assert set(found) <= set(standing)
    assert not {each.key for each in found} & {each.key for each in closed}
    assert reconcile(desired, pair_bindings(found, ()), False, ()) == (found, False)


@settings(max_examples=100)
@given(LISTS)
def test_pairs_use_every_actual_binding_at_most_once(configured: list[Publication]) -> None:
    actual = [
        Publication(p.container_port, p.protocol, ip, p.host_port or 40000 + index)
        for index, p in enumerate(configured)
        for ip in ([p.host_ip] if p.host_ip else ["0.0.0.0", "::"])
    ]
    bindings = pair_bindings(configured, actual)
    used = [each for binding in bindings for each in binding.actual]
    assert len(used) == len({id(each) for each in used})
    assert sorted(used) == sorted(set(used) & set(actual)) or len(set(actual)) < len(actual)


# -- policy ------------------------------------------------------------------------------------------------------------

POLICIES: list[t.Any] = [
    pytest.param("any", "8080:80", False, "", 0, id="any"),
    pytest.param("explicit", "8080:80", False, "", 1, id="explicit-without-address"),
    pytest.param("explicit", "0.0.0.0:8080:80", False, "", 0, id="explicit-wildcard-is-an-address"),
    pytest.param("explicit", "8080:80", False, "127.0.0.1", 0, id="explicit-address-of-the-network"),
    pytest.param("explicit", "127.0.0.1:8080:80", True, "", 1, id="explicit-publish-all"),
    pytest.param("loopback", "127.0.0.1:8080:80", False, "", 0, id="loopback"),
    pytest.param("loopback", "127.255.255.254:8080:80", False, "", 0, id="loopback-end"),
    pytest.param("loopback", "128.0.0.1:8080:80", False, "", 1, id="beyond-loopback"),
    pytest.param("loopback", "[::1]:8080:80", False, "", 0, id="loopback-ipv6"),
    pytest.param("loopback", "[::2]:8080:80", False, "", 1, id="beyond-loopback-ipv6"),
    pytest.param("loopback", "8080:80", False, "", 1, id="loopback-every-address"),
    pytest.param("loopback", "8080:80", False, "127.0.0.1", 0, id="loopback-address-of-the-network"),
    pytest.param("loopback", "8080:80", False, "192.0.2.1", 1, id="loopback-other-address-of-the-network"),
    pytest.param("loopback", "192.0.2.1:8080:80", False, "127.0.0.1", 1, id="own-address-before-that-of-the-network"),
    pytest.param("loopback", "127.0.0.1:8080:80", True, "", 1, id="loopback-publish-all"),
    pytest.param("loopback", "127.0.0.1:8080:80", True, "127.0.0.1", 0, id="loopback-publish-all-of-the-network"),
]


@pytest.mark.parametrize(("policy", "spec", "publish_all", "default", "count"), POLICIES)
def test_bind_policy(policy: str, spec: str, publish_all: bool, default: str, count: int) -> None:
    failures = check_bind_policy("web", policy, pubs(spec), publish_all, {"net": default})
    assert [failure.code for failure in failures] == ["bind_policy"] * count
    assert all("web" in failure.message and policy in failure.message for failure in failures)


NETWORKS: list[t.Any] = [
    pytest.param("loopback", {"a": "127.0.0.1", "b": "127.0.0.2"}, [], id="all-on-the-loopback"),
    pytest.param("loopback", {"a": "127.0.0.1", "b": ""}, ["b"], id="one-is-open"),
    pytest.param("loopback", {"a": "192.0.2.1", "b": ""}, ["a", "b"], id="both-break"),
    pytest.param("explicit", {"a": "127.0.0.1", "b": "192.0.2.1"}, [], id="both-name-an-address"),
    pytest.param("explicit", {"a": "127.0.0.1", "b": ""}, ["b"], id="one-names-none"),
    pytest.param("any", {"a": ""}, [], id="any"),
]


@pytest.mark.parametrize(("policy", "addresses", "named"), NETWORKS)
def test_a_bind_policy_over_several_networks(policy: str, addresses: dict[str, str], named: list[str]) -> None:
    failures = check_bind_policy("web", policy, pubs("8080:80"), False, addresses)
    assert [f"network {name!r}" in failure.message for name, failure in zip(named, failures)] == [True] * len(named)
    assert len(failures) == len(named)
    assert check_bind_policy("web", policy, pubs("127.0.0.1:8080:80"), False, addresses) == []
