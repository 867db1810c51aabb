"""RUN --mount=type=ssh: commands of a build ask the SSH agent of who builds."""
import os
import re
import shutil
import signal
import socket
import subprocess
import threading

import pytest

from harness.building import Building
from harness.waiting import eventually

# draft-miller-ssh-agent, section 5.1
IDENTITIES, FAILURE = "0b", "05"


@pytest.fixture
def client(ours, engine):
    builds = Building(engine)
    yield ours
    builds.clean()
    folder = engine.run_root + "/secrets"
    eventually(lambda: not os.path.isdir(folder) or not os.listdir(folder), what="the sockets are gone")


@pytest.fixture
def agent(tmp_path):
    """A real agent with one key; its socket and the key's fingerprint."""
    path = str(tmp_path / "agent.sock")
    with subprocess.Popen(["ssh-agent", "-D", "-a", path], stdout=subprocess.DEVNULL) as process:
        eventually(lambda: os.path.exists(path), what="the agent")
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "of a test", "-f", tmp_path / "key"], check=True)
        env = dict(os.environ, SSH_AUTH_SOCK=path)
        subprocess.run(["ssh-add", "-q", tmp_path / "key"], env=env, check=True, stderr=subprocess.DEVNULL)
        yield path, subprocess.run(["ssh-add", "-l"], env=env, stdout=subprocess.PIPE, check=True, text=True).stdout.strip()
        process.terminate()


@pytest.fixture
def context(tmp_path, program):
    def make(dockerfile, *files):
        folder = tmp_path / "context"
        folder.mkdir(exist_ok=True)
        (folder / "Dockerfile").write_text("FROM busybox\nCOPY askagent /bin/\n" + dockerfile)
        for file in [program("askagent"), *files]:
            shutil.copy(file, folder)
        return str(folder)
    return make


def build(client, folder, *flags, agent=None, timeout=60, **more):
    return client("build", "--progress=plain", "--no-cache", *flags, folder, env={"SSH_AUTH_SOCK": agent or ""}, timeout=timeout, **more)


def answers(result):
    return re.findall(r"^#\d+ [0-9.]+ ([0-9a-f]+)$", result.complaint, re.M)


def test_a_command_sees_the_clients_keys(client, context, agent):
    path, _ = agent
    folder = context(f"RUN --mount=type=ssh askagent {IDENTITIES} {IDENTITIES}; echo at $SSH_AUTH_SOCK\nRUN askagent 0b || echo none\n")
    result = build(client, folder, "--ssh", "default", "-t", "asked", agent=path)
    assert result.status == 0, result
    # SSH_AGENT_IDENTITIES_ANSWER with one key and its comment.
    first, second = answers(result)
    assert first == second and first.startswith("0c00000001") and b"of a test".hex() in first
    assert "at /run/buildkit/ssh_agent.0" in result.complaint and "no agent" in result.complaint
    # It is nowhere in the image.
    assert "SSH_AUTH_SOCK" not in client.ok("inspect", "asked") and "ssh_agent" not in client.ok("history", "--no-trunc", "asked")
    assert client.ok("run", "--rm", "asked", "find", "/", "-xdev", "-name", "ssh_agent*") == ""


def test_openssh_finds_them(client, context, agent):
    path, listed = agent
    words = subprocess.run(["ldd", "/usr/bin/ssh-add"], stdout=subprocess.PIPE, check=True, text=True).stdout.split()
    libraries = [word for word in words if word.startswith("/")]
    copies = "".join(f"COPY {os.path.basename(library)} {library}\n" for library in libraries)
    folder = context(copies + "COPY ssh-add /bin/\nRUN --mount=type=ssh,required ssh-add -l\n", "/usr/bin/ssh-add", *libraries)
    result = build(client, folder, "--ssh", f"default={path}")
    assert result.status == 0 and listed in result.complaint, result


def test_an_agent_is_asked_and_not_changed(client, context, agent):
    path, listed = agent
    # Remove all, lock with an empty passphrase, an extension; a question goes on working.
    folder = context(f"RUN --mount=type=ssh askagent 13 1600000000 1b0000000178 {IDENTITIES}\n")
    result = build(client, folder, "--ssh", "default", agent=path)
    assert answers(result)[:3] == [FAILURE] * 3 and answers(result)[3].startswith("0c00000001"), result
    assert subprocess.run(["ssh-add", "-l"], env=dict(os.environ, SSH_AUTH_SOCK=path), stdout=subprocess.PIPE, text=True).stdout.strip() == listed


def test_agents_have_names_and_places(client, context, agent):
    path, _ = agent
    folder = context(
        f"RUN --mount=type=ssh,id=one,target=/a/sock,mode=0666,uid=5,gid=6 --mount=type=ssh,id=two stat -c '%a %u %g %F' /a/sock /run/buildkit/ssh_agent.1"
        f" && echo at $SSH_AUTH_SOCK && SSH_AUTH_SOCK=/run/buildkit/ssh_agent.1 askagent {IDENTITIES}\n")
    result = build(client, folder, "--ssh", f"one={path}", "--ssh", f"two={path}")
    assert result.status == 0 and answers(result)[0].startswith("0c00000001"), result
    assert "666 5 6 socket" in result.complaint and "600 0 0 socket" in result.complaint and "at /a/sock" in result.complaint


def test_without_an_agent(client, context, agent):
    optional = context("RUN --mount=type=ssh askagent 0b || echo went on\n")
    assert "went on" in build(client, optional).complaint
    assert "went on" in build(client, optional, "--ssh", f"other={agent[0]}").complaint
    required = context("RUN --mount=type=ssh,id=other,required askagent 0b\n")
    result = build(client, required)
    assert result.status == 1 and 'no SSH key "other" forwarded from the client' in result.complaint


@pytest.mark.parametrize("flag, said", [
    ("default", "make sure SSH_AUTH_SOCK is set"), ("default=/none/there", "failed to stat /none/there"),
    ("default=KEY", "a key as a file is not supported; add it to an agent with 'ssh-add"), ("default=SOCK,SOCK", "only single socket allowed"),
])
def test_what_is_no_agent(client, context, agent, tmp_path, flag, said):
    flag = flag.replace("KEY", str(tmp_path / "key")).replace("SOCK", agent[0])
    result = build(client, context("RUN true\n"), "--ssh", flag)
    assert result.status == 1 and said in result.complaint, result


def test_an_agent_that_ends_or_talks_nonsense(client, context, tmp_path):
    path = str(tmp_path / "bad.sock")
    folder = context("RUN --mount=type=ssh askagent 0b; echo left with $?\n")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
        listener.listen()
        replies = [b"", b"\xff\xff\xff\xff", b"\0\0\0\0"]

        def serve():
            for reply in replies:
                connection, _ = listener.accept()
                connection.recv(100)
                connection.sendall(reply)
                connection.close()
        threading.Thread(target=serve, daemon=True).start()
        for _ in replies:
            assert "left with 6" in build(client, folder, "--ssh", f"default={path}").complaint
    # Nobody listens any more.
    assert "left with 6" in build(client, folder, "--ssh", f"default={path}").complaint


def test_many_processes_at_once(client, context, agent):
    folder = context("RUN --mount=type=ssh for i in $(seq 30); do askagent 0b 0b > /tmp/$i & done; wait; cat /tmp/* | sort | uniq -c\n")
    result = build(client, folder, "--ssh", "default", agent=agent[0])
    assert re.search(r" 60 0c00000001", result.complaint), result


def test_a_client_that_leaves_ends_it(client, context, agent, engine, api):
    folder = context("RUN --mount=type=ssh askagent 0b; sleep 1000\n")
    process = client.popen("build", "--progress=plain", "--no-cache", "--ssh", "default", folder, env={"SSH_AUTH_SOCK": agent[0]})
    eventually(lambda: api.get("/containers/json").json, what="the command runs")
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=20)
    eventually(lambda: api.get("/containers/json?all=1").json == [], what="the end of its container")


def test_the_cache_knows_that_there_is_one(client, context, agent):
    folder = context("RUN --mount=type=ssh askagent 0b > /dev/null\nRUN --mount=type=ssh,id=b true\n")
    first = client("build", "--progress=plain", "--ssh", "default", folder, env={"SSH_AUTH_SOCK": agent[0]}, timeout=60)
    assert first.status == 0, first
    again = client("build", "--progress=plain", folder, timeout=60)
    assert again.status == 0 and again.complaint.count("CACHED") == 3, again


def test_the_call_by_itself(api):
    assert api.post("/build/agent?buildid=none&id=default").status == 404
    assert api.post("/build/agent?buildid=none").status == 400
    assert api.post("/build?ssh=default", b"", headers={"Content-Type": "application/x-tar"}).status == 400
