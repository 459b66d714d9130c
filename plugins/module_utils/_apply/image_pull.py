# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""Pulling the images that a plan needs."""

from __future__ import annotations

import typing as t

from .._engine.client import ApiError, Client
from .._errors import Failure
from .._plan.plan import pull_action


def pull_images(client: Client, references: t.Mapping[str, str], actions: list[str]) -> None:
    """``references``: the images, each with its platform, which may be empty.

    Raises Failure(image_not_found). ``actions`` grows by what was pulled, also where a later image is missing.
    """
    for reference, platform in references.items():
        try:
            client.pull(reference, platform)
        except ApiError as error:
            raise Failure(
                "image_not_found",
                f"Image {reference!r} is not on the host and could not be pulled: {error.message}. Check its name, log"
                " in to its registry, or put it on the host by other means.",
                image=reference,
            ) from error
        actions.append(pull_action(reference))
