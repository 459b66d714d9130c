# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of docker_container: those of community.docker, and what each is read into."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.bridgeport.docker.plugins.module_utils._desired.containers import DesiredContainer
from ansible_collections.bridgeport.docker.plugins.module_utils._desired.docker_container import (
    SPEC,
    parse_docker_container,
)
from ansible_collections.bridgeport.docker.plugins.module_utils._errors import Failure
from ansible_collections.bridgeport.docker.plugins.module_utils._module import CONNECTION_SPEC

Params = t.Dict[str, t.Any]

# The options of community.docker 4.8, as its documentation lists them; 5.4 has the same 111.
PEER: Params = json.loads(
    (Path(__file__).parents[3] / "fixtures" / "community_docker" / "docker_container.json").read_text(encoding="utf-8")
)
# Where the argument specs differ, and why.
OTHERWISE = {
    # A dictionary is taken as well.
    ("published_ports", "elements"),
    # Its documentation lists the booleans, which its argument spec does not either.
    ("pull", "choices"),
}


def list_options(options: Params, prefix: str = "") -> t.Iterator[tuple[str, Params]]:
    for name, option in options.items():
        yield f"{prefix}{name}", option
        yield from list_options(option.get("options") or {}, f"{prefix}{name}.")


def normal(option: Params, key: str) -> t.Any:
    value = option.get(key)
    if key in ("choices", "aliases"):
        return sorted(map(str, value or ()))
    return "str" if key == "type" and value is None else value


def test_every_option_of_the_peer_is_here() -> None:
    ours = dict(list_options({**CONNECTION_SPEC, **SPEC}))
    theirs = dict(list_options(PEER))
    assert len(PEER) == 111
    assert sorted(theirs.keys() - ours.keys()) == []
    differing = {
        (name, key)
        for name, option in theirs.items()
        for key in ("type", "elements", "choices", "aliases", "default", "required")
        if (normal(option, key) or None) != (normal(ours[name], key) or None)
    }
    assert differing == OTHERWISE


def read(**params: t.Any) -> DesiredContainer:
    validated = ArgumentSpecValidator(SPEC).validate({"name": "web", **params})
    assert validated.error_messages == []
    return parse_docker_container(validated.validated_parameters)


READ: list[t.Any] = [
    pytest.param({}, {"state": "started", "starts_new": False, "pull": "missing", "paused": None}, id="nothing"),
    pytest.param({"pull": True}, {"pull": "always"}, id="pull-true"),
    pytest.param({"pull": "yes"}, {"pull": "always"}, id="pull-yes"),
    pytest.param({"pull": False}, {"pull": "missing"}, id="pull-false"),
    pytest.param({"pull": "never"}, {"pull": "never"}, id="pull-never"),
    pytest.param({"state": "healthy"}, {"state": "started", "wait": "checked", "wait_timeout": 300}, id="healthy"),
    pytest.param(
        {"state": "healthy", "healthy_wait_timeout": 0},
        {"wait": "checked", "wait_timeout": 86400},
        id="healthy-always",
    ),
    pytest.param({"restart": True}, {"restarts": True}, id="restart"),
    pytest.param({"restart": True, "state": "stopped"}, {"restarts": False}, id="restart-of-one-that-stops"),
    pytest.param({"paused": True}, {"paused": True}, id="paused"),
    pytest.param({"paused": True, "state": "present"}, {"paused": None}, id="paused-in-any-state"),
    pytest.param({"recreate": True}, {"recreates": True}, id="recreate"),
    pytest.param({"state": "absent"}, {"remove_volumes": False}, id="absent"),
    pytest.param({"state": "absent", "keep_volumes": False}, {"remove_volumes": True}, id="absent-with-volumes"),
    pytest.param({"image_comparison": "current-image"}, {"compares_with_current_image": True}, id="current-image"),
    pytest.param({"image_name_mismatch": "ignore"}, {"ignores_image_name": True}, id="image-name"),
    pytest.param({"image_label_mismatch": "fail"}, {"refuses_other_labels": True}, id="image-labels"),
    pytest.param({"forcekill": True, "kill_signal": "INT"}, {"force_kill": True, "kill_signal": "INT"}, id="signal"),
    pytest.param({"mac_address": "02-42-AC-11-00-02"}, {"mac_address": "02:42:ac:11:00:02"}, id="mac"),
    pytest.param({"command": []}, {"options": {"command": []}}, id="empty-command"),
    pytest.param({"command": [], "command_handling": "compatibility"}, {"options": {}}, id="empty-command-compatible"),
    pytest.param(
        {"command": ["sh -c", "'a b'"], "command_handling": "compatibility"},
        {"options": {"command": ["sh", "-c", "a b"]}},
        id="split-command",
    ),
    pytest.param(
        {"container_default_behavior": "compatibility", "tty": True},
        {
            "options": {
                **dict.fromkeys(("auto_remove", "init", "interactive", "privileged", "read_only"), False),
                "tty": True,
                "memory": 0,
            },
            "paused": False,
        },
        id="compatible-defaults",
    ),
    pytest.param({"networks_cli_compatible": False}, {"networks": None}, id="not-cli-compatible-without-networks"),
]


@pytest.mark.parametrize(("params", "expected"), READ)
def test_read(params: Params, expected: Params) -> None:
    desired = read(**params)
    assert {name: getattr(desired, name) for name in expected} == expected


NETWORKS = [{"name": "front"}]
COMPARISONS: list[t.Any] = [
    pytest.param({}, {}, {}, id="none"),
    pytest.param({"env": "strict"}, {"env": "strict"}, {"options": {"env": {}}}, id="env-that-is-not-listed"),
    pytest.param({"ports": "allow_more_present"}, {"published_ports": "allow_more_present"}, {}, id="alias"),
    pytest.param({"networks": "strict"}, {"networks": "strict"}, {"purge_networks": False}, id="networks-unlisted"),
]


@pytest.mark.parametrize(("comparisons", "expected", "fields"), COMPARISONS)
def test_comparisons(comparisons: Params, expected: Params, fields: Params) -> None:
    desired = read(comparisons=comparisons)
    assert desired.comparisons == expected
    assert {name: getattr(desired, name) for name in fields} == fields


def test_a_wildcard_is_for_all_and_counts_less() -> None:
    desired = read(comparisons={"*": "ignore", "env": "allow_more_present"})
    assert set(desired.comparisons.values()) == {"ignore", "allow_more_present"}
    assert desired.comparisons["env"] == "allow_more_present"
    assert {"image", "networks", "published_ports", "volumes", "memory"} <= desired.comparisons.keys()
    strict = read(comparisons={"*": "strict"})
    assert "networks" not in strict.comparisons
    assert (strict.options["env"], strict.options["volumes"]) == ({}, [])


def test_what_comparisons_mean_for_ports_and_networks() -> None:
    more = read(published_ports=["80"], comparisons={"published_ports": "allow_more_present"})
    assert (more.ports.purge, read(published_ports=["80"]).ports.purge) == (False, True)
    assert read(networks=NETWORKS, comparisons={"networks": "strict"}).purge_networks
    ignoring = read(networks=NETWORKS, image="i", published_ports=["80"], comparisons={"*": "ignore"}).without_ignored()
    assert (ignoring.networks, ignoring.image, ignoring.ports.publications) == (None, None, None)


REFUSED: list[t.Any] = [
    pytest.param({"pull": "sometimes"}, "pull", id="pull"),
    pytest.param({"comparisons": {"*": "allow_more_present"}}, "strict or ignore", id="wildcard"),
    pytest.param({"comparisons": {"env_file": "strict"}}, "env_file", id="not-compared"),
    pytest.param({"comparisons": {"memory": "allow_more_present"}}, "strict or ignore", id="value"),
    pytest.param({"comparisons": {"tty": "loose"}}, "'loose'", id="no-comparison"),
    pytest.param({"networks_cli_compatible": False, "networks": NETWORKS}, "network_mode=bridge", id="cli-compatible"),
    pytest.param({"mac_address": "nonsense"}, "nonsense", id="mac"),
]


@pytest.mark.parametrize(("params", "message"), REFUSED)
def test_refused(params: Params, message: str) -> None:
    with pytest.raises(Failure, match=message) as caught:
        read(**params)
    assert caught.value.code == "option_conflict"
