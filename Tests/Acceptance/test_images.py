"""import, load, save, tag, rmi, images, history and inspect."""
import bz2
import gzip
import json
import lzma
import os
import re
import subprocess
import tarfile
import urllib.parse

import pytest

from harness import host, images
from harness.images import entry, folder, hardlink, symlink


@pytest.fixture(autouse=True)
def only_busybox(engine):
    """Every test ends with the images it began with."""
    yield
    engine.remove_containers()
    for image in engine.api.get("/images/json?all=1").json:
        if "busybox:latest" not in image["RepoTags"]:
            engine.api.delete(f"/images/{image['Id']}?force=1")
        else:
            for tag in image["RepoTags"]:
                if tag != "busybox:latest":
                    engine.api.delete(f"/images/{tag}")


def import_tar(api, data, query="repo=x&tag=latest", **more):
    return api.post(f"/images/create?fromSrc=-&{query}", data, headers={"Content-Type": "application/x-tar"},
                    timeout=120, **more)


def failed(reply):
    return reply.status >= 400 or b'"error"' in reply.body


def progress(reply):
    decoder, text, found = json.JSONDecoder(), reply.text.strip(), []
    while text:
        value, end = decoder.raw_decode(text)
        found.append(value)
        text = text[end:].lstrip()
    return found


@pytest.mark.parametrize("name, pack", [
    ("plain", lambda data: data), ("gzip", gzip.compress), ("bzip2", bz2.compress), ("xz", lzma.compress),
    ("zstd", lambda data: subprocess.run(["zstd", "-c"], input=data, stdout=subprocess.PIPE, check=True).stdout),
])
def test_import_from_stdin_in_every_compression(cli, name, pack):
    tar = images.tar(folder("etc"), entry("etc/packed-with", name.encode()))
    image = cli.ok("import", "-", f"packed:{name}", input=pack(tar))
    assert re.fullmatch("sha256:[0-9a-f]{64}", image.splitlines()[-1])
    container = cli.ok("create", f"packed:{name}", "x")
    assert container


def test_import_from_a_file(cli, busybox_tar):
    cli.ok("import", busybox_tar, "fromfile:1") if not cli.is_ours else cli.ok("import", "-", "fromfile:1", input=open(busybox_tar, "rb").read())
    assert cli.ok("run", "--rm", "fromfile:1", "echo", "works") == "works"


def test_import_changes(cli, busybox_tar):
    cli.ok("import", "-c", "CMD [\"echo\", \"from cmd\"]", "-c", "ENV A=1 B=two", "-c", "WORKDIR /tmp", "-c", "USER nobody",
           "-c", "EXPOSE 80", "-c", "VOLUME /vol", "-", "changed", input=open(busybox_tar, "rb").read())
    assert cli.ok("run", "--rm", "changed") == "from cmd"
    assert cli.ok("run", "--rm", "changed", "sh", "-c", "pwd; id -un; echo $A $B") == "/tmp\nnobody\n1 two"
    found = json.loads(cli.ok("inspect", "changed"))[0]["Config"]
    assert found["ExposedPorts"] == {"80/tcp": {}} and found["Volumes"] == {"/vol": {}}


def test_images_lists_them(cli):
    cli.ok("tag", "busybox", "other/name:v1")
    lines = cli.ok("images").splitlines()
    assert lines[0].split()[:4] == ["REPOSITORY", "TAG", "IMAGE", "ID"]
    rows = {tuple(line.split()[:2]): line.split()[2] for line in lines[1:]}
    assert rows["busybox", "latest"] == rows["other/name", "v1"]
    assert len(rows["busybox", "latest"]) == 12
    assert set(cli.ok("images", "-q").split()) == {rows["busybox", "latest"]}
    assert re.search("sha256:[0-9a-f]{64}", cli.ok("images", "--no-trunc")) or re.search("[0-9a-f]{64}", cli.ok("images", "--no-trunc"))
    assert len(cli.ok("images", "other/name").splitlines()) == 2


def test_tag_then_rmi_only_untags(cli):
    cli.ok("tag", "busybox", "second:tag")
    assert cli.ok("rmi", "second:tag") == "Untagged: second:tag"
    assert cli.ok("run", "--rm", "busybox", "echo", "still") == "still"


def test_rmi_of_the_last_tag_deletes(cli):
    image = cli.ok("import", "-", "short:lived", input=images.tar(entry("f", b"x"))).splitlines()[-1]
    out = cli.ok("rmi", "short:lived")
    assert "Untagged: short:lived" in out and "Deleted: " in out and image.removeprefix("sha256:") in out
    assert "no such image" in cli.fails("rmi", "short:lived").complaint.lower()


def test_rmi_of_an_image_in_use(cli):
    cli.ok("import", "-", "used", input=images.tar(entry("f", b"x")))
    cli.ok("create", "--name", "user", "used", "x")
    result = cli.fails("rmi", "used")
    assert "conflict" in result.complaint.lower()
    assert cli.ok("images", "-q", "used") != ""


def test_rmi_by_id_with_two_tags_needs_force(cli):
    image = cli.ok("import", "-", "a:1", input=images.tar(entry("f", b"twice"))).splitlines()[-1].removeprefix("sha256:")
    cli.ok("tag", "a:1", "b:1")
    assert "conflict" in cli.fails("rmi", image[:12]).complaint.lower()
    cli.ok("rmi", "-f", image[:12])
    assert cli.ok("images", "-q", "a") == ""


def test_dangling(cli):
    cli.ok("import", "-", "dang:1", input=images.tar(entry("f", b"1")))
    first = cli.ok("images", "-q", "--no-trunc", "dang").strip()
    cli.ok("import", "-", "dang:1", input=images.tar(entry("f", b"2")))
    assert cli.ok("images", "-q", "--no-trunc", "-f", "dangling=true").strip() == first
    assert "<none>" in cli.ok("images", "-f", "dangling=true")


def test_label_filter(cli):
    cli.ok("import", "-c", "LABEL tier=web", "-", "labelled", input=images.tar(entry("f", b"1")))
    assert len(cli.ok("images", "-q", "-f", "label=tier=web").split()) == 1
    assert cli.ok("images", "-q", "-f", "label=tier=db") == ""


def test_history(cli):
    cli.ok("load", input=images.docker_archive("hist:1", [images.tar(entry("a", b"1")), images.tar(entry("b", b"22"))]))
    lines = cli.ok("history", "hist:1").splitlines()
    assert lines[0].startswith("IMAGE") and "CREATED BY" in lines[0] and "SIZE" in lines[0]
    assert "layer 1" in lines[1] and "layer 0" in lines[2]


def test_save_and_load_bring_the_same_image(cli, tmp_path):
    before = cli.ok("inspect", "-f", "{{.Id}}", "busybox")
    cli.ok("tag", "busybox", "moved:1")
    cli.ok("save", "-o", tmp_path / "image.tar", "moved:1")
    with tarfile.open(tmp_path / "image.tar") as archive:
        names = archive.getnames()
        assert "manifest.json" in names and "repositories" in names
        manifest = json.load(archive.extractfile("manifest.json"))
        assert manifest[0]["RepoTags"] == ["moved:1"]
        packed = archive.extractfile(manifest[0]["Config"]).read()
        diff_ids = json.loads(packed)["rootfs"]["diff_ids"]
        for name, diff_id in zip(manifest[0]["Layers"], diff_ids):
            assert "sha256:" + images.digest(archive.extractfile(name).read()) == diff_id
        assert images.digest(packed) == before.removeprefix("sha256:")
    cli.ok("rmi", "moved:1")
    cli.ok("load", "-i", tmp_path / "image.tar")
    assert cli.ok("inspect", "-f", "{{.Id}}", "moved:1") == before


@pytest.mark.parametrize("make", [images.docker_archive, images.oci_layout, images.old_archive])
def test_load_of_every_layout(cli, make, busybox_tar):
    base = images.with_busybox(busybox_tar, folder("d"), entry("d/gone", b"x"), entry("d/kept", b"k"),
                               folder("o"), entry("o/below", b"x"))
    top = images.tar(folder("d"), entry("d/.wh.gone"), folder("o"), entry("o/.wh..wh..opq"), entry("o/above", b"y"))
    cli.ok("load", input=make("layers:1", [base, top]))
    assert cli.ok("run", "--rm", "layers:1", "sh", "-c", "ls -A /d /o; cat /d/kept").split() == ["/d:", "kept", "/o:", "above", "k"]


def test_a_repository_is_saved_with_all_its_tags(cli, tmp_path):
    """Whether one of them is `latest` or not."""
    for tag in ("one", "two"):
        cli.ok("tag", "busybox", f"saved/a:{tag}")
    cli.ok("save", "-o", str(tmp_path / "a.tar"), "saved/a")
    cli.ok("rmi", "saved/a:one", "saved/a:two")
    cli.ok("load", "-i", str(tmp_path / "a.tar"))
    assert sorted(cli.ok("images", "--format", "{{.Tag}}", "saved/a").split()) == ["one", "two"]
    cli.ok("rmi", "saved/a:one", "saved/a:two")
    assert "No such image: saved/a" in cli.fails("save", "-o", str(tmp_path / "b.tar"), "saved/a").complaint


def test_metadata_is_kept(api, busybox_tar):
    owner = {"mode": 0o4751, "uid": 12, "gid": 34, "mtime": 1_000_000_000}
    data = images.with_busybox(
        busybox_tar, entry("f", b"x", **owner), hardlink("g", "f", **owner),
        symlink("s", "/nowhere/else"), entry("null", kind=tarfile.CHRTYPE, device=(1, 3), mode=0o666),
        entry("pipe", kind=tarfile.FIFOTYPE, mode=0o600), folder("sticky", mode=0o1777),
        entry("n" * 90 + "/" + "m" * 120, b"long"))
    assert not failed(import_tar(api, data, "repo=meta"))
    script = "stat -c '%a %u %g %Y %h %F' f; readlink s; stat -c '%F %t %T' null; stat -c %F pipe; stat -c %a sticky; cat n*/m*"
    status, out, err = api.output(image="meta", cmd=("sh", "-c", script))
    assert out.decode().splitlines() == ["4751 12 34 1000000000 2 regular file", "/nowhere/else",
                                         "character special file 1 3", "fifo", "1777", "long"], (out, err)


def test_extended_attributes_and_sparse_files(api, engine, busybox_tar):
    pax = {"SCHILY.xattr.user.note": "kept", "SCHILY.xattr.security.capability":
           "\x01\x00\x00\x02\x00\x04\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"}
    data = images.with_busybox(busybox_tar, entry("f", b"x", pax=pax, mode=0o755))
    assert not failed(import_tar(api, data, "repo=attr"))
    container = api.run(image="attr", cmd=("sleep", "100"), host={"NetworkMode": "none"})
    root = f"/proc/{api.inspect(container)['State']['Pid']}/root"
    assert os.getxattr(root + "/f", "user.note") == b"kept"
    assert os.getxattr(root + "/f", "security.capability") == pax["SCHILY.xattr.security.capability"].encode("latin-1")


def test_links_that_point_above_the_root_are_kept_as_they_are(api, busybox_tar):
    data = images.with_busybox(busybox_tar, folder("d"), symlink("d/up", "../../../../etc/passwd"), symlink("d/loop", "loop"))
    assert not failed(import_tar(api, data, "repo=links"))
    assert api.output(image="links", cmd=("sh", "-c", "readlink /d/up; head -c 4 /d/up"))[1] == b"../../../../etc/passwd\nroot"


def test_load_says_what_it_loaded(api):
    reply = api.post("/images/load?quiet=0", images.docker_archive("said:1", [images.tar(entry("f", b"x"))]),
                     headers={"Content-Type": "application/x-tar"})
    assert reply.headers["Content-Type"] == "application/json"
    assert {"stream": "Loaded image: said:1\n"} in progress(reply)


def test_image_inspect(api):
    api.post("/images/load", images.docker_archive("insp:1", [images.tar(entry("f", b"x"))], Cmd=["a"], Env=["B=1"]),
             headers={"Content-Type": "application/x-tar"})
    found = api.get("/images/insp:1/json").json
    assert found["RepoTags"] == ["insp:1"] and found["RepoDigests"] == []
    assert found["Os"] == "linux" and found["Architecture"] == "amd64"
    assert found["Created"] == "2020-01-02T03:04:05Z" and found["Config"]["Cmd"] == ["a"] and found["Config"]["Env"] == ["B=1"]
    assert found["RootFS"]["Type"] == "layers" and len(found["RootFS"]["Layers"]) == 1
    assert api.get(f"/images/{found['Id'].split(':')[1][:10]}/json").json["Id"] == found["Id"]


@pytest.mark.parametrize("name", ["scratch", "scratch:1", "library/scratch", "docker.io/library/scratch:1"])
def test_nothing_is_called_scratch(api, name):
    """Docker 1.6 refuses it wherever an image gets a name (graph/tags.go); today's refuses pull and import only."""
    tree = images.tar(entry("f", b"x"))
    container = api.create(cmd=("true",))
    repository, _, tag = name.partition(":")
    answers = [
        api.post(f"/images/busybox/tag?repo={repository}&tag={tag}"),
        api.post(f"/commit?container={container}&repo={repository}&tag={tag}"),
        import_tar(api, tree, f"repo={repository}&tag={tag}"),
        api.post(f"/build?t={name}", images.tar(entry("Dockerfile", b"FROM scratch\nLABEL a=b\n")),
                 headers={"Content-Type": "application/x-tar"}),
        api.post(f"/images/create?fromImage={repository}&tag={tag or 'latest'}")]
    archive = images.docker_archive(name if tag else f"{name}:latest", [tree])
    answers.append(api.post("/images/load", archive, headers={"Content-Type": "application/x-tar"}))
    for answer in answers:
        assert answer.status == 400 or "errorDetail" in answer.text, answer
        assert "'scratch' is a reserved name" in answer.text, answer
    assert api.get("/images/json?filters={%22reference%22:[%22scratch%22]}").json == []
    api.delete(f"/containers/{container}")


def test_scratch_of_somebody_is_a_name_like_any(api):
    for repository in ("me/scratch", "host.example/scratch"):
        assert api.post(f"/images/busybox/tag?repo={repository}&tag=1").status == 201
        assert api.delete(f"/images/{repository}:1").status == 200


def test_image_errors(api):
    missing = api.get("/images/no-such/json")
    assert missing.status == 404 and missing.message.endswith("No such image: no-such:latest")
    assert api.delete("/images/no-such").status == 404
    assert api.post("/images/no-such/tag?repo=x").status == 404
    assert api.post("/images/busybox/tag?repo=UPPER").status == 400
    assert api.post("/images/busybox/tag?repo=x&tag=bad!tag").status == 400
    assert api.post("/images/busybox/tag?repo=ok&tag=1").status == 201
    assert api.get('/images/json?filters={"no-such":["1"]}').status == 400


def test_old_image_list(old_api, api):
    image, = [i for i in old_api.get("/images/json").json if "busybox:latest" in i["RepoTags"]]
    assert image["VirtualSize"] > 1_000_000
    assert "VirtualSize" not in api.get("/images/json").json[0]


def test_an_old_client_does_not_move_a_name_without_force(old_api, api):
    """The words of Docker 1.6; since 1.12 a tag is always forced."""
    busybox = api.get("/images/busybox/json").json["Id"]
    api.post("/images/load", images.docker_archive("here:1", [images.tar(entry("f", b"x"))]))
    here = api.get("/images/here:1/json").json["Id"]
    refused = old_api.post("/images/busybox/tag?repo=here&tag=1")
    assert refused.status == 409 and refused.message == (
        f"Conflict: Tag 1 is already set to image {here.removeprefix('sha256:')}, "
        "if you want to replace it, please use -f option"), refused
    assert old_api.post("/images/busybox/tag?repo=here&tag=1&force=0").status == 409
    assert api.get("/images/here:1/json").json["Id"] == here
    assert old_api.post("/images/busybox/tag?repo=here&tag=1&force=1").status == 201
    assert api.get("/images/here:1/json").json["Id"] == busybox
    assert api.post(f"/images/{here}/tag?repo=here&tag=1").status == 201
    assert api.get("/images/here:1/json").json["Id"] == here
    assert api.delete("/images/here:1").status == 200


@pytest.mark.parametrize("words", [["save", "busybox"], ["image", "save", "busybox"]], ids=" ".join)
def test_no_archive_goes_to_a_terminal(cli, words):
    with cli.terminal(*words) as terminal:
        terminal.expect("owardly refusing to save to a terminal. Use the -o flag or redirect")
        assert terminal.wait() == 1
    assert b"\0" not in terminal.seen


def test_no_archive_comes_from_a_terminal(cli):
    with cli.terminal("load") as terminal:
        terminal.expect("requested load from stdin, but stdin is empty")
        assert terminal.wait() == 1


def test_a_name_that_moves_is_told_of(cli, api, tmp_path):
    archive = images.docker_archive("moves:1", [images.tar(entry("f", b"x"))])
    for layer in (b"old", b"new"):
        cli.ok("load", input=images.docker_archive("moves:1", [images.tar(entry("f", layer))]))
    old = api.get("/images/moves:1/json").json["Id"]
    said = cli.ok("load", "-q", input=archive)
    assert f"The image moves:1 already exists, renaming the old one with ID {old} to empty string" in said
    cli.ok("rmi", "moves:1")
    cli.ok("image", "prune", "-f")


def test_the_words_of_mistakes(cli, tmp_path):
    """Docker's own."""
    cli.ok("create", "--name", "words", "busybox", "true")
    for args, words in (
            (["images", "-f", "reference=["], "syntax error in pattern"),
            (["images", "--format", "{{.Nope}}"], "can't evaluate field Nope"),
            (["commit", "-c", "", "words"], "file with no instructions"),
            (["save", "-o", "/nonexist/x.tar", "busybox"], "invalid output path: "),
            (["export", "-o", "/nonexist/x.tar", "words"], "invalid output path: "),
            (["load", "-i", tmp_path], "is a directory")):
        assert words.lower() in cli.fails(*args).complaint.lower(), args
    cli.ok("rm", "words")


def test_times_are_shown_as_go_does(cli):
    shown = cli.ok("images", "--format", "{{.CreatedAt}}", "busybox", env={"TZ": "UTC"})
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d \+0000 UTC", shown), shown


def test_an_image_is_of_its_platform(api):
    wanted = urllib.parse.quote('{"os":"linux","architecture":"arm64"}')
    own = urllib.parse.quote('{"os":"linux","architecture":"amd64"}')
    api.post("/images/busybox/tag?repo=platform&tag=1")
    calls = [("GET", "/images/platform:1/json?platform="), ("GET", "/images/platform:1/history?platform="),
             ("GET", "/images/get?names=platform:1&platform="), ("POST", "/images/platform/push?tag=1&platform="),
             ("DELETE", "/images/platform:1?platforms=")]
    for method, path in calls:
        reply = api.request(method, path + wanted)
        assert reply.status == 404 and ("image with reference platform:1 was found but its platform (linux/amd64) does not match "
                                        "the specified platform (linux/arm64)") in reply.json["message"], (path, reply)
        assert api.request(method, path + "%7B%7D").status == 400
    for method, path in calls[:3]:
        assert api.request(method, path + own).status == 200, path
    archive = api.get("/images/get?names=platform:1").body
    reply = api.post("/images/load?platform=" + wanted, archive)
    assert reply.status == 200 and "no image in the archive is for the platform linux/arm64" in reply.body.decode(), reply
    assert "Loaded image: platform:1" in api.post("/images/load?platform=" + own, archive).body.decode()
    assert api.post(f"/images/load?platform={own}&platform={wanted}", archive).status == 400
    both = api.get("/images/platform:1/json?manifests=1&platform=" + own)
    assert both.status == 400 and "manifests and platform options cannot both be set" in both.json["message"]
    assert "Manifests" not in api.get("/images/platform:1/json?manifests=1").json
    assert api.delete("/images/platform:1?platforms=" + own).status == 200


@pytest.mark.parametrize("args", [["pull", "--platform", "garbage", "busybox"], ["build", "--platform", "garbage", "CONTEXT"]])
def test_a_platform_that_is_none(cli, tmp_path, args):
    (tmp_path / "Dockerfile").write_text("FROM busybox\n")
    result = cli.fails(*[tmp_path if word == "CONTEXT" else word for word in args])
    assert result.status == 1
    assert '"garbage": unknown operating system or architecture: invalid argument' in result.complaint + result.text
