"""Images are larger than what an engine keeps of them in memory: moving 300 MB takes it no more than a few blocks."""
import gzip
import hashlib
import json
import os

import pytest

from harness import images
from harness.building import Building
from harness.distribution import CONFIG, LAYER, MANIFEST, Registry, name_of
from harness.images import entry

MIB = 1 << 20
SIZE = 300 * MIB
BOUND = 60 << 10  # KiB more than before


def memory(engine, field):
    """KiB."""
    with open(f"/proc/{engine.pid}/status") as file:
        return int(next(line for line in file if line.startswith(field)).split()[1])


class Peak:
    """How much more than before an engine took at its most while the block ran, in KiB."""

    def __init__(self, engine):
        self.engine = engine

    def __enter__(self):
        with open(f"/proc/{self.engine.pid}/clear_refs", "w") as file:
            file.write("5")  # VmHWM begins anew (proc(5))
        self.before = memory(self.engine, "VmRSS")
        return self

    def __exit__(self, *_):
        self.more = memory(self.engine, "VmHWM") - self.before


@pytest.fixture
def engine(new_engine):
    """Warm: what a first call takes is not counted."""
    engine = new_engine()
    saved = engine.api.get("/images/busybox/get").body
    assert engine.api.post("/images/load", saved).status == 200
    return engine


@pytest.fixture(scope="module")
def layer():
    """One file that nothing makes smaller."""
    block = os.urandom(MIB)
    return images.tar(entry("large", b"".join(block[n:] + block[:n] for n in range(SIZE // MIB))))


def test_load_and_save(engine, layer, tmp_path):
    archive = tmp_path / "large.tar"
    archive.write_bytes(images.docker_archive("large:1", [layer]))
    with open(archive, "rb") as file, Peak(engine) as peak:
        reply = engine.api.post("/images/load", iter(lambda: file.read(MIB), b""), timeout=120,
                                headers={"Content-Type": "application/x-tar", "Transfer-Encoding": "chunked"})
    assert reply.status == 200 and b"Loaded image: large:1" in reply.body, reply
    assert peak.more < BOUND
    found, size = hashlib.sha256(), 0
    with Peak(engine) as peak:
        connection, answer = engine.api.open("GET", "/images/large:1/get", timeout=120)
        while chunk := answer.read(MIB):
            found.update(chunk)
            size += len(chunk)
        connection.close()
    assert size > SIZE and peak.more < BOUND


def test_pull(engine, layer):
    registry = Registry()
    try:
        packed = gzip.compress(layer, compresslevel=0, mtime=0)
        document = images.config([layer])
        manifest = json.dumps({"schemaVersion": 2, "mediaType": MANIFEST,
                               "config": {"mediaType": CONFIG, "size": len(document), "digest": name_of(document)},
                               "layers": [{"mediaType": LAYER, "size": len(packed), "digest": name_of(packed)}]}).encode()
        for data in (document, packed):
            registry.put_blob("large", data)
        registry.put_manifest("large", "1", manifest, MANIFEST)
        with Peak(engine) as peak:
            reply = engine.api.post(f"/images/create?fromImage={registry.host}/large:1", timeout=120)
        assert "Downloaded newer image" in reply.text
        assert engine.api.get(f"/images/{registry.host}/large:1/json").json["Size"] >= SIZE
        assert peak.more < BOUND
    finally:
        registry.stop()


def test_ten_thousand_steps(engine):
    """Takes some ten seconds, with an engine that is not optimised."""
    building = Building(engine)
    dockerfile = "FROM busybox\n" + "".join(f"LABEL l{number}=v{number}\n" for number in range(10_000))
    with Peak(engine) as peak:
        image = building.ok(dockerfile, timeout=120)
    assert building.inspect(image)["Config"]["Labels"] == {f"l{number}": f"v{number}" for number in range(10_000)}
    assert peak.more < 2 * BOUND
