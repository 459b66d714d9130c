# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: topology_pictures
short_description: Give everything in a picture of Docker hosts its place
version_added: 1.1.0
author:
  - the bridgeport.docker maintainers (@bridgeport-collections)
description:
  - Adds the coordinates that Graphviz has found to what P(bridgeport.docker.topology_views#filter) returned.
options:
  _input:
    description: What P(bridgeport.docker.topology_views#filter) returned.
    type: list
    elements: dict
    required: true
  layouts:
    description:
      - For each identifier of a host, what C(dot -Tjson0) printed for it. Hosts that are not in it have no picture.
    type: dict
    required: true
"""

EXAMPLES = r"""
- name: Have Graphviz lay out the pictures
  ansible.builtin.command:
    cmd: dot -Tjson0
    stdin: "{{ item.dot }}"
  loop: "{{ views | selectattr('dot') }}"
  loop_control:
    label: "{{ item.name }}"
  register: layouts
  changed_when: false

- name: Write the pictures with a template of your own
  ansible.builtin.template:
    src: pictures.svg.j2
    dest: /tmp/pictures.svg
    mode: "0644"
  vars:
    pictures: >-
      {{ views | bridgeport.docker.topology_pictures(dict(layouts.results | map(attribute='item.id')
      | zip(layouts.results | map(attribute='stdout')))) }}
  # pictures[0].picture.cards[0].x is where the first card of the first host stands.

- name: Go on without pictures where there is no Graphviz
  ansible.builtin.set_fact:
    pictures: "{{ views | bridgeport.docker.topology_pictures({}) }}"
  # Every picture is null.
"""

RETURN = r"""
_value:
  description:
    - The hosts as they were given, each with one more key.
  type: list
  elements: dict
  contains:
    picture:
      description:
        - The size of the picture and the lanes, cards, ports and lines in it, from the upper left corner in pixels.
        - V(null) for a host without a layout.
      type: dict
      sample:
        width: 823
        height: 371.5
        cards:
          - id: h1k1
            name: web
            x: 288
            y: 62.5
            width: 224
            height: 47
"""

import json
import typing as t

from ansible.errors import AnsibleFilterError

from ansible_collections.bridgeport.docker.plugins.plugin_utils._topology_layout import read_layout


def topology_pictures(value: t.Any, layouts: t.Any) -> list[dict[str, t.Any]]:
    if not isinstance(value, (list, tuple)) or not isinstance(layouts, t.Mapping):
        raise AnsibleFilterError("topology_pictures needs a list of views and a dictionary of layouts.")
    return [{**each, "picture": picture_of(each, layouts.get(each["id"]))} for each in value]


def picture_of(host: t.Mapping[str, t.Any], layout: t.Any) -> dict[str, t.Any] | None:
    if not layout or not host["view"]:
        return None
    try:
        return read_layout(host["view"], json.loads(layout))
    except (KeyError, ValueError) as error:
        raise AnsibleFilterError(
            f"What dot printed for {host['name']} is not the layout of its picture: {type(error).__name__} {error}"
        ) from error


class FilterModule:
    """The filter topology_pictures."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"topology_pictures": topology_pictures}
