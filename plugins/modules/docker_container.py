#!/usr/bin/python
# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: docker_container
short_description: Manage one Docker container, with the options of community.docker
version_added: 1.0.0
description:
  - Takes the tasks that are written for the module of this name in C(community.docker), with their options, aliases,
    defaults and results. Only the collection's name changes.
  - Underneath it does what all modules of this collection do. It makes the smallest change that is needed, refuses what
    cannot be done before anything is touched, undoes what it has begun when something fails, and survives being
    killed anywhere.
  - A container that C(community.docker) has made is left as it is, under the same ID, when the same task comes here.
options:
  name:
    description:
      - The exact name of the container, or its ID (at least 12 hex digits) where it exists.
    type: str
    required: true
  state:
    description:
      - V(started) is that the container exists and runs.
      - V(healthy) is V(started), and waits until the health check says so, see O(healthy_wait_timeout). A container
        without a health check counts as healthy.
      - V(present) is that the container exists, in any run state. One that is made is not started, and one that is
        replaced runs afterwards where it ran before.
      - V(stopped) is that the container exists and does not run.
      - V(absent) is that the container does not exist. One that runs is stopped first.
    type: str
    choices: [absent, present, healthy, started, stopped]
    default: started
  pull:
    description:
      - When to get O(image) from its registry.
      - V(missing) and V(false) pull an image that is not on the host and is about to be used.
      - V(always) and V(true) pull in every run, and replace a container whose image has moved on.
      - V(never) refuses with the failure code V(image_not_found) where the image is not on the host.
    type: raw
    default: missing
  pull_check_mode_behavior:
    description:
      - What check mode says of O(pull=always), as it pulls nothing.
      - V(image_not_present) reports a change where the image is not on the host, V(always) in any case.
    type: str
    choices: [image_not_present, always]
    default: image_not_present
  recreate:
    description:
      - Whether the container is replaced in any case. The task is never without a change then.
    type: bool
    default: false
  restart:
    description:
      - Whether a container that runs is restarted, unless the task starts or replaces it anyway. Only with
        O(state=started) and O(state=healthy). The task is never without a change then.
    type: bool
    default: false
  paused:
    description:
      - Whether the processes of the container are paused. Only with O(state=started) and O(state=healthy).
      - When unset, the container stays as it is.
    type: bool
  kill_signal:
    description:
      - The signal that O(force_kill) sends. The container has O(stop_timeout) seconds to end by it, 10 where that is
        unset, and is killed then.
      - When unset, it is killed at once.
    type: str
  keep_volumes:
    description:
      - Whether the anonymous volumes of the container stay where O(state=absent) removes it. Named volumes stay in any
        case.
      - A container that is replaced hands on its anonymous volumes, whatever is given here.
    type: bool
    default: true
  healthy_wait_timeout:
    description:
      - How many seconds O(state=healthy) waits. Zero and less wait for a day.
    type: float
    default: 300
  removal_wait_timeout:
    description:
      - How many seconds to wait for a container of this name that the engine is just removing.
      - When unset, it is 300 seconds.
    type: float
  detach:
    description:
      - V(false) starts the container whenever it does not run, waits until its command has ended, and fails with the
        failure code V(start_failed) where its exit code is not 0.
      - RV(status) and C(Output) in RV(container) are its exit code and what it printed.
      - When unset, it is V(true).
    type: bool
  cleanup:
    description:
      - Whether a container that has ended is removed. Only with O(detach=false).
    type: bool
    default: false
  output_logs:
    description:
      - Whether what the container printed is written to the system log of its host. Only with O(detach=false).
    type: bool
    default: false
  wait_timeout:
    description:
      - How many seconds O(wait) and O(detach=false) wait.
      - When unset, it is 60, and with O(detach=false) a day.
    type: int
  comparisons:
    description:
      - How single options are compared with a container that exists, from the name of the option to V(strict),
        V(ignore) or V(allow_more_present). The key V(*) is for all options and takes V(strict) and V(ignore); what is
        said of a single option counts more.
      - V(strict) is that nothing else is there. It is the default of single values and of O(published_ports),
        O(dns_servers), O(dns_search_domains), O(device_cgroup_rules), O(command), O(entrypoint) and O(links).
      - V(allow_more_present) is that all that is listed is there. It is the default of all other lists and
        dictionaries.
      - V(ignore) is that the option counts only when the container is made. It is the default of O(stop_timeout).
      - V(strict) for O(networks) makes the container leave networks that are not listed.
    type: dict
  image_comparison:
    description:
      - Whose environment, labels, volumes and the like count as those of the image while options are compared, those of
        the image that O(image) names, or those of the image that the container has.
    type: str
    choices: [desired-image, current-image]
    default: desired-image
  image_label_mismatch:
    description:
      - What happens with labels of the image that are not in O(labels), where O(comparisons) has V(strict) for
        V(labels). V(ignore) lets them be, V(fail) refuses with the failure code V(option_conflict).
    type: str
    choices: [ignore, fail]
    default: ignore
  image_name_mismatch:
    description:
      - Whether a container that was made from the same image under another name is replaced. Another spelling of one
        name, such as V(nginx) and V(docker.io/library/nginx:latest), is no other name.
    type: str
    choices: [recreate, ignore]
    default: recreate
  command_handling:
    description:
      - With V(compatibility) a list in O(command) or O(entrypoint) is joined with blanks and split as a shell would,
        and an empty one counts as not given.
    type: str
    choices: [compatibility, correct]
    default: correct
  container_default_behavior:
    description:
      - With V(compatibility) these have a value where they are not given. O(auto_remove), O(init), O(interactive),
        O(paused), O(privileged), O(read_only) and O(tty) are V(false), and O(memory) is V("0").
    type: str
    choices: [compatibility, no_defaults]
    default: no_defaults
  networks_cli_compatible:
    description:
      - V(true) says what is so anyway. A new container without O(network_mode) is made in the first of its O(networks).
      - V(false) with O(networks) and without O(network_mode) is refused with the failure code V(option_conflict).
        O(network_mode=bridge) keeps the default bridge beside them.
    type: bool
    default: true
  auto_remove_swap:
    description:
      - Whether a container that was started with C(--rm) may be replaced. It vanishes when it stops, so that it is
        stopped only when its successor has been accepted, and what it writes outside of volumes meanwhile is lost.
    type: bool
    default: true
  debug:
    description:
      - Changes nothing. RV(actions) and the diff are there in any case.
    type: bool
    default: false
extends_documentation_fragment:
  - bridgeport.docker._docker
  - bridgeport.docker._container
  - bridgeport.docker._container_limits
  - bridgeport.docker._container_mounts
  - bridgeport.docker._attributes
  - bridgeport.docker._attributes.actiongroup_docker
attributes:
  check_mode:
    support: partial
    details:
      - RV(container) is the container as it stands. Nothing is pulled, see O(pull_check_mode_behavior).
  diff_mode:
    support: full
    details:
      - Of environment variables and options of the log driver only the names are shown.
  idempotent:
    support: partial
    details:
      - Not with O(recreate=true) and O(restart=true), which ask for a change in every run.
notes:
  - Stricter than C(community.docker) is that a published port that left the task is closed. O(comparisons) with
    V(allow_more_present) for V(published_ports) keeps it.
  - Stricter is also that addresses, names and values that no engine takes are refused before anything is touched, that
    containers that depend on a replaced one are named, see O(dependents), and that a health check without a test is
    merged into what the container has, see O(healthcheck.test_cli_compatible).
seealso:
  - module: bridgeport.docker.docker_topology
    description: Many containers and networks in one task.
  - module: bridgeport.docker.docker_port_publish
    description: The ports of one container.
author:
  - bridgeport.docker maintainers (@bridgeport-collections)
"""

EXAMPLES = r"""
- name: A web server that comes back by itself
  bridgeport.docker.docker_container:
    name: container-web
    image: nginx
    restart_policy: unless-stopped
    published_ports:
      - "8071:80"
    memory: 128M

- name: Less memory, which the engine changes in place
  bridgeport.docker.docker_container:
    name: container-web
    memory: 96M
    cpus: 0.5
  register: limited
  # limited.container.Id is the same as before.

- name: A handler that restarts it
  bridgeport.docker.docker_container:
    name: container-web
    restart: true

- name: Nothing that the task does not list
  bridgeport.docker.docker_container:
    name: container-web
    image: nginx
    env:
      MODE: production
    comparisons:
      "*": strict

- name: And away with it
  bridgeport.docker.docker_container:
    name: container-web
    state: absent
    keep_volumes: false
"""

RETURN = r"""
container:
  description:
    - The inspected container, as C(docker inspect) shows it, after the change. In check mode it is the container as it
      stands.
    - The values in C(Config.Env), of options of the log driver and of drivers of volumes are hidden.
  returned: when the container exists
  type: dict
  sample: {Id: 4c01db0b339c, Name: /shop, State: {Status: running}}
status:
  description: The exit code of a container that has ended.
  returned: with O(detach=false), where the task has started the container
  type: int
  sample: 0
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
from ansible_collections.bridgeport.docker.plugins.module_utils._apply.health import await_health, await_removal
from ansible_collections.bridgeport.docker.plugins.module_utils._desired.docker_container import (
    SPEC,
    parse_docker_container,
)
from ansible_collections.bridgeport.docker.plugins.module_utils._desired.state import DesiredState
from ansible_collections.bridgeport.docker.plugins.module_utils._engine.client import Client
from ansible_collections.bridgeport.docker.plugins.module_utils._module import create_module, run_module
from ansible_collections.bridgeport.docker.plugins.module_utils._objects.redact import hide_environment
from ansible_collections.bridgeport.docker.plugins.module_utils._reconcile import converge


def main() -> None:
    module = create_module(SPEC)
    params = module.params

    def change(client: Client) -> dict[str, t.Any]:
        desired = parse_docker_container(params)
        if not module.check_mode and desired.state != "absent":
            await_removal(client, desired.name, params["removal_wait_timeout"])
        converged = converge(client, DesiredState(containers=(desired,)), check_mode=module.check_mode)
        result = converged.base_result()
        raw = converged.inspected(desired.name)
        if params["state"] == "healthy" and raw is not None and not module.check_mode:
            raw = await_health(client, raw, params["healthy_wait_timeout"])
        if module.check_mode and desired.pull == "always" and params["pull_check_mode_behavior"] == "always":
            result["changed"] = True
        described = converged.container(0) or {}
        shown: dict[str, t.Any] = {} if raw is None else {"container": hide_environment(raw)}
        if described.get("status") is not None:
            # As much as there is of a container that is gone.
            shown = {"container": {**shown.get("container", {}), "Output": described["output"]}}
            shown["status"] = described["status"]
            if params["output_logs"]:
                module.log(described["output"])
        return {
            **result,
            **shown,
            "published": described.get("published", []),
            "networks": described.get("networks", {}),
        }

    run_module(module, change)


if __name__ == "__main__":
    main()
