# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""Where things are in the picture: what Graphviz is asked, and its answer as coordinates of an SVG.

Graphviz gets identifiers and sizes, and no text of the host: there is nothing to escape, and fonts do not matter.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, replace

Raw = t.Mapping[str, t.Any]

# Sizes in points of Graphviz, which are pixels of the page.
CARD_WIDTH = 224
CHIP_WIDTH = 236
CHIP_HEIGHT = 42
_CARD_TOP = 30
_CARD_LINE = 17
_LANE_TITLE = 22
_MARGIN = 14
# Stands in the first column of a lane that has no card there.
_FILLER = 4
# Room for the title of a lane, whatever the fonts of the controller are.
_LABEL = f'<<TABLE BORDER="0" FIXEDSIZE="TRUE" WIDTH="{CARD_WIDTH}" HEIGHT="{_LANE_TITLE}"><TR><TD></TD></TR></TABLE>>'
_HOST_TITLE = 52


def card_height(card: Raw) -> int:
    return _CARD_TOP + _CARD_LINE * len(card["lines"])


def write_dot(view: Raw) -> str:
    """The picture as Graphviz wants it: the host's ports first, then the columns of the lanes from left to right."""
    prefix = view["prefix"]
    ranks: list[list[str]] = [[] for _column in range(view["columns"] + 1)]
    lines = [
        "digraph topology {",
        # newrank: nodes of different clusters may be told to stand below each other.
        "graph [rankdir=LR newrank=true nodesep=0.17 ranksep=0.5 splines=true];",
        'node [shape=box fixedsize=true label=""];',
        # An arrow's head is drawn by the page, at the end of the line.
        "edge [dir=none headport=w tailport=e];",
    ]
    # The ports are in no cluster, so that each can stand beside its container.
    for chip in view["chips"]:
        lines.append(node(chip["id"], CHIP_WIDTH, CHIP_HEIGHT))
        ranks[0].append(chip["id"])
    for lane in view["lanes"]:
        cards = [card for card in view["cards"] if card["lane"] == lane["id"]]
        nodes = [(card["id"], card["column"], CARD_WIDTH, card_height(card)) for card in cards]
        if not any(card["column"] == 0 for card in cards):
            nodes = [(f"{lane['id']}filler", 0, CARD_WIDTH, _FILLER), *nodes]
        lines.append(f"subgraph cluster_{lane['id']} {{ margin={_MARGIN}; labeljust=l; label={_LABEL};")
        for name, column, width, height in nodes:
            lines.append(node(name, width, height))
            ranks[column + 1].append(name)
        lines.append("}")
    # The columns are held in their order by a chain that is not seen.
    spine = [f"{prefix}rank{number}" for number in range(len(ranks))]
    lines += [node(name, CHIP_WIDTH if name == spine[0] else 1, 1) for name in spine]
    lines += [f"{left} -> {right} [style=invis weight=0];" for left, right in zip(spine, spine[1:])]
    lines += [f"{{ rank=same; {'; '.join([name, *members])} }}" for name, members in zip(spine, ranks)]
    # Enough room between the ports and the cards for arrows to cross.
    if view["chips"]:
        lines.append(f"{spine[0]} -> {spine[1]} [style=invis weight=0 minlen=3];")
    lines += [f"{chip['id']} -> {chip['card']} [weight=4];" for chip in view["chips"]]
    columns = {card["id"]: card["column"] for card in view["cards"]}
    for join in view["joins"]:
        left, right = sorted((join["home"], join["guest"]), key=lambda card: columns[card])
        lines.append(f"{left} -> {right};")
    return "\n".join([*lines, "}", ""])


def node(name: str, width: int, height: int) -> str:
    return f"{name} [width={width / 72:.4f} height={height / 72:.4f}];"


@dataclass(frozen=True)
class Box:
    """From the upper left corner."""

    x: float
    y: float
    width: float
    height: float

    def as_dict(self) -> dict[str, float]:
        return {"x": whole(self.x), "y": whole(self.y), "width": whole(self.width), "height": whole(self.height)}


class _Answer:
    """What ``dot -Tjson0`` said, from the upper left corner instead of the lower left one, and moved."""

    def __init__(self, answer: Raw, x: float = 0, y: float = 0) -> None:
        self.x = x
        self.y = y
        self.top = float(answer["bb"].split(",")[3])
        self.objects = {each["name"]: each for each in answer["objects"]}
        names = {each["_gvid"]: each["name"] for each in answer["objects"]}
        self.splines = {
            (names[edge["tail"]], names[edge["head"]]): str(edge["pos"])
            for edge in answer.get("edges", ())
            if edge.get("style") != "invis"
        }

    def point(self, text: str) -> tuple[float, float]:
        x, y = (float(number) for number in text.split(","))
        return x - self.x, self.top - y - self.y

    def node(self, name: str) -> Box:
        x, y = self.point(self.objects[name]["pos"])
        width, height = (72 * float(self.objects[name][side]) for side in ("width", "height"))
        return Box(x - width / 2, y - height / 2, width, height)

    def cluster(self, name: str) -> Box:
        left, bottom, right, top = self.objects[f"cluster_{name}"]["bb"].split(",")
        (x1, y1), (x2, y2) = self.point(f"{left},{top}"), self.point(f"{right},{bottom}")
        return Box(x1, y1, x2 - x1, y2 - y1)

    def path(self, one: str, other: str) -> str:
        """The line between two nodes for an SVG."""
        spline = self.splines.get((one, other)) or self.splines[other, one]
        points = [f"{whole(x):g} {whole(y):g}" for x, y in map(self.point, spline.split())]
        return f"M{points[0]} C{' '.join(points[1:])}"


def read_layout(view: Raw, answer: Raw) -> dict[str, t.Any]:
    """Where everything in the view is, out of what ``dot -Tjson0`` said of write_dot's text."""
    raw = _Answer(answer)
    chips = [raw.node(chip["id"]) for chip in view["chips"]]
    lanes = [raw.cluster(lane["id"]) for lane in view["lanes"]]
    corner = raw.node(f"{view['prefix']}rank0")
    # The host's side is as high as all lanes, and has its title above the first port.
    left = corner.x - _MARGIN
    top = min([lane.y for lane in lanes] + [chip.y - _HOST_TITLE for chip in chips], default=0.0)
    bottom = max(
        [lane.y + lane.height for lane in lanes] + [chip.y + CHIP_HEIGHT + _MARGIN for chip in chips], default=0.0
    )
    host = Box(0, 0, CHIP_WIDTH + 2 * _MARGIN, bottom - top)
    # All lanes are as wide as the widest. Each has something in the first column, so no two are at the same height.
    lane_left = min((lane.x for lane in lanes), default=0.0)
    lane_right = max((lane.x + lane.width for lane in lanes), default=left + host.width)
    moved = _Answer(answer, left, top)

    def lane_box(name: str) -> Box:
        return replace(moved.cluster(name), x=lane_left - left, width=lane_right - lane_left)

    return {
        "width": whole(lane_right - left),
        "height": whole(host.height),
        "host": host.as_dict(),
        "lanes": [{**lane, **lane_box(lane["id"]).as_dict()} for lane in view["lanes"]],
        "cards": [{**card, **moved.node(card["id"]).as_dict()} for card in view["cards"]],
        "chips": [
            {**chip, **moved.node(chip["id"]).as_dict(), "path": moved.path(chip["id"], chip["card"])}
            for chip in view["chips"]
        ],
        "joins": [{**join, "path": moved.path(join["home"], join["guest"])} for join in view["joins"]],
    }


def whole(number: float) -> float:
    """Half pixels are exact enough, and the same for every version of Graphviz that rounds a little otherwise."""
    return round(number * 2) / 2
