# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: exposure_violations
short_description: Find publications that are more open than a policy allows
version_added: 1.1.0
author:
  - the bridgeport.docker maintainers (@bridgeport-collections)
description:
  - Judges the published ports of containers, as M(bridgeport.docker.docker_topology_info) returns them, and says what
    the containers would have to publish instead.
  - Publications on a loopback address are always allowed.
  - The role P(bridgeport.docker.exposure_audit#role) reads a host, shows what this filter finds, and fails.
  - A policy that cannot be read makes the filter fail with a message that quotes it.
options:
  _input:
    description:
      - The containers, RV(bridgeport.docker.docker_topology_info#module:containers).
      - Those that do not run are judged by what they publish at their next start.
    type: list
    elements: dict
    required: true
  allowed_addresses:
    description:
      - Addresses, and subnets such as V(10.0.0.0/8), on which containers may publish.
      - Every address (V(0.0.0.0), V(::), or none given) is in no subnet. See O(permitting_labels).
    type: list
    elements: str
    default: []
  allowed_ports:
    description:
      - The host ports that may be published on other addresses than loopback ones, such as V(443), V(53/udp) or
        V(8000-8010). Without a protocol they are tcp.
      - A port that the engine chooses is none of them.
      - Every port is allowed when this is not set.
    type: list
    elements: raw
  permitting_labels:
    description:
      - Labels, as V(key) or V(key=value). A container that has one of them may publish on every address. Its host
        ports are judged all the same.
    type: list
    elements: str
    default: []
"""

EXAMPLES = r"""
- name: Read the host
  bridgeport.docker.docker_topology_info: {}
  register: host

- name: Refuse everything that is reachable from outside
  ansible.builtin.assert:
    that: host.containers | bridgeport.docker.exposure_violations | length == 0

- name: Show what breaks a policy
  ansible.builtin.debug:
    msg: "{{ item.container }} {{ item.container_port }}/{{ item.protocol }} {{ item.reason }}."
  loop: >-
    {{ host.containers | bridgeport.docker.exposure_violations(
         allowed_addresses=['10.0.0.0/8'], allowed_ports=[443, '53/udp'], permitting_labels=['exposure=public']) }}
  loop_control:
    label: "{{ item.container }}"

- name: Publish on the loopback instead what breaks it, and keep the rest
  bridgeport.docker.docker_port_publish:
    name: "{{ item.container }}"
    published_ports: "{{ item.published_ports }}"
  # Once for each container. The filter groupby would take Web and web for one.
  loop: >-
    {{ host.containers | bridgeport.docker.exposure_violations
       | items2dict(key_name='container', value_name='published_ports')
       | dict2items(key_name='container', value_name='published_ports') }}
  loop_control:
    label: "{{ item.container }}"
"""

RETURN = r"""
_value:
  description:
    - The publications that break the policy, in the order of the containers.
    - Two of the same numbers on every IPv4 and on every IPv6 address are one.
  type: list
  elements: dict
  contains:
    container:
      description: The name of the container.
      type: str
    container_port:
      description: The port in the container.
      type: int
    protocol:
      description: One of V(tcp), V(udp) and V(sctp).
      type: str
    host_ip:
      description: The address on the host. The empty string is every address, IPv4 and IPv6.
      type: str
    host_port:
      description: The port on the host, as in RV(bridgeport.docker.docker_port_info#module:ports[].host_port).
      type: raw
    active:
      description: Whether it is bound.
      type: bool
    exposure:
      description: V(address) or V(all), as in RV(bridgeport.docker.docker_port_info#module:ports[].exposure).
      type: str
    reason:
      description: What is wrong with it, to be read after its name.
      type: str
    published_ports:
      description:
        - All that the container would publish if what breaks the policy were on a loopback address, for
          O(bridgeport.docker.docker_port_publish#module:published_ports). Numbers that the engine has chosen stay.
      type: list
      elements: str
  sample:
    - container: web
      container_port: 80
      protocol: tcp
      host_ip: ""
      host_port: 8080
      active: true
      exposure: all
      reason: is on every address, and no label of the container permits that
      published_ports:
        - 127.0.0.1:8080:80/tcp
        - 127.0.0.1:8443:443/tcp
"""

import typing as t

from ansible.errors import AnsibleFilterError

from ansible_collections.bridgeport.docker.plugins.module_utils._errors import Failure
from ansible_collections.bridgeport.docker.plugins.module_utils._info.exposure import find_violations, parse_policy


def exposure_violations(
    value: t.Any,
    allowed_addresses: t.Sequence[str] = (),
    allowed_ports: t.Sequence[t.Any] | None = None,
    permitting_labels: t.Sequence[str] = (),
) -> list[dict[str, t.Any]]:
    lists = {"_input": value, "allowed_addresses": allowed_addresses, "permitting_labels": permitting_labels}
    if allowed_ports is not None:
        lists["allowed_ports"] = allowed_ports
    for name, given in lists.items():
        # A lone string would be read letter by letter.
        if not isinstance(given, (list, tuple)):
            raise AnsibleFilterError(f"exposure_violations needs a list as {name}, not a {type(given).__name__}.")
    try:
        return find_violations(value, parse_policy(allowed_addresses, allowed_ports, permitting_labels))
    except Failure as failure:
        raise AnsibleFilterError(failure.message) from failure


class FilterModule:
    """The filter exposure_violations."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"exposure_violations": exposure_violations}
