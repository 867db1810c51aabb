"""`GET /images/NAME/json` as each version of the API has it: its definitions say which fields there are, its history since when."""
import hashlib
import json

import pytest

from harness import images
from harness.images import entry
from harness.rawhttp import Api

# Docker 1.6; then what the definitions of each version have. Absent are fields that have nothing to say.
FIRST = {"Id", "Parent", "Comment", "Created", "Container", "ContainerConfig", "DockerVersion", "Author", "Config",
         "Architecture", "Os", "Size", "VirtualSize"}
NAMED = FIRST | {"RepoTags", "RepoDigests", "GraphDriver"}
OF_43 = NAMED | {"RootFS", "Metadata", "Variant", "OsVersion"}
FIELDS = {"v1.18": FIRST, "v1.20": FIRST, "v1.21": NAMED, "v1.22": NAMED, "v1.23": NAMED | {"RootFS"},
          "v1.24": NAMED | {"RootFS"}, "v1.43": OF_43, "v1.44": OF_43 - {"VirtualSize"},
          "v1.45": OF_43 - {"VirtualSize", "Container", "ContainerConfig"},
          "v1.50": OF_43 - {"VirtualSize", "Container", "ContainerConfig"} | {"Descriptor", "Manifests"}}
OPTIONAL = {"Variant", "OsVersion", "Descriptor", "Manifests"}
# Of a container and not of an image: gone with 1.50, always empty before.
OF_CONTAINERS = {"Hostname": "", "Domainname": "", "AttachStdin": False, "AttachStdout": False, "AttachStderr": False, "Tty": False,
                 "OpenStdin": False, "StdinOnce": False}


@pytest.fixture
def made(building):
    """Of an image with a parent: what a version shows of it."""
    building.ok("FROM busybox\nMAINTAINER me\nENV A=b\nEXPOSE 80\nCMD [\"x\"]\n", tag="shown")

    def inspect(version):
        reply = Api(building.engine.socket, version).get("/images/shown/json")
        assert reply.status == 200, reply
        return reply.json
    return inspect


@pytest.mark.parametrize("version", FIELDS)
def test_fields(made, version):
    found = set(made(version))
    assert found <= FIELDS[version], found - FIELDS[version]
    assert found >= FIELDS[version] - OPTIONAL, FIELDS[version] - OPTIONAL - found


@pytest.mark.parametrize("version", FIELDS)
def test_values(made, building, version):
    shown = made(version)
    bare = version in ("v1.18", "v1.20", "v1.21")  # names with their algorithm came with 1.22
    for key, image in [("Id", "shown"), ("Parent", building.inspect("shown")["Parent"])]:
        assert shown[key] == building.inspect(image)["Id"].removeprefix("sha256:" if bare else "")
    assert (shown["Author"], shown["Os"], shown["Architecture"]) == ("me", "linux", "amd64")
    assert shown["Config"]["Cmd"] == ["x"] and "A=b" in shown["Config"]["Env"] and shown["Config"]["ExposedPorts"] == {"80/tcp": {}}
    if "RepoTags" in FIELDS[version]:
        assert shown["RepoTags"] == ["shown:latest"] and shown["RepoDigests"] == []
        assert shown["GraphDriver"]["Name"] == building.api.get("/info").json["Driver"]
    if "VirtualSize" in FIELDS[version]:
        assert shown["VirtualSize"] == shown["Size"] > 1_000_000
    if "ContainerConfig" in FIELDS[version]:
        assert shown["ContainerConfig"]["Cmd"] == ["/bin/sh", "-c", "#(nop) ", 'CMD ["x"]']
    if "RootFS" in FIELDS[version]:
        assert shown["RootFS"] == {"Type": "layers", "Layers": building.inspect("busybox")["RootFS"]["Layers"]}


@pytest.mark.parametrize("version", ["v1.18", "v1.43", "v1.45", "v1.49"])
def test_a_whole_configuration_until_1_50(made, version):
    config = made(version)["Config"]
    assert {key: config.get(key) for key in OF_CONTAINERS} == OF_CONTAINERS


def test_an_images_own_configuration_since_1_50(made):
    config = made("v1.50")["Config"]
    assert not {*config} & {*OF_CONTAINERS, "Image", "NetworkDisabled", "MacAddress", "StopTimeout"}
    assert set(config) == {"Env", "Cmd", "ExposedPorts"} | ({"WorkingDir"} & set(config))


@pytest.mark.parametrize("version, created", [("v1.18", "0001-01-01T00:00:00Z"), ("v1.43", "0001-01-01T00:00:00Z"),
                                              ("v1.44", None), ("v1.50", None)])
def test_an_image_that_does_not_say_when_it_was_made(building, version, created):
    layer = images.tar(entry("f", b"x"))
    document = json.loads(images.config([layer]))
    del document["created"]
    data = json.dumps(document).encode()
    names = [hashlib.sha256(data).hexdigest() + ".json", "layer.tar"]
    manifest = json.dumps([{"Config": names[0], "RepoTags": ["timeless:1"], "Layers": names[1:]}]).encode()
    archive = images.tar(entry("manifest.json", manifest), entry(names[0], data), entry(names[1], layer))
    assert building.api.post("/images/load", archive).status == 200
    assert Api(building.engine.socket, version).get("/images/timeless:1/json").json.get("Created") == created
