"""Pushing to a registry (OCI distribution-spec 1.1, "Push"): uploads in every form, mounts, manifests."""
import json

import pytest

from harness.registry import CONFIG, INDEX, LAYER, MANIFEST, descriptor, digest, image

DATA = b"0123456789" * 1000
ABSENT = "sha256:" + "0" * 64


def blob(registry, name, data):
    return registry.get(f"/v2/{name}/blobs/{digest(data)}")


def test_post_begins_an_upload(registry):
    reply = registry.begin("push/begin")
    assert (reply.status, reply.headers["Content-Length"]) == (202, "0")
    assert reply.headers["Docker-Upload-UUID"] in reply.location
    assert reply.headers["Range"] == "0-0"


def test_post_then_put(registry):
    location = registry.begin("push/put").location
    reply = registry.finish_upload(location, digest(DATA), DATA)
    assert reply.status == 201, reply
    assert reply.location == f"/v2/push/put/blobs/{digest(DATA)}"
    assert reply.headers["Docker-Content-Digest"] == digest(DATA)
    assert blob(registry, "push/put", DATA).body == DATA


def test_one_post_with_the_digest(our_registry):
    reply = our_registry.request("POST", f"/v2/push/post/blobs/uploads/?digest={digest(DATA)}", DATA,
                                 {"Content-Type": "application/octet-stream"})
    assert reply.status == 201, reply
    assert our_registry.get(reply.location).body == DATA


def test_a_put_that_is_sent_in_chunks_of_http(registry):
    location = registry.begin("push/stream").location
    connection = registry.connect()
    connection.request("PUT", location + ("&" if "?" in location else "?") + "digest=" + digest(DATA),
                       iter([DATA[:1], DATA[1:5000], DATA[5000:]]), encode_chunked=True,
                       headers={"Transfer-Encoding": "chunked", "Content-Type": "application/octet-stream"})
    assert connection.getresponse().status == 201
    connection.close()
    assert blob(registry, "push/stream", DATA).body == DATA


def test_parts_with_their_places(registry):
    reply = registry.begin("push/parts")
    for first, last in ((0, 4000), (4000, 7000), (7000, 9000)):
        reply = registry.patch(reply.location, DATA[first:last], first)
        assert (reply.status, reply.headers["Range"]) == (202, f"0-{last - 1}"), reply
        state = registry.get(reply.location)
        assert (state.status, state.headers["Range"]) == (204, f"0-{last - 1}")
        reply = state
    assert registry.finish_upload(reply.location, digest(DATA), DATA[9000:], 9000).status == 201
    assert blob(registry, "push/parts", DATA).body == DATA


def test_parts_without_places_and_an_empty_put(registry):
    location = registry.patch(registry.begin("push/plain").location, DATA[:500]).location
    location = registry.patch(location, DATA[500:]).location
    assert registry.finish_upload(location, digest(DATA)).status == 201
    assert blob(registry, "push/plain", DATA).body == DATA


def test_a_part_that_is_out_of_order_is_416_and_the_upload_goes_on(our_registry):
    # Distribution 2.8 is older than this rule of the specification.
    location = our_registry.patch(our_registry.begin("push/order").location, DATA[:1000], 0).location
    assert our_registry.patch(location, DATA[3000:], 3000).status == 416
    assert our_registry.patch(location, DATA[:1000], 0).status == 416
    location = our_registry.get(location).location
    assert our_registry.finish_upload(our_registry.patch(location, DATA[1000:], 1000).location, digest(DATA)).status == 201


def test_416_says_where_the_upload_is(our_registry):
    location = our_registry.patch(our_registry.begin("push/where").location, DATA[:1000], 0).location
    reply = our_registry.patch(location, DATA, 4000)
    assert (reply.status, reply.code, reply.headers["Range"]) == (416, "RANGE_INVALID", "0-999")
    assert reply.location == location


def test_a_part_of_another_length_than_it_says_is_refused(our_registry):
    # Distribution 2.8 is older than this rule of the specification.
    location = our_registry.begin("push/length").location
    reply = our_registry.request("PATCH", location, DATA, {"Content-Range": "0-99", "Content-Type": "application/octet-stream"})
    assert (reply.status, reply.code) == (400, "SIZE_INVALID")


def test_other_bytes_than_the_digest_says_are_refused(registry):
    location = registry.begin("push/wrong").location
    reply = registry.finish_upload(location, digest(b"something else"), DATA)
    assert (reply.status, reply.code) == (400, "DIGEST_INVALID")
    assert blob(registry, "push/wrong", b"something else").status == 404
    assert blob(registry, "push/wrong", DATA).status == 404


@pytest.mark.parametrize("text", ["", "sha256:abc", "md5:d41d8cd98f00b204e9800998ecf8427e", "nonsense", "sha256:" + "G" * 64])
def test_a_digest_that_is_none_is_refused(registry, text):
    location = registry.begin("push/nodigest").location
    reply = registry.finish_upload(location, text, DATA)
    assert (reply.status, reply.code) == (400, "DIGEST_INVALID")


def test_sha512(our_registry):
    # Distribution 2.8 is older than this rule of the specification.
    name = digest(DATA, "sha512")
    location = our_registry.begin("push/long").location
    reply = our_registry.finish_upload(location, name, DATA)
    assert (reply.status, reply.headers["Docker-Content-Digest"]) == (201, name)
    assert our_registry.get(f"/v2/push/long/blobs/{name}").body == DATA


def test_a_cancelled_upload_is_gone(registry):
    location = registry.patch(registry.begin("push/cancel").location, DATA).location
    assert registry.delete(location).status == 204
    reply = registry.get(location)
    assert (reply.status, reply.code) == (404, "BLOB_UPLOAD_UNKNOWN")
    assert registry.finish_upload(location, digest(DATA)).status == 404


def test_an_upload_belongs_to_its_repository(registry):
    location = registry.begin("push/mine").location
    assert registry.get(location.replace("push/mine", "push/other")).status in (400, 404)


def test_an_upload_that_never_was_is_404(our_registry):
    for identity in ("00000000-0000-4000-8000-000000000000", "nonsense"):
        path = f"/v2/push/x/blobs/uploads/{identity}"
        assert our_registry.get(path).status == 404
        assert our_registry.patch(path, DATA).status == 404
        assert our_registry.delete(path).status == 404


def test_the_same_blob_twice(registry):
    for name in ("push/twice", "push/twice", "push/thrice"):
        registry.push_blob(name, DATA)
        assert blob(registry, name, DATA).body == DATA


def test_a_mount_takes_a_blob_over(registry):
    registry.push_blob("push/source", DATA)
    reply = registry.begin("push/target", f"?mount={digest(DATA)}&from=push/source")
    assert (reply.status, reply.location) == (201, f"/v2/push/target/blobs/{digest(DATA)}")
    assert blob(registry, "push/target", DATA).body == DATA


@pytest.mark.parametrize("query", [f"?mount={ABSENT}&from=push/source", f"?mount={digest(DATA)}&from=push/nowhere",
                                   f"?mount={digest(DATA)}"])
def test_a_mount_of_what_is_not_there_begins_an_upload(registry, query):
    reply = registry.begin("push/unmounted", query)
    assert reply.status == 202
    assert registry.finish_upload(reply.location, digest(DATA), DATA).status == 201


def test_a_manifest_by_tag_and_by_digest(registry):
    registry.push_image("push/app", "v1")
    data = json.dumps(image(annotations={"a": "b"})).encode()
    for reference in ("v2", digest(data)):
        reply = registry.put(f"/v2/push/app/manifests/{reference}", data, MANIFEST)
        assert (reply.status, reply.headers["Docker-Content-Digest"]) == (201, digest(data))
        assert reply.location == f"/v2/push/app/manifests/{digest(data)}"


def test_a_tag_moves(registry):
    first = registry.push_image("push/moves", "latest", layer=b"one")
    second = registry.push_image("push/moves", "latest", layer=b"two")
    accept = {"Accept": MANIFEST}
    assert registry.request("GET", "/v2/push/moves/manifests/latest", headers=accept).body == second
    assert registry.request("GET", f"/v2/push/moves/manifests/{digest(first)}", headers=accept).body == first


def test_a_manifest_under_another_digest_is_refused(registry):
    registry.push_image("push/other", "v1")
    reply = registry.put(f"/v2/push/other/manifests/{ABSENT}", json.dumps(image()).encode(), MANIFEST)
    assert (reply.status, reply.code) == (400, "DIGEST_INVALID")


@pytest.mark.parametrize("change", ["config", "layer"])
def test_a_manifest_without_its_blobs_is_refused(registry, change):
    registry.push_image("push/blobs", "v1")
    manifest = image(config=b"{ }") if change == "config" else image(layer=b"never pushed")
    reply = registry.put("/v2/push/blobs/manifests/v2", json.dumps(manifest).encode(), MANIFEST)
    assert (reply.status, reply.code) == (400, "MANIFEST_BLOB_UNKNOWN")
    assert registry.get("/v2/push/blobs/manifests/v2", Accept=MANIFEST).status == 404


def test_an_index_of_blobs_is_taken(registry):
    """What `buildx build --cache-to type=registry` pushes."""
    blobs = {kind: kind.encode() for kind in ("application/vnd.oci.image.layer.v1.tar+gzip",
                                              "application/vnd.buildkit.cacheconfig.v0")}
    for data in blobs.values():
        registry.push_blob("push/cache", data)
    index = json.dumps({"schemaVersion": 2, "mediaType": INDEX,
                        "manifests": [descriptor(data, kind) for kind, data in blobs.items()]}).encode()
    assert registry.put("/v2/push/cache/manifests/v1", index, INDEX).status == 201
    assert registry.get("/v2/push/cache/manifests/v1", Accept=INDEX).body == index


def test_an_index_without_its_manifests_is_refused(registry):
    index = {"schemaVersion": 2, "mediaType": INDEX,
             "manifests": [{"mediaType": MANIFEST, "digest": ABSENT, "size": 10}]}
    reply = registry.put("/v2/push/index/manifests/v1", json.dumps(index).encode(), INDEX)
    assert (reply.status, reply.code) == (400, "MANIFEST_BLOB_UNKNOWN")


@pytest.mark.parametrize("body, kind", [
    (b"", MANIFEST), (b"{", MANIFEST), (b"[]", MANIFEST), (b'{"schemaVersion":2}', MANIFEST),
    (json.dumps(image()).encode(), INDEX), (json.dumps(image()).encode(), "text/plain"),
    (json.dumps({**image(), "mediaType": "text/plain"}).encode(), "text/plain"),
    (json.dumps({**image(), "layers": [{"mediaType": LAYER, "digest": "sha256:0", "size": 1}]}).encode(), MANIFEST),
])
def test_what_is_no_manifest_is_refused(our_registry, body, kind):
    # Distribution 2.8 is older than this rule of the specification.
    our_registry.push_image("push/bad", "good")
    reply = our_registry.put("/v2/push/bad/manifests/bad", body, kind)
    assert (reply.status, reply.code) == (400, "MANIFEST_INVALID")


def test_a_manifest_of_4_mib_is_taken_and_a_larger_one_is_413(our_registry):
    our_registry.push_image("push/size", "v1")
    room = (4 << 20) - len(json.dumps(image(annotations={"a": ""})))
    data = json.dumps(image(annotations={"a": "x" * room})).encode()
    assert len(data) == 4 << 20
    our_registry.push_manifest("push/size", "large", data)
    for more in (1, 46 << 20):  # told before the body is sent, whose bytes nobody may want
        connection = our_registry.connect()
        connection.putrequest("PUT", "/v2/push/size/manifests/larger")
        connection.putheader("Content-Type", MANIFEST)
        connection.putheader("Content-Length", str(len(data) + more))
        connection.endheaders()
        reply = connection.getresponse()
        assert (reply.status, json.loads(reply.read())["errors"][0]["code"]) == (413, "MANIFEST_INVALID")
        connection.close()


def test_a_layer_that_others_serve_need_not_be_there(our_registry):
    our_registry.push_blob("push/foreign", b"{}")
    layer = descriptor(b"elsewhere", "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip",
                       urls=["https://example.com/layer"])
    manifest = {"schemaVersion": 2, "mediaType": MANIFEST, "config": descriptor(b"{}", CONFIG), "layers": [layer]}
    our_registry.push_manifest("push/foreign", "v1", manifest)


def test_a_subject_is_acknowledged_though_it_is_not_there(our_registry):
    our_registry.push_image("push/subject", "v1")
    data = json.dumps(image(subject={"mediaType": MANIFEST, "digest": ABSENT, "size": 7})).encode()
    reply = our_registry.put(f"/v2/push/subject/manifests/{digest(data)}", data, MANIFEST)
    assert (reply.status, reply.headers["OCI-Subject"]) == (201, ABSENT)


def test_a_manifest_by_digest_with_tags(our_registry):
    data = our_registry.push_image("push/tags", "v1", layer=b"with tags")
    reply = our_registry.put(f"/v2/push/tags/manifests/{digest(data)}?tag=a&tag=b", data, MANIFEST)
    assert (reply.status, reply.headers.get_all("OCI-Tag")) == (201, ["a", "b"])
    for tag in ("a", "b"):
        assert our_registry.get(f"/v2/push/tags/manifests/{tag}").body == data


@pytest.mark.parametrize("name", ["Upper", "a//b", "-a", "a_", "a/_b", "a..b", "x" * 256, "a%2F..%2Fb", "..", "a/../b"])
def test_a_name_that_is_none_is_refused(our_registry, name):
    reply = our_registry.begin(name)
    assert (reply.status, reply.code) == (400, "NAME_INVALID")


@pytest.mark.parametrize("name", ["a", "a/b/c/d", "a-b_c.d__e---f", "manifests/blobs", "blobs/uploads", "tags/list", "v2"])
def test_a_name_may_look_like_a_part_of_the_api(our_registry, name):
    data = our_registry.push_image(name, "v1")
    assert our_registry.get(f"/v2/{name}/manifests/v1").body == data
    assert our_registry.get(f"/v2/{name}/tags/list").json == {"name": name, "tags": ["v1"]}
