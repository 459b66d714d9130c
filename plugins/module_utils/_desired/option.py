# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""What an option of containers is, and the ways in which one is merged into a create request.

There is no second place that compares: an option differs when merging it changes the request that remakes the
container. So each way leaves alone what already means the same, and returns the very value that stands there.
"""

from __future__ import annotations

import typing as t

Body = t.Dict[str, t.Any]
Parse = t.Callable[[t.Any, str], t.Any]
Normal = t.Callable[[t.Any], t.Any]


class Basis(t.NamedTuple):
    """What a merge goes by. ``inherited``: the image's own value. ``is_exact``: nothing else is to be there."""

    inherited: t.Any = None
    is_exact: bool = False


Merge = t.Callable[[t.Any, t.Any, Basis], t.Any]
MergeBody = t.Callable[[Body, t.Any, Basis], None]


def keep(value: t.Any, _option: str = "") -> t.Any:
    return value


class Option(t.NamedTuple):
    """One row of the table.

    ``spec``: its argument spec. ``path``: where a create request holds it, and an inspected container shows it.
    ``merge``: from what stands there and what the task asks for to what shall stand there; ``merge_body`` where more
    than one place is concerned. ``parse``: from the task's value to that of a request, with the option's name for
    messages. ``comparison``: how it is compared unless the task says how. ``show``: what a diff may show of it.
    """

    spec: dict[str, t.Any]
    path: tuple[str, ...]
    merge: Merge | None
    parse: Parse = keep
    merge_body: MergeBody | None = None
    comparison: str = "strict"
    show: t.Callable[[t.Any], t.Any] = keep

    def read(self, body: t.Mapping[str, t.Any]) -> t.Any:
        value: t.Any = body
        for key in self.path:
            value = (value or {}).get(key)
        return value

    def merge_into(self, body: Body, desired: t.Any, basis: Basis) -> None:
        if self.merge_body is not None:
            self.merge_body(body, desired, basis)
        if self.merge is not None:
            current = self.read(body)
            merged = self.merge(current, desired, basis)
            if merged is not current:
                write(body, self.path, merged)


def write(body: Body, path: t.Sequence[str], value: t.Any) -> None:
    *parents, last = path
    for key in parents:
        body[key] = dict(body.get(key) or {})
        body = body[key]
    body[last] = value


def show_names(lines: t.Any) -> list[str]:
    """Of ``NAME=value`` lines, whose values may be secret, the names."""
    return sorted(line.partition("=")[0] for line in lines or ())


# -- single values -----------------------------------------------------------------------------------------------------


def or_none(value: t.Any) -> t.Any:
    return value or None


def value(normal: Normal = or_none, *, filled: t.Collection[t.Any] = (), inherits: bool = False) -> Merge:
    """A single value. ``filled``: what engines put in the place of an empty one; ``inherits``: the image's, there."""

    def merge(current: t.Any, desired: t.Any, basis: Basis) -> t.Any:
        if inherits:
            desired = desired or basis.inherited or desired
        if normal(current) == normal(desired) or (not desired and normal(current) in filled):
            return current
        return desired

    return merge


# -- lists -------------------------------------------------------------------------------------------------------------


def ordered(normal: Normal = keep) -> Merge:
    """A list whose order counts."""

    def merge(current: t.Any, desired: t.Any, basis: Basis) -> t.Any:
        return current if [normal(each) for each in current or ()] == [normal(each) for each in desired] else desired

    return merge


def included(identity: Normal = keep, normal: Normal | None = None) -> Merge:
    """A list without order: what is listed is there, and takes the place of what has its identity; the rest stays."""
    compared = identity if normal is None else normal

    def merge(current: t.Any, desired: t.Any, basis: Basis) -> t.Any:
        merged = list(current or ())
        if basis.is_exact:
            known = [identity(each) for each in desired]
            merged = [each for each in merged if identity(each) in known]
        for wanted in desired:
            mine = [index for index, each in enumerate(merged) if identity(each) == identity(wanted)]
            if len(mine) == 1 and compared(merged[mine[0]]) == compared(wanted):
                continue
            place = mine[0] if mine else len(merged)
            merged = [each for index, each in enumerate(merged) if index not in mine]
            merged.insert(place, wanted)
        return current if merged == list(current or ()) else merged

    return merge


def replaced(normal: Normal) -> Merge:
    """A list whose items have no identity: all that is listed is there, or the list takes the place of what stands."""

    def merge(current: t.Any, desired: t.Any, basis: Basis) -> t.Any:
        standing, wanted = [normal(each) for each in current or ()], [normal(each) for each in desired]
        met = all(each in standing for each in wanted)
        if met and (len(standing) <= len(wanted) or not basis.is_exact):
            return current
        return list(desired)

    return merge


# -- maps --------------------------------------------------------------------------------------------------------------


def merged_map(normal: Normal = keep, *, kept: str = "") -> Merge:
    """A map: what is listed is enforced, None takes a key away, the rest stays. ``kept``: how keys begin that stay.

    What the image brings comes back at every create.
    """

    def merge(current: t.Any, desired: t.Any, basis: Basis) -> t.Any:
        standing, inherited = dict(current or {}), basis.inherited or {}
        wanted = {key: inherited.get(key) if content is None else content for key, content in desired.items()}
        rest = standing
        if basis.is_exact:
            rest = {key: content for key, content in standing.items() if inherited.get(key) == content}
        stays = {key: content for key, content in standing.items() if kept and key.startswith(kept)}
        changed = {
            key: standing[key] if key in standing and normal(standing[key]) == normal(content) else content
            for key, content in wanted.items()
            if content is not None
        }
        merged = {
            **{key: content for key, content in rest.items() if key not in wanted},
            **changed,
            **{key: content for key, content in stays.items() if wanted.get(key) is None},
        }
        return current if merged == standing else merged

    return merge


def _put_line(lines: t.Sequence[str], sign: str, name: str, line: str | None) -> list[str]:
    """``NAME=value`` or ``name:address`` in the place of every line of that name; None removes these lines."""
    mine = [index for index, each in enumerate(lines) if each.partition(sign)[0] == name]
    others = [each for index, each in enumerate(lines) if index not in mine]
    if line is None:
        return others
    place = mine[0] if mine else len(others)
    return [*others[:place], line, *others[place:]]


def merge_env(current: t.Any, desired: t.Mapping[str, str | None], basis: Basis) -> t.Any:
    """``NAME=value`` lines. A bare name in a request takes away the image's variable."""
    lines, inherited = list(current or ()), list(basis.inherited or ())
    if basis.is_exact:
        lines = [line for line in lines if line.partition("=")[0] in desired or line in inherited]
    for name, content in desired.items():
        # Of several lines of one name the last counts.
        last = next((each for each in reversed(lines) if each.partition("=")[0] == name), None)
        met = last in (None, name) if content is None else last == f"{name}={content}"
        if not met:
            lines = _put_line(lines, "=", name, None if content is None else f"{name}={content}")
    names = {line.partition("=")[0] for line in inherited}
    lines += [name for name, content in desired.items() if content is None and name in names and name not in lines]
    return current if lines == list(current or ()) else lines


def merge_etc_hosts(current: t.Any, desired: t.Mapping[str, str | None], basis: Basis) -> t.Any:
    """``name:address`` lines."""
    lines = list(current or ())
    if basis.is_exact:
        lines = [line for line in lines if line.partition(":")[0] in desired]
    for name, address in desired.items():
        # A name may have several addresses, one line for each.
        lines = _put_line(lines, ":", name, None if address is None else f"{name}:{address}")
    return current if lines == list(current or ()) else lines
