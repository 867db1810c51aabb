"""create, start, stop, kill, restart, wait, pause, rename, rm and the restart policies."""
import json
import os
import re
import signal
import threading
import time

import pytest

from harness import host
from harness.rawhttp import split_frames
from harness.waiting import eventually


def state(cli, name, field="Status"):
    return cli.ok("inspect", "-f", "{{.State.%s}}" % field, name)


def test_create_then_start(cli):
    container = cli.ok("create", "--name", "box", "busybox", "sh", "-c", "echo ran")
    assert re.fullmatch("[0-9a-f]{64}", container) and state(cli, "box") == "created"
    assert cli.ok("start", "box") == "box"
    assert cli.ok("wait", "box") == "0"
    assert cli.ok("logs", "box") == "ran"


def test_start_attached_passes_the_status(cli):
    cli.ok("create", "--name", "box", "busybox", "sh", "-c", "echo again; exit 8")
    for _ in range(2):
        result = cli("start", "-a", "box")
        assert (result.status, result.out) == (8, b"again\n")


def test_stop_asks_first(cli):
    cli.ok("run", "-d", "--name", "box", "busybox", "sh", "-c", 'trap "exit 11" TERM; while :; do usleep 20000; done')
    time.sleep(0.3)
    assert cli.ok("stop", "box") == "box"
    assert state(cli, "box", "ExitCode") == "11"


def test_stop_kills_after_the_grace_period(cli):
    cli.ok("run", "-d", "--name", "box", "busybox", "sh", "-c", 'trap "" TERM; while :; do sleep 1; done')
    time.sleep(0.3)
    started = time.monotonic()
    cli.ok("stop", "-t", "1", "box")
    assert 0.9 < time.monotonic() - started < 5
    assert state(cli, "box", "ExitCode") == "137"


def test_stop_and_start_are_harmless_twice(cli):
    cli.ok("run", "-d", "--name", "box", "busybox", "sleep", "100")
    assert cli.ok("start", "box") == "box"
    cli.ok("stop", "-t", "0", "box")
    assert cli.ok("stop", "-t", "0", "box") == "box"


def test_kill_with_a_signal(cli):
    cli.ok("run", "-d", "--name", "box", "busybox", "sh", "-c", 'trap "exit 3" USR1; while :; do usleep 20000; done')
    time.sleep(0.3)
    cli.ok("kill", "-s", "USR1", "box")
    assert cli.ok("wait", "box") == "3"


def test_kill_is_sigkill(cli):
    cli.ok("run", "-d", "--name", "box", "busybox", "sleep", "100")
    cli.ok("kill", "box")
    eventually(lambda: state(cli, "box", "ExitCode") == "137")


def test_restart(cli):
    cli.ok("run", "-d", "--name", "box", "busybox", "sh", "-c", "date +%s%N; sleep 100")
    first = state(cli, "box", "StartedAt")
    eventually(lambda: cli.ok("logs", "box"), what="the first start in the log")
    cli.ok("restart", "-t", "0", "box")
    assert state(cli, "box", "StartedAt") > first and state(cli, "box", "Running") == "true"
    eventually(lambda: len(cli.ok("logs", "box").split()) == 2, what="two starts in the log")


def test_wait_of_several(cli):
    cli.ok("run", "-d", "--name", "aa", "busybox", "sh", "-c", "sleep 0.3; exit 1")
    cli.ok("run", "-d", "--name", "bb", "busybox", "sh", "-c", "exit 2")
    assert cli.ok("wait", "aa", "bb") == "1\n2"


def test_pause_stops_the_clock(cli):
    cli.ok("run", "-d", "--name", "box", "busybox", "sh", "-c", "while :; do echo tick; usleep 10000; done")
    cli.ok("pause", "box")
    assert state(cli, "box", "Paused") == "true" and "(Paused)" in cli.ok("ps")
    time.sleep(0.2)
    before = len(cli.ok("logs", "box"))
    time.sleep(0.3)
    assert len(cli.ok("logs", "box")) == before
    assert "is already paused" in cli.fails("pause", "box").complaint
    cli.ok("unpause", "box")
    eventually(lambda: len(cli.ok("logs", "box")) > before)


def test_rename(cli):
    container = cli.ok("run", "-d", "--name", "before", "busybox", "sleep", "100")
    result = cli("rename", "before", "after")
    assert (result.status, result.out) == (0, b"")
    assert cli.ok("inspect", "-f", "{{.Id}}", "after") == container
    cli.ok("create", "--name", "before", "busybox", "true")
    assert "Conflict" in cli.fails("rename", "before", "after").complaint


def test_rm_of_a_running_container_needs_force(cli):
    container = cli.ok("run", "-d", "--name", "box", "busybox", "sleep", "100")
    result = cli.fails("rm", "box")
    assert "running" in result.complaint and result.status == 1
    assert cli.ok("rm", "-f", "box") == "box"
    assert cli.ok("ps", "-aq", "--no-trunc") != container


def test_several_names_one_missing(cli):
    cli.ok("run", "-d", "--name", "box", "busybox", "sleep", "100")
    result = cli("stop", "-t", "0", "missing", "box")
    assert result.status == 1 and result.text == "box\n" and re.search("no such container: missing", result.complaint, re.I)


def test_ids_by_prefix(cli):
    container = cli.ok("run", "-d", "busybox", "sleep", "100")
    assert cli.ok("stop", "-t", "0", container[:8]) == container[:8]


def test_top(cli):
    cli.ok("run", "-d", "--name", "box", "busybox", "sh", "-c", "sleep 987 & wait")
    out = eventually(lambda: (lambda o: o if "sleep 987" in o else None)(cli.ok("top", "box")))
    assert "PID" in out.splitlines()[0] and len(out.splitlines()) == 3


def test_port(cli):
    cli.ok("run", "-d", "--name", "box", "-p", "127.0.0.1:45871:80", "-p", "127.0.0.1:45872:53/udp", "busybox", "sleep", "100")
    assert set(cli.ok("port", "box").splitlines()) == {"80/tcp -> 127.0.0.1:45871", "53/udp -> 127.0.0.1:45872"}
    assert cli.ok("port", "box", "80") == "127.0.0.1:45871"
    assert "81" in cli.fails("port", "box", "81").complaint


# Restart policies

def test_on_failure_counts(cli):
    cli.ok("run", "-d", "--name", "box", "--restart", "on-failure:3", "busybox", "sh", "-c", "echo x; exit 1")
    eventually(lambda: cli.ok("inspect", "-f", "{{.RestartCount}} {{.State.Status}}", "box") == "3 exited", 20)
    assert cli.ok("logs", "box").split() == ["x"] * 4


def test_on_failure_leaves_a_success_alone(cli):
    cli.ok("run", "-d", "--name", "box", "--restart", "on-failure:3", "busybox", "true")
    cli.ok("wait", "box")
    time.sleep(0.5)
    assert cli.ok("inspect", "-f", "{{.RestartCount}} {{.State.Status}}", "box") == "0 exited"


def test_always_restarts_until_stopped(cli):
    cli.ok("run", "-d", "--name", "box", "--restart", "always", "busybox", "sh", "-c", "echo x; sleep 0.1")
    eventually(lambda: int(cli.ok("inspect", "-f", "{{.RestartCount}}", "box")) >= 2, 20)
    cli.ok("stop", "-t", "1", "box")
    count = cli.ok("inspect", "-f", "{{.RestartCount}}", "box")
    time.sleep(1)
    assert cli.ok("inspect", "-f", "{{.RestartCount}} {{.State.Running}}", "box") == f"{count} false"


def test_the_delay_doubles(api):
    container = api.run(cmd=("sh", "-c", "cut -d' ' -f1 /proc/uptime; exit 1"), name="box",
                        host={"RestartPolicy": {"Name": "on-failure", "MaximumRetryCount": 4}, "NetworkMode": "none"})
    eventually(lambda: api.inspect(container)["RestartCount"] == 4 and api.inspect(container)["State"]["Status"] == "exited", 20)
    times = [float(word) for word in split_frames(api.get(f"/containers/{container}/logs?stdout=1").body)[0].split()]
    gaps = [later - earlier for earlier, later in zip(times, times[1:])]
    assert len(gaps) == 4 and all(gap >= 0.1 * 2 ** run for run, gap in enumerate(gaps)), gaps


def test_bad_policies_are_refused(api):
    for policy in ({"Name": "sometimes"}, {"Name": "always", "MaximumRetryCount": 2}):
        reply = api.post("/containers/create", {"Image": "busybox", "Cmd": ["x"], "HostConfig": {"RestartPolicy": policy}})
        assert reply.status == 400 and "policy" in reply.message, reply


# The API

def test_not_modified(api):
    container = api.run(cmd=("sleep", "100"))
    assert api.post(f"/containers/{container}/start").status == 304
    assert api.post(f"/containers/{container}/stop?t=0").status == 204
    assert api.post(f"/containers/{container}/stop?t=0").status == 304


def test_wait_conditions(api):
    container = api.create(cmd=("sh", "-c", "exit 5"))
    connection, reply = api.open("POST", f"/containers/{container}/wait?condition=next-exit")
    assert reply.status == 200  # the head is there before the container has started
    api.start(container)
    assert json.loads(reply.read())["StatusCode"] == 5
    connection.close()
    connection, reply = api.open("POST", f"/containers/{container}/wait?condition=removed")
    api.delete(f"/containers/{container}")
    assert json.loads(reply.read())["StatusCode"] == 5
    connection.close()
    other = api.create()
    assert api.post(f"/containers/{other}/wait?condition=sometime").status == 400


def test_an_abandoned_wait_costs_nothing(api, engine):
    container = api.create(cmd=("sleep", "100"))
    before = host.descriptors(engine.pid)
    for _ in range(20):
        connection, reply = api.open("POST", f"/containers/{container}/wait?condition=next-exit")
        connection.close()
        reply.close()
    eventually(lambda: host.descriptors(engine.pid) <= before + 2, what="the descriptors to be closed")


def test_auto_remove(api):
    container = api.create(cmd=("true",), host={"AutoRemove": True})
    api.start(container)
    eventually(lambda: api.get(f"/containers/{container}/json").status == 404)


def test_out_of_memory_is_noted(api):
    # A tail of /dev/zero grows without bound.
    container = api.run(cmd=("tail", "/dev/zero"), host={"Memory": 16 << 20, "MemorySwap": 16 << 20, "NetworkMode": "none"})
    assert api.wait(container) == 137
    assert api.inspect(container)["State"]["OOMKilled"] is True


def test_kill_of_a_stopped_container(api, old_api):
    container = api.create()
    reply = api.post(f"/containers/{container}/kill")
    assert reply.status == 409 and "is not running" in reply.message
    assert api.post(f"/containers/{container}/kill?signal=NOSUCH").status == 400


def test_state_after_a_failed_start(api):
    container = api.create(cmd=("no-such-command",))
    reply = api.post(f"/containers/{container}/start")
    assert reply.status == 400 and "executable file not found" in reply.message
    found = api.inspect(container)["State"]
    assert found["Running"] is False and found["ExitCode"] == 127 and "executable file not found" in found["Error"]


def test_files_written_survive_a_restart(cli):
    cli.ok("run", "-d", "--name", "box", "busybox", "sh", "-c", "echo x >>/file; wc -l </file; sleep 100")
    eventually(lambda: cli.ok("logs", "box") == "1")
    cli.ok("restart", "-t", "0", "box")
    eventually(lambda: cli.ok("logs", "box") == "1\n2")


def test_killing_the_container_s_process_from_outside_is_noticed(api):
    container = api.run(cmd=("sleep", "100"))
    os.kill(api.inspect(container)["State"]["Pid"], signal.SIGKILL)
    assert api.wait(container) == 137


def test_orphans_are_reaped_and_do_not_hold_the_container(api):
    # Number 1 ends while a grandchild still holds stdout: the container ends all the same.
    container = api.run(cmd=("sh", "-c", "sleep 1000 & sleep 1000 & exit 0"), host={"NetworkMode": "none"})
    assert api.wait(container) == 0


def test_start_stop_from_many_sides(api):
    container = api.create(cmd=("sleep", "100"), host={"NetworkMode": "none"})
    problems = []

    def storm(verb):
        for _ in range(8):
            reply = api.post(f"/containers/{container}/{verb}")
            if reply.status not in (204, 304, 409):
                problems.append(reply)

    threads = [threading.Thread(target=storm, args=(verb,)) for verb in ("start", "stop?t=0", "kill", "restart?t=0")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive(), "a call hangs"
    assert not problems
    assert api.get(f"/containers/{container}/json").status == 200


def test_cycles_leave_no_growth(api, engine):
    container = api.create(cmd=("true",), host={"NetworkMode": "none"})

    def cycles(count):
        for _ in range(count):
            api.start(container)
            api.wait(container)

    cycles(20)
    descriptors, mounts = host.descriptors(engine.pid), len(host.mounts_below(engine.folder))
    memory = host.own_memory(engine.pid)
    count = int(os.environ.get("CYCLES", "60"))
    cycles(count)
    eventually(lambda: host.descriptors(engine.pid) <= descriptors + 3, what="descriptors as before")
    assert len(host.mounts_below(engine.folder)) <= mounts + 1
    # KiB: what a heap may grow to its working size, and nothing per cycle.
    assert host.own_memory(engine.pid) <= memory + 6 * 1024 + count // 2
