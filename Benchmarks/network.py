"""What networks cost: at a container's start, per byte, per published port, per question to the name server."""
import os
import shutil
import statistics
import subprocess
import tempfile
import threading
import time


from bench import put, timed


def in_turns(count, *functions):
    """Values of several measures that are to be compared: taken one after the other, again and again."""
    values = [[] for _ in functions]
    for number in range(count + 1):
        for index, function in enumerate(functions):
            value = function()
            if number:
                values[index].append(value)
    return values


def start_cost(peer, options):
    def run(*words):
        return lambda: timed(peer.client("run", "--rm", *words, "busybox", "true"), peer.environment)
    ports = [word for port in (80, 81, 82) for word in ("-p", f"127.0.0.1::{port}")]
    none, bridge, three = in_turns(options.n, run("--net", "none"), run(), run(*ports))
    middle = statistics.median(bridge)
    put("run: bridge minus none", peer.name, middle - statistics.median(none), "ms")
    put("run: three ports minus bridge", peer.name, statistics.median(three) - middle, "ms")


def many_ports(peer, options):
    if peer.name != "martlet":
        return  # a process for each port takes minutes to start, and nothing is asked of it
    count = 100 if options.quick else 1000

    def run():
        return timed(peer.client("run", "--rm", "-p", "127.0.0.1::80", "busybox", "true"), peer.environment)
    before = [run() for _ in range(options.n + 1)][1:]
    owners = []
    for first in range(0, count, 100):
        bindings = {f"{port}/tcp": [{"HostIp": "127.0.0.1", "HostPort": str(20000 + first + port)}] for port in range(1, 101)}
        owners.append(peer.api.create(cmd=("sleep", "100000"), host={"PortBindings": bindings},
                                      ExposedPorts={port: {} for port in bindings}))
        peer.api.start(owners[-1])
    after = [run() for _ in range(options.n + 1)][1:]
    for owner in owners:
        peer.api.delete(f"/containers/{owner}?force=1")
    put("run -p, no port published", peer.name, before, "ms")
    put(f"run -p, {count} ports published", peer.name, after, "ms")
    put(f"run -p: with {count} ports against none", peer.name, statistics.median(after) / statistics.median(before), "x")


def tcp_rate(peer, options):
    seconds = "1" if options.quick else "3"
    mount = ("-v", f"{options.tcprate}:/tcprate:ro")
    peer.run("run", "-d", "--name", "rate", "-p", "127.0.0.1:15201:5201", *mount, "busybox", "/tcprate", "serve", "5201")
    gateway = peer.run("inspect", "-f", "{{.NetworkSettings.Gateway}}", "rate").stdout.decode().strip()
    here = subprocess.Popen([options.tcprate, "serve", "15202"])
    try:
        time.sleep(1)
        into = [float(subprocess.run([options.tcprate, "127.0.0.1", "15201", seconds], check=True, stdout=subprocess.PIPE).stdout)
                for _ in range(5)]
        out = [float(peer.run("exec", "rate", "/tcprate", gateway, "15202", seconds).stdout) for _ in range(5)]
    finally:
        here.kill()
        here.wait()
        peer.run("rm", "-f", "rate")
    put("tcp host to published port, 127.0.0.1", peer.name, into, "Gbit/s")
    put("tcp container to host", peer.name, out, "Gbit/s")


def crowd(peer, options):
    """Containers that join one network, eight at a time: milliseconds for each, of the first and of the last fifty."""
    count = 40 if options.quick else 200
    peer.run("network", "create", "--subnet", "10.66.0.0/16", "crowd")
    todo, lock, times = list(range(count)), threading.Lock(), []

    def work():
        while True:
            with lock:
                if not todo:
                    return
                todo.pop()
            container = peer.api.create(cmd=("sleep", "100000"), host={"NetworkMode": "crowd"})
            peer.api.start(container)
            with lock:
                times.append((time.perf_counter(), container))
    start = time.perf_counter()
    workers = [threading.Thread(target=work) for _ in range(8)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    part = count // 4
    put(f"start on one network, first {part}", peer.name, (times[part - 1][0] - start) / part * 1e3, "ms")
    put(f"start on one network, last {part}", peer.name, (times[-1][0] - times[-part - 1][0]) / part * 1e3, "ms")
    addresses = {entry["IPv4Address"] for entry in peer.api.get("/networks/crowd").json["Containers"].values()}
    if len(addresses) != count:
        print(f"  {peer.name:10} crowd: {count - len(addresses)} ADDRESSES LOST OR DOUBLED")
    for _, container in times:
        peer.api.delete(f"/containers/{container}?force=1")
    peer.run("network", "rm", "crowd")


def names(peer, options):
    seconds = "1" if options.quick else "3"
    peer.run("network", "create", "names")
    peer.run("run", "-d", "--name", "web", "--network", "names", "-v", f"{options.dnsload}:/dnsload:ro", "busybox", "sleep", "1000")

    def load(rate):
        rounds = [peer.run("exec", "web", "/dnsload", "127.0.0.11", "53", "web", seconds, str(rate)).stdout.split() for _ in range(3)]
        return [float(words[0]) for words in rounds], [float(words[1]) for words in rounds]
    found, _ = load(0)
    put("names: answers a second", peer.name, found, "1/s")
    put("names: p99 at 25,000 a second", peer.name, load(25000)[1], "ms")
    peer.run("rm", "-f", "web")
    peer.run("network", "rm", "names")


def dnsmasq(options):
    """The same questions to dnsmasq, on this machine's loop-back."""
    if not shutil.which("dnsmasq"):
        return
    folder = tempfile.mkdtemp(prefix="bench-dnsmasq-")
    server = subprocess.Popen(["dnsmasq", "-k", "--conf-file=/dev/null", "--port=15353", "--listen-address=127.0.0.1",
                               "--bind-interfaces", "--no-resolv", "--no-hosts", "--address=/web/10.0.0.1", f"--pid-file={folder}/pid"])
    try:
        time.sleep(0.5)
        for rate, measure in ((0, "names: answers a second"), (25000, "names: p99 at 25,000 a second")):
            rounds = [subprocess.run([options.dnsload, "127.0.0.1", "15353", "web", "3", str(rate)], check=True,
                                     stdout=subprocess.PIPE).stdout.split() for _ in range(3)]
            put(measure, "dnsmasq", [float(words[1 if rate else 0]) for words in rounds], "ms" if rate else "1/s")
    finally:
        server.terminate()
        server.wait()
        shutil.rmtree(folder)


STAGES = [("network start", start_cost), ("network ports", many_ports), ("network tcp", tcp_rate), ("network crowd", crowd),
          ("network names", names)]

BARS = [
    ("run: bridge minus none", 8, None, False), ("run: bridge minus none", "docker.io", 0.15, False),
    ("run: three ports minus bridge", 3, None, False),
    ("tcp container to host", "docker.io", 0.95, True), ("tcp host to published port, 127.0.0.1", "docker.io", 2, True),
    ("run -p: with 1000 ports against none", 1.1, None, False),
    ("names: p99 at 25,000 a second", 1, None, False),
]
