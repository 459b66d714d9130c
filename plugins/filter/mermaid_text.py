# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: mermaid_text
short_description: Escape text for a quoted label of Mermaid
version_added: 1.1.0
author:
  - the bridgeport.docker maintainers (@bridgeport-collections)
description:
  - Makes text safe between double quotes in a Mermaid diagram. Whatever could mean something to Mermaid, to Markdown or
    to HTML becomes an entity code of Mermaid, such as V(#34;).
options:
  _input:
    description: The text. Numbers are taken as text.
    type: raw
    required: true
"""

EXAMPLES = r"""
- name: Show a label
  ansible.builtin.debug:
    msg: 'node["{{ alias | bridgeport.docker.mermaid_text }}"]'
  vars:
    alias: 'the "main" database'
  # node["the #34;main#34; database"]

- name: Show a port
  ansible.builtin.debug:
    msg: 'port["{{ 8080 | bridgeport.docker.mermaid_text }}"]'
  # port["8080"]

- name: Show names of containers in one label
  ansible.builtin.debug:
    msg: 'all["{{ ["web", "db"] | map("bridgeport.docker.mermaid_text") | join("<br/>") }}"]'
  # all["web<br/>db"]
"""

RETURN = r"""
_value:
  description: The escaped text.
  type: str
  sample: "the #34;main#34; database"
"""

import re
import typing as t

from ansible.errors import AnsibleFilterError

_SPECIAL = re.compile(r"[^\w .,:/()\[\]*+=@-]")


def mermaid_text(value: t.Any) -> str:
    if not isinstance(value, (str, int)):
        raise AnsibleFilterError(f"mermaid_text needs text, not {type(value).__name__}.")
    return _SPECIAL.sub(lambda found: f"#{ord(found[0])};", str(value))


class FilterModule:
    """The filter mermaid_text."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"mermaid_text": mermaid_text}
