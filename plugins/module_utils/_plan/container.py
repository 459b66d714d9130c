# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""The plan for one container: make it, replace it, move its endpoints, start, stop or remove it."""

from __future__ import annotations

import typing as t

from .._desired.containers import DesiredContainer
from .._desired.options import merge_options
from .._errors import Failure, too_old
from .._objects.bindings import pin_bindings
from .._objects.containers import MODES_WITHOUT_PORTS, Blueprint, Container, clean_endpoint, split_endpoints
from .._objects.journal import Entry, Journal
from .._objects.names import successor_name
from .._objects.ports import Publication
from .._objects.snapshot import Snapshot, Summary
from .._steps.base import Step
from .._steps.containers import CreateContainer, RemoveContainer, Rename
from .._steps.journal import CloseJournal, OpenJournal
from .._steps.networks import Connect, Disconnect
from .._steps.run_state import Start, Stop
from .._steps.verification import Verify
from .._types import Key
from .changes import Change, Replacement, Request
from .container_design import current_blueprint, merge_image, merge_networks, relink
from .container_view import predict_container, view_blueprint, view_container
from .mac import check_early_mac, needs_other_mac
from .network import check_endpoint, plan_endpoint
from .order import find_dependents
from .ports import check_ports, merge_ports
from .publications import reconcile
from .replacement import check_replacement, list_losses


def plan_container(desired: DesiredContainer, snapshot: Snapshot, request: Request) -> Change:
    _check_options(desired, snapshot)
    summary = snapshot.find_container(desired.name)
    if desired.state == "absent":
        return _plan_removal(desired, summary, snapshot)
    if summary is not None:
        return _plan_change(desired, snapshot.inspected(summary), snapshot, request)
    if desired.ports.close:
        return Change("container", desired.name)
    return _plan_creation(desired, snapshot, request)


def _plan_removal(desired: DesiredContainer, summary: Summary | None, snapshot: Snapshot) -> Change:
    if summary is None:
        return Change("container", desired.name)
    container = snapshot.inspected(summary)
    steps: list[Step] = []
    if summary.is_running:
        steps.append(Stop(summary.id, summary.name, desired.stop_timeout, desired.force_kill))
    steps.append(RemoveContainer(summary.id, summary.name, desired.remove_volumes))
    return Change(
        "container",
        summary.name,
        steps=tuple(steps),
        before=view_container(container, current_blueprint(container, snapshot)),
        after={},
        will_lose=(f"container {summary.name} ({summary.id[:12]}) with its logs and its writable layer",),
        holds=(),
    )


# -- making a container ------------------------------------------------------------------------------------------------


def _plan_creation(desired: DesiredContainer, snapshot: Snapshot, request: Request) -> Change:
    if desired.image is None:
        raise Failure(
            "container_not_found",
            f"There is no container {desired.name!r}, and without image it cannot be made. Check the name, or give an"
            " image.",
        )
    design = Blueprint({"Image": desired.image, "HostConfig": {}}, {})
    merge_options(design, desired.options, snapshot.images.get(desired.image))
    merge_networks(design, desired, None, snapshot, request)
    _check_links(desired, design, snapshot, request)
    for endpoint in desired.networks or ():
        check_endpoint(desired.name, endpoint, endpoint.name, snapshot, request)
        check_early_mac(desired.name, endpoint, design.main_network, snapshot)
    publications, publish_all = reconcile(desired.ports, (), False, ())
    merge_ports(design, publications, publish_all, (), desired, None)
    refusals = check_ports(desired, design, publications, publish_all, snapshot, request)
    runs = desired.state == "started" or (desired.state == "present" and desired.starts_new)
    refusals += _check_wait(desired, publications, publish_all, runs)
    steps = (
        _create_and_start(desired, design, publications, snapshot) if runs else _create(desired.name, design, snapshot)
    )
    after = view_blueprint(design, "running" if runs else "created", publications, publish_all, tuple(desired.options))
    return Change(
        "container",
        desired.name,
        steps=tuple(steps),
        before={},
        after=after,
        refusals=tuple(refusals),
        holds=publications if runs else (),
        needs=_needs(desired.name, design, snapshot, request),
        pull=_pull(desired, snapshot),
        predicted=predict_container(desired.name, "", after, publications, runs),
    )


def _create(name: str, design: Blueprint, snapshot: Snapshot, title: str = "") -> list[Step]:
    body, later = split_endpoints(design, snapshot.engine.api)
    steps: list[Step] = [CreateContainer(name, body, title)]
    steps += [Connect(network, name, endpoint, network, title or name) for network, endpoint in later.items()]
    return steps


def _create_and_start(
    desired: DesiredContainer, design: Blueprint, publications: tuple[Publication, ...], snapshot: Snapshot
) -> list[Step]:
    """The container gets its name once its journal is open: an interrupted run leaves nothing that looks finished."""
    name, temporary = desired.name, successor_name(desired.name)
    journal = Journal((Entry(name, original="", successor=temporary),))
    return [
        *_create(temporary, design, snapshot, f"container {name}"),
        OpenJournal(journal),
        Rename(temporary, temporary, name),
        Start(temporary, name),
        Verify(temporary, name, publications, tuple(design.endpoints), desired.wait, desired.wait_timeout),
        CloseJournal(journal),
    ]


def _check_wait(
    desired: DesiredContainer, publications: t.Sequence[Publication], publish_all: bool, runs: bool
) -> list[Failure]:
    if desired.wait != "listening" or desired.ports.close or not runs:
        return []
    if publish_all or any(publication.protocol == "tcp" for publication in publications):
        return []
    return [
        Failure(
            "option_conflict",
            f"Container {desired.name!r} publishes no tcp port, so that wait=listening has nothing to wait for.",
        )
    ]


def _pull(desired: DesiredContainer, snapshot: Snapshot) -> str | None:
    """The image to pull before the work begins, if any."""
    if desired.image is None or (desired.pull != "always" and snapshot.images.get(desired.image) is not None):
        return None
    if desired.pull == "never":
        raise Failure(
            "image_not_found",
            f"Container {desired.name!r} needs image {desired.image!r}, which is not on the host, and pull=never"
            " forbids to get it.",
            image=desired.image,
        )
    return desired.image


# -- changing a container ----------------------------------------------------------------------------------------------


def _plan_change(desired: DesiredContainer, container: Container, snapshot: Snapshot, request: Request) -> Change:
    stands = current_blueprint(container, snapshot)
    design = stands.copy()
    # First the image: what the task asks for counts more than the image's defaults.
    new_image = merge_image(design, desired, container, snapshot)
    image = snapshot.images.get(desired.image if new_image and desired.image else container.raw["Image"])
    options = merge_options(design, desired.options, image)
    merge_networks(design, desired, container, snapshot, request)
    _check_links(desired, design, snapshot, request)
    exposed: t.Collection[str] = container.exposed
    if desired.ports.close:
        # A closed port is not exposed any longer, unless the image or the task says so.
        own = (snapshot.images.get(container.raw["Image"]) or {}).get("Config") or {}
        exposed = {*(own.get("ExposedPorts") or ()), *(desired.ports.exposed or ())}
    publications, publish_all = reconcile(
        desired.ports, container.bindings, container.publish_all, exposed, container.bindings_of_all
    )
    configured = tuple(binding.configured for binding in container.bindings)
    ports_change = (publications, publish_all) != (configured, container.publish_all)
    if ports_change or desired.ports.exposed:
        merge_ports(design, publications, publish_all, configured, desired, snapshot.images.get(container.raw["Image"]))
    runs = desired.state == "started" or (desired.state == "present" and container.is_running)
    _check_networks(desired, container, design, snapshot, request)
    refusals: list[Failure] = []
    judges_ports = desired.ports.publications is not None or desired.bind_policy != "any"
    moves = design.body["HostConfig"].get("NetworkMode") != stands.body["HostConfig"].get("NetworkMode")
    if (judges_ports or ports_change or moves) and not desired.ports.close:
        refusals = check_ports(desired, design, publications, publish_all, snapshot, request)

    mode = container.network_mode
    if container.name in request.recreated and stands.mode_names.get(mode) in request.rebuilt:
        # The network whose ID the mode holds will be gone.
        design.body["HostConfig"]["NetworkMode"] = stands.mode_names[mode]
    relink(design, request)
    # A container that is just restarting has nothing bound, and a replacement would not help.
    unbound = container.status == "running" and not all(
        binding.actual for binding in (*container.bindings, *container.bindings_of_all)
    )
    opens_ports = desired.ports.publications is not None and not desired.ports.close
    other_mac = [each for each in desired.networks or () if needs_other_mac(container, each, each.name)]
    for endpoint in other_mac:
        check_early_mac(container.name, endpoint, design.main_network, snapshot)
    replaces = (
        design.body != stands.body
        or container.name in request.recreated
        or bool(other_mac)
        or (unbound and opens_ports and not refusals)
    )
    steps: list[Step] = []
    losses: list[str] = []
    replacement = None
    if replaces:
        bindings = (*container.bindings, *container.bindings_of_all)
        if publish_all:
            publications += tuple(
                b.configured for b in container.bindings_of_all if b.configured.key not in {p.key for p in publications}
            )
        publications = pin_bindings(bindings, publications)
        merge_ports(design, publications, publish_all, configured, desired, snapshot.images.get(container.raw["Image"]))
        replacement = Replacement(desired, container, design, publications, runs, new_image)
        refusals += check_replacement(replacement, snapshot)
        refusals += _check_wait(desired, publications, publish_all, runs)
        losses = list_losses(replacement, snapshot)
    else:
        steps = _plan_endpoints(desired, container, design, snapshot, request)
        if runs and not container.is_running:
            refusals += _check_wait(desired, publications, publish_all, runs)
            steps.append(Start(container.id, container.name))
            steps.append(
                Verify(
                    container.id,
                    container.name,
                    publications,
                    tuple(design.endpoints),
                    desired.wait,
                    desired.wait_timeout,
                )
            )
        elif desired.state == "stopped" and container.is_running:
            steps.append(Stop(container.id, container.name, desired.stop_timeout, desired.force_kill))
    if runs:
        status = "paused" if container.is_paused else "running"
    else:
        status = "created" if replaces else "exited" if container.is_running else container.status
    after = view_blueprint(design, status, publications, publish_all, options)
    return Change(
        "container",
        container.name,
        steps=tuple(steps),
        before=view_container(container, stands, options),
        after=after,
        will_lose=tuple(losses),
        refusals=tuple(refusals),
        warnings=_warnings(container) if replaces else (),
        holds=_held(publications, container, runs) if steps or replaces else None,
        needs=_needs(container.name, design, snapshot, request) | _leaving_dependents(container, snapshot, request),
        pull=_pull(desired, snapshot) if (new_image or desired.pull == "always") else None,
        replacement=replacement,
        predicted=predict_container(container.name, "" if replaces else container.id, after, publications, runs),
    )


def _check_networks(
    desired: DesiredContainer, container: Container, design: Blueprint, snapshot: Snapshot, request: Request
) -> None:
    """A replacement refuses what the plan for endpoints refuses."""
    for endpoint in desired.networks or ():
        check_endpoint(container.name, endpoint, endpoint.name, snapshot, request)
    mode = design.body["HostConfig"].get("NetworkMode") or "default"
    if desired.networks and (mode in MODES_WITHOUT_PORTS or mode.startswith("container:")):
        raise Failure(
            "network_mode_conflict",
            f"Container {container.name!r} cannot join {desired.networks[0].name!r}: its network mode is {mode}, which"
            " has no endpoints of its own.",
        )


def _check_options(desired: DesiredContainer, snapshot: Snapshot) -> None:
    if "StartInterval" in desired.options.get("healthcheck", {}) and snapshot.engine.api < (1, 44):
        raise too_old(f"Container {desired.name!r}: healthcheck.start_interval", "25.0", snapshot.engine.version)


def _check_links(desired: DesiredContainer, design: Blueprint, snapshot: Snapshot, request: Request) -> None:
    links = desired.options.get("links")
    if not links:
        return
    mode = design.body["HostConfig"].get("NetworkMode") or "default"
    if mode not in ("default", "bridge"):
        # The engine accepts such links without a word, and does not keep them.
        raise Failure(
            "network_mode_conflict",
            f"Container {desired.name!r} cannot have links: its network mode is {mode}, and the engine links"
            " containers on the default bridge only. On a network of their own they find each other by name; give"
            " aliases there.",
        )
    for name in [link.partition(":")[0] for link in links]:
        planned = request.containers.get(name)
        gone = snapshot.find_container(name) is None if planned is None else planned.state == "absent"
        if gone:
            raise Failure(
                "container_not_found",
                f"Container {desired.name!r} shall link to {name!r}, but there "
                f"{'is no such container' if planned is None else 'will be none: this task removes it'}.",
            )


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


def _plan_endpoints(
    desired: DesiredContainer, container: Container, design: Blueprint, snapshot: Snapshot, request: Request
) -> list[Step]:
    """A container joins and leaves networks while it runs; that needs no replacement."""
    steps: list[Step] = []
    for endpoint in desired.networks or ():
        raw = snapshot.find_network(endpoint.name)
        rebuilt = endpoint.name in request.rebuilt
        if rebuilt and endpoint.name in container.endpoints:
            continue  # the plan for the network makes the container join again, with this endpoint
        reference = endpoint.name if raw is None or rebuilt else raw["Id"]
        steps += plan_endpoint(container.name, container, endpoint, endpoint.name, reference, snapshot, request)
    for name, standing in container.endpoints.items():
        leaves = name not in design.endpoints and name not in request.rebuilt
        if leaves and (desired.purge_networks or name in desired.leaves):
            former = clean_endpoint(container, standing, snapshot.engine.api)
            steps.append(Disconnect(standing.get("NetworkID") or name, container.id, former, name, container.name))
    return steps


def _needs(name: str, design: Blueprint, snapshot: Snapshot, request: Request) -> frozenset[Key]:
    """The networks that the container joins, and the containers that it shares a network with or links to."""
    found = {("network", network) for network in design.endpoints if network in request.networks}
    kind, _colon, reference = str(design.body["HostConfig"].get("NetworkMode") or "").partition(":")
    if kind == "container":
        shared = snapshot.find_container(reference)
        shared_name = reference if shared is None else shared.name
        if shared_name in request.containers and shared_name != name:
            found.add(("container", shared_name))
    linked = {link.partition(":")[0] for link in design.body["HostConfig"].get("Links") or ()}
    found |= {("container", other) for other in linked & request.containers.keys()}
    return frozenset(found)


def _leaving_dependents(container: Container, snapshot: Snapshot, request: Request) -> frozenset[Key]:
    """Containers that use the namespaces of this one and are removed have to go before this one is changed."""
    return frozenset(
        ("container", summary.name)
        for summary, _why in find_dependents(container, snapshot)
        if summary.name in request.containers and request.containers[summary.name].state == "absent"
    )
