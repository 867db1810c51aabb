"""Images on their way between engines and registries of different makers: they arrive as they were, and run where they arrive."""
import base64
import subprocess

import pytest

from harness.client import Client
from harness.peers import Buildah, DockerIO, Podman
from harness.registry import DOCKER_MANIFEST, MANIFEST, Registry, digest, trusting

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
    """A registry with TLS and users."""
    found = SecureRegistry(request.param, certificate, tmp_path_factory.mktemp("place"))
    yield found
    found.stop()


class SecureRegistry:
    def __init__(self, kind, certificate, folder):
        users = folder / "users"
        users.write_text(subprocess.run(["htpasswd", "-nbB", USER, PASSWORD], check=True, stdout=subprocess.PIPE, text=True).stdout)
        self.server = Registry(kind, http={"tls": {"certificate": certificate[0], "key": certificate[1]}},
                               auth={"htpasswd": {"realm": "test", "path": str(users)}}).start()
        self.server.tls = trusting(certificate[0])
        self.host = f"127.0.0.1:{self.server.port}"

    def digest(self, name):
        """Of the manifest that is there under a name, as its bytes give it."""
        repository, tag = name.removeprefix(self.host + "/").rsplit(":", 1)
        proof = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        answer = self.server.get(f"/v2/{repository}/manifests/{tag}", Accept=f"{MANIFEST}, {DOCKER_MANIFEST}",
                                 Authorization="Basic " + proof)
        assert answer.status == 200, answer
        return digest(answer.body)

    def stop(self):
        self.server.finish()


@pytest.fixture
def docker(shared_engine, place, engine):
    """The docker CLI, on our engine, logged in."""
    client = Client("docker28", shared_engine)
    client.ok("login", "-u", USER, "--password-stdin", place.host, input=PASSWORD)
    yield client
    client.close()


def image_id(client, name):
    return client.ok("inspect", "--format", "{{.Id}}", name)


def pulled_as(client, name):
    """The digest of the manifest that an image was pulled by, under that name."""
    found = client.ok("inspect", "--format", "{{join .RepoDigests \" \"}}", name).split()
    return next(one.split("@")[1] for one in found if one.split("@")[0] == name.rsplit(":", 1)[0])


def test_what_ours_makes_runs_elsewhere_and_comes_back(docker, place, peer):
    """Our engine, a registry, the other's engine, the registry again, our engine again."""
    name, back = f"{place.host}/ours/for-{peer.name}:1", f"{place.host}/ours/from-{peer.name}:1"
    docker.ok("run", "--name", "making", "busybox", "sh", "-c", "echo by ours >/made")
    docker.ok("import", "-", name, input=docker("export", "making").out)
    docker.ok("rm", "making")
    made = image_id(docker, name)
    said = docker.ok("push", name)
    assert f"digest: {place.digest(name)} " in said
    docker.ok("rmi", name)
    peer.log_in(place.host)
    peer.pull(name)
    assert (peer.id(name), peer.digest(name)) == (made, place.digest(name))
    assert peer.run(name, "cat", "/made") == "by ours"
    peer.tag(name, back)
    peer.push(back)
    docker.ok("pull", back)
    assert (image_id(docker, back), pulled_as(docker, back)) == (made, place.digest(back))
    assert docker.ok("run", "--rm", back, "cat", "/made") == "by ours"
    docker.ok("rmi", back)


def test_what_the_other_makes_runs_here_and_goes_back(docker, place, peer):
    base, name, back = f"{place.host}/base/{peer.name}:1", f"{place.host}/other/{peer.name}:1", f"{place.host}/other/{peer.name}:2"
    docker.ok("tag", "busybox", base)
    docker.ok("push", base)
    docker.ok("rmi", base)
    peer.log_in(place.host)
    peer.pull(base)
    peer.make(base, name, "by another")
    made = peer.id(name)
    peer.push(name)
    docker.ok("pull", name)
    assert (image_id(docker, name), pulled_as(docker, name)) == (made, place.digest(name))
    assert docker.ok("run", "--rm", name, "cat", "/made") == "by another"
    docker.ok("tag", name, back)
    docker.ok("push", back)
    assert place.digest(back) == place.digest(name)
    docker.ok("rmi", name, back)
    peer.remove(name)
    peer.pull(back)
    assert (peer.id(back), peer.digest(back)) == (made, place.digest(name))
