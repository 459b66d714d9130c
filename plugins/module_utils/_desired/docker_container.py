# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""The options of docker_container, read into what all modules ask for.

Names, types and meaning are those of community.docker. Documented in plugins/modules/docker_container.py.
"""

from __future__ import annotations

import shlex
import typing as t

from .._errors import Failure, Refusals
from .argspec import CONTAINER_SPEC, Spec
from .containers import DesiredContainer
from .option_table import OPTIONS
from .parse import parse_container, parse_ports

Params = t.Dict[str, t.Any]

_STRICT, _IGNORE, _MORE = "strict", "ignore", "allow_more_present"
# Compared, and no row of the table: what is said of them, and what each may be.
_OTHERS = {
    "image": (_STRICT, _IGNORE),
    "network_mode": (_STRICT, _IGNORE),
    "networks": (_STRICT, _IGNORE, _MORE),
    "published_ports": (_STRICT, _IGNORE, _MORE),
    "publish_all_ports": (_STRICT, _IGNORE),
    "exposed_ports": (_STRICT, _IGNORE, _MORE),
    "mac_address": (_STRICT, _IGNORE),
    "restart_retries": (_STRICT, _IGNORE),
    "platform": (_STRICT, _IGNORE),
}
# Always compared with what the image brings, so that strict finds more there although the task lists nothing.
_OF_THE_IMAGE: Params = {"env": {}, "volumes": []}
# As good as for ever, in seconds.
_DAY = 86400
_COMPATIBLE: Params = {
    **dict.fromkeys(("auto_remove", "init", "interactive", "paused", "privileged", "read_only", "tty"), False),
    "memory": "0",
    "detach": True,
}

SPEC: Spec = {
    **CONTAINER_SPEC,
    "name": {"type": "str", "required": True},
    "state": {"type": "str", "choices": ["absent", "present", "healthy", "started", "stopped"], "default": "started"},
    "pull": {"type": "raw", "default": "missing"},
    "pull_check_mode_behavior": {
        "type": "str",
        "choices": ["image_not_present", "always"],
        "default": "image_not_present",
    },
    "recreate": {"type": "bool", "default": False},
    "restart": {"type": "bool", "default": False},
    "paused": {"type": "bool"},
    "kill_signal": {"type": "str"},
    "keep_volumes": {"type": "bool", "default": True},
    "healthy_wait_timeout": {"type": "float", "default": 300},
    "removal_wait_timeout": {"type": "float"},
    "detach": {"type": "bool"},
    "cleanup": {"type": "bool", "default": False},
    "output_logs": {"type": "bool", "default": False},
    "comparisons": {"type": "dict"},
    "image_comparison": {"type": "str", "choices": ["desired-image", "current-image"], "default": "desired-image"},
    "image_label_mismatch": {"type": "str", "choices": ["ignore", "fail"], "default": "ignore"},
    "image_name_mismatch": {"type": "str", "choices": ["recreate", "ignore"], "default": "recreate"},
    "command_handling": {"type": "str", "choices": ["compatibility", "correct"], "default": "correct"},
    "container_default_behavior": {
        "type": "str",
        "choices": ["compatibility", "no_defaults"],
        "default": "no_defaults",
    },
    "networks_cli_compatible": {"type": "bool", "default": True},
    "auto_remove_swap": {"type": "bool", "default": True},
    "debug": {"type": "bool", "default": False},
}


def parse_docker_container(given: t.Mapping[str, t.Any]) -> DesiredContainer:
    """Raises Failure with all that is refused."""
    params = dict(given)
    refusals = Refusals()
    if params["container_default_behavior"] == "compatibility":
        params.update({key: value for key, value in _COMPATIBLE.items() if params.get(key) is None})
    params["pull"] = refusals.gather(_parse_pull, params["pull"])
    if params["command_handling"] == "compatibility":
        params.update({key: _split_again(params[key]) for key in ("command", "entrypoint")})
    comparisons = refusals.gather(_parse_comparisons, params) or {}
    refusals.gather(_check_networks, params)
    state = params["state"]
    _apply_comparisons(params, comparisons)
    ports = refusals.gather(parse_ports, params)
    waits: Params = {}
    if state == "healthy":
        limit = params["healthy_wait_timeout"]
        waits = {"wait": "checked", "wait_timeout": limit if limit > 0 else _DAY}
    elif params["detach"] is False and not params["wait_timeout"]:
        waits = {"wait_timeout": _DAY}
    desired = refusals.gather(
        parse_container,
        params,
        state="started" if state == "healthy" else state,
        starts_new=False,
        ports=ports,
        comparisons=comparisons,
        recreates=params["recreate"],
        restarts=params["restart"] and state in ("started", "healthy"),
        paused=params["paused"] if state in ("started", "healthy") else None,
        remove_volumes=not params["keep_volumes"],
        compares_with_current_image=params["image_comparison"] == "current-image",
        ignores_image_name=params["image_name_mismatch"] == "ignore",
        refuses_other_labels=params["image_label_mismatch"] == "fail",
        detach=params["detach"] is not False,
        cleanup=params["cleanup"] and params["detach"] is False,
        layer_policy="auto",
        **waits,
    )
    if desired is None:
        raise Failure.of_all(refusals)
    refusals.raise_all()
    return desired


def _parse_pull(value: t.Any) -> str:
    text = {"true": "always", "false": "missing"}.get(str(value).lower(), str(value))
    text = {"yes": "always", "no": "missing"}.get(text, text)
    if text not in ("always", "missing", "never"):
        raise Failure("option_conflict", f"pull: {value!r} is none of missing, always, never, true and false.")
    return text


def _split_again(value: t.Any) -> t.Any:
    """A list is joined with blanks and split as a shell would; what is empty counts as not given."""
    if isinstance(value, (list, tuple)):
        value = " ".join(map(str, value))
    return shlex.split(value) or None if value else None


def _check_networks(params: Params) -> None:
    if not params["networks_cli_compatible"] and params.get("networks") and params.get("network_mode") is None:
        raise Failure(
            "option_conflict",
            "networks_cli_compatible=false: a container that shall be on the default bridge beside its networks has"
            " network_mode=bridge. Write that, and leave networks_cli_compatible out.",
        )


# -- comparisons -------------------------------------------------------------------------------------------------------


def _parse_comparisons(params: Params) -> dict[str, str]:
    given = {str(name): str(value) for name, value in (params.get("comparisons") or {}).items()}
    names = {alias: name for name, spec in SPEC.items() for alias in (name, *spec.get("aliases", ()))}
    wildcard = given.pop("*", None)
    if wildcard not in (None, _STRICT, _IGNORE):
        raise Failure("option_conflict", f"comparisons: '*' is strict or ignore, not {wildcard!r}.")
    found = {} if wildcard is None else dict.fromkeys((*OPTIONS, *_OTHERS), wildcard)
    if wildcard == _STRICT and params.get("networks") is None:
        del found["networks"]
    for alias, value in given.items():
        name = names.get(alias, alias)
        allowed = _OTHERS.get(name)
        if name in OPTIONS:
            allowed = (_STRICT, _IGNORE, _MORE) if OPTIONS[name].comparison == _MORE else (_STRICT, _IGNORE)
        if allowed is None:
            raise Failure("option_conflict", f"comparisons: {alias!r} is no option that is compared.")
        if value not in allowed:
            raise Failure("option_conflict", f"comparisons: {alias} is {' or '.join(allowed)}, not {value!r}.")
        found[name] = value
    return found


def _apply_comparisons(params: Params, comparisons: t.Mapping[str, str]) -> None:
    """What is compared in other ways than by the rows of the table."""
    for name, nothing in _OF_THE_IMAGE.items():
        if comparisons.get(name) == _STRICT and params.get(name) is None:
            params[name] = nothing
    if comparisons.get("published_ports") == _MORE:
        params["purge"] = False
    if comparisons.get("networks") == _STRICT and params.get("networks") is not None:
        params["purge_networks"] = True
