"""The same folders built by Docker's and buildah's builders and by ours give the same configuration and the same files."""
import os
import shutil

import pytest

from harness.archives import SavedImage
from harness.client import Client
from harness.peers import Buildah, DockerIO

CASES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "builds", "equal")
SETTINGS = ["User", "ExposedPorts", "Env", "Entrypoint", "Cmd", "Volumes", "WorkingDir", "Labels", "StopSignal", "Healthcheck",
            "OnBuild", "Shell"]
ARGUMENTS = {"variables": ["--build-arg", "GIVEN=by the caller"], "stages": ["--build-arg", "VERSION=2"]}
# What buildah leaves in images of its own.
LEFT = {"buildah": {"etc/hosts", "etc/hostname", "etc/resolv.conf", "run", "run/.containerenv"}}


@pytest.fixture(scope="module", params=[DockerIO, Buildah], ids=lambda kind: kind.name)
def other(request, busybox_tar):
    found = request.param("nobody", "nothing")
    try:
        found.bring("busybox", busybox_tar)
        yield found
    finally:
        found.close()


@pytest.fixture(params=sorted(os.listdir(CASES)))
def case(request, tmp_path):
    folder = shutil.copytree(os.path.join(CASES, request.param), tmp_path / request.param, symlinks=True)
    for path, mode in (("one", 0o600), ("tree/deep", 0o750)):  # a repository does not keep them
        if (folder / path).exists():
            (folder / path).chmod(mode)
    return folder


@pytest.fixture(params=["martlet", "docker28"])
def docker(request, engine):
    client = Client(request.param, engine)
    yield client
    client.close()


def ours(docker, engine, folder, name, *flags):
    docker.ok("build", "-t", name, *flags, folder, timeout=60)
    reply = engine.api.get(f"/images/{name}/get")
    assert reply.status == 200, reply
    docker.ok("rmi", name)
    return SavedImage(reply.body)


def test_equal(docker, engine, other, case):
    name, flags = case.name + "-made", ARGUMENTS.get(case.name, [])
    if (case / "Parent").exists():
        docker.ok("build", "-t", "parent-of-this", "-f", case / "Parent", case)
        other.build("parent-of-this", case, "-f", str(case / "Parent"))
    made = ours(docker, engine, case, name, *flags)
    other.build(name, case, *flags)
    theirs = SavedImage(other.save(name))
    assert settings(made) == settings(theirs)
    found = differences(made.tree, theirs.tree, LEFT.get(other.name, set()))
    assert not found, "\n".join(f"{path}: {pair}" for path, pair in sorted(found.items()))
    if (case / "Parent").exists():
        docker.ok("rmi", "parent-of-this")


def settings(image):
    found = {key: image.config.get(key) or None for key in SETTINGS}
    found["Labels"] = {key: value for key, value in (found["Labels"] or {}).items() if key != "io.buildah.version"}
    return found


def differences(left, right, unseen):
    """By path what is in one and what is in the other."""
    return {path: (left.get(path), right.get(path)) for path in {*left, *right} - unseen if left.get(path) != right.get(path)}
