"""`docker diff` and `docker export`."""
import io
import json
import os
import tarfile
import time

import pytest

from harness.waiting import eventually


def tree(data):
    return {member.name.rstrip("/"): member for member in tarfile.open(fileobj=io.BytesIO(data)).getmembers()}


# diff


def test_what_was_done_is_told(cli):
    cli.ok("run", "--name", "changed", "busybox", "sh", "-c",
           "echo x >/made; mkdir /dir; echo y >/dir/in; echo z >>/etc/passwd; rm /bin/cat")
    lines = cli.ok("diff", "changed").splitlines()
    assert {"A /made", "A /dir", "A /dir/in", "C /etc", "C /etc/passwd", "C /bin", "D /bin/cat"} <= set(lines)
    assert not [line for line in lines if line[2:] in ("/etc/hosts", "/etc/hostname", "/etc/resolv.conf", "/proc", "/dev", "/sys")]


def test_one_that_changed_nothing(cli, api):
    cli.ok("create", "--name", "fresh", "busybox", "true")
    assert cli.ok("diff", "fresh") == ""
    cli.ok("run", "--name", "ran", "busybox", "true")
    assert cli.ok("diff", "ran") == ""
    assert api.get("/containers/ran/changes").body == b"null\n"


def test_running_ones_too(cli):
    cli.ok("run", "-d", "--name", "changed", "busybox", "sh", "-c", "echo x >/made; sleep 1000")
    assert eventually(lambda: cli.ok("diff", "changed")) == "A /made"


def test_kinds_are_numbers(api):
    container = api.run(cmd=("sh", "-c", "echo x >/a; rm /bin/cat"))
    api.wait(container)
    found = {change["Path"]: change["Kind"] for change in api.get(f"/containers/{container}/changes").json}
    assert found == {"/a": 1, "/bin": 0, "/bin/cat": 2}


# export


def test_the_whole_tree_comes_out(cli, tmp_path, py):
    cli.ok("run", "--name", "moved", "busybox", "sh", "-c", "echo new >/made; rm /bin/cat; ln -s made /link; mkdir -p /a/b; chmod 4711 /made")
    file = tmp_path / "e.tar"
    assert cli.ok("export", "-o", str(file), "moved") == ""
    found = tree(file.read_bytes())
    assert {"made", "link", "a/b", "bin/sh", "etc/passwd"} <= set(found) and "bin/cat" not in found
    assert not [name for name in found if ".wh." in name]
    assert found["made"].mode == 0o4711 and found["link"].linkname == "made" and found["a/b"].isdir()
    assert tree(cli("export", "moved").out).keys() == found.keys()
    assert tree(b"".join(py.containers.get("moved").export())).keys() == found.keys()


def test_it_can_be_imported_again(cli):
    cli.ok("run", "--name", "moved", "busybox", "sh", "-c", "echo again >/made")
    archive = cli("export", "moved").out
    cli.ok("import", "-", "exported", input=archive)
    assert cli.ok("run", "--rm", "exported", "cat", "/made") == "again"
    cli.ok("rmi", "exported")


def test_files_of_volumes_stay_where_they_are(cli, tmp_path):
    (tmp_path / "outside").write_text("x")
    cli.ok("run", "--name", "moved", "-v", f"{tmp_path}:/data", "-v", "/vol", "busybox", "sh", "-c", "echo y >/vol/y")
    found = tree(cli("export", "moved").out)
    assert "data/outside" not in found and "vol/y" not in found and found["data"].isdir() and found["vol"].isdir()


def test_a_running_one_goes_on(cli, api):
    container = cli.ok("run", "-d", "--name", "moved", "busybox", "sh", "-c", "echo x >/made; sleep 1000")
    eventually(lambda: cli.ok("diff", "moved"))
    assert "made" in tree(cli("export", "moved").out)
    cli.ok("exec", "moved", "sh", "-c", "echo y >/later; cat /later")
    assert "later" in tree(cli("export", "moved").out)
    filters = json.dumps({"container": [container], "event": ["export"]}).replace(" ", "")
    told = api.get(f"/events?since=0&until={time.time():.9f}&filters={filters}").body.splitlines()
    assert len(told) == 2


def test_a_client_that_leaves_ends_it(engine, api):
    container = api.run(cmd=("sh", "-c", "dd if=/dev/zero of=/big bs=1M count=64"))
    api.wait(container)
    connection, reply = api.open("GET", f"/containers/{container}/export")
    assert reply.status == 200 and reply.getheader("Content-Type") == "application/octet-stream"
    assert len(reply.read(1000)) == 1000
    connection.close()
    assert api.delete(f"/containers/{container}").status == 204


def test_no_archive_on_a_terminal(ours):
    ours.ok("create", "--name", "moved", "busybox", "true")
    with ours.terminal("export", "moved") as screen:
        screen.expect("Cowardly refusing to save to a terminal. Use the -o flag or redirect.")
        assert screen.wait() == 1


@pytest.mark.parametrize("call", ["changes", "export"])
def test_one_that_is_not_there(api, call):
    reply = api.get(f"/containers/nobody/{call}")
    assert reply.status == 404 and reply.message == "No such container: nobody"


def test_a_file_is_whole_or_not_there(cli, tmp_path):
    path = tmp_path / "x.tar"
    cli.fails("export", "-o", str(path), "nobody")
    assert not os.listdir(tmp_path)
