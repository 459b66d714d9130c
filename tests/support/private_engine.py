# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A Docker engine beside the machine's own, for as long as one command runs: nothing is installed, nothing stays.

usage: private_engine.py ENGINE STORE COMMAND...
    ENGINE  "own" (the machine's dockerd) or a Debian suite, whose packages are unpacked in the folder STORE

The engine lives on a host of its own: an init process in its own network, mount, PID, UTS and IPC namespace, with a
private /run, /etc/docker and data folder. The command runs on that host as well, with DOCKER_HOST set, so that it sees
published ports, and with the images of the tests. When init ends, for whatever reason, all of it is gone.

Ends with status 77, and the reason in the last line, where this machine cannot have such an engine.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
import typing as t
from dataclasses import asdict, astuple, dataclass
from pathlib import Path

if __name__ == "__main__":
    # Started as a file, wherever that is.
    sys.path.insert(0, str(Path(__file__).resolve().parents[5]))

from ansible_collections.bridgeport.docker.tests.support.budget import SAMPLED
from ansible_collections.bridgeport.docker.tests.support.engine_packages import Unavailable, find_compose, find_programs
from ansible_collections.bridgeport.docker.tests.support.real_engine import make_images

STATUS_UNAVAILABLE = 77
# Where a command finds the engine that it runs beside: a file with the fields of Daemon.
VARIABLE = "BRIDGEPORT_PRIVATE_ENGINE"

_NAMESPACES = ("--net", "--mount", "--pid", "--uts", "--ipc")
# A socket's path has at most 107 characters, so that a folder of tests will not do.
_PARENT, _PREFIX = "/tmp", "bridgeport-engine-"
# Seconds. A daemon that was killed takes its time to find out what its containers do.
_START_BOUND = 60
_BOUND = 120
_POLL = 0.05
_ATTEMPTS = 3


@dataclass
class Daemon:
    """A private dockerd, seen from its own host: started, killed and started again."""

    socket: str
    command: list[str]
    path: str
    log: str

    @classmethod
    def of_this_host(cls) -> Daemon | None:
        """The private engine that this process runs beside."""
        file = os.environ.get(VARIABLE)
        return cls(**json.loads(Path(file).read_text(encoding="utf-8"))) if file else None

    def start(self) -> None:
        """As its service manager would: once more where it does not come up."""
        for attempt in range(_ATTEMPTS):
            try:
                self._start()
                break
            except AssertionError:
                if attempt == _ATTEMPTS - 1:
                    raise
                _end_containerd()

    def _start(self) -> None:
        # Its number may be somebody else's by now.
        Path("/run/docker.pid").unlink(missing_ok=True)
        with open(self.log, "ab") as log:
            process = subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={**os.environ, "PATH": self.path},
                start_new_session=True,
            )
        deadline = time.monotonic() + _START_BOUND
        while not self.answers():
            if process.poll() is not None or time.monotonic() > deadline:
                lines = Path(self.log).read_text(encoding="utf-8", errors="replace").splitlines()[-15:]
                raise AssertionError("\n".join(["The private engine does not come up:", *lines]))
            time.sleep(_POLL)

    def answers(self) -> bool:
        try:
            with socket.socket(socket.AF_UNIX) as client:
                client.settimeout(5)
                client.connect(self.socket)
                client.sendall(b"GET /_ping HTTP/1.0\r\n\r\n")
                return b" 200 OK" in client.recv(100)
        except OSError:
            return False

    def pid(self) -> int:
        """Whoever listens; 0 where nobody does."""
        try:
            with socket.socket(socket.AF_UNIX) as client:
                client.settimeout(5)
                client.connect(self.socket)
                credentials = client.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
                return int(struct.unpack("3i", credentials)[0])
        except OSError:
            return 0

    def stop(self) -> None:
        """As its service manager would."""
        os.kill(self.pid(), signal.SIGTERM)
        self.await_end()

    def await_end(self) -> None:
        """For one that is being ended. When it was killed, its containers live on until it is started again."""
        deadline = time.monotonic() + _START_BOUND
        while self.pid():
            assert time.monotonic() < deadline, "the daemon lives"
            time.sleep(_POLL)


def _end_containerd() -> None:
    """The engine's own, which may have survived it without answering any more; its shims live on."""
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if (folder / "comm").read_text(encoding="utf-8").strip() in ("containerd", "dockerd"):
                os.kill(int(folder.name), signal.SIGKILL)
    Path("/run/docker/containerd/containerd.pid").unlink(missing_ok=True)


def end_ghosts() -> int:
    """End what still runs for containers that do not run, as far as the daemon of this private host knows; how many."""
    listed = subprocess.run(
        ["docker", "ps", "--quiet", "--no-trunc"], check=True, capture_output=True, text=True, timeout=_BOUND
    )
    known, shims, parents = set(listed.stdout.split()), dict[int, str](), dict[int, int]()
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "cmdline").read_text(encoding="utf-8", errors="replace").split("\0")
            parents[int(folder.name)] = int((folder / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()[1])
        except OSError:
            continue  # it has ended
        if "containerd-shim" in words[0] and "-id" in words:
            shims[int(folder.name)] = words[words.index("-id") + 1]
    ghosts = [pid for pid, container in shims.items() if container not in known]
    for pid in [*(child for child, parent in parents.items() if parent in ghosts), *ghosts]:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    return len(ghosts)


def list_objects() -> set[str]:
    """Everything that a private engine holds, to tell what a test has left; nothing on an engine that others use."""
    if Daemon.of_this_host() is None:
        return set()
    found = set()
    for kind, words in (
        ("container", ["ps", "--all", "--format", "{{.Names}}"]),
        ("volume", ["volume", "ls", "--quiet"]),
        ("network", ["network", "ls", "--format", "{{.Name}}"]),
    ):
        listed = subprocess.run(["docker", *words], check=True, capture_output=True, text=True, timeout=_BOUND)
        found |= {f"{kind} {name}" for name in listed.stdout.split()}
    return found


# --- From outside -----------------------------------------------------------------------------------------------------


def run_beside(engine: str, store: Path, command: t.Sequence[str]) -> int:
    """Run a command on the host of a new engine; its exit status. Raises Unavailable."""
    if os.geteuid() != 0:
        raise Unavailable("only root can start another engine")
    missing = [name for name in ("unshare", "nsenter", "setpriv", "iptables", "runc") if not _which(name)]
    if missing:
        raise Unavailable(f"there is no {', '.join(missing)}")
    path, compose = find_programs(engine, store), ""
    if not SAMPLED:
        # A private engine's host has no way out, so that it cannot be had later.
        with contextlib.suppress(Unavailable):
            compose = find_compose(store)
    _remove_remains()
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix=_PREFIX, dir=_PARENT))
        home = Path(folder)
        # Let go with this process, however it ends.
        lock = stack.enter_context((home / "lock.new").open("w"))
        fcntl.flock(lock, fcntl.LOCK_EX)
        (home / "lock.new").rename(home / "lock")
        daemon = Daemon(
            socket=f"{home}/docker.sock",
            command=[
                *("dockerd", "--host", f"unix://{home}/docker.sock", "--data-root", f"{home}/data"),
                *("--exec-root", "/run/docker", "--pidfile", "/run/docker.pid", "--group", "root"),
                *("--exec-opt", "native.cgroupdriver=cgroupfs", "--cgroup-parent", f"/{home.name}"),
            ],
            path=path,
            log=f"{home}/dockerd.log",
        )
        (home / "engine.json").write_text(json.dumps(asdict(daemon)), encoding="utf-8")
        _save_images(home / "images.tar")
        try:
            with _boot(home) as init:
                return _run_inside(init, [sys.executable, __file__, "--inside", folder, *command], compose)
        finally:
            _remove_cgroups(home.name)


def _which(program: str) -> str | None:
    return shutil.which(program, path=os.environ["PATH"] + ":/usr/sbin:/sbin")


def _save_images(archive: Path) -> None:
    """A private engine has no way out of its host, so it cannot get them by itself."""
    images = astuple(make_images())
    subprocess.run(["docker", "save", "--output", str(archive), *images], check=True, timeout=_BOUND)


@contextlib.contextmanager
def _boot(home: Path) -> t.Iterator[int]:
    """The number of an init process, which ends with this process at the latest."""
    process = subprocess.Popen(
        [
            *("setpriv", "--pdeathsig", "KILL", "unshare", "--fork", "--kill-child=KILL", *_NAMESPACES),
            *(sys.executable, __file__, "--init", str(home)),
        ],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    number = ""
    try:
        number = process.stdout.readline().strip()
        if not number:
            raise Unavailable(f"no host of its own for the engine: {(process.stderr.read().splitlines() or ['?'])[-1]}")
        yield int(number)
    finally:
        # unshare ends with its child; that is killed with it, and takes everything in its namespaces along.
        process.kill()
        process.communicate(timeout=_BOUND)
        if number:
            _await_end(int(number))


def _await_end(pid: int) -> None:
    """It becomes a zombie only after everything in its PID namespace is gone."""
    deadline = time.monotonic() + _START_BOUND
    while time.monotonic() < deadline:
        try:
            if Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] in "ZX":
                return
        except OSError:
            return
        time.sleep(_POLL)


def _run_inside(init: int, command: t.Sequence[str], compose: str) -> int:
    environment = {key: value for key, value in os.environ.items() if not key.startswith("DOCKER_") and key != VARIABLE}
    if compose:
        environment["COMPOSE"] = compose
    # A mount namespace has another root folder, so that the working folder has to be found again.
    enter = ["nsenter", f"--target={init}", *_NAMESPACES, "--", "env", f"--chdir={os.getcwd()}", *command]
    return subprocess.run(enter, check=False, env=environment, stdin=subprocess.DEVNULL).returncode


def _remove_remains() -> None:
    """What engines have left whose starter was killed: nothing but folders."""
    for home in Path(_PARENT).glob(f"{_PREFIX}*"):
        with contextlib.suppress(OSError), (home / "lock").open("r+") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            _remove_cgroups(home.name)
            shutil.rmtree(home, ignore_errors=True)


def _remove_cgroups(name: str) -> None:
    deadline = time.monotonic() + 10
    for top in [*Path("/sys/fs/cgroup").glob(name), *Path("/sys/fs/cgroup").glob(f"*/{name}")]:
        while top.exists() and time.monotonic() < deadline:
            for folder, _folders, _files in os.walk(top, topdown=False):
                with contextlib.suppress(OSError):
                    os.rmdir(folder)
            time.sleep(0 if not top.exists() else _POLL)


# --- From inside ------------------------------------------------------------------------------------------------------


def become_init(home: Path) -> None:
    """Makes the host and says so with its number as seen from outside; then reaps what others leave behind."""
    outside = os.readlink("/proc/self")
    name = home.name
    for made in ("etc", "data"):
        (home / made).mkdir()
    Path("/etc/docker").mkdir(exist_ok=True)
    for words in (
        ["-t", "proc", "proc", "/proc"],
        ["-t", "tmpfs", name, os.path.realpath("/run")],
        # Otherwise engines on one machine have one key and with it one ID.
        ["--bind", str(home / "etc"), "/etc/docker"],
        # Where the machine is a container, its own folders are on a file system that no engine can use.
        ["-t", "tmpfs", name, str(home / "data")],
    ):
        subprocess.run(["mount", *words], check=True)
    Path("/run/lock").mkdir()
    socket.sethostname(name)
    with socket.socket() as any_socket:
        fcntl.ioctl(any_socket, 0x8914, struct.pack("16sh14x", b"lo", 0x1 | 0x40))  # SIOCSIFFLAGS: IFF_UP, IFF_RUNNING
    # An engine closes the host to strangers only where it is the one that turns forwarding on.
    Path("/proc/sys/net/ipv4/ip_forward").write_text("0", encoding="ascii")
    print(outside, flush=True)
    null = os.open(os.devnull, os.O_RDWR)
    for stream in range(3):
        os.dup2(null, stream)
    while True:
        try:
            os.wait()
        except ChildProcessError:
            time.sleep(0.2)


def run_command(home: Path, command: t.Sequence[str]) -> int:
    """On the host itself: start the engine, give it the images, run the command."""
    daemon = Daemon(**json.loads((home / "engine.json").read_text(encoding="utf-8")))
    environment = {
        **os.environ,
        "DOCKER_HOST": f"unix://{daemon.socket}",
        VARIABLE: str(home / "engine.json"),
        "PATH": os.environ["PATH"] + ":/usr/sbin:/sbin",
    }
    daemon.start()
    load = ["docker", "load", "--quiet", "--input", str(home / "images.tar")]
    subprocess.run(load, check=True, env=environment, stdout=subprocess.DEVNULL, timeout=_BOUND)
    version = ["docker", "version", "--format", "engine {{.Server.Version}}, API {{.Server.APIVersion}}"]
    subprocess.run(version, check=True, env=environment, timeout=_BOUND)
    return subprocess.run(list(command), check=False, env=environment).returncode


def main(arguments: list[str]) -> int:
    if arguments[0] == "--init":
        become_init(Path(arguments[1]))
    if arguments[0] == "--inside":
        return run_command(Path(arguments[1]), arguments[2:])
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda received, _frame: sys.exit(128 + received))
    engine, store, *command = arguments
    try:
        return run_beside(engine, Path(store), command)
    except Unavailable as reason:
        print(f"{engine}: {reason}", flush=True)
        return STATUS_UNAVAILABLE


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
