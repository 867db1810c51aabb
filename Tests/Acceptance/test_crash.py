"""kill -9 of the engine: containers go on, their statuses are learnt, nothing is lost or left."""
import os
import random
import re
import signal
import sqlite3
import threading
import time

import pytest

from harness.rawhttp import split_frames
from harness.waiting import eventually

# A few in every run; the full count is asked for by name.
ROUNDS = int(os.environ.get("CRASHES", "4"))


def logs(engine, container):
    return split_frames(engine.api.get(f"/containers/{container}/logs?stdout=1&stderr=1").body)[0]


def test_running_containers_stay_and_are_found_again(new_engine):
    engine = new_engine()
    container = engine.api.run(cmd=("sh", "-c", "i=0; while :; do i=$((i+1)); echo $i; usleep 20000; done"), name="lives")
    pid = engine.api.inspect(container)["State"]["Pid"]
    address = engine.api.inspect(container)["NetworkSettings"]["IPAddress"]
    engine.kill()
    time.sleep(0.5)
    os.kill(pid, 0)
    engine.start()
    found = engine.api.inspect(container)
    assert found["State"]["Running"] is True and found["State"]["Pid"] == pid
    assert found["NetworkSettings"]["IPAddress"] == address and found["RestartCount"] == 0
    # Not a line was lost while nobody was there.
    numbers = [int(word) for word in logs(engine, container).split()]
    assert numbers == list(range(1, len(numbers) + 1)) and len(numbers) > 20
    exec_id = engine.api.post(f"/containers/{container}/exec", {"Cmd": ["echo", "hi"], "AttachStdout": True}).json["Id"]
    _, _, stream = engine.api.hijack("POST", f"/exec/{exec_id}/start", {"Detach": False})
    with stream:
        assert split_frames(stream.read_all())[0] == b"hi\n"
    assert engine.api.post(f"/containers/{container}/stop?t=1").status == 204
    assert engine.api.inspect(container)["State"]["ExitCode"] == 137


def test_statuses_of_those_that_ended_meanwhile(new_engine):
    engine = new_engine()
    containers = {code: engine.api.run(cmd=("sh", "-c", f"sleep 0.6; echo bye; exit {code}"), host={"NetworkMode": "none"})
                  for code in (0, 3, 42)}
    engine.kill()
    time.sleep(1.5)
    engine.start()
    for code, container in containers.items():
        state = engine.api.inspect(container)["State"]
        assert (state["Running"], state["ExitCode"]) == (False, code)
        assert logs(engine, container) == b"bye\n"
        assert re.match(r"20\d\d-", state["FinishedAt"])


def test_attach_and_input_after_a_crash(new_engine):
    engine = new_engine()
    container = engine.api.run(cmd=("cat",), OpenStdin=True, Tty=True)
    engine.kill()
    engine.start()
    _, _, stream = engine.api.hijack("POST", f"/containers/{container}/attach?stream=1&stdin=1&stdout=1")
    with stream:
        stream.send(b"after\n")
        stream.read_until(b"after\r\nafter")


def test_restart_policies_are_applied(new_engine):
    engine = new_engine()
    always = engine.api.run(cmd=("sleep", "1000"), host={"RestartPolicy": {"Name": "always"}})
    once = engine.api.run(cmd=("sleep", "1000"))
    stopped = engine.api.run(cmd=("sleep", "1000"), host={"RestartPolicy": {"Name": "unless-stopped"}})
    engine.api.post(f"/containers/{stopped}/stop?t=0")
    pids = [engine.api.inspect(container)["State"]["Pid"] for container in (always, once)]
    engine.kill()
    for pid in pids:
        os.kill(pid, signal.SIGKILL)
    time.sleep(0.5)
    engine.start()
    eventually(lambda: engine.api.inspect(always)["State"]["Running"], what="the restart")
    state = engine.api.inspect(once)["State"]
    assert (state["Running"], state["ExitCode"]) == (False, 137)
    assert engine.api.inspect(stopped)["State"]["Running"] is False


def test_auto_remove_after_a_crash(new_engine):
    engine = new_engine()
    container = engine.api.create(cmd=("sleep", "0.5"), host={"AutoRemove": True})
    engine.api.start(container)
    engine.kill()
    time.sleep(1)
    engine.start()
    eventually(lambda: engine.api.get(f"/containers/{container}/json").status == 404)


def test_ports_are_still_published(new_engine):
    import socket
    engine = new_engine()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    engine.api.run(cmd=("sh", "-c", "while :; do echo served | nc -l -p 80; done"), ExposedPorts={"80/tcp": {}},
                   host={"PortBindings": {"80/tcp": [{"HostIp": "127.0.0.1", "HostPort": str(port)}]}})

    def served():
        try:
            with socket.create_connection(("127.0.0.1", port), 2) as connection:
                connection.settimeout(2)
                return connection.recv(10) == b"served\n"
        except OSError:
            return False

    eventually(served)
    engine.kill()
    engine.start()
    eventually(served, what="the port after the crash")
    second = engine.api.create(cmd=("true",), ExposedPorts={"80/tcp": {}},
                               host={"PortBindings": {"80/tcp": [{"HostIp": "127.0.0.1", "HostPort": str(port)}]}})
    assert "port is already allocated" in engine.api.post(f"/containers/{second}/start").message


class Storm:
    """Clients that run, stop, exec and remove without rest."""

    def __init__(self, engine, clients=8):
        self.engine, self.end = engine, threading.Event()
        self.expected, self.lock = {}, threading.Lock()
        self.threads = [threading.Thread(target=self.loop, args=(random.Random(n), n), daemon=True) for n in range(clients)]

    def start(self):
        for thread in self.threads:
            thread.start()
        return self

    def stop(self):
        self.end.set()
        for thread in self.threads:
            thread.join(60)
            assert not thread.is_alive(), "a client hangs"

    def loop(self, rng, number):
        while not self.end.is_set():
            try:
                self.once(rng, number)
            except (OSError, AssertionError, ValueError, KeyError, TypeError, EOFError):
                time.sleep(0.02)  # the engine is away
            except Exception as problem:
                if type(problem).__module__ != "http.client":
                    raise
                time.sleep(0.02)

    def once(self, rng, number):
        api = self.engine.api
        code = rng.randrange(100)
        network = rng.choice(["none", "none", "bridge"])
        container = api.create(cmd=("sh", "-c", f"echo {code}; exit {code}"), host={"NetworkMode": network}, Labels={"storm": str(code)})
        api.start(container)
        choice = rng.randrange(4)
        if choice == 0:
            api.post(f"/containers/{container}/stop?t=0", timeout=20)
        elif choice == 1:
            sleeper = api.run(cmd=("sleep", "5"), host={"NetworkMode": "none"}, Labels={"storm": "137"})
            exec_id = api.post(f"/containers/{sleeper}/exec", {"Cmd": ["true"]}).json["Id"]
            api.post(f"/exec/{exec_id}/start", {"Detach": True})
            api.delete(f"/containers/{sleeper}?force=1", timeout=20)
        elif choice == 2:
            api.wait(container)
            api.delete(f"/containers/{container}?force=1", timeout=20)


def check_database(engine):
    for name in os.listdir(engine.root):
        if name.endswith((".db", ".sqlite")):
            with sqlite3.connect(f"file:{engine.root}/{name}?mode=ro", uri=True) as database:
                assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_a_storm_with_crashes(new_engine):
    engine = new_engine()
    keeper = engine.api.run(cmd=("sleep", "100000"), name="keeper")
    keeper_pid = engine.api.inspect(keeper)["State"]["Pid"]
    rng = random.Random(int(os.environ.get("SEED", "7")))
    storm = Storm(engine).start()
    try:
        for _ in range(ROUNDS):
            time.sleep(rng.uniform(0.05, 1.2))
            engine.kill()
            engine.start()
            assert engine.api.inspect(keeper)["State"]["Pid"] == keeper_pid
    finally:
        storm.stop()
    check_database(engine)
    # What ended by itself has its own status; what was stopped by a signal has that.
    time.sleep(6)
    for entry in engine.api.get("/containers/json?all=1").json:
        if entry["Id"] == keeper:
            continue
        state = engine.api.inspect(entry["Id"])["State"]
        assert state["Status"] in ("exited", "created"), state
        if state["Status"] == "exited":
            # A sleeper (137) whose client could not reach the engine any more ends by itself, with 0.
            label = int(entry["Labels"]["storm"])
            assert state["ExitCode"] in (label, 137, 143) or (label, state["ExitCode"]) == (137, 0), (state, label)
    os.kill(keeper_pid, 0)
    engine.remove_containers()
    from harness.engine import settled
    settled(engine, 20)


def test_a_crash_during_an_import(new_engine, busybox_tar):
    engine = new_engine()
    with open(busybox_tar, "rb") as file:
        data = file.read()

    def import_forever():
        while not end.is_set():
            try:
                engine.api.post("/images/create?fromSrc=-&repo=again", data, timeout=20)
            except Exception:
                time.sleep(0.01)

    end = threading.Event()
    thread = threading.Thread(target=import_forever, daemon=True)
    thread.start()
    try:
        for wait in (0.05, 0.12, 0.2):
            time.sleep(wait)
            engine.kill()
            engine.start()
    finally:
        end.set()
        thread.join(30)
    check_database(engine)
    assert engine.api.output(image="busybox", cmd=("echo", "whole"))[1] == b"whole\n"


def test_two_engines_do_not_share_a_folder(new_engine):
    engine = new_engine(busybox=False)
    import subprocess
    command = [engine.socket + "2" if word == engine.socket else word for word in engine.command()]
    command = [word.replace(engine.url, engine.url + "2").replace(engine.pid_file, engine.pid_file + "2") for word in command]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=20)
    assert done.returncode != 0
    assert engine.answers()


@pytest.mark.parametrize("spoiled", ["garbage", "empty", "truncated"])
def test_a_spoiled_file_is_set_aside_not_deleted(new_engine, spoiled):
    engine = new_engine()
    engine.api.create(name="before")
    engine.stop()
    database = next(os.path.join(engine.root, name) for name in os.listdir(engine.root) if name.endswith(".db"))
    with open(database, "rb") as file:
        data = file.read()
    for end in ("-wal", "-shm"):
        if os.path.exists(database + end):
            os.remove(database + end)
    with open(database, "wb") as file:
        file.write({"garbage": os.urandom(len(data)), "empty": b"", "truncated": data[:5000]}[spoiled])
    engine.start()
    assert engine.answers()
    if spoiled != "empty":
        kept = [os.path.join(folder, name) for folder, _, names in os.walk(engine.root) for name in names]
        assert any(".db" in path and path != database and "-wal" not in path and "-shm" not in path for path in kept), kept
