"""What flags write into control groups, rlimits and devices."""
import re

import pytest

from harness.waiting import eventually


def is_v1():
    from harness import host
    return any("memory" in top for top in host.hierarchies())


@pytest.fixture
def running(api):
    def run(host=None, **config):
        return api.run(cmd=("sleep", "1000"), host={"NetworkMode": "none"} | (host or {}), **config)
    return run


@pytest.mark.parametrize("host, controller, v1, v2", [
    ({"Memory": 64 << 20, "MemorySwap": -1}, "memory", ("memory.limit_in_bytes", str(64 << 20)), ("memory.max", str(64 << 20))),
    ({"Memory": 64 << 20}, "memory", ("memory.memsw.limit_in_bytes", str(128 << 20)), ("memory.swap.max", str(64 << 20))),
    ({"Memory": 64 << 20, "MemoryReservation": 32 << 20}, "memory", ("memory.soft_limit_in_bytes", str(32 << 20)), ("memory.low", str(32 << 20))),
    ({"CpuShares": 512}, "cpu", ("cpu.shares", "512"), ("cpu.weight", "20")),
    ({"CpuPeriod": 50000, "CpuQuota": 25000}, "cpu", ("cpu.cfs_quota_us", "25000"), ("cpu.max", "25000 50000")),
    ({"NanoCpus": 500_000_000}, "cpu", ("cpu.cfs_quota_us", "50000"), ("cpu.max", "50000 100000")),
    ({"CpusetCpus": "0"}, "cpuset", ("cpuset.cpus", "0"), ("cpuset.cpus", "0")),
    ({"CpusetMems": "0"}, "cpuset", ("cpuset.mems", "0"), ("cpuset.mems", "0")),
    ({"PidsLimit": 37}, "pids", ("pids.max", "37"), ("pids.max", "37")),
    ({"BlkioWeight": 300}, "blkio", ("blkio.weight", "300"), ("io.weight", "default 2930")),
], ids=lambda value: "-".join(value) if isinstance(value, dict) else None)
def test_control_files(api, engine, running, host, controller, v1, v2):
    wanted = v1 if is_v1() else v2
    container = running(host)
    name, value = wanted
    try:
        found = engine.cgroup(container, controller, name)
    except AssertionError:
        if name == "blkio.weight":  # the kernel has no such file without its scheduler; then create says so
            return
        raise
    assert found.startswith(value), found


def test_the_oom_killer_is_kept_away(api, engine):
    body = {"Image": "busybox", "Cmd": ["sleep", "1000"], "HostConfig": {"Memory": 64 << 20, "OomKillDisable": True, "NetworkMode": "none"}}
    created = api.post("/containers/create", body).json
    api.start(created["Id"])
    if is_v1():
        assert engine.cgroup(created["Id"], "memory", "memory.oom_control").startswith("oom_kill_disable 1")
    else:
        assert any("OomKillDisable discarded" in warning for warning in created["Warnings"])


def test_flags_of_the_client(cli, engine):
    container = cli.ok("run", "-d", "-m", "32m", "-c", "256", "--cpuset-cpus", "0", "busybox", "sleep", "100")
    if is_v1():
        assert engine.cgroup(container, "memory", "memory.limit_in_bytes") == str(32 << 20)
        assert engine.cgroup(container, "cpu", "cpu.shares") == "256"
    assert engine.cgroup(container, "cpuset", "cpuset.cpus") == "0"


def test_below_the_minimum(cli):
    assert "Minimum memory limit allowed is" in cli.fails("run", "-m", "1m", "busybox", "true").complaint


def test_the_pids_limit_holds(api):
    status, out, err = api.output(cmd=("sh", "-c", "i=0; while [ $i -lt 40 ]; do sleep 5 & i=$((i+1)); done; echo all"),
                                  host={"PidsLimit": 10, "NetworkMode": "none"})
    assert b"all" not in out and (b"fork" in err or status != 0)


def test_ulimits(api, cli):
    out = cli.ok("run", "--rm", "--ulimit", "nofile=100:200", "--ulimit", "core=0", "busybox", "sh", "-c", "ulimit -Sn; ulimit -Hn; ulimit -c")
    assert out.split() == ["100", "200", "0"]
    limits = [{"Name": "nofile", "Soft": 5, "Hard": 2}]
    reply = api.post("/containers/create", {"Image": "busybox", "Cmd": ["true"], "HostConfig": {"Ulimits": limits}})
    if reply.status == 201:
        reply = api.post(f"/containers/{reply.json['Id']}/start")
    assert reply.status in (400, 500) and "limit" in reply.message


def test_oom_score(api, running):
    container = running({"OomScoreAdj": 321})
    assert open(f"/proc/{api.inspect(container)['State']['Pid']}/oom_score_adj").read().strip() == "321"


def test_sysctls(api):
    assert api.output(cmd=("cat", "/proc/sys/net/ipv4/ip_default_ttl"), host={"Sysctls": {"net.ipv4.ip_default_ttl": "77"}})[1] == b"77\n"
    reply = api.post("/containers/create", {"Image": "busybox", "Cmd": ["true"], "HostConfig": {"Sysctls": {"kernel.panic": "1"}}})
    if reply.status == 201:
        reply = api.post(f"/containers/{reply.json['Id']}/start")
    assert reply.status in (400, 500) and "kernel.panic" in reply.message


def test_tmpfs_and_shm(api):
    out = api.output(cmd=("sh", "-c", "grep -E ' /(t|dev/shm) ' /proc/mounts; stat -c %a /t"),
                     host={"Tmpfs": {"/t": "size=1m,mode=700"}, "ShmSize": 8 << 20})[1].decode()
    assert re.search(r"^tmpfs /t tmpfs \S*noexec\S*size=1024k", out, re.M) and re.search(r"/dev/shm tmpfs \S*size=8192k", out) and "700" in out


def test_a_device_is_passed(cli, api):
    out = cli.ok("run", "--rm", "--device", "/dev/zero:/dev/nulls:r", "busybox", "sh", "-c",
                 "stat -c '%t %T' /dev/nulls; head -c 3 /dev/nulls | wc -c")
    assert out.split() == ["1", "5", "3"]


def test_only_the_listed_devices_open(api):
    script = ("for d in null zero full random urandom tty; do [ -c /dev/$d ] || echo missing $d; done; ls /dev | tr '\\n' ' ';"
              "mknod /tmp/disk b 254 0 && dd if=/tmp/disk of=/dev/null count=1 2>&1; mknod /tmp/kmsg c 1 11; cat /tmp/kmsg 2>&1")
    status, out, err = api.output(cmd=("sh", "-c", script))
    text = (out + err).decode()
    assert "missing" not in text and text.count("Operation not permitted") == 2
    assert {"fd", "full", "mqueue", "null", "ptmx", "pts", "random", "shm", "stderr", "stdin", "stdout", "tty", "urandom", "zero"} <= set(text.split())


def test_privileged_has_the_host_s_devices(api):
    out = api.output(cmd=("sh", "-c", "[ -c /dev/kmsg ] && head -c 0 /dev/kmsg && echo open; grep CapEff /proc/self/status"),
                     host={"Privileged": True})[1].decode()
    assert "open" in out and "a80425fb" not in out


def test_cgroup_parent_of_a_container(api, engine):
    parent = engine.cgroup_parent + "/nested"
    container = api.run(cmd=("sleep", "100"), host={"CgroupParent": parent, "NetworkMode": "none"})
    text = open(f"/proc/{api.inspect(container)['State']['Pid']}/cgroup").read()
    assert f"{parent}/{container}" in text
    api.delete(f"/containers/{container}?force=1")
    from harness import host
    host.remove_cgroup_parent(parent)


def test_pause_freezes_the_group(api, engine, running):
    container = running()
    api.post(f"/containers/{container}/pause")
    if is_v1():
        assert engine.cgroup(container, "freezer", "freezer.state") == "FROZEN"
    api.post(f"/containers/{container}/unpause")


def test_a_frozen_container_can_be_removed(api, running):
    container = running()
    api.post(f"/containers/{container}/pause")
    assert api.delete(f"/containers/{container}?force=1").status == 204
    eventually(lambda: api.get(f"/containers/{container}/json").status == 404)
