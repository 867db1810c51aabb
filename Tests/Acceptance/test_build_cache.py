"""What a build takes from the cache, and what it must not."""
import hashlib
import json

import pytest

from harness import images
from harness.building import Building
from harness.images import entry


@pytest.fixture
def building(engine):
    """Builds over plain HTTP; the images that a test makes go at its end."""
    builds = Building(engine)
    yield builds
    builds.clean()


def archive(tag, layer, **more):
    """An image as a stranger writes it, in the archive of `docker save`."""
    document = json.dumps(json.loads(images.config([layer])) | more).encode()
    names = [hashlib.sha256(document).hexdigest() + ".json", "layer.tar"]
    manifest = json.dumps([{"Config": names[0], "RepoTags": [tag], "Layers": names[1:]}])
    return images.tar(entry("manifest.json", manifest.encode()), entry(names[0], document), entry(names[1], layer))


PATH = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


@pytest.fixture
def stranger(building):
    """Says of itself that it is `ENV A=b` on nothing, and has a file of its own."""
    config = {"Env": [PATH, "A=b"]}
    step = config | {"Cmd": ["/bin/sh", "-c", "#(nop) ", "ENV A=b"]}
    layer = images.tar(entry("evil", b"x"))
    history = [{"created": "2024-01-01T00:00:00Z", "created_by": "/bin/sh -c #(nop)  ENV A=b"}]
    reply = building.api.post(
        "/images/load", archive("stranger:1", layer, config=config, container_config=step, history=history))
    assert reply.status == 200 and "Loaded image" in reply.text


def test_images_that_came_from_elsewhere_are_no_steps(building, stranger):
    """CVE-2024-24557: they would bring their maker's files into the builds of others."""
    result = building("FROM scratch\nENV A=b\nCOPY x /x\n", {"x": "mine"})
    assert result.image and "Using cache" not in result.stream
    assert building.files(result.image) == {"x": b"mine"}
    # What was built here is found.
    assert building("FROM scratch\nENV A=b\nCOPY x /x\n", {"x": "mine"}).stream.count("Using cache") == 2


def test_images_that_came_from_elsewhere_count_where_they_are_named(building, stranger):
    result = building("FROM scratch\nENV A=b\n", query='cachefrom=["stranger:1"]')
    assert "Using cache" in result.stream
    # By that they are no steps for builds that don't name them.
    assert "Using cache" not in building("FROM scratch\nENV A=b\n").stream


def test_an_epoch_is_part_of_a_step(building):
    dockerfile = "FROM busybox\nRUN echo x > /x\nCOPY f /f\nLABEL a=b\n"
    with_epoch = 'buildargs={"SOURCE_DATE_EPOCH":"1600000000"}'
    building.ok(dockerfile, {"f": "text"})
    result = building(dockerfile, {"f": "text"}, query=with_epoch)
    assert result.image and "Using cache" not in result.stream
    assert building.inspect(result.image)["Created"].startswith("2020-09-13T12:26:40Z")
    times = {name: info.mtime for name, (info, _) in building.members(result.image).items() if name in ("x", "f")}
    assert times == {"x": 1600000000, "f": 1600000000}
    assert building(dockerfile, {"f": "text"}, query=with_epoch).stream.count("Using cache") == 3
    assert "Using cache" not in building(dockerfile, {"f": "text"}, query=with_epoch.replace("16", "15", 1)).stream


def test_an_epoch_reaches_names_that_are_no_text(building):
    image = building.ok("FROM busybox\nRUN d=$(printf 'd\\377') && mkdir /$d && echo x > /$d/f\n",
                        query='buildargs={"SOURCE_DATE_EPOCH":"1600000000"}')
    info, data = building.members(image)["d\udcff/f"]
    assert (info.mtime, data) == (1600000000, b"x\n")


def test_a_command_of_the_base_is_not_that_of_the_stage(building):
    """ENTRYPOINT takes the base's CMD away, but not one that stands before it."""
    base = building.ok('FROM busybox\nCMD ["a"]\n', tag="mybase")
    taken = building.ok('FROM mybase\nENTRYPOINT ["x"]\n')
    assert not building.inspect(taken)["Config"].get("Cmd")
    result = building('FROM busybox\nCMD ["a"]\nENTRYPOINT ["x"]\n')
    assert building.inspect(taken)["Parent"] == base == building.inspect(result.image)["Parent"]
    assert building.inspect(result.image)["Config"]["Cmd"] == ["a"]
    assert building('FROM busybox\nCMD ["a"]\nENTRYPOINT ["x"]\n').stream.count("Using cache") == 2
