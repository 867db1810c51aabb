"""`docker run`: from both clients, the same container."""
import os
import re
import threading

import pytest

from harness.waiting import eventually


def test_prints_what_the_container_prints(cli):
    result = cli("run", "--rm", "busybox", "echo", "hello")
    assert (result.status, result.out, result.err) == (0, b"hello\n", b"")


def test_keeps_stdout_and_stderr_apart(cli):
    result = cli("run", "--rm", "busybox", "sh", "-c", "echo out; echo err >&2")
    assert (result.out, result.err) == (b"out\n", b"err\n")


@pytest.mark.parametrize("status", [0, 1, 42, 255])
def test_exits_with_the_status_of_the_container(cli, status):
    assert cli("run", "--rm", "busybox", "sh", "-c", f"exit {status}").status == status


def test_a_death_by_signal_is_128_and_the_signal(cli):
    # A process that is not number 1 dies of its own signal, and the shell passes 128 + 15 on.
    assert cli("run", "--rm", "busybox", "sh", "-c", "sh -c 'kill $$'; exit $?").status == 143


def test_stdin_reaches_the_container_byte_for_byte(cli):
    data = os.urandom(1_000_000)
    result = cli("run", "--rm", "-i", "busybox", "cat", input=data)
    assert result.status == 0 and result.out == data


def test_the_end_of_stdin_ends_the_input_only(cli):
    result = cli("run", "--rm", "-i", "busybox", "sh", "-c", "wc -c; sleep 0.3; echo after", input=b"12345")
    assert result.text.split() == ["5", "after"]


def test_without_i_stdin_is_empty(cli):
    assert cli("run", "--rm", "busybox", "cat", input=b"not for you").out == b""


def test_rm_removes_the_container(cli):
    cli.ok("run", "--rm", "--name", "gone", "busybox", "true")
    assert cli.ok("ps", "-aq") == ""


def test_without_rm_the_container_stays_with_its_status(cli):
    assert cli("run", "--name", "stays", "busybox", "sh", "-c", "exit 3").status == 3
    assert cli.ok("inspect", "-f", "{{.State.Running}} {{.State.ExitCode}}", "stays") == "false 3"


def test_detached_prints_the_full_id(cli):
    container = cli.ok("run", "-d", "busybox", "sleep", "100")
    assert re.fullmatch("[0-9a-f]{64}", container)
    assert cli.ok("inspect", "-f", "{{.Id}}", container[:12]) == container


def test_a_missing_command_is_127_and_named(cli):
    result = cli("run", "--rm", "busybox", "no-such-command")
    assert result.status == 127, result
    assert 'exec: "no-such-command": executable file not found in $PATH' in result.complaint, result
    assert cli.ok("ps", "-aq") == ""


def test_a_file_that_is_no_program_is_126(cli):
    result = cli("run", "--rm", "busybox", "/etc/passwd")
    assert result.status == 126, result
    assert "permission denied" in result.complaint.lower(), result
    assert cli.ok("ps", "-aq") == ""


def test_a_folder_as_command_is_126(cli):
    assert cli("run", "--rm", "busybox", "/etc").status == 126


def test_an_unknown_image_is_named_and_fails(cli):
    result = cli.fails("run", "--rm", "no-such-image", "true")
    assert "Unable to find image 'no-such-image:latest' locally" in result.complaint
    assert cli.ok("ps", "-aq") == ""


def test_hello_world_comes_with_the_engine(cli):
    result = cli("run", "--rm", "hello-world")
    assert result.status == 0 and "Hello from Martlet!" in result.text, result


def test_environment(cli, tmp_path):
    (tmp_path / "env").write_text("# comment\nFILE=1\nBOTH=file\n")
    out = cli.ok("run", "--rm", "-e", "A=1", "-e", "FROM_HERE", "-e", "BOTH=flag", "--env-file", tmp_path / "env",
                 "-e", "EMPTY=", "busybox", "env", env={"FROM_HERE": "yes"})
    found = dict(line.split("=", 1) for line in out.splitlines())
    assert found["A"] == "1" and found["FROM_HERE"] == "yes" and found["FILE"] == "1" and found["BOTH"] == "flag"
    assert found["EMPTY"] == "" and found["HOME"] == "/root"
    assert found["PATH"] == "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
    assert re.fullmatch("[0-9a-f]{12}", found["HOSTNAME"])


def test_hostname(cli):
    assert cli.ok("run", "--rm", "-h", "web", "busybox", "sh", "-c", "hostname; cat /etc/hostname") == "web\nweb"
    name = cli.ok("run", "--rm", "busybox", "hostname")
    assert re.fullmatch("[0-9a-f]{12}", name)


def test_working_folder_is_made(cli):
    assert cli.ok("run", "--rm", "-w", "/tmp/new/folder", "busybox", "pwd") == "/tmp/new/folder"


@pytest.mark.parametrize("user, expected", [
    ("1234", "uid=1234 gid=0(root)"), ("1234:5678", "uid=1234 gid=5678"), ("nobody", "uid=65534(nobody) gid=65534(nogroup)"),
    ("nobody:users", "uid=65534(nobody) gid=100(users)"), ("0", "uid=0(root) gid=0(root)"),
])
def test_user_is_looked_up_in_the_image(cli, user, expected):
    assert cli.ok("run", "--rm", "-u", user, "busybox", "id").startswith(expected)


def test_supplementary_groups_come_from_the_image(cli):
    assert set(cli.ok("run", "--rm", "-u", "operator", "busybox", "id", "-G").split()) == {"37", "50"}


def test_the_mark_of_a_container(cli):
    """By which programs know where they are; Docker keeps it out of changes and images."""
    cli.ok("run", "--name", "marked", "busybox", "sh", "-c", "test -f /.dockerenv && ! test -s /.dockerenv")
    assert cli.ok("diff", "marked") == ""
    cli.ok("commit", "marked", "from-marked")
    layers = cli.ok("image", "inspect", "-f", "{{len .RootFS.Layers}}", "from-marked")
    assert layers == cli.ok("image", "inspect", "-f", "{{len .RootFS.Layers}}", "busybox")
    assert cli.ok("run", "--rm", "--read-only", "busybox", "ls", "/.dockerenv") == "/.dockerenv"
    cli.ok("rm", "marked")
    cli.ok("rmi", "from-marked")


@pytest.mark.parametrize("flags", [(), ("-u", "0"), ("-u", "root")])
def test_root_has_its_groups(cli, flags):
    assert set(cli.ok("run", "--rm", *flags, "busybox", "id", "-G").split()) == {"0", "10"}


def test_an_unknown_user_is_an_error_and_leaves_nothing_running(cli):
    result = cli.fails("run", "--rm", "-u", "nobody-here", "busybox", "true")
    assert "nobody-here" in result.complaint
    assert cli.ok("ps", "-q") == ""


def test_home_follows_the_user(cli):
    assert cli.ok("run", "--rm", "-u", "nobody", "busybox", "sh", "-c", "echo $HOME") == "/home"
    assert cli.ok("run", "--rm", "-u", "4321", "busybox", "sh", "-c", "echo $HOME") == "/"


def test_entrypoint(cli):
    assert cli.ok("run", "--rm", "--entrypoint", "/bin/echo", "busybox", "a", "b c") == "a b c"


def test_arguments_after_the_image_are_the_container_s(cli):
    assert cli.ok("run", "--rm", "busybox", "echo", "--rm", "-it", "--name") == "--rm -it --name"


def test_cidfile(cli, tmp_path):
    path = tmp_path / "cid"
    container = cli.ok("run", "-d", "--cidfile", path, "busybox", "sleep", "100")
    assert path.read_text() == container
    result = cli.fails("run", "-d", "--cidfile", path, "busybox", "true")
    assert re.search("container ID file found", result.complaint, re.I)


def test_a_name_is_taken_once(cli):
    first = cli.ok("run", "-d", "--name", "twice", "busybox", "sleep", "100")
    result = cli.fails("run", "--name", "twice", "busybox", "true")
    assert "Conflict" in result.complaint and '"/twice"' in result.complaint and first in result.complaint
    assert cli.ok("ps", "-aq", "--no-trunc") == first


def test_generated_names_have_two_words(cli):
    container = cli.ok("run", "-d", "busybox", "sleep", "100")
    assert re.fullmatch("/[a-z]+_[a-z]+[0-9]?", cli.ok("inspect", "-f", "{{.Name}}", container))


def test_add_host(cli):
    hosts = cli.ok("run", "--rm", "--add-host", "db:10.1.2.3", "--add-host", "six:::1", "busybox", "cat", "/etc/hosts")
    assert re.search(r"^10\.1\.2\.3\s+db$", hosts, re.M) and re.search(r"^::1\s+six$", hosts, re.M)


def test_dns(cli):
    text = cli.ok("run", "--rm", "--dns", "10.9.8.7", "--dns-search", "example.test", "busybox", "cat", "/etc/resolv.conf")
    assert "nameserver 10.9.8.7" in text and "search example.test" in text


# Volumes

def test_bind_mounts_are_read_and_written(cli, tmp_path):
    (tmp_path / "in").write_text("from the host")
    out = cli.ok("run", "--rm", "-v", f"{tmp_path}:/x", "busybox", "sh", "-c", "cat /x/in; echo back >/x/out")
    assert out == "from the host" and (tmp_path / "out").read_text() == "back\n"


def test_read_only_bind_mounts_refuse_writes(cli, tmp_path):
    result = cli("run", "--rm", "-v", f"{tmp_path}:/x:ro", "busybox", "touch", "/x/file")
    assert result.status == 1 and "Read-only file system" in result.complaint
    assert list(tmp_path.iterdir()) == []


def test_a_missing_bind_source_is_made(cli, tmp_path):
    assert cli.ok("run", "--rm", "-v", f"{tmp_path}/a/b:/x", "busybox", "ls", "-A", "/x") == ""
    assert (tmp_path / "a" / "b").is_dir()


def test_a_single_file_is_mounted(cli, tmp_path):
    (tmp_path / "file").write_text("one")
    assert cli.ok("run", "--rm", "-v", f"{tmp_path}/file:/etc/motd", "busybox", "cat", "/etc/motd") == "one"


def test_an_anonymous_volume_goes_with_rm(cli, engine):
    container = cli.ok("run", "-d", "-v", "/data", "busybox", "sh", "-c", "echo kept >/data/file; sleep 100")
    mount, = engine.api.inspect(container)["Mounts"]
    assert mount["Type"] == "volume" and mount["Destination"] == "/data" and mount["RW"]
    assert os.path.isdir(mount["Source"])
    cli.ok("rm", "-f", "-v", container)
    eventually(lambda: not os.path.exists(mount["Source"]), 3, what="the volume's removal")


def test_image_content_is_copied_into_a_new_volume(cli):
    assert "root" in cli.ok("run", "--rm", "-v", "/etc", "busybox", "cat", "/etc/passwd")


def test_volumes_from_shares_every_mount(cli, tmp_path):
    (tmp_path / "host").write_text("bound")
    cli.ok("run", "-d", "--name", "data", "-v", "/vol", "-v", f"{tmp_path}:/bound:ro", "busybox", "sh", "-c",
           "echo shared >/vol/file; sleep 100")
    script = "while [ ! -s /vol/file ]; do usleep 10000; done; cat /vol/file /bound/host; touch /bound/x"
    result = cli("run", "--rm", "--volumes-from", "data", "busybox", "sh", "-c", script)
    assert result.text == "shared\nbound" and "Read-only file system" in result.complaint


def test_read_only_root(cli):
    result = cli("run", "--rm", "--read-only", "busybox", "touch", "/file")
    assert result.status == 1 and "Read-only file system" in result.complaint
    assert cli("run", "--rm", "--read-only", "-v", "/volume/writable", "busybox", "touch", "/volume/writable/x").status == 0


# Terminals

def test_t_gives_a_terminal_with_its_line_ends(cli):
    with cli.terminal("run", "--rm", "-t", "busybox", "sh", "-c", "tty; echo done") as terminal:
        assert terminal.wait() == 0
        assert b"/dev/" in terminal.seen and b"done\r" in terminal.seen


def test_the_size_of_the_terminal_is_passed_on(cli):
    with cli.terminal("run", "--rm", "-it", "busybox", "sh", rows=33, columns=101) as terminal:
        terminal.expect("# ")
        terminal.send("stty size\n")
        terminal.expect("33 101\r\n")
        terminal.resize(44, 55)
        terminal.send("sleep 0.3; stty size\n")
        terminal.expect("44 55\r\n")
        terminal.send("exit 7\n")
        assert terminal.wait() == 7


def test_detaching_leaves_the_container_running(cli):
    with cli.terminal("run", "-it", "--name", "left", "busybox", "sh") as terminal:
        terminal.expect("# ")
        terminal.send(b"\x10")
        terminal.send(b"\x11")
        terminal.wait()
    assert cli.ok("inspect", "-f", "{{.State.Running}}", "left") == "true"


def test_signals_to_the_client_reach_the_container(cli):
    script = 'trap "echo got it; exit 9" TERM; echo ready; while :; do usleep 20000; done'
    client = cli.popen("run", "--rm", "busybox", "sh", "-c", script)
    assert client.stdout.readline() == b"ready\n"
    client.terminate()
    out, _ = client.communicate(timeout=20)
    assert (client.returncode, out) == (9, b"got it\n")


def test_many_at_once(cli):
    results = {}

    def one(number):
        results[number] = cli("run", "--rm", "--net", "none", "busybox", "echo", number, timeout=120)

    threads = [threading.Thread(target=one, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {n: r.text for n, r in results.items()} == {n: f"{n}\n" for n in range(12)}, list(results.values())


def test_help_costs_no_engine(cli, tmp_path):
    result = cli("run", "--help", env={"DOCKER_HOST": f"unix://{tmp_path}/nobody"})
    assert result.status == 0 and "Usage:" in result.text
