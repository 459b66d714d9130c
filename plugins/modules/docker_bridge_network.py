#!/usr/bin/python
# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: docker_bridge_network
short_description: Manage a Docker bridge network and who is on it
version_added: 1.0.0
description:
  - Makes true that one user-defined bridge network exists or not, and which containers are on it, running or stopped,
    under which aliases and addresses.
  - Everything that can be known before is refused before anything is touched, in check mode as well. RV(failure.code)
    says what it was. When a step fails, those before it are undone.
  - Containers are neither made, started nor removed. For that see M(bridgeport.docker.docker_topology).
options:
  name:
    description:
      - The exact name of the network, or its ID (at least 12 hex digits) where it exists.
    type: str
    required: true
    aliases: [network_name]
  state:
    description:
      - V(present) is that the network exists. Options that are unset leave an existing network as it is.
      - V(absent) is that it does not. It is refused with the failure code V(network_in_use) while containers are on it,
        unless O(force=true).
      - The networks V(bridge), V(host) and V(none) are never touched. They are refused with the failure code
        V(network_protected).
    type: str
    choices: [present, absent]
    default: present
  driver:
    description:
      - The driver of the network, which is V(bridge) whether that is said or not. Any other one is refused with the
        failure code V(option_conflict). M(bridgeport.docker.docker_network) takes them all.
    type: str
extends_documentation_fragment:
  - bridgeport.docker._docker
  - bridgeport.docker._network
  - bridgeport.docker._network.bridge
  - bridgeport.docker._attributes
  - bridgeport.docker._attributes.actiongroup_docker
attributes:
  check_mode:
    support: full
    details:
      - The ID, a subnet that the engine would choose, and what is known of new members beside their names are not
        predicted.
  diff_mode:
    support: full
  idempotent:
    support: full
notes:
  - When a run or the daemon dies while a network is rebuilt, the next run that would change it or one of its members
    finishes or undoes that first and says so in RV(actions). Check mode refuses with the failure code
    V(interrupted_change) until then.
  - An existing network of another driver is refused with the failure code V(option_conflict), one that belongs to a
    swarm with V(swarm_managed). M(bridgeport.docker.docker_network) manages both.
  - Docker Engine up to 24 allows several networks of one name. Such a name is refused with the failure code
    V(ambiguous_name), which lists their IDs in RV(failure.ids). With an ID for O(name) one of them can be removed, or
    given other members, but not be rebuilt.
seealso:
  - module: bridgeport.docker.docker_topology
    description: Many networks and containers in one task.
  - module: bridgeport.docker.docker_network
    description: Networks of any driver, with the options of the module of that name in community.docker.
  - module: bridgeport.docker.docker_network_probe
    description: Find out whether containers reach each other, or that they do not.
  - module: bridgeport.docker.docker_port_publish
    description: Publish the ports of a container.
author:
  - bridgeport.docker maintainers (@bridgeport-collections)
"""

EXAMPLES = r"""
- name: Make a network
  bridgeport.docker.docker_bridge_network:
    name: shop-net
  # As docker network create -d bridge shop-net. The engine chooses the subnet.

- name: Make a network that no container can be reached on directly, not even by who can route to it
  bridgeport.docker.docker_bridge_network:
    name: shop-vault
    internal: true
    gateway_mode_ipv4: isolated
  register: vault
  failed_when: vault.failure.code | default('unsupported') != 'unsupported'
  # The host has no address on it. An engine before 28.0 would ignore the mode, so that it is refused there.

- name: Have two containers to put on networks
  bridgeport.docker.docker_topology:
    containers:
      - name: shop-db
        image: busybox
        command: httpd -f -p 80
      - name: shop-app
        image: busybox
        command: httpd -f -p 80

- name: Put both on it
  bridgeport.docker.docker_bridge_network:
    name: shop-net
    connected:
      - shop-app
      - name: shop-db
        aliases: [db]
  # They reach each other as shop-app, shop-db and db. Any other container has to leave the network.

- name: Make a network with a subnet, and give one member a fixed address
  bridgeport.docker.docker_bridge_network:
    name: shop-backend
    internal: true
    mtu: 1400
    ipam_config:
      - subnet: 10.213.7.0/24
        gateway: 10.213.7.1
        iprange: 10.213.7.128/25
    labels:
      purpose: backend
    connected:
      - name: shop-db
        ipv4_address: 10.213.7.10
        aliases: [db]
  register: backend
  # The range for addresses that the engine chooses is the upper half, so that it never gives away 10.213.7.10.

- name: Change it, whoever is on it
  bridgeport.docker.docker_bridge_network:
    name: shop-backend
    mtu: 1300
    labels:
      purpose: backend
      team: shop
  # Docker changes nothing of a network in place: it is rebuilt, and shop-db is on it with its address and alias.

- name: Change it also where a member has to be recreated for that
  bridgeport.docker.docker_bridge_network:
    name: shop-backend
    mtu: 1280
    on_member_recreate: recreate
  # From Docker Engine 25 on, one with a MAC address of its own would lose it. It is replaced in the same change.

- name: Show who is on it
  ansible.builtin.debug:
    msg: "{{ item.name }} has {{ item.ip_address }}."
  loop: "{{ backend.network.connected }}"
  loop_control:
    label: "{{ item.name }}"

- name: Add a member, whoever else is there
  bridgeport.docker.docker_bridge_network:
    name: shop-backend
    connected: [shop-app]
    appends: true
  # shop-db stays, with its address and its alias.

- name: Make two networks wherever there is room
  bridgeport.docker.docker_bridge_network:
    name: "{{ item }}"
    subnet_pool:
      from: 10.214.0.0/16
      prefix: 24
  loop: [shop-tenant-a, shop-tenant-b]
  # 10.214.0.0/24 and 10.214.1.0/24, where nothing is there yet. Each keeps its subnet on later runs.

- name: Ask for an address outside of the subnet
  bridgeport.docker.docker_bridge_network:
    name: shop-backend
    connected:
      - name: shop-app
        ipv4_address: 192.0.2.1
    appends: true
  register: result
  failed_when: result.failure.code | default('') != 'address_outside_subnet'
  # Refused, and shop-app stays as it is.

- name: Remove a network that may be in use
  block:
    - name: Remove the network
      bridgeport.docker.docker_bridge_network:
        name: shop-net
        state: absent
  rescue:
    - name: Show who is on it
      ansible.builtin.debug:
        msg: "Still there, because of {{ ansible_failed_result.failure.members | join(' and ') }}."
      when: ansible_failed_result.failure.code == 'network_in_use'
  # Refused with network_in_use while containers are on it.

- name: Remove the networks, whoever is on them
  bridgeport.docker.docker_bridge_network:
    name: "{{ item }}"
    state: absent
    force: true
  loop: [shop-net, shop-backend, shop-tenant-a, shop-tenant-b, shop-vault]
  # The containers are disconnected, and go on running.
"""

RETURN = r"""
network:
  description:
    - The network as it stands afterwards, in check mode as it would stand. Empty when it does not exist.
  type: dict
  returned: success
  contains:
    name:
      description: Its name.
      type: str
    id:
      description: Its ID. Empty in check mode for a network that would be made.
      type: str
    driver:
      description: Its driver, which is V(bridge).
      type: str
    internal:
      description: Whether it has no way to the outside.
      type: bool
    attachable:
      description: Whether it is marked as attachable.
      type: bool
    enable_ipv6:
      description: Whether it has IPv6.
      type: bool
    driver_options:
      description: The options of its driver, by their full names, with those that the engine has added.
      type: dict
    labels:
      description: Its labels.
      type: dict
    ipam_config:
      description: Its subnets. Empty in check mode where the engine would choose one.
      type: list
      elements: dict
      contains:
        subnet:
          description: The subnet.
          type: str
        iprange:
          description: The part of it out of which the engine gives addresses. Empty when that is all of it.
          type: str
        gateway:
          description: The address of the host. Empty where the engine does not tell.
          type: str
        aux_addresses:
          description: Addresses that the engine does not give to containers, by name.
          type: dict
    connected:
      description: The containers on it, running or stopped, sorted by name.
      type: list
      elements: dict
      contains:
        name:
          description: The name of the container.
          type: str
        id:
          description: Its ID. In check mode empty for one that would join.
          type: str
        state:
          description: Its state in the engine's words. In check mode empty for one that would join.
          type: str
        ip_address:
          description: Its IPv4 address on this network. Empty for a container that does not run and has no fixed one.
          type: str
        ipv6_address:
          description: Its IPv6 address on this network, likewise.
          type: str
  sample:
    name: shop-backend
    id: 9f6ae26ccbb968bd4d7a9d6ae25b1a0b1f2c7bb9cc8a0b8a14d83cd1fc0cbd3a
    driver: bridge
    internal: true
    attachable: false
    enable_ipv6: false
    driver_options: {com.docker.network.driver.mtu: "1400"}
    labels: {purpose: backend}
    ipam_config:
      - subnet: 10.213.7.0/24
        iprange: 10.213.7.128/25
        gateway: 10.213.7.1
        aux_addresses: {}
    connected:
      - name: shop-db
        id: 7be1cdb19d3b0aee4b1a4e4bc7a6cfb34b0d36d5bd9b5a3fc4d0fa46f8cdb6e5
        state: running
        ip_address: 10.213.7.10
        ipv6_address: ""
actions:
  description:
    - What was done, step by step, in check mode what would be done, and on failure what was undone. Empty when nothing
      had to be done.
  type: list
  elements: str
  returned: success, and on failure where the work had been planned
  sample: [create network shop-backend, connect shop-db to shop-backend]
will_lose:
  description:
    - What the change costs, in check mode what it would cost. Empty when it costs nothing.
  type: list
  elements: str
  returned: success
  sample: ["ephemeral host port of shop-db for 80/tcp may change"]
preflight:
  description:
    - How much could be checked before the change.
    - V(full) is that new subnets were also compared with the addresses and routes of the host itself.
    - V(partial) is that the engine is on another host or in another network namespace, or that it could not be seen
      where it is. Then only subnets of other networks are known to be taken.
  type: str
  returned: success
  sample: full
diff:
  description:
    - What changes. C(before) and C(after) have an entry for each object that changes, such as C(network shop-backend).
  type: dict
  returned: success
  contains:
    before:
      description: The objects as they stood.
      type: dict
    after:
      description: The objects as they are asked for. Empty for one that is removed.
      type: dict
  sample:
    before: {}
    after:
      network shop-backend: {driver: bridge, internal: true, connected: [shop-db]}
refusals:
  description:
    - Everything that was refused, each like RV(failure). The first of them is RV(failure), whose message holds all.
  type: list
  elements: dict
  returned: when what the task would do is refused
  contains:
    code:
      description: As RV(failure.code).
      type: str
    message:
      description: As RV(failure.message), of this refusal alone.
      type: str
  sample:
    - code: container_not_found
      message: >-
        Network 'shop-backend' cannot connect 'shop-cache': there is no container of that name or ID.
rolled_back:
  description:
    - Whether everything that had been touched for the network stands as it did before.
    - V(recreated) is that it does, and that the network had been removed already and was remade, with the same
      definition and members and another ID.
    - With V(false) something could not be undone, which RV(failure.message) says.
  type: raw
  returned: when a step failed
  sample: true
failure:
  description:
    - Why the module failed. Further keys depend on the code.
  type: dict
  returned: failure
  contains:
    code:
      description:
        - "V(option_conflict): options do not go together, or the value of one means nothing."
        - "V(port_conflict): a container that was connected lost a host port to another process or container."
        - "V(container_not_found): there is no such container to connect, or it was removed in the meantime."
        - "V(ambiguous_name): a name or ID fits several objects."
        - "V(address_in_use): a fixed address belongs to C(holder), or is the gateway, an auxiliary, the first or the
          broadcast address of its subnet."
        - "V(address_outside_subnet): an address or range is not in the network's subnet."
        - "V(subnet_overlap): a subnet overlaps that of another network, or an address or a route of the host, or none
          of a pool is free."
        - "V(network_in_use): a network that is to be removed has containers on it."
        - "V(network_protected): the networks V(bridge), V(host) and V(none) are never touched."
        - "V(network_mode_conflict): the container's network mode, or being on internal networks only, rules out what
          is asked for, or what the container has."
        - "V(swarm_managed): the object belongs to a swarm."
        - "V(interrupted_change): a former rebuild was cut off, and this is check mode."
        - "V(rollback_failed): a step failed, and undoing failed as well. C(cause) is the first failure, C(problems)
          is what is not undone."
        - "V(dependents_exist): a member that would have to be recreated has containers in its namespaces, or links to
          it."
        - "V(writable_layer_changed): a member that would have to be recreated has deleted files of its image, which
          cannot be repeated, or has written files with holes."
        - "V(no_space): there is no space for a copy of what such a member has written outside of volumes, or the engine
          says that its disk is full. C(needed) and C(free) are numbers of what C(unit) says, where they are known."
        - "V(image_not_found): the image of a member that would have to be recreated is gone."
        - "V(engine_altered): the engine made a member that was recreated otherwise than it was asked to. C(altered)
          says where."
        - "V(start_failed) and V(wait_timeout): a member that was recreated does not run as before. C(logs) is its last
          output."
        - "V(unsupported): this version, or this engine, cannot do it."
        - "V(sdk_missing): the Docker SDK for Python cannot be imported."
        - "V(daemon_unreachable): the daemon does not answer."
        - "V(busy): another run is changing the network, or one of its members, or the name of a lock or journal is that
          of a volume of others, which the message names."
        - "V(daemon_error): the daemon refused a request. C(status) is its HTTP status."
      type: str
      sample: network_in_use
    message:
      description: What was attempted, on which object, who is in the way, and what to do. The same as C(msg).
      type: str
    members:
      description: The containers on the network, or those that can only be recreated.
      type: list
      elements: str
      returned: with V(network_in_use) and V(unsupported), where members are in the way
    differences:
      description:
        - What an existing network is, and what it should be, by option.
        - The values of labels, and of driver options without an option of their own, are hidden.
      type: dict
      returned: with V(unsupported) and V(option_conflict), where a network differs
    holder:
      description: The container, process, network or interface of the host that has what is asked for.
      type: str
      returned: with V(subnet_overlap) and V(address_in_use), where it is known
    holders:
      description: Who has the subnets of a pool of which none is free. Each has C(holder) and C(subnet).
      type: list
      elements: dict
      returned: with V(subnet_overlap), where no subnet is free
    ids:
      description: The IDs of what an ambiguous name or ID fits.
      type: list
      elements: str
      returned: with V(ambiguous_name), where it is about networks
    altered:
      description:
        - Where the container that the engine made is not what was asked for. Each has C(key), which is the place where
          C(docker inspect) shows it, and unless it may be a secret C(asked) and C(made).
      type: list
      elements: dict
      returned: with V(engine_altered)
    engine_version:
      description: The version of the engine.
      type: str
      returned: with V(unsupported), where the engine is too old
    needed_version:
      description: The version of the engine that can do it.
      type: str
      returned: with V(unsupported), where the engine is too old
    cause:
      description: The failure that was to be undone, like RV(failure).
      type: dict
      returned: with V(rollback_failed)
    problems:
      description: What could not be undone, and why.
      type: list
      elements: str
      returned: with V(rollback_failed)
  sample:
    code: network_in_use
    message: >-
      Network 'shop-net' has containers on it: 'shop-app', 'shop-db'. Disconnect or remove them, or set force=true to
      disconnect them.
    members: [shop-app, shop-db]
"""

import typing as t

from ansible_collections.bridgeport.docker.plugins.module_utils import _ansiballz  # noqa: F401  # pylint: disable=unused-import
from ansible_collections.bridgeport.docker.plugins.module_utils._desired.argspec import BRIDGE_SPEC, NETWORK_SPEC
from ansible_collections.bridgeport.docker.plugins.module_utils._desired.parse import parse_network
from ansible_collections.bridgeport.docker.plugins.module_utils._desired.state import DesiredState
from ansible_collections.bridgeport.docker.plugins.module_utils._engine.client import Client
from ansible_collections.bridgeport.docker.plugins.module_utils._module import create_module, run_module
from ansible_collections.bridgeport.docker.plugins.module_utils._reconcile import converge


def main() -> None:
    module = create_module(
        {
            **NETWORK_SPEC,
            **BRIDGE_SPEC,
            "name": {"type": "str", "required": True, "aliases": ["network_name"]},
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        }
    )

    def manage(client: Client) -> dict[str, t.Any]:
        desired = parse_network(module.params, only_bridge=True)
        converged = converge(client, DesiredState(networks=(desired,)), check_mode=module.check_mode)
        return {**converged.base_result(), "network": converged.network(0) or {}}

    run_module(module, manage)


if __name__ == "__main__":
    main()
