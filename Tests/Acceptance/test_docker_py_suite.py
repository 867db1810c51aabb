"""Parts of docker-py's own suite, from its source distribution (7.1.0 has none in it, 7.0.0 has)."""
import os
import shutil
import subprocess
import sys
import tarfile

import pytest

VERSION = "7.0.0"
TESTS = "tests/integration/"
# Which tests, and without which.
PARTS = {
    # Left out are those that make a swarm first.
    "networks": (["api_network_test.py", "models_networks_test.py"],
                 ["test_create_network_attachable", "test_create_network_ingress", "test_create_inspect_network_with_scope"]),
    # Left out are those for daemons that call themselves experimental, and what pulls from the world first.
    "builds": (["api_build_test.py", "models_images_test.py"],
               ["test_build_squash", "test_build_invalid_platform", "test_pull", "test_list", "test_tag_and_remove"]),
    "archives": (["api_container_test.py::ArchiveTest"], []),
    "commits": (["api_image_test.py::CommitTest"], []),
}
# These ask for what later versions of the API have not.
VERSIONS = {part: {"DOCKER_TEST_API_VERSION": "1.44"} for part in ("builds", "commits")}


@pytest.fixture(scope="module")
def suite(tmp_path_factory):
    folder = tmp_path_factory.mktemp("suite")
    subprocess.run([sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--no-binary", "docker", "-d", folder,
                    f"docker=={VERSION}"], check=True)
    with tarfile.open(folder / f"docker-{VERSION}.tar.gz") as archive:
        archive.extractall(folder, filter="data")
    suite = folder / f"docker-{VERSION}"
    # The library that is tested with is the one that is installed.
    shutil.rmtree(suite / "docker")
    # Its helpers import it for connections over ssh, which these tests don't make.
    (suite / "paramiko.py").write_text("")
    # Four tests ask what a command has printed without waiting for its end, which a slow engine forgives.
    builds = suite / TESTS / "api_build_test.py"
    hasty = "self.client.start(ctnr)\n        lsdata"
    text = builds.read_text()
    assert text.count(hasty) == 4
    builds.write_text(text.replace(hasty, "self.client.start(ctnr)\n        self.client.wait(ctnr)\n        lsdata"))
    return suite


@pytest.mark.parametrize("part", PARTS)
def test_part(new_engine, suite, part):
    engine = new_engine()
    for tag in ("3.10", "latest"):
        assert engine.api.post(f"/images/busybox/tag?repo=alpine&tag={tag}").status == 201
    files, without = PARTS[part]
    done = subprocess.run(
        [sys.executable, "-B", "-m", "pytest", "-p", "no:cacheprovider", "-q", "--tb=short", "-W", "ignore",
         *(TESTS + name for name in files), "-k", " and ".join(f"not {name}" for name in without)],
        cwd=suite, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        env=os.environ | {"DOCKER_HOST": engine.url, "PYTHONPATH": str(suite)} | VERSIONS.get(part, {}))
    summary = done.stdout.strip().splitlines()[-1]
    assert done.returncode == 0 and "passed" in summary and "failed" not in summary and "skipped" not in summary, done.stdout[-4000:]
