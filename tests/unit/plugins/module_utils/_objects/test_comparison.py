# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import copy
import typing as t

import pytest

from ansible_collections.bridgeport.docker.plugins.module_utils._objects.comparison import find_differences
from ansible_collections.bridgeport.docker.plugins.module_utils._objects.containers import (
    Blueprint,
    Container,
    place_mac,
    read_blueprint,
)
from ansible_collections.bridgeport.docker.plugins.module_utils._objects.engine import Api
from ansible_collections.bridgeport.docker.tests.unit.support import recorded

Json = t.Dict[str, t.Any]

NETWORKS = "NetworkSettings.Networks"
MAC, OTHER_MAC = "02:42:0a:f2:19:0b", "02:42:0a:f2:19:0c"


def ask(
    host_config: Json | None = None, endpoints: Json | None = None, mode_names: Json | None = None, **body: t.Any
) -> Blueprint:
    return Blueprint({**body, "HostConfig": host_config or {}}, endpoints or {}, mode_names or {})


def answer(host_config: Json | None = None, endpoints: Json | None = None, **config: t.Any) -> Container:
    made = {"NetworkMode": "default", **(host_config or {})}
    networks = {"bridge": {}} if endpoints is None else endpoints
    return Container({"Config": config, "HostConfig": made, "NetworkSettings": {"Networks": networks}})


def keys(asked: Blueprint, made: Container) -> list[str]:
    return [difference.key for difference in find_differences(asked, made)]


# -- what the engine fills in or spells otherwise ----------------------------------------------------------------------

# The key; what is asked; what the engine makes of it.
CONFIG_SAME: list[t.Any] = [
    pytest.param("Hostname", None, "0123456789ab", id="host-name"),
    pytest.param("User", "", "daemon", id="user-of-the-image"),
    pytest.param("WorkingDir", "/app/", "/app", id="clean-folder"),
    pytest.param("WorkingDir", "", "/srv", id="folder-of-the-image"),
    pytest.param("Env", ["A=1"], ["A=1", "PATH=/bin"], id="env-of-the-image"),
    pytest.param("Env", ["B=2", "A=1"], ["A=1", "B=2"], id="env-order"),
    pytest.param("Env", ["A=1", "A=2"], ["A=2"], id="env-twice"),
    pytest.param("Env", ["PATH"], ["A=1"], id="env-taken-away"),
    pytest.param("Env", ["PATH"], ["PATH"], id="env-taken-away-and-shown"),
    pytest.param("Env", ["A="], ["A="], id="env-empty"),
    pytest.param("Env", None, ["A=1"], id="no-env"),
    pytest.param("Cmd", None, ["sh"], id="command-of-the-image"),
    pytest.param("Cmd", [], ["sh"], id="empty-command"),
    pytest.param("Cmd", ["sh", "-c", "x"], ["sh", "-c", "x"], id="command"),
    pytest.param("Entrypoint", None, ["/entry"], id="entrypoint-of-the-image"),
    pytest.param("Entrypoint", [], ["/entry"], id="empty-entrypoint"),
    pytest.param("Entrypoint", [""], None, id="no-entrypoint"),
    pytest.param("Entrypoint", [""], [""], id="no-entrypoint-as-sent"),
    pytest.param("Labels", {"a": "1"}, {"a": "1", "of": "image"}, id="labels-of-the-image"),
    pytest.param("Labels", None, {}, id="no-labels"),
    pytest.param("ExposedPorts", {"80": {}, "53/UDP": {}}, {"80/tcp": {}, "53/udp": {}, "1/tcp": {}}, id="exposed"),
    pytest.param("ExposedPorts", {"80/tcp": None}, {"80/tcp": {}}, id="exposed-with-null"),
    pytest.param("Volumes", {"/a/": {}}, {"/a": {}, "/of-image": {}}, id="volumes"),
    pytest.param("StopSignal", "TERM", "SIGTERM", id="signal"),
    pytest.param("StopSignal", "", "SIGQUIT", id="signal-of-the-image"),
    pytest.param("StopTimeout", None, 3, id="stop-timeout"),
    pytest.param("Tty", False, None, id="false-and-null"),
    pytest.param(
        "Healthcheck", {"Test": ["CMD", "a"], "Retries": 0}, {"Test": ["CMD", "a"], "Retries": 3}, id="health"
    ),
    pytest.param("Healthcheck", {"Test": ["NONE"]}, {"Test": ["NONE"]}, id="no-health-check"),
    pytest.param("Healthcheck", None, {"Test": ["CMD", "a"]}, id="health-of-the-image"),
    pytest.param("MacAddress", "02:42:0A:F2:19:0B", MAC, id="mac-case"),
    pytest.param("OnBuild", ["x"], None, id="builds"),
    pytest.param("KeyToCome", {"a": 0}, None, id="nothing-in-a-key-to-come"),
]
HOST_SAME: list[t.Any] = [
    pytest.param("CapAdd", ["NET_ADMIN", "cap_chown"], ["CAP_CHOWN", "CAP_NET_ADMIN"], id="capabilities"),
    pytest.param("CapAdd", None, [], id="no-capabilities"),
    pytest.param("CapDrop", ["all"], ["ALL"], id="all-dropped"),
    pytest.param("SecurityOpt", ["seccomp:unconfined"], ["seccomp=unconfined", "label=disable"], id="security"),
    pytest.param("SecurityOpt", ["no-new-privileges:true"], ["no-new-privileges"], id="no-new-privileges"),
    pytest.param("SecurityOpt", None, ["label=disable"], id="label-added"),
    pytest.param("Ulimits", None, [{"Name": "nofile", "Soft": 1, "Hard": 2}], id="ulimits-of-the-daemon"),
    pytest.param("Binds", None, [], id="no-binds"),
    pytest.param("Binds", ["b:/b", "/a/:/x"], ["/a/:/x", "b:/b"], id="binds"),
    pytest.param("Binds", ["/home/me:/x:ro"], ["/host_mnt/home/me:/x:ro"], id="docker-desktop"),
    pytest.param("Mounts", [{"Type": "volume", "Target": "/v", "ReadOnly": False}],
                 [{"Type": "volume", "Target": "/v", "Source": "id"}], id="anonymous-mount"),
    pytest.param("Dns", ["fd00:0::1", "1.1.1.1"], ["fd00::1", "1.1.1.1"], id="name-servers"),
    pytest.param("Dns", None, [], id="no-name-servers"),
    pytest.param("ExtraHosts", ["a:fd00:0::1", "b=1.2.3.4"], ["a:fd00::1", "b:1.2.3.4"], id="hosts"),
    pytest.param("PidsLimit", -1, None, id="no-pids-limit"),
    pytest.param("PidsLimit", 0, None, id="zero-pids-limit"),
    pytest.param("MemorySwap", 0, 1 << 30, id="swap-twice-the-memory"),
    pytest.param("MemorySwappiness", 10, None, id="swappiness"),
    pytest.param("OomKillDisable", True, None, id="oom-killer"),
    pytest.param("OomKillDisable", False, None, id="oom-killer-false"),
    pytest.param("KernelMemory", 1 << 30, None, id="kernel-memory"),
    pytest.param("ConsoleSize", [24, 80], [0, 0], id="console"),
    pytest.param("RestartPolicy", {"Name": "no"}, {"Name": "", "MaximumRetryCount": 0}, id="no-restart"),
    pytest.param("LogConfig", {"Type": "", "Config": {}}, {"Type": "local", "Config": {"max-size": "1m"}}, id="log"),
    pytest.param("LogConfig", {"Config": {"a": "1"}}, {"Config": {"a": "1", "b": "2"}}, id="log-options"),
    pytest.param("ShmSize", 0, 67108864, id="shared-memory"),
    pytest.param("IpcMode", "", "private", id="ipc"),
    pytest.param("IpcMode", "container:db", "container:" + "a" * 64, id="ipc-of-another"),
    pytest.param("PidMode", "host", "host", id="pid"),
    pytest.param("CgroupnsMode", "", "host", id="cgroup-namespace"),
    pytest.param("Runtime", "", "runc", id="runtime"),
    pytest.param("Init", False, None, id="init"),
    pytest.param("MaskedPaths", None, ["/proc/kcore"], id="masked"),
    pytest.param("Links", ["a" * 64 + ":db"], ["/shop-db:/web/db"], id="links"),
    pytest.param("PortBindings", {"80": None, "81/TCP": [{"HostPort": "0"}]},
                 {"80/tcp": [{"HostIp": "", "HostPort": ""}], "81/tcp": [{"HostIp": "", "HostPort": ""}]}, id="ports"),
    pytest.param("PortBindings", {"80/tcp": [{"HostIp": "fd00:0::1", "HostPort": "1"}, {"HostPort": "2"}]},
                 {"80/tcp": [{"HostIp": "", "HostPort": "2"}, {"HostIp": "fd00::1", "HostPort": "1"}]}, id="bindings"),
    pytest.param("PortBindings", None, {}, id="no-ports"),
    pytest.param("PublishAllPorts", False, False, id="not-all-ports"),
    pytest.param("VolumesFrom", ["db:ro"], ["db:ro"], id="volumes-from"),
    pytest.param("Devices", [{"PathOnHost": "/a"}], [{"PathOnHost": "/a", "CgroupPermissions": ""}], id="devices"),
]  # fmt: skip


@pytest.mark.parametrize(("key", "asked", "made"), CONFIG_SAME)
def test_a_configuration_that_is_what_was_asked_for(key: str, asked: t.Any, made: t.Any) -> None:
    assert find_differences(ask(endpoints={"bridge": {}}, **{key: asked}), answer(**{key: made})) == []


@pytest.mark.parametrize(("key", "asked", "made"), HOST_SAME)
def test_a_host_configuration_that_is_what_was_asked_for(key: str, asked: t.Any, made: t.Any) -> None:
    assert find_differences(ask({key: asked}, {"bridge": {}}), answer({key: made})) == []


# The network mode asked for, with its endpoints; what the engine says of both.
MODES_SAME: list[t.Any] = [
    pytest.param("", {"bridge": {}}, "default", {"bridge": {}}, id="empty"),
    pytest.param("default", {"bridge": {}}, "bridge", {"bridge": {}}, id="from-26.1-on"),
    pytest.param("bridge", {"bridge": {}}, "default", {"bridge": {}}, id="bridge"),
    pytest.param("a" * 64, {"net": {}}, "a" * 64, {"net": {}}, id="by-id"),
    pytest.param("net", {"net": {}}, "a" * 64, {"net": {}}, id="by-name"),
    pytest.param("host", {}, "host", {"host": {}}, id="host"),
    pytest.param("none", {}, "none", {"none": {}}, id="none"),
    pytest.param("container:web", {}, "container:" + "b" * 64, {}, id="container"),
    pytest.param("net", {}, "net", {}, id="off-its-mode"),
]


@pytest.mark.parametrize(("asked", "endpoints", "made", "joined"), MODES_SAME)
def test_a_network_mode_that_is_what_was_asked_for(asked: str, endpoints: Json, made: str, joined: Json) -> None:
    request = ask({"NetworkMode": asked}, endpoints, {"a" * 64: "net"})
    assert find_differences(request, answer({"NetworkMode": made}, joined)) == []


@pytest.mark.parametrize("mode", ["host", "container:web"])
def test_what_a_mode_does_not_have(mode: str) -> None:
    ports = {"80/tcp": [{"HostPort": "80"}]}
    joined: Json = {"host": {}} if mode == "host" else {}
    request = ask({"NetworkMode": mode, "PortBindings": ports}, Hostname="of-the-host")
    assert find_differences(request, answer({"NetworkMode": mode}, joined, Hostname="of-another")) == []


ENDPOINTS_SAME: list[t.Any] = [
    pytest.param({}, {"IPAMConfig": {}, "Aliases": ["0123456789ab"], "Links": None, "MacAddress": MAC}, id="filled-in"),
    pytest.param({"IPAMConfig": {"IPv6Address": "fd00:0::5"}}, {"IPAMConfig": {"IPv6Address": "fd00::5"}}, id="ipv6"),
    pytest.param(
        {"IPAMConfig": {"IPv4Address": "10.9.0.5"}},
        {"IPAMConfig": {"IPv4Address": "10.9.0.5"}, "IPAddress": "10.9.0.5"},
        id="started",
    ),
    pytest.param(
        {"IPAMConfig": {"LinkLocalIPs": ["169.254.1.1"]}},
        {"IPAMConfig": {"LinkLocalIPs": ["169.254.1.1"]}},
        id="link-local",
    ),
    pytest.param({"Aliases": ["b", "a"]}, {"Aliases": ["a", "b", "0123456789ab"]}, id="aliases"),
    pytest.param({"Links": ["db"]}, {"Links": ["db:db"]}, id="links"),
    pytest.param({"DriverOpts": {"a": "1"}}, {"DriverOpts": {"a": "1", "b": "2"}}, id="driver-options"),
    pytest.param({"MacAddress": MAC.upper()}, {"MacAddress": MAC}, id="mac-case"),
    pytest.param({"GwPriority": 0}, {}, id="no-priority"),
]


@pytest.mark.parametrize(("asked", "made"), ENDPOINTS_SAME)
def test_an_endpoint_that_is_what_was_asked_for(asked: Json, made: Json) -> None:
    assert find_differences(ask({"NetworkMode": "n"}, {"n": asked}), answer({"NetworkMode": "n"}, {"n": made})) == []


def test_sysctls_of_an_interface_may_move_to_its_endpoint() -> None:
    key, option = "net.ipv4.conf.eth0.log_martians", "com.docker.network.endpoint.sysctls"
    moved = {option: "net.ipv4.conf.IFNAME.log_martians=1"}
    request = ask({"Sysctls": {key: "1", "net.core.somaxconn": "9"}}, {"bridge": {"DriverOpts": {option: "a=1"}}})
    made = answer(
        {"Sysctls": {"net.core.somaxconn": "9"}}, {"bridge": {"DriverOpts": {option: f"a=1,{moved[option]}"}}}
    )
    assert find_differences(request, made) == []
    assert keys(request, answer({"Sysctls": {"net.core.somaxconn": "9"}}, {"bridge": {"DriverOpts": moved}})) == [
        f"{NETWORKS}.bridge.DriverOpts.{option}"
    ]


# -- what the engine dropped, altered or added -------------------------------------------------------------------------

DIFFERENT: list[t.Any] = [
    pytest.param({}, {"Env": ["A=1"]}, {}, {"Env": ["A=2"]}, "Config.Env.A", id="env"),
    pytest.param({}, {"Env": ["A="]}, {}, {"Env": []}, "Config.Env.A", id="empty-env"),
    pytest.param({}, {"Env": ["A"]}, {}, {"Env": ["A=1"]}, "Config.Env.A", id="env-that-came-back"),
    pytest.param({}, {"Cmd": ["a", "b"]}, {}, {"Cmd": ["b", "a"]}, "Config.Cmd", id="order-of-a-command"),
    pytest.param({}, {"Entrypoint": [""]}, {}, {"Entrypoint": ["/x"]}, "Config.Entrypoint", id="entrypoint-came-back"),
    pytest.param({}, {"Labels": {"a": ""}}, {}, {"Labels": {}}, "Config.Labels.a", id="empty-label"),
    pytest.param({}, {"Hostname": "web"}, {}, {"Hostname": "x"}, "Config.Hostname", id="host-name"),
    pytest.param({}, {"Tty": True}, {}, {}, "Config.Tty", id="terminal"),
    pytest.param({}, {"ExposedPorts": {"80/tcp": {}}}, {}, {}, "Config.ExposedPorts.80/tcp", id="exposed"),
    pytest.param({}, {"MacAddress": MAC}, {}, {"MacAddress": ""}, "Config.MacAddress", id="mac-of-an-old-engine"),
    pytest.param({}, {"KeyToCome": "x"}, {}, {}, "Config.KeyToCome", id="a-key-to-come"),
    pytest.param(
        {},
        {"Healthcheck": {"Test": ["CMD", "a", "b"]}},
        {},
        {"Healthcheck": {"Test": ["CMD", "b", "a"]}},
        "Config.Healthcheck",
        id="health-check",
    ),
    pytest.param(
        {"Sysctls": {"net.core.somaxconn": "9"}}, {}, {}, {}, "HostConfig.Sysctls.net.core.somaxconn", id="sysctl"
    ),
    pytest.param({"CapDrop": ["ALL"]}, {}, {"CapDrop": None}, {}, "HostConfig.CapDrop", id="capability"),
    pytest.param({"CapAdd": []}, {}, {"CapAdd": ["SYS_ADMIN"]}, {}, "HostConfig.CapAdd", id="more-capabilities"),
    pytest.param({"Privileged": False}, {}, {"Privileged": True}, {}, "HostConfig.Privileged", id="privileged"),
    pytest.param({"PublishAllPorts": False}, {}, {"PublishAllPorts": True}, {}, "HostConfig.PublishAllPorts", id="all"),
    pytest.param({"ReadonlyRootfs": True}, {}, {}, {}, "HostConfig.ReadonlyRootfs", id="read-only"),
    pytest.param({"Memory": 1 << 30}, {}, {"Memory": 0}, {}, "HostConfig.Memory", id="memory"),
    pytest.param({"PidsLimit": 9}, {}, {"PidsLimit": None}, {}, "HostConfig.PidsLimit", id="pids"),
    pytest.param({"Links": ["db:db"]}, {}, {"Links": None}, {}, "HostConfig.Links", id="links"),
    pytest.param({"Binds": ["a:/a"]}, {}, {"Binds": ["a:/a", "/:/host"]}, {}, "HostConfig.Binds", id="more-binds"),
    pytest.param({"Binds": ["/a:/a"]}, {}, {"Binds": ["/b:/a"]}, {}, "HostConfig.Binds", id="another-folder"),
    pytest.param({"Tmpfs": {"/t": ""}}, {}, {}, {}, "HostConfig.Tmpfs./t", id="tmpfs"),
    pytest.param(
        {"PortBindings": {"80/tcp": [{"HostIp": "127.0.0.1", "HostPort": "8080"}]}},
        {},
        {"PortBindings": {"80/tcp": [{"HostIp": "", "HostPort": "8080"}]}},
        {},
        "HostConfig.PortBindings.80/tcp",
        id="another-address",
    ),
    pytest.param(
        {"PortBindings": {}},
        {},
        {"PortBindings": {"80/tcp": [{}]}},
        {},
        "HostConfig.PortBindings.80/tcp",
        id="more-ports",
    ),
    pytest.param({"IpcMode": "host"}, {}, {"IpcMode": "private"}, {}, "HostConfig.IpcMode", id="ipc"),
    pytest.param({"NetworkMode": "bridge"}, {}, {"NetworkMode": "host"}, {}, "HostConfig.NetworkMode", id="mode"),
]


@pytest.mark.parametrize(("host_config", "config", "made_host_config", "made_config", "key"), DIFFERENT)
def test_what_is_not_what_was_asked_for(
    host_config: Json, config: Json, made_host_config: Json, made_config: Json, key: str
) -> None:
    request = ask(host_config, {"bridge": {}}, **config)
    assert keys(request, answer(made_host_config, **made_config)) == [key]


ENDPOINTS_DIFFERENT: list[t.Any] = [
    pytest.param({"MacAddress": MAC}, {"MacAddress": ""}, "MacAddress", id="no-mac"),
    pytest.param({"MacAddress": MAC}, {"MacAddress": OTHER_MAC}, "MacAddress", id="another-mac"),
    pytest.param({"Aliases": ["a", "b"]}, {"Aliases": ["a"]}, "Aliases", id="alias"),
    pytest.param({"Links": ["db:data"]}, {"Links": ["db"]}, "Links", id="link"),
    pytest.param({"DriverOpts": {"a": ""}}, {"DriverOpts": None}, "DriverOpts.a", id="driver-option"),
    pytest.param({"GwPriority": 7}, {"GwPriority": 0}, "GwPriority", id="priority"),
    pytest.param(
        {"IPAMConfig": {"IPv4Address": "10.9.0.5"}}, {"IPAMConfig": None}, "IPAMConfig.IPv4Address", id="address"
    ),
    pytest.param(
        {"IPAMConfig": {"IPv4Address": "10.9.0.5"}},
        {"IPAMConfig": {"IPv4Address": "10.9.0.5"}, "IPAddress": "10.9.0.6"},
        "IPAddress",
        id="another-address-in-use",
    ),
]


@pytest.mark.parametrize(("asked", "made", "key"), ENDPOINTS_DIFFERENT)
def test_an_endpoint_that_is_not_what_was_asked_for(asked: Json, made: Json, key: str) -> None:
    """On the second network, and with the first as it should be."""
    request = ask({"NetworkMode": "n"}, {"n": {"Aliases": ["x"]}, "back": asked})
    standing = answer({"NetworkMode": "n"}, {"n": {"Aliases": ["x"]}, "back": made})
    assert keys(request, standing) == [f"{NETWORKS}.back.{key}"]


def test_the_networks_are_those_that_were_asked_for() -> None:
    request = ask({"NetworkMode": "n"}, {"n": {}, "back": {"Aliases": ["a"]}})
    assert keys(request, answer({"NetworkMode": "n"}, {"n": {}})) == [f"{NETWORKS}.back"]
    assert keys(request, answer({"NetworkMode": "n"}, {"n": {}, "back": {"Aliases": ["a"]}, "bridge": {}})) == [
        f"{NETWORKS}.bridge"
    ]


# -- recorded containers -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", recorded.CONTAINERS)
@pytest.mark.parametrize("api", [recorded.API_20_10, recorded.API_28], ids=str)
def test_a_container_is_what_it_asks_for(name: str, api: Api) -> None:
    """Stopped or running; its successor differs in what the blueprint puts in the place of what belongs to it."""
    standing = recorded.container(name)
    if api == recorded.API_28:
        standing = recorded.as_engine_28(standing)
    image = recorded.image_of(standing)
    asked = place_mac(read_blueprint(standing, image, image, api, set()), api)
    made = copy.deepcopy(dict(standing.raw))
    for key in ("Binds", "Mounts", "VolumesFrom"):
        made["HostConfig"][key] = asked.body["HostConfig"].get(key)
    for network, endpoint in asked.endpoints.items():
        if "MacAddress" in endpoint:
            # A container that has been stopped shows none, one that never ran what it asked for.
            made["NetworkSettings"]["Networks"][network]["MacAddress"] = endpoint["MacAddress"]
    if asked.endpoints == {} and standing.main_network is not None:
        made["NetworkSettings"]["Networks"] = {}
    assert find_differences(asked, Container(made)) == []


# -- what is said ------------------------------------------------------------------------------------------------------


def test_no_secret_is_told() -> None:
    secret = "s3cret"
    request = ask(
        {"LogConfig": {"Config": {"token": secret}}, "Mounts": [{"Target": secret}], "Annotations": {"a": secret}},
        {"bridge": {"DriverOpts": {"a": secret}}},
        Env=[f"A={secret}"],
        Labels={"a": secret},
        Cmd=[secret],
        Entrypoint=[secret],
        Healthcheck={"Test": ["CMD", secret]},
    )
    found = find_differences(request, answer(Env=[f"A=2{secret}", secret]))
    assert len(found) == 9
    assert secret not in "".join(f"{difference} {difference.as_dict()}" for difference in found)


def test_what_a_difference_says() -> None:
    request = ask({"Memory": 512, "CapAdd": []}, {"bridge": {"MacAddress": MAC}}, Env=["A=1"], Labels={"a": "b"})
    found = find_differences(request, answer({"Memory": 0, "CapAdd": ["KILL"]}, Env=["A=2"]))
    assert [str(each) for each in found] == [
        "Config.Env.A is not what was asked for",
        "Config.Labels.a is missing",
        "HostConfig.CapAdd is ['KILL'], asked for was []",
        "HostConfig.Memory is 0, asked for was 512",
        f"{NETWORKS}.bridge.MacAddress is missing, asked for was '{MAC}'",
    ]
    assert found[3].as_dict() == {"key": "HostConfig.Memory", "asked": 512, "made": 0}
    assert found[0].as_dict() == {"key": "Config.Env.A"}


SHAPES: tuple[t.Any, ...] = (None, {}, [], "text", 5, [None], {"bridge": None}, {"bridge": 5}, {"80/tcp": 5}, [[]])


@pytest.mark.parametrize("shape", SHAPES, ids=repr)
def test_an_answer_of_another_shape_is_a_difference_at_most(shape: t.Any) -> None:
    standing = recorded.container("full")
    image = recorded.image_of(standing)
    asked = read_blueprint(standing, image, image, recorded.API_20_10, set())
    for part in ("Config", "HostConfig", "NetworkSettings"):
        assert find_differences(asked, Container({**standing.raw, part: shape})) != []
        for key in standing.raw[part]:
            find_differences(asked, Container({**standing.raw, part: {**standing.raw[part], key: shape}}))
