"""Docker's client 28 as people run it: without buildx, and with nothing said about which builder is meant."""
import pytest

from harness.building import Building
from harness.client import Client, find

UNSAID, KIT = {"DOCKER_BUILDKIT": None}, {"DOCKER_BUILDKIT": "1"}
# Of the client itself, whatever the engine is.
DEPRECATED = """\
DEPRECATED: The legacy builder is deprecated and will be removed in a future release.
            Install the buildx component to build images with BuildKit:
            https://docs.docker.com/go/buildx/
"""
MISSING = """\
ERROR: BuildKit is enabled but the buildx component is missing or broken.
       Install the buildx component to build images with BuildKit:
       https://docs.docker.com/go/buildx/
"""


@pytest.fixture
def docker(engine):
    assert find("docker28"), "the docker CLI 28 is not on this machine"
    building = Building(engine)
    client = Client("docker28", engine)
    yield client
    client.close()
    building.clean()


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "Dockerfile").write_text("FROM busybox\nCOPY word /word\nRUN cat /word /word > /words\nCMD cat /words\n")
    (tmp_path / "word").write_text("said\n")
    return tmp_path


def test_an_image_is_built_and_named(docker, folder):
    result = docker("build", "-t", "unsaid:1", folder, env=UNSAID, timeout=60)
    assert result.status == 0, result
    assert result.complaint.strip() == DEPRECATED.strip()
    assert result.text.splitlines()[-1] == "Successfully tagged unsaid:1"
    assert docker.ok("run", "--rm", "--network", "none", "unsaid:1") == "said\nsaid"


def test_quiet_gives_the_id_alone(docker, folder):
    result = docker("build", "-q", folder, env=UNSAID, timeout=60)
    assert result.status == 0 and result.complaint.strip() == DEPRECATED.strip(), result
    assert docker.ok("inspect", "-f", "{{.Id}}", result.text.strip()) == result.text.strip()


def test_the_code_of_a_command_that_fails(docker, folder):
    (folder / "Dockerfile").write_text("FROM busybox\nRUN exit 9\n")
    result = docker("build", "--force-rm", folder, env=UNSAID, timeout=60)
    assert result.status == 9
    assert result.complaint.removeprefix(DEPRECATED).strip() == "The command '/bin/sh -c exit 9' returned a non-zero code: 9"


@pytest.mark.parametrize("words", [["build"], ["image", "build"], ["builder", "build"]], ids=" ".join)
def test_without_buildx_there_is_no_buildkit(docker, folder, words):
    """That is the client's word, and the engine is not asked to build."""
    before = {image["Id"] for image in docker.engine.api.get("/images/json?all=1").json}
    result = docker.fails(*words, "-t", "never", folder, env=KIT)
    assert MISSING.strip() in result.complaint and result.text == "", result
    assert {image["Id"] for image in docker.engine.api.get("/images/json?all=1").json} == before


@pytest.mark.parametrize("method", ["HEAD", "GET"])
def test_a_ping_says_which_builder_there_is(api, method):
    """By Docker's API 1.40: 1 is the classic one, 2 would be BuildKit."""
    for version in ["", "v1.50", "v1.24"]:
        headers = api.request(method, "/_ping", version=version).headers
        assert headers["Builder-Version"] == "1"
        assert headers["Docker-Experimental"] == "false"
        assert headers["OSType"] == "linux"
