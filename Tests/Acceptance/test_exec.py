"""`docker exec` and the exec calls of the API."""
import os
import time

import pytest

from harness.rawhttp import Hijacked, split_frames
from harness.waiting import eventually


@pytest.fixture
def box(cli):
    return cli.ok("run", "-d", "--name", "box", "-e", "FROM_RUN=1", "-h", "boxhost", "busybox", "sleep", "1000")


def test_prints_and_exits_as_the_command_does(cli, box):
    result = cli("exec", "box", "sh", "-c", "echo out; echo err >&2; exit 6")
    assert (result.status, result.out, result.err) == (6, b"out\n", b"err\n")


def test_sees_the_container_from_within(cli, box):
    out = cli.ok("exec", "box", "sh", "-c", "hostname; echo $FROM_RUN; cat /proc/1/cmdline | tr '\\0' ' '")
    assert out.split("\n")[:2] == ["boxhost", "1"] and "sleep 1000" in out


def test_input_reaches_the_command(cli, box):
    data = os.urandom(300_000)
    assert cli("exec", "-i", "box", "cat", input=data).out == data


def test_detached(cli, box):
    result = cli("exec", "-d", "box", "touch", "/made")
    assert (result.status, result.out) == (0, b"")
    eventually(lambda: cli("exec", "box", "ls", "/made").status == 0, what="the file")


def test_a_missing_command(cli, box):
    result = cli("exec", "box", "no-such-command")
    assert result.status in (126, 127), result
    assert "executable file not found" in result.complaint + result.text


def test_terminal(cli, box):
    with cli.terminal("exec", "-it", "box", "sh", rows=21, columns=77) as terminal:
        terminal.expect("# ")
        terminal.send("stty size; exit 5\n")
        terminal.expect("21 77")
        assert terminal.wait() == 5


def test_user(cli, box):
    assert cli.ok("exec", "-u", "nobody", "box", "id", "-u") == "65534"


def test_same_limits_as_the_container(cli, box):
    ours = cli.ok("exec", "box", "cat", "/proc/self/cgroup")
    first = cli.ok("exec", "box", "cat", "/proc/1/cgroup")
    assert ours == first
    assert cli.ok("exec", "box", "grep", "CapBnd", "/proc/self/status") == cli.ok("exec", "box", "grep", "CapBnd", "/proc/1/status")


def test_a_stopped_container_is_refused(cli):
    cli.ok("run", "--name", "over", "busybox", "true")
    assert "is not running" in cli.fails("exec", "over", "true").complaint


def test_a_paused_container_is_refused(cli, box):
    cli.ok("pause", "box")
    assert "paused" in cli.fails("exec", "box", "true").complaint
    cli.ok("unpause", "box")


def test_an_unknown_container_is_named(cli):
    assert "nobody" in cli.fails("exec", "nobody", "true").complaint


def test_stopping_the_container_ends_its_commands(cli, box):
    client = cli.popen("exec", "box", "sleep", "1000")
    eventually(lambda: "sleep 1000" in cli.ok("exec", "box", "ps").replace("1 root", "", 1).partition("\n")[2], what="exec")
    cli.ok("stop", "-t", "0", "box")
    client.communicate(timeout=15)
    assert client.returncode == 137


# The API

def create_exec(api, container, *cmd, **more):
    reply = api.post(f"/containers/{container}/exec", {"AttachStdout": True, "AttachStderr": True, "Cmd": list(cmd), **more})
    assert reply.status == 201, reply
    return reply.json["Id"]


@pytest.fixture
def sleeper(api):
    return api.run(cmd=("sleep", "1000"), host={"NetworkMode": "none"})


def test_exec_inspect_while_running_and_after(api, sleeper):
    exec_id = create_exec(api, sleeper, "sh", "-c", "sleep 0.5; exit 4")
    before = api.get(f"/exec/{exec_id}/json").json
    assert before["Running"] is False and before["ExitCode"] is None and before["ContainerID"] == sleeper
    assert api.post(f"/exec/{exec_id}/start", {"Detach": True}).status == 200
    running = api.get(f"/exec/{exec_id}/json").json
    assert running["Running"] is True and running["ExitCode"] is None and running["Pid"] > 0
    after = eventually(lambda: (lambda e: e if not e["Running"] else None)(api.get(f"/exec/{exec_id}/json").json))
    assert after["ExitCode"] == 4
    assert after["ProcessConfig"]["entrypoint"] == "sh" and after["ProcessConfig"]["arguments"][0] == "-c"


@pytest.mark.parametrize("upgrade, status", [(True, 101), (False, 200)])
def test_exec_start_hijacks_with_and_without_upgrade(api, sleeper, upgrade, status):
    exec_id = create_exec(api, sleeper, "sh", "-c", "echo out; echo err >&2")
    found, headers, stream = api.hijack("POST", f"/exec/{exec_id}/start", {"Detach": False, "Tty": False}, upgrade=upgrade)
    with stream:
        assert found == status
        if upgrade:
            assert headers["upgrade"] == "tcp" and headers["content-type"] == "application/vnd.docker.multiplexed-stream"
        assert split_frames(stream.read_all()) == (b"out\n", b"err\n")


def test_exec_input_ends_with_a_half_close(api, sleeper):
    exec_id = create_exec(api, sleeper, "sh", "-c", "wc -c; echo still here", AttachStdin=True)
    status, _, stream = api.hijack("POST", f"/exec/{exec_id}/start", {"Detach": False, "Tty": False})
    with stream:
        stream.send(b"x" * 1000)
        stream.end_input()
        assert split_frames(stream.read_all())[0].split() == [b"1000", b"still", b"here"]


def test_bytes_that_come_with_the_request_are_input(api, sleeper):
    exec_id = create_exec(api, sleeper, "cat", AttachStdin=True)
    body = b'{"Detach":false,"Tty":false}'
    with Hijacked(api.path, 20) as stream:
        stream.send(f"POST /{api.version}/exec/{exec_id}/start HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n"
                    f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body + b"early ")
        status, _ = stream.read_head()
        stream.send(b"late")
        stream.end_input()
        assert status == 101 and split_frames(stream.read_all())[0] == b"early late"


def test_environment_and_folder_of_an_exec(api, sleeper):
    exec_id = create_exec(api, sleeper, "sh", "-c", "pwd; echo $X", Env=["X=1"], WorkingDir="/etc")
    _, _, stream = api.hijack("POST", f"/exec/{exec_id}/start", {"Detach": False})
    with stream:
        assert split_frames(stream.read_all())[0] == b"/etc\n1\n"


def test_an_exec_runs_once(api, sleeper):
    exec_id = create_exec(api, sleeper, "true")
    assert api.post(f"/exec/{exec_id}/start", {"Detach": True}).status == 200
    eventually(lambda: not api.get(f"/exec/{exec_id}/json").json["Running"])
    assert api.post(f"/exec/{exec_id}/start", {"Detach": True}).status == 409


def test_unknown_execs_and_empty_commands(api, sleeper):
    assert api.get("/exec/0123456789ab/json").status == 404
    assert api.post("/exec/0123456789ab/start", {"Detach": True}).status == 404
    assert api.post(f"/containers/{sleeper}/exec", {"Cmd": []}).status == 400
    assert api.post("/containers/nobody/exec", {"Cmd": ["true"]}).status == 404


def test_a_client_that_leaves_does_not_end_the_command(api, sleeper):
    exec_id = create_exec(api, sleeper, "sh", "-c", "echo started; sleep 0.5; touch /survived")
    _, _, stream = api.hijack("POST", f"/exec/{exec_id}/start", {"Detach": False})
    stream.read_until(b"started")
    stream.socket.close()
    time.sleep(0.1)
    assert api.get(f"/exec/{exec_id}/json").json["Running"] is True
    after = eventually(lambda: (lambda e: e if not e["Running"] else None)(api.get(f"/exec/{exec_id}/json").json))
    assert after["ExitCode"] == 0


def test_privileged_exec_has_every_capability(api, sleeper):
    def bounding(**more):
        exec_id = create_exec(api, sleeper, "grep", "CapBnd", "/proc/self/status", **more)
        _, _, stream = api.hijack("POST", f"/exec/{exec_id}/start", {"Detach": False})
        with stream:
            return split_frames(stream.read_all())[0].split()[1]
    assert bounding() == b"00000000a80425fb"
    assert int(bounding(Privileged=True), 16) > int(bounding(), 16)
