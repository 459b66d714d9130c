# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""How a daemon is reached."""

from __future__ import annotations

from dataclasses import dataclass

from .._objects.redact import hide_password

# In seconds; a day. What waits longer than a socket can does not wait at all.
MAX_TIMEOUT = 86400


@dataclass(frozen=True)
class Connection:
    """How to reach a daemon: the options that all modules share. ``timeout`` in seconds, for one whole answer."""

    docker_host: str
    api_version: str = "auto"
    timeout: int = 60
    tls: bool = False
    validate_certs: bool = False
    tls_hostname: str | None = None
    ca_path: str | None = None
    client_cert: str | None = None
    client_key: str | None = None
    use_ssh_client: bool = False

    @property
    def is_unix_socket(self) -> bool:
        return self.docker_host.startswith(("unix://", "/"))

    @property
    def socket_path(self) -> str:
        """Of a unix socket, as the SDK reads it."""
        return "/" + self.docker_host.replace("unix://", "", 1).lstrip("/")

    @property
    def shown_host(self) -> str:
        """docker_host as it may be shown."""
        return hide_password(self.docker_host)
