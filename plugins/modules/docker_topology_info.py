#!/usr/bin/python
# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: docker_topology_info
short_description: Read the networks and containers of a Docker host, and what is wrong with them
version_added: 1.1.0
description:
  - Returns networks with their members and free addresses, containers with their networks and publications, legacy
    links, endpoints on networks that are gone, what interrupted changes have left, and findings with their remedies.
  - The module changes nothing, and never returns values of a container's environment.
  - It sends six requests, however many containers there are, and one more for each container that is returned, is a
    member of a network that is returned, or does not run.
options:
  names:
    description:
      - The exact names of containers and networks, or their IDs (at least 12 hex digits).
      - Only these are returned, and the networks on which a returned container is. A name that nothing has is no
        failure.
      - When unset, everything on the host is returned.
    type: list
    elements: str
  labels:
    description:
      - Labels that a container or network has to have in order to be returned, all of them, as V(key) or V(key=value).
        With O(names) both have to fit.
      - Networks on which a returned container is are returned as well.
    type: list
    elements: str
  log_lines:
    description:
      - How many of the last lines that each returned container has printed are returned as well, 1 to 10000. It takes
        two more requests for each of them.
      - No lines when unset.
    type: int
    version_added: 1.1.0
extends_documentation_fragment:
  - bridgeport.docker._docker
  - bridgeport.docker._attributes
  - bridgeport.docker._attributes.info_module
  - bridgeport.docker._attributes.actiongroup_docker
notes:
  - RV(links), RV(stale_references), RV(leftovers) and RV(findings) are about what is returned in RV(containers) and
    RV(networks). Of an interrupted change that is also so where what it has left is called otherwise.
  - On a local engine, which is a unix socket and a daemon in the same network namespace, the host ports of stopped
    containers are tried. Each is bound for a moment and let go again. Elsewhere only containers are known to be in the
    way.
seealso:
  - module: bridgeport.docker.docker_port_info
    description: The published ports alone, as C(docker port) says them.
  - module: bridgeport.docker.docker_topology
    description: Make containers and networks as they are described.
  - module: bridgeport.docker.docker_network_probe
    description: Find out whether containers reach each other.
author:
  - bridgeport.docker maintainers (@bridgeport-collections)
"""

EXAMPLES = r"""
- name: Have a network with two containers on it
  bridgeport.docker.docker_topology:
    networks:
      - name: docs-net
    containers:
      - name: docs-web
        image: busybox
        command: httpd -f -p 80
        labels:
          project: docs
        published_ports:
          - "8056:80"
        networks:
          - name: docs-net
            aliases: [www]
      - name: docs-db
        image: busybox
        command: sleep 3600
        labels:
          project: docs
        networks:
          - name: docs-net

- name: Read the whole host
  bridgeport.docker.docker_topology_info: {}
  register: host

- name: Show who is on which network
  ansible.builtin.debug:
    msg: "{{ item.name }}: {{ item.connected | map(attribute='name') | join(', ') }}"
  loop: "{{ host.networks }}"
  loop_control:
    label: "{{ item.name }}"

- name: Read what belongs to a project
  bridgeport.docker.docker_topology_info:
    labels: [project=docs]
  register: project

- name: Show what can be reached from outside
  ansible.builtin.debug:
    msg: "{{ item.0.name }} is open on {{ item.1.host_ip }}:{{ item.1.host_port }}."
  loop: "{{ project.containers | subelements('published') }}"
  loop_control:
    label: "{{ item.0.name }}"
  when: item.1.exposure != 'loopback'

- name: Read one network
  bridgeport.docker.docker_topology_info:
    names: [docs-net]
  register: net

- name: Show how many addresses it has left
  ansible.builtin.debug:
    msg: "{{ net.networks[0].free_addresses[0].free }} of {{ net.networks[0].free_addresses[0].subnet }} are free."

- name: Read what a container has printed
  bridgeport.docker.docker_topology_info:
    names: [docs-web]
    log_lines: 20
  register: printed

- name: Show it
  ansible.builtin.debug:
    var: printed.containers[0].logs

- name: Refuse to go on where something cannot start or is half done
  bridgeport.docker.docker_topology_info:
    names: [docs-web, docs-db]
  register: state
  failed_when: state is failed or state.findings | selectattr('severity', 'equalto', 'error') | length > 0
"""

RETURN = r"""
host:
  description: The engine.
  type: dict
  returned: success
  contains:
    name:
      description: The name of the host on which the engine runs.
      type: str
    engine_version:
      description: The version of the engine.
      type: str
    api_version:
      description: The version of the API in which it was asked.
      type: str
    is_local:
      description:
        - Whether the engine is reached by a unix socket and shares the network namespace of the module, so that host
          ports could be tried. V(null) is that this user may not find out.
      type: bool
  sample:
    name: docker1
    engine_version: 28.5.2
    api_version: "1.51"
    is_local: true
networks:
  description: The networks, sorted by name, those that the engine makes itself included.
  type: list
  elements: dict
  returned: success
  contains:
    name:
      description: Its name.
      type: str
    id:
      description: Its ID.
      type: str
    driver:
      description: Its driver.
      type: str
    scope:
      description: V(local), or V(swarm).
      type: str
    predefined:
      description: Whether it is V(bridge), V(host) or V(none).
      type: bool
    internal:
      description: Whether it has no way out.
      type: bool
    attachable:
      description: Whether containers can join it that are no tasks of a swarm.
      type: bool
    enable_ipv4:
      description: Whether it has IPv4.
      type: bool
    enable_ipv6:
      description: Whether it has IPv6.
      type: bool
    driver_options:
      description: The options of its driver.
      type: dict
    labels:
      description: Its labels.
      type: dict
    ipam_config:
      description: Its pools, each with C(subnet), C(iprange), C(gateway) and C(aux_addresses).
      type: list
      elements: dict
    free_addresses:
      description: How many addresses containers can still get, one entry for each pool.
      type: list
      elements: dict
      contains:
        subnet:
          description: The subnet of the pool.
          type: str
        free:
          description:
            - The number of addresses in the pool's iprange, or else in its subnet, that are free. The first address of
              a subnet, the last one of IPv4, the gateway, auxiliary addresses and those of running containers are not.
            - A fixed address of a stopped container counts as free, as the engine gives it to others meanwhile.
            - Numbers above V(4294967296), as nearly every IPv6 subnet has, are returned as that.
          type: int
    connected:
      description: The containers on it, running and stopped, sorted by name.
      type: list
      elements: dict
      contains:
        name:
          description: The name of the container.
          type: str
        id:
          description: Its ID.
          type: str
        state:
          description: Its state.
          type: str
        ip_address:
          description: Its IPv4 address. Empty where it does not run and has no fixed one.
          type: str
        ipv6_address:
          description: Its IPv6 address, in the same way.
          type: str
        mac_address:
          description: The MAC address of its interface on this network. Empty where it does not run.
          type: str
        aliases:
          description: The further names that it has on this network.
          type: list
          elements: str
  sample:
    - name: docs-net
      id: 5a1c0d0a7a4b3a2f1d6e3c2b1a0f9e8d7c6b5a4f3e2d1c0b9a8f7e6d5c4b3a2f
      driver: bridge
      scope: local
      predefined: false
      internal: false
      attachable: false
      enable_ipv4: true
      enable_ipv6: false
      driver_options: {}
      labels: {}
      ipam_config:
        - {subnet: 172.18.0.0/16, iprange: "", gateway: 172.18.0.1, aux_addresses: {}}
      free_addresses:
        - {subnet: 172.18.0.0/16, free: 65532}
      connected:
        - name: docs-web
          id: 7be1cdb19d3b0aee4b1a4e4bc7a6cfb34b0d36d5bd9b5a3fc4d0fa46f8cdb6e5
          state: running
          ip_address: 172.18.0.2
          ipv6_address: ""
          mac_address: 02:42:ac:12:00:02
          aliases: [www]
containers:
  description: The containers, sorted by name.
  type: list
  elements: dict
  returned: success
  contains:
    name:
      description: Its name.
      type: str
    id:
      description: Its ID.
      type: str
    image:
      description: The image that it was made of, as it was named then.
      type: str
    state:
      description: Its state, such as V(running), V(exited) or V(created).
      type: str
    published:
      description: What it publishes, each with C(container_port), C(protocol), C(host_ip), C(host_port), C(active) and
        C(exposure), as in RV(bridgeport.docker.docker_port_info#module:ports).
      type: list
      elements: dict
    networks:
      description: Its endpoints by the network's name, each with C(network_id), C(ip_address), C(ipv6_address),
        C(mac_address), C(gateway) and C(aliases).
      type: dict
    network_mode:
      description: Its network mode as the engine has it. V(default) is the default bridge, C(container:ID) the network
        of another container.
      type: str
    labels:
      description: Its labels.
      type: dict
    shares:
      description:
        - Whose namespaces it uses instead of its own, as V(network), V(ipc) and V(pid), by the other container's name.
          The ID is returned where that container is gone.
      type: dict
    links:
      description: Its legacy links.
      type: list
      elements: dict
      contains:
        container:
          description: The name of the container to which it links.
          type: str
        alias:
          description: What it calls it.
          type: str
    restart_policy:
      description: V(no), V(on-failure), V(always) or V(unless-stopped).
      type: str
    logs:
      description:
        - The last lines that it has printed, with the values of its environment hidden, and without control characters.
        - Empty where the logging driver of the container keeps nothing that can be read.
      type: list
      elements: str
      returned: when O(log_lines) is given
  sample:
    - name: docs-web
      id: 7be1cdb19d3b0aee4b1a4e4bc7a6cfb34b0d36d5bd9b5a3fc4d0fa46f8cdb6e5
      image: busybox
      state: running
      published:
        - container_port: 80
          protocol: tcp
          host_ip: 0.0.0.0
          host_port: 8056
          active: true
          exposure: all
      networks:
        docs-net:
          network_id: 5a1c0d0a7a4b3a2f1d6e3c2b1a0f9e8d7c6b5a4f3e2d1c0b9a8f7e6d5c4b3a2f
          ip_address: 172.18.0.2
          ipv6_address: ""
          mac_address: 02:42:ac:12:00:02
          gateway: 172.18.0.1
          aliases: [www]
      network_mode: docs-net
      labels: {project: docs}
      shares: {}
      links: []
      restart_policy: "no"
links:
  description: All legacy links (C(docker run --link)).
  type: list
  elements: dict
  returned: success
  contains:
    source:
      description: The container that has the link.
      type: str
    target:
      description: The container to which it links.
      type: str
    alias:
      description: What the source calls the target.
      type: str
    names:
      description:
        - All names that the link puts into the C(/etc/hosts) of the source. The alias, and the target's own name and
          host name.
        - Empty where the target is gone.
      type: list
      elements: str
    variables:
      description:
        - The names of the variables that the source has in its environment because of the link, unless the engine no
          longer sets them (29.0 and later do so only when told to).
        - Those that the source has been given a value of its own for do not count.
      type: list
      elements: str
    uses:
      description: Where the source's command or environment mentions one of these variables.
      type: list
      elements: dict
      contains:
        variable:
          description: The name of the variable.
          type: str
        where:
          description: V(command), V(entrypoint), V(healthcheck), or V(env) and the name of a variable of its own.
          type: str
  sample:
    - source: old-web
      target: old-db
      alias: db
      names: [db, old-db, 3f1c2a9b8d7e]
      variables: [DB_NAME, DB_PORT, DB_PORT_5432_TCP, DB_PORT_5432_TCP_ADDR]
      uses:
        - {variable: DB_PORT_5432_TCP_ADDR, where: command}
stale_references:
  description: Endpoints on networks that are gone. Such a container cannot be started.
  type: list
  elements: dict
  returned: success
  contains:
    container:
      description: The name of the container.
      type: str
    network:
      description: The name that the network had.
      type: str
    network_id:
      description: The ID that it had. Empty where the container was never started.
      type: str
  sample:
    - container: old-web
      network: old-net
      network_id: 0c8dd0cf4f1f6a5b9e0f2b4c8f1e6d7a3b2c1d0e9f8a7b6c5d4e3f2a1b0c9d8e
leftovers:
  description: What changes of this collection have made and not yet taken away, by a run that is at it or was cut off.
  type: list
  elements: dict
  returned: success
  contains:
    kind:
      description:
        - V(journal) is a volume with what was written down of a change before it began.
        - V(lock_held) is a volume that keeps other runs away as long as one is changing the object, V(lock_abandoned)
          one whose run has ended without removing it.
        - V(successor) is a container that is to take the place of another one, V(backup) the original that waits for
          its removal, V(remade) an original that was remade, and V(trial) a container or network that only tried
          something.
      type: str
    name:
      description: The name of the volume, container or network.
      type: str
    object:
      description:
        - What was changed, C(kind) (V(container), V(network), or V(volume) for a lock that does not say and for a
          journal that another version of this collection has written) and C(name).
      type: dict
  sample:
    - kind: backup
      name: web.bridgeport-old-7be1cdb19d3b
      object: {kind: container, name: web}
findings:
  description: What is wrong or may surprise, with what can be done about it. What is worst comes first.
  type: list
  elements: dict
  returned: success
  contains:
    code:
      description:
        - "V(dead_namespace): the container shares a namespace with one that is gone."
        - "V(stale_network): the container has an endpoint on a network that is gone."
        - "V(interrupted_change): a change of the object was cut off, and no run is at it."
        - "V(port_conflict_at_next_start): the container does not run, and a fixed host port of it is held or wanted by
          another container or a process, or is on an address that the host does not have."
        - "V(exposed_to_all): the container publishes on every address of the host. It is V(info) where the container
          does not run."
        - "V(loopback_reachable_from_link): the engine is older than 28.0, and containers publish on an IPv4 loopback
          address: neighbours on the same link can reach that (moby#45610). Engines from 28.0 on prevent it
          (moby#49325), unless they run with C(DOCKER_INSECURE_NO_IPTABLES_RAW=1), which is not seen."
        - "V(legacy_link): the container has a legacy link."
        - "V(publishes_nothing): the container is to publish ports, and its network mode or being on internal networks
          only keeps the engine from publishing any."
        - "V(duplicate_network_name): several networks have the same name."
        - "V(default_bridge): the container is on the default bridge, where names are not resolved."
      type: str
    severity:
      description:
        - V(error) where something cannot start or is half done, V(warning) or V(info).
      type: str
    object:
      description: What it is about, C(kind) (V(container), V(network), V(host) or V(volume)) and C(name).
      type: dict
    message:
      description: What was found.
      type: str
    remedy:
      description: What can be done about it.
      type: str
  sample:
    - code: exposed_to_all
      severity: warning
      object: {kind: container, name: docs-web}
      message: Container 'docs-web' publishes 80/tcp as port 8056 on every address of this host.
      remedy: >-
        If this host alone is to reach it: docker_port_publish with {name: 'docs-web', published_ports:
        ['127.0.0.1:8056:80/tcp']}.
failure:
  description:
    - Why the module failed. Further keys depend on the code.
  type: dict
  returned: failure
  contains:
    code:
      description:
        - "V(option_conflict): an entry of O(labels) names no label, O(log_lines) is out of range, or O(api_version) is
          no version."
        - "V(sdk_missing): the Docker SDK for Python cannot be imported."
        - "V(daemon_unreachable): the daemon does not answer."
        - "V(daemon_error): the daemon refused a request. C(status) is its HTTP status."
      type: str
      sample: daemon_unreachable
    message:
      description: What was attempted, on which object, and what to do. The same as C(msg).
      type: str
  sample:
    code: option_conflict
    message: "labels: entry 1 names no label; write key or key=value."
"""

import typing as t

from ansible_collections.bridgeport.docker.plugins.module_utils import _ansiballz  # noqa: F401  # pylint: disable=unused-import
from ansible_collections.bridgeport.docker.plugins.module_utils._desired.selector import Selector, parse_selector
from ansible_collections.bridgeport.docker.plugins.module_utils._engine.client import Client
from ansible_collections.bridgeport.docker.plugins.module_utils._engine.lock import find_held
from ansible_collections.bridgeport.docker.plugins.module_utils._engine.logs import read_logs
from ansible_collections.bridgeport.docker.plugins.module_utils._errors import Failure
from ansible_collections.bridgeport.docker.plugins.module_utils._info.conflicts import find_conflicts
from ansible_collections.bridgeport.docker.plugins.module_utils._info.findings import find_problems
from ansible_collections.bridgeport.docker.plugins.module_utils._info.topology import (
    Topology,
    select,
    to_inspect,
    topology_rows,
)
from ansible_collections.bridgeport.docker.plugins.module_utils._module import create_module, run_module
from ansible_collections.bridgeport.docker.plugins.module_utils._observe.host_ports import find_blocker
from ansible_collections.bridgeport.docker.plugins.module_utils._observe.snapshot import (
    inspect_containers,
    read_changes,
    read_listing,
)

MAX_LOG_LINES = 10000


def read_topology(client: Client, selector: Selector) -> Topology:
    snapshot = read_changes(client, read_listing(client))
    held = find_held(client, snapshot.locks)
    snapshot = inspect_containers(client, snapshot, to_inspect(snapshot, *select(snapshot, selector)))
    containers, networks = select(snapshot, selector)
    return Topology(
        host_name=client.get("/info")["Name"],
        snapshot=snapshot,
        containers=containers,
        networks=networks,
        selector=selector,
        held=held,
        conflicts=find_conflicts(snapshot, find_blocker if snapshot.engine.is_local else None),
    )


def parse_log_lines(value: int | None) -> int:
    if value is not None and not 1 <= value <= MAX_LOG_LINES:
        raise Failure("option_conflict", f"log_lines is {value}, but must be 1 to {MAX_LOG_LINES}.")
    return value or 0


def main() -> None:
    module = create_module(
        {
            "names": {"type": "list", "elements": "str"},
            "labels": {"type": "list", "elements": "str"},
            "log_lines": {"type": "int"},
        }
    )

    def read(client: Client) -> dict[str, t.Any]:
        lines = parse_log_lines(module.params["log_lines"])
        topology = read_topology(client, parse_selector(module.params["names"], module.params["labels"]))
        rows = topology_rows(topology)
        findings = find_problems(topology, rows["containers"])
        if lines:
            for row in rows["containers"]:
                row["logs"] = read_logs(client, row["id"], lines)
        return {"changed": False, **rows, "findings": findings}

    run_module(module, read)


if __name__ == "__main__":
    main()
