# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""The plan for a container that is made."""

from __future__ import annotations

from .._desired.containers import DesiredContainer
from .._desired.options import merge_options
from .._errors import Failure, Refusals
from .._objects.containers import Blueprint, place_mac, split_endpoints
from .._objects.journal import Entry, Journal
from .._objects.names import successor_name
from .._objects.ports import Publication
from .._steps.base import Step
from .._steps.containers import CreateContainer, RemoveContainer, Rename
from .._steps.journal import CloseJournal, OpenJournal
from .._steps.networks import Connect
from .._steps.run_state import Pause, Start
from .._steps.verification import CheckMade, Verify
from .changes import Change
from .container_checks import check_link_targets, check_links, check_networks, check_wait, list_link_targets
from .container_design import choose_pull, find_needs, merge_networks, name_shared
from .container_view import list_published_by_all, predict_container, status_after_start, view_blueprint
from .context import Context
from .mac import check_early_mac
from .ports import check_ports, merge_ports
from .publications import reconcile
from .request_checks import check_request, list_taken


def plan_creation(desired: DesiredContainer, context: Context) -> Change:
    if desired.image is None:
        raise Failure(
            "container_not_found",
            f"There is no container {desired.name!r}, and without image it cannot be made. Check the name, or give an"
            " image.",
        )
    design = Blueprint({"Image": desired.image, "HostConfig": {}}, {})
    merge_options(
        design, name_shared(desired, is_new=True, context=context), context.snapshot.images.get(desired.image)
    )
    merge_networks(design, desired, None, context)
    refusals = Refusals(check_links(desired, design, context))
    refusals += check_networks(desired, design, context)
    for endpoint in desired.networks or ():
        refusals.gather(check_early_mac, desired.name, endpoint, design.main_network, context)
    publications, publish_all = reconcile(desired.ports, (), False, ())
    merge_ports(design, publications, publish_all, (), desired, None)
    refusals += check_ports(desired, design, publications, publish_all, context)
    runs = desired.state == "started" or (desired.state == "present" and desired.starts_new)
    refusals += check_request(desired, design, (), runs, context)
    refusals += check_link_targets(desired, list_link_targets(design), runs, context)
    image = context.snapshot.images.get(desired.image)
    if runs:
        refusals += check_wait(desired, design, image, publications, publish_all)
    steps = (
        _create_and_start(desired, design, publications, context)
        if runs
        else _create(desired.name, desired.name, str(desired.platform or ""), design, context)
    )
    pull = refusals.gather(choose_pull, desired, context)
    state = status_after_start(desired, design) if runs else "created"
    if desired.paused and state == "running":
        state = "paused"
    after = view_blueprint(design, state, publications, publish_all, tuple(desired.options))
    return Change(
        "container",
        desired.name,
        steps=tuple(steps),
        before={},
        after=after,
        refusals=tuple(refusals),
        holds=publications if runs else (),
        addresses=list_taken(design) if runs else (),
        needs=find_needs(desired.name, design, context),
        pull=pull,
        predicted=predict_container(
            desired.name,
            "",
            state,
            design,
            (*publications, *(list_published_by_all(design, publications, image) if publish_all else ())),
            runs and not desired.runs_to_end,
            context.engine.api,
        ),
    )


def _create(reference: str, name: str, platform: str, design: Blueprint, context: Context) -> list[Step]:
    """``reference``: the name under which the container is made."""
    body, later = split_endpoints(design, context.engine.api)
    title = f"container {name}"
    called = name if reference == name else title
    steps: list[Step] = [CreateContainer(reference, body, title, platform)]
    steps += [Connect(network, reference, endpoint, network, called) for network, endpoint in later.items()]
    steps.append(CheckMade(reference, name, title, place_mac(design, context.engine.api)))
    return steps


def _create_and_start(
    desired: DesiredContainer, design: Blueprint, publications: tuple[Publication, ...], context: Context
) -> list[Step]:
    """The container gets its name once its journal is open: an interrupted run leaves nothing that looks finished."""
    name, temporary = desired.name, successor_name(desired.name)
    journal = Journal((Entry(name, original="", successor=temporary),))
    networks, asked = tuple(design.endpoints), place_mac(design, context.engine.api)
    return [
        *_create(temporary, name, str(desired.platform or ""), design, context),
        OpenJournal(journal),
        Rename(temporary, temporary, name),
        Start(temporary, name, vanishes=bool(design.body["HostConfig"].get("AutoRemove"))),
        Verify(
            temporary,
            name,
            publications,
            networks,
            desired.awaited,
            desired.wait_timeout,
            desired.bind_policy,
            asked,
        ),
        *([Pause(temporary, name)] if desired.paused else []),
        CloseJournal(journal),
        *clean_up(desired, temporary),
    ]


def clean_up(desired: DesiredContainer, reference: str) -> list[Step]:
    """A container that has ended goes where the task says so."""
    return [RemoveContainer(reference, desired.name, desired.remove_volumes, force=True)] if desired.cleanup else []
