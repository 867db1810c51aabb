"""Several hosts: network namespaces on one wire, and an etcd on it."""
import base64
import json
import os
import shutil
import subprocess
import tempfile

from .waiting import eventually

STORE = "192.0.2.1"


def ip(*words):
    subprocess.run(["ip", *words], check=True)


class Wire:
    """A switch, which is a host too (192.0.2.1, where etcd runs and who is outside), and hosts at 192.0.2.11 and up."""

    def __init__(self):
        self.switch = f"mtw{os.getpid()}"
        self.hosts = []
        self.folder = tempfile.mkdtemp(prefix="mte-")
        self.etcd = None
        ip("netns", "add", self.switch)
        ip("-n", self.switch, "link", "set", "lo", "up")
        ip("-n", self.switch, "link", "add", "wire", "type", "bridge")
        ip("-n", self.switch, "addr", "add", STORE + "/24", "dev", "wire")
        ip("-n", self.switch, "link", "set", "wire", "up")

    def add_host(self):
        """Gives its namespace; its link is `up0`."""
        number = 11 + len(self.hosts)
        name = f"{self.switch}h{number}"
        ip("netns", "add", name)
        self.hosts.append(name)
        ip("-n", self.switch, "link", "add", f"port{number}", "type", "veth", "peer", "name", "up0", "netns", name)
        ip("-n", self.switch, "link", "set", f"port{number}", "master", "wire", "up")
        ip("-n", name, "link", "set", "lo", "up")
        ip("-n", name, "addr", "add", f"192.0.2.{number}/24", "dev", "up0")
        ip("-n", name, "link", "set", "up0", "up")
        ip("-n", name, "route", "add", "default", "via", STORE)
        return name

    @staticmethod
    def address(namespace):
        return "192.0.2." + namespace.rpartition("h")[2]

    def set_link(self, namespace, state):
        """Cuts a host off, or connects it again."""
        ip("-n", self.switch, "link", "set", "port" + namespace.rpartition("h")[2], state)

    def start_etcd(self):
        client, peer = f"http://{STORE}:2379", f"http://{STORE}:2380"
        with open(self.folder + "/log", "ab") as log:
            self.etcd = subprocess.Popen(
                ["nsenter", f"--net=/run/netns/{self.switch}", "etcd", "--data-dir", self.folder + "/data",
                 "--listen-client-urls", client, "--advertise-client-urls", client, "--listen-peer-urls", peer,
                 "--initial-advertise-peer-urls", peer, "--initial-cluster", f"default={peer}",
                 "--logger", "zap", "--log-level", "error"], stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        eventually(lambda: self.keys() is not None, 20, what="etcd's answer")

    def stop_etcd(self):
        if self.etcd is not None:
            self.etcd.kill()
            self.etcd.wait()
            self.etcd = None

    def keys(self):
        """All keys; None when nobody answers."""
        done = self.outside("curl", "-s", "-m", "2", "-d", '{"key":"AA==","range_end":"AA==","keys_only":true}',
                            f"http://{STORE}:2379/v3/kv/range")
        if done.returncode != 0:
            return None
        return [base64.b64decode(entry["key"]).decode() for entry in json.loads(done.stdout).get("kvs", [])]

    def outside(self, *words, **more):
        """Runs a command on the host that is on the wire and has no engine."""
        return subprocess.run(["ip", "netns", "exec", self.switch, *words], stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, **more)

    def end(self):
        self.stop_etcd()
        for name in [*self.hosts, self.switch]:
            ip("netns", "delete", name)
        shutil.rmtree(self.folder, ignore_errors=True)
