"""Other people's engines, unpacked by scripts/fetch-peers.sh: docker.io 20.10, podman, buildah. Each has folders of its own, no
network and no rules; all is gone with `close`."""
import contextlib
import json
import os
import shutil
import signal
import subprocess
import tempfile

from . import host
from .engine import TOP
from .rawhttp import Api
from .waiting import eventually

ROOT = TOP + "/.peers"
PARENT = f"/mt-peers-{os.getpid()}"
ENVIRONMENT = {"PATH": f"{ROOT}/usr/bin:{ROOT}/usr/sbin:{os.environ['PATH']}",
               "LD_LIBRARY_PATH": f"{ROOT}/usr/lib/x86_64-linux-gnu"}


def output(words, environment, input=b""):
    done = subprocess.run(words, env=environment, input=input, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60)
    assert done.returncode == 0, (words, done.stdout[-600:], done.stderr.decode(errors="replace")[-1500:])
    return done.stdout.decode().strip()


class Peer:
    """What all can: images by name, from and to registries on loopback, as one user."""

    def __init__(self, user, password):
        assert os.path.exists(ROOT), "run scripts/fetch-peers.sh"
        self.folder = tempfile.mkdtemp(prefix="mt-peer-")
        self.user, self.password = user, password
        self.environment = {**os.environ, **ENVIRONMENT}
        self.start()

    def start(self):
        pass

    def close(self):
        for path in sorted(host.mounts_below(self.folder), reverse=True):
            subprocess.run(["umount", "-l", path], check=False)
        shutil.rmtree(self.folder)
        for path in sorted(host.cgroups_named(PARENT), reverse=True):
            with contextlib.suppress(FileNotFoundError):  # its owner was just about to
                os.rmdir(path)
        host.remove_cgroup_parent(PARENT)

    def run_tool(self, *words, input=b""):
        return output([*self.command, *words], self.environment, input)

    def tag(self, name, other):
        self.run_tool("tag", name, other)

    def remove(self, name):
        self.run_tool("rmi", name)

    def id(self, name):
        """The digest of the configuration."""
        return "sha256:" + self.run_tool("images", "--no-trunc", "--quiet", name).split(":")[-1]


class DockerIO(Peer):
    name = "docker.io"

    def start(self):
        self.socket = self.folder + "/d.sock"
        self.environment["DOCKER_CONFIG"] = self.folder + "/config"
        self.command = [ROOT + "/usr/bin/docker", "-H", "unix://" + self.socket]
        with open(self.folder + "/log", "wb") as log:
            self.process = subprocess.Popen(
                [ROOT + "/usr/sbin/dockerd", "--data-root", self.folder + "/data", "--exec-root", self.folder + "/run",
                 "-H", "unix://" + self.socket, "-p", self.folder + "/pid", "--iptables=false", "--ip-forward=false",
                 "--bridge=none", "--cgroup-parent", PARENT], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                env=self.environment)
        self.api = Api(self.socket, "v1.41")
        eventually(self.answers, 30, what="an answer of dockerd")

    def answers(self):
        assert self.process.poll() is None, open(self.folder + "/log", errors="replace").read()[-2000:]
        try:
            return self.api.get("/_ping", version="").status == 200
        except OSError:
            return False

    def close(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(30)
        super().close()

    def log_in(self, registry):
        self.run_tool("login", "-u", self.user, "--password-stdin", registry, input=self.password.encode())

    def pull(self, name):
        self.run_tool("pull", name)

    def push(self, name):
        self.run_tool("push", name)

    def run(self, name, *words):
        return self.run_tool("run", "--rm", "--network", "none", name, *words)

    def make(self, base, name, text):
        """An image with one layer more: /made holds the text."""
        self.run_tool("run", "--name", "making", "--network", "none", base, "sh", "-c", f"echo {text} >/made")
        self.run_tool("commit", "making", name)
        self.run_tool("rm", "making")

    def digest(self, name):
        """Of the manifest that it was pulled by."""
        found = json.loads(self.run_tool("inspect", name))[0]["RepoDigests"]
        return next(one.split("@")[1] for one in found if one.split("@")[0] == name.rsplit(":", 1)[0])

    def bring(self, name, archive):
        """An image of a root file system."""
        self.run_tool("import", archive, name)

    def build(self, name, folder, *flags):
        environment = self.environment | {"DOCKER_BUILDKIT": "0"}
        output([*self.command, "build", "--network", "none", "-t", name, *flags, str(folder)], environment)

    def save(self, name):
        self.run_tool("save", "-o", self.folder + "/saved.tar", name)
        with open(self.folder + "/saved.tar", "rb") as file:
            return file.read()


class Containers(Peer):
    """What podman and buildah share: the configuration by files."""

    def start(self):
        folder = self.folder
        files = {
            "containers.conf": f"""
                [containers]
                netns = "none"
                default_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]
                [engine]
                conmon_path = ["{ROOT}/usr/bin/conmon"]
                runtime = "runc"
                cgroup_manager = "cgroupfs"
                events_logger = "none"
                [engine.runtimes]
                runc = ["{ROOT}/usr/sbin/runc"]
                """,
            "storage.conf": f"""
                [storage]
                driver = "vfs"
                graphroot = "{folder}/data"
                runroot = "{folder}/run"
                """,
            "registries.conf": "unqualified-search-registries = []\n",
            "auth.json": "{}",
            "policy.json": '{"default": [{"type": "insecureAcceptAnything"}]}'}
        for name, text in files.items():
            with open(f"{folder}/{name}", "w") as file:
                file.write("\n".join(line.strip() for line in text.splitlines()))
        self.environment |= {
            "CONTAINERS_CONF": folder + "/containers.conf", "CONTAINERS_STORAGE_CONF": folder + "/storage.conf",
            "CONTAINERS_REGISTRIES_CONF": folder + "/registries.conf", "REGISTRY_AUTH_FILE": folder + "/auth.json",
            "TMPDIR": folder}
        self.policy = ["--signature-policy", folder + "/policy.json"]

    def log_in(self, registry):
        self.run_tool("login", "--tls-verify=false", "-u", self.user, "--password-stdin", registry, input=self.password.encode())

    def pull(self, name):
        self.run_tool("pull", "--tls-verify=false", *self.policy, name)

    def push(self, name):
        self.run_tool("push", "--tls-verify=false", *self.policy, name)


class Podman(Containers):
    name = "podman"

    def digest(self, name):
        return self.run_tool("image", "inspect", "--format", "{{.Digest}}", name)

    def start(self):
        super().start()
        self.command = [ROOT + "/usr/bin/podman", "--tmpdir", self.folder + "/tmp"]

    def run(self, name, *words):
        container = self.run_tool("run", "-d", "--cgroup-parent", PARENT, name, *words)
        eventually(lambda: self.run_tool("inspect", "--format", "{{.State.Status}}", container) in ("exited", "stopped"),
                   what="its end")
        said = self.run_tool("logs", container)
        assert self.run_tool("inspect", "--format", "{{.State.ExitCode}}", container) == "0", said
        self.run_tool("rm", container)
        return said

    def make(self, base, name, text):
        container = self.run_tool("create", base, "true")
        place = self.run_tool("mount", container)
        with open(place + "/made", "w") as file:
            file.write(text + "\n")
        self.run_tool("umount", container)
        self.run_tool("commit", "--quiet", container, name)
        self.run_tool("rm", container)


class Buildah(Containers):
    name = "buildah"

    def digest(self, name):
        return self.run_tool("inspect", "--type", "image", "--format", "{{.FromImageDigest}}", name)

    def start(self):
        super().start()
        self.command = [ROOT + "/usr/bin/buildah"]

    def run(self, name, *words):
        container = self.run_tool("from", "--pull-never", *self.policy, name)
        said = self.run_tool("run", "--isolation", "chroot", container, "--", *words)
        self.run_tool("rm", container)
        return said

    def make(self, base, name, text):
        with open(self.folder + "/Containerfile", "w") as file:
            file.write(f"FROM {base}\nRUN echo {text} >/made\n")
        self.run_tool("build", "--isolation", "chroot", "--pull-never", *self.policy, "-t", name, "-f",
                      self.folder + "/Containerfile", self.folder)

    def bring(self, name, archive):
        container = self.run_tool("from", *self.policy, "scratch")
        self.run_tool("add", container, archive, "/")
        self.run_tool("commit", *self.policy, container, name)
        self.run_tool("rm", container)

    def build(self, name, folder, *flags):
        self.run_tool("build", "--isolation", "chroot", "--pull-never", "--format", "docker", *self.policy, "-t", name, *flags,
                      str(folder))

    def save(self, name):
        path = self.folder + "/saved.tar"
        if os.path.exists(path):
            os.unlink(path)
        self.run_tool("push", *self.policy, name, f"docker-archive:{path}:{name}")
        with open(path, "rb") as file:
            return file.read()
