"""Pulling from a registry (OCI distribution-spec 1.1, "Pull"): manifests, blobs, ranges, conditions."""
import json
import time
from email.utils import parsedate_to_datetime

import pytest

from harness.registry import DOCKER_MANIFEST, INDEX, MANIFEST, descriptor, digest, image

LAYER = bytes(range(256)) * 40
ABSENT = "sha256:" + "0" * 64
ACCEPT = ", ".join((MANIFEST, INDEX, DOCKER_MANIFEST))


@pytest.fixture(scope="module")
def pushed(registry):
    return registry.push_image("pull/app", "v1", layer=LAYER)


def test_the_base_says_that_the_api_is_there(registry):
    reply = registry.get("/v2/")
    assert (reply.status, reply.json) == (200, {})
    assert reply.headers["Docker-Distribution-Api-Version"] == "registry/2.0"
    assert abs(parsedate_to_datetime(reply.headers["Date"]).timestamp() - time.time()) < 5


def test_the_base_without_its_slash_leads_to_it(registry):
    reply = registry.get("/v2")
    assert (reply.status, reply.location) == (301, "/v2/")


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("by", ["tag", "digest"])
def test_a_manifest_comes_back_byte_for_byte(registry, pushed, method, by):
    reference = "v1" if by == "tag" else digest(pushed)
    reply = registry.request(method, f"/v2/pull/app/manifests/{reference}", headers={"Accept": ACCEPT})
    assert reply.status == 200, reply
    assert reply.headers["Docker-Content-Digest"] == digest(pushed)
    assert reply.headers["Content-Type"] == MANIFEST
    assert int(reply.headers["Content-Length"]) == len(pushed)
    assert reply.body == (pushed if method == "GET" else b"")


def test_a_manifest_that_the_client_has_is_not_sent_again(registry, pushed):
    etag = registry.get("/v2/pull/app/manifests/v1", Accept=ACCEPT).headers["ETag"]
    assert etag == f'"{digest(pushed)}"'
    reply = registry.get("/v2/pull/app/manifests/v1", Accept=ACCEPT, If_None_Match=etag)
    assert (reply.status, reply.body) == (304, b"")
    assert registry.get("/v2/pull/app/manifests/v1", Accept=ACCEPT, If_None_Match='"other"').status == 200


def test_content_that_no_accept_names_is_served_as_it_is(our_registry):
    data = our_registry.push_image("pull/plain", "v1")
    reply = our_registry.get("/v2/pull/plain/manifests/v1")
    assert (reply.status, reply.body, reply.headers["Content-Type"]) == (200, data, MANIFEST)


def test_an_index_and_a_docker_manifest_keep_their_types(registry):
    data = registry.push_image("pull/types", "v1")
    index = json.dumps({"schemaVersion": 2, "mediaType": INDEX, "manifests": [descriptor(data, MANIFEST)]}).encode()
    registry.push_manifest("pull/types", "index", index, INDEX)
    docker = json.dumps({**image(), "mediaType": DOCKER_MANIFEST}).encode()
    registry.push_manifest("pull/types", "docker", docker, DOCKER_MANIFEST)
    for tag, body, kind in (("index", index, INDEX), ("docker", docker, DOCKER_MANIFEST)):
        reply = registry.get(f"/v2/pull/types/manifests/{tag}", Accept=ACCEPT)
        assert (reply.status, reply.body, reply.headers["Content-Type"]) == (200, body, kind)


@pytest.mark.parametrize("path, code", [
    ("/v2/pull/app/manifests/absent", "MANIFEST_UNKNOWN"),
    (f"/v2/pull/app/manifests/{ABSENT}", "MANIFEST_UNKNOWN"),
    ("/v2/pull/nowhere/manifests/v1", "MANIFEST_UNKNOWN"),
    (f"/v2/pull/app/blobs/{ABSENT}", "BLOB_UNKNOWN"),
    (f"/v2/pull/nowhere/blobs/{digest(LAYER)}", "BLOB_UNKNOWN"),
])
def test_what_is_not_there_is_404_with_its_code(registry, pushed, path, code):
    reply = registry.get(path, Accept=ACCEPT)
    assert (reply.status, reply.code) == (404, code)
    assert registry.head(path).status == 404


def test_a_blob_comes_back(registry, pushed):
    reply = registry.get(f"/v2/pull/app/blobs/{digest(LAYER)}")
    assert (reply.status, reply.body) == (200, LAYER)
    assert reply.headers["Docker-Content-Digest"] == digest(LAYER)
    head = registry.head(f"/v2/pull/app/blobs/{digest(LAYER)}")
    assert (head.status, int(head.headers["Content-Length"]), head.body) == (200, len(LAYER), b"")
    assert registry.get(f"/v2/pull/app/blobs/{digest(LAYER)}", If_None_Match=f'"{digest(LAYER)}"').status == 304


@pytest.mark.parametrize("asked, first, last", [
    ("bytes=0-0", 0, 0), ("bytes=10-19", 10, 19), ("bytes=10000-", 10000, 10239), ("bytes=-40", 10200, 10239),
    ("bytes=10200-99999", 10200, 10239), ("bytes=-99999", 0, 10239),
])
def test_a_range_of_a_blob(registry, pushed, asked, first, last):
    reply = registry.get(f"/v2/pull/app/blobs/{digest(LAYER)}", Range=asked)
    assert (reply.status, reply.body) == (206, LAYER[first:last + 1])
    assert reply.headers["Content-Range"] == f"bytes {first}-{last}/{len(LAYER)}"


def test_a_range_beyond_the_end_is_416(our_registry):
    # Distribution 2.8 announces the whole blob's length there.
    our_registry.push_blob("pull/beyond", LAYER)
    reply = our_registry.get(f"/v2/pull/beyond/blobs/{digest(LAYER)}", Range=f"bytes={len(LAYER)}-")
    assert (reply.status, reply.code) == (416, "RANGE_INVALID")
    assert reply.headers["Content-Range"] == f"bytes */{len(LAYER)}"


@pytest.mark.parametrize("asked", ["bytes=a-b", "lines=1-2", "bytes", "bytes=5", "bytes=9-2", "bytes=--1", "bytes=0-1,4-5"])
def test_a_range_that_is_none_or_several_is_answered_in_whole(our_registry, asked):
    # RFC 9110, 14.2: a server may ignore Range.
    our_registry.push_blob("pull/ranges", LAYER)
    reply = our_registry.get(f"/v2/pull/ranges/blobs/{digest(LAYER)}", Range=asked)
    assert (reply.status, reply.body) == (200, LAYER)


def test_a_range_holds_only_for_the_bytes_it_was_meant_for(registry, pushed):
    path = f"/v2/pull/app/blobs/{digest(LAYER)}"
    assert registry.get(path, Range="bytes=0-4", If_Range=f'"{digest(LAYER)}"').status == 206
    assert registry.get(path, Range="bytes=0-4", If_Range='"other"').status == 200


def test_an_empty_blob(registry):
    name = registry.push_blob("pull/empty", b"")
    reply = registry.get(f"/v2/pull/empty/blobs/{name}")
    assert (reply.status, reply.body, reply.headers["Content-Length"]) == (200, b"", "0")


def test_many_requests_share_a_connection(registry, pushed):
    connection = registry.connect()
    for _ in range(20):
        assert registry.request("GET", f"/v2/pull/app/blobs/{digest(LAYER)}", connection=connection).body == LAYER
        assert registry.request("HEAD", f"/v2/pull/app/blobs/{digest(LAYER)}", connection=connection).status == 200
        assert registry.request("GET", f"/v2/pull/app/blobs/{ABSENT}", connection=connection).status == 404
    connection.close()


def test_a_connection_that_ends_with_its_answer_gets_all_of_it(registry):
    data = b"0123456789abcdef" * (2 << 20)
    name = registry.push_blob("pull/large", data)
    reply = registry.get(f"/v2/pull/large/blobs/{name}", Connection="close")
    assert reply.body == data
