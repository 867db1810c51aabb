"""Pushes to Debian's docker-registry, and that what comes out is what went in."""
import gzip
import hashlib
import json
import subprocess

import pytest

from harness import images
from harness.images import entry, folder
from harness.distribution import CONFIG, LAYER, MANIFEST, OCI_MANIFEST, Registry, name_of
from test_images import progress
from test_pull import only_busybox, pull, registry, small, zstd  # noqa: F401


def push(api, name, query="", **more):
    return progress(api.post(f"/images/{name}/push{query}", timeout=60, **more))


def test_push_and_pull_again(cli, registry):
    name = f"{registry.host}/push/{cli.name}:1"
    cli.ok("tag", "busybox", name)
    out = cli.ok("push", name)
    headers, body = registry.manifest(f"push/{cli.name}", "1")
    manifest = json.loads(body)
    assert headers["Content-Type"] == MANIFEST == manifest["mediaType"]
    assert f"The push refers to repository [{registry.host}/push/{cli.name}]" in out
    assert f"1: digest: {name_of(body)} size: {len(body)}" in out
    image = json.loads(cli.ok("inspect", name))[0]
    assert manifest["config"]["digest"] == image["Id"]
    assert f"{registry.host}/push/{cli.name}@{name_of(body)}" in image["RepoDigests"]
    layers = [gzip.decompress(registry.blob(f"push/{cli.name}", layer["digest"])) for layer in manifest["layers"]]
    assert ["sha256:" + hashlib.sha256(layer).hexdigest() for layer in layers] == image["RootFS"]["Layers"]
    cli.ok("rmi", name)
    assert image["Id"] in cli.ok("pull", name) or cli.ok("inspect", "-f", "{{.Id}}", name) == image["Id"]


def test_the_messages_of_a_push(api, registry):
    name = f"{registry.host}/push/messages"
    tar = images.tar(entry("only-here", b"messages of a push"))
    assert api.post(f"/images/create?fromSrc=-&repo={name}&tag=x", tar,
                    headers={"Content-Type": "application/x-tar"}).status == 200
    layer = hashlib.sha256(tar).hexdigest()[:12]
    told = push(api, name, "?tag=x")
    assert told[0] == {"status": f"The push refers to repository [{name}]"}
    assert told[1] == {"status": "Preparing", "progressDetail": {}, "id": layer}
    assert [m["status"] for m in told if m.get("id") == layer][-1] == "Pushed"
    _, body = registry.manifest("push/messages", "x")
    assert told[-2] == {"status": f"x: digest: {name_of(body)} size: {len(body)}"}
    assert told[-1] == {"progressDetail": {}, "aux": {"Tag": "x", "Digest": name_of(body), "Size": len(body)}}
    again = push(api, name, "?tag=x")
    assert [m["status"] for m in again if m.get("id") == layer] == ["Preparing", "Layer already exists"]
    assert again[-1] == told[-1]
    # In another repository of the registry it is taken over, not sent.
    other = f"{registry.host}/push/other"
    assert api.post(f"/images/{name}:x/tag?repo={other}&tag=y").status == 201
    mounted = push(api, other, "?tag=y")
    assert [m["status"] for m in mounted if m.get("id") == layer] == ["Preparing", "Mounted from push/messages"]


def test_push_of_the_same_layer_gives_the_same_bytes(api, registry, new_engine, busybox_tar):
    """Two engines, that know nothing of each other, name one layer by one digest."""
    digests = set()
    engine = new_engine()
    archive = api.get("/images/busybox/get").body
    assert engine.api.post("/images/load", archive, headers={"Content-Type": "application/x-tar"}).status == 200
    for number, one in enumerate((api, engine.api)):
        name = f"{registry.host}/push/same-{number}"
        assert one.post(f"/images/busybox/tag?repo={name}&tag=x").status == 201
        push(one, name, "?tag=x")
        digests.add(json.loads(registry.manifest(f"push/same-{number}", "x")[1])["layers"][0]["digest"])
    assert len(digests) == 1


OCI_CONFIG, OCI_LAYER = "application/vnd.oci.image.config.v1+json", "application/vnd.oci.image.layer.v1.tar"
KINDS = {
    "docker": {},
    "oci": {"kind": OCI_MANIFEST, "config": OCI_CONFIG, "layer": OCI_LAYER + "+gzip"},
    "zstd": {"kind": OCI_MANIFEST, "config": OCI_CONFIG, "layer": OCI_LAYER + "+zstd", "pack": zstd},
    "plain": {"kind": OCI_MANIFEST, "config": OCI_CONFIG, "layer": OCI_LAYER, "pack": lambda data: data}}


@pytest.mark.parametrize("kind", KINDS)
def test_what_was_pulled_is_pushed_as_it_was(cli, registry, kind):
    image = small("again-" + kind, **KINDS[kind])
    name = registry.put(f"from/{kind}", "1", image)
    cli.ok("pull", name)
    there = f"{registry.host}/to/{cli.name}-{kind}:2"
    cli.ok("tag", name, there)
    cli.ok("push", there)
    headers, body = registry.manifest(f"to/{cli.name}-{kind}", "2")
    assert (headers["Content-Type"], body) == (image.kind, image.manifest)


@pytest.mark.parametrize("kind", KINDS)
def test_what_was_pulled_is_pushed_as_it_was_to_another_registry(cli, registry, kind):
    image = small("elsewhere-" + kind, **KINDS[kind])
    name = registry.put(f"from/elsewhere-{kind}", "1", image)
    cli.ok("pull", name)
    other = Registry()
    try:
        there = f"{other.host}/to/elsewhere:1"
        cli.ok("tag", name, there)
        assert f"1: digest: {image.digest} size: {len(image.manifest)}" in cli.ok("push", there)
        headers, body = other.manifest("to/elsewhere", "1")
        assert (headers["Content-Type"], body) == (image.kind, image.manifest)
        for layer in image.layers:
            assert other.blob("to/elsewhere", name_of(layer)) == layer
    finally:
        other.stop()


def test_every_tag(cli, registry):
    name = f"{registry.host}/push/every-{cli.name}"
    for tag in ("a", "b"):
        cli.ok("tag", "busybox", f"{name}:{tag}")
    out = cli.ok("push", "-a", name)
    assert "a: digest: " in out and "b: digest: " in out
    found = json.loads(registry.request("GET", f"/v2/push/every-{cli.name}/tags/list")[2])
    assert sorted(found["tags"]) == ["a", "b"]


def test_what_can_not_be_pushed(cli, registry):
    name = f"{registry.host}/push/nothing-{cli.name}"
    done = cli.fails("push", name)
    assert f"An image does not exist locally with the tag: {name}" in done.complaint
    cli.ok("tag", "busybox", name + ":a")
    assert f"tag does not exist: {name}:b" in cli.fails("push", name + ":b").complaint
    assert cli.fails("push", f"{name}@sha256:{'0' * 64}").complaint
    gone = "127.0.0.1:1/x:1"
    cli.ok("tag", "busybox", gone)
    assert "connect: connection refused" in cli.fails("push", gone).complaint


def test_skopeo_takes_what_was_pushed_and_gives_what_is_pulled(cli, registry, tmp_path):
    name = f"{registry.host}/push/skopeo-{cli.name}"
    cli.ok("tag", "busybox", name + ":1")
    cli.ok("push", name + ":1")
    subprocess.run(["skopeo", "copy", "--insecure-policy", "--src-tls-verify=false", "--dest-tls-verify=false",
                    "--format", "oci", f"docker://{name}:1", f"docker://{name}:2"], check=True, stdout=subprocess.DEVNULL)
    assert registry.manifest(f"push/skopeo-{cli.name}", "2")[0]["Content-Type"] == OCI_MANIFEST
    cli.ok("rmi", name + ":1")
    cli.ok("pull", name + ":2")
    assert cli.ok("run", "--rm", name + ":2", "echo", "it runs") == "it runs"


def test_distribution(cli, registry):
    image = small("known")
    name = registry.put("team/known", "1", image)
    reply = cli.engine.api.get(f"/distribution/{name}/json")
    assert reply.json == {
        "Descriptor": {"mediaType": MANIFEST, "digest": image.digest, "size": len(image.manifest)},
        "Platforms": [{"architecture": "amd64", "os": "linux"}]}
    assert cli.engine.api.get(f"/distribution/{registry.host}/team/no:1/json").status == 404


OCI_CONFIG = "application/vnd.oci.image.config.v1+json"
OCI_LAYER = "application/vnd.oci.image.layer.v1.tar+gzip"
TYPES = {"docker": (MANIFEST, CONFIG, LAYER), "oci": (OCI_MANIFEST, OCI_CONFIG, OCI_LAYER)}


def types_there(headers, body):
    manifest = json.loads(body)
    assert manifest["mediaType"] == headers["Content-Type"]
    return headers["Content-Type"], manifest["config"]["mediaType"], *{layer["mediaType"] for layer in manifest["layers"]}


@pytest.mark.parametrize("kind", TYPES)
def test_the_format_that_was_asked_for(ours, registry, kind):
    """Of an image that was made here, and of one that came in the other format."""
    came = {"docker": {"kind": OCI_MANIFEST, "config": OCI_CONFIG, "layer": OCI_LAYER}, "oci": {}}[kind]
    image = small("asked-" + kind, **came)
    pulled = registry.put(f"came/{kind}", "1", image)
    ours.ok("pull", pulled)
    for number, source in enumerate(("busybox", pulled)):
        name = f"{registry.host}/asked/{kind}-{number}"
        ours.ok("tag", source, name + ":1")
        before = ours.ok("inspect", "-f", "{{.Id}}", name + ":1")
        ours.ok("push", "--format", kind, name + ":1")
        headers, body = registry.manifest(f"asked/{kind}-{number}", "1")
        assert types_there(headers, body) == TYPES[kind]
        ours.ok("rmi", name + ":1")
        ours.ok("pull", name + ":1")
        assert ours.ok("inspect", "-f", "{{.Id}}", name + ":1") == before


def test_the_format_in_our_registry(api, our_registry):
    name = f"127.0.0.1:{our_registry.port}/asked/ours"
    assert api.post(f"/images/busybox/tag?repo={name}&tag=1").status == 201
    before = api.get(f"/images/{name}:1/json").json["Id"]
    push(api, name, "?tag=1&format=oci")
    reply = our_registry.get("/v2/asked/ours/manifests/1", Accept=OCI_MANIFEST)
    assert types_there(reply.headers, reply.body) == TYPES["oci"]
    api.delete(f"/images/{name}:1")
    assert "Status: " in pull(api, f"{name}:1").text
    assert api.get(f"/images/{name}:1/json").json["Id"] == before


def test_a_format_that_is_none(api, ours, registry):
    name = f"{registry.host}/push/format"
    assert api.post(f"/images/busybox/tag?repo={name}&tag=1").status == 201
    reply = api.post(f"/images/{name}/push?tag=1&format=squash")
    assert reply.status == 400 and 'invalid format of a manifest: "squash" is neither docker nor oci' in reply.message
    assert "neither docker nor oci" in ours.fails("push", "--format", "squash", name + ":1").complaint


def test_what_schema_2_has_no_name_for_is_not_forced_into_it(api, registry):
    image = small("zstd-asked", kind=OCI_MANIFEST, config=OCI_CONFIG, pack=zstd,
                  layer="application/vnd.oci.image.layer.v1.tar+zstd")
    name = registry.put("came/zstd", "1", image)
    assert "Downloaded newer image" in pull(api, name).text
    reply = api.post(f"/images/{registry.host}/came/zstd/push?tag=1&format=docker", timeout=60)
    assert "can't stand in a manifest of schema 2" in reply.text, reply
    assert registry.manifest("came/zstd", "1")[1] == image.manifest
