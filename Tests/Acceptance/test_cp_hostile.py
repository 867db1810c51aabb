"""Containers that want `docker cp` to read or write elsewhere, and copies that are cut short."""
import io
import os
import socket
import tarfile
import threading
import time

import pytest

from harness.images import entry, folder, hardlink, symlink, tar
from harness.waiting import eventually
from test_full_disk import Filler, small, says_why  # noqa: F401


def members_content(data):
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        return {member.name: archive.extractfile(member).read() for member in archive if member.isreg()}


@pytest.fixture
def secret():
    """A file of the host's, in a place that a container's links can name."""
    path = f"/var/tmp/mt-secret-{os.getpid()}"
    os.makedirs(path)
    with open(path + "/file", "w") as file:
        file.write("the host's")
    yield path
    assert sorted(os.listdir(path)) == ["file"] and open(path + "/file").read() == "the host's"
    os.remove(path + "/file")
    os.rmdir(path)


@pytest.mark.parametrize("running", [False, True])
def test_links_stay_inside(cli, secret, running, tmp_path):
    links = f"ln -s {secret} /abs; ln -s ../../../../../..{secret} /rel; ln -s {secret}/file /file; ln -s /proc/1/root /root1"
    command = ["sh", "-c", links + ("; sleep 1000" if running else "")]
    cli.ok("run", *(["-d"] if running else []), "--name", "box", "busybox", *command)
    eventually(lambda: cli("cp", "box:/root1", "-").status == 0 or None)
    for path in ("/abs/file", "/rel/file", "/abs/.", "/rel/"):
        cli.fails("cp", f"box:{path}", "-")
    cli.fails("cp", "-L", "box:/file", tmp_path / "x")
    (tmp_path / "new").write_text("new")
    for path in ("/abs", "/rel", "/abs/x", "/file"):
        cli("cp", tmp_path / "new", f"box:{path}")
    for path in ("/abs", "/rel"):
        cli("cp", "-", f"box:{path}", input=tar(entry("evil", b"x")))


def test_archives_stay_inside(cli, secret):
    cli.ok("create", "--name", "box", "busybox", "true")
    for archive in (tar(entry("../../../../../../.." + secret + "/evil", b"x")), tar(hardlink("h", "../../../../../.." + secret + "/file"))):
        assert "tar" in cli.fails("cp", "-", "box:/tmp", input=archive).complaint
    # A link and then a file through it: inside.
    cli.ok("cp", "-", "box:/", input=tar(folder(secret[1:]), symlink("out", secret), entry("out/evil", b"x")))
    assert members_content(cli("cp", f"box:{secret}/evil", "-").out) == {"evil": b"x"}


def test_an_archive_of_a_hostile_engine_stays_inside(ours, secret, tmp_path):
    """What the client unpacks: the archive is the container's word."""
    os.mkdir(tmp_path / "target")
    os.symlink(secret, tmp_path / "target/link")
    ours.ok("create", "--name", "box", "busybox", "true")
    ours.ok("cp", "-", "box:/tmp", input=tar(folder("d"), folder("d/link"), entry("d/link/file", b"evil")))
    assert "cannot overwrite non-directory" in ours.fails("cp", "box:/tmp/d/.", tmp_path / "target").complaint


def swapping(cli, secret):
    """A container that makes a name a folder, then a link to the host's folder, and so on (CVE-2018-15664)."""
    script = (f"mkdir -p /stash{secret} /x; echo inner >/stash{secret}/file; mkdir -p {secret}; echo inside >{secret}/file; "
              f"mkdir /real; echo inner >/real/file; echo up >/up; "
              f"while :; do ln -sfn {secret} /x/n 2>/dev/null; rm -rf /x/n; mkdir /x/n; echo inner >/x/n/file; rm -rf /x/n; done")
    cli.ok("run", "-d", "--name", "box", "busybox", "sh", "-c", script)
    eventually(lambda: cli("exec", "box", "test", "-e", "/up").status == 0)


def test_a_racing_container_gains_nothing(cli, api, secret):
    swapping(cli, secret)
    archive = tar(folder("d"), entry("d/evil", b"x"))
    end = time.monotonic() + 6
    seen = set()
    while time.monotonic() < end:
        reply = api.get("/containers/box/archive?path=/x/n/file")
        if reply.status == 200:
            seen |= set(members_content(reply.body).values())
        reply = api.get("/containers/box/archive?path=/x")
        assert reply.status == 200
        for content in members_content(reply.body).values():
            seen.add(content)
        api.request("PUT", "/containers/box/archive?path=/x/n", archive)
    # The container's own, through the link: its root is the only one there is.
    # `x` is what was put there just now.
    assert seen <= {b"inner\n", b"inside\n", b"", b"x"}
    cli.ok("rm", "-f", "box")


def test_programs_and_libraries_of_the_container_are_not_run(cli):
    """CVE-2019-14271: an image's libnss must not come into a process of the host's."""
    names = [f"lib/x86_64-linux-gnu/libnss_{name}.so.2" for name in ("files", "dns", "compat")] + ["usr/bin/tar", "bin/xz", "usr/bin/unpigz"]
    bad = b"#!/bin/sh\ntouch /var/tmp/mt-was-run\n"
    cli.ok("create", "--name", "box", "-u", "nobody", "busybox", "true")
    cli.ok("cp", "-", "box:/", input=tar(*[entry(name, bad, mode=0o755) for name in names]))
    cli.ok("cp", "-a", "-", "box:/tmp", input=tar(entry("x", b"y")))
    cli("cp", "box:/tmp/x", "-")
    assert not os.path.exists("/var/tmp/mt-was-run")


def test_devices_are_not_opened(cli, api):
    """A name that is a file and then a device: it must not be read."""
    cli.ok("run", "-d", "--name", "box", "busybox", "sh", "-c",
           "mkdir /x; touch /up; while :; do rm -f /x/n; echo file >/x/n; rm -f /x/n; mknod /x/n c 1 8; done")
    eventually(lambda: cli("exec", "box", "test", "-e", "/up").status == 0)
    end = time.monotonic() + 3
    while time.monotonic() < end:
        reply = api.get("/containers/box/archive?path=/x")
        assert reply.status == 200
        assert set(members_content(reply.body).values()) <= {b"file\n", b""}
    cli.ok("rm", "-f", "box")


# Cut short


@pytest.mark.parametrize("running", [False, True])
def test_a_client_that_leaves_while_it_reads(api, running):
    container = api.run(cmd=("sh", "-c", "dd if=/dev/zero of=/big bs=1M count=64" + ("; sleep 1000" if running else "")))
    if not running:
        api.wait(container)
    eventually(lambda: api.request("HEAD", f"/containers/{container}/archive?path=/big").status == 200)
    connection, reply = api.open("GET", f"/containers/{container}/archive?path=/big")
    assert reply.status == 200 and len(reply.read(1000)) == 1000
    connection.close()
    # Nothing holds it any more.
    assert api.delete(f"/containers/{container}?force=1").status == 204


@pytest.mark.parametrize("running", [False, True])
def test_a_client_that_leaves_while_it_writes(api, running):
    container = api.run(cmd=("sleep", "1000")) if running else api.create()
    archive = tar(entry("whole", b"1" * 1000), entry("cut", b"2" * 8_000_000))
    connection = socket.socket(socket.AF_UNIX)
    connection.connect(api.path)
    head = f"PUT /v1.50/containers/{container}/archive?path=/tmp HTTP/1.1\r\nHost: x\r\nContent-Length: {len(archive)}\r\n\r\n"
    connection.sendall(head.encode() + archive[:4_000_000])
    eventually(lambda: api.get(f"/containers/{container}/archive?path=/tmp/whole").status == 200 if running else True)
    connection.close()
    reply = eventually(lambda: api.get(f"/containers/{container}/archive?path=/tmp"))
    assert "tmp/whole" in members_content(reply.body)
    # Half a file is none.
    assert "tmp/cut" not in members_content(reply.body)
    assert api.delete(f"/containers/{container}?force=1").status == 204


def test_no_room(small):  # noqa: F811
    container = small.api.run(cmd=("sleep", "1000"))
    with Filler(small):
        reply = small.api.request("PUT", f"/containers/{container}/archive?path=/tmp", tar(entry("big", os.urandom(4_000_000))))
        assert reply.status == 500 and says_why(reply)
        assert small.api.get(f"/containers/{container}/archive?path=/tmp/big").status == 404
    assert small.api.request("PUT", f"/containers/{container}/archive?path=/tmp", tar(entry("big", b"x"))).status == 200


def test_kill_in_the_middle(new_engine):
    engine = new_engine()
    stopped, running = engine.api.create(), engine.api.run(cmd=("sleep", "1000"))
    archive = tar(*[entry(f"f{number}", os.urandom(100_000)) for number in range(100)])
    for container in (stopped, running):
        for delay in (0.01, 0.03, 0.06):
            def put():
                try:
                    engine.api.request("PUT", f"/containers/{container}/archive?path=/tmp", archive)
                except OSError:
                    pass
            thread = threading.Thread(target=put)
            thread.start()
            time.sleep(delay)
            engine.kill()
            thread.join()
            engine.start()
            reply = engine.api.get(f"/containers/{container}/archive?path=/tmp")
            sizes = {len(data) for data in members_content(reply.body).values()}
            assert sizes <= {100_000}
    engine.api.start(stopped)  # it is not held by what was cut off
    assert engine.api.inspect(running)["State"]["Running"]
