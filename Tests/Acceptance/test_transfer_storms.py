"""kill -9 in the middle of pushes and pulls, at random points: of the engine, then of the registry. After each point nothing is
wrong, nothing is half there, and the same again succeeds."""
import hashlib
import http.client
import json
import os
import random
import threading
import time

import pytest

from harness import images
from harness.disks import Disk
from harness.distribution import MANIFEST, Image, name_of
from harness.images import entry
from harness.registry import Registry, digest
from harness.waiting import eventually
from test_images import progress

# A few in every run; the full count is asked for by name.
POINTS = int(os.environ.get("POINTS", "6"))
V2 = "/docker/registry/v2"


# What is on a registry's disk

def linked(folder):
    """Digests of the links in a folder of distribution's layout."""
    for place, _, names in os.walk(folder):
        if "link" in names:
            with open(place + "/link") as file:
                yield file.read()


class Stored:
    """A registry's storage. Blobs do not change: each is hashed when it is first seen."""

    def __init__(self, folder):
        self.folder, self.known = folder + V2, {}

    def check(self):
        """Every blob is what it is called, and every manifest that a repository has names only what is there."""
        self.check_blobs()
        for repository in self.repositories():
            layers = set(linked(repository + "/_layers"))
            manifests = set(linked(repository + "/_manifests/revisions"))
            tagged = set(linked(repository + "/_manifests/tags"))
            assert tagged <= manifests, f"{repository}: tags of {tagged - manifests}"
            assert layers | manifests <= set(self.known), f"{repository}: links to {(layers | manifests) - set(self.known)}"
            for name in manifests:
                document = json.loads(self.read(name))
                needed = {part["digest"] for part in [document["config"], *document["layers"]]}
                assert needed <= layers, f"{repository}: {name} lacks {needed - layers}"

    def check_blobs(self):
        for place, _, names in os.walk(self.folder + "/blobs"):
            if "data" not in names:
                continue
            name = "sha256:" + os.path.basename(place)
            size = os.path.getsize(place + "/data")
            if self.known.get(name) != size:
                with open(place + "/data", "rb") as file:
                    assert name_of(file.read()) == name
                self.known[name] = size

    def read(self, name):
        with open(f"{self.folder}/blobs/sha256/{name[7:9]}/{name[7:]}/data", "rb") as file:
            return file.read()

    def repositories(self):
        return [place for place, folders, _ in os.walk(self.folder + "/repositories") if "_manifests" in folders]


# The engine is killed

class Pulled:
    """An image of some layers in the registry."""

    def __init__(self, registry, number):
        self.image = Image(*[images.tar(*[entry(f"{layer}/{file}", os.urandom(2000)) for file in range(40)])
                             for layer in range(4)])
        for data in self.image.blobs.values():
            registry.push_blob(f"pulled/{number}", data)
        registry.push_manifest(f"pulled/{number}", "1", self.image.manifest, MANIFEST)
        self.name = f"127.0.0.1:{registry.port}/pulled/{number}:1"


class Pushed:
    """A new image in the engine."""

    def __init__(self, engine, registry, number):
        self.repository = f"pushed/{number}"
        self.name = f"127.0.0.1:{registry.port}/{self.repository}"
        tar = images.tar(entry(f"only-{number}", os.urandom(150_000)))
        reply = engine.api.post(f"/images/create?fromSrc=-&repo={self.name}&tag=1", tar,
                                headers={"Content-Type": "application/x-tar"})
        assert reply.status == 200 and b'"error"' not in reply.body, reply
        self.id = engine.api.get(f"/images/{self.name}:1/json").json["Id"]


def ended(reply):
    """The last message of a stream that did not fail."""
    last = progress(reply)[-1]
    assert reply.status == 200 and "error" not in last, last
    return last


def pull(engine, name):
    return ended(engine.api.post(f"/images/create?fromImage={name}", timeout=30))


def push(engine, name):
    return ended(engine.api.post(f"/images/{name}/push?tag=1", headers={"X-Registry-Auth": "e30="}, timeout=30))


def broken_off(action, *arguments):
    """A thread with a call that may end in the engine's death."""
    def run():
        try:
            action(*arguments)
        except (OSError, AssertionError, ValueError, IndexError, http.client.HTTPException):
            pass
    thread = threading.Thread(target=run)
    thread.start()
    return thread


def check_engine(engine, may_have):
    found = {tag for row in engine.api.get("/images/json").json for tag in row["RepoTags"]}
    assert found <= may_have, f"half-visible: {found - may_have}"
    reply = engine.api.get("/system/check", timeout=60)
    problems = [line for line in reply.text.splitlines() if json.loads(line).get("Problem")]
    assert reply.status == 200 and not problems, problems
    return found


def duration(action, *arguments):
    started = time.monotonic()
    action(*arguments)
    return time.monotonic() - started


@pytest.fixture
def memory():
    """A crash of a process loses nothing that it wrote, so a disk would only make these slow."""
    disk = Disk.of_memory()
    yield disk
    disk.close()


@pytest.mark.parametrize("kind", ["martlet", "distribution"])
def test_the_engine_dies_in_pulls_and_pushes(memory, new_engine, kind):
    engine, registry = new_engine(start=False), Registry(kind, folder=memory.path).start()
    engine.root = memory.path + "/engine"
    engine.start()
    stored, chance = Stored(registry.storage), random.Random(int(os.environ.get("SEED", "11")))
    try:
        pulled = [Pulled(registry, number) for number in range(4)]
        first = Pushed(engine, registry, "first")
        longest = 1.2 * max(duration(pull, engine, pulled[0].name), duration(push, engine, first.name))
        engine.api.delete(f"/images/{pulled[0].name}")
        for number in range(POINTS):
            source, made = pulled[number % len(pulled)], Pushed(engine, registry, number)
            threads = [broken_off(pull, engine, source.name), broken_off(push, engine, made.name)]
            time.sleep(chance.uniform(0, longest))
            engine.kill()
            for thread in threads:
                thread.join()
            stored.check()
            engine.start()
            check_engine(engine, {first.name + ":1", made.name + ":1", source.name})
            assert json.loads(engine.api.get(f"/images/{made.name}:1/json").body)["Id"] == made.id
            pull(engine, source.name)
            push(engine, made.name)
            assert engine.api.get(f"/images/{source.name}/json").json["Id"] == source.image.id
            manifest = registry.get(f"/v2/{made.repository}/manifests/1", Accept=MANIFEST).json
            assert manifest["config"]["digest"] == made.id
            for name in (source.name, made.name + ":1"):
                assert engine.api.delete(f"/images/{name}").status == 200
        stored.check()
        assert check_engine(engine, {first.name + ":1"}) == {first.name + ":1"}
        engine.api.delete(f"/images/{first.name}:1")
        engine.restart()
        eventually(lambda: os.listdir(engine.root + "/overlay") == ["l"], 60)
        for folder in ("downloads", "pulled"):
            place = f"{engine.root}/image/overlay/{folder}"
            assert not os.path.isdir(place) or os.listdir(place) == [], folder
    finally:
        registry.finish()


# The registry is killed

class Traffic:
    """Clients that push and pull until the registry is gone. What was answered is `done`: (repository, tag) → manifest."""

    def __init__(self, registry, number, done):
        self.registry, self.number, self.done, self.problems = registry, number, done, []
        self.threads = [threading.Thread(target=self.loop, args=(work, client))
                        for client, work in enumerate([self.push, self.push, self.pull, self.pull])]

    def start(self):
        for thread in self.threads:
            thread.start()
        return self

    def join(self):
        for thread in self.threads:
            thread.join()
        assert not self.problems, self.problems

    def loop(self, work, client):
        chance = random.Random(self.number * 10 + client)
        try:
            for count in range(1000):
                work(chance, f"{client}-{count}")
        except (OSError, http.client.HTTPException):
            return  # it is gone
        except (AssertionError, ValueError, KeyError) as problem:
            self.problems.append(repr(problem))

    def push(self, chance, tag):
        repository = f"storm/{self.number}"
        body = self.registry.push_image(repository, tag, layer=chance.randbytes(chance.randrange(1, 60_000)),
                                        config=b'{"tag":"%s"}' % tag.encode())
        self.done[repository, tag] = body

    def pull(self, chance, _):
        """What comes whole is right, whatever happens to the rest."""
        known = list(self.done.items())
        if not known:
            return time.sleep(0.005)
        (repository, tag), expected = chance.choice(known)
        reply = self.registry.get(f"/v2/{repository}/manifests/{tag}", Accept=f"{MANIFEST}, application/vnd.oci.image.manifest.v1+json")
        assert (reply.status, reply.body) == (200, expected), reply
        for part in [reply.json["config"], *reply.json["layers"]]:
            blob = self.registry.get(f"/v2/{repository}/blobs/{part['digest']}")
            assert (blob.status, digest(blob.body)) == (200, part["digest"]), blob


def test_the_registry_dies_in_pushes_and_pulls(memory):
    registry, done = Registry(folder=memory.path), {}
    stored, chance = Stored(registry.storage), random.Random(int(os.environ.get("SEED", "12")))
    try:
        for number in range(POINTS):
            registry.start()
            traffic = Traffic(registry, number, done).start()
            time.sleep(chance.uniform(0.01, 0.25))
            registry.kill()
            traffic.join()
            stored.check()
        assert len({repository for repository, _ in done}) > POINTS / 2
        registry.start()
        for (repository, tag), body in done.items():
            assert registry.get(f"/v2/{repository}/manifests/{tag}", Accept="application/vnd.oci.image.manifest.v1+json").body == body
            for part in json.loads(body)["layers"]:
                assert hashlib.sha256(registry.get(f"/v2/{repository}/blobs/{part['digest']}").body).hexdigest() == part["digest"][7:]
    finally:
        registry.finish()
