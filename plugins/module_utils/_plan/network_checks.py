# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""Why a network cannot be made, rebuilt or removed as a task asks: what the engine or its driver would refuse."""

from __future__ import annotations

from .._desired.networks import DesiredNetwork
from .._errors import Failure, too_old
from .._objects.driver_options import BRIDGE_OPTIONS, check_engine_knows, check_isolated
from .._objects.networks import Network, read_pools
from .._types import Json
from .context import Context
from .network_body import create_body, rebuild_body

# Drivers of which a network has an interface of the host to itself.
_DRIVERS_WITH_PARENT = ("macvlan", "ipvlan")


# -- which networks ----------------------------------------------------------------------------------------------------


def check_driver(desired: DesiredNetwork, standing: Network) -> None:
    """Refuse what a module for bridge networks leaves to another one."""
    if not desired.only_bridge:
        return
    advice = "bridgeport.docker.docker_network takes it, with the same options."
    if standing.is_of_swarm:
        raise Failure("swarm_managed", f"Network {standing.name!r} belongs to a swarm. {advice}")
    if standing.driver != "bridge":
        raise Failure(
            "option_conflict",
            f"Network {standing.name!r} is a {standing.driver} network; this module manages bridge networks. {advice}",
        )


def check_engine(desired: DesiredNetwork, standing: Network | None, context: Context) -> None:
    """Refuse what this engine cannot do, or would ignore."""
    name, engine = desired.name, context.engine
    if desired.enable_ipv4 is False and not engine.api.ipv4_can_be_off:
        raise too_old("enable_ipv4=false", "28.0", engine.version)
    driver = desired.driver or ("bridge" if standing is None else standing.driver)
    if driver == "bridge":
        check_engine_knows(name, desired.driver_options or {}, engine.version)
    if desired.is_for_swarm and (standing is None or name in context.rebuilt) and not context.snapshot.manages_swarm:
        what = f"driver={desired.driver}" if desired.driver == "overlay" else f"scope={desired.scope}"
        raise Failure(
            "unsupported",
            f"Network {name!r}: {'ingress=true' if desired.ingress else what} needs the manager of a swarm, which this"
            " engine is not. Run the task on a manager, or make this engine one with docker swarm init.",
            engine_version=engine.version,
        )
    if standing is not None and standing.is_config_only and desired.connected and name not in context.rebuilt:
        raise Failure(
            "option_conflict",
            f"Network {name!r} is a definition for others, which no container can join. Connect containers to a network"
            " that copies it.",
        )


def check_rebuild(desired: DesiredNetwork, standing: Network, context: Context) -> None:
    """Refuse to take a network down that others than its members here depend on."""
    name = desired.name
    if standing.is_of_swarm:
        members = sorted(summary.name for summary in context.snapshot.members_of(standing))
        nodes = context.snapshot.swarm_nodes
        if not context.snapshot.manages_swarm or nodes != 1:
            raise Failure(
                "swarm_managed",
                f"Network {name!r} belongs to a swarm of {nodes or 'several'} nodes, and what differs needs a rebuild:"
                " its members on other nodes would lose it. Remove the network from all of them and make it again, or"
                " leave the option that differs.",
            )
        if members:
            raise Failure(
                "swarm_managed",
                f"Network {name!r} belongs to a swarm and has containers on it: {', '.join(map(repr, members))}. What"
                " differs needs a rebuild, which is made of such a network only when it is empty. Disconnect them"
                " first.",
                members=members,
            )
    check_removal(desired, context)


def check_removal(desired: DesiredNetwork, context: Context) -> None:
    """Refuse to remove a definition that others have copied: the engine keeps it as long as they stand."""
    copying = (each.name for each in find_copying_networks(desired.name, context))
    using = [name for name in copying if not context.removes_network(name)]
    if using:
        raise Failure(
            "network_in_use",
            f"Network {desired.name!r} is the definition that {', '.join(map(repr, using))} copied, and cannot be"
            " removed before. Remove these networks first, or in the same task.",
            networks=using,
        )


def find_copying_networks(name: str, context: Context) -> list[Network]:
    """The networks that stand and have copied this one's definition."""
    return sorted((each for each in context.snapshot.networks if each.config_from == name), key=lambda each: each.name)


def find_definition(desired: DesiredNetwork, standing: Network | None, context: Context) -> Network | None:
    """The network whose definition this one copies, as it is once the task is done; None where it copies none."""
    name = desired.config_from
    if name is None and standing is not None and not desired.defines:
        name = standing.config_from
    if not name:
        return None
    planned, found = context.network(name), context.snapshot.find_network(name)
    if not context.has_network(name):
        if desired.config_from is None:
            # Of a swarm's network the definition may be on other nodes only.
            return None
        raise Failure(
            "network_not_found",
            f"Network {desired.name!r} cannot copy the definition of {name!r}: there is no such network. Make it first,"
            " or in the same task, with config_only=true.",
        )
    api = context.engine.api
    if found is None and planned is not None:
        found = Network(create_body(planned, api))
    elif found is not None and planned is not None and name in context.rebuilt:
        found = Network(rebuild_body(planned, found, api))
    if found is not None and not found.is_config_only:
        raise Failure(
            "option_conflict",
            f"Network {desired.name!r} cannot copy the definition of {name!r}, which is a network of its own. Name one"
            " that was made with config_only=true.",
        )
    return found


# -- IPv6 subnets that nothing uses ------------------------------------------------------------------------------------


def warn_of_unused(desired: DesiredNetwork) -> tuple[str, ...]:
    """A warning for each subnet that was passed over."""
    return tuple(
        f"Network {desired.name!r} has no IPv6, so that {subnet} in ipam_config means nothing. Set enable_ipv6=true, or"
        " leave the subnet out."
        for subnet in desired.unused
    )


# -- what goes together ------------------------------------------------------------------------------------------------


def check_body(desired: DesiredNetwork, body: Json, context: Context) -> None:
    """Refuse options that do not go together, whether the task gives them or the network has them already."""
    made = Network(body)
    if made.is_config_only:
        # The engine stores a definition as it is, and judges it where it is copied.
        return
    if made.driver == "bridge":
        _check_bridge(desired.name, body, context)
    _check_parent(desired.name, made, context)
    if not made.has_ipv4 and not made.has_ipv6:
        raise Failure(
            "option_conflict",
            f"Network {desired.name!r} would have neither IPv4 nor IPv6. Set enable_ipv6=true, or leave enable_ipv4.",
        )
    subnet = next((pool.subnet for pool in read_pools(body) if ":" in pool.subnet), None)
    chooses = context.snapshot.chooses_ipv6_subnets or made.driver == "overlay"
    if made.has_ipv6 and subnet is None and not chooses:
        raise Failure(
            "option_conflict",
            f"Network {desired.name!r} has IPv6, and ipam_config has no IPv6 subnet. Engines before 27.0 choose none."
            " List one, or set enable_ipv6=false.",
            engine_version=context.engine.version,
        )
    if subnet is not None and body.get("EnableIPv6") is False and not made.config_from:
        raise Failure(
            "option_conflict",
            f"Network {desired.name!r} has the IPv6 subnet {subnet}, and no IPv6: no container would get an address of"
            " it. Set enable_ipv6=true, or leave the subnet out.",
        )


def _check_bridge(name: str, body: Json, context: Context) -> None:
    """What the bridge driver would refuse."""
    check_isolated(name, body["Options"], body["Internal"])
    pools = read_pools(body)
    if len({pool.network.version for pool in pools}) < len(pools):
        raise Failure(
            "option_conflict",
            f"Network {name!r} has {' and '.join(pool.subnet for pool in pools)} in ipam_config. A bridge has one"
            " subnet of IPv4 and one of IPv6.",
        )
    _check_bridge_name(name, body["Options"].get(BRIDGE_OPTIONS["bridge_name"]), context)


def _check_parent(name: str, made: Network, context: Context) -> None:
    """Engine 20.10 gives an interface of the host to one such network only."""
    parent = made.options.get("parent")
    if made.driver not in _DRIVERS_WITH_PARENT or not parent or context.engine.api.shares_parents:
        return
    others = [
        each.name
        for each in context.snapshot.networks
        if each.name != name and not context.removes_network(each.name) and each.driver == made.driver
        if each.options.get("parent") == parent
    ]
    if others:
        raise Failure(
            "option_conflict",
            f"Network {name!r} cannot have parent={parent}: network {others[0]!r} has that interface, and engine"
            f" {context.engine.version} gives it to one {made.driver} network only. Choose another parent.",
            holder=others[0],
        )


def _check_bridge_name(name: str, bridge: str | None, context: Context) -> None:
    """Two networks cannot have one bridge."""
    if not bridge:
        return
    key = BRIDGE_OPTIONS["bridge_name"]
    others = [
        each for each in context.snapshot.networks if each.name != name and not context.removes_network(each.name)
    ]
    holders = [each.name for each in others if bridge in (each.options.get(key), f"br-{each.id[:12]}")]
    holders += [
        each.name
        for each in context.desired.networks
        if each.name != name and each.state != "absent" and (each.driver_options or {}).get(key) == bridge
    ]
    if holders:
        raise Failure(
            "option_conflict",
            f"Network {name!r} cannot have the bridge {bridge!r}: network {holders[0]!r} has it. Choose another"
            " bridge_name.",
            holder=holders[0],
        )
