"""Deleting from a registry (OCI distribution-spec 1.1, "Content Management"), and methods that aren't there."""
import pytest

from harness.registry import MANIFEST, digest


def test_a_manifest_that_is_deleted_takes_its_tags_along(registry):
    data = registry.push_image("manage/app", "v1", layer=b"one")
    registry.push_manifest("manage/app", "also", data)
    other = registry.push_image("manage/app", "v2", layer=b"two")
    assert registry.delete(f"/v2/manage/app/manifests/{digest(data)}").status == 202
    for reference in ("v1", "also", digest(data)):
        assert registry.get(f"/v2/manage/app/manifests/{reference}", Accept=MANIFEST).status == 404
    assert registry.get("/v2/manage/app/tags/list").json["tags"] == ["v2"]
    assert registry.get("/v2/manage/app/manifests/v2", Accept=MANIFEST).body == other
    reply = registry.delete(f"/v2/manage/app/manifests/{digest(data)}")
    assert (reply.status, reply.code) == (404, "MANIFEST_UNKNOWN")


def test_a_tag_that_is_deleted_leaves_its_manifest(our_registry):
    data = our_registry.push_image("manage/tag", "v1")
    our_registry.push_manifest("manage/tag", "v2", data)
    assert our_registry.delete("/v2/manage/tag/manifests/v1").status == 202
    assert our_registry.get("/v2/manage/tag/tags/list").json["tags"] == ["v2"]
    assert our_registry.get(f"/v2/manage/tag/manifests/{digest(data)}").body == data
    assert our_registry.delete("/v2/manage/tag/manifests/v1").status == 404


def test_a_blob_that_is_deleted_is_gone_from_its_repository_alone(registry):
    for name in ("manage/here", "manage/there"):
        registry.push_blob(name, b"shared")
    path = "/v2/manage/here/blobs/" + digest(b"shared")
    assert registry.delete(path).status == 202
    assert registry.get(path).status == 404
    assert registry.get("/v2/manage/there/blobs/" + digest(b"shared")).body == b"shared"
    reply = registry.delete(path)
    assert (reply.status, reply.code) == (404, "BLOB_UNKNOWN")
    registry.push_blob("manage/here", b"shared")
    assert registry.get(path).body == b"shared"


def test_deletes_are_405_unless_allowed(new_registry):
    for kind in ("martlet", "distribution"):
        server = new_registry(kind=kind, storage={"delete": {"enabled": False}})
        data = server.push_image("manage/kept", "v1")
        for path in (f"manifests/{digest(data)}", "blobs/" + digest(b"a layer")):
            reply = server.delete("/v2/manage/kept/" + path)
            assert (reply.status, reply.code) == (405, "UNSUPPORTED"), (kind, path, reply)
        assert server.get("/v2/manage/kept/manifests/v1", Accept=MANIFEST).body == data


def test_nothing_is_written_while_read_only(new_registry, tmp_path):
    for kind in ("martlet", "distribution"):
        folder = str(tmp_path / kind)
        (tmp_path / kind).mkdir()
        server = new_registry(kind=kind, folder=folder)
        data = server.push_image("manage/fixed", "v1")
        server.stop()
        server = new_registry(kind=kind, folder=folder, storage={"maintenance": {"readonly": {"enabled": True}}})
        assert server.get("/v2/manage/fixed/manifests/v1", Accept=MANIFEST).body == data
        assert server.begin("manage/fixed").status == 405
        assert server.put("/v2/manage/fixed/manifests/v2", data, MANIFEST).status == 405
        assert server.delete(f"/v2/manage/fixed/manifests/{digest(data)}").status == 405
        assert server.get("/v2/manage/fixed/tags/list").json["tags"] == ["v1"]


@pytest.mark.parametrize("method, path", [
    ("POST", "/v2/a/manifests/v1"), ("PUT", "/v2/a/tags/list"), ("DELETE", "/v2/_catalog"), ("PATCH", "/v2/"),
    ("PUT", "/v2/a/blobs/" + "sha256:" + "0" * 64), ("GET", "/v2/a/blobs/uploads/"), ("OPTIONS", "/v2/"),
])
def test_a_method_that_is_not_there_is_405(our_registry, method, path):
    reply = our_registry.request(method, path)
    assert (reply.status, reply.code) == (405, "UNSUPPORTED")


@pytest.mark.parametrize("path", ["/v1/_ping", "/v2x", "/v2/a", "/v2/a/b", "/v2/manifests/v1", "/v2//tags/list/x", "/metrics"])
def test_a_path_outside_the_api_is_404(our_registry, path):
    assert our_registry.get(path).status == 404
