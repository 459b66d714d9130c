# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import copy
import typing as t

import pytest

from ansible_collections.bridgeport.docker.plugins.module_utils._desired.mount_options import parse_mount
from ansible_collections.bridgeport.docker.plugins.module_utils._desired.option_table import OPTIONS
from ansible_collections.bridgeport.docker.plugins.module_utils._desired.options import (
    merge_options,
    normal_reference,
    parse_options,
    show_option,
)
from ansible_collections.bridgeport.docker.plugins.module_utils._errors import Failure
from ansible_collections.bridgeport.docker.plugins.module_utils._objects.containers import Blueprint, read_blueprint
from ansible_collections.bridgeport.docker.tests.unit.support import recorded

MOUNT = {"target": "/m", "type": "volume"}

READ: list[t.Any] = [
    pytest.param({"command": "sleep 10"}, {"command": ["sleep", "10"]}, id="command"),
    pytest.param({"command": "sh -c 'a b'"}, {"command": ["sh", "-c", "a b"]}, id="command-quotes"),
    pytest.param({"command": ["sleep", 10]}, {"command": ["sleep", "10"]}, id="command-list"),
    pytest.param({"command": ""}, {"command": []}, id="command-of-the-image"),
    pytest.param({"command": []}, {"command": []}, id="command-of-the-image-list"),
    pytest.param({"entrypoint": []}, {"entrypoint": []}, id="entrypoint-none"),
    pytest.param({"env": {"A": "x", "B": 1, "C": None}}, {"env": {"A": "x", "B": "1", "C": None}}, id="env"),
    pytest.param({"env": {"A": ""}}, {"env": {"A": ""}}, id="env-empty"),
    pytest.param({"labels": {"a": 1, "b": None}}, {"labels": {"a": "1", "b": None}}, id="labels"),
    pytest.param({"memory": "512M"}, {"memory": 512 * 2**20}, id="memory"),
    pytest.param({"memory": "1.5g"}, {"memory": 3 * 2**29}, id="memory-fraction"),
    pytest.param({"memory": "0"}, {"memory": 0}, id="memory-none"),
    pytest.param({"memory": "6M"}, {"memory": 6 * 2**20}, id="memory-least"),
    pytest.param({"working_dir": "/tmp/../srv/"}, {"working_dir": "/srv"}, id="working-dir"),
    pytest.param({"working_dir": ""}, {"working_dir": ""}, id="working-dir-none"),
    pytest.param(
        {"etc_hosts": {"a": "::1", "b": "host-gateway", "c": None}},
        {"etc_hosts": {"a": "::1", "b": "host-gateway", "c": None}},
        id="etc-hosts",
    ),
    pytest.param(
        {"restart_policy": "always"}, {"restart_policy": {"Name": "always", "MaximumRetryCount": 0}}, id="restart"
    ),
    pytest.param(
        {"restart_policy": "on-failure", "restart_retries": 3},
        {"restart_policy": {"Name": "on-failure", "MaximumRetryCount": 3}},
        id="restart-retries",
    ),
    pytest.param(
        {"healthcheck": {"test": "curl x", "interval": "1m30s", "retries": 3, "timeout": None}},
        {"healthcheck": {"Test": ["CMD-SHELL", "curl x"], "Interval": 90 * 10**9, "Retries": 3}},
        id="health",
    ),
    pytest.param(
        {"healthcheck": {"test": ["CMD", "x", 1]}}, {"healthcheck": {"Test": ["CMD", "x", "1"]}}, id="health-list"
    ),
    pytest.param({"healthcheck": {"test": "NONE"}}, {"healthcheck": {"Test": ["NONE"]}}, id="health-none"),
    pytest.param({"healthcheck": {"interval": "1ms"}}, {"healthcheck": {"Interval": 10**6}}, id="duration-ms"),
    pytest.param({"healthcheck": {"interval": "5000us"}}, {"healthcheck": {"Interval": 5 * 10**6}}, id="duration-us"),
    pytest.param({"healthcheck": {"interval": "2h"}}, {"healthcheck": {"Interval": 7200 * 10**9}}, id="duration-h"),
    pytest.param({"mounts": [MOUNT]}, {"mounts": [{"Type": "volume", "Target": "/m", "ReadOnly": False}]}, id="mount"),
    pytest.param(
        {"mounts": [{"target": "/t", "type": "tmpfs", "tmpfs_size": "1M", "tmpfs_mode": "1777"}]},
        {
            "mounts": [
                {
                    "Type": "tmpfs",
                    "Target": "/t",
                    "ReadOnly": False,
                    "TmpfsOptions": {"SizeBytes": 2**20, "Mode": 0o1777},
                }
            ]
        },
        id="mount-tmpfs",
    ),
    pytest.param({"tty": False, "interactive": True}, {"tty": False, "interactive": True}, id="false-counts"),
    pytest.param({"links": ["b:x", "a", "a:a"]}, {"links": ["a:a", "b:x"]}, id="links"),
    pytest.param({"links": []}, {"links": []}, id="links-none"),
    pytest.param({"command": None, "env": None, "tty": None, "links": None}, {}, id="unset"),
]


@pytest.mark.parametrize(("params", "options"), READ)
def test_parse_options(params: dict[str, t.Any], options: dict[str, t.Any]) -> None:
    assert parse_options(params) == options


REFUSED: list[t.Any] = [
    pytest.param({"command": 'sh -c "open'}, "command", id="command-quote-open"),
    pytest.param({"command": {"a": 1}}, "command", id="command-dict"),
    pytest.param({"env": {"A": True}}, "A", id="env-bool"),
    pytest.param({"env": {"A": 1.5}}, "A", id="env-float"),
    pytest.param({"env": {"": "x"}}, "name", id="env-no-name"),
    pytest.param({"env": {"A=B": "x"}}, "variable 1 contains =", id="env-bad-name"),
    pytest.param({"memory": "much"}, "much", id="memory"),
    pytest.param({"env": {"A": "x\0"}}, "character 0", id="env-character-0"),
    pytest.param({"env": {"A\0": None}}, "character 0", id="env-character-0-in-a-name"),
    pytest.param({"working_dir": "srv"}, "srv", id="working-dir"),
    pytest.param({"etc_hosts": {"db": "nowhere"}}, "etc_hosts.db", id="etc-hosts-address"),
    pytest.param({"etc_hosts": {"": "192.0.2.1"}}, "empty", id="etc-hosts-no-name"),
    pytest.param({"etc_hosts": {"a:b": "192.0.2.1"}}, "a:b", id="etc-hosts-bad-name"),
    pytest.param({"healthcheck": {"interval": "999us"}}, "1ms", id="duration-too-short"),
    pytest.param({"healthcheck": {"retries": -1}}, "healthcheck.retries", id="health-retries"),
    pytest.param({"healthcheck": {"test": ["true"]}}, "CMD-SHELL", id="health-list-without-a-kind"),
    pytest.param({"healthcheck": {"test": {"a": 1}}}, "healthcheck.test", id="health-dict"),
    pytest.param({"mounts": [{**MOUNT, "target": "m"}]}, "'m'", id="mount-target"),
    pytest.param({"mounts": [{**MOUNT, "target": "/./"}]}, "'/./'", id="mount-target-root"),
    pytest.param({"mounts": [{**MOUNT, "source": "bad name!"}]}, "bad name!", id="mount-volume-name"),
    pytest.param({"mounts": [{**MOUNT, "type": "bind", "source": "srv"}]}, "srv", id="mount-bind-source"),
    pytest.param({"mounts": [{**MOUNT, "type": "tmpfs", "source": "x"}]}, "'x'", id="mount-tmpfs-source"),
    pytest.param({"memory": "9" * 400}, "is not a size", id="memory-beyond-all-numbers"),
    pytest.param({"healthcheck": {"test": 5}}, "healthcheck.test is a string or a list", id="health-number"),
    pytest.param({"healthcheck": {"interval": "30"}}, "healthcheck.interval", id="duration-without-unit"),
    pytest.param({"healthcheck": {"interval": "1s "}}, "healthcheck.interval", id="duration-blank"),
    pytest.param({"healthcheck": {"interval": ""}}, "healthcheck.interval", id="duration-empty"),
    pytest.param({"restart_policy": "always", "restart_retries": 1}, "restart_retries", id="retries-of-always"),
    pytest.param({"restart_retries": 1}, "restart_retries", id="retries-alone"),
    pytest.param({"restart_policy": "on-failure", "restart_retries": -1}, "-1", id="retries-below-zero"),
    pytest.param({"restart_policy": "always", "auto_remove": True}, "auto_remove", id="auto-remove-and-restart"),
    *(pytest.param({"links": [link]}, repr(link), id=f"link-{link}") for link in ("", ":a", "a:", "a:b:c", "/a:b")),
    pytest.param({"mounts": [{"target": "/m", "type": "bind"}]}, "source", id="bind-without-source"),
    pytest.param({"mounts": [{**MOUNT, "tmpfs_size": "1M"}]}, "tmpfs_size", id="tmpfs-size-of-a-volume"),
    pytest.param({"mounts": [{**MOUNT, "propagation": "shared"}]}, "propagation", id="propagation-of-a-volume"),
    pytest.param({"mounts": [{"target": "/m", "type": "tmpfs", "no_copy": True}]}, "no_copy", id="no-copy-of-a-tmpfs"),
    pytest.param({"mounts": [{"target": "/m", "type": "tmpfs", "tmpfs_mode": "9"}]}, "tmpfs_mode", id="mode-not-octal"),
]


@pytest.mark.parametrize(("params", "named"), REFUSED)
def test_refused_options(params: dict[str, t.Any], named: str) -> None:
    with pytest.raises(Failure) as caught:
        parse_options(params)
    assert caught.value.code == "option_conflict"
    assert named in caught.value.message


def test_a_refused_value_of_the_environment_is_not_shown() -> None:
    with pytest.raises(Failure) as caught:
        parse_options({"env": {"SECRET": 12.5}})
    assert "12.5" not in caught.value.message


def test_auto_remove_goes_with_no_restart_policy() -> None:
    assert parse_options({"auto_remove": True, "restart_policy": "no"})["auto_remove"] is True


# -- laying over -------------------------------------------------------------------------------------------------------


def design(name: str = "full") -> Blueprint:
    container = recorded.container(name)
    image = recorded.image_of(container)
    return read_blueprint(container, image, image, recorded.API_20_10, ())


# What the container "full" has already, in as many spellings as there are: nothing differs.
MET: list[t.Any] = [
    pytest.param({"command": "1000"}, id="command"),
    pytest.param({"entrypoint": ["/bin/sleep"]}, id="entrypoint"),
    pytest.param({"env": {"A": 1}}, id="env"),
    pytest.param({"env": {"EMPTY": "", "SECRET": "swordfish"}}, id="env-order"),
    pytest.param({"env": {"NOT_THERE": None}}, id="env-not-there"),
    pytest.param({"env": {}}, id="env-nothing"),
    pytest.param({"labels": {"team": "web"}}, id="labels"),
    pytest.param({"labels": {"nope": None}}, id="label-not-there"),
    pytest.param({"hostname": "fullhost"}, id="hostname"),
    pytest.param({"user": "1000:1000", "working_dir": "/tmp", "tty": True, "interactive": True}, id="values"),
    pytest.param({"auto_remove": False}, id="auto-remove"),
    pytest.param({"restart_policy": "on-failure", "restart_retries": 3}, id="restart"),
    pytest.param({"memory": "32M"}, id="memory"),
    pytest.param({"memory": "32768k"}, id="memory-unit"),
    pytest.param({"etc_hosts": {"nope": None}}, id="etc-hosts-not-there"),
    pytest.param({"healthcheck": {"interval": "5000ms"}}, id="health"),
    pytest.param({"healthcheck": {"retries": 2, "test": "true"}}, id="health-parts"),
    pytest.param({"healthcheck": {"start_period": "0s"}}, id="health-nothing"),
    pytest.param({"volumes": []}, id="volumes-nothing"),
    pytest.param({"links": []}, id="links-none"),
]


@pytest.mark.parametrize("params", MET)
def test_what_is_so_already_is_no_difference(params: dict[str, t.Any]) -> None:
    blueprint = design()
    before = copy.deepcopy(blueprint.body)
    assert merge_options(blueprint, parse_options(params)) == []
    assert blueprint.body == before


VOLUMES_MET: list[t.Any] = [
    pytest.param({"volumes": ["fx-named:/named:ro"]}, id="named"),
    pytest.param({"volumes": ["fx-named:/named/:ro"]}, id="slash"),
    pytest.param({"volumes": ["/tmp/:/host:ro", "fx-named:/named:ro"]}, id="order"),
    pytest.param({"volumes": ["/anon"]}, id="anonymous"),
    pytest.param({"volumes": ["/anon/"]}, id="anonymous-slash"),
    pytest.param({"mounts": [{"target": "/m1", "type": "volume"}]}, id="mount-anonymous"),
    pytest.param({"mounts": [{"target": "/t1", "type": "tmpfs", "tmpfs_size": "1M"}]}, id="mount-tmpfs"),
    pytest.param({"mounts": [{"target": "/t1/", "type": "tmpfs"}]}, id="mount-part"),
]


@pytest.mark.parametrize("params", VOLUMES_MET)
def test_volumes_that_are_so_already(params: dict[str, t.Any]) -> None:
    blueprint = design("volumes")
    before = copy.deepcopy(blueprint.body)
    assert merge_options(blueprint, parse_options(params)) == []
    assert blueprint.body == before


# option, what changes in the body
CHANGES: list[t.Any] = [
    pytest.param({"command": "2000"}, {"Cmd": ["2000"]}, {}, id="command"),
    pytest.param({"entrypoint": ["/bin/sh"]}, {"Entrypoint": ["/bin/sh"]}, {}, id="entrypoint"),
    pytest.param({"entrypoint": []}, {"Entrypoint": []}, {}, id="entrypoint-emptied"),
    pytest.param({"tty": False}, {"Tty": False}, {}, id="false"),
    pytest.param({"hostname": "other"}, {"Hostname": "other"}, {}, id="hostname"),
    pytest.param({"auto_remove": True}, {}, {"AutoRemove": True}, id="auto-remove"),
    pytest.param({"restart_policy": "no"}, {}, {"RestartPolicy": {"Name": "no", "MaximumRetryCount": 0}}, id="restart"),
    pytest.param({"memory": "64M"}, {}, {"Memory": 64 * 2**20, "MemorySwap": 0}, id="memory-with-automatic-swap"),
    pytest.param(
        {"etc_hosts": {"new": "192.0.2.9"}},
        {},
        {"ExtraHosts": ["db:192.0.2.1", "db:2001:db8::1", "new:192.0.2.9"]},
        id="etc-hosts-added-beside-a-name-with-two-addresses",
    ),
    pytest.param({"etc_hosts": {"db": None}}, {}, {"ExtraHosts": []}, id="etc-hosts-removed"),
    pytest.param({"links": ["plain:db", "b"]}, {}, {"Links": ["b:b", "plain:db"]}, id="links"),
    pytest.param({"etc_hosts": {"db": "192.0.2.1"}}, {}, {"ExtraHosts": ["db:192.0.2.1"]}, id="etc-hosts-one-of-two"),
    pytest.param({"etc_hosts": {"db": "::9"}}, {}, {"ExtraHosts": ["db:::9"]}, id="etc-hosts-changed"),
    pytest.param(
        {"labels": {"team": "db", "new": "x"}},
        {"Labels": {"com.docker.compose.project": "shop", "team": "db", "new": "x"}},
        {},
        id="labels",
    ),
    pytest.param(
        {"labels": {"team": None, "com.docker.compose.project": None}},
        {"Labels": {"com.docker.compose.project": "shop"}},
        {},
        id="label-removed-docker-s-own-kept",
    ),
    pytest.param({"volumes": ["/tmp:/host"]}, {}, {"Binds": ["/tmp:/host"]}, id="volume"),
    pytest.param({"volumes": ["/cache"]}, {"Volumes": {"/cache": {}}}, {}, id="volume-anonymous"),
]


@pytest.mark.parametrize(("params", "config", "host_config"), CHANGES)
def test_what_differs(params: dict[str, t.Any], config: dict[str, t.Any], host_config: dict[str, t.Any]) -> None:
    blueprint = design()
    expected = copy.deepcopy(blueprint.body)
    expected.update(config)
    expected["HostConfig"].update(host_config)
    options = parse_options(params)
    assert merge_options(blueprint, options) == list(options)
    assert blueprint.body == expected
    assert merge_options(blueprint, options) == [], "laid a second time it changes nothing"


ENV: list[t.Any] = [
    pytest.param(["A=1", "B=2"], {"B": "3"}, ["A=1", "B=3"], id="changed-in-place"),
    pytest.param(["A=1", "B=2"], {"C": "3"}, ["A=1", "B=2", "C=3"], id="added"),
    pytest.param(["A=1", "B=2"], {"A": None}, ["B=2"], id="removed"),
    pytest.param(["A=1=2"], {"A": "1=2"}, ["A=1=2"], id="value-with-equals-sign"),
    pytest.param(["A=1", "A=2", "B=1"], {"B": "1"}, ["A=1", "A=2", "B=1"], id="another-name-twice-is-left-alone"),
    pytest.param(["A=1", "A=2"], {"A": "2"}, ["A=1", "A=2"], id="the-last-one-counts"),
    pytest.param(["A=1", "A=2"], {"A": "1"}, ["A=1"], id="the-first-one-does-not-count"),
    pytest.param(["A=1", "A=2"], {"A": None}, [], id="removed-twice"),
]


@pytest.mark.parametrize(("standing", "desired", "expected"), ENV)
def test_env(standing: list[str], desired: dict[str, t.Any], expected: list[str]) -> None:
    blueprint = Blueprint({"Env": list(standing), "HostConfig": {}}, {})
    merge_options(blueprint, parse_options({"env": desired}))
    assert blueprint.body["Env"] == expected


def test_what_the_image_defines_cannot_simply_be_left_out() -> None:
    """The daemon adds the image's variables and labels at every create; only a bare name keeps a variable away."""
    image = recorded.load("image_app")
    options = parse_options({"env": {"MODE": None, "OTHER": None}, "labels": {"origin": None, "other": None}})
    container = recorded.container("publish_all")
    blueprint = read_blueprint(container, image, image, recorded.API_20_10, ())
    assert merge_options(blueprint, options, image) == ["env"]
    assert "MODE" in blueprint.body["Env"]
    assert not [item for item in blueprint.body["Env"] if item.startswith("MODE=")]
    assert blueprint.body["Labels"]["origin"] == "image"
    assert merge_options(blueprint, options, image) == []
    made = Blueprint({"Image": "fx-app:1", "HostConfig": {}}, {})
    merge_options(made, options, image)
    assert made.body["Env"] == ["MODE"]


def test_memory_keeps_a_swap_of_its_own() -> None:
    blueprint = design()
    blueprint.body["HostConfig"]["MemorySwap"] = -1
    merge_options(blueprint, parse_options({"memory": "64M"}))
    assert blueprint.body["HostConfig"]["MemorySwap"] == -1


ENTRYPOINTS: list[t.Any] = [
    pytest.param(None, [], None, id="none-of-the-image-either"),
    pytest.param([""], [], [""], id="empty-already"),
    pytest.param(["x"], [], [], id="emptied"),
    pytest.param(None, ["x"], ["x"], id="set"),
]


@pytest.mark.parametrize(("standing", "desired", "expected"), ENTRYPOINTS)
def test_entrypoint(standing: t.Any, desired: list[str], expected: t.Any) -> None:
    blueprint = Blueprint({"Entrypoint": standing, "HostConfig": {}}, {})
    merge_options(blueprint, {"entrypoint": desired})
    assert blueprint.body["Entrypoint"] == expected


def test_an_empty_entrypoint_of_a_container_to_be_made() -> None:
    """Left out, the image's would be taken; the daemon reads an empty list as none, and runs the image's command."""
    image = recorded.load("image_app")
    blueprint = Blueprint({"Image": "fx-app:1", "HostConfig": {}}, {})
    merge_options(blueprint, {"entrypoint": []}, image)
    assert blueprint.body["Entrypoint"] == []


IMAGES_OWN: list[t.Any] = [
    pytest.param({"user": ""}, id="user"),
    pytest.param({"working_dir": ""}, id="working-dir"),
    pytest.param({"healthcheck": {"retries": 0}}, id="health"),
]


@pytest.mark.parametrize("params", IMAGES_OWN)
def test_what_is_empty_is_what_the_image_says(params: dict[str, t.Any]) -> None:
    config = {"User": "app", "WorkingDir": "/srv", "Healthcheck": {"Test": ["CMD", "x"], "Retries": 3}}
    blueprint = Blueprint({**copy.deepcopy(config), "HostConfig": {}}, {})
    options = parse_options(params)
    assert merge_options(blueprint, options, {"Config": config}) == []
    other = Blueprint(
        {"User": "root", "WorkingDir": "/", "Healthcheck": {"Test": ["CMD", "x"], "Retries": 9}, "HostConfig": {}}, {}
    )
    assert merge_options(other, options, {"Config": config}) == list(options)
    assert merge_options(other, options, {"Config": config}) == []


def test_labels_are_texts_as_elsewhere() -> None:
    assert parse_options({"labels": {"on": True, "n": 1, "gone": None}}) == {
        "labels": {"on": "true", "n": "1", "gone": None}
    }


def test_of_the_environment_only_names_are_shown() -> None:
    shown = show_option("env", design().body)
    assert {"A", "EMPTY", "SECRET"} <= set(shown)
    assert "swordfish" not in str(shown)
    assert show_option("memory", design().body) == 32 * 2**20


def test_every_layer_can_be_shown() -> None:
    for option in OPTIONS:
        show_option(option, design().body)


REFERENCES: list[t.Any] = [
    pytest.param("busybox", "docker.io/library/busybox:latest", id="official"),
    pytest.param("busybox:1.36", "docker.io/library/busybox:1.36", id="tag"),
    pytest.param("library/busybox", "docker.io/library/busybox:latest", id="library"),
    pytest.param("docker.io/busybox", "docker.io/library/busybox:latest", id="domain"),
    pytest.param("index.docker.io/busybox", "docker.io/library/busybox:latest", id="old-domain"),
    pytest.param("index.docker.io/library/busybox:1", "docker.io/library/busybox:1", id="old-domain-library"),
    pytest.param("training/webapp", "docker.io/training/webapp:latest", id="user"),
    pytest.param("docker.io/training/webapp:latest", "docker.io/training/webapp:latest", id="user-domain"),
    pytest.param("localhost/app", "localhost/app:latest", id="localhost"),
    pytest.param("localhost:5000/app:1", "localhost:5000/app:1", id="port"),
    pytest.param("localhost:5000/app", "localhost:5000/app:latest", id="port-is-no-tag"),
    pytest.param("registry.example.org/a/b/c:2", "registry.example.org/a/b/c:2", id="registry"),
    pytest.param("busybox@sha256:ab", "docker.io/library/busybox@sha256:ab", id="digest"),
]


@pytest.mark.parametrize(("reference", "normal"), REFERENCES)
def test_normal_reference(reference: str, normal: str) -> None:
    assert normal_reference(reference) == normal
    assert normal_reference(normal) == normal


@pytest.mark.parametrize("standing", ["/srv", "/srv/", "/tmp/../srv"])
def test_a_working_dir_is_met_as_the_engine_cleans_it(standing: str) -> None:
    body = {"WorkingDir": standing, "HostConfig": {}}
    assert merge_options(Blueprint(body, {}), parse_options({"working_dir": "/./srv"})) == []
    assert merge_options(Blueprint(body, {}), parse_options({"working_dir": "/srv/www"})) == ["working_dir"]


@pytest.mark.parametrize(("source", "expected"), [("~/data", "/home/me/data"), ("./data", "/srv/data"), ("..", "/")])
def test_the_source_of_a_bind_mount_is_a_path_of_this_host(
    source: str, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", "/home/me")
    monkeypatch.setattr("os.getcwd", lambda: "/srv")
    mount = parse_mount({"type": "bind", "target": "/m", "source": source})
    assert mount["Source"] == expected
    with pytest.raises(Failure):
        parse_mount({"type": "volume", "target": "/m", "source": source})
