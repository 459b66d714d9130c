# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import typing as t
from pathlib import Path

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.bridgeport.docker.plugins.filter.html_page import FilterModule as HtmlPage
from ansible_collections.bridgeport.docker.plugins.filter.mermaid_text import FilterModule as MermaidText
from ansible_collections.bridgeport.docker.plugins.filter.topology_pictures import FilterModule as TopologyPictures
from ansible_collections.bridgeport.docker.plugins.filter.topology_views import FilterModule as TopologyViews
from ansible_collections.bridgeport.docker.tests.unit.support.topologies import HOSTILE, topology, worked_example

html_page = HtmlPage().filters()["html_page"]
mermaid_text = MermaidText().filters()["mermaid_text"]
topology_pictures = TopologyPictures().filters()["topology_pictures"]
topology_views = TopologyViews().filters()["topology_views"]


def test_views() -> None:
    failed = {"name": "b", "failure": "The daemon did not answer."}
    first, second = topology_views([{"name": "a", "topology": worked_example()}, failed])
    assert (first["id"], first["name"], first["failure"], first["view"]["prefix"]) == ("h1", "a", "", "h1")
    assert first["dot"].startswith("digraph topology {")
    assert second == {**failed, "id": "h2", "view": None, "dot": ""}


NO_HOSTS: list[t.Any] = [
    pytest.param({}, "needs a list of hosts, not dict", id="no-list"),
    pytest.param(["a"], "a name and a topology", id="no-dictionary"),
    pytest.param([{"topology": worked_example()}], "a name and a topology", id="no-name"),
    pytest.param([{"name": "a"}], "a name and a topology", id="neither"),
    pytest.param([{"name": "a", "topology": {"host": {}}}], "The topology of a has no 'containers'", id="other-result"),
]


@pytest.mark.parametrize(("value", "text"), NO_HOSTS)
def test_views_refused(value: t.Any, text: str) -> None:
    with pytest.raises(AnsibleFilterError, match=text):
        topology_views(value)


def empty_layout() -> str:
    rank = {"_gvid": 0, "name": "h1rank0", "pos": "1,1", "width": "1", "height": "1"}
    return json.dumps({"bb": "0,0,2,2", "objects": [rank]})


def test_pictures() -> None:
    views = topology_views([{"name": "a", "topology": topology([], [])}, {"name": "b", "failure": "No."}])
    assert [each["picture"] for each in topology_pictures(views, {})] == [None, None]
    first, second = topology_pictures(views, {"h1": empty_layout(), "h2": "not read"})
    assert first["picture"]["cards"] == []
    assert second["picture"] is None


@pytest.mark.parametrize("layout", ["no JSON", "{}", '{"bb": "0,0,1,1", "objects": []}'])
def test_pictures_refused(layout: str) -> None:
    views = topology_views([{"name": "a", "topology": topology([], [])}])
    with pytest.raises(AnsibleFilterError, match="What dot printed for a is not the layout of its picture"):
        topology_pictures(views, {"h1": layout})


def test_pictures_of_no_list() -> None:
    with pytest.raises(AnsibleFilterError, match="a list of views and a dictionary of layouts"):
        topology_pictures([], [])


TEXTS: list[t.Any] = [
    pytest.param("", "", id="empty"),
    pytest.param("127.0.0.1:80-81/tcp [::1]", "127.0.0.1:80-81/tcp [::1]", id="addresses-stay"),
    pytest.param('a"b', "a#34;b", id="quote"),
    pytest.param("#quot;", "#35;quot#59;", id="entity"),
    pytest.param("<b>&`\n", "#60;b#62;#38;#96;#10;", id="markup"),
    pytest.param("été_1", "été_1", id="letters-stay"),
    pytest.param(8080, "8080", id="number"),
]


@pytest.mark.parametrize(("value", "expected"), TEXTS)
def test_mermaid_text(value: t.Any, expected: str) -> None:
    assert mermaid_text(value) == expected


def test_mermaid_text_of_no_text() -> None:
    with pytest.raises(AnsibleFilterError, match="needs text, not list"):
        mermaid_text([])


def test_page_is_escaped(tmp_path: Path) -> None:
    (tmp_path / "page.html.j2").write_text('<p title="{{ text }}">{{ text }}</p>{% include "part.html.j2" %}.\n')
    (tmp_path / "part.html.j2").write_text("<b>{{ text }}</b>")
    page = html_page({"text": HOSTILE}, str(tmp_path / "page.html.j2"))
    assert "<script" not in page
    assert page.count("&lt;script&gt;") == 3
    assert "{{ 7 * 7 }}" in page
    assert "'" not in page
    assert page.endswith(".\n")


def test_page_with_style_script_and_diagram(tmp_path: Path) -> None:
    (tmp_path / "page.html.j2").write_text(
        "{{ style }}|{{ script }}|{{ script_hash }}|{% filter forceescape %}{% include 'part.mmd.j2' %}{% endfilter %}"
    )
    (tmp_path / "part.mmd.j2").write_text('a["{{ text | bridgeport.docker.mermaid_text }}"]')
    page = html_page({"text": "<"}, str(tmp_path / "page.html.j2"), style="a > b {}", script="1 < 2;")
    # printf '1 < 2;' | openssl dgst -sha256 -binary | base64
    expected = "a > b {}|1 < 2;|sha256-8kTqrHbqWDoSePfkruRpiulQK+Fpsgz44xv0/RyTtYs=|a[&#34;#60;&#34;]"
    assert page == expected


REFUSED: list[t.Any] = [
    pytest.param([], "page.html.j2", "needs the variables of the template, not list", id="no-variables"),
    pytest.param({}, "page.txt.j2", "whose names end in .html.j2", id="not-escaped"),
    pytest.param({}, "missing.html.j2", "TemplateNotFound", id="missing"),
    pytest.param({}, "page.html.j2", "UndefinedError 'text' is undefined", id="undefined"),
]


@pytest.mark.parametrize(("value", "name", "text"), REFUSED)
def test_page_refused(tmp_path: Path, value: t.Any, name: str, text: str) -> None:
    (tmp_path / "page.html.j2").write_text("{{ text }}")
    with pytest.raises(AnsibleFilterError, match=text):
        html_page(value, str(tmp_path / name))
