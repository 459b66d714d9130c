# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.

from __future__ import annotations


class ModuleDocFragment:
    # The connection to the daemon; the spec beside it is CONNECTION_SPEC in module_utils/_module.py.
    DOCUMENTATION = r"""
options:
  docker_host:
    description:
      - The URL of the Docker daemon, V(unix://...), V(tcp://...) or V(ssh://...).
      - The environment variable E(DOCKER_HOST) is used when the option is not set.
    type: str
    default: unix:///var/run/docker.sock
    aliases: [docker_url]
  tls_hostname:
    description:
      - The name to expect in the daemon's certificate, where it is not the host that was dialled.
      - The environment variable E(DOCKER_TLS_HOSTNAME) is used when the option is not set.
      - Docker SDK 7.0 and later ignore it.
    type: str
  api_version:
    description:
      - The version of the Docker API to speak. V(auto) takes the daemon's newest up to 1.51.
      - The environment variable E(DOCKER_API_VERSION) is used when the option is not set.
    type: str
    default: auto
    aliases: [docker_api_version]
  timeout:
    description:
      - How long one request to the daemon may take, in seconds, until its answer is there as a whole. From V(1) to
        V(86400), a day.
      - A writable layer that is read or written, and an answer over V(ssh://), may take any time as long as each part
        of it comes within this time.
      - The environment variable E(DOCKER_TIMEOUT) is used when the option is not set.
    type: int
    default: 60
  ca_path:
    description:
      - The file with the certificate of the authority that signed the daemon's.
      - C(ca.pem) in E(DOCKER_CERT_PATH) is used when the option is not set.
    type: path
    aliases: [ca_cert, tls_ca_cert, cacert_path]
  client_cert:
    description:
      - The file with the client's TLS certificate.
      - C(cert.pem) in E(DOCKER_CERT_PATH) is used when the option is not set.
    type: path
    aliases: [tls_client_cert, cert_path]
  client_key:
    description:
      - The file with the client's TLS key.
      - C(key.pem) in E(DOCKER_CERT_PATH) is used when the option is not set.
    type: path
    aliases: [tls_client_key, key_path]
  tls:
    description:
      - Whether to use TLS without checking the daemon's certificate. O(validate_certs) includes it.
      - The environment variable E(DOCKER_TLS) is used when the option is not set.
    type: bool
    default: false
  validate_certs:
    description:
      - Whether to use TLS and to check the daemon's certificate.
      - The environment variable E(DOCKER_TLS_VERIFY) is used when the option is not set.
    type: bool
    default: false
    aliases: [tls_verify]
  use_ssh_client:
    description:
      - Whether an V(ssh://) connection uses the C(ssh) program instead of paramiko.
    type: bool
    default: false
requirements:
  - "docker (the Docker SDK for Python) >= 5.0.3, on the host that runs the module"
  - "Docker API >= 1.41 (Docker Engine 20.10)"
"""
