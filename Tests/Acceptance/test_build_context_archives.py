"""Contexts that come as archives: `POST /build` with a body, whatever made it."""
import bz2
import gzip
import lzma
import os
import re
import socket
import subprocess
import tarfile

import pytest

from harness.images import entry, folder, hardlink, symlink, tar
from harness.waiting import eventually

DOCKERFILE = entry("Dockerfile", b"FROM busybox\nCOPY . /context\nRUN find /context | sort && cat /context/x\n")


def build(api, body, query="", headers=None):
    return api.post("/build?nocache=1&rm=1" + query, body, headers={"Content-Type": "application/x-tar"} | (headers or {}),
                    timeout=120)


def built(reply):
    assert reply.status == 200 and b'"errorDetail"' not in reply.body, reply.text[-2000:]
    return reply.text


def refused(reply):
    assert reply.status >= 400 or b'"errorDetail"' in reply.body, reply.text[-2000:]
    return reply.text


def contexts(engine):
    path = engine.root + "/contexts"
    return os.listdir(path) if os.path.isdir(path) else []


@pytest.fixture
def clean(engine):
    """Afterwards no build's files are left."""
    yield
    eventually(lambda: not contexts(engine), what="the contexts are gone")


pytestmark = pytest.mark.usefixtures("clean")


@pytest.mark.parametrize("pack", [
    lambda data: data, gzip.compress, bz2.compress, lzma.compress,
    lambda data: subprocess.run(["zstd", "-q", "-c"], input=data, stdout=subprocess.PIPE, check=True).stdout,
], ids=["plain", "gzip", "bzip2", "xz", "zstd"])
def test_archives_of_every_compression(api, pack):
    text = built(build(api, pack(tar(DOCKERFILE, entry("x", b"content of x\n"), folder("d"), entry("d/y")))))
    assert "content of x" in text and "/context/d/y" in text


def test_a_dockerfile_by_itself(api):
    assert "Successfully built" in built(build(api, b"FROM busybox\nRUN true\n"))


@pytest.mark.parametrize("name", ["sub/F", "/sub/F", "./sub/../sub/F"])
def test_the_dockerfile_lies_anywhere(api, name):
    body = tar(folder("sub"), entry("sub/F", b"FROM busybox\nRUN echo from sub\n"), entry("Dockerfile", b"FROM none"))
    assert "from sub" in built(build(api, body, "&dockerfile=" + name))


def test_a_missing_dockerfile_is_named(api):
    assert "Cannot locate specified Dockerfile: Dockerfile" in refused(build(api, tar(entry("x"))))
    assert "Cannot locate specified Dockerfile: no/F" in refused(build(api, tar(DOCKERFILE), "&dockerfile=no/F"))
    assert "cannot be empty" in refused(build(api, tar(entry("Dockerfile"))))


def test_what_is_ignored_is_not_copied(api):
    ignore = entry(".dockerignore", b"*\n!x\n")
    text = built(build(api, tar(DOCKERFILE, ignore, entry("x", b"kept"))))
    assert "/context/x" in text and "/context/Dockerfile" not in text and ".dockerignore" not in text


def test_owners_are_root_and_modes_are_kept(api):
    dockerfile = entry("Dockerfile", b"FROM busybox\nCOPY x /x\nRUN ls -ln /x\n")
    text = built(build(api, tar(dockerfile, entry("x", b"1", mode=0o751, uid=1234, gid=4321))))
    assert re.search("-rwxr-x--x +1 0 +0 ", text), text


# What has led out of contexts in other builders.
HOSTILE = {
    "CVE-2014-6407 dots": ([entry("../../out", b"evil")], "outside of the root"),
    "CVE-2014-6407 dots inside": ([entry("a/../../../out", b"evil")], "outside of the root"),
    "CVE-2014-9356 hard link out": ([hardlink("h", "../../../etc/passwd")], "invalid hardlink"),
    "CVE-2014-9356 absolute hard link": ([hardlink("h", "/etc/passwd")], "invalid hardlink"),
    "CVE-2018-15664 through a link": ([symlink("l", "/tmp"), entry("l/evil-of-a-build", b"evil")], ""),
    "CVE-2021-41091 through links": ([symlink("a", "../../.."), symlink("a/b", "/etc"), entry("a/b/evil-of-a-build")], ""),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_members_that_would_leave(api, name):
    members, words = HOSTILE[name]
    text = build(api, tar(DOCKERFILE, entry("x", b"x"), *members)).text
    assert words in text
    for path in ["/out", "/tmp/evil-of-a-build", "/etc/evil-of-a-build", "/tmp/out"]:
        assert not os.path.lexists(path)


@pytest.mark.parametrize("target", ["/etc/shadow", "../../../../../../../etc/shadow", "/proc/self/environ"])
def test_links_out_show_nothing_of_the_host(api, target):
    text = refused(build(api, tar(symlink("Dockerfile", target))))
    assert "root:" not in text and "PATH=" not in text
    copied = entry("Dockerfile", b"FROM busybox\nCOPY l /got\nRUN cat /got\n")
    text = build(api, tar(copied, symlink("l", target))).text
    assert "root:" not in text.replace("root:x:", "") and "PATH=/usr" not in text


def test_devices_are_not_read(api):
    """A block device with the numbers of the host's disk, as Dockerfile and as a file to copy."""
    number = os.stat("/").st_dev
    device = entry("Dockerfile", kind=tarfile.BLKTYPE, device=(os.major(number), os.minor(number)))
    assert "is not a file" in refused(build(api, tar(device)))
    pipe = entry("Dockerfile", kind=tarfile.FIFOTYPE)
    assert "is not a file" in refused(build(api, tar(pipe)))


def test_broken_archives(api):
    whole = gzip.compress(tar(DOCKERFILE, entry("x", os.urandom(100_000))))
    assert refused(build(api, whole[:-1000]))
    assert refused(build(api, b"\x01" * 5000))


def send_half(engine, size=64 << 20):
    """The beginning of a context, on a connection that stays open."""
    connection = socket.socket(socket.AF_UNIX)
    connection.connect(engine.api.path)
    large = tarfile.TarInfo("large")
    large.size = size
    part = tar(DOCKERFILE)[:-1024] + large.tobuf() + bytes(1 << 20)
    head = f"POST /v1.50/build HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-tar\r\nContent-Length: {size * 2}\r\n\r\n"
    connection.sendall(head.encode() + part)
    return connection


def test_a_client_that_leaves_takes_its_context_along(engine):
    connection = send_half(engine)
    eventually(lambda: contexts(engine), what="the context is there")
    connection.close()
    eventually(lambda: not contexts(engine), what="the context is gone")


def test_a_crash_leaves_nothing_for_long(new_engine):
    engine = new_engine(busybox=False)
    connection = send_half(engine)
    eventually(lambda: contexts(engine), what="the context is there")
    engine.kill()
    connection.close()
    assert contexts(engine)
    engine.start()
    eventually(lambda: not contexts(engine), what="the context is gone")


def resident(engine, field):
    with open(f"/proc/{engine.pid}/status") as file:
        return next(int(line.split()[1]) for line in file if line.startswith(field + ":"))


def many(count, size):
    """A context of many files, piece by piece."""
    dockerfile = b"FROM scratch\nCOPY d/f0 /\n"
    yield tar(entry("Dockerfile", dockerfile))[:1024]
    content = os.urandom(size)
    for number in range(count):
        member = tarfile.TarInfo(f"d{number % 100}/f{number}")
        member.size = size
        yield member.tobuf() + content + bytes(-size % 512)
    yield bytes(1024)


def test_a_large_context_needs_little_memory(new_engine):
    """20,000 files, 500 MB: at most 50 MiB more than before."""
    engine = new_engine()
    built(build(engine.api, tar(entry("Dockerfile", b"FROM scratch\nCOPY x /\n"), entry("x"))))
    with open(f"/proc/{engine.pid}/clear_refs", "w") as file:
        file.write("5")
    before = resident(engine, "VmRSS")
    reply = engine.api.request(
        "POST", "/build", many(20_000, 25_000),
        headers={"Content-Type": "application/x-tar", "Transfer-Encoding": "chunked"}, timeout=300)
    assert b"d/f0" in reply.body
    assert resident(engine, "VmHWM") - before < 50 << 10
