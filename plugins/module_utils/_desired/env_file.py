# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""Environment variables in a file of the host on which the module runs."""

from __future__ import annotations

import typing as t

from .._errors import Failure


def with_env_file(params: t.Mapping[str, t.Any]) -> t.Mapping[str, t.Any]:
    """The parameters with the variables of ``env_file`` in ``env``, whose own count more."""
    path = params.get("env_file")
    if not path:
        return params
    return {**params, "env": {**_read(path), **(params.get("env") or {})}}


def _read(path: str) -> dict[str, str]:
    """Lines ``NAME=value``; a line that is empty or begins with # is none. Quotes and blanks inside are kept."""
    try:
        with open(path, encoding="utf-8") as file:
            lines = file.read().split("\n")
    except (OSError, ValueError) as error:
        # A path cannot contain the character 0.
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8, or no path"
        raise Failure("option_conflict", f"env_file: {path!r} cannot be read: {why}.") from error
    found = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip() or line.startswith("#"):
            continue
        name, sign, value = line.partition("=")
        if not sign or not name.strip():
            # The line may be a value.
            raise Failure("option_conflict", f"env_file: line {number} of {path!r} is not NAME=value.")
        found[name.strip()] = value.strip()
    return found
