"""Fixtures of the acceptance tests. One engine serves the whole run; after each test it must have let go of everything the
test made. Tests that stop, kill or configure an engine take one of their own from `new_engine`."""
import os
import signal
import subprocess
import sys

import docker
import pytest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from harness.building import Building  # noqa: E402
from harness.client import Client, find  # noqa: E402
from harness.engine import BIN, TOP, Engine, settled  # noqa: E402
from harness.lan import Lan  # noqa: E402
from harness.rawhttp import Api  # noqa: E402
from harness.registry import Registry  # noqa: E402

# A shell's background jobs ignore it, and so would the clients of the tests.
signal.signal(signal.SIGINT, signal.default_int_handler)

CLIENTS = ["martlet", "docker28"]


def pytest_collection_modifyitems(items):
    if os.geteuid() != 0:
        raise pytest.UsageError("the acceptance tests need root")


@pytest.fixture(scope="session")
def busybox_tar(tmp_path_factory):
    if "BUSYBOX_TAR" in os.environ:
        return os.environ["BUSYBOX_TAR"]
    path = str(tmp_path_factory.mktemp("images") / "busybox.tar.gz")
    subprocess.run([TOP + "/scripts/make-busybox.sh", path], check=True)
    return path


@pytest.fixture(scope="session")
def base_tar(tmp_path_factory):
    """Debian's base system."""
    if "BASE_TAR" in os.environ:
        return os.environ["BASE_TAR"]
    path = str(tmp_path_factory.mktemp("images") / "base.tar")
    subprocess.run([TOP + "/scripts/make-debian.sh", path, "ca-certificates"], check=True)
    return path


@pytest.fixture(scope="session")
def debian_tar(tmp_path_factory):
    """Debian with two servers that people run, from its own packages."""
    if "DEBIAN_TAR" in os.environ:
        return os.environ["DEBIAN_TAR"]
    path = str(tmp_path_factory.mktemp("images") / "debian.tar")
    subprocess.run([TOP + "/scripts/make-debian.sh", path, "nginx-light", "redis-server"], check=True)
    return path


def import_image(engine, tar, name):
    with open(tar, "rb") as file:
        reply = engine.api.post(f"/images/create?fromSrc=-&repo={name}&tag=latest", file.read(),
                                headers={"Content-Type": "application/x-tar"}, timeout=120)
    assert reply.status == 200 and b'"error"' not in reply.body, reply


def import_busybox(engine, busybox_tar):
    import_image(engine, busybox_tar, "busybox")


@pytest.fixture
def lan():
    """Another host, on a wire with this one."""
    neighbour = Lan()
    yield neighbour
    neighbour.close()


@pytest.fixture(scope="session")
def shared_engine(busybox_tar):
    engine = Engine().start()
    try:
        import_busybox(engine, busybox_tar)
        yield engine
    finally:
        engine.finish()


@pytest.fixture
def engine(shared_engine, request):
    """The engine of this run, with the image busybox; empty of containers before and after."""
    yield shared_engine
    if shared_engine.process.poll() is not None:
        status, words = shared_engine.process.returncode, shared_engine.last_words()
        os.truncate(shared_engine.log_path, 0)
        shared_engine.start()  # for the tests that follow
        shared_engine.remove_containers()
        pytest.fail(f"the engine ended ({status}) during this test:\n{words}")
    shared_engine.remove_containers()
    shared_engine.remove_networks()
    settled(shared_engine)


@pytest.fixture
def new_engine(busybox_tar):
    """A function that starts an engine of the test's own: new_engine(*flags, busybox=True)."""
    engines = []

    def make(*flags, busybox=True, start=True, **more):
        engine = Engine(*flags, **more)
        engines.append(engine)
        if start:
            engine.start()
            if busybox:
                import_busybox(engine, busybox_tar)
        return engine

    yield make
    problems = []
    # The last first: each takes account of what was there before it.
    for engine in reversed(engines):
        try:
            engine.finish()
        except AssertionError as problem:
            problems.append(str(problem))
    assert not problems, "\n".join(problems)


@pytest.fixture(params=CLIENTS)
def cli(request, engine):
    """Each command-line client in turn, pointed at the engine."""
    if not find(request.param):
        pytest.skip("the docker CLI 28 is not on this machine")
    client = Client(request.param, engine)
    yield client
    client.close()


@pytest.fixture
def ours(engine):
    """Our own client, for what only it does."""
    client = Client("martlet", engine)
    yield client
    client.close()


@pytest.fixture
def building(engine):
    """Builds of the engine; the images that they make go with the test."""
    builds = Building(engine)
    yield builds
    builds.clean()


@pytest.fixture
def api(engine):
    """The remote API, at version 1.50."""
    return engine.api


@pytest.fixture
def old_api(engine):
    """The remote API as Docker 1.6 speaks it."""
    return Api(engine.socket, "v1.18")


@pytest.fixture
def py(engine):
    """docker-py."""
    client = docker.DockerClient(base_url=engine.url, version="auto", timeout=60)
    yield client
    client.close()


@pytest.fixture
def client_for():
    """A client of an engine other than the shared one."""
    clients = []

    def make(engine, name="martlet"):
        clients.append(Client(name, engine))
        return clients[-1]

    yield make
    for client in clients:
        client.close()


@pytest.fixture(scope="session")
def program(tmp_path_factory):
    """A function that builds a static C program of `programs/` and gives its path, to be mounted into a container."""
    folder = tmp_path_factory.mktemp("programs")

    def build(name):
        path = folder / name
        if not path.exists():
            source = os.path.join(os.path.dirname(os.path.abspath(__file__)), "programs", name + ".c")
            subprocess.run(["gcc", "-O2", "-static", "-o", str(path), source], check=True)
        return str(path)

    return build


@pytest.fixture(scope="session")
def bin_folder():
    return BIN


@pytest.fixture(scope="session")
def object_service():
    """An S3 service with one bucket."""
    from harness.objects import ObjectService  # takes a second
    service = ObjectService()
    yield service
    service.close()


@pytest.fixture(scope="module", params=["martlet", "martlet-s3", "distribution"])
def registry(request):
    """A registry that deletes: ours on each storage, then Debian's. What the reference fails is a wrong test."""
    kind, _, storage = request.param.partition("-")
    changes = {}
    if storage:
        service = request.getfixturevalue("object_service")
        service.empty()
        changes = {"storage": {"filesystem": None, "redirect": {"disable": True}, **service.storage()}}
    server = Registry(kind, **changes).start()
    yield server
    server.finish()


@pytest.fixture(scope="module")
def our_registry():
    """Ours alone, for what the reference is older than."""
    server = Registry().start()
    yield server
    server.finish()


@pytest.fixture
def new_registry():
    """A function that starts a registry of the test's own: new_registry(kind=…, folder=…, changes of the configuration)."""
    servers = []

    def make(*, start=True, **more):
        server = Registry(**more)
        servers.append(server)
        return server.start() if start else server

    yield make
    for server in reversed(servers):
        server.finish()
