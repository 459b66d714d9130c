# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""Importing from the zip archive that Ansible sends to the host. Each module file imports this first, for its effect.

Python 3.10 and later compile what is imported from a zip archive twice: zipimporter.find_spec asks for the file name,
for which get_filename compiles the whole module, and exec_module compiles it again. An archive that is used once has no
compiled code, so that this would be a third of what a task without changes costs.
"""

from __future__ import annotations

import functools
import zipimport

_NAME = "_get_module_code"


def compile_once() -> None:
    """Keep the code of the module that was compiled last until the same importer is asked for the next one."""
    compile_module = getattr(zipimport, _NAME, None)
    # Other Pythons may do this in another way.
    if compile_module is not None and not hasattr(compile_module, "cache_info"):
        setattr(zipimport, _NAME, functools.lru_cache(maxsize=1)(compile_module))


compile_once()
