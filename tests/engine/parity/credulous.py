# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs modules whose planner believes that every address is free: what the net has to find."""

from __future__ import annotations

import sys

from ansible_collections.bridgeport.docker.plugins.module_utils._plan import endpoints
from ansible_collections.bridgeport.docker.tests.support import module_runner

if __name__ == "__main__":
    endpoints._check_free = lambda *_args: None
    module_runner.serve(int(sys.argv[1]))
