# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Writes every result as it comes from the module, a line of JSON each, into the file that EVERY_RESULT names."""

from __future__ import annotations

import json
import os
import typing as t

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = r"""
name: every_result
type: notification
short_description: Write every result into a file
description:
  - Writes every result as it comes from the module, a line of JSON each, into the file that E(EVERY_RESULT) names.
"""


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "notification"
    CALLBACK_NAME = "every_result"
    CALLBACK_NEEDS_ENABLED = True

    def _write(self, result: t.Any, *_more: t.Any, **_options: t.Any) -> None:
        # Public names since ansible-core 2.19.
        line = json.dumps({"task": result.task.name, "result": result.result}, default=str)
        with open(os.environ["EVERY_RESULT"], "a", encoding="utf-8") as file:
            file.write(line + "\n")

    v2_runner_on_ok = _write
    v2_runner_on_failed = _write
    v2_runner_on_unreachable = _write
