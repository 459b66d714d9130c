# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""The plan for a container that stands: design what it is to be, decide whether that takes a replacement, and do it."""

from __future__ import annotations

import typing as t

from .._desired.containers import DesiredContainer
from .._desired.networks import DesiredEndpoint
from .._errors import Failure, Refusals
from .._objects.bindings import pin_bindings
from .._objects.containers import Blueprint, Container, clean_endpoint
from .._objects.ports import Publication
from .._steps.base import Step
from .._types import Json, Key
from .changes import Change, Replacement
from .container_checks import (
    check_labels,
    check_link_targets,
    check_links,
    check_networks,
    check_wait,
    list_link_targets,
)
from .container_decision import has_to_be_replaced, list_other_macs, list_updates
from .container_design import Design, choose_pull, find_image, find_needs, list_configured, make_design, relink
from .container_view import list_published_by_all, predict_container, status_after_start, view_blueprint, view_container
from .context import Context
from .dependents import find_dependents
from .mac import check_early_mac
from .ports import can_publish, check_bound, check_ports, goes_on_publishing, list_closed, merge_ports


def plan_change(desired: DesiredContainer, container: Container, context: Context) -> Change:
    design = make_design(desired, container, context)
    refusals = Refusals(_check_design(desired, container, design, context))
    targets = list_link_targets(design.blueprint)
    _follow_others(container, design, context)
    replacement: Replacement | None = None
    steps: list[Step] = []
    losses: list[str] = []
    warnings: list[str] = []
    starts = _has_to_start(desired, container, design)
    if has_to_be_replaced(desired, container, design, context, is_refused=bool(refusals)):
        from .replacement_checks import check_replacement, list_losses
        from .request_checks import check_request
        from .writable_layer import warn_of_layer

        replacement = _replace(desired, container, design, context)
        refusals += check_request(desired, design.blueprint, container.endpoints, design.runs, context)
        refusals += check_replacement(replacement, context.snapshot)
        losses = list_losses(replacement, context.snapshot)
        warnings = [*_warnings(container), *warn_of_layer(replacement, context.snapshot)]
    else:
        if starts:
            from .request_checks import check_start

            refusals += check_start(desired, design.blueprint, container.endpoints, context)
        if list_updates(design, context):
            from .request_checks import check_limits

            refusals += check_limits(container.name, design.blueprint.body)
        steps = (refusals.gather(_change_in_place, desired, container, design, context) if not refusals else None) or []
        refusals += [] if refusals else check_bound(desired, container)
    networks = design.blueprint.endpoints
    stays_up = replacement is None and container.is_running
    publishes = goes_on_publishing(networks, context) if stays_up else can_publish(networks, context)
    losses += _list_forced_losses(container, design, publishes, context)
    image = find_image(desired, container, design.new_image, context)
    refusals += check_labels(desired, image)
    if replacement is not None or starts:
        refusals += check_link_targets(desired, targets, design.runs, context)
    if design.runs and not stays_up:
        refusals += check_wait(desired, design.blueprint, image, design.publications, design.publish_all)
    publications = design.publications if replacement is None else replacement.publications
    ends = desired.runs_to_end and design.runs and not stays_up
    status = _status_after(desired, container, design.runs, replacement is not None)
    if ends:
        status = status_after_start(desired, design.blueprint)
    after = view_blueprint(design.blueprint, status, publications, design.publish_all, design.options)
    has_effect = bool(steps) or replacement is not None
    active = design.runs and publishes and not ends
    pull = None
    if design.new_image or desired.pull == "always":
        pull = refusals.gather(choose_pull, desired, context)
    return Change(
        "container",
        container.name,
        steps=tuple(steps),
        before=view_container(container, design.current, design.options),
        after=after,
        will_lose=tuple(losses),
        refusals=tuple(refusals),
        warnings=tuple(warnings),
        # Where the plan is refused for another reason, the ports are judged all the same.
        holds=_held(publications, container, design.runs and publishes) if has_effect or refusals else None,
        addresses=_list_taken(design) if design.runs and (replacement is not None or starts) else (),
        needs=find_needs(container.name, design.blueprint, context) | _leaving_dependents(container, context),
        pull=pull,
        replacement=replacement,
        predicted=predict_container(
            container.name,
            container.id if replacement is None else "",
            status,
            design.blueprint if replacement is None else replacement.request,
            (*publications, *_list_by_all(design, publications, image)),
            active,
            context.engine.api,
        ),
    )


# -- design ------------------------------------------------------------------------------------------------------------


def _check_design(desired: DesiredContainer, container: Container, design: Design, context: Context) -> list[Failure]:
    refusals = Refusals(check_links(desired, design.blueprint, context))
    refusals += check_networks(desired, design.blueprint, context)
    for endpoint in list_other_macs(desired, container):
        refusals.gather(check_early_mac, container.name, endpoint, design.blueprint.main_network, context)
    judges_ports = desired.ports.publications is not None or desired.bind_policy != "any"
    if not desired.ports.close and (judges_ports or design.changes_ports or design.changes_mode):
        refusals += check_ports(desired, design.blueprint, design.publications, design.publish_all, context)
    return refusals


def _follow_others(container: Container, design: Design, context: Context) -> None:
    """Refer to what takes the place of networks that are rebuilt, and of containers that are replaced."""
    name = design.current.mode_names.get(container.network_mode)
    if container.name in context.recreated and name in context.rebuilt:
        # The network whose ID the mode holds will be gone.
        design.blueprint.body["HostConfig"]["NetworkMode"] = name
    relink(design.blueprint, context)


# -- replace -----------------------------------------------------------------------------------------------------------


def _replace(desired: DesiredContainer, container: Container, design: Design, context: Context) -> Replacement:
    """The successor keeps the numbers that the engine has chosen."""
    publications = design.publications
    if design.publish_all:
        named = {publication.key for publication in publications}
        by_all = (binding.configured for binding in design.by_all)
        publications += tuple(publication for publication in by_all if publication.key not in named)
    publications = pin_bindings((*container.bindings, *container.bindings_of_all), publications)
    image = context.snapshot.images.get(container.raw["Image"])
    configured = list_configured(container)
    merge_ports(design.blueprint, publications, design.publish_all, configured, desired, image)
    publishes = can_publish(design.blueprint.endpoints, context)
    return Replacement(
        desired,
        container,
        design.blueprint,
        publications,
        design.runs,
        design.new_image,
        publishes,
        lacks_space=container.id in context.crowded,
    )


# -- change in place ---------------------------------------------------------------------------------------------------


def _has_to_start(desired: DesiredContainer, container: Container, design: Design) -> bool:
    """A container that was to end and did, with exit code 0, is as it should be."""
    has_ended = desired.detach and desired.runs_to_end and container.status == "exited"
    return design.runs and not container.is_running and not (has_ended and not container.raw["State"]["ExitCode"])


def _change_in_place(desired: DesiredContainer, container: Container, design: Design, context: Context) -> list[Step]:
    starts = _has_to_start(desired, container, design)
    steps = _plan_endpoints(desired, container, design.blueprint, starts, context)
    if starts:
        from .._steps.run_state import Start
        from .container_creation import clean_up

        start = Start(container.id, container.name, vanishes=bool(container.host_config.get("AutoRemove")))
        steps += [start, _verify(desired, container, design, context), *clean_up(desired, container.id)]
    elif desired.state == "stopped" and container.is_running:
        from .._steps.run_state import Stop

        steps.append(
            Stop(container.id, container.name, desired.stop_timeout, desired.force_kill, signal=desired.kill_signal)
        )
    elif desired.restarts and container.is_running:
        steps += _restart(desired, container, design, context)
    if design.runs and desired.paused is not None:
        steps += _pause(desired.paused, container, starts)
    update = list_updates(design, context)
    if update:
        from .._steps.run_state import Update

        # Last, as not every limit can be taken away again.
        former = {key: container.host_config.get(key) for key in update}
        steps.append(Update(container.id, container.name, update, former, design.options))
    return steps


def _verify(desired: DesiredContainer, container: Container, design: Design, context: Context) -> Step:
    from .._steps.verification import Verify

    networks = tuple(design.blueprint.endpoints)
    publications = design.publications if can_publish(networks, context) else ()
    waiting = (desired.awaited, desired.wait_timeout, desired.bind_policy)
    return Verify(container.id, container.name, publications, networks, *waiting)


def _restart(desired: DesiredContainer, container: Container, design: Design, context: Context) -> list[Step]:
    from .._steps.run_state import Restart, Unpause

    # The engine restarts no container that is paused.
    first: list[Step] = [Unpause(container.id, container.name)] if container.is_paused else []
    restart = Restart(container.id, container.name, desired.stop_timeout)
    return [*first, restart, _verify(desired, container, design, context)]


def _pause(paused: bool, container: Container, starts: bool) -> list[Step]:
    from .._steps.run_state import Pause, Unpause

    if paused == (container.is_paused and not starts):
        return []
    return [Pause(container.id, container.name) if paused else Unpause(container.id, container.name)]


def _plan_endpoints(
    desired: DesiredContainer, container: Container, design: Blueprint, starts: bool, context: Context
) -> list[Step]:
    """A container joins and leaves networks while it runs; that needs no replacement."""
    steps: list[Step] = []
    endpoints = list(desired.networks or ())
    if starts:
        # With an endpoint on a network that was remade the container could not be started.
        listed = {endpoint.name for endpoint in endpoints}
        endpoints += [
            DesiredEndpoint(name)
            for name, standing in container.endpoints.items()
            if name in design.endpoints and name not in listed and _is_stale(standing, context)
        ]
    for endpoint in endpoints:
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
            is_stale = _is_stale(standing, context)
            reference = name if is_stale else standing.get("NetworkID") or name
            steps.append(Disconnect(reference, container.id, former, name, container.name, force=is_stale))
    return steps


def _is_stale(endpoint: Json, context: Context) -> bool:
    """Whether an endpoint is on a network that is gone."""
    network_id = endpoint.get("NetworkID")
    return bool(network_id) and all(network.id != network_id for network in context.snapshot.networks)


# -- outcome -----------------------------------------------------------------------------------------------------------


def _list_taken(design: Design) -> tuple[tuple[str, str], ...]:
    from .request_checks import list_taken

    return list_taken(design.blueprint)


def _status_after(desired: DesiredContainer, container: Container, runs: bool, is_replaced: bool) -> str:
    if runs:
        is_paused = container.is_paused if desired.paused is None else desired.paused
        return "paused" if is_paused else "running"
    if is_replaced:
        return "created"
    return "exited" if container.is_running else container.status


def _list_by_all(design: Design, publications: t.Sequence[Publication], image: Json | None) -> list[Publication]:
    """What -P publishes beside these publications."""
    if not design.publish_all:
        return []
    known = {publication.key for publication in publications}
    kept = [each.configured for each in design.by_all if each.configured.key not in known]
    return [*kept, *list_published_by_all(design.blueprint, (*publications, *kept), image)]


def _held(publications: t.Sequence[Publication], container: Container, runs: bool) -> tuple[Publication, ...]:
    return pin_bindings(container.bindings, publications) if runs else ()


def _list_forced_losses(container: Container, design: Design, publishes: bool, context: Context) -> list[str]:
    """What the engine does not allow in the new network mode, or closes with the networks that the container leaves."""
    name, former, body = container.name, design.current.body, design.blueprint.body
    losses = []
    if former.get("Hostname") and (body["HostConfig"].get("NetworkMode") or "").startswith("container:"):
        losses.append(f"host name {former['Hostname']} of {name}")
    image = (context.snapshot.images.get(container.raw["Image"]) or {}).get("Config") or {}
    configured = {publication.key for publication in list_configured(container)}
    # The ports of the image come back with it, and those that are closed were asked for.
    exposed = set(former.get("ExposedPorts") or ()) - set(image.get("ExposedPorts") or ()) - configured
    losses += [f"exposed port {key} of {name}" for key in sorted(exposed - set(body.get("ExposedPorts") or ()))]
    if design.runs and not publishes and (design.publications or design.publish_all):
        losses += list_closed(container)
    return losses


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
