"""Archives that mean harm: an error or a harmless result, nothing outside, nothing left."""
import gzip
import json
import os
import tarfile

import pytest

from harness import host, images
from harness.images import entry, folder, hardlink, symlink
from test_images import failed, import_tar, only_busybox  # noqa: F401


def victim(tmp_path):
    target = tmp_path / "victim"
    target.mkdir()
    (target / "file").write_text("mine")
    return target


@pytest.mark.parametrize("make", [
    lambda v: [entry("../../../../../../../.." + f"{v}/evil", b"x")],
    lambda v: [entry(f"{v}/evil", b"x")],
    lambda v: [symlink("link", str(v)), entry("link/evil", b"x")],
    lambda v: [symlink("link", "../../../../../../../../../.." + str(v)), entry("link/evil", b"x")],
    lambda v: [symlink("a", "b"), symlink("b", str(v)), entry("a/evil", b"x")],
    lambda v: [hardlink("stolen", str(v / "file")), entry("stolen", b"overwritten")],
    lambda v: [hardlink("stolen", "../../../../../../../../../.." + str(v / "file"))],
    lambda v: [symlink("link", str(v)), hardlink("stolen", "link/file")],
    lambda v: [folder("d"), symlink("d", str(v)), entry("d/evil", b"x")],
    lambda v: [symlink("link", str(v)), entry("link/.wh.file")],
    lambda v: [symlink("link", str(v)), entry("link/.wh..wh..opq")],
    lambda v: [entry(".wh..", b""), entry(".wh.", b"")],
], ids=["dots", "absolute", "symlink", "symlink-dots", "chain", "hardlink", "hardlink-dots", "hardlink-through", "swap",
        "whiteout", "opaque", "whiteout-dots"])
def test_nothing_outside_is_touched(api, engine, tmp_path, make):
    target = victim(tmp_path)
    reply = import_tar(api, images.tar(*make(target)), "repo=evil")
    assert sorted(path.name for path in target.iterdir()) == ["file"] and (target / "file").read_text() == "mine"
    assert os.stat(target / "file").st_nlink == 1
    # The layer itself holds nothing that points outside either.
    if not failed(reply):
        api.post(f"/containers/{api.create(image='evil', cmd=('/x',))}/start")
        assert sorted(path.name for path in target.iterdir()) == ["file"]


@pytest.mark.parametrize("name, data", [
    ("truncated tar", images.tar(entry("f", b"x" * 5000))[:2000]),
    ("truncated gzip", gzip.compress(os.urandom(100_000))[:50_000]),
    ("noise", b"\xff\x13\x37" * 3000),
    ("text", b"this is no tar at all"),
    ("bad sum", b"x" + images.tar(entry("f", b"x"))[1:]),
    ("huge size", images.tar(entry("f", b"x"))[:124] + b"77777777777\0" + images.tar(entry("f", b"x"))[136:]),
], ids=lambda value: value if isinstance(value, str) else "")
def test_broken_archives_are_errors(api, name, data):
    reply = import_tar(api, data, "repo=broken")
    assert failed(reply), reply
    assert api.get("/images/broken/json").status == 404
    assert api.get("/_ping", version="").status == 200


def test_a_bomb_of_zeros_needs_no_memory(api, engine):
    before = host.private_kib(engine.pid)
    data = gzip.compress(images.tar(entry("zeros", bytes(200 << 20))))
    assert not failed(import_tar(api, data, "repo=zeros"))
    assert host.private_kib(engine.pid) - before < 120_000


def test_very_many_entries(api, engine):
    count = int(os.environ.get("ENTRIES", "20000"))
    # Written by hand: half a gigabyte, of which only a name and a sum change.
    head = bytearray(tarfile.TarInfo("x").tobuf(tarfile.USTAR_FORMAT))

    def archive():
        block = bytearray()
        for number in range(count):
            head[:100] = f"d{number % 100}/f{number}".encode().ljust(100, b"\0")
            head[148:156] = b" " * 8
            head[148:156] = b"%06o\0 " % sum(head)
            block += head
            if len(block) >= 1 << 20:
                yield bytes(block)
                block.clear()
        yield bytes(block) + bytes(1024)

    before = host.private_kib(engine.pid)
    reply = api.request("POST", "/images/create?fromSrc=-&repo=many", archive(), timeout=600,
                        headers={"Content-Type": "application/x-tar", "Transfer-Encoding": "chunked"})
    assert not failed(reply), reply
    assert host.private_kib(engine.pid) - before < 300_000
    out = api.output(image="busybox", cmd=("true",))
    assert out[0] == 0


def test_deep_and_long_names(api):
    data = images.tar(entry("/".join(["d" * 50] * 70) + "/f", b"x"))
    reply = import_tar(api, data, "repo=deep")
    assert reply.status < 500 or "too long" in reply.message
    long = import_tar(api, images.tar(entry("n" * 300, b"x")), "repo=long")
    assert failed(long)


@pytest.mark.parametrize("spoil", [
    lambda a: a.replace(b'"Layers": ["', b'"Layers": ["../'),
    lambda a: a[: len(a) // 2],
    lambda a: images.tar(entry("manifest.json", b"{not json")),
    lambda a: images.tar(entry("manifest.json", b'[{"Config":"../../etc/passwd","RepoTags":["e:1"],"Layers":[]}]')),
    lambda a: images.tar(entry("unrelated", b"x")),
])
def test_broken_loads_are_errors(api, spoil):
    archive = images.docker_archive("bad:1", [images.tar(entry("f", b"x"))])
    reply = api.post("/images/load", spoil(archive), headers={"Content-Type": "application/x-tar"})
    assert failed(reply), reply
    assert api.get("/images/bad:1/json").status == 404


def test_a_layer_that_is_not_what_the_config_says(api):
    layer, other = images.tar(entry("f", b"x")), images.tar(entry("f", b"y"))
    image = images.config([other])
    archive = images.tar(entry("layer.tar", layer), entry("c.json", image), entry(
        "manifest.json", json.dumps([{"Config": "c.json", "RepoTags": ["lie:1"], "Layers": ["layer.tar"]}]).encode()))
    assert failed(api.post("/images/load", archive, headers={"Content-Type": "application/x-tar"}))
    assert api.get("/images/lie:1/json").status == 404
