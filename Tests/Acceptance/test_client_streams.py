"""What a client does with its streams, its terminal and its files when things go otherwise than planned."""
import os
import signal
import termios
import time

from harness.waiting import eventually


def test_much_output_for_little_input_blocks_neither(ours):
    # Output comes faster than it is read, and input faster than it is taken: both directions are full at once.
    data = os.urandom(3_000_000)
    result = ours("run", "--rm", "-i", "busybox", "hexdump", "-C", input=data, timeout=60)
    assert result.status == 0
    assert result.out.splitlines()[-1] == b"%08x" % len(data) and len(result.out.splitlines()) == len(data) // 16 + 1


def test_input_alone_is_passed_on_and_nothing_awaited(ours, api):
    # As 1.6.2 does; docker 28 waits for the end.
    result = ours("run", "-a", "stdin", "-i", "busybox", "sh", "-c", "cat; sleep 1.5; exit 3", input=b"fed\n" * 50_000, timeout=60)
    assert (result.status, result.err) == (0, b"")
    container = result.text.strip()
    assert len(container) == 64 and api.inspect(container)["State"]["Running"] is True
    assert ours.ok("wait", container) == "3"
    assert ours("logs", container).out == b"fed\n" * 50_000


def test_a_failed_save_leaves_the_file_as_it_was(cli, tmp_path):
    target = tmp_path / "good.tar"
    target.write_bytes(b"precious")
    assert cli("save", "-o", target, "no-such-image").status == 1
    assert target.read_bytes() == b"precious" and os.listdir(tmp_path) == ["good.tar"]


def test_a_save_to_a_device_leaves_the_device(ours):
    assert ours("save", "-o", "/dev/null", "no-such-image").status == 1
    assert ours("save", "-o", "/dev/null", "busybox").status == 0
    assert os.stat("/dev/null").st_rdev == os.makedev(1, 3)


def test_own_detach_keys_on_attach(cli):
    with cli.terminal("run", "-it", "--name", "box", "--detach-keys", "ctrl-x,y", "busybox", "sh") as terminal:
        terminal.expect("# ")
        terminal.send("\x10\x11")
        terminal.send("echo still-$((40+2))\n")
        terminal.expect("still-42")
        terminal.send("\x18y")
        assert terminal.wait() == 0
    assert cli.ok("inspect", "-f", "{{.State.Running}}", "box") == "true"


def test_a_client_that_is_ended_puts_the_terminal_back(ours):
    with ours.terminal("run", "-it", "--name", "box", "busybox", "sh") as terminal:
        terminal.expect("# ")
        assert not termios.tcgetattr(terminal.master)[3] & termios.ICANON
        terminal.process.send_signal(signal.SIGTERM)
        assert terminal.process.wait(10) == 128 + signal.SIGTERM
        assert termios.tcgetattr(terminal.master)[3] & termios.ICANON
    assert ours.ok("inspect", "-f", "{{.State.Running}}", "box") == "true"


def test_a_signal_right_after_the_create_is_for_the_container(ours):
    client = ours.popen("run", "--name", "box", "busybox", "sh", "-c", "trap 'exit 9' TERM; while :; do sleep 0.05; done")
    eventually(lambda: ours("inspect", "-f", "{{.State.Running}}", "box").text.strip() == "true")
    time.sleep(0.2)
    client.send_signal(signal.SIGTERM)
    client.communicate(timeout=15)
    assert client.returncode == 9


def test_inspect_of_a_kind_asks_for_that_kind(cli):
    cli.ok("create", "--name", "busybox", "busybox", "true")
    assert cli.ok("image", "inspect", "-f", "{{.RepoTags}}", "busybox") == "[busybox:latest]"
    assert cli.ok("container", "inspect", "-f", "{{.Name}}", "busybox") == "/busybox"
    assert cli("container", "inspect", "no-such").status == 1
    cli.ok("rm", "busybox")
    assert cli("container", "inspect", "busybox").status == 1


def test_a_missing_environment_file(ours):
    assert ours("run", "--rm", "--env-file", "/no/such", "busybox", "true").status == 125
    ours.ok("run", "-d", "--name", "box", "busybox", "sleep", "100")
    assert ours("exec", "--env-file", "/no/such", "box", "true").status == 1


def test_start_and_attach_fail_with_1(ours):
    ours.ok("create", "--name", "box", "busybox", "no-such-command")
    assert ours("start", "-a", "box").status == 1


def test_bare_keys_of_label_files(ours, tmp_path):
    (tmp_path / "labels").write_text("# comment\nbare\nkey=value\n")
    ours.ok("create", "--name", "box", "--label-file", tmp_path / "labels", "busybox", "true")
    assert ours.ok("inspect", "-f", '{{json .Config.Labels}}', "box") == '{"bare":"","key":"value"}'


def test_columns_of_ones_own_choice(cli):
    cli.ok("create", "--name", "box", "--label", "tier=front", "busybox", "true")
    lines = cli.ok("ps", "-a", "--format", "table {{.Names}}\t{{.State}}\t{{.Labels}}").splitlines()
    assert lines[0].split() == ["NAMES", "STATE", "LABELS"] and lines[1].split() == ["box", "created", "tier=front"]
    assert cli.ok("ps", "-a", "--format", '{{.Label "tier"}}|{{.Label "none"}}') == "front|"


def test_times_are_those_of_the_users_zone(ours, monkeypatch):
    monkeypatch.setenv("TZ", "Asia/Kolkata")
    since = int(time.time()) - 1
    ours.ok("create", "--name", "box", "busybox", "true")
    out = ours.ok("events", "--since", since, "--until", int(time.time()) + 1)
    assert "+05:30 " in out and "create" in out
