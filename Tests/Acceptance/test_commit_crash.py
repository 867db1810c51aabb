"""Commits that are cut short: nothing of them is seen, and no container stays frozen."""
import os
import random
import threading
import time

import pytest

from harness.waiting import eventually
from test_full_disk import Filler, small, says_why  # noqa: F401

ROUNDS = int(os.environ.get("CRASHES", "4"))


def test_kill_in_the_middle(new_engine):
    engine = new_engine()
    container = engine.api.run(cmd=("sh", "-c", "mkdir /d; i=0; while [ $i -lt 1500 ]; do echo $i >/d/$i; i=$((i+1)); done; echo done; "
                                    "while :; do date +%s%N >/now; usleep 1000; done"))
    paused = engine.api.run(cmd=("sleep", "1000"))
    engine.api.post(f"/containers/{paused}/pause")
    eventually(lambda: b"done" in engine.api.get(f"/containers/{container}/logs?stdout=1").body, seconds=30)
    for round in range(ROUNDS):
        def commit():
            try:
                engine.api.post(f"/commit?container={container}&repo=committed&tag=r{round}")
            except OSError:
                pass
        thread = threading.Thread(target=commit)
        thread.start()
        time.sleep(random.uniform(0, 0.4))
        engine.kill()
        thread.join()
        engine.start()
        states = [engine.api.inspect(one)["State"]["Status"] for one in (container, paused)]
        assert states == ["running", "paused"]

        def now():
            return engine.api.get(f"/containers/{container}/archive?path=/now").body
        before = now()
        eventually(lambda: now() != before, what="the container to go on")
        # An image is there with all it has, or not at all.
        for image in engine.api.get("/images/json?all=1").json:
            if "committed" in str(image["RepoTags"]):
                found = engine.api.run(cmd=("sh", "-c", "ls /d | wc -l"), image=image["Id"])
                assert engine.api.wait(found) == 0
                assert b"1500" in engine.api.get(f"/containers/{found}/logs?stdout=1").body
                engine.api.delete(f"/containers/{found}")
    for image in engine.api.get("/images/json").json:
        if "committed" in str(image["RepoTags"]):
            engine.api.delete(f"/images/{image['Id']}?force=1")
    engine.restart()
    folders = [name for name in os.listdir(engine.root + "/overlay") if name not in ("l",) and not name.startswith(".")]
    # The image's own layer, and those of the two containers.
    assert len(folders) == 3
    eventually(lambda: not [name for name in os.listdir(engine.root + "/overlay") if name.startswith(".")], 60)


def test_no_room(small):  # noqa: F811
    container = small.api.run(cmd=("sh", "-c", "dd if=/dev/urandom of=/big bs=1M count=20; echo x >/x; sleep 1000"))
    eventually(lambda: small.api.get(f"/containers/{container}/archive?path=/x").status == 200)
    with Filler(small):
        reply = small.api.post(f"/commit?container={container}&repo=committed")
        assert reply.status == 500 and says_why(reply)
    assert [image["RepoTags"] for image in small.api.get("/images/json").json] == [["busybox:latest"]]
    assert small.api.inspect(container)["State"]["Status"] == "running"
    assert not [name for name in os.listdir(small.root + "/overlay") if name.startswith(".")]
