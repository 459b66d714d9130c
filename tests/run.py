# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs the project's checks: all of them, or the stages named as arguments (see STAGES at the end).

What follows ``--`` goes to the tools of stages that take arguments. Long output goes to .build/logs/<stage>.log and is
shown when the stage fails. The last line says how many tests passed, failed and were skipped.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
import typing as t
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree

CHECKOUT = Path(__file__).resolve().parent.parent
BUILD = CHECKOUT / ".build"
# ansible-test and mypy want a path that ends in ansible_collections/<namespace>/<name>; a link does not do.
COPY = BUILD / "ansible_collections" / "bridgeport" / "docker"
OUTPUT = COPY / "tests" / "output"
LOGS = BUILD / "logs"
TARGETS = COPY / "tests" / "integration" / "targets"
VENV_BIN = Path(sys.executable).parent
PYTHON_VERSION = f"{sys.version_info[0]}.{sys.version_info[1]}"
SYSTEM_PYTHON = "/usr/bin/python3"
# The pip that ansible-test of each ansible-core release puts into the virtual environments of its sanity tests.
SANITY_PIP = {"2.19": "24.2", "2.21": "25.2"}
SHOWN_LINES = 100
# Seconds for one integration target or scenario.
TARGET_TIMEOUT = 1500
# Runs a command beside a private engine; ends with this status where the machine cannot have it. Newer ones are the
# engines of these Debian releases, whose packages are unpacked in ENGINES.
ENGINE_TOOL = COPY / "tests" / "support" / "private_engine.py"
ENGINE_UNAVAILABLE = 77
PACKAGES_TOOL = COPY / "tests" / "support" / "engine_packages.py"
ENGINES = BUILD / "engines"
NEWER_ENGINES = ("trixie", "sid")
# The suites that depend on the engine, and seconds for each.
ENGINE_SUITES = {"fidelity": 1800, "conflicts": 900, "members": 900, "ports": 600, "faults": 1800}
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
RUNNING: set[subprocess.Popen[bytes]] = set()
NO_ENGINE = "all of it: there is no engine"
# What pip says when it fills the sanity tests' virtual environments.
PIP_NOISE = re.compile(r"(Collecting|Installing|Using cached|Successfully installed|\s+Downloading|\s+━|\s*$)")


@dataclass
class Outcome:
    """What a stage found out. Skips carry their reason; ``show`` is worth reading even when all is well."""

    passed: int = 0
    failed: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    show: list[str] = field(default_factory=list)

    def count(self, ok: bool, name: str) -> None:
        if ok:
            self.passed += 1
        else:
            self.failed.append(name)


class Log:
    """Runs commands with their output going to one file."""

    def __init__(self, stage: str) -> None:
        LOGS.mkdir(parents=True, exist_ok=True)
        self.path = LOGS / f"{stage}.log"
        self.path.write_text("", encoding="utf-8")
        self.failures: list[str] = []

    def write(self, text: str) -> None:
        with self.path.open("a", encoding="utf-8") as stream:
            stream.write(text)

    def run(
        self, *command: str, timeout: int, cwd: Path = COPY, env: t.Mapping[str, str] | None = None
    ) -> tuple[int, str]:
        """The command's exit status and output. One that takes too long is ended with everything that it started."""
        self.write(f"$ {' '.join(command)}\n")
        start = self.path.stat().st_size
        with self.path.open("ab") as stream:
            # A file, not a pipe: a daemon that the command starts may keep its output open.
            process = subprocess.Popen(
                command,
                cwd=cwd,
                env={**environment(), **(env or {})},
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            RUNNING.add(process)
            try:
                status = process.wait(timeout)
            except subprocess.TimeoutExpired:
                end_process(process)
                status = 124
            RUNNING.discard(process)
        if status == 124:
            self.write(f"\nEnded after {timeout} seconds.\n")
        with self.path.open("rb") as stream:
            stream.seek(start)
            output = stream.read().decode("utf-8", errors="replace")
        if status:
            self.failures.append(f"$ {' '.join(command)}\n{output}")
        return status, output


def end_process(process: subprocess.Popen[bytes]) -> None:
    """End a command with everything that it started."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(10)


def stop_everything(number: int, frame: object) -> None:
    """Interrupted: the commands have sessions of their own, so they would go on without us."""
    print("\nInterrupted.", flush=True)
    for process in list(RUNNING):
        end_process(process)
    os._exit(130)


def environment() -> dict[str, str]:
    """This process' environment without what would lead Ansible, Molecule or Python elsewhere."""
    kept = {
        key: value
        for key, value in os.environ.items()
        if not key.startswith(("ANSIBLE_", "MOLECULE_", "PYTHON", "COVERAGE_", "MAKE", "MFLAGS"))
    }
    return {
        **kept,
        "PATH": f"{VENV_BIN}:{os.environ['PATH']}",
        "LC_ALL": "C.UTF-8",
        "NO_COLOR": "1",
        "ANSIBLE_NOCOLOR": "1",
        "ANSIBLE_COLLECTIONS_PATH": str(BUILD),
    }


def project_files() -> list[str]:
    """What git tracks or would track; everything but the known by-products where there is no repository."""
    if (CHECKOUT / ".git").exists():
        # The checkout may belong to somebody else than the one who runs the tests.
        command = ["git", "-c", f"safe.directory={CHECKOUT}", "ls-files", "-z", "-co", "--exclude-standard"]
        names = subprocess.run(command, cwd=CHECKOUT, check=True, capture_output=True, text=True).stdout.split("\0")
        return [name for name in names if name and os.path.lexists(CHECKOUT / name)]
    found = (path.relative_to(CHECKOUT) for path in CHECKOUT.rglob("*") if not path.is_dir())
    return [str(path) for path in found if path.parts[0] not in (".build", ".venv") and "__pycache__" not in path.parts]


def refresh_copy() -> None:
    """Make COPY anew from the checkout, so that deleted files are gone from it as well."""
    shutil.rmtree(COPY, ignore_errors=True)
    for name in project_files():
        target = COPY / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(CHECKOUT / name, target, follow_symlinks=False)
    # ansible-test and ansible-lint ask the nearest repository for the files to test: without one of its own the copy
    # belongs to the checkout's, which ignores .build.
    if shutil.which("git"):
        subprocess.run(["git", "init", "--quiet", str(COPY)], check=True)


def read_junit(pattern: str) -> Outcome:
    """Sum up the JUnit files in tests/output/junit."""
    outcome = Outcome()
    for path in sorted((OUTPUT / "junit").glob(pattern)):
        for case in ElementTree.parse(path).iter("testcase"):
            name = f"{case.get('classname')}.{case.get('name')}"
            skip = case.find("skipped")
            if skip is not None:
                outcome.skipped.append(f"{name}: {skip.get('message') or (skip.text or '').strip()}")
            else:
                outcome.count(case.find("failure") is None and case.find("error") is None, name)
    return outcome


# --- Stages -----------------------------------------------------------------------------------------------------------


def lint(log: Log, args: list[str]) -> Outcome:
    outcome = Outcome()
    shebang = re.compile(rb"#!.*\b(ba|da)?sh\b")
    scripts = [
        name for name in project_files() if (COPY / name).is_file() and shebang.match((COPY / name).read_bytes()[:80])
    ]
    package = "ansible_collections/bridgeport/docker"
    mypy_paths = [f"{package}/{name}" for name in ("plugins", "tests") if (COPY / name).is_dir()]
    commands: dict[str, tuple[Path, list[str]]] = {
        "ruff check": (COPY, ["ruff", "check", "--no-cache", "."]),
        "ruff format": (COPY, ["ruff", "format", "--no-cache", "--check", "."]),
        "mypy": (BUILD, ["mypy", "--config-file", f"{package}/pyproject.toml", *mypy_paths]),
        "yamllint": (COPY, ["yamllint", "--strict", "."]),
        "ansible-lint": (COPY, ["ansible-lint", "--offline", "--profile", "production"]),
        "antsibull-docs": (
            COPY,
            ["antsibull-docs", "lint-collection-docs", "--plugin-docs", "--validate-collection-refs=self", "."],
        ),
        "antsibull-changelog": (COPY, ["antsibull-changelog", "lint"]),
        "shellcheck": (COPY, ["shellcheck", *scripts]),
    }
    for name, (cwd, command) in commands.items():
        status, output = log.run(*command, cwd=cwd, timeout=600)
        ok = status == 0
        if name == "ansible-lint":
            # It is content with a folder in which it finds nothing to look at.
            ok = ok and re.search(r"in [1-9]\d* files processed", output) is not None
        outcome.count(ok, name)
    ignored = [path.name for path in (COPY / "tests" / "sanity").glob("ignore-*.txt") if path.read_text().strip()]
    if ignored:
        log.write(f"These files must be empty: {', '.join(ignored)}\n")
    outcome.count(not ignored, "no ignored sanity tests")
    return outcome


def units(log: Log, args: list[str]) -> Outcome:
    return run_units(log, *args, timeout=1200)


def run_units(log: Log, *args: str, timeout: int) -> Outcome:
    command = ["ansible-test", "units", "--python", PYTHON_VERSION, "--color", "no"]
    status, _output = log.run(*command, *args, timeout=timeout)
    outcome = read_junit("*-units.xml")
    if status and not outcome.failed:
        outcome.failed.append(f"ansible-test units ended with status {status}")
    return outcome


def sanity(log: Log, args: list[str]) -> Outcome:
    """All sanity tests, with a home of their own: their virtual environments and pip's stand-in stay in .build."""
    home = BUILD / "home"
    make_pip_standin(home / ".ansible" / "test" / "cache", log)
    own_home = {
        "HOME": str(home),
        "XDG_CONFIG_HOME": os.environ.get("XDG_CONFIG_HOME", os.path.expanduser("~/.config")),
        "XDG_CACHE_HOME": os.environ.get("XDG_CACHE_HOME", os.path.expanduser("~/.cache")),
    }
    command = ["ansible-test", "sanity", "--python", PYTHON_VERSION, "--requirements", "--color", "no", "--junit"]
    status, output = log.run(*command, *args, timeout=900, env=own_home)
    outcome = read_junit("ansible-test-sanity-*.xml")
    outcome.skipped = [
        re.sub(r"^sanity\.(.*)-python-[\d.]+: No tests applicable\.$", r"\1: there are no files for it", line)
        for line in outcome.skipped
    ]
    # A test whose program is missing (shellcheck, pwsh) only warns, and counts as passed.
    # At the end ansible-test says all its warnings again, below a heading of their own.
    for warning in sorted(set(re.findall(r"^WARNING: (.*)$", output, re.MULTILINE))):
        if not warning.startswith(("Using locale", "Reviewing previous")):
            outcome.failed.append(f"warning: {warning}")
    if status and not outcome.failed:
        outcome.failed.append(f"ansible-test sanity ended with status {status}")
    return outcome


def make_pip_standin(cache: Path, log: Log) -> None:
    """Put a script where ansible-test looks before it downloads get-pip from its own server.

    It does what get-pip does, with a pip that came from the package index that everything else comes from.
    """
    core = next(cache_key for cache_key in SANITY_PIP if ansible_core_version().startswith(cache_key + "."))
    version = SANITY_PIP[core]
    script = cache / f"get_pip_{version.replace('.', '_')}.py"
    if script.exists():
        return
    cache.mkdir(parents=True, exist_ok=True)
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "download", "--quiet", "--no-deps"]
    log.run(*pip, "--dest", str(cache), f"pip=={version}", timeout=120)
    script.write_text(
        f"""import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "pip-{version}-py3-none-any.whl"))
arguments = [item for item in sys.argv[1:] if item not in ("--no-setuptools", "--no-wheel")]
sys.argv[1:] = ["install", "--upgrade", "--force-reinstall", *arguments]
from pip._internal.cli.main import main

sys.exit(main(sys.argv[1:]))
""",
        encoding="utf-8",
    )


def ansible_core_version() -> str:
    from ansible.release import __version__

    return str(__version__)


def engine(log: Log, args: list[str]) -> Outcome:
    """Not a test, but what others need: an engine, made by the collection's own role where there is none."""
    outcome = Outcome()
    interpreter = json.dumps({"ansible_python_interpreter": sys.executable})
    status, _output = log.run(
        "ansible-playbook",
        "-i",
        "localhost,",
        "-c",
        "local",
        "-e",
        interpreter,
        "bridgeport.docker.docker_engine",
        timeout=420,
    )
    if status:
        outcome.failed.append("the playbook bridgeport.docker.docker_engine")
        return outcome
    version = "import docker; v = docker.from_env(timeout=20).version(); print(v['Version'], 'API', v['ApiVersion'])"
    status, output = log.run(sys.executable, "-c", version, timeout=60)
    if status:
        outcome.failed.append("the engine does not answer")
    else:
        outcome.show.append(f"engine {output.strip()}")
    return outcome


def differential(log: Log, args: list[str]) -> Outcome:
    """The port grammar against the docker CLI."""
    return run_pytest(log, "differential", args, timeout=300)


def run_pytest(
    log: Log, folder: str, args: list[str], timeout: int, engine: str = "", env: t.Mapping[str, str] | None = None
) -> Outcome:
    """``engine`` names a private one; without, it is the machine's own."""
    results = f"{folder}-{engine}.xml" if engine else f"{folder}.xml"
    report = OUTPUT / "junit" / results
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-q", "-rs", "--capture=no"]
    if engine:
        command = [sys.executable, str(ENGINE_TOOL), engine, str(ENGINES), *command]
    status, output = log.run(
        *command,
        f"--junit-xml={report}",
        f"tests/engine/{folder}",
        *args,
        timeout=timeout,
        env={"PYTHONPATH": str(BUILD), **(env or {})},
    )
    if engine and status == ENGINE_UNAVAILABLE:
        log.failures.pop()
        return Outcome(skipped=[output.splitlines()[-1]])
    outcome = read_junit(results)
    if status and not outcome.failed:
        outcome.failed.append(f"pytest ended with status {status}")
    # What the tests print and their counts, without pytest's progress; what failed is shown with the stage.
    lines = [line for line in output.splitlines() if line and not re.match(r"[.sFEx]+(\s|$)", line)]
    outcome.show.extend(itertools.takewhile(lambda line: not line.startswith("===="), lines[:-1]))
    outcome.show.extend(lines[-1:])
    return outcome


def faults(log: Log, args: list[str]) -> Outcome:
    """Changes in which a request breaks or the daemon dies, and the run after each. FAULTS=all tries everything."""
    outcome = run_pytest(log, "faults", args, timeout=14400, engine="own")
    if outcome.passed or outcome.failed:
        return outcome
    # The machine's own engine will do for everything but killing it.
    shared = run_pytest(log, "faults", args, timeout=14400)
    shared.skipped += outcome.skipped
    return shared


def fidelity(log: Log, args: list[str]) -> Outcome:
    """Containers built in every way, whose ports change and nothing else."""
    return run_pytest(log, "fidelity", args, timeout=900, env=find_compose(log))


def find_compose(log: Log) -> dict[str, str]:
    """What tells the tests where Docker Compose is. Where it cannot be had, the log says why."""
    status, output = log.run(sys.executable, str(PACKAGES_TOOL), str(ENGINES), timeout=600)
    if status:
        log.failures.pop()
    return {} if status else {"COMPOSE": output.splitlines()[-1]}


def members(log: Log, args: list[str]) -> Outcome:
    """A network that changes under its members, running and stopped."""
    return run_pytest(log, "members", args, timeout=600)


def conflicts(log: Log, args: list[str]) -> Outcome:
    """Host ports that are held, wanted by somebody else."""
    return run_pytest(log, "conflicts", args, timeout=900)


def ports(log: Log, args: list[str]) -> Outcome:
    """What containers publish, against docker port."""
    return run_pytest(log, "ports", args, timeout=600)


def no_secrets(log: Log, args: list[str]) -> Outcome:
    """Values of the environment and credentials in nothing that is printed, returned or written down."""
    return run_pytest(log, "secrets", args, timeout=900)


def newer_engine(log: Log, args: list[str]) -> Outcome:
    """A short pass on the newest engine that this machine can have."""
    few = {"FAULTS": "few", "FIDELITY_SAMPLE": "4", **find_compose(log)}
    chosen = {
        "fidelity": [],
        "members": ["-k", "everybody"],
        "faults": ["-k", "every_request and (swap or creation or dependents or rebuild-recreate) or left"],
    }
    return join({name: run_pytest(log, name, [*chosen[name], *args], 600, NEWER_ENGINES[-1], few) for name in chosen})


def engines(log: Log, args: list[str]) -> Outcome:
    """What depends on the engine, on this machine's own and on newer ones."""
    environment = {"FAULTS": "few", **find_compose(log)}
    return join(
        {
            f"{name} ({engine})": run_pytest(log, name, args, timeout, engine, environment)
            for engine in ("own", *NEWER_ENGINES)
            for name, timeout in ENGINE_SUITES.items()
        }
    )


def join(parts: t.Mapping[str, Outcome]) -> Outcome:
    joined = Outcome()
    for name, part in parts.items():
        joined.passed += part.passed
        joined.failed += [f"{name}: {line}" for line in part.failed]
        joined.skipped += [f"{name}: {line}" for line in part.skipped]
        joined.show += [f"{name}: {line}" for line in part.show]
    return joined


def concurrency(log: Log, args: list[str]) -> Outcome:
    """Eight runs at once on the same containers."""
    return run_pytest(log, "concurrency", args, timeout=600)


def bench(log: Log, args: list[str]) -> Outcome:
    """Not a test: ours beside community.docker, as ratios. Fails only where something could not be measured."""
    outcome = Outcome()
    command = [sys.executable, "-m", "ansible_collections.bridgeport.docker.tests.bench.run"]
    status, output = log.run(*command, *args, timeout=3600, env={"PYTHONPATH": str(BUILD)})
    if status:
        outcome.failed.append(f"the benchmark ended with status {status}")
    else:
        outcome.show.extend(output.splitlines())
    return outcome


def integration(log: Log, args: list[str]) -> Outcome:
    outcome = Outcome()
    command = ["ansible-test", "integration", "--python", PYTHON_VERSION, "--color", "no"]
    for name in chosen_targets(args):
        if name in FIXED_PORTS:
            continue
        # One at a time: a target that hangs takes only its own result with it.
        status, output = log.run(*command, name, timeout=TARGET_TIMEOUT)
        excluded = re.search(r"^WARNING: Excluding target tests marked (.*): ", output, re.MULTILINE)
        if excluded and not status:
            outcome.skipped.append(f"{name}: it is marked {excluded[1]}")
        else:
            count_play(outcome, name, status, output)
    return outcome


def count_play(outcome: Outcome, name: str, status: int, output: str) -> None:
    """A play passes when it ends well and has run a task. What it skips on its own says so in a message."""
    outcome.count(status == 0 and re.search(r"\bok=[1-9]", output) is not None, name)
    outcome.skipped.extend(f"{name}: {reason}" for reason in re.findall(r'"msg": "SKIPPED: (.*)"', output))


def chosen_targets(args: list[str]) -> dict[str, list[str]]:
    return {name: aliases for name, aliases in integration_targets().items() if not args or name in args}


def integration_targets() -> dict[str, list[str]]:
    """Every integration target that is a test of its own, with its aliases."""
    found = {}
    for path in sorted(TARGETS.glob("*/aliases")):
        aliases = [line.split("#")[0].strip() for line in path.read_text(encoding="utf-8").splitlines()]
        if "hidden" not in aliases and "disabled" not in aliases:
            found[path.parent.name] = aliases
    return found


def integration_system_python(log: Log, args: list[str]) -> Outcome:
    """The same targets as plain roles, with the interpreter and the SDK that managed hosts have."""
    outcome = Outcome()
    targets = chosen_targets(args)
    reason = missing_system_sdk(log)
    if reason:
        outcome.skipped.extend(f"{name}: {reason}" for name in targets)
        return outcome
    _status, version = log.run(
        SYSTEM_PYTHON, "-c", "import sys, docker; print(sys.version.split()[0], docker.__version__)", timeout=60
    )
    outcome.show.append("Python {}, docker SDK {}".format(*version.split()))
    folder = BUILD / "system_python"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    inventory = folder / "inventory.ini"
    inventory.write_text(f"testhost ansible_connection=local ansible_python_interpreter={SYSTEM_PYTHON}\n")
    for name, aliases in targets.items():
        if "needs/root" in aliases and os.geteuid() != 0:
            outcome.skipped.append(f"{name}: it needs root")
            continue
        setup = [alias.split("/")[2] for alias in aliases if alias.startswith(("setup/once/", "setup/always/"))]
        playbook = folder / f"{name}.yml"
        # JSON is YAML.
        playbook.write_text(
            json.dumps([{"name": name, "hosts": "testhost", "roles": [*setup, name]}]), encoding="utf-8"
        )
        status, output = log.run(
            "ansible-playbook",
            "-i",
            str(inventory),
            str(playbook),
            timeout=TARGET_TIMEOUT,
            env={"ANSIBLE_ROLES_PATH": str(TARGETS)},
        )
        count_play(outcome, name, status, output)
    return outcome


def install_packages(log: Log, *packages: str) -> bool:
    """Install Debian's packages where that is allowed; whether it was."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return False
    apt = {"DEBIAN_FRONTEND": "noninteractive"}
    log.run("apt-get", "update", "-qq", timeout=180, env=apt)
    log.run("apt-get", "install", "-qq", "-y", "--no-install-recommends", *packages, timeout=300, env=apt)
    return True


def report_page(log: Log, args: list[str]) -> Outcome:
    """The page of the role topology_report in a browser, with screenshots in .build/report."""
    program = find_browser()
    if not program and not install_packages(log, "chromium", "fonts-dejavu-core"):
        return Outcome(skipped=["all of it: there is no Chromium, and only root can install it (with apt)"])
    program = program or find_browser()
    if not program:
        return Outcome(skipped=[f"all of it: Chromium could not be installed (see {log.path})"])
    if not shutil.which("dot") and not install_packages(log, "graphviz"):
        return Outcome(skipped=["all of it: there is no Graphviz, and only root can install it (with apt)"])
    return run_pytest(log, "report", args, timeout=900, env={"CHROMIUM": program})


def find_browser() -> str:
    return next(filter(None, map(shutil.which, BROWSERS)), "")


def missing_system_sdk(log: Log) -> str:
    """Why the system's Python cannot be tested; empty when it can. Installs the distribution's SDK where allowed."""
    if not os.access(SYSTEM_PYTHON, os.X_OK):
        return f"there is no {SYSTEM_PYTHON}"
    probe = (SYSTEM_PYTHON, "-c", "import docker.api")
    if log.run(*probe, timeout=60, cwd=BUILD)[0] == 0:
        return ""
    if not install_packages(log, "python3-docker"):
        return f"{SYSTEM_PYTHON} has no docker SDK, and only root can install python3-docker (with apt)"
    if log.run(*probe, timeout=60, cwd=BUILD)[0] == 0:
        return ""
    return f"python3-docker could not be installed (see {log.path})"


def molecule(log: Log, args: list[str]) -> Outcome:
    outcome = Outcome()
    scenarios = sorted(path.parent.name for path in (COPY / "extensions" / "molecule").glob("*/molecule.yml"))
    for scenario in scenarios:
        if scenario != "default" and (not args or scenario in args):
            status, output = log.run("molecule", "test", "--report", "-s", scenario, timeout=TARGET_TIMEOUT)
            count_play(outcome, scenario, status, output)
    return outcome


def importer(log: Log, args: list[str]) -> Outcome:
    """What Galaxy says about the built collection; its warnings are errors here."""
    outcome = Outcome()
    work = BUILD / "importer"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    status, _output = log.run("ansible-galaxy", "collection", "build", "--output-path", str(work), timeout=60)
    tarballs = [str(path) for path in work.glob("*.tar.gz")]
    if status or len(tarballs) != 1:
        outcome.failed.append("ansible-galaxy collection build")
        return outcome
    status, output = log.run(
        sys.executable,
        "-m",
        "galaxy_importer.main",
        *tarballs,
        timeout=300,
        cwd=work,
        env={"GALAXY_IMPORTER_CHECK_REQUIRED_TAGS": "true"},
    )
    problems = re.findall(r"^(?:WARNING|ERROR).*$", output, re.MULTILINE)
    outcome.count(status == 0 and not problems and "completed successfully" in output, "galaxy-importer")
    outcome.show.extend(problems)
    return outcome


def coverage(log: Log, args: list[str]) -> Outcome:
    """The unit tests once more, and how much of plugins/ they ran.

    On request: ansible-test gives each test a process of its own, whose file of a few hundred kB is written and read.
    """
    outcome = run_units(log, "--coverage", *args, timeout=2400)
    command = ["ansible-test", "coverage", "report", "--python", PYTHON_VERSION, "--color", "no"]
    status, output = log.run(*command, "--omit", "*/tests/*", timeout=1200)
    lines = [line for line in output.splitlines() if re.search(r"^(Name|TOTAL|plugins/|-+$)", line)]
    if status or not any(line.startswith("TOTAL") for line in lines):
        outcome.failed.append("no coverage to report")
    # Documentation fragments are never loaded by a module.
    plugins = {
        str(path.relative_to(COPY)) for path in (COPY / "plugins").rglob("*.py") if path.parent.name != "doc_fragments"
    }
    unloaded = plugins - {line.split()[0] for line in lines if line}
    outcome.show.extend([*lines, *(f"{name}  was not loaded by any test" for name in sorted(unloaded))])
    return outcome


@dataclass(frozen=True)
class Stage:
    run: t.Callable[[Log, list[str]], Outcome]
    needs_engine: bool = False
    # False: part of the machinery, which fails but does not count as a test.
    tests: bool = True
    # Too long to be part of every run.
    on_request: bool = False


STAGES = {
    "lint": Stage(lint),
    "units": Stage(units),
    "sanity": Stage(sanity),
    "importer": Stage(importer),
    "report": Stage(report_page),
    "engine": Stage(engine, tests=False),
    "differential": Stage(differential, needs_engine=True),
    "integration": Stage(integration, needs_engine=True),
    "integration-system-python": Stage(integration_system_python, needs_engine=True),
    "molecule": Stage(molecule, needs_engine=True),
    "faults": Stage(faults, needs_engine=True),
    "concurrency": Stage(concurrency, needs_engine=True),
    "bench": Stage(bench, needs_engine=True, tests=False, on_request=True),
    "fidelity": Stage(fidelity, needs_engine=True),
    "conflicts": Stage(conflicts, needs_engine=True),
    "members": Stage(members, needs_engine=True),
    "ports": Stage(ports, needs_engine=True),
    "secrets": Stage(no_secrets, needs_engine=True),
    "newer-engine": Stage(newer_engine, needs_engine=True),
    "engines": Stage(engines, needs_engine=True, on_request=True),
    "coverage": Stage(coverage, on_request=True),
}


# The engine comes first; then lanes side by side, as much of what they do is waiting for it.
LANES = (
    ("engine",),
    ("lint", "units", "molecule", "newer-engine", "fidelity"),
    ("differential", "integration", "faults", "sanity", "importer", "report", "engines", "bench", "coverage"),
    ("integration-system-python", "concurrency", "conflicts", "members", "ports", "secrets"),
)
# Their host ports are as documented, so they run once: with the interpreter that most hosts have.
FIXED_PORTS = {"documented_examples"}


@dataclass
class Report:
    """The outcomes of all stages of a run. Stages print one at a time."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    started: float = field(default_factory=time.monotonic)

    def run_lane(self, names: t.Sequence[str], args: list[str]) -> None:
        for name in names:
            if STAGES[name].needs_engine and self.outcomes["engine"].failed:
                self.outcomes[name] = Outcome(skipped=[NO_ENGINE])
                continue
            started = time.monotonic()
            log = Log(name)
            outcome = STAGES[name].run(log, args)
            if STAGES[name].tests and not (outcome.passed or outcome.failed or outcome.skipped):
                outcome.failed.append("ran no test")
            self.outcomes[name] = outcome
            self.seconds[name] = time.monotonic() - started
            with self.lock:
                self.print_stage(name, log)

    def print_stage(self, name: str, log: Log) -> None:
        outcome = self.outcomes[name]
        print(f"== {name}: {self.verdict(name)} after {self.seconds[name]:.0f} s")
        if outcome.failed:
            print(f"   what failed (all output: {log.path}):")
            for failure in log.failures:
                lines = [line for line in failure.splitlines() if not PIP_NOISE.match(line)]
                if len(lines) > SHOWN_LINES:
                    lines[1:-SHOWN_LINES] = ["..."]
                print("\n".join(lines))
        for line in outcome.show:
            print(f"   {line}")
        for line in outcome.failed:
            print(f"   FAILED {line}")
        sys.stdout.flush()

    def verdict(self, name: str) -> str:
        outcome = self.outcomes[name]
        if outcome.failed:
            return "FAILED"
        return "passed" if outcome.passed or not STAGES[name].tests else "skipped"

    def print_summary(self) -> bool:
        """The table of stages, the skips with their reasons and the counts. True when all is well."""
        outcomes = {name: self.outcomes[name] for name in STAGES if name in self.outcomes}
        print("\nStages")
        for name, outcome in outcomes.items():
            counts = f"{outcome.passed} passed, {len(outcome.failed)} failed, {len(outcome.skipped)} skipped"
            seconds = f"{self.seconds.get(name, 0):.0f} s"
            print(f"  {name:<26} {self.verdict(name):<8} {seconds:>6}  {counts if STAGES[name].tests else ''}".rstrip())
        print(f"  {'all together':<35} {time.monotonic() - self.started:>6.0f} s")
        skips = [f"  {name}: {line}" for name, outcome in outcomes.items() for line in outcome.skipped]
        if skips:
            print("\n".join(["Skipped", *skips]))
        passed = sum(outcome.passed for outcome in outcomes.values())
        failed = sum(len(outcome.failed) for outcome in outcomes.values())
        ran = passed > 0 or not any(STAGES[name].tests for name in outcomes)
        if not ran:
            print("No test ran.")
        print(f"{passed} passed, {failed} failed, {len(skips)} skipped", flush=True)
        return ran and failed == 0


def main(arguments: list[str]) -> int:
    split = arguments.index("--") if "--" in arguments else len(arguments)
    chosen, args = arguments[:split], arguments[split + 1 :]
    unknown = [name for name in chosen if name not in STAGES]
    if unknown:
        print(f"No such stage: {', '.join(unknown)}. There are: {', '.join(STAGES)}.")
        return 2
    if any(STAGES[name].needs_engine for name in chosen):
        chosen.append("engine")
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop_everything)
    wanted = chosen or [name for name, stage in STAGES.items() if not stage.on_request]
    lanes = [[name for name in lane if name in wanted] for lane in LANES]
    refresh_copy()
    print(f"ansible-core {ansible_core_version()}, Python {sys.version.split()[0]}; logs in {LOGS}", flush=True)
    report = Report()
    first, *beside = lanes
    report.run_lane(first, args)
    with ThreadPoolExecutor(len(beside)) as pool:
        # result() raises what a lane raised.
        for lane in [pool.submit(report.run_lane, names, args) for names in beside]:
            lane.result()
    return 0 if report.print_summary() else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
