"""Builds for another platform than the engine's own: `--platform` of the request, the clients, and FROM."""
import pytest

from harness import images
from harness.distribution import Image, Registry
from harness.images import entry


@pytest.fixture(scope="module")
def registry():
    found = Registry()
    yield found
    found.stop()


def platform(building, image):
    shown = building.inspect(image)
    return "/".join(filter(None, (shown["Os"], shown["Architecture"], shown.get("Variant"))))


@pytest.mark.parametrize("asked, made", [
    ("linux/arm64", "linux/arm64"), ("linux/arm/v7", "linux/arm/v7"), ("linux/s390x", "linux/s390x"), ("linux/amd64", "linux/amd64"),
    ("linux/aarch64", "linux/arm64"), ("linux/x86_64", "linux/amd64"),
])
def test_an_image_of_files_is_of_any_platform(building, asked, made):
    image = building.ok("FROM scratch\nCOPY f /f\nENV A=b\n", {"f": "text"}, query="platform=" + asked)
    assert platform(building, image) == made
    assert building.files(image) == {"f": b"text"}


def test_by_the_clients(cli, building, tmp_path):
    (tmp_path / "Dockerfile").write_text("FROM scratch\nCOPY f /f\n")
    (tmp_path / "f").write_text("text")
    cli.ok("build", "-t", "other:1", "--platform", "linux/arm64", tmp_path, timeout=60)
    assert cli.ok("inspect", "-f", "{{.Os}}/{{.Architecture}}", "other:1") == "linux/arm64"


def test_a_platform_of_one_stage(building):
    dockerfile = ("FROM --platform=linux/arm64 scratch AS other\nCOPY f /other\nFROM scratch\nCOPY --from=other /other /f\n")
    image = building.ok(dockerfile, {"f": "text"})
    assert platform(building, image) == "linux/amd64" and building.files(image) == {"f": b"text"}
    assert platform(building, building.ok(dockerfile, {"f": "text"}, query="target=other")) == "linux/arm64"


def test_arguments_tell_of_it(building):
    dockerfile = ("FROM --platform=$BUILDPLATFORM busybox AS make\nARG TARGETPLATFORM\nARG TARGETARCH\nARG TARGETVARIANT\nARG BUILDARCH\n"
                  "RUN echo $TARGETPLATFORM $TARGETARCH $TARGETVARIANT $BUILDARCH > /told\n"
                  "FROM scratch\nCOPY --from=make /told /told\n")
    image = building.ok(dockerfile, query="platform=linux/arm/v7")
    assert building.files(image)["told"] == b"linux/arm/v7 arm v7 amd64\n" and platform(building, image) == "linux/arm/v7"


def test_the_cache_tells_platforms_apart(building):
    dockerfile = "FROM scratch\nCOPY f /f\n"
    made = {name: building.ok(dockerfile, {"f": "text"}, query="platform=" + name) for name in ("linux/amd64", "linux/arm64")}
    assert len(set(made.values())) == 2
    for name, image in made.items():
        again = building(dockerfile, {"f": "text"}, query="platform=" + name)
        assert again.image == image and "Using cache" in again.stream


@pytest.mark.parametrize("dockerfile, query", [
    ("FROM 127.0.0.1:1/busybox\nLABEL a=b\n", "platform=linux/arm64"),
    ("FROM --platform=linux/arm64 127.0.0.1:1/busybox\nLABEL a=b\n", ""),
])
def test_a_base_of_another_platform_does_not_serve(building, dockerfile, query):
    """As with BuildKit it is asked for then where it comes from: nobody is there. Docker's classic builder takes the wrong one."""
    assert building.api.post("/images/busybox/tag?repo=127.0.0.1:1/busybox&tag=latest").status == 201
    assert building.ok("FROM 127.0.0.1:1/busybox\nLABEL a=b\n")
    result = building(dockerfile, query=query)
    assert result.image is None and "connection refused" in result.error, result


def test_a_base_that_is_of_another_platform_is_built_on(building, registry):
    """Where nothing is said of platforms, what is here is taken, and what comes of it is of that platform."""
    name = registry.put("bases/foreign", "1", Image(images.tar(entry("word", b"other")), platform="linux/arm64"))
    assert building.api.post(f"/images/create?fromImage={name}&platform=linux/arm64", timeout=60).status == 200
    image = building.ok(f"FROM {name}\nCOPY f /f\n", {"f": "text"})
    assert platform(building, image) == "linux/arm64" and building.files(image) == {"word": b"other", "f": b"text"}


@pytest.mark.parametrize("text, said", [("linux/what/ever/else", "invalid"), ("li nux", "invalid"), ("/", "invalid")])
def test_what_is_no_platform(building, text, said):
    assert said in building("FROM scratch\nCOPY f /f\n", {"f": ""}, query="platform=" + text).error
