"""attach: hijack, framing, input, detach keys, terminals and several clients at once."""
import signal
import time

import pytest

from harness.rawhttp import frames, split_frames
from harness.waiting import eventually

ATTACH = "stream=1&stdin=1&stdout=1&stderr=1"


@pytest.mark.parametrize("upgrade, status", [(True, 101), (False, 200)])
def test_registered_before_the_start(api, upgrade, status):
    container = api.create(cmd=("sh", "-c", "echo first; echo err >&2"))
    found, headers, stream = api.hijack("POST", f"/containers/{container}/attach?{ATTACH}", upgrade=upgrade)
    with stream:
        assert found == status
        if upgrade:
            assert headers["connection"].lower() == "upgrade" and headers["upgrade"] == "tcp"
            assert headers["content-type"] == "application/vnd.docker.multiplexed-stream"
        else:
            assert headers["content-type"] == "application/vnd.docker.raw-stream"
        api.start(container)
        assert split_frames(stream.read_all()) == (b"first\n", b"err\n")


def test_any_value_of_upgrade_will_do(api):
    container = api.create(cmd=("true",))
    status, _, stream = api.hijack("POST", f"/containers/{container}/attach?{ATTACH}", upgrade=False, headers="Upgrade: x\r\n")
    stream.socket.close()
    assert status == 101


def test_half_close_is_the_end_of_input_only(api):
    container = api.create(cmd=("sh", "-c", "cat; echo end"), OpenStdin=True, StdinOnce=True, AttachStdin=True)
    _, _, stream = api.hijack("POST", f"/containers/{container}/attach?{ATTACH}")
    with stream:
        api.start(container)
        stream.send(b"typed\n")
        stream.end_input()
        assert split_frames(stream.read_all())[0] == b"typed\nend\n"
    assert api.wait(container) == 0


def test_input_before_the_start_is_kept(api):
    container = api.create(cmd=("cat",), OpenStdin=True, StdinOnce=True)
    _, _, stream = api.hijack("POST", f"/containers/{container}/attach?{ATTACH}")
    with stream:
        stream.send(b"early")
        stream.end_input()
        time.sleep(0.1)
        api.start(container)
        assert split_frames(stream.read_all())[0] == b"early"


def test_without_stdin_once_input_stays_open(api):
    container = api.run(cmd=("cat",), OpenStdin=True)
    for word in (b"one\n", b"two\n"):
        _, _, stream = api.hijack("POST", f"/containers/{container}/attach?{ATTACH}")
        with stream:
            stream.send(word)
            stream.read_until(word)
    assert api.inspect(container)["State"]["Running"] is True


def test_several_clients_see_the_same(api):
    container = api.create(cmd=("sh", "-c", "for i in $(seq 200); do echo line $i; done"))
    streams = [api.hijack("POST", f"/containers/{container}/attach?stream=1&stdout=1")[2] for _ in range(3)]
    api.start(container)
    wanted = b"".join(b"line %d\n" % n for n in range(1, 201))
    for stream in streams:
        with stream:
            assert split_frames(stream.read_all())[0] == wanted


def test_a_client_that_does_not_read_does_not_lose_the_log(api):
    container = api.create(cmd=("seq", "100000"), host={"NetworkMode": "none"})
    _, _, slow = api.hijack("POST", f"/containers/{container}/attach?stream=1&stdout=1")
    api.start(container)
    time.sleep(0.5)
    slow.socket.close()
    assert api.wait(container) == 0
    out, _ = split_frames(api.get(f"/containers/{container}/logs?stdout=1").body)
    assert out.count(b"\n") == 100000


def test_logs_are_replayed_on_request(api):
    container = api.run(cmd=("sh", "-c", "echo before; sleep 0.6; echo after"))
    eventually(lambda: b"before" in api.get(f"/containers/{container}/logs?stdout=1").body)
    _, _, stream = api.hijack("POST", f"/containers/{container}/attach?stream=1&stdout=1&logs=1")
    with stream:
        assert split_frames(stream.read_all())[0] == b"before\nafter\n"


def test_logs_of_a_container_that_has_ended_then_the_end(api):
    container = api.run(cmd=("sh", "-c", "seq 1 20000"))
    api.wait(container)
    _, _, session = api.hijack("POST", f"/containers/{container}/attach?logs=1&stream=0&stdout=1&stderr=1")
    with session:
        out, _ = split_frames(session.read_all())
    assert out == b"".join(b"%d\n" % number for number in range(1, 20001))


def test_a_slow_client_that_said_all_it_had_to_say_gets_everything(api):
    container = api.run(cmd=("sleep", "1000"), host={"NetworkMode": "none"})
    made = api.post(f"/containers/{container}/exec", {
        "Cmd": ["dd", "if=/dev/zero", "bs=65536", "count=100"], "AttachStdin": True, "AttachStdout": True}).json["Id"]
    _, _, session = api.hijack("POST", f"/exec/{made}/start", {"Detach": False, "Tty": False})
    with session:
        session.end_input()
        time.sleep(1.5)
        out, _ = split_frames(session.read_all())
    assert len(out) == 6_553_600
    assert api.get(f"/exec/{made}/json").json["ExitCode"] == 0


def test_the_exit_code_of_an_exec_is_there_when_its_stream_ends(api):
    container = api.run(cmd=("sleep", "1000"), host={"NetworkMode": "none"})
    for code in range(1, 41):
        made = api.post(f"/containers/{container}/exec", {
            "Cmd": ["sh", "-c", f"exit {code}"], "AttachStdout": True, "AttachStderr": True}).json["Id"]
        _, _, session = api.hijack("POST", f"/exec/{made}/start", {"Detach": False, "Tty": False})
        with session:
            session.read_all()
        found = api.get(f"/exec/{made}/json").json
        assert (found["Running"], found["ExitCode"]) == (False, code)


def test_only_the_streams_asked_for(api):
    container = api.create(cmd=("sh", "-c", "echo out; echo err >&2"))
    _, _, stream = api.hijack("POST", f"/containers/{container}/attach?stream=1&stderr=1")
    with stream:
        api.start(container)
        assert frames(stream.read_all()) == [(2, b"err\n")]


def test_neither_logs_nor_stream_ends_at_once(api):
    container = api.run(cmd=("sleep", "100"))
    _, _, stream = api.hijack("POST", f"/containers/{container}/attach?stdout=1", timeout=5)
    with stream:
        assert stream.read_all() == b""


def test_a_terminal_is_raw(api):
    container = api.create(cmd=("sh", "-c", "read x; echo got $x; stty size"), Tty=True, OpenStdin=True)
    _, headers, stream = api.hijack("POST", f"/containers/{container}/attach?{ATTACH}")
    with stream:
        api.start(container)
        assert headers["content-type"] == "application/vnd.docker.raw-stream"
        assert api.post(f"/containers/{container}/resize?h=12&w=34").status == 200
        stream.send(b"it\n")
        assert stream.read_all() == b"it\r\ngot it\r\n12 34\r\n"


@pytest.mark.parametrize("query, keys", [("", b"\x10\x11"), ("&detachKeys=ctrl-a,x", b"\x01x")])
def test_detach_keys(api, query, keys):
    container = api.run(cmd=("cat",), Tty=True, OpenStdin=True)
    _, _, stream = api.hijack("POST", f"/containers/{container}/attach?{ATTACH}{query}", timeout=5)
    with stream:
        for key in keys:
            stream.send(bytes([key]))
            time.sleep(0.02)
        stream.read_all()
    assert api.inspect(container)["State"]["Running"] is True


def test_errors_before_the_upgrade(api):
    status, _, stream = api.hijack("POST", f"/containers/nobody/attach?{ATTACH}")
    with stream:
        assert status == 404
    container = api.run(cmd=("sleep", "100"))
    api.post(f"/containers/{container}/pause")
    status, _, stream = api.hijack("POST", f"/containers/{container}/attach?{ATTACH}")
    with stream:
        assert status == 409
    api.post(f"/containers/{container}/unpause")


def test_resize_errors(api):
    container = api.create()
    assert api.post(f"/containers/{container}/resize?h=10&w=10").status == 409
    api.start(container)
    assert api.post(f"/containers/{container}/resize?h=x&w=10").status == 400


# With the clients

def test_attach_follows_and_passes_the_status(cli):
    cli.ok("run", "-d", "--name", "one", "busybox", "sh", "-c", "sleep 1; echo seen; exit 6")
    result = cli("attach", "one")
    assert (result.status, result.out) == (6, b"seen\n")


def test_attach_to_a_stopped_container_is_refused(cli):
    cli.ok("run", "--name", "one", "busybox", "true")
    result = cli.fails("attach", "one")
    assert "cannot attach to a stopped container, start it first" in result.complaint


def test_signals_are_passed_on(cli):
    cli.ok("run", "-d", "--name", "one", "busybox", "sh", "-c",
           'trap "echo caught; exit 12" INT; while :; do echo .; usleep 50000; done')
    client = cli.popen("attach", "one")
    client.stdout.readline()
    client.send_signal(signal.SIGINT)
    out, _ = client.communicate(timeout=20)
    assert client.returncode == 12 and out.endswith(b"caught\n")


def test_detach_from_a_terminal_and_come_back(cli):
    cli.ok("run", "-dit", "--name", "one", "busybox", "sh")
    with cli.terminal("attach", "one") as terminal:
        terminal.send("echo x$((1+1))\n")
        terminal.expect("x2")
        terminal.send(b"\x10")
        time.sleep(0.1)
        terminal.send(b"\x11")
        terminal.wait()
    with cli.terminal("attach", "one") as terminal:
        terminal.send("exit 4\n")
        assert terminal.wait() == 4
