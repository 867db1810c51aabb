"""`docker commit`: images of what containers changed."""
import io
import json
import tarfile
import threading
import time

import docker
import pytest

from harness.waiting import eventually


@pytest.fixture(autouse=True)
def no_images_left(engine):
    """What a test commits goes with it."""
    yield
    engine.remove_containers()
    for image in engine.api.get("/images/json?all=1").json:
        if "busybox:latest" not in (image["RepoTags"] or []):
            engine.api.delete(f"/images/{image['Id']}?force=1")


def events(api, container, since):
    filters = json.dumps({"container": [container]}).replace(" ", "")
    lines = api.get(f"/events?since={since:.9f}&until={time.time():.9f}&filters={filters}").body.splitlines()
    return [json.loads(line) for line in lines]


def layers(cli, image):
    return json.loads(cli.ok("inspect", "--type", "image", image))[0]["RootFS"]["Layers"]


def test_what_was_done_is_in_the_image(cli):
    cli.ok("run", "--name", "made", "busybox", "sh", "-c", "echo new >/made; rm /bin/cat; mkdir -p /a/b; chmod 4711 /made; ln /made /a/hard")
    image = cli.ok("commit", "made", "committed:1")
    assert image.startswith("sha256:") and len(image) == 71
    assert cli.ok("run", "--rm", "committed:1", "sh", "-c", "read x </made; echo $x; test -e /bin/cat || echo gone; stat -c %a:%h /made") == "new\ngone\n4711:2"
    assert len(layers(cli, image)) == len(layers(cli, "busybox")) + 1
    assert cli.ok("images", "-q", "--no-trunc", "committed") == image


def test_what_people_say_of_it(cli, api):
    cli.ok("run", "--name", "made", "-e", "A=b", "--label", "l=1", "busybox", "touch", "/x")
    image = cli.ok("commit", "-a", "Me <me@here>", "-m", "my words", "made", "committed")
    found = api.get(f"/images/{image}/json").json
    parent = api.get("/images/busybox/json").json["Id"]
    assert (found["Author"], found["Comment"], found["Parent"]) == ("Me <me@here>", "my words", parent)
    assert found["Config"]["Env"][-1:] == ["A=b"] or "A=b" in found["Config"]["Env"]
    assert found["Config"]["Labels"] == {"l": "1"} and found["Config"]["Cmd"] == ["touch", "/x"]
    history = api.get(f"/images/{image}/history").json
    assert (history[0]["CreatedBy"], history[0]["Comment"]) == ("touch /x", "my words")
    assert history[0]["Id"] == image and history[1]["Id"] == parent
    assert history[0]["Tags"] == ["committed:latest"]


def test_changes_of_its_settings(cli, api):
    cli.ok("create", "--name", "made", "busybox", "true")
    image = cli.ok("commit", "-c", "ENV a=1 b=2", "--change", "EXPOSE 80", "-c", 'CMD ["echo", "hi"]', "-c", "WORKDIR /tmp", "-c", "USER nobody",
                   "-c", "VOLUME /v", "-c", "LABEL x=y", "-c", "ONBUILD RUN true", "made", "committed")
    config = api.get(f"/images/{image}/json").json["Config"]
    assert {"a=1", "b=2"} <= set(config["Env"]) and config["ExposedPorts"] == {"80/tcp": {}}
    assert config["Cmd"] == ["echo", "hi"] and config["WorkingDir"] == "/tmp" and config["User"] == "nobody"
    assert config["Volumes"] == {"/v": {}} and config["Labels"] == {"x": "y"} and config["OnBuild"] == ["RUN true"]
    assert cli.ok("run", "--rm", "committed") == "hi"
    failed = cli.fails("commit", "-c", "RUN true", "made")
    assert "run is not a valid change command" in failed.complaint


def test_a_running_one_stands_still_and_goes_on(cli, api):
    container = cli.ok("run", "-d", "--name", "made", "busybox", "sh", "-c", "echo x >/made; i=0; while :; do i=$((i+1)); echo $i >/count; usleep 1000; done")
    eventually(lambda: "A /count" in cli.ok("diff", "made"))
    since = time.time()
    cli.ok("commit", "made", "committed")
    actions = [event["Action"] for event in events(api, container, since)]
    assert actions == ["pause", "commit", "unpause"] or actions == ["pause", "unpause", "commit"]
    first = cli.ok("exec", "made", "cat", "/count")
    eventually(lambda: cli.ok("exec", "made", "cat", "/count") != first)
    assert api.inspect(container)["State"]["Status"] == "running"
    since = time.time()
    cli.ok("commit", "--pause=false", "made", "committed:again")
    assert [event["Action"] for event in events(api, container, since)] == ["commit"]
    assert cli.ok("run", "--rm", "committed", "cat", "/made") == "x"


def test_a_paused_one_stays_paused(cli, api):
    container = cli.ok("run", "-d", "--name", "made", "busybox", "sleep", "1000")
    cli.ok("pause", "made")
    cli.ok("commit", "made", "committed")
    assert api.inspect(container)["State"]["Status"] == "paused"
    cli.ok("unpause", "made")


def test_the_event(cli, api):
    container = cli.ok("create", "--name", "made", "busybox", "true")
    since = time.time()
    image = cli.ok("commit", "-m", "words", "made", "committed:2")
    found = events(api, container, since)[-1]
    attributes = found["Actor"]["Attributes"]
    assert found["Action"] == "commit" and found["Type"] == "container"
    assert (attributes["comment"], attributes["imageID"], attributes["imageRef"]) == ("words", image, "committed:2")


def test_nothing_changed_makes_no_layer(cli, api):
    cli.ok("run", "--name", "made", "busybox", "true")
    image = cli.ok("commit", "made", "committed")
    assert layers(cli, image) == layers(cli, "busybox")
    assert api.get(f"/images/{image}/history").json[0]["Size"] == 0


def test_places_of_mounts_and_volumes_are_not_in_it(cli, tmp_path):
    (tmp_path / "outside").write_text("x")
    cli.ok("run", "--name", "made", "-v", f"{tmp_path}:/data", "-v", "/vol", "busybox", "sh", "-c", "echo y >/vol/y; echo z >/z")
    cli.ok("commit", "made", "committed")
    archive = cli("save", "committed").out
    with tarfile.open(fileobj=io.BytesIO(archive)) as saved:
        manifest = json.load(saved.extractfile("manifest.json"))
        top = tarfile.open(fileobj=saved.extractfile(manifest[0]["Layers"][-1]))
        names = {name.rstrip("/") for name in top.getnames()}
    assert "z" in names and {"data", "vol"} <= names
    assert not names & {"data/outside", "vol/y", "etc/hosts", "etc/hostname", "etc/resolv.conf", "proc", "sys", "dev"}


def test_it_can_be_saved_and_loaded(cli):
    cli.ok("run", "--name", "made", "busybox", "sh", "-c", "mkdir /d; i=0; while [ $i -lt 200 ]; do echo $i >/d/$i; i=$((i+1)); done; ln -s d /l; mkfifo /p")
    image = cli.ok("commit", "made", "committed")
    archive = cli("save", "committed").out
    cli.ok("rmi", "committed")
    cli.ok("load", input=archive)
    assert cli.ok("images", "-q", "--no-trunc", "committed") == image
    assert cli.ok("run", "--rm", "committed", "sh", "-c", "ls /l | wc -l; cat /d/77; test -p /p && echo pipe") == "200\n77\npipe"


def test_images_of_images(cli, api):
    cli.ok("run", "--name", "one", "busybox", "touch", "/1")
    first = cli.ok("commit", "one")
    cli.ok("run", "--name", "two", first, "touch", "/2")
    second = cli.ok("commit", "two", "committed")
    assert api.get(f"/images/{second}/json").json["Parent"] == first
    assert cli.ok("run", "--rm", "committed", "ls", "/1", "/2") == "/1\n/2"
    cli.ok("rm", "one", "two")
    everything = cli.ok("images", "-a", "-q", "--no-trunc").split()
    assert first in everything and first not in cli.ok("images", "-q", "--no-trunc").split()
    # With its child goes what has no name.
    cli.ok("rmi", "committed")
    assert first not in cli.ok("images", "-a", "-q", "--no-trunc").split()


def test_errors(cli, api):
    assert "No such container: nobody" in cli.fails("commit", "nobody").complaint
    cli.ok("create", "--name", "made", "busybox", "true")
    assert "invalid reference format" in cli.fails("commit", "made", "UPPER").complaint
    reply = api.post("/commit?container=made&repo=UPPER")
    assert reply.status == 400
    assert api.post("/commit?container=nobody").status == 404
    assert api.post("/commit?container=made", b"{", headers={"Content-Type": "application/json"}).status == 400
    assert api.post("/commit?container=made", b"x", headers={"Content-Type": "text/plain"}).status == 400


def test_settings_from_the_body(api):
    container = api.create(cmd=("true",), Env=["A=1", "B=2"])
    reply = api.post(f"/commit?container={container}&repo=committed", {"Cmd": ["sh"], "Env": ["A=3"]})
    assert reply.status == 201
    config = api.get(f"/images/{reply.json['Id']}/json").json["Config"]
    assert config["Cmd"] == ["sh"] and {"A=3", "B=2"} <= set(config["Env"])


def test_old_versions_do_not_pause_by_default(engine):
    from harness.rawhttp import Api
    api = Api(engine.socket, "v1.18")
    container = api.run(cmd=("sleep", "1000"))
    since = time.time()
    reply = api.post(f"/commit?container={container}&repo=committed&pause=0")
    assert reply.status == 201 and len(reply.json["Id"]) == 71
    assert "pause" not in [event["Action"] for event in events(engine.api, container, since)]


def test_docker_py(py):
    container = py.containers.run("busybox", "touch /x", detach=True)
    container.wait()
    image = container.commit(repository="committed", tag="py", message="m", author="a", changes="CMD [\"ls\", \"/x\"]")
    assert image.tags == ["committed:py"] and image.attrs["Config"]["Cmd"] == ["ls", "/x"]
    assert py.containers.run("committed:py", remove=True) == b"/x\n"
    with pytest.raises(docker.errors.NotFound):
        py.api.commit("nobody")


def test_many_at_a_time(cli):
    cli.ok("run", "-d", "--name", "made", "busybox", "sh", "-c", "echo x >/x; sleep 1000")
    eventually(lambda: cli.ok("diff", "made"))
    found = []
    threads = [threading.Thread(target=lambda n=n: found.append(cli.ok("commit", "made", f"committed:{n}"))) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 6 and len({tuple(layers(cli, image)) for image in found}) == 1
    assert cli.ok("exec", "made", "cat", "/x") == "x"
