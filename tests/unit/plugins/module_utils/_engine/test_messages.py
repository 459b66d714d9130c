# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.bridgeport.docker.plugins.module_utils._engine.client import ApiError
from ansible_collections.bridgeport.docker.plugins.module_utils._engine.messages import (
    is_overwrite_refused,
    is_program_missing,
)
from ansible_collections.bridgeport.docker.plugins.module_utils._errors import Reason

ID = "0123456789abcdef" * 4

# As engines 20.10 to 29 say it.
REFUSALS: list[t.Any] = [
    (500, "Bind for 0.0.0.0:80 failed: port is already allocated", {Reason.PORT_TAKEN, Reason.PASSING}),
    (500, "listen tcp4 0.0.0.0:80: bind: address already in use", {Reason.PORT_TAKEN, Reason.PASSING}),
    (
        500,
        "failed to bind host port for 0.0.0.0:80:172.19.0.2:80/tcp: address already in use",
        {Reason.PORT_TAKEN, Reason.PASSING},
    ),
    (500, "listen tcp4 203.0.113.7:80: bind: cannot assign requested address", {Reason.PORT_TAKEN}),
    (500, "all ports are allocated", {Reason.PORT_TAKEN}),
    (403, "Address already in use", {Reason.ADDRESS_TAKEN, Reason.PASSING}),
    (
        500,
        "Error processing tar file(exit status 1): write /large: no space left on device",
        {Reason.NO_SPACE, Reason.PASSING},
    ),
    (500, "mkdir /data/containers/x: disk quota exceeded", {Reason.NO_SPACE, Reason.PASSING}),
    (404, f"No such container: {ID}", {Reason.NOT_FOUND, Reason.NO_SUCH_CONTAINER}),
    (404, "No such image: x:1", {Reason.NOT_FOUND, Reason.IMAGE_MISSING}),
    (404, "get journal: no such volume", {Reason.NOT_FOUND}),
    (404, f"network {ID} not found", {Reason.NOT_FOUND, Reason.UNSTARTABLE}),
    (409, 'Conflict. The container name "/c" is already in use by container', {Reason.CONFLICT}),
    (500, "task 1: already exists: unknown", {Reason.UNSTARTABLE}),
    (500, "container with id exists: id already in use", {Reason.UNSTARTABLE}),
    (404, f"container {ID} is not connected to network n", {Reason.NOT_FOUND, Reason.NOT_CONNECTED}),
    (500, f"container {ID} is not connected to the network n", {Reason.NOT_CONNECTED}),
    (
        403,
        "endpoint with name c already exists in network n",
        {Reason.ALREADY_CONNECTED, Reason.UNSTARTABLE},
    ),
    (
        400,
        "rpc error: code = FailedPrecondition desc = network n is in use by task t",
        {Reason.TASK_ENDING},
    ),
    (400, "Renaming a container with the same name as its current name", {Reason.SAME_NAME}),
    (409, "Container c is already paused", {Reason.CONFLICT, Reason.ALREADY_PAUSED}),
    (
        500,
        "Cannot update container: runc did not terminate successfully: container not running",
        {Reason.CONTAINER_ENDING},
    ),
    (403, "error while removing network: network n id 1f has active endpoints", {Reason.HAS_ENDPOINTS}),
    (403, 'error while removing network: network n has active endpoints (name:"c" id:"1f")', {Reason.HAS_ENDPOINTS}),
    (403, "error while removing network: network n has 1 active endpoint (c)", {Reason.HAS_ENDPOINTS}),
    (403, "Pool overlaps with other one on this address space", {Reason.SUBNET_TAKEN}),
    (
        400,
        "user specified IP address is supported only when connecting to networks with user configured subnets",
        {Reason.SUBNET_NOT_CONFIGURED},
    ),
    (400, 'exec: "nope": executable file not found in $PATH', {Reason.PROGRAM_MISSING}),
    (500, "the image is fine, and so is the container", set()),
]


@pytest.mark.parametrize(("status", "message", "reasons"), REFUSALS)
def test_reasons_of_a_refusal(status: int, message: str, reasons: set[Reason]) -> None:
    assert ApiError(status, message).reasons == reasons


def test_every_reason_is_read_from_something() -> None:
    assert {reason for *_refusal, reasons in REFUSALS for reason in reasons} == set(Reason)


@pytest.mark.parametrize(
    ("output", "missing"),
    [
        ("OCI runtime exec failed: exec failed", True),
        ('exec: "nc": executable file not found in $PATH: unknown', True),
        ("nc: bad address", False),
    ],
)
def test_a_missing_program(output: str, missing: bool) -> None:
    assert is_program_missing(output) is missing


@pytest.mark.parametrize(
    ("message", "refused"),
    [
        ('cannot overwrite directory "/a" with non-directory "/b"', True),
        ('cannot overwrite non-directory "/a" with directory "/b"', True),
        ("('Connection aborted.', ConnectionResetError(104, 'Connection reset by peer'))", True),
        ("[Errno 32] Broken pipe", True),
        ("no space left on device", False),
    ],
)
def test_an_upload_that_would_overwrite(message: str, refused: bool) -> None:
    assert is_overwrite_refused(message) is refused
