#!/usr/bin/python
# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: docker_network_probe
short_description: Prove that a container is reachable from another one, or that it is not
version_added: 1.0.0
description:
  - Tries from inside a running container, from a network or from the host, whether a container, network alias or
    address answers, and fails when the answer is not the one that was expected. With O(expect=unreachable) it proves
    isolation.
  - A probe that cannot be made proves nothing. It fails with O(expect=unreachable) as well.
  - From a container the probe is made by what the container's image has, run in it as C(docker exec) would.
    C(python3) does for every O(method). Otherwise O(method=resolve) needs C(nslookup), or C(bash), C(dd) and C(od);
    O(method=ping) needs C(ping); O(method=tcp) needs C(nc) or C(bash); O(method=udp) needs C(bash) and C(dd);
    O(method=http) needs C(curl) or C(wget). C(busybox) has what all of these need but O(method=udp). For images that
    have none of them see O(helper_image).
  - The module changes nothing and always returns RV(ignore:changed=false).
options:
  source:
    description:
      - Where the probe starts. The exact name of a running container, its ID (at least 12 hex digits), or V(host).
      - V(host) is the host that runs this module. It needs no program for V(tcp), V(udp), V(http) and
        V(resolve). V(ping) needs C(ping), C(busybox) or the right to send ICMP packets, which C(root) has.
      - Exactly one of O(source) and O(source_network) is required.
    type: str
  source_network:
    description:
      - Where the probe starts, in place of O(source). The exact name of a network, or its ID (at least 12 hex digits).
        A short-lived container of O(helper_image), which is required then, is started on it.
      - Shows what a container that joins this network, and no other one, would reach. The probe's container has a free
        address of the network for that time.
    type: str
  target:
    description:
      - Whom to reach. A container's name, a network alias or an IP address.
      - From a container, a name is looked up in the DNS of the source's user-defined networks, and never in
        C(/etc/hosts). A source that is on no user-defined network reaches no name.
      - From V(host), the exact name of a container means the container's own addresses, which needs the engine on the
        same host (a unix socket as O(docker_host)). Any other name is looked up as the host does. With
        O(method=resolve) every name is.
      - Where a name has several addresses they are tried one after the other until one answers.
    type: str
    required: true
  method:
    description:
      - What counts as an answer.
      - V(resolve) asks for the addresses of O(target). From a container it asks the network's own DNS.
      - V(ping) is an ICMP echo.
      - V(tcp) is a connection to O(port) that is accepted. At an address that is no container's, and always from
        V(host), a connection that is closed at once (within 0.3 seconds, or 1 second where only C(nc) is there) does
        not count, as docker's proxy for a published port accepts whether or not something listens behind it.
      - V(udp) is a datagram to O(port) that is answered by another one. An ICMP message that nothing listens there, or
        that no way leads there, means unreachable. Silence means neither, as udp has no connections. The module fails
        then, whatever O(expect) is, and RV(reachable) is V(none).
      - V(http) is an HTTP answer at O(port), of any status for O(expect=unreachable), of an O(expected_status) for
        O(expect=reachable). No proxy is used and no redirect is followed.
    type: str
    choices: [resolve, ping, tcp, udp, http]
    default: ping
  port:
    description:
      - The TCP or UDP port, V(1) to V(65535). Required with O(method=tcp), O(method=udp) and O(method=http), and
        refused with the others.
    type: int
  path:
    description:
      - What to ask for with O(method=http), with its query. V(/) when not set. Refused with the other methods.
    type: str
  payload:
    description:
      - What to send with O(method=udp), V(1) to V(1400) characters. A newline when not set. Refused with the other
        methods.
      - Each character from U+0000 to U+00FF is one byte, so that the escapes of a double-quoted text in YAML give any
        byte, as in the examples.
    type: str
  count:
    description:
      - How many times to try, V(1) to V(100). One answer is enough to be reachable, and one is too much to be
        unreachable.
    type: int
    default: 1
  timeout:
    description:
      - How long one try may take, in seconds, V(1) to V(300).
      - In the other modules of this collection O(timeout) is about requests to the daemon. Here each of those has
        60 seconds, and E(DOCKER_TIMEOUT) is not used.
    type: int
    default: 5
  expect:
    description:
      - V(reachable) fails when no try was answered.
      - V(unreachable) fails when a try was answered. A name that does not resolve is unreachable.
    type: str
    choices: [reachable, unreachable]
    default: reachable
  expected_status:
    description:
      - The HTTP status codes that are good, with O(method=http) and O(expect=reachable). When not set these are 200
        to 399.
      - Every answer must have one of them.
    type: list
    elements: int
  helper_image:
    description:
      - An image on the engine that has C(busybox) or C(python3), or for O(method=udp) C(python3) or C(bash) with C(dd).
        It is never pulled.
      - When the source's image has no program for the probe, a container of this image is started in the source's
        network, makes the probe, and is removed.
      - It has the label C(bridgeport.docker.probe) and ends with the module, also when that is killed. One that was
        killed before its start is removed by the next run of a module of this collection that changes something, some
        minutes later.
      - Refused with O(source=host).
    type: str
extends_documentation_fragment:
  - bridgeport.docker._docker
  - bridgeport.docker._attributes
  - bridgeport.docker._attributes.info_module
  - bridgeport.docker._attributes.actiongroup_docker
attributes:
  check_mode:
    support: full
    details:
      - The probe is made in check mode as well, but no helper container is started. Where only that could make it, as
        always with O(source_network), the module warns and returns RV(reachable=none) without samples.
notes:
  - RV(latency) is the program's own measurement with C(ping), C(python3) and C(curl). For the others it is the time
    of the whole C(docker exec), which takes some 50 milliseconds by itself.
  - C(wget) shows the body of an answer only for a good status. The body is text; what is not UTF-8 is replaced.
author:
  - The bridgeport.docker maintainers (@bridgeport)
"""

EXAMPLES = r"""
- name: Two containers on one network reach each other by name
  bridgeport.docker.docker_network_probe:
    source: busybox1
    target: busybox2

- name: The alias is known to the network's DNS
  bridgeport.docker.docker_network_probe:
    source: busybox1
    target: db
    method: resolve
  register: name

- name: Show the address behind it
  ansible.builtin.debug:
    var: name.address

- name: The frontend cannot reach the database
  bridgeport.docker.docker_network_probe:
    source: frontend
    target: db
    method: tcp
    port: 5432
    timeout: 2
    expect: unreachable

- name: The web application answers on the host, within half a minute
  bridgeport.docker.docker_network_probe:
    source: host
    target: 127.0.0.1
    method: http
    port: 5000
  register: web
  until: web is not failed
  retries: 10
  delay: 3

- name: Five pings from a container whose image has no programs at all
  bridgeport.docker.docker_network_probe:
    source: minimal
    target: web
    count: 5
    helper_image: busybox:latest
  register: ping

- name: A new member of the network would find the database
  bridgeport.docker.docker_network_probe:
    source_network: my-net
    target: db
    method: resolve
    helper_image: busybox:latest

- name: The time server answers (its protocol asks with 27 and 47 zeros)
  bridgeport.docker.docker_network_probe:
    source: client
    target: ntp
    method: udp
    port: 123
    payload: "\x1b{{ '\0' * 47 }}"

- name: Show how long they took
  ansible.builtin.debug:
    msg: "{{ ping.latency.avg_ms }} ms on average to {{ ping.address }}"
"""

RETURN = r"""
source:
  description: O(source). V(none) with O(source_network).
  type: str
  returned: when the probe was made
  sample: busybox1
source_network:
  description: O(source_network).
  type: str
  returned: when the probe was made
  sample: null
target:
  description: O(target). An address is in its shortest spelling.
  type: str
  returned: when the probe was made
  sample: busybox2
method:
  description: O(method).
  type: str
  returned: when the probe was made
  sample: ping
reachable:
  description:
    - Whether a try was answered. With O(method=http) an answer of any status counts.
    - V(none) in check mode where only a helper container could have told, and where silence says nothing
      (O(method=udp)).
  type: bool
  returned: when the probe was made
  sample: true
address:
  description:
    - The address that answered. Where none did, the first that was tried. V(none) for a name that does not resolve.
  type: str
  returned: when the probe was made
  sample: 172.18.0.3
addresses:
  description: All addresses of O(target), IPv4 first. Empty for a name that does not resolve.
  type: list
  elements: str
  returned: when the probe was made
  sample: [172.18.0.3]
samples:
  description: Every try, in order.
  type: list
  elements: dict
  returned: when the probe was made
  contains:
    seq:
      description: The number of the try, from 1.
      type: int
    ok:
      description: Whether it was answered.
      type: bool
    address:
      description: The address that was tried. V(none) where the name did not resolve.
      type: str
    latency_ms:
      description:
        - How long the answer took, in milliseconds.
        - V(none) without an answer, and where a connection had to be watched and only C(nc) was there.
      type: float
    error:
      description: Why there was no answer. V(none) with an answer.
      type: str
    status:
      description: The status of the answer.
      type: int
      returned: with O(method=http)
  sample: [{seq: 1, ok: true, address: 172.18.0.3, latency_ms: 0.119, error: null}]
latency:
  description: The latency of the tries that were answered. V(none) if there are none.
  type: dict
  returned: when the probe was made
  contains:
    min_ms:
      description: The shortest, in milliseconds.
      type: float
    avg_ms:
      description: The average, in milliseconds.
      type: float
    median_ms:
      description: As many took longer as took less, in milliseconds.
      type: float
    max_ms:
      description: The longest, in milliseconds.
      type: float
    stddev_ms:
      description: The standard deviation, in milliseconds.
      type: float
  sample: {min_ms: 0.119, avg_ms: 0.287, median_ms: 0.286, max_ms: 0.456, stddev_ms: 0.138}
loss_percent:
  description: How many percent of the tries at RV(address) were not answered. V(none) if there were no tries.
  type: float
  returned: when the probe was made
  sample: 0.0
status:
  description: The HTTP status of the first answer that was not expected, else of the last. V(none) without an answer.
  type: int
  returned: with O(method=http), when the probe was made
  sample: 200
body:
  description: The first 64 KiB of the body of that answer.
  type: str
  returned: with O(method=http), when the probe was made
  sample: Hello world!
tool:
  description: The program that made the probe. V(none) where none was needed or none could.
  type: str
  returned: when the probe was made
  sample: ping
helper:
  description: Whether it was run in a helper container.
  type: bool
  returned: when the probe was made
  sample: false
failure:
  description:
    - Why the module failed. Its code is V(unreachable) when the expectation was not met or it cannot be told whether
      it is (O(method=udp)), or when O(source) is not running.
    - V(unsupported) when there is no program for the probe, and V(container_not_found), V(network_not_found) or
      V(image_not_found) when O(source), O(source_network) or O(helper_image) is missing. V(ambiguous_name) when
      several of them have that name.
    - V(option_conflict) when options do not go together or O(target) is neither a name nor an address, and
      V(port_spec_invalid) when O(port) is no port.
  type: dict
  returned: failure
  contains:
    code:
      description: One of the collection's failure codes.
      type: str
    message:
      description: What was tried, why it failed, and what to do.
      type: str
  sample: {code: unreachable, message: "ping to db from web failed: no reply within 5 s (172.18.0.3)."}
"""

from ansible_collections.bridgeport.docker.plugins.module_utils import _ansiballz  # noqa: F401  # pylint: disable=unused-import
from ansible_collections.bridgeport.docker.plugins.module_utils._module import (
    CONNECTION_SPEC,
    create_module,
    run_module,
)
from ansible_collections.bridgeport.docker.plugins.module_utils._probe.options import EXPECTATIONS, METHODS, parse_probe
from ansible_collections.bridgeport.docker.plugins.module_utils._probe.run import run_probe

ARGUMENT_SPEC = {
    "source": {"type": "str"},
    "source_network": {"type": "str"},
    "target": {"type": "str", "required": True},
    "method": {"type": "str", "choices": list(METHODS), "default": "ping"},
    "port": {"type": "int"},
    "path": {"type": "str"},
    "payload": {"type": "str"},
    "count": {"type": "int", "default": 1},
    # In place of the connection option of that name.
    "timeout": {"type": "int", "default": 5},
    "expect": {"type": "str", "choices": list(EXPECTATIONS), "default": "reachable"},
    "expected_status": {"type": "list", "elements": "int"},
    "helper_image": {"type": "str"},
}


def main() -> None:
    module = create_module(ARGUMENT_SPEC)
    params = dict(module.params)
    # This module's timeout is one try's; the connection has the other modules' default.
    module.params["timeout"] = CONNECTION_SPEC["timeout"]["default"]
    run_module(module, lambda client: run_probe(client, parse_probe(params), module.run_command, module.check_mode))


if __name__ == "__main__":
    main()
