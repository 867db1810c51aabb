"""What it costs to make an image of a container, and to copy files into one and out of it."""
import os
import subprocess
import time

from bench import put, timed

CHANGED = "mkdir /d; i=0; while [ $i -lt 2000 ]; do echo $i >/d/$i; i=$((i+1)); done; touch /done; sleep 100000"


def commit(peer, options):
    """Of a running container with 2,000 changed files."""
    peer.run("run", "-d", "--name", "changed", "busybox", "sh", "-c", CHANGED)
    while subprocess.run(peer.client("exec", "changed", "test", "-e", "/done"), env=peer.environment, stdout=subprocess.DEVNULL,
                         stderr=subprocess.DEVNULL).returncode:
        time.sleep(0.1)
    values = []
    for _ in range(max(4, options.n // 3)):
        values.append(timed(peer.client("commit", "changed", "committed"), peer.environment))
        peer.run("rmi", "-f", "committed")
    put("commit, 2000 changed files", peer.name, values[1:], "ms")
    peer.run("rm", "-f", "changed")


def cp(peer, options):
    """A file of 100 MB, random, into a running container and out of it."""
    path, back = options.scratch + "/hundred", options.scratch + "/back"
    with open(path, "wb") as file:
        file.write(os.urandom(100_000_000))
    peer.run("run", "-d", "--name", "target", "busybox", "sleep", "100000")

    def rates(*args):
        count = max(4, options.n // 3)
        return [1e5 / timed(peer.client("cp", *args), peer.environment) for _ in range(count)][1:]

    put("cp 100 MB in", peer.name, rates(path, "target:/file"), "MB/s")
    put("cp 100 MB out", peer.name, rates("target:/file", back), "MB/s")
    peer.run("rm", "-f", "target")
    for name in (path, back):
        os.remove(name)


STAGES = [("copy commit", commit), ("copy cp", cp)]

BARS = [("commit, 2000 changed files", "docker.io", 0.1, False), ("cp 100 MB in", "docker.io", 2, True),
        ("cp 100 MB out", "docker.io", 2, True)]
