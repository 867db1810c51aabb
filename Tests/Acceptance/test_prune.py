"""system prune and the prunes of containers and volumes: what is not used goes, and nothing else."""
import contextlib
import json
import threading
import urllib.parse

import pytest

from harness import images
from harness.images import entry
from test_disk_usage import make, only_busybox  # noqa: F401


def filters(**values):
    return "?filters=" + urllib.parse.quote(json.dumps(values))


@pytest.fixture
def volumes(api, engine):
    """Names of the volumes that are there: none before the test, none after it."""
    def clear():
        engine.remove_containers()
        assert api.post("/volumes/prune" + filters(all=["true"])).status == 200

    def names():
        return {row["Name"] for row in api.get("/system/df?type=volume").json["Volumes"]}
    clear()
    assert not names()
    yield names
    clear()


def test_containers(api, cli):
    cli.ok("run", "--name", "stopped", "--label", "who=a", "busybox", "sh", "-c", "head -c 5000 /dev/zero >/file")
    cli.ok("create", "--name", "made", "--label", "who=b", "busybox", "true")
    cli.ok("run", "-d", "--name", "runs", "--label", "who=a", "busybox", "sleep", "1000")
    cli.ok("run", "-d", "--name", "paused", "--label", "who=a", "busybox", "sleep", "1000")
    cli.ok("pause", "paused")
    stopped, made = (api.inspect(name)["Id"] for name in ("stopped", "made"))
    assert api.post("/containers/prune" + filters(until=["1h"])).json == {"ContainersDeleted": None, "SpaceReclaimed": 0}
    assert api.post("/containers/prune" + filters(colour=["red"])).message == "invalid filter 'colour'"
    question = "WARNING! This will remove all stopped containers.\nAre you sure you want to continue? [y/N] "
    # Where the question stands on a line of its own, the answer comes behind it.
    assert cli("container", "prune", input="n\n").text.rstrip("\n") == question.rstrip("\n")
    out = cli.ok("container", "prune", "-f", "--filter", "label=who=a")
    assert out.splitlines()[:2] == ["Deleted Containers:", stopped]
    assert out.splitlines()[-1].startswith("Total reclaimed space: ") and not out.endswith(" 0B")
    assert cli.ok("container", "prune", "-f").splitlines()[1] == made
    assert sorted(cli.ok("ps", "-a", "--format", "{{.Names}}").split()) == ["paused", "runs"]
    cli.ok("unpause", "paused")


def test_volumes(api, old_api, cli, volumes):
    cli.ok("run", "--name", "user", "-v", "used:/u", "busybox", "true")
    cli.ok("run", "--name", "box", "-v", "/anonymous", "-v", "named:/n", "busybox", "sh", "-c", "echo 12345 >/anonymous/f; echo 1 >/n/f")
    anonymous = (volumes() - {"used", "named"}).pop()
    assert api.post("/volumes/prune").json == {"VolumesDeleted": None, "SpaceReclaimed": 0}
    cli.ok("rm", "box")
    assert api.post("/volumes/prune" + filters(until=["1h"])).message == "invalid filter 'until'"
    assert api.post("/volumes/prune" + filters(label=["no"])).json["VolumesDeleted"] is None
    assert api.post("/volumes/prune").json == {"VolumesDeleted": [anonymous], "SpaceReclaimed": 6}
    assert volumes() == {"used", "named"}
    assert api.request("POST", "/volumes/prune", version="v1.41").json == {"VolumesDeleted": ["named"], "SpaceReclaimed": 2}
    assert volumes() == {"used"}


def test_volumes_of_containers_that_are_being_made_stay(api, volumes):
    """A prune beside creates: a volume that somebody has just taken is not idle."""
    end, problems = threading.Event(), []

    def prune():
        while not end.is_set():
            api.post("/volumes/prune" + filters(all=["true"]))
    pruner = threading.Thread(target=prune)
    pruner.start()
    try:
        for _ in range(15):
            container = api.create(cmd=("sh", "-c", "echo x >/a/f && echo y >/b/f"), host={"Binds": ["shared:/a"]}, Volumes={"/b": {}})
            names = {mount["Name"] for mount in api.inspect(container)["Mounts"]}
            if not names <= volumes():
                problems.append(names - volumes())
            api.start(container)
            if api.wait(container) != 0:
                problems.append("exit")
            api.delete(f"/containers/{container}?v=1")
    finally:
        end.set()
        pruner.join()
    assert not problems


@pytest.fixture
def beside(api):
    """Runs something again and again in a thread, until the block ends."""
    @contextlib.contextmanager
    def run(action):
        end = threading.Event()

        def repeat():
            while not end.wait(0.01):
                action()
        thread = threading.Thread(target=repeat)
        thread.start()
        try:
            yield
        finally:
            end.set()
            thread.join()
    return run


def test_images_of_a_build_that_goes_on_stay(api, building, beside):
    """A stage that is done, and the steps of one, have no name, no container and no child for a while."""
    dockerfile = "FROM busybox AS a\nRUN echo 1 > /a\nENV A=b\nFROM busybox\n" + "".join(
        f"RUN echo {n} > /{n}\nENV N={n}\n" for n in range(6)) + "COPY --from=a /a /a\n"
    with beside(lambda: api.post("/images/prune")):
        image = building.ok(dockerfile, query="nocache=1", tag="made")
    assert {"a", *"012345"} <= set(building.files(image))
    # Afterwards the steps that nobody needs go.
    api.delete("/images/made")
    api.post("/images/prune")
    assert not [row for row in api.get("/images/json?all=1").json if row["Id"] not in building.kept]


def test_containers_of_steps_stay(api, building, beside):
    """Between its command's end and its image a step's container does not run."""
    refused, odd = [], []

    def remove():
        api.post("/containers/prune")
        for row in api.get("/containers/json?all=1").json:
            reply = api.delete(f"/containers/{row['Id']}")
            if reply.status == 409 and "a build that goes on needs it" in reply.message:
                refused.append(row["Id"])
            elif reply.status not in (204, 404, 409):
                odd.append(reply)
    names = {f"d/{n}" for n in range(3000)}
    with beside(remove):
        for _ in range(3):
            image = building.ok("FROM busybox\nRUN mkdir /d && cd /d && for n in $(seq 0 2999); do echo $n > $n; done\n",
                                query="nocache=1&rm=0")
            assert names <= set(building.files(image))
    assert refused and not odd


def test_everything(api, ours, volumes):
    make(api, "unused:1", 1000)
    make(api, None, 2000)
    ours.ok("network", "create", "lonely")
    ours.ok("network", "create", "busy")
    ours.ok("run", "-d", "--name", "runs", "--network", "busy", "-v", "/kept", "busybox", "sleep", "1000")
    ours.ok("run", "--name", "stopped", "-v", "/idle", "-v", "named:/n", "busybox", "sh", "-c", "echo 12345 >/idle/f")
    assert len(volumes()) == 3
    # Nothing has that label, the cache of builds has none at all.
    assert ours.ok("system", "prune", "-f", "--filter", "label=nobody") == "Total reclaimed space: 0B"
    out = ours.ok("system", "prune", "-f")
    assert "Deleted Containers:" in out and "Deleted Networks:\nlonely\n" in out and "Deleted Images:" in out
    assert "untagged: unused:1" not in out and len(volumes()) == 3
    out = ours.ok("system", "prune", "-af", "--volumes")
    assert "Deleted Volumes:" in out and "untagged: unused:1" in out
    assert out.splitlines()[-1] == "Total reclaimed space: 8.006kB", out
    assert ours.ok("ps", "-a", "--format", "{{.Names}}") == "runs"
    assert [row["RepoTags"] for row in api.get("/images/json").json] == [["busybox:latest"]]
    assert len(volumes()) == 2 and "named" in volumes()
    assert {"busy"} <= {row["Name"] for row in api.get("/networks").json}
    ours.ok("rm", "-fv", "runs")
