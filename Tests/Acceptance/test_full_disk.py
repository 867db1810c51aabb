"""A disk without room: clear errors, nothing half-made, and all is well when there is room again."""
import os
import subprocess

import pytest

from harness import images
from harness.images import entry

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
    assert len(os.listdir(folder)) == len(small.api.get("/containers/json?all=1").json)


def test_a_log_without_room_does_not_stop_the_container(small):
    container = small.api.create(cmd=("sh", "-c", "seq 1 200000; echo done > /dev/shm/done; sleep 1000"), host={"NetworkMode": "none"})
    with Filler(small):
        reply = small.api.post(f"/containers/{container}/start")
        if reply.status == 204:
            from harness.waiting import eventually
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
