"""What was pulled goes on as it came: through engines and registries of different makers, and beside the files of its layers."""
import contextlib
import gzip
import http.client
import json
import os
import threading

import pytest

from harness import images
from harness.distribution import Image, Registry, name_of
from harness.hostile import HostileRegistry
from harness.images import entry
from harness.peers import DockerIO, Podman
from harness.registry import Registry as OurRegistry
from harness.waiting import eventually
from test_pull import pull, small
from test_push import KINDS, push


@pytest.fixture
def registries():
    """Debian's, ours, Debian's once more."""
    found = [Registry(), OurRegistry().start(), Registry()]
    yield found
    found[0].stop()
    found[1].finish()
    found[2].stop()


@pytest.fixture
def source():
    found = HostileRegistry()
    yield found
    found.stop()


@pytest.fixture
def target():
    found = HostileRegistry()
    yield found
    found.stop()


def kept(engine):
    return sorted(os.listdir(engine.root + "/image/overlay/pulled"))


def names_of(layers):
    return sorted(name_of(layer).removeprefix("sha256:") for layer in layers)


def pulled(engine, name):
    reply = pull(engine.api, name)
    assert "Downloaded newer image" in reply.text, reply


def moved(engine, name, there):
    """Pushed under another name."""
    repository, tag = there.rsplit(":", 1)
    assert engine.api.post(f"/images/{name}/tag?repo={repository}&tag={tag}").status == 201
    told = push(engine.api, repository, f"?tag={tag}")
    assert "aux" in told[-1], told
    return told[-1]["aux"]["Digest"]


@pytest.mark.parametrize("kind", KINDS)
def test_its_digest_is_the_same_after_every_hop(new_engine, registries, kind):
    """A registry, our engine, our registry, another's engine and one of ours, the first registry's twin."""
    first, ours, last = registries
    image = small("hops-" + kind, **KINDS[kind])
    name = first.put("from/hops", "1", image)
    engine, there = new_engine(busybox=False), f"127.0.0.1:{ours.port}/on/the-way:1"
    pulled(engine, name)
    assert moved(engine, name, there) == image.digest
    assert ours.get("/v2/on/the-way/manifests/1", Accept=image.kind).body == image.manifest
    # Docker of that age knows no zstd, and takes it for something else.
    peer = (DockerIO if kind == "docker" else Podman)("", "")
    try:
        peer.pull(there)
        assert (peer.id(there), peer.digest(there)) == (image.id, image.digest)
    finally:
        peer.close()
    another, end = new_engine(busybox=False), f"{last.host}/to/the-end:1"
    pulled(another, there)
    assert moved(another, there, end) == image.digest
    assert last.manifest("to/the-end", "1")[1] == image.manifest
    assert [last.blob("to/the-end", name_of(layer)) for layer in image.layers] == image.layers


def test_the_bytes_go_with_the_last_image(new_engine, source):
    engine = new_engine(busybox=False)
    one, two = small("kept", 2), small("kept", 3)
    for name, image in (("one", one), ("two", two)):
        pulled(engine, source.put(name, "1", image))
    assert kept(engine) == names_of(two.layers)
    assert engine.api.get("/system/check").text.count('"Problem"') == 0
    assert engine.api.delete(f"/images/{source.host}/two:1").status == 200
    assert kept(engine) == names_of(one.layers)
    engine.restart()
    assert kept(engine) == names_of(one.layers)
    assert engine.api.delete(f"/images/{source.host}/one:1").status == 200
    assert kept(engine) == []


def test_an_engine_killed_in_the_middle_of_a_pull(new_engine, source, target):
    engine, image, free = new_engine(busybox=False), small("killed", 3), threading.Event()

    def wait(handler, path):
        if path.endswith(image.document["layers"][2]["digest"]):
            free.wait(30)
        return False
    source.rules.append(wait)
    name = source.put("killed", "1", image)
    thread = threading.Thread(target=unheard, args=(engine, name))
    thread.start()
    eventually(lambda: kept(engine) == names_of(image.layers[:2]), what="the first layers")
    engine.kill()
    thread.join()
    engine.start()
    assert kept(engine) == []
    free.set()
    pulled(engine, name)
    assert kept(engine) == names_of(image.layers)
    assert moved(engine, name, f"{target.host}/killed:1") == image.digest


def unheard(engine, name):
    with contextlib.suppress(OSError, http.client.HTTPException):
        pull(engine.api, name)


@pytest.mark.parametrize("damage", ["one byte", "short", "missing"])
def test_damaged_bytes_are_packed_again(new_engine, source, target, damage):
    engine = new_engine(busybox=False)
    image = Image(images.tar(entry("large", os.urandom(3_000_000))), images.tar(entry("small", b"small")))
    name = source.put("damaged", "1", image)
    pulled(engine, name)
    path = f"{engine.root}/image/overlay/pulled/{name_of(image.layers[0])[7:]}"
    with open(path, "r+b") as file:
        if damage == "short":
            file.truncate(2_000_000)
        else:
            file.seek(2_500_000)
            file.write(bytes(1))
    problems = [line for line in engine.api.get("/system/check").text.splitlines() if json.loads(line).get("Problem")]
    assert [json.loads(line)["Name"] for line in problems] == [name_of(image.layers[0])]
    if damage == "missing":
        os.remove(path)
    moved(engine, name, f"{target.host}/damaged:1")
    document = json.loads(target.manifests["damaged", "1"][0])
    sent = [target.blobs[layer["digest"]] for layer in document["layers"]]
    assert document["config"]["digest"] == image.id
    assert [gzip.decompress(layer) for layer in sent] == [gzip.decompress(layer) for layer in image.layers]
    assert sent[0] != image.layers[0] and sent[1] == image.layers[1]


def test_what_is_made_of_a_pulled_image_sends_its_layers_as_they_came(new_engine, source, target):
    engine, image = new_engine(busybox=False), small("base", 2)
    name = source.put("base", "1", image)
    pulled(engine, name)
    container = engine.api.post("/containers/create", {"Image": name, "Cmd": ["/x"]}).json["Id"]
    put = engine.api.request("PUT", f"/containers/{container}/archive?path=/", images.tar(entry("mine", b"mine")),
                         headers={"Content-Type": "application/x-tar"})
    assert put.status == 200, put
    assert engine.api.post(f"/commit?container={container}&repo={target.host}/made&tag=1").status == 201
    engine.remove_containers()
    assert engine.api.delete(f"/images/{name}").status == 200
    assert "aux" in push(engine.api, f"{target.host}/made", "?tag=1")[-1]
    sent = json.loads(target.manifests["made", "1"][0])["layers"]
    assert len(sent) == 3
    assert [target.blobs[layer["digest"]] for layer in sent[:2]] == image.layers


def test_an_upload_that_breaks_goes_on_where_it_broke(new_engine, source, target):
    engine = new_engine(busybox=False)
    image = Image(images.tar(entry("large", os.urandom(3_000_000))))
    name = source.put("breaks", "1", image)
    pulled(engine, name)
    broken = []

    def half(handler, path):
        if handler.command != "PATCH" or broken:
            return False
        broken.append(path)
        target.uploads[path.rsplit("/", 1)[1]] += target.body(handler, 1_000_000)
        handler.connection.close()
        handler.close_connection = True
        return True
    target.rules.append(half)
    assert moved(engine, name, f"{target.host}/breaks:1") == image.digest
    assert broken and target.blobs[name_of(image.layers[0])] == image.layers[0]


def test_none_is_kept_where_nobody_wants_them(new_engine, source, target):
    engine, image = new_engine("--keep-pulled-layers=false", busybox=False), small("dropped", 2)
    name = source.put("dropped", "1", image)
    pulled(engine, name)
    assert kept(engine) == []
    assert moved(engine, name, f"{target.host}/dropped:1") != image.digest
    sent = json.loads(target.manifests["dropped", "1"][0])["layers"]
    assert [gzip.decompress(target.blobs[layer["digest"]]) for layer in sent] == [gzip.decompress(layer) for layer in image.layers]
