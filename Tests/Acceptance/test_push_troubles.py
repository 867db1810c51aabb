"""Pushes to registries that break off, forget, refuse and are busy."""
import json
import os
import socket
import urllib.parse

import pytest

from harness import images
from harness.hostile import HostileRegistry
from harness.images import entry
from harness.distribution import MANIFEST, OCI_MANIFEST
from test_images import progress
from test_pull import only_busybox  # noqa: F401


@pytest.fixture
def hostile():
    found = HostileRegistry()
    yield found
    found.stop()


@pytest.fixture
def name(api, hostile):
    """An image that no registry has seen, of some pieces."""
    tar = images.tar(entry("new", os.urandom(9_000_000)))
    assert api.post(f"/images/create?fromSrc=-&repo={hostile.host}/a/b&tag=1", tar,
                    headers={"Content-Type": "application/x-tar"}, timeout=60).status == 200
    return f"{hostile.host}/a/b"


def push(api, name, **more):
    return progress(api.post(f"/images/{name}/push?tag=1", timeout=60, **more))


def patches(rule):
    return lambda handler, path: handler.command == "PATCH" and rule(handler, path)


def test_a_mount_asks_for_both_repositories(api, hostile, name):
    """Distribution's token specification: several scopes are several fields."""
    hostile.token = True
    hostile.rules.append(lambda handler, path: handler.command == "HEAD" and path.startswith("/v2/c/d/")
                         and (handler.refuse(404, "BLOB_UNKNOWN", "blob unknown to registry") or True))
    assert "aux" in push(api, name)[-1]
    other = f"{hostile.host}/c/d"
    assert api.post(f"/images/{name}:1/tag?repo={other}&tag=1").status == 201
    assert "aux" in push(api, other)[-1]
    asked = [urllib.parse.parse_qs(path.split("?", 1)[1]).get("scope") for _, path, _ in hostile.asked("/token")]
    assert ["repository:c/d:pull,push", "repository:a/b:pull"] in asked, asked


def test_a_large_layer_goes_in_one_request(api, hostile, name):
    told = push(api, name)
    assert "aux" in told[-1], told
    sent = [{name.lower(): value for name, value in headers.items()} for method, _, headers in hostile.seen if method == "PATCH"]
    # The layer, and the config.
    assert [headers["transfer-encoding"] for headers in sent] == ["chunked", "chunked"]


def test_an_upload_that_breaks_is_gone_on_with(api, hostile, name):
    broken = []

    def half(handler, path):
        if broken:
            return False
        broken.append(path)
        # The registry keeps what it has read.
        hostile.uploads[path.rsplit("/", 1)[1]] += hostile.body(handler, 1_000_000)
        handler.connection.shutdown(socket.SHUT_RDWR)
        handler.close_connection = True
        return True
    hostile.rules.append(patches(half))
    told = push(api, name)
    # The registry compares what it has with the digest; had all been sent again it would be another.
    assert broken and "aux" in told[-1], told
    assert len([path for method, path, _ in hostile.seen if method == "PATCH" and path == broken[0]]) == 2


def test_an_upload_whose_connections_all_break(api, hostile, name):
    tries = []

    def little(handler, path):
        tries.append(path)
        hostile.uploads[path.rsplit("/", 1)[1]] += hostile.body(handler, 1_500_000)
        handler.connection.shutdown(socket.SHUT_RDWR)
        handler.close_connection = True
        return True
    hostile.rules.append(patches(lambda handler, path: len(tries) < 5 and little(handler, path)))
    assert "aux" in push(api, name)[-1] and len(tries) == 5


def test_a_token_that_ends_before_the_layer_is_sent(api, hostile, name):
    hostile.token = True
    ended = []

    def late(handler, path):
        if ended:
            return False
        ended.append(handler.headers["Authorization"])
        hostile.valid.clear()
        hostile.body(handler)
        return hostile.may(handler, path) or True
    hostile.rules.append(patches(late))
    told = push(api, name)
    assert "aux" in told[-1], told
    assert ended[0].startswith("Bearer ")


def test_an_upload_of_which_more_is_there_than_was_sent(api, hostile, name):
    def boast(handler, path):
        if handler.command == "GET" and "/uploads/" in path:
            return handler.reply(204, Location=path, Range=f"0-{2**63 - 1}") or True
        if handler.command != "PATCH":
            return False
        hostile.body(handler)
        return handler.refuse(500, "UNKNOWN", "x", Retry_After="0") or True
    hostile.rules.append(boast)
    assert push(api, name)[-1]["error"].startswith(f"the registry has {2**63 - 1} bytes of an upload of which")
    assert api.get("/_ping").status == 200


@pytest.mark.parametrize("status, code", [(429, "TOOMANYREQUESTS"), (500, "UNKNOWN")])
def test_a_busy_registry(api, hostile, name, status, code):
    refused = []

    def busy(handler, path):
        if len(refused) == 2:
            return False
        refused.append(hostile.body(handler))
        return handler.refuse(status, code, "later", Retry_After="1") or True
    hostile.rules.append(patches(busy))
    assert "aux" in push(api, name)[-1]


def test_a_registry_that_forgets_an_upload(api, hostile, name):
    def forget(handler, path):
        hostile.body(handler)
        hostile.uploads.pop(path.rsplit("/", 1)[1], None)
        return handler.refuse(500, "UNKNOWN", "x", Retry_After="0") or True
    hostile.rules.append(patches(forget))
    assert push(api, name)[-1]["error"] == "blob upload unknown: blob upload unknown to registry"
    assert hostile.manifests == {}


def test_a_registry_that_takes_only_oci(api, hostile, name):
    def choosy(handler, path):
        if handler.command != "PUT" or handler.headers["Content-Type"] != MANIFEST:
            return False
        hostile.body(handler)
        return handler.refuse(400, "MANIFEST_INVALID", "manifest invalid") or True
    hostile.rules.append(choosy)
    assert "aux" in push(api, name)[-1]
    body, kind = hostile.manifests["a/b", "1"]
    manifest = json.loads(body)
    assert kind == manifest["mediaType"] == OCI_MANIFEST
    assert manifest["config"]["mediaType"] == "application/vnd.oci.image.config.v1+json"
    assert {layer["mediaType"] for layer in manifest["layers"]} == {"application/vnd.oci.image.layer.v1.tar+gzip"}


def test_who_may_not_push(api, hostile, name):
    def deny(handler, path):
        if handler.command != "POST":
            return False
        hostile.body(handler)
        return handler.refuse(403, "DENIED", "requested access to the resource is denied") or True
    hostile.rules.append(deny)
    assert push(api, name)[-1]["error"] == "denied: requested access to the resource is denied"
    assert hostile.manifests == {} and hostile.uploads == {}


@pytest.mark.parametrize("status, code, words", [
    (403, "DENIED", "403"), (429, "TOOMANYREQUESTS", "429"), (500, "UNKNOWN", "500"), (401, "UNAUTHORIZED", "401")])
def test_a_question_for_a_blob_that_is_refused(api, hostile, name, status, code, words):
    """The engine asks whether the registry has a blob; any answer but yes and no is the registry's error."""
    def refuse(handler, path):
        return handler.command == "HEAD" and "/blobs/" in path and (handler.refuse(status, code, "no", Retry_After="0") or True)
    hostile.rules.append(refuse)
    told = push(api, name)
    assert "error" in told[-1] and hostile.manifests == {}, told
    assert api.get("/_ping", version="").status == 200


def test_a_registry_that_is_away_for_a_moment(api, hostile, name):
    """It breaks off a piece, and the next connections too, as one that is started again."""
    refused = []

    def away(handler, path):
        if not refused and handler.command != "PATCH" or len(refused) == 3:
            return False
        refused.append(path)
        handler.connection.shutdown(socket.SHUT_RDWR)
        handler.close_connection = True
        return True
    hostile.rules.append(away)
    told = push(api, name)
    assert len(refused) == 3 and "aux" in told[-1], told
