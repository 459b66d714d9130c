# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""The holder of a host port, looked up when the engine has refused the port to a container.

The engine names the port only. Its holder took the port after the plan was made, or the plan would have named it.
"""

from __future__ import annotations

from .._engine.client import ApiError, Client
from .._errors import Failure
from .._objects.containers import Container
from .._objects.snapshot import find_port_holders, read_summary
from .._observe.host_ports import check_free, is_local
from .._plan.ports import refuse_taken


def find_port_holder(client: Client, container_id: str, name: str) -> Failure | None:
    """The conflict as the plan would have told it; None where no holder is found, as it may be gone by now.

    ``name``: what messages call the container.
    """
    try:
        container = Container(client.get(f"/containers/{container_id}/json"))
        others = [read_summary(raw) for raw in client.get("/containers/json") if raw["Id"] != container.id]
        wanted = [binding.configured for binding in container.bindings if binding.configured.is_fixed]
        for publication in wanted:
            for holder in find_port_holders(publication, others):
                return refuse_taken(name, publication, holder.summary.name, holder.held)
        if is_local(client.connection):
            for publication in wanted:
                check_free(name, publication)
    except ApiError:
        return None
    except Failure as failure:
        return failure if failure.code == "port_conflict" else None
    return None
