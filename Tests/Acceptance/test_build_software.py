"""Software that people build images of, from Debian's packages and from source: each is built, run, and answers."""
import json
import os
import shutil
import subprocess
import urllib.request

import pytest

from conftest import import_image
from harness.client import Client
from harness.engine import TOP, Engine, settled
from harness.waiting import eventually

FOLDERS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "builds")
ARCHIVE = """FROM base
COPY . /archive/
RUN rm -f /etc/apt/sources.list.d/* && echo 'deb [trusted=yes] file:/archive ./' > /etc/apt/sources.list && apt-get update
"""


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    """A folder of Debian packages, as apt reads it."""
    if "DEBIAN_ARCHIVE" in os.environ:
        return os.environ["DEBIAN_ARCHIVE"]
    folder = str(tmp_path_factory.mktemp("archive"))
    subprocess.run([TOP + "/scripts/make-archive.sh", folder, "nginx-light", "redis-server", "postgresql", "python3-flask",
                    "gcc", "libc6-dev", "libstdc++-12-dev", "binutils", "libuuid1", "zlib1g", "libncurses6", "libsqlite3-0"],
                   check=True)
    return folder


@pytest.fixture(scope="module")
def builder(base_tar, archive, tmp_path_factory):
    """An engine with the image `archive`: Debian's base system, and packages to install."""
    engine = Engine().start()
    try:
        import_image(engine, base_tar, "base")
        client = Client("martlet", engine)
        file = tmp_path_factory.mktemp("file") / "Dockerfile"
        file.write_text(ARCHIVE)
        client.ok("build", "-q", "-t", "archive", "-f", str(file), archive, timeout=300)
        client.close()
        yield engine
    finally:
        engine.finish()


@pytest.fixture(params=["martlet", "docker28"])
def docker(request, builder):
    client = Client(request.param, builder)
    yield client
    client.close()
    builder.remove_containers()
    settled(builder)


@pytest.fixture
def folder(tmp_path):
    """A copy of one of the folders beside this file, whose files may be written."""
    def copy(name):
        return shutil.copytree(os.path.join(FOLDERS, name), tmp_path / name)
    return copy


def build(docker, folder, *flags):
    name = os.path.basename(folder)
    docker.ok("build", "-t", name, *flags, str(folder), timeout=400)
    return name


def address(engine, container):
    return engine.api.inspect(container)["NetworkSettings"]["IPAddress"]


def page(engine, container, port, path="/"):
    """What a server gives, once it does."""
    found = []

    def attempt():
        try:
            with urllib.request.urlopen(f"http://{address(engine, container)}:{port}{path}", timeout=5) as reply:
                found.append(reply.read().decode())
        except OSError:
            return False
        return True
    eventually(attempt, 20, what=f"{container} at port {port}")
    return found[-1]


def test_nginx(docker, builder, folder):
    name = build(docker, folder("nginx"))
    docker.ok("run", "-d", "--name", "web", name)
    assert page(builder, "web", 80) == "<h1>Built here</h1>\n"
    eventually(lambda: '"GET / HTTP/1.1" 200' in docker.ok("logs", "web"), 5, what="the line of its log")
    docker.ok("stop", "-t", "20", "web")
    assert builder.api.inspect("web")["State"]["ExitCode"] == 0  # SIGQUIT is its graceful end


def test_redis(docker, builder, folder):
    name = build(docker, folder("redis"))
    docker.ok("run", "-d", "--name", "db", name, "--bind", "*", "--protected-mode", "no")
    eventually(lambda: docker("exec", "db", "redis-cli", "ping").text.strip() == "PONG", 20, what="redis")
    docker.ok("exec", "db", "redis-cli", "set", "greeting", "hello")
    assert docker.ok("exec", "db", "id", "-un") == "redis"
    docker.ok("exec", "db", "redis-cli", "save")
    # Its data lie in the volume that the image asks for.
    mount, = builder.api.inspect("db")["Mounts"]
    assert mount["Destination"] == "/data" and os.path.exists(mount["Source"] + "/dump.rdb")
    docker.ok("rm", "-f", "-v", "db")


def test_postgresql(docker, builder, folder):
    name = build(docker, folder("postgres"))
    docker.ok("run", "-d", "--name", "db", name)
    query = ("exec", "db", "psql", "-At", "-c", "SELECT name, legs FROM birds ORDER BY legs")
    eventually(lambda: docker(*query).status == 0, 30, what="PostgreSQL")
    assert docker.ok(*query).split() == ["martlet|0", "swift|2"]
    # From another container, over the network.
    assert docker.ok("run", "--rm", name, "psql", "-At", "-h", address(builder, "db"), "-c", "SELECT count(*) FROM birds") == "2"


def test_a_c_program_in_two_stages(docker, builder, folder):
    source = folder("c")
    name = build(docker, source, "--build-arg", "GREETING=good morning")
    assert docker.ok("run", "--rm", name) == "good morning, world"
    assert docker.ok("run", "--rm", name, "martlet") == "good morning, martlet"
    config = json.loads(docker.ok("image", "inspect", name))[0]
    assert len(config["RootFS"]["Layers"]) == 1  # the compiler stays behind
    # What the compiler says reaches whoever builds, and how it ended.
    (source / "greet.c").write_text("int main(void) { return missing; }\n")
    result = docker("build", str(source), timeout=120)
    assert result.status != 0 and b"undeclared" in result.out + result.err


def test_a_python_web_application(docker, builder, folder):
    source = folder("python")
    (source / "debug.log").write_text("noise")
    (source / "app.log").write_text("kept")
    (source / "secrets").mkdir()
    (source / "secrets" / "key").write_text("hidden")
    name = build(docker, source)
    docker.ok("run", "-d", "--name", "web", name)
    assert page(builder, "web", 5000) == "hello from a web application\n"
    assert page(builder, "web", 5000, "/files") == ".dockerignore Dockerfile app.log app.py"
    assert builder.api.get(f"/images/{name}/json").json["Config"]["Healthcheck"]["Interval"] == 1_000_000_000


@pytest.fixture(scope="module")
def toolchain(builder):
    """Swift's toolchain as an image: what compiles and links a static executable."""
    top = os.path.dirname(os.path.dirname(os.path.realpath(shutil.which("swift"))))
    wanted = [f"bin/{name}" for name in ("swiftc", "swift-driver", "swift-frontend", "swift-autolink-extract", "lld", "ld.lld")]
    wanted += [f"bin/{name}" for name in os.listdir(top + "/bin") if name == "clang" or name.startswith("clang-2")]
    wanted += ["lib/swift/linux", "lib/swift/host/compiler", "lib/swift/shims", "lib/swift/apinotes", "lib/swift_static",
               "lib/clang"]
    pack = subprocess.Popen(["tar", "-c", "-C", os.path.dirname(top), *(f"usr/{name}" for name in wanted if
                             os.path.exists(f"{top}/{name}"))], stdout=subprocess.PIPE)
    client = Client("martlet", builder)
    done = subprocess.run([client.path, "import", "-", "toolchain"], stdin=pack.stdout, env=client.environment(),
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=300)
    client.close()
    assert pack.wait() == 0 and done.returncode == 0, done


def test_a_static_swift_server_in_two_stages(docker, builder, toolchain, folder):
    name = build(docker, folder("swift"))
    docker.ok("run", "-d", "--name", "server", "--read-only", name)
    assert page(builder, "server", 8080) == "hello from Swift\n"
    assert builder.api.get(f"/images/{name}/json").json["Config"]["ExposedPorts"] == {"8080/tcp": {}}
