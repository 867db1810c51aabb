"""Limits of a build hold for its commands: what the request and the clients' flags write into their control groups."""
import re

import pytest

from harness import host
from harness.waiting import eventually

V1 = any("memory" in top for top in host.hierarchies())
MIB = 1 << 20
# Flags of the clients, parameters of the request, and the file of version 1 or 2 with what must be in it. A weight of
# version 2 is made of shares as runc does.
LIMITS = {
    "memory": (["-m", "64m", "--memory-swap", "-1"], f"memory={64 * MIB}&memswap=-1",
               ("memory/memory.limit_in_bytes", str(64 * MIB)), ("memory.max", str(64 * MIB))),
    "swap-alike": (["--memory", "64m"], f"memory={64 * MIB}",
                   ("memory/memory.memsw.limit_in_bytes", str(128 * MIB)), ("memory.swap.max", str(64 * MIB))),
    "swap": (["-m", "64m", "--memory-swap", "80m"], f"memory={64 * MIB}&memswap={80 * MIB}",
             ("memory/memory.memsw.limit_in_bytes", str(80 * MIB)), ("memory.swap.max", str(16 * MIB))),
    "shares": (["-c", "512"], "cpushares=512", ("cpu/cpu.shares", "512"), ("cpu.weight", "20")),
    "quota": (["--cpu-period", "50000", "--cpu-quota", "20000"], "cpuperiod=50000&cpuquota=20000",
              ("cpu/cpu.cfs_quota_us", "20000"), ("cpu.max", "20000 50000")),
    "period": (["--cpu-period", "50000"], "cpuperiod=50000", ("cpu/cpu.cfs_period_us", "50000"), ("cpu.max", "max 50000")),
    "cpus": (["--cpuset-cpus", "0"], "cpusetcpus=0", ("cpuset/cpuset.cpus", "0"), ("cpuset.cpus", "0")),
}


@pytest.fixture(params=LIMITS)
def limit(request):
    flags, query, v1, v2 = LIMITS[request.param]
    file, value = v1 if V1 else v2
    return flags, query, f"FROM busybox\nRUN echo \"limit $(cat /sys/fs/cgroup/{file}).\"\n", f"limit {value}."


def test_of_a_request(building, limit):
    _, query, dockerfile, wanted = limit
    assert wanted not in building(dockerfile, query="nocache=1").stream
    assert wanted in building(dockerfile, query="nocache=1&" + query).stream


def test_of_the_clients_flags(cli, building, limit, tmp_path):
    flags, _, dockerfile, wanted = limit
    (tmp_path / "Dockerfile").write_text(dockerfile)
    assert wanted in cli.ok("build", "--no-cache", *flags, tmp_path, timeout=60)


def test_shared_memory(cli, building, tmp_path):
    """64 MiB where nothing is said, as for containers."""
    (tmp_path / "Dockerfile").write_text("FROM busybox\nRUN echo $(df -k /dev/shm | tail -1)\n")
    assert re.search(r"^shm 65536 ", cli.ok("build", "--no-cache", tmp_path, timeout=60), re.M)
    assert re.search(r"^shm 8192 ", cli.ok("build", "--no-cache", "--shm-size", "8m", tmp_path, timeout=60), re.M)


def test_the_parent_of_its_control_groups(cli, engine, building, tmp_path):
    parent = engine.cgroup_parent + "/of-a-build"
    (tmp_path / "Dockerfile").write_text("FROM busybox\nRUN sleep 1000\n")
    process = cli.popen("build", "--no-cache", "--cgroup-parent", parent, tmp_path)
    try:
        container = eventually(lambda: engine.containers(), what="the command")[0]
        pid = eventually(lambda: engine.api.inspect(container)["State"]["Pid"], what="the command's process")
        with open(f"/proc/{pid}/cgroup") as file:
            groups = [line.strip().split(":", 2)[2] for line in file]
    finally:
        process.kill()
        process.communicate()
    assert any(group.startswith(parent + "/") for group in groups), groups
    eventually(lambda: not engine.containers(), what="the end of the command")
    host.remove_cgroup_parent(parent)


def test_more_memory_than_that_is_not_to_be_had(building):
    """tail keeps its last line, which has no end here."""
    hungry = "FROM busybox\nRUN tail /dev/zero\n"
    result = building(hungry, query=f"memory={16 * MIB}&memswap={16 * MIB}&forcerm=1&nocache=1")
    assert result.error == "The command '/bin/sh -c tail /dev/zero' returned a non-zero code: 137"


@pytest.mark.parametrize("query, words", [
    (f"memory={MIB}", "Minimum memory limit allowed is 6MB"),
    (f"memory={64 * MIB}&memswap={32 * MIB}", "Minimum memoryswap limit should be larger than memory limit"),
    ("cpusetcpus=4000", "Requested CPUs are not available"),
    ("cpusetmems=4000", "Requested memory nodes are not available"),
    ("cpuperiod=5", "CPU cfs period can not be less than 1ms"),
])
def test_what_can_not_be(building, query, words):
    assert words in building("FROM busybox\nRUN true\n", query="forcerm=1&nocache=1&" + query).error


def test_an_image_does_not_tell_of_them(building):
    """They are of a build, and the cache does not ask for them."""
    dockerfile = "FROM busybox\nRUN echo limited > /x\n"
    limited = building.ok(dockerfile, query=f"memory={64 * MIB}&cpushares=512")
    again = building(dockerfile)
    assert again.image == limited and again.stream.count("Using cache") == 1
