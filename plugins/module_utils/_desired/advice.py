# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""What to write instead of an option, or a value, that a module does not have. Only refused tasks load this."""

from __future__ import annotations

import difflib
import typing as t

from .._errors import Failure

_Spec = t.Mapping[str, t.Mapping[str, t.Any]]

_DOCKER_CONTAINER = "docker_container has it"
_DOCKER_NETWORK = "docker_network has it"
_CONTAINERS: dict[str, str] = {
    **dict.fromkeys(
        (
            *("cleanup", "command_handling", "comparisons", "healthy_wait_timeout", "image_comparison"),
            *("image_label_mismatch", "image_name_mismatch", "keep_volumes", "kill_signal", "output_logs", "paused"),
            *("pull_check_mode_behavior", "recreate", "removal_wait_timeout", "restart"),
        ),
        _DOCKER_CONTAINER,
    ),
    "container_default_behavior": "leave it out, what is not given is left as it is; docker_container has it",
    "debug": "leave it out, the result lists what was done in actions",
    "detach": "leave it out, or write wait=exited for a container that is to end; docker_container has it",
    "ignore_image": "docker_container has comparisons, with image: ignore",
    "networks_cli_compatible": "leave it out, networks are joined as by the docker CLI; docker_container has it",
    "ssl_version": "leave it out, the two sides choose it",
}
_NETWORKS: dict[str, str] = {
    **dict.fromkeys(("config_from", "config_only", "ingress", "scope"), _DOCKER_NETWORK),
    "debug": _CONTAINERS["debug"],
    "ipam_options": "write ipam_config, a list of subnets",
    "ssl_version": _CONTAINERS["ssl_version"],
}
# By module and value of state.
_STATES: dict[tuple[str, str], str] = {
    ("docker_port_publish", "started"): "docker_container and docker_topology start containers",
    ("docker_port_publish", "stopped"): "docker_container and docker_topology stop containers",
    ("docker_port_publish", "healthy"): "docker_container has it; here wait=healthy waits for a container that is made",
    ("docker_topology", "healthy"): "docker_container has it; here wait=healthy waits for a container that is started",
}


def explain_unknown(module: str, params: t.Any, spec: _Spec) -> list[Failure]:
    """All options that the module does not have, at every level, each with what to write instead."""
    return [
        Failure(
            "option_conflict",
            f"{where}{option} is no option{' there' if where else f' of {module}'}: {advice}.",
            option=option,
            advice=advice,
        )
        for where, option, advice in _find_unknown(params, spec, "")
    ]


def explain_values(module: str, params: t.Mapping[str, t.Any], spec: _Spec) -> list[str]:
    """What to write instead of values of state that other modules have."""
    items = [params, *(item for item in params.get("containers") or () if isinstance(item, t.Mapping))]
    found = dict.fromkeys(str(item.get("state")) for item in items)
    return [f"state={state}: {_STATES[module, state]}." for state in found if (module, state) in _STATES]


def _find_unknown(params: t.Any, spec: _Spec, where: str) -> t.Iterator[tuple[str, str, str]]:
    if not isinstance(params, t.Mapping):
        return
    known = {name for option, rules in spec.items() for name in (option, *rules.get("aliases", ()))}
    for option, value in params.items():
        if option not in known:
            if not str(option).startswith("_ansible_"):
                yield where, str(option), _advise(str(option), spec, known)
            continue
        rules = _find_rules(str(option), spec)
        for number, item in enumerate(value if isinstance(value, (list, tuple)) else [value], start=1):
            if rules.get("options") is not None:
                name = (item.get("name") if isinstance(item, t.Mapping) else None) or number
                title = f"{option} {name!r}" if isinstance(value, (list, tuple)) else str(option)
                yield from _find_unknown(item, rules["options"], f"{where}{title}: ")


def _find_rules(option: str, spec: _Spec) -> t.Mapping[str, t.Any]:
    named = (rules for name, rules in spec.items() if option in (name, *rules.get("aliases", ())))
    return next(named, {})


def _advise(option: str, spec: _Spec, known: t.Collection[str]) -> str:
    for below, rules in spec.items():
        if option in (rules.get("options") or ()) and below in ("containers", "networks"):
            return f"write it in an item of {below}"
    table = _CONTAINERS if "published_ports" in spec else _NETWORKS if "ipam_config" in spec else {}
    if option in table:
        return table[option]
    close = difflib.get_close_matches(option, known, n=1, cutoff=0.7)
    return f"perhaps {close[0]} is meant" if close else f"the options are {', '.join(sorted(spec))}"
