"""`docker logs`, the log file and its rotation."""
import json
import os
import re
import time

import pytest

from harness.rawhttp import split_frames
from harness.waiting import eventually

STAMP = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z "


def test_streams_are_kept_apart(cli):
    cli.ok("run", "-d", "--name", "log", "busybox", "sh", "-c", "echo out; echo err >&2")
    cli.ok("wait", "log")
    result = cli("logs", "log")
    assert (result.out, result.err) == (b"out\n", b"err\n")


def test_tail(cli):
    cli.ok("run", "--name", "log", "busybox", "seq", "100")
    assert cli.ok("logs", "--tail", "3", "log") == "98\n99\n100"
    assert cli.ok("logs", "--tail", "0", "log") == ""
    assert len(cli.ok("logs", "--tail", "all", "log").split()) == 100


def test_timestamps(cli):
    cli.ok("run", "--name", "log", "busybox", "echo", "x")
    assert re.fullmatch(STAMP + "x", cli.ok("logs", "-t", "log"))


def test_since(cli):
    cli.ok("run", "--name", "log", "busybox", "sh", "-c", "echo old; sleep 2.2; echo new")
    lines = cli.ok("logs", "-t", "log").splitlines()
    second = lines[1].split(".")[0] + "Z"
    assert cli.ok("logs", "--since", second, "log") == "new"


def test_follow_sees_all_and_ends_with_the_container(cli):
    cli.ok("run", "-d", "--name", "log", "busybox", "sh", "-c", "for i in $(seq 20); do echo $i; usleep 30000; done")
    assert cli.ok("logs", "-f", "log").split() == [str(n) for n in range(1, 21)]


def test_follow_of_a_stopped_container_ends(cli):
    cli.ok("run", "--name", "log", "busybox", "echo", "x")
    assert cli.ok("logs", "-f", "log") == "x"


def test_no_line_is_lost_at_the_end(cli):
    cli.ok("run", "-d", "--name", "log", "busybox", "seq", "200000")
    cli.ok("wait", "log")
    assert cli("logs", "log").out == "".join(f"{n}\n" for n in range(1, 200001)).encode()


def test_what_was_printed_before_the_kill_is_there(cli):
    cli.ok("run", "-d", "--name", "log", "busybox", "sh", "-c", "printf 'no line end'; sleep 100")
    time.sleep(0.5)
    cli.ok("kill", "log")
    assert cli("logs", "log").out == b"no line end"


def test_long_lines_and_strange_bytes_come_back_as_they_were(api):
    script = "head -c 1000000 /dev/zero | tr '\\0' x; echo; printf '\\001\\377\\200 \\\"\\\\ \\342\\202\\254\\n'; echo end"
    status, out, _ = api.output(cmd=("sh", "-c", script))
    lines = out.split(b"\n")
    assert lines[0] == b"x" * 1_000_000 and lines[2] == b"end"
    assert b"\xe2\x82\xac" in lines[1] and b'"\\' in lines[1]


def test_the_file_is_json_lines(api):
    container = api.run(cmd=("sh", "-c", "echo '<a&b>'; echo err >&2"))
    api.wait(container)
    path = api.inspect(container)["LogPath"]
    assert path.endswith(f"/{container}-json.log")
    assert oct(os.stat(path).st_mode & 0o777) in ("0o600", "0o640")
    entries = [json.loads(line) for line in open(path)]
    assert sorted((e["log"], e["stream"]) for e in entries) == [("<a&b>\n", "stdout"), ("err\n", "stderr")]
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z", e["time"]) for e in entries)
    assert set(entries[0]) == {"log", "stream", "time"}


def test_rotation_keeps_the_newest(api):
    config = {"Type": "json-file", "Config": {"max-size": "20k", "max-file": "3"}}
    container = api.run(cmd=("seq", "5000"), host={"LogConfig": config})
    api.wait(container)
    path = api.inspect(container)["LogPath"]
    sizes = {name: os.path.getsize(os.path.join(os.path.dirname(path), name))
             for name in os.listdir(os.path.dirname(path)) if "-json.log" in name}
    assert set(sizes) == {os.path.basename(path) + end for end in ("", ".1", ".2")}
    assert all(size <= 20 * 1024 + 200 for size in sizes.values())
    out, _ = split_frames(api.get(f"/containers/{container}/logs?stdout=1").body)
    numbers = [int(word) for word in out.split()]
    assert numbers == list(range(numbers[0], 5001)) and len(numbers) > 300


def test_the_driver_none_stores_nothing(cli):
    assert cli.ok("run", "--name", "log", "--log-driver", "none", "busybox", "echo", "seen") == "seen"
    result = cli.fails("logs", "log")
    assert "logging driver" in result.complaint or "log" in result.complaint


def test_unknown_drivers_and_options_are_named(api):
    def create(kind, **options):
        return api.post("/containers/create", {
            "Image": "busybox", "Cmd": ["x"], "HostConfig": {"LogConfig": {"Type": kind, "Config": options}}})
    unknown = create("no-such-driver")
    assert unknown.status == 400 and "no-such-driver" in unknown.message
    option = create("json-file", nonsense="1")
    assert option.status == 400 and "unknown log opt 'nonsense' for json-file log driver" in option.message
    later = create("syslog")
    assert later.status in (400, 501) and "syslog" in later.message


def test_a_terminal_has_one_raw_stream(api):
    container = api.run(cmd=("sh", "-c", "echo out; echo err >&2"), Tty=True)
    api.wait(container)
    reply = api.get(f"/containers/{container}/logs?stdout=1&stderr=1")
    assert sorted(reply.body.split()) == [b"err", b"out"] and b"\r\n" in reply.body
    assert reply.headers["Content-Type"] == "application/vnd.docker.raw-stream"


def test_a_stream_must_be_chosen(api):
    container = api.create()
    reply = api.get(f"/containers/{container}/logs")
    assert reply.status == 400 and "you must choose at least one stream" in reply.message.lower()


def test_logs_of_an_unknown_container(cli):
    result = cli.fails("logs", "nobody")
    assert result.status == 1 and re.search("no such container: nobody", result.complaint, re.I)


@pytest.mark.parametrize("stream, wanted", [("stdout=1", (b"o\n", b"")), ("stderr=1", (b"", b"e\n"))])
def test_one_stream_alone(api, stream, wanted):
    container = api.run(cmd=("sh", "-c", "echo o; echo e >&2"))
    api.wait(container)
    assert split_frames(api.get(f"/containers/{container}/logs?{stream}").body) == wanted


def test_following_starts_at_the_tail_without_gap_or_double(api):
    container = api.run(cmd=("sh", "-c", "seq 50; sleep 0.7; seq 51 100"))
    eventually(lambda: split_frames(api.get(f"/containers/{container}/logs?stdout=1").body)[0].count(b"\n") == 50)
    started = time.monotonic()
    reply = api.get(f"/containers/{container}/logs?stdout=1&follow=1&tail=5")
    assert split_frames(reply.body)[0].split() == [str(n).encode() for n in range(46, 101)]
    assert time.monotonic() - started < 5
