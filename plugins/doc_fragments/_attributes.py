# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.

from __future__ import annotations


class ModuleDocFragment:
    # What the attributes mean; a module states only how far it supports each.
    DOCUMENTATION = r"""
attributes:
  check_mode:
    description: Can run in C(check_mode) and predict the changed status without modifying the target.
  diff_mode:
    description: Returns what has changed, or would change in C(check_mode), when in diff mode.
  idempotent:
    description: When run twice in a row with the same arguments outside check mode, the second run indicates no change.
"""

    # Modules that only look.
    INFO_MODULE = r"""
attributes:
  check_mode:
    support: full
    details:
      - This module does not change the host.
  diff_mode:
    support: N/A
    details:
      - This module does not change the host.
  idempotent:
    support: full
    details:
      - This module does not change the host.
"""

    ACTIONGROUP_DOCKER = r"""
attributes:
  action_group:
    description: Use C(group/bridgeport.docker.docker) in C(module_defaults) to set defaults for this module.
    support: full
    membership:
      - bridgeport.docker.docker
"""
