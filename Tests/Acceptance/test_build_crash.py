"""Builds that are cut off: by their client, by another call, with the engine."""
import os
import socket
import tarfile
import time
import zlib

from harness import host
from harness.building import Building
from harness.waiting import eventually


def begin(engine, body, query=""):
    """Sends a build and comes back with the open connection."""
    connection = socket.socket(socket.AF_UNIX)
    connection.connect(engine.socket)
    head = (f"POST /v1.50/build?{query} HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-tar\r\n"
            f"Content-Length: {len(body)}\r\n\r\n")
    connection.sendall(head.encode() + body)
    return connection


def running(api, command):
    return [row for row in api.get("/containers/json").json if command in row["Command"]]


SLOW = "FROM busybox\nRUN echo first\nRUN echo begun; sleep 1000\nRUN echo never\n"


def test_a_client_that_leaves_ends_its_build(building, engine, api):
    connection = begin(engine, building.tar(SLOW))
    eventually(lambda: running(api, "begun"), what="the command runs")
    connection.close()
    eventually(lambda: api.get("/containers/json?all=1").json == [], what="the end of its container")
    assert building("FROM busybox\nRUN echo first\n").stream.count("Using cache") == 1


def test_a_build_is_cancelled_by_its_id(building, engine, api):
    connection = begin(engine, building.tar(SLOW), "buildid=mine")
    eventually(lambda: running(api, "begun"), what="the command runs")
    assert api.post("/build/cancel?id=mine").status == 200
    connection.settimeout(20)
    text = b""
    while chunk := connection.recv(65536):
        text += chunk
        if b"Build cancelled" in text:
            break
    assert b"Build cancelled" in text
    connection.close()
    eventually(lambda: api.get("/containers/json?all=1").json == [], what="the end of its container")


def test_a_build_whose_client_does_not_read_can_be_cancelled(building, engine, api):
    connection = begin(engine, building.tar("FROM busybox\nRUN yes 0123456789abcdef\n"), "buildid=deaf")
    eventually(lambda: running(api, "yes"), what="the command runs")
    # By then it is held back.
    time.sleep(2)
    assert api.post("/build/cancel?id=deaf").status == 200
    eventually(lambda: api.get("/containers/json?all=1").json == [], what="the end of its container")
    connection.close()


def test_a_build_is_cancelled_while_it_hashes(building, engine, api):
    connection = begin(engine, building.tar("FROM busybox\nRUN truncate -s 1000000000000 /x\n"), "buildid=huge")
    eventually(lambda: [row for row in api.get("/containers/json?all=1").json if row["State"] == "exited"],
               what="the command's end")
    assert api.post("/build/cancel?id=huge").status == 200
    eventually(lambda: api.get("/containers/json?all=1").json == [], what="the end of its container")
    connection.close()


def test_a_build_is_cancelled_while_it_unpacks(building, engine, api):
    """Of an archive of some megabytes may come more than any disk has room for."""
    connection = begin(engine, building.tar("FROM busybox\nADD zeros.tgz /x/\n", {"zeros.tgz": endless()}), "buildid=bomb")
    folder = engine.root + "/overlay"

    def written():
        return [name for name in os.listdir(folder) if os.path.exists(f"{folder}/{name}/diff/x/zeros")]
    eventually(written, what="the archive's file")
    assert api.post("/build/cancel?id=bomb").status == 200
    eventually(lambda: not written() and not os.listdir(engine.root + "/contexts"), what="the end of the build")
    connection.close()


def endless():
    """A compressed archive of one file of 64 GiB, the first 2 GiB of it."""
    header = tarfile.TarInfo("zeros")
    header.size = 64 << 30
    pack = zlib.compressobj(9, zlib.DEFLATED, 31)
    data, zeros = pack.compress(header.tobuf()), bytes(16 << 20)
    for _ in range(128):
        data += pack.compress(zeros)
    return data + pack.flush()


def test_a_killed_engine_leaves_nothing(new_engine):
    engine = new_engine()
    building = Building(engine)
    connection = begin(engine, building.tar(SLOW, {"a": "x"}))
    eventually(lambda: running(engine.api, "begun"), what="the command runs")
    engine.kill()
    connection.close()
    engine.start()
    assert engine.api.get("/containers/json?all=1").json == []
    assert building("FROM busybox\nRUN echo first\n").stream.count("Using cache") == 1
    eventually(lambda: not os.listdir(engine.root + "/contexts"), what="the end of the context")


def test_an_orderly_end_takes_builds_with_it(new_engine):
    """Containers may outlive their engine; nobody could go on with a build."""
    engine = new_engine()
    building = Building(engine)
    connection = begin(engine, building.tar(SLOW))
    eventually(lambda: running(engine.api, "begun"), what="the command runs")
    engine.stop()
    connection.settimeout(20)
    text = b""
    while chunk := connection.recv(65536):
        text += chunk
    assert b"Build cancelled" in text
    assert not os.listdir(engine.root + "/contexts")
    assert not [words for words in host.processes_with(engine.folder).values() if "shim" in words]
    engine.start()
    assert engine.api.get("/containers/json?all=1").json == []
    assert building("FROM busybox\nRUN echo first\n").stream.count("Using cache") == 1


def test_two_builds_share_a_step(building, engine, api):
    dockerfile = "FROM busybox\nRUN sleep 2; cat /proc/sys/kernel/random/uuid > /id\n"
    connection = begin(engine, building.tar(dockerfile))
    eventually(lambda: running(api, "sleep 2"), what="the command runs")
    result = building(dockerfile)
    assert result.stream.count("Using cache") == 1 and result.stream.count("Running in") == 0
    connection.close()


def test_stages_run_side_by_side(building):
    dockerfile = ("FROM busybox AS a\nRUN sleep 2\nFROM busybox AS b\nRUN sleep 2 && true\nFROM scratch\n"
                  "COPY --from=a /etc/passwd /a\nCOPY --from=b /etc/passwd /b\n")
    before = time.monotonic()
    building.ok(dockerfile)
    assert time.monotonic() - before < 3.7


def test_many_steps(building):
    image = building.ok("FROM busybox\n" + "".join(f"ENV A={number}\n" for number in range(400)), timeout=120)
    assert "A=399" in building.inspect(image)["Config"]["Env"]


def test_processes_are_bounded(building):
    result = building("FROM busybox\nRUN ulimit -u; true\n", query="ulimits=[{\"Name\":\"nproc\",\"Soft\":55,\"Hard\":55}]")
    assert "55\n" in result.stream
