# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The modules as Ansible runs them: their options, and whole runs in this process."""

from __future__ import annotations

import contextlib
import importlib
import io
import json
import typing as t

import pytest
from ansible.module_utils import basic

from ansible_collections.bridgeport.docker.plugins.module_utils._module import CONNECTION_SPEC

MODULES = (
    "docker_bridge_network",
    "docker_container",
    "docker_network",
    "docker_network_probe",
    "docker_port_info",
    "docker_port_publish",
    "docker_topology",
    "docker_topology_info",
)
Json = t.Dict[str, t.Any]


class _Asked(Exception):
    """The module has said what its options are."""


def load(module: str) -> t.Any:
    return importlib.import_module(f"ansible_collections.bridgeport.docker.plugins.modules.{module}")


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


def run_main(module: str, arguments: Json) -> Json:
    """What the module says. Whatever it raises beside its own exit comes out."""
    said = io.StringIO()
    with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(said):
        patch.setattr(basic, "_ANSIBLE_ARGS", json.dumps({"ANSIBLE_MODULE_ARGS": arguments}).encode())
        patch.setattr(basic, "_ANSIBLE_PROFILE", "legacy", raising=False)
        with pytest.raises(SystemExit):
            load(module).main()
    return t.cast(Json, json.loads(said.getvalue()))
