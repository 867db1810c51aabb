"""Pulls from Debian's docker-registry: by tag, digest and platform, of every form an image has."""
import json
import re
import subprocess

import pytest

from harness import images
from harness.images import entry, folder
from harness.distribution import (LIST, OCI_INDEX, OCI_MANIFEST, Image, Registry, index_of, name_of)
from harness.waiting import eventually
from test_images import progress


@pytest.fixture(scope="module")
def registry():
    found = Registry()
    yield found
    found.stop()


@pytest.fixture(autouse=True)
def only_busybox(engine):
    """Every test ends with the images it began with."""
    yield
    engine.remove_containers()
    for image in engine.api.get("/images/json?all=1").json:
        if "busybox:latest" not in image["RepoTags"]:
            engine.api.delete(f"/images/{image['Id']}?force=1")


def small(text, layers=3, **more):
    """An image of some layers, whose files say what it is."""
    return Image(*[images.tar(folder("etc"), entry(f"etc/{text}-{n}", f"{text} {n}\n".encode() * 1000)) for n in range(layers)],
                 **more)


def zstd(data):
    return subprocess.run(["zstd", "-c"], input=data, stdout=subprocess.PIPE, check=True).stdout


def pull(api, name, query="", **more):
    return api.post(f"/images/create?fromImage={name}{query}", timeout=60, **more)


def test_pull_and_run(cli, registry, busybox_tar):
    with open(busybox_tar, "rb") as file:
        packed = file.read()
    plain = subprocess.run(["gzip", "-dc"], input=packed, stdout=subprocess.PIPE, check=True).stdout
    image = Image(plain, images.tar(folder("etc"), entry("etc/word", b"pulled\n")), Cmd=["cat", "/etc/word"])
    name = registry.put("team/runs", "1.0", image)
    out = cli.ok("pull", name)
    assert f"Digest: {image.digest}" in out
    assert f"Status: Downloaded newer image for {name}" in out
    assert cli.ok("run", "--rm", name) == "pulled"
    shown = json.loads(cli.ok("inspect", name))[0]
    assert shown["Id"] == image.id
    assert shown["RepoTags"] == [name]
    assert shown["RepoDigests"] == [f"{registry.host}/team/runs@{image.digest}"]
    again = cli.ok("pull", name)
    assert f"Status: Image is up to date for {name}" in again
    assert image.digest in cli.ok("images", "--digests", f"{registry.host}/team/runs")


def test_run_pulls_what_is_missing(cli, registry, busybox_tar):
    with open(busybox_tar, "rb") as file:
        plain = subprocess.run(["gzip", "-dc"], input=file.read(), stdout=subprocess.PIPE, check=True).stdout
    name = registry.put("team/missing", "latest", Image(plain, Cmd=["echo", "here"]))
    done = cli("run", "--rm", name.removesuffix(":latest"))
    assert (done.status, done.text) == (0, "here\n"), done
    assert f"Unable to find image '{name}' locally" in done.complaint
    newer = registry.put("team/missing", "latest", Image(plain, Cmd=["echo", "newer"]))
    assert cli("run", "--rm", newer).text == "here\n"
    assert cli("run", "--rm", "--pull", "always", newer).text == "newer\n"
    cli.ok("rmi", newer)
    never = cli.fails("run", "--rm", "--pull", "never", newer)
    assert never.status == 125 and "No such image" in never.complaint


def test_the_messages_of_a_pull(api, registry):
    image = small("messages")
    name = registry.put("team/messages", "1", image)
    reply = pull(api, name)
    assert reply.status == 200 and reply.headers["Content-Type"] == "application/json"
    messages = progress(reply)
    assert messages[0] == {"status": "Pulling from team/messages", "id": "1"}
    ids = [name_of(layer)[7:19] for layer in image.layers]
    begun = [m["id"] for m in messages if m["status"] == "Pulling fs layer"]
    assert begun == ids
    for layer in ids:
        told = [m["status"] for m in messages if m.get("id") == layer]
        wanted = ["Pulling fs layer", "Downloading", "Verifying Checksum", "Download complete", "Pull complete"]
        assert [word for word in told if word not in ("Waiting", "Extracting")] == wanted
    for message in messages:
        if message["status"] == "Downloading":
            assert set(message) == {"status", "progressDetail", "progress", "id"}
            assert re.fullmatch(r"\[=*> *\] +[0-9.]+k?B/[0-9.]+k?B", message["progress"])
    assert [m["status"] for m in messages if "id" not in m] == [
        f"Digest: {image.digest}", f"Status: Downloaded newer image for {name}"]
    # A second image on the same layers
    other = Image(*[images.tar(folder("etc"), entry(f"etc/messages-{n}", f"messages {n}\n".encode() * 1000)) for n in range(3)],
                  Cmd=["other"])
    told = progress(pull(api, registry.put("team/messages", "2", other)))
    assert [(m["id"], m["status"]) for m in told if m.get("id") in ids] == [(layer, "Already exists") for layer in ids]
    # and the same once more
    assert [m["status"] for m in progress(pull(api, name))] == [
        "Pulling from team/messages", f"Digest: {image.digest}", f"Status: Image is up to date for {name}"]


def test_pull_by_digest(cli, registry):
    image = small("digest")
    registry.put("team/digest", "x", image)
    name = f"{registry.host}/team/digest@{image.digest}"
    out = cli.ok("pull", name)
    assert f"{image.digest}: Pulling from team/digest" in out
    assert f"Status: Downloaded newer image for {name}" in out
    shown = json.loads(cli.ok("inspect", name))[0]
    assert (shown["Id"], shown["RepoTags"], shown["RepoDigests"]) == (image.id, [], [name])
    cli.ok("rmi", name)
    assert cli.fails("inspect", "--type=image", name)


def test_pull_every_tag(cli, registry):
    found = {tag: small("all-" + tag, 1) for tag in ("a", "b", "c")}
    for tag, image in found.items():
        registry.put("team/all", tag, image)
    out = cli.ok("pull", "-a", f"{registry.host}/team/all")
    assert f"Status: Downloaded newer image for {registry.host}/team/all" in out
    for tag, image in found.items():
        assert json.loads(cli.ok("inspect", f"{registry.host}/team/all:{tag}"))[0]["Id"] == image.id


@pytest.mark.parametrize("kind, index", [("docker", LIST), ("oci", OCI_INDEX)])
def test_platforms(cli, registry, kind, index):
    more = {} if kind == "docker" else {
        "kind": OCI_MANIFEST, "config": "application/vnd.oci.image.config.v1+json",
        "layer": "application/vnd.oci.image.layer.v1.tar+gzip"}
    ours, arm = small("ours", platform="linux/amd64", **more), small("arm", platform="linux/arm64", **more)
    for image in (arm, ours):
        registry.put(f"team/{kind}", image.platform["architecture"], image)
    document = index_of(arm, ours, kind=index)
    registry.put_manifest(f"team/{kind}", "both", document, index)
    name = f"{registry.host}/team/{kind}:both"
    assert f"Digest: {name_of(document)}" in cli.ok("pull", name)
    shown = json.loads(cli.ok("inspect", name))[0]
    assert (shown["Id"], shown["Architecture"]) == (ours.id, "amd64")
    assert shown["RepoDigests"] == [f"{registry.host}/team/{kind}@{name_of(document)}"]
    cli.ok("pull", "--platform", "linux/arm64", name)
    assert json.loads(cli.ok("inspect", name))[0]["Id"] == arm.id
    missing = cli.fails("pull", "--platform", "linux/s390x", name)
    assert "no matching manifest for linux/s390x in the manifest list entries" in missing.complaint


@pytest.mark.parametrize("pack, layer", [
    (zstd, "application/vnd.oci.image.layer.v1.tar+zstd"), (lambda data: data, "application/vnd.oci.image.layer.v1.tar")])
def test_layers_in_other_compressions(cli, registry, pack, layer):
    image = small("packed", 2, pack=pack, kind=OCI_MANIFEST, config="application/vnd.oci.image.config.v1+json", layer=layer)
    name = registry.put("team/packed", name_of(layer.encode())[7:20], image)
    cli.ok("pull", name)
    assert json.loads(cli.ok("inspect", name))[0]["Id"] == image.id


def test_the_same_layer_twice(api, registry):
    tar = images.tar(entry("same", b"same"))
    image = Image(tar, images.tar(entry("between", b"")), tar)
    name = registry.put("team/twice", "latest", image)
    assert progress(pull(api, name))[-1]["status"].startswith("Status: Downloaded newer image")
    assert api.get(f"/images/{name}/json").json["Id"] == image.id


def test_what_is_not_there(cli, registry):
    name = f"{registry.host}/team/none:1"
    done = cli.fails("pull", name)
    assert done.complaint == ("Error response from daemon: manifest for " + name
                              + " not found: manifest unknown: manifest unknown\n"), done
    assert cli.engine.api.post(f"/images/create?fromImage={registry.host}/team/none&tag=1").status == 404
    gone = cli.fails("pull", "127.0.0.1:1/x")
    assert gone.complaint == ('Error response from daemon: Get "http://127.0.0.1:1/v2/": dial tcp 127.0.0.1:1: '
                              "connect: connection refused\n"), gone


def test_two_pulls_of_one_image_load_it_once(registry, new_engine):
    engine = new_engine(busybox=False)
    image = Image(*[images.tar(entry(f"big-{n}", bytes([n]) * 3_000_000)) for n in range(4)], pack=lambda data: data,
                  layer="application/vnd.oci.image.layer.v1.tar")
    name = registry.put("team/once", "latest", image)
    before = registry.log()
    from concurrent.futures import ThreadPoolExecutor
    with ThreadPoolExecutor(6) as pool:
        replies = list(pool.map(lambda _: pull(engine.api, name), range(6)))
    for reply in replies:
        assert "errorDetail" not in reply.text and "Status: " in reply.text, reply
    assert engine.api.get(f"/images/{name}/json").json["Id"] == image.id
    asked = registry.log()[len(before):]
    for layer in image.layers:
        found = re.findall(r"response completed.*?GET.*?" + name_of(layer), asked)
        assert len(found) <= 1, found


def test_an_image_goes_with_what_was_known_of_it(api, registry):
    name = registry.put("team/gone", "latest", small("gone"))
    pull(api, name)
    before = api.get(f"/images/{name}/json").json["Id"]
    removed = api.delete(f"/images/{name}").json
    assert {"Deleted": before} in removed
    assert pull(api, name).status == 200
    eventually(lambda: api.get(f"/images/{name}/json").json["Id"] == before)
