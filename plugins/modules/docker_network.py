#!/usr/bin/python
# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: docker_network
short_description: Manage Docker networks of any driver
version_added: 1.0.0
description:
  - Makes true that one network exists or not, and which containers are on it. It has the options of
    M(community.docker.docker_network), so that tasks for that module go on with this one when its name is changed.
  - What is better than there, and needs no change of a task. A network that differs is rebuilt with all its members,
    running and stopped, who keep their aliases and fixed addresses. Everything that can be known before is refused
    before anything is touched, in check mode as well. When a step fails, those before it are undone.
  - Bridge networks have more options in M(bridgeport.docker.docker_bridge_network).
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
      - V(absent) is that it does not. Containers that are on it are disconnected, and go on running.
      - The networks V(bridge), V(host) and V(none) are never touched. They are refused with the failure code
        V(network_protected).
    type: str
    choices: [absent, present]
    default: present
  driver_options:
    description:
      - Options of the driver, by their full names, such as C(parent) of a macvlan network.
      - Booleans and numbers may be written as such or as strings.
      - Those that are listed must be so, further ones of an existing network do not matter. V(null) is that the option
        must not be set.
      - A value of a known option of bridges that means nothing is refused with the failure code V(option_conflict).
    type: dict
    default: {}
  labels:
    description:
      - Labels of the network. Those that are listed must be so, further ones of an existing network stay and are no
        difference. V(null) is that the network must not have the label. Labels that begin with C(com.docker.) are never
        removed.
    type: dict
    default: {}
  ipam_config:
    description:
      - The subnets of the network. The list is exact, but its order does not matter. So are the parts of an entry. A
        gateway that was set and is not listed any more is a difference.
      - When empty, the engine chooses a free subnet for a new network, and any subnet of a network that exists will do.
      - A subnet that overlaps that of another network is refused with the failure code V(subnet_overlap). So is that of
        a bridge which overlaps an address or a route of the host, where the engine is on the same host. A range or
        gateway that is not in its subnet is refused with V(address_outside_subnet).
      - An IPv6 subnet means nothing to a network without IPv6. It is passed over, with a warning.
    type: list
    elements: dict
    suboptions:
      subnet:
        description:
          - The subnet, such as V(172.30.0.0/24) or V(fd00:30::/64). Required in every entry. Host bits do not matter.
        type: str
      iprange:
        description:
          - The part of the subnet out of which the engine gives addresses. When unset, that is all of it.
        type: str
      gateway:
        description:
          - The gateway of the subnet. When unset, it is the first address.
        type: str
      aux_addresses:
        description:
          - Addresses that the engine does not give to containers, by a name for each.
        type: dict
  enable_ipv6:
    description:
      - Whether the network has IPv6. When unset, a new network has not. Up to Docker Engine 26 it needs an IPv6
        subnet in O(ipam_config), or a pool of them among those of the daemon.
    type: bool
  connected:
    description:
      - The containers on the network, running or stopped. They must exist.
      - An entry is a container's exact name or ID (at least 12 hex digits), or a dictionary as in
        O(bridgeport.docker.docker_bridge_network#module:connected).
      - Without O(appends) the list is exact, and containers that are not listed are disconnected. An empty list leaves
        the members as they are. M(bridgeport.docker.docker_bridge_network) can empty a network.
    type: list
    elements: raw
    default: []
    aliases: [containers]
  force:
    description:
      - Whether a network that exists is rebuilt also where nothing differs, with its members. Such a task changes
        something every time.
      - With O(state=absent) it means nothing, as containers are disconnected anyway.
    type: bool
    default: false
  debug:
    description:
      - Means nothing. RV(actions) and RV(diff) are always returned.
    type: bool
    default: false
extends_documentation_fragment:
  - bridgeport.docker._docker
  - bridgeport.docker._network
  - bridgeport.docker._network.any_driver
  - bridgeport.docker._attributes
  - bridgeport.docker._attributes.actiongroup_docker
attributes:
  check_mode:
    support: full
    details:
      - The ID, a subnet that the engine would choose, and containers that would join are not predicted in RV(network).
  diff_mode:
    support: full
  idempotent:
    support: partial
    details:
      - With O(force=true) a network is rebuilt every time.
notes:
  - O(driver) has no default here, as it has V(bridge) in M(community.docker.docker_network). A task that leaves it out
    makes a bridge network where there is none, and leaves one of another driver as it is. There such a task removes it.
  - A network of a swarm is made, compared and removed on a manager, and containers of the manager itself join and leave
    it. What Docker cannot change in place is changed in a swarm of one node only, and only while no container is on the
    network. It is refused with the failure code V(swarm_managed) otherwise.
  - When a run or the daemon dies while a network is rebuilt, the next run that would change it or one of its members
    finishes or undoes that first and says so in RV(actions). Check mode refuses with the failure code
    V(interrupted_change) until then.
  - Docker Engine up to 24 allows several networks of one name. Such a name is refused with the failure code
    V(ambiguous_name), which lists their IDs in RV(failure.ids).
seealso:
  - module: bridgeport.docker.docker_bridge_network
    description: Bridge networks, with all that bridges have.
  - module: bridgeport.docker.docker_topology
    description: Many networks and containers in one task.
  - module: bridgeport.docker.docker_network_probe
    description: Find out whether containers reach each other, or that they do not.
author:
  - bridgeport.docker maintainers (@bridgeport-collections)
"""

EXAMPLES = r"""
- name: Make a network
  bridgeport.docker.docker_network:
    name: shop-net
  # As docker network create shop-net. It is a bridge network, and the engine chooses the subnet.

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
  bridgeport.docker.docker_network:
    name: shop-net
    connected: [shop-db, shop-app]
  # Any other container has to leave the network.

- name: Change it, whoever is on it
  bridgeport.docker.docker_network:
    name: shop-net
    internal: true
    driver_options:
      com.docker.network.driver.mtu: 1400
    ipam_config:
      - subnet: 10.213.17.0/24
        gateway: 10.213.17.1
  register: changed
  # Docker changes nothing of a network in place: it is rebuilt, and both are on it again.

- name: Show its subnet
  ansible.builtin.debug:
    msg: "{{ changed.network.Name }} has {{ changed.network.IPAM.Config[0].Subnet }}."

- name: Make a network on the wire of the bridge of another one
  bridgeport.docker.docker_network:
    name: shop-lan
    driver: macvlan
    driver_options:
      parent: "br-{{ changed.network.Id[:12] }}"
    ipam_config:
      - subnet: 10.213.18.0/24
        iprange: 10.213.18.128/25
  # On a real network the parent is an interface of the host, such as eth0, and the subnet that of its network.

- name: Leave its driver as it is
  bridgeport.docker.docker_network:
    name: shop-lan
    labels:
      purpose: lan
  # It is rebuilt for the label, and stays a macvlan network.

- name: Make a definition
  bridgeport.docker.docker_network:
    name: shop-definition
    config_only: true
    ipam_config:
      - subnet: 10.213.19.0/24

- name: Make a network that copies it
  bridgeport.docker.docker_network:
    name: shop-copy
    config_from: shop-definition

- name: Make a network for several hosts
  bridgeport.docker.docker_network:
    name: shop-wide
    driver: overlay
    attachable: true
  register: wide
  failed_when: wide.failure.code | default('unsupported') != 'unsupported'
  # It needs the manager of a swarm, and is refused elsewhere.

- name: Remove the networks, whoever is on them
  bridgeport.docker.docker_network:
    name: "{{ item }}"
    state: absent
  loop: [shop-wide, shop-copy, shop-definition, shop-lan, shop-net]
  # The containers are disconnected, and go on running.
"""

RETURN = r"""
network:
  description:
    - The network as it stands afterwards, as C(docker network inspect) shows it. In check mode as it would stand, as
      far as that is known. Empty when it does not exist.
    - The keys below are the most used. The engine decides which there are.
  type: dict
  returned: success
  contains:
    Name:
      description: Its name.
      type: str
    Id:
      description: Its ID. Empty in check mode for a network that would be made or rebuilt.
      type: str
    Driver:
      description: Its driver. V(null) for one with O(config_only=true).
      type: str
    Scope:
      description: Where it is known.
      type: str
    EnableIPv6:
      description: Whether it has IPv6.
      type: bool
    Internal:
      description: Whether it has no way to the outside.
      type: bool
    IPAM:
      description: The driver of its addresses, that driver's options, and its subnets.
      type: dict
      contains:
        Driver:
          description: The driver of its addresses.
          type: str
        Options:
          description: The options of that driver.
          type: dict
        Config:
          description: Its subnets, each with C(Subnet), and where there are such with C(Gateway) and C(IPRange).
          type: list
          elements: dict
    Options:
      description: The options of its driver.
      type: dict
    Labels:
      description: Its labels.
      type: dict
    Containers:
      description: The running containers on it, by their IDs. In check mode those that are on it already.
      type: dict
  sample:
    Name: shop-lan
    Id: 9f6ae26ccbb968bd4d7a9d6ae25b1a0b1f2c7bb9cc8a0b8a14d83cd1fc0cbd3a
    Driver: macvlan
    Scope: local
    EnableIPv6: false
    Internal: false
    IPAM:
      Driver: default
      Options: {}
      Config:
        - Subnet: 192.168.7.0/24
    Options: {parent: eth0}
    Labels: {}
    Containers: {}
actions:
  description:
    - What was done, step by step, in check mode what would be done, and on failure what was undone. Empty when nothing
      had to be done.
  type: list
  elements: str
  returned: success, and on failure where the work had been planned
  sample: [create network shop-net, connect shop-db to shop-net]
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
    - What changes. C(before) and C(after) have an entry for each object that changes, such as C(network shop-net).
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
      network shop-net: {driver: bridge, internal: true, connected: [shop-db]}
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
        Network 'shop-net' cannot connect 'shop-cache': there is no container of that name or ID.
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
        - "V(network_not_found): there is no network of the name in O(config_from)."
        - "V(container_not_found): there is no such container to connect, or it was removed in the meantime."
        - "V(ambiguous_name): a name or ID fits several objects."
        - "V(address_in_use): a fixed address belongs to C(holder), or is the gateway, an auxiliary, the first or the
          broadcast address of its subnet."
        - "V(address_outside_subnet): an address or range is not in the network's subnet."
        - "V(subnet_overlap): a subnet overlaps that of another network, or an address or a route of the host, or none
          of a pool is free."
        - "V(network_in_use): a network with O(config_only=true) that is to be removed or rebuilt was copied by others,
          which C(networks) names."
        - "V(network_protected): the networks V(bridge), V(host) and V(none) are never touched."
        - "V(network_mode_conflict): the container's network mode, or being on internal networks only, rules out what
          is asked for, or what the container has."
        - "V(swarm_managed): a network of a swarm would have to be rebuilt that has containers on it, or that may have
          some on other nodes; or a container belongs to a swarm."
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
      sample: option_conflict
    message:
      description: What was attempted, on which object, who is in the way, and what to do. The same as C(msg).
      type: str
    members:
      description: The containers on the network, or those that can only be recreated.
      type: list
      elements: str
      returned: with V(swarm_managed) and V(unsupported), where members are in the way
    networks:
      description: The networks that copied the definition.
      type: list
      elements: str
      returned: with V(network_in_use)
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
    code: option_conflict
    message: "Network 'shop-lan': an overlay network has the scope swarm, and cannot have scope=local."
"""

import typing as t

from ansible_collections.bridgeport.docker.plugins.module_utils import _ansiballz  # noqa: F401  # pylint: disable=unused-import
from ansible_collections.bridgeport.docker.plugins.module_utils._desired.argspec import ANY_DRIVER_SPEC, NETWORK_SPEC
from ansible_collections.bridgeport.docker.plugins.module_utils._desired.parse import parse_network
from ansible_collections.bridgeport.docker.plugins.module_utils._desired.state import DesiredState
from ansible_collections.bridgeport.docker.plugins.module_utils._engine.client import Client
from ansible_collections.bridgeport.docker.plugins.module_utils._module import create_module, run_module
from ansible_collections.bridgeport.docker.plugins.module_utils._reconcile import converge


def main() -> None:
    module = create_module(
        {
            **NETWORK_SPEC,
            **ANY_DRIVER_SPEC,
            "name": {"type": "str", "required": True, "aliases": ["network_name"]},
            "state": {"type": "str", "choices": ["absent", "present"], "default": "present"},
            "driver_options": {"type": "dict", "default": {}},
            "labels": {"type": "dict", "default": {}},
            "connected": {**NETWORK_SPEC["connected"], "default": []},
            "debug": {"type": "bool", "default": False},
        }
    )

    def manage(client: Client) -> dict[str, t.Any]:
        absent = module.params["state"] == "absent"
        desired = parse_network(
            # The list's default is empty: that cannot mean that every member has to leave.
            {**module.params, "connected": module.params["connected"] or None},
            force=absent,
            always_rebuilds=module.params["force"] and not absent,
            ignores_unused_pools=True,
        )
        converged = converge(client, DesiredState(networks=(desired,)), check_mode=module.check_mode)
        return {**converged.base_result(), "network": converged.inspected_network(client, 0)}

    run_module(module, manage)


if __name__ == "__main__":
    main()
