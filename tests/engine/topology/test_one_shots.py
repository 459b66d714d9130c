# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Containers whose command does its work and ends: with wait=exited, and with auto_remove."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.bridgeport.docker.tests.engine.site import Result, Site
from ansible_collections.bridgeport.docker.tests.support.module_runner import Runner
from ansible_collections.bridgeport.docker.tests.support.real_engine import Images

SAYS = "echo begun; sleep 1.5; echo the word is $WORD"
SECRET = {"WORD": "swordfish"}


@pytest.fixture
def site(runner: Runner, images: Images) -> t.Iterator[Site]:
    with Site.open(runner, images) as made:
        yield made


def order(site: Site, script: str, check: bool = False, **options: t.Any) -> Result:
    item = {"name": site.name("job"), "image": site.images.busybox, "command": ["sh", "-c", script], "env": SECRET}
    return site.module("docker_topology", check=check, containers=[{**item, **options}])


def do(site: Site, script: str, **options: t.Any) -> Result:
    result = order(site, script, **options)
    assert not result.get("failed"), result
    return result


def test_one_that_stays(site: Site) -> None:
    predicted = do(site, SAYS, wait="exited", check=True)
    result, again = do(site, SAYS, wait="exited"), do(site, SAYS, wait="exited")
    (job,) = result["containers"]
    assert (result["changed"], again["changed"]) == (True, False)
    assert (job["status"], job["output"]) == (0, "begun\nthe word is ********")
    assert [each["containers"][0]["state"] for each in (predicted, result, again)] == ["exited"] * 3
    assert again["containers"][0]["id"] == job["id"]
    # A difference makes it run again.
    other = do(site, "echo again", wait="exited")
    assert (other["changed"], other["containers"][0]["output"]) == (True, "again")
    assert site.standing == ["job"]


def test_one_that_fails(site: Site) -> None:
    result = order(site, "echo the word is $WORD; sleep 1.2; exit 3", wait="exited")
    failure = result["failure"]
    assert (failure["code"], failure["exit_code"], failure["logs"]) == ("start_failed", 3, ["the word is ********"])
    assert (result["rolled_back"], site.standing) == (True, [])


def test_one_that_goes_on(site: Site) -> None:
    result = order(site, "echo here; sleep 60", wait="exited", wait_timeout=2)
    assert (result["failure"]["code"], result["failure"]["logs"]) == ("wait_timeout", ["here"])
    assert site.standing == []
    refused = order(site, SAYS, wait="exited", restart_policy="always")
    assert refused["failure"]["code"] == "option_conflict"


@pytest.mark.parametrize("tty", [False, True])
def test_one_of_which_nothing_is_left(site: Site, tty: bool) -> None:
    predicted = do(site, SAYS, wait="exited", auto_remove=True, tty=tty, check=True)
    result = do(site, SAYS, wait="exited", auto_remove=True, tty=tty)
    (job,) = result["containers"]
    assert (job["status"], job["output"]) == (0, "begun\nthe word is ********")
    assert [each["containers"][0]["state"] for each in (predicted, result)] == ["removed"] * 2
    assert site.standing == []


@pytest.mark.parametrize("script", ["echo the word is $WORD", "echo the word is $WORD; sleep 0.5"])
def test_one_with_auto_remove_that_ends_at_once(site: Site, script: str) -> None:
    (job,) = do(site, script, auto_remove=True)["containers"]
    assert (job["state"], job["status"], job["output"]) == ("removed", 0, "the word is ********")
    failure = order(site, f"{script}; exit 4", auto_remove=True)["failure"]
    assert (failure["code"], failure["exit_code"], failure["logs"]) == ("start_failed", 4, ["the word is ********"])
    assert site.standing == []


def test_one_that_prints_more_than_a_connection_holds(site: Site) -> None:
    script = "head -c 3000000 /dev/zero | tr '\\0' x | fold -w 100"
    (job,) = do(site, script, auto_remove=True, wait="exited")["containers"]
    assert job["status"] == 0
    assert len(job["output"]) > 500_000
