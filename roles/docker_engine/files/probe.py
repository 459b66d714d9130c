# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Says in one line of JSON what a host has: the SDK, an engine that answers, programs and an init system.

Read from standard input by the interpreter that Ansible uses, with three arguments: the engine's address (may be
empty), how many seconds to wait for its answer, and the process ID of a dockerd that was just started (0: none).
Needs nothing but the standard library, since it runs before anything is installed.
"""

from __future__ import annotations

import http.client
import json
import os
import shutil
import socket
import sys
import time

STANDARD_SOCKET = "/var/run/docker.sock"
# One answer may take this long: an engine under load is slow, a dead one must not hang us.
ANSWER_TIMEOUT = 10.0
# Where dockerd is found on distributions that keep these out of the PATH of ordinary users.
ADMIN_PATH = "/usr/local/sbin:/usr/sbin:/sbin"


class UnixConnection(http.client.HTTPConnection):
    """HTTP over a unix socket."""

    def __init__(self, path: str) -> None:
        super().__init__("localhost", timeout=ANSWER_TIMEOUT)
        self.path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


def find_sdk() -> tuple[str | None, str]:
    """Version of the importable SDK, or why it cannot be imported."""
    # A script from standard input has the working directory first; a folder called docker there is not the SDK.
    sys.path[:] = [entry for entry in sys.path if entry]
    try:
        import docker
    except ImportError as exc:
        return None, str(exc)
    version = getattr(docker, "__version__", None)
    return (version, "") if version else (None, "the module named docker is not the SDK")


def ask_engine(host: str) -> tuple[dict[str, str] | None, str, str]:
    """What the engine says of itself; else a reason (one word) and the error."""
    if not host.startswith("unix://"):
        return ask_remote_engine(host)
    connection = UnixConnection(host[len("unix://") :])
    try:
        connection.request("GET", "/version")
        response = connection.getresponse()
        answer = json.loads(response.read().decode("utf-8"))
        return {"version": answer["Version"], "api": answer["ApiVersion"]}, "", ""
    except FileNotFoundError as exc:
        return None, "missing", str(exc)
    except PermissionError as exc:
        return None, "denied", str(exc)
    except (OSError, http.client.HTTPException, ValueError, KeyError) as exc:
        return None, "silent", str(exc) or type(exc).__name__
    finally:
        connection.close()


def ask_remote_engine(host: str) -> tuple[dict[str, str] | None, str, str]:
    """Other addresses than unix sockets need the SDK, for TLS and ssh."""
    try:
        import docker
        import requests

        client = docker.from_env(timeout=ANSWER_TIMEOUT, environment=dict(os.environ, DOCKER_HOST=host))
    except ImportError as exc:
        return None, "unknown", str(exc)
    except (OSError, ValueError, docker.errors.DockerException) as exc:
        return None, "silent", str(exc)
    try:
        answer = client.version()
        return {"version": answer["Version"], "api": answer["ApiVersion"]}, "", ""
    except (OSError, ValueError, KeyError, docker.errors.DockerException, requests.exceptions.RequestException) as exc:
        return None, "silent", str(exc)
    finally:
        client.close()


def process_lives(pid: int) -> bool:
    return pid == 0 or os.path.isdir(f"/proc/{pid}")


def main() -> None:
    host = sys.argv[1] or os.environ.get("DOCKER_HOST") or "unix://" + STANDARD_SOCKET
    deadline = time.monotonic() + float(sys.argv[2])
    pid = int(sys.argv[3])
    sdk, sdk_error = find_sdk()
    engine, reason, error = ask_engine(host)
    while engine is None and time.monotonic() < deadline and process_lives(pid):
        time.sleep(0.3)
        engine, reason, error = ask_engine(host)
    path = os.environ.get("PATH", os.defpath)
    found = {
        "docker_host": host,
        "local": host.startswith("unix://"),
        "standard_socket": host in ("unix://" + STANDARD_SOCKET, "unix:///run/docker.sock"),
        "engine": engine,
        "engine_reason": reason,
        "engine_error": error,
        "sdk": sdk,
        "sdk_error": sdk_error,
        # The distribution's python3-docker serves the system's own interpreter only.
        "system_python": sys.prefix == sys.base_prefix == "/usr",
        "cli": shutil.which("docker"),
        "dockerd": shutil.which("dockerd", path=path + os.pathsep + ADMIN_PATH),
        # As systemd's own sd_booted(3) tells.
        "systemd": os.path.isdir("/run/systemd/system"),
        "init_script": os.access("/etc/init.d/docker", os.X_OK),
        "root": os.geteuid() == 0,
    }
    print(json.dumps(found))


main()
