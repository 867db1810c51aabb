"""Dockerfiles and commands that would take all there is: each has a bound, and the engine goes on."""
import json
import threading
import time
import urllib.parse

import pytest

from harness.building import Building
from harness.client import Client
from harness.waiting import eventually

MIB = 1 << 20


def memory(engine, field="VmRSS"):
    with open(f"/proc/{engine.pid}/status") as file:
        return next(int(line.split()[1]) << 10 for line in file if line.startswith(field))


# Processes without end

def test_a_command_that_forks_without_end_is_bounded(new_engine):
    engine = new_engine("--build-pids-limit", "100")
    building = Building(engine)
    result = []
    build = threading.Thread(target=lambda: result.append(
        building("FROM busybox\nRUN f() { f | f & }; while :; do f; done\n", query="forcerm=1")))
    build.start()
    while build.is_alive():  # the engine is heard all the time
        before = time.monotonic()
        assert engine.api.get("/containers/json").status == 200 and time.monotonic() - before < 5
        build.join(0.1)
    assert "can't fork" in result[0].stream and "returned a non-zero code: 2" in result[0].error, result
    assert engine.containers() == [] and building("FROM busybox\nRUN echo well\n").image
    building.clean()


def running(engine):
    return [row["Id"] for row in engine.api.get("/containers/json").json]


@pytest.mark.parametrize("flags, limit", [((), "4096"), (("--build-pids-limit", "0"), "max")])
def test_the_bound_of_processes(new_engine, flags, limit):
    engine = new_engine(*flags)
    building = Building(engine)
    build = threading.Thread(target=building, args=("FROM busybox\nRUN sleep 1000\n",), kwargs={"query": "buildid=one&forcerm=1"})
    build.start()
    container = eventually(lambda: running(engine), what="the command runs")[0]
    assert engine.cgroup(container, "pids", "pids.max") == limit
    assert engine.api.post("/build/cancel?id=one").status == 200
    build.join(20)
    assert engine.containers() == []


# Large Dockerfiles

@pytest.mark.parametrize("dockerfile, error", [
    ("FROM busybox\n#" + "x" * 10 * MIB + "\nLABEL a=b\n", "Dockerfile:2: dockerfile line greater than max allowed size of 65535"),
    ("FROM busybox\nRUN true " + "x" * 10 * MIB + "\n", "Dockerfile:2: dockerfile line greater than max allowed size of 65535"),
    ("FROM busybox\nENV A=" + "x" * MIB + "\n", "Dockerfile:2: dockerfile line greater than max allowed size of 65535"),
    ("FROM busybox\n#" + "x" * 40 * MIB, "Dockerfile is longer than 33554432 bytes"),
    ("FROM busybox\nENV A=0123456789\n" + "ENV A=$A$A$A$A$A$A$A$A$A$A\n" * 10, "the result is longer than 1048576 bytes"),
    ("FROM busybox\nARG A=" + "x" * 60_000 + "\nARG B=$A$A$A$A$A$A$A$A\n" + "".join(f"LABEL l{number}=$B$B\n" for number in range(4)), "invalid image config: larger than 8388608 bytes"),
], ids=["comment", "command", "variable", "file", "variables that grow", "labels"])
def test_what_is_too_long(building, engine, dockerfile, error):
    before = memory(engine)
    result = building(dockerfile)
    assert error in result.error, result.error[:300]
    assert memory(engine) - before < 300 * MIB


def test_megabytes_of_comments_and_of_a_document(building):
    comments = ("# " + "x" * 1000 + "\n") * 10_000
    document = ("0123456789abcde\n") * (MIB // 16)
    image = building.ok("FROM scratch\n" + comments + "COPY <<EOF /x\n" + document + "EOF\n")
    assert building.files(image)["x"] == document.encode()


STEPS = 400


@pytest.mark.parametrize("instruction", ["ENV A={0}" + "x" * 800, "LABEL l{0}=" + "x" * 800], ids=["variables", "labels"])
def test_hundreds_of_long_steps(building, engine, instruction):
    """Room and memory grow with the number of steps, not with its square; images and history are those of every step."""
    lines = [instruction.format(number) for number in range(STEPS)]
    dockerfile = "FROM busybox\n" + "\n".join(lines) + "\n"
    before, images = memory(engine), len(building.kept)
    image = building.ok(dockerfile, timeout=120)
    # Each step as an image of its own took a gigabyte.
    assert memory(engine) - before < 150 * MIB
    rows = building.api.get(f"/images/{image}/history").json
    assert [row["CreatedBy"] for row in rows[:STEPS]] == ["/bin/sh -c #(nop)  " + line for line in reversed(lines)]
    known = [row["Id"] for row in rows[:STEPS] if row["Id"] != "<missing>"]
    assert known[0] == image and 8 < len(known) == len(building.api.get("/images/json?all=1").json) - images < 80
    parent, chain = image, []
    while parent in known:
        chain.append(parent)
        parent = building.inspect(parent)["Parent"]
    assert chain == known
    assert building.ok(dockerfile, timeout=120) == image


def test_the_cache_of_many_steps(new_engine):
    engine = new_engine()
    building = Building(engine)
    lines = [f"ENV A{number}={'x' * 1000}\n" for number in range(100)]
    image = building.ok("FROM busybox\n" + "".join(lines) + "RUN echo made > /made\n")
    engine.restart()
    again = building("FROM busybox\n" + "".join(lines) + "RUN echo made > /made\n")
    assert again.image == image and "Running in" not in again.stream
    # A step among those that have no image of their own is another.
    other = building("FROM busybox\n" + "".join([*lines[:90], "LABEL new=one\n", *lines[91:]]) + "RUN echo made > /made\n")
    assert other.image != image and "Running in" in other.stream
    config = building.inspect(other.image)["Config"]
    assert config["Labels"] == {"new": "one"} and len(config["Env"]) == 100 and lines[99][4:-1] in config["Env"]
    # Only their order is.
    swapped = [*lines[:90], lines[91], lines[90], *lines[92:]]
    assert "Running in" in building("FROM busybox\n" + "".join(swapped) + "RUN echo made > /made\n").stream
    saved = engine.api.get(f"/images/{image}/get", timeout=60).body
    history = [row["CreatedBy"] for row in engine.api.get(f"/images/{image}/history").json]
    building.clean()
    assert engine.api.post("/images/load", saved, headers={"Content-Type": "application/x-tar"}, timeout=60).status == 200
    assert [row["CreatedBy"] for row in engine.api.get(f"/images/{image}/history").json] == history
    result = building("FROM busybox\n" + "".join(lines) + "RUN echo made > /made\n", query=f"cachefrom=[\"{image}\"]")
    assert "Running in" not in result.stream and result.image, result
    building.clean()


def test_more_layers_than_a_kernel_mounts(building):
    result = building("FROM scratch\n" + "".join(f"COPY a /f{number}\n" for number in range(500)), {"a": "x"}, timeout=120)
    assert result.error == "max depth exceeded" and result.stream.count("Step ") == 1 + 126
    assert building.api.get("/containers/json?all=1").json == []


# Triggers, stages

def test_a_row_of_images_with_triggers(building):
    base = "busybox"
    for number in range(8):
        building.ok(f"FROM {base}\nONBUILD ENV T{number}=x\nONBUILD LABEL l{number}=x\n" + "ONBUILD ENV A=$A.\n" * 5, tag=f"trigger{number}")
        base = f"trigger{number}"
    config = building.inspect(building.ok(f"FROM {base}\n"))["Config"]
    assert config.get("OnBuild") is None and {f"T{number}=x" for number in range(8)} <= set(config["Env"])
    assert "A=" + "." * 40 in config["Env"]


@pytest.mark.parametrize("dockerfile, error", [
    ("FROM busybox\nONBUILD ONBUILD RUN x\n", "Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed"),
    ("FROM busybox AS a\nCOPY --from=a x /\n", "circular dependency detected on stage: a"),
    ("FROM busybox\nCOPY --from=0 x /\n", "circular dependency detected on stage"),
    ("FROM busybox AS a\nRUN --mount=from=b true\nFROM a AS b\n", "circular dependency detected on stage: a"),
    ("FROM busybox AS a\nCOPY --from=b x /\nFROM a AS b\n", "circular dependency detected on stage: a"),
], ids=["trigger of a trigger", "itself", "itself by number", "a mount and a base", "a copy and a base"])
def test_what_goes_round(building, dockerfile, error):
    assert error in building(dockerfile).error


# Bytes

def test_line_ends_and_a_mark_of_another_system(building):
    image = building.ok(b"\xef\xbb\xbfFROM busybox\r\nENV A=b \\\r\n  C=d\r\nRUN echo one \\\r\n  two > /x\r\n")
    assert building.files(image)["x"] == b"one two\n" and building.inspect(image)["Config"]["Env"][-2:] == ["A=b", "C=d"]


@pytest.mark.parametrize("dockerfile", [
    b"\xff\xfe" + "FROM busybox\n".encode("utf-16-le"), b"FROM busybox\nRUN echo \xff\n", b"FROM busybox\nENV A=\xc0\x80\n"])
def test_bytes_that_are_no_text(building, dockerfile):
    assert "invalid UTF-8 in an instruction" in building(dockerfile).error


@pytest.mark.parametrize("instruction", ["RUN echo a\0b", "ENV A=a\0b", "USER a\0b", "COPY a\0b /x", "COPY a /x\0y", "WORKDIR /a\0b"])
def test_a_zero_byte_ends_no_text(building, instruction):
    """Nothing behind it is lost where a system call would end there: the build says so."""
    result = building("FROM busybox\n" + instruction + "\nRUN true\n", {"a": "x", "a\0b": "y"}, query="forcerm=1")
    assert result.error and building.api.get("/containers/json?all=1").json == []


# Arguments

def test_more_arguments_than_a_request_takes(engine, building, tmp_path):
    (tmp_path / "Dockerfile").write_text("FROM busybox\nARG A1\n")
    client = Client("docker28", engine)
    arguments = [word for number in range(20_000) for word in ("--build-arg", f"A{number}=value")]
    result = client("build", *arguments, tmp_path, timeout=60)
    client.close()
    assert result.status == 1 and "large" in result.complaint.lower(), result.complaint


def test_thousands_of_arguments(building):
    given = {f"A{number}": "v" for number in range(1500)}
    query = "buildargs=" + urllib.parse.quote(json.dumps(given))
    result = building("FROM busybox\n" + "ARG " + " ".join(f"A{number}=x" for number in range(2000)) + "\nRUN env | grep -c ^A\n",
                      query=query, timeout=60)
    assert "2000\n" in result.stream, result.error
