#!/usr/bin/python
# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: docker_topology
short_description: Manage Docker containers, their published ports and their networks together
version_added: 1.0.0
description:
  - Makes true, in one task, which networks and which containers exist, which ports the containers publish, and
    which networks they are on.
  - The host is read once, and one plan is made for everything. What is refused is refused before anything is touched,
    in check mode as well, with one message for all of it. RV(refusals) has each by itself.
  - A network is made before its members, and removed after them. A container that takes a host port which another one
    of the same task gives up comes after that one. What does not depend on each other is done in parallel.
  - Each network and each container stands for itself. When one fails, its own steps are undone, what depends on it is
    not begun, and the others are finished.
  - A container that differs in its ports or its configuration is replaced by a successor, as
    M(bridgeport.docker.docker_port_publish) describes it.
options:
  state:
    description:
      - V(absent) removes every network and container that is listed, whatever its own state says.
    type: str
    choices: [present, absent]
    default: present
  parallel:
    description:
      - How many networks and containers are worked on at the same time. Those that have been started, and are only
        watched, do not count.
    type: int
    default: 8
extends_documentation_fragment:
  - bridgeport.docker._docker
  - bridgeport.docker._network.topology
  - bridgeport.docker._container.topology
  - bridgeport.docker._attributes
  - bridgeport.docker._attributes.actiongroup_docker
attributes:
  check_mode:
    support: partial
    details:
      - What a container would publish by O(containers[].publish_all_ports), and host ports, addresses, subnets and IDs
        that the engine would choose are not predicted.
      - Nothing is pulled. With O(containers[].pull=always) an image that has moved on in its registry is not noticed.
  diff_mode:
    support: full
    details:
      - Of environment variables only the names are shown.
  idempotent:
    support: full
notes:
  - Who is on a network may be said with O(networks[].connected), with O(containers[].networks), or with both, which
    are united. Where they say different things about one endpoint, that is refused with the failure code
    V(option_conflict).
  - Containers that exchange their host ports, and those that have to be replaced with another one, are replaced
    together, all of them or none.
  - While a container is replaced, its ports are closed for a second or two, and for as long as the old one takes to
    stop.
  - A successor has another container ID and empty logs. RV(will_lose) lists what a change costs, in check mode before
    it happens.
  - A container that was started with C(--rm) is only replaced with O(containers[].auto_remove_swap=true), and a task of
    a swarm service never. They are refused with the failure codes V(unsupported) and V(swarm_managed).
  - Two runs do not change one container at the same time. The second one waits up to 30 seconds, and then gives the
    failure code V(busy). The lock is a volume of the daemon, and so is the journal of a replacement. A volume of the
    same name that is neither is left alone, and named with that code.
  - When a run or the daemon dies while a container is made or replaced, the next run that would change it finishes or
    undoes that first and says so in RV(actions). Check mode refuses with the failure code V(interrupted_change) until
    then. Abandoned locks and helper containers of probes are removed by any run that changes something, which says so
    as well.
  - Docker Engine up to 28.0 may miscount a network that many containers leave at a time. It then refuses to remove the
    network until it is restarted, and the failure says so. With O(parallel=1) a task lets them leave one by one.
  - For a container that belongs to a Compose project the module warns when it replaces it, as the next C(up) of Compose
    may undo the change.
seealso:
  - module: bridgeport.docker.docker_port_publish
    description: The ports of one container.
  - module: bridgeport.docker.docker_bridge_network
    description: One bridge network and its members.
  - module: bridgeport.docker.docker_network
    description: One network of any driver and its members.
  - module: bridgeport.docker.docker_port_info
    description: What is published, and who holds which host port.
  - module: bridgeport.docker.docker_network_probe
    description: Find out whether containers reach each other, or that they do not.
  - plugin: bridgeport.docker.parse_published_ports
    plugin_type: filter
    description: Reads the same port specifications in templates.
author:
  - bridgeport.docker maintainers (@bridgeport-collections)
"""

EXAMPLES = r"""
- name: Two containers that reach each other by name
  bridgeport.docker.docker_topology:
    networks:
      - name: my-net
    containers:
      - name: busybox1
        image: busybox
        command: sh
        interactive: true
        tty: true
        auto_remove: true
        networks:
          - name: my-net
      - name: busybox2
        image: busybox
        command: sh
        interactive: true
        tty: true
        auto_remove: true
        networks:
          - name: my-net
  # As docker network create my-net, and twice docker run -dit --rm --network my-net busybox sh.

- name: Prove it
  bridgeport.docker.docker_network_probe:
    source: busybox1
    target: busybox2

- name: A proxy in front, a database behind
  bridgeport.docker.docker_topology:
    networks:
      - name: front
      - name: back
        internal: true
        ipam_config:
          - subnet: 10.213.8.0/24
    containers:
      - name: front-proxy
        image: nginx
        published_ports:
          - "8070:80"
          - "127.0.0.1::80"
        restart_policy: unless-stopped
        networks:
          - name: front
          - name: back
            ipv4_address: 10.213.8.10
      - name: back-db
        image: busybox
        command: httpd -f -p 80
        env:
          GREETING: hello
        networks:
          - name: back
            aliases: [db, database]
            ipv4_address: 10.213.8.20
  register: topology
  # The proxy is the only one with a published port, and reaches the database as back-db, db and database.

- name: Show what is published
  ansible.builtin.debug:
    msg: "{{ item.name }}: {{ item.published | map(attribute='host_port') | unique | join(', ') }}"
  loop: "{{ topology.containers }}"
  loop_control:
    label: "{{ item.name }}"

- name: Change one port
  bridgeport.docker.docker_topology:
    containers:
      - name: front-proxy
        published_ports:
          - "127.0.0.1:8071:80"
  # The proxy is replaced by one that publishes this port alone. Everything that is not mentioned stays.

- name: Stop one container and remove another
  bridgeport.docker.docker_topology:
    containers:
      - name: front-proxy
        state: stopped
      - name: back-db
        state: absent
        stop_timeout: 2
  # The network back stays, with the stopped proxy on it.

- name: Try two containers on one host port
  bridgeport.docker.docker_topology:
    containers:
      - name: left
        image: busybox
        command: httpd -f -p 80
        published_ports: ["127.0.0.1:8072:80"]
      - name: right
        image: busybox
        command: httpd -f -p 80
        published_ports: ["8072:80"]
  register: result
  failed_when: result.failure.code | default('') != 'port_conflict'
  # Refused, and neither is made: 8072 on every address includes 127.0.0.1.

- name: Start a container that may not come up
  block:
    - name: Start it
      bridgeport.docker.docker_topology:
        containers:
          - name: fragile
            image: busybox
            command: ["sh", "-c", "echo no configuration; exit 3"]
  rescue:
    - name: Show its last output
      ansible.builtin.debug:
        msg: "Exit code {{ failure.exit_code }}: {{ failure.logs | join(' ') }}"
      when: failure.code == 'start_failed'
      vars:
        failure: "{{ ansible_failed_result.failure }}"
  # start_failed, exit code 3, and the container is gone again.

- name: Remove all of it
  bridgeport.docker.docker_topology:
    state: absent
    networks:
      - name: my-net
      - name: front
      - name: back
    containers:
      - name: busybox1
        stop_timeout: 1
      - name: busybox2
        stop_timeout: 1
      - name: front-proxy
  # The containers go first.
"""

RETURN = r"""
containers:
  description:
    - The containers of the task that exist afterwards, in its order. In check mode as they would stand.
  type: list
  elements: dict
  returned: success
  contains:
    name:
      description: Its name.
      type: str
    id:
      description: Its ID. Empty in check mode for a container that would be made.
      type: str
    image:
      description: The image by the name with which the container was made.
      type: str
    state:
      description: Its state in the engine's words, such as V(running), V(created), V(exited) or V(paused).
      type: str
    status:
      description:
        - The exit code of a container that has ended by this task. V(null) where it ended before, and in check mode.
      type: int
      returned: with O(containers[].wait=exited), and for a container with auto_remove that has ended with exit code 0
    output:
      description: What that container printed, at most 10000 lines, with the values of its environment hidden.
      type: str
      returned: like C(status)
    published:
      description:
        - What it publishes, sorted by container port, protocol and address.
        - Publications that are bound are shown as they are bound, the others as they are configured.
      type: list
      elements: dict
      contains:
        container_port:
          description: The port in the container.
          type: int
        protocol:
          description: One of V(tcp), V(udp) and V(sctp).
          type: str
        host_ip:
          description:
            - The address on the host. V(0.0.0.0) is every IPv4 address, V(::) every IPv6 address. The empty string is
              both, in a publication that is not bound.
          type: str
        host_port:
          description:
            - The port on the host.
            - In a publication that is not bound it is V(null) where the engine chooses any free port, and a string such
              as V(8000-8010) where it chooses one out of a range.
          type: raw
        active:
          description: Whether it is bound. In check mode, whether it would be.
          type: bool
    networks:
      description: The networks that it is on, by name. Each has the keys below.
      type: dict
      contains:
        network_id:
          description: The ID of the network. Empty where the container has not been started on it yet.
          type: str
        ip_address:
          description: The IPv4 address. For a container that does not run, the fixed one or the empty string.
          type: str
        ipv6_address:
          description: The IPv6 address, likewise.
          type: str
        mac_address:
          description: The MAC address. Empty for a container that does not run.
          type: str
        gateway:
          description: The IPv4 gateway. Empty for a container that does not run.
          type: str
        aliases:
          description: Further names in the network's DNS, sorted.
          type: list
          elements: str
  sample:
    - name: back-db
      id: 7be1cdb19d3b0aee4b1a4e4bc7a6cfb34b0d36d5bd9b5a3fc4d0fa46f8cdb6e5
      image: busybox
      state: running
      published: []
      networks:
        back:
          network_id: 5f94a33f98a5a63d2dbbbd1f5b4b0db41bb54dbfa2ff4a1e50aacf29f8de5bb8
          ip_address: 10.213.8.20
          ipv6_address: ""
          mac_address: "02:42:0a:d5:08:14"
          gateway: 10.213.8.1
          aliases: [database, db]
networks:
  description:
    - The networks of the task that exist afterwards, in its order. In check mode as they would stand.
  type: list
  elements: dict
  returned: success
  contains:
    name:
      description: Its name.
      type: str
    id:
      description: Its ID. Empty in check mode for a network that would be made.
      type: str
    driver:
      description: Its driver. V(null) for one with O(networks[].config_only=true).
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
    - name: shop-backend
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
  sample: [create network my-net, create container busybox1, start busybox1, verify busybox1]
will_lose:
  description:
    - What the change costs, in check mode what it would cost. Empty when it costs nothing.
  type: list
  elements: str
  returned: success
  sample: ["container ID 7be1cdb19d3b of front-proxy", "logs of front-proxy"]
preflight:
  description:
    - How much could be checked before the change.
    - V(full) is that the host ports that are taken were also tried on the engine's host itself. Where that is another
      host, or it cannot be seen whether it is, a container that runs nothing tries them there before the change. New
      subnets were compared with the addresses and routes of the host.
    - V(partial) is that only ports of other containers are known to be taken, as in check mode with such an engine, or
      only subnets of other networks.
  type: str
  returned: success
  sample: full
diff:
  description:
    - What changes. C(before) and C(after) have an entry for each object that changes, such as C(container front-proxy).
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
    before:
      container front-proxy: {state: running, image: nginx, published_ports: ["8070:80/tcp"], publish_all_ports: false}
    after:
      container front-proxy: {state: running, image: nginx, published_ports: ["8071:80/tcp"], publish_all_ports: false}
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
      message: There is no container 'shop', and without image it cannot be made. Check the name, or give an image.
failures:
  description:
    - Everything that failed by itself, each like RV(failure). The first of them is RV(failure), whose message holds
      all.
  type: list
  elements: dict
  returned: when steps of several networks or containers failed that do not belong together
  contains:
    code:
      description: As RV(failure.code).
      type: str
    message:
      description: As RV(failure.message), of this failure alone.
      type: str
  sample:
    - code: start_failed
      message: >-
        Container 'shop' was started, but ended with exit code 1. Its last output is in failure.logs.
      exit_code: 1
      logs: ["no such file: shop.conf"]
    - code: daemon_error
      message: "Could not create network shop-net: could not find an available, non-overlapping IPv4 address pool"
      status: 404
rolled_back:
  description:
    - Whether everything that had been touched for the networks and containers that failed stands as it did before.
    - V(recreated) is that it does, and that the engine could not start a container any more, which was remade
      from what stood of it, with its files.
    - A host port that the engine had chosen, and no change had pinned, may be another one then, as the engine chooses
      whenever a container starts.
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
        - "V(port_spec_invalid): a port specification cannot be read. C(spec) quotes it."
        - "V(option_conflict): options do not go together, or the value of one means nothing."
        - "V(port_conflict): a host port is taken, or every port of a range. C(publication) says which, C(holder) or
          C(holders) by whom, as far as it is known."
        - "V(bind_policy): a publication breaks O(containers[].bind_policy)."
        - "V(container_not_found): there is no such container, and no O(containers[].image) of which to make it; or
          it was removed in the meantime."
        - "V(network_not_found): a network to join or the one of the network mode does not exist, or a network that a
          container is on is gone."
        - "V(image_not_found): an image is neither on the host nor to be had."
        - "V(ambiguous_name): a name or ID fits several objects."
        - "V(address_in_use): a fixed address belongs to C(holder), or is the gateway, an auxiliary, the first or the
          broadcast address of its subnet."
        - "V(address_outside_subnet): an address or range is not in the network's subnet."
        - "V(subnet_overlap): a subnet overlaps that of another network, or an address or a route of the host, or none
          of a pool is free."
        - "V(network_in_use): a network that is to be removed has containers on it, or is the definition that others
          have copied."
        - "V(network_protected): the networks V(bridge), V(host) and V(none) are never touched."
        - "V(network_mode_conflict): the container's network mode, or being on internal networks only, rules out what
          is asked for, or what the container has."
        - "V(swarm_managed): a container belongs to a swarm, or a network of one would have to be rebuilt that has
          containers on it, or that may have some on other nodes."
        - "V(dependents_exist): other containers depend on one that would have to be replaced. C(dependents) names
          them."
        - "V(writable_layer_changed): files that were changed in the container would be lost. C(paths) lists them."
        - "V(engine_altered): the engine made a container otherwise than it was asked to. C(altered) says where."
        - "V(no_space): there is no space for a copy of what was written outside of volumes, or the engine says that its
          disk is full. C(needed) and C(free) are numbers of what C(unit) says, where they are known."
        - "V(start_failed): a container did not start, did not stay up, or is not published or joined as it should
          be."
        - "V(wait_timeout): a container did not become healthy, or did not listen, within O(containers[].wait_timeout)."
        - "V(busy): another run is changing the object, its name was taken in the meantime, or the name of its lock or
          journal is that of a volume of others, which the message names."
        - "V(interrupted_change): a former change of the container was cut off, and this is check mode, or what it left
          has been changed since. C(leftovers) names it."
        - "V(rollback_failed): a step failed, and undoing failed as well. C(cause) is the first failure, C(problems)
          is what is not undone."
        - "V(unsupported): this version, or this engine, cannot do it."
        - "V(sdk_missing): the Docker SDK for Python cannot be imported."
        - "V(daemon_unreachable): the daemon does not answer."
        - "V(daemon_error): the daemon refused a request. C(status) is its HTTP status."
      type: str
      sample: port_conflict
    message:
      description: What was attempted, on which object, who is in the way, and what to do. The same as C(msg).
      type: str
    members:
      description: The containers on the network.
      type: list
      elements: str
      returned: with V(network_in_use) and V(swarm_managed), where containers are in the way
    networks:
      description: The networks that have copied the definition.
      type: list
      elements: str
      returned: with V(network_in_use), where networks are in the way
    differences:
      description:
        - What an existing network is, and what it should be, by option.
        - The values of labels, and of driver options without an option of their own, are hidden.
      type: dict
      returned: with V(unsupported) and V(option_conflict), where a network differs
    holder:
      description: The container, process, network or interface of the host that has what is asked for.
      type: str
      returned: with V(port_conflict), V(subnet_overlap) and V(address_in_use), where it is known
    holders:
      description:
        - Who has the subnets of a pool, or the ports of a range, of which none is free. Each has C(holder), and
          C(subnet) or C(publication).
      type: list
      elements: dict
      returned: with V(subnet_overlap) and V(port_conflict), where no subnet or no port is free
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
    logs:
      description: The last lines that the container printed, with the values of its environment hidden.
      type: list
      elements: str
      returned: with V(start_failed) and V(wait_timeout), where there are any
    exit_code:
      description: The exit code of the container.
      type: int
      returned: with V(start_failed), where it has ended
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
    code: port_conflict
    message: >-
      Container 'left' cannot publish 127.0.0.1:8072:80/tcp: container 'right' publishes 8072:80/tcp. One host port
      binds one container; choose another port or address, or stop that container first.
    container: left
    publication: 127.0.0.1:8072:80/tcp
    holder: right
    holder_publication: 8072:80/tcp
"""

import typing as t

from ansible_collections.bridgeport.docker.plugins.module_utils import _ansiballz  # noqa: F401  # pylint: disable=unused-import
from ansible_collections.bridgeport.docker.plugins.module_utils._desired.argspec import (
    ANY_DRIVER_SPEC,
    BRIDGE_SPEC,
    CONTAINER_SPEC,
    NETWORK_SPEC,
)
from ansible_collections.bridgeport.docker.plugins.module_utils._desired.containers import DesiredContainer
from ansible_collections.bridgeport.docker.plugins.module_utils._desired.networks import DesiredNetwork
from ansible_collections.bridgeport.docker.plugins.module_utils._desired.parse import (
    Params,
    parse_all,
    parse_container,
    parse_network,
)
from ansible_collections.bridgeport.docker.plugins.module_utils._desired.state import DesiredState
from ansible_collections.bridgeport.docker.plugins.module_utils._engine.client import Client
from ansible_collections.bridgeport.docker.plugins.module_utils._errors import Refusals
from ansible_collections.bridgeport.docker.plugins.module_utils._module import create_module, run_module
from ansible_collections.bridgeport.docker.plugins.module_utils._reconcile import converge


def main() -> None:
    containers_spec = {
        **CONTAINER_SPEC,
        "name": {"type": "str", "required": True},
        "state": {"type": "str", "choices": ["started", "present", "stopped", "absent"]},
        "remove_volumes": {"type": "bool", "default": False},
    }
    networks_spec = {
        **NETWORK_SPEC,
        **BRIDGE_SPEC,
        **ANY_DRIVER_SPEC,
        "name": {"type": "str", "required": True},
        "state": {"type": "str", "choices": ["present", "absent"]},
    }
    module = create_module(
        {
            "networks": {"type": "list", "elements": "dict", "options": networks_spec, "default": []},
            "containers": {"type": "list", "elements": "dict", "options": containers_spec, "default": []},
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
            "parallel": {"type": "int", "default": 8},
        }
    )
    absent = module.params["state"] == "absent"

    def manage(client: Client) -> dict[str, t.Any]:
        def read_network(params: Params) -> DesiredNetwork:
            return parse_network({**params, "state": "absent" if absent else params["state"] or "present"})

        def read_container(params: Params) -> DesiredContainer:
            return parse_container(
                params,
                state="absent" if absent else params["state"] or "started",
                starts_new=False,
                layer_policy="auto",
                remove_volumes=params["remove_volumes"],
            )

        refusals = Refusals()
        networks = parse_all("Network", read_network, module.params["networks"], refusals)
        containers = parse_all("Container", read_container, module.params["containers"], refusals)
        refusals.raise_all()
        desired = DesiredState(networks, containers)
        parallel = max(1, module.params["parallel"])
        converged = converge(client, desired, check_mode=module.check_mode, parallel=parallel)
        return {
            **converged.base_result(),
            "networks": [each for each in map(converged.network, range(len(networks))) if each],
            "containers": [each for each in map(converged.container, range(len(containers))) if each],
        }

    run_module(module, manage)


if __name__ == "__main__":
    main()
