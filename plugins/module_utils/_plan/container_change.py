# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""The plan for a container that stands: design what it is to be, decide whether that takes a replacement, and do it."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .._desired.containers import DesiredContainer
from .._desired.networks import DesiredEndpoint
from .._desired.options import merge_options
from .._errors import Failure
from .._objects.bindings import pin_bindings
from .._objects.containers import Blueprint, Container, clean_endpoint
from .._objects.ports import Publication
from .._steps.base import Step
from .._types import Json, Key
from .changes import Change, Replacement
from .container_checks import (
    check_auto_remove,
    check_links,
    check_main_network,
    check_networks,
    check_shared,
    check_wait,
)
from .container_design import (
    choose_pull,
    current_blueprint,
    find_image,
    find_needs,
    merge_image,
    merge_networks,
    relink,
)
from .container_view import list_published_by_all, predict_container, view_blueprint, view_container
from .context import Context
from .dependents import find_dependents
from .mac import check_early_mac, needs_other_mac
from .ports import check_ports, merge_ports
from .publications import reconcile


@dataclass(frozen=True)
class Design:
    """What a container that stands is to be. ``options``: the names of those that change.

    ``blueprint`` is without the desired ports: only a replacement writes them, with the numbers that it keeps.
    """

    current: Blueprint
    blueprint: Blueprint
    options: tuple[str, ...]
    new_image: bool
    publications: tuple[Publication, ...]
    publish_all: bool
    changes_ports: bool
    runs: bool

    @property
    def changes_mode(self) -> bool:
        return bool(
            self.blueprint.body["HostConfig"].get("NetworkMode") != self.current.body["HostConfig"].get("NetworkMode")
        )


def plan_change(desired: DesiredContainer, container: Container, context: Context) -> Change:
    design = _make_design(desired, container, context)
    refusals = _check_design(desired, container, design, context)
    _follow_others(container, design, context)
    replacement: Replacement | None = None
    steps: list[Step] = []
    losses: list[str] = []
    if _has_to_be_replaced(desired, container, design, context, is_refused=bool(refusals)):
        from .replacement import check_replacement, list_losses

        replacement = _replace(desired, container, design, context)
        refusals += check_replacement(replacement, context.snapshot)
        losses = list_losses(replacement, context.snapshot)
    else:
        steps = _change_in_place(desired, container, design, context)
    starts = design.runs and (replacement is not None or not container.is_running)
    if replacement is not None or starts:
        refusals += check_main_network(container.name, design.blueprint, context)
    image = find_image(desired, container, design.new_image, context)
    if replacement is not None:
        refusals += check_auto_remove(container.name, design.blueprint)
    if starts:
        refusals += check_shared(container.name, design.blueprint, context)
        refusals += check_wait(desired, design.blueprint, image, design.publications, design.publish_all)
    publications = design.publications if replacement is None else replacement.publications
    status = _status_after(container, design.runs, replacement is not None)
    after = view_blueprint(design.blueprint, status, publications, design.publish_all, design.options)
    has_effect = bool(steps) or replacement is not None
    return Change(
        "container",
        container.name,
        steps=tuple(steps),
        before=view_container(container, design.current, design.options),
        after=after,
        will_lose=tuple(losses),
        refusals=tuple(refusals),
        warnings=() if replacement is None else _warnings(container),
        holds=_held(publications, container, design.runs) if has_effect else None,
        needs=find_needs(container.name, design.blueprint, context) | _leaving_dependents(container, context),
        pull=choose_pull(desired, context) if design.new_image or desired.pull == "always" else None,
        replacement=replacement,
        predicted=predict_container(
            container.name,
            container.id if replacement is None else "",
            status,
            design.blueprint,
            (*publications, *_list_by_all(container, design, publications, image)),
            design.runs,
            context.engine.api,
        ),
    )


# -- design ------------------------------------------------------------------------------------------------------------


def _make_design(desired: DesiredContainer, container: Container, context: Context) -> Design:
    current = current_blueprint(container, context)
    blueprint = current.copy()
    # First the image: what the task asks for counts more than the image's defaults.
    new_image = merge_image(blueprint, desired, container, context)
    options = merge_options(blueprint, desired.options, find_image(desired, container, new_image, context))
    merge_networks(blueprint, desired, container, context)
    for name in [name for name in blueprint.endpoints if context.evicts(name)]:
        del blueprint.endpoints[name]
    publications, publish_all = reconcile(
        desired.ports,
        container.bindings,
        container.publish_all,
        _find_exposed(desired, container, context),
        container.bindings_of_all,
    )
    return Design(
        current,
        blueprint,
        tuple(options),
        new_image,
        publications,
        publish_all,
        changes_ports=(publications, publish_all) != (_list_configured(container), container.publish_all),
        runs=desired.state == "started" or (desired.state == "present" and container.is_running),
    )


def _find_exposed(desired: DesiredContainer, container: Container, context: Context) -> t.Collection[str]:
    """The ports that -P publishes afterwards. A closed port is exposed only where the image or the task says so."""
    if not desired.ports.close:
        return container.exposed
    own = (context.snapshot.images.get(container.raw["Image"]) or {}).get("Config") or {}
    return {*(own.get("ExposedPorts") or ()), *(desired.ports.exposed or ())}


def _list_configured(container: Container) -> tuple[Publication, ...]:
    return tuple(binding.configured for binding in container.bindings)


def _check_design(desired: DesiredContainer, container: Container, design: Design, context: Context) -> list[Failure]:
    """Raises Failure for what cannot be planned at all; returns what is refused beside other things."""
    check_links(desired, design.blueprint, context)
    check_networks(desired, design.blueprint, context)
    for endpoint in _other_macs(desired, container):
        check_early_mac(container.name, endpoint, design.blueprint.main_network, context)
    judges_ports = desired.ports.publications is not None or desired.bind_policy != "any"
    if desired.ports.close or not (judges_ports or design.changes_ports or design.changes_mode):
        return []
    return check_ports(desired, design.blueprint, design.publications, design.publish_all, context)


def _follow_others(container: Container, design: Design, context: Context) -> None:
    """Refer to what takes the place of networks that are rebuilt, and of containers that are replaced."""
    name = design.current.mode_names.get(container.network_mode)
    if container.name in context.recreated and name in context.rebuilt:
        # The network whose ID the mode holds will be gone.
        design.blueprint.body["HostConfig"]["NetworkMode"] = name
    relink(design.blueprint, context)


# -- decide ------------------------------------------------------------------------------------------------------------


def _has_to_be_replaced(
    desired: DesiredContainer, container: Container, design: Design, context: Context, is_refused: bool
) -> bool:
    return (
        design.blueprint.body != design.current.body
        or design.changes_ports
        or _exposes_more(desired, container, design.blueprint)
        or container.name in context.recreated
        or bool(_other_macs(desired, container))
        or (_lacks_bindings(desired, container) and not is_refused)
    )


def _exposes_more(desired: DesiredContainer, container: Container, blueprint: Blueprint) -> bool:
    """Whether the container does not expose all ports that the task lists, and all that it publishes."""
    if not desired.ports.exposed:
        return False
    keys = {publication.key for publication in _list_configured(container)}
    return not keys.union(desired.ports.exposed) <= set(blueprint.body.get("ExposedPorts") or ())


def _other_macs(desired: DesiredContainer, container: Container) -> list[DesiredEndpoint]:
    return [each for each in desired.networks or () if needs_other_mac(container, each, each.name)]


def _lacks_bindings(desired: DesiredContainer, container: Container) -> bool:
    """Whether the engine does not bind what the task wants to be published, although the container runs.

    A container that is just restarting has nothing bound, and a replacement would not help.
    """
    opens_ports = desired.ports.publications is not None and not desired.ports.close
    bindings = (*container.bindings, *container.bindings_of_all)
    return opens_ports and container.status == "running" and not all(binding.actual for binding in bindings)


# -- replace -----------------------------------------------------------------------------------------------------------


def _replace(desired: DesiredContainer, container: Container, design: Design, context: Context) -> Replacement:
    """The successor keeps the numbers that the engine has chosen."""
    publications = design.publications
    if design.publish_all:
        named = {publication.key for publication in publications}
        by_all = (binding.configured for binding in container.bindings_of_all)
        publications += tuple(publication for publication in by_all if publication.key not in named)
    publications = pin_bindings((*container.bindings, *container.bindings_of_all), publications)
    image = context.snapshot.images.get(container.raw["Image"])
    configured = _list_configured(container)
    merge_ports(design.blueprint, publications, design.publish_all, configured, desired, image)
    return Replacement(desired, container, design.blueprint, publications, design.runs, design.new_image)


# -- change in place ---------------------------------------------------------------------------------------------------


def _change_in_place(desired: DesiredContainer, container: Container, design: Design, context: Context) -> list[Step]:
    steps = _plan_endpoints(desired, container, design.blueprint, context)
    if design.runs and not container.is_running:
        from .._steps.run_state import Start
        from .._steps.verification import Verify

        networks = tuple(design.blueprint.endpoints)
        steps += [
            Start(container.id, container.name),
            Verify(container.id, container.name, design.publications, networks, desired.wait, desired.wait_timeout),
        ]
    elif desired.state == "stopped" and container.is_running:
        from .._steps.run_state import Stop

        steps.append(Stop(container.id, container.name, desired.stop_timeout, desired.force_kill))
    return steps


def _plan_endpoints(desired: DesiredContainer, container: Container, design: Blueprint, context: Context) -> list[Step]:
    """A container joins and leaves networks while it runs; that needs no replacement."""
    steps: list[Step] = []
    for endpoint in desired.networks or ():
        network = context.snapshot.find_network(endpoint.name)
        rebuilt = endpoint.name in context.rebuilt
        if rebuilt and endpoint.name in container.endpoints:
            continue  # the plan for the network makes the container join again, with this endpoint
        from .endpoints import plan_endpoint

        reference = endpoint.name if network is None or rebuilt else network.id
        steps += plan_endpoint(container.name, container, endpoint, endpoint.name, reference, context)
    for name, standing in container.endpoints.items():
        leaves = name not in design.endpoints and name not in context.rebuilt
        if leaves and (desired.purge_networks or name in desired.leaves):
            from .._steps.networks import Disconnect

            former = clean_endpoint(container, standing, context.engine.api)
            steps.append(Disconnect(standing.get("NetworkID") or name, container.id, former, name, container.name))
    return steps


# -- outcome -----------------------------------------------------------------------------------------------------------


def _status_after(container: Container, runs: bool, is_replaced: bool) -> str:
    if runs:
        return "paused" if container.is_paused else "running"
    if is_replaced:
        return "created"
    return "exited" if container.is_running else container.status


def _list_by_all(
    container: Container, design: Design, publications: t.Sequence[Publication], image: Json | None
) -> list[Publication]:
    """What -P publishes beside these publications."""
    if not design.publish_all:
        return []
    known = {publication.key for publication in publications}
    kept = [each.configured for each in container.bindings_of_all if each.configured.key not in known]
    return [*kept, *list_published_by_all(design.blueprint, (*publications, *kept), image)]


def _held(publications: t.Sequence[Publication], container: Container, runs: bool) -> tuple[Publication, ...]:
    return pin_bindings(container.bindings, publications) if runs else ()


def _warnings(container: Container) -> tuple[str, ...]:
    project = container.labels.get("com.docker.compose.project")
    if project is None:
        return ()
    return (
        (
            f"Container {container.name!r} belongs to the Compose project {project!r}: the next recreate by Compose"
            " will undo this change. Make it in the Compose file as well."
        ),
    )


def _leaving_dependents(container: Container, context: Context) -> frozenset[Key]:
    """Containers that use the namespaces of this one and are removed have to go before this one is changed."""
    return frozenset(
        ("container", summary.name)
        for summary, _why in find_dependents(container, context.snapshot)
        if context.removes_container(summary.name)
    )
