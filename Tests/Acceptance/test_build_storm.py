"""Builds that are cut off, by the end of the engine or of the client: nothing stays of them but what they had finished."""
import os
import random
import re
import signal
import subprocess
import time

import pytest

from harness.client import Client
from harness.waiting import eventually

# Points in time at which a build is cut off; the full count is asked for by name.
POINTS = int(os.environ.get("POINTS", "6"))
DOCKERFILE = """FROM busybox AS left
COPY files /files/
RUN find /files -type f | sort > /list
RUN echo one > /one
FROM busybox AS right
RUN mkdir /right && echo two > /right/two
COPY files/f1 /right/
FROM left
ARG ROUND
RUN echo $ROUND > /round
COPY --from=right /right /right
COPY . /context/
LABEL round=$ROUND
RUN rm -r /files && echo end > /end
"""


@pytest.fixture
def context(tmp_path):
    folder = tmp_path / "context"
    (folder / "files").mkdir(parents=True)
    for number in range(60):
        (folder / "files" / f"f{number}").write_bytes(os.urandom(30_000))
    (folder / "Dockerfile").write_text(DOCKERFILE)
    return folder


@pytest.fixture
def builder(new_engine):
    engine = new_engine()
    client = Client("docker28", engine)
    yield engine, client
    for container in engine.containers():
        engine.api.delete(f"/containers/{container}?force=1")
    client.close()


def started(client, context, number):
    return client.popen("build", "--build-arg", f"ROUND={number}", "-t", "made", context, stdin=subprocess.DEVNULL,
                        stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def duration(client, context):
    start = time.monotonic()
    client.ok("build", "--build-arg", "ROUND=first", "-t", "made", context, timeout=60)
    return time.monotonic() - start


def finished_steps(output):
    """Images of the steps that a client was told of."""
    return set(re.findall(r"^ ---> ([0-9a-f]{12})$", output.decode(errors="replace"), re.MULTILINE))


def nothing_is_left(engine):
    assert engine.containers() == []
    eventually(lambda: engine.leftovers() == [], 15, what=f"no leftovers: {engine.leftovers()}")
    ours = Client("martlet", engine)
    try:
        ours.ok("system", "check", timeout=60)
    finally:
        ours.close()


def test_the_engine_is_killed(builder, context):
    engine, client = builder
    whole = duration(client, context)
    chance = random.Random(1)
    for number in range(POINTS):
        build = started(client, context, number)
        time.sleep(chance.uniform(0, whole))
        engine.kill()
        said, _ = build.communicate(timeout=20)
        engine.start()
        nothing_is_left(engine)
        again = client.ok("build", "--build-arg", f"ROUND={number}", "-t", "made", context, timeout=60)
        # What the client had been told of is used, not made once more.
        assert finished_steps(said) <= finished_steps(again.encode()), (number, said, again)
        assert client.ok("run", "--rm", "--net", "none", "made", "cat", "/round", "/end", "/right/two").split() == \
            [str(number), "end", "two"]


def test_the_client_is_killed(builder, context):
    engine, client = builder
    whole = duration(client, context)
    chance = random.Random(2)
    for number in range(POINTS):
        build = started(client, context, number)
        time.sleep(chance.uniform(0, whole))
        build.send_signal(chance.choice([signal.SIGKILL, signal.SIGINT]))
        build.communicate(timeout=20)
        eventually(lambda: engine.containers() == [], 10, what="the end of the build's containers")
    nothing_is_left(engine)
    again = client.ok("build", "--build-arg", "ROUND=last", "-t", "made", context, timeout=60)
    assert client.ok("run", "--rm", "--net", "none", "made", "cat", "/round") == "last", again
