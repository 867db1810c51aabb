"""Signed manifests of schema 1, as the registries of Docker 1.6 kept them: made and signed by docker-registry's own library."""
import json

import pytest

from harness import images
from harness.hostile import HostileRegistry
from harness.images import entry
from harness.distribution import Image, Registry
from test_hostile_registry import fails
from test_images import progress
from test_pull import only_busybox, pull  # noqa: F401

SIGNED = "application/vnd.docker.distribution.manifest.v1+prettyjws"


@pytest.fixture(scope="module")
def signed():
    """An image, its signed manifest, and the digest that docker-registry gives that."""
    image = Image(images.tar(entry("below", b"1" * 5000)), images.tar(entry("above", b"2" * 5000)), Cmd=["x"], Env=["A=b"])
    registry = Registry()
    try:
        registry.put("a/b", "1", image)
        headers, body = registry.manifest("a/b", "1", SIGNED)
    finally:
        registry.stop()
    assert headers["Content-Type"] == SIGNED and json.loads(body)["signatures"]
    return image, body, headers["Docker-Content-Digest"]


@pytest.fixture
def hostile(signed):
    found = HostileRegistry()
    found.put("a/b", "1", signed[0])
    for reference in ("1", signed[2]):
        found.manifests["a/b", reference] = (signed[1], SIGNED)
    yield found
    found.stop()


def test_pull(cli, hostile, signed):
    image, _, digest = signed
    out = cli.ok("pull", f"{hostile.host}/a/b:1")
    # The digest is that of what was signed, not of all the bytes.
    assert f"Digest: {digest}" in out
    shown = json.loads(cli.ok("inspect", f"{hostile.host}/a/b:1"))[0]
    assert shown["RepoDigests"] == [f"{hostile.host}/a/b@{digest}"]
    assert shown["RootFS"]["Layers"] == json.loads(image.config)["rootfs"]["diff_ids"]
    assert (shown["Config"]["Cmd"], shown["Config"]["Env"]) == (["x"], ["A=b"])
    cli.ok("pull", f"{hostile.host}/a/b@{digest}")
    assert json.loads(cli.ok("inspect", f"{hostile.host}/a/b@{digest}"))[0]["Id"] == shown["Id"]


@pytest.mark.parametrize("spoil, text", [
    (lambda body: body.replace(b'"architecture": "amd64"', b'"architecture": "amd65"'), "a signature is wrong"),
    (lambda body: body.replace(b'"signatures"', b'"signaturez"'), "no signatures in manifest"),
    (lambda body: body.replace(b'"ES256"', b'"none"'), "is not ES256"),
    (lambda body: body.replace(b'"protected": "', b'"protected": "x'), "image verification failed"),
])
def test_what_was_changed_is_refused(api, hostile, signed, spoil, text):
    body = spoil(signed[1])
    assert body != signed[1]
    hostile.manifests["a/b", "1"] = (body, SIGNED)
    fails(pull(api, f"{hostile.host}/a/b:1"), text)


def test_what_stands_outside_of_the_signature_is_not_read(api, hostile, signed):
    """CVE-2014-8179: members put in behind what was signed."""
    _, body, digest = signed
    document = json.loads(body)
    evil = body.rstrip()[:-1] + b',"name":"evil","fsLayers":[]}'
    assert json.loads(evil)["name"] == "evil" != document["name"]
    hostile.manifests["a/b", "1"] = (evil, SIGNED)
    told = progress(pull(api, f"{hostile.host}/a/b:1"))
    assert {"status": f"Digest: {digest}"} in told


def test_another_manifest_under_its_digest(api, hostile, signed):
    other = "sha256:" + "1" * 64
    hostile.manifests["a/b", other] = (signed[1], SIGNED)
    fails(pull(api, f"{hostile.host}/a/b@{other}"), f"manifest verification failed for digest {other}")
