"""`docker ps` with its columns and filters, `docker inspect`."""
import json
import re

import pytest

from harness.waiting import eventually


def test_columns(cli):
    cli.ok("run", "-d", "--name", "web", "-p", "127.0.0.1:45990:80", "busybox", "sleep", "1000")
    head, row = cli.ok("ps").splitlines()
    assert re.split(r"\s{2,}", head) == ["CONTAINER ID", "IMAGE", "COMMAND", "CREATED", "STATUS", "PORTS", "NAMES"]
    cells = re.split(r"\s{2,}", row)
    assert re.fullmatch("[0-9a-f]{12}", cells[0]) and cells[1].startswith("busybox") and cells[2] == '"sleep 1000"'
    assert re.fullmatch(r"(Less than a second|\d+ seconds?|About a minute) ago", cells[3])
    assert cells[4].startswith("Up ") and cells[5] == "127.0.0.1:45990->80/tcp" and cells[6] == "web"


def test_only_running_ones_without_a(cli):
    cli.ok("run", "--name", "over", "busybox", "true")
    up = cli.ok("run", "-d", "--name", "up", "busybox", "sleep", "100")
    assert cli.ok("ps", "-q", "--no-trunc") == up
    assert len(cli.ok("ps", "-aq").split()) == 2
    assert re.search(r"Exited \(0\) .* ago", cli.ok("ps", "-a"))


def test_latest_and_last(cli):
    ids = [cli.ok("create", "busybox", "true") for _ in range(3)]
    assert cli.ok("ps", "-lq", "--no-trunc") == ids[2]
    assert cli.ok("ps", "-q", "--no-trunc", "-n", "2").split() == [ids[2], ids[1]]


def test_long_commands_are_cut(cli):
    cli.ok("run", "-d", "busybox", "sh", "-c", "sleep 1000; echo never printed")
    row = cli.ok("ps").splitlines()[1]
    assert "never" not in row
    assert "echo never printed" in cli.ok("ps", "--no-trunc")


def test_filters(cli):
    over = cli.ok("run", "-d", "--name", "alpha", "-l", "tier=web", "busybox", "sh", "-c", "exit 3")
    cli.ok("wait", "alpha")
    up = cli.ok("run", "-d", "--name", "beta", "-l", "tier=db", "-l", "big", "busybox", "sleep", "100")

    def ps(*filters, flags=("-a",)):
        args = [part for text in filters for part in ("-f", text)]
        return set(cli.ok("ps", "-q", "--no-trunc", *flags, *args).split())

    assert ps("status=exited") == {over} and ps("status=running") == {up}
    assert ps("status=exited", "status=running") == {over, up}
    assert ps("exited=3") == {over} and ps("exited=0") == set()
    assert ps("label=tier") == {over, up} and ps("label=tier=web") == {over} and ps("label=tier=db", "label=big") == {up}
    assert ps("name=alp") == {over} and ps("name=a$") == {over, up} and ps(f"id={up[:6]}") == {up}
    assert ps("status=running", "name=alpha") == set()
    assert ps("status=exited", flags=()) == {over}


def test_inspect_of_a_container(cli):
    container = cli.ok("run", "-d", "--name", "ii", "-e", "A=1", "-l", "k=v", "-m", "64m", "busybox", "sleep", "100")
    text = cli.ok("inspect", "ii")
    found, = json.loads(text)
    assert found["Id"] == container and found["Name"] == "/ii" and found["Path"] == "sleep" and found["Args"] == ["100"]
    assert found["State"]["Running"] is True and found["State"]["Pid"] > 0
    assert found["Config"]["Labels"]["k"] == "v" and "A=1" in found["Config"]["Env"]
    assert found["HostConfig"]["Memory"] == 64 << 20
    assert found["NetworkSettings"]["IPAddress"].startswith("10.")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z", found["Created"])
    assert found["State"]["FinishedAt"] == "0001-01-01T00:00:00Z"


def test_templates(cli):
    cli.ok("create", "--name", "tt", "-l", "a=1", "-l", "b=<2>", "busybox", "echo", "x")
    assert cli.ok("inspect", "-f", "{{json .Config.Labels}}", "tt").replace("\\u003c", "<").replace("\\u003e", ">") == '{"a":"1","b":"<2>"}'
    assert cli.ok("inspect", "-f", "{{range .Args}}[{{.}}]{{end}}", "tt") == "[x]"
    assert cli.ok("inspect", "-f", '{{index .Config.Labels "a"}}', "tt") == "1"
    assert cli.ok("inspect", "-f", "{{if .State.Running}}yes{{else}}no{{end}}", "tt") == "no"


def test_info_and_version(cli):
    cli.ok("create", "busybox", "true")
    text = cli.ok("info")
    assert re.search(r"^\s*Containers: 1$", text, re.M) and re.search(r"^\s*Storage Driver: overlay", text, re.M)
    assert re.search(r"^\s*CPUs: \d+$", text, re.M)
    assert "Version" in cli.ok("version") or "version" in cli.ok("version")


# The API

def test_list_and_inspect_shapes(api):
    container = api.run(cmd=("sh", "-c", "sleep 100"), name="shape", Labels={"a": "b"}, ExposedPorts={"80/tcp": {}})
    summary, = api.get("/containers/json").json
    assert summary["Names"] == ["/shape"] and summary["State"] == "running" and summary["Labels"] == {"a": "b"}
    assert summary["Command"] == "sh -c 'sleep 100'" and summary["Ports"] == [{"PrivatePort": 80, "Type": "tcp"}]
    assert summary["HostConfig"]["NetworkMode"] in ("default", "bridge") and "bridge" in summary["NetworkSettings"]["Networks"]
    assert summary["ImageID"].startswith("sha256:")
    found = api.inspect(container)
    assert found["State"]["Status"] == "running" and found["Platform"] == "linux" and found["RestartCount"] == 0
    assert found["NetworkSettings"]["Ports"] == {"80/tcp": None}
    assert found["NetworkSettings"]["Networks"]["bridge"]["IPAddress"] == found["NetworkSettings"]["IPAddress"]


def test_list_of_1_18(old_api):
    container = old_api.create(cmd=("sleep", "100"), name="old")
    assert old_api.get("/containers/json").json == []
    summary, = old_api.get("/containers/json?all=1").json
    assert summary["Names"] == ["/old"] and summary["Command"] == "sleep 100" and summary["Id"] == container
    found = old_api.inspect(container)
    assert "Volumes" in found and "ExecDriver" in found and "Mounts" not in found and "Status" not in found["State"]


def test_since_and_before_of_1_18(old_api):
    ids = [old_api.create(name=f"q{n}") for n in range(4)]

    def listed(query):
        return [entry["Id"] for entry in old_api.get(f"/containers/json?{query}").json]

    assert listed("since=q1") == [ids[3], ids[2]] and listed("before=q1") == [ids[0]]
    assert old_api.get("/containers/json?since=nobody").status == 404


def test_no_container_is_an_empty_list(api):
    reply = api.get("/containers/json?all=1")
    assert reply.body.strip() == b"[]"


def test_query_parameters(api):
    ids = [api.create(name=f"q{n}") for n in range(4)]

    def listed(query):
        reply = api.get(f"/containers/json?{query}")
        assert reply.status == 200, reply
        return [entry["Id"] for entry in reply.json]

    assert listed("all=1") == ids[::-1] and listed("limit=2") == [ids[3], ids[2]] and listed("limit=-1&all=1") == ids[::-1]
    assert listed("all=True") == ids[::-1] and listed("all=0") == [] and listed("all=no") == []
    assert listed('filters={"since":["q1"]}&all=1') == [ids[3], ids[2]] and listed('filters={"before":["q1"]}&all=1') == [ids[0]]
    assert listed('all=1&filters={"name":["q1","q2"]}') == [ids[2], ids[1]]
    assert listed('all=1&filters={"name":{"q3":true}}') == [ids[3]]
    assert api.get("/containers/json?filters={broken").status == 400
    assert api.get('/containers/json?filters={"no-such":["1"]}').status == 400
    assert api.get('/containers/json?filters={"status":["sideways"]}').status == 400


def test_size(api):
    container = api.run(cmd=("sh", "-c", "dd if=/dev/zero of=/big bs=1000 count=500; sleep 100"))
    eventually(lambda: api.get("/containers/json?size=1").json[0].get("SizeRw", 0) >= 500_000)
    assert api.get(f"/containers/{container}/json?size=1").json["SizeRootFs"] > 1_000_000


def test_ambiguous_and_empty_names(api):
    [api.create() for _ in range(17)]
    ids = [entry["Id"] for entry in api.get("/containers/json?all=1").json]
    firsts = [i[0] for i in ids]
    shared = next(letter for letter in firsts if firsts.count(letter) > 1)
    reply = api.get(f"/containers/{shared}/json")
    assert reply.status == 400 and f"multiple IDs found with provided prefix: {shared}" in reply.message.replace("Multiple", "multiple")
    assert api.get("/containers//json").status in (400, 404)


def test_info_of_the_api(api, engine):
    info = api.get("/info").json
    assert info["Containers"] == 0 and info["Images"] >= 1 and info["Driver"] in ("overlay", "overlay2")
    assert info["DockerRootDir"] == engine.root and info["OSType"] == "linux" and info["NCPU"] >= 1
    assert info["Swarm"]["LocalNodeState"] == "inactive" and info["LiveRestoreEnabled"] is True
    old = api.request("GET", "/info", version="v1.18").json
    assert old["MemoryLimit"] in (0, 1) and old["Debug"] in (0, 1)


def test_version_of_the_api(api):
    version = api.get("/version", version="").json
    assert version["ApiVersion"] == "1.50" and version["Os"] == "linux" and version["Arch"] in ("amd64", "arm64")
    engine, = [c for c in version["Components"] if c["Name"] == "Engine"]
    assert engine["Version"] == version["Version"] and engine["Details"]["Experimental"] == "false"
