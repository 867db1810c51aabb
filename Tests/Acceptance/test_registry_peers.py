"""Images on their way between engines and registries of different makers: they arrive as they were, and run where they arrive."""
import subprocess

import pytest

from harness.client import Client
from harness.peers import Buildah, DockerIO, Podman
from harness.registry import Registry

USER, PASSWORD = "me", "s3cret-of-the-test"


@pytest.fixture(scope="module", params=[DockerIO, Podman, Buildah], ids=lambda kind: kind.name)
def peer(request):
    found = request.param(USER, PASSWORD)
    yield found
    found.close()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    folder = tmp_path_factory.mktemp("certificate")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                    "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", folder / "key.pem",
                    "-out", folder / "certificate.pem"], check=True, stderr=subprocess.DEVNULL)
    return str(folder / "certificate.pem"), str(folder / "key.pem")


@pytest.fixture(scope="module", params=["martlet", "distribution"])
def place(request, certificate, tmp_path_factory):
    """Where a registry with TLS and users is: 127.0.0.1:PORT."""
    found = SecureRegistry(request.param, certificate, tmp_path_factory.mktemp("place"))
    yield found.host
    found.stop()


class SecureRegistry:
    def __init__(self, kind, certificate, folder):
        users = folder / "users"
        users.write_text(subprocess.run(["htpasswd", "-nbB", USER, PASSWORD], check=True, stdout=subprocess.PIPE, text=True).stdout)
        self.server = Registry(kind, http={"tls": {"certificate": certificate[0], "key": certificate[1]}},
                               auth={"htpasswd": {"realm": "test", "path": str(users)}}).start()
        self.host = f"127.0.0.1:{self.server.port}"

    def stop(self):
        self.server.finish()


@pytest.fixture
def docker(shared_engine, place, engine):
    """The docker CLI, on our engine, logged in."""
    client = Client("docker28", shared_engine)
    client.ok("login", "-u", USER, "--password-stdin", place, input=PASSWORD)
    yield client
    client.close()


def image_id(client, name):
    return client.ok("inspect", "--format", "{{.Id}}", name)


def test_what_ours_makes_runs_elsewhere_and_comes_back(docker, place, peer):
    """Our engine, a registry, the other's engine, the registry again, our engine again."""
    name, back = f"{place}/ours/for-{peer.name}:1", f"{place}/ours/from-{peer.name}:1"
    docker.ok("run", "--name", "making", "busybox", "sh", "-c", "echo by ours >/made")
    docker.ok("import", "-", name, input=docker("export", "making").out)
    docker.ok("rm", "making")
    made = image_id(docker, name)
    assert "digest: sha256:" in docker.ok("push", name)
    docker.ok("rmi", name)
    peer.log_in(place)
    peer.pull(name)
    assert peer.id(name) == made
    assert peer.run(name, "cat", "/made") == "by ours"
    peer.tag(name, back)
    peer.push(back)
    docker.ok("pull", back)
    assert image_id(docker, back) == made
    assert docker.ok("run", "--rm", back, "cat", "/made") == "by ours"
    docker.ok("rmi", back)


def test_what_the_other_makes_runs_here_and_goes_back(docker, place, peer):
    base, name, back = f"{place}/base/{peer.name}:1", f"{place}/other/{peer.name}:1", f"{place}/other/{peer.name}:2"
    docker.ok("tag", "busybox", base)
    docker.ok("push", base)
    docker.ok("rmi", base)
    peer.log_in(place)
    peer.pull(base)
    peer.make(base, name, "by another")
    made = peer.id(name)
    peer.push(name)
    docker.ok("pull", name)
    assert image_id(docker, name) == made
    assert docker.ok("run", "--rm", name, "cat", "/made") == "by another"
    docker.ok("tag", name, back)
    docker.ok("push", back)
    docker.ok("rmi", name, back)
    peer.pull(back)
    assert peer.id(back) == made
