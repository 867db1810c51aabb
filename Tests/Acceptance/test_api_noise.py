"""Noise on every route of the API: the engine answers each with a status of the client's making, and stays the same process.

`NOISE=n` sends n requests instead of a few hundred; `SEED` repeats a run."""
import json
import os
import random
import re
import socket

import pytest

from harness import host
from harness.engine import NOWHERE

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def routes():
    """Every route that the sources declare."""
    found = set()
    for folder, _, names in os.walk(TOP + "/Sources/Remote/RemoteAPI"):
        for name in names:
            with open(os.path.join(folder, name)) as file:
                text = file.read()
            found |= set(re.findall(r'Route\(\s*"([A-Z]+)", "([^"]+)"', text))
            found |= set(re.findall(r'^\s*\("([A-Z]+)", "([^"]+)", "', text, re.M))
    return sorted(found)


ROUTES = routes()


@pytest.fixture
def engine(new_engine):
    """One of the test's own: noise may well remove what others need."""
    return new_engine()


@pytest.fixture(scope="module")
def quiet(shared_engine):
    """For what only asks in vain, on every route."""
    return shared_engine


@pytest.fixture(autouse=True)
def same_process(request):
    engine = request.getfixturevalue("quiet" if "quiet" in request.fixturenames else "engine")
    pid = engine.pid
    yield
    assert engine.process.poll() is None, engine.last_words()
    assert engine.pid == pid and engine.api.get("/_ping", version="").status == 200


def test_the_list_of_routes_is_whole(quiet):
    assert len(ROUTES) > 60 and ("POST", "/containers/create") in ROUTES and ("GET", "/events") in ROUTES


def send(engine, data, seconds=0.5):
    """What comes back within a moment; streams that go on are left."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(seconds)
        connection.connect(engine.socket)
        try:
            connection.sendall(data)
            return connection.recv(65536)
        except (socket.timeout, BrokenPipeError, ConnectionResetError):
            return b""


def check(reply, request):
    if not reply:
        return
    status = int(reply.split()[1])
    # 501: said to be missing. 500 is for what the engine did wrong, and here it is always the client; but a registry that
    # is not reached is a 500 too, as in Docker.
    assert status < 500 or status in (501, 503) or NOWHERE.encode() in reply, (request[:300], reply[:300])


def fill(path, name):
    return re.sub(r"\{\w+\}", name, path)


BODIES = [b"{", b"[]", b"null", b'"x"', b"\xff\xfe", b"[" * 5000, b'{"a":' * 5000, b"{}" * 3, b"0", b"-", b'{"Image":5}',
          b'{"Cmd":{"a":1}}', b'{"HostConfig":[]}', b'{"HostConfig":{"Binds":[null]}}', b'{"HostConfig":{"PortBindings":{"x":[{}]}}}',
          b'{"HostConfig":{"Memory":1e400}}', b'{"ExposedPorts":{"-1/tcp":{}}}', b'{"Detach":"yes"}']


@pytest.mark.parametrize("method, path", ROUTES, ids=[f"{m} {p}" for m, p in ROUTES])
def test_malformed_bodies(quiet, method, path):
    engine = quiet
    for body in BODIES:
        request = (f"{method} /v1.50{fill(path, 'nobody')} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
                   f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n").encode() + body
        check(send(engine, request), request)


def test_large_bodies_on_every_route(engine):
    """A hundred megabytes are offered to each; who does not want them says so or hangs up, and keeps none."""
    size = int(os.environ.get("BIG_BODY", str(100 << 20)))
    before = host.private_kib(engine.pid)
    for method, path in ROUTES:
        if path in ("/images/load", "/images/create"):
            continue  # archives are read to their end: see the tests of images
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(20)
            connection.connect(engine.socket)
            head = (f"{method} /v1.50{fill(path, 'nobody')} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                    f"Content-Length: {size}\r\n\r\n")
            try:
                connection.sendall(head.encode())
                connection.settimeout(0.2)
                sent = 0
                while sent < size:
                    try:
                        sent += connection.send(b'{"a":"' + b"x" * 65530)
                    except socket.timeout:
                        break  # nobody reads on
            except (BrokenPipeError, ConnectionResetError):
                pass
    assert host.private_kib(engine.pid) - before < 64_000


class Noise:
    """Requests that nearly make sense."""

    NAMES = ["nobody", "%00", "..%2f..%2fetc", "a" * 300, "%", "%zz", "\u00e4".encode().decode("latin1"), "-", "busybox", "sha256:0", "."]
    VALUES = ["", "1", "true", "-1", "99999999999999999999", "0x10", "NaN", "a b", "{}", "[]", '{"a":{"b":true}}', '{"status":["x"]}',
              '{"name":["["]}', "\0", "%", "é", "1.5", "-9223372036854775808", "tcp", "../..", "a" * 2000]
    KEYS = ["all", "limit", "since", "until", "filters", "t", "signal", "name", "size", "tail", "follow", "stdout", "stderr", "h", "w",
            "stream", "logs", "detachKeys", "fromSrc", "repo", "tag", "changes", "names", "force", "v", "condition", "ps_args", "timestamps"]
    HEADERS = ["Content-Type: application/json", "Content-Type: x", "Upgrade: tcp", "Connection: Upgrade", "Expect: 100-continue",
               "Transfer-Encoding: chunked", "X-Registry-Auth: e30", "X-Registry-Auth: \xff", "Content-Length: 0", "Range: bytes=0-1", "Accept: */*"]
    VERSIONS = ["", "/v1.18", "/v1.21", "/v1.24", "/v1.41", "/v1.50", "/v1.99", "/v0.1", "/vx", "/v1.50/v1.50"]

    def __init__(self, seed):
        self.rng = random.Random(seed)

    def value(self, depth=0):
        kind = self.rng.randrange(8)
        if kind == 0 and depth < 4:
            return {self.rng.choice(["Image", "Cmd", "HostConfig", "Env", "Labels", "Binds", "Memory", "PortBindings", "Mounts", "Ulimits",
                                     "Devices", "LogConfig", "RestartPolicy", "NetworkMode", "ExposedPorts", "Healthcheck", "Tty"]):
                    self.value(depth + 1) for _ in range(self.rng.randrange(5))}
        if kind == 1 and depth < 4:
            return [self.value(depth + 1) for _ in range(self.rng.randrange(4))]
        return self.rng.choice([None, True, False, 0, -1, 1 << 62, 1.5, "", "x", "80/tcp", "a:b", "/a:/b", "busybox", "json-file", "0-3"])

    def request(self):
        rng = self.rng
        method, path = rng.choice(ROUTES)
        if rng.random() < 0.1:
            method = rng.choice(["GET", "POST", "PUT", "DELETE", "HEAD", "PATCH", "OPTIONS", "TRACE"])
        from urllib.parse import quote
        query = "&".join(f"{rng.choice(self.KEYS)}={quote(rng.choice(self.VALUES)) if rng.random() < 0.9 else '%zz'}"
                         for _ in range(rng.randrange(4)))
        target = rng.choice(self.VERSIONS) + fill(path, rng.choice(self.NAMES)) + ("?" + query if query else "")
        body = b"" if method in ("GET", "HEAD") or rng.random() < 0.3 else json.dumps(self.value()).encode()
        if body and rng.random() < 0.2:
            body = body[:rng.randrange(len(body) + 1)]
        lines = [f"{method} {target} HTTP/1.1", "Host: x", "Connection: close"] + rng.sample(self.HEADERS, rng.randrange(3))
        chunked = any(line.startswith("Transfer-Encoding") for line in lines)
        if body and not chunked:
            lines.append(f"Content-Length: {len(body)}")
        data = "\r\n".join(lines).encode("latin1", "replace") + b"\r\n\r\n"
        return data + (b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body) if chunked and body else b"0\r\n\r\n" if chunked else body)


def test_requests_that_nearly_make_sense(engine):
    noise = Noise(int(os.environ.get("SEED", "1")))
    before = host.descriptors(engine.pid)
    for _ in range(int(os.environ.get("NOISE", "600"))):
        request = noise.request()
        check(send(engine, request, 0.3), request)
    engine.remove_containers()
    from harness.waiting import eventually
    # Ten more for what is made at its first use (the loops that fetch URLs), and none for each request.
    eventually(lambda: host.descriptors(engine.pid) <= before + 10, 20, what="descriptors as before")


def test_bytes_that_were_changed(engine):
    """Well-made requests with a few bytes replaced."""
    rng = random.Random(int(os.environ.get("SEED", "2")))
    body = json.dumps({"Image": "busybox", "Cmd": ["true"], "HostConfig": {"Binds": ["/a:/b"], "Memory": 1 << 30, "NetworkMode": "none"}}).encode()
    whole = (f"POST /v1.50/containers/create?name=noise HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\n"
             f"Content-Length: {len(body)}\r\n\r\n").encode() + body
    for _ in range(int(os.environ.get("NOISE", "600"))):
        data = bytearray(whole)
        for _ in range(rng.randrange(1, 4)):
            data[rng.randrange(len(data))] = rng.randrange(256)
        check(send(engine, bytes(data), 0.3), bytes(data))
    engine.remove_containers()
