"""FROM of an image that is not here: from which registry, with whose word, and whether a newer one is asked for."""
import base64
import io
import json

import docker as docker_py
import pytest

from harness import images
from harness.distribution import Image, Registry, index_of
from harness.images import entry

SECRET = "s3cret-of-the-base"


@pytest.fixture(scope="module")
def registry():
    found = Registry()
    yield found
    found.stop()


@pytest.fixture(scope="module")
def private():
    found = Registry(users={"me": SECRET})
    yield found
    found.stop()


def base(word):
    return Image(images.tar(entry("word", word.encode())), Env=["WORD=" + word])


def word(building, image):
    return building.files(image)["word"].decode()


def logins(registry, name="me", password=SECRET):
    document = {registry.host: {"username": name, "password": password}}
    return {"X-Registry-Config": base64.urlsafe_b64encode(json.dumps(document).encode()).decode()}


def build(building, dockerfile, headers, query=""):
    reply = building.api.post("/build?" + query, building.tar(dockerfile), timeout=60,
                              headers={"Content-Type": "application/x-tar", **headers})
    assert reply.status == 200, reply
    lines = building.lines(reply)
    return [line["aux"]["ID"] for line in lines if "ID" in (line.get("aux") or {})], \
        next((line["error"] for line in lines if "error" in line), "")


def test_a_base_is_fetched_and_kept(building, registry):
    image = base("fetched")
    name = registry.put("bases/fetched", "1", image)
    built = building(f"FROM {name}\nCOPY more /more\n", {"more": "on it"})
    assert building.files(built.image) == {"word": b"fetched", "more": b"on it"}
    found = building.inspect(built.image)
    assert found["Parent"] == image.id and "WORD=fetched" in found["Config"]["Env"]
    assert building.inspect(name)["RepoDigests"] == [f"{registry.host}/bases/fetched@{image.digest}"]
    # What the pull says is in the answer, as with `docker pull`.
    told = [message.get("status", "") for message in built.messages]
    assert "Pulling from bases/fetched" in told and f"Digest: {image.digest}" in told
    assert f"Status: Downloaded newer image for {name}" in told
    registry.put("bases/fetched", "1", base("never asked for"))
    assert building.inspect(building.ok(f"FROM {name}\nLABEL a=b\n"))["Parent"] == image.id


def test_pull_takes_what_the_registry_has_now(cli, building, registry, tmp_path):
    old, new = base("old"), base("new")
    name = registry.put("bases/moving", "1", old)
    (tmp_path / "Dockerfile").write_text(f"FROM {name}\nLABEL built=here\n")
    parents = []
    for change, flags in [(old, []), (new, []), (new, ["--pull"])]:
        registry.put("bases/moving", "1", change)
        cli.ok("build", "-t", "moved", *flags, tmp_path, timeout=60)
        parents.append(building.inspect("moved")["Parent"])
    assert parents == [old.id, old.id, new.id]
    assert word(building, "moved") == "new" and building.inspect(name)["Id"] == new.id


def test_pull_wants_the_registry_to_have_it(building, registry):
    name = registry.put("bases/here", "1", base("here")).replace(":1", ":2")
    assert building.api.post(f"/images/busybox/tag?repo={name.removesuffix(':2')}&tag=2").status == 201
    assert building(f"FROM {name}\n").image
    assert f"manifest for {name} not found: manifest unknown" in building(f"FROM {name}\n", query="pull=1").error


def test_images_of_other_steps_are_fetched_too(building, registry):
    name = registry.put("bases/other", "1", base("of another"))
    result = building.ok(f"FROM scratch\nCOPY --from={name} /word /taken\n")
    assert building.files(result) == {"taken": b"of another"}


def test_a_digest_names_one_image_for_ever(building, registry):
    old = base("of a digest")
    name = registry.put("bases/digest", "1", old)
    registry.put("bases/digest", "1", base("of a tag"))
    pinned = f"{registry.host}/bases/digest@{old.digest}"
    assert word(building, building.ok(f"FROM {pinned}\nLABEL a=b\n")) == "of a digest"
    assert word(building, building.ok(f"FROM {name}\nLABEL a=b\n", query="pull=1")) == "of a tag"
    assert word(building, building.ok(f"FROM {name}@{old.digest}\nLABEL a=c\n")) == "of a digest"
    wrong = "sha256:" + "0" * 64
    assert "manifest unknown" in building(f"FROM {registry.host}/bases/digest@{wrong}\n").error


def test_an_id_names_an_image_that_is_here(building):
    busybox = building.inspect("busybox")["Id"]
    for name in [busybox, busybox[7:], busybox[7:19]]:
        assert building.inspect(building.ok(f"FROM {name}\nLABEL of={name}\n"))["Parent"] == busybox


def test_a_private_base(building, private, engine):
    image = base("private")
    dockerfile = f"FROM {private.put('bases/private', '1', image)}\nLABEL a=b\n"
    assert "no basic auth credentials" in build(building, dockerfile, {})[1]
    # Of another registry's login nothing goes there.
    other = {"X-Registry-Config": base64.urlsafe_b64encode(json.dumps(
        {"127.0.0.1:1": {"username": "me", "password": SECRET}}).encode()).decode()}
    assert "no basic auth credentials" in build(building, dockerfile, other)[1]
    wrong = build(building, dockerfile, logins(private, password="wrong-" + SECRET))
    assert wrong[0] == [] and "unauthorized: authentication required" in wrong[1], wrong
    ids, error = build(building, dockerfile, logins(private))
    assert error == "" and building.inspect(ids[-1])["Parent"] == image.id
    # Docker 1.6 and 1.7 send them a layer deeper.
    assert building.api.delete(f"/images/{private.host}/bases/private:1").status == 200
    deeper = json.dumps({"configs": {private.host: {"username": "me", "password": SECRET}}}).encode()
    ids, error = build(building, dockerfile, {"X-Registry-Config": base64.urlsafe_b64encode(deeper).decode()}, "nocache=1")
    assert error == "" and ids
    assert SECRET not in engine.log(100_000)


def test_a_private_base_by_each_client(cli, building, private, tmp_path):
    name = private.put("bases/clients", cli.name, base("of " + cli.name))
    (tmp_path / "Dockerfile").write_text(f"FROM {name}\nLABEL a=b\n")
    assert "no basic auth credentials" in cli.fails("build", tmp_path).complaint
    with open(cli.folder + "/config.json", "w") as file:
        wrong = base64.b64encode(f"me:wrong-{SECRET}".encode()).decode()
        json.dump({"auths": {private.host: {"auth": wrong}}}, file)
    refused = cli.fails("build", tmp_path)
    assert refused.status == 1 and "unauthorized: authentication required" in refused.complaint
    cli.ok("login", "-u", "me", "--password-stdin", private.host, input=SECRET)
    cli.ok("build", "-t", "private-built", tmp_path, timeout=60)
    assert word(building, "private-built") == "of " + cli.name


def test_a_private_base_by_docker_py(py, building, private):
    name = private.put("bases/python", "1", base("of python"))
    with pytest.raises(docker_py.errors.BuildError, match="no basic auth credentials"):
        py.images.build(fileobj=io.BytesIO(f"FROM {name}\nLABEL a=b\n".encode()))
    py.login("me", SECRET, registry=private.host)
    image, _ = py.images.build(fileobj=io.BytesIO(f"FROM {name}\nLABEL a=b\n".encode()), tag="private-python")
    assert word(building, image.id) == "of python"


def test_a_platform_is_chosen_of_several(building, registry):
    """As the classic builder has it: `--platform` of FROM and of the build say which image of an index is meant."""
    found = {name: Image(images.tar(entry("word", name.encode())), platform=name) for name in ("linux/amd64", "linux/arm64")}
    for image in found.values():
        for data in image.blobs.values():
            registry.put_blob("bases/several", data)
        registry.put_manifest("bases/several", image.digest, image.manifest, image.kind)
    registry.put_manifest("bases/several", "1", index_of(*found.values()),
                          "application/vnd.docker.distribution.manifest.list.v2+json")
    name = f"{registry.host}/bases/several:1"
    for dockerfile, query, platform in [(f"FROM {name}\nLABEL a=1\n", "", "linux/amd64"),
                                        (f"FROM --platform=linux/arm64 {name}\nLABEL a=2\n", "", "linux/arm64"),
                                        (f"FROM {name}\nLABEL a=3\n", "platform=linux/arm64", "linux/arm64")]:
        image = building.ok(dockerfile, query=query)
        shown = building.inspect(image)
        assert word(building, image) == platform == shown["Os"] + "/" + shown["Architecture"]
        building.clean()
