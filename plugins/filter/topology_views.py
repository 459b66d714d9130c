# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: topology_views
short_description: Prepare what is known of Docker hosts for a report
version_added: 1.1.0
author:
  - the bridgeport.docker maintainers (@bridgeport-collections)
description:
  - Turns what P(bridgeport.docker.docker_topology_info#module) returned of some hosts into what a report shows of
    them - lanes, cards and ports for a picture, rows for tables, and the text that Graphviz needs to lay the picture
    out.
  - The role P(bridgeport.docker.topology_report#role) is made with it. It serves templates of your own as well.
options:
  _input:
    description:
      - One dictionary for each host, with the keys C(name) and C(topology), the latter what
        P(bridgeport.docker.docker_topology_info#module) returned.
      - A host that could not be read has C(failure), a message, instead of C(topology).
    type: list
    elements: dict
    required: true
"""

EXAMPLES = r"""
- name: Read the host
  bridgeport.docker.docker_topology_info: {}
  register: topology

- name: Count the ports that can be reached from everywhere
  ansible.builtin.debug:
    msg: "{{ ([{'name': 'here', 'topology': topology}] | bridgeport.docker.topology_views | first).view.counts.all }}"
  # Counts 0.0.0.0 and :: as two.

- name: Lay out the picture
  ansible.builtin.command:
    cmd: dot -Tjson0
    stdin: "{{ ([{'name': 'here', 'topology': topology}] | bridgeport.docker.topology_views | first).dot }}"
  register: layout
  changed_when: false

- name: Name the hosts that were not read
  ansible.builtin.debug:
    msg: "{{ hosts | bridgeport.docker.topology_views | selectattr('failure') | map(attribute='name') }}"
  vars:
    hosts:
      - name: docker1
        failure: The daemon did not answer.
  # One name, docker1.
"""

RETURN = r"""
_value:
  description:
    - One dictionary for each host, in the same order.
  type: list
  elements: dict
  contains:
    name:
      description: As it was given.
      type: str
      sample: docker1
    failure:
      description: As it was given, or empty.
      type: str
      sample: ""
    id:
      description: Begins all identifiers of this host in the view.
      type: str
      sample: h1
    view:
      description:
        - What is to be shown. V(null) for a host that could not be read.
        - It holds no labels but the project and the service of Compose.
      type: dict
      sample:
        counts:
          containers: 3
          running: 3
          networks: 1
          ports: 5
          loopback: 3
          address: 0
          all: 2
    dot:
      description:
        - The text for C(dot -Tjson0). It holds identifiers and sizes, no names. Empty for a host that could not be
          read.
      type: str
      sample: "digraph topology { }"
"""

import typing as t

from ansible.errors import AnsibleFilterError

from ansible_collections.bridgeport.docker.plugins.plugin_utils._topology_layout import write_dot
from ansible_collections.bridgeport.docker.plugins.plugin_utils._topology_view import build_view


def topology_views(value: t.Any) -> list[dict[str, t.Any]]:
    if not isinstance(value, (list, tuple)):
        raise AnsibleFilterError(f"topology_views needs a list of hosts, not {type(value).__name__}.")
    return [host_view(each, f"h{number}") for number, each in enumerate(value, 1)]


def host_view(host: t.Any, prefix: str) -> dict[str, t.Any]:
    if not isinstance(host, t.Mapping) or "name" not in host or not (host.get("topology") or host.get("failure")):
        raise AnsibleFilterError("topology_views needs a name and a topology, or a name and a failure, of each host.")
    result = {"name": host["name"], "failure": host.get("failure") or "", "id": prefix, "view": None, "dot": ""}
    if result["failure"]:
        return result
    try:
        view = build_view(host["topology"], prefix)
    except KeyError as error:
        raise AnsibleFilterError(
            f"The topology of {host['name']} has no {error}: it is not what docker_topology_info returns."
        ) from error
    return {**result, "view": view, "dot": write_dot(view)}


class FilterModule:
    """The filter topology_views."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"topology_views": topology_views}
