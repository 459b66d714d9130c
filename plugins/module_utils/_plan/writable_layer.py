# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""Files that a container has written outside of volumes: whether its successor gets them, and whether they may be lost.

With writable_layer=auto nothing is refused for their sake: what cannot be carried stays behind, and is said.
"""

from __future__ import annotations

import typing as t

from .._errors import Failure
from .._objects.containers import Container
from .._objects.layer import Content, Layer
from .._objects.snapshot import Snapshot
from .changes import Replacement

# How many paths a message lists.
_TOLD = 10


def check_layer(replacement: Replacement, snapshot: Snapshot) -> list[Failure]:
    container, desired = replacement.container, replacement.desired
    layer = snapshot.layers.get(container.id)
    if layer is None or desired.writable_layer in ("discard", "auto"):
        return []
    changes = _list_changes(layer)
    if changes and desired.writable_layer == "refuse":
        return [_layer_failure(container, changes, "and writable_layer=refuse forbids to replace it.")]
    if changes and replacement.new_image:
        return [_layer_failure(container, changes, "which cannot be carried over to another image.")]
    if changes and replacement.starts_first:
        why = "which cannot be carried over with update_order=start-first: the successor starts before they are final."
        return [_layer_failure(container, changes, why)]
    if layer.obstacles:
        why = f"which cannot be carried over: {'; '.join(layer.obstacles)}."
        return [_layer_failure(container, changes, why)]
    if layer.content is not None and layer.content.sparse:
        why = "whose holes the engine would write out as zeros in its successor; keep such files in a volume."
        return [_layer_failure(container, layer.content.sparse, why)]
    if layer.deleted and not desired.ignore_deletions:
        listed = tuple(f"deleted {path}" for path in layer.deleted)
        why = "which cannot be repeated in its successor; writable_layer_deletions=ignore lets them come back."
        return [_layer_failure(container, listed, why)]
    return []


def carries(replacement: Replacement, snapshot: Snapshot) -> bool:
    if replacement.container.id not in snapshot.layers:
        return False
    if replacement.desired.writable_layer == "auto":
        return not _why_left(replacement, snapshot)
    return replacement.desired.writable_layer == "carry" and not replacement.new_image


def _why_left(replacement: Replacement, snapshot: Snapshot) -> str:
    """Why writable_layer=auto leaves the layer behind; empty where it is carried."""
    if replacement.new_image:
        return "it gets another image"
    if replacement.starts_first:
        return "its successor starts before they are final (update_order=start-first)"
    if replacement.lacks_space:
        return "the disk of the engine has no room for a copy"
    return "; ".join(snapshot.layers[replacement.container.id].obstacles)


def list_layer_losses(replacement: Replacement, snapshot: Snapshot) -> list[str]:
    name, layer = replacement.container.name, snapshot.layers.get(replacement.container.id)
    if layer is None:
        return []
    if not carries(replacement, snapshot):
        return [f"writable layer of {name}: {change}" for change in _list_changes(layer)]
    losses = [f"writable layer of {name}: {change}" for change in layer.hidden]
    losses += [f"deletion of {path} in {name}" for path in layer.deleted]
    if layer.content is not None:
        losses += [f"{lost} in {name}" for lost in layer.content.lost]
        losses += [f"holes of {file} in {name}, which are written out as zeros" for file in layer.content.sparse]
    return losses


def warn_of_layer(replacement: Replacement, snapshot: Snapshot) -> list[str]:
    """What writable_layer=auto gives up."""
    losses = list_layer_losses(replacement, snapshot) if replacement.desired.writable_layer == "auto" else []
    if not losses:
        return []
    name, layer = replacement.container.name, snapshot.layers[replacement.container.id]
    if carries(replacement, snapshot):
        told = f"of what it has written outside of volumes this cannot be kept: {_list_first(losses)}"
    else:
        told = (
            f"its changes outside of volumes are lost, as {_why_left(replacement, snapshot)}:"
            f" {_list_first(_list_changes(layer))}"
        )
    return [
        (
            f"Container {name!r} is replaced, and {told}. Keep such files in a volume; writable_layer=carry refuses"
            " such a change."
        )
    ]


def check_space(replacements: t.Iterable[Replacement], snapshot: Snapshot) -> list[Failure]:
    """Whether the disk of the engine takes a copy of all layers: for a while, it has them twice."""
    contents = _list_carried(replacements, snapshot)
    names = [replacement.container.name for replacement, _content in contents]
    return [
        Failure(
            "no_space",
            f"What {', '.join(map(repr, names))} wrote outside of volumes takes {lack.needed} {lack.unit} a second time"
            f" until the change is done; the disk of the engine has {lack.free} left. Make room there, or set"
            " writable_layer=discard to lose the changes.",
            needed=lack.needed,
            free=lack.free,
            unit=lack.unit,
            containers=names,
        )
        for lack in _find_lacks([content for _replacement, content in contents])
    ]


def find_crowded(replacements: t.Iterable[Replacement], snapshot: Snapshot) -> frozenset[str]:
    """The IDs of the containers whose layers writable_layer=auto leaves behind for want of space, the largest first."""
    contents = _list_carried(replacements, snapshot)
    crowded = set()
    while lacks := _find_lacks([content for _replacement, content in contents]):
        autos = [each for each in contents if each[0].desired.writable_layer == "auto"]
        if not autos:
            break
        largest = max(autos, key=lambda each: each[1].size if lacks[0].unit == "bytes" else each[1].files)
        contents.remove(largest)
        crowded.add(largest[0].container.id)
    return frozenset(crowded)


def _list_carried(replacements: t.Iterable[Replacement], snapshot: Snapshot) -> list[tuple[Replacement, Content]]:
    """Those whose layers are carried, as far as it is known how large these are."""
    carried = [replacement for replacement in replacements if carries(replacement, snapshot)]
    found = [(each, snapshot.layers[each.container.id].content) for each in carried]
    return [(each, content) for each, content in found if content is not None]


class _Lack(t.NamedTuple):
    unit: str
    needed: int
    free: int


def _find_lacks(contents: t.Sequence[Content]) -> list[_Lack]:
    """What the disk of the engine has too little of for a copy of these."""
    lacks = []
    for unit, needed, limits in (
        ("bytes", sum(each.size for each in contents), [each.free for each in contents]),
        ("files", sum(each.files for each in contents), [each.free_files for each in contents]),
    ):
        free = min((each for each in limits if each is not None), default=needed)
        if needed > free:
            lacks.append(_Lack(unit, needed, free))
    return lacks


def _list_changes(layer: Layer) -> tuple[str, ...]:
    return (*layer.summary, *layer.hidden)


def _list_first(paths: t.Sequence[str]) -> str:
    return ", ".join(paths[:_TOLD]) + (f" and {len(paths) - _TOLD} more" if len(paths) > _TOLD else "")


def _layer_failure(container: Container, paths: t.Sequence[str], why: str) -> Failure:
    return Failure(
        "writable_layer_changed",
        f"Container {container.name!r} has changes outside of volumes ({_list_first(paths)}), {why} "
        "Set writable_layer=discard to lose them.",
        paths=list(paths),
    )
