"""What OCI's conformance suite for registries asks beyond the other tests here: manifests of every shape on their whole way,
and wrong digests by every way of uploading (distribution-spec 1.1, conformance/)."""
import base64
import json

import pytest

from harness.registry import CONFIG, INDEX, MANIFEST, descriptor, digest, image

EMPTY = b"{}"
SHAPES = {
    "nested index": lambda: index([descriptor(made(index([descriptor(made(image()), MANIFEST)])), INDEX)]),
    "empty index": lambda: index([]),
    "index with an artifact's type": lambda: index([], artifactType="application/vnd.test.index"),
    "image without layers": lambda: image() | {"layers": []},
    "artifact without layers": lambda: image() | {
        "artifactType": "application/vnd.test.artifact", "layers": [],
        "config": descriptor(EMPTY, "application/vnd.oci.empty.v1+json")},
    "data in descriptors": lambda: image() | {
        "config": descriptor(EMPTY, CONFIG) | {"data": base64.b64encode(EMPTY).decode()}},
    "fields of one's own": lambda: image() | {"org.test.extra": {"deep": [1, 2]}, "annotations": {"org.test": "x"}},
    "layers that are not packed": lambda: image() | {
        "layers": [descriptor(b"a layer", "application/vnd.oci.image.layer.v1.tar")]},
    "layers of unknown kinds": lambda: image() | {"layers": [descriptor(b"a layer", "application/vnd.test.any")]},
}


def index(manifests, **more):
    return {"schemaVersion": 2, "mediaType": INDEX, "manifests": manifests, **more}


def made(document):
    return json.dumps(document).encode()


@pytest.fixture(scope="module")
def filled(our_registry):
    """What the shapes are made of."""
    for data in (EMPTY, b"a layer"):
        our_registry.push_blob("shape/app", data)
    plain = made(image())
    inner = made(index([descriptor(plain, MANIFEST)]))
    our_registry.push_manifest("shape/app", digest(plain), plain)
    our_registry.push_manifest("shape/app", digest(inner), inner, INDEX)
    return our_registry


@pytest.mark.parametrize("algorithm", ["sha256", "sha512"])
@pytest.mark.parametrize("shape", SHAPES)
def test_a_manifest_of_any_shape_goes_all_the_way(filled, shape, algorithm):
    document = SHAPES[shape]()
    data, kind = made(document), document["mediaType"]
    tag, name = shape.replace(" ", "-").replace("'", "") + "-" + algorithm, digest(data, algorithm)
    reply = filled.put(f"/v2/shape/app/manifests/{name}?tag={tag}", data, kind)
    assert (reply.status, reply.headers["Docker-Content-Digest"]) == (201, name), reply
    for reference in (name, tag):
        for method in ("GET", "HEAD"):
            reply = filled.request(method, f"/v2/shape/app/manifests/{reference}", headers={"Accept": kind})
            assert (reply.status, reply.headers["Content-Type"], int(reply.headers["Content-Length"])) == (200, kind, len(data))
            assert method == "HEAD" or reply.body == data
    assert tag in filled.get("/v2/shape/app/tags/list").json["tags"]
    assert filled.delete(f"/v2/shape/app/manifests/{tag}").status == 202
    assert tag not in filled.get("/v2/shape/app/tags/list").json["tags"]
    assert filled.head(f"/v2/shape/app/manifests/{name}").status == 200
    assert filled.delete(f"/v2/shape/app/manifests/{name}").status == 202
    assert filled.head(f"/v2/shape/app/manifests/{name}").status == 404


def post_only(server, data, name):
    return server.request("POST", f"/v2/bad/digest/blobs/uploads/?digest={name}", data, {"Content-Type": "application/octet-stream"})


def post_and_put(server, data, name):
    return server.finish_upload(server.begin("bad/digest").location, name, data)


def in_parts(server, data, name):
    location = server.patch(server.begin("bad/digest").location, data[:4], 0).location
    return server.finish_upload(server.patch(location, data[4:], 4).location, name)


def in_parts_with_the_last_in_put(server, data, name):
    location = server.patch(server.begin("bad/digest").location, data[:4], 0).location
    return server.finish_upload(location, name, data[4:], 4)


def as_a_stream(server, data, name):
    location = server.request("PATCH", server.begin("bad/digest").location, iter([data[:4], data[4:]]),
                              {"Content-Type": "application/octet-stream"}).location
    return server.finish_upload(location, name)


@pytest.mark.parametrize("algorithm", ["sha256", "sha512"])
@pytest.mark.parametrize("way", [post_only, post_and_put, in_parts, in_parts_with_the_last_in_put, as_a_stream])
def test_a_digest_is_checked_whichever_way_bytes_come(our_registry, way, algorithm):
    data = f"{way.__name__} by {algorithm}".encode()
    wrong = digest(data + b"oh no", algorithm)
    reply = way(our_registry, data, wrong)
    assert (reply.status, reply.code) == (400, "DIGEST_INVALID"), reply
    for name in (wrong, digest(data, algorithm)):
        assert our_registry.head(f"/v2/bad/digest/blobs/{name}").status == 404
    assert way(our_registry, data, digest(data, algorithm)).status == 201
    assert our_registry.get(f"/v2/bad/digest/blobs/{digest(data, algorithm)}").body == data


def test_referrers_that_are_indexes_and_of_what_never_was(filled):
    absent = digest(b"never there")
    assert filled.get(f"/v2/shape/nowhere/referrers/{absent}").json["manifests"] == []
    subject = {"mediaType": MANIFEST, "digest": absent, "size": 7}
    listed = made(index([], subject=subject, artifactType="application/vnd.test.list", annotations={"org.test": "hello"}))
    reply = filled.put(f"/v2/shape/app/manifests/{digest(listed)}", listed, INDEX)
    assert (reply.status, reply.headers["OCI-Subject"]) == (201, absent)
    found = filled.get(f"/v2/shape/app/referrers/{absent}").json
    assert found["manifests"] == [{"mediaType": INDEX, "digest": digest(listed), "size": len(listed),
                                   "artifactType": "application/vnd.test.list", "annotations": {"org.test": "hello"}}]


@pytest.mark.parametrize("name", ["sha256:0", "sha256:" + "z" * 64, "sha512:" + "0" * 64, "md5:" + "0" * 32])
def test_a_manifest_by_what_is_no_digest(filled, name):
    assert filled.put(f"/v2/shape/app/manifests/{name}", made(image()), MANIFEST).status == 400
    assert filled.get(f"/v2/shape/app/manifests/{name}").status in (400, 404)


def test_a_mount_without_a_source_begins_an_upload_or_mounts(our_registry):
    our_registry.push_blob("mount/source", b"shared by all")
    reply = our_registry.begin("mount/target", f"?mount={digest(b'shared by all')}")
    assert reply.status == 202 and reply.headers["Docker-Upload-UUID"], reply
