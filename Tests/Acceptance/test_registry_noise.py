"""A registry and clients that mean no good: random requests, heads, ranges, challenges; it answers each and goes on."""
import os
import random
import socket
import threading

from harness.registry import MANIFEST, digest

NOISE = int(os.environ.get("NOISE", 600))
PARTS = ["v2", "a", "b", "blobs", "uploads", "manifests", "tags", "list", "_catalog", "referrers", "..", ".", "%2e%2e", "%00",
         "%", "", "sha256:" + "0" * 64, "sha256:", "sha512:" + "0" * 128, "latest", "x" * 300, "é", "a b", "\\", "00000000-0000-4000-8000-000000000000"]
METHODS = ["GET", "HEAD", "PUT", "POST", "PATCH", "DELETE", "OPTIONS"]
VALUES = ["", "0", "-1", "bytes=0-", "bytes=-1", "bytes=9-1", "bytes=0-0,1-1", "0-9", "9999999999999999999999-", "a-b", "chunked",
          "Basic", "Basic AAAA", "Bearer", "Bearer a.b.c", "\x7f", '"', "*", MANIFEST, "application/json; charset=x", "1" * 5000]
NAMES = ["Range", "Content-Range", "If-None-Match", "If-Range", "Authorization", "Content-Type", "Accept", "Host",
         "X-Forwarded-Host", "X-Forwarded-Proto", "Expect"]


def ask(server, data):
    """What comes back before the connection ends."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as client:
        try:
            client.sendall(data)
            client.shutdown(socket.SHUT_WR)
            return client.recv(1 << 16)
        except OSError:
            return b""


def test_random_requests(new_registry):
    server = new_registry()
    data = server.push_image("a", "v1")
    seed = random.Random(7)
    for _ in range(NOISE):
        path = "/v2/" + "/".join(seed.choice(PARTS) for _ in range(seed.randrange(7)))
        if seed.random() < 0.5:
            path += "?" + "&".join(f"{seed.choice(['n', 'last', 'digest', 'mount', 'from', 'artifactType', 'tag'])}={seed.choice(PARTS)}"
                                   for _ in range(seed.randrange(4)))
        lines = [f"{seed.choice(METHODS)} {path} HTTP/1.1"]
        lines += [f"{seed.choice(NAMES)}: {seed.choice(VALUES)}" for _ in range(seed.randrange(5))]
        body = os.urandom(seed.randrange(200))
        lines.append(f"Content-Length: {len(body)}")
        reply = ask(server, "\r\n".join(lines).encode("utf-8", "replace") + b"\r\nConnection: close\r\n\r\n" + body)
        if reply:
            status = int(reply.split(b" ", 2)[1])
            assert status < 500 and (200 <= status), (lines, reply[:200])
    assert server.get("/v2/a/manifests/v1").body == data
    assert server.process.poll() is None


def test_heads_without_an_end(new_registry):
    server = new_registry()
    for data in (b"GET / HTTP/1.1\r\nX: " + b"a" * (1 << 20), b"\0" * 1000, b"GET " + b"/" * (1 << 20), b"\r\n" * 5000, b"PUT / HTTP/1.1\r\n"):
        ask(server, data)
    assert server.get("/v2/").status == 200


def test_two_who_write_one_upload(our_registry):
    """One of them is refused; what is there in the end is one's bytes in order."""
    part = os.urandom(200_000)
    for _ in range(5):
        location = our_registry.begin("noise/race").location
        found = []
        threads = [threading.Thread(target=lambda: found.append(our_registry.patch(location, part, 0).status)) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(found)[0] == 202 and set(found[1:]) | {202, 400, 416} == {202, 400, 416} and found.count(202) == 1, found
        assert our_registry.finish_upload(location, digest(part)).status == 201


def test_a_manifest_of_deep_nesting(our_registry):
    for data in (b"[" * 100_000, b'{"a":' * 100_000, b'{"schemaVersion":2,"config":' + b"[" * 1000):
        reply = our_registry.put("/v2/noise/deep/manifests/v1", data, MANIFEST)
        assert (reply.status, reply.code) == (400, "MANIFEST_INVALID")
