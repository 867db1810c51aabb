"""What rmi takes away goes by and by: the answer comes before the files are gone, and a crash in between leaves nothing for good."""
import glob
import socket

import pytest

from harness import images
from harness.images import entry
from harness.waiting import eventually
from test_images import import_tar

FILES = 1000


def trash(engine):
    return glob.glob(f"{engine.root}/overlay/.old-*")



class StalledImport:
    """A layer on its way that does not go on: as long as it is made, nothing is taken apart on a disk with room."""

    def __init__(self, engine):
        data = images.tar(entry("slow", bytes(3 << 20)))
        self.rest = data[2 << 20:]
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(engine.socket)
        self.socket.sendall(b"POST /images/create?fromSrc=-&repo=slow&tag=1 HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n"
                            % len(data) + data[:2 << 20])
        eventually(lambda: glob.glob(f"{engine.root}/overlay/.new-*/diff/slow"), 10, what="the beginning of a layer")

    def finish(self):
        self.socket.sendall(self.rest)
        assert b"200 OK" in self.socket.recv(4096)
        self.socket.close()


@pytest.fixture
def large(new_engine):
    """An engine with an image of many files, and what its rows of images cost before."""
    engine = new_engine("-s", "overlay")
    before = engine.api.get("/system/df").json["LayersSize"]
    assert import_tar(engine.api, images.tar(*(entry(f"d{n % 9}/f{n}", b"x") for n in range(FILES))), "repo=large&tag=1").status == 200
    assert engine.api.get("/system/df").json["LayersSize"] == before + FILES
    yield engine, before


def test_rmi_answers_before_the_files_are_gone(large):
    engine, before = large
    slow = StalledImport(engine)
    assert engine.api.delete("/images/large:1").status == 200
    # 32 files go between two looks at what is being made.
    assert len(trash(engine)) == 1 and len(glob.glob(trash(engine)[0] + "/diff/d*/f*")) >= FILES - 32
    assert engine.api.get("/system/df").json["LayersSize"] == before
    assert [image["RepoTags"] for image in engine.api.get("/images/json").json if image["RepoTags"] != ["busybox:latest"]] == []
    slow.finish()
    eventually(lambda: not trash(engine), 60, what="an empty trash")


def test_a_crash_between_the_answer_and_the_end(large):
    engine, before = large
    slow = StalledImport(engine)
    assert engine.api.delete("/images/large:1").status == 200
    engine.kill()
    slow.socket.close()
    assert len(trash(engine)) == 1
    engine.start()
    eventually(lambda: not trash(engine) and not glob.glob(f"{engine.root}/overlay/.new-*"), 60, what="an empty trash")
    assert engine.api.get("/system/df").json["LayersSize"] == before
    assert engine.api.get("/images/large:1/json").status == 404


def test_an_image_that_comes_back_at_once(large):
    engine, before = large
    archive = engine.api.get("/images/large:1/get").body
    slow = StalledImport(engine)
    assert engine.api.delete("/images/large:1").status == 200
    assert engine.api.post("/images/load", archive, timeout=60).status == 200
    assert len(trash(engine)) == 1
    slow.finish()
    eventually(lambda: not trash(engine), 60, what="an empty trash")
    assert engine.api.get("/images/large:1/get").body[-10240:] == archive[-10240:]
    assert engine.api.get("/system/df").json["LayersSize"] == before + FILES + (3 << 20)
