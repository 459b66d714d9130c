# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""No message says what an option holds that may hold a secret.

Every option of every module is judged here, new ones too: it may hold a secret, or it may not. One that may is given a
marker in many forms, where all goes well and where something is refused, and what the module says is searched for it.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import typing as t

import pytest
from ansible.module_utils import basic

from ansible_collections.bridgeport.docker.plugins.module_utils._engine.client import ApiError, Client
from ansible_collections.bridgeport.docker.plugins.module_utils._module import CONNECTION_SPEC
from ansible_collections.bridgeport.docker.plugins.module_utils._steps import verification
from ansible_collections.bridgeport.docker.tests.unit.support.model_daemon import ModelClient, ModelDaemon

MODULES = (
    "docker_bridge_network",
    "docker_network",
    "docker_network_probe",
    "docker_port_info",
    "docker_port_publish",
    "docker_topology",
    "docker_topology_info",
)
# These are said nowhere at all, not even as the arguments of the module.
HIDDEN = frozenset(("env", "docker_host"))
# These describe an object: its description and its diff have them, messages do not.
DESCRIPTIVE = frozenset(
    (
        "command",
        "entrypoint",
        "healthcheck.test",
        "labels",
        "driver_options",
        "networks.driver_opts",
        "ipam_driver_options",
        "connected",
        "path",
        "payload",
    )
)
# Names, addresses, numbers and choices. The files of TLS are named, not written down. Messages quote them.
OPEN = frozenset(
    (
        *("all", "api_version", "appends", "attachable", "auto_remove", "auto_remove_swap", "bind_policy"),
        *("config_from", "config_only", "debug", "driver", "ingress", "scope"),
        *("bridge_name", "ca_path", "client_cert", "client_key", "container_iface_prefix", "containers", "count"),
        *("default_host_ip", "dependents", "enable_ipv4", "enable_ipv6", "etc_hosts", "expect", "expected_status"),
        *("exposed_ports", "force", "force_kill", "gateway_mode_ipv4", "gateway_mode_ipv6", "healthcheck"),
        *("healthcheck.interval", "healthcheck.retries", "healthcheck.start_interval", "healthcheck.start_period"),
        *("healthcheck.timeout", "helper_image", "host_binding_ipv4", "host_ipv4", "host_ipv6", "hostname", "icc"),
        *("image", "inhibit_ipv4", "interactive", "internal", "ip_masquerade", "ipam_config", "ipam_driver"),
        *("ipam_config.aux_addresses", "ipam_config.gateway", "ipam_config.iprange", "ipam_config.subnet", "links"),
        *("log_lines", "memory", "method", "mounts", "mounts.no_copy", "mounts.propagation", "mounts.read_only"),
        *("mounts.source", "mounts.target", "mounts.tmpfs_mode", "mounts.tmpfs_size", "mounts.type", "mtu", "name"),
        *("names", "network_mode", "networks", "networks.aliases", "networks.gw_priority", "networks.ipv4_address"),
        *("networks.ipv6_address", "networks.links", "networks.mac_address", "networks.name", "on_difference"),
        *("on_member_recreate", "parallel", "port", "publish_all_ports", "published_ports", "pull", "purge"),
        *("purge_networks", "remove_volumes", "restart_policy", "restart_retries", "source", "source_network"),
        *("state", "stop_timeout", "subnet_pool", "subnet_pool.from", "subnet_pool.prefix", "target", "timeout"),
        *("tls", "tls_hostname", "trusted_host_interfaces", "tty", "update_order", "use_ssh_client", "user"),
        *("validate_certs", "volumes", "wait", "wait_timeout", "working_dir", "writable_layer"),
        "writable_layer_deletions",
    )
)
# What describes an object in a result.
DESCRIPTIONS = ("diff", "container", "containers", "network", "networks", "invocation")
MARKER = "marker5a1c0d0a"
Json = t.Dict[str, t.Any]


# -- the options -------------------------------------------------------------------------------------------------------


class _Asked(Exception):
    """The module has said what its options are."""


def read_spec(module: str) -> Json:
    loaded = load(module)
    asked: Json = {}

    def keep(spec: Json, **_constraints: t.Any) -> t.NoReturn:
        asked.update(CONNECTION_SPEC, **spec)
        raise _Asked

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loaded, "create_module", keep)
        with contextlib.suppress(_Asked):
            loaded.main()
    return asked


def load(module: str) -> t.Any:
    return importlib.import_module(f"ansible_collections.bridgeport.docker.plugins.modules.{module}")


def walk(spec: Json, prefix: str = "") -> t.Iterator[str]:
    """Every option, those of dicts as dict.option; what docker_topology lists has the names of the other modules."""
    for name, option in spec.items():
        nested = option.get("options")
        if nested is not None and "state" in nested:
            yield from (name, *walk(nested))
            continue
        yield f"{prefix}{name}"
        yield from walk(nested or {}, f"{name}.")


@pytest.mark.parametrize("module", MODULES)
def test_every_option_is_judged(module: str) -> None:
    judged = [each for kind in (HIDDEN, DESCRIPTIVE, OPEN) for each in kind]
    assert len(set(judged)) == len(judged)
    assert set(walk(read_spec(module))) <= set(judged)


def test_nothing_is_judged_that_is_no_option() -> None:
    options = {option for module in MODULES for option in walk(read_spec(module))}
    assert {*HIDDEN, *DESCRIPTIVE, *OPEN} <= options


# -- the marker in all forms -------------------------------------------------------------------------------------------

# As a password may look: with blanks, a quote that is not closed, an equals sign, over lines, with an escape sequence.
TEXTS = (MARKER, f"it's {MARKER}", f"{MARKER}==", f"first\n{MARKER} \x1b[1m", f"/{MARKER}\\", f"{{{MARKER}")


def forms(option: str) -> t.Iterator[t.Any]:
    for text in TEXTS:
        if option == "connected":
            # A text is a name there, and names are said.
            yield from (
                [{"name": "web", "driver_opts": form}] for form in (text, [text], {"KEY": text}, {"KEY": [text]})
            )
            yield from ([{"driver_opts": text}], [[text]], [{"name": "web", "aliases": {"KEY": text}}])
            yield [{"name": "web", "gw_priority": text}]
            continue
        if option == "docker_host":
            yield from (f"tcp://user:{text}@127.0.0.1:1", f"user:{text}@127.0.0.1:1", f"ssh://user:{text}@[::1]:1")
            yield from (f"tcp://:{text}@:x", f"unix://user:{text}@/nowhere.sock", f"http+bad://u:{text}@h/:x")
            continue
        # Of a text for a map what stands before an equals sign is a key, and keys are said.
        yield f"KEY={text}" if "=" in text else text
        yield from ([text], {"KEY": text}, [[text]], {"KEY": [text]}, [text, {"KEY": text}])
        yield from ({"KEY": {"name": text}}, {"ODD": 1.5, "KEY": text}, {"": text}, {"KEY": text, "FLAG": True})
        if option == "env":
            yield from ({f"PASS={text}": "x"}, {f"PASS={text}": None}, {f"={text}": 1})
        if option == "labels":
            yield from ([f"={text}"], [f"key={text}"])
        if option == "path":
            yield from (f"/?token={text}", f"/{text} ")


def place(option: str, form: t.Any) -> Json:
    head, _dot, tail = option.partition(".")
    if not tail:
        return {option: form}
    return {head: [{"name": "net", tail: form}] if head == "networks" else {tail: form}}


# -- surroundings ------------------------------------------------------------------------------------------------------


def make_daemon() -> ModelDaemon:
    daemon = ModelDaemon()
    daemon.add_image("busybox:1")
    daemon.add_network("net", Options={"com.example.password": "former"}, Labels={"KEY": "former"})
    daemon.add_container(
        "web", Image="busybox:1", Env=["KEY=former"], Labels={"KEY": "former"}, HostConfig={"NetworkMode": "net"}
    )
    return daemon


class Refusing(ModelClient):
    """An engine that refuses what is to be made, and quotes it."""

    def request(self, method: str, path: str, **options: t.Any) -> t.Any:
        if method == "POST" and path == "/containers/create":
            raise ApiError(400, f"invalid: {' '.join(options['body'].get('Env') or ())}")
        return super().request(method, path, **options)


WEB: Json = {"name": "web", "image": "busybox:1", "wait_timeout": 1}
NEW: Json = {**WEB, "name": "new"}
NET: Json = {"name": "net"}
# By module: its options but the one that is looked at.
SURROUNDINGS: dict[str, list[Json]] = {
    "docker_port_publish": [
        WEB,
        NEW,
        {**WEB, "published_ports": ["nonsense"]},
        {**WEB, "wait_timeout": "soon"},
        {**WEB, "no_such_option": 1},
        {**NEW, "networks": [{"name": "missing"}]},
    ],
    "docker_bridge_network": [NET, {"name": "new-net"}, {**NET, "on_difference": "fail"}, {**NET, "mtu": "x"}],
    "docker_network": [NET, {"name": "new-net"}, {**NET, "on_difference": "fail"}, {**NET, "scope": "x"}],
    "docker_topology": [{}, {"parallel": "x"}],
    "docker_port_info": [{}, {"name": "missing"}],
    "docker_topology_info": [{}, {"names": ["missing"]}],
    "docker_network_probe": [
        {"source": "missing", "target": "web", "method": "http", "port": 80},
        {"source": "missing", "target": "web", "method": "udp", "port": 80},
        {"source": "missing", "target": "web"},
    ],
}
ITEMS: dict[str, list[Json]] = {
    "containers": [{**WEB, "state": "started"}, NEW],
    "networks": [NET, {**NET, "on_difference": "fail"}],
}


def surround(module: str, given: Json, spec: Json) -> t.Iterator[Json]:
    """The arguments of a module with these options among them, in docker_topology in each kind of its items."""
    for around in SURROUNDINGS[module]:
        if module != "docker_topology" or set(given) <= set(CONNECTION_SPEC):
            yield {**around, **given}
            continue
        for kind, items in ITEMS.items():
            if set(given) <= set(spec[kind]["options"]):
                yield from ({**around, kind: [{**item, **given}]} for item in items)


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verification, "_SETTLE", 0)
    monkeypatch.setattr(basic, "_ANSIBLE_PROFILE", "legacy", raising=False)


def run(
    module: str, arguments: Json, patch: pytest.MonkeyPatch, capture: pytest.CaptureFixture[str], refusing: bool = False
) -> Json:
    """What the module says, with the model for its daemon unless the task names one."""
    if "docker_host" not in arguments:
        client = (Refusing if refusing else ModelClient)(make_daemon())
        patch.setattr(Client, "connect", lambda _connection: client)
    asked = {**arguments, "_ansible_diff": True, "_ansible_check_mode": module == "docker_network_probe"}
    patch.setattr(basic, "_ANSIBLE_ARGS", json.dumps({"ANSIBLE_MODULE_ARGS": asked}).encode())
    with pytest.raises(SystemExit):
        load(module).main()
    return t.cast(Json, json.loads(capture.readouterr().out))


CASES = [
    pytest.param(module, option, id=f"{module}-{option}")
    for module in MODULES
    for option in sorted(HIDDEN | DESCRIPTIVE)
]


@pytest.mark.parametrize(("module", "option"), CASES)
def test_the_marker_is_not_said(
    module: str, option: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    spec = read_spec(module)
    if option not in set(walk(spec)):
        return
    tried = 0
    for form in forms(option):
        for arguments in surround(module, place(option, form), spec):
            for refusing in (False, True) if option == "env" else (False,):
                with monkeypatch.context() as patch:
                    result = run(module, arguments, patch, capsys, refusing)
                said = result if option in HIDDEN else {k: v for k, v in result.items() if k not in DESCRIPTIONS}
                assert MARKER not in json.dumps(said), (arguments, said)
                tried += 1
    assert tried > len(TEXTS)
