# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""The only file that imports the Docker SDK. Importing it is most of what a task without changes would cost."""

from __future__ import annotations

import http.client
import importlib.util
import re
import sys
import typing as t

from .._errors import Failure
from .._objects.redact import hide_password_in
from .connection import Connection


def parse_version(text: str) -> tuple[int, int]:
    if not re.fullmatch(r"[0-9]{1,5}(\.[0-9]{1,5})*", text):
        raise ValueError("not a version")
    major, minor = [*text.split("."), "0"][:2]
    return int(major), int(minor)


def open_sdk(connection: Connection, version: tuple[int, int]) -> t.Any:
    """The SDK's client, which is a requests.Session as well. Asks the daemon nothing."""
    docker = import_sdk()
    try:
        session = docker.APIClient(
            base_url=connection.docker_host,
            version=f"{version[0]}.{version[1]}",
            timeout=connection.timeout,
            tls=_tls_config(docker, connection),
            use_ssh_client=connection.use_ssh_client,
        )
    except transport_errors() as error:
        raise unreachable(connection, error) from error
    # REQUESTS_CA_BUNDLE in the environment would override the CA that was given for this daemon.
    session.trust_env = False
    return session


def import_sdk() -> t.Any:
    try:
        import docker
        import docker.errors
        import docker.tls
        import docker.utils
    except ImportError as error:
        raise _sdk_missing(str(error)) from error
    return docker


def check_sdk() -> None:
    """Raises Failure(sdk_missing): before anything is changed, though most of what is done can do without."""
    found = importlib.util.find_spec("docker")
    # A folder of that name has no origin.
    if found is None or found.origin is None:
        raise _sdk_missing("No module named 'docker'")


def _sdk_missing(reason: str) -> Failure:
    return Failure(
        "sdk_missing",
        f"The Docker SDK for Python cannot be imported by {sys.executable}: {reason}. Install it for this interpreter"
        " (python3-docker of the distribution, or pip install docker), or set ansible_python_interpreter.",
        python=sys.executable,
    )


def transport_errors() -> tuple[type[Exception], ...]:
    """What the transports raise. An error of a library that was not imported cannot have been raised."""
    # Those of requests are OSErrors.
    found: list[type[Exception]] = [OSError, ValueError, http.client.HTTPException]
    for module, name in (
        ("docker.errors", "DockerException"),
        ("docker.errors", "StreamParseError"),
        ("paramiko", "SSHException"),
    ):
        if module in sys.modules:
            found.append(getattr(sys.modules[module], name))
    return tuple(found)


def _tls_config(docker: t.Any, connection: Connection) -> t.Any:
    if not (connection.tls or connection.validate_certs):
        return False
    certificate = (connection.client_cert, connection.client_key)
    options: dict[str, t.Any] = {"verify": connection.validate_certs, "ca_cert": connection.ca_path}
    if all(certificate):
        options["client_cert"] = certificate
    # SDK 7.0 dropped assert_hostname; the name is then checked against the address that was dialled.
    if connection.tls_hostname and parse_version(docker.__version__) < (7, 0):
        options["assert_hostname"] = connection.tls_hostname
    return docker.tls.TLSConfig(**options)


def unreachable(connection: Connection, reason: object, what: str = "connecting") -> Failure:
    return Failure(
        "daemon_unreachable",
        f"No answer from the Docker daemon at {connection.shown_host} ({what}):"
        f" {hide_password_in(str(reason), connection.docker_host)}. "
        "Check that it runs, that docker_host is right, and that this user may use it.",
        docker_host=connection.shown_host,
    )
