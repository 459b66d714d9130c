# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.

from __future__ import annotations

import re
import textwrap

from ._container_limits import ModuleDocFragment as _Limits
from ._container_mounts import ModuleDocFragment as _Mounts

# Without the options of a container, which follow below suboptions.
_TOPOLOGY = r"""
options:
  containers:
    description:
      - The containers of the topology. Containers that are not listed are left alone.
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description:
          - The exact name of the container, or its ID (at least 12 hex digits) where it exists.
        type: str
        required: true
      state:
        description:
          - V(started) is that the container exists and runs.
          - V(present) is that it exists, in any run state. One that is made is not started, and one that is replaced
            runs afterwards where it ran before.
          - V(stopped) is that it exists and does not run.
          - V(absent) is that it does not exist. One that runs is stopped first, see O(containers[].stop_timeout) and
            O(containers[].force_kill).
          - When unset, it is V(started). With O(state=absent) it is V(absent), whatever is given here.
        type: str
        choices: [started, present, stopped, absent]
      remove_volumes:
        description:
          - Whether the anonymous volumes of a container go with it where O(containers[].state=absent) removes it. Named
            volumes stay.
        type: bool
        default: false
"""


def _below(option: str, text: str) -> str:
    """The text with its options as suboptions of ``option``: O(image) becomes O(containers[].image)."""
    named = re.sub(r"\bO\(", f"O({option}[].", text)
    return textwrap.indent(named.partition("options:\n")[2], " " * 4)


class ModuleDocFragment:
    # The options of a container, written once, with those in _container_limits.py and _container_mounts.py. Their spec
    # is CONTAINER_SPEC in module_utils/_desired/argspec.py. They stand at the top level of docker_port_publish, and
    # below containers in docker_topology: so the text names only options that are in it.
    DOCUMENTATION = r"""
options:
  image:
    description:
      - The image of the container. It is needed where the container does not exist yet.
      - When unset, an existing container keeps its image.
      - The image of an existing container differs when the name here is another repository, tag or digest, unless it
        stands for the very image that the container has. A tag that has moved counts only with O(pull=always).
      - With another image the container is replaced by a successor. What it had of the old image's defaults, such as
        command, environment and labels, follows the new image.
    type: str
  platform:
    description:
      - The platform of the image, as C(docker run --platform) takes it, such as V(linux/arm64), V(linux) or V(amd64).
        What is left out is that of the engine.
      - An existing container whose image is for another platform is replaced.
    type: str
  published_ports:
    description:
      - The ports that the container publishes on the host.
      - A string is read as C(docker run --publish) reads it. V(8080:80) is every address of the host,
        V(127.0.0.1:8080:80) is one address, V(127.0.0.1::80) and V(80) let the engine choose a free host port,
        V(5353:53/udp) is another protocol, V([::1]:8080:80) is an IPv6 address. The protocols are V(tcp), which is the
        default, V(udp) and V(sctp).
      - V(8000-8002:80-82) is three publications. V(8000-8010:80) is one, on a port of that range that the engine
        chooses. A range must not hold a host port that another publication here asks for.
      - A number is a container port. Put quotes around V("22:22") and the like, which YAML may read as a number.
      - A dictionary is the long form of Compose, with the keys V(target), V(published), V(host_ip) and V(protocol), of
        which V(target) is required. Strings with an equals sign are refused, because the docker CLI publishes
        V(host_ip=127.0.0.1) on every address.
      - What cannot be read is refused with the failure code V(port_spec_invalid), and the message quotes it.
      - With O(purge) the list is exact, and V([]) publishes nothing. When unset, the publications stay as they are.
      - A publication that exists is compared by its meaning. One without an address also accepts V(0.0.0.0), one
        without a host port accepts any host port, and a range accepts any port in it. Each accounts for one that
        exists, or for a pair of IPv4 and IPv6.
      - Host ports that the engine has chosen are written down when the container is replaced, so that they stay.
      - A host port that another container or, where the engine is local, a process of the host has is refused with the
        failure code V(port_conflict) before anything is touched, in check mode as well.
    type: list
    elements: raw
    aliases: [ports]
  publish_all_ports:
    description:
      - Whether to publish every exposed port on a host port that the engine chooses, as C(docker run -P).
      - What it publishes counts as listed in O(published_ports). Publications on one address are none of these.
      - When unset, it stays as it is, but is cleared where O(published_ports) is given and O(purge) is V(true).
      - V(false) alone leaves what an earlier change has pinned of it, as the engine does not tell such a publication
        from one that was asked for. Give O(published_ports) as well, V([]) for none, to close these.
    type: bool
  exposed_ports:
    description:
      - Ports to expose beside those of the image, such as V(80), V(53/udp) or V(8000-8010).
      - They are added to what the container exposes. Nothing is taken away.
      - Published ports are exposed without being listed here.
    type: list
    elements: str
    aliases: [exposed, expose]
  default_host_ip:
    description:
      - The address of those O(published_ports) that name none. It must be an IP address.
      - When unset, the engine decides. It takes the address that is set as C(host_binding_ipv4) of the container's
        network, and every address of the host otherwise.
      - It says nothing about O(publish_all_ports).
    type: str
  purge:
    description:
      - Whether publications that are not in O(published_ports) are closed. Without that list nothing is closed.
      - A port that is closed is no longer exposed either, unless the image or O(exposed_ports) exposes it.
    type: bool
    default: true
  bind_policy:
    description:
      - Where publications may bind. Breaking it is refused with the failure code V(bind_policy) before anything is
        touched.
      - It judges all that the container would publish, O(publish_all_ports) included, with the address that a
        publication really gets. Any network of the container may become the one through which the engine publishes, so
        that a publication without an address has to comply with each.
      - It also judges a container that the task leaves as it is, and what the engine has bound. What breaks it already
        is refused as well, and the message says what to do.
      - V(any) allows every address.
      - V(explicit) refuses publications without an address, of their own or of the network.
      - V(loopback) refuses every address that is not one of the host's loopback.
    type: str
    choices: [any, explicit, loopback]
    default: any
  command:
    description:
      - The command and its arguments. A string is split as a shell would, a list is taken as it is.
      - It must not be empty. When unset, a new container has the command of its image.
    type: raw
  entrypoint:
    description:
      - The entrypoint and its arguments. V([]) is none, and the command of the image runs where there is no other.
      - When unset, a new container has the entrypoint of its image.
    type: list
    elements: str
  env:
    description:
      - Environment variables. They are merged with those that the container has. V(null) removes one, also one of the
        image.
      - Values are strings or whole numbers. Put quotes around V("true"), V("1.0") and the like, they are refused
        otherwise.
      - Values are hidden wherever the module returns something. A diff shows the names only.
    type: dict
  env_file:
    description:
      - The path of a file with environment variables on the host on which the module runs, one C(NAME=value) in a line.
        Quotes are part of the value. A line that is empty or begins with C(#) is none.
      - They count as listed in O(env), and what O(env) itself says of a name counts more.
    type: path
  restart_policy:
    description:
      - When the engine starts the container again by itself. When unset, a new container has V(no).
    type: str
    choices: ["no", on-failure, always, unless-stopped]
  restart_retries:
    description:
      - How often O(restart_policy=on-failure) tries. Refused with the other policies.
      - When unset or V(0), there is no limit.
    type: int
  labels:
    description:
      - Labels. They are merged with those that the container has. V(null) removes one, and brings the image's own value
        back where the image has that label.
      - Labels that begin with C(com.docker.) are never removed.
    type: dict
  hostname:
    description:
      - The host name in the container. When unset, a new container has the first 12 digits of its ID.
    type: str
  domainname:
    description:
      - The domain name in the container. An empty text is none.
    type: str
  user:
    description:
      - The user, and with a colon the group, as which the command runs, by name or number, such as V(1000:1000).
      - When unset, a new container has the user of its image.
    type: str
  groups:
    description:
      - Further groups of the user, by name or number.
      - They are merged with those that the container has. What is not listed stays.
    type: list
    elements: str
  working_dir:
    description:
      - The folder in which the command starts. When unset, a new container has the folder of its image.
    type: str
  interactive:
    description:
      - Whether standard input stays open, as C(docker run -i). When unset, a new container has it closed.
    type: bool
  tty:
    description:
      - Whether the container has a terminal, as C(docker run -t). When unset, a new container has none.
    type: bool
  init:
    description:
      - Whether a small program of the engine is the first process, which passes signals on and looks after processes
        that have lost their parents, as C(docker run --init).
      - When unset, a new container has it where the engine is configured so.
    type: bool
  stop_signal:
    description:
      - The signal that asks the container to stop, by name or number, such as V(SIGINT), V(INT) or V("2").
      - When unset, a new container has that of its image, and V(SIGTERM) where the image has none.
    type: str
  auto_remove:
    description:
      - Whether the engine removes the container, with its anonymous volumes, when it stops, as C(docker run --rm).
      - When unset, a new container stays.
      - Excludes every O(restart_policy) but V(no).
      - A container that has it is replaced only with O(auto_remove_swap=true). A change that would need it is refused
        with the failure code V(unsupported) otherwise.
    type: bool
  log_driver:
    description:
      - The driver that keeps or sends on what the container writes to its standard output, such as V(json-file),
        V(local), V(journald) or V(none). An empty text leaves it as it is.
      - With another driver the options of the former one go.
      - When unset, a new container has the engine's default.
    type: str
  log_options:
    description:
      - Options for O(log_driver), which must be given, such as V(max-size). They are merged with those that the
        container has. V(null) removes one.
      - The engine adds its own where its default is the same driver, and these stay.
      - They may hold a token or a password. Values are hidden wherever the module returns something. A diff shows the
        names only.
    type: dict
    aliases: [log_opt]
  dns_servers:
    description:
      - The addresses of the DNS servers that the container asks for names outside of its networks.
      - The list is exact, in this order. V([]) is none of its own, which are then those of the engine or the host.
    type: list
    elements: str
  dns_opts:
    description:
      - Options of C(/etc/resolv.conf) in the container, such as V(ndots:2).
      - They are merged with those that the container has. What is not listed stays.
    type: list
    elements: str
  dns_search_domains:
    description:
      - The domains in which the container looks names up. V(.) is none at all.
      - The list is exact, in this order. V([]) is none of its own, which are then those of the engine or the host.
    type: list
    elements: str
  etc_hosts:
    description:
      - Entries for C(/etc/hosts) in the container, from name to address.
      - They are merged with those that the container has, and V(null) removes one.
    type: dict
  links:
    description:
      - The legacy links of the container, each as C(docker run --link) takes it, V(container:alias) or V(container).
      - The list is exact, and an empty one means none. A container that loses a link loses the names in its
        C(/etc/hosts) and the variables in its environment that came from it. The role
        P(bridgeport.docker.link_migration#role) looks after that.
      - A container whose links lead to a former container of that name is replaced before it starts, and, when it runs,
        where the links are listed. A start is refused while a linked container does not run.
      - The engine links containers on its default bridge only. Where the container's main network is another one they
        are refused; O(networks[].aliases) and O(networks[].links) serve there.
    type: list
    elements: str
  healthcheck:
    description:
      - How the engine finds out whether the container is healthy. What is given is merged into what the container has.
      - Durations are such as V(30s), V(1m30s) or V(500ms), with the units V(us), V(ms), V(s), V(m) and V(h).
      - When unset, a new container has the health check of its image.
    type: dict
    suboptions:
      test:
        description:
          - The check. A string is run by the container's shell. A list is taken as it is, and begins with V(CMD) or
            V(CMD-SHELL).
          - V(NONE) turns the image's health check off.
        type: raw
      test_cli_compatible:
        description:
          - V(false) is that leaving O(healthcheck.test) out turns the image's health check off, as it does in
            M(community.docker.docker_container).
          - When unset, it stays, as with V(true).
        type: bool
      interval:
        description:
          - The time between two checks.
        type: str
      timeout:
        description:
          - How long one check may take.
        type: str
      retries:
        description:
          - How many checks must fail one after the other for the container to be unhealthy.
        type: int
      start_period:
        description:
          - How long after the start failures do not count.
        type: str
      start_interval:
        description:
          - The time between two checks during O(healthcheck.start_period). Needs Docker Engine 25 (API 1.44), and is
            refused with the failure code V(unsupported) where the engine is older.
        type: str
  network_mode:
    description:
      - The network that the container is created in, the default bridge with V(bridge) or V(default).
        V(host), V(none) and V(container:<name or ID>) as C(docker run --network) takes them.
      - V(host), V(none) and V(container:<name or ID>) exclude O(networks), and nothing is published with them. With
        V(host) and V(none) the module warns that the engine discards the publications of the task, as the docker CLI
        does. With V(container:<name or ID>) they are refused with the failure code V(network_mode_conflict).
      - A network counts as listed for O(purge_networks). With O(networks) beside it a container is on all of them.
      - What the container has, and the engine does not take in its new mode, such as links or DNS servers, is refused
        with the failure code V(network_mode_conflict).
      - When unset, an existing container keeps it. A new one is created in the first of its O(networks) and, where
        there are none, in the default bridge.
    type: str
  mac_address:
    description:
      - The MAC address of the container, which is that of its endpoint on its main network, O(network_mode) or the
        first of its O(networks). Another way to say O(networks[].mac_address) there, with the same limits.
      - Where the container has no endpoint of its own it is refused with the failure code V(network_mode_conflict).
    type: str
  networks:
    description:
      - The networks that the container is on. They must exist, or be made by the same task. V(host) and V(none) are
        for O(network_mode).
      - They are merged with those that the container is on, see O(purge_networks). A running container joins and leaves
        networks without being replaced; an endpoint that differs is disconnected and connected again.
      - When unset, the networks stay as they are.
    type: list
    elements: dict
    suboptions:
      name:
        description:
          - The exact name of the network, or its ID (at least 12 hex digits).
        type: str
        required: true
      aliases:
        description:
          - Further names of the container in this network's DNS. The list is exact, and V([]) means none.
          - When unset, they stay as they are.
        type: list
        elements: str
      ipv4_address:
        description:
          - A fixed IPv4 address. The network must have a configured subnet that holds it.
          - An address that another container has, or asks for in the same task, is refused with the failure code
            V(address_in_use), one outside of the subnet with V(address_outside_subnet).
          - When unset, it stays as it is. A new endpoint gets an address that the engine chooses. An empty text is that
            the address is not fixed.
        type: str
      ipv6_address:
        description:
          - A fixed IPv6 address, as O(networks[].ipv4_address).
        type: str
      links:
        description:
          - Containers that this one reaches under names of its own on this network, each as C(container:alias). Aliases
            on the other container serve most purposes better.
          - The list is exact, and V([]) means none. When unset, they stay as they are.
        type: list
        elements: str
      mac_address:
        description:
          - The MAC address of the endpoint. Docker sets one only when a container is made, and up to Docker Engine 24
            only on its first network.
          - Where it cannot be set it is refused with the failure code V(unsupported).
        type: str
      driver_opts:
        description:
          - Options for the network's driver. They are merged with those that the endpoint has. V(null) takes one away.
        type: dict
      gw_priority:
        description:
          - The network with the highest number gives the container its default gateway. Needs Docker Engine 28 (API
            1.48), and is refused with the failure code V(unsupported) where the engine is older.
        type: int
  purge_networks:
    description:
      - Whether the container leaves networks that are not in O(networks), which must be given.
    type: bool
    default: false
  stop_timeout:
    description:
      - How many seconds the container has to stop before it is killed, where this task stops it.
      - When unset, the container's own stop timeout counts, and 10 seconds where it has none.
    type: int
  force_kill:
    description:
      - Whether to kill the container where this task would stop it.
    type: bool
    default: false
    aliases: [forcekill]
  writable_layer:
    description:
      - What to do with files that were changed in the container, outside of its volumes, when it has to be replaced. A
        container without such changes is replaced in any case.
      - V(carry) takes them over into the successor, with owner, mode, links, capabilities and times in whole seconds.
        They go from the daemon to the daemon in one stream. With another O(image) this refuses with the failure code
        V(writable_layer_changed).
      - Nothing is written to a volume or to a directory of the host by that. What lies where the successor has
        something mounted stays behind and is listed in RV(ignore:will_lose). Where a symbolic link or a file was put in
        the place of a directory on the way to a mount point, V(carry) refuses with the failure code
        V(writable_layer_changed) before the container is stopped.
      - What an archive of the engine does not keep is listed in RV(ignore:will_lose), that is sockets, access control
        lists, attributes of the kinds C(user.*) and C(trusted.*), and times before 1970. A file with holes of a MiB or
        more would be written out as zeros, so that V(carry) refuses with the failure code V(writable_layer_changed).
        Both are found where the files of the engine can be read, that is as root on the engine's own host.
      - V(carry) takes the space of these files a second time until the change is done. Where an engine on this host has
        not that much left, it refuses with the failure code V(no_space) before the container is stopped.
      - V(auto) never refuses. With the same image it does what V(carry) does, and what cannot be carried stays behind.
        That is what V(carry) would refuse for, deletions, and all of it with O(update_order=start-first). Holes of
        files are written out as zeros where the disk has room for that. With another image all of it goes. What is lost
        is listed in RV(ignore:will_lose), and the module warns of it.
      - V(refuse) refuses with the failure code V(writable_layer_changed), with the list of paths.
      - V(discard) loses them.
      - When unset, it is V(carry) in M(bridgeport.docker.docker_port_publish), and V(auto) in
        M(bridgeport.docker.docker_topology).
    type: str
    choices: [auto, carry, discard, refuse]
  writable_layer_deletions:
    description:
      - What O(writable_layer=carry) does about files of the image that were deleted in the container.
        An archive adds and replaces, but takes nothing away, so they cannot be deleted in the successor as well.
      - V(refuse) refuses with the failure code V(writable_layer_changed), with the list of paths. V(ignore) lets them
        come back.
    type: str
    choices: [refuse, ignore]
    default: refuse
  update_order:
    description:
      - The order in which a running container is replaced. With V(stop-first) the old one stops before its successor
        starts.
      - With V(start-first) the successor starts and is checked first, so that the name can be looked up in the DNS of
        its user-defined networks all the time. Both run for a moment, on the same volumes.
      - V(start-first) is refused where the old and the new one need the same host port (V(port_conflict)) or fixed
        address (V(address_in_use)), where files outside of volumes would have to be carried (O(writable_layer=carry),
        V(writable_layer_changed)), and where other containers have to be replaced together with this one
        (V(option_conflict)). When the old one has written such files by the time it stops, the change is undone.
      - With V(start-first) the successor gets its own name as an alias on these networks.
    type: str
    choices: [stop-first, start-first]
    default: stop-first
  dependents:
    description:
      - What to do when a container that has to be replaced shares its network, IPC or PID namespace with others, or
        others link to it.
      - V(refuse) refuses with the failure code V(dependents_exist), with their names.
      - V(recreate) replaces them too, with all that depend on them in turn. All of them or none are replaced.
        They keep what they are, with O(writable_layer=auto) where that counts for this one and with
        O(writable_layer=carry) otherwise. O(writable_layer_deletions) and O(auto_remove_swap) count for them as well.
      - Containers that only use its volumes are not replaced. The module warns that they are there.
    type: str
    choices: [refuse, recreate]
    default: refuse
  auto_remove_swap:
    description:
      - Whether a running container with O(auto_remove) (C(--rm)) may be replaced. The engine removes it as soon as it
        stops, so that it could not be brought back.
      - With V(true) it keeps running without its networks while its successor starts and is checked, and stops only
        then. When something fails, it gets its networks back. What it writes outside of volumes after that was carried
        over is lost.
      - One that shares a namespace of a container that has to be stopped could not be put back, and is refused with the
        failure code V(unsupported) all the same.
    type: bool
    default: false
  wait:
    description:
      - What a container that this task starts must reach. One that does not is undone.
      - V(running) is that it still runs one second after its start without having been restarted, publishes what it
        shall, and is on its networks.
      - V(healthy) is that its health check says so as well, within O(wait_timeout). A container without a health check
        is refused with the failure code V(option_conflict). One that replaces a healthy container must reach this in
        any case.
      - V(listening) is that something in the container accepts connections on every tcp port that it publishes, within
        O(wait_timeout). It is asked at its own address, as docker's proxy accepts on the host in any case. Where the
        engine is not on this host, the container itself must have a program to look with, such as python3, nc or bash.
      - V(exited) is that its command has ended with exit code 0, within O(wait_timeout). It needs a container without a
        restart policy. The container's result has the exit code and the output. A container that has ended so before is
        left as it is; one that was started with O(auto_remove) is gone then, and is made by each run.
      - A container with O(auto_remove) may also end with exit code 0 within the second of V(running).
    type: str
    choices: [running, healthy, listening, exited]
    default: running
  wait_timeout:
    description:
      - How many seconds O(wait=healthy), O(wait=listening) and O(wait=exited) wait. When unset or V(0), it is 60.
      - A health check gets the time on top in which it has its first turn, that is its start period, its interval and
        its timeout (30 seconds for an interval or a timeout that is not set).
    type: int
"""

    # What docker_container has in another form.
    PULL = r"""
options:
  pull:
    description:
      - When to get O(image) from its registry, with the credentials in the Docker configuration of the user who runs
        the module.
      - V(missing) pulls an image that is not on the host and is about to be used.
      - V(always) pulls in every run, and replaces a container whose image has moved on.
      - V(never) refuses with the failure code V(image_not_found) where the image is not on the host.
    type: str
    choices: [missing, always, never]
    default: missing
"""

    # The whole option containers of docker_topology. Annotated, because the sanity test yamllint takes every plain
    # assignment here for a literal text.
    TOPOLOGY: str = _TOPOLOGY + "".join(
        _below("containers", text) for text in (DOCUMENTATION, PULL, _Limits.DOCUMENTATION, _Mounts.DOCUMENTATION)
    )
