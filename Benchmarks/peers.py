"""The engines and runtimes that are measured side by side. Each engine here is one of its own: private data, socket and
network, started for the measure and ended after it."""
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(TOP, "Tests", "Acceptance"))

import harness.peers  # noqa: E402
from harness import host  # noqa: E402
from harness.engine import BIN, Engine  # noqa: E402
from harness.peers import ENVIRONMENT, ROOT  # noqa: E402
from harness.rawhttp import Api  # noqa: E402


class Peer:
    """What every measure needs: a client command, an API, and which processes belong to the engine."""

    name = ""
    api = None

    def client(self, *args):
        return [*self.command, *map(str, args)]

    def run(self, *args, check=True, **more):
        return subprocess.run(self.client(*args), check=check, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              env=self.environment, **more)

    @property
    def environment(self):
        env = {key: value for key, value in os.environ.items() if not key.startswith("DOCKER_")}
        return env | {"DOCKER_BUILDKIT": "0", "DOCKER_CONFIG": "/nonexistent"}


class Martlet(Peer):
    name = "martlet"

    def __init__(self):
        self.engine = Engine()
        self.command = [BIN + "/docker", "-H", self.engine.url]
        self.api = self.engine.api

    def start(self):
        self.engine.start(seconds=60)

    def stop(self):
        self.engine.stop()

    def close(self):
        if self.engine.process:
            for container in self.engine.containers():
                self.api.delete(f"/containers/{container}?force=1&v=1")
            self.engine.stop()
        self.engine.clean()

    def daemon_pids(self):
        return [self.engine.pid]

    def helper_pids(self):
        found = host.processes_with(self.engine.folder)
        return [pid for pid in found if pid != self.engine.pid and "martlet-shim" in found[pid]]


class DockerIO(Peer):
    """docker.io from Debian: dockerd with its own containerd."""

    name = "docker.io"

    @staticmethod
    def is_there():
        return shutil.which("dockerd", path=DockerIO.programs()) and shutil.which("containerd", path=DockerIO.programs())

    @staticmethod
    def programs():
        """Where they are: installed, or unpacked by scripts/fetch-peers.sh; never our own."""
        installed = os.pathsep.join(folder for folder in os.environ["PATH"].split(os.pathsep) if folder != BIN)
        return installed + os.pathsep + ENVIRONMENT["PATH"]

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="bench-docker-")
        self.socket = self.folder + "/d.sock"
        self.bridge = f"bd{os.getpid() % 10000}"
        # The docker of Debian's package, not ours and not the newer client that may come before it.
        unpacked = ROOT + "/usr/bin/docker"
        client = os.environ.get("DOCKER_IO_CLIENT", unpacked if os.path.exists(unpacked) else "/usr/bin/docker")
        self.command = [client, "-H", "unix://" + self.socket]
        self.api = Api(self.socket, "v1.41")
        self.process = None

    def start(self):
        if subprocess.run(["ip", "link", "show", self.bridge], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode:
            for words in (["link", "add", self.bridge, "type", "bridge"], ["addr", "add", "10.249.3.1/24", "dev", self.bridge],
                          ["link", "set", self.bridge, "up"]):
                subprocess.run(["ip", *words], check=True)
        with open(self.folder + "/log", "ab") as log:
            self.process = subprocess.Popen(
                [shutil.which("dockerd", path=self.programs()), "--data-root", self.folder + "/data", "--exec-root", self.folder + "/run", "-H",
                 "unix://" + self.socket, "-p", self.folder + "/pid", "-b", self.bridge, "-s", "overlay2"],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                env={**os.environ, **ENVIRONMENT, "PATH": self.programs()})
        end = time.monotonic() + 60
        while True:
            try:
                if self.api.get("/_ping", version="").status == 200:
                    return
            except OSError:
                pass
            if self.process.poll() is not None or time.monotonic() > end:
                with open(self.folder + "/log", errors="replace") as log:
                    raise SystemExit(f"dockerd did not start: {log.read()[-500:]}")
            time.sleep(0.005)

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(60)

    def close(self):
        if self.process.poll() is None:
            for entry in self.api.get("/containers/json?all=1").json:
                self.api.delete(f"/containers/{entry['Id']}?force=1&v=1")
            self.stop()
        for path in sorted(host.mounts_below(self.folder), reverse=True):
            subprocess.run(["umount", "-l", path])
        subprocess.run(["ip", "link", "delete", self.bridge])
        shutil.rmtree(self.folder, ignore_errors=True)

    def daemon_pids(self):
        return [pid for pid, words in host.processes_with(self.folder).items() if "shim" not in words]

    def helper_pids(self):
        return [pid for pid, words in host.processes_with(self.folder).items() if "containerd-shim" in words]


class Podman(Peer):
    """podman with its builder, which is buildah: no daemon, so no memory and no API to measure. Unpacked as it
    is here, an attached run ends 20 s late: runs are not measured."""

    name = "podman"
    REGISTRY_VERBS = ("pull", "push")

    @staticmethod
    def is_there():
        return os.path.exists(ROOT + "/usr/bin/podman")

    def __init__(self):
        self.inner = harness.peers.Podman("nobody", "nothing")
        self.command = [*self.inner.command, "--storage-driver", "overlay"]

    @property
    def environment(self):
        return self.inner.environment

    def client(self, *args):
        verb, *rest = map(str, args)
        flags = ["--tls-verify=false"] if verb in self.REGISTRY_VERBS else []
        if verb in (*self.REGISTRY_VERBS, "build", "load", "save"):
            flags += self.inner.policy
        if verb == "build":
            flags += ["--pull-never", "--network", "none", "--format", "docker"]
        return [*self.command, verb, *flags, *rest]

    def start(self):
        pass

    def close(self):
        self.run("rm", "-fa", check=False)
        self.inner.close()

    def daemon_pids(self):
        return []


class Runtime:
    """An OCI runtime on a bundle of busybox whose process is `true`."""

    def __init__(self, name, busybox_tar):
        self.name, self.count = name, 0
        self.folder = tempfile.mkdtemp(prefix="bench-oci-")
        os.makedirs(self.folder + "/bundle/rootfs")
        subprocess.run(["tar", "-xzf", busybox_tar, "-C", self.folder + "/bundle/rootfs"], check=True)
        subprocess.run([name, "spec"], cwd=self.folder + "/bundle", check=True)
        with open(self.folder + "/bundle/config.json") as file:
            config = json.load(file)
        config["process"]["terminal"] = False
        config["process"]["args"] = ["true"]
        config["process"].pop("rlimits", None)
        with open(self.folder + "/bundle/config.json", "w") as file:
            json.dump(config, file)
        self.mounted = self.take_controllers() if name == "crun" else []

    def take_controllers(self):
        """crun 1.8 refuses a hybrid machine as long as the v2 tree has a controller of its own: those are mounted as v1 while
        it runs. The folders that were mounted."""
        mounted = []
        try:
            with open("/sys/fs/cgroup/unified/cgroup.controllers") as file:
                names = file.read().split()
        except OSError:
            return mounted
        for controller in names:
            folder = f"{self.folder}/{controller}"
            os.makedirs(folder)
            if subprocess.run(["mount", "-t", "cgroup", "-o", controller, "none", folder]).returncode == 0:
                mounted.append(folder)
        return mounted

    def client(self):
        self.count += 1
        return [self.name, "--root", self.folder + "/state", "run", "--bundle", self.folder + "/bundle", f"b{os.getpid()}n{self.count}"]

    def close(self):
        for folder in self.mounted:
            subprocess.run(["umount", folder])
        shutil.rmtree(self.folder, ignore_errors=True)


def memory(pids):
    """(private, proportional) KiB of processes, added up."""
    private = proportional = 0
    for pid in pids:
        try:
            with open(f"/proc/{pid}/smaps_rollup") as file:
                for line in file:
                    key, _, rest = line.partition(":")
                    if key in ("Private_Clean", "Private_Dirty"):
                        private += int(rest.split()[0])
                    elif key == "Pss":
                        proportional += int(rest.split()[0])
        except OSError:
            pass
    return private, proportional
