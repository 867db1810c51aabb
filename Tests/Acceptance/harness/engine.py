"""An engine of a test's own: private data, socket, bridge and cgroup parent, and an account of what it leaves behind."""
import itertools
import os
import shutil
import signal
import subprocess
import tempfile
import time

from . import host
from .rawhttp import Api
from .waiting import eventually

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
# With FOREIGN_ENGINE=1 the same tests run against another engine (a `martletd` in MARTLET_BIN that translates the flags):
# a test that Docker itself fails is a wrong test. What such an engine leaves behind is not ours to judge.
FOREIGN = bool(os.environ.get("FOREIGN_ENGINE"))
BIN = os.environ.get("MARTLET_BIN", os.path.join(TOP, "bin"))
_numbers = itertools.count()
# The second bytes of networks 10.x that bridges have now: an engine that lives for a whole run shares its network with none.
_networks = set()
# No engine of the tests speaks with the world: this is its proxy, where nobody listens. Loopback is asked without one, and so
# are the engines' own bridges.
NOWHERE = "127.0.0.1:1"
PROXIES = {"HTTP_PROXY": "http://" + NOWHERE, "HTTPS_PROXY": "http://" + NOWHERE, "NO_PROXY": "10.0.0.0/8"}


def _in_turn(number, first=200, count=50):
    return (first + (number + step) % count for step in range(count))


class Engine:
    def __init__(self, *flags, bridge_network=None, namespace=None):
        """`namespace`: the network namespace (of `ip netns`) that is the engine's host."""
        self.namespace = namespace
        number = next(_numbers)
        self.flags = list(flags)
        self.folder = tempfile.mkdtemp(prefix="mt-")
        self.root, self.run_root = self.folder + "/data", self.folder + "/run"
        self.socket, self.pid_file = self.folder + "/s.sock", self.folder + "/e.pid"
        self.log_path = self.folder + "/engine.log"
        self.bridge = f"mt{os.getpid() % 10000:04d}n{number}"
        self.network_byte = next(byte for byte in _in_turn(number) if byte not in _networks)
        _networks.add(self.network_byte)
        self.network = bridge_network or f"10.{self.network_byte}.{os.getpid() % 250}.1/24"
        self.cgroup_parent = f"/mt-{os.getpid()}-{number}"
        self.process = None
        self.api = Api(self.socket)
        self.tables_before, self.links_before = host.nft_tables(namespace), host.links(namespace)
        self.pool = 0

    @property
    def gateway(self):
        return self.network.split("/")[0]

    @property
    def url(self):
        return "unix://" + self.socket

    def command(self, *more):
        # `ip netns exec` would take the control groups' mounts away.
        place = ["nsenter", f"--net=/run/netns/{self.namespace}"] if self.namespace else []
        return [*place, BIN + "/martletd", "--graph", self.root, "--exec-root", self.run_root, "-H", self.url,
                "-p", self.pid_file, "--bridge-name", self.bridge, "--bip", self.network,
                "--cgroup-parent", self.cgroup_parent, *self.flags, *more]

    def start(self, *more, seconds=20, environment=None):
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(self.command(*more), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                            env=os.environ | PROXIES | (environment or {}))
        end = time.monotonic() + seconds
        while not self.answers():
            if self.process.poll() is not None:
                raise AssertionError(f"the engine left with {self.process.returncode}:\n{self.log(30)}")
            if time.monotonic() > end:
                self.process.kill()
                self.process.wait()
                raise AssertionError(f"no answer from the engine within {seconds} s:\n{self.log(30)}")
            time.sleep(0.01)
        return self

    def answers(self):
        try:
            return self.api.get("/_ping", version="", timeout=5).status == 200
        except OSError:
            return False

    def stop(self, seconds=30):
        """SIGTERM; the exit status."""
        if self.process is None:
            return None
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            status = self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise AssertionError(f"the engine did not stop within {seconds} s of SIGTERM:\n{self.log(30)}")
        finally:
            self.process = None
        return status

    def kill(self):
        """SIGKILL, as a crash."""
        self.process.kill()
        self.process.wait()
        self.process = None

    def restart(self, *more):
        self.stop()
        return self.start(*more)

    @property
    def pid(self):
        return self.process.pid

    def log(self, lines=50):
        try:
            with open(self.log_path, errors="replace") as file:
                return "".join(file.readlines()[-lines:])
        except OSError:
            return ""

    def cgroup(self, container, controller, name):
        return host.cgroup_file(self.cgroup_parent, container, controller, name)

    def last_words(self):
        """What the log says of a crash: its first lines from the message on, without what led there."""
        lines = self.log(2000).splitlines()
        starts = [number for number, line in enumerate(lines) if "Fatal error" in line or "crashed" in line or "***" in line]
        return "\n".join(line[:200] for line in (lines[starts[0]:starts[0] + 25] if starts else lines[-10:]))

    def containers(self):
        return [entry["Id"] for entry in self.api.get("/containers/json?all=1").json]

    def remove_containers(self):
        for container in self.containers():
            reply = self.api.delete(f"/containers/{container}?force=1&v=1")
            assert reply.status in (204, 404, 409), reply

    def remove_networks(self):
        reply = self.api.post("/networks/prune")
        assert reply.status == 200, reply

    # What is left behind

    def leftovers(self):
        """While the engine runs and has no container: what should be gone by now."""
        if FOREIGN:
            return []
        found = [f"mount {path}" for path in host.mounts_below(self.folder) if "/netns" not in path]
        found += [f"cgroup {path}" for path in host.cgroups_named(self.cgroup_parent)]
        found += [f"process {pid} {words}" for pid, words in host.processes_with(self.folder).items()
                  if self.process is None or pid != self.process.pid]
        found += [f"process {pid} {words}" for pid, words in host.processes_with(self.cgroup_parent).items()
                  if self.process is None or pid != self.process.pid]
        found += [f"network {entry['Name']}" for entry in self.api.get('/networks?filters={"type":["custom"]}').json]
        extra = len(host.bridge_ports(self.bridge, self.namespace)) - POOL
        if extra > 0:
            found.append(f"{extra} more bridge ports than the pool has")
        for name in sorted(os.listdir(self.root + "/containers") if os.path.isdir(self.root + "/containers") else []):
            found.append(f"folder containers/{name}")
        return found

    def remains(self):
        """After the engine has ended, without containers: nothing at all may be there."""
        if FOREIGN:
            return []
        found = [f"mount {path}" for path in host.mounts_below(self.folder)]
        found += [f"cgroup {path}" for path in host.cgroups_named(self.cgroup_parent)]
        found += [f"process {pid} {words}" for pid, words in host.processes_with(self.folder).items()]
        # The default bridge outlives the daemon, as docker0 always has, and so do the rules for it.
        found += [f"link {name}" for name in sorted(host.links(self.namespace) - self.links_before - {self.bridge})
                  if name.startswith(("mt", "veth", "br-", "dm-", "vx-", "gw-"))]
        found += [f"nftables {name}" for name in sorted(host.nft_tables(self.namespace) - self.tables_before) if not name.endswith("_" + self.bridge)]
        if os.path.exists(self.socket):
            found.append("the socket")
        if os.path.exists(self.pid_file):
            found.append("the pid file")
        return found

    def clean(self):
        """The harness's own broom, after the account was taken: keeps one failed test from failing the rest."""
        for pid in host.processes_with(self.folder) | host.processes_with(self.cgroup_parent):
            try:
                os.kill(pid, signal.SIGKILL)
            except OSError:
                pass
        time.sleep(0.1)
        for path in sorted(host.mounts_below(self.folder), reverse=True):
            subprocess.run(["umount", "-l", path], stderr=subprocess.DEVNULL)
        for path in sorted(host.cgroups_named(self.cgroup_parent), reverse=True):
            try:
                os.rmdir(path)
            except OSError:
                pass
        host.remove_cgroup_parent(self.cgroup_parent)
        if self.namespace is None:
            self.clean_network()
        _networks.discard(self.network_byte)
        if not os.environ.get("KEEP_LOGS"):
            shutil.rmtree(self.folder, ignore_errors=True)

    def clean_network(self):
        """A namespace ends with what is in it; this host goes on."""
        if os.path.exists(f"/sys/class/net/{self.bridge}"):
            for port in host.bridge_ports(self.bridge):
                subprocess.run(["ip", "link", "delete", port], stderr=subprocess.DEVNULL)
            subprocess.run(["ip", "link", "delete", self.bridge], stderr=subprocess.DEVNULL)
        for name in sorted(host.nft_tables() - self.tables_before):
            if self.bridge in name:
                subprocess.run(["nft", "delete", *name.split()], stderr=subprocess.DEVNULL)

    def finish(self):
        """Removes the containers, stops, and fails if anything remains."""
        try:
            if self.process is not None and self.process.poll() is None:
                self.remove_containers()
                self.remove_networks()
                status = self.stop()
                assert status == 0, f"the engine ended with {status}:\n{self.log(30)}"
            host.remove_cgroup_parent(self.cgroup_parent)
            remains = self.remains()
            # The kernel takes namespaces and their links away in its own time.
            for _ in range(20):
                if not remains:
                    break
                time.sleep(0.25)
                remains = self.remains()
            assert not remains, "left behind by the engine: " + "; ".join(remains)
        finally:
            if self.process is not None:
                self.process.kill()
                self.process.wait()
                self.process = None
            self.clean()


# Ready-made ports the engine may keep on its bridge for containers to come.
POOL = 8


def settled(engine, seconds=10):
    """Waits until a running engine without containers holds nothing; fails with what it holds."""
    def nothing():
        return not engine.leftovers()
    try:
        eventually(nothing, seconds)
    except AssertionError:
        raise AssertionError("left behind: " + "; ".join(engine.leftovers())) from None
