"""What images cost on their way: pulls, pushes, archives of many layers and of one large one, pulls with nothing to do, the
daemon's memory."""
import io
import os
import subprocess
import sys
import tarfile
import threading
import time

from bench import put, repeat, timed
from peers import TOP, memory

sys.path.insert(0, os.path.join(TOP, "Tests", "Acceptance"))

from harness.images import entry, tar  # noqa: E402
from harness.distribution import Image, Registry  # noqa: E402

_made = {}


def gzip(data):
    return subprocess.run(["gzip", "-1", "-c"], input=data, stdout=subprocess.PIPE, check=True).stdout


def tree(size, files):
    """A layer of so many files, half of each random, as programs and their libraries are."""
    out, each = io.BytesIO(), size // files
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for number in range(files):
            info = tarfile.TarInfo(f"usr/lib/part{number % 90}/file{number}")
            info.size = each
            archive.addfile(info, io.BytesIO(os.urandom(each // 2) + b"text of a program\n" * (each // 36 + 1)))
    return out.getvalue()


def registry(options):
    """One registry for all peers, filled once."""
    if "registry" not in _made:
        found = _made["registry"] = Registry()
        step = 8 if options.quick else 1
        ten = Image(*[tar(entry(f"part{n}", os.urandom(20_000_000 // step))) for n in range(10)], pack=gzip)
        _made["ten"] = (found.put("bench/ten", "1", ten), sum(map(len, ten.layers)))
        layer = tree(245_000_000 // step, 9000 // step)
        one = Image(layer, pack=gzip)
        _made["one"] = (found.put("bench/one", "1", one), len(layer))
        options.layer = options.scratch + "/layer.tar.gz"
        with open(options.layer, "wb") as file:
            file.write(one.layers[0])
        large = Image(*[tar(entry(f"part{n}", os.urandom(100_000_000 // step))) for n in range(10)],
                      pack=lambda data: data, layer="application/vnd.docker.image.rootfs.diff.tar")
        _made["large"] = (found.put("bench/large", "1", large), sum(map(len, large.layers)))
    return _made


def finish():
    if "registry" in _made:
        _made.pop("registry").stop()
        _made.clear()


def pulled(peer, name):
    elapsed = timed(peer.client("pull", name), peer.environment)
    peer.run("rmi", name)
    return elapsed


def pull_many_layers(peer, options):
    name, size = registry(options)["ten"]
    put("pull 10 x 20 MB", peer.name, [size / 1e3 / pulled(peer, name) for _ in range(max(3, options.n // 3))], "MB/s")


def pull_one_layer(peer, options):
    """Beside it what two programs in a pipe need for the same layer, in turns."""
    name, size = registry(options)["one"]
    pulls, pipes = [], []
    for number in range(max(3, options.n // 3) + 1):
        target = f"{options.scratch}/unpacked"
        os.makedirs(target)
        pipe = timed(["sh", "-c", f"igzip -dc {options.layer} | tar -x -C {target}"])
        subprocess.run(["rm", "-rf", target], check=True)
        pull = pulled(peer, name)
        if number:
            pulls.append(size / 1e3 / pull)
            pipes.append(size / 1e3 / pipe)
    put("pull one layer of 245 MB", peer.name, pulls, "MB/s")
    if peer.name == "martlet":  # in turns with it: how fast files are made changes within minutes
        put("pull one layer of 245 MB", "igzip|tar", pipes, "MB/s")


def pull_nothing(peer, options):
    name, _ = registry(options)["ten"]
    peer.run("pull", name)
    put("pull, all layers there", peer.name, repeat(options.n, lambda: timed(peer.client("pull", name), peer.environment)), "ms")
    peer.run("rmi", name)


def pull_memory(peer, options):
    """Of the daemon, at its highest during a pull of 1 GB, above what it had before."""
    name, _ = registry(options)["large"]
    time.sleep(2)
    before, highest, done = resident(peer), 0, threading.Event()

    def watch():
        nonlocal highest
        while not done.wait(0.02):
            highest = max(highest, resident(peer))
    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        peer.run("pull", name)
    finally:
        done.set()
        watcher.join()
    peer.run("rmi", name)
    put("pull of 1 GB: daemon's memory above idle", peer.name, highest - before, "MiB")


SHAPES = [("ten", "10 x 20 MB"), ("one", "one layer of 245 MB")]


def push(peer, options):
    """To another registry each time: what is there already is not sent."""
    for key, what in SHAPES:
        name, size = registry(options)[key]
        peer.run("pull", name)
        figures = []
        for _ in range(max(3, options.n // 3) + 1):
            fresh = Registry()
            try:
                target = f"{fresh.host}/bench/{key}:1"
                peer.run("tag", name, target)
                figures.append(size / 1e3 / timed(peer.client("push", target), peer.environment))
                peer.run("rmi", target)
            finally:
                fresh.stop()
        peer.run("rmi", name)
        put(f"push {what}", peer.name, figures[1:], "MB/s")


def save_and_load(peer, options):
    archive = options.scratch + "/saved.tar"
    for key, what in SHAPES:
        name, size = registry(options)[key]
        peer.run("pull", name)
        saves, loads = [], []
        for _ in range(max(3, options.n // 3) + 1):
            saves.append(size / 1e3 / timed(peer.client("save", "-o", archive, name), peer.environment))
            peer.run("rmi", name)
            loads.append(size / 1e3 / timed(peer.client("load", "-i", archive), peer.environment))
            os.unlink(archive)
        peer.run("rmi", name)
        put(f"save {what}", peer.name, saves[1:], "MB/s")
        put(f"load {what}", peer.name, loads[1:], "MB/s")


def resident(peer):
    return memory(peer.daemon_pids())[0] / 1024


STAGES = [("image layers", pull_many_layers), ("image one", pull_one_layer), ("image nothing", pull_nothing),
          ("image push", push), ("image archive", save_and_load), ("image memory", pull_memory)]

BARS = [
    ("pull 10 x 20 MB", "docker.io", 3, True), ("pull one layer of 245 MB", "igzip|tar", 0.9, True),
    ("pull, all layers there", 60, None, False), *[(f"{verb} {what}", "docker.io", limit, True)
                                                   for verb, limit in (("push", 5), ("save", 2), ("load", 2))
                                                   for _, what in SHAPES],
    ("pull of 1 GB: daemon's memory above idle", 60, None, False),
]
