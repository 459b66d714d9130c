#!/usr/bin/python
# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: docker_port_info
short_description: Read which ports Docker containers publish
version_added: 1.0.0
description:
  - Returns what one container or all containers publish on the host, who can reach it, and which container holds which
    host port.
  - The module changes nothing.
options:
  name:
    description:
      - The exact name of a container, or its ID (at least 12 hex digits). RV(ports) is then about this container alone.
      - When unset, RV(ports) is about every container, running or stopped.
    type: str
    aliases: [container]
  port:
    description:
      - A port in the container, such as V(80), V(53/udp) or V(8000-8010). Without a protocol it is tcp.
      - When unset, RV(ports) has every port that is published.
    type: str
extends_documentation_fragment:
  - bridgeport.docker._docker
  - bridgeport.docker._attributes
  - bridgeport.docker._attributes.info_module
  - bridgeport.docker._attributes.actiongroup_docker
notes:
  - Ports that a container exposes without publishing them are not returned.
seealso:
  - module: bridgeport.docker.docker_port_publish
    description: Publish the ports of a container, or close them.
  - module: bridgeport.docker.docker_topology
    description: Containers, their ports and their networks together.
  - module: bridgeport.docker.docker_network_probe
    description: Find out whether a published port answers.
author:
  - bridgeport.docker maintainers (@bridgeport-collections)
"""

EXAMPLES = r"""
- name: Have a container with ports to ask about
  bridgeport.docker.docker_port_publish:
    name: docs-web
    image: busybox
    command: httpd -f -p 80
    published_ports:
      - "8050:80"
      - "127.0.0.1::80"
      - "127.0.0.1:8054:53/udp"

- name: Ask where one port of a container is
  bridgeport.docker.docker_port_info:
    name: docs-web
    port: 80
  register: web
  # As docker port docs-web 80.

- name: Show where it can be reached on this host alone
  ansible.builtin.debug:
    msg: "http://{{ local.host_ip }}:{{ local.host_port }}/"
  vars:
    local: "{{ web.ports | selectattr('exposure', 'equalto', 'loopback') | first }}"

- name: Ask for every port of a container
  bridgeport.docker.docker_port_info:
    name: docs-web
  register: all_of_web

- name: Show them as docker port does
  ansible.builtin.debug:
    msg: "{{ item.container_port }}/{{ item.protocol }} -> {{ item.host_ip }}:{{ item.host_port }}"
  loop: "{{ all_of_web.ports }}"
  loop_control:
    label: "{{ item.host_port }}"

- name: Ask for all containers
  bridgeport.docker.docker_port_info: {}
  register: host
  # As docker port for each of them.

- name: Show what can be reached from outside
  ansible.builtin.debug:
    msg: "{{ item.container }} is open on port {{ item.host_port }}/{{ item.protocol }}."
  loop: "{{ host.ports | selectattr('active') | rejectattr('exposure', 'equalto', 'loopback') }}"
  loop_control:
    label: "{{ item.container }}"

- name: Show who has port 8050
  ansible.builtin.debug:
    msg: "{{ holders | map(attribute='container') | unique(case_sensitive=true) | join(', ') }}"
  vars:
    holders: "{{ host.holders | selectattr('host_port', 'equalto', 8050) }}"

- name: Ask about a container that may be missing
  bridgeport.docker.docker_port_info:
    name: no-such-container
  register: maybe
  failed_when: maybe is failed and maybe.failure.code != 'container_not_found'
  # Goes on where there is no such container, and stops where, for example, the daemon does not answer.
"""

RETURN = r"""
ports:
  description:
    - One entry for each publication, sorted by container port, protocol and address in each container. Empty where
      nothing is published.
    - Publications that are bound are shown as they are bound, the others as they are configured.
  type: list
  elements: dict
  returned: success
  contains:
    container:
      description: The name of the container.
      type: str
    container_id:
      description: Its ID.
      type: str
    container_port:
      description: The port in the container.
      type: int
    protocol:
      description: One of V(tcp), V(udp) and V(sctp).
      type: str
    host_ip:
      description:
        - The address on the host. V(0.0.0.0) is every IPv4 address, V(::) every IPv6 address. The empty string is both,
          in a publication that is not bound.
      type: str
    host_port:
      description:
        - The port on the host.
        - In a publication that is not bound it is V(null) where the engine chooses any free port, and a string such as
          V(8000-8010) where it chooses one out of a range.
      type: raw
    active:
      description: Whether it is bound. Those of a container that does not run are not.
      type: bool
    exposure:
      description:
        - Who can reach it by its address. V(loopback) is the host itself, V(address) is who can reach this one
          address of the host, V(all) is who can reach any address of the host.
      type: str
  sample:
    - container: docs-web
      container_id: 7be1cdb19d3b0aee4b1a4e4bc7a6cfb34b0d36d5bd9b5a3fc4d0fa46f8cdb6e5
      container_port: 53
      protocol: udp
      host_ip: 127.0.0.1
      host_port: 8054
      active: true
      exposure: loopback
holders:
  description:
    - Who has or wants which host port, sorted by host port. O(name) and O(port) make no difference to it.
    - A container that does not run is listed with the fixed ports that it takes at its next start.
  type: list
  elements: dict
  returned: success
  contains:
    host_port:
      description: The port on the host. A string such as V(8000-8010) where the engine will choose one out of a range.
      type: raw
    protocol:
      description: One of V(tcp), V(udp) and V(sctp).
      type: str
    host_ip:
      description: The address on the host, as in RV(ports).
      type: str
    active:
      description: Whether it is bound.
      type: bool
    container:
      description: The name of the container. Empty for a process.
      type: str
    container_port:
      description: The port in the container. V(null) for a process.
      type: int
    process:
      description:
        - The process that has a port which a stopped container takes at its next start, such as V(nginx (PID 812)).
          V(unknown) where this user may not see which one it is, and empty for a container.
        - C(host_ip) is then the address that the container wants. The process has it, or one that covers it.
        - Processes are only found on a local engine, see RV(conflicts).
      type: str
  sample:
    - host_port: 8054
      protocol: udp
      host_ip: 127.0.0.1
      active: true
      container: docs-web
      container_port: 53
      process: ""
conflicts:
  description:
    - Fixed host ports that containers take at their next start, and that they cannot have. A container that does not
      run is not in the way of another one now, so that this is where it is said beforehand.
    - Of two stopped containers that want the same port each is listed. Sorted by container. O(name) and O(port) make no
      difference to it.
    - On a local engine, which is a unix socket and a daemon in the same network namespace, a host port that no running
      container has is tried. It is bound for a moment and let go again. Elsewhere only containers are found.
  type: list
  elements: dict
  returned: success
  contains:
    container:
      description: The name of the container that does not run.
      type: str
    container_port:
      description: The port in it.
      type: int
    protocol:
      description: One of V(tcp), V(udp) and V(sctp).
      type: str
    host_ip:
      description: The address on which it is configured, as in RV(ports).
      type: str
    host_port:
      description: The port on the host.
      type: int
    kind:
      description:
        - Who is in the way. V(running) is a container that runs, V(stopped) one that does not run either and would have
          the port if it were started first, V(process) a process of the host. V(no_address) is that the host does not
          have the address.
      type: str
    holder:
      description:
        - The name of the container, or the process, such as V(nginx (PID 812)). Empty where it is not known.
      type: str
  sample:
    - container: docs-old-web
      container_port: 80
      protocol: tcp
      host_ip: ""
      host_port: 8050
      kind: running
      holder: docs-web
loopback_reachable_from_link:
  description:
    - Whether this version of the engine leaves what is published on an IPv4 loopback address reachable for neighbours
      on the same link, who send their packets to that address.
    - It is so before 28.0 (moby#45610), and not from then on (moby#49325). A daemon that runs with
      C(DOCKER_INSECURE_NO_IPTABLES_RAW=1) is open again, which is not seen here, and so is a firewall of the host that
      prevents it.
    - V(null) where the version does not say.
  type: bool
  returned: success
  sample: false
failure:
  description:
    - Why the module failed. Further keys depend on the code.
  type: dict
  returned: failure
  contains:
    code:
      description:
        - "V(port_spec_invalid): O(port) cannot be read."
        - "V(container_not_found): there is no such container."
        - "V(ambiguous_name): a name or ID fits several objects."
        - "V(option_conflict): O(api_version) is no version."
        - "V(sdk_missing): the Docker SDK for Python cannot be imported."
        - "V(daemon_unreachable): the daemon does not answer."
        - "V(daemon_error): the daemon refused a request. C(status) is its HTTP status."
      type: str
      sample: container_not_found
    message:
      description: What was attempted, on which object, and what to do. The same as C(msg).
      type: str
  sample:
    code: container_not_found
    message: There is no container 'no-such-container' whose ports could be read; check the name.
"""

import typing as t

from ansible_collections.bridgeport.docker.plugins.module_utils import _ansiballz  # noqa: F401  # pylint: disable=unused-import
from ansible_collections.bridgeport.docker.plugins.module_utils._engine.client import Client
from ansible_collections.bridgeport.docker.plugins.module_utils._errors import Failure
from ansible_collections.bridgeport.docker.plugins.module_utils._info.conflicts import find_conflicts, holder_results
from ansible_collections.bridgeport.docker.plugins.module_utils._module import create_module, run_module
from ansible_collections.bridgeport.docker.plugins.module_utils._objects.ports import parse_exposed
from ansible_collections.bridgeport.docker.plugins.module_utils._observe.host_ports import find_blocker
from ansible_collections.bridgeport.docker.plugins.module_utils._observe.snapshot import (
    inspect_containers,
    read_listing,
)
from ansible_collections.bridgeport.docker.plugins.module_utils._results import port_results


def read_ports(client: Client, name: str | None, port: str | None) -> dict[str, t.Any]:
    keys = None if port is None else parse_exposed([port])
    host = read_listing(client)
    host = inspect_containers(client, host, host.summaries)
    asked = list(host.summaries)
    if name is not None:
        summary = host.find_container(name)
        if summary is None:
            raise Failure(
                "container_not_found", f"There is no container {name!r} whose ports could be read; check the name."
            )
        asked = [summary]
    containers = [host.inspected(summary) for summary in asked]
    ports = [row for each in containers for row in port_results(each, host.default_address(each))]
    if keys is not None:
        ports = [row for row in ports if f"{row['container_port']}/{row['protocol']}" in keys]
    conflicts = find_conflicts(host, find_blocker if host.engine.is_local else None)
    return {
        "changed": False,
        "ports": ports,
        "holders": holder_results(host, conflicts),
        "conflicts": [conflict.as_dict() for conflict in conflicts],
        "loopback_reachable_from_link": host.engine.leaks_loopback,
    }


def main() -> None:
    module = create_module({"name": {"type": "str", "aliases": ["container"]}, "port": {"type": "str"}})
    run_module(module, lambda client: read_ports(client, module.params["name"], module.params["port"]))


if __name__ == "__main__":
    main()
