"""What a registry costs: bytes in and out, manifests a second, memory; beside Debian's docker-registry (distribution 2.8)."""
import http.client
import json
import os
import subprocess
import time

from peers import memory  # and with it the tests' harness on the path
from bench import put
from harness.registry import DOCKER_MANIFEST, PROGRAMS, Registry, descriptor, digest

SIZE = 100 << 20


def transfers(server, name, data, count):
    """MB/s of `count` pushes and pulls of a blob, one after the other."""
    pushes, pulls = [], []
    for number in range(count + 1):
        body = number.to_bytes(8, "big") + data[8:]
        location = server.begin("bench/blob").location
        start = time.perf_counter()
        assert server.finish_upload(location, digest(body), body).status == 201
        pushes.append(len(body) / 1e6 / (time.perf_counter() - start))
        pulls.append(pull(server, digest(body)))
    put("registry blob PUT of 100 MiB", name, pushes[1:], "MB/s")
    put("registry blob GET of 100 MiB", name, pulls[1:], "MB/s")


def pull(server, name):
    buffer = memoryview(bytearray(1 << 20))
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    start = time.perf_counter()
    connection.request("GET", f"/v2/bench/blob/blobs/{name}")
    reply = connection.getresponse()
    total = 0
    while count := reply.readinto(buffer):
        total += count
    elapsed = time.perf_counter() - start
    connection.close()
    assert total == SIZE, total
    return total / 1e6 / elapsed


def manifests(server, name, options):
    layers = [os.urandom(64) for _ in range(8)]
    for blob in (b"{}", *layers):
        server.push_blob("bench/app", blob)
    body = json.dumps({
        "schemaVersion": 2, "mediaType": DOCKER_MANIFEST,
        "config": descriptor(b"{}", "application/vnd.docker.container.image.v1+json"),
        "layers": [descriptor(blob, "application/vnd.docker.image.rootfs.diff.tar.gzip") for blob in layers]}).encode()
    server.push_manifest("bench/app", "v1", body, DOCKER_MANIFEST)
    for reference, kind in (("v1", "tag"), (digest(body), "digest")):
        found = []
        for _ in range(3 if options.quick else 5):
            words = [options.apibench, f":{server.port}", f"/v2/bench/app/manifests/{reference}", "16",
                     "1" if options.quick else "3", "Accept: " + DOCKER_MANIFEST]
            said = json.loads(subprocess.run(words, check=True, stdout=subprocess.PIPE).stdout)
            assert not said["errors"] and said["body"] == len(body), said
            found.append(said["rps"])
        put(f"registry manifest GET by {kind}, 16 conn", name, found, "1/s")



def measure(options):
    data = os.urandom(SIZE)
    for kind, name in (("martlet", "martlet"), ("distribution", "docker-registry")):
        if not os.path.exists(PROGRAMS[kind]) or (kind != "martlet" and options.no_peers):
            continue
        # Both as they come: what they say of requests goes to their log.
        server = Registry(kind, log={"accesslog": {"disabled": False}}).start()
        try:
            time.sleep(1)
            put("registry idle, PSS", name, memory([server.process.pid])[1] / 1024, "MiB")
            manifests(server, name, options)
            time.sleep(1)
            put("registry after manifests, PSS", name, memory([server.process.pid])[1] / 1024, "MiB")
            transfers(server, name, data, 3 if options.quick else 5)
            time.sleep(1)
            put("registry after transfers, PSS", name, memory([server.process.pid])[1] / 1024, "MiB")
        finally:
            server.finish()


BARS = [
    ("registry blob PUT of 100 MiB", "docker-registry", 1, True),
    ("registry blob GET of 100 MiB", "docker-registry", 1, True),
    ("registry manifest GET by tag, 16 conn", "docker-registry", 2, True),
    ("registry manifest GET by digest, 16 conn", "docker-registry", 2, True),
    ("registry idle, PSS", "docker-registry", 0.5, False),
    ("registry after manifests, PSS", "docker-registry", 0.5, False),
    ("registry after transfers, PSS", "docker-registry", 0.5, False),
]
