"""Layers that are not the registry's to give: pulled from where the manifest says, and left there by a push."""
import base64
import json

import pytest

from harness import images
from harness.distribution import OCI_MANIFEST, Image
from harness.hostile import HostileRegistry
from harness.images import entry
from test_images import progress
from test_pull import only_busybox, pull  # noqa: F401
from test_push import push

DOCKER = "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip"
OCI = "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip"


@pytest.fixture
def registries():
    """Where images are, the place of the foreign layers, and where images go to."""
    found = [HostileRegistry() for _ in range(3)]
    yield found
    for registry in found:
        registry.stop()


def foreign_image(kind, place, layers=2):
    """Its last layer is only at `place`."""
    more = {} if kind == DOCKER else {"kind": OCI_MANIFEST, "config": "application/vnd.oci.image.config.v1+json",
                                      "layer": "application/vnd.oci.image.layer.v1.tar+gzip"}
    image = Image(*[images.tar(entry(f"file-{kind[-9:]}-{number}", b"x" * 5000)) for number in range(layers)], **more)
    name = image.document["layers"][-1]["digest"]
    image.document["layers"][-1] |= {"mediaType": kind, "urls": ["ftp://nowhere.example/x", f"http://{place.host}/elsewhere/{name}"]}
    image.seal()
    return image, name


def served(place, image, name):
    def rule(handler, path):
        if path != f"/elsewhere/{name}":
            return False
        place.blob(handler, image.layers[-1])
        return True
    place.rules.append(rule)


@pytest.mark.parametrize("kind", [DOCKER, OCI])
def test_pull_and_push(api, registries, kind):
    source, place, target = registries
    image, name = foreign_image(kind, place)
    served(place, image, name)
    reference = source.put("a/foreign", "1", image)
    del source.blobs[name]
    assert "Downloaded newer image" in pull(api, reference).text
    assert [path for _, path, headers in place.seen] == [f"/elsewhere/{name}"]
    assert api.get(f"/images/{reference}/json").json["Id"] == image.id
    moved = f"{target.host}/b/foreign"
    assert api.post(f"/images/{reference}/tag?repo={moved}&tag=1").status == 201
    told = push(api, moved, "?tag=1")
    assert "aux" in told[-1], told
    diff = json.loads(image.config)["rootfs"]["diff_ids"][-1][7:19]
    assert [message["status"] for message in told if message.get("id") == diff] == ["Preparing", "Skipped foreign layer"]
    assert name not in target.blobs
    assert target.manifests["b/foreign", "1"] == (image.manifest, image.kind)
    # Whoever pulls from there finds it where it was.
    assert api.delete(f"/images/{reference}").status == 200 and api.delete(f"/images/{moved}:1").status == 200
    assert "Downloaded newer image" in pull(api, f"{moved}:1").text
    assert len(place.seen) == 2


def test_a_foreign_place_that_lies(api, registries):
    source, place, _ = registries
    image, name = foreign_image(DOCKER, place)
    place.rules.append(lambda handler, path: handler.reply(200, b"y" * len(image.layers[-1])) or True)
    reference = source.put("a/lies", "1", image)
    del source.blobs[name]
    assert "error" in progress(pull(api, reference))[-1]
    assert api.get(f"/images/{reference}/json").status == 404


def test_a_foreign_place_that_is_gone(api, registries):
    source, place, _ = registries
    image, name = foreign_image(DOCKER, place)
    reference = source.put("a/gone", "1", image)
    del source.blobs[name]
    assert "blob unknown" in progress(pull(api, reference))[-1]["error"]


def test_what_proves_who_asks_stays_at_the_registry(new_engine, registries):
    _, place, _ = registries
    source = HostileRegistry(users={"me": "secret"})
    try:
        image, name = foreign_image(DOCKER, place)
        served(place, image, name)
        reference = source.put("a/private", "1", image)
        del source.blobs[name]
        engine = new_engine(busybox=False)
        auth = base64.urlsafe_b64encode(json.dumps({"username": "me", "password": "secret"}).encode()).decode()
        assert "Downloaded newer image" in pull(engine.api, reference, headers={"X-Registry-Auth": auth}).text
        assert place.seen and not any("Authorization" in headers for _, _, headers in place.seen)
    finally:
        source.stop()
