# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: parse_published_ports
short_description: Read port specifications as the docker CLI does
version_added: 1.0.0
author:
  - the bridgeport.docker maintainers (@bridgeport-collections)
description:
  - Turns a list of port specifications, as the modules of this collection take them in O(ignore:published_ports), into
    a flat list of publications, for example to write the rules of a firewall or the upstreams of a proxy.
  - Ranges are written out, protocols are lower case, and addresses have one spelling each.
  - The grammar is that of C(docker run --publish) (go-connections v0.8.1, without a plus sign before a number).
  - A specification that is refused makes the filter fail with a message that quotes it.
options:
  _input:
    description:
      - The port specifications.
      - A specification is a string as in C(docker run --publish), such as V(8080:80), V(127.0.0.1:8080:80/udp),
        V(127.0.0.1::80), V([::1]:8080:80) or V(8000-8002:80-82).
      - A number is a container port.
      - A dictionary is the long form of Compose, with the keys V(target), V(published), V(host_ip) and V(protocol).
      - Strings with an equals sign are refused, as the docker CLI widens V(host_ip=127.0.0.1) to all addresses. Use a
        dictionary.
    type: list
    elements: raw
    required: true
"""

EXAMPLES = r"""
- name: Show what a list of port specifications means
  ansible.builtin.debug:
    msg: "{{ ['8080:80', '127.0.0.1:5000-5001:5000-5001/udp'] | bridgeport.docker.parse_published_ports }}"
  # Three publications: 8080 to 80/tcp on every address, and 5000 and 5001 to the same ports, udp, on 127.0.0.1.

- name: Write the upstreams of a proxy that runs on the same host
  ansible.builtin.copy:
    dest: /tmp/upstreams.conf
    mode: "0644"
    content: |
      {% for port in web_published_ports | bridgeport.docker.parse_published_ports
         if port.host_port is integer and port.protocol == 'tcp' %}
      server {{ port.host_ip or '127.0.0.1' }}:{{ port.host_port }};
      {% endfor %}
  vars:
    web_published_ports:
      - "8443:443"
      - "127.0.0.1::9090"
      - target: 80
        published: 8080
        host_ip: 127.0.0.1
  # Two lines: 127.0.0.1:8443 and 127.0.0.1:8080. The host port of 9090 is not known before the container runs.

- name: Fail on a list with an address that is none
  ansible.builtin.assert:
    that: published_ports | bridgeport.docker.parse_published_ports | length > 0
  vars:
    published_ports:
      - "999.1.1.1:80:80"
  # Fails, and the message quotes 999.1.1.1:80:80.
"""

RETURN = r"""
_value:
  description:
    - The publications, in the order of the specifications.
  type: list
  elements: dict
  contains:
    host_ip:
      description: The address on the host. The empty string stands for every address, IPv4 and IPv6.
      type: str
      sample: 127.0.0.1
    host_port:
      description:
        - The port on the host.
        - It is V(null) where the engine chooses any free port.
        - It is a string such as V(8080-8090) where the engine chooses one out of a range.
      type: raw
      sample: 5000
    container_port:
      description: The port in the container.
      type: int
      sample: 5000
    protocol:
      description: One of V(tcp), V(udp) and V(sctp).
      type: str
      sample: udp
  sample:
    - host_ip: 127.0.0.1
      host_port: 5000
      container_port: 5000
      protocol: udp
"""

import typing as t

from ansible.errors import AnsibleFilterError

from ansible_collections.bridgeport.docker.plugins.module_utils._errors import Failure
from ansible_collections.bridgeport.docker.plugins.module_utils._objects.ports import parse_publications


def parse_published_ports(value: t.Any) -> list[dict[str, t.Any]]:
    # A lone string would be read letter by letter.
    if not isinstance(value, (list, tuple)):
        raise AnsibleFilterError(f"parse_published_ports needs a list of port specifications, not {value!r}.")
    try:
        return [publication.as_dict() for publication in parse_publications(value)]
    except Failure as failure:
        raise AnsibleFilterError(failure.message) from failure


class FilterModule:
    """The filter parse_published_ports."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"parse_published_ports": parse_published_ports}
