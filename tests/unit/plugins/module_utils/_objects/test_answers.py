# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.bridgeport.docker.plugins.module_utils._errors import Failure
from ansible_collections.bridgeport.docker.plugins.module_utils._objects.answers import CONTAINER, SUMMARY, find_shape
from ansible_collections.bridgeport.docker.plugins.module_utils._objects.shapes import check_answer, find_fault
from ansible_collections.bridgeport.docker.tests.unit.support.recorded import load

RECORDED: list[t.Any] = [
    pytest.param("GET", "/version", "version", id="version"),
    pytest.param("GET", "/containers/json", "containers", id="containers"),
    pytest.param("GET", "/networks", "networks", id="networks"),
    pytest.param("GET", f"/containers/{'a' * 64}/changes", "changes", id="changes"),
    pytest.param("GET", f"/containers/{'a' * 64}/json", "container_full", id="container"),
    pytest.param("GET", "/containers/web/json", "container_created", id="container-by-name"),
    pytest.param("GET", "/images/app/json", "image_app", id="image"),
    pytest.param("GET", "/images/registry:5000/a/b%3A1/json", "image_busybox", id="image-with-slashes"),
]


@pytest.mark.parametrize(("method", "path", "file"), RECORDED)
def test_what_an_engine_answers_has_its_shape(method: str, path: str, file: str) -> None:
    shape = find_shape(method, path)
    assert shape is not object
    assert find_fault(load(file), shape) is None


# By request: an answer that is none, and what is said of it.
FAULTS: list[t.Any] = [
    pytest.param("/version", None, "it is null", id="null"),
    pytest.param("/version", [], "it is a list", id="list-for-object"),
    pytest.param("/version", {}, "in it, Version is missing", id="missing"),
    pytest.param("/version", {"Version": "1", "ApiVersion": "x"}, "in it, ApiVersion cannot be read", id="no-version"),
    pytest.param("/version", {"Version": "1", "ApiVersion": 1.41}, "in it, ApiVersion is a number", id="number"),
    pytest.param("/containers/json", {}, "it is an object", id="object-for-list"),
    pytest.param("/containers/json", [None], "in it, [0] is null", id="item"),
    pytest.param("/networks", [{"Id": "a", "Name": ""}], "in it, [0].Name cannot be read", id="empty-name"),
    pytest.param("/networks/a", {"Id": "a", "Name": "n", "Options": {"k": 5}}, "Options['k'] is a number", id="map"),
    pytest.param("/networks/a", {"Id": "a", "Name": "n", "Internal": 1}, "Internal is a number", id="no-boolean"),
    pytest.param("/volumes", {"Volumes": [{}]}, "in it, Volumes[0].Name is missing", id="deep"),
    pytest.param("/volumes", {}, "in it, Volumes is missing", id="nullable-but-there"),
    pytest.param("/exec/a/json", {"Running": False, "ExitCode": True}, "ExitCode is a boolean", id="no-number"),
]


@pytest.mark.parametrize(("path", "answer", "said"), FAULTS)
def test_what_is_no_answer(path: str, answer: object, said: str) -> None:
    with pytest.raises(Failure, match="is not that of a Docker daemon") as caught:
        check_answer(f"GET {path}", answer, find_shape("GET", path))
    assert caught.value.code == "daemon_error"
    assert said in caught.value.message


@pytest.mark.parametrize("answer", [None, {}, [], 5])
def test_nothing_reads_the_answers_of_other_requests(answer: object) -> None:
    assert check_answer("POST /containers/a/start", answer, find_shape("POST", "/containers/a/start")) is answer


def test_no_value_is_said() -> None:
    raw = {**load("container_full"), "Name": 5, "Config": {"Env": ["SECRET=swordfish", 5]}}
    assert "swordfish" not in str(find_fault(raw, CONTAINER))


def test_a_key_that_is_not_read_may_be_anything() -> None:
    raw = {**load("containers")[0], "SizeRw": "large", "New": None}
    assert find_fault(raw, SUMMARY) is None
