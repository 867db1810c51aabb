"""`docker build` by the classic protocol: what each instruction does to an image, as Docker's own builder does it."""
import io
import json
import os
import re
import tarfile
import urllib.parse

import pytest

from harness.building import Building


@pytest.fixture
def building(engine):
    """Builds over plain HTTP; the images that a test makes go at its end."""
    builds = Building(engine)
    yield builds
    builds.clean()


@pytest.fixture
def docker(engine):
    from harness.client import Client, find
    assert find("docker28"), "the docker CLI 28 is not on this machine"
    client = Client("docker28", engine)
    yield client
    client.close()
    Building(engine).clean()


def context(tmp_path, dockerfile, **files):
    (tmp_path / "Dockerfile").write_text(dockerfile)
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return str(tmp_path)


def test_dockers_client_builds_runs_and_names(docker, tmp_path):
    folder = context(tmp_path, "FROM busybox\nRUN echo made > /made\nCOPY a /b\nCMD cat /made /b\n", a="copied\n")
    result = docker("build", "-t", "first", "-t", "second:1", folder, timeout=60)
    assert result.status == 0, result
    text = result.text
    assert re.search(r"Step 1/4 : FROM busybox\n ---> [0-9a-f]{12}\nStep 2/4 : RUN echo made > /made\n"
                     r" ---> Running in [0-9a-f]{12}\n ---> Removed intermediate container [0-9a-f]{12}\n"
                     r" ---> [0-9a-f]{12}\nStep 3/4 : COPY a /b\n ---> [0-9a-f]{12}\nStep 4/4 : CMD cat /made /b\n", text)
    assert re.search(r"Successfully built [0-9a-f]{12}\nSuccessfully tagged first:latest\nSuccessfully tagged second:1\n$", text)
    assert docker.ok("run", "--rm", "first") == docker.ok("run", "--rm", "second:1") == "made\ncopied"
    assert docker.ok("ps", "-aq") == ""


def test_a_failing_command_has_its_code(docker, tmp_path):
    folder = context(tmp_path, "FROM busybox\nRUN echo before; exit 7\nRUN never\n")
    result = docker("build", folder, timeout=60)
    assert result.status == 7 and "never" not in result.text
    assert "The command '/bin/sh -c echo before; exit 7' returned a non-zero code: 7" in result.complaint
    # Its container stays to be looked at, unless --force-rm.
    assert len(docker.ok("ps", "-aq").split()) == 1
    docker.ok("rm", docker.ok("ps", "-aq"))
    assert docker("build", "--force-rm", folder, timeout=60).status == 7 and docker.ok("ps", "-aq") == ""


def test_quiet_prints_the_id_alone(docker, tmp_path):
    folder = context(tmp_path, "FROM busybox\nRUN echo loud\n")
    assert re.fullmatch("sha256:[0-9a-f]{64}", docker.ok("build", "-q", folder, timeout=60))


def test_history_and_parents_are_a_chain(docker, tmp_path):
    folder = context(tmp_path, "FROM busybox\nENV A=b\nRUN echo x > /x\nLABEL l=v\n")
    before = set(docker.ok("images", "-aq").split())
    docker.ok("build", "-t", "chain", folder, timeout=60)
    rows = docker.ok("history", "--no-trunc", "--format", "{{.ID}}\t{{.CreatedBy}}", "chain").splitlines()
    assert [row.split("\t")[1] for row in rows[:3]] == [
        "/bin/sh -c #(nop)  LABEL l=v", "/bin/sh -c echo x > /x", "/bin/sh -c #(nop)  ENV A=b"]
    assert all(row.startswith("sha256:") for row in rows[:3])
    # Steps are images without a name; they go with the image that was made of them.
    assert len(set(docker.ok("images", "-aq").split()) - before) == 3
    docker.ok("rmi", "chain")
    assert set(docker.ok("images", "-aq").split()) == before


@pytest.mark.parametrize("dockerfile, field, value", [
    ("ENV A=1 B=\"two words\"\nENV C=$B", "Env", ["A=1", "B=two words", "C=two words"]),
    ("CMD echo hi", "Cmd", ["/bin/sh", "-c", "echo hi"]),
    ("CMD [\"a\",\"b\"]\nENTRYPOINT [\"e\"]", "Cmd", ["a", "b"]),
    ("ENTRYPOINT exec top", "Entrypoint", ["/bin/sh", "-c", "exec top"]),
    ("SHELL [\"/bin/sh\", \"-x\", \"-c\"]\nCMD echo hi", "Cmd", ["/bin/sh", "-x", "-c", "echo hi"]),
    ("USER nobody:nogroup", "User", "nobody:nogroup"),
    ("WORKDIR /a\nWORKDIR b", "WorkingDir", "/a/b"),
    ("EXPOSE 80 53/udp", "ExposedPorts", {"80/tcp": {}, "53/udp": {}}),
    ("VOLUME /a /b", "Volumes", {"/a": {}, "/b": {}}),
    ("LABEL a=1 b=\"x y\"", "Labels", {"a": "1", "b": "x y"}),
    ("STOPSIGNAL SIGINT", "StopSignal", "SIGINT"),
    ("ONBUILD RUN echo later", "OnBuild", ["RUN echo later"]),
    ("HEALTHCHECK --interval=5s --retries=2 CMD true", "Healthcheck",
     {"Test": ["CMD-SHELL", "true"], "Interval": 5000000000, "Retries": 2}),
])
def test_configuration(building, dockerfile, field, value):
    image = building.ok("FROM busybox\n" + dockerfile + "\n")
    found = building.inspect(image)["Config"][field]
    assert (found[-len(value):] if field == "Env" else found) == value


def test_scratch_and_files_only(building):
    image = building.ok("FROM scratch\nCOPY a /x/y\n", {"a": "text"})
    assert building.files(image)["x/y"] == b"text"
    assert building.inspect(image)["Parent"] == ""


def test_maintainer(building):
    assert building.inspect(building.ok("FROM busybox\nMAINTAINER me <m@x>\n"))["Author"] == "me <m@x>"


def test_run_forms_users_folders_and_variables(building):
    image = building.ok(
        "FROM busybox\nARG WHO=world\nENV GREETING=hello\nWORKDIR /work\nUSER nobody\n"
        "RUN echo $GREETING $WHO $(id -un) $(pwd) > /tmp/shell\nRUN [\"touch\", \"/tmp/exec form\"]\n")
    files = building.files(image)
    assert files["tmp/shell"] == b"hello world nobody /work\n" and "tmp/exec form" in files
    assert "WHO=world" not in building.inspect(image)["Config"]["Env"]


def test_here_documents(building):
    image = building.ok(
        "FROM busybox\nARG A=1\nRUN <<EOF\necho one > /one\necho two > /two\nEOF\n"
        "RUN cat <<EOF > /three\nthree\nEOF\nRUN <<EOF\n#!/bin/sh\necho script $A > /four\nEOF\n"
        "COPY <<EOF <<\"RAW\" /docs/\nA is $A\nEOF\nraw $A\nRAW\n")
    files = building.files(image)
    assert [files[name] for name in ("one", "two", "three", "four")] == [b"one\n", b"two\n", b"three\n", b"script 1\n"]
    assert files["docs/EOF"] == b"A is 1\n" and files["docs/RAW"] == b"raw $A\n"


def test_what_is_written_to_a_volume_is_lost(building):
    image = building.ok("FROM busybox\nRUN mkdir /v && echo kept > /v/a\nVOLUME /v\nRUN echo lost > /v/b\n")
    files = building.files(image)
    assert files["v/a"] == b"kept\n" and "v/b" not in files


def test_places_for_mounts_are_no_part_of_a_layer(building):
    image = building.ok("FROM scratch\nADD rootfs.tar /\nRUN [\"/bin/true\"]\n", {"rootfs.tar": building.busybox()})
    before, *after = building.layers(image)
    after = sum(after, [])
    assert not any(name in after for name in ("etc/hosts", "etc/resolv.conf", "dev", "proc", "sys", "dev/console")), after


def test_triggers(building):
    base = building.ok("FROM busybox\nONBUILD COPY a /a\nONBUILD RUN echo $(cat /a) > /b\n", tag="trigger")
    result = building("FROM trigger\nRUN cat /b\n", {"a": "text"})
    assert "# Executing 2 build triggers\n" in result.stream and "text\n" in result.stream
    assert building.files(result.image)["b"] == b"text\n"
    assert building.inspect(result.image)["Config"].get("OnBuild") is None and base


def test_stages_and_targets(building):
    dockerfile = ("FROM busybox AS make\nRUN mkdir /out && echo made > /out/file && chown 5:6 /out/file\n"
                  "FROM busybox AS unused\nRUN exit 1\n"
                  "FROM scratch AS last\nCOPY --from=make /out /out\nCOPY --from=0 /out/file /one\n"
                  "COPY --from=busybox /bin/busybox /bb\n")
    result = building(dockerfile)
    files = building.files(result.image)
    assert files["out/file"] == files["one"] == b"made\n" and len(files["bb"]) > 1000
    assert building.owners(result.image)["out/file"] == (5, 6)
    assert "exit 1" not in result.stream
    assert building.files(building.ok(dockerfile, query="target=make"))["out/file"] == b"made\n"


def test_two_stages_that_copy_from_each_other_are_an_error(building):
    result = building("FROM busybox AS a\nCOPY --from=b x /\nFROM busybox AS b\nCOPY --from=a x /\n")
    assert "circular dependency detected on stage: a" in result.error


@pytest.mark.parametrize("dockerfile, text", [
    ("FROM busybox\nFOO bar\n", "dockerfile parse error on line 2: unknown instruction: FOO"),
    ("RUN x\n", "no build stage in current context"),
    ("FROM busybox\nCOPY nothing /\n", "COPY failed: file not found in build context or excluded by .dockerignore"),
    ("FROM busybox\nCOPY ../x /\n", "forbidden path outside the build context"),
    ("FROM busybox\nCOPY a b /x\n", "the destination must be a directory and end with a /"),
    ("FROM busybox\nCOPY http://x/y /\n", "Dockerfile:2: source can't be a URL for COPY"),
    ("FROM busybox\nENV A=${B:?gone}\n", "gone"),
    ("FROM busybox\nRUN --mount=type=ssh,source=x true\n", "ssh does not support source"),
    ("FROM busybox\nRUN --security=insecure true\n", "--security=insecure is not allowed"),
    ("FROM busybox\nUSER nosuch\nRUN true\n", "unable to find user nosuch"),
    ("FROM busybox\nRUN [\"/nosuch\"]\n", "/nosuch"),
    ("# only a comment\n", "file with no instructions"),
])
def test_errors(building, dockerfile, text):
    result = building(dockerfile, {"a": "1", "b": "2"}, query="forcerm=1")
    assert text in result.error, result.error


def test_invalid_utf8_is_an_error_with_its_place(building):
    assert "Dockerfile:2: invalid UTF-8 in an instruction" in building(b"FROM busybox\nLABEL a=\xff\n").error


def test_labels_limits_and_hosts_of_the_request(building):
    query = "labels={\"a\":\"$x\"}&memory=67108864&extrahosts=other:10.1.2.3&ulimits=[{\"Name\":\"nofile\",\"Soft\":99,\"Hard\":99}]"
    result = building("FROM busybox\nRUN ulimit -n; grep other /etc/hosts\n", query=query)
    assert "99\n" in result.stream and "10.1.2.3" in result.stream
    assert building.inspect(result.image)["Config"]["Labels"] == {"a": "$x"}


def test_networks(building):
    result = building("FROM busybox\nRUN --network=none ls /sys/class/net\nRUN ls /sys/class/net\n")
    assert result.stream.count("eth0") == 1
    result = building("FROM busybox\nRUN echo again; ls /sys/class/net\n", query="networkmode=none")
    assert "eth0" not in result.stream


def test_a_command_may_have_the_hosts_network_or_none(building, cli, tmp_path):
    dockerfile = ("FROM busybox\nRUN --network=host echo $(readlink /proc/self/ns/net)\n"
                  "RUN --network=none echo $(ls /sys/class/net) only\nRUN --network=default ls /sys/class/net\n")
    stream = building(dockerfile, query="nocache=1").stream
    assert os.readlink("/proc/self/ns/net") + "\n" in stream and "lo only\n" in stream and stream.count("eth0") == 1
    (tmp_path / "Dockerfile").write_text("FROM busybox\nRUN echo $(readlink /proc/self/ns/net) $(ls /sys/class/net) all\n")
    assert os.readlink("/proc/self/ns/net") + " " in cli.ok("build", "--no-cache", "--network", "host", tmp_path, timeout=60)
    assert " lo all\n" in cli.ok("build", "--no-cache", "--network", "none", tmp_path, timeout=60)


def test_unused_arguments_are_told(building):
    result = building("FROM busybox\nARG USED\n", query="buildargs={\"USED\":\"1\",\"OTHER\":\"2\"}")
    assert "[Warning] One or more build-args [OTHER] were not consumed\n" in result.stream


def test_old_clients_count_from_zero(building, old_api):
    reply = old_api.post("/build?rm=1", building.tar("FROM busybox\nRUN [\"true\", \"x\"]\n"),
                         headers={"Content-Type": "application/tar"}, timeout=60)
    text = "".join(line.get("stream", "") for line in building.lines(reply))
    assert text.startswith("Step 0 : FROM busybox\n") and "Step 1 : RUN true x\n" in text
    assert "Removing intermediate container " in text and "Successfully tagged" not in text


def test_docker_py_builds(py, building):
    image, log = py.images.build(fileobj=io.BytesIO(b"FROM busybox\nRUN echo from python\n"), tag="frompy", rm=True)
    assert "frompy:latest" in image.tags and any("from python" in line.get("stream", "") for line in log)


def test_a_tag_that_is_none_is_an_answer_with_a_status(building, api):
    reply = api.post("/build?t=UPPER", building.tar("FROM busybox\n"), headers={"Content-Type": "application/x-tar"})
    assert reply.status == 400


def test_secrets_are_seen_and_leave_nothing(building):
    result = building(
        "FROM busybox\nRUN --mount=type=secret,id=token,required=true cat /run/secrets/token | sed 's/e/E/'\n"
        "RUN --mount=type=secret,id=token,env=TOKEN echo $TOKEN | tr a-z A-Z\n", secrets={"token": "hunter2"})
    assert "huntEr2" in result.stream and "HUNTER2" in result.stream
    assert not any(b"hunter2" in data for data in building.files(result.image).values())
    assert "hunter2" not in json.dumps(building.inspect(result.image))
    assert "run/secrets/token" not in building.files(result.image)
    assert "secret token: not found" in building(
        "FROM busybox\nRUN --mount=type=secret,id=token,required=true echo again\n").error


def test_mounts_of_commands(building):
    result = building(
        "FROM busybox AS other\nRUN mkdir /d && echo from stage > /d/f\nFROM busybox\n"
        "RUN --mount=target=/ctx cat /ctx/a && ! touch /ctx/x\n"
        "RUN --mount=type=bind,from=other,source=/d,target=/d cat /d/f\n"
        "RUN --mount=target=/ctx,rw echo new > /ctx/a\nRUN --mount=target=/ctx cat /ctx/a > /kept\n"
        "RUN --mount=type=tmpfs,target=/t df /t | grep tmpfs && touch /t/x\n"
        "RUN --mount=type=cache,target=/c,id=testcache echo one >> /c/log\n", {"a": "from context\n"})
    assert "from context" in result.stream and "from stage" in result.stream, result
    files = building.files(result.image)
    assert files["kept"] == b"from context\n" and not any(name.startswith(("c/", "t/", "ctx/")) for name in files)
    again = building("FROM busybox\nRUN --mount=type=cache,target=/c,id=testcache cat /c/log\n")
    assert "one\n" in again.stream
    [row] = [row for row in building.api.get("/system/df").json["BuildCache"] if "testcache" in row["Description"]]
    for query in ["filters={'description':['mount']}", "filters={'description':['other']}", "filters={'label':['a']}",
                  "max-used-space=1000000000000", "min-free-space=1", "keep-storage=1000000000000"]:
        kept = building.api.post("/build/prune?all=1&" + query.replace("'", "%22")).json
        assert kept == {"CachesDeleted": None, "SpaceReclaimed": 0}, query
    for query in ["filters={'all':['1']}", "filters={'description~':['mount']}", "max-used-space=1g", "min-free-space=-1"]:
        assert building.api.post("/build/prune?" + query.replace("'", "%22")).status == 400, query
    chosen = urllib.parse.quote(json.dumps({"description": [row["Description"]]}))
    pruned = building.api.post("/build/prune?filters=" + chosen).json
    assert pruned["SpaceReclaimed"] >= 4 and row["ID"] in pruned["CachesDeleted"]
    assert row["ID"] not in [row["ID"] for row in building.api.get("/system/df").json["BuildCache"]]


def test_exposed_host_ports_are_told(building):
    """As Docker 1.6 did (builder/dispatchers.go)."""
    result = building("FROM busybox\nEXPOSE 80\nEXPOSE 127.0.0.1:8080:81 8082:82\n")
    said = (" ---> Using Dockerfile's EXPOSE instruction      to map host ports to container ports (ip:hostPort:containerPort) "
            "is deprecated.\n      Please use -p to publish the ports.\n")
    assert result.stream.count(said) == 1 and "EXPOSE 127.0.0.1:8080:81 8082:82\n" + said in result.stream, result.stream
    assert set(building.inspect(result.image)["Config"]["ExposedPorts"]) == {"80/tcp", "81/tcp", "82/tcp"}


def test_a_relative_volume_is_taken_from_the_root(building, cli):
    """As Docker does with an image's; a container's own must be absolute."""
    building.ok("FROM busybox\nWORKDIR /app\nVOLUME data\nRUN mkdir -p /x && echo x >/x/y\n", tag="relative")
    assert "data" in building.inspect("relative")["Config"]["Volumes"]
    assert cli.ok("run", "--rm", "relative", "grep", "-c", " /data ", "/proc/mounts") == "1"
    reply = building.api.post("/containers/create", {"Image": "busybox", "Cmd": ["true"], "Volumes": {"data": {}}})
    assert reply.status == 400 and "must be absolute" in reply.message
