"""What this machine's kernel can't show, in a machine of the tests' own: Linux 6.1 with cgroup v2, and the loss of power."""
import os
import shutil
import xml.etree.ElementTree as ElementTree

import pytest

from harness.machine import Machine, missing

# Suites that reach into control groups, mounts and namespaces.
SUITES = ["test_limits.py", "test_security.py", "test_exec.py", "test_network.py"]


@pytest.fixture(scope="session")
def machine(busybox_tar):
    lacks = missing()
    if lacks:
        pytest.skip(f"needs {lacks}")
    machine = Machine()
    try:
        shutil.copy(busybox_tar, machine.out + "/busybox.tar.gz")
        yield machine
    finally:
        machine.close()


@pytest.fixture(scope="session")
def outcomes(machine):
    """Of each test of SUITES that ran in the machine: None, or why it failed."""
    files = " ".join("Tests/Acceptance/" + name for name in SUITES)
    machine.run(f"""
        REQUIRE_ALL=1 BUSYBOX_TAR=/run/out/busybox.tar.gz .venv/bin/python -B -m pytest -p no:cacheprovider \\
            -q --color=no --junitxml=/run/out/outcomes.xml {files}""", 1500)
    found = {}
    for case in ElementTree.parse(machine.out + "/outcomes.xml").iter("testcase"):
        problems = [child.get("message", "") + "\n" + (child.text or "") for child in case
                    if child.tag in ("failure", "error", "skipped")]
        found.setdefault(case.get("classname").split(".")[-1] + ".py", {})[case.get("name")] = "\n".join(problems)
    return found


@pytest.mark.parametrize("suite", SUITES)
def test_on_an_older_linux_with_a_unified_hierarchy(outcomes, suite):
    failed = {name: problem for name, problem in outcomes[suite].items() if problem}
    assert not failed, "\n".join(f"== {name}\n{problem}" for name, problem in failed.items())
    assert len(outcomes[suite]) > 5


def test_btrfs_on_an_older_linux(machine):
    status = machine.run("""
        REQUIRE_ALL=1 BUSYBOX_TAR=/run/out/busybox.tar.gz .venv/bin/python -B -m pytest -p no:cacheprovider -q --color=no \\
            Tests/Acceptance/test_storage_drivers.py -k 'martlet and (decides or containers_on or limit_for)' >/run/out/btrfs 2>&1
        """, 600)
    assert status == 0 and "3 passed" in machine.read("btrfs"), machine.read("btrfs")


START = """
    set -eu
    mount {disk} /var/lib
    bin/martletd --graph /var/lib/docker --exec-root /run/martlet -H unix:///run/m.sock -p /run/m.pid >/run/out/engine.log 2>&1 &
    export DOCKER_HOST=unix:///run/m.sock PATH=$PWD/bin:$PATH
    until docker version >/dev/null 2>&1; do sleep 0.1; kill -0 $!; done
"""


def test_a_loss_of_power(machine):
    disk = machine.disk("power", 1024)
    script = START.format(disk="/dev/vda")
    machine.boot(script + """
        docker import - busybox </run/out/busybox.tar.gz
        sync
        docker run -d --name stays --restart always busybox sleep 100000
        docker run -d --name ended --restart unless-stopped busybox sleep 100000
        docker stop -t 0 ended
        docker run --name writer busybox sh -c 'if [ -f /data ]; then cat /data; else echo kept | dd of=/data conv=fsync; fi'
        mkdir /tmp/late && cp /bin/busybox /tmp/late && head -c 80000000 /dev/urandom >/tmp/late/big
        sha256sum </tmp/late/big >/run/out/sum
        tar -cC /tmp/late . | docker import - late
        docker create --name made busybox echo made
        echo yes >/run/out/ready
        sleep 1000
    """, [disk])
    try:
        machine.wait_for("ready", 120)
    finally:
        machine.cut_power()

    status = machine.run(script + """
        for i in $(seq 100); do [ -n "$(docker ps -q -f name=stays)" ] && break; sleep 0.1; done
        docker ps -a --format '{{.Names}} {{.Status}}' >/run/out/ps
        docker images -q --no-trunc late >/run/out/late
        docker start -a made >/run/out/made
        docker start -a writer >/run/out/data
        if [ -s /run/out/late ]; then docker run --rm --entrypoint /busybox late sha256sum /big >/run/out/sum2; fi
        tar -cC /bin busybox | docker import - again && docker run --rm again /busybox true
        docker restart -t 0 stays
    """, 120, [disk])
    log = machine.read("engine.log")
    assert status == 0, machine.console() + log
    rows = dict(line.split(" ", 1) for line in machine.read("ps").splitlines())
    assert rows["stays"].startswith("Up") and rows["made"] == "Created" and rows["ended"].startswith("Exited")
    assert machine.read("made") == "made\n" and machine.read("data") == "kept\n"
    # All of it is there, or the engine says that it is not sure of it.
    if machine.read("late"):
        assert machine.read("sum2").split()[0] == machine.read("sum").split()[0]
    else:
        assert "the machine went down before its files were on disk" in log
