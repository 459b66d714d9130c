# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.bridgeport.docker.plugins.module_utils._engine.client import ApiError, Client
from ansible_collections.bridgeport.docker.plugins.module_utils._objects.engine import Api, Engine
from ansible_collections.bridgeport.docker.plugins.module_utils._objects.snapshot import Snapshot, Summary
from ansible_collections.bridgeport.docker.plugins.module_utils._probe.helper import remove_abandoned, run_helper

# How a helper runs and ends is shown in test_run.py, with the probes that it makes; which containers are helpers in
# _objects/test_leftovers.py, and which runs remove them in test_strangers.py.


class FakeClient:
    """A daemon whose clock stands at 1000 and that answers every removal with ``status``."""

    def __init__(self, status: int = 200) -> None:
        self.status = status
        self.deleted: list[str] = []

    def daemon_time(self) -> float:
        return 1000.0

    def post(self, path: str, body: t.Any = None, **params: t.Any) -> t.Any:
        raise ApiError(500, "no space left on device")

    def delete(self, path: str, **params: t.Any) -> None:
        assert params == {"force": 1, "v": 1}
        self.deleted.append(path)
        if self.status >= 400:
            raise ApiError(self.status, "refused")


def make_host(*abandoned: str) -> Snapshot:
    summaries = {
        name: Summary(name * 8, name, "created", "image:1", (), {}, "default", {}) for name in ("over", "runs", "other")
    }
    left = tuple(summary for name, summary in summaries.items() if name not in abandoned)
    return Snapshot(Engine("20.10", Api(1, 41)), left, abandoned=tuple(summaries[name] for name in abandoned))


@pytest.mark.parametrize(
    ("status", "said"),
    [
        pytest.param(200, ["remove the abandoned probe helper over"], id="removed"),
        pytest.param(404, [], id="already-gone"),
        pytest.param(409, ["remove the abandoned probe helper over"], id="just-going"),
    ],
)
def test_remove_abandoned(status: int, said: list[str]) -> None:
    client = FakeClient(status)
    assert remove_abandoned(t.cast(Client, client), make_host("over")) == said
    assert client.deleted == ["/containers/" + "over" * 8]


def test_remove_abandoned_says_what_went_wrong() -> None:
    with pytest.raises(ApiError, match="refused"):
        remove_abandoned(t.cast(Client, FakeClient(500)), make_host("over"))


def test_a_helper_that_cannot_be_created() -> None:
    client = FakeClient()
    with pytest.raises(ApiError, match="no space"), run_helper(t.cast(Client, client), "image:1", "net", "net", 10):
        pass
    assert client.deleted == []
