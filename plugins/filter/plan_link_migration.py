# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: plan_link_migration
short_description: What it takes to replace legacy links by names on a network
version_added: 1.1.0
author:
  - the bridgeport.docker maintainers (@bridgeport-collections)
description:
  - Turns what P(bridgeport.docker.docker_topology_info#module) returns of a whole host into what
    P(bridgeport.docker.docker_topology#module) has to be told so that containers find each other by name on a network
    instead of by legacy links (C(docker run --link)), and says what stands in the way.
  - The role P(bridgeport.docker.link_migration#role) does all of it. The filter is for looking, and for playbooks that
    do it in other steps.
options:
  _input:
    description: What P(bridgeport.docker.docker_topology_info#module) returned without O(ignore:names).
    type: dict
    required: true
  network:
    description: The name of the network.
    type: str
    required: true
  containers:
    description: Only the links of these containers. All links when empty.
    type: list
    elements: str
    default: []
  accepted:
    description: The containers that may lose variables of a link although they use them.
    type: list
    elements: str
    default: []
"""

EXAMPLES = r"""
- name: Read the host
  bridgeport.docker.docker_topology_info:
    docker_host: unix:///var/run/docker.sock
  register: host

- name: Say what stands in the way of doing without links
  ansible.builtin.debug:
    msg: "{{ (host | bridgeport.docker.plan_link_migration(network='shop')).problems }}"

- name: Say which variables the containers would lose
  ansible.builtin.debug:
    msg: "{{ (host | bridgeport.docker.plan_link_migration(network='shop')).lost_variables }}"

- name: Join both sides of the links of one container to the network
  bridgeport.docker.docker_topology:
    networks: [{name: shop}]
    containers: "{{ (host | bridgeport.docker.plan_link_migration(network='shop', containers=['web'])).joins }}"
"""

RETURN = r"""
_value:
  description: The plan.
  type: dict
  contains:
    links:
      description: The links, each with RV(ignore:source), RV(ignore:target), RV(ignore:alias) and RV(ignore:names).
      type: list
      elements: dict
    joins:
      description:
        - For O(bridgeport.docker.docker_topology#module:containers), so that both sides are on the network and have
          the links' aliases there beside those that they have already.
      type: list
      elements: dict
    rebuilds:
      description: The same with C(links) set to none for the containers that have some.
      type: list
      elements: dict
    probes:
      description:
        - Who has to reach whom by which name, V(source), V(target) and V(name), for
          P(bridgeport.docker.docker_network_probe#module). V(source) is V(null) where it does not run.
      type: list
      elements: dict
    lost_variables:
      description: By container, the names of the variables that it has from links.
      type: dict
    problems:
      description: What stands in the way, in sentences. Empty where nothing does.
      type: list
      elements: str
  sample:
    links: [{source: web, target: shop-db, alias: db, names: [db, shop-db, 3f1c2a9b8d7e]}]
    joins:
      - {name: shop-db, state: present, networks: [{name: shop, aliases: [db]}]}
      - {name: web, state: present, networks: [{name: shop}]}
    rebuilds:
      - {name: shop-db, state: present, networks: [{name: shop, aliases: [db]}]}
      - {name: web, state: present, networks: [{name: shop}], links: []}
    probes: [{source: web, target: shop-db, name: db}]
    lost_variables: {web: [DB_NAME, DB_PORT]}
    problems: []
"""

import typing as t

from ansible.errors import AnsibleFilterError

from ansible_collections.bridgeport.docker.plugins.module_utils._info.link_migration import plan_migration

_NEEDED = ("containers", "links", "leftovers")


def plan_link_migration(
    value: t.Any, network: str, containers: t.Sequence[str] = (), accepted: t.Sequence[str] = ()
) -> dict[str, t.Any]:
    if not isinstance(value, t.Mapping) or any(key not in value for key in _NEEDED):
        raise AnsibleFilterError("plan_link_migration needs what docker_topology_info returned.")
    for option, names in (("containers", containers), ("accepted", accepted)):
        # A lone string would be read letter by letter.
        if isinstance(names, str):
            raise AnsibleFilterError(f"plan_link_migration: {option} is a list of names, not {names!r}.")
    return plan_migration(value, network, containers, accepted)


class FilterModule:
    """The filter plan_link_migration."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"plan_link_migration": plan_link_migration}
