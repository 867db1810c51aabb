"""`docker stats` and /containers/x/stats."""
import json
import re
import time

import pytest

from harness.rawhttp import Api
from harness.waiting import eventually

IDLE = ("sleep", "1000")
NEVER = "0001-01-01T00:00:00Z"


def once(api, container, query="stream=0&one-shot=1"):
    reply = api.get(f"/containers/{container}/stats?{query}")
    assert reply.status == 200, reply
    return reply.json


class Samples:
    """The samples of a stream, one at a time."""

    def __init__(self, api, container, query=""):
        self.connection, self.reply = api.open("GET", f"/containers/{container}/stats{query}")
        assert self.reply.status == 200

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.connection.close()

    def next(self):
        """None at the end."""
        line = self.reply.readline()
        return json.loads(line) if line else None


# What a sample says


def test_one_shot(api):
    container = api.run(cmd=IDLE, name="one", host={"Memory": 64 << 20, "PidsLimit": 50})
    began = time.monotonic()
    sample = once(api, container)
    assert time.monotonic() - began < 0.9
    assert sample["name"] == "/one" and sample["id"] == container
    assert abs(time.time() - time.mktime(time.strptime(sample["read"][:19], "%Y-%m-%dT%H:%M:%S")) + time.timezone) < 5
    assert sample["preread"] == NEVER and sample["precpu_stats"]["cpu_usage"]["total_usage"] == 0
    assert "system_cpu_usage" not in sample["precpu_stats"]
    assert sample["memory_stats"]["limit"] == 64 << 20 and 0 < sample["memory_stats"]["usage"] < 64 << 20
    assert sample["pids_stats"] == {"current": 1, "limit": 50}
    assert sample["cpu_stats"]["cpu_usage"]["total_usage"] > 0 and sample["cpu_stats"]["system_cpu_usage"] > 0
    with open("/proc/stat") as stat:
        processors = sum(bool(re.match(r"cpu\d", line)) for line in stat)
    assert sample["cpu_stats"]["online_cpus"] == processors
    assert sample["num_procs"] == 0 and sample["storage_stats"] == {}


def test_the_sample_of_a_second_before_comes_with_it(api):
    container = api.run(cmd=("sh", "-c", "while :; do :; done"))
    began = time.monotonic()
    sample = once(api, container, "stream=false")
    assert 0.9 < time.monotonic() - began < 3
    now, before = sample["cpu_stats"], sample["precpu_stats"]
    assert sample["preread"] != NEVER and sample["preread"] < sample["read"]
    assert now["cpu_usage"]["total_usage"] > before["cpu_usage"]["total_usage"] > 0
    assert now["system_cpu_usage"] > before["system_cpu_usage"] > 0


def test_without_a_limit_it_is_the_machines(api):
    with open("/proc/meminfo") as file:
        total = int(re.search(r"MemTotal:\s+(\d+)", file.read())[1]) * 1024
    assert once(api, api.run(cmd=IDLE))["memory_stats"]["limit"] == total


def test_it_streams_every_second(api):
    container = api.run(cmd=IDLE)
    with Samples(api, container) as samples:
        assert samples.reply.getheader("Content-Type") == "application/json"
        first = samples.next()
        assert first["preread"] == NEVER
        began = time.monotonic()
        second, third = samples.next(), samples.next()
        assert 1.5 < time.monotonic() - began < 4
        assert second["preread"] == first["read"] and third["preread"] == second["read"]
        assert third["precpu_stats"] == second["cpu_stats"]


def test_two_watchers_see_the_same_samples(api):
    container = api.run(cmd=IDLE)
    with Samples(api, container) as one, Samples(api, container) as other:
        seen = {one.next()["read"] for _ in range(3)} & {other.next()["read"] for _ in range(3)}
        assert len(seen) >= 2


def test_the_stream_ends_with_the_container(api):
    container = api.run(cmd=IDLE)
    with Samples(api, container) as samples:
        assert samples.next()["pids_stats"]["current"] == 1
        api.post(f"/containers/{container}/stop?t=0")
        assert eventually(lambda: samples.next()["read"] == NEVER)
        api.delete(f"/containers/{container}")
        began = time.monotonic()
        while samples.next():
            assert time.monotonic() - began < 5


def test_one_that_does_not_run(api):
    container = api.create(name="still")
    sample = once(api, container, "stream=0")
    assert sample["name"] == "/still" and sample["read"] == NEVER and sample["memory_stats"] == {}
    assert "networks" not in sample and sample["cpu_stats"]["cpu_usage"]["total_usage"] == 0
    with Samples(api, container) as samples:
        assert samples.next()["read"] == NEVER
        api.start(container)
        api.wait(container)
        assert samples.next()["name"] == "/still"


def test_a_paused_one_is_sampled(api):
    container = api.run(cmd=IDLE)
    api.post(f"/containers/{container}/pause")
    assert once(api, container)["pids_stats"]["current"] == 1
    api.post(f"/containers/{container}/unpause")


def test_refusals(api):
    container = api.create()
    reply = api.get(f"/containers/{container}/stats?one-shot=1")
    assert reply.status == 400 and reply.message == "cannot have stream=true and one-shot=true"
    for query in ("", "?stream=0", "?stream=0&one-shot=1"):
        reply = api.get(f"/containers/nobody/stats{query}")
        assert reply.status == 404 and reply.message == "No such container: nobody"


# Networks


def test_counters_are_those_inside(api, engine):
    container = api.run(cmd=("sh", "-c", f"ping -c 3 -s 1000 {engine.gateway} >/dev/null; sleep 1000"))
    sample = eventually(lambda: (s := once(api, container))["networks"]["eth0"]["rx_bytes"] >= 3000 and s)
    eth0 = sample["networks"]["eth0"]
    assert list(sample["networks"]) == ["eth0"]
    assert eth0["rx_bytes"] >= 3000 and eth0["tx_bytes"] >= 3000 and eth0["tx_packets"] >= 3
    assert set(eth0) == {f"{way}_{what}" for way in ("rx", "tx") for what in ("bytes", "packets", "errors", "dropped")}


def test_each_network_has_its_own(api, cli):
    cli.ok("network", "create", "back")
    cli.ok("run", "-d", "--name", "two", "busybox", "sleep", "1000")
    cli.ok("network", "connect", "back", "two")
    assert set(once(api, "two")["networks"]) == {"eth0", "eth1"}
    cli.ok("network", "disconnect", "back", "two")
    assert set(once(api, "two")["networks"]) == {"eth0"}


def test_a_network_that_is_joined_is_the_others(api, engine):
    owner = api.run(cmd=("sh", "-c", f"ping -c 2 {engine.gateway} >/dev/null; sleep 1000"))
    guest = api.run(cmd=IDLE, host={"NetworkMode": f"container:{owner}"})
    assert eventually(lambda: once(api, guest)["networks"]["eth0"]["rx_packets"] >= 2)


@pytest.mark.parametrize("mode", ["host", "none"])
def test_no_link_no_counters(api, mode):
    assert "networks" not in once(api, api.run(cmd=IDLE, host={"NetworkMode": mode}))


# Older versions


@pytest.mark.parametrize("version", ["v1.19", "v1.20"])
def test_one_network_below_121(api, engine, version):
    container = api.run(cmd=("sh", "-c", f"ping -c 2 {engine.gateway} >/dev/null; sleep 1000"))
    eventually(lambda: once(api, container)["networks"]["eth0"]["rx_packets"] >= 2)
    sample = once(Api(engine.socket, version), container, "stream=0")
    assert list(sample) == ["read", "network", "precpu_stats", "cpu_stats", "memory_stats", "blkio_stats"]
    assert sample["network"]["rx_packets"] >= 2 and sample["precpu_stats"]["system_cpu_usage"] > 0
    assert "networks" in once(Api(engine.socket, "v1.21"), container, "stream=0")


def test_118_always_streams(api, old_api):
    container = api.create(cmd=IDLE)
    with Samples(old_api, container, "?stream=0") as samples:
        # Nothing is said before there is something to say.
        api.start(container)
        for _ in range(2):
            assert list(samples.next()) == ["read", "network", "cpu_stats", "memory_stats", "blkio_stats"]


# The clients


def test_no_stream(cli):
    cli.ok("run", "-d", "--name", "web", "-m", "64m", "busybox", "sleep", "1000")
    head, row = cli.ok("stats", "--no-stream", "web").splitlines()
    cells = re.split(r"\s{2,}", row)
    if cli.is_ours:
        assert re.split(r"\s{2,}", head) == ["CONTAINER", "CPU %", "MEM USAGE/LIMIT", "MEM %", "NET I/O"]
        assert cells[0] == "web" and re.fullmatch(r"[\d.]+ [KM]iB/64 MiB", cells[2])
        assert re.fullmatch(r"[\d.]+ (B|KiB)/[\d.]+ (B|KiB)", cells[4])
    else:
        assert re.split(r"\s{2,}", head)[:3] == ["CONTAINER ID", "NAME", "CPU %"]
        assert cells[1] == "web" and re.fullmatch(r"[\d.]+[KM]iB / 64MiB", cells[3])


def test_formats(cli):
    container = cli.ok("run", "-d", "--name", "web", "-m", "64m", "busybox", "sleep", "1000")
    line = cli.ok("stats", "--no-stream", "--format", "{{.Container}} {{.Name}} {{.ID}} {{.MemUsage}} {{.PIDs}}", "web")
    assert re.fullmatch(rf"web web {container[:12]} [\d.]+[KM]iB / 64MiB 1", line)
    assert cli.ok("stats", "--no-stream", "--no-trunc", "--format", "{{.ID}}") == container
    found = json.loads(cli.ok("stats", "--no-stream", "--format", "json"))
    assert set(found) == {"BlockIO", "CPUPerc", "Container", "ID", "MemPerc", "MemUsage", "Name", "NetIO", "PIDs"}
    assert re.fullmatch(r"\d+\.\d\d%", found["CPUPerc"]) and re.fullmatch(r"\d+\.\d\d%", found["MemPerc"])
    assert re.fullmatch(r"[\d.]+k?B / [\d.]+k?B", found["NetIO"])


def test_work_is_seen(cli):
    cli.ok("run", "-d", "--name", "busy", "--cpu-period", "100000", "--cpu-quota", "50000", "busybox", "sh", "-c", "while :; do :; done")
    cli.ok("run", "-d", "--name", "idle", "busybox", "sleep", "1000")
    shares = [float(cli.ok("stats", "--no-stream", "--format", "{{.CPUPerc}}", name).rstrip("%")) for name in ("busy", "idle")]
    assert 5 < shares[0] < 80 and shares[1] < 5


def test_all_that_run(cli):
    up = [cli.ok("run", "-d", "busybox", "sleep", "1000")[:12] for _ in range(3)]
    down = cli.ok("create", "busybox", "true")[:12]
    assert set(cli.ok("stats", "--no-stream", "--format", "{{.Container}}").split()) == set(up)
    assert set(cli.ok("stats", "-a", "--no-stream", "--format", "{{.Container}}").split()) == {*up, down}


def test_a_name_that_is_none(cli):
    cli.ok("run", "-d", "--name", "web", "busybox", "sleep", "1000")
    result = cli.fails("stats", "--no-stream", "web", "nobody")
    assert result.status == 1 and "No such container: nobody" in result.complaint


def test_several_names_that_are_none(ours):
    result = ours.fails("stats", "b", "a")
    text = "Error response from daemon: No such container: "
    assert result.status == 1 and result.complaint == f"a: {text}a, b: {text}b\n"


def test_containers_come_and_go(cli):
    with cli.terminal("stats", "--format", "<{{.Name}}>") as screen:
        cli.ok("run", "-d", "--name", "first", "busybox", "sleep", "1000")
        screen.expect("<first>")
        cli.ok("run", "-d", "--name", "second", "busybox", "sleep", "1000")
        screen.expect("<second>")
        cli.ok("rm", "-f", "first")

        def is_gone():
            screen.seen = b""
            screen.expect("<second>"), screen.expect("<second>")
            return b"<first>" not in screen.expect("<second>")
        assert eventually(is_gone)


def test_it_ends_with_the_containers_that_were_named(ours):
    ours.ok("run", "-d", "--name", "web", "busybox", "sleep", "1000")
    with ours.terminal("stats", "web") as screen:
        screen.expect("\x1b[2J\x1b[HCONTAINER ")
        screen.expect("\x1b[2J\x1b[HCONTAINER ")
        ours.ok("rm", "-f", "web")
        assert screen.wait() == 0


def test_output_that_is_no_terminal_has_no_escapes(ours):
    ours.ok("run", "-d", "--name", "web", "busybox", "sleep", "1000")
    process = ours.popen("stats", "web")
    lines = [process.stdout.readline() for _ in range(4)]
    process.stdout.close()
    # Nobody reads any more: it ends by itself.
    assert process.wait(10) == 141
    process.stdin.close(), process.stderr.close()
    assert [line.split()[0] for line in lines] == [b"CONTAINER", b"web"] * 2


def test_docker_py(py):
    container = py.containers.run("busybox", "sleep 1000", detach=True, name="py")
    sample = container.stats(stream=False)
    assert sample["name"] == "/py" and sample["precpu_stats"]["system_cpu_usage"] > 0
    stream = container.stats(decode=True)
    assert [next(stream)["id"] for _ in range(2)] == [container.id] * 2
    stream.close()
    assert py.api.stats(container.id, stream=False, one_shot=True)["preread"] == NEVER
