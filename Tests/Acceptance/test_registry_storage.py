"""What is on a registry's disk: distribution's layout both ways, crashes, garbage, abandoned uploads."""
import json
import os
import random
import subprocess
import threading
import time

import pytest

from harness.registry import DOCKER_MANIFEST, INDEX, MANIFEST, descriptor, digest, image
from harness.waiting import eventually

PUSH_CRASHES = int(os.environ.get("PUSH_CRASHES", 8))
V2 = "/docker/registry/v2"


def files(server):
    found = {}
    for folder, _, names in os.walk(server.storage):
        for name in names:
            path = os.path.join(folder, name)
            with open(path, "rb") as file:
                found[os.path.relpath(path, server.storage)] = file.read()
    return found


def blobs(server):
    """Digest by digest, whether the bytes are those it names."""
    found = {}
    for path, body in files(server).items():
        parts = path.split("/")
        if parts[3:4] == ["blobs"]:
            found[f"{parts[4]}:{parts[6]}"] = digest(body, parts[4]) == f"{parts[4]}:{parts[6]}"
    return found


def filled(server):
    data = server.push_image("team/app", "v1", layer=b"one")
    server.push_manifest("team/app", "latest", data)
    index = json.dumps({"schemaVersion": 2, "mediaType": INDEX, "manifests": [descriptor(data, MANIFEST)]}).encode()
    server.push_manifest("team/app", "all", index, INDEX)
    server.begin("team/mounted", f"?mount={digest(b'one')}&from=team/app")
    return data, index


def check_filled(server, data, index):
    for tag, body in (("v1", data), ("latest", data), ("all", index)):
        assert server.get(f"/v2/team/app/manifests/{tag}", Accept=f"{MANIFEST}, {INDEX}").body == body
    assert sorted(server.get("/v2/team/app/tags/list").json["tags"]) == ["all", "latest", "v1"]
    for name in ("team/app", "team/mounted"):
        assert server.get(f"/v2/{name}/blobs/{digest(b'one')}").body == b"one"
    assert server.get("/v2/_catalog").json["repositories"] == ["team/app", "team/mounted"]


@pytest.mark.parametrize("first, second", [("distribution", "martlet"), ("martlet", "distribution")])
def test_each_serves_the_folder_of_the_other(new_registry, tmp_path, first, second):
    folder = str(tmp_path)
    server = new_registry(kind=first, folder=folder)
    content = filled(server)
    server.stop()
    server = new_registry(kind=second, folder=folder)
    check_filled(server, *content)
    more = server.push_image("team/app", "more", layer=b"two")
    server.stop()
    server = new_registry(kind=first, folder=folder)
    check_more = server.get("/v2/team/app/manifests/more", Accept=MANIFEST)
    assert check_more.body == more


def test_both_write_the_same_files(new_registry):
    found = []
    for kind in ("distribution", "martlet"):
        server = new_registry(kind=kind)
        filled(server)
        found.append({path: body for path, body in files(server).items() if path.startswith("docker/")})
    assert found[0] == found[1]


def test_an_upload_goes_on_after_a_restart(new_registry, tmp_path):
    data = os.urandom(300_000)
    server = new_registry(folder=str(tmp_path))
    location = server.patch(server.begin("resume/a").location, data[:100_000], 0).location
    server.kill()
    server = new_registry(folder=str(tmp_path))
    state = server.get(location)
    assert (state.status, state.headers["Range"]) == (204, "0-99999")
    location = server.patch(location, data[100_000:200_000], 100_000).location
    server.stop()
    server = new_registry(folder=str(tmp_path))
    assert server.finish_upload(location, digest(data), data[200_000:], 200_000).status == 201
    assert server.get(f"/v2/resume/a/blobs/{digest(data)}").body == data


def test_what_a_lost_client_sent_stays(our_registry):
    data = os.urandom(400_000)
    location = our_registry.begin("resume/lost").location
    connection = our_registry.connect()
    connection.putrequest("PATCH", location)
    connection.putheader("Content-Length", str(len(data)))
    connection.endheaders(data[:250_000])
    time.sleep(0.1)
    connection.close()

    def size():
        return int(our_registry.get(location).headers["Range"].split("-")[1]) + 1
    eventually(lambda: size() == 250_000, what="the part that was sent")
    assert our_registry.finish_upload(location, digest(data), data[250_000:], 250_000).status == 201
    assert our_registry.get(f"/v2/resume/lost/blobs/{digest(data)}").body == data


def test_killed_in_the_middle_of_pushes(new_registry, tmp_path):
    """Whatever was answered is there; nothing is half there; the store verifies; what is left over can be collected."""
    done, seed = {}, random.Random(1)
    server = new_registry(folder=str(tmp_path), start=False)

    def push(number):
        try:
            while True:
                layer = os.urandom(seed.randrange(1, 600_000))
                tag = f"t{number}-{len(done)}"
                done[tag] = (server.push_image(f"crash/{number}", tag, layer=layer), layer)
        except (OSError, AssertionError, ValueError, EOFError, KeyError):
            pass
        except Exception as problem:  # http.client's own
            if "http.client" not in type(problem).__module__:
                raise

    for _ in range(PUSH_CRASHES):
        server.start()
        threads = [threading.Thread(target=push, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        time.sleep(seed.uniform(0.05, 0.6))
        server.kill()
        for thread in threads:
            thread.join()
    assert len(done) > PUSH_CRASHES
    server.start()
    for tag, (body, layer) in done.items():
        name = "crash/" + tag[1]
        assert server.get(f"/v2/{name}/manifests/{tag}").body == body
        assert server.get(f"/v2/{name}/blobs/{digest(layer)}").body == layer
    for number in range(4):
        listed = server.get(f"/v2/crash/{number}/tags/list").json["tags"]
        for tag in listed:  # one that was not answered is there as a whole, or not at all
            manifest = server.get(f"/v2/crash/{number}/manifests/{tag}")
            assert manifest.status == 200
            for layer in manifest.json["layers"]:
                reply = server.get(f"/v2/crash/{number}/blobs/{layer['digest']}")
                assert (reply.status, digest(reply.body)) == (200, layer["digest"])
    assert all(blobs(server).values())
    server.stop()
    collected = server.run("garbage-collect")
    assert collected.returncode == 0, collected.stderr
    left = set(blobs(server))
    needed = {digest(body) for body, _ in done.values()} | {digest(layer) for _, layer in done.values()} | {digest(b"{}")}
    assert needed <= left


def test_garbage_is_what_no_manifest_refers_to(new_registry, tmp_path):
    server = new_registry(folder=str(tmp_path))
    kept = server.push_image("gc/kept", "v1", layer=b"kept")
    shared = server.push_image("gc/other", "v1", layer=b"shared")
    server.begin("gc/kept", f"?mount={digest(b'shared')}&from=gc/other")
    server.push_blob("gc/kept", b"orphan")
    assert server.delete(f"/v2/gc/other/manifests/{digest(shared)}").status == 202
    server.stop()
    dry = server.run("garbage-collect", "--dry-run")
    assert dry.returncode == 0 and digest(b"orphan") in dry.stdout and digest(b"orphan") in blobs(server)
    done = server.run("garbage-collect")
    assert done.returncode == 0, done.stderr
    assert set(blobs(server)) == {digest(kept), digest(b"kept"), digest(b"{}")}
    server.start()
    assert server.get("/v2/gc/kept/manifests/v1").body == kept
    assert server.get(f"/v2/gc/kept/blobs/{digest(b'orphan')}").status == 404
    server.push_blob("gc/kept", b"orphan")
    assert server.get(f"/v2/gc/kept/blobs/{digest(b'orphan')}").body == b"orphan"


def test_untagged_manifests_go_when_asked_for(new_registry, tmp_path):
    server = new_registry(folder=str(tmp_path))
    old = server.push_image("gc/app", "latest", layer=b"old")
    new = server.push_image("gc/app", "latest", layer=b"new")
    child = server.push_image("gc/app", "child", layer=b"child")
    index = json.dumps({"schemaVersion": 2, "mediaType": INDEX, "manifests": [descriptor(child, MANIFEST)]}).encode()
    server.push_manifest("gc/app", "index", index, INDEX)
    assert server.delete("/v2/gc/app/manifests/child").status == 202
    signature = json.dumps(image(layer=b"new", subject=descriptor(new, MANIFEST))).encode()
    server.push_manifest("gc/app", digest(signature), signature)
    stale = json.dumps(image(layer=b"old", subject=descriptor(old, MANIFEST))).encode()
    server.push_manifest("gc/app", digest(stale), stale)
    server.stop()
    plain = server.run("garbage-collect")
    assert plain.returncode == 0 and "0 manifests and 0 blobs" in plain.stdout, plain
    done = server.run("garbage-collect", "--delete-untagged")
    assert done.returncode == 0, done.stderr
    server.start()
    for body in (new, child, index, signature):
        assert server.get(f"/v2/gc/app/manifests/{digest(body)}").body == body
    for body in (old, stale):
        assert server.get(f"/v2/gc/app/manifests/{digest(body)}").status == 404
    assert server.get(f"/v2/gc/app/blobs/{digest(b'old')}").status == 404
    assert server.get(f"/v2/gc/app/blobs/{digest(b'child')}").body == b"child"


def test_nothing_goes_when_a_manifest_cannot_be_read(new_registry, tmp_path):
    server = new_registry(folder=str(tmp_path))
    data = server.push_image("gc/broken", "v1")
    server.push_blob("gc/broken", b"orphan")
    server.stop()
    name = digest(data).split(":")[1]
    with open(f"{server.storage}{V2}/blobs/sha256/{name[:2]}/{name}/data", "wb") as file:
        file.write(b"not a manifest")
    done = server.run("garbage-collect")
    assert done.returncode == 1 and digest(data) in done.stderr
    assert digest(b"orphan") in blobs(server)


def test_garbage_is_collected_beside_pushes(new_registry, tmp_path):
    """Collections without any grace while clients push: each push is whole when it is answered, or refused."""
    server = new_registry(folder=str(tmp_path))
    ended, done, refused = threading.Event(), {}, []

    def push(number):
        count = 0
        while not ended.is_set():
            count += 1
            layer = f"layer {number} {count}".encode()
            try:
                done[f"gc{number}/app", f"v{count}"] = (server.push_image(f"gc{number}/app", f"v{count}", layer=layer), layer)
            except AssertionError as problem:
                assert "MANIFEST_BLOB_UNKNOWN" in str(problem), problem
                refused.append(problem)

    threads = [threading.Thread(target=push, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for _ in range(8):
        collected = server.run("garbage-collect", "--grace", "0s")
        assert collected.returncode == 0, collected.stderr
        time.sleep(0.2)  # a push takes longer than a collection leaves it where the machine is busy
    ended.set()
    for thread in threads:
        thread.join()
    assert done
    for (name, tag), (body, layer) in done.items():
        assert server.get(f"/v2/{name}/manifests/{tag}").body == body
        assert server.get(f"/v2/{name}/blobs/{digest(layer)}").body == layer


def test_what_is_young_stays_while_somebody_serves(new_registry):
    server = new_registry()
    server.push_blob("gc/young", b"waits for its manifest")
    said = server.run("garbage-collect").stdout
    assert "0 blobs" in said and "1 blobs without a manifest kept: they are younger than the grace of 3600s (--grace)\n" in said
    assert server.get(f"/v2/gc/young/blobs/{digest(b'waits for its manifest')}").status == 200
    server.stop()
    assert "1 blobs" in server.run("garbage-collect", "--grace", "0").stdout


def test_abandoned_uploads_are_purged(new_registry):
    server = new_registry(storage={"maintenance": {"uploadpurging": {
        "enabled": True, "age": "1s", "interval": "200ms", "dryrun": False}}})
    location = server.patch(server.begin("purge/a").location, b"some bytes").location
    assert server.get(location).status == 204
    eventually(lambda: server.get(location).status == 404, what="the purge")


def test_uploads_that_are_written_to_are_not_purged(new_registry):
    server = new_registry(storage={"maintenance": {"uploadpurging": {
        "enabled": True, "age": "1s", "interval": "100ms", "dryrun": False}}})
    location, sent = server.begin("purge/b").location, b""
    for number in range(8):
        location = server.patch(location, b"%d" % number).location
        sent += b"%d" % number
        time.sleep(0.3)
    assert server.finish_upload(location, digest(sent)).status == 201


def test_nothing_is_written_outside_the_folder(new_registry, tmp_path):
    server = new_registry(folder=str(tmp_path / "in"), start=False)
    os.mkdir(tmp_path / "in")
    server.start()
    server.push_image("a", "v1")
    for name in ("../../x", "..", "a/../../x", "%2e%2e/x", "a/%2e%2e/%2e%2e/x", "a%00b", "/etc", "a/_manifests", ".martlet"):
        for path in (f"/v2/{name}/blobs/uploads/", f"/v2/{name}/tags/list"):
            assert server.request("POST" if "uploads" in path else "GET", path).status in (400, 404, 405)
    for reference in ("..", "../../x", "%2e%2e", "_manifests/../x", "sha256:../../x", "sha256:" + "../" * 21 + "x"):
        assert server.put(f"/v2/a/manifests/{reference}", b"{}", MANIFEST).status in (400, 404, 405)
        assert server.get(f"/v2/a/blobs/{reference}").status in (400, 404, 405)
    assert sorted(os.listdir(tmp_path)) == ["in"]
    assert sorted(os.listdir(server.storage + V2 + "/repositories")) == ["a"]


def test_a_full_disk_is_an_error_and_not_the_end(new_registry, tmp_path):
    storage = tmp_path / "storage"
    storage.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(storage)], check=True)
    try:
        server = new_registry(folder=str(tmp_path))
        data = server.push_image("full/app", "v1", layer=os.urandom(1 << 20))
        location = server.begin("full/app").location
        large = os.urandom(6 << 20)
        reply = server.finish_upload(location, digest(large), large)
        assert (reply.status, reply.code) == (503, "UNAVAILABLE")
        assert server.get("/v2/full/app/manifests/v1").body == data
        assert server.delete(location).status == 204
        server.push_image("full/app", "v2", layer=os.urandom(1 << 20))
        server.stop()
    finally:
        subprocess.run(["umount", "-l", str(storage)], check=True)


def test_memory_instead_of_a_folder(new_registry):
    server = new_registry(storage={"filesystem": None, "inmemory": {}})
    data = server.push_image("memory/app", "v1", layer=os.urandom(3 << 20))
    assert server.get("/v2/memory/app/manifests/v1").body == data
    assert server.get("/v2/memory/app/tags/list").json["tags"] == ["v1"]
    assert server.delete(f"/v2/memory/app/manifests/{digest(data)}").status == 202
    assert server.get("/v2/memory/app/manifests/v1").status == 404


def test_a_docker_manifest_is_garbage_collected_like_oci(new_registry, tmp_path):
    server = new_registry(folder=str(tmp_path))
    for blob in (b"{}", b"a layer"):
        server.push_blob("gc/docker", blob)
    body = json.dumps({**image(), "mediaType": DOCKER_MANIFEST}).encode()
    server.push_manifest("gc/docker", "v1", body, DOCKER_MANIFEST)
    server.stop()
    assert "0 manifests and 0 blobs" in server.run("garbage-collect", "-m").stdout
