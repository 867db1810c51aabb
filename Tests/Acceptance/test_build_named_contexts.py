"""`docker build --build-context`: folders, archives, images and repositories beside the main context, by name."""
import json
import os
import struct
import subprocess
from urllib.parse import quote

import pytest

from harness.images import entry, symlink, tar
from test_build_context_remote import repository, server  # noqa: F401


@pytest.fixture
def build(building, ours, tmp_path):
    """A function that writes a Dockerfile and builds it with our client; what the commands printed."""
    main = tmp_path / "main"
    main.mkdir()

    def run(dockerfile, *words, fails=False, timeout=60):
        (main / "Dockerfile").write_text(dockerfile)
        result = ours("build", *words, main, timeout=timeout)
        assert (result.status != 0) == fails, result
        return result.complaint if fails else result.text
    run.main = main
    return run


@pytest.fixture
def src(tmp_path):
    """A folder that is no main context."""
    path = tmp_path / "src"
    path.mkdir()
    for name, text in {"a": "of src\n", "in/b": "deeper\n", "left/out": "", ".dockerignore": "left\n"}.items():
        (path / name).parent.mkdir(exist_ok=True)
        (path / name).write_text(text)
    os.symlink("/etc", path / "etc")
    return path


def frames(*contexts):
    parts = []
    for data in contexts:
        for start in range(0, len(data), 100_000):
            piece = data[start:start + 100_000]
            parts.append(struct.pack(">I", len(piece)) + piece)
        parts.append(struct.pack(">I", 0))
    return b"".join(parts)


def post(building, body, *names, query=""):
    contexts = quote(json.dumps([{"Name": name} for name in names]))
    reply = building.api.post(f"/build?contexts={contexts}{query}", body, headers={"Content-Type": "application/x-tar"}, timeout=60)
    return reply.text


def test_files_of_a_folder(build, src):
    (build.main / "own").write_text("of main\n")
    text = build("FROM busybox\nCOPY --from=src a in /c/\nCOPY own /c/\nRUN cd /c && ls && cat a own b\n"
                 "RUN --mount=from=src,target=/m cd /m && find . | sort && cat in/b\n"
                 "RUN --mount=from=src,source=in,target=/m,rw echo more >> /m/b && cat /m/b\n", "--build-context", f"src={src}",
                 "--no-cache")
    assert "a\nb\nown\nof src\nof main\ndeeper\n" in text
    assert ".\n./.dockerignore\n./a\n./etc\n./in\n./in/b\ndeeper\n" in text and "deeper\nmore\n" in text
    assert (src / "in" / "b").read_text() == "deeper\n"


def test_links_stay_inside(build, src):
    text = build("FROM busybox\nCOPY --from=src etc/passwd /p\n", "--build-context", f"src={src}", fails=True)
    assert "not found" in text
    text = build("FROM busybox\nRUN --mount=from=src,source=etc/passwd,target=/m cat /m\n", "--build-context", f"src={src}", fails=True)
    assert "failed to mount etc/passwd" in text and "root:" not in text
    assert "not found" in build("FROM busybox\nCOPY --from=src left/out /p\n", "--build-context", f"src={src}", fails=True)


def test_a_stage_begins_with_a_folder(build, src, building):
    (src / "etc").unlink()
    build("FROM src AS one\nCOPY --from=busybox /bin/busybox /bin/busybox\nRUN [\"/bin/busybox\", \"cat\", \"/a\"]\n"
          "FROM scratch\nCOPY --from=one /a /in /\n", "--build-context", f"src={src}", "-t", "made:1")
    assert building.files("made:1") == {"a": b"of src\n", "b": b"deeper\n"}
    assert set(building.owners("made:1").values()) == {(0, 0)}


def test_the_cache_knows_the_contents(build, src):
    steps = "FROM busybox\nCOPY --from=src a /a\nRUN --mount=from=src,source=in,target=/m cat /m/b\nFROM src\nCOPY --from=0 /a /copy\n"
    words = ["--build-context", f"src={src}"]
    build(steps, *words)
    assert build(steps, *words).count("Using cache") == 4
    os.utime(src / "a", (1, 1))
    (src / "left" / "out").write_text("not sent")
    assert build(steps, *words).count("Using cache") == 4
    (src / "in" / "b").write_text("changed\n")
    text = build(steps, *words)
    # The copy of `a` is the same, all else is not.
    assert text.count("Using cache") == 1 and "changed\n" in text
    (src / "a").write_text("changed too\n")
    assert build(steps, *words).count("Using cache") == 0


def test_a_context_counts_more_than_a_stage_or_an_image(build, src, building):
    stage = "FROM busybox AS tools\nRUN exit 1\nFROM busybox\nCOPY --from=tools a /made\nRUN cat /made\n"
    assert "of src\n" in build(stage, "--build-context", f"tools={src}", "--no-cache")
    image = "FROM nowhere.example/none:1\nCOPY --from=busybox:none a /made\nRUN cat /made; echo in busybox\n"
    text = build(image, "--build-context", "nowhere.example/none:1=docker-image://busybox", "--build-context", f"busybox:none={src}",
                 "--no-cache")
    assert "of src\n" in text and "in busybox" in text
    assert build("FROM docker.io/library/nothing\nCOPY a /a\n", "--build-context", f"nothing:latest={src}", fails=True)
    build("FROM docker.io/library/nothing\nENV a=b\n", "--build-context", f"nothing:latest={src}", "-t", "made:2")
    assert building.files("made:2")["in/b"] == b"deeper\n"


def test_archives(build, server, tmp_path):
    (tmp_path / "x.tar").write_bytes(tar(entry("f", b"of an archive\n")))
    subprocess.run(["gzip", "-k", tmp_path / "x.tar"], check=True)
    server.answers["/x.tar.gz"] = ("application/gzip", (tmp_path / "x.tar.gz").read_bytes())
    server.answers["/text"] = ("text/plain", b"FROM busybox\n")
    for place in [tmp_path / "x.tar", tmp_path / "x.tar.gz", server.url + "/x.tar.gz"]:
        assert "of an archive" in build("FROM busybox\nCOPY --from=x f /\nRUN cat /f\n", "--build-context", f"x={place}", "--no-cache")
    use = "FROM busybox\nCOPY --from=x f /\n"
    assert "context x: error downloading remote context" in build(use, "--build-context", f"x={server.url}/none", fails=True)
    assert "the context x is no archive" in build(use, "--build-context", f"x={server.url}/text", fails=True)


def test_a_repository(build, repository):
    text = build("FROM busybox\nRUN --mount=from=repo,target=/r ls -a /r\n", "--build-context", f"repo={repository}", "--no-cache")
    # An ignore file is for who sends; what is in a repository is taken as it is.
    assert "secret" in text and "sub" in text


def test_other_main_contexts(build, ours, src, server, tmp_path):
    steps = b"FROM busybox\nCOPY --from=src a /\nRUN cat /a && ls /c || echo nothing\n"
    more = ["--build-context", f"src={src}", "--no-cache"]
    assert "of src" in ours.ok("build", *more, "-", input=steps, timeout=60)
    assert "of src" in ours.ok("build", *more, "-", input=tar(entry("Dockerfile", steps)), timeout=60)
    server.answers["/main.tar"] = ("application/x-tar", tar(entry("Dockerfile", steps)))
    assert "of src" in ours.ok("build", *more, server.url + "/main.tar", timeout=60)
    (build.main / "big").write_bytes(os.urandom(3 << 20))
    text = build("FROM busybox\nCOPY big /\nCOPY --from=src a /\nRUN sha256sum /big && cat /a\n", *more)
    digest = subprocess.run(["sha256sum", build.main / "big"], stdout=subprocess.PIPE, check=True).stdout.split()[0].decode()
    assert digest in text and "of src" in text


def test_hostile_bodies(building):
    main = tar(entry("Dockerfile", b"FROM busybox\nCOPY --from=x . /c\nRUN find /c\n"))
    assert "/c/f" in post(building, frames(main, tar(entry("f", b"1"))), "x", query="&nocache=1")
    post(building, frames(main, tar(symlink("up", "/"), entry("up/secret", b"1"))), "x")
    assert not os.path.exists("/secret")
    assert "Successfully" not in post(building, frames(main, tar(entry("../f", b"1"))), "x")
    for body in [b"", b"\0", frames(main), frames(main)[:-2], frames(main, tar(entry("f", b"1")))[:-600], main]:
        text = post(building, body, "x")
        assert '"message"' in text and "Successfully" not in text, text
    many = [f"n{number}" for number in range(101)]
    twice = frames(main, tar(entry("f", b"1")), tar(entry("f", b"2")))
    assert "given twice" in post(building, twice, "x", "x") and "given twice" in post(building, twice, "a", "docker.io/library/a:latest")
    assert "100 named contexts at most" in post(building, frames(main, *[b""] * 101), *many)
    assert os.listdir(f"{building.engine.root}/contexts") == []


def test_what_is_no_context(build, tmp_path):
    (tmp_path / "text").write_text("no archive")
    for word, complaint in [
            ("x", "expected key=value"), ("A=.", "invalid context name"), ("x=/no/where", "no such file"),
            (f"x={tmp_path}/text", "neither a folder nor an archive"), ("x=oci-layout:///x", "not supported"),
            ("x=docker-image://nowhere.invalid/none", "nowhere.invalid")]:
        assert complaint in build("FROM busybox\nCOPY --from=x a /\n", "--build-context", word, fails=True)
