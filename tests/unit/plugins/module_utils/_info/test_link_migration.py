# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.bridgeport.docker.plugins.module_utils._info.link_migration import plan_migration

# Hosts as docker_topology_info shows them, as far as they are looked at.


def row(name: str, state: str = "running", **networks: list[str]) -> dict[str, t.Any]:
    """``networks``: the aliases by network."""
    endpoints = {network: {"aliases": aliases} for network, aliases in networks.items()}
    return {"name": name, "id": (name * 64)[:64], "state": state, "networks": {"bridge": {"aliases": []}, **endpoints}}


def link(text: str, variables: t.Sequence[str] = (), uses: t.Sequence[str] = ()) -> dict[str, t.Any]:
    """``web>db:alias``; a use is written ``VARIABLE@where``."""
    source, _arrow, rest = text.partition(">")
    target, _colon, alias = rest.partition(":")
    return {
        "source": source,
        "target": target,
        "alias": alias,
        "names": list(dict.fromkeys([alias, target, (target * 64)[:12]])),
        "variables": list(variables),
        "uses": [dict(zip(("variable", "where"), use.split("@"))) for use in uses],
    }


def host(
    rows: t.Sequence[dict[str, t.Any]],
    links: t.Sequence[dict[str, t.Any]],
    leftovers: t.Mapping[str, str] | None = None,
) -> dict[str, t.Any]:
    left = [{"name": name, "object": {"kind": "container", "name": owner}} for name, owner in (leftovers or {}).items()]
    return {"containers": list(rows), "links": list(links), "leftovers": left}


PAIR = [row("web"), row("sql")]


def joins(plan: t.Mapping[str, t.Any], key: str = "joins") -> dict[str, t.Any]:
    """By container: its aliases on the network, None where they are left alone; with an x where it loses its links."""
    found = {}
    for each in plan[key]:
        assert each["state"] == "present"
        ((network,),) = (each["networks"],)
        assert network["name"] == "net"
        found[each["name"] + ("x" if each.get("links") == [] else "")] = network.get("aliases")
    return found


PLANS: list[t.Any] = [
    pytest.param(host(PAIR, []), {}, {}, id="no-links"),
    pytest.param(
        host(PAIR, [link("web>sql:db")]), {"sql": ["db"], "web": None}, {"sql": ["db"], "webx": None}, id="one"
    ),
    pytest.param(
        host(PAIR, [link("web>sql:db"), link("web>sql:store")]),
        {"sql": ["db", "store"], "web": None},
        {"sql": ["db", "store"], "webx": None},
        id="two-aliases",
    ),
    pytest.param(host(PAIR, [link("web>sql:sql")]), {"sql": [], "web": None}, {"sql": [], "webx": None}, id="own-name"),
    pytest.param(
        host([row("web", net=["www"]), row("sql", net=["old"])], [link("web>sql:db")]),
        {"sql": ["db", "old"], "web": None},
        {"sql": ["db", "old"], "webx": None},
        id="aliases-that-are-there-stay",
    ),
    pytest.param(
        host([row("proxy"), *PAIR], [link("proxy>web:app"), link("web>sql:db")]),
        {"proxy": None, "sql": ["db"], "web": ["app"]},
        {"proxyx": None, "sql": ["db"], "webx": ["app"]},
        id="chain",
    ),
    pytest.param(
        host([row("web.old"), row("web"), row("sql")], [link("web.old>sql:db")], {"web.old": "web"}),
        {"sql": ["db"], "web": None},
        {"sql": ["db"], "webx": None},
        id="what-an-interrupted-change-has-left",
    ),
]


@pytest.mark.parametrize(("topology", "joined", "rebuilt"), PLANS)
def test_plan(topology: dict[str, t.Any], joined: dict[str, t.Any], rebuilt: dict[str, t.Any]) -> None:
    plan = plan_migration(topology, "net")
    assert plan["problems"] == []
    assert joins(plan) == joined
    assert joins(plan, "rebuilds") == rebuilt


def test_only_of_some() -> None:
    topology = host([*PAIR, row("job")], [link("web>sql:db", ["DB_NAME"]), link("job>sql:store", ["STORE_NAME"])])
    plan = plan_migration(topology, "net", ["job"])
    assert joins(plan) == {"job": None, "sql": ["store"]}
    assert plan["lost_variables"] == {"job": ["STORE_NAME"]}
    assert [(each["source"], each["alias"]) for each in plan["links"]] == [("job", "store")]


def probes(topology: dict[str, t.Any]) -> list[tuple[str | None, str, str]]:
    return [(each["source"], each["target"], each["name"]) for each in plan_migration(topology, "net")["probes"]]


def test_every_name_is_probed_once() -> None:
    assert probes(host(PAIR, [link("web>sql:db"), link("web>sql:store")])) == [
        ("web", "sql", name) for name in ("db", "sql", "sqlsqlsqlsql", "store")
    ]


def test_probes_from_the_network_where_the_source_does_not_run() -> None:
    found = probes(host([row("web", "created"), row("sql")], [link("web>sql:db")]))
    assert {source for source, _target, _name in found} == {None}


def test_the_id_of_one_that_is_made_anew_is_not_probed() -> None:
    found = probes(host([row("proxy"), *PAIR], [link("proxy>web:app"), link("web>sql:db")]))
    assert [name for _source, target, name in found if target == "web"] == ["app", "web"]


PROBLEMS: list[t.Any] = [
    pytest.param(host([row("web")], [{**link("web>sql:db"), "names": []}]), {}, "'sql', which is gone", id="gone"),
    pytest.param(host([row("web"), row("sql", "exited")], [link("web>sql:db")]), {}, "is exited", id="stopped"),
    pytest.param(host(PAIR, []), {"containers": ["nobody"]}, "no container 'nobody'", id="nobody"),
    pytest.param(
        host([*PAIR, row("job"), row("sql2")], [link("web>sql:db"), link("job>sql2:db")]),
        {},
        "'sql' and 'sql2' on network 'net'",
        id="one-name-for-two",
    ),
    pytest.param(
        host([*PAIR, row("db", net=[])], [link("web>sql:db")]), {}, "'db' and 'sql'", id="the-name-of-a-member"
    ),
    pytest.param(
        host([*PAIR, row("other", net=["db"])], [link("web>sql:db")]), {}, "'other' and 'sql'", id="a-member-s-alias"
    ),
    pytest.param(host([row("db"), row("sql")], [link("db>sql:db")]), {}, "'db' and 'sql'", id="the-name-of-the-source"),
    pytest.param(
        host(PAIR, [link("web>sql:db", ["DB_NAME"], ["DB_NAME@command", "DB_NAME@env A"])]),
        {},
        "DB_NAME (command), DB_NAME (env A)",
        id="a-variable-that-is-used",
    ),
]


@pytest.mark.parametrize(("topology", "options", "text"), PROBLEMS)
def test_problems(topology: dict[str, t.Any], options: dict[str, t.Any], text: str) -> None:
    (problem,) = plan_migration(topology, "net", **options)["problems"]
    assert text in problem


NO_PROBLEMS: list[t.Any] = [
    pytest.param(host([*PAIR, row("other", away=["db"])], [link("web>sql:db")]), {}, id="alias-on-another-network"),
    pytest.param(host([*PAIR, row("db")], [link("web>sql:db")]), {}, id="name-of-one-that-is-not-on-it"),
    pytest.param(
        host(PAIR, [link("web>sql:db", ["DB_NAME"], ["DB_NAME@command"])]), {"accepted": ["web"]}, id="accepted"
    ),
    pytest.param(
        host([*PAIR, row("job")], [link("web>sql:db"), link("job>sql:db", ["A"], ["A@command"])]),
        {"containers": ["web"]},
        id="of-one-that-is-not-asked-about",
    ),
]


@pytest.mark.parametrize(("topology", "options"), NO_PROBLEMS)
def test_no_problems(topology: dict[str, t.Any], options: dict[str, t.Any]) -> None:
    assert plan_migration(topology, "net", **options)["problems"] == []
