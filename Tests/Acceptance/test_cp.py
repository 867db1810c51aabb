"""`docker cp` both ways, by our client, by docker's and by docker-py."""
import base64
import io
import json
import os
import subprocess
import tarfile
import threading
import time

import docker
import pytest

from harness.images import entry, folder, hardlink, symlink, tar
from harness.rawhttp import Api
from harness.waiting import eventually

STATES = ["created", "running", "exited"]


@pytest.fixture(params=STATES)
def box(request, cli):
    """A container in each state, with a few files."""
    make = "mkdir -p /dir/sub; echo one >/dir/one; echo two >/dir/sub/two; ln -s dir /link; ln -s /dir/one /file; echo done >/done"
    if request.param == "created":
        cli.ok("create", "--name", "box", "busybox", "true")
        archive = tar(folder("dir"), folder("dir/sub"), entry("dir/one", b"one\n"), entry("dir/sub/two", b"two\n"),
                      symlink("link", "dir"), symlink("file", "/dir/one"))
        cli.ok("cp", "-", "box:/", input=archive)
    elif request.param == "running":
        cli.ok("run", "-d", "--name", "box", "busybox", "sh", "-c", make + "; sleep 1000")
        eventually(lambda: cli("exec", "box", "test", "-e", "/done").status == 0)
    else:
        cli.ok("run", "--name", "box", "busybox", "sh", "-c", make)
    return "box"


def stat_of(reply):
    return json.loads(base64.b64decode(reply.headers["X-Docker-Container-Path-Stat"]))


def members(data):
    return {member.name: member for member in tarfile.open(fileobj=io.BytesIO(data)).getmembers()}


# Out


def test_files_and_folders_come_out(cli, box, tmp_path):
    cli.ok("cp", f"{box}:/dir/one", tmp_path)
    assert (tmp_path / "one").read_text() == "one\n"
    cli.ok("cp", f"{box}:/dir/one", tmp_path / "other")
    assert (tmp_path / "other").read_text() == "one\n"
    cli.ok("cp", f"{box}:dir", tmp_path)
    assert (tmp_path / "dir/sub/two").read_text() == "two\n"
    cli.ok("cp", f"{box}:/dir", tmp_path / "renamed")
    assert sorted(os.listdir(tmp_path / "renamed")) == ["one", "sub"]
    cli.ok("cp", f"{box}:/dir", tmp_path / "renamed")
    assert sorted(os.listdir(tmp_path / "renamed")) == ["dir", "one", "sub"]
    (tmp_path / "contents").mkdir()
    cli.ok("cp", f"{box}:/dir/.", tmp_path / "contents")
    assert sorted(os.listdir(tmp_path / "contents")) == ["one", "sub"]


def test_links_come_as_links_or_are_followed(cli, box, tmp_path):
    cli.ok("cp", f"{box}:/file", tmp_path)
    assert os.readlink(tmp_path / "file") == "/dir/one"
    cli.ok("cp", "-L", f"{box}:/file", tmp_path / "followed")
    assert (tmp_path / "followed").read_text() == "one\n"
    os.mkdir(tmp_path / "into")
    cli.ok("cp", "--follow-link", f"{box}:/file", tmp_path / "into")
    assert (tmp_path / "into/file").read_text() == "one\n"
    cli.ok("cp", f"{box}:/link/", tmp_path / "folder")
    assert (tmp_path / "folder/sub/two").read_text() == "two\n"
    cli.ok("cp", "-L", f"{box}:/link", tmp_path / "into")
    assert (tmp_path / "into/link/one").read_text() == "one\n"


def test_as_a_stream(cli, box):
    found = members(cli("cp", f"{box}:/dir", "-").out)
    assert {name.rstrip("/") for name in found} == {"dir", "dir/one", "dir/sub", "dir/sub/two"}
    assert {name.rstrip("/") for name in members(cli("cp", f"{box}:/dir/.", "-").out)} >= {"./one", "./sub/two"} or \
        {name.rstrip("/") for name in members(cli("cp", f"{box}:/dir/.", "-").out)} >= {"one", "sub/two"}
    assert [*members(cli("cp", f"{box}:/dir/one", "-").out)] == ["one"]


def test_what_is_not_there(cli, box, tmp_path):
    failed = cli.fails("cp", f"{box}:/nothing", tmp_path)
    assert f"Could not find the file /nothing in container {box}" in failed.complaint
    assert os.listdir(tmp_path) == []
    assert 'directory "/nowhere" does not exist' in cli.fails("cp", f"{box}:/dir/one", "/nowhere/x").complaint
    cli.fails("cp", f"{box}:/dir/one/", tmp_path)
    assert "No such container: nobody" in cli.fails("cp", "nobody:/x", tmp_path).complaint
    assert "no such directory" in cli.fails("cp", f"{box}:/dir/one", f"{tmp_path}/new/").complaint
    (tmp_path / "file").write_text("x")
    assert "cannot copy directory" in cli.fails("cp", f"{box}:/dir", tmp_path / "file").complaint


# In


def test_files_and_folders_go_in(cli, box, tmp_path):
    (tmp_path / "tree/deep").mkdir(parents=True)
    (tmp_path / "tree/f").write_text("f")
    (tmp_path / "tree/deep/g").write_text("g")

    def read(path):
        return members_content(cli("cp", f"{box}:{path}", "-").out)

    cli.ok("cp", tmp_path / "tree/f", f"{box}:/dir")
    assert read("/dir/f") == {"f": b"f"}
    cli.ok("cp", tmp_path / "tree/f", f"{box}:/dir/named")
    assert read("/dir/named") == {"named": b"f"}
    cli.ok("cp", tmp_path / "tree", f"{box}:/new")
    assert read("/new") == {"new/f": b"f", "new/deep/g": b"g"}
    cli.ok("cp", tmp_path / "tree", f"{box}:/dir")
    assert read("/dir/tree")["tree/deep/g"] == b"g"
    cli.ok("cp", f"{tmp_path}/tree/.", f"{box}:/dir/sub")
    assert set(read("/dir/sub")) == {"sub/two", "sub/f", "sub/deep/g"}
    # Through links: into the folder that one stands for, onto the file that one stands for.
    cli.ok("cp", tmp_path / "tree/f", f"{box}:/link")
    cli.ok("cp", tmp_path / "tree/deep/g", f"{box}:/file")
    assert read("/dir/one") == {"one": b"g"}
    assert "symlink" in str(stat_kind(cli, box, "/file"))


def members_content(data):
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        return {member.name: archive.extractfile(member).read() for member in archive if member.isreg()}


def stat_kind(cli, box, path):
    member = next(iter(members(cli("cp", f"{box}:{path}", "-").out).values()))
    return "symlink" if member.issym() else "folder" if member.isdir() else "file"


def test_what_does_not_fit(cli, box, tmp_path):
    (tmp_path / "tree/one").mkdir(parents=True)
    (tmp_path / "file").write_text("x")
    assert "cannot copy directory" in cli.fails("cp", tmp_path / "tree", f"{box}:/dir/one").complaint
    assert "no such directory" in cli.fails("cp", tmp_path / "file", f"{box}:/dir/none/").complaint
    assert "cannot overwrite non-directory" in cli.fails("cp", f"{tmp_path}/tree/.", f"{box}:/dir").complaint
    (tmp_path / "sub").write_text("x")
    assert "cannot overwrite directory" in cli.fails("cp", tmp_path / "sub", f"{box}:/dir").complaint
    assert "Could not find the file /none" in cli.fails("cp", tmp_path / "file", f"{box}:/none/x").complaint
    assert "no such file or directory" in cli.fails("cp", tmp_path / "none", f"{box}:/").complaint
    assert "must be a directory" in cli.fails("cp", "-", f"{box}:/dir/one", input=b"").complaint
    assert "copying between containers is not supported" in cli.fails("cp", f"{box}:/a", f"{box}:/b").complaint
    assert "must specify at least one container source" in cli.fails("cp", "a", "b").complaint


def test_a_stream_goes_in(cli, box):
    archive = tar(folder("d", mode=0o750), entry("d/f", b"1", mode=0o4755, uid=7, gid=8, mtime=1000), hardlink("d/h", "d/f"),
                  symlink("d/l", "../etc"), entry("d/p", kind=tarfile.FIFOTYPE), entry("d/c", kind=tarfile.CHRTYPE, device=(1, 3)))
    for compressed in (archive, subprocess.run(["gzip"], input=archive, stdout=subprocess.PIPE).stdout,
                       subprocess.run(["xz"], input=archive, stdout=subprocess.PIPE).stdout):
        cli.ok("cp", "-", f"{box}:/dir", input=compressed)
    found = members(cli("cp", f"{box}:/dir/d", "-").out)
    file = found["d/f"]
    assert (file.uid, file.gid, file.mode, file.mtime) == (7, 8, 0o4755, 1000)
    assert found["d/h"].islnk() and found["d/l"].issym() and found["d/p"].isfifo() and found["d/c"].ischr()
    assert (found["d/c"].devmajor, found["d/c"].devminor) == (1, 3) and found["d"].mode == 0o750
    # The folder that it went into is as it was.
    assert members(cli("cp", f"{box}:/dir", "-").out)["dir"].mode == 0o755


def test_owners(cli, tmp_path):
    file = tmp_path / "file"
    file.write_text("x")
    os.chown(file, 1234, 2345)
    cli.ok("run", "-d", "--name", "box", "-u", "8:9", "busybox", "sleep", "1000")
    cli.ok("cp", file, "box:/tmp/as-it-is")
    cli.ok("cp", "-a", file, "box:/tmp/the-users")
    assert cli.ok("exec", "-u", "0", "box", "stat", "-c", "%u:%g", "/tmp/as-it-is", "/tmp/the-users") == "1234:2345\n8:9"
    cli.ok("cp", "box:/tmp/as-it-is", tmp_path / "back")
    assert (os.stat(tmp_path / "back").st_uid, os.stat(tmp_path / "back").st_gid) == (os.getuid(), os.getgid())


def test_what_files_have(cli, tmp_path):
    source = tmp_path / "tree"
    source.mkdir()
    (source / "f").write_text("x")
    os.link(source / "f", source / "h")
    os.chmod(source / "f", 0o4711)
    os.utime(source / "f", (1000, 1000))
    with open(source / "sparse", "wb") as file:
        file.truncate(1 << 20)
    os.mkfifo(source / "pipe")
    os.symlink("nowhere", source / "dangling")
    cli.ok("create", "--name", "box", "busybox", "true")
    cli.ok("cp", source, "box:/tree")
    cli.ok("cp", "box:/tree", tmp_path / "back")
    back = tmp_path / "back"
    assert sorted(os.listdir(back)) == ["dangling", "f", "h", "pipe", "sparse"]
    assert os.stat(back / "f").st_ino == os.stat(back / "h").st_ino
    assert os.stat(back / "f").st_mode & 0o7777 == 0o4711 and os.stat(back / "f").st_mtime == 1000
    assert os.stat(back / "sparse").st_size == 1 << 20
    assert os.readlink(back / "dangling") == "nowhere"


def test_large_files_come_through(cli, tmp_path):
    data = os.urandom(30_000_000)
    (tmp_path / "big").write_bytes(data)
    cli.ok("run", "-d", "--name", "box", "busybox", "sleep", "1000")
    cli.ok("cp", tmp_path / "big", "box:/big")
    cli.ok("cp", "box:/big", tmp_path / "back")
    assert (tmp_path / "back").read_bytes() == data


def test_what_it_says(cli, tmp_path):
    (tmp_path / "file").write_text("x")
    cli.ok("create", "--name", "box", "busybox", "true")
    result = cli("cp", "-q=false", tmp_path / "file", "box:/x")
    assert (result.status, result.text, result.complaint) == (0, "", "Successfully copied 2.05kB to box:/x\n")
    result = cli("cp", "-q=false", "box:/x", tmp_path / "back")
    assert (result.text, result.complaint) == ("", f"Successfully copied 2.05kB to {tmp_path}/back\n")
    result = cli("cp", tmp_path / "file", "box:/x")
    assert (result.text, result.complaint) == ("", "")
    with cli.terminal("cp", tmp_path / "file", "box:/y") as screen:
        assert screen.wait() == 0
        assert b"Successfully copied 2.05kB to box:/y" in screen.seen
    with cli.terminal("cp", "-q", tmp_path / "file", "box:/y") as screen:
        assert screen.wait() == 0 and screen.seen == b""


# Volumes


@pytest.mark.parametrize("state", STATES)
def test_volumes_are_seen(cli, tmp_path, state):
    (tmp_path / "bind").mkdir()
    (tmp_path / "bind/f").write_text("bound")
    (tmp_path / "file").write_text("alone")
    flags = ["--name", "box", "-v", f"{tmp_path}/bind:/bind", "-v", f"{tmp_path}/bind:/ro:ro", "-v", "/vol",
             "-v", f"{tmp_path}/file:/deep/er/file", "busybox"]
    if state == "created":
        cli.ok("create", *flags, "true")
    else:
        cli.ok("run", *(["-d"] if state == "running" else []), *flags, "sleep" if state == "running" else "true",
               *(["1000"] if state == "running" else []))
    (tmp_path / "x").write_text("x")
    assert members_content(cli("cp", "box:/bind/f", "-").out) == {"f": b"bound"}
    assert members_content(cli("cp", "box:/deep", "-").out) == {"deep/er/file": b"alone"}
    cli.ok("cp", tmp_path / "x", "box:/bind/new")
    assert (tmp_path / "bind/new").read_text() == "x"
    cli.ok("cp", tmp_path / "x", "box:/vol/new")
    assert members_content(cli("cp", "box:/vol", "-").out) == {"vol/new": b"x"}
    assert "mounted volume is marked read-only" in cli.fails("cp", tmp_path / "x", "box:/ro/new").complaint
    assert not (tmp_path / "bind/x").exists()
    cli.ok("rm", "-f", "-v", "box")


@pytest.mark.parametrize("state", STATES)
def test_a_read_only_root_takes_nothing_but_in_volumes(cli, tmp_path, state):
    (tmp_path / "x").write_text("x")
    flags = ["--read-only", "--name", "box", "-v", "/vol", "busybox"]
    if state == "created":
        cli.ok("create", *flags, "true")
    else:
        cli.ok("run", *(["-d"] if state == "running" else []), *flags, *(["sleep", "1000"] if state == "running" else ["true"]))
    failed = cli.fails("cp", tmp_path / "x", "box:/x")
    assert "container rootfs is marked read-only" in failed.complaint
    cli.ok("cp", tmp_path / "x", "box:/vol/x")
    assert members_content(cli("cp", "box:/vol/x", "-").out) == {"x": b"x"}
    cli.ok("rm", "-f", "-v", "box")


def test_what_a_running_one_mounts_itself(cli):
    cli.ok("run", "-d", "--name", "box", "--tmpfs", "/fast", "busybox", "sh", "-c", "echo t >/fast/t; sleep 1000")
    assert eventually(lambda: cli("cp", "box:/fast/t", "-").status == 0 or None)
    assert members_content(cli("cp", "box:/fast", "-").out) == {"fast/t": b"t\n"}
    # The kernel's own files are no part of a copy.
    names = members(cli("cp", "box:/", "-").out)
    assert not [name for name in names if name.lstrip("./").startswith(("proc/", "sys/"))]


# The calls


def test_the_header(api):
    container = api.run(cmd=("sh", "-c", "mkdir -m 1777 /d; echo x >/f; chmod 6755 /f; ln -s d/../f /l; ln -s /no/where /dangling; mkfifo /p; touch -d @1000 /f"))
    api.wait(container)

    def head(path):
        reply = api.request("HEAD", f"/containers/{container}/archive?path={path}")
        assert reply.status == 200, reply
        return stat_of(reply)
    assert head("/f") == {"name": "f", "size": 2, "mode": 0o755 | 1 << 23 | 1 << 22, "mtime": "1970-01-01T00:16:40Z", "linkTarget": ""}
    found = head("/d")
    assert (found["name"], found["mode"]) == ("d", 0o777 | 1 << 31 | 1 << 20)
    found = head("l")
    assert (found["name"], found["linkTarget"], found["mode"]) == ("l", "/f", 0o777 | 1 << 27)
    assert head("/dangling")["linkTarget"] == "/no/where"
    assert head("/p")["mode"] & 1 << 25
    assert head("/")["name"] == "/" and head("/d/.")["name"] == "." and head("/d/")["name"] == "d"
    reply = api.get(f"/containers/{container}/archive?path=/f")
    assert reply.status == 200 and stat_of(reply)["name"] == "f" and reply.headers["Content-Type"] == "application/x-tar"


def test_errors_of_the_calls(api):
    container = api.create()
    for method in ("HEAD", "GET", "PUT"):
        reply = api.request(method, f"/containers/{container}/archive")
        assert reply.status == 400
        assert method == "HEAD" or reply.message == "bad parameter: pathcannot be empty"
        assert api.request(method, f"/containers/{container}/archive?path=/none").status == 404
        assert api.request(method, "/containers/nobody/archive?path=/").status == 404
    reply = api.get(f"/containers/{container}/archive?path=/none")
    assert reply.message == f"Could not find the file /none in container {container}"
    archive = tar(entry("x"))
    reply = api.request("PUT", f"/containers/{container}/archive?path=/etc/passwd", archive)
    assert reply.status == 400 and reply.message == "extraction point is not a directory"
    reply = api.request("PUT", f"/containers/{container}/archive?path=/", archive)
    assert reply.status == 200 and reply.body == b""
    reply = api.request("PUT", f"/containers/{container}/archive?path=/", b"this is no archive" * 100)
    assert reply.status in (400, 500) and "tar" in reply.message
    # Without the flag a directory gives way.
    assert api.request("PUT", f"/containers/{container}/archive?path=/", tar(entry("tmp"))).status == 200


def test_the_call_of_1_6(engine, api):
    old = Api(engine.socket, "v1.18")
    container = api.run(cmd=("sh", "-c", "mkdir /d; echo x >/d/f; ln -s d/f /l"))
    api.wait(container)
    for resource, names in (("/d/f", {"f"}), ("d", {"d", "d/f"}), ("/l", {"f"})):
        reply = old.post(f"/containers/{container}/copy", {"Resource": resource})
        assert reply.status == 200 and reply.headers["Content-Type"] == "application/x-tar"
        assert {name.rstrip("/") for name in members(reply.body)} == names
    reply = old.post(f"/containers/{container}/copy", {"Resource": ""})
    assert reply.status == 400 and b"Path cannot be empty" in reply.body
    reply = old.post(f"/containers/{container}/copy", {"Resource": "/none"})
    assert reply.status == 500 and f"Could not find the file /none in container {container}".encode() in reply.body
    assert old.post("/containers/nobody/copy", {"Resource": "/"}).status == 404
    assert api.post(f"/containers/{container}/copy", {"Resource": "/d"}).status == 404
    assert old.request("HEAD", f"/containers/{container}/archive?path=/").status == 404


def test_events(cli, api):
    container = cli.ok("create", "--name", "box", "busybox", "true")
    since = time.time()
    cli("cp", "box:/etc/passwd", "-")
    cli.ok("cp", "-", "box:/tmp", input=tar(entry("x")))
    filters = json.dumps({"container": [container]}).replace(" ", "")
    lines = api.get(f"/events?since={since:.9f}&until={time.time():.9f}&filters={filters}").body.splitlines()
    assert [json.loads(line)["Action"] for line in lines] == ["archive-path", "extract-to-dir"]


def test_docker_py(py):
    container = py.containers.create("busybox", "true")
    assert container.put_archive("/tmp", tar(folder("d"), entry("d/f", b"hello"))) is True
    stream, stat = container.get_archive("/tmp/d/f")
    assert stat["name"] == "f" and stat["size"] == 5
    assert members_content(b"".join(stream)) == {"f": b"hello"}
    stream, stat = container.get_archive("/tmp/d", encode_stream=True)
    assert members_content(b"".join(stream)) == {"d/f": b"hello"}
    with pytest.raises(docker.errors.NotFound):
        container.get_archive("/none")
    with pytest.raises(docker.errors.NotFound):
        container.put_archive("/none", tar(entry("x")))
