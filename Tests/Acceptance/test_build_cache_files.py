"""What of a file counts for the cache of a COPY: all that a layer would show, and nothing that is left out."""
import tarfile

import pytest

from harness.images import entry, folder, symlink, tar

CAPABILITY = bytes.fromhex("0100000200040000000000000000000000000000")
OTHER = bytes.fromhex("0100000200080000000000000000000000000000")


def capable(value):
    return {"SCHILY.xattr.security.capability": value.decode("utf-8", "surrogateescape")}


def build(building, dockerfile, *entries):
    reply = building.api.post("/build", tar(entry("Dockerfile", dockerfile.encode()), *entries), timeout=60,
                              headers={"Content-Type": "application/x-tar"})
    assert reply.status == 200, reply
    lines = building.lines(reply)
    assert not any("error" in line for line in lines), lines
    stream = "".join(line.get("stream", "") for line in lines)
    return [line["aux"]["ID"] for line in lines if "ID" in (line.get("aux") or {})][-1], "Using cache" in stream


DOCKERFILE = "FROM scratch\nCOPY d /x\n"


@pytest.mark.parametrize("before, after", [
    (entry("d/f", b"text"), entry("d/f", b"tExt")),
    (entry("d/f", b"text"), entry("d/g", b"text")),
    (entry("d/f", b"text"), entry("d/f", b"text", mode=0o755)),
    (entry("d/f", b"text"), entry("d/f", b"text", mode=0o4644)),
    (entry("d/f", b"text"), folder("d/f")),
    (entry("d/f", b"text"), entry("d/f", b"text", pax=capable(CAPABILITY))),
    (entry("d/f", b"text", pax=capable(CAPABILITY)), entry("d/f", b"text", pax=capable(OTHER))),
    (entry("d/f", b""), symlink("d/f", "one")),
    (symlink("d/f", "one"), symlink("d/f", "two")),
    (folder("d/f"), folder("d/f", mode=0o700)),
    (entry("d/f", kind=tarfile.CHRTYPE, device=(1, 3)), entry("d/f", kind=tarfile.CHRTYPE, device=(1, 5))),
], ids=["content", "name", "mode", "setuid", "kind", "capability", "another capability", "link", "target", "folder's mode", "device"])
def test_a_change_makes_a_new_layer(building, before, after):
    """Also of what Docker's classic builder loses: setuid bits, capabilities, and where a link leads that leads nowhere."""
    first, _ = build(building, DOCKERFILE, folder("d"), before)
    assert build(building, DOCKERFILE, folder("d"), before) == (first, True)
    second, cached = build(building, DOCKERFILE, folder("d"), after)
    assert not cached and second != first
    shown, data = building.members(second)["x/" + after[0].name.removeprefix("d/")]
    assert data == after[1]
    assert (shown.type, shown.mode & 0o7777, shown.linkname) == (after[0].type, after[0].mode, after[0].linkname)
    assert (shown.devmajor, shown.devminor) == (after[0].devmajor, after[0].devminor)
    assert shown.pax_headers.get("SCHILY.xattr.security.capability") == \
        after[0].pax_headers.get("SCHILY.xattr.security.capability")


@pytest.mark.parametrize("change", [{"uid": 5}, {"gid": 5}, {"mtime": 1700000000}], ids=lambda change: next(iter(change)))
def test_what_no_layer_shows_does_not_count(building, change):
    """Files of a context are root's, whoever's they were. Docker makes the same layer again for another owner."""
    first, _ = build(building, DOCKERFILE, folder("d"), entry("d/f", b"text"))
    assert build(building, DOCKERFILE, folder("d"), entry("d/f", b"text", **change)) == (first, True)
    assert building.owners(first) == {"x": (0, 0), "x/f": (0, 0)}


def test_an_owner_in_an_archive_makes_a_new_layer(building):
    dockerfile = "FROM scratch\nADD files.tar /x\n"
    made = {owner: build(building, dockerfile, entry("files.tar", tar(entry("f", b"text", uid=owner, gid=owner))))
            for owner in (5, 6)}
    assert not made[6][1] and made[5][0] != made[6][0]
    assert [building.owners(made[owner][0])["x/f"] for owner in (5, 6)] == [(5, 5), (6, 6)]


@pytest.mark.parametrize("flag, other", [("--chown=5", "--chown=6"), ("--chown=5:5", "--chown=5:6"), ("--chmod=600", "--chmod=640")])
def test_owner_and_mode_of_a_copy_make_a_new_layer(building, flag, other):
    first, _ = build(building, f"FROM scratch\nCOPY {flag} f /x\n", entry("f", b"text"))
    assert build(building, f"FROM scratch\nCOPY {flag} f /x\n", entry("f", b"text")) == (first, True)
    second, cached = build(building, f"FROM scratch\nCOPY {other} f /x\n", entry("f", b"text"))
    assert not cached and second != first


def test_what_is_left_out_does_not_count(cli, building, tmp_path):
    for name, text in {"Dockerfile": "FROM busybox\nCOPY . /x\n", ".dockerignore": "*.log\n.git\nDockerfile\n",
                       "kept": "1", "a.log": "1", ".git/HEAD": "1"}.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)

    def built():
        text = cli.ok("build", tmp_path, timeout=60)
        return text.splitlines()[-1], "Using cache" in text
    first, cached = built()
    assert not cached
    (tmp_path / "a.log").write_text("2")
    (tmp_path / "b.log").write_text("2")
    (tmp_path / ".git" / "HEAD").write_text("2")
    (tmp_path / ".git" / "index").write_text("2")
    (tmp_path / "Dockerfile").write_text("# said otherwise\nFROM busybox\nCOPY . /x\n")
    assert built() == (first, True)
    (tmp_path / "kept").write_text("2")
    second, cached = built()
    assert not cached and second != first
