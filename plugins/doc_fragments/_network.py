# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.

from __future__ import annotations

import re
import textwrap

# Without the options of a network, which follow below suboptions.
_TOPOLOGY = r"""
options:
  networks:
    description:
      - The networks of the topology. Networks that are not listed are left alone.
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description:
          - The exact name of the network, or its ID (at least 12 hex digits) where it exists.
        type: str
        required: true
      state:
        description:
          - V(present) is that the network exists.
          - V(absent) is that it does not. It is refused with the failure code V(network_in_use) while containers are
            on it that this task does not remove, unless O(networks[].force=true).
          - When unset, it is V(present). With O(state=absent) it is V(absent), whatever is given here.
        type: str
        choices: [present, absent]
"""


def _below(option: str, text: str) -> str:
    """The text with its options as suboptions of ``option``: O(internal) becomes O(networks[].internal).

    References to another module's options, which have a number sign, stay.
    """
    named = re.sub(r"\bO\((?![^)]*#)", f"O({option}[].", text)
    return textwrap.indent(named.partition("options:\n")[2], " " * 4)


class ModuleDocFragment:
    # The options of a network, written once: of every driver, of bridges, and of all but bridges. Their specs are
    # NETWORK_SPEC, BRIDGE_SPEC and ANY_DRIVER_SPEC in module_utils/_desired/argspec.py.
    # They stand at the top level of docker_bridge_network and docker_network, and below networks in docker_topology: so
    # the text names only options that are in it.
    DOCUMENTATION = r"""
options:
  driver:
    description:
      - The driver of the network. When unset, a new network has V(bridge), and a network that exists keeps the driver
        that it has.
      - A network of another driver is rebuilt with its members, as O(on_difference) says. What its old driver was told
        in O(driver_options) does not count then.
    type: str
  driver_options:
    description:
      - Options of the driver, by their full names, such as C(com.docker.network.bridge.name) of a bridge.
      - Booleans and numbers may be written as such or as strings.
      - Those that are listed must be so, further ones of an existing network do not matter. V(null) is that the option
        must not be set.
      - An option for which there is a short name, such as C(icc), is the same thing under either name. Naming it twice
        with different values is refused with the failure code V(option_conflict), and so is a value that means nothing.
      - An engine ignores an option of bridges that it does not know. Where one of those with a short name needs a newer
        engine it is refused with the failure code V(unsupported), under either name. Other options are given to the
        driver as they are.
    type: dict
  ipam_driver:
    description:
      - The driver that manages the addresses. When unset, a new network has V(default).
    type: str
  ipam_driver_options:
    description:
      - Options of O(ipam_driver). They are exact.
    type: dict
  ipam_config:
    description:
      - The subnets of the network. The list is exact, but its order does not matter. So are the parts of an entry. A
        gateway that was set and is not listed any more is a difference.
      - Where the list has no IPv4 subnet the engine chooses one, and from Docker Engine 27.0 on the same is true of
        IPv6 where the network has it. Such a subnet is left as it is.
      - When unset or empty, the engine chooses a free subnet for a new network, and any subnet of a network that exists
        will do. Only a network with a configured subnet gives containers fixed addresses.
      - A subnet that overlaps that of another network is refused with the failure code V(subnet_overlap). So is one
        that overlaps an address or a route of the host, where the engine is on the same host. Routes to everything do
        not count, and neither does what stands on the network's own bridge.
      - An address or range that is not in its subnet is refused with V(address_outside_subnet).
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
          - The address of the host in the subnet. When unset, it is the first one.
        type: str
      aux_addresses:
        description:
          - Addresses that the engine does not give to containers, by a name for each.
        type: dict
  internal:
    description:
      - Whether the network has no way to the outside. Containers that are only on such networks cannot publish ports.
      - When unset, a new network is not internal.
    type: bool
  attachable:
    description:
      - Whether the network is marked as one to which standalone containers may be attached. It has a meaning only in a
        swarm. When unset, a new network is not.
    type: bool
  enable_ipv4:
    description:
      - Whether the network has IPv4. When unset, a new network has. Turning it off needs Docker Engine 28 (API 1.48),
        and is refused with the failure code V(unsupported) where the engine is older.
    type: bool
  enable_ipv6:
    description:
      - Whether the network has IPv6. When unset, a new network has not. Up to Docker Engine 26 it needs an IPv6
        subnet in O(ipam_config), or a pool of them among those of the daemon.
      - An IPv6 subnet without it is refused with the failure code V(option_conflict).
    type: bool
  labels:
    description:
      - Labels of the network. Those that are listed must be so, further ones of an existing network stay and are no
        difference. V(null) is that the network must not have the label. Labels that begin with C(com.docker.) are never
        removed.
    type: dict
  connected:
    description:
      - The containers on the network, running or stopped. They must exist, or be made by the same task.
      - An entry is a container's exact name or ID (at least 12 hex digits), or a dictionary with that as V(name) and
        options of its endpoint, which are V(aliases), V(ipv4_address), V(ipv6_address), V(links), V(mac_address),
        V(driver_opts) and V(gw_priority). They mean what they mean in
        O(bridgeport.docker.docker_topology#module:containers[].networks).
      - Without O(appends) the list is exact. Containers that are not listed are disconnected, and V([]) empties the
        network. When unset, the members stay as they are.
      - An endpoint that differs is disconnected and connected again. The engine may then choose other host ports for
        the publications of a running container that name none, which RV(will_lose) tells.
    type: list
    elements: raw
    aliases: [containers]
  appends:
    description:
      - Whether containers that are not in O(connected) stay on the network.
    type: bool
    default: false
    aliases: [incremental]
  force:
    description:
      - Whether a network that is to be removed is removed although containers are on it. They are disconnected, and
        go on running.
      - It is refused with the failure code V(option_conflict) for a network that is not to be removed.
    type: bool
    default: false
  on_difference:
    description:
      - What to do when an existing network differs from the options in something else than its members. Docker changes
        nothing of that in place.
      - V(rebuild) removes the network and makes it again, with all its members, running and stopped. They keep their
        aliases, fixed addresses, links and driver options, and lose their open connections. Dynamic addresses and
        ephemeral host ports may change. RV(will_lose) tells all that before. What the options leave open stays as it
        is, also a subnet that the engine has chosen. When a step fails, the old network is remade with its members.
      - It is refused with the failure code V(address_outside_subnet) where the fixed address of a member would leave
        the subnet, unless the member is listed with another one, and with V(unsupported) where a member was started
        with C(--rm) and publishes fixed host ports.
      - V(fail) refuses with the failure code V(option_conflict) before anything is touched, and says in
        RV(failure.differences) what differs.
    type: str
    choices: [rebuild, fail]
    default: rebuild
  on_member_recreate:
    description:
      - What to do about members that can only be recreated. With O(on_difference=rebuild) these are containers whose
        network mode is the network's ID, and from Docker Engine 25 on those with a configured MAC address, which the
        engine would not give them again. Besides, they are members that are listed with another MAC address than they
        have, as Docker sets one only when a container is made.
      - V(refuse) refuses with the failure code V(unsupported), and names them in RV(failure.members).
      - V(recreate) replaces them in the same change, as M(bridgeport.docker.docker_port_publish) replaces a container,
        with their volumes, writable layer and ports. Either all of it happens or nothing. They get a new ID, and
        RV(will_lose) tells what else it costs.
      - Even then it is refused with V(unsupported) for a member that was started with C(--rm), for one that leaves the
        network, and where the engine does not take the fixed address of a member before the network has its new
        subnet; and with V(dependents_exist) where other containers share its namespaces or link to it.
    type: str
    choices: [refuse, recreate]
    default: refuse
"""

    BRIDGE = r"""
options:
  bridge_name:
    description:
      - The name of the bridge interface on the host, which Linux limits to 15 characters.
      - When unset, the engine makes a name for a new network. It is C(com.docker.network.bridge.name) in
        O(driver_options).
    type: str
  icc:
    description:
      - Whether containers on the network may talk to each other. When unset, they may on a new network.
      - It is C(com.docker.network.bridge.enable_icc) in O(driver_options).
    type: bool
  ip_masquerade:
    description:
      - Whether the host hides the containers' addresses from the outside. When unset, it does for a new network.
      - It is C(com.docker.network.bridge.enable_ip_masquerade) in O(driver_options).
    type: bool
  host_binding_ipv4:
    description:
      - The address of the host on which containers of this network publish ports for which they name no address.
      - When unset, containers on a new network publish such ports on every address of the host.
      - It is C(com.docker.network.bridge.host_binding_ipv4) in O(driver_options).
    type: str
  mtu:
    description:
      - The largest packet in bytes. When unset, the engine's own default counts for a new network.
      - It is C(com.docker.network.driver.mtu) in O(driver_options).
    type: int
  gateway_mode_ipv4:
    description:
      - How containers on the network are reached from outside of it by IPv4, and reach what is there.
      - V(nat) maps published ports to ports of the host. V(nat-unprotected) does so too, and lets all hosts that can
        route to the containers reach their other ports as well. V(routed) maps nothing, and opens the published ports
        on the containers' own addresses. V(isolated) gives the host no address on the network, and goes with
        O(internal=true) only.
      - When unset, it is V(nat) for a new network. It needs Docker Engine 27.0, V(nat-unprotected) and V(isolated) need
        28.0. It is C(com.docker.network.bridge.gateway_mode_ipv4) in O(driver_options).
    type: str
    choices: [nat, nat-unprotected, routed, isolated]
  gateway_mode_ipv6:
    description:
      - As O(gateway_mode_ipv4), for IPv6. It is C(com.docker.network.bridge.gateway_mode_ipv6) in O(driver_options).
    type: str
    choices: [nat, nat-unprotected, routed, isolated]
  host_ipv4:
    description:
      - The IPv4 address of the host that connections out of the network come from, where the host hides the containers'
        own. When unset, it is that of the interface by which they leave the host.
      - It is C(com.docker.network.host_ipv4) in O(driver_options).
    type: str
  host_ipv6:
    description:
      - As O(host_ipv4), for IPv6. It needs Docker Engine 25.0.
      - It is C(com.docker.network.host_ipv6) in O(driver_options).
    type: str
  inhibit_ipv4:
    description:
      - Whether the engine leaves the bridge interface without an IPv4 address of its own. When unset, a new one gets
        the gateway's.
      - It is C(com.docker.network.bridge.inhibit_ipv4) in O(driver_options).
    type: bool
  trusted_host_interfaces:
    description:
      - Interfaces of the host through which the containers' own addresses may be reached directly. The list is exact,
        and its order does not matter. When unset, there are none for a new network.
      - It needs Docker Engine 28.2. It is C(com.docker.network.bridge.trusted_host_interfaces) in O(driver_options).
    type: list
    elements: str
  container_iface_prefix:
    description:
      - The beginning of the names that the network's interfaces have in its containers. When unset, it is C(eth) for a
        new network.
      - It is C(com.docker.network.container_iface_prefix) in O(driver_options).
    type: str
  subnet_pool:
    description:
      - A range out of which the network takes the first free subnet. Free is what no network of the engine has, and no
        address or route of the host, where the engine is on the same host.
      - A network whose subnet is in the range and has that prefix keeps it. Any other subnet is a difference.
      - Several networks of one task get different subnets. When all are taken, it is refused with the failure code
        V(subnet_overlap), and RV(failure.holders) says who has them.
      - It goes without O(ipam_config). Together they are refused with the failure code V(option_conflict).
    type: dict
    suboptions:
      from:
        description:
          - The range, such as V(10.50.0.0/16) or V(fd00:50::/48).
        type: str
        required: true
      prefix:
        description:
          - The length of the subnet's prefix, such as V(24). It is at least that of the range, and leaves room for two
            addresses.
        type: int
        required: true
"""

    ANY_DRIVER = r"""
options:
  scope:
    description:
      - Where the network is known, V(local) to this engine or V(swarm) to a swarm. When unset, the driver decides for a
        new network.
      - For an overlay network V(global) is the same as V(swarm).
    type: str
    choices: [local, global, swarm]
  config_only:
    description:
      - Whether the network is a mere definition, which others copy by O(config_from). It has no driver and no
        addresses of its own, and no container can join it. O(driver) does not count then.
      - It is removed or rebuilt only when no network that copied it stands. Until then that is refused with the failure
        code V(network_in_use).
      - When unset, a new network is none.
    type: bool
  config_from:
    description:
      - A network with O(config_only=true) whose O(driver_options), O(ipam_config), O(labels) and the like this one
        copies. They cannot be given beside it, which is refused with the failure code V(option_conflict).
      - What was copied is not compared. V("") is that an existing network has a definition of its own, which is the one
        that it had copied.
    type: str
  ingress:
    description:
      - Whether the network carries the routing mesh of a swarm. There is one of them in a swarm.
    type: bool
"""

    # The whole option networks of docker_topology. Annotated, because the sanity test yamllint takes every plain
    # assignment here for a literal text.
    TOPOLOGY: str = _TOPOLOGY + "".join(_below("networks", part) for part in (DOCUMENTATION, BRIDGE, ANY_DRIVER))
