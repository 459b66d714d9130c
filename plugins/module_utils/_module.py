# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""What every module file has in common: the connection's options, results, and how failures leave the module."""

from __future__ import annotations

import json
import os
import typing as t

from ansible.module_utils.basic import AnsibleModule, env_fallback

from ._engine.client import ApiError, Client
from ._engine.connection import MAX_TIMEOUT, Connection
from ._errors import Failure
from ._objects.redact import HIDDEN, hide_pairs, hide_password

DEFAULT_DOCKER_HOST = "unix:///var/run/docker.sock"

# Documented in plugins/doc_fragments/_docker.py.
CONNECTION_SPEC: dict[str, dict[str, t.Any]] = {
    "docker_host": {
        "type": "str",
        "default": DEFAULT_DOCKER_HOST,
        "fallback": (env_fallback, ["DOCKER_HOST"]),
        "aliases": ["docker_url"],
    },
    "tls_hostname": {"type": "str", "fallback": (env_fallback, ["DOCKER_TLS_HOSTNAME"])},
    "api_version": {
        "type": "str",
        "default": "auto",
        "fallback": (env_fallback, ["DOCKER_API_VERSION"]),
        "aliases": ["docker_api_version"],
    },
    "timeout": {"type": "int", "default": 60, "fallback": (env_fallback, ["DOCKER_TIMEOUT"])},
    "ca_path": {"type": "path", "aliases": ["ca_cert", "tls_ca_cert", "cacert_path"]},
    "client_cert": {"type": "path", "aliases": ["tls_client_cert", "cert_path"]},
    "client_key": {"type": "path", "aliases": ["tls_client_key", "key_path"]},
    "tls": {"type": "bool", "default": False, "fallback": (env_fallback, ["DOCKER_TLS"])},
    "validate_certs": {
        "type": "bool",
        "default": False,
        "fallback": (env_fallback, ["DOCKER_TLS_VERIFY"]),
        "aliases": ["tls_verify"],
    },
    "use_ssh_client": {"type": "bool", "default": False},
}


class _Module(AnsibleModule):
    """Hides environment values also where the arguments themselves are refused, before any of our code runs."""

    _is_ready = False

    def __init__(self, **settings: t.Any) -> None:
        super().__init__(**settings)
        self._is_ready = True

    def fail_json(self, msg: str, **result: t.Any) -> t.NoReturn:
        if not self._is_ready:
            failure = self._explain_refused()
            if failure is not None:
                msg, result = failure.message, {"failure": failure.as_dict(), **failure.outcome, **result}
        result.setdefault("invocation", {"module_args": redact(self.params)})
        super().fail_json(msg, **result)
        raise AssertionError  # for type checkers that do not know that it ends here

    def _explain_refused(self) -> Failure | None:
        """All that is wrong with the arguments, not the first of it; None where something else is wrong."""
        found = getattr(self, "validation_result", None)
        if found is None:
            return None
        from ansible.module_utils.errors import UnsupportedError

        from ._desired.advice import explain_unknown, explain_values

        # The full name of the module, or that of its file.
        path = self._name[:-3] if self._name.endswith(".py") else self._name
        name = path.rpartition(".")[2]
        refusals = explain_unknown(name, self.params, self.argument_spec)
        advice = " ".join(["", *explain_values(name, self.params, self.argument_spec)])
        # What Ansible says of unknown options is the same without the advice.
        others = [each for each in found.errors if not (refusals and isinstance(each, UnsupportedError))]
        for each in others:
            told = each.msg.rstrip(".") + "." + (advice if "state" in each.msg else "")
            refusals.append(Failure("option_conflict", told))
        return Failure.of_all(refusals) if refusals else None


def create_module(spec: t.Mapping[str, t.Any], **constraints: t.Any) -> AnsibleModule:
    """An AnsibleModule with the connection's options that supports check mode.

    Its arguments are not written to the system log: marking ``env`` as no_log would do that as well, but it would
    also blank every port and name in the result that happens to equal a secret value.
    """
    return _Module(argument_spec={**CONNECTION_SPEC, **spec}, supports_check_mode=True, no_log=True, **constraints)


def read_connection(params: t.Mapping[str, t.Any]) -> Connection:
    if not 1 <= params["timeout"] <= MAX_TIMEOUT:
        raise Failure("option_conflict", f"timeout is {params['timeout']}, but must be 1 to {MAX_TIMEOUT} seconds.")
    cert_path = os.environ.get("DOCKER_CERT_PATH", "")

    def certificate(option: str, file_name: str) -> str | None:
        if params[option]:
            return str(params[option])
        path = os.path.join(cert_path, file_name)
        return path if cert_path and os.path.exists(path) else None

    return Connection(
        docker_host=params["docker_host"],
        api_version=params["api_version"],
        timeout=params["timeout"],
        tls=params["tls"],
        validate_certs=params["validate_certs"],
        tls_hostname=params["tls_hostname"],
        ca_path=certificate("ca_path", "ca.pem"),
        client_cert=certificate("client_cert", "cert.pem"),
        client_key=certificate("client_key", "key.pem"),
        use_ssh_client=params["use_ssh_client"],
    )


def redact(value: t.Any) -> t.Any:
    """The module's parameters without what may be secret in them, at any depth: see _REDACTED."""
    if isinstance(value, t.Mapping):
        return {key: item if item is None else _REDACTED.get(key, redact)(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [redact(item) for item in value]
    return value


def _hide_values(values: t.Any) -> t.Any:
    """Only names are shown, and where it is none as it should be, nothing."""
    return hide_pairs(values) if isinstance(values, t.Mapping) else HIDDEN


def _hide_password(address: t.Any) -> t.Any:
    return hide_password(address) if isinstance(address, str) else HIDDEN


_REDACTED: dict[str, t.Callable[[t.Any], t.Any]] = {
    # Environments, and options of drivers, which log in with them.
    **dict.fromkeys(("env", "log_options", "log_opt", "volume_options"), _hide_values),
    **dict.fromkeys(("docker_host", "docker_url"), _hide_password),
}


def _check_texts(params: t.Mapping[str, t.Any]) -> None:
    """Bytes that are no UTF-8 reach a module as surrogates, which neither an address nor an answer of ours can hold."""
    for option, value in params.items():
        try:
            json.dumps(value, ensure_ascii=False).encode()
        except UnicodeEncodeError as error:
            # The value may be a secret.
            raise Failure("option_conflict", f"{option} holds bytes that are no UTF-8.", option=option) from error


def run_module(module: AnsibleModule, work: t.Callable[[Client], dict[str, t.Any]]) -> None:
    """Connect, do the module's work, and leave: the one place where a failure becomes a result."""
    invocation = {"module_args": redact(module.params)}
    failure: Failure | None = None
    try:
        _check_texts(module.params)
        result = work(Client.connect(read_connection(module.params)))
    except Failure as error:
        failure, result = error, dict(error.outcome)
    except ApiError as error:
        failure, result = (
            Failure("daemon_error", f"The Docker daemon refused: {error.message}", status=error.status),
            {},
        )
    for warning in result.pop("warnings", ()):
        module.warn(warning)
    if failure is not None:
        module.fail_json(msg=failure.message, failure=failure.as_dict(), invocation=invocation, **result)
    module.exit_json(invocation=invocation, **result)
