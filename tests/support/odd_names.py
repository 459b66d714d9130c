# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Names that YAML or Jinja may take for something else."""

from __future__ import annotations

from hypothesis import strategies as st

# A number in hexadecimal, booleans, null, an octal number, numbers with underscores, and two that differ in case only.
ODD_NAMES = ("0x1F", "yes", "on", "NO", "null", "007", "1_000", "12_3.5", "Web", "web")

# The engine's own rule (moby, daemon/names).
_FIRST = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
# Numbers are rarer in the whole alphabet than they should be here.
engine_names = (
    st.sampled_from(ODD_NAMES)
    | st.from_regex(r"[0-9][0-9xXoObBeE_.-]{1,6}[0-9A-Fa-f]?", fullmatch=True)
    | st.builds(
        "{}{}".format,
        st.sampled_from(_FIRST),
        st.text(f"{_FIRST}_.-", min_size=1, max_size=20),
    )
)
