"""`docker build --output`: what a build gives back instead of an image in the engine, or beside it."""
import io
import json
import os
import signal
import stat
import subprocess
import tarfile
import time

import pytest

from harness.peers import DockerIO, Podman
from harness.waiting import eventually
from test_build_crash import begin
from test_pull import registry  # noqa: F401

FILES = ("FROM busybox AS tools\nRUN mkdir -p /made/in && cd /made && echo text > file && chown 1:2 file && chmod 4750 file && ln file hard"
         " && ln -s ../file in/link && mkfifo pipe\nFROM scratch\nCOPY --from=tools /made /\nCOPY own /own\n")


@pytest.fixture
def folder(building, tmp_path):
    """A context; its images go at the end."""
    path = tmp_path / "context"
    path.mkdir()
    (path / "Dockerfile").write_text(FILES)
    (path / "own").write_text("of the context\n")
    return path


def names(api):
    return sorted(name for image in api.get("/images/json?all=1").json for name in image["RepoTags"] or [] if "<none>" not in name)


def digests(layout):
    """Names of the layers and the configuration that an image layout has."""
    index = json.load(open(f"{layout}/index.json"))
    blob = lambda digest: open(f"{layout}/blobs/{digest.replace(':', '/')}", "rb").read()
    manifest = json.loads(blob(index["manifests"][0]["digest"]))
    return manifest["config"]["digest"], [layer["digest"] for layer in manifest["layers"]], index["manifests"][0]["digest"]


def test_a_folder(ours, folder, tmp_path, api):
    out, before = tmp_path / "out", names(api)
    ours.ok("build", "-o", out, "-t", "unused", folder, timeout=60)
    assert sorted(os.listdir(out)) == ["file", "hard", "in", "own", "pipe"] and names(api) == before
    assert (out / "file").read_text() == "text\n" and (out / "own").read_text() == "of the context\n"
    info = os.stat(out / "file")
    # As with buildx, everything is the user's own.
    assert (stat.S_IMODE(info.st_mode), info.st_uid, info.st_gid, info.st_nlink) == (0o4750, os.getuid(), os.getgid(), 2)
    assert os.readlink(out / "in" / "link") == "../file" and stat.S_ISFIFO(os.stat(out / "pipe").st_mode)
    # What is there and not of the image stays.
    (out / "mine").write_text("kept")
    (out / "own").write_text("changed")
    ours.ok("build", "--output", f"type=local,dest={out}", folder)
    assert (out / "mine").read_text() == "kept" and (out / "own").read_text() == "of the context\n"


def test_a_folder_through_links(ours, folder, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (tmp_path / "link").symlink_to("elsewhere")
    ours.ok("build", "-o", tmp_path / "link" / "out", folder, timeout=60)
    assert (elsewhere / "out" / "own").exists()
    # A link within is no way out: it is in the place of a folder of the image.
    (elsewhere / "out" / "in" / "link").unlink()
    (elsewhere / "out" / "in").rmdir()
    (elsewhere / "out" / "in").symlink_to("../target")
    (elsewhere / "target").mkdir()
    assert "cannot overwrite" in ours.fails("build", "-o", tmp_path / "link" / "out", folder).complaint
    assert os.listdir(elsewhere / "target") == []


def test_a_tar(ours, folder, tmp_path):
    written = ours("build", "-o", "-", folder, timeout=60)
    assert written.status == 0, written
    with tarfile.open(fileobj=io.BytesIO(written.out)) as archive:
        assert archive.extractfile("own").read() == b"of the context\n" and archive.getmember("file").uid == 1
    ours.ok("build", "-o", f"type=tar,dest={tmp_path}/out.tar", folder)
    assert (tmp_path / "out.tar").read_bytes() == written.out


def test_a_layout_that_others_read(ours, folder, tmp_path, building):
    out = tmp_path / "out.tar"
    before = names(building.api)
    ours.ok("build", "-o", f"type=oci,dest={out},name=made:1", "--metadata-file", tmp_path / "meta", folder, timeout=60)
    assert names(building.api) == before
    layout = tmp_path / "layout"
    layout.mkdir()
    subprocess.run(["tar", "-C", layout, "-xf", out], check=True)
    config, layers, manifest = digests(layout)
    told = json.loads((tmp_path / "meta").read_text())
    assert told["containerimage.config.digest"] == config and told["image.name"] == "docker.io/library/made:1"
    assert told["containerimage.digest"] == told["containerimage.descriptor"]["digest"] == manifest
    assert told["containerimage.descriptor"]["size"] == os.path.getsize(f"{layout}/blobs/{manifest.replace(':', '/')}")
    inspected = json.loads(subprocess.run(["skopeo", "inspect", f"oci-archive:{out}"], check=True, stdout=subprocess.PIPE).stdout)
    assert inspected["Layers"] == layers and inspected["Digest"] == manifest
    # The same as a folder.
    ours.ok("build", "-o", f"type=oci,dest={tmp_path}/folder,tar=false", folder)
    assert digests(tmp_path / "folder")[:2] == (config, layers)
    subprocess.run(["skopeo", "copy", "-q", f"oci:{tmp_path}/folder", f"dir:{tmp_path}/copy"], check=True)
    assert {name for name in os.listdir(tmp_path / "copy")} > {layer[7:] for layer in layers}
    assert ours.ok("load", "-i", out) == "Loaded image: made:1"


@pytest.mark.parametrize("kind", [DockerIO, Podman], ids=lambda kind: kind.name)
def test_an_archive_that_others_load(ours, folder, tmp_path, kind):
    (folder / "Dockerfile").write_text("FROM busybox\nRUN echo built > /built\nCMD cat /built\n")
    for form in ["docker"] if kind is DockerIO else ["docker", "oci"]:
        ours.ok("build", "-t", "handed/over:1", "-o", f"type={form},dest={tmp_path}/{form}.tar", folder, timeout=60)
    peer = kind("", "")
    try:
        for form in ["docker"] if kind is DockerIO else ["docker", "oci"]:
            said = peer.run_tool("load", "-i", f"{tmp_path}/{form}.tar")
            assert "handed/over:1" in said
            assert peer.run("handed/over:1", "cat", "/built") == "built"
            peer.run_tool("rmi", "-f", "handed/over:1")
    finally:
        peer.close()


def test_several_outputs(ours, folder, tmp_path, api):
    result = ours("build", "-o", tmp_path / "out", "-o", f"type=docker,dest={tmp_path}/out.tar", "-o", "type=image,name=b:2",
                  "-o", "-", "-t", "a:1", folder, timeout=60)
    assert result.status == 0, result
    assert (tmp_path / "out" / "own").exists() and "own" in tarfile.open(fileobj=io.BytesIO(result.out)).getnames()
    with tarfile.open(tmp_path / "out.tar") as archive:
        assert json.load(archive.extractfile("manifest.json"))[0]["RepoTags"] == ["a:1"]
    assert {"a:1", "b:2"} <= set(names(api)) and ours.ok("inspect", "-f", "{{.Id}}", "a:1") == ours.ok("inspect", "-f", "{{.Id}}", "b:2")


def test_an_image_as_ever(ours, folder, tmp_path, api):
    for number, words in enumerate([["--load"], ["-o", "type=docker"], ["-o", "type=image"]]):
        ours.ok("build", "-t", f"kept:{number}", "--iidfile", tmp_path / "id", "--metadata-file", tmp_path / "meta", *words, folder, timeout=60)
        image = ours.ok("inspect", "-f", "{{.Id}}", f"kept:{number}")
        assert (tmp_path / "id").read_text() == image
        assert json.loads((tmp_path / "meta").read_text()) == {
            "containerimage.config.digest": image, "containerimage.digest": image, "image.name": f"docker.io/library/kept:{number}"}


def test_a_build_that_pushes(ours, folder, registry, tmp_path):
    name = f"{registry.host}/built/here:1"
    ours.ok("build", "--push", "-t", name, "--metadata-file", tmp_path / "meta", folder, timeout=60)
    headers, body = registry.manifest("built/here", "1")
    told = json.loads((tmp_path / "meta").read_text())
    assert told["containerimage.digest"] == headers["Docker-Content-Digest"] and told["image.name"] == name
    assert json.loads(body)["config"]["digest"] == told["containerimage.config.digest"]


def test_bad_places(ours, folder, tmp_path):
    (tmp_path / "file").write_text("kept")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "file").mkdir()
    for words, text in [
            (["-o", tmp_path / "file"], "is a file"), (["-o", f"type=tar,dest={tmp_path}"], "is a directory"),
            (["-o", "type=tar,dest=/no/where/x"], "open /no/where/x"), (["-o", "type=local"], "dest is required"),
            (["-o", "type=nothing,dest=x"], "not supported"), (["-o", tmp_path / "file" / "x"], "not a directory"),
            (["-o", tmp_path / "full"], "cannot overwrite directory"), (["-o", "x", "--iidfile", "y"], "incompatible")]:
        result = ours.fails("build", *words, folder, timeout=60)
        assert text in result.complaint, result
    assert (tmp_path / "file").read_text() == "kept" and os.listdir(tmp_path / "full" / "file") == []


def test_a_failed_build_leaves_a_file_as_it_was(ours, folder, tmp_path):
    (tmp_path / "out.tar").write_text("before")
    (folder / "Dockerfile").write_text("FROM busybox\nRUN exit 3\n")
    assert ours("build", "--rm", "--force-rm", "-o", f"type=tar,dest={tmp_path}/out.tar", folder, timeout=60).status == 3
    assert (tmp_path / "out.tar").read_text() == "before" and sorted(os.listdir(tmp_path)) == ["context", "out.tar"]


def test_a_client_that_is_killed_leaves_no_half_file(ours, folder, tmp_path, building, engine):
    (folder / "Dockerfile").write_text("FROM scratch\nCOPY big /big\n")
    with open(folder / "big", "wb") as file:
        for _ in range(64):
            file.write(os.urandom(1 << 20))
    ours.ok("build", "-q", folder, timeout=60)
    read, write = os.pipe()
    process = ours.popen("build", "-o", f"type=docker,dest={tmp_path}/out.tar", "-o", "-", folder, stdout=write)
    part = f"{tmp_path}/out.tar.{process.pid}.part"
    eventually(lambda: os.path.exists(part) or os.path.exists(f"{tmp_path}/out.tar"), 30, what="the archive is on its way")
    process.send_signal(signal.SIGKILL)
    process.wait()
    os.close(read)
    os.close(write)
    if os.path.exists(f"{tmp_path}/out.tar"):
        with tarfile.open(f"{tmp_path}/out.tar") as archive:
            assert "manifest.json" in archive.getnames()
    # The engine has let it go: nothing keeps the layer any more.
    building.clean()
    eventually(lambda: building.api.get("/system/df").json["LayersSize"] < 64 << 20, what="the layer goes")


def result_of(connection):
    """Reads a build's answer until it offers its result."""
    connection.settimeout(60)
    text = b""
    while b"martlet.build.result" not in text or not text.rstrip().endswith(b"}"):
        piece = connection.recv(65536)
        assert piece, text
        text += piece
    line = next(line for line in text.splitlines() if b"martlet.build.result" in line)
    return json.loads(line)["aux"]


def test_a_result_is_there_until_the_client_leaves(building, engine, api):
    body = building.tar("FROM busybox\nRUN echo held > /held\n")
    connection = begin(engine, body, "outputs=" + json.dumps([{"Type": "oci"}], separators=(",", ":")).replace('"', "%22"))
    made = result_of(connection)
    # Whoever removes the image meanwhile takes nothing away from who fetches it.
    assert api.delete(f"/images/{made['ID']}?force=1").status == 200
    assert api.get(f"/images/{made['ID']}/json").status == 404
    for form in ["tar", "oci", "docker"]:
        reply = api.get(f"/build/result?id={made['ID']}&type={form}", timeout=60)
        assert reply.status == 200 and len(tarfile.open(fileobj=io.BytesIO(reply.body)).getnames()) > 3
    assert api.get(f"/build/result?id={made['ID']}&type=zip").status == 400
    connection.close()
    eventually(lambda: api.get(f"/build/result?id={made['ID']}&type=tar").status == 404, what="the result goes")


def test_the_same_inputs_give_the_same_archive(ours, folder, tmp_path):
    archives = []
    for number in range(2):
        out = tmp_path / f"{number}.tar"
        ours.ok("build", "--no-cache", "--build-arg", "SOURCE_DATE_EPOCH=1700000000", "-o", f"type=oci,dest={out}", folder, timeout=60)
        archives.append(out.read_bytes())
        time.sleep(1.1)
    assert archives[0] == archives[1]
