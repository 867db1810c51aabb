"""The registry on a bucket of S3: other servers and clients beside it, crashes, a service that fails, addresses handed out.

What every driver does is tested with the others (test_registry_push.py and its neighbours)."""
import os
import subprocess
import threading
import time
import urllib.request

import pytest

from harness.objects import BUCKET, KEY, SECRET
from harness.registry import MANIFEST, PROGRAMS, digest
from harness.waiting import eventually
from test_registry_clients import layout, skopeo  # noqa: F401

MIB = 1 << 20


@pytest.fixture
def bucket(object_service):
    """The service, with an empty bucket."""
    object_service.empty()
    return object_service


def on(bucket, /, **more):
    return {"storage": {"filesystem": None, **bucket.storage(**more)}}


@pytest.fixture
def server(new_registry, bucket):
    return new_registry(**on(bucket))


def upload_keys(bucket):
    return [key for key in bucket.objects() if "/_uploads/" in key] + bucket.uploads()


@pytest.mark.parametrize("first, second", [("distribution", "martlet"), ("martlet", "distribution")])
def test_each_serves_the_bucket_of_the_other(new_registry, bucket, first, second):
    server = new_registry(kind=first, **on(bucket, rootdirectory="/some/where", forcepathstyle=True))
    data = server.push_image("team/app", "v1", layer=b"one")
    large = os.urandom(11 * MIB)
    server.push_blob("team/app", large)
    server.stop()
    server = new_registry(kind=second, **on(bucket, rootdirectory="some/where/", forcepathstyle=True))
    assert server.get("/v2/team/app/manifests/v1", Accept=MANIFEST).body == data
    with urllib.request.urlopen(f"http://127.0.0.1:{server.port}/v2/team/app/blobs/{digest(large)}") as reply:
        assert reply.read() == large
    assert server.get("/v2/_catalog").json["repositories"] == ["team/app"]
    assert all(key.startswith("some/where/docker/registry/v2/") for key in bucket.objects())


def test_both_write_the_same_keys(new_registry, bucket):
    found = []
    for kind in ("distribution", "martlet"):
        bucket.empty()
        server = new_registry(kind=kind, **on(bucket, forcepathstyle=True, chunksize=5 * MIB, multipartcopychunksize=5 * MIB,
                                              multipartcopythresholdsize=8 * MIB))
        server.push_image("team/app", "v1", layer=b"one")
        server.begin("team/mounted", f"?mount={digest(b'one')}&from=team/app")
        server.push_blob("team/app", bytes(12 * MIB))
        server.stop()
        found.append(bucket.objects())
    assert found[0] == found[1]


def test_a_killed_server_goes_on_with_the_upload(new_registry, bucket):
    data = os.urandom(13 * MIB)
    server = new_registry(**on(bucket, chunksize=5 * MIB))
    location = server.patch(server.begin("resume/a").location, data[:7 * MIB], 0).location
    server.kill()
    server = new_registry(**on(bucket, chunksize=5 * MIB))
    # A part, and beside it what is too short for one.
    assert server.get(location).headers["Range"] == f"0-{7 * MIB - 1}"
    connection = server.connect()
    connection.putrequest("PATCH", location)
    connection.putheader("Content-Length", str(6 * MIB))
    connection.endheaders(data[7 * MIB:11 * MIB])
    eventually(lambda: any("partNumber=2" in query for _, _, query in bucket.requests), what="the second part")
    eventually(lambda: len(bucket.parts()) == 2, what="the second part's end")
    server.kill()
    connection.close()
    server = new_registry(**on(bucket, chunksize=5 * MIB))
    # What was in memory is lost; what S3 has is not.
    assert server.get(location).headers["Range"] == f"0-{10 * MIB - 1}"
    reply = server.finish_upload(location, digest(data), data[10 * MIB:], 10 * MIB)
    assert reply.status == 201, reply
    assert bucket.blob(digest(data)) == data
    assert upload_keys(bucket) == []


def test_small_parts_become_one_blob(new_registry, bucket):
    data = os.urandom(6 * MIB)
    server = new_registry(**on(bucket, chunksize=5 * MIB))
    location = server.begin("resume/parts").location
    for start in range(0, len(data), MIB):
        reply = server.patch(location, data[start:start + MIB], start)
        assert reply.headers["Range"] == f"0-{start + MIB - 1}", reply
        location = reply.location
    assert server.patch(location, b"x", 17).status == 416
    assert server.finish_upload(location, digest(data)).status == 201
    assert bucket.blob(digest(data)) == data
    assert upload_keys(bucket) == []


@pytest.mark.parametrize("size", [1000, 6 * MIB])
def test_what_was_sent_is_not_read_back(new_registry, bucket, size):
    """As docker pushes: all in a PATCH, then a PUT that only names the digest."""
    data = os.urandom(size)
    server = new_registry(**on(bucket, chunksize=5 * MIB))
    location = server.patch(server.begin("once/a").location, data).location
    assert server.finish_upload(location, digest(data)).status == 201
    assert bucket.blob(digest(data)) == data and upload_keys(bucket) == []
    assert not [path for method, path, query in bucket.requests if method == "GET" and path.count("/") > 3 and not query]


def test_what_is_cancelled_and_what_is_abandoned_goes(new_registry, bucket):
    data = os.urandom(6 * MIB)
    server = new_registry(**on(bucket, chunksize=5 * MIB))
    location = server.patch(server.begin("gone/a").location, data, 0).location
    assert len(upload_keys(bucket)) == 3  # the start, the parts, the rest
    assert server.delete(location).status == 204
    assert upload_keys(bucket) == []
    server.patch(server.begin("gone/b").location, data, 0)
    server.stop()
    assert upload_keys(bucket) != []
    purging = {"uploadpurging": {"enabled": True, "age": "1s", "interval": "100ms", "dryrun": False}}
    new_registry(storage={**on(bucket, chunksize=5 * MIB)["storage"], "maintenance": purging})
    eventually(lambda: upload_keys(bucket) == [], what="the purge")


def test_a_wrong_digest_leaves_nothing(server, bucket):
    reply = server.finish_upload(server.begin("wrong/a").location, digest(b"other"), os.urandom(11 * MIB))
    assert (reply.status, reply.code) == (400, "DIGEST_INVALID")
    assert list(bucket.objects()) == [] and bucket.uploads() == []


def test_garbage_goes_from_the_bucket(new_registry, bucket):
    server = new_registry(**on(bucket))
    kept = server.push_image("gc/kept", "v1", layer=b"kept")
    server.push_blob("gc/kept", b"orphan")
    server.stop()
    young = server.run("garbage-collect")  # nobody can tell whether a server is at it
    assert young.returncode == 0 and bucket.blob(digest(b"orphan")) == b"orphan", young
    done = server.run("garbage-collect", "--grace", "0s")
    assert done.returncode == 0 and digest(b"orphan") in done.stdout, done
    assert {key.split("/")[-2] for key in bucket.objects() if key.endswith("/data")} == {
        digest(body)[7:] for body in (kept, b"kept", b"{}")}


def test_garbage_is_collected_beside_pushes(new_registry, bucket):
    """As on a folder: each push is whole when it is answered, or refused."""
    server = new_registry(**on(bucket))
    ended, done = threading.Event(), {}

    def push(number):
        count = 0
        while not ended.is_set():
            count += 1
            layer = f"layer {number} {count}".encode()
            try:
                done[f"gc{number}/app", f"v{count}"] = (server.push_image(f"gc{number}/app", f"v{count}", layer=layer), layer)
            except AssertionError as problem:
                assert "MANIFEST_BLOB_UNKNOWN" in str(problem), problem

    threads = [threading.Thread(target=push, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for _ in range(3):
        collected = server.run("garbage-collect", "--grace", "0s")
        assert collected.returncode == 0, collected.stderr
        time.sleep(1)  # a push takes as long here
    ended.set()
    for thread in threads:
        thread.join()
    assert done
    for (name, tag), (body, layer) in done.items():
        assert server.get(f"/v2/{name}/manifests/{tag}").body == body
        assert bucket.blob(digest(layer)) == layer
    assert [key for key in bucket.objects() if ".martlet" in key] == []


def test_a_collection_waits_for_who_pushes_and_not_for_the_dead(new_registry, bucket):
    server = new_registry(**on(bucket))
    server.push_image("lock/app", "v1")
    bucket.put(".martlet/lock/share-dead", age=180)
    bucket.put(".martlet/lock/share-alive")
    collection = subprocess.Popen([PROGRAMS["martlet"], "garbage-collect", server.configuration_path], stdout=subprocess.PIPE)
    eventually(lambda: any("/sweep-" in key for key in bucket.objects()), what="the sweep's lock")
    time.sleep(0.6)
    assert collection.poll() is None
    bucket.remove(".martlet/lock/share-alive")
    assert collection.wait(20) == 0 and b"0 blobs deleted" in collection.stdout.read()
    assert [key for key in bucket.objects() if ".martlet" in key] == [".martlet/lock/share-dead"]


def test_wrong_keys_and_no_bucket_are_told_at_the_start(new_registry, bucket):
    for change, said in (({"secretkey": "wrong"}, "SignatureDoesNotMatch"), ({"accesskey": "nobody"}, "InvalidAccessKeyId"),
                         ({"bucket": "elsewhere"}, "NoSuchBucket")):
        server = new_registry(start=False, **on(bucket, **change))
        done = server.run("serve")
        assert done.returncode == 1 and said in done.stderr, done


@pytest.mark.parametrize("change, said", [
    ({"bucket": ""}, "'storage.s3.bucket' is missing"), ({"region": "", "regionendpoint": None}, "'storage.s3.region' is missing"),
    ({"accesskey": ""}, "needs accesskey and secretkey"), ({"v4auth": False}, "'storage.s3.v4auth' has to be true"),
    ({"chunksize": 1024}, "'storage.s3.chunksize' has to be a number from 5242880"), ({"accelerate": True}, "is not supported"),
    ({"storageclass": "GLACIER"}, "storageclass is one of"), ({"regionendpoint": "ftp://x"}, "no address"),
    ({"chunk": 1}, "'storage.s3.chunk' is unknown"),
])
def test_what_is_not_there_is_an_error(new_registry, bucket, change, said):
    done = new_registry(start=False, **on(bucket, **change)).run("serve")
    assert done.returncode == 1 and said in done.stderr, done


def test_keys_from_the_environment(new_registry, bucket):
    keys = {"AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": SECRET}
    server = new_registry(environment=keys, **on(bucket, accesskey=None, secretkey=None))
    server.push_blob("environment/a", b"x")


def test_a_busy_service_is_asked_again(server, bucket):
    data = os.urandom(11 * MIB)
    for when in (lambda method, path, query: "partNumber=" in query, lambda method, path, query: "uploads" in query,
                 lambda method, path, query: method == "PUT" and not query, lambda method, path, query: method == "HEAD",
                 lambda method, path, query: method == "POST" and query.startswith("uploadId=")):
        bucket.fail(2, when)
    bucket.fail(2, lambda method, path, query: method == "GET", status=500, code="InternalError")
    server.push_blob("busy/a", data)
    assert bucket.blob(digest(data)) == data


def test_a_service_that_is_down_is_a_503(server, bucket):
    server.push_blob("down/a", b"x")
    bucket.fail(1000)
    reply = server.get(f"/v2/down/a/blobs/{digest(b'x')}")
    assert (reply.status, reply.code) == (503, "UNAVAILABLE")
    bucket.heal()
    assert server.head(f"/v2/down/a/blobs/{digest(b'x')}").status == 200


def test_clients_are_sent_to_the_bucket(new_registry, bucket):
    server = new_registry(**on(bucket))
    server.push_blob("sent/a", b"0123456789")
    path = f"/v2/sent/a/blobs/{digest(b'0123456789')}"
    reply = server.get(path)
    assert reply.status == 307 and reply.headers["Location"].startswith(f"http://127.0.0.1:{bucket.port}/{BUCKET}/docker/")
    assert "Authorization" not in reply.headers and reply.body == b""
    part = urllib.request.Request(f"http://127.0.0.1:{server.port}{path}", headers={"Range": "bytes=2-4"})
    with urllib.request.urlopen(part) as answer:
        assert (answer.status, answer.read()) == (206, b"234")
    head = server.head(path)
    assert (head.status, head.headers["Content-Length"]) == (200, "10")
    server.stop()
    server = new_registry(storage={**on(bucket)["storage"], "redirect": {"disable": True}})
    assert server.get(path).body == b"0123456789"
    part = server.get(path, Range="bytes=-3")
    assert (part.status, part.body) == (206, b"789")


def test_a_read_that_breaks_off_goes_on(new_registry, bucket):
    server = new_registry(storage={**on(bucket)["storage"], "redirect": {"disable": True}})
    data = os.urandom(3 * MIB)
    server.push_blob("broken/a", data)
    bucket.breaks = MIB
    assert server.get(f"/v2/broken/a/blobs/{digest(data)}").body == data
    # What was on its way when it broke may be lost, and comes again.
    whole, rest = bucket.ranges
    start, end = map(int, rest.removeprefix("bytes=").split("-"))
    assert whole == f"bytes=0-{3 * MIB - 1}" and 0 <= start <= MIB and end == 3 * MIB - 1


@pytest.mark.parametrize("redirects", [True, False])
def test_docker_and_the_engine(cli, new_registry, bucket, busybox_tar, redirects):
    server = new_registry(storage={**on(bucket)["storage"], "redirect": {"disable": not redirects}})
    name = f"127.0.0.1:{server.port}/objects/busybox"
    cli.ok("tag", "busybox", name)
    pushed = cli.ok("push", name)
    assert "digest: sha256:" in pushed
    cli.ok("rmi", name)
    cli.ok("pull", name)
    assert cli.ok("run", "--rm", name, "echo", "from the bucket") == "from the bucket"
    cli.ok("rmi", name)


def test_skopeo_in_and_out(server, layout, tmp_path):
    folder, name = layout
    place = f"docker://127.0.0.1:{server.port}/skopeo/app:v1"
    skopeo("copy", "--dest-tls-verify=false", f"oci:{folder}:v1", place)
    skopeo("copy", "--src-tls-verify=false", place, f"oci:{tmp_path}:out")
    assert name in (tmp_path / "index.json").read_text()


def test_a_cache_in_a_bucket(new_registry, bucket):
    remote = new_registry()
    layer = os.urandom(11 * MIB)
    data = remote.push_image("team/app", "v1", layer=layer)
    mirror = new_registry(proxy={"remoteurl": f"http://127.0.0.1:{remote.port}"},
                          storage={**on(bucket)["storage"], "redirect": {"disable": True}})
    for _ in range(2):
        assert mirror.get("/v2/team/app/manifests/v1").body == data
        assert mirror.get(f"/v2/team/app/blobs/{digest(layer)}").body == layer
        remote.stop()
    assert bucket.blob(digest(layer)) == layer and upload_keys(bucket) == []


def test_a_small_blob_takes_few_requests(server, bucket):
    """A request is a way to another machine and back."""
    server.push_blob("few/a", b"first")
    before = len(bucket.requests)
    server.push_blob("few/a", b"second")
    asked = [f"{method} {path.rsplit('/', 2)[-2:]} {query}" for method, path, query in bucket.requests[before:]]
    assert len(asked) <= 18, asked
    before = len(bucket.requests)
    assert server.request("GET", f"/v2/few/a/blobs/{digest(b'second')}").status == 307
    assert len(bucket.requests) - before == 2
