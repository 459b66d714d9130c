# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs a module, each time in a process of its own, without starting Python and importing everything each time.

A server that has imported the modules makes a copy of itself for each run, which is what the daemon and the proxy see
as the client. It is single-threaded, so that a copy is whole, and ends when its input is closed.
"""

from __future__ import annotations

import importlib
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import typing as t
from pathlib import Path

COLLECTION = "bridgeport.docker"
MODULES = (
    "docker_port_publish",
    "docker_bridge_network",
    "docker_container",
    "docker_network",
    "docker_network_probe",
    "docker_port_info",
    "docker_topology",
    "docker_topology_info",
)
# Seconds for one run.
BOUND = 120


class Runner:
    """``server``: the module that serves; another one than this may alter what the modules do.

    ``python``: that in which the modules are, where they are of another collection.
    """

    def __init__(
        self,
        server: str = __name__,
        *,
        python: str = sys.executable,
        collection: str = COLLECTION,
        modules: t.Sequence[str] = MODULES,
    ) -> None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._server, self._lock = ours, threading.Lock()
        with theirs:
            self._process = subprocess.Popen(
                [python, "-m", server, str(theirs.fileno()), collection, *modules], pass_fds=[theirs.fileno()]
            )

    def run(self, arguments: t.Mapping[str, t.Any], module: str = MODULES[0]) -> dict[str, t.Any] | None:
        """The module's result; None where it was killed."""
        with tempfile.TemporaryDirectory() as folder:
            Path(folder, "arguments").write_text(json.dumps({"ANSIBLE_MODULE_ARGS": dict(arguments)}), encoding="utf-8")
            Path(folder, "module").write_text(module, encoding="utf-8")
            reader, writer = os.pipe()
            with os.fdopen(reader, "rb") as answer:
                with self._lock:
                    socket.send_fds(self._server, [folder.encode()], [writer])
                os.close(writer)
                # Ends when everybody who could write has ended.
                status = answer.read()
            output = Path(folder, "output").read_text(encoding="utf-8", errors="replace").strip()
        if not status or int(status) == -signal.SIGKILL:
            return None
        assert output.startswith("{"), output
        return t.cast(t.Dict[str, t.Any], json.loads(output))

    def close(self) -> None:
        self._server.close()
        self._process.wait(BOUND)


def serve(number: int, collection: str = COLLECTION, *names: str) -> None:
    package = f"ansible_collections.{collection}.plugins.modules"
    modules = {name: importlib.import_module(f"{package}.{name}") for name in names or MODULES}
    # Nobody waits for those who wait for a run.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    with socket.socket(fileno=number) as requests:
        while True:
            folder, descriptors, _flags, _address = socket.recv_fds(requests, 4096, 1)
            if not folder:
                return
            if os.fork() == 0:
                requests.close()
                _supervise(modules, Path(folder.decode()), descriptors[0])
            os.close(descriptors[0])


def _supervise(modules: t.Mapping[str, t.Any], folder: Path, answer: int) -> t.NoReturn:
    """Run the module in another copy, and say how that ended."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    worker = os.fork()
    if worker == 0:
        os.close(answer)
        signal.alarm(BOUND)
        output = os.open(folder / "output", os.O_WRONLY | os.O_CREAT)
        os.dup2(output, 1)
        os.dup2(output, 2)
        name = (folder / "module").read_text(encoding="utf-8")
        sys.argv = [name, str(folder / "arguments")]
        modules[name].main()
        os._exit(0)
    _pid, status = os.waitpid(worker, 0)
    os.write(answer, str(os.waitstatus_to_exitcode(status)).encode())
    os._exit(0)


if __name__ == "__main__":
    serve(int(sys.argv[1]), *sys.argv[2:])
