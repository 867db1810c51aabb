"""What the clients show of a build, and how they end."""
import json
import re
import signal
import time

import pytest

from harness.waiting import eventually

KIT = {"DOCKER_BUILDKIT": "1"}


@pytest.fixture
def dockerfile(tmp_path):
    """A function that writes a Dockerfile and gives its folder."""
    def write(text):
        (tmp_path / "Dockerfile").write_text(text)
        return str(tmp_path)
    return write


def test_an_exit_code_comes_through(cli, dockerfile):
    result = cli.fails("build", "--no-cache", dockerfile("FROM busybox\nRUN exit 7\n"))
    assert result.status == 7
    assert "The command '/bin/sh -c exit 7' returned a non-zero code: 7" in result.complaint


def test_other_failures_are_one(cli, dockerfile):
    assert cli.fails("build", dockerfile("FROM busybox\nCOPY none /\n")).status == 1
    assert cli.fails("build", dockerfile("FROM busybox\nNONSENSE\n")).status == 1


def test_quiet_gives_the_id(cli, dockerfile):
    path = dockerfile("FROM busybox\nRUN echo loud\n")
    image = cli.ok("build", "-q", path)
    assert image.startswith("sha256:") and len(image) == 71
    assert cli.ok("inspect", "-f", "{{.Id}}", image) == image


def test_the_id_is_written(cli, dockerfile, tmp_path):
    file = tmp_path / "id"
    file.write_text("an old one")
    cli.fails("build", "--iidfile", file, dockerfile("FROM busybox\nRUN exit 1\n"))
    assert not file.exists()
    cli.ok("build", "--iidfile", file, dockerfile("FROM busybox\nRUN true\n"))
    assert cli.ok("inspect", "-f", "{{.Id}}", file.read_text()) == file.read_text()


def test_arguments_labels_and_names(cli, dockerfile):
    path = dockerfile("FROM busybox\nARG A\nARG B\nRUN echo got $A and $B\n")
    text = cli.ok("build", "--no-cache", "--build-arg", "A=one", "--build-arg", "B", "--label", "l=m", "-t", "named:1",
                  "-t", "also", path, env={"B": "two"})
    assert "got one and two" in text
    assert cli.ok("inspect", "-f", "{{index .Config.Labels \"l\"}}", "named:1") == "m"
    assert cli.ok("inspect", "-f", "{{.Id}}", "also") == cli.ok("inspect", "-f", "{{.Id}}", "named:1")
    cli.ok("rmi", "named:1", "also")


def test_proxies_are_build_arguments(cli, dockerfile):
    with open(cli.folder + "/config.json", "w") as file:
        json.dump({"proxies": {"default": {"httpProxy": "http://proxy:1", "noProxy": "here"}}}, file)
    text = cli.ok("build", "--no-cache", dockerfile("FROM busybox\nRUN echo via $HTTP_PROXY $http_proxy not $no_proxy\n"))
    assert "via http://proxy:1 http://proxy:1 not here" in text


def test_a_build_ends_with_its_client(cli, engine, dockerfile):
    process = cli.popen("build", "--no-cache", dockerfile("FROM busybox\nRUN echo up && sleep 100\n"))
    while b"up" not in process.stdout.readline():
        assert process.poll() is None
    started = time.monotonic()
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=10)
    eventually(lambda: not any(c["State"] == "running" for c in engine.api.get("/containers/json").json),
               what="the command has ended")
    assert time.monotonic() - started < 10


def test_plain_progress(ours, dockerfile):
    result = ours("build", "--progress", "plain", "--no-cache", dockerfile("FROM busybox\nRUN echo hi there\n"))
    assert result.status == 0 and result.text == "", result
    lines = result.complaint.splitlines()
    step = next(line.split()[0] for line in lines if line.endswith(" [2/2] RUN echo hi there"))
    assert any(line.startswith(step + " 0.") and line.endswith(" hi there") for line in lines)
    assert any(line.startswith(step + " DONE ") for line in lines)
    again = ours("build", dockerfile("FROM busybox\nRUN echo hi there\n"), env=KIT)
    assert " CACHED" in again.complaint


def test_the_end_of_progress_names_the_image(ours, dockerfile, tmp_path):
    result = ours("build", "--progress", "plain", "-t", "ended:1", "--iidfile", tmp_path / "id", dockerfile("FROM busybox\n"))
    lines = result.complaint.splitlines()
    step = next(line.split()[0] for line in lines if line.endswith(" exporting to image"))
    image = (tmp_path / "id").read_text()
    place = lines.index(step + " exporting to image")
    for line, text in zip(lines[place + 1:], ["exporting layers", f"writing image {image}", "naming to docker.io/library/ended:1"]):
        assert re.fullmatch(f"{step} {text}( [0-9.]+s)? done", line), lines
    assert lines[place + 4].startswith(step + " DONE ")
    ours.ok("rmi", "ended:1")


def test_a_terminal_without_a_size(ours, dockerfile):
    with ours.terminal("build", "--progress", "tty", "--no-cache", dockerfile("FROM busybox\nRUN true\n"), rows=0, columns=0) as terminal:
        terminal.expect("[2/2] RUN true")
        terminal.expect("exporting to image")
        assert terminal.process.wait(10) == 0


def test_a_file_may_ask_that_warnings_are_errors(ours, dockerfile):
    text = "# check=error=true\nFROM busybox as base\n"
    result = ours.fails("build", dockerfile(text), env=KIT)
    assert result.complaint.splitlines()[-1].endswith("lint violation found for rules: FromAsCasing"), result
    ours.ok("build", dockerfile(text), env={"DOCKER_BUILDKIT": "0"})
    ours.ok("build", dockerfile(text.replace(" as ", " AS ")), env=KIT)


def test_a_quiet_build_that_fails_shows_all(cli, dockerfile):
    result = cli.fails("build", "-q", dockerfile("FROM busybox\nRUN echo one; exit 3\n"), env={"DOCKER_BUILDKIT": "0"})
    assert result.status == 3 and "Step 2/2 : RUN echo one; exit 3\n" in result.complaint and "\none\n" in result.complaint


def test_plain_progress_of_a_failure(ours, dockerfile):
    result = ours("build", dockerfile("FROM busybox\nRUN echo before; exit 3\n"), env=KIT)
    assert result.status == 1 and result.complaint.count("before") >= 2
    assert "------\n > [2/2] RUN echo before; exit 3:\n" in result.complaint
    assert "ERROR: failed to build: failed to solve: " in result.complaint.splitlines()[-1]


def test_raw_progress(ours, dockerfile):
    result = ours("build", "--progress", "rawjson", "--no-cache", dockerfile("FROM busybox\nRUN echo hi\n"))
    messages = [json.loads(line) for line in result.complaint.splitlines()]
    names = {vertex["name"] for message in messages for vertex in message.get("vertexes", [])}
    assert "[2/2] RUN echo hi" in names
    assert any(log["data"] for message in messages for log in message.get("logs", []))


def test_a_terminal_is_written_in_place(ours, dockerfile):
    path = dockerfile("FROM busybox\nRUN echo first line && sleep 0.5\n")
    with ours.terminal("build", "--progress", "tty", "--no-cache", path) as terminal:
        terminal.expect("[+] Building")
        terminal.expect("first line")
        terminal.expect("FINISHED")
        assert terminal.process.wait(10) == 0
    assert b"\x1b[" in terminal.seen


def test_secrets(ours, api, dockerfile, tmp_path):
    (tmp_path / "s").write_text("very secret")
    path = dockerfile("FROM busybox\nRUN --mount=type=secret,id=a cat /run/secrets/a | wc -c\n"
                      "RUN --mount=type=secret,id=b cat /run/secrets/b | wc -c\n")
    text = ours.ok("build", "--no-cache", "--secret", f"id=a,src={tmp_path}/s", "--secret", "id=b,env=WORD", path,
                   env={"WORD": "12345"})
    assert "\n11\n" in text and "\n5\n" in text and "very secret" not in text


@pytest.mark.parametrize("args, words", [
    (["--build-context", "a=b"], "failed to get build context a: stat b: no such file"),
    (["--push"], "tag is needed when pushing to registry"),
    (["--progress", "fancy"], "invalid progress mode fancy"),
    (["--secret", "src=x"], "secret missing ID"),
    (["--secret", "id=x,src=/no/where"], "failed to stat /no/where"),
    (["-t", "UPPER"], "invalid reference format: repository name (library/UPPER) must be lowercase"),
])
def test_mistakes(ours, dockerfile, args, words):
    result = ours.fails("build", *args, dockerfile("FROM busybox\n"))
    assert words in result.complaint


def test_there_is_no_buildx(ours):
    assert "'buildx' is not supported" in ours.fails("buildx", "build", ".").complaint


def test_the_cache_is_pruned(cli):
    assert "Total reclaimed space" in cli.ok("builder", "prune", "-f")


@pytest.mark.parametrize("kept, stays", [("50GB", True), ("1MB", False)])
def test_the_cache_is_pruned_down_to_what_is_kept(cli, api, dockerfile, kept, stays):
    """By `--keep-storage`, of which Docker's client says that it will be called otherwise."""
    cli.ok("build", "--no-cache", dockerfile("FROM busybox\nRUN --mount=type=cache,target=/c,id=kept dd if=/dev/zero of=/c/x bs=1M count=3\n"))
    result = cli("builder", "prune", "-af", "--keep-storage", kept)
    assert result.status == 0 and "Total reclaimed space: " in result.text, result
    left = [row for row in api.get("/system/df").json["BuildCache"] if "kept" in row["Description"]]
    assert bool(left) == stays
    cli.ok("builder", "prune", "-af")
    assert not [row for row in api.get("/system/df").json["BuildCache"] if "kept" in row["Description"]]
