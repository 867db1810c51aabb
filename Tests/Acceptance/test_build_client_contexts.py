"""What the clients send of a folder, an archive or a text: `docker build PATH | -`."""
import io
import os
import socket
import subprocess
import tarfile

import pytest

from harness.client import Client
from harness.images import entry, tar

SHOW = "FROM busybox\nCOPY . /c\nRUN cd /c && find . | sort\n"


@pytest.fixture
def folder(tmp_path):
    """A function that writes files into a context and gives its path."""
    def write(files):
        for name, text in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return str(tmp_path)
    return write


def listed(text):
    return [line for line in text.splitlines() if line == "." or line.startswith("./")]


def test_a_folder(cli, folder):
    path = folder({"Dockerfile": SHOW, "a/b": "1", "x": "2"})
    text = cli.ok("build", "--no-cache", path)
    assert listed(text) == [".", "./Dockerfile", "./a", "./a/b", "./x"]
    assert "Sending build context to Docker daemon" in text and "Successfully built" in text


@pytest.mark.parametrize("ignore, kept", [
    ("x\n*.md\n", ["./.dockerignore", "./Dockerfile", "./a", "./a/b", "./a/x"]),
    ("**/x\n", ["./.dockerignore", "./Dockerfile", "./a", "./a/b", "./c.md"]),
    ("*\n!a/b\n", ["./a", "./a/b"]),
    ("a\n!a/x\n.dockerignore\nDockerfile\n", ["./a", "./a/x", "./c.md", "./x"]),
    ("# x\n\n  x  \n", ["./.dockerignore", "./Dockerfile", "./a", "./a/b", "./a/x", "./c.md"]),
])
def test_ignore_files(cli, folder, ignore, kept):
    path = folder({"Dockerfile": SHOW, "x": "", "a/x": "", "a/b": "", "c.md": "", ".dockerignore": ignore})
    assert listed(cli.ok("build", "--no-cache", path)) == ["."] + kept


def test_the_dockerfile_in_another_place(cli, folder, tmp_path):
    path = folder({"c/d/F": SHOW, "c/x": "", "other/G": "FROM busybox\nCOPY . /c\nRUN echo outside; cd /c && find . | sort\n"})
    context = path + "/c"
    assert listed(cli.ok("build", "--no-cache", "-f", context + "/d/F", context)) == [".", "./d", "./d/F", "./x"]
    assert listed(cli.ok("build", "--no-cache", "-f", "d/F", ".", cwd=context)) == [".", "./d", "./d/F", "./x"]
    outside = cli.ok("build", "--no-cache", "-f", path + "/other/G", context)
    assert "outside" in outside and listed(outside)[-1] == "./x"
    typed = cli.ok("build", "--no-cache", "-f", "-", context, input="FROM busybox\nCOPY . /c\nRUN echo typed; cd /c && find . | sort\n")
    assert "typed" in typed and listed(typed) == [".", "./d", "./d/F", "./x"]
    assert cli.fails("build", context).complaint


def test_an_ignore_file_beside_the_dockerfile(ours, folder):
    path = folder({"d/F": SHOW, "d/F.dockerignore": "x\nd\n", "x": "", "y": "", ".dockerignore": "y\n"})
    assert listed(ours.ok("build", "--no-cache", "-f", path + "/d/F", path)) == [".", "./.dockerignore", "./y"]


def test_the_standard_input(cli):
    assert "typed" in cli.ok("build", "--no-cache", "-", input="FROM busybox\nRUN echo typed\n")
    archive = tar(entry("F", b"FROM busybox\nCOPY x /x\nRUN cat /x\n"), entry("x", b"packed"))
    assert "packed" in cli.ok("build", "--no-cache", "-f", "F", "-", input=archive)
    assert "ambiguous Dockerfile source" in cli.fails("build", "-f", "F", "-", input="FROM busybox\n").complaint
    assert "can't use stdin for both" in cli.fails("build", "-f", "-", "-", input="FROM busybox\n").complaint


def test_no_link_is_followed_out(cli, folder, tmp_path_factory):
    other = tmp_path_factory.mktemp("other")
    (other / "secret").write_text("the user's secret")
    path = folder({"Dockerfile": "FROM busybox\nCOPY . /c\nRUN ls -l /c && cat /c/out/secret || echo no way\n"})
    os.symlink(other, path + "/out")
    text = cli.ok("build", "--no-cache", path)
    assert "no way" in text and "the user's secret" not in text and f"out -> {other}" in text


def test_oddities_of_file_systems(cli, folder):
    path = folder({"Dockerfile": "FROM busybox\nCOPY . /c\nRUN cd /c && ls -l && stat -c '%i' a b | uniq | wc -l\n", "a": "1"})
    os.link(path + "/a", path + "/b")
    os.chmod(path + "/a", 0o4755)
    os.mkfifo(path + "/pipe")
    with open(path + "/holes", "wb") as file:
        file.truncate(5 << 20)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path + "/socket")
        text = cli.ok("build", "--no-cache", path)
    lines = text.splitlines()
    assert any(line.startswith("-rwsr-xr-x") and line.endswith(" a") for line in lines), text
    assert any(line.startswith("prw") for line in lines) and any(" 5242880 " in line for line in lines)
    assert "1" in lines and "socket" not in text


def test_capabilities_are_sent(cli, folder):
    path = folder({"Dockerfile": "FROM busybox\nCOPY x /x\nRUN true\n", "x": ""})
    value = bytes.fromhex("0100000200040000000000000000000000000000")
    os.setxattr(path + "/x", "security.capability", value)
    cli.ok("build", "--no-cache", "-t", "capable", path)
    container = cli.ok("create", "capable", "true")
    export = cli(*["export", container]).out
    with tarfile.open(fileobj=io.BytesIO(export)) as archive:
        headers = archive.getmember("x").pax_headers
    cli.ok("rm", container)
    cli.ok("rmi", "capable")
    assert headers.get("SCHILY.xattr.security.capability", "").encode("utf-8", "surrogateescape") == value


def test_a_file_that_can_not_be_read(engine, folder, tmp_path):
    """By a user who is not root."""
    path = folder({"Dockerfile": SHOW, "secret": "s", "fine": ""})
    os.chmod(path + "/secret", 0)
    os.chmod(engine.socket, 0o666)
    for place in [engine.folder, *(str(parent) for parent in [tmp_path, *tmp_path.parents][:-2])]:
        os.chmod(place, 0o755)
    for name in ["martlet", "docker28"]:
        client = Client(name, engine)
        os.chmod(client.folder, 0o755)
        done = subprocess.run(["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", client.path, "build", path],
                              env=client.environment(), stdin=subprocess.DEVNULL, capture_output=True, timeout=30)
        words = done.stderr.decode()
        assert done.returncode == 1 and "error checking context: no permission to read from" in words, (name, words)
        assert f"{path}/secret'" in words
        with open(path + "/.dockerignore", "w") as file:
            file.write("secret\n")
        done = subprocess.run(["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", client.path, "build", path],
                              env=client.environment(), stdin=subprocess.DEVNULL, capture_output=True, timeout=30)
        assert done.returncode == 0, done
        os.remove(path + "/.dockerignore")
        client.close()


@pytest.mark.parametrize("args, words", [
    (["build", "/no/where"], "path \"/no/where\" not found"),
    (["build", "-f", "/no/file", "."], "unable to evaluate symlinks in Dockerfile path: lstat /no"),
])
def test_mistakes(cli, tmp_path, args, words):
    result = cli.fails(*args, cwd=tmp_path)
    assert words in result.complaint and result.status == 1
