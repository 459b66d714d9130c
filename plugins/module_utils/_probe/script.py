# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""The script that a Python inside a container (or on the host) runs for a probe; standard library only, Python 3.5 on.

Its arguments: what to do, how many seconds one attempt may take, and what that action needs. It prints one line,
``bridgeport:`` and a JSON object; for ``ping`` it prints what the program ping does.
"""

from __future__ import annotations

PYTHON_SCRIPT = r"""
import json, os, signal, socket, struct, sys, time

class Late(Exception):
    pass

def on_alarm(_signal, _frame):
    raise Late()

def dns(server, *messages):
    answers = []
    for message in messages:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as connection:
            connection.connect((server, 53))
            connection.send(bytes.fromhex(message))
            try:
                answers.append("".join("%02x" % byte for byte in connection.recv(4096)))
            except Late:
                if not answers:
                    raise
    return {"answers": answers}

def lookup(name):
    # getaddrinfo cannot be interrupted by an exception: let the alarm end the process.
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    found = [entry[4][0] for entry in socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)]
    return {"addresses": sorted(set(found), key=lambda address: (":" in address, found.index(address)))}

def tcp(address, port, linger):
    with socket.create_connection((address, int(port))) as connection:
        elapsed = measure()
        if float(linger):
            connection.settimeout(float(linger))
            try:
                closed = connection.recv(1) == b""
            except socket.timeout:
                closed = False
            except ConnectionError:
                closed = True
            if closed:
                raise OSError("accepted and closed at once: nothing listens behind the published port")
        return {"ms": elapsed}

def udp(address, port, payload):
    with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_DGRAM) as connection:
        # Connected, so that an ICMP message about it comes back as an error.
        connection.connect((address, int(port)))
        connection.send(bytes.fromhex(payload))
        connection.recv(1)
        return {"ms": measure()}

def http(address, port, host, path, limit):
    global START
    import http.client
    START = time.monotonic()  # the import is not the network's time
    connection = http.client.HTTPConnection(address, int(port))
    try:
        headers = {"Host": host, "User-Agent": "bridgeport.docker", "Connection": "close"}
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        elapsed, body = measure(), b""
        try:
            while len(body) < int(limit):
                chunk = answer.read1(int(limit) - len(body))
                if not chunk:
                    break
                body += chunk
        except (Late, OSError, http.client.HTTPException):
            pass
        return {"ms": elapsed, "status": answer.status, "body": body.decode("utf-8", "replace")}
    except http.client.HTTPException as error:
        raise OSError("no HTTP answer: %s %s" % (type(error).__name__, error))

def ping(address, count):
    six = ":" in address
    family = socket.AF_INET6 if six else socket.AF_INET
    protocol = 58 if six else 1
    request, reply = (128, 129) if six else (8, 0)
    raw = False
    try:
        connection = socket.socket(family, socket.SOCK_DGRAM, protocol)
    except OSError:
        try:
            connection = socket.socket(family, socket.SOCK_RAW, protocol)
        except OSError:
            print("ping: permission denied (are you root?)")
            sys.exit(1)
        raw = True
    received = 0
    print("PING %s" % address)
    for seq in range(int(count)):
        if seq:
            time.sleep(0.2)
        token = os.urandom(16)
        head = struct.pack(">BBHHH", request, 0, 0, os.getpid() & 0xFFFF, seq)
        total = sum(struct.unpack(">12H", head + token))
        total = (total >> 16) + (total & 0xFFFF)
        total += total >> 16
        signal.setitimer(signal.ITIMER_REAL, LIMIT)
        start = time.monotonic()
        try:
            connection.sendto(head[:2] + struct.pack(">H", ~total & 0xFFFF) + head[4:] + token, (address, 0))
            while True:
                data = connection.recv(2048)
                elapsed = (time.monotonic() - start) * 1000
                if raw and not six:
                    data = data[(data[0] & 15) * 4:]
                if data[0] == reply and data[8:] == token:
                    break
            received += 1
            print("%d bytes from %s: seq=%d time=%.3f ms" % (len(data), address, seq, elapsed))
        except Late:
            pass
        except OSError as error:
            print("ping: sendto: %s" % error.strerror)
        signal.setitimer(signal.ITIMER_REAL, 0)
    print("%d packets transmitted, %d received" % (int(count), received))

def measure():
    return round((time.monotonic() - START) * 1000, 3)

def main(action, arguments):
    signal.signal(signal.SIGALRM, on_alarm)
    if action == "ping":
        ping(*arguments)
        return
    signal.setitimer(signal.ITIMER_REAL, LIMIT)
    try:
        result = {"dns": dns, "lookup": lookup, "tcp": tcp, "udp": udp, "http": http}[action](*arguments)
        result.setdefault("ms", measure())
    except Late:
        result = {"error": "no answer within %g s" % LIMIT, "late": True}
    except OSError as error:
        result = {"error": error.strerror or str(error)}
    signal.setitimer(signal.ITIMER_REAL, 0)
    print("\nbridgeport:" + json.dumps(result))

LIMIT = float(sys.argv[2])
START = time.monotonic()
main(sys.argv[1], sys.argv[3:])
"""
