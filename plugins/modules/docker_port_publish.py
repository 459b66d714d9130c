#!/usr/bin/python
# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: docker_port_publish
short_description: Publish the ports of a Docker container, or close them
version_added: 1.0.0
description:
  - Makes true which ports one container publishes on its host, whoever has made that container. The container is made
    when it does not exist and an O(image) is given. It is never removed.
  - Docker cannot change the published ports of a container that exists. The module replaces it by a successor with
    the same configuration and the new ports. The successor is made first, and compared with what the engine was asked
    for. Then the old container stops, the successor starts and is checked, takes over the name, and the old container
    is removed. When a step fails, the old container is put back as it was.
  - Everything that can be known before is refused before anything is touched, in check mode as well. RV(failure.code)
    says what it was.
  - Options that are unset leave an existing container as it is. Those that are given are compared with it, and a
    difference is applied in the same replacement.
options:
  name:
    description:
      - The exact name of the container, or its ID (at least 12 hex digits) where it exists. A name has two characters
        or more.
    type: str
    required: true
    aliases: [container]
  state:
    description:
      - V(present) is that O(published_ports) and O(publish_all_ports) are published.
      - V(absent) is that O(published_ports), or with O(all) any port at all, are not. V(80) closes every publication of
        80/tcp, a host port, a range of them or an address narrows it to those. A container that does not exist
        publishes nothing, so that is fine.
      - Closing a port that O(publish_all_ports) publishes turns that off, and publishes what is left one by one, on the
        same host ports.
      - Both keep the run state. A container that runs does so afterwards, a stopped one stays stopped, with its
        publications waiting for its next start. A container that is made here is started.
    type: str
    choices: [present, absent]
    default: present
  all:
    description:
      - Whether O(state=absent) closes every port. Excludes O(published_ports), and is refused with O(state=present).
    type: bool
    default: false
extends_documentation_fragment:
  - bridgeport.docker._docker
  - bridgeport.docker._container
  - bridgeport.docker._container.pull
  - bridgeport.docker._container_limits
  - bridgeport.docker._container_mounts
  - bridgeport.docker._attributes
  - bridgeport.docker._attributes.actiongroup_docker
attributes:
  check_mode:
    support: partial
    details:
      - What a container would publish by O(publish_all_ports) and host ports that the engine would choose are not
        predicted, and neither is the ID of a container that would be made.
      - Nothing is pulled. With O(pull=always) an image that has moved on in its registry is not noticed.
  diff_mode:
    support: full
    details:
      - Of environment variables only the names are shown.
  idempotent:
    support: full
notes:
  - While a container is replaced, its ports are closed for a second or two, and for as long as the old one takes to
    stop.
  - A successor has another container ID and empty logs. RV(will_lose) lists what a change costs, in check mode before
    it happens.
  - A container that was started with C(--rm) is only replaced with O(auto_remove_swap=true), and a task of a swarm
    service never. They are refused with the failure codes V(unsupported) and V(swarm_managed).
  - Two runs do not change one container at the same time. The second one waits up to 30 seconds, and then gives the
    failure code V(busy). The lock is a volume of the daemon, and so is the journal of a replacement. A volume of the
    same name that is neither is left alone, and named with that code.
  - When a run or the daemon dies while a container is made or replaced, the next run that would change it finishes or
    undoes that first and says so in RV(actions). Check mode refuses with the failure code V(interrupted_change) until
    then. Abandoned locks and helper containers of probes are removed by any run that changes something, which says so
    as well.
  - For a container that belongs to a Compose project the module warns when it replaces it, as the next C(up) of Compose
    may undo the change.
seealso:
  - module: bridgeport.docker.docker_topology
    description: The same for many containers and networks in one task.
  - module: bridgeport.docker.docker_port_info
    description: What is published, and who holds which host port.
  - module: bridgeport.docker.docker_bridge_network
    description: The network that containers share.
  - module: bridgeport.docker.docker_network_probe
    description: Find out whether a published port answers.
  - plugin: bridgeport.docker.parse_published_ports
    plugin_type: filter
    description: Reads the same port specifications in templates.
author:
  - bridgeport.docker maintainers (@bridgeport-collections)
"""

EXAMPLES = r"""
- name: Make a container that publishes port 80 on every address of the host
  bridgeport.docker.docker_port_publish:
    name: shop
    image: busybox
    command: httpd -f -p 80
    published_ports:
      - "8088:80"
  # As docker run -d -p 8088:80. The container is made and started. In the next run nothing changes.

- name: Publish every port that the image exposes
  bridgeport.docker.docker_port_publish:
    name: proxy
    image: nginx
    publish_all_ports: true
  register: proxy
  # As docker run -d -P. The engine chooses the host ports.

- name: Show which host port it is
  ansible.builtin.debug:
    msg: "Port {{ proxy.published[0].container_port }} is port {{ proxy.published[0].host_port }} of the host."

- name: Several ports for a container that exists
  bridgeport.docker.docker_port_publish:
    name: shop
    published_ports:
      - "8088:80"
      - "127.0.0.1:8081:80"
      - "127.0.0.1::80"
      - "127.0.0.1:8053:53/udp"
  # One on every address, one on loopback alone, one on loopback with a host port that the engine chooses, one for udp.
  # The container is replaced by one that is the same in everything else.

- name: The long form, where a template fills in the parts
  bridgeport.docker.docker_port_publish:
    name: shop
    published_ports:
      - target: 80
        published: "{{ shop_port }}"
        host_ip: 127.0.0.1
        protocol: tcp
    purge: false
  vars:
    shop_port: 8082
  # Adds 127.0.0.1:8082. With purge=false the other publications stay.

- name: Close one publication
  bridgeport.docker.docker_port_publish:
    name: shop
    published_ports:
      - "127.0.0.1:8082:80"
    state: absent
  # The other publications of port 80 stay. Just "80" would close them too.

- name: Accept nothing that is reachable from outside
  bridgeport.docker.docker_port_publish:
    name: shop
    published_ports:
      - "8088:80"
    bind_policy: loopback
  register: result
  failed_when: result.failure.code | default('') != 'bind_policy'
  # Refused, as 8088:80 is every address. Nothing has been touched.

- name: Take the next port when the first is taken
  block:
    - name: Publish on port 8088
      bridgeport.docker.docker_port_publish:
        name: second-shop
        image: busybox
        command: httpd -f -p 80
        published_ports:
          - "8088:80"
  rescue:
    - name: Give up for any other reason
      ansible.builtin.fail:
        msg: "{{ ansible_failed_result.msg }}"
      when: ansible_failed_result.failure.code | default('') != 'port_conflict'

    - name: Publish on port 8098
      bridgeport.docker.docker_port_publish:
        name: second-shop
        image: busybox
        command: httpd -f -p 80
        published_ports:
          - "8098:80"
  # The container shop has port 8088, so that second-shop gets port 8098.

- name: Change the ports of a container without a moment in which its name is unknown
  bridgeport.docker.docker_port_publish:
    name: proxy
    published_ports:
      - "127.0.0.1:8443:80"
    update_order: start-first
    writable_layer: discard
    wait: listening
  # The successor runs beside the old one until something in it accepts connections on port 80. The files that nginx has
  # written outside of volumes cannot be carried over in this order, and are not worth it.

- name: Close every port
  bridgeport.docker.docker_port_publish:
    name: "{{ item }}"
    all: true
    state: absent
  loop: [shop, second-shop, proxy]
  # The containers go on running, and publish nothing.

- name: A container that runs, with another one in its network namespace
  bridgeport.docker.docker_topology:
    containers:
      - name: shop-metrics
        image: busybox
        command: sleep 3600
        network_mode: container:shop
        stop_timeout: 1

- name: Publish one more port, and replace both containers for it
  bridgeport.docker.docker_port_publish:
    name: shop
    published_ports:
      - "127.0.0.1:9100:9100"
    purge: false
    dependents: recreate
  # Without dependents=recreate this is refused, naming shop-metrics. When one of the two does not come up again, both
  # are put back as they were.
"""

RETURN = r"""
container:
  description:
    - The container as it stands afterwards, in check mode as it would stand.
    - Empty when O(state=absent) and there is no such container.
  type: dict
  returned: success
  contains:
    name:
      description: Its name.
      type: str
      sample: shop
    id:
      description: Its ID. Empty in check mode for a container that would be made.
      type: str
      sample: 7be1cdb19d3b0aee4b1a4e4bc7a6cfb34b0d36d5bd9b5a3fc4d0fa46f8cdb6e5
    image:
      description: The image by the name with which the container was made.
      type: str
      sample: busybox
    state:
      description: Its state in the engine's words, such as V(running), V(created), V(exited) or V(paused).
      type: str
    status:
      description:
        - The exit code of a container that has ended by this task. V(null) where it ended before, and in check mode.
      type: int
      returned: with O(wait=exited), and for a container with auto_remove that has ended with exit code 0
    output:
      description: What that container printed, at most 10000 lines, with the values of its environment hidden.
      type: str
      returned: like C(status)
      sample: running
  sample:
    name: shop
    id: 7be1cdb19d3b0aee4b1a4e4bc7a6cfb34b0d36d5bd9b5a3fc4d0fa46f8cdb6e5
    image: busybox
    state: running
published:
  description:
    - What the container publishes, sorted by container port, protocol and address.
    - Publications that are bound are shown as they are bound, the others as they are configured.
  type: list
  elements: dict
  returned: success
  contains:
    container_port:
      description: The port in the container.
      type: int
      sample: 80
    protocol:
      description: One of V(tcp), V(udp) and V(sctp).
      type: str
      sample: tcp
    host_ip:
      description:
        - The address on the host. V(0.0.0.0) is every IPv4 address, V(::) every IPv6 address. The empty string is both,
          in a publication that is not bound.
      type: str
      sample: 127.0.0.1
    host_port:
      description:
        - The port on the host.
        - In a publication that is not bound it is V(null) where the engine chooses any free port, and a string such as
          V(8000-8010) where it chooses one out of a range.
      type: raw
      sample: 8081
    active:
      description: Whether it is bound. In check mode, whether it would be.
      type: bool
      sample: true
  sample:
    - container_port: 80
      protocol: tcp
      host_ip: 127.0.0.1
      host_port: 8081
      active: true
networks:
  description:
    - The networks that the container is on, by name. Each has the keys below.
  type: dict
  returned: success
  contains:
    network_id:
      description: The ID of the network. Empty where the container has not been started on it yet.
      type: str
    ip_address:
      description: The IPv4 address. For a container that does not run, the fixed one or the empty string.
      type: str
    ipv6_address:
      description: The IPv6 address, as C(ip_address).
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
    bridge:
      network_id: 5f94a33f98a5a63d2dbbbd1f5b4b0db41bb54dbfa2ff4a1e50aacf29f8de5bb8
      ip_address: 172.17.0.2
      ipv6_address: ""
      mac_address: "02:42:ac:11:00:02"
      gateway: 172.17.0.1
      aliases: []
actions:
  description:
    - What was done, step by step, in check mode what would be done, and on failure what was undone. Empty when nothing
      had to be done.
  type: list
  elements: str
  returned: success, and on failure where the work had been planned
  sample: [create container shop.bridgeport-new-7be1cdb19d3b, stop shop, start shop.bridgeport-new-7be1cdb19d3b]
will_lose:
  description:
    - What the change costs, in check mode what it would cost. Empty when it costs nothing.
  type: list
  elements: str
  returned: success
  sample: ["container ID 7be1cdb19d3b of shop", "logs of shop"]
preflight:
  description:
    - How much could be checked before the change.
    - V(full) is that the host ports that are taken were also tried on the engine's host itself. Where that is another
      host, or it cannot be seen whether it is, a container that runs nothing tries them there before the change.
    - V(partial) is that only ports of other containers are known to be taken, as in check mode with such an engine.
  type: str
  returned: success
  sample: full
diff:
  description:
    - What changes. C(before) and C(after) have an entry for each object that changes, such as C(container shop).
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
      container shop: {state: running, image: busybox, published_ports: ["8088:80/tcp"], publish_all_ports: false}
    after:
      container shop: {state: running, image: busybox, published_ports: ["8081:80/tcp"], publish_all_ports: false}
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
rolled_back:
  description:
    - Whether everything that had been touched for the container stands as it did before.
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
        - "V(bind_policy): a publication breaks O(bind_policy)."
        - "V(container_not_found): there is no such container, and no O(image) of which to make it; or
          it was removed in the meantime."
        - "V(network_not_found): a network to join or the one of the network mode does not exist, or a network that a
          container is on is gone."
        - "V(image_not_found): an image is neither on the host nor to be had."
        - "V(ambiguous_name): a name or ID fits several objects."
        - "V(address_in_use): a fixed address belongs to C(holder), or is the gateway, an auxiliary, the first or the
          broadcast address of its subnet."
        - "V(address_outside_subnet): an address or range is not in the network's subnet."
        - "V(network_mode_conflict): the container's network mode, or being on internal networks only, rules out what
          is asked for, or what the container has."
        - "V(swarm_managed): the object belongs to a swarm."
        - "V(dependents_exist): other containers depend on one that would have to be replaced. C(dependents) names
          them."
        - "V(writable_layer_changed): files that were changed in the container would be lost. C(paths) lists them."
        - "V(engine_altered): the engine made a container otherwise than it was asked to. C(altered) says where."
        - "V(no_space): there is no space for a copy of what was written outside of volumes, or the engine says that its
          disk is full. C(needed) and C(free) are numbers of what C(unit) says, where they are known."
        - "V(start_failed): a container did not start, did not stay up, or is not published or joined as it should
          be."
        - "V(wait_timeout): a container did not become healthy, or did not listen, within O(wait_timeout)."
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
    holder:
      description: The container, process or network that has what is asked for.
      type: str
      returned: with V(port_conflict) and V(address_in_use), where it is known
    altered:
      description:
        - Where the container that the engine made is not what was asked for. Each has C(key), which is the place where
          C(docker inspect) shows it, and unless it may be a secret C(asked) and C(made).
      type: list
      elements: dict
      returned: with V(engine_altered)
    holders:
      description: Who has the ports of a range of which none is free. Each has C(holder) and C(publication).
      type: list
      elements: dict
      returned: with V(port_conflict), where no port of a range is free
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
      Container 'shop' cannot publish 8088:80/tcp: container 'web' publishes 8088:80/tcp. One host port binds one
      container; choose another port or address, or stop that container first.
    container: shop
    publication: 8088:80/tcp
    holder: web
    holder_publication: 8088:80/tcp
"""

import typing as t

from ansible_collections.bridgeport.docker.plugins.module_utils import _ansiballz  # noqa: F401  # pylint: disable=unused-import
from ansible_collections.bridgeport.docker.plugins.module_utils._desired.argspec import CONTAINER_SPEC
from ansible_collections.bridgeport.docker.plugins.module_utils._desired.parse import parse_container, parse_ports
from ansible_collections.bridgeport.docker.plugins.module_utils._desired.state import DesiredState
from ansible_collections.bridgeport.docker.plugins.module_utils._engine.client import Client
from ansible_collections.bridgeport.docker.plugins.module_utils._errors import Failure, Refusals
from ansible_collections.bridgeport.docker.plugins.module_utils._module import create_module, run_module
from ansible_collections.bridgeport.docker.plugins.module_utils._reconcile import converge


def main() -> None:
    module = create_module(
        {
            **CONTAINER_SPEC,
            "name": {"type": "str", "required": True, "aliases": ["container"]},
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
            "all": {"type": "bool", "default": False},
        }
    )
    close = module.params["state"] == "absent"

    def publish(client: Client) -> dict[str, t.Any]:
        refusals = Refusals()
        ports = refusals.gather(parse_ports, module.params, close=close)
        desired = refusals.gather(parse_container, module.params, state="present", starts_new=True, ports=ports)
        if desired is None or ports is None:
            raise Failure.of_all(refusals)
        converged = converge(client, DesiredState(containers=(desired,)), check_mode=module.check_mode)
        container = converged.container(0) or {}
        published, networks = container.pop("published", []), container.pop("networks", {})
        return {**converged.base_result(), "container": container, "published": published, "networks": networks}

    run_module(module, publish)


if __name__ == "__main__":
    main()
