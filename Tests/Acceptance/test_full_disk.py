"""A disk without room: clear errors, nothing half-made, and all is well when there is room again."""
import contextlib
import gzip
import http.client
import os
import subprocess
import threading

import pytest

from harness import images
from harness.building import Building
from harness.distribution import Image, name_of
from harness.hostile import HostileRegistry
from harness.images import entry
from harness.waiting import eventually

MIB = 1 << 20


@pytest.fixture
def small(new_engine, busybox_tar):
    """An engine whose folder has 48 MiB."""
    engine = new_engine(start=False)
    os.makedirs(engine.root)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=48m,mode=711", "none", engine.root], check=True)
    try:
        engine.start()
        with open(busybox_tar, "rb") as file:
            assert engine.api.post("/images/create?fromSrc=-&repo=busybox", file.read()).status == 200
        yield engine
        engine.remove_containers()
        engine.stop()
    finally:
        subprocess.run(["umount", "-l", engine.root], check=True)


def used(engine):
    found = os.statvfs(engine.root)
    return (found.f_blocks - found.f_bfree) * found.f_frsize


class Filler:
    """Takes all the room there is, for a while."""

    def __init__(self, engine):
        self.path = engine.root + "/filler"

    def __enter__(self):
        with open(self.path, "wb", buffering=0) as file:
            try:
                while True:
                    file.write(bytes(MIB))
            except OSError:
                pass
            try:
                while True:
                    file.write(bytes(4096))
            except OSError:
                pass

    def __exit__(self, *_):
        os.remove(self.path)


def says_why(reply):
    return b"no space left on device" in reply.body.lower()


@pytest.mark.parametrize("shape", ["one file", "many files"])
def test_an_import_that_does_not_fit(small, shape):
    before = used(small)
    names = [f["RepoTags"] for f in small.api.get("/images/json?all=1").json]
    if shape == "one file":
        data = images.tar(entry("large", os.urandom(60 * MIB)))
    else:
        data = images.tar(*(entry(f"f{n}", os.urandom(MIB)) for n in range(60)))
    reply = small.api.post("/images/create?fromSrc=-&repo=large", data, timeout=120)
    assert says_why(reply), reply
    assert [f["RepoTags"] for f in small.api.get("/images/json?all=1").json] == names
    assert used(small) - before < MIB
    assert small.api.output(cmd=("echo", "well"))[1] == b"well\n"


def test_a_load_that_does_not_fit(small):
    layer = images.tar(entry("large", os.urandom(60 * MIB)))
    before = used(small)
    reply = small.api.post("/images/load", images.docker_archive("large:1", [layer]), timeout=120)
    assert says_why(reply), reply
    assert used(small) - before < MIB and small.api.get("/images/large:1/json").status == 404


def test_what_pulled_layers_came_as_gives_way(small):
    source = HostileRegistry()
    try:
        large, wide = Image(images.tar(entry("large", os.urandom(12 * MIB)))), Image(images.tar(entry("wide", b"wide" * (7 * MIB))))
        folder = small.root + "/image/overlay/pulled"
        for image, name in ((large, "large"), (wide, "wide")):
            reply = small.api.post(f"/images/create?fromImage={source.put(name, '1', image)}", timeout=60)
            assert "Downloaded newer image" in reply.text, reply
            assert os.listdir(folder) == [name_of(image.layers[0])[7:]]
    finally:
        source.stop()


def test_creating_and_starting_without_room(small):
    kept = small.api.run(cmd=("sleep", "1000"), name="kept", host={"NetworkMode": "none"})
    ready = small.api.create(cmd=("echo", "late"), name="ready", host={"NetworkMode": "none"})
    with Filler(small):
        made = [small.api.post("/containers/create", {"Image": "busybox", "Cmd": ["true"]}) for _ in range(3)]
        refused = [reply for reply in made if reply.status != 201]
        assert refused and all(says_why(reply) for reply in refused), made
        assert small.api.inspect(kept)["State"]["Running"] is True
        # The folder of what runs is elsewhere; a start may do without room, or say that it can't.
        reply = small.api.post(f"/containers/{ready}/start")
        assert reply.status == 204 or says_why(reply), reply
    names = {name for item in small.api.get("/containers/json?all=1").json for name in item["Names"]}
    assert {"/kept", "/ready"} <= names
    assert small.api.inspect(kept)["State"]["Running"] is True
    assert small.api.output(cmd=("echo", "well"))[1] == b"well\n"
    folder = small.root + "/containers"
    eventually(lambda: len(os.listdir(folder)) == len(small.api.get("/containers/json?all=1").json), what="no folder of its own")


def test_a_log_without_room_does_not_stop_the_container(small):
    container = small.api.create(cmd=("sh", "-c", "seq 1 200000; echo done > /dev/shm/done; sleep 1000"), host={"NetworkMode": "none"})
    with Filler(small):
        reply = small.api.post(f"/containers/{container}/start")
        if reply.status == 204:
            eventually(lambda: "sleep 1000" in str(small.api.get(f"/containers/{container}/top").json["Processes"]), 20)
    assert small.api.delete(f"/containers/{container}?force=1").status == 204


def test_a_crash_on_a_full_disk(small):
    kept = small.api.run(cmd=("sleep", "1000"), name="kept", host={"NetworkMode": "none"})
    with Filler(small):
        small.kill()
        try:
            small.start()
        except AssertionError as problem:
            assert "no space left" in str(problem).lower() or "full" in str(problem).lower()
    if small.process is None or small.process.poll() is not None:
        small.start()
    assert small.api.inspect(kept)["State"]["Running"] is True
    assert small.api.output(cmd=("echo", "well"))[1] == b"well\n"


# Builds

def build(engine, dockerfile, files={}, query="forcerm=1"):
    building = Building(engine)
    result = building(dockerfile, files, query=query)
    return building, result


FULL = "FROM busybox\nRUN dd if=/dev/zero of=/big bs=1M count=200\n"


@pytest.mark.parametrize("dockerfile, files, error", [
    (FULL, {}, "returned a non-zero code: 1"),
    ("FROM busybox\nRUN dd if=/dev/zero of=/big bs=1M count=200; true\n", {}, "no space left on device"),
    ("FROM busybox\nCOPY a /1\nCOPY a /2\nCOPY a /3\n", {"a": os.urandom(14 * MIB)}, "no space left on device"),
    ("FROM busybox\nCOPY --link a /1\nCOPY --link a /2\nCOPY --link a /3\n", {"a": os.urandom(14 * MIB)}, "no space left on device"),
    ("FROM busybox\nADD a.tgz /1/\n", {"a.tgz": gzip.compress(images.tar(entry("zeros", bytes(60 * MIB))), 1)}, "no space left on device"),
    ("FROM busybox\nCOPY a /1\n", {"a": os.urandom(60 * MIB)}, "no space left on device"),
    ("FROM busybox\nCOPY . /1\n", {f"f{number}": os.urandom(MIB) for number in range(60)}, "no space left on device"),
    ("FROM busybox\nRUN --mount=target=/c,rw dd if=/dev/zero of=/c/x bs=1M count=200\n", {"a": "x"}, "returned a non-zero code: 1"),
    ("FROM busybox AS a\nRUN dd if=/dev/zero of=/big bs=1M count=28\nFROM busybox\nCOPY --from=a /big /b\n", {}, "no space left on device"),
], ids=["command", "command that takes no notice", "copy", "linked copy", "archive", "context", "context of many", "mount", "stage"])
def test_a_build_that_does_not_fit(small, dockerfile, files, error):
    before = used(small)
    building, result = build(small, dockerfile, files)
    assert error in result.error.lower(), result
    assert small.containers() == []
    eventually(lambda: not os.listdir(small.root + "/contexts"), what="the end of the context")
    building.clean()
    eventually(lambda: used(small) - before < MIB, what="the room is free again")
    again = building.ok("FROM busybox\nCOPY a /a\nRUN cat /a > /b\n", {"a": "fits"})
    assert building.files(again)["b"] == b"fits"
    building.clean()


def test_a_failed_command_is_kept_where_there_is_room_for_it(small):
    """Docker's builder keeps the container of a command that has failed; here nobody could remove it any more."""
    building, result = build(small, FULL, query="")
    assert "returned a non-zero code: 1" in result.error
    assert small.containers() == [], small.log(10)
    assert building("FROM busybox\nRUN exit 3\n").error and len(small.containers()) == 1
    building.clean()


def test_a_container_that_has_filled_the_disk_can_be_removed(small):
    before = used(small)
    container = small.api.create(cmd=("dd", "if=/dev/zero", "of=/big", "bs=1M", "count=200"))
    small.api.post(f"/containers/{container}/start")
    assert small.api.post(f"/containers/{container}/wait").json["StatusCode"] == 1
    with Filler(small):
        assert small.api.delete(f"/containers/{container}").status == 204
        eventually(lambda: not small.containers(), what="the end of the container")
    eventually(lambda: used(small) - before < MIB, what="the room is free again")


def test_an_engine_killed_by_a_build_that_filled_the_disk(small):
    building = Building(small)
    request = threading.Thread(target=unheard, args=(building, "FROM busybox\nRUN dd if=/dev/zero of=/big bs=1M count=200; sleep 1000\n"))
    request.start()
    eventually(lambda: os.statvfs(small.root).f_bfree == 0, what="a full disk")
    small.kill()
    request.join(20)
    small.start()
    assert small.containers() == [] and os.statvfs(small.root).f_bfree > 0
    assert building("FROM busybox\nRUN echo well\n").image
    building.clean()


def unheard(building, dockerfile):
    """A build whose engine goes."""
    with contextlib.suppress(OSError, http.client.HTTPException):
        building(dockerfile)
