# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""No message says what an option holds that may hold a secret.

Every option of every module is judged here, new ones too: it may hold a secret, or it may not. One that may is given a
marker in many forms, where all goes well and where something is refused, and what the module says is searched for it.
"""

from __future__ import annotations

import json
import typing as t

import pytest

from ansible_collections.bridgeport.docker.plugins.module_utils._engine.client import ApiError, Client
from ansible_collections.bridgeport.docker.plugins.module_utils._module import CONNECTION_SPEC
from ansible_collections.bridgeport.docker.plugins.module_utils._steps import verification
from ansible_collections.bridgeport.docker.tests.unit.support.model_daemon import ModelClient, ModelDaemon
from ansible_collections.bridgeport.docker.tests.unit.support.modules import MODULES, Json, read_spec, run_main

# These are said nowhere at all, not even as the arguments of the module.
HIDDEN = frozenset(("env", "docker_host", "log_options", "mounts.volume_options"))
# These describe an object: its description and its diff have them, messages do not.
DESCRIPTIVE = frozenset(
    (
        "command",
        "entrypoint",
        "healthcheck.test",
        "labels",
        "mounts.labels",
        "device_requests.options",
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
        *("cleanup", "config_from", "config_only", "detach", "driver", "ingress", "output_logs", "scope"),
        *("all", "api_version", "appends", "attachable", "auto_remove", "auto_remove_swap", "bind_policy"),
        *("blkio_weight", "bridge_name", "ca_path", "cap_drop", "capabilities", "cgroup_parent", "cgroupns_mode"),
        *("client_cert", "client_key", "command_handling", "comparisons", "container_default_behavior"),
        *("container_iface_prefix", "containers", "count", "cpu_period", "cpu_quota", "cpu_shares", "cpus"),
        *("cpuset_cpus", "cpuset_mems", "debug", "default_host_ip", "dependents", "device_cgroup_rules"),
        *("device_read_bps", "device_read_bps.path", "device_read_bps.rate", "device_read_iops"),
        *("device_read_iops.path", "device_read_iops.rate", "device_requests", "device_requests.capabilities"),
        *("device_requests.count", "device_requests.device_ids", "device_requests.driver", "device_write_bps"),
        *("device_write_bps.path", "device_write_bps.rate", "device_write_iops", "device_write_iops.path"),
        *("device_write_iops.rate", "devices", "dns_opts", "dns_search_domains", "dns_servers", "domainname"),
        *("enable_ipv4", "enable_ipv6", "env_file", "etc_hosts", "expect", "expected_status", "exposed_ports"),
        *("force", "force_kill", "gateway_mode_ipv4", "gateway_mode_ipv6", "groups", "healthcheck"),
        *("healthcheck.interval", "healthcheck.retries", "healthcheck.start_interval", "healthcheck.start_period"),
        *("healthcheck.test_cli_compatible", "healthcheck.timeout", "healthy_wait_timeout", "helper_image"),
        *("host_binding_ipv4", "host_ipv4", "host_ipv6", "hostname", "icc", "image", "image_comparison"),
        *("image_label_mismatch", "image_name_mismatch", "inhibit_ipv4", "init", "interactive", "internal"),
        *("ip_masquerade", "ipam_config", "ipam_config.aux_addresses", "ipam_config.gateway", "ipam_config.iprange"),
        *("ipam_config.subnet", "ipam_driver", "ipc_mode", "keep_volumes", "kernel_memory", "kill_signal", "links"),
        *("log_driver", "log_lines", "mac_address", "memory", "memory_reservation", "memory_swap"),
        *("memory_swappiness", "method", "mounts", "mounts.consistency", "mounts.create_mountpoint"),
        *("mounts.no_copy", "mounts.non_recursive", "mounts.propagation", "mounts.read_only"),
        *("mounts.read_only_force_recursive", "mounts.read_only_non_recursive", "mounts.source", "mounts.subpath"),
        *("mounts.target", "mounts.tmpfs_mode", "mounts.tmpfs_options", "mounts.tmpfs_size", "mounts.type"),
        *("mounts.volume_driver", "mtu", "name", "names", "network_mode", "networks", "networks.aliases"),
        *("networks.gw_priority", "networks.ipv4_address", "networks.ipv6_address", "networks.links"),
        *("networks.mac_address", "networks.name", "networks_cli_compatible", "on_difference", "on_member_recreate"),
        *("oom_killer", "oom_score_adj", "parallel", "paused", "pid_mode", "pids_limit", "platform", "port"),
        *("privileged", "publish_all_ports", "published_ports", "pull", "pull_check_mode_behavior", "purge"),
        *("purge_networks", "read_only", "recreate", "removal_wait_timeout", "remove_volumes", "restart"),
        *("restart_policy", "restart_retries", "runtime", "security_opts", "shm_size", "source", "source_network"),
        *("state", "stop_signal", "stop_timeout", "storage_opts", "subnet_pool", "subnet_pool.from"),
        *("subnet_pool.prefix", "sysctls", "target", "timeout", "tls", "tls_hostname", "tmpfs"),
        *("trusted_host_interfaces", "tty", "ulimits", "update_order", "use_ssh_client", "user", "userns_mode"),
        *("uts", "validate_certs", "volume_driver", "volumes", "volumes_from", "wait", "wait_timeout", "working_dir"),
        *("writable_layer", "writable_layer_deletions"),
    )
)
# What describes an object in a result.
DESCRIPTIONS = ("diff", "container", "containers", "network", "networks", "invocation")
MARKER = "marker5a1c0d0a"


# -- the options -------------------------------------------------------------------------------------------------------


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
        if option in ("env", "log_options", "mounts.volume_options"):
            yield from ({f"PASS={text}": "x"}, {f"PASS={text}": None}, {f"={text}": 1})
        if option == "labels":
            yield from ([f"={text}"], [f"key={text}"])
        if option == "path":
            yield from (f"/?token={text}", f"/{text} ")


def place(option: str, form: t.Any) -> Json:
    head, _dot, tail = option.partition(".")
    if option == "log_options":
        return {"log_driver": "splunk", option: form}
    if not tail:
        return {option: form}
    items: dict[str, Json] = {
        "networks": {"name": "net"},
        "mounts": {"target": "/m", "volume_driver": "local"},
        "device_requests": {},
    }
    return {head: [{**items[head], tail: form}] if head in items else {tail: form}}


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
    "docker_container": [WEB, NEW, {**WEB, "healthy_wait_timeout": "soon"}, {**WEB, "no_such_option": 1}],
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


def run(module: str, arguments: Json, patch: pytest.MonkeyPatch, refusing: bool = False) -> Json:
    """What the module says, with the model for its daemon unless the task names one."""
    if "docker_host" not in arguments:
        client = (Refusing if refusing else ModelClient)(make_daemon())
        patch.setattr(Client, "connect", lambda _connection: client)
    asked = {**arguments, "_ansible_diff": True, "_ansible_check_mode": module == "docker_network_probe"}
    return run_main(module, asked)


CASES = [
    pytest.param(module, option, id=f"{module}-{option}")
    for module in MODULES
    for option in sorted(HIDDEN | DESCRIPTIVE)
]


@pytest.mark.parametrize(("module", "option"), CASES)
def test_the_marker_is_not_said(module: str, option: str, monkeypatch: pytest.MonkeyPatch) -> None:
    spec = read_spec(module)
    if option not in set(walk(spec)):
        return
    tried = 0
    for form in forms(option):
        for arguments in surround(module, place(option, form), spec):
            for refusing in (False, True) if option == "env" else (False,):
                with monkeypatch.context() as patch:
                    result = run(module, arguments, patch, refusing)
                said = result if option in HIDDEN else {k: v for k, v in result.items() if k not in DESCRIPTIONS}
                assert MARKER not in json.dumps(said), (arguments, said)
                tried += 1
    assert tried > len(TEXTS)
