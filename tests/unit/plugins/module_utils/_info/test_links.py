# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.bridgeport.docker.plugins.module_utils._info.links import find_uses, link_names, link_variables
from ansible_collections.bridgeport.docker.plugins.module_utils._objects.containers import Container


def make_container(name: str = "shop-db", **config: t.Any) -> Container:
    return Container({"Id": "a" * 64, "Name": f"/{name}", "Config": config, "HostConfig": {}})


@pytest.mark.parametrize(
    ("alias", "config", "names"),
    [
        pytest.param("db", {"Hostname": "aaaaaaaaaaaa"}, ["db", "shop-db", "aaaaaaaaaaaa"], id="alias"),
        pytest.param("shop-db", {"Hostname": "store"}, ["shop-db", "store"], id="its-own-name"),
        pytest.param("db", {"Hostname": ""}, ["db", "shop-db", "a" * 12], id="no-host-name"),
    ],
)
def test_link_names(alias: str, config: dict[str, t.Any], names: list[str]) -> None:
    assert link_names(make_container(**config), alias) == names


def port(prefix: str, *ends: str) -> set[str]:
    return {prefix, *(f"{prefix}_{end}" for end in ("ADDR", "PORT", "PROTO", *ends))}


RANGE = ("START", "END", "PORT_START", "PORT_END")

# As engine 20.10 sets them.
VARIABLES: list[t.Any] = [
    pytest.param("db", {}, {"DB_NAME"}, id="nothing"),
    pytest.param("my-db", {"Env": ["A=secret", "PATH=/bin", "HOME=/"]}, {"MY_DB_NAME", "MY_DB_ENV_A"}, id="env"),
    pytest.param("db.x", {"Env": ["BARE"]}, {"DB.X_NAME"}, id="variable-without-value"),
    pytest.param(
        "db", {"ExposedPorts": {"5432/tcp": {}}}, {"DB_NAME", "DB_PORT", *port("DB_PORT_5432_TCP")}, id="port"
    ),
    pytest.param(
        "db",
        {"ExposedPorts": {"53/tcp": {}, "53/udp": {}}},
        {"DB_NAME", "DB_PORT", *port("DB_PORT_53_TCP"), *port("DB_PORT_53_UDP")},
        id="two-protocols",
    ),
    pytest.param(
        "db",
        {"ExposedPorts": {"2000/tcp": {}, "2001/tcp": {}}},
        {"DB_NAME", "DB_PORT", *port("DB_PORT_2000_TCP"), *port("DB_PORT_2001_TCP")},
        id="two-in-a-row",
    ),
    pytest.param(
        "db",
        {"ExposedPorts": {"7/tcp": {}, "8/tcp": {}, "9/tcp": {}}},
        {"DB_NAME", "DB_PORT", *port("DB_PORT_7_TCP", *RANGE), *port("DB_PORT_8_TCP"), *port("DB_PORT_9_TCP")},
        id="three-in-a-row",
    ),
]


@pytest.mark.parametrize(("alias", "config", "variables"), VARIABLES)
def test_link_variables(alias: str, config: dict[str, t.Any], variables: set[str]) -> None:
    assert link_variables(make_container("web"), make_container(**config), alias) == sorted(variables)


def test_variables_of_its_own_stay() -> None:
    web = make_container("web", Env=["DB_NAME=shop", "DB_ENV_A"])
    assert link_variables(web, make_container(Env=["A=1", "B=2"]), "db") == ["DB_ENV_B"]


USES: list[t.Any] = [
    pytest.param({"Cmd": ["sh", "-c", "app $DB_PORT"]}, [("DB_PORT", "command")], id="command"),
    pytest.param({"Cmd": ["app", "${DB_PORT_1_TCP}"]}, [("DB_PORT_1_TCP", "command")], id="braces"),
    pytest.param({"Entrypoint": ["/e", "$DB_PORT"]}, [("DB_PORT", "entrypoint")], id="entrypoint"),
    pytest.param({"Healthcheck": {"Test": ["CMD-SHELL", "x $DB_PORT"]}}, [("DB_PORT", "healthcheck")], id="health"),
    pytest.param({"Env": ["URL=x://$DB_PORT/y"]}, [("DB_PORT", "env URL")], id="env"),
    pytest.param(
        {"Cmd": ["$DB_PORT"], "Env": ["A=$DB_PORT_1_TCP"]},
        [("DB_PORT", "command"), ("DB_PORT_1_TCP", "env A")],
        id="two",
    ),
    pytest.param({"Cmd": ["$DB_PORTS", "$MY_DB_PORT", "$DB_PORT_1"]}, [], id="other-variables"),
    pytest.param({"Env": ["DB_PORT=1", "A"]}, [], id="names-are-no-uses"),
    pytest.param({"Cmd": None, "Entrypoint": None, "Healthcheck": None, "Env": None}, [], id="nothing"),
]


@pytest.mark.parametrize(("config", "uses"), USES)
def test_find_uses(config: dict[str, t.Any], uses: list[tuple[str, str]]) -> None:
    found = find_uses(make_container("web", **config), ["DB_PORT", "DB_PORT_1_TCP"])
    assert [(each["variable"], each["where"]) for each in found] == uses
