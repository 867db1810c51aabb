"""What a terminal shows during and after a pull: the same as with docker's client, line by line."""
import pyte
import pytest

from harness.client import Client
from harness.stub import StubEngine, stream


def layer(name, status, current=None, total=None):
    detail = {} if current is None else {"current": current, "total": total}
    return {"status": status, "progressDetail": detail, "id": name}


PULL = [
    {"status": "Pulling from library/busybox", "id": "latest"},
    layer("aaaaaaaaaaaa", "Pulling fs layer"), layer("bbbbbbbbbbbb", "Pulling fs layer"),
    layer("cccccccccccc", "Waiting"), layer("bbbbbbbbbbbb", "Downloading", 1_500_000, 3_400_000),
    layer("aaaaaaaaaaaa", "Downloading", 2048, 2048), layer("cccccccccccc", "Already exists"),
    layer("aaaaaaaaaaaa", "Pull complete"), layer("bbbbbbbbbbbb", "Extracting", 3_400_000, 3_400_000),
]
DONE = [layer("bbbbbbbbbbbb", "Pull complete"), {"status": "Digest: sha256:" + "0" * 64},
        {"status": "Status: Downloaded newer image for busybox:latest"}]


def screen(seen, columns):
    found = pyte.Screen(columns, 24)
    pyte.ByteStream(found).feed(seen)
    return [line.rstrip() for line in found.display if line.strip()]


def shown(name, messages, columns):
    """Exit status, and the lines of the terminal that belong to the stream."""
    engine = StubEngine({"POST /images/create": (200, stream(*messages))})
    client = Client(name, engine)
    try:
        with client.terminal("pull", "busybox:latest", rows=24, columns=columns) as terminal:
            status = terminal.wait()
            lines = screen(terminal.seen, columns)
    finally:
        client.close()
        engine.close()
    # Docker says once more what was pulled.
    return status, [line for line in lines if line != "docker.io/library/busybox:latest"]


@pytest.mark.parametrize("columns", [60, 120])
def test_each_layer_has_its_line(columns):
    status, lines = shown("martlet", PULL + DONE, columns)
    assert status == 0
    assert lines[:4] == ["latest: Pulling from library/busybox", "aaaaaaaaaaaa: Pull complete",
                         "bbbbbbbbbbbb: Pull complete", "cccccccccccc: Already exists"]
    assert lines[-1] == "Status: Downloaded newer image for busybox:latest"
    assert (status, lines) == shown("docker28", PULL + DONE, columns)


def test_amounts_have_a_bar_where_there_is_room():
    failure = [{"errorDetail": {"message": "broken off"}, "error": "broken off"}]
    status, lines = shown("martlet", PULL + failure, 120)
    assert status == 1 and lines[-1] == "broken off"
    assert lines[2] == "bbbbbbbbbbbb: Extracting [" + "=" * 50 + ">]    3.4MB/3.4MB"
    assert (status, lines) == shown("docker28", PULL + failure, 120)
    status, narrow = shown("martlet", PULL + failure, 100)
    assert narrow[2] == "bbbbbbbbbbbb: Extracting    3.4MB/3.4MB"
    assert (status, narrow) == shown("docker28", PULL + failure, 100)


def test_a_pipe_gets_lines_without_amounts():
    engine = StubEngine({"POST /images/create": (200, stream(*PULL, *DONE))})
    client = Client("martlet", engine)
    try:
        lines = client.ok("pull", "busybox:latest").splitlines()
    finally:
        client.close()
        engine.close()
    assert lines[1:4] == ["aaaaaaaaaaaa: Pulling fs layer", "bbbbbbbbbbbb: Pulling fs layer", "cccccccccccc: Waiting"]
    assert not [line for line in lines if "Downloading" in line or "Extracting" in line or "\x1b" in line]
