# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What check mode says of a task, compared with what the task does, and with what it does the second time."""

from __future__ import annotations

import typing as t

from ansible_collections.bridgeport.docker.tests.engine.parity.bed import Bed, Seen
from ansible_collections.bridgeport.docker.tests.engine.parity.tasks import Task
from ansible_collections.bridgeport.docker.tests.support.module_runner import Runner
from ansible_collections.bridgeport.docker.tests.support.real_engine import SOCKET

Result = t.Dict[str, t.Any]
# Empty in a prediction where the engine decides.
OF_THE_ENGINE = ("id", "network_id", "ip_address", "ipv6_address", "mac_address", "gateway")
PREDICTED = ("container", "network", "containers", "networks", "published", "diff", "will_lose", "changed")


class Verdict(t.NamedTuple):
    """``outcome``: changed, unchanged, refused or failed; ``findings`` say what is wrong."""

    outcome: str
    code: str
    findings: tuple[str, ...]


def try_task(task: Task, bed: Bed, runner: Runner) -> Verdict:
    findings: list[str] = []

    def run(**mode: bool) -> Result:
        arguments = {"docker_host": f"unix://{SOCKET}", **task.arguments, "_ansible_diff": True, **mode}
        try:
            result = runner.run(arguments, task.module)
        except AssertionError as error:
            return {
                "failed": True,
                "msg": f"no result: {str(error).splitlines()[-1]}",
                "failure": {"code": "traceback"},
            }
        return result or {"failed": True, "msg": "takes too long", "failure": {"code": "too long"}}

    before = bed.look()
    check = run(_ansible_check_mode=True)
    findings += [f"Check mode changes {each}" for each in find_changes(before, bed.look())]
    done = run()
    after = bed.look()
    if done.get("failed"):
        if not check.get("failed"):
            # Whether a program goes on running no plan knows.
            if "exit_code" not in done["failure"]:
                findings.append(f"Check mode passes, the run fails ({_code(done)}): {done['msg']}")
        elif done.get("rolled_back") is not None:
            findings.append(f"The run fails later than check mode: {done['msg']}")
        elif (_code(check), check["msg"], check.get("refusals")) != (_code(done), done["msg"], done.get("refusals")):
            findings.append(
                f"Check mode refuses as {_code(check)}: {check['msg']}\nthe run as {_code(done)}: {done['msg']}"
            )
        if check.get("failed"):
            findings += [f"A refusal changes {each}" for each in find_changes(before, after)]
        findings += [
            f"Not refused, but broken: {result['msg']}"
            for result in (check, done)
            if _code(result) in ("traceback", "too long")
        ]
        return Verdict("refused" if check.get("failed") else "failed", _code(done), tuple(findings))
    if check.get("failed"):
        findings.append(f"Check mode refuses as {_code(check)} what the run does: {check['msg']}")
        return Verdict("changed", "", tuple(findings))
    for key in PREDICTED:
        findings += [f"Predicted otherwise: {each}" for each in compare(check.get(key), done.get(key), key)]
    again = run()
    if again.get("failed"):
        findings.append(f"The second run fails ({_code(again)}): {again['msg']}")
    elif again["changed"] or again.get("actions"):
        findings.append(f"The second run changes again: {again.get('actions')}")
    else:
        findings += [f"The second run says nothing, but changes {each}" for each in find_changes(after, bed.look())]
    return Verdict("changed" if done["changed"] else "unchanged", "", tuple(findings))


def _code(result: Result) -> str:
    return str((result.get("failure") or {}).get("code") or "arguments")


# -- predictions -------------------------------------------------------------------------------------------------------


def compare(predicted: t.Any, real: t.Any, path: str) -> t.Iterator[str]:
    """Where they differ in what the plan can know."""
    key = path.rpartition(".")[2]
    if key == "published" and isinstance(predicted, list) and isinstance(real, list):
        if not _same_published(predicted, real):
            yield f"{path}: {predicted} is {real}"
    elif key == "ipam_config" and isinstance(predicted, list) and isinstance(real, list):
        # The engine chooses a subnet of each kind for which none is given.
        kinds = {":" in row["subnet"] for row in predicted}
        given = [row for row in real if (":" in row["subnet"]) in kinds]
        if len(given) != len(predicted):
            yield f"{path}: {predicted} is {real}"
        for number, (mine, other) in enumerate(zip(predicted, given)):
            yield from compare(mine, other, f"{path}.{number}")
    elif isinstance(predicted, dict) and isinstance(real, dict):
        for each in sorted({*predicted, *real}):
            if each not in predicted or each not in real:
                kind, value = ("missing", predicted[each]) if each in predicted else ("added", real[each])
                yield f"{path}.{each} is {kind}: {value}"
            else:
                yield from compare(predicted[each], real[each], f"{path}.{each}")
    elif isinstance(predicted, list) and isinstance(real, list) and len(predicted) == len(real):
        for number, (mine, other) in enumerate(zip(predicted, real)):
            yield from compare(mine, other, f"{path}.{number}")
    elif predicted != real and not (key in OF_THE_ENGINE and not predicted):
        yield f"{path}: {predicted!r} is {real!r}"


def _same_published(predicted: list[Result], real: list[Result]) -> bool:
    """Each stands for one at least, and each of them is foreseen: one without an address stands for IPv4 and IPv6."""
    return all(any(_meets(row, mine) for row in real) for mine in predicted) and all(
        any(_meets(row, mine) for mine in predicted) for row in real
    )


def _meets(row: Result, predicted: Result) -> bool:
    if any(row[key] != predicted[key] for key in ("container_port", "protocol", "active")):
        return False
    if predicted["host_ip"] and predicted["host_ip"] != row["host_ip"]:
        return False
    port = predicted["host_port"]
    if port is None or not row["active"]:
        return port is None or port == row["host_port"]
    first, _dash, last = str(port).partition("-")
    return bool(int(first) <= row["host_port"] <= int(last or first))


# -- what stands -------------------------------------------------------------------------------------------------------


def find_changes(before: Seen, after: Seen) -> t.Iterator[str]:
    for key in sorted({*before, *after}):
        name = " ".join(key)
        if key not in after:
            yield f"{name}, which is gone"
        elif key not in before:
            yield f"{name}, which is new"
        else:
            yield from (f"{name}: {each}" for each in _differences(before[key], after[key], ""))


def _differences(before: t.Any, after: t.Any, path: str) -> t.Iterator[str]:
    if isinstance(before, dict) and isinstance(after, dict):
        for key in sorted({*before, *after}):
            yield from _differences(before.get(key), after.get(key), f"{path}.{key}".lstrip("."))
    elif before != after:
        yield f"{path} {before!r} is {after!r}"
