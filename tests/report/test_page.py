# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The page of the role topology_report, opened in Chromium."""

from __future__ import annotations

import itertools
import json
import typing as t
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe

from ansible_collections.bridgeport.docker.tests.report.conftest import HOSTS, Open, Opened, play
from ansible_collections.bridgeport.docker.tests.unit.support.topologies import HOSTILE

Scheme = t.Literal["light", "dark"]
Rect = t.Dict[str, float]

every_page = pytest.mark.parametrize("name", HOSTS)
every_scheme = pytest.mark.parametrize("scheme", ["light", "dark"])
# Pixels by which a line may be wider than what it is around.
SLACK = 0.6

RECTS = """elements => elements.map(element => {
    const {left, right, top, bottom} = element.getBoundingClientRect();
    return {left, right, top, bottom};
})"""
CELLS = "rows => rows.map(row => [...row.cells].map(cell => cell.textContent.replace(/\\s+/g, ' ').trim()))"


def rects(opened: Opened, selector: str) -> list[Rect]:
    found: list[Rect] = opened.page.eval_on_selector_all(selector, RECTS)
    return found


def cells(opened: Opened, section: str) -> list[list[str]]:
    """The rows of a table that are not hidden."""
    found: list[list[str]] = opened.page.eval_on_selector_all(f"[data-part={section}] tbody tr:not([hidden])", CELLS)
    return found


def overlap(one: Rect, other: Rect) -> bool:
    return (
        one["left"] < other["right"] - SLACK
        and other["left"] < one["right"] - SLACK
        and one["top"] < other["bottom"] - SLACK
        and other["top"] < one["bottom"] - SLACK
    )


def holds(outer: Rect, inner: Rect) -> bool:
    return (
        outer["left"] <= inner["left"] + SLACK
        and inner["right"] <= outer["right"] + SLACK
        and outer["top"] <= inner["top"] + SLACK
        and inner["bottom"] <= outer["bottom"] + SLACK
    )


@every_scheme
@every_page
def test_no_error_and_nothing_loaded(open_page: Open, name: str, scheme: Scheme) -> None:
    opened = open_page(name, scheme)
    opened.page.locator("#filter-text").fill("a")
    opened.page.wait_for_timeout(300)
    assert opened.errors == []
    assert opened.requests == [opened.page.url]


@every_page
def test_everything_is_there(open_page: Open, name: str) -> None:
    opened = open_page(name)
    containers = [each for topology in opened.topologies for each in topology["containers"]]
    networks = [each for topology in opened.topologies for each in topology["networks"]]
    headings = opened.page.locator("tbody th[scope=row]").evaluate_all("all => all.map(each => each.firstChild.data)")
    assert sorted(headings) == sorted([each["name"] for each in [*containers, *networks]])
    ports = sorted(
        [
            str(port["host_ip"] or "every address"),
            str("any" if port["host_port"] is None else port["host_port"]),
            each["name"],
            f"{port['container_port']}/{port['protocol']}",
        ]
        for each in containers
        for port in each["published"]
    )
    assert sorted(row[:4] for row in cells(opened, "ports")) == ports
    # In the picture: one card for each container and each further network, and an arrow for each port.
    cards = opened.page.locator(".card.home").evaluate_all("all => all.map(each => each.getAttribute('aria-label'))")
    assert sorted(label.split(",")[0] for label in cards) == sorted(each["name"] for each in containers)
    assert opened.page.locator(".card.guest").count() == sum(max(0, len(each["networks"]) - 1) for each in containers)
    assert opened.page.locator(".chip").count() == opened.page.locator(".arrow").count()
    publishing = {each["name"] for each in containers if each["published"]}
    assert (opened.page.locator(".chip").count() > 0) == bool(publishing)
    shown = {each["name"] for each in networks if not each["predefined"]}
    lanes = set(opened.page.locator(".lane-name").evaluate_all("all => all.map(each => each.firstChild.data)"))
    assert shown <= lanes


@every_page
def test_boxes_do_not_overlap(open_page: Open, name: str) -> None:
    opened = open_page(name)
    for number in range(opened.page.locator(".topology").count()):
        picture = f".topology >> nth={number} >>"
        nodes = rects(opened, f"{picture} .node > rect")
        assert not [pair for pair in itertools.combinations(nodes, 2) if overlap(*pair)]
        lanes = rects(opened, f"{picture} .lane-box")
        assert not [pair for pair in itertools.combinations(lanes, 2) if overlap(*pair)]
        host, whole = rects(opened, f"{picture} .side")[0], rects(opened, f".topology >> nth={number}")[0]
        assert all(holds(whole, box) for box in [*nodes, *lanes, host])
        chips, cards = rects(opened, f"{picture} .chip > rect"), rects(opened, f"{picture} .card > rect")
        assert all(holds(host, chip) for chip in chips)
        assert all(sum(holds(lane, card) for lane in lanes) == 1 for card in cards)
        # The titles are free, too.
        titles = rects(opened, f"{picture} .lane-name")
        assert not [(title, box) for title in titles for box in nodes if overlap(title, box)]


@every_page
def test_texts_fit_into_their_boxes(open_page: Open, name: str) -> None:
    opened = open_page(name)
    for rect, texts in opened.page.eval_on_selector_all(
        ".node",
        f"nodes => nodes.map(node => [({RECTS})([node.querySelector('rect')])[0],"
        f" ({RECTS})([...node.querySelectorAll('text')])])",
    ):
        assert all(holds(rect, text) for text in texts)
        assert not [
            pair
            for pair in itertools.combinations(texts, 2)
            if pair[0]["left"] < pair[1]["left"] - 60 and overlap(*pair)
        ]


@every_scheme
@every_page
def test_axe_finds_nothing(open_page: Open, name: str, scheme: Scheme) -> None:
    opened = open_page(name, scheme)
    opened.page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true; })")
    found = Axe().run(opened.page)
    assert found.violations_count == 0, found.generate_report()


def test_filter(open_page: Open) -> None:
    opened = open_page("containers_30")
    page = opened.page
    every = [each["name"] for each in opened.topologies[0]["containers"]]
    assert len(cells(opened, "containers")) == len(every) == 30
    page.locator("#filter-text").fill("postgres STACK2")
    wanted = sorted(
        each["name"]
        for each in opened.topologies[0]["containers"]
        if "postgres" in each["image"] and "stack2" in each["name"]
    )
    assert wanted
    shown = [row[0] for row in cells(opened, "containers")]
    assert sorted(text.split(" ")[0][: len(wanted[0])] for text in shown) != []
    assert len(shown) == len(wanted)
    assert all(any(text.startswith(one) for text in shown) for one in wanted)
    assert (
        page.locator("#filter-result").inner_text() == f"{len(wanted)} of {page.locator('tbody tr').count()} rows shown"
    )
    clear = page.locator(".card.home:not(.dim)").evaluate_all("all => all.map(each => each.getAttribute('aria-label'))")
    assert sorted(label.split(",")[0] for label in clear) == wanted
    page.locator("#filter-text").press("Escape")
    assert len(cells(opened, "containers")) == 30
    assert page.locator(".dim").count() == 0
    assert page.locator("#filter-result").inner_text() == ""


@pytest.mark.parametrize("exposure", ["loopback", "address", "all"])
def test_filter_by_exposure(open_page: Open, exposure: str) -> None:
    opened = open_page("containers_30")
    opened.page.locator("#filter-exposure").select_option(exposure)
    ports = [port for each in opened.topologies[0]["containers"] for port in each["published"]]
    wanted = [port for port in ports if port["exposure"] == exposure]
    assert 0 < len(wanted) < len(ports)
    assert len(cells(opened, "ports")) == len(wanted)
    publishing = [
        each["name"]
        for each in opened.topologies[0]["containers"]
        if any(port["exposure"] == exposure for port in each["published"])
    ]
    assert len(cells(opened, "containers")) == len(publishing)
    clear = opened.page.locator(".chip:not(.dim)")
    assert set(clear.evaluate_all("all => all.map(each => each.dataset.exposures)")) == {exposure}


def test_filter_that_fits_nothing(open_page: Open) -> None:
    opened = open_page("three_hosts")
    opened.page.locator("#filter-text").fill("no such thing")
    assert opened.page.locator("tbody tr:visible").count() == 0
    assert opened.page.locator("#filter-result").inner_text().startswith("0 of ")
    assert opened.page.locator(".node:not(.dim)").count() == 0


SORTS: list[t.Any] = [
    pytest.param("networks", 0, str.lower, id="names"),
    pytest.param("ports", 1, int, id="numbers"),
]


@pytest.mark.parametrize(("section", "column", "key"), SORTS)
def test_sort(open_page: Open, section: str, column: int, key: t.Callable[[str], t.Any]) -> None:
    opened = open_page("containers_100")
    heading = opened.page.locator(f"[data-part={section}] thead th").nth(column)

    def read() -> list[t.Any]:
        texts = [row[column] for row in cells(opened, section)]
        if key is int:
            return [int(text) for text in texts]
        # stack2 before stack10
        return [
            [
                int(part) if part.isdecimal() else part
                for part in text.replace("_", " _").replace("stack", "stack ").split()
            ]
            for text in texts
        ]

    heading.locator("button").click()
    assert heading.get_attribute("aria-sort") == "ascending"
    up = read()
    assert up == sorted(up)
    heading.locator("button").press("Enter")
    assert heading.get_attribute("aria-sort") == "descending"
    assert read() == sorted(up, reverse=True)
    others = opened.page.locator(f"[data-part={section}] thead th:not([aria-sort=none])")
    assert others.count() == 1


def test_keyboard(open_page: Open) -> None:
    opened = open_page("worked_example")
    page = opened.page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"
    # From there to the first container of the picture, which is a link to its row.
    for _step in range(12):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('.card')"):
            break
    label = page.evaluate("document.activeElement.getAttribute('aria-label')")
    name = label.split(",")[0]
    assert page.locator(".topology.tracing").count() == 1
    page.keyboard.press("Enter")
    assert page.locator("tr:target th").inner_text().startswith(name)


def test_skip_the_picture(open_page: Open) -> None:
    opened = open_page("containers_100")
    opened.page.locator(".legend .skip").focus()
    opened.page.keyboard.press("Enter")
    assert opened.page.evaluate("document.activeElement.id") == "h1ports"


def test_without_script_all_is_there(open_page: Open, browser: t.Any) -> None:
    opened = open_page("worked_example")
    page = browser.new_page(java_script_enabled=False)
    page.goto(opened.page.url)
    assert page.locator("tbody tr:visible").count() == opened.page.locator("tbody tr").count()
    # What would not work is not offered.
    assert page.locator("form:visible").count() == 0
    assert page.locator("button[data-copy]:visible").count() == 0
    page.close()


def test_narrow_screen(open_page: Open) -> None:
    opened = open_page("containers_3", width=390)
    assert opened.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_texts_of_others_stay_texts(open_page: Open, written: Path) -> None:
    opened = open_page("rare_things")
    assert opened.page.locator("script").count() == 1
    assert opened.page.locator("h2").inner_text() == HOSTILE
    assert HOSTILE in opened.page.locator(".finding.error").inner_text()
    assert HOSTILE in opened.page.locator("tr", has_text="a-name-that-is").first.inner_text()
    # The page lets no script run but its own, even if one had slipped in.
    opened.page.evaluate(
        "document.body.append(Object.assign(document.createElement('script'), {text: 'window.ran = 1'}))"
    )
    assert opened.page.evaluate("window.ran") is None
    mermaid = (written / "rare_things" / "topology.mmd").read_text(encoding="utf-8")
    assert "<script" not in mermaid
    assert "#60;script#62;alert" in mermaid


@every_page
def test_copies_for_documents(open_page: Open, written: Path, name: str) -> None:
    """What the page offers is what stands in the files beside it, and holds no labels."""
    opened = open_page(name)
    data = json.loads((written / name / "topology.json").read_text(encoding="utf-8"))
    assert [host["name"] for host in data] == [host["name"] for host in opened.hosts]
    on_page = opened.page.locator("pre[id$=json]").evaluate_all("all => all.map(each => each.textContent)")
    assert [json.loads(text) for text in on_page] == [host["topology"] for host in data if "topology" in host]
    mermaid = (written / name / "topology.mmd").read_text(encoding="utf-8")
    for text in opened.page.locator("pre[id$=mermaid]").evaluate_all("all => all.map(each => each.textContent)"):
        assert text.startswith("flowchart LR\n")
        assert all(line in mermaid for line in text.splitlines())
    for file in ("index.html", "topology.json", "topology.mmd"):
        assert "must-not-be-shown" not in (written / name / file).read_text(encoding="utf-8")


def test_host_that_was_not_read(open_page: Open) -> None:
    opened = open_page("three_hosts")
    assert opened.page.locator("#h3").inner_text() == "docker3\n\nThis host was not read. The daemon did not answer."
    assert opened.page.locator("nav a").all_inner_texts() == ["docker1", "docker2", "docker3"]


def test_second_run_changes_nothing(written: Path) -> None:
    assert "changed=0 " in play(written, ["containers_30", "three_hosts"])


def test_without_graphviz(written: Path, tmp_path: Path, browser: t.Any) -> None:
    play(
        tmp_path,
        ["containers_3"],
        topology_report_dot="no-such-dot",
        topology_report_install_graphviz=False,
        topology_report_picture="auto",
    )
    page = browser.new_page()
    page.goto((tmp_path / "containers_3" / "index.html").as_uri())
    assert page.locator(".topology").count() == 0
    assert "Install Graphviz" in page.locator("[data-part=picture]").inner_text()
    assert page.locator("tbody tr").count() > 0
    page.close()


@every_scheme
@pytest.mark.parametrize("name", ["worked_example", "containers_3", "containers_30", "containers_100"])
def test_screenshot(open_page: Open, written: Path, name: str, scheme: Scheme) -> None:
    """To be looked at: nothing but eyes sees whether a page is beautiful."""
    path = written / f"{name}-{scheme}.png"
    open_page(name, scheme).page.screenshot(path=path, full_page=True)
    assert path.stat().st_size > 10_000
