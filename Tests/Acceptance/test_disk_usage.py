"""system df, image prune and the filters of images: figures that add up, and nothing removed that is needed."""
import json
import subprocess
import time
import urllib.parse

import pytest

from harness import images
from harness.building import Building
from harness.images import entry


@pytest.fixture(autouse=True)
def only_busybox(engine):
    """Every test ends with the images it began with."""
    yield
    engine.remove_containers()
    for image in engine.api.get("/images/json?all=1").json:
        if "busybox:latest" not in image["RepoTags"]:
            engine.api.delete(f"/images/{image['Id']}?force=1")


def make(api, name, size, labels=()):
    """An image with a file of so many bytes; its id."""
    query = f"repo={name}" if name else ""
    for label in labels:
        query += f"&changes=LABEL%20{label}"
    reply = api.post(f"/images/create?fromSrc=-&{query}", images.tar(entry("file", (name or "none").encode() * size)),
                     headers={"Content-Type": "application/x-tar"}, timeout=60)
    assert reply.status == 200 and b'"error"' not in reply.body, reply
    return json.loads(reply.text.strip().splitlines()[-1])["status"]


def usage(api, kind=None):
    reply = api.get("/system/df" + (f"?type={kind}" if kind else ""))
    assert reply.status == 200, reply
    return reply.json


def test_what_is_counted(api, cli):
    before = usage(api)["LayersSize"]
    make(api, "x:1", 1000)
    found = usage(api)
    assert found["LayersSize"] - before == 3000
    rows = {tag: row for row in found["Images"] for tag in row["RepoTags"]}
    assert rows["x:1"]["Size"] == 3000 and rows["x:1"]["SharedSize"] == 0 and rows["x:1"]["Containers"] == 0
    cli.ok("run", "--name", "writer", "-v", "data:/data", "busybox", "sh", "-c",
           "echo 12345 >/data/file; head -c 5000 /dev/zero >/big")
    found = usage(api)
    row = [row for row in found["Containers"] if "/writer" in row["Names"]][0]
    assert 5000 <= row["SizeRw"] < 20000
    volume = [row for row in found["Volumes"] if row["Name"] == "data"][0]
    assert volume["UsageData"] == {"Size": 6, "RefCount": 1} and volume["Driver"] == "local"
    busybox = [row for row in found["Images"] if "busybox:latest" in row["RepoTags"]][0]
    assert busybox["Containers"] == 1
    lines = [line.split() for line in cli.ok("system", "df").splitlines()]
    assert lines[0] == ["TYPE", "TOTAL", "ACTIVE", "SIZE", "RECLAIMABLE"]
    assert lines[1][:3] == ["Images", "2", "1"] and lines[2][:3] == ["Containers", "1", "0"]
    detail = cli.ok("system", "df", "-v")
    assert "writer" in detail and "data" in detail and "Build cache usage: 0B" in detail
    assert cli.ok("system", "df", "--format", "{{.Type}}").splitlines() == [
        "Images", "Containers", "Local Volumes", "Build Cache"]
    cli.ok("rm", "-v", "writer")
    assert api.post("/volumes/prune?filters=" + urllib.parse.quote('{"all":["true"]}')).status == 200


def test_kinds_can_be_chosen(api, old_api):
    found = usage(api, "image")
    assert found["Images"] and found["Containers"] is None and found["Volumes"] is None
    assert usage(api, "container&type=volume")["Images"] is None
    assert api.get("/system/df?type=bogus").status == 400
    assert api.get("/system/df?type=bogus").json["message"] == "unknown object type: bogus"


def test_images_share_layers(api, cli, tmp_path):
    first = make(api, "x:1", 1000)
    # The same layer under another config.
    make(api, "x:1", 1000)
    second = api.get("/images/x:1/json").json["Id"]
    shared = {row["Id"]: row["SharedSize"] for row in usage(api, "image")["Images"]}
    if first != second:
        assert shared[first] == shared[second] == 3000
    assert usage(api, "image")["LayersSize"] == sum(
        {row["Id"]: row["Size"] - row["SharedSize"] for row in usage(api, "image")["Images"]}.values()) + (
            3000 if first != second else 0)


def test_steps_of_a_build_are_no_others(engine, api):
    builds = Building(engine)
    builds.ok("FROM busybox\nRUN head -c 5000 /dev/zero >/a\nRUN head -c 7000 /dev/zero >/b\nENV C=1\n", query="t=built:1")
    rows = {tag: row for row in usage(api)["Images"] for tag in row["RepoTags"]}
    base, built = rows["busybox:latest"], rows["built:1"]
    assert base["SharedSize"] == base["Size"] == built["SharedSize"]
    assert built["Size"] - built["SharedSize"] >= 12000
    builds.clean()


def test_prune_takes_what_has_no_tag(api, cli):
    dangling, kept = make(api, "", 1000), make(api, "x:1", 10)
    out = cli.ok("image", "prune", "-f")
    assert f"deleted: {dangling}" in out and "Total reclaimed space: 4kB" in out
    left = [row["Id"] for row in api.get("/images/json").json]
    assert dangling not in left and kept in left
    assert cli.ok("image", "prune", "-f") == "Total reclaimed space: 0B"


def test_prune_all_leaves_what_is_used(api, cli):
    used, unused = make(api, "used:1", 10), make(api, "unused:1", 10)
    api.post(f"/images/{used}/tag?repo=used&tag=2")
    api.post(f"/images/{unused}/tag?repo=other&tag=3")
    cli.ok("create", "--name", "holder", "used:1", "x")
    cli.ok("create", "--name", "other-holder", "busybox", "x")
    since = time.time()
    out = cli.ok("image", "prune", "-a", "-f")
    assert "untagged: unused:1" in out and "untagged: other:3" in out and f"deleted: {unused}" in out
    tags = [tag for row in api.get("/images/json").json for tag in row["RepoTags"]]
    assert sorted(tags) == ["busybox:latest", "used:1", "used:2"]
    events = cli.ok("events", "--since", f"{since:.3f}", "--until", f"{time.time() + 0.1:.3f}", "--filter",
                    "type=image", "--format", "{{.Action}} {{index .Actor.Attributes \"name\"}}").splitlines()
    assert events[:2] == ["untag other:3", "untag unused:1"] or events[:2] == ["untag unused:1", "untag other:3"]
    assert events[2] == f"delete {unused}" and events[3].startswith("prune")
    cli.ok("rm", "holder", "other-holder")


def test_prune_by_age_and_label(api, cli):
    blue, red = make(api, "", 10, ["color=blue"]), make(api, "", 11, ["color=red"])
    assert "deleted" not in cli.ok("image", "prune", "-f", "--filter", "until=1h")
    out = cli.ok("image", "prune", "-f", "--filter", "label=color=blue")
    assert blue in out and red not in out
    assert red in cli.ok("image", "prune", "-f", "--filter", "until=0s")
    assert "bogus" in cli.fails("image", "prune", "-f", "--filter", "bogus=1").complaint


def test_filters_of_images(api, cli):
    old = make(api, "old:1", 10, ["stage=one"])
    time.sleep(1.1)
    middle = int(time.time())
    time.sleep(1.1)
    new = make(api, "new:1", 10, ["stage=two"])

    def found(*filters):
        words = [word for text in filters for word in ("--filter", text)]
        return set(cli.ok("images", "-q", "--no-trunc", *words).split())

    assert found("before=new:1") & {old, new} == {old}
    assert found("since=old:1") & {old, new} == {new}
    assert found(f"until={middle}") & {old, new} == {old}
    assert found("label=stage") == {old, new} and found("label=stage=two") == {new}
    assert found("reference=ol*") == {old} and found("reference=*:1") == {old, new}
    assert found("reference=old", "label=stage=two") == set()
    assert cli.ok("image", "ls", "-q", "--no-trunc", "new") == new


def test_a_sound_store_is_sound(ours, api):
    make(api, "x:1", 1000)
    ours.ok("create", "--name", "holder", "x:1", "x")
    out = ours.ok("system", "check")
    assert out.startswith("Checked ") and out.endswith("and 1 container: no problems"), out


def test_damage_is_found_and_nothing_is_deleted(new_engine, client_for):
    engine = new_engine("-s", "vfs")
    client = client_for(engine)
    image = make(engine.api, "x:1", 1000)
    folder = engine.root + "/vfs"
    path = subprocess.run(["find", engine.root, "-name", "file", "-size", "3000c"], stdout=subprocess.PIPE, text=True,
                          check=True).stdout.split()[0]
    with open(path, "r+b") as file:
        file.write(b"!")
    result = client.fails("system", "check")
    assert result.status == 1 and "has changed on disk" in result.text and "1 problem" in result.text, result
    assert folder in path
    blob = subprocess.run(["find", engine.root, "-name", image.split(":")[1]], stdout=subprocess.PIPE, text=True,
                          check=True).stdout.split()[0]
    with open(blob, "ab") as file:
        file.write(b" ")
    result = client.fails("system", "check", "-q")
    kinds = sorted(line.split()[0] for line in result.text.splitlines())
    assert kinds == ["blob", "image", "layer"], result
    assert client.ok("images", "-q", "x")
