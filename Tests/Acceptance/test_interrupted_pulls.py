"""Pulls whose client leaves, and engines that die in the middle of them."""
import os
import socket
import threading
import time

import pytest

from harness import images
from harness.distribution import Image, name_of
from harness.images import entry
from harness.waiting import eventually
from test_hostile_registry import hostile, layers_on_disk, spools  # noqa: F401
from test_pull import only_busybox, pull, small  # noqa: F401


@pytest.fixture
def slow(hostile):
    """An image whose one layer comes as slowly as the test lets it; (name, image, a function that lets it come)."""
    image = Image(images.tar(entry("first", b"1")), images.tar(entry("slow", os.urandom(4_000_000))))
    name, free = hostile.put("a/slow", "1", image), threading.Event()

    def drip(handler, path):
        if name_of(image.layers[1]) not in path or free.is_set():
            return False
        data = image.layers[1]
        asked = handler.headers.get("Range")
        start = int(asked[6:-1]) if asked else 0
        handler.send_response(206 if start else 200)
        handler.send_header("Content-Length", str(len(data) - start))
        handler.end_headers()
        try:
            handler.wfile.write(data[start:2_500_000])
            for place in range(max(start, 2_500_000), len(data)):
                if free.is_set():
                    handler.wfile.write(data[place:])
                    break
                handler.wfile.write(data[place:place + 1])
                handler.wfile.flush()
                time.sleep(0.02)
        except OSError:
            pass
        return True
    hostile.rules.append(drip)
    yield name, image, free.set
    free.set()


def begin(engine, name):
    """A pull whose client can be made to leave."""
    connection = socket.socket(socket.AF_UNIX)
    connection.connect(engine.socket)
    connection.sendall(f"POST /v1.50/images/create?fromImage={name} HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n".encode())
    return connection


def test_who_leaves_takes_the_pull_along_and_the_next_one_goes_on(new_engine, hostile, slow):
    engine = new_engine(busybox=False)
    name, image, let = slow
    client = begin(engine, name)
    spool = "sha256-" + name_of(image.layers[1])[7:]
    eventually(lambda: spool in spools(engine)
               and os.path.getsize(f"{engine.root}/image/overlay/downloads/{spool}") >= 2_000_000)
    client.close()
    eventually(lambda: layers_on_disk(engine) == set(), what="the pull's end")
    assert engine.api.get(f"/images/{name}/json").status == 404
    let()
    before = len(hostile.asked(name_of(image.layers[1])))
    assert "Downloaded newer image" in pull(engine.api, name).text
    asked = hostile.asked(name_of(image.layers[1]))[before:]
    assert len(asked) == 1 and int(asked[0][2]["Range"][6:-1]) >= 2_000_000, asked
    eventually(lambda: spools(engine) == [])


def test_one_of_two_who_wait_may_leave(new_engine, slow):
    engine = new_engine(busybox=False)
    name, image, let = slow
    leaving = begin(engine, name)
    eventually(lambda: len(spools(engine)) > 0)
    results = []
    staying = threading.Thread(target=lambda: results.append(pull(engine.api, name)))
    staying.start()
    time.sleep(0.3)
    leaving.close()
    time.sleep(0.3)
    let()
    staying.join(30)
    assert "Downloaded newer image" in results[0].text, results
    eventually(lambda: spools(engine) == [])


def test_kill_in_the_middle_of_pulls(new_engine, hostile, slow):
    """Nothing half-visible after a crash, and the next pull succeeds, without a byte of what was there before."""
    engine = new_engine(busybox=False)
    name, image, let = slow
    done = hostile.put("a/done", "1", small("done"))
    assert "Downloaded newer image" in pull(engine.api, done).text
    for _ in range(int(os.environ.get("CRASHES", "4"))):
        client = begin(engine, name)
        eventually(lambda: spools(engine))
        time.sleep(0.1)
        engine.kill()
        client.close()
        engine.start()
        assert [row["RepoTags"] for row in engine.api.get("/images/json").json] == [[done]]
        assert len(layers_on_disk(engine)) == 3
    let()
    assert "Downloaded newer image" in pull(engine.api, name).text
    assert engine.api.get(f"/images/{name}/json").json["Id"] == image.id
    engine.api.delete(f"/images/{name}")
    engine.api.delete(f"/images/{done}")
    eventually(lambda: layers_on_disk(engine) == set() and spools(engine) == [])
