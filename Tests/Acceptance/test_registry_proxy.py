"""A registry as the cache of another (`proxy`)."""
import http.server
import json
import os
import socket
import subprocess
import threading
import time
import urllib.parse

import pytest

from harness.registry import MANIFEST, digest
from harness.waiting import eventually
from test_registry_access import basic, signer, token  # noqa: F401  (a fixture)


@pytest.fixture
def pair(new_registry):
    """A remote, and a mirror of it."""
    remote = new_registry()
    return remote, new_registry(proxy={"remoteurl": f"http://127.0.0.1:{remote.port}"})


def test_a_pull_comes_through_and_stays(pair):
    remote, mirror = pair
    layer = os.urandom(3 << 20)
    data = remote.push_image("team/app", "v1", layer=layer)
    for _ in range(2):
        reply = mirror.get("/v2/team/app/manifests/v1")
        assert (reply.status, reply.body, reply.headers["Content-Type"]) == (200, data, MANIFEST)
        assert mirror.get(f"/v2/team/app/manifests/{digest(data)}").body == data
        assert mirror.head(f"/v2/team/app/blobs/{digest(layer)}").headers["Content-Length"] == str(len(layer))
        assert mirror.get(f"/v2/team/app/blobs/{digest(layer)}").body == layer
        assert mirror.get(f"/v2/team/app/blobs/{digest(layer)}", Range="bytes=5-9").body == layer[5:10]
    assert mirror.get("/v2/team/app/tags/list").json == {"name": "team/app", "tags": ["v1"]}
    eventually(lambda: not os.listdir(mirror.storage + "/docker/registry/v2/repositories/team/app/_uploads"))
    remote.stop()
    assert mirror.get("/v2/team/app/manifests/v1").body == data
    assert mirror.get(f"/v2/team/app/blobs/{digest(layer)}").body == layer
    assert mirror.get("/v2/team/app/tags/list").json["tags"] == ["v1"]
    reply = mirror.get("/v2/team/app/manifests/v2")
    assert (reply.status, reply.code) == (503, "UNAVAILABLE")


def test_a_tag_that_moves_is_followed(pair):
    remote, mirror = pair
    for layer in (b"one", b"two"):
        data = remote.push_image("team/app", "latest", layer=layer)
        assert mirror.get("/v2/team/app/manifests/latest").body == data


def test_what_the_remote_has_not_is_not_there(pair):
    remote, mirror = pair
    remote.push_image("team/app", "v1")
    absent = "sha256:" + "0" * 64
    for path, code in (("team/app/manifests/v2", "MANIFEST_UNKNOWN"), (f"team/app/manifests/{absent}", "MANIFEST_UNKNOWN"),
                       (f"team/app/blobs/{absent}", "BLOB_UNKNOWN"), ("team/none/tags/list", "NAME_UNKNOWN")):
        reply = mirror.get("/v2/" + path)
        assert (reply.status, reply.code) == (404, code)


def test_a_mirror_takes_no_pushes(pair):
    _, mirror = pair
    for reply in (mirror.begin("a"), mirror.put("/v2/a/manifests/v1", b"{}", MANIFEST), mirror.delete("/v2/a/manifests/v1")):
        assert (reply.status, reply.code) == (405, "UNSUPPORTED")


def test_many_ask_for_one_blob_at_the_same_time(new_registry):
    remote = new_registry(log={"accesslog": {"disabled": False}})
    mirror = new_registry(proxy={"remoteurl": f"http://127.0.0.1:{remote.port}"})
    layer = os.urandom(20 << 20)
    remote.push_blob("team/app", layer)
    found = []
    threads = [threading.Thread(target=lambda: found.append(mirror.get(f"/v2/team/app/blobs/{digest(layer)}").body == layer))
               for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [True] * 8
    assert len([line for line in remote.log().splitlines() if "/blobs/sha256" in line and "GET" in line]) == 1, remote.log()


class Relay:
    """Passes connections on, and breaks the first that has brought so many bytes."""

    def __init__(self, port, limit):
        self.target, self.limit, self.broken = port, limit, 0
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(client,), daemon=True).start()

    def serve(self, client):
        with client, socket.create_connection(("127.0.0.1", self.target)) as server:
            threading.Thread(target=self.pass_on, args=(client, server), daemon=True).start()
            count = 0
            while data := server.recv(65536):
                client.sendall(data)
                count += len(data)
                if count > self.limit and not self.broken:
                    self.broken += 1
                    # A socket that another thread reads from is not closed by closing it.
                    client.shutdown(socket.SHUT_RDWR)
                    return

    @staticmethod
    def pass_on(client, server):
        try:
            while data := client.recv(65536):
                server.sendall(data)
        except OSError:
            pass

    def close(self):
        self.listener.close()


def test_a_transfer_that_breaks_goes_on(new_registry):
    remote = new_registry(log={"accesslog": {"disabled": False}})
    layer = os.urandom(6 << 20)
    remote.push_blob("team/app", layer)
    relay = Relay(remote.port, 3 << 20)
    try:
        mirror = new_registry(proxy={"remoteurl": f"http://127.0.0.1:{relay.port}"})
        assert mirror.get(f"/v2/team/app/blobs/{digest(layer)}").body == layer
        assert relay.broken == 1
    finally:
        relay.close()
    gets = [line for line in remote.log().splitlines() if "/blobs/sha256" in line and "GET" in line]
    assert len(gets) == 2 and " 206" in gets[1].replace("=", " "), gets


def test_what_is_no_registry_is_an_error_at_the_start(new_registry):
    done = new_registry(start=False, proxy={"remoteurl": "http://127.0.0.1:1/somewhere"}).run("serve")
    assert done.returncode == 1 and "no address of a registry" in done.stderr, done


def test_wrong_bytes_are_not_passed_for_right_ones(pair):
    remote, mirror = pair
    layer = os.urandom(100_000)
    name = remote.push_blob("team/app", layer).split(":")[1]
    with open(f"{remote.storage}/docker/registry/v2/blobs/sha256/{name[:2]}/{name}/data", "r+b") as file:
        file.write(b"changed")
    with pytest.raises(Exception) as problem:  # noqa: PT011
        mirror.get(f"/v2/team/app/blobs/sha256:{name}")
    assert "IncompleteRead" in repr(problem.value) or "Reset" in repr(problem.value)
    assert not os.path.exists(f"{mirror.storage}/docker/registry/v2/blobs/sha256/{name[:2]}/{name}/data")


def test_a_remote_with_passwords(new_registry, tmp_path):
    path = str(tmp_path / "htpasswd")
    subprocess.run(["htpasswd", "-Bbc", path, "ann", "secret"], check=True, stderr=subprocess.DEVNULL)
    remote = new_registry()
    data = remote.push_image("team/app", "v1")
    remote.stop()
    remote.configuration["auth"] = {"htpasswd": {"realm": "here", "path": path}}
    remote.start()
    url = f"http://127.0.0.1:{remote.port}"
    mirror = new_registry(proxy={"remoteurl": url, "username": "ann", "password": "secret"})
    assert mirror.get("/v2/team/app/manifests/v1").body == data
    other = new_registry(proxy={"remoteurl": url, "username": "ann", "password": "wrong"})
    reply = other.get("/v2/team/app/manifests/v1")
    assert (reply.status, reply.code) == (403, "DENIED")


def test_a_remote_with_tokens(new_registry, signer):  # noqa: F811
    key, cert = signer
    asked = []

    class Service(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append((self.path, self.headers["Authorization"]))
            access = [{"type": "repository", "name": "team/app", "actions": ["pull"]}]
            body = json.dumps({"token": token(key, access).split()[1], "expires_in": 300}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    service = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Service)
    threading.Thread(target=service.serve_forever, daemon=True).start()
    try:
        remote = new_registry()
        data = remote.push_image("team/app", "v1")
        remote.stop()
        remote.configuration["auth"] = {"token": {
            "realm": f"http://127.0.0.1:{service.server_port}/token", "service": "service", "issuer": "issuer",
            "rootcertbundle": cert}}
        remote.start()
        mirror = new_registry(proxy={"remoteurl": f"http://127.0.0.1:{remote.port}", "username": "ann", "password": "x"})
        assert mirror.get("/v2/team/app/manifests/v1").body == data
        assert mirror.get(f"/v2/team/app/blobs/{digest(b'a layer')}").body == b"a layer"
        assert [authorization for _, authorization in asked] == [basic("ann", "x")]
        fields = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(asked[0][0]).query))
        assert fields == {"service": "service", "scope": "repository:team/app:pull", "account": "ann"}
    finally:
        service.shutdown()
        service.server_close()


def test_what_is_old_goes(new_registry):
    remote = new_registry()
    data = remote.push_image("team/app", "v1", layer=os.urandom(1000))
    mirror = new_registry(proxy={"remoteurl": f"http://127.0.0.1:{remote.port}", "ttl": "1s"})
    assert mirror.get("/v2/team/app/manifests/v1").body == data
    revision = mirror.storage + "/docker/registry/v2/repositories/team/app/_manifests/revisions/sha256/" + digest(data)[7:]
    assert os.path.exists(revision)
    eventually(lambda: not os.path.exists(revision), what="the expiry")
    time.sleep(0.1)
    assert mirror.get("/v2/team/app/manifests/v1").body == data
