# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""What a container that stands is to be, and the parts of it that new containers share: image and networks."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .._desired.containers import DesiredContainer
from .._desired.options import merge_options, normal_reference
from .._errors import Failure
from .._objects.bindings import Binding
from .._objects.containers import (
    SHARED_NAMESPACES,
    Blueprint,
    Container,
    read_blueprint,
    subtract_image_defaults,
)
from .._objects.networks import PREDEFINED
from .._objects.ports import Publication
from .._objects.snapshot import Summary
from .._types import Json, Key
from .context import Context
from .mac import keep_macs
from .publications import reconcile


@dataclass(frozen=True)
class Design:
    """What a container that stands is to be. ``options``: the names of those that change.

    ``blueprint`` is without the desired ports: only a replacement writes them, with the numbers that it keeps.
    ``by_all``: what -P has published and goes on to publish.
    """

    current: Blueprint
    blueprint: Blueprint
    options: tuple[str, ...]
    new_image: bool
    publications: tuple[Publication, ...]
    publish_all: bool
    by_all: tuple[Binding, ...]
    changes_ports: bool
    runs: bool

    @property
    def changes_mode(self) -> bool:
        return bool(
            self.blueprint.body["HostConfig"].get("NetworkMode") != self.current.body["HostConfig"].get("NetworkMode")
        )


def make_design(desired: DesiredContainer, container: Container, context: Context) -> Design:
    current = current_blueprint(container, context)
    blueprint = current.copy()
    # First the image: what the task asks for counts more than the image's defaults.
    new_image = merge_image(blueprint, desired, container, context)
    image = find_image(desired, container, new_image and not desired.compares_with_current_image, context)
    asked = name_shared(desired, is_new=False, context=context)
    options = merge_options(blueprint, asked, image, desired.comparisons)
    merge_networks(blueprint, desired, container, context)
    for name in [name for name in blueprint.endpoints if context.evicts(name)]:
        del blueprint.endpoints[name]
    exposed = _find_exposed(desired, container, blueprint if new_image else None, context)
    by_all = container.bindings_of_all
    if new_image:
        # -P does not publish what only the old image exposes.
        by_all = tuple(binding for binding in by_all if binding.configured.key in exposed)
    publications, publish_all = reconcile(desired.ports, container.bindings, container.publish_all, exposed, by_all)
    if desired.comparisons.get("exposed_ports") == "strict":
        _expose_only(blueprint, {*(desired.ports.exposed or ()), *(each.key for each in publications)}, image)
    return Design(
        current,
        blueprint,
        tuple(options),
        new_image,
        publications,
        publish_all,
        by_all,
        changes_ports=(publications, publish_all) != (list_configured(container), container.publish_all),
        runs=desired.state == "started" or (desired.state == "present" and container.is_running),
    )


def _expose_only(blueprint: Blueprint, keys: t.Collection[str], image: Json | None) -> None:
    """The image's own come back at every create."""
    own = ((image or {}).get("Config") or {}).get("ExposedPorts") or ()
    standing = blueprint.body.get("ExposedPorts") or {}
    left = {key: value for key, value in standing.items() if key in keys or key in own}
    if len(left) < len(standing):
        blueprint.body["ExposedPorts"] = left


def _find_exposed(
    desired: DesiredContainer, container: Container, renewed: Blueprint | None, context: Context
) -> t.Collection[str]:
    """The ports that -P publishes afterwards. A closed port is exposed only where the image or the task says so.

    ``renewed``: the design of a container that gets another image, which is without the ports of the old image.
    """
    if renewed is not None and desired.image is not None:
        own = (context.snapshot.images.get(desired.image) or {}).get("Config") or {}
        return {
            *(renewed.body.get("ExposedPorts") or ()),
            *(own.get("ExposedPorts") or ()),
            *(desired.ports.exposed or ()),
        }
    if not desired.ports.close:
        return container.exposed
    own = (context.snapshot.images.get(container.raw["Image"]) or {}).get("Config") or {}
    return {*(own.get("ExposedPorts") or ()), *(desired.ports.exposed or ())}


def list_configured(container: Container) -> tuple[Publication, ...]:
    return tuple(binding.configured for binding in container.bindings)


def current_blueprint(container: Container, context: Context) -> Blueprint:
    live = {each.name for each in context.snapshot.summaries} | {each.id for each in context.snapshot.summaries}
    named = context.snapshot.images.get(container.config["Image"])
    own = context.snapshot.images.get(container.raw["Image"])
    blueprint = read_blueprint(container, named, own, context.engine.api, live)
    keep_macs(blueprint, container, context.snapshot)
    return blueprint


def merge_image(design: Blueprint, desired: DesiredContainer, container: Container, context: Context) -> bool:
    """Returns whether the container gets another image. A moved tag counts only with pull=always."""
    if desired.image is None:
        return False
    current = str(container.config["Image"])
    image = context.snapshot.images.get(desired.image)
    same_id = image is not None and image["Id"] == container.raw["Image"]
    old_image = context.snapshot.images.get(container.raw["Image"])
    if current.startswith("sha256:") or container.raw["Image"].startswith(f"sha256:{current}"):
        # Made by ID, as a replacement does where the tag has moved: an untagged image does not tell which tag it had.
        names = list((old_image or {}).get("RepoTags") or ())
        same_name = same_id or not names
    else:
        names, same_name = [current], False
    same_name = same_name or (desired.ignores_image_name and same_id)
    same_name = same_name or normal_reference(desired.image) in {normal_reference(name) for name in names}
    other_platform = not is_for_platform(desired, old_image)
    if same_name and not other_platform and (same_id or desired.pull != "always"):
        return False
    if old_image is not None:
        subtract_image_defaults(design, old_image)
    design.body["Image"] = desired.image
    return True


def find_image(desired: DesiredContainer, container: Container, new_image: bool, context: Context) -> Json | None:
    """The image that the container is to have; None where it is not known yet."""
    return context.snapshot.images.get(desired.image if new_image and desired.image else container.raw["Image"])


def is_for_platform(desired: DesiredContainer, image: Json | None) -> bool:
    """Whether an image is for the platform that the task names. An image that is not known may be."""
    is_compared = desired.comparisons.get("platform") != "ignore"
    return desired.platform is None or image is None or not is_compared or desired.platform.is_of(image)


def merge_networks(design: Blueprint, desired: DesiredContainer, container: Container | None, context: Context) -> None:
    host_config = design.body["HostConfig"]
    mode = desired.network_mode
    if mode is not None and mode.startswith("container:"):
        mode = _shared_network(mode.split(":", 1)[1], container is None, context)
    for endpoint in desired.networks or ():
        design.endpoints[endpoint.name] = endpoint.merge_into(design.endpoints.get(endpoint.name, {}))
    if desired.networks is not None and desired.purge_networks:
        listed = {endpoint.name for endpoint in desired.networks}
        if mode is not None:
            listed.add("bridge" if mode == "default" else mode)
        for name in [name for name in design.endpoints if name not in listed]:
            del design.endpoints[name]
    for name in desired.leaves:
        design.endpoints.pop(name, None)
    if mode is None and container is None and desired.networks:
        # As the docker CLI: the first network takes the place of the default bridge.
        mode = desired.networks[0].name
    if mode is None and container is None:
        design.endpoints.setdefault("bridge", {})
    current = host_config.get("NetworkMode") or "default"
    is_same = container is not None and mode == ("default" if current == "bridge" else current)
    if mode is None or is_same:
        _leave_gone_main(design, context)
        return
    host_config["NetworkMode"] = mode
    if "hostname" not in desired.options and (current == "host" or mode.startswith("container:")):
        # The host's name, which the engine had filled in, or a name that only a network of its own allows.
        design.body.pop("Hostname", None)
    if mode.startswith("container:"):
        design.body.pop("ExposedPorts", None)
    if container is not None and container.main_network is not None and not desired.networks:
        design.endpoints.pop(container.main_network, None)
    if mode in ("host", "none") or mode.startswith("container:"):
        design.endpoints.clear()
    else:
        design.endpoints.setdefault("bridge" if mode == "default" else mode, {})


def _leave_gone_main(design: Blueprint, context: Context) -> None:
    """A container that leaves a network that is gone needs another one as its network mode."""
    main = design.main_network
    if design.endpoints and main not in design.endpoints and not (main in PREDEFINED or context.has_network(main)):
        design.body["HostConfig"]["NetworkMode"] = next(iter(design.endpoints))


def name_shared(desired: DesiredContainer, is_new: bool, context: Context) -> dict[str, t.Any]:
    """The options, with the containers whose namespaces are shared as the engine keeps them: by ID where they stand."""
    options = dict(desired.options)
    for option in ("ipc_mode", "pid_mode"):
        kind, _colon, reference = str(options.get(option) or "").partition(":")
        if kind == "container":
            find_other(desired, f"use {option}=container:{reference}", reference, context)
            options[option] = _shared_network(reference, is_new, context)
    return options


def _shared_network(reference: str, is_new: bool, context: Context) -> str:
    """The network mode of a container that shares the network of another, which may be about to be made."""
    shared = context.snapshot.find_container(reference)
    if shared is None or (is_new and shared.id in context.replacements):
        return f"container:{reference}"
    return f"container:{shared.id}"


def find_other(desired: DesiredContainer, purpose: str, reference: str, context: Context) -> Summary | None:
    """A container that this one depends on; None where the task makes that."""
    planned = context.container(reference)
    other = context.snapshot.find_container(reference)
    if (other is None and planned is None) or (planned is not None and planned.state == "absent"):
        raise Failure(
            "container_not_found",
            f"Container {desired.name!r} shall {purpose}, but there "
            f"{'is no such container' if planned is None else 'will be none: this task removes it'}.",
        )
    return other


def relink(design: Blueprint, context: Context) -> None:
    """Refer to the successors of containers that are replaced: the engine takes names and stores IDs."""
    host_config = design.body["HostConfig"]
    for key in ("NetworkMode", "IpcMode", "PidMode"):
        kind, _colon, reference = (host_config.get(key) or "").partition(":")
        if kind == "container" and reference in context.replacements:
            host_config[key] = f"container:{context.replacements[reference].successor}"
    successors = {replacement.container.name: replacement.successor for replacement in context.replacements.values()}
    if host_config.get("Links"):
        links = [link.split(":", 1) for link in host_config["Links"]]
        host_config["Links"] = [f"{successors.get(name, name)}:{alias}" for name, alias in links]


def choose_pull(desired: DesiredContainer, context: Context) -> str | None:
    """The image to pull before the work begins, if any."""
    image = None if desired.image is None else context.snapshot.images.get(desired.image)
    stands = image is not None and is_for_platform(desired, image)
    if desired.image is None or (desired.pull != "always" and stands):
        return None
    told = f" for {desired.platform}" if desired.platform else ""
    if desired.pull == "never":
        raise Failure(
            "image_not_found",
            f"Container {desired.name!r} needs image {desired.image!r}{told}, which is not on the host, and pull=never"
            " forbids to get it.",
            image=desired.image,
        )
    return desired.image


def find_needs(name: str, design: Blueprint, context: Context) -> frozenset[Key]:
    """The networks that the container joins, and the containers that it shares a network with or links to."""
    found = {("network", network) for network in design.endpoints if context.network(network) is not None}
    for key in SHARED_NAMESPACES:
        kind, _colon, reference = str(design.body["HostConfig"].get(key) or "").partition(":")
        if kind != "container":
            continue
        shared = context.snapshot.find_container(reference)
        shared_name = reference if shared is None else shared.name
        if context.container(shared_name) is not None and shared_name != name:
            found.add(("container", shared_name))
    linked = {link.partition(":")[0] for link in design.body["HostConfig"].get("Links") or ()}
    found |= {("container", other) for other in linked if context.container(other) is not None}
    return frozenset(found)
