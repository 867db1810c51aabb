#!/usr/bin/env python3
"""`make bench`: the measures that Martlet is held to, beside crun, runc, docker.io and podman (images, builds) where they are installed.

Absolute figures belong to one machine and one sitting; the ratios are what is compared. Root is needed. Options: -n for the
number of repetitions, --only with part of a measure's name (may be repeated), --quick for a short look, --json FILE."""
import argparse
import json
import os
import platform
import select
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time

import peers
from peers import TOP, DockerIO, Martlet, Podman, Runtime, memory

HERE = os.path.dirname(os.path.abspath(__file__))
results = {}  # measure -> {peer: [values]}
units = {}


def put(measure, peer, values, unit):
    values = values if isinstance(values, list) else [values]
    results.setdefault(measure, {})[peer] = values
    units[measure] = unit
    print(f"  {peer:10} {measure:44} {statistics.median(values):12.2f} {unit:9} n={len(values)} "
          f"[{min(values):.2f} .. {max(values):.2f}]", flush=True)


def median(measure, peer):
    values = results.get(measure, {}).get(peer)
    return statistics.median(values) if values else None


def timed(argv, env=None, stdin=subprocess.DEVNULL):
    """Milliseconds of a command that must succeed."""
    start = time.perf_counter()
    done = subprocess.run(argv, stdin=stdin, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=env)
    elapsed = (time.perf_counter() - start) * 1e3
    if done.returncode:
        raise RuntimeError(f"{' '.join(argv)}: {done.returncode}: {done.stderr.decode(errors='replace')[-300:]}")
    return elapsed


def repeat(count, function):
    function()  # once to warm up
    return [function() for _ in range(count)]


# The measures. Each takes a peer and puts what it finds; a peer that has no such thing is left out by its caller.

def run_and_exec(peer, options):
    n = options.n

    def command(*args):
        return lambda: timed(peer.client(*args), peer.environment)

    put("client version", peer.name, repeat(n, command("version")), "ms")
    put("client ps", peer.name, repeat(n, command("ps")), "ms")
    put("run --rm --net none true", peer.name, repeat(n, command("run", "--rm", "--net", "none", "busybox", "true")), "ms")
    put("run --rm true, bridge", peer.name, repeat(n, command("run", "--rm", "busybox", "true")), "ms")
    peer.run("run", "-d", "--name", "target", "busybox", "sleep", "100000")
    put("exec true", peer.name, repeat(n, command("exec", "target", "true")), "ms")
    peer.run("rm", "-f", "target")


def hundred(peer, options):
    count = 20 if options.quick else 100
    time.sleep(1)
    put("daemon idle, PSS", peer.name, memory(peer.daemon_pids())[1] / 1024, "MiB")
    for number in range(count):
        container = peer.api.create(cmd=("sleep", "100000"), name=f"sleeper{number}")
        peer.api.start(container)
    time.sleep(2)
    private, proportional = memory(peer.helper_pids())
    put("helper per container, private", peer.name, private / 1024 / count, "MiB")
    put("helper per container, PSS", peer.name, proportional / 1024 / count, "MiB")
    put(f"daemon with {count} containers, PSS", peer.name, memory(peer.daemon_pids())[1] / 1024, "MiB")
    put(f"client ps with {count}", peer.name, repeat(5, lambda: timed(peer.client("ps"), peer.environment)), "ms")
    for number in range(count):
        peer.api.delete(f"/containers/sleeper{number}?force=1")


def api_rate(peer, options):
    seconds = 1 if options.quick else 3
    prefix = "/" + peer.api.version
    ids = [peer.api.create(cmd=("true",), name=f"listed{n}") for n in range(100)]
    for measure, path in (("api /_ping", "/_ping"), ("api list of 100", prefix + "/containers/json?all=1"),
                          ("api inspect", f"{prefix}/containers/{ids[0]}/json")):
        for connections in (1, 16):
            values = []
            for _ in range(2):
                found = json.loads(subprocess.run([options.apibench, peer.api.path, path, str(connections), str(seconds)],
                                                  check=True, stdout=subprocess.PIPE).stdout)
                if found["errors"]:
                    print(f"  {peer.name:10} {measure}: {found['errors']} errors")
                values.append(found["rps"])
            put(f"{measure}, {connections} conn", peer.name, values, "req/s")
    for container in ids:
        peer.api.delete(f"/containers/{container}?force=1")


def log_rate(peer, options):
    count = 100_000 if options.quick else 1_000_000
    write, read = [], []
    for _ in range(1 if options.quick else 3):
        start = time.perf_counter()
        peer.run("run", "-d", "--net", "none", "--name", "writer", "-v", f"{options.lines}:/lines:ro", "busybox",
                 "/lines", count, "100")
        assert peer.run("wait", "writer").stdout.strip() == b"0"
        write.append(count / (time.perf_counter() - start) / 1e3)
        start = time.perf_counter()
        with subprocess.Popen(peer.client("logs", "writer"), stdout=subprocess.PIPE, env=peer.environment) as reader:
            found = 0
            while chunk := reader.stdout.read(1 << 20):
                found += chunk.count(b"\n")
        read.append(count / (time.perf_counter() - start) / 1e3)
        if found != count:
            print(f"  {peer.name:10} logs: {count - found} of {count} LINES LOST")
        peer.run("rm", "-f", "writer")
    put("log write, lines of 100 bytes", peer.name, write, "klines/s")
    put("log read", peer.name, read, "klines/s")


def event_latency(peer, options):
    values = []
    for _ in range(options.n):
        container = peer.api.create(cmd=("sleep", "1000"), host={"NetworkMode": "none"})
        peer.api.start(container)
        pid = peer.api.inspect(container)["State"]["Pid"]
        connection, reply = peer.api.open("GET", f'/events?filters={{"event":["die"],"container":["{container}"]}}')
        descriptor = os.pidfd_open(pid)
        time.sleep(0.05)
        os.kill(pid, signal.SIGKILL)
        select.select([descriptor], [], [], 5)
        gone = time.perf_counter()
        reply.readline()
        values.append((time.perf_counter() - gone) * 1e3)
        os.close(descriptor)
        connection.close()
        peer.api.delete(f"/containers/{container}?force=1")
    put("process exit to die event", peer.name, values, "ms")


def make_tree(options):
    """A tar of about 245 MB in 9,000 files, from this machine's own programs and libraries."""
    path = options.scratch + "/tree.tar"
    limit, files, size, chosen = (30 << 20 if options.quick else 245 << 20), 0, 0, []
    for top in ("/usr/share", "/usr/lib", "/usr/bin"):
        for folder, folders, names in os.walk(top):
            folders.sort()
            for name in sorted(names):
                full = os.path.join(folder, name)
                try:
                    length = os.lstat(full).st_size
                except OSError:
                    continue
                if length > 8 << 20 or size + length > limit or files >= 9000 and length < 20_000:
                    continue
                chosen.append(full.lstrip("/"))
                size, files = size + length, files + 1
    listing = options.scratch + "/list"
    with open(listing, "w") as file:
        file.write("\0".join(chosen))
    subprocess.run(["tar", "--create", "--no-recursion", "--null", "--directory", "/", "--file", path, "--files-from", listing],
                   check=True)
    print(f"  a tree of {os.path.getsize(path) / 1e6:.0f} MB in {files} files")
    return path


def import_rate(peer, options, tree):
    """In turns with `tar -x`: a disk is not as fast in one minute as in the next."""
    size, values, floor = os.path.getsize(tree) / 1e3, [], []
    for _ in range(3 if options.quick else 5):
        target = tempfile.mkdtemp(prefix="bench-tar-")
        os.sync()
        floor.append(size / timed(["tar", "-xf", tree, "-C", target]))
        shutil.rmtree(target)
        os.sync()
        with open(tree, "rb") as file:
            values.append(size / timed(peer.client("import", "-", "large"), peer.environment, stdin=file))
        peer.run("rmi", "large")
    put("import of a large tree", peer.name, values, "MB/s")
    if peer.name == "martlet":
        put("import of a large tree", "tar -x", floor, "MB/s")


def start_with_many(peer, options):
    count = 100 if options.quick else 1000
    for number in range(count):
        peer.api.create(cmd=("true",), name=f"stopped{number}")
    values = []
    for _ in range(3):
        peer.stop()
        start = time.perf_counter()
        peer.start()
        values.append((time.perf_counter() - start) * 1e3)
    put(f"daemon start with {count} stopped", peer.name, values, "ms")
    for number in range(count):
        peer.api.delete(f"/containers/stopped{number}?force=1")


# What is asked of each: (measure, reference, limit, higher is better)
BARS = [
    ("run --rm --net none true", "crun", 2.5, False), ("run --rm --net none true", "docker.io", 0.15, False),
    ("run --rm true, bridge", "crun", 4, False), ("run --rm true, bridge", "docker.io", 0.15, False),
    ("exec true", "docker.io", 0.25, False),
    ("helper per container, private", 0.5, None, False), ("helper per container, PSS", 1, None, False),
    ("daemon idle, PSS", 25, None, False), ("daemon with 100 containers, PSS", 40, None, False),
    ("log write, lines of 100 bytes", "docker.io", 3, True), ("log read", "docker.io", 5, True),
    ("api list of 100, 1 conn", "docker.io", 10, True), ("api /_ping, 1 conn", "docker.io", 0.8, True),
    ("api inspect, 1 conn", "docker.io", 1, True),
    ("process exit to die event", 5, None, False),
    ("client version", "docker.io", 0.6, False), ("client ps", "docker.io", 0.6, False),
    ("import of a large tree", "tar -x", 0.9, True), ("daemon start with 1000 stopped", 500, None, False),
]


def reference_of(measure, reference):
    """A runtime's own `run` is the reference for both ways of running."""
    if reference in ("crun", "runc"):
        return median("oci run true", reference)
    return median(measure, reference)


def report():
    names = [name for name in ("martlet", "crun", "runc", "docker.io", "podman", "tar -x", "dnsmasq")
             if any(name in found for found in results.values())]
    print("\n| measure | unit | " + " | ".join(names) + " |\n| --- | --- |" + " --- |" * len(names))
    for measure, found in results.items():
        cells = [f"{statistics.median(found[name]):,.2f}" if name in found else "–" for name in names]
        print(f"| {measure} | {units[measure]} | " + " | ".join(cells) + " |")
    print("\n| bar | asked | found | |\n| --- | --- | --- | --- |")
    for measure, reference, limit, higher in BARS:
        ours = median(measure, "martlet")
        if ours is None:
            continue
        sign = "≥" if higher else "≤"
        if isinstance(reference, str):
            other = reference_of(measure, reference)
            if other is None:
                print(f"| {measure} | {sign} {limit} × {reference} | – | {reference} was not measured |")
                continue
            ratio = ours / other
            good = ratio >= limit if higher else ratio <= limit
            print(f"| {measure} | {sign} {limit} × {reference} | {ratio:.2f} × | {'reached' if good else 'MISSED'} |")
        else:
            print(f"| {measure} | {sign} {reference} {units[measure]} | {ours:.2f} | {'reached' if ours <= reference else 'MISSED'} |")


def build(name, scratch, *flags):
    path = os.path.join(scratch, name)
    subprocess.run(["gcc", "-O2", *flags, "-o", path, os.path.join(HERE, "programs", name + ".c")], check=True)
    return path


def measure_podman(options, busybox, stages):
    """What it can't do is said, and the rest measured."""
    if not stages:
        return
    peer = Podman()
    try:
        with open(busybox, "rb") as file:
            peer.run("import", "-", "busybox", stdin=file)
        for stage in stages:
            try:
                stage(peer, options)
            except (RuntimeError, subprocess.CalledProcessError) as problem:
                print(f"  {peer.name:10} {stage.__name__}: {problem}", flush=True)
    finally:
        peer.close()


def main():
    import builds  # they use this module's measures
    import copying
    import images
    import network
    import registry

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-n", type=int, default=15)
    parser.add_argument("--only", action="append", default=[])
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--no-peers", action="store_true")
    parser.add_argument("--json")
    options = parser.parse_args()
    if os.geteuid():
        sys.exit("bench: needs root")
    if options.quick:
        options.n = min(options.n, 5)
    options.scratch = tempfile.mkdtemp(prefix="bench-")
    options.apibench = build("apibench", options.scratch, "-pthread")
    options.lines = build("lines", options.scratch, "-static")
    options.tcprate = build("tcprate", options.scratch, "-static")
    options.dnsload = build("dnsload", options.scratch, "-static")
    busybox = options.scratch + "/busybox.tar.gz"
    subprocess.run([TOP + "/scripts/make-busybox.sh", busybox], check=True)
    print(f"{platform.machine()}, {os.cpu_count()} cores, Linux {platform.release()}, {time.strftime('%Y-%m-%d')}")

    def wanted(name):
        return not options.only or any(part in name for part in options.only)

    stages = [("run exec client", run_and_exec), ("event", event_latency), ("memory", hundred), ("api", api_rate),
              ("log", log_rate), ("start", start_with_many), *network.STAGES, *images.STAGES,
              *copying.STAGES, *builds.STAGES]
    BARS.extend(network.BARS + images.BARS + registry.BARS + copying.BARS + builds.BARS)
    tree = None
    try:
        if wanted("run") and not options.no_peers:
            for name in ("crun", "runc"):
                if shutil.which(name):
                    runtime = Runtime(name, busybox)
                    try:
                        put("oci run true", name, repeat(options.n * 2, lambda: timed(runtime.client())), "ms")
                    except RuntimeError as problem:
                        print(f"  {name:10} oci run true: {problem}")
                    finally:
                        runtime.close()
        if wanted("import"):
            tree = make_tree(options)
        engines = [Martlet] + ([DockerIO] if DockerIO.is_there() and not options.no_peers else [])
        for kind in engines:
            peer = kind()
            peer.start()
            try:
                with open(busybox, "rb") as file:
                    subprocess.run(peer.client("import", "-", "busybox"), stdin=file, check=True, stdout=subprocess.DEVNULL,
                                   env=peer.environment)
                for name, stage in stages:
                    if wanted(name):
                        stage(peer, options)
                if tree:
                    import_rate(peer, options, tree)
            finally:
                peer.close()
        if wanted("registry"):
            registry.measure(options)
        if wanted("network names"):
            network.dnsmasq(options)
        if Podman.is_there() and not options.no_peers:
            without_daemon = [*images.STAGES, *copying.STAGES, *builds.STAGES]
            chosen = [stage for name, stage in without_daemon if wanted(name) and stage is not images.pull_memory]
            measure_podman(options, busybox, chosen)
    finally:
        images.finish()
        shutil.rmtree(options.scratch, ignore_errors=True)
        if results:
            report()
        if options.json:
            with open(options.json, "w") as file:
                json.dump({"units": units, "results": results}, file, indent=2)


if __name__ == "__main__":
    # `builds`, `copying`, `images`, `network` and `registry` import it by this name, and must find the same tables.
    sys.modules["bench"] = sys.modules["__main__"]
    main()
