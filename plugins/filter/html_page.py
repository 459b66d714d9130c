# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: html_page
short_description: Render a template with everything in it escaped for HTML
version_added: 1.1.0
author:
  - the bridgeport.docker maintainers (@bridgeport-collections)
description:
  - Renders a Jinja2 template of the controller with autoescape, so that names and texts of others cannot become markup.
  - The templates of Ansible itself escape nothing, as C(autoescape) has no effect in them.
  - The template may include others of its folder. Those whose names end in C(.html.j2) are escaped, other ones are not.
  - Jinja2's own filters and P(bridgeport.docker.mermaid_text#filter) can be used. A variable that is not defined is an
    error.
options:
  _input:
    description: The variables of the template.
    type: dict
    required: true
  template:
    description: The path of the template, which must end in C(.html.j2).
    type: path
    required: true
  style:
    description: The style sheet, which the template finds as C(style).
    type: str
    default: ""
  script:
    description:
      - The script, which the template finds as C(script).
      - C(script_hash) is what a Content-Security-Policy needs to allow this script and no other one.
    type: str
    default: ""
"""

EXAMPLES = r"""
- name: Write a page of containers
  ansible.builtin.copy:
    dest: /tmp/containers.html
    mode: "0644"
    content: "{{ {'containers': topology.containers} | bridgeport.docker.html_page('/tmp/containers.html.j2') }}"
  # With <td>{{ container.name }}</td> in the template, a container called <b> would be seen as <b>.

- name: Write a page with a style sheet
  ansible.builtin.copy:
    dest: /tmp/containers.html
    mode: "0644"
    content: >-
      {{ {'containers': topology.containers}
      | bridgeport.docker.html_page('/tmp/containers.html.j2', style=lookup('ansible.builtin.file', 'page.css')) }}
  # The template says <style>{{ style }}</style>.

- name: Write a page that runs one script
  ansible.builtin.copy:
    dest: /tmp/containers.html
    mode: "0644"
    content: >-
      {{ {'containers': topology.containers}
      | bridgeport.docker.html_page('/tmp/containers.html.j2', script=lookup('ansible.builtin.file', 'page.js')) }}
  # The template says <meta http-equiv="Content-Security-Policy" content="script-src '{{ script_hash }}'"> and
  # <script>{{ script }}</script>.
"""

RETURN = r"""
_value:
  description: The page.
  type: str
  sample: <!DOCTYPE html>
"""

import base64
import hashlib
import os
import typing as t

from ansible.errors import AnsibleFilterError
from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateError
from markupsafe import Markup

from ansible_collections.bridgeport.docker.plugins.filter.mermaid_text import mermaid_text


def html_page(value: t.Any, template: str, style: str = "", script: str = "") -> str:
    if not isinstance(value, t.Mapping):
        raise AnsibleFilterError(f"html_page needs the variables of the template, not {type(value).__name__}.")
    if not template.endswith(".html.j2"):
        raise AnsibleFilterError(f"html_page escapes templates whose names end in .html.j2, which {template} does not.")
    folder, name = os.path.split(template)
    environment = Environment(
        loader=FileSystemLoader(folder),
        autoescape=is_escaped,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["bridgeport.docker.mermaid_text"] = mermaid_text
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    try:
        return environment.get_template(name).render(
            value, style=Markup(style), script=Markup(script), script_hash=f"sha256-{digest}"
        )
    except TemplateError as error:
        raise AnsibleFilterError(f"{template} could not be rendered: {type(error).__name__} {error}") from error


def is_escaped(name: str | None) -> bool:
    return name is None or name.endswith(".html.j2")


class FilterModule:
    """The filter html_page."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"html_page": html_page}
