# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re
import typing as t

import pytest

from ansible_collections.bridgeport.docker.plugins.plugin_utils._topology_layout import (
    CARD_WIDTH,
    CHIP_HEIGHT,
    CHIP_WIDTH,
    card_height,
    read_layout,
    write_dot,
)
from ansible_collections.bridgeport.docker.plugins.plugin_utils._topology_view import build_view
from ansible_collections.bridgeport.docker.tests.unit.support.topologies import (
    container,
    endpoint,
    made_up,
    network,
    odd_one,
    port,
    predefined,
    topology,
    worked_example,
)

Host = t.Dict[str, t.Any]

ANSWER: Host = {
    "bb": "0,0,600,200",
    "objects": [
        {"_gvid": 0, "name": "cluster_h1n1l", "bb": "300,20,560,180"},
        {"_gvid": 1, "name": "h1k1", "pos": "430,60", "width": str(CARD_WIDTH / 72), "height": str(47 / 72)},
        {"_gvid": 2, "name": "h1p1", "pos": "140,60", "width": str(CHIP_WIDTH / 72), "height": str(CHIP_HEIGHT / 72)},
        {"_gvid": 3, "name": "h1rank0", "pos": "140,120", "width": str(CHIP_WIDTH / 72), "height": str(1 / 72)},
        {"_gvid": 4, "name": "h1rank1", "pos": "430,120", "width": str(1 / 72), "height": str(1 / 72)},
    ],
    "edges": [
        {"tail": 3, "head": 4, "style": "invis", "pos": "0,0 1,1 2,2 3,3"},
        {"tail": 2, "head": 1, "pos": "258,60 280,60 300,60.26 318,60"},
    ],
}


def one_port() -> Host:
    return topology(
        [network("lab", "10.0.0.0/24")],
        [container("web", {"lab": endpoint("lab", "10.0.0.2")}, [port("127.0.0.1", 80, 80)])],
    )


@pytest.mark.parametrize("host", [one_port(), worked_example(), made_up(30), odd_one(), topology([], [])])
def test_dot_holds_no_text_of_the_host(host: Host) -> None:
    dot = write_dot(build_view(host))
    names = [each["name"] for kind in ("containers", "networks") for each in host[kind]]
    words = set(re.findall(r"[\w.-]+", dot))
    assert not {name for name in names if len(name) > 4} & words
    assert "<script" not in dot
    assert dot.count("{") == dot.count("}")


def test_every_node_is_in_its_column() -> None:
    view = build_view(made_up(30))
    dot = write_dot(view)
    ranks = [re.findall(r"\w+", line)[3:] for line in dot.splitlines() if "rank=same" in line]
    assert set(ranks[0]) == {chip["id"] for chip in view["chips"]}
    for column, members in enumerate(ranks[1:]):
        assert {each for each in members if "filler" not in each} == {
            card["id"] for card in view["cards"] if card["column"] == column
        }
    # Each lane has something in the first column, or others could stand beside it.
    first = {card["lane"] for card in view["cards"] if card["column"] == 0}
    assert {f"{lane['id']}filler" for lane in view["lanes"] if lane["id"] not in first} <= set(ranks[1])


def test_host_without_anything_has_a_picture_as_well() -> None:
    dot = write_dot(build_view(topology(predefined(), [])))
    assert "h1rank0 -> h1rank1" in dot


def test_read_layout() -> None:
    layout = read_layout(build_view(one_port()), ANSWER)
    # From the upper left corner of the host's side, which begins 14 left of the ports and is as high as the lanes.
    assert layout["host"] == {"x": 0, "y": 0, "width": CHIP_WIDTH + 28, "height": 160}
    assert (layout["width"], layout["height"]) == (552, 160)
    card, chip, lane = layout["cards"][0], layout["chips"][0], layout["lanes"][0]
    assert (card["x"], card["y"], card["width"], card["height"]) == (310, 96.5, CARD_WIDTH, 47)
    assert (chip["x"], chip["y"]) == (14, 99)
    assert (lane["x"], lane["y"], lane["width"], lane["height"]) == (292, 0, 260, 160)
    assert chip["path"] == "M250 120 C272 120 292 119.5 310 120"


def test_host_has_room_for_its_title_above_the_first_port() -> None:
    objects = [{**each, "pos": "140,150"} if each["name"] == "h1p1" else each for each in ANSWER["objects"]]
    layout = read_layout(build_view(one_port()), {**ANSWER, "objects": objects})
    assert layout["chips"][0]["y"] == 52
    assert layout["host"]["y"] == 0
    assert layout["lanes"][0]["y"] == 43


@pytest.mark.parametrize(("lines", "height"), [((), 30), ((("address", "10.0.0.2"),), 47)])
def test_card_height(lines: t.Any, height: int) -> None:
    assert card_height({"lines": lines}) == height
