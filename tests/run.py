# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs the project's checks as stages, each a run of pytest: usage: run.py [--all] [STAGE...] [-- ARGS]

Without a stage it runs those of `make test`, or all that a release needs with --all. ARGS go to pytest: a path takes
the place of the stage's own, a bare word picks the case of that name. Logs are in .build/logs. The last line says how
many tests passed, failed and were skipped.
"""

from __future__ import annotations

import contextlib
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import threading
import time
import typing as t
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from xml.etree import ElementTree

HERE = Path(__file__).resolve().parent.parent
VENV_BIN = Path(sys.executable).parent
SHOWN_LINES = 150
RUNNING: set[subprocess.Popen[bytes]] = set()

if HERE.parts[-3:] == ("ansible_collections", "bridgeport", "docker"):
    COPY, BUILD = HERE, HERE.parents[2]
else:
    BUILD = HERE / ".build"
    # ansible-test and mypy want a path that ends in ansible_collections/<namespace>/<name>; a link does not do.
    COPY = BUILD / "ansible_collections" / "bridgeport" / "docker"
LOGS = BUILD / "logs"
ENGINES = BUILD / "engines"
# Runs a command beside a private engine; ends with this status where the machine cannot have it.
ENGINE_TOOL = COPY / "tests" / "support" / "private_engine.py"
ENGINE_UNAVAILABLE = 77
# Pytest's own status.
NO_TESTS = 5


# --- Stages -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Part:
    """A run of pytest: what it runs, its limit in seconds, and the private engine that it runs beside, if any."""

    paths: tuple[str, ...]
    seconds: int
    env: tuple[tuple[str, str], ...] = ()
    engine: str = ""
    # Where there is no private engine, the machine's own will do for most of it.
    or_shared: bool = False


@dataclass(frozen=True)
class Stage:
    sample: tuple[Part, ...]
    # With --all; the sample where it is empty.
    whole: tuple[Part, ...] = ()
    needs_engine: bool = False
    # Part of `make test`, of `make test-all` only, or of neither.
    when: t.Literal["always", "all", "on request"] = "always"


ALL = (("BUDGET", "all"),)
PROCESSES = ("-n", str(len(os.sched_getaffinity(0))), "--dist", "worksteal")
UNITS = Part(("tests/unit", *PROCESSES), 900)
MOLECULE = Part(("tests/checks/test_molecule.py",), 9000)
INTEGRATION = Part(("tests/checks/test_integration.py",), 9000)
# Most of what they do is waiting. What a file sets up is set up once.
SHARED = ("tests/engine", "--ignore=tests/engine/faults", "--ignore=tests/engine/alone")
ENGINE = Part((*SHARED, "-n", "4", "--dist", "loadfile"), 1800)
FAULTS = Part(("tests/engine/faults",), 14400, engine="own", or_shared=True)
# What is disturbed by any other change of the same engine.
ALONE = Part(("tests/engine/alone",), 600, engine="own", or_shared=True)
# A thousand tasks take their time.
PARITY = "tests/engine/parity"
WHOLE_ENGINE = (
    replace(ENGINE, paths=(*SHARED, f"--ignore={PARITY}", *ENGINE.paths[len(SHARED) :]), env=ALL),
    Part((PARITY,), 5400, env=ALL),
)
# A short pass on a newer engine.
NEWER = (
    Part((PARITY,), 600, engine="sid"),
    Part(("tests/engine/fidelity",), 600, engine="sid"),
    Part(("tests/engine/handover",), 900, engine="sid"),
    Part(("tests/engine/members", "-k", "everybody"), 600, engine="sid"),
    Part(("tests/engine/networks/test_peer.py",), 600, engine="sid"),
    Part(
        (
            "tests/engine/faults",
            "-k",
            "every_request and (replacement or creation or dependents or rebuild-recreate) or left",
        ),
        600,
        engine="sid",
    ),
)
ENGINE_SUITES = tuple(
    f"tests/engine/{name}" for name in ("fidelity", "conflicts", "handover", "members", "parity", "ports", "faults")
)


def check(name: str, seconds: int) -> tuple[Part]:
    return (Part((f"tests/checks/test_{name}.py",), seconds),)


STAGES = {
    "lint": Stage(check("lint", 1200)),
    "units": Stage((UNITS,), (replace(UNITS, env=ALL),)),
    "sanity": Stage(check("sanity", 1200)),
    "importer": Stage(check("importer", 400)),
    "engine": Stage(check("engine", 600)),
    "integration": Stage((INTEGRATION,), needs_engine=True),
    "engine-tests": Stage(
        (ENGINE, ALONE, FAULTS),
        (*WHOLE_ENGINE, replace(ALONE, env=ALL), replace(FAULTS, env=ALL)),
        needs_engine=True,
    ),
    "molecule": Stage(
        (replace(MOLECULE, paths=(*MOLECULE.paths, "-k", "[webapp_busybox]")),), (MOLECULE,), needs_engine=True
    ),
    "faults": Stage((replace(FAULTS, env=ALL),), needs_engine=True, when="on request"),
    "ansible-test-units": Stage(check("ansible_test_units", 1300), when="all"),
    "integration-venv": Stage((replace(INTEGRATION, env=(("INTERPRETER", "venv"),)),), needs_engine=True, when="all"),
    "report": Stage((Part(("tests/report",), 900),), when="all"),
    "newer-engine": Stage(NEWER, needs_engine=True, when="all"),
    "engines": Stage(
        tuple(
            Part((suite,), 1800, (*ALL, ("FAULTS", "few"), ("PARITY", "300")), engine)
            for engine in ("own", "trixie", "sid")
            for suite in ENGINE_SUITES
        ),
        needs_engine=True,
        when="on request",
    ),
    "bench": Stage(check("bench", 8000), needs_engine=True, when="on request"),
    "coverage": Stage(check("coverage", 1200), when="on request"),
}
# The engine comes first; then three lanes side by side, as those with an engine wait for it most of their time.
PLAYS = ("integration", "molecule", "integration-venv")
LANES = (
    [name for name, stage in STAGES.items() if name != "engine" and not stage.needs_engine],
    PLAYS,
    [name for name, stage in STAGES.items() if stage.needs_engine and name not in PLAYS],
)


# --- The copy that they run on ----------------------------------------------------------------------------------------


def project_files() -> list[str]:
    """What git tracks or would track; everything but the known by-products where there is no repository."""
    if (HERE / ".git").exists():
        # The checkout may belong to another user than the one who runs the tests.
        command = ["git", "-c", f"safe.directory={HERE}", "ls-files", "-z", "-co", "--exclude-standard"]
        names = subprocess.run(command, cwd=HERE, check=True, capture_output=True, text=True).stdout.split("\0")
        return [name for name in names if name and os.path.lexists(HERE / name)]
    found = (path.relative_to(HERE) for path in HERE.rglob("*") if not path.is_dir())
    return [str(path) for path in found if path.parts[0] not in (".build", ".venv") and "__pycache__" not in path.parts]


def refresh_copy() -> None:
    """Make a new COPY of the checkout, so that deleted files are gone from it as well."""
    shutil.rmtree(COPY, ignore_errors=True)
    for name in project_files():
        target = COPY / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(HERE / name, target, follow_symlinks=False)
    # ansible-test and ansible-lint ask the nearest repository for the files to test: without one of its own the copy
    # belongs to the checkout's, which ignores .build.
    if shutil.which("git"):
        subprocess.run(["git", "init", "--quiet", str(COPY)], check=True)


def environment() -> dict[str, str]:
    """This process' environment without what would lead Ansible, Molecule or Python elsewhere."""
    foreign = ("ANSIBLE_", "MOLECULE_", "PYTHON", "PYTEST_", "COVERAGE_", "MAKE", "MFLAGS")
    return {
        **{key: value for key, value in os.environ.items() if not key.startswith(foreign)},
        "PATH": f"{VENV_BIN}:{os.environ['PATH']}",
        "LC_ALL": "C.UTF-8",
        "NO_COLOR": "1",
        "ANSIBLE_NOCOLOR": "1",
        "ANSIBLE_COLLECTIONS_PATH": str(BUILD),
        "PYTHONPATH": str(BUILD),
    }


# --- Running ----------------------------------------------------------------------------------------------------------


@dataclass
class Outcome:
    """What a stage found out. Skips carry their reason; ``told`` is worth reading even when all is well."""

    passed: int = 0
    failed: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    # The end of what was printed by what failed.
    shown: list[str] = field(default_factory=list)
    seconds: float = 0

    @property
    def verdict(self) -> str:
        return "FAILED" if self.failed else "passed" if self.passed else "skipped"

    @property
    def counts(self) -> str:
        return f"{self.passed} passed, {len(self.failed)} failed, {len(self.skipped)} skipped"

    def read(self, junit: Path) -> None:
        tried: dict[str, list[int]] = {}
        for case in ElementTree.parse(junit).iter("testcase"):
            name = re.sub(r"^tests\.(checks\.)?", "", f"{case.get('classname')}.{case.get('name')}")
            skip = case.find("skipped")
            if skip is not None:
                self.skipped.append(f"{name}: {skip.get('message')}")
            elif case.find("failure") is not None or case.find("error") is not None:
                self.failed.append(name)
            else:
                self.passed += 1
            for key, value in ((each.get("name"), each.get("value", "")) for each in case.iter("property")):
                if key == "told":
                    self.told.append(value)
                elif key == "skipped":
                    self.skipped.append(f"{name}: {value}")
                elif key == "tried":
                    part, _of, whole, what = value.split(" ", 3)
                    counts = tried.setdefault(what, [0, 0])
                    counts[0], counts[1] = counts[0] + int(part), counts[1] + int(whole)
        self.told += [f"{part} of {whole} {what}" for what, (part, whole) in tried.items()]


def end_process(process: subprocess.Popen[bytes]) -> None:
    """End pytest, which ends what it has started."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        if process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(60)


def stop_everything(number: int, frame: object) -> None:
    """Interrupted: what runs has sessions of its own, so it would go on without us."""
    print("\nInterrupted.", flush=True)
    for process in list(RUNNING):
        end_process(process)
    os._exit(130)


def split_arguments(args: t.Sequence[str]) -> tuple[list[str], list[str]]:
    """Paths, and options of pytest: words alone pick the cases of these names."""
    paths = [word for word in args if word.startswith("tests/")]
    others = [word for word in args if word not in paths]
    if others and not any(word.startswith("-") for word in others):
        return paths, ["-k", " or ".join(f"[{word}]" for word in others)]
    return paths, others


def choose_parts(parts: t.Sequence[Part], paths: t.Sequence[str]) -> dict[Part, list[str]]:
    """Each path goes to the part whose own path is nearest above it."""
    if not paths:
        return {part: [] for part in parts}
    chosen: dict[Part, list[str]] = {}
    for path in paths:
        above = [part for part in parts if path.startswith(part.paths[0].removesuffix(".py"))]
        if above:
            nearest = max(len(part.paths[0]) for part in above)
            for part in above:
                if len(part.paths[0]) == nearest:
                    chosen.setdefault(part, []).append(path)
    return chosen


def run_part(name: str, part: Part, paths: t.Sequence[str], options: t.Sequence[str], outcome: Outcome) -> None:
    suite = f"{name}-{part.engine}-{Path(part.paths[0]).stem}" if part.engine else name
    log, junit = LOGS / f"{suite}.log", LOGS / f"{suite}.xml"
    junit.unlink(missing_ok=True)
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-q", "-rs", "-o", "junit_family=xunit1"]
    command.append(f"--junit-xml={junit}")
    if part.engine:
        command = [sys.executable, str(ENGINE_TOOL), part.engine, str(ENGINES), *command]
    own = [word for word in part.paths if not (paths and word.startswith("tests/"))]
    command += [*own, *paths, *options]
    with log.open("w") as stream:
        # A file, not a pipe: a daemon that the command starts may keep its output open.
        process = subprocess.Popen(
            command,
            cwd=COPY,
            env={**os.environ, **dict(part.env)},
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        RUNNING.add(process)
        try:
            status = process.wait(part.seconds)
        except subprocess.TimeoutExpired:
            end_process(process)
            status = 124
        RUNNING.discard(process)
    output = log.read_text(encoding="utf-8", errors="replace").splitlines()
    if part.engine and status == ENGINE_UNAVAILABLE:
        outcome.skipped.append(output[-1])
        if part.or_shared:
            run_part(f"{name}-shared", replace(part, engine="", or_shared=False), paths, options, outcome)
        return
    before = len(outcome.failed)
    if junit.exists():
        outcome.read(junit)
    if status == NO_TESTS and options:
        # Another part of the stage may have what was asked for.
        return
    if status and len(outcome.failed) == before:
        why = {NO_TESTS: "ran no test", 124: f"took longer than {part.seconds} s"}
        outcome.failed.append(f"{suite}: {why.get(status, f'pytest ended with status {status}')}")
    if status:
        outcome.shown += [f"what failed (all output: {log}):", *output[-SHOWN_LINES:]]


@dataclass
class Report:
    """The outcomes of all stages of a run. Stages print one at a time."""

    whole: bool
    args: list[str]
    lock: threading.Lock = field(default_factory=threading.Lock)
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    started: float = field(default_factory=time.monotonic)

    def run(self, names: t.Iterable[str]) -> None:
        for name in names:
            stage, outcome, started = STAGES[name], Outcome(), time.monotonic()
            if stage.needs_engine and self.outcomes["engine"].failed:
                outcome.skipped.append("all of it: there is no engine")
            else:
                paths, options = split_arguments([] if name == "engine" else self.args)
                parts = (self.whole and stage.whole) or stage.sample
                for part, own in choose_parts(parts, paths).items():
                    run_part(name, part, own, options, outcome)
                if not (outcome.passed or outcome.failed or outcome.skipped):
                    outcome.failed.append("ran no test")
            outcome.seconds = time.monotonic() - started
            with self.lock:
                self.outcomes[name] = outcome
                print(f"== {name}: {outcome.verdict} after {outcome.seconds:.0f} s, {outcome.counts}")
                for line in [*outcome.shown, *outcome.told, *(f"FAILED {line}" for line in outcome.failed)]:
                    print(f"   {line}")
                sys.stdout.flush()

    def print_summary(self) -> bool:
        """The table of stages, the skips with their reasons and the counts. True when all is well."""
        outcomes = {name: self.outcomes[name] for name in STAGES if name in self.outcomes}
        total = Outcome(seconds=time.monotonic() - self.started)
        print("\nStages")
        for name, outcome in outcomes.items():
            print(f"  {name:<20} {outcome.verdict:<8} {outcome.seconds:>6.0f} s  {outcome.counts}")
            total.passed += outcome.passed
            total.failed += outcome.failed
            total.skipped += [f"  {name}: {line}" for line in outcome.skipped]
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        print(f"  {'all together':<29} {total.seconds:>6.0f} s, {used.ru_utime + used.ru_stime:.0f} s of CPU time")
        if total.skipped:
            print("\n".join(["Skipped", *total.skipped]))
        print(total.counts, flush=True)
        return total.passed > 0 and not total.failed


def main(arguments: list[str]) -> int:
    if HERE != COPY:
        refresh_copy()
        LOGS.mkdir(exist_ok=True)
        module = "ansible_collections.bridgeport.docker.tests.run"
        os.chdir(COPY)
        os.execve(sys.executable, [sys.executable, "-m", module, *arguments], environment())
    split = arguments.index("--") if "--" in arguments else len(arguments)
    chosen, args = arguments[:split], arguments[split + 1 :]
    whole = "--all" in chosen
    chosen = [name for name in chosen if name != "--all"]
    unknown = [name for name in chosen if name not in STAGES]
    if unknown:
        print(f"No such stage: {', '.join(unknown)}. There are: {', '.join(STAGES)}.")
        return 2
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop_everything)
    wanted = chosen or [name for name, stage in STAGES.items() if stage.when in ("always", "all" if whole else "")]
    from ansible.release import __version__

    print(f"ansible-core {__version__}, Python {sys.version.split()[0]}; logs in {LOGS}", flush=True)
    report = Report(whole, args)
    if "engine" in wanted or any(STAGES[name].needs_engine for name in wanted):
        report.run(["engine"])
    with ThreadPoolExecutor(len(LANES)) as pool:
        # result() raises what a lane raised.
        for lane in [pool.submit(report.run, [name for name in names if name in wanted]) for names in LANES]:
            lane.result()
    return 0 if report.print_summary() else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
