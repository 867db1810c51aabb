"""What a build costs: steps without and with their cache, a large context of which one file has changed, stages that don't need
each other, layers of data, and the daemon's memory meanwhile."""
import os
import shutil
import threading
import time

from bench import put, timed
from peers import memory

STEPS = "FROM busybox\nENV A=1 B=2\nCOPY files /w/files\n" + "RUN true\n" * 6 + 'LABEL x="y"\nCMD ["true"]\n'
STAGES_OF_3_S = """FROM busybox AS left
RUN sleep 3 && touch /left
FROM busybox AS right
RUN sleep 3 && touch /right
FROM busybox
COPY --from=left /left /
COPY --from=right /right /
"""


def folder(options, name, dockerfile):
    path = f"{options.scratch}/{name}"
    os.makedirs(path)
    with open(path + "/Dockerfile", "w") as file:
        file.write(dockerfile)
    return path


def build(peer, path, *flags):
    return timed(peer.client("build", "-q", "-t", "built", *flags, path), peer.environment)


def forget(peer, *paths):
    peer.run("rmi", "-f", "built", check=False)
    dangling = peer.run("images", "-q", "-f", "dangling=true").stdout.split()
    if dangling:
        peer.run("rmi", "-f", *(name.decode() for name in dangling), check=False)
    for path in paths:
        shutil.rmtree(path)


def build_steps(peer, options):
    path = folder(options, "steps", STEPS)
    os.makedirs(path + "/files")
    for number in range(200):
        with open(f"{path}/files/f{number}", "w") as file:
            file.write(f"file {number}\n" * 50)
    build(peer, path, "--no-cache")
    put("build of 12 steps, no cache", peer.name, [build(peer, path, "--no-cache") for _ in range(max(3, options.n // 2))], "ms")
    build(peer, path)
    put("build of 12 steps, cached", peer.name, [build(peer, path) for _ in range(options.n)], "ms")
    forget(peer, path)


def build_context(peer, options):
    """The second build and those after it, each with another file changed."""
    files = 2_000 if options.quick else 20_000
    path = folder(options, "context", "FROM busybox\nCOPY . /src\n")
    for number in range(files):
        if number % 200 == 0:
            os.makedirs(f"{path}/d{number // 200}")
        with open(f"{path}/d{number // 200}/f{number}", "wb") as file:
            file.write(os.urandom(12_500) + b"source of a program\n" * 625)
    build(peer, path)
    time.sleep(2)
    before, highest, done, values = resident(peer), 0, threading.Event(), []

    def watch():
        nonlocal highest
        while not done.wait(0.05):
            highest = max(highest, resident(peer))
    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        for number in range(3):
            with open(f"{path}/d0/f{number}", "a") as file:
                file.write("a change\n")
            values.append(build(peer, path))
    finally:
        done.set()
        watcher.join()
    put("build, one file of 500 MB changed", peer.name, values, "ms")
    if peer.daemon_pids():
        put("that build: daemon's memory above idle", peer.name, highest - before, "MiB")
    forget(peer, path)


def resident(peer):
    return memory(peer.daemon_pids())[0] / 1024


def build_stages(peer, options):
    path = folder(options, "stages", STAGES_OF_3_S)
    put("build of two stages of 3 s", peer.name, [build(peer, path, "--no-cache") / 1e3 for _ in range(2)], "s")
    forget(peer, path)


def build_data(peer, options):
    path = folder(options, "data", "FROM busybox\n" + "".join(f"COPY part{number} /data/\n" for number in range(10)))
    for number in range(10):
        with open(f"{path}/part{number}", "wb") as file:
            file.write(os.urandom(20_000_000))
    values = [200e3 / build(peer, path, "--no-cache") for _ in range(max(3, options.n // 3))]
    put("build of 10 COPY x 20 MB", peer.name, values, "MB/s")
    forget(peer, path)


STAGES = [("build steps", build_steps), ("build context", build_context), ("build stages", build_stages),
          ("build data", build_data)]

BARS = [
    ("build of 12 steps, no cache", "docker.io", 0.15, False), ("build of 12 steps, cached", "docker.io", 0.5, False),
    ("build, one file of 500 MB changed", "docker.io", 0.5, False), ("build of two stages of 3 s", 3.6, None, False),
    ("build of 10 COPY x 20 MB", "docker.io", 2, True), ("that build: daemon's memory above idle", 50, None, False),
]
