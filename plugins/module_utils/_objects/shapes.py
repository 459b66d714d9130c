# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""The shapes of values that come from outside: each is checked once, before anything reads the value.

A shape is a type (``object`` for every value), a dict with the shapes of the keys that are read, a list with the shape
of its items, or one of the classes here. What a shape does not name may be anything: nothing looks at it.
"""

from __future__ import annotations

import json
import typing as t

from .._errors import Failure

Shape = t.Any


class Maybe(t.NamedTuple):
    """A value that may be null, or a key that may be missing."""

    shape: Shape


class Nullable(t.NamedTuple):
    """A value that may be null; as that of a key it has to be there."""

    shape: Shape


class MapOf(t.NamedTuple):
    """An object whose keys are names."""

    shape: Shape


class Checked(t.NamedTuple):
    """A value of this shape that is also right in what it says."""

    shape: Shape
    is_right: t.Callable[[t.Any], bool]


NAME = Checked(str, bool)

_MISSING = object()
_KINDS = {
    type(None): "null",
    bool: "a boolean",
    int: "a number",
    float: "a number",
    str: "a text",
    list: "a list",
    dict: "an object",
}


def find_fault(value: t.Any, shape: Shape) -> str | None:
    """Where the value has another shape, and how: ``.Names[0] is a number``. None where it has this one.

    No value is quoted, as any may be a secret.
    """
    if isinstance(shape, (Maybe, Nullable)):
        if value is None or (value is _MISSING and isinstance(shape, Maybe)):
            return None
        shape = shape.shape
    if isinstance(shape, Checked):
        return find_fault(value, shape.shape) or (None if shape.is_right(value) else " cannot be read")
    inner: t.Iterable[tuple[str, t.Any, Shape]]
    if isinstance(shape, type):
        # A boolean is a number to Python, and not to JSON.
        is_right = isinstance(value, shape) and (shape in (bool, object) or not isinstance(value, bool))
        return None if is_right else _describe(value)
    if isinstance(shape, list):
        if not isinstance(value, list):
            return _describe(value)
        inner = ((f"[{index}]", item, shape[0]) for index, item in enumerate(value))
    elif not isinstance(value, dict):
        return _describe(value)
    elif isinstance(shape, MapOf):
        inner = ((f"[{key!r}]", item, shape.shape) for key, item in value.items())
    else:
        inner = ((f".{key}", value.get(key, _MISSING), expected) for key, expected in shape.items())
    for place, item, expected in inner:
        fault = find_fault(item, expected)
        if fault is not None:
            return place + fault
    return None


def _describe(value: t.Any) -> str:
    return " is missing" if value is _MISSING else f" is {_KINDS[type(value)]}"


def check_answer(what: str, answer: t.Any, shape: Shape) -> t.Any:
    """The answer to this request, which has this shape. Raises Failure(daemon_error) where it has another."""
    fault = find_fault(answer, shape)
    if fault is not None:
        raise misread(what, f"in it, {fault.lstrip('.')}" if fault[0] in ".[" else f"it{fault}")
    return answer


def misread(what: str, reason: str) -> Failure:
    return Failure(
        "daemon_error",
        f"The answer to {what} is not that of a Docker daemon: {reason}. Check that docker_host leads to one.",
    )


def parse_json(text: str | bytes) -> t.Any:
    """Raises ValueError for what is no JSON, and for what is nested too deeply to be read."""
    try:
        return json.loads(text)
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error
